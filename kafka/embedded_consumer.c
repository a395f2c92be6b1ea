/* SPDX-License-Identifier: Apache-2.0
 *
 * Consumers of the embedded broker. A position holds the batch it is reading
 * and a cursor in it, so a batch may be handed out over several polls. Batches
 * come from the tail in memory, or from storage when the position is behind the
 * tail.
 *
 * A record set points into the batches it came from and holds references to
 * them in its SetBlock until it is released; blocks are used again.
 *
 *     RecordSet.internal -> SetBlock { records[], batches[], headers }
 *
 * Rebalances happen in consumer_poll and consumer_close: the handler runs on
 * the caller's thread and without the lock, so it may commit.
 */
#include "kafka/embedded.h"

#include <assert.h>
#include <time.h>

#include "base/alloc.h"
#include "base/number.h"

enum {
    SPARE_BLOCKS_MAX = 16,
    MAX_POLL_INTERVAL_MS = 300000, /* Kafka's default. */
};

/* What a record set stands on. */
typedef struct SetBlock {
    struct SetBlock *next, **link;
    Record *records;
    int record_cap;
    RecordBatch **batches;
    int batch_count, batch_cap;
    Arena *headers; /* NULL until wanted. */
} SetBlock;

static EmbeddedBroker *broker_of(const EmbeddedConsumer *consumer)
{
    return (EmbeddedBroker *)consumer->base.broker;
}

/* ---- waking ---- */

static bool has_data(const EmbeddedConsumer *consumer)
{
    if (consumer->resting) return false;
    for (int i = 0; i < consumer->position_count; i++)
        if (consumer->positions[i].next < consumer->positions[i].part->end)
            return true;
    return false;
}

void embedded_wake_readers(EmbeddedBroker *broker)
{
    for (EmbeddedConsumer *c = broker->consumers; c; c = c->next)
        if (c->waiting && has_data(c)) pthread_cond_signal(&c->wake);
}

void embedded_wake_all(EmbeddedBroker *broker)
{
    for (EmbeddedConsumer *c = broker->consumers; c; c = c->next)
        if (c->waiting) pthread_cond_signal(&c->wake);
}

/* ---- opening and closing ---- */

static Str property(const ConsumerOptions *options, const char *name)
{
    Str *value = options->properties
                     ? map_get(options->properties, str_from(name))
                     : NULL;
    return value ? *value : STR_NULL;
}

static Status read_properties(EmbeddedConsumer *consumer, Arena *arena,
                              const ConsumerOptions *options)
{
    Str reset = property(options, "auto.offset.reset");
    Str interval = property(options, "max.poll.interval.ms");
    int64_t interval_ms = MAX_POLL_INTERVAL_MS;

    if (!reset.ptr || str_eq_nocase(reset, STR("latest")))
        consumer->reset = OFFSET_END;
    else if (str_eq_nocase(reset, STR("earliest")))
        consumer->reset = OFFSET_BEGINNING;
    else if (str_eq_nocase(reset, STR("none")))
        consumer->reset = OFFSET_NONE;
    else
        return st_error(arena, ST_USER,
                        "'%.*s' is no value for 'auto.offset.reset': use "
                        "'earliest', 'latest' or 'none'",
                        STR_ARG(reset));
    if (interval.ptr &&
        (!number_parse_i64(interval, &interval_ms) || interval_ms < 1))
        return st_error(arena, ST_USER,
                        "'%.*s' is no value for 'max.poll.interval.ms': use a "
                        "whole number above 0",
                        STR_ARG(interval));
    consumer->member.max_poll_ns = interval_ms * 1000000;
    return st_ok();
}

/* Under the lock. */
static Status find_topics(EmbeddedConsumer *consumer, Arena *arena,
                          const ConsumerOptions *options)
{
    for (int i = 0; i < options->topic_count; i++) {
        Str name = str_from(options->topics[i]);
        Topic *topic = embedded_find_topic(broker_of(consumer), name);
        if (!topic) return unknown_topic(arena, name);
        consumer->topics[i] = topic_ref(topic);
        consumer->group_topics[i] = (GroupTopic){topic->id,
                                                 topic->partition_count};
        consumer->topic_count++;
    }
    return st_ok();
}

