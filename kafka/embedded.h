/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker inside this process, common to broker_memory and broker_local:
 * topics, groups, consumers, producers, transactions. Internal to kafka/.
 *
 * Where records rest is behind Storage: NULL keeps all in memory; broker_local
 * has RocksDB there, and memory keeps only a tail of each partition.
 *
 * Every write is a Commit: batches for any partitions and offsets of one group,
 * all or nothing. Whoever finds nobody busy leads: it takes all commits that
 * wait, gives offsets, writes them at once without the lock, then shows them to
 * readers. The others wait for their result (group commit).
 *
 *     producer -> Commit -> queue -> [leader] -> Storage.write -> tail, end
 *     consumer <- tail, or Storage.read when it is behind
 *
 * Invariants: start <= end <= next in each partition; `next` is above `end`
 * only while a leader writes; a batch is seen whole or not at all. Locks are
 * taken in the order linger, producer, broker.
 */
#ifndef KAFKA_EMBEDDED_H
#define KAFKA_EMBEDDED_H

#include <pthread.h>
#include <semaphore.h>

#include "kafka/broker.h"
#include "kafka/group.h"
#include "kafka/record_batch.h"

typedef struct EmbeddedBroker EmbeddedBroker;
typedef struct EmbeddedConsumer EmbeddedConsumer;
typedef struct EmbeddedProducer EmbeddedProducer;
typedef struct Storage Storage;

typedef struct Partition {
    struct Topic *topic;
    int32_t index;
    int64_t start;      /* First offset kept. */
    int64_t end;        /* After the last one that may be read. */
    int64_t next;       /* The next to hand out. */
    RecordBatch **tail; /* The newest batches, up to `end`. */
    int tail_first, tail_count, tail_cap;
    int64_t cleaned;     /* Storage: compaction went up to here, */
    int64_t clean_bytes; /* and left this much. */
} Partition;

typedef struct Topic {
    uint32_t id; /* From 1, never used again. */
    atomic_int refs;
    atomic_bool deleted;
    Arena *arena; /* Of all below. */
    const char *name;
    int partition_count, replica_count;
    Partition *partitions;
    TopicConfig *configs;
    int config_count;
    /* What the configs say. -1: no limit. */
    bool compacts, deletes, log_append_time;
    int64_t retention_ms, retention_bytes, delete_retention_ms;
    int64_t compaction_lag_ms;
    double dirty_ratio;
} Topic;

typedef struct Append {
    Partition *part; /* NULL: its topic was deleted, skip it. */
    RecordBatch *batch;
} Append;

/* One atomic write. */
typedef struct Commit {
    struct Commit *next;
    Append *appends;
    int append_count;
    EmbeddedConsumer *consumer; /* Commits for its group; may be NULL. */
    Str group;                  /* Without one: a group without members. */
    Topic *const *topics;       /* Of the offsets, by topic_index. */
    const TopicPartition *offsets;
    int offset_count;
    EmbeddedProducer *transaction; /* Of this producer; may be NULL. */
    bool done;
    StatusKind kind; /* ST_OK: still good. */
    bool refused;    /* Nothing of it may be written. */
    char text[256];
} Commit;

/* What keeps records. Called by the leader (write, put, drop, trim) or by any
 * reader (read), never under the broker's lock. */
typedef struct StorageType {
    /* All commits of the list that are not refused, in one atomic write. */
    STATUS (*write)(Storage *, Arena *, const Commit *commits);
    /* A chain of batches, the first of which has `offset` or comes after it,
     * all before `end`; NULL if there is none. */
    STATUS(*read)
    (Storage *, Arena *, const Partition *, int64_t offset, int64_t end,
     RecordBatch **chain);
    STATUS (*put_topic)(Storage *, Arena *, const Topic *);
    STATUS (*drop_topic)(Storage *, Arena *, const Topic *);
    STATUS (*drop_group)(Storage *, Arena *, Str group);
    /* Keeps only what is at or after `start`. */
    STATUS (*trim)(Storage *, Arena *, const Partition *, int64_t start);
    void (*close)(Storage *);
} StorageType;

struct Storage {
    const StorageType *type;
};

