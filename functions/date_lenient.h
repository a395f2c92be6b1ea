/* SPDX-License-Identifier: Apache-2.0
 *
 * For PARSE_DATE: reading by a pattern as Java's lenient SimpleDateFormat does.
 */
#ifndef FUNCTIONS_DATE_LENIENT_H
#define FUNCTIONS_DATE_LENIENT_H

#include "base/str.h"

/* The moment that `text` gives, in milliseconds since 1970 UTC; missing parts
 * are those of 1970-01-01T00:00. Two-digit years lie within 80 years before and
 * 20 after `now_ms`. False: it does not match, or, with `*why` set, the pattern
 * is not valid. */
bool date_parse_leniently(Str text, Str pattern, int64_t now_ms, int64_t *ms,
                          const char **why);

#endif
