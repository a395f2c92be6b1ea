/* SPDX-License-Identifier: Apache-2.0
 *
 * The only place that knows RocksDB.
 *
 * Settings, and why (measured figures are in docs/PERFORMANCE.md):
 *   - No write-ahead log: the changelog topic is the log.
 *   - No atomic_flush: Debian's RocksDB 7.8 (assertions on) aborts when a flush
 *     that was asked for meets one that RocksDB began by itself. Families
 *     become durable one by one, so callers write and flush data first, and
 *     what vouches for it after that.
 *   - Universal compaction: checkpoints write many small files, and this merges
 *     them with the fewest rewrites.
 *   - Bloom filters, ten bits a key, also for the memtable: most reads that get
 *     here ask for keys that do not exist.
 *   - Small memtables beat large ones, since memory latency is what they cost.
 *   - Small memtable arenas: a family with ten keys should not cost a megabyte.
 *
 * Damage. RocksDB verifies the manifest and the sizes of all files when it
 * opens. If that fails because of the data (not because of a lock, permissions
 * or a full disk) the directory is renamed and a new database made; the stores
 * are then rebuilt from their changelogs. Checksums of blocks are verified as
 * they are read; a bad one found while running stops the query with an error
 * and leaves the file DAMAGED in the directory, which disk_open takes as
 * damage.
 */
#include "state/store_rocksdb.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <rocksdb/c.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

enum {
    BLOCK_CACHE_BYTES = 8 << 20,
    WRITE_BUFFER_BYTES = 8 << 20,
    MEMTABLE_BLOCK_BYTES = 64 << 10,
    LOG_FILE_BYTES = 1 << 20,
    BLOOM_BITS = 10,
    GET_MANY_MAX = 128, /* Keys a call; bounds the arrays on the stack. */
    DAMAGED_MAX = 1000,
};

#define DAMAGE_MARK "DAMAGED"
#define INGEST_PREFIX "ingest-"

struct Family {
    rocksdb_column_family_handle_t *handle;
    char *name;
    Family *next;
};

struct Disk {
    rocksdb_t *db;
    char *directory;
    rocksdb_options_t *options;
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
    rocksdb_flushoptions_t *flush;
    pthread_mutex_t lock; /* Of the list. */
    Family *families;
    atomic_int file_number; /* Of files to ingest. */
    atomic_bool damaged;    /* The mark was left. */
};

struct DiskBatch {
    rocksdb_writebatch_t *batch;
};

struct DiskCursor {
    Disk *disk;
    rocksdb_readoptions_t *options; /* Own: holds the upper bound. */
    rocksdb_iterator_t *at;
};

/* The block cache of the process, made by the first to open a database. */
static rocksdb_cache_t *shared_cache;
static pthread_mutex_t shared_cache_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- errors ---- */

static bool is_corruption(const char *error)
{
    return !strncmp(error, "Corruption", 10);
}

/* Leaves the mark that makes the next disk_open start anew. */
static void leave_mark(Disk *disk)
{
    if (atomic_exchange(&disk->damaged, true)) return;
    char path[4096];
    snprintf(path, sizeof path, "%s/" DAMAGE_MARK, disk->directory);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd >= 0) close(fd);
    log_error("state damaged", "directory=%s", disk->directory);
}

/* A status for RocksDB's error text, which is freed. */
static Status fail(Disk *disk, Arena *arena, const char *action, char *error)
{
    const char *advice = "";
    if (is_corruption(error)) {
        leave_mark(disk);
        advice = "; start the query again to rebuild it from its changelog";
    } else if (strstr(error, "No space left")) {
        advice = "; make room and start the query again";
    }
    Status st = st_error(arena, ST_FATAL, "cannot %s state in '%s': %s%s",
                         action, disk->directory, error, advice);
    rocksdb_free(error);
    return st;
}

/* ---- opening ---- */

