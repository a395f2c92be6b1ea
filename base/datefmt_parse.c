/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading dates by pattern, as Java's DateTimeFormatter does ("strict" digits,
 * "smart" values, letters in any case).
 *
 * First the text is matched element by element, which gives field values; a `[`
 * remembers the state, and a mismatch inside goes on behind its `]` with that
 * state. Then the fields become a moment: from 1970-01-01T00:00 in the zone of
 * the text or else of the format, each field that is there overwrites its part.
 * Day 31 of a short month is its last day, 24:00 is the start of the next day,
 * and fields that contradict each other are an error.
 */
#include "base/datefmt.h"

#include "base/datefmt_int.h"

typedef struct Parsed {
    size_t at;
    uint32_t set; /* A bit for each field that the text has. */
    bool has_zone;
    int64_t value[FIELD_COUNT];
    char zone_id[ZONE_ID_MAX_BYTES + 1];
} Parsed;

static inline bool has(const Parsed *p, Field field)
{
    return p->set >> field & 1;
}

/* Sets a field; false if it is there already with another value. */
static bool set_field(Parsed *p, Field field, int64_t value)
{
    if (has(p, field)) return p->value[field] == value;
    p->value[field] = value;
    p->set |= 1u << field;
    return true;
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* How many digits stand at `at`, at most `max`. */
static int count_digits(Str text, size_t at, int max)
{
    int count = 0;
    while (count < max && at + (size_t)count < text.len &&
           is_digit(text.ptr[at + (size_t)count]))
        count++;
    return count;
}

/* Reads `count` digits; false if they are more than a number can hold. */
static bool read_digits(Str text, size_t at, int count, int64_t *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        int digit = text.ptr[at + (size_t)i] - '0';
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, digit, value))
            return false;
    }
    return true;
}

static bool read_number(const Element *e, Str text, Parsed *p)
{
    size_t at = p->at;
    char sign = at < text.len ? text.ptr[at] : 0;
    if (sign == '-' || sign == '+') {
        bool allowed = sign == '-' ? e->sign != SIGN_NONE
                                   : e->sign == SIGN_EXCEEDS_PAD;
        if (!allowed) return false;
        at++;
    } else {
        sign = 0;
    }
    /* All digits but those that the touching numbers need. */
    int count = count_digits(text, at, e->max + e->reserved);
    if (e->reserved) {
        count -= e->reserved;
        if (count < e->min) count = e->min;
        count = count_digits(text, at, count);
    }
    int64_t value;
    if (count < e->min || !read_digits(text, at, count, &value)) return false;
    if (sign == '-') {
        if (!value) return false;
        value = -value;
    } else if (e->sign == SIGN_EXCEEDS_PAD) {
        /* The plus says that there are more digits than usual. */
        if ((sign == '+') != (count > e->min)) return false;
    }
    p->at = at + (size_t)count;
    if (e->kind == EL_REDUCED_YEAR) value += 2000;
    return set_field(p, e->field, value);
}

static bool read_fraction(const Element *e, Str text, Parsed *p)
{
    int64_t value;
    if (count_digits(text, p->at, e->max) < e->max) return false;
    if (!read_digits(text, p->at, e->max, &value)) return false;
    for (int i = e->max; i < 9; i++)
        value *= 10;
    p->at += (size_t)e->max;
    return set_field(p, FIELD_NANO, value);
}

static bool begins_nocase(Str text, size_t at, Str word)
{
    return text.len - at >= word.len &&
           str_eq_nocase((Str){text.ptr + at, word.len}, word);
}

static bool read_literal(const Element *e, Str text, Parsed *p)
{
    if (!begins_nocase(text, p->at, e->literal)) return false;
    p->at += e->literal.len;
    return true;
}

/* One letter alone cannot tell June from July: Java then reads a number. */
static bool read_narrow(const Element *e, Str text, Parsed *p)
{
    if (e->field == FIELD_DAY_PERIOD || e->field == FIELD_ERA) {
        int count = e->field == FIELD_ERA ? 2 : DAY_PERIODS;
        for (int i = 0; i < count; i++) {
            Str name = e->field == FIELD_ERA ? field_name(e->field, i, false)
                                             : day_periods[i].narrow;
            if (e->field == FIELD_ERA) name.len = 1;
            if (!begins_nocase(text, p->at, name)) continue;
            p->at += name.len;
            return set_field(p, e->field, i);
        }
        return false;
    }
    Element number = {.kind = EL_NUMBER,
                      .field = e->field,
                      .min = 1,
                      .max = 19,
                      .sign = SIGN_NORMAL};
    return read_number(&number, text, p);
}

