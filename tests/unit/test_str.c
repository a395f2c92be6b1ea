/* SPDX-License-Identifier: Apache-2.0
 *
 * Slices, buffers and growing arrays.
 */
#include "base/str.h"
#include "base/vec.h"
#include "tests/unit/check.h"

static void test_compare(void)
{
    CHECK(str_eq(STR(""), STR_NULL));
    CHECK(str_eq(STR("ab"), STR("ab")) && !str_eq(STR("ab"), STR("aB")));
    CHECK(str_eq_nocase(STR("sElEcT"), STR("SELECT")));
    CHECK(!str_eq_nocase(STR("[x"), STR("{x")));
    CHECK(!str_eq_nocase(STR("a"), STR("ab")));
    CHECK(str_compare(STR("a"), STR("ab")) < 0);
    CHECK(str_compare(STR("b"), STR("ab")) > 0);
    CHECK(str_compare(STR("\xC3"), STR("a")) > 0);
    CHECK(str_compare(STR(""), STR_NULL) == 0);
    CHECK(str_from(NULL).ptr == NULL && str_from("abc").len == 3);
    CHECK(str_starts_with(STR("abc"), STR("ab")));
    CHECK(str_starts_with(STR("abc"), STR("")));
    CHECK(!str_starts_with(STR("ab"), STR("abc")));
    CHECK(str_ends_with(STR("abc"), STR("bc")));
    CHECK(!str_ends_with(STR("abc"), STR("ab")));
}

static void test_find(void)
{
    static const struct {
        const char *text, *needle;
        size_t from, want;
    } cases[] = {
        {"hello", "l", 0, 2},       {"hello", "l", 3, 3},
        {"hello", "lo", 0, 3},      {"hello", "l", 4, SIZE_MAX},
        {"hello", "", 2, 2},        {"hello", "", 5, 5},
        {"hello", "", 6, SIZE_MAX}, {"", "x", 0, SIZE_MAX},
        {"aab", "ab", 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK(str_find(str_from(cases[i].text), str_from(cases[i].needle),
                       cases[i].from) == cases[i].want);
}

static void test_make(Arena *arena)
{
    CHECK_STR(str_trim(STR(" \t a b\n ")), "a b");
    CHECK_STR(str_trim(STR(" \n ")), "");
    CHECK_STR(str_ascii_upper(arena, STR("aZ_z{\xC3\xA6")), "AZ_Z{\xC3\xA6");
    CHECK_STR(str_ascii_lower(arena, STR("AZ@[z")), "az@[z");
    CHECK(str_copy(arena, STR_NULL).ptr == NULL);
    Str copy = str_copy(arena, STR("ab"));
    CHECK_STR(copy, "ab");
    CHECK(copy.ptr[2] == 0);
    CHECK(strcmp(str_cstr(arena, (Str){"abc", 2}), "ab") == 0);
    CHECK(strcmp(str_cstr(arena, STR_NULL), "") == 0);
    CHECK_STR(str_printf(arena, "%d-%s", 42, "x"), "42-x");
    /* Around the size of the first attempt. */
    for (int width = 510; width <= 514; width++) {
        Str s = str_printf(arena, "%*d", width, 7);
        CHECK(s.len == (size_t)width && s.ptr[width - 1] == '7' &&
              s.ptr[width] == 0);
    }
}

static void test_distance(void)
{
    static const struct {
        const char *a, *b;
        int max, want;
    } cases[] = {
        {"", "", 2, 0},
        {"abc", "ABC", 2, 0},
        {"kitten", "sitting", 5, 3},
        {"kitten", "sitting", 2, 3},
        {"selct", "SELECT", 2, 1},
        {"a", "abcdef", 2, 3},
        {"ab", "ba", 2, 1},
        {"form", "FROM", 2, 1},
        {"xab", "bax", 1, 2},
        {"abcd", "badc", 2, 2},
        {"", "ab", 2, 2},
        {"abc", "xyz", 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK(str_distance(str_from(cases[i].a), str_from(cases[i].b),
                           cases[i].max) == cases[i].want);
    char long_a[1000], long_b[1000];
    memset(long_a, 'a', sizeof long_a);
    memcpy(long_b, long_a, sizeof long_b);
    long_b[500] = 'b';
    CHECK(str_distance((Str){long_a, 1000}, (Str){long_b, 999}, 5) == 2);
}

static void test_buf(void)
{
    Buf buf = {0};
    CHECK_STR(buf_str(&buf), "");
    buf_printf(&buf, "%s", "");
    CHECK(buf.len == 0);
    for (int i = 0; i < 1000; i++) {
        buf_push(&buf, 'a');
        buf_append(&buf, "bcd", 3);
        buf_append_str(&buf, STR_NULL);
        buf_printf(&buf, "%04d", i);
    }
    CHECK(buf.len == 8000);
    CHECK(memcmp(buf.ptr, "abcd0000abcd0001", 16) == 0);
    CHECK(memcmp(buf.ptr + 7992, "abcd0999", 8) == 0);
    buf_reserve(&buf, 100000);
    CHECK(buf.cap >= 108000 && buf.len == 8000);
    buf_free(&buf);
    CHECK(buf.ptr == NULL && buf.len == 0 && buf.cap == 0);
    Buf limited = {.max = 100};
    buf_reserve(&limited, 100);
    CHECK(limited.cap == 100);
    buf_free(&limited);
}

static void test_vec(Arena *arena)
{
    VEC(int) numbers = {0};
    for (int i = 0; i < 10000; i++)
        *vec_push(arena, &numbers) = i;
    CHECK(numbers.count == 10000 && numbers.cap >= 10000);
    int wrong = 0;
    for (int i = 0; i < numbers.count; i++)
        wrong += numbers.at[i] != i;
    CHECK(wrong == 0);
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    test_compare();
    test_find();
    test_make(arena);
    test_distance();
    test_buf();
    test_vec(arena);
    arena_free(arena);
    return check_done();
}
