/* SPDX-License-Identifier: Apache-2.0
 *
 * Sends a batch's records: one stable counting sort by partition, then one
 * producer_send a partition. The producer copies, so everything here is used
 * again for the next batch; room grows to what batches need.
 */
#include "runtime/writer.h"

#include <assert.h>

#include "base/alloc.h"
#include "runtime/outbox.h"

enum { ROOM_FIRST = 16, ROOM_KEPT = 256 };

void writer_open(Arena *plan, Op *op, Writer *writer)
{
    const char *topic;
    int partitions = task_target(op, &topic);
    writer_open_to(plan, op, topic, partitions, writer);
}

void writer_open_to(Arena *plan, Op *op, const char *topic, int partitions,
                    Writer *writer)
{
    if (op->task->options->one_partition) partitions = 1;
    *writer = (Writer){.op = op, .topic = topic, .partitions = partitions};
    writer->counts = ARENA_ARRAY(plan, int, writer->partitions + 1);
}

static void free_room(Writer *writer)
{
    mem_free(writer->rows);
    mem_free(writer->records);
    buf_free(&writer->bytes);
    writer->rows = NULL;
    writer->records = NULL;
    writer->count = writer->cap = 0;
}

void writer_close(Writer *writer)
{
    free_room(writer);
    outbox_forget(writer->held);
    writer->held = NULL;
}

void writer_begin(Writer *writer)
{
    writer->count = 0;
    writer->bytes.len = 0;
    memset(writer->counts, 0, sizeof(int) * (size_t)(writer->partitions + 1));
}

/* Rows without a key may go anywhere; a run of neighbours goes together, so
 * that they stay in order and make full messages, the next run elsewhere. */
static int32_t any_partition(const Writer *writer, const Batch *batch, int row)
{
    int64_t run = batch->partition + (batch->offsets[row] >> 6);
    return (int32_t)((uint64_t)run % (uint64_t)writer->partitions);
}

WriterRow *writer_row(Writer *writer, Str hash_key, const Batch *batch, int row)
{
    return writer_row_to(
        writer, hash_key.ptr ? broker_partition(hash_key, writer->partitions)
                             : any_partition(writer, batch, row));
}

WriterRow *writer_row_to(Writer *writer, int32_t partition)
{
    assert(writer->count < BATCH_ROWS_MAX);
    if (writer->count == writer->cap) {
        writer->cap = writer->cap ? 2 * writer->cap : ROOM_FIRST;
        writer->rows = mem_realloc(writer->rows,
                                   sizeof(WriterRow) * (size_t)writer->cap);
        writer->records = mem_realloc(writer->records,
                                      sizeof(Record) * (size_t)writer->cap);
    }
    WriterRow *out = &writer->rows[writer->count++];
    *out = (WriterRow){.key_at = SIZE_MAX,
                       .value_at = SIZE_MAX,
                       .key = STR_NULL,
                       .partition = partition};
    writer->counts[partition + 1]++;
    return out;
}

size_t writer_append(Writer *writer, Str bytes)
{
    size_t at = writer->bytes.len;
    buf_append(&writer->bytes, bytes.ptr, bytes.len);
    return at;
}

static Str part(const Writer *writer, size_t at, uint32_t len)
{
    if (at == SIZE_MAX) return STR_NULL;
    return (Str){writer->bytes.ptr ? writer->bytes.ptr + at : "", len};
}

static void send_run(Writer *writer, int32_t partition, const Record *records,
                     int count)
{
    Outbox *outbox = writer->op->task->outbox;
    if (outbox)
        outbox_put(outbox, &writer->held, writer->op, writer->topic,
                   writer->partitions, partition, records, count);
    else
        task_send(writer->op, writer->topic, partition, records, count);
}

void writer_send(Writer *writer)
{
    /* counts[p] becomes where partition p begins, then where it ends. */
    for (int p = 0; p < writer->partitions; p++)
        writer->counts[p + 1] += writer->counts[p];
    for (int i = 0; i < writer->count; i++) {
        const WriterRow *row = &writer->rows[i];
        Record *record = &writer->records[writer->counts[row->partition]++];
        *record = (Record){.key = row->key_at == SIZE_MAX
                                      ? row->key
                                      : part(writer, row->key_at, row->key_len),
                           .value = part(writer, row->value_at, row->value_len),
                           .timestamp_ms = row->timestamp_ms,
                           .headers = row->headers};
    }
    int from = 0;
    for (int p = 0; p < writer->partitions; p++) {
        int end = writer->counts[p];
        if (end > from) send_run(writer, p, writer->records + from, end - from);
        from = end;
    }
    /* Hundreds of guests share a thread: what one of them needs for a large
     * batch is not kept for each. */
    if (writer->op->task->hosted && writer->cap > ROOM_KEPT) free_room(writer);
}

void put_be64(Buf *buf, int64_t value)
{
    char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)((uint64_t)value >> (56 - 8 * i));
    buf_append(buf, bytes, 8);
}
