/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers: each has a consumer (all in one group), a producer, and the tasks of
 * the partitions it was given. One turn is: poll, queue what came, restore new
 * tasks, process, commit if it is time.
 *
 * A task that restores lets the others go on: its progress callback takes turns
 * of the same worker in which it is left out. The broker being away is no
 * failure: turns find nothing until it is back, and the log says it once.
 */
#include "runtime/query_int.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"

enum {
    QUEUED_MAX = 100000, /* Records in hand; beyond, inputs are not waited
                            for (there is no way to pause a partition). */
    TURN_RECORDS = 8192,
    PUBLISH_MS = 100,
    AWAY_PAUSE_MS = 100,
    PAUSED_POLL_MS = 20,
};

struct PollArena {
    Arena *arena;
    Worker *worker;
    int live; /* Sets not given back, and 1 while the poll is at work. */
    PollArena *next;
};

/* Commits follow a clock moved by hand, else one that never jumps. */
static int64_t commit_clock_ms(const Worker *worker)
{
    const Clock *clock = worker->query->options.clock;
    return clock && clock->manual ? clock_now_ms(clock) : clock_monotonic_ms();
}

/* ---- what polls bring ---- */

static PollArena *take_poll(Worker *worker)
{
    PollArena *poll = worker->free_polls;
    if (poll) {
        worker->free_polls = poll->next;
    } else {
        poll = ARENA_NEW(worker->life, PollArena);
        poll->arena = arena_new("poll", 0);
        poll->worker = worker;
    }
    poll->live = 1;
    return poll;
}

static void drop_poll(PollArena *poll)
{
    if (--poll->live) return;
    arena_reset(poll->arena);
    poll->next = poll->worker->free_polls;
    poll->worker->free_polls = poll;
}

static void chunk_done(void *context, Chunk *chunk)
{
    PollArena *poll = context;
    Worker *worker = poll->worker;
    worker->queued -= chunk->set->count;
    consumer_release(worker->consumer, chunk->set);
    drop_poll(poll);
}

static void deliver(Worker *worker, PollArena *poll, RecordSet *set)
{
    Chunk *chunk = ARENA_NEW(poll->arena, Chunk);
    *chunk = (Chunk){set, 1, chunk_done, poll};
    poll->live++;
    worker->queued += set->count;
    bool taken = false;
    for (int t = 0; t < worker->task_count; t++) {
        Task *task = worker->tasks[t];
        if (task->partition != set->partition || task->cancelled) continue;
        for (int i = 0; i < task->input_count; i++) {
            TaskInput *input = &task->inputs[i];
            if (input->topic != set->topic_index || !input->owned) continue;
            task_add(task, input, chunk);
            taken = true;
        }
    }
    if (taken && !worker->query->topics[set->topic_index].internal)
        worker->records_in += set->count;
    chunk_unuse(chunk);
}

void worker_note_away(Worker *worker, Status st)
{
    bool away = st.kind == ST_RETRY;
    if (away && !worker->away)
        log_warn("broker away", "query=%.*s worker=%d reason=\"%s\"",
                 STR_ARG(worker->query->options.id), worker->index, st.text);
    if (!away && worker->away)
        log_warn("broker back", "query=%.*s worker=%d",
                 STR_ARG(worker->query->options.id), worker->index);
    worker->away = away;
}

static int poll_records(Worker *worker, int timeout_ms, int max_records)
{
    PollArena *poll = take_poll(worker);
    RecordSet *sets = NULL;
    int count = 0, records = 0;
    Status st = consumer_poll(worker->consumer, poll->arena, timeout_ms,
                              max_records, &sets, &count);
    if (st.kind) {
        worker_note_away(worker, st);
        worker->empty_since_ms = 0;
        if (st.kind == ST_RETRY) {
            if (timeout_ms) clock_sleep_ms(AWAY_PAUSE_MS);
        } else {
            worker_fail(worker, st);
        }
        drop_poll(poll);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        records += sets[i].count;
        deliver(worker, poll, &sets[i]);
    }
    drop_poll(poll);
    if (records) {
        worker_note_away(worker, st_ok());
        worker->last_record_ms = clock_monotonic_ms();
        worker->empty_since_ms = 0;
    } else if (!worker->empty_since_ms) {
        worker->empty_since_ms = clock_monotonic_ms();
    }
    return records;
}

/* ---- tasks come and go ---- */

