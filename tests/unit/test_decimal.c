/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimals: tables of arithmetic with Java's results, the 128-bit path held
 * against GMP on random operands, text, bytes and doubles both ways, and
 * numbers whose exponent alone would fill the memory.
 */
#include "types/decimal.h"

#include <float.h>
#include <math.h>

#include "tests/unit/check.h"
#include "types/decimal_int.h"

static Arena *arena;

static Decimal dec(const char *text)
{
    Decimal d;
    CHECK(decimal_parse(arena, str_from(text), &d));
    return d;
}

static uint64_t seed = 42;

static uint64_t random_u64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* A decimal of up to 127 bits, all magnitudes equally likely. */
static Decimal random_small(int scale_max)
{
    UInt128 n = (UInt128)random_u64() << 64 | random_u64();
    n >>= 1 + random_u64() % 126;
    return small_make(with_sign(n, random_u64() & 1),
                      (int)(random_u64() % (unsigned)(scale_max + 1)));
}

static void test_parse_print(void)
{
    static const struct {
        const char *text, *plain, *java;
    } cases[] = {
        {"0", "0", "0"},
        {"-0", "0", "0"},
        {"007", "7", "7"},
        {"-12.30", "-12.30", "-12.30"},
        {"+.5", "0.5", "0.5"},
        {"1.", "1", "1"},
        {"0.000001", "0.000001", "0.000001"},
        {"0.0000001", "0.0000001", "1E-7"},
        {"1E-7", "0.0000001", "1E-7"},
        {"-12.3e-8", "-0.000000123", "-1.23E-7"},
        {"1.0E10", "10000000000", "1.0E+10"},
        {"1e3", "1000", "1E+3"},
        {"0E3", "0", "0E+3"},
        {"0.00", "0.00", "0.00"},
        {"0E-7", "0.0000000", "0E-7"},
        {"170141183460469231731687303715884105727",
         "170141183460469231731687303715884105727",
         "170141183460469231731687303715884105727"},
        {"-170141183460469231731687303715884105728",
         "-170141183460469231731687303715884105728",
         "-170141183460469231731687303715884105728"},
        {"-0.99999999999999999999999999999999999999999999999999",
         "-0.99999999999999999999999999999999999999999999999999",
         "-0.99999999999999999999999999999999999999999999999999"},
        {"123456789012345678901234567890123456789012345.6E-10",
         "12345678901234567890123456789012345.67890123456",
         "12345678901234567890123456789012345.67890123456"},
        {"99999999999999999999999999999999999999999E5",
         "9999999999999999999999999999999999999999900000",
         "9.9999999999999999999999999999999999999999E+45"},
        {"00000000000000000000000000000000000000000000000012.5", "12.5",
         "12.5"},
        {"18446744073709551616", "18446744073709551616",
         "18446744073709551616"},
        {"9999999999999999999", "9999999999999999999", "9999999999999999999"},
        {"10000000000000000000.000", "10000000000000000000.000",
         "10000000000000000000.000"},
        {"\xef\xbc\x91\xef\xbc\x92.\xef\xbc\x95", "12.5", "12.5"},
        {"-\xd9\xa1\xd9\xa2", "-12", "-12"},
    };
    Buf buf = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Decimal d = dec(cases[i].text);
        CHECK_STR(decimal_print_plain(arena, d), cases[i].plain);
        CHECK_STR(decimal_print(arena, d), cases[i].java);
        buf.len = 0;
        decimal_append_text(&buf, d, true);
        CHECK_STR(buf_str(&buf), cases[i].plain);
    }
    buf_free(&buf);
}

static void test_parse_refuses(void)
{
    static const char *const cases[] = {
        "",
        " 1",
        "1 ",
        ".",
        "-",
        "+",
        "1.2.3",
        "1e",
        "1e+",
        "e5",
        "--1",
        "0x10",
        "NaN",
        "1,000",
        "1d",
        "1_0",
        "1e5x",
        "1e1.5",
        "1E99999999999",
        "\xc3\xa9",
        "1E-2147483648",
        "\xef\xbc\x91\xff",
    };
    Decimal d;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(!decimal_parse(arena, str_from(cases[i]), &d));
}

typedef struct Operation {
    char op;
    const char *a, *b;
    int precision, scale;
    const char *expected; /* NULL: it must fail. */
} Operation;

