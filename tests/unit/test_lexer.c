/* SPDX-License-Identifier: Apache-2.0
 *
 * The lexer: tokens, their texts and extents, and what it refuses. Types are
 * told by samples, so that lemon's numbers stay inside parser/.
 */
#include "parser/lexer.h"

#include "parser/parser.h"
#include "tests/unit/check.h"

static int type_of(const char *sample)
{
    Arena *stmt = arena_new("stmt", 0);
    Lexer lexer;
    lexer_open(&lexer, stmt, str_from(sample), NULL);
    int type = lexer_next(&lexer).type;
    arena_free(stmt);
    return type;
}

/* A letter for the type of a token: n name, s string, i d e numbers, k keyword,
 * w free word, . end, ! error, o anything else. */
static char letter_of(int type)
{
    if (type == TOKEN_END) return '.';
    if (type == TOKEN_ERROR) return '!';
    if (type == type_of("x")) return 'n';
    if (type == type_of("'x'")) return 's';
    if (type == type_of("1")) return 'i';
    if (type == type_of("1.5")) return 'd';
    if (type == type_of("1e5")) return 'e';
    if (lexer_is_free_word(type)) return 'w';
    if (lexer_word(type)) return 'k';
    return 'o';
}

/* "n:FOO i:12 o:+" for the whole text. */
static Str lex_all(Arena *stmt, const char *text, Variables *variables)
{
    Lexer lexer;
    Str out = STR("");
    lexer_open(&lexer, stmt, str_from(text), variables);
    for (;;) {
        Token token = lexer_next(&lexer);
        if (token.type == TOKEN_END) return out;
        if (token.type == TOKEN_ERROR)
            return str_printf(stmt, "%.*s!%d %s", STR_ARG(out),
                              (int)lexer.st.at - 1, lexer.st.text);
        out = str_printf(stmt, "%.*s%s%c:%.*s", STR_ARG(out),
                         out.len ? " " : "", letter_of(token.type),
                         STR_ARG(token.text));
        CHECK(token.at < token.end);
        CHECK(token.end <= lexer.text.len);
    }
}

static const struct {
    const char *text;
    const char *tokens;
} cases[] = {
    {"", ""},
    {" \t\r\n", ""},
    {"foo FOO _a1@b", "n:FOO n:FOO n:_A1@B"},
    {"\"foo\" \"a\"\"b\" `c``d` `e.f g`", "n:foo n:a\"b n:c`d n:e.f g"},
    {"``", "n:"},
    {"select SeLeCt emit date", "k:SELECT k:SELECT w:EMIT n:DATE"},
    {"catalog", "o:CATALOG"},
    {"'it''s' '' 'a\nb' '\\'", "s:it's s: s:a\nb s:\\"},
    {"12 007 1.5 1. .5 1e3 .5E-2 1.e+3", "i:12 i:007 d:1.5 d:1. d:.5 e:1e3 "
                                         "e:.5E-2 e:1.e+3"},
    {"1a 1e 1e3x 3_ 4@", "n:1A n:1E n:1E3X n:3_ n:4@"},
    {"a.b a.1", "n:A o:. n:B n:A d:.1"},
    {"1..5", "d:1. d:.5"},
    {"1e+", "n:1E o:+"},
    {"-3 a -3 (-3 a-3 ) -3 - 3", "i:-3 n:A o:- i:3 o:( i:-3 n:A o:- i:3 o:) "
                                 "o:- i:3 o:- i:3"},
    {"- -3 * -1.5, -1e3", "o:- i:-3 o:* d:-1.5 o:, e:-1e3"},
    {"- 3", "i:-3"},
    {"end - 1 null - 1 key -1 then -1",
     "k:END o:- i:1 k:NULL o:- i:1 w:KEY o:- i:1 k:THEN i:-1"},
    {"a->b ->* => := <> != <= >= || < >",
     "n:A o:-> n:B o:-> o:* o:=> o::= o:<> o:!= o:<= o:>= o:|| o:< o:>"},
    {"a -- b\nc", "n:A n:C"},
    {"a --", "n:A"},
    {"--@test: x\na", "n:A"},
    {"a /* b ; ' */ c /**/ d", "n:A n:C n:D"},
    {"a /* /* */ b", "n:A n:B"},
    {"a - - b", "n:A o:- o:- n:B"},
    {"\xEF\xBB\xBFselect", "k:SELECT"},
    {"'abc", "!0 string is not closed, expected ' before the end of the text"},
    {"a \"b", "n:A!2 quoted name is not closed, expected \" before the end of "
              "the text"},
    {"a /* b", "n:A!2 comment is not closed, expected */ before the end of the "
               "text"},
    {"a # b", "n:A!2 unexpected character '#'"},
    {"a \x01", "n:A!2 unexpected character U+0001"},
    {"a ?", "n:A!2 unexpected character '?'"},
    {"\xE2\x80\x98x", "!0 unexpected character '\xE2\x80\x98', use a straight "
                      "quote: '"},
    {"${v}", "!0 undefined variable 'v', set it with DEFINE v = '...'"},
    {"$v", "!0 unexpected character '$', a variable is written ${name}"},
    {"'${v}'", "s:${v}"},
};

