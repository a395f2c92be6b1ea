/* SPDX-License-Identifier: Apache-2.0
 *
 * Records held back, by writer and partition: bytes in one buffer, their places
 * beside it. Order within a partition is kept: whatever is sent directly goes
 * after what is held.
 */
#include "runtime/outbox.h"

#include "base/alloc.h"

enum {
    RUN_RECORDS = 1024, /* A run this long goes out at once. */
    RUN_BYTES = 128 * 1024,
    HELD_BYTES = 8 << 20, /* And this much in all. */
    DIRECT_RECORDS = 64,
    PARTS_A_MS = 4,
};

typedef struct HeldRecord {
    size_t key_at, value_at; /* SIZE_MAX: null. */
    size_t key_len, value_len;
    int64_t timestamp_ms;
} HeldRecord;

typedef struct HeldPart {
    Buf bytes;
    HeldRecord *records;
    int count, cap;
} HeldPart;

struct Held {
    Outbox *outbox;
    Held *next, *before;
    Op *op;
    const char *topic;
    int partitions;
    HeldPart parts[];
};

static Held *new_held(Outbox *outbox, Op *op, const char *topic, int partitions)
{
    Held *held = mem_zalloc(sizeof *held +
                            sizeof(HeldPart) * (size_t)partitions);
    held->outbox = outbox;
    held->op = op;
    held->topic = topic;
    held->partitions = partitions;
    held->next = outbox->first;
    if (held->next) held->next->before = held;
    outbox->first = held;
    return held;
}

static size_t keep(Buf *bytes, Str text)
{
    if (!text.ptr) return SIZE_MAX;
    size_t at = bytes->len;
    buf_append(bytes, text.ptr, text.len);
    return at;
}

static Str kept(const Buf *bytes, size_t at, size_t len)
{
    if (at == SIZE_MAX) return STR_NULL;
    return (Str){bytes->ptr ? bytes->ptr + at : "", len};
}

static void send_part(Held *held, int32_t partition)
{
    HeldPart *part = &held->parts[partition];
    if (!part->count) return;
    int count = part->count;
    Record *records = ARENA_ARRAY(held->op->task->scratch, Record, count);
    for (int i = 0; i < count; i++) {
        const HeldRecord *from = &part->records[i];
        records[i] = (Record){
            .key = kept(&part->bytes, from->key_at, from->key_len),
            .value = kept(&part->bytes, from->value_at, from->value_len),
            .timestamp_ms = from->timestamp_ms};
    }
    task_send(held->op, held->topic, partition, records, count);
    held->outbox->bytes -= part->bytes.len;
    part->count = 0;
    part->bytes.len = 0;
    held->outbox->parts--;
}

static void hold(Held *held, int32_t partition, const Record *record)
{
    HeldPart *part = &held->parts[partition];
    if (!part->count && !held->outbox->parts++)
        held->outbox->since_ms = clock_monotonic_ms();
    if (part->count == part->cap) {
        part->cap = part->cap ? 2 * part->cap : 8;
        part->records = mem_realloc(part->records,
                                    sizeof(HeldRecord) * (size_t)part->cap);
    }
    size_t before = part->bytes.len;
    HeldRecord *to = &part->records[part->count++];
    *to = (HeldRecord){.key_at = keep(&part->bytes, record->key),
                       .value_at = keep(&part->bytes, record->value),
                       .key_len = record->key.len,
                       .value_len = record->value.len,
                       .timestamp_ms = record->timestamp_ms};
    held->outbox->bytes += part->bytes.len - before;
    if (part->count >= RUN_RECORDS || part->bytes.len >= RUN_BYTES)
        send_part(held, partition);
}

static bool has_headers(const Record *records, int count)
{
    for (int i = 0; i < count; i++)
        if (records[i].headers) return true;
    return false;
}

void outbox_put(Outbox *outbox, Held **held, Op *op, const char *topic,
                int partitions, int32_t partition, const Record *records,
                int count)
{
    bool direct = count >= DIRECT_RECORDS || has_headers(records, count);
    if (direct) {
        if (*held) send_part(*held, partition);
        task_send(op, topic, partition, records, count);
        return;
    }
    if (!*held) *held = new_held(outbox, op, topic, partitions);
    for (int i = 0; i < count; i++)
        hold(*held, partition, &records[i]);
}

bool outbox_is_due(const Outbox *outbox, bool behind)
{
    if (!outbox->parts) return false;
    if (outbox->bytes >= HELD_BYTES) return true;
    int64_t hold_ms = outbox->parts / PARTS_A_MS;
    if (hold_ms > OUTBOX_HOLD_MAX_MS) hold_ms = OUTBOX_HOLD_MAX_MS;
    if (behind) hold_ms = OUTBOX_BEHIND_MS;
    return clock_monotonic_ms() - outbox->since_ms >= hold_ms;
}

void outbox_flush(Outbox *outbox)
{
    if (!outbox->parts) return;
    for (Held *held = outbox->first; held; held = held->next) {
        for (int p = 0; p < held->partitions; p++)
            send_part(held, p);
        arena_reset(held->op->task->scratch);
    }
}

void outbox_forget(Held *held)
{
    if (!held) return;
    for (int p = 0; p < held->partitions; p++) {
        HeldPart *part = &held->parts[p];
        if (part->count) held->outbox->parts--;
        held->outbox->bytes -= part->bytes.len;
        buf_free(&part->bytes);
        mem_free(part->records);
    }
    if (held->next) held->next->before = held->before;
    if (held->before)
        held->before->next = held->next;
    else
        held->outbox->first = held->next;
    mem_free(held);
}
