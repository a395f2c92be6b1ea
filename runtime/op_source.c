/* SPDX-License-Identifier: Apache-2.0
 *
 * FROM: a stream or table read from its topic (runtime 2.1).
 *
 * source_decode turns raw records into a batch: window bounds are cut off the
 * key, the decoders fill the columns that somebody reads (they validate the
 * rest), headers and ROWTIME, ROWPARTITION, ROWOFFSET follow, the timestamp
 * comes from the record or from a column. Bad records are reported and not
 * alive.
 *
 * Key bytes are identity: grouping, joins and partitions go by them. JSON and
 * DELIMITED can write one key in several ways ({"a":1}, { "a": 1 }), so keys in
 * such formats are written anew in our one way.
 *
 * A guest of a hub gets its batches decoded (hub_decode.c) and opens no
 * decoders.
 *
 * process is for tables with a store: each row replaces its key's row and goes
 * on with the old one beside it. Store key: the record's key bytes. Value: the
 * needed columns. With a cache and old rows wanted, changes wait in the store
 * until the commit and go on as one change per key.
 */
#include "runtime/task.h"

#include <assert.h>
#include <limits.h>

#include "base/datefmt.h"
#include "base/property.h"
#include "runtime/merged.h"
#include "runtime/rowset.h"

typedef struct SourceState {
    Decoder *key, *value;
    int *key_slots, *value_slots; /* By column of the side; -1: not wanted. */
    Column **out;                 /* Room for either side. */
    Encoder *rewriter;            /* Of keys; NULL: taken as they are. */
    Column *spare;                /* Key columns that only it reads. */
    DateFormat *format;           /* Of a STRING timestamp column. */
    Store *store;
    RowSet rows;   /* What the store keeps. */
    Arena *merged; /* Of one batch of merged changes. */
    KeptHeaders headers;
    Buf buf;
    Str decoder_step;
    bool stop_on_bad, stop_on_time; /* Settings: such a record is the end. */
    int stop_row;                   /* The first one; INT_MAX: none. */
    const char *stop_doing, *stop_why;
} SourceState;

/* Whose records the decoders are reading, for reports. */
typedef struct DecodeSide {
    Op *op;
    Batch *batch;
    const Str *bytes;
    bool is_key;
} DecodeSide;

Store *source_store(Op *op)
{
    return ((SourceState *)op->state)->store;
}

/* ---- opening ---- */

/* The slot of schema column `index`, or -1 if nobody reads it. */
static int slot_of(const PlanNode *node, int index)
{
    const PlanSource *source = &node->source;
    for (int i = 0; i < node->column_count; i++)
        if (source->fields[i] == SOURCE_COLUMN &&
            source->field_index[i] == index &&
            (node->columns[i].needed || i == source->timestamp.slot))
            return i;
    return -1;
}

static int *side_slots(Arena *plan, const PlanNode *node, ColumnRole role,
                       int count, bool **wanted)
{
    int *slots = ARENA_ARRAY(plan, int, count + 1);
    *wanted = ARENA_ARRAY(plan, bool, count + 1);
    const Schema *schema = node->source.schema;
    int at = 0;
    for (int i = 0; i < schema->count; i++) {
        if (schema->columns[i].role != role) continue;
        assert(at < count);
        slots[at] = slot_of(node, i);
        (*wanted)[at] = slots[at] >= 0;
        at++;
    }
    return slots;
}

/* Do equal keys have equal bytes in this format, whoever wrote them? */
static bool has_one_form(const FormatSpec *spec)
{
    Str name = str_from(spec->format->name);
    return str_eq(name, STR("KAFKA")) || str_eq(name, STR("NONE"));
}

static Status open_decoders(Op *op, Arena *plan, SourceState *state)
{
    const PlanSource *source = &op->node->source;
    int keys = source->key.column_count, values = source->value.column_count;
    int most = keys > values ? keys : values;
    bool *wanted;
    state->out = ARENA_ARRAY(plan, Column *, most + 1);
    state->key_slots = side_slots(plan, op->node, COLUMN_KEY, keys, &wanted);
    if (keys) {
        Status st = st_ok();
        if (!has_one_form(&source->key)) {
            st = encoder_open(plan, &source->key, &state->rewriter);
            if (st.kind) return st;
            state->spare = ARENA_ARRAY(plan, Column, keys);
            for (int i = 0; i < keys; i++)
                wanted[i] = true;
        }
        st = decoder_open(plan, &source->key, wanted, &state->key);
        if (st.kind) return st;
    }
    state->value_slots = side_slots(plan, op->node, COLUMN_VALUE, values,
                                    &wanted);
    return decoder_open(plan, &source->value, wanted, &state->value);
}

