/* SPDX-License-Identifier: Apache-2.0
 *
 * RowQueue: rows of a transient query on their way from its worker threads to
 * the thread that asked. Bounded: a slow reader makes the query wait.
 */
#ifndef ENGINE_ROWS_H
#define ENGINE_ROWS_H

#include "types/batch.h"
#include "types/schema.h"

typedef struct RowQueue RowQueue;

/* Some rows, copied; the taker frees `arena`. */
typedef struct RowPack {
    Arena *arena;
    int count;
    int column_count;
    Value *values; /* count * column_count */
    bool *tombstones;
    struct RowPack *next;
} RowPack;

RowQueue *rows_new(const Schema *schema);
void rows_free(RowQueue *queue);

/* QueryOptions.rows with the queue as its context. */
bool rows_put(void *context, const Batch *batch, const Column *const *columns,
              int column_count);

/* QueryOptions.finished: nothing more will come. */
void rows_finish(RowQueue *queue);

/* Nobody takes any more: rows_put returns false from now on. */
void rows_close(RowQueue *queue);

/* The next pack; NULL after wait_ms without one, with *done set if none will
 * come. */
RowPack *rows_take(RowQueue *queue, int wait_ms, bool *done);

#endif
