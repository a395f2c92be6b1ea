/* SPDX-License-Identifier: Apache-2.0
 *
 * What a stream-stream join emits: pairs are gathered until a batch is full or
 * its input is through, then become one batch. Bytes of stored rows are copied
 * when a pair is added, because stores may move them.
 */
#include "runtime/op_join_stream_stream.h"

static int64_t be64_at(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

Str stream_join_outer_split(const Op *op, Str stored_key, int64_t *ms,
                            int *side)
{
    if (stored_key.len < 9 + join_window_bytes(op->node->window))
        return STR_NULL;
    *ms = be64_at(stored_key.ptr);
    bool right = op->node->join.kind == JOIN_RIGHT;
    *side = stored_key.ptr[8] ? right : !right;
    return (Str){stored_key.ptr + 9, stored_key.len - 9};
}

/* A new pair for the record in hand. */
static Pair *add_pair(Op *op, const Batch *batch, int row)
{
    StreamJoin *state = op->state;
    if (state->count == BATCH_ROWS_MAX) stream_join_emit(op, batch);
    Pair *pair = &state->pairs[state->count++];
    *pair = (Pair){
        .row = row, .key = batch->key_bytes[row], .ms = batch->timestamps[row]};
    if (batch->window_start) {
        pair->window_start = batch->window_start[row];
        pair->window_end = batch->window_end[row];
    }
    return pair;
}

static void add_bytes(Op *op, Pair *pair, int side, Str bytes, int64_t ms)
{
    StreamJoin *state = op->state;
    pair->alive[side] = true;
    pair->bytes[side] = (Str){arena_copy(state->made, bytes.ptr, bytes.len),
                              bytes.len};
    pair->side_ms[side] = ms;
}

void stream_join_add_match(Op *op, const Batch *batch, int row, int side,
                           Str other, int64_t other_ms)
{
    Pair *pair = add_pair(op, batch, row);
    pair->alive[side] = true;
    add_bytes(op, pair, !side, other, other_ms);
    if (other_ms > pair->ms) pair->ms = other_ms;
}

void stream_join_add_alone(Op *op, const Batch *batch, int row, int side)
{
    add_pair(op, batch, row)->alive[side] = true;
}

void stream_join_add_waiting(Op *op, const Batch *batch, int row,
                             const Waiting *waiting)
{
    StreamJoin *state = op->state;
    const PlanNode *node = op->node;
    Str rest = waiting->value;
    uint64_t len;
    while (rest.len >= sizeof len) {
        memcpy(&len, rest.ptr, sizeof len);
        if (len > rest.len - sizeof len) break;
        Pair *pair = add_pair(op, batch, row);
        pair->ms = waiting->ms;
        pair->key = str_copy(state->made,
                             join_key_split(node->inputs[waiting->side],
                                            waiting->key, &pair->window_start,
                                            &pair->window_end));
        Str bytes = {rest.ptr + sizeof len, (size_t)len};
        add_bytes(op, pair, waiting->side, bytes, waiting->ms);
        size_t step = sizeof len + ((size_t)len + 7) / 8 * 8;
        if (step > rest.len) step = rest.len;
        rest = (Str){rest.ptr + step, rest.len - step};
    }
}

/* ---- pairs to rows ---- */

/* One side of output row `i` from the record in hand. */
static void copy_side(const JoinSide *side, const Batch *batch, int row,
                      Batch *view, int i)
{
    for (int c = 0; c < side->rows.count; c++) {
        int slot = side->rows.slots[c];
        column_set(view->arena, &view->columns[slot], i, view->count,
                   column_get(&batch->columns[slot], row));
    }
    if (side->rows.rowtime_slot >= 0)
        view->columns[side->rows.rowtime_slot].i64[i] = batch->timestamps[row];
}

static void fill_row(Op *op, const Batch *batch, Batch views[2], Batch *out,
                     int i)
{
    StreamJoin *state = op->state;
    const Pair *pair = &state->pairs[i];
    for (int s = 0; s < 2; s++) {
        JoinSide *side = &state->sides[s];
        if (!pair->alive[s])
            rowset_null(&side->rows, &views[s], i);
        else if (!pair->bytes[s].ptr)
            copy_side(side, batch, pair->row, &views[s], i);
        else
            rowset_decode(&side->rows, &views[s], i, pair->bytes[s],
                          pair->side_ms[s]);
    }
    out->timestamps[i] = pair->ms;
    out->offsets[i] = batch->offsets[pair->row];
    out->key_bytes[i] = pair->key;
    if (out->headers) out->headers[i] = batch->headers[pair->row];
    if (out->window_start) {
        out->window_start[i] = pair->window_start;
        out->window_end[i] = pair->window_end;
    }
}

/* The key of a FULL join is that of the side that is there. */
static void fill_key(Op *op, Batch views[2], Batch *out, int i)
{
    StreamJoin *state = op->state;
    int from = state->pairs[i].alive[0] ? 0 : 1;
    int slot = join_key_slot(state->sides[from].node);
    column_set(out->arena, &out->columns[op->node->column_count - 1], i,
               out->count, column_get(&views[from].columns[slot], i));
}

void stream_join_emit(Op *op, const Batch *batch)
{
    StreamJoin *state = op->state;
    const PlanNode *node = op->node;
    Arena *arena = state->made;
    int count = state->count;
    if (!count) return;
    Batch *out = batch_new(arena, count, node->column_count);
    out->partition = batch->partition;
    if (batch->headers)
        out->headers = ARENA_ARRAY(arena, const Headers *, count);
    if (node->window != WINDOW_NONE) {
        out->window_start = ARENA_ARRAY(arena, int64_t, count);
        out->window_end = ARENA_ARRAY(arena, int64_t, count);
    }
    Batch views[2];
    for (int s = 0; s < 2; s++) {
        join_columns_init(&state->sides[s], out);
        views[s] = join_view(&state->sides[s], out);
    }
    bool synthetic = node->join.synthetic_key;
    if (synthetic)
        column_init(arena, &out->columns[node->column_count - 1],
                    node->columns[node->column_count - 1].type, count);
    for (int i = 0; i < count; i++) {
        fill_row(op, batch, views, out, i);
        if (synthetic) fill_key(op, views, out, i);
    }
    state->count = 0;
    op_emit(op, out);
    arena_reset(arena);
}
