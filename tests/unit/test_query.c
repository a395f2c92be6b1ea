/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole queries over topics in memory, stepped by hand: what comes out, that it
 * does not depend on the batch size, what a commit and a restart keep, and with
 * threads that they end with the same answer.
 */
#include "kafka/broker.h"
#include "runtime/query.h"
#include "tests/unit/check.h"
#include "tests/unit/plan_build.h"

#include <stdlib.h>

static Arena *arena;
static Clock test_clock = {.manual = true, .manual_ms = 1000};

static const char *const names[] = {"A", "B"};

static Str be64(int64_t v)
{
    char *p = arena_alloc(arena, 8);
    for (int i = 0; i < 8; i++)
        p[i] = (char)((uint64_t)v >> (56 - 8 * i));
    return (Str){p, 8};
}

typedef struct Fixture {
    Broker *broker;
    Producer *producer;
    PlanBuild build;
    QueryOptions options;
    Query *query;
    int errors;
    Str last_error;
    int rows_seen;
    int finished;
} Fixture;

static void on_error(void *context, const ProcessingError *error)
{
    Fixture *f = context;
    f->errors++;
    f->last_error = str_copy(arena, error->message);
}

/* All queries of a pass: results are the same with either guarantee. */
static bool exactly_once;

static void setup(Fixture *f, int batch_rows, size_t cache)
{
    *f = (Fixture){.broker = broker_memory_open(&test_clock)};
    f->build.arena = arena;
    ProducerOptions producer = {.transactional_id = STR_NULL};
    Status st = producer_open(f->broker, arena, &producer, &f->producer);
    CHECK(!st.kind);
    f->options = (QueryOptions){.id = STR("Q_1"),
                                .application_id = STR("app"),
                                .broker = f->broker,
                                .state_directory = STR_NULL,
                                .batch_rows_max = batch_rows,
                                .commit_interval_ms = 1000000,
                                .exactly_once = exactly_once,
                                .cache_max_bytes = cache,
                                .use_group = true,
                                .internal_replicas = 1,
                                .clock = &test_clock,
                                .log = on_error,
                                .log_context = f};
}

static void topic(Fixture *f, const char *name, int partitions)
{
    Status st = broker_create_topic(f->broker, arena, str_from(name),
                                    partitions, 1, NULL, 0);
    CHECK(!st.kind);
}

static void send(Fixture *f, const char *to, Str key, const char *value,
                 int64_t ms)
{
    Record r = {.key = key,
                .value = value ? str_from(value) : STR_NULL,
                .timestamp_ms = ms};
    Status st = producer_send(f->producer, arena, to, PARTITION_BY_KEY, &r, 1);
    CHECK(!st.kind);
}

static void start(Fixture *f, const PlanNode *root)
{
    const Plan *plan = pb_done(&f->build, root);
    Status st = query_start(arena, plan, &f->options, &f->query);
    CHECK(!st.kind);
    if (st.kind) {
        fprintf(stderr, "%s\n", st.text);
        exit(1);
    }
}

static void run(Fixture *f)
{
    for (int i = 0; i < 100 && !query_is_idle(f->query); i++)
        while (query_step(f->query, 10000))
            ;
    CHECK(query_is_idle(f->query));
}

/* Everything in a topic, partition after partition: `key=value@ts` joined by a
 * blank. Keys of 8 bytes are numbers; longer ones end in a window start. */
static Str dump(Fixture *f, const char *name)
{
    TopicInfo info;
    Status st = broker_describe_topic(f->broker, arena, str_from(name), &info);
    CHECK(!st.kind);
    Consumer *consumer;
    const char *topics[] = {name};
    ConsumerOptions options = {
        .group = STR_NULL, .topics = topics, .topic_count = 1};
    st = consumer_open(f->broker, arena, &options, &consumer);
    CHECK(!st.kind);
    TopicPartition *parts = ARENA_ARRAY(arena, TopicPartition,
                                        info.partition_count);
    for (int i = 0; i < info.partition_count; i++)
        parts[i] = (TopicPartition){
            .topic_index = 0, .partition = i, .offset = OFFSET_BEGINNING};
    st = consumer_assign(consumer, arena, parts, info.partition_count);
    CHECK(!st.kind);
    Buf out = {0};
    RecordSet *sets;
    int count;
    Str *by_partition = arena_zalloc(
        arena, sizeof(Str) * (size_t)(info.partition_count + 1));
    while (!consumer_poll(consumer, arena, 0, 100000, &sets, &count).kind &&
           count) {
        for (int s = 0; s < count; s++) {
            out.len = 0;
            Str *seen = &by_partition[sets[s].partition];
            buf_append_str(&out, *seen);
            for (int i = 0; i < sets[s].count; i++) {
                const Record *r = &sets[s].records[i];
                int64_t parts_of_key[2] = {0, 0};
                for (size_t b = 0; b < r->key.len && b < 16; b++)
                    parts_of_key[b / 8] =
                        (int64_t)((uint64_t)parts_of_key[b / 8] << 8 |
                                  (unsigned char)r->key.ptr[b]);
                if (!r->key.ptr)
                    buf_printf(&out, "-");
                else
                    buf_printf(&out, "%lld", (long long)parts_of_key[0]);
                if (r->key.len > 8)
                    buf_printf(&out, "/%lld", (long long)parts_of_key[1]);
                buf_printf(&out, "=%.*s@%lld ",
                           r->value.ptr ? (int)r->value.len : 4,
                           r->value.ptr ? r->value.ptr : "null",
                           (long long)r->timestamp_ms);
            }
            *seen = str_copy(arena, buf_str(&out));
        }
        for (int s = 0; s < count; s++)
            consumer_release(consumer, &sets[s]);
    }
    out.len = 0;
    for (int i = 0; i < info.partition_count; i++)
        buf_append_str(&out, by_partition[i]);
    Str text = str_copy(arena, str_trim(buf_str(&out)));
    buf_free(&out);
    consumer_close(consumer);
    return text;
}

