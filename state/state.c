/* SPDX-License-Identifier: Apache-2.0
 *
 * StateDb: one RocksDB for the tasks of a query, and its checkpoints.
 *
 * What is known about stores and tasks is in the family "offsets":
 *
 *     p/<task>    the owner's position, as given to state_checkpoint
 *     o/<store>   | changelog offset: int64 BE | observed time: int64 BE |
 *     a/<store>   there if RocksDB may be ahead of the changelog (a spill)
 *     i/process   the name of this database, see state_identity
 *
 * RocksDB makes families durable one by one, when it likes or when asked. So a
 * checkpoint writes data and makes it durable, and only then writes offsets and
 * position: what the family says is true whenever it reaches the disk, also
 * while other tasks are in the middle of a checkpoint. After a crash in between
 * data is newer than the offset; reading the changelog again from there gives
 * the same content, since it has all of the data (that is why pending waits for
 * the checkpoint).
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/vec.h"
#include "state/store_int.h"

enum { MEMORY_MAX_BYTES = 64 << 20 };

/* ---- opening ---- */

StateMemory *state_memory_new(size_t max_bytes)
{
    StateMemory *memory = mem_zalloc(sizeof *memory);
    memory->max_bytes = max_bytes ? max_bytes : MEMORY_MAX_BYTES;
    return memory;
}

void state_memory_free(StateMemory *memory)
{
    assert(!memory || atomic_load(&memory->store_count) == 0);
    mem_free(memory);
}

static Status open_disk(Arena *arena, Str directory,
                        const StateOptions *options, StateDb *db)
{
    Status st = disk_open(arena, directory, options, &db->disk);
    if (st.kind) return st;
    db->offsets = disk_find(db->disk, STR("offsets"));
    if (db->offsets) return st_ok();
    return disk_create(db->disk, arena, STR("offsets"), &db->offsets);
}

Status state_open(Arena *arena, Str directory, const StateOptions *options,
                  StateDb **out)
{
    static const StateOptions defaults;
    if (!options) options = &defaults;
    StateDb *db = mem_zalloc(sizeof *db);
    pthread_mutex_init(&db->lock, NULL);
    db->own_memory = !options->memory;
    db->memory = options->memory ? options->memory
                                 : state_memory_new(options->memory_max_bytes);
    Status st = st_ok();
    if (directory.ptr) st = open_disk(arena, directory, options, db);
    if (st.kind)
        state_close(db);
    else
        *out = db;
    return st;
}

void state_close(StateDb *db)
{
    assert(atomic_load(&db->store_count) == 0);
    if (db->disk) disk_close(db->disk);
    if (db->own_memory) state_memory_free(db->memory);
    pthread_mutex_destroy(&db->lock);
    mem_free(db);
}

Status state_destroy(Arena *arena, Str directory)
{
    return disk_destroy(arena, directory);
}

Status state_reserve(Arena *arena, Str directory)
{
    return disk_make_directory(arena, str_cstr(arena, directory));
}

/* ---- the family "offsets" ---- */

enum { NAME_MAX_BYTES = 512, OFFSET_BYTES = 16 };

typedef struct MetaKey {
    char bytes[NAME_MAX_BYTES];
    Str key;
} MetaKey;

static Str meta_key(MetaKey *at, char kind, Str name)
{
    assert(name.len + 2 <= sizeof at->bytes);
    at->bytes[0] = kind;
    at->bytes[1] = '/';
    memcpy(at->bytes + 2, name.ptr, name.len);
    at->key = (Str){at->bytes, name.len + 2};
    return at->key;
}

typedef struct Found {
    Arena *arena;
    Str value;
} Found;

static void keep_value(void *context, int at, Str value)
{
    (void)at;
    Found *found = context;
    found->value = str_copy(found->arena, value);
}

