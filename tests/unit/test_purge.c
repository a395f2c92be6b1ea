/* SPDX-License-Identifier: Apache-2.0
 *
 * What a query read from its repartition topic and committed is deleted there,
 * and nothing else is: not before the commit, not more often than asked for,
 * not of other topics. A query that is started again goes on where it was. A
 * broker that refuses, or takes its time, is asked again and never stops the
 * query.
 */
#include "kafka/broker.h"
#include "runtime/query.h"
#include "tests/unit/check.h"
#include "tests/unit/plan_build.h"

#include <stdlib.h>

#define REPARTITION "app-Aggregate-GroupBy-repartition"
#define CHANGELOG "app-Aggregate-Aggregate-Materialize-changelog"

enum { PARTITIONS = 3, GROUPS = 4 };

static Arena *arena;
static Clock test_clock = {.manual = true, .manual_ms = 1000};

/* ---- a broker that answers deletions as the test wants ---- */

static const BrokerType *inner;
static BrokerType answering;
static int asked;       /* Deletions so far, */
static int asked_parts; /* and partitions of the last one. */
static bool slow;       /* They stay under way. */
static StatusKind answer;
static Deletion underway; /* All slow ones; there should be one at a time. */
static int open_deletions;

static Status delete_records(Broker *broker, Arena *a,
                             const RecordsBefore *parts, int count,
                             Deletion **deletion)
{
    asked++;
    asked_parts = count;
    if (slow) {
        underway.broker = broker;
        open_deletions++;
        *deletion = &underway;
        return st_ok();
    }
    if (answer) return st_error(a, answer, "the test refuses");
    return inner->delete_records(broker, a, parts, count, deletion);
}

static bool is_over(Deletion *deletion, Arena *a, int timeout_ms, Status *st)
{
    CHECK(deletion == &underway && timeout_ms == 0);
    if (answer) *st = st_error(a, answer, "the test refuses later");
    return !slow;
}

static void drop(Deletion *deletion)
{
    CHECK(deletion == &underway);
    open_deletions--;
}

/* ---- a query that counts by another key ---- */

typedef struct Fixture {
    Broker *broker;
    Producer *producer;
    PlanBuild build;
    const Plan *plan;
    QueryOptions options;
    Query *query;
} Fixture;

static Str be64(int64_t v)
{
    char *p = arena_alloc(arena, 8);
    for (int i = 0; i < 8; i++)
        p[i] = (char)((uint64_t)v >> (56 - 8 * i));
    return (Str){p, 8};
}

static void make_plan(Fixture *f)
{
    static const char *const names[] = {"A"}, *const out_names[] = {"N"};
    static const char *const calls[] = {"COUNT"};
    static const Type *const types[] = {&type_int};
    PlanBuild *b = &f->build;
    b->arena = arena;
    PlanNode *source = pb_source(
        b, "in", pb_schema(b, &type_bigint, 1, names, types), false);
    const PlanNode *rekey = pb_rekey(b, source, REKEY_GROUP,
                                     pb_two(b, EXPR_ARITH, &type_bigint, '%',
                                            pb_slot(b, source, 0),
                                            pb_int(b, &type_bigint, GROUPS)));
    const PlanNode *input = pb_repartition(b, rekey, "Aggregate-GroupBy");
    const Expr *args[] = {pb_slot(b, input, 2)};
    PlanNode *count = pb_aggregate(b, input, (WindowSpec){0}, 1, calls, args);
    const Expr *exprs[] = {pb_slot(b, count, 2)};
    f->plan = pb_done(
        b, pb_sink(b, pb_project(b, count, 1, out_names, exprs), "out"));
}

