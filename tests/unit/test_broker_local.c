/* SPDX-License-Identifier: Apache-2.0
 *
 * The embedded broker on disk: the suite, and what only it must do: keep all
 * that was acknowledged through kill -9, own its directory, retain, compact,
 * stay itself when the disk refuses.
 *
 * Some tests need a process to kill; it is this program again, as
 * `test_broker_local <what> <directory>`.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kafka/broker_local_int.h"
#include "tests/kafka/broker_suite.h"
#include "tests/unit/check.h"

enum { PARTITIONS = 3, RUN = 300, TXN = 50 };

static char directory[64];

static void remove_tree(const char *path)
{
    char name[1024];
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (unlink(name)) remove_tree(name);
    }
    if (dir) closedir(dir);
    rmdir(path);
}

/* A fresh directory for one test. */
static const char *fresh(void)
{
    remove_tree(directory);
    snprintf(directory, sizeof directory, "/tmp/millrace-broker-XXXXXX");
    CHECK(mkdtemp(directory));
    return directory;
}

static Status open_local(Arena *arena, const char *path, const Clock *clock,
                         FsyncPolicy fsync, Broker **broker)
{
    BrokerLocalOptions options = {.fsync = fsync, .clock = clock};
    return broker_local_open(arena, str_from(path), &options, broker);
}

static LocalStore *store_of(Broker *broker)
{
    return (LocalStore *)((EmbeddedBroker *)broker)->storage;
}

static int64_t high_of(Broker *broker, Arena *arena, const char *topic,
                       int32_t partition)
{
    int64_t low = -1, high = -1;
    CHECK(broker_watermarks(broker, arena, str_from(topic), partition, &low,
                            &high)
              .kind == ST_OK);
    return high;
}

static int64_t number(Str text)
{
    int64_t value = 0;
    for (size_t i = 0; i < text.len; i++)
        value = value * 10 + text.ptr[i] - '0';
    return value;
}

/* ---- processes ---- */

/* Starts this program again; *out reads what it writes to its output. */
static pid_t start(const char *what, const char *path, int *out)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/proc/self/exe", "test_broker_local", what, path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return pid;
}

static int finish(pid_t pid, int out)
{
    int status = -1;
    waitpid(pid, &status, 0);
    close(out);
    return status;
}

static void acknowledge(int64_t runs, int64_t transactions)
{
    int64_t both[2] = {runs, transactions};
    if (write(STDOUT_FILENO, both, sizeof both) != sizeof both) _exit(3);
}

/* Writes runs of numbers to "log" and transactions to "a" and "b" until it is
 * killed, telling after each what is acknowledged. */
static int child_write(const char *path)
{
    Arena *arena = arena_new("child", 0), *turn = arena_new("turn", 0);
    Broker *broker;
    Producer *plain, *atomic;
    Consumer *consumer;
    const char *source = "a";
    ConsumerOptions consuming = {
        .group = STR("g"), .topics = &source, .topic_count = 1};
    ProducerOptions none = {0}, id = {.transactional_id = STR("id")};
    FsyncPolicy fsync = getpid() % 2 ? FSYNC_NEVER : FSYNC_COMMIT;

    if (open_local(arena, path, NULL, fsync, &broker).kind) return 2;
    if (producer_open(broker, arena, &none, &plain).kind) return 2;
    if (producer_open(broker, arena, &id, &atomic).kind) return 2;
    if (consumer_open(broker, arena, &consuming, &consumer).kind) return 2;
    TopicPartition part = {0, 0, OFFSET_END, STR_NULL};
    if (consumer_assign(consumer, arena, &part, 1).kind) return 2;
    int64_t next = 0, done = high_of(broker, arena, "a", 0) / TXN;
    for (int p = 0; p < PARTITIONS; p++)
        next += high_of(broker, arena, "log", p);
    for (;; arena_reset(turn)) {
        for (int i = 0; i < RUN; i++, next++) {
            Record record = {
                .value = str_printf(turn, "%lld", (long long)next)};
            if (producer_send(plain, turn, "log", (int32_t)(next % PARTITIONS),
                              &record, 1)
                    .kind)
                return 2;
        }
        if (producer_flush(plain, turn, 1000).kind) return 2;
        acknowledge(next, done);
        if (txn_begin(atomic, turn).kind) return 2;
        for (int i = 0; i < TXN; i++) {
            Record record = {.value = STR("x")};
            if (producer_send(atomic, turn, "a", 0, &record, 1).kind) return 2;
            if (producer_send(atomic, turn, "b", 0, &record, 1).kind) return 2;
        }
        part.offset = ++done;
        if (txn_commit(atomic, turn, consumer, &part, 1).kind) return 2;
        acknowledge(next, done);
    }
}

