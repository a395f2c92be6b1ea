/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory limit. It is one for all stores of a StateDb; each store counts
 * what it uses and evicts its own entries when the sum is over the limit and it
 * has more than an equal share. A store that is not used gives its surplus back
 * at its next flush.
 *
 * Clean entries go by the clock: the hand walks over the slots, spares an entry
 * touched since it came by last and frees the others. Dirty and pinned entries
 * stay. If those are more than half of what the store may have, they are
 * written early, to the changelog and to RocksDB, which makes them clean. Dirty
 * ones are only written early for stores without cache and without old values:
 * in the others the dirty list is the operator's list of what it still has to
 * emit, and the operator bounds it (store_dirty_bytes against the cache limit).
 */
#include "state/store_int.h"

/* Entries freed per call beyond what is needed, as a part of the limit. */
enum { SLACK_DIVISOR = 32 };

static bool is_evictable(const Store *store, const StoreEntry *entry)
{
    return !(entry->flags & ENTRY_DIRTY) && !entry_is_pinned(store, entry);
}

/* Twice around at most. */
static void evict_from(Table *table, size_t target_bytes)
{
    Store *store = table->store;
    size_t steps = 2 * table->slot_count;
    while (steps-- && store->memory_bytes > target_bytes && table->count) {
        table->hand &= table->slot_count - 1;
        StoreEntry *entry = table->slots[table->hand].entry;
        if (!entry || !is_evictable(store, entry)) {
            table->hand++;
        } else if (entry->flags & ENTRY_USED) {
            entry->flags &= ~(uint32_t)ENTRY_USED;
            table->hand++;
        } else {
            if (entry->value) {
                table->complete = false;
                table->was_evicted = true;
            }
            table_remove(table, entry); /* May fill this slot again. */
        }
    }
}

static void evict(Store *store, size_t target_bytes)
{
    for (int i = 0; i < store->table_count; i++)
        if (store->memory_bytes > target_bytes)
            evict_from(store->tables[i], target_bytes);
}

/* How much this store may keep so that all fit, at least its share. */
static size_t target_bytes(Store *store, size_t share)
{
    store_publish(store);
    StateDb *db = store->db;
    int64_t slack = (int64_t)(db->memory_max_bytes / SLACK_DIVISOR);
    int64_t over = atomic_load_explicit(&db->memory_bytes,
                                        memory_order_relaxed) -
                   (int64_t)db->memory_max_bytes + slack;
    if (over <= slack) return SIZE_MAX;
    int64_t target = (int64_t)store->memory_bytes - over;
    int64_t least = (int64_t)share - slack;
    return (size_t)(target > least ? target : least > 0 ? least : 0);
}

static Status write_early(Store *store, size_t share)
{
    bool may_write = store->restoring || (!store->caching && !store->keep_old);
    if (may_write && store->dirty_bytes > share / 2)
        return flush_early(store, store->errors);
    return flush_spill(store, store->errors);
}

void store_make_room_slow(Store *store)
{
    StateDb *db = store->db;
    if (store->memory_bytes < store->evict_after_bytes) return;
    size_t share = db->memory_max_bytes / (size_t)atomic_load(&db->store_count);
    size_t target = target_bytes(store, share);
    if (store->memory_bytes <= target) return;
    evict(store, target);
    if (store->memory_bytes > target) {
        Status st = write_early(store, share);
        if (st.kind == ST_FATAL) store_fail(store, st);
        if (!st.kind) evict(store, target);
    }
    /* If all is held, walking over it at each call would not help. */
    store->evict_after_bytes = store->memory_bytes > target
                                   ? store->memory_bytes +
                                         db->memory_max_bytes / SLACK_DIVISOR
                                   : 0;
}
