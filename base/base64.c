/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 (RFC 4648, section 4) as Java's basic encoder and decoder do it:
 * padding is written, and when reading it may be missing but not be wrong.
 * Line ends and other letters are refused; unused bits of the last letter are
 * ignored.
 */
#include "base/number.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(Buf *out, Str bytes)
{
    const uint8_t *p = (const uint8_t *)bytes.ptr;
    if (!bytes.len) return;
    buf_reserve(out, (bytes.len + 2) / 3 * 4);
    char *at = out->ptr + out->len;
    size_t i = 0;
    for (; i + 3 <= bytes.len; i += 3) {
        uint32_t bits = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 |
                        p[i + 2];
        *at++ = letters[bits >> 18];
        *at++ = letters[bits >> 12 & 63];
        *at++ = letters[bits >> 6 & 63];
        *at++ = letters[bits & 63];
    }
    if (i < bytes.len) {
        bool two = i + 2 == bytes.len;
        uint32_t bits = (uint32_t)p[i] << 16;
        if (two) bits |= (uint32_t)p[i + 1] << 8;
        *at++ = letters[bits >> 18];
        *at++ = letters[bits >> 12 & 63];
        *at++ = two ? letters[bits >> 6 & 63] : '=';
        *at++ = '=';
    }
    out->len = bytes.len ? (size_t)(at - out->ptr) : out->len;
}

/* The six bits of a letter, or -1. */
static inline int letter_bits(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(Arena *arena, Str text, Str *bytes)
{
    size_t len = text.len;
    /* Padding must fill a group of four that has two or three letters. */
    if (len && text.ptr[len - 1] == '=') {
        if (len % 4 != 0) return false;
        len--;
        if (text.ptr[len - 1] == '=') len--;
    }
    if (len % 4 == 1) return false;
    uint8_t *out = arena_alloc(arena, len / 4 * 3 + 3);
    size_t count = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        int six = letter_bits(text.ptr[i]);
        if (six < 0) return false;
        bits = bits << 6 | (uint32_t)six;
        if (i % 4 == 3) {
            out[count++] = (uint8_t)(bits >> 16);
            out[count++] = (uint8_t)(bits >> 8);
            out[count++] = (uint8_t)bits;
        }
    }
    if (len % 4 == 2) out[count++] = (uint8_t)(bits >> 4);
    if (len % 4 == 3) {
        out[count++] = (uint8_t)(bits >> 10);
        out[count++] = (uint8_t)(bits >> 2);
    }
    *bytes = (Str){(char *)out, count};
    return true;
}