static void free_consumer(EmbeddedConsumer *consumer)
{
    for (int i = 0; i < consumer->topic_count; i++)
        topic_unref(consumer->topics[i]);
    pthread_cond_destroy(&consumer->wake);
    mem_free(consumer->positions);
    arena_free(consumer->arena);
}

Status embedded_consumer_open(Broker *base, Arena *arena,
                              const ConsumerOptions *options, Consumer **out)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    Arena *own = arena_new("consumer", 0);
    EmbeddedConsumer *consumer = ARENA_NEW(own, EmbeddedConsumer);
    pthread_condattr_t monotonic;

    consumer->base.broker = base;
    consumer->arena = own;
    consumer->topics = ARENA_ARRAY(own, Topic *, options->topic_count);
    consumer->group_topics = ARENA_ARRAY(own, GroupTopic, options->topic_count);
    consumer->rebalance = options->rebalance;
    consumer->want_headers = options->want_headers;
    if (options->group.ptr) consumer->group = str_copy(own, options->group);
    if (options->client_suffix.ptr)
        consumer->client_id = str_printf(own, "millrace-%.*s",
                                         STR_ARG(options->client_suffix));
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&consumer->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);

    pthread_mutex_lock(&broker->lock);
    Status st = read_properties(consumer, arena, options);
    if (!st.kind) st = find_topics(consumer, arena, options);
    if (!st.kind) {
        consumer->next = broker->consumers;
        broker->consumers = consumer;
        consumer->member.topics = consumer->group_topics;
        consumer->member.topic_count = consumer->topic_count;
        consumer->subscribed = consumer->group.ptr && consumer->topic_count;
        if (consumer->subscribed) {
            group_join(broker->groups, consumer->group, &consumer->member);
            embedded_wake_all(broker);
        }
    }
    pthread_mutex_unlock(&broker->lock);
    *out = &consumer->base;
    if (st.kind) free_consumer(consumer);
    return st;
}

static void drop_positions(EmbeddedConsumer *consumer)
{
    for (int i = 0; i < consumer->position_count; i++) {
        batch_unref(consumer->positions[i].current);
        batch_unref_chain(consumer->positions[i].ahead);
    }
    consumer->position_count = 0;
}

/* Gives the partitions up. Under the lock, which it releases meanwhile. */
static void give_up(EmbeddedConsumer *consumer, bool lost)
{
    EmbeddedBroker *broker = broker_of(consumer);
    int count = consumer->position_count;

    if (count && consumer->rebalance.revoked) {
        TopicPartition *parts = mem_alloc(sizeof *parts * (size_t)count);
        for (int i = 0; i < count; i++)
            parts[i] = (TopicPartition){
                .topic_index = consumer->positions[i].topic_index,
                .partition = consumer->positions[i].part->index,
                .offset = consumer->positions[i].next,
            };
        pthread_mutex_unlock(&broker->lock);
        consumer->rebalance.revoked(consumer->rebalance.context, parts, count,
                                    lost);
        pthread_mutex_lock(&broker->lock);
        mem_free(parts);
    }
    drop_positions(consumer);
}

static void free_block(SetBlock *block)
{
    mem_free(block->records);
    mem_free(block->batches);
    arena_free(block->headers);
    mem_free(block);
}

static void empty_block(SetBlock *block)
{
    for (int i = 0; i < block->batch_count; i++)
        batch_unref(block->batches[i]);
    block->batch_count = 0;
}

