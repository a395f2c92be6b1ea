/* SPDX-License-Identifier: Apache-2.0
 *
 * SHOW / LIST: streams, tables, topics, queries, functions, types, properties.
 */
#include "engine/engine_int.h"

#include <stdlib.h>

static Json *text(Exec *x, Str s)
{
    return json_new_string(x->stmt, s);
}

static Str source_text(Exec *x, const AstStatement *statement)
{
    return str_printf(x->stmt, "%.*s;", STR_ARG(statement->source));
}

static Json *brief_source(Exec *x, const Source *source)
{
    Json *one = json_new_object(x->stmt);
    json_set(one, "type",
             text(x, source->is_table ? STR("TABLE") : STR("STREAM")));
    json_set(one, "name", text(x, source->name));
    json_set(one, "topic", text(x, source->topic));
    json_set(one, "keyFormat", text(x, str_from(source->key_format->name)));
    json_set(one, "valueFormat", text(x, str_from(source->value_format->name)));
    json_set(one, "isWindowed",
             json_new_bool(x->stmt, source->window != WINDOW_NONE));
    return one;
}

static int compare_names(const void *a, const void *b)
{
    const Source *const *x = a, *const *y = b;
    return str_compare((*x)->name, (*y)->name);
}

/* The streams or tables of the catalog, by name. */
static Source **sorted_sources(Exec *x, bool tables, int *count)
{
    const Map *all = &x->catalog->sources;
    Source **list = ARENA_ARRAY(x->stmt, Source *, all->live + 1);
    *count = 0;
    for (int i = 0; i < all->count; i++) {
        Source *source = all->entries[i].value;
        if (source && source->is_table == tables) list[(*count)++] = source;
    }
    qsort(list, (size_t)*count, sizeof *list, compare_names);
    return list;
}