static void setup(Fixture *f, bool exactly_once)
{
    *f = (Fixture){.broker = broker_memory_open(&test_clock)};
    inner = f->broker->type;
    answering = *inner;
    answering.delete_records = delete_records;
    answering.deletion_is_over = is_over;
    answering.deletion_drop = drop;
    f->broker->type = &answering;
    asked = asked_parts = 0;
    slow = false;
    answer = ST_OK;
    ProducerOptions none = {.transactional_id = STR_NULL};
    CHECK(!producer_open(f->broker, arena, &none, &f->producer).kind);
    CHECK(!broker_create_topic(f->broker, arena, STR("in"), PARTITIONS, 1, NULL,
                               0)
               .kind);
    CHECK(
        !broker_create_topic(f->broker, arena, STR("out"), 1, 1, NULL, 0).kind);
    f->options = (QueryOptions){.id = STR("Q_1"),
                                .application_id = STR("app"),
                                .broker = f->broker,
                                .state_directory = STR_NULL,
                                .commit_interval_ms = 1000000,
                                .exactly_once = exactly_once,
                                .use_group = true,
                                .internal_replicas = 1,
                                .clock = &test_clock};
    make_plan(f);
}

static void start(Fixture *f)
{
    Status st = query_start(arena, f->plan, &f->options, &f->query);
    CHECK(!st.kind);
    if (st.kind) {
        fprintf(stderr, "%s\n", st.text);
        exit(1);
    }
}

static void stop(Fixture *f)
{
    query_stop(f->query);
    f->query = NULL;
    CHECK(open_deletions == 0);
}

static void teardown(Fixture *f)
{
    if (f->query) stop(f);
    producer_close(f->producer);
    broker_close(f->broker);
}

static void send(Fixture *f, int from, int to)
{
    for (int i = from; i < to; i++) {
        Record r = {
            .key = be64(i), .value = STR("{\"A\":1}"), .timestamp_ms = i};
        CHECK(!producer_send(f->producer, arena, "in", PARTITION_BY_KEY, &r, 1)
                   .kind);
    }
}

static void steps(Fixture *f)
{
    for (int i = 0; i < 10; i++)
        query_step(f->query, 1000);
}

/* Steps and commits until both halves have done all. */
static void run(Fixture *f)
{
    for (int i = 0; i < 4; i++) {
        steps(f);
        CHECK(!query_commit(f->query, arena).kind);
    }
    QueryInfo info;
    query_info(f->query, arena, &info);
    CHECK(info.state == QUERY_RUNNING);
}

typedef struct Extent {
    int64_t gone, left, written;
} Extent;

/* Of all partitions together. */
static Extent extent_of(Fixture *f, const char *topic)
{
    Extent extent = {0};
    TopicInfo info;
    CHECK(
        !broker_describe_topic(f->broker, arena, str_from(topic), &info).kind);
    for (int p = 0; p < info.partition_count; p++) {
        int64_t low = 0, high = 0;
        CHECK(!broker_watermarks(f->broker, arena, str_from(topic), p, &low,
                                 &high)
                   .kind);
        extent.gone += low;
        extent.left += high - low;
        extent.written += high;
    }
    return extent;
}

static bool visit(void *context, const Value *row, int64_t timestamp_ms)
{
    (void)timestamp_ms;
    *(int64_t *)context += row[2].i64;
    return true;
}

/* The sum of all counts. */
static int64_t counted(Fixture *f)
{
    int64_t sum = 0;
    CHECK(!query_read_state(f->query, arena, STR_NULL, visit, &sum).kind);
    return sum;
}

/* ---- what goes and what stays ---- */

static void test_only_what_is_committed(bool exactly_once)
{
    Fixture f;
    setup(&f, exactly_once);
    send(&f, 0, 60);
    start(&f);
    if (!exactly_once) { /* There the second half sees it after a commit. */
        steps(&f);
        CHECK(counted(&f) == 60);
        CHECK(extent_of(&f, REPARTITION).left == 60);
        CHECK(asked == 0);
    }
    run(&f);
    CHECK(counted(&f) == 60);
    Extent repartition = extent_of(&f, REPARTITION);
    CHECK(repartition.written >= 60 && repartition.left == 0);
    CHECK(extent_of(&f, "in").gone == 0);
    CHECK(extent_of(&f, "out").gone == 0);
    Extent changelog = extent_of(&f, CHANGELOG);
    CHECK(changelog.written > 0 && changelog.gone == 0);
    /* Nothing new: nobody is asked. */
    int before = asked;
    run(&f);
    CHECK(asked == before);
    teardown(&f);
}

/* What was purged to its end, and its query says `latest`: it goes on with the
 * first record that is written after. */