/* Checks what is on disk against what was acknowledged. */
static void verify(const char *path, const int64_t *acknowledged)
{
    Arena *arena = arena_new("verify", 0);
    Broker *broker;
    Status st = open_local(arena, path, NULL, FSYNC_NEVER, &broker);
    if (st.kind) fprintf(stderr, "open: %s\n", st.text);
    CHECK(st.kind == ST_OK);
    Suite suite = {broker, "", 5000};
    int64_t total = 0, high[PARTITIONS];
    for (int p = 0; p < PARTITIONS; p++)
        total += high[p] = high_of(broker, arena, "log", p);
    CHECK(total >= acknowledged[0]);
    int64_t a = high_of(broker, arena, "a", 0);
    CHECK(a % TXN == 0 && a / TXN >= acknowledged[1]);
    CHECK(high_of(broker, arena, "b", 0) == a);
    Consumer *consumer;
    const char *topic = "a";
    ConsumerOptions options = {
        .group = STR("g"), .topics = &topic, .topic_count = 1};
    TopicPartition part = {0};
    CHECK(consumer_open(broker, arena, &options, &consumer).kind == ST_OK);
    CHECK(consumer_committed(consumer, arena, &part, 1).kind == ST_OK);
    CHECK(part.offset == (a ? a / TXN : OFFSET_NONE));
    consumer_close(consumer);

    Consumer *reader = suite_reader(&suite, arena, "log", PARTITIONS, 0);
    Arena *turn = arena_new("turn", 0);
    int64_t got = 0, wrong = 0;
    for (int polls = 0; got < total && polls < 10000; polls++) {
        RecordSet *sets;
        int count;
        arena_reset(turn);
        st = consumer_poll(reader, turn, 10, 4096, &sets, &count);
        wrong += st.kind != ST_OK;
        for (int s = 0; !st.kind && s < count; s++) {
            for (int r = 0; r < sets[s].count; r++, got++)
                wrong += number(sets[s].records[r].value) !=
                         sets[s].records[r].offset * PARTITIONS +
                             sets[s].partition;
            consumer_release(reader, &sets[s]);
        }
    }
    CHECK(got == total && wrong == 0);
    consumer_close(reader);
    broker_close(broker);
    arena_free(turn);
    arena_free(arena);
}

static void killed_writers_lose_nothing(void)
{
    enum { KILLS = 24 };
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    Broker *broker;
    int64_t acknowledged[2] = {0, 0};
    unsigned seed = (unsigned)clock_monotonic_ns();
    int failed_before = checks_failed;

    CHECK(open_local(arena, path, NULL, FSYNC_NEVER, &broker).kind == ST_OK);
    Suite suite = {broker, "", 1000};
    CHECK(suite_topic(&suite, arena, "log", PARTITIONS));
    CHECK(suite_topic(&suite, arena, "a", 1));
    CHECK(suite_topic(&suite, arena, "b", 1));
    broker_close(broker);
    for (int kill_nr = 0; kill_nr < KILLS; kill_nr++) {
        int out;
        pid_t pid = start("write", path, &out);
        int64_t both[2];
        seed = seed * 1103515245 + 12345;
        int64_t until = clock_monotonic_ns() + (seed >> 16) % 30000 * 1000;
        bool first = true;
        while (first || clock_monotonic_ns() < until) {
            if (read(out, both, sizeof both) != sizeof both) break;
            memcpy(acknowledged, both, sizeof both);
            first = false;
        }
        CHECK(!first);
        kill(pid, SIGKILL);
        /* What it still said before it died counts too. */
        while (read(out, both, sizeof both) == sizeof both)
            memcpy(acknowledged, both, sizeof both);
        CHECK(WIFSIGNALED(finish(pid, out)));
        if (kill_nr % 4 == 3) verify(path, acknowledged);
    }
    CHECK(acknowledged[0] > KILLS && acknowledged[1] > 0);
    if (checks_failed > failed_before) fprintf(stderr, "seed %u\n", seed);
    arena_free(arena);
}

