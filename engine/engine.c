/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine: opening and closing, and the way of a statement.
 *
 * All statements of a text are parsed, then run through their handlers in a
 * sandbox (a copy of the catalog, of the query list and of the session), so
 * that a bad statement leaves nothing executed; then they run for real, in
 * order. The engine's lock is held for all of it, but given back while SELECT
 * and PRINT stream.
 */
#include "engine/pull.h"

#include <errno.h>
#include <ftw.h>
#include <regex.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/number.h"
#include "parser/parser.h"
#include "state/store.h"

/* ---- statement kinds ---- */

enum {
    KIND_HEADLESS = 1, /* Allowed in headless scripts. */
    KIND_STREAMS = 2,  /* Streams rows: runs without the lock. */
    KIND_CLIENT = 4,   /* Known to the shell only. */
};

typedef struct StatementType {
    StatementHandler handler;
    unsigned flags;
} StatementType;

static const StatementType statement_types[] = {
    [STMT_CREATE_STREAM] = {exec_create_source, KIND_HEADLESS},
    [STMT_CREATE_TABLE] = {exec_create_source, KIND_HEADLESS},
    [STMT_CREATE_STREAM_AS] = {exec_create_as, KIND_HEADLESS},
    [STMT_CREATE_TABLE_AS] = {exec_create_as, KIND_HEADLESS},
    [STMT_INSERT_SELECT] = {exec_insert_select, KIND_HEADLESS},
    [STMT_INSERT_VALUES] = {exec_insert_values, 0},
    [STMT_DROP_STREAM] = {exec_drop_source, 0},
    [STMT_DROP_TABLE] = {exec_drop_source, 0},
    [STMT_ALTER_STREAM] = {exec_alter_source, 0},
    [STMT_ALTER_TABLE] = {exec_alter_source, 0},
    [STMT_CREATE_TYPE] = {exec_create_type, KIND_HEADLESS},
    [STMT_DROP_TYPE] = {exec_drop_type, 0},
    [STMT_TERMINATE] = {exec_control, 0},
    [STMT_PAUSE] = {exec_control, 0},
    [STMT_RESUME] = {exec_control, 0},
    [STMT_EXPLAIN] = {exec_explain, 0},
    [STMT_DESCRIBE] = {exec_describe, 0},
    [STMT_DESCRIBE_STREAMS] = {exec_describe_all, 0},
    [STMT_DESCRIBE_TABLES] = {exec_describe_all, 0},
    [STMT_DESCRIBE_FUNCTION] = {exec_describe_function, 0},
    [STMT_DESCRIBE_CONNECTOR] = {exec_connector, 0},
    [STMT_SHOW_STREAMS] = {exec_show_sources, 0},
    [STMT_SHOW_TABLES] = {exec_show_sources, 0},
    [STMT_SHOW_TOPICS] = {exec_show_topics, 0},
    [STMT_SHOW_QUERIES] = {exec_show_queries, 0},
    [STMT_SHOW_FUNCTIONS] = {exec_show_functions, 0},
    [STMT_SHOW_TYPES] = {exec_show_types, 0},
    [STMT_SHOW_PROPERTIES] = {exec_show_properties, 0},
    [STMT_SHOW_VARIABLES] = {exec_show_variables, 0},
    [STMT_SHOW_CONNECTORS] = {exec_connector, 0},
    [STMT_SHOW_CONNECTOR_PLUGINS] = {exec_connector, 0},
    [STMT_SET] = {exec_set, KIND_HEADLESS},
    [STMT_UNSET] = {exec_set, KIND_HEADLESS},
    [STMT_ALTER_SYSTEM] = {exec_alter_system, 0},
    [STMT_DEFINE] = {exec_define, KIND_HEADLESS},
    [STMT_UNDEFINE] = {exec_define, KIND_HEADLESS},
    [STMT_CREATE_CONNECTOR] = {exec_connector, 0},
    [STMT_DROP_CONNECTOR] = {exec_connector, 0},
    [STMT_ASSERT_TOPIC] = {exec_assert_topic, 0},
    [STMT_ASSERT_SCHEMA] = {exec_assert_topic, 0},
    [STMT_PRINT] = {exec_print, KIND_STREAMS},
    [STMT_SELECT] = {exec_select, KIND_STREAMS},
    [STMT_RUN_SCRIPT] = {exec_run_script, KIND_CLIENT},
    [STMT_ASSERT_VALUES] = {exec_only_tests, 0},
    [STMT_ASSERT_NULL_VALUES] = {exec_only_tests, 0},
    [STMT_ASSERT_STREAM] = {exec_only_tests, 0},
    [STMT_ASSERT_TABLE] = {exec_only_tests, 0},
};

