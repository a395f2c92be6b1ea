/* SPDX-License-Identifier: Apache-2.0
 *
 * The one way to write to an embedded broker: commits, led by one thread at a
 * time (see embedded.h), and the tail of each partition in memory.
 *
 * A commit is checked by the leader, under the lock, at the moment it gets its
 * offsets: is the transaction still its producer's, does the group member still
 * own the partitions, do the topics still exist. Since nothing else can write
 * until the leader is done, what was true then is true when it is on disk.
 *
 * If the write fails, no commit of the round is seen and the offsets that were
 * handed out are taken back.
 */
#include "kafka/embedded.h"

#include <assert.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/fault.h"

void embedded_lead(EmbeddedBroker *broker)
{
    while (broker->busy)
        pthread_cond_wait(&broker->committed, &broker->lock);
    broker->busy = true;
}

void embedded_follow(EmbeddedBroker *broker)
{
    broker->busy = false;
    pthread_cond_broadcast(&broker->committed);
}

/* ---- tails ---- */

static void evict_oldest(EmbeddedBroker *broker)
{
    Partition *part = broker->cached[broker->cached_first];
    broker->cached_first = (broker->cached_first + 1) % broker->cached_cap;
    broker->cached_count--;
    /* A trimmed partition has fewer batches than entries. */
    if (!part->tail_count) return;
    RecordBatch *batch = part->tail[part->tail_first++];
    part->tail_count--;
    broker->cached_bytes -= batch->cap;
    batch_unref(batch);
}

static void remember_tail(EmbeddedBroker *broker, Partition *part)
{
    if (broker->cached_count == broker->cached_cap) {
        size_t cap = broker->cached_cap ? broker->cached_cap * 2 : 64;
        Partition **grown = mem_alloc(sizeof *grown * cap);
        for (size_t i = 0; i < broker->cached_count; i++)
            grown[i] =
                broker->cached[(broker->cached_first + i) % broker->cached_cap];
        mem_free(broker->cached);
        broker->cached = grown;
        broker->cached_first = 0;
        broker->cached_cap = cap;
    }
    size_t last = broker->cached_first + broker->cached_count++;
    broker->cached[last % broker->cached_cap] = part;
}

/* Takes over the reference. */
static void push_tail(EmbeddedBroker *broker, Partition *part,
                      RecordBatch *batch)
{
    if (part->tail_first + part->tail_count == part->tail_cap) {
        /* Move to the front, or grow when more than half is in use. */
        if (part->tail_count * 2 >= part->tail_cap) {
            part->tail_cap = part->tail_cap ? part->tail_cap * 2 : 8;
            part->tail = mem_realloc(part->tail, sizeof(RecordBatch *) *
                                                     (size_t)part->tail_cap);
        }
        memmove(part->tail, part->tail + part->tail_first,
                sizeof(RecordBatch *) * (size_t)part->tail_count);
        part->tail_first = 0;
    }
    part->tail[part->tail_first + part->tail_count++] = batch;
    broker->cached_bytes += batch->cap;
    if (!broker->storage) return;
    remember_tail(broker, part);
    while (broker->cached_bytes > broker->cached_max_bytes &&
           broker->cached_count)
        evict_oldest(broker);
}

void embedded_drop_tail(EmbeddedBroker *broker, Partition *part, int64_t start)
{
    while (part->tail_count &&
           batch_end(part->tail[part->tail_first]) <= start) {
        RecordBatch *batch = part->tail[part->tail_first++];
        part->tail_count--;
        broker->cached_bytes -= batch->cap;
        batch_unref(batch);
    }
}

void embedded_forget_tails(EmbeddedBroker *broker, const Topic *topic)
{
    for (int i = 0; i < topic->partition_count; i++)
        embedded_drop_tail(broker, &topic->partitions[i], INT64_MAX);
    size_t kept = 0;
    for (size_t i = 0; i < broker->cached_count; i++) {
        size_t from = (broker->cached_first + i) % broker->cached_cap;
        size_t to = (broker->cached_first + kept) % broker->cached_cap;
        if (broker->cached[from]->topic == topic) continue;
        broker->cached[to] = broker->cached[from];
        kept++;
    }
    broker->cached_count = kept;
}

RecordBatch *partition_tail(const Partition *part, int64_t offset)
{
    RecordBatch **tail = part->tail + part->tail_first;
    int low = 0, high = part->tail_count;

    if (!high || offset < tail[0]->base_offset) return NULL;
    while (high - low > 1) {
        int mid = (low + high) / 2;
        if (tail[mid]->base_offset <= offset)
            low = mid;
        else
            high = mid;
    }
    assert(offset < batch_end(tail[low]));
    return batch_ref(tail[low]);
}

