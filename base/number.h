/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, base64 and hex as text, as the reference engine reads and writes
 * them (Java's rules). Doubles are printed by the double-conversion library.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/str.h"

/* The longest text that number_print_* write, without a NUL. */
enum { NUMBER_TEXT_MAX = 32 };

/* The powers of ten, 10^0 to 10^19. */
extern const uint64_t pow10_u64[20];

/* Writes `value` in decimal at `out`; returns the length. Hand-made: two
 * digits a step. */
int number_print_i64(int64_t value, char *out);

/* Java's Double.toString: shortest digits that read back, at least one
 * fraction digit, exponent form below 1e-3 and from 1e7 on: `1.0`, `1.0E10`,
 * `NaN`, `-Infinity`. Returns the length. */
int number_print_f64(double value, char *out);

/* Strict decimal integer: optional sign, digits (Unicode decimal digits too),
 * nothing else, within the type. False: not a number or out of range. */
bool number_parse_i64(Str text, int64_t *value);
bool number_parse_i32(Str text, int32_t *value);

/* Java's Double.parseDouble: blanks around are allowed, also `1d`, `1.5f`,
 * `0x1p3`, `NaN`, `Infinity`. Out of range gives an infinity or zero, as Java
 * does. */
bool number_parse_f64(Str text, double *value);

/* Fast path for a JSON number already known to be well-formed. */
double number_json_f64(Str text);

/* Standard base64 with padding, appended to `out`. */
void base64_encode(Buf *out, Str bytes);

/* Decodes standard base64 (padding optional as in Java's decoder) into
 * `arena`. False: not base64. */
bool base64_decode(Arena *arena, Str text, Str *bytes);

#endif
