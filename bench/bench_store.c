/* SPDX-License-Identifier: Apache-2.0
 *
 * What a store costs: updates of a counter by random keys, in batches as the
 * operators make them; scans of a key's windows; flushes and checkpoints;
 * restoring from a changelog. CPU nanoseconds of the process each, so RocksDB's
 * background work is included where it happens meanwhile.
 *
 *     bench_store [KEYS ...]     default 10000 1000000
 */
#include "state/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { BATCH_KEYS = 4096, UPDATES = 4000000, KEY_BYTES = 16 };
#define TOPIC "bench-changelog"

typedef struct Bench {
    Arena *arena;
    Broker *broker;
    Producer *producer;
    StateDb *db;
    Store *store;
    char directory[64];
    int key_count;
    char (*keys)[KEY_BYTES];
} Bench;

static void must(Status st)
{
    if (!st.kind) return;
    fprintf(stderr, "bench_store: %s\n", st.text);
    exit(1);
}

static uint32_t random_below(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % below);
}

static void show(const Bench *b, const char *what, int64_t ns, int64_t count)
{
    printf("%-28s %8d keys %9.1f ns\n", what, b->key_count,
           (double)ns / (double)count);
}

static void open_store(Bench *b, bool on_disk, size_t memory_max_bytes)
{
    StateOptions options = {.memory_max_bytes = memory_max_bytes};
    Str directory = on_disk ? str_from(b->directory) : STR_NULL;
    must(state_open(b->arena, directory, &options, &b->db));
    StoreOptions store_options = {
        .name = STR("0_0/bench"), .producer = b->producer, .changelog = TOPIC};
    must(store_open(b->db, b->arena, &store_options, &b->store));
}

static void close_store(Bench *b)
{
    store_close(b->store);
    state_close(b->db);
}

/* Adds one to the counters of `count` random keys, which lie next to each other
 * as those of a batch do. Returns the nanoseconds that the store took. */
static int64_t update(Bench *b, int64_t count, uint64_t *seed)
{
    static char bytes[BATCH_KEYS][KEY_BYTES];
    static Str keys[BATCH_KEYS];
    static StoreEntry *entries[BATCH_KEYS];
    int64_t ns = 0;
    for (; count > 0; count -= BATCH_KEYS) {
        for (int i = 0; i < BATCH_KEYS; i++) {
            uint32_t key = random_below(seed, (uint32_t)b->key_count);
            memcpy(bytes[i], b->keys[key], KEY_BYTES);
            keys[i] = (Str){bytes[i], KEY_BYTES};
        }
        int64_t start = clock_process_cpu_ns();
        store_upsert_many(b->store, keys, BATCH_KEYS, entries);
        for (int i = 0; i < BATCH_KEYS; i++) {
            int64_t sum = 0;
            if (entries[i]->value) memcpy(&sum, entries[i]->value, 8);
            sum++;
            memcpy(store_value_room(b->store, entries[i], 8), &sum, 8);
            store_mark(b->store, entries[i], sum);
        }
        ns += clock_process_cpu_ns() - start;
    }
    return ns;
}

static void fill(Bench *b)
{
    for (int i = 0; i < b->key_count; i++) {
        StoreEntry *e = store_upsert(b->store, (Str){b->keys[i], KEY_BYTES});
        memset(store_value_room(b->store, e, 8), 0, 8);
        store_mark(b->store, e, 0);
    }
}

static void bench_updates(Bench *b)
{
    uint64_t seed = 1;
    open_store(b, false, 0);
    int64_t start = clock_process_cpu_ns();
    fill(b);
    show(b, "new keys", clock_process_cpu_ns() - start, b->key_count);
    update(b, UPDATES / 4, &seed);
    show(b, "updates", update(b, UPDATES, &seed), UPDATES);
    close_store(b);
}

static bool count_one(void *context, Str key, Str value, int64_t timestamp_ms)
{
    (void)key, (void)value, (void)timestamp_ms;
    (*(int64_t *)context)++;
    return true;
}

