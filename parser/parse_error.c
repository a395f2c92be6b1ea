/* SPDX-License-Identifier: Apache-2.0
 *
 * What to say about a token that the grammar refused: what was found, what
 * could have stood there, and what was probably meant.
 *
 * Lemon cannot tell what it expected: it reduces by default before it sees that
 * a token is wrong. So the statement is lexed a second time and run through the
 * bare automaton (grammar_try) up to the wrong token, and there every token is
 * tried on a copy of the stack. This happens once per failed parse.
 *
 * A mistyped keyword is often taken for an alias, and the parser stops one
 * token later: `SELECT * FORM s` fails at `s`. So the token before is looked at
 * too, with what could have stood in its place.
 */
#include "parser/parse_int.h"

#include "base/near.h"
#include "grammar.h"
#include "parser/parser.h"

enum {
    EXPECTED_MAX = 6,
    WORD_MAX_BYTES = 32, /* Longer ones are no keyword. */
    ITEMS_MAX = 512,     /* More than there are tokens. */
};

/* The tokens that could stand at a place: `as_name` are free words that the
 * grammar would only take for a name. */
typedef struct Allowed {
    bool token[ITEMS_MAX];
    bool as_name[ITEMS_MAX];
} Allowed;

typedef struct Replay {
    Arena *stmt;
    uint16_t *states, *copy;
    int depth;
    Token found, before;
    Allowed here;    /* At the wrong token. */
    Allowed earlier; /* At the one before it. */
    bool has_before;
} Replay;

static void try_all(Replay *r, Allowed *allowed)
{
    for (int type = 0; type < grammar_token_count && type < ITEMS_MAX; type++) {
        memcpy(r->copy, r->states, sizeof(uint16_t) * (size_t)r->depth);
        int depth = r->depth;
        allowed->token[type] = grammar_try(r->copy, &depth, type,
                                           &allowed->as_name[type]);
        if (!lexer_is_free_word(type)) allowed->as_name[type] = false;
    }
}

/* Runs the automaton up to the token number `index`. */
static void replay(Replay *r, Lexer lexer, int goal, int index)
{
    bool as_name;
    /* A token adds itself; between two there are at most a dozen empty parts,
     * and the parser has kept to its limit up to here. */
    size_t room = (size_t)(index < PARSE_STACK_MAX ? index : PARSE_STACK_MAX);
    room = 2 * room + 64;
    r->states = ARENA_ARRAY(r->stmt, uint16_t, room);
    r->copy = ARENA_ARRAY(r->stmt, uint16_t, room);
    grammar_try(r->states, &r->depth, goal, &as_name);
    for (int i = 0; i < index; i++) {
        r->before = lexer_next(&lexer);
        if (i == index - 1) {
            r->has_before = true;
            try_all(r, &r->earlier);
        }
        grammar_try(r->states, &r->depth, r->before.type, &as_name);
    }
    r->found = lexer_next(&lexer);
    try_all(r, &r->here);
}

/* ---- the list of what was expected ---- */

static const char *symbol_text(int type)
{
    switch (type) {
    case TOKEN_END: return "the end";
    case TK_IDENT: return "a name";
    case TK_STRING: return "a string";
    case TK_INTEGER: return "a whole number";
    case TK_DECIMAL:
    case TK_DOUBLE: return "a number";
    case TK_LP: return "'('";
    case TK_RP: return "')'";
    case TK_LB: return "'['";
    case TK_RB: return "']'";
    case TK_COMMA: return "','";
    case TK_SEMI: return "';'";
    case TK_DOT: return "'.'";
    case TK_STAR: return "'*'";
    case TK_EQ: return "'='";
    case TK_NE: return "'<>'";
    case TK_LT: return "'<'";
    case TK_GT: return "'>'";
    case TK_MINUS: return "'-'";
    case TK_ARROW: return "'->'";
    case TK_LAMBDA: return "'=>'";
    case TK_ASSIGN: return "':='";
    default: return lexer_word(type);
    }
}

