/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory limit. It is one for all stores of a StateMemory, that is of a
 * process, or else of one StateDb; each store counts
 * what it uses and evicts its own entries when the sum is over the limit and it
 * has more than an equal share. A store that is not used gives its surplus back
 * at its next flush.
 *
 * Clean entries go by the clock: the hand visits the slots, spares an entry
 * that was touched since it came by last and frees the others. Dirty and pinned
 * entries stay. If those are more than half of what the store may have, they
 * are written early, to the changelog and to RocksDB, which makes them clean.
 * Dirty ones are only written early for stores without cache and without old
 * values: in the others the dirty list is the operator's list of what it still
 * has to emit, and the operator bounds it (store_dirty_bytes against the cache
 * limit). A transactional store asks for a commit instead.
 */
#include "state/store_int.h"

/* Entries freed per call beyond what is needed, as a part of the limit. */
enum { SLACK_DIVISOR = 32 };

static bool is_evictable(const Store *store, const StoreEntry *entry)
{
    return !(entry->flags & ENTRY_DIRTY) && !entry_is_pinned(store, entry);
}

/* Where the hand stands: every slot once in slot_count steps, but scattered. If
 * it went from slot to slot it would leave an empty stretch behind it and a
 * crowded one before it, with probe runs of thousands of slots. */
static StoreEntry *under_hand(const Table *table)
{
    const size_t stride = 0x9e3779b97f4a7c15u; /* Odd: visits all. */
    return table->slots[table->hand * stride & (table->slot_count - 1)].entry;
}

/* Twice around at most. */
static void evict_from(Table *table, size_t target_bytes)
{
    Store *store = table->store;
    size_t steps = 2 * table->slot_count;
    while (steps-- && store_memory(store) > target_bytes && table->count) {
        StoreEntry *entry = under_hand(table);
        table->hand++;
        if (!entry || !is_evictable(store, entry)) continue;
        if (entry->flags & ENTRY_USED) {
            entry->flags &= ~(uint32_t)ENTRY_USED;
            continue;
        }
        if (entry->value) {
            table->complete = false;
            table->was_evicted = true;
        }
        table_remove(table, entry);
        /* A session store may be in the middle of a merge. */
        if (store->kind != STORE_SESSION) store_yield(store);
    }
}

static void evict(Store *store, size_t target_bytes)
{
    for (int i = 0; i < store->table_count; i++)
        if (store_memory(store) > target_bytes)
            evict_from(store->tables[i], target_bytes);
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

/* True if at least an eighth of the entries' memory can be evicted. */
static bool is_worth_it(const Store *store)
{
    size_t held_bytes = store->dirty_bytes + 2 * store->pending.bytes;
    return held_bytes < store_memory(store) / 8 * 7;
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
    if (is_worth_it(store)) evict(store, target);
    /* If most is held, walking over it at each call would not help. */
    store->evict_after_bytes = store_memory(store) > target
                                   ? store_memory(store) +
                                         db->memory->max_bytes / SLACK_DIVISOR
                                   : 0;
}
