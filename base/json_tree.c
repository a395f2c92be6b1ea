/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON as a tree, made by the pull reader, and the writer. Both keep the path
 * to the present node in an array, so the depth of the text costs no stack.
 */
#include "base/json.h"

#include <assert.h>

#include "base/json_int.h"

/* Writes the escape of `c` at `out`; returns the length. */
static size_t write_escape(char *out, char c)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char names[] = "btn_fr"; /* Of the characters 8 to 13. */
    out[0] = '\\';
    if (c == '"' || c == '\\') {
        out[1] = c;
        return 2;
    }
    if (c >= 8 && c <= 13 && c != 11) {
        out[1] = names[c - 8];
        return 2;
    }
    memcpy(out + 1, "u00", 3);
    out[4] = hex[c >> 4 & 15];
    out[5] = hex[c & 15];
    return 6;
}

void json_write_string(Buf *buf, Str s)
{
    /* Enough for text without escapes, and for one escape. */
    buf_reserve(buf, s.len + 8);
    buf->ptr[buf->len++] = '"';
    for (size_t i = 0; i < s.len; i++) {
        bool high;
        const char *from = s.ptr + i, *end = s.ptr + s.len;
        size_t run = (size_t)(find_special(s.ptr, from, end, &high) - from);
        memcpy(buf->ptr + buf->len, from, run);
        buf->len += run;
        i += run;
        if (i == s.len) break;
        buf->len += write_escape(buf->ptr + buf->len, s.ptr[i]);
        buf_reserve(buf, s.len - i + 8);
    }
    buf->ptr[buf->len++] = '"';
}

/* "<what> at line L, column C" in the arena. */
static const char *describe_error(Arena *arena, const JsonReader *r)
{
    int line = 1;
    const char *begin = r->start;
    for (const char *p = r->start; p < r->at; p++) {
        if (*p != '\n') continue;
        line++;
        begin = p + 1;
    }
    return str_printf(arena, "%s at line %d, column %d", r->error, line,
                      (int)(r->at - begin) + 1)
        .ptr;
}

/* Where a tree grows: the open nodes and the last child of each. */
typedef struct Path {
    Json *open[JSON_DEPTH_MAX + 1];
    Json *last[JSON_DEPTH_MAX + 1];
    int depth;
} Path;

static void add_node(Path *path, Json *node)
{
    Json *parent = path->open[path->depth];
    Json *last = path->last[path->depth];
    if (last)
        last->next = node;
    else
        parent->first = node;
    path->last[path->depth] = node;
    parent->count++;
}

Json *json_parse(Arena *arena, Str text, const char **error)
{
    /* The tree must not point into memory that the caller gives back. */
    text = str_copy(arena, text);
    JsonReader r;
    json_open(&r, arena, text);
    Json root = {0};
    Path path;
    path.depth = 0;
    path.open[0] = &root;
    path.last[0] = NULL;
    Str name = STR_NULL;
    for (;;) {
        JsonEvent event = json_next(&r);
        if (event == JSON_END) return root.first;
        if (event == JSON_ERROR) {
            *error = describe_error(arena, &r);
            return NULL;
        }
        if (event == JSON_OBJECT_CLOSE || event == JSON_ARRAY_CLOSE) {
            path.depth--;
            continue;
        }
        if (event == JSON_NAME) {
            name = r.text;
            continue;
        }
        Json *node = ARENA_NEW(arena, Json);
        node->kind = event;
        node->name = name;
        name = STR_NULL;
        add_node(&path, node);
        if (event == JSON_STRING || event == JSON_NUMBER) node->text = r.text;
        if (event == JSON_OBJECT || event == JSON_ARRAY) {
            path.open[++path.depth] = node;
            path.last[path.depth] = NULL;
        }
    }
}

const Json *json_get(const Json *json, const char *name)
{
    if (!json || json->kind != JSON_OBJECT) return NULL;
    Str wanted = str_from(name);
    const Json *found = NULL;
    for (const Json *node = json->first; node; node = node->next)
        if (str_eq(node->name, wanted)) found = node;
    return found;
}

/* Writes a scalar, or the opening bracket of an object or array. */
static void write_node(Buf *buf, const Json *node)
{
    switch (node->kind) {
    case JSON_OBJECT: buf_push(buf, '{'); break;
    case JSON_ARRAY: buf_push(buf, '['); break;
    case JSON_STRING: json_write_string(buf, node->text); break;
    case JSON_NUMBER: buf_append_str(buf, node->text); break;
    case JSON_TRUE: buf_append_str(buf, STR("true")); break;
    case JSON_FALSE: buf_append_str(buf, STR("false")); break;
    default: buf_append_str(buf, STR("null")); break;
    }
}

static void write_close(Buf *buf, const Json *node)
{
    if (node->kind == JSON_OBJECT) buf_push(buf, '}');
    if (node->kind == JSON_ARRAY) buf_push(buf, ']');
}

void json_write(Buf *buf, const Json *json)
{
    const Json *open[JSON_DEPTH_MAX + 1];
    int depth = 0;
    const Json *node = json;
    write_node(buf, node);
    for (;;) {
        if (node->first) {
            assert(depth <= JSON_DEPTH_MAX);
            open[depth++] = node;
            node = node->first;
        } else {
            write_close(buf, node);
            while (depth && !node->next) {
                node = open[--depth];
                write_close(buf, node);
            }
            if (!depth) return;
            node = node->next;
            buf_push(buf, ',');
        }
        if (open[depth - 1]->kind == JSON_OBJECT) {
            json_write_string(buf, node->name);
            buf_push(buf, ':');
        }
        write_node(buf, node);
    }
}
