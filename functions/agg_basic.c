/* SPDX-License-Identifier: Apache-2.0
 *
 * COUNT, SUM, MIN, MAX and AVG (functions.md 6).
 *
 * State is one value, of AVG two (sum, count). Where it is fixed-width it lies
 * in slots of the group's encoded row, and add_rows changes the slots in place:
 *
 *   [null bitmap, 8 bytes per 64 slots][slot 0][slot 1]...
 *
 * Only MIN and MAX have a null state (no value yet); their add_rows keep the
 * bit of their slot. Integer sums wrap, as in Java.
 */
#include "functions/function_int.h"

#include <assert.h>

#include "types/codec.h"

static int state_of_argument(Arena *plan, const Type *const *args, int count,
                             const Type **types)
{
    (void)plan, (void)count;
    types[0] = args[0];
    return 1;
}

static bool first_state(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    *out = state[0];
    return true;
}

/* COUNT: one BIGINT. */

static int count_state(Arena *plan, const Type *const *args, int count,
                       const Type **types)
{
    (void)plan, (void)args, (void)count;
    types[0] = &type_bigint;
    return 1;
}

static void count_init(FnCall *call, Value *state)
{
    (void)call;
    state[0] = (Value){.i64 = 0};
}

static bool count_add(FnCall *call, Value *state, const Value *args)
{
    (void)call;
    if (!args[0].null) state[0].i64++;
    return true;
}

static bool count_undo(FnCall *call, Value *state, const Value *args)
{
    (void)call;
    if (!args[0].null) state[0].i64--;
    return true;
}

static bool count_merge(FnCall *call, Value *state, const Value *other)
{
    (void)call;
    state[0].i64 += other[0].i64;
    return true;
}

static void count_add_rows(FnCall *call, void *const *rows, int slot_count,
                           int first_slot, const Column *const *args,
                           const uint16_t *sel, int sel_count)
{
    (void)call;
    const Column *x = args[0];
    for (int i = 0; i < sel_count; i++)
        if (!x->nulls || !arg_null(x, sel_row(sel, i)))
            ++*(int64_t *)row_slot(rows[i], slot_count, first_slot);
}

static const Aggregate count_aggregate = {
    .state = count_state,
    .init = count_init,
    .add = count_add,
    .undo = count_undo,
    .merge = count_merge,
    .result = first_state,
    .add_rows = count_add_rows,
};

/* SUM: one value of the argument's type. */

static void sum_init(FnCall *call, Value *state)
{
    state[0] = (Value){0};
    if (call->state_types[0]->kind == TYPE_DECIMAL) {
        Decimal zero = decimal_from_i64(0, 0);
        state[0].dec = arena_copy(call->arena, &zero, sizeof zero);
    }
}

/* Adds `sign` times x. */
static void sum_fixed(const Type *type, Value *state, const Value *x, int sign)
{
    uint64_t factor = (uint64_t)(int64_t)sign;
    switch (type->kind) {
    case TYPE_INT:
        state->i32 = (int32_t)((uint32_t)state->i32 +
                               (uint32_t)factor * (uint32_t)x->i32);
        break;
    case TYPE_BIGINT:
        state->i64 = (int64_t)((uint64_t)state->i64 +
                               factor * (uint64_t)x->i64);
        break;
    default: state->f64 += sign * x->f64;
    }
}

/* Rounds to `precision` significant digits; carrying may add one, hence the
 * loop: 999.6 to three digits is 1000 and then 1.00E3. */
static Decimal round_digits(Arena *arena, Decimal d, int precision)
{
    for (;;) {
        int over = decimal_digits(arena, d) - precision;
        if (over <= 0) return d;
        d = decimal_rescale(arena, d, d.scale - over, ROUND_HALF_UP);
    }
}

static void sum_decimal(FnCall *call, Value *state, Decimal x)
{
    Decimal sum = decimal_add(call->arena, *state->dec, x);
    sum = round_digits(call->arena, sum, call->state_types[0]->precision);
    state->dec = arena_copy(call->arena, &sum, sizeof sum);
}

