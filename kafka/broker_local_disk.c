/* SPDX-License-Identifier: Apache-2.0
 *
 * The embedded broker's door to RocksDB: keys, loading, saving.
 *
 * The log is append-only in key order, so small write buffers and level
 * compaction with trivial moves serve it; the write-ahead log stays on, for
 * kill -9 must lose nothing that was acknowledged.
 */
#include "kafka/local.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/number.h"

/* RocksDB hands out memory of its own. */
static void rocks_free(void *p)
{
    rocksdb_free(p);
}

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

static Status disk_error(Arena *arena, char *error)
{
    Status st = st_error(arena, ST_FATAL, "the embedded broker's disk: %s",
                         error);
    rocks_free(error);
    return st;
}

void local_batch_key(char *key, uint32_t topic, int32_t partition, int64_t base)
{
    key[0] = 'L';
    put_be(key + 1, topic, 4);
    put_be(key + 5, (uint32_t)partition, 4);
    put_be(key + 9, (uint64_t)base, 8);
}

STATUS local_open_disk(LocalBroker *broker, Arena *arena)
{
    char *error = NULL;
    Str path = str_printf(arena, "%.*s/topics", STR_ARG(broker->directory));
    rocksdb_block_based_table_options_t *table =
        rocksdb_block_based_options_create();

    broker->cache = rocksdb_cache_create_lru(8 << 20);
    rocksdb_block_based_options_set_block_cache(table, broker->cache);
    broker->options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(broker->options, 1);
    rocksdb_options_set_write_buffer_size(broker->options, 16 << 20);
    rocksdb_options_set_max_write_buffer_number(broker->options, 2);
    rocksdb_options_set_max_background_jobs(broker->options, 2);
    rocksdb_options_set_max_open_files(broker->options, 256);
    rocksdb_options_set_keep_log_file_num(broker->options, 2);
    rocksdb_options_set_info_log_level(broker->options, 3);
    rocksdb_options_set_compression(broker->options, rocksdb_lz4_compression);
    rocksdb_options_set_block_based_table_factory(broker->options, table);
    rocksdb_block_based_options_destroy(table);
    broker->write_options = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(broker->write_options,
                                  broker->fsync == FSYNC_COMMIT);
    broker->read_options = rocksdb_readoptions_create();
    broker->db = rocksdb_open(broker->options, path.ptr, &error);
    return error ? disk_error(arena, error) : st_ok();
}

void local_close_disk(LocalBroker *broker)
{
    if (broker->db) rocksdb_close(broker->db);
    if (broker->options) rocksdb_options_destroy(broker->options);
    if (broker->write_options)
        rocksdb_writeoptions_destroy(broker->write_options);
    if (broker->read_options) rocksdb_readoptions_destroy(broker->read_options);
    if (broker->cache) rocksdb_cache_destroy(broker->cache);
}

STATUS local_write(LocalBroker *broker, Arena *arena,
                   rocksdb_writebatch_t *batch)
{
    char *error = NULL;
    rocksdb_write(broker->db, broker->write_options, batch, &error);
    return error ? disk_error(arena, error) : st_ok();
}

/* Writes and frees a batch. */
static Status write_small(LocalBroker *broker, Arena *arena,
                          rocksdb_writebatch_t *batch)
{
    Status st = local_write(broker, arena, batch);
    rocksdb_writebatch_destroy(batch);
    return st;
}

/* ---- topics ---- */

static Str topic_key(Arena *arena, const char *name)
{
    return str_printf(arena, "T%s", name);
}

/* Meta as lines: "id 3", "partitions 4", "replicas 1", "config name=value". */
STATUS local_save_topic(LocalBroker *broker, Arena *arena,
                        const LocalTopic *topic)
{
    Buf meta = {0};
    Str key = topic_key(arena, topic->name);
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();

    buf_printf(&meta, "id %u\npartitions %d\nreplicas %d\n", topic->id,
               topic->partition_count, topic->replica_count);
    for (int i = 0; i < topic->configs.count; i++)
        buf_printf(&meta, "config %.*s=%.*s\n",
                   STR_ARG(topic->configs.at[i].name),
                   STR_ARG(topic->configs.at[i].value));
    rocksdb_writebatch_put(batch, key.ptr, key.len, meta.ptr, meta.len);
    buf_free(&meta);
    return write_small(broker, arena, batch);
}

static void erase_range(rocksdb_writebatch_t *batch, char kind, uint32_t topic)
{
    char from[5] = {kind}, to[5] = {kind};
    put_be(from + 1, topic, 4);
    put_be(to + 1, (uint64_t)topic + 1, 4);
    rocksdb_writebatch_delete_range(batch, from, 5, to, 5);
}