/* ---- the directory ---- */

static int child_hold(const char *path)
{
    Arena *arena = arena_new("child", 0);
    Broker *broker;
    if (open_local(arena, path, NULL, FSYNC_NEVER, &broker).kind) return 2;
    acknowledge(0, 0);
    pause();
    return 0;
}

static void a_directory_has_one_owner(void)
{
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    Broker *broker;
    int64_t both[2];
    int out;
    pid_t pid = start("hold", path, &out);
    CHECK(read(out, both, sizeof both) == sizeof both);
    Status st = open_local(arena, path, NULL, FSYNC_NEVER, &broker);
    CHECK(st.kind == ST_USER && strstr(st.text, path));
    CHECK(strstr(st.text, str_printf(arena, "process %d:", (int)pid).ptr));
    kill(pid, SIGKILL);
    finish(pid, out);
    CHECK(open_local(arena, path, NULL, FSYNC_NEVER, &broker).kind == ST_OK);
    Broker *second;
    st = open_local(arena, path, NULL, FSYNC_NEVER, &second);
    CHECK(st.kind == ST_USER &&
          strstr(st.text, str_printf(arena, "process %d:", (int)getpid()).ptr));
    broker_close(broker);
    arena_free(arena);
}

static void a_bad_directory_is_named(void)
{
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    Broker *broker;

    /* As nobody, for root may write everywhere. */
    Str inner = str_printf(arena, "%s/inner", path);
    CHECK(chmod(path, 0555) == 0);
    if (geteuid() == 0) CHECK(seteuid(65534) == 0);
    Status st = open_local(arena, inner.ptr, NULL, FSYNC_NEVER, &broker);
    CHECK(st.kind == ST_USER && strstr(st.text, "no permission") &&
          strstr(st.text, inner.ptr));
    st = open_local(arena, path, NULL, FSYNC_NEVER, &broker);
    CHECK(st.kind == ST_USER && strstr(st.text, "no permission"));
    if (getuid() == 0) CHECK(seteuid(0) == 0);
    CHECK(chmod(path, 0755) == 0);
    close(open(inner.ptr, O_CREAT | O_WRONLY, 0644));
    st = open_local(arena, inner.ptr, NULL, FSYNC_NEVER, &broker);
    CHECK(st.kind == ST_USER && strstr(st.text, inner.ptr));
    CHECK(open_local(arena, "", NULL, FSYNC_NEVER, &broker).kind == ST_USER);
    arena_free(arena);
}

/* ---- what is kept ---- */

