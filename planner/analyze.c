/* SPDX-License-Identifier: Apache-2.0
 *
 * Analysis of FROM and of the clauses: which sources, their columns as one
 * scope, and WHERE, GROUP BY, PARTITION BY and HAVING bound over it.
 *
 * What the plan keeps of a source is copied into the plan's arena: the catalog
 * may change while the query runs.
 */
#include "planner/planner_int.h"

/* A copy of the source that lives as long as the plan. */
static const Source *keep_source(Arena *arena, const Source *from)
{
    Source *source = ARENA_NEW(arena, Source);
    *source = *from;
    source->name = str_copy(arena, from->name);
    source->topic = str_copy(arena, from->topic);
    source->schema = schema_copy(arena, from->schema);
    source->key_delimiter = str_copy(arena, from->key_delimiter);
    source->value_delimiter = str_copy(arena, from->value_delimiter);
    source->timestamp_column = str_copy(arena, from->timestamp_column);
    source->timestamp_format = str_copy(arena, from->timestamp_format);
    return source;
}

static void add_column(Select *q, int from, Str name, const Type *type,
                       PlanColumnRole role)
{
    *vec_push(q->arena, &q->scope.columns) = (ScopeColumn){
        .source = q->from[from].alias,
        .name = name,
        .type = type,
        .role = role,
        .from = from,
    };
    map_put(q->arena, &q->names.used, name, &q->names);
}

/* Declared columns, then ROWTIME, ROWPARTITION, ROWOFFSET and window bounds:
 * the order of a source node's slots. */
static void add_columns(Select *q, int from)
{
    const Source *source = q->from[from].source;
    q->from[from].first = q->scope.columns.count;
    for (int i = 0; i < source->schema->count; i++) {
        const SchemaColumn *column = &source->schema->columns[i];
        add_column(q, from, column->name, column->type,
                   column->role == COLUMN_KEY ? PLAN_KEY : PLAN_VALUE);
    }
    add_column(q, from, STR("ROWTIME"), &type_bigint, PLAN_SYSTEM);
    add_column(q, from, STR("ROWPARTITION"), &type_int, PLAN_SYSTEM);
    add_column(q, from, STR("ROWOFFSET"), &type_bigint, PLAN_SYSTEM);
    if (source->window != WINDOW_NONE) {
        add_column(q, from, STR("WINDOWSTART"), &type_bigint, PLAN_SYSTEM);
        add_column(q, from, STR("WINDOWEND"), &type_bigint, PLAN_SYSTEM);
    }
    q->from[from].count = q->scope.columns.count - q->from[from].first;
}

static Status add_source(Select *q, const AstFrom *ast)
{
    if (q->from_count == PLAN_SOURCES_MAX)
        return st_error_at(q->arena, ast->source.at,
                           "a query can read at most %d sources",
                           PLAN_SOURCES_MAX);
    Source *source;
    Status st = catalog_require(q->catalog, q->arena, ast->source.text,
                                ast->source.at, &source);
    if (st.kind) return st;
    Str alias = ast->alias.text.ptr ? ast->alias.text : ast->source.text;
    for (int i = 0; i < q->from_count; i++) {
        if (str_eq(q->from[i].source->name, source->name))
            return st_error_at(q->arena, ast->source.at,
                               "'%.*s' is there twice: a stream or table "
                               "cannot be joined with itself",
                               STR_ARG(source->name));
        if (str_eq(q->from[i].alias, alias))
            return st_error_at(q->arena, ast->source.at,
                               "two sources are called '%.*s': give one "
                               "another alias",
                               STR_ARG(alias));
    }
    FromSource *from = &q->from[q->from_count];
    from->source = keep_source(q->arena, source);
    from->alias = str_copy(q->arena, alias);
    from->at = ast->source.at;
    *vec_push(q->arena, &q->scope.aliases) = from->alias;
    q->plan->sources[q->plan->source_count++] = from->source->name;
    add_columns(q, q->from_count++);
    return st_ok();
}

STATUS analyze_from(Select *q)
{
    q->names.arena = q->arena;
    q->bound_start = q->synthetic = -1;
    Status st = add_source(q, &q->ast->from);
    for (int i = 0; !st.kind && i < q->ast->join_count; i++)
        st = add_source(q, &q->ast->joins[i].right);
    return st;
}

Binder select_binder(Select *q, const char *place, unsigned allow)
{
    return (Binder){
        .arena = q->arena,
        .env = q->env,
        .catalog = q->catalog,
        .scope = &q->scope,
        .place = place,
        .allow = allow,
    };
}

/* ---- the clauses ---- */

/* The bounds of the WINDOW clause join the scope, of no source. */
static Status add_window_bounds(Select *q)
{
    /* The reference knows them only over a single source. */
    if (q->from_count > 1) return st_ok();
    q->bound_start = q->scope.columns.count;
    static const Str names[] = {STR_INIT("WINDOWSTART"), STR_INIT("WINDOWEND")};
    for (int i = 0; i < 2; i++)
        *vec_push(q->arena, &q->scope.columns) = (ScopeColumn){
            .source = STR(""),
            .name = names[i],
            .type = &type_bigint,
            .role = PLAN_SYSTEM,
            .from = -1,
            .bound = true,
        };
    return st_ok();
}

static Status reject_map_key(Select *q, const Expr *expr, const char *place)
{
    if (!type_has_map(expr->type)) return st_ok();
    return st_error_at(q->arena, expr->at,
                       "%s gives a key of type %s: keys cannot contain maps, "
                       "which have no stable order",
                       place, type_text(q->arena, expr->type));
}

