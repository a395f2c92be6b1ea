/* SPDX-License-Identifier: Apache-2.0
 *
 * Stores: keyed state of tasks. Bytes to bytes; what they mean is the
 * operator's business. A store is a hash table in memory in front of RocksDB:
 * entries are changed in place, marked dirty, and written behind at commit in
 * key order (WAL off; the changelog topic is the log). Memory is bounded: clean
 * entries are evicted, dirty ones are written early.
 *
 * Other threads read a store through a view (store_view.h), if it has one; its
 * owner then brackets what it changes by store_begin and store_end.
 *
 * One StateDb (one RocksDB) serves all tasks of a query; each store of a task,
 * and each time segment of a window store, is a column family. A StateDb may be
 * used from any thread, a Store from its task's thread only; store_snapshot_*
 * from any thread.
 *
 * Key layouts (iteration is in unsigned byte order):
 *   STORE_KEYED    key
 *   STORE_WINDOW   key | int64 BE window start | int32 BE sequence
 *   STORE_SESSION  key | int64 BE session end | int64 BE session start
 *
 * Life of a store:
 *   state_open -> store_open -> store_restore -> get/upsert/... -> store_flush
 *   (changelog) -> producer_flush, offsets committed -> state_checkpoint
 *   with transactions: store_flush -> txn_commit -> store_committed
 *   -> state_checkpoint; if it is aborted, store_close without more ado, and
 *   from store_open on again: what is on disk is never newer than the commit
 *   -> store_close -> state_close
 */
#ifndef STATE_STORE_H
#define STATE_STORE_H

#include "base/status.h"
#include "kafka/broker.h"

typedef struct StateDb StateDb;
typedef struct Store Store;

typedef enum StoreKind { STORE_KEYED, STORE_WINDOW, STORE_SESSION } StoreKind;

/* A limit that the stores of several databases share: of all their entries in
 * memory, 0: 64 MiB. Freed after all of them. Any thread. */
typedef struct StateMemory StateMemory;
StateMemory *state_memory_new(size_t max_bytes);
void state_memory_free(StateMemory *memory);

/* How sorted files are merged: `universal` writes less, `level` keeps less. */
typedef enum StateCompaction {
    COMPACT_UNIVERSAL,
    COMPACT_LEVEL
} StateCompaction;
typedef enum StateCompression {
    COMPRESS_NONE,
    COMPRESS_LZ4,
    COMPRESS_ZSTD,
    COMPRESS_SNAPPY,
} StateCompression;

typedef struct StateOptions {
    StateMemory *memory;       /* NULL: a limit of its own, of */
    size_t memory_max_bytes;   /* so many bytes; 0: 64 MiB. */
    size_t block_cache_bytes;  /* 0: 8 MiB. One cache for the process: of who
                                  opens first. */
    size_t write_buffer_bytes; /* 0: 8 MiB. */
    int background_jobs;       /* Flushes and merges at a time; 0: 2. */
    StateCompaction compaction;
    StateCompression compression;
} StateOptions;

/* Opens or makes the database in `directory`. A damaged one is set aside
 * (renamed, logged) and a new one begun. `directory` STR_NULL: no RocksDB,
 * memory only (nothing is evicted then). ST_FATAL: disk, permission, lock. */
STATUS state_open(Arena *arena, Str directory, const StateOptions *options,
                  StateDb **db);
/* All stores must be closed. */
void state_close(StateDb *db);
/* A name that no other database has, the same after a restart: 16 letters and
 * digits. Of memory only: the same until it is closed. */
STATUS state_identity(StateDb *db, Arena *arena, Str *identity);
/* Removes all that is on disk of a task, whose stores are closed; *any: there
 * was something. */
STATUS state_forget(StateDb *db, Arena *arena, Str task, bool *any);
/* Removes a closed database and all its files. */
STATUS state_destroy(Arena *arena, Str directory);
/* Makes the directory if it is not there: a sign that state_destroy takes away.
 */
STATUS state_reserve(Arena *arena, Str directory);

