/* SPDX-License-Identifier: Apache-2.0
 *
 * The SELECT list (runtime 2.3): new columns from expressions. Columns that are
 * only passed on are shared, not copied. Rows without a value keep their key
 * and have no value afterwards either. An expression that fails is NULL.
 *
 * The rows of a table that a join makes are kept here (runtime 2.20):
 *
 *   store key    key bytes [ window bounds ]
 *   store value  the needed columns (rowset.h)
 *
 * With a cache, their changes wait in the store until the commit and go on as
 * one change a key, the least recently touched first.
 */
#include "runtime/join_int.h"
#include "runtime/merged.h"

typedef struct ProjectState {
    Eval **evals; /* NULL: a copy, or nobody reads it. */
    Store *store; /* NULL: nothing is kept. */
    RowSet rows;
    Arena *merged; /* Of one batch of merged changes. */
    KeptHeaders headers;
    Buf row;
} ProjectState;

static Status project_open(Op *op, Arena *plan)
{
    ProjectState *state = op->state;
    const PlanNode *node = op->node;
    state->evals = arena_zalloc(plan, sizeof(Eval *) *
                                          (size_t)(node->column_count + 1));
    for (int i = 0; i < node->column_count; i++)
        if (node->columns[i].needed && node->project.copy_of[i] < 0)
            state->evals[i] = op_eval(op, plan, node->project.exprs[i]);
    if (!node->project.store.len) return st_ok();
    rowset_open(plan, node->columns, node->column_count, &state->rows);
    state->merged = arena_new("merged", 0);
    return task_store_open(op, node->project.store, STORE_KEYED, 0,
                           task_merges(op->task), &state->store);
}

/* A key is there for rows without a value too. */
static void fill(Op *op, const Batch *from, int i, bool report, Batch *to)
{
    ProjectState *state = op->state;
    bool is_key = op->node->columns[i].role == PLAN_KEY;
    Rows rows = is_key ? rows_of(from) : rows_with_value(from);
    const Column *col = eval_column(state->evals[i], from, rows,
                                    task_now_ms(op->task),
                                    report ? op_report_row : NULL, op);
    Column own = column_own(from->arena, col, from->count);
    if (from->row_null && !is_key) {
        Rows none = rows_without_value(from);
        for (int r = 0; r < none.count; r++)
            column_set_null(from->arena, &own, rows_at(none, r), from->count);
    }
    own.type = op->node->columns[i].type;
    to->columns[i] = own;
}

static Batch *project(Op *op, Batch *from, bool report)
{
    const PlanNode *node = op->node;
    Batch *to = batch_derive(from, node->column_count);
    for (int i = 0; i < node->column_count; i++) {
        if (!node->columns[i].needed) continue;
        if (node->project.copy_of[i] >= 0)
            to->columns[i] = from->columns[node->project.copy_of[i]];
        else
            fill(op, from, i, report, to);
    }
    return to;
}

/* ---- kept rows ---- */

static void begin_merged(Op *op, Batch *batch)
{
    if (op->node->window == WINDOW_NONE) return;
    batch->window_start = ARENA_ARRAY(batch->arena, int64_t, batch->count);
    batch->window_end = ARENA_ARRAY(batch->arena, int64_t, batch->count);
}

static void merged_row(Op *op, Batch *batch, int i, Str key,
                       const StoreEntry *entry)
{
    (void)entry;
    int64_t start, end;
    batch->key_bytes[i] = join_key_split(op->node, key, &start, &end);
    if (!batch->window_start) return;
    batch->window_start[i] = start;
    batch->window_end[i] = end;
}

static void emit_merged(Op *op)
{
    ProjectState *state = op->state;
    MergedRows merged = {.store = state->store,
                         .rows = &state->rows,
                         .headers = &state->headers,
                         .arena = state->merged,
                         .begin = begin_merged,
                         .row = merged_row};
    merged_emit(op, &merged);
}

static void project_flush(Op *op)
{
    ProjectState *state = op->state;
    if (!state->store) return;
    if (task_merges(op->task)) emit_merged(op);
    op_fail(op, store_flush(state->store, op->task->scratch));
    kept_headers_forget(&state->headers);
}

static void keep_row(Op *op, const Batch *batch, int row)
{
    ProjectState *state = op->state;
    Str key = join_key(batch->arena, op->node->window, batch, row);
    StoreEntry *entry = key.ptr ? store_upsert(state->store, key) : NULL;
    if (!entry) return;
    int64_t ms = batch->timestamps[row];
    store_before_change(state->store, entry);
    if (task_merges(op->task))
        kept_headers_note(&state->headers, key, batch, row);
    if (bit_get(batch->row_null, row)) {
        store_delete(state->store, entry, ms);
        return;
    }
    state->row.len = 0;
    rowset_encode(&state->rows, &state->row, batch, row);
    char *room = store_value_room(state->store, entry,
                                  (uint32_t)state->row.len);
    memcpy(room, state->row.ptr, state->row.len);
    store_mark(state->store, entry, ms);
}

/* Keeps the rows; sends them on now, or when they are merged. */
static void keep(Op *op, Batch *batch)
{
    ProjectState *state = op->state;
    store_begin(state->store);
    for (int i = 0; i < batch->sel_count; i++) {
        keep_row(op, batch, batch_row(batch, i));
        store_yield(state->store);
    }
    store_end(state->store);
    op_fail(op, store_status(state->store));
    if (!task_merges(op->task)) op_emit(op, batch);
    if (store_dirty_bytes(state->store) + state->headers.bytes >
        task_cache_bytes(op->task))
        project_flush(op);
}

static void project_process(Op *op, int input, Batch *batch)
{
    (void)input;
    ProjectState *state = op->state;
    Batch *out = project(op, batch, true);
    if (state->store) {
        keep(op, out);
        return;
    }
    if (batch->old && op->node->want_old) {
        batch->old->sel = batch->sel;
        batch->old->sel_count = batch->sel_count;
        out->old = project(op, batch->old, false);
    }
    op_emit(op, out);
}

Store *project_store(Op *op)
{
    return ((ProjectState *)op->state)->store;
}

static void project_close(Op *op)
{
    ProjectState *state = op->state;
    for (int i = 0; state->evals && i < op->node->column_count; i++)
        eval_close(state->evals[i]);
    buf_free(&state->row);
    kept_headers_close(&state->headers);
    arena_free(state->merged);
}

const OpType op_project_type = {
    .name = "project",
    .state_bytes = sizeof(ProjectState),
    .open = project_open,
    .process = project_process,
    .flush = project_flush,
    .close = project_close,
};
