/* SPDX-License-Identifier: Apache-2.0
 *
 * Stores and their changelogs: what is restored, from where on, after a clean
 * close, after kill -9 at any moment, and from damaged files. The broker is the
 * one in memory; a killed process takes its topics with it, so the test makes
 * them again by the same seeded operations.
 */
#include "state/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/log.h"
#include "state/store_view.h"
#include "tests/unit/store_model.h"

#define TOPIC "app-agg-changelog"

/* A store, its database, its broker, and the model of all. */
typedef struct Rig {
    Arena *arena;
    char directory[64];
    size_t memory_max_bytes;
    bool in_memory;
    Broker *broker;
    Producer *producer;
    StateDb *db;
    const Model *origin;
    Model model;
} Rig;

static void new_rig(Rig *rig, const Model *model)
{
    static int number;
    rig->arena = arena_new("rig", 0);
    snprintf(rig->directory, sizeof rig->directory,
             "/tmp/millrace-test-restore-%d-%d", (int)getpid(), number++);
    rig->origin = model;
    rig->model = *model;
    model_init(&rig->model);
}

static void open_broker(Rig *rig)
{
    static const Map no_properties;
    rig->broker = broker_memory_open(NULL);
    CHECK(
        broker_create_topic(rig->broker, rig->arena, STR(TOPIC), 1, 1, NULL, 0)
            .kind == ST_OK);
    ProducerOptions options = {.properties = &no_properties};
    CHECK(
        producer_open(rig->broker, rig->arena, &options, &rig->producer).kind ==
        ST_OK);
}

static void close_broker(Rig *rig)
{
    producer_close(rig->producer);
    broker_close(rig->broker);
}

static void open_store(Rig *rig)
{
    StateOptions options = {
        .memory_max_bytes = rig->memory_max_bytes,
        /* Small, so that RocksDB writes files of its own accord too. */
        .write_buffer_bytes = rig->memory_max_bytes ? 64 << 10 : 0,
    };
    Str directory = rig->in_memory ? STR_NULL : str_from(rig->directory);
    Status st = state_open(rig->arena, directory, &options, &rig->db);
    if (st.kind) fprintf(stderr, "%s\n", st.text);
    CHECK(st.kind == ST_OK);
    StoreOptions store_options = {
        .name = STR("0_0/agg"),
        .kind = rig->model.kind,
        .retention_ms = rig->model.retention_ms,
        .keep_old = rig->model.keep_old,
        .producer = rig->producer,
        .changelog = TOPIC,
    };
    CHECK(store_open(rig->db, rig->arena, &store_options, &rig->model.store)
              .kind == ST_OK);
}

static void close_store(Rig *rig)
{
    store_close(rig->model.store);
    state_close(rig->db);
}

static void free_rig(Rig *rig)
{
    CHECK(state_destroy(rig->arena, str_from(rig->directory)).kind == ST_OK);
    model_free(&rig->model);
    arena_free(rig->arena);
}

/* What store_restore read. */
typedef struct Progress {
    int64_t total;
    int stop_after; /* Calls; 0: never. */
    int calls;
} Progress;

static bool note_progress(void *context, int64_t done, int64_t total)
{
    Progress *p = context;
    CHECK(done >= 0 && done <= total);
    p->total = total;
    return ++p->calls != p->stop_after;
}

/* Restores, and returns how many records were to be read. */
static int64_t restore(Rig *rig)
{
    Progress progress = {0};
    Status st = store_restore(rig->model.store, rig->arena, rig->broker,
                              note_progress, &progress);
    if (st.kind) fprintf(stderr, "restore: %s\n", st.text);
    CHECK(st.kind == ST_OK);
    return progress.total;
}

static int64_t topic_end(Rig *rig)
{
    int64_t low, high;
    CHECK(broker_watermarks(rig->broker, rig->arena, STR(TOPIC), 0, &low, &high)
              .kind == ST_OK);
    return high;
}

static void flush(Rig *rig)
{
    model_flush(&rig->model, rig->arena);
    CHECK(producer_flush(rig->producer, rig->arena, 1000).kind == ST_OK);
}

static void checkpoint(Rig *rig)
{
    Status st = state_checkpoint(rig->db, rig->arena, rig->broker, STR("0_0"),
                                 &rig->model.store, 1, STR("here"));
    if (st.kind) fprintf(stderr, "checkpoint: %s\n", st.text);
    CHECK(st.kind == ST_OK);
}

