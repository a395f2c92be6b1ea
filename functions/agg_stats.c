/* SPDX-License-Identifier: Apache-2.0
 *
 * CORRELATION, STDDEV_SAMP, STDDEV_SAMPLE and SUM_LIST (functions.md 6).
 *
 * The deviations keep sum, count and the sum of squared differences from the
 * mean (M2), which is corrected with each row (Welford; functions.md 6.1). For
 * integers the difference is 64-bit arithmetic that wraps, as in the reference.
 * STDDEV_SAMP gives the variance: that is what its users get today.
 *
 * All states are numbers that are never NULL, so one add_rows serves them: it
 * lifts them from their slots, adds, and puts them back.
 */
#include "functions/function_int.h"

#include <assert.h>
#include <math.h>

#include "types/codec.h"

enum { STATES_MAX = 6, ARGS_MAX = 2 };

static void add_to_slots(FnCall *call, void *const *rows, int slot_count,
                         int first_slot, const Column *const *args,
                         const uint16_t *sel, int sel_count)
{
    const Aggregate *aggregate = call->function->aggregate;
    size_t states = (size_t)call->state_count;
    Value state[STATES_MAX], values[ARGS_MAX];
    assert(call->state_count <= STATES_MAX && call->arg_count <= ARGS_MAX);
    for (int i = 0; i < sel_count; i++) {
        int64_t *slots = row_slot(rows[i], slot_count, first_slot);
        for (size_t k = 0; k < states; k++)
            state[k] = (Value){.i64 = slots[k]};
        for (int k = 0; k < call->arg_count; k++)
            values[k] = column_get(args[k], sel_row(sel, i));
        aggregate->add(call, state, values); /* None of them fails. */
        for (size_t k = 0; k < states; k++)
            slots[k] = state[k].i64;
    }
}

/* ---- CORRELATION ---- */

enum { X, Y, XX, YY, XY, N, CORRELATION_STATES };

static int correlation_state(Arena *plan, const Type *const *args, int count,
                             const Type **types)
{
    (void)plan, (void)args, (void)count;
    for (int i = 0; i < N; i++)
        types[i] = &type_double;
    types[N] = &type_bigint;
    return CORRELATION_STATES;
}

static void correlation_init(FnCall *call, Value *state)
{
    (void)call;
    for (int i = 0; i < CORRELATION_STATES; i++)
        state[i] = (Value){0};
}

static double as_double(const Type *type, const Value *value)
{
    switch (type->kind) {
    case TYPE_INT: return value->i32;
    case TYPE_BIGINT: return (double)value->i64;
    default: return value->f64;
    }
}

static void correlation_change(FnCall *call, Value *state, const Value *args,
                               int sign)
{
    if (args[0].null || args[1].null) return;
    double x = as_double(call->arg_types[0], &args[0]);
    double y = as_double(call->arg_types[1], &args[1]);
    state[X].f64 += sign * x;
    state[Y].f64 += sign * y;
    state[XX].f64 += sign * (x * x);
    state[YY].f64 += sign * (y * y);
    state[XY].f64 += sign * (x * y);
    state[N].i64 += sign;
}

static bool correlation_add(FnCall *call, Value *state, const Value *args)
{
    correlation_change(call, state, args, 1);
    return true;
}

static bool correlation_undo(FnCall *call, Value *state, const Value *args)
{
    correlation_change(call, state, args, -1);
    return true;
}

static bool correlation_merge(FnCall *call, Value *state, const Value *other)
{
    (void)call;
    for (int i = 0; i < N; i++)
        state[i].f64 += other[i].f64;
    state[N].i64 += other[N].i64;
    return true;
}

static bool correlation_result(FnCall *call, const Value *s, Value *out)
{
    (void)call;
    double n = (double)s[N].i64;
    double above = n * s[XY].f64 - s[X].f64 * s[Y].f64;
    double below = (n * s[XX].f64 - s[X].f64 * s[X].f64) *
                   (n * s[YY].f64 - s[Y].f64 * s[Y].f64);
    *out = (Value){.f64 = above / sqrt(below)};
    return true;
}

