/* SPDX-License-Identifier: Apache-2.0
 *
 * The embedded broker's own: what the broker_local*.c files share.
 *
 * Topics live in one RocksDB under <directory>/topics:
 *
 *   'T' topic name                              TopicMeta as text lines
 *   'L' u32 topic id, u32 partition, u64 base   a record batch
 *   'S' u32 topic id, u32 partition             u64 first offset kept
 *   'O' group \0 topic \0 u32 partition         i64 offset, metadata
 *
 * Numbers in keys are big-endian, so batches of a partition lie in offset
 * order. A batch is
 *
 *   u32 record count, u32 reserved, i64 largest timestamp, i64 last offset,
 *   then for each record: u32 offset - base, u32 key length, u32 value length,
 *   u32 header bytes, i64 timestamp, key, value, headers
 *   (lengths UINT32_MAX: null; headers: u32 count, then u32 length and bytes of
 *   name and value by turns), padded to 8 bytes
 *
 * One writer thread takes the buffers of all producers, gives them offsets and
 * writes them as one WriteBatch: group commit, and atomic over topics. Locks:
 * LocalBroker.lock guards all; the writer gives it back while it writes.
 */
#ifndef KAFKA_LOCAL_H
#define KAFKA_LOCAL_H

#include <pthread.h>
#include <rocksdb/c.h>

#include "base/vec.h"
#include "kafka/broker.h"
#include "kafka/inproc_group.h"

/* A batch in memory, shared by the tail of its partition and the record sets
 * made of it. */
typedef struct Blob {
    int references; /* Atomic. */
    size_t len;
    char bytes[];
} Blob;

enum { LOCAL_TAIL_BATCHES = 16 };

typedef struct LocalTail {
    int64_t base;
    Blob *blob;
} LocalTail;

typedef struct LocalPartition {
    int64_t low, high;
    LocalTail tail[LOCAL_TAIL_BATCHES]; /* Newest batches, a ring. */
    int tail_at, tail_count;
    size_t tail_bytes;
    int64_t bytes;           /* Written since opening, for the cleaner. */
    int64_t compacted_bytes; /* Value of bytes at the last compaction. */
} LocalPartition;

typedef struct LocalTopic {
    Arena *arena;
    const char *name;
    uint32_t id;
    int partition_count, replica_count;
    LocalPartition *partitions;
    VEC(TopicConfig) configs;
    int next_unkeyed;
    int64_t retention_ms, retention_bytes; /* -1: for ever. */
    bool deletes, compacts;                /* cleanup.policy */
} LocalTopic;

/* Records of one partition on their way to the writer. */
typedef struct LocalPending {
    const char *topic;
    int32_t partition;
    Buf records; /* Encoded, offsets counted from 0. */
    uint32_t count;
    int64_t timestamp_max;
} LocalPending;

typedef struct LocalProducer LocalProducer;

typedef struct LocalBroker {
    Broker base;
    Arena *arena;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* New records, topics, groups. */
    pthread_cond_t wanted;  /* Work for the writer. */
    pthread_cond_t written; /* The writer has finished a round. */
    pthread_t writer, cleaner;
    pthread_cond_t cleaning;
    bool writer_started, cleaner_started;
    bool closing;
    bool flush_now; /* Do not linger. */
    bool writing;   /* The writer is at the disk. */
    int64_t round;  /* Rounds finished. */
    const Clock *clock;
    FsyncPolicy fsync;
    Str directory;
    int lock_fd;
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_writeoptions_t *write_options;
    rocksdb_readoptions_t *read_options;
    rocksdb_cache_t *cache;
    Map topics; /* LocalTopic by name. */
    uint32_t next_id;
    Map epochs; /* int64 by transactional id. */
    Groups *groups;
    LocalProducer *producers;
    VEC(Arena *) deleted; /* Of deleted topics, until closing. */
    char *failure;        /* The disk refused: nothing is written any more. */
} LocalBroker;

struct LocalProducer {
    Producer base;
    Str transactional_id;
    int64_t epoch;
    bool in_transaction;
    Arena *arena;
    VEC(LocalPending) pending; /* Waiting for the writer. */
    VEC(LocalPending) staged;  /* Of the open transaction. */
    size_t pending_bytes;
    LocalProducer *next;
};

