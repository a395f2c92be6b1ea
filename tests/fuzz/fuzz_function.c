/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: every function, each with arguments of types that its
 * signature takes and of any value.
 *
 * The first bytes choose the row and the types behind its variables; the rest
 * are values. Besides not crashing: a failure says why, a result is a value of
 * the type that was promised, a call repeated gives the same (unless volatile),
 * and the column form agrees with the row form. Aggregates also undo and merge.
 */
#include "functions/function_int.h"
#include "tests/fuzz/fuzz.h"

enum { ARGS_MAX = 8, ROWS = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Fuzz {
    Arena *arena;
    Choices choices;
    const Type *variables[26];
    const Type *bodies[ARGS_MAX]; /* Of lambda arguments. */
    FnArg args[ARGS_MAX];
    int count;
} Fuzz;

static const Type lambda_type = {.kind = TYPE_LAMBDA};

static const Type *type_of(Fuzz *f, const SigType *sig)
{
    Choices *c = &f->choices;
    if (sig->kind == SIG_ANY) return choose_type(f->arena, c, 2);
    if (sig->kind == SIG_VARIABLE) {
        const Type **slot = &f->variables[sig->variable - 'A'];
        if (!*slot) *slot = choose_type(f->arena, c, 2);
        return *slot;
    }
    static const Type *const scalars[] = {[TYPE_BOOLEAN] = &type_boolean,
                                          [TYPE_INT] = &type_int,
                                          [TYPE_BIGINT] = &type_bigint,
                                          [TYPE_DOUBLE] = &type_double,
                                          [TYPE_STRING] = &type_string,
                                          [TYPE_BYTES] = &type_bytes,
                                          [TYPE_DATE] = &type_date,
                                          [TYPE_TIME] = &type_time,
                                          [TYPE_TIMESTAMP] = &type_timestamp,
                                          [TYPE_UNIT] = &type_unit,
                                          [TYPE_STRUCT] = NULL};
    switch (sig->kind) {
    case TYPE_DECIMAL: {
        int precision = 1 + choose(c, 38);
        return type_decimal(f->arena, precision, choose(c, precision + 1));
    }
    case TYPE_ARRAY: return type_array(f->arena, type_of(f, sig->element));
    case TYPE_MAP:
        return type_map(f->arena, type_of(f, sig->key),
                        type_of(f, sig->element));
    case TYPE_LAMBDA: return &lambda_type;
    case TYPE_STRUCT: {
        Field *fields = ARENA_ARRAY(f->arena, Field, sig->field_count + 1);
        for (int i = 0; i < sig->field_count; i++)
            fields[i] = (Field){sig->field_names[i],
                                type_of(f, sig->field_types[i])};
        if (sig->field_count)
            return type_struct(f->arena, fields, sig->field_count);
        fields[0] = (Field){STR("A"), choose_type(f->arena, c, 1)};
        return type_struct(f->arena, fields, 1);
    }
    default: return scalars[sig->kind];
    }
}

static void add_arg(Fuzz *f, const SigType *sig)
{
    FnArg *arg = &f->args[f->count];
    arg->type = type_of(f, sig);
    if (sig->kind == TYPE_LAMBDA) {
        arg->lambda_params = sig->param_count;
        f->bodies[f->count] = type_of(f, sig->element);
    } else if (chance(&f->choices, 16)) {
        arg->type = &type_null;
    }
    f->count++;
}

static void choose_args(Fuzz *f, const Signature *sig)
{
    for (int i = 0; i < sig->count && f->count < ARGS_MAX; i++) {
        int times = i == sig->variadic ? choose(&f->choices, 4) : 1;
        while (times-- > 0 && f->count < ARGS_MAX)
            add_arg(f, sig->params[i]);
    }
}

static Status type_body(void *context, int arg, const Type *const *params,
                        int count, const Type **body)
{
    Fuzz *f = context;
    require(arg >= 0 && arg < f->count);
    for (int i = 0; i < count; i++)
        require(params[i] != NULL);
    *body = f->bodies[arg];
    return st_ok();
}

/* A lambda gives any value of its body's type, and sometimes fails. */
static bool apply(FnCall *call, const void *lambda, const Value *args,
                  int count, Value *out)
{
    Fuzz *f = call->apply_context;
    (void)args, (void)count;
    if (chance(&f->choices, 20)) return fn_fail(call, "a lambda failed");
    *out = choose_value(f->arena, &f->choices, lambda);
    return true;
}

static void choose_values(Fuzz *f, const FnBinding *b, Value *values, int from)
{
    for (int i = from; i < b->arg_count; i++) {
        values[i] = choose_value(f->arena, &f->choices, b->arg_types[i]);
        if (b->arg_types[i]->kind == TYPE_LAMBDA)
            values[i] = (Value){.lambda = f->bodies[i]};
        if (f->args[i].type == &type_null) values[i] = VALUE_NULL;
    }
}

static bool call_row(FnCall *call, const Value *args, int count, Value *out)
{
    call->error = NULL;
    *out = VALUE_NULL;
    if (call->function->flags & FN_NULL_IN_NULL_OUT)
        for (int i = 0; i < count; i++)
            if (args[i].null) return true;
    if (call->function->scalar(call, args, count, out)) return true;
    require(call->error && call->error[0]);
    *out = VALUE_NULL;
    return false;
}

static void try_scalar(Fuzz *f, const FnBinding *b, FnCall *call)
{
    Value rows[ROWS][ARGS_MAX], results[ROWS];
    for (int r = 0; r < ROWS; r++) {
        choose_values(f, b, rows[r], 0);
        bool lambdas = false;
        for (int i = 0; i < f->count; i++)
            lambdas |= f->bodies[i] != NULL;
        bool ok = call_row(call, rows[r], b->arg_count, &results[r]);
        if (ok) check_value(f->arena, b->result, &results[r]);
        if (lambdas || b->function->flags & FN_VOLATILE) continue;
        Value again;
        require(call_row(call, rows[r], b->arg_count, &again) == ok);
        require(value_equal(b->result, &results[r], &again));
    }
    if (!b->function->column || b->function->flags & FN_VOLATILE) return;
    Column columns[ARGS_MAX], out = {0};
    const Column *in[ARGS_MAX];
    for (int i = 0; i < b->arg_count; i++) {
        columns[i] = (Column){0};
        column_init(f->arena, &columns[i], b->arg_types[i], ROWS);
        for (int r = 0; r < ROWS; r++)
            column_set(f->arena, &columns[i], r, ROWS, rows[r][i]);
        in[i] = &columns[i];
    }
    column_init(f->arena, &out, b->result, ROWS);
    b->function->column(call, in, b->arg_count, NULL, ROWS, ROWS, &out);
    for (int r = 0; r < ROWS; r++) {
        Value value = column_get(&out, r);
        require(value_equal(b->result, &value, &results[r]));
    }
}

static void try_table(Fuzz *f, const FnBinding *b, FnCall *call)
{
    Value args[ARGS_MAX];
    const List *rows = NULL;
    choose_values(f, b, args, 0);
    call->error = NULL;
    if (!b->function->table(call, args, b->arg_count, &rows)) {
        require(call->error && call->error[0]);
        return;
    }
    for (int i = 0; rows && i < rows->count; i++)
        check_value(f->arena, b->result, &rows->items[i]);
}

/* A state as the runtime keeps it: encoded and decoded between calls. */
static void keep_state(Fuzz *f, const FnBinding *b, Value *state)
{
    Buf buf = {0};
    row_encode(&buf, b->state_types, state, b->state_count);
    Str bytes = str_copy(f->arena, buf_str(&buf));
    buf_free(&buf);
    require(row_decode(f->arena, bytes, b->state_types, state, b->state_count));
}

static void check_state(Fuzz *f, const FnBinding *b, FnCall *call,
                        const Value *state)
{
    for (int i = 0; i < b->state_count; i++)
        check_value(f->arena, b->state_types[i], &state[i]);
    Value out = VALUE_NULL;
    call->error = NULL;
    if (b->function->aggregate->result(call, state, &out))
        check_value(f->arena, b->result, &out);
    else
        require(call->error && call->error[0]);
}

/* Literals are positive small numbers, as the planner makes sure. */
static void try_aggregate(Fuzz *f, const FnBinding *b, FnCall *call)
{
    const Aggregate *a = b->function->aggregate;
    Value state[2][8], args[ARGS_MAX];
    int from = b->function->flags & FN_LITERAL_TAIL ? 1 : b->arg_count;
    if (b->function->flags & FN_LITERAL_LAST) from = b->arg_count - 1;
    for (int i = from; i < b->arg_count; i++)
        args[i] = b->arg_types[i]->kind == TYPE_INT
                      ? (Value){.i32 = 1 + choose(&f->choices, 6)}
                      : choose_value(f->arena, &f->choices, b->arg_types[i]);
    FnBinding leading = *b;
    leading.arg_count = from;
    for (int s = 0; s < 2; s++) {
        a->init(call, state[s]);
        for (int i = choose(&f->choices, 6); i > 0; i--) {
            choose_values(f, &leading, args, 0);
            call->error = NULL;
            if (!a->add(call, state[s], args)) require(call->error != NULL);
            keep_state(f, b, state[s]);
            check_state(f, b, call, state[s]);
            if (!a->undo || !chance(&f->choices, 3)) continue;
            if (chance(&f->choices, 3)) choose_values(f, &leading, args, 0);
            call->error = NULL;
            if (!a->undo(call, state[s], args)) require(call->error != NULL);
            keep_state(f, b, state[s]);
            check_state(f, b, call, state[s]);
        }
    }
    if (!a->merge) return;
    call->error = NULL;
    if (!a->merge(call, state[0], state[1])) require(call->error != NULL);
    keep_state(f, b, state[0]);
    check_state(f, b, call, state[0]);
}

static void try_call(Fuzz *f, const Function *function)
{
    const Signature *sig = signature_parse(f->arena, function->signature);
    require(sig != NULL);
    fuzz_what = function->name;
    choose_args(f, sig);
    FnBinding b;
    LambdaTyper typer = {type_body, f};
    Status st = function_resolve(f->arena, str_from(function->name), f->args,
                                 f->count, &typer, &b);
    if (st.kind) {
        require(st.kind == ST_USER && st.text[0]);
        return;
    }
    FnCall *call = fn_call_new(f->arena, &b);
    call->arena = f->arena;
    call->now_ms = choose_i64(&f->choices);
    call->apply = apply;
    call->apply_context = f;
    if (b.function->kind == FN_SCALAR)
        try_scalar(f, &b, call);
    else if (b.function->kind == FN_TABLE)
        try_table(f, &b, call);
    else
        try_aggregate(f, &b, call);
    fn_call_close(call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int count;
    const Function *const *all = function_all(&count);
    Fuzz f = {.arena = arena_new("fuzz", 0), .choices = {data, data + size}};
    const Function *function = all[choose(&f.choices, count)];
    if (!getenv("FUZZ_FUNCTION") ||
        str_eq_nocase(str_from(function->name),
                      str_from(getenv("FUZZ_FUNCTION"))))
        try_call(&f, function);
    arena_free(f.arena);
    return 0;
}
