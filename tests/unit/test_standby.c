/* SPDX-License-Identifier: Apache-2.0
 *
 * Stand-bys: two processes of one service, here two queries with one group and
 * a state directory each, on one broker in memory. One goes; what the other has
 * to read before it works is all of the changelog, or with a stand-by only its
 * tail. Either way no count is lost or made twice.
 */
#include "kafka/broker.h"
#include "runtime/query.h"
#include "state/store.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/unit/check.h"
#include "tests/unit/plan_build.h"

enum { KEYS = 500, THREE_PARTITIONS = 6, WAIT_S = 60 };

static Arena *arena;
static const char *const out_names[] = {"N"};

/* One of the two. */
typedef struct Process {
    PlanBuild build;
    const Plan *plan;
    QueryOptions options;
    char directory[32];
    Query *query;
} Process;

typedef struct Service {
    Broker *broker;
    Producer *producer;
    Process a, b, c; /* c: of test_three alone. */
} Service;

/* SELECT K, COUNT(A) ... GROUP BY K, over all time or in windows of a second.
 */
static void plan(Process *p, bool windowed)
{
    static const char *const names[] = {"A"};
    static const Type *const types[] = {&type_int};
    static const char *const calls[] = {"COUNT"};
    PlanBuild *b = &p->build;
    b->arena = arena;
    PlanNode *source = pb_source(
        b, "in", pb_schema(b, &type_bigint, 1, names, types), false);
    WindowSpec window = {0};
    if (windowed)
        window = (WindowSpec){.kind = WINDOW_TUMBLING,
                              .size_ms = 1000,
                              .advance_ms = 1000,
                              .retention_ms = 86400000,
                              .grace_ms = 86400000 - 1000};
    const Expr *args[] = {pb_slot(b, source, 1)};
    PlanNode *count = pb_aggregate(b, source, window, 1, calls, args);
    const Expr *exprs[] = {pb_slot(b, count, windowed ? 4 : 2)};
    p->plan = pb_done(
        b, pb_sink(b, pb_project(b, count, 1, out_names, exprs), "out"));
}

static void setup_process(Service *s, Process *p, bool windowed,
                          bool exactly_once, int replicas)
{
    memcpy(p->directory, "/tmp/millrace-test-XXXXXX", 26);
    CHECK(mkdtemp(p->directory));
    plan(p, windowed);
    p->options = (QueryOptions){
        .id = STR("Q"),
        .application_id = STR("app"),
        .broker = s->broker,
        .state_directory = str_printf(arena, "%s/state", p->directory),
        .threads = 1,
        .commit_interval_ms = 50,
        .checkpoint_interval_ms = 200,
        .exactly_once = exactly_once,
        .standby_replicas = replicas,
        .standby_linger_ms = 100,
        .use_group = true,
        .internal_replicas = 1};
}

static void setup(Service *s, int partitions, bool windowed, bool exactly_once,
                  int replicas)
{
    *s = (Service){.broker = broker_memory_open(NULL)};
    ProducerOptions none = {.transactional_id = STR_NULL};
    CHECK(!producer_open(s->broker, arena, &none, &s->producer).kind);
    CHECK(!broker_create_topic(s->broker, arena, STR("in"), partitions, 1, NULL,
                               0)
               .kind);
    CHECK(!broker_create_topic(s->broker, arena, STR("out"), partitions, 1,
                               NULL, 0)
               .kind);
    setup_process(s, &s->a, windowed, exactly_once, replicas);
    setup_process(s, &s->b, windowed, exactly_once, replicas);
    setup_process(s, &s->c, windowed, exactly_once, replicas);
}

static void start(Process *p)
{
    Status st = query_start(arena, p->plan, &p->options, &p->query);
    CHECK(!st.kind);
    if (!st.kind) return;
    fprintf(stderr, "%s\n", st.text);
    exit(1);
}

static void stop(Process *p)
{
    if (p->query) query_stop(p->query);
    p->query = NULL;
}

static void teardown(Service *s)
{
    Process *all[] = {&s->a, &s->b, &s->c};
    for (int i = 0; i < 3; i++) {
        stop(all[i]);
        CHECK(!state_destroy(arena, all[i]->options.state_directory).kind);
        CHECK(!rmdir(all[i]->directory));
    }
    producer_close(s->producer);
    broker_close(s->broker);
}

