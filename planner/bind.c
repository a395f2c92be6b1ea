/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding: a written expression to a typed one.
 *
 *   bind.c            names, literals, access, CASE, CAST
 *   bind_operator.c   arithmetic, comparison, predicates (language 2.2, 2.7)
 *   bind_common.c     common types and constructors (2.5, 2.6)
 *   bind_call.c       functions, aggregates, table functions, lambdas (4.8)
 *
 * All implicit conversions become casts here, so the runtime never converts. A
 * literal NULL has no type until its context gives it one; contexts that cannot
 * (arithmetic, comparison, array elements alone) reject it. Errors point at the
 * token that is wrong.
 */
#include "parser/ast_print.h"
#include "planner/planner_int.h"
#include "types/cast.h"

const char *type_text(Arena *arena, const Type *type)
{
    if (type->kind == TYPE_NULL) return "NULL";
    if (type->kind == TYPE_LAMBDA) return "LAMBDA";
    if (type->kind == TYPE_UNIT) return "INTERVALUNIT";
    return str_cstr(arena, type_print(arena, type));
}

/* ---- names ---- */

static bool same_name(const AstName *a, Str text)
{
    return str_eq(a->text, text);
}

static const Expr *find_lambda_variable(Binder *b, const Ast *ast)
{
    if (ast->qualifier.text.ptr) return NULL;
    for (const LambdaScope *l = b->lambdas; l; l = l->outer) {
        for (int i = 0; i < l->count; i++) {
            if (!same_name(&l->names[i], ast->name.text)) continue;
            Expr *expr = expr_new(b->arena, EXPR_LAMBDA_VAR, l->types[i],
                                  ast->at);
            expr->slot = l->first + i;
            return expr;
        }
    }
    return NULL;
}

/* WINDOWSTART and WINDOWEND where there is no windowed source. */
static Status misplaced_bound(Binder *b, const Ast *ast)
{
    return st_error_at(b->arena, ast->at,
                       "'%.*s' cannot be used in %s here: only in the SELECT "
                       "list of a windowed aggregation, outside its "
                       "aggregates, and over a windowed source",
                       STR_ARG(ast->name.text), b->place);
}

const char *bind_written(Binder *b, const Ast *ast)
{
    enum { SHOWN_BYTES = 80 };
    Buf buf = {0};
    ast_print_expr(&buf, ast);
    bool cut = buf.len > SHOWN_BYTES;
    size_t len = cut ? SHOWN_BYTES : buf.len;
    while (cut && len && (buf.ptr[len] & 0xc0) == 0x80)
        len--;
    const char *text = str_cstr(
        b->arena,
        str_printf(b->arena, "%.*s%s", (int)len, buf.ptr, cut ? "..." : ""));
    buf_free(&buf);
    return text;
}

static Status bind_column(Binder *b, const Ast *ast, const Expr **out)
{
    *out = find_lambda_variable(b, ast);
    if (*out) return st_ok();
    Str name = ast->name.text;
    bool is_bound = str_eq(name, STR("WINDOWSTART")) ||
                    str_eq(name, STR("WINDOWEND"));
    if (!b->scope)
        return st_error_at(b->arena, ast->at,
                           "column '%s' cannot be used in %s: only constant "
                           "expressions can",
                           bind_written(b, ast), b->place);
    int column;
    Status st = scope_find(b->scope, b->arena, &ast->qualifier, &ast->name,
                           &column);
    if (st.kind && is_bound) return misplaced_bound(b, ast);
    if (st.kind) return st;
    const ScopeColumn *found = &b->scope->columns.at[column];
    if (found->bound && (!(b->allow & BIND_WINDOW_BOUNDS) || b->in_aggregate))
        return misplaced_bound(b, ast);
    *out = expr_new_column(b->arena, column, found->type, ast->at);
    return st_ok();
}

/* ---- literals ---- */

static const Expr *bind_literal(Binder *b, const Ast *ast)
{
    const Type *type = &type_null;
    switch (ast->kind) {
    case AST_BOOLEAN: type = &type_boolean; break;
    case AST_INTEGER: type = ast->is_bigint ? &type_bigint : &type_int; break;
    case AST_DOUBLE: type = &type_double; break;
    case AST_STRING: type = &type_string; break;
    case AST_UNIT: {
        Value unit = {.str = str_copy(b->arena, ast->name.text)};
        return expr_new_literal(b->arena, &type_unit, unit, ast->at);
    }
    case AST_DECIMAL: {
        /* 0.005 has one digit and three decimals: DECIMAL(4, 3). */
        int scale = ast->literal.dec->scale;
        int digits = decimal_digits(b->arena, *ast->literal.dec);
        type = type_decimal(b->arena, digits <= scale ? scale + 1 : digits,
                            scale);
        break;
    }
    default: break;
    }
    Value value = ast->kind == AST_NULL ? VALUE_NULL : ast->literal;
    return expr_new_literal(b->arena, type, value_copy(b->arena, type, value),
                            ast->at);
}

