/* SPDX-License-Identifier: Apache-2.0
 *
 * The right half of a foreign-key join (runtime 2.16): right rows and who has
 * subscribed to them; and the reading of the two topics between the halves.
 *
 *   right store         key bytes -> row (rowset.h)
 *   subscription store  u32 BE length of the foreign key | it | primary key
 *                       -> u64 version, u32 left partition, u32 flags
 *
 * A request changes the subscription and is answered with the right row as of
 * now; a change of a right row is told to all of its subscribers, in the order
 * of their keys.
 */
#include "runtime/op_join_foreign.h"

#include "runtime/query_int.h"

/* ---- topics between the halves ---- */

void foreign_writer_open(Arena *plan, Op *op, bool requests, Writer *writer)
{
    const Query *query = op->task->query;
    const QueryTarget *to = requests ? &query->requests[op->node->id]
                                     : &query->targets[op->node->id];
    writer_open_to(plan, op, to->topic, to->partitions, writer);
    writer_begin(writer);
}

void foreign_write(Writer *writer, const Batch *batch, int row,
                   int32_t partition, Str key, const void *head,
                   size_t head_len, Str rest, int64_t timestamp_ms)
{
    if (writer->count == BATCH_ROWS_MAX) {
        writer_send(writer);
        writer_begin(writer);
    }
    WriterRow *out = partition < 0 ? writer_row(writer, key, batch, row)
                                   : writer_row_to(writer, partition);
    out->key_at = writer_append(writer, key);
    out->key_len = (uint32_t)key.len;
    out->value_at = writer_append(writer, (Str){head, head_len});
    writer_append(writer, rest);
    out->value_len = (uint32_t)(head_len + rest.len);
    out->timestamp_ms = timestamp_ms;
    if (batch->headers)
        out->headers = (const RecordHeaders *)(const void *)batch->headers[row];
}

/* Requests and answers stay bytes: the halves read them themselves. */
Batch *foreign_decode(Op *op, Arena *arena, const RawRows *raw)
{
    Batch *batch = batch_new(arena, raw->count, 0);
    batch->partition = raw->partition;
    batch->timestamps = raw->timestamps;
    batch->offsets = raw->offsets;
    batch->key_bytes = raw->keys;
    batch->value_bytes = raw->values;
    batch->headers = raw->headers;
    for (int row = raw->count - 1; row >= 0; row--) {
        if (raw->keys[row].ptr && raw->values[row].ptr) continue;
        op_report(op, 0, batch, row, "internal record is damaged");
        batch_drop_row(batch, row);
    }
    return batch;
}

static void pass_on(Op *op, int input, Batch *batch)
{
    (void)input;
    op_emit(op, batch);
    /* Messages are not rows: the halves count those, under the same node. */
    op->output->rows_in -= batch->sel_count;
    op->rows_in = op->rows_out = 0;
}

const OpType op_join_foreign_reader_type = {
    .name = "foreign-key join messages",
    .process = pass_on,
};

/* ---- the right half ---- */

typedef struct Subscription {
    uint64_t version;
    int32_t partition;
    uint32_t flags;
} Subscription;

typedef struct ForeignRight {
    RowSet rows;
    Store *store, *subscriptions;
    Writer answers;
    Buf key, row;
} ForeignRight;

static Status foreign_right_open(Op *op, Arena *plan)
{
    ForeignRight *state = op->state;
    const PlanJoin *join = &op->node->join;
    const PlanNode *right = op->node->inputs[1];
    rowset_open(plan, right->columns, right->column_count, &state->rows);
    foreign_writer_open(plan, op, false, &state->answers);
    Status st = task_store_open(op, join->right_store, STORE_KEYED, 0, false,
                                &state->store);
    if (st.kind) return st;
    return task_store_open(op, join->subscription_store, STORE_KEYED, 0, false,
                           &state->subscriptions);
}

static Str subscription_key(ForeignRight *state, Str foreign, Str primary)
{
    Buf *buf = &state->key;
    buf->len = 0;
    for (int i = 0; i < 4; i++)
        buf_push(buf, (char)((uint32_t)foreign.len >> (24 - 8 * i)));
    buf_append_str(buf, foreign);
    buf_append_str(buf, primary);
    return buf_str(buf);
}

static void answer(Op *op, const Batch *batch, int row, Str primary,
                   const Subscription *to, const Str *right, int64_t right_ms,
                   int64_t timestamp_ms)
{
    ForeignRight *state = op->state;
    ForeignAnswer head = {.version = to->version,
                          .right_ms = right_ms,
                          .flags = to->flags & FOREIGN_HAS_LEFT};
    if (right) head.flags |= FOREIGN_HAS_RIGHT;
    foreign_write(&state->answers, batch, row, to->partition, primary, &head,
                  sizeof head, right ? *right : STR(""), timestamp_ms);
}

/* ---- changes of right rows ---- */

typedef struct Telling {
    Op *op;
    const Batch *batch;
    int row;
    size_t prefix_len;
    const Str *right; /* NULL: deleted. */
} Telling;

