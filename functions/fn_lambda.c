/* SPDX-License-Identifier: Apache-2.0
 *
 * TRANSFORM, FILTER and REDUCE (functions.md 4.9): functions that take lambdas,
 * which the runtime evaluates through call->apply. A lambda that fails, fails
 * the call.
 */
#include "functions/function_int.h"

/* Applies the lambda in `args[lambda]` to up to three values. */
static bool apply(FnCall *call, const Value *args, int lambda,
                  const Value *inputs, int count, Value *out)
{
    return call->apply(call, args[lambda].lambda, inputs, count, out);
}

static bool transform_array(FnCall *call, const Value *args, int count,
                            Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    if (args[0].null) return true;
    const List *from = args[0].list;
    List *to = list_new(call->arena, from->count);
    for (int i = 0; i < from->count; i++)
        if (!apply(call, args, 1, &from->items[i], 1, &to->items[i]))
            return false;
    *out = (Value){.list = to};
    return true;
}

static bool transform_map(FnCall *call, const Value *args, int count,
                          Value *out)
{
    (void)count;
    *out = VALUE_NULL;
    if (args[0].null) return true;
    const List *from = args[0].list;
    MapBuilder to = map_builder(call->arena, call->result_type->key,
                                from->count / 2);
    for (int i = 0; i + 1 < from->count; i += 2) {
        Value key, value;
        bool is_new;
        if (!apply(call, args, 1, &from->items[i], 2, &key)) return false;
        if (!apply(call, args, 2, &from->items[i], 2, &value)) return false;
        if (value.null) return fn_fail(call, "TRANSFORM gives a NULL value");
        *map_builder_put(&to, &key, &is_new) = value;
        if (!is_new) return fn_fail(call, "TRANSFORM gives a key twice");
    }
    *out = (Value){.list = to.list};
    return true;
}

/* Keeps the runs of `width` items for which the lambda is true. */
static bool filter(FnCall *call, const Value *args, int width, Value *out)
{
    *out = VALUE_NULL;
    if (args[0].null) return true;
    const List *from = args[0].list;
    List *to = list_new(call->arena, from->count);
    to->count = 0;
    for (int i = 0; i + width <= from->count; i += width) {
        const Value *items = &from->items[i];
        Value keep;
        if (!apply(call, args, 1, items, width, &keep)) return false;
        if (keep.null) return fn_fail(call, "FILTER's condition is NULL");
        if (!keep.boolean) continue;
        if (width == 2 && items[1].null)
            return fn_fail(call, "FILTER keeps no entry with a NULL value");
        memcpy(&to->items[to->count], items, sizeof(Value) * (size_t)width);
        to->count += width;
    }
    *out = (Value){.list = to};
    return true;
}

static bool filter_array(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return filter(call, args, 1, out);
}

static bool filter_map(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    return filter(call, args, 2, out);
}

static bool reduce(FnCall *call, const Value *args, const List *from, int width,
                   Value *out)
{
    Value state = args[1];
    for (int i = 0; i + width <= from->count; i += width) {
        Value inputs[3] = {state, from->items[i]};
        if (width == 2) inputs[2] = from->items[i + 1];
        if (!apply(call, args, 2, inputs, width + 1, &state)) return false;
    }
    *out = state;
    return true;
}

static bool reduce_array(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = args[1];
    if (args[0].null || args[1].null) return true;
    return reduce(call, args, args[0].list, 1, out);
}

static bool reduce_map(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = args[1];
    if (args[0].null || args[1].null) return true;
    const List *from = map_in_java_order(call->arena, call->arg_types[0],
                                         args[0].list);
    return reduce(call, args, from, 2, out);
}

static const Function rows[] = {
    {.name = "filter",
     .signature = "ARRAY<T>, T => BOOLEAN -> ARRAY<T>",
     .scalar = filter_array,
     .category = "LAMBDA",
     .description = "The items for which the lambda is true.",
     .example = "ARRAY_JOIN(FILTER(ARRAY[1, 5, 2], x => x < 3)) = '1,2'"},
    {.name = "filter",
     .signature = "MAP<K, V>, (K, V) => BOOLEAN -> MAP<K, V>",
     .scalar = filter_map,
     .category = "LAMBDA",
     .description = "The entries for which the lambda is true.",
     .example = "ARRAY_LENGTH(MAP_KEYS(FILTER(MAP('a' := 1, 'b' := 2), (k, v) "
                "=> v > 1))) = 1"},
    {.name = "reduce",
     .signature = "ARRAY<T>, S, (S, T) => S -> S",
     .scalar = reduce_array,
     .category = "LAMBDA",
     .description = "What the lambda makes of the start value and each item in "
                    "turn.",
     .example = "REDUCE(ARRAY[1, 2, 3], 10, (s, x) => s + x) = 16"},
    {.name = "reduce",
     .signature = "MAP<K, V>, S, (S, K, V) => S -> S",
     .scalar = reduce_map,
     .category = "LAMBDA",
     .description = "What the lambda makes of the start value and each entry "
                    "in turn.",
     .example = "REDUCE(MAP('a' := 1, 'b' := 2), 10, (s, k, v) => s + v) = 13"},
    {.name = "transform",
     .signature = "ARRAY<T>, T => R -> ARRAY<R>",
     .scalar = transform_array,
     .category = "LAMBDA",
     .description = "What the lambda makes of each item.",
     .example = "ARRAY_JOIN(TRANSFORM(ARRAY[1, 2], x => x * 2)) = '2,4'"},
    {.name = "transform",
     .signature = "MAP<K, V>, (K, V) => R, (K, V) => T -> MAP<R, T>",
     .scalar = transform_map,
     .category = "LAMBDA",
     .description = "A map whose keys the first lambda makes of each entry, "
                    "and whose values the second.",
     .example = "TRANSFORM(MAP('a' := 1), (k, v) => UCASE(k), (k, v) => v + "
                "1)['A'] = 2"},
};

const FunctionFamily fn_lambda = {rows, sizeof rows / sizeof *rows};
