/* SPDX-License-Identifier: Apache-2.0
 *
 * COLLECT_LIST and COLLECT_SET (functions.md 6): all values of a group as an
 * array, or each different one once, NULLs included, up to the settings
 * `ksql.functions.collect_list.limit` and `ksql.functions.collect_set.limit`.
 */
#include "functions/function_int.h"

#include "base/property.h"

/* How many values may be kept; a missing, negative or unreadable setting is no
 * limit. */
static int limit(const FnCall *call)
{
    bool set = strcmp(call->function->name, "collect_set") == 0;
    int64_t value = property_int(call->properties,
                                 set ? "ksql.functions.collect_set.limit"
                                     : "ksql.functions.collect_list.limit",
                                 -1);
    return value < 0 || value > INT32_MAX ? INT32_MAX : (int)value;
}

static int collect_state(Arena *plan, const Type *const *args, int count,
                         const Type **types)
{
    (void)count;
    types[0] = type_array(plan, args[0]);
    return 1;
}

static void collect_init(FnCall *call, Value *state)
{
    state[0] = (Value){.list = list_new(call->arena, 0)};
}

/* The state with `count` more items at its end, cut at the limit. */
static void append(FnCall *call, Value *state, const Value *items, int count)
{
    const List *old = state->list;
    int room = limit(call) - old->count;
    if (count > room) count = room;
    if (count <= 0) return;
    List *list = list_new(call->arena, old->count + count);
    memcpy(list->items, old->items, sizeof(Value) * (size_t)old->count);
    memcpy(list->items + old->count, items, sizeof(Value) * (size_t)count);
    state->list = list;
}

static bool collect_add(FnCall *call, Value *state, const Value *args)
{
    append(call, state, args, 1);
    return true;
}

static bool collect_undo(FnCall *call, Value *state, const Value *args)
{
    const List *old = state->list;
    int at = old->count - 1;
    while (at >= 0 && !value_equal(call->arg_types[0], &old->items[at], args))
        at--;
    if (at < 0) return true;
    List *list = list_new(call->arena, old->count - 1);
    memcpy(list->items, old->items, sizeof(Value) * (size_t)at);
    memcpy(list->items + at, old->items + at + 1,
           sizeof(Value) * (size_t)(old->count - 1 - at));
    state->list = list;
    return true;
}

static bool collect_merge(FnCall *call, Value *state, const Value *other)
{
    append(call, state, other->list->items, other->list->count);
    return true;
}

/* Only those that are not there yet. */
static bool add_new(FnCall *call, Value *state, const Value *items, int count)
{
    for (int i = 0; i < count; i++) {
        const List *list = state->list;
        bool found = false;
        for (int k = 0; k < list->count && !found; k++)
            found = value_equal(call->arg_types[0], &list->items[k], &items[i]);
        if (!found) append(call, state, &items[i], 1);
    }
    return true;
}

static bool set_add(FnCall *call, Value *state, const Value *args)
{
    return add_new(call, state, args, 1);
}

static bool set_merge(FnCall *call, Value *state, const Value *other)
{
    return add_new(call, state, other->list->items, other->list->count);
}

static bool collect_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    *out = state[0];
    return true;
}

static const Aggregate collect_list = {
    .state = collect_state,
    .init = collect_init,
    .add = collect_add,
    .undo = collect_undo,
    .merge = collect_merge,
    .result = collect_result,
};

static const Aggregate collect_set = {
    .state = collect_state,
    .init = collect_init,
    .add = set_add,
    .merge = set_merge,
    .result = collect_result,
};

static const Function rows[] = {
    AGGREGATE("collect_list", "T -> ARRAY<T>", FN_STATE_NESTED, &collect_list,
              "All values as an array, NULLs included, up to the setting "
              "'ksql.functions.collect_list.limit'.",
              "COLLECT_LIST(S) = ARRAY['a', 'b', 'b']"),
    AGGREGATE("collect_set", "T -> ARRAY<T>", FN_STATE_NESTED, &collect_set,
              "Each different value once as an array, NULL included, up to the "
              "setting 'ksql.functions.collect_set.limit'.",
              "COLLECT_SET(S) = ARRAY['a', 'b']"),
};

const FunctionFamily agg_collect = {rows, sizeof rows / sizeof *rows};
