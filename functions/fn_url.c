/* SPDX-License-Identifier: Apache-2.0
 *
 * URL functions (functions.md 4.11). Parts are percent-decoded; bytes that are
 * no UTF-8 become U+FFFD.
 */
#include "base/unicode.h"
#include "functions/function_int.h"
#include "functions/uri.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at `at` stands for; -1: it is none. */
static int escaped_byte(Str text, size_t at)
{
    if (text.len - at < 3) return -1;
    int high = hex_digit(text.ptr[at + 1]), low = hex_digit(text.ptr[at + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Decodes %XX, and with `form` also '+'. False: a malformed escape. */
static bool decode(Arena *arena, Str text, bool form, Str *decoded)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == '%') {
            int byte = escaped_byte(text, at);
            if (byte < 0) return false;
            c = (char)byte;
            at += 2;
        } else if (form && c == '+') {
            c = ' ';
        }
        to[len++] = c;
    }
    *decoded = utf8_repair(arena, (Str){to, len});
    return true;
}

static bool read_uri(FnCall *call, const Value *args, Uri *uri)
{
    return uri_parse(args[0].str, uri) ||
           fn_fail(call, "'%.*s' is no URL", STR_ARG(args[0].str));
}

/* A part of a valid URI, decoded; NULL if it is absent. */
static bool give_part(FnCall *call, Str part, Value *out)
{
    *out = VALUE_NULL;
    if (!part.ptr) return true;
    Str decoded;
    if (!decode(call->arena, part, false, &decoded))
        return fn_fail(call, "'%.*s' has a malformed escape", STR_ARG(part));
    *out = (Value){.str = decoded};
    return true;
}

static bool url_decode_param(FnCall *call, const Value *args, int count,
                             Value *out)
{
    (void)count;
    Str decoded;
    if (!decode(call->arena, args[0].str, true, &decoded))
        return fn_fail(call, "'%.*s' has a malformed escape",
                       STR_ARG(args[0].str));
    *out = (Value){.str = decoded};
    return true;
}

static bool url_encode_param(FnCall *call, const Value *args, int count,
                             Value *out)
{
    (void)count;
    static const char digits[] = "0123456789ABCDEF";
    Buf buf = {0};
    for (size_t i = 0; i < args[0].str.len; i++) {
        unsigned char c = (unsigned char)args[0].str.ptr[i];
        bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9') || (c && strchr("-_.*", c));
        if (kept) {
            buf_push(&buf, (char)c);
        } else if (c == ' ') {
            buf_push(&buf, '+');
        } else {
            char escape[] = {'%', digits[c >> 4], digits[c & 15]};
            buf_append(&buf, escape, sizeof escape);
        }
    }
    return give_buf(call, &buf, out);
}

static bool url_extract_fragment(FnCall *call, const Value *args, int count,
                                 Value *out)
{
    (void)count;
    Uri uri;
    return read_uri(call, args, &uri) && give_part(call, uri.fragment, out);
}

static bool url_extract_host(FnCall *call, const Value *args, int count,
                             Value *out)
{
    (void)count;
    Uri uri;
    if (!read_uri(call, args, &uri)) return false;
    *out = uri.host.ptr ? (Value){.str = uri.host} : VALUE_NULL;
    return true;
}

/* The query is decoded first and taken apart then, as in the reference. */
static bool url_extract_parameter(FnCall *call, const Value *args, int count,
                                  Value *out)
{
    (void)count;
    Uri uri;
    Value query;
    *out = VALUE_NULL;
    if (!read_uri(call, args, &uri)) return false;
    if (!give_part(call, uri.query, &query)) return false;
    if (query.null) return true;
    Str rest = query.str;
    for (;;) {
        size_t len = str_find(rest, STR("&"), 0);
        if (len == SIZE_MAX) len = rest.len;
        Str name = {rest.ptr, len}, value = STR("");
        size_t equals = str_find(name, STR("="), 0);
        if (equals != SIZE_MAX) {
            value = (Str){name.ptr + equals + 1, len - equals - 1};
            name.len = equals;
        }
        if (str_eq(name, args[1].str)) {
            *out = (Value){.str = value};
            return true;
        }
        if (len == rest.len) return true;
        rest = (Str){rest.ptr + len + 1, rest.len - len - 1};
    }
}

