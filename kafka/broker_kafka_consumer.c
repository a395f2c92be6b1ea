/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading from Kafka: one librdkafka consumer each, its one queue emptied by
 * the thread that polls. The messages of one poll are sorted by owned partition
 * into a PollBatch with their Records; it goes back to a free list when its
 * last set is released.
 *
 * Batch calls of librdkafka before 2.1 return messages of partitions that were
 * revoked while the batch was filled. A call that may block takes one message,
 * which is therefore newer than any rebalance in it. A call for many does not
 * block; if partitions were revoked and assigned anew inside it, all that it
 * found is dropped and reading starts again at the assigned offsets. Messages
 * of partitions that are not owned are dropped always.
 */
#include "kafka/broker_kafka_int.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

enum {
    WAKE_MIN = 8, /* A queue that never held so many was never full. */
    WAKE_MS = 2,  /* The fetcher is not woken more often. */
};

/* ---- opening and closing ---- */

/* A missing topic is the user's mistake now, and a deleted one later. */
static Status check_topics(KafkaBroker *broker, Arena *arena,
                           const ConsumerOptions *options)
{
    Status st = st_ok();
    for (int i = 0; i < options->topic_count && !st.kind; i++) {
        int count;
        st = kafka_partition_count(broker, arena, options->topics[i], &count);
    }
    return st;
}

static KafkaConsumer *new_consumer(Broker *base, const ConsumerOptions *options)
{
    Arena *own = arena_new("consumer", 0);
    KafkaConsumer *consumer = ARENA_NEW(own, KafkaConsumer);

    consumer->base.broker = base;
    consumer->handle.broker = (KafkaBroker *)base;
    consumer->handle.owner = consumer;
    consumer->arena = own;
    consumer->scratch = arena_new("consumer scratch", 0);
    consumer->has_group = options->group.ptr != NULL;
    consumer->rebalance = options->rebalance;
    consumer->want_headers = options->want_headers;
    consumer->topic_count = options->topic_count;
    consumer->topics = ARENA_ARRAY(own, const char *, options->topic_count + 1);
    for (int i = 0; i < options->topic_count; i++) {
        Str name = str_copy(own, str_from(options->topics[i]));
        consumer->topics[i] = name.ptr;
        if (!map_get(&consumer->topic_index, name))
            map_put(own, &consumer->topic_index, name,
                    (void *)(intptr_t)(i + 1));
    }
    kafka_set_slots(consumer, NULL, 0);
    return consumer;
}

static void free_consumer(KafkaConsumer *consumer)
{
    mem_free(consumer->slots);
    mem_free(consumer->finder);
    arena_free(consumer->scratch);
    arena_free(consumer->arena);
}

static bool starts_at_end(const rd_kafka_conf_t *conf)
{
    char value[32] = "";
    size_t size = sizeof value;

    return rd_kafka_conf_get(conf, "auto.offset.reset", value, &size) ==
               RD_KAFKA_CONF_OK &&
           (!strcmp(value, "latest") || !strcmp(value, "largest") ||
            !strcmp(value, "end"));
}

static void add_to_client_id(rd_kafka_conf_t *conf, Arena *arena, Str suffix)
{
    char value[256] = "";
    size_t size = sizeof value;
    if (rd_kafka_conf_get(conf, "client.id", value, &size) != RD_KAFKA_CONF_OK)
        value[0] = 0;
    Str id = str_printf(arena, "%s-%.*s", value, STR_ARG(suffix));
    kafka_set(conf, "client.id", id.ptr);
}