static rocksdb_cache_t *take_cache(size_t bytes)
{
    pthread_mutex_lock(&shared_cache_lock);
    if (!shared_cache)
        shared_cache = rocksdb_cache_create_lru(bytes ? bytes
                                                      : BLOCK_CACHE_BYTES);
    rocksdb_cache_t *cache = shared_cache;
    pthread_mutex_unlock(&shared_cache_lock);
    return cache;
}

static rocksdb_options_t *make_options(const StateOptions *given)
{
    static const int compressions[] = {
        [COMPRESS_NONE] = rocksdb_no_compression,
        [COMPRESS_LZ4] = rocksdb_lz4_compression,
        [COMPRESS_ZSTD] = rocksdb_zstd_compression,
        [COMPRESS_SNAPPY] = rocksdb_snappy_compression};
    size_t write_buffer_bytes = given->write_buffer_bytes
                                    ? given->write_buffer_bytes
                                    : WRITE_BUFFER_BYTES;
    int jobs = given->background_jobs ? given->background_jobs : 2;
    rocksdb_options_t *o = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(o, 1);
    rocksdb_options_set_create_missing_column_families(o, 1);
    rocksdb_options_set_paranoid_checks(o, 1);
    rocksdb_options_set_compression(o, compressions[given->compression]);
    rocksdb_options_set_compaction_style(o, given->compaction == COMPACT_LEVEL
                                                ? rocksdb_level_compaction
                                                : rocksdb_universal_compaction);
    rocksdb_options_set_write_buffer_size(o, write_buffer_bytes);
    rocksdb_options_set_db_write_buffer_size(o, 2 * write_buffer_bytes);
    rocksdb_options_set_max_write_buffer_number(o, 3);
    rocksdb_options_set_arena_block_size(o, MEMTABLE_BLOCK_BYTES);
    rocksdb_options_set_memtable_prefix_bloom_size_ratio(o, 0.05);
    rocksdb_options_set_memtable_whole_key_filtering(o, 1);
    rocksdb_options_set_max_background_jobs(o, jobs);
    rocksdb_options_set_max_open_files(o, 256);
    rocksdb_options_set_stats_dump_period_sec(o, 0);
    rocksdb_options_set_info_log_level(o, 2); /* Warnings. */
    rocksdb_options_set_max_log_file_size(o, LOG_FILE_BYTES);
    rocksdb_options_set_keep_log_file_num(o, 2);

    rocksdb_block_based_table_options_t *table =
        rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_cache(
        table, take_cache(given->block_cache_bytes));
    rocksdb_block_based_options_set_filter_policy(
        table, rocksdb_filterpolicy_create_bloom_full(BLOOM_BITS));
    rocksdb_block_based_options_set_format_version(table, 5);
    rocksdb_options_set_block_based_table_factory(o, table);
    rocksdb_block_based_options_destroy(table);
    return o;
}

Status disk_make_directory(Arena *arena, const char *directory)
{
    char *path = arena_copy(arena, directory, strlen(directory) + 1);
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at) continue;
        char end = *at;
        *at = 0;
        if (mkdir(path, 0755) && errno != EEXIST)
            return st_error(arena, ST_FATAL,
                            "cannot make state directory '%s': %s", path,
                            strerror(errno));
        *at = end;
        if (!end) break;
    }
    if (access(directory, R_OK | W_OK | X_OK))
        return st_error(arena, ST_FATAL, "cannot use state directory '%s': %s",
                        directory, strerror(errno));
    return st_ok();
}

/* Calls `visit` for each file of a directory until it returns false; true if
 * it never did. A directory that cannot be read has no files. */
static bool each_file(const char *directory,
                      bool (*visit)(const char *directory, const char *name))
{
    DIR *dir = opendir(directory);
    if (!dir) return true;
    bool all = true;
    for (struct dirent *d = readdir(dir); d && all; d = readdir(dir)) {
        if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..")) continue;
        all = visit(directory, d->d_name);
    }
    closedir(dir);
    return all;
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t len = strlen(name), end = strlen(suffix);
    return len >= end && !strcmp(name + len - end, suffix);
}

/* Files that cannot be there without CURRENT, which points to the manifest. The
 * first manifest is written before CURRENT when a database is made, and has
 * another one in its place as soon as it is: alone it is one whose maker was
 * killed. */
