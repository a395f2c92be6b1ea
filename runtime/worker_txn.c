/* SPDX-License-Identifier: Apache-2.0
 *
 * Exactly once: all that the tasks of a worker write, and the offsets of what
 * they read, is one transaction (runtime 5.2).
 *
 *   begin -> tasks run, flush ... -> commit with offsets -> begin ...
 *              |                       |
 *              +-- a write fails ------+-- aborted, fenced, not known
 *                            |
 *                            v
 *                     must_go_back: tasks stop
 *                            |
 *     the producer is opened anew if it is broken (which ends what the old
 *     one left open), tasks are thrown away with all they have in memory,
 *     made again, read from the committed offsets and restored
 *
 * What is on disk is never newer than the last commit (store.h), so restoring
 * reads the end of the changelogs only. The query goes on meanwhile.
 *
 * Who may commit is decided by the group: a worker that lost its partitions is
 * refused with its offsets (KIP-447). The transactional id has the name of the
 * state database in it, so a process that is started again ends at once what
 * the dead one left open, and processes that share a query do not disturb each
 * other.
 *
 * A worker begins by going back: that opens its first producer.
 *
 * The broker aborts what stays open longer than transaction.timeout.ms, so a
 * commit is due after half of that, whatever the interval; and after 32 MB, as
 * the embedded broker has a transaction in memory.
 */
#include "base/fault.h"
#include "base/log.h"
#include "base/number.h"
#include "runtime/query_int.h"

enum {
    TIMEOUT_MS = 10000, /* The broker's, if nothing else is set. */
    BYTES_MAX = 32 << 20,
    GO_BACK_PAUSE_MS = 200, /* Between attempts. */
    FAILURES_MAX = 20,
    JOIN_WAIT_MS = 2000, /* For the other workers of the query. */
};

bool txn_is_broken(const Worker *worker, Status st)
{
    return worker->exactly_once && worker->producer && st.kind != ST_USER &&
           producer_has_failed(worker->producer);
}

bool txn_is_due(const Worker *worker)
{
    if (!worker->in_transaction) return false;
    if (producer_txn_bytes(worker->producer) > BYTES_MAX) return true;
    if (clock_monotonic_ms() - worker->began_ms >= worker->open_max_ms)
        return true;
    for (int t = 0; t < worker->task_count; t++)
        for (int i = 0; i < worker->tasks[t]->store_count; i++)
            if (store_wants_commit(worker->tasks[t]->stores[i])) return true;
    return false;
}

void txn_set_limits(Worker *worker, const Map *producer_properties)
{
    const Str *set = map_get(producer_properties,
                             STR("transaction.timeout.ms"));
    int64_t timeout_ms = TIMEOUT_MS;
    if (set && (!number_parse_i64(*set, &timeout_ms) || timeout_ms < 1))
        timeout_ms = TIMEOUT_MS;
    worker->open_max_ms = timeout_ms / 2;
}

void txn_lose(Worker *worker, Status st)
{
    if (!worker->must_go_back && !query_is_finished(worker->query))
        log_warn("going back to the last commit",
                 "query=%.*s worker=%d reason=\"%s\"",
                 STR_ARG(worker->query->options.id), worker->index, st.text);
    worker->must_go_back = true;
    worker->go_back_ms = 0;
}

/* A test makes the commit fail. */
static Status abort_instead(Worker *worker)
{
    Status st = txn_abort(worker->producer, worker->turn);
    return st.kind ? st : st_error(worker->turn, ST_RETRY, "fault 'txn.abort'");
}

STATUS txn_finish(Worker *worker, const TopicPartition *parts, int count)
{
    Status st = fault_here("txn.abort")
                    ? abort_instead(worker)
                    : txn_commit(worker->producer, worker->turn,
                                 worker->consumer, parts, count);
    worker->in_transaction = false;
    if (!st.kind) return st;
    worker->producer_broken = st.kind == ST_FATAL;
    if (st.kind == ST_USER) return st;
    txn_lose(worker, st);
    return st_error(worker->turn, ST_RETRY, "%s", st.text);
}

/* ---- going back ---- */

