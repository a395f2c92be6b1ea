/* SPDX-License-Identifier: Apache-2.0
 *
 * EARLIEST_BY_OFFSET and LATEST_BY_OFFSET (functions.md 6): the first or last
 * value, or the first or last n, in the order rows arrive.
 *
 * State of the single form: sequence (NULL before the first value), value.
 * State of the n form: n (NULL before the first row), and an array of
 * STRUCT<SEQ BIGINT, VAL T>. Sequence numbers only serve merging session
 * windows. They rise over restarts too, since they start at the wall clock's
 * milliseconds times 2^20: nobody makes a million states a millisecond.
 *
 * Merging the n form takes the first n of both, for LATEST too; that is the
 * reference's way, and its users see it.
 */
#include "functions/function_int.h"

#include "base/alloc.h"
#include "base/clock.h"

static int64_t next_sequence(FnCall *call)
{
    int64_t *next = call->cache;
    if (!next) {
        next = mem_alloc(sizeof *next);
        *next = clock_now_ms(NULL) << 20;
        call->cache = next;
        call->cache_free = mem_free;
    }
    return (*next)++;
}

/* Whether NULLs are left out: the BOOLEAN literal at `arg`, by default true. */
static bool ignores_nulls(const FnCall *call, const Value *args, int arg)
{
    return call->arg_count <= arg || args[arg].null || args[arg].boolean;
}

/* The single form. */

static int single_state(Arena *plan, const Type *const *args, int count,
                        const Type **types)
{
    (void)plan, (void)count;
    types[0] = &type_bigint;
    types[1] = args[0];
    return 2;
}

static void single_init(FnCall *call, Value *state)
{
    (void)call;
    state[0] = state[1] = VALUE_NULL;
}

static bool single_set(FnCall *call, Value *state, const Value *args)
{
    if (args[0].null && ignores_nulls(call, args, 1)) return true;
    state[0] = (Value){.i64 = next_sequence(call)};
    state[1] = args[0];
    return true;
}

static bool earliest_add(FnCall *call, Value *state, const Value *args)
{
    return state[0].null ? single_set(call, state, args) : true;
}

static bool earliest_merge(FnCall *call, Value *state, const Value *other)
{
    (void)call;
    if (other[0].null) return true;
    if (!state[0].null && state[0].i64 <= other[0].i64) return true;
    state[0] = other[0];
    state[1] = other[1];
    return true;
}

static bool latest_merge(FnCall *call, Value *state, const Value *other)
{
    (void)call;
    if (other[0].null) return true;
    if (!state[0].null && state[0].i64 >= other[0].i64) return true;
    state[0] = other[0];
    state[1] = other[1];
    return true;
}

static bool single_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    *out = state[1];
    return true;
}

static const Aggregate earliest_single = {
    .state = single_state,
    .init = single_init,
    .add = earliest_add,
    .merge = earliest_merge,
    .result = single_result,
};

static const Aggregate latest_single = {
    .state = single_state,
    .init = single_init,
    .add = single_set,
    .merge = latest_merge,
    .result = single_result,
};

/* The n form. */

static int many_state(Arena *plan, const Type *const *args, int count,
                      const Type **types)
{
    (void)count;
    Field fields[] = {{STR("SEQ"), &type_bigint}, {STR("VAL"), args[0]}};
    types[0] = &type_int;
    types[1] = type_array(plan, type_struct(plan, fields, 2));
    return 2;
}

static void many_init(FnCall *call, Value *state)
{
    state[0] = VALUE_NULL;
    state[1] = (Value){.list = list_new(call->arena, 0)};
}

/* Checks and remembers n, which merging needs. */
static bool take_count(FnCall *call, Value *state, const Value *args)
{
    if (args[1].null || args[1].i32 < 1)
        return fn_fail(call, "number of values kept by '%s' must be 1 or more",
                       call->function->name);
    state[0] = args[1];
    return true;
}

static Value new_entry(FnCall *call, Value value)
{
    List *entry = list_new(call->arena, 2);
    entry->items[0] = (Value){.i64 = next_sequence(call)};
    entry->items[1] = value;
    return (Value){.list = entry};
}

static bool earliest_many_add(FnCall *call, Value *state, const Value *args)
{
    if (!take_count(call, state, args)) return false;
    const List *old = state[1].list;
    if (args[0].null && ignores_nulls(call, args, 2)) return true;
    if (old->count >= args[1].i32) return true;
    List *list = list_new(call->arena, old->count + 1);
    memcpy(list->items, old->items, sizeof(Value) * (size_t)old->count);
    list->items[old->count] = new_entry(call, args[0]);
    state[1].list = list;
    return true;
}

