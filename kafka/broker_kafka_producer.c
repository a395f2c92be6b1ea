/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing to Kafka: one librdkafka producer each, idempotent. Partitions are
 * chosen here, so counts are asked for once a topic and again every few
 * minutes. librdkafka copies each record into one block of its own; nothing
 * else is allocated for a record without headers.
 *
 * Only failures are reported back (delivery.report.only.error). A plain
 * producer never gives a record up because the broker is away, so a failure
 * means a broken producer: it stays, is told by each call that follows, and the
 * caller goes back to what was committed with a new producer.
 *
 * librdkafka takes the time 0 for "now": a record of 1970-01-01T00:00:00.000 is
 * written one millisecond later.
 */
#include "kafka/broker_kafka_int.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/log.h"

enum {
    COUNT_KNOWN_S = 300,          /* How long a partition count is believed. */
    UNKEYED_RUN_BYTES = 64 << 10, /* Null keys: so much to one partition. */
    FULL_NEWS_S = 10,             /* A send that waits so long is told. */
};

/* Only for failures. */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message,
                        void *opaque)
{
    KafkaProducer *producer = ((KafkaHandle *)opaque)->owner;
    (void)rk;

    if (!message->err) return;
    if (!producer->failed++) producer->failure = message->err;
}

STATUS kafka_producer_open(Broker *base, Arena *arena,
                           const ProducerOptions *options, Producer **out)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    bool transactional = options->transactional_id.ptr != NULL;
    rd_kafka_conf_t *conf;

    Status st = kafka_config(
        broker, arena, transactional ? HANDLE_TRANSACTIONAL : HANDLE_PRODUCER,
        options->properties, &conf);
    if (st.kind) return st;
    Arena *own = arena_new("producer", 0);
    KafkaProducer *producer = ARENA_NEW(own, KafkaProducer);
    producer->base.broker = base;
    producer->handle.broker = broker;
    producer->handle.owner = producer;
    producer->arena = own;
    producer->transactional = transactional;
    producer->hurry = options->hurry;
    if (transactional)
        kafka_set(conf, "transactional.id",
                  str_cstr(arena, options->transactional_id));
    kafka_set(conf, "delivery.report.only.error", "true");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    st = kafka_open_handle(&producer->handle, arena, RD_KAFKA_PRODUCER, conf);
    if (st.kind) {
        arena_free(own);
        return st;
    }
    if (transactional) st = kafka_txn_init(producer, arena);
    if (st.kind)
        kafka_producer_close(&producer->base);
    else
        *out = &producer->base;
    return st;
}

void kafka_producer_close(Producer *base)
{
    KafkaProducer *producer = (KafkaProducer *)base;
    rd_kafka_t *rk = producer->handle.rk;

    /* An open transaction would keep readers waiting for its time-out. */
    if (producer->in_transaction && !producer->handle.fatal) {
        rd_kafka_error_t *error = rd_kafka_abort_transaction(rk, 2000);
        if (error) rd_kafka_error_destroy(error);
    }
    rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                           RD_KAFKA_PURGE_F_NON_BLOCKING);
    rd_kafka_flush(rk, 500); /* Serves what the purge reports. */
    for (int i = 0; i < producer->topics.count; i++) {
        KafkaTopic *topic = producer->topics.entries[i].value;
        if (topic) rd_kafka_topic_destroy(topic->rkt);
    }
    rd_kafka_destroy(rk);
    arena_free(producer->arena);
}

/* ---- topics ---- */

/* Counts the partitions through the admin handle, as asking through a producer
 * would create the topic. A count that was known once serves on while the
 * broker is away. */
static Status count_partitions(KafkaProducer *producer, Arena *arena,
                               KafkaTopic *topic)
{
    int64_t now_ns = clock_monotonic_ns();
    int count;

    if (topic->partition_count && now_ns < topic->known_until_ns)
        return st_ok();
    topic->known_until_ns = now_ns + (int64_t)COUNT_KNOWN_S * 1000000000;
    Status st = kafka_partition_count(producer->handle.broker, arena,
                                      topic->name, &count);
    if (!st.kind)
        topic->partition_count = count;
    else if (st.kind == ST_RETRY && topic->partition_count)
        return st_ok();
    return st;
}

/* Makes the producer's handle know the topic, so that its first records need
 * not wait for the next turn of metadata. */
