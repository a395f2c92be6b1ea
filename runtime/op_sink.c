/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of CREATE ... AS and INSERT INTO: rows to records of a topic.
 *
 * Key bytes are those the rows carry, or are encoded from the key columns;
 * windowed keys get their bounds appended (formats 8), but only the inner key
 * chooses the partition. Rows without a value are tombstones. Headers and
 * timestamps are the rows'; a TIMESTAMP column sets the record's time instead,
 * and tombstones then get the task's stream time (runtime 1.6).
 */
#include "runtime/task.h"

#include "base/datefmt.h"
#include "runtime/writer.h"

typedef struct SinkState {
    Encoder *key, *value;
    const Column **key_columns, **value_columns;
    DateFormat *format;
    Writer writer;
    Str step;
} SinkState;

static Status sink_open(Op *op, Arena *plan)
{
    SinkState *state = op->state;
    const PlanSink *sink = &op->node->sink;
    state->step = str_printf(plan, "%.*s.Sink.serializer",
                             STR_ARG(op->node->step));
    state->key_columns = ARENA_ARRAY(plan, const Column *,
                                     sink->key.column_count + 1);
    state->value_columns = ARENA_ARRAY(plan, const Column *,
                                       sink->value.column_count + 1);
    Status st = st_ok();
    if (!sink->same_key_bytes && sink->key.column_count)
        st = encoder_open(plan, &sink->key, &state->key);
    if (!st.kind) st = encoder_open(plan, &sink->value, &state->value);
    if (!st.kind && sink->timestamp.slot >= 0 && sink->timestamp.format.len)
        st = datefmt_open(plan, sink->timestamp.format, STR_NULL,
                          &state->format);
    if (!st.kind) writer_open(plan, op, &state->writer);
    return st;
}

/* A row that cannot be written ends the query (runtime 5.3), because skipping
 * it would lose it. */
static void fail_row(Op *op, const Batch *batch, int row, bool is_key,
                     const char *why)
{
    SinkState *state = op->state;
    ProcessingError error = {.type = 3,
                             .step = state->step,
                             .message = str_from(why),
                             .topic = op->node->sink.topic,
                             .is_key = is_key};
    op_report_full(op, batch, row, &error);
    op_fail(op, st_error(batch->arena, ST_FATAL,
                         "cannot write a row to topic '%.*s': %s",
                         STR_ARG(op->node->sink.topic), why));
}

/* Appends the key's bytes; false: the row cannot be written. */
static bool write_key(Op *op, const Batch *batch, int row, Str *hash_key,
                      size_t *at, uint32_t *len)
{
    SinkState *state = op->state;
    Buf *bytes = &state->writer.bytes;
    *at = bytes->len;
    *hash_key = STR_NULL;
    if (op->node->sink.same_key_bytes) {
        *hash_key = batch->key_bytes[row];
        if (!hash_key->ptr) return true;
        if (!batch->window_start) {
            /* Straight from the batch: no copy here. */
            *len = (uint32_t)hash_key->len;
            *at = SIZE_MAX;
            return true;
        }
        buf_append(bytes, hash_key->ptr, hash_key->len);
    } else if (state->key && batch->key_bytes[row].ptr) {
        const char *why = "";
        EncodeResult r = state->key->format->encode(
            state->key, batch->arena, state->key_columns, row, bytes, &why);
        if (r == ENCODE_FAILED) {
            fail_row(op, batch, row, true, why);
            return false;
        }
        if (r == ENCODE_NULL) return true;
        *hash_key = (Str){bytes->ptr + *at, bytes->len - *at};
    } else {
        return true;
    }
    return true;
}

static void write_bounds(Op *op, const Batch *batch, int row)
{
    SinkState *state = op->state;
    if (op->node->sink.window == WINDOW_SESSION)
        put_be64(&state->writer.bytes, batch->window_end[row]);
    put_be64(&state->writer.bytes, batch->window_start[row]);
}

/* The record's time; false: the row is dropped. */
static bool sink_time(Op *op, const Batch *batch, int row, int64_t stream_ms,
                      int64_t *ms)
{
    SinkState *state = op->state;
    int slot = op->node->sink.timestamp.slot;
    *ms = batch->timestamps[row];
    if (slot < 0) return true;
    if (bit_get(batch->row_null, row)) {
        *ms = stream_ms;
        return true;
    }
    const Column *col = &batch->columns[slot];
    bool ok = !bit_get(col->nulls, row);
    if (ok && col->type->kind == TYPE_STRING)
        ok = state->format && datefmt_parse(state->format, col->str[row], ms);
    else if (ok)
        *ms = col->i64[row];
    if (ok && *ms >= 0) return true;
    op_report(op, 1, batch, row,
              "timestamp column of the sink is null, negative or does not "
              "match its format");
    return false;
}

/* Appends one row's record. */
static bool write_row(Op *op, const Batch *batch, int row, int64_t ms)
{
    SinkState *state = op->state;
    Writer *writer = &state->writer;
    Str hash_key;
    size_t key_at, value_at = SIZE_MAX, value_len = 0;
    uint32_t key_len = 0;
    if (!write_key(op, batch, row, &hash_key, &key_at, &key_len)) return false;
    WriterRow *out = writer_row(writer, hash_key, batch, row);
    if (hash_key.ptr && key_at == SIZE_MAX) {
        out->key = hash_key;
    } else if (hash_key.ptr) {
        if (batch->window_start) write_bounds(op, batch, row);
        out->key_at = key_at;
        out->key_len = (uint32_t)(writer->bytes.len - key_at);
    }
    if (!bit_get(batch->row_null, row)) {
        const char *why = "";
        size_t at = writer->bytes.len;
        EncodeResult r = state->value->format->encode(
            state->value, batch->arena, state->value_columns, row,
            &writer->bytes, &why);
        if (r == ENCODE_FAILED) {
            fail_row(op, batch, row, false, why);
            return false;
        }
        if (r == ENCODE_BYTES) {
            value_at = at;
            value_len = writer->bytes.len - at;
        }
    }
    out->value_at = value_at;
    out->value_len = (uint32_t)value_len;
    out->timestamp_ms = ms;
    if (batch->headers)
        out->headers = (const RecordHeaders *)(const void *)batch->headers[row];
    return true;
}

static void sink_process(Op *op, int input, Batch *batch)
{
    (void)input;
    SinkState *state = op->state;
    const PlanSink *sink = &op->node->sink;
    for (int i = 0; i < sink->key.column_count; i++)
        state->key_columns[i] = &batch->columns[sink->key_slots[i]];
    for (int i = 0; i < sink->value.column_count; i++)
        state->value_columns[i] = &batch->columns[sink->value_slots[i]];
    writer_begin(&state->writer);
    int64_t stream_ms = op->task->stream_time_ms;
    int seen = 0;
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        for (; sink->timestamp.slot >= 0 && seen <= row; seen++)
            if (batch->timestamps[seen] > stream_ms)
                stream_ms = batch->timestamps[seen];
        int64_t ms;
        if (!sink_time(op, batch, row, stream_ms, &ms)) continue;
        if (!write_row(op, batch, row, ms)) return;
    }
    op->rows_out += state->writer.count;
    writer_send(&state->writer);
}

static void sink_close(Op *op)
{
    SinkState *state = op->state;
    if (state->key) encoder_close(state->key);
    if (state->value) encoder_close(state->value);
    if (state->format) datefmt_close(state->format);
    writer_close(&state->writer);
}

const OpType op_sink_type = {
    .name = "sink",
    .state_bytes = sizeof(SinkState),
    .open = sink_open,
    .process = sink_process,
    .close = sink_close,
};
