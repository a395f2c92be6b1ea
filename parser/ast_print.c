/* SPDX-License-Identifier: Apache-2.0
 *
 * The syntax tree back to text: names, types and expressions. Statements are
 * in ast_print_stmt.c.
 *
 * Parentheses come from the levels of language 1.4 alone: a node asks for its
 * operands at the lowest level they may have, and an operand below it is put in
 * parentheses. Two things need care beyond that: a number after a unary minus
 * would take the sign into itself, and two minus signs begin a comment.
 *
 * Recursion is bounded by PARSE_HEIGHT_MAX for every tree that was parsed.
 */
#include "parser/ast_print.h"

#include "base/number.h"
#include "parser/ast_print_int.h"
#include "parser/lexer.h"
#include "parser/parser.h"

typedef enum Level {
    LEVEL_ANY, /* Also lambdas and units: arguments of a call. */
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_PREDICATE,
    LEVEL_VALUE,
    LEVEL_CONCAT = LEVEL_VALUE,
    LEVEL_ADD,
    LEVEL_MULTIPLY,
    LEVEL_SIGN,
    LEVEL_PRIMARY,
} Level;

void print_text(Buf *out, const char *text)
{
    buf_append(out, text, strlen(text));
}

/* ---- names and strings ---- */

static bool must_quote(Str name)
{
    if (!lexer_is_plain_name(name)) return true;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') return true;
    /* Free words, but ARRAY[1] is not an element of a column ARRAY. */
    return parser_is_reserved(name) || str_eq(name, STR("ARRAY")) ||
           str_eq(name, STR("MAP")) || str_eq(name, STR("STRUCT"));
}

static void print_quoted(Buf *out, Str text, char quote)
{
    buf_push(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == quote) buf_push(out, quote);
        buf_push(out, text.ptr[i]);
    }
    buf_push(out, quote);
}

void ast_print_name(Buf *out, Str name)
{
    if (must_quote(name))
        print_quoted(out, name, '`');
    else
        buf_append_str(out, name);
}

void print_string(Buf *out, Str text)
{
    print_quoted(out, text, '\'');
}

/* ---- types ---- */

static void print_struct_type(Buf *out, const AstType *type)
{
    print_text(out, "STRUCT<");
    for (int i = 0; i < type->field_count; i++) {
        if (i) print_text(out, ", ");
        ast_print_name(out, type->field_names[i].text);
        buf_push(out, ' ');
        ast_print_type(out, type->field_types[i]);
    }
    buf_push(out, '>');
}

void ast_print_type(Buf *out, const AstType *type)
{
    switch (type->kind) {
    case TYPE_BOOLEAN: print_text(out, "BOOLEAN"); break;
    case TYPE_INT: print_text(out, "INTEGER"); break;
    case TYPE_BIGINT: print_text(out, "BIGINT"); break;
    case TYPE_DOUBLE: print_text(out, "DOUBLE"); break;
    case TYPE_STRING: print_text(out, "STRING"); break;
    case TYPE_BYTES: print_text(out, "BYTES"); break;
    case TYPE_DATE: print_text(out, "DATE"); break;
    case TYPE_TIME: print_text(out, "TIME"); break;
    case TYPE_TIMESTAMP: print_text(out, "TIMESTAMP"); break;
    case TYPE_DECIMAL:
        buf_printf(out, "DECIMAL(%d, %d)", type->precision, type->scale);
        break;
    case TYPE_ARRAY:
        print_text(out, "ARRAY<");
        ast_print_type(out, type->element);
        buf_push(out, '>');
        break;
    case TYPE_MAP:
        print_text(out, "MAP<");
        ast_print_type(out, type->key);
        print_text(out, ", ");
        ast_print_type(out, type->element);
        buf_push(out, '>');
        break;
    case TYPE_STRUCT: print_struct_type(out, type); break;
    default: ast_print_name(out, type->name.text); break;
    }
}

/* ---- literals ---- */

static bool is_number(const Ast *expr)
{
    return expr->kind == AST_INTEGER || expr->kind == AST_DECIMAL ||
           expr->kind == AST_DOUBLE;
}

/* Of a tree that was not parsed. */
static void print_decimal(Buf *out, Decimal value)
{
    Arena *scratch = arena_new("print", 0);
    buf_append_str(out, decimal_print_plain(scratch, value));
    if (value.scale <= 0) buf_push(out, '.');
    arena_free(scratch);
}

static void print_number(Buf *out, const Ast *expr)
{
    char small[NUMBER_TEXT_MAX];
    int len;
    if (expr->literal_text.ptr) {
        buf_append_str(out, expr->literal_text);
    } else if (expr->kind == AST_DECIMAL) {
        print_decimal(out, *expr->literal.dec);
    } else if (expr->kind == AST_DOUBLE) {
        len = number_print_f64(expr->literal.f64, small);
        buf_append(out, small, (size_t)len);
        if (!memchr(small, 'E', (size_t)len)) print_text(out, "E0");
    } else {
        len = number_print_i64(
            expr->is_bigint ? expr->literal.i64 : expr->literal.i32, small);
        buf_append(out, small, (size_t)len);
    }
}

