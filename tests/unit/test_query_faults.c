/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries when things go wrong: a broker between the query and the one in
 * memory refuses calls on demand. Away for a while: nothing is lost. Gone for
 * good, or a full disk: the query stops with the reason. A crash is a query
 * whose last commit and checkpoint never came through.
 */
#include "kafka/broker.h"
#include "state/store.h"
#include "runtime/query.h"
#include "tests/unit/check.h"
#include "tests/unit/plan_build.h"

#include <stdlib.h>
#include <unistd.h>

static Arena *arena;
static Clock test_clock = {.manual = true, .manual_ms = 1000};
static const char *const out_names[] = {"N"};

/* ---- a broker that refuses ---- */

typedef enum Call {
    CALL_POLL,
    CALL_SEND,
    CALL_FLUSH,
    CALL_COMMIT,
    CALL_BEGIN,
    CALL_END,    /* Of a transaction: refused, and so aborted. */
    CALL_UNSURE, /* It is done, but the answer is an error. */
    CALL_COMMITTED,
    CALL_OPEN, /* A producer. */
    CALLS
} Call;

typedef struct Refusing {
    Broker base;
    Broker *inner;
    StatusKind kind[CALLS]; /* What calls answer; ST_OK: they go through. */
    int left[CALLS];        /* So many times; -1: always. */
    int asked[CALLS];
} Refusing;

static BrokerType refusing_type;

/* Consumers and producers stay the inner broker's, but point to us. */
static Refusing *of(Broker *broker)
{
    return (Refusing *)broker;
}

static Status refuse(Refusing *r, Arena *where, Call call)
{
    r->asked[call]++;
    if (!r->kind[call] || !r->left[call]) return st_ok();
    if (r->left[call] > 0) r->left[call]--;
    return st_error(where, r->kind[call], "the test refuses call %d",
                    (int)call);
}

static Status open_consumer(Broker *b, Arena *a, const ConsumerOptions *o,
                            Consumer **c)
{
    Refusing *r = of(b);
    Status st = r->inner->type->consumer_open(r->inner, a, o, c);
    if (!st.kind) (*c)->broker = b;
    return st;
}

static Status open_producer(Broker *b, Arena *a, const ProducerOptions *o,
                            Producer **p)
{
    Refusing *r = of(b);
    Status st = refuse(r, a, CALL_OPEN);
    if (st.kind) return st;
    st = r->inner->type->producer_open(r->inner, a, o, p);
    if (!st.kind) (*p)->broker = b;
    return st;
}

static Status poll(Consumer *c, Arena *a, int timeout, int max, RecordSet **s,
                   int *n)
{
    Refusing *r = of(c->broker);
    *n = 0;
    Status st = refuse(r, a, CALL_POLL);
    if (st.kind) return st;
    c->broker = r->inner;
    st = r->inner->type->consumer_poll(c, a, timeout, max, s, n);
    c->broker = &r->base;
    return st;
}

static void release(Consumer *c, RecordSet *s)
{
    Broker *now = c->broker;
    Refusing *r = now->type == &refusing_type ? of(now) : NULL;
    if (r) c->broker = r->inner;
    c->broker->type->consumer_release(c, s);
    c->broker = now;
}

static void close_consumer(Consumer *c)
{
    c->broker = of(c->broker)->inner;
    c->broker->type->consumer_close(c);
}

static Status assign(Consumer *c, Arena *a, const TopicPartition *p, int n)
{
    Refusing *r = of(c->broker);
    c->broker = r->inner;
    Status st = r->inner->type->consumer_assign(c, a, p, n);
    c->broker = &r->base;
    return st;
}

static Status seek(Consumer *c, Arena *a, const TopicPartition *p, int n)
{
    Refusing *r = of(c->broker);
    c->broker = r->inner;
    Status st = r->inner->type->consumer_seek(c, a, p, n);
    c->broker = &r->base;
    return st;
}

