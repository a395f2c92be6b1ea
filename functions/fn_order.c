/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers by order (functions.md 4.1): CEIL, FLOOR, TRUNC, SIGN, and the
 * greatest or least of several values of any ordered type.
 *
 * Decimals keep their scale in CEIL and FLOOR, even where the result has a
 * digit more than its type says: 9.9 as DECIMAL(2, 1) goes up to 10.0. Only
 * writing it to a format may notice.
 */
#include "functions/function_int.h"
#include "types/cast.h"

#include <math.h>

static bool new_decimal(FnCall *call, Decimal d, Value *out)
{
    *out = (Value){.dec = arena_copy(call->arena, &d, sizeof d)};
    return true;
}

/* To whole numbers and back to the scale. */
static bool whole(FnCall *call, const Value *args, Value *out,
                  double (*f)(double), Rounding rounding)
{
    *out = args[0];
    if (call->result_type->kind == TYPE_DOUBLE) out->f64 = f(args[0].f64);
    if (call->result_type->kind != TYPE_DECIMAL) return true;
    Decimal d = decimal_rescale(call->arena, *args[0].dec, 0, rounding);
    d = decimal_rescale(call->arena, d, args[0].dec->scale, ROUND_TRUNCATE);
    return new_decimal(call, d, out);
}

static bool ceiling(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return whole(call, args, out, ceil, ROUND_CEILING);
}

static bool flooring(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return whole(call, args, out, floor, ROUND_FLOOR);
}

/* DOUBLE in a loop of its own; the other types by the row form. */
static void whole_column(FnCall *call, const Column *const *args, int arg_count,
                         const uint16_t *sel, int sel_count, int row_count,
                         Column *out)
{
    const Column *x = args[0];
    bool up = call->function->scalar == ceiling;
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i), from = arg_row(x, row);
        if (bit_get(x->nulls, from)) {
            column_set_null(call->arena, out, row, row_count);
        } else if (x->type->kind == TYPE_DOUBLE) {
            out->f64[row] = up ? ceil(x->f64[from]) : floor(x->f64[from]);
        } else {
            Value value = column_get(x, row), result;
            call->function->scalar(call, &value, arg_count, &result);
            column_set(call->arena, out, row, row_count, result);
        }
    }
}

static bool sign(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    double x;
    switch (call->arg_types[0]->kind) {
    case TYPE_INT: x = args[0].i32; break;
    case TYPE_BIGINT: x = (double)args[0].i64; break;
    default: x = args[0].f64;
    }
    *out = (Value){.i32 = (x > 0) - (x < 0)};
    return true;
}

static bool trunc_number(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = (Value){0};
    switch (call->arg_types[0]->kind) {
    case TYPE_INT: out->i64 = args[0].i32; return true;
    case TYPE_BIGINT: out->i64 = args[0].i64; return true;
    case TYPE_DOUBLE: out->i64 = cast_f64_to_i64(args[0].f64); return true;
    default:
        return new_decimal(
            call, decimal_rescale(call->arena, *args[0].dec, 0, ROUND_TRUNCATE),
            out);
    }
}

/* Cuts at `places` decimal places. More than there are change nothing; so many
 * fewer that nothing is left give 0 without computing a power of ten. */
static Decimal trunc_places(Arena *arena, Decimal d, int32_t places)
{
    if (places >= d.scale) return d;
    if (places < (int64_t)d.scale - decimal_digits(arena, d))
        return decimal_from_i64(0, 0);
    return decimal_rescale(arena, d, places, ROUND_TRUNCATE);
}

static bool trunc_double_places(FnCall *call, const Value *args, int count,
                                Value *out)
{
    (void)count;
    Decimal d;
    if (!decimal_from_f64(call->arena, args[0].f64, &d))
        return fn_fail(call, "TRUNC to places takes no NaN and no infinity");
    d = trunc_places(call->arena, d, args[1].i32);
    *out = (Value){.f64 = decimal_to_f64(call->arena, d) + 0.0};
    return true;
}

static bool trunc_decimal_places(FnCall *call, const Value *args, int count,
                                 Value *out)
{
    (void)count;
    Decimal d = trunc_places(call->arena, *args[0].dec, args[1].i32);
    return new_decimal(call,
                       decimal_rescale(call->arena, d, call->result_type->scale,
                                       ROUND_TRUNCATE),
                       out);
}

/* The last one of `sign` order; NULLs are left out. */
static bool extreme(FnCall *call, const Value *args, int count, Value *out,
                    int order)
{
    *out = VALUE_NULL;
    for (int i = 0; i < count; i++) {
        if (args[i].null) continue;
        if (out->null ||
            order * value_compare(call->result_type, &args[i], out) > 0)
            *out = args[i];
    }
    return true;
}

static bool greatest(FnCall *call, const Value *args, int count, Value *out)
{
    return extreme(call, args, count, out, 1);
}

static bool least(FnCall *call, const Value *args, int count, Value *out)
{
    return extreme(call, args, count, out, -1);
}

/* The decimal type that holds each argument's digits before and behind the
 * point. */
static const Type *common_decimal(Arena *plan, const Type *const *args,
                                  int count)
{
    int digits = 0, scale = 0;
    for (int i = 0; i < count; i++) {
        if (args[i]->kind == TYPE_NULL) continue;
        int before = args[i]->precision - args[i]->scale;
        if (before > digits) digits = before;
        if (args[i]->scale > scale) scale = args[i]->scale;
    }
    return digits + scale > 0 ? type_decimal(plan, digits + scale, scale)
                              : NULL;
}

