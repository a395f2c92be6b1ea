/* SPDX-License-Identifier: Apache-2.0
 *
 * Consumers of the embedded broker. What is new is taken from the tail of the
 * partition in memory; older batches come from RocksDB, read without the lock.
 * A record set holds its batch (a Blob) until it is released.
 */
#include "kafka/local.h"

#include <time.h>

#include "base/alloc.h"

typedef struct LocalConsumer {
    Consumer base;
    Arena *arena;
    const char **topics;
    int topic_count;
    Str group;
    GroupMember member;
    RebalanceHandler rebalance;
    TopicPartition *parts; /* With the next offset to read. */
    int part_count;
    int turn;
    bool from_end;
} LocalConsumer;

STATUS local_consumer_open(Broker *base, Arena *arena,
                           const ConsumerOptions *options, Consumer **out)
{
    LocalBroker *broker = local_lock(base);
    Arena *own = arena_new("consumer", 0);
    LocalConsumer *consumer = ARENA_NEW(own, LocalConsumer);
    Str *reset = options->properties
                     ? map_get(options->properties, STR("auto.offset.reset"))
                     : NULL;
    (void)arena;

    consumer->base.broker = base;
    consumer->arena = own;
    consumer->topic_count = options->topic_count;
    consumer->topics = ARENA_ARRAY(own, const char *, options->topic_count + 1);
    for (int i = 0; i < options->topic_count; i++)
        consumer->topics[i] = str_cstr(own, str_from(options->topics[i]));
    consumer->rebalance = options->rebalance;
    consumer->from_end = reset && str_eq_nocase(*reset, STR("latest"));
    if (options->group.ptr) {
        consumer->group = str_copy(own, options->group);
        consumer->member.topics = consumer->topics;
        consumer->member.topic_count = consumer->topic_count;
        inproc_join(broker->groups, consumer->group, &consumer->member);
        pthread_cond_broadcast(&broker->changed);
    }
    local_unlock(broker);
    *out = &consumer->base;
    return st_ok();
}

/* ---- partitions ---- */

/* The handler runs without the lock. */
static void give_up(LocalBroker *broker, LocalConsumer *consumer)
{
    if (consumer->part_count && consumer->rebalance.revoked) {
        local_unlock(broker);
        consumer->rebalance.revoked(consumer->rebalance.context,
                                    consumer->parts, consumer->part_count,
                                    false);
        local_lock(&broker->base);
    }
    consumer->part_count = 0;
}

void local_consumer_close(Consumer *base)
{
    LocalConsumer *consumer = (LocalConsumer *)base;
    LocalBroker *broker = local_lock(base->broker);

    give_up(broker, consumer);
    if (consumer->member.group) {
        inproc_leave(&consumer->member);
        pthread_cond_broadcast(&broker->changed);
    }
    local_unlock(broker);
    arena_free(consumer->arena);
}

static void resolve_offset(LocalBroker *broker, LocalConsumer *consumer,
                           TopicPartition *part)
{
    LocalPartition *at = local_partition(
        broker, consumer->topics[part->topic_index], part->partition, NULL);

    if (part->offset == OFFSET_NONE)
        part->offset = consumer->from_end ? OFFSET_END : OFFSET_BEGINNING;
    if (part->offset == OFFSET_BEGINNING) part->offset = at ? at->low : 0;
    if (part->offset == OFFSET_END) part->offset = at ? at->high : 0;
}

static void take_parts(LocalBroker *broker, LocalConsumer *consumer,
                       const TopicPartition *parts, int count)
{
    consumer->parts = ARENA_ARRAY(consumer->arena, TopicPartition, count + 1);
    for (int i = 0; i < count; i++) {
        consumer->parts[i] = parts[i];
        resolve_offset(broker, consumer, &consumer->parts[i]);
    }
    consumer->part_count = count;
}

STATUS local_consumer_assign(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count)
{
    LocalBroker *broker = local_lock(base->broker);
    (void)arena;
    take_parts(broker, (LocalConsumer *)base, parts, count);
    local_unlock(broker);
    return st_ok();
}

static void follow_group(LocalBroker *broker, LocalConsumer *consumer,
                         Arena *arena)
{
    GroupEvent event;
    while ((event = inproc_event(&consumer->member)) != GROUP_NOTHING) {
        if (event == GROUP_REVOKE) {
            give_up(broker, consumer);
            inproc_ready(&consumer->member);
            pthread_cond_broadcast(&broker->changed);
            continue;
        }
        int count;
        TopicPartition *share = inproc_share(&consumer->member, arena, &count);
        inproc_taken(&consumer->member);
        if (consumer->rebalance.assigned) {
            local_unlock(broker);
            consumer->rebalance.assigned(consumer->rebalance.context, share,
                                         count);
            local_lock(&broker->base);
        }
        take_parts(broker, consumer, share, count);
    }
}

/* ---- reading ---- */

/* The batch with `offset` from the tail, kept for the caller, or NULL. */
static Blob *from_tail(const LocalPartition *partition, int64_t offset,
                       int64_t *base)
{
    for (int i = 1; i <= partition->tail_count; i++) {
        int at = (partition->tail_at - i + LOCAL_TAIL_BATCHES) %
                 LOCAL_TAIL_BATCHES;
        if (partition->tail[at].base > offset) continue;
        *base = partition->tail[at].base;
        return blob_keep(partition->tail[at].blob);
    }
    return NULL;
}

