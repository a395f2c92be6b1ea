/* SPDX-License-Identifier: Apache-2.0
 *
 * Maps for the functions that make or walk them.
 *
 * A map value lists its entries in the order they were put in. The order in
 * which the reference walks a map is that of Java's HashMap: by the low bits of
 * a spread hash, in a table of a power of two that is at most three quarters
 * full, and within a bucket in the order of insertion. It shows in MAP_KEYS,
 * MAP_VALUES, ENTRIES and REDUCE, so it is reproduced here, for a table sized
 * for its entries (as maps read from JSON have it).
 */
#include "base/unicode.h"
#include "functions/function_int.h"

MapBuilder map_builder(Arena *arena, const Type *key, int entries_max)
{
    MapBuilder b = {.key = key};
    uint64_t size = 8;
    while (size < (uint64_t)entries_max * 2)
        size *= 2;
    b.slots = arena_zalloc(arena, sizeof *b.slots * size);
    b.mask = size - 1;
    b.list = list_new(arena, 2 * entries_max);
    b.list->count = 0;
    return b;
}

Value *map_builder_put(MapBuilder *b, const Value *key, bool *is_new)
{
    uint64_t at = value_hash(b->key, key) & b->mask;
    for (; b->slots[at]; at = (at + 1) & b->mask) {
        Value *entry = &b->list->items[b->slots[at] - 1];
        if (!value_equal(b->key, entry, key)) continue;
        *is_new = false;
        return entry + 1;
    }
    b->slots[at] = b->list->count + 1;
    Value *entry = &b->list->items[b->list->count];
    b->list->count += 2;
    entry[0] = *key;
    entry[1] = VALUE_NULL;
    *is_new = true;
    return entry + 1;
}

/* Java's String.hashCode. */
static uint32_t hash_text(Str s)
{
    uint32_t hash = 0;
    for (size_t at = 0; at < s.len;) {
        uint32_t c = utf8_next(s, &at);
        if (c > 0xffff) {
            hash = hash * 31 + 0xd800 + ((c - 0x10000) >> 10);
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        hash = hash * 31 + c;
    }
    return hash;
}

/* Java's hashCode of what can be a key; other types keep their order. */
static uint32_t hash_key(const Type *type, const Value *key)
{
    if (key->null) return 0;
    uint64_t bits = (uint64_t)key->i64;
    switch (type->kind) {
    case TYPE_STRING: return hash_text(key->str);
    case TYPE_BOOLEAN: return key->boolean ? 1231 : 1237;
    case TYPE_INT: return (uint32_t)key->i32;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: return (uint32_t)(bits ^ bits >> 32);
    case TYPE_DOUBLE:
        memcpy(&bits, &key->f64, sizeof bits);
        return (uint32_t)(bits ^ bits >> 32);
    default: return 0;
    }
}

const List *map_in_java_order(Arena *arena, const Type *type, const List *map)
{
    uint32_t entries = (uint32_t)map->count / 2, size = 1;
    if (entries < 2) return map;
    while (size < entries)
        size *= 2;
    if (entries * 4 > size * 3) size *= 2;
    /* A counting sort by bucket. */
    uint32_t *starts = arena_zalloc(arena, sizeof *starts * (size + 1));
    uint32_t *buckets = ARENA_ARRAY(arena, uint32_t, entries);
    for (uint32_t i = 0; i < entries; i++) {
        uint32_t hash = hash_key(type->key, &map->items[2 * i]);
        buckets[i] = (hash ^ hash >> 16) & (size - 1);
        starts[buckets[i] + 1]++;
    }
    for (uint32_t i = 0; i < size; i++)
        starts[i + 1] += starts[i];
    List *ordered = list_new(arena, map->count);
    for (uint32_t i = 0; i < entries; i++) {
        uint32_t to = starts[buckets[i]]++;
        memcpy(&ordered->items[2 * to], &map->items[2 * i], 2 * sizeof(Value));
    }
    return ordered;
}
