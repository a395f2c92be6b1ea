/* SPDX-License-Identifier: Apache-2.0
 *
 * Common types of IN lists, ARRAY elements, MAP keys and values (language 2.5),
 * and the constructors themselves (2.6).
 *
 * Two passes over the elements: the first folds their types into one, starting
 * from the first that is not NULL; the second brings each element to it. What
 * an element may become depends on how it was written (a literal is more
 * flexible than a column), so both passes walk the syntax tree beside the bound
 * one, down into nested constructors.
 */
#include "planner/planner_int.h"
#include "base/number.h"
#include "types/cast.h"

static bool is_literal(const Ast *ast)
{
    return ast->kind == AST_BOOLEAN || ast->kind == AST_INTEGER ||
           ast->kind == AST_DECIMAL || ast->kind == AST_DOUBLE ||
           ast->kind == AST_STRING;
}

/* The literal as it was written, which is what it is as a STRING. */
static Str literal_text(Binder *b, const Ast *ast)
{
    if (ast->kind == AST_STRING) return ast->literal.str;
    if (ast->kind == AST_BOOLEAN)
        return ast->literal.boolean ? STR("true") : STR("false");
    if (ast->literal_text.ptr) return ast->literal_text;
    Value value = ast->literal;
    const Type *type = ast->kind == AST_DOUBLE ? &type_double : &type_bigint;
    return value_print(b->arena, type, &value);
}

/* The type that numeric text has: INT, BIGINT or DECIMAL; NULL: no number. */
static const Type *number_text_type(Binder *b, Str text)
{
    int32_t i32;
    int64_t i64;
    Decimal decimal;
    text = str_trim(text);
    if (number_parse_i32(text, &i32)) return &type_int;
    if (number_parse_i64(text, &i64)) return &type_bigint;
    if (!decimal_parse(b->arena, text, &decimal)) return NULL;
    if (decimal.scale < 0)
        decimal = decimal_rescale(b->arena, decimal, 0, ROUND_TRUNCATE);
    int digits = decimal_digits(b->arena, decimal);
    int scale = decimal.scale;
    return type_decimal(b->arena, digits < scale + 1 ? scale + 1 : digits,
                        scale);
}

static bool is_prefix_nocase(Str text, Str word)
{
    return text.len && text.len <= word.len &&
           str_eq_nocase(text, (Str){word.ptr, text.len});
}

static bool is_boolean_text(Str text)
{
    text = str_trim(text);
    return is_prefix_nocase(text, STR("true")) ||
           is_prefix_nocase(text, STR("yes")) ||
           is_prefix_nocase(text, STR("false")) ||
           is_prefix_nocase(text, STR("no"));
}

static Status no_common(Binder *b, const Ast *ast, const char *what,
                        const Type *acc, const Type *type)
{
    return st_error_at(b->arena, ast->at,
                       "the elements of %s have no common type: there is no "
                       "'=' between %s and %s; convert one with CAST",
                       what, type_text(b->arena, acc),
                       type_text(b->arena, type));
}

static Status bad_text(Binder *b, const Ast *ast, const char *what,
                       const Type *acc)
{
    return st_error_at(b->arena, ast->at, "'%.*s' in %s cannot be read as %s",
                       STR_ARG(ast->literal.str), what,
                       type_text(b->arena, acc));
}

static Status fold(Binder *b, const Ast *ast, const Type *type,
                   const char *what, const Type **acc);

/* The arguments of a constructor that belong to a part of its type. */
static Status fold_parts(Binder *b, const Ast *ast, const Type *type, int first,
                         int step, const char *what, const Type **acc)
{
    bool built = ast && (ast->kind == AST_ARRAY || ast->kind == AST_MAP);
    if (!built) return fold(b, NULL, type, what, acc);
    for (int i = first; i < ast->arg_count; i += step) {
        const Ast *arg = ast->args[i];
        if (arg->kind == AST_NULL) continue;
        /* Of what is not a plain literal, only the part's type is known. */
        const Type *part = type;
        if (arg->kind == AST_INTEGER)
            part = arg->is_bigint ? &type_bigint : &type_int;
        else if (arg->kind == AST_STRING)
            part = &type_string;
        else if (arg->kind == AST_BOOLEAN)
            part = &type_boolean;
        else if (arg->kind == AST_DOUBLE)
            part = &type_double;
        Status st = fold(b, arg, part, what, acc);
        if (st.kind) {
            if (!st.at) st.at = ast->at + 1;
            return st;
        }
    }
    return st_ok();
}