static Status rest(Consumer *c, Arena *a, bool resting)
{
    Refusing *r = of(c->broker);
    c->broker = r->inner;
    Status st = r->inner->type->consumer_rest(c, a, resting);
    c->broker = &r->base;
    return st;
}

static void reach(Consumer *c, int topic, int32_t part, ConsumerReach *out)
{
    Refusing *r = of(c->broker);
    c->broker = r->inner;
    r->inner->type->consumer_reach(c, topic, part, out);
    c->broker = &r->base;
}

static Status commit(Consumer *c, Arena *a, const TopicPartition *p, int n)
{
    Broker *now = c->broker;
    if (now->type != &refusing_type)
        return now->type->consumer_commit(c, a, p, n);
    Refusing *r = of(now);
    Status st = refuse(r, a, CALL_COMMIT);
    if (st.kind) return st;
    c->broker = r->inner;
    st = r->inner->type->consumer_commit(c, a, p, n);
    c->broker = now;
    return st;
}

static Status produce(Producer *p, Arena *a, const char *topic, int32_t part,
                      const Record *records, int n)
{
    Refusing *r = of(p->broker);
    Status st = refuse(r, a, CALL_SEND);
    if (st.kind) return st;
    p->broker = r->inner;
    st = r->inner->type->produce(p, a, topic, part, records, n);
    p->broker = &r->base;
    return st;
}

static Status flush(Producer *p, Arena *a, int timeout)
{
    Refusing *r = of(p->broker);
    Status st = refuse(r, a, CALL_FLUSH);
    if (st.kind) return st;
    p->broker = r->inner;
    st = r->inner->type->producer_flush(p, a, timeout);
    p->broker = &r->base;
    return st;
}

static Status begin(Producer *p, Arena *a)
{
    Refusing *r = of(p->broker);
    Status st = refuse(r, a, CALL_BEGIN);
    if (st.kind) return st;
    p->broker = r->inner;
    st = r->inner->type->txn_begin(p, a);
    p->broker = &r->base;
    return st;
}

static Status abort_it(Producer *p, Arena *a)
{
    Refusing *r = of(p->broker);
    p->broker = r->inner;
    Status st = r->inner->type->txn_abort(p, a);
    p->broker = &r->base;
    return st;
}

static Status end(Producer *p, Arena *a, Consumer *c, const TopicPartition *at,
                  int n)
{
    Refusing *r = of(p->broker);
    Status st = refuse(r, a, CALL_END);
    if (st.kind) {
        CHECK(!abort_it(p, a).kind);
        return st;
    }
    p->broker = c->broker = r->inner;
    st = r->inner->type->txn_commit(p, a, c, at, n);
    p->broker = c->broker = &r->base;
    return st.kind ? st : refuse(r, a, CALL_UNSURE);
}

static Status committed(Consumer *c, Arena *a, TopicPartition *at, int n)
{
    Refusing *r = of(c->broker);
    Status st = refuse(r, a, CALL_COMMITTED);
    if (st.kind) return st;
    c->broker = r->inner;
    st = r->inner->type->consumer_committed(c, a, at, n);
    c->broker = &r->base;
    return st;
}

static void close_producer(Producer *p)
{
    p->broker = of(p->broker)->inner;
    p->broker->type->producer_close(p);
}

static Status create(Broker *b, Arena *a, NewTopic *topics, int count)
{
    Broker *inner = of(b)->inner;
    return inner->type->create_topics(inner, a, topics, count);
}

static Status describe(Broker *b, Arena *a, Str topic, TopicInfo *info)
{
    Broker *inner = of(b)->inner;
    return inner->type->describe_topic(inner, a, topic, info);
}

static Status marks(Broker *b, Arena *a, Str topic, int32_t p, int64_t *low,
                    int64_t *high)
{
    Broker *inner = of(b)->inner;
    return inner->type->watermarks(inner, a, topic, p, low, high);
}

