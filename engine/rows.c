/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of packs under a lock. Each pack has its own arena, so the reader
 * gives back rows at its own pace.
 */
#include "engine/rows.h"

#include <pthread.h>
#include <time.h>

#include "base/alloc.h"

enum {
    PACK_ROWS_MAX = 512,   /* Rows copied under one arena. */
    QUEUE_ROWS_MAX = 4096, /* Rows waiting before the query waits. */
};

struct RowQueue {
    pthread_mutex_t lock;
    pthread_cond_t came, went;
    const Schema *schema;
    RowPack *first, **last;
    int row_count;
    bool finished, closed;
};

RowQueue *rows_new(const Schema *schema)
{
    RowQueue *queue = mem_zalloc(sizeof *queue);
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->came, NULL);
    pthread_cond_init(&queue->went, NULL);
    queue->schema = schema;
    queue->last = &queue->first;
    return queue;
}

void rows_free(RowQueue *queue)
{
    while (queue->first) {
        RowPack *pack = queue->first;
        queue->first = pack->next;
        arena_free(pack->arena);
    }
    pthread_cond_destroy(&queue->came);
    pthread_cond_destroy(&queue->went);
    pthread_mutex_destroy(&queue->lock);
    mem_free(queue);
}

/* Copies living rows `from` to `to` of the batch. */
static RowPack *pack_rows(const Schema *schema, const Batch *batch,
                          const Column *const *columns, int column_count,
                          int from, int to)
{
    Arena *arena = arena_new("rows", 0);
    RowPack *pack = ARENA_NEW(arena, RowPack);

    pack->arena = arena;
    pack->count = to - from;
    pack->column_count = column_count;
    pack->values = ARENA_ARRAY(arena, Value, (to - from) * column_count + 1);
    pack->tombstones = ARENA_ARRAY(arena, bool, to - from);
    for (int i = from; i < to; i++) {
        int row = batch_row(batch, i);
        Value *out = &pack->values[(i - from) * column_count];
        pack->tombstones[i - from] = bit_get(batch->row_null, row);
        for (int c = 0; c < column_count; c++) {
            Value value = column_get(columns[c], row);
            out[c] = value_copy(arena, schema->columns[c].type, value);
        }
    }
    return pack;
}

bool rows_put(void *context, const Batch *batch, const Column *const *columns,
              int column_count)
{
    RowQueue *queue = context;
    for (int at = 0; at < batch->sel_count; at += PACK_ROWS_MAX) {
        int end = at + PACK_ROWS_MAX;
        if (end > batch->sel_count) end = batch->sel_count;
        RowPack *pack = pack_rows(queue->schema, batch, columns, column_count,
                                  at, end);
        pthread_mutex_lock(&queue->lock);
        while (queue->row_count >= QUEUE_ROWS_MAX && !queue->closed)
            pthread_cond_wait(&queue->went, &queue->lock);
        bool closed = queue->closed;
        if (!closed) {
            *queue->last = pack;
            queue->last = &pack->next;
            queue->row_count += pack->count;
            pthread_cond_signal(&queue->came);
        }
        pthread_mutex_unlock(&queue->lock);
        if (closed) {
            arena_free(pack->arena);
            return false;
        }
    }
    return true;
}

void rows_finish(RowQueue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->finished = true;
    pthread_cond_broadcast(&queue->came);
    pthread_mutex_unlock(&queue->lock);
}

void rows_close(RowQueue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->went);
    pthread_mutex_unlock(&queue->lock);
}

RowPack *rows_take(RowQueue *queue, int wait_ms, bool *done)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;

    pthread_mutex_lock(&queue->lock);
    while (!queue->first && !queue->finished)
        if (pthread_cond_timedwait(&queue->came, &queue->lock, &until)) break;
    RowPack *pack = queue->first;
    if (pack) {
        queue->first = pack->next;
        if (!queue->first) queue->last = &queue->first;
        queue->row_count -= pack->count;
        pthread_cond_signal(&queue->went);
    }
    *done = !pack && queue->finished;
    pthread_mutex_unlock(&queue->lock);
    return pack;
}
