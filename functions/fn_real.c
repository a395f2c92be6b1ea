/* SPDX-License-Identifier: Apache-2.0
 *
 * Real functions (functions.md 4.1): what libm computes. Each takes INT, BIGINT
 * or DOUBLE and gives DOUBLE; two arguments are of one type. NULL gives NULL.
 *
 * All rows share one row form and one column form. Which C function a call site
 * means is looked up by the row's name when it is first called, and kept in its
 * cache.
 */
#include "functions/function_int.h"

#include <assert.h>
#include <math.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/clock.h"

static double cotangent(double x)
{
    return 1.0 / tan(x);
}

/* glibc's cbrt misses the cube root of 27 by a bit; in long double the error is
 * rounded away. */
static double cube_root(double x)
{
    return (double)cbrtl(x);
}

/* As Java computes them: one multiplication by a constant. */
static double to_degrees(double x)
{
    return x * 57.29577951308232;
}

static double to_radians(double x)
{
    return x * 0.017453292519943295;
}

static double log_base(double base, double x)
{
    if (base <= 0 || base == 1) return NAN;
    return log(x) / log(base);
}

/* A function of one argument or of two. */
typedef struct Real {
    const char *name;
    double (*one)(double);
    double (*two)(double, double);
} Real;

static const Real reals[] = {
    {"acos", acos, NULL},     {"asin", asin, NULL},
    {"atan", atan, NULL},     {"cbrt", cube_root, NULL},
    {"cos", cos, NULL},       {"cosh", cosh, NULL},
    {"cot", cotangent, NULL}, {"degrees", to_degrees, NULL},
    {"exp", exp, NULL},       {"ln", log, NULL},
    {"log", log, log_base},   {"radians", to_radians, NULL},
    {"sin", sin, NULL},       {"sinh", sinh, NULL},
    {"sqrt", sqrt, NULL},     {"tan", tan, NULL},
    {"tanh", tanh, NULL},     {"atan2", NULL, atan2},
    {"power", NULL, pow},
};

/* What this call site computes. */
static const Real *real_of(FnCall *call)
{
    if (call->cache) return call->cache;
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        if (strcmp(reals[i].name, call->function->name) == 0)
            call->cache = (void *)&reals[i];
    assert(call->cache);
    return call->cache;
}

static double value_f64(const Type *type, const Value *value)
{
    switch (type->kind) {
    case TYPE_INT: return value->i32;
    case TYPE_BIGINT: return (double)value->i64;
    default: return value->f64;
    }
}

static double element_f64(const Column *column, int row)
{
    row = arg_row(column, row);
    switch (column->type->kind) {
    case TYPE_INT: return column->i32[row];
    case TYPE_BIGINT: return (double)column->i64[row];
    default: return column->f64[row];
    }
}

static bool real(FnCall *call, const Value *args, int count, Value *out)
{
    const Real *f = real_of(call);
    double x = value_f64(call->arg_types[0], &args[0]);
    *out = (Value){0};
    out->f64 = count == 1 ? f->one(x)
                          : f->two(x, value_f64(call->arg_types[1], &args[1]));
    return true;
}

static void real_column(FnCall *call, const Column *const *args, int arg_count,
                        const uint16_t *sel, int sel_count, int row_count,
                        Column *out)
{
    const Real *f = real_of(call);
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i);
        if (arg_null(args[0], row) ||
            (arg_count > 1 && arg_null(args[1], row))) {
            column_set_null(call->arena, out, row, row_count);
            continue;
        }
        double x = element_f64(args[0], row);
        out->f64[row] = arg_count == 1 ? f->one(x)
                                       : f->two(x, element_f64(args[1], row));
    }
}

static bool real_pi(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)args, (void)count;
    *out = (Value){.f64 = 3.141592653589793};
    return true;
}

/* Splitmix64 over a counter that starts at random. */
static bool random_real(FnCall *call, const Value *args, int count, Value *out)
{
    (void)args, (void)count;
    uint64_t *counter = call->cache;
    if (!counter) {
        counter = mem_alloc(sizeof *counter);
        if (getrandom(counter, sizeof *counter, 0) != sizeof *counter)
            *counter = (uint64_t)clock_monotonic_ns();
        call->cache = counter;
        call->cache_free = mem_free;
    }
    uint64_t z = *counter += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    *out = (Value){.f64 = (double)(z >> 11) * 0x1p-53};
    return true;
}