void embedded_consumer_close(Consumer *base)
{
    EmbeddedConsumer *consumer = (EmbeddedConsumer *)base;
    EmbeddedBroker *broker = broker_of(consumer);

    pthread_mutex_lock(&broker->lock);
    give_up(consumer, consumer->member.lost);
    group_leave(broker->groups, &consumer->member);
    EmbeddedConsumer **link = &broker->consumers;
    while (*link != consumer)
        link = &(*link)->next;
    *link = consumer->next;
    embedded_wake_all(broker);
    pthread_mutex_unlock(&broker->lock);
    for (SetBlock *block = consumer->lent, *next; block; block = next) {
        next = block->next;
        empty_block(block);
        free_block(block);
    }
    for (SetBlock *block = consumer->spare, *next; block; block = next) {
        next = block->next;
        free_block(block);
    }
    free_consumer(consumer);
}

/* ---- positions ---- */

/* Turns OFFSET_* into an offset, by auto.offset.reset where it says nothing,
 * and brings one that is out of range back. Under the lock. */
static Status resolve(const EmbeddedConsumer *consumer, Arena *arena,
                      const Partition *part, int64_t *offset)
{
    if (*offset == OFFSET_BEGINNING) *offset = part->start;
    if (*offset == OFFSET_END) *offset = part->end;
    if (*offset >= part->start && *offset <= part->end) return st_ok();
    if (consumer->reset == OFFSET_NONE)
        return st_error(arena, ST_FATAL,
                        "topic '%s' partition %d has no offset to start from, "
                        "and 'auto.offset.reset' is 'none'",
                        part->topic->name, part->index);
    *offset = consumer->reset == OFFSET_END ? part->end : part->start;
    return st_ok();
}

static Status take_positions(EmbeddedConsumer *consumer, Arena *arena,
                             const TopicPartition *parts, int count)
{
    Status st = st_ok();
    drop_positions(consumer);
    if (count > consumer->position_cap) {
        consumer->position_cap = count;
        consumer->positions = mem_realloc(consumer->positions,
                                          sizeof(Position) * (size_t)count);
    }
    for (int i = 0; i < count; i++) {
        Topic *topic = consumer->topics[parts[i].topic_index];
        if (parts[i].partition < 0 ||
            parts[i].partition >= topic->partition_count)
            return st_error(arena, ST_USER, "topic '%s' has no partition %d",
                            topic->name, parts[i].partition);
        Position *at = &consumer->positions[consumer->position_count++];
        *at = (Position){
            .topic_index = parts[i].topic_index,
            .part = &topic->partitions[parts[i].partition],
            .next = parts[i].offset,
        };
        Status one = resolve(consumer, arena, at->part, &at->next);
        if (one.kind) st = one;
    }
    return st;
}

Status embedded_consumer_assign(Consumer *base, Arena *arena,
                                const TopicPartition *parts, int count)
{
    EmbeddedConsumer *consumer = (EmbeddedConsumer *)base;
    EmbeddedBroker *broker = broker_of(consumer);

    pthread_mutex_lock(&broker->lock);
    if (consumer->subscribed) {
        group_leave(broker->groups, &consumer->member);
        consumer->subscribed = false;
        embedded_wake_all(broker);
    }
    for (int i = 0; i < count; i++)
        assert(parts[i].topic_index >= 0 &&
               parts[i].topic_index < consumer->topic_count);
    Status st = take_positions(consumer, arena, parts, count);
    pthread_mutex_unlock(&broker->lock);
    return st;
}

static Position *find_position(EmbeddedConsumer *consumer, int topic_index,
                               int32_t partition)
{
    for (int i = 0; i < consumer->position_count; i++)
        if (consumer->positions[i].topic_index == topic_index &&
            consumer->positions[i].part->index == partition)
            return &consumer->positions[i];
    return NULL;
}

Status embedded_consumer_seek(Consumer *base, Arena *arena,
                              const TopicPartition *parts, int count)
{
    EmbeddedConsumer *consumer = (EmbeddedConsumer *)base;
    EmbeddedBroker *broker = broker_of(consumer);
    Status st = st_ok();

    pthread_mutex_lock(&broker->lock);
    for (int i = 0; i < count && !st.kind; i++) {
        Position *at = find_position(consumer, parts[i].topic_index,
                                     parts[i].partition);
        if (!at) {
            st = st_error(arena, ST_RETRY,
                          "the group is rebalancing: partition %d is not owned",
                          parts[i].partition);
            break;
        }
        batch_unref(at->current);
        batch_unref_chain(at->ahead);
        at->current = at->ahead = NULL;
        at->cursor = (BatchCursor){0};
        at->next = parts[i].offset;
        st = resolve(consumer, arena, at->part, &at->next);
    }
    pthread_mutex_unlock(&broker->lock);
    return st;
}

