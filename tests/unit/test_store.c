/* SPDX-License-Identifier: Apache-2.0
 *
 * Stores against a model: random updates, deletes, reads, scans, flushes,
 * checkpoints and reopenings, for each kind, in memory and on disk, with plenty
 * of memory and with so little that entries are evicted and written early.
 */
#include "state/store.h"

#include <sys/stat.h>

#include "base/log.h"
#include "tests/unit/store_model.h"

static char directory[64];

static void new_directory(void)
{
    static int number;
    snprintf(directory, sizeof directory, "/tmp/millrace-test-store-%d-%d",
             (int)getpid(), number++);
}

typedef struct Case {
    const char *name;
    StoreKind kind;
    bool on_disk, keep_old, caching;
    size_t memory_max_bytes;
    int users, times, rounds;
    int64_t retention_ms;
} Case;

/* With times of 10 s, 200 of them are 2000 s. */
static const Case cases[] = {
    {"keyed, memory", STORE_KEYED, false, false, false, 0, 500, 1, 3000, 0},
    {"keyed, disk", STORE_KEYED, true, false, false, 0, 500, 1, 3000, 0},
    {"keyed, old values", STORE_KEYED, true, true, true, 0, 500, 1, 3000, 0},
    {"keyed, tiny", STORE_KEYED, true, false, false, 40000, 2000, 1, 6000, 0},
    {"keyed, tiny, old values", STORE_KEYED, true, true, true, 40000, 1000, 1,
     6000, 0},
    {"keyed, nothing", STORE_KEYED, true, false, false, 1, 300, 1, 3000, 0},
    {"window, memory", STORE_WINDOW, false, true, true, 0, 20, 200, 4000,
     300000},
    {"window, disk", STORE_WINDOW, true, false, false, 0, 20, 200, 4000,
     300000},
    {"window, tiny", STORE_WINDOW, true, false, false, 60000, 40, 200, 6000,
     300000},
    {"window, short", STORE_WINDOW, true, true, false, 60000, 40, 200, 4000,
     20000},
    {"session, disk", STORE_SESSION, true, true, true, 0, 20, 200, 4000,
     500000},
    {"session, tiny", STORE_SESSION, true, false, false, 60000, 40, 200, 6000,
     500000},
};

static StateDb *open_state(Arena *arena, const Case *c)
{
    StateOptions options = {.memory_max_bytes = c->memory_max_bytes};
    StateDb *db = NULL;
    Status st = state_open(arena, c->on_disk ? str_from(directory) : STR_NULL,
                           &options, &db);
    if (st.kind) fprintf(stderr, "%s: %s\n", c->name, st.text);
    CHECK(st.kind == ST_OK);
    return db;
}

static Store *open_store(StateDb *db, Arena *arena, const Case *c)
{
    StoreOptions options = {
        .name = STR("0_0/agg"),
        .kind = c->kind,
        .retention_ms = c->retention_ms,
        .keep_old = c->keep_old,
        .caching = c->caching,
    };
    Store *store = NULL;
    CHECK(store_open(db, arena, &options, &store).kind == ST_OK);
    return store;
}

static void checkpoint(StateDb *db, Arena *arena, Model *m)
{
    model_flush(m, arena);
    ModelKey position;
    int n = snprintf(position.bytes, sizeof position.bytes, "%lld",
                     (long long)m->seed);
    Str text = {position.bytes, (size_t)n};
    Status st = state_checkpoint(db, arena, NULL, STR("0_0"), &m->store, 1,
                                 text);
    if (st.kind) fprintf(stderr, "checkpoint: %s\n", st.text);
    CHECK(st.kind == ST_OK);
    Str back;
    CHECK(state_position(db, arena, STR("0_0"), &back).kind == ST_OK);
    CHECK(str_eq(back, text));
}

/* One random operation; `round` moves time on. */
static void operate(Model *m, Arena *arena, int round, int rounds)
{
    int time = (int)((int64_t)round * m->times / rounds);
    int late = (int)model_random(m, 50)
                   ? time - (int)model_random(m, 4)
                   : (int)model_random(m, 1 + (uint32_t)time);
    int at = (int)model_random(m, (uint32_t)m->users) * m->times +
             (late > 0 ? late : 0);
    switch (model_random(m, 20)) {
    case 0: model_put_many(m, time, 1 + (int)model_random(m, 250)); break;
    case 1:
    case 2:
    case 3: model_delete(m, at); break;
    case 4:
    case 5:
    case 6:
    case 7: model_get(m, at); break;
    case 8:
        if (!model_random(m, 10)) model_scan_random(m, arena);
        if (m->kind != STORE_KEYED && round > rounds / 4)
            model_scan_key_random(m, arena);
        break;
    default: model_put(m, at);
    }
}

