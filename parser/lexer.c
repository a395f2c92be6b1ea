/* SPDX-License-Identifier: Apache-2.0
 *
 * The lexer, by hand: one pass, no backtracking, nothing copied but what must
 * be folded or unescaped. parser.c calls lexer_next for each token and hands it
 * to lemon; parse_error.c runs a second lexer over the same statement to find
 * what could have stood at the wrong place, so lexing must be repeatable.
 *
 * ${name} inside a string is replaced by the variable's value. Anywhere else
 * it is one whole token: the value is lexed by itself and must be one literal
 * or one plain name (language 1.5). So a value can neither end a string nor
 * bring in keywords, operators or clauses.
 *
 * The sign of a number is decided here: the grammar cannot know in time that
 * 9223372036854775808 is out of range and -9223372036854775808 is not.
 */
#include "parser/lexer.h"

#include <assert.h>

#include "base/near.h"
#include "base/unicode.h"
#include "grammar.h"
#include "parser/keywords.h"
#include "parser/parser.h"

typedef struct Keyword {
    Str word;
    int type;
    bool reserved;
} Keyword;

#define TABLE_ROW(word, type, reserved) {STR_INIT(word), type, reserved},
static const Keyword keywords[] = {KEYWORDS(TABLE_ROW)};

#define LIST_ROW(word, type, reserved) word,
static const char *const keyword_names[] = {KEYWORDS(LIST_ROW) NULL};

enum {
    KEYWORD_COUNT = sizeof keywords / sizeof keywords[0],
    KEYWORD_MAX_BYTES = 12,
    NUMBER_MAX_BYTES = 10000,
    CLIP_MAX_BYTES = 60,
};

/* ---- words ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word_byte(char c)
{
    return is_letter(c) || is_digit(c) || c == '@';
}

static const Keyword *find_keyword(Str word)
{
    char upper[KEYWORD_MAX_BYTES];
    if (word.len > sizeof upper) return NULL;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    Str key = {upper, word.len};
    int low = 0, high = KEYWORD_COUNT;
    while (low < high) {
        int middle = (low + high) / 2;
        int order = str_compare(keywords[middle].word, key);
        if (order == 0) return &keywords[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *const *parser_keywords(void)
{
    return keyword_names;
}

bool parser_is_reserved(Str word)
{
    const Keyword *keyword = find_keyword(word);
    return keyword && keyword->reserved;
}

const char *lexer_word(int type)
{
    if (type == TK_IDENT || type == TK_RESERVED) return NULL;
    for (int i = 0; i < KEYWORD_COUNT; i++)
        if (keywords[i].type == type) return keywords[i].word.ptr;
    return NULL;
}

bool lexer_is_free_word(int type)
{
    if (type == TK_IDENT) return false;
    for (int i = 0; i < KEYWORD_COUNT; i++)
        if (keywords[i].type == type) return !keywords[i].reserved;
    return false;
}

bool lexer_is_plain_name(Str text)
{
    if (text.len == 0 || !is_letter(text.ptr[0])) return false;
    for (size_t i = 1; i < text.len; i++)
        if (!is_word_byte(text.ptr[i])) return false;
    return true;
}

Str lexer_clip(Str text)
{
    size_t len = text.len < CLIP_MAX_BYTES ? text.len : CLIP_MAX_BYTES;
    while (len < text.len && len && (text.ptr[len] & 0xC0) == 0x80)
        len--;
    for (size_t i = 0; i < len; i++)
        if (text.ptr[i] == '\n' || text.ptr[i] == '\r') len = i;
    return (Str){text.ptr, len};
}

/* ---- variables ---- */

/* In Variables.own: undefined, whatever the caller's map says. */
static const Str undefined = STR_INIT("");

void variables_define(Arena *stmt, Variables *variables, Str name, Str value)
{
    Str *copy = ARENA_NEW(stmt, Str);
    *copy = value;
    map_put(stmt, &variables->own, name, copy);
}

void variables_undefine(Arena *stmt, Variables *variables, Str name)
{
    map_put(stmt, &variables->own, name, (void *)(uintptr_t)&undefined);
}

