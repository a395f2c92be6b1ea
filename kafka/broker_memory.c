/* SPDX-License-Identifier: Apache-2.0
 *
 * Topics in memory, for tests: one lock, records in the arena of their topic,
 * never removed before the broker closes. A record set points straight at them.
 * Time is the clock that was handed in.
 */
#include "kafka/broker.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "kafka/group.h"

typedef struct MemoryPartition {
    VEC(Record) records; /* Offset = index. */
} MemoryPartition;

typedef struct MemoryTopic {
    Arena *arena;
    const char *name;
    int partition_count, replica_count;
    MemoryPartition *partitions;
    VEC(TopicConfig) configs;
    int next_unkeyed; /* Null keys go round. */
} MemoryTopic;

typedef struct MemoryBroker {
    Broker base;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Arena *arena;
    const Clock *clock;
    Map topics; /* MemoryTopic by name. */
    Map epochs; /* int64 by transactional id. */
    Groups *groups;
    VEC(Arena *) deleted; /* Of deleted topics: record sets may point there. */
} MemoryBroker;

typedef struct MemoryConsumer {
    Consumer base;
    Arena *arena;
    const char **topics;
    int topic_count;
    Str group;
    GroupMember member;
    RebalanceHandler rebalance;
    TopicPartition *parts; /* Assigned, with the next offset to read. */
    int part_count;
    int turn;      /* Partition to look at first. */
    bool from_end; /* auto.offset.reset=latest */
} MemoryConsumer;

/* A record of a transaction that is not over. */
typedef struct Staged {
    const char *topic;
    int32_t partition;
    Record record;
} Staged;

typedef struct MemoryProducer {
    Producer base;
    Str transactional_id;
    int64_t epoch;
    bool in_transaction;
    Arena *arena; /* Of staged records. */
    VEC(Staged) staged;
} MemoryProducer;

static MemoryBroker *lock(Broker *base)
{
    MemoryBroker *broker = (MemoryBroker *)base;
    pthread_mutex_lock(&broker->lock);
    return broker;
}

static void unlock(MemoryBroker *broker)
{
    pthread_mutex_unlock(&broker->lock);
}

/* ---- topics ---- */

static int count_partitions(void *context, const char *name)
{
    MemoryBroker *broker = context;
    MemoryTopic *topic = map_get(&broker->topics, str_from(name));
    return topic ? topic->partition_count : 0;
}

static Status memory_create_topic(Broker *base, Arena *arena, Str name,
                                  int partitions, int replicas,
                                  const TopicConfig *configs, int config_count)
{
    MemoryBroker *broker = lock(base);
    Status st = st_ok();

    if (map_get(&broker->topics, name)) {
        st = st_error(arena, ST_USER, "topic '%.*s' exists already",
                      STR_ARG(name));
    } else if (partitions < 1) {
        st = st_error(arena, ST_USER,
                      "topic '%.*s' needs at least one partition",
                      STR_ARG(name));
    } else {
        Arena *own = arena_new("topic", 0);
        MemoryTopic *topic = ARENA_NEW(own, MemoryTopic);
        topic->arena = own;
        topic->name = str_cstr(broker->arena, name);
        topic->partition_count = partitions;
        topic->replica_count = replicas > 0 ? replicas : 1;
        topic->partitions = arena_zalloc(own, sizeof(MemoryPartition) *
                                                  (size_t)partitions);
        for (int i = 0; i < config_count; i++)
            *vec_push(own, &topic->configs) = (TopicConfig){
                str_copy(own, configs[i].name),
                str_copy(own, configs[i].value)};
        map_put(broker->arena, &broker->topics, str_from(topic->name), topic);
        groups_topic_changed(broker->groups, topic->name);
        pthread_cond_broadcast(&broker->changed);
    }
    unlock(broker);
    return st;
}

static Status unknown_topic(Arena *arena, Str name)
{
    return st_error(arena, ST_USER, "topic '%.*s' does not exist",
                    STR_ARG(name));
}

static Status memory_delete_topic(Broker *base, Arena *arena, Str name)
{
    MemoryBroker *broker = lock(base);
    MemoryTopic *topic = map_remove(&broker->topics, name);
    Status st = st_ok();

    if (topic) {
        *vec_push(broker->arena, &broker->deleted) = topic->arena;
        groups_forget_topic(broker->groups, name);
        groups_topic_changed(broker->groups, topic->name);
        pthread_cond_broadcast(&broker->changed);
    } else {
        st = unknown_topic(arena, name);
    }
    unlock(broker);
    return st;
}