/* `count` random updates around a moving time. */
static void update(Rig *rig, int round, int rounds, int count)
{
    Model *m = &rig->model;
    int time = (int)((int64_t)round * m->times / rounds);
    for (int i = 0; i < count; i++) {
        int back = time - (int)model_random(m, 6);
        int at = (int)model_random(m, (uint32_t)m->users) * m->times +
                 (back > 0 ? back : 0);
        switch (model_random(m, 8)) {
        case 0: model_delete(m, at); break;
        case 1: model_put_many(m, time, 20); break;
        default: model_put(m, at);
        }
    }
}

static const Model models[] = {
    {.kind = STORE_KEYED, .users = 400, .times = 1, .seed = 5},
    {.kind = STORE_WINDOW,
     .users = 30,
     .times = 100,
     .step_ms = 10000,
     .retention_ms = 200000,
     .keep_old = true,
     .seed = 6},
    {.kind = STORE_SESSION,
     .users = 30,
     .times = 100,
     .step_ms = 10000,
     .retention_ms = 200000,
     .seed = 7},
};
enum { MODELS = sizeof models / sizeof *models };

/* From nothing, after a checkpoint, and with the tail after it only. */
static void test_restore(const Model *model, bool in_memory)
{
    Rig rig = {.in_memory = in_memory};
    new_rig(&rig, model);
    open_broker(&rig);
    open_store(&rig);
    restore(&rig);
    update(&rig, 0, 4, 200);
    flush(&rig);
    checkpoint(&rig);
    int64_t checkpointed = topic_end(&rig);
    close_store(&rig);

    open_store(&rig);
    CHECK(restore(&rig) == (in_memory ? checkpointed : 0));
    model_compare(&rig.model, rig.arena);
    update(&rig, 1, 4, 200);
    flush(&rig);
    update(&rig, 2, 4, 50);
    flush(&rig);
    close_store(&rig); /* Without a checkpoint. */

    open_store(&rig);
    CHECK(restore(&rig) == topic_end(&rig) - (in_memory ? 0 : checkpointed));
    model_compare(&rig.model, rig.arena);
    /* Restoring is a checkpoint too. */
    close_store(&rig);
    open_store(&rig);
    CHECK(restore(&rig) == (in_memory ? topic_end(&rig) : 0));
    model_compare(&rig.model, rig.arena);
    update(&rig, 3, 4, 100);
    model_compare(&rig.model, rig.arena);
    close_store(&rig);
    close_broker(&rig);
    free_rig(&rig);
}

/* Stopped in the middle, restore begins again and loses nothing. */
static void test_stop(void)
{
    Rig rig = {.memory_max_bytes = 100000};
    Model model = models[0];
    model.users = 3000;
    new_rig(&rig, &model);
    open_broker(&rig);
    open_store(&rig);
    for (int i = 0; i < 8; i++) {
        update(&rig, 0, 1, 2000);
        flush(&rig);
    }
    close_store(&rig);
    CHECK(state_destroy(rig.arena, str_from(rig.directory)).kind == ST_OK);
    open_store(&rig);
    Progress progress = {.stop_after = 2};
    Status st = store_restore(rig.model.store, rig.arena, rig.broker,
                              note_progress, &progress);
    CHECK(st.kind == ST_RETRY);
    /* What was read before is not read again, nor after a restart. */
    close_store(&rig);
    open_store(&rig);
    CHECK(restore(&rig) < progress.total);
    model_compare(&rig.model, rig.arena);
    close_store(&rig);
    close_broker(&rig);
    free_rig(&rig);
}

/* Feeds the follower what the changelog got since `from`; returns its end. */
static int64_t follow(Rig *rig, Store *store, int64_t from)
{
    static const Map no_properties;
    const char *topic = TOPIC;
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &topic,
                               .topic_count = 1,
                               .properties = &no_properties};
    Consumer *consumer;
    CHECK(consumer_open(rig->broker, rig->arena, &options, &consumer).kind ==
          ST_OK);
    TopicPartition at = {.offset = from, .metadata = STR_NULL};
    CHECK(consumer_assign(consumer, rig->arena, &at, 1).kind == ST_OK);
    while (from < topic_end(rig)) {
        RecordSet *sets;
        int count;
        CHECK(consumer_poll(consumer, rig->arena, 100, 1000, &sets, &count)
                  .kind == ST_OK);
        for (int i = 0; i < count; i++) {
            CHECK(store_follow(store, sets[i].records, sets[i].count).kind ==
                  ST_OK);
            from = sets[i].records[sets[i].count - 1].offset + 1;
            consumer_release(consumer, &sets[i]);
        }
    }
    consumer_close(consumer);
    return from;
}

