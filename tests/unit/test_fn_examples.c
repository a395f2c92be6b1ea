/* SPDX-License-Identifier: Apache-2.0
 *
 * Every function's example, as DESCRIBE FUNCTION and the documentation print
 * it, is parsed, bound and evaluated: it must call the row that it stands in,
 * and be true. Examples of aggregates and table functions are over the three
 * rows that functions/function.h names; one of a table function must be true of
 * each row that comes out of each.
 */
#include "functions/function.h"
#include "parser/parser.h"
#include "planner/planner_int.h"
#include "runtime/eval.h"
#include "tests/unit/check.h"

enum { ROWS = 3, NOW_MS = 1 << 30 };

typedef struct Example {
    Arena *arena;
    const Function *function;
    Batch *batch;
    const char *why;
} Example;

static Str no_setting(void *context, Str name)
{
    (void)context, (void)name;
    return STR_NULL;
}

static void make_rows(Example *x)
{
    static const Str texts[ROWS] = {STR_INIT("a"), STR_INIT("b"),
                                    STR_INIT("b")};
    x->batch = batch_new(x->arena, ROWS, 2);
    x->batch->count = x->batch->sel_count = ROWS;
    column_init(x->arena, &x->batch->columns[0], &type_int, ROWS);
    column_init(x->arena, &x->batch->columns[1], &type_string, ROWS);
    for (int i = 0; i < ROWS; i++) {
        x->batch->columns[0].i32[i] = i + 1;
        x->batch->columns[1].str[i] = texts[i];
    }
}

static Status bind_example(Example *x, const Catalog *catalog,
                           const Expr **expr)
{
    PlanEnv env = {.setting = no_setting};
    Scope scope = {0};
    *vec_push(x->arena, &scope.columns) = (ScopeColumn){
        .name = STR("N"), .type = &type_int, .role = PLAN_VALUE, .from = 0};
    *vec_push(x->arena, &scope.columns) = (ScopeColumn){
        .name = STR("S"), .type = &type_string, .role = PLAN_VALUE, .from = 0};
    Binder binder = {.arena = x->arena,
                     .env = &env,
                     .catalog = catalog,
                     .scope = x->function->kind == FN_SCALAR ? NULL : &scope,
                     .allow = BIND_AGGREGATES | BIND_TABLE_FUNCTIONS,
                     .place = "an example"};
    Ast *ast = NULL;
    Status st = parse_expression(x->arena, str_from(x->function->example),
                                 &ast);
    return st.kind ? st : bind_expression(&binder, ast, expr);
}

static bool evaluate(Example *x, const Expr *expr, int row, Value *value)
{
    Eval *eval = eval_new(x->arena, expr, NULL);
    bool good = eval_row(eval, x->arena, x->batch, row, NOW_MS, value, &x->why);
    eval_close(eval);
    return good;
}

static bool is_true(Example *x, const Expr *expr)
{
    Value value;
    return evaluate(x, expr, 0, &value) && !value.null && value.boolean;
}

static void arguments(Example *x, const Expr *call, int row, Value *args)
{
    for (int i = 0; i < call->arg_count; i++)
        CHECK(evaluate(x, call->args[i], row, &args[i]));
}

static Value aggregate(Example *x, const Expr *call)
{
    const Aggregate *a = call->binding->function->aggregate;
    FnCall *site = fn_call_new(x->arena, call->binding);
    Value state[8], args[8], result = VALUE_NULL;
    a->init(site, state);
    for (int row = 0; row < ROWS; row++) {
        arguments(x, call, row, args);
        CHECK(a->add(site, state, args));
    }
    CHECK(a->result(site, state, &result));
    fn_call_close(site);
    return result;
}

/* AS_VALUE is for the planner: binding leaves nothing of it. */
static bool calls(const Expr *expr, const Function *function)
{
    if (strcmp(function->name, "AS_VALUE") == 0) return true;
    if (expr->kind == EXPR_CALL && expr->binding->function == function)
        return true;
    for (int i = 0; i < expr->arg_count; i++)
        if (calls(expr->args[i], function)) return true;
    return false;
}

/* The expression with values in place of its aggregates, and `row` in place of
 * its table function. */
static const Expr *with_values(Example *x, const Expr *expr, const Value *row)
{
    Expr *copy = arena_copy(x->arena, expr, sizeof *expr);
    FnKind kind = expr->kind == EXPR_CALL ? expr->binding->function->kind
                                          : FN_SCALAR;
    if (kind != FN_SCALAR) {
        copy->kind = EXPR_LITERAL;
        copy->literal = kind == FN_TABLE ? *row : aggregate(x, expr);
        copy->arg_count = 0;
        return copy;
    }
    Expr **args = ARENA_ARRAY(x->arena, Expr *, expr->arg_count + 1);
    for (int i = 0; i < expr->arg_count; i++)
        args[i] = (Expr *)with_values(x, expr->args[i], row);
    copy->args = (void *)args;
    return copy;
}

static const Expr *find_table_call(const Expr *expr)
{
    if (expr->kind == EXPR_CALL && expr->binding->function->kind == FN_TABLE)
        return expr;
    const Expr *found = NULL;
    for (int i = 0; i < expr->arg_count && !found; i++)
        found = find_table_call(expr->args[i]);
    return found;
}

static bool rows_are_true(Example *x, const Expr *expr)
{
    const Expr *call = find_table_call(expr);
    for (int row = 0; row < ROWS; row++) {
        FnCall *site = fn_call_new(x->arena, call->binding);
        Value args[8];
        const List *out = NULL;
        arguments(x, call, row, args);
        bool good = site->function->table(site, args, call->arg_count, &out) &&
                    out->count;
        for (int i = 0; good && i < out->count; i++)
            good = is_true(x, with_values(x, expr, &out->items[i]));
        fn_call_close(site);
        if (!good) return false;
    }
    return true;
}

static void check_example(const Function *function, const Catalog *catalog)
{
    Example x = {.arena = arena_new("example", 0),
                 .function = function,
                 .why = "it is not true"};
    const Expr *expr = NULL;
    make_rows(&x);
    Status st = bind_example(&x, catalog, &expr);
    bool good = !st.kind && expr->type->kind == TYPE_BOOLEAN;
    if (good && !calls(expr, function)) {
        good = false;
        x.why = "it calls another overload";
    } else if (good) {
        good = function->kind == FN_TABLE
                   ? rows_are_true(&x, expr)
                   : is_true(&x, with_values(&x, expr, NULL));
    }
    CHECK(good);
    if (!good)
        fprintf(stderr, "  %s: %s: %s\n", function->signature,
                function->example, st.kind ? st.text : x.why);
    arena_free(x.arena);
}

int main(void)
{
    int count;
    const Function *const *all = function_all(&count);
    Catalog *catalog = catalog_new();
    for (int i = 0; i < count; i++) {
        CHECK(all[i]->example != NULL);
        if (!all[i]->example)
            fprintf(stderr, "  no example: %s: %s\n", all[i]->name,
                    all[i]->signature);
        else
            check_example(all[i], catalog);
    }
    CHECK(count == 316);
    catalog_free(catalog);
    return check_done();
}