static bool sum_add(FnCall *call, Value *state, const Value *args)
{
    if (args[0].null) return true;
    const Type *type = call->state_types[0];
    if (type->kind != TYPE_DECIMAL) {
        sum_fixed(type, state, &args[0], 1);
        return true;
    }
    sum_decimal(call, state, *args[0].dec);
    const Decimal *sum = state->dec;
    int whole = decimal_digits(call->arena, *sum) - sum->scale;
    if (decimal_sign(*sum) && whole > type->precision - type->scale)
        return fn_fail(call,
                       "sum %.*s does not fit DECIMAL(%d, %d): CAST the "
                       "argument to a wider one",
                       STR_ARG(decimal_print_plain(call->arena, *sum)),
                       type->precision, type->scale);
    return true;
}

static bool sum_undo(FnCall *call, Value *state, const Value *args)
{
    if (args[0].null) return true;
    const Type *type = call->state_types[0];
    if (type->kind == TYPE_DECIMAL)
        sum_decimal(call, state, decimal_negate(call->arena, *args[0].dec));
    else
        sum_fixed(type, state, &args[0], -1);
    return true;
}

static bool sum_merge(FnCall *call, Value *state, const Value *other)
{
    const Type *type = call->state_types[0];
    if (type->kind == TYPE_DECIMAL)
        sum_decimal(call, state, *other[0].dec);
    else
        sum_fixed(type, state, &other[0], 1);
    return true;
}

/* Adds one argument element to a slot. */
static void sum_slot(TypeKind kind, void *slot, const Column *x, int from)
{
    switch (kind) {
    case TYPE_INT: {
        int32_t *sum = slot;
        *sum = (int32_t)((uint32_t)*sum + (uint32_t)x->i32[from]);
        break;
    }
    case TYPE_BIGINT: {
        int64_t *sum = slot;
        *sum = (int64_t)((uint64_t)*sum + (uint64_t)x->i64[from]);
        break;
    }
    default: *(double *)slot += x->f64[from];
    }
}

static void sum_add_rows(FnCall *call, void *const *rows, int slot_count,
                         int first_slot, const Column *const *args,
                         const uint16_t *sel, int sel_count)
{
    const Column *x = args[0];
    TypeKind kind = call->state_types[0]->kind;
    assert(kind != TYPE_DECIMAL);
    for (int i = 0; i < sel_count; i++) {
        int from = arg_row(x, sel_row(sel, i));
        if (!bit_get(x->nulls, from))
            sum_slot(kind, row_slot(rows[i], slot_count, first_slot), x, from);
    }
}

static const Aggregate sum_aggregate = {
    .state = state_of_argument,
    .init = sum_init,
    .add = sum_add,
    .undo = sum_undo,
    .merge = sum_merge,
    .result = first_state,
    .add_rows = sum_add_rows,
};

static const Aggregate sum_decimal_aggregate = {
    .state = state_of_argument,
    .init = sum_init,
    .add = sum_add,
    .undo = sum_undo,
    .merge = sum_merge,
    .result = first_state,
};

/* AVG: the sum in the argument's type, and the count. */

static int avg_state(Arena *plan, const Type *const *args, int count,
                     const Type **types)
{
    (void)plan, (void)count;
    types[0] = args[0];
    types[1] = &type_bigint;
    return 2;
}

static void avg_init(FnCall *call, Value *state)
{
    sum_init(call, state);
    count_init(call, state + 1);
}

static bool avg_add(FnCall *call, Value *state, const Value *args)
{
    return sum_add(call, state, args) && count_add(call, state + 1, args);
}

static bool avg_undo(FnCall *call, Value *state, const Value *args)
{
    return sum_undo(call, state, args) && count_undo(call, state + 1, args);
}

static bool avg_merge(FnCall *call, Value *state, const Value *other)
{
    return sum_merge(call, state, other) &&
           count_merge(call, state + 1, other + 1);
}

static bool avg_result(FnCall *call, const Value *state, Value *out)
{
    double sum;
    switch (call->state_types[0]->kind) {
    case TYPE_INT: sum = state[0].i32; break;
    case TYPE_BIGINT: sum = (double)state[0].i64; break;
    default: sum = state[0].f64;
    }
    *out = (Value){.f64 = state[1].i64 ? sum / (double)state[1].i64 : 0.0};
    return true;
}