/* Structs combine to the union of their fields. */
static Status fold_struct(Binder *b, const Ast *ast, const Type *type,
                          const char *what, const Type **acc)
{
    int max = (*acc)->field_count + type->field_count;
    Field *fields = ARENA_ARRAY(b->arena, Field, max + 1);
    int count = (*acc)->field_count;
    for (int i = 0; i < count; i++)
        fields[i] = (*acc)->fields[i];
    for (int i = 0; i < type->field_count; i++) {
        const Field *field = &type->fields[i];
        int j = 0;
        while (j < (*acc)->field_count && !str_eq(fields[j].name, field->name))
            j++;
        if (j == (*acc)->field_count) {
            fields[count++] = *field;
            continue;
        }
        const Ast *arg = NULL;
        if (ast && ast->kind == AST_STRUCT && i < ast->arg_count)
            arg = ast->args[i];
        Status st = fold(b, arg, field->type, what, &fields[j].type);
        if (st.kind) return st;
    }
    *acc = type_struct(b->arena, fields, count);
    return st_ok();
}

static Status fold_nested(Binder *b, const Ast *ast, const Type *type,
                          const char *what, const Type **acc)
{
    if (type->kind == TYPE_STRUCT) return fold_struct(b, ast, type, what, acc);
    const Type *key = (*acc)->key, *element = (*acc)->element;
    if (type->kind == TYPE_ARRAY) {
        Status st = fold_parts(b, ast, type->element, 0, 1, what, &element);
        if (st.kind) return st;
        *acc = type_array(b->arena, element);
        return st_ok();
    }
    Status st = fold_parts(b, ast, type->key, 0, 2, what, &key);
    if (st.kind) return st;
    st = fold_parts(b, ast, type->element, 1, 2, what, &element);
    if (st.kind) return st;
    *acc = type_map(b->arena, key, element);
    return st_ok();
}

static bool is_temporal_or_bytes(const Type *type)
{
    return type->kind == TYPE_DATE || type->kind == TYPE_TIME ||
           type->kind == TYPE_TIMESTAMP || type->kind == TYPE_BYTES;
}

/* A string literal facing another type. */
static Status fold_text(Binder *b, const Ast *ast, const char *what,
                        const Type **acc)
{
    if ((*acc)->kind == TYPE_BOOLEAN)
        return is_boolean_text(ast->literal.str) ? st_ok()
                                                 : bad_text(b, ast, what, *acc);
    if (is_temporal_or_bytes(*acc)) {
        Value out;
        Value in = {.str = ast->literal.str};
        return cast_value(b->arena, &type_string, *acc, &in, &out, NULL)
                   ? st_ok()
                   : bad_text(b, ast, what, *acc);
    }
    if (!type_is_numeric(*acc))
        return no_common(b, ast, what, *acc, &type_string);
    const Type *number = number_text_type(b, ast->literal.str);
    if (!number) return bad_text(b, ast, what, *acc);
    *acc = type_common_numeric(b->arena, *acc, number);
    return st_ok();
}

/* Takes one element's type into the common one. `ast` may be NULL: not
 * known how it was written. */
static Status fold(Binder *b, const Ast *ast, const Type *type,
                   const char *what, const Type **acc)
{
    static const Ast nowhere = {0};
    if (type->kind == TYPE_NULL) return st_ok();
    if (!*acc) {
        *acc = type;
        return st_ok();
    }
    if (type->kind == (*acc)->kind &&
        (type->kind == TYPE_ARRAY || type->kind == TYPE_MAP ||
         type->kind == TYPE_STRUCT))
        return fold_nested(b, ast, type, what, acc);
    if (type_equal(type, *acc)) return st_ok();
    if (type_is_numeric(type) && type_is_numeric(*acc)) {
        *acc = type_common_numeric(b->arena, *acc, type);
        return st_ok();
    }
    bool literal = ast && is_literal(ast);
    if (literal && (*acc)->kind == TYPE_STRING) return st_ok();
    if (literal && ast->kind == AST_STRING) return fold_text(b, ast, what, acc);
    return no_common(b, ast ? ast : &nowhere, what, *acc, type);
}

/* ---- the second pass ---- */

static Status coerce(Binder *b, const Ast *ast, const Expr *expr,
                     const Type *type, const Expr **out);

static Status coerce_constructor(Binder *b, const Ast *ast, const Expr *expr,
                                 const Type *type, const Expr **out)
{
    Expr *copy = expr_new(b->arena, expr->kind, type, expr->at);
    bool is_struct = expr->kind == EXPR_STRUCT;
    copy->arg_count = is_struct ? type->field_count : expr->arg_count;
    copy->args = ARENA_ARRAY(b->arena, const Expr *, copy->arg_count + 1);
    for (int i = 0; i < copy->arg_count; i++) {
        const Type *part = is_struct ? type->fields[i].type
                           : expr->kind == EXPR_MAP && i % 2 == 0
                               ? type->key
                               : type->element;
        int j = i;
        for (j = is_struct ? 0 : i; is_struct && j < expr->arg_count; j++)
            if (str_eq(expr->type->fields[j].name, type->fields[i].name)) break;
        if (j >= expr->arg_count) {
            copy->args[i] = expr_new_literal(b->arena, part, VALUE_NULL,
                                             expr->at);
            continue;
        }
        Status st = coerce(b, ast->args[j], expr->args[j], part,
                           &copy->args[i]);
        if (st.kind) return st;
    }
    *out = copy;
    return st_ok();
}