/* A reader finds what the writer has, key by key. */
static void look_at_all(const Model *writer, StoreView *view)
{
    Arena *arena = arena_new("look", 0);
    for (int i = 0; i < model_count(writer); i++) {
        ModelKey key;
        StoreRow row;
        bool found;
        const ModelValue *value = &writer->now[i];
        bool there = value->there && !model_expired(writer, i);
        CHECK(store_view_get(view, arena, model_key(writer, i, &key), &row,
                             &found)
                  .kind == ST_OK);
        CHECK(found == there);
        if (found && there)
            CHECK(model_same(value, row.value, row.timestamp_ms));
    }
    arena_free(arena);
}

/* A scan sees what was there when it began. */
static void end_scan(StoreScan *scan, int want)
{
    enum { MANY = 100 };
    Arena *arena = arena_new("scan", 0);
    StoreRow rows[MANY];
    int sum = 0, count;
    do {
        CHECK(store_scan_next(scan, arena, rows, MANY, &count).kind == ST_OK);
        sum += count;
    } while (count);
    CHECK(sum == want);
    store_scan_close(scan);
    arena_free(arena);
}

static int rows_of(const Model *model)
{
    int count = 0;
    for (int i = 0; i < model_count(model); i++)
        count += model->now[i].there && !model_expired(model, i);
    return count;
}

static StoreScan *begin_scan(StoreView *view, Arena *arena)
{
    StoreScan *scan = NULL;
    CHECK(store_view_scan(view, arena, STR_NULL, STR_NULL, &scan).kind ==
          ST_OK);
    return scan;
}

/* A store follows the changelog that another writes. Opened for use it has the
 * same content and reads what came since its last save, whether it was saved
 * at the end or not. */
static void test_follow(const Model *model, bool save_last)
{
    Rig writer = {0}, other = {.memory_max_bytes = 100000};
    new_rig(&writer, model);
    new_rig(&other, model);
    open_broker(&writer);
    open_store(&writer);
    other.broker = writer.broker;
    open_store(&other);
    restore(&other);
    CHECK(store_follow_begin(other.model.store).kind == ST_OK);
    StoreView *view = store_view_new();
    store_share(other.model.store, view);
    int64_t at = store_offset(other.model.store), saved = at;
    CHECK(at == 0);
    for (int i = 0; i < 9; i++) {
        int rows = rows_of(&writer.model);
        StoreScan *scan = begin_scan(view, other.arena);
        update(&writer, i, 9, 1000);
        flush(&writer);
        at = follow(&writer, other.model.store, at);
        look_at_all(&writer.model, view);
        if (i % 3 != 1 && (i < 8 || save_last)) {
            Status st = store_follow_save(other.model.store, other.arena, at);
            CHECK(st.kind == ST_OK);
            saved = at;
            look_at_all(&writer.model, view);
        }
        /* Windows that expire meanwhile are gone. */
        if (model->kind == STORE_KEYED)
            end_scan(scan, rows);
        else
            store_scan_close(scan);
        end_scan(begin_scan(view, other.arena), rows_of(&writer.model));
    }
    CHECK(store_offset(other.model.store) == saved);
    close_store(&other);
    CHECK(!store_view_is_open(view));
    store_view_drop(view);
    open_store(&other);
    CHECK(restore(&other) == topic_end(&writer) - saved);
    Store *own = writer.model.store;
    writer.model.store = other.model.store;
    model_compare(&writer.model, other.arena);
    writer.model.store = own;
    close_store(&other);
    close_store(&writer);
    close_broker(&writer);
    free_rig(&other);
    free_rig(&writer);
}

/* A topic that is shorter than the checkpoint is another topic. */
static void test_new_topic(void)
{
    Rig rig = {0};
    new_rig(&rig, &models[0]);
    open_broker(&rig);
    open_store(&rig);
    update(&rig, 0, 1, 500);
    flush(&rig);
    checkpoint(&rig);
    close_store(&rig);
    close_broker(&rig);
    model_free(&rig.model);
    rig.model = models[0];
    model_init(&rig.model);
    open_broker(&rig);
    open_store(&rig);
    restore(&rig);
    model_compare(&rig.model, rig.arena); /* Empty. */
    update(&rig, 0, 1, 20);
    model_compare(&rig.model, rig.arena);
    close_store(&rig);
    close_broker(&rig);
    free_rig(&rig);
}

