/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a store from other threads. Its owner moves coins between accounts,
 * one move a record: accounts come and go, are evicted, flushed and written.
 * Whatever a scan sees is the state between two records, or the coins would not
 * add up; and its keys come in order. Run it under ThreadSanitizer.
 */
#include "state/store_view.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/store_model.h"

enum {
    ACCOUNTS = 3000,
    COINS = 10, /* Each has in the beginning. */
    BATCHES = 500,
    BATCH = 64,
    SCANS = 10,
};

static Arena *arena;

/* One way of keeping the accounts. */
typedef struct Way {
    const char *name;
    bool on_disk, keep_old;
    size_t memory_max_bytes;
} Way;

static const Way ways[] = {
    {"memory", false, false, 0},
    {"memory, old values", false, true, 0},
    {"disk", true, false, 0},
    {"disk, hardly any memory", true, false, 60000},
};

typedef struct Bank {
    const Way *way;
    StateDb *db;
    Store *store;
    StoreView *view;
    char directory[64];
    uint64_t seed;
    atomic_bool stop;
    atomic_int scans, looks;
} Bank;

static Str account(int number, char bytes[16])
{
    return (Str){bytes, (size_t)snprintf(bytes, 16, "account-%d", number)};
}

static int random_below(uint64_t *seed, int below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((*seed >> 33) % (unsigned)below);
}

static int64_t coins_of(Str value)
{
    int64_t coins = 0;
    CHECK(value.len == sizeof coins);
    memcpy(&coins, value.ptr, sizeof coins);
    return coins;
}

/* ---- the owner ---- */

static void put(Bank *bank, StoreEntry *entry, int64_t coins, int64_t ms)
{
    store_before_change(bank->store, entry);
    if (!coins) {
        store_delete(bank->store, entry, ms);
        return;
    }
    char *room = store_value_room(bank->store, entry, sizeof coins);
    memcpy(room, &coins, sizeof coins);
    store_mark(bank->store, entry, ms);
}

static int64_t balance(const StoreEntry *entry)
{
    int64_t coins = 0;
    if (entry->value) memcpy(&coins, entry->value, sizeof coins);
    return coins;
}

/* All coins of an account, or one, go to another. */
static void move(Bank *bank, int64_t ms)
{
    char from_bytes[16], to_bytes[16];
    int a = random_below(&bank->seed, ACCOUNTS);
    int b = random_below(&bank->seed, ACCOUNTS);
    if (a == b) return;
    /* Together, before either changes: a store that must read from RocksDB lets
     * readers in meanwhile. */
    Str keys[] = {account(a, from_bytes), account(b, to_bytes)};
    StoreEntry *entries[2];
    store_upsert_many(bank->store, keys, 2, entries);
    int64_t has = balance(entries[0]);
    int64_t coins = random_below(&bank->seed, 3) ? has : has > 0;
    put(bank, entries[0], has - coins, ms);
    put(bank, entries[1], balance(entries[1]) + coins, ms);
}

static void flush(Bank *bank)
{
    CHECK(!store_flush(bank->store, arena).kind);
    CHECK(!state_checkpoint(bank->db, arena, NULL, STR("0_0"), &bank->store, 1,
                            STR_NULL)
               .kind);
}

static void open_bank(Bank *bank, const Way *way)
{
    static int number;
    *bank = (Bank){.way = way, .seed = 7};
    snprintf(bank->directory, sizeof bank->directory,
             "/tmp/millrace-test-view-%d-%d", (int)getpid(), number++);
    StateOptions options = {.memory_max_bytes = way->memory_max_bytes};
    Str directory = way->on_disk ? str_from(bank->directory) : STR_NULL;
    CHECK(!state_open(arena, directory, &options, &bank->db).kind);
    StoreOptions store = {.name = STR("0_0/accounts"),
                          .kind = STORE_KEYED,
                          .keep_old = way->keep_old,
                          .caching = way->keep_old};
    CHECK(!store_open(bank->db, arena, &store, &bank->store).kind);
    for (int i = 0; i < ACCOUNTS; i++) {
        char bytes[16];
        put(bank, store_upsert(bank->store, account(i, bytes)), COINS, 0);
    }
    bank->view = store_view_new();
    store_share(bank->store, bank->view);
}

static void close_store(Bank *bank)
{
    store_close(bank->store);
    CHECK(!store_view_is_open(bank->view));
    state_close(bank->db);
}

static void close_bank(Bank *bank)
{
    store_view_drop(bank->view);
    CHECK(!state_destroy(arena, str_from(bank->directory)).kind);
}

/* ---- readers ---- */