/* ---- broker_local.c ---- */

LocalBroker *local_lock(Broker *base);
void local_unlock(LocalBroker *broker);
LocalTopic *local_topic(LocalBroker *broker, const char *name);
LocalPartition *local_partition(LocalBroker *broker, const char *name,
                                int32_t partition, LocalTopic **topic);
Status local_unknown_topic(Arena *arena, Str name);

/* ---- broker_local_disk.c ---- */

STATUS local_open_disk(LocalBroker *broker, Arena *arena);
void local_close_disk(LocalBroker *broker);
STATUS local_load(LocalBroker *broker, Arena *arena);
STATUS local_save_topic(LocalBroker *broker, Arena *arena,
                        const LocalTopic *topic);
STATUS local_erase_topic(LocalBroker *broker, Arena *arena,
                         const LocalTopic *topic);
void local_put_offset(LocalBroker *broker, rocksdb_writebatch_t *batch,
                      Str group, const char *topic, int32_t partition,
                      int64_t offset, Str metadata);
STATUS local_erase_group(LocalBroker *broker, Arena *arena, Str group);
/* Writes a batch with the fsync policy. Without the lock. */
STATUS local_write(LocalBroker *broker, Arena *arena,
                   rocksdb_writebatch_t *batch);
void local_put_low(rocksdb_writebatch_t *batch, const LocalTopic *topic,
                   int32_t partition, int64_t low);
/* Key of a batch, 17 bytes. */
void local_batch_key(char *key, uint32_t topic, int32_t partition,
                     int64_t base);
/* The batch that holds `offset`, or the first after it; NULL at the end. */
Blob *local_read(LocalBroker *broker, uint32_t topic, int32_t partition,
                 int64_t offset, int64_t *base);

/* ---- broker_local_batch.c ---- */

Blob *blob_new(size_t len);
Blob *blob_keep(Blob *blob);
void blob_drop(Blob *blob);

typedef struct BatchHead {
    uint32_t count;
    uint32_t reserved;
    int64_t timestamp_max;
    int64_t last_offset;
} BatchHead;

/* Appends a record to an encoded run; `delta` is offset - base. */
void blob_append(Buf *out, const Record *record, uint32_t delta,
                  int64_t timestamp_ms);
/* Reads records at or after `offset`, at most `max`, into `records`; header
 * structures go to `arena`. Returns how many. */
int blob_read(Arena *arena, const Blob *blob, int64_t base, int64_t offset,
               Record *records, int max);

/* ---- broker_local_producer.c ---- */

STATUS local_producer_open(Broker *base, Arena *arena,
                           const ProducerOptions *options, Producer **out);
void local_producer_close(Producer *base);
STATUS local_produce(Producer *base, Arena *arena, const char *topic,
                     int32_t partition, const Record *records, int count);
STATUS local_flush(Producer *base, Arena *arena, int timeout_ms);
STATUS local_txn_begin(Producer *base, Arena *arena);
STATUS local_txn_commit(Producer *base, Arena *arena, Consumer *consumer,
                        const TopicPartition *parts, int count);
STATUS local_txn_abort(Producer *base, Arena *arena);
void *local_writer(void *context);

/* ---- broker_local_consumer.c ---- */

STATUS local_consumer_open(Broker *base, Arena *arena,
                           const ConsumerOptions *options, Consumer **out);
void local_consumer_close(Consumer *base);
STATUS local_consumer_assign(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count);
STATUS local_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                           int max_records, RecordSet **sets, int *set_count);
void local_consumer_release(Consumer *base, RecordSet *set);
STATUS local_consumer_commit(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count);
STATUS local_consumer_committed(Consumer *base, Arena *arena,
                                TopicPartition *parts, int count);
/* For transactions: may it commit, and its group and topic names. */
bool local_consumer_current(const Consumer *base);
Str local_consumer_group(const Consumer *base);
const char *local_consumer_topic(const Consumer *base, int topic_index);

/* ---- broker_local_clean.c ---- */

void *local_cleaner(void *context);

#endif
