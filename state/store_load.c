/* SPDX-License-Identifier: Apache-2.0
 *
 * From RocksDB to memory. What RocksDB holds under a key is
 *
 *     | timestamp: int64 BE | value ... |
 *
 * Reads come here only for tables that are not complete. A table is complete as
 * long as every key with a value is in memory: from its first entry on until
 * one is evicted, so a store that fits into memory never reads, not even for
 * keys that are new. After a restart a table is complete again once load_table
 * has read all of it; scans of a range ask for that, because a RocksDB iterator
 * costs 8 us and operators scan once for each record.
 */
#include <assert.h>

#include "state/store_int.h"

enum {
    TIMESTAMP_BYTES = 8,
    ENTRY_GUESS_BYTES = 200, /* In memory beyond what it has on disk. */
};

void store_fail(Store *store, Status st)
{
    if (!st.kind || store->status.kind) return;
    st.text = str_cstr(store->errors, str_from(st.text));
    store->status = st;
}

bool load_split(Str stored, Str *value, int64_t *timestamp_ms)
{
    if (stored.len < TIMESTAMP_BYTES) return false;
    uint64_t bytes;
    memcpy(&bytes, stored.ptr, TIMESTAMP_BYTES);
    *timestamp_ms = (int64_t)__builtin_bswap64(bytes);
    *value = (Str){stored.ptr + TIMESTAMP_BYTES, stored.len - TIMESTAMP_BYTES};
    return true;
}

static Status set_entry(Store *store, StoreEntry *entry, Str stored)
{
    Str value;
    int64_t timestamp_ms;
    if (!load_split(stored, &value, &timestamp_ms))
        return (Status){ST_FATAL, 0, "a value in RocksDB is too short"};
    entry_load(store, entry, value, timestamp_ms);
    return st_ok();
}

/* ---- entries that an upsert made ---- */

typedef struct Owed {
    Store *store;
    StoreEntry **entries;
    Status status;
} Owed;

static void fill_entry(void *context, int at, Str stored)
{
    Owed *owed = context;
    Status st = set_entry(owed->store, owed->entries[at], stored);
    if (!owed->status.kind) owed->status = st;
}

/* The entries of one table. Readers need not wait for RocksDB: until the end
 * they take the entries for missing. */
static void load_owed(Store *store, const Table *table, StoreEntry **entries,
                      const Str *keys, int count)
{
    for (int i = 0; i < count; i++)
        entries[i]->stamp = STAMP_OWED;
    Owed owed = {store, entries, st_ok()};
    bool paused = store_pause(store);
    Status st = disk_get_many(store->db->disk, store->errors, table->family,
                              keys, count, fill_entry, &owed);
    store_resume(store, paused);
    for (int i = 0; i < count; i++)
        entries[i]->stamp = store->scans;
    store_fail(store, st);
    store_fail(store, owed.status);
}

void load_entries(Store *store, StoreEntry **entries, Str *keys, int count)
{
    for (int from = 0, end; from < count; from = end) {
        Table *table = node_of(entries[from])->table;
        for (end = from; end < count; end++) {
            if (node_of(entries[end])->table != table) break;
            keys[end] = entry_key(entries[end]);
        }
        assert(table->family);
        load_owed(store, table, entries + from, keys + from, end - from);
    }
}

/* ---- one key ---- */

typedef struct OneKey {
    Table *table;
    uint64_t hash;
    Str key;
    StoreEntry *entry;
} OneKey;

static void add_entry(void *context, int at, Str stored)
{
    (void)at;
    OneKey *one = context;
    Store *store = one->table->store;
    one->entry = table_add(one->table, one->hash, one->key);
    store_fail(store, set_entry(store, one->entry, stored));
}

StoreEntry *load_key(Table *table, uint64_t hash, Str key)
{
    assert(!table->complete && table->family);
    Store *store = table->store;
    OneKey one = {table, hash, key, NULL};
    store_fail(store, disk_get_many(store->db->disk, store->errors,
                                    table->family, &key, 1, add_entry, &one));
    return one.entry;
}

/* ---- all ---- */

static bool has_room(Table *table)
{
    Store *store = table->store;
    Disk *disk = store->db->disk;
    int64_t bytes = disk_bytes_estimate(disk, table->family) +
                    disk_key_estimate(disk, table->family) * ENTRY_GUESS_BYTES;
    store_publish(store);
    int64_t used = atomic_load_explicit(&store->db->memory->bytes,
                                        memory_order_relaxed);
    return used + bytes <= (int64_t)(store->db->memory->max_bytes / 4 * 3);
}

void load_table(Table *table, Arena *arena)
{
    if (table->complete || table->was_evicted) return;
    if (!has_room(table)) {
        table->was_evicted = true; /* Asking again for each row is slow. */
        return;
    }
    Store *store = table->store;
    DiskCursor *cursor = disk_seek(store->db->disk, table->family, STR(""),
                                   STR_NULL);
    Str key, stored;
    for (; disk_at_key(cursor, &key, &stored); disk_next(cursor)) {
        uint64_t hash = hash_bytes(key.ptr, key.len);
        if (table_find(table, hash, key)) continue; /* Newer. */
        store_fail(store,
                   set_entry(store, table_add(table, hash, key), stored));
    }
    Status st = disk_cursor_close(cursor, arena);
    store_fail(store, st);
    if (st.kind) return;
    table->complete = true;
    table_forget_evicted(table);
}
