/* SPDX-License-Identifier: Apache-2.0
 *
 * A hub's thread: seats guests, polls, hands out, lets lanes catch up, commits.
 *
 * All its hub's threads, here and in other processes of the service, are
 * members of one group, which says who reads which partition. Where a partition
 * is begun follows from the guests' own offsets, not from the group's.
 */
#include "runtime/hub_int.h"

#include "base/alloc.h"
#include "base/log.h"

enum {
    PUBLISH_MS = 100,
    AWAY_PAUSE_MS = 100,
    IDLE_POLL_MS = 20,
    HELD_POLL_MS = 2, /* While the outbox holds something. */
    PLACE_MS = 30000, /* How long a rebalance waits for offsets. */
    /* Guests this far behind the first one do not hold the hub back: lanes
     * catch up for them. */
    NEAR_RECORDS = 200000,
};

void hub_note_away(HubReader *reader, Status st)
{
    bool away = st.kind == ST_RETRY;
    if (away && !reader->away)
        log_warn("broker away", "hub=%s reason=\"%s\"", reader->hub->topic,
                 st.text);
    if (!away && reader->away)
        log_warn("broker back", "hub=%s", reader->hub->topic);
    reader->away = away;
}

/* ---- rebalances ---- */

/* The least position of guests that are near the first one; -1: none is known.
 */
static int64_t choose_start(const HubReader *reader, int32_t partition)
{
    int64_t first = -1, least = INT64_MAX;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < reader->seat_count; i++) {
            const HubSeat *seat = reader->seats[i];
            const Task *task = seat->tasks[partition];
            if (!task || query_is_paused(seat->query)) continue;
            int64_t at = task->inputs[0].position;
            if (pass == 0 && at > first) first = at;
            if (pass == 1 && at < least && first - at <= NEAR_RECORDS)
                least = at;
        }
    }
    return first < 0 ? -1 : least;
}

static void set_assigned(HubReader *reader, bool assigned)
{
    reader->assigned = assigned;
    for (int i = 0; i < reader->seat_count; i++)
        reader->seats[i]->worker->assigned = false; /* Until it has tasks. */
    reader->publish_ms = 0;
}

/* Nobody is known to want the partition yet: who comes begins at its end. */
static int64_t end_of(HubReader *reader, int32_t partition)
{
    int64_t low, high;
    Status st = broker_watermarks(reader->hub->hubs->broker, reader->turn,
                                  str_from(reader->hub->topic), partition, &low,
                                  &high);
    return st.kind ? -1 : high;
}

static void assigned(void *context, TopicPartition *parts, int count)
{
    HubReader *reader = context;
    Hub *hub = reader->hub;
    reader->parts = mem_realloc(reader->parts,
                                sizeof(HubPart) * (size_t)(count + 1));
    reader->part_count = 0;
    for (int i = 0; i < count; i++) {
        if (parts[i].partition >= hub->partitions) continue;
        reader->parts[reader->part_count++] = (HubPart){parts[i].partition, -1};
        atomic_store(&hub->owned[parts[i].partition], true);
    }
    set_assigned(reader, true);
    reader->list_due = reader->unplaced = true;
    int64_t until_ms = clock_monotonic_ms() + PLACE_MS;
    hub_seat_new(reader);
    for (hub_place(reader);
         reader->unplaced && reader->away && !atomic_load(&hub->closing) &&
         clock_monotonic_ms() < until_ms;
         hub_place(reader))
        clock_sleep_ms(AWAY_PAUSE_MS);
    for (int i = 0; i < count; i++) {
        HubPart *part = hub_part(reader, parts[i].partition);
        if (!part) continue;
        part->position = choose_start(reader, part->partition);
        if (part->position < 0 && !hub_is_halting(reader))
            part->position = end_of(reader, part->partition);
        parts[i].offset = part->position < 0 ? OFFSET_END : part->position;
    }
    reader->empty_since_ms = 0;
    log_info("partitions assigned", "hub=%s reader=%d count=%d guests=%d",
             hub->topic, reader->index, count, reader->seat_count);
}

