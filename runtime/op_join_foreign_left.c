/* SPDX-License-Identifier: Apache-2.0
 *
 * The left half of a foreign-key join (runtime 2.16): left rows, the requests
 * that their changes make, and the results that the answers make.
 *
 *   left store    key bytes -> u64 version, u32 flags, u32 length of the
 *                 foreign key, it, padded to 8, row (rowset.h)
 *   result store  key bytes -> row of the join's columns; only if somebody
 *                 downstream reads old rows
 *
 * A row without a foreign key cannot match, so it is not asked about: what the
 * answer would make is emitted at once.
 *
 * An INNER join that asks about a row with the key it had before wants no
 * answer if there is no match, unless a result of it stands ("live"): the right
 * row may have gone meanwhile, and the answer that said so been dropped as that
 * of an older version. For the same reason a deleted row with such a result
 * leaves an entry behind until its deletion is answered.
 */
#include "runtime/op_join_foreign.h"

typedef struct ForeignLeft {
    JoinSide sides[2];
    RowSet result;  /* Of the join's columns. */
    Store *results; /* NULL: old rows are not wanted. */
    Eval *foreign;
    Encoder *encoder; /* Of foreign keys. */
    Decoder *decoder; /* Of left keys; NULL: nobody reads them. */
    Column **key_columns;
    Writer requests;
    Buf key; /* Foreign keys of a batch. */
    Buf row;
} ForeignLeft;

enum {
    LEFT_EXISTS = 1,
    LEFT_HAS_KEY = 2, /* The foreign key is not null. */
    LEFT_LIVE = 4,    /* INNER: a result of it stands. */
    LEFT_HEAD = 16,
};

typedef struct LeftRow {
    bool known;  /* There is an entry. */
    bool exists; /* It has a row. */
    bool live;
    uint64_t version;
    Str foreign;
    Str row;
    int64_t ms;
} LeftRow;

/* Key columns are read from the key bytes: the left row may be gone. */
static Status open_decoder(Op *op, Arena *plan)
{
    ForeignLeft *state = op->state;
    const PlanNode *left = op->node->inputs[0];
    int count = left->key_spec->column_count, at = 0;
    bool any = false, *wanted = ARENA_ARRAY(plan, bool, count + 1);
    state->key_columns = ARENA_ARRAY(plan, Column *, count + 1);
    for (int i = 0; i < left->column_count && at < count; i++) {
        if (left->columns[i].role != PLAN_KEY) continue;
        wanted[at++] = left->columns[i].needed;
        any |= left->columns[i].needed;
    }
    if (!any) return st_ok();
    return decoder_open(plan, left->key_spec, wanted, &state->decoder);
}

static Status foreign_left_open(Op *op, Arena *plan)
{
    ForeignLeft *state = op->state;
    const PlanNode *node = op->node;
    join_sides_open(op, plan, state->sides);
    state->foreign = op_eval(op, plan, node->join.foreign_key);
    foreign_writer_open(plan, op, true, &state->requests);
    Status st = encoder_open(plan, node->inputs[1]->key_spec, &state->encoder);
    if (!st.kind) st = open_decoder(op, plan);
    if (!st.kind)
        st = task_store_open(op, node->join.left_store, STORE_KEYED, 0, false,
                             &state->sides[0].store);
    if (st.kind || !node->want_old) return st;
    rowset_open(plan, node->columns, node->column_count, &state->result);
    return task_store_open(op, node->join.result_store, STORE_KEYED, 0, false,
                           &state->results);
}

/* ---- left rows ---- */

static LeftRow read_left(Op *op, Arena *arena, Str key)
{
    ForeignLeft *state = op->state;
    StoreEntry *entry = store_get(state->sides[0].store, key);
    LeftRow left = {0};
    uint32_t head[2];
    if (!entry || !entry->value || entry->value_len < LEFT_HEAD) return left;
    /* Copied, because the next change may move it. */
    char *p = arena_copy(arena, entry->value, entry->value_len);
    memcpy(&left.version, p, sizeof left.version);
    memcpy(head, p + sizeof left.version, sizeof head);
    size_t at = LEFT_HEAD, len = head[1];
    if (len > entry->value_len - at) return left;
    left.known = true;
    left.exists = head[0] & LEFT_EXISTS;
    left.live = head[0] & LEFT_LIVE;
    if (head[0] & LEFT_HAS_KEY) left.foreign = (Str){p + at, len};
    at += (len + 7) / 8 * 8;
    if (at > entry->value_len) at = entry->value_len;
    left.row = (Str){p + at, entry->value_len - at};
    left.ms = entry->timestamp_ms;
    return left;
}

