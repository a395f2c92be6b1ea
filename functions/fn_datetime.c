/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates and times (functions.md 4.6): arithmetic, and text by pattern.
 *
 * Patterns are opened once and kept at the call site, under their text and
 * zone. PARSE_DATE reads by other rules (date_lenient.c). Where no zone is
 * given, it is UTC, but that of this machine for the deprecated STRINGTO* and
 * *TOSTRING functions and UNIX_DATE().
 */
#include "base/alloc.h"
#include "base/datefmt.h"
#include "functions/date_lenient.h"
#include "functions/function_int.h"

static const int64_t day_ms = 86400000;

/* Stands for the time zone of this machine, which is looked up only once a call
 * site. No other zone begins with a control character. */
static const Str server_zone = STR_INIT("\1");

/* An opened pattern, or why there is none. */
typedef struct Opened {
    DateFormat *format;
    char *error;
} Opened;

/* `key` is the zone, a NUL, and the pattern. */
static void *open_format(FnCall *call, Str key)
{
    Opened *opened = mem_zalloc(sizeof *opened);
    size_t zone_len = strlen(key.ptr);
    Str zone = {key.ptr, zone_len};
    Str pattern = {key.ptr + zone_len + 1, key.len - zone_len - 1};
    if (!zone_len) zone = STR_NULL;
    if (str_eq(zone, server_zone)) zone = datefmt_server_zone(call->arena);
    Status st = datefmt_open(call->arena, pattern, zone, &opened->format);
    if (st.kind) {
        size_t size = strlen(st.text) + 1;
        opened->error = mem_alloc(size);
        memcpy(opened->error, st.text, size);
    }
    return opened;
}

static void drop_format(void *made)
{
    Opened *opened = made;
    datefmt_close(opened->format);
    mem_free(opened->error);
    mem_free(opened);
}

/* The format of `pattern` in `zone` (ptr NULL: UTC); NULL after fn_fail. */
static DateFormat *get_format(FnCall *call, Str pattern, Str zone)
{
    bool bad = zone.ptr != server_zone.ptr && zone.ptr &&
               (!zone.len || zone.ptr[0] < ' ' ||
                memchr(zone.ptr, 0, zone.len));
    if (bad) {
        fn_fail(call, "'%.*s' is no time zone", STR_ARG(zone));
        return NULL;
    }
    char *key = arena_alloc(call->arena, zone.len + 1 + pattern.len);
    if (zone.len) memcpy(key, zone.ptr, zone.len);
    key[zone.len] = 0;
    if (pattern.len) memcpy(key + zone.len + 1, pattern.ptr, pattern.len);
    Opened *opened = fn_memo(call, (Str){key, zone.len + 1 + pattern.len},
                             open_format, drop_format);
    if (!opened->format) fn_fail(call, "%s", opened->error);
    return opened->format;
}

static bool print(FnCall *call, DateFormat *format, int64_t ms, Value *out)
{
    *out = (Value){0};
    return datefmt_print(format, call->arena, ms, &out->str) ||
           fn_fail(call, "a part is longer than its width in the pattern");
}

static bool fail_text(FnCall *call, Str text, Str pattern)
{
    return fn_fail(call, "'%.*s' does not match the pattern '%.*s'",
                   STR_ARG(text), STR_ARG(pattern));
}

/* Refuses NULL arguments, for functions that take none. */
static bool no_nulls(FnCall *call, const Value *args, int count)
{
    for (int i = 0; i < count; i++)
        if (args[i].null)
            return fn_fail(call, "%s takes no NULL", call->function->name);
    return true;
}

/* ---- arithmetic ---- */

/* The interval in milliseconds. */
static bool interval_ms(FnCall *call, const Value *args, int sign, int64_t *ms)
{
    static const struct {
        Str name;
        int64_t ms;
    } units[] = {
        {STR_INIT("DAYS"), 86400000},  {STR_INIT("HOURS"), 3600000},
        {STR_INIT("MINUTES"), 60000},  {STR_INIT("SECONDS"), 1000},
        {STR_INIT("MILLISECONDS"), 1}, {STR_INIT("MILLISECOND"), 1},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!str_eq_nocase(args[0].str, units[i].name)) continue;
        *ms = sign * units[i].ms * args[1].i32;
        return true;
    }
    *ms = 0;
    return fn_fail(call, "unknown unit '%.*s'", STR_ARG(args[0].str));
}

