/* SPDX-License-Identifier: Apache-2.0
 *
 * Overload resolution: which row a call means, and what its arguments must be
 * cast to.
 *
 *   1. Every overload is matched without casts; for scalar and table functions,
 *      if none matches, again with implicit casts.
 *   2. Of several, the best by rank: not variadic, more parameters, fewer
 *      generic ones, no ANY, the repeated parameter further right. A tie at the
 *      top is an error.
 *   3. Lambdas are typed from left to right: their parameters take the types
 *      that earlier arguments have bound, their body binds the rest.
 *
 * While matching, a type variable is bound to the exact type of the first
 * argument that has it; a second, different one is a mismatch. The untyped NULL
 * matches everything and binds nothing. One quirk of the reference is kept: a
 * lone NULL in the place of a repeated parameter also reads as a NULL array, so
 * it is ambiguous.
 */
#include <assert.h>

#include "functions/function_int.h"

enum { VARIABLES = 26 };

/* What matching one overload has found out. */
typedef struct Match {
    int index;                    /* In the set. */
    const Type *bound[VARIABLES]; /* By letter. */
    const Type *decimal;          /* The first decimal matched. */
    const Type **targets;         /* An argument's type after the cast;
                                     NULL: not known yet. */
    bool twice;                   /* A lone NULL for the variadic slot. */
} Match;

typedef struct Call {
    Arena *plan;
    const FunctionSet *set;
    const FnArg *args;
    int count;
    const LambdaTyper *typer;
} Call;

/* The parameter that takes argument `i` of `count`. */
static int param_of(const Signature *s, int i, int count)
{
    if (s->variadic < 0 || i < s->variadic) return i;
    int repeats = count - (s->count - 1);
    return i < s->variadic + repeats ? s->variadic : i - repeats + 1;
}

static const Type *scalar_type(int kind)
{
    switch (kind) {
    case TYPE_BOOLEAN: return &type_boolean;
    case TYPE_INT: return &type_int;
    case TYPE_BIGINT: return &type_bigint;
    case TYPE_DOUBLE: return &type_double;
    case TYPE_STRING: return &type_string;
    case TYPE_BYTES: return &type_bytes;
    case TYPE_DATE: return &type_date;
    case TYPE_TIME: return &type_time;
    case TYPE_TIMESTAMP: return &type_timestamp;
    case TYPE_UNIT: return &type_unit;
    default: return NULL;
    }
}

/* The type a value of `from` is cast to for a parameter of kind `to`, or NULL
 * if that needs a written CAST. */
static const Type *implicit_target(Arena *plan, const Type *from, int to)
{
    bool integer = from->kind == TYPE_INT || from->kind == TYPE_BIGINT;
    switch (to) {
    case TYPE_BIGINT: return from->kind == TYPE_INT ? &type_bigint : NULL;
    case TYPE_DECIMAL:
        if (!integer) return NULL;
        return type_decimal(plan, from->kind == TYPE_INT ? 10 : 19, 0);
    case TYPE_DOUBLE:
        return integer || from->kind == TYPE_DECIMAL ? &type_double : NULL;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_BYTES: return from->kind == TYPE_STRING ? scalar_type(to) : NULL;
    default: return NULL;
    }
}

static const Type *match_type(Arena *plan, Match *m, const SigType *param,
                              const Type *arg, bool casts);

static const Type *match_struct(Arena *plan, Match *m, const SigType *param,
                                const Type *arg)
{
    if (!param->field_names) return arg;
    if (param->field_count != arg->field_count) return NULL;
    for (int i = 0; i < param->field_count; i++) {
        const Field *field = &arg->fields[i];
        if (!str_eq(param->field_names[i], field->name)) return NULL;
        if (!match_type(plan, m, param->field_types[i], field->type, false))
            return NULL;
    }
    return arg;
}

static const Type *match_variable(Match *m, char variable, const Type *arg)
{
    const Type **bound = &m->bound[variable - 'A'];
    if (!*bound) *bound = arg;
    return type_equal(*bound, arg) ? arg : NULL;
}