static const Operation operations[] = {
    {'+', "1.10", "2.205", 0, 0, "3.305"},
    {'+', "1.10", "-1.1", 0, 0, "0.00"},
    {'+', "170141183460469231731687303715884105727", "1", 0, 0,
     "170141183460469231731687303715884105728"},
    {'+', "-170141183460469231731687303715884105727", "-1", 0, 0,
     "-170141183460469231731687303715884105728"},
    {'+', "99999999999999999999999999999999999999", "0.01", 0, 0,
     "99999999999999999999999999999999999999.01"},
    {'-', "170141183460469231731687303715884105728", "1", 0, 0,
     "170141183460469231731687303715884105727"},
    {'-', "1", "1.000000000000000000000000000000000000000001", 0, 0,
     "-0.000000000000000000000000000000000000000001"},
    {'*', "1.20", "-0.5", 0, 0, "-0.600"},
    {'*', "18446744073709551616", "9223372036854775807", 0, 0,
     "170141183460469231713240559642174554112"},
    {'*', "18446744073709551616", "9223372036854775808", 0, 0,
     "170141183460469231731687303715884105728"},
    {'*', "12345678901234567890", "-98765432109876543210.987", 0, 0,
     "-1219326311370217952249648986186782045407.430"},
    {'*', "99999999999999999999.9", "99999999999999999999.9", 0, 0,
     "9999999999999999999980000000000000000000.01"},
    {'/', "10", "4", 20, 6, "2.500000"},
    {'/', "1", "3", 20, 6, NULL},
    {'/', "1", "8", 20, 2, NULL},
    {'/', "1", "0", 20, 6, NULL},
    {'/', "0", "0", 20, 6, NULL},
    {'/', "0.00", "7", 20, 6, "0.000000"},
    {'/', "-1", "8", 2, 6, NULL},
    {'/', "-1", "8", 3, 6, "-0.125000"},
    {'/', "1000", "1", 1, 0, "1000"},
    {'/', "1100", "1", 1, 0, NULL},
    {'/', "1E+5", "0.001", 5, 0, "100000000"},
    {'/', "0.5", "100", 9, 9, "0.005000000"},
    {'/', "99999999999999999999999999999999999999", "0.000000003", 60, 9,
     "33333333333333333333333333333333333333000000000.000000000"},
    {'/', "1", "340282366920938463463374607431768211456", 100, 128,
     "0.000000000000000000000000000000000000002938735877055718769921841343055"
     "61419454666389193021880377187926569604314863681793212890625"},
    {'%', "7", "3", 10, 0, "1"},
    {'%', "-7", "3", 10, 0, "-1"},
    {'%', "7", "-3", 10, 0, "1"},
    {'%', "7.5", "0.07", 10, 0, "0.01"},
    {'%', "3", "7.50", 1, 0, "3.00"},
    {'%', "7", "0", 10, 0, NULL},
    {'%', "5000000000", "12.34", 6, 0, NULL},
    {'%', "5000000000", "12.34", 9, 0, "9.10"},
    {'%', "5000000000", "10", 1, 0, "0"},
    {'%', "5100000000", "10", 1, 0, NULL},
    {'%', "170141183460469231731687303715884105729", "2", 39, 0, "1"},
    {'%', "-170141183460469231731687303715884105729", "1E-5", 60, 0, "0.00000"},
};

static void test_operations(void)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        const Operation *o = &operations[i];
        Decimal a = dec(o->a), b = dec(o->b), out;
        bool ok = true;
        switch (o->op) {
        case '+': out = decimal_add(arena, a, b); break;
        case '-': out = decimal_subtract(arena, a, b); break;
        case '*': out = decimal_multiply(arena, a, b); break;
        case '/':
            ok = decimal_divide(arena, a, b, o->precision, o->scale, &out);
            break;
        default: ok = decimal_remainder(arena, a, b, o->precision, &out); break;
        }
        if (ok != (o->expected != NULL))
            fprintf(stderr, "%s %c %s\n", o->a, o->op, o->b);
        CHECK(ok == (o->expected != NULL));
        if (ok && o->expected)
            CHECK_STR(decimal_print_plain(arena, out), o->expected);
    }
}

