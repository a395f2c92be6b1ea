/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins on random records, in batches of 1, 3 and 4,096 rows, against models
 * that are written down record by record from the rules (runtime 2.13, 2.15,
 * 2.16) and know nothing of stores and batches. Foreign-key joins answer later,
 * so of them the end is compared: with threads, several partitions, restarts.
 */
#include "kafka/broker.h"
#include "runtime/query.h"
#include "tests/unit/planner_fixture.h"

enum { RECORDS = 300, KEYS = 5 };

/* A record of either side; its value is {"V":v}, or null if v < 0. */
typedef struct Fed {
    int side;
    int key; /* -1: null. */
    int v;
    int fk; /* -1: null. */
    int64_t ms;
} Fed;

typedef struct Run {
    Fixture *f;
    Broker *broker;
    Producer *producer;
    Query *query;
    QueryOptions options;
} Run;

static Clock test_clock = {.manual = true, .manual_ms = 1000};
static uint64_t seed;
static Arena *test_arena; /* Of what outlives a run. */

static int dice(int sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)sides);
}

static const char *const sources =
    "CREATE STREAM a (id INT KEY, v INT)"
    " WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE STREAM b (id INT KEY, v INT)"
    " WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE TABLE t (id INT PRIMARY KEY, v INT)"
    " WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE TABLE u (id INT PRIMARY KEY, v INT)"
    " WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE TABLE l (id INT PRIMARY KEY, v INT, fk INT)"
    " WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=3);"
    "CREATE TABLE r (id INT PRIMARY KEY, v INT)"
    " WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=2);";

static void make_topic(Run *run, const char *name, int partitions)
{
    Status st = broker_create_topic(run->broker, run->f->arena, str_from(name),
                                    partitions, 1, NULL, 0);
    CHECK(!st.kind);
}

/* All queries of a pass: results are the same with either guarantee. */
static bool exactly_once;

static void run_open(Run *run, const char *sql, int batch_rows)
{
    *run = (Run){.f = fixture_new(), .broker = broker_memory_open(&test_clock)};
    fixture_set(run->f, "ksql.persistence.default.format.key", "KAFKA");
    fixture_ok(run->f, sources);
    fixture_ok(run->f, sql);
    ProducerOptions producer = {.transactional_id = STR_NULL};
    Status st = producer_open(run->broker, run->f->arena, &producer,
                              &run->producer);
    CHECK(!st.kind);
    make_topic(run, "a", 1);
    make_topic(run, "b", 1);
    make_topic(run, "l", 3);
    make_topic(run, "r", 2);
    make_topic(run, "OUT", 1);
    run->options = (QueryOptions){.id = STR("Q"),
                                  .application_id = STR("app"),
                                  .broker = run->broker,
                                  .state_directory = STR_NULL,
                                  .batch_rows_max = batch_rows,
                                  .commit_interval_ms = 1000000,
                                  .exactly_once = exactly_once,
                                  .use_group = true,
                                  .internal_replicas = 1,
                                  .clock = &test_clock};
}

static void run_start(Run *run)
{
    Status st = query_start(run->f->arena, run->f->plan, &run->options,
                            &run->query);
    CHECK(!st.kind);
}

static void run_until_idle(Run *run)
{
    bool idle = false;
    for (int i = 0; i < 2000 && !idle; i++) {
        if (run->options.threads)
            clock_sleep_ms(5);
        else
            while (query_step(run->query, 10000))
                continue;
        idle = query_is_idle(run->query);
    }
    CHECK(idle);
}

static void run_close(Run *run)
{
    if (run->query) query_stop(run->query);
    producer_close(run->producer);
    broker_close(run->broker);
    fixture_free(run->f);
}

static void send(Run *run, const char *topic, const Fed *fed)
{
    char key[4];
    for (int i = 0; i < 4; i++)
        key[i] = (char)((uint32_t)fed->key >> (24 - 8 * i));
    Str value = STR_NULL;
    if (fed->v >= 0 && fed->fk >= 0)
        value = str_printf(run->f->arena, "{\"V\":%d,\"FK\":%d}", fed->v,
                           fed->fk);
    else if (fed->v >= 0)
        value = str_printf(run->f->arena, "{\"V\":%d}", fed->v);
    Record record = {.key = fed->key < 0 ? STR_NULL : (Str){key, 4},
                     .value = value,
                     .timestamp_ms = fed->ms};
    Status st = producer_send(run->producer, run->f->arena, topic,
                              PARTITION_BY_KEY, &record, 1);
    CHECK(!st.kind);
}

