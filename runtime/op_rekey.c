/* SPDX-License-Identifier: Apache-2.0
 *
 * New keys: GROUP BY, PARTITION BY and the key of a join (runtime 2.5, 2.6,
 * 2.10). The new key columns come first, then all columns of the input; the key
 * bytes are written anew in the node's key format.
 *
 * A table's change that moves from one group to another is two changes: the old
 * row under the old key, then the new row under the new one.
 */
#include "runtime/slice.h"
#include "runtime/task.h"

typedef struct RekeyState {
    Eval **evals;
    bool *of_key; /* Reads key columns only: works without a value. */
    Encoder *encoder;
    const Column **columns;
    Buf bytes;
} RekeyState;

static void note_column(void *context, int slot)
{
    Op *op = ((void **)context)[0];
    bool *of_key = ((void **)context)[1];
    if (op->node->inputs[0]->columns[slot].role != PLAN_KEY) *of_key = false;
}

static bool reads_key_only(Op *op, const Expr *expr)
{
    bool of_key = true;
    void *context[2] = {op, &of_key};
    expr_each_column(expr, note_column, context);
    return of_key;
}

static Status rekey_open(Op *op, Arena *plan)
{
    RekeyState *state = op->state;
    const PlanRekey *rekey = &op->node->rekey;
    state->evals = ARENA_ARRAY(plan, Eval *, rekey->count + 1);
    state->of_key = ARENA_ARRAY(plan, bool, rekey->count + 1);
    state->columns = ARENA_ARRAY(plan, const Column *, rekey->count + 1);
    for (int i = 0; i < rekey->count; i++) {
        state->evals[i] = op_eval(op, plan, rekey->exprs[i]);
        state->of_key[i] = reads_key_only(op, rekey->exprs[i]);
    }
    if (!rekey->count) return st_ok();
    return encoder_open(plan, &rekey->key, &state->encoder);
}

/* Key column `i` for all living rows of `from`; null where there is none. */
static Column key_column(Op *op, const Batch *from, int i, bool report)
{
    RekeyState *state = op->state;
    Rows rows = state->of_key[i] ? rows_of(from) : rows_with_value(from);
    const Column *col = eval_column(state->evals[i], from, rows,
                                    task_now_ms(op->task),
                                    report ? op_report_row : NULL, op);
    Column own = column_own(from->arena, col, from->count);
    if (!state->of_key[i] && from->row_null) {
        Rows none = rows_without_value(from);
        for (int r = 0; r < none.count; r++)
            column_set_null(from->arena, &own, rows_at(none, r), from->count);
    }
    own.type = op->node->columns[i].type;
    return own;
}

/* Appends the key of a row; false: it is null. */
static bool encode_key(Op *op, const Batch *from, int row)
{
    RekeyState *state = op->state;
    if (!state->encoder) return false;
    const char *why = "";
    EncodeResult r = state->encoder->format->encode(
        state->encoder, from->arena, state->columns, row, &state->bytes, &why);
    if (r == ENCODE_FAILED) {
        ProcessingError error = {
            .type = 3, .message = str_from(why), .is_key = true};
        op_report_full(op, from, row, &error);
    }
    return r == ENCODE_BYTES;
}

/* The index of the first null key part, or -1. */
static int null_part(Op *op, int row)
{
    RekeyState *state = op->state;
    for (int i = 0; i < op->node->rekey.count; i++)
        if (bit_get(state->columns[i]->nulls, row)) return i;
    return -1;
}

/* Does this row go on? A null key or part may not. */
static bool keeps(Op *op, const Batch *from, int row, bool report)
{
    const PlanRekey *rekey = &op->node->rekey;
    int part = null_part(op, row);
    if (rekey->mode == REKEY_PARTITION) return true;
    if (rekey->mode == REKEY_GROUP && bit_get(from->row_null, row))
        return false;
    if (part < 0 || (rekey->mode == REKEY_JOIN && rekey->keep_null))
        return true;
    if (report && rekey->mode == REKEY_GROUP)
        op_report(op, 1, from, row, "grouping expression %d is null", part + 1);
    else if (report)
        op_report(op, 1, from, row, "join key is null");
    return false;
}

/* A join key with a null part is no key at all. */
static bool null_key(Op *op, int row)
{
    return op->node->rekey.mode == REKEY_JOIN && null_part(op, row) >= 0;
}

/* `from` with its new key columns and bytes; rows without a key are dropped as
 * the mode says. */