/* Both paths must agree wherever the fast one answers. */
static void test_against_gmp(void)
{
    for (int i = 0; i < 20000; i++) {
        Decimal a = random_small(20), b = random_small(20), x, y;
        int scale = (int)(random_u64() % 30);
        int precision = 1 + (int)(random_u64() % 50);
        CHECK(decimal_equal_exact(decimal_add(arena, a, b),
                                  big_add(arena, a, b, false)));
        CHECK(decimal_equal_exact(decimal_subtract(arena, a, b),
                                  big_add(arena, a, b, true)));
        CHECK(
            decimal_equal_exact(decimal_multiply(arena, a, b),
                                big_multiply(arena, a, b, a.scale + b.scale)));
        CHECK(decimal_digits(arena, a) == big_digits(a));
        CHECK((decimal_compare(arena, a, b) > 0) == (big_compare(a, b) > 0));
        CHECK((decimal_compare(arena, a, b) < 0) == (big_compare(a, b) < 0));
        Rounding rounding = (Rounding)(random_u64() % 6);
        CHECK(big_rescale(arena, a, scale, rounding, false, &y));
        CHECK(
            decimal_equal_exact(decimal_rescale(arena, a, scale, rounding), y));
        bool fits, big_fits;
        CHECK(decimal_to_i64(arena, a, &fits) == big_to_i64(a, &big_fits));
        CHECK(fits == big_fits);
        if (decimal_sign(b) == 0) continue;
        bool ok = decimal_remainder(arena, a, b, precision, &x);
        CHECK(ok == big_remainder(arena, a, b, precision, &y));
        CHECK(!ok || decimal_equal_exact(x, y));
        /* A product divides exactly; other quotients mostly do not. */
        Decimal product = i % 2 ? decimal_multiply(arena, a, b) : a;
        if (decimal_sign(product) == 0) continue;
        ok = decimal_divide(arena, product, b, precision, scale, &x);
        CHECK(ok == big_divide(arena, product, b, precision, scale, &y));
        CHECK(!ok || decimal_equal_exact(x, y));
        arena_reset(arena);
    }
}

