/* SPDX-License-Identifier: Apache-2.0
 *
 * Commits of a hub's guests, at least once (runtime 5.1):
 *
 *   1. the guests that are due flush
 *   2. the producer flushes: everything of all guests is acknowledged
 *   3. the hub's own group commits. It has members, so a thread whose
 * partitions went to another one learns of it here, and nothing of 4 is done.
 * Its metadata tells other processes who is here (hub_peers.c)
 *   4. each guest's offsets are committed to the guest's own group, which has
 * no members; if it has, the query runs elsewhere by itself, and must do so
 *      here too
 */
#include "runtime/hub_int.h"

#include "base/log.h"

enum {
    FLUSH_SLICE_MS = 1000,
    FINAL_FLUSH_MS = 15000,
    /* Kafka forgets the offsets of groups without members after a while. */
    OFFSETS_AGAIN_MS = 3600 * 1000,
};

void hub_dissolve(HubReader *reader, Status st)
{
    Hub *hub = reader->hub;
    if (atomic_exchange(&hub->broken, true)) return;
    log_warn("hub dissolved, its queries go on alone", "hub=%s reason=\"%s\"",
             hub->topic, st.text);
    pthread_mutex_lock(&hub->hubs->lock);
    for (int i = 0; i < hub->guest_count; i++)
        atomic_store(&hub->guests[i]->hub_wish, HUB_DISCARD);
    pthread_mutex_unlock(&hub->hubs->lock);
}

void hub_task_failed(HubReader *reader, const HubSeat *seat, const Task *task)
{
    /* ST_USER is about this guest's own record. */
    if (task->send_failed && task->failed.kind == ST_FATAL)
        hub_dissolve(reader, task->failed);
    else
        query_end(seat->query, task->failed);
}

void hub_flush_outbox(HubReader *reader)
{
    outbox_flush(&reader->outbox);
    for (int i = 0; i < reader->seat_count; i++) {
        const HubSeat *seat = reader->seats[i];
        for (int t = 0; t < seat->worker->task_count; t++)
            if (seat->worker->tasks[t]->failed.kind)
                hub_task_failed(reader, seat, seat->worker->tasks[t]);
    }
}

/* ---- who commits ---- */

static bool is_meant(const HubSeat *seat, HubCommit which, bool polled)
{
    const Query *query = seat->query;
    if (query_is_finished(query) ||
        atomic_load(&query->hub_wish) == HUB_DISCARD)
        return false;
    if (which == HUB_COMMIT_ALL) return true;
    if (which == HUB_COMMIT_LEAVING) return hub_seat_is_leaving(seat);
    return clock_monotonic_ms() >= seat->due_ms ||
           (!polled && atomic_load(&query->commit_wanted));
}

static bool has_news(const HubSeat *seat)
{
    if (clock_monotonic_ms() - seat->offsets_ms > OFFSETS_AGAIN_MS)
        return seat->worker->task_count > 0;
    for (int i = 0; i < seat->worker->task_count; i++) {
        const Task *task = seat->worker->tasks[i];
        const TaskInput *input = &task->inputs[0];
        if (task->dirty || input->position != input->committed) return true;
    }
    return false;
}

static bool flush_tasks(HubReader *reader, const HubSeat *seat)
{
    for (int i = 0; i < seat->worker->task_count; i++) {
        Task *task = seat->worker->tasks[i];
        task_flush(task);
        if (!task->failed.kind) continue;
        hub_task_failed(reader, seat, task);
        return false;
    }
    return true;
}

/* Those who are meant and have something to commit, flushed. */
static int choose(HubReader *reader, HubCommit which, bool polled,
                  HubSeat **seats)
{
    int count = 0;
    for (int i = 0; i < reader->seat_count; i++) {
        HubSeat *seat = reader->seats[i];
        if (!is_meant(seat, which, polled)) continue;
        if (has_news(seat) && flush_tasks(reader, seat))
            seats[count++] = seat;
        else
            seat->due_ms = clock_monotonic_ms() +
                           seat->query->options.commit_interval_ms;
    }
    return count;
}

/* Empties the outbox; without those who fail at that. */
static int send_all(HubReader *reader, HubSeat **seats, int count)
{
    int kept = 0;
    if (count) hub_flush_outbox(reader);
    for (int i = 0; i < count; i++)
        if (!query_is_finished(seats[i]->query)) seats[kept++] = seats[i];
    return kept;
}

/* ---- the steps ---- */