static void all_is_there_after_reopening(void)
{
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    TopicConfig config = {STR("retention.ms"), STR("77")};
    TopicConfig *configs;
    int count;
    Record got[2];

    for (int round = 0; round < 3; round++) {
        Broker *broker;
        CHECK(open_local(arena, path, NULL, FSYNC_COMMIT, &broker).kind ==
              ST_OK);
        Suite suite = {broker, "", 1000};
        ConsumerOptions options = {
            .group = STR("g"),
            .topics = (const char *[]){"t"},
            .topic_count = 1,
        };
        TopicPartition part = {0, 1, 42, STR("")};
        Consumer *consumer;
        if (round == 0) {
            CHECK(broker_create_topic(broker, arena, STR("t"), 2, 1, &config, 1)
                      .kind == ST_OK);
            CHECK(suite_topic(&suite, arena, "gone", 2));
            CHECK(suite_send(&suite, arena, "gone", 0, "k", "v").kind == ST_OK);
            CHECK(suite_send(&suite, arena, "t", 1, "k", "v0").kind == ST_OK);
            CHECK(suite_send(&suite, arena, "t", 1, "k", "v1").kind == ST_OK);
            CHECK(suite_delete_records(&suite, arena, "t", 1, 1).kind == ST_OK);
        }
        CHECK(consumer_open(broker, arena, &options, &consumer).kind == ST_OK);
        CHECK(consumer_assign(consumer, arena, &part, 1).kind == ST_OK);
        if (round == 0)
            CHECK(consumer_commit(consumer, arena, &part, 1).kind == ST_OK);
        part.offset = 0;
        CHECK(consumer_committed(consumer, arena, &part, 1).kind == ST_OK);
        CHECK(part.offset == 42 && part.metadata.ptr && !part.metadata.len);
        consumer_close(consumer);
        CHECK(broker_topic_configs(broker, arena, STR("t"), &configs, &count)
                  .kind == ST_OK);
        CHECK_STR(configs[0].value, "77");
        Consumer *reader = suite_reader(&suite, arena, "t", 2, 0);
        CHECK(suite_read(&suite, arena, reader, got, NULL, 1) == 1);
        CHECK_STR(got[0].value, "v1");
        CHECK(got[0].offset == 1);
        consumer_close(reader);
        TopicInfo info;
        Status st = broker_describe_topic(broker, arena, STR("gone"), &info);
        CHECK(st.kind == (round < 2 ? ST_OK : ST_USER));
        if (round == 1) {
            CHECK(broker_delete_topic(broker, arena, STR("gone")).kind ==
                  ST_OK);
            /* Made again, it is empty. */
            CHECK(suite_topic(&suite, arena, "gone", 2));
            CHECK(high_of(broker, arena, "gone", 0) == 0);
            CHECK(broker_delete_topic(broker, arena, STR("gone")).kind ==
                  ST_OK);
        }
        broker_close(broker);
    }
    arena_free(arena);
}

/* More than the tail in memory holds, read while it is written and from disk.
 */
static void old_records_are_read_from_disk(void)
{
    enum { COUNT = 60000, SIZE = 1000 };
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    Broker *broker;
    Producer *producer;
    ProducerOptions none = {0};
    char value[SIZE];

    CHECK(open_local(arena, path, NULL, FSYNC_NEVER, &broker).kind == ST_OK);
    Suite suite = {broker, "", 1000};
    CHECK(suite_topic(&suite, arena, "big", 1));
    CHECK(producer_open(broker, arena, &none, &producer).kind == ST_OK);
    memset(value, 'x', sizeof value);
    for (int i = 0; i < COUNT; i++) {
        memcpy(value, &i, sizeof i);
        Record record = {.value = {value, sizeof value}, .timestamp_ms = i};
        CHECK(producer_send(producer, arena, "big", 0, &record, 1).kind ==
              ST_OK);
        /* Many small batches, too. */
        if (i < 3000 && i % 3 == 0)
            CHECK(producer_flush(producer, arena, 1000).kind == ST_OK);
    }
    CHECK(producer_flush(producer, arena, 1000).kind == ST_OK);
    producer_close(producer);
    CHECK(((EmbeddedBroker *)broker)->cached_bytes <= 16 << 20);
    for (int round = 0; round < 2; round++) {
        Consumer *reader = suite_reader(&suite, arena, "big", 1, 100);
        int next = 100, wrong = 0;
        for (int polls = 0; next < COUNT && polls < 1000; polls++) {
            RecordSet *sets;
            int count;
            CHECK(consumer_poll(reader, arena, 10, 777, &sets, &count).kind ==
                  ST_OK);
            for (int s = 0; s < count; s++) {
                for (int r = 0; r < sets[s].count; r++, next++) {
                    Record *record = &sets[s].records[r];
                    int i;
                    memcpy(&i, record->value.ptr, sizeof i);
                    wrong += record->offset != next || i != next ||
                             record->value.len != SIZE ||
                             record->timestamp_ms != next;
                }
                consumer_release(reader, &sets[s]);
            }
        }
        CHECK(next == COUNT && wrong == 0);
        consumer_close(reader);
        if (round) break;
        broker_close(broker);
        CHECK(open_local(arena, path, NULL, FSYNC_NEVER, &broker).kind ==
              ST_OK);
        suite.broker = broker;
    }
    broker_close(broker);
    arena_free(arena);
}

/* ---- cleaning ---- */

