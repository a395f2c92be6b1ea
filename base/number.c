/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers as text, by Java's rules and never by the locale's.
 *
 * Integers are printed two digits a step from a table. Doubles of few
 * decimals are printed as scaled integers; others come out of
 * double-conversion as shortest digits and are laid out here. They are read in
 * two ways: if the digits fit 53 bits and the power of ten is at most 22, one
 * exact multiplication or division gives the correctly rounded result
 * (Clinger's fast path, which almost all data takes); otherwise
 * double-conversion reads them.
 */
#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <unicode/uchar.h>

#include "base/alloc.h"
#include "base/f64_text.h"
#include "base/unicode.h"

static const char digit_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536"
    "37383940414243444546474849505152535455565758596061626364656667686970717273"
    "7475767778798081828384858687888990919293949596979899";

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

const uint64_t pow10_u64[20] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

/* How many digits `value` has. 1233 / 4096 is about log10(2), so the bits give
 * the digits or one too few. */
static inline int digit_count(uint64_t value)
{
    int bits = 64 - __builtin_clzll(value | 1);
    int guess = bits * 1233 >> 12;
    return guess + (value >= pow10_u64[guess] || !value);
}

/* Writes the last `count` digits of `value`, with zeros in front. */
static inline void write_digits(char *out, uint64_t value, int count)
{
    char *at = out + count;
    for (; count >= 2; count -= 2) {
        at -= 2;
        memcpy(at, digit_pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (count) at[-1] = (char)('0' + value % 10);
}

int number_print_i64(int64_t value, char *out)
{
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int minus = value < 0;
    out[0] = '-';
    int count = digit_count(left);
    write_digits(out + minus, left, count);
    return minus + count;
}

/* Digits as `12.5`; `point` is the position of the point, at least -2. */
static int lay_plain(char *out, const char *digits, int count, int point)
{
    char *at = out;
    if (point <= 0) {
        *at++ = '0';
    } else {
        for (int i = 0; i < point; i++)
            *at++ = i < count ? digits[i] : '0';
    }
    *at++ = '.';
    for (int i = point; i < 0; i++)
        *at++ = '0';
    for (int i = point > 0 ? point : 0; i < count; i++)
        *at++ = digits[i];
    if (at[-1] == '.') *at++ = '0';
    return (int)(at - out);
}

/* Digits as `1.25E10`. */
static int lay_scientific(char *out, const char *digits, int count, int point)
{
    char *at = out;
    *at++ = digits[0];
    *at++ = '.';
    if (count == 1) *at++ = '0';
    memcpy(at, digits + 1, (size_t)(count - 1));
    at += count - 1;
    *at++ = 'E';
    at += number_print_i64(point - 1, at);
    return (int)(at - out);
}

/* Prints a value of at most six decimals between 1e-3 and 1e7, which data
 * mostly is, and returns the length; 0 if it has more. No two decimal numbers
 * of up to 15 digits are the same double, so the one found is the shortest text
 * too. 19 ns instead of 45 ns for the general way (a loop over i * 0.37). */
static int print_short(double value, char *out)
{
    const int64_t scale = 1000000;
    int64_t scaled = (int64_t)(value * 1e6 + 0.5);
    if ((double)scaled / 1e6 != value) return 0;
    int len = number_print_i64(scaled / scale, out);
    out[len++] = '.';
    write_digits(out + len, (uint64_t)(scaled % scale), 6);
    len += 6;
    while (out[len - 1] == '0' && out[len - 2] != '.')
        len--;
    return len;
}

static int print_word(char *out, const char *word)
{
    size_t len = strlen(word);
    memcpy(out, word, len);
    return (int)len;
}

int number_print_f64(double value, char *out)
{
    if (isnan(value)) return print_word(out, "NaN");
    int len = 0;
    if (signbit(value)) {
        out[len++] = '-';
        value = -value;
    }
    if (isinf(value)) return len + print_word(out + len, "Infinity");
    if (value < 1e7 && value == (double)(int32_t)value) {
        len += number_print_i64((int32_t)value, out + len);
        return len + print_word(out + len, ".0");
    }
    bool plain = value >= 1e-3 && value < 1e7;
    int short_len = plain ? print_short(value, out + len) : 0;
    if (short_len) return len + short_len;
    char digits[F64_DIGITS_MAX];
    int point;
    int count = f64_digits(value, 0, digits, &point);
    /* Java wants the nearest of the two-digit texts if one digit would do; only
     * among the smallest subnormals are there several (4.9E-324, not 5E-324).
     */
    if (count == 1 && value < 1e-321)
        count = f64_digits(value, 2, digits, &point);
    if (plain) return len + lay_plain(out + len, digits, count, point);
    return len + lay_scientific(out + len, digits, count, point);
}

/* Reads digits with ICU, which knows those of all scripts. Java looks at UTF-16
 * units, so digits above U+FFFF are none. */
static int digit_value(Str text, size_t *at)
{
    uint32_t c = utf8_next(text, at);
    if (c - '0' < 10) return (int)(c - '0');
    return c < 0x80 || c > 0xFFFF ? -1 : u_charDigitValue((UChar32)c);
}

/* An integer between `min` and `max`. */
static bool parse_integer(Str text, int64_t min, int64_t max, int64_t *value)
{
    size_t at = 0;
    bool minus = text.len && text.ptr[0] == '-';
    if (minus || (text.len && text.ptr[0] == '+')) at = 1;
    if (at == text.len) return false;
    uint64_t limit = minus ? 0 - (uint64_t)min : (uint64_t)max;
    uint64_t sum = 0;
    while (at < text.len) {
        int digit = is_digit(text.ptr[at]) ? text.ptr[at++] - '0'
                                           : digit_value(text, &at);
        if (digit < 0) return false;
        if (sum > (limit - (uint64_t)digit) / 10) return false;
        sum = sum * 10 + (uint64_t)digit;
    }
    *value = (int64_t)(minus ? 0 - sum : sum);
    return true;
}

bool number_parse_i64(Str text, int64_t *value)
{
    return parse_integer(text, INT64_MIN, INT64_MAX, value);
}

bool number_parse_i32(Str text, int32_t *value)
{
    int64_t wide;
    if (!parse_integer(text, INT32_MIN, INT32_MAX, &wide)) return false;
    *value = (int32_t)wide;
    return true;
}

/* A decimal number taken apart: +-digits * 10^exponent. */
typedef struct Decimal {
    uint64_t digits;
    int count;    /* Significant digits seen; over 19 `digits` is not used. */
    int exponent; /* Of ten. */
    bool minus;
} Decimal;

static inline const char *scan_digits(const char *at, const char *end,
                                      Decimal *d)
{
    for (; at < end && is_digit(*at); at++) {
        if (d->count < 19) d->digits = d->digits * 10 + (uint64_t)(*at - '0');
        d->count += d->count || *at != '0';
    }
    return at;
}

/* Scans `[sign] digits [. digits] [e [sign] digits]`, with at least one digit;
 * returns where it ends, or NULL. */
static const char *scan_decimal(const char *at, const char *end, Decimal *d)
{
    enum { EXPONENT_MAX = 100000 };
    *d = (Decimal){0};
    if (at < end && (*at == '-' || *at == '+')) d->minus = *at++ == '-';
    const char *from = at;
    at = scan_digits(at, end, d);
    size_t digits = (size_t)(at - from);
    if (at < end && *at == '.') {
        from = ++at;
        at = scan_digits(at, end, d);
        digits += (size_t)(at - from);
        if (at - from > EXPONENT_MAX) d->count = 20;
        d->exponent = at - from > EXPONENT_MAX ? 0 : (int)(from - at);
    }
    if (!digits) return NULL;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        bool minus = at < end && *at == '-';
        if (at < end && (*at == '-' || *at == '+')) at++;
        from = at;
        int exponent = 0;
        for (; at < end && is_digit(*at); at++)
            if (exponent < EXPONENT_MAX) exponent = exponent * 10 + *at - '0';
        if (at == from) return NULL;
        d->exponent += minus ? -exponent : exponent;
    }
    return at;
}

static const double powers_of_ten[] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The double for `d`, which was scanned from `at` to `end`. */
static inline double make_f64(const Decimal *d, const char *at, const char *end)
{
    if (d->count <= 19 && d->digits <= (uint64_t)1 << 53 &&
        d->exponent >= -22 && d->exponent <= 22) {
        double value = (double)d->digits;
        if (d->exponent < 0)
            value /= powers_of_ten[-d->exponent];
        else
            value *= powers_of_ten[d->exponent];
        return d->minus ? -value : value;
    }
    return f64_read(at, (size_t)(end - at));
}

double number_json_f64(Str text)
{
    Decimal d;
    const char *end = scan_decimal(text.ptr, text.ptr + text.len, &d);
    return end ? make_f64(&d, text.ptr, end) : NAN;
}

static locale_t c_locale;

static void open_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", NULL);
}

static const char *skip_hex(const char *at, const char *end)
{
    while (at < end &&
           (is_digit(*at) || ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'f')))
        at++;
    return at;
}