static void fill_info(Arena *arena, const MemoryTopic *topic, TopicInfo *info)
{
    *info = (TopicInfo){.name = str_copy(arena, str_from(topic->name)),
                        .partition_count = topic->partition_count,
                        .replica_count = topic->replica_count};
}

static int compare_infos(const void *a, const void *b)
{
    return str_compare(((const TopicInfo *)a)->name,
                       ((const TopicInfo *)b)->name);
}

static Status memory_list_topics(Broker *base, Arena *arena, TopicInfo **topics,
                                 int *count)
{
    MemoryBroker *broker = lock(base);
    *topics = ARENA_ARRAY(arena, TopicInfo, broker->topics.live + 1);
    *count = 0;
    for (int i = 0; i < broker->topics.count; i++)
        if (broker->topics.entries[i].value)
            fill_info(arena, broker->topics.entries[i].value,
                      &(*topics)[(*count)++]);
    unlock(broker);
    qsort(*topics, (size_t)*count, sizeof **topics, compare_infos);
    return st_ok();
}

static Status memory_describe_topic(Broker *base, Arena *arena, Str name,
                                    TopicInfo *info)
{
    MemoryBroker *broker = lock(base);
    MemoryTopic *topic = map_get(&broker->topics, name);
    if (topic) fill_info(arena, topic, info);
    unlock(broker);
    return topic ? st_ok() : unknown_topic(arena, name);
}

static Status memory_topic_configs(Broker *base, Arena *arena, Str name,
                                   TopicConfig **configs, int *count)
{
    MemoryBroker *broker = lock(base);
    MemoryTopic *topic = map_get(&broker->topics, name);

    *count = 0;
    if (topic) {
        *configs = ARENA_ARRAY(arena, TopicConfig, topic->configs.count + 1);
        for (int i = 0; i < topic->configs.count; i++)
            (*configs)[(*count)++] = (TopicConfig){
                str_copy(arena, topic->configs.at[i].name),
                str_copy(arena, topic->configs.at[i].value)};
    }
    unlock(broker);
    return topic ? st_ok() : unknown_topic(arena, name);
}

static MemoryPartition *find_partition(MemoryBroker *broker, Str name,
                                       int32_t partition)
{
    MemoryTopic *topic = map_get(&broker->topics, name);
    if (!topic || partition < 0 || partition >= topic->partition_count)
        return NULL;
    return &topic->partitions[partition];
}

static Status memory_watermarks(Broker *base, Arena *arena, Str name,
                                int32_t partition, int64_t *low, int64_t *high)
{
    MemoryBroker *broker = lock(base);
    MemoryPartition *at = find_partition(broker, name, partition);
    *low = 0;
    *high = at ? at->records.count : 0;
    unlock(broker);
    return at ? st_ok() : unknown_topic(arena, name);
}

static Status memory_delete_group(Broker *base, Arena *arena, Str group)
{
    MemoryBroker *broker = lock(base);
    (void)arena;
    groups_forget_group(broker->groups, group);
    unlock(broker);
    return st_ok();
}

/* ---- producing ---- */

static Str copy_bytes(Arena *arena, Str s)
{
    return s.ptr ? str_copy(arena, s) : STR_NULL;
}

static const RecordHeaders *copy_headers(Arena *arena,
                                         const RecordHeaders *from)
{
    if (!from) return NULL;
    RecordHeaders *to = arena_alloc(
        arena, sizeof *to + sizeof(RecordHeader) * (size_t)from->count);
    to->count = from->count;
    for (int i = 0; i < from->count; i++)
        to->at[i] = (RecordHeader){copy_bytes(arena, from->at[i].key),
                                   copy_bytes(arena, from->at[i].value)};
    return to;
}

static Record copy_record(Arena *arena, const Record *record)
{
    Record copy = *record;
    copy.key = copy_bytes(arena, record->key);
    copy.value = copy_bytes(arena, record->value);
    copy.headers = copy_headers(arena, record->headers);
    return copy;
}

/* Under the lock. */
static Status append(MemoryBroker *broker, Arena *arena, const char *name,
                     int32_t partition, const Record *record)
{
    MemoryTopic *topic = map_get(&broker->topics, str_from(name));

    if (!topic) return unknown_topic(arena, str_from(name));
    if (partition == PARTITION_BY_KEY)
        partition = record->key.ptr
                        ? broker_partition(record->key, topic->partition_count)
                        : topic->next_unkeyed++ % topic->partition_count;
    if (partition < 0 || partition >= topic->partition_count)
        return st_error(arena, ST_USER, "topic '%s' has no partition %d", name,
                        partition);
    MemoryPartition *to = &topic->partitions[partition];
    Record copy = copy_record(topic->arena, record);
    copy.offset = to->records.count;
    if (copy.timestamp_ms < 0) copy.timestamp_ms = clock_now_ms(broker->clock);
    *vec_push(topic->arena, &to->records) = copy;
    return st_ok();
}

