/* SPDX-License-Identifier: Apache-2.0
 *
 * Further texts (functions.md 4.2): CHR, MD5, SPLIT_TO_MAP, UUID. MD5 is
 * libmd's, which is a way to shorten keys here and protects nothing.
 */
#include <md5.h>
#include <sys/random.h>

#include "base/unicode.h"
#include "functions/function_int.h"

static bool give_code_point(FnCall *call, uint32_t c, Value *out)
{
    Buf buf = {0};
    bool half = c >= 0xd800 && c <= 0xdfff; /* Has no UTF-8. */
    utf8_append(&buf, half ? '?' : c);
    return give_buf(call, &buf, out);
}

static bool chr_of_int(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    if (args[0].i32 < 0 || args[0].i32 > 0x10ffff) return true;
    return give_code_point(call, (uint32_t)args[0].i32, out);
}

/* Four hexadecimal digits at `*at`; -1: they are not there. */
static int32_t read_hex4(Str text, size_t *at)
{
    int32_t value = 0;
    if (text.len - *at < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = text.ptr[(*at)++];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (digit < 0 || digit > 15) return -1;
        value = value * 16 + digit;
    }
    return value;
}

static int read_octal(Str text, size_t *at)
{
    int max = text.ptr[*at] <= '3' ? 3 : 2, value = 0;
    while (max-- && *at < text.len && text.ptr[*at] >= '0' &&
           text.ptr[*at] <= '7')
        value = value * 8 + text.ptr[(*at)++] - '0';
    return value;
}

/* The UTF-16 unit that the escape at `*at`, behind its backslash, stands for;
 * -1: it stands for nothing; -2: bad digits. */
static int32_t read_escape(Str text, size_t *at)
{
    static const char letters[] = "bntfr\\\"'", units[] = "\b\n\t\f\r\\\"'";
    char c = *at < text.len ? text.ptr[*at] : 0;
    if (c >= '0' && c <= '7') return read_octal(text, at);
    if (c == 'u') {
        while (*at < text.len && text.ptr[*at] == 'u')
            ++*at;
        if (*at < text.len && text.ptr[*at] == '+') ++*at;
        int32_t unit = read_hex4(text, at);
        return unit < 0 ? -2 : unit;
    }
    const char *known = c ? strchr(letters, c) : NULL;
    if (!known) return -1;
    ++*at;
    return units[known - letters];
}

/* All of Java's escapes in the text. */
static bool chr_of_text(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Str text = args[0].str;
    Buf buf = {0};
    uint32_t high = 0; /* The first half of a pair, waiting. */
    *out = VALUE_NULL;
    if (!str_starts_with(text, STR("\\u")) || utf16_length(text) < 6)
        return true;
    for (size_t at = 0; at < text.len;) {
        int32_t c = (int32_t)utf8_next(text, &at);
        if (c == '\\') c = read_escape(text, &at);
        if (c == -2) {
            buf_free(&buf);
            return fn_fail(call, "'%.*s' has bad digits behind \\u",
                           STR_ARG(text));
        }
        if (c == -1) continue;
        uint32_t unit = (uint32_t)c;
        if (high && unit >= 0xdc00 && unit <= 0xdfff) {
            utf8_append(&buf,
                        0x10000 + ((high - 0xd800) << 10) + unit - 0xdc00);
            high = 0;
            continue;
        }
        if (high) buf_push(&buf, '?');
        high = unit >= 0xd800 && unit <= 0xdbff ? unit : 0;
        if (!high)
            utf8_append(&buf, unit >= 0xdc00 && unit <= 0xdfff ? '?' : unit);
    }
    if (high) buf_push(&buf, '?');
    return give_buf(call, &buf, out);
}

static void put_hex(Buf *buf, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        buf_push(buf, digits[bytes[i] >> 4]);
        buf_push(buf, digits[bytes[i] & 15]);
    }
}

static bool md5(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    MD5_CTX context;
    uint8_t digest[MD5_DIGEST_LENGTH];
    Buf buf = {0};
    MD5Init(&context);
    MD5Update(&context, (const uint8_t *)args[0].str.ptr, args[0].str.len);
    MD5Final(digest, &context);
    put_hex(&buf, digest, sizeof digest);
    return give_buf(call, &buf, out);
}

