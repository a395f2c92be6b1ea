/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding of calls: the library picks the overload, arguments are cast to what
 * it takes. Lambdas are typed on the way: the library calls back with the types
 * of their parameters as soon as it knows them, and the body is bound then.
 *
 * AS_VALUE(k) is the identity on a column. It is bound as a marked cast to the
 * column's own type, so that it is not taken for the key, and vanishes when the
 * expression is mapped to a node.
 */
#include "planner/planner_int.h"

/* What the callback of function_resolve needs. */
typedef struct LambdaTyping {
    Binder *binder;
    const Ast *call;
    const Expr **bodies; /* By argument. */
} LambdaTyping;

/* Number of variables of the enclosing lambdas. */
static int variable_count(const Binder *b)
{
    return b->lambdas ? b->lambdas->first + b->lambdas->count : 0;
}

static Status type_body(void *context, int arg, const Type *const *params,
                        int param_count, const Type **body)
{
    LambdaTyping *typing = context;
    Binder *b = typing->binder;
    const Ast *lambda = typing->call->args[arg];
    LambdaScope scope = {.names = lambda->names,
                         .types = params,
                         .count = param_count,
                         .first = variable_count(b),
                         .outer = b->lambdas};
    b->lambdas = &scope;
    Status st = bind_expression(b, lambda->args[0], &typing->bodies[arg]);
    b->lambdas = scope.outer;
    if (st.kind) return st;
    if (expr_is_null_literal(typing->bodies[arg]))
        return st_error_at(b->arena, lambda->args[0]->at,
                           "the body of this lambda has no type: write "
                           "CAST(NULL AS ...)");
    *body = typing->bodies[arg]->type;
    return st_ok();
}

/* Parameter names may hide nothing. */
static Status check_lambda(Binder *b, const Ast *lambda)
{
    if (!env_flag(b->env, "ksql.lambdas.enabled", true))
        return st_error_at(b->arena, lambda->at,
                           "lambdas are switched off by "
                           "'ksql.lambdas.enabled'");
    for (int i = 0; i < lambda->name_count; i++) {
        const AstName *name = &lambda->names[i];
        for (int j = 0; j < i; j++)
            if (str_eq(lambda->names[j].text, name->text))
                return st_error_at(b->arena, name->at,
                                   "lambda parameter '%.*s' is there twice",
                                   STR_ARG(name->text));
        for (int j = 0; b->scope && j < b->scope->columns.count; j++)
            if (str_eq(b->scope->columns.at[j].name, name->text))
                return st_error_at(b->arena, name->at,
                                   "lambda parameter '%.*s' has the name of a "
                                   "column",
                                   STR_ARG(name->text));
        for (const LambdaScope *l = b->lambdas; l; l = l->outer)
            for (int j = 0; j < l->count; j++)
                if (str_eq(l->names[j].text, name->text))
                    return st_error_at(b->arena, name->at,
                                       "lambda parameter '%.*s' hides one of "
                                       "an enclosing lambda",
                                       STR_ARG(name->text));
    }
    return st_ok();
}

/* ---- the place of aggregates and table functions ---- */

static Status check_aggregate(Binder *b, const Ast *ast, const char *name)
{
    if (b->in_aggregate)
        return st_error_at(b->arena, ast->at,
                           "aggregate function '%s' cannot be nested in "
                           "another aggregate function",
                           name);
    if (b->lambdas)
        return st_error_at(b->arena, ast->at,
                           "aggregate function '%s' cannot be used in a lambda",
                           name);
    if (!(b->allow & BIND_AGGREGATES))
        return st_error_at(b->arena, ast->at,
                           "aggregate function '%s' cannot be used in %s", name,
                           b->place);
    b->aggregates++;
    return st_ok();
}

