/* SPDX-License-Identifier: Apache-2.0
 *
 * GROUP BY: aggregates by the current key, and by tumbling or hopping window
 * (runtime 2.7, 2.8, 2.10, 2.12). Sessions are in op_aggregate_session.c.
 *
 *   store key     key bytes
 *   time windows  key bytes | window start, BE 64 | 0, BE 32
 *   sessions      key bytes | session end, BE 64 | session start, BE 64
 *   store value   row (types/codec.h): states of all functions, kept keys
 *   timestamp     the largest of the group's rows
 *
 * A batch is turned into a list of updates, one for each row and live window,
 * which is worked through in order. Without a cache each update emits a change.
 * With one, nothing is emitted until the commit or until too much is dirty;
 * then functions whose state changes in place get whole columns and prefetched
 * state rows (op_aggregate_fast.c).
 *
 * Rows that are late for all of their windows are dropped and counted. A
 * function that fails ends the query: its state would be wrong from then on.
 */
#include "runtime/aggregate_int.h"

#include <assert.h>

#include "base/alloc.h"

/* ---- opening ---- */

static void open_call(Op *op, Arena *plan, AggState *state,
                      const PlanAggregateCall *from, AggCall *call)
{
    int count = from->arg_count;
    call->call = fn_call_new(plan, from->binding);
    call->call->properties = op->task->options->properties;
    call->fn = from->binding->function->aggregate;
    call->arg_count = count;
    call->args = ARENA_ARRAY(plan, Eval *, count + 1);
    call->now = ARENA_ARRAY(plan, const Column *, count + 1);
    call->old = ARENA_ARRAY(plan, const Column *, count + 1);
    call->values = ARENA_ARRAY(plan, Value, count + 1);
    for (int i = 0; i < count; i++)
        call->args[i] = op_eval(op, plan, from->args[i]);
    call->first_slot = state->slot_count;
    for (int i = 0; i < from->binding->state_count; i++)
        state->types[state->slot_count++] = from->binding->state_types[i];
}

/* Output columns: keys, window bounds, ROWTIME, one a call. */
static void find_slots(Op *op, Arena *plan, AggState *state)
{
    const PlanNode *node = op->node, *input = node->inputs[0];
    state->key_in = ARENA_ARRAY(plan, int, node->column_count + 1);
    state->key_out = ARENA_ARRAY(plan, int, node->column_count + 1);
    state->start_slot = state->end_slot = state->rowtime_slot = -1;
    state->first_result = node->column_count - state->call_count;
    int in = 0;
    for (int i = 0; i < state->first_result; i++) {
        const PlanColumn *column = &node->columns[i];
        if (column->role == PLAN_KEY) {
            while (in < input->column_count &&
                   input->columns[in].role != PLAN_KEY)
                in++;
            assert(in < input->column_count);
            int slot = in++;
            if (!column->needed) continue;
            state->key_in[state->key_count] = slot;
            state->key_out[state->key_count++] = i;
            state->types[state->slot_count++] = column->type;
        } else if (!column->needed) {
            continue;
        } else if (str_eq(column->name, STR("WINDOWSTART"))) {
            state->start_slot = i;
        } else if (str_eq(column->name, STR("WINDOWEND"))) {
            state->end_slot = i;
        } else {
            state->rowtime_slot = i;
        }
    }
}

/* EMIT FINAL sees one millisecond more of the past (runtime 2.12), and sessions
 * as long as their segment is there; agg_sessions hides what else is expired.
 */
static int64_t store_retention_ms(const WindowSpec *window)
{
    int64_t retention = window->retention_ms;
    if (!window->emit_final) return retention;
    if (window->kind == WINDOW_SESSION)
        return retention + session_interval_ms(window);
    return retention + 1;
}

