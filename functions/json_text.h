/* SPDX-License-Identifier: Apache-2.0
 *
 * For the JSON functions: JSON texts as the reference engine's parser sees
 * them. What follows the first complete value is ignored, and of members with
 * one name the last counts, in the place of the first.
 */
#ifndef FUNCTIONS_JSON_TEXT_H
#define FUNCTIONS_JSON_TEXT_H

#include "base/json.h"
#include "functions/function_int.h"

/* The first value in `text`, validated, as it is written there; the empty text
 * if there is only blank. False after fn_fail: malformed. */
bool json_first(FnCall *call, Str text, Str *value);

/* The first value as a tree; NULL for blank text. False after fn_fail. */
bool json_read(FnCall *call, Str text, const Json **tree);

/* The children of an object or array; of an object, once a name. Returns how
 * many, in `*children`. */
int json_children(Arena *arena, const Json *json, const Json ***children);

/* How numbers with a fraction or exponent are written. */
typedef enum JsonNumbers {
    JSON_NUMBERS_JAVA,  /* As BigDecimal's toString: 1E+2. */
    JSON_NUMBERS_PLAIN, /* Without exponent: 100. */
} JsonNumbers;

/* Appends compact JSON. */
void json_put(Arena *arena, Buf *out, const Json *json, JsonNumbers numbers);

#endif
