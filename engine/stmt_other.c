/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements that ask the world, or that belong elsewhere: ASSERT TOPIC and
 * SCHEMA, connectors, RUN SCRIPT, the test tool's ASSERTs.
 */
#include "engine/engine_int.h"

#include "base/number.h"

static Status assert_failed(Exec *x, const AstStatement *statement,
                            const char *text)
{
    return st_error_at(x->stmt, statement->text_at, "assertion failed: %s",
                       text);
}

/* Compares the properties of WITH to the topic's. NULL: all is as said. */
static const char *check_topic(Exec *x, const AstStatement *statement,
                               bool *exists)
{
    TopicInfo info;
    Status st = broker_describe_topic(x->engine->broker, x->stmt,
                                      statement->text, &info);

    *exists = !st.kind;
    if (st.kind == ST_USER) {
        if (statement->not_exists) return NULL;
        return str_printf(x->stmt, "topic '%.*s' does not exist",
                          STR_ARG(statement->text))
            .ptr;
    }
    if (st.kind) return st.text;
    if (statement->not_exists)
        return str_printf(x->stmt, "topic '%.*s' exists",
                          STR_ARG(statement->text))
            .ptr;
    for (int i = 0; i < statement->with.count; i++) {
        const AstProperty *property = &statement->with.at[i];
        Str name = property->name.text;
        int64_t want = property->value->is_bigint
                           ? property->value->literal.i64
                           : property->value->literal.i32;
        bool partitions = str_eq_nocase(name, STR("PARTITIONS"));
        int have = partitions ? info.partition_count : info.replica_count;
        if (!partitions && !str_eq_nocase(name, STR("REPLICAS")))
            return str_printf(x->stmt, "a topic has no property '%.*s'",
                              STR_ARG(name))
                .ptr;
        if (property->value->kind != AST_INTEGER || want != have)
            return str_printf(x->stmt, "topic '%.*s' has %s %d, not %.*s",
                              STR_ARG(statement->text),
                              partitions ? "partitions" : "replicas", have,
                              STR_ARG(property->value->literal_text))
                .ptr;
    }
    return NULL;
}

Status exec_assert_topic(Exec *x, const AstStatement *statement)
{
    int64_t timeout_ms = engine_setting_int(
        x->engine, x->overrides, "ksql.assert.topic.default.timeout.ms");
    bool exists;

    if (x->dry) return st_ok();
    if (statement->kind == STMT_ASSERT_SCHEMA)
        return st_error_at(x->stmt, statement->at,
                           "ASSERT SCHEMA needs a Schema Registry, and none "
                           "is configured");
    if (statement->timeout.present)
        ast_duration_ms(&statement->timeout, &timeout_ms);
    int64_t until = clock_now_ms(NULL) + timeout_ms;
    const char *wrong;
    while ((wrong = check_topic(x, statement, &exists)) &&
           clock_now_ms(NULL) < until)
        clock_sleep_ms(100);
    if (wrong) return assert_failed(x, statement, wrong);
    Json *entity = entity_new(
        x->stmt, "assert_topic",
        str_printf(x->stmt, "%.*s;", STR_ARG(statement->source)));
    json_set(entity, "topicName", json_new_string(x->stmt, statement->text));
    json_set(entity, "exists", json_new_bool(x->stmt, exists));
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}

Status exec_connector(Exec *x, const AstStatement *statement)
{
    return st_error_at(x->stmt, statement->at,
                       "%s needs a Kafka Connect cluster, and none is "
                       "configured (ksql.connect.url)",
                       ast_statement_name(statement->kind));
}

Status exec_run_script(Exec *x, const AstStatement *statement)
{
    return st_error_at(x->stmt, statement->at,
                       "RUN SCRIPT is a command of the shell and is not known "
                       "here");
}

Status exec_only_tests(Exec *x, const AstStatement *statement)
{
    return st_error_at(x->stmt, statement->at,
                       "%s belongs to the test tool and is not known here",
                       ast_statement_name(statement->kind));
}
