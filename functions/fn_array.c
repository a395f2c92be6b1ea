/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays (functions.md 4.7). Arrays are values: what comes in is never changed.
 *
 * The set functions compare deeply, NULL equals NULL, and keep the order of the
 * first occurrence. They use a hash table, so a long array costs no quadratic
 * time.
 */
#include "functions/function_int.h"

#include <inttypes.h>

enum { SERIES_MAX = 1000000 };

/* Values seen so far. */
typedef struct Seen {
    const Type *type;
    const Value **slots; /* Open addressing. */
    uint64_t mask;
} Seen;

static Seen seen_new(Arena *arena, const Type *type, int count)
{
    uint64_t size = 8;
    while (size < (uint64_t)count * 2)
        size *= 2;
    return (Seen){type, arena_zalloc(arena, sizeof(Value *) * size), size - 1};
}

static const Value **seen_slot(const Seen *seen, const Value *value)
{
    uint64_t at = value_hash(seen->type, value) & seen->mask;
    while (seen->slots[at] && !value_equal(seen->type, seen->slots[at], value))
        at = (at + 1) & seen->mask;
    return &seen->slots[at];
}

static bool seen_has(const Seen *seen, const Value *value)
{
    return *seen_slot(seen, value) != NULL;
}

/* True if it was new. */
static bool seen_add(Seen *seen, const Value *value)
{
    const Value **slot = seen_slot(seen, value);
    if (*slot) return false;
    *slot = value;
    return true;
}

static const Type *item_type(const FnCall *call)
{
    return call->arg_types[0]->element;
}

static bool give_list(List *list, Value *out)
{
    *out = (Value){.list = list};
    return true;
}

static bool array_concat(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = args[0].null ? args[1] : args[0];
    if (args[0].null || args[1].null) return true;
    const List *a = args[0].list, *b = args[1].list;
    List *list = list_new(call->arena, a->count + b->count);
    memcpy(list->items, a->items, sizeof(Value) * (size_t)a->count);
    memcpy(list->items + a->count, b->items, sizeof(Value) * (size_t)b->count);
    return give_list(list, out);
}

static bool array_contains(FnCall *call, const Value *args, int count,
                           Value *out)
{
    (void)count;
    *out = (Value){.boolean = false};
    if (args[0].null) return true;
    const List *list = args[0].list;
    for (int i = 0; i < list->count && !out->boolean; i++)
        out->boolean = value_equal(item_type(call), &list->items[i], &args[1]);
    return true;
}

static bool array_length(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)count;
    *out = (Value){.i32 = args[0].list->count};
    return true;
}

static bool array_distinct(FnCall *call, const Value *args, int count,
                           Value *out)
{
    (void)count;
    const List *a = args[0].list;
    Seen seen = seen_new(call->arena, item_type(call), a->count);
    List *list = list_new(call->arena, a->count);
    list->count = 0;
    for (int i = 0; i < a->count; i++)
        if (seen_add(&seen, &a->items[i]))
            list->items[list->count++] = a->items[i];
    return give_list(list, out);
}

static bool array_union(FnCall *call, const Value *args, int count, Value *out)
{
    Value both;
    array_concat(call, args, count, &both);
    return array_distinct(call, &both, 1, out);
}

/* Distinct items of the first array that are in the second, or not in it. */
static bool array_filter(FnCall *call, const Value *args, bool in_second,
                         Value *out)
{
    const List *a = args[0].list, *b = args[1].list;
    Seen second = seen_new(call->arena, item_type(call), b->count);
    Seen first = seen_new(call->arena, item_type(call), a->count);
    for (int i = 0; i < b->count; i++)
        seen_add(&second, &b->items[i]);
    List *list = list_new(call->arena, a->count);
    list->count = 0;
    for (int i = 0; i < a->count; i++)
        if (seen_has(&second, &a->items[i]) == in_second &&
            seen_add(&first, &a->items[i]))
            list->items[list->count++] = a->items[i];
    return give_list(list, out);
}

static bool array_except(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return array_filter(call, args, false, out);
}

static bool array_intersect(FnCall *call, const Value *args, int count,
                            Value *out)
{
    (void)count;
    return array_filter(call, args, true, out);
}