static Status memory_producer_open(Broker *base, Arena *arena,
                                   const ProducerOptions *options,
                                   Producer **out)
{
    MemoryBroker *broker = lock(base);
    MemoryProducer *producer = mem_zalloc(sizeof *producer);
    (void)arena;

    producer->base.broker = base;
    producer->arena = arena_new("producer", 0);
    if (options->transactional_id.ptr) {
        Str id = options->transactional_id;
        int64_t *epoch = map_get(&broker->epochs, id);
        if (!epoch) {
            epoch = ARENA_NEW(broker->arena, int64_t);
            map_put(broker->arena, &broker->epochs, str_copy(broker->arena, id),
                    epoch);
        }
        producer->epoch = ++*epoch;
        producer->transactional_id = str_copy(broker->arena, id);
    }
    unlock(broker);
    *out = &producer->base;
    return st_ok();
}

static void memory_producer_close(Producer *base)
{
    MemoryProducer *producer = (MemoryProducer *)base;
    arena_free(producer->arena);
    mem_free(producer);
}

static Status memory_produce(Producer *base, Arena *arena, const char *topic,
                             int32_t partition, const Record *records,
                             int count)
{
    MemoryProducer *producer = (MemoryProducer *)base;
    MemoryBroker *broker = lock(base->broker);
    Status st = st_ok();

    for (int i = 0; i < count && !st.kind; i++) {
        if (producer->in_transaction)
            *vec_push(producer->arena, &producer->staged) = (Staged){
                topic, partition, copy_record(producer->arena, &records[i])};
        else
            st = append(broker, arena, topic, partition, &records[i]);
    }
    pthread_cond_broadcast(&broker->changed);
    unlock(broker);
    return st;
}

static Status memory_flush(Producer *base, Arena *arena, int timeout_ms)
{
    (void)base;
    (void)arena;
    (void)timeout_ms;
    return st_ok();
}

/* ---- transactions ---- */

static bool is_fenced(MemoryBroker *broker, const MemoryProducer *producer)
{
    int64_t *epoch = map_get(&broker->epochs, producer->transactional_id);
    return !epoch || *epoch != producer->epoch;
}

static Status memory_txn_begin(Producer *base, Arena *arena)
{
    MemoryProducer *producer = (MemoryProducer *)base;
    MemoryBroker *broker = lock(base->broker);
    Status st = st_ok();

    if (!producer->transactional_id.ptr)
        st = st_error(arena, ST_USER, "the producer is not transactional");
    else if (is_fenced(broker, producer))
        st = st_error(arena, ST_FATAL,
                      "producer '%.*s' is fenced by a newer one",
                      STR_ARG(producer->transactional_id));
    else
        producer->in_transaction = true;
    unlock(broker);
    return st;
}

static void end_transaction(MemoryProducer *producer)
{
    producer->in_transaction = false;
    arena_reset(producer->arena);
    producer->staged.at = NULL;
    producer->staged.count = producer->staged.cap = 0;
}

static void commit_offsets(MemoryBroker *broker, MemoryConsumer *consumer,
                           const TopicPartition *parts, int count)
{
    for (int i = 0; i < count; i++)
        group_set_offset(broker->groups, consumer->group,
                         str_from(consumer->topics[parts[i].topic_index]),
                         parts[i].partition, parts[i].offset,
                         parts[i].metadata);
}

static bool may_commit(const MemoryConsumer *consumer)
{
    return !consumer->member.group || group_is_current(&consumer->member);
}

static Status memory_txn_commit(Producer *base, Arena *arena,
                                Consumer *consumer, const TopicPartition *parts,
                                int count)
{
    MemoryProducer *producer = (MemoryProducer *)base;
    MemoryBroker *broker = lock(base->broker);
    MemoryConsumer *reader = (MemoryConsumer *)consumer;
    Status st = st_ok();

    if (!producer->in_transaction || is_fenced(broker, producer))
        st = st_error(arena, ST_FATAL,
                      "producer '%.*s' is fenced by a newer one",
                      STR_ARG(producer->transactional_id));
    else if (reader && !may_commit(reader))
        st = st_error(arena, ST_RETRY, "the group is rebalancing");
    for (int i = 0; i < producer->staged.count && !st.kind; i++)
        if (!map_get(&broker->topics, str_from(producer->staged.at[i].topic)))
            st = unknown_topic(arena, str_from(producer->staged.at[i].topic));
    for (int i = 0; i < producer->staged.count && !st.kind; i++) {
        Staged *one = &producer->staged.at[i];
        st = append(broker, arena, one->topic, one->partition, &one->record);
    }
    if (!st.kind && reader) commit_offsets(broker, reader, parts, count);
    end_transaction(producer);
    pthread_cond_broadcast(&broker->changed);
    unlock(broker);
    return st;
}

