/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates by Java pattern: both ways, what is refused, zones, bad patterns.
 */
#include "base/datefmt.h"
#include "tests/unit/check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Opens a format that must be good. */
static DateFormat *open_format(Arena *arena, const char *pattern,
                               const char *zone)
{
    DateFormat *format;
    Status st = datefmt_open(arena, str_from(pattern), str_from(zone), &format);
    if (st.kind) fprintf(stderr, "'%s': %s\n", pattern, st.text);
    CHECK(st.kind == ST_OK);
    return format;
}

static Str print_ms(DateFormat *format, Arena *arena, int64_t ms)
{
    Str text = STR("ERROR");
    datefmt_print(format, arena, ms, &text);
    return text;
}

typedef struct DateCase {
    const char *pattern, *zone, *text;
    int64_t ms;
} DateCase;

/* Printing gives the text, reading the moment. */
static const DateCase both_ways[] = {
    {"yyyy-MM-dd", NULL, "1970-01-01", 0},
    {"yyyy-MM-dd HH:mm:ss.SSS", NULL, "2018-05-11 21:58:33.123", 1526075913123},
    {"yyyy-MM-dd'T'HH:mm:ss.SSSX", NULL, "2018-05-11T21:58:33.001Z",
     1526075913001},
    {"yyyy-MM-dd'T'HH:mm:ssX", "+02:00", "1970-01-01T02:00:00+02", 0},
    {"yyyy-MM-dd'T'HH:mm:ssX", "-05:30", "1969-12-31T18:30:00-0530", 0},
    {"yyyy-MM-dd HH:mm:ssXXX", "+05:30", "1970-01-01 05:30:00+05:30", 0},
    {"yyyy-MM-dd HH:mm:ssXX", NULL, "1970-01-01 00:00:00Z", 0},
    {"yyyy-MM-dd HH:mm:ssx", NULL, "1970-01-01 00:00:00+00", 0},
    {"yyyy-MM-dd HH:mm:ssZ", NULL, "1970-01-01 00:00:00+0000", 0},
    {"yyyy-MM-dd HH:mm:ss O", "+08:00", "1970-01-01 08:00:00 GMT+8", 0},
    {"yyyy-MM-dd HH:mm:ss ZZZZ", "+08:00", "1970-01-01 08:00:00 GMT+08:00", 0},
    {"yyyyMMdd", NULL, "20210304", 1614816000000},
    {"yyyyMMddHHmmssSSS", NULL, "20210304050607089", 1614834367089},
    {"yyMMdd", NULL, "210304", 1614816000000},
    {"HHmmss", NULL, "000102", 62000},
    {"d.M.yyyy H:m:s", NULL, "4.3.2021 5:6:7", 1614834367000},
    {"dd MMM yyyy", NULL, "04 Mar 2021", 1614816000000},
    {"d MMMM yyyy", NULL, "4 March 2021", 1614816000000},
    {"EEE, d MMM yyyy", NULL, "Thu, 4 Mar 2021", 1614816000000},
    {"EEEE yyyy-MM-dd", NULL, "Thursday 2021-03-04", 1614816000000},
    {"yyyy-MM-dd hh:mm a", NULL, "1970-01-01 12:00 AM", 0},
    {"yyyy-MM-dd hh:mm a", NULL, "1970-01-01 12:01 PM", 43260000},
    {"yyyy-MM-dd K:mm a", NULL, "1970-01-01 0:01 PM", 43260000},
    {"yyyy-MM-dd kk:mm", NULL, "1970-01-01 24:00", 0},
    {"yyyy-DDD", NULL, "2020-366", 1609372800000},
    {"yyyy-D", NULL, "2021-1", 1609459200000},
    {"uuuu-MM-dd", NULL, "-0001-01-01", -62198755200000},
    {"yyyy-MM-dd G", NULL, "0002-01-01 BC", -62198755200000},
    {"yyyy-MM-dd", NULL, "+12345-01-01", 327403382400000},
    {"yyyy-MM-dd", NULL, "0001-01-01", -62135596800000},
    {"yyyy-MM-dd", NULL, "1582-10-10", -12219724800000},
    {"'Lit' yyyy 'o''clock' ''", NULL, "Lit 1970 o'clock '", 0},
    {"''yyyy", NULL, "'1970", 0},
    {"yyyy-MM-dd'T'HH:mm:ss.SSSSSS", NULL, "1970-01-01T00:00:00.120000", 120},
    {"A", NULL, "61001", 61001},
    {"ss.SS", NULL, "59.98", 59980},
    {"yyyy-MM-dd HH:mm", "Europe/Oslo", "2021-07-01 02:00", 1625097600000},
    {"yyyy-MM-dd HH:mm", "America/New_York", "2021-01-01 00:00", 1609477200000},
    {"yyyy-MM-dd HH:mm z", "America/Los_Angeles", "2018-05-11 14:58 PDT",
     1526075880000},
    {"yyyy-MM-dd HH:mm zzz", "America/Los_Angeles", "2018-01-11 14:58 PST",
     1515711480000},
    {"yyyy-MM-dd HH:mm zzz", "Europe/London", "2018-05-11 22:58 BST",
     1526075880000},
    {"yyyy-MM-dd HH:mm zzzz", "America/Los_Angeles",
     "2018-05-11 14:58 Pacific Daylight Time", 1526075880000},
    {"yyyy-MM-dd HH:mm z", NULL, "1970-01-01 00:00 UTC", 0},
    {"yyyy-MM-dd HH:mm VV", "Europe/Oslo", "2021-07-01 02:00 Europe/Oslo",
     1625097600000},
    {"HH:mm'['VV']'", "+01:00", "01:00[+01:00]", 0},
    {"yyyy[-MM[-dd]]", NULL, "2021-03-04", 1614816000000},
    /* Weeks begin on Sunday; the year is that of the week's Saturday. */
    {"YYYY-'W'ww-e", NULL, "2021-W10-5", 1614816000000},
    {"YYYY-ww-ee", NULL, "2021-01-06", 1609459200000},
    {"YYYY-w-c", NULL, "2022-1-1", 1640476800000}, /* 2021-12-26. */
    {"YYYY-ww-EEE", NULL, "2023-01-Sun", 1672531200000},
    {"YYYY-ww-e", NULL, "2022-53-7", 1672444800000},
    {"YYYYwwe", NULL, "2021105", 1614816000000},
    {"YY-ww-e", NULL, "21-10-5", 1614816000000},
    {"yyyy-MM W E", NULL, "2021-03 1 Thu", 1614816000000},
    {"yyyy-MM W e", NULL, "2021-08 5 1", 1630195200000},
    {"yyyy-MM-dd Q", NULL, "2021-03-31 1", 1617148800000},
    {"yyyy-MM-dd QQ", NULL, "2021-04-01 02", 1617235200000},
    {"yyyy-MM-dd QQQ", NULL, "2021-12-31 Q4", 1640908800000},
    {"yyyy-MM-dd qqqq", NULL, "2021-07-01 3rd quarter", 1625097600000},
    {"yyyy-MM-dd QQQQQ", NULL, "2021-07-01 3", 1625097600000},
    {"yyyy-MM-dd F", NULL, "2021-03-15 1", 1615766400000},
    {"yyyy-MM-dd eeee", NULL, "2021-03-04 Thursday", 1614816000000},
    {"g", NULL, "59277", 1614816000000},
    {"yyyy-MM-dd h B", NULL, "1970-01-01 2 in the afternoon", 50400000},
    {"h:mm BBBB", NULL, "9:30 at night", 77400000},
    {"h B", NULL, "12 noon", 43200000},
    {"H B", NULL, "0 midnight", 0},
    {"h:mm B", NULL, "12:01 in the afternoon", 43260000},
    {"h BBBBB", NULL, "12 mi", 0},
    {"ppd.ppM.yyyy", NULL, " 4. 3.2021", 1614816000000},
    {"ppppH", NULL, "  12", 43200000},
    {"yyyy-MM-dd HH:mm v", "America/Los_Angeles", "2018-05-11 14:58 PT",
     1526075880000},
    {"yyyy-MM-dd HH:mm vvvv", "America/Los_Angeles",
     "2018-05-11 14:58 Pacific Time", 1526075880000},
};

