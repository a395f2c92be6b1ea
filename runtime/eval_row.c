/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions in row form: one row, one Value. For lambda bodies, whose
 * variables are values and not columns, and for what is constant. It means
 * exactly what the column form means; test_eval holds one against the other.
 */
#include "runtime/eval_int.h"

#include <assert.h>

static bool fail(Run *run, const char *why)
{
    run->why = why;
    return false;
}

bool row_argument(Run *run, EvalNode *node, int i, Value *out)
{
    if (row_node(run, node->args[i], out)) return true;
    if (node->strict) return false;
    *out = VALUE_NULL;
    if (run->report && run->row >= 0)
        run->report(run->context, run->batch, run->row, run->why);
    return true;
}

/* Both arguments; false if one fails. */
static bool two(Run *run, EvalNode *node, Value *a, Value *b)
{
    return row_node(run, node->args[0], a) && row_node(run, node->args[1], b);
}

static bool row_logic(Run *run, EvalNode *node, Value *out)
{
    bool is_and = node->expr->kind == EXPR_AND;
    for (int i = 0; i < 2; i++) {
        if (!row_node(run, node->args[i], out)) return false;
        if (out->null)
            return fail(run, "operand of a logical operator is null");
        if (out->boolean != is_and) return true;
    }
    return true;
}

static bool row_case(Run *run, EvalNode *node, Value *out)
{
    for (int i = 0; i + 1 < node->arg_count; i += 2) {
        Value condition;
        if (!row_node(run, node->args[i], &condition)) return false;
        if (!condition.null && condition.boolean)
            return row_node(run, node->args[i + 1], out);
    }
    if (node->arg_count % 2)
        return row_node(run, node->args[node->arg_count - 1], out);
    *out = VALUE_NULL;
    return true;
}

static bool row_in(Run *run, EvalNode *node, Value *out)
{
    Value value;
    bool in = false;
    if (!row_node(run, node->args[0], &value)) return false;
    for (int i = 1; i < node->arg_count; i++) {
        Value item;
        if (!row_node(run, node->args[i], &item)) return false;
        if (!value.null && !item.null &&
            value_equal(node->args[0]->type, &value, &item))
            in = true;
    }
    *out = (Value){.boolean = in != node->expr->negated};
    return true;
}

static bool row_like(Run *run, EvalNode *node, Value *out)
{
    Value text, pattern;
    if (!two(run, node, &text, &pattern)) return false;
    if (text.null || pattern.null) return fail(run, "operand of LIKE is null");
    const LikePattern *like = like_compile(run->arena, pattern.str,
                                           node->expr->escape);
    bool hit = like_match(like, text.str);
    *out = (Value){.boolean = hit != node->expr->negated};
    return !like_is_bad(like) ||
           fail(run, "LIKE pattern ends in its escape character");
}

static bool row_cast(Run *run, EvalNode *node, Value *out)
{
    Value in;
    if (!row_argument(run, node, 0, &in)) return false;
    if (in.null && node->null_text) {
        *out = (Value){.str = STR("null")};
        return true;
    }
    const char *why = "cast failed";
    if (cast_value(run->arena, node->args[0]->type, node->type, &in, out, &why))
        return true;
    /* A constant that does not convert fails for each row, not once. */
    if (node->strict || run->row < 0) return fail(run, why);
    if (run->report) run->report(run->context, run->batch, run->row, why);
    *out = VALUE_NULL;
    return true;
}

static bool row_negate(Run *run, EvalNode *node, Value *out)
{
    Value zero = {0}, in;
    if (!row_node(run, node->args[0], &in)) return false;
    if (in.null) return fail(run, "operand of arithmetic is null");
    if (node->type->kind == TYPE_DOUBLE) {
        *out = (Value){.f64 = -in.f64};
        return true;
    }
    if (node->type->kind == TYPE_DECIMAL) {
        Decimal *r = ARENA_NEW(run->arena, Decimal);
        *r = decimal_negate(run->arena, *in.dec);
        *out = (Value){.dec = r};
        return true;
    }
    return arith_value(run->arena, node->type, '-', &zero, &in, out, &run->why);
}

static bool row_concat(Run *run, EvalNode *node, Value *out)
{
    Value a, b;
    if (!two(run, node, &a, &b)) return false;
    Str x = a.null ? STR("null") : a.str, y = b.null ? STR("null") : b.str;
    *out = (Value){
        .str = str_printf(run->arena, "%.*s%.*s", STR_ARG(x), STR_ARG(y))};
    return true;
}

static bool row_column(Run *run, EvalNode *node, Value *out)
{
    if (!run->batch || run->row < 0)
        return fail(run, "no row to read a column of");
    assert(node->expr->slot < run->batch->column_count);
    *out = column_get(&run->batch->columns[node->expr->slot], run->row);
    return true;
}

static bool row_compare(Run *run, EvalNode *node, Value *out)
{
    Value a, b;
    if (!two(run, node, &a, &b)) return false;
    *out = (Value){.boolean = compare_values(run->arena, node->args[0]->type,
                                             node->expr->op, &a, &b)};
    return true;
}

bool row_node(Run *run, EvalNode *node, Value *out)
{
    Value a, b;
    if (node->is_literal) {
        *out = node->literal;
        return true;
    }
    switch (node->expr->kind) {
    case EXPR_COLUMN: return row_column(run, node, out);
    case EXPR_LAMBDA_VAR: *out = run->vars[node->expr->slot]; return true;
    case EXPR_ARITH:
        return two(run, node, &a, &b) &&
               arith_value(run->arena, node->type, node->expr->op, &a, &b, out,
                           &run->why);
    case EXPR_NEGATE: return row_negate(run, node, out);
    case EXPR_CONCAT: return row_concat(run, node, out);
    case EXPR_COMPARE: return row_compare(run, node, out);
    case EXPR_AND:
    case EXPR_OR: return row_logic(run, node, out);
    case EXPR_NOT:
        if (!row_node(run, node->args[0], &a)) return false;
        if (a.null) return fail(run, "operand of a logical operator is null");
        *out = (Value){.boolean = !a.boolean};
        return true;
    case EXPR_IS_NULL:
        if (!row_node(run, node->args[0], &a)) return false;
        *out = (Value){.boolean = a.null != node->expr->negated};
        return true;
    case EXPR_IN: return row_in(run, node, out);
    case EXPR_LIKE: return row_like(run, node, out);
    case EXPR_CASE: return row_case(run, node, out);
    case EXPR_CAST: return row_cast(run, node, out);
    case EXPR_CALL: return row_call(run, node, out);
    case EXPR_FIELD:
    case EXPR_INDEX:
    case EXPR_ARRAY:
    case EXPR_MAP:
    case EXPR_STRUCT: return row_parts(run, node, out);
    case EXPR_LITERAL:
    case EXPR_LAMBDA: break;
    }
    assert(!"a lambda outside a function");
    return false;
}