static Status memory_txn_abort(Producer *base, Arena *arena)
{
    MemoryBroker *broker = lock(base->broker);
    (void)arena;
    end_transaction((MemoryProducer *)base);
    unlock(broker);
    return st_ok();
}

/* ---- consuming ---- */

static Status memory_consumer_open(Broker *base, Arena *arena,
                                   const ConsumerOptions *options,
                                   Consumer **out)
{
    MemoryBroker *broker = lock(base);
    Arena *own = arena_new("consumer", 0);
    MemoryConsumer *consumer = ARENA_NEW(own, MemoryConsumer);
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
        group_join(broker->groups, consumer->group, &consumer->member);
        pthread_cond_broadcast(&broker->changed);
    }
    unlock(broker);
    *out = &consumer->base;
    return st_ok();
}

/* Gives the partitions up; the handler runs without the lock. */
static void give_up(MemoryBroker *broker, MemoryConsumer *consumer)
{
    if (consumer->part_count && consumer->rebalance.revoked) {
        unlock(broker);
        consumer->rebalance.revoked(consumer->rebalance.context,
                                    consumer->parts, consumer->part_count,
                                    false);
        lock(&broker->base);
    }
    consumer->part_count = 0;
}

static void memory_consumer_close(Consumer *base)
{
    MemoryConsumer *consumer = (MemoryConsumer *)base;
    MemoryBroker *broker = lock(base->broker);

    give_up(broker, consumer);
    if (consumer->member.group) {
        group_leave(&consumer->member);
        pthread_cond_broadcast(&broker->changed);
    }
    unlock(broker);
    arena_free(consumer->arena);
}

/* Turns OFFSET_* into offsets; NONE by auto.offset.reset. */
static void resolve_offset(MemoryBroker *broker, MemoryConsumer *consumer,
                           TopicPartition *part)
{
    MemoryPartition *at = find_partition(
        broker, str_from(consumer->topics[part->topic_index]), part->partition);
    int64_t end = at ? at->records.count : 0;

    if (part->offset == OFFSET_NONE)
        part->offset = consumer->from_end ? OFFSET_END : OFFSET_BEGINNING;
    if (part->offset == OFFSET_BEGINNING) part->offset = 0;
    if (part->offset == OFFSET_END) part->offset = end;
}

static void take_parts(MemoryBroker *broker, MemoryConsumer *consumer,
                       const TopicPartition *parts, int count)
{
    consumer->parts = ARENA_ARRAY(consumer->arena, TopicPartition, count + 1);
    for (int i = 0; i < count; i++) {
        consumer->parts[i] = parts[i];
        resolve_offset(broker, consumer, &consumer->parts[i]);
    }
    consumer->part_count = count;
}

static Status memory_consumer_assign(Consumer *base, Arena *arena,
                                     const TopicPartition *parts, int count)
{
    MemoryBroker *broker = lock(base->broker);
    (void)arena;
    take_parts(broker, (MemoryConsumer *)base, parts, count);
    unlock(broker);
    return st_ok();
}

static void follow_group(MemoryBroker *broker, MemoryConsumer *consumer,
                         Arena *arena)
{
    GroupEvent event;
    while ((event = group_event(&consumer->member)) != GROUP_NOTHING) {
        if (event == GROUP_REVOKE) {
            give_up(broker, consumer);
            group_ready(&consumer->member);
            pthread_cond_broadcast(&broker->changed);
            continue;
        }
        int count;
        TopicPartition *share = group_share(&consumer->member, arena, &count);
        group_taken(&consumer->member);
        if (consumer->rebalance.assigned) {
            unlock(broker);
            consumer->rebalance.assigned(consumer->rebalance.context, share,
                                         count);
            lock(&broker->base);
        }
        take_parts(broker, consumer, share, count);
    }
}

