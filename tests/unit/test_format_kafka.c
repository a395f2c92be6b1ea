/* SPDX-License-Identifier: Apache-2.0
 *
 * KAFKA: the bytes of each type both ways, wrong lengths, and what the format
 * refuses.
 */
#include "tests/unit/format_check.h"

static const struct {
    const char *columns;
    Str bytes;
    const char *row;
} cases[] = {
    {"A INT", STR_INIT("\0\0\0\x01"), "[1]"},
    {"A INT", STR_INIT("\xff\xff\xff\xfe"), "[-2]"},
    {"A BIGINT", STR_INIT("\0\0\0\0\0\0\x01\0"), "[256]"},
    {"A BIGINT", STR_INIT("\x80\0\0\0\0\0\0\0"), "[-9223372036854775808]"},
    {"A DOUBLE", STR_INIT("\x3f\xf8\0\0\0\0\0\0"), "[1.5]"},
    {"A STRING", STR_INIT("bl\xc3\xa5"), "[\"bl\xc3\xa5\"]"},
    {"A STRING", STR_INIT(""), "[\"\"]"},
    {"A BYTES", STR_INIT("\x01\x02\x03"), "[\"AQID\"]"},
    {"A INT", STR_INIT(""), "bad: "},
    {"A INT", STR_INIT("\0\0\x01"), "bad: "},
    {"A BIGINT", STR_INIT("\0\0\0\x01"), "bad: "},
    {"A DOUBLE", STR_INIT("1.5"), "bad: "},
};

static void test_bytes(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new("test", 0);
        FormatSpec spec = spec_of(arena, "KAFKA", cases[i].columns, false);
        CHECK(!format_validate(arena, &spec).kind);
        Rows rows = decode_one(arena, &spec, cases[i].bytes);
        Str text = row_text(arena, &rows, &spec, 0);
        if (rows.bad[0]) {
            CHECK(strcmp(cases[i].row, "bad: ") == 0);
        } else {
            CHECK_STR(text, cases[i].row);
            CHECK(str_eq(encode_one(arena, &spec, &rows), cases[i].bytes));
        }
        arena_free(arena);
    }
}

static void test_edges(void)
{
    Arena *arena = arena_new("test", 0);
    FormatSpec spec = spec_of(arena, "KAFKA", "A STRING", false);
    Rows rows = decode_one(arena, &spec, STR_NULL);
    CHECK_STR(row_text(arena, &rows, &spec, 0), "[null]");
    CHECK_STR(encode_one(arena, &spec, &rows), "<null>");
    /* Malformed UTF-8 is repaired. */
    rows = decode_one(arena, &spec, STR("a\xff"));
    CHECK_STR(row_text(arena, &rows, &spec, 0), "[\"a\xef\xbf\xbd\"]");
    /* No columns: whatever comes is ignored. */
    FormatSpec none = {.format = spec.format, .is_key = true};
    CHECK(!format_validate(arena, &none).kind);
    rows = decode_one(arena, &none, STR("x"));
    CHECK_STR(encode_one(arena, &none, &rows), "<null>");
    arena_free(arena);
}

static void test_refused(void)
{
    static const char *const columns[] = {
        "A BOOLEAN", "A DECIMAL(4,2)", "A DATE",      "A TIMESTAMP",
        "A TIME",    "A ARRAY<INT>",   "A INT, B INT"};
    Arena *arena = arena_new("test", 0);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        FormatSpec spec = spec_of(arena, "KAFKA", columns[i], false);
        CHECK(format_validate(arena, &spec).kind == ST_USER);
    }
    FormatSpec spec = spec_of(arena, "KAFKA", "A INT", true);
    CHECK(format_validate(arena, &spec).kind == ST_USER);
    arena_free(arena);
}

int main(void)
{
    test_bytes();
    test_edges();
    test_refused();
    return check_done();
}
