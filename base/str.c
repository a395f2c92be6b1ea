/* SPDX-License-Identifier: Apache-2.0
 *
 * Slices of text and the growing buffer. All of it works on bytes; what needs
 * to know characters is in base/unicode.h.
 */
#include "base/str.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>

#include "base/alloc.h"

enum {
    BUF_FIRST_BYTES = 64,
    PRINT_STACK_BYTES = 512,
    DISTANCE_STACK_CELLS = 384,
};

#define BUF_DEFAULT_MAX_BYTES ((size_t)1 << 30)

static inline unsigned char to_lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? u | 0x20 : u;
}

static inline unsigned char to_upper(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'a' && u <= 'z' ? u & ~0x20 : u;
}

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (to_lower(a.ptr[i]) != to_lower(b.ptr[i])) return false;
    return true;
}

int str_compare(Str a, Str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;
    if (order) return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool str_starts_with(Str s, Str prefix)
{
    return s.len >= prefix.len &&
           (!prefix.len || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool str_ends_with(Str s, Str suffix)
{
    return s.len >= suffix.len &&
           (!suffix.len ||
            memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

size_t str_find(Str s, Str needle, size_t from)
{
    if (from > s.len) return SIZE_MAX;
    if (!needle.len) return from;
    if (from == s.len) return SIZE_MAX;
    const char *found = memmem(s.ptr + from, s.len - from, needle.ptr,
                               needle.len);
    return found ? (size_t)(found - s.ptr) : SIZE_MAX;
}

Str str_trim(Str s)
{
    while (s.len && (unsigned char)s.ptr[0] <= ' ') {
        s.ptr++;
        s.len--;
    }
    while (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ')
        s.len--;
    return s;
}

Str str_copy(Arena *arena, Str s)
{
    if (!s.ptr) return STR_NULL;
    char *copy = arena_alloc(arena, s.len + 1);
    if (s.len) memcpy(copy, s.ptr, s.len);
    copy[s.len] = 0;
    return (Str){copy, s.len};
}

const char *str_cstr(Arena *arena, Str s)
{
    return s.ptr ? str_copy(arena, s).ptr : "";
}

Str str_ascii_upper(Arena *arena, Str s)
{
    if (!s.ptr) return STR_NULL;
    char *out = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        out[i] = (char)to_upper(s.ptr[i]);
    out[s.len] = 0;
    return (Str){out, s.len};
}

Str str_ascii_lower(Arena *arena, Str s)
{
    if (!s.ptr) return STR_NULL;
    char *out = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        out[i] = (char)to_lower(s.ptr[i]);
    out[s.len] = 0;
    return (Str){out, s.len};
}

Str str_vprintf(Arena *arena, const char *format, va_list args)
{
    char first[PRINT_STACK_BYTES];
    va_list again;
    va_copy(again, args);
    int printed = vsnprintf(first, sizeof first, format, args);
    size_t len = printed > 0 ? (size_t)printed : 0;
    char *out = arena_alloc(arena, len + 1);
    if (len < sizeof first)
        memcpy(out, first, len);
    else
        vsnprintf(out, len + 1, format, again);
    out[len] = 0;
    va_end(again);
    return (Str){out, len};
}

Str str_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str s = str_vprintf(arena, format, args);
    va_end(args);
    return s;
}

static inline int min_of(int a, int b)
{
    return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
    return to_lower(a) == to_lower(b);
}

/* Levenshtein's table, a row for each byte of `a`: row[j] is the distance from
 * the part of `a` done so far to the first j bytes of `b`. Of three rows at
 * `cells` two are those before, for neighbours that changed places. Stops when
 * two rows are over the bound: later ones can only be larger. */
static int walk_rows(Str a, Str b, int max, int *cells)
{
    size_t width = b.len + 1;
    int *row = cells, *before = cells + width, *earlier = cells + 2 * width;
    int smallest_before = 0;

    for (size_t j = 0; j <= b.len; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= a.len; i++) {
        int *spare = earlier;
        earlier = before, before = row, row = spare;
        int smallest = row[0] = (int)i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = same_letter(a.ptr[i - 1], b.ptr[j - 1]);
            int best = min_of(before[j - 1] + !same,
                              min_of(row[j - 1], before[j]) + 1);
            if (i > 1 && j > 1 && same_letter(a.ptr[i - 1], b.ptr[j - 2]) &&
                same_letter(a.ptr[i - 2], b.ptr[j - 1]))
                best = min_of(best, earlier[j - 2] + 1);
            row[j] = best;
            smallest = min_of(smallest, best);
        }
        if (smallest > max && smallest_before > max) return max + 1;
        smallest_before = smallest;
    }
    return row[b.len] > max ? max + 1 : row[b.len];
}

int str_distance(Str a, Str b, int max)
{
    assert(max >= 0 && max < INT_MAX);
    size_t apart = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (apart > (size_t)max) return max + 1;
    int cells[DISTANCE_STACK_CELLS];
    if (3 * (b.len + 1) <= DISTANCE_STACK_CELLS)
        return walk_rows(a, b, max, cells);
    int *rows = mem_alloc(3 * (b.len + 1) * sizeof *rows);
    int distance = walk_rows(a, b, max, rows);
    mem_free(rows);
    return distance;
}

void buf_reserve(Buf *buf, size_t more)
{
    if (more <= buf->cap - buf->len) return;
    size_t max = buf->max ? buf->max : BUF_DEFAULT_MAX_BYTES;
    if (more > max || buf->len > max - more) mem_exhausted("buffer", more);
    size_t need = buf->len + more;
    size_t cap = buf->cap ? buf->cap : BUF_FIRST_BYTES;
    while (cap < need)
        cap *= 2;
    if (cap > max) cap = max;
    buf->ptr = mem_realloc(buf->ptr, cap);
    buf->cap = cap;
}

void buf_append(Buf *buf, const void *bytes, size_t len)
{
    if (!len) return;
    if (len > buf->cap - buf->len) buf_reserve(buf, len);
    memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
}

void buf_append_str(Buf *buf, Str s)
{
    buf_append(buf, s.ptr, s.len);
}

void buf_printf(Buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = buf->cap - buf->len;
    /* The buffer may have no memory yet; then only measure. */
    int len = vsnprintf(room ? buf->ptr + buf->len : NULL, room, format, args);
    if (len > 0 && (size_t)len >= room) {
        /* vsnprintf wants a byte for its NUL, which then is not counted. */
        buf_reserve(buf, (size_t)len + 1);
        vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again);
    }
    if (len > 0) buf->len += (size_t)len;
    va_end(again);
    va_end(args);
}

void buf_free(Buf *buf)
{
    mem_free(buf->ptr);
    buf->ptr = NULL;
    buf->len = 0;
    buf->cap = 0;
}