static void test_rounding(void)
{
    static const struct {
        const char *text;
        const char *expected[6]; /* In the order of Rounding. */
    } cases[] = {
        {"2.5", {"3", "2", "2", "2", "3", "3"}},
        {"-2.5", {"-3", "-2", "-2", "-3", "-2", "-2"}},
        {"2.51", {"3", "3", "2", "2", "3", "3"}},
        {"-2.51", {"-3", "-3", "-2", "-3", "-2", "-3"}},
        {"2.49", {"2", "2", "2", "2", "3", "2"}},
        {"-0.1", {"0", "0", "0", "-1", "0", "0"}},
        {"0.5", {"1", "0", "0", "0", "1", "1"}},
        {"-0.5", {"-1", "0", "0", "-1", "0", "0"}},
        {"7.00", {"7", "7", "7", "7", "7", "7"}},
        {"1E-1000000000", {"0", "0", "0", "0", "1", "0"}},
        {"-5E-2147483646", {"0", "0", "0", "-1", "0", "0"}},
        {"0.5000000000000000000000000000000000000000000000001",
         {"1", "1", "0", "0", "1", "1"}},
        {"-170141183460469231731687303715884105729E-39",
         {"0", "0", "0", "-1", "0", "0"}},
        {"-970141183460469231731687303715884105729E-39",
         {"-1", "-1", "0", "-1", "0", "-1"}},
        {"970141183460469231731687303715884105729E-900000000",
         {"0", "0", "0", "0", "1", "0"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int r = 0; r < 6; r++)
            CHECK_STR(decimal_print_plain(
                          arena, decimal_rescale(arena, dec(cases[i].text), 0,
                                                 (Rounding)r)),
                      cases[i].expected[r]);
    CHECK_STR(decimal_print_plain(
                  arena, decimal_rescale(arena, dec("1.5"), 50, ROUND_FLOOR)),
              "1.50000000000000000000000000000000000000000000000000");
    CHECK_STR(decimal_print(arena, decimal_rescale(arena, dec("12345.6"), -2,
                                                   ROUND_HALF_UP)),
              "1.23E+4");
}

static void test_fit(void)
{
    static const struct {
        const char *text;
        int precision, scale;
        const char *expected;
    } cases[] = {
        {"12.3", 4, 2, "12.30"},
        {"99.99", 4, 2, "99.99"},
        {"100", 4, 2, NULL},
        {"-99.990", 4, 2, "-99.99"},
        {"1.001", 4, 2, NULL},
        {"1E1", 4, 2, "10.00"},
        {"0", 1, 1, "0.0"},
        {"0E-1000000000", 4, 2, "0.00"},
        {"0E1000000000", 4, 2, "0.00"},
        {"1E1000000000", 4, 2, NULL},
        {"1E-1000000000", 4, 2, NULL},
        {"12345678901234567890123456789012345678", 50, 10,
         "12345678901234567890123456789012345678.0000000000"},
        {"123456789012345678901234567890123456789012345678.00", 48, 0,
         "123456789012345678901234567890123456789012345678"},
        {"123456789012345678901234567890123456789012345678.01", 60, 1, NULL},
        {"123456789012345678901234567890123456789012345678", 47, 0, NULL},
        {"99999999999999999999999999999999999999", 38, 0,
         "99999999999999999999999999999999999999"},
        {"100000000000000000000000000000000000000", 38, 0, NULL},
        {"100000000000000000000000000000000000000.0", 39, 0,
         "100000000000000000000000000000000000000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Decimal out;
        bool ok = decimal_fit(arena, dec(cases[i].text), cases[i].precision,
                              cases[i].scale, &out);
        CHECK(ok == (cases[i].expected != NULL));
        if (ok && cases[i].expected) {
            CHECK_STR(decimal_print_plain(arena, out), cases[i].expected);
            CHECK(out.scale == cases[i].scale);
        }
    }
}

static void test_compare(void)
{
    static const char *const ascending[] = {
        "-1E2000000000",
        "-340282366920938463463374607431768211457",
        "-340282366920938463463374607431768211456.5",
        "-10",
        "-9.99",
        "-0.0000000000000000000000000000000000000000001",
        "0",
        "1E-2000000000",
        "0.1",
        "0.10000000000000000000000000000000000000000000001",
        "9",
        "10.5",
        "170141183460469231731687303715884105728",
        "1E40",
        "1.1E40",
        "1E2000000000",
    };
    int count = sizeof ascending / sizeof *ascending;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            int order = decimal_compare(arena, dec(ascending[i]),
                                        dec(ascending[j]));
            CHECK((order > 0) - (order < 0) == (i > j) - (i < j));
        }
    CHECK(decimal_compare(arena, dec("1.0"), dec("1.00")) == 0);
    CHECK(decimal_compare(arena, dec("1E40"), dec("1.00E40")) == 0);
    CHECK(!decimal_equal_exact(dec("1.0"), dec("1.00")));
    CHECK(decimal_equal_exact(dec("1.0"), dec("1.0")));
    const char *big = "170141183460469231731687303715884105728";
    CHECK(decimal_equal_exact(dec(big), dec(big)));
    CHECK(!decimal_equal_exact(dec(big), decimal_negate(arena, dec(big))));
    CHECK(decimal_sign(dec("-0.00")) == 0 && decimal_sign(dec("-0.01")) < 0);
    CHECK_STR(decimal_print(arena, decimal_abs(arena, dec("-2.50"))), "2.50");
    CHECK(decimal_digits(arena, dec("0.000")) == 1);
    CHECK(decimal_digits(arena, dec(big)) == 39);
}

static void test_f64(void)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0.00", 0},
        {"10.01", 10.01},
        {"-0.1", -0.1},
        {"9007199254740993", 9007199254740992.0},
        {"0.30000000000000004", 0.30000000000000004},
        {"1E22", 1e22},
        {"1E23", 1e23},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"4.9E-324", 4.9406564584124654e-324},
        {"1E1000000000", INFINITY},
        {"1E-1000000000", 0},
        {"179769313486231570000000000000000000000", 1.7976931348623157e38},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(decimal_to_f64(arena, dec(cases[i].text)) == cases[i].value);
    Decimal out;
    CHECK(!decimal_from_f64(arena, NAN, &out));
    CHECK(!decimal_from_f64(arena, -INFINITY, &out));
    CHECK(decimal_from_f64(arena, 1e10, &out));
    CHECK_STR(decimal_print(arena, out), "1.0E+10");
    CHECK(decimal_from_f64(arena, -0.0, &out));
    CHECK_STR(decimal_print(arena, out), "0.0");
    for (int i = 0; i < 5000; i++) {
        uint64_t bits = random_u64();
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        CHECK(decimal_from_f64(arena, value, &out));
        CHECK(decimal_to_f64(arena, out) == value);
    }
}

