/* SPDX-License-Identifier: Apache-2.0
 *
 * Pull queries at the engine's door: look-ups by key of a table with a million
 * keys, first alone (how many a second one core does), then while 100,000
 * records a second go through the query that makes the table (how long one
 * takes).
 *
 *     bench_pull [KEYS [SECONDS]]      default 1000000 5
 *
 * Each look-up is a text of its own, `SELECT * FROM t WHERE id = 'k123';`,
 * given to mr_execute, and its row is taken. The query has its state in
 * RocksDB, as always; the embedded broker feeds it. Times are shown twice: as
 * the clock on the wall has them, and as the thread's own CPU time, which
 * leaves out what it waits for a core. Before them stands what the machine does
 * to whoever touches memory at all: a plain loop that reads 20 places of 64 MB.
 */
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/engine.h"

enum {
    RATE = 100000,
    TICKS = 200,             /* A second, in which records are produced. */
    BUCKETS = 100000,        /* Of 100 ns. */
    PLACES = 20,             /* That the plain loop reads, */
    PLACES_BYTES = 64 << 20, /* of so much memory. */
    PAUSE_NS = 100000,
};

typedef struct Bench {
    Arena *arena;
    mr_Engine *engine;
    char directory[64];
    int keys, seconds;
    atomic_bool stop;
    atomic_llong produced;
} Bench;

static void must(Status st)
{
    if (!st.kind) return;
    fprintf(stderr, "bench_pull: %s\n", st.text);
    exit(1);
}

static uint32_t random_below(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % below);
}

/* ---- records ---- */

static void produce(Bench *b, Producer *producer, Arena *arena, uint64_t *seed,
                    int first, int count)
{
    Record *records = arena_zalloc(arena, sizeof *records * (size_t)count);
    for (int i = 0; i < count; i++) {
        int key = first >= 0 ? first + i
                             : (int)random_below(seed, (uint32_t)b->keys);
        records[i].key = str_printf(arena, "k%d", key);
        records[i].value = str_printf(arena, "{\"V\":%d}", i);
        records[i].timestamp_ms = 1700000000000;
    }
    must(
        producer_send(producer, arena, "in", PARTITION_BY_KEY, records, count));
    must(producer_flush(producer, arena, 10000));
    atomic_fetch_add(&b->produced, count);
}

static Producer *open_producer(Bench *b)
{
    Producer *producer;
    ProducerOptions options = {.transactional_id = STR_NULL};
    must(producer_open(mr_broker(b->engine), b->arena, &options, &producer));
    return producer;
}

static void fill(Bench *b)
{
    Arena *arena = arena_new("records", 0);
    Producer *producer = open_producer(b);
    for (int at = 0; at < b->keys; at += 10000) {
        arena_reset(arena);
        produce(b, producer, arena, NULL, at,
                b->keys - at < 10000 ? b->keys - at : 10000);
    }
    producer_close(producer);
    arena_free(arena);
    while (!mr_is_idle(b->engine, 500))
        usleep(50000);
}

/* RATE records a second, evenly. */
static void *feeder(void *context)
{
    Bench *b = context;
    Arena *arena = arena_new("records", 0);
    Producer *producer = open_producer(b);
    uint64_t seed = 5;
    int64_t begin = clock_monotonic_ns();
    for (int tick = 0; !atomic_load(&b->stop); tick++) {
        int64_t due = begin + (int64_t)tick * (1000000000 / TICKS);
        int64_t wait = due - clock_monotonic_ns();
        if (wait > 0) usleep((useconds_t)(wait / 1000));
        arena_reset(arena);
        produce(b, producer, arena, &seed, -1, RATE / TICKS);
    }
    producer_close(producer);
    arena_free(arena);
    return NULL;
}

/* ---- look-ups ---- */

static bool take_row(void *context, const Schema *schema, const Value *values,
                     bool tombstone)
{
    (void)schema;
    (void)tombstone;
    *(int64_t *)context += values[1].i64 > 0;
    return true;
}

static void look_up(mr_Session *session, Arena *arena, int key, mr_Sink *sink)
{
    char text[64];
    int len = snprintf(text, sizeof text, "SELECT * FROM t WHERE id = 'k%d';",
                       key);
    arena_reset(arena);
    must(mr_execute(session, arena, (Str){text, (size_t)len}, sink));
}

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Look-ups a second of one core. */
static void measure_rate(Bench *b)
{
    mr_Session *session = mr_session_open(b->engine);
    Arena *arena = arena_new("look-up", 0);
    int64_t rows = 0, count = 0;
    mr_Sink sink = {.context = &rows, .row = take_row};
    uint64_t seed = 9;
    int64_t begin = cpu_ns(), end = begin + b->seconds * 1000000000LL, now;
    while ((now = cpu_ns()) < end)
        for (int i = 0; i < 100; i++, count++)
            look_up(session, arena, (int)random_below(&seed, (uint32_t)b->keys),
                    &sink);
    if (rows != count) must(st_error(arena, ST_FATAL, "rows are missing"));
    printf("look-ups alone            %10.0f a second of one core\n",
           (double)count * 1e9 / (double)(now - begin));
    arena_free(arena);
    mr_session_close(session);
}

static double part_us(const int *buckets, double least)
{
    int64_t seen = 0;
    int i = 0;
    while (i < BUCKETS - 1 && (double)(seen += buckets[i]) < least)
        i++;
    return i / 10.0 + 0.1;
}