static void avg_add_rows(FnCall *call, void *const *rows, int slot_count,
                         int first_slot, const Column *const *args,
                         const uint16_t *sel, int sel_count)
{
    sum_add_rows(call, rows, slot_count, first_slot, args, sel, sel_count);
    count_add_rows(call, rows, slot_count, first_slot + 1, args, sel,
                   sel_count);
}

static const Aggregate avg_aggregate = {
    .state = avg_state,
    .init = avg_init,
    .add = avg_add,
    .undo = avg_undo,
    .merge = avg_merge,
    .result = avg_result,
    .add_rows = avg_add_rows,
};

/* MIN and MAX: NULL, or the value so far. `sign` is 1 for MAX, -1 for MIN. */

static void extreme_init(FnCall *call, Value *state)
{
    (void)call;
    state[0] = VALUE_NULL;
}

static bool extreme_take(FnCall *call, Value *state, const Value *x, int sign)
{
    if (x->null) return true;
    if (state->null || sign * value_compare(call->state_types[0], x, state) > 0)
        *state = *x;
    return true;
}

static bool max_add(FnCall *call, Value *state, const Value *args)
{
    return extreme_take(call, state, args, 1);
}

static bool min_add(FnCall *call, Value *state, const Value *args)
{
    return extreme_take(call, state, args, -1);
}

/* True if the element goes before what is in the slot. Doubles have -0.0 < 0.0
 * and NaN last: as integers with the sign's complement they sort so, but for
 * NaNs with a sign, which become one. */
static int64_t f64_order(double v)
{
    int64_t bits;
    if (v != v) return INT64_MAX;
    memcpy(&bits, &v, sizeof bits);
    return bits < 0 ? (int64_t)(~(uint64_t)bits ^ (uint64_t)INT64_MIN) : bits;
}

static bool extreme_wins(TypeKind kind, const void *slot, const Column *x,
                         int from, int sign)
{
    int64_t old, new;
    switch (kind) {
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
        old = *(const int64_t *)slot;
        new = x->i64[from];
        break;
    case TYPE_DOUBLE:
        old = f64_order(*(const double *)slot);
        new = f64_order(x->f64[from]);
        break;
    default: old = *(const int32_t *)slot; new = x->i32[from];
    }
    return sign > 0 ? new > old : new < old;
}

static void extreme_add_rows(FnCall *call, void *const *rows, int slot_count,
                             int first_slot, const Column *const *args,
                             const uint16_t *sel, int sel_count, int sign)
{
    const Column *x = args[0];
    TypeKind kind = call->state_types[0]->kind;
    for (int i = 0; i < sel_count; i++) {
        int from = arg_row(x, sel_row(sel, i));
        if (bit_get(x->nulls, from)) continue;
        void *slot = row_slot(rows[i], slot_count, first_slot);
        uint64_t *nulls = rows[i];
        if (!bit_get(nulls, first_slot) &&
            !extreme_wins(kind, slot, x, from, sign))
            continue;
        bit_clear(nulls, first_slot);
        if (column_width(x->type) == 8)
            *(int64_t *)slot = x->i64[from];
        else
            *(int32_t *)slot = x->i32[from];
    }
}

static void max_add_rows(FnCall *call, void *const *rows, int slot_count,
                         int first_slot, const Column *const *args,
                         const uint16_t *sel, int sel_count)
{
    extreme_add_rows(call, rows, slot_count, first_slot, args, sel, sel_count,
                     1);
}

static void min_add_rows(FnCall *call, void *const *rows, int slot_count,
                         int first_slot, const Column *const *args,
                         const uint16_t *sel, int sel_count)
{
    extreme_add_rows(call, rows, slot_count, first_slot, args, sel, sel_count,
                     -1);
}

static const Aggregate max_fixed = {
    .state = state_of_argument,
    .init = extreme_init,
    .add = max_add,
    .merge = max_add,
    .result = first_state,
    .add_rows = max_add_rows,
};

static const Aggregate max_heap = {
    .state = state_of_argument,
    .init = extreme_init,
    .add = max_add,
    .merge = max_add,
    .result = first_state,
};

