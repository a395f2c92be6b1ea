/* SPDX-License-Identifier: Apache-2.0
 *
 * Values: total order, equality and hash, map lookup, copies, and both texts.
 */
#include "types/value.h"

#include <math.h>

#include "tests/unit/check.h"

static Arena *arena;

static Value text(const char *s)
{
    return (Value){.str = str_from(s)};
}

static Value number(int32_t n)
{
    return (Value){.i32 = n};
}

static Value decimal(const char *s)
{
    Decimal *d = ARENA_NEW(arena, Decimal);
    CHECK(decimal_parse(arena, str_from(s), d));
    return (Value){.dec = d};
}

static Value list(int count, const Value *items)
{
    List *l = list_new(arena, count);
    if (count) memcpy(l->items, items, sizeof *items * (size_t)count);
    return (Value){.list = l};
}

/* Checks that `values` ascend strictly, that equal means equal hashes, and that
 * the order is total. */
static void check_ascending(const Type *type, const Value *values, int count)
{
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            int order = value_compare(type, &values[i], &values[j]);
            bool right = (order > 0) - (order < 0) == (i > j) - (i < j);
            if (!right) fprintf(stderr, "items %d and %d: %d\n", i, j, order);
            CHECK(right);
            CHECK(value_equal(type, &values[i], &values[j]) == (i == j));
            CHECK((value_hash(type, &values[i]) ==
                   value_hash(type, &values[j])) == (i == j));
        }
}

static void test_order(void)
{
    Value booleans[] = {VALUE_NULL, {.boolean = false}, {.boolean = true}};
    check_ascending(&type_boolean, booleans, 3);
    Value ints[] = {VALUE_NULL, number(INT32_MIN), number(-1), number(0),
                    number(INT32_MAX)};
    check_ascending(&type_int, ints, 5);
    check_ascending(&type_date, ints, 5);
    Value longs[] = {VALUE_NULL,
                     {.i64 = INT64_MIN},
                     {.i64 = 0},
                     {.i64 = INT64_C(1) << 40},
                     {.i64 = INT64_MAX}};
    check_ascending(&type_bigint, longs, 5);
    check_ascending(&type_timestamp, longs, 5);
    Value doubles[] = {VALUE_NULL,        {.f64 = -INFINITY}, {.f64 = -1},
                       {.f64 = -0.0},     {.f64 = 0.0},       {.f64 = 1e300},
                       {.f64 = INFINITY}, {.f64 = NAN}};
    check_ascending(&type_double, doubles, 8);
    Value nan = {.f64 = -NAN};
    CHECK(value_equal(&type_double, &nan, &doubles[7]));
    CHECK(value_hash(&type_double, &nan) ==
          value_hash(&type_double, &doubles[7]));
    /* A supplementary character sorts below U+FFFD by UTF-16 unit. */
    Value texts[] = {VALUE_NULL,          text(""),  text("A"),
                     text("AB"),          text("a"), text("\xf0\x9f\x98\x80"),
                     text("\xef\xbf\xbd")};
    check_ascending(&type_string, texts, 7);
    Value bytes[] = {VALUE_NULL,   text(""),         text("\x80"), text("\xff"),
                     text("\x01"), text("\x01\xff"), text("\x7f")};
    check_ascending(&type_bytes, bytes, 7);
}

static void test_decimal_order(void)
{
    const Type *type = type_decimal(arena, 40, 2);
    Value values[] = {
        VALUE_NULL,       decimal("-1E30"),
        decimal("-0.01"), decimal("0"),
        decimal("12.34"), decimal("12345678901234567890123456789012345678901")};
    check_ascending(type, values, 6);
    Value one = decimal("1.0"), same = decimal("1.00"), again = decimal("1.0");
    CHECK(value_compare(type, &one, &same) == 0);
    CHECK(!value_equal(type, &one, &same));
    CHECK(value_equal(type, &one, &again));
    CHECK(value_hash(type, &one) == value_hash(type, &again));
}

static void test_lists(void)
{
    const Type *array = type_array(arena, &type_int);
    Value one[] = {number(1)}, one_two[] = {number(1), number(2)};
    Value null_item[] = {VALUE_NULL}, two[] = {number(2)};
    Value arrays[] = {VALUE_NULL,   list(0, NULL),    list(1, null_item),
                      list(1, one), list(2, one_two), list(1, two)};
    check_ascending(array, arrays, 6);
    Field fields[] = {{STR_INIT("A"), &type_int},
                      {STR_INIT("B"), &type_string}};
    const Type *record = type_struct(arena, fields, 2);
    Value a[] = {number(1), VALUE_NULL}, b[] = {number(1), text("x")};
    Value c[] = {number(2), text("")};
    Value structs[] = {VALUE_NULL, list(2, a), list(2, b), list(2, c)};
    check_ascending(record, structs, 4);
}

/* A map of `count` entries k<i> = i, in steps through the entries. */
static Value make_map(int count, int step)
{
    Value *items = ARENA_ARRAY(arena, Value, 2 * count);
    for (int i = 0, at = 0; i < count; i++, at = (at + step) % count) {
        items[2 * i] = (Value){.str = str_printf(arena, "k%d", at)};
        items[2 * i + 1] = number(at);
    }
    return list(2 * count, items);
}