static Status source_open(Op *op, Arena *plan)
{
    SourceState *state = op->state;
    const PlanSource *source = &op->node->source;
    state->decoder_step = str_printf(plan, "%.*s.Source.deserializer",
                                     STR_ARG(op->node->step));
    Status st = op->task->hosted ? st_ok() : open_decoders(op, plan, state);
    if (st.kind) return st;
    const Map *properties = op->task->options->properties;
    state->stop_on_bad = property_bool(
        properties, "ksql.fail.on.deserialization.error", false);
    state->stop_on_time = property_bool(
        properties, "ksql.timestamp.throw.on.invalid", false);
    if (source->timestamp.slot >= 0 && source->timestamp.format.len) {
        st = datefmt_open(plan, source->timestamp.format, STR_NULL,
                          &state->format);
        if (st.kind) return st;
    }
    Str name = node_store(op->node);
    if (!name.ptr) return st_ok();
    rowset_open(plan, op->node->columns, op->node->column_count, &state->rows);
    state->merged = arena_new("merged", 0);
    return task_store_open(op, name, STORE_KEYED, 0,
                           op->node->want_old && task_merges(op->task),
                           &state->store);
}

/* ---- decoding ---- */

/* Notes a record that ends the query. */
static void stop_at(Op *op, const Batch *batch, int row, const char *doing,
                    const char *why)
{
    SourceState *state = op->state;
    if (row >= state->stop_row) return;
    state->stop_row = row;
    state->stop_doing = doing;
    state->stop_why = str_copy(batch->arena, str_from(why)).ptr;
}

/* Ends the query there: what comes before still goes its way. */
static void stop_if_bad(Op *op, Batch *batch)
{
    SourceState *state = op->state;
    if (state->stop_row == INT_MAX) return;
    for (int i = batch->sel_count - 1; i >= 0; i--)
        if (batch_row(batch, i) >= state->stop_row)
            batch_drop_row(batch, batch_row(batch, i));
    op_fail(op, st_error(batch->arena, ST_FATAL,
                         "cannot %s of a record of topic '%.*s', partition %d, "
                         "offset %lld: %s",
                         state->stop_doing, STR_ARG(op->node->source.topic),
                         batch->partition,
                         (long long)batch->offsets[state->stop_row],
                         state->stop_why));
}

static void bad_record(void *context, int row, const char *why)
{
    DecodeSide *side = context;
    SourceState *state = side->op->state;
    ProcessingError error = {.type = 0,
                             .step = state->decoder_step,
                             .message = str_from(why),
                             .topic = side->op->node->source.topic,
                             .is_key = side->is_key,
                             .record = side->bytes[row]};
    op_report_full(side->op, side->batch, row, &error);
    if (state->stop_on_bad)
        stop_at(side->op, side->batch, row,
                side->is_key ? "read the key" : "read the value", why);
}

static void decode_side(Op *op, Batch *batch, Decoder *decoder,
                        const int *slots, int count, const Str *bytes,
                        bool is_key)
{
    SourceState *state = op->state;
    const FormatSpec *spec = decoder->spec;
    for (int i = 0; i < count; i++) {
        state->out[i] = slots[i] >= 0               ? &batch->columns[slots[i]]
                        : is_key && state->rewriter ? &state->spare[i]
                                                    : NULL;
        if (state->out[i])
            column_init(batch->arena, state->out[i], spec->columns[i].type,
                        batch->count);
    }
    DecodeSide side = {op, batch, bytes, is_key};
    decoder->format->decode(decoder, batch, bytes, state->out, bad_record,
                            &side);
}

/* Bytes of window bounds at the end of a record's key. */
static size_t window_tail(const Op *op)
{
    WindowKind window = op->node->source.window;
    return window == WINDOW_NONE ? 0 : window == WINDOW_SESSION ? 16 : 8;
}

