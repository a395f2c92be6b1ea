/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of state/ share. See README.md for who does what.
 *
 * An entry's way:
 *
 *     upsert          mark            store_flush           checkpoint
 *   new, dead ----> dirty list ----> clean, pinned -------> clean, evictable
 *                      ^                  |     \               |
 *                      +------ mark ------+      \ no value     | eviction
 *                                                 dead, pinned -> freed
 *
 * "Dead" entries have no value and no unsent change; they hang in a list of
 * their own and are freed as soon as RocksDB does not need to be told any more.
 * "Pinned" entries are newer than what RocksDB knows: their value waits in
 * Store.pending until the changelog has it for sure. So whatever is in RocksDB
 * is in the changelog too, except after a spill (see store_flush.c).
 */
#ifndef STATE_STORE_INT_H
#define STATE_STORE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "state/store.h"
#include "state/store_filter.h"
#include "state/store_group.h"
#include "state/store_order.h"
#include "state/store_rocksdb.h"
#include "state/store_slab.h"
#include "state/store_view.h"

enum EntryFlag {
    ENTRY_DIRTY = 1,  /* In the dirty list. */
    ENTRY_DEAD = 2,   /* In the dead list: no value, not dirty. */
    ENTRY_USED = 4,   /* Touched since it became clean or was spared. */
    ENTRY_OLD = 8,    /* old_value is set (maybe to none). */
    ENTRY_APART = 16, /* The value has a block of its own. */
};

enum { UNBORN_MAX = 1024, IDENTITY_BYTES = 16 };

typedef struct Table Table;

/* An entry's block: this, the key, room for a value. */
typedef struct Node {
    StoreEntry entry; /* Must be first. */
    Table *table;
    uint32_t inline_cap; /* Of the room behind the key. */
    uint32_t flush_id;   /* The flush that last put it into pending. */
} Node;

static inline Node *node_of(StoreEntry *entry)
{
    return (Node *)entry;
}

static inline size_t node_bytes(const Node *node)
{
    return sizeof *node + ((node->entry.key_len + 7) & ~(size_t)7) +
           node->inline_cap;
}

static inline Str entry_key(const StoreEntry *entry)
{
    return (Str){entry->key, entry->key_len};
}

typedef struct Slot {
    uint64_t hash;
    StoreEntry *entry; /* NULL: free. */
} Slot;

/* The entries of a keyed store, or of one time segment, and their family in
 * RocksDB. */
struct Table {
    Store *store;
    int64_t segment;   /* Start / interval; 0 for keyed stores. */
    Slot *slots;       /* Open addressing, linear probing. */
    size_t slot_count; /* A power of two, or 0. */
    size_t count;
    bool complete;    /* All keys that have a value are in memory. */
    bool was_evicted; /* Then it is not loaded whole again. */
    Filter *evicted;  /* Hashes of keys that were evicted with a value, and, if
                         the store is grouped, of those keys proper. */
    bool unsifted;    /* RocksDB may have keys that are not in `evicted`, */
    bool unsifted_groups; /* or keys proper. */
    KeyGroups *groups;    /* Entries by key proper; NULL until it is needed. */
    Order *order;         /* Entries by key; NULL until scans need it. */
    bool ordered;         /* All are in it; else those before this place: */
    uint64_t order_place;
    Family *family;  /* NULL: nothing in RocksDB. */
    atomic_int pins; /* Readers of the family outside the turn. */
};

/* Through dirty_next, dirty_prev. */
typedef struct EntryList {
    StoreEntry *first, *last;
} EntryList;

/* A change that RocksDB does not know yet. */
typedef struct PendingWrite {
    Table *table; /* NULL: its segment has expired. */
    Str key;
    Str value; /* With the timestamp in front; ptr NULL: deleted. */
} PendingWrite;

typedef struct Pending {
    PendingWrite *at;
    size_t count, cap;
    size_t bytes;
    Arena *arena; /* Keys and values. */
} Pending;

/* Working memory of store_upsert_many. */
typedef struct ManyScratch {
    int cap;
    StoreEntry **owed;
    Str *owed_keys;
} ManyScratch;

struct StateMemory {
    size_t max_bytes;
    atomic_llong bytes; /* Published by the stores. */
    atomic_int store_count;
};

struct StateDb {
    Disk *disk; /* NULL: memory only. */
    Family *offsets;
    StateMemory *memory;
    bool own_memory;
    atomic_int store_count;
    pthread_mutex_t lock;          /* Of identity. */
    char identity[IDENTITY_BYTES]; /* All zero: not known yet. */
};

struct Store {
    StateDb *db;
    Str name;
    StoreKind kind;
    int64_t retention_ms, interval_ms;
    bool keep_old, caching, transactional;
    Producer *producer;
    const char *changelog;
    int32_t partition;

    Table **tables; /* By segment, ascending; keyed: exactly one. */
    int table_count, table_cap;
    Table *recent;   /* The table used last. */
    Table **expired; /* Dropped segments whose family is still there. */
    int expired_count, expired_cap;
    int64_t observed_ms;

