/* SPDX-License-Identifier: Apache-2.0
 *
 * DESCRIBE of a stream or table, and EXPLAIN of a query or statement.
 */
#include "engine/engine_int.h"

static Json *text(Exec *x, Str s)
{
    return json_new_string(x->stmt, s);
}

static Str window_word(WindowKind kind)
{
    switch (kind) {
    case WINDOW_NONE: return STR("");
    case WINDOW_TUMBLING: return STR("TUMBLING");
    case WINDOW_HOPPING: return STR("HOPPING");
    case WINDOW_SESSION: return STR("SESSION");
    }
    return STR("");
}

static Json *window_type(Exec *x, WindowKind window)
{
    return window == WINDOW_NONE ? json_new_null(x->stmt)
                                 : text(x, window_word(window));
}

Json *describe_query_brief(Exec *x, const EngineQuery *query)
{
    QueryInfo info;
    const char *state = query_state_name(query, x->stmt, &info);
    const Source *sink = query->plan->sink.len
                             ? catalog_find(x->catalog, query->plan->sink)
                             : NULL;
    Json *one = json_new_object(x->stmt);

    json_set(one, "queryString", text(x, query->text));
    Json *sinks = json_set(one, "sinks", json_new_array(x->stmt));
    if (query->plan->sink.len) json_push(sinks, text(x, query->plan->sink));
    Json *topics = json_set(one, "sinkKafkaTopics", json_new_array(x->stmt));
    if (sink) json_push(topics, text(x, sink->topic));
    json_set(one, "id", text(x, query->id));
    Json *counts = json_set(one, "statusCount", json_new_object(x->stmt));
    json_set(counts, state, json_new_int(x->stmt, 1));
    json_set(one, "queryType", text(x, STR("PERSISTENT")));
    json_set(one, "state", text(x, str_from(state)));
    if (info.error.len) json_set(one, "error", text(x, info.error));
    if (info.state == QUERY_RESTORING && info.to_restore > 0) {
        Json *restore = json_set(one, "restore", json_new_object(x->stmt));
        json_set(restore, "done", json_new_int(x->stmt, info.restored));
        json_set(restore, "total", json_new_int(x->stmt, info.to_restore));
    }
    return one;
}

/* The queries whose ids are in a list. */
static void set_queries(Exec *x, Json *object, const char *name,
                        const Source *source, bool writers)
{
    Json *list = json_set(object, name, json_new_array(x->stmt));
    int count = writers ? source->writers.count : source->readers.count;
    for (int i = 0; i < count; i++) {
        Str id = writers ? source->writers.at[i] : source->readers.at[i];
        EngineQuery *query = map_get(x->queries, id);
        if (query) json_push(list, describe_query_brief(x, query));
    }
}

/* The counts of the source's own query, as text. */
static Str statistics(Exec *x, const Source *source)
{
    EngineQuery *query = map_get(x->queries, source->query_id);
    QueryInfo info;
    if (!query || !query->query) return STR("");
    query_info(query->query, x->stmt, &info);
    double seconds = (double)info.wall_ns / 1e9;
    return str_printf(x->stmt,
                      "messages-per-sec: %9.2f   total-messages: %9lld   "
                      "errors: %9lld   late: %9lld",
                      seconds > 0 ? (double)info.records_out / seconds : 0,
                      (long long)info.records_out, (long long)info.errors,
                      (long long)info.late);
}

Json *describe_source(Exec *x, const Source *source, bool extended)
{
    Json *one = json_new_object(x->stmt);

    json_set(one, "name", text(x, source->name));
    json_set(one, "windowType", window_type(x, source->window));
    set_queries(x, one, "readQueries", source, false);
    set_queries(x, one, "writeQueries", source, true);
    json_set(one, "fields", entity_fields(x->stmt, source->schema));
    json_set(one, "type",
             text(x, source->is_table ? STR("TABLE") : STR("STREAM")));
    json_set(one, "timestamp", text(x, source->timestamp_column));
    json_set(one, "statistics",
             text(x, extended ? statistics(x, source) : STR("")));
    json_set(one, "errorStats", text(x, STR("")));
    json_set(one, "extended", json_new_bool(x->stmt, extended));
    json_set(one, "keyFormat", text(x, str_from(source->key_format->name)));
    json_set(one, "valueFormat", text(x, str_from(source->value_format->name)));
    json_set(one, "topic", text(x, source->topic));
    json_set(one, "statement", text(x, source->sql));
    describe_topic(x, one, source, extended);
    Json *made = json_set(one, "sourceConstraints", json_new_array(x->stmt));
    NameList names = catalog_made_of(x->catalog, x->stmt, source->name);
    for (int i = 0; i < names.count; i++)
        json_push(made, text(x, names.at[i]));
    json_set(one, "clusterStatistics", json_new_array(x->stmt));
    json_set(one, "clusterErrorStats", json_new_array(x->stmt));
    return one;
}

