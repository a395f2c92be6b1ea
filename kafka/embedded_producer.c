/* SPDX-License-Identifier: Apache-2.0
 *
 * Producers of the embedded broker. Records are encoded at once into an open
 * batch for each partition. A batch that is full is put on the list of
 * `appends`; the list becomes a commit when the caller flushes, when enough is
 * buffered, or when the linger thread finds it old enough (without storage:
 * after each call, so tests see their records at once).
 *
 * In a transaction the list only grows until txn_commit writes all of it with
 * the offsets, or txn_abort drops it. So readers never meet records of an open
 * transaction.
 *
 * The linger thread sleeps on a semaphore, and is woken by the first record
 * after it last looked.
 */
#include "kafka/embedded.h"

#include <assert.h>
#include <stdio.h>

#include "base/alloc.h"

enum {
    BATCH_FULL_BYTES = 256 << 10,
    BUFFER_MAX_BYTES = 2 << 20,
    TRANSACTION_MAX_BYTES = 1 << 30,
    LINGER_MS = 5,
};

/* A topic that the producer writes to. */
typedef struct Target {
    const char *name; /* The caller's pointer, found by its address. */
    Topic *topic;
    RecordBatch **open; /* By partition; NULL: none. */
    unsigned next_unkeyed;
} Target;

/* Who is the current producer of a transactional id. */
typedef struct TransactionId {
    Str id;
    uint64_t epoch;
} TransactionId;

bool producer_is_fenced(const EmbeddedProducer *producer)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)producer->base.broker;
    TransactionId *current = map_get(&broker->transactions,
                                     producer->transactional_id);
    return !current || current->epoch != producer->epoch;
}

Status embedded_producer_open(Broker *base, Arena *arena,
                              const ProducerOptions *options, Producer **out)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    EmbeddedProducer *producer = mem_zalloc(sizeof *producer);
    Str id = options->transactional_id;
    (void)arena;

    producer->base.broker = base;
    pthread_mutex_init(&producer->lock, NULL);
    pthread_mutex_lock(&broker->linger_lock);
    producer->next = broker->producers;
    broker->producers = producer;
    pthread_mutex_unlock(&broker->linger_lock);
    *out = &producer->base;
    if (!id.ptr) return st_ok();

    pthread_mutex_lock(&broker->lock);
    TransactionId *current = map_get(&broker->transactions, id);
    if (!current) {
        current = ARENA_NEW(broker->arena, TransactionId);
        current->id = str_copy(broker->arena, id);
        map_put(broker->arena, &broker->transactions, current->id, current);
    }
    producer->epoch = ++current->epoch;
    producer->transactional_id = current->id;
    pthread_mutex_unlock(&broker->lock);
    return st_ok();
}

static void drop_buffered(EmbeddedProducer *producer)
{
    for (int t = 0; t < producer->target_count; t++) {
        Target *target = &producer->targets[t];
        for (int p = 0; p < target->topic->partition_count; p++) {
            batch_unref(target->open[p]);
            target->open[p] = NULL;
        }
    }
    for (int i = 0; i < producer->append_count; i++)
        batch_unref(producer->appends[i].batch);
    producer->append_count = 0;
    producer->buffered_bytes = 0;
}

void embedded_producer_close(Producer *base)
{
    EmbeddedProducer *producer = (EmbeddedProducer *)base;
    EmbeddedBroker *broker = (EmbeddedBroker *)base->broker;

    pthread_mutex_lock(&broker->linger_lock);
    EmbeddedProducer **link = &broker->producers;
    while (*link != producer)
        link = &(*link)->next;
    *link = producer->next;
    pthread_mutex_unlock(&broker->linger_lock);
    drop_buffered(producer);
    for (int t = 0; t < producer->target_count; t++) {
        mem_free(producer->targets[t].open);
        topic_unref(producer->targets[t].topic);
    }
    mem_free(producer->targets);
    mem_free(producer->appends);
    pthread_mutex_destroy(&producer->lock);
    mem_free(producer);
}

/* ---- buffering, under the producer's lock ---- */

/* Moves the open batch of a partition to the list. */
static void close_batch(EmbeddedProducer *producer, Target *target, int32_t p)
{
    if (producer->append_count == producer->append_cap) {
        producer->append_cap = producer->append_cap * 2 + 8;
        producer->appends = mem_realloc(
            producer->appends, sizeof(Append) * (size_t)producer->append_cap);
    }
    producer->appends[producer->append_count++] = (Append){
        &target->topic->partitions[p], target->open[p]};
    target->open[p] = NULL;
}

static void close_batches(EmbeddedProducer *producer)
{
    for (int t = 0; t < producer->target_count; t++)
        for (int p = 0; p < producer->targets[t].topic->partition_count; p++)
            if (producer->targets[t].open[p])
                close_batch(producer, &producer->targets[t], p);
}