static void teardown(Fixture *f)
{
    if (f->query) query_stop(f->query);
    producer_close(f->producer);
    broker_close(f->broker);
}

static PlanNode *stream(Fixture *f, const char *name)
{
    static const Type *const types[] = {&type_int, &type_string};
    return pb_source(&f->build, name,
                     pb_schema(&f->build, &type_bigint, 2, names, types),
                     false);
}

/* ---- stateless ---- */

static const PlanNode *filter_plan(Fixture *f)
{
    PlanBuild *b = &f->build;
    PlanNode *source = stream(f, "in");
    PlanNode *filter = pb_filter(b, source,
                                 pb_two(b, EXPR_COMPARE, &type_boolean, CMP_GT,
                                        pb_slot(b, source, 1),
                                        pb_int(b, &type_int, 1)));
    const Expr *exprs[] = {pb_two(b, EXPR_ARITH, &type_int, '*',
                                  pb_slot(b, filter, 1),
                                  pb_int(b, &type_int, 10)),
                           pb_slot(b, filter, 2)};
    PlanNode *project = pb_project(b, filter, 2, names, exprs);
    return pb_sink(b, project, "out");
}

static void feed_plain(Fixture *f)
{
    topic(f, "in", 1);
    topic(f, "out", 1);
    send(f, "in", be64(1), "{\"A\":1,\"B\":\"x\"}", 10);
    send(f, "in", be64(2), "{\"A\":2,\"B\":\"y\"}", 20);
    send(f, "in", be64(3), "not json", 25);
    send(f, "in", be64(4), NULL, 26);
    send(f, "in", STR_NULL, "{\"A\":5}", 27);
    send(f, "in", be64(6), "{\"A\":null,\"B\":\"z\"}", 28);
    send(f, "in", be64(7), "{\"A\":7,\"B\":\"w\"}", 5);
}

static void test_filter_project(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    feed_plain(&f);
    start(&f, filter_plan(&f));
    run(&f);
    CHECK_STR(dump(&f, "out"), "2={\"A\":20,\"B\":\"y\"}@20 "
                               "-={\"A\":50,\"B\":null}@27 "
                               "7={\"A\":70,\"B\":\"w\"}@5");
    CHECK(f.errors == 1);
    QueryInfo info;
    query_info(f.query, arena, &info);
    CHECK(info.records_in == 7 && info.records_out == 3 && info.errors == 1);
    CHECK(info.state == QUERY_RUNNING);
    Buf out = {0};
    query_print(f.query, &out);
    CHECK(str_find(buf_str(&out), STR("filter WhereFilter: in=6 out=3"), 0) !=
          SIZE_MAX);
    buf_free(&out);
    teardown(&f);
}

/* ---- aggregates ---- */

static const PlanNode *count_plan(Fixture *f, WindowSpec window, bool regroup)
{
    PlanBuild *b = &f->build;
    const PlanNode *input = stream(f, "in");
    if (regroup) {
        const PlanNode *rekey = pb_rekey(b, input, REKEY_GROUP,
                                         pb_two(b, EXPR_ARITH, &type_bigint,
                                                '%', pb_slot(b, input, 0),
                                                pb_int(b, &type_bigint, 2)));
        input = pb_repartition(b, rekey, "Aggregate-GroupBy");
    }
    static const char *const calls[] = {"COUNT", "SUM"};
    const Expr *args[] = {pb_slot(b, input, regroup ? 2 : 1),
                          pb_slot(b, input, regroup ? 2 : 1)};
    PlanNode *aggregate = pb_aggregate(b, input, window, 2, calls, args);
    int first = window.kind == WINDOW_NONE ? 2 : 4;
    const Expr *exprs[] = {pb_slot(b, aggregate, first),
                           pb_slot(b, aggregate, first + 1)};
    static const char *const out_names[] = {"N", "S"};
    return pb_sink(b, pb_project(b, aggregate, 2, out_names, exprs), "out");
}