STATUS local_erase_topic(LocalBroker *broker, Arena *arena,
                         const LocalTopic *topic)
{
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    Str key = topic_key(arena, topic->name);

    rocksdb_writebatch_delete(batch, key.ptr, key.len);
    erase_range(batch, 'L', topic->id);
    erase_range(batch, 'S', topic->id);
    return write_small(broker, arena, batch);
}

void local_put_low(rocksdb_writebatch_t *batch, const LocalTopic *topic,
                   int32_t partition, int64_t low)
{
    char key[9] = {'S'}, value[8];
    put_be(key + 1, topic->id, 4);
    put_be(key + 5, (uint32_t)partition, 4);
    put_be(value, (uint64_t)low, 8);
    rocksdb_writebatch_put(batch, key, sizeof key, value, sizeof value);
}

/* ---- offsets ---- */

static void offset_key(Buf *key, Str group, const char *topic,
                       int32_t partition)
{
    char part[4];
    buf_push(key, 'O');
    buf_append_str(key, group);
    buf_push(key, '\0');
    buf_append(key, topic, strlen(topic) + 1);
    put_be(part, (uint32_t)partition, 4);
    buf_append(key, part, 4);
}

void local_put_offset(LocalBroker *broker, rocksdb_writebatch_t *batch,
                      Str group, const char *topic, int32_t partition,
                      int64_t offset, Str metadata)
{
    Buf key = {0}, value = {0};
    (void)broker;
    offset_key(&key, group, topic, partition);
    buf_append(&value, &offset, sizeof offset);
    buf_append(&value, metadata.ptr, metadata.len);
    rocksdb_writebatch_put(batch, key.ptr, key.len, value.ptr, value.len);
    buf_free(&key);
    buf_free(&value);
}

STATUS local_erase_group(LocalBroker *broker, Arena *arena, Str group)
{
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    Str from = str_printf(arena, "O%.*s", STR_ARG(group));
    Str to = str_copy(arena, from);

    /* The names end in \0, which is in str_copy's terminator. */
    from.len++;
    to.len++;
    ((char *)to.ptr)[to.len - 1] = 1;
    rocksdb_writebatch_delete_range(batch, from.ptr, from.len, to.ptr, to.len);
    return write_small(broker, arena, batch);
}

/* ---- reading ---- */

Blob *local_read(LocalBroker *broker, uint32_t topic, int32_t partition,
                 int64_t offset, int64_t *base)
{
    char key[17];
    size_t len;
    Blob *blob = NULL;
    rocksdb_iterator_t *it = rocksdb_create_iterator(broker->db,
                                                     broker->read_options);

    local_batch_key(key, topic, partition, offset);
    rocksdb_iter_seek_for_prev(it, key, sizeof key);
    while (true) {
        const char *found = rocksdb_iter_valid(it) ? rocksdb_iter_key(it, &len)
                                                   : NULL;
        bool same = found && len == 17 && memcmp(found, key, 9) == 0;
        if (same) {
            const char *value = rocksdb_iter_value(it, &len);
            BatchHead head;
            memcpy(&head, value, sizeof head);
            if (head.last_offset >= offset) {
                *base = (int64_t)get_be(found + 9, 8);
                blob = blob_new(len);
                memcpy(blob->bytes, value, len);
                break;
            }
            rocksdb_iter_next(it);
        } else if (found && (len < 9 || memcmp(found, key, 9) < 0)) {
            /* Before the partition's first batch. */
            rocksdb_iter_seek(it, key, sizeof key);
            found = rocksdb_iter_valid(it) ? rocksdb_iter_key(it, &len) : NULL;
            if (!found || len != 17 || memcmp(found, key, 9) != 0) break;
        } else if (!found) {
            rocksdb_iter_seek(it, key, sizeof key);
            if (!rocksdb_iter_valid(it)) break;
        } else {
            break;
        }
    }
    rocksdb_iter_destroy(it);
    return blob;
}

/* ---- loading ---- */

static void load_line(LocalTopic *topic, Str line)
{
    int64_t number = 0;
    size_t blank = str_find(line, STR(" "), 0);
    if (blank == SIZE_MAX) return;
    Str name = {line.ptr, blank};
    Str value = {line.ptr + blank + 1, line.len - blank - 1};

    if (str_eq(name, STR("config"))) {
        size_t equals = str_find(value, STR("="), 0);
        if (equals == SIZE_MAX) return;
        *vec_push(topic->arena, &topic->configs) = (TopicConfig){
            str_copy(topic->arena, (Str){value.ptr, equals}),
            str_copy(topic->arena,
                     (Str){value.ptr + equals + 1, value.len - equals - 1})};
        return;
    }
    number_parse_i64(value, &number);
    if (str_eq(name, STR("id"))) topic->id = (uint32_t)number;
    if (str_eq(name, STR("partitions"))) topic->partition_count = (int)number;
    if (str_eq(name, STR("replicas"))) topic->replica_count = (int)number;
}

