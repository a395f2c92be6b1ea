/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading from Kafka: one librdkafka consumer each, its one queue emptied by
 * the thread that polls. Rebalances run inside that call, so there is no lock
 * here.
 *
 *     slots     the partitions owned
 *     finder    (topic handle, partition) -> slot, so that no name is compared
 *               for a message
 *     PollBatch the messages of one poll sorted by slot, and their Records;
 *               goes back to a free list when its last set is released
 *
 * Batch calls of librdkafka before 2.1 return messages of partitions that were
 * revoked while the batch was filled. A call that may block takes one message,
 * which is therefore newer than any rebalance in it. A call for many does not
 * block; if partitions were revoked and assigned anew inside it, all that it
 * found is dropped and reading starts again at the assigned offsets. What is
 * not in `slots`, or is older than expected there, is dropped always.
 */
#include "kafka/broker_kafka_int.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/log.h"

enum { STALL_MS = 5 }; /* So long without a record is no fetch under way. */

/* An owned partition. */
typedef struct Slot {
    int topic_index;
    int32_t partition;
    int64_t start; /* As assigned; may be OFFSET_*. */
    int64_t next;  /* After the last one that was handed out. */
    int count;     /* Messages of the poll under way. */
    int at;        /* Where its next one goes. */
} Slot;

typedef struct Found {
    const rd_kafka_topic_t *rkt; /* NULL: free. */
    int32_t partition;
    int slot;
} Found;

typedef struct PollBatch PollBatch;

typedef struct SetHold {
    PollBatch *batch;
    int first, count;
} SetHold;

struct PollBatch {
    PollBatch *next;
    int cap;
    rd_kafka_message_t **raw;      /* As librdkafka gave them. */
    int *slot_of;                  /* Of raw; -1: dropped. */
    rd_kafka_message_t **messages; /* Sorted by slot; NULL: destroyed. */
    Record *records;
    SetHold *holds;
    int hold_cap;
    int message_count;
    int open_sets;
    Arena *headers;
};

typedef struct KafkaConsumer {
    Consumer base;
    KafkaHandle handle;
    Arena *arena;
    Arena *scratch;
    rd_kafka_queue_t *queue;
    const char **topics;
    int topic_count;
    Map topic_index; /* Position + 1 in topics, by name. */
    bool has_group;
    bool started;  /* Has subscribed, or was told what to read. */
    bool from_end; /* auto.offset.reset=latest */
    bool by_group; /* What is owned came from the group. */
    RebalanceHandler rebalance;
    bool want_headers;
    Slot *slots;
    int slot_count;
    Found *finder;
    unsigned finder_mask;
    bool was_revoked, was_assigned; /* In the call under way. */
    bool is_lost;                   /* Being revoked too late to commit. */
    bool rejoin;  /* An assignment could not be taken: join again. */
    bool got_any; /* Records came since the fetcher was woken. */
    PollBatch *used, *spare;
    int64_t doubt_ns; /* When to ask again. */
} KafkaConsumer;

/* ---- owned partitions ---- */

static int index_of_topic(const KafkaConsumer *consumer, const char *name)
{
    return (int)(intptr_t)map_get(&consumer->topic_index, str_from(name)) - 1;
}

static void set_slots(KafkaConsumer *consumer, const TopicPartition *parts,
                      int count)
{
    unsigned size = 16;

    mem_free(consumer->slots);
    mem_free(consumer->finder);
    consumer->slots = mem_zalloc(sizeof(Slot) * (size_t)(count + 1));
    consumer->slot_count = count;
    for (int i = 0; i < count; i++)
        consumer->slots[i] = (Slot){
            .topic_index = parts[i].topic_index,
            .partition = parts[i].partition,
            .start = parts[i].offset,
            .next = parts[i].offset > 0 ? parts[i].offset : 0};
    while (size < (unsigned)count * 4)
        size *= 2;
    consumer->finder = mem_zalloc(sizeof(Found) * size);
    consumer->finder_mask = size - 1;
}

/* The slot by names, -1 if it is not owned. */
static int search_slot(const KafkaConsumer *consumer,
                       const rd_kafka_topic_t *rkt, int32_t partition)
{
    int topic = index_of_topic(consumer, rd_kafka_topic_name(rkt));
    for (int i = 0; i < consumer->slot_count; i++)
        if (consumer->slots[i].topic_index == topic &&
            consumer->slots[i].partition == partition)
            return i;
    return -1;
}