static void feed_counts(Fixture *f)
{
    topic(f, "in", 1);
    topic(f, "out", 1);
    send(f, "in", be64(1), "{\"A\":1}", 10);
    send(f, "in", be64(2), "{\"A\":2}", 20);
    send(f, "in", be64(1), "{\"A\":3}", 5);
    send(f, "in", be64(1), "{}", 30);
    send(f, "in", be64(2), NULL, 31);
    send(f, "in", STR_NULL, "{\"A\":9}", 32);
}

static void test_count(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    feed_counts(&f);
    start(&f, count_plan(&f, (WindowSpec){0}, false));
    run(&f);
    CHECK_STR(dump(&f, "out"), "1={\"N\":1,\"S\":1}@10 2={\"N\":1,\"S\":2}@20 "
                               "1={\"N\":2,\"S\":4}@10 1={\"N\":2,\"S\":4}@30");
    teardown(&f);
}

/* With a cache each key comes once a commit, the least recently changed first.
 */
static void test_count_merged(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 10000000);
    feed_counts(&f);
    start(&f, count_plan(&f, (WindowSpec){0}, false));
    while (query_step(f.query, 10000))
        ;
    CHECK_STR(dump(&f, "out"), "");
    CHECK(!query_commit(f.query, arena).kind);
    CHECK_STR(dump(&f, "out"), "2={\"N\":1,\"S\":2}@20 1={\"N\":2,\"S\":4}@30");
    send(&f, "in", be64(2), "{\"A\":5}", 1);
    run(&f);
    CHECK_STR(dump(&f, "out"), "2={\"N\":1,\"S\":2}@20 1={\"N\":2,\"S\":4}@30 "
                               "2={\"N\":2,\"S\":7}@20");
    teardown(&f);
}

static void test_repartition(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    topic(&f, "in", 3);
    topic(&f, "out", 1);
    for (int i = 0; i < 60; i++)
        send(&f, "in", be64(i), "{\"A\":1}", i);
    start(&f, count_plan(&f, (WindowSpec){0}, true));
    run(&f);
    Str out = dump(&f, "out");
    CHECK(str_find(out, STR("0={\"N\":30,\"S\":30}"), 0) != SIZE_MAX);
    CHECK(str_find(out, STR("1={\"N\":30,\"S\":30}"), 0) != SIZE_MAX);
    TopicInfo info;
    CHECK(!broker_describe_topic(
               f.broker, arena, STR("app-Aggregate-GroupBy-repartition"), &info)
               .kind);
    CHECK(info.partition_count == 3);
    teardown(&f);
}

static WindowSpec window(WindowKind kind, int64_t size, int64_t advance,
                         int64_t grace)
{
    return (WindowSpec){.kind = kind,
                        .size_ms = size,
                        .advance_ms = advance,
                        .grace_ms = grace,
                        .retention_ms = size + grace};
}

static void test_tumbling(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    topic(&f, "in", 1);
    topic(&f, "out", 1);
    send(&f, "in", be64(1), "{\"A\":1}", 1);
    send(&f, "in", be64(1), "{\"A\":2}", 9);
    send(&f, "in", be64(1), "{\"A\":3}", 14);
    send(&f, "in", be64(1), "{\"A\":4}", 2); /* In grace. */
    send(&f, "in", be64(1), "{\"A\":5}", 15);
    send(&f, "in", be64(1), "{\"A\":6}", 3); /* Late. */
    start(&f, count_plan(&f, window(WINDOW_TUMBLING, 10, 10, 5), false));
    run(&f);
    CHECK_STR(dump(&f, "out"),
              "1/0={\"N\":1,\"S\":1}@1 1/0={\"N\":2,\"S\":3}@9 "
              "1/10={\"N\":1,\"S\":3}@14 1/0={\"N\":3,\"S\":7}@9 "
              "1/10={\"N\":2,\"S\":8}@15");
    QueryInfo info;
    query_info(f.query, arena, &info);
    CHECK(info.late == 1);
    teardown(&f);
}

static void test_hopping(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    topic(&f, "in", 1);
    topic(&f, "out", 1);
    send(&f, "in", be64(1), "{\"A\":1}", 3);
    send(&f, "in", be64(1), "{\"A\":2}", 12);
    start(&f, count_plan(&f, window(WINDOW_HOPPING, 10, 5, 100), false));
    run(&f);
    CHECK_STR(dump(&f, "out"),
              "1/0={\"N\":1,\"S\":1}@3 1/5={\"N\":1,\"S\":2}@12 "
              "1/10={\"N\":1,\"S\":2}@12");
    teardown(&f);
}

