/* SPDX-License-Identifier: Apache-2.0
 *
 * The command log: a topic of the statements that changed the catalog, in the
 * reference's form (server 2.1), from which an interactive engine comes back
 * after a restart.
 *
 * Sequence numbers are even and query ids odd, as in the reference, where the
 * commit markers of its transactions take the offsets between. Replay runs each
 * statement through its handler with Exec.replay: no topics are made, nothing
 * is started; a query that a later statement ends is thus never started.
 *
 * What cannot be undone (the end of a query, its topics, state and offsets)
 * comes after the record is written, so a command that is not in the log has
 * not happened; and the last one in the log is finished when it is read again.
 */
#include "engine/engine_int.h"

#include "base/fault.h"
#include "base/log.h"
#include "parser/parser.h"

static const char *topic_name(mr_Engine *engine, Arena *arena)
{
    Str service = engine_setting(engine, NULL, STR("ksql.service.id"));
    return str_printf(arena, "_confluent-ksql-%.*s_command_topic",
                      STR_ARG(service))
        .ptr;
}

static Status ensure_topic(mr_Engine *engine, Arena *arena, Str topic)
{
    TopicInfo info;
    TopicConfig configs[] = {
        {STR("cleanup.policy"), STR("delete")},
        {STR("retention.ms"), STR("-1")},
        {STR("min.insync.replicas"),
         engine_setting(engine, NULL,
                        STR("ksql.internal.topic.min.insync.replicas"))}};
    Status st = broker_describe_topic(engine->broker, arena, topic, &info);
    if (st.kind != ST_USER) return st;
    int replicas = (int)engine_setting_int(engine, NULL,
                                           "ksql.internal.topic.replicas");
    return engine_create_topic(engine, arena, topic, 1, replicas, configs, 3);
}

STATUS command_log_append(mr_Engine *engine, Arena *stmt, Str command_id,
                          Str text, Str query_id, const Map *overrides)
{
    Producer *producer;
    Buf key = {0}, value = {0};
    Json *command = json_new_object(stmt);

    if (engine->mode != MR_INTERACTIVE) return st_ok();
    json_write_string(&key, command_id);
    json_set(command, "statement",
             json_new_string(stmt, str_printf(stmt, "%.*s;", STR_ARG(text))));
    Json *properties = json_set(command, "streamsProperties",
                                json_new_object(stmt));
    for (int i = 0; i < overrides->count; i++)
        if (overrides->entries[i].value)
            json_set(
                properties, str_cstr(stmt, overrides->entries[i].key),
                json_new_string(stmt, *(Str *)overrides->entries[i].value));
    json_set(command, "originalProperties", json_new_object(stmt));
    if (query_id.len) {
        Json *plan = json_set(command, "plan", json_new_object(stmt));
        json_set(plan, "queryId", json_new_string(stmt, query_id));
    } else {
        json_set(command, "plan", json_new_null(stmt));
    }
    json_set(command, "version", json_new_int(stmt, 18));
    json_write(&value, command);
    Status st = engine_producer(engine, stmt, &producer);
    if (!st.kind) {
        Record record = {
            .key = buf_str(&key), .value = buf_str(&value), .timestamp_ms = -1};
        const char *topic = topic_name(engine, engine->arena);
        fault_point("command.write");
        st = producer_send(producer, stmt, topic, 0, &record, 1);
        if (!st.kind) st = producer_flush(producer, stmt, 30000);
        fault_point("command.written");
    }
    buf_free(&key);
    buf_free(&value);
    return st;
}

static void replay_properties(Exec *x, const Json *properties)
{
    for (const Json *one = properties ? properties->first : NULL; one;
         one = one->next) {
        Str *value = ARENA_NEW(x->stmt, Str);
        *value = one->text;
        map_put(x->stmt, x->overrides, setting_canonical(one->name), value);
    }
}

/* One record of the log. The last one's engine may have died before it had done
 * what it says; all others were done when the next one was written. */
static Status replay_one(mr_Engine *engine, Arena *stmt, Str text, bool last)
{
    const char *error = NULL;
    Json *command = json_parse(stmt, text, &error);
    const Json *statement_text = json_get(command, "statement");
    AstStatement **statements;
    int count;
    Map overrides = {0}, variables = {0};

    if (!statement_text)
        return st_error(stmt, ST_DATA, "the record is no command: %s",
                        error ? error : "it has no statement");
    Status st = parse_statements(stmt, statement_text->text, NULL, &statements,
                                 &count);
    if (st.kind) return st;
    const Json *id = json_get(json_get(command, "plan"), "queryId");
    Exec x = {.engine = engine,
              .stmt = stmt,
              .catalog = engine->catalog,
              .queries = &engine->queries,
              .overrides = &overrides,
              .variables = &variables,
              .names = stmt,
              .next_sequence = engine->next_sequence,
              .replay = true,
              .last = last,
              .replay_id = id ? id->text : STR_NULL,
              .text = statement_text->text};
    replay_properties(&x, json_get(command, "streamsProperties"));
    for (int i = 0; i < count && !st.kind; i++)
        st = exec_statement(&x, statements[i]);
    return st;
}

static Status read_log(mr_Engine *engine, Arena *stmt, Consumer *consumer,
                       int64_t high)
{
    int64_t next = 0;
    while (next < high) {
        RecordSet *sets;
        int count;
        Status st = consumer_poll(consumer, stmt, 1000, 1000, &sets, &count);
        if (st.kind && st.kind != ST_RETRY) return st;
        if (st.kind) return st;
        for (int s = 0; s < count; s++) {
            for (int i = 0; i < sets[s].count; i++) {
                Record *record = &sets[s].records[i];
                Arena *one = arena_new("command", 0);
                Status bad = replay_one(engine, one, record->value,
                                        record->offset + 1 == high);
                if (bad.kind)
                    log_error("command left out", "offset=%lld reason=\"%s\"",
                              (long long)record->offset, bad.text);
                engine->next_sequence += 2;
                next = record->offset + 1;
                arena_free(one);
            }
            consumer_release(consumer, &sets[s]);
        }
    }
    return st_ok();
}

STATUS command_log_replay(mr_Engine *engine, Arena *stmt)
{
    const char *topic = topic_name(engine, engine->arena);
    Str name = str_from(topic);
    int64_t low, high;
    Consumer *consumer;
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &topic,
                               .topic_count = 1,
                               .properties = &engine->settings};
    TopicPartition from = {0, 0, OFFSET_BEGINNING, STR_NULL};

    Status st = ensure_topic(engine, stmt, name);
    if (st.kind) return st;
    st = broker_watermarks(engine->broker, stmt, name, 0, &low, &high);
    if (st.kind) return st;
    if (high > low) {
        st = consumer_open(engine->broker, stmt, &options, &consumer);
        if (st.kind) return st;
        st = consumer_assign(consumer, stmt, &from, 1);
        if (!st.kind) st = read_log(engine, stmt, consumer, high);
        consumer_close(consumer);
    }
    hubs_hold(engine->hubs);
    for (int i = 0; i < engine->queries.count && !st.kind; i++) {
        EngineQuery *query = engine->queries.entries[i].value;
        if (!query) continue;
        Status bad = query_launch(engine, stmt, query);
        if (bad.kind && bad.kind != ST_RETRY)
            log_error("query not started", "id=%.*s reason=\"%s\"",
                      STR_ARG(query->id), bad.text);
    }
    hubs_release(engine->hubs);
    return st;
}
