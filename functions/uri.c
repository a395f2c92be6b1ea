/* SPDX-License-Identifier: Apache-2.0
 *
 * URIs by the grammar of RFC 2396 (with the IPv6 addresses of RFC 2732), as
 * java.net.URI reads them: relative references are allowed, and so are
 * characters beyond ASCII that are neither blank nor control characters.
 *
 *   [scheme:] [//authority] path [?query] [#fragment]
 *   scheme:opaque [#fragment]
 *
 * An authority that is no server (its host has an illegal character, such as
 * `_`) is allowed as long as it is made of name characters; it has no host.
 */
#include "functions/uri.h"

#include <arpa/inet.h>

#include "base/number.h"
#include "base/unicode.h"

static const char unreserved[] = "-_.!~*'()";

static bool is_alpha(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool is_alnum(char c)
{
    return is_alpha(c) || (unsigned char)(c - '0') < 10;
}

static bool is_hex(char c)
{
    return (unsigned char)(c - '0') < 10 ||
           (unsigned char)((c | 0x20) - 'a') < 6;
}

static bool is_blank_or_control(uint32_t c)
{
    return c < 0xa1 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

/* How many bytes from the start are unreserved, escaped, beyond ASCII, or in
 * `more`. */
static size_t span(Str text, const char *more)
{
    size_t at = 0;
    while (at < text.len) {
        char c = text.ptr[at];
        if (is_alnum(c) || (c && (strchr(unreserved, c) || strchr(more, c)))) {
            at++;
        } else if (c == '%') {
            if (text.len - at < 3 || !is_hex(text.ptr[at + 1]) ||
                !is_hex(text.ptr[at + 2]))
                break;
            at += 3;
        } else {
            size_t next = at;
            if ((unsigned char)c < 0x80 ||
                is_blank_or_control(utf8_next(text, &next)))
                break;
            at = next;
        }
    }
    return at;
}

static bool all_of(Str text, const char *more)
{
    return span(text, more) == text.len;
}

static const char uric[] = ";/?:@&=+$,[]";
static const char path_more[] = ":@&=+$,;/";
static const char name_more[] = "$,;:@&=+";
static const char user_more[] = ";:&=+$,";
static const char server_more[] = ";:&=+$,@[]";

static size_t find_any(Str text, const char *chars)
{
    size_t at = 0;
    while (at < text.len && !(text.ptr[at] && strchr(chars, text.ptr[at])))
        at++;
    return at;
}

static Str tail(Str text, size_t from)
{
    return (Str){text.ptr + from, text.len - from};
}

static Str head(Str text, size_t len)
{
    return (Str){text.ptr, len};
}

/* Copies into `to`; false: too long for an address. */
static bool to_cstr(Str text, char *to, size_t room)
{
    if (text.len >= room) return false;
    memcpy(to, text.ptr, text.len);
    to[text.len] = 0;
    return true;
}

static bool is_ipv6(Str text)
{
    char address[64];
    struct in6_addr ignored;
    size_t scope = find_any(text, "%");
    if (scope < text.len) {
        Str id = tail(text, scope + 1);
        for (size_t i = 0; i < id.len; i++)
            if (!is_alnum(id.ptr[i]) && !strchr("_.-", id.ptr[i])) return false;
        if (!id.len) return false;
    }
    return to_cstr(head(text, scope), address, sizeof address) &&
           inet_pton(AF_INET6, address, &ignored) == 1;
}

static bool is_ipv4(Str text)
{
    char address[64];
    struct in_addr ignored;
    return to_cstr(text, address, sizeof address) &&
           inet_pton(AF_INET, address, &ignored) == 1;
}

/* Labels of letters, digits and inner hyphens; the last of several begins with
 * a letter. A dot may follow. */
static bool is_host_name(Str text)
{
    bool several = false;
    if (text.len && text.ptr[text.len - 1] == '.') text.len--;
    for (;;) {
        size_t len = find_any(text, ".");
        Str label = head(text, len);
        if (!len || !is_alnum(label.ptr[0]) || !is_alnum(label.ptr[len - 1]))
            return false;
        for (size_t i = 0; i < len; i++)
            if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-') return false;
        if (len == text.len) return !several || is_alpha(label.ptr[0]);
        text = tail(text, len + 1);
        several = true;
    }
}

/* [user@] host [:port]. */
static bool parse_server(Str text, Uri *uri)
{
    size_t at = find_any(text, "@");
    if (at < text.len) {
        if (!all_of(head(text, at), user_more)) return false;
        text = tail(text, at + 1);
    }
    size_t len;
    if (text.len && text.ptr[0] == '[') {
        len = find_any(text, "]") + 1;
        if (len > text.len) return false;
        if (!is_ipv6((Str){text.ptr + 1, len - 2})) return false;
    } else {
        len = find_any(text, ":");
        Str host = head(text, len);
        if (!is_ipv4(host) && !is_host_name(host)) return false;
    }
    Str rest = tail(text, len);
    int32_t port = -1;
    if (rest.len) {
        if (rest.ptr[0] != ':') return false;
        rest = tail(rest, 1);
        for (size_t i = 0; i < rest.len; i++)
            if ((unsigned char)(rest.ptr[i] - '0') > 9) return false;
        if (rest.len && !number_parse_i32(rest, &port)) return false;
    }
    uri->host = head(text, len);
    uri->port = port;
    return true;
}

static bool parse_authority(Str text, Uri *uri)
{
    bool bracket = find_any(text, "]") < text.len;
    bool name = all_of(text, name_more);
    /* In an address with brackets a '%' need not be an escape. */
    bool server = all_of(text, server_more);
    if (bracket && !server) {
        server = true;
        for (Str rest = text; rest.len && server;) {
            size_t len = span(rest, server_more);
            server = len == rest.len || rest.ptr[len] == '%';
            rest = tail(rest, len < rest.len ? len + 1 : len);
        }
    }
    return (server && parse_server(text, uri)) || name;
}

static bool parse_hierarchical(Str text, Uri *uri)
{
    if (str_starts_with(text, STR("//"))) {
        text = tail(text, 2);
        size_t len = find_any(text, "/?#");
        if (!len && !text.len) return false;
        if (len && !parse_authority(head(text, len), uri)) return false;
        text = tail(text, len);
    }
    size_t len = find_any(text, "?#");
    uri->path = head(text, len);
    if (!all_of(uri->path, path_more)) return false;
    text = tail(text, len);
    if (text.len && text.ptr[0] == '?') {
        text = tail(text, 1);
        uri->query = text;
        return all_of(text, uric);
    }
    return true;
}

bool uri_parse(Str text, Uri *uri)
{
    *uri = (Uri){.port = -1};
    if (!text.len) return false;
    size_t mark = find_any(text, "#");
    if (mark < text.len) {
        uri->fragment = tail(text, mark + 1);
        if (!all_of(uri->fragment, uric)) return false;
        text = head(text, mark);
    }
    size_t colon = find_any(text, ":/?");
    if (colon == text.len || text.ptr[colon] != ':')
        return parse_hierarchical(text, uri);
    uri->scheme = head(text, colon);
    if (!colon || !is_alpha(text.ptr[0])) return false;
    for (size_t i = 1; i < colon; i++)
        if (!is_alnum(text.ptr[i]) && !strchr("+-.", text.ptr[i])) return false;
    Str rest = tail(text, colon + 1);
    if (rest.len && rest.ptr[0] == '/') return parse_hierarchical(rest, uri);
    return rest.len && all_of(rest, uric);
}
