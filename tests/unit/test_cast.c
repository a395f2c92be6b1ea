/* SPDX-License-Identifier: Apache-2.0
 *
 * CAST: which pairs are legal, scalars by a table of texts (the value under
 * test is first made from text by the same module's STRING casts, which have
 * their own rows), and nested types.
 */
#include "types/cast.h"

#include <math.h>

#include "tests/unit/check.h"

static Arena *arena;

/* The type written as `INT`, `DECIMAL(4,2)`. */
static const Type *type_of(const char *name)
{
    int precision, scale;
    if (sscanf(name, "DECIMAL(%d,%d)", &precision, &scale) == 2)
        return type_decimal(arena, precision, scale);
    return type_by_name(str_from(name));
}

static void test_allowed(void)
{
    static const char *const names[] = {
        "BOOLEAN", "INT",  "BIGINT", "DECIMAL(4,2)", "DOUBLE",
        "STRING",  "DATE", "TIME",   "TIMESTAMP",    "BYTES",
    };
    /* A row a source, a column a target, in this order. */
    static const char *const table[] = {
        "x....x....", ".xxxxx....", ".xxxxx....", ".xxxxx....", ".xxxxx....",
        "xxxxxxxxxx", ".....xx.x.", ".....x.x..", ".....xxxx.", ".........x",
    };
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < 10; j++) {
            bool allowed = cast_allowed(type_of(names[i]), type_of(names[j]));
            bool expected = table[i][j] == 'x';
            if (allowed != expected)
                fprintf(stderr, "%s to %s\n", names[i], names[j]);
            CHECK(allowed == expected);
            CHECK(cast_allowed(&type_null, type_of(names[j])));
            CHECK(!cast_allowed(type_of(names[i]), &type_null));
        }
}

static void test_allowed_nested(void)
{
    const Type *ints = type_array(arena, &type_int);
    const Type *dates = type_array(arena, &type_date);
    const Type *texts = type_array(arena, &type_string);
    const Type *map = type_map(arena, &type_string, &type_int);
    const Type *map_of_dates = type_map(arena, &type_string, &type_date);
    Field ab[] = {{STR_INIT("A"), &type_int}, {STR_INIT("B"), &type_string}};
    Field ac[] = {{STR_INIT("A"), &type_string}, {STR_INIT("C"), &type_int}};
    Field date[] = {{STR_INIT("A"), &type_date}};
    const Type *s_ab = type_struct(arena, ab, 2);
    const Type *s_ac = type_struct(arena, ac, 2);
    const Type *s_date = type_struct(arena, date, 1);
    CHECK(cast_allowed(ints, texts) && cast_allowed(texts, dates));
    CHECK(!cast_allowed(ints, dates) && !cast_allowed(ints, &type_int));
    CHECK(cast_allowed(ints, &type_string) &&
          !cast_allowed(&type_string, ints));
    CHECK(cast_allowed(map, &type_string) && !cast_allowed(map, map_of_dates));
    CHECK(cast_allowed(map, map) && !cast_allowed(map, ints));
    CHECK(cast_allowed(s_ab, s_ac) && !cast_allowed(s_ab, s_date));
    CHECK(cast_allowed(s_ab, &type_string) && !cast_allowed(s_ab, map));
    CHECK(cast_allowed(&type_null, s_ab) && cast_allowed(&type_null, map));
}

