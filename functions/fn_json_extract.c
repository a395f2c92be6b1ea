/* SPDX-License-Identifier: Apache-2.0
 *
 * EXTRACTJSONFIELD (functions.md 4.5): one value of a JSON text by path.
 *
 * A path is `$` and steps: .name [name] ["quoted"]. On an object a step is a
 * member's name, on an array an index from 0. The text is read once, to the end
 * of its first value, and validated as it goes; there is no tree but of a
 * number or a nested value that is the result. Compiled paths are kept.
 */
#include <assert.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/unicode.h"
#include "base/vec.h"
#include "functions/json_text.h"

typedef struct Path {
    Arena *own;
    VEC(Str) steps;
    bool bad;
} Path;

static bool is_name(uint32_t c, bool after_dot)
{
    return char_class(c) != CHAR_OTHER || c == '_' ||
           (after_dot && (c == ':' || c == '@'));
}

/* The bare name at `*at`. */
static bool read_name(Path *path, Str text, size_t *at, bool after_dot)
{
    size_t start = *at, next = *at;
    while (next < text.len && is_name(utf8_next(text, &next), after_dot))
        *at = next;
    *vec_push(path->own, &path->steps) = (Str){text.ptr + start, *at - start};
    return *at > start;
}

/* The name in quotes at `*at`, behind the first quote. */
static bool read_quoted(Path *path, Str text, size_t *at)
{
    char *name = ARENA_ARRAY(path->own, char, text.len);
    size_t len = 0;
    for (size_t i = *at; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"') {
            *at = i + 1;
            *vec_push(path->own, &path->steps) = (Str){name, len};
            return true;
        }
        if (c == '\\') {
            if (++i == text.len) return false;
            c = text.ptr[i];
            if (c != '"' && c != '\\') return false;
        }
        name[len++] = c;
    }
    return false;
}

static bool read_step(Path *path, Str text, size_t *at)
{
    char open = text.ptr[(*at)++];
    if (open == '.') return read_name(path, text, at, true);
    if (open != '[') return false;
    if (*at < text.len && text.ptr[*at] == '"') {
        ++*at;
        if (!read_quoted(path, text, at)) return false;
    } else if (!read_name(path, text, at, false)) {
        return false;
    }
    return *at < text.len && text.ptr[(*at)++] == ']';
}

static void *compile_path(FnCall *call, Str text)
{
    (void)call;
    Path *path = mem_zalloc(sizeof *path);
    path->own = arena_new("JSON path", 0);
    text = str_copy(path->own, text);
    path->bad = !text.len || text.ptr[0] != '$';
    for (size_t at = 1; at < text.len && !path->bad;)
        path->bad = !read_step(path, text, &at);
    return path;
}

static void drop_path(void *made)
{
    Path *path = made;
    arena_free(path->own);
    mem_free(path);
}

/* What the path leads to. */
typedef struct Found {
    JsonEvent kind; /* JSON_END: nothing. */
    Str text;       /* Of a string, decoded. */
    Str raw;        /* As it is written. */
} Found;

static void find(JsonReader *r, const Path *path, int step, Found *found);

/* In an object the last member of a name counts, whatever it leads to. */
static void find_member(JsonReader *r, const Path *path, int step, Found *found)
{
    while (json_next(r) == JSON_NAME) {
        if (str_eq(r->text, path->steps.at[step])) {
            json_next(r);
            find(r, path, step + 1, found);
        } else {
            json_skip(r);
        }
    }
}

static void find_item(JsonReader *r, const Path *path, int step, Found *found)
{
    int32_t index;
    if (!number_parse_i32(path->steps.at[step], &index)) index = -1;
    while (json_next(r) != JSON_ARRAY_CLOSE && r->event != JSON_ERROR) {
        if (index-- == 0)
            find(r, path, step + 1, found);
        else
            json_skip_rest(r);
    }
}

/* Reads the value whose first event was just read, to its end. Goes as deep as
 * the path has steps and the reader allows. */
