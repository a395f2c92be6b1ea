/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to syntax tree. Cuts the text into tokens and feeds them to the parser
 * that lemon makes from grammar.y, one statement at a time; what a DEFINE
 * says is known to the statements after it.
 *
 * Nothing here or in lemon's code recurses, so nesting costs only the parser's
 * own stack on the heap. Two limits bound it: open brackets (PARSE_DEPTH_MAX),
 * and the entries of that stack, for prefix operators and nested types.
 */
#include "parser/parser.h"

#include "base/alloc.h"
#include "base/unicode.h"
#include "base/vec.h"
#include "grammar.h"
#include "parser/parse_int.h"

static void count_depth(Parse *p, const Token *token)
{
    switch (token->type) {
    case TK_LP:
    case TK_LB:
    case TK_CASE: p->depth++; break;
    case TK_RP:
    case TK_RB:
    case TK_END: p->depth--; break;
    default: break;
    }
    if (p->depth > PARSE_DEPTH_MAX)
        parse_fail(p, token->at,
                   "statement too large, it nests more than %d deep",
                   PARSE_DEPTH_MAX);
}

static void feed(Parse *p, void *grammar, const Token *token)
{
    Grammar(grammar, token->type, *token);
    if (grammar_depth(grammar) > PARSE_STACK_MAX)
        parse_fail(p, token->at,
                   "statement too large, it nests more than %d deep",
                   PARSE_DEPTH_MAX);
}

/* Feeds `goal`, then tokens up to and with a `;` or, unless the goal is a
 * statement, the end of the text. `last_end` is where the last token before
 * that one ended. */
static void run(Parse *p, void *grammar, int goal, Token *last,
                uint32_t *last_end)
{
    Lexer begin = *p->lexer;
    Token token = {.type = goal};
    int closing = goal == TK_BEGIN_STATEMENT ? TK_SEMI : TOKEN_END;
    feed(p, grammar, &token);
    for (int index = 0; !p->st.kind; index++) {
        token = lexer_next(p->lexer);
        if (token.type == TOKEN_ERROR) {
            if (!p->st.kind) p->st = p->lexer->st;
            return;
        }
        count_depth(p, &token);
        if (!p->st.kind) feed(p, grammar, &token);
        if (p->unexpected && !p->st.kind)
            p->st = parse_unexpected(p->stmt, begin, goal, index);
        if (token.type == closing) break;
        *last_end = token.end;
    }
    *last = token;
    Token end = {.type = TOKEN_END};
    if (closing != TOKEN_END && !p->st.kind) feed(p, grammar, &end);
}

static Status parse_goal(Parse *p, int goal, Token *last, uint32_t *last_end)
{
    p->unexpected = false;
    p->depth = 0;
    void *grammar = GrammarAlloc(mem_alloc, p);
    run(p, grammar, goal, last, last_end);
    GrammarFree(grammar, mem_free);
    return p->st.kind ? p->st : st_ok();
}

/* ---- the text as a whole ---- */

static uint32_t find_malformed(Str text)
{
    size_t at = 0;
    while (at < text.len) {
        size_t begin = at;
        uint32_t c = utf8_next(text, &at);
        Str bytes = {text.ptr + begin, at - begin};
        if (c == 0xFFFD && !str_eq(bytes, STR("\xEF\xBF\xBD")))
            return (uint32_t)begin;
    }
    return 0;
}

/* Checks the text and copies it, so that the tree may point into it. */
static Status take_text(Arena *stmt, Str *text)
{
    if (text->len > PARSE_TEXT_MAX_BYTES)
        return st_error(stmt, ST_USER,
                        "text too large, it has %zu bytes and the limit is "
                        "%d MB",
                        text->len, PARSE_TEXT_MAX_BYTES >> 20);
    if (!utf8_valid(*text))
        return st_error_at(stmt, find_malformed(*text),
                           "text is not valid UTF-8 here");
    *text = str_copy(stmt, *text);
    return st_ok();
}

