/* SPDX-License-Identifier: Apache-2.0
 *
 * Broker: the one interface to topics. It moves bytes in batches and does not
 * know what they mean. Three live behind it: broker_kafka (librdkafka),
 * broker_local (durable topics in a data directory), broker_memory (tests).
 *
 * A Broker may be used from any thread. A Consumer, a Producer belong to one
 * thread at a time.
 */
#ifndef KAFKA_BROKER_H
#define KAFKA_BROKER_H

#include <stdatomic.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/status.h"
#include "base/str.h"

typedef struct Broker Broker;
typedef struct Consumer Consumer;
typedef struct Producer Producer;
typedef struct Deletion Deletion;

/* A record header. value.ptr NULL: null. */
typedef struct RecordHeader {
    Str key;
    Str value;
} RecordHeader;

typedef struct RecordHeaders {
    int count;
    RecordHeader at[];
} RecordHeaders;

/* One record. key.ptr or value.ptr NULL: null. */
typedef struct Record {
    Str key;
    Str value;
    int64_t timestamp_ms; /* Consumed: -1 if none. To produce: -1 is now. */
    int64_t offset;       /* Consumed only. */
    const RecordHeaders *headers; /* NULL: none. */
} Record;

/* Records of one topic partition in offset order, as one poll found them.
 * Valid until consumer_release is called with it. */
typedef struct RecordSet {
    const char *topic; /* As subscribed; the same pointer each time for one
                          topic of one consumer. */
    int topic_index;   /* Its position in the list given to subscribe. */
    int32_t partition;
    int count;
    Record *records;
    void *internal;
} RecordSet;

typedef struct TopicPartition {
    int topic_index; /* In the list given to subscribe or assign. */
    int32_t partition;
    int64_t offset;  /* Next to read or commit; or OFFSET_*. */
    Str metadata;    /* Of commits; may be STR_NULL. */
} TopicPartition;

enum {
    OFFSET_BEGINNING = -2,
    OFFSET_END = -1,
    OFFSET_NONE = -1001,   /* Nothing committed. */
    PARTITION_BY_KEY = -1, /* murmur2 of the key; null keys anywhere. */
};

/* All that is before an offset in a partition. */
typedef struct RecordsBefore {
    const char *topic;
    int32_t partition;
    int64_t offset;
} RecordsBefore;

/* What a group has committed, or is to commit, in one topic. */
typedef struct GroupOffsets {
    Str group;
    const char *topic;
    TopicPartition *parts; /* Their topic_index is not looked at. */
    int count;
    Status status; /* Of this group. */
} GroupOffsets;

/* A partition that a member of a group has. */
typedef struct MemberPart {
    Str topic;
    int32_t partition;
} MemberPart;

/* One member of a group: a consumer, here or in another process. */
typedef struct MemberInfo {
    Str client_id;
    MemberPart *parts;
    int part_count;
} MemberInfo;

typedef struct TopicConfig {
    Str name;
    Str value;
} TopicConfig;

/* A topic to make. Kafka's config names; those that have no meaning for a
 * broker are kept and shown. */
typedef struct NewTopic {
    Str name;
    int partitions;
    int replicas; /* -1: the broker's default. */
    const TopicConfig *configs;
    int config_count;
    Status st; /* What became of it; ST_USER if it exists. */
} NewTopic;

typedef struct TopicInfo {
    Str name;
    int partition_count;
    int replica_count;
    bool internal; /* The broker's own, such as __consumer_offsets. */
} TopicInfo;

/* Called in consumer_poll or consumer_close, on the polling thread. */
typedef struct RebalanceHandler {
    /* Now owned; `count` may be 0, when others have all. The handler may change
     * offsets (the committed ones, or OFFSET_NONE, are filled in) before
     * reading starts. */
    void (*assigned)(void *context, TopicPartition *parts, int count);
    /* To be given up: commit what was done before returning. `lost` means they
     * are gone already and must not be committed. */
    void (*revoked)(void *context, const TopicPartition *parts, int count,
                    bool lost);
    void *context;
} RebalanceHandler;

