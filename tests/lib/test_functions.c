/* SPDX-License-Identifier: Apache-2.0
 *
 * Test-only functions of the reference's cases (functions.md 8): scalar ones
 * that fail or do little, table functions over every type, and aggregates with
 * several, variadic and generic arguments.
 */
#include "tests/lib/test_functions.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/unicode.h"
#include "functions/function.h"

static bool refuse_nulls(FnCall *call, const Value *args, int count)
{
    for (int i = 0; i < count; i++)
        if (args[i].null)
            return fn_fail(call, "%s takes no NULL", call->function->name);
    return true;
}

/* ---- scalar functions ---- */

static bool give_text(Str text, Value *out)
{
    *out = (Value){.str = text};
    return true;
}

static bool udf_int(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return refuse_nulls(call, args, 1) &&
           give_text(STR("doStuffIntString"), out);
}

static bool udf_long(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return refuse_nulls(call, args, 1) &&
           give_text(STR("doStuffLongString"), out);
}

static bool udf_long_long(FnCall *call, const Value *args, int count,
                          Value *out)
{
    (void)count;
    return refuse_nulls(call, args, 2) &&
           give_text(STR("doStuffLongLongString"), out);
}

static bool udf_varargs(FnCall *call, const Value *args, int count, Value *out)
{
    return refuse_nulls(call, args, count) &&
           give_text(STR("doStuffLongVarargs"), out);
}

static bool udf_struct(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)count;
    *out = args[0].null ? VALUE_NULL : args[0].list->items[0];
    return true;
}

/* A struct of one field. */
static bool wrap(FnCall *call, Value value, Value *out)
{
    List *list = list_new(call->arena, 1);
    list->items[0] = value;
    *out = (Value){.list = list};
    return true;
}

static bool udf_foo(FnCall *call, const Value *args, int count, Value *out)
{
    (void)args, (void)count;
    return wrap(call, (Value){.str = STR("foo")}, out);
}

static bool to_struct(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return wrap(call, args[0], out);
}

static bool bad_int(FnCall *call, const Value *args, int count, Value *out)
{
    (void)args, (void)count, (void)out;
    return fn_fail(call, "boom!");
}

static bool bad_boolean(FnCall *call, const Value *args, int count, Value *out)
{
    if (!refuse_nulls(call, args, count)) return false;
    if (args[0].boolean) return fn_fail(call, "You asked me to throw");
    *out = (Value){.i32 = 0};
    return true;
}

/* NULL at every other call, beginning with the first. */
static bool bad_text(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    if (!call->cache) {
        call->cache = mem_zalloc(sizeof(int));
        call->cache_free = mem_free;
    }
    int *calls = call->cache;
    *out = (*calls)++ % 2 ? args[0] : VALUE_NULL;
    return true;
}

/* For tests of the runner: what a bug of the engine would do. */
static bool crash(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)args, (void)count, (void)out;
    abort();
}

static bool hang(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)args, (void)count, (void)out;
    while (pause() < 0) continue;
    return false;
}

static bool first_if_second(FnCall *call, const Value *args, int count,
                            Value *out)
{
    if (!refuse_nulls(call, args, count)) return false;
    if (!args[1].boolean) return fn_fail(call, "this was not to be evaluated");
    *out = args[0];
    return true;
}

static bool backward_concat(FnCall *call, const Value *args, int count,
                            Value *out)
{
    (void)count;
    return give_text(str_printf(call->arena, "%.*s%.*s", STR_ARG(args[1].str),
                                STR_ARG(args[0].str)),
                     out);
}

/* ---- table functions ---- */

/* A row of text an argument: of arrays the first item, of maps a value. */
static bool udtf_texts(FnCall *call, const Value *args, int count,
                       const List **out)
{
    List *list = list_new(call->arena, count);
    for (int i = 0; i < count; i++) {
        const Type *type = call->arg_types[i];
        Value value = args[i];
        bool map = type->kind == TYPE_MAP;
        if (!value.null && (map || type->kind == TYPE_ARRAY)) {
            value = value.list->count > map ? value.list->items[map]
                                            : VALUE_NULL;
            type = type->element;
        }
        list->items[i] = (Value){.str = value_print(call->arena, type, &value)};
    }
    *out = list;
    return true;
}

