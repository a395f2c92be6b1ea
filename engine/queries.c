/* SPDX-License-Identifier: Apache-2.0
 *
 * Persistent queries: their options from settings, their start, their end.
 *
 * Names follow the reference (runtime 4.1), so access rules written for its
 * prefixes hold: the group and the prefix of internal topics is
 * `_confluent-ksql-<service id>query_<query id>`.
 */
#include "engine/engine_int.h"

#include <unistd.h>

#include "base/log.h"
#include "base/number.h"

Map *query_properties(Arena *arena, const mr_Engine *engine,
                      const Map *overrides)
{
    Map *all = ARENA_NEW(arena, Map);
    const Map *maps[2] = {&engine->settings, overrides};

    for (int m = 0; m < 2; m++) {
        for (int i = 0; maps[m] && i < maps[m]->count; i++) {
            const MapEntry *entry = &maps[m]->entries[i];
            if (!entry->value) continue;
            Str *value = ARENA_NEW(arena, Str);
            *value = str_copy(arena, *(Str *)entry->value);
            map_put(arena, all, str_copy(arena, entry->key), value);
        }
    }
    return all;
}

/* The most partitions that any source of the plan has. */
static int partition_max(mr_Engine *engine, const Plan *plan)
{
    int most = 1;
    for (int i = 0; i < plan->source_count; i++) {
        const Source *source = catalog_find(engine->catalog, plan->sources[i]);
        if (source && source->partitions > most) most = source->partitions;
    }
    return most;
}

static int thread_count(mr_Engine *engine, const Map *properties,
                        const Plan *plan)
{
    int threads = (int)engine_setting_int(engine, properties,
                                          "num.stream.threads");
    int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
    int partitions = partition_max(engine, plan);

    if (engine->mode == MR_TEST) return 0;
    /* A thread has its own Kafka client; against the embedded broker one
     * thread already saturates what the broker gives. */
    if (!engine->kafka) threads = 1;
    if (threads > cores) threads = cores;
    if (threads > partitions) threads = partitions;
    return threads < 1 ? 1 : threads;
}

static int64_t cache_bytes(const mr_Engine *engine, const Map *properties)
{
    const char *newer = "statestore.cache.max.bytes";
    const char *name = "cache.max.bytes.buffering";
    Str set = engine_setting(engine, properties, str_from(newer));
    return engine_setting_int(engine, properties, set.ptr ? newer : name);
}

static size_t setting_bytes(const mr_Engine *engine, const char *name)
{
    int64_t bytes = engine_setting_int(engine, NULL, name);
    return bytes > 0 ? (size_t)bytes : 0;
}

static StateOptions state_options(const mr_Engine *engine)
{
    static const struct {
        const char *name;
        StateCompression value;
    } compressions[] = {{"LZ4_COMPRESSION", COMPRESS_LZ4},
                        {"ZSTD_COMPRESSION", COMPRESS_ZSTD},
                        {"SNAPPY_COMPRESSION", COMPRESS_SNAPPY}};
    Str compression = engine_setting(
        engine, NULL, STR("ksql.plugins.rocksdb.compression.type"));
    Str style = engine_setting(engine, NULL,
                               STR("ksql.plugins.rocksdb.compaction.style"));
    StateOptions options = {
        .memory = engine->state_memory,
        .block_cache_bytes = setting_bytes(engine,
                                           "ksql.plugins.rocksdb.cache.size"),
        .write_buffer_bytes = setting_bytes(
            engine, "ksql.plugins.rocksdb.write.buffer.size"),
        .background_jobs = (int)setting_bytes(
            engine, "ksql.plugins.rocksdb.max.background.jobs"),
        .compaction = str_eq_nocase(style, STR("LEVEL")) ? COMPACT_LEVEL
                                                         : COMPACT_UNIVERSAL};
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        if (str_eq_nocase(compression, str_from(compressions[i].name)))
            options.compression = compressions[i].value;
    return options;
}

void query_options(mr_Engine *engine, const Map *properties, const Plan *plan,
                   Str id, QueryOptions *options)
{
    Str reset = engine_setting(engine, properties, STR("auto.offset.reset"));
    *options = (QueryOptions){
        .id = id,
        .broker = engine->broker,
        .hubs = engine_setting_bool(engine, properties,
                                    "millrace.shared.readers")
                    ? engine->hubs
                    : NULL,
        .state_directory = STR_NULL,
        .threads = thread_count(engine, properties, plan),
        .batch_rows_max = engine->batch_rows_max,
        .one_partition = engine->one_partition,
        .commit_interval_ms = engine_setting_int(engine, properties,
                                                 "commit.interval.ms"),
        .checkpoint_interval_ms = engine_setting_int(
            engine, properties, "millrace.checkpoint.interval.ms"),
        .purge_interval_ms = engine_setting_int(
            engine, properties, "repartition.purge.interval.ms"),
        .exactly_once = str_starts_with(
            engine_setting(engine, properties, STR("processing.guarantee")),
            STR("exactly_once")),
        .cache_max_bytes = (size_t)cache_bytes(engine, properties),
        .state = state_options(engine),
        .offset_latest = str_eq_nocase(reset, STR("latest")),
        .use_group = true,
        /* The embedded broker has one process and nobody to stand by for. */
        .standby_replicas = engine->kafka ? (int)engine_setting_int(
                                                engine, properties,
                                                "num.standby.replicas")
                                          : 0,
        .state_cleanup_ms = engine_setting_int(engine, properties,
                                               "state.cleanup.delay.ms"),
        .internal_replicas = (int)engine_setting_int(engine, properties,
                                                     "replication.factor"),
        .properties = properties,
        .clock = engine->clock,
        .max_task_idle_ms = engine_setting_int(engine, properties,
                                               "max.task.idle.ms"),
        .log = processing_log_write,
        .log_context = engine->processing_log,
    };
}

