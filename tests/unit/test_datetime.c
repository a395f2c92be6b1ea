/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates and times as text: the accepted forms, what is refused, printing, and
 * that what is printed reads back.
 */
#include "types/datetime.h"

#include "tests/unit/check.h"

static Arena *arena;

static void test_date(void)
{
    static const struct {
        const char *text;
        bool ok;
        int32_t days;
    } cases[] = {
        {"1970-01-01", true, 0},
        {"1970-01-11", true, 10},
        {"1969-12-31", true, -1},
        {"2020", true, 18262},
        {"2020-02", true, 18293},
        {"2020-02-29", true, 18321},
        {"-0001-01-01", true, -719893},
        {"0000-01-01", true, -719528},
        {"9999-12-31", true, 2932896},
        {"+12345-06-07", true, 3789548},
        {"2021-02-29", false, 0},
        {"1900-02-29", false, 0},
        {"2020-13-01", false, 0},
        {"2020-00-01", false, 0},
        {"2020-01-00", false, 0},
        {"2020-04-31", false, 0},
        {"2020-1-1", false, 0},
        {"2020-01-01T00:00", false, 0},
        {"2020-01-", false, 0},
        {"2020-", false, 0},
        {"202", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {" 2020", false, 0},
        {"999999999-01-01", false, 0},
        {"20200101234", false, 0},
        {"\xef\xbc\x92\xef\xbc\x90\xef\xbc\x92\xef\xbc\x90", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t days = 0;
        bool ok = date_parse(str_from(cases[i].text), &days);
        if (ok != cases[i].ok || (ok && days != cases[i].days))
            fprintf(stderr, "%s: %d %d\n", cases[i].text, ok, days);
        CHECK(ok == cases[i].ok);
        CHECK(!ok || days == cases[i].days);
    }
}

static void test_time(void)
{
    static const struct {
        const char *text;
        bool ok;
        int32_t ms;
    } cases[] = {
        {"00:00", true, 0},
        {"10:20", true, 37200000},
        {"10:20:30", true, 37230000},
        {"10:20:30.1", true, 37230100},
        {"10:20:30.123", true, 37230123},
        {"10:20:30.123999999", true, 37230123},
        {"23:59:59.999", true, 86399999},
        {"24:00", false, 0},
        {"10:60", false, 0},
        {"10:20:60", false, 0},
        {"10:20:30.", false, 0},
        {"10:20:30.1234567890", false, 0},
        {"1:20", false, 0},
        {"10", false, 0},
        {"10:", false, 0},
        {"10:20:", false, 0},
        {"10:20Z", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t ms = 0;
        bool ok = time_parse(str_from(cases[i].text), &ms);
        CHECK(ok == cases[i].ok);
        CHECK(!ok || ms == cases[i].ms);
    }
}

static void test_timestamp(void)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00.010", true, 10},
        {"2022-04-28T21:44:47.943", true, 1651182287943},
        {"2022-04-28T21:44:47.943Z", true, 1651182287943},
        {"2018", true, 1514764800000},
        {"2020-02", true, 1580515200000},
        {"2020-02-24", true, 1582502400000},
        {"2020-02-24T", true, 1582502400000},
        {"2020-02-24T24", true, 1582588800000},
        {"2020-02-24T24:00:00.000", true, 1582588800000},
        {"2020-02-24T23", true, 1582585200000},
        {"2020-02-24T23:05", true, 1582585500000},
        {"2019-01-01T00:00:00+0445", true, 1546283700000},
        {"2019-01-01T00:00:00+04:45", true, 1546283700000},
        {"2019-01-01T00:00-01:00", true, 1546304400000},
        {"2019-01-01T00-0100", true, 1546304400000},
        {"2019-01-01T00:00:00.5+1800", true, 1546236000500},
        {"2019-01-01Z", true, 1546300800000},
        {"-0001-01-01T00:00:00", true, -62198755200000},
        {"1969-12-31T23:59:59.999", true, -1},
        {"+292278994-01-01", true, 9223372017129600000},
        {"-292275055-05-16T16:47:04.192", true, INT64_MIN},
        {"-292275055-05-16T16:47:04.191", false, 0},
        {"+292278994-08-17T07:12:55.807", true, INT64_MAX},
        {"+292278994-08-17T07:12:55.808", false, 0},
        {"999999999-01-01", false, 0},
        {"2020-02-24T24:00:01", false, 0},
        {"2020-02-24T24:01", false, 0},
        {"2020-02-24T25", false, 0},
        {"2020-02-24T1", false, 0},
        {"2020-02-24T10:", false, 0},
        {"2020-02-24T10:20:30.1234", false, 0},
        {"2020-02-24 10:20", false, 0},
        {"2020-02-24T10:20Zx", false, 0},
        {"2020-02-24T10:20+1", false, 0},
        {"2020-02-24T10:20+1801", false, 0},
        {"2020-02-24T10:20+1900", false, 0},
        {"2020-02-24T10:20+01:60", false, 0},
        {"2020-02-30T10", false, 0},
        {"T10:20", false, 0},
        {"foo", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 0;
        bool ok = timestamp_parse(str_from(cases[i].text), &ms);
        if (ok != cases[i].ok || (ok && ms != cases[i].ms))
            fprintf(stderr, "%s: %d %lld\n", cases[i].text, ok, (long long)ms);
        CHECK(ok == cases[i].ok);
        CHECK(!ok || ms == cases[i].ms);
    }
}

static Str printed(Buf *buf)
{
    Str text = str_copy(arena, buf_str(buf));
    buf->len = 0;
    return text;
}

static void test_print(void)
{
    Buf buf = {0};
    date_print(&buf, 10);
    CHECK_STR(printed(&buf), "1970-01-11");
    date_print(&buf, -719893);
    CHECK_STR(printed(&buf), "-0001-01-01");
    date_print(&buf, -719528);
    CHECK_STR(printed(&buf), "0000-01-01");
    date_print(&buf, 3789548);
    CHECK_STR(printed(&buf), "+12345-06-07");
    date_print(&buf, INT32_MIN);
    CHECK_STR(printed(&buf), "-5877641-06-23");
    time_print(&buf, 0);
    CHECK_STR(printed(&buf), "00:00");
    time_print(&buf, 5000);
    CHECK_STR(printed(&buf), "00:00:05");
    time_print(&buf, 37200010);
    CHECK_STR(printed(&buf), "10:20:00.010");
    time_print(&buf, 86400000);
    CHECK_STR(printed(&buf), "24:00");
    time_print(&buf, INT32_MIN);
    CHECK(printed(&buf).len == 12);
    timestamp_print(&buf, 4);
    CHECK_STR(printed(&buf), "1970-01-01T00:00:00.004");
    timestamp_print(&buf, -1);
    CHECK_STR(printed(&buf), "1969-12-31T23:59:59.999");
    timestamp_print(&buf, INT64_MAX);
    CHECK_STR(printed(&buf), "+292278994-08-17T07:12:55.807");
    timestamp_print(&buf, INT64_MIN);
    CHECK_STR(printed(&buf), "-292275055-05-16T16:47:04.192");
    buf_free(&buf);
}

/* Every printed moment reads back as itself. */
static void test_round_trip(void)
{
    Buf buf = {0};
    uint64_t seed = 1;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t ms = (int64_t)seed >> (i % 40), back = 0;
        timestamp_print(&buf, ms);
        bool ok = timestamp_parse(buf_str(&buf), &back);
        CHECK(ok && back == ms);
        buf.len = 0;
        int32_t days = (int32_t)(seed >> 32) >> (i % 20), days_back = 0;
        date_print(&buf, days);
        CHECK(date_parse(buf_str(&buf), &days_back) && days_back == days);
        buf.len = 0;
        int32_t of_day = (int32_t)((seed >> 20) % 86400000), time_back = -1;
        time_print(&buf, of_day);
        CHECK(time_parse(buf_str(&buf), &time_back) && time_back == of_day);
        buf.len = 0;
    }
    buf_free(&buf);
}

int main(void)
{
    arena = arena_new("test", 0);
    test_date();
    test_time();
    test_timestamp();
    test_print();
    test_round_trip();
    arena_free(arena);
    return check_done();
}
