/* SPDX-License-Identifier: Apache-2.0
 *
 * Which partitions a Kafka consumer owns: told by its caller, or by its group.
 *
 *     slots     the partitions owned
 *     finder    (topic handle, partition) -> slot, so that no name is compared
 *               for a message
 *
 * Rebalances run on the thread that polls, inside its call, so there is no
 * lock. Offsets of a partition that is not owned are not committed: librdkafka
 * would send them with the group's newest generation, and Kafka would take
 * them.
 */
#include "kafka/broker_kafka_int.h"

#include "base/alloc.h"
#include "base/log.h"

/* ---- owned partitions ---- */

static int index_of_topic(const KafkaConsumer *consumer, const char *name)
{
    return (int)(intptr_t)map_get(&consumer->topic_index, str_from(name)) - 1;
}

void kafka_set_slots(KafkaConsumer *consumer, const TopicPartition *parts,
                     int count)
{
    unsigned size = 16;

    mem_free(consumer->slots);
    mem_free(consumer->finder);
    consumer->slots = mem_zalloc(sizeof(Slot) * (size_t)(count + 1));
    consumer->slot_count = count;
    for (int i = 0; i < count; i++)
        consumer->slots[i] = (Slot){
            .topic_index = parts[i].topic_index,
            .partition = parts[i].partition,
            .start = parts[i].offset,
            .next = parts[i].offset > 0 ? parts[i].offset : 0};
    while (size < (unsigned)count * 4)
        size *= 2;
    consumer->finder = mem_zalloc(sizeof(Found) * size);
    consumer->finder_mask = size - 1;
}

/* The slot by names, -1 if it is not owned. */
static int search_slot(const KafkaConsumer *consumer,
                       const rd_kafka_topic_t *rkt, int32_t partition)
{
    int topic = index_of_topic(consumer, rd_kafka_topic_name(rkt));
    for (int i = 0; i < consumer->slot_count; i++)
        if (consumer->slots[i].topic_index == topic &&
            consumer->slots[i].partition == partition)
            return i;
    return -1;
}

int kafka_find_slot(KafkaConsumer *consumer, const rd_kafka_topic_t *rkt,
                    int32_t partition)
{
    unsigned at = (unsigned)((uintptr_t)rkt >> 6) * 31 + (unsigned)partition;

    if (!rkt || !consumer->slot_count) return -1;
    for (at &= consumer->finder_mask; consumer->finder[at].rkt;
         at = (at + 1) & consumer->finder_mask)
        if (consumer->finder[at].rkt == rkt &&
            consumer->finder[at].partition == partition)
            return consumer->finder[at].slot;
    int slot = search_slot(consumer, rkt, partition);
    if (slot >= 0) consumer->finder[at] = (Found){rkt, partition, slot};
    return slot;
}

rd_kafka_topic_partition_list_t *kafka_list_of(const KafkaConsumer *consumer,
                                               const TopicPartition *parts,
                                               int count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        count);
    for (int i = 0; i < count; i++) {
        rd_kafka_topic_partition_t *one = rd_kafka_topic_partition_list_add(
            list, consumer->topics[parts[i].topic_index], parts[i].partition);
        one->offset = parts[i].offset;
        if (parts[i].metadata.ptr) {
            /* Lent: kafka_free_offsets takes it back. */
            one->metadata = (void *)(uintptr_t)parts[i].metadata.ptr;
            one->metadata_size = parts[i].metadata.len;
        }
    }
    return list;
}

void kafka_free_offsets(rd_kafka_topic_partition_list_t *offsets)
{
    for (int i = 0; i < offsets->cnt; i++) {
        offsets->elems[i].metadata = NULL;
        offsets->elems[i].metadata_size = 0;
    }
    rd_kafka_topic_partition_list_destroy(offsets);
}

/* The end is where it is now: left to librdkafka, it would be where it is when
 * the first fetch goes out. All are asked for at once; if the broker does not
 * answer, librdkafka asks again later. */