static void test_implicit(void)
{
    static const struct {
        const char *from, *to;
        bool implicit;
    } cases[] = {
        {"INT", "BIGINT", true},
        {"INT", "DECIMAL(4,2)", true},
        {"INT", "DOUBLE", true},
        {"BIGINT", "DECIMAL(4,2)", true},
        {"BIGINT", "DOUBLE", true},
        {"DECIMAL(4,2)", "DOUBLE", true},
        {"STRING", "DATE", true},
        {"STRING", "TIME", true},
        {"STRING", "TIMESTAMP", true},
        {"STRING", "BYTES", true},
        {"INT", "INT", false},
        {"BIGINT", "INT", false},
        {"DOUBLE", "DECIMAL(4,2)", false},
        {"INT", "STRING", false},
        {"STRING", "INT", false},
        {"DATE", "TIMESTAMP", false},
        {"DECIMAL(4,2)", "DECIMAL(8,2)", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(cast_implicit(type_of(cases[i].from), type_of(cases[i].to)) ==
              cases[i].implicit);
}

/* Text to the first type, that to the second, and the result as JSON; "-" is a
 * failed cast. */
static const struct {
    const char *text, *from, *to, *expected;
} cases[] = {
    /* t1 */
    {"true", "BOOLEAN", "STRING", "\"true\""},
    {"-7", "INT", "STRING", "\"-7\""},
    {"12.30", "DECIMAL(10,8)", "STRING", "\"12.30000000\""},
    {"0.0000001", "DECIMAL(10,8)", "STRING", "\"0.00000010\""},
    {"1e10", "DOUBLE", "STRING", "\"1.0E10\""},
    {"1", "DOUBLE", "STRING", "\"1.0\""},
    {"2020-02-29", "DATE", "STRING", "\"2020-02-29\""},
    {"2020-02-29T1", "TIMESTAMP", "STRING", "-"},
    {"2020-02-29T10", "TIMESTAMP", "STRING", "\"2020-02-29T10:00:00.000\""},
    /* t2 */
    {"10", "INT", "DECIMAL(2,1)", "-"},
    {"-1", "INT", "DECIMAL(2,1)", "-1.0"},
    {"9223372036854775807", "BIGINT", "DECIMAL(19,0)", "9223372036854775807"},
    {"0.99", "DOUBLE", "DECIMAL(2,1)", "1.0"},
    {"0.01", "DOUBLE", "DECIMAL(2,1)", "0.0"},
    {"9.95", "DOUBLE", "DECIMAL(2,1)", "-"},
    {"9.94", "DOUBLE", "DECIMAL(2,1)", "9.9"},
    {"-0.25", "DOUBLE", "DECIMAL(2,1)", "-0.3"},
    {"1e300", "DOUBLE", "DECIMAL(4,2)", "-"},
    {"10.12", "DECIMAL(4,2)", "DECIMAL(5,3)", "10.120"},
    {"10.15", "DECIMAL(4,2)", "DECIMAL(3,1)", "10.2"},
    {"10.15", "DECIMAL(4,2)", "DECIMAL(2,1)", "-"},
    {" 0.99 ", "STRING", "DECIMAL(2,1)", "1.0"},
    {"1e1", "STRING", "DECIMAL(3,1)", "10.0"},
    {"1E1000000000", "STRING", "DECIMAL(3,1)", "-"},
    {"1E-1000000000", "STRING", "DECIMAL(3,1)", "0.0"},
    {"abc", "STRING", "DECIMAL(3,1)", "-"},
    {"", "STRING", "DECIMAL(3,1)", "-"},
    {"\xef\xbc\x91.\xef\xbc\x92", "STRING", "DECIMAL(3,1)", "1.2"},
    /* t3 */
    {"2147483648", "BIGINT", "INT", "-2147483648"},
    {"-2147483649", "BIGINT", "INT", "2147483647"},
    /* t4 */
    {"-10.99", "DECIMAL(4,2)", "INT", "-10"},
    {"2147483648.5", "DECIMAL(20,1)", "INT", "-2147483648"},
    {"18446744073709551617", "DECIMAL(20,0)", "BIGINT", "1"},
    {"10.01", "DECIMAL(4,2)", "DOUBLE", "10.01"},
    /* t5 */
    {"-1.99", "DOUBLE", "INT", "-1"},
    {"1e300", "DOUBLE", "INT", "2147483647"},
    {"-2147483649", "DOUBLE", "INT", "-2147483648"},
    {"1e19", "DOUBLE", "BIGINT", "9223372036854775807"},
    {"-1e19", "DOUBLE", "BIGINT", "-9223372036854775808"},
    {"9223372036854775807", "DOUBLE", "BIGINT", "9223372036854775807"},
    /* t6 */
    {" T ", "STRING", "BOOLEAN", "true"},
    {"tRu", "STRING", "BOOLEAN", "true"},
    {"true", "STRING", "BOOLEAN", "true"},
    {"y", "STRING", "BOOLEAN", "true"},
    {"YES", "STRING", "BOOLEAN", "true"},
    {"truex", "STRING", "BOOLEAN", "false"},
    {"tx", "STRING", "BOOLEAN", "false"},
    {"no", "STRING", "BOOLEAN", "false"},
    {"F", "STRING", "BOOLEAN", "false"},
    {"1", "STRING", "BOOLEAN", "false"},
    {"", "STRING", "BOOLEAN", "false"},
    /* t7 */
    {" 12 ", "STRING", "INT", "12"},
    {"+12", "STRING", "INT", "12"},
    {"1.5", "STRING", "INT", "-"},
    {"2147483648", "STRING", "INT", "-"},
    {"2147483648", "STRING", "BIGINT", "2147483648"},
    {"9223372036854775808", "STRING", "BIGINT", "-"},
    {"\xef\xbc\x91\xef\xbc\x92", "STRING", "INT", "12"},
    {"\xd9\xa1\xd9\xa2", "STRING", "BIGINT", "12"},
    {" 1.5f ", "STRING", "DOUBLE", "1.5"},
    {"1d", "STRING", "DOUBLE", "1.0"},
    {"0x1p3", "STRING", "DOUBLE", "8.0"},
    {"NaN", "STRING", "DOUBLE", "-"},
    {"-Infinity", "STRING", "DOUBLE", "-"},
    {"1e400", "STRING", "DOUBLE", "-"},
    {"1e-400", "STRING", "DOUBLE", "0.0"},
    {"x", "STRING", "DOUBLE", "-"},
    {" 2020-01 ", "STRING", "DATE", "\"2020-01-01\""},
    {"2020-01-32", "STRING", "DATE", "-"},
    {"\t10:20", "STRING", "TIME", "\"10:20\""},
    {"25:00", "STRING", "TIME", "-"},
    {"2020-02-24T24", "STRING", "TIMESTAMP", "\"2020-02-25T00:00:00.000\""},
    {"yesterday", "STRING", "TIMESTAMP", "-"},
    /* t8 */
    {" AQI= ", "STRING", "BYTES", "\"AQI=\""},
    {"*", "STRING", "BYTES", "-"},
    /* t9, and the rest of the dates */
    {"10:20:30.123", "TIME", "STRING", "\"10:20:30\""},
    {"10:20:00.123", "TIME", "STRING", "\"10:20\""},
    {"2020-02-29", "DATE", "TIMESTAMP", "\"2020-02-29T00:00:00.000\""},
    {"-0001-02-03", "DATE", "TIMESTAMP", "\"-0001-02-03T00:00:00.000\""},
    {"1969-12-31T23:59:58", "TIMESTAMP", "TIME", "\"23:59:58\""},
    {"1969-12-31T23:59:58", "TIMESTAMP", "DATE", "\"1969-12-31\""},
    {"2020-02-29T23:59:59.999", "TIMESTAMP", "DATE", "\"2020-02-29\""},
    {"+5000000-01-01", "TIMESTAMP", "DATE", "\"+5000000-01-01\""},
    {"+292278994-01-01", "TIMESTAMP", "DATE", "-"},
};

static Str json(const Type *type, const Value *value)
{
    Buf buf = {0};
    value_print_json(&buf, type, value);
    Str result = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return result;
}

static void test_scalars(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Type *from = type_of(cases[i].from), *to = type_of(cases[i].to);
        Value text = {.str = str_from(cases[i].text)}, in, out = VALUE_NULL;
        const char *why = NULL;
        bool ok = cast_value(arena, &type_string, from, &text, &in, &why) &&
                  cast_value(arena, from, to, &in, &out, &why);
        CHECK(ok || (out.null && why && *why));
        Str got = ok ? json(to, &out) : STR("-");
        if (!str_eq(got, str_from(cases[i].expected)))
            fprintf(stderr, "case '%s' %s to %s:\n", cases[i].text,
                    cases[i].from, cases[i].to);
        CHECK_STR(got, cases[i].expected);
    }
}

static void test_special_values(void)
{
    Value nan = {.f64 = NAN}, inf = {.f64 = INFINITY}, out;
    CHECK(cast_value(arena, &type_double, &type_int, &nan, &out, NULL));
    CHECK(out.i32 == 0);
    CHECK(cast_value(arena, &type_double, &type_bigint, &inf, &out, NULL));
    CHECK(out.i64 == INT64_MAX);
    CHECK(cast_value(arena, &type_double, &type_string, &nan, &out, NULL));
    CHECK_STR(out.str, "NaN");
    const Type *d21 = type_decimal(arena, 2, 1);
    CHECK(!cast_value(arena, &type_double, d21, &inf, &out, NULL));
    CHECK(out.null);
    /* What went out of its own type is caught by a cast to that type. */
    Decimal wide = decimal_from_i64(100, 1);
    Value over = {.dec = &wide}, null = VALUE_NULL;
    CHECK(!cast_value(arena, d21, d21, &over, &out, NULL));
    CHECK(cast_value(arena, &type_int, &type_string, &null, &out, NULL));
    CHECK(out.null);
    CHECK(cast_value(arena, &type_null, d21, &null, &out, NULL) && out.null);
    Value far = {.i64 = INT64_MAX};
    CHECK(cast_value(arena, &type_timestamp, &type_time, &far, &out, NULL));
    CHECK(out.i32 == 25975807);
}

static void test_reason(void)
{
    const char *why = NULL;
    Value in = {.str = STR("abc")}, out;
    CHECK(!cast_value(arena, &type_string, &type_int, &in, &out, &why));
    CHECK_STR(str_from(why), "cannot cast 'abc' to INTEGER");
    char text[200];
    memset(text, 'a', sizeof text);
    memcpy(text + 59, "\xc3\xa9", 2); /* Not cut in half. */
    in.str = (Str){text, sizeof text};
    CHECK(!cast_value(arena, &type_string, &type_date, &in, &out, &why));
    CHECK(strstr(why, "aaa...' to DATE") && !strchr(why, '\xc3'));
}

static Value list(int count, const Value *items)
{
    List *l = list_new(arena, count);
    if (count) memcpy(l->items, items, sizeof *items * (size_t)count);
    return (Value){.list = l};
}

static void test_nested(void)
{
    const Type *longs = type_array(arena, &type_bigint);
    const Type *ints = type_array(arena, &type_int);
    const Type *texts = type_array(arena, &type_string);
    Value items[] = {{.i64 = 1}, VALUE_NULL, {.i64 = 2147483648}};
    Value in = list(3, items), out;
    CHECK(cast_value(arena, longs, ints, &in, &out, NULL));
    CHECK_STR(json(ints, &out), "[1,null,-2147483648]");
    CHECK(cast_value(arena, longs, texts, &in, &out, NULL));
    CHECK_STR(json(texts, &out), "[\"1\",null,\"2147483648\"]");
    CHECK(cast_value(arena, longs, &type_string, &in, &out, NULL));
    CHECK_STR(out.str, "[1, null, 2147483648]");
    /* One bad element makes the whole value null, and is named. */
    Value bad[] = {{.str = STR("1")}, {.str = STR("x")}};
    const char *why = NULL;
    in = list(2, bad);
    CHECK(!cast_value(arena, texts, ints, &in, &out, &why) && out.null);
    CHECK_STR(str_from(why), "cannot cast 'x' to INTEGER");

    Field from[] = {{STR_INIT("F0"), &type_bigint}, {STR_INIT("F1"), texts}};
    Field to[] = {{STR_INIT("F0"), &type_string}, {STR_INIT("F3"), texts}};
    const Type *s_from = type_struct(arena, from, 2);
    const Type *s_to = type_struct(arena, to, 2);
    Value fields[] = {{.i64 = 1}, in};
    in = list(2, fields);
    CHECK(cast_value(arena, s_from, s_to, &in, &out, NULL));
    CHECK_STR(json(s_to, &out), "{\"F0\":\"1\",\"F3\":null}");
}

/* Keys that become equal keep the first place and the last value. */
static void test_map(void)
{
    const Type *from = type_map(arena, &type_bigint, &type_int);
    const Type *to = type_map(arena, &type_int, &type_string);
    Value entries[] = {
        {.i64 = 1},  {.i32 = 10}, {.i64 = 2}, {.i32 = 20}, {.i64 = 4294967297},
        {.i32 = 30}, {.i64 = 3},  VALUE_NULL, VALUE_NULL,  {.i32 = 50}};
    Value in = list(10, entries), out;
    CHECK(cast_value(arena, from, to, &in, &out, NULL));
    CHECK_STR(json(to, &out),
              "{\"1\":\"30\",\"2\":\"20\",\"3\":null,\"null\":\"50\"}");
    Value empty = list(0, NULL);
    CHECK(cast_value(arena, from, to, &empty, &out, NULL));
    CHECK(out.list->count == 0);
    int count = 1000;
    Value *many = ARENA_ARRAY(arena, Value, 2 * count);
    for (int i = 0; i < count; i++) {
        many[2 * i] = (Value){.i64 = (int64_t)i << 31};
        many[2 * i + 1] = (Value){.i32 = i};
    }
    in = list(2 * count, many);
    CHECK(cast_value(arena, from, to, &in, &out, NULL));
    CHECK_STR(json(to, &out), "{\"0\":\"998\",\"-2147483648\":\"999\"}");
}

int main(void)
{
    arena = arena_new("test", 0);
    test_allowed();
    test_allowed_nested();
    test_implicit();
    test_scalars();
    test_special_values();
    test_reason();
    test_nested();
    test_map();
    arena_free(arena);
    return check_done();
}
