/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds statements (language 3.1), and checks what can be known from one
 * statement alone: names of sources, the form of key constraints, LIMIT.
 */
#include "parser/parse_int.h"

#include "grammar.h"
#include "parser/ast_print.h"
#include "parser/ast_print_int.h"

AstStatement *parse_stmt_new(Parse *p, AstStatementKind kind, Token first)
{
    AstStatement *s = ARENA_NEW(p->stmt, AstStatement);
    s->kind = kind;
    s->at = first.at;
    parse_count(p, first.at);
    return s;
}

AstStatement *parse_stmt_named(Parse *p, AstStatementKind kind, Token first,
                               Token name)
{
    AstStatement *s = parse_stmt_new(p, kind, first);
    s->name = parse_name_new(name);
    return s;
}

AstStatement *parse_stmt_source(Parse *p, AstStatementKind kind, bool table,
                                Token first, Token name)
{
    AstStatement *s = parse_stmt_new(
        p, (AstStatementKind)(kind + (table ? 1 : 0)), first);
    s->name = source_name(p, name);
    return s;
}

/* Topics and subjects keep their case when they are not quoted. */
AstStatement *parse_stmt_text(Parse *p, AstStatementKind kind, Token first,
                              Token text)
{
    AstStatement *s = parse_stmt_new(p, kind, first);
    s->text = text.type == TK_STRING ? text.text : text.written;
    s->text_at = text.at;
    return s;
}

void parse_stmt_set_elements(AstStatement *s, ElementList *list)
{
    s->has_elements = true;
    if (!list) return;
    s->elements = list->at;
    s->element_count = list->count;
}

/* Names of properties do not depend on case, quoted or not. */
void parse_stmt_set_with(Parse *p, AstStatement *s, PropertyList *with)
{
    if (!with) return;
    for (int i = 0; i < with->count; i++)
        with->at[i].name.text = str_ascii_upper(p->stmt, with->at[i].name.text);
    s->with = (AstProperties){with->at, with->count, true};
}

void parse_stmt_set_count(Parse *p, Token number, const char *what, bool *has,
                          int64_t *count)
{
    if (number.type == TOKEN_END) return;
    *has = true;
    *count = number_value(p, number);
    if (*count < 0) parse_fail(p, number.at, "%s must not be negative", what);
}

static void check_constraints(Parse *p, const ElementList *list, bool table)
{
    for (int i = 0; list && i < list->count; i++) {
        const AstElement *one = &list->at[i];
        if (table && one->constraint == AST_KEY)
            parse_fail(p, one->at,
                       "column '%.*s' of a table is marked KEY, a table has "
                       "PRIMARY KEY columns",
                       STR_ARG(lexer_clip(one->name.text)));
        if (!table && one->constraint == AST_PRIMARY_KEY)
            parse_fail(p, one->at,
                       "column '%.*s' of a stream is marked PRIMARY KEY, a "
                       "stream has KEY columns",
                       STR_ARG(lexer_clip(one->name.text)));
    }
}

AstStatement *parse_stmt_create(Parse *p, CreateHead head, bool table,
                                MaybeName name, ElementList *elements,
                                bool has_elements, PropertyList *with)
{
    AstStatement *s = parse_stmt_source(p, STMT_CREATE_STREAM, table,
                                        head.first, name.name);
    s->or_replace = head.or_replace;
    s->is_source = head.is_source;
    s->if_not_exists = name.flag;
    if (has_elements) parse_stmt_set_elements(s, elements);
    check_constraints(p, elements, table);
    parse_stmt_set_with(p, s, with);
    return s;
}

AstStatement *parse_stmt_create_as(Parse *p, CreateHead head, bool table,
                                   MaybeName name, PropertyList *with,
                                   AstSelect *select)
{
    AstStatement *s = parse_stmt_source(p, STMT_CREATE_STREAM_AS, table,
                                        head.first, name.name);
    const char *kind = table ? "TABLE" : "STREAM";
    s->or_replace = head.or_replace;
    s->if_not_exists = name.flag;
    s->select = select;
    parse_stmt_set_with(p, s, with);
    if (head.is_source)
        parse_fail(p, head.first.at,
                   "CREATE SOURCE %s cannot have a query, leave out SOURCE or "
                   "AS SELECT",
                   kind);
    if (select->has_limit)
        parse_fail(p, select->limit_at,
                   "CREATE %s ... AS SELECT cannot have a LIMIT, its query "
                   "runs until it is terminated",
                   kind);
    return s;
}

