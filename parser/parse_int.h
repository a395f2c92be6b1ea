/* SPDX-License-Identifier: Apache-2.0
 *
 * What grammar.y and the files of parser/ share: the state of a parse and the
 * functions that the grammar's actions call, so that grammar.y is little more
 * than the grammar.
 *
 * The first failure sticks in Parse.st. Every function here goes on after a
 * failure and returns something that can be used, never NULL where a node is
 * promised; the driver stops feeding tokens and drops what was built.
 */
#ifndef PARSER_PARSE_INT_H
#define PARSER_PARSE_INT_H

#include "parser/ast.h"
#include "parser/lexer.h"
#include "parser/parser.h"

/* Entries on lemon's stack. A level of brackets takes at most 20 of them: each
 * binary operator on the way to the next bracket two, a call four. */
enum { PARSE_STACK_MAX = 40 * PARSE_DEPTH_MAX };

typedef struct Parse {
    Arena *stmt;
    Lexer *lexer;
    Status st;         /* The first failure. */
    bool unexpected;   /* The grammar does not allow the last token. */
    int nodes;         /* Made so far, against PARSE_NODES_MAX. */
    int depth;         /* Open brackets and CASEs. */
    AstSelect *select; /* The one whose clauses are being read. */
    int item_cap;      /* Of its lists. */
    int join_cap;
    AstStatement *statement; /* Results, by the goal that was asked for. */
    Ast *expr;
    const AstType *type;
    struct ElementList *elements;
} Parse;

