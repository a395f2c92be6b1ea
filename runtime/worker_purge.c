/* SPDX-License-Identifier: Apache-2.0
 *
 * The records of internal topics that were read and committed are deleted, at
 * most every repartition.purge.interval.ms, so that these topics hold what is
 * under way and no more (runtime 5.1).
 *
 * What may go: each internal topic, a repartition or one between the halves of
 * a foreign-key join, is read by one input of one sub-topology, so by nobody
 * but the query's group; nothing is restored from it, as all stores have
 * changelogs. The offset is one that the group has accepted, or had when the
 * partition was given to us, and no later owner begins before that. (Without a
 * group the topics are this run's alone.)
 *
 * A deletion is asked for after a commit and looked at after another: the
 * brokers may take half a second for it, and the record path does not wait.
 * One that fails is asked for again an interval later.
 */
#include "base/fault.h"
#include "base/log.h"
#include "runtime/query_int.h"

enum { TELL_AGAIN_MS = 600000 }; /* That it fails. */

/* What may go and was not asked for; `again`: what was asked for too. */
static RecordsBefore *consumed(Worker *worker, bool again, int *out)
{
    int most = 0, count = 0;
    for (int t = 0; t < worker->task_count; t++)
        most += worker->tasks[t]->input_count;
    RecordsBefore *parts = ARENA_ARRAY(worker->turn, RecordsBefore, most + 1);
    for (int t = 0; t < worker->task_count; t++) {
        Task *task = worker->tasks[t];
        for (int i = 0; i < task->input_count; i++) {
            TaskInput *input = &task->inputs[i];
            const QueryTopic *topic = &worker->query->topics[input->topic];
            int64_t gone = again ? 0 : input->purged;
            if (!topic->internal || !input->owned || input->committed <= gone)
                continue;
            input->purged = input->committed;
            parts[count++] = (RecordsBefore){topic->name, task->partition,
                                             input->committed};
        }
    }
    *out = count;
    return parts;
}

static void note_outcome(Worker *worker, Status st)
{
    int64_t now = clock_monotonic_ms();
    worker->purge_failed = st.kind != ST_OK;
    if (!st.kind || now < worker->purge_told_ms) return;
    worker->purge_told_ms = now + TELL_AGAIN_MS;
    log_warn("repartition topics grow", "query=%.*s worker=%d reason=\"%s\"",
             STR_ARG(worker->query->options.id), worker->index, st.text);
}

/* False: the last deletion is under way. */
static bool finish_last(Worker *worker)
{
    Status st;
    if (!worker->purge) return true;
    if (!deletion_is_over(worker->purge, worker->turn, 0, &st)) return false;
    deletion_drop(worker->purge);
    worker->purge = NULL;
    note_outcome(worker, st);
    return true;
}

void worker_purge(Worker *worker)
{
    const QueryOptions *options = &worker->query->options;
    int64_t now = clock_monotonic_ms();
    int count;
    if (!finish_last(worker) ||
        now - worker->last_purge_ms < options->purge_interval_ms)
        return;
    const RecordsBefore *parts = consumed(worker, worker->purge_failed, &count);
    if (!count) return;
    worker->last_purge_ms = now;
    fault_point("purge.begin");
    Status st = broker_delete_records(options->broker, worker->turn, parts,
                                      count, &worker->purge);
    fault_point("purge.begun");
    if (!worker->purge) note_outcome(worker, st);
}
