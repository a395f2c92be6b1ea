/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases as trees that can be changed, and the numbers to do it by chance with.
 */
#include "tests/conformance/conformance.h"

uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

Json *tree_copy(Arena *arena, const Json *json)
{
    Json *out = ARENA_NEW(arena, Json), **end = &out->first;
    *out = *json;
    out->first = out->next = NULL;
    for (const Json *one = json->first; one; one = one->next) {
        *end = tree_copy(arena, one);
        end = &(*end)->next;
    }
    return out;
}

Json *tree_member(const Json *json, const char *name)
{
    return (Json *)(uintptr_t)json_get(json, name);
}

Json *tree_new(Arena *arena, JsonEvent kind, Str text)
{
    Json *json = ARENA_NEW(arena, Json);
    *json = (Json){.kind = kind, .text = text};
    return json;
}

void tree_append(Json *parent, Str name, Json *child)
{
    Json **end = &parent->first;
    while (*end)
        end = &(*end)->next;
    child->name = name;
    child->next = NULL;
    *end = child;
    parent->count++;
}

void tree_drop(Json *parent, const Json *child)
{
    Json **at = &parent->first;
    while (*at != child)
        at = &(*at)->next;
    *at = child->next;
    parent->count--;
}

Str tree_text(Arena *arena, const Json *json)
{
    Buf buf = {0};
    json_write(&buf, json);
    Str text = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return text;
}
