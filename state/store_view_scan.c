/* SPDX-License-Identifier: Apache-2.0
 *
 * Scans of a store as it was at one moment, in key order, a few keys a visit.
 * Three things are merged for each table (segment after segment):
 *
 *   memory     the table's entries in order          changes under the scan
 *   RocksDB    a snapshot of the same moment         read between visits
 *   set aside  entries as they were, before they changed
 *
 * Each entry carries the number of scans begun when it was last changed
 * (stamp). If that is less than the scan's number, the entry is as it was when
 * the scan began. Before such an entry changes or goes, the owner sets a copy
 * aside for all scans that have not passed its key (view_before_change). An
 * entry with another stamp came later: what RocksDB has under its key counts.
 *
 * The first scan of a table makes its order, some entries a visit, so that the
 * owner never waits for all of it; from then on the owner keeps it. How far
 * that is, is told by the reversed bits of the hashes: in that order an entry's
 * place stays the same when the table grows.
 *
 *   slots        000 001 010 011 ...      a table of 8, taken 000 100 010 110
 *   then grown   0000 1000 0100 ...       the same order, twice as fine
 */
#include "state/store_view_int.h"

#include "base/alloc.h"

enum {
    SLOTS_PER_VISIT = 64,
    KEYS_PER_VISIT = 64,
    STORED_PER_READ = 64,
    ASIDE_MAX_BYTES = 256 << 20, /* Set aside for a scan that does not end. */
};

/* One table's part. */
typedef struct ScanTable {
    int64_t segment;
    Table *pinned; /* NULL: all was in memory. */
    DiskCursor *cursor;
} ScanTable;

struct StoreScan {
    StoreView *view;
    StoreScan *next; /* Of the same view. */
    uint32_t number;
    Str from, to;
    Arena *arena; /* Of the bounds and the list of tables. */
    ScanTable *tables;
    int table_count;
    /* In the turn: */
    int at;     /* The table that is read. */
    Str passed; /* All keys of it up to here are done; ptr NULL: none. */
    Buf passed_bytes;
    bool ended; /* The store is closed. */
    bool overrun;
    Arena *aside;  /* The owner's. */
    Order **saved; /* By table. */
    /* The reader's: what was read from RocksDB of the current table. */
    Arena *read_arena;
    StoreRow read[STORED_PER_READ];
    int read_at, read_count;
    bool read_end; /* There is nothing behind it. */
};

/* ---- order ---- */

uint64_t view_place(uint64_t hash)
{
    uint64_t v = hash;
    v = (v >> 1 & 0x5555555555555555u) | (v & 0x5555555555555555u) << 1;
    v = (v >> 2 & 0x3333333333333333u) | (v & 0x3333333333333333u) << 2;
    v = (v >> 4 & 0x0f0f0f0f0f0f0f0fu) | (v & 0x0f0f0f0f0f0f0f0fu) << 4;
    return __builtin_bswap64(v);
}

/* Puts the entries whose home is slot `home` in order: they stand in the run
 * that begins there. */
static void order_home(Table *table, size_t home)
{
    size_t mask = table->slot_count - 1;
    for (size_t i = home; table->slots[i].entry; i = (i + 1) & mask)
        if ((table->slots[i].hash & mask) == home)
            order_add(table->order, table->slots[i].entry);
}

/* Some more of a table's order; true: all of it. In the turn. */
static bool order_some(Table *table)
{
    if (table_has_order(table)) return true;
    int64_t before = (int64_t)order_bytes(table->order);
    if (!table->order) {
        table->order = order_new(NULL, 0);
        table->order_place = 0;
    }
    int bits = table->slot_count ? __builtin_ctzll(table->slot_count) : 0;
    uint64_t step = bits ? (uint64_t)1 << (64 - bits) : 0;
    for (int i = 0; i < SLOTS_PER_VISIT && bits && !table->ordered; i++) {
        order_home(table, (size_t)view_place(table->order_place));
        table->ordered = __builtin_add_overflow(table->order_place, step,
                                                &table->order_place);
    }
    if (!bits) table->ordered = true;
    store_account_reader(table->store,
                         (int64_t)order_bytes(table->order) - before);
    return table->ordered;
}