/* Writes all that is buffered, with the offsets in `commit`. */
static Status write_buffered(EmbeddedProducer *producer, Arena *arena,
                             Commit *commit)
{
    close_batches(producer);
    commit->appends = producer->appends;
    commit->append_count = producer->append_count;
    producer->append_count = 0;
    producer->buffered_bytes = 0;
    if (!commit->append_count && !commit->offset_count && !commit->transaction)
        return st_ok();
    return embedded_commit((EmbeddedBroker *)producer->base.broker, arena,
                           commit);
}

/* Forgets a deleted topic and what was buffered for it. False if that would
 * take records out of a transaction. */
static bool unbind_target(EmbeddedProducer *producer, Target *target)
{
    int kept = 0;
    for (int p = 0; p < target->topic->partition_count; p++)
        if (target->open[p]) close_batch(producer, target, p);
    for (int i = 0; i < producer->append_count; i++) {
        bool gone = producer->appends[i].part->topic == target->topic;
        if (gone && producer->in_transaction) return false;
        if (gone) batch_unref(producer->appends[i].batch);
        if (!gone) producer->appends[kept++] = producer->appends[i];
    }
    producer->append_count = kept;
    mem_free(target->open);
    topic_unref(target->topic);
    return true;
}

/* The target of a name. A deleted topic is looked up anew: it may have been
 * made again. */
static Status find_target(EmbeddedProducer *producer, Arena *arena,
                          const char *name, Target **out)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)producer->base.broker;
    Target *target = NULL;

    for (int t = 0; t < producer->target_count && !target; t++)
        if (producer->targets[t].name == name) target = &producer->targets[t];
    *out = target;
    if (target && !atomic_load(&target->topic->deleted)) return st_ok();

    pthread_mutex_lock(&broker->lock);
    Topic *topic = embedded_find_topic(broker, str_from(name));
    if (topic) topic_ref(topic);
    pthread_mutex_unlock(&broker->lock);
    if (topic && target && !unbind_target(producer, target)) {
        topic_unref(topic);
        topic = NULL;
    }
    if (!topic) return unknown_topic(arena, str_from(name));
    if (!target) {
        if (producer->target_count == producer->target_cap) {
            producer->target_cap = producer->target_cap * 2 + 4;
            producer->targets = mem_realloc(producer->targets,
                                            sizeof(Target) *
                                                (size_t)producer->target_cap);
        }
        target = &producer->targets[producer->target_count++];
        *target = (Target){.name = name};
    }
    target->topic = topic;
    target->open = mem_zalloc(sizeof(RecordBatch *) *
                              (size_t)topic->partition_count);
    *out = target;
    return st_ok();
}

static Status add_record(EmbeddedProducer *producer, Arena *arena,
                         Target *target, int32_t partition,
                         const Record *record)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)producer->base.broker;
    Topic *topic = target->topic;

    if (partition == PARTITION_BY_KEY)
        partition = record->key.ptr
                        ? broker_partition(record->key, topic->partition_count)
                        : (int32_t)(target->next_unkeyed++ %
                                    (unsigned)topic->partition_count);
    if (partition < 0 || partition >= topic->partition_count)
        return st_error(arena, ST_USER, "topic '%s' has no partition %d",
                        topic->name, partition);
    RecordBatch *batch = target->open[partition];
    size_t before = batch ? batch->len : 0;
    int64_t time_ms = record->timestamp_ms;
    if (time_ms < 0 || topic->log_append_time)
        time_ms = clock_now_ms(broker->clock);
    batch = batch_append(batch, record, time_ms, 0);
    target->open[partition] = batch;
    producer->buffered_bytes += batch->len - before;
    if (batch->len >= BATCH_FULL_BYTES)
        close_batch(producer, target, partition);
    return st_ok();
}

/* What a write behind the caller's back left to say. */
static Status take_failure(EmbeddedProducer *producer, Arena *arena)
{
    if (!producer->failed) return st_ok();
    /* Not the fault of the records at hand: some before them are lost. */
    StatusKind kind = producer->failed == ST_USER ? ST_FATAL : producer->failed;
    Status st = st_error(arena, kind, "%s", producer->failure);
    producer->failed = ST_OK;
    return st;
}

static Status produce_locked(EmbeddedProducer *producer, Arena *arena,
                             const char *topic, int32_t partition,
                             const Record *records, int count)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)producer->base.broker;
    Target *target;
    Commit commit = {0};

    Status st = take_failure(producer, arena);
    if (!st.kind) st = find_target(producer, arena, topic, &target);
    for (int i = 0; i < count && !st.kind; i++) {
        st = add_record(producer, arena, target, partition, &records[i]);
        if (!st.kind && !producer->in_transaction &&
            producer->buffered_bytes >= BUFFER_MAX_BYTES)
            st = write_buffered(producer, arena, &commit), commit = (Commit){0};
    }
    if (st.kind) return st;
    if (producer->in_transaction) {
        if (producer->buffered_bytes < TRANSACTION_MAX_BYTES) return st;
        return st_error(arena, ST_FATAL,
                        "a transaction has more than %d MB: commit more often",
                        TRANSACTION_MAX_BYTES >> 20);
    }
    if (!broker->storage) return write_buffered(producer, arena, &commit);
    if (producer->buffered_bytes &&
        !atomic_exchange(&broker->linger_armed, true))
        sem_post(&broker->linger_work);
    return st;
}

