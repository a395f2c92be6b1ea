/* SPDX-License-Identifier: Apache-2.0
 *
 * Following: a store that is kept as new as its changelog, which another
 * process writes. It is a restore that does not end. Nobody reads the store, so
 * memory holds only what came since the last save, and the rest of the
 * process's memory limit is left to stores that are used.
 */
#include <assert.h>

#include "state/store_int.h"

/* What RocksDB has is not needed in memory. */
static void forget_entries(Store *store)
{
    for (int i = 0; i < store->table_count; i++) {
        Table *table = store->tables[i];
        if (!table->family) continue;
        table_clear(table);
        table->complete = false;
        table->was_evicted = true;
        table->unsifted = table->unsifted_groups = true;
    }
}

Status store_follow_begin(Store *store)
{
    assert(store->db->disk && store->changelog && !store->view);
    assert(!store->dirty_count && !store->pending.count);
    store->keep_old = false;
    store->restoring = true;
    forget_entries(store);
    return store->status;
}

Status store_follow(Store *store, const Record *records, int count)
{
    for (int i = 0; i < count; i++)
        restore_apply(store, &records[i]);
    store_make_room(store);
    segment_expire(store);
    return store->status;
}

Status store_follow_save(Store *store, Arena *arena, int64_t offset)
{
    if (store->status.kind) return store->status;
    if (offset == store->checkpoint_offset) return st_ok();
    flush_dirty(store);
    Status st = flush_spill(store, arena);
    if (!st.kind) st = state_save_restored(store, arena, offset);
    if (!st.kind) forget_entries(store);
    return st;
}

int64_t store_offset(const Store *store)
{
    return store->checkpoint_offset;
}

const char *store_changelog(const Store *store)
{
    return store->changelog;
}