static void test_both_ways(Arena *arena)
{
    for (size_t i = 0; i < COUNT(both_ways); i++) {
        const DateCase *c = &both_ways[i];
        DateFormat *format = open_format(arena, c->pattern, c->zone);
        if (!format) continue;
        CHECK_STR(print_ms(format, arena, c->ms), c->text);
        int64_t ms = -1;
        CHECK(datefmt_parse(format, str_from(c->text), &ms));
        if (ms != c->ms)
            fprintf(stderr, "'%s' as '%s': %lld\n", c->text, c->pattern,
                    (long long)ms);
        CHECK(ms == c->ms);
        datefmt_close(format);
    }
}

/* Read, but printed otherwise. */
static const DateCase read_only[] = {
    {"yyyy", NULL, "2021", 1609459200000},
    {"yyyy-MM", NULL, "2021-03", 1614556800000},
    {"MM-dd", NULL, "03-04", 5356800000},
    {"HH", NULL, "05", 18000000},
    {"mm", NULL, "05", 300000},
    {"", NULL, "", 0},
    /* Day 31 is clamped, 24:00 is the next day. */
    {"yyyy-MM-dd", NULL, "2021-02-31", 1614470400000},
    {"yyyy-MM-dd", NULL, "2020-02-30", 1582934400000},
    {"yyyy-MM-dd", NULL, "2021-04-31", 1619740800000},
    {"yyyy-MM-dd HH:mm", NULL, "2021-03-04 24:00", 1614902400000},
    {"HH:mm", NULL, "24:00", 0},
    /* Letters in any case. */
    {"dd-MMM-yyyy", NULL, "04-mAR-2021", 1614816000000},
    {"dd MMMM yyyy", NULL, "04 MAR 2021", 1614816000000},
    {"hh a", NULL, "01 pm", 46800000},
    {"yyyy-MM-dd'T'HH", NULL, "1970-01-01t01", 3600000},
    {"HH:mmX", NULL, "01:00z", 3600000},
    {"HH:mmX", NULL, "01:00+0000", 3600000},
    {"HH:mmX", NULL, "01:00-01", 7200000},
    {"HH:mmXXX", "Asia/Tokyo", "01:00+01:00", 0},
    {"hh", NULL, "12", 0},
    {"a", NULL, "PM", 43200000},
    {"yyyy-MM-dd'T'HH:mm:ss z", NULL, "2018-05-11T21:58:33 PST", 1526101113000},
    {"HH:mm z", NULL, "01:00 Europe/Oslo", 0},
    {"HH:mm VV", NULL, "01:00 UTC+01:00", 0},
    {"HH:mm z", NULL, "01:00 CEST", 0},
    {"[yyyy-MM-dd][yyyyMMdd]", NULL, "20210304", 1614816000000},
    {"yyyy[-MM[-dd]]", NULL, "2021-03", 1614556800000},
    {"yyyy-MM-dd['T'HH:mm]", NULL, "2021-03-04", 1614816000000},
    {"s.SSSSSSSSS", NULL, "1.123456789", 1123},
    /* A gap moves on, of an overlap the first is taken. */
    {"yyyy-MM-dd HH:mm", "America/New_York", "2021-03-14 02:30", 1615707000000},
    {"yyyy-MM-dd HH:mm", "America/New_York", "2021-11-07 01:30", 1636263000000},
    {"yyyy-MM-dd HH:mm", "Europe/Oslo", "2021-03-28 02:30", 1616895000000},
    /* Weeks and quarters that make no date of their own do nothing. */
    {"yyyy-ww", NULL, "2021-10", 1609459200000},
    {"YYYY-MM-dd", NULL, "2021-03-04", 5356800000},
    {"yyyy-QQQ", NULL, "2021-Q3", 1609459200000},
    {"YYYY-ww", NULL, "2021-10", 0},
    /* A weekday without a date moves the 1st, a Thursday, in its week. */
    {"EEE", NULL, "Mon", -259200000},
    {"MM e", NULL, "03 1", 5097600000},
    {"F", NULL, "7", 518400000},
    {"YYYY-ww-e", NULL, "2021-53-7", 1640390400000}, /* Has 52. */
    {"B", NULL, "in the morning", 32400000},
    {"B", NULL, "AT NIGHT", 5400000},
    {"yyyy-MM-dd MMMMM", NULL, "2021-03-04 3", 1614816000000},
    {"YYYY-ww-e", NULL, "2021-01-1", 1609027200000},
};

