/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the decimals: 128-bit integers, powers of ten, and the operations on
 * integers of any size. Only types/decimal*.c and types/codec.c include this.
 *
 * Canonical form: an integer is `small` if its magnitude is below 2^127, and
 * limbs otherwise, the highest limb not zero. So equal integers have equal
 * bits, and negation never changes the form (-2^127 is limbs, as 2^127 is).
 */
#ifndef TYPES_DECIMAL_INT_H
#define TYPES_DECIMAL_INT_H

#include "base/number.h"
#include "types/decimal.h"

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

enum { POW10_MAX = 38 }; /* The highest power of ten below 2^127. */

/* 10^n for 0 <= n <= POW10_MAX. */
static inline UInt128 pow10_u128(int n)
{
    return n < 20 ? pow10_u64[n] : (UInt128)pow10_u64[19] * pow10_u64[n - 19];
}

static inline bool is_small(Decimal a)
{
    return a.limb_count == 0;
}

static inline Int128 small_get(Decimal a)
{
    return (Int128)((UInt128)(uint64_t)a.small.high << 64 | a.small.low);
}

static inline Decimal small_make(Int128 n, int scale)
{
    Decimal d = {.scale = scale};
    d.small.low = (uint64_t)n;
    d.small.high = (int64_t)(n >> 64);
    return d;
}

static inline UInt128 magnitude(Int128 n)
{
    return n < 0 ? -(UInt128)n : (UInt128)n;
}

/* A magnitude below 2^127 and a sign. */
static inline Int128 with_sign(UInt128 n, bool negative)
{
    return negative ? -(Int128)n : (Int128)n;
}

/* a * b; false if it is 2^127 or more. */
bool multiply_u128(UInt128 a, UInt128 b, UInt128 *out);

/* Quotient and remainder; 64-bit division where both fit, which is several
 * times faster. */
static inline UInt128 divide_u128(UInt128 a, UInt128 b, UInt128 *rest)
{
    if (!((a | b) >> 64)) {
        *rest = (uint64_t)a % (uint64_t)b;
        return (uint64_t)a / (uint64_t)b;
    }
    UInt128 quotient = a / b;
    *rest = a - quotient * b;
    return quotient;
}

/* Decimal digits of n; 1 for zero. */
int digits_u128(UInt128 n);

/* True if a cut-off rest makes the magnitude one larger. `half` compares the
 * rest with half a unit; the rest is not zero. */
bool rounds_away(Rounding rounding, bool negative, int half);

/* The decimal of |count| limbs, brought into canonical form; the limbs must
 * live as long as it. */
Decimal from_limbs(uint64_t *limbs, int count, bool negative, int scale);

/* Integers of any size; the results' limbs are in `arena`. */
Decimal big_add(Arena *arena, Decimal a, Decimal b, bool subtract);
Decimal big_multiply(Arena *arena, Decimal a, Decimal b, int scale);
bool big_divide(Arena *arena, Decimal a, Decimal b, int precision, int scale,
                Decimal *out);
bool big_remainder(Arena *arena, Decimal a, Decimal b, int precision,
                   Decimal *out);
/* False if `exact` and digits other than zero would be cut off. */
bool big_rescale(Arena *arena, Decimal a, int scale, Rounding rounding,
                 bool exact, Decimal *out);
int big_compare(Decimal a, Decimal b);
int big_digits(Decimal a);
int64_t big_to_i64(Decimal a, bool *fits);
/* From a NUL-terminated string of digits. */
Decimal big_parse(Arena *arena, const char *digits, bool negative, int scale);
/* Writes the digits of the magnitude at `room`, 20 bytes a limb and 2 more. */
Str big_print(Decimal a, char *room);

/* The unscaled integer as two's complement, big-endian, of minimal length,
 * written at `out`; returns the length. Needs decimal_bytes_room(a) bytes. */
size_t decimal_write_bytes(Decimal a, char *out);
static inline size_t decimal_bytes_room(Decimal a)
{
    size_t limbs = (size_t)(a.limb_count < 0 ? -a.limb_count : a.limb_count);
    return limbs ? limbs * 8 + 1 : 16;
}

#endif
