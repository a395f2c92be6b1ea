/* SPDX-License-Identifier: Apache-2.0
 *
 * What the joins share: the two sides of a join, each with its columns in the
 * output, what of its rows is kept, and the bytes that rows meet under.
 */
#ifndef RUNTIME_JOIN_INT_H
#define RUNTIME_JOIN_INT_H

#include "runtime/rowset.h"
#include "runtime/task.h"

typedef struct JoinSide {
    const PlanNode *node; /* The input. */
    int first;            /* Its first slot in the join's columns. */
    RowSet rows;          /* What is kept of it. */
    Store *store;
} JoinSide;

/* Fills all but the stores. */
void join_sides_open(const Op *op, Arena *plan, JoinSide sides[2]);

/* Bytes of a window's bounds behind a key. */
size_t join_window_bytes(WindowKind window);

/* The key that rows meet under: the key bytes, then a window's bounds, as in
 * record keys (formats 8). STR_NULL: no key. */
Str join_key(Arena *arena, WindowKind window, const Batch *batch, int row);

/* Takes the bounds off such a key; `size_ms` of a time window. */
Str join_key_split(const PlanNode *node, Str key, int64_t *start, int64_t *end);

/* `out`'s columns of one side, as a batch of that side's columns. */
Batch join_view(const JoinSide *side, const Batch *out);

/* Makes one side's kept columns in `out`. */
void join_columns_init(const JoinSide *side, Batch *out);

/* The batch's columns as the side's in `out`, without copying. Rows without a
 * value (`row_null`) are padded with nulls, but for columns that are the key of
 * the join's result. */
void join_columns_share(const Op *op, const JoinSide *side, const Batch *batch,
                        Batch *out);

/* The key column of a join's input, which has exactly one. */
int join_key_slot(const PlanNode *node);

/* Fills the synthetic key's column of `out` from the side's key column. */
void join_synthetic_key(const Op *op, const JoinSide *side, Batch *out);

/* Puts row `row` of the batch into an entry; `buf` is working memory. */
void join_store_row(JoinSide *side, StoreEntry *entry, const Batch *batch,
                    int row, Buf *buf);

/* Writes a store when too much of it is dirty. */
void join_trim(Op *op, Store *store);

#endif
