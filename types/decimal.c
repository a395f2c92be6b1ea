/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal arithmetic: the path for integers below 2^127.
 *
 * Each operation first tries 128-bit integers with every overflow checked, and
 * hands over to types/decimal_big.c (GMP) when an operand or the result does
 * not fit. Both give the same answer; which one ran shows only in the time it
 * took (about 10 ns against 50 to 100 on the machine it was written on).
 *
 * Scales may differ and may be negative. Where the distance between a value and
 * the wanted scale decides the answer alone (1E-1000000000 rounded to two
 * digits, 1E1000000000 as DECIMAL(4, 2)) no power of ten is computed, so a
 * short hostile text cannot ask for gigabytes; fit, compare, to_i64 and
 * rounding down are safe on any value. add, subtract, remainder, print_plain
 * and a rescale to more digits are for values that have been fitted to a type.
 */
#include "types/decimal.h"

#include <assert.h>

#include "types/decimal_int.h"

static bool too_large(UInt128 n)
{
    return n >> 127 != 0;
}

bool multiply_u128(UInt128 a, UInt128 b, UInt128 *out)
{
    uint64_t a_high = (uint64_t)(a >> 64), b_high = (uint64_t)(b >> 64);
    if (a_high && b_high) return false;
    /* One high half at most: (high * 2^64 + low) * other. */
    uint64_t other = a_high ? (uint64_t)b : (uint64_t)a;
    UInt128 high = (UInt128)(a_high | b_high) * other;
    UInt128 low = (UInt128)(uint64_t)a * (uint64_t)b;
    if (high >> 63) return false;
    *out = low + (high << 64);
    return *out >= low && !too_large(*out);
}

int digits_u128(UInt128 n)
{
    int digits = 1;
    if (n >= pow10_u128(19)) {
        digits = 20;
        while (digits <= POW10_MAX && n >= pow10_u128(digits))
            digits++;
        return digits;
    }
    uint64_t low = (uint64_t)n;
    while (digits < 20 && low >= pow10_u64[digits])
        digits++;
    return digits;
}

bool rounds_away(Rounding rounding, bool negative, int half)
{
    switch (rounding) {
    case ROUND_HALF_UP: return half >= 0;
    case ROUND_HALF_DOWN: return half > 0;
    case ROUND_TRUNCATE: return false;
    case ROUND_FLOOR: return negative;
    case ROUND_CEILING: return !negative;
    case ROUND_TIES_UP: return negative ? half > 0 : half >= 0;
    }
    assert(!"unknown rounding");
    return false;
}

/* n * 10^k; false if k is negative or it does not fit. */
static bool scale_up(UInt128 n, int64_t k, UInt128 *out)
{
    if (k == 0 || n == 0) {
        *out = n;
        return true;
    }
    return k > 0 && k <= POW10_MAX && multiply_u128(n, pow10_u128((int)k), out);
}

/* Both unscaled integers at the larger scale. */
static bool align(Decimal a, Decimal b, Int128 *x, Int128 *y, int *scale)
{
    *x = small_get(a);
    *y = small_get(b);
    *scale = a.scale > b.scale ? a.scale : b.scale;
    if (a.scale == b.scale) return true;
    UInt128 up;
    Int128 *low = a.scale < b.scale ? x : y;
    int64_t k = (int64_t)a.scale - b.scale;
    if (!scale_up(magnitude(*low), k < 0 ? -k : k, &up)) return false;
    *low = with_sign(up, *low < 0);
    return true;
}

Decimal decimal_from_i64(int64_t unscaled, int scale)
{
    return small_make(unscaled, scale);
}

Decimal decimal_add(Arena *arena, Decimal a, Decimal b)
{
    Int128 x, y, sum;
    int scale;
    if (is_small(a) && is_small(b) && align(a, b, &x, &y, &scale) &&
        !__builtin_add_overflow(x, y, &sum) && !too_large(magnitude(sum)))
        return small_make(sum, scale);
    return big_add(arena, a, b, false);
}

Decimal decimal_subtract(Arena *arena, Decimal a, Decimal b)
{
    Int128 x, y, sum;
    int scale;
    if (is_small(a) && is_small(b) && align(a, b, &x, &y, &scale) &&
        !__builtin_sub_overflow(x, y, &sum) && !too_large(magnitude(sum)))
        return small_make(sum, scale);
    return big_add(arena, a, b, true);
}

