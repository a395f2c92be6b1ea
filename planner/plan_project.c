/* SPDX-License-Identifier: Apache-2.0
 *
 * The projection: which items are the result's key (language 4.2, 5), and the
 * node that computes them.
 *
 * A persistent query must select each key column exactly once, under whatever
 * name; of several expressions known to be equal to a key (the sides of a join)
 * the first that is selected is the key, and the others are values. In
 * transient queries keys need not be selected.
 */
#include "planner/planner_int.h"

static Status key_twice(Select *q, const Item *first, const Item *second)
{
    return st_error_at(q->arena, second->at,
                       "the key is selected twice, as '%.*s' and '%.*s': keep "
                       "one, and use AS_VALUE for a copy in the value",
                       STR_ARG(first->name), STR_ARG(second->name));
}

/* The item that is this key, or -1. */
static Status find_key_item(Select *q, const KeyPart *key, int *item)
{
    *item = -1;
    for (int s = 0; s < key->same_count && *item < 0; s++) {
        for (int i = 0; i < q->items.count; i++) {
            if (!expr_equal(q->items.at[i].expr, key->same[s])) continue;
            if (*item >= 0 && q->persistent)
                return key_twice(q, &q->items.at[*item], &q->items.at[i]);
            if (*item < 0) *item = i;
        }
    }
    return st_ok();
}

static void describe_key(Select *q, Buf *out, const KeyPart *key)
{
    const Str *names = scope_names(&q->scope, q->arena);
    for (int i = 0; i < key->same_count; i++) {
        if (i) buf_append_str(out, STR(" or "));
        buf_push(out, '\'');
        expr_print(out, key->same[i], names);
        buf_push(out, '\'');
    }
}

static Status missing_key(Select *q, const int *key_items)
{
    Buf list = {0};
    for (int i = 0; i < q->flow.key_count; i++) {
        if (key_items[i] >= 0) continue;
        if (list.len) buf_append_str(&list, STR(", "));
        describe_key(q, &list, &q->flow.keys[i]);
    }
    Str text = str_copy(q->arena, buf_str(&list));
    buf_free(&list);
    const char *what = q->ast->has_group_by       ? "the GROUP BY expression"
                       : q->ast->has_partition_by ? "the PARTITION BY "
                                                    "expression"
                       : q->ast->join_count       ? "the join key"
                                                  : "the key";
    return st_error_at(q->arena, q->ast->items[0].at,
                       "the SELECT list lacks %s: add %.*s", what,
                       STR_ARG(text));
}

/* The reference's newer planner lets plain projections of streams drop keys. */
static bool may_drop_keys(const Select *q)
{
    return !q->flow.node->is_table && !q->ast->join_count &&
           !q->ast->has_partition_by && !q->ast->has_group_by && !q->target &&
           env_flag(q->env, "ksql.new.query.planner.enabled", false);
}

static Status choose_keys(Select *q, int *key_items)
{
    bool missing = false;
    for (int i = 0; i < q->flow.key_count; i++) {
        Status st = find_key_item(q, &q->flow.keys[i], &key_items[i]);
        if (st.kind) return st;
        missing |= key_items[i] < 0;
    }
    if (!missing || !q->persistent) return st_ok();
    if (!may_drop_keys(q)) return missing_key(q, key_items);
    q->flow.key_count = 0;
    return st_ok();
}

STATUS check_result_names(Select *q)
{
    for (int i = 0; i < q->items.count; i++) {
        const Item *item = &q->items.at[i];
        if (q->persistent && is_system_column(item->name) && !item->starred)
            return st_error_at(q->arena, item->at,
                               "'%.*s' is a system column, which a persistent "
                               "query must give another name: add AS",
                               STR_ARG(item->name));
        bool unique = q->persistent || q->plan->kind == PLAN_PULL;
        for (int j = 0; unique && j < i; j++)
            if (str_eq(q->items.at[j].name, item->name))
                return st_error_at(q->arena, item->at,
                                   "two columns of the result are named "
                                   "'%.*s': give one another alias",
                                   STR_ARG(item->name));
    }
    return st_ok();
}

