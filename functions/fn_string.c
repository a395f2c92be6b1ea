/* SPDX-License-Identifier: Apache-2.0
 *
 * String functions (functions.md 4.2) whose work is on characters and lengths.
 *
 * Text is UTF-8, positions and lengths count UTF-16 units as in the reference
 * engine. ASCII text, where the two agree, takes a path without any mapping and
 * is sliced, not copied. BYTES overloads count bytes.
 */
#include "functions/function_int.h"

#include "base/unicode.h"

typedef Str (*TextMap)(Arena *arena, Str s);

static void map_column(FnCall *call, const Column *const *args, TextMap map,
                       const uint16_t *sel, int sel_count, int row_count,
                       Column *out)
{
    const Column *text = args[0];
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i);
        if (arg_null(text, row))
            column_set_null(call->arena, out, row, row_count);
        else
            out->str[row] = map(call->arena, text->str[arg_row(text, row)]);
    }
}

static bool ucase(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = (Value){.str = text_upper(call->arena, args[0].str)};
    return true;
}

static void ucase_column(FnCall *call, const Column *const *args, int arg_count,
                         const uint16_t *sel, int sel_count, int row_count,
                         Column *out)
{
    (void)arg_count;
    map_column(call, args, text_upper, sel, sel_count, row_count, out);
}

static bool lcase(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = (Value){.str = text_lower(call->arena, args[0].str)};
    return true;
}

static void lcase_column(FnCall *call, const Column *const *args, int arg_count,
                         const uint16_t *sel, int sel_count, int row_count,
                         Column *out)
{
    (void)arg_count;
    map_column(call, args, text_lower, sel, sel_count, row_count, out);
}

/* Strips units up to U+0020, as Java's trim: those are the bytes <= ' '. */
static Str trim_text(Arena *arena, Str s)
{
    (void)arena;
    return str_trim(s);
}

static bool trim(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = (Value){.str = trim_text(call->arena, args[0].str)};
    return true;
}

static void trim_column(FnCall *call, const Column *const *args, int arg_count,
                        const uint16_t *sel, int sel_count, int row_count,
                        Column *out)
{
    (void)arg_count;
    map_column(call, args, trim_text, sel, sel_count, row_count, out);
}

static bool len_text(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)count;
    *out = (Value){.i32 = (int32_t)utf16_length(args[0].str)};
    return true;
}

static bool len_bytes(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)count;
    *out = (Value){.i32 = (int32_t)args[0].str.len};
    return true;
}

static void len_column(FnCall *call, const Column *const *args, int arg_count,
                       const uint16_t *sel, int sel_count, int row_count,
                       Column *out)
{
    (void)arg_count;
    const Column *text = args[0];
    bool bytes = call->arg_types[0]->kind == TYPE_BYTES;
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i);
        if (arg_null(text, row)) {
            column_set_null(call->arena, out, row, row_count);
            continue;
        }
        Str s = text->str[arg_row(text, row)];
        out->i32[row] = (int32_t)(bytes ? (int64_t)s.len : utf16_length(s));
    }
}

/* Where the part of a text of `n` units begins and ends. The sum start + length
 * wraps at 32 bits, as it does in the reference. */
static void substring_bounds(int64_t n, int32_t pos, const int32_t *length,
                             int64_t *from, int64_t *to)
{
    int64_t start = pos > 0 ? pos - 1 : pos == 0 ? 0 : n + pos;
    if (start < 0) start = 0;
    if (start > n) start = n;
    int64_t end = n;
    if (length) end = (int32_t)((uint32_t)start + (uint32_t)*length);
    if (end < start) end = start;
    if (end > n) end = n;
    *from = start;
    *to = end;
}

static Str substring_bytes(Str s, int32_t pos, const int32_t *length)
{
    int64_t from, to;
    substring_bounds((int64_t)s.len, pos, length, &from, &to);
    return (Str){s.ptr + from, (size_t)(to - from)};
}