/* Much more than fits into memory: sorted files are ingested. */
static void test_bulk(void)
{
    enum { KEYS = 90000, BATCH = 1000 };
    Rig rig = {.memory_max_bytes = 12 << 20};
    new_rig(&rig, &models[0]);
    open_broker(&rig);
    static char keys[BATCH][16];
    Record records[BATCH];
    for (int i = 0; i < 2 * KEYS; i += BATCH) {
        for (int j = 0; j < BATCH; j++) {
            int n = snprintf(keys[j], sizeof keys[j], "k%d",
                             (int)((int64_t)(i + j) * 7919 % KEYS));
            /* The second time round each tenth key is deleted. */
            bool gone = i >= KEYS && (i + j) % 10 == 0;
            records[j] = (Record){
                .key = {keys[j], (size_t)n},
                .value = gone ? STR_NULL : (Str){keys[j] + 1, (size_t)n - 1},
                .timestamp_ms = i >= KEYS,
            };
        }
        CHECK(producer_send(rig.producer, rig.arena, TOPIC, 0, records, BATCH)
                  .kind == ST_OK);
    }
    CHECK(producer_flush(rig.producer, rig.arena, 1000).kind == ST_OK);
    open_store(&rig);
    CHECK(restore(&rig) == 2 * KEYS);
    int gone = 0;
    for (int i = 0; i < KEYS; i++) {
        int n = snprintf(keys[0], sizeof keys[0], "k%d",
                         (int)((int64_t)(i + KEYS) * 7919 % KEYS));
        StoreEntry *e = store_get(rig.model.store, (Str){keys[0], (size_t)n});
        CHECK((e == NULL) == ((i + KEYS) % 10 == 0));
        if (!e) gone++;
        if (e)
            CHECK(e->timestamp_ms == 1 &&
                  str_eq((Str){e->value, e->value_len},
                         (Str){keys[0] + 1, (size_t)n - 1}));
    }
    CHECK(gone == KEYS / 10);
    StoreStats stats;
    store_stats(rig.model.store, &stats);
    CHECK(stats.memory_bytes < (12 << 20) + (1 << 20));
    close_store(&rig);
    close_broker(&rig);
    free_rig(&rig);
}

/* ---- kill -9 ---- */

enum { KILL_COMMITS = 40 };

/* Works and commits until it is killed; a byte a commit to the pipe. */
static void work(Rig *rig, int pipe_end, int commits)
{
    open_broker(rig);
    open_store(rig);
    restore(rig);
    for (int i = 0; i < commits; i++) {
        update(rig, i, KILL_COMMITS, 60);
        flush(rig);
        if (pipe_end >= 0 && write(pipe_end, "x", 1) != 1) _exit(1);
        checkpoint(rig);
    }
}

static int run_and_kill(Rig *rig, uint32_t after_commits, uint32_t then_us)
{
    int ends[2];
    if (pipe(ends)) return 0;
    pid_t pid = fork();
    if (!pid) {
        close(ends[0]);
        work(rig, ends[1], KILL_COMMITS);
        _exit(checks_failed != 0);
    }
    close(ends[1]);
    char byte;
    int commits = 0;
    while (commits < (int)after_commits && read(ends[0], &byte, 1) == 1)
        commits++;
    usleep(then_us);
    kill(pid, SIGKILL);
    int status;
    waitpid(pid, &status, 0);
    CHECK(!WIFEXITED(status) || WEXITSTATUS(status) == 0);
    while (read(ends[0], &byte, 1) == 1)
        commits++;
    close(ends[0]);
    return commits;
}

/* Restores the store that `killed` left from a changelog that has its first
 * `commits` commits and no more. Returns the records to be read, and how many
 * there are in all. */
