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

/* Row `i` of a merged batch from a dirty entry. False: nobody knew of it, it
 * came and went, or the query ends. */
static bool merged_row(Op *op, Batch *out, int i, const StoreEntry *entry)
{
    AggState *state = op->state;
    Arena *arena = out->arena;
    Bounds bounds;
    if (!entry->value && !entry->old_value) return false;
    Str key = copy_bytes(arena, entry->key, entry->key_len);
    kept_headers_give(&state->headers, key, out, i);
    key = agg_inner_key(op, key, &bounds);
    out->key_bytes[i] = key;
    out->offsets[i] = -1;
    bool deleted = !entry->value;
    Str bytes = deleted ? copy_bytes(arena, entry->old_value, entry->old_len)
                        : copy_bytes(arena, entry->value, entry->value_len);
    if (!agg_decode(op, arena, bytes, state->values) ||
        !agg_output(op, out, i, state->values, bounds, entry->timestamp_ms))
        return false;
    if (deleted) bit_set(out->row_null, i);
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
           agg_output(op, out->old, i, state->values, bounds,
                      entry->old_timestamp_ms);
}

void agg_emit_merged(Op *op)
{
    AggState *state = op->state;
    StoreEntry *entry = store_dirty_first(state->store);
    while (entry && !op->task->failed.kind) {
        Arena *arena = state->merged;
        arena_reset(arena);
        int count = 0, alive = 0;
        StoreEntry *end = entry;
        for (; end && count < BATCH_ROWS_MAX; end = end->dirty_next)
            count++;
        Batch *out = agg_batch(op, arena, count);
        if (op->node->aggregate.window.kind == WINDOW_SESSION)
            out->row_null = bits_new(arena, count);
        if (op->node->want_old) {
            out->old = agg_batch(op, arena, count);
            out->old->row_null = bits_new(arena, count);
        }
        uint16_t *sel = ARENA_ARRAY(arena, uint16_t, count);
        for (int i = 0; entry != end; i++, entry = entry->dirty_next)
            if (merged_row(op, out, i, entry)) sel[alive++] = (uint16_t)i;
        if (op->task->failed.kind) return;
        if (alive < count) {
            out->sel = sel;
            out->sel_count = alive;
        }
        op_emit(op, out);
    }
}

Store *aggregate_store(Op *op)
{
    return ((AggState *)op->state)->store;
}

/* ---- EMIT FINAL ---- */

typedef struct FinalRow {
    Str key; /* Without the window. */
    Str value;
    Bounds bounds;
    int64_t timestamp_ms;
} FinalRow;

typedef struct FinalScan {
    Op *op;
    Arena *arena;
    int64_t low, high;   /* Window starts; session ends. */
    int64_t lost_before; /* Sessions that end before are gone. */
    int64_t next_end_ms; /* The earliest session end after `high`. */
    VEC(FinalRow) rows;
} FinalScan;

/* Stream time up to which windows are closed. */
static int64_t close_ms(const Op *op)
{
    const AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    int64_t close = state->observed_ms - window->grace_ms;
    return window->kind == WINDOW_SESSION ? close - window->size_ms : close;
}

/* The session ends, or window starts, that closed and were not emitted; false:
 * there can be none. */
static bool final_range(const Op *op, int64_t *low, int64_t *high)
{
    const AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    int64_t close = close_ms(op), last = state->last_close_ms;
    if (close <= last) return false;
    if (window->kind == WINDOW_SESSION) {
        *low = last < 0 ? 0 : last;
        *high = close - 1;
        return *high >= 0 && state->next_end_ms <= *high;
    }
    *high = close - window->size_ms;
    if (*high < 0) return false;
    *low = 0;
    if (last >= 0)
        *low = (last < window->size_ms ? 0 : last - window->size_ms) + 1;
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
    Bounds bounds;
    Str inner = agg_inner_key(scan->op, key, &bounds);
    bool session = scan->op->node->aggregate.window.kind == WINDOW_SESSION;
    int64_t at = session ? bounds.end : bounds.start;
    if (at > scan->high && bounds.end < scan->next_end_ms)
        scan->next_end_ms = bounds.end;
    if (at < scan->low || at > scan->high) return true;
    if (session && bounds.end < scan->lost_before) return true;
    FinalRow *row = vec_push(scan->arena, &scan->rows);
    *row = (FinalRow){copy_bytes(scan->arena, inner.ptr, inner.len),
                      copy_bytes(scan->arena, value.ptr, value.len), bounds,
                      session ? bounds.end : timestamp_ms};
    return true;
}

