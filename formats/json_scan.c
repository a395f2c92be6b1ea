/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the JSON scanners that are not worth inlining: escapes, UTF-8,
 * and nested values. A nested value is a small state machine with one bit for
 * each open level, so ten thousand brackets cost an error and no stack.
 */
#include "formats/json_scan.h"

#include "base/unicode.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits, or -1. */
static int32_t hex_unit(const char *p)
{
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static const char *scan_escape(const char *p, const char *end)
{
    if (end - p < 2) return NULL;
    switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return p + 2;
    case 'u': return end - p >= 6 && hex_unit(p + 2) >= 0 ? p + 6 : NULL;
    default: return NULL;
    }
}

/* One sequence of 2 to 4 bytes. The second byte's range keeps out overlong
 * forms, surrogates and what is above U+10FFFF. */
static const char *scan_sequence(const char *p, const char *end)
{
    unsigned char head = (unsigned char)*p;
    unsigned char low = 0x80, high = 0xbf;
    int size = head < 0xe0 ? 2 : head < 0xf0 ? 3 : 4;
    if (head < 0xc2 || head > 0xf4 || end - p < size) return NULL;
    if (head == 0xe0) low = 0xa0;
    if (head == 0xed) high = 0x9f;
    if (head == 0xf0) low = 0x90;
    if (head == 0xf4) high = 0x8f;
    if ((unsigned char)p[1] < low || (unsigned char)p[1] > high) return NULL;
    for (int i = 2; i < size; i++)
        if (((unsigned char)p[i] & 0xc0) != 0x80) return NULL;
    return p + size;
}

const char *json_scan_special(const char *p, const char *end, bool *escaped)
{
    if (*p == '\\') {
        *escaped = true;
        return scan_escape(p, end);
    }
    if ((unsigned char)*p < 0x80) return NULL; /* A control character. */
    while (p && p < end && (unsigned char)*p >= 0x80)
        p = scan_sequence(p, end);
    return p;
}

/* Decodes `\uXXXX` at p, a surrogate pair of two of them together. One
 * surrogate alone becomes U+FFFD. */
static const char *decode_unit(const char *p, const char *end, Buf *out)
{
    uint32_t c = (uint32_t)hex_unit(p + 2);
    p += 6;
    if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' &&
        p[1] == 'u') {
        uint32_t low = (uint32_t)hex_unit(p + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            p += 6;
        }
    }
    utf8_append(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return p;
}

Str json_unescape(Arena *arena, const char *start, const char *end)
{
    /* No escape is shorter than what it stands for. */
    size_t room = (size_t)(end - start) + 4;
    Buf out = {arena_alloc(arena, room), 0, room, room};
    for (const char *p = start; p < end;) {
        if (*p != '\\') {
            out.ptr[out.len++] = *p++;
            continue;
        }
        char c = p[1];
        if (c == 'u') {
            p = decode_unit(p, end, &out);
            continue;
        }
        p += 2;
        switch (c) {
        case 'b': c = '\b'; break;
        case 'f': c = '\f'; break;
        case 'n': c = '\n'; break;
        case 'r': c = '\r'; break;
        case 't': c = '\t'; break;
        default: break;
        }
        out.ptr[out.len++] = c;
    }
    return buf_str(&out);
}

/* What comes next inside a container. */
typedef enum Next {
    NEXT_VALUE,
    NEXT_VALUE_OR_CLOSE, /* Just behind `[`. */
    NEXT_NAME,
    NEXT_NAME_OR_CLOSE, /* Just behind `{`. */
    NEXT_COMMA_OR_CLOSE,
} Next;

typedef struct Levels {
    uint64_t is_object[(JSON_SCAN_DEPTH_MAX + 63) / 64];
    int depth;
} Levels;

static bool innermost_is_object(const Levels *levels)
{
    int level = levels->depth - 1;
    return levels->is_object[level >> 6] >> (level & 63) & 1;
}

static bool open_level(Levels *levels, bool object)
{
    if (levels->depth == JSON_SCAN_DEPTH_MAX) return false;
    uint64_t bit = (uint64_t)1 << (levels->depth & 63);
    uint64_t *word = &levels->is_object[levels->depth >> 6];
    if (!(levels->depth & 63)) *word = 0; /* The first use of this word. */
    *word = object ? *word | bit : *word & ~bit;
    levels->depth++;
    return true;
}

static const char *scan_name(const char *p, const char *end)
{
    bool escaped;
    if (*p != '"') return NULL;
    p = json_scan_string(p + 1, end, &escaped);
    if (!p) return NULL;
    p = json_skip_blanks(p + 1, end);
    return p < end && *p == ':' ? p + 1 : NULL;
}

/* One token and what it leads to. */
static const char *scan_step(Levels *levels, const char *p, const char *end,
                             Next *next)
{
    bool closes = *p == (innermost_is_object(levels) ? '}' : ']');
    if (closes && *next != NEXT_VALUE && *next != NEXT_NAME) {
        levels->depth--;
        *next = NEXT_COMMA_OR_CLOSE;
        return p + 1;
    }
    switch (*next) {
    case NEXT_COMMA_OR_CLOSE:
        if (*p != ',') return NULL;
        *next = innermost_is_object(levels) ? NEXT_NAME : NEXT_VALUE;
        return p + 1;
    case NEXT_NAME:
    case NEXT_NAME_OR_CLOSE: *next = NEXT_VALUE; return scan_name(p, end);
    default: break;
    }
    if (*p == '{' || *p == '[') {
        *next = *p == '{' ? NEXT_NAME_OR_CLOSE : NEXT_VALUE_OR_CLOSE;
        return open_level(levels, *p == '{') ? p + 1 : NULL;
    }
    *next = NEXT_COMMA_OR_CLOSE;
    return json_scan_scalar(p, end);
}

const char *json_scan_container(const char *p, const char *end)
{
    Levels levels;
    levels.depth = 0;
    open_level(&levels, *p == '{');
    Next next = *p == '{' ? NEXT_NAME_OR_CLOSE : NEXT_VALUE_OR_CLOSE;
    p++;
    while (levels.depth) {
        p = json_skip_blanks(p, end);
        if (p == end) return NULL;
        p = scan_step(&levels, p, end, &next);
        if (!p) return NULL;
    }
    return p;
}