static Status open_store(Op *op, Arena *plan, AggState *state)
{
    const WindowSpec *window = &op->node->aggregate.window;
    state->merges = task_merges(op->task) && !window->emit_final;
    StoreKind kind = window->kind == WINDOW_NONE      ? STORE_KEYED
                     : window->kind == WINDOW_SESSION ? STORE_SESSION
                                                      : STORE_WINDOW;
    /* Merged sessions must know whether a removed one was ever emitted. */
    bool keep_old = op->node->want_old || window->kind == WINDOW_SESSION;
    if (kind != STORE_KEYED) {
        state->retention_ms = store_retention_ms(window);
        state->time_note = str_printf(plan, "%.*s.time",
                                      STR_ARG(op->node->aggregate.store));
    }
    return task_store_open(op, op->node->aggregate.store, kind,
                           state->retention_ms, keep_old && state->merges,
                           &state->store);
}

void aggregate_open_calls(Op *op, Arena *plan)
{
    AggState *state = op->state;
    const PlanAggregate *aggregate = &op->node->aggregate;
    int slots = op->node->column_count + 1;
    for (int i = 0; i < aggregate->call_count; i++)
        slots += aggregate->calls[i].binding->state_count;
    state->types = ARENA_ARRAY(plan, const Type *, slots);
    state->calls = arena_zalloc(plan, sizeof(AggCall) *
                                          (size_t)(aggregate->call_count + 1));
    state->call_count = aggregate->call_count;
    for (int i = 0; i < state->call_count; i++)
        open_call(op, plan, state, &aggregate->calls[i], &state->calls[i]);
    find_slots(op, plan, state);
    state->values = ARENA_ARRAY(plan, Value, slots);
    state->updates = ARENA_ARRAY(plan, Update, BATCH_ROWS_MAX);
    state->merged = arena_new("merged", 0);
    state->observed_ms = state->last_close_ms = -1;
}

static Status aggregate_open(Op *op, Arena *plan)
{
    aggregate_open_calls(op, plan);
    agg_fast_open(op);
    return open_store(op, plan, op->state);
}

/* ---- state rows ---- */

void agg_fail(Op *op, const AggCall *call)
{
    const char *why = call->call->error ? call->call->error : "it failed";
    op_fail(op, st_error(op->task->plan, ST_USER,
                         "aggregate function %s failed: %s",
                         call->call->function->name, why));
}

bool agg_decode(Op *op, Arena *arena, Str bytes, Value *values)
{
    AggState *state = op->state;
    if (row_decode(arena, bytes, state->types, values, state->slot_count))
        return true;
    op_fail(op, st_error(op->task->plan, ST_FATAL,
                         "state of '%.*s' is damaged: remove the query's state "
                         "directory and start it again",
                         STR_ARG(op->node->aggregate.store)));
    return false;
}

void agg_init(Op *op, const Batch *batch, int row, Value *values)
{
    AggState *state = op->state;
    for (int i = 0; i < state->call_count; i++) {
        AggCall *call = &state->calls[i];
        call->call->arena = batch->arena;
        call->call->now_ms = task_now_ms(op->task);
        call->fn->init(call->call, values + call->first_slot);
    }
    int states = state->slot_count - state->key_count;
    for (int k = 0; k < state->key_count; k++)
        values[states + k] = column_get(&batch->columns[state->key_in[k]], row);
}

void agg_put(AggState *state, StoreEntry *entry, const Value *values)
{
    state->row.len = 0;
    row_encode(&state->row, state->types, values, state->slot_count);
    char *room = store_value_room(state->store, entry,
                                  (uint32_t)state->row.len);
    memcpy(room, state->row.ptr, state->row.len);
}

static Value *call_args(AggCall *call, const Column *const *cols, int row)
{
    for (int i = 0; i < call->arg_count; i++)
        call->values[i] = column_get(cols[i], row);
    return call->values;
}

bool agg_apply(Op *op, const Batch *batch, int row, bool existed, Value *values)
{
    AggState *state = op->state;
    bool has_old = existed && batch->old && !bit_get(batch->old->row_null, row);
    bool has_new = !bit_get(batch->row_null, row);
    for (int i = 0; i < state->call_count; i++) {
        AggCall *call = &state->calls[i];
        Value *slots = values + call->first_slot;
        call->call->arena = batch->arena;
        call->call->error = NULL;
        if (has_old && op->node->aggregate.from_table &&
            !call->fn->undo(call->call, slots,
                            call_args(call, call->old, row))) {
            agg_fail(op, call);
            return false;
        }
        if (has_new && !call->fn->add(call->call, slots,
                                      call_args(call, call->now, row))) {
            agg_fail(op, call);
            return false;
        }
    }
    return true;
}

