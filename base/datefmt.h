/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates by pattern and time zones, whose rules are ICU's: the second half of
 * the door. Patterns are those of Java's DateTimeFormatter (`yyyy-MM-dd
 * HH:mm:ss.SSS`) with all its letters, G u y Y Q q M L w W d D F g E e c a B H
 * k K h m s S A n N X x Z O z v VV and p, quotes and `[ ]`. Not for PARSE_DATE,
 * which follows SimpleDateFormat.
 */
#ifndef BASE_DATEFMT_H
#define BASE_DATEFMT_H

#include "base/status.h"
#include "base/str.h"

typedef struct DateFormat DateFormat;

/* Opens a pattern in zone `zone` (an id such as `Europe/Oslo`; STR_NULL is
 * UTC). ST_USER names what is wrong with the pattern or zone. Free with
 * datefmt_close. Used by one thread at a time. */
STATUS datefmt_open(Arena *arena, Str pattern, Str zone, DateFormat **format);
void datefmt_close(DateFormat *format);

/* The whole of `text` as milliseconds since 1970; missing date parts are
 * 1970-01-01, missing time parts 0. False: it does not match. */
bool datefmt_parse(DateFormat *format, Str text, int64_t *ms);

/* `ms` as text in `arena`. False: a part is longer than the width to which `p`
 * fills it up. */
bool datefmt_print(DateFormat *format, Arena *arena, int64_t ms, Str *text);

/* What a text or pattern has. */
enum {
    DATE_HAS_DATE = 1, /* Any part of a date. */
    DATE_HAS_TIME = 2, /* Any part of a time. */
    DATE_HAS_ZONE = 4,
    DATE_HAS_HOUR = 8,  /* An hour of the day, half days known. */
    DATE_IS_WHOLE = 16, /* Year and day. */
};

/* As datefmt_parse, but the local time, without regard to zones; `*parts` are
 * those that the text has. */
bool datefmt_parse_local(DateFormat *format, Str text, int64_t *local_ms,
                         unsigned *parts);

/* DATE_HAS_DATE, _TIME and _ZONE as the pattern has them. */
unsigned datefmt_parts(const DateFormat *format);

/* The offset of the format's zone from UTC at `ms`, in seconds. */
int32_t datefmt_offset_s(DateFormat *format, int64_t ms);

/* The id of this machine's time zone, in `arena`. */
Str datefmt_server_zone(Arena *arena);

#endif
