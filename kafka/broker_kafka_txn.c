/* SPDX-License-Identifier: Apache-2.0
 *
 * Transactions of a Kafka producer, with the consumer group's offsets in them
 * (KIP-447: members that lost their partitions are refused by the group).
 *
 * librdkafka sorts its errors: retriable ones are tried again here, with the
 * same arguments, which resumes the call; abortable ones end the transaction by
 * an abort, so after a failed commit the caller may begin anew; fatal ones mean
 * a new producer. When a commit stays unanswered its outcome is unknown; that
 * is fatal too, and opening a producer with the same id decides it.
 */
#include "kafka/broker_kafka_int.h"

#include "base/fault.h"

typedef enum Outcome {
    OUT_OK,
    OUT_AGAIN,
    OUT_ABORT,
    OUT_FATAL,
} Outcome;

/* One attempt's error; takes it and fills in code and text. */
static Outcome classify(KafkaProducer *producer, Arena *arena,
                        rd_kafka_error_t *error, rd_kafka_resp_err_t *err,
                        const char **text)
{
    Outcome outcome = OUT_FATAL;

    if (!error) return OUT_OK;
    *err = rd_kafka_error_code(error);
    *text = str_cstr(arena, str_from(rd_kafka_error_string(error)));
    if (rd_kafka_error_is_fatal(error))
        producer->handle.fatal = true;
    else if (rd_kafka_error_txn_requires_abort(error))
        outcome = OUT_ABORT;
    else if (rd_kafka_error_is_retriable(error) ||
             *err == RD_KAFKA_RESP_ERR__TIMED_OUT)
        outcome = OUT_AGAIN;
    rd_kafka_error_destroy(error);
    return outcome;
}

enum {
    TRY_MS = 10000, /* The broker ends a transaction after that
                       (transaction.timeout.ms): no use in trying longer. */
    SLICE_MS = 500, /* Of one call; the next one resumes it. */
    HURRY_MS = 4000,
};

static int64_t after_ms(int64_t ms)
{
    return clock_monotonic_ns() + ms * 1000000;
}

/* True if a call that should be tried again may be. */
static bool may_try(KafkaProducer *producer, int64_t until_ns)
{
    if (producer->hurry && atomic_load(producer->hurry) &&
        !producer->hurry_until_ns)
        producer->hurry_until_ns = after_ms(HURRY_MS);
    int64_t hurry_ns = producer->hurry_until_ns;
    return clock_monotonic_ns() <
           (hurry_ns && hurry_ns < until_ns ? hurry_ns : until_ns);
}

STATUS kafka_txn_init(KafkaProducer *producer, Arena *arena)
{
    KafkaBroker *broker = producer->handle.broker;
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
    int64_t until_ns = after_ms(REQUEST_MS);
    const char *text = "";
    Outcome outcome;

    do {
        rd_kafka_error_t *error = rd_kafka_init_transactions(
            producer->handle.rk, SLICE_MS);
        outcome = classify(producer, arena, error, &err, &text);
    } while (outcome == OUT_AGAIN && may_try(producer, until_ns));
    if (outcome == OUT_OK) return st_ok();
    if (outcome == OUT_AGAIN)
        return st_error(arena, ST_RETRY,
                        "cannot begin transactions: broker '%s': %s",
                        broker->bootstrap, text);
    return st_error(arena, ST_FATAL, "cannot begin transactions: %s", text);
}

STATUS kafka_txn_begin(Producer *base, Arena *arena)
{
    KafkaProducer *producer = (KafkaProducer *)base;
    rd_kafka_resp_err_t err;
    const char *text;

    if (!producer->transactional)
        return st_error(arena, ST_USER, "the producer is not transactional");
    rd_kafka_poll(producer->handle.rk, 0);
    if (producer->handle.fatal)
        return kafka_fatal(&producer->handle, arena, "producer");
    if (producer->in_transaction) return st_ok();
    Outcome outcome = classify(producer, arena,
                               rd_kafka_begin_transaction(producer->handle.rk),
                               &err, &text);
    if (producer->handle.fatal)
        return kafka_fatal(&producer->handle, arena, "producer");
    if (outcome != OUT_OK)
        return st_error(arena, outcome == OUT_FATAL ? ST_FATAL : ST_RETRY,
                        "cannot begin a transaction: %s", text);
    producer->in_transaction = true;
    producer->failed = 0;
    producer->failure = RD_KAFKA_RESP_ERR_NO_ERROR;
    return st_ok();
}

