/* SPDX-License-Identifier: Apache-2.0
 *
 * ATTR and HISTOGRAM (functions.md 6), which count each different value.
 *
 * ATTR's state is an array of value and count; entries whose count has gone
 * back to 0 stay. Its result is the value, if exactly one is there.
 * HISTOGRAM's state is its result, a map of at most 1,000 keys; rows with a
 * further key are not counted.
 */
#include "functions/function_int.h"

enum { HISTOGRAM_KEYS_MAX = 1000 };

/* ---- ATTR ---- */

static int attr_state(Arena *plan, const Type *const *args, int count,
                      const Type **types)
{
    (void)count;
    Field fields[] = {{STR("VALUE"), args[0]}, {STR("COUNT"), &type_int}};
    types[0] = type_array(plan, type_struct(plan, fields, 2));
    return 1;
}

static void attr_init(FnCall *call, Value *state)
{
    state[0] = (Value){.list = list_new(call->arena, 0)};
}

/* A copy of the entries in which `value` counts `change` more; an absent one is
 * added if that is above 0. */
static void attr_change(FnCall *call, Value *state, Value value, int32_t change)
{
    const List *old = state->list;
    int at = 0;
    while (at < old->count &&
           !value_equal(call->arg_types[0], &old->items[at].list->items[0],
                        &value))
        at++;
    if (at == old->count && change <= 0) return;
    List *list = list_new(call->arena, old->count + (at == old->count));
    memcpy(list->items, old->items, sizeof(Value) * (size_t)old->count);
    int64_t counted = change;
    if (at < old->count) {
        counted += old->items[at].list->items[1].i32;
        value = old->items[at].list->items[0];
    }
    if (counted < 0) counted = 0;
    if (counted > INT32_MAX) counted = INT32_MAX;
    List *entry = list_new(call->arena, 2);
    entry->items[0] = value;
    entry->items[1] = (Value){.i32 = (int32_t)counted};
    list->items[at] = (Value){.list = entry};
    state->list = list;
}

static bool attr_add(FnCall *call, Value *state, const Value *args)
{
    attr_change(call, state, args[0], 1);
    return true;
}

static bool attr_undo(FnCall *call, Value *state, const Value *args)
{
    attr_change(call, state, args[0], -1);
    return true;
}

static bool attr_merge(FnCall *call, Value *state, const Value *other)
{
    for (int i = 0; i < other->list->count; i++) {
        const Value *entry = other->list->items[i].list->items;
        attr_change(call, state, entry[0], entry[1].i32);
    }
    return true;
}

static bool attr_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    int living = 0;
    *out = VALUE_NULL;
    for (int i = 0; i < state->list->count; i++) {
        const Value *entry = state->list->items[i].list->items;
        if (entry[1].i32 <= 0) continue;
        living++;
        *out = entry[0];
    }
    if (living != 1) *out = VALUE_NULL;
    return true;
}

static const Aggregate attr_aggregate = {
    .state = attr_state,
    .init = attr_init,
    .add = attr_add,
    .undo = attr_undo,
    .merge = attr_merge,
    .result = attr_result,
};

/* ---- HISTOGRAM ---- */

static int histogram_state(Arena *plan, const Type *const *args, int count,
                           const Type **types)
{
    (void)args, (void)count;
    types[0] = type_map(plan, &type_string, &type_bigint);
    return 1;
}

static void histogram_init(FnCall *call, Value *state)
{
    state[0] = (Value){.list = list_new(call->arena, 0)};
}

/* The index of `key`'s entry, or the list's count. */
static int find_key(const List *map, const Value *key)
{
    int at = 0;
    while (at < map->count && !value_equal(&type_string, &map->items[at], key))
        at += 2;
    return at;
}

static void histogram_count(FnCall *call, Value *state, const Value *key,
                            int64_t more)
{
    const List *old = state->list;
    int at = find_key(old, key);
    bool new_key = at == old->count;
    if (new_key && old->count == 2 * HISTOGRAM_KEYS_MAX) return;
    List *list = list_new(call->arena, old->count + 2 * new_key);
    memcpy(list->items, old->items, sizeof(Value) * (size_t)old->count);
    int64_t before = new_key ? 0 : old->items[at + 1].i64;
    list->items[at] = new_key ? *key : old->items[at];
    list->items[at + 1] = (Value){
        .i64 = (int64_t)((uint64_t)before + (uint64_t)more)};
    state->list = list;
}

static bool histogram_add(FnCall *call, Value *state, const Value *args)
{
    histogram_count(call, state, &args[0], 1);
    return true;
}

static bool histogram_undo(FnCall *call, Value *state, const Value *args)
{
    const List *old = state->list;
    int at = find_key(old, &args[0]);
    if (at == old->count)
        return fn_fail(call,
                       "HISTOGRAM cannot take back a value that it did not "
                       "count, because it had %d others already",
                       HISTOGRAM_KEYS_MAX);
    if (old->items[at + 1].i64 > 1) {
        histogram_count(call, state, &args[0], -1);
        return true;
    }
    List *list = list_new(call->arena, old->count - 2);
    memcpy(list->items, old->items, sizeof(Value) * (size_t)at);
    memcpy(list->items + at, old->items + at + 2,
           sizeof(Value) * (size_t)(list->count - at));
    state->list = list;
    return true;
}

static bool histogram_merge(FnCall *call, Value *state, const Value *other)
{
    for (int i = 0; i + 1 < other->list->count; i += 2)
        histogram_count(call, state, &other->list->items[i],
                        other->list->items[i + 1].i64);
    return true;
}

static bool histogram_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    *out = state[0];
    return true;
}

static const Aggregate histogram_aggregate = {
    .state = histogram_state,
    .init = histogram_init,
    .add = histogram_add,
    .undo = histogram_undo,
    .merge = histogram_merge,
    .result = histogram_result,
};

static const Function rows[] = {
    AGGREGATE("ATTR", "T -> T", FN_STATE_NESTED, &attr_aggregate,
              "The value, if all rows have the same; otherwise NULL.",
              "ATTR(S > '') AND ATTR(N) IS NULL"),
    AGGREGATE("histogram", "STRING -> MAP<STRING, BIGINT>", FN_STATE_NESTED,
              &histogram_aggregate,
              "How often each value occurs, of at most 1,000 values.",
              "HISTOGRAM(S)['b'] = 2"),
};

const FunctionFamily agg_values = {rows, sizeof rows / sizeof *rows};
