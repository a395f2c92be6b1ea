/* SPDX-License-Identifier: Apache-2.0
 *
 * Retention and compaction of the embedded broker, by a thread that looks every
 * half minute.
 *
 * Retention (cleanup.policy has 'delete') trims a partition's front while its
 * first batch is older than retention.ms or what follows it has
 * retention.bytes.
 *
 * Compaction ('compact') keeps the newest record of each key; offsets stay. It
 * runs when the part not yet compacted is large enough (config
 * min.cleanable.dirty.ratio), and goes as Kafka's does:
 *
 *     start ... cleaned ........... mapped ........ last batch
 *     [ clean  ][ dirty: newest of each key ][ left for later ]
 *
 * First the dirty part is read into a table from key to newest offset, as far
 * as the table has room. Then all batches up to there are read and those with
 * superseded records are written anew, small ones joined. Each new batch
 * replaces its old ones in one write, made as the leader, so that neither a
 * trim nor a deletion of the topic can come between. The last batch is never
 * touched: it tells the end of the partition after a restart.
 *
 * A deletion (null value) outlives its first compaction by delete.retention.ms,
 * the batch's horizon, so that whoever reads on from before it still meets it.
 * The table holds 96 bits of hash for a key, not the key: two of a million keys
 * meet with a chance of 1 in 10^17.
 */
#include <errno.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "kafka/broker_local_int.h"

enum {
    WAKE_SECONDS = 30,
    DIRTY_MIN_BYTES = 1 << 20,
    JOINED_BYTES = 256 << 10,
    INPUTS_MAX = 1024,
    TABLE_SLOTS = 1 << 20, /* 24 MB while a partition is compacted. */
    TABLE_KEYS_MAX = TABLE_SLOTS / 4 * 3,
    SPAN_MAX = 1 << 30,
};

/* ---- retention ---- */

typedef struct Retention {
    int64_t oldest_ms; /* Batches before it go. INT64_MIN: none. */
    int64_t excess_bytes;
    int64_t bytes;
    int64_t start;
} Retention;

static bool add_bytes(void *context, const IndexEntry *entry)
{
    ((Retention *)context)->bytes += entry->bytes;
    return true;
}

static bool is_expired(void *context, const IndexEntry *entry)
{
    Retention *r = context;
    bool expired = entry->max_ms < r->oldest_ms;
    if (!expired && r->excess_bytes < entry->bytes) return false;
    r->excess_bytes -= entry->bytes;
    r->start = entry->end;
    return true;
}

static Status retain(LocalStore *store, Arena *arena, Partition *part,
                     int64_t start, int64_t end)
{
    const Topic *topic = part->topic;
    Retention r = {.oldest_ms = INT64_MIN, .start = start};
    Status st = st_ok();

    if (topic->retention_ms >= 0)
        r.oldest_ms = clock_now_ms(store->broker->clock) - topic->retention_ms;
    if (topic->retention_bytes >= 0) {
        st = local_scan_index(store, arena, part, start, end, add_bytes, &r);
        r.excess_bytes = r.bytes - topic->retention_bytes;
    }
    if (!st.kind)
        st = local_scan_index(store, arena, part, start, end, is_expired, &r);
    if (!st.kind && r.start > start) {
        log_debug("retention", "topic=%s partition=%d start=%lld", topic->name,
                  part->index, (long long)r.start);
        st = embedded_trim(store->broker, arena, part, r.start);
        local_reclaim(store, topic);
    }
    return st;
}

/* ---- the table of newest offsets ---- */

typedef struct Slot {
    uint64_t hash;
    uint32_t check;
    bool used;
    int64_t offset;
} Slot;

typedef struct KeyTable {
    Slot *slots;
    int count;
} KeyTable;

static Slot *find_slot(const KeyTable *table, Str key)
{
    uint64_t hash = hash_bytes(key.ptr, key.len);
    uint32_t check = murmur2(key.ptr, key.len);
    for (size_t i = hash % TABLE_SLOTS;; i = (i + 1) % TABLE_SLOTS) {
        Slot *slot = &table->slots[i];
        if (!slot->used) {
            slot->hash = hash;
            slot->check = check;
            return slot;
        }
        if (slot->hash == hash && slot->check == check) return slot;
    }
}

