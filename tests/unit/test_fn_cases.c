/* SPDX-License-Identifier: Apache-2.0
 *
 * What each scalar overload gives: its value and its type, for an ordinary
 * argument, for NULL and at its edges. A case is an expression, as users write
 * it, and "TYPE value" or "ERROR text of the message". It is evaluated as a
 * constant and, with its arguments in columns, row list and all.
 *
 * An overload without a case is a failure of this test, so nobody can add a
 * function without saying what it does. More edges of single families are in
 * the tables of the other test_fn_*.c; aggregates and table functions are held
 * to the same in test_function_aggregate.c and test_function_library.c.
 */
#include <stdlib.h>

#include "parser/parser.h"
#include "planner/planner_int.h"
#include "runtime/eval.h"
#include "tests/unit/check.h"
#include "tests/unit/fn_cases.h"

enum { ROWS = 5, ARGS_MAX = 16, NOW_MS = 1 << 30 };

static const uint16_t selected[] = {0, 2, 3};

static Str no_setting(void *context, Str name)
{
    (void)context, (void)name;
    return STR_NULL;
}

static const Expr *bind_case(Arena *arena, const Catalog *catalog,
                             const char *text)
{
    PlanEnv env = {.setting = no_setting};
    Binder binder = {
        .arena = arena, .env = &env, .catalog = catalog, .place = "a case"};
    Ast *ast = NULL;
    const Expr *expr = NULL;
    Status st = parse_expression(arena, str_from(text), &ast);
    if (!st.kind) st = bind_expression(&binder, ast, &expr);
    CHECK(!st.kind);
    if (st.kind) fprintf(stderr, "  %s: %s\n", text, st.text);
    return st.kind ? NULL : expr;
}

/* "TYPE value", or "ERROR why". */
static Str answer(Arena *arena, const Type *type, const Value *value, bool good,
                  const char *why)
{
    if (!good) return str_printf(arena, "ERROR %s", why);
    Str text = value->null ? STR("null") : value_print(arena, type, value);
    return str_printf(arena, "%.*s %.*s", STR_ARG(type_print(arena, type)),
                      STR_ARG(text));
}

/* An error's text needs only to be the beginning of the message. */
static void check_answer(const FnCase *c, Str got)
{
    Str want = str_from(c->result);
    bool error = str_starts_with(want, STR("ERROR"));
    bool good = error ? str_starts_with(got, want) : str_eq(got, want);
    CHECK(good);
    if (!good)
        fprintf(stderr, "  %s\n    gives %.*s\n    wants %s\n", c->expression,
                STR_ARG(got), c->result);
}

static const char *reported;

static void on_report(void *context, const Batch *batch, int row,
                      const char *why)
{
    (void)context, (void)batch, (void)row;
    reported = why;
}

/* The call with its arguments in columns. */
static void check_by_columns(Arena *arena, const FnCase *c, const Expr *call)
{
    Batch *batch = batch_new(arena, ROWS, ARGS_MAX);
    Expr *copy = arena_copy(arena, call, sizeof *call);
    copy->args = ARENA_ARRAY(arena, const Expr *, call->arg_count + 1);
    for (int i = 0; i < call->arg_count; i++) {
        copy->args[i] = call->args[i];
        TypeKind kind = call->args[i]->type->kind;
        if (kind == TYPE_LAMBDA || kind == TYPE_UNIT || kind == TYPE_NULL)
            continue;
        Eval *eval = eval_new(arena, call->args[i], NULL);
        Value value;
        eval_row(eval, arena, NULL, 0, NOW_MS, &value, NULL);
        eval_close(eval);
        Column *column = &batch->columns[i];
        column_init(arena, column, call->args[i]->type, ROWS);
        for (int row = 0; row < ROWS; row++)
            column_set(arena, column, row, ROWS,
                       row == 1 || row == 4 ? VALUE_NULL : value);
        Expr *read = ARENA_NEW(arena, Expr);
        *read = (Expr){
            .kind = EXPR_COLUMN, .type = call->args[i]->type, .slot = i};
        copy->args[i] = read;
    }
    batch->count = ROWS;
    Eval *eval = eval_new(arena, copy, NULL);
    for (int i = 0; i < 3; i++) {
        reported = NULL;
        const Column *out = eval_column(eval, batch, (Rows){&selected[i], 1},
                                        NOW_MS, on_report, NULL);
        Value value = column_get(out, out->constant ? 0 : selected[i]);
        check_answer(c, answer(arena, call->type, &value, !reported, reported));
    }
    eval_close(eval);
}

static const Function *covered[400];
static int covered_count;

static bool is_covered(const Function *function)
{
    for (int i = 0; i < covered_count; i++)
        if (covered[i] == function) return true;
    return false;
}

/* The call itself, and what has no value of its own to compare. */
static void cover(const Expr *expr, bool nested)
{
    if (expr->kind != EXPR_CALL) return;
    const Function *function = expr->binding->function;
    if (!is_covered(function) && (!nested || function->flags & FN_VOLATILE))
        covered[covered_count++] = function;
    for (int i = 0; i < expr->arg_count; i++)
        cover(expr->args[i], true);
}

static void check_case(const Catalog *catalog, const FnCase *c)
{
    Arena *arena = arena_new("case", 0);
    const Expr *expr = bind_case(arena, catalog, c->expression);
    if (expr) {
        const char *why = NULL;
        Value value;
        Eval *eval = eval_new(arena, expr, NULL);
        bool good = eval_row(eval, arena, NULL, 0, NOW_MS, &value, &why);
        check_answer(c, answer(arena, expr->type, &value, good, why));
        eval_close(eval);
        /* AS_VALUE is for the planner and leaves nothing here. */
        bool call = expr->kind == EXPR_CALL;
        CHECK(call || strstr(c->expression, "AS_VALUE"));
        if (call) {
            check_by_columns(arena, c, expr);
            cover(expr, false);
        }
    }
    arena_free(arena);
}

static void check_coverage(void)
{
    int count;
    const Function *const *all = function_all(&count);
    for (int i = 0; i < count; i++) {
        bool good = all[i]->kind != FN_SCALAR || is_covered(all[i]) ||
                    strcmp(all[i]->name, "AS_VALUE") == 0;
        CHECK(good);
        if (!good)
            fprintf(stderr, "  no case in tests/unit/fn_cases*.h: %s: %s\n",
                    all[i]->name, all[i]->signature);
    }
}

int main(void)
{
    static const struct {
        const FnCase *cases;
        size_t count;
    } tables[] = {
        {math_cases, sizeof math_cases / sizeof *math_cases},
        {text_cases, sizeof text_cases / sizeof *text_cases},
        {date_cases, sizeof date_cases / sizeof *date_cases},
        {other_cases, sizeof other_cases / sizeof *other_cases},
    };
    setenv("TZ", "UTC", 1); /* The server's zone. */
    Catalog *catalog = catalog_new();
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; i < tables[t].count; i++)
            check_case(catalog, &tables[t].cases[i]);
    check_coverage();
    catalog_free(catalog);
    return check_done();
}
