/* SPDX-License-Identifier: Apache-2.0
 *
 * Retention and compaction of the embedded broker: one thread that wakes every
 * half minute.
 *
 * Retention removes whole batches from the front: those whose newest record is
 * older than retention.ms, and as many as must go for retention.bytes. The last
 * batch always stays, so that the next offset is known after a restart.
 *
 * Compaction keeps, of each key, the newest record; offsets do not change. It
 * runs when as much was written since the last time as COMPACT_BYTES, reads the
 * partition twice (newest offset of each key, then rewrite) and never touches
 * the newest batches. Tombstones go after DELETE_RETENTION_MS.
 */
#include "kafka/local.h"

#include <time.h>

#include "base/alloc.h"
#include "base/log.h"

enum {
    WAKE_SECONDS = 30,
    COMPACT_BYTES = 8 << 20,
    COMPACT_KEYS_BYTES_MAX = 256 << 20, /* More keys than this: left alone. */
};

static const int64_t DELETE_RETENTION_MS = 86400000;

typedef struct Cleaning {
    LocalBroker *broker;
    LocalTopic *topic;
    uint32_t topic_id;
    int32_t partition;
    int64_t low, high;
    Arena *arena;
} Cleaning;

/* ---- retention ---- */

/* Total bytes of a partition's batches. */
static int64_t partition_bytes(Cleaning *c)
{
    int64_t total = 0, base;
    for (int64_t at = c->low; at < c->high;) {
        Blob *blob = local_read(c->broker, c->topic_id, c->partition, at,
                                &base);
        if (!blob) break;
        BatchHead head;
        memcpy(&head, blob->bytes, sizeof head);
        total += (int64_t)blob->len;
        at = head.last_offset + 1;
        blob_drop(blob);
    }
    return total;
}

/* The first offset to keep. */
static int64_t find_low(Cleaning *c, int64_t retention_ms,
                        int64_t retention_bytes)
{
    int64_t now_ms = clock_now_ms(c->broker->clock);
    int64_t excess = retention_bytes >= 0 ? partition_bytes(c) - retention_bytes
                                          : 0;
    int64_t low = c->low, base;

    while (low < c->high) {
        Blob *blob = local_read(c->broker, c->topic_id, c->partition, low,
                                &base);
        if (!blob) break;
        BatchHead head;
        memcpy(&head, blob->bytes, sizeof head);
        excess -= (int64_t)blob->len;
        blob_drop(blob);
        bool old = retention_ms >= 0 &&
                   head.timestamp_max < now_ms - retention_ms;
        bool over = retention_bytes >= 0 && excess >= 0;
        if ((!old && !over) || head.last_offset + 1 >= c->high) break;
        low = head.last_offset + 1;
    }
    return low;
}

static void remove_front(Cleaning *c, int64_t low)
{
    char from[17], to[17];
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();

    local_batch_key(from, c->topic_id, c->partition, 0);
    local_batch_key(to, c->topic_id, c->partition, low);
    rocksdb_writebatch_delete_range(batch, from, 17, to, 17);
    local_put_low(batch, c->topic, c->partition, low);
    Status st = local_write(c->broker, c->arena, batch);
    rocksdb_writebatch_destroy(batch);
    if (st.kind)
        log_warn("retention failed", "topic=%s reason=\"%s\"", c->topic->name,
                 st.text);
}

/* ---- compaction ---- */

/* The offset of the newest record of each key. False: too many keys. */
static bool newest_of_keys(Cleaning *c, Map *newest)
{
    int64_t base;
    for (int64_t at = c->low; at < c->high;) {
        Blob *blob = local_read(c->broker, c->topic_id, c->partition, at,
                                &base);
        if (!blob) break;
        BatchHead head;
        memcpy(&head, blob->bytes, sizeof head);
        Record *records = mem_alloc(sizeof(Record) * (head.count + 1));
        int count = blob_read(c->arena, blob, base, at, records,
                               (int)head.count);
        for (int i = 0; i < count; i++) {
            if (!records[i].key.ptr) continue;
            int64_t *offset = map_get(newest, records[i].key);
            if (!offset) {
                offset = ARENA_NEW(c->arena, int64_t);
                map_put(c->arena, newest, str_copy(c->arena, records[i].key),
                        offset);
            }
            *offset = records[i].offset;
        }
        mem_free(records);
        blob_drop(blob);
        at = head.last_offset + 1;
        if (arena_used_bytes(c->arena) > COMPACT_KEYS_BYTES_MAX) return false;
    }
    return true;
}

