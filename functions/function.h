/* SPDX-License-Identifier: Apache-2.0
 *
 * The SQL function library: one row a function (or overload), in family files.
 * The planner resolves names to rows here, the runtime calls their code.
 *
 * A signature is text: "STRING, INT -> STRING", "T... -> T",
 * "ARRAY<T>, T -> BOOLEAN", "MAP<K, V>, (K, V) => T -> MAP<K, T>". Single
 * letters are type variables; DECIMAL without parameters accepts any, and as a
 * result is the first decimal argument's type; ANY... takes arguments of mixed
 * types; UNIT is an interval word. Several rows with one name are overloads.
 */
#ifndef FUNCTIONS_FUNCTION_H
#define FUNCTIONS_FUNCTION_H

#include "base/status.h"
#include "base/map.h"
#include "types/batch.h"

typedef struct Function Function;
typedef struct FnCall FnCall;

/* One place where a function is called: made when a query starts, used by one
 * thread. */
struct FnCall {
    const Function *function;
    const Type *const *arg_types; /* After implicit casts. */
    int arg_count;
    const Type *result_type;
    const Type *const *state_types; /* Aggregates. */
    int state_count;
    Arena *arena;      /* Where results go: the batch's. Set before calls. */
    int64_t now_ms;    /* Wall clock at the batch. */
    const char *error; /* Set by fn_fail. */
    void *cache;       /* A function's own, e.g. a compiled pattern. */
    void (*cache_free)(void *cache);
    /* Evaluates a lambda argument; set by the runtime. False: it failed. */
    bool (*apply)(FnCall *call, const void *lambda, const Value *args,
                  int count, Value *out);
    void *apply_context; /* Of whoever set `apply`. */
    /* Takes a row that failed in a column form; set by the runtime. */
    void (*row_failed)(FnCall *call, int row, const char *why);
    void *row_failed_context;
    const Map *properties; /* Settings (Str *) by full name, or NULL; only
                              `ksql.functions.*` are read. */
};

/* Sets the error of this evaluation, in call->arena; returns false. The value
 * becomes NULL and the text goes to the processing log. */
bool fn_fail(FnCall *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For a column form, after fn_fail: this row of `out` has no value. */
void fn_fail_row(FnCall *call, Column *out, int row, int row_count);

/* One row's values to one value. False after fn_fail. */
typedef bool (*ScalarFn)(FnCall *call, const Value *args, int count,
                         Value *out);

/* The same over columns, for what matters for speed: fills out (already made,
 * row_count elements) for the rows of `sel` (NULL: 0..sel_count-1). Arguments
 * may be constant columns. Rows that fail go to fn_fail_row. */
typedef void (*ColumnFn)(FnCall *call, const Column *const *args, int arg_count,
                         const uint16_t *sel, int sel_count, int row_count,
                         Column *out);

/* An aggregate keeps `state_count` values per group; the runtime stores them as
 * one row (types/codec.h), so fixed-width ones are changed in place. Values
 * that `add` puts into state must live in call->arena or be borrowed from state
 * or args; the runtime copies them. */
typedef struct Aggregate {
    /* Fills `types` (room for 8) for these argument types; returns how many. */
    int (*state)(Arena *plan, const Type *const *args, int count,
                 const Type **types);
    void (*init)(FnCall *call, Value *state);
    bool (*add)(FnCall *call, Value *state, const Value *args);
    bool (*undo)(FnCall *call, Value *state, const Value *args); /* or NULL:
                                                  not for table sources. */
    bool (*merge)(FnCall *call, Value *state, const Value *other);
    bool (*result)(FnCall *call, const Value *state, Value *out);
    /* Optional fast path, only if all state types are fixed-width: adds row
     * sel[i] of the argument columns to the encoded state row rows[i], whose
     * slots first_slot.. (of slot_count) are this aggregate's. */
    void (*add_rows)(FnCall *call, void *const *rows, int slot_count,
                     int first_slot, const Column *const *args,
                     const uint16_t *sel, int sel_count);
} Aggregate;

/* A table function: fills `*out` with one value a row produced; false fails. */
typedef bool (*TableFn)(FnCall *call, const Value *args, int count,
                        const List **out);

typedef enum FnKind { FN_SCALAR, FN_AGGREGATE, FN_TABLE } FnKind;

enum {
    FN_NULL_IN_NULL_OUT = 1, /* Not called with a null: the result is null. */
    FN_VOLATILE = 2,         /* Not a constant even of constants. */
    FN_LITERAL_TAIL = 4,     /* Aggregates: arguments after the signature's
                                first are literals. */
    FN_LITERAL_LAST = 8,     /* Aggregates: the last argument is a literal. */
    FN_STATE_NESTED = 16,    /* Aggregates: a sink in a format without nested
                                types is refused (functions.md 2.5), though
                                state_types may all be scalar. */
};

struct Function {
    const char *name; /* As messages spell it. */
    const char *signature;
    FnKind kind;
    unsigned flags;
    ScalarFn scalar;
    ColumnFn column; /* May be NULL. */
    const Aggregate *aggregate;
    TableFn table;
    /* The result type where the signature cannot say it (decimals), or NULL.
     * A NULL return means the call is not allowed. */
    const Type *(*result)(Arena *plan, const Type *const *args, int count);
    const char *category; /* "STRING", "MATHEMATICAL", "AGGREGATE", ... */
    const char *description;
    /* An expression that calls this row and is true. Those of aggregates and
     * table functions are over three rows with two columns: N is 1, 2 and 3, S
     * is 'a', 'b' and 'b'. */
    const char *example;
};

/* What the caller knows of an argument. */
typedef struct FnArg {
    const Type *type;  /* TYPE_NULL: the literal NULL. TYPE_LAMBDA: a lambda. */
    int lambda_params; /* Of a lambda. */
} FnArg;

/* Types a lambda's body, called during resolution when its parameter types are
 * known. */
typedef struct LambdaTyper {
    Status (*type_body)(void *context, int arg, const Type *const *params,
                        int param_count, const Type **body);
    void *context;
} LambdaTyper;

typedef struct FnBinding {
    const Function *function;
    const Type *result;
    const Type **arg_types; /* What each argument must be cast to. */
    int arg_count;
    const Type **state_types; /* Aggregates. */
    int state_count;
} FnBinding;

/* The overload of `name` (any case) that fits, by functions.md 2.2. ST_USER: no
 * such function (with a near name), none fits or several do (with the accepted
 * signatures). `typer` may be NULL if there are no lambdas. */
STATUS function_resolve(Arena *plan, Str name, const FnArg *args, int count,
                        const LambdaTyper *typer, FnBinding *binding);

/* The first row named `name`, or NULL. */
const Function *function_find(Str name);

/* Appends the function's name as SQL texts have it, in upper case. */
void function_print_name(Buf *out, const Function *function);

/* The types of a row's parameters as its signature writes them; the array is in
 * `arena`. Returns how many.
 * `*variadic` is the index of the one that may be repeated, or -1. */
int function_params(Arena *arena, const Function *function, const Str **types,
                    int *variadic);

/* All rows, sorted by name: an array of `*count`. */
const Function *const *function_all(int *count);

/* Adds rows for tests and, later, for user functions. Before the first query.
 */
void function_register(const Function *rows, int count);

/* A call site for a binding; allocated in `plan`. */
FnCall *fn_call_new(Arena *plan, const FnBinding *binding);
/* Frees its cache. */
void fn_call_close(FnCall *call);

#endif