static void retention_drops_old_batches(void)
{
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    Clock clock = {.manual = true, .manual_ms = 1000000};
    TopicConfig by_time = {STR("retention.ms"), STR("1000")};
    TopicConfig by_size = {STR("retention.bytes"), STR("250")};
    Broker *broker;
    int64_t low, high;

    CHECK(open_local(arena, path, &clock, FSYNC_NEVER, &broker).kind == ST_OK);
    Suite suite = {broker, "", 1000};
    CHECK(
        broker_create_topic(broker, arena, STR("t"), 1, 1, &by_time, 1).kind ==
        ST_OK);
    CHECK(
        broker_create_topic(broker, arena, STR("s"), 1, 1, &by_size, 1).kind ==
        ST_OK);
    CHECK(suite_topic(&suite, arena, "kept", 1));
    for (int i = 0; i < 5; i++, clock.manual_ms += 500) {
        CHECK(suite_send(&suite, arena, "t", 0, "k", "v").kind == ST_OK);
        CHECK(suite_send(&suite, arena, "kept", 0, "k", "v").kind == ST_OK);
        /* About 145 bytes a batch. */
        CHECK(suite_send(&suite, arena, "s", 0, "k",
                         "0123456789012345678901234567890123456789012345678901"
                         "2345678901234567890123456789012345678901234567890")
                  .kind == ST_OK);
    }
    local_clean(store_of(broker), false);
    CHECK(broker_watermarks(broker, arena, STR("t"), 0, &low, &high).kind ==
          ST_OK);
    CHECK(low == 3 && high == 5); /* Written at +1500 and +2000, now +2500. */
    CHECK(broker_watermarks(broker, arena, STR("s"), 0, &low, &high).kind ==
          ST_OK);
    CHECK(low == 3 && high == 5); /* One batch less would be too little. */
    CHECK(broker_watermarks(broker, arena, STR("kept"), 0, &low, &high).kind ==
          ST_OK);
    CHECK(low == 0 && high == 5);
    clock.manual_ms += 100000;
    local_clean(store_of(broker), false);
    broker_close(broker);
    CHECK(open_local(arena, path, &clock, FSYNC_NEVER, &broker).kind == ST_OK);
    CHECK(broker_watermarks(broker, arena, STR("t"), 0, &low, &high).kind ==
          ST_OK);
    CHECK(low == 5 && high == 5); /* Empty, and offsets go on. */
    suite.broker = broker;
    CHECK(suite_send(&suite, arena, "t", 0, "k", "v").kind == ST_OK);
    CHECK(high_of(broker, arena, "t", 0) == 6);
    broker_close(broker);
    arena_free(arena);
}

enum { KEYS = 50, UPDATES = 4000 };

/* What a reader that folds the topic ends with: the last value of each key, -1
 * where it was deleted. Offsets must rise. Returns how many records it read. */
static int fold(const Suite *suite, Arena *arena, int *last)
{
    Consumer *reader = suite_reader(suite, arena, "c", 1, 0);
    int64_t high = high_of(suite->broker, arena, "c", 0), next = 0;
    int count = 0;
    Arena *turn = arena_new("turn", 0);
    for (int k = 0; k < KEYS; k++)
        last[k] = -2;
    for (int polls = 0; next < high && polls < 10000; polls++) {
        RecordSet *sets;
        int set_count;
        CHECK(consumer_poll(reader, turn, 10, 100, &sets, &set_count).kind ==
              ST_OK);
        for (int s = 0; s < set_count; s++) {
            for (int r = 0; r < sets[s].count; r++, count++) {
                Record *record = &sets[s].records[r];
                CHECK(record->offset >= next);
                next = record->offset + 1;
                CHECK(record->timestamp_ms == 5000000 + record->offset);
                CHECK(record->headers && record->headers->count == 1);
                last[number(record->key)] = record->value.ptr
                                                ? (int)number(record->value)
                                                : -1;
            }
            consumer_release(reader, &sets[s]);
        }
    }
    CHECK(next == high);
    consumer_close(reader);
    arena_free(turn);
    return count;
}

