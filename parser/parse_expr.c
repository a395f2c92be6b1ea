/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds the nodes of expressions, and the lists of the grammar. Called by the
 * actions of grammar.y, bottom-up, so children are complete.
 *
 * Every node knows the height of its tree. Later floors walk trees by
 * recursion; the limit here is what makes that safe, also for a chain such as
 * a + b + c + ..., which nests to the left without any brackets.
 */
#include "parser/parse_int.h"

#include <math.h>

#include "base/number.h"
#include "base/unicode.h"
#include "base/vec.h"
#include "grammar.h"

void parse_fail(Parse *p, uint32_t at, const char *format, ...)
{
    if (p->st.kind) return;
    va_list args;
    va_start(args, format);
    Str text = str_vprintf(p->stmt, format, args);
    va_end(args);
    p->st = st_error_at(p->stmt, at, "%.*s", STR_ARG(text));
}

void parse_count(Parse *p, uint32_t at)
{
    if (++p->nodes > PARSE_NODES_MAX)
        parse_fail(p, at, "text too large, it has more than %d expressions",
                   PARSE_NODES_MAX);
}

/* ---- lists ---- */

ExprList *exprs_add(Parse *p, ExprList *list, Ast *expr)
{
    if (!list) list = ARENA_NEW(p->stmt, ExprList);
    parse_count(p, expr->at);
    *vec_push(p->stmt, list) = expr;
    return list;
}

ExprList *exprs_put_first(Parse *p, Ast *first, ExprList *rest)
{
    exprs_add(p, rest, first);
    memmove(rest->at + 1, rest->at, sizeof(Ast *) * (size_t)(rest->count - 1));
    rest->at[0] = first;
    return rest;
}

NameList *names_add(Parse *p, NameList *list, Token name)
{
    if (!list) list = ARENA_NEW(p->stmt, NameList);
    parse_count(p, name.at);
    *vec_push(p->stmt, list) = parse_name_new(name);
    return list;
}

PropertyList *properties_add(Parse *p, PropertyList *list, Token name,
                             Ast *value)
{
    if (!list) list = ARENA_NEW(p->stmt, PropertyList);
    parse_count(p, name.at);
    *vec_push(p->stmt, list) = (AstProperty){parse_name_new(name), value};
    return list;
}

ElementList *elements_add(Parse *p, ElementList *list, const AstElement *one)
{
    if (!list) list = ARENA_NEW(p->stmt, ElementList);
    parse_count(p, one->at);
    *vec_push(p->stmt, list) = *one;
    return list;
}

FieldList *fields_add_value(Parse *p, FieldList *list, Token name, Ast *value)
{
    if (!list) list = ARENA_NEW(p->stmt, FieldList);
    names_add(p, &list->names, name);
    exprs_add(p, &list->values, value);
    return list;
}

AstName parse_name_new(Token token)
{
    if (token.type == TOKEN_END) return (AstName){0};
    return (AstName){.text = token.text,
                     .written = token.written,
                     .at = token.at,
                     .quoted = token.quoted || token.type == TK_STRING};
}

/* ---- nodes ---- */

static Ast *expr_new(Parse *p, AstKind kind, uint32_t at, uint32_t end)
{
    Ast *expr = ARENA_NEW(p->stmt, Ast);
    expr->kind = kind;
    expr->at = at;
    expr->end = end;
    expr->height = 1;
    parse_count(p, at);
    return expr;
}

/* Makes `expr` at least one higher than `child`. */
static void grow(Parse *p, Ast *expr, const Ast *child)
{
    if (child->height < expr->height) return;
    if (child->height >= PARSE_HEIGHT_MAX) {
        parse_fail(p, child->at,
                   "expression too long, more than %d operators in a row; "
                   "use IN (...) or split it",
                   PARSE_HEIGHT_MAX);
        return;
    }
    expr->height = (uint16_t)(child->height + 1);
}

static void set_args(Parse *p, Ast *expr, Ast **args, int count)
{
    expr->args = args;
    expr->arg_count = count;
    for (int i = 0; i < count; i++)
        grow(p, expr, args[i]);
}

static void set_three_args(Parse *p, Ast *expr, Ast *a, Ast *b, Ast *c)
{
    int count = c ? 3 : b ? 2 : 1;
    Ast **args = ARENA_ARRAY(p->stmt, Ast *, count);
    args[0] = a;
    if (b) args[1] = b;
    if (c) args[2] = c;
    set_args(p, expr, args, count);
}

/* ---- literals ---- */

static void set_integer(Parse *p, Ast *expr, Token token)
{
    int64_t value = 0;
    expr->kind = AST_INTEGER;
    if (!number_parse_i64(token.text, &value))
        parse_fail(p, token.at,
                   "number '%.*s' does not fit 64 bits, write a fraction for "
                   "a DECIMAL or an exponent for a DOUBLE",
                   STR_ARG(lexer_clip(token.text)));
    expr->is_bigint = value < INT32_MIN || value > INT32_MAX;
    if (expr->is_bigint)
        expr->literal.i64 = value;
    else
        expr->literal.i32 = (int32_t)value;
}