/* ---- access ---- */

static Status unknown_field(Binder *b, const Ast *ast, const Type *type)
{
    Str *names = ARENA_ARRAY(b->arena, Str, type->field_count + 1);
    for (int i = 0; i < type->field_count; i++)
        names[i] = type->fields[i].name;
    return st_error_at(
        b->arena, ast->name.at, "struct has no field '%.*s'%s",
        STR_ARG(ast->name.text),
        near_name(b->arena, ast->name.text, names, type->field_count));
}

static Status bind_field(Binder *b, const Ast *ast, const Expr **out)
{
    const Expr *base;
    Status st = bind_expression(b, ast->args[0], &base);
    if (st.kind) return st;
    if (base->type->kind != TYPE_STRUCT)
        return st_error_at(b->arena, ast->at,
                           "'->%.*s' needs a STRUCT before it, but this is %s",
                           STR_ARG(ast->name.text),
                           type_text(b->arena, base->type));
    for (int i = 0; i < base->type->field_count; i++) {
        const Field *field = &base->type->fields[i];
        if (!str_eq(field->name, ast->name.text)) continue;
        Expr *expr = expr_new_unary(b->arena, EXPR_FIELD, field->type, base,
                                    ast->at);
        expr->slot = i;
        *out = expr;
        return st_ok();
    }
    return unknown_field(b, ast, base->type);
}

static Status bind_index(Binder *b, const Ast *ast, const Expr **out)
{
    const Expr *base, *index;
    Status st = bind_expression(b, ast->args[0], &base);
    if (st.kind) return st;
    st = bind_expression(b, ast->args[1], &index);
    if (st.kind) return st;
    const Type *type = base->type;
    if (type->kind == TYPE_STRUCT)
        return st_error_at(b->arena, ast->at,
                           "a STRUCT has no subscripts: write '->' and the "
                           "name of the field");
    if (type->kind != TYPE_ARRAY && type->kind != TYPE_MAP)
        return st_error_at(b->arena, ast->at,
                           "only an ARRAY or MAP can have a subscript, but "
                           "this is %s",
                           type_text(b->arena, type));
    if (type->kind == TYPE_ARRAY && index->type->kind != TYPE_INT)
        return st_error_at(b->arena, ast->args[1]->at,
                           "an ARRAY subscript must be INTEGER, not %s",
                           type_text(b->arena, index->type));
    /* A map key of another type is legal and finds nothing. */
    if (type->kind == TYPE_MAP && !type_equal(index->type, type->key))
        *out = expr_new_literal(b->arena, type->element, VALUE_NULL, ast->at);
    else
        *out = expr_new_binary(b->arena, EXPR_INDEX, type->element, base, index,
                               ast->at);
    return st_ok();
}

/* ---- CASE and CAST ---- */

static Status bind_when(Binder *b, const Ast *ast, const Expr **out)
{
    Status st = bind_expression(b, ast, out);
    if (st.kind) return st;
    if ((*out)->type->kind != TYPE_BOOLEAN)
        return st_error_at(b->arena, ast->at,
                           "a WHEN condition must be BOOLEAN, not %s",
                           type_text(b->arena, (*out)->type));
    return st_ok();
}

/* Binds one branch and holds its type against the others'. */
static Status bind_branch(Binder *b, const Ast *ast, const Type **type,
                          const Expr **out)
{
    Status st = bind_expression(b, ast, out);
    if (st.kind || expr_is_null_literal(*out)) return st;
    if (!*type) *type = (*out)->type;
    if (!type_equal(*type, (*out)->type))
        return st_error_at(b->arena, ast->at,
                           "all results of a CASE must have one type, but "
                           "there are %s and %s",
                           type_text(b->arena, *type),
                           type_text(b->arena, (*out)->type));
    return st_ok();
}

static Status bind_case(Binder *b, const Ast *ast, const Expr **out)
{
    bool outer = b->in_case;
    b->in_case = true;
    int count = ast->arg_count + (ast->else_ ? 1 : 0);
    const Expr **args = ARENA_ARRAY(b->arena, const Expr *, count);
    const Type *type = NULL;
    for (int i = 0; i < count; i++) {
        bool is_when = i % 2 == 0 && i < ast->arg_count;
        const Ast *arg = i < ast->arg_count ? ast->args[i] : ast->else_;
        Status st = is_when ? bind_when(b, arg, &args[i])
                            : bind_branch(b, arg, &type, &args[i]);
        if (st.kind) return st;
    }
    b->in_case = outer;
    if (!type)
        return st_error_at(b->arena, ast->at,
                           "all results of this CASE are NULL: give one a type "
                           "with CAST(NULL AS ...)");
    for (int i = 0; i < count; i++)
        if (i % 2 == 1 || i >= ast->arg_count)
            args[i] = expr_new_cast(b->arena, args[i], type);
    Expr *expr = expr_new(b->arena, EXPR_CASE, type, ast->at);
    expr->args = args;
    expr->arg_count = count;
    *out = expr;
    return st_ok();
}

