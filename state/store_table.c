/* SPDX-License-Identifier: Apache-2.0
 *
 * One hash table of entries.
 *
 *     slots  [ hash,entry | free | hash,entry | ... ]   linear probing
 *                  |
 *     block  [ StoreEntry | table, ... | key, padded to 8 | room for a value ]
 *
 * Slots hold whole hashes, so probing and growing touch no entry but the one
 * that is found. A block is one allocation and never moves; a value that
 * outgrows the room behind the key gets a block of its own. New entries get as
 * much room as the store's last value needed, so values of one size (counts,
 * sums, fixed rows) never do.
 *
 * At most five eighths of the slots are taken. Removing shifts later slots of
 * the probe run back, so there are no marks of deleted slots.
 */
#include <assert.h>

#include "base/alloc.h"
#include "base/map.h"
#include "state/store_int.h"

enum { SLOTS_FIRST = 64 };

Table *table_new(Store *store, int64_t segment)
{
    Table *table = mem_zalloc(sizeof *table);
    table->store = store;
    table->segment = segment;
    table->complete = true;
    if (store->wants_order) {
        table->order = order_new(NULL, 0);
        table->ordered = true;
        store_account(store, (int64_t)order_bytes(table->order));
    }
    if (store->grouped) table_group(table);
    store_account(store, sizeof *table);
    return table;
}

static void free_entry(Store *store, StoreEntry *entry)
{
    if (entry->flags & ENTRY_APART) mem_free(entry->value);
    mem_free(entry->old_value);
    slab_give(store->slab, entry, node_bytes(node_of(entry)));
}

static size_t index_bytes(const Table *table)
{
    return order_bytes(table->order) + key_groups_bytes(table->groups);
}

void table_group(Table *table)
{
    if (table->groups) return;
    table->groups = key_groups_new(segment_suffix(table->store->kind));
    for (size_t i = 0; i < table->slot_count; i++)
        if (table->slots[i].entry)
            key_groups_add(table->groups, table->slots[i].entry);
    store_account(table->store, (int64_t)key_groups_bytes(table->groups));
}

void table_forget_evicted(Table *table)
{
    store_account(table->store, -(int64_t)filter_bytes(table->evicted));
    filter_free(table->evicted);
    table->evicted = NULL;
    table->unsifted = table->unsifted_groups = false;
}

void table_clear(Table *table)
{
    Store *store = table->store;
    int64_t bytes = 0;
    for (size_t i = 0; i < table->slot_count; i++) {
        StoreEntry *entry = table->slots[i].entry;
        if (!entry) continue;
        entry_unlink(store, entry);
        bytes += (int64_t)entry_bytes(entry);
        free_entry(store, entry);
    }
    bytes += (int64_t)(table->slot_count * sizeof(Slot));
    bytes += (int64_t)index_bytes(table);
    store->entry_count -= (int64_t)table->count;
    store_account(store, -bytes);
    order_free(table->order);
    key_groups_free(table->groups);
    mem_free(table->slots);
    table->order = NULL;
    table->ordered = false;
    table->groups = NULL;
    table->slots = NULL;
    table->slot_count = table->count = 0;
    table_forget_evicted(table);
}

void table_free(Table *table)
{
    table_clear(table);
    store_account(table->store, -(int64_t)sizeof *table);
    mem_free(table);
}

StoreEntry *table_find(const Table *table, uint64_t hash, Str key)
{
    if (!table->slot_count) return NULL;
    size_t mask = table->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        const Slot *slot = &table->slots[i];
        if (!slot->entry) return NULL;
        if (slot->hash == hash && str_eq(entry_key(slot->entry), key))
            return slot->entry;
    }
}

static void put_slot(Slot *slots, size_t slot_count, Slot slot)
{
    size_t mask = slot_count - 1;
    size_t i = slot.hash & mask;
    while (slots[i].entry)
        i = (i + 1) & mask;
    slots[i] = slot;
}