static void revoked(void *context, const TopicPartition *parts, int count,
                    bool lost)
{
    HubReader *reader = context;
    Hub *hub = reader->hub;
    if (!lost && !atomic_load(&hub->broken)) {
        Status st = hub_commit(reader, HUB_COMMIT_ALL, false);
        if (st.kind)
            log_warn("commit before rebalance failed", "hub=%s reason=\"%s\"",
                     hub->topic, st.text);
    }
    hub_lanes_close(reader);
    for (int i = 0; i < count; i++) {
        hub_drop_partition(reader, parts[i].partition);
        if (parts[i].partition < hub->partitions)
            atomic_store(&hub->owned[parts[i].partition], false);
    }
    reader->part_count = 0;
    set_assigned(reader, false);
}

/* ---- clients ---- */

static const Map *from_earliest(Arena *arena, const Map *properties)
{
    Map *all = ARENA_NEW(arena, Map);
    for (int i = 0; i < properties->count; i++)
        if (properties->entries[i].value)
            map_put(arena, all, properties->entries[i].key,
                    properties->entries[i].value);
    Str *earliest = ARENA_NEW(arena, Str);
    *earliest = STR("earliest");
    map_put(arena, all, STR("auto.offset.reset"), earliest);
    return all;
}

STATUS hub_consumer_open(HubReader *reader, Str group, RebalanceHandler handler,
                         Consumer **consumer)
{
    Hub *hub = reader->hub;
    /* Offsets are always given; one that retention has overtaken goes on with
     * the first record there is. */
    ConsumerOptions options = {
        .group = group,
        .topics = &hub->topic,
        .topic_count = 1,
        .properties = from_earliest(reader->turn, hub->consumer_properties),
        .rebalance = handler,
        .want_headers = true};
    return consumer_open(hub->hubs->broker, reader->turn, &options, consumer);
}

static Status open_clients(HubReader *reader)
{
    Hub *hub = reader->hub;
    ProducerOptions options = {.transactional_id = STR_NULL,
                               .properties = hub->producer_properties};
    Status st = st_ok();
    if (!reader->producer)
        st = producer_open(hub->hubs->broker, reader->turn, &options,
                           &reader->producer);
    if (st.kind) return st;
    RebalanceHandler handler = {assigned, revoked, reader};
    return hub_consumer_open(reader, hub->group, handler, &reader->consumer);
}

/* ---- turns ---- */

/* Reading is over: a topic that is gone ends the queries; what only the hub may
 * not do, they try by themselves. */
static void stop_reading(HubReader *reader, Status st)
{
    if (st.kind != ST_USER) {
        hub_dissolve(reader, st);
        return;
    }
    for (int i = 0; i < reader->seat_count; i++)
        query_end(reader->seats[i]->query, st);
}

static void failed(HubReader *reader, Status st)
{
    hub_note_away(reader, st);
    reader->empty_since_ms = 0;
    if (st.kind == ST_RETRY)
        clock_sleep_ms(AWAY_PAUSE_MS);
    else
        stop_reading(reader, st);
}

static int poll_hub(HubReader *reader, int timeout_ms)
{
    RecordSet *sets = NULL;
    int count = 0, records = 0;
    Status st = consumer_poll(reader->consumer, reader->turn, timeout_ms,
                              HUB_POLL_RECORDS, &sets, &count);
    if (st.kind) {
        failed(reader, st);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        HubPart *part = hub_part(reader, sets[i].partition);
        records += sets[i].count;
        if (part) hub_deliver(reader, NULL, part, &sets[i]);
        consumer_release(reader->consumer, &sets[i]);
    }
    if (records) {
        hub_note_away(reader, st_ok());
        reader->empty_since_ms = 0;
    } else if (!reader->empty_since_ms) {
        reader->empty_since_ms = clock_monotonic_ms();
    }
    return records;
}