/* ---- commits ---- */

static void refuse(Commit *commit, StatusKind kind, const char *format,
                   const char *name)
{
    commit->kind = kind;
    snprintf(commit->text, sizeof commit->text, format, name);
}

/* Checks a commit and gives its batches their offsets. */
static void prepare(const EmbeddedBroker *broker, Commit *commit)
{
    EmbeddedProducer *transaction = commit->transaction;
    if (transaction && producer_is_fenced(transaction))
        refuse(commit, ST_FATAL, "producer '%s' is fenced by a newer one",
               transaction->transactional_id.ptr);
    else if (commit->consumer &&
             !consumer_may_commit(commit->consumer, commit->offsets,
                                  commit->offset_count))
        refuse(commit, ST_RETRY,
               "group '%s' is rebalancing: the partitions are not owned any "
               "more",
               commit->consumer->group.ptr);
    else if (!commit->consumer && commit->offset_count &&
             group_has_members(broker->groups, commit->group))
        refuse(commit, ST_USER,
               "group '%s' has members, and only they may commit",
               commit->group.ptr);
    commit->refused = commit->kind;
    for (int i = 0; i < commit->append_count; i++) {
        Topic *topic = commit->appends[i].part->topic;
        if (!atomic_load(&topic->deleted)) continue;
        if (!commit->kind)
            refuse(commit, ST_USER, "topic '%s' does not exist", topic->name);
        commit->appends[i].part = NULL;
        /* Only a transaction is all or nothing. */
        if (transaction) commit->refused = true;
    }
    for (int i = 0; i < commit->append_count && !commit->refused; i++) {
        Partition *part = commit->appends[i].part;
        if (!part) continue;
        commit->appends[i].batch->base_offset = part->next;
        part->next += commit->appends[i].batch->span;
    }
}

/* Makes a written commit visible, or takes its offsets back. */
static void publish(EmbeddedBroker *broker, Commit *commit, Status written)
{
    if (written.kind && !commit->refused) {
        refuse(commit, written.kind, "%s", written.text);
        for (int i = 0; i < commit->append_count; i++) {
            Partition *part = commit->appends[i].part;
            if (part) part->next = part->end;
        }
        commit->refused = true;
    }
    for (int i = 0; i < commit->append_count; i++) {
        Partition *part = commit->appends[i].part;
        RecordBatch *batch = commit->appends[i].batch;
        if (commit->refused || !part) {
            batch_unref(batch);
            continue;
        }
        assert(batch->base_offset == part->end);
        part->end = batch_end(batch);
        push_tail(broker, part, batch);
    }
    for (int i = 0; i < commit->offset_count && !commit->refused; i++) {
        const TopicPartition *at = &commit->offsets[i];
        group_set_offset(broker->groups, commit->group,
                         commit->topics[at->topic_index]->id, at->partition,
                         at->offset, at->metadata);
    }
    commit->done = true;
}

/* Takes all that wait through one write. As the leader, under the lock. */
static void run_round(EmbeddedBroker *broker, Arena *arena)
{
    Commit *round = broker->queue;
    Status st = st_ok();
    bool any = false;

    broker->queue = NULL;
    broker->queue_end = &broker->queue;
    for (Commit *commit = round; commit; commit = commit->next) {
        prepare(broker, commit);
        any |= !commit->refused;
    }
    if (broker->storage && any) {
        pthread_mutex_unlock(&broker->lock);
        fault_point("broker.write");
        st = broker->storage->type->write(broker->storage, arena, round);
        fault_point("broker.written");
        pthread_mutex_lock(&broker->lock);
    }
    for (Commit *commit = round; commit; commit = commit->next)
        publish(broker, commit, st);
    embedded_wake_readers(broker);
}

Status embedded_commit(EmbeddedBroker *broker, Arena *arena, Commit *commit)
{
    for (int i = 0; i < commit->append_count; i++)
        commit->appends[i].batch = batch_seal(commit->appends[i].batch);
    if (commit->consumer) {
        commit->group = commit->consumer->group;
        commit->topics = commit->consumer->topics;
    }
    pthread_mutex_lock(&broker->lock);
    *broker->queue_end = commit;
    broker->queue_end = &commit->next;
    while (!commit->done && broker->busy)
        pthread_cond_wait(&broker->committed, &broker->lock);
    if (!commit->done) {
        broker->busy = true;
        run_round(broker, arena);
        embedded_follow(broker);
    }
    pthread_mutex_unlock(&broker->lock);
    assert(commit->done);
    if (!commit->kind) return st_ok();
    return st_error(arena, commit->kind, "%s", commit->text);
}
