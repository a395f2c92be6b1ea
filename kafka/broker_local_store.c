/* SPDX-License-Identifier: Apache-2.0
 *
 * The embedded broker's records in RocksDB (keys in broker_local_int.h).
 *
 * A commit is one WriteBatch, so the write-ahead log makes it whole or not at
 * all after kill -9, whatever it touches. Batches of 4 KB and more go to blob
 * files: a log is never updated in place, and copying it from level to level
 * would write it several times over; compaction then moves only keys.
 *
 * Write buffers and caches are small: this is one part of a process that has
 * 150 MB for all.
 *
 * A full disk must not reach RocksDB: after a failed write to its log, 7.8 with
 * assertions (as Debian builds it) ends the process at the next one. So some of
 * the disk is left free, writes are refused below that and go on when there is
 * room again; and after a write that failed all the same, none is tried.
 */
#include <sys/statvfs.h>

#include "base/alloc.h"
#include "kafka/broker_local_int.h"

enum {
    FORMAT_VERSION = 1,
    WRITE_BUFFER_BYTES = 16 << 20,
    CACHE_BYTES = 8 << 20,
    BLOB_MIN_BYTES = 4 << 10,
    BLOB_FILE_BYTES = 64 << 20,
    READ_AHEAD_BYTES = 256 << 10,
    READ_AHEAD_BATCHES = 64,
    RESERVE_BYTES = 48 << 20, /* Two memtables, and some. */
    CHECK_BYTES = 1 << 20,    /* Look at the disk after so much. */
};

/* ---- keys and numbers ---- */

static void put_be(char *to, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8)
        to[i] = (char)value;
}

static uint64_t get_be(const char *from, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | (unsigned char)from[i];
    return value;
}

static void put_le(char *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8)
        to[i] = (char)value;
}

static uint64_t get_le(const char *from, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | (unsigned char)from[i];
    return value;
}

void local_part_key(char *key, char kind, const Partition *part)
{
    key[0] = kind;
    put_be(key + 1, part->topic->id, 4);
    put_be(key + 5, (uint64_t)part->index, 4);
}

void local_key(char *key, char kind, const Partition *part, int64_t base)
{
    local_part_key(key, kind, part);
    put_be(key + LOCAL_PART_BYTES, (uint64_t)base, 8);
}

static Str topic_key(Arena *arena, const char *name)
{
    return str_printf(arena, "T%s", name);
}

/* ---- errors and writing ---- */

/* A failure of RocksDB, whose text it frees. */
static Status disk_error(const LocalStore *store, Arena *arena, char *error)
{
    Status st;
    if (strstr(error, "No space left") || strstr(error, "Disk quota"))
        st = st_error(arena, ST_FATAL,
                      "the disk of the data directory '%s' is full",
                      store->directory);
    else
        st = st_error(arena, ST_FATAL, "data directory '%s': %s",
                      store->directory, error);
    rocksdb_free(error);
    return st;
}

/* Whether a write may be tried. Under the write lock. */
static Status check_disk(LocalStore *store, Arena *arena, size_t bytes)
{
    struct statvfs disk;

    if (store->failure)
        return st_error(arena, ST_FATAL, "%s; start again to write",
                        store->failure);
    store->unchecked_bytes += (int64_t)bytes;
    if (store->unchecked_bytes < CHECK_BYTES ||
        statvfs(store->directory, &disk))
        return st_ok();
    /* Looked at again at once while it is full. */
    if ((int64_t)(disk.f_bavail * disk.f_frsize) - (int64_t)bytes <
        store->reserve_bytes)
        return st_error(arena, ST_FATAL,
                        "the disk of the data directory '%s' is full (%lld MB "
                        "are kept free)",
                        store->directory,
                        (long long)(store->reserve_bytes >> 20));
    store->unchecked_bytes = 0;
    return st_ok();
}

Status local_write(LocalStore *store, Arena *arena, rocksdb_writebatch_t *write)
{
    char *error = NULL;
    size_t bytes;

    rocksdb_writebatch_data(write, &bytes);
    pthread_mutex_lock(&store->write_lock);
    Status st = check_disk(store, arena, bytes);
    if (!st.kind) {
        rocksdb_write(store->db, store->write_options, write, &error);
        if (error) {
            st = disk_error(store, arena, error);
            store->failure = mem_alloc(strlen(st.text) + 1);
            memcpy(store->failure, st.text, strlen(st.text) + 1);
        }
    }
    pthread_mutex_unlock(&store->write_lock);
    rocksdb_writebatch_destroy(write);
    return st;
}