/* Groups of tokens that go by one name. A group stands for all its tokens when
 * its first three are allowed. */
typedef struct Group {
    const char *text;
    int tokens[24]; /* Ends with 0. */
} Group;

static const Group groups[] = {
    {"a time unit from MILLISECONDS to DAYS",
     {TK_DAYS, TK_HOUR, TK_SECONDS, TK_DAY, TK_HOURS, TK_MINUTE, TK_MINUTES,
      TK_SECOND, TK_MILLISECOND, TK_MILLISECONDS}},
    {"an expression",
     {TK_CASE,    TK_STRING,      TK_LP,          TK_IDENT,   TK_CAST,
      TK_NULL,    TK_TRUE,        TK_FALSE,       TK_INTEGER, TK_DECIMAL,
      TK_DOUBLE,  TK_MINUS,       TK_PLUS,        TK_NOT,     TK_ARRAY,
      TK_MAP,     TK_STRUCT,      TK_DAYS,        TK_HOURS,   TK_MINUTES,
      TK_SECONDS, TK_MILLISECOND, TK_MILLISECONDS}},
    {"a literal",
     {TK_NULL, TK_STRING, TK_DECIMAL, TK_TRUE, TK_FALSE, TK_INTEGER,
      TK_DOUBLE}},
    {"a type", {TK_DECIMAL_WORD, TK_MAP, TK_STRUCT, TK_ARRAY, TK_IDENT}},
    {"an operator", {TK_PLUS,    TK_LT, TK_CONCAT, TK_STAR,  TK_MINUS, TK_SLASH,
                     TK_PERCENT, TK_EQ, TK_NE,     TK_LE,    TK_GT,    TK_GE,
                     TK_BETWEEN, TK_IN, TK_LIKE,   TK_IS,    TK_AND,   TK_OR,
                     TK_NOT,     TK_AT, TK_LB,     TK_ARROW, TK_LAMBDA}},
    {"an arithmetic operator",
     {TK_PLUS, TK_STAR, TK_CONCAT, TK_MINUS, TK_SLASH, TK_PERCENT, TK_AT, TK_LB,
      TK_ARROW, TK_LAMBDA}},
};

/* Listed first, in this order. */
static const int first_listed[] = {
    TK_AND,    TK_OR,    TK_RP,    TK_RB,   TK_GT,    TK_COMMA,
    TK_IDENT,  TK_AS,    TK_FROM,  TK_WITH, TK_JOIN,  TK_ON,
    TK_WINDOW, TK_WHERE, TK_GROUP, TK_EMIT, TK_LIMIT, TK_SEMI,
};

/* Adds the groups that apply to `items` and takes their tokens out. */
static int list_groups(Allowed *allowed, const char **items)
{
    int count = 0;
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        const int *tokens = groups[g].tokens;
        bool applies = allowed->token[tokens[0]] && allowed->token[tokens[1]] &&
                       allowed->token[tokens[2]];
        if (!applies) continue;
        for (int i = 0; tokens[i]; i++)
            allowed->token[tokens[i]] = false;
        items[count++] = groups[g].text;
        if (tokens[0] == TK_CASE || tokens[0] == TK_DECIMAL_WORD)
            for (int type = 1; type < ITEMS_MAX; type++)
                if (allowed->as_name[type]) allowed->token[type] = false;
        /* What makes a name a call or a typed literal goes without saying. */
        if (tokens[0] == TK_PLUS)
            allowed->token[TK_LP] = allowed->token[TK_STRING] =
                allowed->token[TK_DOT] = false;
    }
    return count;
}

static int list_token(const Allowed *allowed, int type, const char **items,
                      int count)
{
    bool name = allowed->token[TK_IDENT] && allowed->as_name[type];
    const char *text = symbol_text(type);
    if (allowed->token[type] && !name && text) items[count++] = text;
    return count;
}

