/* SPDX-License-Identifier: Apache-2.0
 *
 * Bound expressions: making, printing, comparing, walking and mapping them.
 *
 * Expressions are immutable once bound. expr_map() copies the spine of what it
 * changes and shares the rest. Casting a literal converts it at once, so that
 * the runtime sees constants of the right type; a conversion that fails is left
 * to the runtime, which reports it for the record it meets it with.
 */
#include "planner/expr.h"
#include "planner/planner_int.h"
#include "types/cast.h"

Expr *expr_new(Arena *arena, ExprKind kind, const Type *type, uint32_t at)
{
    Expr *expr = ARENA_NEW(arena, Expr);
    expr->kind = kind;
    expr->type = type;
    expr->at = at;
    return expr;
}

Expr *expr_new_column(Arena *arena, int slot, const Type *type, uint32_t at)
{
    Expr *expr = expr_new(arena, EXPR_COLUMN, type, at);
    expr->slot = slot;
    return expr;
}

Expr *expr_new_literal(Arena *arena, const Type *type, Value value, uint32_t at)
{
    Expr *expr = expr_new(arena, EXPR_LITERAL, type, at);
    expr->literal = value;
    return expr;
}

static void set_args(Arena *arena, Expr *expr, int count)
{
    expr->args = ARENA_ARRAY(arena, const Expr *, count ? count : 1);
    expr->arg_count = count;
}

Expr *expr_new_unary(Arena *arena, ExprKind kind, const Type *type,
                     const Expr *arg, uint32_t at)
{
    Expr *expr = expr_new(arena, kind, type, at);
    set_args(arena, expr, 1);
    expr->args[0] = arg;
    return expr;
}

Expr *expr_new_binary(Arena *arena, ExprKind kind, const Type *type,
                      const Expr *left, const Expr *right, uint32_t at)
{
    Expr *expr = expr_new(arena, kind, type, at);
    set_args(arena, expr, 2);
    expr->args[0] = left;
    expr->args[1] = right;
    return expr;
}

const Expr *expr_new_cast(Arena *arena, const Expr *expr, const Type *type)
{
    if (type_equal(expr->type, type)) return expr;
    if (expr_is_null_literal(expr))
        return expr_new_literal(arena, type, VALUE_NULL, expr->at);
    if (expr->kind == EXPR_LITERAL) {
        Value value;
        const char *why = NULL;
        if (cast_value(arena, expr->type, type, &expr->literal, &value, &why))
            return expr_new_literal(arena, type, value, expr->at);
    }
    return expr_new_unary(arena, EXPR_CAST, type, expr, expr->at);
}

bool expr_is_null_literal(const Expr *expr)
{
    return expr->kind == EXPR_LITERAL && expr->type->kind == TYPE_NULL;
}

bool expr_is_aggregate(const Expr *expr)
{
    return expr->kind == EXPR_CALL &&
           expr->binding->function->kind == FN_AGGREGATE;
}

bool expr_is_table_function(const Expr *expr)
{
    return expr->kind == EXPR_CALL && expr->binding->function->kind == FN_TABLE;
}

/* ---- comparing and walking ---- */

static bool same_literal(const Expr *a, const Expr *b)
{
    if (a->literal.null || b->literal.null)
        return a->literal.null == b->literal.null;
    if (a->type->kind == TYPE_UNIT)
        return str_eq(a->literal.str, b->literal.str);
    return value_equal(a->type, &a->literal, &b->literal);
}

bool expr_equal(const Expr *a, const Expr *b)
{
    if (a == b) return true;
    if (a->kind != b->kind || !type_equal(a->type, b->type) ||
        a->slot != b->slot || a->op != b->op || a->negated != b->negated ||
        a->escape != b->escape || a->param_count != b->param_count ||
        a->arg_count != b->arg_count)
        return false;
    if (a->kind == EXPR_LITERAL) return same_literal(a, b);
    if (a->kind == EXPR_CALL && a->binding->function != b->binding->function)
        return false;
    for (int i = 0; i < a->arg_count; i++)
        if (!expr_equal(a->args[i], b->args[i])) return false;
    return true;
}

bool expr_walk(const Expr *expr, bool (*visit)(void *context, const Expr *),
               void *context)
{
    if (!visit(context, expr)) return false;
    for (int i = 0; i < expr->arg_count; i++)
        if (!expr_walk(expr->args[i], visit, context)) return false;
    return true;
}

void expr_each_column(const Expr *expr, void (*visit)(void *context, int slot),
                      void *context)
{
    if (expr->kind == EXPR_COLUMN) visit(context, expr->slot);
    for (int i = 0; i < expr->arg_count; i++)
        expr_each_column(expr->args[i], visit, context);
}

static bool is_constant_node(void *context, const Expr *expr)
{
    (void)context;
    if (expr->kind == EXPR_COLUMN) return false;
    return expr->kind != EXPR_CALL ||
           !(expr->binding->function->flags & FN_VOLATILE);
}

