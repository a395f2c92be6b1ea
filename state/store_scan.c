/* SPDX-License-Identifier: Apache-2.0
 *
 * Scans: a merge over the tables of a store, each of which gives its entries in
 * memory in key order and, unless it is complete, what RocksDB has.
 *
 *     segment 7   memory  a1 . . c1 . .        an entry in memory hides the
 * same RocksDB a1 b1 . c1 . .       key in RocksDB, also if it has segment 8
 * memory  . . . . a2 b2        no value (deleted)
 *
 * A key lives in one segment, so keys are equal only within a table.
 *
 * Entries in memory come from the table's order. It is made at the first scan
 * that has an end, since who scans a range once will do so for each record; a
 * scan without end (of all, say) sorts what it finds, so that stores which are
 * only ever looked up do not pay for an order.
 */
#include "state/store_int.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/map.h"

/* One table's part of a scan. */
typedef struct Source {
    Str to;
    OrderCursor cursor;        /* If the table has an order; */
    StoreEntry *const *sorted; /* else these, */
    size_t sorted_count, sorted_at;
    StoreEntry **collected; /* which may be the source's own. */
    StoreEntry *entry;      /* Next in memory; NULL: none. */
    DiskCursor *disk;       /* NULL: all is in memory. */
    Str disk_key, disk_value;
    bool on_disk; /* disk_key is valid. */
} Source;

static void next_entry(Source *source)
{
    if (!source->cursor.order) {
        source->entry = source->sorted_at < source->sorted_count
                            ? source->sorted[source->sorted_at++]
                            : NULL;
        return;
    }
    source->entry = order_next(&source->cursor);
    if (source->entry && source->to.ptr &&
        str_compare(entry_key(source->entry), source->to) >= 0)
        source->entry = NULL;
}

static void next_on_disk(Source *source)
{
    disk_next(source->disk);
    source->on_disk = disk_at_key(source->disk, &source->disk_key,
                                  &source->disk_value);
}

static void make_order(Table *table)
{
    if (table_has_order(table)) return;
    if (table->order) {
        store_account(table->store, -(int64_t)order_bytes(table->order));
        order_free(table->order);
    }
    size_t count;
    StoreEntry **all = table_collect(table, STR(""), STR_NULL, &count);
    table->order = order_new(all, count);
    table->ordered = true;
    mem_free(all);
    store_account(table->store, (int64_t)order_bytes(table->order));
}

static void open_source(Source *source, Table *table, Arena *arena, Str from,
                        Str to)
{
    *source = (Source){.to = to};
    if (to.ptr) {
        load_table(table, arena);
        make_order(table);
    }
    if (table_has_order(table))
        source->cursor = order_seek(table->order, from);
    else
        source->sorted = source->collected = table_collect(
            table, from, to, &source->sorted_count);
    next_entry(source);
    if (table->complete) return;
    source->disk = disk_seek(table->store->db->disk, table->family, from, to);
    source->on_disk = disk_at_key(source->disk, &source->disk_key,
                                  &source->disk_value);
}

static Status close_source(Source *source, Arena *arena)
{
    mem_free(source->collected);
    return source->disk ? disk_cursor_close(source->disk, arena) : st_ok();
}

/* The next key of a source, or STR_NULL. */
static Str next_key(const Source *source)
{
    Str key = STR_NULL;
    if (source->entry) key = entry_key(source->entry);
    if (source->on_disk && (!key.ptr || str_compare(source->disk_key, key) < 0))
        key = source->disk_key;
    return key;
}

static Source *first_source(Source *sources, int count, Str *first)
{
    Source *found = NULL;
    for (int i = 0; i < count; i++) {
        Str key = next_key(&sources[i]);
        if (!key.ptr || (found && str_compare(key, *first) >= 0)) continue;
        found = &sources[i];
        *first = key;
    }
    return found;
}

/* True if all of a segment has expired. */
static bool is_hidden(const Store *store, const Table *table)
{
    return store->kind != STORE_KEYED &&
           segment_is_expired(store,
                              (table->segment + 1) * store->interval_ms - 1);
}

/* Moves the source past `key`; false: its value is not to be shown. */
static bool take(Store *store, Source *source, Str key, Str *value,
                 int64_t *timestamp_ms)
{
    bool shown = false;
    bool stored = source->on_disk && str_eq(source->disk_key, key);
    if (source->entry && str_eq(entry_key(source->entry), key)) {
        const StoreEntry *entry = source->entry;
        shown = entry->value != NULL;
        *value = (Str){entry->value, entry->value_len};
        *timestamp_ms = entry->timestamp_ms;
    } else if (stored) {
        shown = load_split(source->disk_value, value, timestamp_ms);
    }
    return shown &&
           (store->kind == STORE_KEYED ||
            !segment_is_expired(store, segment_time(store->kind, key)));
}

static void step(Source *source, Str key)
{
    /* The key may be the disk cursor's own bytes, so that moves last. */
    bool stored = source->on_disk && str_eq(source->disk_key, key);
    if (source->entry && str_eq(entry_key(source->entry), key))
        next_entry(source);
    if (stored) next_on_disk(source);
}

