/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine by its public door: a bad text leaves nothing done, the command
 * log brings everything back, sessions keep their own settings, and two engines
 * live in one process.
 */
#include "engine/engine.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/number.h"
#include "kafka/broker.h"
#include "tests/unit/check.h"

/* What a sink was told. */
typedef struct Seen {
    Arena *arena;
    Buf types;   /* "@type" of each entity, by blanks. */
    Buf rows;    /* Rows as JSON arrays, one a line. */
    Str message; /* Of the last currentStatus or message. */
    Json *last;
} Seen;

static void on_entity(void *context, const Json *entity)
{
    Seen *seen = context;
    Buf text = {0};
    const char *error;
    buf_append_str(&seen->types, json_get(entity, "@type")->text);
    buf_push(&seen->types, ' ');
    json_write(&text, entity);
    seen->last = json_parse(seen->arena, buf_str(&text), &error);
    const Json *message = json_get(json_get(seen->last, "commandStatus"),
                                   "message");
    if (!message) message = json_get(seen->last, "message");
    if (message) seen->message = message->text;
    buf_free(&text);
}

static bool on_row(void *context, const Schema *schema, const Value *values,
                   bool tombstone)
{
    Seen *seen = context;
    (void)tombstone;
    for (int i = 0; i < schema->count; i++) {
        if (i) buf_push(&seen->rows, ',');
        value_print_json(&seen->rows, schema->columns[i].type, &values[i]);
    }
    buf_push(&seen->rows, '\n');
    return true;
}

static mr_Sink sink_of(Seen *seen)
{
    return (mr_Sink){.context = seen, .entity = on_entity, .row = on_row};
}

static Str setting_earliest = STR_INIT("earliest");
static Str setting_zero = STR_INIT("0");

static mr_Engine *open_on(Arena *arena, Broker *broker, mr_Mode mode)
{
    static Map settings;
    mr_Engine *engine = NULL;
    settings = (Map){0};
    map_put(arena, &settings, STR("auto.offset.reset"), &setting_earliest);
    map_put(arena, &settings, STR("cache.max.bytes.buffering"), &setting_zero);
    mr_Options options = {.mode = mode,
                          .settings = &settings,
                          .broker = broker,
                          .memory_state = true};
    Status st = mr_open(arena, &options, &engine);
    CHECK(!st.kind);
    return engine;
}

static const char create[] =
    "CREATE STREAM s (id STRING KEY, n INT) WITH (KAFKA_TOPIC='s', "
    "VALUE_FORMAT='JSON', PARTITIONS=1);";

/* An engine with a session, and what it answers. */
typedef struct Fixture {
    Arena *arena;
    Broker *broker;
    mr_Engine *engine;
    mr_Session *session;
    Seen seen;
    mr_Sink sink;
} Fixture;

static void connect(Fixture *f, mr_Engine *engine)
{
    f->engine = engine;
    f->session = mr_session_open(engine);
}

static void disconnect(Fixture *f)
{
    mr_session_close(f->session);
    mr_close(f->engine);
}

/* `f` must stay where it is. Connect it then. */
static void setup(Fixture *f)
{
    *f = (Fixture){.arena = arena_new("test", 0),
                   .broker = broker_memory_open(NULL)};
    f->seen.arena = f->arena;
    f->sink = sink_of(&f->seen);
}

static void teardown(Fixture *f)
{
    disconnect(f);
    broker_close(f->broker);
    buf_free(&f->seen.types);
    buf_free(&f->seen.rows);
    arena_free(f->arena);
}

static Status run(Fixture *f, Str text)
{
    return mr_execute(f->session, f->arena, text, &f->sink);
}

static void bad_text_leaves_nothing_done(void)
{
    Fixture f;
    setup(&f);
    connect(&f, open_on(f.arena, f.broker, MR_INTERACTIVE));
    TopicInfo *topics;
    int count;

    Str text = str_printf(f.arena, "%s CREATE STREAM t AS SELECT m FROM s;",
                          create);
    Status st = run(&f, text);
    CHECK(st.kind == ST_USER);
    CHECK(strstr(st.text, "'M'") != NULL);
    CHECK(st.at == str_find(text, STR("m FROM"), 0) + 1);
    st = run(&f, STR("SHOW STREAMS;"));
    CHECK(!st.kind && json_get(f.seen.last, "streams")->count == 0);
    st = broker_list_topics(f.broker, f.arena, &topics, &count);
    CHECK(!st.kind && count == 1); /* The command log. */

    teardown(&f);
}