static void put_head(Buf *buf, uint64_t version, uint32_t flags, Str foreign)
{
    uint32_t head[2] = {flags | (foreign.ptr ? LEFT_HAS_KEY : 0),
                        (uint32_t)foreign.len};
    buf->len = 0;
    buf_append(buf, &version, sizeof version);
    buf_append(buf, head, sizeof head);
    if (foreign.ptr) buf_append_str(buf, foreign);
    while (buf->len % 8)
        buf_push(buf, 0);
}

/* The row as it is now; `live` if a result of it may stand. */
static void store_left(Op *op, const Batch *batch, int row, Str key,
                       Str foreign, bool live)
{
    ForeignLeft *state = op->state;
    JoinSide *side = &state->sides[0];
    StoreEntry *entry = store_upsert(side->store, key);
    int64_t ms = batch->timestamps[row];
    uint64_t version = (uint64_t)batch->offsets[row];
    if (!entry) return;
    bool exists = !bit_get(batch->row_null, row);
    if (!exists && !live) {
        store_delete(side->store, entry, ms);
        return;
    }
    Buf *buf = &state->row;
    put_head(buf, version, (exists ? LEFT_EXISTS : 0) | (live ? LEFT_LIVE : 0),
             exists ? foreign : STR_NULL);
    if (exists) rowset_encode(&side->rows, buf, batch, row);
    char *room = store_value_room(side->store, entry, (uint32_t)buf->len);
    memcpy(room, buf->ptr, buf->len);
    store_mark(side->store, entry, ms);
}

/* An INNER join's result of the key stands now, or does not. */
static void set_live(Op *op, Str key, const LeftRow *left, bool live)
{
    ForeignLeft *state = op->state;
    Store *store = state->sides[0].store;
    if (op->node->join.kind != JOIN_INNER || !left->known) return;
    StoreEntry *entry = store_get(store, key);
    if (!entry || !entry->value) return;
    if (!left->exists) {
        store_delete(store, entry, entry->timestamp_ms);
        return;
    }
    if (left->live == live) return;
    uint32_t flags;
    char *at = entry->value + sizeof left->version;
    memcpy(&flags, at, sizeof flags);
    flags = live ? flags | LEFT_LIVE : flags & ~(uint32_t)LEFT_LIVE;
    memcpy(at, &flags, sizeof flags);
    store_mark(store, entry, entry->timestamp_ms);
}

/* ---- requests ---- */

/* The foreign keys of the batch's rows, in the bytes of the right table's
 * keys. */
static Str *foreign_keys(Op *op, const Batch *batch)
{
    ForeignLeft *state = op->state;
    Str *keys = arena_zalloc(batch->arena,
                             sizeof(Str) * (size_t)(batch->count + 1));
    const Column *evaluated = op_column(op, state->foreign, batch,
                                        rows_with_value(batch));
    Column own = column_own(batch->arena, evaluated, batch->count);
    const Column *column = &own;
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        if (bit_get(batch->row_null, row) || bit_get(own.nulls, row)) continue;
        const char *why = "";
        state->key.len = 0;
        EncodeResult result = state->encoder->format->encode(
            state->encoder, batch->arena, &column, row, &state->key, &why);
        if (result == ENCODE_BYTES) {
            keys[row] = str_copy(batch->arena, buf_str(&state->key));
            continue;
        }
        if (result != ENCODE_FAILED) continue;
        ProcessingError error = {
            .type = 3, .message = str_from(why), .is_key = true};
        op_report_full(op, batch, row, &error);
    }
    return keys;
}

/* One change on its way. */
typedef struct Change {
    Op *op;
    const Batch *batch;
    int row;
    Str key;
    LeftRow old;
    bool exists; /* The row afterwards, */
    Str foreign; /* and its foreign key. */
} Change;

static void request(const Change *c, Str foreign, Instruction instruction)
{
    if (!foreign.ptr) return;
    ForeignLeft *state = c->op->state;
    ForeignRequest head = {.version = (uint64_t)c->batch->offsets[c->row],
                           .instruction = instruction,
                           .partition = c->op->task->partition,
                           .flags = c->exists ? FOREIGN_HAS_LEFT : 0};
    foreign_write(&state->requests, c->batch, c->row, -1, foreign, &head,
                  sizeof head, c->key, c->batch->timestamps[c->row]);
}

static bool same_key(Str a, Str b)
{
    if (!a.ptr || !b.ptr) return !a.ptr && !b.ptr;
    return str_eq(a, b);
}

/* Has the row another foreign key than before? */
static bool changed(const Change *c)
{
    return c->old.exists && !same_key(c->old.foreign, c->foreign);
}