STATUS kafka_consumer_open(Broker *base, Arena *arena,
                           const ConsumerOptions *options, Consumer **out)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    rd_kafka_conf_t *conf;

    Status st = check_topics(broker, arena, options);
    if (!st.kind)
        st = kafka_config(broker, arena, HANDLE_CONSUMER, options->properties,
                          &conf);
    if (st.kind) return st;
    KafkaConsumer *consumer = new_consumer(base, options);
    /* librdkafka assigns only to members of some group; without one, nothing
     * is ever committed under this name. */
    kafka_set(conf, "group.id",
              options->group.ptr ? str_cstr(arena, options->group)
                                 : "millrace-no-group");
    if (options->client_suffix.ptr)
        add_to_client_id(conf, arena, options->client_suffix);
    consumer->from_end = starts_at_end(conf);
    rd_kafka_conf_set_rebalance_cb(conf, kafka_on_rebalance);
    st = kafka_open_handle(&consumer->handle, arena, RD_KAFKA_CONSUMER, conf);
    if (st.kind) {
        free_consumer(consumer);
        return st;
    }
    rd_kafka_poll_set_consumer(consumer->handle.rk);
    consumer->queue = rd_kafka_queue_get_consumer(consumer->handle.rk);
    *out = &consumer->base;
    return st;
}

static void free_batch(PollBatch *batch)
{
    for (int i = 0; i < batch->message_count; i++)
        if (batch->messages[i]) rd_kafka_message_destroy(batch->messages[i]);
    mem_free(batch->raw);
    mem_free(batch->slot_of);
    mem_free(batch->messages);
    mem_free(batch->records);
    mem_free(batch->holds);
    arena_free(batch->headers);
    mem_free(batch);
}

/* Leaves the group; a broker that does not answer is not waited for long. */
static void leave(KafkaConsumer *consumer)
{
    rd_kafka_t *rk = consumer->handle.rk;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    int64_t until_ns = clock_monotonic_ns() + (int64_t)REQUEST_MS * 1000000;
    kafka_await_stops(rk);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(rk, queue);
    rd_kafka_message_t *late[64]; /* Were on their way when all was given up. */

    /* Not rd_kafka_queue_poll_callback: it aborts the program on a message. */
    while (!error && !rd_kafka_consumer_closed(rk) &&
           clock_monotonic_ns() < until_ns) {
        ssize_t got = rd_kafka_consume_batch_queue(queue, 20, late, 64);
        for (ssize_t i = 0; i < got; i++)
            rd_kafka_message_destroy(late[i]);
    }
    if (error) rd_kafka_error_destroy(error);
    rd_kafka_queue_destroy(queue);
}

/* librdkafka before 2.6.1 never returns from destroying a consumer that saw one
 * of its partitions deleted. */
static bool has_deleted_topic(KafkaConsumer *consumer)
{
    Status st = st_ok();

    if (rd_kafka_version() >= 0x020601ff || !consumer->handle.doubts)
        return false;
    for (int i = 0; i < consumer->topic_count && !st.kind; i++) {
        int count;
        st = kafka_partition_count(consumer->handle.broker, consumer->scratch,
                                   consumer->topics[i], &count);
    }
    return st.kind != ST_OK;
}

void kafka_consumer_close(Consumer *base)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;
    PollBatch *next;

    kafka_give_up(consumer, false);
    for (PollBatch *batch = consumer->used; batch; batch = next) {
        next = batch->next;
        free_batch(batch);
    }
    for (PollBatch *batch = consumer->spare; batch; batch = next) {
        next = batch->next;
        free_batch(batch);
    }
    /* Errors that came meanwhile are noted. */
    rd_kafka_message_t *message;
    while (rd_kafka_consume_batch_queue(consumer->queue, 0, &message, 1) > 0)
        rd_kafka_message_destroy(message);
    leave(consumer);
    rd_kafka_queue_destroy(consumer->queue);
    if (has_deleted_topic(consumer)) {
        consumer->handle.quiet = true; /* Idle threads stay behind. */
        return;
    }
    rd_kafka_destroy_flags(consumer->handle.rk,
                           RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    free_consumer(consumer);
}

/* ---- polling ---- */

/* When its queue is full, librdkafka before 2.2 stops fetching and looks again
 * only a second later, however soon we have emptied it: a backlog was read at
 * 200,000 records a second instead of a million (with 0.7 us of work each). Any
 * request to the partitions' leaders wakes it, so one is sent, without waiting
 * for its answer, when the queue has fallen to half of what it was. */
