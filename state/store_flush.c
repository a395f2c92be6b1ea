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
 * Runs of some thousand writes become sorted files that RocksDB takes over: a
 * fifth of what its own way through a memtable costs, and it would make a file
 * of them at the checkpoint anyway.
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
    INGEST_MIN = 2000,     /* Writes that are worth a file of their own. */
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

/* A run of pending writes to one table, by ascending key. */
typedef struct Run {
    const PendingWrite *at, *end;
} Run;

/* The run that begins at `at`. Each flush adds one for each table. */
static Run find_run(const PendingWrite *at, const PendingWrite *end)
{
    Run run = {at, at + 1};
    while (run.end < end && run.end->table == at->table &&
           str_compare(run.end[-1].key, run.end->key) < 0)
        run.end++;
    return run;
}

static bool next_write(void *context, Str *key, Str *value)
{
    Run *run = context;
    if (run->at == run->end) return false;
    *key = run->at->key;
    *value = run->at->value;
    run->at++;
    return true;
}

/* A large run becomes a file of its own. What the batch has of the same table
 * is older, so it goes first. */
static Status ingest(Store *store, Arena *arena, DiskBatch *batch, Run run)
{
    Status st = disk_write(store->db->disk, arena, batch);
    if (st.kind) return st;
    return disk_ingest(store->db->disk, arena, run.at->table->family,
                       next_write, &run);
}

static Status add_to_batch(Store *store, Arena *arena, DiskBatch *batch,
                           Run run)
{
    Family *family = run.at->table->family;
    for (; run.at < run.end; run.at++) {
        if (disk_batch_bytes(batch) > BATCH_BYTES) {
            Status st = disk_write(store->db->disk, arena, batch);
            if (st.kind) return st;
        }
        if (run.at->value.ptr)
            disk_batch_put(batch, family, run.at->key, run.at->value);
        else
            disk_batch_delete(batch, family, run.at->key);
    }
    return st_ok();
}

Status flush_fill(Store *store, Arena *arena, DiskBatch *batch)
{
    const PendingWrite *at = store->pending.at;
    const PendingWrite *end = at + store->pending.count;
    for (Run run; at < end; at = run.end) {
        run = find_run(at, end);
        if (!at->table) continue;
        Status st = segment_family(at->table, arena);
        if (st.kind) return st;
        st = run.end - run.at < INGEST_MIN
                 ? add_to_batch(store, arena, batch, run)
                 : ingest(store, arena, batch, run);
        if (st.kind) return st;
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
    entries_unpin(store);
    store->evict_after_bytes = 0;
    store_reap(store);
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
    if (store->producer && store->changelog && !store->transactional &&
        !store->restoring && !store->ahead)
        st = state_mark_ahead(store, arena);
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
