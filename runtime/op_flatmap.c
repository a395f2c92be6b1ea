/* SPDX-License-Identifier: Apache-2.0
 *
 * Table functions such as EXPLODE (runtime 2.4): each row as many times as the
 * longest of their lists, shorter ones padded with NULL. No item: no row.
 */
#include "runtime/slice.h"
#include "runtime/task.h"

typedef struct TableCall {
    FnCall *call;
    Eval **args;
    int arg_count;
    const Column **cols;
    Value *values;
    const List *list; /* Of the current row; NULL: no items. */
} TableCall;

typedef struct FlatmapState {
    TableCall *calls;
    int *rows;    /* Source row of each output row; BATCH_ROWS_MAX. */
    Value *items; /* One a call for each output row. */
    int count;
} FlatmapState;

static Status flatmap_open(Op *op, Arena *plan)
{
    FlatmapState *state = op->state;
    const PlanFlatmap *flatmap = &op->node->flatmap;
    state->calls = arena_zalloc(plan, sizeof(TableCall) *
                                          (size_t)(flatmap->count + 1));
    state->rows = ARENA_ARRAY(plan, int, BATCH_ROWS_MAX);
    state->items = ARENA_ARRAY(plan, Value, BATCH_ROWS_MAX * flatmap->count);
    for (int i = 0; i < flatmap->count; i++) {
        TableCall *call = &state->calls[i];
        call->arg_count = flatmap->functions[i]->arg_count;
        call->call = fn_call_new(plan, flatmap->functions[i]);
        call->call->properties = op->task->options->properties;
        call->args = ARENA_ARRAY(plan, Eval *, call->arg_count + 1);
        call->cols = ARENA_ARRAY(plan, const Column *, call->arg_count + 1);
        call->values = ARENA_ARRAY(plan, Value, call->arg_count + 1);
        for (int a = 0; a < call->arg_count; a++)
            call->args[a] = op_eval(op, plan, flatmap->args[i][a]);
    }
    return st_ok();
}

/* The list of one call for a row, in call->list. */
static void make_list(Op *op, const Batch *batch, TableCall *call, int row)
{
    for (int a = 0; a < call->arg_count; a++)
        call->values[a] = column_get(call->cols[a], row);
    call->list = NULL;
    call->call->arena = batch->arena;
    call->call->now_ms = task_now_ms(op->task);
    call->call->error = NULL;
    if (!call->call->function->table(call->call, call->values, call->arg_count,
                                     &call->list)) {
        op_report_row(op, batch, row,
                      call->call->error ? call->call->error
                                        : "table function failed");
        call->list = NULL;
    }
}

static void emit_rows(Op *op, Batch *batch)
{
    FlatmapState *state = op->state;
    int calls = op->node->flatmap.count;
    int first = op->node->column_count - calls;
    if (!state->count) return;
    Batch *picked = batch_gather(batch->arena, batch, state->rows,
                                 state->count);
    Batch *out = batch_derive(picked, op->node->column_count);
    memcpy(out->columns, picked->columns, sizeof(Column) * (size_t)first);
    for (int c = 0; c < calls; c++) {
        Column *col = &out->columns[first + c];
        if (!op->node->columns[first + c].needed) continue;
        column_init(batch->arena, col, op->node->columns[first + c].type,
                    state->count);
        for (int i = 0; i < state->count; i++)
            column_set(batch->arena, col, i, state->count,
                       state->items[i * calls + c]);
    }
    state->count = 0;
    op_emit(op, out);
}

static void flatmap_process(Op *op, int input, Batch *batch)
{
    (void)input;
    FlatmapState *state = op->state;
    int calls = op->node->flatmap.count;
    Rows rows = rows_with_value(batch);
    for (int c = 0; c < calls; c++)
        for (int a = 0; a < state->calls[c].arg_count; a++)
            state->calls[c].cols[a] = op_column(op, state->calls[c].args[a],
                                                batch, rows);
    state->count = 0;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i), most = 0;
        for (int c = 0; c < calls; c++) {
            make_list(op, batch, &state->calls[c], row);
            const List *list = state->calls[c].list;
            if (list && list->count > most) most = list->count;
        }
        for (int item = 0; item < most; item++) {
            if (state->count == BATCH_ROWS_MAX) emit_rows(op, batch);
            for (int c = 0; c < calls; c++) {
                const List *list = state->calls[c].list;
                state->items[state->count * calls + c] =
                    list && item < list->count ? list->items[item] : VALUE_NULL;
            }
            state->rows[state->count++] = row;
        }
    }
    emit_rows(op, batch);
}

static void flatmap_close(Op *op)
{
    FlatmapState *state = op->state;
    for (int c = 0; state->calls && c < op->node->flatmap.count; c++) {
        TableCall *call = &state->calls[c];
        for (int a = 0; call->args && a < call->arg_count; a++)
            eval_close(call->args[a]);
        if (call->call) fn_call_close(call->call);
    }
}

const OpType op_flatmap_type = {
    .name = "flatmap",
    .state_bytes = sizeof(FlatmapState),
    .open = flatmap_open,
    .process = flatmap_process,
    .close = flatmap_close,
};