static Status coerce(Binder *b, const Ast *ast, const Expr *expr,
                     const Type *type, const Expr **out)
{
    *out = expr;
    if (type_equal(expr->type, type)) return st_ok();
    if (is_literal(ast) && type->kind == TYPE_STRING) {
        Value text = {.str = str_copy(b->arena, literal_text(b, ast))};
        *out = expr_new_literal(b->arena, type, text, expr->at);
        return st_ok();
    }
    bool built = (ast->kind == AST_ARRAY && expr->kind == EXPR_ARRAY) ||
                 (ast->kind == AST_MAP && expr->kind == EXPR_MAP) ||
                 (ast->kind == AST_STRUCT && expr->kind == EXPR_STRUCT);
    if (built && expr->type->kind == type->kind)
        return coerce_constructor(b, ast, expr, type, out);
    if (!expr_is_null_literal(expr) && !cast_allowed(expr->type, type))
        return no_common(b, ast, "this list", type, expr->type);
    *out = expr_new_cast(b->arena, expr, type);
    return st_ok();
}

STATUS bind_common(Binder *b, const Ast *const *asts, const Expr **exprs,
                   int count, const char *what, const Type **type)
{
    const Type *common = NULL;
    for (int i = 0; i < count; i++) {
        Status st = fold(b, asts[i], exprs[i]->type, what, &common);
        if (st.kind) return st;
    }
    if (!common)
        return st_error_at(b->arena, asts[0]->at,
                           "all elements of %s are NULL: give one a type with "
                           "CAST(NULL AS ...)",
                           what);
    for (int i = 0; i < count; i++) {
        Status st = coerce(b, asts[i], exprs[i], common, &exprs[i]);
        if (st.kind) return st;
    }
    *type = common;
    return st_ok();
}

/* ---- constructors ---- */

static Status bind_struct(Binder *b, const Ast *ast, const Expr **args,
                          const Type **type)
{
    Field *fields = ARENA_ARRAY(b->arena, Field, ast->arg_count + 1);
    for (int i = 0; i < ast->arg_count; i++) {
        Str name = ast->names[i].text;
        for (int j = 0; j < i; j++)
            if (str_eq(fields[j].name, name))
                return st_error_at(b->arena, ast->names[i].at,
                                   "STRUCT has two fields named '%.*s'",
                                   STR_ARG(name));
        if (expr_is_null_literal(args[i]))
            return st_error_at(b->arena, ast->args[i]->at,
                               "field '%.*s' has no type: write CAST(NULL AS "
                               "...)",
                               STR_ARG(name));
        fields[i] = (Field){str_copy(b->arena, name), args[i]->type};
    }
    *type = type_struct(b->arena, fields, ast->arg_count);
    return st_ok();
}

static Status bind_map(Binder *b, const Ast *ast, const Expr **args,
                       const Type **type)
{
    int count = ast->arg_count / 2;
    const Ast **asts = ARENA_ARRAY(b->arena, const Ast *, count);
    const Expr **part = ARENA_ARRAY(b->arena, const Expr *, count);
    const Type *types[2];
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < count; i++) {
            asts[i] = ast->args[2 * i + side];
            part[i] = args[2 * i + side];
        }
        Status st = bind_common(b, asts, part, count,
                                side ? "the values of MAP" : "the keys of MAP",
                                &types[side]);
        if (st.kind) return st;
        for (int i = 0; i < count; i++)
            args[2 * i + side] = part[i];
    }
    *type = type_map(b->arena, types[0], types[1]);
    return st_ok();
}

STATUS bind_constructor(Binder *b, const Ast *ast, const Expr **out)
{
    const char *what = ast->kind == AST_ARRAY ? "ARRAY"
                       : ast->kind == AST_MAP ? "MAP"
                                              : "STRUCT";
    if (!ast->arg_count && ast->kind != AST_STRUCT)
        return st_error_at(b->arena, ast->at,
                           "%s needs at least one element, or its type is not "
                           "known: use CAST(NULL AS ...)",
                           what);
    const Expr **args = ARENA_ARRAY(b->arena, const Expr *, ast->arg_count + 1);
    for (int i = 0; i < ast->arg_count; i++) {
        Status st = bind_expression(b, ast->args[i], &args[i]);
        if (st.kind) return st;
    }
    const Type *type;
    Status st;
    ExprKind kind = EXPR_STRUCT;
    if (ast->kind == AST_ARRAY) {
        kind = EXPR_ARRAY;
        st = bind_common(b, (const Ast *const *)ast->args, args, ast->arg_count,
                         what, &type);
        if (!st.kind) type = type_array(b->arena, type);
    } else if (ast->kind == AST_MAP) {
        kind = EXPR_MAP;
        st = bind_map(b, ast, args, &type);
    } else {
        st = bind_struct(b, ast, args, &type);
    }
    if (st.kind) return st;
    Expr *expr = expr_new(b->arena, kind, type, ast->at);
    expr->args = args;
    expr->arg_count = ast->arg_count;
    *out = expr;
    return st_ok();
}
