/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as JSON. Besides not crashing, the reader must agree with itself:
 * walking and skipping accept the same texts, depth ends at zero, a string is
 * well-formed UTF-8, and a tree that is written and read again is the same.
 */
#include <stdlib.h>

#include "base/json.h"
#include "base/number.h"
#include "base/unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) abort();
}

/* Walks all events; true if the text is well-formed. */
static bool walk(Arena *arena, Str text)
{
    JsonReader r;
    json_open(&r, arena, text);
    for (;;) {
        JsonEvent event = json_next(&r);
        require(r.depth >= 0 && r.depth <= JSON_DEPTH_MAX);
        require(r.at >= r.start && r.at <= r.end);
        require((event == JSON_ERROR) == (r.error != NULL));
        if (event == JSON_NAME || event == JSON_STRING)
            require(utf8_valid(r.text) && utf8_valid(r.raw));
        if (event == JSON_NUMBER) {
            double by_json = number_json_f64(r.text), by_java;
            require(number_parse_f64(r.text, &by_java));
            require(by_json == by_java);
        }
        if (event <= JSON_ERROR) return event == JSON_END && r.depth == 0;
    }
}

/* Skips the text in one step, or each of its members or items. */
static bool skip(Arena *arena, Str text, bool by_member)
{
    JsonReader r;
    json_open(&r, arena, text);
    if (!by_member) {
        json_skip(&r);
        return r.event != JSON_ERROR && json_next(&r) == JSON_END;
    }
    JsonEvent event = json_next(&r);
    if (event == JSON_OBJECT) {
        while (json_next(&r) == JSON_NAME)
            json_skip(&r);
    } else {
        json_skip_rest(&r);
    }
    return !r.error && json_next(&r) == JSON_END;
}

static void write_and_read(Arena *arena, Str text)
{
    const char *error;
    Json *tree = json_parse(arena, text, &error);
    require(tree != NULL);
    Buf first = {0}, second = {0};
    json_write(&first, tree);
    tree = json_parse(arena, buf_str(&first), &error);
    require(tree != NULL);
    json_write(&second, tree);
    require(str_eq(buf_str(&first), buf_str(&second)));
    buf_free(&first);
    buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new("fuzz", 0);
    Str text = {(const char *)data, size};
    bool ok = walk(arena, text);
    require(skip(arena, text, false) == ok);
    require(skip(arena, text, true) == ok);
    const char *error = NULL;
    if (ok)
        write_and_read(arena, text);
    else
        require(json_parse(arena, text, &error) == NULL && error);
    arena_free(arena);
    return 0;
}
