/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding of operators: arithmetic with its result types (language 2.2),
 * comparison with its legal pairs and conversions (2.7, 2.8), and predicates.
 *
 * BETWEEN becomes two comparisons. NULL logic is two-valued and belongs to the
 * runtime: every comparison yields TRUE or FALSE.
 */
#include "planner/planner_int.h"
#include "types/datetime.h"

/* A BETWEEN holds its first operand twice, so nested ones double the work. */
enum { BETWEEN_DEPTH_MAX = 10 };

static Status no_null(Binder *b, const Ast *ast, const char *what)
{
    return st_error_at(b->arena, ast->at,
                       "%s with NULL is always false: use IS NULL or IS NOT "
                       "NULL",
                       what);
}

/* ---- arithmetic ---- */

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* INTEGER and BIGINT take part in decimal arithmetic as DECIMAL(10, 0) and
 * DECIMAL(19, 0). */
static const Type *as_decimal(Arena *arena, const Type *type)
{
    if (type->kind == TYPE_INT) return type_decimal(arena, 10, 0);
    if (type->kind == TYPE_BIGINT) return type_decimal(arena, 19, 0);
    return type;
}

static const Type *decimal_result(Arena *arena, int op, const Type *a,
                                  const Type *b)
{
    int p1 = a->precision, s1 = a->scale, p2 = b->precision, s2 = b->scale;
    int scale = max_int(s1, s2);
    switch (op) {
    case '*': return type_decimal(arena, p1 + p2 + 1, s1 + s2);
    case '/':
        scale = max_int(6, s1 + p2 + 1);
        return type_decimal(arena, p1 - s1 + s2 + scale, scale);
    case '%':
        return type_decimal(
            arena, max_int(1, min_int(p1 - s1, p2 - s2) + scale), scale);
    default:
        return type_decimal(arena, max_int(p1 - s1, p2 - s2) + scale + 1,
                            scale);
    }
}

static Status bind_arithmetic(Binder *b, const Ast *ast, const Expr *left,
                              const Expr *right, const Expr **out)
{
    const Type *a = left->type, *c = right->type;
    if (ast->op == '+' && a->kind == TYPE_STRING && c->kind == TYPE_STRING) {
        *out = expr_new_binary(b->arena, EXPR_CONCAT, a, left, right, ast->at);
        return st_ok();
    }
    if (!type_is_numeric(a) || !type_is_numeric(c))
        return st_error_at(b->arena, ast->at,
                           "'%c' cannot be applied to %s and %s: %s", ast->op,
                           type_text(b->arena, a), type_text(b->arena, c),
                           bind_written(b, ast));
    const Type *type = type_common_numeric(b->arena, a, c);
    if (type->kind == TYPE_DECIMAL) {
        const Type *da = as_decimal(b->arena, a), *dc = as_decimal(b->arena, c);
        left = expr_new_cast(b->arena, left, da);
        right = expr_new_cast(b->arena, right, dc);
        type = decimal_result(b->arena, ast->op, da, dc);
    } else {
        left = expr_new_cast(b->arena, left, type);
        right = expr_new_cast(b->arena, right, type);
    }
    Expr *expr = expr_new_binary(b->arena, EXPR_ARITH, type, left, right,
                                 ast->at);
    expr->op = ast->op;
    *out = expr;
    return st_ok();
}

/* a || b is CONCAT(a, b). */
static Status bind_concat(Binder *b, const Ast *ast, const Expr *left,
                          const Expr *right, const Expr **out)
{
    FnArg args[2] = {{.type = left->type}, {.type = right->type}};
    FnBinding *binding = ARENA_NEW(b->arena, FnBinding);
    Status st = function_resolve(b->arena, STR("CONCAT"), args, 2, NULL,
                                 binding);
    if (st.kind) return st_error_at(b->arena, ast->at, "'||': %s", st.text);
    Expr *expr = expr_new_binary(
        b->arena, EXPR_CALL, binding->result,
        expr_new_cast(b->arena, left, binding->arg_types[0]),
        expr_new_cast(b->arena, right, binding->arg_types[1]), ast->at);
    expr->binding = binding;
    *out = expr;
    return st_ok();
}

/* ---- comparison ---- */

static bool is_date_or_timestamp(const Type *type)
{
    return type->kind == TYPE_DATE || type->kind == TYPE_TIMESTAMP;
}

static bool is_temporal(const Type *type)
{
    return is_date_or_timestamp(type) || type->kind == TYPE_TIME;
}

/* The type two operands are compared as, or NULL. */
static const Type *compare_type(Arena *arena, const Type *a, const Type *b)
{
    if (type_is_numeric(a) && type_is_numeric(b))
        return type_common_numeric(arena, a, b);
    if (a->kind == TYPE_STRING && is_temporal(b)) return b;
    if (b->kind == TYPE_STRING && is_temporal(a)) return a;
    if (is_date_or_timestamp(a) && is_date_or_timestamp(b))
        return a->kind == b->kind ? a : &type_timestamp;
    return type_equal(a, b) ? a : NULL;
}