static Str state_directory(mr_Engine *engine, Arena *arena, Str id)
{
    Str root = engine_setting(engine, NULL, STR("state.dir"));
    if (engine->memory_state) return STR_NULL;
    if (root.len)
        return str_printf(arena, "%.*s/%.*s", STR_ARG(root), STR_ARG(id));
    return str_printf(arena, "%.*s/state/%.*s", STR_ARG(engine->data_directory),
                      STR_ARG(id));
}

EngineQuery *query_add(Exec *x, Str id, Arena *plan_arena, const Plan *plan,
                       Str text)
{
    mr_Engine *engine = x->engine;
    EngineQuery *query = ARENA_NEW(plan_arena, EngineQuery);
    Str service = engine_setting(engine, NULL, STR("ksql.service.id"));
    Str prefix = engine_setting(engine, NULL, STR("ksql.persistent.prefix"));

    atomic_init(&query->users, 1);
    query->arena = plan_arena;
    query->id = str_copy(plan_arena, id);
    query->plan = plan;
    query->text = str_copy(plan_arena, text);
    query->application_id = str_printf(
        plan_arena, "_confluent-ksql-%.*s%.*s%.*s", STR_ARG(service),
        STR_ARG(prefix), STR_ARG(id));
    query->state_directory = state_directory(engine, plan_arena,
                                             query->application_id);
    query_retry_init(query);
    query->properties = query_properties(plan_arena, engine, x->overrides);
    map_put(engine->arena, &engine->queries, query->id, query);
    catalog_link(engine->catalog, plan, query->id);
    return query;
}

EngineQuery *query_keep(EngineQuery *query)
{
    atomic_fetch_add(&query->users, 1);
    return query;
}

void query_let_go(EngineQuery *query)
{
    if (atomic_fetch_sub(&query->users, 1) == 1) arena_free(query->arena);
}

void query_launch_options(mr_Engine *engine, const EngineQuery *query,
                          QueryOptions *options)
{
    query_options(engine, query->properties, query->plan, query->id, options);
    options->application_id = query->application_id;
    options->state_directory = query->state_directory;
}

void query_take(mr_Engine *engine, EngineQuery *query, Status st,
                Query *started)
{
    /* Its table is another now, for pull queries that know the one before. */
    atomic_fetch_add(&engine->version, 1);
    query->query = st.kind ? NULL : started;
    /* A broker that is away is asked every second: without a new text. */
    if (st.kind == ST_RETRY && query->start_kind != ST_RETRY)
        log_warn("query waits for the broker", "id=%.*s reason=\"%s\"",
                 STR_ARG(query->id), st.text);
    query->start_kind = st.kind;
    query->start_error = !st.kind ? STR("")
                         : st.kind == ST_RETRY
                             ? STR("it waits for the broker, which is away")
                             : str_copy(query->arena, str_from(st.text));
    if (st.kind) return;
    if (query->paused) query_pause(query->query);
    log_info("query started", "id=%.*s", STR_ARG(query->id));
}

STATUS query_launch(mr_Engine *engine, Arena *stmt, EngineQuery *query)
{
    QueryOptions options;
    Query *started = NULL;

    if (!engine->started || query->query || query_is_restarting(query))
        return st_ok();
    query_launch_options(engine, query, &options);
    Status st = query_start(stmt, query->plan, &options, &started);
    query_take(engine, query, st, started);
    return st;
}

static void clean_up(mr_Engine *engine, const EngineQuery *query, Arena *arena)
{
    Status st = query_cleanup(arena, engine->broker, query->plan,
                              query->application_id, query->state_directory);
    /* The query has ended; leftovers must not make the statement fail. */
    if (st.kind)
        log_warn("query left something behind", "id=%.*s reason=\"%s\"",
                 STR_ARG(query->id), st.text);
}

/* All that is outside of this process, the sign last. */
static Status remove_remains(Exec *x, const EngineQuery *query, Str topic)
{
    Status gone = topic.len ? engine_delete_topic(x->engine, x->stmt, topic)
                            : st_ok();
    clean_up(x->engine, query, x->stmt);
    return gone;
}

STATUS query_sign(Exec *x, const EngineQuery *query)
{
    return query->state_directory.ptr
               ? state_reserve(x->stmt, query->state_directory)
               : st_ok();
}

