/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: any bytes as SQL. Besides not crashing:
 * - an error is the user's, has a text, and points into the input;
 * - a statement lies within the text, in order;
 * - printed and parsed again it is an equal tree that prints the same text;
 * - the prompt's cutting at `;` finds as many statements as the parser.
 * The same bytes are also tried as an expression, a type and a column list.
 */
#include <stdlib.h>

#include "parser/ast_print.h"
#include "parser/lexer.h"
#include "parser/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) abort();
}

static void check_error(Status st, size_t size)
{
    require(st.kind == ST_USER && st.text && st.text[0]);
    require(st.at <= size + 1);
}

/* Printing may need a bracket more than the text had. */
static bool at_limit(Status st)
{
    return str_find(str_from(st.text), STR("too large"), 0) != SIZE_MAX;
}

static void check_statement(Arena *stmt, const AstStatement *s)
{
    Buf text = {0}, again = {0};
    AstStatement **list = NULL;
    int count = 0;
    ast_print_statement(&text, s);
    buf_push(&text, ';');
    /* No variables: what was replaced must not be replaced again. */
    Status st = parse_statements(stmt, buf_str(&text), NULL, &list, &count);
    if (!st.kind) {
        require(count == 1 && ast_equal(s, list[0]));
        ast_print_statement(&again, list[0]);
        buf_push(&again, ';');
        require(str_eq(buf_str(&text), buf_str(&again)));
    } else {
        require(at_limit(st));
    }
    buf_free(&text);
    buf_free(&again);
}

/* Statements of the text by its `;` alone, empty ones left out. */
static int count_cuts(Str text)
{
    int count = 0;
    for (;;) {
        size_t at = 0, end = parse_statement_end(text);
        if (!end) break;
        require(lexer_skip_blanks(text, &at) && at < end);
        if (text.ptr[at] != ';') count++;
        text = (Str){text.ptr + end, text.len - end};
    }
    size_t rest = 0;
    require(lexer_skip_blanks(text, &rest) && rest == text.len);
    return count;
}

static void try_statements(Arena *stmt, Str text)
{
    AstStatement **list = NULL;
    int count = 0;
    Map variables = {0};
    Str v = STR("x"), n = STR("-5"), s = STR("'it''s'");
    map_put(stmt, &variables, STR("v"), &v);
    map_put(stmt, &variables, STR("n"), &n);
    map_put(stmt, &variables, STR("s"), &s);
    Status st = parse_statements(stmt, text, &variables, &list, &count);
    if (st.kind) {
        check_error(st, text.len);
        return;
    }
    uint32_t before = 0;
    for (int i = 0; i < count; i++) {
        require(list[i]->at >= before && list[i]->end > list[i]->at);
        require(list[i]->end <= text.len);
        /* Replaced variables may make it longer. */
        if (str_find(text, STR("${"), 0) == SIZE_MAX)
            require(list[i]->source.len < list[i]->end - list[i]->at);
        before = list[i]->end;
        check_statement(stmt, list[i]);
    }
    bool mark = str_starts_with(text, STR("\xEF\xBB\xBF"));
    if (!mark) require(count_cuts(text) == count);
}

static void try_parts(Arena *stmt, Str text)
{
    Ast *expr = NULL;
    const AstType *type = NULL;
    AstElement *elements = NULL;
    int count = 0;
    Buf out = {0};
    Status st = parse_expression(stmt, text, &expr);
    if (st.kind)
        check_error(st, text.len);
    else
        ast_print_expr(&out, expr);
    st = parse_type(stmt, text, &type);
    if (st.kind)
        check_error(st, text.len);
    else
        ast_print_type(&out, type);
    st = parse_elements(stmt, text, &elements, &count);
    if (st.kind)
        check_error(st, text.len);
    else
        require(count > 0);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *stmt = arena_new("stmt", 0);
    Str text = {(const char *)data, size};
    try_statements(stmt, text);
    arena_reset(stmt);
    try_parts(stmt, text);
    arena_free(stmt);
    return 0;
}
