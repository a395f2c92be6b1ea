/* SPDX-License-Identifier: Apache-2.0
 *
 * Through an internal topic to the task that owns the key. The writer ends one
 * sub-topology, the reader begins the next; both are this node.
 *
 *   record key    key bytes [ | window start, BE 64 | window end, BE 64 ]
 *   record value  null, or u32 length of the new row, u32 flags,
 *                 the new row, the old row (types/codec.h), each padded to 8
 *   flags         1 there is a new row, 2 there is an old one, 4 old rows are
 *                 known (a table's change)
 *
 * Timestamp and headers are the record's.
 */
#include "runtime/rowset.h"
#include "runtime/task.h"
#include "runtime/writer.h"

enum { HAS_NEW = 1, HAS_OLD = 2, IS_CHANGE = 4, HEAD_BYTES = 8 };

typedef struct WriterState {
    Writer writer;
    RowSet rows;
    Buf row; /* One value; rows in it are 8-aligned. */
} WriterState;

static Status writer_op_open(Op *op, Arena *plan)
{
    WriterState *state = op->state;
    rowset_open(plan, op->node->columns, op->node->column_count, &state->rows);
    writer_open(plan, op, &state->writer);
    return st_ok();
}

static void append_row(WriterState *state, const Batch *batch, int row)
{
    rowset_encode(&state->rows, &state->row, batch, row);
    while (state->row.len % 8)
        buf_push(&state->row, 0);
}

/* The value of a row in state->row; false: null. */
static bool encode_value(WriterState *state, const Batch *batch, int row)
{
    uint32_t head[2] = {0, batch->old ? IS_CHANGE : 0};
    bool has_new = !bit_get(batch->row_null, row);
    bool has_old = batch->old && !bit_get(batch->old->row_null, row);
    if (!has_new && !batch->old) return false;
    state->row.len = 0;
    buf_append(&state->row, head, sizeof head);
    if (has_new) {
        append_row(state, batch, row);
        head[1] |= HAS_NEW;
        head[0] = (uint32_t)(state->row.len - HEAD_BYTES);
    }
    if (has_old) {
        append_row(state, batch->old, row);
        head[1] |= HAS_OLD;
    }
    memcpy(state->row.ptr, head, sizeof head);
    return true;
}

static void write_row(WriterState *state, const Batch *batch, int row)
{
    Writer *writer = &state->writer;
    Str key = batch->key_bytes[row];
    size_t key_at = SIZE_MAX, key_len = 0;
    if (batch->window_start && key.ptr) {
        key_at = writer_append(writer, key);
        put_be64(&writer->bytes, batch->window_start[row]);
        put_be64(&writer->bytes, batch->window_end[row]);
        key_len = writer->bytes.len - key_at;
        key = (Str){writer->bytes.ptr + key_at, key_len};
    }
    /* A windowed key is placed by all of its bytes (runtime 6). */
    WriterRow *out = writer_row(writer, key, batch, row);
    if (key_at == SIZE_MAX) out->key = key;
    out->key_at = key_at;
    out->key_len = (uint32_t)key_len;
    if (encode_value(state, batch, row)) {
        out->value_len = (uint32_t)state->row.len;
        out->value_at = writer_append(writer, buf_str(&state->row));
    }
    out->timestamp_ms = batch->timestamps[row];
    if (batch->headers)
        out->headers = (const RecordHeaders *)(const void *)batch->headers[row];
}

static void writer_op_process(Op *op, int input, Batch *batch)
{
    (void)input;
    WriterState *state = op->state;
    writer_begin(&state->writer);
    for (int i = 0; i < batch->sel_count; i++)
        write_row(state, batch, batch_row(batch, i));
    /* The reader counts what comes out of this node. */
    writer_send(&state->writer);
}

static void writer_op_close(Op *op)
{
    WriterState *state = op->state;
    writer_close(&state->writer);
    buf_free(&state->row);
}

const OpType op_repartition_type = {
    .name = "repartition",
    .state_bytes = sizeof(WriterState),
    .open = writer_op_open,
    .process = writer_op_process,
    .close = writer_op_close,
};

/* ---- reader ---- */

typedef struct ReaderState {
    RowSet rows;
} ReaderState;