static void run(const Case *c, uint64_t seed)
{
    Arena *arena = arena_new("test", 0);
    new_directory();
    StateDb *db = open_state(arena, c);
    Model m = {
        .kind = c->kind,
        .users = c->users,
        .times = c->times,
        .step_ms = 10000,
        .retention_ms = c->retention_ms,
        .keep_old = c->keep_old,
        .seed = seed,
    };
    model_init(&m);
    m.store = open_store(db, arena, c);
    int before = checks_failed;
    for (int round = 0; round < c->rounds; round++) {
        operate(&m, arena, round, c->rounds);
        if (round % 97 == 96) model_flush(&m, arena);
        if (!c->on_disk) continue;
        if (round % 401 == 400) checkpoint(db, arena, &m);
        if (round % 1501 != 1500) continue;
        checkpoint(db, arena, &m);
        store_close(m.store);
        if (round % 2) { /* Else the database stays open. */
            state_close(db);
            db = open_state(arena, c);
        }
        m.store = open_store(db, arena, c);
        model_compare(&m, arena);
    }
    model_compare(&m, arena);
    CHECK(store_status(m.store).kind == ST_OK);
    if (checks_failed > before) fprintf(stderr, "in case '%s'\n", c->name);
    store_close(m.store);
    state_close(db);
    if (c->on_disk)
        CHECK(state_destroy(arena, str_from(directory)).kind == ST_OK);
    CHECK(access(directory, F_OK) != 0);
    model_free(&m);
    arena_free(arena);
}

/* What is in memory stays under the limit, whatever is written. */
static void test_memory_limit(void)
{
    Arena *arena = arena_new("test", 0);
    new_directory();
    Case c = {"limit", STORE_KEYED, true, false, false, 200000, 0, 1, 0, 0};
    StateDb *db = open_state(arena, &c);
    Store *store = open_store(db, arena, &c);
    int64_t most = 0;
    for (int i = 0; i < 20000; i++) {
        char key[32];
        int n = snprintf(key, sizeof key, "key%d", i * 7919 % 20000);
        StoreEntry *e = store_upsert(store, (Str){key, (size_t)n});
        CHECK(e && !e->value);
        memcpy(store_value_room(store, e, 8), &i, sizeof i);
        store_mark(store, e, i);
        StoreStats stats;
        store_stats(store, &stats);
        if (stats.memory_bytes > most) most = stats.memory_bytes;
    }
    /* Twice: while entries are written early they are there in two copies. */
    CHECK(most < 2 * 200000);
    for (int i = 0; i < 20000; i++) {
        char key[32];
        int n = snprintf(key, sizeof key, "key%d", i * 7919 % 20000);
        StoreEntry *e = store_get(store, (Str){key, (size_t)n});
        CHECK(e && e->value && !memcmp(e->value, &i, sizeof i));
    }
    store_close(store);
    state_close(db);
    CHECK(state_destroy(arena, str_from(directory)).kind == ST_OK);
    arena_free(arena);
}

/* Deleted keys and entries never filled do not stay in memory. */
static void test_no_remains(void)
{
    Arena *arena = arena_new("test", 0);
    Case c = {"remains", STORE_KEYED, false, true, true, 0, 0, 1, 0, 0};
    StateDb *db = open_state(arena, &c);
    Store *store = open_store(db, arena, &c);
    StoreStats stats;
    for (int i = 0; i < 100; i++) {
        Str key = {(const char *)&i, sizeof i};
        StoreEntry *e = store_upsert(store, key);
        if (i % 2) continue;
        store_value_room(store, e, 100);
        memset(e->value, i, 100);
        store_mark(store, e, i);
    }
    CHECK(store_flush(store, arena).kind == ST_OK);
    store_stats(store, &stats);
    CHECK(stats.entry_count == 50);
    for (int i = 0; i < 100; i += 2)
        store_delete(store, store_get(store, (Str){(char *)&i, sizeof i}), i);
    CHECK(store_dirty_count(store) == 50);
    CHECK(store_flush(store, arena).kind == ST_OK);
    store_stats(store, &stats);
    CHECK(stats.entry_count == 0);
    store_close(store);
    state_close(db);
    arena_free(arena);
}

/* The dirty list is in the order of the last touch. */
static void test_dirty_order(void)
{
    Arena *arena = arena_new("test", 0);
    Case c = {"order", STORE_KEYED, false, false, true, 0, 0, 1, 0, 0};
    StateDb *db = open_state(arena, &c);
    Store *store = open_store(db, arena, &c);
    const char *touches = "abcdbea";
    for (const char *at = touches; *at; at++) {
        StoreEntry *e = store_upsert(store, (Str){at, 1});
        *store_value_room(store, e, 1) = 'x';
        store_mark(store, e, 0);
    }
    char order[16];
    int n = 0;
    for (StoreEntry *e = store_dirty_first(store); e; e = e->dirty_next)
        order[n++] = e->key[0];
    CHECK_STR(((Str){order, (size_t)n}), "cdbea");
    store_close(store);
    state_close(db);
    arena_free(arena);
}