/* Writes one key in our form; window bounds stay behind it. */
static bool rewrite_key(Op *op, Batch *batch, int row)
{
    SourceState *state = op->state;
    Str *key = &batch->key_bytes[row];
    const char *why = "";
    const Column *const *columns = (const Column *const *)state->out;
    state->buf.len = 0;
    EncodeResult result = state->rewriter->format->encode(
        state->rewriter, batch->arena, columns, row, &state->buf, &why);
    if (result == ENCODE_FAILED) {
        DecodeSide side = {op, batch, batch->key_bytes, true};
        bad_record(&side, row, why);
        return false;
    }
    if (result == ENCODE_NULL) {
        *key = STR_NULL;
        return true;
    }
    if (str_eq(buf_str(&state->buf), *key)) return true;
    size_t len = state->buf.len;
    buf_append(&state->buf, key->ptr + key->len, window_tail(op));
    *key = (Str){arena_copy(batch->arena, state->buf.ptr, state->buf.len), len};
    return true;
}

/* Right after the keys were decoded: state->out are their columns. */
static void rewrite_keys(Op *op, Batch *batch)
{
    for (int i = batch->sel_count - 1; i >= 0; i--) {
        int row = batch_row(batch, i);
        if (batch->key_bytes[row].ptr && !rewrite_key(op, batch, row))
            batch_drop_row(batch, row);
    }
}