static QueryInfo info_of(Process *p)
{
    QueryInfo info;
    query_info(p->query, arena, &info);
    return info;
}

/* Each key `times` times, one value a round. */
static void send_rounds(Service *s, int times, int64_t ms)
{
    for (int i = 0; i < times * KEYS; i++) {
        uint64_t key = __builtin_bswap64((uint64_t)(i % KEYS));
        Record r = {.key = {(char *)&key, sizeof key},
                    .value = STR("{\"A\":1}"),
                    .timestamp_ms = ms + i % KEYS};
        CHECK(!producer_send(s->producer, arena, "in", PARTITION_BY_KEY, &r, 1)
                   .kind);
    }
}

static bool add_count(void *context, const Value *row, int64_t timestamp_ms)
{
    (void)timestamp_ms;
    *(int64_t *)context += row[2].i64;
    return true;
}

static bool add_window_count(void *context, const Value *row,
                             int64_t timestamp_ms)
{
    (void)timestamp_ms;
    *(int64_t *)context += row[4].i64;
    return true;
}

/* The sum of the counts in what the process has of the table now. */
static int64_t sum_of(Process *p)
{
    int64_t sum = 0;
    bool windowed = p->plan->root->inputs[0]->inputs[0]->window != WINDOW_NONE;
    Status st = query_read_state(p->query, arena, STR_NULL,
                                 windowed ? add_window_count : add_count, &sum);
    return st.kind ? -1 : sum;
}

typedef bool (*Claim)(Service *s, int64_t wanted);

static bool b_stands_by(Service *s, int64_t partitions)
{
    QueryInfo info = info_of(&s->b);
    return info.standby_count == partitions && info.standby_behind == 0;
}

static bool a_has_sum(Service *s, int64_t sum)
{
    return sum_of(&s->a) == sum && query_is_idle(s->a.query);
}

static bool b_has_sum(Service *s, int64_t sum)
{
    return sum_of(&s->b) == sum;
}

static bool b_runs_alone(Service *s, int64_t unused)
{
    (void)unused;
    QueryInfo info = info_of(&s->b);
    return info.state == QUERY_RUNNING && info.standby_count == 0;
}

/* Both have their share, and stand by for the other. */
static bool both_stand_by(Service *s, int64_t partitions)
{
    return info_of(&s->a).standby_count == partitions &&
           info_of(&s->a).standby_behind == 0 && b_stands_by(s, partitions);
}

static void await(Service *s, Claim claim, int64_t wanted, const char *what)
{
    for (int i = 0; i < WAIT_S * 100; i++) {
        if (claim(s, wanted)) return;
        clock_sleep_ms(10);
    }
    fprintf(stderr, "not so in time: %s\n", what);
    CHECK(!"in time");
}

/* A works, B stands by or not; A goes, B takes over. Returns how many records
 * of the changelog B read before it worked. */
static int64_t take_over(bool windowed, bool exactly_once, int replicas)
{
    Service s;
    setup(&s, 1, windowed, exactly_once, replicas);
    start(&s.a);
    await(&s, a_has_sum, 0, "A works");
    start(&s.b);
    for (int i = 0; i < 6; i++) {
        send_rounds(&s, 1, 1000 * i);
        await(&s, a_has_sum, (int64_t)KEYS * (i + 1), "A counts");
    }
    if (replicas) await(&s, b_stands_by, 1, "B stands by");
    CHECK(info_of(&s.a).standby_count == 0);
    CHECK(replicas || info_of(&s.b).standby_count == 0);
    stop(&s.a);
    send_rounds(&s, 1, 6000);
    await(&s, b_has_sum, (int64_t)KEYS * 7, "B counts on");
    await(&s, b_runs_alone, 0, "B holds nothing for others");
    int64_t read = info_of(&s.b).to_restore;
    teardown(&s);
    return read;
}

static void test_take_over(bool windowed, bool exactly_once)
{
    int64_t whole = take_over(windowed, exactly_once, 0);
    int64_t tail = take_over(windowed, exactly_once, 1);
    /* The tail: markers, at most, and what A wrote with its last commit. */
    CHECK(whole >= KEYS);
    CHECK(tail <= KEYS / 10);
    if (whole < KEYS || tail > KEYS / 10)
        fprintf(stderr, "restored %lld without, %lld with\n", (long long)whole,
                (long long)tail);
}

/* Each has two of four partitions and stands by for the others'. One goes and
 * comes back, and what it kept is of use again. */