const Str *variables_get(const Variables *variables, Str name)
{
    if (!variables || variables->off) return NULL;
    const Str *value = map_get(&variables->own, name);
    if (value) return value == &undefined ? NULL : value;
    return variables->outer ? map_get(variables->outer, name) : NULL;
}

/* If a ${name} stands at `at`: true, its name, and the byte after it. */
static bool variable_at(Str text, size_t at, Str *name, size_t *end)
{
    if (text.len - at < 4 || text.ptr[at] != '$' || text.ptr[at + 1] != '{')
        return false;
    size_t i = at + 2;
    while (i < text.len && is_word_byte(text.ptr[i]))
        i++;
    if (i == text.len || text.ptr[i] != '}') return false;
    *name = (Str){text.ptr + at + 2, i - at - 2};
    *end = i + 1;
    return lexer_is_plain_name(*name);
}

/* ---- blanks and quotes ---- */

bool lexer_skip_blanks(Str text, size_t *at)
{
    const char *s = text.ptr;
    size_t i = *at;
    bool closed = true;
    for (;;) {
        while (i < text.len &&
               (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n'))
            i++;
        if (text.len - i < 2) break;
        if (s[i] == '-' && s[i + 1] == '-') {
            const char *line = memchr(s + i, '\n', text.len - i);
            i = line ? (size_t)(line - s) + 1 : text.len;
        } else if (s[i] == '/' && s[i + 1] == '*') {
            size_t close = str_find(text, STR("*/"), i + 2);
            closed = close != SIZE_MAX;
            if (!closed) break;
            i = close + 2;
        } else {
            break;
        }
    }
    *at = i;
    return closed;
}

size_t lexer_skip_quoted(Str text, size_t at)
{
    char quote = text.ptr[at++];
    while (at < text.len) {
        const char *found = memchr(text.ptr + at, quote, text.len - at);
        if (!found) return SIZE_MAX;
        at = (size_t)(found - text.ptr) + 1;
        if (at == text.len || text.ptr[at] != quote) return at;
        at++;
    }
    return SIZE_MAX;
}

/* ---- tokens ---- */

void lexer_open(Lexer *lexer, Arena *stmt, Str text, Variables *variables)
{
    *lexer = (Lexer){.stmt = stmt, .text = text, .variables = variables};
    if (str_starts_with(text, STR("\xEF\xBB\xBF"))) lexer->at = 3;
}

static Token token_of(const Lexer *lexer, int type, size_t end)
{
    Str text = {lexer->text.ptr + lexer->at, end - lexer->at};
    return (Token){.type = type,
                   .at = (uint32_t)lexer->at,
                   .end = (uint32_t)end,
                   .text = text,
                   .written = text};
}

static Token fail(Lexer *lexer, Status st)
{
    lexer->st = st;
    Token token = token_of(lexer, TOKEN_ERROR, lexer->at);
    lexer->at = lexer->text.len;
    return token;
}

/* The inside of quotes with each doubled quote made one. */
static Str undouble(Arena *stmt, Str inside, char quote)
{
    if (!memchr(inside.ptr, quote, inside.len)) return inside;
    char *out = arena_alloc(stmt, inside.len);
    size_t len = 0;
    for (size_t i = 0; i < inside.len; i++) {
        out[len++] = inside.ptr[i];
        if (inside.ptr[i] == quote) i++;
    }
    return (Str){out, len};
}

/* Bounds what variables may add to the text: each DEFINE could double the
 * value of the one before. */
static bool count_spliced(Lexer *lexer, size_t len, Token *failure)
{
    lexer->variables->spliced_bytes += len;
    if (lexer->variables->spliced_bytes <= PARSE_TEXT_MAX_BYTES) return true;
    *failure = fail(lexer, st_error_at(lexer->stmt, (uint32_t)lexer->at,
                                       "text too large after replacing "
                                       "variables, the limit is %d MB",
                                       PARSE_TEXT_MAX_BYTES >> 20));
    return false;
}

/* Length of the string after replacing variables, or SIZE_MAX if nothing is to
 * be replaced. */
static size_t spliced_length(const Lexer *lexer, Str inside)
{
    size_t len = 0;
    bool found = false;
    for (size_t i = 0; i < inside.len;) {
        Str name;
        size_t end;
        const Str *value = NULL;
        if (inside.ptr[i] == '$' && variable_at(inside, i, &name, &end))
            value = variables_get(lexer->variables, name);
        len += value ? value->len : 1;
        i = value ? end : i + 1;
        found |= value != NULL;
        if (len > PARSE_TEXT_MAX_BYTES) break;
    }
    return found ? len : SIZE_MAX;
}

/* The inside of a string literal: variables replaced, '' made '. */
static Token string_token(Lexer *lexer, Token token, Str inside)
{
    bool may_splice = str_find(inside, STR("${"), 0) != SIZE_MAX;
    size_t len = may_splice ? spliced_length(lexer, inside) : SIZE_MAX;
    if (len == SIZE_MAX) {
        token.text = undouble(lexer->stmt, inside, '\'');
        return token;
    }
    Token failure;
    if (!count_spliced(lexer, len, &failure)) return failure;
    char *out = arena_alloc(lexer->stmt, len);
    size_t filled = 0;
    for (size_t i = 0; i < inside.len;) {
        Str name;
        size_t end;
        const Str *value = NULL;
        if (inside.ptr[i] == '$' && variable_at(inside, i, &name, &end))
            value = variables_get(lexer->variables, name);
        if (value) {
            if (value->len) memcpy(out + filled, value->ptr, value->len);
            filled += value->len;
            i = end;
        } else {
            out[filled++] = inside.ptr[i];
            i += inside.ptr[i] == '\'' ? 2 : 1;
        }
    }
    token.text = (Str){out, filled};
    return token;
}

static Token lex_quoted(Lexer *lexer)
{
    size_t at = lexer->at;
    char quote = lexer->text.ptr[at];
    size_t end = lexer_skip_quoted(lexer->text, at);
    if (end == SIZE_MAX)
        return fail(lexer,
                    st_error_at(lexer->stmt, (uint32_t)at,
                                "%s is not closed, expected %c before the end "
                                "of the text",
                                quote == '\'' ? "string" : "quoted name",
                                quote));
    Str inside = {lexer->text.ptr + at + 1, end - at - 2};
    Token token = token_of(lexer, quote == '\'' ? TK_STRING : TK_IDENT, end);
    if (quote == '\'') {
        token = string_token(lexer, token, inside);
        if (token.type == TOKEN_ERROR) return token;
    } else {
        token.quoted = true;
        token.text = undouble(lexer->stmt, inside, quote);
        token.written = token.text;
    }
    lexer->at = end;
    return token;
}

/* A name or keyword of the text up to `end`. */
static Token word_token(Lexer *lexer, size_t end)
{
    Token token = token_of(lexer, TK_IDENT, end);
    const Keyword *keyword = find_keyword(token.text);
    if (keyword) {
        token.type = keyword->type;
        token.text = keyword->word;
    } else {
        token.text = str_ascii_upper(lexer->stmt, token.text);
    }
    lexer->at = end;
    return token;
}

/* Numbers, and names that begin with a digit: the longest match wins, and of
 * equal ones the number. */
static Token lex_digits(Lexer *lexer)
{
    Str text = lexer->text;
    size_t i = lexer->at, word = lexer->at;
    int type = TK_INTEGER;
    while (i < text.len && is_digit(text.ptr[i]))
        i++;
    if (i < text.len && text.ptr[i] == '.') {
        type = TK_DECIMAL;
        i++;
        while (i < text.len && is_digit(text.ptr[i]))
            i++;
    }
    if (i < text.len && (text.ptr[i] == 'e' || text.ptr[i] == 'E')) {
        size_t e = i + 1;
        if (e < text.len && (text.ptr[e] == '+' || text.ptr[e] == '-')) e++;
        size_t digits = e;
        while (e < text.len && is_digit(text.ptr[e]))
            e++;
        if (e > digits) {
            type = TK_DOUBLE;
            i = e;
        }
    }
    while (word < text.len && is_word_byte(text.ptr[word]))
        word++;
    if (word > i) return word_token(lexer, word);
    if (i - lexer->at > NUMBER_MAX_BYTES)
        return fail(lexer, st_error_at(lexer->stmt, (uint32_t)lexer->at,
                                       "number too long, it has %zu digits "
                                       "and the limit is %d",
                                       i - lexer->at, NUMBER_MAX_BYTES));
    Token token = token_of(lexer, type, i);
    lexer->at = i;
    return token;
}

static bool is_literal(int type)
{
    return type == TK_STRING || type == TK_INTEGER || type == TK_DECIMAL ||
           type == TK_DOUBLE || type == TK_TRUE || type == TK_FALSE;
}

static void offer_variables(Near *near, const Map *some, const Variables *all)
{
    for (int i = 0; some && i < some->count; i++)
        if (some->entries[i].value && variables_get(all, some->entries[i].key))
            near_offer(near, some->entries[i].key);
}

static Token undefined_variable(Lexer *lexer, Str name)
{
    Near near = near_to(name);
    if (lexer->variables) {
        offer_variables(&near, &lexer->variables->own, lexer->variables);
        offer_variables(&near, lexer->variables->outer, lexer->variables);
    }
    const char *define = str_printf(lexer->stmt,
                                    ", set it with DEFINE %.*s = '...'",
                                    STR_ARG(name))
                             .ptr;
    return fail(lexer, st_error_at(lexer->stmt, (uint32_t)lexer->at,
                                   "undefined variable '%.*s'%s", STR_ARG(name),
                                   near_hint(&near, lexer->stmt, define)));
}

/* ${name} outside a string: its value must be one literal or plain name. */
static Token lex_variable(Lexer *lexer, Str name, size_t end)
{
    uint32_t at = (uint32_t)lexer->at;
    const Str *value = variables_get(lexer->variables, name);
    Str shown = lexer_clip(name);
    if (!value) return undefined_variable(lexer, shown);
    Token failure;
    if (!count_spliced(lexer, value->len, &failure)) return failure;
    Lexer inner;
    lexer_open(&inner, lexer->stmt, str_copy(lexer->stmt, *value), NULL);
    Token token = lexer_next(&inner);
    bool whole = token.at == 0 && token.end == value->len;
    if (parser_is_reserved(*value) && !is_literal(token.type))
        return fail(lexer, st_error_at(lexer->stmt, at,
                                       "variable '%.*s' holds the reserved "
                                       "word '%.*s', which cannot be a name",
                                       STR_ARG(shown), STR_ARG(*value)));
    bool is_name = token.type == TK_IDENT || lexer_is_free_word(token.type);
    if (!whole || !(is_literal(token.type) ||
                    (is_name && lexer_is_plain_name(token.text))))
        return fail(lexer,
                    st_error_at(lexer->stmt, at,
                                "value of variable '%.*s' cannot stand here, "
                                "it must be one quoted string, number, boolean "
                                "or plain name",
                                STR_ARG(shown)));
    if (is_name) token.type = TK_IDENT;
    token.at = at;
    token.end = (uint32_t)end;
    lexer->at = end;
    return token;
}

static Token lex_unexpected(Lexer *lexer)
{
    size_t at = lexer->at, end = lexer->at;
    uint32_t c = utf8_next(lexer->text, &end);
    Str shown = {lexer->text.ptr + at, end - at};
    const char *hint = "";
    if (c >= 0x2018 && c <= 0x201F) hint = ", use a straight quote: '";
    if (c == 0xA0 || c == 0x3000) hint = ", use an ordinary blank";
    if (c == '$') hint = ", a variable is written ${name}";
    if (c < ' ' || (c >= 0x7F && c <= 0xA0))
        return fail(lexer,
                    st_error_at(lexer->stmt, (uint32_t)at,
                                "unexpected character U+%04X%s", c, hint));
    return fail(lexer, st_error_at(lexer->stmt, (uint32_t)at,
                                   "unexpected character '%.*s'%s",
                                   STR_ARG(shown), hint));
}

typedef struct Symbol {
    char text[3];
    int type;
} Symbol;

/* Longer ones first. */
static const Symbol symbols[] = {
    {"<=", TK_LE},     {">=", TK_GE},     {"<>", TK_NE},     {"!=", TK_NE},
    {"||", TK_CONCAT}, {"->", TK_ARROW},  {"=>", TK_LAMBDA}, {":=", TK_ASSIGN},
    {"(", TK_LP},      {")", TK_RP},      {"[", TK_LB},      {"]", TK_RB},
    {",", TK_COMMA},   {";", TK_SEMI},    {".", TK_DOT},     {"*", TK_STAR},
    {"/", TK_SLASH},   {"%", TK_PERCENT}, {"+", TK_PLUS},    {"-", TK_MINUS},
    {"=", TK_EQ},      {"<", TK_LT},      {">", TK_GT},
};

static Token lex_symbol(Lexer *lexer)
{
    const char *s = lexer->text.ptr + lexer->at;
    size_t left = lexer->text.len - lexer->at;
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        size_t len = symbols[i].text[1] ? 2 : 1;
        if (len > left || memcmp(s, symbols[i].text, len) != 0) continue;
        Token token = token_of(lexer, symbols[i].type, lexer->at + len);
        lexer->at += len;
        return token;
    }
    return lex_unexpected(lexer);
}

/* The next token without regard to signs. */
static Token lex(Lexer *lexer)
{
    if (lexer->st.kind) return token_of(lexer, TOKEN_ERROR, lexer->at);
    size_t at = lexer->at;
    bool closed = lexer_skip_blanks(lexer->text, &at);
    lexer->at = at;
    if (!closed)
        return fail(lexer, st_error_at(lexer->stmt, (uint32_t)at,
                                       "comment is not closed, expected */ "
                                       "before the end of the text"));
    if (at == lexer->text.len) return token_of(lexer, TOKEN_END, at);
    char c = lexer->text.ptr[at];
    char next = at + 1 < lexer->text.len ? lexer->text.ptr[at + 1] : 0;
    if (is_digit(c) || (c == '.' && is_digit(next))) return lex_digits(lexer);
    if (c == '\'' || c == '"' || c == '`') return lex_quoted(lexer);
    if (is_letter(c)) {
        while (at < lexer->text.len && is_word_byte(lexer->text.ptr[at]))
            at++;
        return word_token(lexer, at);
    }
    Str name;
    size_t end;
    if (c == '$' && variable_at(lexer->text, at, &name, &end))
        return lex_variable(lexer, name, end);
    return lex_symbol(lexer);
}

/* After these a minus sign is the operator. */
static bool ends_operand(int type)
{
    return type == TK_IDENT || type == TK_RP || type == TK_RB ||
           type == TK_END || type == TK_NULL || is_literal(type) ||
           lexer_is_free_word(type);
}

static bool is_number(int type)
{
    return type == TK_INTEGER || type == TK_DECIMAL || type == TK_DOUBLE;
}

Token lexer_next(Lexer *lexer)
{
    Token token;
    if (lexer->has_ahead) {
        token = lexer->ahead;
        lexer->has_ahead = false;
    } else {
        token = lex(lexer);
    }
    if (token.type == TK_MINUS && !ends_operand(lexer->before)) {
        Token number = lex(lexer);
        if (is_number(number.type) && number.text.ptr[0] != '-') {
            bool adjacent = number.text.ptr == token.text.ptr + 1;
            number.text = adjacent ? (Str){token.text.ptr, number.text.len + 1}
                                   : str_printf(lexer->stmt, "-%.*s",
                                                STR_ARG(number.text));
            number.at = token.at;
            token = number;
        } else {
            lexer->ahead = number;
            lexer->has_ahead = true;
        }
    }
    lexer->before = token.type;
    return token;
}