static bool latest_many_add(FnCall *call, Value *state, const Value *args)
{
    if (!take_count(call, state, args)) return false;
    const List *old = state[1].list;
    if (args[0].null && ignores_nulls(call, args, 2)) return true;
    int skip = old->count >= args[1].i32 ? old->count - args[1].i32 + 1 : 0;
    int kept = old->count - skip;
    List *list = list_new(call->arena, kept + 1);
    memcpy(list->items, old->items + skip, sizeof(Value) * (size_t)kept);
    list->items[kept] = new_entry(call, args[0]);
    state[1].list = list;
    return true;
}

static int64_t sequence_of(const List *list, int i)
{
    return list->items[i].list->items[0].i64;
}

/* Both lists are sorted by sequence. */
static bool many_merge(FnCall *call, Value *state, const Value *other)
{
    if (state[0].null) state[0] = other[0];
    if (state[0].null) return true;
    const List *a = state[1].list, *b = other[1].list;
    int count = a->count + b->count, i = 0, k = 0;
    if (count > state[0].i32) count = state[0].i32;
    List *list = list_new(call->arena, count);
    for (int n = 0; n < count; n++) {
        bool from_a = k == b->count ||
                      (i < a->count && sequence_of(a, i) <= sequence_of(b, k));
        list->items[n] = from_a ? a->items[i++] : b->items[k++];
    }
    state[1].list = list;
    return true;
}

static bool many_result(FnCall *call, const Value *state, Value *out)
{
    const List *entries = state[1].list;
    List *list = list_new(call->arena, entries->count);
    for (int i = 0; i < entries->count; i++)
        list->items[i] = entries->items[i].list->items[1];
    *out = (Value){.list = list};
    return true;
}

static const Aggregate earliest_many = {
    .state = many_state,
    .init = many_init,
    .add = earliest_many_add,
    .merge = many_merge,
    .result = many_result,
};

static const Aggregate latest_many = {
    .state = many_state,
    .init = many_init,
    .add = latest_many_add,
    .merge = many_merge,
    .result = many_result,
};

enum { FLAGS = FN_LITERAL_TAIL | FN_STATE_NESTED };

static const Function rows[] = {
    AGGREGATE("EARLIEST_BY_OFFSET", "T -> T", FLAGS, &earliest_single,
              "The first value that is not NULL.", "EARLIEST_BY_OFFSET(N) = 1"),
    AGGREGATE("EARLIEST_BY_OFFSET", "T, BOOLEAN -> T", FLAGS, &earliest_single,
              "The first value; the literal tells whether to ignore NULLs.",
              "EARLIEST_BY_OFFSET(NULLIF(N, 1), false) IS NULL"),
    AGGREGATE("EARLIEST_BY_OFFSET", "T, INT -> ARRAY<T>", FLAGS, &earliest_many,
              "The first n values that are not NULL.",
              "EARLIEST_BY_OFFSET(N, 2) = ARRAY[1, 2]"),
    AGGREGATE("EARLIEST_BY_OFFSET", "T, INT, BOOLEAN -> ARRAY<T>", FLAGS,
              &earliest_many,
              "The first n values; the last literal tells whether to ignore "
              "NULLs.",
              "EARLIEST_BY_OFFSET(NULLIF(N, 1), 2, true) = ARRAY[2, 3]"),
    AGGREGATE("LATEST_BY_OFFSET", "T -> T", FLAGS, &latest_single,
              "The last value that is not NULL.", "LATEST_BY_OFFSET(N) = 3"),
    AGGREGATE("LATEST_BY_OFFSET", "T, BOOLEAN -> T", FLAGS, &latest_single,
              "The last value; the literal tells whether to ignore NULLs.",
              "LATEST_BY_OFFSET(NULLIF(N, 3), false) IS NULL"),
    AGGREGATE("LATEST_BY_OFFSET", "T, INT -> ARRAY<T>", FLAGS, &latest_many,
              "The last n values that are not NULL.",
              "LATEST_BY_OFFSET(N, 2) = ARRAY[2, 3]"),
    AGGREGATE("LATEST_BY_OFFSET", "T, INT, BOOLEAN -> ARRAY<T>", FLAGS,
              &latest_many,
              "The last n values; the last literal tells whether to ignore "
              "NULLs.",
              "LATEST_BY_OFFSET(NULLIF(N, 3), 2, true) = ARRAY[1, 2]"),
};

const FunctionFamily agg_offset = {rows, sizeof rows / sizeof *rows};