typedef struct ConsumerOptions {
    Str group;                 /* STR_NULL: no group, use consumer_assign. */
    const char *const *topics; /* NUL-terminated names; copied. */
    int topic_count;
    const Map *properties; /* Str values by name, of `consumer.*`. */
    Str client_suffix;     /* Put after the client id that the properties
                              give, for broker_group_members; or STR_NULL. */
    RebalanceHandler rebalance;
    bool want_headers;
} ConsumerOptions;

typedef struct ProducerOptions {
    Str transactional_id;     /* STR_NULL: not transactional. */
    const atomic_bool *hurry; /* Once true, calls on transactions wait for a
                                 broker that is away for four seconds more in
                                 all. NULL: never. Outlives the producer. */
    const Map *properties;    /* Str values by name, of `producer.*`. */
} ProducerOptions;

/* How far a consumer has come in a partition it reads. */
typedef struct ConsumerReach {
    int64_t next; /* The offset after all that polls handed out or passed over,
                     such as markers of transactions; -1: not known yet. */
    int64_t end;  /* The offset that the next record written will get, as the
                     broker last told; records of open transactions lie before
                     it. -1: not told yet. */
} ConsumerReach;

/* What stands behind the door. Calls below forward to it; errors are ST_RETRY
 * when trying again may help, ST_FATAL when not, ST_USER when the request
 * cannot be (unknown topic, topic exists, bad config). */
typedef struct BrokerType {
    const char *name; /* "kafka", "local", "memory". */
    void (*close)(Broker *broker);
    STATUS (*create_topics)(Broker *, Arena *, NewTopic *topics, int count);
    STATUS (*delete_topic)(Broker *, Arena *, Str topic);
    STATUS (*list_topics)(Broker *, Arena *, TopicInfo **topics, int *count);
    STATUS (*describe_topic)(Broker *, Arena *, Str topic, TopicInfo *info);
    STATUS (*topic_configs)(Broker *, Arena *, Str topic,
                            TopicConfig **configs, int *count);
    STATUS (*watermarks)(Broker *, Arena *, Str topic, int32_t partition,
                         int64_t *low, int64_t *high);
    STATUS (*delete_records)(Broker *, Arena *, const RecordsBefore *,
                             int count, Deletion **deletion);
    bool (*deletion_is_over)(Deletion *, Arena *, int timeout_ms, Status *st);
    void (*deletion_drop)(Deletion *);
    STATUS (*delete_group)(Broker *, Arena *, Str group);
    void (*commit_groups)(Broker *, Arena *, GroupOffsets *groups, int count);
    void (*committed_groups)(Broker *, Arena *, GroupOffsets *groups,
                             int count);
    STATUS (*group_members)(Broker *, Arena *, Str group, int timeout_ms,
                            MemberInfo **members, int *count);
    STATUS (*consumer_open)(Broker *, Arena *, const ConsumerOptions *,
                            Consumer **);
    void (*consumer_close)(Consumer *);
    STATUS (*consumer_assign)(Consumer *, Arena *, const TopicPartition *,
                              int count);
    STATUS (*consumer_poll)(Consumer *, Arena *, int timeout_ms,
                            int max_records, RecordSet **sets,
                            int *set_count);
    void (*consumer_release)(Consumer *, RecordSet *set);
    STATUS (*consumer_commit)(Consumer *, Arena *, const TopicPartition *,
                              int count);
    STATUS (*consumer_committed)(Consumer *, Arena *, TopicPartition *,
                                 int count);
    STATUS (*consumer_rest)(Consumer *, Arena *, bool rest);
    STATUS (*consumer_seek)(Consumer *, Arena *, const TopicPartition *,
                            int count);
    void (*consumer_reach)(Consumer *, int topic_index, int32_t partition,
                           ConsumerReach *reach);
    STATUS (*producer_open)(Broker *, Arena *, const ProducerOptions *,
                            Producer **);
    void (*producer_close)(Producer *);
    STATUS (*produce)(Producer *, Arena *, const char *topic, int32_t partition,
                      const Record *records, int count);
    STATUS (*producer_flush)(Producer *, Arena *, int timeout_ms);
    STATUS (*txn_begin)(Producer *, Arena *);
    STATUS (*txn_commit)(Producer *, Arena *, Consumer *,
                         const TopicPartition *, int count);
    STATUS (*txn_abort)(Producer *, Arena *);
} BrokerType;