static void show_times(const int *wall, const int *cpu, int64_t count)
{
    static const double parts[] = {0.5, 0.9, 0.99, 0.999, 0.9999};
    for (int p = 0; p < 5; p++)
        printf("  p%-6g %10.1f us   CPU %10.1f us\n", parts[p] * 100,
               part_us(wall, parts[p] * (double)count),
               part_us(cpu, parts[p] * (double)count));
}

static void note_time(int *buckets, int64_t ns)
{
    int64_t bucket = ns / 100;
    buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

static void wait_until(int64_t ns)
{
    while (clock_monotonic_ns() < ns) {
    }
}

static void measure_machine(const Bench *b)
{
    int *wall = mem_zalloc(sizeof(int) * BUCKETS);
    int *cpu = mem_zalloc(sizeof(int) * BUCKETS);
    volatile char *memory = mem_alloc(PLACES_BYTES);
    for (int i = 0; i < PLACES_BYTES; i += 64)
        memory[i] = 1;
    uint64_t seed = 13;
    int64_t count = 0, now = clock_monotonic_ns();
    int64_t end = now + b->seconds * 1000000000LL;
    for (; now < end; count++) {
        int64_t cpu_from = cpu_ns(), from = clock_monotonic_ns();
        for (int i = 0; i < PLACES; i++)
            memory[random_below(&seed, PLACES_BYTES)]++;
        now = clock_monotonic_ns();
        note_time(wall, now - from);
        note_time(cpu, cpu_ns() - cpu_from);
        wait_until(from + PAUSE_NS);
    }
    printf("a plain loop: %d places of %d MB\n", PLACES, PLACES_BYTES >> 20);
    show_times(wall, cpu, count);
    mem_free((void *)memory);
    mem_free(wall);
    mem_free(cpu);
}

/* One look-up every 100 us, while records flow. */
static void measure_times(Bench *b, bool feeding)
{
    mr_Session *session = mr_session_open(b->engine);
    Arena *arena = arena_new("look-up", 0);
    int64_t rows = 0, count = 0;
    mr_Sink sink = {.context = &rows, .row = take_row};
    uint64_t seed = 11;
    int *wall = mem_zalloc(sizeof(int) * BUCKETS);
    int *cpu = mem_zalloc(sizeof(int) * BUCKETS);
    pthread_t thread;
    long long before = atomic_load(&b->produced);
    if (feeding) pthread_create(&thread, NULL, feeder, b);
    int64_t begin = clock_monotonic_ns();
    int64_t end = begin + b->seconds * 1000000000LL, now = begin;
    while (now < end) {
        int key = (int)random_below(&seed, (uint32_t)b->keys);
        int64_t cpu_from = cpu_ns(), from = clock_monotonic_ns();
        look_up(session, arena, key, &sink);
        now = clock_monotonic_ns();
        note_time(wall, now - from);
        note_time(cpu, cpu_ns() - cpu_from);
        count++;
        wait_until(from + PAUSE_NS);
    }
    atomic_store(&b->stop, true);
    if (feeding) pthread_join(thread, NULL);
    double seconds = (double)(now - begin) / 1e9;
    printf("%-25s %10.0f records a second, %lld look-ups\n",
           feeding ? "look-ups under load" : "look-ups without load",
           (double)(atomic_load(&b->produced) - before) / seconds,
           (long long)count);
    show_times(wall, cpu, count);
    mem_free(wall);
    mem_free(cpu);
    arena_free(arena);
    mr_session_close(session);
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void open_engine(Bench *b)
{
    snprintf(b->directory, sizeof b->directory, "/tmp/millrace-bench-pull-%d",
             (int)getpid());
    Map settings = {0};
    Str earliest = STR("earliest");
    Str memory = STR("1000000000");
    map_put(b->arena, &settings, STR("auto.offset.reset"), &earliest);
    map_put(b->arena, &settings, STR("millrace.state.memory.max.bytes"),
            &memory);
    mr_Options options = {.mode = MR_INTERACTIVE,
                          .settings = &settings,
                          .data_directory = str_from(b->directory)};
    must(mr_open(b->arena, &options, &b->engine));
    mr_Session *session = mr_session_open(b->engine);
    mr_Sink sink = {0};
    must(mr_execute(session, b->arena,
                    STR("CREATE STREAM s (id STRING KEY, v INT) WITH "
                        "(kafka_topic='in', partitions=4, "
                        "value_format='JSON');"
                        "CREATE TABLE t AS SELECT id, COUNT(*) AS n, SUM(v) AS "
                        "total FROM s GROUP BY id;"),
                    &sink));
    mr_session_close(session);
}

int main(int argc, char **argv)
{
    Bench b = {.arena = arena_new("bench", 0), .keys = 1000000, .seconds = 5};
    if (argc > 1) b.keys = (int)strtol(argv[1], NULL, 10);
    if (argc > 2) b.seconds = (int)strtol(argv[2], NULL, 10);
    log_set_level(STR("error"));
    open_engine(&b);
    fill(&b);
    measure_rate(&b);
    measure_machine(&b);
    measure_times(&b, false);
    atomic_store(&b.stop, false);
    measure_times(&b, true);
    mr_close(b.engine);
    nftw(b.directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(b.arena);
    return 0;
}
