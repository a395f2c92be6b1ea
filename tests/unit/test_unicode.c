/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 checking and repair, UTF-16 positions, case mapping.
 */
#include "base/unicode.h"
#include "tests/unit/check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define REP "\xEF\xBF\xBD"
#define GRIN "\xF0\x9F\x98\x80" /* U+1F600, two UTF-16 units. */

/* Malformed and well-formed texts and what Java makes of them. */
static const char *const repairs[][2] = {
    {"", ""},
    {"plain", "plain"},
    {"\xC3\xA6", "\xC3\xA6"},
    {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
    {"\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80"},
    {"\x80", REP},
    {"a\xFFz", "a" REP "z"},
    {"\xC0\x80", REP REP}, /* overlong */
    {"\xC1\xBF", REP REP},
    {"\xE0\x80\x80", REP REP REP},
    {"\xE0\x9F\xBF", REP REP REP},
    {"\xED\xA0\x80", REP REP REP}, /* surrogate */
    {"\xF0\x80\x80\x80", REP REP REP REP},
    {"\xF4\x90\x80\x80", REP REP REP REP}, /* above U+10FFFF */
    {"\xF5\x80\x80\x80", REP REP REP REP},
    {"\xE2\x82", REP}, /* cut short: one part */
    {"\xE2\x82z", REP "z"},
    {"\xF0\x9F\x98", REP},
    {"\xF0\x9F\x98z", REP "z"},
    {"\xF0\x9Fz", REP "z"},
    {"\xC3", REP},
    {"\xC3\xC3\xA6", REP "\xC3\xA6"},
    {REP, REP},
    {"0123456789abcdef\xFF", "0123456789abcdef" REP},
};

static void test_repair(Arena *arena)
{
    for (size_t i = 0; i < COUNT(repairs); i++) {
        Str s = str_from(repairs[i][0]);
        bool same = strcmp(repairs[i][0], repairs[i][1]) == 0;
        CHECK(utf8_valid(s) == same);
        Str repaired = utf8_repair(arena, s);
        CHECK_STR(repaired, repairs[i][1]);
        CHECK((repaired.ptr == s.ptr) == same);
    }
}

/* Every code point, at every place in a block of sixteen bytes. */
static void test_all_code_points(void)
{
    Buf buf = {0};
    int wrong = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 7) {
        buf.len = 0;
        for (uint32_t i = 0; i < c % 16; i++)
            buf_push(&buf, 'a');
        size_t at = buf.len;
        utf8_append(&buf, c);
        bool surrogate = c >= 0xD800 && c < 0xE000;
        Str s = buf_str(&buf);
        wrong += !utf8_valid(s);
        wrong += utf8_is_ascii(s) != (c < 0x80);
        wrong += utf8_next(s, &at) != (surrogate ? 0xFFFD : c);
        wrong += at != s.len;
        wrong += utf16_length(s) != (int64_t)(c % 16) + 1 + (c > 0xFFFF);
        /* Without its last byte it is malformed. */
        s.len--;
        wrong += c >= 0x80 && utf8_valid(s);
    }
    CHECK(wrong == 0);
    buf_free(&buf);
}

static void test_slice(Arena *arena)
{
    static const struct {
        const char *text;
        int64_t from, count;
        const char *want;
    } cases[] = {
        {"hello", 1, 3, "ell"},
        {"hello", -5, 2, "he"},
        {"hello", 3, 100, "lo"},
        {"hello", 3, INT64_MAX, "lo"},
        {"hello", 5, 1, ""},
        {"hello", INT64_MAX, 1, ""},
        {"hello", 1, -1, ""},
        {"", 0, 5, ""},
        {"\xC3\xA6\xC3\xB8z", 1, 1, "\xC3\xB8"},
        {"\xC3\xA6\xC3\xB8z", 1, INT64_MAX, "\xC3\xB8z"},
        {"\xC3\xA6\xC3\xB8z", 3, 1, ""},
        {"a" GRIN "b", 1, 2, GRIN},
        {"a" GRIN "b", 1, 1, "?"},
        {"a" GRIN "b", 2, 1, "?"},
        {"a" GRIN "b", 2, 2, "?b"},
        {"a" GRIN "b", 0, 2, "a?"},
        {"a" GRIN "b", 3, 5, "b"},
        {GRIN GRIN, 1, 2, "??"},
        {GRIN GRIN, 1, 3, "?" GRIN},
        {GRIN, 1, 0, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_STR(utf16_slice(arena, str_from(cases[i].text), cases[i].from,
                              cases[i].count),
                  cases[i].want);
}

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

static void test_compare(void)
{
    /* In rising order of UTF-16 units. */
    static const char *const rising[] = {
        "",
        "a",
        "aaaaaaaaaa",
        "aaaaaaaaab",
        "b",
        "\xC3\xA6",
        "\xED\x9F\xBF", /* U+D7FF */
        GRIN,           /* D83D DE00 */
        GRIN "a",
        "\xF4\x8F\xBF\xBF", /* DBFF DFFF */
        "\xEE\x80\x80",     /* U+E000 */
        "\xEF\xBF\xBF",     /* U+FFFF */
    };
    for (int i = 0; i < (int)COUNT(rising); i++)
        for (int k = 0; k < (int)COUNT(rising); k++)
            CHECK(sign(utf16_compare(str_from(rising[i]),
                                     str_from(rising[k]))) == sign(i - k));
}

static void test_case(Arena *arena)
{
    CHECK_STR(text_upper(arena, STR("stra\xC3\x9F"
                                    "e \xC3\xA6")),
              "STRASSE \xC3\x86");
    CHECK_STR(text_lower(arena, STR("\xC3\x86\xC3\x98 I")),
              "\xC3\xA6\xC3\xB8 i");
    /* A sigma at the end of a word. */
    CHECK_STR(text_lower(arena, STR("\xCE\x9F\xCE\xA3")), "\xCE\xBF\xCF\x82");
    CHECK_STR(text_upper(arena, STR("abcZ9")), "ABCZ9");
    CHECK_STR(text_lower(arena, STR("")), "");
    /* Growing over the first guess: U+0390 becomes three characters. */
    Buf buf = {0};
    for (int i = 0; i < 100; i++)
        buf_append_str(&buf, STR("\xCE\x90"));
    CHECK(text_upper(arena, buf_str(&buf)).len == 600);
    buf_free(&buf);
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    test_repair(arena);
    test_all_code_points();
    test_slice(arena);
    test_compare();
    test_case(arena);
    arena_free(arena);
    return check_done();
}
