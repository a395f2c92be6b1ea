/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE STREAM/TABLE, CREATE ... AS SELECT, INSERT INTO ... SELECT, ALTER, and
 * CREATE/DROP TYPE: what they do to catalog, topics, queries and command log.
 *
 * The order for real: plan, topic, command log, catalog, query. A topic made
 * for a statement that then fails stays; it is what the statement asked for.
 */
#include "engine/engine_int.h"

#include "base/log.h"
#include "parser/ast_print.h"

void exec_status(Exec *x, const AstStatement *statement, Str command_id,
                 const char *message, Str query_id, Str warning)
{
    Arena *a = x->stmt;
    Json *entity = entity_new(
        a, "currentStatus", str_printf(a, "%.*s;", STR_ARG(statement->source)));
    json_set(entity, "commandId", json_new_string(a, command_id));
    Json *status = json_set(entity, "commandStatus", json_new_object(a));
    json_set(status, "status", json_new_string(a, STR("SUCCESS")));
    json_set(status, "message", json_new_string(a, str_from(message)));
    json_set(status, "queryId",
             query_id.len ? json_new_string(a, query_id) : json_new_null(a));
    json_set(entity, "commandSequenceNumber",
             json_new_int(a, x->next_sequence));
    entity_finish(a, entity, warning);
    exec_entity(x, entity);
}

/* Logs an executed statement and counts it. */
static Status log_command(Exec *x, const AstStatement *statement,
                          Str command_id, Str query_id)
{
    if (x->dry || x->replay) {
        if (x->dry) x->next_sequence += 2;
        return st_ok();
    }
    return command_log_append(x->engine, x->stmt, command_id, statement->source,
                              query_id, x->overrides);
}

static void count_command(Exec *x)
{
    if (!x->dry && !x->replay) x->next_sequence += 2;
}

/* The answer to IF NOT EXISTS over what exists. */
static void warn_exists(Exec *x, const AstStatement *statement,
                        const Source *old, bool table)
{
    const char *word = table ? "table" : "stream";
    Json *entity = entity_new(
        x->stmt, "warning_entity",
        str_printf(x->stmt, "%.*s;", STR_ARG(statement->source)));
    json_set(
        entity, "message",
        json_new_string(
            x->stmt, str_printf(x->stmt,
                                "Cannot add %s `%.*s`: A %s with the same name "
                                "already exists.",
                                word, STR_ARG(old->name),
                                old->is_table ? "table" : "stream")));
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
}

static bool exists_already(Exec *x, const AstStatement *statement, bool table)
{
    Source *old = statement->if_not_exists
                      ? catalog_find(x->catalog, statement->name.text)
                      : NULL;
    if (old) warn_exists(x, statement, old, table);
    return old != NULL;
}

/* What a plan says of its topic, for the broker. */
static NewTopic new_topic(Arena *arena, const TopicPlan *topic)
{
    TopicConfig *configs = ARENA_ARRAY(arena, TopicConfig, 2);
    int count = 0;

    if (topic->cleanup_policy)
        configs[count++] = (TopicConfig){STR("cleanup.policy"),
                                         str_from(topic->cleanup_policy)};
    if (topic->retention_ms >= 0)
        configs[count++] = (TopicConfig){
            STR("retention.ms"),
            topic->retention_ms == INT64_MAX
                ? STR("-1")
                : str_printf(arena, "%lld", (long long)topic->retention_ms)};
    return (NewTopic){.name = topic->topic,
                      .partitions = topic->partitions,
                      .replicas = topic->replicas,
                      .configs = configs,
                      .config_count = count};
}

/* Makes the topic, or notes that it will be there. */
static Status make_topic(Exec *x, const TopicPlan *topic)
{
    if (!topic->create || x->replay) return st_ok();
    if (x->dry) {
        TopicPlan *planned = ARENA_NEW(x->stmt, TopicPlan);
        *planned = *topic;
        map_put(x->stmt, x->topics, topic->topic, planned);
        return st_ok();
    }
    NewTopic new = new_topic(x->stmt, topic);
    return engine_create_topic(x->engine, x->stmt, new.name, new.partitions,
                               new.replicas, new.configs, new.config_count);
}