static void refusing_open(Refusing *r)
{
    refusing_type = (BrokerType){.name = "refusing",
                                 .create_topics = create,
                                 .describe_topic = describe,
                                 .watermarks = marks,
                                 .consumer_open = open_consumer,
                                 .consumer_close = close_consumer,
                                 .consumer_assign = assign,
                                 .consumer_poll = poll,
                                 .consumer_release = release,
                                 .consumer_commit = commit,
                                 .consumer_committed = committed,
                                 .consumer_rest = rest,
                                 .consumer_seek = seek,
                                 .consumer_reach = reach,
                                 .txn_begin = begin,
                                 .txn_commit = end,
                                 .txn_abort = abort_it,
                                 .producer_open = open_producer,
                                 .producer_close = close_producer,
                                 .produce = produce,
                                 .producer_flush = flush};
    *r = (Refusing){.base = {&refusing_type},
                    .inner = broker_memory_open(&test_clock)};
}

/* ---- a query that counts by key ---- */

typedef struct Fixture {
    Refusing broker;
    Producer *producer;
    PlanBuild build;
    const Plan *plan;
    QueryOptions options;
    Query *query;
} Fixture;

static Str key_of(int64_t v)
{
    char *p = arena_alloc(arena, 8);
    for (int i = 0; i < 8; i++)
        p[i] = (char)((uint64_t)v >> (56 - 8 * i));
    return (Str){p, 8};
}

static void send(Fixture *f, int64_t key, int64_t ms)
{
    Record r = {
        .key = key_of(key), .value = STR("{\"A\":1}"), .timestamp_ms = ms};
    Status st = producer_send(f->producer, arena, "in", PARTITION_BY_KEY, &r,
                              1);
    CHECK(!st.kind);
}

static void setup(Fixture *f, Str directory)
{
    memset(f, 0, sizeof *f);
    refusing_open(&f->broker);
    f->build.arena = arena;
    Broker *inner = f->broker.inner;
    ProducerOptions none = {.transactional_id = STR_NULL};
    CHECK(!producer_open(inner, arena, &none, &f->producer).kind);
    CHECK(!broker_create_topic(inner, arena, STR("in"), 1, 1, NULL, 0).kind);
    CHECK(!broker_create_topic(inner, arena, STR("out"), 1, 1, NULL, 0).kind);
    f->options = (QueryOptions){.id = STR("Q"),
                                .application_id = STR("app"),
                                .broker = &f->broker.base,
                                .state_directory = directory,
                                .commit_interval_ms = 1000000,
                                .use_group = true,
                                .internal_replicas = 1,
                                .clock = &test_clock};
    PlanBuild *b = &f->build;
    static const char *const names[] = {"A"};
    static const Type *const types[] = {&type_int};
    PlanNode *source = pb_source(
        b, "in", pb_schema(b, &type_bigint, 1, names, types), false);
    static const char *const calls[] = {"COUNT"};
    const Expr *args[] = {pb_slot(b, source, 1)};
    PlanNode *count = pb_aggregate(b, source, (WindowSpec){0}, 1, calls, args);
    const Expr *exprs[] = {pb_slot(b, count, 2)};
    f->plan = pb_done(
        b, pb_sink(b, pb_project(b, count, 1, out_names, exprs), "out"));
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
    if (f->query) query_stop(f->query);
    f->query = NULL;
}

static void teardown(Fixture *f)
{
    stop(f);
    producer_close(f->producer);
    broker_close(f->broker.inner);
}

static void steps(Fixture *f)
{
    for (int i = 0; i < 10; i++)
        query_step(f->query, 1000);
}

static int64_t out_count(Fixture *f)
{
    int64_t low, high = 0;
    CHECK(!broker_watermarks(f->broker.inner, arena, STR("out"), 0, &low, &high)
               .kind);
    return high - low;
}

static bool visit(void *context, const Value *row, int64_t timestamp_ms)
{
    (void)timestamp_ms;
    *(int64_t *)context += row[2].i64;
    return true;
}

