/* SPDX-License-Identifier: Apache-2.0
 *
 * The place of the cursor. The text before the word is lexed and run through
 * the bare automaton (grammar_try); the keywords are those that it would take
 * next. What a name means there follows from the tokens around it.
 */
#include "parser/place.h"

#include "base/unicode.h"
#include "grammar.h"
#include "parser/lexer.h"
#include "parser/parse_int.h"
#include "parser/parser.h"

enum {
    TOKENS_MAX = 4000, /* Longer statements are not completed. */
    TYPES_MAX = 512,   /* More than there are types of tokens. */
    PARENS_MAX = 64,
};

typedef struct Scan {
    Arena *stmt;
    Place *place;
    VEC(Token) tokens; /* Before the word. */
    /* The open parentheses: for each, the number of its token. */
    int parens[PARENS_MAX];
    int paren_count;
    bool allowed[TYPES_MAX]; /* By type. */
    Variables variables;
} Scan;

/* ---- the word ---- */

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '@' || (c & 0x80);
}

/* Does a line comment within these blanks go on at their end? */
static bool in_line_comment(Str blanks)
{
    size_t line = blanks.len;
    while (line && blanks.ptr[line - 1] != '\n')
        line--;
    return str_find((Str){blanks.ptr + line, blanks.len - line}, STR("--"),
                    0) != SIZE_MAX;
}

/* Finds where the word before the cursor begins. False: in a comment. */
static bool find_word(Str before, Place *place)
{
    size_t at = 0;
    place->quote = 0;
    for (;;) {
        size_t blanks = at;
        if (!lexer_skip_blanks(before, &at)) return false;
        if (at >= before.len) {
            place->word_at = before.len;
            return !in_line_comment(
                (Str){before.ptr + blanks, before.len - blanks});
        }
        char c = before.ptr[at];
        if (c == '\'' || c == '"' || c == '`') {
            size_t end = lexer_skip_quoted(before, at);
            if (end == SIZE_MAX) {
                place->quote = c;
                place->word_at = at + 1;
                return true;
            }
            at = end;
        } else if (is_word_byte(c)) {
            size_t begin = at;
            while (at < before.len && is_word_byte(before.ptr[at]))
                at++;
            if (at < before.len) continue;
            place->word_at = begin;
            return true;
        } else {
            at++;
        }
    }
}

/* SET auto.off: a setting whose quote is not typed yet. */
static void widen_setting(Str before, Place *place)
{
    size_t at = place->word_at;
    while (at &&
           (is_word_byte(before.ptr[at - 1]) || before.ptr[at - 1] == '.'))
        at--;
    Str words = str_trim((Str){before.ptr, at});
    if (str_eq_nocase(words, STR("SET")) || str_eq_nocase(words, STR("UNSET")))
        place->word_at = at;
}

/* In ${name, also within a string. */
static bool in_variable(Str before, Place *place)
{
    size_t at = before.len;
    while (at && is_word_byte(before.ptr[at - 1]))
        at--;
    if (at < 2 || before.ptr[at - 1] != '{' || before.ptr[at - 2] != '$')
        return false;
    place->word_at = at;
    place->kind = PLACE_VARIABLE;
    return true;
}

/* ---- tokens ---- */

static void note_parens(Scan *scan, int number, int type)
{
    if (type == TK_LP && scan->paren_count < PARENS_MAX)
        scan->parens[scan->paren_count++] = number;
    if (type == TK_RP && scan->paren_count) scan->paren_count--;
}

/* The tokens of `before`; false after a mistake. */
static bool scan_before(Scan *scan, Str before)
{
    Lexer lexer;
    lexer_open(&lexer, scan->stmt, before, &scan->variables);
    for (;;) {
        Token token = lexer_next(&lexer);
        if (token.type == TOKEN_END) return true;
        if (token.type == TOKEN_ERROR || scan->tokens.count >= TOKENS_MAX)
            return false;
        note_parens(scan, scan->tokens.count, token.type);
        *vec_push(scan->stmt, &scan->tokens) = token;
    }
}

