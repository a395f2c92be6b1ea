/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding once for many guests. All guests whose sources read the topic in the
 * same way (formats, columns, time column, windows) share a HubSource: a source
 * operator of its own with the union of the columns they want. Decoding checks
 * every column of a record, wanted or not, so which records are bad does not
 * depend on who else is there.
 *
 *     the source's columns   all that are declared, then the system columns
 *     a guest's columns      the same arrays, in the guest's order
 *
 * A guest gets a Batch of its own over the shared arrays. Operators replace
 * selections, bitmaps and columns and never write into those they are given.
 * What decoding reported is reported once for each guest that gets the row.
 */
#include "runtime/hub_int.h"

#include "base/alloc.h"
#include "runtime/slice.h"

enum { SYSTEM_FIELDS = SOURCE_WINDOWEND }; /* Behind SOURCE_COLUMN. */

/* ---- which guests may share ---- */

static bool same_side(const FormatSpec *a, const FormatSpec *b)
{
    return a->format == b->format && a->wrapped == b->wrapped &&
           a->column_count == b->column_count &&
           str_eq(a->delimiter, b->delimiter);
}

static int timestamp_field(const PlanNode *node)
{
    int slot = node->source.timestamp.slot;
    if (slot < 0) return -1;
    return node->source.fields[slot] == SOURCE_COLUMN
               ? node->source.field_index[slot]
               : node->source.schema->count + (int)node->source.fields[slot] -
                     1;
}

static bool same_source(const PlanNode *a, const PlanNode *b)
{
    const PlanSource *x = &a->source, *y = &b->source;
    return x->is_table == y->is_table && schema_equal(x->schema, y->schema) &&
           same_side(&x->key, &y->key) && same_side(&x->value, &y->value) &&
           x->window == y->window && x->window_size_ms == y->window_size_ms &&
           timestamp_field(a) == timestamp_field(b) &&
           str_eq(x->timestamp.format, y->timestamp.format) &&
           str_eq(a->step, b->step);
}

/* ---- the shared source ---- */

/* What decoding reports is kept until each guest has heard of it. */
static void keep_error(void *context, const ProcessingError *error)
{
    HubSource *source = context;
    HubError *kept = ARENA_NEW(source->arena, HubError);
    kept->error = *error;
    kept->error.message = str_copy(source->arena, error->message);
    *source->errors_end = kept;
    source->errors_end = &kept->next;
}

static FormatSpec copy_side(const FormatSpec *from, const Schema *schema,
                            int first, Arena *life)
{
    FormatSpec to = *from;
    to.columns = schema->columns + first;
    to.delimiter = str_copy(life, from->delimiter);
    to.topic = str_copy(life, from->topic);
    return to;
}

/* The first column of the values; keys come before them, headers after or
 * between. */
static SchemaColumn *columns_of(Arena *life, const Schema *schema,
                                ColumnRole role)
{
    SchemaColumn *columns = ARENA_ARRAY(life, SchemaColumn, schema->count + 1);
    int count = 0;
    for (int i = 0; i < schema->count; i++)
        if (schema->columns[i].role == role)
            columns[count++] = schema->columns[i];
    return columns;
}

static PlanNode *source_node(Arena *life, const PlanNode *from)
{
    PlanNode *node = ARENA_NEW(life, PlanNode);
    Schema *schema = schema_copy(life, from->source.schema);
    int count = schema->count + SYSTEM_FIELDS;
    SourceField *fields = ARENA_ARRAY(life, SourceField, count);
    int *index = ARENA_ARRAY(life, int, count);
    *node = *from;
    node->step = str_copy(life, from->step);
    node->column_count = count;
    node->columns = arena_zalloc(life, sizeof(PlanColumn) * (size_t)count);
    for (int i = 0; i < count; i++) {
        bool system = i >= schema->count;
        fields[i] = system ? (SourceField)(i - schema->count + 1)
                           : SOURCE_COLUMN;
        index[i] = i;
        node->columns[i].type = system ? i - schema->count + 1 ==
                                                 SOURCE_ROWPARTITION
                                             ? &type_int
                                             : &type_bigint
                                       : schema->columns[i].type;
    }
    PlanSource *source = &node->source;
    source->schema = schema;
    source->fields = fields;
    source->field_index = index;
    source->topic = str_copy(life, from->source.topic);
    source->key = copy_side(&from->source.key, schema, 0, life);
    source->key.columns = columns_of(life, schema, COLUMN_KEY);
    source->value = copy_side(&from->source.value, schema, 0, life);
    source->value.columns = columns_of(life, schema, COLUMN_VALUE);
    source->timestamp.slot = timestamp_field(from);
    source->timestamp.format = str_copy(life, from->source.timestamp.format);
    source->materialize = false;
    node->want_old = false;
    return node;
}

