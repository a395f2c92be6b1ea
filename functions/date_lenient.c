/* SPDX-License-Identifier: Apache-2.0
 *
 * Java's lenient SimpleDateFormat, as PARSE_DATE uses it (functions.md 5.3).
 *
 * Letters are G y Y M L d D w W F E u a H k K h m s S z Z X. Blanks before a
 * field are skipped; numbers take all digits there are, but only as many as
 * letters if another number follows; values may be too large and carry over
 * (February 30 is March 2); what follows the last field is ignored. Before
 * 1582-10-15 the calendar is the Julian one.
 */
#include "functions/date_lenient.h"

#include <time.h>

#include "base/civil.h"
#include "base/datefmt.h"

typedef struct Reader {
    Str text;
    size_t at;
    int64_t now_ms;
    int64_t year, month, day, day_of_year; /* Of the year: 0 is none. */
    int64_t week, month_week, month_seven; /* w, W and F; -1 is none. */
    int weekday;                           /* 1 is Monday; 0 is none. */
    bool has_day, is_week_year;
    int64_t hour, half_hour, minute, second, ms, offset_s;
    bool has_hour, before_christ, afternoon;
    const char *why;
} Reader;

static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[] = {"Sunday",    "Monday",   "Tuesday",
                                       "Wednesday", "Thursday", "Friday",
                                       "Saturday"};

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

/* At most `max` digits; `*count` is how many there were. */
static bool read_number(Reader *r, int max, int64_t *value, int *count)
{
    enum { DIGITS_MAX = 17 };
    if (max > DIGITS_MAX) max = DIGITS_MAX;
    *value = 0;
    *count = 0;
    while (*count < max && r->at < r->text.len &&
           is_digit(r->text.ptr[r->at])) {
        *value = *value * 10 + (r->text.ptr[r->at++] - '0');
        ++*count;
    }
    return *count > 0;
}

/* True if the text goes on with the first `len` bytes of `word`, in any case.
 */
static bool accept_word(Reader *r, const char *word, size_t len)
{
    if (r->text.len - r->at < len ||
        !str_eq_nocase((Str){r->text.ptr + r->at, len}, (Str){word, len}))
        return false;
    r->at += len;
    return true;
}

/* One of the names, the full one or its first three letters. */
static bool read_name(Reader *r, const char *const *names, int count,
                      int *index)
{
    for (int full = 1; full >= 0; full--)
        for (*index = 0; *index < count; ++*index) {
            const char *name = names[*index];
            if (accept_word(r, name, full ? strlen(name) : 3)) return true;
        }
    return false;
}

/* A date by the proleptic Gregorian calendar; months and days may be out of
 * range. */
static int64_t gregorian_days(int64_t year, int64_t month, int64_t day)
{
    year += floor_div(month - 1, 12);
    return civil_to_days(
        year, (int)(month - 1 - floor_div(month - 1, 12) * 12) + 1, day);
}

static int64_t julian_days(int64_t year, int64_t month, int64_t day)
{
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    if (month <= 2) month += 12, year--;
    int64_t four = (year >= 0 ? year : year - 3) / 4;
    return year * 365 + four + (153 * (month - 3) + 2) / 5 + day - 719471;
}

static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    enum { FIRST_GREGORIAN = -141427 };
    int64_t days = gregorian_days(year, month, day);
    return days >= FIRST_GREGORIAN ? days : julian_days(year, month, day);
}

/* Two digits are a year around now; others are as they stand. */
static bool read_year(Reader *r, int letters, int max)
{
    int count;
    if (!read_number(r, max, &r->year, &count)) return false;
    if (letters > 2 || count != 2) return true;
    time_t now_s = (time_t)(r->now_ms / 1000);
    struct tm now;
    gmtime_r(&now_s, &now);
    int64_t first = now.tm_year + 1900 - 80;
    r->year += first / 100 * 100;
    if (r->year < first) r->year += 100;
    return true;
}

