/* SPDX-License-Identifier: Apache-2.0
 *
 * Expr: a bound, typed expression. Names are resolved to column slots of the
 * node's input (for joins: the left input's slots, then the right's), functions
 * to rows of the library, implicit conversions to explicit casts. Immutable;
 * shared by all tasks of a query.
 */
#ifndef PLANNER_EXPR_H
#define PLANNER_EXPR_H

#include "functions/function.h"
#include "types/value.h"

typedef enum ExprKind {
    EXPR_LITERAL,    /* literal */
    EXPR_COLUMN,     /* slot */
    EXPR_LAMBDA_VAR, /* slot: index among the lambda's variables, outermost
                        lambda's first */
    EXPR_CALL,       /* binding, args (already cast) */
    EXPR_ARITH,      /* op + - * / %, both args of the result's family; for
                        DECIMAL: exact, then must fit the result type. */
    EXPR_NEGATE,
    EXPR_CONCAT,  /* STRING + STRING: a null side is the text "null" */
    EXPR_COMPARE, /* op, args of one comparable type (compare_type) */
    EXPR_AND,
    EXPR_OR,
    EXPR_NOT,
    EXPR_IS_NULL, /* negated */
    EXPR_IN,      /* args[0] in args[1..], all of one type; negated */
    EXPR_LIKE,    /* args[0], args[1]; escape; negated */
    EXPR_CASE,    /* args: when, then, ...; last one alone: else */
    EXPR_CAST,    /* args[0] to type */
    EXPR_FIELD,   /* args[0] -> field index slot */
    EXPR_INDEX,   /* args[0] ARRAY or MAP [ args[1] ] */
    EXPR_ARRAY,
    EXPR_MAP,    /* key, value, ... */
    EXPR_STRUCT, /* one arg a field of type */
    EXPR_LAMBDA, /* args[0] the body; slot: first variable's index;
                    param_count */
} ExprKind;

/* Comparison operators, in the order of AstCompare. */
typedef enum CompareOp {
    CMP_EQ,
    CMP_NE,
    CMP_LT,
    CMP_LE,
    CMP_GT,
    CMP_GE,
    CMP_DISTINCT,
    CMP_NOT_DISTINCT,
} CompareOp;

/* What `op` says of EXPR_CAST. */
typedef enum CastOp {
    CAST_WRITTEN,  /* What cannot be cast is NULL, and its error contained. */
    CAST_AS_VALUE, /* To the same type: keeps a key from being taken for it. */
    CAST_STRICT,   /* What cannot be cast fails the expression around it. */
} CastOp;

typedef struct Expr Expr;
struct Expr {
    ExprKind kind;
    const Type *type;
    uint32_t at; /* In the statement's text, for run-time messages. */
    int slot;
    int op;
    bool negated;
    Value literal;
    uint32_t escape; /* LIKE: code point, 0: none. */
    int param_count;
    const FnBinding *binding;
    const Expr **args;
    int arg_count;
};

/* Prints as SQL; `names[slot]`, printed as it is, names columns (may be NULL:
 * `#3`). */
void expr_print(Buf *out, const Expr *expr, const Str *names);

/* Deep equality (positions ignored). */
bool expr_equal(const Expr *a, const Expr *b);

/* Calls visit for every column slot read. */
void expr_each_column(const Expr *expr, void (*visit)(void *context, int slot),
                      void *context);

/* True if it reads no column and calls nothing volatile. */
bool expr_is_constant(const Expr *expr);

/* The comparison that says the same of its operands the other way round. */
int expr_turned_compare(int op);

#endif
