/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a node's needed columns as bytes. The bytes are our own and never
 * leave internal topics and stores, so a change of the planner's column choice
 * makes a new query, not a conversion.
 */
#include "runtime/rowset.h"

#include <assert.h>

static bool is_rowtime(const PlanColumn *column)
{
    return column->role == PLAN_SYSTEM && str_eq(column->name, STR("ROWTIME"));
}

void rowset_open(Arena *plan, const PlanColumn *columns, int count, RowSet *set)
{
    *set = (RowSet){.column_count = count, .rowtime_slot = -1};
    set->slots = ARENA_ARRAY(plan, int, count + 1);
    set->types = ARENA_ARRAY(plan, const Type *, count + 1);
    set->values = ARENA_ARRAY(plan, Value, count + 1);
    for (int i = 0; i < count; i++) {
        if (!columns[i].needed) continue;
        if (is_rowtime(&columns[i])) {
            set->rowtime_slot = i;
            continue;
        }
        set->slots[set->count] = i;
        set->types[set->count++] = columns[i].type;
    }
}

void rowset_encode(RowSet *set, Buf *buf, const Batch *batch, int row)
{
    assert(batch->column_count == set->column_count);
    for (int i = 0; i < set->count; i++)
        set->values[i] = column_get(&batch->columns[set->slots[i]], row);
    row_encode(buf, set->types, set->values, set->count);
}

void rowset_columns(const RowSet *set, Arena *arena, Batch *batch,
                    const PlanColumn *columns)
{
    for (int i = 0; i < set->count; i++)
        column_init(arena, &batch->columns[set->slots[i]],
                    columns[set->slots[i]].type, batch->count);
    if (set->rowtime_slot >= 0)
        column_init(arena, &batch->columns[set->rowtime_slot], &type_bigint,
                    batch->count);
}

bool rowset_decode(RowSet *set, Batch *batch, int row, Str bytes,
                   int64_t timestamp_ms)
{
    if (!row_decode(batch->arena, bytes, set->types, set->values, set->count)) {
        rowset_null(set, batch, row);
        return false;
    }
    for (int i = 0; i < set->count; i++)
        column_set(batch->arena, &batch->columns[set->slots[i]], row,
                   batch->count, set->values[i]);
    if (set->rowtime_slot >= 0)
        batch->columns[set->rowtime_slot].i64[row] = timestamp_ms;
    return true;
}

void rowset_null(RowSet *set, Batch *batch, int row)
{
    for (int i = 0; i < set->count; i++)
        column_set_null(batch->arena, &batch->columns[set->slots[i]], row,
                        batch->count);
    if (set->rowtime_slot >= 0)
        column_set_null(batch->arena, &batch->columns[set->rowtime_slot], row,
                        batch->count);
}

bool rowset_merged(RowSet *set, Batch *batch, int row, const StoreEntry *entry)
{
    batch->timestamps[row] = entry->timestamp_ms;
    batch->offsets[row] = -1;
    if (entry->value) {
        Str bytes = {arena_copy(batch->arena, entry->value, entry->value_len),
                     entry->value_len};
        rowset_decode(set, batch, row, bytes, entry->timestamp_ms);
    } else {
        bit_set(batch->row_null, row);
        rowset_null(set, batch, row);
    }
    return entry->value || entry->old_value;
}
