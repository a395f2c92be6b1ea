/* SPDX-License-Identifier: Apache-2.0
 *
 * What aggregates emit later than they change: merged updates at a commit, in
 * the order of their oldest touch, and final rows when windows close.
 *
 * EMIT FINAL (runtime 2.12) scans the store when stream time passes the end of
 * a window plus its grace, which is once a window, and emits by window start
 * and key.
 */
#include "runtime/aggregate_int.h"

#include <stdlib.h>

#include "base/vec.h"

static Str copy_bytes(Arena *arena, const char *bytes, size_t len)
{
    return (Str){arena_copy(arena, bytes, len), len};
}

/* Row `i` of a merged batch from a dirty entry. */
static bool merged_row(Op *op, Batch *out, int i, const StoreEntry *entry)
{
    AggState *state = op->state;
    Arena *arena = out->arena;
    int64_t start = 0;
    Str key = copy_bytes(arena, entry->key, entry->key_len);
    if (op->node->aggregate.window.kind != WINDOW_NONE)
        key = agg_inner_key(key, &start);
    out->key_bytes[i] = key;
    out->offsets[i] = -1;
    Str bytes = copy_bytes(arena, entry->value, entry->value_len);
    if (!agg_decode(op, arena, bytes, state->values) ||
        !agg_output(op, out, i, state->values, true, start,
                    entry->timestamp_ms))
        return false;
    if (!out->old) return true;
    out->old->key_bytes[i] = key;
    out->old->offsets[i] = -1;
    out->old->timestamps[i] = entry->timestamp_ms;
    if (!entry->old_value) {
        bit_set(out->old->row_null, i);
        return true;
    }
    bytes = copy_bytes(arena, entry->old_value, entry->old_len);
    return agg_decode(op, arena, bytes, state->values) &&
           agg_output(op, out->old, i, state->values, true, start,
                      entry->old_timestamp_ms);
}

void agg_emit_merged(Op *op)
{
    AggState *state = op->state;
    StoreEntry *entry = store_dirty_first(state->store);
    while (entry && !op->task->failed.kind) {
        Arena *arena = state->merged;
        arena_reset(arena);
        int count = 0;
        StoreEntry *end = entry;
        for (; end && count < BATCH_ROWS_MAX; end = end->dirty_next)
            count++;
        Batch *out = agg_batch(op, arena, count);
        if (op->node->want_old) {
            out->old = agg_batch(op, arena, count);
            out->old->row_null = bits_new(arena, count);
        }
        for (int i = 0; entry != end; i++, entry = entry->dirty_next)
            if (!merged_row(op, out, i, entry)) return;
        op_emit(op, out);
    }
}

Store *aggregate_store(Op *op)
{
    return ((AggState *)op->state)->store;
}

bool aggregate_read(Op *op, Arena *arena, Str key, Str value,
                    int64_t timestamp_ms, Value *row)
{
    AggState *state = op->state;
    int64_t start = 0;
    if (op->node->aggregate.window.kind != WINDOW_NONE)
        agg_inner_key(key, &start);
    Batch *one = agg_batch(op, arena, 1);
    Str copy = copy_bytes(arena, value.ptr, value.len);
    if (!agg_decode(op, arena, copy, state->values) ||
        !agg_output(op, one, 0, state->values, true, start, timestamp_ms))
        return false;
    for (int i = 0; i < op->node->column_count; i++)
        row[i] = one->columns[i].values ? column_get(&one->columns[i], 0)
                                        : VALUE_NULL;
    return true;
}

/* ---- EMIT FINAL ---- */

typedef struct FinalRow {
    Str key; /* Without the window. */
    Str value;
    int64_t start, timestamp_ms;
} FinalRow;

typedef struct FinalScan {
    Arena *arena;
    int64_t low, high; /* Window starts. */
    VEC(FinalRow) rows;
} FinalScan;

/* The window starts that closed and were not emitted; false: none. */
static bool final_range(const Op *op, int64_t *low, int64_t *high)
{
    const AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    int64_t close = state->observed_ms - window->grace_ms;
    if (close <= state->last_close_ms) return false;
    *high = close - window->size_ms;
    if (*high < 0) return false;
    *low = 0;
    if (state->last_close_ms >= 0) {
        int64_t before = state->last_close_ms - window->size_ms;
        *low = (before < 0 ? 0 : before) + 1;
    }
    int64_t step = window->advance_ms;
    int64_t first = (*low + step - 1) / step * step;
    return first <= *high;
}

bool agg_final_is_due(const Op *op)
{
    int64_t low, high;
    return final_range(op, &low, &high);
}

static bool collect(void *context, Str key, Str value, int64_t timestamp_ms)
{
    FinalScan *scan = context;
    int64_t start;
    Str inner = agg_inner_key(key, &start);
    if (start < scan->low || start > scan->high) return true;
    FinalRow *row = vec_push(scan->arena, &scan->rows);
    *row = (FinalRow){copy_bytes(scan->arena, inner.ptr, inner.len),
                      copy_bytes(scan->arena, value.ptr, value.len), start,
                      timestamp_ms};
    return true;
}

static int by_start_and_key(const void *a, const void *b)
{
    const FinalRow *x = a, *y = b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return str_compare(x->key, y->key);
}

void agg_emit_final(Op *op)
{
    AggState *state = op->state;
    FinalScan scan = {.arena = state->merged};
    if (!final_range(op, &scan.low, &scan.high)) return;
    arena_reset(state->merged);
    Status st = store_scan(state->store, state->merged, STR_NULL, STR_NULL,
                           collect, &scan);
    op_fail(op, st);
    if (op->task->failed.kind) return;
    state->last_close_ms = state->observed_ms -
                           op->node->aggregate.window.grace_ms;
    if (!scan.rows.count) return;
    qsort(scan.rows.at, (size_t)scan.rows.count, sizeof(FinalRow),
          by_start_and_key);
    for (int from = 0; from < scan.rows.count; from += BATCH_ROWS_MAX) {
        int count = scan.rows.count - from;
        if (count > BATCH_ROWS_MAX) count = BATCH_ROWS_MAX;
        Batch *out = agg_batch(op, state->merged, count);
        for (int i = 0; i < count; i++) {
            const FinalRow *row = &scan.rows.at[from + i];
            out->key_bytes[i] = row->key;
            out->offsets[i] = -1;
            if (!agg_decode(op, state->merged, row->value, state->values) ||
                !agg_output(op, out, i, state->values, true, row->start,
                            row->timestamp_ms))
                return;
        }
        op_emit(op, out);
    }
}