static LocalTopic *load_topic(LocalBroker *broker, Str name, Str meta)
{
    Arena *own = arena_new("topic", 0);
    LocalTopic *topic = ARENA_NEW(own, LocalTopic);

    topic->arena = own;
    topic->name = str_cstr(broker->arena, name);
    while (meta.len) {
        size_t end = str_find(meta, STR("\n"), 0);
        if (end == SIZE_MAX) break;
        load_line(topic, (Str){meta.ptr, end});
        meta = (Str){meta.ptr + end + 1, meta.len - end - 1};
    }
    topic->partitions = arena_zalloc(own, sizeof(LocalPartition) *
                                              (size_t)topic->partition_count);
    if (topic->id >= broker->next_id) broker->next_id = topic->id + 1;
    map_put(broker->arena, &broker->topics, str_from(topic->name), topic);
    return topic;
}

/* First and next offset of each partition, from the keys. */
static void load_partitions(LocalBroker *broker, LocalTopic *topic,
                            rocksdb_iterator_t *it)
{
    for (int p = 0; p < topic->partition_count; p++) {
        LocalPartition *partition = &topic->partitions[p];
        char key[17], low_key[9] = {'S'};
        size_t len;
        char *error = NULL;

        local_batch_key(key, topic->id, p, INT64_MAX);
        rocksdb_iter_seek_for_prev(it, key, sizeof key);
        if (rocksdb_iter_valid(it)) {
            const char *found = rocksdb_iter_key(it, &len);
            if (len == 17 && memcmp(found, key, 9) == 0) {
                BatchHead head;
                memcpy(&head, rocksdb_iter_value(it, &len), sizeof head);
                partition->high = head.last_offset + 1;
            }
        }
        memcpy(low_key + 1, key + 1, 8);
        char *low = rocksdb_get(broker->db, broker->read_options, low_key,
                                sizeof low_key, &len, &error);
        if (low && len == 8) partition->low = (int64_t)get_be(low, 8);
        if (partition->high < partition->low) partition->high = partition->low;
        rocks_free(low);
        rocks_free(error);
    }
}

static void load_offset(LocalBroker *broker, Str key, Str value)
{
    /* O group \0 topic \0 partition */
    const char *group = key.ptr + 1;
    size_t group_len = strnlen(group, key.len - 1);
    if (group_len + 2 >= key.len || value.len < 8) return;
    const char *topic = group + group_len + 1;
    size_t topic_len = strnlen(topic, key.len - group_len - 2);
    if (group_len + topic_len + 7 != key.len) return;
    int64_t offset;
    memcpy(&offset, value.ptr, 8);
    Str metadata = value.len > 8 ? (Str){value.ptr + 8, value.len - 8}
                                 : STR_NULL;
    inproc_set_offset(
        broker->groups, (Str){group, group_len}, (Str){topic, topic_len},
        (int32_t)get_be(topic + topic_len + 1, 4), offset, metadata);
}

STATUS local_load(LocalBroker *broker, Arena *arena)
{
    rocksdb_iterator_t *it = rocksdb_create_iterator(broker->db,
                                                     broker->read_options);
    char *error = NULL;
    size_t key_len, value_len;

    broker->next_id = 1;
    for (rocksdb_iter_seek(it, "O", 1); rocksdb_iter_valid(it);
         rocksdb_iter_next(it)) {
        const char *key = rocksdb_iter_key(it, &key_len);
        const char *value = rocksdb_iter_value(it, &value_len);
        if (*key != 'O') break;
        load_offset(broker, (Str){key, key_len}, (Str){value, value_len});
    }
    for (rocksdb_iter_seek(it, "T", 1); rocksdb_iter_valid(it);
         rocksdb_iter_next(it)) {
        const char *key = rocksdb_iter_key(it, &key_len);
        const char *value = rocksdb_iter_value(it, &value_len);
        if (*key != 'T') break;
        load_topic(broker, (Str){key + 1, key_len - 1},
                   (Str){value, value_len});
    }
    for (int i = 0; i < broker->topics.count; i++)
        load_partitions(broker, broker->topics.entries[i].value, it);
    rocksdb_iter_get_error(it, &error);
    rocksdb_iter_destroy(it);
    (void)arena;
    return error ? disk_error(arena, error) : st_ok();
}
