/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of the language (language 1.4, 2.1, 3 and 4), for lemon. Actions
 * call the builders of parse_int.h and do nothing else. It has no conflicts and
 * no fallbacks: words that are free (1.6) are names because `name` lists them,
 * and where a free word could also begin what follows (`FROM a EMIT CHANGES`),
 * the nonterminal for names there leaves it out.
 *
 * Each statement is parsed by itself: parser.c feeds a goal token, the tokens
 * of one statement up to its `;`, and the end.
 *
 * Expressions have two floors: `value` (arithmetic, no predicate) and `expr`
 * (predicates, NOT, AND, OR). A predicate takes values on both sides, so that
 * `a < b < c` is a syntax error.
 */
%name Grammar
%token_prefix TK_
%token_type {Token}
%extra_context {Parse *p}
%stack_size 0
%start_symbol goal
%include {
/* No trace output. */
#define NDEBUG 1
#include <stdlib.h>

#include "parser/parse_int.h"
}
%syntax_error { (void)yymajor; (void)TOKEN; p->unexpected = true; }
%stack_overflow {
    parse_fail(p, 0, "statement too large: out of memory for nesting");
}

%token RESERVED.
%left OR.
%left AND.
%right NOT.
%left CONCAT.
%left PLUS MINUS.
%left STAR SLASH PERCENT.
%right SIGN.
%nonassoc ARRAY.
%nonassoc LB.

goal ::= BEGIN_STATEMENT statement(S) SEMI.         { p->statement = S; }
goal ::= BEGIN_EXPR expr(E).                        { p->expr = E; }
goal ::= BEGIN_TYPE type(T).                        { p->type = T.type; }
goal ::= BEGIN_ELEMENTS elements(L).                { p->elements = L; }

/* ---- names ---- */

%type plain {Token}
plain(A) ::= IDENT(T).                              { A = T; }
plain(A) ::= ADD(T).                                { A = T; }
plain(A) ::= ALTER(T).                              { A = T; }
plain(A) ::= ASSERT(T).                             { A = T; }
plain(A) ::= CHANGES(T).                            { A = T; }
plain(A) ::= DAY(T).                                { A = T; }
plain(A) ::= DEFINE(T).                             { A = T; }
plain(A) ::= EXPLAIN(T).                            { A = T; }
plain(A) ::= FINAL(T).                              { A = T; }
plain(A) ::= FUNCTION(T).                           { A = T; }
plain(A) ::= FUNCTIONS(T).                          { A = T; }
plain(A) ::= GRACE(T).                              { A = T; }
plain(A) ::= HEADER(T).                             { A = T; }
plain(A) ::= HEADERS(T).                            { A = T; }
plain(A) ::= HOUR(T).                               { A = T; }
plain(A) ::= ID(T).                                 { A = T; }
plain(A) ::= IF(T).                                 { A = T; }
plain(A) ::= INTERVAL(T).                           { A = T; }
plain(A) ::= KEY(T).                                { A = T; }
plain(A) ::= MINUTE(T).                             { A = T; }
plain(A) ::= PERIOD(T).                             { A = T; }
plain(A) ::= PLUGINS(T).                            { A = T; }
plain(A) ::= PRIMARY(T).                            { A = T; }
plain(A) ::= REPLACE(T).                            { A = T; }
plain(A) ::= SCHEMA(T).                             { A = T; }
plain(A) ::= SECOND(T).                             { A = T; }
plain(A) ::= SESSION(T).                            { A = T; }
plain(A) ::= SET(T).                                { A = T; }
plain(A) ::= SHOW(T).                               { A = T; }
plain(A) ::= SINK(T).                               { A = T; }
plain(A) ::= SOURCE(T).                             { A = T; }
plain(A) ::= STRING_WORD(T).                        { A = T; }
plain(A) ::= SUBJECT(T).                            { A = T; }
plain(A) ::= SYSTEM(T).                             { A = T; }
plain(A) ::= TIME(T).                               { A = T; }
plain(A) ::= TIMEOUT(T).                            { A = T; }
plain(A) ::= TOMBSTONE(T).                          { A = T; }
plain(A) ::= TYPE(T).                               { A = T; }
plain(A) ::= TYPES(T).                              { A = T; }
plain(A) ::= UNDEFINE(T).                           { A = T; }
plain(A) ::= VARIABLES(T).                          { A = T; }
plain(A) ::= ZONE(T).                               { A = T; }

/* Words that may also begin what follows FROM x, an expression, ADD, and
 * DESCRIBE, and those that open a constructor. */
%type after_from {Token}
after_from(A) ::= EMIT(T).                          { A = T; }
after_from(A) ::= PARTITION(T).                     { A = T; }
after_from(A) ::= WINDOW(T).                        { A = T; }
%type constructor {Token}
constructor(A) ::= MAP(T).                          { A = T; }
constructor(A) ::= STRUCT(T).                       { A = T; }
constructor(A) ::= ARRAY(T). [ARRAY]                { A = T; }

