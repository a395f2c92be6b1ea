/* SPDX-License-Identifier: Apache-2.0
 *
 * Key groups: a hash table whose slots hold a key's only entry, or a list of
 * its entries.
 *
 *     slots  [ hash,entry | free | hash,list | ... ]      linear probing
 *                  |                    |
 *                entry         [ first, count, cap | entries, ascending ]
 *
 * A list stays a list until it is empty. New entries mostly are the youngest of
 * their key and those that go the oldest, so a list has its room at the end and
 * leaves a gap at its beginning: neither moves the others. At most five eighths
 * of the slots are taken; removing shifts later slots of the probe run back.
 */
#include "state/store_group.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/map.h"

enum { SLOTS_FIRST = 64, LIST_FIRST = 4 };

typedef struct List {
    int first, count, cap; /* entries[first] is the first of `count`. */
    StoreEntry *entries[];
} List;

typedef struct GroupSlot {
    uint64_t hash;
    union {
        StoreEntry *only; /* NULL: the slot is free. */
        uintptr_t list;   /* If odd: a List's address plus one. */
    };
} GroupSlot;

struct KeyGroups {
    size_t suffix;
    GroupSlot *slots;
    size_t slot_count; /* A power of two. */
    size_t count;
    size_t list_bytes;
};

static Str proper_key(const KeyGroups *groups, const StoreEntry *entry)
{
    return (Str){entry->key, entry->key_len - groups->suffix};
}

/* The slot's list, or NULL if it has none. */
static List *list_of(const GroupSlot *slot)
{
    return slot->list & 1 ? (List *)(slot->list - 1) : NULL;
}

static StoreEntry **list_begin(List *list)
{
    return list->entries + list->first;
}

KeyGroups *key_groups_new(size_t suffix)
{
    KeyGroups *groups = mem_zalloc(sizeof *groups);
    groups->suffix = suffix;
    groups->slot_count = SLOTS_FIRST;
    groups->slots = mem_zalloc(SLOTS_FIRST * sizeof *groups->slots);
    return groups;
}

void key_groups_free(KeyGroups *groups)
{
    if (!groups) return;
    for (size_t i = 0; i < groups->slot_count; i++)
        mem_free(list_of(&groups->slots[i]));
    mem_free(groups->slots);
    mem_free(groups);
}

size_t key_groups_bytes(const KeyGroups *groups)
{
    if (!groups) return 0;
    return sizeof *groups + groups->slot_count * sizeof(GroupSlot) +
           groups->list_bytes;
}

/* ---- slots ---- */

/* The key's slot, or the free one where it would be. */
static GroupSlot *find_slot(const KeyGroups *groups, uint64_t hash, Str key)
{
    size_t mask = groups->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        GroupSlot *slot = &groups->slots[i];
        if (!slot->only) return slot;
        if (slot->hash != hash) continue;
        List *list = list_of(slot);
        const StoreEntry *some = list ? *list_begin(list) : slot->only;
        if (str_eq(proper_key(groups, some), key)) return slot;
    }
}

static void grow(KeyGroups *groups)
{
    size_t before = groups->slot_count, mask = before * 2 - 1;
    GroupSlot *slots = mem_zalloc(before * 2 * sizeof *slots);
    for (size_t i = 0; i < before; i++) {
        if (!groups->slots[i].only) continue;
        size_t at = groups->slots[i].hash & mask;
        while (slots[at].only)
            at = (at + 1) & mask;
        slots[at] = groups->slots[i];
    }
    mem_free(groups->slots);
    groups->slots = slots;
    groups->slot_count = before * 2;
}

/* Frees a slot and moves back those behind it that would not be found any
 * more. */
static void close_slot(KeyGroups *groups, size_t hole)
{
    GroupSlot *slots = groups->slots;
    size_t mask = groups->slot_count - 1;
    for (size_t i = (hole + 1) & mask; slots[i].only; i = (i + 1) & mask) {
        size_t home = slots[i].hash & mask;
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        slots[hole] = slots[i];
        hole = i;
    }
    slots[hole].only = NULL;
    groups->count--;
}

/* ---- lists ---- */

static size_t bytes_of(int cap)
{
    return sizeof(List) + (size_t)cap * sizeof(StoreEntry *);
}

