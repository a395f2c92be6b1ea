/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of operators: which one runs a plan node.
 */
#include "runtime/task.h"

extern const OpType op_source_type, op_filter_type, op_project_type,
    op_flatmap_type, op_rekey_type, op_repartition_type, op_aggregate_type,
    op_join_stream_table_type, op_join_table_table_type,
    op_join_stream_stream_type, op_limit_type, op_sink_type, op_result_type;

/* By PlanKind. The right half of a foreign-key join is made by task.c. */
static const OpType *const types[] = {
    [PLAN_SOURCE] = &op_source_type,
    [PLAN_FILTER] = &op_filter_type,
    [PLAN_PROJECT] = &op_project_type,
    [PLAN_FLATMAP] = &op_flatmap_type,
    [PLAN_REKEY] = &op_rekey_type,
    [PLAN_REPARTITION] = &op_repartition_type,
    [PLAN_AGGREGATE] = &op_aggregate_type,
    [PLAN_JOIN_STREAM_TABLE] = &op_join_stream_table_type,
    [PLAN_JOIN_STREAM_STREAM] = &op_join_stream_stream_type,
    [PLAN_JOIN_TABLE_TABLE] = &op_join_table_table_type,
    [PLAN_JOIN_FOREIGN_KEY] = &op_join_foreign_left_type,
    [PLAN_LIMIT] = &op_limit_type,
    [PLAN_SINK] = &op_sink_type,
    [PLAN_RESULT] = &op_result_type,
};

const OpType *op_type(const PlanNode *node)
{
    return types[node->kind];
}