static void keep_fetching(KafkaConsumer *consumer)
{
    size_t length = rd_kafka_queue_length(consumer->queue);

    if (length > consumer->queue_peak || length > consumer->queue_last)
        consumer->queue_peak = length;
    consumer->queue_last = length;
    if (consumer->queue_peak < WAKE_MIN || length > consumer->queue_peak / 2 ||
        !consumer->slot_count)
        return;
    int64_t now_ns = clock_monotonic_ns();
    if (now_ns < consumer->wake_ns) return;
    consumer->wake_ns = now_ns + (int64_t)WAKE_MS * 1000000;
    consumer->queue_peak = 0;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        consumer->slot_count);
    for (int i = 0; i < consumer->slot_count; i++) {
        const Slot *slot = &consumer->slots[i];
        rd_kafka_topic_partition_list_add(
            list, consumer->topics[slot->topic_index], slot->partition)
            ->offset = OFFSET_END;
    }
    rd_kafka_offsets_for_times(consumer->handle.rk, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
}

static PollBatch *take_batch(KafkaConsumer *consumer, int max_records)
{
    PollBatch *batch = consumer->spare;

    if (batch)
        consumer->spare = batch->next;
    else
        batch = mem_zalloc(sizeof *batch);
    if (!batch->headers) batch->headers = arena_new("headers", 0);
    if (batch->cap < max_records) {
        size_t n = (size_t)max_records;
        batch->cap = max_records;
        batch->raw = mem_realloc(batch->raw, n * sizeof *batch->raw);
        batch->slot_of = mem_realloc(batch->slot_of,
                                     n * sizeof *batch->slot_of);
        batch->messages = mem_realloc(batch->messages,
                                      n * sizeof *batch->messages);
        batch->records = mem_realloc(batch->records,
                                     n * sizeof *batch->records);
    }
    arena_reset(batch->headers);
    batch->message_count = 0;
    batch->open_sets = 0;
    return batch;
}

static void spare_batch(KafkaConsumer *consumer, PollBatch *batch)
{
    batch->next = consumer->spare;
    consumer->spare = batch;
}

/* Drops what a call for many found around a revocation and an assignment. */
static void start_again(KafkaConsumer *consumer, PollBatch *batch, int count)
{
    for (int i = 0; i < count; i++)
        rd_kafka_message_destroy(batch->raw[i]);
    kafka_fetch_slots(consumer);
}

/* Fills batch->raw from `from` on without waiting; returns the new count. */
static int drain(KafkaConsumer *consumer, PollBatch *batch, int from, int max)
{
    if (from >= max) return from;
    consumer->was_revoked = consumer->was_assigned = false;
    ssize_t got = rd_kafka_consume_batch_queue(
        consumer->queue, 0, batch->raw + from, (size_t)(max - from));
    if (got <= 0) return from;
    if (!consumer->was_revoked || !consumer->was_assigned)
        return from + (int)got;
    start_again(consumer, batch, from + (int)got);
    return 0;
}

static int fill(KafkaConsumer *consumer, PollBatch *batch, int timeout_ms,
                int max)
{
    int count = drain(consumer, batch, 0, max);
    if (count || timeout_ms <= 0) return count;
    ssize_t got = rd_kafka_consume_batch_queue(consumer->queue, timeout_ms,
                                               batch->raw, 1);
    return got > 0 ? drain(consumer, batch, 1, max) : 0;
}

/* The end of what can be read now. Behind the last record there may have been
 * markers and aborted records, which are never handed out: only this tells that
 * they were passed. */
static void note_end(KafkaConsumer *consumer, const rd_kafka_message_t *m)
{
    int at = kafka_find_slot(consumer, m->rkt, m->partition);
    if (at >= 0 && m->offset > consumer->slots[at].next)
        consumer->slots[at].next = m->offset;
}

