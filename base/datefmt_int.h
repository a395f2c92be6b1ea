/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside base/datefmt*.c: a pattern as a list of elements, the fields that a
 * text supplies, and zones.
 */
#ifndef BASE_DATEFMT_INT_H
#define BASE_DATEFMT_INT_H

#include <unicode/ucal.h>

#include "base/civil.h"
#include "base/datefmt.h"
#include "base/status.h"
#include "base/str.h"

/* What a pattern letter stands for. */
typedef enum Field {
    FIELD_ERA,          /* G */
    FIELD_YEAR,         /* u: proleptic, 0 is 1 BC */
    FIELD_YEAR_OF_ERA,  /* y */
    FIELD_MONTH,        /* M L */
    FIELD_DAY,          /* d */
    FIELD_DAY_OF_YEAR,  /* D */
    FIELD_WEEKDAY,      /* E: 1 is Monday */
    FIELD_QUARTER,      /* Q q */
    FIELD_WEEK_YEAR,    /* Y: the year that the week belongs to */
    FIELD_WEEK,         /* w: of that year */
    FIELD_MONTH_WEEK,   /* W: of the month */
    FIELD_WEEK_DAY,     /* e c: 1 is Sunday */
    FIELD_MONTH_SEVEN,  /* F: place in the month's days, by sevens: 1 to 7 */
    FIELD_JULIAN_DAY,   /* g: days since 1858-11-17 */
    FIELD_AMPM,         /* a */
    FIELD_DAY_PERIOD,   /* B */
    FIELD_HOUR,         /* H: 0-23, and 24:00 */
    FIELD_CLOCK_HOUR,   /* k: 1-24 */
    FIELD_HOUR_OF_HALF, /* K: 0-11 */
    FIELD_CLOCK_HALF,   /* h: 1-12 */
    FIELD_MINUTE,       /* m */
    FIELD_SECOND,       /* s */
    FIELD_NANO,         /* n, and S as a fraction */
    FIELD_MILLI_OF_DAY, /* A */
    FIELD_NANO_OF_DAY,  /* N */
    FIELD_OFFSET,       /* X x Z O, and zones that are offsets; in seconds */
    FIELD_COUNT
} Field;

/* DATE_HAS_DATE, _TIME or _ZONE. */
static inline unsigned field_part(Field field)
{
    if (field <= FIELD_JULIAN_DAY) return DATE_HAS_DATE;
    return field == FIELD_OFFSET ? DATE_HAS_ZONE : DATE_HAS_TIME;
}

/* Months, quarters and weekdays have numbers from 1, but names from 0. */
static inline bool field_counts_from_1(Field field)
{
    return field == FIELD_MONTH || field == FIELD_QUARTER ||
           field == FIELD_WEEKDAY;
}

typedef enum ElementKind {
    EL_LITERAL,
    EL_NUMBER,       /* A number of min to max digits. */
    EL_REDUCED_YEAR, /* Two digits, 2000 to 2099. */
    EL_FRACTION,     /* `max` digits of the second's fraction. */
    EL_TEXT,         /* A name of a month, weekday, era, part of the day. */
    EL_OFFSET,       /* X x Z */
    EL_GMT_OFFSET,   /* O, ZZZZ: GMT+8, GMT+08:00 */
    EL_ZONE_NAME,    /* z v */
    EL_ZONE_ID,      /* VV */
    EL_OPEN,         /* [ */
    EL_CLOSE,        /* ] */
} ElementKind;

/* Java's SignStyle. */
typedef enum SignStyle {
    SIGN_NONE,        /* No sign is printed or read. */
    SIGN_NORMAL,      /* Only a minus. */
    SIGN_EXCEEDS_PAD, /* Also a plus, if there are more digits than min. */
} SignStyle;

typedef struct Element {
    ElementKind kind;
    Field field;
    SignStyle sign;
    char letter;
    int count;    /* How often the letter is repeated. */
    int min, max; /* Digits. */
    int reserved; /* Digits that numbers right behind this one need. */
    int pad;      /* Width to fill with blanks in front; 0: none. */
    int close;    /* Of EL_OPEN: the index of its EL_CLOSE. */
    Str literal;
} Element;

