/* SPDX-License-Identifier: Apache-2.0
 *
 * Values in row form: copying, order, equality and hash (functions.md 3).
 *
 * Order and equality are those of the reference engine's Java objects: doubles
 * by Double.compare (-0.0 below 0.0, NaN equal to itself and last), text by
 * UTF-16 unit, bytes signed, decimals ordered by value but equal only with the
 * same scale, maps equal whatever the order of their entries.
 *
 * Maps are compared entry by entry in key order; that order is made on the
 * stack for small maps. A hash adds up a map's entries, so it needs no order.
 */
#include "types/value.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/unicode.h"

List *list_new(Arena *arena, int count)
{
    assert(count >= 0);
    List *list = arena_alloc(arena,
                             sizeof *list + sizeof(Value) * (size_t)count);
    list->count = count;
    return list;
}

/* The type of item `i` of a list of `type`. */
static const Type *item_type(const Type *type, int i)
{
    if (type->kind == TYPE_STRUCT) return type->fields[i].type;
    return type->kind == TYPE_MAP && !(i & 1) ? type->key : type->element;
}

Value value_copy(Arena *arena, const Type *type, Value value)
{
    if (value.null) return VALUE_NULL;
    switch (type->kind) {
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_UNIT: value.str = str_copy(arena, value.str); return value;
    case TYPE_DECIMAL: {
        Decimal *copy = ARENA_NEW(arena, Decimal);
        *copy = decimal_copy(arena, *value.dec);
        value.dec = copy;
        return value;
    }
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: {
        List *copy = list_new(arena, value.list->count);
        for (int i = 0; i < copy->count; i++)
            copy->items[i] = value_copy(arena, item_type(type, i),
                                        value.list->items[i]);
        value.list = copy;
        return value;
    }
    default: return value;
    }
}