static Status add_column(Select *q, PlanNode *node, const Item *item,
                         const KeyPart *key)
{
    int i = node->column_count++;
    const Expr *expr;
    if (key) {
        expr = expr_new_column(q->arena, key->slot, key->type, item->at);
    } else {
        Status st = flow_expr(q, &q->flow, item->expr, &expr);
        if (st.kind) return st;
    }
    node->project.exprs[i] = expr;
    ((int *)(uintptr_t)node->project.copy_of)[i] = expr->kind == EXPR_COLUMN
                                                       ? expr->slot
                                                       : -1;
    node->columns[i] = (PlanColumn){.name = item->name,
                                    .type = item->expr->type,
                                    .role = key ? PLAN_KEY : PLAN_VALUE};
    return st_ok();
}

/* Window bounds are part of the key of what is read. */
static bool is_pulled_key(const Select *q, const Item *item)
{
    const Source *source = q->from[0].source;
    if (item->expr->kind != EXPR_COLUMN) return false;
    return item->expr->slot < source->schema->key_count ||
           item->expr->slot >= source->schema->count + 3;
}

static Schema *project_schema(Select *q, const PlanNode *node)
{
    Schema *schema = ARENA_NEW(q->arena, Schema);
    schema->columns = arena_zalloc(
        q->arena, sizeof(SchemaColumn) * (size_t)(node->column_count + 1));
    schema->count = node->column_count;
    for (int i = 0; i < node->column_count; i++) {
        bool key = q->plan->pull
                       ? is_pulled_key(q, &q->items.at[i])
                       : q->persistent && node->columns[i].role == PLAN_KEY;
        schema->columns[i] = (SchemaColumn){
            .name = node->columns[i].name,
            .type = node->columns[i].type,
            .role = key ? COLUMN_KEY : COLUMN_VALUE,
        };
        /* Those of a pull query's rows may stand anywhere. */
        schema->key_count += key && q->persistent;
    }
    return schema;
}

/* The key that item `i` is, or NULL. */
static const KeyPart *key_of_item(const Select *q, const int *key_items, int i)
{
    for (int k = 0; k < q->flow.key_count; k++)
        if (key_items[k] == i) return &q->flow.keys[k];
    return NULL;
}

static PlanNode *project_node(Select *q)
{
    int count = q->items.count;
    const char *step = q->aggregates ? "Aggregate-Project" : "Project";
    PlanNode *node = node_new(q, PLAN_PROJECT, step, q->flow.node, NULL);
    node->columns = arena_zalloc(q->arena,
                                 sizeof(PlanColumn) * (size_t)(count + 1));
    node->project.exprs = ARENA_ARRAY(q->arena, const Expr *, count + 1);
    node->project.copy_of = ARENA_ARRAY(q->arena, int, count + 1);
    return node;
}

/* What is selected beside aggregates must be grouped; said before anything is
 * said of the key. */
static Status check_grouped(Select *q)
{
    const Expr *mapped;
    for (int i = 0; q->aggregates && i < q->items.count; i++) {
        Status st = flow_expr(q, &q->flow, q->items.at[i].expr, &mapped);
        if (st.kind) return st;
    }
    return st_ok();
}

/* The rows of a table that a join of tables makes are kept nowhere else
 * (runtime 2.20). */
static bool is_joined_table(const PlanNode *node)
{
    while (node->kind == PLAN_FILTER)
        node = node->inputs[0];
    return node->kind == PLAN_JOIN_TABLE_TABLE ||
           node->kind == PLAN_JOIN_FOREIGN_KEY;
}

STATUS plan_project(Select *q, Schema **schema)
{
    int *key_items = ARENA_ARRAY(q->arena, int, q->flow.key_count + 1);
    Status st = check_grouped(q);
    if (!st.kind) st = choose_keys(q, key_items);
    if (!st.kind) st = check_result_names(q);
    if (st.kind) return st;
    PlanNode *node = project_node(q);
    if (q->persistent && is_joined_table(q->flow.node))
        node->project.store = STR("Project-Last");
    if (q->persistent) {
        for (int k = 0; k < q->flow.key_count; k++) {
            st = add_column(q, node, &q->items.at[key_items[k]],
                            &q->flow.keys[k]);
            if (st.kind) return st;
        }
    }
    for (int i = 0; i < q->items.count; i++) {
        const KeyPart *key = key_of_item(q, key_items, i);
        if (key && q->persistent) continue;
        st = add_column(q, node, &q->items.at[i], key);
        if (st.kind) return st;
    }
    q->flow.node = node;
    *schema = project_schema(q, node);
    return st_ok();
}