static void test_tokens(void)
{
    Arena *stmt = arena_new("stmt", 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_STR(lex_all(stmt, cases[i].text, NULL), cases[i].tokens);
    arena_free(stmt);
}

static const struct {
    const char *value;
    const char *text;
    const char *tokens;
} variable_cases[] = {
    {"orders", "${v} a", "n:ORDERS n:A"},
    {"`orders`", "${v}", "n:orders"},
    {"\"orders\"", "${v}", "n:orders"},
    {"key", "${v}", "n:KEY"},
    {"'it''s'", "${v}", "s:it's"},
    {"12", "a - ${v}", "n:A o:- i:12"},
    {"-12", "(${v})", "o:( i:-12 o:)"},
    {"12", "(-${v})", "o:( i:-12 o:)"},
    {"1.50", "${v}", "d:1.50"},
    {"true", "${v}", "k:TRUE"},
    {"x", "'a ${v} b ${w} ''${v}'''", "s:a x b ${w} 'x'"},
    {"it's", "'${v}'", "s:it's"},
    {"'q'", "'${v}'", "s:'q'"},
    {"${v}", "'${v}'", "s:${v}"},
    {"", "'a${v}b'", "s:ab"},
    {"x", "'$${v}'", "s:$x"},
    {"x", "'${v' '$ {v}' '${}'", "s:${v s:$ {v} s:${}"},
    {"x", "\"${v}\"", "n:${v}"},
    {"x", "${V}", "!0 undefined variable 'V'; did you mean 'v'?"},
    {"from", "${v}",
     "!0 variable 'v' holds the reserved word 'from', which "
     "cannot be a name"},
};

static const char *const bad_values[] = {
    "",     "a b",  "a; drop", "'a' || 'b'", "'open",    "`a b`",
    " a",   "a--b", "1a",      "1 + 2",      "(1)",      "*",
    "${v}", "a.b",  "--x\n",   "'a' 'b'",    "\xC3\xA9",
};

static void test_variables(void)
{
    Arena *stmt = arena_new("stmt", 0);
    enum { COUNT = sizeof variable_cases / sizeof variable_cases[0] };
    for (int i = 0; i < COUNT; i++) {
        Variables variables = {0};
        variables_define(stmt, &variables, STR("v"),
                         str_from(variable_cases[i].value));
        CHECK_STR(lex_all(stmt, variable_cases[i].text, &variables),
                  variable_cases[i].tokens);
    }
    for (size_t i = 0; i < sizeof bad_values / sizeof bad_values[0]; i++) {
        Variables variables = {0};
        variables_define(stmt, &variables, STR("v"), str_from(bad_values[i]));
        CHECK_STR(lex_all(stmt, "${v}", &variables),
                  "!0 value of variable 'v' cannot stand here, it must be one "
                  "quoted string, number, boolean or plain name");
    }
    arena_free(stmt);
}

static void test_variable_layers(void)
{
    Arena *stmt = arena_new("stmt", 0);
    Map outer = {0};
    Str one = STR("one");
    map_put(stmt, &outer, STR("v"), &one);
    Variables variables = {.outer = &outer};
    CHECK_STR(*variables_get(&variables, STR("v")), "one");
    variables_define(stmt, &variables, STR("v"), STR("two"));
    CHECK_STR(*variables_get(&variables, STR("v")), "two");
    variables_undefine(stmt, &variables, STR("v"));
    CHECK(variables_get(&variables, STR("v")) == NULL);
    variables_define(stmt, &variables, STR("v"), STR("three"));
    CHECK_STR(*variables_get(&variables, STR("v")), "three");
    CHECK(map_get(&outer, STR("v")) == &one);
    arena_free(stmt);
}

static void test_words(void)
{
    const char *const *words = parser_keywords();
    int count = 0;
    for (; words[count]; count++) {
        if (count) CHECK(strcmp(words[count - 1], words[count]) < 0);
        CHECK_STR(str_from(words[count]), words[count]);
    }
    CHECK(count > 130);
    CHECK(parser_is_reserved(STR("SELECT")));
    CHECK(parser_is_reserved(STR("select")));
    CHECK(parser_is_reserved(STR("Materialized")));
    CHECK(!parser_is_reserved(STR("KEY")));
    CHECK(!parser_is_reserved(STR("")));
    CHECK(!parser_is_reserved(STR("FOO")));
    CHECK(!parser_is_reserved(STR("MATERIALIZEDX")));
    CHECK_STR(str_from(lexer_word(type_of("group"))), "GROUP");
    CHECK(lexer_word(type_of("foo")) == NULL);
    CHECK(lexer_is_plain_name(STR("_a9@")));
    CHECK(!lexer_is_plain_name(STR("9a")));
    CHECK(!lexer_is_plain_name(STR("a-b")));
    CHECK(!lexer_is_plain_name(STR("")));
}

int main(void)
{
    test_tokens();
    test_variables();
    test_variable_layers();
    test_words();
    return check_done();
}