void exec_make_topics_ahead(Exec *x, const Map *planned, NameList *made)
{
    NewTopic *topics = ARENA_ARRAY(x->stmt, NewTopic, planned->count);
    int count = 0;

    for (int i = 0; i < planned->count; i++)
        if (planned->entries[i].value)
            topics[count++] = new_topic(x->stmt, planned->entries[i].value);
    if (count < 2) return;
    Status st = broker_create_topics(x->engine->broker, x->stmt, topics, count);
    (void)st; /* The statement that misses its topic tells why. */
    for (int i = 0; i < count; i++)
        if (!topics[i].st.kind) *vec_push(x->stmt, made) = topics[i].name;
}

void exec_unmake_topics(Exec *x, const NameList *made)
{
    Map used = {0};

    for (int i = 0; i < x->catalog->sources.count; i++) {
        const Source *source = x->catalog->sources.entries[i].value;
        if (source) map_put(x->stmt, &used, source->topic, (void *)x);
    }
    for (int i = 0; i < made->count; i++) {
        if (map_get(&used, made->at[i])) continue;
        Status st = engine_delete_topic(x->engine, x->stmt, made->at[i]);
        if (st.kind)
            log_warn("topic is left over", "topic=%.*s reason=\"%s\"",
                     STR_ARG(made->at[i]), st.text);
    }
}

/* Adds the source, or puts it in the place of the old one, whose readers stay.
 */
static Status put_source(Exec *x, const Source *source, Source *old)
{
    if (!old) return catalog_add(x->catalog, x->stmt, source);
    Source kept = *old;
    map_remove(&x->catalog->sources, source->name);
    Status st = catalog_add(x->catalog, x->stmt, source);
    if (st.kind) return st;
    Source *now = catalog_find(x->catalog, source->name);
    now->readers = kept.readers;
    now->writers = kept.writers;
    return st_ok();
}

static Str create_id(Exec *x, const Source *source)
{
    return str_printf(x->stmt, "%s/`%.*s`/create",
                      source->is_table ? "table" : "stream",
                      STR_ARG(source->name));
}

/* ---- queries ---- */

/* The id a new query gets (runtime 4.1). */
static Str new_query_id(Exec *x, const char *prefix, Str sink)
{
    int64_t number;

    if (x->replay && x->replay_id.len) return x->replay_id;
    if (x->engine->mode == MR_INTERACTIVE)
        number = x->next_sequence > 0 ? x->next_sequence - 1 : 0;
    else
        number = x->next_query++;
    if (!sink.len)
        return str_printf(x->stmt, "%s%lld", prefix, (long long)number);
    return str_printf(x->stmt, "%s%.*s_%lld", prefix, STR_ARG(sink),
                      (long long)number);
}

static Status check_query_count(Exec *x)
{
    int64_t max = engine_setting_int(x->engine, NULL,
                                     "ksql.query.persistent.active.limit");
    if (x->queries->live < max) return st_ok();
    return st_error(x->stmt, ST_USER,
                    "%d persistent queries are running, and "
                    "ksql.query.persistent.active.limit allows no more: "
                    "TERMINATE one first",
                    x->queries->live);
}

/* In a sandbox: the query will be there. */
static void note_query(Exec *x, Str id, const Plan *plan, Str text)
{
    EngineQuery *ghost = ARENA_NEW(x->stmt, EngineQuery);
    ghost->id = id;
    ghost->plan = plan;
    ghost->text = text;
    map_put(x->stmt, x->queries, id, ghost);
    catalog_link(x->catalog, plan, id);
}