static void command_log_brings_all_back(void)
{
    Fixture f;
    setup(&f);
    connect(&f, open_on(f.arena, f.broker, MR_INTERACTIVE));

    Status st = run(&f, str_from(create));
    CHECK(!st.kind);
    st = run(&f, STR("DEFINE v = 's';"
                     "CREATE TYPE pair AS STRUCT<a INT, b INT>;"
                     "CREATE TABLE c AS SELECT id, COUNT(*) AS n FROM ${v} "
                     "GROUP BY id;"
                     "CREATE STREAM d AS SELECT * FROM s;"
                     "TERMINATE CSAS_D_5;"));
    CHECK(!st.kind);
    CHECK_STR(f.seen.message, "Query terminated.");
    disconnect(&f);

    connect(&f, open_on(f.arena, f.broker, MR_INTERACTIVE));
    st = run(&f, STR("SHOW QUERIES;"));
    const Json *queries = json_get(f.seen.last, "queries");
    CHECK(!st.kind && queries->count == 1);
    CHECK_STR(json_get(queries->first, "id")->text, "CTAS_C_3");
    CHECK_STR(json_get(queries->first, "state")->text, "RUNNING");
    st = run(&f, STR("SHOW STREAMS; SHOW TYPES;"));
    CHECK(json_get(json_get(f.seen.last, "types"), "PAIR") != NULL);
    st = run(&f, STR("DROP TABLE c; DROP STREAM d; DROP STREAM s;"));
    CHECK(!st.kind);
    disconnect(&f);

    connect(&f, open_on(f.arena, f.broker, MR_INTERACTIVE));
    st = run(&f, STR("SHOW STREAMS;"));
    CHECK(!st.kind && json_get(f.seen.last, "streams")->count == 0);
    teardown(&f);
}

static void select_streams_rows_until_its_limit(void)
{
    Fixture f;
    setup(&f);
    connect(&f, open_on(f.arena, f.broker, MR_INTERACTIVE));

    Str text = str_printf(f.arena,
                          "%s INSERT INTO s (id, n) VALUES ('a', 1);"
                          "INSERT INTO s (id, n) VALUES ('b', 2);"
                          "SELECT id, n * 10 AS m FROM s WHERE n > 1 "
                          "EMIT CHANGES LIMIT 1;",
                          create);
    Status st = run(&f, text);
    CHECK(!st.kind);
    CHECK_STR(buf_str(&f.seen.rows), "\"b\",20\n");
    teardown(&f);
}

static void sessions_and_engines_are_apart(void)
{
    Arena *arena = arena_new("test", 0);
    Broker *brokers[2] = {broker_memory_open(NULL), broker_memory_open(NULL)};
    mr_Engine *engines[2];
    mr_Session *sessions[2];
    Seen seen = {.arena = arena};
    mr_Sink sink = sink_of(&seen);

    for (int i = 0; i < 2; i++) {
        engines[i] = open_on(arena, brokers[i], MR_TEST);
        sessions[i] = mr_session_open(engines[i]);
    }
    Status st = mr_execute(sessions[0], arena, str_from(create), &sink);
    CHECK(!st.kind);
    st = mr_execute(sessions[1], arena, STR("DESCRIBE s;"), &sink);
    CHECK(st.kind == ST_USER);
    st = mr_execute(sessions[0], arena,
                    STR("SET 'auto.offset.reset'='latest'; DEFINE v = 'x';"),
                    &sink);
    CHECK(!st.kind);
    mr_Session *other = mr_session_open(engines[0]);
    st = mr_execute(other, arena, STR("SHOW VARIABLES;"), &sink);
    CHECK(!st.kind && json_get(seen.last, "variables")->count == 0);
    st = mr_execute(other, arena, STR("UNSET 'auto.offset.reset';"), &sink);
    CHECK(st.kind == ST_USER);
    st = mr_execute(sessions[0], arena, STR("SHOW VARIABLES;"), &sink);
    CHECK(!st.kind && json_get(seen.last, "variables")->count == 1);
    mr_session_close(other);
    for (int i = 0; i < 2; i++) {
        mr_session_close(sessions[i]);
        mr_close(engines[i]);
        broker_close(brokers[i]);
    }
    buf_free(&seen.types);
    arena_free(arena);
}

