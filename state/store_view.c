/* SPDX-License-Identifier: Apache-2.0
 *
 * Views: single keys, and all windows of a key. Scans are in store_view_scan.c.
 *
 * Readers look at entries but never change one, not even its flags. What is not
 * in memory is read from RocksDB after the visit: an entry that is evicted was
 * written before, so what is found is the value at the time of the visit or a
 * later one.
 */
#include "state/store_view.h"

#include <sched.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "state/store_view_int.h"

/* Entries looked at in one visit, if the table is all in memory. */
enum { LOOKS_PER_VISIT = 256 };

/* ---- life ---- */

StoreView *store_view_new(void)
{
    StoreView *view = mem_zalloc(sizeof *view);
    turn_lock_init(&view->turn);
    atomic_init(&view->users, 1);
    atomic_init(&view->reading, 0);
    return view;
}

StoreView *store_view_keep(StoreView *view)
{
    atomic_fetch_add(&view->users, 1);
    return view;
}

void store_view_drop(StoreView *view)
{
    if (!view || atomic_fetch_sub(&view->users, 1) > 1) return;
    turn_lock_free(&view->turn);
    mem_free(view);
}

void store_share(Store *store, StoreView *view)
{
    turn_take(&view->turn);
    store->view = store_view_keep(view);
    view->store = store;
    turn_give(&view->turn);
}

void view_detach(Store *store)
{
    StoreView *view = store->view;
    if (!view) return;
    turn_take(&view->turn);
    view->store = NULL;
    turn_give(&view->turn);
    while (atomic_load(&view->reading))
        sched_yield();
    turn_take(&view->turn);
    scan_end_all(view);
    turn_give(&view->turn);
    store->view = NULL;
    store_view_drop(view);
}

bool store_view_is_open(StoreView *view)
{
    turn_visit(&view->turn);
    bool is_open = view->store != NULL;
    turn_leave(&view->turn);
    return is_open;
}

/* ---- the owner's turn ---- */

void store_begin(Store *store)
{
    if (store->view && store->turns++ == 0) turn_take(&store->view->turn);
}

void store_end(Store *store)
{
    if (store->view && --store->turns == 0) turn_give(&store->view->turn);
}

void store_yield(Store *store)
{
    if (store->view && store->turns == 1 && turn_is_wanted(&store->view->turn))
        turn_pass(&store->view->turn);
}

/* A session store may be in the middle of a merge. */
bool store_pause(Store *store)
{
    if (!store->view || store->turns != 1 || store->kind == STORE_SESSION)
        return false;
    store_end(store);
    return true;
}

void store_resume(Store *store, bool paused)
{
    if (paused) store_begin(store);
}

/* ---- visits ---- */

bool view_enter(StoreView *view, Arena *arena, Status *st)
{
    turn_visit(&view->turn);
    if (view->store && !view->store->status.kind) return true;
    if (view->store) {
        *st = view->store->status;
        st->text = str_cstr(arena, str_from(st->text));
    } else {
        *st = st_error(arena, ST_RETRY,
                       "its state is not here now: it is being restored, or "
                       "moved to another server");
    }
    turn_leave(&view->turn);
    return false;
}

void view_leave(StoreView *view)
{
    turn_leave(&view->turn);
}

void view_pin(StoreView *view, Table *table)
{
    atomic_fetch_add(&table->pins, 1);
    atomic_fetch_add(&view->reading, 1);
}

void view_unpin(StoreView *view, Table *table)
{
    atomic_fetch_sub(&table->pins, 1);
    atomic_fetch_sub(&view->reading, 1);
}

StoreRow view_copy(Arena *arena, const StoreEntry *entry)
{
    StoreRow row = {.timestamp_ms = entry->timestamp_ms};
    row.key = str_copy(arena, entry_key(entry));
    row.value = (Str){arena_copy(arena, entry->value, entry->value_len),
                      entry->value_len};
    return row;
}

bool view_copy_stored(Arena *arena, Str key, Str stored, StoreRow *row)
{
    if (!load_split(stored, &row->value, &row->timestamp_ms)) return false;
    row->key = str_copy(arena, key);
    row->value.ptr = arena_copy(arena, row->value.ptr, row->value.len);
    return true;
}

static Status short_value(Arena *arena)
{
    return st_error(arena, ST_FATAL, "a value in RocksDB is too short");
}

/* segment_find without touching what the owner keeps for itself. */
static Table *find_table(const Store *store, Str key)
{
    if (store->kind == STORE_KEYED) return store->tables[0];
    int64_t t = segment_time(store->kind, key);
    if (t < 0 || segment_is_expired(store, t)) return NULL;
    int64_t segment = t / store->interval_ms;
    for (int i = store->table_count - 1; i >= 0; i--)
        if (store->tables[i]->segment == segment) return store->tables[i];
    return NULL;
}

