/* SPDX-License-Identifier: Apache-2.0
 *
 * What every operator uses: passing batches on, telling of bad rows, ending the
 * query. Reports go to the query's processing log by way of its options; they
 * are counted even if nobody listens.
 */
#include "runtime/task.h"

#include <stdio.h>

void op_emit(Op *op, Batch *batch)
{
    if (!batch->sel_count || op->task->failed.kind) return;
    op->rows_out += batch->sel_count;
    if (op->output) op_process(op->output, op->output_input, batch);
}

void op_process(Op *op, int input, Batch *batch)
{
    op->rows_in += batch->sel_count;
    OpTimer timer = op_timer_start(op);
    op->type->process(op, input, batch);
    op_timer_stop(op, timer);
}

OpTimer op_timer_start(Op *op)
{
    Task *task = op->task;
    if (!task->time_weight) return (OpTimer){0};
    OpTimer timer = {clock_monotonic_ns(), task->inner_ns};
    task->inner_ns = 0;
    return timer;
}

void op_timer_stop(Op *op, OpTimer timer)
{
    Task *task = op->task;
    if (!timer.start_ns) return;
    int64_t took_ns = clock_monotonic_ns() - timer.start_ns;
    op->busy_ns += (took_ns - task->inner_ns) * task->time_weight;
    task->inner_ns = timer.outer_ns + took_ns;
}

void op_report_full(Op *op, const Batch *batch, int row, ProcessingError *error)
{
    op->errors++;
    const QueryOptions *options = op->task->options;
    if (!options->log) return;
    error->query_id = options->id;
    if (!error->step.ptr) error->step = op->node->step;
    error->partition = batch ? batch->partition : op->task->partition;
    error->offset = batch ? batch->offsets[row] : -1;
    if (batch && batch->value_bytes && !error->record.ptr)
        error->record = batch->value_bytes[row];
    options->log(options->log_context, error);
}

void op_report_again(Op *op, const ProcessingError *error)
{
    op->errors++;
    const QueryOptions *options = op->task->options;
    if (!options->log) return;
    ProcessingError own = *error;
    own.query_id = options->id;
    options->log(options->log_context, &own);
}

void op_report(Op *op, int type, const Batch *batch, int row,
               const char *format, ...)
{
    if (!op->task->options->log) {
        op->errors++;
        return;
    }
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0) len = 0;
    if ((size_t)len >= sizeof text) len = sizeof text - 1;
    ProcessingError error = {.type = type, .message = {text, (size_t)len}};
    op_report_full(op, batch, row, &error);
}

void op_report_row(void *op, const Batch *batch, int row, const char *why)
{
    op_report(op, 1, batch, row, "%s", why);
}

void task_fail(Task *task, Status st)
{
    if (!st.kind || task->failed.kind) return;
    task->failed = st;
    task->failed.text = str_cstr(task->plan, str_from(st.text));
}

void op_fail(Op *op, Status st)
{
    task_fail(op->task, st);
}

void op_wake_at(Op *op, int64_t ms)
{
    if (ms < op->wake_at_ms) op->wake_at_ms = ms;
}

Eval *op_eval(Op *op, Arena *plan, const Expr *expr)
{
    return eval_new(plan, expr, op->task->options->properties);
}

int64_t task_now_ms(const Task *task)
{
    return clock_now_ms(task->options->clock);
}