static void update(const Suite *suite, Arena *arena, int from, int to,
                   unsigned *seed)
{
    Producer *producer;
    ProducerOptions none = {0};
    RecordHeaders *headers = arena_alloc(arena, sizeof *headers +
                                                    sizeof(RecordHeader));
    headers->count = 1;
    headers->at[0] = (RecordHeader){STR("h"), STR("v")};
    CHECK(producer_open(suite->broker, arena, &none, &producer).kind == ST_OK);
    for (int i = from; i < to; i++) {
        *seed = *seed * 1103515245 + 12345;
        int key = (int)(*seed >> 16) % KEYS;
        Record record = {.key = str_printf(arena, "%d", key),
                         .value = str_printf(arena, "%d", i),
                         .timestamp_ms = 5000000 + i,
                         .headers = headers};
        /* Keys below ten are deleted each third time. */
        if (key < 10 && i % 3 == 0) record.value = STR_NULL;
        CHECK(producer_send(producer, arena, "c", 0, &record, 1).kind == ST_OK);
        if (i % 37 == 0)
            CHECK(producer_flush(producer, arena, 1000).kind == ST_OK);
    }
    CHECK(producer_flush(producer, arena, 1000).kind == ST_OK);
    producer_close(producer);
}

static void compaction_keeps_the_last_of_each_key(void)
{
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    Clock clock = {.manual = true, .manual_ms = 10000000};
    TopicConfig configs[] = {{STR("cleanup.policy"), STR("compact")},
                             {STR("delete.retention.ms"), STR("60000")}};
    Broker *broker;
    unsigned seed = 7;
    int before[KEYS], after[KEYS];

    CHECK(open_local(arena, path, &clock, FSYNC_NEVER, &broker).kind == ST_OK);
    Suite suite = {broker, "", 1000};
    CHECK(broker_create_topic(broker, arena, STR("c"), 1, 1, configs, 2).kind ==
          ST_OK);
    update(&suite, arena, 0, UPDATES, &seed);
    CHECK(fold(&suite, arena, before) == UPDATES);
    int deleted = 0;
    for (int k = 0; k < KEYS; k++)
        deleted += before[k] == -1;
    CHECK(deleted > 1);
    local_clean(store_of(broker), true);
    for (int round = 0; round < 2; round++) {
        /* From disk, not from the tail in memory. */
        broker_close(broker);
        CHECK(open_local(arena, path, &clock, FSYNC_NEVER, &broker).kind ==
              ST_OK);
        suite.broker = broker;
        CHECK(high_of(broker, arena, "c", 0) == UPDATES);
        int count = fold(&suite, arena, after);
        CHECK(memcmp(before, after, sizeof before) == 0);
        CHECK(count >= KEYS && count <= KEYS + 37);
        local_clean(store_of(broker), true);
    }
    /* More updates; deletions stay until their time is over. */
    update(&suite, arena, UPDATES, UPDATES + UPDATES / 2, &seed);
    fold(&suite, arena, before);
    local_clean(store_of(broker), true);
    clock.manual_ms += 120000;
    update(&suite, arena, UPDATES + UPDATES / 2, UPDATES * 2, &seed);
    fold(&suite, arena, before);
    local_clean(store_of(broker), true);
    clock.manual_ms += 120000;
    update(&suite, arena, UPDATES * 2, UPDATES * 2 + 80, &seed);
    fold(&suite, arena, before);
    local_clean(store_of(broker), true);
    broker_close(broker);
    CHECK(open_local(arena, path, &clock, FSYNC_NEVER, &broker).kind == ST_OK);
    suite.broker = broker;
    fold(&suite, arena, after);
    int gone = 0, wrong = 0;
    for (int k = 0; k < KEYS; k++) {
        gone += after[k] == -2;
        wrong += after[k] != before[k] && !(before[k] == -1 && after[k] == -2);
    }
    CHECK(gone > 0 && wrong == 0);
    broker_close(broker);
    arena_free(arena);
}

/* ---- a disk that refuses ---- */

