/* SPDX-License-Identifier: Apache-2.0
 *
 * WHERE and HAVING (runtime 2.2). On a stream, rows without a value and rows
 * that do not pass leave. On a table, a row that stops passing becomes a
 * tombstone; with old rows known, one that did not pass before either is not
 * mentioned.
 */
#include "runtime/slice.h"
#include "runtime/task.h"

typedef struct FilterState {
    Eval *predicate;
} FilterState;

static Status filter_open(Op *op, Arena *plan)
{
    FilterState *state = op->state;
    state->predicate = op_eval(op, plan, op->node->filter);
    return st_ok();
}

static Rows passing(Op *op, const Batch *batch, bool report)
{
    FilterState *state = op->state;
    return eval_filter(state->predicate, batch, rows_with_value(batch),
                       task_now_ms(op->task), report ? op_report_row : NULL,
                       op);
}

static uint64_t *as_bits(Arena *arena, Rows rows, int count)
{
    uint64_t *bits = bits_new(arena, count);
    for (int i = 0; i < rows.count; i++)
        bit_set(bits, rows_at(rows, i));
    return bits;
}

static void filter_stream(Op *op, Batch *batch)
{
    Rows rows = passing(op, batch, true);
    if (rows.count != batch->sel_count) {
        batch->sel = (uint16_t *)rows.sel;
        batch->sel_count = rows.count;
    }
    op_emit(op, batch);
}

static void filter_table(Op *op, Batch *batch)
{
    Arena *arena = batch->arena;
    uint64_t *now = as_bits(arena, passing(op, batch, true), batch->count);
    uint64_t *before = NULL;
    Batch *old = batch->old;
    if (old) {
        old->sel = batch->sel;
        old->sel_count = batch->sel_count;
        before = as_bits(arena, passing(op, old, false), batch->count);
    }
    batch_own_row_null(batch);
    if (old) batch_own_row_null(old);
    uint16_t *sel = ARENA_ARRAY(arena, uint16_t, batch->sel_count);
    int count = 0;
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        bool passes = bit_get(now, row), passed = bit_get(before, row);
        if (!passes && old && !passed) continue;
        if (!passes) bit_set(batch->row_null, row);
        if (old && !passed) bit_set(old->row_null, row);
        sel[count++] = (uint16_t)row;
    }
    batch->sel = sel;
    batch->sel_count = count;
    op_emit(op, batch);
}

static void filter_process(Op *op, int input, Batch *batch)
{
    (void)input;
    if (op->node->is_table)
        filter_table(op, batch);
    else
        filter_stream(op, batch);
}

static void filter_close(Op *op)
{
    eval_close(((FilterState *)op->state)->predicate);
}

const OpType op_filter_type = {
    .name = "filter",
    .state_bytes = sizeof(FilterState),
    .open = filter_open,
    .process = filter_process,
    .close = filter_close,
};