static bool has_order(const Type *type)
{
    return type->kind != TYPE_BOOLEAN && type->kind != TYPE_ARRAY &&
           type->kind != TYPE_MAP && type->kind != TYPE_STRUCT;
}

static const char *const compare_names[] = {
    "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM",
};

/* An operand as `type`. Text that is no date fails the comparison, where one
 * that is written with CAST would be NULL. */
static const Expr *compared_as(Arena *arena, const Expr *expr, const Type *type)
{
    const Expr *cast = expr_new_cast(arena, expr, type);
    if (cast == expr || cast->kind != EXPR_CAST) return cast;
    Expr *strict = expr_new_unary(arena, EXPR_CAST, type, expr, expr->at);
    strict->op = CAST_STRICT;
    return strict;
}

STATUS bind_comparison(Binder *b, const Ast *ast, int op, const Expr *left,
                       const Expr *right, const Expr **out)
{
    if (expr_is_null_literal(left) || expr_is_null_literal(right))
        return no_null(b, ast, "a comparison");
    const Type *type = compare_type(b->arena, left->type, right->type);
    bool ordering = op >= CMP_LT && op <= CMP_GE;
    if (!type || (ordering && !has_order(type)))
        return st_error_at(b->arena, ast->at,
                           "'%s' cannot compare %s with %s%s",
                           compare_names[op], type_text(b->arena, left->type),
                           type_text(b->arena, right->type),
                           type ? "" : ": convert one side with CAST");
    Expr *expr = expr_new_binary(b->arena, EXPR_COMPARE, &type_boolean,
                                 compared_as(b->arena, left, type),
                                 compared_as(b->arena, right, type), ast->at);
    expr->op = op;
    *out = expr;
    return st_ok();
}

static bool is_time_column(const Ast *ast)
{
    return ast->kind == AST_COLUMN &&
           (str_eq(ast->name.text, STR("ROWTIME")) ||
            str_eq(ast->name.text, STR("WINDOWSTART")) ||
            str_eq(ast->name.text, STR("WINDOWEND")));
}

/* Binds an operand; text facing ROWTIME or a window bound is a timestamp. */
static Status bind_operand(Binder *b, const Ast *ast, const Ast *other,
                           const Expr **out)
{
    if (!(b->allow & BIND_TIME_TEXT) || ast->kind != AST_STRING ||
        !is_time_column(other))
        return bind_expression(b, ast, out);
    Value value = {0};
    if (!timestamp_parse(ast->literal.str, &value.i64))
        return st_error_at(b->arena, ast->at,
                           "'%.*s' is no timestamp that '%.*s' could be "
                           "compared with: write yyyy-MM-ddTHH:mm:ss.SSS or "
                           "the beginning of it",
                           STR_ARG(ast->literal.str),
                           STR_ARG(other->name.text));
    *out = expr_new_literal(b->arena, &type_bigint, value, ast->at);
    return st_ok();
}

static Status bind_compare(Binder *b, const Ast *ast, const Expr **out)
{
    const Expr *left, *right;
    Status st = bind_operand(b, ast->args[0], ast->args[1], &left);
    if (st.kind) return st;
    st = bind_operand(b, ast->args[1], ast->args[0], &right);
    if (st.kind) return st;
    return bind_comparison(b, ast, ast->op, left, right, out);
}

/* ---- logic ---- */

static Status need_boolean(Binder *b, const Ast *ast, const char *op,
                           const Expr **out)
{
    Status st = bind_expression(b, ast, out);
    if (st.kind) return st;
    if (expr_is_null_literal(*out)) {
        *out = expr_new_cast(b->arena, *out, &type_boolean);
        return st_ok();
    }
    if ((*out)->type->kind != TYPE_BOOLEAN)
        return st_error_at(b->arena, ast->at,
                           "%s needs BOOLEAN operands, but this is %s", op,
                           type_text(b->arena, (*out)->type));
    return st_ok();
}

static Status bind_logic(Binder *b, const Ast *ast, const Expr **out)
{
    const Expr *left, *right;
    const char *op = ast->kind == AST_AND  ? "AND"
                     : ast->kind == AST_OR ? "OR"
                                           : "NOT";
    Status st = need_boolean(b, ast->args[0], op, &left);
    if (st.kind) return st;
    if (ast->kind == AST_NOT) {
        *out = expr_new_unary(b->arena, EXPR_NOT, &type_boolean, left, ast->at);
        return st_ok();
    }
    st = need_boolean(b, ast->args[1], op, &right);
    if (st.kind) return st;
    *out = expr_new_binary(b->arena, ast->kind == AST_AND ? EXPR_AND : EXPR_OR,
                           &type_boolean, left, right, ast->at);
    return st_ok();
}