static void test_read_only(Arena *arena)
{
    for (size_t i = 0; i < COUNT(read_only); i++) {
        const DateCase *c = &read_only[i];
        DateFormat *format = open_format(arena, c->pattern, c->zone);
        if (!format) continue;
        int64_t ms = -1;
        CHECK(datefmt_parse(format, str_from(c->text), &ms));
        if (ms != c->ms)
            fprintf(stderr, "'%s' as '%s': %lld\n", c->text, c->pattern,
                    (long long)ms);
        CHECK(ms == c->ms);
        datefmt_close(format);
    }
}

static const char *const refused[][2] = {
    {"yyyy-MM-dd", "2021-03-04 "},
    {"yyyy-MM-dd", " 2021-03-04"},
    {"yyyy-MM-dd", "2021-3-04"},
    {"yyyy-MM-dd", "2021-03-4"},
    {"yyyy-MM-dd", "21-03-04"},
    {"yyyy-MM-dd", "12021-03-04"},
    {"yyyy-MM-dd", "+2021-03-04"},
    {"yyyy-MM-dd", "2021-13-01"},
    {"yyyy-MM-dd", "2021-00-01"},
    {"yyyy-MM-dd", "2021-01-32"},
    {"yyyy-MM-dd", "2021-01-00"},
    {"yyyy-MM-dd", "0000-01-01"},
    {"yyyy-MM-dd", ""},
    {"yyyy-MM-dd", "2021/03/04"},
    {"MM-dd", "02-30"},
    {"yyyy-DDD", "2021-366"},
    {"DDD", "366"},
    {"HH:mm", "25:00"},
    {"HH:mm", "24:01"},
    {"HH:mm", "12:60"},
    {"hh:mm a", "13:00 PM"},
    {"hh:mm a", "01:00 XM"},
    {"HH:mm a", "13:00 AM"},
    {"ss.SSS", "01.12"},
    {"ss.SSS", "01.1234"},
    {"MMM", "Foo"},
    {"MMM", "March"},
    {"MMMMM", "M"},
    {"HHX", "01+19"},
    {"HHX", "01+1"},
    {"HHXXX", "01+0100"},
    {"HHXX", "01+01:00"},
    {"HHZ", "01Z"},
    {"HHX", "01"},
    {"HH z", "01 NOPE"},
    {"HH VV", "01 PST"},
    {"HH VV", "01 europe/oslo"},
    {"EEE yyyy-MM-dd", "Fri 2021-03-04"},
    {"yyyy yyyy", "2020 2021"},
    {"d", "99999999999999999999"},
    {"yyyy", "+9999999999999999999"},
    {"yyyy-MM-dd", "+300000000-01-01"},
    {"yyyyMMdd", "2021034"},
    {"'abc'", "ab"},
    {"[yyyy", "20"},
    {"YYYY-ww-e", "2021-54-1"},
    {"YYYY-ww-e", "2021-10-8"},
    {"YYYY-ww-e", "2021-10-0"},
    {"yyyy-MM-dd Q", "2021-03-04 2"},
    {"yyyy-MM-dd ww", "2021-03-04 11"},
    {"yyyy-MM-dd F", "2021-03-15 2"},
    {"yyyy-MM-dd eeee", "2021-03-04 Friday"},
    {"yyyy-MM-dd g", "2021-03-04 59278"},
    {"h B", "13 at night"},
    {"H B", "13 at night"},
    {"h a B", "1 AM in the afternoon"},
    {"ppd", "4"},
    {"ppd", "  4"},
    {"W", "7"},
};

