/* SPDX-License-Identifier: Apache-2.0
 *
 * Differences as people read them: lines of a patch, columns, records.
 */
#include "testing/difference.h"

#include "tests/unit/check.h"

static Arena *arena;

static const struct {
    const char *expected, *actual, *shown;
} patches[] = {
    {"", "", ""},
    {"a\n", "a\n", "  a\n"},
    {"a\n", "b\n", "- a\n+ b\n"},
    {"a\nb\nc\n", "a\nc\n", "  a\n- b\n  c\n"},
    {"a\nc\n", "a\nb\nc\n", "  a\n+ b\n  c\n"},
    {"a\nb\nc\nd\n", "b\nx\nd\ne\n", "- a\n  b\n- c\n+ x\n  d\n+ e\n"},
    {"", "a\n", "+ a\n"},
    {"a\n", "", "- a\n"},
    {"no end", "no end", "  no end\n"},
    {"\n", "\n\n", "  \n+ \n"},
};

static void test_lines(void)
{
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++) {
        Str shown = difference_lines(arena, str_from(patches[i].expected),
                                     str_from(patches[i].actual), 0);
        CHECK_STR(shown, patches[i].shown);
    }
}

/* Long texts are cut, and end. */
static void test_long_lines(void)
{
    Buf text = {0};
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "line %d\n", i);
    Str shown = difference_lines(arena, buf_str(&text), STR("line 3\n"), 2);
    CHECK(str_starts_with(shown, STR("  - line 0\n  - line 1\n  - line 2\n"
                                     "    line 3\n  - line 4\n")));
    CHECK(shown.len < 8000);
    buf_free(&text);
}

static void test_columns(void)
{
    Differences differs = {.arena = arena};
    CHECK_STR(difference_print(&differs, 2), "");
    difference_add(&differs, STR("N"), STR("8"), STR("7"));
    difference_add(&differs, STR("ROWTIME"), STR("2"), STR("1"));
    CHECK_STR(difference_print(&differs, 2), "  N        expected: 8\n"
                                             "           actual:   7\n"
                                             "  ROWTIME  expected: 2\n"
                                             "           actual:   1\n");
}

static Str long_text(char *bytes, size_t len)
{
    memset(bytes, 'y', len);
    return (Str){bytes, len};
}

static void test_records(void)
{
    RecordHeaders *headers = arena_zalloc(arena, sizeof *headers +
                                                     2 * sizeof(RecordHeader));
    char bytes[1000];
    Record record = {.key = STR("k"), .value = STR_NULL, .timestamp_ms = 5};

    headers->count = 2;
    headers->at[0] = (RecordHeader){STR("a"), STR("b")};
    headers->at[1] = (RecordHeader){STR("none"), STR_NULL};
    CHECK_STR(difference_record(arena, NULL, &record),
              "time 5, key k, value null");
    record.value = (Str){"\0\0\0\x2a", 4};
    CHECK_STR(difference_record(arena, NULL, &record),
              "time 5, key k, value 0x0000002a");
    record.value = STR("\xff");
    record.headers = headers;
    CHECK_STR(difference_record(arena, NULL, &record),
              "time 5, key k, value 0xff, headers a=b, none=null");
    record.headers = NULL;
    record.value = long_text(bytes, sizeof bytes);
    Str shown = difference_record(arena, NULL, &record);
    CHECK(str_ends_with(shown, STR("yyy...")));
    CHECK(shown.len < 500);
}

int main(void)
{
    arena = arena_new("test", 0);
    test_lines();
    test_long_lines();
    test_columns();
    test_records();
    arena_free(arena);
    return check_done();
}