static void test_maps(void)
{
    const Type *map = type_map(arena, &type_string, &type_int);
    static const int counts[] = {1, 7, 16, 17, 101};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        Value a = make_map(counts[i], 1), b = make_map(counts[i], 5);
        Value other = make_map(counts[i], 5);
        CHECK(value_equal(map, &a, &b));
        CHECK(value_compare(map, &a, &b) == 0);
        CHECK(value_hash(map, &a) == value_hash(map, &b));
        ((List *)(uintptr_t)other.list)->items[1] = number(-1);
        CHECK(!value_equal(map, &a, &other));
        CHECK(value_compare(map, &a, &other) > 0);
        CHECK(value_compare(map, &other, &a) < 0);
        CHECK(value_hash(map, &a) != value_hash(map, &other));
        Value key = (Value){.str = str_printf(arena, "k%d", counts[i] - 1)};
        const Value *found = map_find(map, a.list, &key);
        CHECK(found && found->i32 == counts[i] - 1);
        key = text("absent");
        CHECK(!map_find(map, a.list, &key));
    }
    Value null_key[] = {VALUE_NULL, number(9)};
    Value with_null = list(2, null_key), none = VALUE_NULL, key = text("k0");
    CHECK(map_find(map, with_null.list, &none)->i32 == 9);
    CHECK(!map_find(map, with_null.list, &key));
    Value small = make_map(2, 1), large = make_map(3, 1);
    CHECK(value_compare(map, &small, &large) < 0);
    CHECK(!value_equal(map, &small, &large));
}

static const Type *everything;

static Value make_everything(void)
{
    Field fields[] = {
        {STR_INIT("N"), &type_int},
        {STR_INIT("B"), &type_boolean},
        {STR_INIT("D"), &type_double},
        {STR_INIT("DEC"), type_decimal(arena, 10, 8)},
        {STR_INIT("S"), &type_string},
        {STR_INIT("Y"), &type_bytes},
        {STR_INIT("DT"), &type_date},
        {STR_INIT("T"), &type_time},
        {STR_INIT("TS"), &type_timestamp},
        {STR_INIT("M"),
         type_map(arena, &type_string, type_array(arena, &type_bigint))},
    };
    everything = type_struct(arena, fields, 10);
    Value longs[] = {{.i64 = 1}, VALUE_NULL, {.i64 = -3}};
    Value entry[] = {text("k"), list(3, longs)};
    Value items[] = {
        VALUE_NULL,   {.boolean = true}, {.f64 = 1e10}, decimal("0.00000010"),
        text("a\"b"), text("\x01\x02"),  number(10),    number(5010),
        {.i64 = 4},   list(2, entry)};
    return list(10, items);
}

static Str json(const Type *type, Value value)
{
    Buf buf = {0};
    value_print_json(&buf, type, &value);
    Str result = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return result;
}

static void test_print(void)
{
    Value value = make_everything(), null = VALUE_NULL;
    CHECK_STR(value_print(arena, everything, &value),
              "Struct{B=true,D=1.0E10,DEC=1.0E-7,S=a\"b,Y=AQI=,DT=1970-01-11,"
              "T=00:00:05,TS=1970-01-01T00:00:00.004,M={k=[1, null, -3]}}");
    CHECK_STR(json(everything, value),
              "{\"N\":null,\"B\":true,\"D\":1.0E10,\"DEC\":0.00000010,"
              "\"S\":\"a\\\"b\",\"Y\":\"AQI=\",\"DT\":\"1970-01-11\","
              "\"T\":\"00:00:05.010\",\"TS\":\"1970-01-01T00:00:00.004\","
              "\"M\":{\"k\":[1,null,-3]}}");
    CHECK_STR(value_print(arena, everything, &null), "null");
    CHECK_STR(json(&type_null, null), "null");
    Value d = decimal("0.00000010");
    CHECK_STR(value_print(arena, type_decimal(arena, 10, 8), &d), "0.00000010");
    Value n = number(-5);
    CHECK_STR(value_print(arena, &type_int, &n), "-5");
    Value s = text("as is");
    CHECK_STR(value_print(arena, &type_string, &s), "as is");
    Value t = number(60999);
    CHECK_STR(value_print(arena, &type_time, &t), "00:01");
    CHECK_STR(json(&type_time, t), "\"00:01:00.999\"");
    CHECK_STR(json(&type_double, (Value){.f64 = NAN}), "\"NaN\"");
    CHECK_STR(json(&type_double, (Value){.f64 = -INFINITY}), "\"-Infinity\"");
    const Type *by_int = type_map(arena, &type_int, &type_string);
    Value entries[] = {number(7), text("x"), VALUE_NULL, VALUE_NULL};
    CHECK_STR(json(by_int, list(4, entries)), "{\"7\":\"x\",\"null\":null}");
    Value m = list(4, entries), empty = list(0, NULL);
    CHECK_STR(value_print(arena, by_int, &m), "{7=x, null=null}");
    CHECK_STR(value_print(arena, by_int, &empty), "{}");
    CHECK_STR(value_print(arena, type_array(arena, &type_int), &empty), "[]");
    CHECK_STR(value_print(arena, type_struct(arena, NULL, 0), &empty),
              "Struct{}");
    CHECK_STR(json(type_struct(arena, NULL, 0), empty), "{}");
}

/* The copy is equal and lives on when the original's memory is gone. */
static void test_copy(void)
{
    Arena *main_arena = arena, *first = arena_new("first", 0);
    Value original = make_everything();
    const Type *type = everything;
    arena = first;
    Value mine = value_copy(first, type, original);
    CHECK(value_equal(type, &mine, &original));
    Value copy = value_copy(main_arena, type, mine);
    arena_free(first);
    arena = main_arena;
    CHECK(value_equal(type, &copy, &original));
    CHECK_STR(value_print(arena, type, &copy),
              str_cstr(arena, value_print(arena, type, &original)));
    CHECK(value_copy(arena, &type_string, VALUE_NULL).null);
}

int main(void)
{
    arena = arena_new("test", 0);
    test_order();
    test_decimal_order();
    test_lists();
    test_maps();
    test_print();
    test_copy();
    arena_free(arena);
    return check_done();
}
