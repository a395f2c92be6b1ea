/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of a table that were merged until the commit: those on the dirty list
 * of its store go out as batches, each key once.
 */
#ifndef RUNTIME_MERGED_H
#define RUNTIME_MERGED_H

#include "runtime/kept_headers.h"
#include "runtime/op.h"
#include "runtime/rowset.h"

typedef struct MergedRows {
    Store *store;
    RowSet *rows;         /* What the store's values are. */
    KeptHeaders *headers; /* Of the changes, by store key. */
    Arena *arena;         /* Of one batch; reset before each. */
    /* What the operator adds: to a new batch (NULL: nothing), to row `i`, whose
     * store key is `key`, and when the selection is known (NULL: nothing). */
    void (*begin)(Op *op, Batch *batch);
    void (*row)(Op *op, Batch *batch, int i, Str key, const StoreEntry *entry);
    void (*end)(Op *op, Batch *batch);
} MergedRows;

/* Emits all dirty entries, in their order; keys that were made and unmade are
 * left out. Nothing is flushed. */
void merged_emit(Op *op, const MergedRows *merged);

#endif
