/* SPDX-License-Identifier: Apache-2.0
 *
 * Write-behind: from dirty entries to RocksDB, in two steps.
 *
 *   store_flush       dirty entries --> changelog (queued), and --> pending
 *   (acknowledged, offsets committed by the caller)
 *   state_checkpoint  pending --> RocksDB, with the changelog offset
 *
 * Pending holds copies sorted by key, which RocksDB takes three times faster
 * than unsorted ones. Waiting there until the changelog is sure to have them
 * means that RocksDB never holds a change that a crash takes out of the
 * changelog, so after kill -9 only the tail of the changelog is read again.
 *
 * A spill is the exception: if memory runs short before the checkpoint, pending
 * is written at once. Before that the mark "ahead" is made durable, which the
 * next checkpoint removes; a store that is opened with the mark is rebuilt from
 * its changelog.
 *
 * A transactional store spills only what is committed, which needs no mark; for
 * the rest it asks for a commit (store_wants_commit) and grows until then.
 */
#include <assert.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "state/store_int.h"

enum {
    BATCH_BYTES = 4 << 20, /* Of a WriteBatch, if it may be cut. */
    INGEST_MIN = 20000,    /* Writes that are worth a file of their own. */
    PENDING_KEEP_BYTES = 1 << 20, /* Kept for the next flush. */
    PENDING_DIVISOR = 4, /* Part of the memory limit pending may take. */
};

/* ---- pending ---- */

static void add_pending(Pending *pending, const StoreEntry *entry)
{
    if (pending->count == pending->cap) {
        pending->cap = pending->cap ? pending->cap * 2 : 256;
        pending->at = mem_realloc(pending->at,
                                  pending->cap * sizeof *pending->at);
    }
    if (!pending->arena) pending->arena = arena_new("pending", 0);
    PendingWrite *write = &pending->at[pending->count++];
    size_t value_len = entry->value ? 8 + (size_t)entry->value_len : 0;
    char *bytes = arena_alloc(pending->arena, entry->key_len + value_len);
    memcpy(bytes, entry->key, entry->key_len);
    write->table = ((const Node *)entry)->table;
    write->key = (Str){bytes, entry->key_len};
    write->value = STR_NULL;
    if (entry->value) {
        char *value = bytes + entry->key_len;
        uint64_t ts = __builtin_bswap64((uint64_t)entry->timestamp_ms);
        memcpy(value, &ts, 8);
        if (entry->value_len) memcpy(value + 8, entry->value, entry->value_len);
        write->value = (Str){value, value_len};
    }
}

static void measure_pending(Store *store)
{
    Pending *pending = &store->pending;
    size_t bytes = pending->cap * sizeof *pending->at +
                   (pending->arena ? arena_used_bytes(pending->arena) : 0);
    store_account(store, (int64_t)bytes - (int64_t)pending->bytes);
    pending->bytes = bytes;
}

void pending_free(Pending *pending)
{
    mem_free(pending->at);
    arena_free(pending->arena);
    *pending = (Pending){0};
}

/* All dirty entries of a table, by key. */
static void add_table(Store *store, const Table *table, StoreEntry **scratch)
{
    size_t count = 0;
    for (StoreEntry *e = store->dirty.first; e; e = e->dirty_next)
        if (node_of(e)->table == table) scratch[count++] = e;
    order_sort(scratch, count);
    for (size_t i = 0; i < count; i++) {
        add_pending(&store->pending, scratch[i]);
        node_of(scratch[i])->flush_id = store->flush_id;
    }
}

void flush_dirty(Store *store)
{
    if (store->dirty_count && store->db->disk) {
        store->uncommitted = store->transactional && !store->restoring;
        StoreEntry **scratch = mem_alloc((size_t)store->dirty_count *
                                         sizeof(StoreEntry *));
        store->flush_id++;
        for (int i = 0; i < store->table_count; i++)
            add_table(store, store->tables[i], scratch);
        mem_free(scratch);
        measure_pending(store);
    }
    while (store->dirty.first)
        entry_clean(store, store->dirty.first);
    assert(!store->dirty_count && !store->dirty_bytes);
    store_reap(store);
}

/* ---- to RocksDB ---- */