static bool udtf_same(FnCall *call, const Value *args, int count,
                      const List **out)
{
    TypeKind kind = call->arg_types[0]->kind;
    bool primitive = kind == TYPE_INT || kind == TYPE_BIGINT ||
                     kind == TYPE_DOUBLE || kind == TYPE_BOOLEAN;
    if (primitive && !refuse_nulls(call, args, count)) return false;
    List *list = list_new(call->arena, 1);
    list->items[0] = args[0];
    if (!args[0].null && call->result_type->kind == TYPE_DECIMAL) {
        Decimal d = decimal_rescale(call->arena, *args[0].dec,
                                    call->result_type->scale, ROUND_HALF_UP);
        list->items[0].dec = arena_copy(call->arena, &d, sizeof d);
    }
    *out = list;
    return true;
}

static bool udtf_throwing(FnCall *call, const Value *args, int count,
                          const List **out)
{
    if (!refuse_nulls(call, args, count)) return false;
    if (args[0].boolean) return fn_fail(call, "You asked me to throw");
    return udtf_same(call, args, count, out);
}

static const Type *decimal_30_10(Arena *plan, const Type *const *args,
                                 int count)
{
    (void)args, (void)count;
    return type_decimal(plan, 30, 10);
}

/* ---- aggregates: a sum of numbers and lengths of texts ---- */

/* What an argument counts for; NULL counts 0. */
static int64_t worth(const Type *type, const Value *value)
{
    if (value->null) return 0;
    switch (type->kind) {
    case TYPE_INT: return value->i32;
    case TYPE_BIGINT: return value->i64;
    case TYPE_STRING: return utf16_length(value->str);
    default: return 0;
    }
}

/* How many arguments are literals that count once. */
static int literals(const FnCall *call)
{
    const char *name = call->function->name;
    if (strcmp(name, "TEST_UDAF") == 0) return call->arg_count - 1;
    if (strcmp(name, "MULTI_ARG") == 0) return call->arg_count - 2;
    if (strcmp(name, "FOUR_ARG") == 0) return call->arg_count - 4;
    if (strcmp(name, "FIVE_ARG") == 0) return call->arg_count - 5;
    return strcmp(name, "MID_VAR_ARG") == 0 ? 2 : 0;
}

/* The sum, and what the literals give, once it is known. */
static int sum_state(Arena *plan, const Type *const *args, int count,
                     const Type **types)
{
    (void)plan, (void)args, (void)count;
    types[0] = types[1] = &type_bigint;
    return 2;
}

static void sum_init(FnCall *call, Value *state)
{
    (void)call;
    state[0] = state[1] = (Value){.i64 = 0};
}

static void sum_change(FnCall *call, Value *state, const Value *args, int sign)
{
    int columns = call->arg_count - literals(call);
    for (int i = 0; i < columns; i++)
        state[0].i64 += sign * worth(call->arg_types[i], &args[i]);
    state[1].i64 = 0;
    for (int i = columns; i < call->arg_count; i++)
        state[1].i64 += worth(call->arg_types[i], &args[i]);
}

static bool sum_add(FnCall *call, Value *state, const Value *args)
{
    sum_change(call, state, args, 1);
    return true;
}

static bool sum_undo(FnCall *call, Value *state, const Value *args)
{
    sum_change(call, state, args, -1);
    return true;
}

static bool sum_merge(FnCall *call, Value *state, const Value *other)
{
    (void)call;
    state[0].i64 += other[0].i64;
    if (!state[1].i64) state[1] = other[1];
    return true;
}

static bool sum_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    *out = (Value){.i64 = state[0].i64 + state[1].i64};
    return true;
}

static const Aggregate sum_aggregate = {
    .state = sum_state,
    .init = sum_init,
    .add = sum_add,
    .merge = sum_merge,
    .result = sum_result,
};

static const Aggregate undo_aggregate = {
    .state = sum_state,
    .init = sum_init,
    .add = sum_add,
    .undo = sum_undo,
    .merge = sum_merge,
    .result = sum_result,
};

/* ---- aggregates: sums of a DOUBLE or of a struct's two fields ---- */

static int pair_state(Arena *plan, const Type *const *args, int count,
                      const Type **types)
{
    (void)plan, (void)count;
    types[0] = types[1] = args[0]->kind == TYPE_DOUBLE ? &type_double
                                                       : &type_int;
    return 2;
}