/* The overload for one type; of `a` and `b` the example picks one. */
#define EXTREME(name_, NAME, f, word, pick, type, result_, a, b)               \
    {                                                                          \
        .name = name_, .signature = type ", " type "... -> " type,             \
        .scalar = f, .result = result_, .category = "MATHEMATICAL",            \
        .description = "The " word " of the values that are not NULL.",        \
        .example = NAME "(" a ", " b ") = " pick(a, b)                         \
    }
#define FIRST(a, b) a
#define SECOND(a, b) b
#define AS(text, type) "CAST('" text "' AS " type ")"
#define EXTREMES(name, NAME, f, word, pick)                                    \
    EXTREME(name, NAME, f, word, pick, "INT", NULL, "1", "2"),                 \
        EXTREME(name, NAME, f, word, pick, "BIGINT", NULL, "4000000000",       \
                "5000000000"),                                                 \
        EXTREME(name, NAME, f, word, pick, "DOUBLE", NULL, "1.5E0", "2.5E0"),  \
        EXTREME(name, NAME, f, word, pick, "DECIMAL", common_decimal, "1.5",   \
                "2.25"),                                                       \
        EXTREME(name, NAME, f, word, pick, "STRING", NULL, "'a'", "'b'"),      \
        EXTREME(name, NAME, f, word, pick, "BYTES", NULL, AS("YQ==", "BYTES"), \
                AS("Yg==", "BYTES")),                                          \
        EXTREME(name, NAME, f, word, pick, "DATE", NULL,                       \
                AS("2022-01-01", "DATE"), AS("2023-01-01", "DATE")),           \
        EXTREME(name, NAME, f, word, pick, "TIME", NULL, AS("10:00", "TIME"),  \
                AS("11:00", "TIME")),                                          \
        EXTREME(name, NAME, f, word, pick, "TIMESTAMP", NULL,                  \
                AS("2022-01-01", "TIMESTAMP"), AS("2023-01-01", "TIMESTAMP"))

/* CEIL and FLOOR keep their argument's type. */
#define WHOLE(name_, f, text, type, example_)                                  \
    {                                                                          \
        .name = name_, .signature = type " -> " type,                          \
        .flags = FN_NULL_IN_NULL_OUT, .scalar = f, .column = whole_column,     \
        .category = "MATHEMATICAL", .description = text, .example = example_   \
    }
#define CEIL_TEXT "The least whole number not below, in the same type."
#define FLOOR_TEXT "The greatest whole number not above, in the same type."

static const Function rows[] = {
    WHOLE("Ceil", ceiling, CEIL_TEXT, "INT", "CEIL(5) = 5"),
    WHOLE("Ceil", ceiling, CEIL_TEXT, "BIGINT",
          "CEIL(5000000000) = 5000000000"),
    WHOLE("Ceil", ceiling, CEIL_TEXT, "DOUBLE", "CEIL(-1.5E0) = -1E0"),
    WHOLE("Ceil", ceiling, CEIL_TEXT, "DECIMAL", "CEIL(1.2) = 2"),
    WHOLE("Floor", flooring, FLOOR_TEXT, "INT", "FLOOR(5) = 5"),
    WHOLE("Floor", flooring, FLOOR_TEXT, "BIGINT",
          "FLOOR(5000000000) = 5000000000"),
    WHOLE("Floor", flooring, FLOOR_TEXT, "DOUBLE", "FLOOR(-1.5E0) = -2E0"),
    WHOLE("Floor", flooring, FLOOR_TEXT, "DECIMAL", "FLOOR(1.7) = 1"),
    EXTREMES("greatest", "GREATEST", greatest, "greatest", SECOND),
    EXTREMES("least", "LEAST", least, "least", FIRST),
    {.name = "sign",
     .signature = "INT -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = sign,
     .category = "MATHEMATICAL",
     .description = "-1, 0 or 1: the sign of the number.",
     .example = "SIGN(-5) = -1"},
    {.name = "sign",
     .signature = "BIGINT -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = sign,
     .category = "MATHEMATICAL",
     .description = "-1, 0 or 1: the sign of the number.",
     .example = "SIGN(5000000000) = 1"},
    {.name = "sign",
     .signature = "DOUBLE -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = sign,
     .category = "MATHEMATICAL",
     .description = "-1, 0 or 1: the sign of the number.",
     .example = "SIGN(0E0) = 0"},
    {.name = "trunc",
     .signature = "BIGINT -> BIGINT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = trunc_number,
     .category = "MATHEMATICAL",
     .description = "The number itself.",
     .example = "TRUNC(5000000000) = 5000000000"},
    {.name = "trunc",
     .signature = "INT -> BIGINT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = trunc_number,
     .category = "MATHEMATICAL",
     .description = "The number itself.",
     .example = "TRUNC(5) = 5"},
    {.name = "trunc",
     .signature = "DOUBLE -> BIGINT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = trunc_number,
     .category = "MATHEMATICAL",
     .description = "The whole part.",
     .example = "TRUNC(-1.7E0) = -1"},
    {.name = "trunc",
     .signature = "DECIMAL -> DECIMAL",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = trunc_number,
     .result = fn_whole_decimal,
     .category = "MATHEMATICAL",
     .description = "The whole part.",
     .example = "TRUNC(-1.7) = -1"},
    {.name = "trunc",
     .signature = "DOUBLE, INT -> DOUBLE",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = trunc_double_places,
     .category = "MATHEMATICAL",
     .description =
         "Cut to so many decimal places; negative ones are left of the point.",
     .example = "TRUNC(2.678E0, 2) = 2.67E0"},
    {.name = "trunc",
     .signature = "DECIMAL, INT -> DECIMAL",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = trunc_decimal_places,
     .category = "MATHEMATICAL",
     .description = "Cut to so many decimal places; the scale stays.",
     .example = "TRUNC(1.249, 2) = 1.240"},
};

const FunctionFamily fn_order = {rows, sizeof rows / sizeof *rows};
