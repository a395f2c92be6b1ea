/* SPDX-License-Identifier: Apache-2.0
 *
 * Time zones: which ids exist (Java's rules), their offsets (ICU's rules, kept
 * for the span between two changes, so that a run of records costs one lookup),
 * and their short names.
 *
 * ICU would take ids that Java does not know, and give GMT for what it does not
 * know itself: ids are therefore checked before they reach it. Short names are
 * no stable data in either library; the table below has the common ones.
 */
#include <assert.h>
#include <string.h>
#include <unicode/udat.h>

#include "base/datefmt_int.h"

enum { OFFSET_MAX_S = 18 * 3600, NAME_MAX_UNITS = 127 };

typedef struct ZoneName {
    Str standard, summer;
    Str generic; /* Without regard to summer. */
    Str id;      /* The zone that the name means when it is read. */
} ZoneName;

#define NAME(standard, summer, generic, id)                                    \
    {                                                                          \
        STR_INIT(standard), STR_INIT(summer), STR_INIT(generic), STR_INIT(id)  \
    }

static const ZoneName zone_names[] = {
    NAME("UTC", "UTC", "UTC", "UTC"),
    NAME("GMT", "BST", "GMT", "Europe/London"),
    NAME("WET", "WEST", "WET", "Europe/Lisbon"),
    NAME("CET", "CEST", "CET", "Europe/Paris"),
    NAME("EET", "EEST", "EET", "Europe/Athens"),
    NAME("MSK", "MSD", "MSK", "Europe/Moscow"),
    NAME("PST", "PDT", "PT", "America/Los_Angeles"),
    NAME("MST", "MDT", "MT", "America/Denver"),
    NAME("CST", "CDT", "CT", "America/Chicago"),
    NAME("EST", "EDT", "ET", "America/New_York"),
    NAME("AST", "ADT", "AT", "America/Halifax"),
    NAME("NST", "NDT", "NT", "America/St_Johns"),
    NAME("AKST", "AKDT", "AKT", "America/Anchorage"),
    NAME("HST", "HDT", "HST", "Pacific/Honolulu"),
    NAME("JST", "JDT", "JST", "Asia/Tokyo"),
    NAME("KST", "KDT", "KST", "Asia/Seoul"),
    NAME("IST", "IST", "IST", "Asia/Kolkata"),
    NAME("HKT", "HKST", "HKT", "Asia/Hong_Kong"),
    NAME("SGT", "SGT", "SGT", "Asia/Singapore"),
    NAME("SAST", "SAST", "SAST", "Africa/Johannesburg"),
    NAME("AWST", "AWDT", "AWST", "Australia/Perth"),
    NAME("ACST", "ACDT", "ACST", "Australia/Adelaide"),
    NAME("AEST", "AEDT", "AEST", "Australia/Sydney"),
    NAME("NZST", "NZDT", "NZST", "Pacific/Auckland"),
};

enum { ZONE_NAMES = sizeof zone_names / sizeof zone_names[0] };

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Two digits below 60 at `at`, or -1. */
static int read_pair(Str s, size_t at)
{
    if (at + 2 > s.len || !is_digit(s.ptr[at]) || !is_digit(s.ptr[at + 1]))
        return -1;
    int value = (s.ptr[at] - '0') * 10 + s.ptr[at + 1] - '0';
    return value < 60 ? value : -1;
}

size_t zone_match_offset(Str s, int32_t *offset_s)
{
    *offset_s = 0;
    if (!s.len) return 0;
    if (s.ptr[0] == 'Z' || s.ptr[0] == 'z') return 1;
    if ((s.ptr[0] != '+' && s.ptr[0] != '-') || s.len < 2) return 0;
    if (!is_digit(s.ptr[1])) return 0;
    int parts[3] = {read_pair(s, 1), 0, 0};
    size_t at = 3;
    if (parts[0] < 0) {
        if (s.len > 2 && is_digit(s.ptr[2])) return 0;
        parts[0] = s.ptr[1] - '0';
        at = 2;
    }
    bool colon = at == 3 && at < s.len && s.ptr[at] == ':';
    for (int i = 1; i < 3 && at >= 3; i++) {
        if (colon && (at >= s.len || s.ptr[at] != ':')) break;
        int pair = read_pair(s, at + colon);
        if (pair < 0) break;
        parts[i] = pair;
        at += 2 + colon;
    }
    int32_t sum = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (sum > OFFSET_MAX_S) return 0;
    *offset_s = s.ptr[0] == '-' ? -sum : sum;
    return at;
}