static Task *find_task(Worker *worker, int sub, int32_t partition)
{
    for (int i = 0; i < worker->task_count; i++) {
        Task *task = worker->tasks[i];
        if (task->sub == sub && task->partition == partition &&
            !task->cancelled)
            return task;
    }
    return NULL;
}

static Task *need_task(Worker *worker, int sub, int32_t partition)
{
    Task *task = find_task(worker, sub, partition);
    if (task) return task;
    task = task_new(worker->query, sub, partition, worker->producer);
    task->hosted = worker->hosted;
    atomic_fetch_add(&worker->query->subs[sub].wanted[partition], 1);
    if (worker->task_count == worker->task_cap) {
        worker->task_cap = worker->task_cap ? worker->task_cap * 2 : 8;
        worker->tasks = mem_realloc(worker->tasks,
                                    sizeof(Task *) * (size_t)worker->task_cap);
    }
    worker->tasks[worker->task_count++] = task;
    return task;
}

/* Where to begin: the committed offset, else an end of the partition, made
 * definite so that it is known what was read and can be committed. */
static void choose_offset(Worker *worker, TopicPartition *part)
{
    if (part->offset >= 0) return;
    const QueryTopic *topic = &worker->query->topics[part->topic_index];
    bool latest = worker->query->options.offset_latest && !topic->from_start;
    int64_t low, high;
    Status st = broker_watermarks(worker->query->options.broker, worker->turn,
                                  str_from(topic->name), part->partition, &low,
                                  &high);
    part->offset = latest ? OFFSET_END : OFFSET_BEGINNING;
    if (!st.kind) part->offset = latest ? high : low;
}

void worker_own(Worker *worker, const TopicPartition *part, bool committed)
{
    Query *query = worker->query;
    if (part->partition >= query->topics[part->topic_index].partitions) {
        log_warn("partition is new",
                 "query=%.*s topic=%s partition=%d: it is read after a restart",
                 STR_ARG(query->options.id),
                 query->topics[part->topic_index].name, (int)part->partition);
        return;
    }
    for (int s = 0; s < query->sub_count; s++) {
        for (int i = 0; i < query->subs[s].input_count; i++) {
            if (query->subs[s].inputs[i].topic != part->topic_index) continue;
            Task *task = need_task(worker, s, part->partition);
            TaskInput *input = NULL;
            for (int k = 0; k < task->input_count; k++)
                if (task->inputs[k].op->node == query->subs[s].inputs[i].node)
                    input = &task->inputs[k];
            assert(input);
            if (input->owned) continue;
            worker_begin_input(worker, task, input, part, committed);
        }
    }
}

static void assigned(void *context, TopicPartition *parts, int count)
{
    Worker *worker = context;
    for (int i = 0; i < count; i++) {
        bool committed = parts[i].offset >= 0;
        choose_offset(worker, &parts[i]);
        worker_own(worker, &parts[i], committed);
    }
    fault_point("rebalance.assigned");
    worker->assigned = true;
    atomic_fetch_add(&worker->query->assignments, 1);
    worker->empty_since_ms = 0;
    log_info("partitions assigned", "query=%.*s worker=%d count=%d",
             STR_ARG(worker->query->options.id), worker->index, count);
    worker_publish(worker, true);
}

static void keep_counts(Worker *worker, const Task *task);

void worker_remove_task(Worker *worker, int at)
{
    Task *task = worker->tasks[at];
    if (task == worker->restoring_task) {
        task->cancelled = true; /* Closed when its restore has unwound. */
        return;
    }
    keep_counts(worker, task);
    atomic_int *wanted =
        &worker->query->subs[task->sub].wanted[task->partition];
    task_close(task);
    atomic_fetch_sub(wanted, 1);
    worker->tasks[at] = worker->tasks[--worker->task_count];
}

void worker_drop_tasks(Worker *worker)
{
    while (worker->task_count)
        worker_remove_task(worker, worker->task_count - 1);
}

static bool owns_any(const Task *task)
{
    for (int i = 0; i < task->input_count; i++)
        if (task->inputs[i].owned) return true;
    return false;
}

static void disown(Worker *worker, const TopicPartition *part)
{
    for (int t = 0; t < worker->task_count; t++) {
        Task *task = worker->tasks[t];
        if (task->partition != part->partition) continue;
        for (int i = 0; i < task->input_count; i++) {
            if (task->inputs[i].topic != part->topic_index) continue;
            input_clear(&task->inputs[i]);
            task->inputs[i].owned = false;
        }
    }
}