static Status check_table_function(Binder *b, const Ast *ast, const char *name)
{
    if (b->grouped)
        return st_error_at(b->arena, ast->at,
                           "table function '%s' cannot be used together with "
                           "GROUP BY and aggregate functions",
                           name);
    if (b->in_table_function)
        return st_error_at(b->arena, ast->at,
                           "table function '%s' cannot be nested in another "
                           "table function",
                           name);
    if (b->in_aggregate || b->lambdas)
        return st_error_at(b->arena, ast->at,
                           "table function '%s' cannot be used in %s", name,
                           b->lambdas ? "a lambda" : "an aggregate function");
    if (b->in_case)
        return st_error_at(b->arena, ast->at,
                           "table function '%s' cannot be used in CASE", name);
    if (!(b->allow & BIND_TABLE_FUNCTIONS))
        return st_error_at(b->arena, ast->at,
                           "table function '%s' cannot be used in %s", name,
                           b->place);
    b->table_functions++;
    return st_ok();
}

static Status check_place(Binder *b, const Ast *ast, const Function *function)
{
    if (function->kind == FN_AGGREGATE)
        return check_aggregate(b, ast, function->name);
    if (function->kind == FN_TABLE)
        return check_table_function(b, ast, function->name);
    return st_ok();
}

/* ---- arguments ---- */

static Status bind_args(Binder *b, const Ast *ast, const Expr **args,
                        FnArg *types)
{
    for (int i = 0; i < ast->arg_count; i++) {
        const Ast *arg = ast->args[i];
        if (arg->kind == AST_LAMBDA) {
            static const Type lambda = {.kind = TYPE_LAMBDA};
            Status st = check_lambda(b, arg);
            if (st.kind) return st;
            types[i] = (FnArg){&lambda, arg->name_count};
            args[i] = NULL;
            continue;
        }
        Status st = bind_expression(b, arg, &args[i]);
        if (st.kind) return st;
        types[i] = (FnArg){.type = args[i]->type};
    }
    return st_ok();
}

/* Aggregates of `*`, or without arguments, read ROWTIME (functions 2.5), unless
 * the library has a form without arguments. COUNT does not look at its argument
 * but for NULL: a constant spares the column. */
static Status bind_star(Binder *b, const Ast *ast, const Expr **args,
                        FnArg *types)
{
    const Scope *scope = b->scope;
    if (scope && str_eq_nocase(ast->name.text, STR("COUNT"))) {
        args[0] = expr_new_literal(b->arena, &type_int, (Value){.i32 = 1},
                                   ast->at);
        types[0] = (FnArg){.type = &type_int};
        return st_ok();
    }
    for (int i = 0; scope && i < scope->columns.count; i++) {
        const ScopeColumn *column = &scope->columns.at[i];
        if (!str_eq(column->name, STR("ROWTIME"))) continue;
        args[0] = expr_new_column(b->arena, i, column->type, ast->at);
        types[0] = (FnArg){.type = column->type};
        return st_ok();
    }
    return st_error_at(b->arena, ast->at, "'*' cannot be used in %s", b->place);
}

static Status resolve(Binder *b, const Ast *ast, const FnArg *types, int count,
                      LambdaTyping *typing, FnBinding *binding)
{
    LambdaTyper typer = {type_body, typing};
    Status st = function_resolve(b->arena, ast->name.text, types, count, &typer,
                                 binding);
    if (st.kind == ST_USER && !st.at) st.at = ast->at + 1;
    return st;
}

/* The lambda of argument `i`, its body bound with the final types. */
static const Expr *make_lambda(Binder *b, const Ast *lambda, const Expr *body)
{
    static const Type bare = {.kind = TYPE_LAMBDA};
    Type *type = ARENA_NEW(b->arena, Type);
    *type = bare;
    type->element = body->type;
    Expr *expr = expr_new_unary(b->arena, EXPR_LAMBDA, type, body, lambda->at);
    expr->slot = variable_count(b);
    expr->param_count = lambda->name_count;
    return expr;
}

