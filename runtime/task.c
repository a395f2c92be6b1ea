/* SPDX-License-Identifier: Apache-2.0
 *
 * A task: builds the operators of its sub-topology, chooses which input's rows
 * go next, and runs them through.
 *
 * Choice (runtime 1.4): of the decoded batches the row with the smallest
 * timestamp goes first, a table's before a stream's on a tie. As many rows as
 * stay smallest go together, as one slice; with one input that is the whole
 * batch. While an input is empty the others wait until the broker is known to
 * have no more for it, then up to max.task.idle.ms longer.
 */
#include "runtime/task.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/property.h"
#include "runtime/query_int.h"
#include "runtime/slice.h"
#include "runtime/table_state.h"

/* ---- building ---- */

static Op *new_op(Task *task, const OpType *type, const PlanNode *node)
{
    Op *op = ARENA_NEW(task->plan, Op);
    op->type = type;
    op->node = node;
    op->task = task;
    op->wake_at_ms = INT64_MAX;
    op->state = arena_zalloc(task->plan, type->state_bytes);
    return op;
}

static void add_input(Task *task, Op *op, Decode decode)
{
    assert(task->input_count < TASK_INPUTS_MAX);
    TaskInput *input = &task->inputs[task->input_count++];
    *input = (TaskInput){
        .op = op,
        .decode = decode,
        .topic = query_topic_of(&task->query->subs[task->sub], op->node),
        .is_table = op->node->is_table,
        .is_feedback = decode == foreign_decode,
        .arena = arena_new("batch", 0),
        .time_ms = -1,
        .position = -1,
        .committed = -1,
        .start = -1};
}

static Op *build(Task *task, const PlanNode *node, bool is_root);

/* Half of a foreign-key join: the left one reads left rows and answers, the
 * right one, the root of its sub-topology, right rows and requests. */
static Op *build_foreign(Task *task, const PlanNode *node, bool is_root)
{
    Op *op = new_op(task,
                    is_root ? &op_join_foreign_right_type
                            : &op_join_foreign_left_type,
                    node);
    Op *rows = build(task, node->inputs[is_root], false);
    rows->output = op;
    Op *reader = new_op(task, &op_join_foreign_reader_type, node);
    add_input(task, reader, foreign_decode);
    reader->output = op;
    reader->output_input = 1;
    task->ops[task->op_count++] = reader;
    task->ops[task->op_count++] = op;
    return op;
}

/* Makes the operators of `node` and what is before it, up to the sources. */
static Op *build(Task *task, const PlanNode *node, bool is_root)
{
    Op *op;
    if (node->kind == PLAN_REPARTITION && !is_root) {
        op = new_op(task, &op_repartition_reader_type, node);
        add_input(task, op, repartition_decode);
        task->ops[task->op_count++] = op;
        return op;
    }
    if (node->kind == PLAN_JOIN_FOREIGN_KEY)
        return build_foreign(task, node, is_root);
    op = new_op(task, op_type(node), node);
    for (int i = 0; i < node->input_count; i++) {
        Op *from = build(task, node->inputs[i], false);
        from->output = op;
        from->output_input = i;
    }
    if (node->kind == PLAN_SOURCE) add_input(task, op, source_decode);
    task->ops[task->op_count++] = op;
    return op;
}

Task *task_new(Query *query, int sub, int32_t partition, Producer *producer)
{
    Arena *plan = arena_new("task", 0);
    Task *task = ARENA_NEW(plan, Task);
    task->plan = plan;
    task->scratch = arena_new("slice", 0);
    task->query = query;
    task->options = &query->options;
    task->sub = sub;
    task->query_columns = query->plan->schema ? query->plan->schema->count : 0;
    task->partition = partition;
    task->producer = producer;
    task->drop_refused = !property_bool(query->options.properties,
                                        "ksql.fail.on.production.error", true);
    task->stream_time_ms = -1;
    task->name = str_printf(plan, "%d_%d", sub, (int)partition);
    task->ops = ARENA_ARRAY(plan, Op *, 2 * query->plan->node_count + 1);
    task->inputs = ARENA_ARRAY(plan, TaskInput, TASK_INPUTS_MAX);
    build(task, query->subs[sub].root, true);
    return task;
}

/* Sources are opened first: a join takes the store of its table from there. An
 * operator that fails half open is closed too; close copes with it. */
