/* SPDX-License-Identifier: Apache-2.0
 *
 * The SELECT list: expansion of stars, binding, and names (language 4.2).
 *
 * The order of `*` is keys, window bounds (not in persistent queries), values
 * and headers. After a PARTITION BY that changes the key it is the new keys,
 * then for each source its values and its old keys; with a join also its system
 * columns, as the reference has it.
 */
#include "planner/planner_int.h"

/* ---- names ---- */

static bool is_shared_name(const Select *q, int column)
{
    const ScopeColumn *c = &q->scope.columns.at[column];
    for (int i = 0; i < q->scope.columns.count; i++) {
        const ScopeColumn *other = &q->scope.columns.at[i];
        if (other->from != c->from && other->from >= 0 && c->from >= 0 &&
            str_eq(other->name, c->name))
            return true;
    }
    return false;
}

static Str prefixed(Select *q, int column)
{
    const ScopeColumn *c = &q->scope.columns.at[column];
    return str_printf(q->arena, "%.*s_%.*s", STR_ARG(c->source),
                      STR_ARG(c->name));
}

static Str column_name(Select *q, int column)
{
    return q->from_count > 1 && is_shared_name(q, column)
               ? prefixed(q, column)
               : q->scope.columns.at[column].name;
}

/* The name of an expression that has no alias. */
static Str default_name(Select *q, const Ast *ast, const Expr *expr)
{
    if (expr->kind == EXPR_COLUMN) return column_name(q, expr->slot);
    if (ast && ast->kind == AST_FIELD)
        return name_field(&q->names, str_copy(q->arena, ast->name.text));
    return name_generated(&q->names);
}

static void add_item(Select *q, const Item *item)
{
    *vec_push(q->arena, &q->items) = *item;
}

/* ---- stars ---- */

static void add_star_column(Select *q, const AstItem *ast, int column)
{
    const ScopeColumn *c = &q->scope.columns.at[column];
    add_item(q, &(Item){
                    .name = q->from_count > 1 && c->from >= 0
                                ? prefixed(q, column)
                                : str_copy(q->arena, c->name),
                    .expr = expr_new_column(q->arena, column, c->type, ast->at),
                    .at = ast->at,
                    .end = ast->end,
                    .starred = true,
                    .is_column = true,
                });
}

/* True if the column is one of the PARTITION BY items already. */
static bool is_new_key(const Select *q, int column)
{
    for (int i = 0; q->rekeyed && i < q->ast->partition_count; i++)
        if (q->partition[i]->kind == EXPR_COLUMN &&
            q->partition[i]->slot == column)
            return true;
    return false;
}

static bool is_bound_name(Str name)
{
    return str_eq(name, STR("WINDOWSTART")) || str_eq(name, STR("WINDOWEND"));
}

enum { STAR_KEYS, STAR_BOUNDS, STAR_VALUES, STAR_SYSTEM };

static void add_star_group(Select *q, const AstItem *ast, int from, int group)
{
    const FromSource *source = &q->from[from];
    for (int i = source->first; i < source->first + source->count; i++) {
        const ScopeColumn *c = &q->scope.columns.at[i];
        int is = c->role == PLAN_KEY      ? STAR_KEYS
                 : c->role == PLAN_VALUE  ? STAR_VALUES
                 : is_bound_name(c->name) ? STAR_BOUNDS
                                          : STAR_SYSTEM;
        if (is == group && !is_new_key(q, i)) add_star_column(q, ast, i);
    }
}

/* One source's columns. */
static void expand_source(Select *q, const AstItem *ast, int from)
{
    if (q->rekeyed) {
        add_star_group(q, ast, from, STAR_VALUES);
        if (q->from_count > 1) add_star_group(q, ast, from, STAR_SYSTEM);
        add_star_group(q, ast, from, STAR_KEYS);
        return;
    }
    add_star_group(q, ast, from, STAR_KEYS);
    /* Of one source they stay in the key of what is written; a join has those
     * of each side as columns. */
    if (!q->persistent || q->from_count > 1)
        add_star_group(q, ast, from, STAR_BOUNDS);
    add_star_group(q, ast, from, STAR_VALUES);
}