static void test_i64(void)
{
    static const struct {
        const char *text;
        int64_t value;
        bool fits;
    } cases[] = {
        {"0.99", 0, true},
        {"-10.99", -10, true},
        {"9223372036854775807.9", INT64_MAX, true},
        {"-9223372036854775808.9", INT64_MIN, true},
        {"9223372036854775808", INT64_MIN, false},
        {"18446744073709551617", 1, false},
        {"-18446744073709551617", -1, false},
        {"1E18", 1000000000000000000, true},
        {"1E20", 7766279631452241920, false},
        {"-1E20", -7766279631452241920, false},
        {"3E63", INT64_MIN, false},
        {"1E64", 0, false},
        {"1E2000000000", 0, false},
        {"0E2000000000", 0, true},
        {"5E-2000000000", 0, true},
        {"340282366920938463463374607431768211457.5", 1, false},
        {"-340282366920938463463374607431768211459", -3, false},
        {"1234567890123456789012345678901234567890E-39", 1, true},
        {"1234567890123456789012345678901234567890E-2000000000", 0, true},
        {"340282366920938463463374607431768211457E63", INT64_MIN, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool fits;
        int64_t value = decimal_to_i64(arena, dec(cases[i].text), &fits);
        if (value != cases[i].value || fits != cases[i].fits)
            fprintf(stderr, "%s: %lld %d\n", cases[i].text, (long long)value,
                    fits);
        CHECK(value == cases[i].value && fits == cases[i].fits);
    }
}

static void test_bytes(void)
{
    static const struct {
        const char *text;
        const char *hex;
    } cases[] = {
        {"0", "00"},
        {"1", "01"},
        {"-1", "ff"},
        {"127", "7f"},
        {"128", "0080"},
        {"-128", "80"},
        {"-129", "ff7f"},
        {"256", "0100"},
        {"170141183460469231731687303715884105727",
         "7fffffffffffffffffffffffffffffff"},
        {"-170141183460469231731687303715884105728",
         "80000000000000000000000000000000"},
        {"170141183460469231731687303715884105728",
         "0080000000000000000000000000000000"},
        {"-340282366920938463463374607431768211456",
         "ff00000000000000000000000000000000"},
        {"-340282366920938463463374607431768211457",
         "feffffffffffffffffffffffffffffffff"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Decimal d = dec(cases[i].text);
        Str bytes = decimal_to_bytes(arena, d);
        char hex[80] = "";
        for (size_t j = 0; j < bytes.len; j++)
            snprintf(hex + 2 * j, 3, "%02x", (unsigned char)bytes.ptr[j]);
        CHECK_STR(str_from(hex), cases[i].hex);
        CHECK(decimal_equal_exact(decimal_from_bytes(arena, bytes, 0), d));
    }
    CHECK(decimal_sign(decimal_from_bytes(arena, STR(""), 3)) == 0);
    Str padded = {"\xff\xff\xff\xfe", 4};
    CHECK(decimal_equal_exact(decimal_from_bytes(arena, padded, 0), dec("-2")));
    for (int i = 0; i < 3000; i++) {
        char raw[40];
        size_t len = 1 + random_u64() % sizeof raw;
        for (size_t j = 0; j < len; j++)
            raw[j] = (char)(random_u64() % 3 ? (int)random_u64() : -1);
        Decimal d = decimal_from_bytes(arena, (Str){raw, len}, 7);
        Str back = decimal_to_bytes(arena, d);
        CHECK(back.len <= len);
        CHECK(decimal_equal_exact(decimal_from_bytes(arena, back, 7), d));
        CHECK(decimal_equal_exact(
            dec(decimal_print_plain(arena, d).len
                    ? str_cstr(arena, decimal_print_plain(arena, d))
                    : ""),
            d));
        Decimal copy = decimal_copy(arena, d);
        CHECK(decimal_equal_exact(copy, d));
        CHECK(copy.limb_count == 0 || copy.limbs != d.limbs);
        CHECK(decimal_equal_exact(
            decimal_negate(arena, decimal_negate(arena, d)), d));
        arena_reset(arena);
    }
}

/* A thousand digits: (x + 1)(x - 1) = x*x - 1 with x = 10^1000. */
static void test_large(void)
{
    Decimal x = decimal_rescale(arena, dec("1E1000"), 0, ROUND_TRUNCATE);
    Decimal one = decimal_from_i64(1, 0);
    Decimal product = decimal_multiply(arena, decimal_add(arena, x, one),
                                       decimal_subtract(arena, x, one));
    Str text = decimal_print_plain(arena, product);
    CHECK(text.len == 2000);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '9') CHECK(!"not all nines");
    Decimal back;
    CHECK(decimal_parse(arena, text, &back));
    CHECK(decimal_equal_exact(back, product));
    CHECK(decimal_divide(arena, product, decimal_add(arena, x, one), 1000, 0,
                         &back));
    CHECK(decimal_equal_exact(back, decimal_subtract(arena, x, one)));
    CHECK(!decimal_divide(arena, product, decimal_add(arena, x, one), 999, 0,
                          &back));
}

int main(void)
{
    arena = arena_new("test", 0);
    test_parse_print();
    test_parse_refuses();
    test_operations();
    test_rounding();
    test_fit();
    test_compare();
    test_f64();
    test_i64();
    test_large();
    test_against_gmp();
    test_bytes();
    arena_free(arena);
    return check_done();
}
