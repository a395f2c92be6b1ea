/* SPDX-License-Identifier: Apache-2.0
 *
 * Deep equality of trees: what they mean, not where or how it was written.
 * Ignored are positions, source text, quotes, parentheses and the spelling of
 * numbers (007 is 7), but not the scale of a decimal.
 */
#include "parser/ast_print.h"

static bool same_name(const AstName *a, const AstName *b)
{
    return !a->text.ptr == !b->text.ptr && str_eq(a->text, b->text);
}

static bool same_text(Str a, Str b)
{
    return !a.ptr == !b.ptr && str_eq(a, b);
}

static bool same_type(const AstType *a, const AstType *b)
{
    if (!a || !b) return a == b;
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case TYPE_NULL: return same_name(&a->name, &b->name);
    case TYPE_DECIMAL:
        return a->precision == b->precision && a->scale == b->scale;
    case TYPE_ARRAY: return same_type(a->element, b->element);
    case TYPE_MAP:
        return same_type(a->key, b->key) && same_type(a->element, b->element);
    case TYPE_STRUCT: break;
    default: return true;
    }
    if (a->field_count != b->field_count) return false;
    for (int i = 0; i < a->field_count; i++)
        if (!same_name(&a->field_names[i], &b->field_names[i]) ||
            !same_type(a->field_types[i], b->field_types[i]))
            return false;
    return true;
}

static bool same_literal(const Ast *a, const Ast *b)
{
    switch (a->kind) {
    case AST_BOOLEAN: return a->literal.boolean == b->literal.boolean;
    case AST_INTEGER:
        if (a->is_bigint != b->is_bigint) return false;
        return a->is_bigint ? a->literal.i64 == b->literal.i64
                            : a->literal.i32 == b->literal.i32;
    case AST_DECIMAL:
        return decimal_equal_exact(*a->literal.dec, *b->literal.dec);
    case AST_DOUBLE:
        return memcmp(&a->literal.f64, &b->literal.f64, sizeof(double)) == 0;
    case AST_STRING:
    case AST_TYPED:
    case AST_AT_ZONE: return str_eq(a->literal.str, b->literal.str);
    default: return true;
    }
}

static bool same_expr(const Ast *a, const Ast *b)
{
    if (!a || !b) return a == b;
    if (a->kind != b->kind || a->op != b->op || a->negated != b->negated ||
        a->star != b->star || a->arg_count != b->arg_count ||
        a->name_count != b->name_count)
        return false;
    if (!same_literal(a, b) || !same_name(&a->name, &b->name) ||
        !same_name(&a->qualifier, &b->qualifier))
        return false;
    for (int i = 0; i < a->name_count; i++)
        if (!same_name(&a->names[i], &b->names[i])) return false;
    for (int i = 0; i < a->arg_count; i++)
        if (!same_expr(a->args[i], b->args[i])) return false;
    return same_expr(a->else_, b->else_) && same_type(a->type, b->type);
}

static bool same_exprs(Ast *const *a, int a_count, Ast *const *b, int b_count)
{
    if (a_count != b_count) return false;
    for (int i = 0; i < a_count; i++)
        if (!same_expr(a[i], b[i])) return false;
    return true;
}

static bool same_duration(const AstDuration *a, const AstDuration *b)
{
    return a->present == b->present &&
           (!a->present || (a->count == b->count && a->unit == b->unit));
}

/* ---- queries ---- */

static bool same_from(const AstFrom *a, const AstFrom *b)
{
    return same_name(&a->source, &b->source) && same_name(&a->alias, &b->alias);
}

static bool same_item(const AstItem *a, const AstItem *b)
{
    return a->star == b->star && same_name(&a->qualifier, &b->qualifier) &&
           same_name(&a->alias, &b->alias) && same_expr(a->expr, b->expr);
}

static bool same_join(const AstJoin *a, const AstJoin *b)
{
    return a->kind == b->kind && same_from(&a->right, &b->right) &&
           a->within == b->within && a->within_pair == b->within_pair &&
           same_duration(&a->before, &b->before) &&
           same_duration(&a->after, &b->after) &&
           same_duration(&a->grace, &b->grace) && same_expr(a->on, b->on);
}