static Status bind_group(Select *q)
{
    const AstSelect *ast = q->ast;
    q->group_count = ast->group_count;
    q->group = ARENA_ARRAY(q->arena, const Expr *, ast->group_count + 1);
    for (int i = 0; i < ast->group_count; i++) {
        Binder b = select_binder(q, "GROUP BY", 0);
        Status st = bind_expression(&b, ast->group_by[i], &q->group[i]);
        if (st.kind) return st;
        if (expr_is_null_literal(q->group[i]))
            return st_error_at(q->arena, ast->group_by[i]->at,
                               "GROUP BY NULL drops every row");
        st = reject_map_key(q, q->group[i], "GROUP BY");
        if (st.kind) return st;
        for (int j = 0; j < i; j++)
            if (expr_equal(q->group[i], q->group[j]))
                return st_error_at(q->arena, ast->group_by[i]->at,
                                   "this expression is in GROUP BY twice");
    }
    return st_ok();
}

static Status bind_partition(Select *q)
{
    const AstSelect *ast = q->ast;
    uint32_t at = ast->at;
    if (!ast->partition_count)
        return st_error_at(q->arena, at,
                           "PARTITION BY needs an expression; NULL takes the "
                           "key away");
    if (ast->has_group_by)
        return st_error_at(q->arena, ast->partition_by[0]->at,
                           "PARTITION BY cannot be used with GROUP BY, which "
                           "partitions by the groups");
    q->partition = ARENA_ARRAY(q->arena, const Expr *, ast->partition_count);
    for (int i = 0; i < ast->partition_count; i++) {
        const Ast *item = ast->partition_by[i];
        Binder b = select_binder(q,
                                 "PARTITION BY, which reads the columns of "
                                 "FROM",
                                 0);
        Status st = bind_expression(&b, item, &q->partition[i]);
        if (st.kind) return st;
        if (expr_is_null_literal(q->partition[i]) && ast->partition_count > 1)
            return st_error_at(q->arena, item->at,
                               "NULL cannot be one of several expressions of "
                               "PARTITION BY");
        st = reject_map_key(q, q->partition[i], "PARTITION BY");
        if (st.kind) return st;
        for (int j = 0; j < i; j++)
            if (expr_equal(q->partition[i], q->partition[j]))
                return st_error_at(q->arena, item->at,
                                   "this expression is in PARTITION BY twice");
    }
    return st_ok();
}

static Status bind_having(Select *q)
{
    /* Without GROUP BY there is nothing that it could filter. */
    Binder b = select_binder(q, "HAVING", BIND_AGGREGATES | BIND_TIME_TEXT);
    Status st = bind_condition(&b, q->ast->having, &q->having);
    if (st.kind) return st;
    if (b.aggregates) q->aggregates = true;
    return st_ok();
}

static Status check_clauses(Select *q)
{
    const AstSelect *ast = q->ast;
    const Source *first = q->from[0].source;
    bool windowed = ast->window.kind != AST_WINDOW_NONE;
    if (windowed && !ast->has_group_by)
        return st_error_at(q->arena, ast->window.at,
                           "WINDOW needs GROUP BY: windows are for aggregates");
    if (ast->emit == AST_EMIT_FINAL && !windowed)
        return st_error_at(q->arena, ast->at,
                           "EMIT FINAL is only for windowed aggregates: add a "
                           "WINDOW, or use EMIT CHANGES");
    if (ast->emit == AST_EMIT_FINAL &&
        !env_flag(q->env, "ksql.suppress.enabled", true))
        return st_error_at(q->arena, ast->at,
                           "EMIT FINAL is switched off by "
                           "'ksql.suppress.enabled'");
    if (q->persistent && q->from_count == 1 && first->is_table &&
        first->window != WINDOW_NONE)
        return st_error_at(q->arena, q->from[0].at,
                           "'%.*s' is a windowed table: persistent queries "
                           "cannot read one",
                           STR_ARG(first->name));
    return st_ok();
}

static Status bind_where(Select *q)
{
    Binder b = select_binder(q, "WHERE", BIND_TIME_TEXT);
    if (!reads_state(q)) return bind_condition(&b, q->ast->where, &q->where);
    const Ast *where = pull_where(q->arena, q->ast->where);
    Status st = bind_condition(&b, where, &q->where);
    if (!st.kind) return st;
    Str why = str_printf(q->arena, "in WHERE %.*s: %s",
                         STR_ARG(pull_where_text(q)), st.text);
    st.text = why.ptr;
    return st;
}

STATUS analyze_clauses(Select *q)
{
    const AstSelect *ast = q->ast;
    Status st = check_clauses(q);
    if (st.kind) return st;
    if (ast->window.kind != AST_WINDOW_NONE) {
        st = plan_window_spec(q);
        if (!st.kind) st = add_window_bounds(q);
        if (st.kind) return st;
    }
    if (ast->where) {
        st = bind_where(q);
        if (st.kind) return st;
    }
    if (ast->has_group_by) {
        st = bind_group(q);
        if (st.kind) return st;
    }
    if (ast->has_partition_by) {
        st = bind_partition(q);
        if (st.kind) return st;
    }
    if (!ast->having) return st_ok();
    if (!ast->has_group_by)
        q->warning = "HAVING without GROUP BY has no effect";
    return bind_having(q);
}
