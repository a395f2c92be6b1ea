/* SPDX-License-Identifier: Apache-2.0
 *
 * String functions (functions.md 4.2) that search and rebuild text: REPLACE,
 * SPLIT, LPAD, RPAD, INSTR, INITCAP, ELT and FIELD.
 *
 * Positions count UTF-16 units. Where an empty search text stands between all
 * units, a character above U+FFFF is two of them, and its halves come out as
 * `?`, as they do when the reference writes them.
 */
#include "functions/function_int.h"

#include "base/unicode.h"

/* A padded text may have this many bytes; more is an error and not a crash. */
enum { PADDED_BYTES_MAX = 64 << 20 };

static Str take_buf(Arena *arena, Buf *buf)
{
    Str text = str_copy(arena, buf_str(buf));
    buf_free(buf);
    return text;
}

static bool give_text(Str text, Value *out)
{
    *out = (Value){.str = text};
    return true;
}

static List *give_texts(Arena *arena, const Str *texts, int count)
{
    List *list = list_new(arena, count);
    for (int i = 0; i < count; i++)
        list->items[i] = (Value){.str = texts[i]};
    return list;
}

/* The UTF-16 units of `s` as texts of their own: in number and order those that
 * the reference sees. */
static Str *units_of(Arena *arena, Str s, int *count)
{
    Str *units = ARENA_ARRAY(arena, Str, s.len + 1);
    int n = 0;
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        uint32_t c = utf8_next(s, &at);
        if (c > 0xffff) {
            units[n++] = STR("?");
            units[n++] = STR("?");
        } else {
            units[n++] = (Str){s.ptr + start, at - start};
        }
    }
    *count = n;
    return units;
}

/* `new` before each unit and at the end. */
static Str put_between(Arena *arena, Str s, Str new)
{
    Buf buf = {0};
    int units;
    Str *unit = units_of(arena, s, &units);
    for (int i = 0; i < units; i++) {
        buf_append_str(&buf, new);
        buf_append_str(&buf, unit[i]);
    }
    buf_append_str(&buf, new);
    return take_buf(arena, &buf);
}

/* Writes a text to `at`, which has room for it; returns what is behind it. */
static char *put_text(char *at, Str text)
{
    if (text.len) memcpy(at, text.ptr, text.len);
    return at + text.len;
}

/* The matches are counted first, so that the result is written in place. */
static bool replace(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Str s = args[0].str, old = args[1].str, new = args[2].str;
    if (!old.len) return give_text(put_between(call->arena, s, new), out);
    size_t matches = 0, from = 0, at = 0;
    while ((from = str_find(s, old, from)) != SIZE_MAX) {
        from += old.len;
        matches++;
    }
    if (!matches) return give_text(s, out);
    size_t len = s.len - matches * old.len + matches * new.len;
    char *text = arena_alloc(call->arena, len + 1), *end = text;
    for (; matches; matches--) {
        size_t found = str_find(s, old, at);
        end = put_text(end, (Str){s.ptr + at, found - at});
        end = put_text(end, new);
        at = found + old.len;
    }
    put_text(end, (Str){s.ptr + at, s.len - at});
    return give_text((Str){text, len}, out);
}