static void pair_init(FnCall *call, Value *state)
{
    (void)call;
    state[0] = state[1] = (Value){0};
}

static bool pair_merge(FnCall *call, Value *state, const Value *other)
{
    for (int i = 0; i < 2; i++) {
        if (other[i].null) continue;
        if (call->state_types[0]->kind == TYPE_DOUBLE)
            state[i].f64 += other[i].f64;
        else
            state[i].i32 += other[i].i32;
    }
    return true;
}

static bool pair_add(FnCall *call, Value *state, const Value *args)
{
    if (args[0].null) return true;
    Value none[2] = {args[0], VALUE_NULL};
    bool alone = call->arg_types[0]->kind == TYPE_DOUBLE;
    return pair_merge(call, state, alone ? none : args[0].list->items);
}

static bool pair_result(FnCall *call, const Value *state, Value *out)
{
    *out = state[0];
    if (call->arg_types[0]->kind == TYPE_DOUBLE) return true;
    List *list = list_new(call->arena, 2);
    memcpy(list->items, state, 2 * sizeof *state);
    *out = (Value){.list = list};
    return true;
}

static const Aggregate pair_aggregate = {
    .state = pair_state,
    .init = pair_init,
    .add = pair_add,
    .merge = pair_merge,
    .result = pair_result,
};

/* ---- aggregates: the first argument of rows without NULL, or the last ---- */

static int list_state(Arena *plan, const Type *const *args, int count,
                      const Type **types)
{
    (void)count;
    types[0] = type_array(plan, args[0]);
    return 1;
}

static void list_init(FnCall *call, Value *state)
{
    state[0] = (Value){.list = list_new(call->arena, 0)};
}

static void append(FnCall *call, Value *state, const Value *items, int count)
{
    const List *old = state->list;
    List *list = list_new(call->arena, old->count + count);
    memcpy(list->items, old->items, sizeof(Value) * (size_t)old->count);
    memcpy(list->items + old->count, items, sizeof(Value) * (size_t)count);
    state->list = list;
}

static bool list_add(FnCall *call, Value *state, const Value *args)
{
    for (int i = 0; i < call->arg_count; i++)
        if (args[i].null) return true;
    append(call, state, args, 1);
    return true;
}

static bool list_merge(FnCall *call, Value *state, const Value *other)
{
    append(call, state, other->list->items, other->list->count);
    return true;
}

static bool list_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    *out = state[0];
    return true;
}

static bool last_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    int count = state->list->count;
    *out = count ? state->list->items[count - 1] : VALUE_NULL;
    return true;
}

static const Aggregate list_aggregate = {
    .state = list_state,
    .init = list_init,
    .add = list_add,
    .merge = list_merge,
    .result = list_result,
};

static const Aggregate last_aggregate = {
    .state = list_state,
    .init = list_init,
    .add = list_add,
    .merge = list_merge,
    .result = last_result,
};

#define SCALAR(n, s, f)                                                        \
    {                                                                          \
        .name = n, .signature = s, .kind = FN_SCALAR, .scalar = f              \
    }
#define TABLE(n, s, f)                                                         \
    {                                                                          \
        .name = n, .signature = s, .kind = FN_TABLE, .table = f                \
    }
#define AGGREGATE(n, s, a)                                                     \
    {                                                                          \
        .name = n, .signature = s, .kind = FN_AGGREGATE, .aggregate = &a       \
    }