typedef struct StoreOptions {
    Str name; /* Unique in the StateDb: "<task>/<store>". */
    StoreKind kind;
    int64_t retention_ms;  /* Windows, sessions: how long after stream time. */
    bool keep_old;         /* Entries remember the value of the last flush. */
    bool caching;          /* The operator walks the dirty list to emit. Else
                              (and without keep_old) the store may flush by
                              itself when memory is short. */
    bool transactional;    /* Changelog records become valid with a transaction
                              of the owner: see store_committed. */
    Producer *producer;    /* Of the changelog; NULL: none. */
    const char *changelog; /* Topic; must outlive the store. NULL: none. */
    int32_t partition;
} StoreOptions;

STATUS store_open(StateDb *db, Arena *arena, const StoreOptions *options,
                  Store **store);
/* Does not flush. */
void store_close(Store *store);

/* Makes the store's content equal to its changelog: reads from the offset of
 * the last checkpoint to the end as it is now. `progress` (may be NULL) is
 * called now and then and returns false to stop (ST_RETRY then); what was read
 * so far is kept, and not read again next time. */
STATUS store_restore(Store *store, Arena *arena, Broker *broker,
                     bool (*progress)(void *context, int64_t done,
                                      int64_t total),
                     void *context);

/* For a stand-by, a store that nobody changes but to keep it as new as its
 * changelog (readers may look, by store_share after store_follow_begin):
 * store_follow_begin after store_restore, then store_follow with the records
 * from store_offset on, in their order, and at times store_follow_save with the
 * offset after the last one, which makes them durable. Only store_close may
 * come after that: whoever opens it again restores what came since the last
 * save. On disk only. */
STATUS store_follow_begin(Store *store);
STATUS store_follow(Store *store, const Record *records, int count);
STATUS store_follow_save(Store *store, Arena *arena, int64_t offset);
/* Up to where what is durable is complete; -1: nothing is. */
int64_t store_offset(const Store *store);
/* The topic, as it was given to store_open. */
const char *store_changelog(const Store *store);

/* Around all that changes entries of a store that others may read, one record
 * or many; not across calls that wait. May be nested; costs nothing for a store
 * without a view. Looking entries up may let readers in too (never in a session
 * store), so a record looks up all it changes before it changes any. */
void store_begin(Store *store);
void store_end(Store *store);
/* Between two records, with no entry borrowed: lets readers in who wait. */
void store_yield(Store *store);

/* One key's value in memory. Pointers are borrowed: valid until the next call
 * on this store that may add or evict an entry (upsert, get, scan, flush). */
typedef struct StoreEntry {
    uint64_t hash;
    char *key;
    char *value; /* 8-aligned; NULL: no value (deleted or new). */
    uint32_t key_len;
    uint32_t value_len;
    uint32_t value_cap;
    uint32_t flags; /* The store's own. */
    int64_t timestamp_ms;
    char *old_value; /* keep_old: as of the last flush; NULL: none. */
    uint32_t old_len;
    uint32_t stamp; /* The store's own: scans begun at the last change. */
    int64_t old_timestamp_ms;
    struct StoreEntry *dirty_next, *dirty_prev; /* Oldest touch first. */
} StoreEntry;

/* The entry under `key`, or NULL if it has no value. Expired windows (start, or
 * session end, < observed - retention + 1) are not seen. ST_FATAL is kept in
 * the store: see store_status. */
StoreEntry *store_get(Store *store, Str key);

/* Brings what lookups of these keys will touch into the processor's cache. For
 * some dozens of keys that are looked up next; changes nothing. */
void store_prefetch(Store *store, const Str *keys, int count);
/* The same for store_scan_key. */
void store_prefetch_groups(Store *store, const Str *keys, int count);

/* As store_get, but makes an entry without a value if there is none. NULL: the
 * window has expired; nothing may be stored. Moves the observed time for
 * window and session stores. */
StoreEntry *store_upsert(Store *store, Str key);

/* store_upsert for many keys with prefetching: out[i] for keys[i]. All stay
 * valid together. */
void store_upsert_many(Store *store, const Str *keys, int count,
                       StoreEntry **out);

