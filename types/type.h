/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL types. A Type is immutable and shared: the scalars without parameters
 * are static, the others live in the arena of their plan or catalog.
 */
#ifndef TYPES_TYPE_H
#define TYPES_TYPE_H

#include "base/str.h"

typedef enum TypeKind {
    TYPE_NULL, /* Of the literal NULL only; no column has it. */
    TYPE_BOOLEAN,
    TYPE_INT,
    TYPE_BIGINT,
    TYPE_DOUBLE,
    TYPE_DECIMAL,
    TYPE_STRING,
    TYPE_BYTES,
    TYPE_DATE,      /* Days since 1970, 32 bits. */
    TYPE_TIME,      /* Milliseconds of the day, 32 bits. */
    TYPE_TIMESTAMP, /* Milliseconds since 1970 UTC, 64 bits. */
    TYPE_ARRAY,
    TYPE_MAP,
    TYPE_STRUCT,
    TYPE_LAMBDA,    /* Of a lambda argument; element is the body's type. */
    TYPE_UNIT,      /* Of an interval unit such as DAYS; a value is its name. */
} TypeKind;

typedef struct Type Type;

typedef struct Field {
    Str name;
    const Type *type;
} Field;

struct Type {
    TypeKind kind;
    int precision;       /* DECIMAL: 1 or more. */
    int scale;           /* DECIMAL: 0 to precision. */
    const Type *key;     /* MAP. */
    const Type *element; /* ARRAY, and the value of MAP. */
    const Field *fields; /* STRUCT. */
    int field_count;
};

extern const Type type_null, type_boolean, type_int, type_bigint, type_double,
    type_string, type_bytes, type_date, type_time, type_timestamp, type_unit;

const Type *type_decimal(Arena *arena, int precision, int scale);
const Type *type_array(Arena *arena, const Type *element);
const Type *type_map(Arena *arena, const Type *key, const Type *element);
/* `fields` is copied, the names are not. */
const Type *type_struct(Arena *arena, const Field *fields, int field_count);

/* A deep copy into `arena`, names included. */
const Type *type_copy(Arena *arena, const Type *type);

bool type_equal(const Type *a, const Type *b);

/* INT, BIGINT, DECIMAL and DOUBLE. */
bool type_is_numeric(const Type *type);

/* True for MAP, and for what contains one at any depth. */
bool type_has_map(const Type *type);

/* True for what fits the 8-byte slot of a row: not DECIMAL, STRING, BYTES or
 * nested. */
bool type_is_fixed(const Type *type);

/* The scalar type named `name` (any case, aliases INT, VARCHAR): NULL if it is
 * none of them. DECIMAL and nested ones have no name without parameters. */
const Type *type_by_name(Str name);

/* SQL text as DESCRIBE prints it in schemas: `STRUCT<A INTEGER, B STRING>`,
 * `DECIMAL(4, 2)`, field names back-quoted. */
Str type_print(Arena *arena, const Type *type);

/* The type a number operation on the two has (language 2.2 before operators):
 * the wider of INT < BIGINT < DECIMAL < DOUBLE; decimals are joined so that
 * both fit. NULL unless both are numeric. */
const Type *type_common_numeric(Arena *arena, const Type *a, const Type *b);

#endif
