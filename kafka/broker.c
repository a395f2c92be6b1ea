/* SPDX-License-Identifier: Apache-2.0
 *
 * The door itself: each call goes to the type behind it. Also the partitioner,
 * which all brokers share: Java's murmur2, byte for byte, so that keys land
 * where the reference puts them.
 */
#include "kafka/broker.h"

void broker_close(Broker *broker)
{
    if (broker) broker->type->close(broker);
}

STATUS broker_create_topics(Broker *broker, Arena *arena, NewTopic *topics,
                            int count)
{
    return broker->type->create_topics(broker, arena, topics, count);
}

STATUS broker_create_topic(Broker *broker, Arena *arena, Str topic,
                           int partitions, int replicas,
                           const TopicConfig *configs, int config_count)
{
    NewTopic one = {.name = topic,
                    .partitions = partitions,
                    .replicas = replicas,
                    .configs = configs,
                    .config_count = config_count};
    return broker_create_topics(broker, arena, &one, 1);
}

STATUS broker_delete_topic(Broker *broker, Arena *arena, Str topic)
{
    return broker->type->delete_topic(broker, arena, topic);
}

STATUS broker_list_topics(Broker *broker, Arena *arena, TopicInfo **topics,
                          int *count)
{
    return broker->type->list_topics(broker, arena, topics, count);
}

STATUS broker_describe_topic(Broker *broker, Arena *arena, Str topic,
                             TopicInfo *info)
{
    return broker->type->describe_topic(broker, arena, topic, info);
}

STATUS broker_topic_configs(Broker *broker, Arena *arena, Str topic,
                            TopicConfig **configs, int *count)
{
    return broker->type->topic_configs(broker, arena, topic, configs, count);
}

STATUS broker_watermarks(Broker *broker, Arena *arena, Str topic,
                         int32_t partition, int64_t *low, int64_t *high)
{
    return broker->type->watermarks(broker, arena, topic, partition, low, high);
}

STATUS broker_delete_records(Broker *broker, Arena *arena,
                             const RecordsBefore *parts, int count,
                             Deletion **deletion)
{
    *deletion = NULL;
    if (!count) return st_ok();
    return broker->type->delete_records(broker, arena, parts, count, deletion);
}

bool deletion_is_over(Deletion *deletion, Arena *arena, int timeout_ms,
                      Status *st)
{
    *st = st_ok();
    return !deletion || deletion->broker->type->deletion_is_over(
                            deletion, arena, timeout_ms, st);
}

void deletion_drop(Deletion *deletion)
{
    if (deletion) deletion->broker->type->deletion_drop(deletion);
}

STATUS broker_delete_group(Broker *broker, Arena *arena, Str group)
{
    return broker->type->delete_group(broker, arena, group);
}

void broker_commit_groups(Broker *broker, Arena *arena, GroupOffsets *groups,
                          int count)
{
    if (count) broker->type->commit_groups(broker, arena, groups, count);
}

void broker_committed_groups(Broker *broker, Arena *arena, GroupOffsets *groups,
                             int count)
{
    if (count) broker->type->committed_groups(broker, arena, groups, count);
}

STATUS broker_group_members(Broker *broker, Arena *arena, Str group,
                            int timeout_ms, MemberInfo **members, int *count)
{
    return broker->type->group_members(broker, arena, group, timeout_ms,
                                       members, count);
}

STATUS consumer_open(Broker *broker, Arena *arena,
                     const ConsumerOptions *options, Consumer **consumer)
{
    return broker->type->consumer_open(broker, arena, options, consumer);
}

void consumer_close(Consumer *consumer)
{
    if (consumer) consumer->broker->type->consumer_close(consumer);
}

STATUS consumer_assign(Consumer *consumer, Arena *arena,
                       const TopicPartition *parts, int count)
{
    return consumer->broker->type->consumer_assign(consumer, arena, parts,
                                                   count);
}

STATUS consumer_poll(Consumer *consumer, Arena *arena, int timeout_ms,
                     int max_records, RecordSet **sets, int *set_count)
{
    return consumer->broker->type->consumer_poll(consumer, arena, timeout_ms,
                                                 max_records, sets, set_count);
}