static void each_output(Run *run,
                        void (*visit)(void *context, const Record *record),
                        void *context)
{
    const char *topics[] = {"OUT"};
    ConsumerOptions options = {
        .group = STR_NULL, .topics = topics, .topic_count = 1};
    TopicPartition part = {0, 0, OFFSET_BEGINNING, STR_NULL};
    Consumer *consumer;
    Arena *arena = run->f->arena;
    Status st = consumer_open(run->broker, arena, &options, &consumer);
    CHECK(!st.kind);
    st = consumer_assign(consumer, arena, &part, 1);
    CHECK(!st.kind);
    RecordSet *sets;
    int count;
    while (!consumer_poll(consumer, arena, 0, 100000, &sets, &count).kind &&
           count) {
        for (int s = 0; s < count; s++) {
            for (int i = 0; i < sets[s].count; i++)
                visit(context, &sets[s].records[i]);
            consumer_release(consumer, &sets[s]);
        }
    }
    consumer_close(consumer);
}

static int key_of(const Record *record)
{
    uint32_t key = 0;
    if (!record->key.ptr) return -1;
    for (size_t i = 0; i < record->key.len; i++)
        key = key << 8 | (unsigned char)record->key.ptr[i];
    return (int)key;
}

static void append_record(void *context, const Record *record)
{
    Buf *out = context;
    buf_printf(out, "%d=%.*s@%lld\n", key_of(record),
               record->value.ptr ? (int)record->value.len : 4,
               record->value.ptr ? record->value.ptr : "null",
               (long long)record->timestamp_ms);
}

/* ---- the models' output ---- */

static void append_int(Buf *out, const char *name, int v)
{
    if (v < 0)
        buf_printf(out, "\"%s\":null", name);
    else
        buf_printf(out, "\"%s\":%d", name, v);
}

static void append_pair(Buf *out, int key, int x, int y, int64_t ms)
{
    buf_printf(out, "%d={", key);
    append_int(out, "X", x);
    buf_push(out, ',');
    append_int(out, "Y", y);
    buf_printf(out, "}@%lld\n", (long long)ms);
}

/* The order in which a task takes records of two inputs: by time, those of the
 * left side first. Each side's own order stays. */
static void merge_order(const Fed *fed, int count, int *order)
{
    int at[2] = {0, 0};
    for (int n = 0; n < count; n++) {
        for (int s = 0; s < 2; s++)
            while (at[s] < count && fed[at[s]].side != s)
                at[s]++;
        int s = at[0] == count                  ? 1
                : at[1] == count                ? 0
                : fed[at[1]].ms < fed[at[0]].ms ? 1
                                                : 0;
        order[n] = at[s]++;
    }
}

static const char *const kinds[] = {"INNER", "LEFT", "RIGHT", "FULL"};

/* ---- tables ---- */

static void model_tables(int kind, const Fed *fed, int count, Buf *out)
{
    Fed now[2][KEYS];
    int order[RECORDS];
    for (int k = 0; k < KEYS; k++)
        now[0][k] = now[1][k] = (Fed){.v = -1};
    merge_order(fed, count, order);
    for (int n = 0; n < count; n++) {
        const Fed *r = &fed[order[n]];
        if (r->key < 0) continue;
        Fed old = now[r->side][r->key], other = now[!r->side][r->key];
        now[r->side][r->key] = *r;
        int x = now[0][r->key].v, y = now[1][r->key].v;
        bool preserved = kind == 3 || kind == r->side + 1;
        if (preserved ? old.v < 0 && r->v < 0 && other.v < 0 : other.v < 0)
            continue;
        int64_t ms = other.v >= 0 && other.ms > r->ms ? other.ms : r->ms;
        bool there = kind == 0   ? x >= 0 && y >= 0
                     : kind == 1 ? x >= 0
                     : kind == 2 ? y >= 0
                                 : x >= 0 || y >= 0;
        if (there)
            append_pair(out, r->key, x, y, ms);
        else
            buf_printf(out, "%d=null@%lld\n", r->key, (long long)ms);
    }
}

/* ---- streams ---- */