/* The sum of all counts in the state. */
static int64_t state_sum(Fixture *f)
{
    int64_t sum = 0;
    CHECK(!query_read_state(f->query, arena, STR_NULL, visit, &sum).kind);
    return sum;
}

static QueryState state_of(Fixture *f, Str *error)
{
    QueryInfo info;
    query_info(f->query, arena, &info);
    if (error) *error = info.error;
    return info.state;
}

/* Each of the calls fails a few times with ST_RETRY: the query goes on. */
static void test_away(Call call)
{
    Fixture f;
    setup(&f, STR_NULL);
    for (int i = 0; i < 20; i++)
        send(&f, i % 3, i);
    f.broker.kind[call] = ST_RETRY;
    f.broker.left[call] = 2;
    start(&f);
    for (int i = 0; i < 5; i++) {
        steps(&f);
        Status st = query_commit(f.query, arena);
        CHECK(!st.kind || st.kind == ST_RETRY);
    }
    CHECK(f.broker.left[call] == 0);
    CHECK(state_of(&f, NULL) == QUERY_RUNNING);
    CHECK(query_is_idle(f.query));
    CHECK(out_count(&f) == 20 && state_sum(&f) == 20);
    teardown(&f);
}

/* Outputs that the broker refuses for their own sake: they end the query, or
 * are left out one by one and told. */
static void count_error(void *context, const ProcessingError *error)
{
    CHECK(error->type == 2 && str_eq(error->topic, STR("out")));
    CHECK(error->record.len > 0 && error->message.len > 0);
    ++*(int *)context;
}

static void test_refused(bool drop)
{
    Fixture f;
    Map properties = {0};
    Str no = STR("false");
    int told = 0;
    setup(&f, STR_NULL);
    if (drop)
        map_put(arena, &properties, STR("ksql.fail.on.production.error"), &no);
    f.options.properties = &properties;
    f.options.log = count_error;
    f.options.log_context = &told;
    for (int i = 0; i < 5; i++)
        send(&f, i, i);
    f.broker.kind[CALL_SEND] = ST_USER;
    f.broker.left[CALL_SEND] = 2;
    start(&f);
    steps(&f);
    if (drop) {
        CHECK(!query_commit(f.query, arena).kind);
        CHECK(state_of(&f, NULL) == QUERY_RUNNING);
        CHECK(out_count(&f) == 3 && state_sum(&f) == 5);
    } else {
        CHECK(state_of(&f, NULL) == QUERY_ERROR);
    }
    CHECK(told == (drop ? 2 : 0));
    teardown(&f);
}

/* And for good: it stops and says why; stopping it is no trouble. */
static void test_gone(Call call, StatusKind kind)
{
    Fixture f;
    setup(&f, STR_NULL);
    send(&f, 1, 1);
    f.broker.kind[call] = kind;
    f.broker.left[call] = -1;
    start(&f);
    steps(&f);
    Status st = query_commit(f.query, arena);
    (void)st;
    Str error = STR_NULL;
    CHECK(state_of(&f, &error) == QUERY_ERROR);
    CHECK_STR(error,
              str_cstr(arena, str_printf(arena, "the test refuses call %d",
                                         (int)call)));
    CHECK(query_step(f.query, 100) == 0);
    teardown(&f);
}

/* A commit that never comes through, then a new start: what was not committed
 * is done again, what was is not. */