static bool order_tables(Store *store)
{
    store->wants_order = true; /* Tables made from now on begin with one. */
    for (int i = 0; i < store->table_count; i++) {
        Table *table = store->tables[i];
        if (view_is_hidden(store, table) || table_has_order(table)) continue;
        if (!order_some(table)) return false;
    }
    return true;
}

/* ---- the owner's side ---- */

static bool in_range(const StoreScan *scan, Str key)
{
    return (!scan->from.ptr || str_compare(key, scan->from) >= 0) &&
           (!scan->to.ptr || str_compare(key, scan->to) < 0);
}

/* The scan's part of a table, or -1: it began after the scan. */
static int part_of(const StoreScan *scan, const Table *table)
{
    for (int i = 0; i < scan->table_count; i++)
        if (scan->tables[i].segment == table->segment) return i;
    return -1;
}

static void set_aside(StoreScan *scan, StoreEntry *entry)
{
    Str key = entry_key(entry);
    int part = part_of(scan, node_of(entry)->table);
    if (part < scan->at || !in_range(scan, key)) return;
    if (part == scan->at && scan->passed.ptr &&
        str_compare(key, scan->passed) <= 0)
        return;
    StoreEntry *copy = ARENA_NEW(scan->aside, StoreEntry);
    Str kept = str_copy(scan->aside, key);
    copy->key = (char *)kept.ptr;
    copy->key_len = entry->key_len;
    copy->timestamp_ms = entry->timestamp_ms;
    if (entry->value) {
        copy->value = arena_copy(scan->aside, entry->value, entry->value_len);
        copy->value_len = entry->value_len;
    }
    if (!scan->saved[part]) scan->saved[part] = order_new(NULL, 0);
    order_add(scan->saved[part], copy);
    if (arena_used_bytes(scan->aside) > ASIDE_MAX_BYTES) scan->overrun = true;
}

void view_before_change_slow(Store *store, StoreEntry *entry)
{
    for (StoreScan *scan = store->view->scans; scan; scan = scan->next)
        if (entry->stamp < scan->number && !scan->overrun)
            set_aside(scan, entry);
    entry->stamp = store->scans;
}

static void close_cursors(StoreScan *scan)
{
    for (int i = 0; i < scan->table_count; i++) {
        ScanTable *part = &scan->tables[i];
        Status st = part->cursor ? disk_cursor_close(part->cursor, scan->aside)
                                 : st_ok();
        (void)st; /* Nobody reads on. */
        part->cursor = NULL;
        if (part->pinned) atomic_fetch_sub(&part->pinned->pins, 1);
        part->pinned = NULL;
    }
}

void scan_end_all(StoreView *view)
{
    for (StoreScan *scan = view->scans; scan; scan = scan->next) {
        close_cursors(scan);
        scan->ended = true;
    }
    view->scans = NULL;
}

/* ---- beginning and ending ---- */

static void add_part(StoreScan *scan, const Store *store, Table *table)
{
    if (view_is_hidden(store, table)) return;
    ScanTable *part = &scan->tables[scan->table_count++];
    *part = (ScanTable){.segment = table->segment};
    if (table->complete) return;
    part->pinned = table;
    atomic_fetch_add(&table->pins, 1);
    part->cursor = disk_seek(store->db->disk, table->family, scan->from,
                             scan->to);
}

/* In the turn, with all tables in order. */
static StoreScan *begin(StoreView *view, Str from, Str to)
{
    Store *store = view->store;
    Arena *own = arena_new("scan", 0);
    StoreScan *scan = ARENA_NEW(own, StoreScan);
    size_t tables = (size_t)store->table_count + 1;
    scan->arena = own;
    scan->aside = arena_new("aside", 0);
    scan->read_arena = arena_new("stored", 0);
    scan->view = store_view_keep(view);
    scan->from = from.ptr ? str_copy(own, from) : STR_NULL;
    scan->to = to.ptr ? str_copy(own, to) : STR_NULL;
    scan->tables = arena_zalloc(own, sizeof(ScanTable) * tables);
    scan->saved = arena_zalloc(own, sizeof(Order *) * tables);
    for (int i = 0; i < store->table_count; i++)
        add_part(scan, store, store->tables[i]);
    scan->number = ++store->scans;
    scan->next = view->scans;
    view->scans = scan;
    return scan;
}

