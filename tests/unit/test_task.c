/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of batches, and the queue of a task's input: every record comes out
 * once, in order, whatever the sizes of chunks and batches, and chunks are
 * given back exactly when nothing points into them any more.
 */
#include "runtime/rowset.h"
#include "runtime/slice.h"
#include "runtime/task.h"
#include "tests/unit/check.h"

#include "base/alloc.h"

static Arena *arena;

static uint32_t seed = 12345;

static int rnd(int below)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)(seed >> 8) % below;
}

static Batch *numbers(int count)
{
    Batch *batch = batch_new(arena, count, 2);
    column_init(arena, &batch->columns[0], &type_bigint, count);
    for (int i = 0; i < count; i++) {
        batch->columns[0].i64[i] = i;
        if (i % 3 == 0) column_set_null(arena, &batch->columns[0], i, count);
        batch->timestamps[i] = 1000 + i;
        batch->offsets[i] = i;
        batch->key_bytes[i] = (Str){"k", 1};
    }
    batch->row_null = bits_new(arena, count);
    for (int i = 0; i < count; i += 5)
        bit_set(batch->row_null, i);
    return batch;
}

static void test_bits_slice(void)
{
    uint64_t *bits = bits_new(arena, 300);
    for (int i = 0; i < 300; i++)
        if (rnd(2)) bit_set(bits, i);
    for (int round = 0; round < 300; round++) {
        int from = rnd(300), count = 1 + rnd(300 - from);
        uint64_t *part = bits_slice(arena, bits, from, count);
        for (int i = 0; i < count; i++)
            CHECK(bit_get(part, i) == bit_get(bits, from + i));
    }
    CHECK(!bits_slice(arena, NULL, 3, 4));
}

static void test_batch_slice(void)
{
    for (int round = 0; round < 100; round++) {
        int count = 1 + rnd(200);
        Batch *batch = numbers(count);
        batch->old = numbers(count);
        for (int i = 0; i < count / 4; i++) {
            int row = rnd(count);
            bool alive = false;
            for (int k = 0; k < batch->sel_count; k++)
                alive = alive || batch_row(batch, k) == row;
            if (alive) batch_drop_row(batch, row);
        }
        int from = rnd(count), to = from + 1 + rnd(count - from), at = 0;
        Batch *part = batch_slice(arena, batch, from, to);
        CHECK(part->count == to - from && part->old->count == to - from);
        for (int k = 0; k < batch->sel_count; k++) {
            int row = batch_row(batch, k);
            if (row < from || row >= to) continue;
            CHECK(at < part->sel_count && batch_row(part, at) == row - from);
            at++;
            CHECK(part->timestamps[row - from] == 1000 + row);
            CHECK(bit_get(part->row_null, row - from) == (row % 5 == 0));
            Value v = column_get(&part->columns[0], row - from);
            CHECK(v.null == (row % 3 == 0) && (v.null || v.i64 == row));
            CHECK(!part->columns[1].values);
        }
        CHECK(at == part->sel_count);
    }
}

static void test_gather(void)
{
    Batch *batch = numbers(10);
    static const int rows[] = {7, 7, 0, 3, 5};
    Batch *out = batch_gather(arena, batch, rows, 5);
    CHECK(out->count == 5 && out->sel_count == 5);
    for (int i = 0; i < 5; i++) {
        Value v = column_get(&out->columns[0], i);
        CHECK(v.null == (rows[i] % 3 == 0) && (v.null || v.i64 == rows[i]));
        CHECK(out->offsets[i] == rows[i]);
        CHECK(bit_get(out->row_null, i) == (rows[i] % 5 == 0));
    }
}