void local_put_batch(rocksdb_writebatch_t *write, const Partition *part,
                     const RecordBatch *batch)
{
    char key[LOCAL_KEY_BYTES], index[LOCAL_INDEX_BYTES];

    local_key(key, 'L', part, batch->base_offset);
    rocksdb_writebatch_put(write, key, sizeof key, (const char *)batch->bytes,
                           batch->len);
    key[0] = 'I';
    put_le(index, (uint64_t)batch->span, 4);
    put_le(index + 4, batch->len, 4);
    put_le(index + 8, (uint64_t)batch->max_ms, 8);
    rocksdb_writebatch_put(write, key, sizeof key, index, sizeof index);
}

void local_delete_batch(rocksdb_writebatch_t *write, const Partition *part,
                        int64_t base)
{
    char key[LOCAL_KEY_BYTES];
    local_key(key, 'L', part, base);
    rocksdb_writebatch_delete(write, key, sizeof key);
    key[0] = 'I';
    rocksdb_writebatch_delete(write, key, sizeof key);
}

void local_put_cleaned(rocksdb_writebatch_t *write, const Partition *part)
{
    char key[LOCAL_PART_BYTES], value[16];
    local_part_key(key, 'C', part);
    put_le(value, (uint64_t)part->cleaned, 8);
    put_le(value + 8, (uint64_t)part->clean_bytes, 8);
    rocksdb_writebatch_put(write, key, sizeof key, value, sizeof value);
}

static void put_offset(rocksdb_writebatch_t *write, Arena *arena, Str group,
                       uint32_t topic, const TopicPartition *at)
{
    size_t key_len = group.len + 10, value_len = 8 + at->metadata.len;
    char *key = arena_alloc(arena, key_len);
    char *value = arena_alloc(arena, value_len + 1);

    key[0] = 'O';
    memcpy(key + 1, group.ptr, group.len);
    key[group.len + 1] = '\0';
    put_be(key + group.len + 2, topic, 4);
    put_be(key + group.len + 6, (uint64_t)at->partition, 4);
    put_le(value, (uint64_t)at->offset, 8);
    if (at->metadata.ptr) {
        memcpy(value + 8, at->metadata.ptr, at->metadata.len);
        value[value_len++] = '\0'; /* Tells empty from none. */
    }
    rocksdb_writebatch_put(write, key, key_len, value, value_len);
}

static Status store_write(Storage *storage, Arena *arena, const Commit *commits)
{
    LocalStore *store = (LocalStore *)storage;
    rocksdb_writebatch_t *write = rocksdb_writebatch_create();

    for (const Commit *c = commits; c; c = c->next) {
        if (c->refused) continue;
        for (int i = 0; i < c->append_count; i++)
            if (c->appends[i].part)
                local_put_batch(write, c->appends[i].part, c->appends[i].batch);
        for (int i = 0; i < c->offset_count; i++)
            put_offset(write, arena, c->group,
                       c->topics[c->offsets[i].topic_index]->id,
                       &c->offsets[i]);
    }
    return local_write(store, arena, write);
}

/* ---- topics and groups ---- */

static void put_text(Buf *out, Str text)
{
    char len[4];
    put_le(len, text.len, 4);
    buf_append(out, len, 4);
    buf_append_str(out, text);
}

static Status store_put_topic(Storage *storage, Arena *arena,
                              const Topic *topic)
{
    LocalStore *store = (LocalStore *)storage;
    rocksdb_writebatch_t *write = rocksdb_writebatch_create();
    Str key = topic_key(arena, topic->name);
    Buf value = {0};
    char head[16];

    put_le(head, topic->id, 4);
    put_le(head + 4, (uint64_t)topic->partition_count, 4);
    put_le(head + 8, (uint64_t)topic->replica_count, 4);
    put_le(head + 12, (uint64_t)topic->config_count, 4);
    buf_append(&value, head, sizeof head);
    for (int i = 0; i < topic->config_count; i++) {
        put_text(&value, topic->configs[i].name);
        put_text(&value, topic->configs[i].value);
    }
    rocksdb_writebatch_put(write, key.ptr, key.len, value.ptr, value.len);
    buf_free(&value);
    return local_write(store, arena, write);
}

/* Removes all keys of one kind that begin with the topic's id. */
static void delete_range(rocksdb_writebatch_t *write, char kind, uint32_t topic)
{
    char from[5] = {kind}, to[5] = {kind};
    put_be(from + 1, topic, 4);
    put_be(to + 1, (uint64_t)topic + 1, 4);
    rocksdb_writebatch_delete_range(write, from, 5, to, 5);
}

