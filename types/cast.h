/* SPDX-License-Identifier: Apache-2.0
 *
 * CAST (language 2.4): which pairs exist, and one value's conversion.
 */
#ifndef TYPES_CAST_H
#define TYPES_CAST_H

#include "types/value.h"

/* True if CAST(from AS to) is a legal statement. */
bool cast_allowed(const Type *from, const Type *to);

/* True if a value of `from` goes into `to` without CAST where language 2.5
 * says so for function arguments: INT < BIGINT < DECIMAL < DOUBLE and STRING to
 * DATE, TIME, TIMESTAMP, BYTES. Equal types are not "implicit": false. */
bool cast_implicit(const Type *from, const Type *to);

/* Converts. NULL converts to NULL. False: the value cannot be converted; `*out`
 * is then NULL and `*why` (may be NULL) a short reason with the value. */
bool cast_value(Arena *arena, const Type *from, const Type *to, const Value *in,
                Value *out, const char **why);

/* Toward zero, stopping at the limits of the type; NaN is 0. */
int64_t cast_f64_to_i64(double value);
int32_t cast_f64_to_i32(double value);

#endif