static void resolve_ends(KafkaConsumer *consumer, TopicPartition *parts,
                         int count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        count);
    for (int i = 0; i < count; i++) {
        if (parts[i].offset == OFFSET_NONE && consumer->from_end)
            parts[i].offset = OFFSET_END;
        if (parts[i].offset == OFFSET_END)
            rd_kafka_topic_partition_list_add(
                list, consumer->topics[parts[i].topic_index],
                parts[i].partition)
                ->offset = OFFSET_END; /* As a time: the end. */
    }
    rd_kafka_resp_err_t err = list->cnt
                                  ? rd_kafka_offsets_for_times(
                                        consumer->handle.rk, list, REQUEST_MS)
                                  : RD_KAFKA_RESP_ERR__NOENT;
    for (int i = 0; i < count && !err; i++) {
        if (parts[i].offset != OFFSET_END) continue;
        const rd_kafka_topic_partition_t *found =
            rd_kafka_topic_partition_list_find(
                list, consumer->topics[parts[i].topic_index],
                parts[i].partition);
        if (!found->err && found->offset >= 0) parts[i].offset = found->offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
}

/* A partition that is taken away a second time before librdkafka was told that
 * it had stopped is told to stop twice, and the second answer ends the process
 * (`rktp_started` is asserted). Questions go through the queue in which these
 * answers come: after two of them all have. */
void kafka_await_stops(rd_kafka_t *rk)
{
    for (int i = 0; i < 2; i++) {
        rd_kafka_topic_partition_list_t *list = NULL;
        if (rd_kafka_assignment(rk, &list)) return;
        rd_kafka_topic_partition_list_destroy(list);
    }
}

/* The one way to assign; `list` NULL: nothing. */
static rd_kafka_resp_err_t assign(rd_kafka_t *rk,
                                  const rd_kafka_topic_partition_list_t *list)
{
    kafka_await_stops(rk);
    return rd_kafka_assign(rk, list);
}

/* Where it stands; OFFSET_* if it has not read anything yet. */
static int64_t position_of(const Slot *slot)
{
    return slot->next ? slot->next : slot->start;
}

/* Anything fetched before an assignment is dropped by it. (Seeking and pausing
 * one by one waits for each, and with batch calls before 2.1 what was fetched
 * before still comes.) */
rd_kafka_resp_err_t kafka_fetch_slots(KafkaConsumer *consumer)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        consumer->slot_count);
    for (int i = 0; i < consumer->slot_count && !consumer->resting; i++) {
        Slot *slot = &consumer->slots[i];
        slot->start = position_of(slot);
        rd_kafka_topic_partition_list_add(
            list, consumer->topics[slot->topic_index], slot->partition)
            ->offset = slot->start;
    }
    rd_kafka_resp_err_t err = assign(consumer->handle.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return err;
}

/* ---- rebalances ---- */

/* Gives up all partitions; the handler commits what it did. */
void kafka_give_up(KafkaConsumer *consumer, bool lost)
{
    int count = consumer->slot_count;

    if (!count) return;
    arena_reset(consumer->scratch);
    TopicPartition *parts = ARENA_ARRAY(consumer->scratch, TopicPartition,
                                        count);
    for (int i = 0; i < count; i++)
        parts[i] = (TopicPartition){
            .topic_index = consumer->slots[i].topic_index,
            .partition = consumer->slots[i].partition,
            .offset = consumer->slots[i].next};
    consumer->is_lost = lost;
    if (consumer->by_group && consumer->rebalance.revoked)
        consumer->rebalance.revoked(consumer->rebalance.context, parts, count,
                                    lost);
    consumer->is_lost = false;
    consumer->slot_count = 0;
    consumer->was_revoked = true;
}

/* Committed offsets for an assignment. False: the broker does not tell. */
static bool fetch_committed(KafkaConsumer *consumer,
                            rd_kafka_topic_partition_list_t *list)
{
    int64_t until_ns = clock_monotonic_ns() + (int64_t)COMMIT_MS * 1000000;
    rd_kafka_resp_err_t err;
    int skipped;

    do {
        err = rd_kafka_committed(consumer->handle.rk, list, REQUEST_MS);
        for (int i = 0; i < list->cnt && !err; i++)
            err = list->elems[i].err;
        if (!err) return true;
    } while (kafka_is_passing(err) && clock_monotonic_ns() < until_ns);
    if (kafka_log_due(consumer->handle.broker, "committed", &skipped))
        log_warn("committed offsets not known, joining again",
                 "broker=%s reason=\"%s\"", consumer->handle.broker->bootstrap,
                 rd_kafka_err2str(err));
    return false;
}