void local_reclaim(LocalStore *store, const Topic *topic)
{
    char from[5] = {'L'}, to[5] = {'L'}, *error = NULL;
    put_be(from + 1, topic->id, 4);
    put_be(to + 1, (uint64_t)topic->id + 1, 4);
    rocksdb_suggest_compact_range(store->db, from, 5, to, 5, &error);
    rocksdb_free(error); /* It was only a suggestion. */
}

static Status store_drop_topic(Storage *storage, Arena *arena,
                               const Topic *topic)
{
    LocalStore *store = (LocalStore *)storage;
    rocksdb_writebatch_t *write = rocksdb_writebatch_create();
    Str key = topic_key(arena, topic->name);

    rocksdb_writebatch_delete(write, key.ptr, key.len);
    for (const char *kind = "LISC"; *kind; kind++)
        delete_range(write, *kind, topic->id);
    Status st = local_write(store, arena, write);
    if (!st.kind) local_reclaim(store, topic);
    return st;
}

static Status store_drop_group(Storage *storage, Arena *arena, Str group)
{
    rocksdb_writebatch_t *write = rocksdb_writebatch_create();
    /* From "O<group>\0" to "O<group>\1". */
    char *from = arena_alloc(arena, group.len + 2);
    char *to = arena_alloc(arena, group.len + 2);

    from[0] = to[0] = 'O';
    memcpy(from + 1, group.ptr, group.len);
    memcpy(to + 1, group.ptr, group.len);
    from[group.len + 1] = '\0';
    to[group.len + 1] = '\1';
    rocksdb_writebatch_delete_range(write, from, group.len + 2, to,
                                    group.len + 2);
    return local_write((LocalStore *)storage, arena, write);
}

/* ---- reading ---- */

/* An iterator over the keys of one kind of a partition; `options` and `bounds`
 * must outlive it. */
static rocksdb_iterator_t *open_iterator(LocalStore *store, char kind,
                                         const Partition *part,
                                         rocksdb_readoptions_t *options,
                                         char bounds[2][LOCAL_KEY_BYTES])
{
    local_key(bounds[0], kind, part, 0);
    local_key(bounds[1], kind, part, INT64_MAX);
    rocksdb_readoptions_set_iterate_lower_bound(options, bounds[0],
                                                LOCAL_KEY_BYTES);
    rocksdb_readoptions_set_iterate_upper_bound(options, bounds[1],
                                                LOCAL_KEY_BYTES);
    rocksdb_readoptions_set_fill_cache(options, kind == 'I');
    return rocksdb_create_iterator(store->db, options);
}

/* Goes to the batch that begins at or before `offset`, or else to the first. */
static void seek_batch(rocksdb_iterator_t *it, char kind, const Partition *part,
                       int64_t offset)
{
    char key[LOCAL_KEY_BYTES];
    local_key(key, kind, part, offset);
    rocksdb_iter_seek_for_prev(it, key, sizeof key);
    if (!rocksdb_iter_valid(it)) rocksdb_iter_seek_to_first(it);
}

static int64_t key_base(const rocksdb_iterator_t *it)
{
    size_t len;
    const char *key = rocksdb_iter_key(it, &len);
    return len == LOCAL_KEY_BYTES ? (int64_t)get_be(key + LOCAL_PART_BYTES, 8)
                                  : INT64_MAX;
}

Status local_read(Storage *storage, Arena *arena, const Partition *part,
                  int64_t offset, int64_t end, RecordBatch **chain)
{
    LocalStore *store = (LocalStore *)storage;
    rocksdb_readoptions_t *options = rocksdb_readoptions_create();
    char bounds[2][LOCAL_KEY_BYTES], *error = NULL;
    rocksdb_iterator_t *it = open_iterator(store, 'L', part, options, bounds);
    RecordBatch **link = chain;
    size_t bytes = 0;
    Status st = st_ok();

    *chain = NULL;
    seek_batch(it, 'L', part, offset);
    for (int n = 0; n < READ_AHEAD_BATCHES && bytes < READ_AHEAD_BYTES &&
                    rocksdb_iter_valid(it);
         rocksdb_iter_next(it)) {
        size_t len;
        int64_t base = key_base(it);
        if (base >= end) break;
        const char *value = rocksdb_iter_value(it, &len);
        RecordBatch *batch = batch_load(value, len, base);
        if (!batch) {
            st = st_error(arena, ST_FATAL,
                          "topic '%s' partition %d is damaged at offset %lld",
                          part->topic->name, part->index, (long long)base);
            break;
        }
        if (batch_end(batch) <= offset) {
            batch_unref(batch);
            continue;
        }
        *link = batch;
        link = &batch->next;
        bytes += len;
        n++;
    }
    rocksdb_iter_get_error(it, &error);
    rocksdb_iter_destroy(it);
    rocksdb_readoptions_destroy(options);
    if (error) st = disk_error(store, arena, error);
    if (st.kind) {
        batch_unref_chain(*chain);
        *chain = NULL;
    }
    return st;
}