/* An engine with one or two settings of its own. */
static mr_Engine *open_set(Arena *arena, Broker *broker, const char *name,
                           Str *value, const char *other, Str *other_value)
{
    Map settings = {0};
    mr_Engine *engine = NULL;
    map_put(arena, &settings, str_from(name), value);
    if (other) map_put(arena, &settings, str_from(other), other_value);
    mr_Options options = {.settings = &settings,
                          .broker = broker,
                          .mode = MR_TEST,
                          .memory_state = true};
    CHECK(!mr_open(arena, &options, &engine).kind);
    return engine;
}

/* Only what is on the list may be overridden, under either of its names. */
static void an_allowlist_allows_no_more(void)
{
    Fixture f;
    setup(&f);
    Str mode = STR("allowlist"), list = STR("a.b, auto.offset.reset");
    connect(&f, open_set(f.arena, f.broker,
                         "ksql.properties.overrides.validation.mode", &mode,
                         "ksql.properties.overrides.allowlist", &list));
    Str name = STR("ksql.streams.auto.offset.reset");
    CHECK(!mr_session_set(f.session, f.arena, name, STR("earliest")).kind);
    name = STR("commit.interval.ms");
    Status st = mr_session_set(f.session, f.arena, name, STR("5"));
    CHECK(st.kind == ST_USER && strstr(st.text, "cannot override"));
    teardown(&f);
}

/* The effective value of a setting, as SHOW PROPERTIES has it. */
static Str effective(mr_Session *session, Arena *arena, const char *name)
{
    Seen seen = {.arena = arena};
    mr_Sink sink = sink_of(&seen);
    Str value = STR_NULL;
    CHECK(!mr_execute(session, arena, STR("SHOW PROPERTIES;"), &sink).kind);
    const Json *list = json_get(seen.last, "properties");
    for (const Json *one = list->first; one; one = one->next)
        if (str_eq(json_get(one, "name")->text, str_from(name)))
            value = json_get(one, "value")->text;
    buf_free(&seen.types);
    return value;
}

static void alter_system_is_for_all_and_lasts(void)
{
    static const char *const refused[] = {
        "ALTER SYSTEM 'bootstrap.servers'='x:1';",
        "ALTER SYSTEM 'ksql.lambdas.enabled'='false';",
        "ALTER SYSTEM 'commit.interval.ms'='soon';",
        "ALTER SYSTEM 'processing.guarantee'='at_least_once';"};
    Arena *arena = arena_new("test", 0);
    Broker *broker = broker_memory_open(NULL);
    Seen seen = {.arena = arena};
    mr_Sink sink = sink_of(&seen);
    Str yes = STR("true");
    Map settings = {0};
    map_put(arena, &settings, STR("ksql.runtime.feature.shared.enabled"), &yes);
    mr_Options options = {.settings = &settings,
                          .broker = broker,
                          .mode = MR_INTERACTIVE,
                          .memory_state = true};
    for (int round = 0; round < 2; round++) {
        mr_Engine *engine = NULL;
        CHECK(!mr_open(arena, &options, &engine).kind);
        mr_Session *session = mr_session_open(engine);
        mr_Session *other = mr_session_open(engine);
        if (!round) {
            Str text = str_printf(
                arena, "%s CREATE STREAM t AS SELECT * FROM s;", create);
            CHECK(!mr_execute(session, arena, text, NULL).kind);
            text = STR("ALTER SYSTEM 'ksql.streams.commit.interval.ms'='123';");
            CHECK(!mr_execute(session, arena, text, &sink).kind);
            CHECK_STR(seen.message,
                      "System property ksql.streams.commit.interval.ms was set "
                      "to 123.");
        }
        Str value = effective(other, arena, "ksql.streams.commit.interval.ms");
        CHECK_STR(value, "123");
        CHECK(!mr_execute(other, arena, STR("SHOW QUERIES;"), &sink).kind);
        const Json *query = json_get(seen.last, "queries")->first;
        CHECK_STR(json_get(query, "state")->text, "RUNNING");
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
            CHECK(mr_execute(session, arena, str_from(refused[i]), NULL).kind ==
                  ST_USER);
        mr_session_close(other);
        mr_session_close(session);
        mr_close(engine);
    }
    broker_close(broker);
    buf_free(&seen.types);
    arena_free(arena);
}

