/* SPDX-License-Identifier: Apache-2.0
 *
 * Results of the date and time functions.
 */
#include <stdlib.h>

#include "tests/unit/function_check.h"

#define TWO(name, a, b, result)                                                \
    {                                                                          \
        name, "STRING, STRING", {a, b}, result                                 \
    }
#define ADD(name, unit, n, type, value, result)                                \
    {                                                                          \
        name, "UNIT, INT, " type, {unit, n, value}, result                     \
    }

/* 2020-02-29 is day 18321, 2020-02-29T10:20:30.456 is 1582971630456. */
static const Case cases[] = {
    ADD("DATEADD", "DAYS", "1", "DATE", "18321", "2020-03-01"),
    ADD("DATEADD", "HOURS", "23", "DATE", "18321", "2020-02-29"),
    ADD("DATEADD", "HOURS", "-1", "DATE", "0", "1970-01-01"),
    ADD("DATEADD", "HOURS", "-25", "DATE", "0", "1969-12-31"),
    ADD("DATEADD", "DAYS", "2147483647", "DATE", "1", "ERROR"),
    ADD("DATEADD", "DAYS", "1", "DATE", "NULL", "null"),
    ADD("DATESUB", "DAYS", "1", "DATE", "0", "1969-12-31"),
    ADD("TIMEADD", "HOURS", "25", "TIME", "3600000", "02:00"),
    ADD("TIMEADD", "MILLISECONDS", "-3600001", "TIME", "3600000", "23:59:59"),
    ADD("TIMEADD", "DAYS", "2147483647", "TIME", "3600000", "01:00"),
    ADD("TIMESUB", "MINUTES", "61", "TIME", "3600000", "23:59"),
    ADD("TIMESTAMPADD", "SECONDS", "30", "TIMESTAMP", "0",
        "1970-01-01T00:00:30.000"),
    ADD("TIMESTAMPSUB", "MILLISECOND", "1", "TIMESTAMP", "0",
        "1969-12-31T23:59:59.999"),
    {"CONVERT_TZ",
     "TIMESTAMP, STRING, STRING",
     {"0", "UTC", "America/Los_Angeles"},
     "1969-12-31T16:00:00.000"},
    {"CONVERT_TZ",
     "TIMESTAMP, STRING, STRING",
     {"0", "+0200", "-03:00"},
     "1969-12-31T19:00:00.000"},
    {"CONVERT_TZ", "TIMESTAMP, STRING, STRING", {"0", "PST", "UTC"}, "ERROR"},
    {"CONVERT_TZ", "TIMESTAMP, STRING, STRING", {"0", "", "UTC"}, "ERROR"},
    {"FROM_DAYS", "INT", {"18321"}, "2020-02-29"},
    {"FROM_DAYS", "INT", {"NULL"}, "ERROR"},
    {"FROM_UNIXTIME", "BIGINT", {"1582971630456"}, "2020-02-29T10:20:30.456"},
    {"UNIX_DATE", "DATE", {"18321"}, "18321"},
    {"UNIX_TIMESTAMP", "TIMESTAMP", {"5"}, "5"},
    {"FORMAT_DATE", "DATE, STRING", {"18321", "yy-M-d EEE"}, "20-2-29 Sat"},
    {"FORMAT_DATE", "DATE, STRING", {"18321", "yyyy HH"}, "ERROR"},
    {"FORMAT_DATE", "DATE, STRING", {"18321", "yyyy'HH"}, "ERROR"},
    {"FORMAT_TIME",
     "TIME, STRING",
     {"37230456", "hh:mm:ss.SSS a"},
     "10:20:30.456 AM"},
    {"FORMAT_TIME", "TIME, STRING", {"37230456", "dd HH"}, "ERROR"},
    {"FORMAT_TIMESTAMP",
     "TIMESTAMP, STRING, STRING",
     {"1582971630456", "yyyy-MM-dd HH:mm:ss zzz", "America/Los_Angeles"},
     "2020-02-29 02:20:30 PST"},
    {"FORMAT_TIMESTAMP",
     "TIMESTAMP, STRING, STRING",
     {"1582971630456", "HH", "Nowhere/Land"},
     "ERROR"},
    {"TIMESTAMPTOSTRING",
     "BIGINT, STRING, STRING",
     {"0", "HH:mm", "+05:30"},
     "05:30"},
    {"TIMESTAMPTOSTRING", "BIGINT, STRING", {"0", "HH:mm"}, "00:00"},
    {"TIMESTAMPTOSTRING", "BIGINT, STRING", {"NULL", "HH:mm"}, "ERROR"},
    {"TIMESTAMPTOSTRING", "BIGINT, STRING", {"0", "NULL"}, "null"},
    TWO("PARSE_TIMESTAMP", "2020-02-29 10", "yyyy-MM-dd HH",
        "2020-02-29T10:00:00.000"),
    TWO("PARSE_TIMESTAMP", "2020", "yyyy", "2020-01-01T00:00:00.000"),
    TWO("PARSE_TIMESTAMP", "2020x", "yyyy", "ERROR"),
    {"PARSE_TIMESTAMP",
     "STRING, STRING, STRING",
     {"2020-02-29 10", "yyyy-MM-dd HH", "Europe/Oslo"},
     "2020-02-29T09:00:00.000"},
    TWO("STRINGTOTIMESTAMP", "1970-01-01 00:00:01Z", "yyyy-MM-dd HH:mm:ssX",
        "1000"),
    TWO("STRINGTOTIMESTAMP", "NULL", "yyyy", "ERROR"),
    TWO("STRINGTODATE", "2020-02-29", "yyyy-MM-dd", "18321"),
    TWO("STRINGTODATE", "2020-02", "yyyy-MM", "ERROR"),
    TWO("STRINGTODATE", "2020-02-32", "yyyy-MM-dd", "ERROR"),
    {"DATETOSTRING", "INT, STRING", {"18321", "dd.MM.yyyy"}, "29.02.2020"},
    TWO("PARSE_TIME", "1020", "HHmm", "10:20"),
    TWO("PARSE_TIME", "10 pm", "hh a", "22:00"),
    TWO("PARSE_TIME", "10", "hh", "ERROR"),
    TWO("PARSE_TIME", "20", "mm", "ERROR"),
    TWO("PARSE_TIME", "1 10", "d HH", "ERROR"),
    /* Leniently; the wall clock of these calls is at 1970. */
    TWO("PARSE_DATE", "2021-02-30", "yyyy-MM-dd", "2021-03-02"),
    TWO("PARSE_DATE", "2021-13-1", "yyyy-MM-dd", "2022-01-01"),
    TWO("PARSE_DATE", " 2021- 2-3 and more", "yyyy-MM-dd", "2021-02-03"),
    TWO("PARSE_DATE", "20210203", "yyyyMMdd", "2021-02-03"),
    TWO("PARSE_DATE", "jan-2022", "MMM-yyyy", "2022-01-01"),
    TWO("PARSE_DATE", "3 SEPTEMBER 22", "d MMM yy", "1922-09-03"),
    TWO("PARSE_DATE", "1/1/99", "d/M/yy", "1899-01-01"),
    TWO("PARSE_DATE", "60 2020", "D yyyy", "2020-02-29"),
    TWO("PARSE_DATE", "21", "yyyy", "0020-12-30"),
    TWO("PARSE_DATE", "1582-10-04", "yyyy-MM-dd", "1582-10-14"),
    TWO("PARSE_DATE", "1582-10-15", "yyyy-MM-dd", "1582-10-15"),
    TWO("PARSE_DATE", "2021-02-03 01", "yyyy-MM-dd HH", "ERROR"),
    TWO("PARSE_DATE", "2021-02-03 24", "yyyy-MM-dd HH", "2021-02-04"),
    TWO("PARSE_DATE", "2021-02-03T", "yyyy-MM-dd'T'", "2021-02-03"),
    TWO("PARSE_DATE", "2021-02-03T", "yyyy-MM-dd'T", "ERROR"),
    TWO("PARSE_DATE", "2021", "yyyy-MM", "ERROR"),
    /* Weeks: a week year is before all else, others give way to a day. */
    TWO("PARSE_DATE", "2021-W10-4", "YYYY-'W'ww-u", "2021-03-04"),
    TWO("PARSE_DATE", "2021-W10-7", "YYYY-'W'ww-u", "2021-02-28"),
    TWO("PARSE_DATE", "2021 10 Thu", "yyyy w EEE", "2021-03-04"),
    TWO("PARSE_DATE", "2021 10", "yyyy w", "2021-02-28"),
    TWO("PARSE_DATE", "2021-03-04", "YYYY-MM-dd", "2020-12-27"),
    TWO("PARSE_DATE", "2021-03-04 50", "yyyy-MM-dd w", "2021-03-04"),
    TWO("PARSE_DATE", "2021-03 2 Mon", "yyyy-MM W EEE", "2021-03-08"),
    TWO("PARSE_DATE", "2021-03 2 Mon", "yyyy-MM F EEE", "2021-03-08"),
    TWO("PARSE_DATE", "2021-03 1 Mon", "yyyy-MM F EEE", "2021-03-01"),
    TWO("PARSE_DATE", "Fri 2021-03-04", "EEE yyyy-MM-dd", "2021-03-04"),
    TWO("PARSE_DATE", "2021", "qqqq", "ERROR"),
    TWO("PARSE_DATE", "2021-02-03 02:00+0200", "yyyy-MM-dd HH:mmZ",
        "2021-02-03"),
};

int main(void)
{
    setenv("TZ", "UTC", 1); /* The server's zone. */
    check_calls(cases, sizeof cases / sizeof *cases);
    return check_done();
}