/* Room for `len` bytes of value in the entry (content undefined if it grows);
 * fill it, then call store_mark. */
char *store_value_room(Store *store, StoreEntry *entry, uint32_t len);

/* Tells that the entry's value was set or changed in place: it becomes dirty
 * and the youngest of the dirty list. Call before an in-place change if
 * keep_old: store_before_change does the copying. */
void store_mark(Store *store, StoreEntry *entry, int64_t timestamp_ms);

/* With keep_old: remembers the value before the first change since the last
 * flush. Cheap afterwards. */
void store_before_change(Store *store, StoreEntry *entry);

/* Removes the value (a tombstone at the next flush). */
void store_delete(Store *store, StoreEntry *entry, int64_t timestamp_ms);

/* The dirty entry touched longest ago, or NULL; walk on with dirty_next. With
 * `caching` or `keep_old` entries stay here, and in memory, until store_flush;
 * the operator bounds them by flushing. */
StoreEntry *store_dirty_first(Store *store);
int store_dirty_count(const Store *store);
/* Bytes of dirty entries, as the reference's cache would count them; operators
 * compare it with the cache limit. */
size_t store_dirty_bytes(const Store *store);

/* Scans keys in [from, to) in byte order, dirty values included; to.ptr NULL:
 * to the end. The callback returns false to stop; it must not change the
 * store. Expired windows are left out. */
STATUS store_scan(Store *store, Arena *arena, Str from, Str to,
                  bool (*visit)(void *context, Str key, Str value,
                                int64_t timestamp_ms),
                  void *context);

/* The rows of one key proper, that is without what STORE_WINDOW and
 * STORE_SESSION have behind it, whose time (start, session end) is in [from_ms,
 * to_ms], by time. As store_scan else, and many times cheaper: rows of a key
 * are found together, and what was never stored is not looked for. */
STATUS store_scan_key(Store *store, Arena *arena, Str key, int64_t from_ms,
                      int64_t to_ms,
                      bool (*visit)(void *context, Str key, Str value,
                                    int64_t timestamp_ms),
                      void *context);

/* The largest window start or session end written; -1: none yet. */
int64_t store_observed_ms(const Store *store);

/* Hands all dirty entries over to be written to RocksDB and sends them to the
 * changelog (record timestamp: the entry's). They become clean, old values are
 * forgotten, segments past retention are dropped. Call producer_flush after it.
 * After an error of store_status it returns that and sends nothing. A failed
 * flush may be repeated. RocksDB gets the entries at state_checkpoint, or
 * before if memory runs short. */
STATUS store_flush(Store *store, Arena *arena);

/* For transactional stores, which never let RocksDB have what is not committed:
 * the transaction of all flushes so far is committed. May write to RocksDB. */
STATUS store_committed(Store *store, Arena *arena);

/* True for a transactional store that has no room for more that is not
 * committed: commit soon. */
bool store_wants_commit(const Store *store);

/* After everything was flushed and acknowledged: makes what is in RocksDB
 * durable with the changelog offsets up to which it is complete and with
 * `position`, any bytes the owner wants back (consumed offsets; STR_NULL: as
 * before). After a crash data may be newer than these, never older. Cheap if
 * nothing changed. `stores` are all of one task; `broker` is asked for the
 * changelogs' ends and may be NULL if none has one. Memory only: does nothing.
 */
STATUS state_checkpoint(StateDb *db, Arena *arena, Broker *broker, Str task,
                        Store *const *stores, int count, Str position);
/* The last `position` of a task; STR_NULL if there is none, or memory only. */
STATUS state_position(StateDb *db, Arena *arena, Str task, Str *position);

/* The first error of RocksDB that get or upsert met, or ok. */
Status store_status(const Store *store);

typedef struct StoreStats {
    int64_t entry_count; /* In memory. */
    int64_t memory_bytes;
    int64_t key_count; /* Estimate of all. */
} StoreStats;
void store_stats(const Store *store, StoreStats *stats);

/* Library version, for --version. */
const char *state_rocksdb_version(void);

#endif