/* What a statement means for the variables of the next ones. `off`: nothing is
 * replaced unless a SET says so. */
static void apply_define(Arena *stmt, Variables *variables,
                         const AstStatement *s, bool off)
{
    bool sets = s->kind == STMT_SET || s->kind == STMT_UNSET;
    if (s->kind == STMT_DEFINE)
        variables_define(stmt, variables, s->name.text, s->value);
    if (s->kind == STMT_UNDEFINE)
        variables_undefine(stmt, variables, s->name.text);
    if (sets && str_eq(s->text, STR("ksql.variable.substitution.enable")))
        variables->off = s->kind == STMT_UNSET
                             ? off
                             : str_eq_nocase(s->value, STR("false"));
}

/* Moves over blanks, comments and stray `;`. True if text is left. */
static bool skip_empty(Lexer *lexer)
{
    for (;;) {
        Lexer ahead = *lexer;
        Token token = lexer_next(&ahead);
        if (token.type == TOKEN_END) return false;
        if (token.type != TK_SEMI) return true;
        *lexer = ahead;
        lexer->before = TOKEN_END;
    }
}

Status parse_statements(Arena *stmt, Str text, const Map *variables,
                        AstStatement ***statements, int *count)
{
    Status st = take_text(stmt, &text);
    if (st.kind) return st;
    VEC(AstStatement *) list = {0};
    Variables known = {.outer = variables, .off = !variables};
    Lexer lexer;
    lexer_open(&lexer, stmt, text, &known);
    Parse p = {.stmt = stmt, .lexer = &lexer};
    while (skip_empty(&lexer)) {
        Token last = {0};
        uint32_t last_end = 0;
        st = parse_goal(&p, TK_BEGIN_STATEMENT, &last, &last_end);
        if (st.kind) return st;
        parse_stmt_finish(&p, p.statement, last_end, last.end);
        apply_define(stmt, &known, p.statement, !variables);
        *vec_push(stmt, &list) = p.statement;
        lexer.before = TOKEN_END;
    }
    *statements = list.at;
    *count = list.count;
    return st_ok();
}

/* ---- parts alone ---- */

static Status parse_part(Parse *p, Lexer *lexer, Arena *stmt, Str text,
                         int goal)
{
    Status st = take_text(stmt, &text);
    if (st.kind) return st;
    lexer_open(lexer, stmt, text, NULL);
    *p = (Parse){.stmt = stmt, .lexer = lexer};
    Token last;
    uint32_t last_end;
    return parse_goal(p, goal, &last, &last_end);
}

Status parse_expression(Arena *stmt, Str text, Ast **expr)
{
    Parse p;
    Lexer lexer;
    Status st = parse_part(&p, &lexer, stmt, text, TK_BEGIN_EXPR);
    if (!st.kind) *expr = p.expr;
    return st;
}

Status parse_type(Arena *stmt, Str text, const AstType **type)
{
    Parse p;
    Lexer lexer;
    Status st = parse_part(&p, &lexer, stmt, text, TK_BEGIN_TYPE);
    if (!st.kind) *type = p.type;
    return st;
}

Status parse_elements(Arena *stmt, Str text, AstElement **elements, int *count)
{
    Parse p;
    Lexer lexer;
    Status st = parse_part(&p, &lexer, stmt, text, TK_BEGIN_ELEMENTS);
    if (st.kind) return st;
    *elements = p.elements->at;
    *count = p.elements->count;
    return st;
}

size_t parse_statement_end(Str text)
{
    size_t at = 0;
    while (lexer_skip_blanks(text, &at) && at < text.len) {
        char c = text.ptr[at];
        if (c == ';') return at + 1;
        if (c != '\'' && c != '"' && c != '`') {
            at++;
            continue;
        }
        at = lexer_skip_quoted(text, at);
        if (at == SIZE_MAX) return 0;
    }
    return 0;
}
