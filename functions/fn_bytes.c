/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes to and from text and numbers (functions.md 4.2.1, 4.4): ENCODE,
 * FROM_BYTES, TO_BYTES and INT_, BIGINT_ and DOUBLE_FROM_BYTES.
 *
 * ENCODE and the other two read hex and base64 by different rules, as in the
 * reference: ENCODE is lenient and writes lower case.
 */
#include "base/number.h"
#include "base/unicode.h"
#include "functions/function_int.h"

typedef enum Encoding { HEX, UTF8, ASCII, BASE64, UNKNOWN } Encoding;

static Encoding find_encoding(Str name)
{
    static const Str names[] = {STR_INIT("hex"), STR_INIT("utf8"),
                                STR_INIT("ascii"), STR_INIT("base64")};
    int i = 0;
    while (i < UNKNOWN && !str_eq_nocase(name, names[i]))
        i++;
    return (Encoding)i;
}

static bool fail_encoding(FnCall *call, Str name)
{
    return fn_fail(call,
                   "unknown encoding '%.*s': use 'hex', 'utf8', 'ascii' or "
                   "'base64'",
                   STR_ARG(name));
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An even number of digits. */
static bool decode_hex(Arena *arena, Str text, Str *bytes)
{
    if (text.len % 2) return false;
    char *to = arena_alloc(arena, text.len / 2 + 1);
    for (size_t i = 0; i < text.len; i += 2) {
        int high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
        if (high < 0 || low < 0) return false;
        to[i / 2] = (char)(high << 4 | low);
    }
    *bytes = (Str){to, text.len / 2};
    return true;
}

/* Also 0x1F, with a digit 0 put in front if one is missing, and X'1F'. */
static bool decode_hex_leniently(Arena *arena, Str text, Str *bytes)
{
    if (str_starts_with(text, STR("0x"))) {
        text = (Str){text.ptr + 2, text.len - 2};
        if (text.len % 2) text = str_printf(arena, "0%.*s", STR_ARG(text));
    } else if ((str_starts_with(text, STR("X'")) ||
                str_starts_with(text, STR("x'"))) &&
               text.len > 2 && text.ptr[text.len - 1] == '\'') {
        text = (Str){text.ptr + 2, text.len - 3};
    }
    return decode_hex(arena, text, bytes);
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* Skips what is no digit, up to a '='; bits that fill no byte are dropped. */
static Str decode_base64_leniently(Arena *arena, Str text)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
        int digit = base64_digit(text.ptr[i]);
        if (digit < 0) continue;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        to[len++] = (char)(bits >> have);
    }
    return (Str){to, len};
}

/* Each character beyond ASCII becomes one '?'. */
static Str to_ascii(Arena *arena, Str text)
{
    if (utf8_is_ascii(text)) return text;
    char *to = arena_alloc(arena, text.len);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = utf8_next(text, &at);
        to[len++] = c < 0x80 ? (char)c : '?';
    }
    return (Str){to, len};
}

static bool from_text(FnCall *call, Str text, Encoding encoding, bool lenient,
                      Str *bytes)
{
    bool decoded = true;
    *bytes = text;
    switch (encoding) {
    case HEX:
        decoded = lenient ? decode_hex_leniently(call->arena, text, bytes)
                          : decode_hex(call->arena, text, bytes);
        break;
    case BASE64:
        if (lenient)
            *bytes = decode_base64_leniently(call->arena, text);
        else
            decoded = base64_decode(call->arena, text, bytes);
        break;
    case ASCII: *bytes = to_ascii(call->arena, text); break;
    case UTF8:
    case UNKNOWN: break;
    }
    return decoded || fn_fail(call, "'%.*s' is no %s", STR_ARG(text),
                              encoding == HEX ? "hexadecimal" : "base64");
}

static bool to_text(FnCall *call, Str bytes, Encoding encoding,
                    const char *digits, Value *out)
{
    Buf buf = {0};
    switch (encoding) {
    case HEX:
        for (size_t i = 0; i < bytes.len; i++) {
            buf_push(&buf, digits[(uint8_t)bytes.ptr[i] >> 4]);
            buf_push(&buf, digits[(uint8_t)bytes.ptr[i] & 15]);
        }
        break;
    case BASE64: base64_encode(&buf, bytes); break;
    case ASCII:
        for (size_t i = 0; i < bytes.len; i++) {
            uint8_t c = (uint8_t)bytes.ptr[i];
            utf8_append(&buf, c < 0x80 ? c : 0xfffd);
        }
        break;
    case UTF8:
    case UNKNOWN:
        *out = (Value){.str = utf8_repair(call->arena, bytes)};
        return true;
    }
    return give_buf(call, &buf, out);
}

static bool encode(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Encoding from = find_encoding(args[1].str);
    Encoding to = find_encoding(args[2].str);
    Str bytes;
    if (from == UNKNOWN) return fail_encoding(call, args[1].str);
    if (to == UNKNOWN) return fail_encoding(call, args[2].str);
    if (from == to)
        return fn_fail(call,
                       "ENCODE needs two different encodings, not '%.*s' "
                       "twice",
                       STR_ARG(args[1].str));
    return from_text(call, args[0].str, from, true, &bytes) &&
           to_text(call, bytes, to, "0123456789abcdef", out);
}

static bool from_bytes(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Encoding encoding = find_encoding(args[1].str);
    if (encoding == UNKNOWN) return fail_encoding(call, args[1].str);
    return to_text(call, args[0].str, encoding, "0123456789ABCDEF", out);
}

