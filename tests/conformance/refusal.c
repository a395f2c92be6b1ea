/* SPDX-License-Identifier: Apache-2.0
 *
 * Was a statement refused for the reason meant? The reference's own text is not
 * in the cases, so this is held against what is there:
 *
 * - the class of the expected error: a StreamsException is a query that stops
 *   at a record, all others are statements that are refused at once;
 * - all of `mentions` are in the message;
 * - the message itself, once somebody has judged that it tells the reason: a
 *   file has the hash of the case and what is wrong by the message: its text up
 *   to advice and details, without what it quotes. If that has changed, the
 * case fails until it is judged again and its line renewed (conformance
 *   --write-reasons). Cases without a line pass by the other rules.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "tests/conformance/conformance.h"

static Map reasons; /* Str shape by hash. */

/* FNV-1a: the hash is kept in a file, so it must never change. */
static uint64_t mix(uint64_t hash, Str text)
{
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 0x100000001b3;
    return (hash ^ 0xff) * 0x100000001b3;
}

static Str hash_of(Arena *arena, const Json *json)
{
    const Json *statements = json_get(json, "statements");
    uint64_t hash = mix(0xcbf29ce484222325, json_get(json, "name")->text);
    for (const Json *one = statements->first; one; one = one->next)
        hash = mix(hash, one->text);
    return str_printf(arena, "%016llx", (unsigned long long)hash);
}

/* What is wrong, without names and advice. */
static Str shape_of(Arena *arena, const char *message)
{
    Buf buf = {0};
    char quote = 0, before = ' ';
    for (; *message; message++) {
        /* After a letter it is an apostrophe. */
        bool opens = (*message == '\'' || *message == '`') && before == ' ';
        if (quote) {
            if (*message == quote) quote = 0;
            continue;
        }
        if (opens) quote = *message;
        if (strchr(":;,\n", *message)) break;
        buf_push(&buf, *message);
        before = isalnum((unsigned char)*message) ? *message : ' ';
    }
    Str shape = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return shape;
}

Str refusal_line(Arena *arena, const Json *json, const char *message)
{
    return str_printf(arena, "%.*s %.*s", STR_ARG(hash_of(arena, json)),
                      STR_ARG(shape_of(arena, message)));
}

void refusal_load(Arena *arena, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (!file) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    while ((n = getline(&line, &room, file)) > 0) {
        if (line[0] == '#' || n < 18) continue;
        Str *shape = ARENA_NEW(arena, Str);
        *shape = str_copy(arena, str_trim((Str){line + 17, (size_t)n - 17}));
        map_put(arena, &reasons, str_copy(arena, (Str){line, 16}), shape);
    }
    free(line);
    fclose(file);
}

static bool mentions(Arena *arena, Str message, Str word)
{
    return str_find(str_ascii_upper(arena, message),
                    str_ascii_upper(arena, word), 0) != SIZE_MAX;
}

const char *refusal_compare(Arena *arena, const Json *json, const char *message,
                            bool running)
{
    const Json *error = json_get(json, "expectedError");
    const Json *type = json_get(error, "type");
    const Json *words = json_get(error, "mentions");
    bool late = type && str_eq(type->text, STR("StreamsException"));

    if (late && !running)
        return "refused at once, though only a record makes it fail";
    if (!late && running) return "refused only when a record came";
    for (const Json *one = words ? words->first : NULL; one; one = one->next)
        if (!mentions(arena, str_from(message), one->text))
            return str_printf(arena, "refused without mentioning %.*s",
                              STR_ARG(one->text))
                .ptr;
    const Str *reason = map_get(&reasons, hash_of(arena, json));
    if (reason && !str_eq(*reason, shape_of(arena, message)))
        return str_printf(arena, "refused for another reason than \"%.*s\"",
                          STR_ARG(*reason))
            .ptr;
    return NULL;
}
