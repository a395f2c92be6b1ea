/* SPDX-License-Identifier: Apache-2.0
 *
 * The syntax tree back to text, canonical: keywords in upper case, names quoted
 * where they must be. Parsing it again gives the same tree.
 */
#ifndef PARSER_AST_PRINT_H
#define PARSER_AST_PRINT_H

#include "parser/ast.h"

/* One statement, without the final `;`. */
void ast_print_statement(Buf *out, const AstStatement *statement);
void ast_print_expr(Buf *out, const Ast *expr);
void ast_print_type(Buf *out, const AstType *type);

/* A name as it must be written: back-quoted when it is reserved or would not
 * survive folding. */
void ast_print_name(Buf *out, Str name);

/* Deep equality of two trees, positions and source text ignored. */
bool ast_equal(const AstStatement *a, const AstStatement *b);

#endif
