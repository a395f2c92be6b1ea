/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimals as text, as doubles and as bytes.
 *
 *   decimal  = [ "+" | "-" ] ( digits [ "." [ digits ] ] | "." digits )
 *              [ ( "e" | "E" ) [ "+" | "-" ] digits ]
 *
 * This is what Java's BigDecimal reads; its digits may be those of any script
 * (full-width, Arabic-Indic ...). Text with any non-ASCII digit is rewritten to
 * ASCII first, so the usual loop sees bytes only.
 *
 * Printing has Java's two forms: plain, and the one that takes an exponent if
 * the scale is negative or the value is below 1E-6.
 */
#include "types/decimal.h"

#include <assert.h>
#include <math.h>

#include "base/number.h"
#include "base/unicode.h"
#include "types/decimal_int.h"

/* `text` with its non-ASCII digits as ASCII ones; false if something else is
 * not ASCII. */
static bool to_ascii_digits(Arena *arena, Str text, Str *out)
{
    char *ascii = arena_alloc(arena, text.len);
    size_t n = 0, at = 0;
    while (at < text.len) {
        size_t start = at;
        int64_t digit;
        uint32_t c = utf8_next(text, &at);
        if (c < 0x80) {
            ascii[n++] = (char)c;
            continue;
        }
        Str one = {text.ptr + start, at - start};
        if (!number_parse_i64(one, &digit)) return false;
        ascii[n++] = (char)('0' + digit);
    }
    *out = (Str){ascii, n};
    return true;
}

/* The parts of a number's text. */
typedef struct Scan {
    const char *digits, *digits_end; /* With at most one point among them. */
    int64_t digit_count, fraction_count;
    int64_t exponent;
    bool negative;
} Scan;

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* Reads an exponent's digits; past 2^31 any value says "out of range". */
static const char *scan_exponent(const char *p, const char *end, Scan *scan)
{
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (!is_digit(p, end)) return NULL;
    for (; is_digit(p, end); p++)
        if (scan->exponent <= INT32_MAX)
            scan->exponent = scan->exponent * 10 + (*p - '0');
    if (negative) scan->exponent = -scan->exponent;
    return p;
}

static bool scan_number(Str text, Scan *scan)
{
    const char *p = text.ptr, *end = text.ptr + text.len;
    *scan = (Scan){.negative = p < end && *p == '-'};
    if (p < end && (*p == '-' || *p == '+')) p++;
    scan->digits = p;
    for (; is_digit(p, end); p++)
        scan->digit_count++;
    if (p < end && *p == '.')
        for (p++; is_digit(p, end); p++)
            scan->fraction_count++;
    scan->digit_count += scan->fraction_count;
    scan->digits_end = p;
    if (scan->digit_count == 0) return false;
    if (p < end && (*p == 'e' || *p == 'E'))
        p = scan_exponent(p + 1, end, scan);
    return p == end;
}

/* Up to 38 digits, by 64-bit steps while they suffice. */
static UInt128 small_digits(const Scan *scan)
{
    uint64_t head = 0;
    int seen = 0;
    const char *p = scan->digits;
    for (; p < scan->digits_end && seen < 19; p++) {
        if (*p == '.') continue;
        head = head * 10 + (uint64_t)(*p - '0');
        seen++;
    }
    UInt128 n = head;
    for (; p < scan->digits_end; p++)
        if (*p != '.') n = n * 10 + (UInt128)(*p - '0');
    return n;
}

static Decimal large_digits(Arena *arena, const Scan *scan, int scale)
{
    char *digits = arena_alloc(arena, (size_t)scan->digit_count + 1);
    size_t n = 0;
    for (const char *p = scan->digits; p < scan->digits_end; p++)
        if (*p != '.') digits[n++] = *p;
    digits[n] = 0;
    return big_parse(arena, digits, scan->negative, scale);
}

bool decimal_parse(Arena *arena, Str text, Decimal *out)
{
    Scan scan;
    if (!scan_number(text, &scan)) {
        if (utf8_is_ascii(text) || !to_ascii_digits(arena, text, &text) ||
            !scan_number(text, &scan))
            return false;
    }
    int64_t scale = scan.fraction_count - scan.exponent;
    if (scale < INT32_MIN || scale > INT32_MAX) return false;
    if (scan.digit_count <= POW10_MAX)
        *out = small_make(with_sign(small_digits(&scan), scan.negative),
                          (int)scale);
    else
        *out = large_digits(arena, &scan, (int)scale);
    return true;
}

