/* SPDX-License-Identifier: Apache-2.0
 *
 * Helpers of the joins: keys with windows, columns of the two sides, rows of a
 * side in its store.
 *
 * A join's columns are the left's, then the right's, then perhaps the key. The
 * side that a batch came from shares its columns with the output; those of the
 * other side are decoded from its store, row by row.
 */
#include "runtime/join_int.h"

#include <assert.h>

void join_sides_open(const Op *op, Arena *plan, JoinSide sides[2])
{
    int first = 0;
    for (int s = 0; s < 2; s++) {
        const PlanNode *node = op->node->inputs[s];
        sides[s] = (JoinSide){.node = node, .first = first};
        rowset_open(plan, node->columns, node->column_count, &sides[s].rows);
        first += node->column_count;
    }
}

size_t join_window_bytes(WindowKind window)
{
    return window == WINDOW_NONE ? 0 : window == WINDOW_SESSION ? 16 : 8;
}

static void put_be64_at(char *p, int64_t value)
{
    for (int i = 0; i < 8; i++)
        p[i] = (char)((uint64_t)value >> (56 - 8 * i));
}

static int64_t be64_at(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

Str join_key(Arena *arena, WindowKind window, const Batch *batch, int row)
{
    Str key = batch->key_bytes[row];
    if (window == WINDOW_NONE || !key.ptr) return key;
    size_t tail = join_window_bytes(window);
    char *p = arena_alloc(arena, key.len + tail);
    memcpy(p, key.ptr, key.len);
    if (window == WINDOW_SESSION) {
        put_be64_at(p + key.len, batch->window_end[row]);
        put_be64_at(p + key.len + 8, batch->window_start[row]);
    } else {
        put_be64_at(p + key.len, batch->window_start[row]);
    }
    return (Str){p, key.len + tail};
}

Str join_key_split(const PlanNode *node, Str key, int64_t *start, int64_t *end)
{
    size_t tail = join_window_bytes(node->window);
    *start = *end = 0;
    if (!tail) return key;
    assert(key.len >= tail);
    key.len -= tail;
    int64_t first = be64_at(key.ptr + key.len);
    if (node->window == WINDOW_SESSION) {
        *end = first;
        *start = be64_at(key.ptr + key.len + 8);
        return key;
    }
    *start = first;
    if (__builtin_add_overflow(first, node->window_size_ms, end))
        *end = INT64_MAX;
    return key;
}

Batch join_view(const JoinSide *side, const Batch *out)
{
    Batch view = *out;
    view.columns = out->columns + side->first;
    view.column_count = side->node->column_count;
    return view;
}

void join_columns_init(const JoinSide *side, Batch *out)
{
    Batch view = join_view(side, out);
    rowset_columns(&side->rows, out->arena, &view, side->node->columns);
}

static bool is_result_key(const Op *op, int slot)
{
    return op->node->columns[slot].role == PLAN_KEY;
}

void join_columns_share(const Op *op, const JoinSide *side, const Batch *batch,
                        Batch *out)
{
    for (int i = 0; i < side->node->column_count; i++) {
        Column *to = &out->columns[side->first + i];
        *to = batch->columns[i];
        if (!to->values || !batch->row_null ||
            is_result_key(op, side->first + i))
            continue;
        *to = column_own(out->arena, &batch->columns[i], batch->count);
        for (int r = 0; r < batch->sel_count; r++) {
            int row = batch_row(batch, r);
            if (bit_get(batch->row_null, row))
                column_set_null(out->arena, to, row, batch->count);
        }
    }
}

int join_key_slot(const PlanNode *node)
{
    for (int i = 0; i < node->column_count; i++)
        if (node->columns[i].role == PLAN_KEY) return i;
    assert(!"the side of a join has a key");
    return 0;
}

void join_synthetic_key(const Op *op, const JoinSide *side, Batch *out)
{
    const PlanNode *node = op->node;
    if (!node->join.synthetic_key) return;
    out->columns[node->column_count - 1] =
        out->columns[side->first + join_key_slot(side->node)];
}

void join_store_row(JoinSide *side, StoreEntry *entry, const Batch *batch,
                    int row, Buf *buf)
{
    buf->len = 0;
    rowset_encode(&side->rows, buf, batch, row);
    char *room = store_value_room(side->store, entry, (uint32_t)buf->len);
    memcpy(room, buf->ptr, buf->len);
    store_mark(side->store, entry, batch->timestamps[row]);
}

void join_trim(Op *op, Store *store)
{
    op_fail(op, store_status(store));
    if (store_dirty_bytes(store) > task_cache_bytes(op->task))
        op_fail(op, store_flush(store, op->task->scratch));
}
