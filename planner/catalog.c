/* SPDX-License-Identifier: Apache-2.0
 *
 * The catalog: names to sources and custom types, in one arena of its own.
 *
 * What is added is copied deeply, so a catalog never points into a statement.
 * Removed sources stay in the arena until the catalog is copied or freed; a
 * catalog sees few of them. The engine tries statements on a copy first and
 * keeps the copy if all went well.
 *
 * Invariants: a name is a stream or a table, never both; a source that a query
 * reads or writes cannot be dropped, but by its own CREATE ... AS query alone.
 */
#include "planner/catalog.h"
#include "planner/planner_int.h"

Catalog *catalog_new(void)
{
    Arena *arena = arena_new("catalog", 0);
    Catalog *catalog = ARENA_NEW(arena, Catalog);
    catalog->arena = arena;
    return catalog;
}

void catalog_free(Catalog *catalog)
{
    if (catalog) arena_free(catalog->arena);
}

static NameList copy_names(Arena *arena, const NameList *from)
{
    NameList to = {0};
    for (int i = 0; i < from->count; i++)
        *vec_push(arena, &to) = str_copy(arena, from->at[i]);
    return to;
}

static Source *copy_source(Arena *arena, const Source *from)
{
    Source *source = ARENA_NEW(arena, Source);
    *source = *from;
    source->name = str_copy(arena, from->name);
    source->schema = schema_copy(arena, from->schema);
    source->topic = str_copy(arena, from->topic);
    source->key_delimiter = str_copy(arena, from->key_delimiter);
    source->value_delimiter = str_copy(arena, from->value_delimiter);
    source->timestamp_column = str_copy(arena, from->timestamp_column);
    source->timestamp_format = str_copy(arena, from->timestamp_format);
    source->sql = str_copy(arena, from->sql);
    source->query_id = str_copy(arena, from->query_id);
    source->readers = copy_names(arena, &from->readers);
    source->writers = copy_names(arena, &from->writers);
    source->made_from = copy_names(arena, &from->made_from);
    return source;
}

Catalog *catalog_copy(const Catalog *catalog)
{
    Catalog *copy = catalog_new();
    for (int i = 0; i < catalog->sources.count; i++) {
        const Source *from = catalog->sources.entries[i].value;
        if (!from) continue;
        Source *source = copy_source(copy->arena, from);
        map_put(copy->arena, &copy->sources, source->name, source);
    }
    for (int i = 0; i < catalog->types.count; i++) {
        const MapEntry *entry = &catalog->types.entries[i];
        if (!entry->value) continue;
        map_put(copy->arena, &copy->types, str_copy(copy->arena, entry->key),
                (void *)(uintptr_t)type_copy(copy->arena, entry->value));
    }
    return copy;
}

Source *catalog_find(const Catalog *catalog, Str name)
{
    return map_get(&catalog->sources, name);
}

STATUS catalog_require(const Catalog *catalog, Arena *stmt, Str name,
                       uint32_t at, Source **source)
{
    *source = catalog_find(catalog, name);
    if (*source) return st_ok();
    Near near = near_to(name);
    for (int i = 0; i < catalog->sources.count; i++)
        if (catalog->sources.entries[i].value)
            near_offer(&near, catalog->sources.entries[i].key);
    return st_error_at(stmt, at, "no stream or table is named '%.*s'%s",
                       STR_ARG(name), near_name_hint(&near, stmt, ""));
}

STATUS catalog_add(Catalog *catalog, Arena *stmt, const Source *source)
{
    const Source *old = catalog_find(catalog, source->name);
    if (old)
        return st_error(stmt, ST_USER, "a %s named '%.*s' exists already",
                        old->is_table ? "table" : "stream",
                        STR_ARG(source->name));
    Source *copy = copy_source(catalog->arena, source);
    map_put(catalog->arena, &catalog->sources, copy->name, copy);
    return st_ok();
}