STATUS task_open(Task *task)
{
    atomic_bool *claimed =
        &task->query->subs[task->sub].claimed[task->partition];
    assert(!task->claimed);
    if (atomic_exchange(claimed, true))
        return st_error(task->plan, ST_RETRY,
                        "another worker has task %.*s still open",
                        STR_ARG(task->name));
    task->claimed = true;
    while (task->opened < task->op_count) {
        Op *op = task->ops[task->opened++];
        if (!op->type->open) continue;
        Status st = op->type->open(op, task->plan);
        if (st.kind) return st;
    }
    return st_ok();
}

STATUS task_restore(Task *task, Arena *arena,
                    bool (*progress)(void *context, int64_t done,
                                     int64_t total),
                    void *context)
{
    for (int i = 0; i < task->store_count; i++) {
        Status st = store_restore(task->stores[i], arena, task->options->broker,
                                  progress, context);
        if (st.kind) return st;
    }
    TableState *table = task->query->table;
    for (int i = 0; table && i < task->op_count; i++)
        table_state_share(table, task->ops[i], task->partition);
    task->restored = true;
    return st_ok();
}

void task_close(Task *task)
{
    for (int i = 0; i < task->input_count; i++) {
        input_clear(&task->inputs[i]);
        mem_free(task->inputs[i].chunks);
    }
    for (int i = 0; i < task->opened; i++)
        if (task->ops[i]->type->close) task->ops[i]->type->close(task->ops[i]);
    for (int i = 0; i < task->store_count; i++)
        store_close(task->stores[i]);
    for (int i = 0; i < task->input_count; i++)
        arena_free(task->inputs[i].arena);
    if (task->claimed)
        atomic_store(&task->query->subs[task->sub].claimed[task->partition],
                     false);
    arena_free(task->scratch);
    arena_free(task->plan);
}

STATUS task_store_open(Op *op, Str name, StoreKind kind, int64_t retention_ms,
                       bool keep_old, Store **store)
{
    Task *task = op->task;
    if (task->store_count == TASK_STORES_MAX)
        return st_error(task->plan, ST_USER,
                        "too many stores in one query: at most %d",
                        TASK_STORES_MAX);
    StoreOptions options = {
        .name = str_printf(task->plan, "%.*s/%.*s", STR_ARG(task->name),
                           STR_ARG(name)),
        .kind = kind,
        .retention_ms = retention_ms,
        .keep_old = keep_old,
        .caching = task_merges(task),
        .transactional = task->options->exactly_once,
        .producer = task->producer,
        .changelog = query_changelog(task->query, name),
        .partition = task->partition,
    };
    if (!options.changelog) options.producer = NULL;
    Status st = store_open(task->query->db, task->plan, &options, store);
    if (st.kind) return st;
    task->store_ops[task->store_count] = op;
    task->stores[task->store_count++] = *store;
    return st_ok();
}

/* ---- running ---- */