static HubSource *new_source(HubReader *reader, const PlanNode *from)
{
    Arena *life = arena_new("hub source", 0);
    HubSource *source = ARENA_NEW(life, HubSource);
    source->life = life;
    source->arena = arena_new("batch", 0);
    source->node = source_node(life, from);
    source->errors_end = &source->errors;
    source->options = (QueryOptions){
        .id = STR(""), .log = keep_error, .log_context = source};
    source->task = (Task){.options = &source->options};
    source->next = reader->sources;
    reader->sources = source;
    return source;
}

static void close_decoders(HubSource *source)
{
    if (source->plan) source->op.type->close(&source->op);
    arena_free(source->plan);
    source->plan = NULL;
}

/* Opens the decoders for the columns that are wanted now. */
static Status open_decoders(HubSource *source, Arena *arena)
{
    close_decoders(source);
    source->plan = arena_new("decoders", 0);
    source->task.plan = source->plan;
    source->op = (Op){.type = op_type(source->node),
                      .node = source->node,
                      .task = &source->task,
                      .wake_at_ms = INT64_MAX};
    source->op.state = arena_zalloc(source->plan, source->op.type->state_bytes);
    Status st = source->op.type->open(&source->op, source->plan);
    if (st.kind) st.text = str_cstr(arena, str_from(st.text));
    return st;
}

static void free_source(HubReader *reader, HubSource *source)
{
    HubSource **link = &reader->sources;
    while (*link != source)
        link = &(*link)->next;
    *link = source->next;
    close_decoders(source);
    arena_free(source->arena);
    arena_free(source->life);
}

void hub_sources_free(HubReader *reader)
{
    while (reader->sources)
        free_source(reader, reader->sources);
}

static const PlanNode *node_of(const HubSeat *seat)
{
    return seat->query->subs[0].inputs[0].node;
}

/* The guest's columns among the source's; true if some was not wanted yet. */
static bool want_columns(HubSource *source, HubSeat *seat)
{
    const PlanNode *node = node_of(seat);
    int declared = source->node->source.schema->count;
    bool more = false;
    for (int i = 0; i < node->column_count; i++) {
        int slot = node->source.fields[i] == SOURCE_COLUMN
                       ? node->source.field_index[i]
                       : declared + (int)node->source.fields[i] - 1;
        seat->slots[i] = slot;
        if (!node->columns[i].needed || source->node->columns[slot].needed)
            continue;
        source->node->columns[slot].needed = more = true;
    }
    return more;
}

STATUS hub_source_take(HubReader *reader, Arena *arena, HubSeat *seat)
{
    const PlanNode *node = node_of(seat);
    HubSource *source = reader->sources;
    while (source && !same_source(source->node, node))
        source = source->next;
    if (!source) source = new_source(reader, node);
    seat->slots = mem_alloc(sizeof(int) * (size_t)(node->column_count + 1));
    bool more = want_columns(source, seat);
    Status st = st_ok();
    if (more || !source->plan) st = open_decoders(source, arena);
    seat->source = source;
    source->guests++;
    hub_index_drop(source);
    return st;
}

void hub_source_give(HubReader *reader, HubSeat *seat)
{
    HubSource *source = seat->source;
    mem_free(seat->slots);
    seat->slots = NULL;
    seat->source = NULL;
    if (source) hub_index_drop(source);
    if (source && --source->guests == 0) free_source(reader, source);
}

/* ---- decoding ---- */

void hub_sources_reset(HubReader *reader)
{
    for (HubSource *source = reader->sources; source; source = source->next) {
        if (!source->batch) continue;
        source->batch = NULL;
        source->errors = NULL;
        source->errors_end = &source->errors;
        arena_reset(source->arena);
    }
}

