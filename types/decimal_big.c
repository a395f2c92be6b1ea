/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal arithmetic on integers of any size, through GMP. This is the slow
 * path of types/decimal.c and the only file that includes gmp.h.
 *
 * Operands are read in place: `view` makes a read-only mpz over a decimal's
 * limbs (or over a small one's two words), so nothing is allocated for them.
 * Results are computed in an mpz, copied into the arena by `take`, and the mpz
 * is cleared before the function returns: GMP's memory never leaves this file.
 */
#include "types/decimal_int.h"

#include <assert.h>
#include <gmp.h>

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t), "limbs are 64 bits");

/* A read-only integer over `a`; `words` is memory for a small one. */
static mpz_srcptr view(mpz_ptr z, Decimal a, mp_limb_t words[2])
{
    if (!is_small(a))
        return mpz_roinit_n(z, (const mp_limb_t *)a.limbs, a.limb_count);
    Int128 n = small_get(a);
    UInt128 m = magnitude(n);
    words[0] = (uint64_t)m;
    words[1] = (uint64_t)(m >> 64);
    int count = words[1] ? 2 : words[0] ? 1 : 0;
    return mpz_roinit_n(z, words, n < 0 ? -count : count);
}

Decimal from_limbs(uint64_t *limbs, int count, bool negative, int scale)
{
    while (count && limbs[count - 1] == 0)
        count--;
    if (count < 2 || (count == 2 && !(limbs[1] >> 63))) {
        UInt128 n = count ? limbs[0] : 0;
        if (count == 2) n |= (UInt128)limbs[1] << 64;
        return small_make(with_sign(n, negative), scale);
    }
    Decimal out = {.scale = scale, .limb_count = negative ? -count : count};
    out.limbs = limbs;
    return out;
}

/* The decimal of `z`, its limbs in `arena`; clears `z`. */
static Decimal take(Arena *arena, mpz_ptr z, int scale)
{
    size_t count = mpz_size(z);
    uint64_t small[2], *limbs = small;
    assert(count < INT32_MAX);
    if (count > 2) limbs = ARENA_ARRAY(arena, uint64_t, count);
    if (count == 2 && mpz_getlimbn(z, 1) >> 63)
        limbs = ARENA_ARRAY(arena, uint64_t, count);
    for (size_t i = 0; i < count; i++)
        limbs[i] = mpz_getlimbn(z, (mp_size_t)i);
    Decimal out = from_limbs(limbs, (int)count, mpz_sgn(z) < 0, scale);
    mpz_clear(z);
    return out;
}

/* A new out = a * 10^k, k >= 0. */
static void init_scaled(mpz_ptr out, mpz_srcptr a, int64_t k)
{
    assert(k >= 0);
    mpz_init(out);
    if (k) {
        mpz_ui_pow_ui(out, 10, (unsigned long)k);
        mpz_mul(out, out, a);
    } else {
        mpz_set(out, a);
    }
}

/* New x and y: both unscaled integers at the larger scale, which it returns. */
static int init_aligned(mpz_ptr x, mpz_ptr y, Decimal a, Decimal b)
{
    mpz_t za, zb;
    mp_limb_t wa[2], wb[2];
    int scale = a.scale > b.scale ? a.scale : b.scale;
    init_scaled(x, view(za, a, wa), (int64_t)scale - a.scale);
    init_scaled(y, view(zb, b, wb), (int64_t)scale - b.scale);
    return scale;
}

Decimal big_add(Arena *arena, Decimal a, Decimal b, bool subtract)
{
    mpz_t x, y;
    int scale = init_aligned(x, y, a, b);
    if (subtract)
        mpz_sub(x, x, y);
    else
        mpz_add(x, x, y);
    mpz_clear(y);
    return take(arena, x, scale);
}

Decimal big_multiply(Arena *arena, Decimal a, Decimal b, int scale)
{
    mpz_t za, zb, product;
    mp_limb_t wa[2], wb[2];
    mpz_init(product);
    mpz_mul(product, view(za, a, wa), view(zb, b, wb));
    return take(arena, product, scale);
}

static int digits_of(mpz_srcptr z)
{
    size_t digits = mpz_sizeinbase(z, 10); /* Exact or one too many. */
    if (digits < 2) return 1;
    mpz_t power;
    mpz_init(power);
    mpz_ui_pow_ui(power, 10, digits - 1);
    if (mpz_cmpabs(z, power) < 0) digits--;
    mpz_clear(power);
    return (int)digits;
}

/* True if z, its trailing zeros not counted, has at most `precision` digits. */
static bool within_digits(mpz_srcptr z, int precision)
{
    int over = digits_of(z) - precision;
    if (over <= 0) return true;
    mpz_t power;
    mpz_init(power);
    mpz_ui_pow_ui(power, 10, (unsigned long)over);
    bool divisible = mpz_divisible_p(z, power) != 0;
    mpz_clear(power);
    return divisible;
}