/* The keys that PARTITION BY makes, for an unqualified star. */
static void expand_new_keys(Select *q, const AstItem *ast, int only)
{
    for (int i = 0; q->rekeyed && i < q->ast->partition_count; i++) {
        const Expr *expr = q->partition[i];
        if (expr_is_null_literal(expr)) continue;
        bool column = expr->kind == EXPR_COLUMN;
        if (only >= 0 &&
            !(column && q->scope.columns.at[expr->slot].from == only))
            continue;
        if (column) {
            add_star_column(q, ast, expr->slot);
            continue;
        }
        add_item(q, &(Item){
                        .name = default_name(q, q->ast->partition_by[i], expr),
                        .expr = expr,
                        .at = ast->at,
                        .end = ast->end,
                        .starred = true,
                    });
    }
}

static Status expand_star(Select *q, const AstItem *ast)
{
    if (!ast->qualifier.text.ptr) {
        if (q->synthetic >= 0 && !q->rekeyed)
            add_star_column(q, ast, q->synthetic);
        expand_new_keys(q, ast, -1);
        for (int i = 0; i < q->from_count; i++)
            expand_source(q, ast, i);
        return st_ok();
    }
    for (int i = 0; i < q->from_count; i++) {
        if (!str_eq(q->from[i].alias, ast->qualifier.text)) continue;
        expand_new_keys(q, ast, i);
        expand_source(q, ast, i);
        return st_ok();
    }
    return st_error_at(q->arena, ast->qualifier.at,
                       "'%.*s' is not a source of this query%s",
                       STR_ARG(ast->qualifier.text),
                       near_name(q->arena, ast->qualifier.text,
                                 q->scope.aliases.at, q->scope.aliases.count));
}

static bool is_access_chain(const Ast *ast)
{
    while (ast->kind == AST_FIELD)
        ast = ast->args[0];
    return ast->kind == AST_COLUMN;
}

static Status expand_struct(Select *q, const AstItem *item)
{
    const Ast *base_ast = item->expr->args[0];
    const Expr *base;
    Binder b = select_binder(q, "the SELECT list", 0);
    Status st = bind_expression(&b, base_ast, &base);
    if (st.kind) return st;
    if (base->type->kind != TYPE_STRUCT || !is_access_chain(base_ast))
        return st_error_at(q->arena, item->at,
                           "'->*' needs a column of type STRUCT before it");
    for (int i = 0; i < base->type->field_count; i++) {
        const Field *field = &base->type->fields[i];
        Expr *expr = expr_new_unary(q->arena, EXPR_FIELD, field->type, base,
                                    item->at);
        expr->slot = i;
        add_item(q, &(Item){
                        .name = name_field(&q->names, field->name),
                        .expr = expr,
                        .at = item->at,
                        .end = item->end,
                    });
    }
    return st_ok();
}

/* ---- items ---- */

static Status check_item(Select *q, const AstItem *ast, const Item *item)
{
    if (expr_is_null_literal(item->expr))
        return st_error_at(q->arena, ast->at,
                           "column '%.*s' is NULL without a type: write "
                           "CAST(NULL AS ...)",
                           STR_ARG(item->name));
    if (item->aliased && is_system_column(item->name))
        return st_error_at(q->arena, ast->alias.at,
                           "'%.*s' is a system column: use another alias",
                           STR_ARG(item->name));
    return st_ok();
}

static Status bind_item(Select *q, const AstItem *ast)
{
    unsigned allow = BIND_AGGREGATES | BIND_TABLE_FUNCTIONS |
                     BIND_WINDOW_BOUNDS;
    Binder b = select_binder(q, "the SELECT list", allow);
    b.grouped = q->ast->has_group_by;
    Item item = {.at = ast->at, .end = ast->end, .ast = ast->expr};
    Status st = bind_expression(&b, ast->expr, &item.expr);
    if (st.kind) return st;
    q->aggregates |= b.aggregates > 0;
    q->table_functions |= b.table_functions > 0;
    item.is_column = item.expr->kind == EXPR_COLUMN;
    item.aliased = ast->alias.text.ptr != NULL;
    item.name = item.aliased ? str_copy(q->arena, ast->alias.text)
                             : default_name(q, ast->expr, item.expr);
    st = check_item(q, ast, &item);
    if (!st.kind) add_item(q, &item);
    return st;
}

STATUS analyze_items(Select *q)
{
    for (int i = 0; i < q->ast->item_count; i++) {
        const AstItem *item = &q->ast->items[i];
        Status st;
        if (item->star)
            st = expand_star(q, item);
        else if (item->expr->kind == AST_FIELD_ALL)
            st = expand_struct(q, item);
        else
            st = bind_item(q, item);
        if (st.kind) return st;
    }
    return st_ok();
}
