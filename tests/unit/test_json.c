/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON reader and writer: what is accepted and refused, events, decoded
 * text, skipping, depth, the tree.
 */
#include <stdlib.h>

#include "base/json.h"
#include "tests/unit/check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Reads all of `text`; true if it is well-formed. The text is on the heap in a
 * block of just its size, so the sanitizer sees each byte read too many. */
static bool is_json(Arena *arena, const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    JsonReader r;
    json_open(&r, arena, (Str){copy, len});
    while (json_next(&r) > JSON_ERROR)
        ;
    bool ok = r.event == JSON_END && !r.error;
    CHECK((r.event == JSON_ERROR) == (r.error != NULL));
    CHECK(r.at >= copy && r.at <= copy + len);
    CHECK(json_next(&r) == r.event);
    /* Skipping must come to the same result. */
    json_open(&r, arena, (Str){copy, len});
    json_skip(&r);
    bool skipped = r.event != JSON_ERROR && json_next(&r) == JSON_END;
    CHECK(skipped == ok);
    free(copy);
    return ok;
}

static const char *const well_formed[] = {
    "0",
    "-0",
    "-0.0",
    "123",
    "1.5e10",
    "1E+2",
    "1e-07",
    "123456789012345678901234567890.123456789",
    "\"\"",
    "\"a\"",
    "\" !#[]\x7F\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83d\\uDe00\"",
    "\"\\uD800\"",
    "\"\\uDC00\\uD800x\"",
    "\"\xC3\xA6\xE2\x82\xAC\xF0\x9F\x98\x80\"",
    "true",
    "false",
    "null",
    "{}",
    "[]",
    " [ ] ",
    "\t\n\r {\n}\n",
    "[1,2,3]",
    "[[],{},[{}]]",
    "{\"a\":1}",
    "{ \"a\" : 1 , \"a\" : [ true , null ] }",
    "{\"\":\"\"}",
    "{\"a\":{\"b\":{\"c\":[1,{\"d\":2}]}}}",
    "[0.1,-1,1e1]",
};

static const char *const malformed[] = {
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"a",
    "'a'",
    "a",
    "-",
    "+1",
    "01",
    "-01",
    "1.",
    ".5",
    "1.e1",
    "1e",
    "1e+",
    "0x1",
    "1_0",
    "--1",
    "NaN",
    "Infinity",
    "-Infinity",
    "1 2",
    "1,",
    "tru",
    "truex",
    "True",
    "nul",
    "nulll",
    "fals",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "{1}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1]",
    "{a:1}",
    "{\"a\":1}}",
    "{} x",
    "[]]",
    "{\"a\":1,2}",
    "\"\n\"",
    "\"\t\"",
    "\"\x01\"",
    "\"\x1F\"",
    "\"\\\"",
    "\"\\a\"",
    "\"\\x41\"",
    "\"\\u\"",
    "\"\\u123\"",
    "\"\\u123g\"",
    "\"\\U0041\"",
    "\"\xFF\"",
    "\"\xC0\x80\"",
    "\"\xED\xA0\x80\"",
    "\"\xE2\x82\"",
    "\"\xF4\x90\x80\x80\"",
    "\"\xC3\"",
    "{\"\xC3\":1}",
    "\xEF\xBB\xBF{}",
    "/* c */ 1",
    "1 // c",
    "[1]\f",
    "\v1",
    "\xC2\xA0"
    "1",
    "[\"a\",\n\"b\":1]",
    "{\"a\":\"\\\"}",
    "{\"a\":tru}",
    "{\"a\":-}",
    "\"\\uD800\\u12\"",
};

