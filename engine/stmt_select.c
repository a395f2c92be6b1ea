/* SPDX-License-Identifier: Apache-2.0
 *
 * SELECT: push queries (EMIT CHANGES) and pull queries over streams, run as
 * transient queries whose rows come through a queue to the asking thread. Those
 * over tables are in pull.c.
 */
#include "engine/engine_int.h"
#include "engine/pull.h"
#include "engine/rows.h"

#include "base/log.h"

/* How a transient query runs and where its rows are. */
typedef struct Transient {
    const Plan *plan;
    Query *query;
    RowQueue *rows;
    Str id;
} Transient;

static void finished(void *context, Query *query)
{
    (void)query;
    rows_finish(context);
}

/* Hands one pack on. False: the reader wants no more. */
static bool deliver(const Transient *t, const RowPack *pack,
                    const mr_Sink *sink)
{
    for (int i = 0; i < pack->count; i++) {
        const Value *values = &pack->values[i * pack->column_count];
        if (!sink->row(sink->context, t->plan->schema, values,
                       pack->tombstones[i]))
            return false;
    }
    return true;
}

/* Streams until limit, stop or error. `until_idle`: a pull query ends when all
 * that was there at its start has been read. */
static Status stream_rows(Exec *x, Transient *t, bool until_idle)
{
    const mr_Sink *sink = x->sink;
    QueryInfo info;
    bool done = false, more = true;

    while (more && !done) {
        bool idle = until_idle && query_is_idle(t->query);
        RowPack *pack = rows_take(t->rows, idle ? 1 : 20, &done);
        if (pack) {
            more = deliver(t, pack, sink);
            arena_free(pack->arena);
            continue;
        }
        if (sink->stop && sink->stop(sink->context)) break;
        if (idle) break;
    }
    query_info(t->query, x->stmt, &info);
    if (info.state == QUERY_ERROR)
        return st_error(x->stmt, ST_FATAL, "query '%.*s' stopped: %.*s",
                        STR_ARG(t->id), STR_ARG(info.error));
    if (sink->end)
        sink->end(sink->context, done         ? STR("Limit Reached")
                                 : until_idle ? STR("Query Completed")
                                              : STR(""));
    return st_ok();
}

/* Room for one more push query? */
static Status check_push_count(Exec *x, const AstStatement *statement)
{
    int64_t max = engine_setting_int(x->engine, NULL, "ksql.max.push.queries");
    if (x->engine->push_count < max) return st_ok();
    return st_error_at(x->stmt, statement->at,
                       "%d push queries are running, and "
                       "ksql.max.push.queries allows no more: end one first",
                       x->engine->push_count);
}

static Status run(Exec *x, Transient *t, Map *properties)
{
    mr_Engine *engine = x->engine;
    bool pull = t->plan->kind == PLAN_PULL;
    QueryOptions options;

    query_options(engine, properties, t->plan, t->id, &options);
    options.application_id = str_printf(
        x->stmt, "_confluent-ksql-%.*stransient_%.*s_%lld",
        STR_ARG(engine_setting(engine, NULL, STR("ksql.service.id"))),
        STR_ARG(t->id), (long long)clock_now_ms(engine->clock));
    options.use_group = false;
    options.threads = 1;
    /* Rows go out at once: someone is looking. */
    if (!map_get(properties, STR("cache.max.bytes.buffering")))
        options.cache_max_bytes = 0;
    if (pull) options.offset_latest = false;
    options.rows = rows_put;
    options.rows_context = t->rows;
    options.finished = finished;
    options.finished_context = t->rows;
    Status st = query_start(x->stmt, t->plan, &options, &t->query);
    if (st.kind) return st;

    pthread_mutex_unlock(&engine->lock);
    if (x->sink->header)
        x->sink->header(x->sink->context, t->id, t->plan->schema);
    st = stream_rows(x, t, pull);
    rows_close(t->rows);
    query_stop(t->query);
    pthread_mutex_lock(&engine->lock);
    /* The rows were delivered; what is left behind is only untidy. */
    Status cleaned = query_cleanup(x->stmt, engine->broker, t->plan,
                                   options.application_id, STR_NULL);
    if (cleaned.kind)
        log_info("transient query left something behind", "reason=\"%s\"",
                 cleaned.text);
    return st;
}

static Status select_stream(Exec *x, const AstStatement *statement,
                            const Plan *plan)
{
    bool push = plan->kind != PLAN_PULL;
    Status st = push ? check_push_count(x, statement) : st_ok();
    if (st.kind) return st;
    Transient t = {.plan = plan, .rows = rows_new(plan->schema)};
    t.id = str_printf(
        x->stmt, "transient_%.*s_%lld",
        STR_ARG(plan->source_count ? plan->sources[0] : STR("")),
        (long long)(clock_monotonic_ns() + x->engine->next_transient++));
    x->engine->push_count += push;
    st = run(x, &t, query_properties(x->stmt, x->engine, x->overrides));
    x->engine->push_count -= push;
    rows_free(t.rows);
    return st;
}

/* Pull queries, or those over streams, may be switched off. */
static Status check_allowed(Exec *x, const AstStatement *statement,
                            const Plan *plan)
{
    const char *off = "ksql.pull.queries.enable";
    if (plan->kind != PLAN_PULL) return st_ok();
    if (engine_setting_bool(x->engine, NULL, off)) {
        off = "ksql.query.pull.stream.enabled";
        if (plan->pull || engine_setting_bool(x->engine, x->overrides, off))
            return st_ok();
    }
    return st_error_at(x->stmt, statement->at,
                       "pull queries%s are switched off by '%s': add EMIT "
                       "CHANGES for a push query",
                       str_eq(str_from(off), STR("ksql.pull.queries.enable"))
                           ? ""
                           : " over streams",
                       off);
}

Status exec_select(Exec *x, const AstStatement *statement)
{
    PlanEnv env = exec_plan_env(x);
    Plan *plan = NULL;
    Source *source = NULL;
    TopicPlan topic;
    Str warning = STR_NULL;
    Arena *own = x->dry ? x->stmt : arena_new("plan", 0);

    Status st = plan_query(own, &env, x->catalog, statement, &plan, &source,
                           &topic, &warning);
    if (!st.kind) st = check_allowed(x, statement, plan);
    bool runs = !st.kind && !x->dry && !x->replay;
    if (runs && (!x->sink || !x->sink->row)) {
        runs = false;
        st = st_error_at(x->stmt, statement->at,
                         "SELECT needs somewhere to send its rows");
    }
    if (runs && plan->pull) return pull_execute(x, statement, own, plan);
    if (runs) st = select_stream(x, statement, plan);
    if (x->dry) return st;
    if (st.kind) st.text = str_cstr(x->stmt, str_from(st.text));
    arena_free(own);
    return st;
}
