/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions: what the translation from Java's syntax gives, and the
 * functions that use them.
 */
#include "functions/regex.h"

#include "base/clock.h"
#include "tests/unit/function_check.h"

#define EXTRACT(pattern, text, result)                                         \
    {                                                                          \
        "REGEXP_EXTRACT", "STRING, STRING", {pattern, text}, result            \
    }
#define EXTRACT_ALL(pattern, text, result)                                     \
    {                                                                          \
        "REGEXP_EXTRACT_ALL", "STRING, STRING", {pattern, text}, result        \
    }
#define REPLACE(text, pattern, by, result)                                     \
    {                                                                          \
        "REGEXP_REPLACE", "STRING, STRING, STRING", {text, pattern, by},       \
            result                                                             \
    }
#define SPLIT(text, pattern, result)                                           \
    {                                                                          \
        "REGEXP_SPLIT_TO_ARRAY", "STRING, STRING", {text, pattern}, result     \
    }

static const Case cases[] = {
    EXTRACT("b+", "abbb", "bbb"),
    EXTRACT("x", "abbb", "null"),
    EXTRACT("b", "ab\xff", "ERROR"), /* No UTF-8. */
    EXTRACT("(", "abbb", "ERROR"),
    EXTRACT("NULL", "abbb", "null"),
    {"REGEXP_EXTRACT", "STRING, STRING, INT", {"(a)(b)?", "ac", "1"}, "a"},
    {"REGEXP_EXTRACT", "STRING, STRING, INT", {"(a)(b)?", "ac", "2"}, "null"},
    {"REGEXP_EXTRACT", "STRING, STRING, INT", {"(a)(b)?", "ac", "3"}, "null"},
    {"REGEXP_EXTRACT", "STRING, STRING, INT", {"(a)(b)?", "ac", "-1"}, "ERROR"},
    /* Classes: intersection, union, negation. */
    EXTRACT("[a-z&&[^aeiou]]+", "aehllo", "hll"),
    EXTRACT("[a[0-9]]+", "xa1b", "a1"),
    EXTRACT("[^a[0-9]]+", "a1bc2", "bc"),
    EXTRACT("[^a-z&&[m]]+", "m-", "-"),
    EXTRACT("[]a]+", "x]a]", "]a]"),
    EXTRACT("[a\\]-]+", "x-a]", "-a]"),
    EXTRACT("[\\w&&[^\\d]]+", "12ab3", "ab"),
    EXTRACT("[\\p{Lower}\\p{Digit}]+", "XYab1Z", "ab1"),
    EXTRACT("[^\\p{ASCII}]+", "ab\xc3\xa5\xc3\xa6", "\xc3\xa5\xc3\xa6"),
    EXTRACT("[a-z", "abc", "ERROR"),
    EXTRACT("[z-a]", "abc", "ERROR"),
    EXTRACT("[&&]", "abc", "ERROR"),
    /* Escapes. */
    EXTRACT("\\u0041\\x42\\0103", "ABC", "ABC"),
    EXTRACT("\\uD83D\\uDE00", "x\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"),
    EXTRACT("\\Qa.b\\E.", "a.bc", "a.bc"),
    EXTRACT("\\Qa.b", "a.bc", "a.b"),
    EXTRACT("(a)\\12", "aa2", "aa2"),
    EXTRACT("(a)\\2", "aa", "null"),
    EXTRACT("\\y", "y", "ERROR"),
    EXTRACT("a\\", "a", "ERROR"),
    EXTRACT("a\\Kb", "ab", "ERROR"),
    EXTRACT("\\p{Lu}+", "abCDe", "CD"),
    EXTRACT("\\p{IsGreek}+", "ab\xce\xb1\xce\xb2", "\xce\xb1\xce\xb2"),
    EXTRACT("\\p{InGreek}+", "ab\xce\xb1\xce\xb2", "\xce\xb1\xce\xb2"),
    EXTRACT("\\P{L}+", "ab12", "12"),
    EXTRACT("\\p{javaLowerCase}+", "ABcd", "cd"),
    EXTRACT("\\p{Nonsense}", "ab", "ERROR"),
    EXTRACT("\\w+", "\xc3\xa5 ab", "ab"),
    EXTRACT("(?U)\\w+", "\xc3\xa5 ab", "\xc3\xa5"),
    /* Line ends and flags. */
    EXTRACT("a.*", "xab\nc", "ab"),
    EXTRACT("a.*",
            "xab\xe2\x80\xa8"
            "c",
            "ab"),
    EXTRACT("(?s)a.*", "ab\nc", "ab\nc"),
    EXTRACT("(?s:a.)b.*", "a\nbc\nd", "a\nbc"),
    EXTRACT("(?d)a.*", "ab\rc\nd", "ab\rc"),
    EXTRACT("(?x) a b # comment\n [c d]+", "abdc", "abdc"),
    EXTRACT("(?i)AB", "xab", "ab"),
    EXTRACT("(?m)^b$", "a\nb\nc", "b"),
    EXTRACT("c$", "abc\n", "c"),
    EXTRACT("(?u)a", "a", "a"),
    EXTRACT("(?z)a", "a", "ERROR"),
    EXTRACT("(?R)", "a", "ERROR"),
    EXTRACT("(*FAIL)", "a", "ERROR"),
    EXTRACT("(?|a)", "a", "ERROR"),
    EXTRACT("a{2}", "caab", "aa"),
    EXTRACT("a{1,2}+", "caab", "aa"),
    EXTRACT("a{,2}", "caab", "ERROR"),
    EXTRACT("{", "{", "ERROR"),
    EXTRACT("(?<n>a)\\k<n>", "aa", "aa"),
    EXTRACT("(?<=a)b", "ab", "b"),
    EXTRACT("(?<!a)b", "ab", "null"),
    EXTRACT("a)", "a", "ERROR"),
    /* Backtracking without end is stopped. */
    EXTRACT("(a|aa)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
            "ERROR"),
    EXTRACT_ALL("[0-9]+", "1a22b", "[1, 22]"),
    EXTRACT_ALL("x", "1a22b", "[]"),
    EXTRACT_ALL("a*", "ab", "[a, , ]"),
    {"REGEXP_EXTRACT_ALL",
     "STRING, STRING, INT",
     {"(a)|b", "ab", "1"},
     "[a, null]"},
    {"REGEXP_EXTRACT_ALL", "STRING, STRING, INT", {"a", "b", "1"}, "null"},
    {"REGEXP_EXTRACT_ALL", "STRING, STRING, INT", {"a", "b", "-1"}, "[]"},
    {"REGEXP_EXTRACT_ALL", "STRING, STRING, INT", {"a", "a", "-1"}, "ERROR"},
    REPLACE("abab", "b", "x", "axax"),
    REPLACE("abab", "(a)(b)", "$2$1", "baba"),
    REPLACE("ab", "(a)", "$12", "a2b"),
    REPLACE("ab", "(?<x>a)", "<${x}>", "<a>b"),
    REPLACE("ab", "a", "\\$1", "$1b"),
    REPLACE("ab", "a", "$1", "ERROR"),
    REPLACE("ab", "a", "\\", "ERROR"),
    REPLACE("ab", "a", "${x}", "ERROR"),
    REPLACE("ab", "x", "$9", "ab"),
    REPLACE("ab", "", "-", "-a-b-"),
    REPLACE("ab", "a*", "-", "--b-"),
    REPLACE("\xc3\xa5", "", "-", "-\xc3\xa5-"),
    SPLIT("a1b2", "[0-9]", "[a, b, ]"),
    SPLIT("aabb", "", "[a, a, b, b]"),
    SPLIT("", "", "[]"),
    SPLIT("a-b--", "-*", "[a, , b]"),
    SPLIT("", "x", "[]"),
    SPLIT("aXbX", "(?=X)", "[a, Xb, X]"),
    SPLIT("abc", "x", "[abc]"),
};