static void test_grammar(Arena *arena)
{
    for (size_t i = 0; i < COUNT(well_formed); i++) {
        const char *text = well_formed[i];
        if (!is_json(arena, text, strlen(text)))
            fprintf(stderr, "refused: %s\n", text);
        CHECK(is_json(arena, text, strlen(text)));
    }
    for (size_t i = 0; i < COUNT(malformed); i++) {
        const char *text = malformed[i];
        if (is_json(arena, text, strlen(text)))
            fprintf(stderr, "accepted: %s\n", text);
        CHECK(!is_json(arena, text, strlen(text)));
    }
    CHECK(!is_json(arena, "1\0", 2));
    CHECK(!is_json(arena, "\"\0\"", 3));
    CHECK(!is_json(arena, "\"\\\0\"", 4));
}

/* A byte that ends, breaks or escapes a string, at each place in strings of all
 * lengths around the width of the search. */
static void test_string_search(Arena *arena)
{
    char text[64];
    for (int len = 0; len < 40; len++) {
        text[0] = '"';
        memset(text + 1, 'a', (size_t)len);
        text[len + 1] = '"';
        CHECK(is_json(arena, text, (size_t)len + 2));
        CHECK(!is_json(arena, text, (size_t)len + 1));
        for (int at = 1; at <= len; at++) {
            static const char odd[] = {'\x1F', '\x00', '\x80', '"', '\\', '\n'};
            for (size_t k = 0; k < COUNT(odd); k++) {
                text[at] = odd[k];
                CHECK(!is_json(arena, text, (size_t)len + 2) || odd[k] == '\\');
            }
            text[at] = 'a';
            if (at + 1 > len) continue;
            memcpy(text + at, "\\n", 2);
            CHECK(is_json(arena, text, (size_t)len + 2));
            memcpy(text + at, "\xC3\xA6", 2);
            CHECK(is_json(arena, text, (size_t)len + 2));
            memcpy(text + at, "aa", 2);
        }
    }
}

/* Each prefix of a document is malformed, and so is each with a byte more. */
static void test_prefixes(Arena *arena)
{
    static const char text[] =
        "{\"id\":-12.5e3,\"name\":\"\\u00e6\xC3\xB8\",\"list\":[true,false,"
        "null,{}],\"more\":{\"x\":\"a long enough text to be searched\"}}";
    size_t len = sizeof text - 1;
    CHECK(is_json(arena, text, len));
    for (size_t i = 0; i < len; i++)
        CHECK(!is_json(arena, text, i));
    char longer[sizeof text];
    memcpy(longer, text, len);
    for (const char *more = "}]x,\"0"; *more; more++) {
        longer[len] = *more;
        CHECK(!is_json(arena, longer, len + 1));
    }
}

static void test_events(Arena *arena)
{
    static const struct {
        JsonEvent event;
        const char *text, *raw;
    } wanted[] = {
        {JSON_OBJECT, NULL, "{"},
        {JSON_NAME, "a\n", "\"a\\n\""},
        {JSON_NUMBER, "-1.50", "-1.50"},
        {JSON_NAME, "b", "\"b\""},
        {JSON_ARRAY, NULL, "["},
        {JSON_STRING, "", "\"\""},
        {JSON_STRING, "\xF0\x9F\x98\x80\xEF\xBF\xBDx",
         "\"\\uD83D\\uDE00\\uD83Dx\""},
        {JSON_TRUE, NULL, "true"},
        {JSON_FALSE, NULL, "false"},
        {JSON_NULL, NULL, "null"},
        {JSON_OBJECT, NULL, "{"},
        {JSON_OBJECT_CLOSE, NULL, "}"},
        {JSON_ARRAY_CLOSE, NULL, "]"},
        {JSON_OBJECT_CLOSE, NULL, "}"},
    };
    Str text = STR("{\"a\\n\":-1.50 ,\"b\":[\"\",\"\\uD83D\\uDE00\\uD83Dx\","
                   "true,false,null,{}]}");
    JsonReader r;
    json_open(&r, arena, text);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        CHECK(json_next(&r) == wanted[i].event);
        if (wanted[i].text) CHECK_STR(r.text, wanted[i].text);
        CHECK_STR(r.raw, wanted[i].raw);
    }
    CHECK(json_next(&r) == JSON_END && r.depth == 0);
    /* A string without escapes is a slice of the input. */
    text = STR("\"abc\"");
    json_open(&r, arena, text);
    json_next(&r);
    CHECK(r.text.ptr == text.ptr + 1);
}