static int find_slot(KafkaConsumer *consumer, const rd_kafka_topic_t *rkt,
                     int32_t partition)
{
    unsigned at = (unsigned)((uintptr_t)rkt >> 6) * 31 + (unsigned)partition;

    if (!rkt || !consumer->slot_count) return -1;
    for (at &= consumer->finder_mask; consumer->finder[at].rkt;
         at = (at + 1) & consumer->finder_mask)
        if (consumer->finder[at].rkt == rkt &&
            consumer->finder[at].partition == partition)
            return consumer->finder[at].slot;
    int slot = search_slot(consumer, rkt, partition);
    if (slot >= 0) consumer->finder[at] = (Found){rkt, partition, slot};
    return slot;
}

static rd_kafka_topic_partition_list_t *
list_of(const KafkaConsumer *consumer, const TopicPartition *parts, int count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        count);
    for (int i = 0; i < count; i++) {
        rd_kafka_topic_partition_t *one = rd_kafka_topic_partition_list_add(
            list, consumer->topics[parts[i].topic_index], parts[i].partition);
        one->offset = parts[i].offset;
        if (parts[i].metadata.ptr) {
            /* Lent: kafka_free_offsets takes it back. */
            one->metadata = (void *)(uintptr_t)parts[i].metadata.ptr;
            one->metadata_size = parts[i].metadata.len;
        }
    }
    return list;
}

void kafka_free_offsets(rd_kafka_topic_partition_list_t *offsets)
{
    for (int i = 0; i < offsets->cnt; i++) {
        offsets->elems[i].metadata = NULL;
        offsets->elems[i].metadata_size = 0;
    }
    rd_kafka_topic_partition_list_destroy(offsets);
}

/* The end is where it is now: left to librdkafka, it would be where it is when
 * the first fetch goes out. All are asked for at once; if the broker does not
 * answer, librdkafka asks again later. */
static void resolve_ends(KafkaConsumer *consumer, TopicPartition *parts,
                         int count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        count);
    for (int i = 0; i < count; i++) {
        if (parts[i].offset == OFFSET_NONE && consumer->from_end)
            parts[i].offset = OFFSET_END;
        if (parts[i].offset == OFFSET_END)
            rd_kafka_topic_partition_list_add(
                list, consumer->topics[parts[i].topic_index],
                parts[i].partition)
                ->offset = OFFSET_END; /* As a time: the end. */
    }
    rd_kafka_resp_err_t err = list->cnt
                                  ? rd_kafka_offsets_for_times(
                                        consumer->handle.rk, list, REQUEST_MS)
                                  : RD_KAFKA_RESP_ERR__NOENT;
    for (int i = 0; i < count && !err; i++) {
        if (parts[i].offset != OFFSET_END) continue;
        const rd_kafka_topic_partition_t *found =
            rd_kafka_topic_partition_list_find(
                list, consumer->topics[parts[i].topic_index],
                parts[i].partition);
        if (!found->err && found->offset >= 0) parts[i].offset = found->offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
}

/* ---- rebalances ---- */

/* Gives up all partitions; the handler commits what it did. */
static void give_up(KafkaConsumer *consumer, bool lost)
{
    int count = consumer->slot_count;

    if (!count) return;
    arena_reset(consumer->scratch);
    TopicPartition *parts = ARENA_ARRAY(consumer->scratch, TopicPartition,
                                        count);
    for (int i = 0; i < count; i++)
        parts[i] = (TopicPartition){
            .topic_index = consumer->slots[i].topic_index,
            .partition = consumer->slots[i].partition,
            .offset = consumer->slots[i].next};
    consumer->is_lost = lost;
    if (consumer->by_group && consumer->rebalance.revoked)
        consumer->rebalance.revoked(consumer->rebalance.context, parts, count,
                                    lost);
    consumer->is_lost = false;
    consumer->slot_count = 0;
    consumer->was_revoked = true;
}

/* Committed offsets for an assignment. False: the broker does not tell. */
static bool fetch_committed(KafkaConsumer *consumer,
                            rd_kafka_topic_partition_list_t *list)
{
    int64_t until_ns = clock_monotonic_ns() + (int64_t)COMMIT_MS * 1000000;
    rd_kafka_resp_err_t err;
    int skipped;

    do {
        err = rd_kafka_committed(consumer->handle.rk, list, REQUEST_MS);
        for (int i = 0; i < list->cnt && !err; i++)
            err = list->elems[i].err;
        if (!err) return true;
    } while (kafka_is_passing(err) && clock_monotonic_ns() < until_ns);
    if (kafka_log_due(consumer->handle.broker, "committed", &skipped))
        log_warn("committed offsets not known, joining again",
                 "broker=%s reason=\"%s\"", consumer->handle.broker->bootstrap,
                 rd_kafka_err2str(err));
    return false;
}