/* Asks the grammar which tokens could come next. False: it is lost already. */
static bool ask_grammar(Scan *scan)
{
    size_t room = 2 * (size_t)scan->tokens.count + 64;
    uint16_t *states = ARENA_ARRAY(scan->stmt, uint16_t, room);
    uint16_t *copy = ARENA_ARRAY(scan->stmt, uint16_t, room);
    bool as_name, free_word[TYPES_MAX] = {0};
    int depth = 0;

    grammar_try(states, &depth, TK_BEGIN_STATEMENT, &as_name);
    for (int i = 0; i < scan->tokens.count; i++)
        if (!grammar_try(states, &depth, scan->tokens.at[i].type, &as_name))
            return false;
    for (int type = 1; type < grammar_token_count && type < TYPES_MAX; type++) {
        memcpy(copy, states, sizeof *states * (size_t)depth);
        int copy_depth = depth;
        if (!grammar_try(copy, &copy_depth, type, &as_name)) continue;
        scan->allowed[type] = true;
        free_word[type] = as_name && lexer_is_free_word(type);
    }
    /* A free word that the grammar takes only as a name is no keyword here. */
    for (int type = 1; type < grammar_token_count && type < TYPES_MAX; type++)
        if (scan->allowed[type] && lexer_word(type) &&
            !(free_word[type] && scan->allowed[TK_IDENT]))
            *vec_push(scan->stmt, &scan->place->words) = lexer_word(type);
    return true;
}

static bool is_name(const Token *token)
{
    return token->type == TK_IDENT || lexer_is_free_word(token->type);
}

/* Sources of FROM and JOIN in the whole statement. */
static void find_sources(Scan *scan, Str text)
{
    Lexer lexer;
    Token token;
    lexer_open(&lexer, scan->stmt, text, &scan->variables);
    token = lexer_next(&lexer);
    while (token.type != TOKEN_END && token.type != TOKEN_ERROR &&
           token.type != TK_SEMI) {
        bool from = token.type == TK_FROM || token.type == TK_JOIN;
        token = lexer_next(&lexer);
        if (!from || !is_name(&token)) continue;
        PlaceSource source = {token.text, token.text};
        token = lexer_next(&lexer);
        if (token.type == TK_AS) token = lexer_next(&lexer);
        if (token.type == TK_IDENT) {
            source.alias = token.text;
            token = lexer_next(&lexer);
        }
        *vec_push(scan->stmt, &scan->place->sources) = source;
    }
}

/* ---- what a name means ---- */

/* The type of the token `back` places before the word; TOKEN_END: none. */
static int type_at(const Scan *scan, int back)
{
    int i = scan->tokens.count - back;
    return i >= 0 ? scan->tokens.at[i].type : TOKEN_END;
}

/* Are we directly in the parentheses that `word` opened, as in WITH ( ? */
static bool in_parens_of(const Scan *scan, int word)
{
    if (!scan->paren_count) return false;
    int open = scan->parens[scan->paren_count - 1];
    return open > 0 && scan->tokens.at[open - 1].type == word;
}

/* `col->f->`: col and f. */
static PlaceKind field_place(Scan *scan)
{
    VEC(Str) back = {0};
    int i = scan->tokens.count - 1;
    while (i >= 1 && scan->tokens.at[i].type == TK_ARROW &&
           is_name(&scan->tokens.at[i - 1])) {
        *vec_push(scan->stmt, &back) = scan->tokens.at[i - 1].text;
        i -= 2;
    }
    if (!back.count) return PLACE_NOTHING;
    for (int k = back.count - 1; k >= 0; k--)
        *vec_push(scan->stmt, &scan->place->path) = back.at[k];
    bool qualified = i >= 1 && scan->tokens.at[i].type == TK_DOT;
    scan->place->subject = qualified ? scan->tokens.at[i - 1].text : STR_NULL;
    return PLACE_FIELD;
}

static PlaceKind with_place(Scan *scan)
{
    int last = type_at(scan, 1);
    if (last == TK_LP || last == TK_COMMA) return PLACE_PROPERTY;
    if (last != TK_EQ || scan->tokens.count < 2) return PLACE_NOTHING;
    scan->place->subject = scan->tokens.at[scan->tokens.count - 2].text;
    return PLACE_PROPERTY_VALUE;
}

static PlaceKind setting_place(Scan *scan)
{
    int last = type_at(scan, 1);
    if (last == TK_SET || last == TK_UNSET || last == TK_SYSTEM)
        return PLACE_SETTING;
    if (last != TK_EQ) return PLACE_NOTHING;
    scan->place->subject = scan->tokens.at[scan->tokens.count - 2].text;
    return PLACE_SETTING_VALUE;
}

/* After DROP, ALTER, ASSERT and their like: the kind that the last word, or
 * the one before IF EXISTS, names. */
