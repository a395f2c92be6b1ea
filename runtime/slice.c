/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of batches. A slice is for tasks with several inputs, which are cut by
 * time: its cost is by column, not by row, so a batch may be cut into many. A
 * gather copies, for operators that make rows: table functions and changes of
 * the grouping key.
 */
#include "runtime/slice.h"

#include <assert.h>

uint64_t *bits_slice(Arena *arena, const uint64_t *bits, int from, int count)
{
    if (!bits) return NULL;
    int words = bits_words(count), shift = from & 63;
    int last = bits_words(from + count) - 1;
    uint64_t *out = bits_new(arena, count);
    const uint64_t *in = bits + (from >> 6);
    for (int i = 0; i < words; i++) {
        out[i] = in[i] >> shift;
        if (shift && (from >> 6) + i + 1 <= last)
            out[i] |= in[i + 1] << (64 - shift);
    }
    return out;
}

/* The living rows in [from, to), counted from `from`. */
static void slice_sel(Arena *arena, const Batch *batch, int from, int to,
                      Batch *out)
{
    if (!batch->sel) return;
    int low = 0, high = batch->sel_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (batch->sel[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    int end = low;
    while (end < batch->sel_count && batch->sel[end] < to)
        end++;
    out->sel = ARENA_ARRAY(arena, uint16_t, end - low + 1);
    out->sel_count = end - low;
    for (int i = low; i < end; i++)
        out->sel[i - low] = (uint16_t)(batch->sel[i] - from);
}

Batch *batch_slice(Arena *arena, const Batch *batch, int from, int to)
{
    assert(from >= 0 && from < to && to <= batch->count);
    int count = to - from;
    Batch *out = arena_copy(arena, batch, sizeof *batch);
    out->arena = arena;
    out->count = out->sel_count = count;
    out->sel = NULL;
    slice_sel(arena, batch, from, to, out);
    out->columns = arena_copy(arena, batch->columns,
                              sizeof(Column) * (size_t)batch->column_count);
    for (int i = 0; i < batch->column_count; i++) {
        Column *col = &out->columns[i];
        if (!col->values) continue;
        col->values = (char *)col->values +
                      column_width(col->type) * (size_t)from;
        col->nulls = bits_slice(arena, col->nulls, from, count);
    }
    out->timestamps += from;
    out->offsets += from;
    out->key_bytes += from;
    if (out->value_bytes) out->value_bytes += from;
    if (out->headers) out->headers += from;
    if (out->window_start) out->window_start += from;
    if (out->window_end) out->window_end += from;
    out->row_null = bits_slice(arena, batch->row_null, from, count);
    if (batch->old) out->old = batch_slice(arena, batch->old, from, to);
    return out;
}

static void gather_column(Arena *arena, const Column *from, const int *rows,
                          int count, Column *to)
{
    to->type = from->type;
    if (!from->values) return;
    column_init(arena, to, from->type, count);
    size_t width = column_width(from->type);
    for (int i = 0; i < count; i++) {
        memcpy((char *)to->values + width * (size_t)i,
               (char *)from->values + width * (size_t)rows[i], width);
        if (bit_get(from->nulls, rows[i])) column_set_null(arena, to, i, count);
    }
}

Batch *batch_gather(Arena *arena, const Batch *batch, const int *rows,
                    int count)
{
    Batch *out = batch_new(arena, count, batch->column_count);
    out->partition = batch->partition;
    if (batch->value_bytes) out->value_bytes = ARENA_ARRAY(arena, Str, count);
    if (batch->headers)
        out->headers = ARENA_ARRAY(arena, const Headers *, count);
    if (batch->window_start) {
        out->window_start = ARENA_ARRAY(arena, int64_t, count);
        out->window_end = ARENA_ARRAY(arena, int64_t, count);
    }
    if (batch->row_null) out->row_null = bits_new(arena, count);
    for (int i = 0; i < count; i++) {
        int row = rows[i];
        out->timestamps[i] = batch->timestamps[row];
        out->offsets[i] = batch->offsets[row];
        out->key_bytes[i] = batch->key_bytes[row];
        if (out->value_bytes) out->value_bytes[i] = batch->value_bytes[row];
        if (out->headers) out->headers[i] = batch->headers[row];
        if (out->window_start) {
            out->window_start[i] = batch->window_start[row];
            out->window_end[i] = batch->window_end[row];
        }
        if (bit_get(batch->row_null, row)) bit_set(out->row_null, i);
    }
    for (int i = 0; i < batch->column_count; i++)
        gather_column(arena, &batch->columns[i], rows, count, &out->columns[i]);
    if (batch->old) out->old = batch_gather(arena, batch->old, rows, count);
    return out;
}

void batch_own_row_null(Batch *batch)
{
    size_t bytes = (size_t)bits_words(batch->count) * 8;
    batch->row_null = batch->row_null
                          ? arena_copy(batch->arena, batch->row_null, bytes)
                          : bits_new(batch->arena, batch->count);
}
