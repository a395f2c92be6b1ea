/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches and their columns: making them, moving single elements in and out in
 * row form, and narrowing the rows that are alive.
 *
 * A batch starts with all rows alive and no selection vector. batch_select and
 * batch_drop_row make one when the first row dies; from then on it is theirs
 * alone (batch_derive copies it), so it is narrowed in place. It is always
 * ascending. A NULL bitmap means that no row is null, so a column without nulls
 * costs nothing; the bit of a row wins over whatever its value element holds.
 */
#include "types/batch.h"

#include <assert.h>

uint64_t *bits_new(Arena *arena, int count)
{
    return arena_zalloc(arena, sizeof(uint64_t) * (size_t)bits_words(count));
}

Batch *batch_new(Arena *arena, int count, int column_count)
{
    assert(count >= 0 && count <= BATCH_ROWS_MAX);
    Batch *batch = ARENA_NEW(arena, Batch);
    batch->arena = arena;
    batch->count = batch->sel_count = count;
    batch->column_count = column_count;
    batch->columns = arena_zalloc(arena, sizeof(Column) * (size_t)column_count);
    batch->timestamps = ARENA_ARRAY(arena, int64_t, count);
    batch->offsets = ARENA_ARRAY(arena, int64_t, count);
    batch->key_bytes = ARENA_ARRAY(arena, Str, count);
    return batch;
}

size_t column_width(const Type *type)
{
    switch (type->kind) {
    case TYPE_NULL:
    case TYPE_BOOLEAN: return sizeof(uint8_t);
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: return sizeof(int32_t);
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: return sizeof(int64_t);
    case TYPE_DOUBLE: return sizeof(double);
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_UNIT: return sizeof(Str);
    case TYPE_DECIMAL: return sizeof(Decimal);
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT:
    case TYPE_LAMBDA: return sizeof(void *);
    }
    assert(!"a type kind without a width");
    return 0;
}

void column_init(Arena *arena, Column *column, const Type *type, int count)
{
    column->type = type;
    column->constant = false;
    column->nulls = NULL;
    column->values = arena_alloc(arena, column_width(type) * (size_t)count);
}

void column_set_null(Arena *arena, Column *column, int row, int count)
{
    assert(row >= 0 && row < count);
    if (!column->nulls) column->nulls = bits_new(arena, count);
    bit_set(column->nulls, row);
}

Value column_get(const Column *column, int row)
{
    if (column->constant) row = 0;
    if (bit_get(column->nulls, row)) return VALUE_NULL;
    switch (column->type->kind) {
    case TYPE_BOOLEAN: return (Value){.boolean = column->boolean[row]};
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: return (Value){.i32 = column->i32[row]};
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: return (Value){.i64 = column->i64[row]};
    case TYPE_DOUBLE: return (Value){.f64 = column->f64[row]};
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_UNIT: return (Value){.str = column->str[row]};
    case TYPE_DECIMAL: return (Value){.dec = &column->dec[row]};
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: return (Value){.list = column->list[row]};
    case TYPE_LAMBDA:
        return (Value){.lambda = ((const void **)column->values)[row]};
    case TYPE_NULL: break;
    }
    return VALUE_NULL;
}

void column_set(Arena *arena, Column *column, int row, int count, Value value)
{
    if (value.null) {
        column_set_null(arena, column, row, count);
        return;
    }
    assert(row >= 0 && row < count);
    if (column->nulls) bit_clear(column->nulls, row);
    switch (column->type->kind) {
    case TYPE_BOOLEAN: column->boolean[row] = value.boolean; break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: column->i32[row] = value.i32; break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: column->i64[row] = value.i64; break;
    case TYPE_DOUBLE: column->f64[row] = value.f64; break;
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_UNIT: column->str[row] = value.str; break;
    case TYPE_DECIMAL: column->dec[row] = *value.dec; break;
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: column->list[row] = value.list; break;
    case TYPE_LAMBDA:
        ((const void **)column->values)[row] = value.lambda;
        break;
    case TYPE_NULL: column_set_null(arena, column, row, count); break;
    }
}

/* Bits of word `w` that stand for rows of the batch. */
static uint64_t word_mask(const Batch *batch, int w)
{
    int rest = batch->count - w * 64;
    return rest >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << rest) - 1;
}

/* The selection of a batch whose rows were all alive. */
static void select_from_all(Batch *batch, const uint64_t *keep)
{
    int words = bits_words(batch->count), kept = 0;
    for (int w = 0; w < words; w++)
        kept += __builtin_popcountll(keep[w] & word_mask(batch, w));
    if (kept == batch->count) return;
    uint16_t *sel = ARENA_ARRAY(batch->arena, uint16_t, kept);
    int n = 0;
    for (int w = 0; w < words; w++) {
        uint64_t bits = keep[w] & word_mask(batch, w);
        for (; bits; bits &= bits - 1)
            sel[n++] = (uint16_t)(w * 64 + __builtin_ctzll(bits));
    }
    batch->sel = sel;
    batch->sel_count = n;
}

void batch_select(Batch *batch, const uint64_t *keep)
{
    if (!batch->sel) {
        select_from_all(batch, keep);
        return;
    }
    int n = 0;
    uint16_t *sel = batch->sel;
    for (int i = 0; i < batch->sel_count; i++) {
        /* Stores always, moves on only if kept: no branch to mispredict. */
        uint16_t row = sel[i];
        sel[n] = row;
        n += (int)(keep[row >> 6] >> (row & 63) & 1);
    }
    batch->sel_count = n;
}

/* Where `row` is in `sel`, or where it would be. */
static int sel_position(const Batch *batch, int row)
{
    int low = 0, high = batch->sel_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (batch->sel[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void batch_drop_row(Batch *batch, int row)
{
    assert(row >= 0 && row < batch->count);
    if (!batch->sel) {
        batch->sel = ARENA_ARRAY(batch->arena, uint16_t, batch->count);
        for (int i = 0; i < batch->count; i++)
            batch->sel[i] = (uint16_t)i;
        batch->sel_count = batch->count;
    }
    int at = sel_position(batch, row);
    if (at == batch->sel_count || batch->sel[at] != row) return;
    batch->sel_count--;
    memmove(batch->sel + at, batch->sel + at + 1,
            sizeof *batch->sel * (size_t)(batch->sel_count - at));
}

Batch *batch_derive(Batch *batch, int column_count)
{
    Batch *derived = arena_copy(batch->arena, batch, sizeof *batch);
    derived->columns = arena_zalloc(batch->arena,
                                    sizeof(Column) * (size_t)column_count);
    derived->column_count = column_count;
    derived->value_bytes = NULL;
    derived->old = NULL;
    if (batch->sel)
        derived->sel = arena_copy(batch->arena, batch->sel,
                                  sizeof *batch->sel *
                                      (size_t)batch->sel_count);
    return derived;
}