STATUS bind_operator(Binder *b, const Ast *ast, const Expr **out)
{
    if (ast->kind == AST_COMPARE) return bind_compare(b, ast, out);
    if (ast->kind != AST_ARITH && ast->kind != AST_CONCAT)
        return bind_logic(b, ast, out);
    const Expr *left, *right;
    Status st = bind_expression(b, ast->args[0], &left);
    if (st.kind) return st;
    st = bind_expression(b, ast->args[1], &right);
    if (st.kind) return st;
    return ast->kind == AST_ARITH ? bind_arithmetic(b, ast, left, right, out)
                                  : bind_concat(b, ast, left, right, out);
}

/* ---- predicates ---- */

static Status bind_between(Binder *b, const Ast *ast, const Expr **out)
{
    const Ast *value = ast->args[0];
    const Expr *v, *low, *high, *ge, *le;
    if (b->between_depth >= BETWEEN_DEPTH_MAX)
        return st_error_at(b->arena, ast->at,
                           "BETWEEN is nested more than %d deep",
                           BETWEEN_DEPTH_MAX);
    b->between_depth++;
    Status st = bind_expression(b, value, &v);
    b->between_depth--;
    if (st.kind) return st;
    st = bind_operand(b, ast->args[1], value, &low);
    if (st.kind) return st;
    st = bind_operand(b, ast->args[2], value, &high);
    if (st.kind) return st;
    st = bind_comparison(b, ast, CMP_GE, v, low, &ge);
    if (st.kind) return st;
    st = bind_comparison(b, ast, CMP_LE, v, high, &le);
    if (st.kind) return st;
    *out = expr_new_binary(b->arena, EXPR_AND, &type_boolean, ge, le, ast->at);
    if (ast->negated)
        *out = expr_new_unary(b->arena, EXPR_NOT, &type_boolean, *out, ast->at);
    return st_ok();
}

static Status bind_in(Binder *b, const Ast *ast, const Expr **out)
{
    const Expr **args = ARENA_ARRAY(b->arena, const Expr *, ast->arg_count);
    for (int i = 0; i < ast->arg_count; i++) {
        Status st = bind_expression(b, ast->args[i], &args[i]);
        if (st.kind) return st;
    }
    const Type *type;
    Status st = bind_common(b, (const Ast *const *)ast->args, args,
                            ast->arg_count, "IN", &type);
    if (st.kind) return st;
    Expr *expr = expr_new(b->arena, EXPR_IN, &type_boolean, ast->at);
    expr->args = args;
    expr->arg_count = ast->arg_count;
    expr->negated = ast->negated;
    *out = expr;
    return st_ok();
}

/* The one code point of an ESCAPE text. */
static Status read_escape(Binder *b, const Ast *ast, uint32_t *escape)
{
    Str text = ast->kind == AST_STRING ? ast->literal.str : STR_NULL;
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t len = !text.len     ? 0
                 : p[0] < 0x80 ? 1
                 : p[0] < 0xe0 ? 2
                 : p[0] < 0xf0 ? 3
                               : 4;
    if (!len || len != text.len)
        return st_error_at(b->arena, ast->at,
                           "ESCAPE needs a text of exactly one character");
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    *escape = p[0] & first_bits[len];
    for (size_t i = 1; i < len; i++)
        *escape = *escape << 6 | (p[i] & 0x3f);
    return st_ok();
}

static Status bind_like(Binder *b, const Ast *ast, const Expr **out)
{
    const Expr *args[2];
    for (int i = 0; i < 2; i++) {
        Status st = bind_expression(b, ast->args[i], &args[i]);
        if (st.kind) return st;
        if (args[i]->type->kind != TYPE_STRING)
            return st_error_at(b->arena, ast->args[i]->at,
                               "LIKE needs STRING on both sides, but this is "
                               "%s",
                               type_text(b->arena, args[i]->type));
    }
    Expr *expr = expr_new_binary(b->arena, EXPR_LIKE, &type_boolean, args[0],
                                 args[1], ast->at);
    expr->negated = ast->negated;
    if (ast->arg_count > 2) {
        Status st = read_escape(b, ast->args[2], &expr->escape);
        if (st.kind) return st;
    }
    *out = expr;
    return st_ok();
}

STATUS bind_predicate(Binder *b, const Ast *ast, const Expr **out)
{
    if (ast->kind == AST_BETWEEN) return bind_between(b, ast, out);
    if (ast->kind == AST_IN) return bind_in(b, ast, out);
    if (ast->kind == AST_LIKE) return bind_like(b, ast, out);
    const Expr *arg;
    Status st = bind_expression(b, ast->args[0], &arg);
    if (st.kind) return st;
    if (expr_is_null_literal(arg))
        arg = expr_new_cast(b->arena, arg, &type_string);
    Expr *expr = expr_new_unary(b->arena, EXPR_IS_NULL, &type_boolean, arg,
                                ast->at);
    expr->negated = ast->negated;
    *out = expr;
    return st_ok();
}