static bool is_negative(const Ast *expr)
{
    if (expr->literal_text.ptr) return expr->literal_text.ptr[0] == '-';
    switch (expr->kind) {
    case AST_INTEGER:
        return (expr->is_bigint ? expr->literal.i64 : expr->literal.i32) < 0;
    case AST_DECIMAL: return decimal_sign(*expr->literal.dec) < 0;
    case AST_DOUBLE: return __builtin_signbit(expr->literal.f64);
    default: return false;
    }
}

/* ---- expressions ---- */

static Level level_of(const Ast *expr)
{
    switch (expr->kind) {
    case AST_OR: return LEVEL_OR;
    case AST_AND: return LEVEL_AND;
    case AST_NOT: return LEVEL_NOT;
    case AST_COMPARE:
    case AST_BETWEEN:
    case AST_IN:
    case AST_LIKE:
    case AST_IS_NULL: return LEVEL_PREDICATE;
    case AST_CONCAT: return LEVEL_CONCAT;
    case AST_ARITH:
        return expr->op == '+' || expr->op == '-' ? LEVEL_ADD : LEVEL_MULTIPLY;
    case AST_UNARY: return LEVEL_SIGN;
    case AST_LAMBDA:
    case AST_UNIT: return LEVEL_ANY;
    case AST_INTEGER:
    case AST_DECIMAL:
    case AST_DOUBLE: return is_negative(expr) ? LEVEL_SIGN : LEVEL_PRIMARY;
    default: return LEVEL_PRIMARY;
    }
}

static void print_node(Buf *out, const Ast *expr);

static void print_at(Buf *out, const Ast *expr, Level lowest)
{
    bool parens = level_of(expr) < lowest;
    if (parens) buf_push(out, '(');
    print_node(out, expr);
    if (parens) buf_push(out, ')');
}

static void print_args(Buf *out, const Ast *expr, int first, Level lowest)
{
    for (int i = first; i < expr->arg_count; i++) {
        if (i > first) print_text(out, ", ");
        print_at(out, expr->args[i], lowest);
    }
}

static void print_binary(Buf *out, const Ast *expr, const char *op)
{
    Level level = level_of(expr);
    print_at(out, expr->args[0], level);
    buf_printf(out, " %s ", op);
    print_at(out, expr->args[1], (Level)(level + 1));
}

/* True if its text begins with a number without a sign. */
static bool begins_with_number(const Ast *expr)
{
    while (expr->kind == AST_FIELD || expr->kind == AST_FIELD_ALL ||
           expr->kind == AST_INDEX || expr->kind == AST_AT_ZONE)
        expr = expr->args[0];
    return is_number(expr) && !is_negative(expr);
}

static void print_unary(Buf *out, const Ast *expr)
{
    const Ast *of = expr->args[0];
    bool joins = expr->op == '-' && begins_with_number(of);
    buf_push(out, (char)expr->op);
    if (joins) {
        buf_push(out, '(');
        print_node(out, of);
        buf_push(out, ')');
        return;
    }
    if (level_of(of) == LEVEL_SIGN) buf_push(out, ' ');
    print_at(out, of, LEVEL_SIGN);
}

static const char *const compare_texts[] = {
    [AST_EQ] = "=",
    [AST_NE] = "<>",
    [AST_LT] = "<",
    [AST_LE] = "<=",
    [AST_GT] = ">",
    [AST_GE] = ">=",
    [AST_DISTINCT] = "IS DISTINCT FROM",
    [AST_NOT_DISTINCT] = "IS NOT DISTINCT FROM",
};

static void print_predicate(Buf *out, const Ast *expr)
{
    print_at(out, expr->args[0], LEVEL_VALUE);
    if (expr->kind == AST_IS_NULL) {
        print_text(out, expr->negated ? " IS NOT NULL" : " IS NULL");
        return;
    }
    if (expr->kind == AST_COMPARE) {
        buf_printf(out, " %s ", compare_texts[expr->op]);
        print_at(out, expr->args[1], LEVEL_VALUE);
        return;
    }
    if (expr->negated) print_text(out, " NOT");
    if (expr->kind == AST_IN) {
        print_text(out, " IN (");
        print_args(out, expr, 1, LEVEL_OR);
        buf_push(out, ')');
        return;
    }
    print_text(out, expr->kind == AST_LIKE ? " LIKE " : " BETWEEN ");
    print_at(out, expr->args[1], LEVEL_VALUE);
    if (expr->arg_count < 3) return;
    print_text(out, expr->kind == AST_LIKE ? " ESCAPE " : " AND ");
    print_at(out, expr->args[2], LEVEL_VALUE);
}

static void print_lambda(Buf *out, const Ast *expr)
{
    bool several = expr->name_count != 1;
    if (several) buf_push(out, '(');
    for (int i = 0; i < expr->name_count; i++) {
        if (i) print_text(out, ", ");
        ast_print_name(out, expr->names[i].text);
    }
    print_text(out, several ? ") => " : " => ");
    print_at(out, expr->args[0], LEVEL_OR);
}

