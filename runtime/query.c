/* SPDX-License-Identifier: Apache-2.0
 *
 * A query from start to stop, and what the outside may ask of it meanwhile.
 *
 * query_start checks the whole plan, asks the broker for partitions, makes the
 * internal topics, opens the state and then the workers; whatever fails takes
 * back what was done (but for internal topics, which query_cleanup removes).
 * After that only flags go in and published figures come out: the workers' own
 * data is never touched from another thread.
 */
#include "runtime/query_int.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/vec.h"
#include "runtime/hub_int.h"
#include "runtime/table_state.h"

enum {
    CACHE_MIN_BYTES = 64 * 1024,
    WRITE_BEHIND_BYTES = 8 << 20, /* Of unwritten state without a cache. */
    SETTLED_MS = 15000, /* No record for so long: nothing more is visible. */
};

bool query_is_finished(const Query *query)
{
    return atomic_load_explicit(&query->finished, memory_order_relaxed);
}

bool query_is_paused(const Query *query)
{
    return atomic_load_explicit(&query->paused, memory_order_relaxed);
}

bool query_is_assigned(Query *query)
{
    bool all = true;
    pthread_mutex_lock(&query->lock);
    for (int w = 0; w < query->worker_count; w++)
        all = all && query->workers[w].shown_assigned;
    pthread_mutex_unlock(&query->lock);
    return all;
}

void query_end(Query *query, Status st)
{
    pthread_mutex_lock(&query->lock);
    if (query->state != QUERY_ERROR && query->state != QUERY_STOPPED) {
        query->state = st.kind ? QUERY_ERROR : QUERY_STOPPED;
        if (st.kind) {
            size_t len = strlen(st.text) + 1;
            query->error_kind = st.kind;
            query->error = mem_alloc(len);
            memcpy(query->error, st.text, len);
            log_error("query stopped", "query=%.*s reason=\"%s\"",
                      STR_ARG(query->options.id), st.text);
        }
    }
    atomic_store(&query->finished, true);
    pthread_cond_broadcast(&query->changed);
    pthread_mutex_unlock(&query->lock);
}

/* ---- start and stop ---- */

static Query *new_query(const Plan *plan, const QueryOptions *options)
{
    Arena *arena = arena_new("query", 0);
    Query *query = ARENA_NEW(arena, Query);
    query->arena = arena;
    query->plan = plan;
    query->options = *options;
    int rows = options->batch_rows_max;
    if (rows <= 0 || rows > BATCH_ROWS_MAX) rows = BATCH_ROWS_MAX;
    query->options.batch_rows_max = rows;
    if (!options->use_group) query->options.exactly_once = false;
    pthread_mutex_init(&query->lock, NULL);
    pthread_mutex_init(&query->rows_lock, NULL);
    pthread_cond_init(&query->changed, NULL);
    query->state = QUERY_CREATED;
    query->started_ns = clock_monotonic_ns();
    return query;
}

static void free_query(Query *query)
{
    if (query->db) state_close(query->db);
    table_state_drop(query->table);
    for (int i = 0; i < query->worker_count; i++)
        arena_free(query->workers[i].life);
    pthread_mutex_destroy(&query->lock);
    pthread_mutex_destroy(&query->rows_lock);
    pthread_cond_destroy(&query->changed);
    mem_free(query->error);
    arena_free(query->arena);
}

/* The cache is shared out evenly: one share for each store of each task. */
static void share_cache(Query *query)
{
    int stores = 0;
    for (int i = 0; i < query->sub_count; i++)
        stores += query->subs[i].store_count * query->subs[i].partitions;
    if (stores < 1) stores = 1;
    size_t total = query->options.cache_max_bytes;
    if (!total) total = WRITE_BEHIND_BYTES;
    query->cache_share_bytes = total / (size_t)stores;
    if (query->cache_share_bytes < CACHE_MIN_BYTES)
        query->cache_share_bytes = CACHE_MIN_BYTES;
}