/* With COLLECT_LIST, whose state does not change in place, groups are found one
 * by one in the store; without, all windows of a record by one look-up. */
static const PlanNode *windows_plan(Fixture *f, WindowSpec window, bool slow)
{
    PlanBuild *b = &f->build;
    const PlanNode *input = stream(f, "in");
    static const char *const calls[] = {"COUNT", "SUM", "COLLECT_LIST"};
    const Expr *a = pb_slot(b, input, 1);
    const Expr *args[] = {a, a, a};
    PlanNode *aggregate = pb_aggregate(b, input, window, 2 + slow, calls, args);
    const Expr *exprs[] = {pb_slot(b, aggregate, 4), pb_slot(b, aggregate, 5)};
    static const char *const out_names[] = {"N", "S"};
    return pb_sink(b, pb_project(b, aggregate, 2, out_names, exprs), "out");
}

/* Rows of some keys whose time goes on, with late ones, and a jump at times;
 * commits in between. Returns the output and adds the late ones to *late. */
static Str random_windows(int batch_rows, WindowSpec spec, bool slow,
                          int64_t *late)
{
    Fixture f;
    setup(&f, batch_rows, 10000000);
    topic(&f, "in", 1);
    topic(&f, "out", 1);
    start(&f, windows_plan(&f, spec, slow));
    uint32_t random = (uint32_t)spec.size_ms;
    int64_t now = 0;
    for (int i = 0; i < 400; i++) {
        random = random * 1664525 + 1013904223;
        uint32_t dice = random >> 8;
        now += dice % 97 == 0 ? 150 : dice % 3;
        int64_t ms = dice % 5 == 0 ? now - (int64_t)(dice % 110) : now;
        send(&f, "in", be64(dice / 97 % 9), "{\"A\":1}", ms < 0 ? 0 : ms);
        if (dice % 29 == 0) run(&f); /* To a commit. */
    }
    run(&f);
    QueryInfo info;
    query_info(f.query, arena, &info);
    *late += info.late;
    Str out = dump(&f, "out");
    teardown(&f);
    return out;
}

/* Merged results of overlapping windows and their order do not depend on how
 * the groups are found. */
static void test_hopping_random(int batch_rows)
{
    static const int64_t specs[][3] = {
        {40, 10, 20}, {25, 10, 0}, {30, 7, 60}, {64, 1, 10}, {70, 1, 10}};
    for (int i = 0; i < 10; i++) {
        const int64_t *spec = specs[i / 2];
        WindowSpec w = window(WINDOW_HOPPING, spec[0], spec[1], spec[2]);
        w.emit_final = i % 2;
        int64_t late = 0, slow_late = 0;
        Str out = random_windows(batch_rows, w, false, &late);
        CHECK_STR(out, str_cstr(arena, random_windows(batch_rows, w, true,
                                                      &slow_late)));
        CHECK(late > 0 && late == slow_late);
        CHECK(out.len > 2000);
    }
}

static void test_emit_final(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    topic(&f, "in", 1);
    topic(&f, "out", 1);
    for (int ms = 0; ms < 3; ms++)
        send(&f, "in", be64(7 + ms % 2), "{\"A\":1}", ms);
    send(&f, "in", be64(7), "{\"A\":1}", 3);
    send(&f, "in", be64(7), "{\"A\":1}", 5);
    WindowSpec w = window(WINDOW_TUMBLING, 2, 2, 1);
    w.emit_final = true;
    start(&f, count_plan(&f, w, false));
    run(&f);
    CHECK_STR(dump(&f, "out"),
              "7/0={\"N\":1,\"S\":1}@0 8/0={\"N\":1,\"S\":1}@1 "
              "7/2={\"N\":2,\"S\":2}@3");
    teardown(&f);
}

/* Dumped keys show the first 16 bytes: key and session end. */
static void feed_sessions(Fixture *f)
{
    topic(f, "in", 1);
    topic(f, "out", 1);
    send(f, "in", be64(1), "{\"A\":1}", 0);
    send(f, "in", be64(1), "{\"A\":2}", 10);
    send(f, "in", be64(1), "{\"A\":3}", 40);
    send(f, "in", be64(1), "{\"A\":4}", 25); /* Joins both. */
    send(f, "in", be64(1), "{\"A\":5}", 70); /* Closes up to 40. */
    send(f, "in", be64(1), "{\"A\":6}", 5);  /* Within the session. */
    send(f, "in", be64(2), "{\"A\":7}", 5);  /* Late. */
}