static Status read_meta(StateDb *db, Arena *arena, char kind, Str name,
                        Str *value)
{
    MetaKey at;
    Found found = {arena, STR_NULL};
    Str key = meta_key(&at, kind, name);
    Status st = disk_get_many(db->disk, arena, db->offsets, &key, 1, keep_value,
                              &found);
    *value = found.value;
    return st;
}

static int64_t read_i64(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, 8);
    return (int64_t)__builtin_bswap64(bytes);
}

static void write_i64(char *at, int64_t value)
{
    uint64_t bytes = __builtin_bswap64((uint64_t)value);
    memcpy(at, &bytes, 8);
}

void state_load_offset(Store *store)
{
    Str value, ahead;
    Status st = read_meta(store->db, store->errors, 'o', store->name, &value);
    store_fail(store, st);
    if (value.len == OFFSET_BYTES) {
        store->checkpoint_offset = read_i64(value.ptr);
        store->checkpoint_observed_ms = read_i64(value.ptr + 8);
        if (store->checkpoint_observed_ms > store->observed_ms)
            store->observed_ms = store->checkpoint_observed_ms;
    }
    store_fail(store,
               read_meta(store->db, store->errors, 'a', store->name, &ahead));
    store->ahead = ahead.ptr != NULL;
}

static void put_offset(DiskBatch *batch, const Store *store, int64_t offset)
{
    MetaKey at;
    char value[OFFSET_BYTES];
    write_i64(value, offset);
    write_i64(value + 8, store->observed_ms);
    disk_batch_put(batch, store->db->offsets, meta_key(&at, 'o', store->name),
                   (Str){value, sizeof value});
    if (store->ahead)
        disk_batch_delete(batch, store->db->offsets,
                          meta_key(&at, 'a', store->name));
}

/* Writes what is in the batch to the family, durably. */
static Status write_meta(StateDb *db, Arena *arena, DiskBatch *batch)
{
    Status st = disk_write(db->disk, arena, batch);
    return st.kind ? st : disk_flush(db->disk, arena, db->offsets);
}

Status state_mark_ahead(Store *store, Arena *arena)
{
    MetaKey at;
    DiskBatch *batch = disk_batch_new();
    disk_batch_put(batch, store->db->offsets, meta_key(&at, 'a', store->name),
                   STR(""));
    Status st = write_meta(store->db, arena, batch);
    if (!st.kind) store->ahead = true;
    disk_batch_free(batch);
    return st;
}

Status state_position(StateDb *db, Arena *arena, Str task, Str *position)
{
    *position = STR_NULL;
    if (!db->disk) return st_ok();
    return read_meta(db, arena, 'p', task, position);
}

/* A new one, durably. */
static Status make_identity(StateDb *db, Arena *arena)
{
    unsigned char random[IDENTITY_BYTES / 2];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return st_error(arena, ST_FATAL, "no random numbers: %s",
                        strerror(errno));
    char text[IDENTITY_BYTES + 1];
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    Status st = st_ok();
    if (db->disk) {
        MetaKey at;
        DiskBatch *batch = disk_batch_new();
        disk_batch_put(batch, db->offsets, meta_key(&at, 'i', STR("process")),
                       (Str){text, IDENTITY_BYTES});
        st = write_meta(db, arena, batch);
        disk_batch_free(batch);
    }
    if (!st.kind) memcpy(db->identity, text, IDENTITY_BYTES);
    return st;
}

/* Made when it is first asked for. */
Status state_identity(StateDb *db, Arena *arena, Str *identity)
{
    Status st = st_ok();
    pthread_mutex_lock(&db->lock);
    if (!db->identity[0] && db->disk) {
        Str kept;
        st = read_meta(db, arena, 'i', STR("process"), &kept);
        if (!st.kind && kept.len == IDENTITY_BYTES)
            memcpy(db->identity, kept.ptr, kept.len);
    }
    if (!st.kind && !db->identity[0]) st = make_identity(db, arena);
    if (!st.kind)
        *identity = str_copy(arena, (Str){db->identity, IDENTITY_BYTES});
    pthread_mutex_unlock(&db->lock);
    return st;
}