/* If the sign is there, whoever removed the query died before it was done. */
static bool is_signed(const Exec *x, const EngineQuery *query)
{
    return query->state_directory.ptr &&
           !access(str_cstr(x->stmt, query->state_directory), F_OK);
}

static void forget(EngineQuery *query)
{
    log_info("query terminated", "id=%.*s", STR_ARG(query->id));
    query_retry_free(query);
    query_let_go(query);
}

void query_discard(mr_Engine *engine, EngineQuery *query, Arena *arena)
{
    if (query->query) query_stop(query->query);
    clean_up(engine, query, arena);
    forget(query);
}

STATUS query_remove(Exec *x, EngineQuery *query, Str topic)
{
    Status st = st_ok();
    map_remove(x->queries, query->id);
    bool mine = !x->dry && !query_leave_to_retry(query);
    if (mine) {
        if (query->query) query_stop(query->query);
        if (x->replay && !is_signed(x, query)) topic = STR_NULL;
        if (!x->replay || x->last) st = remove_remains(x, query, topic);
    }
    catalog_unlink(x->catalog, query->id);
    if (mine) forget(query);
    return st;
}

const char *query_state_name(const EngineQuery *query, Arena *arena,
                             QueryInfo *info)
{
    QueryInfo local;
    if (!info) info = &local;
    *info = (QueryInfo){0};
    if (!query->query) {
        info->error = query->start_error;
        return query->start_error.len ? "ERROR" : "CREATED";
    }
    query_info(query->query, arena, info);
    switch (info->state) {
    case QUERY_CREATED:
    case QUERY_RESTORING:
    case QUERY_RUNNING: return "RUNNING";
    case QUERY_PAUSED: return "PAUSED";
    case QUERY_ERROR: return "ERROR";
    case QUERY_STOPPED: return "STOPPED";
    }
    return "RUNNING";
}

STATUS query_require(Exec *x, Str id, uint32_t at, EngineQuery **query)
{
    *query = map_get(x->queries, id);
    if (*query) return st_ok();
    Near near = near_to(id);
    for (int i = 0; i < x->queries->count; i++)
        if (x->queries->entries[i].value)
            near_offer(&near, x->queries->entries[i].key);
    return st_error_at(x->stmt, at, "query '%.*s' does not exist%s",
                       STR_ARG(id),
                       near_hint(&near, x->stmt, ": SHOW QUERIES lists them"));
}

/* ---- the engine's view of all of them ---- */

bool mr_is_idle(mr_Engine *engine, int64_t idle_ms)
{
    Arena *arena = arena_new("idle", 0);
    bool idle = true;

    pthread_mutex_lock(&engine->lock);
    int64_t now_ms = clock_monotonic_ms();
    for (int i = 0; i < engine->queries.count && idle; i++) {
        EngineQuery *query = engine->queries.entries[i].value;
        QueryInfo info;
        if (!query || !query->query) continue;
        query_info(query->query, arena, &info);
        if (info.state == QUERY_ERROR || info.state == QUERY_STOPPED) continue;
        idle = query_is_idle(query->query) &&
               now_ms - info.last_record_ms >= idle_ms;
    }
    pthread_mutex_unlock(&engine->lock);
    arena_free(arena);
    return idle;
}

int mr_step(mr_Engine *engine, int max_records)
{
    int done = 0;
    pthread_mutex_lock(&engine->lock);
    for (int i = 0; i < engine->queries.count; i++) {
        EngineQuery *query = engine->queries.entries[i].value;
        if (query && query->query)
            done += query_step(query->query, max_records);
    }
    pthread_mutex_unlock(&engine->lock);
    return done;
}

STATUS mr_commit(mr_Engine *engine, Arena *arena)
{
    Status st = st_ok();
    pthread_mutex_lock(&engine->lock);
    for (int i = 0; i < engine->queries.count && !st.kind; i++) {
        EngineQuery *query = engine->queries.entries[i].value;
        if (query && query->query) st = query_commit(query->query, arena);
    }
    pthread_mutex_unlock(&engine->lock);
    return st;
}

STATUS mr_query_stats(mr_Engine *engine, Arena *arena, mr_QueryStats **stats,
                      int *count)
{
    pthread_mutex_lock(&engine->lock);
    *stats = ARENA_ARRAY(arena, mr_QueryStats, engine->queries.live + 1);
    *count = 0;
    for (int i = 0; i < engine->queries.count; i++) {
        EngineQuery *query = engine->queries.entries[i].value;
        QueryInfo info;
        if (!query) continue;
        const char *state = query_state_name(query, arena, &info);
        (*stats)[(*count)++] = (mr_QueryStats){
            .id = str_copy(arena, query->id),
            .state = str_from(state),
            .error = info.error.len ? str_copy(arena, info.error) : STR(""),
            .records_in = info.records_in,
            .records_out = info.records_out,
            .errors = info.errors,
            .late = info.late,
            .wall_s = (double)info.wall_ns / 1e9,
            .cpu_s = (double)info.cpu_ns / 1e9,
        };
    }
    pthread_mutex_unlock(&engine->lock);
    return st_ok();
}