static void test_sessions(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    feed_sessions(&f);
    WindowSpec w = window(WINDOW_SESSION, 20, 20, 10);
    w.retention_ms = 1000;
    start(&f, count_plan(&f, w, false));
    run(&f);
    CHECK_STR(dump(&f, "out"),
              "1/0={\"N\":1,\"S\":1}@0 1/0=null@0 "
              "1/10={\"N\":2,\"S\":3}@10 1/40={\"N\":1,\"S\":3}@40 "
              "1/10=null@10 1/40=null@40 1/40={\"N\":4,\"S\":10}@40 "
              "1/70={\"N\":1,\"S\":5}@70 1/40=null@40 "
              "1/40={\"N\":5,\"S\":16}@40");
    QueryInfo info;
    query_info(f.query, arena, &info);
    CHECK(info.late == 1);
    teardown(&f);
}

/* Only what a commit finds is told; sessions that came and went are not. */
static void test_sessions_merged(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 1000000);
    feed_sessions(&f);
    WindowSpec w = window(WINDOW_SESSION, 20, 20, 10);
    w.retention_ms = 1000;
    start(&f, count_plan(&f, w, false));
    run(&f);
    CHECK_STR(dump(&f, "out"), "1/70={\"N\":1,\"S\":5}@70 "
                               "1/40={\"N\":5,\"S\":16}@40");
    send(&f, "in", be64(1), "{\"A\":1}", 75);
    run(&f);
    CHECK_STR(dump(&f, "out"),
              "1/70={\"N\":1,\"S\":5}@70 1/40={\"N\":5,\"S\":16}@40 "
              "1/70=null@70 1/75={\"N\":2,\"S\":6}@75");
    teardown(&f);
}

/* gap 3 s, grace 6 s: sessions ending at 59222 and 60740 close together, but
 * the segment of the first is gone by then (runtime 2.12). */
static void test_sessions_final(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    topic(&f, "in", 1);
    topic(&f, "out", 1);
    send(&f, "in", be64(1), "{\"A\":1}", 59222);
    send(&f, "in", be64(2), "{\"A\":2}", 60740);
    send(&f, "in", be64(3), "{\"A\":3}", 70332);
    WindowSpec w = window(WINDOW_SESSION, 3000, 3000, 6000);
    w.emit_final = true;
    start(&f, count_plan(&f, w, false));
    run(&f);
    CHECK_STR(dump(&f, "out"), "2/60740={\"N\":1,\"S\":2}@60740");
    teardown(&f);
}

/* What was emitted as final is not again after a restart. */
static void test_final_restart(void)
{
    Fixture f;
    setup(&f, 0, 0);
    topic(&f, "in", 1);
    topic(&f, "out", 1);
    WindowSpec w = window(WINDOW_TUMBLING, 10, 10, 0);
    w.emit_final = true;
    w.retention_ms = 1000;
    const PlanNode *root = count_plan(&f, w, false);
    send(&f, "in", be64(1), "{\"A\":1}", 5);
    send(&f, "in", be64(1), "{\"A\":2}", 15);
    start(&f, root);
    run(&f);
    query_stop(f.query);
    f.query = NULL;
    send(&f, "in", be64(1), "{\"A\":3}", 25);
    start(&f, root);
    run(&f);
    CHECK_STR(dump(&f, "out"),
              "1/0={\"N\":1,\"S\":1}@5 1/10={\"N\":1,\"S\":2}@15");
    teardown(&f);
}

/* ---- tables ---- */

static PlanNode *table(Fixture *f, const char *name, bool want_old)
{
    PlanNode *n = stream(f, name);
    n->is_table = n->source.is_table = n->source.materialize = true;
    n->source.store = STR("KsqlTopic-Reduce");
    n->want_old = want_old;
    return n;
}

static void test_table_filter(int batch_rows, size_t cache, const char *want)
{
    Fixture f;
    setup(&f, batch_rows, cache);
    topic(&f, "in", 1);
    topic(&f, "out", 1);
    send(&f, "in", be64(1), "{\"A\":1,\"B\":\"x\"}", 10);
    send(&f, "in", be64(1), "{\"A\":5,\"B\":\"x\"}", 11);
    send(&f, "in", be64(1), "{\"A\":6,\"B\":\"y\"}", 12);
    send(&f, "in", be64(2), "{\"A\":8,\"B\":\"z\"}", 13);
    send(&f, "in", be64(1), "{\"A\":0,\"B\":\"x\"}", 14);
    send(&f, "in", be64(2), NULL, 15);
    send(&f, "in", be64(2), NULL, 16);
    send(&f, "in", be64(3), "{\"A\":9,\"B\":\"v\"}", 17);
    PlanBuild *b = &f.build;
    PlanNode *source = table(&f, "in", true);
    PlanNode *filter = pb_filter(b, source,
                                 pb_two(b, EXPR_COMPARE, &type_boolean, CMP_GT,
                                        pb_slot(b, source, 1),
                                        pb_int(b, &type_int, 4)));
    const Expr *exprs[] = {pb_slot(b, filter, 1), pb_slot(b, filter, 2)};
    start(&f, pb_sink(b, pb_project(b, filter, 2, names, exprs), "out"));
    run(&f);
    CHECK_STR(dump(&f, "out"), want);
    teardown(&f);
}