/* What an operator may turn off is refused, and the message names the switch.
 */
static void switches_turn_statements_off(void)
{
    static const struct {
        const char *setting, *statement;
    } cases[] = {
        {"ksql.insert.into.values.enabled", "INSERT INTO s VALUES ('a', 1);"},
        {"ksql.create.or.replace.enabled",
         "CREATE OR REPLACE STREAM s (id STRING KEY, n INT, m INT) WITH "
         "(KAFKA_TOPIC='s', VALUE_FORMAT='JSON');"},
        {"ksql.create.or.replace.enabled",
         "CREATE OR REPLACE STREAM t AS SELECT * FROM s;"},
        {"ksql.lambdas.enabled",
         "CREATE STREAM t AS SELECT id, TRANSFORM(ARRAY[n], v => v + 1) AS x "
         "FROM s;"},
        {"ksql.headers.columns.enabled",
         "CREATE STREAM t (h BYTES HEADER('h'), n INT) WITH (KAFKA_TOPIC='s', "
         "VALUE_FORMAT='JSON');"},
        {"ksql.source.table.materialization.enabled",
         "CREATE SOURCE TABLE t (id STRING PRIMARY KEY, n INT) WITH "
         "(KAFKA_TOPIC='s', VALUE_FORMAT='JSON');"},
        {"ksql.pull.queries.enable", "SELECT * FROM s;"},
        {"ksql.suppress.enabled",
         "CREATE TABLE t AS SELECT id, COUNT(*) AS c FROM s WINDOW TUMBLING "
         "(SIZE 1 SECOND) GROUP BY id EMIT FINAL;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new("test", 0);
        Seen seen = {.arena = arena};
        mr_Sink sink = sink_of(&seen);
        for (int on = 0; on < 2; on++) {
            Broker *broker = broker_memory_open(NULL);
            Str value = on ? STR("true") : STR("false");
            mr_Engine *engine = open_set(arena, broker, cases[i].setting,
                                         &value, NULL, NULL);
            mr_Session *session = mr_session_open(engine);
            CHECK(!mr_execute(session, arena, str_from(create), NULL).kind);
            Status st = mr_execute(session, arena, str_from(cases[i].statement),
                                   &sink);
            bool good = on ? !st.kind
                           : st.kind == ST_USER &&
                                 strstr(st.text, cases[i].setting);
            if (!good)
                fprintf(stderr, "%s %d: %s\n", cases[i].setting, on, st.text);
            CHECK(good);
            mr_session_close(session);
            mr_close(engine);
            broker_close(broker);
        }
        buf_free(&seen.types);
        buf_free(&seen.rows);
        arena_free(arena);
    }
}

static void push_queries_are_limited(void)
{
    Fixture f;
    setup(&f);
    Str none = STR("0");
    connect(&f, open_set(f.arena, f.broker, "ksql.max.push.queries", &none,
                         NULL, NULL));
    CHECK(!run(&f, str_from(create)).kind);
    Status st = run(&f, STR("SELECT * FROM s EMIT CHANGES LIMIT 0;"));
    CHECK(st.kind == ST_USER && strstr(st.text, "ksql.max.push.queries"));
    st = run(&f, STR("SELECT * FROM s;"));
    CHECK(!st.kind);
    teardown(&f);
}

/* retention.ms of the one topic whose name ends in `end`. */
static int64_t retention_of(Arena *arena, Broker *broker, Str end)
{
    TopicInfo *topics;
    TopicConfig *configs;
    int count, config_count;
    int64_t ms = -2;
    CHECK(!broker_list_topics(broker, arena, &topics, &count).kind);
    for (int i = 0; i < count; i++) {
        if (!str_ends_with(topics[i].name, end)) continue;
        CHECK(!broker_topic_configs(broker, arena, topics[i].name, &configs,
                                    &config_count)
                   .kind);
        for (int c = 0; c < config_count; c++)
            if (str_eq(configs[c].name, STR("retention.ms")))
                number_parse_i64(configs[c].value, &ms);
    }
    return ms;
}

static void windowed_changelogs_keep_more(void)
{
    static const char windowed[] =
        "CREATE TABLE w AS SELECT id, COUNT(*) AS c FROM s WINDOW TUMBLING "
        "(SIZE 1 SECOND, RETENTION 10 DAYS) GROUP BY id;";
    Str more = STR("5");
    for (int set = 0; set < 2; set++) {
        Arena *arena = arena_new("test", 0);
        Broker *broker = broker_memory_open(NULL);
        mr_Engine *engine =
            set ? open_set(arena, broker,
                           "ksql.sink.window.change.log.additional.retention",
                           &more, NULL, NULL)
                : open_on(arena, broker, MR_TEST);
        mr_Session *session = mr_session_open(engine);
        CHECK(!mr_execute(session, arena, str_from(create), NULL).kind);
        CHECK(!mr_execute(session, arena, str_from(windowed), NULL).kind);
        int64_t day = 24 * 3600 * 1000;
        CHECK(retention_of(arena, broker, STR("-changelog")) ==
              10 * day + (set ? 5 : day));
        mr_session_close(session);
        mr_close(engine);
        broker_close(broker);
        arena_free(arena);
    }
}

static void settings_are_checked(void)
{
    static const struct {
        const char *name, *value, *why; /* NULL: fine. */
    } cases[] = {
        {"auto.offset.reset", "earliest", NULL},
        {"ksql.streams.auto.offset.reset", "latest", NULL},
        {"auto.offset.reset", "none", "expected one of"},
        {"commit.interval.ms", "-1", "expected 0 to"},
        {"commit.interval.ms", "soon", "whole number"},
        {"bootstrap.servers", "x:1", "cannot override"},
        {"ssl.keystore.location", "x", "cannot override"},
        {"ksql.lambdas.enabled", "false", "cannot override"},
        {"ksql.timestamp.throw.on.invald", "true", "did you mean"},
        {"consumer.fetch.min.bytes", "1", NULL},
        {"ksql.idle.connection.timeout.seconds", "5", NULL},
    };
    Fixture f;
    setup(&f);
    connect(&f, open_on(f.arena, f.broker, MR_TEST));

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Status st = mr_session_set(f.session, f.arena, str_from(cases[i].name),
                                   str_from(cases[i].value));
        bool good = cases[i].why
                        ? st.kind == ST_USER && strstr(st.text, cases[i].why)
                        : !st.kind;
        if (!good) fprintf(stderr, "%s: %s\n", cases[i].name, st.text);
        CHECK(good);
    }
    Map read = {0};
    Status st = mr_read_settings(
        f.arena,
        STR("# comment\n! too\n\nksql.service.id = shop\\\n   _one\n"
            "ksql.streams.state.dir:/tmp/x\nname\\ with\\ blanks value\n"),
        &read);
    CHECK(!st.kind && read.live == 3);
    CHECK_STR(*(Str *)map_get(&read, STR("ksql.service.id")), "shop_one");
    CHECK_STR(*(Str *)map_get(&read, STR("state.dir")), "/tmp/x");
    CHECK_STR(*(Str *)map_get(&read, STR("name with blanks")), "value");
    teardown(&f);
}

