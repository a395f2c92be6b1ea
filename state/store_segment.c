/* SPDX-License-Identifier: Apache-2.0
 *
 * Time: how window and session stores are cut into segments and forget.
 *
 *     key of a window   | key ... | start: int64 BE | sequence: int32 BE |
 *     key of a session  | key ... | end: int64 BE   | start: int64 BE    |
 *     segment           t / interval, interval = max(retention / 2, 60 s)
 *     family            "<store>@<segment * interval>"
 *
 * A segment is a table of its own, and a family of its own once it is first
 * written to RocksDB; one that expires before never touches the disk. Expiry is
 * exact for readers (segment_is_expired), while space is given back a segment
 * at a time: memory at a flush, the family at the checkpoint after it. Not
 * sooner, because after a crash the query may go back to a time when it was
 * needed.
 *
 * A keyed store has one table, segment 0, and family "<store>".
 */
#include <assert.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/number.h"
#include "state/store_int.h"

enum {
    WINDOW_SUFFIX = 12,
    SESSION_SUFFIX = 16,
};

size_t segment_suffix(StoreKind kind)
{
    return kind == STORE_WINDOW    ? WINDOW_SUFFIX
           : kind == STORE_SESSION ? SESSION_SUFFIX
                                   : 0;
}

uint64_t segment_group_hash(const Store *store, Str key)
{
    return hash_bytes(key.ptr, key.len - segment_suffix(store->kind));
}

int64_t segment_time(StoreKind kind, Str key)
{
    size_t suffix = segment_suffix(kind);
    if (key.len < suffix) return -1;
    uint64_t bytes;
    memcpy(&bytes, key.ptr + key.len - suffix, 8);
    return (int64_t)__builtin_bswap64(bytes);
}

/* The place of the first table with a segment >= `segment`. */
static int find_place(const Store *store, int64_t segment)
{
    int at = store->table_count;
    while (at > 0 && store->tables[at - 1]->segment >= segment)
        at--;
    return at;
}

static void add_table(Store *store, Table *table)
{
    if (store->table_count == store->table_cap) {
        store->table_cap = store->table_cap ? store->table_cap * 2 : 4;
        store->tables = mem_realloc(store->tables,
                                    (size_t)store->table_cap * sizeof(Table *));
    }
    int at = find_place(store, table->segment);
    memmove(&store->tables[at + 1], &store->tables[at],
            (size_t)(store->table_count - at) * sizeof(Table *));
    store->tables[at] = table;
    store->table_count++;
}

Table *segment_table(Store *store, int64_t segment, bool make)
{
    if (store->recent && store->recent->segment == segment)
        return store->recent;
    int at = find_place(store, segment);
    if (at < store->table_count && store->tables[at]->segment == segment)
        return store->recent = store->tables[at];
    if (!make) return NULL;
    Table *table = table_new(store, segment);
    add_table(store, table);
    return store->recent = table;
}

Table *segment_find(Store *store, Str key)
{
    if (store->kind == STORE_KEYED) return store->recent;
    int64_t t = segment_time(store->kind, key);
    if (t < 0 || segment_is_expired(store, t)) return NULL;
    return segment_table(store, t / store->interval_ms, false);
}

Table *segment_make(Store *store, Str key)
{
    if (store->kind == STORE_KEYED) return store->recent;
    int64_t t = segment_time(store->kind, key);
    if (t < 0) return NULL;
    if (t > store->observed_ms) store->observed_ms = t;
    if (segment_is_expired(store, t)) return NULL;
    return segment_table(store, t / store->interval_ms, true);
}

/* Pending writes to a table that goes are not needed. */
static void forget_pending(Store *store, const Table *table)
{
    for (size_t i = 0; i < store->pending.count; i++)
        if (store->pending.at[i].table == table)
            store->pending.at[i].table = NULL;
}

/* The first segment goes: no reader finds it any more, but some may still read
 * its family. */
static void expire_first(Store *store)
{
    Table *table = store->tables[0];
    store_begin(store);
    store->table_count--;
    memmove(store->tables, store->tables + 1,
            (size_t)store->table_count * sizeof(Table *));
    store->recent = NULL;
    store_end(store);
    forget_pending(store, table);
    if (!table->family) {
        table_free(table);
        return;
    }
    table_clear(table);
    if (store->expired_count == store->expired_cap) {
        store->expired_cap = store->expired_cap * 2 + 4;
        store->expired = mem_realloc(
            store->expired, (size_t)store->expired_cap * sizeof(Table *));
    }
    store->expired[store->expired_count++] = table;
}

void segment_expire(Store *store)
{
    if (store->kind == STORE_KEYED) return;
    int64_t live = (store->observed_ms - store->retention_ms) /
                   store->interval_ms;
    while (store->table_count && store->tables[0]->segment < live)
        expire_first(store);
}

Status segment_drop_expired(Store *store, Arena *arena)
{
    int kept = 0;
    for (int i = 0; i < store->expired_count; i++) {
        Table *table = store->expired[i];
        if (atomic_load(&table->pins)) {
            store->expired[kept++] = table; /* At the next checkpoint. */
            continue;
        }
        Status st = disk_drop(store->db->disk, arena, table->family);
        if (st.kind) {
            while (i < store->expired_count)
                store->expired[kept++] = store->expired[i++];
            store->expired_count = kept;
            return st;
        }
        table_free(table);
    }
    store->expired_count = kept;
    return st_ok();
}

static void open_family(void *context, Family *family, Str name)
{
    Store *store = context;
    Str rest = {name.ptr + store->name.len, name.len - store->name.len};
    int64_t start = 0;
    if (store->kind != STORE_KEYED) {
        Str digits = {rest.ptr + 1, rest.len ? rest.len - 1 : 0};
        if (!rest.len || rest.ptr[0] != '@' ||
            !number_parse_i64(digits, &start))
            return;
    } else if (rest.len) {
        return;
    }
    int64_t segment = start / store->interval_ms;
    segment_table(store, segment, true)->family = family;
    /* A lower bound, should there be no checkpoint that tells better. */
    if (store->kind != STORE_KEYED && start > store->observed_ms)
        store->observed_ms = start;
}

void segment_open_all(Store *store)
{
    disk_each(store->db->disk, store->name, open_family, store);
    for (int i = 0; i < store->table_count; i++) {
        Table *table = store->tables[i];
        if (table->family)
            table->complete = disk_is_empty(store->db->disk, table->family);
        table->unsifted = table->unsifted_groups = !table->complete;
    }
}

Status segment_family(Table *table, Arena *arena)
{
    if (table->family) return st_ok();
    Store *store = table->store;
    Str name = store->name;
    if (store->kind != STORE_KEYED)
        name = str_printf(arena, "%.*s@%lld", STR_ARG(store->name),
                          (long long)(table->segment * store->interval_ms));
    Family *family;
    Status st = disk_create(store->db->disk, arena, name, &family);
    if (st.kind) return st;
    store_begin(store);
    table->family = family;
    store_end(store);
    return st_ok();
}
