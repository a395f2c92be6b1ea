/* SPDX-License-Identifier: Apache-2.0
 *
 * INSERT INTO ... VALUES: one row, serialised by the target's formats and
 * acknowledged before the statement returns.
 */
#include "engine/engine_int.h"

static bool evaluate(void *context, Arena *stmt, const Expr *expr, Value *value,
                     const char **why)
{
    (void)context;
    return eval_constant(stmt, expr, value, why);
}

/* The values of one side as one-row columns. */
static const Column **make_columns(Arena *stmt, const InsertRow *row,
                                   bool is_key, int *count)
{
    const Schema *schema = row->source->schema;
    const Column **columns = ARENA_ARRAY(stmt, const Column *,
                                         schema->count + 1);
    *count = 0;
    for (int i = 0; i < schema->count; i++) {
        const SchemaColumn *column = &schema->columns[i];
        if (column->role != (is_key ? COLUMN_KEY : COLUMN_VALUE)) continue;
        Column *one = ARENA_NEW(stmt, Column);
        column_init(stmt, one, column->type, 1);
        column_set(stmt, one, 0, 1, row->values[i]);
        columns[(*count)++] = one;
    }
    return columns;
}

/* Serialises one side; *out.ptr is NULL for null bytes. */
static Status encode_side(Arena *stmt, const InsertRow *row, bool is_key,
                          Buf *buf, Str *out)
{
    FormatSpec spec = is_key ? source_key_spec(row->source)
                             : source_value_spec(row->source);
    Encoder *encoder;
    const char *why = "";
    int count;

    *out = STR_NULL;
    const Column **columns = make_columns(stmt, row, is_key, &count);
    if (is_key && !count) return st_ok();
    Status st = encoder_open(stmt, &spec, &encoder);
    if (st.kind) return st;
    EncodeResult result = encoder->format->encode(encoder, stmt, columns, 0,
                                                  buf, &why);
    encoder_close(encoder);
    if (result == ENCODE_FAILED)
        return st_error(stmt, ST_USER, "the %s cannot be written as %s: %s",
                        is_key ? "key" : "value", spec.format->name, why);
    if (result == ENCODE_BYTES) *out = buf_str(buf);
    return st_ok();
}

static Status write_row(Exec *x, const InsertRow *row)
{
    Producer *producer;
    Buf key = {0}, value = {0};
    Record record = {.timestamp_ms = row->has_rowtime
                                         ? row->rowtime_ms
                                         : clock_now_ms(x->engine->clock)};

    Status st = encode_side(x->stmt, row, true, &key, &record.key);
    if (!st.kind) st = encode_side(x->stmt, row, false, &value, &record.value);
    if (!st.kind) st = engine_producer(x->engine, x->stmt, &producer);
    if (!st.kind) {
        /* The producer looks topics up by pointer: names live as long as the
         * engine. */
        Str topic = row->source->topic;
        Str *kept = map_get(&x->engine->topic_names, topic);
        if (!kept) {
            kept = ARENA_NEW(x->engine->arena, Str);
            *kept = str_copy(x->engine->arena, topic);
            map_put(x->engine->arena, &x->engine->topic_names, *kept, kept);
        }
        st = producer_send(producer, x->stmt, kept->ptr,
                           x->engine->one_partition ? 0 : PARTITION_BY_KEY,
                           &record, 1);
        if (!st.kind) st = producer_flush(producer, x->stmt, 30000);
    }
    buf_free(&key);
    buf_free(&value);
    return st;
}

Status exec_insert_values(Exec *x, const AstStatement *statement)
{
    PlanEnv env = exec_plan_env(x);
    InsertRow row = {0};

    Status st = plan_insert_values(x->stmt, &env, x->catalog, statement,
                                   evaluate, NULL, &row);
    if (st.kind) return st;
    st = exec_check_writable(x, statement->name.at, row.source);
    if (st.kind) return st;
    if (x->dry || x->replay) return st_ok();
    return write_row(x, &row);
}