STATUS kafka_txn_abort(Producer *base, Arena *arena)
{
    KafkaProducer *producer = (KafkaProducer *)base;
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
    const char *text = "";
    int64_t until_ns = after_ms(TRY_MS);
    Outcome outcome;

    if (producer->handle.fatal)
        return kafka_fatal(&producer->handle, arena, "producer");
    if (!producer->in_transaction) return st_ok();
    /* An abort while the first records are still being registered kills the
     * producer (librdkafka issue 4849): let them arrive. */
    while (rd_kafka_outq_len(producer->handle.rk) &&
           rd_kafka_flush(producer->handle.rk, SLICE_MS) &&
           may_try(producer, until_ns))
        continue;
    do {
        outcome = classify(
            producer, arena,
            rd_kafka_abort_transaction(producer->handle.rk, SLICE_MS), &err,
            &text);
    } while (outcome == OUT_AGAIN && may_try(producer, until_ns));
    producer->in_transaction = false;
    producer->failed = 0;
    producer->failure = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (outcome == OUT_OK) return st_ok();
    if (producer->handle.fatal)
        return kafka_fatal(&producer->handle, arena, "producer");
    producer->handle.fatal = true; /* What state it is in is unknown. */
    return st_error(arena, ST_FATAL, "cannot abort the transaction: %s", text);
}

/* Ends a transaction that cannot commit. Errors that pass by beginning anew are
 * ST_RETRY. */
static Status give_up(KafkaProducer *producer, Arena *arena,
                      rd_kafka_resp_err_t err, const char *text)
{
    rd_kafka_resp_err_t cause = producer->failed ? producer->failure : err;
    bool passes = kafka_is_passing(cause) ||
                  cause == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                  cause == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
                  cause == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ||
                  cause == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
    const char *why = producer->failed ? rd_kafka_err2str(cause) : text;

    Status st = kafka_txn_abort(&producer->base, arena);
    if (st.kind) return st;
    return st_error(arena, passes ? ST_RETRY : ST_FATAL,
                    "the transaction was aborted: %s", why);
}

/* Adds the offsets to the transaction. */
static Outcome send_offsets(KafkaProducer *producer, Arena *arena,
                            Consumer *consumer,
                            rd_kafka_topic_partition_list_t *offsets,
                            rd_kafka_resp_err_t *err, const char **text)
{
    rd_kafka_consumer_group_metadata_t *group = kafka_consumer_group(consumer);
    int64_t until_ns = after_ms(TRY_MS);
    Outcome outcome;

    if (!group) {
        *text = "the consumer has no group";
        *err = RD_KAFKA_RESP_ERR__UNKNOWN_GROUP;
        return OUT_ABORT;
    }
    do {
        outcome = classify(producer, arena,
                           rd_kafka_send_offsets_to_transaction(
                               producer->handle.rk, offsets, group, SLICE_MS),
                           err, text);
    } while (outcome == OUT_AGAIN && may_try(producer, until_ns));
    rd_kafka_consumer_group_metadata_destroy(group);
    /* Nothing is decided yet: aborting is safe. */
    return outcome == OUT_AGAIN ? OUT_ABORT : outcome;
}

static Outcome commit(KafkaProducer *producer, Arena *arena,
                      rd_kafka_resp_err_t *err, const char **text)
{
    int64_t until_ns = after_ms(TRY_MS);
    Outcome outcome;

    do {
        outcome = classify(
            producer, arena,
            rd_kafka_commit_transaction(producer->handle.rk, SLICE_MS), err,
            text);
    } while (outcome == OUT_AGAIN && may_try(producer, until_ns));
    return outcome;
}

STATUS kafka_txn_commit(Producer *base, Arena *arena, Consumer *consumer,
                        const TopicPartition *parts, int count)
{
    KafkaProducer *producer = (KafkaProducer *)base;
    rd_kafka_topic_partition_list_t *offsets = NULL;
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
    const char *text = "";
    Outcome outcome = OUT_OK;

    if (producer->handle.fatal)
        return kafka_fatal(&producer->handle, arena, "producer");
    if (!producer->in_transaction)
        return st_error(arena, ST_FATAL, "no transaction was begun");
    if (consumer && count) {
        Status st = kafka_consumer_offsets(consumer, arena, parts, count,
                                           &offsets);
        if (st.kind) {
            Status aborted = kafka_txn_abort(base, arena);
            return aborted.kind ? aborted : st;
        }
        outcome = send_offsets(producer, arena, consumer, offsets, &err, &text);
        kafka_free_offsets(offsets);
    }
    fault_point("txn.offsets_sent");
    if (outcome == OUT_OK) outcome = commit(producer, arena, &err, &text);
    if (outcome == OUT_OK) {
        producer->in_transaction = false;
        fault_point("txn.committed");
        return st_ok();
    }
    if (outcome == OUT_ABORT) return give_up(producer, arena, err, text);
    producer->in_transaction = false;
    if (rd_kafka_fatal_error(producer->handle.rk, NULL, 0))
        return kafka_fatal(&producer->handle, arena, "producer");
    producer->handle.fatal = true;
    return st_error(arena, ST_FATAL,
                    "it is not known if the transaction was committed: %s",
                    text);
}
