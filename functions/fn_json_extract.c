/* SPDX-License-Identifier: Apache-2.0
 *
 * EXTRACTJSONFIELD (functions.md 4.5): one value of a JSON text by path.
 *
 * A path is `$` and steps: .name [name] ["quoted"]. On an object a step is a
 * member's name, on an array an index from 0. The text is read once, validated
 * as it goes; then only the wanted member is looked into, so a field deep in a
 * document costs about two readings and no tree. Compiled paths are kept.
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

/* The member `name` of the (valid) object in `r`; of several the last. */
static Str find_member(JsonReader *r, Str name)
{
    Str found = STR_NULL;
    while (json_next(r) == JSON_NAME) {
        bool wanted = str_eq(r->text, name);
        json_next(r);
        const char *start = r->raw.ptr;
        json_skip_rest(r);
        if (wanted) found = (Str){start, (size_t)(r->at - start)};
    }
    return found;
}

static Str find_item(JsonReader *r, Str step)
{
    int32_t index;
    if (!number_parse_i32(step, &index)) return STR_NULL;
    for (;;) {
        JsonEvent event = json_next(r);
        if (event == JSON_ARRAY_CLOSE || event == JSON_ERROR) return STR_NULL;
        const char *start = r->raw.ptr;
        json_skip_rest(r);
        if (index-- == 0) return (Str){start, (size_t)(r->at - start)};
    }
}

static bool extract_json_field(FnCall *call, const Value *args, int count,
                               Value *out)
{
    (void)count;
    const Path *path = fn_memo(call, args[1].str, compile_path, drop_path);
    Str value;
    JsonReader r;
    *out = VALUE_NULL;
    if (path->bad)
        return fn_fail(call, "'%.*s' is no JSON path", STR_ARG(args[1].str));
    if (!json_first(call, args[0].str, &value)) return false;
    for (int i = 0; i < path->steps.count && value.len; i++) {
        json_open(&r, call->arena, value);
        JsonEvent event = json_next(&r);
        value = event == JSON_OBJECT  ? find_member(&r, path->steps.at[i])
                : event == JSON_ARRAY ? find_item(&r, path->steps.at[i])
                                      : STR_NULL;
    }
    if (!value.len) return true;
    json_open(&r, call->arena, value);
    if (json_next(&r) == JSON_STRING) {
        *out = (Value){.str = r.text};
        return true;
    }
    const char *error = NULL;
    const Json *json = json_parse(call->arena, value, &error);
    assert(json);
    Buf buf = {0};
    json_put(call->arena, &buf, json, JSON_NUMBERS_JAVA);
    return give_buf(call, &buf, out);
}

static const Function rows[] = {
    {.name = "extractjsonfield",
     .signature = "STRING, STRING -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = extract_json_field,
     .category = "JSON",
     .description = "The value at a path such as '$.a[0]' of the JSON text; a "
                    "text without quotes, other values as JSON.",
     .example = "EXTRACTJSONFIELD('{\"a\": [5, 6]}', '$.a[1]') = '6'"},
};

const FunctionFamily fn_json_extract = {rows, sizeof rows / sizeof *rows};
