/* SPDX-License-Identifier: Apache-2.0
 *
 * DATE, TIME and TIMESTAMP as text (language 1.3).
 *
 *   date       = year [ "-" MM [ "-" dd ] ]
 *   year       = [ "+" | "-" ] 4 to 9 digits
 *   time       = HH ":" mm [ ":" ss [ "." 1 to 9 digits ] ]
 *   timestamp  = date [ "T" [ HH [ ":" mm [ ":" ss [ "." 1 to 3 digits ] ] ] ]
 * ] [ "Z" | ( "+" | "-" ) hh [ ":" ] mm ]
 *
 * Digits are ASCII. A timestamp may say hour 24 if all below is zero: it is the
 * next day's midnight. Years follow ISO 8601: 0000 is 1 BC, years beyond 9999
 * print with a plus.
 *
 * The calendar is base/civil.h: proleptic Gregorian, without leap seconds.
 */
#include "types/datetime.h"

#include "base/civil.h"

enum {
    MS_PER_SECOND = 1000,
    MS_PER_MINUTE = 60 * MS_PER_SECOND,
    MS_PER_HOUR = 60 * MS_PER_MINUTE,
    MS_PER_DAY = 24 * MS_PER_HOUR,
    ZONE_MAX_MS = 18 * MS_PER_HOUR, /* Java's limit of an offset. */
};

/* What is left to read. */
typedef struct Text {
    const char *at, *end;
} Text;

static bool take_char(Text *text, char c)
{
    if (text->at == text->end || *text->at != c) return false;
    text->at++;
    return true;
}

/* Reads `least` to `most` digits; returns how many, 0 if too few. */
static int take_digits(Text *text, int least, int most, int *value)
{
    int n = 0, v = 0;
    while (n < most && text->at + n < text->end && text->at[n] >= '0' &&
           text->at[n] <= '9') {
        v = v * 10 + (text->at[n] - '0');
        n++;
    }
    if (n < least) return 0;
    text->at += n;
    *value = v;
    return n;
}

static bool take_two(Text *text, int low, int high, int *value)
{
    return take_digits(text, 2, 2, value) && *value >= low && *value <= high;
}

/* Reads a date as days since 1970. */
static bool take_date(Text *text, int64_t *days)
{
    bool minus = take_char(text, '-');
    if (!minus) take_char(text, '+');
    int year, month = 1, day = 1;
    if (!take_digits(text, 4, 9, &year)) return false;
    if (take_char(text, '-')) {
        if (!take_two(text, 1, 12, &month)) return false;
        if (take_char(text, '-') && !take_two(text, 1, 31, &day)) return false;
    }
    if (minus) year = -year;
    if (day > civil_month_days(year, month)) return false;
    *days = civil_to_days(year, month, day);
    return true;
}

/* Reads `.digits`, at most `most`, as milliseconds, the rest cut off. */
static bool take_fraction(Text *text, int most, int *ms)
{
    int digits, value;
    if (!take_char(text, '.')) return true;
    if (!(digits = take_digits(text, 1, most, &value))) return false;
    for (; digits < 3; digits++)
        value *= 10;
    for (; digits > 3; digits--)
        value /= 10;
    *ms = value;
    return true;
}

/* Reads a timestamp's time of day; every part may be missing. */
static bool take_partial_time(Text *text, int *ms_of_day)
{
    int hour = 0, minute = 0, second = 0, ms = 0;
    if (text->at < text->end && *text->at >= '0' && *text->at <= '9') {
        if (!take_two(text, 0, 24, &hour)) return false;
        if (take_char(text, ':')) {
            if (!take_two(text, 0, 59, &minute)) return false;
            if (take_char(text, ':') && (!take_two(text, 0, 59, &second) ||
                                         !take_fraction(text, 3, &ms)))
                return false;
        }
    }
    if (hour == 24 && (minute || second || ms)) return false;
    *ms_of_day = hour * MS_PER_HOUR + minute * MS_PER_MINUTE +
                 second * MS_PER_SECOND + ms;
    return true;
}

/* Reads a zone, if there is one, as its distance east of UTC. */
static bool take_zone(Text *text, int *offset_ms)
{
    *offset_ms = 0;
    if (text->at == text->end || take_char(text, 'Z')) return true;
    int hour, minute;
    bool west = *text->at == '-';
    if (!take_char(text, '+') && !take_char(text, '-')) return false;
    if (!take_two(text, 0, 18, &hour)) return false;
    take_char(text, ':');
    if (!take_two(text, 0, 59, &minute)) return false;
    int ms = hour * MS_PER_HOUR + minute * MS_PER_MINUTE;
    *offset_ms = west ? -ms : ms;
    return ms <= ZONE_MAX_MS;
}