/* DESCRIBE FUNCTION lists each overload and each of its arguments. */
static void functions_are_described(void)
{
    Fixture f;
    setup(&f);
    connect(&f, open_on(f.arena, f.broker, MR_INTERACTIVE));

    Status st = run(&f, STR("DESCRIBE FUNCTION elt;"));
    CHECK(!st.kind);
    CHECK_STR(json_get(f.seen.last, "name")->text, "ELT");
    CHECK_STR(json_get(f.seen.last, "type")->text, "SCALAR");
    const Json *functions = json_get(f.seen.last, "functions");
    CHECK(functions && functions->count == 1);
    const Json *overload = functions->first;
    CHECK_STR(json_get(overload, "argumentTypes")->text, "INT, STRING...");
    CHECK_STR(json_get(overload, "returnType")->text, "STRING");
    CHECK_STR(json_get(overload, "example")->text, "ELT(2, 'a', 'b') = 'b'");
    const Json *arguments = json_get(overload, "arguments");
    CHECK(arguments && arguments->count == 2);
    const Json *first = arguments->first, *second = first->next;
    CHECK_STR(json_get(first, "type")->text, "INT");
    CHECK(json_get(first, "isVariadic")->kind == JSON_FALSE);
    CHECK_STR(json_get(second, "type")->text, "STRING");
    CHECK(json_get(second, "isVariadic")->kind == JSON_TRUE);

    st = run(&f, STR("SHOW FUNCTIONS;"));
    CHECK(!st.kind && json_get(f.seen.last, "functions")->count == 149);
    teardown(&f);
}