void consumer_release(Consumer *consumer, RecordSet *set)
{
    consumer->broker->type->consumer_release(consumer, set);
}

STATUS consumer_commit(Consumer *consumer, Arena *arena,
                       const TopicPartition *parts, int count)
{
    return consumer->broker->type->consumer_commit(consumer, arena, parts,
                                                   count);
}

STATUS consumer_committed(Consumer *consumer, Arena *arena,
                          TopicPartition *parts, int count)
{
    return consumer->broker->type->consumer_committed(consumer, arena, parts,
                                                      count);
}

STATUS consumer_seek(Consumer *consumer, Arena *arena,
                     const TopicPartition *parts, int count)
{
    return consumer->broker->type->consumer_seek(consumer, arena, parts, count);
}

STATUS consumer_rest(Consumer *consumer, Arena *arena, bool rest)
{
    return consumer->broker->type->consumer_rest(consumer, arena, rest);
}

void consumer_reach(Consumer *consumer, int topic_index, int32_t partition,
                    ConsumerReach *reach)
{
    *reach = (ConsumerReach){-1, -1};
    consumer->broker->type->consumer_reach(consumer, topic_index, partition,
                                           reach);
}

STATUS producer_open(Broker *broker, Arena *arena,
                     const ProducerOptions *options, Producer **producer)
{
    Status st = broker->type->producer_open(broker, arena, options, producer);
    if (!st.kind)
        (*producer)->transactional = options->transactional_id.ptr != NULL;
    return st;
}

void producer_close(Producer *producer)
{
    if (producer) producer->broker->type->producer_close(producer);
}

STATUS producer_send(Producer *producer, Arena *arena, const char *topic,
                     int32_t partition, const Record *records, int count)
{
    Status st = producer->broker->type->produce(producer, arena, topic,
                                                partition, records, count);
    if (st.kind) producer->failed = true;
    for (int i = 0; producer->transactional && i < count; i++)
        producer->txn_bytes += (int64_t)(records[i].key.len +
                                         records[i].value.len);
    return st;
}

STATUS producer_flush(Producer *producer, Arena *arena, int timeout_ms)
{
    return producer->broker->type->producer_flush(producer, arena, timeout_ms);
}

STATUS txn_begin(Producer *producer, Arena *arena)
{
    Status st = producer->broker->type->txn_begin(producer, arena);
    if (st.kind) return st;
    producer->failed = false;
    producer->txn_bytes = 0;
    return st;
}

STATUS txn_commit(Producer *producer, Arena *arena, Consumer *consumer,
                  const TopicPartition *parts, int count)
{
    return producer->broker->type->txn_commit(producer, arena, consumer, parts,
                                              count);
}

STATUS txn_abort(Producer *producer, Arena *arena)
{
    return producer->broker->type->txn_abort(producer, arena);
}

bool producer_has_failed(const Producer *producer)
{
    return producer->failed;
}

int64_t producer_txn_bytes(const Producer *producer)
{
    return producer->txn_bytes;
}

/* ---- partitioning ---- */

uint32_t murmur2(const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    const uint32_t m = 0x5bd1e995;
    uint32_t h = 0x9747b28c ^ (uint32_t)len;

    for (; len >= 4; p += 4, len -= 4) {
        uint32_t k = (uint32_t)p[0] | (uint32_t)p[1] << 8 |
                     (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        k *= m;
        k ^= k >> 24;
        h = h * m ^ k * m;
    }
    if (len >= 3) h ^= (uint32_t)p[2] << 16;
    if (len >= 2) h ^= (uint32_t)p[1] << 8;
    if (len >= 1) h = (h ^ p[0]) * m;
    h ^= h >> 13;
    h *= m;
    return h ^ h >> 15;
}

int32_t broker_partition(Str key, int partition_count)
{
    return (int32_t)((murmur2(key.ptr, key.len) & 0x7fffffff) %
                     (uint32_t)partition_count);
}