struct Broker {
    const BrokerType *type;
};
struct Consumer {
    Broker *broker;
};
struct Deletion {
    Broker *broker;
};
struct Producer {
    Broker *broker;
    bool failed; /* See producer_has_failed. */
    bool transactional;
    int64_t txn_bytes; /* See producer_txn_bytes. */
};

/* The version of librdkafka, for --version. */
const char *broker_librdkafka_version(void);

/* ---- opening ---- */

/* Real Kafka at `bootstrap`. `properties` (Str values by name) go to librdkafka
 * under their own or their Java name; an unknown one is logged as a warning.
 * Does not wait for the broker to answer. */
STATUS broker_kafka_open(Arena *arena, Str bootstrap, const Map *properties,
                         Broker **broker);

typedef enum FsyncPolicy {
    FSYNC_NEVER,  /* The kernel decides; survives kill -9, not power loss. */
    FSYNC_COMMIT, /* Each group commit. */
} FsyncPolicy;

typedef struct BrokerLocalOptions {
    FsyncPolicy fsync;
    const Clock *clock;
} BrokerLocalOptions;

/* Durable topics under `directory`, made if absent. One process owns it:
 * ST_USER names the owner's pid when it is taken, and says when there is no
 * permission. */
STATUS broker_local_open(Arena *arena, Str directory,
                         const BrokerLocalOptions *options, Broker **broker);

/* Topics in memory. `clock` may be manual. */
Broker *broker_memory_open(const Clock *clock);

void broker_close(Broker *broker);

/* ---- admin ---- */

/* In one request, which on a real Kafka takes hardly longer than one topic
 * does. Makes all that can be made, says for each what became of it, and
 * returns the first failure. */
STATUS broker_create_topics(Broker *broker, Arena *arena, NewTopic *topics,
                            int count);
/* One of them. */
STATUS broker_create_topic(Broker *broker, Arena *arena, Str topic,
                           int partitions, int replicas,
                           const TopicConfig *configs, int config_count);
STATUS broker_delete_topic(Broker *broker, Arena *arena, Str topic);
/* All topics, by name. */
STATUS broker_list_topics(Broker *broker, Arena *arena, TopicInfo **topics,
                          int *count);
/* ST_USER if it does not exist. */
STATUS broker_describe_topic(Broker *broker, Arena *arena, Str topic,
                             TopicInfo *info);
STATUS broker_topic_configs(Broker *broker, Arena *arena, Str topic,
                            TopicConfig **configs, int *count);
/* First offset kept, and the one the next record will get. */
STATUS broker_watermarks(Broker *broker, Arena *arena, Str topic,
                         int32_t partition, int64_t *low, int64_t *high);
/* Begins to delete what was consumed for good, in partitions each named once,
 * and does not wait (deletion_is_over does). The low watermarks follow; fine if
 * the records are gone already. *deletion NULL: all is done. */
STATUS broker_delete_records(Broker *broker, Arena *arena,
                             const RecordsBefore *parts, int count,
                             Deletion **deletion);
/* Waits up to `timeout_ms`; false: not over yet (the broker has a few seconds).
 * Else *st is the first failure, which left other partitions alone. One thread
 * at a time; NULL is over. */
bool deletion_is_over(Deletion *deletion, Arena *arena, int timeout_ms,
                      Status *st);
/* Forgets a deletion, over or not: what was asked for may still happen. Before
 * the broker is closed. NULL is fine. */
void deletion_drop(Deletion *deletion);
/* Forgets a group's offsets; fine if there are none. */
STATUS broker_delete_group(Broker *broker, Arena *arena, Str group);

/* Commits offsets for groups that have no members, as one who reads for many
 * does; all requests are under way at once. Each group's `status` tells how it
 * went: ST_RETRY may pass, ST_USER means that the group has members, and that
 * only they may commit. */
void broker_commit_groups(Broker *broker, Arena *arena, GroupOffsets *groups,
                          int count);
/* Fills in the committed offsets (OFFSET_NONE: none) and metadata, in
 * `arena`. */
void broker_committed_groups(Broker *broker, Arena *arena, GroupOffsets *groups,
                             int count);
/* Who is in a group, and what each was given; all in `arena`, in the order in
 * which the range assignor counts them. None if there is no such group.
 * ST_RETRY: not known now, as amid a rebalance. */
