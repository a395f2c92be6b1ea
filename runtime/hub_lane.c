/* SPDX-License-Identifier: Apache-2.0
 *
 * Handing records to tasks, and lanes: second consumers, on the same thread,
 * for tasks that lag behind the hub. All tasks that wait when a lane is opened
 * share it, from the least of their positions on. A task is on the hub's
 * records again as soon as its position is no longer behind the hub's; what its
 * lane still has is then before its position and left out. A lane without tasks
 * is closed.
 *
 * A paused query takes nothing and so lags when it goes on. Tasks whose turn
 * for a lane has not come wait; lanes at the same time are few, because each
 * costs a consumer and the topic's decoding once more.
 */
#include "runtime/hub_int.h"

#include "base/alloc.h"
#include "base/log.h"

enum { GATHER_MS = 100 }; /* Laggards are waited for, to share a lane. */

/* ---- handing out ---- */

static bool takes(const HubSeat *seat, const Task *task, const HubLane *lane,
                  int64_t from, int64_t next)
{
    if (!task || task->lane != lane || task->failed.kind) return false;
    int64_t position = task->inputs[0].position;
    return position >= from && position < next &&
           !query_is_paused(seat->query) && !query_is_finished(seat->query);
}

/* At most a batch. */
static void deliver_some(HubReader *reader, HubLane *lane, HubPart *part,
                         const Record *records, int count)
{
    int64_t from = part->position;
    int64_t next = records[count - 1].offset + 1;
    hub_sources_reset(reader);
    for (int i = 0; i < reader->seat_count; i++) {
        HubSeat *seat = reader->seats[i];
        Task *task = seat->tasks[part->partition];
        if (!takes(seat, task, lane, from, next)) continue;
        hub_source_decode(reader, seat->source, part->partition, records,
                          count);
        hub_feed(reader, seat, task, next);
    }
    part->position = next;
}

void hub_deliver(HubReader *reader, HubLane *lane, HubPart *part,
                 const RecordSet *set)
{
    int most = BATCH_ROWS_MAX;
    for (int i = 0; i < reader->seat_count; i++)
        if (reader->seats[i]->query->options.batch_rows_max < most)
            most = reader->seats[i]->query->options.batch_rows_max;
    if (part->position < 0) part->position = set->records[0].offset;
    for (int at = 0; at < set->count; at += most) {
        int count = set->count - at < most ? set->count - at : most;
        deliver_some(reader, lane, part, set->records + at, count);
    }
    hub_sources_reset(reader);
}

/* ---- lanes ---- */

bool hub_lanes_any(const HubReader *reader)
{
    for (int i = 0; i < HUB_LANES_MAX; i++)
        if (reader->lanes[i].consumer) return true;
    return false;
}

static bool is_behind(const Task *task, const HubPart *part)
{
    return task && part->position >= 0 &&
           task->inputs[0].position < part->position;
}

/* Behind, and wants to catch up. */
static bool wants_lane(const HubSeat *seat, const Task *task,
                       const HubPart *part)
{
    return is_behind(task, part) && !query_is_paused(seat->query) &&
           !hub_seat_is_leaving(seat);
}

static void close_lane(HubReader *reader, HubLane *lane)
{
    for (int i = 0; i < reader->seat_count; i++) {
        HubSeat *seat = reader->seats[i];
        for (int t = 0; t < seat->worker->task_count; t++)
            if (seat->worker->tasks[t]->lane == lane)
                seat->worker->tasks[t]->lane = NULL;
    }
    if (lane->consumer) consumer_close(lane->consumer);
    mem_free(lane->parts);
    *lane = (HubLane){0};
}

void hub_lanes_close(HubReader *reader)
{
    for (int i = 0; i < HUB_LANES_MAX; i++)
        if (reader->lanes[i].consumer) close_lane(reader, &reader->lanes[i]);
}

static STATUS assign_lane(HubReader *reader, HubLane *lane)
{
    TopicPartition *parts = ARENA_ARRAY(reader->turn, TopicPartition,
                                        lane->part_count + 1);
    for (int i = 0; i < lane->part_count; i++)
        parts[i] = (TopicPartition){.partition = lane->parts[i].partition,
                                    .offset = lane->parts[i].position};
    return consumer_assign(lane->consumer, reader->turn, parts,
                           lane->part_count);
}

/* Gives waiting tasks of one partition to the lane; the least of their
 * positions, -1: nobody waits. */
static int64_t board(HubReader *reader, HubLane *lane, const HubPart *part)
{
    int64_t least = -1;
    for (int i = 0; i < reader->seat_count; i++) {
        const HubSeat *seat = reader->seats[i];
        Task *task = seat->tasks[part->partition];
        if (!wants_lane(seat, task, part) || task->lane) continue;
        int64_t position = task->inputs[0].position;
        if (least < 0 || position < least) least = position;
        task->lane = lane;
    }
    return least;
}