static const Aggregate min_fixed = {
    .state = state_of_argument,
    .init = extreme_init,
    .add = min_add,
    .merge = min_add,
    .result = first_state,
    .add_rows = min_add_rows,
};

static const Aggregate min_heap = {
    .state = state_of_argument,
    .init = extreme_init,
    .add = min_add,
    .merge = min_add,
    .result = first_state,
};

static const char avg_text[] =
    "The mean of the values that are not NULL; 0 if there are none.";
static const char sum_text[] =
    "The sum of the values that are not NULL; integers wrap.";
static const char max_text[] = "The greatest value that is not NULL.";
static const char min_text[] = "The least value that is not NULL.";

/* MAX or MIN of one type, which `of` makes of a number or a text. */
#define EXTREME(name, type, aggregate, text, of, column, result)               \
    AGGREGATE(name, type " -> " type, 0, aggregate, text,                      \
              name "(" of(column) ") = " of(result))
#define AS_INT(x) x
#define AS_BIGINT(x) "CAST(" x " AS BIGINT)"
#define AS_DOUBLE(x) "CAST(" x " AS DOUBLE)"
#define AS_DECIMAL(x) "CAST(" x " AS DECIMAL(3, 1))"
#define AS_DATE(x) "FROM_DAYS(" x ")"
#define AS_TIME(x) "TIMEADD(HOURS, " x ", CAST('00:00' AS TIME))"
#define AS_TIMESTAMP(x) "FROM_UNIXTIME(" x ")"
#define AS_BYTES(x) "TO_BYTES(" x ", 'utf8')"
#define EXTREMES(name, fixed, heap, text, n, s)                                \
    EXTREME(name, "INT", fixed, text, AS_INT, "N", n),                         \
        EXTREME(name, "BIGINT", fixed, text, AS_BIGINT, "N", n),               \
        EXTREME(name, "DOUBLE", fixed, text, AS_DOUBLE, "N", n),               \
        EXTREME(name, "DECIMAL", heap, text, AS_DECIMAL, "N", n),              \
        EXTREME(name, "DATE", fixed, text, AS_DATE, "N", n),                   \
        EXTREME(name, "TIME", fixed, text, AS_TIME, "N", n),                   \
        EXTREME(name, "TIMESTAMP", fixed, text, AS_TIMESTAMP, "N", n),         \
        EXTREME(name, "STRING", heap, text, AS_INT, "S", s),                   \
        EXTREME(name, "BYTES", heap, text, AS_BYTES, "S", s)

static const Function rows[] = {
    AGGREGATE("avg", "INT -> DOUBLE", FN_STATE_NESTED, &avg_aggregate, avg_text,
              "AVG(N) = 2E0"),
    AGGREGATE("avg", "BIGINT -> DOUBLE", FN_STATE_NESTED, &avg_aggregate,
              avg_text, "AVG(CAST(N AS BIGINT)) = 2E0"),
    AGGREGATE("avg", "DOUBLE -> DOUBLE", FN_STATE_NESTED, &avg_aggregate,
              avg_text, "AVG(CAST(N AS DOUBLE)) = 2E0"),
    AGGREGATE("COUNT", "T -> BIGINT", 0, &count_aggregate,
              "The number of rows in which the value is not NULL.",
              "COUNT(N) = 3"),
    EXTREMES("MAX", &max_fixed, &max_heap, max_text, "3", "'b'"),
    EXTREMES("MIN", &min_fixed, &min_heap, min_text, "1", "'a'"),
    AGGREGATE("SUM", "INT -> INT", 0, &sum_aggregate, sum_text, "SUM(N) = 6"),
    AGGREGATE("SUM", "BIGINT -> BIGINT", 0, &sum_aggregate, sum_text,
              "SUM(CAST(N AS BIGINT)) = 6"),
    AGGREGATE("SUM", "DOUBLE -> DOUBLE", 0, &sum_aggregate, sum_text,
              "SUM(CAST(N AS DOUBLE)) = 6E0"),
    AGGREGATE("SUM", "DECIMAL -> DECIMAL", 0, &sum_decimal_aggregate, sum_text,
              "SUM(CAST(N AS DECIMAL(3, 1))) = 6.0"),
};

const FunctionFamily agg_basic = {rows, sizeof rows / sizeof *rows};