/* Does it leave catalog, queries and settings as they are? */
static bool only_reads(AstStatementKind kind)
{
    switch (kind) {
    case STMT_SELECT:
    case STMT_INSERT_VALUES:
    case STMT_PRINT:
    case STMT_EXPLAIN:
    case STMT_SET:
    case STMT_UNSET:
    case STMT_DEFINE:
    case STMT_UNDEFINE:
    case STMT_PAUSE:
    case STMT_RESUME: return true;
    default: return kind >= STMT_DESCRIBE && kind < STMT_SET;
    }
}

STATUS exec_statement(Exec *x, const AstStatement *statement)
{
    const StatementType *type = &statement_types[statement->kind];

    if (x->engine->mode == MR_HEADLESS && !(type->flags & KIND_HEADLESS))
        return st_error_at(x->stmt, statement->at,
                           "%s is not allowed in a script of persistent "
                           "queries: only SET, UNSET, DEFINE, CREATE STREAM, "
                           "CREATE TABLE, CREATE TYPE, CREATE ... AS SELECT "
                           "and INSERT INTO ... SELECT are",
                           ast_statement_name(statement->kind));
    Status st = type->handler(x, statement);
    if (!x->dry && !only_reads(statement->kind))
        atomic_fetch_add(&x->engine->version, 1);
    if (st.kind && !st.at) st.at = statement->at + 1;
    return st;
}

/* ---- settings ---- */

Str engine_setting(const mr_Engine *engine, const Map *overrides, Str name)
{
    Str bare = setting_canonical(name);
    Str *value = overrides ? map_get(overrides, bare) : NULL;
    if (!value) value = map_get(&engine->settings, bare);
    if (value) return *value;
    const Setting *row = setting_find(bare);
    return row ? str_from(row->value) : STR_NULL;
}

int64_t engine_setting_int(const mr_Engine *engine, const Map *overrides,
                           const char *name)
{
    int64_t value = 0;
    Str text = engine_setting(engine, overrides, str_from(name));
    if (text.ptr) number_parse_i64(str_trim(text), &value);
    return value;
}

bool engine_setting_bool(const mr_Engine *engine, const Map *overrides,
                         const char *name)
{
    Str text = engine_setting(engine, overrides, str_from(name));
    return text.ptr && str_eq_nocase(text, STR("true"));
}

static Str env_setting(void *context, Str name)
{
    Exec *x = context;
    return engine_setting(x->engine, x->overrides, name);
}

static Status env_topic(void *context, Arena *stmt, Str topic, int *partitions,
                        int *replicas)
{
    Exec *x = context;
    const TopicPlan *planned = x->topics ? map_get(x->topics, topic) : NULL;
    TopicInfo info;

    *partitions = *replicas = 0;
    if (planned) {
        *partitions = planned->partitions;
        *replicas = planned->replicas > 0 ? planned->replicas : 1;
        return st_ok();
    }
    Status st = broker_describe_topic(x->engine->broker, stmt, topic, &info);
    if (st.kind == ST_USER) return st_ok();
    if (st.kind) return st;
    *partitions = info.partition_count;
    *replicas = info.replica_count;
    return st_ok();
}

