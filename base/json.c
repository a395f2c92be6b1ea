/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON pull reader. It stands on the record path: each record of a JSON
 * topic is walked once, and validated to its end.
 *
 * The grammar is a small state machine: `state` says what may come next, and a
 * bit for each open level says whether it is an object. So nothing recurses,
 * and ten thousand brackets cost an error and no stack.
 *
 *     object:  '{' ( '}' | name ':' value ( ',' name ':' value )* '}' )
 *     array:   '[' ( ']' | value ( ',' value )* ']' )
 *
 * Strings are searched sixteen bytes at a time for what ends or breaks them (a
 * quote, a backslash, a control character). The same look tells whether there
 * was a non-ASCII byte; only then is the string checked to be UTF-8. A record
 * of 204 bytes and 9 members takes 120 ns with json_next and 107 ns with
 * json_skip (gcc -O2, a loop over the one record, best of three).
 *
 * step() is compiled twice: for json_next, which decodes escapes, and for
 * skipping, which only checks them.
 */
#include "base/json.h"

#include <assert.h>

#include "base/json_int.h"
#include "base/unicode.h"

/* What may come next. */
enum {
    AT_VALUE,        /* A value. */
    AT_FIRST_ITEM,   /* A value or `]`. */
    AT_FIRST_MEMBER, /* A name or `}`. */
    AFTER_ITEM,      /* `,` or `]`. */
    AFTER_MEMBER,    /* `,` or `}`. */
    AT_END,          /* Blanks. */
    AT_ERROR,        /* Nothing any more. */
};

#define ALWAYS_INLINE static inline __attribute__((always_inline))