/* Parts of a day are cut off toward 1970. */
static bool date_change(FnCall *call, const Value *args, int sign, Value *out)
{
    int64_t ms;
    if (!interval_ms(call, args, sign, &ms)) return false;
    int64_t days = ((int64_t)args[2].i32 * day_ms + ms) / day_ms;
    if (days != (int32_t)days)
        return fn_fail(call, "%s leaves the range of DATE",
                       call->function->name);
    *out = (Value){.i32 = (int32_t)days};
    return true;
}

static bool time_change(FnCall *call, const Value *args, int sign, Value *out)
{
    int64_t ms;
    if (!interval_ms(call, args, sign, &ms)) return false;
    int64_t time = (args[2].i32 + ms % day_ms) % day_ms;
    *out = (Value){.i32 = (int32_t)(time < 0 ? time + day_ms : time)};
    return true;
}

static bool timestamp_change(FnCall *call, const Value *args, int sign,
                             Value *out)
{
    int64_t ms;
    if (!interval_ms(call, args, sign, &ms)) return false;
    *out = (Value){.i64 = (int64_t)((uint64_t)args[2].i64 + (uint64_t)ms)};
    return true;
}

/* The row forms: one of the changes, forward or back. */
#define CHANGE(name, change, sign)                                             \
    static bool name(FnCall *call, const Value *args, int count, Value *out)   \
    {                                                                          \
        (void)count;                                                           \
        return change(call, args, sign, out);                                  \
    }
CHANGE(date_add, date_change, 1)
CHANGE(date_sub, date_change, -1)
CHANGE(time_add, time_change, 1)
CHANGE(time_sub, time_change, -1)
CHANGE(timestamp_add, timestamp_change, 1)
CHANGE(timestamp_sub, timestamp_change, -1)
#undef CHANGE

/* The zone's offset at `ms`. */
static bool zone_offset(FnCall *call, Str zone, int64_t ms, int32_t *offset_s)
{
    DateFormat *format = get_format(call, STR(""), zone);
    if (format) *offset_s = datefmt_offset_s(format, ms);
    return format;
}

static bool convert_tz(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    int32_t from, to;
    if (!zone_offset(call, args[1].str, args[0].i64, &from)) return false;
    if (!zone_offset(call, args[2].str, args[0].i64, &to)) return false;
    *out = (Value){.i64 = args[0].i64 + (int64_t)(to - from) * 1000};
    return true;
}

/* ---- numbers ---- */

static bool from_days(FnCall *call, const Value *args, int count, Value *out)
{
    *out = args[0];
    return no_nulls(call, args, count);
}

static bool same_value(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)count;
    *out = args[0];
    return true;
}

static bool unix_timestamp(FnCall *call, const Value *args, int count,
                           Value *out)
{
    (void)args, (void)count;
    *out = (Value){.i64 = call->now_ms};
    return true;
}

static bool unix_date(FnCall *call, const Value *args, int count, Value *out)
{
    (void)args, (void)count;
    int32_t offset_s;
    if (!zone_offset(call, server_zone, call->now_ms, &offset_s)) return false;
    int64_t local_ms = call->now_ms + (int64_t)offset_s * 1000;
    int64_t days = local_ms / day_ms - (local_ms % day_ms < 0);
    *out = (Value){.i32 = (int32_t)days};
    return true;
}

/* ---- text by pattern ---- */

/* Text of a date or time; the pattern may have no other parts. */
static bool format_parts(FnCall *call, Str pattern, int64_t ms,
                         unsigned allowed, Value *out)
{
    DateFormat *format = get_format(call, pattern, STR_NULL);
    if (!format) return false;
    if (datefmt_parts(format) & ~allowed)
        return fn_fail(call, "the pattern '%.*s' has parts that a %s has not",
                       STR_ARG(pattern),
                       allowed == DATE_HAS_DATE ? "DATE" : "TIME");
    return print(call, format, ms, out);
}