static void test_table_aggregate(int batch_rows)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    topic(&f, "in", 1);
    topic(&f, "out", 1);
    send(&f, "in", be64(1), "{\"A\":0,\"B\":\"x\"}", 10);
    send(&f, "in", be64(2), "{\"A\":0,\"B\":\"x\"}", 11);
    send(&f, "in", be64(1), "{\"A\":1,\"B\":\"x\"}", 12);
    send(&f, "in", be64(2), NULL, 13);
    PlanBuild *b = &f.build;
    PlanNode *source = table(&f, "in", true);
    PlanNode *rekey = pb_rekey(b, source, REKEY_GROUP, pb_slot(b, source, 1));
    rekey->rekey.key.format = format_find(STR("KAFKA"));
    PlanNode *through = pb_repartition(b, rekey, "Aggregate-GroupBy");
    static const char *const calls[] = {"COUNT"};
    const Expr *args[] = {pb_slot(b, through, 1)};
    PlanNode *aggregate = pb_aggregate(b, through, (WindowSpec){0}, 1, calls,
                                       args);
    static const char *const out_names[] = {"N"};
    const Expr *exprs[] = {pb_slot(b, aggregate, 2)};
    start(&f, pb_sink(b, pb_project(b, aggregate, 1, out_names, exprs), "out"));
    run(&f);
    CHECK_STR(dump(&f, "out"), "0={\"N\":1}@10 0={\"N\":2}@11 0={\"N\":1}@12 "
                               "1={\"N\":1}@12 0={\"N\":0}@13");
    teardown(&f);
}

static void test_join(int batch_rows, JoinKind kind, const char *want)
{
    Fixture f;
    setup(&f, batch_rows, 0);
    topic(&f, "in", 1);
    topic(&f, "users", 1);
    topic(&f, "out", 1);
    send(&f, "users", be64(1), "{\"A\":1,\"B\":\"old\"}", 5);
    send(&f, "in", be64(1), "{\"A\":10}", 10);
    send(&f, "users", be64(1), "{\"A\":1,\"B\":\"new\"}", 15);
    send(&f, "in", be64(1), "{\"A\":20}", 20);
    send(&f, "in", be64(2), "{\"A\":30}", 25);
    send(&f, "users", be64(1), NULL, 30);
    send(&f, "in", be64(1), "{\"A\":40}", 30); /* A tie: the table first. */
    PlanBuild *b = &f.build;
    PlanNode *left = stream(&f, "in"), *right = table(&f, "users", false);
    PlanNode *join = pb_join(b, left, right, kind);
    const Expr *exprs[] = {pb_slot(b, join, 1),
                           pb_slot(b, join, left->column_count + 2)};
    start(&f, pb_sink(b, pb_project(b, join, 2, names, exprs), "out"));
    run(&f);
    CHECK_STR(dump(&f, "out"), want);
    teardown(&f);
}

/* ---- life ---- */

static void test_restart(void)
{
    Fixture f;
    setup(&f, 0, 0);
    feed_counts(&f);
    const PlanNode *root = count_plan(&f, (WindowSpec){0}, false);
    start(&f, root);
    run(&f);
    query_stop(f.query);
    f.query = NULL;
    send(&f, "in", be64(1), "{\"A\":10}", 40);
    start(&f, root); /* State comes back from the changelog. */
    run(&f);
    CHECK(str_ends_with(dump(&f, "out"), STR("1={\"N\":3,\"S\":14}@40")));
    query_stop(f.query);
    f.query = NULL;
    CHECK(!query_cleanup(arena, f.broker, &f.build.plan, STR("app"), STR_NULL)
               .kind);
    TopicInfo info;
    CHECK(broker_describe_topic(
              f.broker, arena,
              STR("app-Aggregate-Aggregate-Materialize-changelog"), &info)
              .kind == ST_USER);
    teardown(&f);
}

static void test_pause(void)
{
    Fixture f;
    setup(&f, 0, 0);
    feed_plain(&f);
    start(&f, filter_plan(&f));
    query_pause(f.query);
    CHECK(query_step(f.query, 1000) == 0);
    QueryInfo info;
    query_info(f.query, arena, &info);
    CHECK(info.state == QUERY_PAUSED);
    query_resume(f.query);
    run(&f);
    query_info(f.query, arena, &info);
    CHECK(info.records_out == 3);
    teardown(&f);
}