static void test_restart(bool exactly_once)
{
    Fixture f;
    setup(&f, exactly_once);
    send(&f, 0, 60);
    start(&f);
    run(&f);
    f.options.offset_latest = true;
    for (int round = 1; round < 4; round++) {
        stop(&f);
        CHECK(extent_of(&f, REPARTITION).left == 0);
        send(&f, 60 * round, 60 * round + 60);
        start(&f);
        run(&f);
        CHECK(counted(&f) == 60 * round + 60);
    }
    CHECK(extent_of(&f, REPARTITION).left == 0);
    teardown(&f);
}

/* What one run left the next one deletes, though it has nothing to read. */
static void test_left_by_the_last_run(void)
{
    Fixture f;
    setup(&f, false);
    send(&f, 0, 60);
    f.options.purge_interval_ms = 1000000;
    start(&f);
    run(&f);
    CHECK(asked == 0 && extent_of(&f, REPARTITION).left == 60);
    stop(&f);
    CHECK(extent_of(&f, REPARTITION).left == 60);
    f.options.purge_interval_ms = 0;
    start(&f);
    run(&f);
    CHECK(extent_of(&f, REPARTITION).left == 0);
    CHECK(counted(&f) == 60);
    teardown(&f);
}

static void test_interval(void)
{
    Fixture f;
    setup(&f, false);
    f.options.purge_interval_ms = 500;
    int64_t began = clock_monotonic_ms();
    start(&f);
    int rounds = 0;
    for (; clock_monotonic_ms() - began < 1200; rounds++) {
        send(&f, 10 * rounds, 10 * rounds + 10);
        run(&f);
        if (clock_monotonic_ms() - began < 500) CHECK(asked == 0);
        clock_sleep_ms(10);
    }
    CHECK(asked >= 1 && asked <= (clock_monotonic_ms() - began) / 500);
    CHECK(asked_parts > 1 && asked_parts <= PARTITIONS);
    CHECK(counted(&f) == 10 * rounds);
    teardown(&f);
}

/* Without a group the topics are the run's alone. */
static void test_without_group(void)
{
    Fixture f;
    setup(&f, false);
    f.options.use_group = false;
    send(&f, 0, 60);
    start(&f);
    run(&f);
    CHECK(counted(&f) == 60);
    CHECK(extent_of(&f, REPARTITION).left == 0);
    CHECK(extent_of(&f, "in").gone == 0);
    teardown(&f);
}

/* ---- a broker that does not do it ---- */

static void test_refused(StatusKind kind)
{
    Fixture f;
    setup(&f, false);
    answer = kind;
    send(&f, 0, 60);
    start(&f);
    run(&f);
    CHECK(asked > 1 && extent_of(&f, REPARTITION).left == 60);
    CHECK(counted(&f) == 60);
    answer = ST_OK;
    run(&f);
    CHECK(extent_of(&f, REPARTITION).left == 0);
    teardown(&f);
}

static void test_slow(void)
{
    Fixture f;
    setup(&f, false);
    slow = true;
    send(&f, 0, 60);
    start(&f);
    run(&f);
    send(&f, 60, 120);
    run(&f);
    /* The records go on, and there is one deletion at a time. */
    CHECK(counted(&f) == 120 && asked == 1 && open_deletions == 1);
    /* It failed: what it was asked for is asked for again. */
    slow = false;
    answer = ST_RETRY;
    steps(&f);
    CHECK(!query_commit(f.query, arena).kind);
    CHECK(asked == 2 && open_deletions == 0);
    answer = ST_OK;
    run(&f);
    CHECK(extent_of(&f, REPARTITION).left == 0);
    /* One that is under way is left when the query ends. */
    slow = true;
    send(&f, 120, 180);
    run(&f);
    CHECK(open_deletions == 1);
    stop(&f);
    teardown(&f);
}

int main(void)
{
    arena = arena_new("test", 0);
    for (int exactly_once = 0; exactly_once < 2; exactly_once++) {
        test_only_what_is_committed(exactly_once);
        test_restart(exactly_once);
    }
    test_left_by_the_last_run();
    test_interval();
    test_without_group();
    test_refused(ST_RETRY);
    test_refused(ST_USER);
    test_refused(ST_FATAL);
    test_slow();
    arena_free(arena);
    return check_done();
}
