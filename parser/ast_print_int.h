/* SPDX-License-Identifier: Apache-2.0
 *
 * Between ast_print.c and ast_print_stmt.c.
 */
#ifndef PARSER_AST_PRINT_INT_H
#define PARSER_AST_PRINT_INT_H

#include "parser/ast.h"

void print_text(Buf *out, const char *text);

/* A string literal. */
void print_string(Buf *out, Str text);

/* An expression where no predicate may stand: in parentheses if it is one. */
void print_value(Buf *out, const Ast *expr);

#endif
