/* SPDX-License-Identifier: Apache-2.0
 *
 * One entry: its value, its old value, and the list it hangs in.
 *
 * An entry is in the dirty list (changed since the last flush), in the dead
 * list (no value, nothing to tell), in the pinned one (flushed, RocksDB does
 * not know it yet) or in the clean one (as RocksDB has it), which is in the
 * order in which entries became clean and is evicted from its beginning. The
 * bytes of dirty entries are kept as a sum, so all that changes the size of an
 * entry goes through resize().
 */
#include <assert.h>

#include "base/alloc.h"
#include "state/store_int.h"

enum {
    VALUE_HINT_MAX = 512,
    BLOCK_OVERHEAD = 16, /* malloc's header and rounding, on average. */
    PUBLISH_BYTES = 16 << 10,
    /* The reference's cache counts some 60 bytes for an entry beside its key
     * and value. With as many here one limit lets both merge alike; the rest is
     * memory that a clean entry needs as well. */
    NOT_OF_CACHE = 48,
};

size_t entry_bytes(const StoreEntry *entry)
{
    size_t bytes = slab_block_bytes(node_bytes((const Node *)entry));
    if (entry->flags & ENTRY_APART) bytes += entry->value_cap + BLOCK_OVERHEAD;
    if (entry->old_value) bytes += entry->old_len + BLOCK_OVERHEAD;
    return bytes;
}

void store_publish(Store *store)
{
    atomic_fetch_add_explicit(&store->db->memory->bytes,
                              store->unpublished_bytes, memory_order_relaxed);
    store->unpublished_bytes = 0;
}

/* The sum of all stores is on a shared cache line, so small changes wait. */
void store_account(Store *store, int64_t bytes)
{
    store->memory_bytes += (size_t)bytes;
    store->unpublished_bytes += bytes;
    if (store->unpublished_bytes > PUBLISH_BYTES ||
        store->unpublished_bytes < -PUBLISH_BYTES)
        store_publish(store);
}

void store_account_reader(Store *store, int64_t bytes)
{
    atomic_fetch_add_explicit(&store->reader_bytes, bytes,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&store->db->memory->bytes, bytes,
                              memory_order_relaxed);
}

static void resize(Store *store, const StoreEntry *entry, size_t before)
{
    int64_t bytes = (int64_t)entry_bytes(entry) - (int64_t)before;
    if (!bytes) return;
    if (entry->flags & ENTRY_DIRTY) store->dirty_bytes += (size_t)bytes;
    store_account(store, bytes);
}

/* ---- lists ---- */

static void append(EntryList *list, StoreEntry *entry)
{
    entry->dirty_prev = list->last;
    entry->dirty_next = NULL;
    if (list->last)
        list->last->dirty_next = entry;
    else
        list->first = entry;
    list->last = entry;
}

static void take_out(EntryList *list, StoreEntry *entry)
{
    if (entry->dirty_prev)
        entry->dirty_prev->dirty_next = entry->dirty_next;
    else
        list->first = entry->dirty_next;
    if (entry->dirty_next)
        entry->dirty_next->dirty_prev = entry->dirty_prev;
    else
        list->last = entry->dirty_prev;
    entry->dirty_next = entry->dirty_prev = NULL;
}

void entry_unlink(Store *store, StoreEntry *entry)
{
    if (entry->flags & ENTRY_DIRTY) {
        take_out(&store->dirty, entry);
        store->dirty_count--;
        store->dirty_bytes -= entry_bytes(entry) - NOT_OF_CACHE;
    } else if (entry->flags & ENTRY_DEAD) {
        take_out(&store->dead, entry);
    } else {
        take_out(entry_is_pinned(store, entry) ? &store->pinned : &store->clean,
                 entry);
    }
    entry->flags &= ~(uint32_t)(ENTRY_DIRTY | ENTRY_DEAD);
}

void entry_link_dead(Store *store, StoreEntry *entry)
{
    assert(!(entry->flags & (ENTRY_DIRTY | ENTRY_DEAD)) && !entry->value);
    entry->flags |= ENTRY_DEAD;
    append(&store->dead, entry);
}

void entry_spare(Store *store, StoreEntry *entry)
{
    take_out(&store->clean, entry);
    append(&store->clean, entry);
}

void entries_unpin(Store *store)
{
    EntryList *pinned = &store->pinned, *clean = &store->clean;
    store->written_id = store->flush_id;
    if (!pinned->first) return;
    pinned->first->dirty_prev = clean->last;
    if (clean->last)
        clean->last->dirty_next = pinned->first;
    else
        clean->first = pinned->first;
    clean->last = pinned->last;
    *pinned = (EntryList){0};
}

/* Has a value and nothing to tell. It was used while it was dirty, which is no
 * sign that it will be again. */
static void link_clean(Store *store, StoreEntry *entry)
{
    entry->flags &= ~(uint32_t)ENTRY_USED;
    append(entry_is_pinned(store, entry) ? &store->pinned : &store->clean,
           entry);
}