static void take(KafkaConsumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    TopicPartition *parts;
    int count = 0;

    if (list->cnt && !fetch_committed(consumer, list)) {
        rd_kafka_assign(consumer->handle.rk, NULL);
        consumer->rejoin = true;
        return;
    }
    arena_reset(consumer->scratch);
    parts = ARENA_ARRAY(consumer->scratch, TopicPartition, list->cnt + 1);
    for (int i = 0; i < list->cnt; i++) {
        rd_kafka_topic_partition_t *one = &list->elems[i];
        int topic = index_of_topic(consumer, one->topic);
        if (topic < 0) continue;
        Str note = {one->metadata, one->metadata_size};
        parts[count++] = (TopicPartition){
            topic, one->partition, one->offset,
            one->metadata ? str_copy(consumer->scratch, note) : STR_NULL};
    }
    if (consumer->rebalance.assigned)
        consumer->rebalance.assigned(consumer->rebalance.context, parts, count);
    consumer->by_group = true;
    set_slots(consumer, parts, count);
    for (int i = 0; i < count; i++)
        parts[i].metadata = STR_NULL;
    rd_kafka_topic_partition_list_t *from = list_of(consumer, parts, count);
    rd_kafka_assign(consumer->handle.rk, from);
    rd_kafka_topic_partition_list_destroy(from);
    consumer->was_assigned = true;
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    KafkaConsumer *consumer = ((KafkaHandle *)opaque)->owner;

    if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        take(consumer, list);
        return;
    }
    give_up(consumer, rd_kafka_assignment_lost(rk) != 0);
    rd_kafka_assign(rk, NULL);
    if (err != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        log_warn("rebalance failed", "reason=\"%s\"", rd_kafka_err2str(err));
}

static Status subscribe(KafkaConsumer *consumer, Arena *arena)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        consumer->topic_count);
    for (int i = 0; i < consumer->topic_count; i++)
        if (!rd_kafka_topic_partition_list_find(list, consumer->topics[i],
                                                RD_KAFKA_PARTITION_UA))
            rd_kafka_topic_partition_list_add(list, consumer->topics[i],
                                              RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t err = rd_kafka_subscribe(consumer->handle.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (!err) return st_ok();
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "join the group");
}

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
    set_slots(consumer, NULL, 0);
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
    consumer->from_end = starts_at_end(conf);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
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

    give_up(consumer, false);
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

STATUS kafka_consumer_assign(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    consumer->started = true;
    arena_reset(consumer->scratch);
    TopicPartition *from = ARENA_ARRAY(consumer->scratch, TopicPartition,
                                       count + 1);
    for (int i = 0; i < count; i++) {
        from[i] = parts[i];
        from[i].metadata = STR_NULL;
    }
    resolve_ends(consumer, from, count);
    rd_kafka_topic_partition_list_t *list = list_of(consumer, from, count);
    set_slots(consumer, from, count);
    rd_kafka_resp_err_t err = rd_kafka_assign(consumer->handle.rk, list);
    kafka_free_offsets(list);
    if (!err) return st_ok();
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "assign partitions");
}