/* Whether a flush has waited enough. */
static bool must_give_up(const HubReader *reader, HubCommit which,
                         int64_t began_ms)
{
    return which != HUB_COMMIT_ALL || hub_is_halting(reader) ||
           clock_monotonic_ms() - began_ms >= FINAL_FLUSH_MS;
}

static Status flush_producer(HubReader *reader, HubCommit which)
{
    int64_t began_ms = clock_monotonic_ms();
    Status st;
    do {
        st = producer_flush(reader->producer, reader->turn, FLUSH_SLICE_MS);
        if (st.kind == ST_RETRY) hub_note_away(reader, st);
    } while (st.kind == ST_RETRY && !must_give_up(reader, which, began_ms));
    return st;
}

static Status commit_hub(HubReader *reader)
{
    TopicPartition *parts = ARENA_ARRAY(reader->turn, TopicPartition,
                                        reader->part_count + 1);
    Str list = hub_peers_list(reader);
    int count = 0;
    for (int i = 0; i < reader->part_count; i++)
        if (reader->parts[i].position >= 0)
            parts[count++] = (TopicPartition){
                .partition = reader->parts[i].partition,
                .offset = reader->parts[i].position,
                .metadata = list};
    if (!count) return st_ok();
    Status st = consumer_commit(reader->consumer, reader->turn, parts, count);
    if (!st.kind) reader->list_due = false;
    return st;
}

static GroupOffsets offsets_of(HubReader *reader, const HubSeat *seat)
{
    const Worker *worker = seat->worker;
    TopicPartition *parts = ARENA_ARRAY(reader->turn, TopicPartition,
                                        worker->task_count + 1);
    for (int i = 0; i < worker->task_count; i++) {
        const Task *task = worker->tasks[i];
        const TaskInput *input = &task->inputs[0];
        parts[i] = (TopicPartition){.partition = task->partition,
                                    .offset = input->position,
                                    .metadata = notes_write(reader->turn,
                                                            input->time_ms,
                                                            &task->notes)};
    }
    return (GroupOffsets){seat->query->options.application_id,
                          reader->hub->topic, parts, worker->task_count,
                          st_ok()};
}

static void note_committed(HubSeat *seat)
{
    seat->offsets_ms = clock_monotonic_ms();
    seat->due_ms = seat->offsets_ms + seat->query->options.commit_interval_ms;
    for (int i = 0; i < seat->worker->task_count; i++) {
        Task *task = seat->worker->tasks[i];
        task->dirty = false;
        task->inputs[0].committed = task->inputs[0].position;
    }
}

/* ST_RETRY if any must be done again. */
static Status commit_guests(HubReader *reader, HubSeat **seats, int count)
{
    Status worst = st_ok();
    GroupOffsets *groups = ARENA_ARRAY(reader->turn, GroupOffsets, count + 1);
    for (int i = 0; i < count; i++)
        groups[i] = offsets_of(reader, seats[i]);
    broker_commit_groups(reader->hub->hubs->broker, reader->turn, groups,
                         count);
    for (int i = 0; i < count; i++) {
        Status st = groups[i].status;
        Query *query = seats[i]->query;
        if (!st.kind) {
            note_committed(seats[i]);
        } else if (st.kind == ST_RETRY) {
            worst = st;
        } else if (st.kind == ST_USER) {
            log_info("query leaves its hub", "query=%.*s reason=\"%s\"",
                     STR_ARG(query->options.id), st.text);
            atomic_store(&query->hub_wish, HUB_DISCARD);
        } else {
            query_end(query, st);
        }
    }
    return worst;
}

STATUS hub_commit(HubReader *reader, HubCommit which, bool polled)
{
    if (atomic_load(&reader->hub->broken) || !reader->consumer) return st_ok();
    HubSeat **seats = ARENA_ARRAY(reader->turn, HubSeat *,
                                  reader->seat_count + 1);
    int count = send_all(reader, seats, choose(reader, which, polled, seats));
    if (atomic_load(&reader->hub->broken)) return st_ok();
    bool tell = reader->list_due && reader->assigned && which == HUB_COMMIT_DUE;
    if (!count && !tell) return st_ok();
    Status st = count ? flush_producer(reader, which) : st_ok();
    if (!st.kind) st = commit_hub(reader);
    if (st.kind && st.kind != ST_RETRY) hub_dissolve(reader, st);
    if (st.kind) return st;
    return commit_guests(reader, seats, count);
}