/* The type `arg` has after the cast to `param`, or NULL if it does not match.
 */
static const Type *match_type(Arena *plan, Match *m, const SigType *param,
                              const Type *arg, bool casts)
{
    if (param->kind == SIG_VARIABLE)
        return match_variable(m, param->variable, arg);
    if (param->kind == SIG_ANY) return arg;
    if (param->kind != (int)arg->kind) {
        const Type *to = casts ? implicit_target(plan, arg, param->kind) : NULL;
        if (to && to->kind == TYPE_DECIMAL && !m->decimal) m->decimal = to;
        return to;
    }
    switch (arg->kind) {
    case TYPE_DECIMAL:
        if (!m->decimal) m->decimal = arg;
        return arg;
    case TYPE_ARRAY: {
        const Type *element = match_type(plan, m, param->element, arg->element,
                                         casts);
        if (!element || element == arg->element) return element ? arg : NULL;
        return type_array(plan, element);
    }
    case TYPE_MAP: {
        const Type *key = match_type(plan, m, param->key, arg->key, casts);
        if (!key) return NULL;
        const Type *element = match_type(plan, m, param->element, arg->element,
                                         casts);
        if (!element) return NULL;
        if (key == arg->key && element == arg->element) return arg;
        return type_map(plan, key, element);
    }
    case TYPE_STRUCT: return match_struct(plan, m, param, arg);
    default: return arg;
    }
}

/* Matches all arguments; fills `m`. */
static bool match_row(const Call *call, int index, bool casts, Match *m)
{
    const Signature *s = call->set->signatures[index];
    *m = (Match){.index = index};
    int least = s->variadic < 0 ? s->count : s->count - 1;
    if (call->count < least) return false;
    if (s->variadic < 0 && call->count > s->count) return false;
    m->targets = arena_zalloc(call->plan,
                              sizeof *m->targets * (size_t)(call->count + 1));
    int repeats = call->count - (s->count - 1);
    for (int i = 0; i < call->count; i++) {
        const FnArg *arg = &call->args[i];
        int p = param_of(s, i, call->count);
        const SigType *param = s->params[p];
        if (arg->type->kind == TYPE_NULL) {
            if (p == s->variadic && repeats == 1) m->twice = true;
            continue;
        }
        if (arg->type->kind == TYPE_LAMBDA || param->kind == TYPE_LAMBDA) {
            if (param->kind != TYPE_LAMBDA || arg->type->kind != TYPE_LAMBDA ||
                param->param_count != arg->lambda_params)
                return false;
            continue;
        }
        m->targets[i] = match_type(call->plan, m, param, arg->type, casts);
        if (!m->targets[i]) return false;
    }
    return true;
}

/* >0 if a ranks above b, 0 for a tie. */
static int rank(const Signature *a, const Signature *b)
{
    if ((a->variadic < 0) != (b->variadic < 0)) return a->variadic < 0 ? 1 : -1;
    if (a->count != b->count) return a->count > b->count ? 1 : -1;
    if (a->generic_count != b->generic_count)
        return a->generic_count < b->generic_count ? 1 : -1;
    if (a->has_any != b->has_any) return a->has_any ? -1 : 1;
    if (a->variadic != b->variadic) return a->variadic > b->variadic ? 1 : -1;
    return 0;
}

/* The number of best matches (0, 1, or more for an ambiguity); `best` is one.
 */
static int find_best(const Call *call, bool casts, Match *best)
{
    int ties = 0;
    for (int i = 0; i < call->set->count; i++) {
        Match m;
        if (!match_row(call, i, casts, &m)) continue;
        int order = ties ? rank(call->set->signatures[i],
                                call->set->signatures[best->index])
                         : 1;
        if (order > 0) {
            *best = m;
            ties = m.twice ? 2 : 1;
        } else if (order == 0) {
            ties++;
        }
    }
    return ties;
}