/* ---- polling ---- */

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
    arena_reset(consumer->scratch);
    TopicPartition *parts = ARENA_ARRAY(consumer->scratch, TopicPartition,
                                        consumer->slot_count + 1);
    for (int i = 0; i < consumer->slot_count; i++)
        parts[i] = (TopicPartition){
            .topic_index = consumer->slots[i].topic_index,
            .partition = consumer->slots[i].partition,
            .offset = consumer->slots[i].start};
    rd_kafka_topic_partition_list_t *list = list_of(consumer, parts,
                                                    consumer->slot_count);
    rd_kafka_assign(consumer->handle.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
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

static int wait_for_one(KafkaConsumer *consumer, PollBatch *batch,
                        int timeout_ms, int max)
{
    ssize_t got = rd_kafka_consume_batch_queue(consumer->queue, timeout_ms,
                                               batch->raw, 1);
    return got > 0 ? drain(consumer, batch, 1, max) : 0;
}

/* librdkafka before 2.2 stops fetching when its queue is full and looks again
 * only when something wakes the broker's thread, up to a second after we have
 * emptied the queue. A request to the leaders wakes it; the answer is of no
 * use. Asked for when there is nothing here although the last fetches told of
 * more, and again only after records have come. */
static void wake_fetcher(KafkaConsumer *consumer)
{
    rd_kafka_topic_partition_list_t *list;
    int64_t low, high;

    if (!consumer->got_any) return;
    consumer->got_any = false;
    list = rd_kafka_topic_partition_list_new(consumer->slot_count);
    for (int i = 0; i < consumer->slot_count; i++) {
        const Slot *slot = &consumer->slots[i];
        const char *topic = consumer->topics[slot->topic_index];
        if (rd_kafka_get_watermark_offsets(consumer->handle.rk, topic,
                                           slot->partition, &low, &high) ||
            high <= slot->next)
            continue;
        rd_kafka_topic_partition_list_add(list, topic, slot->partition)
            ->offset = OFFSET_END;
    }
    if (list->cnt)
        rd_kafka_offsets_for_times(consumer->handle.rk, list, STALL_MS);
    rd_kafka_topic_partition_list_destroy(list);
}

static int fill(KafkaConsumer *consumer, PollBatch *batch, int timeout_ms,
                int max)
{
    int count = drain(consumer, batch, 0, max);
    if (count || timeout_ms <= 0) return count;
    int first_ms = timeout_ms < STALL_MS ? timeout_ms : STALL_MS;
    count = wait_for_one(consumer, batch, first_ms, max);
    if (count || timeout_ms < STALL_MS) return count;
    wake_fetcher(consumer);
    return wait_for_one(consumer, batch, timeout_ms - first_ms, max);
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
        if (m->err) {
            kafka_note_error(&consumer->handle, m->err,
                             rd_kafka_message_errstr(m));
            rd_kafka_message_destroy(m);
            continue;
        }
        if (m->rkt != rkt || m->partition != partition) {
            rkt = m->rkt;
            partition = m->partition;
            slot = find_slot(consumer, rkt, partition);
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
        return subscribe(consumer, arena);
    }
    return handle->doubts ? check_deleted(consumer, arena) : st_ok();
}

STATUS kafka_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                           int max_records, RecordSet **sets, int *set_count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    *set_count = 0;
    if (consumer->has_group && !consumer->started) {
        Status st = subscribe(consumer, arena);
        if (st.kind) return st;
        consumer->started = true;
    }
    PollBatch *batch = take_batch(consumer, max_records);
    int count = fill(consumer, batch, timeout_ms, max_records);
    if (count) *set_count = count_slots(consumer, batch, count);
    if (*set_count) consumer->got_any = true;
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

/* ---- offsets ---- */

static bool owns(const KafkaConsumer *consumer, const TopicPartition *part)
{
    for (int i = 0; i < consumer->slot_count; i++)
        if (consumer->slots[i].topic_index == part->topic_index &&
            consumer->slots[i].partition == part->partition)
            return true;
    return false;
}

STATUS kafka_consumer_offsets(Consumer *base, Arena *arena,
                              const TopicPartition *parts, int count,
                              rd_kafka_topic_partition_list_t **offsets)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    if (!consumer->has_group)
        return st_error(arena, ST_USER,
                        "cannot commit offsets: the consumer has no group");
    if (consumer->is_lost)
        return st_error(arena, ST_RETRY, "the group is rebalancing");
    for (int i = 0; i < count; i++)
        if (!owns(consumer, &parts[i]))
            return st_error(arena, ST_RETRY,
                            "the group is rebalancing: partition %d of topic "
                            "'%s' went to another member",
                            parts[i].partition,
                            consumer->topics[parts[i].topic_index]);
    *offsets = list_of(consumer, parts, count);
    return st_ok();
}

rd_kafka_consumer_group_metadata_t *kafka_consumer_group(Consumer *base)
{
    return rd_kafka_consumer_group_metadata(((KafkaConsumer *)base)->handle.rk);
}

STATUS kafka_consumer_commit(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;
    rd_kafka_topic_partition_list_t *list;

    if (!count) return st_ok();
    Status st = kafka_consumer_offsets(base, arena, parts, count, &list);
    if (st.kind) return st;
    rd_kafka_resp_err_t err = rd_kafka_commit(consumer->handle.rk, list, 0);
    for (int i = 0; i < list->cnt && !err; i++)
        err = list->elems[i].err;
    kafka_free_offsets(list);
    if (!err) return st;
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "commit offsets");
}

STATUS kafka_consumer_committed(Consumer *base, Arena *arena,
                                TopicPartition *parts, int count)
{
    KafkaConsumer *consumer = (KafkaConsumer *)base;

    for (int i = 0; i < count; i++) {
        parts[i].offset = OFFSET_NONE;
        parts[i].metadata = STR_NULL;
    }
    if (!consumer->has_group || !count) return st_ok();
    rd_kafka_topic_partition_list_t *list = list_of(consumer, parts, count);
    rd_kafka_resp_err_t err = rd_kafka_committed(consumer->handle.rk, list,
                                                 REQUEST_MS);
    for (int i = 0; i < list->cnt && !err; i++) {
        Str note = {list->elems[i].metadata, list->elems[i].metadata_size};
        err = list->elems[i].err;
        parts[i].offset = list->elems[i].offset;
        if (note.ptr) parts[i].metadata = str_copy(arena, note);
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (!err) return st_ok();
    return kafka_error(consumer->handle.broker, arena, err, ST_FATAL, NULL,
                       "read committed offsets");
}