static bool take_rows(void *context, const Batch *batch,
                      const Column *const *columns, int count)
{
    Fixture *f = context;
    CHECK(count == 2 && columns[0]->type == &type_int);
    f->rows_seen += batch->sel_count;
    return true;
}

static void on_finished(void *context, Query *query)
{
    (void)query;
    ((Fixture *)context)->finished++;
}

/* Paused it stays a member of its group: another that joins gets its share at
 * once, and the query goes on with the rest where it was. */
static void test_pause_in_group(void)
{
    Fixture f;
    setup(&f, 0, 0);
    f.options.threads = 1;
    f.options.commit_interval_ms = 10;
    topic(&f, "in", 2);
    topic(&f, "out", 1);
    for (int i = 0; i < 40; i++)
        send(&f, "in", be64(i), "{\"A\":2}", i);
    start(&f, filter_plan(&f));
    for (int i = 0; i < 1000 && !query_is_idle(f.query); i++)
        clock_sleep_ms(5);
    query_pause(f.query);
    clock_sleep_ms(100);
    Consumer *other;
    const char *topics[] = {"in"};
    ConsumerOptions options = {
        .group = f.options.application_id, .topics = topics, .topic_count = 1};
    CHECK(!consumer_open(f.broker, arena, &options, &other).kind);
    for (int i = 40; i < 80; i++)
        send(&f, "in", be64(i), "{\"A\":2}", i);
    int theirs = 0, count;
    for (int i = 0; i < 40; i++) {
        RecordSet *sets;
        CHECK(!consumer_poll(other, arena, 50, 1000, &sets, &count).kind);
        for (int s = 0; s < count; s++) {
            theirs += sets[s].count;
            consumer_release(other, &sets[s]);
        }
    }
    QueryInfo info;
    query_info(f.query, arena, &info);
    CHECK(info.state == QUERY_PAUSED && info.records_in == 40);
    CHECK(theirs > 0 && theirs < 40);
    query_resume(f.query);
    for (int i = 0; i < 1000 && info.records_in < 80 - theirs; i++) {
        clock_sleep_ms(5);
        query_info(f.query, arena, &info);
    }
    CHECK(info.records_in == 80 - theirs);
    consumer_close(other);
    teardown(&f);
}

static void test_limit(void)
{
    Fixture f;
    setup(&f, 1, 0);
    feed_plain(&f);
    f.options.use_group = false;
    f.options.rows = take_rows;
    f.options.rows_context = &f;
    f.options.finished = on_finished;
    f.options.finished_context = &f;
    PlanBuild *b = &f.build;
    PlanNode *source = stream(&f, "in");
    PlanNode *limit = pb_node(b, PLAN_LIMIT, "Limit", source,
                              source->column_count);
    limit->columns = source->columns;
    limit->limit = 2;
    PlanNode *result = pb_node(b, PLAN_RESULT, "Result", limit, 0);
    static const int slots[] = {1, 2};
    result->result.slots = slots;
    Schema *s = ARENA_NEW(arena, Schema);
    s->count = 2;
    b->plan.schema = s;
    start(&f, result);
    for (int i = 0; i < 20; i++)
        query_step(f.query, 1);
    CHECK(f.rows_seen == 2 && f.finished == 1);
    QueryInfo info;
    query_info(f.query, arena, &info);
    CHECK(info.state == QUERY_STOPPED);
    teardown(&f);
}

typedef struct StateRows {
    int count;
    int64_t sum;
} StateRows;

static bool visit_state(void *context, const Value *row, int64_t timestamp_ms)
{
    StateRows *rows = context;
    CHECK(timestamp_ms > 0 && !row[0].null);
    rows->count++;
    rows->sum += row[3].i32;
    return true;
}

static void test_read_state(void)
{
    Fixture f;
    setup(&f, 0, 10000000);
    feed_counts(&f);
    const PlanNode *root = count_plan(&f, (WindowSpec){0}, false);
    start(&f, root);
    run(&f);
    int node = root->inputs[0]->inputs[0]->id;
    StateRows all = {0}, one = {0};
    CHECK(plan_kept(&f.build.plan)->id == node);
    CHECK(!query_read_state(f.query, arena, STR_NULL, visit_state, &all).kind);
    CHECK(all.count == 2 && all.sum == 6);
    CHECK(!query_read_state(f.query, arena, be64(2), visit_state, &one).kind);
    CHECK(one.count == 1 && one.sum == 2);
    teardown(&f);
}

/* Three threads, six partitions, through a repartition: nothing is lost and
 * nothing counted twice. */