/* A row; `reals` has its name too. */
#define REAL(name_, signature_, text, example_)                                \
    {                                                                          \
        .name = name_, .signature = signature_, .flags = FN_NULL_IN_NULL_OUT,  \
        .scalar = real, .column = real_column, .category = "MATHEMATICAL",     \
        .description = text, .example = example_                               \
    }

/* The three overloads of one argument; the example is of an integer `x`. */
#define ONE(name, NAME, text, x, result)                                       \
    REAL(name, "INT -> DOUBLE", text, NAME "(" x ") " result),                 \
        REAL(name, "BIGINT -> DOUBLE", text,                                   \
             NAME "(CAST(" x " AS BIGINT)) " result),                          \
        REAL(name, "DOUBLE -> DOUBLE", text, NAME "(" x "E0) " result)

/* The three of two arguments of one type. */
#define TWO(name, NAME, text, x, y, result)                                    \
    REAL(name, "INT, INT -> DOUBLE", text, NAME "(" x ", " y ") " result),     \
        REAL(name, "BIGINT, BIGINT -> DOUBLE", text,                           \
             NAME "(CAST(" x " AS BIGINT), CAST(" y " AS BIGINT)) " result),   \
        REAL(name, "DOUBLE, DOUBLE -> DOUBLE", text,                           \
             NAME "(" x "E0, " y "E0) " result)

static const Function rows[] = {
    ONE("acos", "ACOS", "The arc cosine in radians; NaN outside -1 to 1.", "1",
        "= 0E0"),
    ONE("asin", "ASIN", "The arc sine in radians; NaN outside -1 to 1.", "0",
        "= 0E0"),
    ONE("atan", "ATAN", "The arc tangent in radians.", "0", "= 0E0"),
    TWO("atan2", "ATAN2", "The angle of the point (second, first) in radians.",
        "0", "1", "= 0E0"),
    ONE("cbrt", "CBRT", "The cube root, of negative numbers too.", "-8",
        "= -2E0"),
    ONE("cos", "COS", "The cosine of an angle in radians.", "0", "= 1E0"),
    ONE("cosh", "COSH", "The hyperbolic cosine.", "0", "= 1E0"),
    ONE("cot", "COT",
        "The cotangent of an angle in radians; that of 0 is infinite.", "0",
        "> 1E300"),
    ONE("degrees", "DEGREES", "An angle in radians as degrees.", "0", "= 0E0"),
    ONE("exp", "EXP", "The power of e.", "0", "= 1E0"),
    ONE("ln", "LN", "The natural logarithm; -Infinity of 0, NaN below.", "1",
        "= 0E0"),
    ONE("log", "LOG", "The natural logarithm; -Infinity of 0, NaN below.", "1",
        "= 0E0"),
    TWO("log", "LOG",
        "The logarithm of the second number to the base of the first; NaN for "
        "a base of 1 or up to 0.",
        "2", "8", "= 3E0"),
    {.name = "pi",
     .signature = "-> DOUBLE",
     .scalar = real_pi,
     .category = "MATHEMATICAL",
     .description = "The number pi.",
     .example = "PI() = 3.141592653589793E0"},
    TWO("power", "POWER", "The first number to the power of the second.", "2",
        "10", "= 1024E0"),
    ONE("radians", "RADIANS", "An angle in degrees as radians.", "0", "= 0E0"),
    {.name = "random",
     .signature = "-> DOUBLE",
     .flags = FN_VOLATILE,
     .scalar = random_real,
     .category = "MATHEMATICAL",
     .description = "A random number from 0 to less than 1.",
     .example = "RANDOM() < 1E0"},
    ONE("sin", "SIN", "The sine of an angle in radians.", "0", "= 0E0"),
    ONE("sinh", "SINH", "The hyperbolic sine.", "0", "= 0E0"),
    ONE("sqrt", "SQRT", "The square root; NaN of negative numbers.", "9",
        "= 3E0"),
    ONE("tan", "TAN", "The tangent of an angle in radians.", "0", "= 0E0"),
    ONE("tanh", "TANH", "The hyperbolic tangent.", "0", "= 0E0"),
};

const FunctionFamily fn_real = {rows, sizeof rows / sizeof *rows};
