/* SPDX-License-Identifier: Apache-2.0
 *
 * The cases of test_fn_cases.c: an expression, and "TYPE value" or "ERROR" and
 * the beginning of the message.
 */
#ifndef TESTS_UNIT_FN_CASES_H
#define TESTS_UNIT_FN_CASES_H

typedef struct FnCase {
    const char *expression, *result;
} FnCase;

#define AS(text, type) "CAST('" text "' AS " type ")"
#define BYTES(base64) "CAST('" base64 "' AS BYTES)"
#define NULL_OF(type) "CAST(NULL AS " type ")"
#define STAMP AS("2020-02-29T10:20:30.456", "TIMESTAMP")

/* One argument of each number type, and a NULL. */
#define REAL(name, x, result)                                                  \
    {name "(" x ")", "DOUBLE " result},                                        \
        {name "(CAST(" x " AS BIGINT))", "DOUBLE " result},                    \
        {name "(" x "E0)", "DOUBLE " result},                                  \
        {name "(" NULL_OF("INT") ")", "DOUBLE null"},                          \
    {                                                                          \
        name "(" NULL_OF("DOUBLE") ")", "DOUBLE null"                          \
    }
/* Two of one type. */
#define REAL2(name, x, y, result)                                              \
    {name "(" x ", " y ")", "DOUBLE " result},                                 \
        {name "(CAST(" x " AS BIGINT), CAST(" y " AS BIGINT))",                \
         "DOUBLE " result},                                                    \
        {name "(" x "E0, " y "E0)", "DOUBLE " result},                         \
        {name "(" NULL_OF("INT") ", 1)", "DOUBLE null"},                       \
    {                                                                          \
        name "(1E0, " NULL_OF("DOUBLE") ")", "DOUBLE null"                     \
    }
/* The 9 overloads of GREATEST and LEAST, by which of two is taken. */
#define EXTREME(name, pick)                                                    \
    {name "(1, NULL, 2)", "INTEGER " pick("1", "2")},                          \
        {name "(CAST(1 AS BIGINT), CAST(2 AS BIGINT))",                        \
         "BIGINT " pick("1", "2")},                                            \
        {name "(1.5E0, 2.5E0)", "DOUBLE " pick("1.5", "2.5")},                 \
        {name "(1.5, 2.25)", "DECIMAL(3, 2) " pick("1.5", "2.25")},            \
        {name "('a', 'b')", "STRING " pick("a", "b")},                         \
        {name "(" BYTES("gA==") ", " BYTES("fw==") ")",                        \
         "BYTES " pick("gA==", "fw==")},                                       \
        {name "(" AS("2020-02-29", "DATE") ", " AS("2021-01-01", "DATE") ")",  \
         "DATE " pick("2020-02-29", "2021-01-01")},                            \
        {name "(" AS("10:00", "TIME") ", " AS("11:00", "TIME") ")",            \
         "TIME " pick("10:00", "11:00")},                                      \
        {name "(" AS("2020-02-29", "TIMESTAMP") ", " AS("2021-01-01",          \
                                                        "TIMESTAMP") ")",      \
         "TIMESTAMP " pick("2020-02-29T00:00:00.000",                          \
                           "2021-01-01T00:00:00.000")},                        \
    {                                                                          \
        name "(" NULL_OF("INT") ", " NULL_OF("INT") ")", "INTEGER null"        \
    }
#define FIRST(a, b) a
#define SECOND(a, b) b