static Status env_retention(void *context, Arena *stmt, Str topic,
                            int64_t *retention_ms)
{
    Exec *x = context;
    const TopicPlan *planned = x->topics ? map_get(x->topics, topic) : NULL;
    TopicConfig *configs;
    int count;

    *retention_ms = planned ? planned->retention_ms : -1;
    /* What a topic was like when the statement was written is past. */
    if (planned || x->replay) return st_ok();
    Status st = broker_topic_configs(x->engine->broker, stmt, topic, &configs,
                                     &count);
    if (st.kind == ST_USER) return st_ok();
    for (int i = 0; i < count && !st.kind; i++)
        if (str_eq(configs[i].name, STR("retention.ms")) &&
            number_parse_i64(configs[i].value, retention_ms) &&
            *retention_ms < 0)
            *retention_ms = INT64_MAX;
    return st;
}

PlanEnv exec_plan_env(Exec *x)
{
    return (PlanEnv){.topic = env_topic,
                     .retention = env_retention,
                     .setting = env_setting,
                     .context = x};
}

void exec_entity(Exec *x, const Json *entity)
{
    if (x->dry || x->replay || !x->sink || !x->sink->entity) return;
    x->sink->entity(x->sink->context, entity);
}

bool engine_topic_matches(const mr_Engine *engine, const char *setting,
                          Str topic)
{
    Str list = engine_setting(engine, NULL, str_from(setting));
    Arena *arena = arena_new("pattern", 0);
    const char *name = str_cstr(arena, topic);
    bool found = false;

    while (list.len && !found) {
        size_t end = str_find(list, STR(","), 0);
        if (end == SIZE_MAX) end = list.len;
        Str one = str_trim((Str){list.ptr, end});
        Str anchored = str_printf(arena, "^(%.*s)$", STR_ARG(one));
        regex_t regex;
        if (one.len &&
            !regcomp(&regex, anchored.ptr, REG_EXTENDED | REG_NOSUB)) {
            found = regexec(&regex, name, 0, NULL, 0) == 0;
            regfree(&regex);
        }
        size_t skip = end < list.len ? end + 1 : end;
        list = (Str){list.ptr + skip, list.len - skip};
    }
    arena_free(arena);
    return found;
}

STATUS exec_check_writable(Exec *x, uint32_t at, const Source *sink)
{
    if (x->replay ||
        !engine_topic_matches(x->engine, "ksql.readonly.topics", sink->topic))
        return st_ok();
    return st_error_at(x->stmt, at,
                       "cannot write to '%.*s': its topic '%.*s' is read-only "
                       "(ksql.readonly.topics)",
                       STR_ARG(sink->name), STR_ARG(sink->topic));
}

STATUS engine_create_topic(mr_Engine *engine, Arena *stmt, Str topic,
                           int partitions, int replicas,
                           const TopicConfig *configs, int config_count)
{
    TopicInfo info;
    Status st = broker_create_topic(engine->broker, stmt, topic, partitions,
                                    replicas, configs, config_count);
    if (st.kind != ST_USER) return st;
    Status found = broker_describe_topic(engine->broker, stmt, topic, &info);
    return !found.kind && info.partition_count == partitions ? found : st;
}

STATUS engine_delete_topic(mr_Engine *engine, Arena *stmt, Str topic)
{
    Status st = broker_delete_topic(engine->broker, stmt, topic);
    return st.kind == ST_USER ? st_ok() : st;
}

STATUS engine_producer(mr_Engine *engine, Arena *stmt, Producer **producer)
{
    if (!engine->producer) {
        ProducerOptions options = {.transactional_id = STR_NULL,
                                   .properties = &engine->settings};
        Status st = producer_open(engine->broker, stmt, &options,
                                  &engine->producer);
        if (st.kind) return st;
    }
    *producer = engine->producer;
    return st_ok();
}

/* ---- executing ---- */

static void copy_map(Arena *arena, Map *to, const Map *from)
{
    *to = (Map){0};
    for (int i = 0; i < from->count; i++)
        if (from->entries[i].value)
            map_put(arena, to, from->entries[i].key, from->entries[i].value);
}

/* Copies of all that statements change: what they do there is not done. */
typedef struct Sandbox {
    Exec dry;
    Map topics, queries, overrides, variables;
} Sandbox;