/* A name, the full one (if the pattern has four letters) before the short. */
static bool read_text(const Element *e, Str text, Parsed *p)
{
    if (e->count == 5) return read_narrow(e, text, p);
    for (int full = e->count == 4; full >= 0; full--) {
        for (int i = 0;; i++) {
            Str name = field_name(e->field, i, full);
            if (!name.ptr) break;
            if (!begins_nocase(text, p->at, name)) continue;
            p->at += name.len;
            return set_field(p, e->field, i + field_counts_from_1(e->field));
        }
    }
    return false;
}

/* Reads two digits below 60, behind a colon if there must be one; -1: no. */
static int read_pair(Str text, size_t *at, bool colon)
{
    size_t i = *at;
    if (colon && (i >= text.len || text.ptr[i++] != ':')) return -1;
    int64_t value;
    if (count_digits(text, i, 2) < 2) return -1;
    read_digits(text, i, 2, &value);
    if (value > 59) return -1;
    *at = i + 2;
    return (int)value;
}

/* X, x and Z. */
static bool read_offset(const Element *e, Str text, Parsed *p)
{
    enum { OFFSET_MAX_S = 18 * 3600 };
    bool z = e->letter == 'X' || (e->letter == 'Z' && e->count == 5);
    char first = p->at < text.len ? text.ptr[p->at] : 0;
    if (z && (first == 'Z' || first == 'z')) {
        p->at++;
        return set_field(p, FIELD_OFFSET, 0);
    }
    if (first != '+' && first != '-') return false;
    int count = e->letter == 'Z' && e->count < 4 ? 2 : e->count;
    bool colon = count == 3 || count == 5;
    size_t at = p->at + 1;
    int hours = read_pair(text, &at, false);
    if (hours < 0) return false;
    int minutes = read_pair(text, &at, colon);
    if (minutes < 0 && count > 1) return false;
    int seconds = count > 3 ? read_pair(text, &at, colon) : 0;
    int32_t sum = hours * 3600 + (minutes > 0 ? minutes * 60 : 0) +
                  (seconds > 0 ? seconds : 0);
    if (sum > OFFSET_MAX_S) return false;
    p->at = at;
    return set_field(p, FIELD_OFFSET, first == '-' ? -sum : sum);
}

/* O and ZZZZ. */
static bool read_gmt_offset(Str text, Parsed *p)
{
    if (!begins_nocase(text, p->at, STR("GMT"))) return false;
    p->at += 3;
    Str rest = {text.ptr + p->at, text.len - p->at};
    int32_t offset_s = 0;
    if (rest.len && (rest.ptr[0] == '+' || rest.ptr[0] == '-')) {
        size_t size = zone_match_offset(rest, &offset_s);
        if (!size) return false;
        p->at += size;
    }
    return set_field(p, FIELD_OFFSET, offset_s);
}

static bool is_id_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) ||
           c == '/' || c == '_' || c == '+' || c == '-';
}

/* The length of the region id or offset that `text` begins with, or 0. */
static size_t match_zone_id(Str text)
{
    static const Str prefixes[] = {STR_INIT("UTC"), STR_INIT("GMT"),
                                   STR_INIT("UT"), STR_INIT("")};
    int32_t offset_s;
    for (int i = 0; i < 4; i++) {
        Str rest = text;
        if (!str_starts_with(text, prefixes[i])) continue;
        rest.ptr += prefixes[i].len;
        rest.len -= prefixes[i].len;
        if (!rest.len || (rest.ptr[0] != '+' && rest.ptr[0] != '-')) continue;
        size_t size = zone_match_offset(rest, &offset_s);
        if (size) return prefixes[i].len + size;
    }
    size_t len = 0;
    while (len < text.len && is_id_letter(text.ptr[len]))
        len++;
    return len;
}

/* Makes `id` the zone that texts name now; false if there is no such zone. */
static bool use_text_zone(DateFormat *format, Str id)
{
    if (format->text_zone.id.ptr && str_eq(format->text_zone.id, id))
        return true;
    if (id.len > ZONE_ID_MAX_BYTES) return false;
    zone_close(&format->text_zone);
    memcpy(format->text_zone_id, id.ptr, id.len);
    format->text_zone_id[id.len] = 0;
    Str copy = {format->text_zone_id, id.len};
    if (zone_open(copy, &format->text_zone)) return true;
    format->text_zone.id = STR_NULL;
    return false;
}