Status exec_describe(Exec *x, const AstStatement *statement)
{
    Source *source;
    Status st = catalog_require(x->catalog, x->stmt, statement->name.text,
                                statement->name.at, &source);
    if (st.kind) return st;
    Json *entity = entity_new(
        x->stmt, "sourceDescription",
        str_printf(x->stmt, "%.*s;", STR_ARG(statement->source)));
    json_set(entity, "sourceDescription",
             describe_source(x, source, statement->extended));
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

/* ---- EXPLAIN ---- */

/* The overrides that a query was made with are among its properties; shown are
 * those that differ from the server's. */
static Json *overrides_of(Exec *x, const EngineQuery *query)
{
    Json *shown = json_new_object(x->stmt);
    for (int i = 0; query && i < query->properties->count; i++) {
        Str name = query->properties->entries[i].key;
        const Str *value = query->properties->entries[i].value;
        const Str *server = map_get(&x->engine->settings, name);
        if (!value || (server && str_eq(*server, *value))) continue;
        json_set(shown, str_cstr(x->stmt, name), text(x, *value));
    }
    return shown;
}

/* `query` is NULL for a statement that is only explained. */
static Json *describe_query(Exec *x, const EngineQuery *query, const Plan *plan,
                            Str sql, Str printed)
{
    Str id = query ? query->id : STR("");
    const char *state = query ? query_state_name(query, x->stmt, NULL) : NULL;
    Json *one = json_new_object(x->stmt);
    json_set(one, "id", text(x, id));
    json_set(one, "statementText", text(x, sql));
    json_set(one, "windowType", window_type(x, plan->root->window));
    json_set(one, "fields", entity_fields(x->stmt, plan->schema));
    Json *sources = json_set(one, "sources", json_new_array(x->stmt));
    for (int i = 0; i < plan->source_count; i++)
        json_push(sources, text(x, plan->sources[i]));
    Json *sinks = json_set(one, "sinks", json_new_array(x->stmt));
    if (plan->sink.len) json_push(sinks, text(x, plan->sink));
    json_set(one, "topology", text(x, printed));
    Buf json = {0};
    plan_write_json(&json, plan);
    json_set(one, "executionPlan", text(x, str_copy(x->stmt, buf_str(&json))));
    buf_free(&json);
    json_set(one, "overriddenProperties", overrides_of(x, query));
    json_set(one, "ksqlHostQueryStatus", describe_hosts(x, state));
    json_set(one, "queryType",
             text(x, plan->kind == PLAN_PERSISTENT ? STR("PERSISTENT")
                     : plan->kind == PLAN_PUSH     ? STR("PUSH")
                                                   : STR("PULL")));
    Json *errors = json_set(one, "queryErrors", json_new_array(x->stmt));
    if (query) query_retry_errors(query, x->stmt, errors);
    json_set(one, "tasksMetadata", describe_tasks(x, query));
    json_set(one, "state",
             state ? text(x, str_from(state)) : json_new_null(x->stmt));
    json_set(one, "consumerGroupId",
             query ? text(x, query->application_id) : json_new_null(x->stmt));
    return one;
}

/* A running query with its counts. */
static Json *describe_running(Exec *x, const EngineQuery *query)
{
    Buf out = {0};
    if (query->query)
        query_print(query->query, &out);
    else
        plan_print(&out, query->plan);
    Json *one = describe_query(x, query, query->plan, query->text,
                               str_copy(x->stmt, buf_str(&out)));
    buf_free(&out);
    return one;
}

Status exec_describe_queries(Exec *x, const AstStatement *statement)
{
    Json *entity = entity_new(
        x->stmt, "query_descriptions",
        str_printf(x->stmt, "%.*s;", STR_ARG(statement->source)));
    Json *list = json_set(entity, "queryDescriptions", json_new_array(x->stmt));
    for (int i = 0; i < x->queries->count; i++) {
        const EngineQuery *query = x->queries->entries[i].value;
        if (query) json_push(list, describe_running(x, query));
    }
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

static void explain(Exec *x, const AstStatement *statement, Json *description)
{
    Json *entity = entity_new(
        x->stmt, "queryDescription",
        str_printf(x->stmt, "%.*s;", STR_ARG(statement->source)));
    json_set(entity, "queryDescription", description);
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
}

static Status explain_query(Exec *x, const AstStatement *statement)
{
    EngineQuery *query;
    Status st = query_require(x, statement->name.text, statement->name.at,
                              &query);
    if (st.kind || x->dry) return st;
    explain(x, statement, describe_running(x, query));
    return st_ok();
}

Status exec_explain(Exec *x, const AstStatement *statement)
{
    const AstStatement *inner = statement->statement;
    PlanEnv env = exec_plan_env(x);
    Plan *plan = NULL;
    Source *source = NULL;
    TopicPlan topic;
    Str warning;
    Buf out = {0};

    if (!inner) return explain_query(x, statement);
    switch (inner->kind) {
    case STMT_SELECT:
    case STMT_CREATE_STREAM_AS:
    case STMT_CREATE_TABLE_AS:
    case STMT_INSERT_SELECT: break;
    default:
        return st_error_at(x->stmt, inner->at,
                           "EXPLAIN is for queries: a SELECT, CREATE ... AS "
                           "SELECT, INSERT INTO ... SELECT or a query id, not "
                           "%s",
                           ast_statement_name(inner->kind));
    }
    Status st = plan_query(x->stmt, &env, x->catalog, inner, &plan, &source,
                           &topic, &warning);
    if (st.kind) return st;
    if (!plan)
        return st_error_at(x->stmt, inner->name.at,
                           "'%.*s' exists already, so this would do nothing: "
                           "EXPLAIN the id of its query",
                           STR_ARG(inner->name.text));
    if (x->dry) return st;
    plan_print(&out, plan);
    Str sql = str_printf(x->stmt, "%.*s;", STR_ARG(inner->source));
    Str printed = str_copy(x->stmt, buf_str(&out));
    buf_free(&out);
    explain(x, statement, describe_query(x, NULL, plan, sql, printed));
    return st_ok();
}