static Status bind_cast(Binder *b, const Ast *ast, const Expr **out)
{
    const Expr *arg;
    Status st = bind_expression(b, ast->args[0], &arg);
    if (st.kind) return st;
    const Type *type;
    st = plan_type(b->arena, b->catalog, ast->type, &type);
    if (st.kind) return st;
    if (!expr_is_null_literal(arg) && !type_equal(arg->type, type) &&
        !cast_allowed(arg->type, type))
        return st_error_at(
            b->arena, ast->at, "cannot cast %s to %s%s",
            type_text(b->arena, arg->type), type_text(b->arena, type),
            arg->type->kind == TYPE_BYTES && type->kind == TYPE_STRING
                ? ": use FROM_BYTES(bytes, encoding)"
                : "");
    if (type_equal(arg->type, type) && arg->kind != EXPR_LITERAL)
        *out = expr_new_unary(b->arena, EXPR_CAST, type, arg, ast->at);
    else
        *out = expr_new_cast(b->arena, arg, type);
    return st_ok();
}

static Status bind_sign(Binder *b, const Ast *ast, const Expr **out)
{
    const Expr *arg;
    Status st = bind_expression(b, ast->args[0], &arg);
    if (st.kind) return st;
    if (!type_is_numeric(arg->type))
        return st_error_at(b->arena, ast->at,
                           "'%c' needs a number, but this is %s", ast->op,
                           type_text(b->arena, arg->type));
    *out = ast->op == '+'
               ? arg
               : expr_new_unary(b->arena, EXPR_NEGATE, arg->type, arg, ast->at);
    return st_ok();
}

static Status reject(Binder *b, const Ast *ast)
{
    switch (ast->kind) {
    case AST_SIMPLE_CASE:
        return st_error_at(b->arena, ast->at,
                           "CASE with an operand is not supported: write CASE "
                           "WHEN operand = value THEN ...");
    case AST_AT_ZONE:
        return st_error_at(b->arena, ast->at,
                           "AT TIME ZONE is not supported: use CONVERT_TZ");
    case AST_TYPED:
        return st_error_at(b->arena, ast->at,
                           "unknown type of literal '%.*s': write CAST('%.*s' "
                           "AS ...)",
                           STR_ARG(ast->name.text), STR_ARG(ast->literal.str));
    case AST_LAMBDA:
        return st_error_at(b->arena, ast->at,
                           "a lambda can only be the last argument of a "
                           "function that takes one");
    default:
        return st_error_at(b->arena, ast->at,
                           "'->*' can only be an item of the SELECT list");
    }
}

STATUS bind_expression(Binder *b, const Ast *ast, const Expr **out)
{
    switch (ast->kind) {
    case AST_NULL:
    case AST_BOOLEAN:
    case AST_INTEGER:
    case AST_DECIMAL:
    case AST_DOUBLE:
    case AST_STRING:
    case AST_UNIT: *out = bind_literal(b, ast); return st_ok();
    case AST_COLUMN: return bind_column(b, ast, out);
    case AST_FIELD: return bind_field(b, ast, out);
    case AST_INDEX: return bind_index(b, ast, out);
    case AST_CALL: return bind_call(b, ast, out);
    case AST_UNARY: return bind_sign(b, ast, out);
    case AST_ARITH:
    case AST_CONCAT:
    case AST_COMPARE:
    case AST_AND:
    case AST_OR:
    case AST_NOT: return bind_operator(b, ast, out);
    case AST_BETWEEN:
    case AST_IN:
    case AST_LIKE:
    case AST_IS_NULL: return bind_predicate(b, ast, out);
    case AST_CASE: return bind_case(b, ast, out);
    case AST_CAST: return bind_cast(b, ast, out);
    case AST_ARRAY:
    case AST_MAP:
    case AST_STRUCT: return bind_constructor(b, ast, out);
    case AST_SIMPLE_CASE:
    case AST_AT_ZONE:
    case AST_TYPED:
    case AST_LAMBDA:
    case AST_FIELD_ALL: break;
    }
    return reject(b, ast);
}

STATUS bind_condition(Binder *b, const Ast *ast, const Expr **out)
{
    Status st = bind_expression(b, ast, out);
    if (st.kind) return st;
    if ((*out)->type->kind != TYPE_BOOLEAN)
        return st_error_at(b->arena, ast->at,
                           "the condition of %s must be BOOLEAN, but it is %s",
                           b->place, type_text(b->arena, (*out)->type));
    return st_ok();
}