void store_reap(Store *store)
{
    store->unborn_count = 0;
    store_begin(store);
    for (StoreEntry *entry = store->dead.first, *next; entry; entry = next) {
        next = entry->dirty_next;
        if (!entry_is_pinned(store, entry))
            table_remove(node_of(entry)->table, entry);
        store_yield(store);
    }
    store_end(store);
}

/* ---- values ---- */

static char *inline_room(StoreEntry *entry)
{
    return entry->key + ((entry->key_len + 7) & ~(size_t)7);
}

static void drop_value(StoreEntry *entry)
{
    if (entry->flags & ENTRY_APART) mem_free(entry->value);
    entry->flags &= ~(uint32_t)ENTRY_APART;
    entry->value = NULL;
    entry->value_len = entry->value_cap = 0;
}

/* Room for `len` bytes, without touching lists or old values. */
static void make_value_room(Store *store, StoreEntry *entry, uint32_t len)
{
    if (entry->value && len <= entry->value_cap) {
        entry->value_len = len;
        return;
    }
    size_t before = entry_bytes(entry);
    uint32_t inline_cap = node_of(entry)->inline_cap;
    drop_value(entry);
    if (len <= inline_cap) {
        entry->value = inline_room(entry);
        entry->value_cap = inline_cap;
    } else {
        /* A value that has grown once will grow again. */
        size_t cap = ((size_t)len + len / 2 + 15) & ~(size_t)15;
        if (cap > UINT32_MAX) cap = len;
        entry->value = mem_alloc(cap);
        entry->value_cap = (uint32_t)cap;
        entry->flags |= ENTRY_APART;
        if (len <= VALUE_HINT_MAX)
            store->value_hint = (len + 15) & ~(uint32_t)15;
    }
    entry->value_len = len;
    resize(store, entry, before);
}

void entry_load(Store *store, StoreEntry *entry, Str value,
                int64_t timestamp_ms)
{
    assert(!(entry->flags & ENTRY_DIRTY));
    entry_unlink(store, entry);
    make_value_room(store, entry, (uint32_t)value.len);
    if (value.len) memcpy(entry->value, value.ptr, value.len);
    entry->timestamp_ms = timestamp_ms;
    link_clean(store, entry);
}

void entry_forget_old(Store *store, StoreEntry *entry)
{
    if (!(entry->flags & ENTRY_OLD)) return;
    size_t before = entry_bytes(entry);
    mem_free(entry->old_value);
    entry->old_value = NULL;
    entry->old_len = 0;
    entry->flags &= ~(uint32_t)ENTRY_OLD;
    resize(store, entry, before);
}

void entry_clean(Store *store, StoreEntry *entry)
{
    entry_unlink(store, entry);
    entry_forget_old(store, entry);
    if (entry->value)
        link_clean(store, entry);
    else
        entry_link_dead(store, entry);
}

void store_before_change(Store *store, StoreEntry *entry)
{
    view_before_change(store, entry);
    if (!store->keep_old || entry->flags & ENTRY_OLD) return;
    size_t before = entry_bytes(entry);
    entry->flags |= ENTRY_OLD;
    if (!entry->value) return;
    entry->old_value = mem_alloc(entry->value_len ? entry->value_len : 1);
    if (entry->value_len)
        memcpy(entry->old_value, entry->value, entry->value_len);
    entry->old_len = entry->value_len;
    entry->old_timestamp_ms = entry->timestamp_ms;
    resize(store, entry, before);
}

char *store_value_room(Store *store, StoreEntry *entry, uint32_t len)
{
    assert(store_may_change(store));
    store_before_change(store, entry);
    make_value_room(store, entry, len);
    return entry->value;
}

void store_mark(Store *store, StoreEntry *entry, int64_t timestamp_ms)
{
    assert(store_may_change(store));
    entry->timestamp_ms = timestamp_ms;
    if (entry == store->dirty.last) return;
    if (entry->flags & ENTRY_DIRTY) {
        take_out(&store->dirty, entry);
        append(&store->dirty, entry);
        return;
    }
    entry_unlink(store, entry);
    entry->flags |= ENTRY_DIRTY;
    append(&store->dirty, entry);
    store->dirty_count++;
    store->dirty_bytes += entry_bytes(entry) - NOT_OF_CACHE;
}

void store_delete(Store *store, StoreEntry *entry, int64_t timestamp_ms)
{
    store_before_change(store, entry);
    size_t before = entry_bytes(entry);
    drop_value(entry);
    resize(store, entry, before);
    if (store->keep_old && !entry->old_value) {
        /* Nobody was ever told of it: no tombstone is owed. */
        entry_clean(store, entry);
        store->unborn_count++;
        return;
    }
    store_mark(store, entry, timestamp_ms);
}

StoreEntry *store_dirty_first(Store *store)
{
    return store->dirty.first;
}

int store_dirty_count(const Store *store)
{
    return store->dirty_count;
}

size_t store_dirty_bytes(const Store *store)
{
    return store->dirty_bytes;
}