static void test_errors(void)
{
    Arena *arena = arena_new("test", 0);
    StateDb *db = NULL;
    Status st = state_open(arena, STR("/proc/none/state"), NULL, &db);
    CHECK(st.kind == ST_FATAL && !db);
    CHECK(strstr(st.text, "'/proc/none'") != NULL);
    CHECK(state_destroy(arena, STR("/tmp/millrace-not-there")).kind == ST_OK);
    CHECK(state_rocksdb_version()[0] >= '6');
    arena_free(arena);
}

/* A second opener is told, and the database is left as it is. */
static void test_locked(void)
{
    Arena *arena = arena_new("test", 0);
    new_directory();
    Case c = {.name = "locked", .on_disk = true};
    StateDb *db = open_state(arena, &c);
    StateDb *other = NULL;
    Status st = state_open(arena, str_from(directory), NULL, &other);
    CHECK(st.kind == ST_FATAL && !other);
    state_close(db);
    CHECK(state_destroy(arena, str_from(directory)).kind == ST_OK);
    arena_free(arena);
}

/* What was made and deleted between two flushes owes nobody a tombstone; what
 * was flushed does. */
static void test_unborn(void)
{
    Arena *arena = arena_new("test", 0);
    Case c = {"unborn", STORE_KEYED, false, true, true, 0, 0, 1, 0, 0};
    StateDb *db = open_state(arena, &c);
    Store *store = open_store(db, arena, &c);
    for (int i = 0; i < 5000; i++) {
        Str key = {(const char *)&i, sizeof i};
        StoreEntry *entry = store_upsert(store, key);
        memset(store_value_room(store, entry, 8), 1, 8);
        store_mark(store, entry, i);
        if (i != 7) store_delete(store, store_upsert(store, key), i);
        CHECK(store_dirty_count(store) == (i >= 7));
    }
    StoreStats stats;
    store_stats(store, &stats);
    CHECK(stats.entry_count < 2000); /* They do not gather. */
    CHECK(store_flush(store, arena).kind == ST_OK);
    int kept = 7;
    StoreEntry *entry = store_upsert(store,
                                     (Str){(const char *)&kept, sizeof kept});
    store_delete(store, entry, 9);
    CHECK(store_dirty_count(store) == 1);
    store_close(store);
    state_close(db);
    arena_free(arena);
}

/* Counts up random keys of one store, committing now and then. */
static void count_keys(Store *store, StateDb *db, Arena *arena, uint32_t seed)
{
    for (uint32_t i = 0; i < 20000; i++) {
        char key[16];
        seed = seed * 1664525u + 1013904223u;
        int n = snprintf(key, sizeof key, "k%u", (seed >> 8) % 6000);
        StoreEntry *entry = store_upsert(store, (Str){key, (size_t)n});
        bool is_new = !entry->value;
        int64_t *count = (int64_t *)store_value_room(store, entry, 8);
        *count = is_new ? 1 : *count + 1;
        store_mark(store, entry, i);
        if (i % 1000) continue;
        CHECK(store_flush(store, arena).kind == ST_OK);
        CHECK(state_checkpoint(db, arena, NULL, STR("0_0"), &store, 1, STR_NULL)
                  .kind == ST_OK);
    }
}

static bool add_count(void *context, Str key, Str value, int64_t timestamp_ms)
{
    (void)key, (void)timestamp_ms;
    int64_t count;
    memcpy(&count, value.ptr, sizeof count);
    *(int64_t *)context += count;
    return true;
}

/* Two databases under one limit: together they stay within it, and nothing is
 * lost. */
static void test_shared_limit(void)
{
    Arena *arena = arena_new("test", 0);
    StateMemory *memory = state_memory_new(300000);
    StateOptions options = {.memory = memory};
    StateDb *dbs[2];
    Store *stores[2];
    char names[2][sizeof directory + 2];
    for (int i = 0; i < 2; i++) {
        StoreOptions store = {.name = STR("0_0/agg"), .kind = STORE_KEYED};
        new_directory();
        snprintf(names[i], sizeof names[i], "%s", directory);
        CHECK(!state_open(arena, str_from(names[i]), &options, &dbs[i]).kind);
        CHECK(!store_open(dbs[i], arena, &store, &stores[i]).kind);
    }
    int64_t used = 0;
    for (int i = 0; i < 2; i++)
        count_keys(stores[i], dbs[i], arena, 7 + (uint32_t)i);
    for (int i = 0; i < 2; i++) {
        StoreStats stats;
        int64_t counted = 0;
        CHECK(!store_flush(stores[i], arena).kind);
        store_stats(stores[i], &stats);
        used += stats.memory_bytes;
        CHECK(!store_scan(stores[i], arena, STR(""), STR_NULL, add_count,
                          &counted)
                   .kind);
        CHECK(counted == 20000);
    }
    CHECK(used < 330000);
    for (int i = 0; i < 2; i++) {
        store_close(stores[i]);
        state_close(dbs[i]);
        CHECK(!state_destroy(arena, str_from(names[i])).kind);
    }
    state_memory_free(memory);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        run(&cases[i], seed);
    test_memory_limit();
    test_shared_limit();
    test_unborn();
    test_no_remains();
    test_dirty_order();
    test_errors();
    test_locked();
    return check_done();
}
