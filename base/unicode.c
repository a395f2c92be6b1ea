/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as SQL sees it: lengths and positions in UTF-16 units, case mapping by
 * ICU. Text stays UTF-8; nothing is converted to UTF-16.
 *
 * In UTF-8 each character begins with one byte that is no continuation byte
 * (10xxxxxx), and those above U+FFFF, which are two units in UTF-16, begin with
 * F0 or more. That is all that counting needs.
 */
#include "base/unicode.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <unicode/ucasemap.h>
#include <unicode/uchar.h>

#include "base/alloc.h"

static inline int units_of_lead(uint8_t c)
{
    return ((c & 0xC0) != 0x80) + (c >= 0xF0);
}

int64_t utf16_length(Str s)
{
    if (utf8_is_ascii(s)) return (int64_t)s.len;
    int64_t units = 0;
    for (size_t i = 0; i < s.len; i++)
        units += units_of_lead((uint8_t)s.ptr[i]);
    return units;
}

/* Moves `*at` over characters until `units` units are passed or the text ends.
 * True if it stopped in front of a character whose first half is wanted. */
static bool skip_units(Str s, size_t *at, int64_t units)
{
    while (*at < s.len && units > 0) {
        size_t next = *at;
        int size = utf8_next(s, &next) > 0xFFFF ? 2 : 1;
        if (size > units) return true;
        units -= size;
        *at = next;
    }
    return false;
}

Str utf16_slice(Arena *arena, Str s, int64_t from, int64_t count)
{
    if (from < 0) from = 0;
    if (count < 0) count = 0;
    if (utf8_is_ascii(s)) {
        size_t begin = (uint64_t)from < s.len ? (size_t)from : s.len;
        size_t room = s.len - begin;
        return (Str){s.ptr + begin,
                     (uint64_t)count < room ? (size_t)count : room};
    }
    size_t begin = 0;
    bool cut_first = skip_units(s, &begin, from);
    if (begin == s.len || count == 0) return (Str){s.ptr + begin, 0};
    if (cut_first) {
        utf8_next(s, &begin);
        count--;
    }
    size_t end = begin;
    bool cut_last = skip_units(s, &end, count);
    if (!cut_first && !cut_last) return (Str){s.ptr + begin, end - begin};
    char *out = arena_alloc(arena, end - begin + 2);
    size_t len = 0;
    if (cut_first) out[len++] = '?';
    memcpy(out + len, s.ptr + begin, end - begin);
    len += end - begin;
    if (cut_last) out[len++] = '?';
    return (Str){out, len};
}

int utf16_compare(Str a, Str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    size_t i = 0;
    for (; i + 8 <= len; i += 8)
        if (memcmp(a.ptr + i, b.ptr + i, 8) != 0) break;
    while (i < len && a.ptr[i] == b.ptr[i])
        i++;
    if (i == len) return (a.len > b.len) - (a.len < b.len);
    uint8_t x = (uint8_t)a.ptr[i];
    uint8_t y = (uint8_t)b.ptr[i];
    /* Surrogates (lead F0 and more) come before U+E000 to U+FFFF (EE, EF). */
    if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0))
        return x >= 0xF0 ? -1 : 1;
    return x < y ? -1 : 1;
}

static UCaseMap *case_map;

static void open_case_map(void)
{
    UErrorCode error = U_ZERO_ERROR;
    case_map = ucasemap_open("", 0, &error);
    /* ICU can fail here only for want of memory or of its own data. */
    if (U_FAILURE(error)) mem_exhausted("ICU case mapping", 0);
}

typedef int32_t (*MapCase)(const UCaseMap *map, char *to, int32_t room,
                           const char *from, int32_t len, UErrorCode *error);

static Str map_case(Arena *arena, Str s, MapCase map)
{
    assert(s.len < INT32_MAX / 4);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_case_map);
    int32_t room = (int32_t)s.len + 32;
    for (;;) {
        char *out = arena_alloc(arena, (size_t)room);
        UErrorCode error = U_ZERO_ERROR;
        int32_t len = map(case_map, out, room, s.ptr, (int32_t)s.len, &error);
        if (U_SUCCESS(error)) return (Str){out, (size_t)len};
        if (error != U_BUFFER_OVERFLOW_ERROR)
            mem_exhausted("ICU case mapping", s.len);
        room = len + 1;
    }
}

Str text_upper(Arena *arena, Str s)
{
    if (utf8_is_ascii(s)) return str_ascii_upper(arena, s);
    return map_case(arena, s, ucasemap_utf8ToUpper);
}

Str text_lower(Arena *arena, Str s)
{
    if (utf8_is_ascii(s)) return str_ascii_lower(arena, s);
    return map_case(arena, s, ucasemap_utf8ToLower);
}

CharClass char_class(uint32_t c)
{
    switch (u_charType((UChar32)c)) {
    case U_UPPERCASE_LETTER: return CHAR_UPPER;
    case U_LOWERCASE_LETTER: return CHAR_LOWER;
    case U_TITLECASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER: return CHAR_LETTER;
    case U_DECIMAL_DIGIT_NUMBER: return CHAR_DIGIT;
    default: return CHAR_OTHER;
    }
}