static const FnCase math_cases[] = {
    {"ABS(-5)", "INTEGER 5"},
    {"ABS(CAST(-2147483648 AS INT))", "INTEGER -2147483648"},
    {"ABS(-5000000000)", "BIGINT 5000000000"},
    {"ABS(-2.5E0)", "DOUBLE 2.5"},
    {"ABS(-2.50)", "DECIMAL(3, 2) 2.50"},
    {"ABS(" NULL_OF("DOUBLE") ")", "DOUBLE null"},
    REAL("ACOS", "1", "0.0"),
    {"ACOS(2)", "DOUBLE NaN"},
    REAL("ASIN", "0", "0.0"),
    {"ASIN(-2)", "DOUBLE NaN"},
    REAL("ATAN", "0", "0.0"),
    REAL2("ATAN2", "1", "1", "0.7853981633974483"),
    REAL("CBRT", "-27", "-3.0"),
    REAL("COS", "0", "1.0"),
    REAL("COSH", "0", "1.0"),
    REAL("COT", "0", "Infinity"),
    REAL("DEGREES", "0", "0.0"),
    REAL("EXP", "1", "2.718281828459045"),
    REAL("LN", "0", "-Infinity"),
    {"LN(-1)", "DOUBLE NaN"},
    REAL("LOG", "13", "2.5649493574615367"),
    REAL2("LOG", "2", "8", "3.0"),
    {"LOG(1, 8)", "DOUBLE NaN"},
    {"LOG(0, 8)", "DOUBLE NaN"},
    REAL2("POWER", "0", "0", "1.0"),
    REAL("RADIANS", "180", "3.141592653589793"),
    REAL("SIN", "0", "0.0"),
    REAL("SINH", "0", "0.0"),
    REAL("SQRT", "9", "3.0"),
    {"SQRT(-1)", "DOUBLE NaN"},
    REAL("TAN", "0", "0.0"),
    REAL("TANH", "0", "0.0"),
    {"FLOOR(RANDOM())", "DOUBLE 0.0"},
    {"PI()", "DOUBLE 3.141592653589793"},
    {"CEIL(5)", "INTEGER 5"},
    {"CEIL(5000000000)", "BIGINT 5000000000"},
    {"CEIL(-1.5E0)", "DOUBLE -1.0"},
    {"CEIL(9.9)", "DECIMAL(2, 1) 10.0"},
    {"CEIL(" NULL_OF("DECIMAL(4, 2)") ")", "DECIMAL(4, 2) null"},
    {"FLOOR(5)", "INTEGER 5"},
    {"FLOOR(5000000000)", "BIGINT 5000000000"},
    {"FLOOR(-1.5E0)", "DOUBLE -2.0"},
    {"FLOOR(-1.25)", "DECIMAL(3, 2) -2.00"},
    {"FLOOR(" NULL_OF("INT") ")", "INTEGER null"},
    EXTREME("GREATEST", SECOND),
    EXTREME("LEAST", FIRST),
    {"ROUND(5)", "BIGINT 5"},
    {"ROUND(5000000000)", "BIGINT 5000000000"},
    {"ROUND(" NULL_OF("INT") ")", "ERROR ROUND of an integer takes no NULL"},
    {"ROUND(" NULL_OF("BIGINT") ")", "ERROR ROUND of an integer takes no NULL"},
    {"ROUND(-1.5E0)", "BIGINT -1"},
    {"ROUND(" NULL_OF("DOUBLE") ")", "BIGINT null"},
    {"ROUND(12.50)", "DECIMAL(2, 0) 13"},
    {"ROUND(-12.50)", "DECIMAL(2, 0) -12"},
    {"ROUND(2.675E0, 2)", "DOUBLE 2.68"},
    {"ROUND(111E0, -1)", "DOUBLE 110.0"},
    {"ROUND(SQRT(-1), 1)", "ERROR ROUND to places takes no NaN"},
    {"ROUND(1.245, 2)", "DECIMAL(4, 3) 1.250"},
    {"ROUND(" NULL_OF("DECIMAL(4, 3)") ", 2)", "DECIMAL(4, 3) null"},
    {"SIGN(-7)", "INTEGER -1"},
    {"SIGN(5000000000)", "INTEGER 1"},
    {"SIGN(SQRT(-1))", "INTEGER 0"},
    {"SIGN(-1.5)", "INTEGER -1"},
    {"SIGN(" NULL_OF("DOUBLE") ")", "INTEGER null"},
    {"TRUNC(5)", "BIGINT 5"},
    {"TRUNC(5000000000)", "BIGINT 5000000000"},
    {"TRUNC(-1.7E0)", "BIGINT -1"},
    {"TRUNC(1E300)", "BIGINT 9223372036854775807"},
    {"TRUNC(-1.75)", "DECIMAL(1, 0) -1"},
    {"TRUNC(-2.678E0, 1)", "DOUBLE -2.6"},
    {"TRUNC(1.249, 2)", "DECIMAL(4, 3) 1.240"},
    {"TRUNC(" NULL_OF("INT") ")", "BIGINT null"},
};

/* Three forms of MASK_*: short, long, and with a NULL text. */
#define MASKED(name, n, short, long)                                           \
    {name "('Ab12', " n ")", "STRING " short},                                 \
        {name "('Ab12', " n ", 'U', 'l', '#', '_')", "STRING " long},          \
        {name "('Ab12', " n ", NULL, 'l', 'nn', '_')", "ERROR"},               \
        {name "(" NULL_OF("STRING") ", " n ")", "STRING null"},                \
        {name "('Ab12', -1)", "ERROR"},                                        \
    {                                                                          \
        name "('Ab12', " NULL_OF("INT") ")", "ERROR"                           \
    }