static void take(KafkaConsumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    TopicPartition *parts;
    int count = 0;

    if (list->cnt && !fetch_committed(consumer, list)) {
        assign(consumer->handle.rk, NULL);
        consumer->rejoin = true;
        return;
    }
    arena_reset(consumer->scratch);
    parts = ARENA_ARRAY(consumer->scratch, TopicPartition, list->cnt + 1);
    for (int i = 0; i < list->cnt; i++) {
        rd_kafka_topic_partition_t *one = &list->elems[i];
        int topic = index_of_topic(consumer, one->topic);
        if (topic < 0) continue;
        Str note = {one->metadata, one->metadata_size};
        parts[count++] = (TopicPartition){
            topic, one->partition, one->offset,
            one->metadata ? str_copy(consumer->scratch, note) : STR_NULL};
    }
    if (consumer->rebalance.assigned)
        consumer->rebalance.assigned(consumer->rebalance.context, parts, count);
    consumer->by_group = true;
    kafka_set_slots(consumer, parts, count);
    kafka_fetch_slots(consumer);
    consumer->was_assigned = true;
}

void kafka_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err,
                        rd_kafka_topic_partition_list_t *list, void *opaque)
{
    KafkaConsumer *consumer = ((KafkaHandle *)opaque)->owner;

    if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        take(consumer, list);
        return;
    }
    kafka_give_up(consumer, rd_kafka_assignment_lost(rk) != 0);
    assign(rk, NULL);
    if (err != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        log_warn("rebalance failed", "reason=\"%s\"", rd_kafka_err2str(err));
}

STATUS kafka_subscribe(KafkaConsumer *consumer, Arena *arena)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        consumer->topic_count);
    for (int i = 0; i < consumer->topic_count; i++)
        if (!rd_kafka_topic_partition_list_find(list, consumer->topics[i],
                                                RD_KAFKA_PARTITION_UA))
            rd_kafka_topic_partition_list_add(list, consumer->topics[i],
                                              RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t err = rd_kafka_subscribe(consumer->handle.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (!err) return st_ok();
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "join the group");
}

/* ---- assignment by the caller ---- */

STATUS kafka_consumer_assign(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    consumer->started = true;
    arena_reset(consumer->scratch);
    TopicPartition *from = ARENA_ARRAY(consumer->scratch, TopicPartition,
                                       count + 1);
    for (int i = 0; i < count; i++) {
        from[i] = parts[i];
        from[i].metadata = STR_NULL;
    }
    resolve_ends(consumer, from, count);
    rd_kafka_topic_partition_list_t *list = kafka_list_of(consumer, from,
                                                          count);
    kafka_set_slots(consumer, from, count);
    rd_kafka_resp_err_t err = assign(consumer->handle.rk, list);
    kafka_free_offsets(list);
    if (!err) return st_ok();
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "assign partitions");
}

/* ---- offsets ---- */

static bool owns(const KafkaConsumer *consumer, const TopicPartition *part)
{
    for (int i = 0; i < consumer->slot_count; i++)
        if (consumer->slots[i].topic_index == part->topic_index &&
            consumer->slots[i].partition == part->partition)
            return true;
    return false;
}

STATUS kafka_consumer_offsets(Consumer *base, Arena *arena,
                              const TopicPartition *parts, int count,
                              rd_kafka_topic_partition_list_t **offsets)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    if (!consumer->has_group)
        return st_error(arena, ST_USER,
                        "cannot commit offsets: the consumer has no group");
    if (consumer->is_lost)
        return st_error(arena, ST_RETRY, "the group is rebalancing");
    for (int i = 0; i < count; i++)
        if (!owns(consumer, &parts[i]))
            return st_error(arena, ST_RETRY,
                            "the group is rebalancing: partition %d of topic "
                            "'%s' went to another member",
                            parts[i].partition,
                            consumer->topics[parts[i].topic_index]);
    *offsets = kafka_list_of(consumer, parts, count);
    return st_ok();
}

rd_kafka_consumer_group_metadata_t *kafka_consumer_group(Consumer *base)
{
    return rd_kafka_consumer_group_metadata(((KafkaConsumer *)base)->handle.rk);
}