    /* Each entry is in one of these. */
    EntryList dirty, dead;
    EntryList pinned; /* Has a value, not dirty, not in RocksDB yet. */
    EntryList clean;  /* May be evicted, this end first. */
    int dirty_count;
    int unborn_count; /* Dead entries that were never flushed. */
    size_t dirty_bytes;
    Pending pending;
    uint32_t flush_id;   /* Of the last flush. */
    uint32_t written_id; /* Flushes up to this are in RocksDB. */

    int64_t checkpoint_offset; /* In the changelog; -1: none. */
    int64_t checkpoint_observed_ms;
    bool sent;  /* To the changelog since the last checkpoint. */
    bool ahead; /* RocksDB may hold what the changelog does not. */
    bool restoring;
    bool uncommitted;  /* Pending has what a transaction may take back. */
    bool wants_commit; /* To make room. */

    int64_t entry_count;
    Slab *slab;                /* Of the entries. */
    size_t memory_bytes;       /* As the owner counts: see store_memory. */
    atomic_llong reader_bytes; /* As readers do, who make orders. */
    int64_t unpublished_bytes; /* Not yet in db->memory. */
    size_t evict_after_bytes;  /* No use trying below this. */
    uint32_t value_hint;       /* Room for the value of a new entry. */
    ManyScratch many;
    StoreView *view;  /* NULL: nobody else reads it. */
    int turns;        /* store_begin minus store_end. */
    uint32_t scans;   /* Begun so far. */
    bool wants_order; /* It was scanned through the view. */
    bool grouped;     /* Rows were looked up by key proper. */
    Arena *errors;    /* Text of status. */
    Status status;
};

/* ---- store_table.c: one hash table ---- */

Table *table_new(Store *store, int64_t segment);
/* Frees all entries, whatever list they are in. */
void table_clear(Table *table);
void table_free(Table *table);
StoreEntry *table_find(const Table *table, uint64_t hash, Str key);
/* A new entry without a value, in the dead list. The key must not be there. */
StoreEntry *table_add(Table *table, uint64_t hash, Str key);
/* Takes an entry out and frees it. */
void table_remove(Table *table, StoreEntry *entry);
/* Makes the table's groups if there are none. */
void table_group(Table *table);
/* Forgets what was evicted: RocksDB has nothing, or all is in memory. */
void table_forget_evicted(Table *table);
/* False: RocksDB has no value under a key that is not in memory. */
static inline bool table_may_have(const Table *table, uint64_t hash)
{
    return !table->complete &&
           (table->unsifted || filter_may_have(table->evicted, hash));
}
/* The same of a key proper; `hash` is that key's. */
static inline bool table_may_have_group(const Table *table, uint64_t hash)
{
    return !table->complete &&
           (table->unsifted_groups || filter_may_have(table->evicted, hash));
}
/* All entries with from <= key < to (to.ptr NULL: no end) in key order. The
 * array is for mem_free. */
StoreEntry **table_collect(const Table *table, Str from, Str to, size_t *count);

/* ---- store_entry.c: one entry ---- */

void entry_unlink(Store *store, StoreEntry *entry);
/* Spared once more: to the end of the clean list. */
void entry_spare(Store *store, StoreEntry *entry);
/* A new entry's list. */
void entry_link_dead(Store *store, StoreEntry *entry);
/* RocksDB knows all that was flushed. */
void entries_unpin(Store *store);
size_t entry_bytes(const StoreEntry *entry);
/* Sets the value without marking; for what comes from RocksDB. */
void entry_load(Store *store, StoreEntry *entry, Str value,
                int64_t timestamp_ms);
/* After a flush: not dirty, no old value. */
void entry_clean(Store *store, StoreEntry *entry);
void entry_forget_old(Store *store, StoreEntry *entry);
/* Frees dead entries that nothing holds. */
void store_reap(Store *store);
/* RocksDB does not know the entry's last change. */
static inline bool entry_is_pinned(const Store *store, const StoreEntry *entry)
{
    uint32_t id = ((const Node *)entry)->flush_id;
    return (int32_t)(id - store->written_id) > 0;
}
/* Memory of the store grew or shrank. The owner counts without the turn too, so
 * readers count for themselves, also within it. */
void store_account(Store *store, int64_t bytes);
void store_account_reader(Store *store, int64_t bytes);
static inline size_t store_memory(const Store *store)
{
    return store->memory_bytes +
           (size_t)atomic_load_explicit(&store->reader_bytes,
                                        memory_order_relaxed);
}
void store_publish(Store *store);

/* ---- store_evict.c: the memory limit ---- */

void store_make_room_slow(Store *store);
/* Call before adding entries; may free any clean entry. */
static inline void store_make_room(Store *store)
{
    if (store->unborn_count > UNBORN_MAX) store_reap(store);
    if (atomic_load_explicit(&store->db->memory->bytes, memory_order_relaxed) >
            (long long)store->db->memory->max_bytes &&
        store->db->disk)
        store_make_room_slow(store);
}

