/* SPDX-License-Identifier: Apache-2.0
 *
 * Offsets of a hundred groups without members while Kafka is killed, and held
 * still for longer than a request may take: no call fails for good or takes for
 * ever, no commit that was acknowledged is lost, and the program lives. Groups
 * are committed for, read and deleted by a thread each.
 *
 * KAFKA is its address, KAFKA_DIR the directory of tests/kafka/kafka.sh,
 * OUTAGES how many there are (default 4).
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "kafka/broker_kafka_int.h"
#include "tests/unit/check.h"

enum { GROUPS = 100, PARTS = 4, CALL_MS = 20000 };

typedef struct Test {
    Broker *broker;
    const char *topic;
    const char *names[GROUPS];
    atomic_bool stop;
    int64_t acknowledged[GROUPS]; /* Of the committing thread. */
    int64_t tried;
    int commits, retries, reads, deletes, failures;
    atomic_int longest_ms;
    pthread_mutex_t lock;
} Test;

static void fail(Test *test, const char *what, Status st)
{
    pthread_mutex_lock(&test->lock);
    fprintf(stderr, "%s: %s\n", what, st.text);
    test->failures++;
    pthread_mutex_unlock(&test->lock);
}

static void note_time(Test *test, int64_t began_ms)
{
    int took_ms = (int)(clock_monotonic_ms() - began_ms);
    int longest_ms = atomic_load(&test->longest_ms);
    while (took_ms > longest_ms && !atomic_compare_exchange_weak(
                                       &test->longest_ms, &longest_ms, took_ms))
        continue;
}

static GroupOffsets *ask_for(Test *test, Arena *arena, int64_t offset)
{
    GroupOffsets *groups = ARENA_ARRAY(arena, GroupOffsets, GROUPS);
    for (int g = 0; g < GROUPS; g++) {
        TopicPartition *parts = ARENA_ARRAY(arena, TopicPartition, PARTS);
        for (int p = 0; p < PARTS; p++)
            parts[p] = (TopicPartition){
                .partition = p, .offset = offset, .metadata = STR("note")};
        groups[g] = (GroupOffsets){str_from(test->names[g]), test->topic, parts,
                                   PARTS, st_ok()};
    }
    return groups;
}

static void *commit(void *context)
{
    Test *test = context;
    Arena *arena = arena_new("commit", 0);
    while (!test->stop) {
        arena_reset(arena);
        GroupOffsets *groups = ask_for(test, arena, ++test->tried);
        int64_t began_ms = clock_monotonic_ms();
        broker_commit_groups(test->broker, arena, groups, GROUPS);
        note_time(test, began_ms);
        for (int g = 0; g < GROUPS; g++) {
            if (!groups[g].status.kind)
                test->acknowledged[g] = test->tried;
            else if (groups[g].status.kind == ST_RETRY)
                test->retries++;
            else
                fail(test, "commit", groups[g].status);
        }
        test->commits++;
        clock_sleep_ms(20);
    }
    arena_free(arena);
    return NULL;
}

static void *read_back(void *context)
{
    Test *test = context;
    Arena *arena = arena_new("read", 0);
    int64_t seen[GROUPS] = {0};
    while (!test->stop) {
        arena_reset(arena);
        GroupOffsets *groups = ask_for(test, arena, OFFSET_NONE);
        int64_t began_ms = clock_monotonic_ms();
        broker_committed_groups(test->broker, arena, groups, GROUPS);
        note_time(test, began_ms);
        for (int g = 0; g < GROUPS; g++) {
            Status st = groups[g].status;
            if (st.kind && st.kind != ST_RETRY) fail(test, "read", st);
            if (st.kind) continue;
            int64_t offset = groups[g].parts[0].offset;
            if (offset < seen[g] && seen[g])
                fail(test, "read", (Status){.text = "an offset went back"});
            seen[g] = offset;
        }
        test->reads++;
        clock_sleep_ms(50);
    }
    arena_free(arena);
    return NULL;
}

static void *delete_others(void *context)
{
    Test *test = context;
    Arena *arena = arena_new("delete", 0);
    while (!test->stop) {
        arena_reset(arena);
        Str name = str_printf(arena, "%s-gone-%d", test->names[0],
                              test->deletes);
        int64_t began_ms = clock_monotonic_ms();
        Status st = broker_delete_group(test->broker, arena, name);
        note_time(test, began_ms);
        if (st.kind && st.kind != ST_RETRY) fail(test, "delete", st);
        test->deletes++;
        clock_sleep_ms(50);
    }
    arena_free(arena);
    return NULL;
}

/* ---- outages ---- */

static bool kafka(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "tests/kafka/kafka.sh %s '%s' >/dev/null",
             command, getenv("KAFKA_DIR"));
    return system(line) == 0;
}

static pid_t kafka_pid(void)
{
    char path[512], text[32] = "";
    snprintf(path, sizeof path, "%s/pid", getenv("KAFKA_DIR"));
    FILE *file = fopen(path, "r");
    CHECK(file && fgets(text, sizeof text, file));
    if (file) fclose(file);
    return (pid_t)strtol(text, NULL, 10);
}

static void outage(int number)
{
    int64_t ms = 300 + number * 1711 % 3000;
    if (number % 2) {
        CHECK(kafka("kill"));
        clock_sleep_ms(ms);
        CHECK(kafka("restart"));
        return;
    }
    pid_t pid = kafka_pid();
    CHECK(kill(pid, SIGSTOP) == 0);
    clock_sleep_ms(REQUEST_MS + ms);
    CHECK(kill(pid, SIGCONT) == 0);
}