AstStatement *parse_stmt_assert_source(Parse *p, Token first, bool table,
                                       Token name, ElementList *elements,
                                       bool has_elements, PropertyList *with)
{
    AstStatement *s = parse_stmt_source(p, STMT_ASSERT_STREAM, table, first,
                                        name);
    if (has_elements) parse_stmt_set_elements(s, elements);
    check_constraints(p, elements, table);
    parse_stmt_set_with(p, s, with);
    return s;
}

AstStatement *parse_stmt_connector(Parse *p, Token first, char kind,
                                   MaybeName name, PropertyList *with)
{
    AstStatement *s = parse_stmt_named(p, STMT_CREATE_CONNECTOR, first,
                                       name.name);
    s->if_not_exists = name.flag;
    s->connector_kind = kind;
    s->with = (AstProperties){with->at, with->count, true};
    return s;
}

AstStatement *parse_stmt_values(Parse *p, AstStatementKind kind, Token first,
                                Token name, NameList *columns, ExprList *values)
{
    AstStatement *s = parse_stmt_source(p, kind, false, first, name);
    s->has_columns = columns != NULL;
    if (columns) {
        s->columns = columns->at;
        s->column_count = columns->count;
    }
    s->values = values->at;
    s->value_count = values->count;
    return s;
}

/* The name of a variable keeps its case. */
AstStatement *parse_stmt_define(Parse *p, AstStatementKind kind, Token first,
                                Token name)
{
    AstStatement *s = parse_stmt_named(p, kind, first, name);
    s->name.text = name.written;
    if (name.quoted || !lexer_is_plain_name(name.written))
        parse_fail(p, name.at,
                   "name of a variable must be a plain name of letters, "
                   "digits, '_' and '@'");
    return s;
}

AstStatement *parse_stmt_assert_schema(Parse *p, Token first, bool not_exists,
                                       Token subject, Token id,
                                       AstDuration timeout)
{
    AstStatement *s = parse_stmt_new(p, STMT_ASSERT_SCHEMA, first);
    s->not_exists = not_exists;
    s->timeout = timeout;
    if (subject.type != TOKEN_END) {
        s->text = subject.type == TK_STRING ? subject.text : subject.written;
        s->text_at = subject.at;
    }
    parse_stmt_set_count(p, id, "ID", &s->has_id, &s->id);
    if (subject.type == TOKEN_END && id.type == TOKEN_END)
        parse_fail(p, first.at, "ASSERT SCHEMA needs a SUBJECT or an ID");
    return s;
}

AstStatement *parse_stmt_select(Parse *p, AstSelect *select)
{
    Token first = {.at = select->at};
    AstStatement *s = parse_stmt_new(p, STMT_SELECT, first);
    s->select = select;
    return s;
}

/* A token as SQL, with what its variables stand for. */
static void write_token(Buf *out, const Token *token, Str written)
{
    bool variable = str_starts_with(written, STR("${"));
    if (token->type == TK_STRING && str_find(written, STR("${"), 0) != SIZE_MAX)
        print_string(out, token->text);
    else if (variable && token->quoted)
        ast_print_name(out, token->text);
    else if (variable && token->type == TK_IDENT)
        buf_append_str(out, token->written);
    else
        buf_append_str(out, variable ? token->text : written);
}

/* The text from `at` to `end` with ${name} replaced: it outlives the variables,
 * in the command log for one. */
static Str replaced_source(Parse *p, uint32_t at, uint32_t end)
{
    Str text = {p->lexer->text.ptr, end};
    Str source = {text.ptr + at, end - at};
    if (!p->lexer->variables || str_find(source, STR("${"), 0) == SIZE_MAX)
        return source;
    /* The second time must not run into the limit on replaced text. */
    Variables variables = *p->lexer->variables;
    variables.spliced_bytes = 0;
    Lexer lexer;
    lexer_open(&lexer, p->stmt, text, &variables);
    lexer.at = at;
    Buf out = {0};
    size_t done = at;
    for (;;) {
        Token token = lexer_next(&lexer);
        if (token.type == TOKEN_END || token.type == TOKEN_ERROR) break;
        buf_append(&out, text.ptr + done, token.at - done);
        write_token(&out, &token,
                    (Str){text.ptr + token.at, token.end - token.at});
        done = token.end;
    }
    buf_append(&out, text.ptr + done, end - done);
    source = str_copy(p->stmt, buf_str(&out));
    buf_free(&out);
    return source;
}

void parse_stmt_finish(Parse *p, AstStatement *s, uint32_t last_end,
                       uint32_t end)
{
    s->end = end;
    s->source = replaced_source(p, s->at, last_end);
    if (s->statement) parse_stmt_finish(p, s->statement, last_end, end);
}