static const Aggregate correlation_aggregate = {
    .state = correlation_state,
    .init = correlation_init,
    .add = correlation_add,
    .undo = correlation_undo,
    .merge = correlation_merge,
    .result = correlation_result,
    .add_rows = add_to_slots,
};

/* ---- STDDEV_SAMP, STDDEV_SAMPLE ---- */

enum { SUM, COUNT, M2, STDDEV_STATES };

static int stddev_state(Arena *plan, const Type *const *args, int count,
                        const Type **types)
{
    (void)plan, (void)count;
    types[SUM] = args[0];
    types[COUNT] = &type_bigint;
    types[M2] = &type_double;
    return STDDEV_STATES;
}

static void stddev_init(FnCall *call, Value *state)
{
    (void)call;
    for (int i = 0; i < STDDEV_STATES; i++)
        state[i] = (Value){0};
}

static uint64_t as_integer(const Type *type, const Value *value)
{
    return type->kind == TYPE_INT ? (uint64_t)(int64_t)value->i32
                                  : (uint64_t)value->i64;
}

/* Changes the sum by the value (sign 1 or -1); returns x times `n` less the new
 * sum. */
static double change_sum(const Type *type, Value *sum, const Value *x, int sign,
                         int64_t n)
{
    if (type->kind == TYPE_DOUBLE) {
        sum->f64 += sign * x->f64;
        return x->f64 * (double)n - sum->f64;
    }
    uint64_t value = as_integer(type, x);
    uint64_t total = as_integer(type, sum) + (uint64_t)(int64_t)sign * value;
    if (type->kind == TYPE_INT)
        sum->i32 = (int32_t)(uint32_t)total;
    else
        sum->i64 = (int64_t)total;
    return (double)(int64_t)(value * (uint64_t)n - as_integer(type, sum));
}

static bool stddev_add(FnCall *call, Value *state, const Value *args)
{
    if (args[0].null) return true;
    int64_t n = ++state[COUNT].i64;
    double d = change_sum(call->arg_types[0], &state[SUM], &args[0], 1, n);
    if (n > 1) state[M2].f64 += d * d / ((double)n * (double)(n - 1));
    return true;
}

static bool stddev_undo(FnCall *call, Value *state, const Value *args)
{
    if (args[0].null) return true;
    int64_t n = --state[COUNT].i64;
    double d = change_sum(call->arg_types[0], &state[SUM], &args[0], -1, n);
    if (n > 0) state[M2].f64 -= d * d / ((double)n * (double)(n + 1));
    return true;
}

static bool is_samp(const FnCall *call)
{
    return strcmp(call->function->name, "STDDEV_SAMP") == 0;
}

/* STDDEV_SAMP's means of integers are integers. */
static double mean(const FnCall *call, const Value *state)
{
    const Type *type = call->arg_types[0];
    if (!is_samp(call) || type->kind == TYPE_DOUBLE)
        return as_double(type, &state[SUM]) / (double)state[COUNT].i64;
    return (double)((int64_t)as_integer(type, &state[SUM]) / state[COUNT].i64);
}

static bool stddev_merge(FnCall *call, Value *state, const Value *other)
{
    double both = state[M2].f64 + other[M2].f64;
    if (state[COUNT].i64 > 0 && other[COUNT].i64 > 0) {
        double a = (double)state[COUNT].i64, b = (double)other[COUNT].i64;
        double delta = mean(call, state) - mean(call, other);
        both += a * b * delta * delta / (a + b);
    }
    state[M2].f64 = both;
    state[COUNT].i64 += other[COUNT].i64;
    change_sum(call->arg_types[0], &state[SUM], &other[SUM], 1, 0);
    return true;
}

static bool stddev_result(FnCall *call, const Value *state, Value *out)
{
    int64_t n = state[COUNT].i64;
    double variance = n < 2 ? 0 : state[M2].f64 / (double)(n - 1);
    *out = (Value){.f64 = is_samp(call) ? variance : sqrt(variance)};
    return true;
}

static const Aggregate stddev_aggregate = {
    .state = stddev_state,
    .init = stddev_init,
    .add = stddev_add,
    .undo = stddev_undo,
    .merge = stddev_merge,
    .result = stddev_result,
    .add_rows = add_to_slots,
};