/* "+hh[[:]mm]"; `*at` is behind the sign already. */
static bool read_offset(Reader *r, int sign)
{
    int64_t hours, minutes = 0;
    int count;
    if (!read_number(r, 2, &hours, &count)) return false;
    if (r->at < r->text.len && r->text.ptr[r->at] == ':') r->at++;
    read_number(r, 2, &minutes, &count);
    if (hours > 23 || minutes > 59) return false;
    r->offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* z, Z and X: Z, GMT+8, +0800, or the name of a zone without summer time. */
static bool read_zone(Reader *r)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = {{"UTC", 0},  {"GMT", 0},  {"UT", 0},   {"EST", -5},
                 {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7},
                 {"MDT", -6}, {"PST", -8}, {"PDT", -7}, {"CET", 1},
                 {"CEST", 2}, {"BST", 1}};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (accept_word(r, zones[i].name, strlen(zones[i].name))) {
            r->offset_s = zones[i].hours * 3600;
            if (i > 2 || r->at == r->text.len) return true;
            break;
        }
    char sign = r->at < r->text.len ? r->text.ptr[r->at] : 0;
    if (sign == 'Z' || sign == 'z') {
        r->at++;
        return true;
    }
    if (sign != '+' && sign != '-') return false;
    r->at++;
    return read_offset(r, sign == '-' ? -1 : 1);
}

/* Names of months, weekdays, eras and halves of the day; true if `letter` has
 * one here. */
static bool is_text(char letter, int letters)
{
    return ((letter == 'M' || letter == 'L') && letters > 2) ||
           (letter && strchr("EaGzZX", letter));
}

static bool read_text(Reader *r, char letter)
{
    static const char *const eras[] = {"BC", "AD"};
    int index;
    switch (letter) {
    case 'M':
    case 'L':
        if (!read_name(r, months, 12, &index)) return false;
        r->month = index + 1;
        return true;
    case 'E':
        if (!read_name(r, weekdays, 7, &index)) return false;
        r->weekday = index ? index : 7;
        return true;
    case 'a':
        r->afternoon = accept_word(r, "PM", 2);
        return r->afternoon || accept_word(r, "AM", 2);
    case 'G':
        r->before_christ = accept_word(r, eras[0], 2);
        return r->before_christ || accept_word(r, eras[1], 2);
    default: return read_zone(r);
    }
}

static bool read_field(Reader *r, char letter, int letters, bool number_next)
{
    int64_t value;
    int count, max = number_next ? letters : 99;
    if (!memchr("GyYMLdDEuaHkKhmsSzZXwWF", letter, 23)) {
        r->why = "unknown letter in the pattern";
        return false;
    }
    while (r->at < r->text.len &&
           (r->text.ptr[r->at] == ' ' || r->text.ptr[r->at] == '\t'))
        r->at++;
    if (is_text(letter, letters)) return read_text(r, letter);
    if (letter == 'y' || letter == 'Y') {
        r->is_week_year = letter == 'Y';
        return read_year(r, letters, max);
    }
    if (!read_number(r, max, &value, &count)) return false;
    switch (letter) {
    case 'M':
    case 'L': r->month = value; break;
    case 'd': r->day = value, r->has_day = true; break;
    case 'w': r->week = value; break;
    case 'W': r->month_week = value; break;
    case 'F': r->month_seven = value; break;
    case 'u': r->weekday = (int)((value + 6) % 7) + 1; break;
    case 'D': r->day_of_year = value; break;
    case 'H': r->hour = value, r->has_hour = true; break;
    case 'k': r->hour = value == 24 ? 0 : value, r->has_hour = true; break;
    case 'K': r->half_hour = value; break;
    case 'h': r->half_hour = value == 12 ? 0 : value; break;
    case 'm': r->minute = value; break;
    case 's': r->second = value; break;
    case 'S': r->ms = value; break;
    default: break;
    }
    return true;
}

