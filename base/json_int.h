/* SPDX-License-Identifier: Apache-2.0
 *
 * What the JSON reader and writer share: the search for the bytes that a string
 * may not hold as they are (quote, backslash, control characters). Only for
 * base/json*.c.
 */
#ifndef BASE_JSON_INT_H
#define BASE_JSON_INT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline bool is_special(char c)
{
    return c == '"' || c == '\\' || (unsigned char)c < ' ';
}

#if defined(__SSE2__)

/* A bit for each of 16 bytes: special ones below, non-ASCII ones from bit 16.
 */
static inline uint32_t look_at_16(const char *p)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i quotes = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
    __m128i slashes = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1F)), x);
    __m128i special = _mm_or_si128(_mm_or_si128(quotes, slashes), low);
    return (uint32_t)_mm_movemask_epi8(special) | (uint32_t)_mm_movemask_epi8(x)
                                                      << 16;
}

/* Position of the first special byte at or after `at`, or `end`. Sets `*high`
 * if a non-ASCII byte comes before it. The last bytes of the text are looked at
 * together with those before them, so as not to read over the end. */
static inline const char *find_special(const char *start, const char *at,
                                       const char *end, bool *high)
{
    while (at < end) {
        uint32_t room = (uint32_t)(end - at < 16 ? end - at : 16);
        if (room < 16 && end - start < 16) break;
        uint32_t bits = look_at_16(room < 16 ? end - 16 : at);
        uint32_t special = (bits & 0xFFFF) >> (16 - room);
        uint32_t above = bits >> 16 >> (16 - room);
        uint32_t size = special ? (uint32_t)__builtin_ctz(special) : room;
        if (above & ((1u << size) - 1)) *high = true;
        at += size;
        if (special) return at;
    }
    for (; at < end && !is_special(*at); at++)
        if ((unsigned char)*at >= 0x80) *high = true;
    return at;
}

#else

/* As above, eight bytes at a time in a plain word. The word tests can only be
 * wrong above the first hit, and the bytes of a hit word are looked at singly.
 */
static inline const char *find_special(const char *start, const char *at,
                                       const char *end, bool *high)
{
    (void)start;
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        uint64_t quotes = word ^ ones * '"';
        uint64_t slashes = word ^ ones * '\\';
        uint64_t hits = ((quotes - ones) & ~quotes) |
                        ((slashes - ones) & ~slashes) |
                        ((word - ones * ' ') & ~word);
        if (hits & tops) break;
        if (word & tops) *high = true;
    }
    for (; at < end && !is_special(*at); at++)
        if ((unsigned char)*at >= 0x80) *high = true;
    return at;
}

#endif

#endif
