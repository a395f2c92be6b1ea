/* SPDX-License-Identifier: Apache-2.0
 *
 * Restore: makes a store equal to its changelog.
 *
 * Records are applied like updates, only blindly: RocksDB is not asked for what
 * was there before, nothing goes to the changelog again, and the last record of
 * a key wins. So keys that were updated often cost RocksDB one write, and what
 * fits into memory is there when the query starts. When memory is full, changes
 * are sorted and go to RocksDB as whole files (store_flush.c), at 0.2 us a key.
 *
 * Where to start:
 *   - at the offset of the last checkpoint, if there is one within the topic
 * and RocksDB is not ahead of it;
 *   - else at the beginning, after wiping what is there: data without an offset
 *     is of a restore that did not end or of a spill whose records may be lost.
 *
 * A restore that is stopped keeps what it has read: a long one that is cut off
 * by a rebalance, or a restart, goes on where it was.
 *
 * The end is the topic's end at the start. With transactions it is the end of
 * all that was written, decided or not: another process may have committed a
 * transaction whose markers are still on their way, and what it committed must
 * not be missed. Offsets of markers and of aborted records are never handed
 * out, so how far the consumer has come is asked of it (consumer_reach).
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "state/store_int.h"

enum {
    POLL_RECORDS = 4096,
    PREFETCH_KEYS = 32,
    POLL_MS = 20, /* Short: the end may be the marker of a transaction, of which
                     a poll tells nothing but that it is past it. */
    EMPTY_POLLS_MAX = 250, /* Then it is asked what there is to come. */
    RETRY_SLEEP_MS = 100,
    RETRIES_MAX = 300, /* Half a minute without the broker. */
};

typedef struct Restore {
    Store *store;
    Arena *arena;
    Broker *broker;
    Consumer *consumer;
    Arena *batch;
    int64_t start, next, end; /* Offsets; end -1: not known yet. */
    int64_t skipped;
    int empty_polls, retries;
    bool (*progress)(void *context, int64_t done, int64_t total);
    void *context;
} Restore;

bool restore_apply(Store *store, const Record *record)
{
    Table *table = record->key.ptr ? segment_make(store, record->key) : NULL;
    if (!table) return false;
    uint64_t hash = hash_bytes(record->key.ptr, record->key.len);
    StoreEntry *entry = table_find(table, hash, record->key);
    if (!record->value.ptr && !entry && !table_may_have(table, hash))
        return true;
    if (!entry) entry = table_add(table, hash, record->key);
    if (!record->value.ptr) {
        store_delete(store, entry, record->timestamp_ms);
        return true;
    }
    char *room = store_value_room(store, entry, (uint32_t)record->value.len);
    memcpy(room, record->value.ptr, record->value.len);
    store_mark(store, entry, record->timestamp_ms);
    return true;
}

static bool goes_on(const Restore *r)
{
    int64_t total = r->end < 0 ? 0 : r->end - r->start;
    return !r->progress || r->progress(r->context, r->next - r->start, total);
}

static Status stopped(const Restore *r)
{
    return st_error(r->arena, ST_RETRY, "restore of '%s' was stopped",
                    r->store->changelog);
}

/* The broker could not be asked: waits a little, but not for ever. */
static Status wait_for_broker(Restore *r, Status st)
{
    if (!goes_on(r)) return stopped(r);
    if (++r->retries > RETRIES_MAX) {
        st.text = str_cstr(r->arena, str_from(st.text));
        return st;
    }
    clock_sleep_ms(RETRY_SLEEP_MS);
    return st_ok();
}

static Status note_empty_poll(Restore *r)
{
    if (!goes_on(r)) return stopped(r);
    if (++r->empty_polls < EMPTY_POLLS_MAX) return st_ok();
    int64_t low, high;
    Status st = broker_watermarks(r->broker, r->arena,
                                  str_from(r->store->changelog),
                                  r->store->partition, &low, &high);
    r->empty_polls = 0;
    if (st.kind == ST_RETRY) return wait_for_broker(r, st);
    if (st.kind) return st;
    if (low >= r->end) r->next = r->end; /* What was there has expired. */
    log_info("changelog waits for a transaction to end",
             "topic=%s partition=%d offset=%lld end=%lld", r->store->changelog,
             (int)r->store->partition, (long long)r->next, (long long)r->end);
    return st_ok();
}

static void note_reach(Restore *r)
{
    ConsumerReach reach;
    consumer_reach(r->consumer, 0, r->store->partition, &reach);
    if (r->end < 0) r->end = reach.end;
    if (reach.next > r->next) r->next = reach.next;
}

