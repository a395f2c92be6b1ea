/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of batches: a run of rows as a batch of its own, and rows picked one by
 * one (with repeats) into a new batch.
 */
#ifndef RUNTIME_SLICE_H
#define RUNTIME_SLICE_H

#include "types/batch.h"

/* Rows [from, to) of `batch` as a batch in `arena`. Values are shared, bitmaps
 * copied. */
Batch *batch_slice(Arena *arena, const Batch *batch, int from, int to);

/* Rows rows[0..count) of `batch`, all alive, old rows included. Columns that
 * are not filled stay so. */
Batch *batch_gather(Arena *arena, const Batch *batch, const int *rows,
                    int count);

/* A bitmap of `count` bits from bit `from` on; NULL if `bits` is. */
uint64_t *bits_slice(Arena *arena, const uint64_t *bits, int from, int count);

/* `batch` with `row_null` as a bitmap of its own that may be changed. */
void batch_own_row_null(Batch *batch);

#endif
