/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact decimals: an integer and a scale, value = unscaled / 10^scale. Up to 38
 * digits the integer is 128 bits and nothing is allocated; beyond, it is GMP
 * limbs in the arena of the call. Immutable.
 */
#ifndef TYPES_DECIMAL_H
#define TYPES_DECIMAL_H

#include "base/str.h"

typedef struct Decimal {
    int32_t scale;
    int32_t limb_count;    /* 0: `small` holds it; else |n| limbs, sign of n. */
    union {
        struct {
            uint64_t low;  /* Two's complement 128 bits, split so that the */
            int64_t high;  /* struct needs no 16-byte alignment. */
        } small;
        const uint64_t *limbs; /* Least significant first. */
    };
} Decimal;

Decimal decimal_from_i64(int64_t unscaled, int scale);

/* Plain or exponent text: `-12.30`, `1E-7`. False: not a decimal. The scale is
 * the number of fraction digits less the exponent (may be negative). */
bool decimal_parse(Arena *arena, Str text, Decimal *out);

/* Exact arithmetic; `divide` and `remainder` give false for a zero divisor or
 * a quotient that does not end within `precision` digits at all (Java's
 * BigDecimal with MathContext(precision, UNNECESSARY)). */
Decimal decimal_add(Arena *arena, Decimal a, Decimal b);
Decimal decimal_subtract(Arena *arena, Decimal a, Decimal b);
Decimal decimal_multiply(Arena *arena, Decimal a, Decimal b);
bool decimal_divide(Arena *arena, Decimal a, Decimal b, int precision,
                    int scale, Decimal *out);
bool decimal_remainder(Arena *arena, Decimal a, Decimal b, int precision,
                       Decimal *out);
Decimal decimal_negate(Arena *arena, Decimal a);
Decimal decimal_abs(Arena *arena, Decimal a);

typedef enum Rounding {
    ROUND_HALF_UP,   /* Ties away from zero. */
    ROUND_HALF_DOWN, /* Ties toward zero. */
    ROUND_TRUNCATE,  /* Toward zero. */
    ROUND_FLOOR,
    ROUND_CEILING,
    ROUND_TIES_UP,   /* Ties toward +infinity: SQL's ROUND. */
} Rounding;

/* The value at another scale; digits cut off are rounded. */
Decimal decimal_rescale(Arena *arena, Decimal a, int scale, Rounding rounding);

/* True if it fits DECIMAL(precision, scale) exactly, without rounding; `*out`
 * is then the value at that scale. */
bool decimal_fit(Arena *arena, Decimal a, int precision, int scale,
                 Decimal *out);

/* Number of digits of the unscaled integer; 1 for zero. */
int decimal_digits(Arena *arena, Decimal a);

/* <0, 0, >0 by value: 1.0 equals 1.00. */
int decimal_compare(Arena *arena, Decimal a, Decimal b);
int decimal_sign(Decimal a);
bool decimal_equal_exact(Decimal a, Decimal b); /* Value and scale. */

/* Shortest text of the double, as a decimal. NaN and infinities give false. */
bool decimal_from_f64(Arena *arena, double value, Decimal *out);
double decimal_to_f64(Arena *arena, Decimal a);

/* Truncated toward zero, low 64 bits; *fits is false if bits were lost. */
int64_t decimal_to_i64(Arena *arena, Decimal a, bool *fits);

/* Java's toPlainString and toString, in `arena`. */
Str decimal_print_plain(Arena *arena, Decimal a);
Str decimal_print(Arena *arena, Decimal a);

/* The same appended to `buf`; `plain` chooses. */
void decimal_append_text(Buf *buf, Decimal a, bool plain);

/* Two's complement big-endian bytes of the unscaled integer, minimal length,
 * and back. */
Str decimal_to_bytes(Arena *arena, Decimal a);
Decimal decimal_from_bytes(Arena *arena, Str bytes, int scale);

/* A copy whose limbs live in `arena`. */
Decimal decimal_copy(Arena *arena, Decimal a);

#endif
