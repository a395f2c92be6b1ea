/* SPDX-License-Identifier: Apache-2.0
 *
 * The lexer: text to tokens (language 1.1-1.3, 1.5). Internal to parser/. The
 * types of tokens are the TK_ numbers that lemon makes from grammar.y.
 */
#ifndef PARSER_LEXER_H
#define PARSER_LEXER_H

#include "base/map.h"
#include "base/status.h"

enum {
    TOKEN_END = 0,    /* The end of the text; lemon's own end marker. */
    TOKEN_ERROR = -1, /* Lexer.st says what is wrong. */
};

typedef struct Token {
    int type;
    uint32_t at; /* Byte offsets in the text; of ${name} as a whole. */
    uint32_t end;
    bool quoted; /* A name in double or back quotes. */
    Str text;    /* Names folded or unquoted, strings unescaped, else as
                  * written; a number with its sign if it has one. */
    Str written; /* Names: without quotes, not folded. */
} Token;

/* What ${name} stands for: the caller's variables, and on top of them those
 * that the text itself has defined or undefined so far. */
typedef struct Variables {
    const Map *outer;     /* Str values; may be NULL. */
    Map own;              /* Str values; `undefined` below marks a removal. */
    size_t spliced_bytes; /* Put into strings so far; bounded. */
    bool off;             /* Nothing is replaced, whatever is defined. */
} Variables;

/* DEFINE and UNDEFINE. The name and value must live in `stmt`. */
void variables_define(Arena *stmt, Variables *variables, Str name, Str value);
void variables_undefine(Arena *stmt, Variables *variables, Str name);

/* The value of `name`, or NULL. */
const Str *variables_get(const Variables *variables, Str name);

typedef struct Lexer {
    Arena *stmt;
    Str text; /* Must live as long as the tokens. */
    size_t at;
    Variables *variables; /* NULL: ${name} is always undefined. */
    int before;           /* Type of the last token, TOKEN_END at first. */
    Token ahead;          /* Read already, if has_ahead. */
    bool has_ahead;
    Status st; /* Set once, with TOKEN_ERROR. */
} Lexer;

/* Starts at the beginning of `text`. Copying a Lexer keeps the place. */
void lexer_open(Lexer *lexer, Arena *stmt, Str text, Variables *variables);

/* The next token. A minus sign directly before a number is part of it unless
 * an operand stands before: `a - 3` are three tokens, `(-3` two. */
Token lexer_next(Lexer *lexer);

/* The word of a keyword's token: "SELECT"; NULL if it is none. */
const char *lexer_word(int type);

/* True for the tokens of words that are names unless the grammar takes them
 * for a keyword. */
bool lexer_is_free_word(int type);

/* True for what matches [A-Za-z_][A-Za-z0-9_@]*. */
bool lexer_is_plain_name(Str text);

/* The beginning of a text for a message: one line, at most 60 bytes, whole
 * characters. */
Str lexer_clip(Str text);

/* Moves `*at` over blanks and comments. False: it is now at the opening of a
 * comment that is not closed. */
bool lexer_skip_blanks(Str text, size_t *at);

/* The byte after the quoted text that opens at `at` (any of ' " `), a doubled
 * quote inside being one; SIZE_MAX if it is not closed. */
size_t lexer_skip_quoted(Str text, size_t at);

#endif
