/* SPDX-License-Identifier: Apache-2.0
 *
 * Maps (functions.md 4.8): AS_MAP, ENTRIES, MAP_KEYS, MAP_UNION, MAP_VALUES.
 * Keys, values and unsorted entries come in the order of Java's HashMap
 * (map_list.c).
 */
#include <stdlib.h>

#include "base/unicode.h"
#include "functions/function_int.h"

static bool as_map(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    const List *keys = args[0].list, *values = args[1].list;
    MapBuilder map = map_builder(call->arena, &type_string, keys->count);
    for (int i = 0; i < keys->count; i++) {
        bool is_new;
        Value *value = map_builder_put(&map, &keys->items[i], &is_new);
        *value = i < values->count ? values->items[i] : VALUE_NULL;
    }
    *out = (Value){.list = map.list};
    return true;
}

static bool map_union(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = args[0].null ? args[1] : args[0];
    if (args[0].null || args[1].null) return true;
    MapBuilder map = map_builder(call->arena, call->arg_types[0]->key,
                                 (args[0].list->count + args[1].list->count) /
                                     2);
    for (int side = 0; side < 2; side++) {
        const List *from = args[side].list;
        for (int i = 0; i + 1 < from->count; i += 2) {
            bool is_new;
            *map_builder_put(&map, &from->items[i],
                             &is_new) = from->items[i + 1];
        }
    }
    *out = (Value){.list = map.list};
    return true;
}

/* All keys (first 0) or values (first 1). */
static bool halves(FnCall *call, const Value *map, int first, Value *out)
{
    const List *entries = map_in_java_order(call->arena, call->arg_types[0],
                                            map->list);
    List *list = list_new(call->arena, entries->count / 2);
    for (int i = 0; i < list->count; i++)
        list->items[i] = entries->items[2 * i + first];
    *out = (Value){.list = list};
    return true;
}

static bool map_keys(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return halves(call, &args[0], 0, out);
}

static bool map_values(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return halves(call, &args[0], 1, out);
}

static int compare_keys(const void *a, const void *b)
{
    const List *x = ((const Value *)a)->list, *y = ((const Value *)b)->list;
    return value_compare(&type_string, &x->items[0], &y->items[0]);
}

static bool entries(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    if (args[1].null) return fn_fail(call, "ENTRIES takes no NULL for sorted");
    if (args[0].null) return true;
    const List *map = map_in_java_order(call->arena, call->arg_types[0],
                                        args[0].list);
    List *list = list_new(call->arena, map->count / 2);
    for (int i = 0; i < list->count; i++) {
        List *entry = list_new(call->arena, 2);
        memcpy(entry->items, &map->items[2 * i], 2 * sizeof(Value));
        list->items[i] = (Value){.list = entry};
    }
    if (args[1].boolean)
        qsort(list->items, (size_t)list->count, sizeof(Value), compare_keys);
    *out = (Value){.list = list};
    return true;
}

static const char entries_text[] =
    "The map's entries as structs of K and V; sorted by key if the second "
    "argument is true.";

static const Function rows[] = {
    {.name = "AS_MAP",
     .signature = "ARRAY<STRING>, ARRAY<T> -> MAP<STRING, T>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = as_map,
     .category = "MAP",
     .description = "A map of the keys to the values in the same places.",
     .example = "AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])['b'] = 2"},
    {.name = "ENTRIES",
     .signature = "MAP<STRING, INT>, BOOLEAN -> ARRAY<STRUCT<K STRING, V INT>>",
     .scalar = entries,
     .category = "MAP",
     .description = entries_text,
     .example = "ENTRIES(MAP('a' := 1), true)[1]->K = 'a'"},
    {.name = "ENTRIES",
     .signature =
         "MAP<STRING, BIGINT>, BOOLEAN -> ARRAY<STRUCT<K STRING, V BIGINT>>",
     .scalar = entries,
     .category = "MAP",
     .description = entries_text,
     .example = "ENTRIES(MAP('a' := CAST(1 AS BIGINT)), true)[1]->K = 'a'"},
    {.name = "ENTRIES",
     .signature =
         "MAP<STRING, DOUBLE>, BOOLEAN -> ARRAY<STRUCT<K STRING, V DOUBLE>>",
     .scalar = entries,
     .category = "MAP",
     .description = entries_text,
     .example = "ENTRIES(MAP('a' := 1.5E0), true)[1]->K = 'a'"},
    {.name = "ENTRIES",
     .signature =
         "MAP<STRING, BOOLEAN>, BOOLEAN -> ARRAY<STRUCT<K STRING, V BOOLEAN>>",
     .scalar = entries,
     .category = "MAP",
     .description = entries_text,
     .example = "ENTRIES(MAP('a' := true), true)[1]->K = 'a'"},
    {.name = "ENTRIES",
     .signature =
         "MAP<STRING, STRING>, BOOLEAN -> ARRAY<STRUCT<K STRING, V STRING>>",
     .scalar = entries,
     .category = "MAP",
     .description = entries_text,
     .example = "ENTRIES(MAP('a' := 'x'), true)[1]->K = 'a'"},
    {.name = "map_keys",
     .signature = "MAP<STRING, T> -> ARRAY<STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = map_keys,
     .category = "MAP",
     .description = "The map's keys.",
     .example = "ARRAY_JOIN(MAP_KEYS(MAP('a' := 1))) = 'a'"},
    {.name = "map_union",
     .signature = "MAP<STRING, T>, MAP<STRING, T> -> MAP<STRING, T>",
     .scalar = map_union,
     .category = "MAP",
     .description = "The entries of both maps; under a key of both, the "
                    "second's. If one map is NULL, the other.",
     .example = "MAP_UNION(MAP('a' := 1), MAP('a' := 2))['a'] = 2"},
    {.name = "map_values",
     .signature = "MAP<STRING, T> -> ARRAY<T>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = map_values,
     .category = "MAP",
     .description = "The map's values.",
     .example = "ARRAY_JOIN(MAP_VALUES(MAP('a' := 1))) = '1'"},
};

const FunctionFamily fn_map = {rows, sizeof rows / sizeof *rows};