/* Adds and starts the query of a plan whose arena is `plan_arena`. */
static Status begin_query(Exec *x, const AstStatement *statement, Str id,
                          Arena *plan_arena, const Plan *plan)
{
    Str text = str_printf(x->stmt, "%.*s;", STR_ARG(statement->source));
    if (x->dry) {
        note_query(x, id, plan, text);
        return st_ok();
    }
    EngineQuery *query = query_add(x, id, plan_arena, plan, text);
    if (x->replay) return st_ok();
    Status st = query_launch(x->engine, x->stmt, query);
    return st.kind == ST_RETRY ? st_ok() : st; /* It waits for the broker. */
}

/* ---- CREATE STREAM, CREATE TABLE ---- */

/* CREATE SOURCE TABLE: the query that keeps its rows for pull queries. */
static Status begin_source_table(Exec *x, const AstStatement *statement,
                                 Str query_id)
{
    PlanEnv env = exec_plan_env(x);
    Plan *plan = NULL;
    Arena *own = x->dry ? x->stmt : arena_new("plan", 0);
    Status st = plan_source_table(own, &env, x->catalog, statement, &plan);
    if (!st.kind) st = begin_query(x, statement, query_id, own, plan);
    if (st.kind && !x->dry && !map_get(x->queries, query_id)) {
        st.text = str_cstr(x->stmt, str_from(st.text));
        arena_free(own);
    }
    return st;
}

static Status add_source(Exec *x, const AstStatement *statement, Source *source,
                         Source *old, const TopicPlan *topic)
{
    Str id = create_id(x, source);
    Str query_id = STR_NULL;
    Status st = st_ok();
    source->sql = str_printf(x->stmt, "%.*s;", STR_ARG(statement->source));
    if (source->is_source && source->is_table) {
        st = check_query_count(x);
        if (st.kind) return st;
        query_id = new_query_id(x, "CST_", source->name);
        source->query_id = query_id;
    }
    st = make_topic(x, topic);
    if (!st.kind) st = log_command(x, statement, id, query_id);
    if (!st.kind) st = put_source(x, source, old);
    if (!st.kind && query_id.len)
        st = begin_source_table(x, statement, query_id);
    if (st.kind) return st;
    const char *what = source->is_table ? "Table" : "Stream";
    Str said = query_id.len ? str_printf(x->stmt, "Created query with ID %.*s",
                                         STR_ARG(query_id))
                            : str_printf(x->stmt, "%s %s", what,
                                         old ? "replaced" : "created");
    exec_status(x, statement, id, said.ptr, query_id, STR_NULL);
    count_command(x);
    return st_ok();
}

Status exec_create_source(Exec *x, const AstStatement *statement)
{
    bool table = statement->kind == STMT_CREATE_TABLE;
    PlanEnv env = exec_plan_env(x);
    Source *source = NULL;
    TopicPlan topic = {0};

    if (exists_already(x, statement, table)) return st_ok();
    Status st = plan_create_source(x->stmt, &env, x->catalog, statement,
                                   &source, &topic);
    if (st.kind) return st;
    Source *old = statement->or_replace ? catalog_find(x->catalog, source->name)
                                        : NULL;
    if (old) {
        st = plan_check_replace(x->stmt, old, NULL, source, NULL);
        if (st.kind) st.at = statement->name.at + 1;
        if (st.kind) return st;
    }
    return add_source(x, statement, source, old, &topic);
}

/* ---- CREATE ... AS ---- */

/* CREATE OR REPLACE: ends the old query but keeps its id and state. */
static Status end_replaced(Exec *x, const AstStatement *statement,
                           const Source *old, Str *id)
{
    if (!old->query_id.len) return st_ok();
    *id = str_copy(x->stmt, old->query_id);
    EngineQuery *query = map_get(x->queries, *id);
    if (!query) return st_ok();
    Status st = query_require_settled(x, query, statement->name.at);
    if (st.kind) return st;
    catalog_unlink(x->catalog, *id);
    map_remove(x->queries, *id);
    if (!x->dry) {
        if (query->query) query_stop(query->query);
        query_retry_free(query);
        query_let_go(query);
    }
    return st_ok();
}