/* Room for the digits of |a|: 39, or 20 a limb (2^64 has 20). */
static size_t digits_room(Decimal a)
{
    int limbs = a.limb_count < 0 ? -a.limb_count : a.limb_count;
    return limbs ? (size_t)limbs * 20 + 2 : 40;
}

/* Writes the digits of |a| into the digits_room(a) bytes at `room`; returns
 * where they are. */
static Str print_magnitude(Decimal a, char *room)
{
    if (!is_small(a)) return big_print(a, room);
    UInt128 n = magnitude(small_get(a));
    char *end = room + 40, *at = end;
    while (n >> 64) {
        UInt128 rest;
        n = divide_u128(n, pow10_u64[19], &rest);
        uint64_t low = (uint64_t)rest;
        for (int i = 0; i < 19; i++, low /= 10)
            *--at = (char)('0' + low % 10);
    }
    uint64_t low = (uint64_t)n;
    do {
        *--at = (char)('0' + low % 10);
        low /= 10;
    } while (low);
    return (Str){at, (size_t)(end - at)};
}

static char *put(char *at, const char *from, size_t len)
{
    memcpy(at, from, len);
    return at + len;
}

static char *put_zeros(char *at, size_t len)
{
    memset(at, '0', len);
    return at + len;
}

static char *put_plain(char *at, Str digits, int scale)
{
    size_t fraction = scale > 0 ? (size_t)scale : 0;
    if (digits.len > fraction) {
        size_t whole = digits.len - fraction;
        at = put(at, digits.ptr, whole);
        if (scale < 0 && *digits.ptr != '0')
            at = put_zeros(at, (size_t) - (int64_t)scale);
        if (!fraction) return at;
        *at++ = '.';
        return put(at, digits.ptr + whole, fraction);
    }
    *at++ = '0';
    *at++ = '.';
    at = put_zeros(at, fraction - digits.len);
    return put(at, digits.ptr, digits.len);
}

static char *put_exponent(char *at, Str digits, int64_t exponent)
{
    *at++ = digits.ptr[0];
    if (digits.len > 1) {
        *at++ = '.';
        at = put(at, digits.ptr + 1, digits.len - 1);
    }
    *at++ = 'E';
    if (exponent > 0) *at++ = '+';
    return at + number_print_i64(exponent, at);
}

/* Bytes that write_text needs: the longest text, and the digits behind it. */
static size_t text_room(Decimal a, bool plain)
{
    size_t scale = a.scale < 0 ? (size_t) - (int64_t)a.scale : (size_t)a.scale;
    return 2 * digits_room(a) + NUMBER_TEXT_MAX + (plain ? scale : 8);
}

static size_t write_text(Decimal a, bool plain, char *out, size_t room)
{
    char *at = out;
    Str digits = print_magnitude(a, out + room - digits_room(a));
    int64_t exponent = (int64_t)digits.len - 1 - a.scale;
    if (decimal_sign(a) < 0) *at++ = '-';
    if (plain || (a.scale >= 0 && exponent >= -6))
        at = put_plain(at, digits, a.scale);
    else
        at = put_exponent(at, digits, exponent);
    return (size_t)(at - out);
}

void decimal_append_text(Buf *buf, Decimal a, bool plain)
{
    size_t room = text_room(a, plain);
    buf_reserve(buf, room);
    buf->len += write_text(a, plain, buf->ptr + buf->len, room);
}

/* Short texts are made on the stack, so that the arena takes what is needed. */
static Str print_text(Arena *arena, Decimal a, bool plain)
{
    char small[192];
    size_t room = text_room(a, plain);
    char *text = room <= sizeof small ? small : arena_alloc(arena, room);
    size_t len = write_text(a, plain, text, room);
    if (text == small) text = arena_copy(arena, small, len);
    return (Str){text, len};
}

Str decimal_print_plain(Arena *arena, Decimal a)
{
    return print_text(arena, a, true);
}

Str decimal_print(Arena *arena, Decimal a)
{
    return print_text(arena, a, false);
}

bool decimal_from_f64(Arena *arena, double value, Decimal *out)
{
    char text[NUMBER_TEXT_MAX];
    if (!isfinite(value)) return false;
    int len = number_print_f64(value, text);
    return decimal_parse(arena, (Str){text, (size_t)len}, out);
}

