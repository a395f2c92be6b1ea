/* SPDX-License-Identifier: Apache-2.0
 *
 * stream JOIN table (runtime 2.14): each stream row looks up the table's row of
 * its key as of now. INNER drops rows without a match; LEFT pads them with
 * nulls.
 *
 * The table's rows are in the store of its source operator, in the same task
 * (the sides are co-partitioned), keyed by the same key bytes. A table that
 * came through an internal topic has no such store, so this operator keeps one
 * from its second input. Table changes emit nothing.
 */
#include "runtime/join_int.h"

#include <assert.h>

enum { AHEAD_KEYS = 64 }; /* Looked up together, to hide cache misses. */

typedef struct JoinState {
    Store *store;
    bool own;     /* The store is filled here, from input 1. */
    RowSet right; /* What it keeps of the right node. */
    Buf row;
} JoinState;

/* The right input's operator: the one that feeds our input 1. */
static Op *right_op(const Op *op)
{
    const Task *task = op->task;
    for (int i = 0; i < task->op_count; i++)
        if (task->ops[i]->output == op && task->ops[i]->output_input == 1)
            return task->ops[i];
    assert(!"a join has two inputs");
    return NULL;
}

static Status join_open(Op *op, Arena *plan)
{
    JoinState *state = op->state;
    const PlanNode *right = op->node->inputs[1];
    rowset_open(plan, right->columns, right->column_count, &state->right);
    Str name = node_store(op->node);
    if (!name.ptr) {
        state->store = source_store(right_op(op));
        return st_ok();
    }
    state->own = true;
    return task_store_open(op, name, STORE_KEYED, 0, false, &state->store);
}

/* Keeps the table's rows. */
static void keep_rows(Op *op, Batch *batch)
{
    JoinState *state = op->state;
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        if (!batch->key_bytes[row].ptr) continue;
        StoreEntry *entry = store_upsert(state->store, batch->key_bytes[row]);
        if (!entry) continue;
        int64_t ms = batch->timestamps[row];
        if (bit_get(batch->row_null, row)) {
            store_delete(state->store, entry, ms);
            continue;
        }
        state->row.len = 0;
        rowset_encode(&state->right, &state->row, batch, row);
        char *room = store_value_room(state->store, entry,
                                      (uint32_t)state->row.len);
        memcpy(room, state->row.ptr, state->row.len);
        store_mark(state->store, entry, ms);
    }
    op_fail(op, store_status(state->store));
    if (store_dirty_bytes(state->store) > task_cache_bytes(op->task))
        op_fail(op, store_flush(state->store, op->task->scratch));
}

/* Fills the right columns of `row`; false: no match. */
static bool look_up(JoinState *state, Batch *right, int row, Str key)
{
    StoreEntry *entry = key.ptr ? store_get(state->store, key) : NULL;
    if (!entry || !entry->value) {
        rowset_null(&state->right, right, row);
        return false;
    }
    /* Copied, because the next lookup may evict it. */
    Str bytes = {arena_copy(right->arena, entry->value, entry->value_len),
                 entry->value_len};
    return rowset_decode(&state->right, right, row, bytes, entry->timestamp_ms);
}

static void join_rows(Op *op, Batch *batch)
{
    JoinState *state = op->state;
    const PlanNode *node = op->node;
    int left_count = node->inputs[0]->column_count;
    Batch *out = batch_derive(batch, node->column_count);
    Batch right = *batch;
    right.columns = out->columns + left_count;
    right.column_count = state->right.column_count;
    memcpy(out->columns, batch->columns, sizeof(Column) * (size_t)left_count);
    rowset_columns(&state->right, batch->arena, &right,
                   node->inputs[1]->columns);
    bool inner = node->join.kind == JOIN_INNER;
    uint16_t *sel = ARENA_ARRAY(batch->arena, uint16_t, batch->sel_count);
    int count = 0;
    for (int from = 0; from < batch->sel_count; from += AHEAD_KEYS) {
        int end = from + AHEAD_KEYS;
        if (end > batch->sel_count) end = batch->sel_count;
        Str keys[AHEAD_KEYS];
        for (int i = from; i < end; i++)
            keys[i - from] = join_key(batch->arena, node->inputs[0]->window,
                                      batch, batch_row(batch, i));
        store_prefetch(state->store, keys, end - from);
        for (int i = from; i < end; i++) {
            int row = batch_row(batch, i);
            if (bit_get(batch->row_null, row)) continue;
            bool found = look_up(state, &right, row, keys[i - from]);
            if (found || !inner) sel[count++] = (uint16_t)row;
        }
    }
    op_fail(op, store_status(state->store));
    out->sel = sel;
    out->sel_count = count;
    op_emit(op, out);
}

static void join_process(Op *op, int input, Batch *batch)
{
    JoinState *state = op->state;
    if (input == 0)
        join_rows(op, batch);
    else if (state->own)
        keep_rows(op, batch);
}

static void join_flush(Op *op)
{
    JoinState *state = op->state;
    if (state->own) op_fail(op, store_flush(state->store, op->task->scratch));
}

static void join_close(Op *op)
{
    buf_free(&((JoinState *)op->state)->row);
}

const OpType op_join_stream_table_type = {
    .name = "stream-table join",
    .state_bytes = sizeof(JoinState),
    .open = join_open,
    .process = join_process,
    .flush = join_flush,
    .close = join_close,
};
