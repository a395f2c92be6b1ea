/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue of one input partition of a task: raw records in, decoded batches
 * out. Chunks are what polls returned; a batch takes records from as many as it
 * needs, and they are given back when the batch is finished, because its
 * strings point into them.
 *
 * Invariant: chunks[first .. first + held) are used by the batch alone, the
 * next one (if `next` > 0) by both the batch and the queue.
 */
#include "runtime/task.h"

#include <assert.h>

#include "base/alloc.h"

void chunk_unuse(Chunk *chunk)
{
    assert(chunk->users > 0);
    if (--chunk->users == 0) chunk->done(chunk->context, chunk);
}

/* How many records at the front this input has done already: it was ahead of
 * the committed offset. */
static int done_already(const TaskInput *input, const RecordSet *set)
{
    int done = 0;
    while (done < set->count && set->records[done].offset < input->position)
        done++;
    return done;
}

void task_add(Task *task, TaskInput *input, Chunk *chunk)
{
    (void)task;
    int done = done_already(input, chunk->set);
    if (done == chunk->set->count) return;
    if (done) {
        assert(input->first == input->chunk_count && !input->queued);
        input->next = done;
    }
    if (input->chunk_count == input->chunk_cap) {
        if (input->first > input->chunk_cap / 2) {
            input->chunk_count -= input->first;
            memmove(input->chunks, input->chunks + input->first,
                    sizeof(Chunk *) * (size_t)input->chunk_count);
            input->first = 0;
        } else {
            input->chunk_cap = input->chunk_cap ? input->chunk_cap * 2 : 16;
            input->chunks = mem_realloc(
                input->chunks, sizeof(Chunk *) * (size_t)input->chunk_cap);
        }
    }
    chunk->users++;
    input->chunks[input->chunk_count++] = chunk;
    input->queued += chunk->set->count - done;
    input->caught_up = false;
}

RawRows raw_rows(Arena *arena, int32_t partition, int count)
{
    return (RawRows){.partition = partition,
                     .keys = ARENA_ARRAY(arena, Str, count),
                     .values = ARENA_ARRAY(arena, Str, count),
                     .timestamps = ARENA_ARRAY(arena, int64_t, count),
                     .offsets = ARENA_ARRAY(arena, int64_t, count)};
}

/* Copies one record's slices into the arrays. Record headers and batch headers
 * have the same shape, so they are shared. */
void raw_take(RawRows *raw, Arena *arena, int max_rows, const Record *record)
{
    int i = raw->count++;
    raw->keys[i] = record->key;
    raw->values[i] = record->value;
    raw->timestamps[i] = record->timestamp_ms;
    raw->offsets[i] = record->offset;
    if (!record->headers && !raw->headers) return;
    if (!raw->headers) {
        raw->headers = ARENA_ARRAY(arena, const Headers *, max_rows);
        memset(raw->headers, 0, sizeof(Headers *) * (size_t)max_rows);
    }
    _Static_assert(sizeof(RecordHeaders) == sizeof(Headers) &&
                       sizeof(RecordHeader) == sizeof(Header),
                   "headers are shared, not converted");
    raw->headers[i] = (const Headers *)(const void *)record->headers;
}

void input_fill(TaskInput *input, int max_rows)
{
    if (input->batch || !input->queued) return;
    Arena *arena = input->arena;
    arena_reset(arena);
    int rows = input->queued < max_rows ? input->queued : max_rows;
    RawRows raw = raw_rows(arena, 0, rows);
    int at = input->first + input->held;
    while (raw.count < rows) {
        const RecordSet *set = input->chunks[at]->set;
        raw.partition = set->partition;
        while (raw.count < rows && input->next < set->count)
            raw_take(&raw, arena, rows, &set->records[input->next++]);
        if (input->next < set->count) break;
        input->next = 0;
        input->held++;
        at++;
    }
    input->queued -= rows;
    input->batch_position = raw.offsets[rows - 1] + 1;
    input->at = 0;
    input->batch = input->decode(input->op, arena, &raw);
}

void input_finish(TaskInput *input)
{
    if (input->batch) input->position = input->batch_position;
    input->batch = NULL;
    for (; input->held > 0; input->held--)
        chunk_unuse(input->chunks[input->first++]);
    if (input->first == input->chunk_count)
        input->first = input->chunk_count = 0;
}

void input_clear(TaskInput *input)
{
    input->batch = NULL;
    input->held = input->next = input->queued = 0;
    while (input->first < input->chunk_count)
        chunk_unuse(input->chunks[input->first++]);
    input->first = input->chunk_count = 0;
}