/* Commits and waits. (rd_kafka_commit waits for ever, or as long as a session
 * lasts, while the broker is away.) */
static rd_kafka_resp_err_t commit(rd_kafka_t *rk,
                                  const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_event_t *event = NULL;
    rd_kafka_resp_err_t err = rd_kafka_commit_queue(rk, list, queue, NULL,
                                                    NULL);
    if (!err) event = rd_kafka_queue_poll(queue, REQUEST_MS);
    if (event)
        err = rd_kafka_event_error(event);
    else if (!err)
        err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    const rd_kafka_topic_partition_list_t *done =
        err ? NULL : rd_kafka_event_topic_partition_list(event);
    for (int i = 0; done && i < done->cnt && !err; i++)
        err = done->elems[i].err;
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    return err;
}

STATUS kafka_consumer_commit(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;
    rd_kafka_topic_partition_list_t *list;

    if (!count) return st_ok();
    Status st = kafka_consumer_offsets(base, arena, parts, count, &list);
    if (st.kind) return st;
    rd_kafka_resp_err_t err = commit(consumer->handle.rk, list);
    kafka_free_offsets(list);
    if (!err) return st;
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "commit offsets");
}

STATUS kafka_consumer_committed(Consumer *base, Arena *arena,
                                TopicPartition *parts, int count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    for (int i = 0; i < count; i++) {
        parts[i].offset = OFFSET_NONE;
        parts[i].metadata = STR_NULL;
    }
    if (!consumer->has_group || !count) return st_ok();
    rd_kafka_topic_partition_list_t *list = kafka_list_of(consumer, parts,
                                                          count);
    rd_kafka_resp_err_t err = rd_kafka_committed(consumer->handle.rk, list,
                                                 REQUEST_MS);
    for (int i = 0; i < list->cnt && !err; i++) {
        Str note = {list->elems[i].metadata, list->elems[i].metadata_size};
        err = list->elems[i].err;
        parts[i].offset = list->elems[i].offset;
        if (note.ptr) parts[i].metadata = str_copy(arena, note);
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (!err) return st_ok();
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "read committed offsets");
}

/* ---- going back ---- */

static Slot *slot_of(const KafkaConsumer *consumer, int topic_index,
                     int32_t partition)
{
    for (int i = 0; i < consumer->slot_count; i++)
        if (consumer->slots[i].topic_index == topic_index &&
            consumer->slots[i].partition == partition)
            return &consumer->slots[i];
    return NULL;
}

STATUS kafka_consumer_seek(Consumer *base, Arena *arena,
                           const TopicPartition *parts, int count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    for (int i = 0; i < count; i++) {
        Slot *slot = slot_of(consumer, parts[i].topic_index,
                             parts[i].partition);
        if (!slot)
            return st_error(arena, ST_RETRY,
                            "the group is rebalancing: partition %d of topic "
                            "'%s' is not owned",
                            parts[i].partition,
                            consumer->topics[parts[i].topic_index]);
        slot->next = parts[i].offset > 0 ? parts[i].offset : 0;
        slot->start = parts[i].offset;
    }
    rd_kafka_resp_err_t err = kafka_fetch_slots(consumer);
    if (!err) return st_ok();
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "go back to the last commit");
}

/* Its partitions stay the group's assignment; librdkafka just has none to
 * fetch. */
STATUS kafka_consumer_rest(Consumer *base, Arena *arena, bool rest)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    if (consumer->resting == rest) return st_ok();
    consumer->resting = rest;
    if (!consumer->slot_count) return st_ok();
    rd_kafka_resp_err_t err = kafka_fetch_slots(consumer);
    if (!err) return st_ok();
    consumer->resting = !rest;
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       rest ? "pause" : "resume");
}

void kafka_consumer_reach(Consumer *base, int topic_index, int32_t partition,
                          ConsumerReach *reach)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;
    const Slot *slot = slot_of(consumer, topic_index, partition);
    int64_t low, high;

    if (!slot) return;
    if (position_of(slot) >= 0) reach->next = position_of(slot);
    if (rd_kafka_get_watermark_offsets(
            consumer->handle.rk, consumer->topics[topic_index], partition, &low,
            &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        high >= 0)
        reach->end = high;
}