/* Single bytes, for BYTES split by nothing. */
static Str *bytes_of(Arena *arena, Str s, int *count)
{
    Str *bytes = ARENA_ARRAY(arena, Str, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        bytes[i] = (Str){s.ptr + i, 1};
    *count = (int)s.len;
    return bytes;
}

static bool split(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Arena *arena = call->arena;
    Str s = args[0].str, delimiter = args[1].str;
    int items = 1;
    if (!delimiter.len && s.len) {
        bool bytes = call->arg_types[0]->kind == TYPE_BYTES;
        Str *parts = bytes ? bytes_of(arena, s, &items)
                           : units_of(arena, s, &items);
        *out = (Value){.list = give_texts(arena, parts, items)};
        return true;
    }
    for (size_t at = 0; delimiter.len; items++) {
        at = str_find(s, delimiter, at);
        if (at == SIZE_MAX) break;
        at += delimiter.len;
    }
    List *list = list_new(arena, items);
    size_t at = 0;
    for (int i = 0; i < items; i++) {
        size_t end = i + 1 < items ? str_find(s, delimiter, at) : s.len;
        list->items[i] = (Value){.str = {s.ptr + at, end - at}};
        at = end + delimiter.len;
    }
    *out = (Value){.list = list};
    return true;
}

static int64_t length_in(bool bytes, Str s)
{
    return bytes ? (int64_t)s.len : utf16_length(s);
}

static Str start_of(Arena *arena, bool bytes, Str s, int64_t count)
{
    return bytes ? (Str){s.ptr, (size_t)count}
                 : utf16_slice(arena, s, 0, count);
}

/* LPAD and RPAD: the text cut to `target` units, or filled up with the padding
 * from its start. */
static bool pad(FnCall *call, const Value *args, bool left, Value *out)
{
    bool bytes = call->arg_types[0]->kind == TYPE_BYTES;
    Str s = args[0].str, padding = args[2].str;
    int64_t target = args[1].i32, length = length_in(bytes, s);
    *out = VALUE_NULL;
    if (target < 0 || !padding.len) return true;
    if (target <= length)
        return give_text(start_of(call->arena, bytes, s, target), out);

    int64_t missing = target - length;
    int64_t each = length_in(bytes, padding);
    int64_t whole = missing / each;
    if (whole > PADDED_BYTES_MAX / (int64_t)padding.len)
        return fn_fail(call, "%s to %d is longer than the maximum of %d bytes",
                       call->function->name, (int)target, PADDED_BYTES_MAX);
    Str part = start_of(call->arena, bytes, padding, missing % each);
    size_t len = s.len + (size_t)whole * padding.len + part.len;
    char *text = arena_alloc(call->arena, len + 1), *end = text;
    if (!left) end = put_text(end, s);
    for (int64_t i = 0; i < whole; i++)
        end = put_text(end, padding);
    end = put_text(end, part);
    if (left) put_text(end, s);
    return give_text((Str){text, len}, out);
}

static bool lpad(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return pad(call, args, true, out);
}

static bool rpad(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return pad(call, args, false, out);
}

/* Text as UTF-16, for searching by position. */
typedef struct Units {
    uint16_t *at;
    int64_t count;
} Units;

static Units to_units(Arena *arena, Str s)
{
    Units units = {ARENA_ARRAY(arena, uint16_t, s.len + 1), 0};
    for (size_t at = 0; at < s.len;) {
        uint32_t c = utf8_next(s, &at);
        if (c > 0xffff) {
            units.at[units.count++] = (uint16_t)(0xd800 +
                                                 ((c - 0x10000) >> 10));
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        units.at[units.count++] = (uint16_t)c;
    }
    return units;
}

static bool units_match(Units s, Units part, int64_t at)
{
    return memcmp(s.at + at, part.at, sizeof(uint16_t) * (size_t)part.count) ==
           0;
}

/* The 1-based place of the `occurrence`-th match from `pos` on, or backwards
 * from there if it is negative; 0: none. Matches may overlap. */
static int64_t find_units(Units s, Units part, int64_t pos, int64_t occurrence)
{
    int64_t step = pos < 0 ? -1 : 1;
    int64_t last = s.count - part.count;
    int64_t at = pos < 0 ? s.count + pos : pos - 1;
    if (pos < 0 && at > last) at = last;
    for (; at >= 0 && at <= last; at += step)
        if (units_match(s, part, at) && --occurrence == 0) return at + 1;
    return 0;
}

/* find_units forward in texts whose units are bytes. */
static int64_t find_ascii(Str s, Str part, int64_t pos, int64_t occurrence)
{
    size_t at = (size_t)pos - 1;
    for (;; at++) {
        at = str_find(s, part, at);
        if (at == SIZE_MAX) return 0;
        if (--occurrence == 0) return (int64_t)at + 1;
    }
}

static bool instr(FnCall *call, const Value *args, int count, Value *out)
{
    *out = (Value){.i32 = 0};
    for (int i = 2; i < count; i++)
        if (args[i].null) return fn_fail(call, "INSTR takes no NULL position");
    if (args[0].null || args[1].null) return true;
    int64_t pos = count > 2 ? args[2].i32 : 1;
    int64_t occurrence = count > 3 ? args[3].i32 : 1;
    Str text = args[0].str, wanted = args[1].str;
    if (pos > 0 && occurrence > 0 && wanted.len && (size_t)pos <= text.len &&
        utf8_is_ascii(text)) {
        out->i32 = (int32_t)find_ascii(text, wanted, pos, occurrence);
        return true;
    }
    Units s = to_units(call->arena, args[0].str);
    Units part = to_units(call->arena, args[1].str);
    if (occurrence < 1 || pos == 0 || pos > s.count || -pos > s.count)
        return true;
    if (!part.count) {
        /* Between all units is an empty text. */
        if (s.count) out->i32 = (int32_t)(pos > 0 ? pos : s.count + pos + 2);
        return true;
    }
    out->i32 = (int32_t)find_units(s, part, pos, occurrence);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Lower case, and the first unit of each run of non-blanks in upper case.
 * Leading blanks are lost. */
static bool initcap(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Arena *arena = call->arena;
    Str s = text_lower(arena, args[0].str);
    size_t at = 0;
    while (at < s.len && is_blank(s.ptr[at]))
        at++;
    Buf buf = {0};
    bool first = true;
    while (at < s.len) {
        size_t start = at;
        utf8_next(s, &at);
        Str c = {s.ptr + start, at - start};
        bool blank = is_blank(c.ptr[0]);
        buf_append_str(&buf, first && !blank ? text_upper(arena, c) : c);
        first = blank;
    }
    return give_text(take_buf(arena, &buf), out);
}

static bool elt(FnCall *call, const Value *args, int count, Value *out)
{
    if (args[0].null) return fn_fail(call, "ELT takes no NULL index");
    int32_t n = args[0].i32;
    *out = n >= 1 && n < count ? args[n] : VALUE_NULL;
    return true;
}

static bool field(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call;
    *out = (Value){.i32 = 0};
    for (int i = 1; i < count && !args[0].null && !out->i32; i++)
        if (!args[i].null && str_eq(args[0].str, args[i].str)) out->i32 = i;
    return true;
}

static const Function rows[] = {
    {.name = "elt",
     .signature = "INT, STRING... -> STRING",
     .scalar = elt,
     .category = "STRING",
     .description = "The text at the 1-based place; NULL if there is none.",
     .example = "ELT(2, 'a', 'b') = 'b'"},
    {.name = "field",
     .signature = "STRING, STRING... -> INT",
     .scalar = field,
     .category = "STRING",
     .description = "The 1-based place of the first text among the others; 0 "
                    "if it is not there.",
     .example = "FIELD('b', 'a', 'b') = 2"},
    {.name = "initcap",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = initcap,
     .category = "STRING",
     .description =
         "Each word with an upper-case first letter, the rest in lower case.",
     .example = "INITCAP('the QUICK fox') = 'The Quick Fox'"},
    {.name = "instr",
     .signature = "STRING, STRING -> INT",
     .scalar = instr,
     .category = "STRING",
     .description = "The 1-based place of the second text in the first; 0 if "
                    "it is not there.",
     .example = "INSTR('stream', 'ea') = 4"},
    {.name = "instr",
     .signature = "STRING, STRING, INT -> INT",
     .scalar = instr,
     .category = "STRING",
     .description = "The same, searched from a position on, or backwards from "
                    "a negative one.",
     .example = "INSTR('banana', 'an', 3) = 4"},
    {.name = "instr",
     .signature = "STRING, STRING, INT, INT -> INT",
     .scalar = instr,
     .category = "STRING",
     .description = "The same for the n-th occurrence.",
     .example = "INSTR('banana', 'a', 1, 3) = 6"},
    {.name = "LPad",
     .signature = "STRING, INT, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = lpad,
     .category = "STRING",
     .description = "Filled up at the front with the padding to so many "
                    "characters, or cut.",
     .example = "LPAD('foo', 7, 'Bar') = 'BarBfoo'"},
    {.name = "LPad",
     .signature = "BYTES, INT, BYTES -> BYTES",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = lpad,
     .category = "STRING",
     .description =
         "Filled up at the front with the padding to so many bytes, or cut.",
     .example =
         "LEN(LPAD(CAST('YQ==' AS BYTES), 4, CAST('Yg==' AS BYTES))) = 4"},
    {.name = "RPad",
     .signature = "STRING, INT, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = rpad,
     .category = "STRING",
     .description =
         "Filled up at the end with the padding to so many characters, or cut.",
     .example = "RPAD('foo', 7, 'Bar') = 'fooBarB'"},
    {.name = "RPad",
     .signature = "BYTES, INT, BYTES -> BYTES",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = rpad,
     .category = "STRING",
     .description =
         "Filled up at the end with the padding to so many bytes, or cut.",
     .example =
         "LEN(RPAD(CAST('YQ==' AS BYTES), 4, CAST('Yg==' AS BYTES))) = 4"},
    {.name = "replace",
     .signature = "STRING, STRING, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = replace,
     .category = "STRING",
     .description =
         "The text with each occurrence of the second replaced by the third.",
     .example = "REPLACE('banana', 'an', 'o') = 'booa'"},
    {.name = "split",
     .signature = "STRING, STRING -> ARRAY<STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = split,
     .category = "STRING",
     .description = "The parts between the delimiters; an empty delimiter "
                    "gives single characters.",
     .example = "ARRAY_LENGTH(SPLIT('a,b,', ',')) = 3"},
    {.name = "split",
     .signature = "BYTES, BYTES -> ARRAY<BYTES>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = split,
     .category = "STRING",
     .description = "The parts between the delimiters; an empty delimiter "
                    "gives single bytes.",
     .example = "ARRAY_LENGTH(SPLIT(CAST('YWJh' AS BYTES), CAST('Yg==' AS "
                "BYTES))) = 2"},
};

const FunctionFamily fn_string_edit = {rows, sizeof rows / sizeof *rows};
