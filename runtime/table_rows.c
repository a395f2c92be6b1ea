/* SPDX-License-Identifier: Apache-2.0
 *
 * The way of stored rows through the nodes of two plans: from the node that
 * keeps them up to the writer's sink, then from the pull query's source up to
 * its result. Expressions are evaluated over batches, as in tasks.
 *
 * Columns of the key are taken from the key's bytes where the rows do not have
 * them: the writer keeps only what it reads.
 *
 * An aggregate's rows hold states. The operator's own code turns them into
 * results; it runs here with an operator and a task that only this reader
 * knows.
 */
#include "runtime/table_rows.h"

#include <assert.h>

#include "runtime/aggregate_int.h"
#include "runtime/join_int.h"
#include "runtime/rowset.h"

/* A filter or projection. */
typedef struct Stage {
    const PlanNode *node;
    Eval **evals; /* Filter: one. Projection: one a column; NULL: a copy, or
                     nobody reads it. */
} Stage;

struct TableRows {
    TableReaderOptions options;
    const PlanNode *kept;
    Op *op; /* Of an aggregate. */
    Task *task;
    RowSet set;   /* Of other nodes. */
    Decoder *key; /* NULL: no column of the key is wanted from its bytes. */
    int *key_slots;
    bool wants_keys;
    Stage *stages; /* Of the writer. */
    int stage_count;
    const PlanNode *source, *result; /* Of the pull query. */
    int *table_slots; /* By source slot: the writer's column, -1: not read. */
    Stage *selects;   /* Of the pull query. */
    int select_count;
    Value *values;
};

/* ---- opening ---- */

static bool is_key(const PlanColumn *column)
{
    return column->role == PLAN_KEY;
}

static bool is_wanted(const TableRows *rows, const PlanColumn *column)
{
    return column->needed || (rows->wants_keys && is_key(column));
}

static void open_stage(Arena *arena, TableRows *rows, const PlanNode *node,
                       bool of_writer, Stage *stage)
{
    const Map *properties = rows->options.properties;
    stage->node = node;
    stage->evals = arena_zalloc(arena, sizeof(Eval *) *
                                           (size_t)(node->column_count + 1));
    if (node->kind == PLAN_FILTER) {
        stage->evals[0] = eval_new(arena, node->filter, properties);
        return;
    }
    for (int i = 0; i < node->column_count; i++) {
        bool wanted = of_writer ? is_wanted(rows, &node->columns[i])
                                : node->columns[i].needed;
        if (wanted && node->project.copy_of[i] < 0)
            stage->evals[i] = eval_new(arena, node->project.exprs[i],
                                       properties);
    }
}

/* Opens the filters and projections above `bottom` up to `top`. */
static int open_stages(Arena *arena, TableRows *rows, const PlanNode *top,
                       const PlanNode *bottom, bool of_writer, bool filters,
                       Stage **out)
{
    int count = 0, at;
    for (const PlanNode *n = top; n != bottom; n = n->inputs[0])
        count++;
    Stage *stages = ARENA_ARRAY(arena, Stage, count + 1);
    at = count;
    for (const PlanNode *n = top; n != bottom; n = n->inputs[0])
        if (n->kind == PLAN_PROJECT || (n->kind == PLAN_FILTER && filters))
            open_stage(arena, rows, n, of_writer, &stages[--at]);
    *out = stages + at;
    return count - at;
}

static void open_aggregate(Arena *arena, TableRows *rows)
{
    QueryOptions *options = ARENA_NEW(arena, QueryOptions);
    options->properties = rows->options.properties;
    options->clock = rows->options.clock;
    rows->task = ARENA_NEW(arena, Task);
    rows->task->options = options;
    rows->task->plan = arena;
    rows->op = ARENA_NEW(arena, Op);
    rows->op->type = &op_aggregate_type;
    rows->op->node = rows->kept;
    rows->op->task = rows->task;
    rows->op->state = arena_zalloc(arena, op_aggregate_type.state_bytes);
    aggregate_open_calls(rows->op, arena);
}

/* A decoder for those columns of the key that the rows do not have. */
static Status open_key(Arena *arena, TableRows *rows)
{
    const PlanNode *kept = rows->kept;
    int count = kept->key_spec->column_count, at = 0;
    bool any = false;
    bool *wanted = arena_zalloc(arena, (size_t)count + 1);
    rows->key_slots = ARENA_ARRAY(arena, int, count + 1);
    for (int i = 0; i < kept->column_count && at < count; i++) {
        if (!is_key(&kept->columns[i])) continue;
        wanted[at] = rows->wants_keys && !kept->columns[i].needed;
        rows->key_slots[at] = wanted[at] ? i : -1;
        any |= wanted[at++];
    }
    assert(at == count);
    return any ? decoder_open(arena, kept->key_spec, wanted, &rows->key)
               : st_ok();
}