/* The bits of a double, all NaNs alike; ordered as Double.compare orders. */
static int64_t f64_bits(double value)
{
    int64_t bits;
    if (value != value) return INT64_C(0x7ff8000000000000);
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static int compare_f64(double a, double b)
{
    if (a < b) return -1;
    if (a > b) return 1;
    int64_t x = f64_bits(a), y = f64_bits(b);
    return (x > y) - (x < y);
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By signed byte; a prefix sorts first. */
static int compare_bytes(Str a, Str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    if (len && memcmp(a.ptr, b.ptr, len) != 0) {
        size_t i = 0;
        while (a.ptr[i] == b.ptr[i])
            i++;
        return (signed char)a.ptr[i] < (signed char)b.ptr[i] ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

/* A map's entries in key order; each points to the key, the value follows. */
enum { ENTRIES_ON_STACK = 16 };

typedef struct Entries {
    const Value **at;
    int count;
    const Value *small[ENTRIES_ON_STACK];
} Entries;

static int compare_entry_keys(const void *a, const void *b, void *key_type)
{
    const Value *const *x = a, *const *y = b;
    return value_compare(key_type, *x, *y);
}

static void entries_sort(Entries *entries, const Type *type, const List *map)
{
    entries->count = map->count / 2;
    entries->at = entries->small;
    if (entries->count > ENTRIES_ON_STACK)
        entries->at = mem_alloc(sizeof *entries->at * (size_t)entries->count);
    for (int i = 0; i < entries->count; i++)
        entries->at[i] = &map->items[2 * i];
    Type *key_type = (Type *)(uintptr_t)type->key; /* qsort_r takes no const. */
    qsort_r(entries->at, (size_t)entries->count, sizeof *entries->at,
            compare_entry_keys, key_type);
}

static void entries_free(Entries *entries)
{
    if (entries->at != entries->small) mem_free(entries->at);
}

/* The smallest key that differs decides, then its value, then the count. */
static int compare_maps(const Type *type, const List *a, const List *b)
{
    Entries x, y;
    entries_sort(&x, type, a);
    entries_sort(&y, type, b);
    int order = 0;
    for (int i = 0; !order && i < x.count && i < y.count; i++) {
        order = value_compare(type->key, x.at[i], y.at[i]);
        if (!order)
            order = value_compare(type->element, x.at[i] + 1, y.at[i] + 1);
    }
    if (!order) order = compare_i64(x.count, y.count);
    entries_free(&x);
    entries_free(&y);
    return order;
}

static int compare_lists(const Type *type, const List *a, const List *b)
{
    if (type->kind == TYPE_MAP) return compare_maps(type, a, b);
    for (int i = 0; i < a->count && i < b->count; i++) {
        int order = value_compare(item_type(type, i), &a->items[i],
                                  &b->items[i]);
        if (order) return order;
    }
    return compare_i64(a->count, b->count);
}

/* compare() needs an arena only to read limbs, which it never copies. */
static int compare_decimals(const Decimal *a, const Decimal *b)
{
    return decimal_compare(NULL, *a, *b);
}

int value_compare(const Type *type, const Value *a, const Value *b)
{
    if (a->null || b->null) return b->null - a->null;
    switch (type->kind) {
    case TYPE_BOOLEAN: return a->boolean - b->boolean;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: return (a->i32 > b->i32) - (a->i32 < b->i32);
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: return compare_i64(a->i64, b->i64);
    case TYPE_DOUBLE: return compare_f64(a->f64, b->f64);
    case TYPE_DECIMAL: return compare_decimals(a->dec, b->dec);
    case TYPE_STRING: return utf16_compare(a->str, b->str);
    case TYPE_BYTES: return compare_bytes(a->str, b->str);
    case TYPE_UNIT: return str_compare(a->str, b->str);
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: return compare_lists(type, a->list, b->list);
    case TYPE_LAMBDA:
        return compare_i64((int64_t)(intptr_t)a->lambda,
                           (int64_t)(intptr_t)b->lambda);
    case TYPE_NULL: break;
    }
    return 0;
}

/* True if both hold the same entries in the same order, which copies of one map
 * do: no sorting then. */
static bool same_items(const Type *type, const List *a, const List *b)
{
    for (int i = 0; i < a->count; i++)
        if (!value_equal(item_type(type, i), &a->items[i], &b->items[i]))
            return false;
    return true;
}

static bool maps_equal(const Type *type, const List *a, const List *b)
{
    if (same_items(type, a, b)) return true;
    Entries x, y;
    entries_sort(&x, type, a);
    entries_sort(&y, type, b);
    bool equal = true;
    for (int i = 0; equal && i < x.count; i++)
        equal = value_equal(type->key, x.at[i], y.at[i]) &&
                value_equal(type->element, x.at[i] + 1, y.at[i] + 1);
    entries_free(&x);
    entries_free(&y);
    return equal;
}

bool value_equal(const Type *type, const Value *a, const Value *b)
{
    if (a->null || b->null) return a->null == b->null;
    switch (type->kind) {
    case TYPE_DECIMAL: return decimal_equal_exact(*a->dec, *b->dec);
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_UNIT: return str_eq(a->str, b->str);
    case TYPE_MAP:
        return a->list->count == b->list->count &&
               maps_equal(type, a->list, b->list);
    case TYPE_ARRAY:
    case TYPE_STRUCT:
        return a->list->count == b->list->count &&
               same_items(type, a->list, b->list);
    default: return value_compare(type, a, b) == 0;
    }
}

/* Spreads the bits of a word (the finaliser of splitmix64). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t hash_decimal(const Decimal *d)
{
    uint64_t hash = mix((uint64_t)(uint32_t)d->scale << 32 |
                        (uint32_t)d->limb_count);
    if (d->limb_count == 0)
        return mix(mix(hash ^ d->small.low) ^ (uint64_t)d->small.high);
    int count = d->limb_count < 0 ? -d->limb_count : d->limb_count;
    return mix(hash ^ hash_bytes(d->limbs, sizeof *d->limbs * (size_t)count));
}

static uint64_t hash_list(const Type *type, const List *list)
{
    uint64_t hash = mix((uint64_t)list->count + 1);
    if (type->kind == TYPE_MAP) {
        for (int i = 0; i + 1 < list->count; i += 2) {
            uint64_t key = value_hash(type->key, &list->items[i]);
            uint64_t value = value_hash(type->element, &list->items[i + 1]);
            hash += mix(key * 3 + value);
        }
        return mix(hash);
    }
    for (int i = 0; i < list->count; i++)
        hash = mix(hash ^ value_hash(item_type(type, i), &list->items[i]));
    return hash;
}

uint64_t value_hash(const Type *type, const Value *value)
{
    if (value->null) return UINT64_C(0x9e3779b97f4a7c15);
    switch (type->kind) {
    case TYPE_BOOLEAN: return mix(value->boolean + 1u);
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: return mix((uint64_t)(int64_t)value->i32);
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: return mix((uint64_t)value->i64);
    case TYPE_DOUBLE: return mix((uint64_t)f64_bits(value->f64));
    case TYPE_DECIMAL: return hash_decimal(value->dec);
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_UNIT: return hash_bytes(value->str.ptr, value->str.len);
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: return hash_list(type, value->list);
    case TYPE_LAMBDA: return mix((uint64_t)(uintptr_t)value->lambda);
    case TYPE_NULL: break;
    }
    return 0;
}

const Value *map_find(const Type *map_type, const List *map, const Value *key)
{
    const Type *key_type = map_type->key;
    for (int i = 0; i + 1 < map->count; i += 2)
        if (value_equal(key_type, &map->items[i], key))
            return &map->items[i + 1];
    return NULL;
}