static void test_share(bool exactly_once)
{
    Service s;
    setup(&s, 4, false, exactly_once, 1);
    start(&s.a);
    start(&s.b);
    await(&s, both_stand_by, 2, "both stand by");
    send_rounds(&s, 4, 0);
    for (int round = 0; round < 2; round++) {
        await(&s, both_stand_by, 2, "both stand by");
        stop(&s.a);
        send_rounds(&s, 1, 10);
        await(&s, b_has_sum, (int64_t)KEYS * (5 + round), "B has all");
        await(&s, b_runs_alone, 0, "B holds nothing for others");
        start(&s.a);
    }
    await(&s, both_stand_by, 2, "both stand by again");
    stop(&s.b);
    await(&s, a_has_sum, (int64_t)KEYS * 6, "A has all");
    teardown(&s);
}

/* Both have two of the four partitions. */
static bool both_have_two(Service *s, int64_t unused)
{
    (void)unused;
    QueryTaskInput *inputs;
    return query_tasks(s->a.query, arena, &inputs) == 2 &&
           query_tasks(s->b.query, arena, &inputs) == 2 &&
           query_is_idle(s->a.query) && query_is_idle(s->b.query);
}

/* Of how many partitions a process that has ended left state on disk. */
static int left_on_disk(const Process *p, int partitions)
{
    StateDb *db;
    int left = 0;
    CHECK(!state_open(arena, p->options.state_directory, NULL, &db).kind);
    for (int i = 0; i < partitions; i++) {
        StoreOptions options = {
            .name = str_printf(arena, "0_%d/Aggregate-Aggregate-Materialize",
                               i),
            .kind = STORE_KEYED};
        Store *store;
        StoreStats stats;
        CHECK(!store_open(db, arena, &options, &store).kind);
        store_stats(store, &stats);
        /* Neither is there without the other. */
        CHECK((store_offset(store) >= 0) == (stats.key_count > 0));
        left += stats.key_count > 0;
        store_close(store);
    }
    state_close(db);
    return left;
}

/* A had all four partitions and then B takes two: A removes its copies of these
 * after the delay, if it is to, and has them back when B goes. */
static void test_left_state(int64_t cleanup_ms, bool exactly_once)
{
    Service s;
    setup(&s, 4, false, exactly_once, 0);
    s.a.options.state_cleanup_ms = cleanup_ms;
    start(&s.a);
    send_rounds(&s, 1, 0);
    await(&s, a_has_sum, KEYS, "A has all");
    clock_sleep_ms(400); /* A checkpoint comes. */
    start(&s.b);
    await(&s, both_have_two, 0, "both have two");
    clock_sleep_ms(1500);
    stop(&s.a);
    CHECK(left_on_disk(&s.a, 4) == (cleanup_ms ? 2 : 4));
    start(&s.a);
    await(&s, both_have_two, 0, "both have two again");
    send_rounds(&s, 1, 10);
    stop(&s.b);
    await(&s, a_has_sum, 2 * KEYS, "A has all again");
    stop(&s.a);
    CHECK(left_on_disk(&s.a, 4) == 4);
    teardown(&s);
}

/* So many copies in all, none of them behind, and each process has some. */
static bool has_copies(Service *s, int64_t wanted)
{
    Process *all[] = {&s->a, &s->b, &s->c};
    for (int i = 0; i < 3; i++) {
        if (!all[i]->query) continue;
        QueryInfo info = info_of(all[i]);
        if (info.standby_behind || !info.standby_count) return false;
        wanted -= info.standby_count;
    }
    return wanted == 0;
}

/* Takes over the last counts of keys from the topic of the results. */
static void fold(const RecordSet *set, int64_t *counts)
{
    for (int i = 0; i < set->count; i++) {
        uint64_t key;
        const Record *r = &set->records[i];
        CHECK(r->key.len == sizeof key);
        memcpy(&key, r->key.ptr, sizeof key);
        counts[__builtin_bswap64(key)] = strtoll(r->value.ptr + 5, NULL, 10);
    }
}