struct EmbeddedBroker {
    Broker base;
    pthread_mutex_t lock;
    pthread_cond_t committed; /* A leader is done. */
    const Clock *clock;
    Arena *arena;     /* Of ids of transactions. */
    Storage *storage; /* NULL: memory only. */
    bool busy;        /* There is a leader. */
    Commit *queue, **queue_end;
    Topic **topics; /* Sorted by name. */
    int topic_count, topic_cap;
    uint32_t next_topic_id;
    Groups *groups;
    EmbeddedConsumer *consumers;
    Map transactions; /* TransactionId by its name. */
    /* Tails in the order of their batches, so the oldest goes first. */
    Partition **cached;
    size_t cached_first, cached_count, cached_cap;
    size_t cached_bytes, cached_max_bytes;
    /* Writes what producers have buffered for LINGER_MS. */
    pthread_t linger_thread;
    pthread_mutex_t linger_lock;
    sem_t linger_work;
    atomic_bool linger_armed, closing;
    EmbeddedProducer *producers;
};

/* Where a consumer is in one partition. */
typedef struct Position {
    int topic_index;
    Partition *part;
    int64_t next;
    RecordBatch *current; /* Being read; NULL: look for one. */
    BatchCursor cursor;
    RecordBatch *ahead; /* Read from storage together with it. */
} Position;

struct EmbeddedConsumer {
    Consumer base;
    EmbeddedConsumer *next;
    Arena *arena;
    pthread_cond_t wake;
    bool waiting;
    bool resting;
    Topic **topics;
    GroupTopic *group_topics;
    int topic_count;
    Str group; /* STR_NULL: none. */
    Str client_id;
    bool subscribed;
    GroupMember member;
    RebalanceHandler rebalance;
    bool want_headers;
    int64_t reset; /* OFFSET_BEGINNING, OFFSET_END, or OFFSET_NONE: error. */
    Position *positions;
    int position_count, position_cap;
    int turn; /* Position to look at first. */
    struct SetBlock *lent, *spare;
    int spare_count;
};

struct EmbeddedProducer {
    Producer base;
    EmbeddedProducer *next;
    pthread_mutex_t lock;
    struct Target *targets;
    int target_count, target_cap;
    Append *appends; /* Full batches, in order. */
    int append_count, append_cap;
    size_t buffered_bytes;
    Str transactional_id;
    uint64_t epoch;
    bool in_transaction;
    StatusKind failed; /* A write behind the caller's back failed. */
    char failure[256];
};

/* ---- embedded.c: opening, topics ---- */

/* Fills in a zeroed broker; `storage` is closed with it. */
void embedded_open(EmbeddedBroker *broker, const BrokerType *type,
                   const Clock *clock, Storage *storage);
void embedded_close(Broker *broker);

/* All calls of a BrokerType but its name. */
#define EMBEDDED_CALLS                                                         \
    .close = embedded_close, .create_topics = embedded_create_topics,          \
    .delete_topic = embedded_delete_topic,                                     \
    .list_topics = embedded_list_topics,                                       \
    .describe_topic = embedded_describe_topic,                                 \
    .topic_configs = embedded_topic_configs,                                   \
    .watermarks = embedded_watermarks,                                         \
    .delete_records = embedded_delete_records,                                 \
    .delete_group = embedded_delete_group,                                     \
    .commit_groups = embedded_commit_groups,                                   \
    .committed_groups = embedded_committed_groups,                             \
    .group_members = embedded_group_members,                                   \
    .consumer_open = embedded_consumer_open,                                   \
    .consumer_close = embedded_consumer_close,                                 \
    .consumer_assign = embedded_consumer_assign,                               \
    .consumer_poll = embedded_consumer_poll,                                   \
    .consumer_release = embedded_consumer_release,                             \
    .consumer_commit = embedded_consumer_commit,                               \
    .consumer_committed = embedded_consumer_committed,                         \
    .consumer_rest = embedded_consumer_rest,                                   \
    .consumer_seek = embedded_consumer_seek,                                   \
    .consumer_reach = embedded_consumer_reach,                                 \
    .producer_open = embedded_producer_open,                                   \
    .producer_close = embedded_producer_close, .produce = embedded_produce,    \
    .producer_flush = embedded_producer_flush,                                 \
    .txn_begin = embedded_txn_begin, .txn_commit = embedded_txn_commit,        \
    .txn_abort = embedded_txn_abort

/* A topic object that is not in the broker yet; checks name and configs. */
STATUS topic_new(Arena *arena, uint32_t id, const NewTopic *, Topic **out);
/* Adds it by name; takes over the reference. Under the lock. */
void embedded_add_topic(EmbeddedBroker *broker, Topic *topic);
/* NULL if there is none. Under the lock. */
Topic *embedded_find_topic(const EmbeddedBroker *broker, Str name);
Topic *topic_ref(Topic *topic);
void topic_unref(Topic *topic);
Status unknown_topic(Arena *arena, Str name);
/* Removes what is before `start` from log and tail; waits for its turn. */
STATUS embedded_trim(EmbeddedBroker *broker, Arena *arena, Partition *part,
                     int64_t start);

