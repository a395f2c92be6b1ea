/* SPDX-License-Identifier: Apache-2.0
 *
 * Results of the functions on texts, bytes, URLs and JSON that are not in
 * test_function_library.c.
 */
#include "functions/uri.h"
#include "tests/unit/function_check.h"

#define ONE(name, text, result)                                                \
    {                                                                          \
        name, "STRING", {text}, result                                         \
    }
#define TWO(name, a, b, result)                                                \
    {                                                                          \
        name, "STRING, STRING", {a, b}, result                                 \
    }

static const Case text[] = {
    {"CHR", "INT", {"75"}, "K"},
    {"CHR", "INT", {"99000"}, "\xf0\x98\x8a\xb8"},
    {"CHR", "INT", {"-1"}, "null"},
    {"CHR", "INT", {"1114112"}, "null"},
    {"CHR", "INT", {"55296"}, "?"},
    ONE("CHR", "\\u004b", "K"),
    ONE("CHR", "\\u004bX\\t\\\"\\101", "KX\t\"A"),
    ONE("CHR", "\\ud83d\\ude00", "\xf0\x9f\x98\x80"),
    ONE("CHR", "\\ud83dxx", "?xx"),
    ONE("CHR", "\\u00g1", "ERROR"),
    ONE("CHR", "\\u004", "null"),
    ONE("CHR", "K", "null"),
    ONE("MD5", "", "d41d8cd98f00b204e9800998ecf8427e"),
    ONE("MD5", "zalgo", "d7a61aabef0e57bb2b13058e9f74c2c0"),
    ONE("MASK", "Ab 12-\xc3\x85", "Xx-nn-X"),
    ONE("MASK", "NULL", "null"),
    ONE("MASK", "\xf0\x9d\x90\x80", "X-"),
    {"MASK",
     "STRING, STRING, STRING, STRING, STRING",
     {"Ab 1", "U", "NULL", "#", "_"},
     "Ub_#"},
    {"MASK",
     "STRING, STRING, STRING, STRING, STRING",
     {"Ab 1", "UU", "NULL", "#", "_"},
     "ERROR"},
    {"MASK_LEFT", "STRING, INT", {"Ab12", "3"}, "Xxn2"},
    {"MASK_LEFT", "STRING, INT", {"Ab12", "9"}, "Xxnn"},
    {"MASK_LEFT", "STRING, INT", {"Ab12", "-1"}, "ERROR"},
    {"MASK_LEFT", "STRING, INT", {"Ab12", "NULL"}, "ERROR"},
    {"MASK_RIGHT", "STRING, INT", {"Ab12", "3"}, "Axnn"},
    {"MASK_KEEP_LEFT", "STRING, INT", {"Ab12", "1"}, "Axnn"},
    {"MASK_KEEP_RIGHT", "STRING, INT", {"Ab12", "1"}, "Xxn2"},
    {"MASK_KEEP_RIGHT", "STRING, INT", {"NULL", "1"}, "null"},
    {"SPLIT_TO_MAP",
     "STRING, STRING, STRING",
     {"a=1;b=2=3;;c;a=4", ";", "="},
     "{a=4, b=2}"},
    {"SPLIT_TO_MAP", "STRING, STRING, STRING", {"a=1", "=", "="}, "null"},
    {"SPLIT_TO_MAP", "STRING, STRING, STRING", {"", ";", "="}, "{}"},
    {"UUID",
     "BYTES",
     {"0123456789abcdef"},
     "30313233-3435-3637-3839-616263646566"},
    {"UUID", "BYTES", {"0123"}, "null"},
};

#define ENCODE(a, from, to, result)                                            \
    {                                                                          \
        "ENCODE", "STRING, STRING, STRING", {a, from, to}, result              \
    }

