/* SPDX-License-Identifier: Apache-2.0
 *
 * Every function's example, as SHOW FUNCTIONS and the documentation print it,
 * is parsed, bound and evaluated: it must be true.
 */
#include "functions/function.h"
#include "parser/parser.h"
#include "planner/planner_int.h"
#include "runtime/eval.h"
#include "tests/unit/check.h"

static Str no_setting(void *context, Str name)
{
    (void)context, (void)name;
    return STR_NULL;
}

static void check_example(Arena *arena, const Catalog *catalog,
                          const char *example)
{
    PlanEnv env = {.setting = no_setting};
    Binder binder = {.arena = arena,
                     .env = &env,
                     .catalog = catalog,
                     .place = "an example"};
    Ast *ast = NULL;
    const Expr *expr = NULL;
    Value value = VALUE_NULL;
    const char *why = "it is not true";
    Status st = parse_expression(arena, str_from(example), &ast);
    if (!st.kind) st = bind(&binder, ast, &expr);
    bool good = !st.kind && expr->type->kind == TYPE_BOOLEAN;
    if (good) {
        Eval *eval = eval_new(arena, expr, NULL);
        good = eval_row(eval, arena, NULL, 0, 0, &value, &why) &&
               !value.null && value.boolean;
        eval_close(eval);
    }
    CHECK(good);
    if (!good)
        fprintf(stderr, "  %s: %s\n", example, st.kind ? st.text : why);
}

int main(void)
{
    int count, examples = 0;
    const Function *const *all = function_all(&count);
    Catalog *catalog = catalog_new();
    for (int i = 0; i < count; i++) {
        if (!all[i]->example) continue;
        Arena *arena = arena_new("example", 0);
        check_example(arena, catalog, all[i]->example);
        arena_free(arena);
        examples++;
    }
    CHECK(examples > 200);
    catalog_free(catalog);
    return check_done();
}