static void find(JsonReader *r, const Path *path, int step, Found *found)
{
    *found = (Found){.kind = JSON_END};
    if (step == path->steps.count) {
        *found = (Found){.kind = r->event, .text = r->text};
        const char *start = r->raw.ptr;
        json_skip_rest(r);
        found->raw = (Str){start, (size_t)(r->at - start)};
    } else if (r->event == JSON_OBJECT) {
        find_member(r, path, step, found);
    } else if (r->event == JSON_ARRAY) {
        find_item(r, path, step, found);
    }
}

/* A number that is printed as it is written: no exponent, and not below one,
 * where Java might take one. */
static bool prints_as_written(Str number)
{
    if (number.ptr[0] == '-') number.ptr++, number.len--;
    for (size_t i = 0; i < number.len; i++)
        if ((number.ptr[i] | 0x20) == 'e') return false;
    return number.ptr[0] != '0';
}

/* The found value as the function gives it. */
static Str found_text(FnCall *call, const Found *found)
{
    switch (found->kind) {
    case JSON_STRING: return found->text;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL: return found->raw;
    case JSON_NUMBER:
        if (prints_as_written(found->raw)) return found->raw;
        break;
    default: break;
    }
    const char *error = NULL;
    const Json *json = json_parse(call->arena, found->raw, &error);
    assert(json);
    Buf buf = {0};
    json_put(call->arena, &buf, json, JSON_NUMBERS_JAVA);
    Str text = str_copy(call->arena, buf_str(&buf));
    buf_free(&buf);
    return text;
}

/* False after fn_fail. */
static bool extract(FnCall *call, const Path *path, Str text, Str path_text,
                    Value *out)
{
    JsonReader r;
    Found found = {.kind = JSON_END};
    if (path->bad)
        return fn_fail(call, "'%.*s' is no JSON path", STR_ARG(path_text));
    json_open(&r, call->arena, text);
    if (json_next(&r) != JSON_END && r.event != JSON_ERROR)
        find(&r, path, 0, &found);
    /* A blank text is no value and no error. */
    if (r.error && str_trim(text).len)
        return fn_fail(call, "malformed JSON: %s", r.error);
    *out = found.kind == JSON_END || r.error
               ? VALUE_NULL
               : (Value){.str = found_text(call, &found)};
    return true;
}

static bool extract_json_field(FnCall *call, const Value *args, int count,
                               Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    const Path *path = fn_memo(call, args[1].str, compile_path, drop_path);
    return extract(call, path, args[0].str, args[1].str, out);
}

static void extract_column(FnCall *call, const Column *const *args,
                           int arg_count, const uint16_t *sel, int sel_count,
                           int row_count, Column *out)
{
    (void)arg_count;
    const Path *path = NULL;
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i);
        if (arg_null(args[0], row) || arg_null(args[1], row)) {
            column_set_null(call->arena, out, row, row_count);
            continue;
        }
        Str text = args[0]->str[arg_row(args[0], row)];
        Str path_text = args[1]->str[arg_row(args[1], row)];
        if (!path || !args[1]->constant)
            path = fn_memo(call, path_text, compile_path, drop_path);
        Value value;
        if (!extract(call, path, text, path_text, &value))
            fn_fail_row(call, out, row, row_count);
        else if (value.null)
            column_set_null(call->arena, out, row, row_count);
        else
            out->str[row] = value.str;
    }
}

static const Function rows[] = {
    {.name = "extractjsonfield",
     .signature = "STRING, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = extract_json_field,
     .column = extract_column,
     .category = "JSON",
     .description = "The value at a path such as '$.a[0]' of the JSON text; a "
                    "text without quotes, other values as JSON.",
     .example = "EXTRACTJSONFIELD('{\"a\": [5, 6]}', '$.a[1]') = '6'"},
};

const FunctionFamily fn_json_extract = {rows, sizeof rows / sizeof *rows};