static Str substring_text(Arena *arena, Str s, int32_t pos,
                          const int32_t *length)
{
    if (utf8_is_ascii(s)) return substring_bytes(s, pos, length);
    int64_t from, to;
    substring_bounds(utf16_length(s), pos, length, &from, &to);
    return utf16_slice(arena, s, from, to - from);
}

static bool substring(FnCall *call, const Value *args, int count, Value *out)
{
    const int32_t *length = count > 2 ? &args[2].i32 : NULL;
    bool bytes = call->arg_types[0]->kind == TYPE_BYTES;
    Str s = bytes
                ? substring_bytes(args[0].str, args[1].i32, length)
                : substring_text(call->arena, args[0].str, args[1].i32, length);
    *out = (Value){.str = s};
    return true;
}

static void substring_column(FnCall *call, const Column *const *args,
                             int arg_count, const uint16_t *sel, int sel_count,
                             int row_count, Column *out)
{
    const Column *text = args[0], *pos = args[1];
    const Column *length = arg_count > 2 ? args[2] : NULL;
    bool bytes = call->arg_types[0]->kind == TYPE_BYTES;
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i);
        if (arg_null(text, row) || arg_null(pos, row) ||
            (length && arg_null(length, row))) {
            column_set_null(call->arena, out, row, row_count);
            continue;
        }
        Str s = text->str[arg_row(text, row)];
        int32_t p = pos->i32[arg_row(pos, row)];
        const int32_t *n = length ? &length->i32[arg_row(length, row)] : NULL;
        out->str[row] = bytes ? substring_bytes(s, p, n)
                              : substring_text(call->arena, s, p, n);
    }
}

static bool concat(FnCall *call, const Value *args, int count, Value *out)
{
    size_t len = 0;
    for (int i = 0; i < count; i++)
        if (!args[i].null) len += args[i].str.len;
    char *text = arena_alloc(call->arena, len + 1);
    size_t at = 0;
    for (int i = 0; i < count; i++) {
        if (args[i].null || !args[i].str.len) continue;
        memcpy(text + at, args[i].str.ptr, args[i].str.len);
        at += args[i].str.len;
    }
    *out = (Value){.str = {text, len}};
    return true;
}

static void concat_column(FnCall *call, const Column *const *args,
                          int arg_count, const uint16_t *sel, int sel_count,
                          int row_count, Column *out)
{
    (void)row_count;
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i);
        size_t len = 0, at = 0;
        for (int k = 0; k < arg_count; k++)
            if (!arg_null(args[k], row))
                len += args[k]->str[arg_row(args[k], row)].len;
        char *text = arena_alloc(call->arena, len + 1);
        for (int k = 0; k < arg_count; k++) {
            if (arg_null(args[k], row)) continue;
            Str part = args[k]->str[arg_row(args[k], row)];
            if (part.len) memcpy(text + at, part.ptr, part.len);
            at += part.len;
        }
        out->str[row] = (Str){text, len};
    }
}

static bool concat_ws(FnCall *call, const Value *args, int count, Value *out)
{
    if (count < 2)
        return fn_fail(call, "CONCAT_WS needs a separator and a value");
    if (args[0].null) {
        *out = VALUE_NULL;
        return true;
    }
    Str separator = args[0].str;
    size_t len = 0;
    int parts = 0;
    for (int i = 1; i < count; i++) {
        if (args[i].null) continue;
        len += args[i].str.len + (parts++ ? separator.len : 0);
    }
    char *text = arena_alloc(call->arena, len + 1);
    size_t at = 0;
    parts = 0;
    for (int i = 1; i < count; i++) {
        if (args[i].null) continue;
        if (parts++ && separator.len) {
            memcpy(text + at, separator.ptr, separator.len);
            at += separator.len;
        }
        if (args[i].str.len)
            memcpy(text + at, args[i].str.ptr, args[i].str.len);
        at += args[i].str.len;
    }
    *out = (Value){.str = {text, len}};
    return true;
}