%type name {Token}
name(A) ::= plain(T).                               { A = T; }
name(A) ::= after_from(T).                          { A = T; }
name(A) ::= constructor(T).                         { A = T; }
name(A) ::= ESCAPE(T).                              { A = T; }
name(A) ::= COLUMN(T).                              { A = T; }
name(A) ::= TABLES(T).                              { A = T; }

/* Before `(`, a string or a type's end: no constructor. */
%type callee {Token}
callee(A) ::= plain(T).                             { A = T; }
callee(A) ::= after_from(T).                        { A = T; }
callee(A) ::= ESCAPE(T).                            { A = T; }
callee(A) ::= COLUMN(T).                            { A = T; }
callee(A) ::= TABLES(T).                            { A = T; }

%type source_alias {Token}
source_alias(A) ::= plain(T).                       { A = T; }
source_alias(A) ::= constructor(T).                 { A = T; }
source_alias(A) ::= ESCAPE(T).                      { A = T; }
source_alias(A) ::= COLUMN(T).                      { A = T; }
source_alias(A) ::= TABLES(T).                      { A = T; }

%type item_alias {Token}
item_alias(A) ::= plain(T).                         { A = T; }
item_alias(A) ::= after_from(T).                    { A = T; }
item_alias(A) ::= constructor(T).                   { A = T; }
item_alias(A) ::= COLUMN(T).                        { A = T; }
item_alias(A) ::= TABLES(T).                        { A = T; }

%type added_name {Token}
added_name(A) ::= plain(T).                         { A = T; }
added_name(A) ::= after_from(T).                    { A = T; }
added_name(A) ::= constructor(T).                   { A = T; }
added_name(A) ::= ESCAPE(T).                        { A = T; }
added_name(A) ::= TABLES(T).                        { A = T; }

%type described {Token}
described(A) ::= plain(T).                          { A = T; }
described(A) ::= after_from(T).                     { A = T; }
described(A) ::= constructor(T).                    { A = T; }
described(A) ::= ESCAPE(T).                         { A = T; }
described(A) ::= COLUMN(T).                         { A = T; }

/* A topic or subject. */
%type text {Token}
text(A) ::= name(T).                                { A = T; }
text(A) ::= STRING(T).                              { A = T; }

%type names {NameList *}
names(A) ::= name(T).                               { A = names_add(p, NULL, T); }
names(A) ::= names(L) COMMA name(T).                { A = names_add(p, L, T); }

/* ---- numbers, durations, literals ---- */

%type number {Token}
number(A) ::= INTEGER(T).                           { A = T; }
number(A) ::= MINUS(M) INTEGER(T).                  { A = number_negate(p, M, T); }

%type unit {AstUnit}
unit(A) ::= DAY|DAYS.                               { A = AST_DAYS; }
unit(A) ::= HOUR|HOURS.                             { A = AST_HOURS; }
unit(A) ::= MINUTE|MINUTES.                         { A = AST_MINUTES; }
unit(A) ::= SECOND|SECONDS.                         { A = AST_SECONDS; }
unit(A) ::= MILLISECOND|MILLISECONDS.               { A = AST_MILLISECONDS; }

%type duration {AstDuration}
duration(A) ::= number(N) unit(U).                  { A = duration_new(p, N, U); }

%type literal {Ast *}
literal(A) ::= NULL|TRUE|FALSE|STRING|INTEGER|DECIMAL|DOUBLE(T).
                                                    { A = parse_expr_literal(p, T); }

/* ---- expressions ---- */

%type expr {Ast *}
expr(A) ::= value(V).                               { A = V; }
expr(A) ::= expr(L) OR expr(R).    { A = parse_expr_binary(p, AST_OR, 0, L, R); }
expr(A) ::= expr(L) AND expr(R).   { A = parse_expr_binary(p, AST_AND, 0, L, R); }
expr(A) ::= NOT(T) expr(E).        { A = parse_expr_unary(p, AST_NOT, 0, T, E); }
expr(A) ::= value(L) compare(C) value(R).
                                   { A = parse_expr_binary(p, AST_COMPARE, C, L, R); }
expr(A) ::= value(V) BETWEEN value(L) AND value(H).
                                   { A = parse_expr_between(p, false, V, L, H); }
expr(A) ::= value(V) NOT BETWEEN value(L) AND value(H).
                                   { A = parse_expr_between(p, true, V, L, H); }
expr(A) ::= value(V) IN LP exprs(L) RP(C).
                                   { A = parse_expr_in(p, false, V, L, C); }
expr(A) ::= value(V) NOT IN LP exprs(L) RP(C).
                                   { A = parse_expr_in(p, true, V, L, C); }
expr(A) ::= value(V) IN LP RP(C).   { A = parse_expr_in(p, false, V, NULL, C); }
expr(A) ::= value(V) NOT IN LP RP(C).
                                   { A = parse_expr_in(p, true, V, NULL, C); }
expr(A) ::= value(V) LIKE value(P) escape(E).
                                   { A = parse_expr_like(p, false, V, P, E); }