static Status open_workers(Query *query, Arena *arena)
{
    int count = query->options.threads;
    if (count < 1 || !query->options.use_group) count = 1;
    query->workers = arena_zalloc(query->arena, sizeof(Worker) * (size_t)count);
    for (int i = 0; i < count; i++) {
        Status st = worker_open(query, arena, i, &query->workers[i]);
        query->worker_count++;
        if (st.kind) return st;
    }
    if (query->options.threads < 1) return st_ok();
    for (int i = 0; i < count; i++) {
        Worker *worker = &query->workers[i];
        if (pthread_create(&worker->thread, NULL, worker_main, worker))
            return st_error(arena, ST_FATAL,
                            "no more threads: the system's limit is reached");
        worker->started = true;
    }
    return st_ok();
}

/* The sub-topology with the node, or NULL. */
static const SubPlan *sub_of(const Query *query, const PlanNode *wanted)
{
    for (int s = 0; s < query->sub_count; s++) {
        const PlanNode *node = query->subs[s].root;
        for (; node; node = node->inputs[0]) {
            if (node == wanted) return &query->subs[s];
            if (node != query->subs[s].root && node->kind == PLAN_REPARTITION)
                break;
        }
    }
    return NULL;
}

/* What pull queries read. */
static void open_table(Query *query)
{
    const PlanNode *kept = plan_kept(query->plan);
    const SubPlan *sub = kept ? sub_of(query, kept) : NULL;
    if (sub) query->table = table_state_new(kept->id, sub->partitions);
}

static bool has_stores(const Query *query)
{
    for (int i = 0; i < query->sub_count; i++)
        if (query->subs[i].store_count) return true;
    return false;
}

static Status prepare(Query *query, Arena *arena)
{
    Status st = query_cut(query, arena);
    if (!st.kind) st = query_topics(query, arena);
    if (st.kind) return st;
    share_cache(query);
    if (hub_join(query)) return st;
    open_table(query);
    Str directory = has_stores(query) ? query->options.state_directory
                                      : STR_NULL;
    st = state_open(arena, directory, &query->options.state, &query->db);
    if (!st.kind) st = open_workers(query, arena);
    if (!st.kind) st = standby_open(query, arena);
    return st;
}

STATUS query_start(Arena *arena, const Plan *plan, const QueryOptions *options,
                   Query **out)
{
    Query *query = new_query(plan, options);
    Status st = prepare(query, arena);
    if (st.kind) {
        query_stop(query);
        return st;
    }
    pthread_mutex_lock(&query->lock);
    if (query->state == QUERY_CREATED) query->state = QUERY_RUNNING;
    pthread_mutex_unlock(&query->lock);
    *out = query;
    return st_ok();
}

void query_begin_halt(Query *query)
{
    int64_t none = 0;
    atomic_compare_exchange_strong(&query->stopping_ms, &none,
                                   clock_monotonic_ms());
    atomic_store(&query->stopping, true);
}

void query_halt(Query *query)
{
    query_begin_halt(query);
    hub_leave(query);
    for (int i = 0; i < query->worker_count; i++) {
        Worker *worker = &query->workers[i];
        if (worker->started)
            pthread_join(worker->thread, NULL);
        else if (!worker->closed_down)
            worker_close(worker);
        worker->started = false;
    }
    standby_close(query);
}

void query_stop(Query *query)
{
    query_halt(query);
    free_query(query);
}

/* ---- stepping ---- */

int query_step(Query *query, int max_records)
{
    if (query->options.threads > 0 || query_is_finished(query) ||
        atomic_load(&query->paused))
        return 0;
    int done = worker_turn(&query->workers[0], 0, max_records);
    if (query_is_finished(query) && !atomic_exchange(&query->told, true) &&
        query->options.finished)
        query->options.finished(query->options.finished_context, query);
    return done;
}

STATUS query_commit(Query *query, Arena *arena)
{
    if (query->options.threads > 0) {
        atomic_store(&query->commit_wanted, true);
        return st_ok();
    }
    if (query_is_finished(query)) return st_ok();
    Worker *worker = &query->workers[0];
    Status st = worker_commit(worker, false);
    if (st.kind && st.kind != ST_RETRY) worker_fail(worker, st);
    if (st.kind) st.text = str_cstr(arena, str_from(st.text));
    worker_publish(worker, true);
    return st;
}

