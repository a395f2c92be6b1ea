/* SPDX-License-Identifier: Apache-2.0
 *
 * From a query to its plan, clause by clause:
 *
 *   FROM (and joins) -> WHERE -> PARTITION BY -> table functions
 *     -> GROUP BY with its aggregates -> HAVING -> SELECT -> sink or client
 *
 * Each step pushes nodes on the flow, and moves what the flow knows of logical
 * columns. Nothing outside the plan's arena changes; every rejection comes from
 * here before anything has happened.
 */
#include "planner/planner_int.h"

/* ---- nodes and flow ---- */

PlanNode *node_new(Select *q, PlanKind kind, const char *step,
                   const PlanNode *left, const PlanNode *right)
{
    PlanNode *node = ARENA_NEW(q->arena, PlanNode);
    node->kind = kind;
    node->id = q->nodes.count;
    node->step = str_from(step);
    *vec_push(q->arena, &q->nodes) = node;
    if (left) {
        node->inputs[node->input_count++] = left;
        node->is_table = left->is_table;
        node->key_spec = left->key_spec;
        node->window = left->window;
        node->window_size_ms = left->window_size_ms;
    }
    if (right) node->inputs[node->input_count++] = right;
    return node;
}

void node_columns(Select *q, PlanNode *node, const PlanNode *input,
                  int extra_front, int extra_back)
{
    int count = extra_front + input->column_count + extra_back;
    node->columns = arena_zalloc(q->arena,
                                 sizeof(PlanColumn) * (size_t)(count + 1));
    node->column_count = count;
    for (int i = 0; i < input->column_count; i++)
        node->columns[extra_front + i] = input->columns[i];
}

void flow_push(Flow *flow, PlanNode *node, int shift)
{
    flow->node = node;
    if (!shift) return;
    for (int i = 0; i < flow->slot_count; i++)
        if (flow->slots[i] >= 0) flow->slots[i] += shift;
    for (int i = 0; i < flow->whole.count; i++)
        flow->whole.at[i].slot += shift;
    for (int i = 0; i < flow->key_count; i++)
        flow->keys[i].slot += shift;
}

Mapping flow_mapping(const Flow *flow)
{
    return (Mapping){flow->slots, flow->slot_count, &flow->whole};
}

STATUS flow_expr(Select *q, const Flow *flow, const Expr *expr,
                 const Expr **out)
{
    Mapping mapping = flow_mapping(flow);
    const Expr *missing = NULL;
    *out = expr_map(q->arena, &mapping, expr, &missing);
    if (*out) return st_ok();
    const Str *names = scope_names(&q->scope, q->arena);
    Str name = names[missing->slot];
    return st_error_at(q->arena, missing->at,
                       "column '%.*s' is neither in GROUP BY nor in an "
                       "aggregate function",
                       STR_ARG(name));
}

bool key_has(const KeyPart *key, const Expr *expr)
{
    for (int i = 0; i < key->same_count; i++)
        if (expr_equal(key->same[i], expr)) return true;
    return false;
}

/* ---- FROM ---- */

static void source_columns(Select *q, int from, PlanNode *node)
{
    const FromSource *f = &q->from[from];
    SourceField *fields = ARENA_ARRAY(q->arena, SourceField, f->count);
    int *index = ARENA_ARRAY(q->arena, int, f->count);
    static const SourceField system[] = {SOURCE_ROWTIME, SOURCE_ROWPARTITION,
                                         SOURCE_ROWOFFSET, SOURCE_WINDOWSTART,
                                         SOURCE_WINDOWEND};
    int declared = f->source->schema->count;
    node->columns = arena_zalloc(q->arena,
                                 sizeof(PlanColumn) * (size_t)(f->count + 1));
    node->column_count = f->count;
    for (int i = 0; i < f->count; i++) {
        const ScopeColumn *column = &q->scope.columns.at[f->first + i];
        node->columns[i] = (PlanColumn){
            .name = column->name, .type = column->type, .role = column->role};
        fields[i] = i < declared ? SOURCE_COLUMN : system[i - declared];
        index[i] = i < declared ? i : -1;
    }
    node->source.fields = fields;
    node->source.field_index = index;
}

static void source_keys(Select *q, int from, Flow *flow)
{
    const FromSource *f = &q->from[from];
    flow->key_count = f->source->schema->key_count;
    flow->keys = arena_zalloc(q->arena,
                              sizeof(KeyPart) * (size_t)(flow->key_count + 1));
    for (int i = 0; i < flow->key_count; i++) {
        KeyPart *key = &flow->keys[i];
        const SchemaColumn *column = &f->source->schema->columns[i];
        key->same = ARENA_ARRAY(q->arena, const Expr *, 1);
        key->same[0] = expr_new_column(q->arena, f->first + i, column->type,
                                       f->at);
        key->same_count = 1;
        key->name = column->name;
        key->type = column->type;
        key->slot = i;
    }
}

