/* SPDX-License-Identifier: Apache-2.0
 *
 * Scanning JSON tokens in place, for the record path (formats/json_*.c only).
 *
 * A scanner takes a position and the end of the text and gives the position
 * behind the token, or NULL if it is malformed: RFC 8259 and well-formed UTF-8,
 * nothing else. Nothing is read at or past `end`. Strings are searched 16 bytes
 * a step and digits 8 a step; both are plain C that the compiler maps to vector
 * registers where there are any.
 */
#ifndef FORMATS_JSON_SCAN_H
#define FORMATS_JSON_SCAN_H

#include "base/number.h"

/* Levels that may be open inside one member of a record. */
enum { JSON_SCAN_DEPTH_MAX = 1000 };

typedef signed char Bytes16 __attribute__((vector_size(16)));

#define JSON_SPLAT16(c)                                                        \
    ((Bytes16){(c), (c), (c), (c), (c), (c), (c), (c), (c), (c), (c), (c),     \
               (c), (c), (c), (c)})

static inline uint64_t json_load8(const char *p)
{
    uint64_t word;
    memcpy(&word, p, 8);
    return word;
}

static inline const char *json_skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* From a byte that is no plain ASCII to the next plain one: an escape (sets
 * `*escaped`) or UTF-8 sequences. */
const char *json_scan_special(const char *p, const char *end, bool *escaped);

/* From behind the opening quote to the closing quote (not past it). Sets
 * `*escaped` if there are escapes. */
static inline const char *json_scan_string(const char *p, const char *end,
                                           bool *escaped)
{
    for (;;) {
        while (end - p >= 16) {
            Bytes16 x;
            memcpy(&x, p, 16);
            /* As signed bytes, non-ASCII ones are below the blank too. */
            Bytes16 hit = (Bytes16)((x == JSON_SPLAT16('"')) |
                                    (x == JSON_SPLAT16('\\')) |
                                    (x < JSON_SPLAT16(' ')));
            uint64_t words[2];
            memcpy(words, &hit, 16);
            if (words[0]) {
                p += __builtin_ctzll(words[0]) >> 3;
                goto found;
            }
            if (words[1]) {
                p += 8 + (__builtin_ctzll(words[1]) >> 3);
                goto found;
            }
            p += 16;
        }
        while (p < end && *p != '"' && *p != '\\' && *p >= ' ')
            p++;
        if (p == end) return NULL;
    found:
        if (*p == '"') return p;
        p = json_scan_special(p, end, escaped);
        if (!p) return NULL;
    }
}

/* The string between the quotes, escapes decoded into `arena`. */
Str json_unescape(Arena *arena, const char *start, const char *end);

/* The zero bytes of `digits ^ "00000000"` are digits 0; a byte above 9 is no
 * digit. The mask's lowest set bit belongs to the first that is none. */
static inline uint64_t json_not_digits(uint64_t x)
{
    return ((x + 0x7676767676767676u) | x) & 0x8080808080808080u;
}

/* The number that eight digits make, the first in the lowest byte. */
static inline uint64_t json_eight_digits(uint64_t x)
{
    x = x * 10 + (x >> 8);
    return ((x & 0x000000ff000000ffu) * 0x000f424000000064u +
            ((x >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >>
           32;
}

/* Reads digits; `*value` is multiplied on (modulo 2^64). */
static inline const char *json_scan_digits(const char *p, const char *end,
                                           uint64_t *value)
{
    while (end - p >= 8) {
        uint64_t x = json_load8(p) ^ 0x3030303030303030u;
        uint64_t mask = json_not_digits(x);
        if (!mask) {
            *value = *value * 100000000 + json_eight_digits(x);
            p += 8;
            continue;
        }
        int count = __builtin_ctzll(mask) >> 3;
        if (count) {
            x <<= 64 - 8 * count;
            *value = *value * pow10_u64[count] + json_eight_digits(x);
        }
        return p + count;
    }
    for (; p < end && (unsigned)(*p - '0') < 10; p++)
        *value = *value * 10 + (uint64_t)(*p - '0');
    return p;
}

static inline const char *json_skip_digits(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t x = json_load8(p) ^ 0x3030303030303030u;
        uint64_t mask = json_not_digits(x);
        if (mask) return p + (__builtin_ctzll(mask) >> 3);
        p += 8;
    }
    while (p < end && (unsigned)(*p - '0') < 10)
        p++;
    return p;
}

/* A number's fraction and exponent, if any. */
static inline const char *json_scan_fraction(const char *p, const char *end)
{
    if (p < end && *p == '.') {
        const char *start = p + 1;
        p = json_skip_digits(start, end);
        if (p == start) return NULL;
    }
    if (p < end && (*p | 0x20) == 'e') {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        const char *start = p;
        p = json_skip_digits(start, end);
        if (p == start) return NULL;
    }
    return p;
}

static inline const char *json_scan_number(const char *p, const char *end)
{
    if (p < end && *p == '-') p++;
    if (p == end) return NULL;
    if (*p == '0')
        p++;
    else if ((unsigned)(*p - '1') < 9)
        p = json_skip_digits(p, end);
    else
        return NULL;
    return json_scan_fraction(p, end);
}

/* A number that is a plain integer of at most 18 digits. NULL if it is not,
 * though it may be a number. */
static inline const char *json_scan_integer(const char *p, const char *end,
                                            int64_t *value)
{
    if (p == end) return NULL;
    bool negative = *p == '-';
    p += negative;
    const char *start = p;
    uint64_t sum = 0;
    p = json_scan_digits(p, end, &sum);
    int64_t count = p - start;
    if (count < 1 || count > 18 || (count > 1 && *start == '0')) return NULL;
    if (p < end && (*p == '.' || (*p | 0x20) == 'e')) return NULL;
    *value = negative ? -(int64_t)sum : (int64_t)sum;
    return p;
}

/* `word` at p. */
static inline const char *json_scan_word(const char *p, const char *end,
                                         const char *word, size_t len)
{
    return (size_t)(end - p) >= len && memcmp(p, word, len) == 0 ? p + len
                                                                 : NULL;
}

/* An object or array, whose bracket is at p. Does not recurse. */
const char *json_scan_container(const char *p, const char *end);

/* A string, number or word, with nothing before it; the commonest first. */
static inline const char *json_scan_scalar(const char *p, const char *end)
{
    bool escaped;
    if (p == end) return NULL;
    if (*p == '"') {
        p = json_scan_string(p + 1, end, &escaped);
        return p ? p + 1 : NULL;
    }
    if (*p <= '9') return json_scan_number(p, end);
    if (*p == 't') return json_scan_word(p, end, "true", 4);
    if (*p == 'f') return json_scan_word(p, end, "false", 5);
    if (*p == 'n') return json_scan_word(p, end, "null", 4);
    return NULL;
}

/* Any value, with nothing before it. */
static inline const char *json_scan_value(const char *p, const char *end)
{
    if (p < end && (*p == '{' || *p == '[')) return json_scan_container(p, end);
    return json_scan_scalar(p, end);
}

#endif