/* Which column of the table a slot of the pull query's source is. */
static void map_columns(Arena *arena, TableRows *rows)
{
    const PlanNode *source = rows->source, *root = rows->options.writer->root;
    rows->table_slots = ARENA_ARRAY(arena, int, source->column_count + 1);
    for (int i = 0; i < source->column_count; i++) {
        int column = source->source.field_index[i];
        rows->table_slots[i] = -1;
        if (!source->columns[i].needed ||
            source->source.fields[i] != SOURCE_COLUMN)
            continue;
        int keys = source->source.schema->key_count;
        if (column < keys) rows->wants_keys = true;
        rows->table_slots[i] = root->kind != PLAN_SINK ? column
                               : column < keys
                                   ? root->sink.key_slots[column]
                                   : root->sink.value_slots[column - keys];
    }
}

static void open_pull(Arena *arena, TableRows *rows)
{
    const TableReaderOptions *options = &rows->options;
    const PlanNode *top = options->writer->root;
    rows->result = rows->source = options->pull->root;
    while (rows->source->kind != PLAN_SOURCE)
        rows->source = rows->source->inputs[0];
    map_columns(arena, rows);
    if (top->kind == PLAN_SINK) top = top->inputs[0];
    rows->stage_count = open_stages(arena, rows, top, rows->kept, true, true,
                                    &rows->stages);
    rows->select_count = open_stages(
        arena, rows, rows->result->inputs[0], rows->source, false,
        !options->pull->pull->exact, &rows->selects);
    rows->values = ARENA_ARRAY(arena, Value, rows->result->column_count + 1);
}

STATUS table_rows_open(Arena *arena, const TableReaderOptions *options,
                       TableRows **out)
{
    TableRows *rows = ARENA_NEW(arena, TableRows);
    rows->options = *options;
    rows->kept = plan_kept(options->writer);
    if (options->pull)
        open_pull(arena, rows);
    else
        rows->wants_keys = true;
    if (rows->kept->kind == PLAN_AGGREGATE)
        open_aggregate(arena, rows);
    else
        rowset_open(arena, rows->kept->columns, rows->kept->column_count,
                    &rows->set);
    *out = rows;
    return open_key(arena, rows);
}

static void close_stages(Stage *stages, int count)
{
    for (int s = 0; s < count; s++)
        for (int i = 0; i <= stages[s].node->column_count; i++)
            if (stages[s].evals[i]) eval_close(stages[s].evals[i]);
}

void table_rows_close(TableRows *rows)
{
    if (!rows) return;
    close_stages(rows->stages, rows->stage_count);
    close_stages(rows->selects, rows->select_count);
    if (rows->key) decoder_close(rows->key);
    if (rows->op) op_aggregate_type.close(rows->op);
}

/* ---- keys ---- */

Str table_rows_bounds(const TableRows *rows, Str key, int64_t *start,
                      int64_t *end)
{
    if (!rows->op) return join_key_split(rows->kept, key, start, end);
    Bounds bounds;
    key = agg_inner_key(rows->op, key, &bounds);
    *start = bounds.start;
    *end = bounds.end;
    return key;
}

int table_rows_of_key(const TableRows *rows, Str key, StoreRow *at, int count)
{
    size_t tail = join_window_bytes(rows->kept->window);
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (at[i].key.len == key.len + tail &&
            !memcmp(at[i].key.ptr, key.ptr, key.len))
            at[kept++] = at[i];
    return kept;
}

/* ---- stored rows to the kept node's columns ---- */

static Status damaged(Arena *arena)
{
    return st_error(arena, ST_FATAL,
                    "a row of the table's state is damaged: remove the query's "
                    "state directory and start it again");
}

static Status read_states(TableRows *rows, Arena *arena, const StoreRow *at,
                          Batch *batch)
{
    AggState *state = rows->op->state;
    for (int i = 0; i < batch->count; i++) {
        Bounds bounds = {0, 0};
        if (batch->window_start)
            bounds = (Bounds){batch->window_start[i], batch->window_end[i]};
        if (agg_decode(rows->op, arena, at[i].value, state->values) &&
            agg_output(rows->op, batch, i, state->values, bounds,
                       at[i].timestamp_ms))
            continue;
        Status st = rows->task->failed;
        rows->task->failed = st_ok();
        return st.kind ? st : damaged(arena);
    }
    return st_ok();
}

static void ignore_bad_key(void *context, int row, const char *why)
{
    (void)context;
    (void)row;
    (void)why;
}

static void read_keys(TableRows *rows, Arena *arena, Batch *batch)
{
    const FormatSpec *spec = rows->kept->key_spec;
    Column **out = ARENA_ARRAY(arena, Column *, spec->column_count + 1);
    for (int i = 0; i < spec->column_count; i++) {
        int slot = rows->key_slots[i];
        out[i] = slot >= 0 ? &batch->columns[slot] : NULL;
        if (slot >= 0)
            column_init(arena, out[i], spec->columns[i].type, batch->count);
    }
    rows->key->format->decode(rows->key, batch, batch->key_bytes, out,
                              ignore_bad_key, NULL);
}

