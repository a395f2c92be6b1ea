/* SPDX-License-Identifier: Apache-2.0
 *
 * Scans of a store as it was at one moment, a few entries a visit.
 *
 * Memory is walked slot by slot, but in the order of the reversed bits of the
 * hashes: an entry's place in that order stays the same when the table grows
 * and its slots are doubled. So a scan knows by one number what it has seen.
 *
 *   slots        000 001 010 011 ...      a table of 8, walked 000 100 010 110
 *   then grown   0000 1000 0100 ...       the same order, twice as fine
 *
 * Each entry carries the number of scans begun when it was last changed
 * (stamp). If that is less than the scan's number, the entry is as it was when
 * the scan began. Before such an entry changes, the owner sets a copy of it
 * aside for all scans that have not come to it (view_before_change); newer ones
 * are not the scan's business.
 *
 * What RocksDB has is read from a snapshot of the same moment; its keys that
 * were in memory then are left out, since memory is newer: those are still in
 * memory and unchanged, or noted in `known`.
 */
#include "state/store_view_int.h"

#include "base/alloc.h"
#include "base/map.h"
#include "base/vec.h"

enum {
    SLOTS_PER_VISIT = 128,
    STORED_PER_VISIT = 64,
    ASIDE_MAX_BYTES = 256 << 20, /* Set aside for a scan that does not end. */
};

/* One table's part. */
typedef struct ScanTable {
    int64_t segment;
    Table *pinned; /* NULL: all was in memory. */
    DiskCursor *stored;
} ScanTable;

struct StoreScan {
    StoreView *view;
    StoreScan *next; /* Of the same view. */
    uint32_t number;
    Str from, to;
    Arena *arena; /* Bounds and tables: the reader's. */
    ScanTable *tables;
    int table_count;
    /* In the turn: */
    int at;            /* The table whose memory is walked. */
    uint64_t position; /* In it: all before was seen. */
    bool ended;        /* The store is closed. */
    bool overrun;
    Arena *aside; /* The owner's. */
    VEC(StoreRow) saved;
    int saved_at; /* Handed out up to here. */
    Map known;    /* Keys that were in memory, if a table is not complete. */
    /* The reader's: */
    int stored_at; /* The table whose RocksDB part is read. */
};

static uint64_t reverse_bits(uint64_t v)
{
    v = (v >> 1 & 0x5555555555555555u) | (v & 0x5555555555555555u) << 1;
    v = (v >> 2 & 0x3333333333333333u) | (v & 0x3333333333333333u) << 2;
    v = (v >> 4 & 0x0f0f0f0f0f0f0f0fu) | (v & 0x0f0f0f0f0f0f0f0fu) << 4;
    return __builtin_bswap64(v);
}

static bool in_range(const StoreScan *scan, Str key)
{
    return (!scan->from.ptr || str_compare(key, scan->from) >= 0) &&
           (!scan->to.ptr || str_compare(key, scan->to) < 0);
}

static bool is_live(const Store *store, Str key)
{
    return store->kind == STORE_KEYED ||
           !segment_is_expired(store, segment_time(store->kind, key));
}

/* ---- the owner's side ---- */

/* The scan's part of a table, or -1: it began after the scan. */
static int part_of(const StoreScan *scan, const Table *table)
{
    for (int i = 0; i < scan->table_count; i++)
        if (scan->tables[i].segment == table->segment) return i;
    return -1;
}