static bool same_window(const AstWindow *a, const AstWindow *b)
{
    return a->kind == b->kind && same_duration(&a->size, &b->size) &&
           same_duration(&a->advance, &b->advance) &&
           same_duration(&a->retention, &b->retention) &&
           same_duration(&a->grace, &b->grace);
}

static bool same_select(const AstSelect *a, const AstSelect *b)
{
    if (!a || !b) return a == b;
    if (a->item_count != b->item_count || a->join_count != b->join_count)
        return false;
    for (int i = 0; i < a->item_count; i++)
        if (!same_item(&a->items[i], &b->items[i])) return false;
    for (int i = 0; i < a->join_count; i++)
        if (!same_join(&a->joins[i], &b->joins[i])) return false;
    return same_from(&a->from, &b->from) &&
           same_window(&a->window, &b->window) &&
           same_expr(a->where, b->where) &&
           a->has_group_by == b->has_group_by &&
           same_exprs(a->group_by, a->group_count, b->group_by,
                      b->group_count) &&
           a->has_partition_by == b->has_partition_by &&
           same_exprs(a->partition_by, a->partition_count, b->partition_by,
                      b->partition_count) &&
           same_expr(a->having, b->having) && a->emit == b->emit &&
           a->has_limit == b->has_limit && a->limit == b->limit;
}

/* ---- statements ---- */

static bool same_elements(const AstStatement *a, const AstStatement *b)
{
    if (a->has_elements != b->has_elements ||
        a->element_count != b->element_count)
        return false;
    for (int i = 0; i < a->element_count; i++) {
        const AstElement *x = &a->elements[i], *y = &b->elements[i];
        if (!same_name(&x->name, &y->name) || !same_type(x->type, y->type) ||
            x->constraint != y->constraint ||
            !same_text(x->header_key, y->header_key))
            return false;
    }
    return true;
}

static bool same_with(const AstProperties *a, const AstProperties *b)
{
    if (a->present != b->present || a->count != b->count) return false;
    for (int i = 0; i < a->count; i++)
        if (!same_name(&a->at[i].name, &b->at[i].name) ||
            !same_expr(a->at[i].value, b->at[i].value))
            return false;
    return true;
}

static bool same_columns(const AstStatement *a, const AstStatement *b)
{
    if (a->has_columns != b->has_columns || a->column_count != b->column_count)
        return false;
    for (int i = 0; i < a->column_count; i++)
        if (!same_name(&a->columns[i], &b->columns[i])) return false;
    return true;
}

static bool same_flags(const AstStatement *a, const AstStatement *b)
{
    return a->is_source == b->is_source && a->or_replace == b->or_replace &&
           a->if_not_exists == b->if_not_exists &&
           a->if_exists == b->if_exists && a->delete_topic == b->delete_topic &&
           a->all == b->all && a->extended == b->extended &&
           a->from_beginning == b->from_beginning &&
           a->not_exists == b->not_exists &&
           a->connector_kind == b->connector_kind &&
           a->has_interval == b->has_interval && a->interval == b->interval &&
           a->has_limit == b->has_limit && a->limit == b->limit &&
           a->has_id == b->has_id && a->id == b->id;
}

bool ast_equal(const AstStatement *a, const AstStatement *b)
{
    if (!a || !b) return a == b;
    return a->kind == b->kind && same_name(&a->name, &b->name) &&
           same_text(a->text, b->text) && same_text(a->value, b->value) &&
           same_flags(a, b) && same_elements(a, b) &&
           same_with(&a->with, &b->with) && same_columns(a, b) &&
           same_exprs(a->values, a->value_count, b->values, b->value_count) &&
           same_type(a->type, b->type) &&
           same_duration(&a->timeout, &b->timeout) &&
           same_select(a->select, b->select) &&
           ast_equal(a->statement, b->statement);
}