void query_pause(Query *query)
{
    atomic_store(&query->paused, true);
}

void query_resume(Query *query)
{
    atomic_store(&query->paused, false);
}

/* ---- idle ---- */

/* The published progress of a partition; NULL: nobody here reads it. */
static const Progress *find_progress(const Query *query, int topic,
                                     int partition, const Worker **owner)
{
    for (int w = 0; w < query->worker_count; w++) {
        const Worker *worker = &query->workers[w];
        for (int i = 0; i < worker->progress_count; i++) {
            const Progress *p = &worker->progress_room[i];
            if (p->topic != topic || p->partition != partition) continue;
            *owner = worker;
            return p;
        }
    }
    return NULL;
}

static bool partition_is_done(Query *query, Arena *arena, int topic,
                              int partition)
{
    int64_t low, high;
    Status st = broker_watermarks(query->options.broker, arena,
                                  str_from(query->topics[topic].name),
                                  partition, &low, &high);
    if (st.kind) return false;
    const Worker *owner = NULL;
    pthread_mutex_lock(&query->lock);
    const Progress *p = find_progress(query, topic, partition, &owner);
    bool done = true;
    if (p) {
        int64_t now = clock_monotonic_ms();
        bool settled = query->options.threads > 0 &&
                       owner->shown_empty_since_ms > 0 &&
                       now - owner->shown_empty_since_ms > SETTLED_MS;
        done = !p->queued && !p->dirty &&
               (p->position >= high || low == high || settled);
    }
    pthread_mutex_unlock(&query->lock);
    return done;
}

/* Parts upstream are looked at first: once they are done all they wrote is in
 * the topics of the parts after them. */
bool query_is_idle(Query *query)
{
    if (query_is_finished(query) || query_is_paused(query)) return true;
    atomic_store(&query->commit_wanted, true);
    if (query->options.threads == 0) {
        Worker *worker = &query->workers[0];
        if (worker_commit(worker, false).kind) return false;
        worker_publish(worker, true);
    }
    pthread_mutex_lock(&query->lock);
    bool ready = true;
    for (int w = 0; w < query->worker_count; w++)
        ready = ready && query->workers[w].shown_assigned &&
                !query->workers[w].restoring;
    pthread_mutex_unlock(&query->lock);
    Arena *arena = arena_new("idle", 0);
    for (int s = 0; ready && s < query->sub_count; s++) {
        const SubPlan *sub = &query->subs[s];
        for (int i = 0; ready && i < sub->input_count; i++) {
            int topic = sub->inputs[i].topic;
            for (int p = 0; ready && p < query->topics[topic].partitions; p++)
                ready = partition_is_done(query, arena, topic, p);
        }
    }
    arena_free(arena);
    if (ready) atomic_store(&query->commit_wanted, false);
    return ready;
}

/* ---- figures ---- */

static QueryState state_now(const Query *query)
{
    if (query->state == QUERY_ERROR || query->state == QUERY_STOPPED)
        return query->state;
    if (atomic_load(&query->paused)) return QUERY_PAUSED;
    for (int w = 0; w < query->worker_count; w++)
        if (query->workers[w].restoring) return QUERY_RESTORING;
    return query->state;
}

void query_info(Query *query, Arena *arena, QueryInfo *info)
{
    *info = (QueryInfo){.error = STR_NULL};
    pthread_mutex_lock(&query->lock);
    info->state = state_now(query);
    info->error_kind = query->error_kind;
    info->restored = atomic_load(&query->restored);
    info->to_restore = atomic_load(&query->to_restore);
    info->standby_count = query->standby_count;
    info->standby_behind = query->standby_behind;
    if (query->error) info->error = str_copy(arena, str_from(query->error));
    info->wall_ns = clock_monotonic_ns() - query->started_ns;
    for (int w = 0; w < query->worker_count; w++) {
        const Worker *worker = &query->workers[w];
        info->records_in += worker->shown_records_in;
        info->cpu_ns += worker->shown_cpu_ns;
        info->state_keys += worker->shown_state_keys;
        info->state_bytes += worker->shown_state_bytes;
        if (worker->shown_last_record_ms > info->last_record_ms)
            info->last_record_ms = worker->shown_last_record_ms;
        for (int i = 0; i < query->plan->node_count; i++) {
            info->errors += worker->shown[i].errors;
            info->late += worker->shown[i].late;
        }
        info->records_out += worker->shown[query->plan->root->id].rows_out;
    }
    pthread_mutex_unlock(&query->lock);
}