/* ---- output ---- */

Batch *agg_batch(Op *op, Arena *arena, int count)
{
    const PlanNode *node = op->node;
    Batch *out = batch_new(arena, count, node->column_count);
    out->partition = op->task->partition;
    if (node->aggregate.window.kind != WINDOW_NONE) {
        out->window_start = ARENA_ARRAY(arena, int64_t, count);
        out->window_end = ARENA_ARRAY(arena, int64_t, count);
    }
    for (int i = 0; i < node->column_count; i++)
        if (node->columns[i].needed)
            column_init(arena, &out->columns[i], node->columns[i].type, count);
    return out;
}

bool agg_output(Op *op, Batch *out, int i, const Value *values, Bounds bounds,
                int64_t timestamp_ms)
{
    AggState *state = op->state;
    int states = state->slot_count - state->key_count;
    for (int k = 0; k < state->key_count; k++)
        column_set(out->arena, &out->columns[state->key_out[k]], i, out->count,
                   values[states + k]);
    if (out->window_start) {
        out->window_start[i] = bounds.start;
        out->window_end[i] = bounds.end;
    }
    if (state->start_slot >= 0)
        out->columns[state->start_slot].i64[i] = bounds.start;
    if (state->end_slot >= 0) out->columns[state->end_slot].i64[i] = bounds.end;
    if (state->rowtime_slot >= 0)
        out->columns[state->rowtime_slot].i64[i] = timestamp_ms;
    out->timestamps[i] = timestamp_ms;
    for (int c = 0; c < state->call_count; c++) {
        AggCall *call = &state->calls[c];
        Column *col = &out->columns[state->first_result + c];
        if (!col->values) continue;
        Value value = {0};
        call->call->arena = out->arena;
        call->call->error = NULL;
        if (!call->fn->result(call->call, values + call->first_slot, &value)) {
            agg_fail(op, call);
            return false;
        }
        column_set(out->arena, col, i, out->count, value);
    }
    return true;
}

/* ---- updates ---- */

static void put_be64_at(char *p, int64_t value)
{
    for (int i = 0; i < 8; i++)
        p[i] = (char)((uint64_t)value >> (56 - 8 * i));
}

Str agg_store_key(const Op *op, Arena *arena, Str key, Bounds bounds)
{
    WindowKind kind = op->node->aggregate.window.kind;
    if (kind == WINDOW_NONE) return key;
    bool session = kind == WINDOW_SESSION;
    size_t tail = session ? 16 : 12;
    char *p = arena_alloc(arena, key.len + tail);
    memcpy(p, key.ptr, key.len);
    put_be64_at(p + key.len, session ? bounds.end : bounds.start);
    if (session)
        put_be64_at(p + key.len + 8, bounds.start);
    else
        memset(p + key.len + 8, 0, 4);
    return (Str){p, key.len + tail};
}

