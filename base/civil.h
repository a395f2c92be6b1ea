/* SPDX-License-Identifier: Apache-2.0
 *
 * The proleptic Gregorian calendar as arithmetic: days since 1970-01-01 to and
 * from year, month and day, for any year that fits. The C library's timegm and
 * gmtime_r give the same, but take a lock and ten times as long.
 */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct CivilDate {
    int64_t year; /* 0 is 1 BC. */
    int month;    /* 1 to 12. */
    int day;      /* 1 to 31. */
} CivilDate;

/* Rounds toward the past, as calendars do. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline bool civil_is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline int civil_month_days(int64_t year, int month)
{
    return month == 2 ? 28 + civil_is_leap(year)
                      : 30 + ((month + (month > 7)) & 1);
}

/* The day's number; 0 is 1970-01-01. `month` is 1 to 12, `day` may be any: the
 * 30th of February is the 1st or 2nd of March. Years begin in March here, so
 * that the leap day is their last; an era is 400 of them. */
static inline int64_t civil_to_days(int64_t year, int month, int64_t day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year +
           day - 719469;
}

static inline CivilDate civil_from_days(int64_t days)
{
    days += 719468;
    int64_t era = floor_div(days, 146097);
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
                   365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    CivilDate date = {.year = year + era * 400 + (month >= 10),
                      .month = (int)(month < 10 ? month + 3 : month - 9),
                      .day = (int)(of_year - (153 * month + 2) / 5 + 1)};
    return date;
}

/* 1 is Monday, 7 is Sunday. */
static inline int civil_weekday(int64_t days)
{
    return (int)(((days + 3) % 7 + 7) % 7) + 1;
}

/* Weeks as in the United States: they begin on Sunday, and a year's first is
 * the one with 1 January. The first day of a day's week, and of a year's first.
 */
static inline int64_t civil_week_start(int64_t days)
{
    return days - civil_weekday(days) % 7;
}

static inline int64_t civil_year_week_start(int64_t year)
{
    return civil_week_start(civil_to_days(year, 1, 1));
}

#endif