static bool to_bytes(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Encoding encoding = find_encoding(args[1].str);
    Str bytes;
    if (encoding == UNKNOWN) return fail_encoding(call, args[1].str);
    if (!from_text(call, args[0].str, encoding, false, &bytes)) return false;
    *out = (Value){.str = bytes};
    return true;
}

/* The `size` bytes as an integer. */
static bool number_bits(FnCall *call, const Value *args, int count, size_t size,
                        uint64_t *bits)
{
    Str bytes = args[0].str;
    Str order = count > 1 && !args[1].null ? args[1].str : STR("");
    bool little = str_eq_nocase(order, STR("LITTLE_ENDIAN"));
    if (count > 1 && !little && !str_eq_nocase(order, STR("BIG_ENDIAN")))
        return fn_fail(call,
                       "unknown byte order '%.*s': use 'BIG_ENDIAN' or "
                       "'LITTLE_ENDIAN'",
                       STR_ARG(order));
    if (bytes.len != size)
        return fn_fail(call, "%s needs %zu bytes, not %zu",
                       call->function->name, size, bytes.len);
    *bits = 0;
    for (size_t i = 0; i < size; i++) {
        size_t at = little ? size - 1 - i : i;
        *bits = *bits << 8 | (uint8_t)bytes.ptr[at];
    }
    return true;
}

static bool int_from_bytes(FnCall *call, const Value *args, int count,
                           Value *out)
{
    uint64_t bits;
    *out = VALUE_NULL;
    if (args[0].null) return true;
    if (!number_bits(call, args, count, 4, &bits)) return false;
    *out = (Value){.i32 = (int32_t)(uint32_t)bits};
    return true;
}

static bool bigint_from_bytes(FnCall *call, const Value *args, int count,
                              Value *out)
{
    uint64_t bits;
    *out = VALUE_NULL;
    if (args[0].null) return true;
    if (!number_bits(call, args, count, 8, &bits)) return false;
    *out = (Value){.i64 = (int64_t)bits};
    return true;
}

static bool double_from_bytes(FnCall *call, const Value *args, int count,
                              Value *out)
{
    uint64_t bits;
    *out = VALUE_NULL;
    if (args[0].null) return true;
    if (!number_bits(call, args, count, 8, &bits)) return false;
    *out = (Value){0};
    memcpy(&out->f64, &bits, sizeof bits);
    return true;
}

static const char order_text[] =
    "The bytes as a number; the order is 'BIG_ENDIAN' (the default) or "
    "'LITTLE_ENDIAN'.";

static const Function rows[] = {
    {.name = "encode",
     .signature = "STRING, STRING, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = encode,
     .category = "STRING",
     .description = "The text from one encoding to another: 'hex', 'utf8', "
                    "'ascii', 'base64'.",
     .example = "ENCODE('hello', 'utf8', 'hex') = '68656c6c6f'"},
    {.name = "from_bytes",
     .signature = "BYTES, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = from_bytes,
     .category = "STRING",
     .description = "The bytes as text in an encoding.",
     .example = "FROM_BYTES(TO_BYTES('hi', 'utf8'), 'hex') = '6869'"},
    {.name = "to_bytes",
     .signature = "STRING, STRING -> BYTES",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = to_bytes,
     .category = "STRING",
     .description = "The bytes that the text stands for in an encoding.",
     .example = "LEN(TO_BYTES('6869', 'hex')) = 2"},
    {.name = "int_from_bytes",
     .signature = "BYTES -> INT",
     .scalar = int_from_bytes,
     .category = "CONVERSIONS",
     .description = order_text,
     .example = "INT_FROM_BYTES(TO_BYTES('00000007', 'hex')) = 7"},
    {.name = "int_from_bytes",
     .signature = "BYTES, STRING -> INT",
     .scalar = int_from_bytes,
     .category = "CONVERSIONS",
     .description = order_text,
     .example =
         "INT_FROM_BYTES(TO_BYTES('07000000', 'hex'), 'LITTLE_ENDIAN') = 7"},
    {.name = "bigint_from_bytes",
     .signature = "BYTES -> BIGINT",
     .scalar = bigint_from_bytes,
     .category = "CONVERSIONS",
     .description = order_text,
     .example = "BIGINT_FROM_BYTES(TO_BYTES('0000000000000007', 'hex')) = 7"},
    {.name = "bigint_from_bytes",
     .signature = "BYTES, STRING -> BIGINT",
     .scalar = bigint_from_bytes,
     .category = "CONVERSIONS",
     .description = order_text,
     .example = "BIGINT_FROM_BYTES(TO_BYTES('0700000000000000', 'hex'), "
                "'LITTLE_ENDIAN') = 7"},
    {.name = "double_from_bytes",
     .signature = "BYTES -> DOUBLE",
     .scalar = double_from_bytes,
     .category = "CONVERSIONS",
     .description = order_text,
     .example = "DOUBLE_FROM_BYTES(TO_BYTES('401C000000000000', 'hex')) = 7"},
    {.name = "double_from_bytes",
     .signature = "BYTES, STRING -> DOUBLE",
     .scalar = double_from_bytes,
     .category = "CONVERSIONS",
     .description = order_text,
     .example = "DOUBLE_FROM_BYTES(TO_BYTES('0000000000001C40', 'hex'), "
                "'LITTLE_ENDIAN') = 7"},
};

const FunctionFamily fn_bytes = {rows, sizeof rows / sizeof *rows};