static const Case bytes[] = {
    ENCODE("4869", "hex", "utf8", "Hi"),
    ENCODE("0x486", "hex", "utf8", "\x04\xef\xbf\xbd"),
    ENCODE("X'4869'", "HEX", "ascii", "Hi"),
    ENCODE("486", "hex", "utf8", "ERROR"),
    ENCODE("4g", "hex", "utf8", "ERROR"),
    ENCODE("", "hex", "utf8", ""),
    ENCODE("Hi", "utf8", "base64", "SGk="),
    ENCODE("S G*k=", "base64", "utf8", "Hi"),
    ENCODE("c3\xc3\xa5", "ascii", "hex", "63333f"),
    ENCODE("c3a5", "hex", "ascii", "\xef\xbf\xbd\xef\xbf\xbd"),
    ENCODE("a", "utf8", "utf8", "ERROR"),
    ENCODE("a", "utf8", "utf16", "ERROR"),
    {"FROM_BYTES", "BYTES, STRING", {"\xab!", "hex"}, "AB21"},
    {"FROM_BYTES", "BYTES, STRING", {"\xab!", "utf8"}, "\xef\xbf\xbd!"},
    {"FROM_BYTES", "BYTES, STRING", {"ab", "base64"}, "YWI="},
    {"FROM_BYTES", "BYTES, STRING", {"ab", "x"}, "ERROR"},
    {"TO_BYTES", "STRING, STRING", {"0x12", "hex"}, "ERROR"},
    {"TO_BYTES", "STRING, STRING", {"61B2", "hex"}, "YbI="},
    {"TO_BYTES", "STRING, STRING", {"SGk", "base64"}, "SGk="},
    {"TO_BYTES", "STRING, STRING", {"S Gk", "base64"}, "ERROR"},
    {"INT_FROM_BYTES", "BYTES", {"abcd"}, "1633837924"},
    {"INT_FROM_BYTES",
     "BYTES, STRING",
     {"abcd", "little_endian"},
     "1684234849"},
    {"INT_FROM_BYTES", "BYTES, STRING", {"abcd", "NULL"}, "ERROR"},
    {"INT_FROM_BYTES", "BYTES", {"abc"}, "ERROR"},
    {"INT_FROM_BYTES", "BYTES", {"NULL"}, "null"},
    {"BIGINT_FROM_BYTES", "BYTES", {"\xff\xff\xff\xff\xff\xff\xff\xff"}, "-1"},
    {"DOUBLE_FROM_BYTES",
     "BYTES, STRING",
     {"abcdefgh", "BIG_ENDIAN"},
     "1.2926117907728089E161"},
};

