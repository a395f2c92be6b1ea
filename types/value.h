/* SPDX-License-Identifier: Apache-2.0
 *
 * Value: one SQL value in row form, tagged only with null; its type is known
 * from the column or expression. Text, limbs and lists live in some arena.
 * The record path works on columns (types/batch.h); values serve literals,
 * nested data, and functions that have no column form.
 */
#ifndef TYPES_VALUE_H
#define TYPES_VALUE_H

#include "types/decimal.h"
#include "types/type.h"

typedef struct List List;

typedef struct Value {
    union {
        bool boolean;
        int32_t i32;       /* INT, DATE, TIME */
        int64_t i64;       /* BIGINT, TIMESTAMP */
        double f64;
        Str str;           /* STRING (UTF-8), BYTES, UNIT */
        const Decimal *dec;
        const List *list;  /* ARRAY, MAP, STRUCT */
        const void *lambda; /* LAMBDA: opaque to functions. */
    };
    bool null;
} Value;

/* ARRAY: count items. STRUCT: one item a field, in the type's order. MAP: key
 * and value by turns, 2 * entries items, keys distinct, in insertion order. */
struct List {
    int count;
    Value items[];
};

#define VALUE_NULL ((Value){.null = true})

/* A list of `count` uncleared items. */
List *list_new(Arena *arena, int count);

/* A deep copy into `arena`. */
Value value_copy(Arena *arena, const Type *type, Value value);

/* Total order within one type: <0, 0, >0. Nulls sort first. Text by UTF-16
 * unit, bytes by signed byte, doubles with -0.0 < 0.0 and NaN last. */
int value_compare(const Type *type, const Value *a, const Value *b);

/* Deep equality; null equals null; decimals must agree in scale. */
bool value_equal(const Type *type, const Value *a, const Value *b);

/* Consistent with value_equal. */
uint64_t value_hash(const Type *type, const Value *value);

/* The value under `key` in a map list, or NULL. */
const Value *map_find(const Type *map_type, const List *map, const Value *key);

/* Text as CAST(x AS STRING) gives it: `1.0E10`, `[1, 3]`, `{k=1}`,
 * `Struct{A=1,B=x}`, null as `null`. */
Str value_print(Arena *arena, const Type *type, const Value *value);

/* Compact JSON as results are shown: DECIMAL plain, DATE `yyyy-MM-dd`, TIME
 * `HH:mm[:ss[.SSS]]`, TIMESTAMP `yyyy-MM-ddTHH:mm:ss.SSS`, BYTES base64. */
void value_print_json(Buf *buf, const Type *type, const Value *value);

#endif