/* More patterns than a call site keeps: early ones are compiled again. */
static void test_many_patterns(void)
{
    Arena *arena = arena_new("test", 0);
    FnBinding binding;
    CHECK(!resolve(arena, "REGEXP_EXTRACT", "STRING, STRING", &binding).kind);
    FnCall *call = fn_call_new(arena, &binding);
    for (int i = 0; i < 2000; i++) {
        Str pattern = str_printf(arena, "%d[a-z]", i % 700);
        Str text = str_printf(arena, "-%dxy", i % 700);
        Value args[] = {{.str = pattern}, {.str = text}};
        CHECK_STR(call_rows(arena, call, args, 2),
                  str_printf(arena, "%dx", i % 700).ptr);
    }
    fn_call_close(call);
    arena_free(arena);
}

/* Each of many searches stays below the limit of steps: time ends the call. */
static void test_time_limit(void)
{
    Arena *arena = arena_new("test", 0);
    FnBinding binding;
    CHECK(!resolve(arena, "REGEXP_REPLACE", "STRING, STRING, STRING", &binding)
               .kind);
    FnCall *call = fn_call_new(arena, &binding);
    Buf text = {0};
    for (int i = 0; i < 20000; i++)
        buf_append_str(&text, STR("x aaaaaaaaaaaaaaaaaaaaaaaac "));
    Value args[] = {
        {.str = buf_str(&text)}, {.str = STR("(a|aa)+b|x")}, {.str = STR("y")}};
    int64_t start_ns = clock_thread_cpu_ns();
    CHECK_STR(call_rows(arena, call, args, 3), "ERROR");
    CHECK(strstr(call->error, "takes more than 200 ms"));
    CHECK(clock_thread_cpu_ns() - start_ns < INT64_C(2000000000));
    args[0].str = STR("x aac"); /* The next call has its own time. */
    CHECK_STR(call_rows(arena, call, args, 3), "y aac");
    buf_free(&text);
    fn_call_close(call);
    arena_free(arena);
}

int main(void)
{
    test_many_patterns();
    test_time_limit();
    check_calls(cases, sizeof cases / sizeof *cases);
    return check_done();
}
