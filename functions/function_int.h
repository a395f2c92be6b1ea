/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of functions/ only: family tables, parsed signatures and the
 * few helpers that families share.
 */
#ifndef FUNCTIONS_FUNCTION_INT_H
#define FUNCTIONS_FUNCTION_INT_H

#include "base/near.h"
#include "functions/function.h"

/* A family file exports one of these; function.c lists them. */
typedef struct FunctionFamily {
    const Function *rows;
    int count;
} FunctionFamily;

extern const FunctionFamily fn_string, fn_string_edit, fn_math, fn_order,
    fn_real, fn_array, fn_conditional, fn_other, table_explode, agg_basic,
    agg_offset, agg_topk, agg_collect, agg_values, agg_stats, agg_distinct,
    fn_json, fn_json_extract, fn_regexp, fn_map, fn_lambda, fn_bytes,
    fn_string_mask, fn_string_more, fn_url, fn_datetime;

/* Kinds of a signature's types beyond those of TypeKind. */
enum {
    SIG_VARIABLE = 100, /* T, K, V, ... */
    SIG_ANY,            /* Any type; several need not agree. */
};

enum { SIG_LAMBDA_PARAMS_MAX = 3 };

/* A type as a signature writes it. */
typedef struct SigType SigType;
struct SigType {
    int kind;      /* TypeKind or SIG_*. */
    char variable; /* SIG_VARIABLE: 'A' to 'Z'. */
    const SigType *key;
    const SigType *element; /* ARRAY, MAP; the body of a LAMBDA. */
    const SigType *params[SIG_LAMBDA_PARAMS_MAX]; /* LAMBDA. */
    int param_count;
    const Str *field_names; /* STRUCT with fields; NULL takes any struct. */
    const SigType **field_types;
    int field_count;
};

typedef struct Signature {
    const SigType **params;
    int count;
    int variadic;      /* Index of the repeated parameter, or -1. */
    int generic_count; /* Parameters that contain a variable or ANY. */
    bool has_any;
    const SigType *result;
} Signature;

/* Parses a row's signature; NULL if it is malformed (a bug in the row). */
const Signature *signature_parse(Arena *arena, const char *text);

/* Appends "(STRING, INT...)". */
void signature_print(Buf *out, const Signature *signature);

/* All rows of one name, parsed. */
typedef struct FunctionSet {
    const char *name;
    const Function **rows;
    const Signature **signatures;
    int count;
} FunctionSet;

/* The set named `name` (any case), or NULL. */
const FunctionSet *function_set(Str name);

/* The function that may have been meant. */
Near function_near(Str name);

/* What a function has made of argument texts (a compiled pattern, an opened
 * date format), kept in call->cache from row to row. `make` gets the key; what
 * it returns, never NULL, lives until `drop`. A few hundred are kept. */
void *fn_memo(FnCall *call, Str key, void *(*make)(FnCall *call, Str key),
              void (*drop)(void *made));

/* A map value being made: entries in order of insertion, keys distinct. */
typedef struct MapBuilder {
    const Type *key;
    List *list;
    int *slots; /* Open addressing: index of the key in the list + 1. */
    uint64_t mask;
} MapBuilder;

MapBuilder map_builder(Arena *arena, const Type *key, int entries_max);

/* Where the value under `key` goes; NULL so far if `*is_new`. */
Value *map_builder_put(MapBuilder *b, const Value *key, bool *is_new);

/* The map's entries in the order in which Java's HashMap walks them. */
const List *map_in_java_order(Arena *arena, const Type *type, const List *map);

/* The row of an aggregate. */
#define AGGREGATE(name_, signature_, flags_, aggregate_, text, example_)       \
    {                                                                          \
        .name = name_, .signature = signature_, .kind = FN_AGGREGATE,          \
        .flags = flags_, .aggregate = aggregate_, .category = "AGGREGATE",     \
        .description = text, .example = example_                               \
    }

/* The result of rounding DECIMAL(p, s) to a whole number: DECIMAL(p - s, 0), or
 * NULL if that has no digit. */
const Type *fn_whole_decimal(Arena *plan, const Type *const *args, int count);

/* A copy of the buffer as a text value; the buffer is freed. */
static inline bool give_buf(FnCall *call, Buf *buf, Value *out)
{
    *out = (Value){.str = str_copy(call->arena, buf_str(buf))};
    buf_free(buf);
    return true;
}

/* The row of an argument column. */
static inline int arg_row(const Column *column, int row)
{
    return column->constant ? 0 : row;
}

/* True if the argument is null in this row. */
static inline bool arg_null(const Column *column, int row)
{
    return bit_get(column->nulls, arg_row(column, row));
}

/* The i-th row a column function works on. */
static inline int sel_row(const uint16_t *sel, int i)
{
    return sel ? sel[i] : i;
}

#endif