static int64_t latest_of(const int64_t *timestamps, int count)
{
    int64_t latest = -1;
    for (int i = 0; i < count; i++)
        if (timestamps[i] > latest) latest = timestamps[i];
    return latest;
}

void hub_source_decode(HubReader *reader, HubSource *source, int32_t partition,
                       const Record *records, int count)
{
    if (source->batch) return;
    Arena *arena = source->arena;
    RawRows raw = raw_rows(arena, partition, count);
    for (int i = 0; i < count; i++)
        raw_take(&raw, arena, count, &records[i]);
    source->batch = source_decode(&source->op, arena, &raw);
    source->latest_ms = latest_of(source->batch->timestamps, count);
    hub_index_pick(reader, source);
}

/* ---- handing out ---- */

/* The first row at or after an offset. */
static int row_at(const Batch *batch, int64_t offset)
{
    int low = 0, high = batch->count;
    if (!high || batch->offsets[0] >= offset) return 0;
    while (low < high) {
        int middle = (low + high) / 2;
        if (batch->offsets[middle] < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

Batch *hub_view(Arena *arena, const HubSeat *seat)
{
    const Batch *from = seat->source->batch;
    const PlanNode *node = node_of(seat);
    Batch *view = arena_copy(arena, from, sizeof *from);
    view->arena = arena;
    view->column_count = node->column_count;
    view->columns = arena_zalloc(arena, sizeof(Column) *
                                            (size_t)(node->column_count + 1));
    for (int i = 0; i < node->column_count; i++)
        if (node->columns[i].needed)
            view->columns[i] = from->columns[seat->slots[i]];
    if (from->sel)
        view->sel = arena_copy(arena, from->sel,
                               sizeof *from->sel * (size_t)from->sel_count);
    return view;
}

static void report_errors(const HubSource *source, Op *op, int64_t position)
{
    for (const HubError *e = source->errors; e; e = e->next)
        if (e->error.offset >= position) op_report_again(op, &e->error);
}

/* Rows that were not picked count as read and dropped by the filter. */
static void count_left_out(const HubSeat *seat, Op *source_op)
{
    int rows = seat->source->batch->sel_count - seat->pick_count;
    source_op->rows_in += rows;
    source_op->rows_out += rows;
    source_op->output->rows_in += rows;
}

/* All of the batch, of which the index has picked what matters. */
static void feed_picks(HubReader *reader, const HubSeat *seat, Task *task,
                       int64_t next)
{
    const HubSource *source = seat->source;
    count_left_out(seat, task->inputs[0].op);
    if (!seat->pick_count) {
        task_pass(task, source->latest_ms, next);
        return;
    }
    Batch *picks = batch_gather(reader->guest, hub_view(reader->guest, seat),
                                seat->picks, seat->pick_count);
    task_feed(task, picks, source->latest_ms, next);
}

static void feed(HubReader *reader, const HubSeat *seat, Task *task, int from,
                 int64_t next)
{
    int64_t latest_ms = seat->source->latest_ms;
    Batch *view = hub_view(reader->guest, seat);
    if (from) {
        view = batch_slice(reader->guest, view, from, view->count);
        latest_ms = latest_of(view->timestamps, view->count);
    }
    task_feed(task, view, latest_ms, next);
}

void hub_feed(HubReader *reader, HubSeat *seat, Task *task, int64_t next)
{
    const HubSource *source = seat->source;
    TaskInput *input = &task->inputs[0];
    Worker *worker = seat->worker;
    int64_t began_ns = clock_thread_cpu_ns();
    if (source->errors) report_errors(source, input->op, input->position);
    int from = row_at(source->batch, input->position);
    int count = source->batch->count - from;
    if (count) {
        worker->records_in += count;
        worker->last_record_ms = clock_monotonic_ms();
    }
    if (!count)
        input->position = next;
    else if (seat->picked && !from)
        feed_picks(reader, seat, task, next);
    else
        feed(reader, seat, task, from, next);
    arena_reset(reader->guest);
    int64_t spent_ns = clock_thread_cpu_ns() - began_ns;
    worker->cpu_ns += spent_ns;
    reader->fed_cpu_ns += spent_ns;
    if (task->failed.kind) hub_task_failed(reader, seat, task);
}