static void test_crash(Str directory)
{
    Fixture f;
    setup(&f, directory);
    for (int i = 0; i < 10; i++)
        send(&f, i, i);
    start(&f);
    steps(&f);
    CHECK(!query_commit(f.query, arena).kind);
    CHECK(out_count(&f) == 10);
    for (int i = 0; i < 5; i++)
        send(&f, i, 100 + i);
    steps(&f);
    CHECK(out_count(&f) == 15);
    f.broker.kind[CALL_COMMIT] = ST_USER;
    f.broker.left[CALL_COMMIT] = -1;
    Status st = query_commit(f.query, arena);
    CHECK(st.kind == ST_USER && state_of(&f, NULL) == QUERY_ERROR);
    stop(&f);
    f.broker.left[CALL_COMMIT] = 0;
    start(&f);
    steps(&f);
    CHECK(query_is_idle(f.query));
    /* The five came again: at least once, and not the first ten. */
    CHECK(out_count(&f) == 20);
    CHECK(state_sum(&f) >= 15 && state_sum(&f) <= 20);
    stop(&f);
    start(&f); /* After a clean stop nothing comes again. */
    steps(&f);
    int64_t sum = state_sum(&f);
    CHECK(out_count(&f) == 20);
    send(&f, 3, 200);
    steps(&f);
    CHECK(out_count(&f) == 21 && state_sum(&f) == sum + 1);
    teardown(&f);
}

/* The state directory was lost: it comes back from the changelog. */
static void test_lost_state(void)
{
    char one[] = "/tmp/millrace-test-XXXXXX",
         two[] = "/tmp/millrace-test-XXXXXX";
    CHECK(mkdtemp(one) && mkdtemp(two));
    Fixture f;
    setup(&f, str_printf(arena, "%s/state", one));
    for (int i = 0; i < 100; i++)
        send(&f, i % 7, i);
    start(&f);
    steps(&f);
    stop(&f);
    f.options.state_directory = str_printf(arena, "%s/state", two);
    start(&f);
    steps(&f);
    CHECK(out_count(&f) == 100 && state_sum(&f) == 100);
    stop(&f);
    CHECK(!state_destroy(arena, str_printf(arena, "%s/state", one)).kind);
    CHECK(!state_destroy(arena, str_printf(arena, "%s/state", two)).kind);
    CHECK(!rmdir(one) && !rmdir(two));
    teardown(&f);
}

/* ---- exactly once ---- */

/* Steps and commits until all `count` records are committed and nothing is to
 * be refused any more; false: that took too long. */
static bool settle(Fixture *f, int64_t count)
{
    for (int i = 0; i < 500; i++) {
        steps(f);
        Status st = query_commit(f->query, arena);
        CHECK(!st.kind || st.kind == ST_RETRY);
        bool refused = false;
        for (int call = 0; call < CALLS; call++)
            refused |= f->broker.kind[call] && f->broker.left[call] > 0;
        if (!refused && out_count(f) >= count && query_is_idle(f->query))
            return true;
        clock_sleep_ms(10);
    }
    return false;
}

static void refuse_next(Fixture *f, Call call, StatusKind kind, int times)
{
    f->broker.kind[call] = kind;
    f->broker.left[call] = times;
}

/* Whatever fails, and whether the broker did it or not: each record counts
 * once, in what was written and in the state, and the query goes on. */
static void test_once(Call call, StatusKind kind, int more, Str directory)
{
    Fixture f;
    setup(&f, directory);
    f.options.exactly_once = true;
    for (int i = 0; i < 20; i++)
        send(&f, i % 3, i);
    start(&f);
    CHECK(settle(&f, 20));
    for (int i = 0; i < 10; i++)
        send(&f, i % 5, 100 + i);
    refuse_next(&f, call, kind, call == CALL_UNSURE ? 1 : 2);
    if (more >= 0) refuse_next(&f, (Call)more, ST_RETRY, 2);
    CHECK(settle(&f, 30));
    CHECK(state_of(&f, NULL) == QUERY_RUNNING);
    CHECK(out_count(&f) == 30 && state_sum(&f) == 30);
    teardown(&f);
    if (directory.ptr) CHECK(!state_destroy(arena, directory).kind);
}

/* It ends while what it did cannot be committed: after the next start that
 * comes once, on top of what was committed. */
