/* SPDX-License-Identifier: Apache-2.0
 *
 * stream JOIN stream WITHIN (runtime 2.13): each record meets the records of
 * the other side with its key whose time is near enough, and waits for later
 * ones.
 *
 *   window stores  key [ bounds ] | record time, BE 64 | number, BE 32
 *                  value: the side's needed columns (rowset.h)
 *   outer store    record time, BE 64 | side (1 left, 0 right) | key [ bounds ]
 *                  value: rows, each u64 length and bytes, padded to 8
 *
 * The first side is the left one, or for RIGHT joins the right one, which then
 * also has the left's part of WITHIN. Without GRACE a row without match is
 * padded at once. With it, the row waits in the outer store until a record of
 * any key shows that its time is over; nothing is emitted without a record.
 *
 * `number` keeps apart records of one key and time: the record's offset, so
 * that a record that is read again replaces itself; for rows that a join made,
 * the next number that is free.
 *
 * What a record gives is gathered as pairs, which become batches: expired rows
 * first, then its own matches by time, record after record.
 */
#include "runtime/op_join_stream_stream.h"

#include <assert.h>

#include "base/property.h"

enum {
    BLOCK_ROWS = 64,
    WINDOW_KEY_TAIL = 12, /* Time and number behind a key. */
};

/* Rows that are looked at together. */
typedef struct Block {
    int rows[BLOCK_ROWS], count;
    Str keys[BLOCK_ROWS]; /* STR_NULL: it meets nothing. */
} Block;

static int first_input(const Op *op)
{
    return op->node->join.kind == JOIN_RIGHT;
}

static int64_t emit_interval_ms(const Op *op)
{
    int64_t ms = property_int(
        op->task->options->properties,
        "__emit.interval.ms.kstreams.outer.join.spurious.results.fix__", 0);
    return ms > 0 ? ms : 0;
}

static Status stream_join_open(Op *op, Arena *plan)
{
    StreamJoin *state = op->state;
    const PlanJoin *join = &op->node->join;
    int64_t retention = join->before_ms + join->after_ms + join->grace_ms;
    state->stream_ms = -1;
    state->min_ms = INT64_MAX;
    state->emit_interval_ms = emit_interval_ms(op);
    state->made = arena_new("join", 0);
    state->pairs = ARENA_ARRAY(plan, Pair, BATCH_ROWS_MAX);
    join_sides_open(op, plan, state->sides);
    for (int s = 0; s < 2; s++) {
        Str name = s == first_input(op) ? join->left_store : join->right_store;
        PlanKind kind = op->node->inputs[s]->kind;
        state->counts[s] = kind != PLAN_SOURCE && kind != PLAN_REPARTITION;
        Status st = task_store_open(op, name, STORE_WINDOW, retention, false,
                                    &state->sides[s].store);
        if (st.kind) return st;
    }
    if (!join->outer_store.len) return st_ok();
    return task_store_open(op, join->outer_store, STORE_KEYED, 0, false,
                           &state->outer);
}

static bool is_preserved(const Op *op, int side)
{
    JoinKind kind = op->node->join.kind;
    return kind == JOIN_FULL || (kind == JOIN_LEFT && side == 0) ||
           (kind == JOIN_RIGHT && side == 1);
}

/* How far after a row of this side its matches may be. */
static int64_t after_ms(const Op *op, int side)
{
    const PlanJoin *join = &op->node->join;
    return side == first_input(op) ? join->after_ms : join->before_ms;
}

static int64_t before_ms(const Op *op, int side)
{
    return after_ms(op, !side);
}

/* ---- keys ---- */

static void put_be32(Buf *buf, uint32_t value)
{
    char bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (char)(value >> (24 - 8 * i));
    buf_append(buf, bytes, 4);
}

/* Appends the key of a window store. */
static Str add_window_key(Buf *buf, Str key, int64_t ms, uint32_t number)
{
    size_t before = buf->len;
    buf_append_str(buf, key);
    put_be64(buf, ms);
    put_be32(buf, number);
    return (Str){buf->ptr + before, buf->len - before};
}

static Str outer_key(const Op *op, Buf *buf, int64_t ms, int side, Str key)
{
    buf->len = 0;
    put_be64(buf, ms);
    buf_push(buf, side == first_input(op));
    buf_append_str(buf, key);
    return buf_str(buf);
}

/* ---- rows that wait ---- */

/* Appends the row to those that wait under its time, side and key. */
static void wait_for_match(Op *op, int side, Str key, const Batch *batch,
                           int row)
{
    StreamJoin *state = op->state;
    int64_t ms = batch->timestamps[row];
    StoreEntry *entry = store_upsert(state->outer,
                                     outer_key(op, &state->key, ms, side, key));
    if (!entry) return;
    Buf *buf = &state->row;
    buf->len = 0;
    if (entry->value) buf_append(buf, entry->value, entry->value_len);
    size_t head = buf->len;
    uint64_t len = 0;
    buf_append(buf, &len, sizeof len);
    rowset_encode(&state->sides[side].rows, buf, batch, row);
    len = buf->len - head - sizeof len;
    while (buf->len % 8)
        buf_push(buf, 0);
    memcpy(buf->ptr + head, &len, sizeof len);
    char *room = store_value_room(state->outer, entry, (uint32_t)buf->len);
    memcpy(room, buf->ptr, buf->len);
    store_mark(state->outer, entry, ms);
    if (ms < state->min_ms) state->min_ms = ms;
}

