/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding and decoding of record batches (layout in record_batch.h). A record
 * of a plain topic costs about five bytes more than its key and value. The
 * decoder checks every length against the end, so damaged bytes give an error
 * and never a read outside of the batch.
 */
#include "kafka/record_batch.h"

#include <assert.h>

#include "base/alloc.h"

enum {
    BATCH_VERSION = 1,
    FIRST_CAP_BYTES = 512,
    RECORD_EXTRA_BYTES = 64, /* More than all varints of a record. */
    HEADER_EXTRA_BYTES = 24,
    VARINT_MAX_BYTES = 10,
};

/* ---- numbers ---- */

static void put_le(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get_le(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static unsigned char *put_varint(unsigned char *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    *at++ = (unsigned char)value;
    return at;
}

/* NULL at the end or for a number that is too long. */
static inline const unsigned char *
get_varint(const unsigned char *at, const unsigned char *end, uint64_t *value)
{
    if (at && at < end && *at < 0x80) {
        *value = *at;
        return at + 1;
    }
    uint64_t sum = 0;
    for (int shift = 0; at && at < end && shift < 64; shift += 7) {
        sum |= (uint64_t)(*at & 0x7f) << shift;
        if (*at++ < 0x80) {
            *value = sum;
            return at;
        }
    }
    return NULL;
}

static uint64_t zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

/* ---- writing ---- */

static RecordBatch *make_room(RecordBatch *batch, size_t more)
{
    if (!batch) {
        size_t cap = BATCH_HEAD_BYTES + more;
        if (cap < FIRST_CAP_BYTES) cap = FIRST_CAP_BYTES;
        batch = mem_alloc(sizeof *batch + cap);
        *batch = (RecordBatch){.len = BATCH_HEAD_BYTES, .cap = cap};
        atomic_init(&batch->refs, 1);
    } else if (batch->cap - batch->len < more) {
        batch->cap = batch->cap * 2 + more;
        batch = mem_realloc(batch, sizeof *batch + batch->cap);
    }
    return batch;
}

static unsigned char *put_text(unsigned char *at, Str text)
{
    at = put_varint(at, text.ptr ? text.len + 1 : 0);
    if (text.ptr && text.len) memcpy(at, text.ptr, text.len);
    return at + (text.ptr ? text.len : 0);
}

static size_t headers_size(const RecordHeaders *headers)
{
    size_t size = 0;
    for (int i = 0; headers && i < headers->count; i++)
        size += headers->at[i].key.len + headers->at[i].value.len +
                HEADER_EXTRA_BYTES;
    return size;
}

RecordBatch *batch_append(RecordBatch *batch, const Record *record,
                          int64_t timestamp_ms, int32_t gap)
{
    const RecordHeaders *headers = record->headers;
    batch = make_room(batch, record->key.len + record->value.len +
                                 RECORD_EXTRA_BYTES + headers_size(headers));
    assert(atomic_load(&batch->refs) == 1);
    if (!batch->count) batch->base_ms = batch->max_ms = timestamp_ms;
    if (timestamp_ms > batch->max_ms) batch->max_ms = timestamp_ms;
    unsigned char *at = batch->bytes + batch->len;
    at = put_varint(at, (uint64_t)gap);
    /* Differences wrap, and unwrap again when read. */
    at = put_varint(at, zigzag((int64_t)((uint64_t)timestamp_ms -
                                         (uint64_t)batch->base_ms)));
    at = put_text(at, record->key);
    at = put_text(at, record->value);
    at = put_varint(at, headers ? (uint64_t)headers->count : 0);
    for (int i = 0; headers && i < headers->count; i++) {
        at = put_text(at, headers->at[i].key);
        at = put_text(at, headers->at[i].value);
    }
    batch->len = (size_t)(at - batch->bytes);
    assert(batch->len <= batch->cap);
    batch->count++;
    batch->span += gap + 1;
    return batch;
}

RecordBatch *batch_seal(RecordBatch *batch)
{
    unsigned char *head = batch->bytes;
    memset(head, 0, BATCH_HEAD_BYTES);
    head[0] = BATCH_VERSION;
    put_le(head + 4, (uint64_t)batch->count, 4);
    put_le(head + 8, (uint64_t)batch->span, 4);
    put_le(head + 16, (uint64_t)batch->base_ms, 8);
    put_le(head + 24, (uint64_t)batch->max_ms, 8);
    put_le(head + 32, (uint64_t)batch->horizon_ms, 8);
    if (batch->cap - batch->len <= batch->len / 8) return batch;
    batch->cap = batch->len;
    return mem_realloc(batch, sizeof *batch + batch->cap);
}

/* ---- reading ---- */

RecordBatch *batch_load(const char *bytes, size_t len, int64_t base_offset)
{
    const unsigned char *head = (const unsigned char *)bytes;
    if (len < BATCH_HEAD_BYTES || head[0] != BATCH_VERSION) return NULL;
    RecordBatch *batch = mem_alloc(sizeof *batch + len);
    *batch = (RecordBatch){
        .count = (int32_t)get_le(head + 4, 4),
        .span = (int32_t)get_le(head + 8, 4),
        .base_offset = base_offset,
        .base_ms = (int64_t)get_le(head + 16, 8),
        .max_ms = (int64_t)get_le(head + 24, 8),
        .horizon_ms = (int64_t)get_le(head + 32, 8),
        .len = len,
        .cap = len,
    };
    atomic_init(&batch->refs, 1);
    memcpy(batch->bytes, bytes, len);
    if (batch->count >= 0 && batch->span >= batch->count) return batch;
    mem_free(batch);
    return NULL;
}

void batch_unref(RecordBatch *batch)
{
    if (batch &&
        atomic_fetch_sub_explicit(&batch->refs, 1, memory_order_acq_rel) == 1)
        mem_free(batch);
}

void batch_unref_chain(RecordBatch *batch)
{
    while (batch) {
        RecordBatch *next = batch->next;
        batch_unref(batch);
        batch = next;
    }
}

static inline const unsigned char *get_text(const unsigned char *at,
                                            const unsigned char *end, Str *text)
{
    uint64_t len;
    at = get_varint(at, end, &len);
    *text = STR_NULL;
    if (!at || len == 0) return at;
    if (len - 1 > (uint64_t)(end - at)) return NULL;
    *text = (Str){(const char *)at, (size_t)len - 1};
    return at + len - 1;
}

static const unsigned char *get_headers(const unsigned char *at,
                                        const unsigned char *end, int count,
                                        Arena *arena, Record *record)
{
    RecordHeaders *headers = NULL;
    if (arena) {
        headers = arena_alloc(arena, sizeof *headers +
                                         sizeof(RecordHeader) * (size_t)count);
        headers->count = count;
    }
    for (int i = 0; at && i < count; i++) {
        RecordHeader header;
        at = get_text(at, end, &header.key);
        at = get_text(at, end, &header.value);
        if (headers) headers->at[i] = header;
    }
    record->headers = headers;
    return at;
}

int batch_read(const RecordBatch *batch, BatchCursor *cursor, int64_t from,
               Record *records, int max, Arena *headers)
{
    const unsigned char *end = batch->bytes + batch->len;
    const unsigned char *at = batch->bytes +
                              (cursor->at ? cursor->at : BATCH_HEAD_BYTES);
    int count = 0;

    while (count < max && cursor->passed < batch->count) {
        Record *record = &records[count];
        uint64_t gap, time, header_count;
        at = get_varint(at, end, &gap);
        at = get_varint(at, end, &time);
        at = get_text(at, end, &record->key);
        at = get_text(at, end, &record->value);
        at = get_varint(at, end, &header_count);
        if (!at || gap >= (uint64_t)batch->span ||
            header_count > (uint64_t)(end - at))
            return -1;
        record->headers = NULL;
        if (header_count)
            at = get_headers(at, end, (int)header_count, headers, record);
        if (!at) return -1;
        record->timestamp_ms = (int64_t)((uint64_t)batch->base_ms +
                                         (uint64_t)unzigzag(time));
        cursor->offset += (int64_t)gap;
        record->offset = batch->base_offset + cursor->offset++;
        cursor->passed++;
        if (record->offset >= from) count++;
    }
    cursor->at = (size_t)(at - batch->bytes);
    return count;
}