expr(A) ::= value(V) NOT LIKE value(P) escape(E).
                                   { A = parse_expr_like(p, true, V, P, E); }
expr(A) ::= value(V) IS NULL(N).   { A = parse_expr_is_null(p, false, V, N); }
expr(A) ::= value(V) IS NOT NULL(N).
                                   { A = parse_expr_is_null(p, true, V, N); }

%type compare {int}
compare(A) ::= EQ.                                  { A = AST_EQ; }
compare(A) ::= NE.                                  { A = AST_NE; }
compare(A) ::= LT.                                  { A = AST_LT; }
compare(A) ::= LE.                                  { A = AST_LE; }
compare(A) ::= GT.                                  { A = AST_GT; }
compare(A) ::= GE.                                  { A = AST_GE; }
compare(A) ::= IS DISTINCT FROM.                    { A = AST_DISTINCT; }
compare(A) ::= IS NOT DISTINCT FROM.                { A = AST_NOT_DISTINCT; }

%type escape {Ast *}
escape(A) ::= .                                     { A = NULL; }
escape(A) ::= ESCAPE STRING(T).                     { A = parse_expr_literal(p, T); }

%type exprs {ExprList *}
exprs(A) ::= expr(E).                               { A = exprs_add(p, NULL, E); }
exprs(A) ::= exprs(L) COMMA expr(E).                { A = exprs_add(p, L, E); }

%type value {Ast *}
value(A) ::= primary(P).                            { A = P; }
value(A) ::= value(L) CONCAT value(R).
                                   { A = parse_expr_binary(p, AST_CONCAT, 0, L, R); }
value(A) ::= value(L) PLUS value(R).
                                   { A = parse_expr_binary(p, AST_ARITH, '+', L, R); }
value(A) ::= value(L) MINUS value(R).
                                   { A = parse_expr_binary(p, AST_ARITH, '-', L, R); }
value(A) ::= value(L) STAR value(R).
                                   { A = parse_expr_binary(p, AST_ARITH, '*', L, R); }
value(A) ::= value(L) SLASH value(R).
                                   { A = parse_expr_binary(p, AST_ARITH, '/', L, R); }
value(A) ::= value(L) PERCENT value(R).
                                   { A = parse_expr_binary(p, AST_ARITH, '%', L, R); }
value(A) ::= MINUS(T) value(V). [SIGN]
                                   { A = parse_expr_unary(p, AST_UNARY, '-', T, V); }
value(A) ::= PLUS(T) value(V). [SIGN]
                                   { A = parse_expr_unary(p, AST_UNARY, '+', T, V); }

%type values {ExprList *}
values(A) ::= value(E).                             { A = exprs_add(p, NULL, E); }
values(A) ::= values(L) COMMA value(E).             { A = exprs_add(p, L, E); }

%type primary {Ast *}
primary(A) ::= literal(L).                          { A = L; }
primary(A) ::= column_name(N).                      { A = parse_expr_column(p, N); }
primary(A) ::= column_name(Q) DOT name(N).          { A = parse_expr_qualified(p, Q, N); }
primary(A) ::= LP(O) expr(E) RP(C).                 { A = parse_expr_parens(O, E, C); }
primary(A) ::= primary(B) ARROW name(N).            { A = parse_expr_field(p, B, N); }
primary(A) ::= primary(B) LB value(I) RB(C).        { A = parse_expr_index(p, B, I, C); }
primary(A) ::= primary(B) AT TIME ZONE STRING(Z).   { A = parse_expr_at_zone(p, B, Z); }
primary(A) ::= callee(N) STRING(T).                 { A = parse_expr_typed(p, N, T); }
primary(A) ::= callee(N) LP RP(C).      { A = parse_expr_call(p, N, NULL, false, C); }
primary(A) ::= callee(N) LP STAR RP(C). { A = parse_expr_call(p, N, NULL, true, C); }
primary(A) ::= callee(N) LP args(L) RP(C).
                                        { A = parse_expr_call(p, N, L, false, C); }
primary(A) ::= CASE(T) whens(W) otherwise(O) END(E).
                                        { A = parse_expr_case(p, T, NULL, W, O, E); }
primary(A) ::= CASE(T) value(V) whens(W) otherwise(O) END(E).
                                        { A = parse_expr_case(p, T, V, W, O, E); }
primary(A) ::= CAST(T) LP expr(E) AS type(Y) RP(C).
                                        { A = parse_expr_cast(p, T, E, Y.type, C); }
primary(A) ::= ARRAY(T) LB RB(C).       { A = parse_expr_list(p, AST_ARRAY, T, NULL, C); }
primary(A) ::= ARRAY(T) LB exprs(L) RB(C).
                                        { A = parse_expr_list(p, AST_ARRAY, T, L, C); }
primary(A) ::= MAP(T) LP RP(C).         { A = parse_expr_list(p, AST_MAP, T, NULL, C); }
primary(A) ::= MAP(T) LP entries(L) RP(C).
                                        { A = parse_expr_list(p, AST_MAP, T, L, C); }
