/* SPDX-License-Identifier: Apache-2.0
 *
 * Stores: opening, looking up, counting. What is behind is in the other files
 * of this folder; README.md tells which.
 *
 * store_upsert_many is the hot path of aggregations. It works in blocks of
 * keys, each in three passes, so that cache misses overlap instead of queueing
 * up: hash and prefetch the slots; probe the slots and prefetch the entries;
 * find or add the entries. Keys that may be in RocksDB only are looked up
 * together at the end. Measured by bench/bench_store.
 */
#include "state/store.h"

#include <assert.h>

#include "base/alloc.h"
#include "state/store_int.h"

enum {
    BLOCK_KEYS = 64,
    VALUE_HINT_FIRST = 16,
    SEGMENT_MIN_MS = 60000,
};

/* ---- opening ---- */

static void copy_options(Store *store, const StoreOptions *options)
{
    char *name = mem_alloc(options->name.len + 1);
    memcpy(name, options->name.ptr, options->name.len);
    store->name = (Str){name, options->name.len};
    store->kind = options->kind;
    store->retention_ms = options->retention_ms > 0 ? options->retention_ms : 1;
    store->interval_ms = store->retention_ms / 2 > SEGMENT_MIN_MS
                             ? store->retention_ms / 2
                             : SEGMENT_MIN_MS;
    store->keep_old = options->keep_old;
    store->caching = options->caching;
    store->transactional = options->transactional;
    store->producer = options->producer;
    store->changelog = options->changelog;
    store->partition = options->partition;
}

Status store_open(StateDb *db, Arena *arena, const StoreOptions *options,
                  Store **out)
{
    Store *store = mem_zalloc(sizeof *store);
    store->db = db;
    copy_options(store, options);
    store->observed_ms = store->checkpoint_observed_ms = -1;
    store->checkpoint_offset = -1;
    store->value_hint = VALUE_HINT_FIRST;
    store->slab = slab_new();
    store->errors = arena_new("store", 0);
    atomic_fetch_add(&db->store_count, 1);
    atomic_fetch_add(&db->memory->store_count, 1);
    if (store->kind == STORE_KEYED) segment_table(store, 0, true);
    if (db->disk) {
        segment_open_all(store);
        state_load_offset(store);
    }
    Status st = store->status;
    if (st.kind) {
        st.text = str_cstr(arena, str_from(st.text));
        store_close(store);
        return st;
    }
    *out = store;
    return st_ok();
}

void store_close(Store *store)
{
    view_detach(store);
    for (int i = 0; i < store->table_count; i++)
        table_free(store->tables[i]);
    for (int i = 0; i < store->expired_count; i++)
        table_free(store->expired[i]);
    store_account(store, -(int64_t)store->pending.bytes);
    pending_free(&store->pending);
    assert(store_memory(store) == 0 && store->entry_count == 0);
    store_publish(store);
    atomic_fetch_sub(&store->db->store_count, 1);
    atomic_fetch_sub(&store->db->memory->store_count, 1);
    mem_free(store->tables);
    mem_free(store->expired);
    mem_free(store->many.owed);
    mem_free(store->many.owed_keys);
    mem_free((char *)store->name.ptr);
    slab_free(store->slab);
    arena_free(store->errors);
    mem_free(store);
}

/* ---- one key ---- */

StoreEntry *store_get(Store *store, Str key)
{
    store_make_room(store);
    Table *table = segment_find(store, key);
    if (!table) return NULL;
    uint64_t hash = hash_bytes(key.ptr, key.len);
    StoreEntry *entry = table_find(table, hash, key);
    if (!entry && table_may_have(table, hash))
        entry = load_key(table, hash, key);
    if (!entry || !entry->value) return NULL;
    entry->flags |= ENTRY_USED;
    return entry;
}

/* *owed: the entry is new here and RocksDB may have a value for it. */
static StoreEntry *find_or_add(Table *table, uint64_t hash, Str key, bool *owed)
{
    StoreEntry *entry = table_find(table, hash, key);
    *owed = !entry && table_may_have(table, hash);
    if (!entry) entry = table_add(table, hash, key);
    entry->flags |= ENTRY_USED;
    return entry;
}

StoreEntry *store_upsert(Store *store, Str key)
{
    store_make_room(store);
    Table *table = segment_make(store, key);
    if (!table) return NULL;
    bool owed;
    StoreEntry *entry = find_or_add(table, hash_bytes(key.ptr, key.len), key,
                                    &owed);
    if (owed) load_entries(store, &entry, &key, 1);
    return entry;
}

/* ---- many keys ---- */

static ManyScratch *take_scratch(Store *store, int count)
{
    ManyScratch *many = &store->many;
    if (count <= many->cap) return many;
    size_t n = (size_t)count;
    many->cap = count;
    many->owed = mem_realloc(many->owed, n * sizeof(StoreEntry *));
    many->owed_keys = mem_realloc(many->owed_keys, n * sizeof(Str));
    return many;
}