Status flush_fill(Store *store, Arena *arena, DiskBatch *batch)
{
    for (size_t i = 0; i < store->pending.count; i++) {
        const PendingWrite *write = &store->pending.at[i];
        if (!write->table) continue;
        Status st = segment_family(write->table, arena);
        if (!st.kind && disk_batch_bytes(batch) > BATCH_BYTES)
            st = disk_write(store->db->disk, arena, batch);
        if (st.kind) return st;
        if (write->value.ptr)
            disk_batch_put(batch, write->table->family, write->key,
                           write->value);
        else
            disk_batch_delete(batch, write->table->family, write->key);
    }
    return st_ok();
}

static void empty_pending(Store *store)
{
    Pending *pending = &store->pending;
    size_t counted = pending->bytes;
    pending->count = 0;
    if (counted > PENDING_KEEP_BYTES)
        pending_free(pending);
    else if (pending->arena)
        arena_reset(pending->arena);
    pending->bytes = counted;
    measure_pending(store);
}

void flush_done(Store *store)
{
    empty_pending(store);
    store->written_id = store->flush_id;
    store->evict_after_bytes = 0;
    store_reap(store);
}

/* A run of pending writes to one table. */
typedef struct Run {
    PendingWrite *at, *end;
} Run;

static bool next_write(void *context, Str *key, Str *value)
{
    Run *run = context;
    if (run->at == run->end) return false;
    *key = run->at->key;
    *value = run->at->value;
    run->at++;
    return true;
}

/* Large runs become files of their own. Only for what was read from the
 * changelog: such a file is durable at once, before any offset. */
static Status ingest_runs(Store *store, Arena *arena)
{
    Pending *pending = &store->pending;
    PendingWrite *end = pending->at + pending->count;
    for (PendingWrite *at = pending->at, *stop; at < end; at = stop) {
        Table *table = at->table;
        for (stop = at; stop < end && stop->table == table;)
            stop++;
        if (!table || stop - at < INGEST_MIN) continue;
        Status st = segment_family(table, arena);
        if (st.kind) return st;
        Run run = {at, stop};
        st = disk_ingest(store->db->disk, arena, table->family, next_write,
                         &run);
        if (st.kind) return st;
        for (; at < stop; at++)
            at->table = NULL; /* Done. */
    }
    return st_ok();
}

Status flush_spill(Store *store, Arena *arena)
{
    if (!store->pending.count) return st_ok();
    if (store->uncommitted) {
        store->wants_commit = true;
        return st_ok();
    }
    if (fault_here("state.spill"))
        return st_error(arena, ST_FATAL, "fault 'state.spill'");
    Status st = st_ok();
    DiskBatch *batch = disk_batch_new();
    if (store->restoring) {
        st = ingest_runs(store, arena);
    } else if (store->producer && store->changelog && !store->transactional &&
               !store->ahead) {
        st = state_mark_ahead(store, arena);
    }
    if (!st.kind) st = flush_fill(store, arena, batch);
    if (!st.kind) st = disk_write(store->db->disk, arena, batch);
    if (!st.kind) flush_done(store);
    disk_batch_free(batch);
    return st;
}

Status flush_early(Store *store, Arena *arena)
{
    if (store->transactional && !store->restoring) {
        store->wants_commit = true;
        return st_ok();
    }
    Status st = changelog_send(store, arena);
    if (st.kind) return st;
    flush_dirty(store);
    segment_expire(store);
    return flush_spill(store, arena);
}

/* Not while an operator is at work. */
static void make_room_between(Store *store)
{
    store_begin(store);
    store_make_room(store);
    store_end(store);
}

Status store_committed(Store *store, Arena *arena)
{
    store->uncommitted = store->wants_commit = false;
    store->evict_after_bytes = 0;
    if (store->pending.bytes <= store->db->memory->max_bytes / PENDING_DIVISOR)
        return st_ok();
    Status st = flush_spill(store, arena);
    if (!st.kind) make_room_between(store);
    return st;
}

bool store_wants_commit(const Store *store)
{
    return store->wants_commit;
}

Status store_flush(Store *store, Arena *arena)
{
    /* After a failed read an entry may lack the value it has in RocksDB. What
     * was made of it must not reach the changelog. */
    if (store->status.kind) return store->status;
    if (fault_here("state.flush"))
        return st_error(arena, ST_FATAL, "fault 'state.flush'");
    /* Only if there was no checkpoint since the last flush. */
    if (store->pending.bytes > store->db->memory->max_bytes / PENDING_DIVISOR) {
        Status st = flush_spill(store, arena);
        if (st.kind) return st;
    }
    Status st = changelog_send(store, arena);
    if (st.kind) return st;
    flush_dirty(store);
    segment_expire(store);
    store->evict_after_bytes = 0;
    make_room_between(store);
    return st_ok();
}