/* Until something committed after now is acknowledged for all. */
static void wait_for_commit(Test *test, int seconds)
{
    int64_t until_ms = clock_monotonic_ms() + (int64_t)seconds * 1000;
    int commits = test->commits + 2;
    while (test->commits < commits && clock_monotonic_ms() < until_ms)
        clock_sleep_ms(20);
    CHECK(test->commits >= commits);
}

static void check_offsets(Test *test, Arena *arena)
{
    int64_t until_ms = clock_monotonic_ms() + 30000;
    for (int g = 0; g < GROUPS; g++) {
        GroupOffsets *groups = ask_for(test, arena, OFFSET_NONE);
        do
            broker_committed_groups(test->broker, arena, &groups[g], 1);
        while (groups[g].status.kind == ST_RETRY &&
               clock_monotonic_ms() < until_ms);
        CHECK(groups[g].status.kind == ST_OK);
        for (int p = 0; p < PARTS; p++) {
            CHECK(groups[g].parts[p].offset >= test->acknowledged[g]);
            CHECK(groups[g].parts[p].offset <= test->tried);
            CHECK_STR(groups[g].parts[p].metadata, "note");
        }
        CHECK(test->acknowledged[g] > 0);
        CHECK(broker_delete_group(test->broker, arena, str_from(test->names[g]))
                  .kind == ST_OK);
    }
}

/* ---- where a group is kept ---- */

static int64_t end_of(Test *test, Arena *arena, int partition)
{
    int64_t low, high = -1;
    CHECK(broker_watermarks(test->broker, arena, STR("__consumer_offsets"),
                            partition, &low, &high)
              .kind == ST_OK);
    return high;
}

/* Hash codes as Java has them, and what the broker does. */
static void groups_are_placed_as_kafka_does(Test *test, Arena *arena)
{
    TopicInfo info;
    CHECK(kafka_group_partition(STR(""), 50) == 0);
    CHECK(kafka_group_partition(STR("a"), 50) == 97 % 50);
    CHECK(kafka_group_partition(STR("gr\u00fcn-\U0001f335"), 1000) == 569);
    /* -1413414675, and the least number, which has no absolute value. */
    CHECK(kafka_group_partition(STR("millrace"), 1000) == 675);
    CHECK(kafka_group_partition(STR("polygenelubricants"), 50) == 0);
    CHECK(broker_describe_topic(test->broker, arena, STR("__consumer_offsets"),
                                &info)
              .kind == ST_OK);
    CHECK(info.partition_count > 1);
    for (int g = 0; g < 10; g++) {
        GroupOffsets *groups = ask_for(test, arena, 1);
        int partition = kafka_group_partition(groups[g].group,
                                              info.partition_count);
        int64_t before = end_of(test, arena, partition);
        broker_commit_groups(test->broker, arena, &groups[g], 1);
        CHECK(groups[g].status.kind == ST_OK);
        CHECK(end_of(test, arena, partition) > before);
    }
}

static void open_test(Test *test, Arena *arena, const char *address)
{
    CHECK(
        broker_kafka_open(arena, str_from(address), NULL, &test->broker).kind ==
        ST_OK);
    test->topic = str_cstr(arena, str_printf(arena, "outage%d", (int)getpid()));
    for (int g = 0; g < GROUPS; g++)
        test->names[g] = str_cstr(arena,
                                  str_printf(arena, "%s-%d", test->topic, g));
    CHECK(broker_create_topic(test->broker, arena, str_from(test->topic), PARTS,
                              1, NULL, 0)
              .kind == ST_OK);
    /* Makes the brokers' topic of groups, if this is the first one. */
    ConsumerOptions options = {
        .group = STR("outage"), .topics = &test->topic, .topic_count = 1};
    Consumer *consumer;
    TopicPartition part = {0};
    CHECK(consumer_open(test->broker, arena, &options, &consumer).kind ==
          ST_OK);
    CHECK(consumer_committed(consumer, arena, &part, 1).kind == ST_OK);
    consumer_close(consumer);
}

int main(void)
{
    const char *address = getenv("KAFKA"), *outages = getenv("OUTAGES");
    Arena *arena = arena_new("test", 0);
    void *(*const doers[])(void *) = {commit, read_back, delete_others};
    pthread_t threads[3];
    Test test = {.lock = PTHREAD_MUTEX_INITIALIZER};

    if (!address || !getenv("KAFKA_DIR")) {
        fprintf(stderr, "KAFKA=host:port and KAFKA_DIR are needed\n");
        return 1;
    }
    mem_tune();
    open_test(&test, arena, address);
    groups_are_placed_as_kafka_does(&test, arena);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, doers[i], &test);
    for (int i = 0; i < (outages ? (int)strtol(outages, NULL, 10) : 4); i++) {
        wait_for_commit(&test, 60);
        outage(i);
    }
    wait_for_commit(&test, 60);
    test.stop = true;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    fprintf(stderr,
            "%d rounds of commits, %d retries, %d of reads, %d groups deleted, "
            "longest call %d ms\n",
            test.commits, test.retries, test.reads, test.deletes,
            test.longest_ms);
    CHECK(test.failures == 0 && test.retries > 0);
    CHECK(test.longest_ms < CALL_MS);
    check_offsets(&test, arena);
    CHECK(broker_delete_topic(test.broker, arena, str_from(test.topic)).kind ==
          ST_OK);
    broker_close(test.broker);
    arena_free(arena);
    return check_done();
}