static bool format_date(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    if (args[0].null)
        return fn_fail(call, "%s takes no NULL date", call->function->name);
    if (args[1].null) return true;
    return format_parts(call, args[1].str, args[0].i32 * day_ms, DATE_HAS_DATE,
                        out);
}

static bool format_time(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return format_parts(call, args[1].str, args[0].i32, DATE_HAS_TIME, out);
}

static bool format_timestamp(FnCall *call, const Value *args, int count,
                             Value *out)
{
    Str zone = count > 2 ? args[2].str : STR_NULL;
    DateFormat *format = get_format(call, args[1].str, zone);
    if (!format) return false;
    return print(call, format, args[0].i64, out);
}

static bool timestamp_to_string(FnCall *call, const Value *args, int count,
                                Value *out)
{
    *out = VALUE_NULL;
    if (args[0].null)
        return fn_fail(call, "%s takes no NULL timestamp",
                       call->function->name);
    if (args[1].null || (count > 2 && args[2].null)) return true;
    Str zone = count > 2 ? args[2].str : server_zone;
    DateFormat *format = get_format(call, args[1].str, zone);
    if (!format) return false;
    return print(call, format, args[0].i64, out);
}

static bool parse_in(FnCall *call, const Value *args, Str zone, Value *out)
{
    DateFormat *format = get_format(call, args[1].str, zone);
    if (!format) return false;
    *out = (Value){0};
    return datefmt_parse(format, args[0].str, &out->i64) ||
           fail_text(call, args[0].str, args[1].str);
}

static bool parse_timestamp(FnCall *call, const Value *args, int count,
                            Value *out)
{
    return parse_in(call, args, count > 2 ? args[2].str : STR_NULL, out);
}

static bool string_to_timestamp(FnCall *call, const Value *args, int count,
                                Value *out)
{
    if (!no_nulls(call, args, count)) return false;
    Str zone = count > 2 ? args[2].str : server_zone;
    return parse_in(call, args, zone, out);
}

static bool parse_time(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    DateFormat *format = get_format(call, args[1].str, STR_NULL);
    int64_t ms;
    unsigned parts;
    if (!format) return false;
    if (!datefmt_parse_local(format, args[0].str, &ms, &parts))
        return fail_text(call, args[0].str, args[1].str);
    if (parts & DATE_HAS_DATE)
        return fn_fail(call,
                       "the pattern '%.*s' reads parts that a TIME has "
                       "not",
                       STR_ARG(args[1].str));
    if (!(parts & DATE_HAS_HOUR))
        return fn_fail(call, "the pattern '%.*s' reads no hour",
                       STR_ARG(args[1].str));
    *out = (Value){.i32 = (int32_t)(ms % day_ms)};
    return true;
}

static bool string_to_date(FnCall *call, const Value *args, int count,
                           Value *out)
{
    if (!no_nulls(call, args, count)) return false;
    DateFormat *format = get_format(call, args[1].str, STR_NULL);
    int64_t ms;
    unsigned parts;
    if (!format) return false;
    if (!datefmt_parse_local(format, args[0].str, &ms, &parts))
        return fail_text(call, args[0].str, args[1].str);
    if (!(parts & DATE_IS_WHOLE))
        return fn_fail(call, "the pattern '%.*s' reads no whole date",
                       STR_ARG(args[1].str));
    int64_t days = ms / day_ms - (ms % day_ms < 0);
    *out = (Value){.i32 = (int32_t)days};
    return days == (int32_t)days || fail_text(call, args[0].str, args[1].str);
}

static bool parse_date(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    int64_t ms;
    const char *why = NULL;
    if (!date_parse_leniently(args[0].str, args[1].str, call->now_ms, &ms,
                              &why))
        return why ? fn_fail(call, "%s: '%.*s'", why, STR_ARG(args[1].str))
                   : fail_text(call, args[0].str, args[1].str);
    int64_t days = ms / day_ms;
    if (ms % day_ms || days != (int32_t)days)
        return fn_fail(call, "'%.*s' is more than a date",
                       STR_ARG(args[0].str));
    *out = (Value){.i32 = (int32_t)days};
    return true;
}

/* ---- by columns ---- */

/* The pattern and zone of the last row, which are mostly those of the next. */
typedef struct LastFormat {
    Str pattern, zone;
    DateFormat *format;
} LastFormat;

