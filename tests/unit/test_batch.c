/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches: columns of every type set and read back, null bitmaps, selections
 * held against a plain array of booleans, and derived batches.
 */
#include "types/batch.h"

#include "tests/unit/check.h"

static Arena *arena;

static void test_columns(void)
{
    const Type *dec_type = type_decimal(arena, 10, 2);
    const Type *array = type_array(arena, &type_int);
    Decimal dec = decimal_from_i64(1234, 2);
    List *list = list_new(arena, 0);
    const struct {
        const Type *type;
        Value value;
        size_t width;
    } cases[] = {
        {&type_boolean, {.boolean = true}, 1},
        {&type_int, {.i32 = -5}, 4},
        {&type_date, {.i32 = 18000}, 4},
        {&type_time, {.i32 = 5000}, 4},
        {&type_bigint, {.i64 = INT64_MIN}, 8},
        {&type_timestamp, {.i64 = 99}, 8},
        {&type_double, {.f64 = -0.5}, 8},
        {&type_string, {.str = STR("text")}, sizeof(Str)},
        {&type_bytes, {.str = STR("\x01")}, sizeof(Str)},
        {dec_type, {.dec = &dec}, sizeof(Decimal)},
        {array, {.list = list}, sizeof(void *)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Column column = {0};
        const Type *type = cases[i].type;
        CHECK(column_width(type) == cases[i].width);
        column_init(arena, &column, type, 100);
        CHECK(column.values && !column.nulls && !column.constant);
        for (int row = 0; row < 100; row++)
            column_set(arena, &column, row, 100, cases[i].value);
        CHECK(!column.nulls);
        column_set(arena, &column, 70, 100, VALUE_NULL);
        column_set_null(arena, &column, 3, 100);
        column_set(arena, &column, 3, 100, cases[i].value);
        for (int row = 0; row < 100; row++) {
            Value got = column_get(&column, row);
            CHECK(got.null == (row == 70));
            CHECK(got.null || value_equal(type, &got, &cases[i].value));
        }
        column.constant = true;
        Value got = column_get(&column, 70);
        CHECK(!got.null && value_equal(type, &got, &cases[i].value));
    }
    Column none = {.type = &type_null};
    CHECK(column_get(&none, 5).null);
}

static uint64_t seed = 7;

static uint32_t random_u32(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 32);
}

/* The living rows must be exactly those of `alive`, ascending. */
static void check_alive(const Batch *batch, const bool *alive)
{
    int at = 0;
    bool same = true;
    for (int row = 0; row < batch->count; row++) {
        if (!alive[row]) continue;
        same = same && at < batch->sel_count && batch_row(batch, at) == row;
        at++;
    }
    CHECK(same && at == batch->sel_count);
}

static void test_select(void)
{
    static const int counts[] = {0, 1, 63, 64, 65, 200, BATCH_ROWS_MAX};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        int count = counts[c];
        bool alive[BATCH_ROWS_MAX];
        Batch *batch = batch_new(arena, count, 0);
        for (int i = 0; i < count; i++)
            alive[i] = true;
        check_alive(batch, alive);
        for (int round = 0; round < 4; round++) {
            uint64_t *keep = bits_new(arena, count);
            /* Bits behind the last row must not matter. */
            if (count % 64) keep[count / 64] = ~(uint64_t)0;
            for (int i = 0; i < count; i++) {
                bool kept = round == 0 || random_u32() % 4;
                kept ? bit_set(keep, i) : bit_clear(keep, i);
                alive[i] = alive[i] && kept;
            }
            batch_select(batch, keep);
            check_alive(batch, alive);
            if (round == 0) CHECK(!batch->sel);
        }
        batch_select(batch, bits_new(arena, count));
        CHECK(batch->sel_count == 0);
        arena_reset(arena);
    }
}

static void test_drop_row(void)
{
    enum { COUNT = 300 };
    bool alive[COUNT];
    Batch *batch = batch_new(arena, COUNT, 0);
    for (int i = 0; i < COUNT; i++)
        alive[i] = true;
    for (int i = 0; i < 500; i++) { /* Some are dropped twice. */
        int row = (int)(random_u32() % COUNT);
        alive[row] = false;
        batch_drop_row(batch, row);
        check_alive(batch, alive);
    }
    for (int row = 0; row < COUNT; row++)
        batch_drop_row(batch, row);
    CHECK(batch->sel_count == 0 && batch->count == COUNT);
}

static void test_derive(void)
{
    Batch *batch = batch_new(arena, 10, 2), *old = batch_new(arena, 10, 2);
    Str bytes[10] = {{0}};
    batch->old = old;
    batch->value_bytes = bytes;
    batch->partition = 3;
    batch->timestamps[4] = 44;
    CHECK(batch->columns[1].values == NULL && batch->column_count == 2);
    Batch *all = batch_derive(batch, 5);
    CHECK(!all->sel && all->sel_count == 10 && all->column_count == 5);
    CHECK(all->columns[4].values == NULL && all->columns != batch->columns);
    batch_drop_row(batch, 0);
    Batch *derived = batch_derive(batch, 1);
    CHECK(derived->timestamps == batch->timestamps && derived->partition == 3);
    CHECK(!derived->old && !derived->value_bytes && batch->old == old);
    batch_drop_row(derived, 9);
    CHECK(derived->sel_count == 8 && batch->sel_count == 9);
    CHECK(batch_row(batch, 8) == 9 && batch_row(derived, 0) == 1);
}

static void test_bits(void)
{
    CHECK(bits_words(0) == 0 && bits_words(64) == 1 && bits_words(65) == 2);
    uint64_t *bits = bits_new(arena, 130);
    bit_set(bits, 129);
    bit_set(bits, 64);
    CHECK(bit_get(bits, 129) && bit_get(bits, 64) && !bit_get(bits, 63));
    bit_clear(bits, 64);
    CHECK(!bit_get(bits, 64) && bit_get(bits, 129));
    CHECK(!bit_get(NULL, 3));
}

int main(void)
{
    arena = arena_new("test", 0);
    test_columns();
    test_select();
    test_drop_row();
    test_derive();
    test_bits();
    arena_free(arena);
    return check_done();
}