/* The widest `[` nesting. */
enum { OPTIONAL_DEPTH_MAX = 16 };

typedef struct Pattern {
    Element *elements;
    int count;
} Pattern;

/* Takes `pattern` apart into `own` (text is copied). ST_USER, with its text in
 * `arena`, says what is wrong with it. */
STATUS pattern_compile(Arena *arena, Arena *own, Str pattern, Pattern *out);

/* The time between two changes of a zone. */
typedef struct ZoneSpan {
    int64_t from_ms, to_ms;
    int32_t offset_s;
    bool summer; /* Daylight saving time holds. */
} ZoneSpan;

enum { ZONE_SPANS = 8 };

/* A time zone: a fixed offset, or a region with its rules in ICU. */
typedef struct Zone {
    Str id;
    UCalendar *rules; /* NULL: a fixed offset. */
    ZoneSpan span;    /* The one used last; of a fixed zone, the offset. */
    ZoneSpan seen[ZONE_SPANS]; /* Used before. */
    unsigned next_seen;        /* Which of them is replaced next. */
} Zone;

/* Opens a region id or an offset as Java's ZoneId reads them; false: there is
 * no such zone. `id` must live as long as the zone. Close with zone_close. */
bool zone_open(Str id, Zone *zone);
void zone_close(Zone *zone);

/* The offset from UTC at `ms`, in seconds. */
int32_t zone_offset_at(Zone *zone, int64_t ms);

/* The moment of a local time: one that does not exist is moved on by the gap,
 * of two the earlier is taken. */
int64_t zone_to_utc_ms(Zone *zone, int64_t local_ms);

/* Appends the zone's name at `ms`: `PDT`, or `Pacific Daylight Time`; `generic`
 * is without regard to summer: `PT`, `Pacific Time`. */
void zone_print_name(Zone *zone, Buf *out, int64_t ms, bool full, bool generic);

enum { ZONE_ID_MAX_BYTES = 63 };

/* How many bytes of `text` are the longest zone name that it begins with, in
 * any case: `PST`, or with `full` also what the pattern letter `z` or `v` calls
 * it, `Pacific Standard Time` or `Pacific Time`; 0: none. `id` is then the zone
 * to use. */
size_t zone_match_name(Str text, bool full, char letter,
                       char id[ZONE_ID_MAX_BYTES + 1]);

/* Reads `Z`, `+h`, `+hh`, `+hh:mm`, `+hhmm`, `+hh:mm:ss`, `+hhmmss`, within 18
 * hours; returns its length, the longest that fits, or 0. */
size_t zone_match_offset(Str text, int32_t *offset_s);

/* The name of value `index` (0-based) of `field`, full or short; STR_NULL
 * beyond the last. */
Str field_name(Field field, int index, bool full);

/* A part of the day that `B` names, in minutes; `to` is not in it. The night
 * goes on over midnight. */
typedef struct DayPeriod {
    Str name, narrow;
    int from, to;
} DayPeriod;

enum { DAY_PERIODS = 6 };
extern const DayPeriod day_periods[DAY_PERIODS];

/* The index of the narrowest one that `minute` of the day is in. */
int day_period_of(int minute);
bool day_period_has(int index, int minute);

/* The value of a date's field. */
int64_t date_field(int64_t days, CivilDate date, Field field);

struct DateFormat {
    Arena *own; /* Of the pattern and the zone's id. */
    Pattern pattern;
    Buf text;          /* What is being printed; kept for its room. */
    int64_t last_days; /* The day printed last, */
    CivilDate last;    /* and its date. */
    Zone zone;         /* Used where the text names none. */
    Zone text_zone;    /* The zone that a text named last; id.ptr NULL: none. */
    char text_zone_id[ZONE_ID_MAX_BYTES + 1];
};

#endif