static const Plan *old_plan(Exec *x, const Source *old)
{
    EngineQuery *query = old && old->query_id.len
                             ? map_get(x->queries, old->query_id)
                             : NULL;
    return query ? query->plan : NULL;
}

/* All of CREATE ... AS after planning. */
static Status create_sink(Exec *x, const AstStatement *statement, Arena *own,
                          Plan *plan, Source *source, const TopicPlan *topic,
                          Str warning)
{
    bool table = source->is_table;
    Str query_id = STR_NULL;
    Source *old = statement->or_replace ? catalog_find(x->catalog, source->name)
                                        : NULL;
    Status st = exec_check_writable(x, statement->name.at, source);

    if (st.kind) return st;
    if (old) {
        st = plan_check_replace(x->stmt, old, old_plan(x, old), source, plan);
        if (st.kind) st.at = statement->name.at + 1;
        if (!st.kind) st = end_replaced(x, statement, old, &query_id);
    } else {
        st = check_query_count(x);
    }
    if (st.kind) return st;
    if (!query_id.len)
        query_id = new_query_id(x, table ? "CTAS_" : "CSAS_", source->name);
    source->sql = str_printf(x->stmt, "%.*s;", STR_ARG(statement->source));
    source->query_id = query_id;
    source->is_cas = true;
    source->made_from = (NameList){0};
    for (int i = 0; i < plan->source_count; i++)
        *vec_push(x->stmt, &source->made_from) = plan->sources[i];
    st = make_topic(x, topic);
    if (st.kind) return st;
    Str id = create_id(x, source);
    st = log_command(x, statement, id, query_id);
    if (!st.kind) st = put_source(x, source, old);
    if (!st.kind) st = begin_query(x, statement, query_id, own, plan);
    if (st.kind) return st;
    exec_status(
        x, statement, id,
        str_printf(x->stmt, "Created query with ID %.*s", STR_ARG(query_id))
            .ptr,
        query_id, warning);
    count_command(x);
    return st_ok();
}

Status exec_create_as(Exec *x, const AstStatement *statement)
{
    PlanEnv env = exec_plan_env(x);
    Plan *plan = NULL;
    Source *source = NULL;
    TopicPlan topic = {0};
    Str warning = STR_NULL;

    if (exists_already(x, statement, statement->kind == STMT_CREATE_TABLE_AS))
        return st_ok();
    Arena *own = x->dry ? x->stmt : arena_new("plan", 0);
    Status st = plan_query(own, &env, x->catalog, statement, &plan, &source,
                           &topic, &warning);
    if (!st.kind)
        st = create_sink(x, statement, own, plan, source, &topic, warning);
    if (st.kind && !x->dry &&
        !map_get(x->queries, source ? source->query_id : STR(""))) {
        st.text = str_copy(x->stmt, str_from(st.text)).ptr;
        arena_free(own);
    }
    return st;
}

Status exec_insert_select(Exec *x, const AstStatement *statement)
{
    PlanEnv env = exec_plan_env(x);
    Plan *plan = NULL;
    Source *source = NULL;
    TopicPlan topic = {0};
    Str warning = STR_NULL, id = STR_NULL;
    Arena *own = x->dry ? x->stmt : arena_new("plan", 0);

    Status st = plan_query(own, &env, x->catalog, statement, &plan, &source,
                           &topic, &warning);
    if (!st.kind) st = check_query_count(x);
    if (!st.kind)
        st = exec_check_writable(
            x, statement->name.at,
            catalog_find(x->catalog, statement->name.text));
    uint32_t id_at = statement->at;
    for (int i = 0; i < statement->with.count && !st.kind; i++) {
        const AstProperty *property = &statement->with.at[i];
        if (!str_eq_nocase(property->name.text, STR("QUERY_ID"))) continue;
        id = str_ascii_upper(x->stmt, property->value->literal.str);
        id_at = property->value->at;
    }
    if (!st.kind && id.len && map_get(x->queries, id))
        st = st_error_at(x->stmt, id_at,
                         "query id '%.*s' is taken by a running query",
                         STR_ARG(id));
    if (!st.kind && !id.len) id = new_query_id(x, "INSERTQUERY_", STR_NULL);
    Str command = str_printf(x->stmt, "stream/`%.*s`/create",
                             STR_ARG(statement->name.text));
    if (!st.kind) st = log_command(x, statement, command, id);
    if (!st.kind) st = begin_query(x, statement, id, own, plan);
    if (st.kind) {
        st.text = str_copy(x->stmt, str_from(st.text)).ptr;
        if (!x->dry && !(id.len && map_get(x->queries, id))) arena_free(own);
        return st;
    }
    exec_status(
        x, statement, command,
        str_printf(x->stmt, "Created query with ID %.*s", STR_ARG(id)).ptr, id,
        warning);
    count_command(x);
    return st_ok();
}