static const Case url[] = {
    ONE("URL_EXTRACT_HOST", "http://me@a-b.org.:80/x", "a-b.org."),
    ONE("URL_EXTRACT_HOST", "http://a_b/x", "null"),
    ONE("URL_EXTRACT_HOST", "http://[::1]:8/", "[::1]"),
    ONE("URL_EXTRACT_HOST", "http://[::x]:8/", "ERROR"),
    ONE("URL_EXTRACT_HOST", "http://1.2.3.4/", "1.2.3.4"),
    ONE("URL_EXTRACT_HOST", "http://1.2.3.x4/", "1.2.3.x4"),
    ONE("URL_EXTRACT_HOST", "http://a.5/", "null"),
    ONE("URL_EXTRACT_HOST", "mailto:me@a.org", "null"),
    ONE("URL_EXTRACT_HOST", "a b", "ERROR"),
    ONE("URL_EXTRACT_HOST", "", "ERROR"),
    ONE("URL_EXTRACT_HOST", "http://", "ERROR"),
    ONE("URL_EXTRACT_HOST", "file:///x", "null"),
    ONE("URL_EXTRACT_HOST", ":x", "ERROR"),
    ONE("URL_EXTRACT_HOST", "1a:x", "ERROR"),
    ONE("URL_EXTRACT_PORT", "http://a:8080", "8080"),
    ONE("URL_EXTRACT_PORT", "http://a:", "null"),
    ONE("URL_EXTRACT_PORT", "http://a:99999999999", "null"),
    ONE("URL_EXTRACT_PATH", "a.org", "a.org"),
    ONE("URL_EXTRACT_PATH", "http://a", ""),
    ONE("URL_EXTRACT_PATH", "http://a/%C3%A5%20\xc3\xa5", "/\xc3\xa5 \xc3\xa5"),
    ONE("URL_EXTRACT_PATH", "http://a/%zz", "ERROR"),
    ONE("URL_EXTRACT_PATH", "http://a/[", "ERROR"),
    ONE("URL_EXTRACT_PATH", "mailto:x", "null"),
    ONE("URL_EXTRACT_PROTOCOL", "HTTPs://a", "HTTPs"),
    ONE("URL_EXTRACT_PROTOCOL", "a/b:c", "null"),
    ONE("URL_EXTRACT_QUERY", "http://a?x=%26y#f?z", "x=&y"),
    ONE("URL_EXTRACT_QUERY", "http://a?", ""),
    ONE("URL_EXTRACT_QUERY", "http://a", "null"),
    ONE("URL_EXTRACT_FRAGMENT", "http://a#b%2Fc", "b/c"),
    ONE("URL_EXTRACT_FRAGMENT", "http://a#b#c", "ERROR"),
    TWO("URL_EXTRACT_PARAMETER", "http://a?x=1&y&z=a=b", "x", "1"),
    TWO("URL_EXTRACT_PARAMETER", "http://a?x=1&y&z=a=b", "y", ""),
    TWO("URL_EXTRACT_PARAMETER", "http://a?x=1&y&z=a=b", "z", "a=b"),
    TWO("URL_EXTRACT_PARAMETER", "http://a?x=1&y&z=a=b", "w", "null"),
    TWO("URL_EXTRACT_PARAMETER", "http://a?x=1%26q=2", "q", "2"),
    TWO("URL_EXTRACT_PARAMETER", "http://a", "q", "null"),
    ONE("URL_ENCODE_PARAM", "a b*-_.~\xc3\xa5", "a+b*-_.%7E%C3%A5"),
    ONE("URL_DECODE_PARAM", "a+b%C3%A5%ff", "a b\xc3\xa5\xef\xbf\xbd"),
    ONE("URL_DECODE_PARAM", "%4", "ERROR"),
};