static void sandbox_open(Sandbox *box, const Exec *x)
{
    *box = (Sandbox){.dry = *x};
    copy_map(x->stmt, &box->queries, x->queries);
    copy_map(x->stmt, &box->overrides, x->overrides);
    copy_map(x->stmt, &box->variables, x->variables);
    box->dry.catalog = catalog_copy(x->catalog);
    box->dry.topics = &box->topics;
    box->dry.queries = &box->queries;
    box->dry.overrides = &box->overrides;
    box->dry.variables = &box->variables;
    box->dry.names = x->stmt;
    box->dry.dry = true;
}

static void sandbox_close(Sandbox *box)
{
    catalog_free(box->dry.catalog);
}

/* Runs all statements against copies. `topics`: what they would make. */
static Status try_all(Exec *x, AstStatement **statements, int count,
                      Map *topics)
{
    Sandbox box;
    Status st = st_ok();

    sandbox_open(&box, x);
    for (int i = 0; i < count && !st.kind; i++)
        st = exec_statement(&box.dry, statements[i]);
    sandbox_close(&box);
    *topics = box.topics;
    return st;
}

/* Only what makes something: none sees what topics there are at the time, and
 * none ends one. */
static bool is_script(AstStatement **statements, int count)
{
    for (int i = 0; i < count; i++)
        if (!(statement_types[statements[i]->kind].flags & KIND_HEADLESS))
            return false;
    return true;
}

static Status run_all(Exec *x, AstStatement **statements, int count,
                      const Map *topics)
{
    NameList made = {0};
    Status st = st_ok();

    if (is_script(statements, count)) exec_make_topics_ahead(x, topics, &made);
    for (int i = 0; i < count && !st.kind; i++)
        st = exec_statement(x, statements[i]);
    if (st.kind) exec_unmake_topics(x, &made);
    return st;
}

static bool substitutes(const mr_Session *session)
{
    return engine_setting_bool(session->engine, &session->overrides,
                               "ksql.variable.substitution.enable");
}

static Exec exec_of(mr_Session *session, Arena *arena, Str text,
                    const mr_Sink *sink)
{
    mr_Engine *engine = session->engine;
    return (Exec){.engine = engine,
                  .stmt = arena,
                  .catalog = engine->catalog,
                  .queries = &engine->queries,
                  .overrides = &session->overrides,
                  .variables = &session->variables,
                  .names = session->arena,
                  .next_sequence = engine->next_sequence,
                  .next_query = engine->next_query,
                  .sink = sink,
                  .text = text};
}

STATUS mr_execute(mr_Session *session, Arena *arena, Str text,
                  const mr_Sink *sink)
{
    mr_Engine *engine = session->engine;
    AstStatement **statements;
    int count;
    Map topics;
    const Map *variables = substitutes(session) ? &session->variables : NULL;
    Status st = st_ok();

    if (pull_try(session, arena, text, sink, &st)) return st;
    st = parse_statements(arena, text, variables, &statements, &count);
    if (st.kind) return st;

    pthread_mutex_lock(&engine->lock);
    Exec x = exec_of(session, arena, text, sink);
    st = try_all(&x, statements, count, &topics);
    if (!st.kind) st = run_all(&x, statements, count, &topics);
    engine->next_sequence = x.next_sequence;
    engine->next_query = x.next_query;
    pthread_mutex_unlock(&engine->lock);
    return st;
}

/* One statement of a text, with its failure told by its place in the whole. */
static Status check_one(Sandbox *box, Str one, size_t start, bool substitute,
                        Str *made)
{
    AstStatement **statements;
    int count;
    Status st = parse_statements(box->dry.stmt, one,
                                 substitute ? &box->variables : NULL,
                                 &statements, &count);
    *made = STR_NULL;
    box->dry.text = one;
    for (int i = 0; i < count && !st.kind; i++) {
        *made = statements[i]->name.text;
        st = exec_statement(&box->dry, statements[i]);
    }
    if (st.at) st.at += (uint32_t)start;
    return st;
}