/* The two forms of a number from `bytes`, little_endian of `other`. */
#define NUMBER(name, type, bytes, other, value)                                \
    {name "(" BYTES(bytes) ")", type " " value},                               \
        {name "(" BYTES(other) ", 'little_endian')", type " " value},          \
        {name "(" BYTES("YQ==") ")", "ERROR"},                                 \
        {name "(" BYTES(bytes) ", 'BIG')", "ERROR"},                           \
        {name "(" BYTES(bytes) ", " NULL_OF("STRING") ")", "ERROR"},           \
    {                                                                          \
        name "(" NULL_OF("BYTES") ")", type " null"                            \
    }

static const FnCase text_cases[] = {
    {"CHR(75)", "STRING K"},
    {"CHR(1114112)", "STRING null"},
    {"CHR('\\u004bX')", "STRING KX"},
    {"CHR('K')", "STRING null"},
    {"CHR('\\u00g1')", "ERROR"},
    {"CHR(" NULL_OF("INT") ")", "STRING null"},
    {"CONCAT('a', NULL, 'b')", "STRING ab"},
    {"CONCAT(" NULL_OF("STRING") ")", "STRING "},
    {"CONCAT(" BYTES("YQ==") ", " BYTES("Yg==") ")", "BYTES YWI="},
    {"CONCAT_WS('-', 'a', NULL, '')", "STRING a-"},
    {"CONCAT_WS(" NULL_OF("STRING") ", 'a')", "STRING null"},
    {"CONCAT_WS('-')", "ERROR CONCAT_WS needs a separator and a value"},
    {"CONCAT_WS(" BYTES("LQ==") ", " BYTES("YQ==") ", " BYTES("Yg==") ")",
     "BYTES YS1i"},
    {"ELT(2, 'a', 'b')", "STRING b"},
    {"ELT(0, 'a')", "STRING null"},
    {"ELT(" NULL_OF("INT") ", 'a')", "ERROR ELT takes no NULL index"},
    {"ENCODE('4869', 'hex', 'utf8')", "STRING Hi"},
    {"ENCODE('a', 'utf8', 'utf8')", "ERROR"},
    {"ENCODE(" NULL_OF("STRING") ", 'hex', 'utf8')", "STRING null"},
    {"FIELD('b', 'a', 'b')", "INTEGER 2"},
    {"FIELD(" NULL_OF("STRING") ", 'a')", "INTEGER 0"},
    {"FROM_BYTES(" BYTES("qyE=") ", 'hex')", "STRING AB21"},
    {"FROM_BYTES(" BYTES("qyE=") ", 'x')", "ERROR"},
    {"INITCAP('  the QUICK fox')", "STRING The Quick Fox"},
    {"INITCAP(" NULL_OF("STRING") ")", "STRING null"},
    {"INSTR('corporate floor', 'or')", "INTEGER 2"},
    {"INSTR('corporate floor', 'or', -4)", "INTEGER 5"},
    {"INSTR('corporate floor', 'or', 4, 2)", "INTEGER 14"},
    {"INSTR('aaaa', 'aa', 1, 3)", "INTEGER 3"},
    {"INSTR('abc', '', 4)", "INTEGER 0"},
    {"INSTR(" NULL_OF("STRING") ", 'a')", "INTEGER 0"},
    {"LCASE('ABC \xc3\x85')", "STRING abc \xc3\xa5"},
    {"LEN('\xf0\x9f\x98\x80\xc3\xa5')", "INTEGER 3"},
    {"LEN(" BYTES("YWI=") ")", "INTEGER 2"},
    {"LEN(" NULL_OF("STRING") ")", "INTEGER null"},
    {"LPAD('foo', 7, 'Bar')", "STRING BarBfoo"},
    {"LPAD('foo', -1, 'Bar')", "STRING null"},
    {"LPAD(" BYTES("YQ==") ", 3, " BYTES("Yg==") ")", "BYTES YmJh"},
    {"RPAD('foo', 7, 'Bar')", "STRING fooBarB"},
    {"RPAD('foo', 2, '')", "STRING null"},
    {"RPAD(" BYTES("YQ==") ", 3, " BYTES("Yg==") ")", "BYTES YWJi"},
    {"MASK('Ab 12')", "STRING Xx-nn"},
    {"MASK('Ab 1', 'U', NULL, '#', '_')", "STRING Ub_#"},
    {"MASK('Ab', 'UU', 'l', '#', '_')", "ERROR"},
    {"MASK(" NULL_OF("STRING") ")", "STRING null"},
    MASKED("MASK_LEFT", "3", "Xxn2", "Ul#2"),
    MASKED("MASK_RIGHT", "3", "Axnn", "Al##"),
    MASKED("MASK_KEEP_LEFT", "1", "Axnn", "Al##"),
    MASKED("MASK_KEEP_RIGHT", "1", "Xxn2", "Ul#2"),
    {"MD5('zalgo')", "STRING d7a61aabef0e57bb2b13058e9f74c2c0"},
    {"MD5(" NULL_OF("STRING") ")", "STRING null"},
    {"REPLACE('abc', '', '-')", "STRING -a-b-c-"},
    {"REPLACE('banana', 'an', 'o')", "STRING booa"},
    {"REPLACE('abc', " NULL_OF("STRING") ", '-')", "STRING null"},
    {"SPLIT('..a', '.')", "ARRAY<STRING> [, , a]"},
    {"SPLIT('', '')", "ARRAY<STRING> []"},
    {"SPLIT(" BYTES("YWJh") ", " BYTES("Yg==") ")",
     "ARRAY<BYTES> [YQ==, YQ==]"},
    {"SPLIT_TO_MAP('a=1;b=2=3;;c;a=4', ';', '=')",
     "MAP<STRING, STRING> {a=4, b=2}"},
    {"SPLIT_TO_MAP('a', '', '=')", "MAP<STRING, STRING> null"},
    {"SUBSTRING('stream', -2)", "STRING am"},
    {"SUBSTRING('stream', 2, 3)", "STRING tre"},
    {"SUBSTRING('stream', 2, -1)", "STRING "},
    {"SUBSTRING(" BYTES("YWJj") ", 2)", "BYTES YmM="},
    {"SUBSTRING(" BYTES("YWJj") ", 2, 1)", "BYTES Yg=="},
    {"SUBSTRING('a', " NULL_OF("INT") ")", "STRING null"},
    {"TO_BYTES('61B2', 'hex')", "BYTES YbI="},
    {"TO_BYTES('6', 'hex')", "ERROR"},
    {"TRIM(' \t x y \n')", "STRING x y"},
    {"UCASE('stra\xc3\x9f"
     "e')",
     "STRING STRASSE"},
    {"UCASE(" NULL_OF("STRING") ")", "STRING null"},
    {"LEN(UUID())", "INTEGER 36"},
    {"UUID(" BYTES("MDEyMzQ1Njc4OWFiY2RlZg==") ")",
     "STRING 30313233-3435-3637-3839-616263646566"},
    {"UUID(" BYTES("MDEy") ")", "STRING null"},
    {"REGEXP_EXTRACT('b+', 'abbb')", "STRING bbb"},
    {"REGEXP_EXTRACT('(', 'a')", "ERROR '(' is no regular expression"},
    {"REGEXP_EXTRACT('(a)(b)?', 'ac', 2)", "STRING null"},
    {"REGEXP_EXTRACT('a', 'a', -1)", "ERROR"},
    {"REGEXP_EXTRACT_ALL('[0-9]+', '1a22')", "ARRAY<STRING> [1, 22]"},
    {"REGEXP_EXTRACT_ALL('(a)|b', 'ab', 1)", "ARRAY<STRING> [a, null]"},
    {"REGEXP_REPLACE('abab', '(a)(b)', '$2$1')", "STRING baba"},
    {"REGEXP_REPLACE('ab', 'a', '$1')", "ERROR"},
    {"REGEXP_SPLIT_TO_ARRAY('a1b2', '[0-9]')", "ARRAY<STRING> [a, b, ]"},
    {"REGEXP_SPLIT_TO_ARRAY('a-b--', '-*')", "ARRAY<STRING> [a, , b]"},
    NUMBER("INT_FROM_BYTES", "INTEGER", "YWJjZA==", "ZGNiYQ==", "1633837924"),
    NUMBER("BIGINT_FROM_BYTES", "BIGINT", "AAAAAAAAAAE=", "AQAAAAAAAAA=", "1"),
    NUMBER("DOUBLE_FROM_BYTES", "DOUBLE",
           "P/AAAAAAAAA=", "AAAAAAAA8D8=", "1.0"),
};