/* Reads all; false: the store was closed. */
static bool scan_all(Bank *bank, Arena *own, int per_call)
{
    StoreScan *scan;
    StoreRow rows[256];
    char last[16] = "";
    int64_t coins = 0;
    if (store_view_scan(bank->view, own, STR_NULL, STR_NULL, &scan).kind)
        return false;
    Status st = st_ok();
    for (int count = 1; count && !st.kind;) {
        st = store_scan_next(scan, own, rows, per_call, &count);
        for (int i = 0; i < count && !st.kind; i++) {
            CHECK(str_compare(rows[i].key, str_from(last)) > 0);
            snprintf(last, sizeof last, "%.*s", STR_ARG(rows[i].key));
            coins += coins_of(rows[i].value);
        }
    }
    if (!st.kind && coins != (int64_t)ACCOUNTS * COINS)
        fprintf(stderr, "%s: %lld coins\n", bank->way->name, (long long)coins);
    if (!st.kind) CHECK(coins == (int64_t)ACCOUNTS * COINS);
    store_scan_close(scan);
    return !st.kind;
}

static void *scanner(void *context)
{
    Bank *bank = context;
    Arena *own = arena_new("scanner", 0);
    while (!atomic_load(&bank->stop)) {
        arena_reset(own);
        if (!scan_all(bank, own, 1 + bank->scans % 200)) break;
        atomic_fetch_add(&bank->scans, 1);
    }
    arena_free(own);
    return NULL;
}

static void *looker(void *context)
{
    Bank *bank = context;
    Arena *own = arena_new("looker", 0);
    uint64_t seed = 99;
    while (!atomic_load(&bank->stop)) {
        char bytes[16];
        StoreRow row;
        bool found;
        arena_reset(own);
        Str key = account(random_below(&seed, ACCOUNTS), bytes);
        if (store_view_get(bank->view, own, key, &row, &found).kind) break;
        if (found) CHECK(coins_of(row.value) > 0);
        atomic_fetch_add(&bank->looks, 1);
    }
    arena_free(own);
    return NULL;
}

/* ---- tests ---- */

static void test_readers(const Way *way)
{
    Bank bank;
    pthread_t threads[3];
    open_bank(&bank, way);
    pthread_create(&threads[0], NULL, scanner, &bank);
    pthread_create(&threads[1], NULL, scanner, &bank);
    pthread_create(&threads[2], NULL, looker, &bank);
    for (int batch = 0; batch < BATCHES || bank.scans < SCANS; batch++) {
        store_begin(bank.store);
        for (int i = 0; i < BATCH; i++) {
            move(&bank, batch);
            store_yield(bank.store);
        }
        store_end(bank.store);
        if (batch % 100 == 99) flush(&bank);
        if (batch > BATCHES) clock_sleep_ms(1);
    }
    atomic_store(&bank.stop, true);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    CHECK(bank.scans >= SCANS && bank.looks > 0);
    CHECK(scan_all(&bank, arena, 256));
    close_store(&bank);
    close_bank(&bank);
}

/* Readers are there while the store goes and comes. */
static void test_closing(void)
{
    Bank bank;
    pthread_t threads[2];
    open_bank(&bank, &ways[3]);
    flush(&bank);
    StoreScan *scan;
    CHECK(!store_view_scan(bank.view, arena, STR_NULL, STR_NULL, &scan).kind);
    pthread_create(&threads[0], NULL, scanner, &bank);
    pthread_create(&threads[1], NULL, looker, &bank);
    while (bank.scans < 3)
        clock_sleep_ms(1);
    close_store(&bank);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    StoreRow row;
    int count;
    bool found;
    CHECK(store_scan_next(scan, arena, &row, 1, &count).kind == ST_RETRY);
    store_scan_close(scan);
    CHECK(
        store_view_get(bank.view, arena, STR("account-1"), &row, &found).kind ==
        ST_RETRY);
    close_bank(&bank);
}

/* A scan sees nothing of what comes after its beginning. */
static void test_moment(void)
{
    Bank bank;
    StoreScan *scan;
    StoreRow rows[ACCOUNTS + 1];
    int count, before;
    open_bank(&bank, &ways[3]);
    flush(&bank);
    CHECK(!store_view_scan(bank.view, arena, STR("account-1"), STR("account-2"),
                           &scan)
               .kind);
    CHECK(!store_scan_next(scan, arena, rows, 5, &before).kind && before == 5);
    store_begin(bank.store);
    for (int i = 0; i < ACCOUNTS; i++) {
        char bytes[16];
        StoreEntry *entry = store_upsert(bank.store, account(i, bytes));
        put(&bank, entry, i % 2 ? 0 : 1000, 1);
        put(&bank, store_upsert(bank.store, STR("account-1x")), 1, 1);
    }
    store_end(bank.store);
    flush(&bank);
    CHECK(!store_scan_next(scan, arena, rows + 5, ACCOUNTS, &count).kind);
    /* 1, 10 to 19, 100 to 199, 1000 to 1999. */
    CHECK(before + count == 1 + 10 + 100 + 1000);
    for (int i = 0; i < before + count; i++)
        CHECK(coins_of(rows[i].value) == COINS && rows[i].timestamp_ms == 0);
    store_scan_close(scan);
    close_store(&bank);
    close_bank(&bank);
}