static void print_call(Buf *out, const Ast *expr)
{
    ast_print_name(out, expr->name.text);
    buf_push(out, '(');
    if (expr->star)
        buf_push(out, '*');
    else
        print_args(out, expr, 0, LEVEL_ANY);
    buf_push(out, ')');
}

static void print_case(Buf *out, const Ast *expr)
{
    int i = 0;
    print_text(out, "CASE");
    if (expr->kind == AST_SIMPLE_CASE) {
        buf_push(out, ' ');
        print_at(out, expr->args[i++], LEVEL_VALUE);
    }
    for (; i + 1 < expr->arg_count; i += 2) {
        print_text(out, " WHEN ");
        print_at(out, expr->args[i], LEVEL_OR);
        print_text(out, " THEN ");
        print_at(out, expr->args[i + 1], LEVEL_OR);
    }
    if (expr->else_) {
        print_text(out, " ELSE ");
        print_at(out, expr->else_, LEVEL_OR);
    }
    print_text(out, " END");
}

static void print_constructor(Buf *out, const Ast *expr)
{
    bool array = expr->kind == AST_ARRAY;
    print_text(out, array                      ? "ARRAY["
                    : expr->kind == AST_STRUCT ? "STRUCT("
                                               : "MAP(");
    for (int i = 0; i < expr->arg_count; i++) {
        bool value = expr->kind == AST_MAP && i % 2 == 1;
        if (i) print_text(out, value ? " := " : ", ");
        if (expr->kind == AST_STRUCT) {
            ast_print_name(out, expr->names[i].text);
            print_text(out, " := ");
        }
        print_at(out, expr->args[i], LEVEL_OR);
    }
    buf_push(out, array ? ']' : ')');
}

static void print_access(Buf *out, const Ast *expr)
{
    print_at(out, expr->args[0], LEVEL_PRIMARY);
    switch (expr->kind) {
    case AST_FIELD:
        print_text(out, "->");
        ast_print_name(out, expr->name.text);
        break;
    case AST_FIELD_ALL: print_text(out, "->*"); break;
    case AST_INDEX:
        buf_push(out, '[');
        print_at(out, expr->args[1], LEVEL_VALUE);
        buf_push(out, ']');
        break;
    default:
        print_text(out, " AT TIME ZONE ");
        print_string(out, expr->literal.str);
        break;
    }
}

static void print_column(Buf *out, const Ast *expr)
{
    if (expr->qualifier.text.ptr) {
        ast_print_name(out, expr->qualifier.text);
        buf_push(out, '.');
    }
    ast_print_name(out, expr->name.text);
}

static void print_cast(Buf *out, const Ast *expr)
{
    print_text(out, "CAST(");
    print_at(out, expr->args[0], LEVEL_OR);
    print_text(out, " AS ");
    ast_print_type(out, expr->type);
    buf_push(out, ')');
}

static void print_node(Buf *out, const Ast *expr)
{
    char op[2] = {(char)expr->op, 0};
    switch (expr->kind) {
    case AST_NULL: print_text(out, "NULL"); break;
    case AST_BOOLEAN:
        print_text(out, expr->literal.boolean ? "TRUE" : "FALSE");
        break;
    case AST_INTEGER:
    case AST_DECIMAL:
    case AST_DOUBLE: print_number(out, expr); break;
    case AST_STRING: print_string(out, expr->literal.str); break;
    case AST_COLUMN: print_column(out, expr); break;
    case AST_FIELD:
    case AST_FIELD_ALL:
    case AST_INDEX:
    case AST_AT_ZONE: print_access(out, expr); break;
    case AST_CALL: print_call(out, expr); break;
    case AST_UNIT: buf_append_str(out, expr->name.text); break;
    case AST_LAMBDA: print_lambda(out, expr); break;
    case AST_UNARY: print_unary(out, expr); break;
    case AST_ARITH: print_binary(out, expr, op); break;
    case AST_CONCAT: print_binary(out, expr, "||"); break;
    case AST_AND: print_binary(out, expr, "AND"); break;
    case AST_OR: print_binary(out, expr, "OR"); break;
    case AST_NOT:
        print_text(out, "NOT ");
        print_at(out, expr->args[0], LEVEL_NOT);
        break;
    case AST_COMPARE:
    case AST_BETWEEN:
    case AST_IN:
    case AST_LIKE:
    case AST_IS_NULL: print_predicate(out, expr); break;
    case AST_CASE:
    case AST_SIMPLE_CASE: print_case(out, expr); break;
    case AST_CAST: print_cast(out, expr); break;
    case AST_ARRAY:
    case AST_MAP:
    case AST_STRUCT: print_constructor(out, expr); break;
    case AST_TYPED:
        ast_print_name(out, expr->name.text);
        buf_push(out, ' ');
        print_string(out, expr->literal.str);
        break;
    }
}

void ast_print_expr(Buf *out, const Ast *expr)
{
    print_node(out, expr);
}

void print_value(Buf *out, const Ast *expr)
{
    print_at(out, expr, LEVEL_VALUE);
}
