/* SPDX-License-Identifier: Apache-2.0
 *
 * Failures as text. st_render draws what a compiler draws:
 *
 *     hot.sql:3:8: error: column 'URL2' does not exist; did you mean 'URL'?
 *     SELECT URL2 FROM clicks;
 *            ^
 *
 * Columns count characters. A long line is shown as a window around the place,
 * with "..." where it was cut. Tabs are kept in both lines, so the caret stands
 * right at any tab width; other control characters and malformed UTF-8 are
 * shown as U+FFFD, so a statement cannot drive the terminal.
 */
#include "base/status.h"

#include <stdarg.h>
#include <stdbool.h>

#include "base/str.h"
#include "base/unicode.h"

enum {
    WINDOW_COLUMNS = 100, /* Of a source line that are shown. */
    WINDOW_BEFORE = 60,   /* Of these, before the place. */
};

static Status make_error(Arena *arena, StatusKind kind, uint32_t at,
                         const char *format, va_list args)
{
    return (Status){kind, at, str_vprintf(arena, format, args).ptr};
}

Status st_error(Arena *arena, StatusKind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Status st = make_error(arena, kind, 0, format, args);
    va_end(args);
    return st;
}

Status st_error_at(Arena *arena, uint32_t offset, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Status st = make_error(arena, ST_USER, offset + 1, format, args);
    va_end(args);
    return st;
}

/* Where a position is: its line and the column in it. */
typedef struct Place {
    Str line;   /* Without its line end. */
    size_t at;  /* Of the place in the line, in bytes. */
    int number; /* Of the line, from 1. */
    int column; /* In characters, from 0. */
} Place;

static Place find_place(Str source, size_t at)
{
    /* An error at the end of the text belongs behind the last thing written,
     * not on an empty last line. */
    if (at >= source.len) {
        at = source.len;
        while (at > 0 && (unsigned char)source.ptr[at - 1] <= ' ')
            at--;
    }
    Place place = {.number = 1};
    size_t begin = 0;
    for (size_t i = 0; i < at; i++) {
        if (source.ptr[i] != '\n') continue;
        place.number++;
        begin = i + 1;
    }
    size_t end = str_find(source, STR("\n"), at);
    if (end == SIZE_MAX) end = source.len;
    if (end > at && source.ptr[end - 1] == '\r') end--;
    place.line = (Str){source.ptr + begin, end - begin};
    place.at = at - begin;
    for (size_t i = 0; i < place.at; place.column++)
        utf8_next(place.line, &i);
    return place;
}

/* Appends the characters `first` to `last` - 1 of the line. */
static void show_line(Buf *out, Str line, int first, int last)
{
    int column = 0;
    for (size_t i = 0; i < line.len && column < last; column++) {
        uint32_t c = utf8_next(line, &i);
        if (column < first) continue;
        bool control = (c < ' ' && c != '\t') || (c >= 0x7F && c < 0xA0);
        utf8_append(out, control ? 0xFFFD : c);
    }
}

/* Appends blanks as wide as the characters `first` to `last` - 1. */
static void show_blanks(Buf *out, Str line, int first, int last)
{
    int column = 0;
    for (size_t i = 0; i < line.len && column < last; column++) {
        uint32_t c = utf8_next(line, &i);
        if (column >= first) buf_push(out, c == '\t' ? '\t' : ' ');
    }
}

static int count_characters(Str s)
{
    int count = 0;
    for (size_t i = 0; i < s.len; count++)
        utf8_next(s, &i);
    return count;
}

static void show_source(Buf *out, Place place)
{
    int length = count_characters(place.line);
    int first = 0;
    int last = length;
    if (length > WINDOW_COLUMNS) {
        first = place.column > WINDOW_BEFORE ? place.column - WINDOW_BEFORE : 0;
        last = first + WINDOW_COLUMNS;
        if (last > length) {
            last = length;
            first = length - WINDOW_COLUMNS;
        }
    }
    buf_push(out, '\n');
    if (first > 0) buf_append_str(out, STR("..."));
    show_line(out, place.line, first, last);
    if (last < length) buf_append_str(out, STR("..."));
    buf_push(out, '\n');
    if (first > 0) buf_append_str(out, STR("   "));
    show_blanks(out, place.line, first, place.column);
    buf_push(out, '^');
}

const char *st_render(Arena *arena, Status st, const char *where,
                      const char *source, size_t source_len)
{
    if (!st.at) return str_cstr(arena, str_from(st.text));
    Buf out = {0};
    Place place = find_place((Str){source, source_len}, st.at - 1);
    if (where) buf_printf(&out, "%s:", where);
    buf_printf(&out, "%d:%d: error: %s", place.number, place.column + 1,
               st.text);
    show_source(&out, place);
    const char *text = str_cstr(arena, buf_str(&out));
    buf_free(&out);
    return text;
}