static void set_aside(StoreScan *scan, const StoreEntry *entry)
{
    int part = part_of(scan, node_of((StoreEntry *)entry)->table);
    if (part < 0 || !in_range(scan, entry_key(entry))) return;
    bool seen = part < scan->at || (part == scan->at &&
                                    reverse_bits(entry->hash) < scan->position);
    if (!seen && entry->value)
        *vec_push(scan->aside, &scan->saved) = view_copy(scan->aside, entry);
    if (scan->tables[part].pinned)
        map_put(scan->aside, &scan->known,
                str_copy(scan->aside, entry_key(entry)), scan);
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
        Status st = part->stored ? disk_cursor_close(part->stored, scan->aside)
                                 : st_ok();
        (void)st; /* Nobody reads on. */
        part->stored = NULL;
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

/* ---- the reader's side ---- */

static void add_part(StoreScan *scan, const Store *store, Table *table)
{
    if (view_is_hidden(store, table)) return;
    ScanTable *part = &scan->tables[scan->table_count++];
    *part = (ScanTable){.segment = table->segment};
    if (table->complete) return;
    part->pinned = table;
    atomic_fetch_add(&table->pins, 1);
    part->stored = disk_seek(store->db->disk, table->family, scan->from,
                             scan->to);
}

Status store_view_scan(StoreView *view, Arena *arena, Str from, Str to,
                       StoreScan **out)
{
    Status st = st_ok();
    if (!view_enter(view, arena, &st)) return st;
    Store *store = view->store;
    Arena *own = arena_new("scan", 0);
    StoreScan *scan = ARENA_NEW(own, StoreScan);
    scan->arena = own;
    scan->aside = arena_new("aside", 0);
    scan->view = store_view_keep(view);
    scan->from = from.ptr ? str_copy(own, from) : STR_NULL;
    scan->to = to.ptr ? str_copy(own, to) : STR_NULL;
    scan->tables = ARENA_ARRAY(own, ScanTable, store->table_count + 1);
    for (int i = 0; i < store->table_count; i++)
        add_part(scan, store, store->tables[i]);
    scan->number = ++store->scans;
    scan->next = view->scans;
    view->scans = scan;
    view_leave(view);
    *out = scan;
    return st_ok();
}

static Table *table_of(const Store *store, int64_t segment)
{
    for (int i = 0; i < store->table_count; i++)
        if (store->tables[i]->segment == segment) return store->tables[i];
    return NULL; /* It has expired. */
}

/* A place for rows of one call. */
typedef struct Rows {
    Arena *arena;
    StoreRow *at;
    int count, max;
} Rows;

/* The entries whose home is slot `home`: they stand in the run that begins
 * there. */
static void visit_home(StoreScan *scan, const Store *store, const Table *table,
                       size_t home, Rows *rows)
{
    size_t mask = table->slot_count - 1;
    for (size_t i = home; table->slots[i].entry; i = (i + 1) & mask) {
        const Slot *slot = &table->slots[i];
        if ((slot->hash & mask) != home) continue;
        const StoreEntry *entry = slot->entry;
        if (entry->stamp >= scan->number || !entry->value) continue;
        Str key = entry_key(entry);
        if (!in_range(scan, key) || !is_live(store, key)) continue;
        if (rows->count < rows->max)
            rows->at[rows->count++] = view_copy(rows->arena, entry);
        else /* For the next call. */
            *vec_push(scan->aside, &scan->saved) = view_copy(scan->aside,
                                                             entry);
    }
}

/* Walks on in the current table. */
static void walk_memory(StoreScan *scan, const Store *store, Rows *rows)
{
    const Table *table = table_of(store, scan->tables[scan->at].segment);
    int bits = table && table->slot_count ? __builtin_ctzll(table->slot_count)
                                          : 0;
    if (!bits) {
        scan->at++;
        scan->position = 0;
        return;
    }
    uint64_t step = (uint64_t)1 << (64 - bits);
    for (int i = 0; i < SLOTS_PER_VISIT && rows->count < rows->max; i++) {
        visit_home(scan, store, table, (size_t)reverse_bits(scan->position),
                   rows);
        if (!__builtin_add_overflow(scan->position, step, &scan->position))
            continue;
        scan->at++;
        scan->position = 0;
        return;
    }
}

static void take_saved(StoreScan *scan, const Store *store, Rows *rows)
{
    for (; scan->saved_at < scan->saved.count && rows->count < rows->max;
         scan->saved_at++) {
        const StoreRow *row = &scan->saved.at[scan->saved_at];
        if (!is_live(store, row->key)) continue;
        StoreRow *out = &rows->at[rows->count++];
        out->key = str_copy(rows->arena, row->key);
        out->value = (Str){
            arena_copy(rows->arena, row->value.ptr, row->value.len),
            row->value.len};
        out->timestamp_ms = row->timestamp_ms;
    }
}

/* Was the key in memory when the scan began? */
static bool was_in_memory(const StoreScan *scan, const Table *table, Str key)
{
    const StoreEntry *entry = table_find(table, hash_bytes(key.ptr, key.len),
                                         key);
    if (entry && entry->stamp < scan->number) return true;
    return map_get(&scan->known, key) != NULL;
}

/* In a visit: leaves out of rows [from, count) what is not RocksDB's to tell.
 */
static void filter_stored(const StoreScan *scan, const Store *store,
                          const Table *table, Rows *rows, int from)
{
    int kept = from;
    for (int i = from; i < rows->count; i++) {
        Str key = rows->at[i].key;
        if (!is_live(store, key) || was_in_memory(scan, table, key)) continue;
        rows->at[kept++] = rows->at[i];
    }
    rows->count = kept;
}

/* The next rows of a table's RocksDB part; *end: there are no more. */
static Status read_stored(ScanTable *part, Rows *rows, bool *end)
{
    Str key, stored;
    int most = rows->count + STORED_PER_VISIT;
    if (most > rows->max) most = rows->max;
    bool bad = false;
    while (rows->count < most &&
           !(*end = !disk_at_key(part->stored, &key, &stored))) {
        if (view_copy_stored(rows->arena, key, stored, &rows->at[rows->count]))
            rows->count++;
        else
            bad = true;
        disk_next(part->stored);
    }
    if (bad)
        return st_error(rows->arena, ST_FATAL,
                        "a value in RocksDB is too short");
    return st_ok();
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

/* A table's RocksDB part is through. */
static Status end_part(StoreScan *scan, Arena *arena)
{
    ScanTable *part = &scan->tables[scan->stored_at++];
    Status st = disk_cursor_close(part->stored, arena);
    atomic_fetch_sub(&part->pinned->pins, 1);
    part->stored = NULL;
    part->pinned = NULL;
    return st;
}

/* One step in RocksDB's part. */
static Status next_stored(StoreScan *scan, Rows *rows)
{
    ScanTable *part = &scan->tables[scan->stored_at];
    int before = rows->count;
    bool end = true;
    if (!part->stored) {
        scan->stored_at++;
        return st_ok();
    }
    Status st = scan_enter(scan, rows->arena);
    if (st.kind) return st;
    atomic_fetch_add(&scan->view->reading, 1);
    turn_leave(&scan->view->turn);
    st = read_stored(part, rows, &end);
    atomic_fetch_sub(&scan->view->reading, 1);
    if (!st.kind) st = scan_enter(scan, rows->arena);
    if (st.kind) return st;
    const Store *store = scan->view->store;
    const Table *table = table_of(store, part->segment);
    if (table)
        filter_stored(scan, store, table, rows, before);
    else
        rows->count = before; /* The segment has expired. */
    if (end || !table) st = end_part(scan, rows->arena);
    turn_leave(&scan->view->turn);
    return st;
}

/* One step in memory. *more: there may be another. */
static Status next_in_memory(StoreScan *scan, Rows *rows, bool *more)
{
    Status st = scan_enter(scan, rows->arena);
    *more = false;
    if (st.kind) return st;
    take_saved(scan, scan->view->store, rows);
    if (scan->at < scan->table_count)
        walk_memory(scan, scan->view->store, rows);
    *more = scan->at < scan->table_count || scan->saved_at < scan->saved.count;
    turn_leave(&scan->view->turn);
    return st;
}

Status store_scan_next(StoreScan *scan, Arena *arena, StoreRow *at, int max,
                       int *count)
{
    Rows rows = {arena, at, 0, max};
    Status st = st_ok();
    *count = 0;
    for (bool more = true; more && !st.kind && rows.count < max;)
        st = next_in_memory(scan, &rows, &more);
    while (!st.kind && rows.count < max && scan->stored_at < scan->table_count)
        st = next_stored(scan, &rows);
    if (!st.kind) *count = rows.count;
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
    store_view_drop(scan->view);
    arena_free(scan->aside);
    arena_free(scan->arena);
}
