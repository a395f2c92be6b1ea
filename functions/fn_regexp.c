/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expression functions (functions.md 4.3). Mind the order of arguments:
 * the pattern comes first in the extracting ones, second in the others.
 *
 * Splitting follows the two rules of the reference: Java's own if the pattern
 * matches the empty text, else one that keeps all empty pieces.
 */
#include "base/vec.h"
#include "functions/regex.h"

typedef VEC(Value) Values;

static bool give_values(FnCall *call, const Values *values, Value *out)
{
    List *list = list_new(call->arena, values->count);
    if (values->count)
        memcpy(list->items, values->at, sizeof(Value) * (size_t)values->count);
    *out = (Value){.list = list};
    return true;
}

static Value group_value(const Regex *regex, int group, Str text)
{
    size_t start, end;
    if (!regex_span(regex, group, &start, &end)) return VALUE_NULL;
    return (Value){.str = {text.ptr + start, end - start}};
}

static bool regexp_extract(FnCall *call, const Value *args, int count,
                           Value *out)
{
    Str text = args[1].str;
    int32_t group = count > 2 ? args[2].i32 : 0;
    Regex *regex = regex_get(call, args[0].str);
    *out = VALUE_NULL;
    if (!regex) return false;
    if (group > regex_group_count(regex)) return true;
    RegexFound found = regex_find(call, regex, text, 0);
    if (found == REGEX_FAILED) return false;
    if (found == REGEX_NONE) return true;
    if (group < 0) return fn_fail(call, "there is no group %d", group);
    *out = group_value(regex, group, text);
    return true;
}

static bool regexp_extract_all(FnCall *call, const Value *args, int count,
                               Value *out)
{
    Str text = args[1].str;
    int32_t group = count > 2 ? args[2].i32 : 0;
    Regex *regex = regex_get(call, args[0].str);
    Values values = {0};
    size_t start, end;
    *out = VALUE_NULL;
    if (!regex) return false;
    if (group > regex_group_count(regex)) return true;
    for (size_t at = 0; at <= text.len; at = regex_next(text, start, end)) {
        RegexFound found = regex_find(call, regex, text, at);
        if (found == REGEX_FAILED) return false;
        if (found == REGEX_NONE) break;
        if (group < 0) return fn_fail(call, "there is no group %d", group);
        *vec_push(call->arena, &values) = group_value(regex, group, text);
        regex_span(regex, 0, &start, &end);
    }
    return give_values(call, &values, out);
}

/* The group that a '$' of the replacement means; `*at` is behind the '$'. -1
 * after fn_fail. */
static int replaced_group(FnCall *call, const Regex *regex, Str text,
                          size_t *at)
{
    char c = *at < text.len ? text.ptr[*at] : 0;
    int groups = regex_group_count(regex);
    if (c == '{') {
        size_t close = str_find(text, STR("}"), *at);
        if (close != SIZE_MAX) {
            Str name = {text.ptr + *at + 1, close - *at - 1};
            int group = regex_group_number(regex, name);
            *at = close + 1;
            if (group >= 0) return group;
        }
        fn_fail(call, "the pattern has no group that '%.*s' names",
                STR_ARG(text));
        return -1;
    }
    int group = c - '0';
    if ((unsigned)group > 9 || group > groups) {
        fn_fail(call, "'$' in the replacement is followed by no group of the "
                      "pattern; write '\\$' for itself");
        return -1;
    }
    for (++*at; *at < text.len; ++*at) {
        int digit = text.ptr[*at] - '0';
        if ((unsigned)digit > 9 || group * 10 + digit > groups) break;
        group = group * 10 + digit;
    }
    return group;
}

/* Appends the replacement of the last match. */
static bool put_replacement(FnCall *call, Buf *buf, const Regex *regex,
                            Str text, Str replacement)
{
    for (size_t at = 0; at < replacement.len;) {
        char c = replacement.ptr[at++];
        if (c == '\\') {
            if (at == replacement.len)
                return fn_fail(call, "nothing follows the last backslash of "
                                     "the replacement");
            c = replacement.ptr[at++];
        } else if (c == '$') {
            int group = replaced_group(call, regex, replacement, &at);
            if (group < 0) return false;
            Value value = group_value(regex, group, text);
            if (!value.null) buf_append_str(buf, value.str);
            continue;
        }
        buf_push(buf, c);
    }
    return true;
}

static bool regexp_replace(FnCall *call, const Value *args, int count,
                           Value *out)
{
    (void)count;
    Str text = args[0].str;
    Regex *regex = regex_get(call, args[1].str);
    size_t start, end, copied = 0;
    Buf buf = {0};
    bool replaced = true;
    *out = VALUE_NULL;
    if (!regex) return false;
    for (size_t at = 0; at <= text.len; at = regex_next(text, start, end)) {
        RegexFound found = regex_find(call, regex, text, at);
        replaced = found != REGEX_FAILED;
        if (found != REGEX_FOUND) break;
        regex_span(regex, 0, &start, &end);
        buf_append(&buf, text.ptr + copied, start - copied);
        copied = end;
        replaced = put_replacement(call, &buf, regex, text, args[2].str);
        if (!replaced) break;
    }
    if (!replaced) {
        buf_free(&buf);
        return false;
    }
    buf_append(&buf, text.ptr + copied, text.len - copied);
    return give_buf(call, &buf, out);
}