/* ---- compaction ---- */

typedef struct Compaction {
    LocalStore *store;
    Partition *part;
    Arena *arena;   /* Of one step. */
    Arena *headers; /* Of one batch. */
    Record *records;
    int record_cap;
    int64_t start, end; /* Of the partition. */
    int64_t now_ms, oldest_ms;
    int64_t dirty_bytes, dirty_end;
    int64_t clean_bytes; /* Of what is written or left. */
    KeyTable table;
    RecordBatch *out; /* Being joined; NULL if it has no record yet. */
    int64_t out_base, out_end;
    int input_count; /* Batches it replaces. */
    rocksdb_writebatch_t *write;
} Compaction;

/* Adds up what may be compacted: all but the last batch, and nothing newer than
 * min.compaction.lag.ms. */
static bool measure_dirty(void *context, const IndexEntry *entry)
{
    Compaction *c = context;
    if (entry->end >= c->end || entry->max_ms > c->oldest_ms) return false;
    c->dirty_bytes += entry->bytes;
    c->dirty_end = entry->end;
    return true;
}

/* Decodes a batch; -1 if it is damaged. */
static int decode(Compaction *c, const RecordBatch *batch)
{
    BatchCursor cursor = {0};
    if (c->record_cap < batch->count) {
        c->record_cap = batch->count;
        c->records = mem_realloc(c->records,
                                 sizeof(Record) * (size_t)c->record_cap);
    }
    arena_reset(c->headers);
    return batch_read(batch, &cursor, INT64_MIN, c->records, batch->count,
                      c->headers);
}

/* Calls `step` with each batch of [from, to). */
static Status each_batch(Compaction *c, int64_t from, int64_t to,
                         Status (*step)(Compaction *c, const RecordBatch *))
{
    Status st = st_ok();
    while (from < to && !st.kind && !atomic_load(&c->store->closing)) {
        RecordBatch *chain;
        arena_reset(c->arena);
        st = local_read(&c->store->base, c->arena, c->part, from, to, &chain);
        if (st.kind || !chain) break;
        for (RecordBatch *b = chain; b && !st.kind; b = b->next) {
            st = step(c, b);
            from = batch_end(b);
        }
        batch_unref_chain(chain);
    }
    return st;
}

static Status map_batch(Compaction *c, const RecordBatch *batch)
{
    int count = decode(c, batch);
    if (count < 0)
        return st_error(c->arena, ST_FATAL, "damaged at offset %lld",
                        (long long)batch->base_offset);
    /* No room for all its keys: the table ends before it. */
    if (c->table.count + count > TABLE_KEYS_MAX && c->table.count) {
        c->dirty_end = batch->base_offset;
        return st_error(c->arena, ST_RETRY, "the table is full");
    }
    for (int i = 0; i < count && c->table.count < TABLE_KEYS_MAX; i++) {
        if (!c->records[i].key.ptr) continue;
        Slot *slot = find_slot(&c->table, c->records[i].key);
        c->table.count += !slot->used;
        slot->used = true;
        slot->offset = c->records[i].offset;
    }
    return st_ok();
}

/* Writes as the leader, unless what it would replace is gone. */
static Status write_led(Compaction *c)
{
    EmbeddedBroker *broker = c->store->broker;
    Status st = st_ok();

    pthread_mutex_lock(&broker->lock);
    embedded_lead(broker);
    bool gone = atomic_load(&c->part->topic->deleted) ||
                c->part->start > c->out_base;
    pthread_mutex_unlock(&broker->lock);
    if (gone) {
        rocksdb_writebatch_destroy(c->write);
        st = st_error(c->arena, ST_RETRY, "trimmed meanwhile");
    } else {
        st = local_write(c->store, c->arena, c->write);
    }
    c->write = NULL;
    pthread_mutex_lock(&broker->lock);
    embedded_follow(broker);
    pthread_mutex_unlock(&broker->lock);
    return st;
}