/* ---- ALTER and types ---- */

Status exec_alter_source(Exec *x, const AstStatement *statement)
{
    Source *source = NULL;
    Status st = plan_alter(x->stmt, x->catalog, statement, &source);
    if (st.kind) return st;
    Source *old = catalog_find(x->catalog, source->name);
    Str id = str_printf(x->stmt, "%s/%.*s/alter",
                        old->is_table ? "table" : "stream",
                        STR_ARG(source->name));
    st = log_command(x, statement, id, STR_NULL);
    if (!st.kind) st = put_source(x, source, old);
    if (st.kind) return st;
    exec_status(x, statement, id,
                source->is_table ? "Table altered" : "Stream altered", STR_NULL,
                STR_NULL);
    count_command(x);
    return st_ok();
}

Status exec_create_type(Exec *x, const AstStatement *statement)
{
    const Type *type;
    Str name = statement->name.text;
    Str id = str_printf(x->stmt, "type/%.*s/create", STR_ARG(name));
    bool exists = map_get(&x->catalog->types, name) != NULL;

    if (exists && !statement->if_not_exists)
        return st_error_at(x->stmt, statement->name.at,
                           "type '%.*s' exists already: use IF NOT EXISTS, or "
                           "DROP TYPE first",
                           STR_ARG(name));
    Status st = plan_type(x->stmt, x->catalog, statement->type, &type);
    if (!st.kind) st = log_command(x, statement, id, STR_NULL);
    if (st.kind) return st;
    if (!exists)
        map_put(x->catalog->arena, &x->catalog->types,
                str_copy(x->catalog->arena, name),
                (void *)(uintptr_t)type_copy(x->catalog->arena, type));
    exec_status(x, statement, id,
                exists ? "Type is already registered"
                       : "Registered custom type",
                STR_NULL, STR_NULL);
    count_command(x);
    return st_ok();
}

static Status no_type(Exec *x, const AstName *name)
{
    Near near = near_to(name->text);
    for (int i = 0; i < x->catalog->types.count; i++)
        if (x->catalog->types.entries[i].value)
            near_offer(&near, x->catalog->types.entries[i].key);
    return st_error_at(
        x->stmt, name->at, "type '%.*s' does not exist%s", STR_ARG(name->text),
        near_name_hint(&near, x->stmt, ": SHOW TYPES lists them"));
}

Status exec_drop_type(Exec *x, const AstStatement *statement)
{
    Str name = statement->name.text;
    Str id = str_printf(x->stmt, "type/%.*s/drop", STR_ARG(name));
    bool exists = map_get(&x->catalog->types, name) != NULL;

    if (!exists && !statement->if_exists) return no_type(x, &statement->name);
    Status st = log_command(x, statement, id, STR_NULL);
    if (st.kind) return st;
    map_remove(&x->catalog->types, name);
    exec_status(x, statement, id,
                exists ? "Dropped type" : "Type does not exist", STR_NULL,
                STR_NULL);
    count_command(x);
    return st_ok();
}
