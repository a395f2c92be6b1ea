/* SPDX-License-Identifier: Apache-2.0
 *
 * Types: names, printing, equality, copies, and the common type of numbers.
 */
#include "types/type.h"

#include "tests/unit/check.h"

static Arena *arena;

static void test_names(void)
{
    static const struct {
        const char *name;
        const Type *type;
    } cases[] = {
        {"BOOLEAN", &type_boolean},     {"int", &type_int},
        {"Integer", &type_int},         {"BIGINT", &type_bigint},
        {"double", &type_double},       {"string", &type_string},
        {"VARCHAR", &type_string},      {"bytes", &type_bytes},
        {"DATE", &type_date},           {"time", &type_time},
        {"TIMESTAMP", &type_timestamp},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(type_by_name(str_from(cases[i].name)) == cases[i].type);
    CHECK(!type_by_name(STR("DECIMAL")));
    CHECK(!type_by_name(STR("NULL")));
    CHECK(!type_by_name(STR("INTS")));
    CHECK(!type_by_name(STR("")));
}

static const Type *sample(Arena *where)
{
    Field fields[] = {
        {STR_INIT("A"), &type_int},
        {STR_INIT("b`c"), type_decimal(where, 4, 2)},
    };
    const Type *inner = type_struct(where, fields, 2);
    return type_map(where, &type_string, type_array(where, inner));
}

static void test_print(void)
{
    CHECK_STR(type_print(arena, &type_int), "INTEGER");
    CHECK_STR(type_print(arena, &type_string), "STRING");
    CHECK_STR(type_print(arena, type_decimal(arena, 38, 0)), "DECIMAL(38, 0)");
    CHECK_STR(type_print(arena, sample(arena)),
              "MAP<STRING, ARRAY<STRUCT<`A` INTEGER, `b``c` DECIMAL(4, 2)>>>");
    CHECK_STR(type_print(arena, type_struct(arena, NULL, 0)), "STRUCT<>");
    CHECK_STR(type_print(arena, &type_null), "NULL");
}

static void test_equal_and_copy(void)
{
    Arena *other = arena_new("copy", 0);
    const Type *type = sample(arena), *copy = type_copy(other, type);
    CHECK(copy != type);
    CHECK(type_equal(type, copy));
    CHECK(copy->element->element->fields[1].name.ptr !=
          type->element->element->fields[1].name.ptr);
    CHECK(type_copy(other, &type_date) == &type_date);
    CHECK(type_copy(other, &type_null) == &type_null);
    CHECK(!type_equal(&type_int, &type_bigint));
    CHECK(!type_equal(type_decimal(arena, 4, 2), type_decimal(arena, 4, 1)));
    CHECK(!type_equal(type_array(arena, &type_int),
                      type_array(arena, &type_date)));
    Field lower = {STR_INIT("a"), &type_int},
          upper = {STR_INIT("A"), &type_int};
    CHECK(!type_equal(type_struct(arena, &lower, 1),
                      type_struct(arena, &upper, 1)));
    CHECK(!type_equal(type_struct(arena, &lower, 1),
                      type_struct(arena, NULL, 0)));
    arena_free(other);
}

static void test_kinds(void)
{
    CHECK(type_is_numeric(&type_int) && type_is_numeric(&type_double));
    CHECK(!type_is_numeric(&type_date) && !type_is_numeric(&type_null));
    CHECK(type_has_map(sample(arena)));
    CHECK(type_has_map(type_array(arena, sample(arena))));
    Field field = {STR_INIT("M"), sample(arena)};
    CHECK(type_has_map(type_struct(arena, &field, 1)));
    CHECK(!type_has_map(sample(arena)->element));
    CHECK(type_is_fixed(&type_boolean) && type_is_fixed(&type_timestamp));
    CHECK(!type_is_fixed(&type_string));
    CHECK(!type_is_fixed(type_decimal(arena, 4, 2)));
}

static void test_common_numeric(void)
{
    const Type *d42 = type_decimal(arena, 4, 2);
    const Type *d84 = type_decimal(arena, 8, 4);
    const struct {
        const Type *a, *b;
        const char *expected;
    } cases[] = {
        {&type_int, &type_int, "INTEGER"},
        {&type_int, &type_bigint, "BIGINT"},
        {&type_bigint, &type_double, "DOUBLE"},
        {d42, &type_double, "DOUBLE"},
        {&type_int, d42, "DECIMAL(12, 2)"},
        {&type_bigint, d42, "DECIMAL(21, 2)"},
        {d42, d84, "DECIMAL(8, 4)"},
        {type_decimal(arena, 6, 0), d84, "DECIMAL(10, 4)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Type *one = type_common_numeric(arena, cases[i].a, cases[i].b);
        const Type *two = type_common_numeric(arena, cases[i].b, cases[i].a);
        CHECK_STR(type_print(arena, one), cases[i].expected);
        CHECK(type_equal(one, two));
    }
    CHECK(!type_common_numeric(arena, &type_int, &type_string));
    CHECK(!type_common_numeric(arena, &type_date, &type_int));
}

int main(void)
{
    arena = arena_new("test", 0);
    test_names();
    test_print();
    test_equal_and_copy();
    test_kinds();
    test_common_numeric();
    arena_free(arena);
    return check_done();
}