/* Prefetches the entry that a slot near the hash's home points to, and where
 * its key is. A hint: what it finds is looked at again. */
static void prefetch_entry(const Table *table, uint64_t hash)
{
    size_t mask = table->slot_count - 1;
    for (size_t i = hash & mask; table->slots[i].entry; i = (i + 1) & mask) {
        if (table->slots[i].hash != hash) continue;
        const char *at = (const char *)table->slots[i].entry;
        __builtin_prefetch(at, 1);
        __builtin_prefetch(at + 64, 1);
        __builtin_prefetch(at + 128, 1);
        return;
    }
}

static void prefetch_slot(const Table *table, uint64_t hash)
{
    if (table && table->slot_count)
        __builtin_prefetch(&table->slots[hash & (table->slot_count - 1)]);
}

void store_prefetch(Store *store, const Str *keys, int count)
{
    Table *tables[BLOCK_KEYS];
    uint64_t hashes[BLOCK_KEYS];
    if (count > BLOCK_KEYS) count = BLOCK_KEYS;
    for (int i = 0; i < count; i++) {
        tables[i] = keys[i].ptr ? segment_find(store, keys[i]) : NULL;
        if (!tables[i]) continue;
        hashes[i] = hash_bytes(keys[i].ptr, keys[i].len);
        prefetch_slot(tables[i], hashes[i]);
    }
    for (int i = 0; i < count; i++)
        if (tables[i] && tables[i]->slot_count)
            prefetch_entry(tables[i], hashes[i]);
}

void store_prefetch_groups(Store *store, const Str *keys, int count)
{
    uint64_t hashes[BLOCK_KEYS];
    if (count > BLOCK_KEYS) count = BLOCK_KEYS;
    for (int i = 0; i < count; i++)
        if (keys[i].ptr) hashes[i] = hash_bytes(keys[i].ptr, keys[i].len);
    for (int t = 0; t < store->table_count; t++)
        for (int i = 0; i < count && store->tables[t]->groups; i++)
            if (keys[i].ptr)
                key_groups_prefetch_slot(store->tables[t]->groups, hashes[i]);
    for (int t = 0; t < store->table_count; t++)
        for (int i = 0; i < count && store->tables[t]->groups; i++)
            if (keys[i].ptr)
                key_groups_prefetch_entry(store->tables[t]->groups, hashes[i]);
}

/* Where a new entry's group will be. */
static void prefetch_group(const Table *table, Str key)
{
    if (table && table->groups)
        key_groups_prefetch_slot(table->groups,
                                 segment_group_hash(table->store, key));
}

/* Up to BLOCK_KEYS keys; returns how many entries were added to `owed`. */
static int upsert_block(Store *store, const Str *keys, int count,
                        StoreEntry **out, StoreEntry **owed)
{
    Table *tables[BLOCK_KEYS];
    uint64_t hashes[BLOCK_KEYS];
    int owed_count = 0;
    for (int i = 0; i < count; i++) {
        hashes[i] = hash_bytes(keys[i].ptr, keys[i].len);
        tables[i] = segment_make(store, keys[i]);
        prefetch_slot(tables[i], hashes[i]);
        prefetch_group(tables[i], keys[i]);
    }
    for (int i = 0; i < count; i++)
        if (tables[i] && tables[i]->slot_count)
            prefetch_entry(tables[i], hashes[i]);
    for (int i = 0; i < count; i++) {
        out[i] = NULL;
        if (!tables[i]) continue;
        bool is_owed;
        out[i] = find_or_add(tables[i], hashes[i], keys[i], &is_owed);
        if (is_owed) owed[owed_count++] = out[i];
    }
    return owed_count;
}

void store_upsert_many(Store *store, const Str *keys, int count,
                       StoreEntry **out)
{
    store_make_room(store);
    ManyScratch *many = take_scratch(store, count);
    int owed = 0;
    for (int from = 0; from < count; from += BLOCK_KEYS) {
        int some = count - from < BLOCK_KEYS ? count - from : BLOCK_KEYS;
        owed += upsert_block(store, keys + from, some, out + from,
                             many->owed + owed);
    }
    if (owed) load_entries(store, many->owed, many->owed_keys, owed);
}

/* ---- counting ---- */

int64_t store_observed_ms(const Store *store)
{
    return store->observed_ms;
}

Status store_status(const Store *store)
{
    return store->status;
}

void store_stats(const Store *store, StoreStats *stats)
{
    int64_t disk_keys = 0;
    bool complete = true;
    for (int i = 0; i < store->table_count; i++) {
        const Table *table = store->tables[i];
        if (!table->complete) complete = false;
        if (table->family)
            disk_keys += disk_key_estimate(store->db->disk, table->family);
    }
    *stats = (StoreStats){
        .entry_count = store->entry_count,
        .memory_bytes = (int64_t)store_memory(store),
        .key_count = complete || store->entry_count > disk_keys
                         ? store->entry_count
                         : disk_keys,
    };
}
