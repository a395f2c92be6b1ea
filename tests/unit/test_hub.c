/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries that share a reader, through the engine: each gets every record once,
 * whatever the others do meanwhile. Queries come, pause, go on and are dropped
 * while records flow; engines come and go beside each other; one query's
 * failure is its own; a broken producer or a stranger in a query's group sends
 * queries back to readers of their own.
 *
 * A counting broker in between tells how many consumers there are.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "engine/engine.h"
#include "tests/unit/check.h"

enum {
    PARTITIONS = 3,
    RECORDS_MAX = 200000,
    FLOW_RECORDS = 100000, /* A slow machine must not have more to do. */
    BAD_EVERY = 97,        /* Each so manieth record is no JSON. */
    MODULUS = 7,
    PATIENCE_MS = 120000,
};

/* ---- a broker that counts, and fails on demand ---- */

static const BrokerType *inner;
static BrokerType counting;
static atomic_int consumers, consumers_max;
static atomic_int flushes_to_fail;

static Status count_open(Broker *broker, Arena *arena,
                         const ConsumerOptions *options, Consumer **out)
{
    Status st = inner->consumer_open(broker, arena, options, out);
    if (st.kind) return st;
    int now = ++consumers;
    if (now > consumers_max) consumers_max = now;
    return st;
}

static void count_close(Consumer *consumer)
{
    consumers--;
    inner->consumer_close(consumer);
}

static Status fail_flush(Producer *producer, Arena *arena, int timeout_ms)
{
    int left = atomic_load(&flushes_to_fail);
    while (left > 0)
        if (atomic_compare_exchange_weak(&flushes_to_fail, &left, left - 1))
            return st_error(arena, ST_FATAL, "the test breaks the producer");
    return inner->producer_flush(producer, arena, timeout_ms);
}

static Broker *open_broker(void)
{
    Broker *broker = broker_memory_open(NULL);
    inner = broker->type;
    counting = *inner;
    counting.consumer_open = count_open;
    counting.consumer_close = count_close;
    counting.producer_flush = fail_flush;
    broker->type = &counting;
    consumers = consumers_max = flushes_to_fail = 0;
    return broker;
}

/* ---- records ---- */

typedef struct Source {
    Broker *broker;
    Arena *arena;
    Producer *producer;
    const char *topic;
    int next; /* The number of the next record. */
    atomic_bool stop;
    pthread_t thread;
} Source;

static bool is_bad(int i)
{
    return i % BAD_EVERY == 50;
}

static void write_some(Source *source, int count)
{
    Arena *arena = arena_new("records", 0);
    for (int end = source->next + count; source->next < end; source->next++) {
        int i = source->next;
        Record record = {
            .value = is_bad(i) ? STR("{\"i\":")
                               : str_printf(arena, "{\"i\":%d,\"s\":\"x%d\"}",
                                            i, i % 10),
            .timestamp_ms = 1000 + i};
        Status st = producer_send(source->producer, arena, source->topic,
                                  i % PARTITIONS, &record, 1);
        CHECK(!st.kind);
    }
    CHECK(!producer_flush(source->producer, arena, 1000).kind);
    arena_free(arena);
}

static void *flow(void *context)
{
    Source *source = context;
    while (!atomic_load(&source->stop) && source->next < FLOW_RECORDS) {
        write_some(source, 1 + source->next % 700);
        clock_sleep_ms(4);
    }
    return NULL;
}

static void open_source(Source *source, Broker *broker, Arena *arena)
{
    *source = (Source){.broker = broker, .arena = arena, .topic = "s"};
    ProducerOptions options = {.transactional_id = STR_NULL};
    CHECK(!broker_create_topic(broker, arena, STR("s"), PARTITIONS, 1, NULL, 0)
               .kind);
    CHECK(!producer_open(broker, arena, &options, &source->producer).kind);
}

/* ---- an engine ---- */

static Str earliest = STR_INIT("earliest"), often = STR_INIT("50");
static Str yes = STR_INIT("true"), no = STR_INIT("false");

typedef struct Server {
    Arena *arena;
    mr_Engine *engine;
    mr_Session *session;
} Server;

static void open_server(Server *server, Broker *broker, bool shared)
{
    Map settings = {0};
    server->arena = arena_new("server", 0);
    map_put(server->arena, &settings, STR("auto.offset.reset"), &earliest);
    map_put(server->arena, &settings, STR("commit.interval.ms"), &often);
    map_put(server->arena, &settings, STR("millrace.shared.readers"),
            shared ? &yes : &no);
    mr_Options options = {.mode = MR_INTERACTIVE,
                          .settings = &settings,
                          .broker = broker,
                          .memory_state = true};
    Status st = mr_open(server->arena, &options, &server->engine);
    CHECK(!st.kind);
    if (st.kind) exit(1);
    server->session = mr_session_open(server->engine);
}