/* Adds "'A', 'B'" of the names other than `own`; returns how many. */
static int list_names(Buf *out, const NameList *names, Str own, int listed)
{
    for (int i = 0; i < names->count; i++) {
        if (str_eq(names->at[i], own)) continue;
        buf_printf(out, "%s'%.*s'", listed ? ", " : "", STR_ARG(names->at[i]));
        listed++;
    }
    return listed;
}

NameList catalog_made_of(const Catalog *catalog, Arena *arena, Str name)
{
    NameList found = {0};
    for (int i = 0; i < catalog->sources.count; i++) {
        const Source *source = catalog->sources.entries[i].value;
        if (!source || str_eq(source->name, name)) continue;
        for (int m = 0; m < source->made_from.count; m++)
            if (str_eq(source->made_from.at[m], name))
                *vec_push(arena, &found) = source->name;
    }
    return found;
}

static Status check_unused(const Catalog *catalog, Arena *stmt,
                           const Source *source, uint32_t at)
{
    Buf list = {0};
    int count = list_names(&list, &source->readers, source->query_id, 0);
    const char *told = "it is read or written by %.*s; terminate %s first";
    count = list_names(&list, &source->writers, source->query_id, count);
    const char *which = count == 1 ? "that query" : "those queries";
    if (!count) {
        NameList made = catalog_made_of(catalog, stmt, source->name);
        count = list_names(&list, &made, STR(""), 0);
        which = count == 1 ? "that" : "those";
        told = "%.*s read from it; drop %s first";
    }
    Status st = st_ok();
    if (count) {
        Str why = str_printf(stmt, told, STR_ARG(buf_str(&list)), which);
        st = st_error_at(stmt, at, "cannot drop '%.*s': %.*s",
                         STR_ARG(source->name), STR_ARG(why));
    }
    buf_free(&list);
    return st;
}

STATUS catalog_drop(Catalog *catalog, Arena *stmt, Str name, uint32_t at)
{
    Source *source;
    Status st = catalog_require(catalog, stmt, name, at, &source);
    if (!st.kind) st = check_unused(catalog, stmt, source, at);
    if (!st.kind) map_remove(&catalog->sources, name);
    return st;
}

void catalog_link(Catalog *catalog, const Plan *plan, Str query_id)
{
    Str id = str_copy(catalog->arena, query_id);
    for (int i = 0; i < plan->source_count; i++) {
        Source *source = catalog_find(catalog, plan->sources[i]);
        if (source) *vec_push(catalog->arena, &source->readers) = id;
    }
    Source *sink = plan->sink.len ? catalog_find(catalog, plan->sink) : NULL;
    if (sink) *vec_push(catalog->arena, &sink->writers) = id;
}

static int remove_id(Str *ids, int count, Str id)
{
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (!str_eq(ids[i], id)) ids[kept++] = ids[i];
    return kept;
}

void catalog_unlink(Catalog *catalog, Str query_id)
{
    for (int i = 0; i < catalog->sources.count; i++) {
        Source *source = catalog->sources.entries[i].value;
        if (!source) continue;
        source->readers.count = remove_id(source->readers.at,
                                          source->readers.count, query_id);
        source->writers.count = remove_id(source->writers.at,
                                          source->writers.count, query_id);
    }
}

FormatSpec source_key_spec(const Source *source)
{
    return (FormatSpec){
        .format = source->key_format,
        .is_key = true,
        .columns = source->schema->columns,
        .column_count = source->schema->key_count,
        .wrapped = source->key_wrapped,
        .delimiter = source->key_delimiter,
        .topic = source->topic,
    };
}

/* Values follow the keys and come before header columns, so they are one run.
 */
FormatSpec source_value_spec(const Source *source)
{
    return (FormatSpec){
        .format = source->value_format,
        .columns = source->schema->columns + source->schema->key_count,
        .column_count = schema_value_count(source->schema),
        .wrapped = source->value_wrapped,
        .delimiter = source->value_delimiter,
        .topic = source->topic,
    };
}
