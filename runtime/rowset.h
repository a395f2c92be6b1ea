/* SPDX-License-Identifier: Apache-2.0
 *
 * RowSet: which columns of a node are kept as encoded rows (types/codec.h) in
 * stores and internal topics, and the way there and back. The needed columns
 * without ROWTIME, which is the timestamp kept beside each row.
 */
#ifndef RUNTIME_ROWSET_H
#define RUNTIME_ROWSET_H

#include "planner/plan.h"
#include "state/store.h"
#include "types/batch.h"
#include "types/codec.h"

typedef struct RowSet {
    int column_count; /* Of the node. */
    int count;        /* Of kept columns. */
    int *slots;       /* Their slots in the node. */
    const Type **types;
    int rowtime_slot; /* -1: not needed. */
    Value *values;    /* Room for one row. */
} RowSet;

/* The needed columns of a node with `columns`. */
void rowset_open(Arena *plan, const PlanColumn *columns, int count,
                 RowSet *set);

/* Appends row `row` of the batch. */
void rowset_encode(RowSet *set, Buf *buf, const Batch *batch, int row);

/* Makes the kept columns (and ROWTIME) in `batch`, which has the node's
 * columns: uncleared, no nulls. */
void rowset_columns(const RowSet *set, Arena *arena, Batch *batch,
                    const PlanColumn *columns);

/* Fills row `row` of these columns from encoded bytes; `timestamp_ms` is
 * ROWTIME. Values borrow from `bytes`. False: the bytes are damaged; the row's
 * columns are null. */
bool rowset_decode(RowSet *set, Batch *batch, int row, Str bytes,
                   int64_t timestamp_ms);

/* Sets these columns null in row `row`. */
void rowset_null(RowSet *set, Batch *batch, int row);

/* Row `row` of a batch of merged changes, from a dirty entry: time, columns (in
 * the batch's arena), or that it was deleted. False: the key was made and
 * unmade, and nobody is told. */
bool rowset_merged(RowSet *set, Batch *batch, int row, const StoreEntry *entry);

#endif