static void stop_waiting(Op *op, int side, Str key, int64_t ms)
{
    StreamJoin *state = op->state;
    if (!state->outer) return;
    Str found = outer_key(op, &state->key, ms, side, key);
    StoreEntry *entry = store_get(state->outer, found);
    if (entry && entry->value) store_delete(state->outer, entry, ms);
}

typedef struct ExpiredScan {
    Op *op;
    Arena *arena;
    bool open[2]; /* By side: a row that may still find a match was seen. */
    VEC(Waiting) found;
} ExpiredScan;

static bool visit_waiting(void *context, Str key, Str value, int64_t ms)
{
    (void)ms;
    ExpiredScan *scan = context;
    StreamJoin *state = scan->op->state;
    int side;
    Waiting waiting = {.value = value};
    waiting.key = stream_join_outer_split(scan->op, key, &waiting.ms, &side);
    if (!waiting.key.ptr) return true;
    state->min_ms = waiting.ms;
    if (scan->open[0] && scan->open[1]) return false;
    uint64_t end = (uint64_t)waiting.ms + (uint64_t)after_ms(scan->op, side) +
                   (uint64_t)scan->op->node->join.grace_ms;
    if ((int64_t)end >= state->stream_ms) {
        scan->open[side] = true;
        return true;
    }
    waiting.side = side;
    waiting.stored_key = str_copy(scan->arena, key);
    waiting.key = str_copy(scan->arena, waiting.key);
    waiting.value = (Str){arena_copy(scan->arena, value.ptr, value.len),
                          value.len};
    *vec_push(scan->arena, &scan->found) = waiting;
    return true;
}

/* Rows that can find no match any more go out, padded. The sums wrap: before
 * the first pass min_ms is the largest number, which makes that pass happen. */
static void emit_expired(Op *op, const Batch *batch, int row, int side)
{
    StreamJoin *state = op->state;
    uint64_t end = (uint64_t)state->min_ms + (uint64_t)after_ms(op, side) +
                   (uint64_t)op->node->join.grace_ms;
    if ((int64_t)end >= state->stream_ms) return;
    if (state->emit_interval_ms) {
        int64_t now = task_now_ms(op->task);
        if (now < state->next_emit_ms) return;
        state->next_emit_ms = now + state->emit_interval_ms;
    }
    state->min_ms = INT64_MAX;
    ExpiredScan scan = {.op = op, .arena = batch->arena};
    op_fail(op, store_scan(state->outer, batch->arena, STR(""), STR("\xff"),
                           visit_waiting, &scan));
    for (int i = 0; i < scan.found.count && !op->task->failed.kind; i++) {
        const Waiting *waiting = &scan.found.at[i];
        stream_join_add_waiting(op, batch, row, waiting);
        StoreEntry *entry = store_get(state->outer, waiting->stored_key);
        if (entry && entry->value)
            store_delete(state->outer, entry, batch->timestamps[row]);
    }
}

/* ---- matches ---- */

typedef struct MatchScan {
    Op *op;
    const Batch *batch;
    int row, side;
    Str key;
    int count;
} MatchScan;

static bool visit_match(void *context, Str key, Str value, int64_t ms)
{
    MatchScan *scan = context;
    (void)key;
    scan->count++;
    stop_waiting(scan->op, !scan->side, scan->key, ms);
    stream_join_add_match(scan->op, scan->batch, scan->row, scan->side, value,
                          ms);
    return !scan->op->task->failed.kind;
}

static int find_matches(Op *op, const Batch *batch, int row, int side, Str key)
{
    StreamJoin *state = op->state;
    int64_t ms = batch->timestamps[row], low = 0, high;
    if (ms > before_ms(op, side)) low = ms - before_ms(op, side);
    if (__builtin_add_overflow(ms, after_ms(op, side), &high)) high = INT64_MAX;
    MatchScan scan = {op, batch, row, side, key, 0};
    op_fail(op, store_scan_key(state->sides[!side].store, batch->arena, key,
                               low, high, visit_match, &scan));
    return scan.count;
}

/* Ends in the store of its side; expired rows do not. For rows that have no
 * offset to be told apart by. */
static void keep_counted(Op *op, const Batch *batch, int row, int side, Str key)
{
    StreamJoin *state = op->state;
    JoinSide *mine = &state->sides[side];
    StoreEntry *entry;
    do {
        uint32_t number = state->next_number[side]++;
        state->key.len = 0;
        entry = store_upsert(
            mine->store,
            add_window_key(&state->key, key, batch->timestamps[row], number));
    } while (entry && entry->value);
    if (!entry)
        op->late++;
    else
        join_store_row(mine, entry, batch, row, &state->row);
}