static JsonEvent fail(JsonReader *r, const char *at, const char *error)
{
    r->at = at;
    r->error = error;
    r->state = AT_ERROR;
    r->text = r->raw = STR_NULL;
    return r->event = JSON_ERROR;
}

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static inline bool is_hex(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static inline const char *skip_blanks(const char *at, const char *end)
{
    while (at < end &&
           (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    return at;
}

/* Checks the escape at `at` (a backslash); returns its length or 0. */
static size_t escape_length(const char *at, const char *end)
{
    if (end - at < 2) return 0;
    if (at[1] != 'u') return at[1] && strchr("\"\\/bfnrt", at[1]) ? 2 : 0;
    if (end - at < 6) return 0;
    for (int i = 2; i < 6; i++)
        if (!is_hex(at[i])) return 0;
    return 6;
}

/* Goes from behind an opening quote to the closing one; NULL if the string is
 * malformed. */
ALWAYS_INLINE const char *skip_string(JsonReader *r, const char *from,
                                      bool *escaped)
{
    const char *at = from;
    bool high = false;
    for (;;) {
        at = find_special(r->start, at, r->end, &high);
        if (at == r->end) {
            fail(r, at, "string has no closing quote");
            return NULL;
        }
        if (*at == '"') break;
        if (*at != '\\') {
            fail(r, at, "control character in a string");
            return NULL;
        }
        size_t size = escape_length(at, r->end);
        if (!size) {
            fail(r, at, "malformed escape in a string");
            return NULL;
        }
        *escaped = true;
        at += size;
    }
    if (high && !utf8_valid((Str){from, (size_t)(at - from)})) {
        fail(r, from, "string is not well-formed UTF-8");
        return NULL;
    }
    return at;
}

static uint32_t read_hex4(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        value = value << 4 |
                (uint32_t)(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/* Decodes the `\u` escape at `at`, a surrogate pair of two of them together;
 * one surrogate alone is U+FFFD. Returns its length. */
static size_t decode_unit(const char *at, const char *end, Buf *out)
{
    uint32_t c = read_hex4(at + 2);
    if (c >= 0xD800 && c < 0xDC00 && end - at >= 12 && at[6] == '\\' &&
        at[7] == 'u') {
        uint32_t low = read_hex4(at + 8);
        if (low >= 0xDC00 && low < 0xE000) {
            utf8_append(out, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00));
            return 12;
        }
    }
    utf8_append(out, c);
    return 6;
}

/* The checked string `s` with its escapes decoded, in the arena. */
static Str decode_escapes(Arena *arena, Str s)
{
    /* Each escape is longer than the UTF-8 it stands for. */
    char *room = arena_alloc(arena, s.len);
    Buf out = {room, 0, s.len, s.len};
    const char *at = s.ptr;
    const char *end = s.ptr + s.len;
    while (at < end) {
        const char *slash = memchr(at, '\\', (size_t)(end - at));
        buf_append(&out, at, (size_t)((slash ? slash : end) - at));
        if (!slash) break;
        at = slash;
        switch (at[1]) {
        case 'u': at += decode_unit(at, end, &out); continue;
        case 'b': buf_push(&out, '\b'); break;
        case 'f': buf_push(&out, '\f'); break;
        case 'n': buf_push(&out, '\n'); break;
        case 'r': buf_push(&out, '\r'); break;
        case 't': buf_push(&out, '\t'); break;
        default: buf_push(&out, at[1]); break;
        }
        at += 2;
    }
    return buf_str(&out);
}

/* Goes over the string whose opening quote is at `at` and sets text and raw;
 * NULL if it is malformed. */
ALWAYS_INLINE const char *read_string(JsonReader *r, const char *at,
                                      bool decode)
{
    bool escaped = false;
    const char *close = skip_string(r, at + 1, &escaped);
    if (!close) return NULL;
    if (decode) {
        Str text = {at + 1, (size_t)(close - at - 1)};
        r->text = escaped ? decode_escapes(r->arena, text) : text;
        r->raw = (Str){at, (size_t)(close + 1 - at)};
    }
    return close + 1;
}

static inline const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

/* number: [ '-' ] ( '0' | [1-9] digits ) [ '.' digits ] [ e [sign] digits ]
 * Returns where it ends; NULL if digits are missing. */
static inline const char *skip_number(const char *at, const char *end)
{
    if (*at == '-') at++;
    if (at == end || !is_digit(*at)) return NULL;
    at = *at == '0' ? at + 1 : skip_digits(at, end);
    if (at < end && *at == '.') {
        const char *from = ++at;
        at = skip_digits(at, end);
        if (at == from) return NULL;
    }
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        if (at < end && (*at == '-' || *at == '+')) at++;
        const char *from = at;
        at = skip_digits(at, end);
        if (at == from) return NULL;
    }
    return at;
}

/* What follows a whole value at the present depth. */
static inline uint8_t state_after_value(const JsonReader *r)
{
    if (!r->depth) return AT_END;
    int level = r->depth - 1;
    return r->is_object[level / 64] >> (level % 64) & 1 ? AFTER_MEMBER
                                                        : AFTER_ITEM;
}

static JsonEvent open_level(JsonReader *r, const char *at, bool object)
{
    if (r->depth == JSON_DEPTH_MAX)
        return fail(r, at, "nested deeper than 1000 levels");
    uint64_t bit = (uint64_t)1 << (r->depth % 64);
    if (object)
        r->is_object[r->depth / 64] |= bit;
    else
        r->is_object[r->depth / 64] &= ~bit;
    r->depth++;
    r->state = object ? AT_FIRST_MEMBER : AT_FIRST_ITEM;
    r->at = at + 1;
    r->raw = (Str){at, 1};
    return r->event = object ? JSON_OBJECT : JSON_ARRAY;
}

static JsonEvent close_level(JsonReader *r, const char *at, JsonEvent event)
{
    assert(r->depth > 0);
    r->depth--;
    r->state = state_after_value(r);
    r->at = at + 1;
    r->raw = (Str){at, 1};
    return r->event = event;
}

/* Ends a scalar value, which was at `from` and goes to `at`. */
ALWAYS_INLINE JsonEvent end_scalar(JsonReader *r, const char *at,
                                   JsonEvent event)
{
    r->at = at;
    r->state = state_after_value(r);
    return r->event = event;
}

static JsonEvent read_word(JsonReader *r, const char *at, Str word,
                           JsonEvent event)
{
    if ((size_t)(r->end - at) < word.len || memcmp(at, word.ptr, word.len) != 0)
        return fail(r, at, "expected a value");
    r->raw = (Str){at, word.len};
    return end_scalar(r, at + word.len, event);
}

ALWAYS_INLINE JsonEvent read_value(JsonReader *r, const char *at, bool decode)
{
    if (at == r->end) return fail(r, at, "text ends before a value");
    switch (*at) {
    case '"': {
        const char *end = read_string(r, at, decode);
        return end ? end_scalar(r, end, JSON_STRING) : JSON_ERROR;
    }
    case '{': return open_level(r, at, true);
    case '[': return open_level(r, at, false);
    case 't': return read_word(r, at, STR("true"), JSON_TRUE);
    case 'f': return read_word(r, at, STR("false"), JSON_FALSE);
    case 'n': return read_word(r, at, STR("null"), JSON_NULL);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': {
        const char *end = skip_number(at, r->end);
        if (!end) return fail(r, at, "malformed number");
        r->text = r->raw = (Str){at, (size_t)(end - at)};
        return end_scalar(r, end, JSON_NUMBER);
    }
    default: return fail(r, at, "expected a value");
    }
}

/* A member name and its colon. */
ALWAYS_INLINE JsonEvent read_name(JsonReader *r, const char *at, bool decode)
{
    if (at == r->end || *at != '"')
        return fail(r, at, "expected a member name in double quotes");
    at = read_string(r, at, decode);
    if (!at) return JSON_ERROR;
    if (at == r->end || *at != ':') at = skip_blanks(at, r->end);
    if (at == r->end || *at != ':')
        return fail(r, at, "expected ':' after a member name");
    r->at = at + 1;
    r->state = AT_VALUE;
    return r->event = JSON_NAME;
}

ALWAYS_INLINE JsonEvent step(JsonReader *r, bool decode)
{
    if (r->state == AT_ERROR) return JSON_ERROR;
    const char *end = r->end;
    const char *at = r->at;
    if (at < end && (unsigned char)*at <= ' ') at = skip_blanks(at, end);
    switch (r->state) {
    case AFTER_MEMBER:
        if (at < end && *at == ',')
            return read_name(r, skip_blanks(at + 1, end), decode);
        if (at < end && *at == '}')
            return close_level(r, at, JSON_OBJECT_CLOSE);
        return fail(r, at, "expected ',' or '}' in an object");
    case AFTER_ITEM:
        if (at < end && *at == ',')
            return read_value(r, skip_blanks(at + 1, end), decode);
        if (at < end && *at == ']') return close_level(r, at, JSON_ARRAY_CLOSE);
        return fail(r, at, "expected ',' or ']' in an array");
    case AT_FIRST_MEMBER:
        if (at < end && *at == '}')
            return close_level(r, at, JSON_OBJECT_CLOSE);
        return read_name(r, at, decode);
    case AT_FIRST_ITEM:
        if (at < end && *at == ']') return close_level(r, at, JSON_ARRAY_CLOSE);
        return read_value(r, at, decode);
    case AT_VALUE: return read_value(r, at, decode);
    default: break;
    }
    if (at < end) return fail(r, at, "text goes on after the value");
    r->at = at;
    r->text = r->raw = STR_NULL;
    return r->event = JSON_END;
}

void json_open(JsonReader *r, Arena *arena, Str text)
{
    /* The bits of levels are set when a level is opened. */
    r->start = r->at = text.ptr ? text.ptr : "";
    r->end = r->start + text.len;
    r->arena = arena;
    r->event = JSON_END;
    r->text = r->raw = STR_NULL;
    r->error = NULL;
    r->depth = 0;
    r->state = AT_VALUE;
}

JsonEvent json_next(JsonReader *r)
{
    return step(r, true);
}

/* Steps, without decoding, until `depth` levels are open or there is an
 * error. */
static void skip_to_depth(JsonReader *r, int depth)
{
    while (r->depth > depth)
        if (step(r, false) == JSON_ERROR) return;
}

void json_skip(JsonReader *r)
{
    const char *from = skip_blanks(r->at, r->end);
    if (r->state == AFTER_ITEM && from < r->end && *from == ',')
        from = skip_blanks(from + 1, r->end);
    JsonEvent event = step(r, false);
    if (event == JSON_OBJECT || event == JSON_ARRAY)
        skip_to_depth(r, r->depth - 1);
    if (r->event != JSON_ERROR) r->raw = (Str){from, (size_t)(r->at - from)};
}

void json_skip_rest(JsonReader *r)
{
    if (r->event == JSON_OBJECT || r->event == JSON_ARRAY)
        skip_to_depth(r, r->depth - 1);
}