/* The quoted text at `*p`, behind its quote; '' is one quote. */
static bool read_quoted(Reader *r, Str pattern, size_t *p)
{
    if (*p < pattern.len && pattern.ptr[*p] == '\'') {
        ++*p;
        return r->at < r->text.len && r->text.ptr[r->at++] == '\'';
    }
    while (*p < pattern.len) {
        char c = pattern.ptr[(*p)++];
        if (c == '\'') {
            if (*p == pattern.len || pattern.ptr[*p] != '\'') return true;
            ++*p;
        }
        if (r->at == r->text.len || r->text.ptr[r->at++] != c) return false;
    }
    r->why = "a quote is not closed in the pattern";
    return false;
}

static int count_letters(Str pattern, size_t p)
{
    int count = 0;
    while (p + (size_t)count < pattern.len &&
           pattern.ptr[p + (size_t)count] == pattern.ptr[p])
        count++;
    return count;
}

static bool read_all(Reader *r, Str pattern)
{
    for (size_t p = 0; p < pattern.len;) {
        char c = pattern.ptr[p];
        if (is_letter(c)) {
            int letters = count_letters(pattern, p);
            p += (size_t)letters;
            bool next = p < pattern.len && is_letter(pattern.ptr[p]) &&
                        !is_text(pattern.ptr[p], count_letters(pattern, p));
            if (!read_field(r, c, letters, next)) return false;
        } else if (c == '\'') {
            p++;
            if (!read_quoted(r, pattern, &p)) return false;
        } else {
            p++;
            if (r->at == r->text.len || r->text.ptr[r->at++] != c) return false;
        }
    }
    return true;
}

/* The day's number, from the fields that Java's GregorianCalendar would take: a
 * week year before all, then the day of the month or year, then weeks. Weeks
 * are those of the United States. */
static int64_t resolve_days(const Reader *r)
{
    int64_t from_sunday = r->weekday % 7; /* Of none it is Sunday. */
    if (r->is_week_year || (r->week >= 0 && !r->has_day && !r->day_of_year)) {
        int64_t week = r->week >= 0 ? r->week : 1;
        return civil_year_week_start(r->year) + (week - 1) * 7 + from_sunday;
    }
    if (r->day_of_year) return days_of(r->year, 1, r->day_of_year);
    int64_t first = days_of(r->year, r->month, 1);
    if (r->has_day || (r->month_week < 0 && r->month_seven < 0))
        return days_of(r->year, r->month, r->day);
    if (r->month_week >= 0)
        return civil_week_start(first) + (r->month_week - 1) * 7 + from_sunday;
    int64_t day = civil_week_start(first) + from_sunday;
    return day + (day < first ? 7 : 0) + (r->month_seven - 1) * 7;
}

bool date_parse_leniently(Str text, Str pattern, int64_t now_ms, int64_t *ms,
                          const char **why)
{
    Reader r = {.text = text,
                .now_ms = now_ms,
                .year = 1970,
                .month = 1,
                .day = 1,
                .week = -1,
                .month_week = -1,
                .month_seven = -1};
    *why = NULL;
    if (!read_all(&r, pattern)) {
        *why = r.why;
        return false;
    }
    enum { YEAR_MAX = 9999999, PART_MAX = 999999999 };
    if (r.year > YEAR_MAX || r.month > PART_MAX || r.day > PART_MAX ||
        r.day_of_year > PART_MAX || r.hour > PART_MAX ||
        r.half_hour > PART_MAX || r.minute > PART_MAX || r.second > PART_MAX ||
        r.ms > PART_MAX || r.week > PART_MAX || r.month_week > PART_MAX ||
        r.month_seven > PART_MAX)
        return false;
    if (r.before_christ) r.year = 1 - r.year;
    int64_t days = resolve_days(&r);
    int64_t hour = r.has_hour ? r.hour : r.half_hour + (r.afternoon ? 12 : 0);
    *ms = days * 86400000 + hour * 3600000 + r.minute * 60000 +
          r.second * 1000 + r.ms - r.offset_s * 1000;
    return true;
}