static bool is_not_data(const char *directory, const char *name)
{
    (void)directory;
    return !has_suffix(name, ".sst") &&
           (strncmp(name, "MANIFEST-", 9) || !strcmp(name, "MANIFEST-000001"));
}

/* A file to ingest that was left behind by a killed process. */
static bool remove_ingest_file(const char *directory, const char *name)
{
    if (strncmp(name, INGEST_PREFIX, sizeof INGEST_PREFIX - 1)) return true;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    unlink(path);
    return true;
}

static bool file_is_there(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return !access(path, F_OK);
}

/* Renames a damaged database out of the way and makes the directory anew. */
static Status set_aside(Arena *arena, const char *directory, const char *why)
{
    for (int n = 1; n < DAMAGED_MAX; n++) {
        Str aside = str_printf(arena, "%s.damaged-%d", directory, n);
        if (!access(aside.ptr, F_OK)) continue;
        if (rename(directory, aside.ptr))
            return st_error(arena, ST_FATAL,
                            "cannot rename damaged state '%s' to '%s': %s",
                            directory, aside.ptr, strerror(errno));
        log_warn("damaged state set aside", "directory=%s now=%s reason=%s",
                 directory, aside.ptr, why);
        return disk_make_directory(arena, directory);
    }
    return st_error(arena, ST_FATAL,
                    "too many damaged databases beside '%s'; remove some",
                    directory);
}

/* True if an error of opening tells of bad data: what it says then cannot be
 * helped by waiting, by other permissions or by more room. */
static bool is_damage(const char *error)
{
    static const char *const temporary[] = {
        "lock",
        "Permission denied",
        "No space left",
        "Too many open files",
        "Read-only file system",
        "Input/output error",
        "Cannot allocate memory",
    };
    if (is_corruption(error)) return true;
    for (size_t i = 0; i < sizeof temporary / sizeof *temporary; i++)
        if (strstr(error, temporary[i])) return false;
    return strstr(error, "No such file") || !strncmp(error, "Invalid", 7) ||
           !strncmp(error, "Not implemented", 15);
}

static void add_family(Disk *disk, const char *name,
                       rocksdb_column_family_handle_t *handle)
{
    Family *family = mem_zalloc(sizeof *family);
    size_t len = strlen(name);
    family->name = mem_alloc(len + 1);
    memcpy(family->name, name, len + 1);
    family->handle = handle;
    family->next = disk->families;
    disk->families = family;
}

/* Opens with all families there are; *error is RocksDB's text or NULL. */
static void open_families(Disk *disk, char **error)
{
    size_t count = 1;
    char **listed = NULL;
    *error = NULL;
    if (file_is_there(disk->directory, "CURRENT")) {
        listed = rocksdb_list_column_families(disk->options, disk->directory,
                                              &count, error);
        if (*error) {
            rocksdb_list_column_families_destroy(listed, count);
            return;
        }
    }
    const char **names = mem_alloc(count * sizeof *names);
    const rocksdb_options_t **options = mem_alloc(count * sizeof *options);
    rocksdb_column_family_handle_t **handles = mem_zalloc(count *
                                                          sizeof *handles);
    for (size_t i = 0; i < count; i++) {
        names[i] = listed ? listed[i] : "default";
        options[i] = disk->options;
    }
    disk->db = rocksdb_open_column_families(disk->options, disk->directory,
                                            (int)count, names, options, handles,
                                            error);
    for (size_t i = 0; i < count && !*error; i++)
        add_family(disk, names[i], handles[i]);
    mem_free(names);
    mem_free(options);
    mem_free(handles);
    if (listed) rocksdb_list_column_families_destroy(listed, count);
}

