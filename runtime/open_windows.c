/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table of rings, as in state/store_table.c: slots hold whole hashes, a
 * ring is one block that never moves, with its key behind it.
 *
 * The dirty list is in the order of last changes, and moving an entry in it
 * touches its neighbours, which are anywhere in memory. So changes are numbered
 * here, and the list is put in order once before it is walked. A window that
 * lost its place in the ring is kept in `left`; should it come back, the later
 * number is marked last and counts.
 */
#include "runtime/open_windows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/vec.h"

enum { SLOTS_FIRST = 256, SETTLE_AT_ONCE = 256 };

struct OpenKey {
    uint64_t hash;
    size_t key_len;
    OpenWindow at[]; /* Then the key. */
};

typedef struct OpenSlot {
    uint64_t hash;
    OpenKey *key; /* NULL: free. */
} OpenSlot;

typedef struct Touched {
    uint64_t touch;
    StoreEntry *entry;
} Touched;

struct OpenWindows {
    int per_key;
    int64_t advance_ms;
    Arena *arena; /* Of keys and `left`. */
    OpenSlot *slots;
    size_t slot_count;
    VEC(OpenKey *) keys; /* In the order in which they came. */
    VEC(Touched) left;
    uint64_t touches;
};

OpenWindows *open_windows_new(int per_key, int64_t advance_ms)
{
    assert(per_key >= 1 && per_key <= OPEN_WINDOWS_MAX && advance_ms > 0);
    OpenWindows *open = mem_zalloc(sizeof *open);
    open->per_key = per_key;
    open->advance_ms = advance_ms;
    open->arena = arena_new("open windows", 0);
    return open;
}

void open_windows_free(OpenWindows *open)
{
    if (!open) return;
    arena_free(open->arena);
    mem_free(open->slots);
    mem_free(open);
}

size_t open_windows_bytes(const OpenWindows *open)
{
    return arena_used_bytes(open->arena) + open->slot_count * sizeof(OpenSlot);
}

/* ---- keys ---- */

static char *key_bytes(const OpenWindows *open, OpenKey *key)
{
    return (char *)&key->at[open->per_key];
}

static void put_slot(OpenWindows *open, OpenSlot slot)
{
    size_t mask = open->slot_count - 1, i = slot.hash & mask;
    while (open->slots[i].key)
        i = (i + 1) & mask;
    open->slots[i] = slot;
}

/* At most half of the slots are taken. */
static void make_slots(OpenWindows *open)
{
    OpenSlot *before = open->slots;
    size_t count = open->slot_count;
    open->slot_count = count ? 2 * count : SLOTS_FIRST;
    open->slots = mem_zalloc(sizeof(OpenSlot) * open->slot_count);
    for (size_t i = 0; i < count; i++)
        if (before[i].key) put_slot(open, before[i]);
    mem_free(before);
}

static OpenKey *add_key(OpenWindows *open, uint64_t hash, Str bytes)
{
    if (2 * ((size_t)open->keys.count + 1) > open->slot_count) make_slots(open);
    size_t ring = sizeof(OpenWindow) * (size_t)open->per_key;
    OpenKey *key = arena_alloc(open->arena, sizeof(OpenKey) + ring + bytes.len);
    *key = (OpenKey){hash, bytes.len};
    for (int i = 0; i < open->per_key; i++)
        key->at[i] = (OpenWindow){.start = OPEN_WINDOW_NONE};
    memcpy(key_bytes(open, key), bytes.ptr, bytes.len);
    put_slot(open, (OpenSlot){hash, key});
    *vec_push(open->arena, &open->keys) = key;
    return key;
}

static OpenKey *find_key(OpenWindows *open, uint64_t hash, Str bytes)
{
    size_t mask = open->slot_count - 1;
    for (size_t i = hash & mask; open->slots[i].key; i = (i + 1) & mask) {
        OpenKey *key = open->slots[i].key;
        if (open->slots[i].hash == hash && key->key_len == bytes.len &&
            !memcmp(key_bytes(open, key), bytes.ptr, bytes.len))
            return key;
    }
    return add_key(open, hash, bytes);
}

static void prefetch_key(const OpenWindows *open, uint64_t hash)
{
    size_t mask = open->slot_count - 1;
    size_t bytes = sizeof(OpenWindow) * (size_t)open->per_key + 32;
    for (size_t i = hash & mask; open->slots[i].key; i = (i + 1) & mask) {
        if (open->slots[i].hash != hash) continue;
        for (size_t at = 0; at < bytes; at += 64)
            __builtin_prefetch((const char *)open->slots[i].key + at, 1);
        return;
    }
}

/* Three passes, so that cache misses overlap. */
void open_windows_find(OpenWindows *open, const Str *keys, int count,
                       OpenKey **out)
{
    uint64_t hashes[OPEN_WINDOWS_KEYS];
    assert(count <= OPEN_WINDOWS_KEYS);
    if (!open->slots) make_slots(open);
    for (int i = 0; i < count; i++) {
        hashes[i] = hash_bytes(keys[i].ptr, keys[i].len);
        __builtin_prefetch(&open->slots[hashes[i] & (open->slot_count - 1)]);
    }
    for (int i = 0; i < count; i++)
        prefetch_key(open, hashes[i]);
    for (int i = 0; i < count; i++)
        out[i] = find_key(open, hashes[i], keys[i]);
}

/* ---- windows ---- */

static void keep_touch(OpenWindows *open, uint64_t touch, StoreEntry *entry)
{
    *vec_push(open->arena, &open->left) = (Touched){touch, entry};
}

OpenWindow *open_windows_touch(OpenWindows *open, OpenKey *key, int64_t start)
{
    OpenWindow *place = &key->at[start / open->advance_ms % open->per_key];
    if (place->start != start) {
        if (place->entry) keep_touch(open, place->touch, place->entry);
        place->start = start;
        place->entry = NULL;
    }
    place->touch = ++open->touches;
    return place;
}

void open_windows_put(OpenWindows *open, OpenWindow *place, int64_t start,
                      uint64_t touch, StoreEntry *entry)
{
    if (place->start != start) {
        if (entry) keep_touch(open, touch, entry);
        return;
    }
    place->entry = entry;
    if (!entry) place->start = OPEN_WINDOW_NONE;
}

/* ---- before a flush ---- */

static int by_touch(const void *a, const void *b)
{
    uint64_t x = ((const Touched *)a)->touch, y = ((const Touched *)b)->touch;
    return (x > y) - (x < y);
}

static void forget(OpenWindows *open)
{
    memset(open->slots, 0, sizeof *open->slots * open->slot_count);
    open->touches = 0;
    open->keys.at = NULL;
    open->left.at = NULL;
    open->keys.count = open->keys.cap = open->left.count = open->left.cap = 0;
    arena_reset(open->arena);
}

void open_windows_settle(OpenWindows *open, Store *store)
{
    if (!open->keys.count) return;
    for (int k = 0; k < open->keys.count; k++) {
        const OpenKey *key = open->keys.at[k];
        for (int i = 0; i < open->per_key; i++)
            if (key->at[i].entry)
                keep_touch(open, key->at[i].touch, key->at[i].entry);
    }
    Touched *all = open->left.at;
    int count = open->left.count;
    if (count) qsort(all, (size_t)count, sizeof *all, by_touch);
    store_begin(store);
    for (int i = 0; i < count; i++) {
        store_mark(store, all[i].entry, all[i].entry->timestamp_ms);
        if (i % SETTLE_AT_ONCE == 0) store_yield(store);
    }
    store_end(store);
    forget(open);
}