static bool url_extract_path(FnCall *call, const Value *args, int count,
                             Value *out)
{
    (void)count;
    Uri uri;
    return read_uri(call, args, &uri) && give_part(call, uri.path, out);
}

static bool url_extract_port(FnCall *call, const Value *args, int count,
                             Value *out)
{
    (void)count;
    Uri uri;
    if (!read_uri(call, args, &uri)) return false;
    *out = uri.port < 0 ? VALUE_NULL : (Value){.i32 = uri.port};
    return true;
}

static bool url_extract_protocol(FnCall *call, const Value *args, int count,
                                 Value *out)
{
    (void)count;
    Uri uri;
    return read_uri(call, args, &uri) && give_part(call, uri.scheme, out);
}

static bool url_extract_query(FnCall *call, const Value *args, int count,
                              Value *out)
{
    (void)count;
    Uri uri;
    return read_uri(call, args, &uri) && give_part(call, uri.query, out);
}

static const Function rows[] = {
    {.name = "url_decode_param",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_decode_param,
     .category = "URL",
     .description = "The text with the escapes of a URL parameter decoded.",
     .example = "URL_DECODE_PARAM('a+b%26') = 'a b&'"},
    {.name = "url_encode_param",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_encode_param,
     .category = "URL",
     .description = "The text escaped for a URL parameter.",
     .example = "URL_ENCODE_PARAM('a b&') = 'a+b%26'"},
    {.name = "url_extract_fragment",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_extract_fragment,
     .category = "URL",
     .description = "The part of the URL behind '#'; NULL if there is none.",
     .example =
         "URL_EXTRACT_FRAGMENT('http://me@a.org:80/x%20y?k=v&l#f') = 'f'"},
    {.name = "url_extract_host",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_extract_host,
     .category = "URL",
     .description = "The host of the URL; NULL if there is none.",
     .example =
         "URL_EXTRACT_HOST('http://me@a.org:80/x%20y?k=v&l#f') = 'a.org'"},
    {.name = "url_extract_parameter",
     .signature = "STRING, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_extract_parameter,
     .category = "URL",
     .description = "The value of a parameter of the URL's query; NULL if it "
                    "is not there.",
     .example = "URL_EXTRACT_PARAMETER('http://me@a.org:80/x%20y?k=v&l#f', "
                "'k') = 'v'"},
    {.name = "url_extract_path",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_extract_path,
     .category = "URL",
     .description = "The path of the URL.",
     .example =
         "URL_EXTRACT_PATH('http://me@a.org:80/x%20y?k=v&l#f') = '/x y'"},
    {.name = "url_extract_port",
     .signature = "STRING -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_extract_port,
     .category = "URL",
     .description = "The port of the URL; NULL if it names none.",
     .example = "URL_EXTRACT_PORT('http://me@a.org:80/x%20y?k=v&l#f') = 80"},
    {.name = "url_extract_protocol",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_extract_protocol,
     .category = "URL",
     .description =
         "The scheme of the URL, such as http; NULL if there is none.",
     .example =
         "URL_EXTRACT_PROTOCOL('http://me@a.org:80/x%20y?k=v&l#f') = 'http'"},
    {.name = "url_extract_query",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = url_extract_query,
     .category = "URL",
     .description =
         "The part of the URL between '?' and '#'; NULL if there is none.",
     .example =
         "URL_EXTRACT_QUERY('http://me@a.org:80/x%20y?k=v&l#f') = 'k=v&l'"},
};

const FunctionFamily fn_url = {rows, sizeof rows / sizeof *rows};
