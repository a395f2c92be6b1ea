/* SPDX-License-Identifier: Apache-2.0
 *
 * Results of the library's functions, family by family, and of the table
 * functions.
 */
#include "tests/unit/function_check.h"

static const Case order[] = {
    {"CEIL", "INT", {"5"}, "5"},
    {"CEIL", "DOUBLE", {"-1.5"}, "-1.0"},
    {"CEIL", "DOUBLE", {"NaN"}, "NaN"},
    {"CEIL", "DECIMAL(2,1)", {"9.9"}, "10.0"},
    {"CEIL", "DECIMAL(4,2)", {"-1.25"}, "-1.00"},
    {"CEIL", "DECIMAL(4,2)", {"NULL"}, "null"},
    {"FLOOR", "BIGINT", {"-5"}, "-5"},
    {"FLOOR", "DOUBLE", {"-1.5"}, "-2.0"},
    {"FLOOR", "DECIMAL(4,2)", {"-1.25"}, "-2.00"},
    {"SIGN", "INT", {"-7"}, "-1"},
    {"SIGN", "BIGINT", {"0"}, "0"},
    {"SIGN", "DOUBLE", {"0.1"}, "1"},
    {"SIGN", "DOUBLE", {"NaN"}, "0"},
    {"SIGN", "DECIMAL(4,2)", {"-1.50"}, "-1"},
    {"TRUNC", "INT", {"5"}, "5"},
    {"TRUNC", "BIGINT", {"NULL"}, "null"},
    {"TRUNC", "DOUBLE", {"-1.7"}, "-1"},
    {"TRUNC", "DOUBLE", {"NaN"}, "0"},
    {"TRUNC", "DOUBLE", {"1e300"}, "9223372036854775807"},
    {"TRUNC", "DECIMAL(4,2)", {"-1.75"}, "-1"},
    {"TRUNC", "DOUBLE, INT", {"2.678", "2"}, "2.67"},
    {"TRUNC", "DOUBLE, INT", {"-2.678", "1"}, "-2.6"},
    {"TRUNC", "DOUBLE, INT", {"1234.5", "-2"}, "1200.0"},
    {"TRUNC", "DOUBLE, INT", {"99.5", "-2"}, "0.0"},
    {"TRUNC", "DOUBLE, INT", {"99.5", "-2147483648"}, "0.0"},
    {"TRUNC", "DOUBLE, INT", {"Infinity", "1"}, "ERROR"},
    {"TRUNC", "DECIMAL(6,3), INT", {"1.249", "2"}, "1.240"},
    {"GREATEST", "INT, INT, INT", {"1", "NULL", "3"}, "3"},
    {"GREATEST", "STRING, STRING", {"b", "a"}, "b"},
    {"GREATEST", "BYTES, BYTES", {"\x7f", "\x80"}, "fw=="},
    {"GREATEST", "DOUBLE, DOUBLE", {"NaN", "1"}, "NaN"},
    {"GREATEST", "DECIMAL(4,1), DECIMAL(6,4)", {"12.5", "12.4999"}, "12.5"},
    {"GREATEST", "INT", {"1"}, "1"},
    {"LEAST", "INT, INT", {"NULL", "NULL"}, "null"},
    {"LEAST", "BIGINT, BIGINT", {"5", "-5"}, "-5"},
    {"LEAST", "DOUBLE, DOUBLE", {"0.0", "-0.0"}, "-0.0"},
};

static const Case real[] = {
    {"SQRT", "INT", {"9"}, "3.0"},
    {"SQRT", "DOUBLE", {"-1"}, "NaN"},
    {"SQRT", "BIGINT", {"NULL"}, "null"},
    {"CBRT", "INT", {"-27"}, "-3.0"},
    {"EXP", "INT", {"1"}, "2.718281828459045"},
    {"LN", "INT", {"0"}, "-Infinity"},
    {"LN", "INT", {"-1"}, "NaN"},
    {"LOG", "INT", {"13"}, "2.5649493574615367"},
    {"LOG", "INT, INT", {"2", "8"}, "3.0"},
    {"LOG", "DOUBLE, DOUBLE", {"1", "8"}, "NaN"},
    {"LOG", "BIGINT, BIGINT", {"-2", "8"}, "NaN"},
    {"POWER", "INT, INT", {"2", "10"}, "1024.0"},
    {"POWER", "DOUBLE, DOUBLE", {"0", "0"}, "1.0"},
    {"POWER", "BIGINT, BIGINT", {"2", "NULL"}, "null"},
    {"ATAN2", "INT, INT", {"1", "1"}, "0.7853981633974483"},
    {"COT", "INT", {"0"}, "Infinity"},
    {"DEGREES", "DOUBLE", {"3.141592653589793"}, "180.0"},
    {"RADIANS", "INT", {"180"}, "3.141592653589793"},
    {"SIN", "INT", {"0"}, "0.0"},
    {"ACOS", "INT", {"2"}, "NaN"},
    {"PI", "", {0}, "3.141592653589793"},
};