/* Reads one batch of a partition into a set; false: there is nothing. The lock
 * is given back while the disk is read. */
static bool read_part(LocalBroker *broker, LocalConsumer *consumer, int index,
                      Arena *arena, int max_records, RecordSet *set)
{
    TopicPartition *part = &consumer->parts[index];
    const char *name = consumer->topics[part->topic_index];
    LocalTopic *topic;
    LocalPartition *partition = local_partition(broker, name, part->partition,
                                                &topic);
    int64_t base = 0;

    if (!partition) return false;
    if (part->offset < partition->low) part->offset = partition->low;
    if (part->offset >= partition->high) return false;
    Blob *blob = from_tail(partition, part->offset, &base);
    if (!blob) {
        uint32_t id = topic->id;
        local_unlock(broker);
        blob = local_read(broker, id, part->partition, part->offset, &base);
        local_lock(&broker->base);
        if (!blob) return false;
    }
    BatchHead head;
    memcpy(&head, blob->bytes, sizeof head);
    int max = (int)head.count < max_records ? (int)head.count : max_records;
    Record *records = ARENA_ARRAY(arena, Record, max + 1);
    int count = blob_read(arena, blob, base, part->offset, records, max);
    part->offset = count == max && count ? records[count - 1].offset + 1
                                         : head.last_offset + 1;
    if (!count) {
        blob_drop(blob);
        return false;
    }
    *set = (RecordSet){.topic = name,
                       .topic_index = part->topic_index,
                       .partition = part->partition,
                       .count = count,
                       .records = records,
                       .internal = blob};
    return true;
}

/* At most this many batches in one poll, so that memory stays bounded. */
enum { POLL_BATCHES_MAX = 16 };

static int collect(LocalBroker *broker, LocalConsumer *consumer, Arena *arena,
                   int max_records, RecordSet *sets)
{
    int count = 0;
    int parts = consumer->part_count;

    for (int i = 0; i < parts && max_records > 0; i++) {
        int at = (consumer->turn + i) % parts;
        while (
            count < POLL_BATCHES_MAX && max_records > 0 &&
            read_part(broker, consumer, at, arena, max_records, &sets[count])) {
            max_records -= sets[count++].count;
            /* One batch from each partition, then more from the last. */
            if (i + 1 < parts) break;
        }
    }
    consumer->turn++;
    return count;
}

STATUS local_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                           int max_records, RecordSet **sets, int *set_count)
{
    LocalConsumer *consumer = (LocalConsumer *)base;
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    *sets = ARENA_ARRAY(arena, RecordSet, POLL_BATCHES_MAX);
    *set_count = 0;
    LocalBroker *broker = local_lock(base->broker);
    for (;;) {
        if (consumer->member.group) follow_group(broker, consumer, arena);
        *set_count = collect(broker, consumer, arena, max_records, *sets);
        if (*set_count || timeout_ms <= 0 ||
            pthread_cond_timedwait(&broker->changed, &broker->lock, &until))
            break;
    }
    local_unlock(broker);
    return st_ok();
}

void local_consumer_release(Consumer *base, RecordSet *set)
{
    (void)base;
    blob_drop(set->internal);
    set->internal = NULL;
    set->count = 0;
}

/* ---- offsets ---- */

bool local_consumer_current(const Consumer *base)
{
    const LocalConsumer *consumer = (const LocalConsumer *)base;
    return !consumer->member.group || inproc_is_current(&consumer->member);
}

Str local_consumer_group(const Consumer *base)
{
    return ((const LocalConsumer *)base)->group;
}

const char *local_consumer_topic(const Consumer *base, int topic_index)
{
    return ((const LocalConsumer *)base)->topics[topic_index];
}

STATUS local_consumer_commit(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count)
{
    LocalConsumer *consumer = (LocalConsumer *)base;
    LocalBroker *broker = local_lock(base->broker);
    Status st = st_ok();

    if (!local_consumer_current(base)) {
        st = st_error(arena, ST_RETRY, "the group is rebalancing");
    } else {
        rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
        for (int i = 0; i < count; i++)
            local_put_offset(broker, batch, consumer->group,
                             consumer->topics[parts[i].topic_index],
                             parts[i].partition, parts[i].offset,
                             parts[i].metadata);
        st = local_write(broker, arena, batch);
        rocksdb_writebatch_destroy(batch);
    }
    for (int i = 0; i < count && !st.kind; i++)
        inproc_set_offset(broker->groups, consumer->group,
                         str_from(consumer->topics[parts[i].topic_index]),
                         parts[i].partition, parts[i].offset,
                         parts[i].metadata);
    local_unlock(broker);
    return st;
}

STATUS local_consumer_committed(Consumer *base, Arena *arena,
                                TopicPartition *parts, int count)
{
    LocalConsumer *consumer = (LocalConsumer *)base;
    LocalBroker *broker = local_lock(base->broker);
    for (int i = 0; i < count; i++) {
        Str topic = str_from(consumer->topics[parts[i].topic_index]);
        parts[i].offset = inproc_offset(broker->groups, consumer->group, topic,
                                       parts[i].partition, &parts[i].metadata);
        if (parts[i].metadata.ptr)
            parts[i].metadata = str_copy(arena, parts[i].metadata);
    }
    local_unlock(broker);
    return st_ok();
}