typedef struct Model {
    int kind;
    int64_t before, after, grace; /* grace -1: none. */
    int64_t stream_ms, min_ms, observed[2];
    Fed kept[2][RECORDS];
    int kept_count[2];
    Fed waiting[RECORDS];
    int waiting_count;
    Buf *out;
} Model;

static int first_side(const Model *m)
{
    return m->kind == 2;
}

static int64_t after_of(const Model *m, int side)
{
    return side == first_side(m) ? m->after : m->before;
}

static void model_alone(Model *m, const Fed *r)
{
    append_pair(m->out, r->key, r->side == 0 ? r->v : -1,
                r->side == 1 ? r->v : -1, r->ms);
}

/* The order of the outer store: time, right side, key, arrival. */
static bool waits_before(const Model *m, const Fed *a, const Fed *b)
{
    bool left_a = a->side == first_side(m), left_b = b->side == first_side(m);
    if (a->ms != b->ms) return a->ms < b->ms;
    if (left_a != left_b) return !left_a;
    return a->key < b->key;
}

static void model_wait(Model *m, const Fed *r)
{
    int at = m->waiting_count++;
    while (at > 0 && waits_before(m, r, &m->waiting[at - 1])) {
        m->waiting[at] = m->waiting[at - 1];
        at--;
    }
    m->waiting[at] = *r;
    if (r->ms < m->min_ms) m->min_ms = r->ms;
}

static void model_expired(Model *m, int side)
{
    uint64_t end = (uint64_t)m->min_ms + (uint64_t)after_of(m, side) +
                   (uint64_t)m->grace;
    if ((int64_t)end >= m->stream_ms) return;
    bool open[2] = {false, false};
    int left = 0;
    bool over = false;
    m->min_ms = INT64_MAX;
    for (int i = 0; i < m->waiting_count; i++) {
        Fed w = m->waiting[i];
        if (!over) {
            m->min_ms = w.ms;
            over = open[0] && open[1];
        }
        if (over || w.ms + after_of(m, w.side) + m->grace >= m->stream_ms) {
            if (!over) open[w.side] = true;
            m->waiting[left++] = w;
            continue;
        }
        model_alone(m, &w);
    }
    m->waiting_count = left;
}

static void model_satisfied(Model *m, const Fed *match)
{
    int left = 0;
    for (int i = 0; i < m->waiting_count; i++) {
        const Fed *w = &m->waiting[i];
        if (w->side != match->side || w->key != match->key ||
            w->ms != match->ms)
            m->waiting[left++] = *w;
    }
    m->waiting_count = left;
}

static int model_matches(Model *m, const Fed *r, int64_t retention)
{
    int other = !r->side, count = 0;
    int64_t low = r->ms - after_of(m, other),
            high = r->ms + after_of(m, r->side);
    for (int64_t ms = low < 0 ? 0 : low; ms <= high; ms++) {
        if (ms < m->observed[other] - retention + 1) continue;
        for (int i = 0; i < m->kept_count[other]; i++) {
            const Fed *k = &m->kept[other][i];
            if (k->ms != ms || k->key != r->key) continue;
            count++;
            model_satisfied(m, k);
            append_pair(m->out, r->key, r->side == 0 ? r->v : k->v,
                        r->side == 1 ? r->v : k->v, ms > r->ms ? ms : r->ms);
        }
    }
    return count;
}

static void model_record(Model *m, const Fed *r)
{
    int64_t day = 24 * 3600 * 1000;
    int64_t grace = m->grace >= 0 ? m->grace : day - 2 * m->before;
    int64_t retention = m->before + m->after + grace;
    bool preserved = m->kind == 3 || m->kind == r->side + 1;
    bool waits = m->grace >= 0 && m->kind != 0;
    if (r->ms > m->stream_ms) m->stream_ms = r->ms;
    if (r->v < 0) return;
    if (r->key < 0) {
        if (preserved) model_alone(m, r);
        return;
    }
    if (waits && r->ms == m->stream_ms) model_expired(m, r->side);
    if (!model_matches(m, r, retention) && preserved) {
        if (!waits || r->ms + after_of(m, r->side) < m->stream_ms)
            model_alone(m, r);
        else
            model_wait(m, r);
    }
    if (r->ms > m->observed[r->side]) m->observed[r->side] = r->ms;
    if (r->ms < m->observed[r->side] - retention + 1) return;
    m->kept[r->side][m->kept_count[r->side]++] = *r;
}