/* `1.` and `.5` are allowed; the decimal library wants digits on both sides. */
static void set_decimal(Parse *p, Ast *expr, Token token)
{
    Str text = token.text;
    Str digits = text;
    const char *sign = "";
    if (digits.ptr[0] == '-') {
        sign = "-";
        digits.ptr++;
        digits.len--;
    }
    if (digits.ptr[0] == '.')
        text = str_printf(p->stmt, "%s0%.*s", sign, STR_ARG(digits));
    else if (digits.ptr[digits.len - 1] == '.')
        text.len--;
    Decimal *value = ARENA_NEW(p->stmt, Decimal);
    expr->kind = AST_DECIMAL;
    if (!decimal_parse(p->stmt, text, value))
        parse_fail(p, token.at, "number out of range");
    expr->literal.dec = value;
}

static void set_double(Parse *p, Ast *expr, Token token)
{
    expr->kind = AST_DOUBLE;
    if (!number_parse_f64(token.text, &expr->literal.f64) ||
        !isfinite(expr->literal.f64))
        parse_fail(p, token.at, "number '%.*s' is out of the range of DOUBLE",
                   STR_ARG(lexer_clip(token.text)));
}

Ast *parse_expr_literal(Parse *p, Token token)
{
    Ast *expr = expr_new(p, AST_NULL, token.at, token.end);
    switch (token.type) {
    case TK_TRUE:
    case TK_FALSE:
        expr->kind = AST_BOOLEAN;
        expr->literal.boolean = token.type == TK_TRUE;
        break;
    case TK_STRING:
        expr->kind = AST_STRING;
        expr->literal.str = token.text;
        break;
    case TK_INTEGER: set_integer(p, expr, token); break;
    case TK_DECIMAL: set_decimal(p, expr, token); break;
    case TK_DOUBLE: set_double(p, expr, token); break;
    default: expr->literal = VALUE_NULL; break;
    }
    if (token.type == TK_INTEGER || token.type == TK_DECIMAL ||
        token.type == TK_DOUBLE)
        expr->literal_text = token.text;
    return expr;
}

int64_t number_value(Parse *p, Token number)
{
    int64_t value = 0;
    if (!number_parse_i64(number.text, &value))
        parse_fail(p, number.at, "number '%.*s' does not fit 64 bits",
                   STR_ARG(lexer_clip(number.text)));
    return value;
}

Token number_negate(Parse *p, Token minus, Token number)
{
    number.text = str_printf(p->stmt, "-%.*s", STR_ARG(number.text));
    number.at = minus.at;
    return number;
}

/* ---- columns, operators ---- */

Ast *parse_expr_column(Parse *p, Token name)
{
    Ast *expr = expr_new(p, AST_COLUMN, name.at, name.end);
    expr->name = parse_name_new(name);
    return expr;
}

Ast *parse_expr_qualified(Parse *p, Token qualifier, Token name)
{
    Ast *expr = expr_new(p, AST_COLUMN, qualifier.at, name.end);
    expr->name = parse_name_new(name);
    expr->qualifier = parse_name_new(qualifier);
    return expr;
}

Ast *parse_expr_unit(Parse *p, Token unit)
{
    Ast *expr = expr_new(p, AST_UNIT, unit.at, unit.end);
    expr->name = parse_name_new(unit);
    return expr;
}

Ast *parse_expr_unary(Parse *p, AstKind kind, int op, Token first, Ast *of)
{
    Ast *expr = expr_new(p, kind, first.at, of->end);
    expr->op = op;
    set_three_args(p, expr, of, NULL, NULL);
    return expr;
}

Ast *parse_expr_binary(Parse *p, AstKind kind, int op, Ast *left, Ast *right)
{
    Ast *expr = expr_new(p, kind, left->at, right->end);
    expr->op = op;
    set_three_args(p, expr, left, right, NULL);
    return expr;
}

Ast *parse_expr_between(Parse *p, bool negated, Ast *of, Ast *low, Ast *high)
{
    Ast *expr = expr_new(p, AST_BETWEEN, of->at, high->end);
    expr->negated = negated;
    set_three_args(p, expr, of, low, high);
    return expr;
}

Ast *parse_expr_in(Parse *p, bool negated, Ast *of, ExprList *list, Token close)
{
    Ast *expr = expr_new(p, AST_IN, of->at, close.end);
    expr->negated = negated;
    if (!list) {
        parse_fail(p, close.at,
                   "IN needs at least one element in its parentheses");
        return expr;
    }
    exprs_put_first(p, of, list);
    set_args(p, expr, list->at, list->count);
    return expr;
}