static const Case other[] = {
    {"AS_VALUE", "STRING", {"a"}, "a"},
    {"AS_VALUE", "BIGINT", {"NULL"}, "null"},
    {"AS_VALUE", "DECIMAL(4,2)", {"1.50"}, "1.50"},
    {"GEO_DISTANCE",
     "DOUBLE, DOUBLE, DOUBLE, DOUBLE",
     {"37.4439", "-122.1663", "51.0", "0.0"},
     "8682.459061368269"},
    {"GEO_DISTANCE",
     "DOUBLE, DOUBLE, DOUBLE, DOUBLE, STRING",
     {"0", "0", "0", "0", " Miles "},
     "0.0"},
    {"GEO_DISTANCE",
     "DOUBLE, DOUBLE, DOUBLE, DOUBLE, STRING",
     {"0", "0", "0", "0", "yards"},
     "ERROR"},
    {"GEO_DISTANCE",
     "DOUBLE, DOUBLE, DOUBLE, DOUBLE",
     {"91", "0", "0", "0"},
     "ERROR"},
    {"GEO_DISTANCE",
     "DOUBLE, DOUBLE, DOUBLE, DOUBLE",
     {"0", "181", "0", "0"},
     "ERROR"},
    {"GEO_DISTANCE",
     "DOUBLE, DOUBLE, DOUBLE, DOUBLE",
     {"NULL", "0", "0", "0"},
     "ERROR"},
};