/* `Z`, an offset, or `UTC`, `GMT`, `UT` with one. */
static bool read_fixed_zone(Str id, int32_t *offset_s)
{
    static const Str prefixes[] = {STR_INIT("UTC"), STR_INIT("GMT"),
                                   STR_INIT("UT")};
    *offset_s = 0;
    if (id.len == 1) return id.ptr[0] == 'Z';
    for (int i = 0; i < 3; i++) {
        if (!str_starts_with(id, prefixes[i])) continue;
        if (id.len == prefixes[i].len) return true;
        id.ptr += prefixes[i].len;
        id.len -= prefixes[i].len;
        break;
    }
    return id.ptr[0] != 'Z' && id.ptr[0] != 'z' &&
           zone_match_offset(id, offset_s) == id.len;
}

/* True for a region id that Java knows too. Of three-letter names ICU also has
 * the old JDK ones (PST, IST), which Java refuses. */
static bool is_region_id(Str id, const UChar *wide)
{
    static const char allowed[] = "CET EET MET WET UCT PRC ROC ROK ";
    if (id.len == 3) {
        char wanted[5] = {id.ptr[0], id.ptr[1], id.ptr[2], ' ', 0};
        if (!strstr(allowed, wanted)) return false;
    }
    if (str_eq(id, STR("Etc/Unknown"))) return false;
    if (str_starts_with(id, STR("SystemV/"))) return false;
    UChar canonical[ZONE_ID_MAX_BYTES + 1];
    UBool is_system = false;
    UErrorCode error = U_ZERO_ERROR;
    ucal_getCanonicalTimeZoneID(wide, (int32_t)id.len, canonical,
                                ZONE_ID_MAX_BYTES, &is_system, &error);
    return U_SUCCESS(error) && is_system;
}

bool zone_open(Str id, Zone *zone)
{
    *zone = (Zone){.id = id};
    if (!id.len || id.len > ZONE_ID_MAX_BYTES) return false;
    if (read_fixed_zone(id, &zone->span.offset_s)) return true;
    UChar wide[ZONE_ID_MAX_BYTES + 1];
    for (size_t i = 0; i < id.len; i++)
        wide[i] = (unsigned char)id.ptr[i];
    wide[id.len] = 0;
    if (!is_region_id(id, wide)) return false;
    UErrorCode error = U_ZERO_ERROR;
    zone->rules = ucal_open(wide, (int32_t)id.len, "en_US", UCAL_GREGORIAN,
                            &error);
    if (U_FAILURE(error)) {
        zone_close(zone);
        return false;
    }
    return true;
}

void zone_close(Zone *zone)
{
    if (zone->rules) ucal_close(zone->rules);
    zone->rules = NULL;
}

/* ICU's calendar is limited to about 5.8 million years; beyond that the offset
 * is that of the end. */
static double clamp_ms(int64_t ms)
{
    const int64_t limit = 180000000000000000;
    return (double)(ms > limit ? limit : ms < -limit ? -limit : ms);
}

/* The change next to the calendar's time in one direction; `none` if there is
 * no such change. */
static int64_t find_change(UCalendar *rules, UTimeZoneTransitionType type,
                           int64_t none)
{
    UDate when;
    UErrorCode error = U_ZERO_ERROR;
    bool found = ucal_getTimeZoneTransitionDate(rules, type, &when, &error);
    return U_SUCCESS(error) && found ? (int64_t)when : none;
}

/* True if the span around `ms` is one of those seen before: it is the zone's
 * now, and the one that was takes its place. */
static bool recall_span(Zone *zone, int64_t ms)
{
    for (int i = 0; i < ZONE_SPANS; i++) {
        ZoneSpan found = zone->seen[i];
        if (ms < found.from_ms || ms >= found.to_ms) continue;
        zone->seen[i] = zone->span;
        zone->span = found;
        return true;
    }
    return false;
}