static int compare_keys(const StoreEntry *a, const StoreEntry *b)
{
    return str_compare((Str){a->key, a->key_len}, (Str){b->key, b->key_len});
}

/* The first place behind list_begin whose entry is >= `entry`. */
static int find_place(List *list, const StoreEntry *entry)
{
    int low = 0, high = list->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (compare_keys(list_begin(list)[middle], entry) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static List *resize_list(KeyGroups *groups, List *list, int cap)
{
    groups->list_bytes += bytes_of(cap);
    if (list) groups->list_bytes -= bytes_of(list->cap);
    List *now = mem_realloc(list, bytes_of(cap));
    if (!list) now->first = now->count = 0;
    now->cap = cap;
    return now;
}

/* Room for one more at the end: from the gap at the beginning, if that is worth
 * the move, or by growing. */
static List *make_room(KeyGroups *groups, List *list)
{
    if (list->first + list->count < list->cap) return list;
    if (list->first <= list->cap / 2)
        return resize_list(groups, list, list->cap * 2);
    memmove(list->entries, list_begin(list),
            (size_t)list->count * sizeof *list->entries);
    list->first = 0;
    return list;
}

static List *insert(KeyGroups *groups, List *list, StoreEntry *entry)
{
    list = make_room(groups, list);
    StoreEntry **begin = list_begin(list);
    int at = list->count;
    if (at && compare_keys(begin[at - 1], entry) > 0)
        at = find_place(list, entry);
    memmove(begin + at + 1, begin + at,
            (size_t)(list->count - at) * sizeof *begin);
    begin[at] = entry;
    list->count++;
    return list;
}

static void take_out(List *list, const StoreEntry *entry)
{
    StoreEntry **begin = list_begin(list);
    int at = find_place(list, entry);
    assert(at < list->count && begin[at] == entry);
    list->count--;
    if (at == 0)
        list->first++;
    else
        memmove(begin + at, begin + at + 1,
                (size_t)(list->count - at) * sizeof *begin);
}

/* ---- adding, removing, finding ---- */

void key_groups_add(KeyGroups *groups, StoreEntry *entry)
{
    Str key = proper_key(groups, entry);
    if (groups->count >= groups->slot_count / 8 * 5) grow(groups);
    uint64_t hash = hash_bytes(key.ptr, key.len);
    GroupSlot *slot = find_slot(groups, hash, key);
    if (!slot->only) {
        *slot = (GroupSlot){.hash = hash, .only = entry};
        groups->count++;
        return;
    }
    List *list = list_of(slot);
    if (!list) {
        list = resize_list(groups, NULL, LIST_FIRST);
        list->entries[list->count++] = slot->only;
    }
    slot->list = (uintptr_t)insert(groups, list, entry) + 1;
}

void key_groups_remove(KeyGroups *groups, const StoreEntry *entry)
{
    Str key = proper_key(groups, entry);
    GroupSlot *slot = find_slot(groups, hash_bytes(key.ptr, key.len), key);
    List *list = list_of(slot);
    assert(list || slot->only == entry);
    if (list) {
        take_out(list, entry);
        if (list->count) return;
        groups->list_bytes -= bytes_of(list->cap);
        mem_free(list);
    }
    close_slot(groups, (size_t)(slot - groups->slots));
}

StoreEntry *const *key_groups_find(const KeyGroups *groups, uint64_t hash,
                                   Str key, int *count)
{
    GroupSlot *slot = find_slot(groups, hash, key);
    if (!slot->only) return NULL;
    List *list = list_of(slot);
    *count = list ? list->count : 1;
    return list ? list_begin(list) : &slot->only;
}

void key_groups_prefetch_slot(const KeyGroups *groups, uint64_t hash)
{
    __builtin_prefetch(&groups->slots[hash & (groups->slot_count - 1)], 1);
}

void key_groups_prefetch_entry(const KeyGroups *groups, uint64_t hash)
{
    size_t mask = groups->slot_count - 1;
    for (size_t i = hash & mask; groups->slots[i].only; i = (i + 1) & mask) {
        const GroupSlot *slot = &groups->slots[i];
        if (slot->hash != hash) continue;
        const List *list = list_of(slot);
        const char *at = list ? (const char *)list : (const char *)slot->only;
        __builtin_prefetch(at);
        __builtin_prefetch(at + 64);
        return;
    }
}
