/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats: guests come, get a task for each partition of their thread, and go. A
 * new task begins at its query's committed offset, whatever the hub is at; if
 * that is behind, a lane catches up (hub_lane.c).
 */
#include "runtime/hub_int.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/log.h"

enum {
    NEW_GUESTS = 64, /* Seated in one round. */
    LEAVE_MS = 5000, /* How long one who leaves waits for a last commit. */
};

HubPart *hub_part(HubReader *reader, int32_t partition)
{
    for (int i = 0; i < reader->part_count; i++)
        if (reader->parts[i].partition == partition) return &reader->parts[i];
    return NULL;
}

/* ---- coming ---- */

static HubSeat *new_seat(HubReader *reader, Query *query)
{
    int partitions = reader->hub->partitions;
    Worker *worker = &query->workers[reader->index];
    HubSeat *seat = mem_zalloc(sizeof *seat);
    seat->query = query;
    seat->worker = worker;
    seat->tasks = mem_zalloc(sizeof(Task *) * (size_t)(partitions + 1));
    seat->due_ms = clock_monotonic_ms() + query->options.commit_interval_ms;
    seat->offsets_ms = clock_monotonic_ms();
    worker->assigned = false; /* Until it has tasks. */
    if (reader->seat_count == reader->seat_cap) {
        reader->seat_cap = reader->seat_cap ? 2 * reader->seat_cap : 16;
        reader->seats = mem_realloc(
            reader->seats, sizeof(HubSeat *) * (size_t)reader->seat_cap);
    }
    reader->seats[reader->seat_count++] = seat;
    return seat;
}

void hub_seat_new(HubReader *reader)
{
    Query *guests[NEW_GUESTS];
    int count;
    do {
        count = hub_new_guests(reader, guests, NEW_GUESTS);
        for (int i = 0; i < count; i++) {
            HubSeat *seat = new_seat(reader, guests[i]);
            Status st = hub_source_take(reader, reader->turn, seat);
            if (st.kind) query_end(guests[i], st);
            reader->unplaced = reader->list_due = true;
        }
    } while (count == NEW_GUESTS);
}

/* ---- going ---- */

static void drop_task(HubSeat *seat, int32_t partition)
{
    Worker *worker = seat->worker;
    Task *task = seat->tasks[partition];
    seat->tasks[partition] = NULL;
    for (int i = worker->task_count - 1; i >= 0; i--)
        if (worker->tasks[i] == task) worker_remove_task(worker, i);
}

void hub_drop_partition(HubReader *reader, int32_t partition)
{
    if (partition >= reader->hub->partitions) return;
    for (int i = 0; i < reader->seat_count; i++)
        if (reader->seats[i]->tasks[partition])
            drop_task(reader->seats[i], partition);
}

void hub_seat_close(HubReader *reader, int at)
{
    HubSeat *seat = reader->seats[at];
    Query *query = seat->query;
    Worker *worker = seat->worker;
    worker->assigned = false;
    worker_publish(worker, true);
    for (int p = 0; p < reader->hub->partitions; p++)
        if (seat->tasks[p]) drop_task(seat, p);
    worker_publish(worker, true);
    worker->producer = NULL;
    hub_source_give(reader, seat);
    reader->seats[at] = reader->seats[--reader->seat_count];
    reader->list_due = true;
    if (query_is_finished(query)) query_tell_finished(query);
    mem_free(seat->tasks);
    mem_free(seat->picks);
    mem_free(seat);
    hub_unseat(reader, query);
}

/* True if its last commit must not be waited for any longer, or must not be
 * made at all. */
static bool may_go(const HubSeat *seat, bool committed)
{
    const Query *query = seat->query;
    if (query_is_finished(query) || committed) return true;
    if (atomic_load(&query->hub_wish) == HUB_DISCARD) return true;
    int64_t since_ms = atomic_load(&query->stopping_ms);
    return since_ms && clock_monotonic_ms() - since_ms > LEAVE_MS;
}

bool hub_seat_is_leaving(const HubSeat *seat)
{
    const Query *query = seat->query;
    return query_is_finished(query) || atomic_load(&query->stopping) ||
           atomic_load(&query->hub_wish) != HUB_STAY;
}

bool hub_is_halting(const HubReader *reader)
{
    for (int i = 0; i < reader->seat_count; i++)
        if (!atomic_load(&reader->seats[i]->query->stopping)) return false;
    return reader->seat_count > 0;
}