Status embedded_consumer_rest(Consumer *base, Arena *arena, bool rest)
{
    EmbeddedConsumer *consumer = (EmbeddedConsumer *)base;
    EmbeddedBroker *broker = broker_of(consumer);

    (void)arena;
    pthread_mutex_lock(&broker->lock);
    consumer->resting = rest;
    pthread_mutex_unlock(&broker->lock);
    return st_ok();
}

void embedded_consumer_reach(Consumer *base, int topic_index, int32_t partition,
                             ConsumerReach *reach)
{
    EmbeddedConsumer *consumer = (EmbeddedConsumer *)base;
    EmbeddedBroker *broker = broker_of(consumer);
    const Position *at = find_position(consumer, topic_index, partition);

    if (!at) return;
    pthread_mutex_lock(&broker->lock);
    *reach = (ConsumerReach){at->next, at->part->end};
    pthread_mutex_unlock(&broker->lock);
}

/* Does what the group asks for. Under the lock, which it releases while a
 * handler runs. */
static Status follow_group(EmbeddedConsumer *consumer, Arena *arena)
{
    EmbeddedBroker *broker = broker_of(consumer);
    GroupMember *member = &consumer->member;

    for (;;) {
        switch (group_event(broker->groups, member, clock_monotonic_ns())) {
        case GROUP_NOTHING: return st_ok();
        case GROUP_REVOKE:
            give_up(consumer, false);
            /* It may have been put out while the handler ran. */
            if (!member->lost) group_ready(member);
            embedded_wake_all(broker);
            continue;
        case GROUP_LOST:
            give_up(consumer, true);
            group_join(broker->groups, consumer->group, member);
            embedded_wake_all(broker);
            continue;
        case GROUP_ASSIGN: break;
        }
        int count;
        TopicPartition *share = group_share(member, arena, &count);
        if (consumer->rebalance.assigned) {
            pthread_mutex_unlock(&broker->lock);
            consumer->rebalance.assigned(consumer->rebalance.context, share,
                                         count);
            pthread_mutex_lock(&broker->lock);
        }
        Status st = take_positions(consumer, arena, share, count);
        if (st.kind) return st;
    }
}

/* ---- reading ---- */

static SetBlock *take_block(EmbeddedConsumer *consumer)
{
    SetBlock *block = consumer->spare;
    if (block) {
        consumer->spare = block->next;
        consumer->spare_count--;
    } else {
        block = mem_zalloc(sizeof *block);
    }
    if (consumer->want_headers) {
        if (block->headers)
            arena_reset(block->headers);
        else
            block->headers = arena_new("headers", 0);
    }
    block->next = consumer->lent;
    block->link = &consumer->lent;
    if (block->next) block->next->link = &block->next;
    consumer->lent = block;
    return block;
}

static void give_back(EmbeddedConsumer *consumer, SetBlock *block)
{
    empty_block(block);
    *block->link = block->next;
    if (block->next) block->next->link = block->link;
    if (consumer->spare_count == SPARE_BLOCKS_MAX) {
        free_block(block);
        return;
    }
    block->next = consumer->spare;
    consumer->spare = block;
    consumer->spare_count++;
}

void embedded_consumer_release(Consumer *base, RecordSet *set)
{
    if (!set->internal) return;
    give_back((EmbeddedConsumer *)base, set->internal);
    set->internal = NULL;
    set->records = NULL;
    set->count = 0;
}

static void hold_batch(SetBlock *block, RecordBatch *batch)
{
    if (block->batch_count == block->batch_cap) {
        block->batch_cap = block->batch_cap * 2 + 4;
        block->batches = mem_realloc(
            block->batches, sizeof(RecordBatch *) * (size_t)block->batch_cap);
    }
    block->batches[block->batch_count++] = batch_ref(batch);
}