static void test_threads(void)
{
    Fixture f;
    setup(&f, 0, 1000000);
    f.options.threads = 3;
    f.options.clock = NULL;
    f.options.commit_interval_ms = 20;
    f.options.log = NULL;
    topic(&f, "in", 6);
    topic(&f, "out", 2);
    for (int i = 0; i < 5000; i++)
        send(&f, "in", be64(i), "{\"A\":1}", i);
    start(&f, count_plan(&f, (WindowSpec){0}, true));
    bool idle = false;
    for (int i = 0; i < 1000 && !idle; i++) {
        idle = query_is_idle(f.query);
        if (!idle) clock_sleep_ms(10);
    }
    CHECK(idle);
    Str out = dump(&f, "out");
    CHECK(str_find(out, STR("0={\"N\":2500,\"S\":2500}"), 0) != SIZE_MAX);
    CHECK(str_find(out, STR("1={\"N\":2500,\"S\":2500}"), 0) != SIZE_MAX);
    StateRows all = {0};
    CHECK(!query_read_state(f.query, arena, STR_NULL, visit_state, &all).kind);
    CHECK(all.count == 2 && all.sum == 5000);
    QueryInfo info;
    query_info(f.query, arena, &info);
    CHECK(info.records_in == 5000 && info.state == QUERY_RUNNING);
    teardown(&f);
}

/* Two members of one group share the partitions; when one leaves the other goes
 * on with its state, from the changelog. */
static void test_two_members(void)
{
    Fixture f;
    setup(&f, 0, 0);
    topic(&f, "in", 4);
    topic(&f, "out", 1);
    const PlanNode *root = count_plan(&f, (WindowSpec){0}, false);
    for (int i = 0; i < 100; i++)
        send(&f, "in", be64(i % 10), "{\"A\":1}", i);
    start(&f, root);
    run(&f);
    Query *other;
    CHECK(
        !query_start(arena, pb_done(&f.build, root), &f.options, &other).kind);
    for (int i = 0; i < 20; i++) {
        query_step(f.query, 100);
        query_step(other, 100);
    }
    for (int i = 0; i < 100; i++)
        send(&f, "in", be64(i % 10), "{\"A\":1}", 100 + i);
    for (int i = 0; i < 20; i++) {
        query_step(f.query, 100);
        query_step(other, 100);
    }
    QueryInfo mine, theirs;
    query_info(f.query, arena, &mine);
    query_info(other, arena, &theirs);
    CHECK(mine.records_in > 100 && theirs.records_in > 0);
    CHECK(mine.records_in + theirs.records_in == 200);
    query_stop(other);
    for (int i = 0; i < 10; i++)
        send(&f, "in", be64(i), "{\"A\":1}", 200 + i);
    run(&f);
    Str out = dump(&f, "out");
    for (int i = 0; i < 10; i++) {
        Str last = str_printf(arena, "%d={\"N\":21,\"S\":21}@%d", i, 200 + i);
        CHECK(str_find(out, last, 0) != SIZE_MAX);
    }
    CHECK(str_find(out, STR("\"N\":22"), 0) == SIZE_MAX);
    teardown(&f);
}

static void run_all(void)
{
    static const int sizes[] = {1, 3, 0};
    for (int i = 0; i < 3; i++) {
        test_filter_project(sizes[i]);
        test_count(sizes[i]);
        test_count_merged(sizes[i]);
        test_repartition(sizes[i]);
        test_tumbling(sizes[i]);
        test_hopping(sizes[i]);
        test_hopping_random(sizes[i]);
        test_emit_final(sizes[i]);
        test_sessions(sizes[i]);
        test_sessions_merged(sizes[i]);
        test_sessions_final(sizes[i]);
        test_table_filter(
            sizes[i], 0,
            "1={\"A\":5,\"B\":\"x\"}@11 1={\"A\":6,\"B\":\"y\"}@12 "
            "2={\"A\":8,\"B\":\"z\"}@13 1=null@14 2=null@15 "
            "3={\"A\":9,\"B\":\"v\"}@17");
        test_table_filter(sizes[i], 1000000, "3={\"A\":9,\"B\":\"v\"}@17");
        test_table_aggregate(sizes[i]);
        test_join(
            sizes[i], JOIN_INNER,
            "1={\"A\":10,\"B\":\"old\"}@10 1={\"A\":20,\"B\":\"new\"}@20");
        test_join(sizes[i], JOIN_LEFT,
                  "1={\"A\":10,\"B\":\"old\"}@10 1={\"A\":20,\"B\":\"new\"}@20 "
                  "2={\"A\":30,\"B\":null}@25 1={\"A\":40,\"B\":null}@30");
    }
    test_restart();
    test_final_restart();
    test_pause();
    test_pause_in_group();
    test_limit();
    test_read_state();
    test_two_members();
    test_threads();
}

int main(void)
{
    arena = arena_new("test", 0);
    run_all();
    exactly_once = true;
    run_all();
    arena_free(arena);
    return check_done();
}