static const Case arrays[] = {
    {"ARRAY_CONCAT",
     "ARRAY<INT>, ARRAY<INT>",
     {"[1,2]", "[2,NULL]"},
     "[1, 2, 2, null]"},
    {"ARRAY_CONCAT", "ARRAY<INT>, ARRAY<INT>", {"NULL", "[2]"}, "[2]"},
    {"ARRAY_CONCAT", "ARRAY<INT>, ARRAY<INT>", {"NULL", "NULL"}, "null"},
    {"ARRAY_CONTAINS", "ARRAY<INT>, INT", {"[1,2]", "2"}, "true"},
    {"ARRAY_CONTAINS", "ARRAY<INT>, INT", {"[1,2]", "3"}, "false"},
    {"ARRAY_CONTAINS", "ARRAY<INT>, INT", {"[1,NULL]", "NULL"}, "true"},
    {"ARRAY_CONTAINS", "ARRAY<INT>, INT", {"NULL", "1"}, "false"},
    {"ARRAY_CONTAINS", "ARRAY<DOUBLE>, DOUBLE", {"[NaN]", "NaN"}, "true"},
    {"ARRAY_CONTAINS", "ARRAY<DOUBLE>, DOUBLE", {"[0.0]", "-0.0"}, "false"},
    {"ARRAY_DISTINCT",
     "ARRAY<STRING>",
     {"[b,a,b,NULL,a,NULL]"},
     "[b, a, null]"},
    {"ARRAY_DISTINCT", "ARRAY<INT>", {"[]"}, "[]"},
    {"ARRAY_EXCEPT",
     "ARRAY<INT>, ARRAY<INT>",
     {"[3,1,2,1,NULL]", "[2,NULL]"},
     "[3, 1]"},
    {"ARRAY_EXCEPT", "ARRAY<INT>, ARRAY<INT>", {"[1]", "NULL"}, "null"},
    {"ARRAY_INTERSECT",
     "ARRAY<INT>, ARRAY<INT>",
     {"[3,1,NULL,1]", "[1,NULL,7]"},
     "[1, null]"},
    {"ARRAY_JOIN", "ARRAY<INT>", {"[1,NULL,3]"}, "1,null,3"},
    {"ARRAY_JOIN", "ARRAY<DOUBLE>, STRING", {"[1,1e7]", "-"}, "1.0-1.0E7"},
    {"ARRAY_JOIN", "ARRAY<DECIMAL(9,8)>", {"[0.0000001]"}, "1E-7"},
    {"ARRAY_JOIN", "ARRAY<STRING>, STRING", {"[a,b]", "NULL"}, "ab"},
    {"ARRAY_JOIN", "ARRAY<STRING>", {"NULL"}, "null"},
    {"ARRAY_JOIN", "ARRAY<BYTES>", {"[]"}, ""},
    {"ARRAY_JOIN", "ARRAY<BYTES>", {"[a]"}, "ERROR"},
    {"ARRAY_LENGTH", "ARRAY<INT>", {"[1,NULL]"}, "2"},
    {"ARRAY_LENGTH", "ARRAY<INT>", {"NULL"}, "null"},
    {"ARRAY_MAX", "ARRAY<INT>", {"[1,NULL,3,2]"}, "3"},
    {"ARRAY_MAX", "ARRAY<INT>", {"[NULL]"}, "null"},
    {"ARRAY_MIN", "ARRAY<STRING>", {"[b,a,c]"}, "a"},
    {"ARRAY_MIN", "ARRAY<ARRAY<INT>>", {"[]"}, "ERROR"},
    {"ARRAY_REMOVE", "ARRAY<INT>, INT", {"[1,2,1]", "1"}, "[2]"},
    {"ARRAY_REMOVE", "ARRAY<INT>, INT", {"[1,NULL]", "NULL"}, "[1]"},
    {"ARRAY_REMOVE", "ARRAY<INT>, INT", {"NULL", "1"}, "null"},
    {"ARRAY_SORT",
     "ARRAY<INT>",
     {"[3,NULL,1,2,NULL,5,4]"},
     "[1, 2, 3, 4, 5, null, null]"},
    {"ARRAY_SORT",
     "ARRAY<INT>, STRING",
     {"[3,NULL,1,2]", "desc"},
     "[3, 2, 1, null]"},
    {"ARRAY_SORT", "ARRAY<INT>, STRING", {"[3]", "up"}, "null"},
    {"ARRAY_SORT", "ARRAY<INT>", {"[]"}, "[]"},
    {"ARRAY_UNION",
     "ARRAY<INT>, ARRAY<INT>",
     {"[2,1,2]", "[3,1]"},
     "[2, 1, 3]"},
    {"ARRAY_UNION", "ARRAY<INT>, ARRAY<INT>", {"[2]", "NULL"}, "null"},
    {"GENERATE_SERIES", "INT, INT", {"1", "3"}, "[1, 2, 3]"},
    {"GENERATE_SERIES", "INT, INT", {"3", "1"}, "[3, 2, 1]"},
    {"GENERATE_SERIES", "INT, INT", {"2", "2"}, "[2]"},
    {"GENERATE_SERIES", "INT, INT, INT", {"1", "6", "2"}, "[1, 3, 5]"},
    {"GENERATE_SERIES", "INT, INT, INT", {"1", "6", "0"}, "ERROR"},
    {"GENERATE_SERIES", "INT, INT, INT", {"1", "6", "-1"}, "ERROR"},
    {"GENERATE_SERIES",
     "BIGINT, BIGINT",
     {"-9223372036854775808", "9223372036854775807"},
     "ERROR"},
    {"GENERATE_SERIES",
     "BIGINT, BIGINT, INT",
     {"9223372036854775807", "9223372036854775806", "-1"},
     "[9223372036854775807, 9223372036854775806]"},
    {"GENERATE_SERIES", "INT, INT", {"NULL", "1"}, "ERROR"},
    {"SLICE", "ARRAY<INT>, INT, INT", {"[1,2,3]", "2", "3"}, "[2, 3]"},
    {"SLICE", "ARRAY<INT>, INT, INT", {"[1,2,3]", "NULL", "2"}, "[1, 2]"},
    {"SLICE", "ARRAY<INT>, INT, INT", {"[1,2,3]", "2", "NULL"}, "[2, 3]"},
    {"SLICE", "ARRAY<INT>, INT, INT", {"[1,2,3]", "3", "2"}, "[]"},
    {"SLICE", "ARRAY<INT>, INT, INT", {"[1,2,3]", "0", "2"}, "null"},
    {"SLICE", "ARRAY<INT>, INT, INT", {"[1,2,3]", "1", "4"}, "null"},
    {"SLICE", "ARRAY<INT>, INT, INT", {"[1,2,3]", "3", "1"}, "null"},
};