static Status show_descriptions(Exec *x, const AstStatement *statement,
                                bool tables, bool extended)
{
    Json *entity = entity_new(x->stmt, "source_descriptions",
                              source_text(x, statement));
    Json *list = json_set(entity, "sourceDescriptions",
                          json_new_array(x->stmt));
    int count;
    Source **sources = sorted_sources(x, tables, &count);
    for (int i = 0; i < count; i++)
        json_push(list, describe_source(x, sources[i], extended));
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

Status exec_describe_all(Exec *x, const AstStatement *statement)
{
    return show_descriptions(x, statement,
                             statement->kind == STMT_DESCRIBE_TABLES,
                             statement->extended);
}

Status exec_show_sources(Exec *x, const AstStatement *statement)
{
    bool tables = statement->kind == STMT_SHOW_TABLES;
    if (statement->extended)
        return show_descriptions(x, statement, tables, true);
    const char *name = tables ? "tables" : "streams";
    Json *entity = entity_new(x->stmt, name, source_text(x, statement));
    Json *list = json_set(entity, name, json_new_array(x->stmt));
    int count;
    Source **sources = sorted_sources(x, tables, &count);
    for (int i = 0; i < count; i++)
        json_push(list, brief_source(x, sources[i]));
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

Status exec_show_topics(Exec *x, const AstStatement *statement)
{
    TopicInfo *topics;
    int count;

    if (x->dry) return st_ok();
    Status st = broker_list_topics(x->engine->broker, x->stmt, &topics, &count);
    if (st.kind) return st;
    Json *entity = entity_new(
        x->stmt, statement->extended ? "kafka_topics_extended" : "kafka_topics",
        source_text(x, statement));
    Json *list = json_set(entity, "topics", json_new_array(x->stmt));
    for (int i = 0; i < count; i++) {
        TopicInfo *topic = &topics[i];
        if (!statement->all &&
            (topic->internal ||
             engine_topic_matches(x->engine, "ksql.hidden.topics",
                                  topic->name)))
            continue;
        Json *one = json_push(list, json_new_object(x->stmt));
        json_set(one, "name", text(x, topic->name));
        Json *replicas = json_set(one, "replicaInfo", json_new_array(x->stmt));
        for (int p = 0; p < topic->partition_count; p++)
            json_push(replicas, json_new_int(x->stmt, topic->replica_count));
        if (!statement->extended) continue;
        int readers = 0;
        for (int q = 0; q < x->queries->count; q++) {
            EngineQuery *query = x->queries->entries[q].value;
            for (int s = 0; query && s < query->plan->source_count; s++) {
                Source *source = catalog_find(x->catalog,
                                              query->plan->sources[s]);
                readers += source && str_eq(source->topic, topic->name);
            }
        }
        json_set(one, "consumerCount", json_new_int(x->stmt, readers));
        json_set(one, "consumerGroupCount", json_new_int(x->stmt, readers));
    }
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

Status exec_show_queries(Exec *x, const AstStatement *statement)
{
    if (x->dry) return st_ok();
    if (statement->extended) return exec_describe_queries(x, statement);
    Json *entity = entity_new(x->stmt, "queries", source_text(x, statement));
    Json *list = json_set(entity, "queries", json_new_array(x->stmt));
    for (int i = 0; i < x->queries->count; i++) {
        EngineQuery *query = x->queries->entries[i].value;
        if (query) json_push(list, describe_query_brief(x, query));
    }
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

static Str kind_word(FnKind kind)
{
    switch (kind) {
    case FN_SCALAR: return STR("SCALAR");
    case FN_AGGREGATE: return STR("AGGREGATE");
    case FN_TABLE: return STR("TABLE");
    }
    return STR("");
}

Status exec_show_functions(Exec *x, const AstStatement *statement)
{
    int count;
    const Function *const *rows = function_all(&count);
    Json *entity = entity_new(x->stmt, "function_names",
                              source_text(x, statement));
    Json *list = json_set(entity, "functions", json_new_array(x->stmt));
    Str last = STR_NULL;
    for (int i = 0; i < count; i++) {
        Str name = str_ascii_upper(x->stmt, str_from(rows[i]->name));
        if (str_eq(name, last)) continue;
        last = name;
        Json *one = json_push(list, json_new_object(x->stmt));
        json_set(one, "name", text(x, name));
        json_set(one, "type", text(x, kind_word(rows[i]->kind)));
        json_set(one, "category", text(x, str_from(rows[i]->category)));
    }
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

/* The arguments one by one, as the reference lists them. They have no names of
 * their own here. */
static void add_arguments(Exec *x, Json *overload, const Function *function)
{
    const Str *types;
    int variadic, count = function_params(x->stmt, function, &types, &variadic);
    Json *list = json_set(overload, "arguments", json_new_array(x->stmt));
    for (int i = 0; i < count; i++) {
        Json *one = json_push(list, json_new_object(x->stmt));
        json_set(one, "name", text(x, STR("")));
        json_set(one, "type", text(x, types[i]));
        json_set(one, "description", text(x, STR("")));
        json_set(one, "isVariadic", json_new_bool(x->stmt, i == variadic));
    }
}

Status exec_describe_function(Exec *x, const AstStatement *statement)
{
    int count;
    const Function *const *rows = function_all(&count);
    const Function *found = function_find(statement->name.text);

    if (!found) {
        FnBinding binding;
        Status st = function_resolve(x->stmt, statement->name.text, NULL, 0,
                                     NULL, &binding);
        st.at = statement->name.at + 1;
        return st;
    }
    Json *entity = entity_new(x->stmt, "describe_function",
                              source_text(x, statement));
    json_set(entity, "name",
             text(x, str_ascii_upper(x->stmt, str_from(found->name))));
    json_set(entity, "description", text(x, str_from(found->description)));
    json_set(entity, "author", text(x, STR("Millrace")));
    json_set(entity, "version", text(x, str_from(mr_version())));
    json_set(entity, "path", text(x, STR("internal")));
    json_set(entity, "type", text(x, kind_word(found->kind)));
    Json *list = json_set(entity, "functions", json_new_array(x->stmt));
    for (int i = 0; i < count; i++) {
        if (!str_eq_nocase(str_from(rows[i]->name), str_from(found->name)))
            continue;
        Str signature = str_from(rows[i]->signature);
        size_t arrow = str_find(signature, STR("-> "), 0);
        Json *one = json_push(list, json_new_object(x->stmt));
        add_arguments(x, one, rows[i]);
        json_set(one, "argumentTypes",
                 text(x, arrow == SIZE_MAX
                             ? signature
                             : str_trim((Str){signature.ptr, arrow})));
        json_set(one, "returnType",
                 text(x, arrow == SIZE_MAX ? STR("")
                                           : (Str){signature.ptr + arrow + 3,
                                                   signature.len - arrow - 3}));
        json_set(one, "description", text(x, str_from(rows[i]->description)));
        if (rows[i]->example)
            json_set(one, "example", text(x, str_from(rows[i]->example)));
    }
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

Status exec_show_types(Exec *x, const AstStatement *statement)
{
    Json *entity = entity_new(x->stmt, "type_list", source_text(x, statement));
    Json *types = json_set(entity, "types", json_new_object(x->stmt));
    for (int i = 0; i < x->catalog->types.count; i++) {
        const MapEntry *entry = &x->catalog->types.entries[i];
        if (entry->value)
            json_set(types, str_cstr(x->stmt, entry->key),
                     entity_type(x->stmt, entry->value));
    }
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

/* A setting's name as it is listed. */
static Json *listed_name(Exec *x, Str name)
{
    const Setting *row = setting_find(name);
    if (!row || !(row->flags & SETTING_STREAMS)) return text(x, name);
    return text(x, str_printf(x->stmt, "ksql.streams.%.*s", STR_ARG(name)));
}

static void push_property(Exec *x, Json *list, Str name, const Setting *row)
{
    Str value = engine_setting(x->engine, x->overrides, name);
    Json *one = json_push(list, json_new_object(x->stmt));
    bool secret = (row && row->flags & SETTING_SECRET) ||
                  str_find(name, STR("password"), 0) != SIZE_MAX ||
                  str_find(name, STR("jaas"), 0) != SIZE_MAX;

    json_set(one, "name", listed_name(x, name));
    json_set(one, "scope", text(x, STR("KSQL")));
    json_set(one, "value",
             value.ptr ? text(x, secret ? STR("[hidden]") : value)
                       : json_new_null(x->stmt));
    json_set(one, "editable",
             json_new_bool(x->stmt, !row || !(row->flags & SETTING_FIXED)));
    json_set(one, "level",
             text(x, row && row->flags & SETTING_QUERY ? STR("QUERY")
                                                       : STR("SERVER")));
}

Status exec_show_properties(Exec *x, const AstStatement *statement)
{
    int count;
    const Setting *rows = setting_all(&count);
    Json *entity = entity_new(x->stmt, "properties", source_text(x, statement));
    Json *list = json_set(entity, "properties", json_new_array(x->stmt));
    for (int i = 0; i < count; i++)
        push_property(x, list, str_from(rows[i].name), &rows[i]);
    const Map *maps[2] = {&x->engine->settings, x->overrides};
    for (int m = 0; m < 2; m++)
        for (int i = 0; i < maps[m]->count; i++)
            if (maps[m]->entries[i].value &&
                !setting_find(maps[m]->entries[i].key))
                push_property(x, list, maps[m]->entries[i].key, NULL);
    Json *changed = json_set(entity, "overwrittenProperties",
                             json_new_array(x->stmt));
    for (int i = 0; i < x->overrides->count; i++)
        if (x->overrides->entries[i].value)
            json_push(changed, listed_name(x, x->overrides->entries[i].key));
    Json *defaults = json_set(entity, "defaultProperties",
                              json_new_array(x->stmt));
    for (int i = 0; i < count; i++)
        if (!map_get(&x->engine->settings, str_from(rows[i].name)))
            json_push(defaults, listed_name(x, str_from(rows[i].name)));
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}