/* A broker that does not answer, to other threads than the test's, while it is
 * held. */
typedef struct Held {
    BrokerType type;
    Status (*describe_topic)(Broker *, Arena *, Str, TopicInfo *);
    pthread_t test;
    atomic_bool hold, is_asked;
} Held;

static Held held;

static Status describe_held(Broker *broker, Arena *arena, Str topic,
                            TopicInfo *info)
{
    bool other = !pthread_equal(pthread_self(), held.test);
    for (int i = 0; i < 1000 && other && atomic_load(&held.hold); i++) {
        atomic_store(&held.is_asked, true);
        clock_sleep_ms(5);
    }
    return held.describe_topic(broker, arena, topic, info);
}

static bool becomes_true(const atomic_bool *flag)
{
    for (int i = 0; i < 1000 && !atomic_load(flag); i++)
        clock_sleep_ms(5);
    return atomic_load(flag);
}

static int query_count(Fixture *f)
{
    CHECK(!run(f, STR("SHOW QUERIES;")).kind);
    return json_get(f->seen.last, "queries")->count;
}

/* Statements do not wait for a failed query that is being started again, and
 * one that is terminated meanwhile does not come back. */
static void a_restart_holds_up_nobody(void)
{
    Fixture f;
    setup(&f);
    held = (Held){.type = *f.broker->type, .test = pthread_self()};
    held.describe_topic = held.type.describe_topic;
    held.type.describe_topic = describe_held;
    f.broker->type = &held.type;
    connect(&f, open_on(f.arena, f.broker, MR_INTERACTIVE));
    Status st = run(
        &f,
        STR("SET 'ksql.query.retry.backoff.initial.ms'='1';"
            "CREATE STREAM p (id STRING KEY, d DECIMAL(3, 1)) WITH "
            "(KAFKA_TOPIC='p', VALUE_FORMAT='JSON', PARTITIONS=1);"
            "CREATE TABLE t AS SELECT id, SUM(d) AS d FROM p GROUP BY id;"));
    CHECK(!st.kind);
    atomic_store(&held.hold, true);
    /* A sum that is too large for its type ends the query. */
    st = run(&f, STR("INSERT INTO p VALUES ('a', 60.0);"
                     "INSERT INTO p VALUES ('a', 60.0);"));
    CHECK(!st.kind);
    CHECK(becomes_true(&held.is_asked));
    int64_t start = clock_monotonic_ms();
    CHECK(query_count(&f) == 1);
    const Json *query = json_get(f.seen.last, "queries")->first;
    CHECK_STR(json_get(query, "state")->text, "ERROR");
    st = run(&f, STR("CREATE OR REPLACE TABLE t AS SELECT id, SUM(d) AS d "
                     "FROM p WHERE d > 1 GROUP BY id;"));
    CHECK(st.kind == ST_USER && strstr(st.text, "being restarted"));
    Str id = json_get(query, "id")->text;
    Str changelog = str_printf(
        f.arena,
        "_confluent-ksql-default_query_%.*s-Aggregate-Aggregate-Materialize-"
        "changelog",
        STR_ARG(id));
    TopicInfo info;
    CHECK(!broker_describe_topic(f.broker, f.arena, changelog, &info).kind);
    st = run(&f, str_printf(f.arena, "TERMINATE %.*s;", STR_ARG(id)));
    CHECK(!st.kind);
    CHECK(query_count(&f) == 0);
    CHECK(clock_monotonic_ms() - start < 3000);
    atomic_store(&held.hold, false);
    for (int i = 0; i < 1000 && !st.kind; i++) {
        clock_sleep_ms(5);
        st = broker_describe_topic(f.broker, f.arena, changelog, &info);
    }
    CHECK(st.kind == ST_USER); /* Its topics go with it, though later. */
    CHECK(query_count(&f) == 0);
    teardown(&f);
}