/* The sum of all keys' last counts. */
static int64_t sum_of_results(Service *s)
{
    static const char *const topics[] = {"out"};
    static const Map no_properties;
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = topics,
                               .topic_count = 1,
                               .properties = &no_properties};
    int64_t counts[KEYS] = {0}, sum = 0;
    TopicPartition parts[THREE_PARTITIONS];
    Consumer *consumer;
    RecordSet *sets;
    int count = 1;
    for (int p = 0; p < THREE_PARTITIONS; p++)
        parts[p] = (TopicPartition){.partition = p, .offset = OFFSET_BEGINNING};
    CHECK(!consumer_open(s->broker, arena, &options, &consumer).kind);
    CHECK(!consumer_assign(consumer, arena, parts, THREE_PARTITIONS).kind);
    while (count) {
        CHECK(!consumer_poll(consumer, arena, 0, 10000, &sets, &count).kind);
        for (int i = 0; i < count; i++) {
            fold(&sets[i], counts);
            consumer_release(consumer, &sets[i]);
        }
    }
    consumer_close(consumer);
    for (int i = 0; i < KEYS; i++)
        sum += counts[i];
    return sum;
}

static bool results_have_sum(Service *s, int64_t sum)
{
    return sum_of_results(s) == sum;
}

/* Of three, one keeps a copy of each partition, and not both others. Who ends
 * is taken over from its copies, whoever it is, and there are copies again. */
static void test_three(bool exactly_once, int ended)
{
    Service s;
    setup(&s, THREE_PARTITIONS, false, exactly_once, 1);
    Process *all[] = {&s.a, &s.b, &s.c};
    for (int i = 0; i < 3; i++)
        start(all[i]);
    await(&s, has_copies, THREE_PARTITIONS, "all three know their parts");
    send_rounds(&s, 4, 0);
    await(&s, results_have_sum, (int64_t)KEYS * 4, "all is counted");
    await(&s, has_copies, THREE_PARTITIONS, "one copy of each");
    stop(all[ended]);
    send_rounds(&s, 1, 10);
    await(&s, results_have_sum, (int64_t)KEYS * 5, "the others count on");
    await(&s, has_copies, THREE_PARTITIONS, "each keeps the other's");
    /* A partition has a sixth of the keys, and four records of each. A fifth of
     * each may have come before a partition, or two, got to where it stays. */
    for (int i = 0; i < 3; i++)
        CHECK(i == ended || info_of(all[i]).to_restore < KEYS / 2);
    start(all[ended]);
    send_rounds(&s, 1, 20);
    await(&s, results_have_sum, (int64_t)KEYS * 6, "all three count");
    await(&s, has_copies, THREE_PARTITIONS, "one copy of each again");
    teardown(&s);
}

/* State in memory only is no stand-by: it would be lost when it is needed. */
static void test_in_memory(void)
{
    Service s;
    setup(&s, 1, false, false, 1);
    Str directory = s.b.options.state_directory;
    start(&s.a);
    await(&s, a_has_sum, 0, "A works");
    s.b.options.state_directory = STR_NULL;
    start(&s.b);
    send_rounds(&s, 1, 0);
    await(&s, a_has_sum, KEYS, "A counts");
    CHECK(info_of(&s.b).standby_count == 0);
    stop(&s.a);
    await(&s, b_has_sum, KEYS, "B has it from the changelog");
    CHECK(info_of(&s.b).to_restore >= KEYS);
    stop(&s.b);
    s.b.options.state_directory = directory;
    teardown(&s);
}

/* EXPLAIN tells about stand-bys. */
static void test_explain(void)
{
    Service s;
    setup(&s, 1, false, false, 1);
    start(&s.a);
    await(&s, a_has_sum, 0, "A works");
    start(&s.b);
    await(&s, b_stands_by, 1, "B stands by");
    Buf out = {0};
    query_print(s.b.query, &out);
    Str line = STR("standby: partitions=1 behind=0");
    CHECK(str_find(buf_str(&out), line, 0) != SIZE_MAX);
    out.len = 0;
    query_print(s.a.query, &out);
    CHECK(str_find(buf_str(&out), STR("standby"), 0) == SIZE_MAX);
    buf_free(&out);
    teardown(&s);
}

int main(void)
{
    log_set_level(STR("error"));
    arena = arena_new("test", 0);
    for (int i = 0; i < 2; i++) {
        test_take_over(false, i);
        test_take_over(true, i);
        test_share(i);
        test_left_state(0, i);
        test_left_state(300, i);
        for (int ended = 0; ended < 3; ended++)
            test_three(i, ended);
    }
    test_in_memory();
    test_explain();
    arena_free(arena);
    return check_done();
}