static const Case json[] = {
    TWO("EXTRACTJSONFIELD", "{\"a\":{\"b\":\"x\"}}", "$.a.b", "x"),
    TWO("EXTRACTJSONFIELD", "{\"a\":{\"b\": [1, 2.50]}}", "$.a",
        "{\"b\":[1,2.50]}"),
    TWO("EXTRACTJSONFIELD", "{\"a\":1,\"a\":2}}}", "$.a", "2"),
    TWO("EXTRACTJSONFIELD", "{\"a\":null}", "$.a", "null"),
    TWO("EXTRACTJSONFIELD", "{\"a\":1e2}", "$.a", "1E+2"),
    TWO("EXTRACTJSONFIELD", "{\"a b\":1}", "$[\"a b\"]", "1"),
    TWO("EXTRACTJSONFIELD", "{\"a\\\"\":1}", "$[\"a\\\"\"]", "1"),
    TWO("EXTRACTJSONFIELD", "{\"@a:b\":1}", "$.@a:b", "1"),
    TWO("EXTRACTJSONFIELD", "[1,[2,3]]", "$[1][0]", "2"),
    TWO("EXTRACTJSONFIELD", "[1]", "$[1]", "null"),
    TWO("EXTRACTJSONFIELD", "{\"0\":7}", "$[0]", "7"),
    TWO("EXTRACTJSONFIELD", "[1]", "$[-1]", "ERROR"),
    TWO("EXTRACTJSONFIELD", "[1]", "$.", "ERROR"),
    TWO("EXTRACTJSONFIELD", "[1]", "a", "ERROR"),
    TWO("EXTRACTJSONFIELD", "[1", "$", "ERROR"),
    TWO("EXTRACTJSONFIELD", "[1, 2]", "$", "[1,2]"),
    TWO("EXTRACTJSONFIELD", "5", "$.a", "null"),
    TWO("EXTRACTJSONFIELD", "", "$.a", "null"),
    ONE("IS_JSON_STRING", "NULL", "false"),
    ONE("IS_JSON_STRING", "", "false"),
    ONE("IS_JSON_STRING", "1", "true"),
    ONE("IS_JSON_STRING", "{", "false"),
    {"JSON_ARRAY_CONTAINS", "STRING, INT", {"[1,2]", "2"}, "true"},
    {"JSON_ARRAY_CONTAINS", "STRING, INT", {"[2.0]", "2"}, "false"},
    {"JSON_ARRAY_CONTAINS", "STRING, INT", {"[99999999999,2]", "2"}, "false"},
    {"JSON_ARRAY_CONTAINS", "STRING, BIGINT", {"[99999999999,2]", "2"}, "true"},
    {"JSON_ARRAY_CONTAINS", "STRING, DOUBLE", {"[2.0]", "2.0"}, "true"},
    {"JSON_ARRAY_CONTAINS", "STRING, STRING", {"[[\"a\"]]", "a"}, "false"},
    {"JSON_ARRAY_CONTAINS", "STRING, STRING", {"[\"a\"", "a"}, "true"},
    {"JSON_ARRAY_CONTAINS", "STRING, BOOLEAN", {"[true]", "true"}, "true"},
    {"JSON_ARRAY_CONTAINS", "STRING, STRING", {"[null]", "NULL"}, "true"},
    {"JSON_ARRAY_CONTAINS", "STRING, STRING", {"NULL", "a"}, "ERROR"},
    {"JSON_ARRAY_CONTAINS", "STRING, STRING", {"{}", "a"}, "false"},
    ONE("JSON_ARRAY_LENGTH", "[1,[2]]", "2"),
    ONE("JSON_ARRAY_LENGTH", "{}", "null"),
    ONE("JSON_ARRAY_LENGTH", "[", "ERROR"),
    TWO("JSON_CONCAT", "{\"a\":1,\"b\":2}", "{\"a\":3}", "{\"a\":3,\"b\":2}"),
    TWO("JSON_CONCAT", "[1]", "{}", "[1,{}]"),
    TWO("JSON_CONCAT", "1e2", "[]", "[100]"),
    TWO("JSON_CONCAT", "", "[]", "null"),
    ONE("JSON_CONCAT", "5", "5"),
    ONE("JSON_ITEMS", "[1, \"a\", {\"b\": 1}]", "[1, \"a\", {\"b\":1}]"),
    ONE("JSON_ITEMS", "{}", "ERROR"),
    ONE("JSON_KEYS", "{\"a\":1,\"b\":2,\"a\":3}", "[a, b]"),
    ONE("JSON_KEYS", "[]", "null"),
    ONE("JSON_RECORDS", "{\"a\":\"x\",\"b\":[1]}", "{a=x, b=[1]}"),
    ONE("TO_JSON_STRING", "a\"b", "\"a\\\"b\""),
    {"TO_JSON_STRING", "TIME", {"60180123"}, "\"16:43\""},
    {"TO_JSON_STRING", "ARRAY<INT>", {"[1,NULL]"}, "[1,null]"},
    {"TO_JSON_STRING", "DOUBLE", {"NaN"}, "\"NaN\""},
    {"TO_JSON_STRING", "INT", {"NULL"}, "null"},
};

int main(void)
{
    check_calls(text, sizeof text / sizeof *text);
    check_calls(bytes, sizeof bytes / sizeof *bytes);
    check_calls(url, sizeof url / sizeof *url);
    check_calls(json, sizeof json / sizeof *json);
    return check_done();
}