bool view_is_hidden(const Store *store, const Table *table)
{
    return store->kind != STORE_KEYED &&
           segment_is_expired(store,
                              (table->segment + 1) * store->interval_ms - 1);
}

/* ---- one key ---- */

typedef struct FromDisk {
    Arena *arena;
    Str key;
    StoreRow *row;
    bool found, bad;
} FromDisk;

static void take_stored(void *context, int at, Str stored)
{
    (void)at;
    FromDisk *from = context;
    from->found = view_copy_stored(from->arena, from->key, stored, from->row);
    from->bad = !from->found;
}

static Status get_from_disk(Disk *disk, Arena *arena, Table *table, Str key,
                            StoreRow *row, bool *found)
{
    FromDisk from = {arena, key, row, false, false};
    Status st = disk_get_many(disk, arena, table->family, &key, 1, take_stored,
                              &from);
    *found = from.found;
    return !st.kind && from.bad ? short_value(arena) : st;
}

Status store_view_get(StoreView *view, Arena *arena, Str key, StoreRow *row,
                      bool *found)
{
    uint64_t hash = hash_bytes(key.ptr, key.len);
    Status st = st_ok();
    *found = false;
    if (!view_enter(view, arena, &st)) return st;
    Table *table = find_table(view->store, key);
    StoreEntry *entry = table ? table_find(table, hash, key) : NULL;
    if (entry && entry_is_owed(entry)) entry = NULL;
    bool on_disk = table && !entry && table_may_have(table, hash);
    if (entry && entry->value) {
        *row = view_copy(arena, entry);
        *found = true;
    }
    Disk *disk = view->store->db->disk;
    if (on_disk) view_pin(view, table);
    view_leave(view);
    if (!on_disk) return st;
    st = get_from_disk(disk, arena, table, key, row, found);
    view_unpin(view, table);
    return st;
}

/* ---- all windows of a key ---- */

typedef struct Windows {
    Arena *arena;
    Str key;
    const StoreWindows *wanted;
    int64_t at_ms; /* All before is done. */
    /* As of the visit: */
    StoreKind kind;
    size_t suffix;
    int64_t live_from_ms; /* Windows before have expired. */
    VEC(StoreRow) rows;
    /* Of a table that is not complete: keys without a row in memory. */
    VEC(Str) dead;
} Windows;

static void put_be64(char *p, int64_t value)
{
    uint64_t bytes = __builtin_bswap64((uint64_t)value);
    memcpy(p, &bytes, 8);
}

/* The least store key of this key with a time >= `ms`. */
static Str key_at(const Windows *w, int64_t ms)
{
    size_t len = w->key.len + w->suffix;
    char *p = arena_zalloc(w->arena, len);
    memcpy(p, w->key.ptr, w->key.len);
    put_be64(p + w->key.len, ms);
    return (Str){p, len};
}

static bool is_wanted(const Windows *w, Str key)
{
    if (key.len != w->key.len + w->suffix ||
        memcmp(key.ptr, w->key.ptr, w->key.len) != 0)
        return false;
    int64_t t = segment_time(w->kind, key);
    return t >= w->wanted->from_ms && t <= w->wanted->to_ms &&
           t >= w->live_from_ms;
}

static void add_entry(Windows *w, const StoreEntry *entry)
{
    if (entry_is_owed(entry)) return;
    if (entry->value)
        *vec_push(w->arena, &w->rows) = view_copy(w->arena, entry);
    else
        *vec_push(w->arena, &w->dead) = str_copy(w->arena, entry_key(entry));
}

static void walk_order(Windows *w, const Table *table, int64_t from_ms)
{
    OrderCursor cursor = order_seek(table->order, key_at(w, from_ms));
    for (StoreEntry *e = order_next(&cursor); e; e = order_next(&cursor)) {
        Str key = entry_key(e);
        if (key.len < w->key.len ||
            memcmp(key.ptr, w->key.ptr, w->key.len) != 0)
            return;
        /* Longer keys that begin the same may stand between. */
        if (is_wanted(w, key)) add_entry(w, e);
    }
}

static void walk_table(Windows *w, const Table *table)
{
    for (size_t i = 0; i < table->slot_count; i++) {
        const StoreEntry *entry = table->slots[i].entry;
        if (entry && is_wanted(w, entry_key(entry))) add_entry(w, entry);
    }
}

/* Looks up the windows that can start in [from, to]; up to `budget` of them.
 * Returns the time up to which all is done. */
