/* SPDX-License-Identifier: Apache-2.0
 *
 * Following: a store that is kept as new as its changelog, which another
 * process writes. It is a restore that does not end. Memory holds only what
 * came since the last save, and the rest of the process's memory limit is left
 * to stores that are worked on. Readers, if there is a view, find the rest in
 * RocksDB; they see some moment between two records of the changelog.
 */
#include <assert.h>

#include "state/store_int.h"

/* One by one: scans set aside what they have not come to. */
static void remove_all(Table *table)
{
    for (size_t i = 0; i < table->slot_count;) {
        StoreEntry *entry = table->slots[i].entry;
        if (entry)
            table_remove(table, entry); /* Another may stand here now. */
        else
            i++;
        store_yield(table->store);
    }
}

/* What RocksDB has is not needed in memory. */
static void forget_entries(Store *store)
{
    store_begin(store);
    for (int i = 0; i < store->table_count; i++) {
        Table *table = store->tables[i];
        if (!table->family) continue;
        if (!store->view) table_clear(table);
        table->complete = false;
        table->was_evicted = true;
        table->unsifted = table->unsifted_groups = true;
        if (store->view) remove_all(table);
    }
    store_end(store);
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
    store_begin(store);
    for (int i = 0; i < count; i++) {
        restore_apply(store, &records[i]);
        store_yield(store);
    }
    store_make_room(store);
    store_end(store);
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