static inline bool same_text(Str a, Str b)
{
    return a.ptr == b.ptr && a.len == b.len;
}

/* Formatting and parsing of timestamps: a loop around the row form, but with
 * the format at hand, and without values in between. */
static bool stamp_row(FnCall *call, LastFormat *last, const Column *const *args,
                      int arg_count, int row, Column *out)
{
    bool utc = call->function->flags & FN_NULL_IN_NULL_OUT;
    Str pattern = args[1]->str[arg_row(args[1], row)];
    Str zone = arg_count > 2 ? args[2]->str[arg_row(args[2], row)]
               : utc         ? STR_NULL
                             : server_zone;
    if (!last->format || !same_text(pattern, last->pattern) ||
        !same_text(zone, last->zone))
        *last = (LastFormat){pattern, zone, get_format(call, pattern, zone)};
    if (!last->format) return false;
    int from = arg_row(args[0], row);
    if (args[0]->type->kind != TYPE_STRING) {
        Value text;
        if (!print(call, last->format, args[0]->i64[from], &text)) return false;
        out->str[row] = text.str;
        return true;
    }
    Str text = args[0]->str[from];
    return datefmt_parse(last->format, text, &out->i64[row]) ||
           fail_text(call, text, pattern);
}

static void stamp_column(FnCall *call, const Column *const *args, int arg_count,
                         const uint16_t *sel, int sel_count, int row_count,
                         Column *out)
{
    LastFormat last = {0};
    bool any_null_fails = call->function->scalar == string_to_timestamp;
    bool null_fails = any_null_fails ||
                      call->function->scalar == timestamp_to_string;
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i);
        bool first = arg_null(args[0], row), null = first;
        for (int k = 1; k < arg_count; k++)
            null |= arg_null(args[k], row);
        if (null && ((first && null_fails) || any_null_fails)) {
            fn_fail(call, "%s takes no NULL%s", call->function->name,
                    any_null_fails ? "" : " timestamp");
            fn_fail_row(call, out, row, row_count);
        } else if (null) {
            column_set_null(call->arena, out, row, row_count);
        } else if (!stamp_row(call, &last, args, arg_count, row, out)) {
            fn_fail_row(call, out, row, row_count);
        }
    }
}