/* The same for a block of rows, each with its offset. */
static void keep_block(Op *op, const Batch *batch, int side, const Block *block)
{
    StreamJoin *state = op->state;
    JoinSide *mine = &state->sides[side];
    Str keys[BLOCK_ROWS];
    int rows[BLOCK_ROWS], count = 0;
    StoreEntry *entries[BLOCK_ROWS];
    size_t bytes = 0;

    for (int i = 0; i < block->count; i++)
        bytes += block->keys[i].len + WINDOW_KEY_TAIL;
    state->key.len = 0;
    buf_reserve(&state->key, bytes); /* Keys stay where they are. */
    for (int i = 0; i < block->count; i++) {
        int row = rows[count] = block->rows[i];
        if (!block->keys[i].ptr) continue;
        keys[count++] = add_window_key(&state->key, block->keys[i],
                                       batch->timestamps[row],
                                       (uint32_t)batch->offsets[row]);
    }
    store_upsert_many(mine->store, keys, count, entries);
    for (int i = 0; i < count; i++)
        if (!entries[i])
            op->late++;
        else
            join_store_row(mine, entries[i], batch, rows[i], &state->row);
}

/* What a record meets; `key` is STR_NULL if it has none. */
static void match_record(Op *op, const Batch *batch, int row, int side, Str key)
{
    StreamJoin *state = op->state;
    int64_t ms = batch->timestamps[row], end;
    bool preserved = is_preserved(op, side);
    if (ms > state->stream_ms) state->stream_ms = ms;
    if (bit_get(batch->row_null, row)) return;
    if (!key.ptr) {
        if (preserved) stream_join_add_alone(op, batch, row, side);
        return;
    }
    if (state->outer && ms == state->stream_ms)
        emit_expired(op, batch, row, side);
    int matches = find_matches(op, batch, row, side, key);
    if (!matches && preserved) {
        if (__builtin_add_overflow(ms, after_ms(op, side), &end))
            end = INT64_MAX;
        if (!state->outer || end < state->stream_ms)
            stream_join_add_alone(op, batch, row, side);
        else
            wait_for_match(op, side, key, batch, row);
    }
}

/* Rows of one side only meet rows of the other, so what they touch there is
 * fetched for all of them, and they are stored together after they have met. */
static void join_block(Op *op, const Batch *batch, int side, Block *block)
{
    StreamJoin *state = op->state;
    WindowKind window = op->node->inputs[side]->window;

    for (int i = 0; i < block->count; i++)
        block->keys[i] = bit_get(batch->row_null, block->rows[i])
                             ? STR_NULL
                             : join_key(batch->arena, window, batch,
                                        block->rows[i]);
    store_prefetch_groups(state->sides[!side].store, block->keys, block->count);
    for (int i = 0; i < block->count && !op->task->failed.kind; i++) {
        match_record(op, batch, block->rows[i], side, block->keys[i]);
        if (block->keys[i].ptr && state->counts[side])
            keep_counted(op, batch, block->rows[i], side, block->keys[i]);
    }
    if (!state->counts[side] && !op->task->failed.kind)
        keep_block(op, batch, side, block);
}

/* After a restart, time goes on from what the stores remember. */
static void resume_time(StreamJoin *state)
{
    if (state->resumed) return;
    state->resumed = true;
    for (int s = 0; s < 2; s++) {
        int64_t ms = store_observed_ms(state->sides[s].store);
        if (ms > state->stream_ms) state->stream_ms = ms;
    }
}

static void stream_join_process(Op *op, int input, Batch *batch)
{
    StreamJoin *state = op->state;
    resume_time(state);
    for (int i = 0; i < batch->sel_count && !op->task->failed.kind;) {
        Block block = {0};
        while (block.count < BLOCK_ROWS && i < batch->sel_count)
            block.rows[block.count++] = batch_row(batch, i++);
        join_block(op, batch, input, &block);
    }
    stream_join_emit(op, batch);
    join_trim(op, state->sides[input].store);
    if (state->outer) join_trim(op, state->outer);
}

static void stream_join_flush(Op *op)
{
    StreamJoin *state = op->state;
    for (int s = 0; s < 2; s++)
        op_fail(op, store_flush(state->sides[s].store, op->task->scratch));
    if (state->outer) op_fail(op, store_flush(state->outer, op->task->scratch));
}

static void stream_join_close(Op *op)
{
    StreamJoin *state = op->state;
    buf_free(&state->row);
    buf_free(&state->key);
    if (state->made) arena_free(state->made);
}

const OpType op_join_stream_stream_type = {
    .name = "stream-stream join",
    .state_bytes = sizeof(StreamJoin),
    .open = stream_join_open,
    .process = stream_join_process,
    .flush = stream_join_flush,
    .close = stream_join_close,
};