/* What is not one guest's own, polling and decoding, is all guests' alike. */
static void spread_cpu(HubReader *reader)
{
    int64_t rest = clock_thread_cpu_ns() - reader->fed_cpu_ns -
                   reader->shared_cpu_ns;
    if (!reader->seat_count || rest <= 0) return;
    reader->shared_cpu_ns += rest;
    for (int i = 0; i < reader->seat_count; i++)
        reader->seats[i]->worker->cpu_ns += rest / reader->seat_count;
}

static void publish(HubReader *reader)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms - reader->publish_ms < PUBLISH_MS) return;
    reader->publish_ms = now_ms;
    spread_cpu(reader);
    for (int i = 0; i < reader->seat_count; i++) {
        HubSeat *seat = reader->seats[i];
        Worker *worker = seat->worker;
        worker->empty_since_ms = hub_lags(reader, seat)
                                     ? 0
                                     : reader->empty_since_ms;
        worker_publish(worker, true);
    }
}

/* More is known to be there than the next poll or two will bring. */
static bool is_behind(const HubReader *reader)
{
    for (int i = 0; i < reader->part_count; i++) {
        const HubPart *part = &reader->parts[i];
        ConsumerReach reach = {-1, -1};
        consumer_reach(reader->consumer, 0, part->partition, &reach);
        if (part->position >= 0 &&
            reach.end - part->position > HUB_POLL_RECORDS)
            return true;
    }
    return false;
}

static void turn(HubReader *reader)
{
    arena_reset(reader->turn);
    hub_seat_guests(reader);
    if (reader->unplaced && reader->assigned) hub_place(reader);
    bool busy = hub_lanes_any(reader);
    int timeout_ms = busy                   ? 0
                     : reader->outbox.parts ? HELD_POLL_MS
                                            : IDLE_POLL_MS;
    int records = poll_hub(reader, timeout_ms);
    records += hub_lanes_turn(reader);
    if (reader->outbox.parts &&
        outbox_is_due(&reader->outbox, is_behind(reader)))
        hub_flush_outbox(reader);
    if (busy && !records) clock_sleep_ms(1);
    Status st = hub_commit(reader, HUB_COMMIT_DUE, records > 0);
    if (st.kind == ST_RETRY) hub_note_away(reader, st);
    hub_peers_check(reader);
    publish(reader);
}

/* Waits for those who start queries together. */
static void wait_for_start(Hub *hub)
{
    Hubs *hubs = hub->hubs;
    pthread_mutex_lock(&hubs->lock);
    while (hubs->held && !atomic_load(&hub->closing))
        pthread_cond_wait(&hubs->changed, &hubs->lock);
    pthread_mutex_unlock(&hubs->lock);
}

static void finish(HubReader *reader)
{
    Hub *hub = reader->hub;
    Hubs *hubs = hub->hubs;
    hub_lanes_close(reader);
    consumer_close(reader->consumer);
    if (reader->producer) producer_close(reader->producer);
    hub_sources_free(reader);
    mem_free(reader->parts);
    mem_free(reader->seats);
    pthread_mutex_lock(&hubs->lock);
    bool last = hub->live == 1;
    pthread_mutex_unlock(&hubs->lock);
    /* Fails if hubs of other processes are in it, and that is right. */
    if (last && !reader->away) {
        Status st = broker_delete_group(hubs->broker, reader->turn, hub->group);
        if (st.kind) log_debug("group is kept", "reason=\"%s\"", st.text);
    }
    arena_free(reader->turn);
    arena_free(reader->guest);
    pthread_mutex_lock(&hubs->lock);
    hub->live--;
    pthread_mutex_unlock(&hubs->lock);
}

void *hub_reader_main(void *argument)
{
    HubReader *reader = argument;
    Hub *hub = reader->hub;
    wait_for_start(hub);
    reader->turn = arena_new("turn", 0);
    reader->guest = arena_new("guest", 0);
    while (!reader->consumer && !atomic_load(&hub->closing)) {
        arena_reset(reader->turn);
        hub_seat_guests(reader);
        Status st = open_clients(reader);
        if (st.kind) failed(reader, st);
    }
    while (!atomic_load(&hub->closing))
        turn(reader);
    finish(reader);
    return NULL;
}