/* z, v and VV. A region id is taken before a name, the longer match wins. */
static bool read_zone(DateFormat *format, const Element *e, Str text, Parsed *p)
{
    Str rest = {text.ptr + p->at, text.len - p->at};
    char name_id[ZONE_ID_MAX_BYTES + 1];
    size_t id_len = match_zone_id(rest);
    size_t name_len = e->kind == EL_ZONE_NAME
                          ? zone_match_name(rest, e->count == 4, e->letter,
                                            name_id)
                          : 0;
    Str id = {rest.ptr, id_len};
    size_t len = id_len;
    if (!id_len || name_len > id_len || !use_text_zone(format, id)) {
        if (!name_len) return false;
        id = str_from(name_id);
        len = name_len;
    }
    if (p->has_zone && !str_eq(str_from(p->zone_id), id)) return false;
    p->has_zone = true;
    memcpy(p->zone_id, id.ptr, id.len);
    p->zone_id[id.len] = 0;
    p->at += len;
    return true;
}

static bool read_element(DateFormat *format, const Element *e, Str text,
                         Parsed *p)
{
    switch (e->kind) {
    case EL_LITERAL: return read_literal(e, text, p);
    case EL_NUMBER:
    case EL_REDUCED_YEAR: return read_number(e, text, p);
    case EL_FRACTION: return read_fraction(e, text, p);
    case EL_TEXT: return read_text(e, text, p);
    case EL_OFFSET: return read_offset(e, text, p);
    case EL_GMT_OFFSET: return read_gmt_offset(text, p);
    case EL_ZONE_NAME:
    case EL_ZONE_ID: return read_zone(format, e, text, p);
    case EL_OPEN:
    case EL_CLOSE: return true;
    }
    return false;
}

/* What is filled up with blanks takes exactly its width. */
static bool read_padded(DateFormat *format, const Element *e, Str text,
                        Parsed *p)
{
    size_t end = p->at + (size_t)e->pad;
    if (end > text.len) return false;
    while (p->at < end && text.ptr[p->at] == ' ')
        p->at++;
    return read_element(format, e, (Str){text.ptr, end}, p) && p->at == end;
}

/* Matches the whole text. */
static bool read_fields(DateFormat *format, Str text, Parsed *p)
{
    const Pattern *pattern = &format->pattern;
    Parsed saved[OPTIONAL_DEPTH_MAX];
    int open[OPTIONAL_DEPTH_MAX];
    int depth = 0;
    p->at = 0;
    p->set = 0;
    p->has_zone = false;
    for (int i = 0; i < pattern->count; i++) {
        const Element *e = &pattern->elements[i];
        if (e->kind == EL_OPEN) {
            open[depth] = i;
            saved[depth++] = *p;
        } else if (e->kind == EL_CLOSE) {
            depth--;
        } else if (!(e->pad ? read_padded : read_element)(format, e, text, p)) {
            if (!depth) return false;
            *p = saved[--depth];
            i = pattern->elements[open[depth]].close;
        }
    }
    return p->at == text.len;
}

static const struct {
    int64_t low, high;
} ranges[FIELD_COUNT] = {
    [FIELD_ERA] = {0, 1},
    [FIELD_YEAR] = {-999999999, 999999999},
    [FIELD_YEAR_OF_ERA] = {1, 1000000000},
    [FIELD_MONTH] = {1, 12},
    [FIELD_DAY] = {1, 31},
    [FIELD_DAY_OF_YEAR] = {1, 366},
    [FIELD_WEEKDAY] = {1, 7},
    [FIELD_QUARTER] = {1, 4},
    [FIELD_WEEK_YEAR] = {-999999999, 999999999},
    [FIELD_WEEK] = {1, 53},
    [FIELD_MONTH_WEEK] = {0, 6},
    [FIELD_WEEK_DAY] = {1, 7},
    [FIELD_MONTH_SEVEN] = {1, 7},
    [FIELD_JULIAN_DAY] = {-365243219162, 365241780471},
    [FIELD_AMPM] = {0, 1},
    [FIELD_DAY_PERIOD] = {0, DAY_PERIODS - 1},
    [FIELD_HOUR] = {0, 24},
    [FIELD_CLOCK_HOUR] = {1, 24},
    [FIELD_HOUR_OF_HALF] = {0, 11},
    [FIELD_CLOCK_HALF] = {1, 12},
    [FIELD_MINUTE] = {0, 59},
    [FIELD_SECOND] = {0, 59},
    [FIELD_NANO] = {0, 999999999},
    [FIELD_MILLI_OF_DAY] = {0, 86399999},
    [FIELD_NANO_OF_DAY] = {0, 86399999999999},
    [FIELD_OFFSET] = {INT32_MIN, INT32_MAX}, /* Checked when it is read. */
};

