/* SPDX-License-Identifier: Apache-2.0
 *
 * GROUP BY and aggregates (language 4.4, runtime 2.6 to 2.12).
 *
 *   [rekey -> repartition ->] aggregate [-> filter (HAVING)]
 *
 * The first two are left out if the groups are the key already. After the
 * aggregate only whole expressions are known: the grouping expressions and the
 * aggregate calls; what is selected must be built from these and constants.
 */
#include "planner/planner_int.h"

typedef struct CallList {
    Arena *arena;
    VEC(const Expr *) calls;
} CallList;

static bool collect_aggregate(void *context, const Expr *expr)
{
    CallList *list = context;
    if (!expr_is_aggregate(expr)) return true;
    for (int i = 0; i < list->calls.count; i++)
        if (expr_equal(list->calls.at[i], expr)) return true;
    *vec_push(list->arena, &list->calls) = expr;
    return true;
}

/* ---- checks ---- */

static Status check_group(Select *q)
{
    const AstSelect *ast = q->ast;
    if (!ast->has_group_by) {
        if (q->persistent)
            return st_error_at(q->arena, ast->at,
                               "aggregate functions need GROUP BY: group by a "
                               "constant for one group over all");
        return st_ok();
    }
    if (!q->aggregates)
        return st_error_at(q->arena, ast->group_by[0]->at,
                           "GROUP BY needs at least one aggregate function in "
                           "SELECT or HAVING, such as COUNT(*)");
    if (q->has_window && q->flow.node->is_table)
        return st_error_at(q->arena, ast->window.at,
                           "WINDOW is for streams, and this query reads a "
                           "table");
    return st_ok();
}

static Status check_formats(Select *q)
{
    for (int i = 0; i < q->from_count; i++) {
        const Source *source = q->from[i].source;
        if (str_eq(str_from(source->value_format->name), STR("KAFKA")))
            return st_error_at(q->arena, q->from[i].at,
                               "'%.*s' has value format KAFKA, which GROUP BY "
                               "does not support",
                               STR_ARG(source->name));
    }
    return st_ok();
}

/* State travels in the value format of the leftmost source. */
static Status check_state(Select *q, const Expr *call)
{
    const Format *format = q->from[0].source->value_format;
    if (format->flags & FORMAT_NESTED) return st_ok();
    const FnBinding *binding = call->binding;
    bool nested = binding->function->flags & FN_STATE_NESTED;
    for (int i = 0; i < binding->state_count; i++) {
        TypeKind kind = binding->state_types[i]->kind;
        nested |= kind == TYPE_ARRAY || kind == TYPE_MAP || kind == TYPE_STRUCT;
    }
    if (!nested) return st_ok();
    return st_error_at(q->arena, call->at,
                       "the state of aggregate function '%s' is a STRUCT or "
                       "ARRAY, which value format '%s' of '%.*s' does not "
                       "support",
                       binding->function->name, format->name,
                       STR_ARG(q->from[0].source->name));
}

static Status check_call(Select *q, const Expr *call)
{
    const Function *function = call->binding->function;
    if (q->flow.node->is_table && !function->aggregate->undo)
        return st_error_at(q->arena, call->at,
                           "aggregate function '%s' cannot be applied to a "
                           "table, only to a stream: it cannot take back what "
                           "a change replaces",
                           function->name);
    return check_state(q, call);
}

/* ---- nodes ---- */

/* The name of a grouping expression: that of the item that selects it. */
static Str group_name(Select *q, int i)
{
    const Expr *expr = q->group[i];
    for (int j = 0; j < q->items.count; j++)
        if (expr_equal(q->items.at[j].expr, expr)) return q->items.at[j].name;
    if (expr->kind == EXPR_COLUMN) return q->scope.columns.at[expr->slot].name;
    return name_generated(&q->names);
}

/* A key with a window is another one than that of the group. */
static bool groups_by_key(const Select *q)
{
    if (q->flow.node->is_table || q->flow.node->window != WINDOW_NONE ||
        q->flow.key_count != q->group_count)
        return false;
    for (int i = 0; i < q->group_count; i++)
        if (!key_has(&q->flow.keys[i], q->group[i])) return false;
    return true;
}

static Status group_rows(Select *q)
{
    if (groups_by_key(q)) return st_ok();
    int count = q->group_count;
    Str *names = ARENA_ARRAY(q->arena, Str, count + 1);
    SchemaColumn *columns = arena_zalloc(q->arena,
                                         sizeof *columns * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        names[i] = group_name(q, i);
        columns[i] = (SchemaColumn){
            .name = names[i], .type = q->group[i]->type, .role = COLUMN_KEY};
    }
    const FormatSpec *now = q->flow.node->key_spec;
    const Format *format = internal_key_format(q, now->format, columns, count);
    Status st = plan_rekey(q, &q->flow, REKEY_GROUP, q->group, names, count,
                           format, now->delimiter, "Aggregate-GroupBy");
    if (st.kind) return st;
    return plan_repartition(q, &q->flow, "Aggregate-GroupBy", NULL);
}