static const Case strings[] = {
    {"REPLACE", "STRING, STRING, STRING", {"banana", "an", "o"}, "booa"},
    {"REPLACE", "STRING, STRING, STRING", {"aaa", "aa", "b"}, "ba"},
    {"REPLACE", "STRING, STRING, STRING", {"abc", "", "-"}, "-a-b-c-"},
    {"REPLACE", "STRING, STRING, STRING", {"", "", "-"}, "-"},
    {"REPLACE", "STRING, STRING, STRING", {"abc", "b", ""}, "ac"},
    {"REPLACE", "STRING, STRING, STRING", {"abc", "NULL", ""}, "null"},
    {"SPLIT", "STRING, STRING", {"a.b.c", "."}, "[a, b, c]"},
    {"SPLIT", "STRING, STRING", {"..a..", "."}, "[, , a, , ]"},
    {"SPLIT", "STRING, STRING", {"a$$b.c", "$$"}, "[a, b.c]"},
    {"SPLIT", "STRING, STRING", {"abc", "."}, "[abc]"},
    {"SPLIT", "STRING, STRING", {"", "."}, "[]"},
    {"SPLIT", "STRING, STRING", {"ab", ""}, "[a, b]"},
    {"SPLIT",
     "STRING, STRING",
     {"\xc3\xa5\xf0\x9f\x98\x80", ""},
     "[\xc3\xa5, ?, ?]"},
    {"SPLIT", "BYTES, BYTES", {"aba", "b"}, "[YQ==, YQ==]"},
    {"LPAD", "STRING, INT, STRING", {"foo", "7", "Bar"}, "BarBfoo"},
    {"LPAD", "STRING, INT, STRING", {"foo", "2", "Bar"}, "fo"},
    {"LPAD", "STRING, INT, STRING", {"foo", "-1", "Bar"}, "null"},
    {"LPAD", "STRING, INT, STRING", {"foo", "7", ""}, "null"},
    {"LPAD", "STRING, INT, STRING", {"", "7", "Bar"}, "BarBarB"},
    {"LPAD",
     "STRING, INT, STRING",
     {"\xc3\xa5", "3", "\xc3\xb8"},
     "\xc3\xb8\xc3\xb8\xc3\xa5"},
    {"LPAD", "STRING, INT, STRING", {"a", "2147483647", "b"}, "ERROR"},
    {"RPAD", "STRING, INT, STRING", {"foo", "7", "Bar"}, "fooBarB"},
    {"RPAD", "BYTES, INT, BYTES", {"a", "3", "b"}, "YWJi"},
    {"INSTR", "STRING, STRING", {"corporate floor", "or"}, "2"},
    {"INSTR", "STRING, STRING, INT", {"corporate floor", "or", "-4"}, "5"},
    {"INSTR",
     "STRING, STRING, INT, INT",
     {"corporate floor", "or", "4", "2"},
     "14"},
    {"INSTR",
     "STRING, STRING, INT, INT",
     {"corporate floor", "or", "-4", "2"},
     "2"},
    {"INSTR", "STRING, STRING, INT", {"abc", "c", "-1"}, "3"},
    {"INSTR", "STRING, STRING, INT", {"abcd", "cd", "-1"}, "3"},
    {"INSTR", "STRING, STRING, INT", {"abc", "a", "4"}, "0"},
    {"INSTR", "STRING, STRING, INT", {"abc", "a", "-4"}, "0"},
    {"INSTR", "STRING, STRING, INT", {"abc", "a", "0"}, "0"},
    {"INSTR", "STRING, STRING, INT, INT", {"aaaa", "aa", "1", "3"}, "3"},
    {"INSTR", "STRING, STRING, INT, INT", {"abc", "a", "1", "0"}, "0"},
    {"INSTR", "STRING, STRING", {"abc", ""}, "1"},
    {"INSTR", "STRING, STRING, INT", {"abc", "", "2"}, "2"},
    {"INSTR", "STRING, STRING, INT", {"abc", "", "-1"}, "4"},
    {"INSTR", "STRING, STRING, INT", {"abc", "", "4"}, "0"},
    {"INSTR", "STRING, STRING", {"", ""}, "0"},
    {"INSTR", "STRING, STRING", {"NULL", "a"}, "0"},
    {"INSTR", "STRING, STRING, INT", {"a", "a", "NULL"}, "ERROR"},
    {"INSTR", "STRING, STRING", {"\xf0\x9f\x98\x80z", "z"}, "3"},
    {"INITCAP", "STRING", {"the   QUICK br0wn fOx"}, "The   Quick Br0wn Fox"},
    {"INITCAP", "STRING", {"  a\tb "}, "A\tB "},
    {"INITCAP",
     "STRING",
     {"\xc3\x9f"
      "eta"},
     "SSeta"},
    {"INITCAP", "STRING", {""}, ""},
    {"ELT", "INT, STRING, STRING", {"2", "a", "b"}, "b"},
    {"ELT", "INT, STRING", {"2", "a"}, "null"},
    {"ELT", "INT, STRING", {"0", "a"}, "null"},
    {"ELT", "INT, STRING", {"NULL", "a"}, "ERROR"},
    {"FIELD", "STRING, STRING, STRING", {"b", "a", "b"}, "2"},
    {"FIELD", "STRING, STRING", {"c", "a"}, "0"},
    {"FIELD", "STRING, STRING", {"NULL", "a"}, "0"},
    {"FIELD", "STRING, STRING, STRING", {"b", "NULL", "b"}, "2"},
};