primary(A) ::= STRUCT(T) LP RP(C).      { A = parse_expr_struct(p, T, NULL, C); }
primary(A) ::= STRUCT(T) LP field_values(L) RP(C).
                                        { A = parse_expr_struct(p, T, L, C); }

%type column_name {Token}
column_name(A) ::= callee(T).                       { A = T; }
column_name(A) ::= constructor(T).                  { A = T; }

%type args {ExprList *}
args(A) ::= arg(E).                                 { A = exprs_add(p, NULL, E); }
args(A) ::= args(L) COMMA arg(E).                   { A = exprs_add(p, L, E); }

%type arg {Ast *}
arg(A) ::= expr(E).                                 { A = E; }
arg(A) ::= DAYS|HOURS|MINUTES|SECONDS|MILLISECOND|MILLISECONDS(T).
                                                    { A = parse_expr_unit(p, T); }
arg(A) ::= primary(N) LAMBDA expr(E).
                { A = parse_expr_lambda(p, N->at, exprs_add(p, NULL, N), E); }
arg(A) ::= LP(O) expr(F) COMMA exprs(L) RP LAMBDA expr(E).
                { A = parse_expr_lambda(p, O.at, exprs_put_first(p, F, L), E); }

%type whens {ExprList *}
whens(A) ::= WHEN expr(C) THEN expr(V).
                { A = exprs_add(p, exprs_add(p, NULL, C), V); }
whens(A) ::= whens(L) WHEN expr(C) THEN expr(V).
                { A = exprs_add(p, exprs_add(p, L, C), V); }

%type otherwise {Ast *}
otherwise(A) ::= .                                  { A = NULL; }
otherwise(A) ::= ELSE expr(E).                      { A = E; }

%type entries {ExprList *}
entries(A) ::= expr(K) ASSIGN expr(V).
                { A = exprs_add(p, exprs_add(p, NULL, K), V); }
entries(A) ::= entries(L) COMMA expr(K) ASSIGN expr(V).
                { A = exprs_add(p, exprs_add(p, L, K), V); }

%type field_values {FieldList *}
field_values(A) ::= name(N) ASSIGN expr(V).
                                        { A = fields_add_value(p, NULL, N, V); }
field_values(A) ::= field_values(L) COMMA name(N) ASSIGN expr(V).
                                        { A = fields_add_value(p, L, N, V); }

/* ---- types ---- */

%type type {TypeNode}
type(A) ::= callee(N).                              { A = parse_type_named(p, N); }
type(A) ::= callee(N) LP type_parameters RP.        { A = parse_type_named(p, N); }
type(A) ::= DECIMAL_WORD(T) LP number(P) COMMA number(S) RP.
                                        { A = parse_type_decimal_of(p, T, P, S); }
type(A) ::= ARRAY(T) LT type(E) GT.     { A = parse_type_array_of(p, T.at, E); }
type(A) ::= type(E) ARRAY.              { A = parse_type_array_of(p, E.type->at, E); }
type(A) ::= MAP(T) LT type(K) COMMA type(V) GT.
                                        { A = parse_type_map_of(p, T, K, V); }
type(A) ::= STRUCT(T) LT GT.            { A = parse_type_struct_of(p, T, NULL); }
type(A) ::= STRUCT(T) NE(S).            { A = parse_type_empty_struct(p, T, S); }
type(A) ::= STRUCT(T) LT field_types(L) GT.
                                        { A = parse_type_struct_of(p, T, L); }

type_parameters ::= type_parameter.
type_parameters ::= type_parameters COMMA type_parameter.
type_parameter ::= number.
type_parameter ::= STRING_WORD.

%type field_types {FieldList *}
field_types(A) ::= name(N) type(T).     { A = fields_add_type(p, NULL, N, T); }
field_types(A) ::= field_types(L) COMMA name(N) type(T).
                                        { A = fields_add_type(p, L, N, T); }

/* ---- parts of statements ---- */

%type elements {ElementList *}
elements(A) ::= element(E).             { A = elements_add(p, NULL, &E); }
elements(A) ::= elements(L) COMMA element(E).
                                        { A = elements_add(p, L, &E); }

%type element {AstElement}
element(A) ::= name(N) type(T).
                { A = element_new(p, N, T, AST_CONSTRAINT_NONE, STR_NULL); }
element(A) ::= name(N) type(T) KEY.
                { A = element_new(p, N, T, AST_KEY, STR_NULL); }
element(A) ::= name(N) type(T) PRIMARY KEY.
                { A = element_new(p, N, T, AST_PRIMARY_KEY, STR_NULL); }
element(A) ::= name(N) type(T) HEADERS.
                { A = element_new(p, N, T, AST_HEADERS, STR_NULL); }
element(A) ::= name(N) type(T) HEADER LP STRING(K) RP.
                { A = element_new(p, N, T, AST_HEADER, K.text); }