void hub_seat_guests(HubReader *reader)
{
    bool any = false;
    for (int i = 0; i < reader->seat_count && !any; i++)
        any = hub_seat_is_leaving(reader->seats[i]);
    if (any) {
        Status st = hub_commit(reader, HUB_COMMIT_LEAVING, false);
        for (int i = reader->seat_count - 1; i >= 0; i--)
            if (hub_seat_is_leaving(reader->seats[i]) &&
                may_go(reader->seats[i], !st.kind))
                hub_seat_close(reader, i);
    }
    hub_seat_new(reader);
}

/* ---- tasks ---- */

/* The partitions of this thread for which a seat has no task. */
static int missing(const HubReader *reader, const HubSeat *seat,
                   TopicPartition *parts)
{
    int count = 0;
    if (!seat->source || hub_seat_is_leaving(seat)) return 0;
    for (int i = 0; i < reader->part_count; i++)
        if (!seat->tasks[reader->parts[i].partition])
            parts[count++] = (TopicPartition){
                .partition = reader->parts[i].partition, .offset = OFFSET_NONE};
    return count;
}

/* Where a query begins that has committed nothing. `ends` are asked once for
 * all. False: the broker does not tell. */
static bool begin_at(HubReader *reader, const HubSeat *seat, int32_t partition,
                     int64_t (*ends)[2], int64_t *offset)
{
    const Query *query = seat->query;
    int64_t *end = ends[partition];
    if (end[1] < 0) {
        Status st = broker_watermarks(reader->hub->hubs->broker, reader->turn,
                                      str_from(reader->hub->topic), partition,
                                      &end[0], &end[1]);
        if (st.kind) {
            end[1] = -1;
            hub_note_away(reader, st);
            return false;
        }
    }
    bool latest = query->options.offset_latest && !query->topics[0].from_start;
    *offset = latest ? end[1] : end[0];
    return true;
}

/* Makes the task. False: another thread of the hub still has it. */
static bool place(HubReader *reader, HubSeat *seat, const TopicPartition *part,
                  bool committed)
{
    Worker *worker = seat->worker;
    worker->producer = reader->producer;
    worker_own(worker, part, committed);
    Task *task = worker->tasks[worker->task_count - 1];
    assert(task->partition == part->partition && task->hosted);
    task->outbox = &reader->outbox;
    Status st = task_open(task);
    if (st.kind) {
        if (st.kind != ST_RETRY) query_end(seat->query, st);
        worker_remove_task(worker, worker->task_count - 1);
        return st.kind != ST_RETRY;
    }
    assert(!task->store_count);
    task->restored = true;
    seat->tasks[part->partition] = task;
    return true;
}

static bool place_all(HubReader *reader, HubSeat *seat,
                      const GroupOffsets *group, int64_t (*ends)[2])
{
    bool done = true;
    for (int i = 0; i < group->count; i++) {
        TopicPartition part = group->parts[i];
        bool committed = part.offset >= 0;
        part.topic_index = 0;
        if (!committed &&
            !begin_at(reader, seat, part.partition, ends, &part.offset))
            done = false;
        else if (!place(reader, seat, &part, committed))
            done = false;
    }
    return done;
}

void hub_place(HubReader *reader)
{
    Hub *hub = reader->hub;
    Arena *arena = reader->turn;
    int seats = 0;
    GroupOffsets *groups = ARENA_ARRAY(arena, GroupOffsets,
                                       reader->seat_count + 1);
    HubSeat **of = ARENA_ARRAY(arena, HubSeat *, reader->seat_count + 1);
    int64_t(*ends)[2] = arena_alloc(arena, sizeof *ends *
                                               (size_t)(hub->partitions + 1));
    for (int p = 0; p < hub->partitions; p++)
        ends[p][1] = -1;
    for (int i = 0; i < reader->seat_count; i++) {
        HubSeat *seat = reader->seats[i];
        TopicPartition *parts = ARENA_ARRAY(arena, TopicPartition,
                                            reader->part_count + 1);
        int count = missing(reader, seat, parts);
        seat->worker->assigned = !count;
        if (!count) continue;
        of[seats] = seat;
        groups[seats++] = (GroupOffsets){seat->query->options.application_id,
                                         hub->topic, parts, count, st_ok()};
    }
    broker_committed_groups(hub->hubs->broker, arena, groups, seats);
    reader->unplaced = false;
    for (int i = 0; i < seats; i++) {
        if (groups[i].status.kind == ST_RETRY)
            hub_note_away(reader, groups[i].status);
        else if (groups[i].status.kind)
            query_end(of[i]->query, groups[i].status);
        Worker *worker = of[i]->worker;
        worker->assigned = !groups[i].status.kind &&
                           place_all(reader, of[i], &groups[i], ends);
        if (!worker->assigned) reader->unplaced = true;
    }
    if (seats && !reader->unplaced) hub_note_away(reader, st_ok());
}