double decimal_to_f64(Arena *arena, Decimal a)
{
    /* 10^22 is the largest power of ten that a double holds exactly; with both
     * operands exact, the one division rounds correctly. */
    if (is_small(a) && a.scale >= 0 && a.scale <= 22) {
        Int128 n = small_get(a);
        if (magnitude(n) <= (UInt128)1 << 53)
            return (double)n / (double)pow10_u128(a.scale);
    }
    /* digits "E" -scale, which the parser rounds correctly. */
    size_t room = digits_room(a);
    char *text = arena_alloc(arena, 2 * room + NUMBER_TEXT_MAX), *at = text;
    if (decimal_sign(a) < 0) *at++ = '-';
    Str digits = print_magnitude(a, text + room + NUMBER_TEXT_MAX);
    at = put(at, digits.ptr, digits.len);
    *at++ = 'E';
    at += number_print_i64(-(int64_t)a.scale, at);
    double value = 0;
    bool ok = number_parse_f64((Str){text, (size_t)(at - text)}, &value);
    assert(ok);
    (void)ok;
    return value;
}

/* Drops leading bytes that only repeat the sign; returns the new start. */
static size_t skip_sign_bytes(const unsigned char *bytes, size_t len)
{
    size_t at = 0;
    while (at + 1 < len && ((bytes[at] == 0x00 && !(bytes[at + 1] & 0x80)) ||
                            (bytes[at] == 0xff && (bytes[at + 1] & 0x80))))
        at++;
    return at;
}

/* Two's complement negation of a big-endian number. */
static void negate_bytes(unsigned char *bytes, size_t len)
{
    unsigned carry = 1;
    for (size_t i = len; i-- > 0;) {
        carry += (unsigned char)~bytes[i];
        bytes[i] = (unsigned char)carry;
        carry >>= 8;
    }
}

size_t decimal_write_bytes(Decimal a, char *out)
{
    unsigned char *bytes = (unsigned char *)out;
    size_t len = decimal_bytes_room(a);
    if (is_small(a)) {
        UInt128 n = (UInt128)small_get(a);
        for (size_t i = len; i-- > 0; n >>= 8)
            bytes[i] = (unsigned char)n;
    } else {
        bytes[0] = 0;
        for (size_t i = 0; i < len - 1; i++)
            bytes[len - 1 - i] = (unsigned char)(a.limbs[i / 8] >> (i % 8 * 8));
        if (a.limb_count < 0) negate_bytes(bytes, len);
    }
    size_t start = skip_sign_bytes(bytes, len);
    memmove(out, out + start, len - start);
    return len - start;
}

Str decimal_to_bytes(Arena *arena, Decimal a)
{
    char *bytes = arena_alloc(arena, decimal_bytes_room(a));
    return (Str){bytes, decimal_write_bytes(a, bytes)};
}

Decimal decimal_from_bytes(Arena *arena, Str bytes, int scale)
{
    const unsigned char *from = (const unsigned char *)bytes.ptr;
    if (bytes.len == 0) return small_make(0, scale);
    size_t start = skip_sign_bytes(from, bytes.len);
    from += start;
    size_t len = bytes.len - start;
    bool negative = (from[0] & 0x80) != 0;
    UInt128 n = negative ? ~(UInt128)0 : 0;
    if (len <= 16) {
        for (size_t i = 0; i < len; i++)
            n = n << 8 | from[i];
        if (n != (UInt128)1 << 127) return small_make((Int128)n, scale);
    }
    /* The magnitude as limbs; it needs no more bytes than the number. */
    size_t count = (len + 7) / 8;
    uint64_t *limbs = ARENA_ARRAY(arena, uint64_t, count);
    memset(limbs, negative ? 0xff : 0, count * sizeof *limbs);
    for (size_t i = 0; i < len; i++) {
        size_t shift = i % 8 * 8;
        limbs[i / 8] &= ~((uint64_t)0xff << shift);
        limbs[i / 8] |= (uint64_t)from[len - 1 - i] << shift;
    }
    bool carry = negative;
    for (size_t i = 0; negative && i < count; i++) {
        limbs[i] = ~limbs[i] + carry;
        carry = carry && limbs[i] == 0;
    }
    return from_limbs(limbs, (int)count, negative, scale);
}