%type with {PropertyList *}
with(A) ::= .                                       { A = NULL; }
with(A) ::= WITH LP properties(L) RP.               { A = L; }

%type properties {PropertyList *}
properties(A) ::= text(N) EQ literal(V).
                                        { A = properties_add(p, NULL, N, V); }
properties(A) ::= properties(L) COMMA text(N) EQ literal(V).
                                        { A = properties_add(p, L, N, V); }

%type table {bool}
table(A) ::= STREAM.                                { A = false; }
table(A) ::= TABLE.                                 { A = true; }

%type new_name {MaybeName}
new_name(A) ::= name(T).                { A = (MaybeName){T, false}; }
new_name(A) ::= IF NOT EXISTS name(T).  { A = (MaybeName){T, true}; }

%type old_name {MaybeName}
old_name(A) ::= name(T).                { A = (MaybeName){T, false}; }
old_name(A) ::= IF EXISTS name(T).      { A = (MaybeName){T, true}; }

%type extended {bool}
extended(A) ::= .                                   { A = false; }
extended(A) ::= EXTENDED.                           { A = true; }

%type not_exists {bool}
not_exists(A) ::= .                                 { A = false; }
not_exists(A) ::= NOT EXISTS.                       { A = true; }

%type timeout {AstDuration}
timeout(A) ::= .                        { A = (AstDuration){0}; }
timeout(A) ::= TIMEOUT duration(D).     { A = D; }

%type limit {Token}
limit(A) ::= .                          { A = (Token){0}; }
limit(A) ::= LIMIT number(N).           { A = N; }

/* ---- statements ---- */

%type statement {AstStatement *}
%type plain_statement {AstStatement *}
statement(S) ::= plain_statement(P).    { S = P; }
statement(S) ::= EXPLAIN(T) name(N).    { S = parse_stmt_named(p, STMT_EXPLAIN, T, N); }
statement(S) ::= EXPLAIN(T) plain_statement(P).
                { S = parse_stmt_new(p, STMT_EXPLAIN, T); S->statement = P; }

%type create {CreateHead}
create(A) ::= CREATE(T).                { A = (CreateHead){T, false, false}; }
create(A) ::= CREATE(T) OR REPLACE.     { A = (CreateHead){T, true, false}; }
create(A) ::= CREATE(T) SOURCE.         { A = (CreateHead){T, false, true}; }
create(A) ::= CREATE(T) OR REPLACE SOURCE.
                                        { A = (CreateHead){T, true, true}; }

plain_statement(S) ::= create(C) table(K) new_name(N) with(W).
                { S = parse_stmt_create(p, C, K, N, NULL, false, W); }
plain_statement(S) ::= create(C) table(K) new_name(N) LP RP with(W).
                { S = parse_stmt_create(p, C, K, N, NULL, true, W); }
plain_statement(S) ::= create(C) table(K) new_name(N) LP elements(L) RP with(W).
                { S = parse_stmt_create(p, C, K, N, L, true, W); }
plain_statement(S) ::= create(C) table(K) new_name(N) with(W) AS select(Q).
                { S = parse_stmt_create_as(p, C, K, N, W, Q); }

plain_statement(S) ::= INSERT(T) INTO name(N) with(W) select(Q).
                { S = parse_stmt_source(p, STMT_INSERT_SELECT, false, T, N);
                  parse_stmt_set_with(p, S, W); S->select = Q; }
plain_statement(S) ::= INSERT(T) INTO name(N) VALUES LP exprs(V) RP.
                { S = parse_stmt_values(p, STMT_INSERT_VALUES, T, N, NULL, V); }
plain_statement(S) ::= INSERT(T) INTO name(N) LP names(C) RP VALUES LP exprs(V)
                       RP.
                { S = parse_stmt_values(p, STMT_INSERT_VALUES, T, N, C, V); }

plain_statement(S) ::= DROP(T) table(K) old_name(N) delete_topic(D).
                { S = parse_stmt_source(p, STMT_DROP_STREAM, K, T, N.name);
                  S->if_exists = N.flag; S->delete_topic = D; }
%type delete_topic {bool}
delete_topic(A) ::= .                               { A = false; }
delete_topic(A) ::= DELETE TOPIC.                   { A = true; }

plain_statement(S) ::= ALTER(T) table(K) name(N) additions(L).
                { S = parse_stmt_source(p, STMT_ALTER_STREAM, K, T, N);
                  parse_stmt_set_elements(S, L); }
%type additions {ElementList *}
additions(A) ::= addition(E).           { A = elements_add(p, NULL, &E); }
additions(A) ::= additions(L) COMMA addition(E).
                                        { A = elements_add(p, L, &E); }
%type addition {AstElement}
addition(A) ::= ADD added_name(N) type(T).
                { A = element_new(p, N, T, AST_CONSTRAINT_NONE, STR_NULL); }
addition(A) ::= ADD COLUMN name(N) type(T).
                { A = element_new(p, N, T, AST_CONSTRAINT_NONE, STR_NULL); }

