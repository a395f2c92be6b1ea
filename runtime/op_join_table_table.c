/* SPDX-License-Identifier: Apache-2.0
 *
 * table JOIN table on the primary key (runtime 2.15): a change of either side
 * meets the other side's row of its key as of now.
 *
 * The join keeps the rows of both sides in its own two stores, in the order in
 * which it was told of them. So the old row of a side, the other side's row and
 * the old result always fit together, whatever is merged before it, and the
 * sources need no stores of their own.
 *
 *   store key    key bytes [ window bounds ]
 *   store value  the side's needed columns (rowset.h)
 *   timestamp    the row's
 *
 * What is emitted, for a change of side X with the other side's row o:
 *
 *   X may be missing in results (INNER, the padded side): nothing without o
 *   X is preserved: nothing if there is neither an old, nor a new row, nor o
 *   else the joined row, or a tombstone if what must be there is not
 *
 * Rows that repeat, tombstones too, are emitted again. Each carries the larger
 * timestamp of the two rows.
 */
#include "runtime/join_int.h"

typedef struct TableJoin {
    JoinSide sides[2];
    Buf row;
} TableJoin;

static Status open_side(Op *op, JoinSide *side, Str name)
{
    return task_store_open(op, name, STORE_KEYED, 0, false, &side->store);
}

static Status table_join_open(Op *op, Arena *plan)
{
    TableJoin *state = op->state;
    join_sides_open(op, plan, state->sides);
    Status st = open_side(op, &state->sides[0], op->node->join.left_store);
    if (st.kind) return st;
    return open_side(op, &state->sides[1], op->node->join.right_store);
}

/* Does the result have a row where this side has one and the other may not? */
static bool is_preserved(const Op *op, int side)
{
    JoinKind kind = op->node->join.kind;
    return kind == JOIN_FULL || kind == (side ? JOIN_RIGHT : JOIN_LEFT);
}

/* Is there a result where the sides have these rows? */
static bool has_result(const Op *op, int side, bool row, bool other)
{
    return (row && other) || (row && is_preserved(op, side)) ||
           (other && is_preserved(op, !side));
}

/* One change on its way. */
typedef struct Change {
    Op *op;
    int side; /* That changed. */
    const Batch *batch;
    Batch *out;
    Batch other; /* The other side's columns of `out`. */
    Batch old;   /* This side's columns of out->old, if that is there. */
} Change;

/* The row that the change replaces, and the new one into the store. */
static bool replace_row(Change *c, int row, Str key, int64_t *old_ms)
{
    TableJoin *state = c->op->state;
    JoinSide *side = &state->sides[c->side];
    StoreEntry *entry = store_upsert(side->store, key);
    if (!entry) return false;
    bool existed = entry->value != NULL;
    *old_ms = entry->timestamp_ms;
    if (c->out->old && existed) {
        Str bytes = {arena_copy(c->out->arena, entry->value, entry->value_len),
                     entry->value_len};
        rowset_decode(&side->rows, &c->old, row, bytes, *old_ms);
    } else if (c->out->old) {
        rowset_null(&side->rows, &c->old, row);
    }
    if (bit_get(c->batch->row_null, row))
        store_delete(side->store, entry, c->batch->timestamps[row]);
    else
        join_store_row(side, entry, c->batch, row, &state->row);
    return existed;
}

/* Fills the other side's columns; false: it has no row. */
static bool look_up(Change *c, int row, Str key, int64_t *ms)
{
    TableJoin *state = c->op->state;
    JoinSide *side = &state->sides[!c->side];
    StoreEntry *entry = store_get(side->store, key);
    if (!entry || !entry->value) {
        rowset_null(&side->rows, &c->other, row);
        return false;
    }
    Str bytes = {arena_copy(c->out->arena, entry->value, entry->value_len),
                 entry->value_len};
    *ms = entry->timestamp_ms;
    return rowset_decode(&side->rows, &c->other, row, bytes, *ms);
}

/* Joins one row; false: nothing is emitted. */
static bool join_row(Change *c, int row)
{
    Op *op = c->op;
    Batch *out = c->out;
    Str key = join_key(out->arena, op->node->window, c->batch, row);
    if (!key.ptr) return false;
    int64_t old_ms = 0, other_ms = 0;
    bool has_new = !bit_get(c->batch->row_null, row);
    bool has_old = replace_row(c, row, key, &old_ms);
    bool has_other = look_up(c, row, key, &other_ms);
    bool told = is_preserved(op, c->side) ? has_old || has_new || has_other
                                          : has_other;
    if (!told) return false;
    int64_t ms = c->batch->timestamps[row];
    out->timestamps[row] = has_other && other_ms > ms ? other_ms : ms;
    if (!has_result(op, c->side, has_new, has_other))
        bit_set(out->row_null, row);
    if (!out->old) return true;
    if (!has_old || (has_other && other_ms > old_ms)) old_ms = other_ms;
    out->old->timestamps[row] = old_ms;
    if (!has_result(op, c->side, has_old, has_other))
        bit_set(out->old->row_null, row);
    return true;
}

static Batch *new_rows(Op *op, Batch *batch)
{
    Batch *out = batch_derive(batch, op->node->column_count);
    out->timestamps = ARENA_ARRAY(batch->arena, int64_t, batch->count);
    memcpy(out->timestamps, batch->timestamps,
           sizeof(int64_t) * (size_t)batch->count);
    out->row_null = bits_new(batch->arena, batch->count);
    return out;
}

static void table_join_process(Op *op, int input, Batch *batch)
{
    TableJoin *state = op->state;
    JoinSide *side = &state->sides[input], *other = &state->sides[!input];
    Change c = {.op = op, .side = input, .batch = batch};
    Batch *out = c.out = new_rows(op, batch);
    join_columns_share(op, side, batch, out);
    join_columns_init(other, out);
    join_synthetic_key(op, side, out);
    c.other = join_view(other, out);
    if (op->node->want_old) {
        Batch *old = out->old = new_rows(op, batch);
        memcpy(old->columns, out->columns,
               sizeof(Column) * (size_t)old->column_count);
        join_columns_init(side, old);
        c.old = join_view(side, old);
    }
    uint16_t *sel = ARENA_ARRAY(batch->arena, uint16_t, batch->sel_count + 1);
    int count = 0;
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        if (join_row(&c, row)) sel[count++] = (uint16_t)row;
    }
    if (out->old) /* These may have got a bitmap only now. */
        memcpy(out->old->columns + other->first, out->columns + other->first,
               sizeof(Column) * (size_t)other->node->column_count);
    out->sel = sel;
    out->sel_count = count;
    join_trim(op, side->store);
    op_emit(op, out);
}

static void table_join_flush(Op *op)
{
    TableJoin *state = op->state;
    for (int s = 0; s < 2; s++)
        op_fail(op, store_flush(state->sides[s].store, op->task->scratch));
}

static void table_join_close(Op *op)
{
    buf_free(&((TableJoin *)op->state)->row);
}

const OpType op_join_table_table_type = {
    .name = "table-table join",
    .state_bytes = sizeof(TableJoin),
    .open = table_join_open,
    .process = table_join_process,
    .flush = table_join_flush,
    .close = table_join_close,
};