/* Keys, window bounds, ROWTIME, one column a call. */
static PlanNode *aggregate_node(Select *q, int call_count)
{
    PlanNode *input = q->flow.node;
    PlanNode *node = node_new(q, PLAN_AGGREGATE, "Aggregate", input, NULL);
    node->is_table = true;
    node->aggregate.from_table = input->is_table;
    node->aggregate.store = STR("Aggregate-Aggregate-Materialize");
    node->aggregate.window = q->window;
    node->aggregate.call_count = call_count;
    node->aggregate.calls = arena_zalloc(
        q->arena, sizeof(PlanAggregateCall) * (size_t)(call_count + 1));
    if (q->has_window) {
        node->window = q->window.kind;
        node->window_size_ms = q->window.kind == WINDOW_SESSION
                                   ? 0
                                   : q->window.size_ms;
    }
    int max = q->flow.key_count + 3 + call_count;
    node->columns = arena_zalloc(q->arena,
                                 sizeof(PlanColumn) * (size_t)(max + 1));
    for (int i = 0; i < q->flow.key_count; i++)
        node->columns[node->column_count++] = (PlanColumn){
            .name = q->flow.keys[i].name,
            .type = q->flow.keys[i].type,
            .role = PLAN_KEY};
    static const Str bounds[] = {STR_INIT("WINDOWSTART"),
                                 STR_INIT("WINDOWEND")};
    for (int i = 0; q->has_window && i < 2; i++)
        node->columns[node->column_count++] = (PlanColumn){
            .name = bounds[i], .type = &type_bigint, .role = PLAN_SYSTEM};
    node->columns[node->column_count++] = (PlanColumn){
        .name = STR("ROWTIME"), .type = &type_bigint, .role = PLAN_SYSTEM};
    return node;
}

static Status add_call(Select *q, PlanNode *node, const Expr *call, int i)
{
    Status st = check_call(q, call);
    if (st.kind) return st;
    PlanAggregateCall *plan = &node->aggregate.calls[i];
    plan->binding = call->binding;
    plan->arg_count = call->arg_count;
    plan->args = ARENA_ARRAY(q->arena, const Expr *, call->arg_count + 1);
    for (int j = 0; j < call->arg_count; j++) {
        st = flow_expr(q, &q->flow, call->args[j], &plan->args[j]);
        if (st.kind) return st;
    }
    node->columns[node->column_count++] = (PlanColumn){
        .name = str_printf(q->arena, "KSQL_AGG_VARIABLE_%d", i),
        .type = call->type,
        .role = PLAN_VALUE,
    };
    return st_ok();
}

/* From here on only groups, bounds and results are columns. */
static void replace_flow(Select *q, PlanNode *node, const CallList *list)
{
    Flow *flow = &q->flow;
    flow->whole.count = 0;
    for (int i = 0; i < flow->slot_count; i++)
        flow->slots[i] = -1;
    for (int i = 0; i < q->group_count; i++)
        *vec_push(q->arena, &flow->whole) = (Substitution){q->group[i], i};
    if (q->bound_start >= 0) {
        flow->slots[q->bound_start] = flow->key_count;
        flow->slots[q->bound_start + 1] = flow->key_count + 1;
    }
    int first = node->column_count - list->calls.count;
    for (int i = 0; i < list->calls.count; i++)
        *vec_push(q->arena, &flow->whole) = (Substitution){list->calls.at[i],
                                                           first + i};
    for (int i = 0; i < q->group_count; i++) {
        KeyPart *key = &flow->keys[i];
        key->same = ARENA_ARRAY(q->arena, const Expr *, 1);
        key->same[0] = q->group[i];
        key->same_count = 1;
        key->slot = i;
    }
    flow->hop = NULL;
    flow->node = node;
}

static Status plan_having(Select *q)
{
    if (!q->having) return st_ok();
    PlanNode *node = node_new(q, PLAN_FILTER, "Aggregate-HavingFilter",
                              q->flow.node, NULL);
    node_columns(q, node, q->flow.node, 0, 0);
    Status st = flow_expr(q, &q->flow, q->having, &node->filter);
    flow_push(&q->flow, node, 0);
    return st;
}

STATUS plan_aggregate(Select *q)
{
    if (!q->aggregates && !q->ast->has_group_by) return st_ok();
    Status st = check_group(q);
    if (!st.kind) st = check_formats(q);
    if (st.kind) return st;
    if (!q->ast->has_group_by) {
        /* One group over all: the key is a constant. */
        q->group = ARENA_ARRAY(q->arena, const Expr *, 1);
        q->group[0] = expr_new_literal(q->arena, &type_int, (Value){.i32 = 0},
                                       q->ast->at);
        q->group_count = 1;
    }
    CallList list = {.arena = q->arena};
    for (int i = 0; i < q->items.count; i++)
        expr_walk(q->items.at[i].expr, collect_aggregate, &list);
    if (q->having) expr_walk(q->having, collect_aggregate, &list);
    st = group_rows(q);
    if (st.kind) return st;
    PlanNode *node = aggregate_node(q, list.calls.count);
    for (int i = 0; i < list.calls.count; i++) {
        st = add_call(q, node, list.calls.at[i], i);
        if (st.kind) return st;
    }
    replace_flow(q, node, &list);
    return plan_having(q);
}