STATUS plan_source_flow(Select *q, int from, const char *step, Flow *flow)
{
    const FromSource *f = &q->from[from];
    const Source *source = f->source;
    PlanNode *node = node_new(q, PLAN_SOURCE, step, NULL, NULL);
    FormatSpec *key = ARENA_NEW(q->arena, FormatSpec);
    *key = source_key_spec(source);
    node->is_table = source->is_table;
    node->window = source->window;
    node->window_size_ms = source->window_size_ms;
    node->key_spec = key;
    FormatSpec read = *key;
    if (!read.column_count) read.format = format_find(STR("NONE"));
    node->source = (PlanSource){
        .name = source->name,
        .topic = source->topic,
        .is_table = source->is_table,
        .schema = source->schema,
        .key = read,
        .value = source_value_spec(source),
        .window = source->window,
        .window_size_ms = source->window_size_ms,
        .timestamp = side_timestamp(source, NULL),
        .store = source->is_table ? str_printf(q->arena, "%s-Reduce", step)
                                  : STR(""),
    };
    source_columns(q, from, node);
    *flow = (Flow){.node = node, .partitions = source->partitions};
    /* Room for a synthetic join key and two window bounds. */
    flow->slot_count = q->scope.columns.count + 4;
    flow->slots = ARENA_ARRAY(q->arena, int, flow->slot_count);
    for (int i = 0; i < flow->slot_count; i++) {
        bool here = i >= f->first && i < f->first + f->count;
        flow->slots[i] = here ? i - f->first : -1;
    }
    source_keys(q, from, flow);
    return st_ok();
}

STATUS plan_from(Select *q)
{
    if (q->ast->join_count) return plan_joins(q);
    return plan_source_flow(q, 0, "KsqlTopic", &q->flow);
}

/* ---- WHERE and table functions ---- */

static Status plan_where(Select *q)
{
    if (!q->where) return st_ok();
    PlanNode *node = node_new(q, PLAN_FILTER, "WhereFilter", q->flow.node,
                              NULL);
    node_columns(q, node, q->flow.node, 0, 0);
    Status st = flow_expr(q, &q->flow, q->where, &node->filter);
    flow_push(&q->flow, node, 0);
    return st;
}

typedef struct CallList {
    Arena *arena;
    VEC(const Expr *) calls;
    bool (*wanted)(const Expr *);
} CallList;

static bool collect_call(void *context, const Expr *expr)
{
    CallList *list = context;
    if (!list->wanted(expr)) return true;
    for (int i = 0; i < list->calls.count; i++)
        if (expr_equal(list->calls.at[i], expr)) return true;
    *vec_push(list->arena, &list->calls) = expr;
    return true;
}

static Status plan_flatmap_call(Select *q, PlanNode *node, const Expr *call,
                                int i, int slot)
{
    PlanFlatmap *flatmap = &node->flatmap;
    const Expr **args = ARENA_ARRAY(q->arena, const Expr *,
                                    call->arg_count + 1);
    for (int j = 0; j < call->arg_count; j++) {
        Status st = flow_expr(q, &q->flow, call->args[j], &args[j]);
        if (st.kind) return st;
    }
    flatmap->functions[i] = call->binding;
    flatmap->args[i] = args;
    node->columns[slot] = (PlanColumn){
        .name = str_printf(q->arena, "KSQL_SYNTH_%d", i),
        .type = call->type,
        .role = PLAN_VALUE,
    };
    return st_ok();
}

static Status plan_flatmap(Select *q)
{
    if (!q->table_functions) return st_ok();
    uint32_t at = q->ast->at;
    if (q->aggregates)
        return st_error_at(q->arena, at,
                           "table functions cannot be used together with "
                           "aggregate functions");
    if (q->flow.node->is_table)
        return st_error_at(q->arena, at,
                           "table functions can only be used with streams, and "
                           "this query reads a table");
    CallList list = {.arena = q->arena, .wanted = expr_is_table_function};
    for (int i = 0; i < q->items.count; i++)
        expr_walk(q->items.at[i].expr, collect_call, &list);
    int count = list.calls.count, first = q->flow.node->column_count;
    PlanNode *node = node_new(q, PLAN_FLATMAP, "FlatMap", q->flow.node, NULL);
    node_columns(q, node, q->flow.node, 0, count);
    node->flatmap.count = count;
    node->flatmap.functions = ARENA_ARRAY(q->arena, const FnBinding *, count);
    node->flatmap.args = ARENA_ARRAY(q->arena, const Expr **, count);
    for (int i = 0; i < count; i++) {
        Status st = plan_flatmap_call(q, node, list.calls.at[i], i, first + i);
        if (st.kind) return st;
    }
    flow_push(&q->flow, node, 0);
    for (int i = 0; i < count; i++)
        *vec_push(q->arena, &q->flow.whole) = (Substitution){list.calls.at[i],
                                                             first + i};
    return st_ok();
}

