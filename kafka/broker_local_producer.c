/* SPDX-License-Identifier: Apache-2.0
 *
 * Producers of the embedded broker, and the writer thread.
 *
 * producer_send encodes into the producer's pending runs, one for each topic
 * partition. The writer lingers LINGER_MS after the first record (or until
 * somebody flushes), takes the runs of all producers, gives them offsets, and
 * writes one WriteBatch without holding the lock. A round is over when the disk
 * has it; a flush waits for the round after the next start of the writer.
 */
#include "kafka/local.h"

#include <time.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"

enum {
    LINGER_MS = 5,
    RUN_BYTES_MAX = 256 << 10,   /* One batch. */
    PENDING_BYTES_MAX = 8 << 20, /* A producer waits at this much. */
};

STATUS local_producer_open(Broker *base, Arena *arena,
                           const ProducerOptions *options, Producer **out)
{
    LocalBroker *broker = local_lock(base);
    LocalProducer *producer = mem_zalloc(sizeof *producer);
    (void)arena;

    producer->base.broker = base;
    producer->arena = arena_new("producer", 0);
    if (options->transactional_id.ptr) {
        Str id = options->transactional_id;
        int64_t *epoch = map_get(&broker->epochs, id);
        if (!epoch) {
            epoch = ARENA_NEW(broker->arena, int64_t);
            map_put(broker->arena, &broker->epochs, str_copy(broker->arena, id),
                    epoch);
        }
        producer->epoch = ++*epoch;
        producer->transactional_id = str_copy(producer->arena, id);
    }
    producer->next = broker->producers;
    broker->producers = producer;
    local_unlock(broker);
    *out = &producer->base;
    return st_ok();
}

void local_producer_close(Producer *base)
{
    LocalProducer *producer = (LocalProducer *)base;
    LocalBroker *broker = local_lock(base->broker);
    LocalProducer **link = &broker->producers;

    while (*link != producer)
        link = &(*link)->next;
    *link = producer->next;
    local_unlock(broker);
    for (int i = 0; i < producer->pending.count; i++)
        buf_free(&producer->pending.at[i].records);
    for (int i = 0; i < producer->staged.count; i++)
        buf_free(&producer->staged.at[i].records);
    arena_free(producer->arena);
    mem_free(producer);
}

/* ---- sending ---- */

/* The run for a topic partition that still has room. */
static LocalPending *find_run(LocalProducer *producer, bool staged,
                              const char *topic, int32_t partition)
{
    LocalPending *at = staged ? producer->staged.at : producer->pending.at;
    int count = staged ? producer->staged.count : producer->pending.count;

    for (int i = count - 1; i >= 0; i--)
        if (at[i].partition == partition && at[i].topic == topic &&
            at[i].records.len < RUN_BYTES_MAX)
            return &at[i];
    LocalPending *run = staged ? vec_push(producer->arena, &producer->staged)
                               : vec_push(producer->arena, &producer->pending);
    *run = (LocalPending){
        .topic = topic, .partition = partition, .timestamp_max = INT64_MIN};
    return run;
}

static int32_t choose_partition(LocalTopic *topic, const Record *record)
{
    if (record->key.ptr)
        return broker_partition(record->key, topic->partition_count);
    return topic->next_unkeyed++ % topic->partition_count;
}

static void send_one(LocalBroker *broker, LocalProducer *producer,
                     LocalTopic *topic, int32_t partition, const Record *record)
{
    if (partition == PARTITION_BY_KEY)
        partition = choose_partition(topic, record);
    LocalPending *run = find_run(producer, producer->in_transaction,
                                 topic->name, partition);
    int64_t ms = record->timestamp_ms < 0 ? clock_now_ms(broker->clock)
                                          : record->timestamp_ms;
    size_t before = run->records.len;
    blob_append(&run->records, record, run->count++, ms);
    if (ms > run->timestamp_max) run->timestamp_max = ms;
    if (!producer->in_transaction)
        producer->pending_bytes += run->records.len - before;
}

