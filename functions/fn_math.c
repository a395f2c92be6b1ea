/* SPDX-License-Identifier: Apache-2.0
 *
 * Mathematical functions (functions.md 4.1).
 *
 * Integers wrap as in Java, so arithmetic on them is unsigned. ROUND sends ties
 * up, toward +infinity: 1.5 to 2 and -1.5 to -1. Its two-argument form rounds
 * the shortest decimal text of a DOUBLE, not its binary value, so that
 * ROUND(2.675, 2) is 2.68.
 */
#include "functions/function_int.h"

#include <math.h>

static int64_t abs_i64(int64_t v)
{
    return v < 0 ? (int64_t)(0 - (uint64_t)v) : v;
}

static int32_t abs_i32(int32_t v)
{
    return v < 0 ? (int32_t)(0 - (uint32_t)v) : v;
}

static bool abs_value(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = args[0];
    switch (call->result_type->kind) {
    case TYPE_INT: out->i32 = abs_i32(args[0].i32); break;
    case TYPE_BIGINT: out->i64 = abs_i64(args[0].i64); break;
    case TYPE_DOUBLE: out->f64 = fabs(args[0].f64); break;
    default: {
        Decimal d = decimal_abs(call->arena, *args[0].dec);
        out->dec = arena_copy(call->arena, &d, sizeof d);
    }
    }
    return true;
}

static void abs_column(FnCall *call, const Column *const *args, int arg_count,
                       const uint16_t *sel, int sel_count, int row_count,
                       Column *out)
{
    (void)arg_count;
    const Column *x = args[0];
    TypeKind kind = call->result_type->kind;
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i), from = arg_row(x, row);
        if (bit_get(x->nulls, from)) {
            column_set_null(call->arena, out, row, row_count);
            continue;
        }
        switch (kind) {
        case TYPE_INT: out->i32[row] = abs_i32(x->i32[from]); break;
        case TYPE_BIGINT: out->i64[row] = abs_i64(x->i64[from]); break;
        case TYPE_DOUBLE: out->f64[row] = fabs(x->f64[from]); break;
        default: out->dec[row] = decimal_abs(call->arena, x->dec[from]);
        }
    }
}

/* Java's Math.round: floor(x + 1/2) without the rounding error of that sum. */
static int64_t round_f64(double x)
{
    if (isnan(x)) return 0;
    if (x >= 0x1p63) return INT64_MAX;
    if (x < -0x1p63) return INT64_MIN;
    double whole = floor(x);
    return (int64_t)(x - whole >= 0.5 ? whole + 1 : whole);
}

/* Rounds to `places` decimal places, at the scale that results. More places
 * than there are change nothing; many fewer leave nothing. */
static Decimal round_places(Arena *arena, Decimal d, int32_t places)
{
    if (places >= d.scale) return d;
    /* One digit more than the integer has gives 0, so stop there: a place far
     * to the left must not cost a power of ten. */
    int64_t least = (int64_t)d.scale - decimal_digits(arena, d) - 1;
    if (places < least) return decimal_from_i64(0, 0);
    return decimal_rescale(arena, d, places, ROUND_TIES_UP);
}

static bool round_double_to(Arena *arena, double x, int32_t places, double *out)
{
    Decimal d;
    if (!decimal_from_f64(arena, x, &d)) return false;
    *out = decimal_to_f64(arena, round_places(arena, d, places)) + 0.0;
    return true;
}

static Decimal round_decimal_to(Arena *arena, Decimal d, int32_t places,
                                int scale)
{
    return decimal_rescale(arena, round_places(arena, d, places), scale,
                           ROUND_TIES_UP);
}

static const char no_null[] = "ROUND of an integer takes no NULL";
static const char not_finite[] = "ROUND to places takes no NaN and no infinity";

static bool round_integer(FnCall *call, const Value *args, int count,
                          Value *out)
{
    (void)count;
    if (args[0].null) return fn_fail(call, "%s", no_null);
    bool is_int = call->arg_types[0]->kind == TYPE_INT;
    *out = (Value){.i64 = is_int ? args[0].i32 : args[0].i64};
    return true;
}

static bool round_double(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)count;
    *out = (Value){.i64 = round_f64(args[0].f64)};
    return true;
}

static bool round_double_places(FnCall *call, const Value *args, int count,
                                Value *out)
{
    (void)count;
    *out = (Value){0};
    if (!round_double_to(call->arena, args[0].f64, args[1].i32, &out->f64))
        return fn_fail(call, "%s", not_finite);
    return true;
}

static bool round_decimal(FnCall *call, const Value *args, int count,
                          Value *out)
{
    int32_t places = count > 1 ? args[1].i32 : 0;
    Decimal d = round_decimal_to(call->arena, *args[0].dec, places,
                                 call->result_type->scale);
    *out = (Value){.dec = arena_copy(call->arena, &d, sizeof d)};
    return true;
}