static Batch *new_batch(TableRows *rows, Arena *arena, const StoreRow *at,
                        int count)
{
    const PlanNode *kept = rows->kept;
    Batch *batch = rows->op ? agg_batch(rows->op, arena, count)
                            : batch_new(arena, count, kept->column_count);
    if (kept->window != WINDOW_NONE && !batch->window_start) {
        batch->window_start = ARENA_ARRAY(arena, int64_t, count);
        batch->window_end = ARENA_ARRAY(arena, int64_t, count);
    }
    for (int i = 0; i < count; i++) {
        int64_t start, end;
        batch->key_bytes[i] = table_rows_bounds(rows, at[i].key, &start, &end);
        batch->timestamps[i] = at[i].timestamp_ms;
        batch->offsets[i] = -1;
        if (!batch->window_start) continue;
        batch->window_start[i] = start;
        batch->window_end[i] = end;
    }
    return batch;
}

STATUS table_rows_read(TableRows *rows, Arena *arena, const StoreRow *at,
                       int count, Batch **out)
{
    Batch *batch = *out = new_batch(rows, arena, at, count);
    if (rows->op) {
        Status st = read_states(rows, arena, at, batch);
        if (st.kind) return st;
    } else {
        rowset_columns(&rows->set, arena, batch, rows->kept->columns);
        for (int i = 0; i < count; i++)
            if (!rowset_decode(&rows->set, batch, i, at[i].value,
                               at[i].timestamp_ms))
                return damaged(arena);
    }
    if (rows->key) read_keys(rows, arena, batch);
    return st_ok();
}

/* ---- through the plans ---- */

static int64_t now_ms(const TableRows *rows)
{
    return clock_now_ms(rows->options.clock);
}

static Batch *project(TableRows *rows, const Stage *stage, Batch *from)
{
    const PlanNode *node = stage->node;
    Batch *to = batch_derive(from, node->column_count);
    for (int i = 0; i < node->column_count; i++) {
        int copy = node->project.copy_of[i];
        if (stage->evals[i]) {
            const Column *column = eval_column(
                stage->evals[i], from, rows_of(from), now_ms(rows), NULL, NULL);
            to->columns[i] = column_own(from->arena, column, from->count);
            to->columns[i].type = node->columns[i].type;
        } else if (copy >= 0) {
            to->columns[i] = from->columns[copy];
        }
    }
    return to;
}

static Batch *run_stages(TableRows *rows, const Stage *stages, int count,
                         Batch *batch)
{
    for (int s = 0; s < count && batch->sel_count; s++) {
        if (stages[s].node->kind == PLAN_PROJECT) {
            batch = project(rows, &stages[s], batch);
            continue;
        }
        Rows passing = eval_filter(stages[s].evals[0], batch, rows_of(batch),
                                   now_ms(rows), NULL, NULL);
        if (passing.count == batch->sel_count) continue;
        batch->sel = (uint16_t *)passing.sel;
        batch->sel_count = passing.count;
    }
    return batch;
}

/* The table's columns as the pull query's source has them. */
static Batch *as_source(const TableRows *rows, Batch *from)
{
    const PlanSource *source = &rows->source->source;
    Batch *to = batch_derive(from, rows->source->column_count);
    for (int i = 0; i < to->column_count; i++) {
        const PlanColumn *column = &rows->source->columns[i];
        if (!column->needed) continue;
        to->columns[i] = (Column){.type = column->type};
        if (rows->table_slots[i] >= 0)
            to->columns[i] = from->columns[rows->table_slots[i]];
        else if (source->fields[i] == SOURCE_ROWTIME)
            to->columns[i].i64 = from->timestamps;
        else if (source->fields[i] == SOURCE_WINDOWSTART)
            to->columns[i].i64 = from->window_start;
        else if (source->fields[i] == SOURCE_WINDOWEND)
            to->columns[i].i64 = from->window_end;
    }
    return to;
}

STATUS table_rows_show(TableRows *rows, Arena *arena, const StoreRow *at,
                       int count,
                       bool (*visit)(void *context, const Value *values),
                       void *context)
{
    Batch *batch;
    assert(count <= BATCH_ROWS_MAX);
    if (!count) return st_ok();
    Status st = table_rows_read(rows, arena, at, count, &batch);
    if (st.kind) return st;
    batch = run_stages(rows, rows->stages, rows->stage_count, batch);
    if (!batch->sel_count) return st;
    batch = as_source(rows, batch);
    batch = run_stages(rows, rows->selects, rows->select_count, batch);
    if (!batch->sel_count) return st;
    const int *slots = rows->result->result.slots;
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        for (int c = 0; c < rows->result->column_count; c++)
            rows->values[c] = column_get(&batch->columns[slots[c]], row);
        if (!visit(context, rows->values)) break;
    }
    return st;
}
