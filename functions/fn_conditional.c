/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditional functions (functions.md 4.10): which of several values to take.
 * All arguments are evaluated and have one type.
 */
#include "functions/function_int.h"

static bool coalesce(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call;
    *out = VALUE_NULL;
    for (int i = 0; i < count && out->null; i++)
        *out = args[i];
    return true;
}

/* Copies one element; the common widths are constants, so no call is made. */
static void copy_element(char *to, const char *from, size_t width)
{
    switch (width) {
    case 4: memcpy(to, from, 4); break;
    case 8: memcpy(to, from, 8); break;
    case 16: memcpy(to, from, 16); break;
    default: memcpy(to, from, width);
    }
}

static void coalesce_column(FnCall *call, const Column *const *args,
                            int arg_count, const uint16_t *sel, int sel_count,
                            int row_count, Column *out)
{
    size_t width = column_width(call->result_type);
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i), k = 0;
        while (k < arg_count && arg_null(args[k], row))
            k++;
        if (k == arg_count) {
            column_set_null(call->arena, out, row, row_count);
            continue;
        }
        size_t from = (size_t)arg_row(args[k], row) * width;
        copy_element((char *)out->values + (size_t)row * width,
                     (const char *)args[k]->values + from, width);
    }
}

static bool nullif(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    *out = args[0];
    if (value_equal(call->arg_types[0], &args[0], &args[1])) *out = VALUE_NULL;
    return true;
}

static const Function rows[] = {
    {.name = "COALESCE",
     .signature = "T, T... -> T",
     .scalar = coalesce,
     .column = coalesce_column,
     .category = "CONDITIONAL",
     .description = "The first value that is not NULL.",
     .example = "COALESCE(CAST(NULL AS STRING), 'a', 'b') = 'a'"},
    {.name = "IFNULL",
     .signature = "T, T -> T",
     .scalar = coalesce,
     .column = coalesce_column,
     .category = "CONDITIONAL",
     .description = "The first value, or the second if the first is NULL.",
     .example = "IFNULL(CAST(NULL AS INT), 7) = 7"},
    {.name = "NULLIF",
     .signature = "T, T -> T",
     .scalar = nullif,
     .category = "CONDITIONAL",
     .description = "NULL if the two are equal, else the first.",
     .example = "NULLIF('a', 'b') = 'a'"},
};

const FunctionFamily fn_conditional = {rows, sizeof rows / sizeof *rows};