static Status failure(LocalBroker *broker, Arena *arena)
{
    return st_error(arena, ST_FATAL, "%s", broker->failure);
}

STATUS local_produce(Producer *base, Arena *arena, const char *name,
                     int32_t partition, const Record *records, int count)
{
    LocalProducer *producer = (LocalProducer *)base;
    LocalBroker *broker = local_lock(base->broker);
    Status st = st_ok();

    for (int i = 0; i < count && !st.kind; i++) {
        while (producer->pending_bytes > PENDING_BYTES_MAX &&
               !broker->failure) {
            broker->flush_now = true;
            pthread_cond_signal(&broker->wanted);
            pthread_cond_wait(&broker->written, &broker->lock);
        }
        LocalTopic *topic = local_topic(broker, name);
        if (broker->failure)
            st = failure(broker, arena);
        else if (!topic)
            st = local_unknown_topic(arena, str_from(name));
        else if (partition >= topic->partition_count)
            st = st_error(arena, ST_USER, "topic '%s' has no partition %d",
                          name, partition);
        else
            send_one(broker, producer, topic, partition, &records[i]);
    }
    if (!producer->in_transaction) pthread_cond_signal(&broker->wanted);
    local_unlock(broker);
    return st;
}

/* Waits until a round that began after now is over. */
static Status wait_written(LocalBroker *broker, LocalProducer *producer,
                           Arena *arena, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;

    while (producer->pending_bytes && !broker->failure) {
        broker->flush_now = true;
        pthread_cond_signal(&broker->wanted);
        if (pthread_cond_timedwait(&broker->written, &broker->lock, &until))
            break;
    }
    if (broker->failure) return failure(broker, arena);
    if (producer->pending_bytes)
        return st_error(arena, ST_RETRY,
                        "records are not yet written after %d ms", timeout_ms);
    return st_ok();
}

STATUS local_flush(Producer *base, Arena *arena, int timeout_ms)
{
    LocalBroker *broker = local_lock(base->broker);
    Status st = wait_written(broker, (LocalProducer *)base, arena, timeout_ms);
    local_unlock(broker);
    return st;
}

/* ---- the writer ---- */

/* A run that has got its place in a partition. */
typedef struct Placed {
    LocalTopic *topic;
    LocalPartition *partition;
    int64_t base;
    uint32_t count;
    Blob *blob;
} Placed;

typedef struct Round {
    Arena *arena;
    rocksdb_writebatch_t *batch;
    VEC(Placed) placed;
    VEC(LocalProducer *) producers;
    VEC(size_t) bytes; /* Of each producer. */
} Round;

/* Places a run after those placed before it; frees it. */
static void place_run(LocalBroker *broker, Round *round, LocalPending *run)
{
    LocalTopic *topic;
    LocalPartition *partition = local_partition(broker, run->topic,
                                                run->partition, &topic);

    if (partition && run->count) {
        int64_t base = partition->high;
        for (int i = 0; i < round->placed.count; i++)
            if (round->placed.at[i].partition == partition)
                base = round->placed.at[i].base + round->placed.at[i].count;
        BatchHead head = {run->count, 0, run->timestamp_max,
                          base + run->count - 1};
        Blob *blob = blob_new(sizeof head + run->records.len);
        char key[17];
        memcpy(blob->bytes, &head, sizeof head);
        memcpy(blob->bytes + sizeof head, run->records.ptr, run->records.len);
        local_batch_key(key, topic->id, run->partition, base);
        rocksdb_writebatch_put(round->batch, key, sizeof key, blob->bytes,
                               blob->len);
        *vec_push(round->arena, &round->placed) = (Placed){
            topic, partition, base, run->count, blob};
    }
    buf_free(&run->records);
}

static void begin_round(Round *round)
{
    *round = (Round){.arena = arena_new("round", 0),
                     .batch = rocksdb_writebatch_create()};
}