static int by_start_and_key(const void *a, const void *b)
{
    const FinalRow *x = a, *y = b;
    if (x->bounds.start != y->bounds.start)
        return x->bounds.start < y->bounds.start ? -1 : 1;
    return str_compare(x->key, y->key);
}

static int by_end_start_and_key(const void *a, const void *b)
{
    const FinalRow *x = a, *y = b;
    if (x->bounds.end != y->bounds.end)
        return x->bounds.end < y->bounds.end ? -1 : 1;
    return by_start_and_key(a, b);
}

/* Nobody knew of a window before its final row: one that HAVING refuses is not
 * deleted either. */
static Batch *final_old(Op *op, const Batch *out)
{
    Arena *arena = out->arena;
    Batch *old = agg_batch(op, arena, out->count);
    old->key_bytes = out->key_bytes;
    old->offsets = out->offsets;
    old->timestamps = out->timestamps;
    old->window_start = out->window_start;
    old->window_end = out->window_end;
    old->row_null = bits_new(arena, out->count);
    for (int i = 0; i < out->count; i++)
        bit_set(old->row_null, i);
    return old;
}

static void emit_rows(Op *op, const FinalRow *rows, int count,
                      const Headers *headers)
{
    AggState *state = op->state;
    Batch *out = agg_batch(op, state->merged, count);
    if (headers) {
        out->headers = ARENA_ARRAY(state->merged, const Headers *, count);
        for (int i = 0; i < count; i++)
            out->headers[i] = headers;
    }
    for (int i = 0; i < count; i++) {
        const FinalRow *row = &rows[i];
        out->key_bytes[i] = row->key;
        out->offsets[i] = -1;
        if (!agg_decode(op, state->merged, row->value, state->values) ||
            !agg_output(op, out, i, state->values, row->bounds,
                        row->timestamp_ms))
            return;
    }
    if (op->node->want_old) out->old = final_old(op, out);
    op_emit(op, out);
}

/* Sessions whose segment the reference has dropped by now are lost (runtime
 * 2.12). */
static int64_t lost_before(const Op *op)
{
    const AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    int64_t interval = session_interval_ms(window);
    int64_t past = store_observed_ms(state->store) - window->retention_ms;
    return past < 0 ? 0 : past / interval * interval;
}

void agg_emit_final(Op *op, const Batch *batch, int row)
{
    AggState *state = op->state;
    bool session = op->node->aggregate.window.kind == WINDOW_SESSION;
    FinalScan scan = {
        .op = op, .arena = state->merged, .next_end_ms = INT64_MAX};
    if (!final_range(op, &scan.low, &scan.high)) return;
    if (session) scan.lost_before = lost_before(op);
    arena_reset(state->merged);
    op_fail(op, store_scan(state->store, state->merged, STR(""), STR_NULL,
                           collect, &scan));
    if (op->task->failed.kind) return;
    state->last_close_ms = close_ms(op);
    state->next_end_ms = scan.next_end_ms;
    notes_set(&op->task->notes, op->node->aggregate.store,
              state->last_close_ms);
    if (!scan.rows.count) return;
    qsort(scan.rows.at, (size_t)scan.rows.count, sizeof(FinalRow),
          session ? by_end_start_and_key : by_start_and_key);
    for (int from = 0; from < scan.rows.count; from += BATCH_ROWS_MAX) {
        int count = scan.rows.count - from;
        if (count > BATCH_ROWS_MAX) count = BATCH_ROWS_MAX;
        emit_rows(op, scan.rows.at + from, count,
                  batch->headers ? batch->headers[row] : NULL);
    }
}