/* "a, b or c", at most EXPECTED_MAX of them. */
static Str list_expected(Arena *stmt, Allowed allowed)
{
    const char *items[ITEMS_MAX];
    int count = list_groups(&allowed, items);
    if (allowed.token[TK_INTEGER]) allowed.token[TK_MINUS] = false;
    enum { FIRST_COUNT = sizeof first_listed / sizeof first_listed[0] };
    for (int i = 0; i < FIRST_COUNT; i++)
        count = list_token(&allowed, first_listed[i], items, count);
    /* From here on a free word is known for a name by the others. */
    bool name = allowed.token[TK_IDENT];
    for (int i = 0; i < FIRST_COUNT; i++)
        allowed.token[first_listed[i]] = false;
    for (int type = 0; type < grammar_token_count; type++)
        if (!name || !allowed.as_name[type])
            count = list_token(&allowed, type, items, count);
    int shown = count > EXPECTED_MAX ? EXPECTED_MAX : count;
    Str out = STR("");
    for (int i = 0; i < shown; i++) {
        const char *glue = i == 0 ? "" : i == count - 1 ? " or " : ", ";
        out = str_printf(stmt, "%.*s%s%s", STR_ARG(out), glue, items[i]);
    }
    if (shown < count) out = str_printf(stmt, "%.*s ...", STR_ARG(out));
    return out;
}

/* ---- hints ---- */

/* The keyword nearest to a mistyped word among those allowed, or NULL. */
static const char *nearest(const Allowed *allowed, const Token *token)
{
    if (token->quoted || token->written.len < 2 ||
        token->written.len > WORD_MAX_BYTES)
        return NULL;
    Near near = near_to(token->written);
    for (int type = 1; type < grammar_token_count; type++) {
        const char *word = lexer_word(type);
        if (!word || !allowed->token[type] || allowed->as_name[type] ||
            str_eq_nocase(token->written, str_from(word)))
            continue;
        near_offer(&near, str_from(word));
    }
    return near.best.ptr;
}

static bool is_word(const Token *token)
{
    return token->type == TK_IDENT || token->type == TK_RESERVED ||
           lexer_word(token->type) != NULL;
}

static Str shown_token(Arena *stmt, const Replay *r, Str text)
{
    if (r->found.type == TOKEN_END) return STR("end of text");
    Str bytes = {text.ptr + r->found.at, r->found.end - r->found.at};
    Str clip = lexer_clip(bytes);
    const char *cut = clip.len < bytes.len ? "..." : "";
    if (r->found.type == TK_STRING)
        return str_printf(stmt, "string %.*s%s", STR_ARG(clip), cut);
    return str_printf(stmt, "'%.*s%s'", STR_ARG(clip), cut);
}

/* Mistakes with a name of their own, or NULL. */
static const char *known_mistake(const Replay *r)
{
    const bool *allowed = r->here.token;
    static const int comparisons[] = {TK_EQ, TK_NE,      TK_LT,   TK_LE, TK_GT,
                                      TK_GE, TK_BETWEEN, TK_LIKE, TK_IN, TK_IS};
    bool comparison = false;
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++)
        comparison |= r->found.type == comparisons[i];
    bool logic = r->found.type == TK_AND || r->found.type == TK_OR;
    if (comparison && allowed[TK_PLUS] && allowed[TK_AND])
        return "; a comparison cannot be compared again, join two with AND";
    if ((comparison || logic) && allowed[TK_PLUS] && !allowed[TK_AND])
        return "; a condition must be in parentheses here";
    if (r->before.type == TK_DECIMAL_WORD && allowed[TK_LP])
        return "; DECIMAL needs a precision and a scale, as in DECIMAL(10, 2)";
    return NULL;
}

static bool was_word(const Replay *r, const char *word)
{
    return r->has_before && !r->before.quoted &&
           str_eq_nocase(r->before.written, str_from(word));
}