bool big_divide(Arena *arena, Decimal a, Decimal b, int precision, int scale,
                Decimal *out)
{
    mpz_t za, zb, x, y, rest;
    mp_limb_t wa[2], wb[2];
    int64_t k = (int64_t)scale + b.scale - a.scale;
    init_scaled(x, view(za, a, wa), k > 0 ? k : 0);
    init_scaled(y, view(zb, b, wb), k < 0 ? -k : 0);
    mpz_init(rest);
    mpz_tdiv_qr(x, rest, x, y);
    bool exact = mpz_sgn(rest) == 0 && within_digits(x, precision);
    mpz_clear(rest);
    mpz_clear(y);
    if (exact)
        *out = take(arena, x, scale);
    else
        mpz_clear(x);
    return exact;
}

bool big_remainder(Arena *arena, Decimal a, Decimal b, int precision,
                   Decimal *out)
{
    mpz_t x, y, quotient;
    int scale = init_aligned(x, y, a, b);
    mpz_init(quotient);
    mpz_tdiv_qr(quotient, x, x, y);
    bool possible = within_digits(quotient, precision);
    mpz_clear(quotient);
    mpz_clear(y);
    if (possible)
        *out = take(arena, x, scale);
    else
        mpz_clear(x);
    return possible;
}

/* x / 10^k rounded in place, k > 0; false if `exact` and it is not. */
static bool cut_digits(mpz_ptr x, int64_t k, Rounding rounding, bool exact)
{
    bool negative = mpz_sgn(x) < 0, ok = true;
    if (k > digits_of(x)) { /* Below half a unit; 10^k may be huge. */
        if (exact) return mpz_sgn(x) == 0;
        bool away = mpz_sgn(x) && rounds_away(rounding, negative, -1);
        mpz_set_si(x, !away ? 0 : negative ? -1 : 1);
        return true;
    }
    mpz_t unit, rest;
    mpz_init(unit);
    mpz_init(rest);
    mpz_ui_pow_ui(unit, 10, (unsigned long)k);
    mpz_tdiv_qr(x, rest, x, unit);
    if (mpz_sgn(rest)) {
        ok = !exact;
        mpz_mul_2exp(rest, rest, 1);
        int half = mpz_cmpabs(rest, unit);
        if (rounds_away(rounding, negative, half)) {
            if (negative)
                mpz_sub_ui(x, x, 1);
            else
                mpz_add_ui(x, x, 1);
        }
    }
    mpz_clear(rest);
    mpz_clear(unit);
    return ok;
}

bool big_rescale(Arena *arena, Decimal a, int scale, Rounding rounding,
                 bool exact, Decimal *out)
{
    mpz_t za, x;
    mp_limb_t wa[2];
    int64_t k = (int64_t)scale - a.scale;
    init_scaled(x, view(za, a, wa), k > 0 ? k : 0);
    if (k < 0 && !cut_digits(x, -k, rounding, exact)) {
        mpz_clear(x);
        return false;
    }
    *out = take(arena, x, scale);
    return true;
}

int big_compare(Decimal a, Decimal b)
{
    mpz_t x, y;
    init_aligned(x, y, a, b);
    int order = mpz_cmp(x, y);
    mpz_clear(x);
    mpz_clear(y);
    return order;
}

int big_digits(Decimal a)
{
    mpz_t z;
    mp_limb_t words[2];
    return digits_of(view(z, a, words));
}

int64_t big_to_i64(Decimal a, bool *fits)
{
    mpz_t za, x;
    mp_limb_t wa[2];
    mpz_init_set(x, view(za, a, wa));
    if (a.scale > 0) cut_digits(x, a.scale, ROUND_TRUNCATE, false);
    *fits = a.scale >= 0 && mpz_fits_slong_p(x);
    uint64_t low = mpz_getlimbn(x, 0);
    if (mpz_sgn(x) < 0) low = -low;
    mpz_clear(x);
    if (a.scale <= -64) low = 0; /* 10^64 is a multiple of 2^64. */
    for (int i = a.scale; low && i < 0; i++)
        low *= 10;
    return (int64_t)low;
}

Decimal big_parse(Arena *arena, const char *digits, bool negative, int scale)
{
    mpz_t z;
    int bad = mpz_init_set_str(z, digits, 10);
    assert(!bad);
    (void)bad;
    if (negative) mpz_neg(z, z);
    return take(arena, z, scale);
}

Str big_print(Decimal a, char *room)
{
    mpz_t z;
    mp_limb_t words[2];
    mpz_get_str(room, 10, view(z, a, words));
    return str_from(*room == '-' ? room + 1 : room);
}