static void grow(Table *table)
{
    size_t before = table->slot_count;
    size_t now = before ? before * 2 : SLOTS_FIRST;
    Slot *slots = mem_zalloc(now * sizeof *slots);
    for (size_t i = 0; i < before; i++)
        if (table->slots[i].entry) put_slot(slots, now, table->slots[i]);
    mem_free(table->slots);
    table->slots = slots;
    table->slot_count = now;
    store_account(table->store, (int64_t)((now - before) * sizeof *slots));
}

static StoreEntry *new_entry(Table *table, uint64_t hash, Str key)
{
    Store *store = table->store;
    size_t key_room = (key.len + 7) & ~(size_t)7;
    Node *node = slab_take(store->slab,
                           sizeof *node + key_room + store->value_hint);
    char *at = (char *)(node + 1);
    memcpy(at, key.ptr, key.len);
    node->entry = (StoreEntry){
        .hash = hash,
        .key = at,
        .key_len = (uint32_t)key.len,
        .stamp = store->scans,
    };
    node->table = table;
    node->inline_cap = store->value_hint;
    node->flush_id = store->written_id;
    return &node->entry;
}

StoreEntry *table_add(Table *table, uint64_t hash, Str key)
{
    assert(key.len < UINT32_MAX);
    Store *store = table->store;
    assert(store_may_change(store));
    if (table->count >= table->slot_count / 8 * 5) grow(table);
    StoreEntry *entry = new_entry(table, hash, key);
    put_slot(table->slots, table->slot_count, (Slot){hash, entry});
    table->count++;
    store->entry_count++;
    int64_t bytes = (int64_t)entry_bytes(entry);
    bytes -= (int64_t)index_bytes(table);
    if (entry_is_ordered(table, entry)) order_add(table->order, entry);
    if (table->groups) key_groups_add(table->groups, entry);
    bytes += (int64_t)index_bytes(table);
    entry_link_dead(store, entry);
    store_account(store, bytes);
    return entry;
}

/* Frees a slot and moves back those behind it that would not be found any
 * more. */
static void close_slot(Table *table, size_t hole)
{
    size_t mask = table->slot_count - 1;
    for (size_t i = (hole + 1) & mask; table->slots[i].entry;
         i = (i + 1) & mask) {
        size_t home = table->slots[i].hash & mask;
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        table->slots[hole] = table->slots[i];
        hole = i;
    }
    table->slots[hole].entry = NULL;
}

void table_remove(Table *table, StoreEntry *entry)
{
    Store *store = table->store;
    assert(store_may_change(store));
    view_before_change(store, entry);
    size_t mask = table->slot_count - 1;
    size_t i = entry->hash & mask;
    while (table->slots[i].entry != entry)
        i = (i + 1) & mask;
    close_slot(table, i);
    table->count--;
    store->entry_count--;
    entry_unlink(store, entry);
    int64_t bytes = (int64_t)entry_bytes(entry);
    bytes += (int64_t)index_bytes(table);
    if (entry_is_ordered(table, entry)) order_remove(table->order, entry);
    if (table->groups) key_groups_remove(table->groups, entry);
    bytes -= (int64_t)index_bytes(table);
    store_account(store, -bytes);
    free_entry(store, entry);
}

StoreEntry **table_collect(const Table *table, Str from, Str to, size_t *count)
{
    StoreEntry **found = mem_alloc((table->count + 1) * sizeof(StoreEntry *));
    size_t n = 0;
    for (size_t i = 0; i < table->slot_count; i++) {
        StoreEntry *entry = table->slots[i].entry;
        if (!entry || str_compare(entry_key(entry), from) < 0) continue;
        if (to.ptr && str_compare(entry_key(entry), to) >= 0) continue;
        found[n++] = entry;
    }
    order_sort(found, n);
    *count = n;
    return found;
}