static bool ranges_hold(const Parsed *p)
{
    for (uint32_t left = p->set; left; left &= left - 1) {
        int field = __builtin_ctz(left);
        if (p->value[field] < ranges[field].low ||
            p->value[field] > ranges[field].high)
            return false;
    }
    return true;
}

/* The year, from whichever form the text has; 1970 if it has none. */
static bool resolve_year(const Parsed *p, int64_t *year)
{
    *year = has(p, FIELD_YEAR) ? p->value[FIELD_YEAR] : 1970;
    if (!has(p, FIELD_YEAR_OF_ERA))
        return !has(p, FIELD_ERA) || !has(p, FIELD_YEAR) ||
               p->value[FIELD_ERA] == (*year > 0);
    int64_t of_era = p->value[FIELD_YEAR_OF_ERA];
    bool before = has(p, FIELD_ERA) && !p->value[FIELD_ERA];
    int64_t from_era = before ? 1 - of_era : of_era;
    if (has(p, FIELD_YEAR)) return *year == from_era;
    *year = from_era;
    return true;
}

static inline uint32_t bit_of(Field field)
{
    return 1u << field;
}

static inline bool has_all(const Parsed *p, uint32_t fields)
{
    return (p->set & fields) == fields;
}

/* The weekday that the text has, 1 is Monday, or 0. */
static int weekday_of(const Parsed *p)
{
    if (has(p, FIELD_WEEK_DAY))
        return (int)((p->value[FIELD_WEEK_DAY] + 5) % 7 + 1);
    return has(p, FIELD_WEEKDAY) ? (int)p->value[FIELD_WEEKDAY] : 0;
}

/* The date of a week of a year; a week too many is the year's last. */
static int64_t date_of_week(int64_t year, int64_t week, int weekday)
{
    int64_t start = civil_year_week_start(year);
    int64_t weeks = (civil_year_week_start(year + 1) - start) / 7;
    if (week > weeks) week = weeks;
    return start + (week - 1) * 7 + weekday % 7;
}

/* A complete date, by the first of five ways whose fields are there. Those that
 * made it are taken out of `*others`. */
static bool make_date(const Parsed *p, int64_t year, bool has_year,
                      int64_t *days, uint32_t *others)
{
    const int64_t *v = p->value;
    int weekday = weekday_of(p);
    const uint32_t month_day = bit_of(FIELD_MONTH) | bit_of(FIELD_DAY);
    const uint32_t month_week = bit_of(FIELD_MONTH) | bit_of(FIELD_MONTH_WEEK);
    const uint32_t week = bit_of(FIELD_WEEK_YEAR) | bit_of(FIELD_WEEK);
    if (has_year && has_all(p, month_day)) {
        int length = civil_month_days(year, (int)v[FIELD_MONTH]);
        int64_t day = v[FIELD_DAY] > length ? length : v[FIELD_DAY];
        *days = civil_to_days(year, (int)v[FIELD_MONTH], day);
        *others &= ~month_day;
    } else if (has_year && has(p, FIELD_DAY_OF_YEAR)) {
        *days = civil_to_days(year, 1, v[FIELD_DAY_OF_YEAR]);
    } else if (has_year && weekday && has_all(p, month_week)) {
        int64_t first = civil_to_days(year, (int)v[FIELD_MONTH], 1);
        *days = civil_week_start(first) + (v[FIELD_MONTH_WEEK] - 1) * 7 +
                weekday % 7;
        *others &= ~month_week;
    } else if (!has_year && weekday && has_all(p, week)) {
        *days = date_of_week(v[FIELD_WEEK_YEAR], v[FIELD_WEEK], weekday);
        *others &= ~week;
    } else if (has(p, FIELD_JULIAN_DAY)) {
        *days = v[FIELD_JULIAN_DAY] -
                date_field(0, (CivilDate){1970, 1, 1}, FIELD_JULIAN_DAY);
    } else {
        return false;
    }
    return true;
}

