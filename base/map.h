/* SPDX-License-Identifier: Apache-2.0
 *
 * Map: text to pointer, in an arena, iterated in insertion order. For names
 * (catalog, settings, functions), not for the record path.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/str.h"

typedef struct MapEntry {
    Str key;
    void *value; /* NULL: removed, skip it when iterating. */
    uint64_t hash;
} MapEntry;

typedef struct Map {
    MapEntry *entries; /* In insertion order. */
    int count;         /* Entries used, removed ones included. */
    int cap;
    int live;          /* Entries with a value. */
    int *slots;        /* Open addressing: entry index + 1, 0 is free. */
    int slot_count;    /* A power of two. */
} Map;

/* The value under `key`, or NULL. */
void *map_get(const Map *map, Str key);

/* Sets `key` (not copied: it must live as long as the map) to `value`, not
 * NULL. Returns the value that was there, or NULL. */
void *map_put(Arena *arena, Map *map, Str key, void *value);

/* Removes `key` and returns its value, or NULL. */
void *map_remove(Map *map, Str key);

/* The hash of bytes used everywhere in one process (XXH3, 64 bits). Not
 * written to disk. */
uint64_t hash_bytes(const void *bytes, size_t len);

#endif