/* Finds each message's slot and counts; returns how many slots have some. */
static int count_slots(KafkaConsumer *consumer, PollBatch *batch, int count)
{
    const rd_kafka_topic_t *rkt = NULL;
    int32_t partition = -1;
    int slot = -1, used = 0;

    for (int i = 0; i < count; i++) {
        rd_kafka_message_t *m = batch->raw[i];
        batch->slot_of[i] = -1;
        if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            note_end(consumer, m);
            rd_kafka_message_destroy(m);
            continue;
        }
        if (m->err) {
            kafka_note_error(&consumer->handle, m->err,
                             rd_kafka_message_errstr(m));
            rd_kafka_message_destroy(m);
            continue;
        }
        if (m->rkt != rkt || m->partition != partition) {
            rkt = m->rkt;
            partition = m->partition;
            slot = kafka_find_slot(consumer, rkt, partition);
        }
        if (slot < 0) {
            rd_kafka_message_destroy(m);
            continue;
        }
        Slot *to = &consumer->slots[slot];
        to->next = m->offset + 1;
        used += to->count++ == 0;
        batch->slot_of[i] = slot;
    }
    return used;
}

/* Is it certain that there are no headers? Asking librdkafka costs a calloc for
 * each record, a fifth of the whole reading. Payloads lie in the fetched bytes.
 * In a record of today's format (2) a value stands between its length, as a
 * zigzag varint, and the number of headers; in the formats before, behind four
 * bytes of length. The bytes tell these apart: the first of a varint of two or
 * three has its top bit set, where the older formats have a byte below 32, and
 * a varint of one byte is twice the length. Any other value is asked about. */
static bool has_no_headers(const rd_kafka_message_t *m)
{
    const unsigned char *value = m->payload;
    size_t twice = m->len * 2;

    if (!value || m->len == 0 || twice >= 1 << 21) return false;
    if (twice < 1 << 7) {
        if (value[-1] != twice) return false;
    } else if (twice < 1 << 14) {
        if (value[-2] != (0x80 | (twice & 0x7f)) || value[-1] != twice >> 7)
            return false;
    } else if (value[-3] != (0x80 | (twice & 0x7f)) ||
               value[-2] != (0x80 | (twice >> 7 & 0x7f)) ||
               value[-1] != twice >> 14) {
        return false;
    }
    return value[m->len] == 0;
}

static const RecordHeaders *headers_of(PollBatch *batch, rd_kafka_message_t *m)
{
    rd_kafka_headers_t *from;

    if (has_no_headers(m) || rd_kafka_message_headers(m, &from)) return NULL;
    size_t count = rd_kafka_header_cnt(from);
    RecordHeaders *to = arena_alloc(batch->headers,
                                    sizeof *to + sizeof(RecordHeader) * count);
    to->count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const void *value;
        size_t size;
        if (rd_kafka_header_get_all(from, i, &name, &value, &size)) break;
        to->at[to->count++] = (RecordHeader){
            str_from(name), value ? (Str){value, size} : STR_NULL};
    }
    return to->count ? to : NULL;
}

static void fill_record(KafkaConsumer *consumer, PollBatch *batch, int at)
{
    rd_kafka_message_t *m = batch->messages[at];
    Record *record = &batch->records[at];
    rd_kafka_timestamp_type_t type;

    record->key = (Str){m->key, m->key ? m->key_len : 0};
    record->value = (Str){m->payload, m->payload ? m->len : 0};
    record->timestamp_ms = rd_kafka_message_timestamp(m, &type);
    record->offset = m->offset;
    record->headers = consumer->want_headers ? headers_of(batch, m) : NULL;
}