/* ---- windows ---- */

enum { USERS = 5, TIMES = 60, STEP_MS = 10000 };

static Str window_key(StoreKind kind, int user, int64_t ms, char bytes[32])
{
    /* One key is the beginning of another. */
    size_t len = (size_t)snprintf(bytes, 8, "%s%d", user % 2 ? "u" : "", user);
    put_i64(bytes + len, ms);
    memset(bytes + len + 8, 0, 8);
    return (Str){bytes, len + (kind == STORE_SESSION ? 16 : 12)};
}

static void check_windows(StoreView *view, StoreKind kind, int user,
                          const StoreWindows *windows, int64_t live_from_ms)
{
    char bytes[32], key[32];
    StoreRow *rows;
    int count, at = 0;
    Str whole = window_key(kind, user, 0, key);
    Str inner = {key, whole.len - (kind == STORE_SESSION ? 16 : 12)};
    Status st = store_view_windows(view, arena, inner, windows, &rows, &count);
    CHECK(!st.kind);
    for (int t = 0; t < TIMES; t++) {
        int64_t ms = (int64_t)t * STEP_MS;
        bool there = t % (user + 2) != 0 && ms >= live_from_ms;
        if (!there || ms < windows->from_ms || ms > windows->to_ms) continue;
        if (at == count) break;
        CHECK(str_eq(rows[at].key, window_key(kind, user, ms, bytes)));
        CHECK(coins_of(rows[at].value) == ms);
        at++;
    }
    CHECK(at == count && count > 0);
}

static void fill_windows(Store *store, StoreKind kind)
{
    char bytes[32];
    for (int t = 0; t < TIMES; t++) {
        for (int user = 0; user < USERS; user++) {
            int64_t ms = (int64_t)t * STEP_MS;
            Str key = window_key(kind, user, ms, bytes);
            StoreEntry *entry = store_upsert(store, key);
            CHECK(entry != NULL);
            char *room = store_value_room(store, entry, sizeof ms);
            memcpy(room, &ms, sizeof ms);
            store_mark(store, entry, ms);
            if (t % (user + 2) == 0) store_delete(store, entry, ms);
        }
        if (t == TIMES / 2) CHECK(!store_flush(store, arena).kind);
    }
}

static void test_windows(StoreKind kind, bool on_disk, int64_t retention_ms)
{
    char directory[64];
    StateDb *db;
    Store *store;
    snprintf(directory, sizeof directory, "/tmp/millrace-test-view-%d-w",
             (int)getpid());
    StateOptions options = {.memory_max_bytes = on_disk ? 1 : 0};
    Str name = on_disk ? str_from(directory) : STR_NULL;
    CHECK(!state_open(arena, name, &options, &db).kind);
    StoreOptions opening = {
        .name = STR("0_0/windows"), .kind = kind, .retention_ms = retention_ms};
    CHECK(!store_open(db, arena, &opening, &store).kind);
    fill_windows(store, kind);
    if (on_disk)
        CHECK(
            !state_checkpoint(db, arena, NULL, STR("0_0"), &store, 1, STR_NULL)
                 .kind);
    StoreView *view = store_view_new();
    store_share(store, view);
    int64_t live = (int64_t)(TIMES - 1) * STEP_MS - retention_ms + 1;
    int64_t step = kind == STORE_WINDOW ? STEP_MS : 0;
    StoreWindows all = {0, INT64_MAX, step};
    StoreWindows some = {(TIMES - 9) * STEP_MS, (TIMES - 3) * STEP_MS - 1,
                         step};
    for (int user = 0; user < USERS; user++) {
        check_windows(view, kind, user, &all, live);
        check_windows(view, kind, user, &some, live);
        some.step_ms = 0; /* Not known. */
    }
    store_close(store);
    store_view_drop(view);
    state_close(db);
    CHECK(!state_destroy(arena, str_from(directory)).kind);
}

int main(void)
{
    arena = arena_new("test", 0);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        test_readers(&ways[i]);
    test_moment();
    test_closing();
    for (int on_disk = 0; on_disk < 2; on_disk++) {
        test_windows(STORE_WINDOW, on_disk, 10000000);
        test_windows(STORE_WINDOW, on_disk, 200000);
        test_windows(STORE_SESSION, on_disk, 10000000);
        test_windows(STORE_SESSION, on_disk, 200000);
    }
    arena_free(arena);
    return check_done();
}