plain_statement(S) ::= CREATE(T) TYPE new_name(N) AS type(Y).
                { S = parse_stmt_named(p, STMT_CREATE_TYPE, T, N.name);
                  S->if_not_exists = N.flag; S->type = Y.type; }
plain_statement(S) ::= DROP(T) TYPE old_name(N).
                { S = parse_stmt_named(p, STMT_DROP_TYPE, T, N.name);
                  S->if_exists = N.flag; }

%type control {AstStatement *}
control(S) ::= TERMINATE(T).            { S = parse_stmt_new(p, STMT_TERMINATE, T); }
control(S) ::= PAUSE(T).                { S = parse_stmt_new(p, STMT_PAUSE, T); }
control(S) ::= RESUME(T).               { S = parse_stmt_new(p, STMT_RESUME, T); }
plain_statement(S) ::= control(C) ALL.  { S = C; S->all = true; }
plain_statement(S) ::= control(C) name(N).
                                        { S = C; S->name = parse_name_new(N); }

plain_statement(S) ::= DESCRIBE(T) described(N) extended(E).
                { S = parse_stmt_source(p, STMT_DESCRIBE, false, T, N);
                  S->extended = E; }
plain_statement(S) ::= DESCRIBE(T) STREAMS extended(E).
                { S = parse_stmt_new(p, STMT_DESCRIBE_STREAMS, T); S->extended = E; }
plain_statement(S) ::= DESCRIBE(T) TABLES extended(E).
                { S = parse_stmt_new(p, STMT_DESCRIBE_TABLES, T); S->extended = E; }
plain_statement(S) ::= DESCRIBE(T) FUNCTION name(N).
                { S = parse_stmt_named(p, STMT_DESCRIBE_FUNCTION, T, N); }
plain_statement(S) ::= DESCRIBE(T) CONNECTOR name(N).
                { S = parse_stmt_named(p, STMT_DESCRIBE_CONNECTOR, T, N); }

%type show {Token}
show(A) ::= SHOW(T).                                { A = T; }
show(A) ::= LIST(T).                                { A = T; }
plain_statement(S) ::= show(T) STREAMS extended(E).
                { S = parse_stmt_new(p, STMT_SHOW_STREAMS, T); S->extended = E; }
plain_statement(S) ::= show(T) TABLES extended(E).
                { S = parse_stmt_new(p, STMT_SHOW_TABLES, T); S->extended = E; }
plain_statement(S) ::= show(T) TOPICS extended(E).
                { S = parse_stmt_new(p, STMT_SHOW_TOPICS, T); S->extended = E; }
plain_statement(S) ::= show(T) ALL TOPICS extended(E).
                { S = parse_stmt_new(p, STMT_SHOW_TOPICS, T); S->extended = E;
                  S->all = true; }
plain_statement(S) ::= show(T) QUERIES extended(E).
                { S = parse_stmt_new(p, STMT_SHOW_QUERIES, T); S->extended = E; }
plain_statement(S) ::= show(T) FUNCTIONS.
                { S = parse_stmt_new(p, STMT_SHOW_FUNCTIONS, T); }
plain_statement(S) ::= show(T) TYPES.
                { S = parse_stmt_new(p, STMT_SHOW_TYPES, T); }
plain_statement(S) ::= show(T) PROPERTIES.
                { S = parse_stmt_new(p, STMT_SHOW_PROPERTIES, T); }
plain_statement(S) ::= show(T) VARIABLES.
                { S = parse_stmt_new(p, STMT_SHOW_VARIABLES, T); }
plain_statement(S) ::= show(T) CONNECTORS.
                { S = parse_stmt_new(p, STMT_SHOW_CONNECTORS, T); }
plain_statement(S) ::= show(T) connector_kind(K) CONNECTORS.
                { S = parse_stmt_new(p, STMT_SHOW_CONNECTORS, T);
                  S->connector_kind = K; }
plain_statement(S) ::= show(T) CONNECTOR PLUGINS.
                { S = parse_stmt_new(p, STMT_SHOW_CONNECTOR_PLUGINS, T); }

plain_statement(S) ::= SET(T) STRING(N) EQ STRING(V).
                { S = parse_stmt_text(p, STMT_SET, T, N); S->value = V.text; }
plain_statement(S) ::= UNSET(T) STRING(N).
                { S = parse_stmt_text(p, STMT_UNSET, T, N); }
plain_statement(S) ::= ALTER(T) SYSTEM STRING(N) EQ STRING(V).
                { S = parse_stmt_text(p, STMT_ALTER_SYSTEM, T, N);
                  S->value = V.text; }
plain_statement(S) ::= DEFINE(T) name(N) EQ STRING(V).
                { S = parse_stmt_define(p, STMT_DEFINE, T, N); S->value = V.text; }
plain_statement(S) ::= UNDEFINE(T) name(N).
                { S = parse_stmt_define(p, STMT_UNDEFINE, T, N); }