static void test_escapes(Arena *arena)
{
    static const char *const cases[][2] = {
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"\\u0041\\u00e6\\u20AC\"", "A\xC3\xA6\xE2\x82\xAC"},
        {"\"\\uDBFF\\uDFFF\"", "\xF4\x8F\xBF\xBF"},
        {"\"x\\uD800\"", "x\xEF\xBF\xBD"},
        {"\"\\uDC00\\uD800\"", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\"\\uD800\\n\"", "\xEF\xBF\xBD\n"},
        {"\"\\uD800\\uD83D\\uDE00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
        {"\"\\\\u0041\"", "\\u0041"},
        {"\"plain\\tafter a long run of text\"",
         "plain\tafter a long run of text"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        JsonReader r;
        json_open(&r, arena, str_from(cases[i][0]));
        CHECK(json_next(&r) == JSON_STRING);
        CHECK_STR(r.text, cases[i][1]);
    }
    JsonReader r;
    json_open(&r, arena, STR("\"a\\u0000b\""));
    CHECK(json_next(&r) == JSON_STRING && r.text.len == 3 &&
          r.text.ptr[1] == 0);
}

static void test_skip(Arena *arena)
{
    JsonReader r;
    json_open(&r, arena,
              STR("{\"a\": [1,{\"b\":[]}] ,\"c\":\"x\\n\" , \"d\":12,"
                  "\"e\":{\"f\":[1,2],\"g\":3},\"h\":null}"));
    CHECK(json_next(&r) == JSON_OBJECT);
    static const char *const raws[] = {"[1,{\"b\":[]}]", "\"x\\n\"", "12"};
    for (int i = 0; i < 3; i++) {
        CHECK(json_next(&r) == JSON_NAME);
        json_skip(&r);
        CHECK_STR(r.raw, raws[i]);
    }
    CHECK(json_next(&r) == JSON_NAME && json_next(&r) == JSON_OBJECT);
    CHECK(json_next(&r) == JSON_NAME && json_next(&r) == JSON_ARRAY);
    json_skip_rest(&r); /* Of the array. */
    CHECK(json_next(&r) == JSON_NAME);
    CHECK_STR(r.text, "g");
    CHECK(json_next(&r) == JSON_NUMBER);
    json_skip_rest(&r); /* Nothing. */
    CHECK(json_next(&r) == JSON_OBJECT_CLOSE);
    CHECK(json_next(&r) == JSON_NAME && json_next(&r) == JSON_NULL);
    CHECK(json_next(&r) == JSON_OBJECT_CLOSE && json_next(&r) == JSON_END);

    json_open(&r, arena, STR("[1, [2] ,3]"));
    CHECK(json_next(&r) == JSON_ARRAY);
    json_skip(&r);
    CHECK_STR(r.raw, "1");
    json_skip(&r);
    CHECK_STR(r.raw, "[2]");
    json_skip(&r);
    CHECK_STR(r.raw, "3");
    CHECK(json_next(&r) == JSON_ARRAY_CLOSE);

    json_open(&r, arena, STR("{\"a\":[1,{\"b\":[}]}"));
    json_next(&r);
    json_skip_rest(&r);
    CHECK(r.event == JSON_ERROR && r.error);
    json_skip(&r);
    json_skip_rest(&r);
    CHECK(json_next(&r) == JSON_ERROR);
}

/* `depth` brackets, the same closed. */
static bool nests(Arena *arena, int depth, const char *open, char close)
{
    Buf buf = {0};
    for (int i = 0; i < depth; i++)
        buf_append_str(&buf, str_from(open));
    buf_push(&buf, '1');
    for (int i = 0; i < depth; i++)
        buf_push(&buf, close);
    bool ok = is_json(arena, buf.ptr, buf.len);
    const char *error;
    CHECK((json_parse(arena, buf_str(&buf), &error) != NULL) == ok);
    buf_free(&buf);
    return ok;
}

static void test_depth(Arena *arena)
{
    CHECK(nests(arena, JSON_DEPTH_MAX, "[", ']'));
    CHECK(nests(arena, JSON_DEPTH_MAX, "{\"a\":", '}'));
    CHECK(!nests(arena, JSON_DEPTH_MAX + 1, "[", ']'));
    CHECK(!nests(arena, 10000, "[", ']'));
    CHECK(!nests(arena, 10000, "{\"a\":", '}'));
    /* A level's kind is forgotten when the level is left. */
    CHECK(is_json(arena, "[{},[],{\"a\":[{}]},[1]]", 22));
    CHECK(!is_json(arena, "[{},[\"a\":1]]", 12));
}

static void test_write_string(void)
{
    static const char *const cases[][2] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"\"\\/", "\"\\\"\\\\/\""},
        {"\b\t\n\v\f\r\x1F\x7F", "\"\\b\\t\\n\\u000B\\f\\r\\u001F\x7F\""},
        {"\xC3\xA6\xF0\x9F\x98\x80", "\"\xC3\xA6\xF0\x9F\x98\x80\""},
        {"0123456789abcdef\n0123456789abcdef",
         "\"0123456789abcdef\\n0123456789abcdef\""},
        {"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
         "\"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001"
         "\\u0001\\u0001\\u0001\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Buf buf = {0};
        json_write_string(&buf, str_from(cases[i][0]));
        CHECK_STR(buf_str(&buf), cases[i][1]);
        buf_free(&buf);
    }
    Buf buf = {0};
    json_write_string(&buf, (Str){"a\0b", 3});
    CHECK_STR(buf_str(&buf), "\"a\\u0000b\"");
    buf_free(&buf);
}

