/* SPDX-License-Identifier: Apache-2.0
 *
 * Commits (runtime 5), for all tasks of a worker together. At least once:
 *
 *   1. operators flush: merged updates go out, stores are written, changelogs
 *      sent
 *   2. the producer flushes: everything is acknowledged
 *   3. the consumed offsets are committed
 *   4. now and then, what was read from internal topics is deleted (purge)
 *   5. now and then, and at the end, the state is made durable (checkpoint)
 *
 * A crash between 2 and 3 repeats what came after the last commit; nothing is
 * ever skipped. A failure that may pass leaves the tasks dirty, and the next
 * commit does all of it again.
 *
 * Exactly once 2 and 3 are one transaction (worker_txn.c), and the stores are
 * told when it is committed, as before that nothing of it may reach the disk.
 */
#include "runtime/query_int.h"

#include "base/fault.h"
#include "base/log.h"

enum {
    CHECKPOINT_MS = 10000,
    FLUSH_SLICE_MS = 1000,
    FINAL_FLUSH_MS = 15000, /* How long a rebalance waits for the broker, */
    HALT_FLUSH_MS = 5000,   /* and how long a query that halts. */
};

void worker_fail(Worker *worker, Status st)
{
    query_end(worker->query, st);
}

void worker_take_failure(Worker *worker, Status st)
{
    if (txn_is_broken(worker, st))
        txn_lose(worker, st);
    else
        worker_fail(worker, st);
}

static bool has_news(const Task *task)
{
    if (!task->restored) return false;
    if (task->dirty) return true;
    for (int i = 0; i < task->input_count; i++) {
        const TaskInput *input = &task->inputs[i];
        if (input->owned && input->position >= 0 &&
            input->position != input->committed)
            return true;
    }
    return false;
}

/* Whether a flush that began then has waited enough. A query that halts has one
 * deadline for whatever it still flushes. */
static bool must_give_up(const Worker *worker, bool final, int64_t began_ms)
{
    int64_t now = clock_monotonic_ms();
    int64_t stopping_ms = atomic_load(&worker->query->stopping_ms);
    if (stopping_ms) return now - stopping_ms > HALT_FLUSH_MS;
    return final && now - began_ms > FINAL_FLUSH_MS;
}

/* Waits for all acknowledgements, through an outage too, unless the query is to
 * end and the broker stays away. */
static Status flush_producer(Worker *worker, bool final)
{
    int64_t began = clock_monotonic_ms();
    for (;;) {
        Status st = producer_flush(worker->producer, worker->turn,
                                   FLUSH_SLICE_MS);
        if (st.kind != ST_RETRY) {
            if (!st.kind && worker->away) worker->away = false;
            return st;
        }
        if (!worker->away)
            log_warn("broker away", "query=%.*s worker=%d reason=\"%s\"",
                     STR_ARG(worker->query->options.id), worker->index,
                     st.text);
        worker->away = true;
        if (must_give_up(worker, final, began)) return st;
        if (worker->query->options.threads == 0) return st;
    }
}

static Status commit_offsets(Worker *worker)
{
    int count;
    const TopicPartition *parts = worker_offsets(worker, &count);
    if (!count || !worker->query->options.use_group) return st_ok();
    return consumer_commit(worker->consumer, worker->turn, parts, count);
}

/* The offsets that a task's state stands at, one number an input. */
static Str position_of(Worker *worker, const Task *task)
{
    int64_t *offsets = ARENA_ARRAY(worker->turn, int64_t, TASK_INPUTS_MAX);
    for (int i = 0; i < task->input_count; i++)
        offsets[i] = task->inputs[i].position;
    return (Str){(char *)offsets, sizeof(int64_t) * (size_t)task->input_count};
}

static Status checkpoint(Worker *worker)
{
    Query *query = worker->query;
    if (!query->options.state_directory.ptr) return st_ok();
    for (int t = 0; t < worker->task_count; t++) {
        Task *task = worker->tasks[t];
        if (!task->restored || !task->store_count) continue;
        Status st = state_checkpoint(
            query->db, worker->turn, query->options.broker, task->name,
            task->stores, task->store_count, position_of(worker, task));
        if (st.kind) return st;
    }
    return st_ok();
}

static void note_committed(Worker *worker)
{
    for (int t = 0; t < worker->task_count; t++) {
        Task *task = worker->tasks[t];
        if (!task->restored) continue;
        task->dirty = false;
        for (int i = 0; i < task->input_count; i++)
            task->inputs[i].committed = task->inputs[i].position;
    }
}

/* At least once: acknowledged first, then the offsets. */
static Status commit_flushed(Worker *worker, bool final)
{
    fault_point("commit.flushed");
    if (worker->exactly_once) {
        int count;
        const TopicPartition *parts = worker_offsets(worker, &count);
        return txn_finish(worker, parts, count);
    }
    Status st = flush_producer(worker, final);
    fault_point("commit.acknowledged");
    return st.kind ? st : commit_offsets(worker);
}

/* Flushes the tasks that did something; `any`: there are some. */
static Status flush_tasks(Worker *worker, bool *any)
{
    for (int t = 0; t < worker->task_count; t++) {
        Task *task = worker->tasks[t];
        if (!has_news(task)) continue;
        if (worker->exactly_once && !worker_is_ready(worker))
            return st_error(worker->turn, ST_RETRY,
                            "there is no transaction to commit");
        *any = true;
        task_flush(task);
        fault_point("commit.task_flushed");
        if (!task->failed.kind) continue;
        if (!txn_is_broken(worker, task->failed)) return task->failed;
        txn_lose(worker, task->failed);
        return st_error(worker->turn, ST_RETRY, "%s", task->failed.text);
    }
    return st_ok();
}

/* What was flushed may go to disk now. */
static Status settle_stores(Worker *worker)
{
    Status st = st_ok();
    for (int t = 0; t < worker->task_count && worker->exactly_once; t++) {
        Task *task = worker->tasks[t];
        for (int i = 0; i < task->store_count && !st.kind; i++)
            st = store_committed(task->stores[i], worker->turn);
    }
    return st;
}

STATUS worker_commit(Worker *worker, bool final)
{
    bool any = false;
    if (worker->away && must_give_up(worker, false, 0))
        return st_error(worker->turn, ST_RETRY, "the broker is away");
    if (worker->must_go_back)
        return st_error(worker->turn, ST_RETRY,
                        "what was done since the last commit is lost");
    fault_point("commit.begin");
    Status st = flush_tasks(worker, &any);
    if (!st.kind && any) st = commit_flushed(worker, final);
    if (st.kind) return st;
    if (any) {
        fault_point("commit.done");
        note_committed(worker);
        st = settle_stores(worker);
        if (st.kind) return st;
    }
    if (!final) worker_purge(worker); /* Others wait for the last one. */
    int64_t now = clock_monotonic_ms();
    int64_t interval = worker->query->options.checkpoint_interval_ms;
    if (!interval) interval = CHECKPOINT_MS;
    if (!final && now - worker->last_checkpoint_ms < interval) return st_ok();
    worker->last_checkpoint_ms = now;
    fault_point("checkpoint.begin");
    st = checkpoint(worker);
    fault_point("checkpoint.done");
    if (!final) spare_state_remove(worker);
    return st;
}