static bool tell(void *context, Str key, Str value, int64_t timestamp_ms)
{
    (void)timestamp_ms;
    Telling *telling = context;
    Subscription to;
    if (value.len != sizeof to) return true;
    memcpy(&to, value.ptr, sizeof to);
    Str primary = {key.ptr + telling->prefix_len,
                   key.len - telling->prefix_len};
    int64_t ms = telling->batch->timestamps[telling->row];
    answer(telling->op, telling->batch, telling->row, primary, &to,
           telling->right, ms, ms);
    return !telling->op->task->failed.kind;
}

/* The first key after all that begin with `prefix`, which does not consist of
 * 0xff bytes alone. */
static Str after_prefix(Arena *arena, Str prefix)
{
    Str end = str_copy(arena, prefix);
    while ((unsigned char)end.ptr[end.len - 1] == 0xff)
        end.len--;
    ((char *)(uintptr_t)end.ptr)[end.len - 1]++;
    return end;
}

static void change_right(Op *op, const Batch *batch, int row)
{
    ForeignRight *state = op->state;
    Str key = batch->key_bytes[row];
    StoreEntry *entry = store_upsert(state->store, key);
    if (!entry) return;
    bool deleted = bit_get(batch->row_null, row);
    Str right = STR_NULL;
    if (deleted) {
        store_delete(state->store, entry, batch->timestamps[row]);
    } else {
        state->row.len = 0;
        rowset_encode(&state->rows, &state->row, batch, row);
        right = buf_str(&state->row);
        char *room = store_value_room(state->store, entry, (uint32_t)right.len);
        memcpy(room, right.ptr, right.len);
        store_mark(state->store, entry, batch->timestamps[row]);
    }
    Str from = str_copy(batch->arena, subscription_key(state, key, STR("")));
    Telling telling = {op, batch, row, from.len, deleted ? NULL : &right};
    op_fail(op, store_scan(state->subscriptions, batch->arena, from,
                           after_prefix(batch->arena, from), tell, &telling));
}

/* ---- requests ---- */

static void subscribe(Op *op, const Batch *batch, int row,
                      const ForeignRequest *request, Str primary)
{
    ForeignRight *state = op->state;
    Str key = subscription_key(state, batch->key_bytes[row], primary);
    StoreEntry *entry = store_upsert(state->subscriptions, key);
    int64_t ms = batch->timestamps[row];
    if (!entry) return;
    if (request->instruction <= REQUEST_DELETE_ANSWER) {
        store_delete(state->subscriptions, entry, ms);
        return;
    }
    Subscription kept = {request->version, request->partition, request->flags};
    char *room = store_value_room(state->subscriptions, entry, sizeof kept);
    memcpy(room, &kept, sizeof kept);
    store_mark(state->subscriptions, entry, ms);
}

static void take_request(Op *op, const Batch *batch, int row)
{
    ForeignRight *state = op->state;
    Str value = batch->value_bytes[row];
    ForeignRequest request;
    if (value.len < sizeof request) {
        op_report(op, 0, batch, row, "internal record is damaged");
        return;
    }
    memcpy(&request, value.ptr, sizeof request);
    Str primary = {value.ptr + sizeof request, value.len - sizeof request};
    subscribe(op, batch, row, &request, primary);
    if (request.instruction == REQUEST_DELETE) return;
    StoreEntry *entry = store_get(state->store, batch->key_bytes[row]);
    bool found = entry && entry->value;
    if (!found && request.instruction == REQUEST_ANSWER_MATCH) return;
    Subscription to = {request.version, request.partition, request.flags};
    int64_t ms = batch->timestamps[row];
    if (!found) {
        answer(op, batch, row, primary, &to, NULL, 0, ms);
        return;
    }
    Str right = {entry->value, entry->value_len};
    int64_t right_ms = entry->timestamp_ms;
    answer(op, batch, row, primary, &to, &right, right_ms,
           right_ms > ms ? right_ms : ms);
}

static void foreign_right_process(Op *op, int input, Batch *batch)
{
    ForeignRight *state = op->state;
    for (int i = 0; i < batch->sel_count && !op->task->failed.kind; i++) {
        int row = batch_row(batch, i);
        if (input == 1)
            take_request(op, batch, row);
        else if (batch->key_bytes[row].ptr)
            change_right(op, batch, row);
    }
    /* The left half counts the rows that come out. */
    writer_send(&state->answers);
    writer_begin(&state->answers);
    join_trim(op, state->store);
    join_trim(op, state->subscriptions);
}

static void foreign_right_flush(Op *op)
{
    ForeignRight *state = op->state;
    op_fail(op, store_flush(state->store, op->task->scratch));
    op_fail(op, store_flush(state->subscriptions, op->task->scratch));
}

static void foreign_right_close(Op *op)
{
    ForeignRight *state = op->state;
    writer_close(&state->answers);
    buf_free(&state->key);
    buf_free(&state->row);
}

const OpType op_join_foreign_right_type = {
    .name = "foreign-key join, right half",
    .state_bytes = sizeof(ForeignRight),
    .open = foreign_right_open,
    .process = foreign_right_process,
    .flush = foreign_right_flush,
    .close = foreign_right_close,
};