static int64_t probe_table(Windows *w, const Table *table, int64_t from_ms,
                           int64_t to_ms, int *budget)
{
    int64_t step = w->wanted->step_ms;
    int64_t t = (from_ms + step - 1) / step * step;
    Str key = key_at(w, t);
    for (; t <= to_ms; t += step) {
        if ((*budget)-- <= 0) return t;
        put_be64((char *)key.ptr + w->key.len, t);
        if (t < w->live_from_ms) continue;
        StoreEntry *entry = table_find(table, hash_bytes(key.ptr, key.len),
                                       key);
        if (entry) add_entry(w, entry);
    }
    return to_ms + 1;
}

/* The rows of a table in memory. Returns the time up to which all is done. */
static int64_t look_in_table(Windows *w, const Store *store, const Table *table,
                             int64_t to_ms, int *budget)
{
    int64_t first = table->segment * store->interval_ms;
    int64_t last = first + store->interval_ms - 1;
    int64_t from = w->at_ms > first ? w->at_ms : first;
    int64_t to = to_ms < last ? to_ms : last;
    int64_t step = w->wanted->step_ms;
    if (from > to) return last + 1;
    if (table_has_order(table)) {
        walk_order(w, table, from);
    } else if (step <= 0 || (to - from) / step > (int64_t)table->slot_count) {
        walk_table(w, table);
    } else {
        int all = INT32_MAX;
        int64_t done = probe_table(w, table, from, to,
                                   table->complete ? budget : &all);
        return done > to ? last + 1 : done;
    }
    *budget -= (int)(table->count < LOOKS_PER_VISIT ? table->count
                                                    : LOOKS_PER_VISIT);
    return last + 1;
}

/* What RocksDB has and memory does not. `rows_before`: of other tables. */
static Status add_stored(Windows *w, DiskCursor *cursor, int rows_before)
{
    Str key, stored;
    int in_memory = w->rows.count;
    bool bad = false;
    for (; disk_at_key(cursor, &key, &stored); disk_next(cursor)) {
        bool known = !is_wanted(w, key);
        for (int i = rows_before; i < in_memory && !known; i++)
            known = str_eq(w->rows.at[i].key, key);
        for (int i = 0; i < w->dead.count && !known; i++)
            known = str_eq(w->dead.at[i], key);
        if (known) continue;
        StoreRow row;
        if (view_copy_stored(w->arena, key, stored, &row))
            *vec_push(w->arena, &w->rows) = row;
        else
            bad = true;
    }
    Status st = disk_cursor_close(cursor, w->arena);
    return !st.kind && bad ? short_value(w->arena) : st;
}

static Table *next_table(const Store *store, int64_t from_ms, int64_t to_ms)
{
    for (int i = 0; i < store->table_count; i++) {
        Table *table = store->tables[i];
        if (view_is_hidden(store, table)) continue;
        if (table->segment > to_ms / store->interval_ms) return NULL;
        if (table->segment >= from_ms / store->interval_ms) return table;
    }
    return NULL;
}

/* One visit. *done: there is nothing after it. */
static Status visit_windows(Windows *w, StoreView *view, bool *done)
{
    Status st = st_ok();
    if (!view_enter(view, w->arena, &st)) return st;
    Store *store = view->store;
    w->kind = store->kind;
    w->suffix = segment_suffix(store->kind);
    w->live_from_ms = store->observed_ms - store->retention_ms + 1;
    DiskCursor *cursor = NULL;
    Table *table;
    int budget = LOOKS_PER_VISIT, rows_before = w->rows.count;
    int64_t to_ms = w->wanted->to_ms;
    while ((table = next_table(store, w->at_ms, to_ms)) && budget > 0) {
        rows_before = w->rows.count;
        w->dead.count = 0;
        w->at_ms = look_in_table(w, store, table, to_ms, &budget);
        if (table->complete) continue;
        view_pin(view, table);
        int64_t end = (table->segment + 1) * store->interval_ms;
        cursor = disk_seek(store->db->disk, table->family,
                           key_at(w, w->wanted->from_ms), key_at(w, end));
        break;
    }
    view_leave(view);
    *done = !table || w->at_ms > to_ms;
    if (!cursor) return st;
    st = add_stored(w, cursor, rows_before);
    view_unpin(view, table);
    return st;
}

static int by_key(const void *a, const void *b)
{
    const StoreRow *x = a, *y = b;
    return str_compare(x->key, y->key);
}

Status store_view_windows(StoreView *view, Arena *arena, Str key,
                          const StoreWindows *windows, StoreRow **rows,
                          int *count)
{
    Windows w = {.arena = arena, .key = key, .wanted = windows};
    w.at_ms = windows->from_ms > 0 ? windows->from_ms : 0;
    bool done = windows->to_ms < w.at_ms;
    Status st = st_ok();
    while (!done && !st.kind)
        st = visit_windows(&w, view, &done);
    if (w.rows.count)
        qsort(w.rows.at, (size_t)w.rows.count, sizeof(StoreRow), by_key);
    *rows = w.rows.at;
    *count = w.rows.count;
    return st;
}
