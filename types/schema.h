/* SPDX-License-Identifier: Apache-2.0
 *
 * Schema: the named columns of a source, keys first, then values and headers in
 * declaration order. Also the system columns' names.
 */
#ifndef TYPES_SCHEMA_H
#define TYPES_SCHEMA_H

#include "types/type.h"

typedef enum ColumnRole {
    COLUMN_KEY,     /* From the record key. */
    COLUMN_VALUE,   /* From the record value. */
    COLUMN_HEADERS, /* All headers: ARRAY<STRUCT<KEY STRING, VALUE BYTES>>. */
    COLUMN_HEADER,  /* The last header named header_key: BYTES. */
} ColumnRole;

typedef struct SchemaColumn {
    Str name;
    const Type *type;
    ColumnRole role;
    Str header_key; /* COLUMN_HEADER only. */
} SchemaColumn;

typedef struct Schema {
    SchemaColumn *columns;
    int count;
    int key_count; /* The first key_count columns are keys. */
} Schema;

/* Index of the column named `name` (exact), or -1. */
int schema_find(const Schema *schema, Str name);

/* Number of value columns (not keys, not headers). */
int schema_value_count(const Schema *schema);

Schema *schema_copy(Arena *arena, const Schema *schema);
bool schema_equal(const Schema *a, const Schema *b);

/* "`ID` INTEGER KEY, `V` STRING"; `key_word` is "KEY" or "PRIMARY KEY". */
Str schema_print(Arena *arena, const Schema *schema, const char *key_word);

/* True for ROWTIME, ROWPARTITION, ROWOFFSET, WINDOWSTART, WINDOWEND. */
bool is_system_column(Str name);

/* The name as SQL prints it: back-quoted only where it would not survive
 * folding to upper case (reserved words are the parser's matter). */
Str name_quote(Arena *arena, Str name);

#endif