static void add_piece(FnCall *call, Values *pieces, Str text, size_t start,
                      size_t end)
{
    *vec_push(call->arena,
              pieces) = (Value){.str = {text.ptr + start, end - start}};
}

/* Java's String.split: no empty piece before an empty match at the start, none
 * at the end. */
static bool split_as_java(FnCall *call, Regex *regex, Str text, Values *pieces)
{
    size_t start, end, piece = 0;
    for (size_t at = 0; at <= text.len; at = regex_next(text, start, end)) {
        RegexFound found = regex_find(call, regex, text, at);
        if (found == REGEX_FAILED) return false;
        if (found == REGEX_NONE) break;
        regex_span(regex, 0, &start, &end);
        if (end == 0) continue;
        add_piece(call, pieces, text, piece, start);
        piece = end;
    }
    add_piece(call, pieces, text, piece, text.len);
    while (piece && pieces->count && !pieces->at[pieces->count - 1].str.len)
        pieces->count--;
    return true;
}

/* Guava's Splitter: all pieces; an empty match is no separator where a piece
 * begins. */
static bool split_keeping_all(FnCall *call, Regex *regex, Str text,
                              Values *pieces)
{
    size_t start, end, piece = 0;
    for (size_t at = 0; at <= text.len;) {
        RegexFound found = regex_find(call, regex, text, at);
        if (found == REGEX_FAILED) return false;
        if (found == REGEX_NONE) break;
        regex_span(regex, 0, &start, &end);
        at = end;
        if (end == piece) {
            at = regex_next(text, at, at);
            continue;
        }
        add_piece(call, pieces, text, piece, start);
        piece = end;
    }
    add_piece(call, pieces, text, piece, text.len);
    return true;
}

static bool regexp_split(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    Str text = args[0].str;
    Regex *regex = regex_get(call, args[1].str);
    Values pieces = {0};
    *out = VALUE_NULL;
    if (!regex) return false;
    RegexFound empty = regex_find(call, regex, STR(""), 0);
    bool split = false;
    if (empty == REGEX_FOUND)
        split = split_as_java(call, regex, text, &pieces);
    else if (empty == REGEX_NONE)
        split = split_keeping_all(call, regex, text, &pieces);
    return split && give_values(call, &pieces, out);
}

static const Function rows[] = {
    {.name = "regexp_extract",
     .signature = "STRING, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = regexp_extract,
     .category = "REGULAR EXPRESSION",
     .description = "The first match of the pattern (the first argument) in "
                    "the text; NULL if there is none.",
     .example = "REGEXP_EXTRACT('[0-9]+', 'order 42') = '42'"},
    {.name = "regexp_extract",
     .signature = "STRING, STRING, INT -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = regexp_extract,
     .category = "REGULAR EXPRESSION",
     .description = "What a group of the pattern matched there.",
     .example = "REGEXP_EXTRACT('(\\w+)@(\\w+)', 'me@home', 2) = 'home'"},
    {.name = "regexp_extract_all",
     .signature = "STRING, STRING -> ARRAY<STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = regexp_extract_all,
     .category = "REGULAR EXPRESSION",
     .description = "All matches of the pattern in the text.",
     .example =
         "ARRAY_JOIN(REGEXP_EXTRACT_ALL('[0-9]+', '1 and 22')) = '1,22'"},
    {.name = "regexp_extract_all",
     .signature = "STRING, STRING, INT -> ARRAY<STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = regexp_extract_all,
     .category = "REGULAR EXPRESSION",
     .description = "What a group of the pattern matched, of all matches.",
     .example = "ARRAY_JOIN(REGEXP_EXTRACT_ALL('(\\w)=', 'a=1, b=2', 1)) = "
                "'a,b'"},
    {.name = "regexp_replace",
     .signature = "STRING, STRING, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = regexp_replace,
     .category = "REGULAR EXPRESSION",
     .description = "The text with all matches of the pattern replaced; $1 is "
                    "the first group.",
     .example = "REGEXP_REPLACE('a1b22', '[0-9]+', '-') = 'a-b-'"},
    {.name = "regexp_split_to_array",
     .signature = "STRING, STRING -> ARRAY<STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = regexp_split,
     .category = "REGULAR EXPRESSION",
     .description = "The parts of the text between matches of the pattern.",
     .example = "ARRAY_JOIN(REGEXP_SPLIT_TO_ARRAY('a, b;c', '[,;] *')) = "
                "'a,b,c'"},
};

const FunctionFamily fn_regexp = {rows, sizeof rows / sizeof *rows};
