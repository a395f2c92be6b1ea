/* SPDX-License-Identifier: Apache-2.0
 *
 * Record batches: what goes in comes out, however it is cut into reads, and
 * damaged bytes give an error or other records but never a read outside.
 */
#include "kafka/record_batch.h"

#include "tests/unit/check.h"

enum { COUNT = 300 };

static unsigned seed = 12345;

static unsigned next_random(unsigned below)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % below;
}

static Str random_text(Arena *arena, unsigned max)
{
    unsigned len = next_random(max + 2);
    if (len == max + 1) return STR_NULL;
    char *text = arena_alloc(arena, len + 1);
    for (unsigned i = 0; i < len; i++)
        text[i] = (char)next_random(256);
    return (Str){text, len};
}

static const RecordHeaders *random_headers(Arena *arena)
{
    int count = (int)next_random(4);
    if (!count) return NULL;
    RecordHeaders *headers = arena_alloc(
        arena, sizeof *headers + sizeof(RecordHeader) * (size_t)count);
    headers->count = count;
    for (int i = 0; i < count; i++) {
        headers->at[i].key = STR("name");
        headers->at[i].value = random_text(arena, 5);
    }
    return headers;
}

static bool same_text(Str a, Str b)
{
    return !a.ptr == !b.ptr && str_eq(a, b);
}

static bool same_record(const Record *a, const Record *b)
{
    int count = a->headers ? a->headers->count : 0;
    bool same = same_text(a->key, b->key) && same_text(a->value, b->value) &&
                a->timestamp_ms == b->timestamp_ms && a->offset == b->offset &&
                count == (b->headers ? b->headers->count : 0);
    for (int i = 0; same && i < count; i++)
        same = same_text(a->headers->at[i].value, b->headers->at[i].value);
    return same;
}

/* A batch of random records with gaps; `records` gets what was put in. */
static RecordBatch *make_batch(Arena *arena, Record *records)
{
    static const int64_t times[] = {0, 1, 1700000000000, INT64_MAX, 5};
    RecordBatch *batch = NULL;
    int64_t offset = 1000;
    for (int i = 0; i < COUNT; i++) {
        int32_t gap = next_random(5) ? 0 : (int32_t)next_random(1000);
        offset += gap;
        records[i] = (Record){random_text(arena, i % 20 ? 12 : 3000),
                              random_text(arena, 300), times[next_random(5)],
                              offset++, random_headers(arena)};
        batch = batch_append(batch, &records[i], records[i].timestamp_ms, gap);
    }
    batch->base_offset = 1000;
    batch->horizon_ms = 77;
    batch = batch_seal(batch);
    CHECK(batch->count == COUNT && batch_end(batch) == offset);
    return batch;
}

static void records_come_out_as_they_went_in(void)
{
    Arena *arena = arena_new("test", 0);
    Record records[COUNT], got[COUNT];
    RecordBatch *made = make_batch(arena, records);
    RecordBatch *batch = batch_load((const char *)made->bytes, made->len, 1000);
    CHECK(batch && batch->count == COUNT && batch->span == made->span);
    CHECK(batch->horizon_ms == 77 && batch->max_ms == INT64_MAX);
    for (int step = 1; step <= COUNT; step = step * 3 + 1) {
        BatchCursor cursor = {0};
        int count = 0, wrong = 0;
        for (int n; (n = batch_read(batch, &cursor, 0, got, step, arena)) > 0;)
            for (int i = 0; i < n; i++, count++)
                wrong += !same_record(&got[i], &records[count]);
        CHECK(count == COUNT && wrong == 0);
    }
    BatchCursor cursor = {0};
    int64_t from = records[100].offset;
    CHECK(batch_read(batch, &cursor, from, got, COUNT, NULL) == COUNT - 100);
    CHECK(got[0].offset == from && !got[0].headers);
    batch_unref(made);
    batch_unref(batch);
    arena_free(arena);
}

static void damage_is_found_or_harmless(void)
{
    Arena *arena = arena_new("test", 0);
    Record records[COUNT], got[COUNT];
    RecordBatch *made = make_batch(arena, records);
    int errors = 0;
    for (int round = 0; round < 3000; round++) {
        size_t len = round % 2 ? made->len : next_random((unsigned)made->len);
        char *bytes = arena_copy(arena, made->bytes, len);
        for (unsigned n = next_random(4) + (unsigned)(round % 2); len && n; n--)
            bytes[next_random((unsigned)len)] = (char)next_random(256);
        RecordBatch *batch = batch_load(bytes, len, 1000);
        if (!batch) {
            errors++;
            continue;
        }
        BatchCursor cursor = {0};
        unsigned sum = 0;
        int n;
        while ((n = batch_read(batch, &cursor, 0, got, COUNT, arena)) > 0)
            for (int i = 0; i < n; i++) {
                if (got[i].key.len) sum += (unsigned char)*got[i].key.ptr;
                if (got[i].value.len)
                    sum +=
                        (unsigned char)got[i].value.ptr[got[i].value.len - 1];
            }
        errors += n < 0;
        batch_unref(batch);
        arena_reset(arena);
        CHECK(sum < UINT32_MAX);
    }
    CHECK(errors > 1000);
    batch_unref(made);
    arena_free(arena);
}

int main(void)
{
    records_come_out_as_they_went_in();
    damage_is_found_or_harmless();
    return check_done();
}