static bool array_remove(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    if (args[0].null) return true;
    const List *a = args[0].list;
    List *list = list_new(call->arena, a->count);
    list->count = 0;
    for (int i = 0; i < a->count; i++)
        if (!value_equal(item_type(call), &a->items[i], &args[1]))
            list->items[list->count++] = a->items[i];
    return give_list(list, out);
}

static bool is_nested(const Type *type)
{
    return type->kind == TYPE_ARRAY || type->kind == TYPE_MAP ||
           type->kind == TYPE_STRUCT;
}

static bool array_join(FnCall *call, const Value *args, int count, Value *out)
{
    *out = VALUE_NULL;
    if (args[0].null) return true;
    Str delimiter = count < 2 ? STR(",") : args[1].null ? STR("") : args[1].str;
    const Type *type = item_type(call);
    const List *list = args[0].list;
    switch (type->kind) {
    case TYPE_BOOLEAN:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
    case TYPE_STRING: break;
    default:
        if (list->count)
            return fn_fail(call, "ARRAY_JOIN cannot join items of type %.*s",
                           STR_ARG(type_print(call->arena, type)));
    }
    Buf buf = {0};
    for (int i = 0; i < list->count; i++) {
        const Value *item = &list->items[i];
        if (i) buf_append_str(&buf, delimiter);
        if (item->null)
            buf_append_str(&buf, STR("null"));
        else if (type->kind == TYPE_DECIMAL)
            buf_append_str(&buf, decimal_print(call->arena, *item->dec));
        else
            buf_append_str(&buf, value_print(call->arena, type, item));
    }
    *out = (Value){.str = str_copy(call->arena, buf_str(&buf))};
    buf_free(&buf);
    return true;
}

static bool array_extreme(FnCall *call, const Value *args, int order,
                          Value *out)
{
    const Type *type = item_type(call);
    const List *list = args[0].list;
    *out = VALUE_NULL;
    if (is_nested(type))
        return fn_fail(call, "%s cannot compare items of type %.*s",
                       call->function->name,
                       STR_ARG(type_print(call->arena, type)));
    for (int i = 0; i < list->count; i++) {
        const Value *item = &list->items[i];
        if (item->null) continue;
        if (out->null || order * value_compare(type, item, out) > 0)
            *out = *item;
    }
    return true;
}

static bool array_max(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return array_extreme(call, args, 1, out);
}

static bool array_min(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return array_extreme(call, args, -1, out);
}

/* True if `a` may stand before `b`; NULLs go last in both directions. */
static bool in_order(const Type *type, const Value *a, const Value *b,
                     int order)
{
    if (a->null || b->null) return b->null;
    return order * value_compare(type, a, b) <= 0;
}

