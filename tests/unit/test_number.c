/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers and base64 as text, against Java's results.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "tests/unit/check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_print_i64(void)
{
    char out[NUMBER_TEXT_MAX], want[NUMBER_TEXT_MAX];
    int wrong = 0;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int64_t value = (int64_t)random >> (i % 64);
        int len = number_print_i64(value, out);
        int want_len = snprintf(want, sizeof want, "%" PRId64, value);
        wrong += len != want_len || memcmp(out, want, (size_t)len) != 0;
    }
    /* Where the number of digits changes. */
    int64_t power = 1;
    for (int i = 0; i < 19; i++, power *= 10) {
        for (int step = -1; step <= 1; step++) {
            for (int sign = -1; sign <= 1; sign += 2) {
                int64_t value = (power + step) * sign;
                int len = number_print_i64(value, out);
                int want_len = snprintf(want, sizeof want, "%" PRId64, value);
                wrong += len != want_len || memcmp(out, want, (size_t)len) != 0;
            }
        }
        if (i == 18) break;
    }
    CHECK(wrong == 0);
    CHECK_STR(((Str){out, (size_t)number_print_i64(0, out)}), "0");
    CHECK_STR(((Str){out, (size_t)number_print_i64(INT64_MIN, out)}),
              "-9223372036854775808");
    CHECK_STR(((Str){out, (size_t)number_print_i64(INT64_MAX, out)}),
              "9223372036854775807");
}

static void test_print_f64(void)
{
    static const struct {
        double value;
        const char *want;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-12.5, "-12.5"},
        {0.001, "0.001"},
        {0.00123, "0.00123"},
        {0.000999, "9.99E-4"},
        {123456.789, "123456.789"},
        {9999999.0, "9999999.0"},
        {9999999.5, "9999999.5"},
        {1e7, "1.0E7"},
        {12345678.0, "1.2345678E7"},
        {1e10, "1.0E10"},
        {1.5e300, "1.5E300"},
        {2e23, "2.0E23"},
        {1e23, "1.0E23"},
        {0.1 + 0.2, "0.30000000000000004"},
        {4.9e-324, "4.9E-324"},
        {9.9e-324, "9.9E-324"},
        {2.2250738585072014e-308, "2.2250738585072014E-308"},
        {-1.7976931348623157e308, "-1.7976931348623157E308"},
        {100.0, "100.0"},
        {1234567.0, "1234567.0"},
        {NAN, "NaN"},
        {-NAN, "NaN"},
        {INFINITY, "Infinity"},
        {-INFINITY, "-Infinity"},
    };
    char out[NUMBER_TEXT_MAX];
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = (size_t)number_print_f64(cases[i].value, out);
        CHECK_STR(((Str){out, len}), cases[i].want);
    }
}

/* Values of up to six decimals, against integer arithmetic. */
static void test_few_decimals(void)
{
    char out[NUMBER_TEXT_MAX], want[64];
    uint64_t random = 2463534242u;
    int wrong = 0;
    for (int i = 0; i < 50000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        int64_t scaled = (int64_t)(random >> 21) % 10000000000000;
        scaled >>= i % 40;
        if (scaled < 1000) continue;
        int want_len = snprintf(want, sizeof want, "%" PRId64 ".%06" PRId64,
                                scaled / 1000000, scaled % 1000000);
        while (want[want_len - 1] == '0' && want[want_len - 2] != '.')
            want_len--;
        int len = number_print_f64((double)scaled / 1e6, out);
        wrong += len != want_len || memcmp(out, want, (size_t)len) != 0;
    }
    CHECK(wrong == 0);
    /* The neighbours of a short value have all their digits. */
    CHECK_STR(((Str){out, (size_t)number_print_f64(nextafter(0.25, 1), out)}),
              "0.25000000000000006");
    CHECK_STR(((Str){out, (size_t)number_print_f64(nextafter(12.5, 0), out)}),
              "12.499999999999998");
}

/* What is printed reads back as the same bits, by all three readers. */
static void test_round_trip(void)
{
    char out[NUMBER_TEXT_MAX + 1];
    uint64_t random = 1181783497276652981u;
    int wrong = 0;
    for (int i = 0; i < 50000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        double value, back = 0;
        memcpy(&value, &random, sizeof value);
        if (i % 2) value = (double)(int64_t)(random >> 24) / 1000;
        if (!isfinite(value)) continue;
        int len = number_print_f64(value, out);
        out[len] = 0;
        Str text = {out, (size_t)len};
        wrong += len > NUMBER_TEXT_MAX;
        wrong += strtod(out, NULL) != value;
        wrong += !number_parse_f64(text, &back) || back != value;
        wrong += number_json_f64(text) != value;
    }
    CHECK(wrong == 0);
}