static const Function rows[] = {
    {.name = "concat",
     .signature = "STRING... -> STRING",
     .scalar = concat,
     .column = concat_column,
     .category = "STRING",
     .description = "The texts one after the other, NULLs left out.",
     .example = "CONCAT('a', NULL, 'b') = 'ab'"},
    {.name = "concat",
     .signature = "BYTES... -> BYTES",
     .scalar = concat,
     .column = concat_column,
     .category = "STRING",
     .description = "The bytes one after the other, NULLs left out.",
     .example = "LEN(CONCAT(CAST('YQ==' AS BYTES), CAST('Yg==' AS BYTES))) "
                "= 2"},
    {.name = "concat_ws",
     .signature = "STRING, STRING... -> STRING",
     .scalar = concat_ws,
     .category = "STRING",
     .description = "The texts with the first one between them, NULLs left "
                    "out.",
     .example = "CONCAT_WS(', ', 'a', 'b') = 'a, b'"},
    {.name = "concat_ws",
     .signature = "BYTES, BYTES... -> BYTES",
     .scalar = concat_ws,
     .category = "STRING",
     .description = "The bytes with the first ones between them, NULLs left "
                    "out.",
     .example = "LEN(CONCAT_WS(CAST('LA==' AS BYTES), CAST('YQ==' AS BYTES), "
                "CAST('Yg==' AS BYTES))) = 3"},
    {.name = "lcase",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = lcase,
     .column = lcase_column,
     .category = "STRING",
     .description = "The text in lower case.",
     .example = "LCASE('KSQL') = 'ksql'"},
    {.name = "len",
     .signature = "STRING -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = len_text,
     .column = len_column,
     .category = "STRING",
     .description = "The length of the text in UTF-16 code units.",
     .example = "LEN('ksql') = 4"},
    {.name = "len",
     .signature = "BYTES -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = len_bytes,
     .column = len_column,
     .category = "STRING",
     .description = "The number of bytes.",
     .example = "LEN(CAST('YWI=' AS BYTES)) = 2"},
    {.name = "substring",
     .signature = "STRING, INT -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = substring,
     .column = substring_column,
     .category = "STRING",
     .description = "The text from a position on; 1 is the first, -1 the last "
                    "character.",
     .example = "SUBSTRING('stream', 4) = 'eam'"},
    {.name = "substring",
     .signature = "STRING, INT, INT -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = substring,
     .column = substring_column,
     .category = "STRING",
     .description = "So many characters of the text from a position on.",
     .example = "SUBSTRING('stream', -3, 2) = 'ea'"},
    {.name = "substring",
     .signature = "BYTES, INT -> BYTES",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = substring,
     .column = substring_column,
     .category = "STRING",
     .description = "The bytes from a position on; 1 is the first, -1 the last "
                    "byte.",
     .example = "LEN(SUBSTRING(CAST('YWJj' AS BYTES), 2)) = 2"},
    {.name = "substring",
     .signature = "BYTES, INT, INT -> BYTES",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = substring,
     .column = substring_column,
     .category = "STRING",
     .description = "So many of the bytes from a position on.",
     .example = "LEN(SUBSTRING(CAST('YWJj' AS BYTES), 2, 1)) = 1"},
    {.name = "trim",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = trim,
     .column = trim_column,
     .category = "STRING",
     .description = "The text without blanks and control characters at its "
                    "ends.",
     .example = "TRIM('  ksql ') = 'ksql'"},
    {.name = "ucase",
     .signature = "STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = ucase,
     .column = ucase_column,
     .category = "STRING",
     .description = "The text in upper case.",
     .example = "UCASE('ksql') = 'KSQL'"},
};

const FunctionFamily fn_string = {rows, sizeof rows / sizeof *rows};
