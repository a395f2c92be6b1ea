/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to syntax tree. Errors are ST_USER with the byte offset of the place in
 * the text that was passed; they name what was found and what was expected.
 */
#ifndef PARSER_PARSER_H
#define PARSER_PARSER_H

#include "base/map.h"
#include "base/status.h"
#include "parser/ast.h"

/* Limits; over them is a user error. */
enum {
    PARSE_TEXT_MAX_BYTES = 16 << 20,
    PARSE_DEPTH_MAX = 500,   /* Nesting of expressions and types. */
    PARSE_HEIGHT_MAX = 4000, /* Of a tree: bounds chains such as a + b + ... */
    PARSE_NODES_MAX = 2000000, /* Expressions, types, list items of a text. */
};

/* All statements of `text`, in order. `variables` (Str values by name) replace
 * ${name}; a DEFINE earlier in the text counts too, an UNDEFINE ends it. NULL:
 * nothing is replaced. A SET of ksql.variable.substitution.enable in the text
 * decides for what follows. The map is not changed. On failure nothing is
 * returned. */
STATUS parse_statements(Arena *stmt, Str text, const Map *variables,
                        AstStatement ***statements, int *count);

/* One expression alone, for tests and settings. */
STATUS parse_expression(Arena *stmt, Str text, Ast **expr);

/* One type alone: `ARRAY<STRUCT<A INT>>`. */
STATUS parse_type(Arena *stmt, Str text, const AstType **type);

/* The column list of a source: "ID INT KEY, V STRING" (no parentheses). */
STATUS parse_elements(Arena *stmt, Str text, AstElement **elements, int *count);

/* The length of the first complete statement in `text` including its `;`, or 0
 * if there is none yet. Knows quotes and comments; for prompts and scripts. */
size_t parse_statement_end(Str text);

/* The keywords, for completion and highlighting: a NULL-terminated list. */
const char *const *parser_keywords(void);
bool parser_is_reserved(Str word);

#endif
