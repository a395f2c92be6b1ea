/* SPDX-License-Identifier: Apache-2.0
 *
 * Restoring a table from its changelog: first into a state directory that was
 * lost, then after kill -9, when only what came since the last commit is to be
 * read.
 *
 *     bench_restore [KEYS [ADDRESS]]    default 1000000, the embedded broker
 *
 * Each step is a process of its own: one writes the changelog (each key once,
 * 16 bytes with 40 bytes of value, in an order of no sense), one restores all
 * of it and is killed by -9, one writes TAIL more changes, one restores again.
 * The memory limit is the default of 128 MB. Shown are the times from opening
 * the state to the end of the restore, that of connecting included.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "state/store.h"

enum {
    KEY_BYTES = 16,
    VALUE_BYTES = 40,
    SEND_RECORDS = 4096,
    TAIL = 10000,
    MEMORY_BYTES = 128 << 20,
    FLUSH_MS = 60000,
};

typedef struct Bench {
    int keys;
    const char *address; /* NULL: the embedded broker. */
    char topic[64];
    char state[64], broker[64]; /* Directories. */
    /* Of a step's process: */
    Arena *arena;
    Broker *open;
} Bench;

static void must(Status st)
{
    if (!st.kind) return;
    fprintf(stderr, "bench_restore: %s\n", st.text);
    exit(1);
}

static void open_broker(Bench *b)
{
    static const Map no_properties;
    static const BrokerLocalOptions local;
    b->arena = arena_new("bench", 0);
    if (b->address)
        must(broker_kafka_open(b->arena, str_from(b->address), &no_properties,
                               &b->open));
    else
        must(
            broker_local_open(b->arena, str_from(b->broker), &local, &b->open));
}

/* ---- writing ---- */

static void write_records(Bench *b, int count)
{
    static const Map no_properties;
    static char bytes[SEND_RECORDS][KEY_BYTES + VALUE_BYTES + 8];
    static Record records[SEND_RECORDS];
    ProducerOptions options = {.properties = &no_properties};
    Producer *producer;
    must(producer_open(b->open, b->arena, &options, &producer));
    for (int done = 0; done < count;) {
        int n = 0;
        for (; n < SEND_RECORDS && done < count; n++, done++) {
            char *at = bytes[n];
            snprintf(at, sizeof bytes[n], "customer%08d%040d",
                     (int)((int64_t)done * 7919 % b->keys), done);
            records[n] = (Record){.key = {at, KEY_BYTES},
                                  .value = {at + KEY_BYTES, VALUE_BYTES},
                                  .timestamp_ms = 1700000000000};
        }
        must(producer_send(producer, b->arena, b->topic, 0, records, n));
        if (done % (SEND_RECORDS * 16) == 0)
            must(producer_flush(producer, b->arena, FLUSH_MS));
    }
    must(producer_flush(producer, b->arena, FLUSH_MS));
    producer_close(producer);
}

static void write_all(Bench *b)
{
    TopicConfig configs[] = {{STR("cleanup.policy"), STR("compact")}};
    must(broker_create_topic(b->open, b->arena, str_from(b->topic), 1, 1,
                             configs, 1));
    write_records(b, b->keys);
}

static void write_tail(Bench *b)
{
    write_records(b, TAIL);
}

/* ---- restoring ---- */

static void restore(Bench *b, const char *what, int count)
{
    int64_t cpu = clock_process_cpu_ns(), wall = clock_monotonic_ns();
    StateDb *db;
    Store *store;
    StateOptions options = {.memory_max_bytes = MEMORY_BYTES};
    StoreOptions store_options = {
        .name = STR("0_0/bench"), .kind = STORE_KEYED, .changelog = b->topic};
    must(state_open(b->arena, str_from(b->state), &options, &db));
    must(store_open(db, b->arena, &store_options, &store));
    int64_t before = store_offset(store) > 0 ? store_offset(store) : 0;
    must(store_restore(store, b->arena, b->open, NULL, NULL));
    double cpu_s = (double)(clock_process_cpu_ns() - cpu) / 1e9;
    double wall_s = (double)(clock_monotonic_ns() - wall) / 1e9;
    int64_t read = store_offset(store) - before;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%-20s %9lld records %7.2f s wall %7.2f s CPU %9.0f a second of CPU "
           "%5ld MB\n",
           what, (long long)read, wall_s, cpu_s, (double)read / cpu_s,
           usage.ru_maxrss / 1024);
    fflush(stdout);
    if (read != count)
        must(st_error(b->arena, ST_FATAL, "records are missing"));
}

static void restore_all(Bench *b)
{
    restore(b, "lost directory", b->keys);
    kill(getpid(), SIGKILL);
}

static void restore_tail(Bench *b)
{
    restore(b, "after kill -9", TAIL);
}

/* ---- steps ---- */

/* Runs a step in a process of its own, which may end by SIGKILL. */
static void step(Bench *b, void (*run)(Bench *b))
{
    pid_t pid = fork();
    if (pid == 0) {
        open_broker(b);
        run(b);
        broker_close(b->open);
        _exit(0);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid ||
        (WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) != SIGKILL))
        exit(1);
}

static void remove_all(Bench *b)
{
    b->arena = arena_new("bench", 0);
    must(state_destroy(b->arena, str_from(b->state)));
    if (b->address) {
        open_broker(b);
        must(broker_delete_topic(b->open, b->arena, str_from(b->topic)));
        broker_close(b->open);
    } else {
        char command[128];
        snprintf(command, sizeof command, "rm -rf '%s'", b->broker);
        if (system(command)) exit(1);
    }
}

int main(int argc, char **argv)
{
    Bench b = {.keys = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000000,
               .address = argc > 2 ? argv[2] : NULL};
    int pid = (int)getpid();
    mem_tune();
    log_set_level(STR("error"));
    snprintf(b.topic, sizeof b.topic, "bench-restore-%d", pid);
    snprintf(b.state, sizeof b.state, "/tmp/millrace-bench-restore-%d", pid);
    snprintf(b.broker, sizeof b.broker, "/tmp/millrace-bench-restore-%d.log",
             pid);
    if (b.keys < TAIL) b.keys = TAIL;
    step(&b, write_all);
    step(&b, restore_all);
    step(&b, write_tail);
    step(&b, restore_tail);
    remove_all(&b);
    return 0;
}