/* Does a failure only follow from that of the statement that makes a source? */
static bool follows(Arena *arena, Status st, const Map *broken)
{
    for (int i = 0; i < broken->count; i++) {
        Str name = broken->entries[i].key;
        Str text = str_printf(arena, "no stream or table is named '%.*s'",
                              STR_ARG(name));
        if (str_starts_with(str_from(st.text), text)) return true;
    }
    return false;
}

int mr_check(mr_Session *session, Arena *arena, Str text,
             void (*tell)(void *context, Status st), void *context)
{
    mr_Engine *engine = session->engine;
    bool substitute = substitutes(session);
    Map broken = {0};
    Sandbox box;
    int failures = 0;

    pthread_mutex_lock(&engine->lock);
    Exec x = exec_of(session, arena, text, NULL);
    sandbox_open(&box, &x);
    for (size_t at = 0; at < text.len;) {
        Str rest = {text.ptr + at, text.len - at}, made;
        size_t n = parse_statement_end(rest);
        Str one = {rest.ptr, n ? n : rest.len};
        Status st = check_one(&box, one, at, substitute, &made);
        at += one.len;
        if (!st.kind) continue;
        if (made.len) map_put(arena, &broken, made, session);
        if (follows(arena, st, &broken)) continue;
        failures++;
        tell(context, st);
    }
    sandbox_close(&box);
    pthread_mutex_unlock(&engine->lock);
    return failures;
}

STATUS mr_load(mr_Session *session, Arena *arena, Str text)
{
    return mr_execute(session, arena, text, NULL);
}

STATUS mr_start(mr_Engine *engine, Arena *arena)
{
    Status st = st_ok();
    pthread_mutex_lock(&engine->lock);
    if (!engine->queries.live)
        st = st_error(arena, ST_USER,
                      "there is no persistent query to run: the script needs "
                      "a CREATE ... AS SELECT or an INSERT INTO ... SELECT");
    engine->started = true;
    hubs_hold(engine->hubs);
    for (int i = 0; i < engine->queries.count && !st.kind; i++) {
        EngineQuery *query = engine->queries.entries[i].value;
        if (query && !query->query) st = query_launch(engine, arena, query);
        if (st.kind == ST_RETRY) st = st_ok(); /* It is started later. */
    }
    hubs_release(engine->hubs);
    pthread_mutex_unlock(&engine->lock);
    return st;
}

/* ---- opening and closing ---- */

/* Makes a directory and its parents. */
static Status make_directory(Arena *arena, Str path)
{
    char *name = (char *)str_cstr(arena, path);
    for (char *at = name + 1;; at++) {
        if (*at && *at != '/') continue;
        char kept = *at;
        *at = 0;
        if (mkdir(name, 0755) && errno != EEXIST)
            return st_error(arena, ST_USER,
                            "cannot make the directory '%s': %s", name,
                            strerror(errno));
        *at = kept;
        if (!kept) return st_ok();
    }
}

/* Kafka being away is found out now, and not in the middle of a script. */
static Status probe_kafka(mr_Engine *engine, Arena *arena, Str servers)
{
    TopicInfo info;
    Str service = engine_setting(engine, NULL, STR("ksql.service.id"));
    Str any = str_printf(arena, "_confluent-ksql-%.*s_command_topic",
                         STR_ARG(service));
    Status st = broker_describe_topic(engine->broker, arena, any, &info);
    if (st.kind != ST_RETRY) return st_ok();
    return st_error(arena, ST_RETRY, "Kafka at %.*s does not answer",
                    STR_ARG(servers));
}

static Status open_broker(mr_Engine *engine, Arena *arena,
                          const mr_Options *options)
{
    Str servers = engine_setting(engine, NULL, STR("bootstrap.servers"));

    if (options->broker) {
        engine->broker = options->broker;
        return st_ok();
    }
    engine->own_broker = true;
    if (servers.len) {
        engine->kafka = true;
        Status st = broker_kafka_open(arena, servers, &engine->settings,
                                      &engine->broker);
        return st.kind ? st : probe_kafka(engine, arena, servers);
    }
    Status st = make_directory(arena, engine->data_directory);
    if (st.kind) return st;
    Str fsync = engine_setting(engine, NULL, STR("millrace.fsync"));
    BrokerLocalOptions local = {
        .fsync = str_eq_nocase(fsync, STR("commit")) ? FSYNC_COMMIT
                                                     : FSYNC_NEVER,
        .clock = engine->clock,
    };
    return broker_local_open(arena, engine->data_directory, &local,
                             &engine->broker);
}