Status store_scan(Store *store, Arena *arena, Str from, Str to,
                  bool (*visit)(void *context, Str key, Str value,
                                int64_t timestamp_ms),
                  void *context)
{
    if (store->status.kind) return store->status;
    if (!from.ptr) from = STR("");
    if (to.ptr && str_compare(from, to) >= 0) return st_ok();
    Source *sources = ARENA_ARRAY(arena, Source, store->table_count);
    int count = 0;
    for (int i = 0; i < store->table_count; i++)
        if (!is_hidden(store, store->tables[i]))
            open_source(&sources[count++], store->tables[i], arena, from, to);
    Str key, value;
    int64_t timestamp_ms;
    for (Source *at = first_source(sources, count, &key); at;
         at = first_source(sources, count, &key)) {
        if (take(store, at, key, &value, &timestamp_ms) &&
            !visit(context, key, value, timestamp_ms))
            break;
        step(at, key);
    }
    Status st = store->status;
    for (int i = 0; i < count; i++) {
        Status closed = close_source(&sources[i], arena);
        if (!st.kind) st = closed;
    }
    return st;
}

/* ---- one key ---- */

typedef struct KeyScan {
    Store *store;
    uint64_t hash; /* Of the key proper. */
    Str key;
    Str from, to; /* Keys of the store. */
} KeyScan;

/* The least key of the store with a time >= `ms`. */
static Str key_from(Arena *arena, const KeyScan *scan, int64_t ms)
{
    size_t suffix = segment_suffix(scan->store->kind);
    char *bytes = arena_alloc(arena, scan->key.len + suffix);
    uint64_t time = __builtin_bswap64((uint64_t)ms);
    memcpy(bytes, scan->key.ptr, scan->key.len);
    memset(bytes + scan->key.len, 0, suffix);
    memcpy(bytes + scan->key.len, &time, sizeof time);
    return (Str){bytes, scan->key.len + suffix};
}

/* The first of the entries whose key is >= `key`. */
static size_t first_from(StoreEntry *const *entries, size_t count, Str key)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_compare(entry_key(entries[middle]), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* False: the table has no row of the key. */
static bool open_key_source(Source *source, Table *table, const KeyScan *scan)
{
    int count = 0;
    StoreEntry *const *group = key_groups_find(table->groups, scan->hash,
                                               scan->key, &count);
    bool on_disk = table_may_have_group(table, scan->hash);
    if (!count && !on_disk) return false;
    *source = (Source){.to = scan->to, .sorted = group};
    source->sorted_at = first_from(group, (size_t)count, scan->from);
    source->sorted_count = first_from(group, (size_t)count, scan->to);
    next_entry(source);
    if (!on_disk) return true;
    source->disk = disk_seek(table->store->db->disk, table->family, scan->from,
                             scan->to);
    source->on_disk = disk_at_key(source->disk, &source->disk_key,
                                  &source->disk_value);
    return true;
}

/* *go_on: `visit` wants more. */
static Status scan_key_in(Table *table, Arena *arena, const KeyScan *scan,
                          bool (*visit)(void *context, Str key, Str value,
                                        int64_t timestamp_ms),
                          void *context, bool *go_on)
{
    Store *store = table->store;
    load_table(table, arena);
    table_group(table);
    Source source;
    if (!open_key_source(&source, table, scan)) return st_ok();
    for (Str key = next_key(&source); key.ptr && *go_on;
         key = next_key(&source)) {
        Str value;
        int64_t timestamp_ms;
        /* Longer keys may stand between those in RocksDB. */
        if (key.len == scan->from.len &&
            take(store, &source, key, &value, &timestamp_ms))
            *go_on = visit(context, key, value, timestamp_ms);
        step(&source, key);
    }
    return close_source(&source, arena);
}

Status store_scan_key(Store *store, Arena *arena, Str key, int64_t from_ms,
                      int64_t to_ms,
                      bool (*visit)(void *context, Str key, Str value,
                                    int64_t timestamp_ms),
                      void *context)
{
    assert(store->kind != STORE_KEYED);
    if (store->status.kind) return store->status;
    if (from_ms < 0) from_ms = 0;
    if (to_ms < from_ms) return st_ok();
    store->grouped = true; /* Tables made from now on begin with groups. */
    if (to_ms == INT64_MAX) to_ms--;
    KeyScan scan = {.store = store, .key = key};
    scan.hash = hash_bytes(key.ptr, key.len);
    scan.from = key_from(arena, &scan, from_ms);
    scan.to = key_from(arena, &scan, to_ms + 1);
    bool go_on = true;
    Status st = st_ok();
    for (int i = 0; i < store->table_count && go_on && !st.kind; i++) {
        Table *table = store->tables[i];
        if (table->segment < from_ms / store->interval_ms) continue;
        if (table->segment > to_ms / store->interval_ms) break;
        if (is_hidden(store, table)) continue;
        st = scan_key_in(table, arena, &scan, visit, context, &go_on);
    }
    return st.kind ? st : store->status;
}