static int64_t be64_at(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

Str agg_inner_key(const Op *op, Str key, Bounds *bounds)
{
    const WindowSpec *window = &op->node->aggregate.window;
    *bounds = (Bounds){0, 0};
    if (window->kind == WINDOW_NONE) return key;
    bool session = window->kind == WINDOW_SESSION;
    size_t tail = session ? 16 : 12;
    assert(key.len >= tail);
    key.len -= tail;
    int64_t first = be64_at(key.ptr + key.len);
    if (session)
        *bounds = (Bounds){be64_at(key.ptr + key.len + 8), first};
    else
        *bounds = (Bounds){first, first + window->size_ms};
    return key;
}

/* Changes one group; with `out`, row `i` of it is the new row (and of out->old
 * the one before). False: not stored, or the query ends. In the store's turn.
 */
static bool update_group(Op *op, const Batch *batch, const Update *update,
                         Batch *out, int i)
{
    AggState *state = op->state;
    Arena *arena = batch->arena;
    int row = update->row;
    int64_t ms = batch->timestamps[row];
    Str key = agg_store_key(op, arena, batch->key_bytes[row], update->bounds);
    StoreEntry *entry = store_upsert(state->store, key);
    if (!entry) {
        op->late++;
        return false;
    }
    bool existed = entry->value != NULL;
    /* Only an old row, of a group nobody knows: there is nothing to undo. */
    if (!existed && bit_get(batch->row_null, row)) return false;
    if (existed) {
        /* Copied: the values outlive changes of the entry. */
        Str bytes = {arena_copy(arena, entry->value, entry->value_len),
                     entry->value_len};
        if (!agg_decode(op, arena, bytes, state->values)) return false;
        if (entry->timestamp_ms > ms) ms = entry->timestamp_ms;
    } else {
        agg_init(op, batch, row, state->values);
    }
    if (out && out->old) {
        /* The first old row of a stream's group is the initial one, which
         * HAVING can see (runtime 2.7). */
        if (!existed && op->node->aggregate.from_table)
            bit_set(out->old->row_null, i);
        if (!agg_output(op, out->old, i, state->values, update->bounds,
                        existed ? entry->timestamp_ms : ms))
            return false;
    }
    if (!agg_apply(op, batch, row, existed, state->values)) return false;
    store_before_change(state->store, entry);
    agg_put(state, entry, state->values);
    store_mark(state->store, entry, ms);
    if (state->merges) kept_headers_note(&state->headers, key, batch, row);
    return !out || agg_output(op, out, i, state->values, update->bounds, ms);
}

/* All updates, one by one, each with its change emitted. */
static void update_and_emit(Op *op, Batch *batch)
{
    AggState *state = op->state;
    Arena *arena = batch->arena;
    Batch *out = agg_batch(op, arena, state->update_count);
    if (batch->headers)
        out->headers = ARENA_ARRAY(arena, const Headers *, out->count);
    if (op->node->want_old) {
        out->old = agg_batch(op, arena, state->update_count);
        out->old->row_null = bits_new(arena, out->count);
    }
    int count = 0;
    store_begin(state->store);
    for (int u = 0; u < state->update_count && !op->task->failed.kind; u++) {
        const Update *update = &state->updates[u];
        int row = update->row;
        out->offsets[count] = batch->offsets[row];
        out->key_bytes[count] = batch->key_bytes[row];
        if (batch->headers) out->headers[count] = batch->headers[row];
        if (update_group(op, batch, update, out, count)) count++;
        store_yield(state->store);
    }
    store_end(state->store);
    if (op->task->failed.kind) return;
    out->count = out->sel_count = count;
    if (out->old) {
        out->old->count = out->old->sel_count = count;
        memcpy(out->old->key_bytes, out->key_bytes,
               sizeof(Str) * (size_t)count);
        memcpy(out->old->offsets, out->offsets,
               sizeof(int64_t) * (size_t)count);
    }
    op_emit(op, out);
}

static void run_updates(Op *op, Batch *batch)
{
    AggState *state = op->state;
    if (!state->update_count) return;
    bool emits = !task_merges(op->task) &&
                 !op->node->aggregate.window.emit_final;
    if (state->fast) {
        agg_update_fast(op, batch);
    } else if (emits) {
        update_and_emit(op, batch);
    } else {
        store_begin(state->store);
        for (int u = 0; u < state->update_count && !op->task->failed.kind;
             u++) {
            update_group(op, batch, &state->updates[u], NULL, 0);
            store_yield(state->store);
        }
        store_end(state->store);
        if (op->task->failed.kind) return;
    }
    state->update_count = 0;
    op_fail(op, store_status(state->store));
}

static void add_update(Op *op, Batch *batch, int row, Bounds bounds)
{
    AggState *state = op->state;
    if (state->update_count == BATCH_ROWS_MAX) run_updates(op, batch);
    state->updates[state->update_count++] = (Update){row, bounds};
}

/* The live windows of a row, ascending. */
static void add_windows(Op *op, Batch *batch, int row)
{
    AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    int64_t ms = batch->timestamps[row];
    if (ms > state->observed_ms) state->observed_ms = ms;
    int64_t closed = state->observed_ms - window->grace_ms;
    int64_t start = ms - window->size_ms + window->advance_ms;
    start = start < 0 ? 0 : start / window->advance_ms * window->advance_ms;
    while (start <= ms && start + window->size_ms <= closed)
        start += window->advance_ms;
    if (start > ms) op->late++;
    for (; start <= ms; start += window->advance_ms) {
        add_update(op, batch, row, (Bounds){start, start + window->size_ms});
        if (state->open) break; /* That finds the others. */
    }
}

/* ---- process ---- */

static void eval_args(Op *op, const Batch *batch, bool is_old)
{
    AggState *state = op->state;
    Rows rows = rows_with_value(batch);
    for (int c = 0; c < state->call_count; c++) {
        AggCall *call = &state->calls[c];
        for (int i = 0; i < call->arg_count; i++) {
            const Column *col = eval_column(call->args[i], batch, rows,
                                            task_now_ms(op->task),
                                            is_old ? NULL : op_report_row, op);
            if (col->constant && state->fast) {
                Column *own = ARENA_NEW(batch->arena, Column);
                *own = column_own(batch->arena, col, batch->count);
                col = own;
            }
            if (is_old)
                call->old[i] = col;
            else
                call->now[i] = col;
        }
    }
}

static bool has_row(const Op *op, const Batch *batch, int row)
{
    if (!batch->key_bytes[row].ptr) return false;
    if (!bit_get(batch->row_null, row)) return true;
    return op->node->aggregate.from_table && batch->old &&
           !bit_get(batch->old->row_null, row);
}

static void aggregate_flush(Op *op)
{
    AggState *state = op->state;
    if (state->open) open_windows_settle(state->open, state->store);
    if (state->merges) agg_emit_merged(op);
    if (op->task->failed.kind) return;
    op_fail(op, store_flush(state->store, op->task->scratch));
    kept_headers_forget(&state->headers);
    if (state->time_note.ptr)
        notes_set(&op->task->notes, state->time_note, state->observed_ms);
}

/* What is late does not depend on when the query was started. */
static void recall_times(Op *op)
{
    AggState *state = op->state;
    const PlanAggregate *aggregate = &op->node->aggregate;
    if (!state->time_note.ptr || state->observed_ms >= 0) return;
    notes_get(&op->task->notes, state->time_note, &state->observed_ms);
    if (aggregate->window.emit_final)
        notes_get(&op->task->notes, aggregate->store, &state->last_close_ms);
}

static void process_rows(Op *op, Batch *batch)
{
    AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    state->update_count = 0;
    for (int i = 0; i < batch->sel_count && !op->task->failed.kind; i++) {
        int row = batch_row(batch, i);
        if (!has_row(op, batch, row)) continue;
        if (window->kind == WINDOW_NONE) {
            add_update(op, batch, row, (Bounds){0, 0});
            continue;
        }
        add_windows(op, batch, row);
        if (window->emit_final && agg_final_is_due(op)) {
            run_updates(op, batch);
            agg_emit_final(op, batch, row);
        }
    }
    run_updates(op, batch);
}

static void aggregate_process(Op *op, int input, Batch *batch)
{
    (void)input;
    AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    recall_times(op);
    eval_args(op, batch, false);
    if (batch->old && op->node->aggregate.from_table) {
        batch->old->sel = batch->sel;
        batch->old->sel_count = batch->sel_count;
        eval_args(op, batch->old, true);
    }
    if (window->kind == WINDOW_SESSION)
        agg_sessions(op, batch);
    else
        process_rows(op, batch);
    if (store_dirty_bytes(state->store) + state->headers.bytes >
        task_cache_bytes(op->task))
        aggregate_flush(op);
}

static void aggregate_close(Op *op)
{
    AggState *state = op->state;
    for (int c = 0; c < state->call_count; c++) {
        AggCall *call = &state->calls[c];
        for (int i = 0; i < call->arg_count; i++)
            eval_close(call->args[i]);
        if (call->call) fn_call_close(call->call);
    }
    buf_free(&state->row);
    arena_free(state->merged);
    kept_headers_close(&state->headers);
    open_windows_free(state->open);
}

const OpType op_aggregate_type = {
    .name = "aggregate",
    .state_bytes = sizeof(AggState),
    .open = aggregate_open,
    .process = aggregate_process,
    .flush = aggregate_flush,
    .close = aggregate_close,
};
