/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 as bytes: checking, decoding, repairing. This half of base/unicode.h
 * needs no ICU.
 *
 * Malformed text is cut into "maximal subparts" (Unicode 15, section 3.9), each
 * of which stands for one U+FFFD: the first bytes of a sequence that could
 * still have become well-formed, or else a single byte. Java decodes in the
 * same way. Surrogates (ED A0..BF xx), overlong forms and what is above
 * U+10FFFF are malformed.
 */
#include "base/unicode.h"

enum { REPLACEMENT = 0xFFFD };

/* What the second byte may be, given the first; the others are 80..BF. */
typedef struct Lead {
    uint8_t size; /* Of the whole sequence; 0: no lead byte. */
    uint8_t low, high;
} Lead;

static inline Lead read_lead(uint8_t c)
{
    if (c < 0xC2) return (Lead){0, 0, 0};
    if (c < 0xE0) return (Lead){2, 0x80, 0xBF};
    if (c == 0xE0) return (Lead){3, 0xA0, 0xBF};
    if (c == 0xED) return (Lead){3, 0x80, 0x9F};
    if (c < 0xF0) return (Lead){3, 0x80, 0xBF};
    if (c == 0xF0) return (Lead){4, 0x90, 0xBF};
    if (c < 0xF4) return (Lead){4, 0x80, 0xBF};
    if (c == 0xF4) return (Lead){4, 0x80, 0x8F};
    return (Lead){0, 0, 0};
}

/* Reads the non-ASCII sequence at `p`: its code point, or U+FFFD with `*ok`
 * cleared. Returns how many bytes it takes, at least 1. */
static size_t read_sequence(const uint8_t *p, size_t room, uint32_t *c,
                            bool *ok)
{
    Lead lead = read_lead(p[0]);
    *c = REPLACEMENT;
    *ok = false;
    if (!lead.size || room < 2 || p[1] < lead.low || p[1] > lead.high) return 1;
    uint32_t value = p[0] & (0x7Fu >> lead.size);
    value = value << 6 | (p[1] & 0x3Fu);
    for (size_t i = 2; i < lead.size; i++) {
        if (i == room || (p[i] & 0xC0) != 0x80) return i;
        value = value << 6 | (p[i] & 0x3Fu);
    }
    *c = value;
    *ok = true;
    return lead.size;
}

/* Position of the first non-ASCII byte at or after `i`, or `len`. */
static size_t skip_ascii(const uint8_t *p, size_t i, size_t len)
{
    const uint64_t high = 0x8080808080808080u;
    for (; i + 16 <= len; i += 16) {
        uint64_t word[2];
        memcpy(word, p + i, 16);
        if ((word[0] | word[1]) & high) break;
    }
    while (i < len && p[i] < 0x80)
        i++;
    return i;
}

bool utf8_is_ascii(Str s)
{
    return skip_ascii((const uint8_t *)s.ptr, 0, s.len) == s.len;
}

/* Length of the well-formed beginning of `s`. */
static size_t valid_prefix(Str s)
{
    const uint8_t *p = (const uint8_t *)s.ptr;
    size_t i = 0;
    for (;;) {
        i = skip_ascii(p, i, s.len);
        while (i < s.len && p[i] >= 0x80) {
            uint32_t c;
            bool ok;
            size_t size = read_sequence(p + i, s.len - i, &c, &ok);
            if (!ok) return i;
            i += size;
        }
        if (i == s.len) return i;
    }
}

bool utf8_valid(Str s)
{
    return valid_prefix(s) == s.len;
}

uint32_t utf8_next(Str s, size_t *at)
{
    const uint8_t *p = (const uint8_t *)s.ptr + *at;
    if (p[0] < 0x80) {
        (*at)++;
        return p[0];
    }
    uint32_t c;
    bool ok;
    *at += read_sequence(p, s.len - *at, &c, &ok);
    return c;
}

Str utf8_repair(Arena *arena, Str s)
{
    size_t at = valid_prefix(s);
    if (at == s.len) return s;
    /* Each byte becomes at most one U+FFFD, which takes three. */
    char *out = arena_alloc(arena, at + (s.len - at) * 3 + 1);
    Buf buf = {out, at, at + (s.len - at) * 3, 0};
    memcpy(out, s.ptr, at);
    while (at < s.len) {
        size_t from = at;
        uint32_t c = utf8_next(s, &at);
        if (c == REPLACEMENT)
            utf8_append(&buf, c);
        else
            buf_append(&buf, s.ptr + from, at - from);
    }
    return (Str){buf.ptr, buf.len};
}

void utf8_append(Buf *buf, uint32_t c)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = REPLACEMENT;
    if (c < 0x80) {
        buf_push(buf, (char)c);
        return;
    }
    char bytes[4];
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3F));
    static const uint8_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    bytes[0] = (char)(marks[len] | c);
    buf_append(buf, bytes, len);
}
