/* SPDX-License-Identifier: Apache-2.0
 *
 * The input. Record `seq` of the main topic is in partition seq % PARTITIONS;
 * so in each partition the numbers are dense, and how many are there tells
 * which one is next. Keys are where their hash says, so what passes
 * through stays in its partition. Times go forward by a millisecond a record,
 * give or take 100, so records come out of order and sessions merge.
 *
 * Every fourth number is also the id of a pair: a record in each of two topics,
 * at most 1.5 s apart, of which those within a second are joined.
 *
 * Each key has a name, in a table that is older than all records.
 */
#include <stdio.h>

#include "tests/chaos/queries.h"

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

uint32_t pick(Chaos *chaos, uint32_t below)
{
    chaos->random = mix(chaos->random);
    return (uint32_t)((chaos->random >> 32) * below >> 32);
}

void feed_prepare(Chaos *chaos)
{
    int had[PARTITIONS] = {0}, done = 0;
    for (int i = 0; done < PARTITIONS * KEYS_EACH; i++) {
        char key[KEY_ROOM];
        snprintf(key, sizeof key, "k%03d", i);
        int partition = broker_partition(str_from(key), PARTITIONS);
        if (had[partition] == KEYS_EACH) continue;
        memcpy(chaos->keys[partition][had[partition]++], key, KEY_ROOM);
        done++;
    }
}

Event event_of(const Chaos *chaos, int64_t seq)
{
    uint64_t noise = mix(chaos->seed ^ (uint64_t)seq * 2654435761u);
    Event event = {.seq = seq, .partition = (int)(seq % PARTITIONS)};
    event.key = chaos->keys[event.partition][noise % KEYS_EACH];
    event.group = (int)((noise >> 16) % GROUPS);
    event.time_ms = chaos->begin_ms + seq + (int64_t)((noise >> 32) % 201) -
                    100;
    return event;
}

int64_t pair_distance_ms(const Chaos *chaos, int64_t id)
{
    return (int64_t)(mix(chaos->seed + 77 + (uint64_t)id) % 3001) - 1500;
}

const char *topic_of(const Chaos *chaos, const char *name)
{
    return str_printf(chaos->arena, "%s_%s", chaos->id, name).ptr;
}

static Status send(Producer *producer, Arena *arena, const char *topic,
                   int partition, const char *key, Str value, int64_t time_ms)
{
    Record record = {
        .key = str_from(key), .value = value, .timestamp_ms = time_ms};
    return producer_send(producer, arena, topic, partition, &record, 1);
}

/* The keys' names, where the keys are. */
static Status feed_names(Chaos *chaos)
{
    const char *topic = topic_of(chaos, "names");
    Producer *producer;
    ProducerOptions options = {.transactional_id = STR_NULL};
    Status st = producer_open(chaos->broker, chaos->arena, &options, &producer);
    if (st.kind) return st;
    for (int i = 0; i < KEYS_EACH * PARTITIONS && !st.kind; i++) {
        const char *key = chaos->keys[i % PARTITIONS][i / PARTITIONS];
        Str value = str_printf(chaos->arena, "{\"NAME\":\"name of %s\"}", key);
        st = send(producer, chaos->arena, topic, i % PARTITIONS, key, value,
                  chaos->begin_ms - 10000);
    }
    if (!st.kind) st = producer_flush(producer, chaos->arena, 60000);
    producer_close(producer);
    return st;
}

static const char *const inputs[] = {"in", "left", "right"};

static Status make_topic(Chaos *chaos, const char *name,
                         const TopicConfig *config, bool *made)
{
    TopicInfo info;
    Str topic = str_from(topic_of(chaos, name));
    Status st = broker_describe_topic(chaos->broker, chaos->arena, topic,
                                      &info);
    *made = st.kind == ST_USER;
    if (!*made) return st;
    return broker_create_topic(chaos->broker, chaos->arena, topic, PARTITIONS,
                               1, config, config != NULL);
}

/* Topics of streams are made here to have the time at which a record came: by
 * that it is judged whether commits are as often as they should be. */
static Status make_topics(Chaos *chaos)
{
    static const TopicConfig stamped = {STR("message.timestamp.type"),
                                        STR("LogAppendTime")};
    bool made;
    Status st = st_ok();
    for (int i = 0; i < 3 && !st.kind; i++)
        st = make_topic(chaos, inputs[i], NULL, &made);
    for (int i = 0; i < QUERIES && !st.kind; i++)
        if (chaos_queries[i].member)
            st = make_topic(chaos, chaos_queries[i].name, &stamped, &made);
    if (!st.kind) st = make_topic(chaos, "names", NULL, &made);
    return st.kind || !made ? st : feed_names(chaos);
}

Status feed_open(Chaos *chaos)
{
    static const Map none;
    BrokerLocalOptions local = {.fsync = FSYNC_NEVER};
    Status st = chaos->bootstrap
                    ? broker_kafka_open(chaos->arena,
                                        str_from(chaos->bootstrap), &none,
                                        &chaos->broker)
                    : broker_local_open(chaos->arena,
                                        str_printf(chaos->arena, "%s/data0",
                                                   chaos->directory),
                                        &local, &chaos->broker);
    return st.kind ? st : make_topics(chaos);
}

void feed_close(Chaos *chaos)
{
    if (chaos->broker) broker_close(chaos->broker);
    chaos->broker = NULL;
}

static Status send_pair(Chaos *chaos, Producer *producer, Arena *arena,
                        const char *const topics[], const Event *event)
{
    int64_t id = event->seq / PARTITIONS;
    int partition = (int)(id % PARTITIONS);
    const char *key = str_printf(arena, "j%lld", (long long)id).ptr;
    Str value = str_printf(arena, "{\"ID\":%lld}", (long long)id);
    int64_t time_ms = chaos->begin_ms + event->seq;
    Status st = send(producer, arena, topics[1], partition, key, value,
                     time_ms);
    if (st.kind) return st;
    return send(producer, arena, topics[2], partition, key, value,
                time_ms + pair_distance_ms(chaos, id));
}

Status feed_more(Chaos *chaos, int count)
{
    const char *topics[3];
    Producer *producer;
    ProducerOptions options = {.transactional_id = STR_NULL};
    Arena *arena = arena_new("feed", 0);
    Status st = producer_open(chaos->broker, chaos->arena, &options, &producer);
    for (int i = 0; i < 3; i++)
        topics[i] = topic_of(chaos, inputs[i]);
    for (int i = 0; i < count && !st.kind; i++) {
        Event event = event_of(chaos, chaos->fed++);
        Str value = str_printf(arena, "{\"SEQ\":%lld,\"V\":%d}",
                               (long long)event.seq, event.group);
        st = send(producer, arena, topics[0], event.partition, event.key, value,
                  event.time_ms);
        if (!st.kind && event.seq % PARTITIONS == 0)
            st = send_pair(chaos, producer, arena, topics, &event);
        arena_reset(arena);
    }
    if (!st.kind) st = producer_flush(producer, chaos->arena, 60000);
    producer_close(producer);
    arena_free(arena);
    return st;
}