Status store_view_scan(StoreView *view, Arena *arena, Str from, Str to,
                       StoreScan **out)
{
    Status st = st_ok();
    for (*out = NULL; !*out;) {
        if (!view_enter(view, arena, &st)) return st;
        if (order_tables(view->store)) *out = begin(view, from, to);
        view_leave(view);
    }
    return st;
}

void store_scan_close(StoreScan *scan)
{
    if (!scan) return;
    turn_visit(&scan->view->turn);
    if (!scan->ended) {
        StoreScan **link = &scan->view->scans;
        while (*link && *link != scan)
            link = &(*link)->next;
        if (*link) *link = scan->next;
        close_cursors(scan);
    }
    turn_leave(&scan->view->turn);
    for (int i = 0; i < scan->table_count; i++)
        order_free(scan->saved[i]);
    store_view_drop(scan->view);
    buf_free(&scan->passed_bytes);
    arena_free(scan->aside);
    arena_free(scan->read_arena);
    arena_free(scan->arena);
}

/* ---- reading ---- */

/* A place for rows of one call. */
typedef struct Rows {
    Arena *arena;
    StoreRow *at;
    int count, max;
} Rows;

/* Where the three things stand; NULL: nothing more. */
typedef struct Heads {
    OrderCursor memory, saved;
    StoreEntry *in_memory, *aside;
    const StoreRow *stored;
} Heads;

static Table *table_of(const Store *store, int64_t segment)
{
    for (int i = 0; i < store->table_count; i++)
        if (store->tables[i]->segment == segment) return store->tables[i];
    return NULL; /* It has expired. */
}

static void skip_passed(const StoreScan *scan, OrderCursor *cursor,
                        StoreEntry **entry)
{
    *entry = order_next(cursor);
    if (*entry && scan->passed.ptr && str_eq(entry_key(*entry), scan->passed))
        *entry = order_next(cursor);
}

static void find_heads(StoreScan *scan, const Table *table, Heads *heads)
{
    Str from = scan->passed.ptr ? scan->passed
               : scan->from.ptr ? scan->from
                                : STR("");
    *heads = (Heads){0};
    heads->memory = order_seek(table->order, from);
    skip_passed(scan, &heads->memory, &heads->in_memory);
    if (scan->saved[scan->at]) {
        heads->saved = order_seek(scan->saved[scan->at], from);
        skip_passed(scan, &heads->saved, &heads->aside);
    }
    if (scan->read_at < scan->read_count)
        heads->stored = &scan->read[scan->read_at];
}

static Str least_key(const Heads *heads)
{
    Str key = STR_NULL;
    if (heads->in_memory) key = entry_key(heads->in_memory);
    if (heads->aside &&
        (!key.ptr || str_compare(entry_key(heads->aside), key) < 0))
        key = entry_key(heads->aside);
    if (heads->stored && (!key.ptr || str_compare(heads->stored->key, key) < 0))
        key = heads->stored->key;
    return key;
}

static void pass(StoreScan *scan, Str key)
{
    scan->passed_bytes.len = 0;
    buf_append_str(&scan->passed_bytes, key);
    scan->passed = buf_str(&scan->passed_bytes);
}

static StoreRow copy_row(Arena *arena, const StoreRow *row)
{
    StoreRow copy = {str_copy(arena, row->key), row->value, row->timestamp_ms};
    copy.value.ptr = arena_copy(arena, row->value.ptr, row->value.len);
    return copy;
}