/* True if the date has what the text says of it otherwise. */
static bool date_agrees(const Parsed *p, int64_t days, uint32_t fields)
{
    fields &= (1u << (FIELD_JULIAN_DAY + 1)) - 1;
    if (!fields) return true;
    CivilDate date = civil_from_days(days);
    for (; fields; fields &= fields - 1) {
        Field field = (Field)__builtin_ctz(fields);
        if (date_field(days, date, field) != p->value[field]) return false;
    }
    return true;
}

/* 1970-01-01 with those fields set that there are, the coarsest first. */
static bool patch_date(const Parsed *p, int64_t year, int64_t *days)
{
    const int64_t *v = p->value;
    int month = has(p, FIELD_MONTH) ? (int)v[FIELD_MONTH] : 1;
    *days = civil_to_days(year, month, 1);
    if (has(p, FIELD_DAY_OF_YEAR)) {
        if (v[FIELD_DAY_OF_YEAR] > 365 + civil_is_leap(year)) return false;
        *days = civil_to_days(year, 1, v[FIELD_DAY_OF_YEAR]);
        month = civil_from_days(*days).month;
    }
    if (has(p, FIELD_DAY)) {
        if (v[FIELD_DAY] > civil_month_days(year, month)) return false;
        *days = civil_to_days(year, month, v[FIELD_DAY]);
    }
    if (has(p, FIELD_MONTH_SEVEN))
        *days += v[FIELD_MONTH_SEVEN] -
                 date_field(*days, civil_from_days(*days), FIELD_MONTH_SEVEN);
    int weekday = weekday_of(p);
    if (weekday) *days += weekday - civil_weekday(*days);
    return true;
}

/* The date as days since 1970, in no zone. `*whole` is set if the text has a
 * complete date. */
static bool resolve_date(const Parsed *p, int64_t *days, bool *whole)
{
    int64_t year;
    if (!resolve_year(p, &year)) return false;
    bool has_year = has(p, FIELD_YEAR) || has(p, FIELD_YEAR_OF_ERA);
    uint32_t others = p->set;
    *whole = make_date(p, year, has_year, days, &others);
    if (!*whole) return patch_date(p, year, days);
    /* As in Java, a weekday by number replaces one by name. */
    if (has(p, FIELD_WEEK_DAY)) others &= ~bit_of(FIELD_WEEKDAY);
    if (has_year) /* It made the date. */
        others &= ~(bit_of(FIELD_ERA) | bit_of(FIELD_YEAR) |
                    bit_of(FIELD_YEAR_OF_ERA));
    return date_agrees(p, *days, others);
}

/* True if the hour of the day can be in the part of the day that is named. */
static bool period_agrees(const Parsed *p, int64_t hour)
{
    if (!has(p, FIELD_DAY_PERIOD)) return true;
    int64_t minute = has(p, FIELD_MINUTE) ? p->value[FIELD_MINUTE] : 0;
    return day_period_has((int)p->value[FIELD_DAY_PERIOD],
                          (int)(hour % 24 * 60 + minute));
}

/* The hour of the day, 24 included, from whichever form the text has. */
static bool resolve_hour(const Parsed *p, int64_t *hour)
{
    int64_t half = has(p, FIELD_AMPM) ? p->value[FIELD_AMPM] : 0;
    int64_t of_half = 0;
    bool has_half = has(p, FIELD_HOUR_OF_HALF) || has(p, FIELD_CLOCK_HALF);
    if (has(p, FIELD_HOUR_OF_HALF)) of_half = p->value[FIELD_HOUR_OF_HALF];
    if (has(p, FIELD_CLOCK_HALF)) {
        if (has(p, FIELD_HOUR_OF_HALF) &&
            of_half != p->value[FIELD_CLOCK_HALF] % 12)
            return false;
        of_half = p->value[FIELD_CLOCK_HALF] % 12;
    }
    *hour = half * 12 + of_half;
    if (!has(p, FIELD_HOUR) && !has(p, FIELD_CLOCK_HOUR)) {
        if (has(p, FIELD_AMPM) && has_half) return period_agrees(p, *hour);
        if (has(p, FIELD_DAY_PERIOD) && has_half)
            *hour += period_agrees(p, *hour + 12) ? 12 : 0;
        return true;
    }
    *hour = has(p, FIELD_HOUR) ? p->value[FIELD_HOUR]
                               : p->value[FIELD_CLOCK_HOUR] % 24;
    if (has(p, FIELD_HOUR) && has(p, FIELD_CLOCK_HOUR) &&
        p->value[FIELD_CLOCK_HOUR] % 24 != *hour)
        return false;
    if (has_half && *hour % 12 != of_half) return false;
    if (!period_agrees(p, *hour)) return false;
    return !has(p, FIELD_AMPM) || *hour % 24 / 12 == half;
}