/* Records a user error, unless there is one already. */
void parse_fail(Parse *p, uint32_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Counts one more node; fails when there are too many. */
void parse_count(Parse *p, uint32_t at);

/* ---- the automaton (in grammar.y) ---- */

void *GrammarAlloc(void *(*allocate)(size_t), Parse *p);
void GrammarFree(void *parser, void (*give_back)(void *));
void Grammar(void *parser, int type, Token token);

/* Entries on the parser's stack. */
int grammar_depth(const void *parser);

/* The automaton without actions, to find out what could come: `states` is a
 * stack of `depth` states, at first none; there must be room for one more than
 * grammar_depth could reach. False: `type` is not allowed; the stack is then
 * spoilt. `as_name` tells that a word was taken for a name. */
bool grammar_try(uint16_t *states, int *depth, int type, bool *as_name);

/* One more than the highest type of a token. */
extern const int grammar_token_count;

/* ---- lists ---- */

typedef struct ExprList {
    Ast **at;
    int count, cap;
} ExprList;

typedef struct NameList {
    AstName *at;
    int count, cap;
} NameList;

typedef struct PropertyList {
    AstProperty *at;
    int count, cap;
} PropertyList;

typedef struct ElementList {
    AstElement *at;
    int count, cap;
} ElementList;

/* STRUCT(name := value, ...) and STRUCT<name type, ...>. */
typedef struct FieldList {
    NameList names;
    ExprList values;
    const AstType **types;
    int count, cap; /* Of types. */
    int height;     /* Of the highest type. */
} FieldList;

/* NULL as the list begins a new one. Return the list. */
ExprList *exprs_add(Parse *p, ExprList *list, Ast *expr);
ExprList *exprs_put_first(Parse *p, Ast *first, ExprList *rest);
NameList *names_add(Parse *p, NameList *list, Token name);
PropertyList *properties_add(Parse *p, PropertyList *list, Token name,
                             Ast *value);
ElementList *elements_add(Parse *p, ElementList *list, const AstElement *one);
FieldList *fields_add_value(Parse *p, FieldList *list, Token name, Ast *value);

/* Where the grammar has an optional token, one of type TOKEN_END stands for
 * none. */

/* ---- names and expressions: parse_expr.c ---- */

/* No token gives a name whose text.ptr is NULL. */
AstName parse_name_new(Token token);

Ast *parse_expr_literal(Parse *p, Token token);
Ast *parse_expr_column(Parse *p, Token name);
Ast *parse_expr_qualified(Parse *p, Token qualifier, Token name);
Ast *parse_expr_unit(Parse *p, Token unit);
Ast *parse_expr_unary(Parse *p, AstKind kind, int op, Token first, Ast *of);
Ast *parse_expr_binary(Parse *p, AstKind kind, int op, Ast *left, Ast *right);
Ast *parse_expr_between(Parse *p, bool negated, Ast *of, Ast *low, Ast *high);
Ast *parse_expr_in(Parse *p, bool negated, Ast *of, ExprList *list,
                   Token close);
Ast *parse_expr_like(Parse *p, bool negated, Ast *of, Ast *pattern,
                     Ast *escape);
Ast *parse_expr_is_null(Parse *p, bool negated, Ast *of, Token last);
Ast *parse_expr_parens(Token open, Ast *inner, Token close);
Ast *parse_expr_field(Parse *p, Ast *of, Token name);
Ast *parse_expr_field_all(Parse *p, Ast *of, Token star);
Ast *parse_expr_index(Parse *p, Ast *of, Ast *index, Token close);
Ast *parse_expr_call(Parse *p, Token name, ExprList *args, bool star,
                     Token close);
/* `parameters` must be plain columns. */
Ast *parse_expr_lambda(Parse *p, uint32_t at, ExprList *parameters, Ast *body);
/* `operand` and `otherwise` may be NULL. */
Ast *parse_expr_case(Parse *p, Token first, Ast *operand, ExprList *whens,
                     Ast *otherwise, Token end);
Ast *parse_expr_cast(Parse *p, Token first, Ast *of, const AstType *type,
                     Token close);
/* ARRAY or MAP; `list` may be NULL. */
Ast *parse_expr_list(Parse *p, AstKind kind, Token first, ExprList *list,
                     Token close);
Ast *parse_expr_struct(Parse *p, Token first, FieldList *list, Token close);
Ast *parse_expr_typed(Parse *p, Token name, Token text);
Ast *parse_expr_at_zone(Parse *p, Ast *of, Token zone);

/* A whole number where the grammar wants one; and with a minus sign that the
 * lexer took for an operator. */
int64_t number_value(Parse *p, Token number);
Token number_negate(Parse *p, Token minus, Token number);

/* ---- types: parse_type.c ---- */

typedef struct TypeNode {
    AstType *type;
    int height;
} TypeNode;

TypeNode parse_type_named(Parse *p, Token name);
TypeNode parse_type_decimal_of(Parse *p, Token first, Token precision,
                               Token scale);
TypeNode parse_type_array_of(Parse *p, uint32_t at, TypeNode element);
TypeNode parse_type_map_of(Parse *p, Token first, TypeNode key, TypeNode value);
/* `fields` may be NULL. */
TypeNode parse_type_struct_of(Parse *p, Token first, FieldList *fields);
/* STRUCT<> is lexed as STRUCT and an inequality sign, which must be `<>`. */
TypeNode parse_type_empty_struct(Parse *p, Token first, Token sign);
FieldList *fields_add_type(Parse *p, FieldList *list, Token name,
                           TypeNode type);
/* Fails when two have the same name. */
void fields_check_unique(Parse *p, const NameList *names);

/* ---- statements: parse_stmt.c ---- */

typedef struct MaybeName {
    Token name;
    bool flag; /* IF [NOT] EXISTS was written. */
} MaybeName;

typedef struct CreateHead {
    Token first;
    bool or_replace;
    bool is_source;
} CreateHead;

/* What may follow the sizes of a window. */
typedef struct WindowRest {
    AstDuration retention;
    AstDuration grace;
} WindowRest;

typedef struct Within {
    bool present;
    bool pair;
    AstDuration before;
    AstDuration after;
    AstDuration grace;
} Within;

AstStatement *parse_stmt_new(Parse *p, AstStatementKind kind, Token first);
/* With any name; and with one fit for a stream or table: then of `kind`, or if
 * `table` of the next kind in the enumeration. */
AstStatement *parse_stmt_named(Parse *p, AstStatementKind kind, Token first,
                               Token name);
AstStatement *parse_stmt_source(Parse *p, AstStatementKind kind, bool table,
                                Token first, Token name);
AstStatement *parse_stmt_create(Parse *p, CreateHead head, bool table,
                                MaybeName name, ElementList *elements,
                                bool has_elements, PropertyList *with);
AstStatement *parse_stmt_create_as(Parse *p, CreateHead head, bool table,
                                   MaybeName name, PropertyList *with,
                                   AstSelect *select);
AstStatement *parse_stmt_connector(Parse *p, Token first, char kind,
                                   MaybeName name, PropertyList *with);
AstStatement *parse_stmt_values(Parse *p, AstStatementKind kind, Token first,
                                Token name, NameList *columns,
                                ExprList *values);
AstStatement *parse_stmt_define(Parse *p, AstStatementKind kind, Token first,
                                Token name);
AstStatement *parse_stmt_text(Parse *p, AstStatementKind kind, Token first,
                              Token text);
AstStatement *parse_stmt_assert_schema(Parse *p, Token first, bool not_exists,
                                       Token subject, Token id,
                                       AstDuration timeout);
AstStatement *parse_stmt_assert_source(Parse *p, Token first, bool table,
                                       Token name, ElementList *elements,
                                       bool has_elements, PropertyList *with);
AstStatement *parse_stmt_select(Parse *p, AstSelect *select);
void parse_stmt_set_elements(AstStatement *s, ElementList *list);
void parse_stmt_set_with(Parse *p, AstStatement *s, PropertyList *with);
/* `number` of INTERVAL, LIMIT, ID: sets `*has` and `*count`. */
void parse_stmt_set_count(Parse *p, Token number, const char *what, bool *has,
                          int64_t *count);
/* The whole statement is read: its last token ended at `last_end`, its `;` at
 * `end`. */
void parse_stmt_finish(Parse *p, AstStatement *s, uint32_t last_end,
                       uint32_t end);

AstElement element_new(Parse *p, Token name, TypeNode type,
                       AstConstraint constraint, Str header_key);
AstDuration duration_new(Parse *p, Token number, AstUnit unit);

/* ---- queries: parse_select.c ---- */

void parse_select_begin(Parse *p, Token first);
void parse_select_add_item(Parse *p, AstItem item);
AstItem item_expr(Ast *expr, Token alias);
AstItem item_star(Token qualifier, Token star);
AstFrom from_new(Parse *p, Token source, Token alias);
void parse_select_add_join(Parse *p, AstJoinKind kind, Token first,
                           AstFrom right, Within within, Ast *on);
void parse_select_set_window(Parse *p, AstWindowKind kind, Token first,
                             AstDuration size, AstDuration advance,
                             WindowRest rest);
/* `list` is NULL for `()`; `parens` tells of `(a, b)`. */
void parse_select_set_group(Parse *p, ExprList *list, bool parens);
void parse_select_set_partition(Parse *p, ExprList *list, bool parens);
AstSelect *parse_select_end(Parse *p, AstFrom from, Token limit);
/* The name of a stream or table: language 1.2. */
AstName source_name(Parse *p, Token name);

/* ---- messages: parse_error.c ---- */

/* The failure for the token that the grammar refused: number `index` after
 * `goal` in the text that `lexer` is about to read. */
Status parse_unexpected(Arena *stmt, Lexer lexer, int goal, int index);

#endif