static void model_streams(Model *m, const Fed *fed, int count)
{
    int order[RECORDS];
    m->stream_ms = m->observed[0] = m->observed[1] = -1;
    m->min_ms = INT64_MAX;
    merge_order(fed, count, order);
    for (int n = 0; n < count; n++)
        model_record(m, &fed[order[n]]);
}

/* ---- comparing ---- */

static void compare(const char *sql, int batch_rows, const Fed *fed, int count,
                    const Buf *want)
{
    Run run;
    run_open(&run, sql, batch_rows);
    for (int i = 0; i < count; i++)
        send(&run, fed[i].side ? "b" : "a", &fed[i]);
    run_start(&run);
    run_until_idle(&run);
    Buf got = {0};
    each_output(&run, append_record, &got);
    checks_made++;
    if (!str_eq(buf_str(&got), buf_str(want))) {
        size_t at = 0;
        while (at < got.len && at < want->len && got.ptr[at] == want->ptr[at])
            at++;
        checks_failed++;
        fprintf(stderr,
                "%s\n  batches of %d differ at byte %zu:\n  got %.*s\n"
                "  want %.*s\n",
                sql, batch_rows, at,
                (int)(got.len - at < 200 ? got.len - at : 200),
                got.ptr ? got.ptr + at : "",
                (int)(want->len - at < 200 ? want->len - at : 200),
                want->ptr ? want->ptr + at : "");
    }
    buf_free(&got);
    run_close(&run);
}

/* Times go forward by steps, with some records late. */
static void random_records(Fed *fed, bool tables)
{
    int64_t now = 100;
    for (int i = 0; i < RECORDS; i++) {
        now += dice(4);
        if (!dice(30)) now += 60;
        fed[i] = (Fed){.side = dice(2),
                       .key = tables || dice(20) ? dice(KEYS) : -1,
                       .v = dice(tables ? 4 : 30) ? i : -1,
                       .fk = -1,
                       .ms = now - (dice(6) ? 0 : dice(50))};
    }
}

static void test_tables(int kind)
{
    Fed fed[RECORDS];
    char sql[300];
    Buf want = {0};
    random_records(fed, true);
    model_tables(kind, fed, RECORDS, &want);
    snprintf(sql, sizeof sql,
             "CREATE TABLE out AS SELECT %s, t.v AS x, u.v AS y FROM t %s JOIN"
             " u ON t.id = u.id;",
             kind == 3   ? "rowkey"
             : kind == 2 ? "u.id"
                         : "t.id",
             kinds[kind]);
    for (int i = 0; i < 3; i++)
        compare(sql, (const int[]){1, 3, 0}[i], fed, RECORDS, &want);
    buf_free(&want);
}

static void test_streams(int kind, int before, int after, int grace)
{
    Fed fed[RECORDS];
    char sql[400], grace_text[60] = "";
    Buf want = {0};
    static Model m; /* Large. */
    random_records(fed, false);
    m = (Model){.kind = kind,
                .before = before,
                .after = after,
                .grace = grace,
                .out = &want};
    model_streams(&m, fed, RECORDS);
    if (grace >= 0)
        snprintf(grace_text, sizeof grace_text, "GRACE PERIOD %d MILLISECONDS",
                 grace);
    snprintf(sql, sizeof sql,
             "CREATE STREAM out AS SELECT %s, a.v AS x, b.v AS y FROM a %s JOIN"
             " b WITHIN (%d MILLISECONDS, %d MILLISECONDS) %s ON a.id = b.id;",
             kind == 3   ? "rowkey"
             : kind == 2 ? "b.id"
                         : "a.id",
             kinds[kind], before, after, grace_text);
    for (int i = 0; i < 3; i++)
        compare(sql, (const int[]){1, 3, 0}[i], fed, RECORDS, &want);
    buf_free(&want);
}

/* ---- foreign keys ---- */

enum { LEFT_KEYS = 40 };

static void keep_last(void *context, const Record *record)
{
    Buf *last = context;
    int key = key_of(record);
    CHECK(key >= 0 && key < LEFT_KEYS);
    if (key < 0 || key >= LEFT_KEYS) return;
    last[key].len = 0;
    if (record->value.ptr) buf_append_str(&last[key], record->value);
}