bool expr_is_constant(const Expr *expr)
{
    return expr_walk(expr, is_constant_node, NULL);
}

int expr_turned_compare(int op)
{
    switch (op) {
    case CMP_LT: return CMP_GT;
    case CMP_LE: return CMP_GE;
    case CMP_GT: return CMP_LT;
    case CMP_GE: return CMP_LE;
    default: return op;
    }
}

/* ---- mapping ---- */

static const Expr *map_args(Arena *arena, const Mapping *mapping,
                            const Expr *expr, const Expr **missing)
{
    Expr *copy = NULL;
    for (int i = 0; i < expr->arg_count; i++) {
        const Expr *arg = expr_map(arena, mapping, expr->args[i], missing);
        if (!arg) return NULL;
        if (arg == expr->args[i]) continue;
        if (!copy) {
            copy = ARENA_NEW(arena, Expr);
            *copy = *expr;
            copy->args = arena_copy(arena, expr->args,
                                    sizeof *expr->args *
                                        (size_t)expr->arg_count);
        }
        copy->args[i] = arg;
    }
    return copy ? copy : expr;
}

const Expr *expr_map(Arena *arena, const Mapping *mapping, const Expr *expr,
                     const Expr **missing)
{
    for (int i = 0; mapping->whole && i < mapping->whole->count; i++) {
        const Substitution *whole = &mapping->whole->at[i];
        if (expr_equal(whole->expr, expr))
            return expr_new_column(arena, whole->slot, expr->type, expr->at);
    }
    if (expr->kind == EXPR_COLUMN) {
        int slot = expr->slot < mapping->count ? mapping->slots[expr->slot]
                                               : -1;
        if (slot >= 0)
            return expr_new_column(arena, slot, expr->type, expr->at);
        *missing = expr;
        return NULL;
    }
    /* AS_VALUE is bound as a cast to the same type: it only keeps the column
     * from being taken for the key, and is gone from here on. */
    if (expr->kind == EXPR_CAST && expr->op == CAST_AS_VALUE &&
        type_equal(expr->type, expr->args[0]->type))
        return expr_map(arena, mapping, expr->args[0], missing);
    return map_args(arena, mapping, expr, missing);
}

/* ---- printing ---- */

static const char *const compare_text[] = {
    "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM",
};

static void print(Buf *out, const Expr *expr, const Str *names, bool nested);

static void print_list(Buf *out, const Expr *const *args, int count,
                       const Str *names)
{
    for (int i = 0; i < count; i++) {
        if (i) buf_append_str(out, STR(", "));
        print(out, args[i], names, false);
    }
}

static void print_literal(Buf *out, const Expr *expr)
{
    Arena *arena = arena_new("print", 0);
    if (expr->literal.null) {
        buf_append_str(out, STR("NULL"));
    } else if (expr->type->kind == TYPE_UNIT) {
        buf_append_str(out, expr->literal.str);
    } else {
        Str text = value_print(arena, expr->type, &expr->literal);
        bool quoted = !type_is_numeric(expr->type) &&
                      expr->type->kind != TYPE_BOOLEAN;
        if (quoted) buf_push(out, '\'');
        for (size_t i = 0; i < text.len; i++) {
            if (quoted && text.ptr[i] == '\'') buf_push(out, '\'');
            buf_push(out, text.ptr[i]);
        }
        if (quoted) buf_push(out, '\'');
    }
    arena_free(arena);
}

static void print_name(Buf *out, Str name)
{
    Arena *arena = arena_new("print", 0);
    buf_append_str(out, name_quote(arena, name));
    arena_free(arena);
}

static void print_column(Buf *out, const Expr *expr, const Str *names)
{
    if (names)
        buf_append_str(out, names[expr->slot]);
    else
        buf_printf(out, "#%d", expr->slot);
}

static void print_type(Buf *out, const Type *type)
{
    Arena *arena = arena_new("print", 0);
    buf_append_str(out, type_print(arena, type));
    arena_free(arena);
}

static void print_case(Buf *out, const Expr *expr, const Str *names)
{
    buf_append_str(out, STR("CASE"));
    int i = 0;
    for (; i + 1 < expr->arg_count; i += 2) {
        buf_append_str(out, STR(" WHEN "));
        print(out, expr->args[i], names, false);
        buf_append_str(out, STR(" THEN "));
        print(out, expr->args[i + 1], names, false);
    }
    if (i < expr->arg_count) {
        buf_append_str(out, STR(" ELSE "));
        print(out, expr->args[i], names, false);
    }
    buf_append_str(out, STR(" END"));
}