static Str print_args(const Call *call)
{
    Buf buf = {0};
    buf_push(&buf, '(');
    for (int i = 0; i < call->count; i++) {
        const Type *type = call->args[i].type;
        if (i) buf_append_str(&buf, STR(", "));
        if (type->kind == TYPE_NULL)
            buf_append_str(&buf, STR("null"));
        else if (type->kind == TYPE_LAMBDA)
            buf_printf(&buf, "lambda of %d", call->args[i].lambda_params);
        else if (type->kind == TYPE_UNIT)
            buf_append_str(&buf, STR("UNIT"));
        else
            buf_append_str(&buf, type_print(call->plan, type));
    }
    buf_push(&buf, ')');
    Str text = str_copy(call->plan, buf_str(&buf));
    buf_free(&buf);
    return text;
}

/* "it accepts:" and one signature a line. */
static Str print_accepted(const Call *call)
{
    Buf buf = {0};
    for (int i = 0; i < call->set->count; i++) {
        buf_append_str(&buf, STR("\n  "));
        if (call->set->rows[i]->kind == FN_SCALAR)
            function_print_name(&buf, call->set->rows[i]);
        else
            buf_append_str(&buf, str_from(call->set->rows[i]->name));
        signature_print(&buf, call->set->signatures[i]);
    }
    Str text = str_copy(call->plan, buf_str(&buf));
    buf_free(&buf);
    return text;
}

static Status no_match(const Call *call, int ties)
{
    if (ties && call->set->count == 1)
        return st_error(call->plan, ST_USER,
                        "call of '%s' with a NULL of unknown type is "
                        "ambiguous: cast it, as in CAST(NULL AS STRING)",
                        call->set->name);
    Str args = print_args(call);
    Str accepted = print_accepted(call);
    if (ties)
        return st_error(call->plan, ST_USER,
                        "call of '%s' with %.*s is ambiguous: cast an "
                        "argument to choose one of:%.*s",
                        call->set->name, STR_ARG(args), STR_ARG(accepted));
    return st_error(call->plan, ST_USER,
                    "function '%s' does not accept %.*s; it accepts:%.*s",
                    call->set->name, STR_ARG(args), STR_ARG(accepted));
}

/* The type a signature's type stands for, or NULL if a variable is unbound. */
static const Type *substitute(Arena *plan, const Match *m, const SigType *type)
{
    const Type *key, *element;
    switch (type->kind) {
    case SIG_VARIABLE: return m->bound[type->variable - 'A'];
    case SIG_ANY: return NULL;
    case TYPE_DECIMAL: return m->decimal;
    case TYPE_ARRAY:
        element = substitute(plan, m, type->element);
        return element ? type_array(plan, element) : NULL;
    case TYPE_MAP:
        key = substitute(plan, m, type->key);
        element = substitute(plan, m, type->element);
        return key && element ? type_map(plan, key, element) : NULL;
    case TYPE_STRUCT: {
        Field *fields = ARENA_ARRAY(plan, Field, type->field_count + 1);
        for (int i = 0; i < type->field_count; i++) {
            fields[i].name = type->field_names[i];
            fields[i].type = substitute(plan, m, type->field_types[i]);
            if (!fields[i].type) return NULL;
        }
        return type_struct(plan, fields, type->field_count);
    }
    default: return scalar_type(type->kind);
    }
}