/* What the query keeps of its result. */
typedef struct Kept {
    int rows;
    int64_t sum; /* Of X. */
} Kept;

static bool visit_kept(void *context, const Value *row, int64_t timestamp_ms)
{
    Kept *kept = context;
    kept->rows++;
    kept->sum += row[1].i32;
    return timestamp_ms > 0;
}

static void check_kept(Run *run, int rows, int64_t sum)
{
    const PlanNode *project = run->f->plan->root->inputs[0];
    CHECK(project->kind == PLAN_PROJECT);
    CHECK_STR(project->project.store, "Project-Last");
    Kept kept = {0};
    Status st = query_read_state(run->query, run->f->arena, STR_NULL,
                                 visit_kept, &kept);
    CHECK(!st.kind && kept.rows == rows && kept.sum == sum);
}

static void check_foreign(Run *run, bool left, const Fed *l, const Fed *r)
{
    Buf last[LEFT_KEYS] = {{0}}, want = {0};
    each_output(run, keep_last, last);
    int rows = 0;
    int64_t sum = 0;
    for (int k = 0; k < LEFT_KEYS; k++) {
        want.len = 0;
        int fk = l[k].fk, y = fk >= 0 ? r[fk].v : -1;
        if (l[k].v >= 0 && (left || y >= 0)) {
            rows++;
            sum += l[k].v;
            buf_push(&want, '{');
            append_int(&want, "X", l[k].v);
            buf_push(&want, ',');
            append_int(&want, "Y", y);
            buf_push(&want, '}');
        }
        Str got = last[k].len ? buf_str(&last[k]) : STR("");
        CHECK_STR(got, want.len ? str_cstr(run->f->arena, buf_str(&want)) : "");
        buf_free(&last[k]);
    }
    buf_free(&want);
    check_kept(run, rows, sum);
}

/* All that was written between the halves was read and is gone. */
static void check_purged(Run *run)
{
    Arena *a = run->f->arena;
    Broker *broker = run->options.broker;
    TopicInfo *topics;
    int count, between = 0;
    CHECK(!broker_list_topics(broker, a, &topics, &count).kind);
    for (int i = 0; i < count; i++) {
        Str name = topics[i].name;
        if (str_find(name, STR("SUBSCRIPTION"), 0) == SIZE_MAX ||
            str_ends_with(name, STR("-changelog")))
            continue;
        for (int p = 0; p < topics[i].partition_count; p++) {
            int64_t low = -1, high = 0;
            CHECK(!broker_watermarks(broker, a, name, p, &low, &high).kind);
            CHECK(low == high);
            between += high > 0;
        }
    }
    CHECK(between > 1);
}

static void test_foreign(bool left, int batch_rows, int threads, bool restarts,
                         size_t cache)
{
    Run run;
    run_open(&run,
             left ? "CREATE TABLE out AS SELECT l.id, l.v AS x, r.v AS y FROM l"
                    " LEFT JOIN r ON fk = r.id;"
                  : "CREATE TABLE out AS SELECT l.id, l.v AS x, r.v AS y FROM l"
                    " JOIN r ON fk = r.id;",
             batch_rows);
    run.options.threads = threads;
    run.options.cache_max_bytes = cache;
    if (threads) {
        run.options.clock = NULL;
        run.options.commit_interval_ms = 10;
    }
    Fed l[LEFT_KEYS], r[KEYS];
    for (int k = 0; k < LEFT_KEYS; k++)
        l[k] = (Fed){.v = -1, .fk = -1};
    for (int k = 0; k < KEYS; k++)
        r[k] = (Fed){.v = -1};
    run_start(&run);
    for (int i = 0; i < 600; i++) {
        bool right = dice(4) == 0;
        Fed fed = {.side = right,
                   .key = dice(right ? KEYS : LEFT_KEYS),
                   .v = dice(5) ? i : -1,
                   .fk = right || !dice(8) ? -1 : dice(KEYS),
                   .ms = 100 + i};
        *(right ? &r[fed.key] : &l[fed.key]) = fed;
        send(&run, right ? "r" : "l", &fed);
        if (!threads && !dice(40)) query_step(run.query, 70);
        if (!restarts || i % 150 != 149) continue;
        query_stop(run.query);
        run_start(&run);
    }
    run_until_idle(&run);
    if (cache) CHECK(!query_commit(run.query, run.f->arena).kind);
    check_foreign(&run, left, l, r);
    check_purged(&run);
    run_close(&run);
}

