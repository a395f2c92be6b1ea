/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory limit. It is one for all stores of a StateMemory, that is of a
 * process, or else of one StateDb; each store counts what it uses and evicts
 * its own entries when the sum is over the limit and it has more than an equal
 * share. A store that is not used gives its surplus back at its next flush.
 *
 * Clean entries go in the order in which they became clean; one that was
 * touched since then is spared once. So windows go in the order of their time.
 * What goes is noted in a filter of its table: a key that is neither in memory
 * nor in the filter is new, and RocksDB is not asked for it. Dirty and pinned
 * entries stay. If those are more than half of what the store may have, they
 * are written early, to the changelog and to RocksDB, which makes them clean.
 * Dirty ones are only written early for stores without cache and without old
 * values: in the others the dirty list is the operator's list of what it still
 * has to emit, and the operator bounds it (store_dirty_bytes against the cache
 * limit). A transactional store asks for a commit instead.
 */
#include "state/store_int.h"

enum {
    SLACK_DIVISOR = 32, /* Of the limit, is freed beyond what is needed. */
    LOOK_AHEAD = 8,
    FILTER_DIVISOR = 8, /* Of a store's share, for a table's filter at most. */
};

/* From now on only RocksDB has the entry's value. */
static void note_evicted(Table *table, const StoreEntry *entry, size_t share)
{
    Store *store = table->store;
    table->complete = false;
    table->was_evicted = true;
    if (!store->grouped) table->unsifted_groups = true;
    if (table->unsifted) return;
    int64_t before = (int64_t)filter_bytes(table->evicted);
    if (!table->evicted) table->evicted = filter_new();
    filter_add(table->evicted, entry->hash);
    if (!table->unsifted_groups)
        filter_add(table->evicted, segment_group_hash(store, entry_key(entry)));
    store_account(store, (int64_t)filter_bytes(table->evicted) - before);
    if (filter_bytes(table->evicted) <= share / FILTER_DIVISOR) return;
    table_forget_evicted(table);
    table->unsifted = table->unsifted_groups = true;
}

/* What taking out an entry further on will touch. */
static StoreEntry *look_ahead(StoreEntry *ahead)
{
    if (!ahead) return NULL;
    const Table *table = node_of(ahead)->table;
    __builtin_prefetch(&table->slots[ahead->hash & (table->slot_count - 1)], 1);
    if (table->groups)
        key_groups_prefetch_slot(
            table->groups, segment_group_hash(table->store, entry_key(ahead)));
    __builtin_prefetch(ahead->dirty_next, 1);
    return ahead->dirty_next;
}

static void evict(Store *store, size_t target_bytes, size_t share)
{
    StoreEntry *ahead = store->clean.first;
    for (int i = 0; i < LOOK_AHEAD; i++)
        ahead = look_ahead(ahead);
    while (store_memory(store) > target_bytes && store->clean.first) {
        StoreEntry *entry = store->clean.first;
        ahead = look_ahead(ahead);
        Table *table = node_of(entry)->table;
        if (entry->flags & ENTRY_USED) {
            entry->flags &= ~(uint32_t)ENTRY_USED;
            entry_spare(store, entry);
            continue;
        }
        note_evicted(table, entry, share);
        table_remove(table, entry);
        /* A session store may be in the middle of a merge. */
        if (store->kind != STORE_SESSION) store_yield(store);
    }
}

/* How much this store may keep so that all fit, at least its share. */
static size_t target_bytes(Store *store, size_t share)
{
    store_publish(store);
    StateDb *db = store->db;
    int64_t slack = (int64_t)(db->memory->max_bytes / SLACK_DIVISOR);
    int64_t over = atomic_load_explicit(&db->memory->bytes,
                                        memory_order_relaxed) -
                   (int64_t)db->memory->max_bytes + slack;
    if (over <= slack) return SIZE_MAX;
    int64_t target = (int64_t)store_memory(store) - over;
    int64_t least = (int64_t)share - slack;
    return (size_t)(target > least ? target : least > 0 ? least : 0);
}

/* Writes early what may be written, if it is so much that looking for clean
 * entries would mostly find others. */
static void write_early(Store *store, size_t share)
{
    bool may_write = store->restoring || store->transactional ||
                     (!store->caching && !store->keep_old);
    Status st = st_ok();
    bool paused = store_pause(store);
    if (may_write && store->dirty_bytes > share / 2)
        st = flush_early(store, store->errors);
    else if (store->pending.bytes > share / 4)
        st = flush_spill(store, store->errors);
    store_resume(store, paused);
    if (st.kind == ST_FATAL) store_fail(store, st);
}

void store_make_room_slow(Store *store)
{
    StateDb *db = store->db;
    if (store_memory(store) < store->evict_after_bytes) return;
    size_t share = db->memory->max_bytes /
                   (size_t)atomic_load(&db->memory->store_count);
    size_t target = target_bytes(store, share);
    if (store_memory(store) <= target) return;
    write_early(store, share);
    evict(store, target, share);
    /* If the rest is held, trying at each call would not help. */
    store->evict_after_bytes = store_memory(store) > target
                                   ? store_memory(store) +
                                         db->memory->max_bytes / SLACK_DIVISOR
                                   : 0;
}