/* The piece from `*at` up to the delimiter; false: there is none left. */
static bool next_piece(Str text, Str delimiter, size_t *at, Str *piece)
{
    if (*at > text.len) return false;
    size_t end = str_find(text, delimiter, *at);
    if (end == SIZE_MAX) end = text.len;
    *piece = (Str){text.ptr + *at, end - *at};
    *at = end + delimiter.len;
    return true;
}

static bool split_to_map(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Str text = args[0].str, between = args[1].str, inside = args[2].str, entry;
    *out = VALUE_NULL;
    if (!between.len || !inside.len || str_eq(between, inside)) return true;
    int entries = 0;
    for (size_t at = 0; next_piece(text, between, &at, &entry);)
        entries++;
    MapBuilder map = map_builder(call->arena, &type_string, entries);
    for (size_t at = 0; next_piece(text, between, &at, &entry);) {
        if (str_find(entry, inside, 0) == SIZE_MAX) continue;
        Value key = {0}, value = {0};
        size_t part = 0;
        bool is_new;
        next_piece(entry, inside, &part, &key.str);
        next_piece(entry, inside, &part, &value.str);
        *map_builder_put(&map, &key, &is_new) = value;
    }
    *out = (Value){.list = map.list};
    return true;
}

static bool give_uuid(FnCall *call, const uint8_t bytes[16], Value *out)
{
    static const size_t groups[] = {4, 2, 2, 2, 6};
    Buf buf = {0};
    for (int i = 0; i < 5; bytes += groups[i++]) {
        if (i) buf_push(&buf, '-');
        put_hex(&buf, bytes, groups[i]);
    }
    return give_buf(call, &buf, out);
}

static bool uuid_of_bytes(FnCall *call, const Value *args, int count,
                          Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    if (args[0].str.len != 16) return true;
    return give_uuid(call, (const uint8_t *)args[0].str.ptr, out);
}

static bool uuid_random(FnCall *call, const Value *args, int count, Value *out)
{
    (void)args, (void)count;
    uint8_t bytes[16];
    *out = VALUE_NULL;
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return fn_fail(call, "the system has no random numbers");
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* Version 4. */
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* RFC 4122's variant. */
    return give_uuid(call, bytes, out);
}

static const Function rows[] = {
    {.name = "Chr",
     .signature = "INT -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = chr_of_int,
     .category = "STRING",
     .description = "The character with the code point; NULL if there is none.",
     .example = "CHR(75) = 'K'"},
    {.name = "Chr",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = chr_of_text,
     .category = "STRING",
     .description = "The characters that a text such as '\\u004b' stands for; "
                    "NULL if it begins with no escape.",
     .example = "CHR('\\u004b') = 'K'"},
    {.name = "md5",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = md5,
     .category = "STRING",
     .description = "The MD5 digest of the text, in hexadecimal.",
     .example = "MD5('a') = '0cc175b9c0f1b6a831c399e269772661'"},
    {.name = "split_to_map",
     .signature = "STRING, STRING, STRING -> MAP<STRING, STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = split_to_map,
     .category = "STRING",
     .description = "A map of the text's entries, by the delimiters between "
                    "entries and between key and value.",
     .example = "SPLIT_TO_MAP('a=1;b=2', ';', '=')['b'] = '2'"},
    {.name = "UUID",
     .signature = "-> STRING",
     .flags = FN_VOLATILE,
     .scalar = uuid_random,
     .category = "STRING",
     .description = "A random UUID.",
     .example = "LEN(UUID()) = 36"},
    {.name = "UUID",
     .signature = "BYTES -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = uuid_of_bytes,
     .category = "STRING",
     .description = "The 16 bytes written as a UUID; NULL if they are not 16.",
     .example = "UUID(TO_BYTES('00112233445566778899aabbccddeeff', 'hex')) = "
                "'00112233-4455-6677-8899-aabbccddeeff'"},
};

const FunctionFamily fn_string_more = {rows, sizeof rows / sizeof *rows};