/* Makes `current` the batch that has the next record, NULL if there is none.
 * Without the lock. */
static Status find_batch(const EmbeddedConsumer *consumer, Arena *arena,
                         Position *at)
{
    EmbeddedBroker *broker = broker_of(consumer);
    Partition *part = at->part;

    at->cursor = (BatchCursor){0};
    at->current = at->ahead;
    if (at->ahead) {
        at->ahead = at->ahead->next;
        at->current->next = NULL;
        return st_ok();
    }
    pthread_mutex_lock(&broker->lock);
    int64_t end = part->end;
    Status st = resolve(consumer, arena, part, &at->next);
    if (!st.kind && at->next < end)
        at->current = partition_tail(part, at->next);
    pthread_mutex_unlock(&broker->lock);
    if (st.kind || at->current || at->next >= end) return st;
    if (broker->storage)
        st = broker->storage->type->read(broker->storage, arena, part, at->next,
                                         end, &at->current);
    if (st.kind || !at->current) return st;
    at->ahead = at->current->next;
    at->current->next = NULL;
    return st;
}

/* Reads up to `max` records of one partition. Without the lock. */
static Status fill_set(EmbeddedConsumer *consumer, Arena *arena, Position *at,
                       int max, RecordSet *set)
{
    SetBlock *block = take_block(consumer);
    Status st = st_ok();
    int count = 0;

    if (block->record_cap < max) {
        block->record_cap = max;
        block->records = mem_realloc(block->records,
                                     sizeof(Record) * (size_t)max);
    }
    while (count < max && !st.kind) {
        if (!at->current) st = find_batch(consumer, arena, at);
        if (st.kind || !at->current) break;
        RecordBatch *batch = at->current;
        int got = batch_read(batch, &at->cursor, at->next,
                             block->records + count, max - count,
                             block->headers);
        if (got < 0)
            st = st_error(arena, ST_FATAL,
                          "topic '%s' partition %d is damaged at offset %lld",
                          at->part->topic->name, at->part->index,
                          (long long)batch->base_offset);
        if (got > 0) hold_batch(block, batch);
        if (got > 0) count += got;
        if (at->cursor.passed == batch->count) {
            at->next = batch_end(batch);
            at->current = NULL;
            batch_unref(batch);
        } else if (got > 0) {
            at->next = block->records[count - 1].offset + 1;
        }
    }
    *set = (RecordSet){
        .topic = at->part->topic->name,
        .topic_index = at->topic_index,
        .partition = at->part->index,
        .count = count,
        .records = block->records,
        .internal = block,
    };
    /* What was read is handed out first; the error comes again. */
    if (count) return st_ok();
    give_back(consumer, block);
    set->internal = NULL;
    return st;
}

/* Which partitions have something to read, and how many. Under the lock. */
static int find_ready(const EmbeddedConsumer *consumer, Arena *arena,
                      bool **ready)
{
    int count = 0;
    if (consumer->resting) return 0;
    *ready = ARENA_ARRAY(arena, bool, consumer->position_count);
    for (int i = 0; i < consumer->position_count; i++) {
        const Position *at = &consumer->positions[i];
        (*ready)[i] = at->next < at->part->end;
        count += (*ready)[i];
    }
    return count;
}

/* Each partition that has something gets its part of `max_records`. */
static Status collect(EmbeddedConsumer *consumer, Arena *arena, int max_records,
                      const bool *ready, int ready_count, RecordSet *sets,
                      int *set_count)
{
    int turn = consumer->turn++;
    for (int i = 0; i < consumer->position_count && max_records > 0; i++) {
        int at = (int)((unsigned)(turn + i) %
                       (unsigned)consumer->position_count);
        if (!ready[at]) continue;
        int share = max_records / ready_count--;
        Status st = fill_set(consumer, arena, &consumer->positions[at],
                             share > 0 ? share : 1, &sets[*set_count]);
        if (st.kind && !*set_count) return st;
        if (st.kind) break;
        max_records -= sets[*set_count].count;
        if (sets[*set_count].count) ++*set_count;
    }
    return st_ok();
}