/* Ends the joined batch. */
static Status finish_out(Compaction *c)
{
    if (!c->input_count) return st_ok();
    c->input_count = 0;
    if (c->out) {
        c->out->base_offset = c->out_base;
        c->out->span = (int32_t)(c->out_end - c->out_base);
        c->out = batch_seal(c->out);
        local_put_batch(c->write, c->part, c->out);
        c->clean_bytes += (int64_t)c->out->len;
        batch_unref(c->out);
        c->out = NULL;
    }
    return write_led(c);
}

static bool is_kept(const Compaction *c, const RecordBatch *batch,
                    const Record *record)
{
    if (!record->key.ptr) return true;
    const Slot *newest = find_slot(&c->table, record->key);
    if (newest->used && newest->offset > record->offset) return false;
    return record->value.ptr || !batch->horizon_ms ||
           c->now_ms < batch->horizon_ms;
}

/* Appends what is left of a batch to the joined one. */
static void join_batch(Compaction *c, const RecordBatch *batch, int count)
{
    if (!c->input_count++) {
        c->out_base = batch->base_offset;
        c->write = rocksdb_writebatch_create();
    }
    local_delete_batch(c->write, c->part, batch->base_offset);
    c->out_end = batch_end(batch);
    for (int i = 0; i < count; i++) {
        const Record *record = &c->records[i];
        if (!is_kept(c, batch, record)) continue;
        int64_t next = c->out_base + (c->out ? c->out->span : 0);
        int64_t horizon_ms = batch->horizon_ms;
        c->out = batch_append(c->out, record, record->timestamp_ms,
                              (int32_t)(record->offset - next));
        if (record->value.ptr) continue;
        if (!horizon_ms)
            horizon_ms = c->now_ms + c->part->topic->delete_retention_ms;
        if (horizon_ms > c->out->horizon_ms) c->out->horizon_ms = horizon_ms;
    }
}

static Status clean_batch(Compaction *c, const RecordBatch *batch)
{
    int count = decode(c, batch), kept = 0;
    bool fresh_deletion = false;
    Status st = st_ok();

    if (count < 0)
        return st_error(c->arena, ST_FATAL, "damaged at offset %lld",
                        (long long)batch->base_offset);
    for (int i = 0; i < count; i++) {
        if (!is_kept(c, batch, &c->records[i])) continue;
        kept++;
        fresh_deletion |= !c->records[i].value.ptr && !batch->horizon_ms;
    }
    bool same = kept == count && !fresh_deletion;
    /* A large batch that stays the same is left alone; so is the one that a
     * trim has cut. */
    if ((same && batch->len >= JOINED_BYTES / 2) ||
        batch->base_offset < c->start) {
        c->clean_bytes += (int64_t)batch->len;
        return finish_out(c);
    }
    if (c->input_count && batch_end(batch) - c->out_base > SPAN_MAX)
        st = finish_out(c);
    if (st.kind) return st;
    join_batch(c, batch, count);
    if ((c->out && c->out->len >= JOINED_BYTES) || c->input_count >= INPUTS_MAX)
        st = finish_out(c);
    return st;
}

/* One pass; c->dirty_end becomes how far it came. */
static Status compact_once(Compaction *c)
{
    Partition *part = c->part;
    c->table.count = 0;
    memset(c->table.slots, 0, sizeof(Slot) * TABLE_SLOTS);
    Status st = each_batch(c, part->cleaned, c->dirty_end, map_batch);
    if (st.kind && st.kind != ST_RETRY) return st;
    c->clean_bytes = 0;
    st = each_batch(c, c->start, c->dirty_end, clean_batch);
    if (!st.kind) st = finish_out(c);
    if (!st.kind && atomic_load(&c->store->closing))
        st = st_error(c->arena, ST_RETRY, "closing");
    if (st.kind) {
        batch_unref(c->out);
        if (c->write) rocksdb_writebatch_destroy(c->write);
        c->out = NULL;
        c->write = NULL;
        c->input_count = 0;
        return st;
    }
    part->cleaned = c->dirty_end;
    part->clean_bytes = c->clean_bytes;
    c->out_base = INT64_MAX; /* Nothing to replace. */
    c->write = rocksdb_writebatch_create();
    local_put_cleaned(c->write, part);
    return write_led(c);
}

