/* SPDX-License-Identifier: Apache-2.0
 *
 * Str: text or bytes as a slice, pointer and length. A Str owns nothing; what
 * it points to lives in an arena, a batch or a literal. A NULL pointer means
 * "no value" (a null key, an absent option), unlike the empty text.
 *
 * Buf: a growing byte buffer on the heap with a maximum, for encoders.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str){(literal), sizeof(literal) - 1})
#define STR_NULL ((Str){NULL, 0})
#define STR_INIT(literal) {(literal), sizeof(literal) - 1}
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, (s).ptr

/* The slice over a NUL-terminated string; NULL gives STR_NULL. */
static inline Str str_from(const char *text)
{
    return (Str){text, text ? strlen(text) : 0};
}

static inline bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Equal but for ASCII case. */
bool str_eq_nocase(Str a, Str b);

/* Unsigned byte order; a prefix sorts first. */
int str_compare(Str a, Str b);

bool str_starts_with(Str s, Str prefix);
bool str_ends_with(Str s, Str suffix);

/* Position of the first `needle` at or after `from`, or SIZE_MAX. */
size_t str_find(Str s, Str needle, size_t from);

/* Without leading and trailing bytes <= ' '. */
Str str_trim(Str s);

/* A copy in `arena`, followed by a NUL that is not counted. */
Str str_copy(Arena *arena, Str s);

/* A NUL-terminated copy in `arena`. */
const char *str_cstr(Arena *arena, Str s);

/* Upper and lower case of ASCII letters only; identifiers use these. Values
 * use text_upper of base/unicode.h. */
Str str_ascii_upper(Arena *arena, Str s);
Str str_ascii_lower(Arena *arena, Str s);

/* printf into `arena`. */
Str str_printf(Arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
Str str_vprintf(Arena *arena, const char *format, va_list args);

/* Edit distance with a bound: how many slips (a byte added, left out, changed,
 * or swapped with its neighbour) lead from `a` to `b`, ASCII case ignored; more
 * than `max` gives max + 1. Messages use it through base/near.h. */
int str_distance(Str a, Str b, int max);

typedef struct Buf {
    char *ptr;
    size_t len;
    size_t cap;
    size_t max; /* Growing over it stops the process; 0: 1 GiB. */
} Buf;

/* Makes room for `more` bytes after len. */
void buf_reserve(Buf *buf, size_t more);
/* Appends bytes. */
void buf_append(Buf *buf, const void *bytes, size_t len);
void buf_append_str(Buf *buf, Str s);
void buf_printf(Buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Gives the memory back and empties the buffer. */
void buf_free(Buf *buf);

static inline void buf_push(Buf *buf, char c)
{
    if (buf->len == buf->cap) buf_reserve(buf, 1);
    buf->ptr[buf->len++] = c;
}

static inline Str buf_str(const Buf *buf)
{
    return (Str){buf->ptr ? buf->ptr : "", buf->len};
}

#endif