/* A producer in no transaction. */
static Status renew_producer(Worker *worker)
{
    Status st = st_ok();
    if (worker->producer && worker->in_transaction && !worker->producer_broken)
        worker->producer_broken =
            txn_abort(worker->producer, worker->turn).kind != ST_OK;
    worker->in_transaction = false;
    if (worker->producer && worker->producer_broken) {
        producer_close(worker->producer);
        worker->producer = NULL;
    }
    if (!worker->producer) st = worker_open_producer(worker, worker->turn);
    if (!st.kind) worker->producer_broken = false;
    return st;
}

/* The partitions that the worker's tasks read, from where they began. */
static TopicPartition *owned_partitions(Worker *worker, int *out)
{
    int most = 0, count = 0;
    for (int t = 0; t < worker->task_count; t++)
        most += worker->tasks[t]->input_count;
    TopicPartition *parts = ARENA_ARRAY(worker->turn, TopicPartition, most + 1);
    for (int t = 0; t < worker->task_count; t++) {
        const Task *task = worker->tasks[t];
        for (int i = 0; i < task->input_count; i++) {
            const TaskInput *input = &task->inputs[i];
            bool known = !input->owned;
            for (int k = 0; k < count && !known; k++)
                known = parts[k].topic_index == input->topic &&
                        parts[k].partition == task->partition;
            if (known) continue;
            parts[count++] = (TopicPartition){.topic_index = input->topic,
                                              .partition = task->partition,
                                              .offset = input->start,
                                              .metadata = STR_NULL};
        }
    }
    *out = count;
    return parts;
}

/* Tasks and reading start again at the group's offsets. */
static Status start_again(Worker *worker)
{
    int count;
    TopicPartition *parts = owned_partitions(worker, &count);
    TopicPartition *committed = ARENA_ARRAY(worker->turn, TopicPartition,
                                            count + 1);
    if (count) memcpy(committed, parts, sizeof *parts * (size_t)count);
    Status st = consumer_committed(worker->consumer, worker->turn, committed,
                                   count);
    if (st.kind) return st;
    worker_drop_tasks(worker);
    fault_point("back.dropped");
    for (int i = 0; i < count; i++) {
        bool is_committed = committed[i].offset >= 0;
        if (is_committed) parts[i] = committed[i];
        worker_own(worker, &parts[i], is_committed);
    }
    return count ? consumer_seek(worker->consumer, worker->turn, parts, count)
                 : st_ok();
}

static bool go_back(Worker *worker)
{
    if (clock_monotonic_ms() < worker->go_back_ms) return false;
    Status st = renew_producer(worker);
    if (!st.kind) st = start_again(worker);
    if (!st.kind) {
        worker->must_go_back = false;
        worker->go_back_failures = 0;
        worker_note_away(worker, st);
        log_info("transactions begin after the last commit",
                 "query=%.*s worker=%d", STR_ARG(worker->query->options.id),
                 worker->index);
        return true;
    }
    worker->go_back_ms = clock_monotonic_ms() + GO_BACK_PAUSE_MS;
    if (st.kind == ST_FATAL) worker->go_back_failures++;
    if (st.kind == ST_USER || worker->go_back_failures > FAILURES_MAX)
        worker_fail(worker, st);
    else
        worker_note_away(worker,
                         st_error(worker->turn, ST_RETRY, "%s", st.text));
    return false;
}

bool worker_is_ready(Worker *worker)
{
    if (!worker->exactly_once) return true;
    /* Amid a restore its task cannot be thrown away: it is stopped first. */
    if (worker->must_go_back && (worker->restoring_task || !go_back(worker)))
        return false;
    if (worker->in_transaction) return true;
    Status st = txn_begin(worker->producer, worker->turn);
    if (st.kind) {
        worker->producer_broken = st.kind == ST_FATAL;
        txn_lose(worker, st);
        return false;
    }
    fault_point("txn.begun");
    worker->in_transaction = true;
    worker->began_ms = clock_monotonic_ms();
    return true;
}

bool txn_may_join(Worker *worker)
{
    Query *query = worker->query;
    if (worker->may_join) return true;
    if (!worker->producer && !worker_is_ready(worker)) return false;
    if (!worker->counted) {
        worker->counted = true;
        worker->ready_ms = clock_monotonic_ms();
        atomic_fetch_add(&query->writers_ready, 1);
    }
    worker->may_join = atomic_load(&query->writers_ready) >=
                           query->worker_count ||
                       clock_monotonic_ms() - worker->ready_ms > JOIN_WAIT_MS;
    return worker->may_join;
}