/* A broker that does not make the topic 'c', and counts requests for topics. */
typedef struct Choosy {
    BrokerType type;
    Status (*create_topics)(Broker *, Arena *, NewTopic *, int);
    int requests;
} Choosy;

static Choosy choosy;

static Status create_all_but_c(Broker *broker, Arena *arena, NewTopic *topics,
                               int count)
{
    Status first = st_ok();

    choosy.requests++;
    for (int i = 0; i < count; i++) {
        topics[i].st = str_eq(topics[i].name, STR("c"))
                           ? st_error(arena, ST_USER, "no 'c' here")
                           : choosy.create_topics(broker, arena, &topics[i], 1);
        if (!first.kind) first = topics[i].st;
    }
    return first;
}

/* A script's topics are made by one request; those of statements that were not
 * reached are taken back. */
static void a_script_makes_its_topics_at_once(void)
{
    Fixture f;
    setup(&f);
    choosy = (Choosy){.type = *f.broker->type};
    choosy.create_topics = choosy.type.create_topics;
    choosy.type.create_topics = create_all_but_c;
    f.broker->type = &choosy.type;
    connect(&f, open_on(f.arena, f.broker, MR_TEST));
    TopicInfo info;

    choosy.requests = 0;
    Str text = str_printf(
        f.arena,
        "%s CREATE STREAM a WITH (KAFKA_TOPIC='a') AS SELECT * FROM s;"
        "CREATE STREAM b WITH (KAFKA_TOPIC='b') AS SELECT * FROM a;",
        create);
    Status st = run(&f, text);
    CHECK(!st.kind && choosy.requests == 1);
    text = STR("CREATE STREAM d WITH (KAFKA_TOPIC='d') AS SELECT * FROM a;"
               "CREATE STREAM c WITH (KAFKA_TOPIC='c') AS SELECT * FROM a;"
               "CREATE STREAM e WITH (KAFKA_TOPIC='e') AS SELECT * FROM a;");
    st = run(&f, text);
    CHECK(st.kind == ST_USER && strstr(st.text, "no 'c' here"));
    CHECK(st.at == str_find(text, STR("CREATE STREAM c"), 0) + 1);
    CHECK(!broker_describe_topic(f.broker, f.arena, STR("d"), &info).kind);
    CHECK(broker_describe_topic(f.broker, f.arena, STR("e"), &info).kind ==
          ST_USER);
    /* One that sees what topics there are: each when its turn comes. */
    st = run(&f,
             STR("ASSERT NOT EXISTS TOPIC g TIMEOUT 1 SECONDS;"
                 "CREATE STREAM f WITH (KAFKA_TOPIC='f') AS SELECT * FROM a;"
                 "ASSERT NOT EXISTS TOPIC g TIMEOUT 1 SECONDS;"
                 "CREATE STREAM g WITH (KAFKA_TOPIC='g') AS SELECT * FROM a;"));
    CHECK(!st.kind);
    teardown(&f);
}

int main(void)
{
    functions_are_described();
    bad_text_leaves_nothing_done();
    command_log_brings_all_back();
    select_streams_rows_until_its_limit();
    sessions_and_engines_are_apart();
    settings_are_checked();
    an_allowlist_allows_no_more();
    alter_system_is_for_all_and_lasts();
    switches_turn_statements_off();
    push_queries_are_limited();
    windowed_changelogs_keep_more();
    a_restart_holds_up_nobody();
    a_script_makes_its_topics_at_once();
    return check_done();
}