bool date_parse(Str text, int32_t *days)
{
    Text rest = {text.ptr, text.ptr + text.len};
    int64_t wide;
    if (!take_date(&rest, &wide) || rest.at != rest.end) return false;
    if (wide < INT32_MIN || wide > INT32_MAX) return false;
    *days = (int32_t)wide;
    return true;
}

bool time_parse(Str text, int32_t *ms)
{
    Text rest = {text.ptr, text.ptr + text.len};
    int hour, minute, second = 0, fraction = 0;
    if (!take_two(&rest, 0, 23, &hour) || !take_char(&rest, ':') ||
        !take_two(&rest, 0, 59, &minute))
        return false;
    if (take_char(&rest, ':') && (!take_two(&rest, 0, 59, &second) ||
                                  !take_fraction(&rest, 9, &fraction)))
        return false;
    if (rest.at != rest.end) return false;
    *ms = hour * MS_PER_HOUR + minute * MS_PER_MINUTE + second * MS_PER_SECOND +
          fraction;
    return true;
}

bool timestamp_parse(Str text, int64_t *ms)
{
    Text left = {text.ptr, text.ptr + text.len};
    int64_t days, out;
    int of_day = 0, offset;
    if (!take_date(&left, &days)) return false;
    if (take_char(&left, 'T') && !take_partial_time(&left, &of_day))
        return false;
    if (!take_zone(&left, &offset) || left.at != left.end) return false;
    /* From the end of a day before 1970, as the first day of 64-bit
     * milliseconds begins before them. */
    int64_t rest = (int64_t)of_day - offset;
    if (days < 0) {
        days++;
        rest -= MS_PER_DAY;
    }
    if (__builtin_mul_overflow(days, (int64_t)MS_PER_DAY, &out) ||
        __builtin_add_overflow(out, rest, &out))
        return false;
    *ms = out;
    return true;
}

/* Writes `count` digits at `out`. */
static char *put_digits(char *out, int64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

/* Room for any date: sign, ten digits, `-MM-dd`. */
enum { DATE_TEXT_MAX = 24 };

static char *put_date(char *out, int64_t days)
{
    CivilDate date = civil_from_days(days);
    int64_t year = date.year;
    int64_t magnitude = year < 0 ? -year : year;
    int digits = 4;
    for (int64_t limit = 10000; magnitude >= limit; limit *= 10)
        digits++;
    if (year < 0 || digits > 4) *out++ = year < 0 ? '-' : '+';
    out = put_digits(out, magnitude, digits);
    *out++ = '-';
    out = put_digits(out, date.month, 2);
    *out++ = '-';
    return put_digits(out, date.day, 2);
}

void date_print(Buf *buf, int32_t days)
{
    char text[DATE_TEXT_MAX];
    buf_append(buf, text, (size_t)(put_date(text, days) - text));
}

void time_print(Buf *buf, int32_t ms)
{
    char text[16], *at = text;
    /* A TIME may be the end of the day, 24:00; anything else out of range can
     * only come from damaged data and is brought back into it. */
    if (ms < 0 || ms > MS_PER_DAY)
        ms = (ms % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY;
    int seconds = ms / MS_PER_SECOND % 60, fraction = ms % MS_PER_SECOND;
    at = put_digits(at, ms / MS_PER_HOUR, 2);
    *at++ = ':';
    at = put_digits(at, ms / MS_PER_MINUTE % 60, 2);
    if (seconds || fraction) {
        *at++ = ':';
        at = put_digits(at, seconds, 2);
    }
    if (fraction) {
        *at++ = '.';
        at = put_digits(at, fraction, 3);
    }
    buf_append(buf, text, (size_t)(at - text));
}

void timestamp_print(Buf *buf, int64_t ms)
{
    char text[DATE_TEXT_MAX + 16];
    int64_t days = ms / MS_PER_DAY, of_day = ms % MS_PER_DAY;
    if (of_day < 0) {
        of_day += MS_PER_DAY;
        days--;
    }
    char *at = put_date(text, days);
    *at++ = 'T';
    at = put_digits(at, of_day / MS_PER_HOUR, 2);
    *at++ = ':';
    at = put_digits(at, of_day / MS_PER_MINUTE % 60, 2);
    *at++ = ':';
    at = put_digits(at, of_day / MS_PER_SECOND % 60, 2);
    *at++ = '.';
    at = put_digits(at, of_day % MS_PER_SECOND, 3);
    buf_append(buf, text, (size_t)(at - text));
}
