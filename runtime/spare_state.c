/* SPDX-License-Identifier: Apache-2.0
 *
 * State on disk of partitions that this process no longer has: others work on
 * them, and it stands by for none of them. It is kept for
 * state.cleanup.delay.ms, since most partitions that go come back, and then
 * removed.
 *
 * Worker 0 looks at each checkpoint, while all workers have their share. A
 * partition's state is removed under the claim that tasks and stand-bys take
 * before they open its stores; one that wants it meanwhile tries again.
 */
#include "base/log.h"
#include "runtime/query_int.h"

static bool is_used(const SubPlan *sub, int partition)
{
    return atomic_load(&sub->wanted[partition]) > 0 ||
           atomic_load(&sub->claimed[partition]);
}

static void remove_state(Worker *worker, int sub, int partition)
{
    Query *query = worker->query;
    SubPlan *plan = &query->subs[sub];
    bool any = false;
    Status st = st_ok();
    Str task = str_printf(worker->turn, "%d_%d", sub, partition);
    if (atomic_exchange(&plan->claimed[partition], true)) return;
    if (!atomic_load(&plan->wanted[partition]))
        st = state_forget(query->db, worker->turn, task, &any);
    atomic_store(&plan->claimed[partition], false);
    if (st.kind)
        log_warn("state not removed", "query=%.*s task=%.*s reason=\"%s\"",
                 STR_ARG(query->options.id), STR_ARG(task), st.text);
    else if (any)
        log_info("state removed that others have now", "query=%.*s task=%.*s",
                 STR_ARG(query->options.id), STR_ARG(task));
}

void spare_state_remove(Worker *worker)
{
    Query *query = worker->query;
    int64_t delay_ms = query->options.state_cleanup_ms;
    if (worker->index || !delay_ms || !query_is_assigned(query)) return;
    int64_t now_ms = clock_monotonic_ms();
    for (int s = 0; s < query->sub_count; s++) {
        SubPlan *sub = &query->subs[s];
        for (int p = 0; sub->store_count && p < sub->partitions; p++) {
            int64_t *since_ms = &sub->unused_since_ms[p];
            if (is_used(sub, p)) {
                *since_ms = 0;
            } else if (!*since_ms) {
                *since_ms = now_ms;
            } else if (*since_ms <= now_ms - delay_ms) {
                remove_state(worker, s, p);
                *since_ms = INT64_MAX; /* Until it is used again. */
            }
        }
    }
}