/* Bottom-up merge sort, which is stable. */
static Value *sort_items(Arena *arena, const Type *type, Value *from, int count,
                         int order)
{
    Value *to = ARENA_ARRAY(arena, Value, count);
    for (int64_t run = 1; run < count; run *= 2) {
        for (int64_t start = 0; start < count; start += 2 * run) {
            int64_t a = start, b = start + run < count ? start + run : count;
            int64_t a_end = b, b_end = b + run < count ? b + run : count;
            for (int64_t n = start; n < b_end; n++) {
                bool from_a = a < a_end &&
                              (b == b_end ||
                               in_order(type, &from[a], &from[b], order));
                to[n] = from_a ? from[a++] : from[b++];
            }
        }
        Value *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static bool array_sort(FnCall *call, const Value *args, int count, Value *out)
{
    int order = 1;
    *out = VALUE_NULL;
    if (count > 1) {
        Str way = args[1].str;
        bool down = str_eq_nocase(way, STR("DESC")) ||
                    str_eq_nocase(way, STR("DESCENDING"));
        bool up = str_eq_nocase(way, STR("ASC")) ||
                  str_eq_nocase(way, STR("ASCENDING"));
        if (!down && !up) return true;
        if (down) order = -1;
    }
    if (is_nested(item_type(call)))
        return fn_fail(call, "ARRAY_SORT cannot compare items of type %.*s",
                       STR_ARG(type_print(call->arena, item_type(call))));
    const List *a = args[0].list;
    List *list = list_new(call->arena, a->count);
    Value *items = arena_copy(call->arena, a->items,
                              sizeof(Value) * (size_t)a->count);
    items = sort_items(call->arena, item_type(call), items, a->count, order);
    memcpy(list->items, items, sizeof(Value) * (size_t)a->count);
    return give_list(list, out);
}

static bool slice(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    if (args[0].null) return true;
    const List *a = args[0].list;
    int64_t from = args[1].null ? 1 : args[1].i32;
    int64_t to = args[2].null ? a->count : args[2].i32;
    if (from < 1 || to > a->count || from > to + 1) return true;
    List *list = list_new(call->arena, (int)(to - from + 1));
    memcpy(list->items, a->items + from - 1,
           sizeof(Value) * (size_t)list->count);
    return give_list(list, out);
}

static bool generate_series(FnCall *call, const Value *args, int count,
                            Value *out)
{
    for (int i = 0; i < count; i++)
        if (args[i].null) return fn_fail(call, "GENERATE_SERIES takes no NULL");
    bool wide = call->arg_types[0]->kind == TYPE_BIGINT;
    int64_t from = wide ? args[0].i64 : args[0].i32;
    int64_t to = wide ? args[1].i64 : args[1].i32;
    int64_t step = count > 2 ? args[2].i32 : from <= to ? 1 : -1;
    if (step == 0 || (from < to && step < 0) || (from > to && step > 0))
        return fn_fail(call,
                       "GENERATE_SERIES: step %" PRId64 " does not lead "
                       "from %" PRId64 " to %" PRId64,
                       step, from, to);
    uint64_t distance = step > 0 ? (uint64_t)to - (uint64_t)from
                                 : (uint64_t)from - (uint64_t)to;
    uint64_t items = distance / (uint64_t)(step > 0 ? step : -step);
    if (items >= SERIES_MAX)
        return fn_fail(call, "GENERATE_SERIES makes at most %d items",
                       SERIES_MAX);
    List *list = list_new(call->arena, (int)items + 1);
    for (int i = 0; i < list->count; i++) {
        int64_t item = (int64_t)((uint64_t)from + (uint64_t)i * (uint64_t)step);
        list->items[i] = wide ? (Value){.i64 = item}
                              : (Value){.i32 = (int32_t)item};
    }
    return give_list(list, out);
}

static const Function rows[] = {
    {.name = "array_concat",
     .signature = "ARRAY<T>, ARRAY<T> -> ARRAY<T>",
     .scalar = array_concat,
     .category = "ARRAY",
     .description = "The items of both arrays; if one is NULL, the other.",
     .example = "ARRAY_LENGTH(ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2])) = 3"},
    {.name = "ARRAY_CONTAINS",
     .signature = "ARRAY<T>, T -> BOOLEAN",
     .scalar = array_contains,
     .category = "ARRAY",
     .description = "Whether the value is an item; NULL matches NULL.",
     .example = "ARRAY_CONTAINS(ARRAY[1, 2], 2)"},
    {.name = "array_distinct",
     .signature = "ARRAY<T> -> ARRAY<T>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_distinct,
     .category = "ARRAY",
     .description = "Each different item once, in order of the first.",
     .example = "ARRAY_LENGTH(ARRAY_DISTINCT(ARRAY[1, 2, 1])) = 2"},
    {.name = "array_except",
     .signature = "ARRAY<T>, ARRAY<T> -> ARRAY<T>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_except,
     .category = "ARRAY",
     .description =
         "The different items of the first array that are not in the second.",
     .example =
         "ARRAY_JOIN(ARRAY_EXCEPT(ARRAY[1, 2, 3, 1], ARRAY[2])) = '1,3'"},
    {.name = "array_intersect",
     .signature = "ARRAY<T>, ARRAY<T> -> ARRAY<T>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_intersect,
     .category = "ARRAY",
     .description = "The different items that are in both arrays.",
     .example =
         "ARRAY_JOIN(ARRAY_INTERSECT(ARRAY[1, 2, 3], ARRAY[3, 2])) = '2,3'"},
    {.name = "ARRAY_JOIN",
     .signature = "ARRAY<T> -> STRING",
     .scalar = array_join,
     .category = "ARRAY",
     .description = "The items as text with commas between them.",
     .example = "ARRAY_JOIN(ARRAY[1, 2]) = '1,2'"},
    {.name = "ARRAY_JOIN",
     .signature = "ARRAY<T>, STRING -> STRING",
     .scalar = array_join,
     .category = "ARRAY",
     .description = "The items as text with the delimiter between them.",
     .example = "ARRAY_JOIN(ARRAY[1, 2], '-') = '1-2'"},
    {.name = "ARRAY_LENGTH",
     .signature = "ARRAY<T> -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_length,
     .category = "ARRAY",
     .description = "The number of items.",
     .example = "ARRAY_LENGTH(ARRAY[1, 2]) = 2"},
    {.name = "array_max",
     .signature = "ARRAY<T> -> T",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_max,
     .category = "ARRAY",
     .description = "The greatest item that is not NULL.",
     .example = "ARRAY_MAX(ARRAY[1, 3, 2]) = 3"},
    {.name = "array_min",
     .signature = "ARRAY<T> -> T",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_min,
     .category = "ARRAY",
     .description = "The least item that is not NULL.",
     .example = "ARRAY_MIN(ARRAY[2, 1, 3]) = 1"},
    {.name = "array_remove",
     .signature = "ARRAY<T>, T -> ARRAY<T>",
     .scalar = array_remove,
     .category = "ARRAY",
     .description = "The array without the items equal to the value.",
     .example = "ARRAY_JOIN(ARRAY_REMOVE(ARRAY[1, 2, 1], 1)) = '2'"},
    {.name = "array_sort",
     .signature = "ARRAY<T> -> ARRAY<T>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_sort,
     .category = "ARRAY",
     .description = "The items in ascending order, NULLs last.",
     .example = "ARRAY_JOIN(ARRAY_SORT(ARRAY[3, 1, 2])) = '1,2,3'"},
    {.name = "array_sort",
     .signature = "ARRAY<T>, STRING -> ARRAY<T>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_sort,
     .category = "ARRAY",
     .description = "The items in ascending ('ASC') or descending ('DESC') "
                    "order, NULLs last.",
     .example = "ARRAY_JOIN(ARRAY_SORT(ARRAY[3, 1, 2], 'DESC')) = '3,2,1'"},
    {.name = "array_union",
     .signature = "ARRAY<T>, ARRAY<T> -> ARRAY<T>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = array_union,
     .category = "ARRAY",
     .description = "The different items of both arrays.",
     .example = "ARRAY_JOIN(ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])) = '1,2,3'"},
    {.name = "GENERATE_SERIES",
     .signature = "INT, INT -> ARRAY<INT>",
     .scalar = generate_series,
     .category = "ARRAY",
     .description = "All numbers from the first to the second, up or down.",
     .example = "ARRAY_JOIN(GENERATE_SERIES(1, 3)) = '1,2,3'"},
    {.name = "GENERATE_SERIES",
     .signature = "INT, INT, INT -> ARRAY<INT>",
     .scalar = generate_series,
     .category = "ARRAY",
     .description = "The numbers from the first to the second by the step.",
     .example = "ARRAY_JOIN(GENERATE_SERIES(1, 3, 2)) = '1,3'"},
    {.name = "GENERATE_SERIES",
     .signature = "BIGINT, BIGINT -> ARRAY<BIGINT>",
     .scalar = generate_series,
     .category = "ARRAY",
     .description = "All numbers from the first to the second, up or down.",
     .example = "ARRAY_JOIN(GENERATE_SERIES(CAST(1 AS BIGINT), CAST(3 AS "
                "BIGINT))) = '1,2,3'"},
    {.name = "GENERATE_SERIES",
     .signature = "BIGINT, BIGINT, INT -> ARRAY<BIGINT>",
     .scalar = generate_series,
     .category = "ARRAY",
     .description = "The numbers from the first to the second by the step.",
     .example = "ARRAY_JOIN(GENERATE_SERIES(CAST(1 AS BIGINT), CAST(3 AS "
                "BIGINT), 2)) = '1,3'"},
    {.name = "slice",
     .signature = "ARRAY<T>, INT, INT -> ARRAY<T>",
     .scalar = slice,
     .category = "ARRAY",
     .description = "The items from one position to another, both counted from "
                    "1 and included.",
     .example = "ARRAY_JOIN(SLICE(ARRAY[1, 2, 3], 2, 3)) = '2,3'"},
};

const FunctionFamily fn_array = {rows, sizeof rows / sizeof *rows};