/* ---- store_view.c, store_view_scan.c: other threads ---- */

/* Call before an entry's value, timestamp or place changes. */
void view_before_change_slow(Store *store, StoreEntry *entry);
static inline void view_before_change(Store *store, StoreEntry *entry)
{
    if (store->view && entry->stamp != store->scans)
        view_before_change_slow(store, entry);
}
/* An entry's place in the sequence in which a table's order is made. */
uint64_t view_place(uint64_t hash);
static inline bool table_has_order(const Table *table)
{
    return table->order && table->ordered;
}
/* The entry is to be in the table's order. */
static inline bool entry_is_ordered(const Table *table, const StoreEntry *entry)
{
    return table->order &&
           (table->ordered || view_place(entry->hash) < table->order_place);
}
/* The owner has its turn, or nobody else reads. */
static inline bool store_may_change(const Store *store)
{
    return !store->view || store->turns > 0;
}
/* Lets go of the turn for something slow that changes nothing readers see, if
 * this is between two records; store_resume takes it again. */
bool store_pause(Store *store);
void store_resume(Store *store, bool paused);
/* Stamp of an entry whose value is still being read from RocksDB: readers take
 * it for one that is not there. */
#define STAMP_OWED UINT32_MAX
static inline bool entry_is_owed(const StoreEntry *entry)
{
    return entry->stamp == STAMP_OWED;
}
/* The store closes: waits for readers, who then find none. */
void view_detach(Store *store);

/* ---- store_segment.c: time ---- */

/* Bytes behind the key proper in keys of this kind. */
size_t segment_suffix(StoreKind kind);
/* The hash of the key proper, which filters and groups go by. */
uint64_t segment_group_hash(const Store *store, Str key);
/* The time in a window or session key; -1 if it is too short to have one. */
int64_t segment_time(StoreKind kind, Str key);
/* True if a key of time `t` is not seen any more. */
static inline bool segment_is_expired(const Store *store, int64_t t)
{
    return t < store->observed_ms - store->retention_ms + 1;
}
/* The table for a segment; NULL if there is none and `make` is false. */
Table *segment_table(Store *store, int64_t segment, bool make);
/* The table a key lives in: NULL if there is none or the key has expired. */
Table *segment_find(Store *store, Str key);
/* As segment_find, but moves the observed time and makes the table. */
Table *segment_make(Store *store, Str key);
/* Takes segments past retention out; their families go at the checkpoint. */
void segment_expire(Store *store);
/* Drops the families of expired segments. */
STATUS segment_drop_expired(Store *store, Arena *arena);
/* Finds the segments that RocksDB has. */
void segment_open_all(Store *store);
/* The table's family, made if there is none. */
STATUS segment_family(Table *table, Arena *arena);

/* ---- store_load.c: from RocksDB to memory ---- */

/* Fills in these new entries where RocksDB has them; `keys` is room for as
 * many. Errors go to store->status. */
void load_entries(Store *store, StoreEntry **entries, Str *keys, int count);
/* The entry under a key that is not in memory, or NULL. */
StoreEntry *load_key(Table *table, uint64_t hash, Str key);
/* Makes the table complete if there is room for all of it. */
void load_table(Table *table, Arena *arena);
/* Timestamp and value of what RocksDB holds; false: too short. */
bool load_split(Str stored, Str *value, int64_t *timestamp_ms);
void store_fail(Store *store, Status st);

/* ---- store_flush.c, store_changelog.c ---- */

/* Sends the dirty entries in the order of the dirty list. */
STATUS changelog_send(Store *store, Arena *arena);
/* Moves all dirty entries to pending; they become clean. */
void flush_dirty(Store *store);
/* Writes pending to RocksDB before the changelog has it for sure. */
STATUS flush_spill(Store *store, Arena *arena);
/* Adds pending to the batch, which is written whenever it is large. */
STATUS flush_fill(Store *store, Arena *arena, DiskBatch *batch);
/* Pending is in RocksDB now. */
void flush_done(Store *store);
/* store_flush's early cousin: changelog, then spill. */
STATUS flush_early(Store *store, Arena *arena);
void pending_free(Pending *pending);

/* ---- store_restore.c ---- */

/* One record of the changelog; false: it has no key, or its window is past
 * retention. */
bool restore_apply(Store *store, const Record *record);

/* ---- state.c: what is known about the changelog ---- */

/* Reads the store's checkpoint into it. */
void state_load_offset(Store *store);
/* Tells, durably, that RocksDB may get ahead of the changelog. */
STATUS state_mark_ahead(Store *store, Arena *arena);
/* Writes pending, offset and observed time and makes them durable; the
 * store's content then is that of the changelog up to `offset`. */
STATUS state_save_restored(Store *store, Arena *arena, int64_t offset);
/* Forgets all content, in memory and in RocksDB. */
STATUS state_wipe(Store *store, Arena *arena);

#endif
