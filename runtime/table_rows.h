/* SPDX-License-Identifier: Apache-2.0
 *
 * TableRows: from a table's stored rows to the rows of a pull query. Compiled
 * once; one thread at a time.
 */
#ifndef RUNTIME_TABLE_ROWS_H
#define RUNTIME_TABLE_ROWS_H

#include "runtime/table_reader.h"
#include "state/store_view.h"

typedef struct TableRows TableRows;

/* Without `pull` only the kept node's columns can be had (table_rows_read). */
STATUS table_rows_open(Arena *arena, const TableReaderOptions *options,
                       TableRows **rows);
void table_rows_close(TableRows *rows);

/* The window bounds of a store key; 0 and 0 if it has none. Returns the key
 * without them. */
Str table_rows_bounds(const TableRows *rows, Str key, int64_t *start,
                      int64_t *end);

/* Moves those whose key without window bounds is `key` to the front; returns
 * how many they are. */
int table_rows_of_key(const TableRows *rows, Str key, StoreRow *at, int count);

/* The kept node's columns of up to 4,096 stored rows, and of their keys. */
STATUS table_rows_read(TableRows *rows, Arena *arena, const StoreRow *at,
                       int count, Batch **batch);

/* Calls `visit` for the result rows of up to 4,096 stored ones until it returns
 * false. Results live in `arena`. */
STATUS table_rows_show(TableRows *rows, Arena *arena, const StoreRow *at,
                       int count,
                       bool (*visit)(void *context, const Value *values),
                       void *context);

#endif