static void revoked(void *context, const TopicPartition *parts, int count,
                    bool lost)
{
    Worker *worker = context;
    fault_point("rebalance.revoked");
    bool all = worker->task_count && !query_is_finished(worker->query);
    if (all && lost && worker->exactly_once) {
        txn_lose(worker, st_error(worker->turn, ST_RETRY,
                                  "the group gave its partitions to others"));
    } else if (all && !lost) {
        Status st = worker_commit(worker, true);
        if (st.kind)
            log_warn("commit before rebalance failed",
                     "query=%.*s reason=\"%s\"",
                     STR_ARG(worker->query->options.id), st.text);
        /* Their tasks go, and with them what they wrote. */
        if (st.kind && worker->in_transaction) txn_lose(worker, st);
    }
    fault_point("rebalance.committed");
    for (int i = 0; i < count; i++)
        disown(worker, &parts[i]);
    for (int t = worker->task_count - 1; t >= 0; t--)
        if (!owns_any(worker->tasks[t])) worker_remove_task(worker, t);
    worker->assigned = false;
    worker_publish(worker, true);
}

/* ---- restoring ---- */

static bool restore_progress(void *context, int64_t done, int64_t total)
{
    Worker *worker = context;
    atomic_store(&worker->query->restored, done);
    atomic_store(&worker->query->to_restore, total);
    if (atomic_load(&worker->query->stopping)) return false;
    worker_turn(worker, 0, TURN_RECORDS);
    return !worker->restoring_task->cancelled && !worker->must_go_back &&
           !query_is_finished(worker->query);
}

/* Opens and fills one new task. Tasks may come and go meanwhile. */
static void restore_task(Worker *worker, Task *task)
{
    Status st = st_ok();
    if (!task->claimed) st = task_open(task);
    if (st.kind == ST_RETRY && !task->claimed) return;
    if (!st.kind) {
        worker->restoring_task = task;
        st = task_restore(task, worker->turn, restore_progress, worker);
        worker->restoring_task = NULL;
    }
    bool ending = atomic_load(&worker->query->stopping);
    if (st.kind && st.kind != ST_RETRY)
        worker_fail(worker, st);
    else if (st.kind && !task->cancelled && !ending && !worker->must_go_back)
        worker_note_away(worker, st);
    if (!task->cancelled) return;
    for (int i = worker->task_count - 1; i >= 0; i--)
        if (worker->tasks[i] == task) worker_remove_task(worker, i);
}

static void restore_tasks(Worker *worker)
{
    for (int t = 0; t < worker->task_count; t++) {
        Task *task = worker->tasks[t];
        if (task->restored) continue;
        restore_task(worker, task);
        if (query_is_finished(worker->query)) return;
        /* The list may have changed; what is left comes next turn. */
        if (t >= worker->task_count || worker->tasks[t] != task) return;
    }
}

/* ---- turns ---- */

/* Inputs that are empty go on over what polls passed and nobody is ever shown,
 * such as the markers of transactions. */
static void pass_markers(Worker *worker)
{
    for (int t = 0; t < worker->task_count; t++) {
        Task *task = worker->tasks[t];
        for (int i = 0; i < task->input_count; i++) {
            TaskInput *input = &task->inputs[i];
            if (!input->owned || input->position < 0 || input->queued ||
                input->batch)
                continue;
            ConsumerReach reach;
            consumer_reach(worker->consumer, input->topic, task->partition,
                           &reach);
            if (reach.next > input->position) input->position = reach.next;
        }
    }
}

/* The consumer rests, or goes on. False: not yet. */
static bool rest(Worker *worker, bool resting)
{
    if (worker->resting == resting) return true;
    Status st = consumer_rest(worker->consumer, worker->turn, resting);
    if (st.kind == ST_RETRY) worker_note_away(worker, st);
    if (st.kind && st.kind != ST_RETRY) worker_fail(worker, st);
    if (!st.kind) worker->resting = resting;
    return !st.kind;
}

static int process_tasks(Worker *worker)
{
    int done = 0, before;
    do {
        before = done;
        for (int t = 0; t < worker->task_count; t++) {
            Task *task = worker->tasks[t];
            if (!task->restored) continue;
            bool crowded = worker->queued > QUEUED_MAX;
            done += task_run(task, TURN_RECORDS, crowded);
            if (task->failed.kind) {
                worker_take_failure(worker, task->failed);
                return done;
            }
        }
    } while (done > before && !query_is_finished(worker->query) &&
             !txn_is_due(worker));
    return done;
}