/* `[sign] 0x hex [. hex] p [sign] digits`, all of it. Rare, so the C library
 * reads it, from a copy with a NUL. */
static bool parse_hex(Str text, double *value)
{
    const char *end = text.ptr + text.len;
    const char *at = text.ptr;
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (end - at < 3 || at[0] != '0' || (at[1] | 0x20) != 'x') return false;
    const char *from = at += 2;
    at = skip_hex(at, end);
    size_t digits = (size_t)(at - from);
    if (at < end && *at == '.') {
        from = ++at;
        at = skip_hex(at, end);
        digits += (size_t)(at - from);
    }
    if (!digits || at == end || (*at | 0x20) != 'p') return false;
    at++;
    if (at < end && (*at == '-' || *at == '+')) at++;
    from = at;
    while (at < end && is_digit(*at))
        at++;
    if (at == from || at != end) return false;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_c_locale);
    char *copy = mem_alloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    *value = strtod_l(copy, NULL, c_locale);
    mem_free(copy);
    return true;
}

/* `NaN` and `Infinity` with an optional sign. */
static bool parse_word(Str text, double *value)
{
    bool minus = text.len && text.ptr[0] == '-';
    if (minus || (text.len && text.ptr[0] == '+')) {
        text.ptr++;
        text.len--;
    }
    if (str_eq(text, STR("NaN")))
        *value = NAN;
    else if (str_eq(text, STR("Infinity")))
        *value = minus ? -INFINITY : INFINITY;
    else
        return false;
    return true;
}

bool number_parse_f64(Str text, double *value)
{
    text = str_trim(text);
    if (!text.len) return false;
    if (parse_word(text, value)) return true;
    char last = text.ptr[text.len - 1] | 0x20;
    if (last == 'f' || last == 'd') text.len--;
    const char *end = text.ptr + text.len;
    Decimal d;
    if (scan_decimal(text.ptr, end, &d) == end) {
        *value = make_f64(&d, text.ptr, end);
        return true;
    }
    return parse_hex(text, value);
}