static int64_t value_or_0(const Parsed *p, Field field)
{
    return has(p, field) ? p->value[field] : 0;
}

/* Milliseconds of the day, a whole day included. */
static bool resolve_time(const Parsed *p, int64_t *ms)
{
    if (has(p, FIELD_NANO_OF_DAY)) {
        *ms = p->value[FIELD_NANO_OF_DAY] / 1000000;
        return true;
    }
    if (has(p, FIELD_MILLI_OF_DAY)) {
        *ms = p->value[FIELD_MILLI_OF_DAY];
        return true;
    }
    const uint32_t hours = bit_of(FIELD_HOUR) | bit_of(FIELD_CLOCK_HOUR) |
                           bit_of(FIELD_HOUR_OF_HALF) |
                           bit_of(FIELD_CLOCK_HALF) | bit_of(FIELD_AMPM) |
                           bit_of(FIELD_MINUTE);
    if (has(p, FIELD_DAY_PERIOD) && !(p->set & hours)) {
        /* Nothing but "in the morning": the middle of it. */
        const DayPeriod *period = &day_periods[p->value[FIELD_DAY_PERIOD]];
        *ms = (period->from + period->to) / 2 % 1440 * 60000;
        return true;
    }
    int64_t hour;
    if (!resolve_hour(p, &hour)) return false;
    int64_t rest_ms = value_or_0(p, FIELD_MINUTE) * 60000 +
                      value_or_0(p, FIELD_SECOND) * 1000 +
                      value_or_0(p, FIELD_NANO) / 1000000;
    if (hour == 24 && (rest_ms || value_or_0(p, FIELD_NANO))) return false;
    *ms = hour * 3600000 + rest_ms;
    return true;
}

/* The local time that the text gives. */
static bool parse_fields(DateFormat *format, Str text, Parsed *p, bool *whole,
                         int64_t *local_ms)
{
    if (!read_fields(format, text, p) || !ranges_hold(p)) return false;
    int64_t days, time_ms;
    if (!resolve_date(p, &days, whole)) return false;
    if (!resolve_time(p, &time_ms)) return false;
    const int64_t day_ms = 86400000;
    if (time_ms == day_ms && !*whole) time_ms = 0;
    /* A margin keeps what zones add within the type. */
    if (__builtin_mul_overflow(days, day_ms, local_ms) ||
        *local_ms > INT64_MAX - 4 * day_ms ||
        *local_ms < INT64_MIN + 4 * day_ms)
        return false;
    *local_ms += time_ms;
    return true;
}

bool datefmt_parse(DateFormat *format, Str text, int64_t *ms)
{
    Parsed p;
    bool whole;
    int64_t local_ms;
    if (!parse_fields(format, text, &p, &whole, &local_ms)) return false;
    if (p.has_zone) {
        if (!use_text_zone(format, str_from(p.zone_id))) return false;
        *ms = zone_to_utc_ms(&format->text_zone, local_ms);
    } else if (has(&p, FIELD_OFFSET)) {
        *ms = local_ms - p.value[FIELD_OFFSET] * 1000;
    } else {
        *ms = zone_to_utc_ms(&format->zone, local_ms);
    }
    return true;
}

bool datefmt_parse_local(DateFormat *format, Str text, int64_t *local_ms,
                         unsigned *parts)
{
    Parsed p;
    bool whole;
    if (!parse_fields(format, text, &p, &whole, local_ms)) return false;
    *parts = p.has_zone ? DATE_HAS_ZONE : 0;
    for (Field field = 0; field < FIELD_COUNT; field++)
        if (has(&p, field)) *parts |= field_part(field);
    bool half = has(&p, FIELD_HOUR_OF_HALF) || has(&p, FIELD_CLOCK_HALF);
    if (has(&p, FIELD_HOUR) || has(&p, FIELD_CLOCK_HOUR) ||
        has(&p, FIELD_MILLI_OF_DAY) || has(&p, FIELD_NANO_OF_DAY) ||
        has(&p, FIELD_DAY_PERIOD) || (half && has(&p, FIELD_AMPM)))
        *parts |= DATE_HAS_HOUR;
    if (whole) *parts |= DATE_IS_WHOLE;
    return true;
}