static Status open_or_set_aside(Disk *disk, Arena *arena)
{
    const char *directory = disk->directory;
    const char *why = NULL;
    if (file_is_there(directory, DAMAGE_MARK))
        why = "a corruption was met while running";
    else if (!file_is_there(directory, "CURRENT") &&
             !each_file(directory, is_not_data))
        why = "the file CURRENT is missing";
    char *error = NULL;
    if (!why) {
        open_families(disk, &error);
        if (!error) return st_ok();
        if (!is_damage(error)) return fail(disk, arena, "open", error);
        why = str_cstr(arena, str_from(error));
        rocksdb_free(error);
    }
    Status st = set_aside(arena, directory, why);
    if (st.kind) return st;
    open_families(disk, &error);
    return error ? fail(disk, arena, "open", error) : st_ok();
}

Status disk_open(Arena *arena, Str directory, const StateOptions *options,
                 Disk **out)
{
    const char *path = str_cstr(arena, directory);
    Status st = disk_make_directory(arena, path);
    if (st.kind) return st;
    each_file(path, remove_ingest_file);
    Disk *disk = mem_zalloc(sizeof *disk);
    disk->directory = mem_alloc(directory.len + 1);
    memcpy(disk->directory, path, directory.len + 1);
    pthread_mutex_init(&disk->lock, NULL);
    disk->options = make_options(options);
    disk->read = rocksdb_readoptions_create();
    disk->write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_disable_WAL(disk->write, 1);
    disk->flush = rocksdb_flushoptions_create();
    rocksdb_flushoptions_set_wait(disk->flush, 1);
    st = open_or_set_aside(disk, arena);
    if (st.kind)
        disk_close(disk);
    else
        *out = disk;
    return st;
}

void disk_close(Disk *disk)
{
    for (Family *family = disk->families, *next; family; family = next) {
        next = family->next;
        rocksdb_column_family_handle_destroy(family->handle);
        mem_free(family->name);
        mem_free(family);
    }
    if (disk->db) rocksdb_close(disk->db);
    rocksdb_options_destroy(disk->options);
    rocksdb_readoptions_destroy(disk->read);
    rocksdb_writeoptions_destroy(disk->write);
    rocksdb_flushoptions_destroy(disk->flush);
    pthread_mutex_destroy(&disk->lock);
    mem_free(disk->directory);
    mem_free(disk);
}

static bool remove_file(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return !unlink(path) || errno == ENOENT;
}

/* RocksDB keeps all its files in one flat directory. */
Status disk_destroy(Arena *arena, Str directory)
{
    const char *path = str_cstr(arena, directory);
    if (access(path, F_OK) && errno == ENOENT) return st_ok();
    if (!each_file(path, remove_file) || rmdir(path))
        return st_error(arena, ST_FATAL, "cannot remove state '%s': %s", path,
                        strerror(errno));
    return st_ok();
}

/* ---- families ---- */

Family *disk_find(Disk *disk, Str name)
{
    pthread_mutex_lock(&disk->lock);
    Family *family = disk->families;
    while (family && !str_eq(str_from(family->name), name))
        family = family->next;
    pthread_mutex_unlock(&disk->lock);
    return family;
}

void disk_each(Disk *disk, Str prefix,
               void (*visit)(void *context, Family *family, Str name),
               void *context)
{
    pthread_mutex_lock(&disk->lock);
    for (Family *family = disk->families; family; family = family->next) {
        Str name = str_from(family->name);
        if (str_starts_with(name, prefix)) visit(context, family, name);
    }
    pthread_mutex_unlock(&disk->lock);
}

Status disk_create(Disk *disk, Arena *arena, Str name, Family **family)
{
    char *error = NULL;
    const char *text = str_cstr(arena, name);
    rocksdb_column_family_handle_t *handle = rocksdb_create_column_family(
        disk->db, disk->options, text, &error);
    if (error) return fail(disk, arena, "extend", error);
    pthread_mutex_lock(&disk->lock);
    add_family(disk, text, handle);
    *family = disk->families;
    pthread_mutex_unlock(&disk->lock);
    return st_ok();
}