static Status reader_open(Op *op, Arena *plan)
{
    ReaderState *state = op->state;
    rowset_open(plan, op->node->columns, op->node->column_count, &state->rows);
    return st_ok();
}

static int64_t get_be64(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

static void cut_windows(Op *op, Batch *batch)
{
    batch->window_start = ARENA_ARRAY(batch->arena, int64_t, batch->count);
    batch->window_end = ARENA_ARRAY(batch->arena, int64_t, batch->count);
    for (int row = batch->count - 1; row >= 0; row--) {
        Str *key = &batch->key_bytes[row];
        batch->window_start[row] = batch->window_end[row] = 0;
        if (!key->ptr) continue;
        if (key->len < 16) {
            op_report(op, 0, batch, row, "internal key is too short");
            batch_drop_row(batch, row);
            continue;
        }
        key->len -= 16;
        batch->window_start[row] = get_be64(key->ptr + key->len);
        batch->window_end[row] = get_be64(key->ptr + key->len + 8);
    }
}

/* Rows are read in place, so they must be 8-aligned. */
static Str aligned(Arena *arena, Str bytes)
{
    if ((uintptr_t)bytes.ptr % 8 == 0) return bytes;
    return (Str){arena_copy(arena, bytes.ptr, bytes.len), bytes.len};
}

/* Makes the batch of old rows at the first change. */
static Batch *old_rows(Op *op, Batch *batch)
{
    ReaderState *state = op->state;
    Batch *old = batch_derive(batch, op->node->column_count);
    old->sel = NULL;
    old->sel_count = old->count;
    old->row_null = bits_new(batch->arena, batch->count);
    memset(old->row_null, 0xff, (size_t)bits_words(batch->count) * 8);
    rowset_columns(&state->rows, batch->arena, old, op->node->columns);
    return old;
}

static void null_row(ReaderState *state, Batch *batch, int row)
{
    if (!batch->row_null)
        batch->row_null = bits_new(batch->arena, batch->count);
    bit_set(batch->row_null, row);
    rowset_null(&state->rows, batch, row);
}

/* False: damaged. */
static bool decode_value(Op *op, Batch *batch, int row, Str value)
{
    ReaderState *state = op->state;
    uint32_t head[2];
    if (value.len < HEAD_BYTES) return false;
    memcpy(head, value.ptr, sizeof head);
    if (head[0] > value.len - HEAD_BYTES) return false;
    value = aligned(batch->arena, value);
    Str now = {value.ptr + HEAD_BYTES, head[0]};
    Str old = {now.ptr + now.len, value.len - HEAD_BYTES - now.len};
    int64_t ms = batch->timestamps[row];
    if (head[1] & IS_CHANGE) {
        if (!batch->old) batch->old = old_rows(op, batch);
        if (head[1] & HAS_OLD) {
            if (!rowset_decode(&state->rows, batch->old, row, old, ms))
                return false;
            bit_clear(batch->old->row_null, row);
        } else {
            rowset_null(&state->rows, batch->old, row);
        }
    }
    if (head[1] & HAS_NEW)
        return rowset_decode(&state->rows, batch, row, now, ms);
    null_row(state, batch, row);
    return true;
}

Batch *repartition_decode(Op *op, Arena *arena, const RawRows *raw)
{
    ReaderState *state = op->state;
    Batch *batch = batch_new(arena, raw->count, op->node->column_count);
    batch->partition = raw->partition;
    batch->timestamps = raw->timestamps;
    batch->offsets = raw->offsets;
    batch->key_bytes = raw->keys;
    batch->headers = raw->headers;
    rowset_columns(&state->rows, arena, batch, op->node->columns);
    if (op->node->window != WINDOW_NONE) cut_windows(op, batch);
    for (int i = batch->sel_count - 1; i >= 0; i--) {
        int row = batch_row(batch, i);
        if (!raw->values[row].ptr) {
            null_row(state, batch, row);
        } else if (!decode_value(op, batch, row, raw->values[row])) {
            op_report(op, 0, batch, row, "internal record is damaged");
            batch_drop_row(batch, row);
        }
    }
    return batch;
}

static void reader_process(Op *op, int input, Batch *batch)
{
    (void)input;
    op_emit(op, batch);
}

const OpType op_repartition_reader_type = {
    .name = "repartition",
    .state_bytes = sizeof(ReaderState),
    .open = reader_open,
    .process = reader_process,
};