/* Asks what has to be asked; true: the answer is known to be "no match". */
static bool ask_inner(const Change *c)
{
    if (!c->exists) {
        if (c->old.exists) request(c, c->old.foreign, REQUEST_DELETE_ANSWER);
        return false;
    }
    if (changed(c)) request(c, c->old.foreign, REQUEST_DELETE);
    if (!c->foreign.ptr) {
        op_report(c->op, 1, c->batch, c->row, "foreign key is null");
        return changed(c) || c->old.live;
    }
    request(c, c->foreign,
            changed(c) || c->old.live ? REQUEST_ANSWER : REQUEST_ANSWER_MATCH);
    return false;
}

static bool ask_left(const Change *c)
{
    if (c->old.exists && (!c->exists || changed(c)))
        request(c, c->old.foreign, REQUEST_DELETE);
    request(c, c->foreign, REQUEST_ANSWER);
    return !c->foreign.ptr;
}

/* ---- results ---- */

static Batch *new_rows(Op *op, Batch *batch)
{
    Batch *out = batch_derive(batch, op->node->column_count);
    out->row_null = bits_new(batch->arena, batch->count);
    return out;
}

/* A batch of old results, to be filled by keep_result. */
static Batch *old_rows(Op *op, Batch *out)
{
    ForeignLeft *state = op->state;
    Batch *old = new_rows(op, out);
    old->timestamps = ARENA_ARRAY(out->arena, int64_t, out->count);
    rowset_columns(&state->result, out->arena, old, op->node->columns);
    return old;
}

/* Replaces the result of a key; its old one goes into out->old. */
static void keep_result(Op *op, Batch *out, int row)
{
    ForeignLeft *state = op->state;
    int64_t ms = out->timestamps[row];
    StoreEntry *entry = store_upsert(state->results, out->key_bytes[row]);
    if (!entry) return;
    out->old->timestamps[row] = entry->value ? entry->timestamp_ms : ms;
    if (entry->value) {
        Str bytes = {arena_copy(out->arena, entry->value, entry->value_len),
                     entry->value_len};
        rowset_decode(&state->result, out->old, row, bytes,
                      entry->timestamp_ms);
    } else {
        rowset_null(&state->result, out->old, row);
        bit_set(out->old->row_null, row);
    }
    if (bit_get(out->row_null, row)) {
        store_delete(state->results, entry, ms);
        return;
    }
    state->row.len = 0;
    rowset_encode(&state->result, &state->row, out, row);
    char *room = store_value_room(state->results, entry,
                                  (uint32_t)state->row.len);
    memcpy(room, state->row.ptr, state->row.len);
    store_mark(state->results, entry, ms);
}

static void emit_rows(Op *op, Batch *out, uint16_t *sel, int count)
{
    ForeignLeft *state = op->state;
    out->sel = sel;
    out->sel_count = count;
    if (state->results && count) {
        out->old = old_rows(op, out);
        for (int i = 0; i < count; i++)
            keep_result(op, out, sel[i]);
        join_trim(op, state->results);
    }
    op_emit(op, out);
}

static void change_rows(Op *op, Batch *batch)
{
    ForeignLeft *state = op->state;
    bool inner = op->node->join.kind == JOIN_INNER;
    Batch *out = new_rows(op, batch);
    join_columns_share(op, &state->sides[0], batch, out);
    join_columns_init(&state->sides[1], out);
    Batch right = join_view(&state->sides[1], out);
    Str *foreign = foreign_keys(op, batch);
    uint16_t *sel = ARENA_ARRAY(batch->arena, uint16_t, batch->sel_count + 1);
    int count = 0;
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        Change c = {.op = op,
                    .batch = batch,
                    .row = row,
                    .key = batch->key_bytes[row],
                    .exists = !bit_get(batch->row_null, row),
                    .foreign = foreign[row]};
        if (!c.key.ptr) continue;
        c.old = read_left(op, batch->arena, c.key);
        /* A deletion of nothing changes nothing, nor does it end a wait. */
        if (!c.exists && !c.old.exists) continue;
        bool missed = inner ? ask_inner(&c) : ask_left(&c);
        store_left(op, batch, row, c.key, c.foreign, c.old.live && !missed);
        if (!missed) continue;
        rowset_null(&state->sides[1].rows, &right, row);
        if (inner || !c.exists) bit_set(out->row_null, row);
        sel[count++] = (uint16_t)row;
    }
    writer_send(&state->requests);
    writer_begin(&state->requests);
    join_trim(op, state->sides[0].store);
    emit_rows(op, out, sel, count);
}

