/* SPDX-License-Identifier: Apache-2.0
 *
 * The two conversions that base/number.c takes from the double-conversion
 * library (C++), behind a C face. For base/ only; others use base/number.h.
 */
#ifndef BASE_F64_TEXT_H
#define BASE_F64_TEXT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room that f64_digits needs, its NUL included. */
enum { F64_DIGITS_MAX = 18 };

/* The shortest decimal digits that read back as `value` (finite, > 0), or, if
 * `count` is not 0, the `count` digits nearest to it, without trailing zeros.
 * The value is 0.DIGITS * 10^point. Returns how many digits. */
int f64_digits(double value, int count, char digits[F64_DIGITS_MAX],
               int *point);

/* The double nearest to a well-formed decimal text (sign, digits, fraction,
 * exponent; no blanks), infinity or zero if out of range. */
double f64_read(const char *text, size_t len);

#ifdef __cplusplus
}
#endif

#endif