Status embedded_produce(Producer *base, Arena *arena, const char *topic,
                        int32_t partition, const Record *records, int count)
{
    EmbeddedProducer *producer = (EmbeddedProducer *)base;
    if (producer->transactional_id.ptr && !producer->in_transaction)
        return st_error(arena, ST_USER,
                        "producer '%s' has no transaction: begin one first",
                        producer->transactional_id.ptr);
    pthread_mutex_lock(&producer->lock);
    Status st = produce_locked(producer, arena, topic, partition, records,
                               count);
    pthread_mutex_unlock(&producer->lock);
    return st;
}

Status embedded_producer_flush(Producer *base, Arena *arena, int timeout_ms)
{
    EmbeddedProducer *producer = (EmbeddedProducer *)base;
    Commit commit = {0};
    (void)timeout_ms;

    pthread_mutex_lock(&producer->lock);
    Status st = take_failure(producer, arena);
    if (!st.kind && !producer->in_transaction)
        st = write_buffered(producer, arena, &commit);
    pthread_mutex_unlock(&producer->lock);
    return st;
}

/* ---- the linger thread ---- */

static void write_old(EmbeddedProducer *producer, Arena *arena)
{
    Commit commit = {0};
    pthread_mutex_lock(&producer->lock);
    if (producer->buffered_bytes && !producer->in_transaction) {
        Status st = write_buffered(producer, arena, &commit);
        if (st.kind) {
            producer->failed = st.kind;
            snprintf(producer->failure, sizeof producer->failure, "%s",
                     st.text);
        }
    }
    pthread_mutex_unlock(&producer->lock);
}

void *embedded_linger(void *context)
{
    EmbeddedBroker *broker = context;
    Arena *arena = arena_new("linger", 0);

    for (;;) {
        if (sem_wait(&broker->linger_work)) continue;
        if (atomic_load(&broker->closing)) break;
        clock_sleep_ms(LINGER_MS);
        atomic_store(&broker->linger_armed, false);
        pthread_mutex_lock(&broker->linger_lock);
        for (EmbeddedProducer *p = broker->producers; p; p = p->next)
            write_old(p, arena);
        pthread_mutex_unlock(&broker->linger_lock);
        arena_reset(arena);
    }
    arena_free(arena);
    return NULL;
}

/* ---- transactions ---- */

Status embedded_txn_begin(Producer *base, Arena *arena)
{
    EmbeddedProducer *producer = (EmbeddedProducer *)base;
    EmbeddedBroker *broker = (EmbeddedBroker *)base->broker;

    if (!producer->transactional_id.ptr)
        return st_error(arena, ST_USER, "the producer is not transactional");
    if (producer->in_transaction)
        return st_error(arena, ST_USER,
                        "producer '%s' is in a transaction already",
                        producer->transactional_id.ptr);
    pthread_mutex_lock(&broker->lock);
    bool fenced = producer_is_fenced(producer);
    pthread_mutex_unlock(&broker->lock);
    if (fenced)
        return st_error(arena, ST_FATAL,
                        "producer '%s' is fenced by a newer one",
                        producer->transactional_id.ptr);
    pthread_mutex_lock(&producer->lock);
    producer->in_transaction = true;
    pthread_mutex_unlock(&producer->lock);
    return st_ok();
}

Status embedded_txn_commit(Producer *base, Arena *arena, Consumer *consumer,
                           const TopicPartition *parts, int count)
{
    EmbeddedProducer *producer = (EmbeddedProducer *)base;
    Commit commit = {.consumer = (EmbeddedConsumer *)consumer,
                     .offsets = parts,
                     .offset_count = consumer ? count : 0,
                     .transaction = producer};

    if (!producer->in_transaction)
        return st_error(arena, ST_USER, "there is no transaction to commit");
    pthread_mutex_lock(&producer->lock);
    Status st = write_buffered(producer, arena, &commit);
    producer->in_transaction = false;
    pthread_mutex_unlock(&producer->lock);
    return st;
}

Status embedded_txn_abort(Producer *base, Arena *arena)
{
    EmbeddedProducer *producer = (EmbeddedProducer *)base;
    (void)arena;
    pthread_mutex_lock(&producer->lock);
    drop_buffered(producer);
    producer->in_transaction = false;
    pthread_mutex_unlock(&producer->lock);
    return st_ok();
}