/* Forward and back, and a NULL. */
#define MOVED(name, unit, n, type, from, to)                                   \
    {name "(" unit ", " n ", " AS(from, type) ")", type " " to},               \
        {name "(" unit ", " NULL_OF("INT") ", " AS(from, type) ")",            \
         type " null"},                                                        \
    {                                                                          \
        name "(" unit ", 1, " NULL_OF(type) ")", type " null"                  \
    }

static const FnCase date_cases[] = {
    {"CONVERT_TZ(" STAMP ", 'UTC', 'America/Los_Angeles')",
     "TIMESTAMP 2020-02-29T02:20:30.456"},
    {"CONVERT_TZ(" STAMP ", 'UTC', 'PST')", "ERROR unknown time zone 'PST'"},
    MOVED("DATEADD", "DAYS", "1", "DATE", "2020-02-29", "2020-03-01"),
    MOVED("DATEADD", "HOURS", "23", "DATE", "2020-02-29", "2020-02-29"),
    MOVED("DATESUB", "DAYS", "1", "DATE", "1970-01-01", "1969-12-31"),
    MOVED("TIMEADD", "HOURS", "25", "TIME", "01:00", "02:00"),
    MOVED("TIMESUB", "MINUTES", "61", "TIME", "01:00", "23:59"),
    MOVED("TIMESTAMPADD", "SECONDS", "-30", "TIMESTAMP", "1970-01-01",
          "1969-12-31T23:59:30.000"),
    MOVED("TIMESTAMPSUB", "MILLISECOND", "1", "TIMESTAMP", "1970-01-01",
          "1969-12-31T23:59:59.999"),
    {"DATETOSTRING(18321, 'dd.MM.yyyy')", "STRING 29.02.2020"},
    {"DATETOSTRING(" NULL_OF("INT") ", 'dd')",
     "ERROR datetostring takes no NULL date"},
    {"DATETOSTRING(18321, " NULL_OF("STRING") ")", "STRING null"},
    {"FORMAT_DATE(" AS("2020-02-29", "DATE") ", 'yy-M-d EEE')",
     "STRING 20-2-29 Sat"},
    {"FORMAT_DATE(" AS("2020-02-29", "DATE") ", 'HH')", "ERROR the pattern"},
    {"FORMAT_DATE(" AS("2020-12-27", "DATE") ", 'YYYY-ww-e QQQ')",
     "STRING 2021-01-1 Q4"},
    {"FORMAT_TIME(" AS("10:20:30.456", "TIME") ", 'hh:mm:ss.SSS a')",
     "STRING 10:20:30.456 AM"},
    {"FORMAT_TIME(" AS("10:20", "TIME") ", 'dd HH')", "ERROR the pattern"},
    {"FORMAT_TIMESTAMP(" STAMP ", 'yyyy-MM-dd''T''HH:mm:ss.SSSX')",
     "STRING 2020-02-29T10:20:30.456Z"},
    {"FORMAT_TIMESTAMP(" STAMP ", 'HH:mm zzz', 'America/Los_Angeles')",
     "STRING 02:20 PST"},
    {"FORMAT_TIMESTAMP(" STAMP ", 'HH', 'Nowhere/Land')",
     "ERROR unknown time zone 'Nowhere/Land'"},
    {"FORMAT_TIMESTAMP(" STAMP ", 'jj')", "ERROR unknown letter 'j'"},
    {"FORMAT_TIMESTAMP(" STAMP ", 'pyyyy')", "ERROR a part is longer"},
    {"FORMAT_TIMESTAMP(" STAMP ", " NULL_OF("STRING") ")", "STRING null"},
    {"FROM_DAYS(18321)", "DATE 2020-02-29"},
    {"FROM_DAYS(" NULL_OF("INT") ")", "ERROR from_days takes no NULL"},
    {"FROM_UNIXTIME(1582971630456)", "TIMESTAMP 2020-02-29T10:20:30.456"},
    {"FROM_UNIXTIME(" NULL_OF("BIGINT") ")", "TIMESTAMP null"},
    {"PARSE_DATE('2021-02-30', 'yyyy-MM-dd')", "DATE 2021-03-02"},
    {"PARSE_DATE('2021-02-03 01', 'yyyy-MM-dd HH')", "ERROR"},
    {"PARSE_DATE(" NULL_OF("STRING") ", 'yyyy')", "DATE null"},
    {"PARSE_TIME('10 pm', 'hh a')", "TIME 22:00"},
    {"PARSE_TIME('10', 'hh')", "ERROR the pattern 'hh' reads no hour"},
    {"PARSE_TIMESTAMP('2020', 'yyyy')", "TIMESTAMP 2020-01-01T00:00:00.000"},
    {"PARSE_TIMESTAMP('x', 'yyyy')", "ERROR 'x' does not match the pattern"},
    {"PARSE_TIMESTAMP('2020-02-29 10', 'yyyy-MM-dd HH', 'Europe/Oslo')",
     "TIMESTAMP 2020-02-29T09:00:00.000"},
    {"PARSE_TIMESTAMP('10', 'HH', " NULL_OF("STRING") ")", "TIMESTAMP null"},
    {"STRINGTODATE('2020-02-29', 'yyyy-MM-dd')", "INTEGER 18321"},
    {"STRINGTODATE('2020-02', 'yyyy-MM')", "ERROR the pattern 'yyyy-MM' reads"},
    {"STRINGTODATE(" NULL_OF("STRING") ", 'yyyy')",
     "ERROR stringtodate takes no NULL"},
    {"STRINGTOTIMESTAMP('1970-01-01 00:00:01Z', 'yyyy-MM-dd HH:mm:ssX')",
     "BIGINT 1000"},
    {"STRINGTOTIMESTAMP('1970-01-01 01', 'yyyy-MM-dd HH', '+01:00')",
     "BIGINT 0"},
    {"STRINGTOTIMESTAMP(" NULL_OF("STRING") ", 'yyyy')",
     "ERROR stringtotimestamp takes no NULL"},
    {"TIMESTAMPTOSTRING(0, 'HH:mm')", "STRING 00:00"}, /* A cast. */
    {"TIMESTAMPTOSTRING(CAST(0 AS BIGINT), 'HH:mm')", "STRING 00:00"},
    {"TIMESTAMPTOSTRING(CAST(0 AS BIGINT), 'HH:mm', '+05:30')", "STRING 05:30"},
    {"TIMESTAMPTOSTRING(" NULL_OF("BIGINT") ", 'HH:mm')",
     "ERROR timestamptostring takes no NULL timestamp"},
    {"UNIX_DATE()", "INTEGER 12"},
    {"UNIX_DATE(" AS("2020-02-29", "DATE") ")", "INTEGER 18321"},
    {"UNIX_DATE(" NULL_OF("DATE") ")", "INTEGER null"},
    {"UNIX_TIMESTAMP()", "BIGINT 1073741824"},
    {"UNIX_TIMESTAMP(" STAMP ")", "BIGINT 1582971630456"},
};