static void open_lane(HubReader *reader, HubLane *lane)
{
    RebalanceHandler nobody = {0};
    Status st = hub_consumer_open(reader, STR_NULL, nobody, &lane->consumer);
    if (st.kind) {
        lane->consumer = NULL;
        hub_note_away(reader, st);
        return;
    }
    lane->parts = mem_alloc(sizeof(HubPart) * (size_t)(reader->part_count + 1));
    for (int i = 0; i < reader->part_count; i++) {
        const HubPart *part = &reader->parts[i];
        int64_t from = board(reader, lane, part);
        if (from >= 0)
            lane->parts[lane->part_count++] = (HubPart){part->partition, from};
    }
    st = assign_lane(reader, lane);
    if (st.kind) {
        log_warn("cannot catch up", "hub=%s reason=\"%s\"", reader->hub->topic,
                 st.text);
        close_lane(reader, lane);
        return;
    }
    log_info("catching up", "hub=%s reader=%d partitions=%d",
             reader->hub->topic, reader->index, lane->part_count);
}

/* Lets those go who have caught up, or were paused for a moment and missed
 * some; true if nobody of the partition is left. */
static bool alight(HubReader *reader, const HubLane *lane, const HubPart *at)
{
    int32_t partition = at->partition;
    const HubPart *part = hub_part(reader, partition);
    bool empty = true;
    for (int i = 0; i < reader->seat_count; i++) {
        const HubSeat *seat = reader->seats[i];
        Task *task = seat->tasks[partition];
        if (!task || task->lane != lane) continue;
        bool missed = task->inputs[0].position < at->position;
        if (part && !missed && wants_lane(seat, task, part))
            empty = false;
        else
            task->lane = NULL;
    }
    return empty;
}

static void settle_lane(HubReader *reader, HubLane *lane)
{
    int kept = 0;
    for (int i = 0; i < lane->part_count; i++)
        if (!alight(reader, lane, &lane->parts[i]))
            lane->parts[kept++] = lane->parts[i];
    bool fewer = kept < lane->part_count;
    lane->part_count = kept;
    Status st = st_ok();
    if (kept && fewer) st = assign_lane(reader, lane);
    if (!kept || st.kind) close_lane(reader, lane);
}

static HubPart *lane_part(HubLane *lane, int32_t partition)
{
    for (int i = 0; i < lane->part_count; i++)
        if (lane->parts[i].partition == partition) return &lane->parts[i];
    return NULL;
}

static int poll_lane(HubReader *reader, HubLane *lane)
{
    RecordSet *sets = NULL;
    int count = 0, records = 0;
    Status st = consumer_poll(lane->consumer, reader->turn, 0, HUB_POLL_RECORDS,
                              &sets, &count);
    if (st.kind) {
        hub_note_away(reader, st);
        if (st.kind != ST_RETRY) close_lane(reader, lane);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        HubPart *part = lane_part(lane, sets[i].partition);
        records += sets[i].count;
        if (part) hub_deliver(reader, lane, part, &sets[i]);
        consumer_release(lane->consumer, &sets[i]);
    }
    settle_lane(reader, lane);
    return records;
}

bool hub_lags(const HubReader *reader, const HubSeat *seat)
{
    for (int p = 0; p < reader->part_count; p++) {
        const HubPart *part = &reader->parts[p];
        if (is_behind(seat->tasks[part->partition], part)) return true;
    }
    return false;
}

static bool anyone_waits(const HubReader *reader)
{
    for (int p = 0; p < reader->part_count; p++) {
        const HubPart *part = &reader->parts[p];
        for (int i = 0; i < reader->seat_count; i++) {
            const Task *task = reader->seats[i]->tasks[part->partition];
            if (wants_lane(reader->seats[i], task, part) && !task->lane)
                return true;
        }
    }
    return false;
}

static void open_if_due(HubReader *reader)
{
    int64_t now_ms = clock_monotonic_ms();
    if (!anyone_waits(reader)) {
        reader->lagging_ms = 0;
        return;
    }
    if (!reader->lagging_ms) reader->lagging_ms = now_ms;
    if (now_ms - reader->lagging_ms < GATHER_MS) return;
    for (int i = 0; i < HUB_LANES_MAX; i++) {
        if (reader->lanes[i].consumer) continue;
        reader->lagging_ms = 0;
        open_lane(reader, &reader->lanes[i]);
        return;
    }
}

int hub_lanes_turn(HubReader *reader)
{
    int records = 0;
    open_if_due(reader);
    for (int i = 0; i < HUB_LANES_MAX; i++)
        if (reader->lanes[i].consumer)
            records += poll_lane(reader, &reader->lanes[i]);
    return records;
}