static Status check_literals(Binder *b, const Ast *ast,
                             const FnBinding *binding, const Expr *const *args)
{
    unsigned flags = binding->function->flags;
    int first = flags & FN_LITERAL_TAIL   ? 1
                : flags & FN_LITERAL_LAST ? ast->arg_count - 1
                                          : ast->arg_count;
    for (int i = first > 0 ? first : 0; i < ast->arg_count; i++)
        if (args[i]->kind != EXPR_LITERAL)
            return st_error_at(b->arena, ast->args[i]->at,
                               "argument %d of '%s' must be a literal", i + 1,
                               binding->function->name);
    return st_ok();
}

static Status bind_as_value(Binder *b, const Ast *ast, const Expr **out)
{
    if (ast->arg_count != 1 || ast->star)
        return st_error_at(b->arena, ast->at,
                           "AS_VALUE takes one argument, a key column");
    const Expr *arg;
    Status st = bind_expression(b, ast->args[0], &arg);
    if (st.kind) return st;
    if (expr_is_null_literal(arg))
        return st_error_at(b->arena, ast->at, "AS_VALUE needs a column");
    Expr *expr = expr_new_unary(b->arena, EXPR_CAST, arg->type, arg, ast->at);
    expr->op = CAST_AS_VALUE;
    *out = expr;
    return st_ok();
}

/* Enters the function: what may be nested in it depends on its kind. */
static Status bind_inside(Binder *b, const Ast *ast, FnKind kind,
                          const Expr **args, FnArg *types)
{
    bool aggregate = b->in_aggregate, table = b->in_table_function;
    b->in_aggregate |= kind == FN_AGGREGATE;
    b->in_table_function |= kind == FN_TABLE;
    Status st = bind_args(b, ast, args, types);
    b->in_aggregate = aggregate;
    b->in_table_function = table;
    return st;
}

STATUS bind_call(Binder *b, const Ast *ast, const Expr **out)
{
    if (str_eq_nocase(ast->name.text, STR("AS_VALUE")))
        return bind_as_value(b, ast, out);
    const Function *function = function_find(ast->name.text);
    int count = ast->arg_count;
    const Expr **args = ARENA_ARRAY(b->arena, const Expr *, count + 1);
    FnArg *types = ARENA_ARRAY(b->arena, FnArg, count + 1);
    FnBinding *binding = ARENA_NEW(b->arena, FnBinding);
    LambdaTyping typing = {.binder = b, .call = ast};
    typing.bodies = arena_zalloc(b->arena,
                                 sizeof(Expr *) * (size_t)(count + 1));
    Status st;
    if (function) {
        st = check_place(b, ast, function);
        if (st.kind) return st;
        if (ast->star && function->kind != FN_AGGREGATE)
            return st_error_at(b->arena, ast->at,
                               "'*' can only be the argument of an aggregate "
                               "function, and '%s' is none",
                               function->name);
        st = bind_inside(b, ast, function->kind, args, types);
        if (st.kind) return st;
    }
    if (function && function->kind == FN_AGGREGATE && !count) {
        st = resolve(b, ast, types, 0, &typing, binding);
        if (st.kind) {
            st = bind_star(b, ast, args, types);
            if (st.kind) return st;
            count = 1;
            st = resolve(b, ast, types, count, &typing, binding);
        }
    } else {
        st = resolve(b, ast, types, function ? count : 0, &typing, binding);
    }
    if (st.kind) return st;
    for (int i = 0; i < count; i++)
        args[i] = args[i]
                      ? expr_new_cast(b->arena, args[i], binding->arg_types[i])
                      : make_lambda(b, ast->args[i], typing.bodies[i]);
    st = check_literals(b, ast, binding, args);
    if (st.kind) return st;
    Expr *expr = expr_new(b->arena, EXPR_CALL, binding->result, ast->at);
    expr->binding = binding;
    expr->args = args;
    expr->arg_count = count;
    *out = expr;
    return st_ok();
}