/* What other dialects of SQL have and this one has not, or NULL. */
static const char *missing_here(const Replay *r)
{
    const bool *allowed = r->here.token;
    int found = r->found.type;
    if (found == TK_BY && was_word(r, "ORDER"))
        return "; there is no ORDER BY, rows come as they are made";
    if (found == TK_SELECT && was_word(r, "UNION"))
        return "; there is no UNION, several queries may INSERT INTO one "
               "stream";
    if (found == TK_DISTINCT && was_word(r, "SELECT"))
        return "; there is no SELECT DISTINCT, group the rows with GROUP BY";
    if (found == TK_LP && was_word(r, "USING"))
        return "; there is no USING, write ON and an equality";
    if (found == TK_LP && was_word(r, "FROM"))
        return "; there are no subqueries, make a stream or table of the inner "
               "query first";
    if (found == TK_LP && allowed[TK_JOIN])
        return "; FROM reads streams and tables, a table function goes into "
               "the SELECT list";
    if (found == TK_COMMA && allowed[TK_JOIN])
        return "; sources are joined with JOIN and ON";
    if (found == TK_COMMA && allowed[TK_RP] && r->earlier.token[TK_SECONDS])
        return "; RETENTION comes before GRACE PERIOD";
    return NULL;
}

/* What was meant, from the wrong token or the word before it; or that the
 * word is reserved. Begins with `; ` if not empty. */
static Str hint(Arena *stmt, const Replay *r, bool reserved)
{
    const char *mistake = known_mistake(r);
    if (!mistake) mistake = missing_here(r);
    if (mistake) return str_from(mistake);
    const char *word = is_word(&r->found) ? nearest(&r->here, &r->found) : NULL;
    if (word) return str_printf(stmt, "; did you mean '%s'?", word);
    if (r->has_before && r->before.type == TK_IDENT) {
        word = nearest(&r->earlier, &r->before);
        if (word)
            return str_printf(stmt, "; did you mean '%s' instead of '%.*s'?",
                              word, STR_ARG(r->before.written));
    }
    if (reserved && r->here.token[TK_IDENT]) {
        Str upper = str_ascii_upper(stmt, r->found.written);
        return str_printf(stmt,
                          "; '%.*s' is a reserved word, as a name it is "
                          "written `%.*s`",
                          STR_ARG(upper), STR_ARG(upper));
    }
    return STR("");
}

static Status unknown_statement(Arena *stmt, const Replay *r, Str shown)
{
    const char *word = nearest(&r->here, &r->found);
    if (word)
        return st_error_at(stmt, r->found.at,
                           "unknown statement %.*s; did you mean '%s'?",
                           STR_ARG(shown), word);
    return st_error_at(stmt, r->found.at,
                       "unknown statement %.*s, expected SELECT, CREATE, "
                       "INSERT, DROP, SHOW, DESCRIBE, SET ...",
                       STR_ARG(shown));
}

Status parse_unexpected(Arena *stmt, Lexer lexer, int goal, int index)
{
    Replay *r = ARENA_NEW(stmt, Replay);
    r->stmt = stmt;
    /* The second time must not run into the limit on replaced text. */
    Variables variables = {0};
    if (lexer.variables) {
        variables = *lexer.variables;
        variables.spliced_bytes = 0;
        lexer.variables = &variables;
    }
    replay(r, lexer, goal, index);
    Str shown = shown_token(stmt, r, lexer.text);
    if (goal == TK_BEGIN_STATEMENT && index == 0 && is_word(&r->found))
        return unknown_statement(stmt, r, shown);
    uint32_t at = r->found.at;
    if (r->found.type == TOKEN_END && r->has_before) at = r->before.end;
    bool reserved = is_word(&r->found) && !r->found.quoted &&
                    parser_is_reserved(r->found.written);
    Str more = hint(stmt, r, reserved);
    if (r->found.type == TOKEN_END && r->here.token[TK_SEMI])
        return st_error_at(stmt, at,
                           "missing ';' at the end of the statement%.*s",
                           STR_ARG(more));
    Str expected = list_expected(stmt, r->here);
    return st_error_at(stmt, at, "unexpected %.*s, expected %.*s%.*s",
                       STR_ARG(shown), STR_ARG(expected), STR_ARG(more));
}