STATUS broker_group_members(Broker *broker, Arena *arena, Str group,
                            int timeout_ms, MemberInfo **members, int *count);

/* ---- reading ---- */

/* With a group: subscribes, partitions come through the rebalance handler in
 * consumer_poll, shared (range) with the group's other members. Without:
 * nothing is read until consumer_assign. Reads committed records only. */
STATUS consumer_open(Broker *broker, Arena *arena,
                     const ConsumerOptions *options, Consumer **consumer);
/* Leaves the group (revoked is called). Sets not yet released become invalid.
 */
void consumer_close(Consumer *consumer);
/* Reads exactly these from their offsets. */
STATUS consumer_assign(Consumer *consumer, Arena *arena,
                       const TopicPartition *parts, int count);
/* Up to `max_records` records, waiting up to `timeout_ms` for the first. Sets
 * come grouped by topic partition; the array is in `arena`. None is ST_OK with
 * *set_count 0. ST_RETRY tells that the broker is away: call again. */
STATUS consumer_poll(Consumer *consumer, Arena *arena, int timeout_ms,
                     int max_records, RecordSet **sets, int *set_count);
void consumer_release(Consumer *consumer, RecordSet *set);
/* Commits offsets for the group, and waits. */
STATUS consumer_commit(Consumer *consumer, Arena *arena,
                       const TopicPartition *parts, int count);
/* Fills in the group's committed offsets, OFFSET_NONE where there is none. */
STATUS consumer_committed(Consumer *consumer, Arena *arena,
                          TopicPartition *parts, int count);

/* Goes back, or forth: reads these from their offsets next, whatever was polled
 * of them before. All must be owned. Sets already polled stay valid. */
STATUS consumer_seek(Consumer *consumer, Arena *arena,
                     const TopicPartition *parts, int count);
/* While a consumer rests its polls keep it in its group, with all rebalances,
 * and find nothing; nothing is fetched. When it goes on, it does so after the
 * last record that a poll handed out. To be told twice does no harm. */
STATUS consumer_rest(Consumer *consumer, Arena *arena, bool rest);
/* Moves on with polls that find nothing too. */
void consumer_reach(Consumer *consumer, int topic_index, int32_t partition,
                    ConsumerReach *reach);

/* ---- writing ---- */

STATUS producer_open(Broker *broker, Arena *arena,
                     const ProducerOptions *options, Producer **producer);
/* Records not flushed may be lost. */
void producer_close(Producer *producer);
/* Queues copies of `records`, all for one topic. `partition` PARTITION_BY_KEY
 * takes broker_partition of each key. `topic` must stay valid as long as the
 * producer (names are looked up by pointer). Blocks while the queue is full.
 * An error of an earlier record may come back here. */
STATUS producer_send(Producer *producer, Arena *arena, const char *topic,
                     int32_t partition, const Record *records, int count);
/* Waits until all are acknowledged. ST_RETRY: not yet, none is lost. */
STATUS producer_flush(Producer *producer, Arena *arena, int timeout_ms);

/* Transactions. Commit adds the offsets of `consumer`'s group (NULL: none) and
 * makes all records since begin visible at once, or none. ST_RETRY: none is;
 * abort, and do the batch again. ST_FATAL: this producer is fenced or broken;
 * open a new one (which ends what the old one left open) and go on from the
 * committed offsets. */
STATUS txn_begin(Producer *producer, Arena *arena);
STATUS txn_commit(Producer *producer, Arena *arena, Consumer *consumer,
                  const TopicPartition *parts, int count);
STATUS txn_abort(Producer *producer, Arena *arena);
/* True if a send failed since it was opened or the last transaction began: what
 * was sent is not complete, and a transaction must be aborted. */
bool producer_has_failed(const Producer *producer);
/* Keys and values sent since the last transaction began. The embedded broker
 * keeps them in memory until the commit. */
int64_t producer_txn_bytes(const Producer *producer);

/* ---- partitioning ---- */

/* Java's default partitioner: (murmur2(key) & 0x7fffffff) % partitions. */
uint32_t murmur2(const void *bytes, size_t len);
int32_t broker_partition(Str key, int partition_count);

#endif
