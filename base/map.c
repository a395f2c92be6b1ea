/* SPDX-License-Identifier: Apache-2.0
 *
 * Map: entries in an array in insertion order, found through an open-addressing
 * table of their indexes (linear probing, at most half full).
 *
 *     slots    [ 0 | 2 | 0 | 1 | 3 | 0 ... ]     index + 1, 0 is free
 *     entries  [ a | b | (removed) | d ... ]
 *
 * A removed entry keeps its place with a NULL value, so that iterating over it
 * and probing past it stay simple. A key that is put again after a removal
 * comes last. When the array is full it is packed, in place if a quarter of it
 * was removed and into twice the room otherwise.
 */
#include "base/map.h"

#include <assert.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { ENTRIES_FIRST = 8 };

uint64_t hash_bytes(const void *bytes, size_t len)
{
    return XXH3_64bits(bytes, len);
}

static MapEntry *find_entry(const Map *map, Str key, uint64_t hash)
{
    if (!map->slot_count) return NULL;
    size_t mask = (size_t)map->slot_count - 1;
    for (size_t i = hash & mask; map->slots[i]; i = (i + 1) & mask) {
        MapEntry *entry = &map->entries[map->slots[i] - 1];
        if (entry->hash == hash && entry->value && str_eq(entry->key, key))
            return entry;
    }
    return NULL;
}

static void link_entry(Map *map, int index)
{
    size_t mask = (size_t)map->slot_count - 1;
    size_t i = map->entries[index].hash & mask;
    while (map->slots[i])
        i = (i + 1) & mask;
    map->slots[i] = index + 1;
}

/* Drops removed entries, in place or into twice the room. */
static void repack(Arena *arena, Map *map)
{
    MapEntry *from = map->entries;
    if (map->live > map->cap - map->cap / 4 || !map->cap) {
        map->cap = map->cap ? map->cap * 2 : ENTRIES_FIRST;
        map->slot_count = map->cap * 2;
        map->entries = ARENA_ARRAY(arena, MapEntry, map->cap);
        map->slots = ARENA_ARRAY(arena, int, map->slot_count);
    }
    memset(map->slots, 0, sizeof(int) * (size_t)map->slot_count);
    int count = 0;
    for (int i = 0; i < map->count; i++) {
        if (!from[i].value) continue;
        map->entries[count] = from[i];
        link_entry(map, count++);
    }
    map->count = count;
    assert(map->count == map->live && map->count < map->cap);
}

void *map_get(const Map *map, Str key)
{
    MapEntry *entry = find_entry(map, key, hash_bytes(key.ptr, key.len));
    return entry ? entry->value : NULL;
}

void *map_put(Arena *arena, Map *map, Str key, void *value)
{
    assert(value);
    uint64_t hash = hash_bytes(key.ptr, key.len);
    MapEntry *entry = find_entry(map, key, hash);
    if (entry) {
        void *before = entry->value;
        entry->value = value;
        return before;
    }
    if (map->count == map->cap) repack(arena, map);
    map->entries[map->count] = (MapEntry){key, value, hash};
    link_entry(map, map->count++);
    map->live++;
    return NULL;
}

void *map_remove(Map *map, Str key)
{
    MapEntry *entry = find_entry(map, key, hash_bytes(key.ptr, key.len));
    if (!entry) return NULL;
    void *before = entry->value;
    entry->value = NULL;
    map->live--;
    return before;
}
