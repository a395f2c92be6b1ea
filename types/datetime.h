/* SPDX-License-Identifier: Apache-2.0
 *
 * DATE, TIME and TIMESTAMP as text in the forms SQL accepts by context
 * (language 1.3) and prints. Calendar arithmetic is the C library's, in UTC.
 */
#ifndef TYPES_DATETIME_H
#define TYPES_DATETIME_H

#include "base/str.h"

/* `yyyy[-MM[-dd]]` to days since 1970. */
bool date_parse(Str text, int32_t *days);
/* `HH:mm[:ss[.fraction]]` to milliseconds of the day. */
bool time_parse(Str text, int32_t *ms);
/* Date, optional `T` time, optional zone, to milliseconds since 1970 UTC. */
bool timestamp_parse(Str text, int64_t *ms);

/* Appended: `2020-01-31`; `10:20[:30[.123]]` (seconds and milliseconds left out
 * when zero); `2020-01-31T10:20:30.123`. */
void date_print(Buf *buf, int32_t days);
void time_print(Buf *buf, int32_t ms);
void timestamp_print(Buf *buf, int64_t ms);

#endif
