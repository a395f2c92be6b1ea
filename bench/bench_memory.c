/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of many keys under a memory limit: 20,000,000 keys are counted up,
 * first each once in order of no sense, then at random, with a commit every
 * 500,000 updates and the changelog written to nowhere. Prints the rate, the
 * resident memory at its highest and the size on disk.
 *
 *     bench_memory [KEYS [LIMIT_MB [RANDOM_UPDATES]]]   20000000 128 2000000
 *
 * The whole process is meant to stay under 512 MB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "state/store.h"

enum { BATCH = 4096, COMMIT_UPDATES = 500000, KEY_BYTES = 12 };

typedef struct Run {
    Arena *arena;
    StateDb *db;
    Store *store;
    int64_t since_commit;
} Run;

static void must(Status st)
{
    if (!st.kind) return;
    fprintf(stderr, "bench_memory: %s\n", st.text);
    exit(1);
}

static void commit(Run *r)
{
    must(store_flush(r->store, r->arena));
    must(state_checkpoint(r->db, r->arena, NULL, STR("0_0"), &r->store, 1,
                          STR_NULL));
    arena_reset(r->arena);
    r->since_commit = 0;
}

/* A key's bytes: 8 of its number, mixed, and 4 more. */
static Str key_of(char *at, int64_t number)
{
    uint64_t mixed = (uint64_t)number * 0x9e3779b97f4a7c15u;
    memcpy(at, &mixed, 8);
    memcpy(at + 8, "user", 4);
    return (Str){at, KEY_BYTES};
}

static void update(Run *r, const int64_t *numbers, int count)
{
    static char bytes[BATCH][KEY_BYTES];
    static Str keys[BATCH];
    static StoreEntry *entries[BATCH];
    for (int i = 0; i < count; i++)
        keys[i] = key_of(bytes[i], numbers[i]);
    store_upsert_many(r->store, keys, count, entries);
    for (int i = 0; i < count; i++) {
        bool is_new = !entries[i]->value;
        int64_t *n = (int64_t *)store_value_room(r->store, entries[i], 40);
        if (is_new) memset(n, 0, 40);
        n[0]++;
        store_mark(r->store, entries[i], 1000);
    }
    must(store_status(r->store));
    r->since_commit += count;
    if (r->since_commit >= COMMIT_UPDATES) commit(r);
}

static long resident_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

static void show(const char *what, int64_t count, int64_t start_ns,
                 int64_t start_cpu_ns)
{
    printf("%-16s %9lld updates %7.2f us CPU %7.2f us wall  peak %ld MB\n",
           what, (long long)count,
           (double)(clock_process_cpu_ns() - start_cpu_ns) / 1e3 /
               (double)count,
           (double)(clock_monotonic_ns() - start_ns) / 1e3 / (double)count,
           resident_mb());
}

static void pass(Run *r, const char *what, int64_t keys, int64_t updates,
                 bool random)
{
    static int64_t numbers[BATCH];
    uint64_t seed = 1;
    int64_t start = clock_monotonic_ns(), cpu = clock_process_cpu_ns();
    for (int64_t done = 0; done < updates;) {
        int n = 0;
        for (; n < BATCH && done < updates; n++, done++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            numbers[n] = random ? (int64_t)((seed >> 16) % (uint64_t)keys)
                                : done;
        }
        update(r, numbers, n);
    }
    commit(r);
    show(what, updates, start, cpu);
}

int main(int argc, char **argv)
{
    int64_t keys = argc > 1 ? strtoll(argv[1], NULL, 10) : 20000000;
    int64_t limit_mb = argc > 2 ? strtoll(argv[2], NULL, 10) : 128;
    int64_t random = argc > 3 ? strtoll(argv[3], NULL, 10) : 2000000;
    char directory[64];
    Run r = {.arena = arena_new("bench", 0)};
    mem_tune();
    snprintf(directory, sizeof directory, "/tmp/millrace-bench-memory-%d",
             (int)getpid());
    StateOptions options = {.memory_max_bytes = (size_t)limit_mb << 20};
    StoreOptions store = {.name = STR("0_0/bench"), .kind = STORE_KEYED};
    must(state_open(r.arena, str_from(directory), &options, &r.db));
    must(store_open(r.db, r.arena, &store, &r.store));
    pass(&r, "new keys", keys, keys, false);
    pass(&r, "random keys", keys, random, true);
    StoreStats stats;
    store_stats(r.store, &stats);
    printf("entries in memory %lld, %lld MB of %lld\n",
           (long long)stats.entry_count, (long long)stats.memory_bytes >> 20,
           (long long)limit_mb);
    store_close(r.store);
    state_close(r.db);
    must(state_destroy(r.arena, str_from(directory)));
    arena_free(r.arena);
    return 0;
}