static int64_t read_be64(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

/* Cuts the window bounds off the keys (formats 8). */
static void cut_windows(Op *op, Batch *batch)
{
    const PlanSource *source = &op->node->source;
    bool session = source->window == WINDOW_SESSION;
    size_t tail = window_tail(op);
    batch->window_start = ARENA_ARRAY(batch->arena, int64_t, batch->count);
    batch->window_end = ARENA_ARRAY(batch->arena, int64_t, batch->count);
    for (int row = batch->count - 1; row >= 0; row--) {
        Str *key = &batch->key_bytes[row];
        batch->window_start[row] = batch->window_end[row] = 0;
        if (!key->ptr) continue;
        if (key->len < tail) {
            DecodeSide side = {op, batch, batch->key_bytes, true};
            bad_record(&side, row, "windowed key is too short");
            batch_drop_row(batch, row);
            continue;
        }
        key->len -= tail;
        int64_t first = read_be64(key->ptr + key->len), end;
        if (session) {
            batch->window_start[row] = read_be64(key->ptr + key->len + 8);
            batch->window_end[row] = first;
            continue;
        }
        batch->window_start[row] = first;
        if (__builtin_add_overflow(first, source->window_size_ms, &end))
            end = INT64_MAX;
        batch->window_end[row] = end;
    }
}

static Value header_list(Arena *arena, const Headers *headers)
{
    int count = headers ? headers->count : 0;
    List *list = list_new(arena, count);
    for (int i = 0; i < count; i++) {
        List *pair = list_new(arena, 2);
        pair->items[0] = (Value){.str = headers->at[i].key};
        pair->items[1] = (Value){.str = headers->at[i].value,
                                 .null = !headers->at[i].value.ptr};
        list->items[i] = (Value){.list = pair};
    }
    return (Value){.list = list};
}

static Value last_header(const Headers *headers, Str key)
{
    for (int i = headers ? headers->count - 1 : -1; i >= 0; i--)
        if (str_eq(headers->at[i].key, key))
            return (Value){.str = headers->at[i].value,
                           .null = !headers->at[i].value.ptr};
    return VALUE_NULL;
}

static void fill_headers(Batch *batch, Column *col, const SchemaColumn *column)
{
    for (int row = 0; row < batch->count; row++) {
        const Headers *headers = batch->headers ? batch->headers[row] : NULL;
        Value value = column->role == COLUMN_HEADERS
                          ? header_list(batch->arena, headers)
                          : last_header(headers, column->header_key);
        column_set(batch->arena, col, row, batch->count, value);
    }
}

/* What does not come from the two decoders. */
static void fill_others(Op *op, Batch *batch)
{
    const PlanSource *source = &op->node->source;
    for (int i = 0; i < op->node->column_count; i++) {
        const PlanColumn *column = &op->node->columns[i];
        Column *col = &batch->columns[i];
        if (!column->needed && i != source->timestamp.slot) continue;
        if (col->values) continue;
        if (source->fields[i] == SOURCE_COLUMN) {
            const SchemaColumn *declared =
                &source->schema->columns[source->field_index[i]];
            if (declared->role != COLUMN_HEADERS &&
                declared->role != COLUMN_HEADER)
                continue;
            column_init(batch->arena, col, column->type, batch->count);
            fill_headers(batch, col, declared);
            continue;
        }
        *col = (Column){.type = column->type};
        switch (source->fields[i]) {
        case SOURCE_ROWTIME: col->i64 = batch->timestamps; break;
        case SOURCE_ROWOFFSET: col->i64 = batch->offsets; break;
        case SOURCE_WINDOWSTART: col->i64 = batch->window_start; break;
        case SOURCE_WINDOWEND: col->i64 = batch->window_end; break;
        default:
            column_init(batch->arena, col, column->type, batch->count);
            for (int row = 0; row < batch->count; row++)
                col->i32[row] = batch->partition;
        }
    }
}

/* The extracted timestamp; false: none, *why says so. */
static bool timestamp_of(SourceState *state, const Column *col, int row,
                         int64_t *ms, const char **why)
{
    *why = "timestamp column is null";
    if (bit_get(col->nulls, row)) return false;
    *why = "timestamp column does not match its format";
    if (col->type->kind != TYPE_STRING)
        *ms = col->i64[row];
    else if (!state->format || !datefmt_parse(state->format, col->str[row], ms))
        return false;
    *why = "timestamp is negative";
    return *ms >= 0;
}

static void extract_timestamps(Op *op, Batch *batch)
{
    SourceState *state = op->state;
    const PlanSource *source = &op->node->source;
    int slot = source->timestamp.slot;
    bool from_value =
        slot >= 0 &&
        (source->fields[slot] != SOURCE_COLUMN ||
         source->schema->columns[source->field_index[slot]].role != COLUMN_KEY);
    for (int i = batch->sel_count - 1; i >= 0; i--) {
        int row = batch_row(batch, i);
        const char *why = "record has no timestamp";
        bool ok = batch->timestamps[row] >= 0;
        if (slot >= 0 && from_value && bit_get(batch->row_null, row)) {
            ok = false;
            why = "record has no value to take the timestamp from";
        } else if (slot >= 0) {
            int64_t ms = -1;
            ok = timestamp_of(state, &batch->columns[slot], row, &ms, &why);
            batch->timestamps[row] = ms;
        }
        if (ok) continue;
        op_report(op, 1, batch, row, "%s", why);
        if (state->stop_on_time) stop_at(op, batch, row, "take the time", why);
        batch_drop_row(batch, row);
    }
}

static void drop_null_keys(Op *op, Batch *batch)
{
    for (int i = batch->sel_count - 1; i >= 0; i--) {
        int row = batch_row(batch, i);
        if (batch->key_bytes[row].ptr) continue;
        op_report(op, 1, batch, row, "record of a table has no key");
        batch_drop_row(batch, row);
    }
}

Batch *source_decode(Op *op, Arena *arena, const RawRows *raw)
{
    SourceState *state = op->state;
    const PlanSource *source = &op->node->source;
    Batch *batch = batch_new(arena, raw->count, op->node->column_count);
    state->stop_row = INT_MAX;
    batch->partition = raw->partition;
    batch->timestamps = raw->timestamps;
    batch->offsets = raw->offsets;
    batch->key_bytes = raw->keys;
    batch->value_bytes = raw->values;
    batch->headers = raw->headers;
    for (int i = 0; i < raw->count; i++) {
        if (raw->values[i].ptr) continue;
        if (!batch->row_null) batch->row_null = bits_new(arena, raw->count);
        bit_set(batch->row_null, i);
    }
    if (source->window != WINDOW_NONE) cut_windows(op, batch);
    if (state->key)
        decode_side(op, batch, state->key, state->key_slots,
                    source->key.column_count, batch->key_bytes, true);
    if (state->rewriter) rewrite_keys(op, batch);
    if (source->is_table) drop_null_keys(op, batch);
    decode_side(op, batch, state->value, state->value_slots,
                source->value.column_count, batch->value_bytes, false);
    fill_others(op, batch);
    extract_timestamps(op, batch);
    stop_if_bad(op, batch);
    return batch;
}

/* ---- tables ---- */

/* The key with its window bounds, which are behind it in memory. */
static Str store_key(const Op *op, const Batch *batch, int row)
{
    Str key = batch->key_bytes[row];
    key.len += window_tail(op);
    return key;
}

/* An empty batch of old rows beside `batch`. */
static Batch *old_batch(SourceState *state, const Op *op, Batch *batch)
{
    Batch *old = batch_derive(batch, op->node->column_count);
    old->timestamps = ARENA_ARRAY(batch->arena, int64_t, batch->count);
    old->row_null = bits_new(batch->arena, batch->count);
    rowset_columns(&state->rows, batch->arena, old, op->node->columns);
    return old;
}

static void old_row(SourceState *state, Batch *old, int row, const char *bytes,
                    size_t len, int64_t timestamp_ms)
{
    old->timestamps[row] = timestamp_ms;
    if (bytes) {
        Str copy = {arena_copy(old->arena, bytes, len), len};
        if (rowset_decode(&state->rows, old, row, copy, timestamp_ms)) return;
    } else {
        rowset_null(&state->rows, old, row);
    }
    bit_set(old->row_null, row);
}

static void store_row(SourceState *state, Batch *batch, int row,
                      StoreEntry *entry)
{
    int64_t ms = batch->timestamps[row];
    store_before_change(state->store, entry);
    if (bit_get(batch->row_null, row)) {
        store_delete(state->store, entry, ms);
        return;
    }
    state->buf.len = 0;
    rowset_encode(&state->rows, &state->buf, batch, row);
    char *room = store_value_room(state->store, entry,
                                  (uint32_t)state->buf.len);
    memcpy(room, state->buf.ptr, state->buf.len);
    store_mark(state->store, entry, ms);
}

/* ---- merged changes ---- */

static void begin_merged(Op *op, Batch *batch)
{
    batch->old = old_batch(op->state, op, batch);
}

static void merged_row(Op *op, Batch *batch, int i, Str key,
                       const StoreEntry *entry)
{
    batch->key_bytes[i] = key;
    old_row(op->state, batch->old, i, entry->old_value, entry->old_len,
            entry->old_timestamp_ms);
}

static void end_merged(Op *op, Batch *batch)
{
    batch->old->sel = batch->sel;
    batch->old->sel_count = batch->sel_count;
    if (op->node->source.window != WINDOW_NONE) cut_windows(op, batch);
}

static void emit_merged(Op *op)
{
    SourceState *state = op->state;
    MergedRows merged = {.store = state->store,
                         .rows = &state->rows,
                         .headers = &state->headers,
                         .arena = state->merged,
                         .begin = begin_merged,
                         .row = merged_row,
                         .end = end_merged};
    merged_emit(op, &merged);
}

static void source_flush(Op *op)
{
    SourceState *state = op->state;
    if (!state->store) return;
    if (op->node->want_old && task_merges(op->task)) emit_merged(op);
    op_fail(op, store_flush(state->store, op->task->scratch));
    kept_headers_forget(&state->headers);
}

static void source_process(Op *op, int input, Batch *batch)
{
    (void)input;
    SourceState *state = op->state;
    if (!state->store) {
        op_emit(op, batch);
        return;
    }
    bool merges = op->node->want_old && task_merges(op->task);
    Batch *old = NULL;
    if (op->node->want_old && !merges) old = old_batch(state, op, batch);
    store_begin(state->store);
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        Str key = store_key(op, batch, row);
        StoreEntry *entry = store_upsert(state->store, key);
        if (!entry) continue;
        if (old)
            old_row(state, old, row, entry->value, entry->value_len,
                    entry->timestamp_ms);
        store_row(state, batch, row, entry);
        if (merges) kept_headers_note(&state->headers, key, batch, row);
        store_yield(state->store);
    }
    store_end(state->store);
    op_fail(op, store_status(state->store));
    if (!merges) {
        batch->old = old;
        op_emit(op, batch);
    }
    if (store_dirty_bytes(state->store) + state->headers.bytes >
        task_cache_bytes(op->task))
        source_flush(op);
}

static void source_close(Op *op)
{
    SourceState *state = op->state;
    if (state->key) decoder_close(state->key);
    if (state->value) decoder_close(state->value);
    if (state->rewriter) encoder_close(state->rewriter);
    if (state->format) datefmt_close(state->format);
    buf_free(&state->buf);
    kept_headers_close(&state->headers);
    arena_free(state->merged);
}

const OpType op_source_type = {
    .name = "source",
    .state_bytes = sizeof(SourceState),
    .open = source_open,
    .process = source_process,
    .flush = source_flush,
    .close = source_close,
};