static const Function rows[] = {
    {.name = "convert_tz",
     .signature = "TIMESTAMP, STRING, STRING -> TIMESTAMP",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = convert_tz,
     .category = "DATE / TIME",
     .description =
         "The timestamp moved from one time zone's clock to another's.",
     .example = "CONVERT_TZ(CAST('2020-02-29T10:20:30' AS TIMESTAMP), 'UTC', "
                "'+02:00') = CAST('2020-02-29T12:20:30' AS TIMESTAMP)"},
    {.name = "dateadd",
     .signature = "UNIT, INT, DATE -> DATE",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = date_add,
     .category = "DATE / TIME",
     .description = "The date that much later.",
     .example = "DATEADD(DAYS, 1, CAST('2020-02-29' AS DATE)) = "
                "CAST('2020-03-01' AS DATE)"},
    {.name = "datesub",
     .signature = "UNIT, INT, DATE -> DATE",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = date_sub,
     .category = "DATE / TIME",
     .description = "The date that much earlier.",
     .example = "DATESUB(DAYS, 29, CAST('2020-02-29' AS DATE)) = "
                "CAST('2020-01-31' AS DATE)"},
    {.name = "datetostring",
     .signature = "INT, STRING -> STRING",
     .scalar = format_date,
     .category = "DATE / TIME",
     .description = "Days since 1970 as text by a pattern; FORMAT_DATE is its "
                    "successor.",
     .example = "DATETOSTRING(59, 'yyyy-MM-dd') = '1970-03-01'"},
    {.name = "format_date",
     .signature = "DATE, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = format_date,
     .category = "DATE / TIME",
     .description = "The date as text by a pattern.",
     .example = "FORMAT_DATE(CAST('2020-02-29' AS DATE), 'dd/MM/yyyy') = "
                "'29/02/2020'"},
    {.name = "format_time",
     .signature = "TIME, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = format_time,
     .category = "DATE / TIME",
     .description = "The time as text by a pattern.",
     .example = "FORMAT_TIME(CAST('10:20:30' AS TIME), 'HH.mm') = '10.20'"},
    {.name = "format_timestamp",
     .signature = "TIMESTAMP, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = format_timestamp,
     .column = stamp_column,
     .category = "DATE / TIME",
     .description = "The timestamp in UTC as text by a pattern.",
     .example = "FORMAT_TIMESTAMP(CAST('2020-02-29T10:20:30' AS TIMESTAMP), "
                "'dd.MM. HH:mm') = '29.02. 10:20'"},
    {.name = "format_timestamp",
     .signature = "TIMESTAMP, STRING, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = format_timestamp,
     .column = stamp_column,
     .category = "DATE / TIME",
     .description = "The timestamp in a time zone as text by a pattern.",
     .example = "FORMAT_TIMESTAMP(CAST('2020-02-29T10:20:30' AS TIMESTAMP), "
                "'HH:mm', 'Europe/Oslo') = '11:20'"},
    {.name = "from_days",
     .signature = "INT -> DATE",
     .scalar = from_days,
     .category = "DATE / TIME",
     .description = "The date so many days after 1970-01-01.",
     .example = "FROM_DAYS(59) = CAST('1970-03-01' AS DATE)"},
    {.name = "from_unixtime",
     .signature = "BIGINT -> TIMESTAMP",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = same_value,
     .category = "DATE / TIME",
     .description = "The timestamp so many milliseconds after 1970.",
     .example = "FROM_UNIXTIME(1000) = CAST('1970-01-01T00:00:01' AS "
                "TIMESTAMP)"},
    {.name = "parse_date",
     .signature = "STRING, STRING -> DATE",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = parse_date,
     .category = "DATE / TIME",
     .description = "The date that a text gives by a pattern.",
     .example = "PARSE_DATE('29/02/2020', 'dd/MM/yyyy') = CAST('2020-02-29' "
                "AS DATE)"},
    {.name = "parse_time",
     .signature = "STRING, STRING -> TIME",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = parse_time,
     .category = "DATE / TIME",
     .description = "The time that a text gives by a pattern.",
     .example = "PARSE_TIME('10.20', 'HH.mm') = CAST('10:20:00' AS TIME)"},
    {.name = "parse_timestamp",
     .signature = "STRING, STRING -> TIMESTAMP",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = parse_timestamp,
     .column = stamp_column,
     .category = "DATE / TIME",
     .description = "The timestamp that a text in UTC gives by a pattern.",
     .example = "PARSE_TIMESTAMP('29.02.2020 10:20:30', 'dd.MM.yyyy "
                "HH:mm:ss') = CAST('2020-02-29T10:20:30' AS TIMESTAMP)"},
    {.name = "parse_timestamp",
     .signature = "STRING, STRING, STRING -> TIMESTAMP",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = parse_timestamp,
     .column = stamp_column,
     .category = "DATE / TIME",
     .description =
         "The timestamp that a text in a time zone gives by a pattern.",
     .example = "PARSE_TIMESTAMP('29.02.2020 11:20:30', 'dd.MM.yyyy "
                "HH:mm:ss', 'Europe/Oslo') = CAST('2020-02-29T10:20:30' AS "
                "TIMESTAMP)"},
    {.name = "stringtodate",
     .signature = "STRING, STRING -> INT",
     .scalar = string_to_date,
     .category = "DATE / TIME",
     .description = "Days since 1970 of a text by a pattern; PARSE_DATE is its "
                    "successor.",
     .example = "STRINGTODATE('1970-03-01', 'yyyy-MM-dd') = 59"},
    {.name = "stringtotimestamp",
     .signature = "STRING, STRING -> BIGINT",
     .scalar = string_to_timestamp,
     .column = stamp_column,
     .category = "DATE / TIME",
     .description =
         "Milliseconds since 1970 of a text in the server's time zone "
         "by a pattern; PARSE_TIMESTAMP is its successor.",
     .example = "STRINGTOTIMESTAMP('1970-01-01 00:00:01Z', 'yyyy-MM-dd "
                "HH:mm:ssX') = 1000"},
    {.name = "stringtotimestamp",
     .signature = "STRING, STRING, STRING -> BIGINT",
     .scalar = string_to_timestamp,
     .column = stamp_column,
     .category = "DATE / TIME",
     .description = "Milliseconds since 1970 of a text in a time zone by a "
                    "pattern; PARSE_TIMESTAMP is its successor.",
     .example = "STRINGTOTIMESTAMP('1970-01-01 01', 'yyyy-MM-dd HH', "
                "'+01:00') = 0"},
    {.name = "timeadd",
     .signature = "UNIT, INT, TIME -> TIME",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = time_add,
     .category = "DATE / TIME",
     .description = "The time of day that much later.",
     .example = "TIMEADD(HOURS, 15, CAST('10:20:30' AS TIME)) = "
                "CAST('01:20:30' AS TIME)"},
    {.name = "timesub",
     .signature = "UNIT, INT, TIME -> TIME",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = time_sub,
     .category = "DATE / TIME",
     .description = "The time of day that much earlier.",
     .example = "TIMESUB(HOURS, 11, CAST('10:20:30' AS TIME)) = "
                "CAST('23:20:30' AS TIME)"},
    {.name = "timestampadd",
     .signature = "UNIT, INT, TIMESTAMP -> TIMESTAMP",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = timestamp_add,
     .category = "DATE / TIME",
     .description = "The timestamp that much later.",
     .example = "TIMESTAMPADD(DAYS, 1, CAST('2020-02-29T10:20:30' AS "
                "TIMESTAMP)) = CAST('2020-03-01T10:20:30' AS TIMESTAMP)"},
    {.name = "timestampsub",
     .signature = "UNIT, INT, TIMESTAMP -> TIMESTAMP",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = timestamp_sub,
     .category = "DATE / TIME",
     .description = "The timestamp that much earlier.",
     .example = "TIMESTAMPSUB(SECONDS, 30, CAST('2020-02-29T10:20:30' AS "
                "TIMESTAMP)) = CAST('2020-02-29T10:20:00' AS TIMESTAMP)"},
    {.name = "timestamptostring",
     .signature = "BIGINT, STRING -> STRING",
     .scalar = timestamp_to_string,
     .column = stamp_column,
     .category = "DATE / TIME",
     .description =
         "Milliseconds since 1970 as text in the server's time zone by"
         " a pattern; FORMAT_TIMESTAMP is its successor.",
     .example = "LEN(TIMESTAMPTOSTRING(1000, 'yyyy-MM-dd HH:mm:ss')) = 19"},
    {.name = "timestamptostring",
     .signature = "BIGINT, STRING, STRING -> STRING",
     .scalar = timestamp_to_string,
     .column = stamp_column,
     .category = "DATE / TIME",
     .description =
         "Milliseconds since 1970 as text in a time zone by a pattern;"
         " FORMAT_TIMESTAMP is its successor.",
     .example = "TIMESTAMPTOSTRING(1000, 'HH:mm:ss', '+01:00') = '01:00:01'"},
    {.name = "unix_date",
     .signature = "-> INT",
     .flags = FN_VOLATILE,
     .scalar = unix_date,
     .category = "DATE / TIME",
     .description = "Today as days since 1970, in the server's time zone.",
     .example = "UNIX_DATE() > 0"},
    {.name = "unix_date",
     .signature = "DATE -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = same_value,
     .category = "DATE / TIME",
     .description = "The date as days since 1970.",
     .example = "UNIX_DATE(CAST('1970-03-01' AS DATE)) = 59"},
    {.name = "unix_timestamp",
     .signature = "-> BIGINT",
     .flags = FN_VOLATILE,
     .scalar = unix_timestamp,
     .category = "DATE / TIME",
     .description = "The time now as milliseconds since 1970.",
     .example = "UNIX_TIMESTAMP() > 0"},
    {.name = "unix_timestamp",
     .signature = "TIMESTAMP -> BIGINT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = same_value,
     .category = "DATE / TIME",
     .description = "The timestamp as milliseconds since 1970.",
     .example = "UNIX_TIMESTAMP(CAST('1970-01-01T00:00:01' AS TIMESTAMP)) = "
                "1000"},
};

const FunctionFamily fn_datetime = {rows, sizeof rows / sizeof *rows};