Status disk_drop(Disk *disk, Arena *arena, Family *family)
{
    char *error = NULL;
    rocksdb_drop_column_family(disk->db, family->handle, &error);
    if (error) return fail(disk, arena, "shrink", error);
    pthread_mutex_lock(&disk->lock);
    Family **link = &disk->families;
    while (*link != family)
        link = &(*link)->next;
    *link = family->next;
    pthread_mutex_unlock(&disk->lock);
    rocksdb_column_family_handle_destroy(family->handle);
    mem_free(family->name);
    mem_free(family);
    return st_ok();
}

bool disk_is_empty(Disk *disk, Family *family)
{
    rocksdb_iterator_t *at = rocksdb_create_iterator_cf(disk->db, disk->read,
                                                        family->handle);
    rocksdb_iter_seek_to_first(at);
    char *error = NULL;
    rocksdb_iter_get_error(at, &error);
    bool empty = !error && !rocksdb_iter_valid(at);
    if (error) rocksdb_free(error); /* The first read will tell. */
    rocksdb_iter_destroy(at);
    return empty;
}

static int64_t int_property(Disk *disk, const Family *family, const char *name)
{
    uint64_t value = 0;
    if (rocksdb_property_int_cf(disk->db, family->handle, name, &value))
        return 0;
    return (int64_t)value;
}

int64_t disk_key_estimate(Disk *disk, const Family *family)
{
    return int_property(disk, family, "rocksdb.estimate-num-keys");
}

int64_t disk_bytes_estimate(Disk *disk, const Family *family)
{
    return int_property(disk, family, "rocksdb.total-sst-files-size") +
           int_property(disk, family, "rocksdb.cur-size-all-mem-tables");
}

/* ---- reading ---- */

/* One call of RocksDB, at most GET_MANY_MAX keys. */
static char *get_some(Disk *disk, Family *family, const Str *keys, int count,
                      rocksdb_pinnableslice_t **values)
{
    const char *pointers[GET_MANY_MAX];
    size_t sizes[GET_MANY_MAX];
    char *errors[GET_MANY_MAX] = {NULL};
    assert(count <= GET_MANY_MAX);
    for (int i = 0; i < count; i++) {
        pointers[i] = keys[i].ptr;
        sizes[i] = keys[i].len;
    }
    rocksdb_batched_multi_get_cf(disk->db, disk->read, family->handle,
                                 (size_t)count, pointers, sizes, values, errors,
                                 false);
    char *first = NULL;
    for (int i = 0; i < count; i++) {
        if (errors[i] && first)
            rocksdb_free(errors[i]);
        else if (errors[i])
            first = errors[i];
    }
    return first;
}

Status disk_get_many(Disk *disk, Arena *arena, Family *family, const Str *keys,
                     int count, void (*visit)(void *context, int at, Str value),
                     void *context)
{
    for (int from = 0; from < count; from += GET_MANY_MAX) {
        int some = count - from < GET_MANY_MAX ? count - from : GET_MANY_MAX;
        rocksdb_pinnableslice_t *values[GET_MANY_MAX] = {NULL};
        char *error = get_some(disk, family, keys + from, some, values);
        for (int i = 0; i < some; i++) {
            if (!values[i]) continue;
            Str value;
            value.ptr = rocksdb_pinnableslice_value(values[i], &value.len);
            if (!error) visit(context, from + i, value);
            rocksdb_pinnableslice_destroy(values[i]);
        }
        if (error) return fail(disk, arena, "read", error);
    }
    return st_ok();
}

DiskCursor *disk_seek(Disk *disk, Family *family, Str from, Str to)
{
    DiskCursor *cursor = mem_zalloc(sizeof *cursor);
    cursor->disk = disk;
    cursor->options = rocksdb_readoptions_create();
    if (to.ptr)
        rocksdb_readoptions_set_iterate_upper_bound(cursor->options, to.ptr,
                                                    to.len);
    cursor->at = rocksdb_create_iterator_cf(disk->db, cursor->options,
                                            family->handle);
    rocksdb_iter_seek(cursor->at, from.ptr ? from.ptr : "", from.len);
    return cursor;
}

bool disk_at_key(const DiskCursor *cursor, Str *key, Str *value)
{
    if (!rocksdb_iter_valid(cursor->at)) return false;
    key->ptr = rocksdb_iter_key(cursor->at, &key->len);
    value->ptr = rocksdb_iter_value(cursor->at, &value->len);
    return true;
}

