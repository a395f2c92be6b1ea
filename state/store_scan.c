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

#include "base/alloc.h"

/* One table's part of a scan. */
typedef struct Source {
    Str to;
    OrderCursor cursor;  /* If the table has an order; */
    StoreEntry **sorted; /* else these. */
    size_t sorted_count, sorted_at;
    StoreEntry *entry; /* Next in memory; NULL: none. */
    DiskCursor *disk;  /* NULL: all is in memory. */
    Str disk_key, disk_value;
    bool on_disk; /* disk_key is valid. */
} Source;

static void next_entry(Source *source)
{
    if (source->sorted) {
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
        source->sorted = table_collect(table, from, to, &source->sorted_count);
    next_entry(source);
    if (table->complete) return;
    source->disk = disk_seek(table->store->db->disk, table->family, from, to);
    source->on_disk = disk_at_key(source->disk, &source->disk_key,
                                  &source->disk_value);
}

static Status close_source(Source *source, Arena *arena)
{
    mem_free(source->sorted);
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