/* A scale brought into the range of its field, as Java saturates it. */
static int saturate(int64_t scale)
{
    return scale > INT32_MAX   ? INT32_MAX
           : scale < INT32_MIN ? INT32_MIN
                               : (int)scale;
}

Decimal decimal_multiply(Arena *arena, Decimal a, Decimal b)
{
    int scale = saturate((int64_t)a.scale + b.scale);
    if (is_small(a) && is_small(b)) {
        Int128 x = small_get(a), y = small_get(b);
        UInt128 product;
        if (multiply_u128(magnitude(x), magnitude(y), &product))
            return small_make(with_sign(product, (x < 0) != (y < 0)), scale);
    }
    return big_multiply(arena, a, b, scale);
}

/* True if n, its trailing zeros not counted, has at most `precision` digits. */
static bool within_digits(UInt128 n, int precision)
{
    int digits = digits_u128(n);
    for (; digits > precision && n % 10 == 0; digits--)
        n /= 10;
    return digits <= precision;
}

bool decimal_divide(Arena *arena, Decimal a, Decimal b, int precision,
                    int scale, Decimal *out)
{
    if (decimal_sign(b) == 0) return false;
    if (decimal_sign(a) == 0) {
        *out = small_make(0, scale);
        return true;
    }
    if (is_small(a) && is_small(b)) {
        Int128 x = small_get(a), y = small_get(b);
        UInt128 dividend = magnitude(x), divisor = magnitude(y), rest;
        int64_t k = (int64_t)scale + b.scale - a.scale;
        if (k >= 0 ? scale_up(dividend, k, &dividend)
                   : scale_up(divisor, -k, &divisor)) {
            UInt128 quotient = divide_u128(dividend, divisor, &rest);
            if (rest || !within_digits(quotient, precision)) return false;
            *out = small_make(with_sign(quotient, (x < 0) != (y < 0)), scale);
            return true;
        }
    }
    return big_divide(arena, a, b, precision, scale, out);
}

bool decimal_remainder(Arena *arena, Decimal a, Decimal b, int precision,
                       Decimal *out)
{
    if (decimal_sign(b) == 0) return false;
    Int128 x, y;
    int scale;
    if (is_small(a) && is_small(b) && align(a, b, &x, &y, &scale)) {
        UInt128 rest;
        UInt128 quotient = divide_u128(magnitude(x), magnitude(y), &rest);
        if (!within_digits(quotient, precision)) return false;
        *out = small_make(with_sign(rest, x < 0), scale);
        return true;
    }
    return big_remainder(arena, a, b, precision, out);
}

Decimal decimal_negate(Arena *arena, Decimal a)
{
    (void)arena; /* Limbs are shared: only the sign changes. */
    if (is_small(a)) return small_make(-small_get(a), a.scale);
    a.limb_count = -a.limb_count;
    return a;
}

Decimal decimal_abs(Arena *arena, Decimal a)
{
    return decimal_sign(a) < 0 ? decimal_negate(arena, a) : a;
}

/* n / 10^k rounded, k > 0. */
static Int128 scale_down(Int128 n, int64_t k, Rounding rounding)
{
    UInt128 quotient = 0, rest = magnitude(n);
    int half = -1; /* Beyond 10^38 the rest is below half a unit. */
    if (k <= POW10_MAX) {
        UInt128 unit = pow10_u128((int)k);
        quotient = divide_u128(rest, unit, &rest);
        UInt128 other_half = unit - rest;
        half = rest > other_half ? 1 : rest < other_half ? -1 : 0;
    }
    if (rest && rounds_away(rounding, n < 0, half)) quotient++;
    return with_sign(quotient, n < 0);
}

Decimal decimal_rescale(Arena *arena, Decimal a, int scale, Rounding rounding)
{
    if (scale == a.scale) return a;
    if (is_small(a)) {
        Int128 n = small_get(a);
        UInt128 up;
        int64_t k = (int64_t)scale - a.scale;
        if (k < 0) return small_make(scale_down(n, -k, rounding), scale);
        if (scale_up(magnitude(n), k, &up))
            return small_make(with_sign(up, n < 0), scale);
    }
    Decimal out;
    bool done = big_rescale(arena, a, scale, rounding, false, &out);
    assert(done);
    (void)done;
    return out;
}

