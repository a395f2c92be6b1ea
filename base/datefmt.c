/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates by pattern: opening a format and printing. Reading is in
 * datefmt_parse.c, the letters in datefmt_pattern.c, zones in datefmt_zone.c.
 *
 * ICU's own date formats have other letters, and read far more than Java's do
 * (`1` for `dd`, `21` for `yyyy`); so the patterns are followed here, with the
 * calendar of base/civil.h (proleptic Gregorian, as Java's) and the zones of
 * ICU. Names and weeks are those of the United States; F is what it is up to
 * Java 18, the place in the month by sevens.
 */
#include "base/datefmt.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/datefmt_int.h"
#include "base/number.h"

static const Str month_names[] = {
    STR_INIT("January"), STR_INIT("February"), STR_INIT("March"),
    STR_INIT("April"),   STR_INIT("May"),      STR_INIT("June"),
    STR_INIT("July"),    STR_INIT("August"),   STR_INIT("September"),
    STR_INIT("October"), STR_INIT("November"), STR_INIT("December"),
};
static const Str weekday_names[] = {
    STR_INIT("Monday"),   STR_INIT("Tuesday"), STR_INIT("Wednesday"),
    STR_INIT("Thursday"), STR_INIT("Friday"),  STR_INIT("Saturday"),
    STR_INIT("Sunday"),
};
static const Str quarter_names[] = {STR_INIT("Q1"), STR_INIT("Q2"),
                                    STR_INIT("Q3"), STR_INIT("Q4")};
static const Str quarter_full_names[] = {
    STR_INIT("1st quarter"), STR_INIT("2nd quarter"), STR_INIT("3rd quarter"),
    STR_INIT("4th quarter")};
static const Str half_names[] = {STR_INIT("AM"), STR_INIT("PM")};
static const Str era_names[] = {STR_INIT("BC"), STR_INIT("AD")};
static const Str era_full_names[] = {STR_INIT("Before Christ"),
                                     STR_INIT("Anno Domini")};

Str field_name(Field field, int index, bool full)
{
    switch (field) {
    case FIELD_MONTH:
        if (index >= 12) return STR_NULL;
        return full ? month_names[index] : (Str){month_names[index].ptr, 3};
    case FIELD_WEEKDAY:
        if (index >= 7) return STR_NULL;
        return full ? weekday_names[index] : (Str){weekday_names[index].ptr, 3};
    case FIELD_QUARTER:
        if (index >= 4) return STR_NULL;
        return full ? quarter_full_names[index] : quarter_names[index];
    case FIELD_DAY_PERIOD:
        return index < DAY_PERIODS ? day_periods[index].name : STR_NULL;
    case FIELD_AMPM: return index < 2 ? half_names[index] : STR_NULL;
    case FIELD_ERA:
        if (index >= 2) return STR_NULL;
        return full ? era_full_names[index] : era_names[index];
    default: return STR_NULL;
    }
}

/* Noon and midnight are one minute of their own. */
const DayPeriod day_periods[DAY_PERIODS] = {
    {STR_INIT("midnight"), STR_INIT("mi"), 0, 1},
    {STR_INIT("noon"), STR_INIT("n"), 720, 721},
    {STR_INIT("in the morning"), STR_INIT("in the morning"), 360, 720},
    {STR_INIT("in the afternoon"), STR_INIT("in the afternoon"), 720, 1080},
    {STR_INIT("in the evening"), STR_INIT("in the evening"), 1080, 1260},
    {STR_INIT("at night"), STR_INIT("at night"), 1260, 1800},
};

bool day_period_has(int index, int minute)
{
    const DayPeriod *p = &day_periods[index];
    return (minute >= p->from && minute < p->to) || minute + 1440 < p->to;
}

int day_period_of(int minute)
{
    int index = 0;
    while (!day_period_has(index, minute))
        index++;
    return index;
}

/* A month's first week is the one with its first day. */
static int64_t month_week(int64_t days, CivilDate date)
{
    int64_t first = civil_week_start(days - (date.day - 1));
    return (civil_week_start(days) - first) / 7 + 1;
}

int64_t date_field(int64_t days, CivilDate date, Field field)
{
    enum { JULIAN_DAY_OF_1970 = 40587 };
    int64_t week_year;
    switch (field) {
    case FIELD_ERA: return date.year > 0;
    case FIELD_YEAR: return date.year;
    case FIELD_YEAR_OF_ERA: return date.year > 0 ? date.year : 1 - date.year;
    case FIELD_MONTH: return date.month;
    case FIELD_DAY: return date.day;
    case FIELD_DAY_OF_YEAR: return days - civil_to_days(date.year, 1, 1) + 1;
    case FIELD_WEEKDAY: return civil_weekday(days);
    case FIELD_QUARTER: return (date.month + 2) / 3;
    case FIELD_WEEK_DAY: return civil_weekday(days) % 7 + 1;
    case FIELD_MONTH_WEEK: return month_week(days, date);
    case FIELD_MONTH_SEVEN: return (date.day - 1) % 7 + 1;
    case FIELD_JULIAN_DAY: return days + JULIAN_DAY_OF_1970;
    case FIELD_WEEK_YEAR:
    case FIELD_WEEK:
        week_year = civil_from_days(civil_week_start(days) + 6).year;
        if (field == FIELD_WEEK_YEAR) return week_year;
        return (civil_week_start(days) - civil_year_week_start(week_year)) / 7 +
               1;
    default: return 0;
    }
}

Status datefmt_open(Arena *arena, Str pattern, Str zone, DateFormat **format)
{
    *format = NULL;
    Arena *own = arena_new("date format", 0);
    Pattern compiled;
    Status st = pattern_compile(arena, own, pattern, &compiled);
    if (st.kind) {
        arena_free(own);
        return st;
    }
    DateFormat *f = mem_zalloc(sizeof *f);
    f->own = own;
    f->pattern = compiled;
    f->last = civil_from_days(0);
    if (!zone_open(zone.ptr ? str_copy(own, zone) : STR("UTC"), &f->zone)) {
        datefmt_close(f);
        return st_error(arena, ST_USER,
                        "unknown time zone '%.*s', use a region such as "
                        "'Europe/Oslo' or an offset such as '+02:00'",
                        STR_ARG(zone));
    }
    *format = f;
    return st_ok();
}

void datefmt_close(DateFormat *format)
{
    if (!format) return;
    zone_close(&format->zone);
    zone_close(&format->text_zone);
    buf_free(&format->text);
    arena_free(format->own);
    mem_free(format);
}

/* A moment in its zone. */
typedef struct Moment {
    int64_t ms; /* UTC. */
    int32_t offset_s;
    int64_t days; /* Local. */
    CivilDate date;
    int32_t ms_of_day;
} Moment;

/* Rows of one batch are mostly of one day, whose date is kept. */
static void split_moment(DateFormat *format, int64_t ms, Moment *m)
{
    const int64_t day_ms = 86400000;
    m->ms = ms;
    m->offset_s = zone_offset_at(&format->zone, ms);
    /* Not of ms + offset, which would not fit near the ends of the type. */
    m->days = floor_div(ms, day_ms);
    int64_t rest_ms = ms % day_ms + (ms % day_ms < 0 ? day_ms : 0) +
                      (int64_t)m->offset_s * 1000;
    int64_t more = floor_div(rest_ms, day_ms);
    m->days += more;
    m->ms_of_day = (int32_t)(rest_ms - more * day_ms);
    if (m->days != format->last_days) {
        format->last = civil_from_days(m->days);
        format->last_days = m->days;
    }
    m->date = format->last;
}

static int64_t field_value(const Moment *m, Field field)
{
    int32_t second = m->ms_of_day / 1000, hour = second / 3600;
    switch (field) {
    case FIELD_AMPM: return hour / 12;
    case FIELD_DAY_PERIOD: return day_period_of(second / 60);
    case FIELD_HOUR: return hour;
    case FIELD_CLOCK_HOUR: return hour ? hour : 24;
    case FIELD_HOUR_OF_HALF: return hour % 12;
    case FIELD_CLOCK_HALF: return hour % 12 ? hour % 12 : 12;
    case FIELD_MINUTE: return second / 60 % 60;
    case FIELD_SECOND: return second % 60;
    case FIELD_NANO: return (int64_t)(m->ms_of_day % 1000) * 1000000;
    case FIELD_MILLI_OF_DAY: return m->ms_of_day;
    case FIELD_NANO_OF_DAY: return (int64_t)m->ms_of_day * 1000000;
    case FIELD_OFFSET: return m->offset_s;
    default: return date_field(m->days, m->date, field);
    }
}

/* Two digits, by far the most common. */
static void print_pair(Buf *out, int64_t value)
{
    buf_push(out, (char)('0' + value / 10));
    buf_push(out, (char)('0' + value % 10));
}

static void print_number(Buf *out, const Element *e, int64_t value)
{
    if (e->min == 2 && (uint64_t)value < 100) {
        print_pair(out, value);
        return;
    }
    if (e->min == 4 && (uint64_t)value < 10000) {
        print_pair(out, value / 100);
        print_pair(out, value % 100);
        return;
    }
    char digits[NUMBER_TEXT_MAX];
    int len = number_print_i64(value < 0 ? -value : value, digits);
    if (value < 0)
        buf_push(out, '-');
    else if (e->sign == SIGN_EXCEEDS_PAD && len > e->min)
        buf_push(out, '+');
    for (int i = len; i < e->min; i++)
        buf_push(out, '0');
    buf_append(out, digits, (size_t)len);
}

static void print_text(Buf *out, const Element *e, int64_t value)
{
    int index = (int)value - field_counts_from_1(e->field);
    Str name = field_name(e->field, index, e->count == 4);
    if (e->count == 5) {
        if (e->field == FIELD_DAY_PERIOD) {
            name = day_periods[index].narrow;
        } else {
            /* Quarters are numbers then, others are initials. */
            if (e->field == FIELD_QUARTER) name.ptr++;
            name.len = 1;
        }
    }
    buf_append_str(out, name);
}

/* X, x and Z: the count chooses hours, minutes, colons and seconds. */
static void print_offset(Buf *out, const Element *e, int32_t offset_s)
{
    bool z = e->letter == 'X' || (e->letter == 'Z' && e->count == 5);
    if (z && !offset_s) {
        buf_push(out, 'Z');
        return;
    }
    int left = offset_s < 0 ? -offset_s : offset_s;
    int count = e->letter == 'Z' && e->count < 4 ? 2 : e->count;
    bool colon = count == 3 || count == 5;
    buf_push(out, offset_s < 0 ? '-' : '+');
    print_pair(out, left / 3600);
    if (count > 1 || left / 60 % 60) {
        if (colon) buf_push(out, ':');
        print_pair(out, left / 60 % 60);
    }
    if (count > 3 && left % 60) {
        if (colon) buf_push(out, ':');
        print_pair(out, left % 60);
    }
}

/* O and ZZZZ: `GMT+8`, `GMT+08:00`. */
static void print_gmt_offset(Buf *out, const Element *e, int32_t offset_s)
{
    buf_append_str(out, STR("GMT"));
    if (!offset_s) return;
    int left = offset_s < 0 ? -offset_s : offset_s;
    bool full = e->count == 4;
    buf_printf(out, full ? "%c%02d" : "%c%d", offset_s < 0 ? '-' : '+',
               left / 3600);
    if (full || left % 3600) buf_printf(out, ":%02d", left / 60 % 60);
    if (left % 60) buf_printf(out, ":%02d", left % 60);
}

static void print_fraction(Buf *out, int64_t nanos, int count)
{
    char digits[9];
    for (int i = 8; i >= 0; i--, nanos /= 10)
        digits[i] = (char)('0' + nanos % 10);
    buf_append(out, digits, (size_t)count);
}

/* Puts blanks in front of what stands behind `from`. False: it is too long. */
static bool pad_text(Buf *out, size_t from, int width)
{
    size_t len = out->len - from;
    if (len > (size_t)width) return false;
    for (size_t i = len; i < (size_t)width; i++)
        buf_push(out, ' ');
    memmove(out->ptr + from + (size_t)width - len, out->ptr + from, len);
    memset(out->ptr + from, ' ', (size_t)width - len);
    return true;
}

static void print_element(DateFormat *format, Buf *out, const Element *e,
                          const Moment *m)
{
    if (e->kind == EL_LITERAL) {
        if (e->literal.len == 1)
            buf_push(out, e->literal.ptr[0]);
        else
            buf_append_str(out, e->literal);
        return;
    }
    int64_t value = field_value(m, e->field);
    switch (e->kind) {
    case EL_LITERAL: break;
    case EL_NUMBER: print_number(out, e, value); break;
    case EL_REDUCED_YEAR:
        print_number(out, e, (value < 0 ? -value : value) % 100);
        break;
    case EL_FRACTION: print_fraction(out, value, e->max); break;
    case EL_TEXT: print_text(out, e, value); break;
    case EL_OFFSET: print_offset(out, e, m->offset_s); break;
    case EL_GMT_OFFSET: print_gmt_offset(out, e, m->offset_s); break;
    case EL_ZONE_NAME:
        zone_print_name(&format->zone, out, m->ms, e->count == 4,
                        e->letter == 'v');
        break;
    case EL_ZONE_ID: buf_append_str(out, format->zone.id); break;
    case EL_OPEN:
    case EL_CLOSE: break;
    }
}

bool datefmt_print(DateFormat *format, Arena *arena, int64_t ms, Str *text)
{
    Moment m;
    split_moment(format, ms, &m);
    Buf *out = &format->text;
    out->len = 0;
    for (int i = 0; i < format->pattern.count; i++) {
        const Element *e = &format->pattern.elements[i];
        size_t from = out->len;
        print_element(format, out, e, &m);
        if (e->pad && !pad_text(out, from, e->pad)) return false;
    }
    *text = str_copy(arena, buf_str(out));
    return true;
}

unsigned datefmt_parts(const DateFormat *format)
{
    unsigned parts = 0;
    for (int i = 0; i < format->pattern.count; i++) {
        const Element *e = &format->pattern.elements[i];
        switch (e->kind) {
        case EL_LITERAL:
        case EL_OPEN:
        case EL_CLOSE: break;
        case EL_OFFSET:
        case EL_GMT_OFFSET:
        case EL_ZONE_NAME:
        case EL_ZONE_ID: parts |= DATE_HAS_ZONE; break;
        case EL_NUMBER:
        case EL_REDUCED_YEAR:
        case EL_FRACTION:
        case EL_TEXT: parts |= field_part(e->field); break;
        }
    }
    return parts;
}

int32_t datefmt_offset_s(DateFormat *format, int64_t ms)
{
    return zone_offset_at(&format->zone, ms);
}

Str datefmt_server_zone(Arena *arena)
{
    UChar id[ZONE_ID_MAX_BYTES + 1];
    char text[ZONE_ID_MAX_BYTES + 1];
    UErrorCode error = U_ZERO_ERROR;
    int32_t len = ucal_getHostTimeZone(id, ZONE_ID_MAX_BYTES, &error);
    if (U_FAILURE(error) || len > ZONE_ID_MAX_BYTES) return STR("UTC");
    for (int32_t i = 0; i < len; i++)
        text[i] = (char)id[i]; /* Zone ids are ASCII. */
    return str_copy(arena, (Str){text, (size_t)len});
}