/* ---- the whole ---- */

static Status check_limit(Select *q)
{
    bool creates = q->statement->kind == STMT_CREATE_STREAM_AS ||
                   q->statement->kind == STMT_CREATE_TABLE_AS;
    if (!q->ast->has_limit) return st_ok();
    if (creates)
        return st_error_at(q->arena, q->ast->limit_at,
                           "CREATE ... AS SELECT runs without end: LIMIT "
                           "cannot be used");
    if (q->ast->limit < 0)
        return st_error_at(q->arena, q->ast->limit_at,
                           "LIMIT must be 0 or more");
    return st_ok();
}

/* The first ROWPARTITION or ROWOFFSET of an expression, or NULL. */
static const Expr *find_offset(const Select *q, const Expr *expr)
{
    if (expr->kind == EXPR_COLUMN) {
        Str name = q->scope.columns.at[expr->slot].name;
        bool is = str_eq(name, STR("ROWPARTITION")) ||
                  str_eq(name, STR("ROWOFFSET"));
        return is ? expr : NULL;
    }
    for (int i = 0; i < expr->arg_count; i++) {
        const Expr *found = find_offset(q, expr->args[i]);
        if (found) return found;
    }
    return NULL;
}

/* State does not know where its rows came from; the reference asks the same of
 * streams. */
static Status check_pull_columns(Select *q)
{
    const Expr *found = q->where ? find_offset(q, q->where) : NULL;
    const char *where = found ? "WHERE" : "SELECT list";
    for (int i = 0; !found && i < q->items.count; i++)
        found = find_offset(q, q->items.at[i].expr);
    if (!found) return st_ok();
    return st_error_at(q->arena, found->at,
                       "'%.*s' cannot be used in the %s of a pull query: add "
                       "EMIT CHANGES for a push query",
                       STR_ARG(q->scope.columns.at[found->slot].name), where);
}

/* A pull query over a table reads state as it is (language 6.1). */
static Status check_pull(Select *q)
{
    const AstSelect *ast = q->ast;
    const Source *source = q->from[0].source;
    if (q->plan->kind != PLAN_PULL) return st_ok();
    const char *what = ast->join_count         ? "JOIN"
                       : ast->has_group_by     ? "GROUP BY"
                       : ast->has_partition_by ? "PARTITION BY"
                       : ast->having           ? "HAVING"
                       : q->aggregates         ? "aggregate functions"
                       : source->is_table && q->table_functions
                           ? "table functions"
                           : NULL;
    if (what)
        return st_error_at(q->arena, ast->at,
                           "a pull query cannot use %s: add EMIT CHANGES for a "
                           "push query",
                           what);
    if (ast->has_limit &&
        !env_flag(q->env, "ksql.query.pull.limit.clause.enabled", true))
        return st_error_at(q->arena, ast->limit_at,
                           "LIMIT in pull queries is switched off by "
                           "'ksql.query.pull.limit.clause.enabled'");
    Status st = check_pull_columns(q);
    if (st.kind || !source->is_table || source->is_source || source->is_cas)
        return st;
    st = check_result_names(q);
    if (st.kind) return st;
    return st_error_at(q->arena, q->from[0].at,
                       "table '%.*s' keeps no state that could be queried: "
                       "make one with CREATE TABLE QUERYABLE_%.*s AS SELECT * "
                       "FROM %.*s, or add EMIT CHANGES",
                       STR_ARG(source->name), STR_ARG(source->name),
                       STR_ARG(source->name));
}

static Status check_kind(Select *q)
{
    bool is_table = q->flow.node->is_table;
    AstStatementKind kind = q->statement->kind;
    if (kind == STMT_CREATE_STREAM_AS && is_table)
        return st_error_at(q->arena, q->statement->at,
                           "this query makes a table: use CREATE TABLE ... AS");
    if (kind == STMT_CREATE_TABLE_AS && !is_table)
        return st_error_at(q->arena, q->statement->at,
                           "this query makes a stream: use CREATE STREAM ... "
                           "AS");
    if (kind == STMT_INSERT_SELECT && is_table)
        return st_error_at(q->arena, q->statement->at,
                           "this query makes a table: INSERT INTO needs one "
                           "that makes a stream");
    return st_ok();
}