static bool get_entry(const rocksdb_iterator_t *it, IndexEntry *entry)
{
    size_t len;
    const char *value = rocksdb_iter_value(it, &len);
    if (len != LOCAL_INDEX_BYTES) return false;
    entry->base = key_base(it);
    entry->end = entry->base + (int64_t)get_le(value, 4);
    entry->bytes = (int64_t)get_le(value + 4, 4);
    entry->max_ms = (int64_t)get_le(value + 8, 8);
    return true;
}

Status local_scan_index(LocalStore *store, Arena *arena, const Partition *part,
                        int64_t from, int64_t to,
                        bool (*see)(void *context, const IndexEntry *entry),
                        void *context)
{
    rocksdb_readoptions_t *options = rocksdb_readoptions_create();
    char bounds[2][LOCAL_KEY_BYTES], *error = NULL;
    rocksdb_iterator_t *it = open_iterator(store, 'I', part, options, bounds);
    IndexEntry entry;

    for (seek_batch(it, 'I', part, from); rocksdb_iter_valid(it);
         rocksdb_iter_next(it)) {
        if (!get_entry(it, &entry) || entry.base >= to) break;
        if (entry.end > from && !see(context, &entry)) break;
    }
    rocksdb_iter_get_error(it, &error);
    rocksdb_iter_destroy(it);
    rocksdb_readoptions_destroy(options);
    return error ? disk_error(store, arena, error) : st_ok();
}

static bool see_first(void *context, const IndexEntry *entry)
{
    *(int64_t *)context = entry->base;
    return false;
}

/* Removes the batches that end before `start`, in one write with `start`. */
static Status store_trim(Storage *storage, Arena *arena, const Partition *part,
                         int64_t start)
{
    LocalStore *store = (LocalStore *)storage;
    char key[LOCAL_PART_BYTES], value[8];
    char from[LOCAL_KEY_BYTES], to[LOCAL_KEY_BYTES];
    int64_t first = start; /* The base of the first batch that stays. */
    Status st = local_scan_index(store, arena, part, start, INT64_MAX,
                                 see_first, &first);
    if (st.kind) return st;
    rocksdb_writebatch_t *write = rocksdb_writebatch_create();
    local_part_key(key, 'S', part);
    put_le(value, (uint64_t)start, 8);
    rocksdb_writebatch_put(write, key, sizeof key, value, sizeof value);
    for (const char *kind = "LI"; *kind; kind++) {
        local_key(from, *kind, part, 0);
        local_key(to, *kind, part, first);
        rocksdb_writebatch_delete_range(write, from, sizeof from, to,
                                        sizeof to);
    }
    return local_write(store, arena, write);
}

/* ---- opening: what is there ---- */

/* Takes a text with its length off the front; false if it is cut. */
static bool take_text(Str *from, Str *text)
{
    if (from->len < 4) return false;
    size_t len = (size_t)get_le(from->ptr, 4);
    if (len > from->len - 4) return false;
    *text = (Str){from->ptr + 4, len};
    *from = (Str){from->ptr + 4 + len, from->len - 4 - len};
    return true;
}

static Status load_topic(LocalStore *store, Arena *arena, Str name, Str value)
{
    Topic *topic;
    bool good = value.len >= 16;
    int count = good ? (int)get_le(value.ptr + 12, 4) : 0;
    TopicConfig *configs = ARENA_ARRAY(arena, TopicConfig, count);
    Str rest = {value.ptr + 16, good ? value.len - 16 : 0};

    for (int i = 0; good && i < count; i++)
        good = take_text(&rest, &configs[i].name) &&
               take_text(&rest, &configs[i].value);
    if (!good)
        return st_error(arena, ST_FATAL,
                        "data directory '%s': topic '%.*s' is damaged",
                        store->directory, STR_ARG(name));
    NewTopic new = {.name = name,
                    .partitions = (int)get_le(value.ptr + 4, 4),
                    .replicas = (int)get_le(value.ptr + 8, 4),
                    .configs = configs,
                    .config_count = count};
    Status st = topic_new(arena, (uint32_t)get_le(value.ptr, 4), &new, &topic);
    if (!st.kind) embedded_add_topic(store->broker, topic);
    return st;
}