/* Takes over the settings, checking each; unknown names warn. */
static Status take_settings(mr_Engine *engine, Arena *arena, const Map *given)
{
    for (int i = 0; given && i < given->count; i++) {
        if (!given->entries[i].value) continue;
        Str name = given->entries[i].key;
        Str value = *(Str *)given->entries[i].value;
        Status st = setting_check(arena, name, value);
        if (st.kind) return st;
        if (!setting_find(name) && !setting_is_passed_on(name) &&
            str_starts_with(name, STR("ksql.")))
            log_warn("unknown setting", "name=%.*s", STR_ARG(name));
        const Setting *row = setting_find(name);
        if (row && row->flags & SETTING_DEPRECATED)
            log_warn("deprecated setting", "name=%s effect=\"%s\"", row->name,
                     row->description);
        Str *kept = ARENA_NEW(engine->arena, Str);
        *kept = str_copy(engine->arena, value);
        map_put(engine->arena, &engine->settings,
                str_copy(engine->arena, setting_canonical(name)), kept);
    }
    return st_ok();
}

STATUS mr_open(Arena *arena, const mr_Options *options, mr_Engine **out)
{
    Arena *own = arena_new("engine", 0);
    mr_Engine *engine = ARENA_NEW(own, mr_Engine);

    *out = NULL;
    engine->arena = own;
    pthread_mutex_init(&engine->lock, NULL);
    engine->pulls = pull_cache_new();
    engine->mode = options->mode;
    engine->temporary = options->temporary;
    engine->memory_state = options->memory_state;
    engine->one_partition = options->one_partition;
    engine->clock = options->clock;
    engine->catalog = catalog_new();
    engine->started = options->mode != MR_HEADLESS;
    Status st = take_settings(engine, arena, options->settings);
    if (!st.kind) {
        Str directory = options->data_directory;
        if (!directory.ptr)
            directory = engine_setting(engine, NULL, STR("millrace.data.dir"));
        engine->data_directory = str_copy(own, directory);
        engine->batch_rows_max = options->batch_rows_max
                                     ? options->batch_rows_max
                                     : (int)engine_setting_int(
                                           engine, NULL,
                                           "millrace.batch.rows.max");
        int64_t memory = engine_setting_int(engine, NULL,
                                            "millrace.state.memory.max.bytes");
        if (options->state_memory_bytes) memory = options->state_memory_bytes;
        engine->state_memory = state_memory_new((size_t)memory);
        st = open_broker(engine, arena, options);
    }
    if (!st.kind) {
        Str service = engine_setting(engine, NULL, STR("ksql.service.id"));
        engine->hubs = hubs_new(
            engine->broker,
            str_printf(arena, "_confluent-ksql-%.*s", STR_ARG(service)));
    }
    if (!st.kind) {
        engine->processing_log = processing_log_open(engine, arena);
        if (engine->mode == MR_INTERACTIVE)
            st = command_log_replay(engine, arena);
    }
    if (st.kind) {
        mr_close(engine);
        return st;
    }
    if (engine->mode != MR_TEST) engine->supervisor = supervisor_start(engine);
    *out = engine;
    return st_ok();
}

