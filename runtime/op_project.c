/* SPDX-License-Identifier: Apache-2.0
 *
 * The SELECT list (runtime 2.3): new columns from expressions. Columns that are
 * only passed on are shared, not copied. Rows without a value keep their key
 * and have no value afterwards either. An expression that fails is NULL.
 */
#include "runtime/task.h"

typedef struct ProjectState {
    Eval **evals; /* NULL: a copy, or nobody reads it. */
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
    return st_ok();
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

static void project_process(Op *op, int input, Batch *batch)
{
    (void)input;
    Batch *out = project(op, batch, true);
    if (batch->old && op->node->want_old) {
        batch->old->sel = batch->sel;
        batch->old->sel_count = batch->sel_count;
        out->old = project(op, batch->old, false);
    }
    op_emit(op, out);
}

static void project_close(Op *op)
{
    ProjectState *state = op->state;
    for (int i = 0; state->evals && i < op->node->column_count; i++)
        eval_close(state->evals[i]);
}

const OpType op_project_type = {
    .name = "project",
    .state_bytes = sizeof(ProjectState),
    .open = project_open,
    .process = project_process,
    .close = project_close,
};