/* ---- checkpoints ---- */

typedef struct Checkpoint {
    StateDb *db;
    Arena *arena;
    Str task;
    Store *const *stores;
    int count;
    Str position;
    int64_t *offsets; /* Of each store's changelog; -1: none. */
} Checkpoint;

/* The changelogs' ends. All we sent is acknowledged, so it lies before. */
static Status find_offsets(Checkpoint *c, Broker *broker)
{
    c->offsets = ARENA_ARRAY(c->arena, int64_t, c->count);
    for (int i = 0; i < c->count; i++) {
        Store *store = c->stores[i];
        c->offsets[i] = store->checkpoint_offset;
        if (!store->sent) continue;
        int64_t low, high;
        Status st = broker_watermarks(broker, c->arena,
                                      str_from(store->changelog),
                                      store->partition, &low, &high);
        if (st.kind) return st;
        c->offsets[i] = high;
    }
    return st_ok();
}

static bool store_has_news(const Store *store)
{
    return store->pending.count || store->sent || store->ahead ||
           store->expired_count ||
           store->observed_ms != store->checkpoint_observed_ms;
}

static Status has_news(const Checkpoint *c, bool *news)
{
    *news = false;
    for (int i = 0; i < c->count; i++)
        if (store_has_news(c->stores[i])) *news = true;
    if (*news || !c->position.ptr) return st_ok();
    Str before;
    Status st = read_meta(c->db, c->arena, 'p', c->task, &before);
    *news = !before.ptr || !str_eq(before, c->position);
    return st;
}

static Status write_data(const Checkpoint *c, DiskBatch *batch)
{
    for (int i = 0; i < c->count; i++) {
        Status st = flush_fill(c->stores[i], c->arena, batch);
        if (st.kind) return st;
    }
    return disk_write(c->db->disk, c->arena, batch);
}

/* RocksDB does nothing for a family that has nothing new. */
static Status flush_data(const Checkpoint *c)
{
    for (int i = 0; i < c->count; i++) {
        for (int j = 0; j < c->stores[i]->table_count; j++) {
            Family *family = c->stores[i]->tables[j]->family;
            if (!family) continue;
            Status st = disk_flush(c->db->disk, c->arena, family);
            if (st.kind) return st;
        }
    }
    if (fault_here("state.checkpoint"))
        return st_error(c->arena, ST_FATAL, "fault 'state.checkpoint'");
    return st_ok();
}

static Status write_offsets(const Checkpoint *c, DiskBatch *batch)
{
    for (int i = 0; i < c->count; i++)
        put_offset(batch, c->stores[i], c->offsets[i]);
    MetaKey at;
    if (c->position.ptr)
        disk_batch_put(batch, c->db->offsets, meta_key(&at, 'p', c->task),
                       c->position);
    return write_meta(c->db, c->arena, batch);
}

static Status finish_checkpoint(const Checkpoint *c)
{
    for (int i = 0; i < c->count; i++) {
        Store *store = c->stores[i];
        store->checkpoint_offset = c->offsets[i];
        store->checkpoint_observed_ms = store->observed_ms;
        store->sent = store->ahead = false;
        flush_done(store);
        Status st = segment_drop_expired(store, c->arena);
        if (st.kind) return st;
    }
    return st_ok();
}

static Status run_checkpoint(const Checkpoint *c)
{
    DiskBatch *batch = disk_batch_new();
    Status st = write_data(c, batch);
    fault_point("state.checkpoint_data");
    if (!st.kind) st = flush_data(c);
    if (!st.kind) st = write_offsets(c, batch);
    fault_point("state.checkpoint_offsets");
    disk_batch_free(batch);
    return st.kind ? st : finish_checkpoint(c);
}