/* Takes what all producers have. False: there is nothing. */
static bool gather(LocalBroker *broker, Round *round)
{
    begin_round(round);
    for (LocalProducer *p = broker->producers; p; p = p->next) {
        if (!p->pending.count) continue;
        for (int i = 0; i < p->pending.count; i++)
            place_run(broker, round, &p->pending.at[i]);
        *vec_push(round->arena, &round->producers) = p;
        *vec_push(round->arena, &round->bytes) = p->pending_bytes;
        p->pending.count = 0;
    }
    return round->producers.count > 0;
}

/* Keeps the newest batches at hand, at most 1 MiB a partition. */
static void push_tail(LocalPartition *partition, int64_t base, Blob *blob)
{
    while (partition->tail_count &&
           (partition->tail_count == LOCAL_TAIL_BATCHES ||
            partition->tail_bytes + blob->len > 1 << 20)) {
        int oldest = (partition->tail_at - partition->tail_count +
                      LOCAL_TAIL_BATCHES) %
                     LOCAL_TAIL_BATCHES;
        partition->tail_bytes -= partition->tail[oldest].blob->len;
        blob_drop(partition->tail[oldest].blob);
        partition->tail[oldest].blob = NULL;
        partition->tail_count--;
    }
    partition->tail[partition->tail_at] = (LocalTail){base, blob};
    partition->tail_at = (partition->tail_at + 1) % LOCAL_TAIL_BATCHES;
    partition->tail_count++;
    partition->tail_bytes += blob->len;
}

/* True if the topic was deleted while the round was being written. */
static bool is_gone(LocalBroker *broker, const LocalTopic *topic)
{
    return local_topic(broker, topic->name) != topic;
}

/* Makes a written round visible, or notes that the disk refused. */
static void end_round(LocalBroker *broker, Round *round, Status st)
{
    if (st.kind && !broker->failure) {
        Str text = str_from(st.text);
        broker->failure = (char *)str_copy(broker->arena, text).ptr;
        log_error("embedded broker stopped writing", "reason=\"%s\"", st.text);
    }
    for (int i = 0; i < round->placed.count; i++) {
        Placed *placed = &round->placed.at[i];
        if (st.kind || is_gone(broker, placed->topic)) {
            blob_drop(placed->blob);
            continue;
        }
        placed->partition->high = placed->base + placed->count;
        placed->partition->bytes += (int64_t)placed->blob->len;
        push_tail(placed->partition, placed->base, placed->blob);
    }
    for (int i = 0; i < round->producers.count; i++)
        for (LocalProducer *p = broker->producers; p; p = p->next)
            if (p == round->producers.at[i])
                p->pending_bytes -= round->bytes.at[i];
    rocksdb_writebatch_destroy(round->batch);
    arena_free(round->arena);
    broker->round++;
    pthread_cond_broadcast(&broker->written);
    pthread_cond_broadcast(&broker->changed);
}

static bool has_pending(const LocalBroker *broker)
{
    for (const LocalProducer *p = broker->producers; p; p = p->next)
        if (p->pending.count) return true;
    return false;
}

/* Waits for work; lingers unless somebody flushes. */
static void wait_for_work(LocalBroker *broker)
{
    struct timespec until;

    while (!has_pending(broker) && !broker->closing)
        pthread_cond_wait(&broker->wanted, &broker->lock);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LINGER_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!broker->flush_now && !broker->closing)
        if (pthread_cond_timedwait(&broker->wanted, &broker->lock, &until))
            break;
    broker->flush_now = false;
}

void *local_writer(void *context)
{
    LocalBroker *broker = context;
    Arena *arena = arena_new("writer", 0);

    pthread_mutex_lock(&broker->lock);
    for (;;) {
        Round round;
        wait_for_work(broker);
        bool any = gather(broker, &round);
        if (any) {
            arena_reset(arena);
            broker->writing = true;
            pthread_mutex_unlock(&broker->lock);
            Status st = fault_here("local.write")
                            ? st_error(arena, ST_FATAL, "injected fault")
                            : local_write(broker, arena, round.batch);
            pthread_mutex_lock(&broker->lock);
            broker->writing = false;
            end_round(broker, &round, st);
            continue;
        }
        rocksdb_writebatch_destroy(round.batch);
        arena_free(round.arena);
        if (broker->closing) break;
    }
    pthread_mutex_unlock(&broker->lock);
    arena_free(arena);
    return NULL;
}