static void bad_key(void *context, int row, const char *why)
{
    const void *const *of = context;
    op_report((Op *)(uintptr_t)of[0], 0, of[1], row, "%s", why);
}

static void decode_keys(Op *op, const Batch *batch, Batch *view)
{
    ForeignLeft *state = op->state;
    if (!state->decoder) return;
    const PlanNode *left = op->node->inputs[0];
    int at = 0;
    for (int i = 0; i < left->column_count; i++) {
        if (left->columns[i].role != PLAN_KEY) continue;
        state->key_columns[at++] = left->columns[i].needed ? &view->columns[i]
                                                           : NULL;
    }
    Batch keys = *batch;
    const void *context[] = {op, batch};
    state->decoder->format->decode(state->decoder, &keys, batch->key_bytes,
                                   state->key_columns, bad_key, context);
}

/* A left row that is gone: all but its key is null. */
static void null_left(Op *op, Batch *view, int row)
{
    ForeignLeft *state = op->state;
    const JoinSide *side = &state->sides[0];
    for (int i = 0; i < side->rows.count; i++) {
        int slot = side->rows.slots[i];
        if (side->node->columns[slot].role != PLAN_KEY)
            column_set_null(view->arena, &view->columns[slot], row,
                            view->count);
    }
    if (side->rows.rowtime_slot >= 0)
        column_set_null(view->arena, &view->columns[side->rows.rowtime_slot],
                        row, view->count);
}

/* One answer; false: it is stale, or nothing is to be said. */
static bool take_answer(Op *op, const Batch *batch, int row, Batch views[2],
                        Batch *out)
{
    ForeignLeft *state = op->state;
    Str value = batch->value_bytes[row];
    ForeignAnswer head;
    if (value.len < sizeof head) {
        op_report(op, 0, batch, row, "internal record is damaged");
        return false;
    }
    memcpy(&head, value.ptr, sizeof head);
    LeftRow left = read_left(op, batch->arena, batch->key_bytes[row]);
    bool had_left = head.flags & FOREIGN_HAS_LEFT;
    bool has_right = head.flags & FOREIGN_HAS_RIGHT;
    if (left.exists != had_left) return false;
    if (left.known && left.version != head.version) return false;
    set_live(op, batch->key_bytes[row], &left, has_right);
    /* Rows are read in place, so they must be aligned. */
    Str right = {value.ptr + sizeof head, value.len - sizeof head};
    right.ptr = arena_copy(batch->arena, right.ptr, right.len);
    if (!has_right || !rowset_decode(&state->sides[1].rows, &views[1], row,
                                     right, head.right_ms))
        rowset_null(&state->sides[1].rows, &views[1], row);
    if (!left.exists || !rowset_decode(&state->sides[0].rows, &views[0], row,
                                       left.row, left.ms))
        null_left(op, &views[0], row);
    if (!left.exists || (!has_right && op->node->join.kind == JOIN_INNER))
        bit_set(out->row_null, row);
    return true;
}

static void take_answers(Op *op, Batch *batch)
{
    ForeignLeft *state = op->state;
    Batch *out = new_rows(op, batch);
    Batch views[2];
    for (int s = 0; s < 2; s++) {
        join_columns_init(&state->sides[s], out);
        views[s] = join_view(&state->sides[s], out);
    }
    decode_keys(op, batch, &views[0]);
    uint16_t *sel = ARENA_ARRAY(batch->arena, uint16_t, batch->sel_count + 1);
    int count = 0;
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        if (take_answer(op, batch, row, views, out))
            sel[count++] = (uint16_t)row;
    }
    emit_rows(op, out, sel, count);
}

static void foreign_left_process(Op *op, int input, Batch *batch)
{
    if (input == 0)
        change_rows(op, batch);
    else
        take_answers(op, batch);
}

static void foreign_left_flush(Op *op)
{
    ForeignLeft *state = op->state;
    op_fail(op, store_flush(state->sides[0].store, op->task->scratch));
    if (state->results)
        op_fail(op, store_flush(state->results, op->task->scratch));
}

static void foreign_left_close(Op *op)
{
    ForeignLeft *state = op->state;
    eval_close(state->foreign);
    if (state->encoder) encoder_close(state->encoder);
    if (state->decoder) decoder_close(state->decoder);
    writer_close(&state->requests);
    buf_free(&state->key);
    buf_free(&state->row);
}

const OpType op_join_foreign_left_type = {
    .name = "foreign-key join",
    .state_bytes = sizeof(ForeignLeft),
    .open = foreign_left_open,
    .process = foreign_left_process,
    .flush = foreign_left_flush,
    .close = foreign_left_close,
};