#define ENTRIES(type, value, shown)                                            \
    {                                                                          \
        "ENTRIES(MAP('b' := " value ", 'a' := " value "), true)",              \
            "ARRAY<STRUCT<`K` STRING, `V` " type ">> [Struct{K=a,V=" shown     \
            "}, Struct{K=b,V=" shown "}]"                                      \
    }

static const FnCase other_cases[] = {
    {"ARRAY_CONCAT(ARRAY[1], ARRAY[1, 2])", "ARRAY<INTEGER> [1, 1, 2]"},
    {"ARRAY_CONCAT(" NULL_OF("ARRAY<INT>") ", ARRAY[1])", "ARRAY<INTEGER> [1]"},
    {"ARRAY_CONTAINS(ARRAY[1, NULL], " NULL_OF("INT") ")", "BOOLEAN true"},
    {"ARRAY_CONTAINS(" NULL_OF("ARRAY<INT>") ", 1)", "BOOLEAN false"},
    {"ARRAY_DISTINCT(ARRAY[1, 2, 1, NULL, NULL])",
     "ARRAY<INTEGER> [1, 2, null]"},
    {"ARRAY_EXCEPT(ARRAY[3, 1, 3], ARRAY[1])", "ARRAY<INTEGER> [3]"},
    {"ARRAY_INTERSECT(ARRAY[3, 1, 3], ARRAY[3])", "ARRAY<INTEGER> [3]"},
    {"ARRAY_JOIN(ARRAY[1, NULL])", "STRING 1,null"},
    {"ARRAY_JOIN(ARRAY['a', 'b'], " NULL_OF("STRING") ")", "STRING ab"},
    {"ARRAY_JOIN(ARRAY[ARRAY[1]])", "ERROR"},
    {"ARRAY_LENGTH(ARRAY[1, NULL])", "INTEGER 2"},
    {"ARRAY_LENGTH(" NULL_OF("ARRAY<INT>") ")", "INTEGER null"},
    {"ARRAY_MAX(ARRAY[1, NULL, 3])", "INTEGER 3"},
    {"ARRAY_MIN(ARRAY['b', 'a'])", "STRING a"},
    {"ARRAY_MIN(ARRAY[ARRAY[1]])", "ERROR"},
    {"ARRAY_REMOVE(ARRAY[1, 2, 1], 1)", "ARRAY<INTEGER> [2]"},
    {"ARRAY_SORT(ARRAY[3, NULL, 1])", "ARRAY<INTEGER> [1, 3, null]"},
    {"ARRAY_SORT(ARRAY[3, NULL, 1], 'descending')",
     "ARRAY<INTEGER> [3, 1, null]"},
    {"ARRAY_SORT(ARRAY[3], 'up')", "ARRAY<INTEGER> null"},
    {"ARRAY_UNION(ARRAY[2, 1, 2], ARRAY[3, 1])", "ARRAY<INTEGER> [2, 1, 3]"},
    {"GENERATE_SERIES(3, 1)", "ARRAY<INTEGER> [3, 2, 1]"},
    {"GENERATE_SERIES(1, 6, 2)", "ARRAY<INTEGER> [1, 3, 5]"},
    {"GENERATE_SERIES(1, 6, 0)", "ERROR"},
    {"GENERATE_SERIES(CAST(1 AS BIGINT), CAST(2 AS BIGINT))",
     "ARRAY<BIGINT> [1, 2]"},
    {"GENERATE_SERIES(CAST(1 AS BIGINT), CAST(6 AS BIGINT), 5)",
     "ARRAY<BIGINT> [1, 6]"},
    {"GENERATE_SERIES(" NULL_OF("INT") ", 1)", "ERROR"},
    {"SLICE(ARRAY[1, 2, 3], 2, 3)", "ARRAY<INTEGER> [2, 3]"},
    {"SLICE(ARRAY[1, 2, 3], 3, 2)", "ARRAY<INTEGER> []"},
    {"SLICE(ARRAY[1, 2, 3], 0, 2)", "ARRAY<INTEGER> null"},
    {"AS_MAP(ARRAY['a', 'b'], ARRAY[1])", "MAP<STRING, INTEGER> {a=1, b=null}"},
    ENTRIES("INTEGER", "1", "1"),
    ENTRIES("BIGINT", "5000000000", "5000000000"),
    ENTRIES("DOUBLE", "1E0", "1.0"),
    ENTRIES("BOOLEAN", "true", "true"),
    ENTRIES("STRING", "'x'", "x"),
    {"ENTRIES(" NULL_OF("MAP<STRING, INT>") ", true)",
     "ARRAY<STRUCT<`K` STRING, `V` INTEGER>> null"},
    {"MAP_KEYS(MAP('b' := 1, 'a' := 2))", "ARRAY<STRING> [a, b]"},
    {"MAP_UNION(MAP('a' := 1), MAP('a' := 2))", "MAP<STRING, INTEGER> {a=2}"},
    {"MAP_UNION(MAP('a' := 1), " NULL_OF("MAP<STRING, INT>") ")",
     "MAP<STRING, INTEGER> {a=1}"},
    {"MAP_VALUES(MAP('a' := 1))", "ARRAY<INTEGER> [1]"},
    {"TRANSFORM(ARRAY['a', NULL], x => UCASE(x))", "ARRAY<STRING> [A, null]"},
    {"TRANSFORM(ARRAY[5, NULL], x => x + 5)", "ERROR"},
    {"TRANSFORM(MAP('a' := 1), (k, v) => UCASE(k), (k, v) => v + 1)",
     "MAP<STRING, INTEGER> {A=2}"},
    {"TRANSFORM(MAP('a' := 1, 'b' := 2), (k, v) => 'x', (k, v) => v)", "ERROR"},
    {"FILTER(ARRAY[1, 5, NULL], x => x > 2)", "ARRAY<INTEGER> [5]"},
    {"FILTER(MAP('a' := 1, 'b' := 5), (k, v) => v > 2)",
     "MAP<STRING, INTEGER> {b=5}"},
    {"REDUCE(ARRAY[1, 2], 10, (s, x) => s + x)", "INTEGER 13"},
    {"REDUCE(" NULL_OF("ARRAY<INT>") ", 10, (s, x) => s + x)", "INTEGER 10"},
    {"REDUCE(ARRAY[1], " NULL_OF("INT") ", (s, x) => s + x)", "INTEGER null"},
    {"REDUCE(MAP('a' := 2), 10, (s, k, v) => s + v)", "INTEGER 12"},
    {"COALESCE(NULL, 'b')", "STRING b"},
    {"COALESCE(" NULL_OF("INT") ", " NULL_OF("INT") ")", "INTEGER null"},
    {"IFNULL(" NULL_OF("INT") ", 2)", "INTEGER 2"},
    {"NULLIF('a', 'a')", "STRING null"},
    {"NULLIF(1.5E0, 2.5E0)", "DOUBLE 1.5"},
    {"AS_VALUE('a')", "STRING a"},
    {"GEO_DISTANCE(37.4439, -122.1663, 51.0, 0.0)", "DOUBLE 8682.459061368269"},
    {"GEO_DISTANCE(0E0, 0E0, 0E0, 0E0, ' Miles ')", "DOUBLE 0.0"},
    {"GEO_DISTANCE(91E0, 0E0, 0E0, 0E0)", "ERROR"},
    {"GEO_DISTANCE(0E0, 0E0, 0E0, 0E0, 'yards')", "ERROR"},
    {"EXTRACTJSONFIELD('{\"a\":{\"b\":[1,2.50]}}', '$.a')",
     "STRING {\"b\":[1,2.50]}"},
    {"EXTRACTJSONFIELD('{\"a\":1,\"a\":2}}', '$.a')", "STRING 2"},
    {"EXTRACTJSONFIELD('{\"a\":1e2}', '$.a')", "STRING 1E+2"},
    {"EXTRACTJSONFIELD('[1', '$')", "ERROR malformed JSON"},
    {"EXTRACTJSONFIELD('[1]', 'a')", "ERROR 'a' is no JSON path"},
    {"EXTRACTJSONFIELD('[1]', '$[1]')", "STRING null"},
    {"IS_JSON_STRING('1')", "BOOLEAN true"},
    {"IS_JSON_STRING(" NULL_OF("STRING") ")", "BOOLEAN false"},
    {"JSON_ARRAY_CONTAINS('[2.0]', 2)", "BOOLEAN false"},
    {"JSON_ARRAY_CONTAINS(" NULL_OF("STRING") ", 2)", "ERROR"},
    {"JSON_ARRAY_LENGTH('[]')", "INTEGER 0"},
    {"JSON_ARRAY_LENGTH('{}')", "INTEGER null"},
    {"JSON_CONCAT('{\"a\":1,\"b\":2}', '{\"a\":3}')",
     "STRING {\"a\":3,\"b\":2}"},
    {"JSON_CONCAT('[1]', '5')", "STRING [1,5]"},
    {"JSON_ITEMS('[1, \"a\"]')", "ARRAY<STRING> [1, \"a\"]"},
    {"JSON_ITEMS('{}')", "ERROR"},
    {"JSON_KEYS('{\"a\":1,\"b\":2}')", "ARRAY<STRING> [a, b]"},
    {"JSON_KEYS('[]')", "ARRAY<STRING> null"},
    {"JSON_RECORDS('{\"a\":\"x\",\"b\":[1]}')",
     "MAP<STRING, STRING> {a=x, b=[1]}"},
    {"TO_JSON_STRING(STRUCT(b := 1, a := 'x'))",
     "STRING {\"A\":\"x\",\"B\":1}"},
    {"TO_JSON_STRING(" NULL_OF("INT") ")", "STRING null"},
    {"TO_JSON_STRING(CAST(0.0000001 AS DECIMAL(9, 8)))", "STRING 0.00000010"},
    {"TO_JSON_STRING(1E7)", "STRING 1.0E7"},
    {"TO_JSON_STRING(SQRT(-1))", "STRING \"NaN\""},
    {"TO_JSON_STRING(" BYTES("YQ==") ")", "STRING \"YQ==\""},
    {"TO_JSON_STRING(" AS("2020-02-29", "DATE") ")", "STRING \"2020-02-29\""},
    {"TO_JSON_STRING(" AS("16:43:00.123", "TIME") ")", "STRING \"16:43\""},
    {"TO_JSON_STRING(" STAMP ")", "STRING \"2020-02-29T10:20:30.456\""},
    {"TO_JSON_STRING(MAP('b' := ARRAY[1, NULL], 'a' := NULL))",
     "STRING {\"a\":null,\"b\":[1,null]}"},
    {"URL_DECODE_PARAM('a+b%C3%A5')", "STRING a b\xc3\xa5"},
    {"URL_DECODE_PARAM('%4')", "ERROR"},
    {"URL_ENCODE_PARAM('a b~')", "STRING a+b%7E"},
    {"URL_EXTRACT_FRAGMENT('http://a#b%2Fc')", "STRING b/c"},
    {"URL_EXTRACT_HOST('http://me@a-b.org:80/x')", "STRING a-b.org"},
    {"URL_EXTRACT_HOST('http://a_b/x')", "STRING null"},
    {"URL_EXTRACT_PARAMETER('http://a?x=1&y&z=a=b', 'z')", "STRING a=b"},
    {"URL_EXTRACT_PATH('http://a')", "STRING "},
    {"URL_EXTRACT_PORT('http://a:8080')", "INTEGER 8080"},
    {"URL_EXTRACT_PROTOCOL('HTTPs://a')", "STRING HTTPs"},
    {"URL_EXTRACT_QUERY('http://a?x=%26y#f')", "STRING x=&y"},
    {"URL_EXTRACT_QUERY('a b')", "ERROR"},
};

#endif