%type connector_kind {char}
connector_kind(A) ::= SOURCE.                       { A = 'S'; }
connector_kind(A) ::= SINK.                         { A = 'K'; }
plain_statement(S) ::= CREATE(T) connector_kind(K) CONNECTOR new_name(N)
                       WITH LP properties(W) RP.
                { S = parse_stmt_connector(p, T, K, N, W); }
plain_statement(S) ::= DROP(T) CONNECTOR old_name(N).
                { S = parse_stmt_named(p, STMT_DROP_CONNECTOR, T, N.name);
                  S->if_exists = N.flag; }

plain_statement(S) ::= ASSERT(T) not_exists(X) TOPIC text(N) with(W) timeout(D).
                { S = parse_stmt_text(p, STMT_ASSERT_TOPIC, T, N);
                  S->not_exists = X; S->timeout = D; parse_stmt_set_with(p, S, W); }
plain_statement(S) ::= ASSERT(T) not_exists(X) SCHEMA subject(N) schema_id(I)
                       timeout(D).
                { S = parse_stmt_assert_schema(p, T, X, N, I, D); }
%type subject {Token}
subject(A) ::= .                                    { A = (Token){0}; }
subject(A) ::= SUBJECT text(N).                     { A = N; }
%type schema_id {Token}
schema_id(A) ::= .                                  { A = (Token){0}; }
schema_id(A) ::= ID number(N).                      { A = N; }

plain_statement(S) ::= ASSERT(T) VALUES name(N) VALUES LP exprs(V) RP.
                { S = parse_stmt_values(p, STMT_ASSERT_VALUES, T, N, NULL, V); }
plain_statement(S) ::= ASSERT(T) VALUES name(N) LP names(C) RP VALUES
                       LP exprs(V) RP.
                { S = parse_stmt_values(p, STMT_ASSERT_VALUES, T, N, C, V); }
/* ASSERT TOMBSTONE is another way to say ASSERT NULL VALUES. */
plain_statement(S) ::= ASSERT(T) tombstone name(N) KEY LP exprs(V) RP.
                { S = parse_stmt_values(p, STMT_ASSERT_NULL_VALUES, T, N, NULL, V); }
plain_statement(S) ::= ASSERT(T) tombstone name(N) LP names(C) RP KEY
                       LP exprs(V) RP.
                { S = parse_stmt_values(p, STMT_ASSERT_NULL_VALUES, T, N, C, V); }
tombstone ::= NULL VALUES.
tombstone ::= TOMBSTONE.
plain_statement(S) ::= ASSERT(T) table(K) name(N) with(W).
                { S = parse_stmt_assert_source(p, T, K, N, NULL, false, W); }
plain_statement(S) ::= ASSERT(T) table(K) name(N) LP elements(L) RP with(W).
                { S = parse_stmt_assert_source(p, T, K, N, L, true, W); }

plain_statement(S) ::= PRINT(T) text(N) from_beginning(B) interval(I) limit(L).
                { S = parse_stmt_text(p, STMT_PRINT, T, N); S->from_beginning = B;
                  parse_stmt_set_count(p, I, "INTERVAL", &S->has_interval,
                                 &S->interval);
                  parse_stmt_set_count(p, L, "LIMIT", &S->has_limit, &S->limit); }
%type from_beginning {bool}
from_beginning(A) ::= .                             { A = false; }
from_beginning(A) ::= FROM BEGINNING.               { A = true; }
%type interval {Token}
interval(A) ::= .                                   { A = (Token){0}; }
interval(A) ::= INTERVAL|SAMPLE number(N).          { A = N; }

plain_statement(S) ::= RUN(T) SCRIPT STRING(N).
                { S = parse_stmt_text(p, STMT_RUN_SCRIPT, T, N); }
plain_statement(S) ::= select(Q).       { S = parse_stmt_select(p, Q); }

/* ---- queries ---- */

%type select {AstSelect *}
select(A) ::= select_word items FROM from(F) joins window where group partition
              having emit limit(L).
                { A = parse_select_end(p, F, L); }
select_word ::= SELECT(T).              { parse_select_begin(p, T); }

items ::= item(I).                      { parse_select_add_item(p, I); }
items ::= items COMMA item(I).          { parse_select_add_item(p, I); }

%type item {AstItem}
item(A) ::= STAR(S).                    { A = item_star((Token){0}, S); }
item(A) ::= column_name(Q) DOT STAR(S). { A = item_star(Q, S); }
item(A) ::= primary(B) ARROW STAR(S).
                { A = item_expr(parse_expr_field_all(p, B, S), (Token){0}); }
item(A) ::= expr(E).                    { A = item_expr(E, (Token){0}); }
item(A) ::= expr(E) AS name(N).         { A = item_expr(E, N); }
item(A) ::= expr(E) item_alias(N).      { A = item_expr(E, N); }

%type from {AstFrom}
from(A) ::= name(N).                    { A = from_new(p, N, (Token){0}); }
from(A) ::= name(N) AS name(L).         { A = from_new(p, N, L); }
from(A) ::= name(N) source_alias(L).    { A = from_new(p, N, L); }