static PlaceKind old_name_place(const Scan *scan)
{
    int last = type_at(scan, 1);
    if (last == TK_EXISTS) last = type_at(scan, 3);
    switch (last) {
    case TK_STREAM: return PLACE_STREAM;
    case TK_TABLE: return PLACE_TABLE;
    case TK_TYPE: return PLACE_CUSTOM_TYPE;
    case TK_TOPIC: return PLACE_TOPIC;
    case TK_VALUES: return PLACE_SOURCE;
    default: return PLACE_NOTHING;
    }
}

/* INSERT INTO source (. */
static bool in_insert_columns(Scan *scan)
{
    if (scan->paren_count != 1 || scan->parens[0] != 3 ||
        scan->tokens.at[1].type != TK_INTO || scan->allowed[TK_CASE])
        return false;
    scan->place->subject = scan->tokens.at[2].text;
    return true;
}

/* VALUES ( ) takes constants. */
static PlaceKind expression_place(const Scan *scan)
{
    for (int i = 0; i < scan->tokens.count; i++)
        if (scan->tokens.at[i].type == TK_SELECT) return PLACE_EXPRESSION;
    return PLACE_CONSTANT;
}

static PlaceKind place_kind(Scan *scan)
{
    int last = type_at(scan, 1);
    int first = scan->tokens.count ? scan->tokens.at[0].type : TOKEN_END;
    bool name = scan->allowed[TK_IDENT];

    if (last == TK_DOT && scan->tokens.count >= 2) {
        scan->place->subject = scan->tokens.at[scan->tokens.count - 2].text;
        return PLACE_COLUMN;
    }
    if (last == TK_ARROW) return field_place(scan);
    if (in_parens_of(scan, TK_WITH)) return with_place(scan);
    if (first == TK_SET || first == TK_UNSET ||
        (first == TK_ALTER && scan->tokens.count > 1 &&
         scan->tokens.at[1].type == TK_SYSTEM))
        return setting_place(scan);
    if (first == TK_PRINT && last == TK_PRINT) return PLACE_TOPIC;
    if (scan->allowed[TK_DECIMAL_WORD]) return PLACE_TYPE;
    if (scan->allowed[TK_CASE]) return expression_place(scan);
    if (!name) return PLACE_NOTHING;
    if (in_insert_columns(scan)) return PLACE_COLUMN;
    switch (last) {
    case TK_FROM:
    case TK_JOIN:
    case TK_INTO:
    case TK_DESCRIBE: return PLACE_SOURCE;
    case TK_FUNCTION: return PLACE_FUNCTION;
    case TK_TERMINATE:
    case TK_PAUSE:
    case TK_RESUME:
    case TK_EXPLAIN: return PLACE_QUERY;
    case TK_UNDEFINE: return PLACE_VARIABLE;
    default: break;
    }
    bool old = first == TK_DROP || first == TK_ALTER || first == TK_ASSERT;
    return old ? old_name_place(scan) : PLACE_NOTHING;
}

/* A string is no name, and a name no string. */
static bool fits_quote(const Place *place)
{
    bool text = place->kind == PLACE_TOPIC || place->kind == PLACE_SETTING ||
                place->kind == PLACE_SETTING_VALUE ||
                place->kind == PLACE_PROPERTY_VALUE;
    return !place->quote || text == (place->quote == '\'');
}

void parse_place(Arena *stmt, Str text, size_t cursor, const Map *variables,
                 Place *place)
{
    size_t begin = 0, n;
    Scan *scan = ARENA_NEW(stmt, Scan);

    *place = (Place){.word_at = cursor};
    while (
        (n = parse_statement_end((Str){text.ptr + begin, text.len - begin})) &&
        begin + n <= cursor)
        begin += n;
    Str before = {text.ptr + begin, cursor - begin};
    if (!utf8_valid(text) || !find_word(before, place)) return;
    if (in_variable(before, place)) {
        place->quote = '{';
        place->word_at += begin;
        return;
    }
    if (!place->quote) widen_setting(before, place);
    size_t lexed = place->word_at - (place->quote ? 1 : 0);
    *scan = (Scan){.stmt = stmt, .place = place, .variables.outer = variables};
    place->word_at += begin;
    if (!scan_before(scan, (Str){before.ptr, lexed})) return;
    if (!ask_grammar(scan) || place->quote) place->words.count = 0;
    find_sources(scan, (Str){text.ptr + begin, text.len - begin});
    place->kind = place_kind(scan);
    if (!fits_quote(place)) place->kind = PLACE_NOTHING;
}