static Status open_topic(KafkaProducer *producer, Arena *arena,
                         const char *name, KafkaTopic **out)
{
    const struct rd_kafka_metadata *metadata;
    KafkaTopic first = {.name = name};

    Status st = count_partitions(producer, arena, &first);
    if (st.kind) return st;
    first.rkt = rd_kafka_topic_new(producer->handle.rk, name, NULL);
    if (!first.rkt)
        return kafka_error(producer->handle.broker, arena,
                           rd_kafka_last_error(), ST_USER, NULL,
                           "write to topic '%s'", name);
    if (!rd_kafka_metadata(producer->handle.rk, 0, first.rkt, &metadata,
                           REQUEST_MS))
        rd_kafka_metadata_destroy(metadata);
    KafkaTopic *topic = ARENA_NEW(producer->arena, KafkaTopic);
    *topic = first;
    topic->name = str_cstr(producer->arena, str_from(name));
    map_put(producer->arena, &producer->topics, str_from(topic->name), topic);
    *out = topic;
    return st;
}

static Status find_topic(KafkaProducer *producer, Arena *arena,
                         const char *name, KafkaTopic **out)
{
    if (name == producer->last_name) {
        *out = producer->last;
    } else {
        *out = map_get(&producer->topics, str_from(name));
        if (!*out) {
            Status st = open_topic(producer, arena, name, out);
            if (st.kind) return st;
        }
        producer->last_name = name;
        producer->last = *out;
    }
    return count_partitions(producer, arena, *out);
}

/* ---- records ---- */

/* Null keys stay with one partition for a while: few large batches. */
static int32_t unkeyed_partition(KafkaTopic *topic, const Record *record)
{
    topic->unkeyed_bytes += record->value.len + 64;
    if (topic->unkeyed_bytes > UNKEYED_RUN_BYTES) {
        topic->unkeyed_bytes = 0;
        topic->unkeyed++;
    }
    topic->unkeyed %= topic->partition_count;
    return topic->unkeyed;
}

static rd_kafka_headers_t *make_headers(const RecordHeaders *from)
{
    rd_kafka_headers_t *to = rd_kafka_headers_new((size_t)from->count);
    for (int i = 0; i < from->count; i++)
        rd_kafka_header_add(to, from->at[i].key.ptr,
                            (ssize_t)from->at[i].key.len, from->at[i].value.ptr,
                            (ssize_t)from->at[i].value.len);
    return to;
}

/* Why nothing can be written any more, if so. */
static Status check_producer(KafkaProducer *producer, Arena *arena)
{
    if (producer->handle.fatal || producer->failure == RD_KAFKA_RESP_ERR__FATAL)
        return kafka_fatal(&producer->handle, arena, "producer");
    if (!producer->failed) return st_ok();
    return st_error(arena, ST_FATAL,
                    "%lld records could not be written and the producer must "
                    "be opened anew: %s",
                    (long long)producer->failed,
                    rd_kafka_err2str(producer->failure));
}

/* The queue is full: waits for room. Tells now and then, as the caller stands
 * still. */
static Status wait_for_room(KafkaProducer *producer, Arena *arena,
                            int64_t since_ns)
{
    int skipped;

    rd_kafka_poll(producer->handle.rk, 1);
    if (clock_monotonic_ns() - since_ns > (int64_t)FULL_NEWS_S * 1000000000 &&
        kafka_log_due(producer->handle.broker, "producer waits", &skipped))
        log_warn("producer waits, its queue is full", "broker=%s records=%d",
                 producer->handle.broker->bootstrap,
                 rd_kafka_outq_len(producer->handle.rk));
    return check_producer(producer, arena);
}

/* What librdkafka said to a record. */
static Status refused(KafkaProducer *producer, Arena *arena,
                      const KafkaTopic *topic, int32_t partition,
                      const Record *record, rd_kafka_resp_err_t err)
{
    switch (err) {
    case RD_KAFKA_RESP_ERR__FATAL:
        producer->handle.fatal = true;
        return kafka_fatal(&producer->handle, arena, "producer");
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return st_error(arena, ST_USER, "topic '%s' has no partition %d",
                        topic->name, partition);
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        return st_error(arena, ST_USER,
                        "a record of %zu bytes is too large for topic '%s': "
                        "raise 'producer.max.request.size'",
                        record->key.len + record->value.len, topic->name);
    case RD_KAFKA_RESP_ERR__STATE:
        if (producer->in_transaction)
            return st_error(arena, ST_RETRY,
                            "the transaction failed and must be aborted");
        break;
    default: break;
    }
    return kafka_error(producer->handle.broker, arena, err, ST_FATAL, NULL,
                       "write to topic '%s'", topic->name);
}