static void test_rowset(void)
{
    PlanColumn columns[] = {
        {STR("ID"), &type_bigint, PLAN_KEY, true},
        {STR("NOT"), &type_string, PLAN_VALUE, false},
        {STR("ROWTIME"), &type_bigint, PLAN_SYSTEM, true},
        {STR("NAME"), &type_string, PLAN_VALUE, true},
    };
    RowSet set;
    rowset_open(arena, columns, 4, &set);
    CHECK(set.count == 2 && set.rowtime_slot == 2);
    Batch *from = batch_new(arena, 2, 4), *to = batch_new(arena, 2, 4);
    rowset_columns(&set, arena, from, columns);
    rowset_columns(&set, arena, to, columns);
    CHECK(!from->columns[1].values);
    from->columns[0].i64[1] = 42;
    from->columns[3].str[1] = STR("name");
    column_set_null(arena, &from->columns[3], 0, 2);
    from->columns[0].i64[0] = 1;
    for (int row = 0; row < 2; row++) {
        Buf buf = {0};
        rowset_encode(&set, &buf, from, row);
        Str bytes = {arena_copy(arena, buf.ptr, buf.len), buf.len};
        buf_free(&buf);
        CHECK(rowset_decode(&set, to, row, bytes, 77 + row));
    }
    CHECK(to->columns[0].i64[1] == 42 && to->columns[2].i64[1] == 78);
    CHECK_STR(to->columns[3].str[1], "name");
    CHECK(bit_get(to->columns[3].nulls, 0) &&
          !bit_get(to->columns[3].nulls, 1));
    CHECK(!rowset_decode(&set, to, 0, STR("short"), 1));
    CHECK(bit_get(to->columns[0].nulls, 0));
}

/* ---- the queue ---- */

static int live_chunks;

static void chunk_done(void *context, Chunk *chunk)
{
    (void)context;
    live_chunks--;
    /* Whoever reads it after this sees nonsense. */
    for (int i = 0; i < chunk->set->count; i++)
        chunk->set->records[i].offset = -999;
}

static Batch *decode(Op *op, Arena *batch_arena, const RawRows *raw)
{
    (void)op;
    Batch *batch = batch_new(batch_arena, raw->count, 0);
    batch->offsets = raw->offsets;
    batch->timestamps = raw->timestamps;
    batch->key_bytes = raw->keys;
    return batch;
}

static void add_chunk(TaskInput *input, int64_t *next, int count)
{
    Chunk *chunk = ARENA_NEW(arena, Chunk);
    RecordSet *set = ARENA_NEW(arena, RecordSet);
    set->records = ARENA_ARRAY(arena, Record, count);
    set->count = count;
    for (int i = 0; i < count; i++)
        set->records[i] = (Record){.offset = (*next)++, .timestamp_ms = 1};
    *chunk = (Chunk){set, 1, chunk_done, NULL};
    live_chunks++;
    task_add(NULL, input, chunk);
    chunk_unuse(chunk);
}

static void test_queue(void)
{
    for (int round = 0; round < 200; round++) {
        TaskInput input = {
            .decode = decode, .arena = arena_new("batch", 0), .position = -1};
        int64_t sent = 0, seen = 0;
        int max_rows = 1 + rnd(round % 2 ? 5 : 50);
        for (int step = 0; step < 60; step++) {
            for (int n = rnd(3); n > 0; n--)
                add_chunk(&input, &sent, 1 + rnd(12));
            if (step % 7 == 6 && !input.batch) continue;
            input_fill(&input, max_rows);
            if (!input.batch) {
                CHECK(seen == sent && input.queued == 0);
                continue;
            }
            CHECK(input.batch->count <= max_rows);
            for (int i = 0; i < input.batch->count; i++)
                CHECK(input.batch->offsets[i] == seen++);
            CHECK(sent - seen == input.queued);
            input_finish(&input);
            CHECK(input.position == seen);
        }
        input_fill(&input, max_rows);
        input_clear(&input);
        CHECK(live_chunks == 0 && !input.batch);
        mem_free(input.chunks);
        arena_free(input.arena);
    }
}

int main(void)
{
    arena = arena_new("test", 0);
    test_bits_slice();
    test_batch_slice();
    test_gather();
    test_rowset();
    test_queue();
    arena_free(arena);
    return check_done();
}