static int remove_entry(const char *path, const struct stat *status, int type,
                        struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

/* Removes a temporary data directory, children first, never through a link.
 * Paths come from the engine alone. */
static void remove_directory(Str path)
{
    Arena *arena = arena_new("remove", 0);
    if (nftw(str_cstr(arena, path), remove_entry, 16, FTW_DEPTH | FTW_PHYS))
        log_warn("directory left behind", "path=%.*s reason=\"%s\"",
                 STR_ARG(path), strerror(errno));
    arena_free(arena);
}

void mr_stop(mr_Engine *engine)
{
    supervisor_stop(engine->supervisor);
    engine->supervisor = NULL;
    pthread_mutex_lock(&engine->lock);
    engine->started = false;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < engine->queries.count; i++) {
            EngineQuery *query = engine->queries.entries[i].value;
            if (!query || !query->query) continue;
            if (pass == 0)
                query_begin_halt(query->query);
            else
                query_halt(query->query);
        }
    }
    pthread_mutex_unlock(&engine->lock);
}

void mr_close(mr_Engine *engine)
{
    if (!engine) return;
    mr_stop(engine);
    pull_cache_free(engine->pulls);
    for (int i = 0; i < engine->queries.count; i++) {
        EngineQuery *query = engine->queries.entries[i].value;
        if (!query) continue;
        if (query->query) query_stop(query->query);
        query_retry_free(query);
        query_let_go(query);
    }
    hubs_free(engine->hubs);
    if (engine->processing_log) processing_log_close(engine->processing_log);
    if (engine->producer) {
        Arena *arena = arena_new("close", 0);
        Status st = producer_flush(engine->producer, arena, 5000);
        if (st.kind) log_warn("records not acknowledged", "reason=%s", st.text);
        producer_close(engine->producer);
        arena_free(arena);
    }
    if (engine->own_broker && engine->broker) broker_close(engine->broker);
    if (engine->temporary) remove_directory(engine->data_directory);
    catalog_free(engine->catalog);
    pthread_mutex_destroy(&engine->lock);
    state_memory_free(engine->state_memory);
    arena_free(engine->arena);
}

Broker *mr_broker(mr_Engine *engine)
{
    return engine->broker;
}

const Catalog *mr_catalog(const mr_Engine *engine)
{
    return engine->catalog;
}

Str mr_broker_name(mr_Engine *engine)
{
    Str servers = engine_setting(engine, NULL, STR("bootstrap.servers"));
    if (engine->kafka)
        return str_printf(engine->arena, "Kafka at %.*s", STR_ARG(servers));
    return str_printf(engine->arena, "the embedded broker in %.*s",
                      STR_ARG(engine->data_directory));
}

const char *mr_version(void)
{
    return MILLRACE_VERSION;
}

const char *mr_librdkafka_version(void)
{
    return broker_librdkafka_version();
}

const char *mr_rocksdb_version(void)
{
    return state_rocksdb_version();
}

size_t mr_statement_end(Str text)
{
    return parse_statement_end(text);
}

void mr_config_document(Buf *out)
{
    settings_document(out);
}

STATUS mr_read_settings(Arena *arena, Str text, Map *into)
{
    return settings_read(arena, text, into);
}

/* One function: its rows as one section. */
static void document_function(Buf *out, const Function *const *rows, int count)
{
    Arena *arena = arena_new("document", 0);
    Str name = str_ascii_upper(arena, str_from(rows[0]->name));

    buf_printf(out, "### %.*s\n\n%s\n\n", STR_ARG(name), rows[0]->description);
    for (int i = 0; i < count; i++)
        buf_printf(out, "- `%.*s: %s`\n", STR_ARG(name), rows[i]->signature);
    buf_printf(out, "\nExample: `%s`\n\n", rows[0]->example);
    arena_free(arena);
}

void mr_functions_document(Buf *out)
{
    int count;
    const Function *const *rows = function_all(&count);

    buf_append_str(out, STR("# Functions\n\nGenerated by `make docs` from the "
                            "rows in `functions/`. A signature lists argument "
                            "types and, after the arrow, the result. Examples "
                            "are expressions that are true; those of aggregate "
                            "and table functions are over three rows with two "
                            "columns: `N` is 1, 2 and 3, `S` is 'a', 'b' and "
                            "'b'.\n\n"));
    for (int i = 0; i < count;) {
        int end = i + 1;
        while (end < count && str_eq_nocase(str_from(rows[i]->name),
                                            str_from(rows[end]->name)))
            end++;
        document_function(out, rows + i, end - i);
        i = end;
    }
}