Ast *parse_expr_like(Parse *p, bool negated, Ast *of, Ast *pattern, Ast *escape)
{
    Ast *last = escape ? escape : pattern;
    Ast *expr = expr_new(p, AST_LIKE, of->at, last->end);
    expr->negated = negated;
    set_three_args(p, expr, of, pattern, escape);
    if (escape && utf16_length(escape->literal.str) != 1)
        parse_fail(p, escape->at, "ESCAPE '%.*s' is not one character",
                   STR_ARG(lexer_clip(escape->literal.str)));
    return expr;
}

Ast *parse_expr_is_null(Parse *p, bool negated, Ast *of, Token last)
{
    Ast *expr = expr_new(p, AST_IS_NULL, of->at, last.end);
    expr->negated = negated;
    set_three_args(p, expr, of, NULL, NULL);
    return expr;
}

Ast *parse_expr_parens(Token open, Ast *inner, Token close)
{
    inner->parens = true;
    inner->at = open.at;
    inner->end = close.end;
    return inner;
}

/* ---- access, calls, constructors ---- */

Ast *parse_expr_field(Parse *p, Ast *of, Token name)
{
    Ast *expr = expr_new(p, AST_FIELD, of->at, name.end);
    expr->name = parse_name_new(name);
    set_three_args(p, expr, of, NULL, NULL);
    return expr;
}

Ast *parse_expr_field_all(Parse *p, Ast *of, Token star)
{
    Ast *expr = expr_new(p, AST_FIELD_ALL, of->at, star.end);
    set_three_args(p, expr, of, NULL, NULL);
    return expr;
}

Ast *parse_expr_index(Parse *p, Ast *of, Ast *index, Token close)
{
    Ast *expr = expr_new(p, AST_INDEX, of->at, close.end);
    set_three_args(p, expr, of, index, NULL);
    return expr;
}

Ast *parse_expr_call(Parse *p, Token name, ExprList *args, bool star,
                     Token close)
{
    Ast *expr = expr_new(p, AST_CALL, name.at, close.end);
    expr->name = parse_name_new(name);
    expr->star = star;
    if (args) set_args(p, expr, args->at, args->count);
    return expr;
}

Ast *parse_expr_lambda(Parse *p, uint32_t at, ExprList *parameters, Ast *body)
{
    Ast *expr = expr_new(p, AST_LAMBDA, at, body->end);
    AstName *names = ARENA_ARRAY(p->stmt, AstName, parameters->count);
    for (int i = 0; i < parameters->count; i++) {
        const Ast *one = parameters->at[i];
        if (one->kind != AST_COLUMN || one->qualifier.text.ptr)
            parse_fail(p, one->at,
                       "parameter of a lambda is not a name, write x => ... "
                       "or (x, y) => ...");
        names[i] = one->name;
        for (int j = 0; j < i && i < 64; j++)
            if (str_eq(names[i].text, names[j].text))
                parse_fail(p, one->at, "two parameters are named '%.*s'",
                           STR_ARG(lexer_clip(names[i].text)));
    }
    if (parameters->count > 64)
        parse_fail(p, at, "lambda has too many parameters, the limit is 64");
    expr->names = names;
    expr->name_count = parameters->count;
    set_three_args(p, expr, body, NULL, NULL);
    return expr;
}

Ast *parse_expr_case(Parse *p, Token first, Ast *operand, ExprList *whens,
                     Ast *otherwise, Token end)
{
    Ast *expr = expr_new(p, operand ? AST_SIMPLE_CASE : AST_CASE, first.at,
                         end.end);
    if (operand) exprs_put_first(p, operand, whens);
    set_args(p, expr, whens->at, whens->count);
    expr->else_ = otherwise;
    if (otherwise) grow(p, expr, otherwise);
    return expr;
}

Ast *parse_expr_cast(Parse *p, Token first, Ast *of, const AstType *type,
                     Token close)
{
    Ast *expr = expr_new(p, AST_CAST, first.at, close.end);
    expr->type = type;
    set_three_args(p, expr, of, NULL, NULL);
    return expr;
}

Ast *parse_expr_list(Parse *p, AstKind kind, Token first, ExprList *list,
                     Token close)
{
    Ast *expr = expr_new(p, kind, first.at, close.end);
    if (list) set_args(p, expr, list->at, list->count);
    return expr;
}

Ast *parse_expr_struct(Parse *p, Token first, FieldList *list, Token close)
{
    Ast *expr = expr_new(p, AST_STRUCT, first.at, close.end);
    if (!list) return expr;
    set_args(p, expr, list->values.at, list->values.count);
    fields_check_unique(p, &list->names);
    expr->names = list->names.at;
    expr->name_count = list->names.count;
    return expr;
}

Ast *parse_expr_typed(Parse *p, Token name, Token text)
{
    Ast *expr = expr_new(p, AST_TYPED, name.at, text.end);
    expr->name = parse_name_new(name);
    expr->literal.str = text.text;
    return expr;
}

Ast *parse_expr_at_zone(Parse *p, Ast *of, Token zone)
{
    Ast *expr = expr_new(p, AST_AT_ZONE, of->at, zone.end);
    expr->literal.str = zone.text;
    set_three_args(p, expr, of, NULL, NULL);
    return expr;
}
