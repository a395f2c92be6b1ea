/* SPDX-License-Identifier: Apache-2.0
 *
 * Needed columns and old rows, from the root to the sources.
 *
 * A column is needed if something downstream reads it; the runtime fills, sends
 * and keeps only such columns, down to the fields the decoder reads. A node is
 * asked for old rows if something downstream must know what a change replaces:
 * filters and aggregates of tables. (Joins of tables keep their sides' rows
 * themselves.) A table source that is asked keeps its rows in a store, and so
 * does one that a new table is made of, since pull queries read them there.
 */
#include "planner/planner_int.h"

static void need(PlanNode *node, int slot)
{
    if (slot >= 0) node->columns[slot].needed = true;
}

static void need_column(void *context, int slot)
{
    need(context, slot);
}

static void need_expr(PlanNode *node, const Expr *expr)
{
    expr_each_column(expr, need_column, node);
}

/* What was needed of `node` is needed of its input, slots moved by `shift`. */
static void need_same(const PlanNode *node, PlanNode *input, int shift)
{
    for (int i = 0; i < input->column_count; i++)
        if (node->columns[i + shift].needed) need(input, i);
}

static void need_sink(PlanNode *node, PlanNode *input)
{
    const PlanSink *sink = &node->sink;
    for (int i = 0; i < sink->schema->count; i++) {
        bool key = i < sink->schema->key_count;
        int slot = key ? sink->key_slots[i]
                       : sink->value_slots[i - sink->schema->key_count];
        if (key && sink->same_key_bytes) continue;
        need(input, slot);
        need(node, slot);
    }
    need(input, sink->timestamp.slot);
    need(node, sink->timestamp.slot);
}

static void need_rekey(PlanNode *node, PlanNode *input)
{
    int count = node->rekey.count;
    for (int i = 0; i < count; i++) {
        node->columns[i].needed = true;
        need_expr(input, node->rekey.exprs[i]);
    }
    need_same(node, input, count);
}

static void need_aggregate(PlanNode *node, PlanNode *input)
{
    const PlanAggregate *aggregate = &node->aggregate;
    int key = 0;
    /* A query without windows may be replaced by one that selects more of the
     * keys: they are always kept, so that the state stays readable. */
    for (int i = 0; aggregate->window.kind == WINDOW_NONE &&
                    node->columns[i].role == PLAN_KEY;
         i++)
        node->columns[i].needed = true;
    for (int i = 0; i < input->column_count; i++) {
        if (input->columns[i].role != PLAN_KEY) continue;
        if (node->columns[key].needed) need(input, i);
        key++;
    }
    for (int i = 0; i < aggregate->call_count; i++)
        for (int j = 0; j < aggregate->calls[i].arg_count; j++)
            need_expr(input, aggregate->calls[i].args[j]);
}

static void need_join(PlanNode *node, PlanNode *left, PlanNode *right)
{
    need_same(node, left, 0);
    need_same(node, right, left->column_count);
    if (node->kind == PLAN_JOIN_FOREIGN_KEY)
        need_expr(left, node->join.foreign_key);
    if (!node->join.synthetic_key) return;
    /* The key is whichever side's is there. */
    PlanNode *sides[] = {left, right};
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < sides[s]->column_count; i++)
            if (sides[s]->columns[i].role == PLAN_KEY) need(sides[s], i);
}

static void need_of_inputs(PlanNode *node)
{
    PlanNode *input = (PlanNode *)(uintptr_t)node->inputs[0];
    PlanNode *right = (PlanNode *)(uintptr_t)node->inputs[1];
    switch (node->kind) {
    case PLAN_SOURCE: need(node, node->source.timestamp.slot); break;
    case PLAN_FILTER:
        need_same(node, input, 0);
        need_expr(input, node->filter);
        break;
    case PLAN_PROJECT:
        for (int i = 0; i < node->column_count; i++)
            if (node->columns[i].needed)
                need_expr(input, node->project.exprs[i]);
        break;
    case PLAN_FLATMAP:
        need_same(node, input, 0);
        for (int i = 0; i < node->flatmap.count; i++) {
            node->columns[input->column_count + i].needed = true;
            for (int j = 0; j < node->flatmap.functions[i]->arg_count; j++)
                need_expr(input, node->flatmap.args[i][j]);
        }
        break;
    case PLAN_REKEY: need_rekey(node, input); break;
    case PLAN_REPARTITION:
    case PLAN_LIMIT: need_same(node, input, 0); break;
    case PLAN_AGGREGATE: need_aggregate(node, input); break;
    case PLAN_JOIN_STREAM_TABLE:
    case PLAN_JOIN_STREAM_STREAM:
    case PLAN_JOIN_TABLE_TABLE:
    case PLAN_JOIN_FOREIGN_KEY: need_join(node, input, right); break;
    case PLAN_SINK: need_sink(node, input); break;
    case PLAN_RESULT:
        for (int i = 0; i < node->column_count; i++) {
            node->columns[i].needed = true;
            need(input, node->result.slots[i]);
        }
        break;
    }
}

/* ---- old rows ---- */

/* Does this node read the old rows of its input? A filter takes what it can have:
 * results of a foreign-key join are not kept for its sake, so each row that does
 * not pass is told as deleted (runtime 2.2). */
static bool reads_old(const PlanNode *node)
{
    switch (node->kind) {
    case PLAN_FILTER:
        return node->is_table &&
               node->inputs[0]->kind != PLAN_JOIN_FOREIGN_KEY;
    case PLAN_AGGREGATE: return node->aggregate.from_table;
    default: return false;
    }
}

/* Does it hand old rows through if it is asked for them? Joins of
 * tables keep what they need to know them. */
static bool passes_old(const PlanNode *node)
{
    return node->kind != PLAN_AGGREGATE && node->kind != PLAN_SINK &&
           node->kind != PLAN_RESULT && node->kind != PLAN_JOIN_TABLE_TABLE &&
           node->kind != PLAN_JOIN_FOREIGN_KEY;
}

static void want_old(PlanNode *node)
{
    bool wanted = reads_old(node) || (node->want_old && passes_old(node));
    for (int i = 0; i < node->input_count; i++) {
        PlanNode *input = (PlanNode *)(uintptr_t)node->inputs[i];
        if (wanted && input->is_table) input->want_old = true;
        /* The table of a stream-table join is looked up, which needs its rows
         * but not what they replace. */
        if (node->kind == PLAN_JOIN_STREAM_TABLE && i == 1 &&
            input->kind == PLAN_SOURCE)
            input->source.materialize = true;
    }
    if (node->kind == PLAN_SOURCE && node->is_table && node->want_old)
        node->source.materialize = true;
}

/* A table made from a table by filters and projections is read (by pull
 * queries) from the rows of its source. */
static void keep_source(Select *q)
{
    const PlanNode *root = q->nodes.at[q->nodes.count - 1];
    if (!q->persistent || root->kind != PLAN_SINK || !root->is_table) return;
    PlanNode *node = (PlanNode *)(uintptr_t)root->inputs[0];
    while (node->kind == PLAN_FILTER ||
           (node->kind == PLAN_PROJECT && !node->project.store.len))
        node = (PlanNode *)(uintptr_t)node->inputs[0];
    if (node->kind == PLAN_SOURCE && node->is_table)
        node->source.materialize = true;
}

void plan_optimize(Select *q)
{
    /* A node's inputs were made before it. */
    for (int i = q->nodes.count - 1; i >= 0; i--) {
        PlanNode *node = (PlanNode *)(uintptr_t)q->nodes.at[i];
        need_of_inputs(node);
        want_old(node);
    }
    keep_source(q);
}