static void test_parse_integer(void)
{
    static const struct {
        const char *text;
        bool ok64;
        int64_t value;
        bool ok32;
    } cases[] = {
        {"0", true, 0, true},
        {"-0", true, 0, true},
        {"+7", true, 7, true},
        {"007", true, 7, true},
        {"2147483647", true, 2147483647, true},
        {"-2147483648", true, -2147483648LL, true},
        {"2147483648", true, 2147483648LL, false},
        {"-2147483649", true, -2147483649LL, false},
        {"9223372036854775807", true, INT64_MAX, false},
        {"-9223372036854775808", true, INT64_MIN, false},
        {"9223372036854775808", false, 0, false},
        {"-9223372036854775809", false, 0, false},
        {"99999999999999999999999", false, 0, false},
        {"\xD9\xA1\xD9\xA2", true, 12, true},  /* Arabic-Indic 12 */
        {"\xEF\xBC\x91", true, 1, true},       /* fullwidth 1 */
        {"\xF0\x9D\x9F\x8F", false, 0, false}, /* above U+FFFF */
        {"\xC2\xB2", false, 0, false},         /* superscript 2 */
        {"", false, 0, false},
        {"-", false, 0, false},
        {"+", false, 0, false},
        {"--1", false, 0, false},
        {" 1", false, 0, false},
        {"1 ", false, 0, false},
        {"1.0", false, 0, false},
        {"1e3", false, 0, false},
        {"1\xFF", false, 0, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Str text = str_from(cases[i].text);
        int64_t wide = 0;
        int32_t narrow = 0;
        CHECK(number_parse_i64(text, &wide) == cases[i].ok64);
        CHECK(number_parse_i32(text, &narrow) == cases[i].ok32);
        if (cases[i].ok64) CHECK(wide == cases[i].value);
        if (cases[i].ok32) CHECK(narrow == cases[i].value);
    }
}

static void test_parse_f64(void)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"1", 1},
        {" 1.5\n", 1.5},
        {"+1.", 1},
        {".5", 0.5},
        {"-.5e1", -5},
        {"1d", 1},
        {"1.5F", 1.5},
        {"1e3f", 1000},
        {"0x1p3", 8},
        {"-0X1.8P1", -3},
        {"0x.8p0d", 0.5},
        {"1e400", INFINITY},
        {"-1e400", -INFINITY},
        {"1e-400", 0},
        {"0e99999999999", 0},
        {"1e99999999999", INFINITY},
        {"1e-99999999999", 0},
        {"Infinity", INFINITY},
        {"-Infinity", -INFINITY},
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740993.00001", 9007199254740994.0},
        {"0.1", 0.1},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"2.2250738585072011e-308", 2.2250738585072011e-308},
        {"0.000000000000000000000000000001", 1e-30},
        {"8.5e22", 8.5e22},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        double value = -1;
        CHECK(number_parse_f64(str_from(good[i].text), &value));
        CHECK(value == good[i].value);
    }
    static const char *const bad[] = {
        "",    " ",   ".",     "-",    "e5",   "1e",     "1e+",  "1x",
        "1 2", "0x1", "0x1.8", "0xp1", "0x1p", "nan",    "inf",  "infinity",
        "1dd", "--1", "1,5",   "d",    "f",    "0x1p1x", "NaNd", "1_000",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        double value;
        CHECK(!number_parse_f64(str_from(bad[i]), &value));
    }
    double value;
    CHECK(number_parse_f64(STR(" -NaN "), &value) && isnan(value));
    CHECK(number_parse_f64(STR("-0"), &value) && value == 0 && signbit(value));
    CHECK(signbit(number_json_f64(STR("-0.0"))));
    /* More zeros than an exponent counts. */
    enum { ZEROS = 200000 };
    char *text = malloc(ZEROS + 20);
    memset(text, '0', ZEROS + 20);
    memcpy(text, "0.", 2);
    memcpy(text + ZEROS, "1e200000", 8);
    double sum = number_json_f64((Str){text, ZEROS + 8});
    CHECK(sum == 10.0);
    free(text);
}

static void test_base64(Arena *arena)
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foobar", "Zm9vYmFy"},
        {"\xFF\xFE\xFD", "//79"},
        {"\xFB\xF0", "+/A="},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        Buf buf = {0};
        buf_append_str(&buf, STR("x"));
        base64_encode(&buf, str_from(pairs[i][0]));
        CHECK_STR(((Str){buf.ptr + 1, buf.len - 1}), pairs[i][1]);
        Str back, open = str_from(pairs[i][1]);
        CHECK(base64_decode(arena, open, &back));
        CHECK_STR(back, pairs[i][0]);
        while (str_ends_with(open, STR("=")))
            open.len--;
        CHECK(base64_decode(arena, open, &back));
        CHECK_STR(back, pairs[i][0]);
        buf_free(&buf);
    }
    static const char *const bad[] = {
        "A",     "=",    "==",     "Zg=",      "Zg===", "Z===", "====",
        "Zm9v=", "Z*==", "Zg==\n", "Zg==Zg==", "Zm-v",  "Zg=a", "Zm 9v"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        Str back;
        CHECK(!base64_decode(arena, str_from(bad[i]), &back));
    }
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    test_print_i64();
    test_print_f64();
    test_few_decimals();
    test_round_trip();
    test_parse_integer();
    test_parse_f64();
    test_base64(arena);
    arena_free(arena);
    return check_done();
}