static void test_random(void)
{
    Arena *arena = arena_new("test", 0);
    FnBinding binding;
    CHECK(!resolve(arena, "RANDOM", "", &binding).kind);
    CHECK(binding.function->flags & FN_VOLATILE);
    FnCall *call = fn_call_new(arena, &binding);
    double low = 1, high = 0;
    for (int i = 0; i < 10000; i++) {
        Value v;
        CHECK(call->function->scalar(call, NULL, 0, &v));
        CHECK(v.f64 >= 0 && v.f64 < 1);
        if (v.f64 < low) low = v.f64;
        if (v.f64 > high) high = v.f64;
    }
    CHECK(low < 0.01 && high > 0.99);
    fn_call_close(call);
    arena_free(arena);
}

static void test_tables(void)
{
    static const struct {
        const char *name, *types, *arg, *rows; /* "ERROR" */
    } cases[] = {
        {"EXPLODE", "ARRAY<INT>", "[1,NULL,2]", "1;null;2;"},
        {"EXPLODE", "ARRAY<INT>", "[]", ""},
        {"EXPLODE", "ARRAY<INT>", "NULL", ""},
        {"EXPLODE", "ARRAY<DECIMAL(4,2)>", "[1.50]", "1.50;"},
        {"CUBE_EXPLODE", "ARRAY<INT>", "[1,2]",
         "[null, null];[null, 2];[1, null];[1, 2];"},
        {"CUBE_EXPLODE", "ARRAY<INT>", "[1,NULL]", "[null, null];[1, null];"},
        {"CUBE_EXPLODE", "ARRAY<INT>", "[]", "[];"},
        {"CUBE_EXPLODE", "ARRAY<INT>", "NULL", ""},
        {"CUBE_EXPLODE", "ARRAY<INT>",
         "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "ERROR"},
    };
    const Function *tested[sizeof cases / sizeof *cases];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new("test", 0);
        FnBinding binding;
        CHECK(!resolve(arena, cases[i].name, cases[i].types, &binding).kind);
        tested[i] = binding.function;
        FnCall *call = fn_call_new(arena, &binding);
        Value arg = parse_value(arena, binding.arg_types[0],
                                str_from(cases[i].arg));
        const List *list;
        Str text = STR("ERROR");
        if (call->function->table(call, &arg, 1, &list)) {
            text = STR("");
            for (int k = 0; k < list->count; k++)
                text = str_printf(
                    arena, "%.*s%.*s;", STR_ARG(text),
                    STR_ARG(show(arena, binding.result, &list->items[k])));
        }
        CHECK_STR(text, cases[i].rows);
        arena_free(arena);
    }
    /* Every overload has a case. */
    int count;
    const Function *const *all = function_all(&count);
    for (int i = 0; i < count; i++) {
        bool found = all[i]->kind != FN_TABLE;
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
            found |= tested[k] == all[i];
        CHECK(found);
    }
}

/* A long array costs no quadratic time: this would take minutes. */
static void test_large_array(void)
{
    enum { ITEMS = 300000 };
    Arena *arena = arena_new("test", 0);
    FnBinding binding;
    CHECK(!resolve(arena, "ARRAY_DISTINCT", "ARRAY<INT>", &binding).kind);
    FnCall *call = fn_call_new(arena, &binding);
    List *list = list_new(arena, ITEMS);
    for (int i = 0; i < ITEMS; i++)
        list->items[i] = (Value){.i32 = i / 2};
    Value arg = {.list = list}, out;
    CHECK(call->function->scalar(call, &arg, 1, &out));
    CHECK(out.list->count == ITEMS / 2);
    arena_free(arena);
}

int main(void)
{
    check_calls(order, sizeof order / sizeof *order);
    check_calls(real, sizeof real / sizeof *real);
    check_calls(other, sizeof other / sizeof *other);
    check_calls(arrays, sizeof arrays / sizeof *arrays);
    check_calls(strings, sizeof strings / sizeof *strings);
    test_random();
    test_tables();
    test_large_array();
    return check_done();
}
