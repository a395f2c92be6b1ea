/* SPDX-License-Identifier: Apache-2.0
 *
 * LIMIT of a push query: the first n rows of all tasks together, then the query
 * is done.
 */
#include "runtime/task.h"

static void limit_process(Op *op, int input, Batch *batch)
{
    (void)input;
    int got = task_take(op, op->node->limit, batch->sel_count);
    if (got < batch->sel_count) {
        if (!batch->sel) batch->count = got;
        batch->sel_count = got;
    }
    op_emit(op, batch);
    task_gave(op, op->node->limit, got);
}

const OpType op_limit_type = {
    .name = "limit",
    .process = limit_process,
};