void disk_next(DiskCursor *cursor)
{
    rocksdb_iter_next(cursor->at);
}

Status disk_cursor_close(DiskCursor *cursor, Arena *arena)
{
    char *error = NULL;
    rocksdb_iter_get_error(cursor->at, &error);
    rocksdb_iter_destroy(cursor->at);
    rocksdb_readoptions_destroy(cursor->options);
    Status st = error ? fail(cursor->disk, arena, "read", error) : st_ok();
    mem_free(cursor);
    return st;
}

/* ---- writing ---- */

DiskBatch *disk_batch_new(void)
{
    DiskBatch *batch = mem_alloc(sizeof *batch);
    batch->batch = rocksdb_writebatch_create();
    return batch;
}

void disk_batch_free(DiskBatch *batch)
{
    rocksdb_writebatch_destroy(batch->batch);
    mem_free(batch);
}

void disk_batch_put(DiskBatch *batch, Family *family, Str key, Str value)
{
    rocksdb_writebatch_put_cf(batch->batch, family->handle, key.ptr, key.len,
                              value.ptr, value.len);
}

void disk_batch_delete(DiskBatch *batch, Family *family, Str key)
{
    rocksdb_writebatch_delete_cf(batch->batch, family->handle, key.ptr,
                                 key.len);
}

size_t disk_batch_bytes(const DiskBatch *batch)
{
    size_t bytes;
    rocksdb_writebatch_data(batch->batch, &bytes);
    return bytes;
}

Status disk_write(Disk *disk, Arena *arena, DiskBatch *batch)
{
    char *error = NULL;
    rocksdb_write(disk->db, disk->write, batch->batch, &error);
    if (error) return fail(disk, arena, "write", error);
    rocksdb_writebatch_clear(batch->batch);
    return st_ok();
}

Status disk_flush(Disk *disk, Arena *arena, Family *family)
{
    char *error = NULL;
    rocksdb_flush_cf(disk->db, disk->flush, family->handle, &error);
    return error ? fail(disk, arena, "write", error) : st_ok();
}

/* Writes the file; *error is RocksDB's text or NULL. False: no changes. */
static bool write_file(Disk *disk, const char *path,
                       bool (*next)(void *context, Str *key, Str *value),
                       void *context, char **error)
{
    rocksdb_envoptions_t *env = rocksdb_envoptions_create();
    rocksdb_sstfilewriter_t *writer = rocksdb_sstfilewriter_create(
        env, disk->options);
    Str key, value;
    bool any = false;
    rocksdb_sstfilewriter_open(writer, path, error);
    while (!*error && next(context, &key, &value)) {
        any = true;
        if (value.ptr)
            rocksdb_sstfilewriter_put(writer, key.ptr, key.len, value.ptr,
                                      value.len, error);
        else
            rocksdb_sstfilewriter_delete(writer, key.ptr, key.len, error);
    }
    if (!*error && any) rocksdb_sstfilewriter_finish(writer, error);
    rocksdb_sstfilewriter_destroy(writer);
    rocksdb_envoptions_destroy(env);
    return any;
}

Status disk_ingest(Disk *disk, Arena *arena, Family *family,
                   bool (*next)(void *context, Str *key, Str *value),
                   void *context)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/" INGEST_PREFIX "%d.sst", disk->directory,
             atomic_fetch_add(&disk->file_number, 1));
    char *error = NULL;
    if (write_file(disk, path, next, context, &error) && !error) {
        rocksdb_ingestexternalfileoptions_t *options =
            rocksdb_ingestexternalfileoptions_create();
        rocksdb_ingestexternalfileoptions_set_move_files(options, 1);
        const char *files[] = {path};
        rocksdb_ingest_external_file_cf(disk->db, family->handle, files, 1,
                                        options, &error);
        rocksdb_ingestexternalfileoptions_destroy(options);
    }
    unlink(path);
    return error ? fail(disk, arena, "write", error) : st_ok();
}