/* What there is for the consumer now; 0: nothing. */
static int collect(MemoryBroker *broker, MemoryConsumer *consumer, Arena *arena,
                   int max_records, RecordSet *sets)
{
    int set_count = 0;
    for (int i = 0; i < consumer->part_count && max_records > 0; i++) {
        int at = (consumer->turn + i) % consumer->part_count;
        TopicPartition *part = &consumer->parts[at];
        const char *topic = consumer->topics[part->topic_index];
        MemoryPartition *from = find_partition(broker, str_from(topic),
                                               part->partition);
        if (!from || part->offset >= from->records.count) continue;
        int count = (int)(from->records.count - part->offset);
        if (count > max_records) count = max_records;
        sets[set_count++] = (RecordSet){
            .topic = topic,
            .topic_index = part->topic_index,
            .partition = part->partition,
            .count = count,
            .records = arena_copy(arena, &from->records.at[part->offset],
                                  sizeof(Record) * (size_t)count)};
        part->offset += count;
        max_records -= count;
    }
    consumer->turn++;
    return set_count;
}

static Status memory_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                                   int max_records, RecordSet **sets,
                                   int *set_count)
{
    MemoryConsumer *consumer = (MemoryConsumer *)base;
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    MemoryBroker *broker = lock(base->broker);
    *set_count = 0;
    for (;;) {
        if (consumer->member.group) follow_group(broker, consumer, arena);
        *sets = ARENA_ARRAY(arena, RecordSet, consumer->part_count + 1);
        *set_count = collect(broker, consumer, arena, max_records, *sets);
        if (*set_count || timeout_ms <= 0 ||
            pthread_cond_timedwait(&broker->changed, &broker->lock, &until))
            break;
    }
    unlock(broker);
    return st_ok();
}

static void memory_release(Consumer *base, RecordSet *set)
{
    (void)base;
    (void)set;
}

static Status memory_commit(Consumer *base, Arena *arena,
                            const TopicPartition *parts, int count)
{
    MemoryConsumer *consumer = (MemoryConsumer *)base;
    MemoryBroker *broker = lock(base->broker);
    bool current = may_commit(consumer);
    if (current) commit_offsets(broker, consumer, parts, count);
    unlock(broker);
    return current ? st_ok()
                   : st_error(arena, ST_RETRY, "the group is rebalancing");
}

static Status memory_committed(Consumer *base, Arena *arena,
                               TopicPartition *parts, int count)
{
    MemoryConsumer *consumer = (MemoryConsumer *)base;
    MemoryBroker *broker = lock(base->broker);
    for (int i = 0; i < count; i++) {
        Str topic = str_from(consumer->topics[parts[i].topic_index]);
        parts[i].offset = group_offset(broker->groups, consumer->group, topic,
                                       parts[i].partition, &parts[i].metadata);
        if (parts[i].metadata.ptr)
            parts[i].metadata = str_copy(arena, parts[i].metadata);
    }
    unlock(broker);
    return st_ok();
}

static void memory_close(Broker *base)
{
    MemoryBroker *broker = (MemoryBroker *)base;
    for (int i = 0; i < broker->topics.count; i++) {
        MemoryTopic *topic = broker->topics.entries[i].value;
        if (topic) arena_free(topic->arena);
    }
    for (int i = 0; i < broker->deleted.count; i++)
        arena_free(broker->deleted.at[i]);
    groups_free(broker->groups);
    pthread_cond_destroy(&broker->changed);
    pthread_mutex_destroy(&broker->lock);
    arena_free(broker->arena);
}

static const BrokerType memory_type = {
    .name = "memory",
    .close = memory_close,
    .create_topic = memory_create_topic,
    .delete_topic = memory_delete_topic,
    .list_topics = memory_list_topics,
    .describe_topic = memory_describe_topic,
    .topic_configs = memory_topic_configs,
    .watermarks = memory_watermarks,
    .delete_group = memory_delete_group,
    .consumer_open = memory_consumer_open,
    .consumer_close = memory_consumer_close,
    .consumer_assign = memory_consumer_assign,
    .consumer_poll = memory_consumer_poll,
    .consumer_release = memory_release,
    .consumer_commit = memory_commit,
    .consumer_committed = memory_committed,
    .producer_open = memory_producer_open,
    .producer_close = memory_producer_close,
    .produce = memory_produce,
    .producer_flush = memory_flush,
    .txn_begin = memory_txn_begin,
    .txn_commit = memory_txn_commit,
    .txn_abort = memory_txn_abort,
};

Broker *broker_memory_open(const Clock *clock)
{
    Arena *arena = arena_new("memory broker", 0);
    MemoryBroker *broker = ARENA_NEW(arena, MemoryBroker);

    broker->base.type = &memory_type;
    broker->arena = arena;
    broker->clock = clock;
    pthread_mutex_init(&broker->lock, NULL);
    pthread_cond_init(&broker->changed, NULL);
    broker->groups = groups_new(count_partitions, broker);
    return &broker->base;
}