/* Types the lambdas of the chosen overload. */
static Status type_lambdas(const Call *call, Match *m)
{
    const Signature *s = call->set->signatures[m->index];
    for (int i = 0; i < call->count; i++) {
        const SigType *param = s->params[param_of(s, i, call->count)];
        if (call->args[i].type->kind != TYPE_LAMBDA) continue;
        const Type *inputs[SIG_LAMBDA_PARAMS_MAX];
        for (int k = 0; k < param->param_count; k++) {
            inputs[k] = substitute(call->plan, m, param->params[k]);
            if (!inputs[k])
                return st_error(call->plan, ST_USER,
                                "cannot tell the type of a lambda's parameter "
                                "in the call of '%s': cast the NULL before it",
                                call->set->name);
        }
        assert(call->typer);
        const Type *body = NULL;
        Status st = call->typer->type_body(call->typer->context, i, inputs,
                                           param->param_count, &body);
        if (st.kind) return st;
        if (body->kind != TYPE_NULL &&
            !match_type(call->plan, m, param->element, body, false)) {
            const Type *want = substitute(call->plan, m, param->element);
            Str got = type_print(call->plan, body);
            Str wanted = want ? type_print(call->plan, want) : STR("another");
            return st_error(call->plan, ST_USER,
                            "lambda of '%s' gives %.*s, but must give %.*s",
                            call->set->name, STR_ARG(got), STR_ARG(wanted));
        }
        Type *lambda = ARENA_NEW(call->plan, Type);
        lambda->kind = TYPE_LAMBDA;
        lambda->element = body;
        m->targets[i] = lambda;
    }
    return st_ok();
}

/* The result type, with untyped NULLs still NULL in `targets`. */
static Status find_result(const Call *call, const Match *m, const Type **out)
{
    const Function *row = call->set->rows[m->index];
    const Signature *s = call->set->signatures[m->index];
    if (row->result) {
        const Type **args = ARENA_ARRAY(call->plan, const Type *,
                                        call->count + 1);
        for (int i = 0; i < call->count; i++)
            args[i] = m->targets[i] ? m->targets[i] : &type_null;
        *out = row->result(call->plan, args, call->count);
        if (!*out) return no_match(call, 0);
        return st_ok();
    }
    *out = substitute(call->plan, m, s->result);
    if (*out) return st_ok();
    return st_error(call->plan, ST_USER,
                    "cannot tell the result type of '%s': cast its NULL "
                    "argument, as in CAST(NULL AS STRING)",
                    call->set->name);
}

/* Gives the untyped NULLs a type: the parameter's if that is known, else
 * STRING, which is as good as any for a NULL. */
static void type_nulls(const Call *call, Match *m, const Type *result)
{
    const Signature *s = call->set->signatures[m->index];
    for (int i = 0; i < call->count; i++) {
        if (m->targets[i]) continue;
        const SigType *param = s->params[param_of(s, i, call->count)];
        const Type *type = substitute(call->plan, m, param);
        if (!type && param->kind == TYPE_DECIMAL)
            type = result->kind == TYPE_DECIMAL
                       ? result
                       : type_decimal(call->plan, 1, 0);
        m->targets[i] = type ? type : &type_string;
    }
}

STATUS function_resolve(Arena *plan, Str name, const FnArg *args, int count,
                        const LambdaTyper *typer, FnBinding *binding)
{
    const FunctionSet *set = function_set(name);
    if (!set) {
        Near near = function_near(name);
        return st_error(plan, ST_USER, "no function is named '%.*s'%s",
                        STR_ARG(name),
                        near_hint(&near, plan, "; SHOW FUNCTIONS lists all"));
    }
    Call call = {plan, set, args, count, typer};
    Match m;
    int ties = find_best(&call, false, &m);
    if (!ties && set->rows[0]->kind != FN_AGGREGATE)
        ties = find_best(&call, true, &m);
    if (ties != 1) return no_match(&call, ties);

    Status st = type_lambdas(&call, &m);
    if (st.kind) return st;
    const Type *result;
    st = find_result(&call, &m, &result);
    if (st.kind) return st;
    type_nulls(&call, &m, result);

    const Function *row = set->rows[m.index];
    *binding = (FnBinding){.function = row,
                           .result = result,
                           .arg_types = m.targets,
                           .arg_count = count};
    if (row->kind == FN_AGGREGATE) {
        const Type **types = ARENA_ARRAY(plan, const Type *, 8);
        binding->state_count = row->aggregate->state(plan, m.targets, count,
                                                     types);
        binding->state_types = types;
        assert(binding->state_count > 0 && binding->state_count <= 8);
    }
    return st_ok();
}