/* Internal topics and changelogs go when the query goes. */
static void test_cleanup(void)
{
    Run run;
    run_open(&run,
             "CREATE TABLE out AS SELECT l.id, l.v AS x, r.v AS y FROM l JOIN r"
             " ON fk = r.id;",
             0);
    run_start(&run);
    run_until_idle(&run);
    const Plan *plan = run.f->plan;
    query_stop(run.query);
    run.query = NULL;
    TopicInfo *infos;
    int count = 0;
    Arena *arena = run.f->arena;
    CHECK(!broker_list_topics(run.broker, arena, &infos, &count).kind);
    CHECK(count == 5 + 2 + 4); /* Ours, between the halves, changelogs. */
    CHECK(!query_cleanup(arena, run.broker, plan, STR("app"), STR_NULL).kind);
    CHECK(!broker_list_topics(run.broker, arena, &infos, &count).kind);
    CHECK(count == 5);
    run_close(&run);
}

/* Stopped and started all the time, unless `whole`. Returns the outputs. */
static Str run_stopping(const char *sql, bool whole)
{
    Run run;
    Buf out = {0};
    run_open(&run, sql, 1);
    for (int i = 0; i < RECORDS / 3; i++) {
        Fed fed = {.key = dice(KEYS), .v = dice(KEYS), .fk = -1, .ms = i};
        send(&run, "a", &fed);
    }
    run_start(&run);
    for (int i = 0; i < RECORDS * 8 && !whole; i++) {
        query_step(run.query, 1);
        if (dice(3)) continue;
        query_stop(run.query);
        run_start(&run);
    }
    run_until_idle(&run);
    each_output(&run, append_record, &out);
    Str text = str_copy(test_arena, buf_str(&out));
    buf_free(&out);
    run_close(&run);
    return text;
}

static int lines_of(Str text)
{
    int lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    return lines;
}

/* A topic that two inputs read, one of them mostly ahead of the other: neither
 * does anything twice. In the second query they are inputs of two tasks, so
 * only how many rows come out is the same each time. */
static void test_topic_read_twice(void)
{
    static const char *const one =
        "CREATE STREAM o WITH (KAFKA_TOPIC='OUT', PARTITIONS=1) AS"
        " SELECT a.id AS id, a.v AS x, t.v AS y FROM a LEFT JOIN t"
        " ON a.id = t.id;";
    static const char *const two =
        "CREATE STREAM o WITH (KAFKA_TOPIC='OUT', PARTITIONS=1) AS"
        " SELECT t.id AS id, a.v AS x, t.v AS y FROM a LEFT JOIN t"
        " ON a.v = t.id;";
    test_arena = arena_new("outputs", 0);
    for (uint64_t round = 1; round < 4; round++) {
        seed = round;
        Str whole = run_stopping(one, true);
        seed = round;
        Str parts = run_stopping(one, false);
        CHECK(lines_of(whole) == RECORDS / 3);
        CHECK_STR(parts, whole.ptr);
        CHECK(lines_of(run_stopping(two, true)) == RECORDS / 3);
        CHECK(lines_of(run_stopping(two, false)) == RECORDS / 3);
    }
    arena_free(test_arena);
}

static void run_all(void)
{
    for (int round = 0; round < 3; round++) {
        seed = (uint64_t)round + 1;
        for (int kind = 0; kind < 4; kind++) {
            test_tables(kind);
            test_streams(kind, 10, 10, -1);
            test_streams(kind, 5, 20, 0);
            test_streams(kind, 20, 0, 15);
            test_streams(kind, 0, 30, 100);
        }
    }
    for (int left = 0; left < 2; left++) {
        test_foreign(left, 1, 0, false, 0);
        test_foreign(left, 3, 0, true, 0);
        test_foreign(left, 0, 0, false, 0);
        test_foreign(left, 0, 3, false, 0);
        test_foreign(left, 0, 2, true, 0);
        test_foreign(left, 3, 0, false, 1000000);
        test_foreign(left, 0, 0, true, 1000000);
    }
    test_cleanup();
    test_topic_read_twice();
}

int main(void)
{
    run_all();
    exactly_once = true;
    run_all();
    return check_done();
}