/* First and next offset of a partition. */
static Status load_partition(LocalStore *store, Arena *arena, Partition *part)
{
    char key[LOCAL_KEY_BYTES], *error = NULL;
    char bounds[2][LOCAL_KEY_BYTES];
    size_t len;
    IndexEntry last;
    rocksdb_readoptions_t *options = rocksdb_readoptions_create();
    rocksdb_iterator_t *it = open_iterator(store, 'I', part, options, bounds);

    rocksdb_iter_seek_to_last(it);
    if (rocksdb_iter_valid(it) && get_entry(it, &last)) part->end = last.end;
    rocksdb_iter_get_error(it, &error);
    rocksdb_iter_destroy(it);
    rocksdb_readoptions_destroy(options);
    if (error) return disk_error(store, arena, error);
    local_part_key(key, 'S', part);
    char *value = rocksdb_get(store->db, store->read_options, key,
                              LOCAL_PART_BYTES, &len, &error);
    if (value && len == 8) part->start = (int64_t)get_le(value, 8);
    rocksdb_free(value);
    if (error) return disk_error(store, arena, error);
    key[0] = 'C';
    value = rocksdb_get(store->db, store->read_options, key, LOCAL_PART_BYTES,
                        &len, &error);
    if (value && len == 16) {
        part->cleaned = (int64_t)get_le(value, 8);
        part->clean_bytes = (int64_t)get_le(value + 8, 8);
    }
    rocksdb_free(value);
    if (error) return disk_error(store, arena, error);
    if (part->end < part->start) part->end = part->start;
    part->next = part->end;
    return st_ok();
}

/* Offsets of deleted topics are put into `stale` to be removed. */
static void load_offset(LocalStore *store, rocksdb_writebatch_t *stale, Str key,
                        Str value)
{
    if (key.len < 10 || value.len < 8) return;
    const char *ids = key.ptr + key.len - 8;
    Str group = {key.ptr + 1, key.len - 10};
    uint32_t topic = (uint32_t)get_be(ids, 4);
    Str metadata = STR_NULL;
    bool known = false;

    for (int i = 0; i < store->broker->topic_count && !known; i++)
        known = store->broker->topics[i]->id == topic;
    if (!known) {
        rocksdb_writebatch_delete(stale, key.ptr, key.len);
        return;
    }
    if (value.len > 8) metadata = (Str){value.ptr + 8, value.len - 9};
    group_set_offset(store->broker->groups, group, topic,
                     (int32_t)get_be(ids + 4, 4), (int64_t)get_le(value.ptr, 8),
                     metadata);
}

/* Goes through all keys of one kind, 'T' or 'O'. */
static Status load_kind(LocalStore *store, Arena *arena, char kind)
{
    rocksdb_iterator_t *it = rocksdb_create_iterator(store->db,
                                                     store->read_options);
    rocksdb_writebatch_t *stale = rocksdb_writebatch_create();
    char *error = NULL;
    Status st = st_ok();

    for (rocksdb_iter_seek(it, &kind, 1); rocksdb_iter_valid(it) && !st.kind;
         rocksdb_iter_next(it)) {
        Str key, value;
        key.ptr = rocksdb_iter_key(it, &key.len);
        value.ptr = rocksdb_iter_value(it, &value.len);
        if (!key.len || key.ptr[0] != kind) break;
        if (kind == 'T')
            st = load_topic(store, arena, (Str){key.ptr + 1, key.len - 1},
                            value);
        else
            load_offset(store, stale, key, value);
    }
    rocksdb_iter_get_error(it, &error);
    rocksdb_iter_destroy(it);
    if (!error && !st.kind && rocksdb_writebatch_count(stale))
        return local_write(store, arena, stale);
    rocksdb_writebatch_destroy(stale);
    return error ? disk_error(store, arena, error) : st;
}