/* Finds the span around `ms`, or reads it from ICU. */
static void load_span(Zone *zone, int64_t ms)
{
    if (ms >= zone->span.from_ms && ms < zone->span.to_ms) return;
    if (recall_span(zone, ms)) return;
    zone->seen[zone->next_seen++ % ZONE_SPANS] = zone->span;
    UErrorCode error = U_ZERO_ERROR;
    ucal_setMillis(zone->rules, clamp_ms(ms), &error);
    int32_t standard_ms = ucal_get(zone->rules, UCAL_ZONE_OFFSET, &error);
    int32_t summer_ms = ucal_get(zone->rules, UCAL_DST_OFFSET, &error);
    if (U_FAILURE(error)) standard_ms = summer_ms = 0;
    zone->span.offset_s = (standard_ms + summer_ms) / 1000;
    zone->span.summer = summer_ms != 0;
    zone->span.from_ms = find_change(
        zone->rules, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, INT64_MIN);
    zone->span.to_ms = find_change(zone->rules, UCAL_TZ_TRANSITION_NEXT,
                                   INT64_MAX);
}

int32_t zone_offset_at(Zone *zone, int64_t ms)
{
    if (zone->rules && (ms < zone->span.from_ms || ms >= zone->span.to_ms))
        load_span(zone, ms);
    return zone->span.offset_s;
}

/* Far enough from both ends of a span there is no doubt. */
static bool surely_in(const ZoneSpan *span, int64_t local_ms)
{
    const int64_t day_ms = 86400000;
    return span->from_ms < span->to_ms &&
           (span->from_ms == INT64_MIN || local_ms >= span->from_ms + day_ms) &&
           (span->to_ms == INT64_MAX || local_ms < span->to_ms - day_ms);
}

/* As recall_span, for a local time. */
static bool recall_local(Zone *zone, int64_t local_ms)
{
    if (surely_in(&zone->span, local_ms)) return true;
    for (int i = 0; i < ZONE_SPANS; i++) {
        ZoneSpan found = zone->seen[i];
        if (!surely_in(&found, local_ms)) continue;
        zone->seen[i] = zone->span;
        zone->span = found;
        return true;
    }
    return false;
}

int64_t zone_to_utc_ms(Zone *zone, int64_t local_ms)
{
    if (!zone->rules) return local_ms - (int64_t)zone->span.offset_s * 1000;
    if (recall_local(zone, local_ms))
        return local_ms - (int64_t)zone->span.offset_s * 1000;
    int32_t standard_ms = 0, summer_ms = 0;
    UErrorCode error = U_ZERO_ERROR;
    ucal_setMillis(zone->rules, clamp_ms(local_ms), &error);
    ucal_getTimeZoneOffsetFromLocal(zone->rules, UCAL_TZ_LOCAL_FORMER,
                                    UCAL_TZ_LOCAL_FORMER, &standard_ms,
                                    &summer_ms, &error);
    int64_t utc_ms = local_ms - standard_ms - summer_ms;
    load_span(zone, utc_ms);
    return utc_ms;
}

/* ICU's name in `locale`, as ASCII at `out`. */
static void icu_name(const Zone *zone, const char *locale, bool full, char *out,
                     int32_t room)
{
    UChar name[NAME_MAX_UNITS];
    UErrorCode error = U_ZERO_ERROR;
    UCalendarDisplayNameType type =
        full ? (zone->span.summer ? UCAL_DST : UCAL_STANDARD)
             : (zone->span.summer ? UCAL_SHORT_DST : UCAL_SHORT_STANDARD);
    int32_t len = ucal_getTimeZoneDisplayName(zone->rules, type, locale, name,
                                              NAME_MAX_UNITS, &error);
    if (U_FAILURE(error)) len = 0;
    int32_t count = 0;
    for (int32_t i = 0; i < len && count < room - 1; i++)
        out[count++] = name[i] < 0x80 ? (char)name[i] : '?';
    out[count] = 0;
}

/* "Pacific Time": ICU has such names only in its date formats. */
static void print_generic_name(const Zone *zone, Buf *out, int64_t ms)
{
    static const UChar pattern[] = {'v', 'v', 'v', 'v', 0};
    UChar id[ZONE_ID_MAX_BYTES + 1], name[NAME_MAX_UNITS];
    UErrorCode error = U_ZERO_ERROR;
    int32_t id_len = ucal_getTimeZoneID(zone->rules, id, ZONE_ID_MAX_BYTES,
                                        &error);
    UDateFormat *format = udat_open(UDAT_PATTERN, UDAT_PATTERN, "en_US", id,
                                    id_len, pattern, -1, &error);
    int32_t len = 0;
    if (U_SUCCESS(error))
        len = udat_format(format, clamp_ms(ms), name, NAME_MAX_UNITS, NULL,
                          &error);
    if (U_FAILURE(error)) len = 0;
    for (int32_t i = 0; i < len; i++)
        buf_push(out, name[i] < 0x80 ? (char)name[i] : '?');
    if (format) udat_close(format);
}

