/* SPDX-License-Identifier: Apache-2.0
 *
 * Pull queries at the engine's door, with threads: readers ask all the time
 * while records come in, while tables are replaced and dropped under them, and
 * after a restart. An answer is right or says why there is none.
 */
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "tests/unit/check.h"

enum { KEYS = 50, ROUNDS = 40, READERS = 3 };

typedef struct World {
    Arena *arena;
    mr_Engine *engine;
    mr_Session *session;
    char directory[64];
    atomic_bool stop;
    atomic_int answers, refusals;
} World;

static void open_world(World *w)
{
    Map settings = {0};
    Str earliest = STR("earliest"), commit = STR("50");
    map_put(w->arena, &settings, STR("auto.offset.reset"), &earliest);
    map_put(w->arena, &settings, STR("commit.interval.ms"), &commit);
    mr_Options options = {.mode = MR_INTERACTIVE,
                          .settings = &settings,
                          .data_directory = str_from(w->directory)};
    Status st = mr_open(w->arena, &options, &w->engine);
    if (st.kind) fprintf(stderr, "%s\n", st.text);
    CHECK(!st.kind);
    w->session = mr_session_open(w->engine);
}

static void close_world(World *w)
{
    mr_session_close(w->session);
    mr_close(w->engine);
}

static void execute(World *w, const char *sql)
{
    mr_Sink sink = {0};
    Status st = mr_execute(w->session, w->arena, str_from(sql), &sink);
    if (st.kind) fprintf(stderr, "%s: %s\n", sql, st.text);
    CHECK(!st.kind);
}

typedef struct Answer {
    int rows;
    int64_t sum; /* Of the second column. */
    bool has_header;
} Answer;

static void take_header(void *context, Str id, const Schema *schema)
{
    (void)schema;
    ((Answer *)context)->has_header = str_starts_with(id, STR("query_"));
}

static bool take_row(void *context, const Schema *schema, const Value *values,
                     bool tombstone)
{
    Answer *answer = context;
    (void)tombstone;
    CHECK(schema->count == 2 && answer->has_header);
    answer->rows++;
    answer->sum += values[1].i64;
    return true;
}

static Status ask(mr_Session *session, Arena *arena, const char *sql,
                  Answer *answer)
{
    *answer = (Answer){0};
    mr_Sink sink = {.context = answer, .header = take_header, .row = take_row};
    return mr_execute(session, arena, str_from(sql), &sink);
}

static void *reader(void *context)
{
    World *w = context;
    Arena *arena = arena_new("reader", 0);
    mr_Session *session = mr_session_open(w->engine);
    uint64_t seed = (uint64_t)(uintptr_t)&arena;
    while (!atomic_load(&w->stop)) {
        char sql[64];
        Answer answer;
        arena_reset(arena);
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int key = (int)((seed >> 33) % (2 * KEYS));
        snprintf(sql, sizeof sql,
                 key < KEYS ? "SELECT * FROM t WHERE id = %d;"
                            : "SELECT * FROM t;",
                 key);
        Status st = ask(session, arena, sql, &answer);
        if (!st.kind) {
            CHECK(answer.has_header && answer.rows <= (key < KEYS ? 1 : KEYS));
            CHECK(answer.sum >= answer.rows);
            atomic_fetch_add(&w->answers, 1);
        } else {
            /* Dropped, or just being made. */
            CHECK(st.kind != ST_FATAL && str_from(st.text).len > 0);
            CHECK(answer.rows == 0 || key >= KEYS);
            atomic_fetch_add(&w->refusals, 1);
        }
    }
    mr_session_close(session);
    arena_free(arena);
    return NULL;
}

static void insert_all(World *w)
{
    Buf sql = {0};
    for (int i = 0; i < KEYS; i++)
        buf_printf(&sql, "INSERT INTO s (id, v) VALUES (%d, 1);", i);
    buf_push(&sql, 0);
    execute(w, sql.ptr);
    buf_free(&sql);
}

/* Asks until the answer is complete. */
static void await_sum(World *w, const char *sql, int64_t sum)
{
    Answer answer = {0};
    Status st = st_ok();
    for (int i = 0; i < 1000; i++) {
        st = ask(w->session, w->arena, sql, &answer);
        if (!st.kind && answer.sum == sum) break;
        clock_sleep_ms(10);
    }
    if (st.kind) fprintf(stderr, "%s: %s\n", sql, st.text);
    CHECK(answer.sum == sum);
}

static void test_changes(World *w)
{
    pthread_t threads[READERS];
    execute(w, "CREATE STREAM s (id INT KEY, v BIGINT) WITH (kafka_topic='s', "
               "partitions=3, value_format='JSON');");
    execute(w, "CREATE TABLE t AS SELECT id, SUM(v) AS n FROM s GROUP BY id;");
    for (int i = 0; i < READERS; i++)
        pthread_create(&threads[i], NULL, reader, w);
    for (int round = 0; round < ROUNDS; round++) {
        insert_all(w);
        if (round % 8 == 3)
            execute(w, "CREATE OR REPLACE TABLE t AS SELECT id, SUM(v) AS n "
                       "FROM s WHERE v < 1000 GROUP BY id;");
        if (round % 8 == 7) {
            execute(w, "DROP TABLE t;");
            execute(w, "CREATE TABLE t AS SELECT id, SUM(v) AS n FROM s GROUP "
                       "BY id;");
        }
    }
    await_sum(w, "SELECT * FROM t;", (int64_t)KEYS * ROUNDS);
    atomic_store(&w->stop, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    CHECK(w->answers > 0);
    await_sum(w, "SELECT * FROM t WHERE id = 7;", ROUNDS);
    await_sum(w, "SELECT * FROM t WHERE id = 8;", ROUNDS);
}

/* The command log knows of source tables; state is there again. */
static void test_restart(World *w)
{
    execute(w, "CREATE SOURCE TABLE c (id INT PRIMARY KEY, v BIGINT) WITH "
               "(kafka_topic='s', value_format='JSON');");
    await_sum(w, "SELECT id, v FROM c;", KEYS);
    for (int i = 0; i < 2; i++) {
        close_world(w);
        open_world(w);
        await_sum(w, "SELECT * FROM t;", (int64_t)KEYS * ROUNDS);
        await_sum(w, "SELECT id, v FROM c WHERE id = 3;", 1);
    }
    execute(w, "DROP TABLE c;");
    Answer answer;
    CHECK(
        ask(w->session, w->arena, "SELECT id, v FROM c WHERE id = 3;", &answer)
            .kind == ST_USER);
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

int main(void)
{
    World w = {.arena = arena_new("test", 0)};
    log_set_level(STR("error"));
    snprintf(w.directory, sizeof w.directory, "/tmp/millrace-test-pull-%d",
             (int)getpid());
    open_world(&w);
    test_changes(&w);
    test_restart(&w);
    close_world(&w);
    nftw(w.directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(w.arena);
    return check_done();
}
