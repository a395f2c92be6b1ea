/* SPDX-License-Identifier: Apache-2.0
 *
 * Text beyond ASCII: the door to ICU (with base/datefmt.h). Text is UTF-8 in
 * memory; SQL counts UTF-16 code units as the reference engine does, so a
 * character above U+FFFF has length 2.
 */
#ifndef BASE_UNICODE_H
#define BASE_UNICODE_H

#include "base/str.h"

/* True if the bytes are well-formed UTF-8. Fast on ASCII. */
bool utf8_valid(Str s);

/* True if all bytes are ASCII. */
bool utf8_is_ascii(Str s);

/* `s` with each malformed sequence replaced by U+FFFD, as Java decodes; `s`
 * itself when it is well-formed. */
Str utf8_repair(Arena *arena, Str s);

/* Length in UTF-16 code units. */
int64_t utf16_length(Str s);

/* The part from UTF-16 unit `from` (0-based) of `count` units. A character cut
 * in half comes out as `?`. Out-of-range positions are clamped. */
Str utf16_slice(Arena *arena, Str s, int64_t from, int64_t count);

/* Order by UTF-16 code unit: <0, 0, >0. */
int utf16_compare(Str a, Str b);

/* Full Unicode case mapping in the root locale, as Java's toUpperCase. ASCII
 * text takes a fast path. */
Str text_upper(Arena *arena, Str s);
Str text_lower(Arena *arena, Str s);

/* What kind of character a code point is, by its general category. */
typedef enum CharClass {
    CHAR_OTHER,
    CHAR_UPPER,  /* Lu */
    CHAR_LOWER,  /* Ll */
    CHAR_LETTER, /* Lt, Lm, Lo */
    CHAR_DIGIT,  /* Nd */
} CharClass;
CharClass char_class(uint32_t c);

/* Appends code point `c` as UTF-8. */
void utf8_append(Buf *buf, uint32_t c);

/* The code point at `*at` (moves it on); malformed bytes give U+FFFD. */
uint32_t utf8_next(Str s, size_t *at);

#endif
