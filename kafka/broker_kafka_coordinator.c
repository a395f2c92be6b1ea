/* SPDX-License-Identifier: Apache-2.0
 *
 * Which broker coordinates a group. Requests about a group go to its
 * coordinator, and librdkafka would look for it by itself, but in version 2.0.2
 * a request that times out while it looks ends the program ("eonce->refcnt >
 * 0"). A request that names its broker (rd_kafka_AdminOptions_set_broker) takes
 * another way, that of creating topics, and its time-outs are clean.
 *
 * So the coordinator is guessed by Kafka's rule, the leader of a partition of
 * __consumer_offsets that follows from the group's name. Whoever is not the
 * coordinator says so, and then all brokers are asked in turn: leaders move,
 * and the topic may be hidden, or placed by other rules. Who was found in that
 * way is remembered.
 */
#include "kafka/broker_kafka_int.h"

#include "base/alloc.h"
#include "base/unicode.h"

enum { ODD_MAX = 10000 };

/* String.hashCode of the name in UTF-16, as a number that is not negative. */
static uint32_t hash_of(Str group)
{
    uint32_t hash = 0;
    for (size_t at = 0; at < group.len;) {
        uint32_t c = utf8_next(group, &at);
        if (c > 0xffff) {
            hash = 31 * hash + (0xd7c0 + (c >> 10));
            c = 0xdc00 + (c & 0x3ff);
        }
        hash = 31 * hash + c;
    }
    if (hash == 0x80000000) return 0;
    return hash > 0x80000000 ? -hash : hash;
}

int kafka_group_partition(Str group, int partitions)
{
    return (int)(hash_of(group) % (uint32_t)partitions);
}

/* ---- what is known of the cluster ---- */

static void free_brokers(CoordinatorMap *map)
{
    mem_free(map->brokers);
    mem_free(map->leaders);
    map->brokers = map->leaders = NULL;
    map->broker_count = map->partition_count = 0;
}

static void forget_odd(CoordinatorMap *map)
{
    arena_free(map->arena);
    map->arena = NULL;
    map->odd = (Map){0};
}

void kafka_coordinators_free(KafkaBroker *broker)
{
    free_brokers(&broker->coordinators);
    forget_odd(&broker->coordinators);
}

/* Takes over an answer. Under the lock. */
static void fill(CoordinatorMap *map, const struct rd_kafka_metadata *from)
{
    const struct rd_kafka_metadata_topic *topic = from->topics;
    int partitions = from->topic_cnt ? topic->partition_cnt : 0;
    free_brokers(map);
    map->brokers = mem_alloc(sizeof(int32_t) * (size_t)(from->broker_cnt + 1));
    for (int i = 0; i < from->broker_cnt; i++)
        map->brokers[map->broker_count++] = from->brokers[i].id;
    map->leaders = mem_alloc(sizeof(int32_t) * (size_t)(partitions + 1));
    for (int i = 0; i < partitions; i++)
        map->leaders[i] = -1;
    for (int i = 0; i < partitions; i++)
        if (topic->partitions[i].id < partitions)
            map->leaders[topic->partitions[i].id] = topic->partitions[i].leader;
    map->partition_count = partitions;
    map->no_groups = from->topic_cnt &&
                     topic->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    map->doubtful = false;
}

STATUS kafka_coordinators_look(KafkaBroker *broker, Arena *arena)
{
    const struct rd_kafka_metadata *metadata;
    CoordinatorMap *map = &broker->coordinators;
    pthread_mutex_lock(&broker->lock);
    bool known = map->partition_count && !map->doubtful;
    pthread_mutex_unlock(&broker->lock);
    if (known) return st_ok();
    Status st = kafka_metadata(broker, arena, "__consumer_offsets", &metadata);
    if (st.kind) return st;
    pthread_mutex_lock(&broker->lock);
    fill(map, metadata);
    pthread_mutex_unlock(&broker->lock);
    rd_kafka_metadata_destroy(metadata);
    return st;
}

void kafka_coordinators_doubt(KafkaBroker *broker)
{
    pthread_mutex_lock(&broker->lock);
    broker->coordinators.doubtful = true;
    pthread_mutex_unlock(&broker->lock);
}

bool kafka_no_groups(KafkaBroker *broker)
{
    pthread_mutex_lock(&broker->lock);
    bool none = broker->coordinators.no_groups;
    pthread_mutex_unlock(&broker->lock);
    return none;
}

/* ---- whom to ask ---- */

bool kafka_is_elsewhere(rd_kafka_resp_err_t err)
{
    return err == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
           err == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
}

/* As remembered, or by the rule; -1: unknown. Under the lock. */
static int32_t guess(const CoordinatorMap *map, Str group)
{
    const int32_t *odd = map_get(&map->odd, group);
    if (odd && *odd >= 0) return *odd;
    if (!map->partition_count) return -1;
    return map->leaders[kafka_group_partition(group, map->partition_count)];
}

int32_t kafka_coordinator(KafkaBroker *broker, Str group, int asked)
{
    const CoordinatorMap *map = &broker->coordinators;
    int32_t found = -1;
    pthread_mutex_lock(&broker->lock);
    int32_t first = guess(map, group);
    if (first >= 0 && asked-- == 0) found = first;
    for (int i = 0; i < map->broker_count && found < 0; i++)
        if (map->brokers[i] != first && asked-- == 0) found = map->brokers[i];
    pthread_mutex_unlock(&broker->lock);
    return found;
}

void kafka_coordinator_is(KafkaBroker *broker, Str group, int32_t id)
{
    CoordinatorMap *map = &broker->coordinators;
    pthread_mutex_lock(&broker->lock);
    int32_t *odd = map_get(&map->odd, group);
    if (!odd && id >= 0 && id != guess(map, group)) {
        if (map->odd.count >= ODD_MAX) forget_odd(map);
        if (!map->arena) map->arena = arena_new("coordinators", 0);
        odd = ARENA_NEW(map->arena, int32_t);
        map_put(map->arena, &map->odd, str_copy(map->arena, group), odd);
    }
    if (odd) *odd = id;
    pthread_mutex_unlock(&broker->lock);
}