joins ::= .
joins ::= joins join_kind(K) JOIN(T) from(F) within(W) ON expr(E).
                { parse_select_add_join(p, K, T, F, W, E); }

%type join_kind {AstJoinKind}
join_kind(A) ::= .                                  { A = AST_JOIN_INNER; }
join_kind(A) ::= INNER.                             { A = AST_JOIN_INNER; }
join_kind(A) ::= LEFT outer.                        { A = AST_JOIN_LEFT; }
join_kind(A) ::= RIGHT outer.                       { A = AST_JOIN_RIGHT; }
join_kind(A) ::= FULL outer.                        { A = AST_JOIN_FULL; }
outer ::= .
outer ::= OUTER.

%type within {Within}
within(A) ::= .                         { A = (Within){0}; }
within(A) ::= WITHIN duration(D) within_grace(G).
                { A = (Within){true, false, D, D, G}; }
within(A) ::= WITHIN LP duration(B) COMMA duration(D) RP within_grace(G).
                { A = (Within){true, true, B, D, G}; }
%type within_grace {AstDuration}
within_grace(A) ::= .                               { A = (AstDuration){0}; }
within_grace(A) ::= GRACE PERIOD duration(D).       { A = D; }

/* The name is allowed and means nothing. */
window ::= .
window ::= WINDOW window_spec.
window ::= WINDOW IDENT window_spec.
window_spec ::= TUMBLING(T) LP SIZE duration(S) window_rest(R) RP.
                { parse_select_set_window(p, AST_TUMBLING, T, S, (AstDuration){0}, R); }
window_spec ::= HOPPING(T) LP SIZE duration(S) COMMA ADVANCE BY duration(A)
                window_rest(R) RP.
                { parse_select_set_window(p, AST_HOPPING, T, S, A, R); }
window_spec ::= SESSION(T) LP duration(S) window_rest(R) RP.
                { parse_select_set_window(p, AST_SESSION, T, S, (AstDuration){0}, R); }
%type window_rest {WindowRest}
window_rest(A) ::= .                    { A = (WindowRest){0}; }
window_rest(A) ::= COMMA GRACE PERIOD duration(G).
                { A = (WindowRest){.grace = G}; }
window_rest(A) ::= COMMA RETENTION duration(R).
                { A = (WindowRest){.retention = R}; }
window_rest(A) ::= COMMA RETENTION duration(R) COMMA GRACE PERIOD duration(G).
                { A = (WindowRest){.retention = R, .grace = G}; }

where ::= .
where ::= WHERE expr(E).                { p->select->where = E; }
group ::= .
group ::= GROUP BY values(L).           { parse_select_set_group(p, L, false); }
group ::= GROUP BY list_in_parens(L).   { parse_select_set_group(p, L, true); }
partition ::= .
partition ::= PARTITION BY values(L).   { parse_select_set_partition(p, L, false); }
partition ::= PARTITION BY list_in_parens(L).
                                        { parse_select_set_partition(p, L, true); }
%type list_in_parens {ExprList *}
list_in_parens(A) ::= LP RP.            { A = NULL; }
list_in_parens(A) ::= LP value(F) COMMA values(L) RP.
                                        { A = exprs_put_first(p, F, L); }
having ::= .
having ::= HAVING expr(E).              { p->select->having = E; }
emit ::= .
emit ::= EMIT CHANGES.                  { p->select->emit = AST_EMIT_CHANGES; }
emit ::= EMIT FINAL.                    { p->select->emit = AST_EMIT_FINAL; }

/* ---- the automaton without its actions, for messages ---- */

%code {
const int grammar_token_count = YYNTOKEN;

int grammar_depth(const void *parser)
{
    const yyParser *yy = parser;
    return (int)(yy->yytos - yy->yystack);
}

/* Follows lemon's own driver: a state above YY_MAX_SHIFT is a pending
 * reduction. */
bool grammar_try(uint16_t *states, int *depth, int type, bool *as_name)
{
    *as_name = false;
    if (*depth == 0) states[(*depth)++] = 0;
    for (;;) {
        YYACTIONTYPE action =
            yy_find_shift_action((YYCODETYPE)type, states[*depth - 1]);
        if (action == YY_ACCEPT_ACTION) return true;
        if (action == YY_ERROR_ACTION || action == YY_NO_ACTION) return false;
        if (action < YY_MIN_REDUCE) {
            if (action > YY_MAX_SHIFT) {
                action += YY_MIN_REDUCE - YY_MIN_SHIFTREDUCE;
                *as_name = yyRuleInfoNRhs[action - YY_MIN_REDUCE] == -1;
            }
            states[(*depth)++] = action;
            return true;
        }
        int rule = action - YY_MIN_REDUCE;
        *depth += yyRuleInfoNRhs[rule];
        states[*depth] =
            yy_find_reduce_action(states[*depth - 1], yyRuleInfoLhs[rule]);
        (*depth)++;
    }
}
}