static int64_t check_left_behind(Rig *killed, int commits, int64_t *end)
{
    Rig again = {.memory_max_bytes = killed->memory_max_bytes};
    new_rig(&again, killed->origin);
    work(&again, -1, commits); /* The same work again. */
    close_store(&again);
    killed->broker = again.broker;
    killed->producer = again.producer;
    model_free(&killed->model);
    killed->model = again.model;
    open_store(killed);
    int64_t total = restore(killed);
    *end = topic_end(killed);
    model_compare(&killed->model, killed->arena);
    close_store(killed);
    close_broker(killed);
    CHECK(state_destroy(killed->arena, str_from(killed->directory)).kind ==
          ST_OK);
    arena_free(killed->arena);
    free_rig(&again);
    return total;
}

/* Runs in a process of its own, since RocksDB's threads do not survive a
 * fork; the caller has not opened anything. */
static void check_after_kill(const Model *model, size_t memory_max_bytes,
                             uint32_t after_commits, uint32_t then_us)
{
    Rig killed = {.memory_max_bytes = memory_max_bytes};
    new_rig(&killed, model);
    int commits = run_and_kill(&killed, after_commits, then_us);
    int64_t end;
    int64_t total = check_left_behind(&killed, commits, &end);
    /* Without memory pressure only what two commits wrote is read. */
    if (!memory_max_bytes && commits > 8) CHECK(total < end / 3);
}

/* What was written early and never got into the changelog is not there after
 * a restore, although RocksDB has it. */
static void test_ahead(const Model *model)
{
    Rig lost = {.memory_max_bytes = 30000};
    new_rig(&lost, model);
    work(&lost, -1, 5);
    update(&lost, 6, KILL_COMMITS, 1000);
    close_store(&lost);
    close_broker(&lost);
    int64_t end;
    CHECK(check_left_behind(&lost, 5, &end) == end); /* All was read. */
}