/* Takes the least key of the heads; adds its row, if it had one. */
static void take(StoreScan *scan, const Store *store, Heads *heads, Str key,
                 Rows *rows)
{
    bool live = store->kind == STORE_KEYED ||
                !segment_is_expired(store, segment_time(store->kind, key));
    StoreEntry *entry = heads->in_memory;
    bool here = entry && str_eq(entry_key(entry), key);
    bool aside = heads->aside && str_eq(entry_key(heads->aside), key);
    bool stored = heads->stored && str_eq(heads->stored->key, key);
    if (here && entry->stamp >= scan->number) entry = NULL;
    const StoreEntry *was = aside ? heads->aside : here ? entry : NULL;
    if (live && was && was->value)
        rows->at[rows->count++] = view_copy(rows->arena, was);
    else if (live && !was && stored)
        rows->at[rows->count++] = copy_row(rows->arena, heads->stored);
    pass(scan, key);
    if (here) heads->in_memory = order_next(&heads->memory);
    if (aside) heads->aside = order_next(&heads->saved);
    if (stored) {
        scan->read_at++;
        heads->stored = scan->read_at < scan->read_count
                            ? &scan->read[scan->read_at]
                            : NULL;
    }
}

static void next_table(StoreScan *scan)
{
    ScanTable *part = &scan->tables[scan->at++];
    scan->passed = STR_NULL;
    scan->read_at = scan->read_count = 0;
    scan->read_end = false;
    if (part->pinned) atomic_fetch_sub(&part->pinned->pins, 1);
    part->pinned = NULL;
}

/* In a visit: some keys of the current table. */
static void merge_some(StoreScan *scan, const Store *store, Rows *rows)
{
    const ScanTable *part = &scan->tables[scan->at];
    const Table *table = table_of(store, part->segment);
    Heads heads;
    if (!table) {
        next_table(scan);
        return;
    }
    find_heads(scan, table, &heads);
    for (int i = 0; i < KEYS_PER_VISIT && rows->count < rows->max; i++) {
        /* What comes next in RocksDB must be known. */
        if (!heads.stored && part->cursor && !scan->read_end) return;
        Str key = least_key(&heads);
        if (!key.ptr || (scan->to.ptr && str_compare(key, scan->to) >= 0)) {
            next_table(scan);
            return;
        }
        take(scan, store, &heads, key, rows);
    }
}

static Status scan_enter(StoreScan *scan, Arena *arena)
{
    Status st = st_ok();
    turn_visit(&scan->view->turn);
    if (scan->ended || !scan->view->store)
        st = st_error(arena, ST_RETRY,
                      "its state went to another server, or the query stopped, "
                      "while it was read: try again");
    else if (scan->overrun)
        st = st_error(arena, ST_RETRY,
                      "the table changes faster than its rows are taken: read "
                      "them faster, or fewer of them");
    else
        return st;
    turn_leave(&scan->view->turn);
    return st;
}

/* Outside the turn: the next rows of the current table in RocksDB. */
static Status read_stored(StoreScan *scan, Arena *arena)
{
    DiskCursor *cursor = scan->tables[scan->at].cursor;
    Str key, stored;
    bool bad = false;
    arena_reset(scan->read_arena);
    scan->read_at = scan->read_count = 0;
    while (scan->read_count < STORED_PER_READ && !scan->read_end) {
        scan->read_end = !disk_at_key(cursor, &key, &stored);
        if (scan->read_end) break;
        StoreRow *row = &scan->read[scan->read_count++];
        bad |= !view_copy_stored(scan->read_arena, key, stored, row);
        disk_next(cursor);
    }
    if (bad)
        return st_error(arena, ST_FATAL, "a value in RocksDB is too short");
    return st_ok();
}

static bool must_read(const StoreScan *scan)
{
    return scan->tables[scan->at].cursor && !scan->read_end &&
           scan->read_at == scan->read_count;
}

static Status one_step(StoreScan *scan, Rows *rows)
{
    Status st = scan_enter(scan, rows->arena);
    if (st.kind) return st;
    bool reads = must_read(scan);
    if (reads)
        atomic_fetch_add(&scan->view->reading, 1);
    else
        merge_some(scan, scan->view->store, rows);
    turn_leave(&scan->view->turn);
    if (!reads) return st;
    st = read_stored(scan, rows->arena);
    atomic_fetch_sub(&scan->view->reading, 1);
    return st;
}

Status store_scan_next(StoreScan *scan, Arena *arena, StoreRow *at, int max,
                       int *count)
{
    Rows rows = {arena, at, 0, max};
    Status st = st_ok();
    *count = 0;
    while (!st.kind && rows.count < max && scan->at < scan->table_count)
        st = one_step(scan, &rows);
    if (!st.kind) *count = rows.count;
    return st;
}