static void print_constructor(Buf *out, const Expr *expr, const Str *names)
{
    if (expr->kind == EXPR_ARRAY) {
        buf_append_str(out, STR("ARRAY["));
        print_list(out, expr->args, expr->arg_count, names);
        buf_push(out, ']');
        return;
    }
    buf_append_str(out, expr->kind == EXPR_MAP ? STR("MAP(") : STR("STRUCT("));
    int step = expr->kind == EXPR_MAP ? 2 : 1;
    for (int i = 0; i < expr->arg_count; i += step) {
        if (i) buf_append_str(out, STR(", "));
        if (step == 2)
            print(out, expr->args[i], names, false);
        else
            print_name(out, expr->type->fields[i].name);
        buf_append_str(out, STR(" := "));
        print(out, expr->args[i + step - 1], names, false);
    }
    buf_push(out, ')');
}

static void print_lambda(Buf *out, const Expr *expr, const Str *names)
{
    buf_push(out, '(');
    for (int i = 0; i < expr->param_count; i++)
        buf_printf(out, "%sv%d", i ? ", " : "", expr->slot + i);
    buf_append_str(out, STR(") => "));
    print(out, expr->args[0], names, false);
}

static void print_infix(Buf *out, const Expr *expr, const char *op,
                        const Str *names)
{
    print(out, expr->args[0], names, true);
    buf_printf(out, " %s ", op);
    print(out, expr->args[1], names, true);
}

static void print_predicate(Buf *out, const Expr *expr, const Str *names)
{
    const char *not_ = expr->negated ? "NOT " : "";
    print(out, expr->args[0], names, true);
    if (expr->kind == EXPR_IS_NULL) {
        buf_printf(out, " IS %sNULL", not_);
    } else if (expr->kind == EXPR_IN) {
        buf_printf(out, " %sIN (", not_);
        print_list(out, expr->args + 1, expr->arg_count - 1, names);
        buf_push(out, ')');
    } else {
        buf_printf(out, " %sLIKE ", not_);
        print(out, expr->args[1], names, true);
    }
}

/* True for what needs parentheses inside another operator. */
static bool is_operator(const Expr *expr)
{
    switch (expr->kind) {
    case EXPR_ARITH:
    case EXPR_CONCAT:
    case EXPR_COMPARE:
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_NOT:
    case EXPR_IS_NULL:
    case EXPR_IN:
    case EXPR_LIKE:
    case EXPR_LAMBDA: return true;
    default: return false;
    }
}

static void print_operator(Buf *out, const Expr *expr, const Str *names)
{
    char arith[2] = {(char)expr->op, 0};
    switch (expr->kind) {
    case EXPR_ARITH: print_infix(out, expr, arith, names); break;
    case EXPR_CONCAT: print_infix(out, expr, "+", names); break;
    case EXPR_COMPARE:
        print_infix(out, expr, compare_text[expr->op], names);
        break;
    case EXPR_AND: print_infix(out, expr, "AND", names); break;
    case EXPR_OR: print_infix(out, expr, "OR", names); break;
    case EXPR_NOT:
        buf_append_str(out, STR("NOT "));
        print(out, expr->args[0], names, true);
        break;
    case EXPR_LAMBDA: print_lambda(out, expr, names); break;
    default: print_predicate(out, expr, names);
    }
}

static void print_other(Buf *out, const Expr *expr, const Str *names)
{
    switch (expr->kind) {
    case EXPR_LITERAL: print_literal(out, expr); break;
    case EXPR_COLUMN: print_column(out, expr, names); break;
    case EXPR_LAMBDA_VAR: buf_printf(out, "v%d", expr->slot); break;
    case EXPR_CALL:
        function_print_name(out, expr->binding->function);
        buf_push(out, '(');
        print_list(out, expr->args, expr->arg_count, names);
        buf_push(out, ')');
        break;
    case EXPR_NEGATE:
        buf_push(out, '-');
        print(out, expr->args[0], names, true);
        break;
    case EXPR_CASE: print_case(out, expr, names); break;
    case EXPR_CAST:
        buf_append_str(out, STR("CAST("));
        print(out, expr->args[0], names, false);
        buf_append_str(out, STR(" AS "));
        print_type(out, expr->type);
        buf_push(out, ')');
        break;
    case EXPR_FIELD:
        print(out, expr->args[0], names, true);
        buf_append_str(out, STR("->"));
        print_name(out, expr->args[0]->type->fields[expr->slot].name);
        break;
    case EXPR_INDEX:
        print(out, expr->args[0], names, true);
        buf_push(out, '[');
        print(out, expr->args[1], names, false);
        buf_push(out, ']');
        break;
    default: print_constructor(out, expr, names);
    }
}

static void print(Buf *out, const Expr *expr, const Str *names, bool nested)
{
    if (!is_operator(expr)) {
        print_other(out, expr, names);
        return;
    }
    if (nested) buf_push(out, '(');
    print_operator(out, expr, names);
    if (nested) buf_push(out, ')');
}

void expr_print(Buf *out, const Expr *expr, const Str *names)
{
    print(out, expr, names, false);
}
