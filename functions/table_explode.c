/* SPDX-License-Identifier: Apache-2.0
 *
 * Table functions (functions.md 7): EXPLODE and CUBE_EXPLODE. A NULL argument
 * gives no rows.
 */
#include "functions/function_int.h"

enum { CUBE_ITEMS_MAX = 20 };

static bool explode(FnCall *call, const Value *args, int count,
                    const List **out)
{
    (void)count;
    *out = args[0].null ? list_new(call->arena, 0) : args[0].list;
    return true;
}

/* All combinations of value or NULL in each place, counted in binary with the
 * first place as the highest bit. Places that are NULL anyway do not vary. */
static bool cube_explode(FnCall *call, const Value *args, int count,
                         const List **out)
{
    (void)count;
    if (args[0].null) {
        *out = list_new(call->arena, 0);
        return true;
    }
    const List *items = args[0].list;
    if (items->count > CUBE_ITEMS_MAX)
        return fn_fail(call, "CUBE_EXPLODE takes at most %d items, got %d",
                       CUBE_ITEMS_MAX, items->count);
    int varying = 0;
    for (int i = 0; i < items->count; i++)
        varying += !items->items[i].null;
    List *rows = list_new(call->arena, 1 << varying);
    for (int n = 0; n < rows->count; n++) {
        List *row = list_new(call->arena, items->count);
        int bit = varying;
        for (int i = 0; i < items->count; i++) {
            bool kept = !items->items[i].null && (n >> --bit & 1);
            row->items[i] = kept ? items->items[i] : VALUE_NULL;
        }
        rows->items[n] = (Value){.list = row};
    }
    *out = rows;
    return true;
}

static const Function rows[] = {
    {.name = "cube_explode",
     .signature = "ARRAY<T> -> ARRAY<T>",
     .kind = FN_TABLE,
     .table = cube_explode,
     .category = "TABLE",
     .description = "All combinations of the items and NULLs, an array a row.",
     .example = "ARRAY_LENGTH(CUBE_EXPLODE(ARRAY[N, 5])) = 2"},
    {.name = "explode",
     .signature = "ARRAY<DECIMAL> -> DECIMAL",
     .kind = FN_TABLE,
     .table = explode,
     .category = "TABLE",
     .description = "One row an item.",
     .example = "EXPLODE(ARRAY[1.5, 2.5]) >= 1.5"},
    {.name = "explode",
     .signature = "ARRAY<T> -> T",
     .kind = FN_TABLE,
     .table = explode,
     .category = "TABLE",
     .description = "One row an item.",
     .example = "EXPLODE(SPLIT('a,b', ',')) >= 'a'"},
};

const FunctionFamily table_explode = {rows, sizeof rows / sizeof *rows};