static void round_column(FnCall *call, const Column *const *args, int arg_count,
                         const uint16_t *sel, int sel_count, int row_count,
                         Column *out)
{
    const Column *x = args[0], *places = arg_count > 1 ? args[1] : NULL;
    TypeKind kind = call->arg_types[0]->kind;
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i), from = arg_row(x, row);
        if (bit_get(x->nulls, from) || (places && arg_null(places, row))) {
            if (kind == TYPE_INT || kind == TYPE_BIGINT) {
                fn_fail(call, "%s", no_null);
                fn_fail_row(call, out, row, row_count);
            } else {
                column_set_null(call->arena, out, row, row_count);
            }
            continue;
        }
        int32_t n = places ? places->i32[arg_row(places, row)] : 0;
        if (kind == TYPE_DECIMAL)
            out->dec[row] = round_decimal_to(call->arena, x->dec[from], n,
                                             call->result_type->scale);
        else if (kind == TYPE_INT)
            out->i64[row] = x->i32[from];
        else if (kind == TYPE_BIGINT)
            out->i64[row] = x->i64[from];
        else if (!places)
            out->i64[row] = round_f64(x->f64[from]);
        else if (!round_double_to(call->arena, x->f64[from], n,
                                  &out->f64[row])) {
            fn_fail(call, "%s", not_finite);
            fn_fail_row(call, out, row, row_count);
        }
    }
}

const Type *fn_whole_decimal(Arena *plan, const Type *const *args, int count)
{
    (void)count;
    if (args[0]->kind != TYPE_DECIMAL) return NULL;
    int digits = args[0]->precision - args[0]->scale;
    return digits > 0 ? type_decimal(plan, digits, 0) : NULL;
}

static const Function rows[] = {
    {.name = "Abs",
     .signature = "INT -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = abs_value,
     .column = abs_column,
     .category = "MATHEMATICAL",
     .description = "The absolute value; the least integer stays as it is.",
     .example = "ABS(-5) = 5"},
    {.name = "Abs",
     .signature = "BIGINT -> BIGINT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = abs_value,
     .column = abs_column,
     .category = "MATHEMATICAL",
     .description = "The absolute value; the least integer stays as it is.",
     .example = "ABS(-5000000000) = 5000000000"},
    {.name = "Abs",
     .signature = "DOUBLE -> DOUBLE",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = abs_value,
     .column = abs_column,
     .category = "MATHEMATICAL",
     .description = "The absolute value.",
     .example = "ABS(-2.5E0) = 2.5E0"},
    {.name = "Abs",
     .signature = "DECIMAL -> DECIMAL",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = abs_value,
     .column = abs_column,
     .category = "MATHEMATICAL",
     .description = "The absolute value.",
     .example = "ABS(-2.50) = 2.50"},
    {.name = "Round",
     .signature = "BIGINT -> BIGINT",
     .scalar = round_integer,
     .column = round_column,
     .category = "MATHEMATICAL",
     .description = "The number itself.",
     .example = "ROUND(5000000000) = 5000000000"},
    {.name = "Round",
     .signature = "INT -> BIGINT",
     .scalar = round_integer,
     .column = round_column,
     .category = "MATHEMATICAL",
     .description = "The number itself.",
     .example = "ROUND(5) = 5"},
    {.name = "Round",
     .signature = "DOUBLE -> BIGINT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = round_double,
     .column = round_column,
     .category = "MATHEMATICAL",
     .description = "The nearest whole number, halves up.",
     .example = "ROUND(-1.5E0) = -1"},
    {.name = "Round",
     .signature = "DECIMAL -> DECIMAL",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = round_decimal,
     .column = round_column,
     .result = fn_whole_decimal,
     .category = "MATHEMATICAL",
     .description = "The nearest whole number, halves up.",
     .example = "ROUND(12.5) = 13"},
    {.name = "Round",
     .signature = "DOUBLE, INT -> DOUBLE",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = round_double_places,
     .column = round_column,
     .category = "MATHEMATICAL",
     .description = "Rounded to so many decimal places, halves up; negative "
                    "ones are left of the point.",
     .example = "ROUND(2.675E0, 2) = 2.68E0"},
    {.name = "Round",
     .signature = "DECIMAL, INT -> DECIMAL",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = round_decimal,
     .column = round_column,
     .category = "MATHEMATICAL",
     .description = "Rounded to so many decimal places, halves up; the scale "
                    "stays.",
     .example = "ROUND(1.245, 2) = 1.250"},
};

const FunctionFamily fn_math = {rows, sizeof rows / sizeof *rows};
