/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates by pattern: opening a format and printing. Reading is in
 * datefmt_parse.c, the letters in datefmt_pattern.c, zones in datefmt_zone.c.
 *
 * ICU's own date formats have other letters, and read far more than Java's do
 * (`1` for `dd`, `21` for `yyyy`); so the patterns are followed here, with the
 * calendar of the C library (proleptic Gregorian, as Java's) and the zones of
 * ICU. Names are English.
 */
#include "base/datefmt.h"

#include <assert.h>
#include <time.h>

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
    case FIELD_AMPM: return index < 2 ? half_names[index] : STR_NULL;
    case FIELD_ERA:
        if (index >= 2) return STR_NULL;
        return full ? era_full_names[index] : era_names[index];
    default: return STR_NULL;
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
    arena_free(format->own);
    mem_free(format);
}

/* A moment in its zone. */
typedef struct Moment {
    int64_t ms; /* UTC. */
    int32_t offset_s;
    int64_t year; /* Proleptic. */
    int milli;    /* Of the second. */
    struct tm tm;
} Moment;

static void split_moment(Zone *zone, int64_t ms, Moment *m)
{
    m->ms = ms;
    m->offset_s = zone_offset_at(zone, ms);
    int64_t seconds = ms / 1000;
    m->milli = (int)(ms % 1000);
    if (m->milli < 0) {
        m->milli += 1000;
        seconds--;
    }
    seconds += m->offset_s;
    gmtime_r(&seconds, &m->tm);
    m->year = (int64_t)m->tm.tm_year + 1900;
}

static int64_t field_value(const Moment *m, Field field)
{
    int hour = m->tm.tm_hour;
    int second_of_day = (hour * 60 + m->tm.tm_min) * 60 + m->tm.tm_sec;
    int64_t milli_of_day = (int64_t)second_of_day * 1000 + m->milli;
    switch (field) {
    case FIELD_ERA: return m->year > 0;
    case FIELD_YEAR: return m->year;
    case FIELD_YEAR_OF_ERA: return m->year > 0 ? m->year : 1 - m->year;
    case FIELD_MONTH: return m->tm.tm_mon + 1;
    case FIELD_DAY: return m->tm.tm_mday;
    case FIELD_DAY_OF_YEAR: return m->tm.tm_yday + 1;
    case FIELD_WEEKDAY: return m->tm.tm_wday ? m->tm.tm_wday : 7;
    case FIELD_AMPM: return hour / 12;
    case FIELD_HOUR: return hour;
    case FIELD_CLOCK_HOUR: return hour ? hour : 24;
    case FIELD_HOUR_OF_HALF: return hour % 12;
    case FIELD_CLOCK_HALF: return hour % 12 ? hour % 12 : 12;
    case FIELD_MINUTE: return m->tm.tm_min;
    case FIELD_SECOND: return m->tm.tm_sec;
    case FIELD_NANO: return (int64_t)m->milli * 1000000;
    case FIELD_MILLI_OF_DAY: return milli_of_day;
    case FIELD_NANO_OF_DAY: return milli_of_day * 1000000;
    case FIELD_OFFSET: return m->offset_s;
    case FIELD_COUNT: break;
    }
    return 0;
}

static void print_number(Buf *out, const Element *e, int64_t value)
{
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
    int index = (int)value;
    if (e->field == FIELD_MONTH || e->field == FIELD_WEEKDAY) index--;
    Str name = field_name(e->field, index, e->count == 4);
    if (e->count == 5) name.len = 1;
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
    const char *colon = count == 3 || count == 5 ? ":" : "";
    buf_printf(out, "%c%02d", offset_s < 0 ? '-' : '+', left / 3600);
    if (count > 1 || left / 60 % 60)
        buf_printf(out, "%s%02d", colon, left / 60 % 60);
    if (count > 3 && left % 60) buf_printf(out, "%s%02d", colon, left % 60);
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

static void print_element(DateFormat *format, Buf *out, const Element *e,
                          const Moment *m)
{
    int64_t value = field_value(m, e->field);
    switch (e->kind) {
    case EL_LITERAL: buf_append_str(out, e->literal); break;
    case EL_NUMBER: print_number(out, e, value); break;
    case EL_REDUCED_YEAR:
        print_number(out, e, (value < 0 ? -value : value) % 100);
        break;
    case EL_FRACTION:
        for (int i = 0, unit = 100000000; i < e->max; i++, unit /= 10)
            buf_push(out, (char)('0' + value / unit % 10));
        break;
    case EL_TEXT: print_text(out, e, value); break;
    case EL_OFFSET: print_offset(out, e, m->offset_s); break;
    case EL_GMT_OFFSET: print_gmt_offset(out, e, m->offset_s); break;
    case EL_ZONE_NAME:
        zone_print_name(&format->zone, out, m->ms, e->count == 4);
        break;
    case EL_ZONE_ID: buf_append_str(out, format->zone.id); break;
    case EL_OPEN:
    case EL_CLOSE: break;
    }
}

Str datefmt_print(DateFormat *format, Arena *arena, int64_t ms)
{
    Moment m;
    split_moment(&format->zone, ms, &m);
    Buf out = {0};
    for (int i = 0; i < format->pattern.count; i++)
        print_element(format, &out, &format->pattern.elements[i], &m);
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
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