/* A new database gets its format; one of another format is refused. */
static Status check_format(LocalStore *store, Arena *arena)
{
    char *error = NULL, text[4];
    size_t len;
    char *value = rocksdb_get(store->db, store->read_options, "F", 1, &len,
                              &error);
    uint64_t format = value && len == 4 ? get_le(value, 4) : 0;
    bool fresh = !value;

    rocksdb_free(value);
    if (error) return disk_error(store, arena, error);
    if (fresh) {
        rocksdb_writebatch_t *write = rocksdb_writebatch_create();
        put_le(text, FORMAT_VERSION, 4);
        rocksdb_writebatch_put(write, "F", 1, text, sizeof text);
        return local_write(store, arena, write);
    }
    if (format == FORMAT_VERSION) return st_ok();
    return st_error(arena, ST_USER,
                    "the data directory '%s' has format %d, this version "
                    "reads format %d: use the version that wrote it",
                    store->directory, (int)format, FORMAT_VERSION);
}

static void set_options(LocalStore *store, FsyncPolicy fsync)
{
    rocksdb_block_based_table_options_t *table =
        rocksdb_block_based_options_create();
    rocksdb_options_t *options = rocksdb_options_create();

    store->cache = rocksdb_cache_create_lru(CACHE_BYTES);
    rocksdb_block_based_options_set_block_cache(table, store->cache);
    rocksdb_options_set_block_based_table_factory(options, table);
    rocksdb_block_based_options_destroy(table);
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_write_buffer_size(options, WRITE_BUFFER_BYTES);
    rocksdb_options_set_max_write_buffer_number(options, 2);
    rocksdb_options_set_max_background_jobs(options, 2);
    rocksdb_options_set_max_open_files(options, 256);
    rocksdb_options_set_skip_stats_update_on_db_open(options, 1);
    rocksdb_options_set_keep_log_file_num(options, 2);
    rocksdb_options_set_info_log_level(options, 3); /* Errors only. */
    rocksdb_options_set_compression(options, rocksdb_lz4_compression);
    rocksdb_options_set_enable_blob_files(options, 1);
    rocksdb_options_set_min_blob_size(options, BLOB_MIN_BYTES);
    rocksdb_options_set_blob_file_size(options, BLOB_FILE_BYTES);
    rocksdb_options_set_blob_compression_type(options, rocksdb_lz4_compression);
    rocksdb_options_set_enable_blob_gc(options, 1);
    rocksdb_options_set_blob_gc_age_cutoff(options, 0.5);
    rocksdb_options_set_blob_gc_force_threshold(options, 0.7);
    store->options = options;
    store->read_options = rocksdb_readoptions_create();
    store->write_options = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(store->write_options, fsync == FSYNC_COMMIT);
}

Status local_store_open(LocalStore *store, Arena *arena, FsyncPolicy fsync)
{
    EmbeddedBroker *broker = store->broker;
    char *error = NULL;
    Str path = str_printf(arena, "%s/topics", store->directory);

    set_options(store, fsync);
    store->reserve_bytes = RESERVE_BYTES;
    store->unchecked_bytes = CHECK_BYTES;
    store->db = rocksdb_open(store->options, path.ptr, &error);
    if (error) return disk_error(store, arena, error);
    Status st = check_format(store, arena);
    if (!st.kind) st = load_kind(store, arena, 'T');
    if (!st.kind) st = load_kind(store, arena, 'O');
    for (int i = 0; i < broker->topic_count && !st.kind; i++) {
        Topic *topic = broker->topics[i];
        for (int p = 0; p < topic->partition_count && !st.kind; p++)
            st = load_partition(store, arena, &topic->partitions[p]);
    }
    return st;
}

/* Writes the memtable out, so that the next opening has no log to replay: 10 ms
 * and not 40. A failure only means that it has. */
static void flush_memtable(LocalStore *store)
{
    char *error = NULL;
    rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
    rocksdb_flush(store->db, options, &error);
    rocksdb_flushoptions_destroy(options);
    rocksdb_free(error);
}

void local_store_close_db(LocalStore *store)
{
    if (store->db) {
        if (!store->failure) flush_memtable(store);
        rocksdb_close(store->db);
    }
    if (store->options) rocksdb_options_destroy(store->options);
    if (store->read_options) rocksdb_readoptions_destroy(store->read_options);
    if (store->write_options)
        rocksdb_writeoptions_destroy(store->write_options);
    if (store->cache) rocksdb_cache_destroy(store->cache);
}

const StorageType local_storage = {
    .write = store_write,
    .read = local_read,
    .put_topic = store_put_topic,
    .drop_topic = store_drop_topic,
    .drop_group = store_drop_group,
    .trim = store_trim,
    .close = local_store_close,
};