static void test_kill(void)
{
    Model dice = {.seed = 42};
    for (int i = 0; i < 12; i++) {
        uint32_t commits = 1 + model_random(&dice, KILL_COMMITS - 5);
        uint32_t then_us = model_random(&dice, 4000);
        pid_t pid = fork();
        if (!pid) {
            checks_failed = 0;
            check_after_kill(&models[i % MODELS], i % 2 ? 0 : 30000, commits,
                             then_us);
            _exit(checks_failed != 0);
        }
        int status;
        waitpid(pid, &status, 0);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

/* A disk that takes no more: the checkpoint fails with a reason, the process
 * lives and closes, and later all is there. In a process of its own, for the
 * limit. */
static void fill_disk(void)
{
    Rig rig = {0};
    Model model = models[0];
    model.users = 4000;
    new_rig(&rig, &model);
    open_broker(&rig);
    open_store(&rig);
    update(&rig, 0, 1, 100);
    flush(&rig);
    checkpoint(&rig);
    struct rlimit unlimited, limit;
    CHECK(!getrlimit(RLIMIT_FSIZE, &unlimited));
    limit = unlimited;
    limit.rlim_cur = 64 << 10;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(!setrlimit(RLIMIT_FSIZE, &limit));
    update(&rig, 0, 1, 8000);
    flush(&rig);
    Status st = state_checkpoint(rig.db, rig.arena, rig.broker, STR("0_0"),
                                 &rig.model.store, 1, STR("full"));
    CHECK(st.kind == ST_FATAL);
    CHECK(strstr(st.text, "cannot write state") != NULL);
    model_compare(&rig.model, rig.arena);
    close_store(&rig);
    CHECK(!setrlimit(RLIMIT_FSIZE, &unlimited));
    open_store(&rig);
    Str position;
    CHECK(state_position(rig.db, rig.arena, STR("0_0"), &position).kind ==
          ST_OK);
    CHECK_STR(position, "here");
    restore(&rig);
    model_compare(&rig.model, rig.arena);
    checkpoint(&rig);
    close_store(&rig);
    close_broker(&rig);
    free_rig(&rig);
}

static void test_full_disk(void)
{
    pid_t pid = fork();
    if (!pid) {
        fill_disk();
        _exit(checks_failed != 0);
    }
    int status;
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- damage ---- */

static bool find_file(const char *directory, const char *part, char *path,
                      size_t size)
{
    bool found = false;
    DIR *dir = opendir(directory);
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        if (!strstr(d->d_name, part)) continue;
        found = true;
        snprintf(path, size, "%s/%s", directory, d->d_name);
    }
    if (dir) closedir(dir);
    return found;
}

static void truncate_file(const char *path)
{
    struct stat info;
    CHECK(!stat(path, &info));
    CHECK(!truncate(path, info.st_size / 2));
}

static void remove_file(const char *path)
{
    CHECK(!unlink(path));
}

static void scribble(const char *path)
{
    int fd = open(path, O_WRONLY);
    char noise[64];
    memset(noise, 0x5a, sizeof noise);
    CHECK(pwrite(fd, noise, sizeof noise, 8) == (ssize_t)sizeof noise);
    close(fd);
}

typedef enum Finding {
    AT_OPEN, /* Set aside at once. */
    AT_READ, /* Set aside at the next opening. */
    AS_OLD,  /* A manifest cut short is that of an earlier time. */
} Finding;

typedef struct Damage {
    const char *file;
    void (*harm)(const char *path);
    Finding finding;
} Damage;

static const Damage damages[] = {
    {"CURRENT", remove_file, AT_OPEN},   {"CURRENT", scribble, AT_OPEN},
    {"CURRENT", truncate_file, AT_OPEN}, {"MANIFEST", truncate_file, AS_OLD},
    {"MANIFEST", scribble, AT_OPEN},     {"MANIFEST", remove_file, AT_OPEN},
    {".sst", truncate_file, AT_OPEN},    {".sst", remove_file, AT_OPEN},
    {".sst", scribble, AT_READ},
};

static void remove_aside(Rig *rig)
{
    char aside[128];
    snprintf(aside, sizeof aside, "%s.damaged-1", rig->directory);
    CHECK(!access(aside, F_OK));
    CHECK(state_destroy(rig->arena, str_from(aside)).kind == ST_OK);
}

static void read_damaged(Rig *rig)
{
    StateDb *db = NULL;
    CHECK(state_open(rig->arena, str_from(rig->directory), NULL, &db).kind ==
          ST_OK);
    StoreOptions options = {
        .name = STR("0_0/agg"), .producer = rig->producer, .changelog = TOPIC};
    Store *store = NULL;
    /* The scribble may be in the family of offsets; then it shows here. */
    Status st = store_open(db, rig->arena, &options, &store);
    for (int at = 0; store && at < model_count(&rig->model); at++) {
        ModelKey key;
        store_get(store, model_key(&rig->model, at, &key));
    }
    if (store) st = store_status(store);
    CHECK(st.kind == ST_FATAL);
    CHECK(strstr(st.text, "start the query again") != NULL);
    if (store) { /* What was made of it goes nowhere. */
        CHECK(store_flush(store, rig->arena).kind == ST_FATAL);
        store_close(store);
    }
    state_close(db);
}

static void test_damage(const Damage *damage)
{
    Rig rig = {0};
    new_rig(&rig, &models[0]);
    open_broker(&rig);
    open_store(&rig);
    update(&rig, 0, 1, 2000);
    flush(&rig);
    checkpoint(&rig);
    close_store(&rig);
    char path[512];
    CHECK(find_file(rig.directory, damage->file, path, sizeof path));
    damage->harm(path);
    if (damage->finding == AT_READ) read_damaged(&rig);
    open_store(&rig);
    CHECK(restore(&rig) == topic_end(&rig));
    model_compare(&rig.model, rig.arena);
    close_store(&rig);
    close_broker(&rig);
    if (damage->finding != AS_OLD) remove_aside(&rig);
    free_rig(&rig);
}

/* Killed while the database was made: there is nothing to set aside. */
static void test_half_made(void)
{
    static const char *const files[] = {"MANIFEST-000001", "000001.dbtmp",
                                        "IDENTITY"};
    Rig rig = {0};
    new_rig(&rig, &models[0]);
    CHECK(state_reserve(rig.arena, str_from(rig.directory)).kind == ST_OK);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", rig.directory, files[i]);
        close(open(path, O_WRONLY | O_CREAT, 0644));
    }
    open_broker(&rig);
    open_store(&rig);
    CHECK(restore(&rig) == topic_end(&rig));
    close_store(&rig);
    close_broker(&rig);
    char aside[128];
    snprintf(aside, sizeof aside, "%s.damaged-1", rig.directory);
    CHECK(access(aside, F_OK));
    free_rig(&rig);
}

/* ---- several tasks ---- */

enum { TASKS = 4 };

/* One begins like others. */
static const char *const task_names[TASKS] = {"0_1", "0_10", "0_2", "0_11"};

typedef struct TaskRun {
    Rig rig;
    char task[16], store[24];
    StateDb *db;
    pthread_t thread;
} TaskRun;

static void open_task_store(TaskRun *run)
{
    StoreOptions options = {.name = str_from(run->store),
                            .kind = run->rig.model.kind,
                            .retention_ms = run->rig.model.retention_ms,
                            .keep_old = run->rig.model.keep_old};
    CHECK(store_open(run->db, run->rig.arena, &options, &run->rig.model.store)
              .kind == ST_OK);
}

/* CHECK counts without locks, which loses counts but no failures we need. */
static void *run_task(void *context)
{
    TaskRun *run = context;
    Model *m = &run->rig.model;
    for (int i = 0; i < 20; i++) {
        update(&run->rig, i, 20, 100);
        model_flush(m, run->rig.arena);
        CHECK(state_checkpoint(run->db, run->rig.arena, NULL,
                               str_from(run->task), &m->store, 1,
                               str_from(run->task))
                  .kind == ST_OK);
    }
    store_close(m->store);
    return NULL;
}

/* Nothing is left of the task: neither rows nor a position. */
static void forget_task(TaskRun *run, Arena *arena)
{
    bool any;
    Str position;
    StoreStats stats;
    CHECK(!state_forget(run->db, arena, str_from(run->task), &any).kind && any);
    CHECK(!state_forget(run->db, arena, str_from(run->task), &any).kind);
    CHECK(!any);
    CHECK(!state_position(run->db, arena, str_from(run->task), &position).kind);
    CHECK(!position.ptr);
    open_task_store(run);
    store_stats(run->rig.model.store, &stats);
    CHECK(stats.key_count == 0 && store_offset(run->rig.model.store) < 0);
    store_close(run->rig.model.store);
}

/* Tasks on threads of their own in one database; then one is forgotten. */
static void test_tasks(void)
{
    Arena *arena = arena_new("tasks", 0);
    char directory[64];
    snprintf(directory, sizeof directory, "/tmp/millrace-test-tasks-%d",
             (int)getpid());
    StateOptions options = {.memory_max_bytes = 400000};
    StateDb *db = NULL;
    CHECK(state_open(arena, str_from(directory), &options, &db).kind == ST_OK);
    TaskRun runs[TASKS];
    for (int i = 0; i < TASKS; i++) {
        runs[i] = (TaskRun){.db = db};
        new_rig(&runs[i].rig, &models[i % MODELS]);
        snprintf(runs[i].task, sizeof runs[i].task, "%s", task_names[i]);
        snprintf(runs[i].store, sizeof runs[i].store, "%s/agg", task_names[i]);
        open_task_store(&runs[i]);
    }
    for (int i = 0; i < TASKS; i++)
        pthread_create(&runs[i].thread, NULL, run_task, &runs[i]);
    for (int i = 0; i < TASKS; i++)
        pthread_join(runs[i].thread, NULL);
    state_close(db);
    CHECK(state_open(arena, str_from(directory), &options, &db).kind == ST_OK);
    runs[0].db = db;
    forget_task(&runs[0], arena);
    free_rig(&runs[0].rig);
    for (int i = 1; i < TASKS; i++) {
        Str position;
        CHECK(
            state_position(db, arena, str_from(runs[i].task), &position).kind ==
            ST_OK);
        CHECK_STR(position, runs[i].task);
        runs[i].db = db;
        open_task_store(&runs[i]);
        model_compare(&runs[i].rig.model, arena);
        store_close(runs[i].rig.model.store);
        free_rig(&runs[i].rig);
    }
    state_close(db);
    CHECK(state_destroy(arena, str_from(directory)).kind == ST_OK);
    arena_free(arena);
}

int main(void)
{
    log_set_level(STR("error"));
    /* First: nothing is open yet that a fork would break. */
    test_full_disk();
    test_kill();
    for (int i = 0; i < MODELS; i++) {
        test_restore(&models[i], false);
        test_restore(&models[i], true);
        test_follow(&models[i], false);
        test_follow(&models[i], true);
    }
    test_ahead(&models[0]);
    test_ahead(&models[2]);
    test_stop();
    test_new_topic();
    test_bulk();
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        int before = checks_failed;
        test_damage(&damages[i]);
        if (checks_failed > before)
            fprintf(stderr, "in damage %zu of '%s'\n", i, damages[i].file);
    }
    test_half_made();
    test_tasks();
    return check_done();
}