static Status check_deleted(const EmbeddedConsumer *consumer, Arena *arena)
{
    for (int i = 0; i < consumer->position_count; i++) {
        const Topic *topic = consumer->positions[i].part->topic;
        if (atomic_load(&topic->deleted))
            return st_error(arena, ST_USER, "topic '%s' was deleted",
                            topic->name);
    }
    return st_ok();
}

static struct timespec after_ms(int timeout_ms)
{
    int64_t at = clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    return (struct timespec){at / 1000000000, at % 1000000000};
}

Status embedded_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                              int max_records, RecordSet **sets, int *set_count)
{
    EmbeddedConsumer *consumer = (EmbeddedConsumer *)base;
    EmbeddedBroker *broker = broker_of(consumer);
    struct timespec until = after_ms(timeout_ms);
    bool timed_out = timeout_ms <= 0;
    bool *ready;
    int ready_count;
    Status st;

    *set_count = 0;
    *sets = NULL;
    pthread_mutex_lock(&broker->lock);
    for (;;) {
        st = consumer->subscribed ? follow_group(consumer, arena) : st_ok();
        if (!st.kind) st = check_deleted(consumer, arena);
        if (st.kind || timed_out || has_data(consumer)) break;
        consumer->waiting = true;
        timed_out = pthread_cond_timedwait(&consumer->wake, &broker->lock,
                                           &until) != 0;
        consumer->waiting = false;
    }
    ready_count = find_ready(consumer, arena, &ready);
    pthread_mutex_unlock(&broker->lock);
    if (st.kind || !ready_count) return st;
    *sets = ARENA_ARRAY(arena, RecordSet, ready_count);
    return collect(consumer, arena, max_records, ready, ready_count, *sets,
                   set_count);
}

/* ---- offsets ---- */

bool consumer_may_commit(const EmbeddedConsumer *consumer,
                         const TopicPartition *parts, int count)
{
    if (!consumer->subscribed) return true;
    if (consumer->member.lost) return false;
    for (int i = 0; i < count; i++) {
        bool owned = false;
        for (int p = 0; p < consumer->position_count && !owned; p++)
            owned = consumer->positions[p].topic_index ==
                        parts[i].topic_index &&
                    consumer->positions[p].part->index == parts[i].partition;
        if (!owned) return false;
    }
    return true;
}

static Status check_group(const EmbeddedConsumer *consumer, Arena *arena)
{
    if (consumer->group.ptr) return st_ok();
    return st_error(arena, ST_USER, "the consumer has no group to commit to");
}

Status embedded_consumer_commit(Consumer *base, Arena *arena,
                                const TopicPartition *parts, int count)
{
    EmbeddedConsumer *consumer = (EmbeddedConsumer *)base;
    Commit commit = {
        .consumer = consumer, .offsets = parts, .offset_count = count};
    Status st = check_group(consumer, arena);
    if (st.kind || !count) return st;
    return embedded_commit(broker_of(consumer), arena, &commit);
}

Status embedded_consumer_committed(Consumer *base, Arena *arena,
                                   TopicPartition *parts, int count)
{
    EmbeddedConsumer *consumer = (EmbeddedConsumer *)base;
    EmbeddedBroker *broker = broker_of(consumer);
    Status st = check_group(consumer, arena);
    if (st.kind) return st;
    pthread_mutex_lock(&broker->lock);
    for (int i = 0; i < count; i++) {
        Str metadata;
        parts[i].offset = group_offset(
            broker->groups, consumer->group,
            consumer->topics[parts[i].topic_index]->id, parts[i].partition,
            &metadata);
        parts[i].metadata = metadata.ptr ? str_copy(arena, metadata) : STR_NULL;
    }
    pthread_mutex_unlock(&broker->lock);
    return st;
}
