/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a query's state from outside (pull queries). Stores belong to their
 * worker's thread, so the asker leaves a request, each worker serves it between
 * two turns for the tasks it has, and the asker waits. One request at a time.
 */
#include "runtime/join_int.h"
#include "runtime/query_int.h"

#include <time.h>

enum { ANSWER_S = 10 };

typedef struct Reading {
    Op *op;
    StateRequest *request;
    Value *row;
} Reading;

/* Bytes of window bounds behind the keys of an operator's store. */
static size_t window_bytes(const Op *op)
{
    const PlanNode *node = op->node;
    if (node->kind == PLAN_AGGREGATE)
        return node->aggregate.window.kind == WINDOW_NONE      ? 0
               : node->aggregate.window.kind == WINDOW_SESSION ? 16
                                                               : 12;
    return join_window_bytes(node->kind == PLAN_SOURCE ? node->source.window
                                                       : node->window);
}

/* Is this store key the one asked for, any window of it? */
static bool matches(const Op *op, Str wanted, Str key)
{
    if (!wanted.ptr) return true;
    size_t tail = window_bytes(op);
    if (key.len != wanted.len + tail) return false;
    key.len -= tail;
    return str_eq(key, wanted);
}

static bool read_row(Op *op, Arena *arena, Str key, Str value,
                     int64_t timestamp_ms, Value *row)
{
    switch (op->node->kind) {
    case PLAN_AGGREGATE:
        return aggregate_read(op, arena, key, value, timestamp_ms, row);
    case PLAN_PROJECT: return project_read(op, arena, value, timestamp_ms, row);
    default: return source_read(op, arena, key, value, timestamp_ms, row);
    }
}

static Store *read_store(Op *op)
{
    switch (op->node->kind) {
    case PLAN_AGGREGATE: return aggregate_store(op);
    case PLAN_PROJECT: return project_store(op);
    case PLAN_SOURCE: return source_store(op);
    default: return NULL;
    }
}

static bool read_entry(void *context, Str key, Str value, int64_t timestamp_ms)
{
    Reading *reading = context;
    StateRequest *request = reading->request;
    if (!matches(reading->op, request->key, key)) return true;
    bool ok = read_row(reading->op, request->arena, key, value, timestamp_ms,
                       reading->row);
    if (ok && !request->visit(request->context, reading->row, timestamp_ms))
        request->stopped = true;
    return !request->stopped;
}

/* The first key after all that begin with `key`; ptr NULL: there is none. */
static Str after_prefix(Arena *arena, Str key)
{
    Str end = str_copy(arena, key);
    while (end.len && (unsigned char)end.ptr[end.len - 1] == 0xff)
        end.len--;
    if (!end.len) return STR_NULL;
    ((char *)end.ptr)[end.len - 1]++;
    return end;
}

void task_read_state(Task *task, StateRequest *request)
{
    for (int i = 0; i < task->op_count && !request->stopped; i++) {
        Op *op = task->ops[i];
        if (op->node->id != request->node_id) continue;
        Store *store = read_store(op);
        if (!store) continue;
        Reading reading = {
            op, request,
            ARENA_ARRAY(request->arena, Value, op->node->column_count + 1)};
        Str to = request->key.ptr ? after_prefix(request->arena, request->key)
                                  : STR_NULL;
        Status st = store_scan(store, request->arena, request->key, to,
                               read_entry, &reading);
        if (st.kind) request->status = st;
    }
}

static void serve(Worker *worker, StateRequest *request)
{
    if (!request->visit) return; /* Its asker has given up. */
    for (int t = 0; t < worker->task_count && !request->stopped; t++) {
        Task *task = worker->tasks[t];
        if (task->restored) {
            task_read_state(task, request);
        } else if (!request->status.kind) {
            request->status = st_error(
                request->arena, ST_RETRY,
                "the query's state is being restored: try again");
        }
    }
}

void worker_answer(Worker *worker)
{
    Query *query = worker->query;
    pthread_mutex_lock(&query->lock);
    if (worker->answered != query->request.number) {
        serve(worker, &query->request);
        worker->answered = query->request.number;
        pthread_cond_broadcast(&query->changed);
    }
    pthread_mutex_unlock(&query->lock);
}

static bool all_answered(const Query *query)
{
    for (int w = 0; w < query->worker_count; w++)
        if (query->workers[w].answered != query->request.number) return false;
    return true;
}

STATUS query_read_state(Query *query, Arena *arena, int node_id, Str key,
                        bool (*visit)(void *context, const Value *row,
                                      int64_t timestamp_ms),
                        void *context)
{
    pthread_mutex_lock(&query->asking);
    pthread_mutex_lock(&query->lock);
    query->request = (StateRequest){.number = query->request.number + 1,
                                    .node_id = node_id,
                                    .key = key,
                                    .arena = arena,
                                    .visit = visit,
                                    .context = context};
    if (query->options.threads == 0) {
        serve(&query->workers[0], &query->request);
    } else {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += ANSWER_S;
        int late = 0;
        while (!all_answered(query) && !query_is_finished(query) && !late)
            late = pthread_cond_timedwait(&query->changed, &query->lock,
                                          &until);
    }
    Status st = query->request.status;
    if (query->options.threads == 0)
        query->workers[0].answered = query->request.number;
    if (!st.kind && !all_answered(query))
        st = query_is_finished(query)
                 ? st_error(arena, ST_USER, "the query has stopped")
                 : st_error(arena, ST_RETRY,
                            "the query is busy: its broker may be away");
    query->request.visit = NULL;
    pthread_mutex_unlock(&query->lock);
    pthread_mutex_unlock(&query->asking);
    return st;
}