static void test_tree(Arena *arena)
{
    const char *error = NULL;
    static const char *const texts[] = {
        "{\"a\":1.50,\"b\":[true,false,null,{}],\"a\":\"x\\ny\",\"c\":{\"d\":[]"
        "}}",
        "[[1],[2,[3]],4]",
        "\"only\"",
        "[]",
        "{\"\":{}}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        Json *json = json_parse(arena, str_from(texts[i]), &error);
        CHECK(json != NULL);
        if (!json) continue;
        Buf buf = {0};
        json_write(&buf, json);
        CHECK_STR(buf_str(&buf), texts[i]);
        buf_free(&buf);
    }
    Json *json = json_parse(arena, str_from(texts[0]), &error);
    CHECK(json->count == 4 && json->kind == JSON_OBJECT);
    CHECK_STR(json_get(json, "a")->text, "x\ny"); /* The last one. */
    CHECK(json_get(json, "b")->count == 4);
    CHECK(json_get(json_get(json, "c"), "d")->kind == JSON_ARRAY);
    CHECK(json_get(json, "z") == NULL && json_get(NULL, "a") == NULL);
    CHECK(json_get(json_get(json, "b"), "a") == NULL);

    CHECK(json_parse(arena, STR("{\"a\":1,\n \"b\" 2}"), &error) == NULL);
    CHECK_STR(str_from(error),
              "expected ':' after a member name at line 2, column 6");

    /* The tree outlives its text. */
    char text[] = "{\"k\":\"v\"}";
    json = json_parse(arena, str_from(text), &error);
    memset(text, 'x', sizeof text - 1);
    CHECK_STR(json_get(json, "k")->text, "v");
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    test_grammar(arena);
    test_string_search(arena);
    test_prefixes(arena);
    test_events(arena);
    test_escapes(arena);
    test_skip(arena);
    test_depth(arena);
    test_write_string();
    test_tree(arena);
    arena_free(arena);
    return check_done();
}