static bool commit_is_due(Worker *worker, int polled)
{
    Query *query = worker->query;
    int64_t past = commit_clock_ms(worker) - worker->last_commit_ms;
    if (past >= query->options.commit_interval_ms || txn_is_due(worker))
        return true;
    return !polled && atomic_load(&query->commit_wanted);
}

static void commit_if_due(Worker *worker, int polled)
{
    if (!commit_is_due(worker, polled)) return;
    Status st = worker_commit(worker, false);
    worker->last_commit_ms = commit_clock_ms(worker);
    if (st.kind == ST_RETRY && !worker->must_go_back)
        worker_note_away(worker, st);
    else if (st.kind && st.kind != ST_RETRY)
        worker_fail(worker, st);
}

int worker_turn(Worker *worker, int timeout_ms, int max_records)
{
    Query *query = worker->query;
    bool nested = worker->restoring_task != NULL;
    if (!nested) arena_reset(worker->turn);
    int polled = 0, done = 0;
    if (!nested && worker->exactly_once && !txn_may_join(worker)) {
        if (timeout_ms) clock_sleep_ms(timeout_ms < 5 ? timeout_ms : 5);
        worker_publish(worker, false);
        return 0;
    }
    if (!rest(worker, false)) return 0;
    if (worker->queued < QUEUED_MAX || !nested)
        polled = poll_records(worker, timeout_ms, max_records);
    pass_markers(worker);
    fault_point("worker.polled");
    bool ready = !query_is_finished(query) && worker_is_ready(worker);
    if (ready && !nested) restore_tasks(worker);
    if (!query_is_finished(query) && worker_is_ready(worker)) {
        done = process_tasks(worker);
        fault_point("worker.processed");
        if (!query_is_finished(query)) commit_if_due(worker, polled);
    }
    worker_publish(worker, false);
    return done;
}

static bool must_wait(const Worker *worker)
{
    for (int t = 0; t < worker->task_count; t++)
        if (task_has_queued(worker->tasks[t])) return true;
    return false;
}

void query_tell_finished(Query *query)
{
    if (!atomic_exchange(&query->told, true) && query->options.finished)
        query->options.finished(query->options.finished_context, query);
}

/* While the query is paused: a member of its group that takes part in
 * rebalances, reads nothing, and commits what it had done. */
static void paused_turn(Worker *worker)
{
    arena_reset(worker->turn);
    bool member = !worker->exactly_once || worker->may_join;
    if (member && rest(worker, true))
        poll_records(worker, PAUSED_POLL_MS, TURN_RECORDS);
    else
        clock_sleep_ms(PAUSED_POLL_MS);
    if (!query_is_finished(worker->query)) commit_if_due(worker, 0);
    worker_publish(worker, false);
}

void *worker_main(void *argument)
{
    Worker *worker = argument;
    Query *query = worker->query;
    while (!atomic_load(&query->stopping) && !query_is_finished(query)) {
        if (atomic_load(&query->paused)) {
            paused_turn(worker);
            continue;
        }
        int64_t interval = query->options.commit_interval_ms;
        int timeout = must_wait(worker) ? 5 : 50;
        if (interval < timeout) timeout = interval > 0 ? (int)interval : 1;
        worker_turn(worker, timeout, TURN_RECORDS);
    }
    if (query_is_finished(query)) query_tell_finished(query);
    worker_close(worker);
    return NULL;
}

static Status open_clients(Worker *worker, Arena *arena);

/* A hub has let go of it: it reads by itself from the last commit on. */
void *worker_main_alone(void *argument)
{
    Worker *worker = argument;
    Query *query = worker->query;
    Status st = st_ok();
    worker->hosted = false;
    do {
        if (st.kind) {
            worker_note_away(worker, st);
            clock_sleep_ms(AWAY_PAUSE_MS);
        }
        arena_reset(worker->turn);
        st = open_clients(worker, worker->turn);
    } while (st.kind == ST_RETRY && !atomic_load(&query->stopping));
    if (st.kind && st.kind != ST_RETRY) worker_fail(worker, st);
    return worker_main(worker);
}

/* ---- opening and closing ---- */