static void close_server(Server *server)
{
    mr_session_close(server->session);
    mr_close(server->engine);
    arena_free(server->arena);
}

static void execute(Server *server, Str text)
{
    mr_Sink sink = {0};
    Status st = mr_execute(server->session, server->arena, text, &sink);
    CHECK(!st.kind);
    if (st.kind) fprintf(stderr, "%.*s: %s\n", STR_ARG(text), st.text);
}

static void create_source(Server *server)
{
    execute(server, STR("CREATE STREAM s (i INT, s STRING) WITH "
                        "(KAFKA_TOPIC='s', VALUE_FORMAT='JSON');"));
}

/* Query `q` keeps numbers that leave the rest q % MODULUS. Every third also
 * wants another column. */
static void create_query(Server *server, int q)
{
    execute(server, str_printf(server->arena,
                               "CREATE STREAM q%d AS SELECT i%s FROM s WHERE "
                               "i %% %d = %d;",
                               q, q % 3 ? "" : ", s, ROWOFFSET AS o", MODULUS,
                               q % MODULUS));
}

static mr_QueryStats *stats_of(Server *server, int q)
{
    mr_QueryStats *stats;
    int count;
    Str begin = str_printf(server->arena, "CSAS_Q%d_", q);
    CHECK(!mr_query_stats(server->engine, server->arena, &stats, &count).kind);
    for (int i = 0; i < count; i++)
        if (str_starts_with(stats[i].id, begin)) return &stats[i];
    return NULL;
}

static void control(Server *server, const char *verb, int q)
{
    const mr_QueryStats *stats = stats_of(server, q);
    CHECK(stats);
    if (stats)
        execute(server, str_printf(server->arena, "%s %.*s;", verb,
                                   STR_ARG(stats->id)));
}

static void wait_idle(Server *server)
{
    int64_t until = clock_monotonic_ns() + (int64_t)PATIENCE_MS * 1000000;
    while (!mr_is_idle(server->engine, 50) && clock_monotonic_ns() < until)
        clock_sleep_ms(10);
    CHECK(mr_is_idle(server->engine, 50));
}

/* Writes until the server has read something. */
static void write_until_read(Source *source, Server *server)
{
    for (int i = 0; i < 1000 && !stats_of(server, 0)->records_in; i++) {
        write_some(source, 100);
        clock_sleep_ms(10);
    }
    CHECK(stats_of(server, 0)->records_in > 0);
}

/* Lanes close when they have caught up. */
static void wait_for_consumers(int count)
{
    for (int i = 0; i < 1000 && consumers != count; i++)
        clock_sleep_ms(10);
    CHECK(consumers == count);
}

/* ---- what came out ---- */

static int number_in(Str value)
{
    int n = 0;
    size_t at = str_find(value, STR("\"I\":"), 0);
    CHECK(at != SIZE_MAX);
    for (at += 4;
         at < value.len && value.ptr[at] >= '0' && value.ptr[at] <= '9'; at++)
        n = 10 * n + value.ptr[at] - '0';
    return n;
}

/* How often each number is in a topic; checks that numbers of one source
 * partition rise within a partition if `in_order`. */
static unsigned char *read_topic(Broker *broker, Arena *arena, const char *name,
                                 bool in_order)
{
    unsigned char *seen = arena_zalloc(arena, RECORDS_MAX);
    int last[PARTITIONS][PARTITIONS];
    int64_t low, high, left = 0;
    TopicPartition parts[PARTITIONS];
    Consumer *consumer;
    ConsumerOptions options = {
        .group = STR_NULL, .topics = &name, .topic_count = 1};
    memset(last, 0xff, sizeof last);
    CHECK(!inner->consumer_open(broker, arena, &options, &consumer).kind);
    for (int p = 0; p < PARTITIONS; p++) {
        parts[p] = (TopicPartition){.partition = p, .offset = OFFSET_BEGINNING};
        CHECK(!broker_watermarks(broker, arena, str_from(name), p, &low, &high)
                   .kind);
        left += high - low;
    }
    CHECK(!consumer_assign(consumer, arena, parts, PARTITIONS).kind);
    while (left > 0) {
        RecordSet *sets;
        int count;
        CHECK(!consumer_poll(consumer, arena, 100, 1000, &sets, &count).kind);
        for (int s = 0; s < count; s++) {
            for (int r = 0; r < sets[s].count; r++) {
                int n = number_in(sets[s].records[r].value);
                int *before = &last[sets[s].partition][n % PARTITIONS];
                if (in_order) CHECK(n > *before);
                *before = n;
                seen[n]++;
            }
            left -= sets[s].count;
            consumer_release(consumer, &sets[s]);
        }
    }
    inner->consumer_close(consumer);
    return seen;
}

