/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON texts for the JSON functions. Trees are the readers' of base/json.h;
 * what differs is the treatment of repeated names, of what follows the first
 * value, and of numbers: integers are kept as written, others are decimals.
 */
#include "functions/json_text.h"

bool json_first(FnCall *call, Str text, Str *value)
{
    JsonReader r;
    *value = STR("");
    if (!str_trim(text).len) return true;
    json_open(&r, call->arena, text);
    JsonEvent event = json_next(&r);
    const char *start = r.raw.ptr;
    if (event != JSON_ERROR) json_skip_rest(&r);
    if (r.error) return fn_fail(call, "malformed JSON: %s", r.error);
    *value = (Str){start, (size_t)(r.at - start)};
    return true;
}

bool json_read(FnCall *call, Str text, const Json **tree)
{
    Str value;
    const char *error = NULL;
    *tree = NULL;
    if (!json_first(call, text, &value)) return false;
    if (!value.len) return true;
    *tree = json_parse(call->arena, value, &error);
    return *tree || fn_fail(call, "malformed JSON: %s", error);
}

int json_children(Arena *arena, const Json *json, const Json ***children)
{
    int count = 0;
    *children = ARENA_ARRAY(arena, const Json *, json->count + 1);
    if (json->kind != JSON_OBJECT) {
        for (const Json *one = json->first; one; one = one->next)
            (*children)[count++] = one;
        return count;
    }
    Map places = {0}; /* Name to place in `children`. */
    for (Json *one = json->first; one; one = one->next) {
        const Json **place = map_get(&places, one->name);
        if (!place) {
            place = &(*children)[count++];
            map_put(arena, &places, one->name, (void *)place);
        }
        *place = one;
    }
    return count;
}

static void put_number(Arena *arena, Buf *out, Str text, JsonNumbers numbers)
{
    bool integer = true;
    Decimal d;
    for (size_t i = 0; i < text.len && integer; i++)
        integer = text.ptr[i] == '-' || (unsigned char)(text.ptr[i] - '0') < 10;
    if (integer && str_eq(text, STR("-0"))) text = STR("0");
    if (integer || !decimal_parse(arena, text, &d))
        buf_append_str(out, text);
    else
        decimal_append_text(out, d, numbers == JSON_NUMBERS_PLAIN);
}

/* Recursion is bounded by the reader's depth limit, JSON_DEPTH_MAX. */
void json_put(Arena *arena, Buf *out, const Json *json, JsonNumbers numbers)
{
    bool object = json->kind == JSON_OBJECT;
    switch (json->kind) {
    case JSON_STRING: json_write_string(out, json->text); return;
    case JSON_NUMBER: put_number(arena, out, json->text, numbers); return;
    case JSON_TRUE: buf_append_str(out, STR("true")); return;
    case JSON_FALSE: buf_append_str(out, STR("false")); return;
    case JSON_OBJECT:
    case JSON_ARRAY: break;
    default: buf_append_str(out, STR("null")); return;
    }
    const Json **children;
    int count = json_children(arena, json, &children);
    buf_push(out, object ? '{' : '[');
    for (int i = 0; i < count; i++) {
        if (i) buf_push(out, ',');
        if (object) {
            json_write_string(out, children[i]->name);
            buf_push(out, ':');
        }
        json_put(arena, out, children[i], numbers);
    }
    buf_push(out, object ? '}' : ']');
}