static Batch *rekey(Op *op, Batch *from, bool report)
{
    RekeyState *state = op->state;
    Arena *arena = from->arena;
    int keys = op->node->rekey.count;
    Batch *to = batch_derive(from, op->node->column_count);
    to->value_bytes = from->value_bytes;
    /* Windows are of the key that was; as columns they stay. */
    if (op->node->window == WINDOW_NONE)
        to->window_start = to->window_end = NULL;
    for (int i = 0; i < keys; i++) {
        to->columns[i] = key_column(op, from, i, report);
        state->columns[i] = &to->columns[i];
    }
    for (int i = keys; i < op->node->column_count; i++)
        to->columns[i] = from->columns[i - keys];
    to->key_bytes = ARENA_ARRAY(arena, Str, from->count);
    to->sel = ARENA_ARRAY(arena, uint16_t, from->sel_count);
    to->sel_count = 0;
    state->bytes.len = 0;
    for (int i = 0; i < from->sel_count; i++) {
        int row = batch_row(from, i);
        if (!keeps(op, from, row, report)) continue;
        size_t before = state->bytes.len;
        bool has = !null_key(op, row) && encode_key(op, from, row);
        if (!has) state->bytes.len = before;
        to->key_bytes[row] = (Str){has ? "" : NULL, state->bytes.len - before};
        to->sel[to->sel_count++] = (uint16_t)row;
    }
    const char *bytes = arena_copy(
        arena, state->bytes.ptr ? state->bytes.ptr : "", state->bytes.len);
    for (int i = 0; i < to->sel_count; i++) {
        Str *key = &to->key_bytes[to->sel[i]];
        if (!key->ptr) continue;
        key->ptr = bytes;
        bytes += key->len;
    }
    return to;
}

/* One change of a table under its group keys: how many rows it becomes. */
static void split_change(const Batch *now, const Batch *old,
                         const uint64_t *has_new, const uint64_t *has_old,
                         int row, int *rows, bool *with_new, bool *with_old,
                         int *count)
{
    bool n = bit_get(has_new, row), o = bit_get(has_old, row);
    if (n && o && str_eq(now->key_bytes[row], old->key_bytes[row])) {
        rows[*count] = row;
        with_new[*count] = with_old[*count] = true;
        (*count)++;
        return;
    }
    if (o) {
        rows[*count] = row;
        with_new[*count] = false;
        with_old[(*count)++] = true;
    }
    if (n) {
        rows[*count] = row;
        with_new[*count] = true;
        with_old[(*count)++] = false;
    }
}

static uint64_t *living_bits(const Batch *batch)
{
    uint64_t *bits = bits_new(batch->arena, batch->count);
    for (int i = 0; i < batch->sel_count; i++)
        bit_set(bits, batch_row(batch, i));
    return bits;
}

static void emit_changes(Op *op, Batch *now, Batch *old, const int *rows,
                         const bool *with_new, const bool *with_old, int count)
{
    Batch *out = batch_gather(now->arena, now, rows, count);
    out->old = batch_gather(now->arena, old, rows, count);
    if (!out->row_null) out->row_null = bits_new(now->arena, count);
    if (!out->old->row_null) out->old->row_null = bits_new(now->arena, count);
    for (int i = 0; i < count; i++) {
        if (!with_new[i]) {
            bit_set(out->row_null, i);
            out->key_bytes[i] = out->old->key_bytes[i];
        }
        if (!with_old[i]) bit_set(out->old->row_null, i);
    }
    /* The key columns of a row that is only old are the old ones. */
    for (int k = 0; k < op->node->rekey.count; k++)
        for (int i = 0; i < count; i++)
            if (!with_new[i])
                column_set(now->arena, &out->columns[k], i, count,
                           column_get(&out->old->columns[k], i));
    op_emit(op, out);
}

static void rekey_table(Op *op, Batch *batch)
{
    Arena *arena = batch->arena;
    Batch *old = batch->old;
    old->sel = batch->sel;
    old->sel_count = batch->sel_count;
    Batch *now = rekey(op, batch, true);
    uint64_t *has_new = living_bits(now);
    Batch *before = rekey(op, old, false);
    uint64_t *has_old = living_bits(before);
    int most = 2 * BATCH_ROWS_MAX, count = 0;
    int *rows = ARENA_ARRAY(arena, int, most);
    bool *with_new = ARENA_ARRAY(arena, bool, most);
    bool *with_old = ARENA_ARRAY(arena, bool, most);
    for (int i = 0; i < batch->sel_count; i++)
        split_change(now, before, has_new, has_old, batch_row(batch, i), rows,
                     with_new, with_old, &count);
    for (int from = 0; from < count; from += BATCH_ROWS_MAX) {
        int part = count - from < BATCH_ROWS_MAX ? count - from
                                                 : BATCH_ROWS_MAX;
        emit_changes(op, now, before, rows + from, with_new + from,
                     with_old + from, part);
    }
}

static void rekey_process(Op *op, int input, Batch *batch)
{
    (void)input;
    if (batch->old)
        rekey_table(op, batch);
    else
        op_emit(op, rekey(op, batch, true));
}

static void rekey_close(Op *op)
{
    RekeyState *state = op->state;
    for (int i = 0; state->evals && i < op->node->rekey.count; i++)
        eval_close(state->evals[i]);
    if (state->encoder) encoder_close(state->encoder);
    buf_free(&state->bytes);
}

const OpType op_rekey_type = {
    .name = "rekey",
    .state_bytes = sizeof(RekeyState),
    .open = rekey_open,
    .process = rekey_process,
    .close = rekey_close,
};
