/* SPDX-License-Identifier: Apache-2.0
 *
 * The embedded broker's storage in RocksDB, shared by the broker_local*.c
 * files. One database under <directory>/topics holds:
 *
 *     'F'                                          format, u32
 *     'T' topic name                               id, counts, configs
 *     'L' u32 topic id, u32 partition, u64 base    a record batch
 *     'I' u32 topic id, u32 partition, u64 base    span, bytes, max time
 *     'S' u32 topic id, u32 partition              u64 first offset kept
 *     'C' u32 topic id, u32 partition              compacted up to, bytes
 *     'O' group \0 u32 topic id, u32 partition     i64 offset, metadata
 *
 * Numbers in keys are big-endian, so that a partition's batches lie in the
 * order of their offsets; in values they are little-endian. 'I' has an entry
 * for each batch, so nobody reads batches only to find ends, sizes and times.
 */
#ifndef KAFKA_BROKER_LOCAL_INT_H
#define KAFKA_BROKER_LOCAL_INT_H

#include <rocksdb/c.h>

#include "kafka/embedded.h"

enum {
    LOCAL_KEY_BYTES = 17,   /* Of 'L' and 'I'. */
    LOCAL_PART_BYTES = 9,   /* Of 'S' and 'C', and what L and I begin with. */
    LOCAL_INDEX_BYTES = 16, /* The value of 'I'. */
};

typedef struct LocalStore {
    Storage base;
    EmbeddedBroker *broker;
    char *directory;
    int lock_fd;
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_cache_t *cache;
    rocksdb_writeoptions_t *write_options;
    rocksdb_readoptions_t *read_options;
    char *failure;           /* A write failed: nothing is written any more. */
    int64_t reserve_bytes;   /* So much of the disk is left free. */
    int64_t unchecked_bytes; /* Written since the disk was looked at. */
    pthread_mutex_t write_lock; /* Of the three. */
    pthread_t cleaner;
    bool cleaner_runs;
    pthread_mutex_t clean_lock; /* One cleaning at a time. */
    sem_t clean_wake;
    atomic_bool closing;
} LocalStore;

/* What 'I' says about a batch. */
typedef struct IndexEntry {
    int64_t base, end;
    int64_t bytes;
    int64_t max_ms;
} IndexEntry;

/* ---- broker_local.c ---- */

/* StorageType.close. */
void local_store_close(Storage *storage);

/* ---- broker_local_store.c ---- */

/* Opens the database of `directory` and loads what is in it into the broker,
 * which is open but unused. */
STATUS local_store_open(LocalStore *store, Arena *arena, FsyncPolicy fsync);
/* Closes it; fine if it is not open. */
void local_store_close_db(LocalStore *store);

/* Writes a batch by the fsync policy and destroys it. */
STATUS local_write(LocalStore *store, Arena *arena,
                   rocksdb_writebatch_t *write);

/* The first LOCAL_PART_BYTES of a key, or all LOCAL_KEY_BYTES of it. */
void local_part_key(char *key, char kind, const Partition *part);
void local_key(char *key, char kind, const Partition *part, int64_t base);

/* Adds a sealed batch, with its index entry, to a write. */
void local_put_batch(rocksdb_writebatch_t *write, const Partition *part,
                     const RecordBatch *batch);
void local_delete_batch(rocksdb_writebatch_t *write, const Partition *part,
                        int64_t base);
/* Adds how far compaction went, part->cleaned and clean_bytes. */
void local_put_cleaned(rocksdb_writebatch_t *write, const Partition *part);

/* Calls `see` with the index entries whose batches end after `from` and begin
 * before `to`, until it returns false. */
STATUS local_scan_index(LocalStore *store, Arena *arena, const Partition *part,
                        int64_t from, int64_t to,
                        bool (*see)(void *context, const IndexEntry *entry),
                        void *context);

/* StorageType.read. */
STATUS local_read(Storage *storage, Arena *arena, const Partition *part,
                  int64_t offset, int64_t end, RecordBatch **chain);

/* Suggests to RocksDB to give back the room of removed batches. */
void local_reclaim(LocalStore *store, const Topic *topic);

extern const StorageType local_storage;

/* ---- broker_local_clean.c ---- */

/* The thread that cleans from time to time. */
void *local_cleaner(void *store);

/* One round over all topics. `eager`: compact however little there is to win.
 * For the thread, and for tests. */
void local_clean(LocalStore *store, bool eager);

#endif