/* One key's windows, as joins and sessions look them up for each record. */
static void bench_scans(Bench *b)
{
    enum { WINDOWS = 4, SCANS = 200000 };
    must(state_open(b->arena, STR_NULL, NULL, &b->db));
    StoreOptions options = {
        .name = STR("0_0/scan"), .kind = STORE_WINDOW, .retention_ms = 1000000};
    must(store_open(b->db, b->arena, &options, &b->store));
    char key[KEY_BYTES + 12], end[KEY_BYTES + 12];
    for (int i = 0; i < b->key_count * WINDOWS; i++) {
        memset(key, 0, sizeof key);
        memcpy(key, b->keys[i / WINDOWS], KEY_BYTES);
        key[KEY_BYTES + 5] = (char)(i % WINDOWS); /* Times 65.5 s. */
        StoreEntry *e = store_upsert(b->store, (Str){key, sizeof key});
        memset(store_value_room(b->store, e, 8), 0, 8);
        store_mark(b->store, e, 0);
    }
    uint64_t seed = 1;
    int64_t found = 0, start = 0;
    Arena *batch = arena_new("batch", 0);
    for (int i = -1; i < SCANS; i++) { /* The first makes the order. */
        if (i == 0) start = clock_process_cpu_ns();
        memset(key, 0, sizeof key);
        memcpy(key, b->keys[random_below(&seed, (uint32_t)b->key_count)],
               KEY_BYTES);
        memcpy(end, key, sizeof end);
        memset(end + KEY_BYTES, 0x7f, 12);
        must(store_scan(b->store, batch, (Str){key, sizeof key},
                        (Str){end, sizeof end}, count_one, &found));
        arena_reset(batch);
    }
    show(b, "scan of 4 windows", clock_process_cpu_ns() - start, SCANS);
    if (found != (int64_t)WINDOWS * (SCANS + 1))
        must(st_error(batch, ST_FATAL, "scans are wrong"));
    arena_free(batch);
    close_store(b);
}

static void bench_disk(Bench *b)
{
    open_store(b, true, (size_t)1 << 30);
    fill(b);
    int64_t start = clock_process_cpu_ns();
    must(store_flush(b->store, b->arena));
    show(b, "flush, changelog", clock_process_cpu_ns() - start, b->key_count);
    must(producer_flush(b->producer, b->arena, 10000));
    start = clock_process_cpu_ns();
    must(state_checkpoint(b->db, b->arena, b->broker, STR("0_0"), &b->store, 1,
                          STR("position")));
    show(b, "checkpoint", clock_process_cpu_ns() - start, b->key_count);
    close_store(b);
    must(state_destroy(b->arena, str_from(b->directory)));
}

static void bench_restore(Bench *b, size_t memory_max_bytes, const char *what)
{
    open_store(b, true, memory_max_bytes);
    int64_t start = clock_process_cpu_ns(), wall = clock_monotonic_ns();
    must(store_restore(b->store, b->arena, b->broker, NULL, NULL));
    show(b, what, clock_process_cpu_ns() - start, b->key_count);
    show(b, "  wall", clock_monotonic_ns() - wall, b->key_count);
    close_store(b);
    must(state_destroy(b->arena, str_from(b->directory)));
}

static void run(int key_count)
{
    static const Map no_properties;
    Bench b = {.arena = arena_new("bench", 0), .key_count = key_count};
    snprintf(b.directory, sizeof b.directory, "/tmp/millrace-bench-store-%d",
             (int)getpid());
    b.keys = mem_alloc((size_t)key_count * KEY_BYTES);
    for (int i = 0; i < key_count; i++) {
        char text[32];
        snprintf(text, sizeof text, "customer%08d",
                 (int)((int64_t)i * 7919 % key_count));
        memcpy(b.keys[i], text, KEY_BYTES);
    }
    b.broker = broker_memory_open(NULL);
    must(broker_create_topic(b.broker, b.arena, STR(TOPIC), 1, 1, NULL, 0));
    ProducerOptions options = {.properties = &no_properties};
    must(producer_open(b.broker, b.arena, &options, &b.producer));
    bench_updates(&b);
    bench_scans(&b);
    bench_disk(&b);
    bench_restore(&b, (size_t)1 << 30, "restore, fits in memory");
    bench_restore(&b, 32 << 20, "restore, 32 MiB of memory");
    producer_close(b.producer);
    broker_close(b.broker);
    mem_free(b.keys);
    arena_free(b.arena);
}

int main(int argc, char **argv)
{
    mem_tune();
    for (int i = 1; i < argc; i++)
        run((int)strtol(argv[i], NULL, 10));
    if (argc == 1) {
        run(10000);
        run(1000000);
    }
    return 0;
}