static Status compact(LocalStore *store, Arena *arena, Partition *part,
                      int64_t start, int64_t end, bool eager)
{
    const Topic *topic = part->topic;
    int64_t now_ms = clock_now_ms(store->broker->clock);
    Compaction c = {.store = store,
                    .part = part,
                    .arena = arena,
                    .start = start,
                    .end = end,
                    .now_ms = now_ms,
                    .oldest_ms = INT64_MAX};

    if (topic->compaction_lag_ms > 0)
        c.oldest_ms = now_ms - topic->compaction_lag_ms;
    if (part->cleaned < start) part->cleaned = start;
    Status st = local_scan_index(store, arena, part, part->cleaned, end,
                                 measure_dirty, &c);
    int64_t dirty = c.dirty_bytes;
    if (st.kind || !dirty) return st;
    if (!eager && (dirty < DIRTY_MIN_BYTES ||
                   (double)dirty < topic->dirty_ratio *
                                       (double)(dirty + part->clean_bytes)))
        return st;
    int64_t all_end = c.dirty_end;
    c.headers = arena_new("compaction headers", 0);
    c.table.slots = mem_alloc(sizeof(Slot) * TABLE_SLOTS);
    while (!st.kind && part->cleaned < all_end) {
        c.dirty_end = all_end;
        st = compact_once(&c);
    }
    log_debug("compacted",
              "topic=%s partition=%d dirty_bytes=%lld "
              "clean_bytes=%lld",
              topic->name, part->index, (long long)dirty,
              (long long)part->clean_bytes);
    mem_free(c.table.slots);
    mem_free(c.records);
    arena_free(c.headers);
    local_reclaim(store, topic);
    return st;
}

/* ---- rounds ---- */

static void clean_partition(LocalStore *store, Partition *part, bool eager)
{
    EmbeddedBroker *broker = store->broker;
    const Topic *topic = part->topic;
    Arena *arena = arena_new("cleaning", 0);
    Status st = st_ok();

    pthread_mutex_lock(&broker->lock);
    int64_t start = part->start, end = part->end;
    pthread_mutex_unlock(&broker->lock);
    if (topic->deletes &&
        (topic->retention_ms >= 0 || topic->retention_bytes >= 0))
        st = retain(store, arena, part, start, end);
    if (!st.kind && topic->compacts) {
        pthread_mutex_lock(&broker->lock);
        start = part->start;
        pthread_mutex_unlock(&broker->lock);
        st = compact(store, arena, part, start, end, eager);
    }
    if (st.kind && st.kind != ST_RETRY)
        log_warn("cleaning failed", "topic=%s partition=%d reason=\"%s\"",
                 topic->name, part->index, st.text);
    arena_free(arena);
}

void local_clean(LocalStore *store, bool eager)
{
    EmbeddedBroker *broker = store->broker;

    pthread_mutex_lock(&store->clean_lock);
    pthread_mutex_lock(&broker->lock);
    int count = broker->topic_count;
    Topic **topics = mem_alloc(sizeof(Topic *) * (size_t)count);
    for (int i = 0; i < count; i++)
        topics[i] = topic_ref(broker->topics[i]);
    pthread_mutex_unlock(&broker->lock);
    for (int i = 0; i < count; i++) {
        for (int p = 0; p < topics[i]->partition_count; p++)
            if (!atomic_load(&topics[i]->deleted) &&
                !atomic_load(&store->closing))
                clean_partition(store, &topics[i]->partitions[p], eager);
        topic_unref(topics[i]);
    }
    mem_free(topics);
    pthread_mutex_unlock(&store->clean_lock);
}

void *local_cleaner(void *context)
{
    LocalStore *store = context;
    struct timespec until;

    while (!atomic_load(&store->closing)) {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += WAKE_SECONDS;
        if (sem_timedwait(&store->clean_wake, &until) && errno == ETIMEDOUT)
            local_clean(store, false);
    }
    return NULL;
}
