/* SPDX-License-Identifier: Apache-2.0
 *
 * Emitting merged changes. See merged.h.
 */
#include "runtime/merged.h"

#include "runtime/task.h"

static Batch *new_batch(Op *op, const MergedRows *merged, int count)
{
    Arena *arena = merged->arena;
    Batch *batch = batch_new(arena, count, op->node->column_count);
    batch->partition = op->task->partition;
    batch->row_null = bits_new(arena, count);
    batch->sel = ARENA_ARRAY(arena, uint16_t, count);
    rowset_columns(merged->rows, arena, batch, op->node->columns);
    if (merged->begin) merged->begin(op, batch);
    return batch;
}

void merged_emit(Op *op, const MergedRows *merged)
{
    StoreEntry *entry = store_dirty_first(merged->store);
    while (entry) {
        int count = 0, alive = 0;
        StoreEntry *end = entry;
        for (; end && count < BATCH_ROWS_MAX; end = end->dirty_next)
            count++;
        arena_reset(merged->arena);
        Batch *batch = new_batch(op, merged, count);
        for (int i = 0; entry != end; i++, entry = entry->dirty_next) {
            Str key = str_copy(merged->arena,
                               (Str){entry->key, entry->key_len});
            kept_headers_give(merged->headers, key, batch, i);
            merged->row(op, batch, i, key, entry);
            if (rowset_merged(merged->rows, batch, i, entry))
                batch->sel[alive++] = (uint16_t)i;
        }
        batch->sel_count = alive;
        if (merged->end) merged->end(op, batch);
        op_emit(op, batch);
    }
}