void zone_print_name(Zone *zone, Buf *out, int64_t ms, bool full, bool generic)
{
    if (!zone->rules) {
        bool utc = !zone->span.offset_s && str_starts_with(zone->id, STR("UT"));
        buf_append_str(out, utc ? STR("UTC") : zone->id);
        return;
    }
    zone_offset_at(zone, ms);
    for (int i = 0; i < ZONE_NAMES && !full; i++) {
        if (!str_eq(zone->id, zone_names[i].id)) continue;
        buf_append_str(out, generic             ? zone_names[i].generic
                            : zone->span.summer ? zone_names[i].summer
                                                : zone_names[i].standard);
        return;
    }
    if (generic) {
        print_generic_name(zone, out, ms);
        return;
    }
    /* A locale has short names only for zones that its readers know. */
    static const char *const locales[] = {"en_US", "en_GB", "en_AU", "en_IN"};
    char name[NAME_MAX_UNITS + 1];
    for (int i = 0; i < 4; i++) {
        icu_name(zone, locales[i], full, name, sizeof name);
        if (full || strncmp(name, "GMT", 3) != 0) break;
    }
    buf_append_str(out, str_from(name));
}

static bool begins_nocase(Str text, Str name)
{
    return text.len >= name.len &&
           str_eq_nocase((Str){text.ptr, name.len}, name);
}

/* Reads a full name with ICU. Its parser for `zzzz` or `vvvv` wants the exact
 * name, and sets the zone of the calendar that it is given. */
static size_t match_full_name(Str text, char letter,
                              char id[ZONE_ID_MAX_BYTES + 1])
{
    const UChar c = (UChar)letter, pattern[] = {c, c, c, c, 0};
    UErrorCode error = U_ZERO_ERROR;
    UChar wide[NAME_MAX_UNITS];
    int32_t len = 0;
    while (len < NAME_MAX_UNITS && (size_t)len < text.len &&
           (unsigned char)text.ptr[len] < 0x80) {
        wide[len] = (UChar)text.ptr[len];
        len++;
    }
    UDateFormat *format = udat_open(UDAT_PATTERN, UDAT_PATTERN, "en_US", NULL,
                                    0, pattern, -1, &error);
    UCalendar *calendar = ucal_open(NULL, 0, "en_US", UCAL_GREGORIAN, &error);
    int32_t at = 0;
    if (U_SUCCESS(error))
        udat_parseCalendar(format, calendar, wide, len, &at, &error);
    UChar wide_id[ZONE_ID_MAX_BYTES + 1] = {0};
    int32_t id_len = 0;
    if (U_SUCCESS(error))
        id_len = ucal_getTimeZoneID(calendar, wide_id, ZONE_ID_MAX_BYTES,
                                    &error);
    if (U_FAILURE(error)) at = id_len = 0;
    for (int32_t i = 0; i < id_len; i++)
        id[i] = (char)wide_id[i];
    id[id_len] = 0;
    if (calendar) ucal_close(calendar);
    if (format) udat_close(format);
    return (size_t)at;
}

size_t zone_match_name(Str text, bool full, char letter,
                       char id[ZONE_ID_MAX_BYTES + 1])
{
    size_t longest = full ? match_full_name(text, letter, id) : 0;
    for (int i = 0; i < ZONE_NAMES; i++) {
        const Str names[] = {zone_names[i].standard, zone_names[i].summer,
                             zone_names[i].generic};
        for (int k = 0; k < 3; k++) {
            if (names[k].len <= longest || !begins_nocase(text, names[k]))
                continue;
            longest = names[k].len;
            /* GMT is London's winter time, but means no zone with a summer. */
            Str meant = str_eq(names[k], STR("GMT")) ? STR("GMT")
                                                     : zone_names[i].id;
            memcpy(id, meant.ptr, meant.len);
            id[meant.len] = 0;
        }
    }
    return longest;
}