static int child_full(const char *path)
{
    Arena *arena = arena_new("child", 0);
    Broker *broker;
    Producer *producer;
    ProducerOptions none = {0};
    struct rlimit limit = {2 << 20, RLIM_INFINITY};
    char value[10000];
    int64_t sent = 0;
    Status st;

    signal(SIGXFSZ, SIG_IGN);
    if (open_local(arena, path, NULL, FSYNC_NEVER, &broker).kind) return 2;
    Suite suite = {broker, "", 2000};
    if (!suite_topic(&suite, arena, "t", 1)) return 2;
    if (producer_open(broker, arena, &none, &producer).kind) return 2;
    if (setrlimit(RLIMIT_FSIZE, &limit)) return 2;
    for (int i = 0; i < (int)sizeof value; i++)
        value[i] = (char)(i * 7919 >> 3);
    do {
        Record record = {.value = {value, sizeof value}};
        st = producer_send(producer, arena, "t", 0, &record, 1);
        if (!st.kind) st = producer_flush(producer, arena, 1000);
        if (!st.kind) sent++;
    } while (!st.kind && sent < 10000);
    if (st.kind != ST_FATAL || !strstr(st.text, path)) return 4;
    /* It stays so, the process is alive and what it wrote can be read. */
    if (suite_send(&suite, arena, "t", 0, "k", "v").kind != ST_FATAL) return 6;
    Consumer *reader = suite_reader(&suite, arena, "t", 1, 0);
    Record *got = ARENA_ARRAY(arena, Record, (int)sent);
    if (suite_read(&suite, arena, reader, got, NULL, (int)sent) != sent)
        return 5;
    consumer_close(reader);
    producer_close(producer);
    acknowledge(sent, 0);
    broker_close(broker);
    arena_free(arena);
    return 0;
}

static void a_full_disk_stops_the_writer_only(void)
{
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    Broker *broker;
    int64_t both[2] = {0, 0};
    int out;
    pid_t pid = start("full", path, &out);
    CHECK(read(out, both, sizeof both) == sizeof both);
    int status = finish(pid, out);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(both[0] > 10);
    CHECK(open_local(arena, path, NULL, FSYNC_NEVER, &broker).kind == ST_OK);
    CHECK(high_of(broker, arena, "t", 0) >= both[0]);
    Suite suite = {broker, "", 1000};
    CHECK(suite_send(&suite, arena, "t", 0, "k", "v").kind == ST_OK);
    broker_close(broker);
    arena_free(arena);
}

/* The same without a failed write: room is kept free, and when there is enough
 * again, writing goes on. */
static void writing_goes_on_when_there_is_room(void)
{
    const char *path = fresh();
    Arena *arena = arena_new("test", 0);
    Broker *broker;

    CHECK(open_local(arena, path, NULL, FSYNC_NEVER, &broker).kind == ST_OK);
    Suite suite = {broker, "", 1000};
    LocalStore *store = store_of(broker);
    CHECK(suite_topic(&suite, arena, "t", 1));
    int64_t reserve_bytes = store->reserve_bytes;
    store->reserve_bytes = INT64_MAX / 2;
    store->unchecked_bytes = 1 << 30;
    Status st = suite_send(&suite, arena, "t", 0, "k", "v");
    CHECK(st.kind == ST_FATAL && strstr(st.text, "full") &&
          strstr(st.text, path));
    CHECK(high_of(broker, arena, "t", 0) == 0);
    store->reserve_bytes = reserve_bytes;
    CHECK(suite_send(&suite, arena, "t", 0, "k", "v").kind == ST_OK);
    CHECK(high_of(broker, arena, "t", 0) == 1);
    broker_close(broker);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "write")) return child_write(argv[2]);
    if (argc == 3 && !strcmp(argv[1], "hold")) return child_hold(argv[2]);
    if (argc == 3 && !strcmp(argv[1], "full")) return child_full(argv[2]);

    Arena *arena = arena_new("test", 0);
    Suite suite = {.prefix = "", .patience_ms = 10000};
    CHECK(open_local(arena, fresh(), NULL, FSYNC_NEVER, &suite.broker).kind ==
          ST_OK);
    CHECK(broker_suite(&suite) == 0);
    broker_close(suite.broker);
    arena_free(arena);
    all_is_there_after_reopening();
    a_directory_has_one_owner();
    a_bad_directory_is_named();
    old_records_are_read_from_disk();
    retention_drops_old_batches();
    compaction_keeps_the_last_of_each_key();
    a_full_disk_stops_the_writer_only();
    writing_goes_on_when_there_is_room();
    killed_writers_lose_nothing();
    remove_tree(directory);
    return check_done();
}