static void test_refused(Arena *arena)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        DateFormat *format = open_format(arena, refused[i][0], NULL);
        if (!format) continue;
        int64_t ms;
        bool read = datefmt_parse(format, str_from(refused[i][1]), &ms);
        if (read)
            fprintf(stderr, "'%s' read as '%s'\n", refused[i][1],
                    refused[i][0]);
        CHECK(!read);
        datefmt_close(format);
    }
}

static void test_bad_patterns(Arena *arena)
{
    static const char *const cases[][2] = {
        {"yyyy-jj", "unknown letter 'j' in date pattern 'yyyy-jj'"},
        {"www", "too many letters 'w' in date pattern 'www'"},
        {"WW", "too many letters 'W' in date pattern 'WW'"},
        {"FF", "too many letters 'F' in date pattern 'FF'"},
        {"QQQQQQ", "too many letters 'Q' in date pattern 'QQQQQQ'"},
        {"cc",
         "one or three to five letters are wanted for 'c' in date pattern "
         "'cc'"},
        {"BB",
         "one, four or five letters are wanted for 'B' in date pattern 'BB'"},
        {"vv", "one or four letters are allowed for 'v' in date pattern 'vv'"},
        {"HHp", "no letter to fill up behind 'p' in date pattern 'HHp'"},
        {"pp-", "no letter to fill up behind 'p' in date pattern 'pp-'"},
        {"ddd", "too many letters 'd' in date pattern 'ddd'"},
        {"SSSSSSSSSS", "too many letters 'S' in date pattern 'SSSSSSSSSS'"},
        {"yyyy'T", "no closing quote '\'' in date pattern 'yyyy'T'"},
        {"{yyyy}", "reserved character '{' in date pattern '{yyyy}'"},
        {"yyyy]", "no '[' for ']' in date pattern 'yyyy]'"},
        {"V", "exactly two letters are wanted for 'V' in date pattern 'V'"},
    };
    DateFormat *format;
    for (size_t i = 0; i < COUNT(cases); i++) {
        Status st = datefmt_open(arena, str_from(cases[i][0]), STR_NULL,
                                 &format);
        CHECK(st.kind == ST_USER && format == NULL);
        CHECK_STR(str_from(st.text), cases[i][1]);
    }
    static const char *const bad_zones[] = {
        "",        "Nowhere",     "PST",         "EST",
        "IST",     "europe/oslo", "GMT+25",      "+19:00",
        "UTC+",    "+1:00:00:00", "Etc/Unknown", "+",
        "Europe/", "+123",        "z",
    };
    for (size_t i = 0; i < COUNT(bad_zones); i++) {
        Status st = datefmt_open(arena, STR("yyyy"), str_from(bad_zones[i]),
                                 &format);
        if (!st.kind) fprintf(stderr, "zone '%s' opened\n", bad_zones[i]);
        CHECK(st.kind == ST_USER && format == NULL);
        CHECK(strstr(st.text, "unknown time zone '") == st.text);
    }
    static const struct {
        const char *zone, *offset;
    } zones[] = {
        {"UTC", "Z"},
        {"GMT", "Z"},
        {"Z", "Z"},
        {"Etc/GMT+3", "-03:00"},
        {"US/Pacific", "-08:00"},
        {"PST8PDT", "-08:00"},
        {"CET", "+01:00"},
        {"+2", "+02:00"},
        {"-02", "-02:00"},
        {"+0230", "+02:30"},
        {"+02:30:15", "+02:30:15"},
        {"UTC+3", "+03:00"},
        {"GMT-03:30", "-03:30"},
        {"UT", "Z"},
        {"+18:00", "+18:00"},
        {"Asia/Kolkata", "+05:30"},
    };
    for (size_t i = 0; i < COUNT(zones); i++) {
        format = open_format(arena, "XXXXX", zones[i].zone);
        if (!format) continue;
        CHECK_STR(print_ms(format, arena, 0), zones[i].offset);
        datefmt_close(format);
    }
    datefmt_close(NULL);
}

