/* SPDX-License-Identifier: Apache-2.0
 *
 * Record batches of the embedded broker: bytes in, records out. The layout is
 * in kafka/local.h. Reading copies nothing: records point into the blob.
 */
#include "kafka/local.h"

#include "base/alloc.h"

typedef struct RecordHead {
    uint32_t delta;
    uint32_t key_len;
    uint32_t value_len;
    uint32_t headers_len;
    int64_t timestamp_ms;
} RecordHead;

Blob *blob_new(size_t len)
{
    Blob *blob = mem_alloc(sizeof *blob + len);
    blob->references = 1;
    blob->len = len;
    return blob;
}

Blob *blob_keep(Blob *blob)
{
    __atomic_fetch_add(&blob->references, 1, __ATOMIC_RELAXED);
    return blob;
}

void blob_drop(Blob *blob)
{
    if (blob && __atomic_sub_fetch(&blob->references, 1, __ATOMIC_ACQ_REL) == 0)
        mem_free(blob);
}

static void append_length(Buf *out, Str s)
{
    uint32_t len = s.ptr ? (uint32_t)s.len : UINT32_MAX;
    buf_append(out, &len, sizeof len);
    if (s.ptr) buf_append(out, s.ptr, s.len);
}

void blob_append(Buf *out, const Record *record, uint32_t delta,
                  int64_t timestamp_ms)
{
    static const char zeros[8];
    RecordHead head = {
        .delta = delta,
        .key_len = record->key.ptr ? (uint32_t)record->key.len : UINT32_MAX,
        .value_len = record->value.ptr ? (uint32_t)record->value.len
                                       : UINT32_MAX,
        .timestamp_ms = timestamp_ms};
    size_t at = out->len;

    buf_append(out, &head, sizeof head);
    if (record->key.ptr) buf_append(out, record->key.ptr, record->key.len);
    if (record->value.ptr)
        buf_append(out, record->value.ptr, record->value.len);
    if (record->headers && record->headers->count) {
        size_t start = out->len;
        uint32_t count = (uint32_t)record->headers->count;
        buf_append(out, &count, sizeof count);
        for (uint32_t i = 0; i < count; i++) {
            append_length(out, record->headers->at[i].key);
            append_length(out, record->headers->at[i].value);
        }
        head.headers_len = (uint32_t)(out->len - start);
        memcpy(out->ptr + at, &head, sizeof head);
    }
    buf_append(out, zeros, (8 - out->len % 8) % 8);
}

static Str take_length(const char **at)
{
    uint32_t len;
    memcpy(&len, *at, sizeof len);
    *at += sizeof len;
    if (len == UINT32_MAX) return STR_NULL;
    Str s = {*at, len};
    *at += len;
    return s;
}

static const RecordHeaders *read_headers(Arena *arena, const char *at)
{
    uint32_t count;
    memcpy(&count, at, sizeof count);
    at += sizeof count;
    RecordHeaders *headers = arena_alloc(
        arena, sizeof *headers + sizeof(RecordHeader) * count);
    headers->count = (int)count;
    for (uint32_t i = 0; i < count; i++) {
        headers->at[i].key = take_length(&at);
        headers->at[i].value = take_length(&at);
    }
    return headers;
}

int blob_read(Arena *arena, const Blob *blob, int64_t base, int64_t offset,
               Record *records, int max)
{
    const char *at = blob->bytes + sizeof(BatchHead);
    const char *end = blob->bytes + blob->len;
    int count = 0;

    while (at < end && count < max) {
        RecordHead head;
        memcpy(&head, at, sizeof head);
        const char *p = at + sizeof head;
        size_t key = head.key_len == UINT32_MAX ? 0 : head.key_len;
        size_t value = head.value_len == UINT32_MAX ? 0 : head.value_len;
        size_t size = sizeof head + key + value + head.headers_len;
        if (base + head.delta >= offset) {
            Record *record = &records[count++];
            record->key = head.key_len == UINT32_MAX ? STR_NULL : (Str){p, key};
            record->value = head.value_len == UINT32_MAX
                                ? STR_NULL
                                : (Str){p + key, value};
            record->timestamp_ms = head.timestamp_ms;
            record->offset = base + head.delta;
            record->headers = head.headers_len
                                  ? read_headers(arena, p + key + value)
                                  : NULL;
        }
        at += (size + 7) & ~(size_t)7;
    }
    return count;
}
