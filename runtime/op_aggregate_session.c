/* SPDX-License-Identifier: Apache-2.0
 *
 * WINDOW SESSION (runtime 2.9): a row joins all sessions of its key that it is
 * within the gap of. The sessions it meets are merged into one, which has a new
 * key in the store because its bounds are in the key; the old ones are removed,
 * each with a tombstone, before the new row.
 *
 *     before   [--a--]     [-b-]
 *     row               x
 *     after    [---------------]    emits: tombstone a, tombstone b, row
 *
 * The tombstone goes out even if the bounds stay as they were; only a session
 * of a single moment is changed without one.
 */
#include "runtime/aggregate_int.h"

#include "base/vec.h"

typedef struct Session {
    Str key; /* In the store. */
    Str value;
    Bounds bounds;
} Session;

typedef struct Search {
    Op *op;
    Arena *arena;
    Str key; /* Of the group. */
    int64_t latest_start;
    int64_t oldest_end; /* Those that end before are expired. */
    VEC(Session) found; /* By end, then start. */
} Search;

/* What a batch of rows emits, gathered until it is full. */
typedef struct Output {
    Batch *batch;
    int count;
} Output;

static bool visit(void *context, Str key, Str value, int64_t timestamp_ms)
{
    (void)timestamp_ms;
    Search *search = context;
    Bounds bounds;
    agg_inner_key(search->op, key, &bounds);
    if (bounds.start > search->latest_start || bounds.end < search->oldest_end)
        return true;
    Session *session = vec_push(search->arena, &search->found);
    session->key = (Str){arena_copy(search->arena, key.ptr, key.len), key.len};
    session->value = (Str){arena_copy(search->arena, value.ptr, value.len),
                           value.len};
    session->bounds = bounds;
    return true;
}

/* The sessions of `key` that a row at `ms` meets. */
static void find_sessions(Op *op, Arena *arena, Str key, int64_t ms,
                          Search *search)
{
    AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    int64_t gap = window->size_ms;
    *search = (Search){.op = op, .arena = arena, .key = key};
    search->latest_start = ms > INT64_MAX - gap ? INT64_MAX : ms + gap;
    search->oldest_end = store_observed_ms(state->store) -
                         window->retention_ms + 1;
    op_fail(op,
            store_scan_key(state->store, arena, key, ms > gap ? ms - gap : 0,
                           INT64_MAX, visit, search));
}

static void begin_output(Op *op, Arena *arena, int rows, Output *output)
{
    int count = rows < 32 ? 64 : 2 * rows;
    if (count > BATCH_ROWS_MAX) count = BATCH_ROWS_MAX;
    output->count = 0;
    output->batch = agg_batch(op, arena, count);
    output->batch->row_null = bits_new(arena, count);
    if (!op->node->want_old) return;
    output->batch->old = agg_batch(op, arena, count);
    output->batch->old->row_null = bits_new(arena, count);
}

static void end_output(Op *op, Output *output)
{
    Batch *batch = output->batch;
    batch->count = batch->sel_count = output->count;
    if (batch->old) batch->old->count = batch->old->sel_count = output->count;
    op_emit(op, batch);
}

/* Emits a session's row, or its tombstone with the row as the old one. */
static bool add_output(Op *op, Output *output, Str key, Bounds bounds,
                       const Value *values, bool tombstone)
{
    Batch *batch = output->batch;
    if (output->count == batch->count) {
        end_output(op, output);
        begin_output(op, batch->arena, BATCH_ROWS_MAX, output);
        batch = output->batch;
    }
    int i = output->count++;
    if (!agg_output(op, batch, i, values, bounds, bounds.end)) return false;
    batch->key_bytes[i] = key;
    batch->offsets[i] = -1;
    if (tombstone) bit_set(batch->row_null, i);
    if (!batch->old) return true;
    if (!tombstone) bit_set(batch->old->row_null, i);
    batch->old->key_bytes[i] = key;
    batch->old->offsets[i] = -1;
    return agg_output(op, batch->old, i, values, bounds, bounds.end);
}