STATUS embedded_create_topics(Broker *, Arena *, NewTopic *, int);
STATUS embedded_delete_topic(Broker *, Arena *, Str);
STATUS embedded_list_topics(Broker *, Arena *, TopicInfo **, int *);
STATUS embedded_describe_topic(Broker *, Arena *, Str, TopicInfo *);
STATUS embedded_topic_configs(Broker *, Arena *, Str, TopicConfig **, int *);
STATUS embedded_watermarks(Broker *, Arena *, Str, int32_t, int64_t *,
                           int64_t *);
STATUS embedded_delete_records(Broker *, Arena *, const RecordsBefore *, int,
                               Deletion **);
STATUS embedded_delete_group(Broker *, Arena *, Str);

/* ---- embedded_commit.c: the one way to write ---- */

/* Writes a commit and waits for it. Takes over the references to its batches,
 * whatever the result. */
STATUS embedded_commit(EmbeddedBroker *broker, Arena *arena, Commit *commit);
/* Becomes the leader for a change other than a commit; releases and takes the
 * lock while it waits. Under the lock. */
void embedded_lead(EmbeddedBroker *broker);
void embedded_follow(EmbeddedBroker *broker);
/* A reference to the batch of the tail that has `offset`; NULL if it is before
 * the tail. Under the lock. */
RecordBatch *partition_tail(const Partition *part, int64_t offset);
/* Drops batches of the tail that end at or before `start`, or all, and forgets
 * a partition for good. Under the lock. */
void embedded_drop_tail(EmbeddedBroker *broker, Partition *part, int64_t start);
void embedded_forget_tails(EmbeddedBroker *broker, const Topic *topic);

/* ---- embedded_consumer.c ---- */

/* True if `consumer` may commit these. Under the lock. */
bool consumer_may_commit(const EmbeddedConsumer *consumer,
                         const TopicPartition *parts, int count);
/* Wakes those who wait for what there is now. Under the lock. */
void embedded_wake_readers(EmbeddedBroker *broker);
void embedded_wake_all(EmbeddedBroker *broker);

STATUS embedded_consumer_open(Broker *, Arena *, const ConsumerOptions *,
                              Consumer **);
void embedded_consumer_close(Consumer *);
STATUS embedded_consumer_assign(Consumer *, Arena *, const TopicPartition *,
                                int);
STATUS embedded_consumer_poll(Consumer *, Arena *, int, int, RecordSet **,
                              int *);
void embedded_consumer_release(Consumer *, RecordSet *);
STATUS embedded_consumer_commit(Consumer *, Arena *, const TopicPartition *,
                                int);
STATUS embedded_consumer_committed(Consumer *, Arena *, TopicPartition *, int);
STATUS embedded_consumer_rest(Consumer *, Arena *, bool rest);
STATUS embedded_consumer_seek(Consumer *, Arena *, const TopicPartition *,
                              int count);
void embedded_consumer_reach(Consumer *, int topic_index, int32_t partition,
                             ConsumerReach *);

/* ---- embedded_offsets.c ---- */

void embedded_commit_groups(Broker *, Arena *, GroupOffsets *, int);
void embedded_committed_groups(Broker *, Arena *, GroupOffsets *, int);
STATUS embedded_group_members(Broker *, Arena *, Str, int, MemberInfo **,
                              int *);

/* ---- embedded_producer.c ---- */

/* True if a newer producer has this one's transactional id. Under the lock. */
bool producer_is_fenced(const EmbeddedProducer *producer);
void *embedded_linger(void *broker);

STATUS embedded_producer_open(Broker *, Arena *, const ProducerOptions *,
                              Producer **);
void embedded_producer_close(Producer *);
STATUS embedded_produce(Producer *, Arena *, const char *, int32_t,
                        const Record *, int);
STATUS embedded_producer_flush(Producer *, Arena *, int);
STATUS embedded_txn_begin(Producer *, Arena *);
STATUS embedded_txn_commit(Producer *, Arena *, Consumer *,
                           const TopicPartition *, int);
STATUS embedded_txn_abort(Producer *, Arena *);

#endif