/* Of all settings those of the consumer or producer, under their own names. */
Map *worker_client_properties(Arena *arena, const Map *all, Str prefix)
{
    Map *out = ARENA_NEW(arena, Map);
    Str streams = STR("ksql.streams.");
    for (int i = 0; all && i < all->count; i++) {
        if (!all->entries[i].value) continue;
        Str key = all->entries[i].key;
        if (str_starts_with(key, streams))
            key = (Str){key.ptr + streams.len, key.len - streams.len};
        if (!str_starts_with(key, prefix)) continue;
        key = (Str){key.ptr + prefix.len, key.len - prefix.len};
        map_put(arena, out, key, all->entries[i].value);
    }
    return out;
}

/* Without a group this one worker reads everything. */
static Status assign_all(Worker *worker, Arena *arena)
{
    Query *query = worker->query;
    int count = 0, at = 0;
    for (int i = 0; i < query->topic_count; i++)
        count += query->topics[i].partitions;
    TopicPartition *parts = ARENA_ARRAY(arena, TopicPartition, count + 1);
    for (int i = 0; i < query->topic_count; i++)
        for (int p = 0; p < query->topics[i].partitions; p++)
            parts[at++] = (TopicPartition){
                .topic_index = i, .partition = p, .offset = OFFSET_NONE};
    assigned(worker, parts, count);
    return consumer_assign(worker->consumer, arena, parts, count);
}

Status worker_open_producer(Worker *worker, Arena *arena)
{
    const QueryOptions *options = &worker->query->options;
    ProducerOptions producer = {
        .transactional_id = STR_NULL,
        .hurry = &worker->query->stopping,
        .properties = worker_client_properties(arena, options->properties,
                                               STR("producer."))};
    if (worker->exactly_once) {
        txn_set_limits(worker, producer.properties);
        Str process;
        Status st = state_identity(worker->query->db, arena, &process);
        if (st.kind) return st;
        producer.transactional_id = str_printf(arena, "%.*s-%.*s-%d",
                                               STR_ARG(options->application_id),
                                               STR_ARG(process), worker->index);
    }
    return producer_open(options->broker, arena, &producer, &worker->producer);
}

static Status open_clients(Worker *worker, Arena *arena)
{
    Query *query = worker->query;
    const QueryOptions *options = &query->options;
    Str suffix;
    Status st = standby_client(query, arena, worker->index, &suffix);
    /* Exactly once it is opened by the worker, which waits for the broker. */
    if (!st.kind && !worker->exactly_once && !worker->producer)
        st = worker_open_producer(worker, arena);
    if (st.kind) return st;
    const char **topics = ARENA_ARRAY(worker->life, const char *,
                                      query->topic_count + 1);
    for (int i = 0; i < query->topic_count; i++)
        topics[i] = query->topics[i].name;
    ConsumerOptions consumer = {
        .group = options->use_group ? options->application_id : STR_NULL,
        .topics = topics,
        .topic_count = query->topic_count,
        .properties = worker_client_properties(
            worker->life, options->properties, STR("consumer.")),
        .client_suffix = suffix,
        .rebalance = {assigned, revoked, worker},
        .want_headers = true};
    return consumer_open(options->broker, arena, &consumer, &worker->consumer);
}

void worker_init(Query *query, int index, Worker *worker)
{
    Arena *life = arena_new("worker", 0);
    size_t bytes = sizeof(NodeCounts) * (size_t)(query->plan->node_count + 1);
    *worker = (Worker){.query = query,
                       .index = index,
                       .life = life,
                       .exactly_once = query->options.exactly_once,
                       .must_go_back = query->options.exactly_once};
    worker->turn = arena_new("turn", 0);
    worker->closed = arena_zalloc(life, bytes);
    worker->shown = arena_zalloc(life, bytes);
    worker->last_commit_ms = commit_clock_ms(worker);
    worker->last_checkpoint_ms = clock_monotonic_ms();
    worker->last_purge_ms = worker->last_checkpoint_ms;
}

STATUS worker_open(Query *query, Arena *arena, int index, Worker *worker)
{
    worker_init(query, index, worker);
    Status st = open_clients(worker, arena);
    if (!st.kind && !query->options.use_group) st = assign_all(worker, arena);
    if (st.kind) worker_close(worker);
    return st;
}