/* Merges what was found into `values`; the new bounds are returned. */
static bool merge(Op *op, Arena *arena, const Search *search, Value *values,
                  Bounds *bounds)
{
    AggState *state = op->state;
    Value *other = ARENA_ARRAY(arena, Value, state->slot_count + 1);
    for (int s = 0; s < search->found.count; s++) {
        const Session *session = &search->found.at[s];
        if (session->bounds.start < bounds->start)
            bounds->start = session->bounds.start;
        if (session->bounds.end > bounds->end)
            bounds->end = session->bounds.end;
        if (!agg_decode(op, arena, session->value, other)) return false;
        for (int c = 0; c < state->call_count; c++) {
            AggCall *call = &state->calls[c];
            call->call->arena = arena;
            call->call->error = NULL;
            if (call->fn->merge(call->call, values + call->first_slot,
                                other + call->first_slot))
                continue;
            agg_fail(op, call);
            return false;
        }
    }
    return true;
}

/* Takes the sessions out of the store; with `output`, tells so. */
static bool remove_sessions(Op *op, Arena *arena, const Search *search,
                            Output *output)
{
    AggState *state = op->state;
    Value *values = ARENA_ARRAY(arena, Value, state->slot_count + 1);
    for (int s = 0; s < search->found.count; s++) {
        const Session *session = &search->found.at[s];
        StoreEntry *entry = store_upsert(state->store, session->key);
        if (entry) {
            store_before_change(state->store, entry);
            store_delete(state->store, entry, session->bounds.end);
        }
        if (!output) continue;
        if (!agg_decode(op, arena, session->value, values) ||
            !add_output(op, output, search->key, session->bounds, values, true))
            return false;
    }
    return true;
}

/* False: it ends where the store forgets, and is not kept. */
static bool put_session(Op *op, Arena *arena, Str key, Bounds bounds,
                        const Value *values)
{
    AggState *state = op->state;
    StoreEntry *entry = store_upsert(state->store,
                                     agg_store_key(op, arena, key, bounds));
    if (!entry) return false;
    store_before_change(state->store, entry);
    agg_put(state, entry, values);
    store_mark(state->store, entry, bounds.end);
    if (bounds.end < state->next_end_ms) state->next_end_ms = bounds.end;
    return true;
}

/* A session that is not kept cannot wait for the commit. */
static bool emit_now(Op *op, Arena *arena, Str key, Bounds bounds,
                     const Value *values)
{
    Output output = {0};
    begin_output(op, arena, 1, &output);
    bool ok = add_output(op, &output, key, bounds, values, false);
    end_output(op, &output);
    return ok;
}

/* One row. False: the query ends. */
static bool add_row(Op *op, Batch *batch, int row, Output *output)
{
    AggState *state = op->state;
    Arena *arena = batch->arena;
    const WindowSpec *window = &op->node->aggregate.window;
    int64_t ms = batch->timestamps[row];
    Str key = batch->key_bytes[row];
    if (ms > state->observed_ms) state->observed_ms = ms;
    Search search;
    find_sessions(op, arena, key, ms, &search);
    if (op->task->failed.kind) return false;
    Value *values = ARENA_ARRAY(arena, Value, state->slot_count + 1);
    Bounds bounds = {ms, ms};
    agg_init(op, batch, row, values);
    if (!merge(op, arena, &search, values, &bounds)) return false;
    if (bounds.end < state->observed_ms - window->grace_ms - window->size_ms) {
        op->late++;
        return true;
    }
    if (bounds.start != bounds.end &&
        !remove_sessions(op, arena, &search, output))
        return false;
    if (!agg_apply(op, batch, row, false, values)) return false;
    bool kept = put_session(op, arena, key, bounds, values);
    if (output) return add_output(op, output, key, bounds, values, false);
    return kept || window->emit_final ||
           emit_now(op, arena, key, bounds, values);
}

void agg_sessions(Op *op, Batch *batch)
{
    AggState *state = op->state;
    bool final = op->node->aggregate.window.emit_final;
    bool emits = !task_merges(op->task) && !final;
    Output output = {0};
    if (emits) begin_output(op, batch->arena, batch->sel_count, &output);
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        if (!batch->key_bytes[row].ptr || bit_get(batch->row_null, row))
            continue;
        /* Room for what a row may emit: nothing is emitted in the turn. */
        if (emits && output.count > output.batch->count / 2) {
            end_output(op, &output);
            begin_output(op, batch->arena, BATCH_ROWS_MAX, &output);
        }
        store_begin(state->store);
        bool ok = add_row(op, batch, row, emits ? &output : NULL);
        store_end(state->store);
        if (!ok) return;
        if (final && agg_final_is_due(op)) agg_emit_final(op, batch, row);
    }
    op_fail(op, store_status(state->store));
    if (emits) end_output(op, &output);
}