bool decimal_fit(Arena *arena, Decimal a, int precision, int scale,
                 Decimal *out)
{
    if (is_small(a) && a.scale == scale && precision <= POW10_MAX) {
        *out = a;
        return magnitude(small_get(a)) < pow10_u128(precision);
    }
    if (decimal_sign(a) == 0) {
        *out = small_make(0, scale);
        return true;
    }
    int digits = decimal_digits(arena, a);
    if ((int64_t)digits - a.scale > (int64_t)precision - scale) return false;
    int64_t k = (int64_t)scale - a.scale;
    if (-k >= digits) return false; /* Cuts off the first digit, not zero. */
    if (is_small(a)) {
        Int128 n = small_get(a);
        UInt128 result, rest = 0;
        bool done = true;
        if (k < 0)
            result = divide_u128(magnitude(n), pow10_u128((int)-k), &rest);
        else
            done = scale_up(magnitude(n), k, &result);
        if (rest) return false;
        if (done) {
            *out = small_make(with_sign(result, n < 0), scale);
            return true;
        }
    }
    return big_rescale(arena, a, scale, ROUND_TRUNCATE, true, out);
}

int decimal_digits(Arena *arena, Decimal a)
{
    (void)arena;
    return is_small(a) ? digits_u128(magnitude(small_get(a))) : big_digits(a);
}

int decimal_compare(Arena *arena, Decimal a, Decimal b)
{
    int sign = decimal_sign(a), other = decimal_sign(b);
    if (sign != other || sign == 0) return sign - other;
    Int128 x, y;
    int scale;
    if (is_small(a) && is_small(b) && align(a, b, &x, &y, &scale))
        return (x > y) - (x < y);
    /* The place of the first digit decides, but for equal ones. */
    int64_t place = (int64_t)decimal_digits(arena, a) - a.scale;
    int64_t other_place = (int64_t)decimal_digits(arena, b) - b.scale;
    if (place != other_place) return place > other_place ? sign : -sign;
    return big_compare(a, b);
}

int decimal_sign(Decimal a)
{
    if (!is_small(a)) return a.limb_count < 0 ? -1 : 1;
    if (a.small.high < 0) return -1;
    return a.small.high || a.small.low;
}

bool decimal_equal_exact(Decimal a, Decimal b)
{
    if (a.scale != b.scale || a.limb_count != b.limb_count) return false;
    if (is_small(a))
        return a.small.low == b.small.low && a.small.high == b.small.high;
    int count = a.limb_count < 0 ? -a.limb_count : a.limb_count;
    return memcmp(a.limbs, b.limbs, sizeof *a.limbs * (size_t)count) == 0;
}

int64_t decimal_to_i64(Arena *arena, Decimal a, bool *fits)
{
    (void)arena;
    if (!is_small(a)) return big_to_i64(a, fits);
    Int128 n = small_get(a);
    if (a.scale > 0) n = scale_down(n, a.scale, ROUND_TRUNCATE);
    *fits = n >= INT64_MIN && n <= INT64_MAX;
    if (a.scale >= 0 || n == 0) return (int64_t)(uint64_t)n;
    /* 10^64 and more are multiples of 2^64: their low bits are zero. */
    UInt128 up;
    int64_t k = -(int64_t)a.scale;
    if (scale_up(magnitude(n), k, &up)) {
        n = with_sign(up, n < 0);
        *fits = n >= INT64_MIN && n <= INT64_MAX;
        return (int64_t)(uint64_t)n;
    }
    *fits = false;
    uint64_t low = k < 64 ? (uint64_t)n : 0;
    for (int64_t i = 0; low && i < k; i++)
        low *= 10;
    return (int64_t)low;
}

Decimal decimal_copy(Arena *arena, Decimal a)
{
    if (is_small(a)) return a;
    int count = a.limb_count < 0 ? -a.limb_count : a.limb_count;
    a.limbs = arena_copy(arena, a.limbs, sizeof *a.limbs * (size_t)count);
    return a;
}