/* ---- transactions ---- */

static Status check_epoch(LocalBroker *broker, const LocalProducer *producer,
                          Arena *arena)
{
    int64_t *epoch = map_get(&broker->epochs, producer->transactional_id);
    if (!producer->transactional_id.ptr)
        return st_error(arena, ST_USER, "the producer is not transactional");
    if (epoch && *epoch == producer->epoch) return st_ok();
    return st_error(arena, ST_FATAL, "producer '%.*s' is fenced by a newer one",
                    STR_ARG(producer->transactional_id));
}

STATUS local_txn_begin(Producer *base, Arena *arena)
{
    LocalProducer *producer = (LocalProducer *)base;
    LocalBroker *broker = local_lock(base->broker);
    Status st = check_epoch(broker, producer, arena);
    if (!st.kind) producer->in_transaction = true;
    local_unlock(broker);
    return st;
}

/* Writes staged records and offsets at once, under the lock: the writer is held
 * off by waiting for its round first, so offsets are not given twice. */
static Status write_transaction(LocalBroker *broker, LocalProducer *producer,
                                Arena *arena, Consumer *consumer,
                                const TopicPartition *parts, int count)
{
    Round round;

    begin_round(&round);
    for (int i = 0; i < producer->staged.count; i++)
        place_run(broker, &round, &producer->staged.at[i]);
    producer->staged.count = 0;
    for (int i = 0; i < count; i++)
        local_put_offset(broker, round.batch, local_consumer_group(consumer),
                         local_consumer_topic(consumer, parts[i].topic_index),
                         parts[i].partition, parts[i].offset,
                         parts[i].metadata);
    Status st = local_write(broker, arena, round.batch);
    end_round(broker, &round, st);
    for (int i = 0; i < count && !st.kind; i++)
        inproc_set_offset(
            broker->groups, local_consumer_group(consumer),
            str_from(local_consumer_topic(consumer, parts[i].topic_index)),
            parts[i].partition, parts[i].offset, parts[i].metadata);
    return st;
}

static void drop_staged(LocalProducer *producer)
{
    for (int i = 0; i < producer->staged.count; i++)
        buf_free(&producer->staged.at[i].records);
    producer->staged.count = 0;
    producer->in_transaction = false;
}

STATUS local_txn_commit(Producer *base, Arena *arena, Consumer *consumer,
                        const TopicPartition *parts, int count)
{
    LocalProducer *producer = (LocalProducer *)base;
    LocalBroker *broker = local_lock(base->broker);
    Status st = check_epoch(broker, producer, arena);

    if (!st.kind && broker->failure) st = failure(broker, arena);
    if (!st.kind && consumer && !local_consumer_current(consumer))
        st = st_error(arena, ST_RETRY, "the group is rebalancing");
    for (int i = 0; i < producer->staged.count && !st.kind; i++)
        if (!local_topic(broker, producer->staged.at[i].topic))
            st = local_unknown_topic(arena,
                                     str_from(producer->staged.at[i].topic));
    while (!st.kind && broker->writing)
        pthread_cond_wait(&broker->written, &broker->lock);
    if (!st.kind)
        st = write_transaction(broker, producer, arena, consumer, parts,
                               consumer ? count : 0);
    drop_staged(producer);
    local_unlock(broker);
    return st;
}

STATUS local_txn_abort(Producer *base, Arena *arena)
{
    LocalBroker *broker = local_lock(base->broker);
    (void)arena;
    drop_staged((LocalProducer *)base);
    local_unlock(broker);
    return st_ok();
}