/* Each hour of some years, over all changes of the zone, in both directions of
 * time: the span that is kept must never be used outside. */
static void test_spans(Arena *arena)
{
    DateFormat *format = open_format(arena, "yyyy-MM-dd HH:mmXXX",
                                     "America/New_York");
    DateFormat *fresh = NULL;
    int wrong = 0;
    int64_t hour_ms = 3600000;
    for (int64_t i = 0; i < 3 * 365 * 24; i++) {
        int64_t ms = 1577836800000 + (i * 7919 % (3 * 365 * 24)) * hour_ms;
        Str text = print_ms(format, arena, ms);
        int64_t back;
        wrong += !datefmt_parse(format, text, &back) || back != ms;
        if (i % 500 == 0) {
            fresh = open_format(arena, "yyyy-MM-dd HH:mmXXX",
                                "America/New_York");
            wrong += !str_eq(print_ms(fresh, arena, ms), text);
            datefmt_close(fresh);
            arena_reset(arena);
        }
    }
    CHECK(wrong == 0);
    datefmt_close(format);
}

/* Without an offset in the text, local times keep their order and are read as
 * a format that was just opened reads them. */
static void test_local_times(Arena *arena)
{
    DateFormat *format = open_format(arena, "yyyy-MM-dd HH:mm", "Europe/Oslo");
    DateFormat *utc = open_format(arena, "yyyy-MM-dd HH:mm", NULL);
    int wrong = 0;
    for (int64_t i = 0; i < 2000; i++) {
        int64_t local = 1609459200000 + (i * 7919 % 17520) * 1800000;
        Str text = print_ms(utc, arena, local);
        int64_t kept = 0, first = 1;
        DateFormat *fresh = i % 20 ? NULL
                                   : open_format(arena, "yyyy-MM-dd HH:mm",
                                                 "Europe/Oslo");
        wrong += !datefmt_parse(format, text, &kept);
        wrong += local - kept != 3600000 && local - kept != 7200000;
        if (!fresh) continue;
        wrong += !datefmt_parse(fresh, text, &first) || first != kept;
        datefmt_close(fresh);
    }
    CHECK(wrong == 0);
    datefmt_close(format);
    datefmt_close(utc);
}

static void test_extremes(Arena *arena)
{
    static const char *const zones[] = {NULL, "Europe/Oslo", "-18:00"};
    static const int64_t moments[] = {INT64_MIN, INT64_MIN + 1, -1,       0,
                                      1,         INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < COUNT(zones); i++) {
        DateFormat *format = open_format(
            arena, "yyyy-MM-dd'T'HH:mm:ss.SSS G zzzz", zones[i]);
        for (size_t k = 0; k < COUNT(moments); k++)
            CHECK(print_ms(format, arena, moments[k]).len > 20);
        datefmt_close(format);
    }
    DateFormat *format = open_format(arena, "uuuu-MM-dd HH:mm:ss.SSS", NULL);
    CHECK_STR(print_ms(format, arena, -1), "1969-12-31 23:59:59.999");
    CHECK_STR(print_ms(format, arena, INT64_MAX),
              "+292278994-08-17 07:12:55.807");
    datefmt_close(format);
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    test_both_ways(arena);
    test_read_only(arena);
    test_refused(arena);
    test_bad_patterns(arena);
    test_spans(arena);
    test_local_times(arena);
    test_extremes(arena);
    arena_free(arena);
    return check_done();
}
