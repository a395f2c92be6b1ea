/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a push query: rows go to the client. Rows without a value go only
 * if the client asked to see deletions.
 */
#include "runtime/task.h"

typedef struct ResultState {
    const Column **columns;
} ResultState;

static Status result_open(Op *op, Arena *plan)
{
    ResultState *state = op->state;
    int count = op->task->query_columns;
    state->columns = ARENA_ARRAY(plan, const Column *, count + 1);
    return st_ok();
}

static void result_process(Op *op, int input, Batch *batch)
{
    (void)input;
    ResultState *state = op->state;
    if (!op->node->result.tombstones) {
        Rows rows = rows_with_value(batch);
        batch->sel = (uint16_t *)rows.sel;
        batch->sel_count = rows.count;
        if (!rows.count) return;
    }
    int count = op->task->query_columns;
    for (int i = 0; i < count; i++)
        state->columns[i] = &batch->columns[op->node->result.slots[i]];
    op->rows_out += batch->sel_count;
    task_rows(op, batch, state->columns, count);
}

const OpType op_result_type = {
    .name = "result",
    .state_bytes = sizeof(ResultState),
    .open = result_open,
    .process = result_process,
};