static const Function rows[] = {
    SCALAR("TEST_UDF", "INT, STRING -> STRING", udf_int),
    SCALAR("TEST_UDF", "BIGINT, STRING -> STRING", udf_long),
    SCALAR("TEST_UDF", "BIGINT, BIGINT, STRING -> STRING", udf_long_long),
    SCALAR("TEST_UDF", "BIGINT... -> STRING", udf_varargs),
    SCALAR("TEST_UDF", "STRUCT<A STRING> -> STRING", udf_struct),
    SCALAR("TEST_UDF", "-> STRUCT<A STRING>", udf_foo),
    SCALAR("TOSTRUCT", "STRING -> STRUCT<A STRING>", to_struct),
    SCALAR("BAD_UDF", "INT -> STRING", bad_int),
    SCALAR("BAD_UDF", "BOOLEAN -> INT", bad_boolean),
    {.name = "BAD_UDF",
     .signature = "STRING -> STRING",
     .flags = FN_VOLATILE,
     .scalar = bad_text},
    SCALAR("TEST_CRASH", "INT -> INT", crash),
    SCALAR("TEST_HANG", "INT -> INT", hang),
    SCALAR("WHENCONDITION", "BOOLEAN, BOOLEAN -> BOOLEAN", first_if_second),
    SCALAR("WHENRESULT", "INT, BOOLEAN -> INT", first_if_second),
    SCALAR("BACKWARD_CONCAT", "STRING, STRING -> STRING", backward_concat),
    TABLE("TEST_UDTF",
          "INT, BIGINT, DOUBLE, BOOLEAN, STRING, DECIMAL, STRUCT<A STRING> -> "
          "STRING",
          udtf_texts),
    TABLE("TEST_UDTF",
          "ARRAY<INT>, ARRAY<BIGINT>, ARRAY<DOUBLE>, ARRAY<BOOLEAN>, "
          "ARRAY<STRING>, ARRAY<DECIMAL>, ARRAY<STRUCT<A STRING>> -> STRING",
          udtf_texts),
    TABLE("TEST_UDTF",
          "MAP<STRING, INT>, MAP<STRING, BIGINT>, MAP<STRING, DOUBLE>, "
          "MAP<STRING, BOOLEAN>, MAP<STRING, STRING>, MAP<STRING, DECIMAL>, "
          "MAP<STRING, STRUCT<A STRING>> -> STRING",
          udtf_texts),
    TABLE("TEST_UDTF", "INT -> INT", udtf_same),
    TABLE("TEST_UDTF", "BIGINT -> BIGINT", udtf_same),
    TABLE("TEST_UDTF", "DOUBLE -> DOUBLE", udtf_same),
    TABLE("TEST_UDTF", "BOOLEAN -> BOOLEAN", udtf_same),
    TABLE("TEST_UDTF", "STRING -> STRING", udtf_same),
    TABLE("TEST_UDTF", "STRUCT<A STRING> -> STRUCT<A STRING>", udtf_same),
    {.name = "TEST_UDTF",
     .signature = "DECIMAL -> DECIMAL",
     .kind = FN_TABLE,
     .table = udtf_same,
     .result = decimal_30_10},
    TABLE("THROWING_UDTF", "BOOLEAN -> BOOLEAN", udtf_throwing),
    AGGREGATE("TEST_UDAF", "BIGINT -> BIGINT", undo_aggregate),
    AGGREGATE("TEST_UDAF", "INT -> BIGINT", undo_aggregate),
    AGGREGATE("TEST_UDAF", "DOUBLE -> DOUBLE", pair_aggregate),
    AGGREGATE("TEST_UDAF", "T -> T", last_aggregate),
    {.name = "TEST_UDAF",
     .signature = "STRING, STRING -> BIGINT",
     .kind = FN_AGGREGATE,
     .flags = FN_LITERAL_LAST,
     .aggregate = &sum_aggregate},
    AGGREGATE("TEST_UDAF", "STRUCT<A INT, B INT> -> STRUCT<A INT, B INT>",
              pair_aggregate),
    AGGREGATE("MULTI_ARG", "BIGINT, STRING, INT, STRING... -> BIGINT",
              sum_aggregate),
    AGGREGATE("FOUR_ARG",
              "BIGINT, STRING, STRING, STRING, INT, STRING... -> BIGINT",
              sum_aggregate),
    AGGREGATE("FIVE_ARG",
              "BIGINT, STRING, STRING, STRING, INT, INT, STRING... -> BIGINT",
              sum_aggregate),
    AGGREGATE("VAR_ARG", "BIGINT, STRING... -> BIGINT", sum_aggregate),
    AGGREGATE("MID_VAR_ARG", "BIGINT, STRING..., INT, INT -> BIGINT",
              sum_aggregate),
    AGGREGATE("GENERIC_VAR_ARG", "A, B, C... -> ARRAY<A>", list_aggregate),
    AGGREGATE("OBJ_COL_ARG", "INT, ANY... -> ARRAY<INT>", list_aggregate),
};

void test_functions_register(void)
{
    function_register(rows, sizeof rows / sizeof *rows);
}