Status state_checkpoint(StateDb *db, Arena *arena, Broker *broker, Str task,
                        Store *const *stores, int count, Str position)
{
    if (!db->disk) return st_ok();
    Checkpoint c = {db, arena, task, stores, count, position, NULL};
    for (int i = 0; i < count; i++) {
        assert(!stores[i]->uncommitted);
        if (stores[i]->status.kind) return stores[i]->status;
    }
    bool news;
    Status st = has_news(&c, &news);
    if (st.kind || !news) return st;
    st = find_offsets(&c, broker);
    if (st.kind) return st;
    return run_checkpoint(&c);
}

Status state_save_restored(Store *store, Arena *arena, int64_t offset)
{
    store->sent = false;
    Checkpoint c = {store->db, arena, STR_NULL, &store, 1, STR_NULL, &offset};
    return run_checkpoint(&c);
}

/* Takes the store's offset away, durably. */
static Status forget_offset(const Store *store, Arena *arena)
{
    StateDb *db = store->db;
    MetaKey at;
    DiskBatch *batch = disk_batch_new();
    disk_batch_delete(batch, db->offsets, meta_key(&at, 'o', store->name));
    disk_batch_delete(batch, db->offsets, meta_key(&at, 'a', store->name));
    Status st = write_meta(db, arena, batch);
    disk_batch_free(batch);
    return st;
}

/* The offset goes first: data without one is wiped again. */
Status state_wipe(Store *store, Arena *arena)
{
    Disk *disk = store->db->disk;
    store->checkpoint_offset = store->checkpoint_observed_ms = -1;
    store->observed_ms = -1;
    store->ahead = false;
    Status st = disk ? forget_offset(store, arena) : st_ok();
    if (!st.kind) st = segment_drop_expired(store, arena);
    for (int i = 0; i < store->table_count && !st.kind; i++) {
        Table *table = store->tables[i];
        table_clear(table);
        if (table->family) st = disk_drop(disk, arena, table->family);
        if (st.kind) break;
        table->family = NULL;
        table->complete = true;
        table->was_evicted = false;
    }
    flush_done(store);
    return st;
}

/* ---- forgetting a task ---- */

typedef struct Families {
    Arena *arena;
    VEC(Family *) list;
} Families;

static void find_family(void *context, Family *family, Str name)
{
    (void)name;
    Families *found = context;
    *vec_push(found->arena, &found->list) = family;
}

/* What is known of the task's stores; `keys` counts. */
static Status delete_store_keys(StateDb *db, Arena *arena, char kind, Str task,
                                DiskBatch *batch, int *keys)
{
    Str key, value;
    Str from = str_printf(arena, "%c/%.*s/", kind, STR_ARG(task));
    Str to = str_printf(arena, "%c/%.*s%c", kind, STR_ARG(task), '/' + 1);
    DiskCursor *at = disk_seek(db->disk, db->offsets, from, to);
    for (; disk_at_key(at, &key, &value); disk_next(at), ++*keys)
        disk_batch_delete(batch, db->offsets, key);
    return disk_cursor_close(at, arena);
}

/* As in state_wipe the offsets go first. */
Status state_forget(StateDb *db, Arena *arena, Str task, bool *any)
{
    int keys = 0;
    MetaKey at;
    Families found = {.arena = arena};
    *any = false;
    if (!db->disk) return st_ok();
    DiskBatch *batch = disk_batch_new();
    Status st = delete_store_keys(db, arena, 'o', task, batch, &keys);
    if (!st.kind) st = delete_store_keys(db, arena, 'a', task, batch, &keys);
    disk_batch_delete(batch, db->offsets, meta_key(&at, 'p', task));
    disk_each(db->disk, str_printf(arena, "%.*s/", STR_ARG(task)), find_family,
              &found);
    *any = keys || found.list.count;
    if (!st.kind && *any) st = write_meta(db, arena, batch);
    disk_batch_free(batch);
    for (int i = 0; i < found.list.count && !st.kind; i++)
        st = disk_drop(db->disk, arena, found.list.at[i]);
    return st;
}