static void print_node(const NodeCounts *counts, Buf *out, const PlanNode *node,
                       int depth)
{
    const NodeCounts *c = &counts[node->id];
    const OpType *type = op_type(node);
    buf_printf(out, "%*s%s %.*s: in=%lld out=%lld", depth * 2, "",
               type ? type->name : "?", STR_ARG(node->step),
               (long long)c->rows_in, (long long)c->rows_out);
    if (c->late) buf_printf(out, " late=%lld", (long long)c->late);
    if (c->errors) buf_printf(out, " errors=%lld", (long long)c->errors);
    if (c->busy_ns)
        buf_printf(out, " busy_ms=%lld", (long long)(c->busy_ns / 1000000));
    if (c->state_keys || c->state_bytes)
        buf_printf(out, " state_keys=%lld state_bytes=%lld",
                   (long long)c->state_keys, (long long)c->state_bytes);
    buf_push(out, '\n');
    for (int i = 0; i < node->input_count; i++)
        print_node(counts, out, node->inputs[i], depth + 1);
}

void query_print(Query *query, Buf *out)
{
    Arena *arena = arena_new("print", 0);
    NodeCounts *sum = arena_zalloc(
        arena, sizeof(NodeCounts) * (size_t)(query->plan->node_count + 1));
    pthread_mutex_lock(&query->lock);
    for (int w = 0; w < query->worker_count; w++) {
        for (int i = 0; i < query->plan->node_count; i++) {
            const NodeCounts *c = &query->workers[w].shown[i];
            sum[i].rows_in += c->rows_in;
            sum[i].rows_out += c->rows_out;
            sum[i].late += c->late;
            sum[i].errors += c->errors;
            sum[i].busy_ns += c->busy_ns;
            sum[i].state_keys += c->state_keys;
            sum[i].state_bytes += c->state_bytes;
        }
    }
    int standbys = query->standby_count;
    int64_t behind = query->standby_behind;
    pthread_mutex_unlock(&query->lock);
    print_node(sum, out, query->plan->root, 0);
    if (standbys)
        buf_printf(out, "standby: partitions=%d behind=%lld\n", standbys,
                   (long long)behind);
    arena_free(arena);
}

static int by_task(const void *a, const void *b)
{
    const Progress *first = a, *second = b;
    if (first->sub != second->sub) return first->sub - second->sub;
    if (first->partition != second->partition)
        return first->partition < second->partition ? -1 : 1;
    return first->topic - second->topic;
}

int query_tasks(Query *query, Arena *arena, QueryTaskInput **inputs)
{
    VEC(Progress) all = {0};
    pthread_mutex_lock(&query->lock);
    for (int w = 0; w < query->worker_count; w++) {
        const Worker *worker = &query->workers[w];
        for (int i = 0; i < worker->progress_count; i++)
            *vec_push(arena, &all) = worker->progress_room[i];
    }
    pthread_mutex_unlock(&query->lock);
    if (all.count) qsort(all.at, (size_t)all.count, sizeof *all.at, by_task);
    *inputs = ARENA_ARRAY(arena, QueryTaskInput, all.count + 1);
    for (int i = 0; i < all.count; i++) {
        const Progress *p = &all.at[i];
        (*inputs)[i] = (QueryTaskInput){
            .task = str_printf(arena, "%d_%d", p->sub, (int)p->partition),
            .topic = query->topics[p->topic].name,
            .partition = p->partition,
            .committed = p->committed,
            .end = p->end};
    }
    return all.count;
}