/* Query q's topic has each of its numbers from `first` on, once or (`twice`) at
 * least once, and nothing else. */
static void check_query(const Source *source, int q, bool twice)
{
    Arena *arena = arena_new("check", 0);
    const char *name = str_printf(arena, "Q%d", q).ptr;
    const unsigned char *seen = read_topic(source->broker, arena, name, !twice);
    int lost = 0, more = 0, wrong = 0;
    for (int i = 0; i < source->next; i++) {
        bool wanted = i % MODULUS == q % MODULUS && !is_bad(i);
        lost += wanted && !seen[i];
        more += wanted && seen[i] > 1;
        wrong += !wanted && seen[i];
    }
    CHECK(lost == 0 && wrong == 0);
    CHECK(twice || more == 0);
    if (lost || wrong || (more && !twice))
        fprintf(stderr, "Q%d: %d lost, %d twice, %d wrong of %d\n", q, lost,
                more, wrong, source->next);
    arena_free(arena);
}

static int bad_count(const Source *source)
{
    int count = 0;
    for (int i = 0; i < source->next; i++)
        count += is_bad(i);
    return count;
}

/* ---- tests ---- */

static void many_queries_share_one_reader(void)
{
    enum { QUERIES = 20 };
    Arena *arena = arena_new("test", 0);
    Source source;
    Server server;
    open_source(&source, open_broker(), arena);
    open_server(&server, source.broker, true);
    create_source(&server);
    write_some(&source, 5000);
    for (int q = 0; q < QUERIES; q++)
        create_query(&server, q);
    write_some(&source, 5000);
    wait_idle(&server);
    CHECK(consumers_max <= 5); /* The hub's and those that caught up. */
    wait_for_consumers(1);
    for (int q = 0; q < QUERIES; q++) {
        const mr_QueryStats *stats = stats_of(&server, q);
        check_query(&source, q, false);
        CHECK(stats && stats->records_in == source.next);
        CHECK(stats && stats->errors == bad_count(&source));
        CHECK(stats && str_eq(stats->state, STR("RUNNING")));
    }
    close_server(&server);
    CHECK(consumers == 0);
    /* All is where it was. */
    write_some(&source, 3000);
    open_server(&server, source.broker, true);
    wait_idle(&server);
    for (int q = 0; q < QUERIES; q++) {
        check_query(&source, q, false);
        CHECK(stats_of(&server, q)->records_in == 3000);
    }
    close_server(&server);
    /* And also for those who read by themselves. */
    write_some(&source, 3000);
    open_server(&server, source.broker, false);
    wait_idle(&server);
    CHECK(consumers == QUERIES);
    for (int q = 0; q < QUERIES; q++)
        check_query(&source, q, false);
    close_server(&server);
    producer_close(source.producer);
    broker_close(source.broker);
    arena_free(arena);
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

typedef enum Life { LIFE_NONE, LIFE_RUNS, LIFE_PAUSED } Life;

static void change_one(Server *server, Life *lives, int count, int *made,
                       int *slots, unsigned *seed)
{
    int at = (int)(next_random(seed) % (unsigned)count);
    int what = (int)(next_random(seed) % 4);
    if (lives[at] == LIFE_NONE) {
        /* Two names a slot, in turns: topics come back. */
        slots[at] = at + count * (int)((*made)++ % 2);
        create_query(server, slots[at]);
        lives[at] = LIFE_RUNS;
    } else if (what == 0) {
        execute(server, str_printf(server->arena,
                                   "DROP STREAM q%d DELETE TOPIC;", slots[at]));
        lives[at] = LIFE_NONE;
    } else {
        bool paused = lives[at] == LIFE_PAUSED;
        control(server, paused ? "RESUME" : "PAUSE", slots[at]);
        lives[at] = paused ? LIFE_RUNS : LIFE_PAUSED;
    }
}

static void queries_come_and_go_while_records_flow(unsigned seed)
{
    enum { SLOTS = 12, CHANGES = 150 };
    Arena *arena = arena_new("test", 0);
    Life lives[SLOTS] = {LIFE_NONE};
    int slots[SLOTS], made = 0;
    Source source;
    Server server;
    open_source(&source, open_broker(), arena);
    open_server(&server, source.broker, true);
    create_source(&server);
    CHECK(!pthread_create(&source.thread, NULL, flow, &source));
    for (int i = 0; i < CHANGES; i++) {
        change_one(&server, lives, SLOTS, &made, slots, &seed);
        clock_sleep_ms(next_random(&seed) % 20);
    }
    atomic_store(&source.stop, true);
    pthread_join(source.thread, NULL);
    for (int i = 0; i < SLOTS; i++)
        if (lives[i] == LIFE_PAUSED) control(&server, "RESUME", slots[i]);
    wait_idle(&server);
    for (int i = 0; i < SLOTS; i++) {
        if (lives[i] == LIFE_NONE) continue;
        check_query(&source, slots[i], false);
        CHECK(stats_of(&server, slots[i])->errors == bad_count(&source));
    }
    close_server(&server);
    CHECK(consumers == 0);
    producer_close(source.producer);
    broker_close(source.broker);
    arena_free(arena);
}

static void engines_share_the_partitions(void)
{
    enum { QUERIES = 8 };
    Arena *arena = arena_new("test", 0);
    Source source;
    Server first, second;
    open_source(&source, open_broker(), arena);
    open_server(&first, source.broker, true);
    create_source(&first);
    for (int q = 0; q < QUERIES; q++)
        create_query(&first, q);
    for (int round = 0; round < 4; round++) {
        write_some(&source, 5000);
        open_server(&second, source.broker, true);
        write_until_read(&source, &second);
        write_some(&source, 5000);
        if (round % 2) {
            close_server(&second);
        } else {
            close_server(&first);
            first = second;
        }
    }
    write_some(&source, 5000);
    wait_idle(&first);
    for (int q = 0; q < QUERIES; q++)
        check_query(&source, q, false);
    wait_for_consumers(1);
    close_server(&first);
    producer_close(source.producer);
    broker_close(source.broker);
    arena_free(arena);
}

static void a_lost_topic_stops_only_its_query(void)
{
    enum { QUERIES = 6 };
    Arena *arena = arena_new("test", 0);
    Source source;
    Server server;
    open_source(&source, open_broker(), arena);
    open_server(&server, source.broker, true);
    create_source(&server);
    for (int q = 0; q < QUERIES; q++)
        create_query(&server, q);
    write_some(&source, 5000);
    wait_idle(&server);
    CHECK(!broker_delete_topic(source.broker, arena, STR("Q2")).kind);
    write_some(&source, 5000);
    wait_idle(&server);
    for (int q = 0; q < QUERIES; q++) {
        const mr_QueryStats *stats = stats_of(&server, q);
        CHECK_STR(stats->state, q == 2 ? "ERROR" : "RUNNING");
        if (q != 2) check_query(&source, q, true);
    }
    close_server(&server);
    CHECK(consumers == 0);
    producer_close(source.producer);
    broker_close(source.broker);
    arena_free(arena);
}

static void a_broken_producer_ends_the_sharing(void)
{
    enum { QUERIES = 6 };
    Arena *arena = arena_new("test", 0);
    Source source;
    Server server;
    open_source(&source, open_broker(), arena);
    open_server(&server, source.broker, true);
    create_source(&server);
    for (int q = 0; q < QUERIES; q++)
        create_query(&server, q);
    write_some(&source, 5000);
    wait_idle(&server);
    wait_for_consumers(1);
    write_some(&source, 5000);
    flushes_to_fail = 1;
    for (int i = 0; i < 3000 && flushes_to_fail; i++)
        clock_sleep_ms(1);
    write_some(&source, 5000);
    wait_idle(&server);
    CHECK(consumers == QUERIES);
    for (int q = 0; q < QUERIES; q++) {
        CHECK_STR(stats_of(&server, q)->state, "RUNNING");
        check_query(&source, q, true);
    }
    /* A new query begins a new hub. */
    create_query(&server, QUERIES);
    wait_idle(&server);
    check_query(&source, QUERIES, false);
    CHECK(consumers == QUERIES + 1);
    close_server(&server);
    CHECK(consumers == 0);
    producer_close(source.producer);
    broker_close(source.broker);
    arena_free(arena);
}

static void a_group_with_members_is_shared_as_ever(void)
{
    Arena *arena = arena_new("test", 0);
    Source source;
    Server first, second;
    open_source(&source, open_broker(), arena);
    open_server(&first, source.broker, true);
    create_source(&first);
    create_query(&first, 0);
    create_query(&first, 1);
    write_until_read(&source, &first);
    wait_for_consumers(1);
    /* One without hubs: its queries are members of their groups. */
    open_server(&second, source.broker, false);
    write_until_read(&source, &second);
    wait_for_consumers(4);
    write_some(&source, 5000);
    wait_idle(&first);
    wait_idle(&second);
    check_query(&source, 0, true);
    check_query(&source, 1, true);
    close_server(&second);
    write_some(&source, 1000);
    wait_idle(&first);
    check_query(&source, 0, true);
    close_server(&first);
    producer_close(source.producer);
    broker_close(source.broker);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    log_set_level(STR("error"));
    unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    many_queries_share_one_reader();
    queries_come_and_go_while_records_flow(seed);
    queries_come_and_go_while_records_flow(seed + 1);
    engines_share_the_partitions();
    a_lost_topic_stops_only_its_query();
    a_broken_producer_ends_the_sharing();
    a_group_with_members_is_shared_as_ever();
    return check_done();
}