static void test_once_crash(Str directory)
{
    Fixture f;
    setup(&f, directory);
    f.options.exactly_once = true;
    for (int i = 0; i < 10; i++)
        send(&f, i, i);
    start(&f);
    CHECK(settle(&f, 10));
    for (int i = 0; i < 5; i++)
        send(&f, i, 100 + i);
    refuse_next(&f, CALL_END, ST_RETRY, -1);
    steps(&f);
    CHECK(query_commit(f.query, arena).kind == ST_RETRY);
    CHECK(out_count(&f) == 10);
    stop(&f);
    CHECK(out_count(&f) == 10);
    refuse_next(&f, CALL_END, ST_OK, 0);
    start(&f);
    CHECK(settle(&f, 15));
    CHECK(out_count(&f) == 15 && state_sum(&f) == 15);
    teardown(&f);
    if (directory.ptr) CHECK(!state_destroy(arena, directory).kind);
}

/* More is changed than memory holds: commits come before their time, nothing
 * uncommitted goes to disk, and what a failure takes back is read again. */
static void test_once_short_of_memory(Str directory)
{
    Fixture f;
    setup(&f, directory);
    f.options.exactly_once = true;
    f.options.state.memory_max_bytes = 1 << 20;
    start(&f);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 10000; i++)
            send(&f, i, round * 10000 + i);
        if (round == 2) refuse_next(&f, CALL_END, ST_RETRY, 1);
        for (int i = 0; i < 3 && round < 2; i++)
            steps(&f);
        if (round == 1) CHECK(f.broker.asked[CALL_END] > 2);
        if (round == 3) CHECK(settle(&f, 40000));
    }
    CHECK(out_count(&f) == 40000);
    CHECK(state_sum(&f) == 40000);
    teardown(&f);
    CHECK(!state_destroy(arena, directory).kind);
}

static void test_exactly_once(void)
{
    char directory[] = "/tmp/millrace-test-XXXXXX";
    CHECK(mkdtemp(directory) != NULL);
    Str state = str_printf(arena, "%s/state", directory);
    for (int on_disk = 0; on_disk < 2; on_disk++) {
        Str where = on_disk ? state : STR_NULL;
        test_once(CALL_SEND, ST_RETRY, -1, where);
        test_once(CALL_SEND, ST_FATAL, CALL_COMMITTED, where);
        test_once(CALL_BEGIN, ST_FATAL, CALL_OPEN, where);
        test_once(CALL_END, ST_RETRY, -1, where);
        test_once(CALL_END, ST_FATAL, CALL_OPEN, where);
        test_once(CALL_UNSURE, ST_FATAL, CALL_COMMITTED, where);
        test_once(CALL_POLL, ST_RETRY, -1, where);
        test_once_crash(where);
    }
    test_once_short_of_memory(state);
    CHECK(!rmdir(directory));
}

static void test_missing_topic(void)
{
    Fixture f;
    setup(&f, STR_NULL);
    CHECK(!broker_delete_topic(f.broker.inner, arena, STR("out")).kind);
    Status st = query_start(arena, f.plan, &f.options, &f.query);
    CHECK(st.kind == ST_USER);
    f.query = NULL;
    teardown(&f);
}

int main(void)
{
    arena = arena_new("test", 0);
    for (int call = CALL_POLL; call <= CALL_COMMIT; call++)
        test_away((Call)call);
    test_refused(false);
    test_refused(true);
    test_gone(CALL_POLL, ST_USER);
    test_gone(CALL_POLL, ST_FATAL);
    test_gone(CALL_SEND, ST_FATAL);
    test_gone(CALL_FLUSH, ST_FATAL);
    test_gone(CALL_COMMIT, ST_FATAL);
    test_crash(STR_NULL);
    char directory[] = "/tmp/millrace-test-XXXXXX";
    CHECK(mkdtemp(directory) != NULL);
    Str state = str_printf(arena, "%s/state", directory);
    test_crash(state);
    CHECK(!state_destroy(arena, state).kind && !rmdir(directory));
    test_lost_state();
    test_exactly_once();
    test_missing_topic();
    arena_free(arena);
    return check_done();
}
