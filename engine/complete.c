/* SPDX-License-Identifier: Apache-2.0
 *
 * Names for tab completion: keywords, sources, columns, functions, settings.
 */
#include "engine/engine_int.h"
#include "parser/parser.h"

typedef struct Names {
    Arena *arena;
    Str prefix;
    Map seen;
    VEC(const char *) list;
} Names;

static void offer(Names *names, Str name)
{
    if (name.len < names->prefix.len ||
        !str_eq_nocase((Str){name.ptr, names->prefix.len}, names->prefix))
        return;
    const char *copy = str_cstr(names->arena, name);
    if (map_put(names->arena, &names->seen, str_from(copy), names)) return;
    *vec_push(names->arena, &names->list) = copy;
}

static void offer_sources(Names *names, const Catalog *catalog)
{
    for (int i = 0; i < catalog->sources.count; i++) {
        const Source *source = catalog->sources.entries[i].value;
        if (!source) continue;
        offer(names, source->name);
        for (int c = 0; c < source->schema->count; c++)
            offer(names, source->schema->columns[c].name);
    }
}

const char **mr_complete(mr_Engine *engine, Arena *arena, Str prefix)
{
    Names names = {.arena = arena, .prefix = prefix};
    int count;

    pthread_mutex_lock(&engine->lock);
    offer_sources(&names, engine->catalog);
    for (int i = 0; i < engine->queries.count; i++)
        if (engine->queries.entries[i].value)
            offer(&names, engine->queries.entries[i].key);
    pthread_mutex_unlock(&engine->lock);
    for (const char *const *word = parser_keywords(); *word; word++)
        offer(&names, str_from(*word));
    const Function *const *functions = function_all(&count);
    for (int i = 0; i < count; i++)
        offer(&names, str_ascii_upper(arena, str_from(functions[i]->name)));
    const Setting *settings = setting_all(&count);
    for (int i = 0; i < count; i++)
        if (prefix.len > 3) offer(&names, str_from(settings[i].name));
    *vec_push(arena, &names.list) = NULL;
    return names.list.at;
}