static Status plan_body(Select *q)
{
    Status st = check_limit(q);
    if (!st.kind) st = analyze_from(q);
    if (!st.kind) st = plan_from(q);
    if (!st.kind) st = analyze_clauses(q);
    if (!st.kind) q->rekeyed = partition_changes_key(q);
    if (!st.kind) st = analyze_items(q);
    if (!st.kind) st = check_pull(q);
    if (!st.kind) st = plan_pull(q);
    if (!st.kind) st = plan_where(q);
    if (!st.kind && q->ast->has_partition_by) st = plan_partition_by(q);
    if (!st.kind) st = plan_flatmap(q);
    if (!st.kind) st = plan_aggregate(q);
    if (!st.kind) st = check_kind(q);
    return st;
}

static AstSelect *implied_emit(Arena *arena, AstSelect *select)
{
    if (select->emit != AST_EMIT_NONE) return select;
    AstSelect *copy = ARENA_NEW(arena, AstSelect);
    *copy = *select;
    copy->emit = AST_EMIT_CHANGES;
    return copy;
}

static void finish_plan(Select *q)
{
    Plan *plan = q->plan;
    plan_optimize(q);
    plan->nodes = q->nodes.at;
    plan->node_count = q->nodes.count;
    plan->root = q->nodes.at[q->nodes.count - 1];
    plan->sink_is_table = q->persistent && plan->root->is_table;
}

STATUS plan_query(Arena *arena, const PlanEnv *env, const Catalog *catalog,
                  const AstStatement *statement, Plan **out, Source **source,
                  TopicPlan *topic, Str *warning)
{
    Select *q = ARENA_NEW(arena, Select);
    q->arena = arena;
    q->env = env;
    q->catalog = catalog;
    q->statement = statement;
    q->ast = statement->select;
    q->plan = ARENA_NEW(arena, Plan);
    q->plan->text = str_copy(arena, statement->source);
    q->persistent = statement->kind != STMT_SELECT;
    q->plan->kind = q->persistent                   ? PLAN_PERSISTENT
                    : q->ast->emit == AST_EMIT_NONE ? PLAN_PULL
                                                    : PLAN_PUSH;
    *out = NULL;
    *source = NULL;
    *warning = STR("");
    bool inserts = statement->kind == STMT_INSERT_SELECT;
    bool is_table = statement->kind == STMT_CREATE_TABLE_AS;
    bool exists = false;
    Status st = st_ok();
    if (q->persistent) {
        q->ast = implied_emit(arena, statement->select);
        if (!inserts)
            st = create_check(arena, env, catalog, statement, is_table,
                              &exists);
        if (st.kind || exists) return st;
        st = with_read(arena, &statement->with, inserts ? WITH_INSERT : WITH_AS,
                       &q->with);
    }
    if (!st.kind && inserts) st = plan_insert_target(q);
    if (!st.kind) st = plan_body(q);
    if (!st.kind)
        st = !q->persistent ? plan_result(q)
             : inserts      ? plan_insert_select(q)
                            : plan_sink(q, source, topic);
    if (st.kind) return st;
    finish_plan(q);
    *out = q->plan;
    if (q->warning) *warning = str_from(q->warning);
    return st_ok();
}

STATUS plan_source_table(Arena *arena, const PlanEnv *env,
                         const Catalog *catalog, const AstStatement *statement,
                         Plan **out)
{
    AstSelect *all = ARENA_NEW(arena, AstSelect);
    all->from.source = statement->name;
    Select *q = ARENA_NEW(arena, Select);
    q->arena = arena;
    q->env = env;
    q->catalog = catalog;
    q->statement = statement;
    q->ast = all;
    q->persistent = true;
    q->plan = ARENA_NEW(arena, Plan);
    q->plan->kind = PLAN_PERSISTENT;
    q->plan->text = str_copy(arena, statement->source);
    Status st = analyze_from(q);
    if (!st.kind) st = plan_from(q);
    if (st.kind) return st;
    PlanNode *node = q->flow.node;
    node->source.materialize = true;
    for (int i = 0; i < node->source.schema->count; i++)
        node->columns[i].needed = true;
    finish_plan(q);
    *out = q->plan;
    return st_ok();
}