/* ---- SUM_LIST ---- */

static int sum_list_state(Arena *plan, const Type *const *args, int count,
                          const Type **types)
{
    (void)plan, (void)count;
    types[0] = args[0]->element;
    return 1;
}

static void sum_list_init(FnCall *call, Value *state)
{
    (void)call;
    state[0] = (Value){0};
}

static bool sum_list_change(FnCall *call, Value *state, const Value *list,
                            int sign)
{
    const Type *type = call->state_types[0];
    Value sum = {0};
    for (int i = 0; !list->null && i < list->list->count; i++)
        if (!list->list->items[i].null)
            change_sum(type, &sum, &list->list->items[i], 1, 0);
    change_sum(type, state, &sum, sign, 0);
    return true;
}

static bool sum_list_add(FnCall *call, Value *state, const Value *args)
{
    return sum_list_change(call, state, &args[0], 1);
}

static bool sum_list_undo(FnCall *call, Value *state, const Value *args)
{
    return sum_list_change(call, state, &args[0], -1);
}

static bool sum_list_merge(FnCall *call, Value *state, const Value *other)
{
    change_sum(call->state_types[0], state, other, 1, 0);
    return true;
}

static bool sum_list_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    *out = state[0];
    return true;
}

static const Aggregate sum_list_aggregate = {
    .state = sum_list_state,
    .init = sum_list_init,
    .add = sum_list_add,
    .undo = sum_list_undo,
    .merge = sum_list_merge,
    .result = sum_list_result,
    .add_rows = add_to_slots,
};

static const char correlation_text[] =
    "Pearson's correlation of the two columns; NaN if one is constant.";
static const char samp_text[] = "The sample variance (as in ksqlDB, whose name "
                                "for the deviation is STDDEV_SAMPLE).";
static const char sample_text[] = "The sample standard deviation.";
static const char sum_list_text[] = "The sum of all items of all arrays.";

#define CORRELATION(type, arguments)                                           \
    AGGREGATE("correlation", type ", " type " -> DOUBLE", FN_STATE_NESTED,     \
              &correlation_aggregate, correlation_text,                        \
              "CORRELATION(" arguments ") = 1E0")
#define STDDEV(name, type, text, argument, result)                             \
    AGGREGATE(name, type " -> DOUBLE", FN_STATE_NESTED, &stddev_aggregate,     \
              text, name "(" argument ") = " result)
#define SUM_LIST(type, argument, result)                                       \
    AGGREGATE("sum_list", "ARRAY<" type "> -> " type, 0, &sum_list_aggregate,  \
              sum_list_text, "SUM_LIST(" argument ") = " result)

static const Function rows[] = {
    CORRELATION("INT", "N, 2 * N"),
    CORRELATION("BIGINT", "CAST(N AS BIGINT), CAST(2 * N AS BIGINT)"),
    CORRELATION("DOUBLE", "CAST(N AS DOUBLE), CAST(2 * N AS DOUBLE)"),
    STDDEV("STDDEV_SAMP", "INT", samp_text, "2 * N", "4E0"),
    STDDEV("STDDEV_SAMP", "BIGINT", samp_text, "CAST(2 * N AS BIGINT)", "4E0"),
    STDDEV("STDDEV_SAMP", "DOUBLE", samp_text, "CAST(2 * N AS DOUBLE)", "4E0"),
    STDDEV("STDDEV_SAMPLE", "INT", sample_text, "2 * N", "2E0"),
    STDDEV("STDDEV_SAMPLE", "BIGINT", sample_text, "CAST(2 * N AS BIGINT)",
           "2E0"),
    STDDEV("STDDEV_SAMPLE", "DOUBLE", sample_text, "CAST(2 * N AS DOUBLE)",
           "2E0"),
    SUM_LIST("INT", "ARRAY[N, 1]", "9"),
    SUM_LIST("BIGINT", "ARRAY[CAST(N AS BIGINT), 1]", "9"),
    SUM_LIST("DOUBLE", "ARRAY[CAST(N AS DOUBLE), 1E0]", "9E0"),
};

const FunctionFamily agg_stats = {rows, sizeof rows / sizeof *rows};