void worker_close(Worker *worker)
{
    Query *query = worker->query;
    if (!worker->life) return;
    if (worker->task_count && !query_is_finished(query)) {
        Status st = worker_commit(worker, true);
        if (st.kind)
            log_warn("last commit failed", "query=%.*s reason=\"%s\"",
                     STR_ARG(query->options.id), st.text);
    }
    worker_publish(worker, true);
    worker_drop_tasks(worker);
    deletion_drop(worker->purge);
    if (worker->consumer) consumer_close(worker->consumer);
    if (worker->producer) producer_close(worker->producer);
    for (PollArena *poll = worker->free_polls; poll; poll = poll->next)
        arena_free(poll->arena);
    mem_free(worker->tasks);
    mem_free(worker->progress_room);
    arena_free(worker->turn);
    worker->consumer = NULL;
    worker->producer = NULL;
    worker->purge = NULL;
    worker->tasks = NULL;
    worker->turn = NULL;
    worker->closed_down = true;
}

/* ---- what others see ---- */

static void add_counts(NodeCounts *counts, const Task *task)
{
    for (int i = 0; i < task->op_count; i++) {
        const Op *op = task->ops[i];
        NodeCounts *c = &counts[op->node->id];
        /* A repartition's two halves share a node: rows into the one, out of
         * the other. */
        if (op->type != &op_repartition_reader_type) c->rows_in += op->rows_in;
        c->rows_out += op->rows_out;
        c->late += op->late;
        c->errors += op->errors;
        c->busy_ns += op->busy_ns;
    }
}

static void add_state(NodeCounts *counts, Worker *worker, const Task *task)
{
    for (int i = 0; i < task->store_count; i++) {
        NodeCounts *c = &counts[task->store_ops[i]->node->id];
        StoreStats stats;
        store_stats(task->stores[i], &stats);
        c->state_keys += stats.key_count;
        c->state_bytes += stats.memory_bytes;
        worker->shown_state_keys += stats.key_count;
        worker->shown_state_bytes += stats.memory_bytes;
    }
}

static void keep_counts(Worker *worker, const Task *task)
{
    add_counts(worker->closed, task);
}

static void show_progress(Worker *worker)
{
    int need = 0;
    for (int t = 0; t < worker->task_count; t++)
        need += worker->tasks[t]->input_count;
    if (need > worker->progress_cap) {
        worker->progress_cap = need * 2;
        worker->progress_room = mem_realloc(worker->progress_room,
                                            sizeof(Progress) *
                                                (size_t)worker->progress_cap);
    }
    worker->progress_count = 0;
    worker->restoring = false;
    for (int t = 0; t < worker->task_count; t++) {
        const Task *task = worker->tasks[t];
        if (!task->restored) worker->restoring = true;
        for (int i = 0; i < task->input_count; i++) {
            const TaskInput *input = &task->inputs[i];
            if (!input->owned) continue;
            ConsumerReach reach = {.end = -1};
            if (worker->consumer)
                consumer_reach(worker->consumer, input->topic, task->partition,
                               &reach);
            worker->progress_room[worker->progress_count++] = (Progress){
                .sub = task->sub,
                .topic = input->topic,
                .partition = task->partition,
                .position = input->position,
                .committed = input->committed,
                .end = reach.end,
                .dirty = task->dirty || !task->restored,
                .queued = input->queued || input->batch};
        }
    }
}

void worker_publish(Worker *worker, bool force)
{
    int64_t now = clock_monotonic_ms();
    bool live = worker->query->options.threads > 0;
    if (!force && live && now - worker->last_publish_ms < PUBLISH_MS) return;
    worker->last_publish_ms = now;
    Query *query = worker->query;
    size_t bytes = sizeof(NodeCounts) * (size_t)(query->plan->node_count + 1);
    pthread_mutex_lock(&query->lock);
    memcpy(worker->shown, worker->closed, bytes);
    worker->shown_state_keys = worker->shown_state_bytes = 0;
    for (int t = 0; t < worker->task_count; t++) {
        const Task *task = worker->tasks[t];
        add_counts(worker->shown, task);
        add_state(worker->shown, worker, task);
    }
    show_progress(worker);
    worker->shown_records_in = worker->records_in;
    worker->shown_last_record_ms = worker->last_record_ms;
    worker->shown_empty_since_ms = worker->empty_since_ms;
    worker->shown_assigned = worker->assigned;
    if (worker->hosted)
        worker->shown_cpu_ns = worker->cpu_ns;
    else if (live)
        worker->shown_cpu_ns = worker->cpu_ns + clock_thread_cpu_ns();
    pthread_mutex_unlock(&query->lock);
}