/* Sorts the messages by slot into sets. */
static void make_sets(KafkaConsumer *consumer, PollBatch *batch, int raw_count,
                      RecordSet *sets, int set_count)
{
    int at = 0, set = 0;

    if (batch->hold_cap < set_count) {
        batch->hold_cap = set_count;
        batch->holds = mem_realloc(batch->holds,
                                   sizeof(SetHold) * (size_t)set_count);
    }
    for (int i = 0; i < consumer->slot_count && set < set_count; i++) {
        Slot *slot = &consumer->slots[i];
        if (!slot->count) continue;
        batch->holds[set] = (SetHold){batch, at, slot->count};
        sets[set] = (RecordSet){.topic = consumer->topics[slot->topic_index],
                                .topic_index = slot->topic_index,
                                .partition = slot->partition,
                                .count = slot->count,
                                .records = batch->records + at,
                                .internal = &batch->holds[set]};
        set++;
        slot->at = at;
        at += slot->count;
        slot->count = 0;
    }
    assert(set == set_count);
    batch->message_count = at;
    batch->open_sets = set_count;
    for (int i = 0; i < raw_count; i++) {
        if (batch->slot_of[i] < 0) continue;
        Slot *slot = &consumer->slots[batch->slot_of[i]];
        batch->messages[slot->at] = batch->raw[i];
        fill_record(consumer, batch, slot->at++);
    }
}

/* The broker did not know some topic: one that was deleted, or one of which it
 * only has not heard yet after a start. */
static Status check_deleted(KafkaConsumer *consumer, Arena *arena)
{
    KafkaBroker *broker = consumer->handle.broker;
    int64_t now_ns = clock_monotonic_ns();
    bool sure = true;

    if (now_ns < consumer->doubt_ns) return st_ok();
    consumer->doubt_ns = now_ns + 1000000000;
    for (int i = 0; i < consumer->topic_count; i++) {
        int count;
        Status st = kafka_partition_count(broker, arena, consumer->topics[i],
                                          &count);
        if (st.kind == ST_USER)
            return st_error(arena, ST_USER, "topic '%s' was deleted",
                            consumer->topics[i]);
        sure &= !st.kind;
    }
    if (sure) consumer->handle.doubts = false;
    return st_ok();
}

/* What keeps the consumer from reading, asked when there was nothing to read.
 */
static Status check_health(KafkaConsumer *consumer, Arena *arena)
{
    KafkaHandle *handle = &consumer->handle;

    if (handle->fatal) return kafka_fatal(handle, arena, "consumer");
    if (handle->refused == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED &&
        !consumer->has_group)
        handle->refused = RD_KAFKA_RESP_ERR_NO_ERROR; /* It needs none. */
    if (handle->refused)
        return st_error(arena, ST_FATAL, "cannot read: %s", handle->reason);
    if (consumer->rejoin) {
        consumer->rejoin = false;
        return kafka_subscribe(consumer, arena);
    }
    return handle->doubts ? check_deleted(consumer, arena) : st_ok();
}

STATUS kafka_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                           int max_records, RecordSet **sets, int *set_count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    *set_count = 0;
    if (consumer->has_group && !consumer->started) {
        Status st = kafka_subscribe(consumer, arena);
        if (st.kind) return st;
        consumer->started = true;
    }
    keep_fetching(consumer);
    PollBatch *batch = take_batch(consumer, max_records);
    int64_t until_ms = clock_monotonic_ms() + timeout_ms;
    int count;
    do { /* Ends of partitions and errors come as messages too. */
        count = fill(consumer, batch, timeout_ms, max_records);
        if (count) *set_count = count_slots(consumer, batch, count);
        timeout_ms = (int)(until_ms - clock_monotonic_ms());
    } while (count && !*set_count && timeout_ms > 0);
    if (!*set_count) {
        *sets = NULL;
        spare_batch(consumer, batch);
        return check_health(consumer, arena);
    }
    *sets = ARENA_ARRAY(arena, RecordSet, *set_count);
    make_sets(consumer, batch, count, *sets, *set_count);
    batch->next = consumer->used;
    consumer->used = batch;
    return st_ok();
}

void kafka_consumer_release(Consumer *base, RecordSet *set)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;
    SetHold *hold = set->internal;
    PollBatch *batch = hold->batch;

    for (int i = hold->first; i < hold->first + hold->count; i++) {
        rd_kafka_message_destroy(batch->messages[i]);
        batch->messages[i] = NULL;
    }
    hold->count = 0;
    if (--batch->open_sets) return;
    PollBatch **at = &consumer->used;
    while (*at != batch)
        at = &(*at)->next;
    *at = batch->next;
    spare_batch(consumer, batch);
}
