/* SPDX-License-Identifier: Apache-2.0
 *
 * TOPK (functions.md 6): the k greatest values in descending order, or with
 * further columns the k rows with the greatest first column, as structs.
 *
 * TOPKDISTINCT: the k greatest different values.
 *
 * State: k (NULL before the first row; merging needs it), and the sorted array.
 * A new value goes behind those equal to it; in a full list it must be greater
 * than the last. For TOPKDISTINCT one that is there already is left out.
 */
#include "functions/function_int.h"

/* X, or STRUCT<sort_col X, col0 .., ..> if there are further columns. */
static const Type *entry_type(Arena *plan, const Type *const *args, int count)
{
    if (count == 2) return args[0];
    Field *fields = ARENA_ARRAY(plan, Field, count - 1);
    fields[0] = (Field){STR("sort_col"), args[0]};
    for (int i = 1; i < count - 1; i++)
        fields[i] = (Field){str_printf(plan, "col%d", i - 1), args[i]};
    return type_struct(plan, fields, count - 1);
}

/* NULL if a further column's type is not known. */
static const Type *topk_type(Arena *plan, const Type *const *args, int count)
{
    for (int i = 0; i < count - 1; i++)
        if (args[i]->kind == TYPE_NULL) return NULL;
    return type_array(plan, entry_type(plan, args, count));
}

static int topk_state(Arena *plan, const Type *const *args, int count,
                      const Type **types)
{
    types[0] = &type_int;
    types[1] = type_array(plan, entry_type(plan, args, count));
    return 2;
}

static void topk_init(FnCall *call, Value *state)
{
    state[0] = VALUE_NULL;
    state[1] = (Value){.list = list_new(call->arena, 0)};
}

static bool is_distinct(const FnCall *call)
{
    return strcmp(call->function->name, "TOPKDISTINCT") == 0;
}

/* What an entry is sorted by. */
static const Value *sort_value(const FnCall *call, const Value *entry)
{
    return call->arg_count == 2 ? entry : &entry->list->items[0];
}

static int compare_entries(const FnCall *call, const Value *a, const Value *b)
{
    return value_compare(call->arg_types[0], sort_value(call, a),
                         sort_value(call, b));
}

static Value make_entry(FnCall *call, const Value *args)
{
    if (call->arg_count == 2) return args[0];
    int count = call->arg_count - 1;
    List *entry = list_new(call->arena, count);
    memcpy(entry->items, args, sizeof(Value) * (size_t)count);
    return (Value){.list = entry};
}

static bool topk_add(FnCall *call, Value *state, const Value *args)
{
    const Value *k = &args[call->arg_count - 1];
    if (k->null || k->i32 < 1)
        return fn_fail(call, "number of values kept by '%s' must be 1 or more",
                       call->function->name);
    state[0] = *k;
    if (args[0].null) return true;

    const List *old = state[1].list;
    Value entry = make_entry(call, args);
    int at = old->count;
    while (at > 0 && compare_entries(call, &old->items[at - 1], &entry) < 0)
        at--;
    if (at >= k->i32) return true;
    if (at > 0 && is_distinct(call) &&
        compare_entries(call, &old->items[at - 1], &entry) == 0)
        return true;
    int count = old->count < k->i32 ? old->count + 1 : k->i32;
    List *list = list_new(call->arena, count);
    memcpy(list->items, old->items, sizeof(Value) * (size_t)at);
    list->items[at] = entry;
    memcpy(list->items + at + 1, old->items + at,
           sizeof(Value) * (size_t)(count - at - 1));
    state[1].list = list;
    return true;
}

static bool topk_merge(FnCall *call, Value *state, const Value *other)
{
    if (state[0].null) state[0] = other[0];
    if (state[0].null) return true;
    const List *a = state[1].list, *b = other[1].list;
    bool distinct = is_distinct(call);
    int room = a->count + b->count, i = 0, k = 0;
    if (room > state[0].i32) room = state[0].i32;
    List *list = list_new(call->arena, room);
    list->count = 0;
    while (list->count < room && (i < a->count || k < b->count)) {
        int order = k == b->count ? 1
                    : i == a->count
                        ? -1
                        : compare_entries(call, &a->items[i], &b->items[k]);
        if (order == 0 && distinct) k++; /* The same value in both. */
        list->items[list->count++] = order >= 0 ? a->items[i++] : b->items[k++];
    }
    state[1].list = list;
    return true;
}

static bool topk_result(FnCall *call, const Value *state, Value *out)
{
    (void)call;
    *out = state[1];
    return true;
}

static const Aggregate topk_aggregate = {
    .state = topk_state,
    .init = topk_init,
    .add = topk_add,
    .merge = topk_merge,
    .result = topk_result,
};

enum { FLAGS = FN_LITERAL_LAST | FN_STATE_NESTED };

static const char topk_text[] =
    "The k greatest values in descending order; with further columns, structs "
    "of them, sorted by the first.";

static const char distinct_text[] =
    "The k greatest different values in descending order.";

/* A row for values of one type. */
#define TOPK(type, value, result_)                                             \
    {                                                                          \
        .name = "TOPK", .signature = type ", ANY..., INT -> ARRAY<" type ">",  \
        .kind = FN_AGGREGATE, .flags = FLAGS, .aggregate = &topk_aggregate,    \
        .result = topk_type, .category = "AGGREGATE",                          \
        .description = topk_text, .example = "TOPK(" value ", 2) = " result_   \
    }
#define DISTINCT(type, value, result)                                          \
    AGGREGATE("TOPKDISTINCT", type ", INT -> ARRAY<" type ">", FLAGS,          \
              &topk_aggregate, distinct_text,                                  \
              "TOPKDISTINCT(" value ", 2) = " result)
/* The two greatest made of 3 and 2. */
#define TWO_OF(before, after)                                                  \
    "ARRAY[" before "3" after ", " before "2" after "]"

static const Function rows[] = {
    TOPK("INT", "N", "ARRAY[3, 2]"),
    TOPK("BIGINT", "CAST(N AS BIGINT)", TWO_OF("CAST(", " AS BIGINT)")),
    TOPK("DOUBLE", "CAST(N AS DOUBLE)", "ARRAY[3E0, 2E0]"),
    TOPK("STRING", "S", "ARRAY['b', 'b']"),
    DISTINCT("INT", "N", "ARRAY[3, 2]"),
    DISTINCT("BIGINT", "CAST(N AS BIGINT)", TWO_OF("CAST(", " AS BIGINT)")),
    DISTINCT("DOUBLE", "CAST(N AS DOUBLE)", "ARRAY[3E0, 2E0]"),
    DISTINCT("STRING", "S", "ARRAY['b', 'a']"),
    DISTINCT("DECIMAL", "CAST(N AS DECIMAL(3, 1))",
             TWO_OF("CAST(", " AS DECIMAL(3, 1))")),
    DISTINCT("DATE", "FROM_DAYS(N)", TWO_OF("FROM_DAYS(", ")")),
    DISTINCT("TIME", "TIMEADD(HOURS, N, CAST('00:00' AS TIME))",
             "ARRAY[CAST('03:00' AS TIME), CAST('02:00' AS TIME)]"),
    DISTINCT("TIMESTAMP", "FROM_UNIXTIME(N)", TWO_OF("FROM_UNIXTIME(", ")")),
    DISTINCT("BYTES", "TO_BYTES(S, 'utf8')",
             "ARRAY[TO_BYTES('b', 'utf8'), TO_BYTES('a', 'utf8')]"),
};

const FunctionFamily agg_topk = {rows, sizeof rows / sizeof *rows};