enum {
    VU_TOPIC,
    VU_PARTITION,
    VU_FLAGS,
    VU_VALUE,
    VU_KEY,
    VU_TIME,
    VU_HEADERS
};

/* Fills in what differs from record to record; returns how many are used. */
static size_t describe(rd_kafka_vu_t *vus, const Record *record,
                       int32_t partition)
{
    int64_t ms = record->timestamp_ms;

    vus[VU_PARTITION].u.i32 = partition;
    vus[VU_VALUE].u.mem.ptr = (void *)(uintptr_t)record->value.ptr;
    vus[VU_VALUE].u.mem.size = record->value.len;
    vus[VU_KEY].u.mem.ptr = (void *)(uintptr_t)record->key.ptr;
    vus[VU_KEY].u.mem.size = record->key.len;
    vus[VU_TIME].u.i64 = ms < 0 ? 0 : ms ? ms : 1;
    if (!record->headers) return VU_HEADERS;
    vus[VU_HEADERS].vtype = RD_KAFKA_VTYPE_HEADERS;
    vus[VU_HEADERS].u.headers = make_headers(record->headers);
    return VU_HEADERS + 1;
}

static Status send_one(KafkaProducer *producer, Arena *arena,
                       const KafkaTopic *topic, rd_kafka_vu_t *vus,
                       const Record *record, int32_t partition)
{
    size_t count = describe(vus, record, partition);
    int64_t since_ns = 0;

    for (;;) {
        rd_kafka_error_t *error = rd_kafka_produceva(producer->handle.rk, vus,
                                                     count);
        if (!error) return st_ok();
        rd_kafka_resp_err_t err = rd_kafka_error_code(error);
        rd_kafka_error_destroy(error);
        Status st;
        if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            if (!since_ns) since_ns = clock_monotonic_ns();
            st = wait_for_room(producer, arena, since_ns);
            if (!st.kind) continue;
        } else {
            st = refused(producer, arena, topic, partition, record, err);
        }
        if (count > VU_HEADERS)
            rd_kafka_headers_destroy(vus[VU_HEADERS].u.headers);
        return st;
    }
}

STATUS kafka_produce(Producer *base, Arena *arena, const char *name,
                     int32_t partition, const Record *records, int count)
{
    KafkaProducer *producer = (KafkaProducer *)base;
    KafkaTopic *topic;

    rd_kafka_poll(producer->handle.rk, 0);
    Status st = check_producer(producer, arena);
    if (!st.kind) st = find_topic(producer, arena, name, &topic);
    if (st.kind) return st;
    rd_kafka_vu_t vus[VU_HEADERS + 1] = {
        [VU_TOPIC] = {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic->rkt},
        [VU_PARTITION] = {.vtype = RD_KAFKA_VTYPE_PARTITION},
        [VU_FLAGS] = {.vtype = RD_KAFKA_VTYPE_MSGFLAGS,
                      .u.i = RD_KAFKA_MSG_F_COPY},
        [VU_VALUE] = {.vtype = RD_KAFKA_VTYPE_VALUE},
        [VU_KEY] = {.vtype = RD_KAFKA_VTYPE_KEY},
        [VU_TIME] = {.vtype = RD_KAFKA_VTYPE_TIMESTAMP},
    };
    for (int i = 0; i < count && !st.kind; i++) {
        const Record *record = &records[i];
        int32_t to = partition;
        if (to == PARTITION_BY_KEY)
            to = record->key.ptr
                     ? broker_partition(record->key, topic->partition_count)
                     : unkeyed_partition(topic, record);
        st = send_one(producer, arena, topic, vus, record, to);
    }
    return st;
}

STATUS kafka_flush(Producer *base, Arena *arena, int timeout_ms)
{
    KafkaProducer *producer = (KafkaProducer *)base;

    rd_kafka_resp_err_t err = rd_kafka_flush(producer->handle.rk, timeout_ms);
    Status st = check_producer(producer, arena);
    if (st.kind || !err) return st;
    return st_error(arena, ST_RETRY,
                    "%d records are not yet acknowledged by broker '%s' after "
                    "%d ms",
                    rd_kafka_outq_len(producer->handle.rk),
                    producer->handle.broker->bootstrap, timeout_ms);
}