static void apply_set(Restore *r, const RecordSet *set)
{
    Str keys[PREFETCH_KEYS];
    for (int from = 0, some; from < set->count; from += some) {
        some = set->count - from < PREFETCH_KEYS ? set->count - from
                                                 : PREFETCH_KEYS;
        for (int i = 0; i < some; i++)
            keys[i] = set->records[from + i].key;
        store_prefetch(r->store, keys, some);
        for (int i = 0; i < some; i++)
            r->skipped += !restore_apply(r->store, &set->records[from + i]);
    }
}

static Status read_some(Restore *r)
{
    RecordSet *sets;
    int count;
    Status st = consumer_poll(r->consumer, r->batch, POLL_MS, POLL_RECORDS,
                              &sets, &count);
    if (st.kind == ST_RETRY) return wait_for_broker(r, st);
    if (st.kind) {
        st.text = str_cstr(r->arena, str_from(st.text));
        return st;
    }
    r->retries = 0;
    note_reach(r);
    fault_point("restore.read");
    if (!count) return note_empty_poll(r);
    r->empty_polls = 0;
    for (int i = 0; i < count; i++) {
        apply_set(r, &sets[i]);
        consumer_release(r->consumer, &sets[i]);
    }
    store_make_room(r->store);
    segment_expire(r->store);
    if (r->store->status.kind) return r->store->status;
    return goes_on(r) ? st_ok() : stopped(r);
}

static Status read_all(Restore *r)
{
    static const Map no_properties;
    const char *topic = r->store->changelog;
    ConsumerOptions options = {
        .group = STR_NULL,
        .topics = &topic,
        .topic_count = 1,
        .properties = &no_properties,
    };
    Status st = consumer_open(r->broker, r->arena, &options, &r->consumer);
    if (st.kind) return st;
    TopicPartition part = {.partition = r->store->partition,
                           .offset = r->start,
                           .metadata = STR_NULL};
    st = consumer_assign(r->consumer, r->arena, &part, 1);
    r->batch = arena_new("restore", 0);
    note_reach(r); /* Maybe there is nothing. */
    while (!st.kind && (r->end < 0 || r->next < r->end)) {
        st = read_some(r);
        arena_reset(r->batch);
    }
    arena_free(r->batch);
    consumer_close(r->consumer);
    return st;
}

static bool has_data(const Store *store)
{
    for (int i = 0; i < store->table_count; i++)
        if (store->tables[i]->family || store->tables[i]->count) return true;
    return false;
}

/* True if what the store has is no base to go on from. */
static bool must_wipe(const Store *store, int64_t low, int64_t high)
{
    if (!store->db->disk || store->ahead) return true;
    if (store->checkpoint_offset < 0) return has_data(store);
    return store->checkpoint_offset < low || store->checkpoint_offset > high;
}

/* All that was read becomes durable, with the offset up to which it was. That
 * may be less than all there is: what is there then is the changelog's content
 * as it once was, and whoever restores next goes on from there. */
static Status save(Restore *r)
{
    Store *store = r->store;
    fault_point("restore.save");
    flush_dirty(store);
    segment_expire(store);
    if (!store->db->disk) return st_ok();
    Status st = flush_spill(store, r->arena);
    return st.kind ? st : state_save_restored(store, r->arena, r->next);
}

static Status restore(Restore *r, int64_t low, int64_t high)
{
    Store *store = r->store;
    Status st = st_ok();
    if (must_wipe(store, low, high)) st = state_wipe(store, r->arena);
    if (st.kind) return st;
    r->start = store->checkpoint_offset < 0 ? low : store->checkpoint_offset;
    r->next = r->start;
    r->end = store->transactional ? -1 : high;
    if (r->end < 0 || r->start < r->end) st = read_all(r);
    bool stopped_early = st.kind == ST_RETRY && !store->status.kind;
    if (st.kind && !stopped_early) return st;
    if (r->next == store->checkpoint_offset) return st;
    Status saved = save(r);
    return saved.kind ? saved : st;
}

Status store_restore(Store *store, Arena *arena, Broker *broker,
                     bool (*progress)(void *context, int64_t done,
                                      int64_t total),
                     void *context)
{
    if (!store->changelog) return st_ok();
    int64_t low, high;
    Status st = broker_watermarks(broker, arena, str_from(store->changelog),
                                  store->partition, &low, &high);
    if (st.kind) return st;
    Restore r = {
        .store = store,
        .arena = arena,
        .broker = broker,
        .progress = progress,
        .context = context,
    };
    fault_point("restore.begin");
    bool keep_old = store->keep_old;
    store->keep_old = false;
    store->restoring = true;
    st = restore(&r, low, high);
    fault_point("restore.done");
    store->restoring = false;
    store->keep_old = keep_old;
    log_debug("store restored",
              "store=%.*s topic=%s partition=%d from=%lld to=%lld skipped=%lld",
              STR_ARG(store->name), store->changelog, (int)store->partition,
              (long long)r.start, (long long)r.next, (long long)r.skipped);
    return st;
}