/* Puts what is left of a batch into `write`. */
static void rewrite(Cleaning *c, const Map *newest, const Blob *blob,
                    int64_t base, rocksdb_writebatch_t *write)
{
    BatchHead head;
    char key[17];
    Buf out = {0};
    int64_t old_ms = clock_now_ms(c->broker->clock) - DELETE_RETENTION_MS;

    memcpy(&head, blob->bytes, sizeof head);
    Record *records = mem_alloc(sizeof(Record) * (head.count + 1));
    int count = blob_read(c->arena, blob, base, base, records,
                           (int)head.count);
    uint32_t kept = 0;
    buf_append(&out, &head, sizeof head);
    for (int i = 0; i < count; i++) {
        const Record *record = &records[i];
        const int64_t *last = record->key.ptr ? map_get(newest, record->key)
                                              : NULL;
        bool stale = last && *last != record->offset;
        bool gone = !record->value.ptr && record->timestamp_ms < old_ms;
        if (stale || gone) continue;
        blob_append(&out, record, (uint32_t)(record->offset - base),
                     record->timestamp_ms);
        kept++;
    }
    if (kept < head.count) {
        local_batch_key(key, c->topic_id, c->partition, base);
        head.count = kept;
        memcpy(out.ptr, &head, sizeof head);
        if (kept)
            rocksdb_writebatch_put(write, key, 17, out.ptr, out.len);
        else
            rocksdb_writebatch_delete(write, key, 17);
    }
    mem_free(records);
    buf_free(&out);
}

static void compact(Cleaning *c, int64_t end)
{
    Map newest = {0};
    int64_t base;

    if (!newest_of_keys(c, &newest)) {
        log_warn("too many keys to compact", "topic=%s partition=%d",
                 c->topic->name, c->partition);
        return;
    }
    for (int64_t at = c->low; at < end;) {
        Blob *blob = local_read(c->broker, c->topic_id, c->partition, at,
                                &base);
        if (!blob) break;
        BatchHead head;
        memcpy(&head, blob->bytes, sizeof head);
        rocksdb_writebatch_t *write = rocksdb_writebatch_create();
        if (head.last_offset < end) rewrite(c, &newest, blob, base, write);
        Status st = rocksdb_writebatch_count(write)
                        ? local_write(c->broker, c->arena, write)
                        : st_ok();
        rocksdb_writebatch_destroy(write);
        blob_drop(blob);
        at = head.last_offset + 1;
        if (st.kind) {
            log_warn("compaction failed", "topic=%s reason=\"%s\"",
                     c->topic->name, st.text);
            return;
        }
    }
}

/* ---- the thread ---- */

/* The first offset that is in the tail in memory: compaction stays below. */
static int64_t tail_base(const LocalPartition *partition)
{
    int64_t base = partition->high;
    for (int i = 1; i <= partition->tail_count; i++) {
        int at = (partition->tail_at - i + LOCAL_TAIL_BATCHES) %
                 LOCAL_TAIL_BATCHES;
        base = partition->tail[at].base;
    }
    return base;
}

/* Under the lock, which is given back while the disk works. Deleted topics keep
 * their memory until the broker closes, so the pointers stay good. */
static void clean_partition(LocalBroker *broker, LocalTopic *topic, int p)
{
    LocalPartition *partition = &topic->partitions[p];
    Cleaning c = {.broker = broker,
                  .topic = topic,
                  .topic_id = topic->id,
                  .partition = p,
                  .low = partition->low,
                  .high = partition->high};
    int64_t tail = tail_base(partition);
    int64_t fresh = partition->bytes - partition->compacted_bytes;
    bool compacts = topic->compacts && fresh >= COMPACT_BYTES;

    if (c.low >= c.high) return;
    pthread_mutex_unlock(&broker->lock);
    c.arena = arena_new("cleaning", 0);
    int64_t low = c.low;
    if (topic->deletes &&
        (topic->retention_ms >= 0 || topic->retention_bytes >= 0))
        low = find_low(&c, topic->retention_ms, topic->retention_bytes);
    if (low > c.low) remove_front(&c, low);
    c.low = low;
    if (compacts) compact(&c, tail);
    arena_free(c.arena);
    pthread_mutex_lock(&broker->lock);
    if (low > partition->low) partition->low = low;
    if (compacts) partition->compacted_bytes = partition->bytes;
}

void *local_cleaner(void *context)
{
    LocalBroker *broker = context;
    struct timespec until;

    pthread_mutex_lock(&broker->lock);
    while (!broker->closing) {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += WAKE_SECONDS;
        pthread_cond_timedwait(&broker->cleaning, &broker->lock, &until);
        for (int i = 0; i < broker->topics.count && !broker->closing; i++) {
            LocalTopic *topic = broker->topics.entries[i].value;
            for (int p = 0; topic && p < topic->partition_count; p++)
                if (!broker->closing) clean_partition(broker, topic, p);
        }
    }
    pthread_mutex_unlock(&broker->lock);
    return NULL;
}