static int head_row(const TaskInput *input)
{
    const Batch *batch = input->batch;
    if (!batch->sel) return input->at;
    int low = 0, high = batch->sel_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (batch->sel[middle] < input->at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < batch->sel_count ? batch->sel[low] : batch->count;
}

/* Partition time and stream time go on over rows that are done, dead ones
 * included. */
static void pass_time(Task *task, TaskInput *input, const int64_t *timestamps,
                      int count)
{
    int64_t most = input->time_ms;
    for (int i = 0; i < count; i++)
        if (timestamps[i] > most) most = timestamps[i];
    input->time_ms = most;
    if (most > task->stream_time_ms) task->stream_time_ms = most;
}

/* Makes each non-empty input have a batch whose head is alive. */
static bool ready_input(Task *task, TaskInput *input, int max_rows)
{
    for (;;) {
        input_fill(input, max_rows);
        if (!input->batch) return false;
        int from = input->at;
        input->at = head_row(input);
        if (input->at < input->batch->count) return true;
        pass_time(task, input, input->batch->timestamps + from,
                  input->batch->count - from);
        task->dirty = true;
        input_finish(input);
    }
}

static int64_t head_ms(const TaskInput *input)
{
    return input->batch->timestamps[input->at];
}

static bool goes_before(const TaskInput *a, const TaskInput *b)
{
    if (head_ms(a) != head_ms(b)) return head_ms(a) < head_ms(b);
    return a->is_table && !b->is_table;
}

/* Asks the broker whether it has more for an empty input, not too often. */
static void check_caught_up(Task *task, TaskInput *input)
{
    int64_t now = clock_monotonic_ms();
    bool often = task->options->threads == 0;
    if (!often && now - input->checked_ms < 100) return;
    input->checked_ms = now;
    int64_t low, high;
    const QueryTopic *topic = &task->query->topics[input->topic];
    Status st = broker_watermarks(task->options->broker, task->scratch,
                                  str_from(topic->name), task->partition, &low,
                                  &high);
    if (st.kind) return;
    if (input->position >= high || low == high) input->caught_up = true;
    /* The end may be markers of transactions, which nobody ever sees. */
    if (!often && now - input->waiting_ms > 1000) input->caught_up = true;
}

/* May the others go on although this input is empty? */
static bool may_pass(Task *task, TaskInput *input)
{
    if (!input->owned || input->is_feedback) return true;
    if (!input->waiting_ms) input->waiting_ms = clock_monotonic_ms();
    if (!input->caught_up) check_caught_up(task, input);
    int64_t idle = task->options->max_task_idle_ms;
    if (!input->caught_up || idle < 0) return false;
    return idle == 0 || task_now_ms(task) - task->waiting_since_ms >= idle;
}

/* The input whose head goes next; NULL: none, or one must be waited for. */
static TaskInput *choose(Task *task, int max_rows, bool crowded)
{
    TaskInput *best = NULL;
    bool blocked = false;
    for (int i = 0; i < task->input_count; i++) {
        TaskInput *input = &task->inputs[i];
        if (ready_input(task, input, max_rows)) {
            input->waiting_ms = 0;
            if (!best || goes_before(input, best)) best = input;
        }
    }
    if (!best) return NULL;
    for (int i = 0; i < task->input_count; i++) {
        TaskInput *input = &task->inputs[i];
        if (!input->batch && !crowded && !may_pass(task, input)) blocked = true;
    }
    if (!blocked) task->waiting_since_ms = task_now_ms(task);
    return blocked ? NULL : best;
}

/* Where the run of rows that go before all other heads ends. */
static int run_end(Task *task, const TaskInput *input)
{
    int64_t limit = INT64_MAX;
    bool only_below = false;
    for (int i = 0; i < task->input_count; i++) {
        const TaskInput *other = &task->inputs[i];
        if (other == input || !other->batch) continue;
        bool below = other->is_table == input->is_table ? other < input
                                                        : other->is_table;
        if (head_ms(other) < limit) {
            limit = head_ms(other);
            only_below = below;
        } else if (head_ms(other) == limit) {
            only_below |= below;
        }
    }
    if (limit == INT64_MAX) return input->batch->count;
    int end = input->at + 1;
    while (end < input->batch->count) {
        int64_t ms = input->batch->timestamps[end];
        if (only_below ? ms >= limit : ms > limit) break;
        end++;
    }
    return end;
}

static void wake_ops(Task *task)
{
    for (int i = 0; i < task->op_count; i++) {
        Op *op = task->ops[i];
        if (op->wake_at_ms > task->stream_time_ms) continue;
        op->wake_at_ms = INT64_MAX;
        OpTimer timer = op_timer_start(op);
        op->type->advance(op, task->stream_time_ms);
        op_timer_stop(op, timer);
    }
}

/* Reading the clock costs as much as some rows: large slices are timed, of
 * small ones a sample. */
static void time_slice(Task *task, int rows)
{
    if (rows >= OP_TIMED_ROWS)
        task->time_weight = 1;
    else
        task->time_weight = task->slice_number++ % OP_TIMED_ONE_IN
                                ? 0
                                : OP_TIMED_ONE_IN;
}

/* Sends rows [input->at, end) through. */
static int run_slice(Task *task, TaskInput *input, int end)
{
    Batch *batch = input->batch;
    int from = input->at, rows = end - from;
    bool whole = from == 0 && end == batch->count;
    const int64_t *timestamps = batch->timestamps + from;
    if (!whole) batch = batch_slice(task->scratch, batch, from, end);
    Op *op = input->op;
    time_slice(task, rows);
    if (batch->sel_count) op_process(op, 0, batch);
    pass_time(task, input, timestamps, rows);
    wake_ops(task);
    task->dirty = true;
    input->at = end;
    if (end == input->batch->count)
        input_finish(input);
    else
        input->position = input->batch->offsets[end];
    arena_reset(task->scratch);
    return rows;
}

void task_feed(Task *task, Batch *batch, int64_t latest_ms, int64_t next)
{
    time_slice(task, batch->count);
    if (batch->sel_count) op_process(task->inputs[0].op, 0, batch);
    task_pass(task, latest_ms, next);
}

void task_pass(Task *task, int64_t latest_ms, int64_t next)
{
    TaskInput *input = &task->inputs[0];
    pass_time(task, input, &latest_ms, 1);
    wake_ops(task);
    task->dirty = true;
    input->position = next;
    arena_reset(task->scratch);
}

int task_run(Task *task, int max_records, bool crowded)
{
    int done = 0, max_rows = task->options->batch_rows_max;
    while (done < max_records && !task->failed.kind &&
           !query_is_finished(task->query)) {
        TaskInput *input = choose(task, max_rows, crowded);
        if (!input) break;
        int end = task->input_count == 1 ? input->batch->count
                                         : run_end(task, input);
        done += run_slice(task, input, end);
    }
    return done;
}

bool task_has_queued(const Task *task)
{
    for (int i = 0; i < task->input_count; i++)
        if (task->inputs[i].queued || task->inputs[i].batch) return true;
    return false;
}

void task_flush(Task *task)
{
    task->time_weight = 1;
    for (int i = 0; i < task->op_count && !task->failed.kind; i++) {
        Op *op = task->ops[i];
        if (!op->type->flush) continue;
        OpTimer timer = op_timer_start(op);
        op->type->flush(op);
        op_timer_stop(op, timer);
    }
    arena_reset(task->scratch);
}

size_t task_cache_bytes(const Task *task)
{
    return task->query->cache_share_bytes;
}

int task_target(const Op *op, const char **topic)
{
    const QueryTarget *target = &op->task->query->targets[op->node->id];
    *topic = target->topic;
    return target->partitions;
}

/* ---- what operators ask of the query ---- */

/* Waits while the broker is away. */
static Status send_at_last(Task *task, const char *topic, int32_t partition,
                           const Record *records, int count)
{
    bool said = false;
    for (;;) {
        Status st = producer_send(task->producer, task->scratch, topic,
                                  partition, records, count);
        if (st.kind != ST_RETRY || task->options->exactly_once) return st;
        if (!said)
            log_warn("broker away", "query=%.*s topic=%s reason=\"%s\"",
                     STR_ARG(task->options->id), topic, st.text);
        said = true;
        /* An end that cannot wait: nothing of this is committed. */
        if (atomic_load(&task->query->stopping)) return st;
        clock_sleep_ms(100);
    }
}

void task_send(Op *op, const char *topic, int32_t partition,
               const Record *records, int count)
{
    Task *task = op->task;
    /* One by one, so that a record that is refused takes no other with it. What
     * goes to the query's own topics is never left out. */
    bool alone = task->drop_refused && op->node->kind == PLAN_SINK;
    for (int i = 0; i < count && !task->failed.kind; i += alone ? 1 : count) {
        Status st = send_at_last(task, topic, partition, records + i,
                                 alone ? 1 : count);
        if (!alone || st.kind != ST_USER) {
            task->send_failed = st.kind && (st.kind != ST_RETRY ||
                                            task->options->exactly_once);
            op_fail(op, st);
            continue;
        }
        ProcessingError error = {.type = 2,
                                 .message = str_from(st.text),
                                 .topic = str_from(topic),
                                 .record = records[i].value};
        op_report_full(op, NULL, 0, &error);
    }
}

void task_rows(Op *op, const Batch *batch, const Column *const *columns,
               int count)
{
    Query *query = op->task->query;
    if (!query->options.rows) return;
    pthread_mutex_lock(&query->rows_lock);
    bool more = !atomic_load(&query->finished) &&
                query->options.rows(query->options.rows_context, batch, columns,
                                    count);
    pthread_mutex_unlock(&query->rows_lock);
    if (!more) query_end(query, st_ok());
}

int task_take(Op *op, int64_t limit, int wanted)
{
    _Atomic int64_t *taken = &op->task->query->taken;
    int64_t before = atomic_fetch_add(taken, wanted);
    int64_t left = limit - before;
    return left <= 0 ? 0 : left < wanted ? (int)left : wanted;
}

void task_gave(Op *op, int64_t limit, int count)
{
    _Atomic int64_t *given = &op->task->query->given;
    if (atomic_fetch_add(given, count) + count >= limit)
        query_end(op->task->query, st_ok());
}
