/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas: finding, printing, copying, and how names are quoted.
 */
#include "types/schema.h"

#include "tests/unit/check.h"

static Arena *arena;

static SchemaColumn columns[] = {
    {STR_INIT("ID"), &type_int, COLUMN_KEY, {NULL, 0}},
    {STR_INIT("v"), &type_string, COLUMN_VALUE, {NULL, 0}},
    {STR_INIT("W"), &type_double, COLUMN_VALUE, {NULL, 0}},
    {STR_INIT("H"), &type_bytes, COLUMN_HEADER, STR_INIT("it's")},
};
static Schema schema = {columns, 4, 1};

static void test_find(void)
{
    CHECK(schema_find(&schema, STR("ID")) == 0);
    CHECK(schema_find(&schema, STR("v")) == 1);
    CHECK(schema_find(&schema, STR("V")) == -1);
    CHECK(schema_find(&schema, STR("")) == -1);
    CHECK(schema_value_count(&schema) == 2);
}

static void test_print(void)
{
    CHECK_STR(schema_print(arena, &schema, "KEY"),
              "`ID` INTEGER KEY, `v` STRING, `W` DOUBLE, "
              "`H` BYTES HEADER('it''s')");
    Schema table = {columns, 2, 1};
    CHECK_STR(schema_print(arena, &table, "PRIMARY KEY"),
              "`ID` INTEGER PRIMARY KEY, `v` STRING");
    SchemaColumn all = {STR_INIT("HS"), &type_int, COLUMN_HEADERS, {NULL, 0}};
    Schema headers = {&all, 1, 0};
    CHECK_STR(schema_print(arena, &headers, "KEY"), "`HS` INTEGER HEADERS");
    Schema empty = {NULL, 0, 0};
    CHECK_STR(schema_print(arena, &empty, "KEY"), "");
}

static void test_copy_and_equal(void)
{
    Schema *copy = schema_copy(arena, &schema);
    CHECK(schema_equal(copy, &schema));
    CHECK(copy->columns[1].name.ptr != columns[1].name.ptr);
    CHECK(copy->columns[0].header_key.ptr == NULL);
    copy->columns[2].type = &type_int;
    CHECK(!schema_equal(copy, &schema));
    copy = schema_copy(arena, &schema);
    copy->columns[3].header_key = STR("other");
    CHECK(!schema_equal(copy, &schema));
    copy = schema_copy(arena, &schema);
    copy->key_count = 0;
    CHECK(!schema_equal(copy, &schema));
    copy = schema_copy(arena, &schema);
    copy->count = 3;
    CHECK(!schema_equal(copy, &schema));
}

static void test_names(void)
{
    static const char *const cases[][2] = {
        {"A", "A"},
        {"A_1@B", "A_1@B"},
        {"_X", "_X"},
        {"a", "`a`"},
        {"A B", "`A B`"},
        {"A.B", "`A.B`"},
        {"", "``"},
        {"x`y", "`x``y`"},
        {"@A", "`@A`"},
        {"12", "`12`"},
        {"1E5", "`1E5`"},
        {"1ST", "1ST"},
        {"\xc3\x84", "`\xc3\x84`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(name_quote(arena, str_from(cases[i][0])), cases[i][1]);
    CHECK(is_system_column(STR("ROWTIME")) &&
          is_system_column(STR("WINDOWEND")));
    CHECK(is_system_column(STR("ROWOFFSET")));
    CHECK(!is_system_column(STR("rowtime")) &&
          !is_system_column(STR("ROWKEY")));
}

int main(void)
{
    arena = arena_new("test", 0);
    test_find();
    test_print();
    test_copy_and_equal();
    test_names();
    arena_free(arena);
    return check_done();
}
