/* SPDX-License-Identifier: Apache-2.0
 *
 * What the broker_kafka*.c files share. One librdkafka handle stands behind
 * each consumer and each producer; one more, made when first needed, answers
 * for topics, offsets and groups.
 */
#ifndef KAFKA_BROKER_KAFKA_INT_H
#define KAFKA_BROKER_KAFKA_INT_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>

#include "base/vec.h"
#include "kafka/broker.h"

/* Log lines of one kind are shown once in this time. */
enum { LOG_QUIET_MS = 60000, LOG_KINDS = 24 };

/* How long a request to the broker may take before it is ST_RETRY. */
enum { REQUEST_MS = 5000, COMMIT_MS = 30000 };

typedef struct LogKind {
    char name[24];
    int64_t next_ns; /* Monotonic time from which it is shown again. */
    int skipped;
} LogKind;

typedef struct KafkaBroker {
    Broker base;
    Arena *arena;
    const char *bootstrap;
    Map properties;       /* Copied; Str by name. */
    pthread_mutex_t lock; /* Of all that follows. */
    rd_kafka_t *admin;    /* NULL: not needed yet. */
    Map warned;           /* Names that were warned about. */
    LogKind log_kinds[LOG_KINDS];
} KafkaBroker;

/* What librdkafka calls back with. Its opaque pointer. */
typedef struct KafkaHandle {
    KafkaBroker *broker;
    rd_kafka_t *rk;
    void *owner;                 /* The consumer or producer. */
    _Atomic bool fatal;          /* The handle can do nothing more. */
    _Atomic bool doubts;         /* The broker did not know some topic. */
    _Atomic bool quiet;          /* Nothing is to be logged any more. */
    rd_kafka_resp_err_t refused; /* Why reading cannot go on; 0: it can. */
    char reason[256];            /* Of refused. */
} KafkaHandle;

typedef enum HandleKind {
    HANDLE_ADMIN,
    HANDLE_CONSUMER,
    HANDLE_PRODUCER,
    HANDLE_TRANSACTIONAL,
} HandleKind;

/* ---- broker_kafka.c ---- */

/* The handle for admin requests and metadata. */
STATUS kafka_admin(KafkaBroker *broker, Arena *arena, rd_kafka_t **admin);

/* Partition count of a topic, without creating it. ST_USER: there is none;
 * ST_RETRY: the broker is away or still electing leaders. */
STATUS kafka_partition_count(KafkaBroker *broker, Arena *arena,
                             const char *topic, int *count);

/* ---- broker_kafka_config.c ---- */

/* A configuration from the broker's properties and `more` (may be NULL), of
 * which those for another kind of handle and the engine's own are left out.
 * ST_USER names a property with a bad value. */
STATUS kafka_config(KafkaBroker *broker, Arena *arena, HandleKind kind,
                    const Map *more, rd_kafka_conf_t **out);

/* Sets what must be; a failure is a bug. */
void kafka_set(rd_kafka_conf_t *conf, const char *name, const char *value);

/* Makes the handle; takes `conf`. */
STATUS kafka_open_handle(KafkaHandle *handle, Arena *arena,
                         rd_kafka_type_t type, rd_kafka_conf_t *conf);

/* ---- broker_kafka_log.c ---- */

/* Installs the callbacks for log lines and errors that concern the whole
 * handle; the opaque is `handle`. */
void kafka_log_to(rd_kafka_conf_t *conf, KafkaHandle *handle);

/* Notes an error of the handle, on its polling thread: what it means for the
 * owner, and a line in the log. */
void kafka_note_error(KafkaHandle *handle, rd_kafka_resp_err_t err,
                      const char *reason);

/* True if a line of this kind may be shown now; counts those that may not and
 * tells how many there were. */
bool kafka_log_due(KafkaBroker *broker, const char *kind, int *skipped);

/* A failed request as a Status: "cannot <what>: <reason>". Errors that pass are
 * ST_RETRY and name the bootstrap address, the others are `otherwise`. */
Status kafka_error(KafkaBroker *broker, Arena *arena, rd_kafka_resp_err_t err,
                   StatusKind otherwise, const char *detail, const char *format,
                   ...) __attribute__((format(printf, 6, 7)));

/* True for errors that trying again may cure. */
bool kafka_is_passing(rd_kafka_resp_err_t err);

/* The error that a fatal handle died of. */
Status kafka_fatal(KafkaHandle *handle, Arena *arena, const char *what);

/* ---- broker_kafka_consumer.c ---- */

STATUS kafka_consumer_open(Broker *base, Arena *arena,
                           const ConsumerOptions *options, Consumer **out);
void kafka_consumer_close(Consumer *base);
STATUS kafka_consumer_assign(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count);
STATUS kafka_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                           int max_records, RecordSet **sets, int *set_count);
void kafka_consumer_release(Consumer *base, RecordSet *set);
STATUS kafka_consumer_commit(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count);
STATUS kafka_consumer_committed(Consumer *base, Arena *arena,
                                TopicPartition *parts, int count);

/* For transactions: the offsets as librdkafka's list (the caller destroys it
 * with kafka_free_offsets) and the group. ST_RETRY: a partition is no longer
 * owned. */
STATUS kafka_consumer_offsets(Consumer *base, Arena *arena,
                              const TopicPartition *parts, int count,
                              rd_kafka_topic_partition_list_t **offsets);
void kafka_free_offsets(rd_kafka_topic_partition_list_t *offsets);
rd_kafka_consumer_group_metadata_t *kafka_consumer_group(Consumer *base);

/* ---- broker_kafka_producer.c ---- */

typedef struct KafkaTopic {
    const char *name;
    rd_kafka_topic_t *rkt;
    int partition_count;
    int64_t known_until_ns; /* The count is asked for again then. */
    int32_t unkeyed;        /* Where null keys go now. */
    size_t unkeyed_bytes;   /* How much went there. */
} KafkaTopic;

typedef struct KafkaProducer {
    Producer base;
    KafkaHandle handle;
    Arena *arena;
    Map topics; /* KafkaTopic by name. */
    const char *last_name;
    KafkaTopic *last; /* Of last_name. */
    bool transactional;
    bool in_transaction;
    int64_t failed;              /* Records that were given up. */
    rd_kafka_resp_err_t failure; /* Why the first one was. */
} KafkaProducer;

STATUS kafka_producer_open(Broker *base, Arena *arena,
                           const ProducerOptions *options, Producer **out);
void kafka_producer_close(Producer *base);
STATUS kafka_produce(Producer *base, Arena *arena, const char *topic,
                     int32_t partition, const Record *records, int count);
STATUS kafka_flush(Producer *base, Arena *arena, int timeout_ms);

/* ---- broker_kafka_txn.c ---- */

/* Waits for the broker's leave to begin transactions. */
STATUS kafka_txn_init(KafkaProducer *producer, Arena *arena);
STATUS kafka_txn_begin(Producer *base, Arena *arena);
STATUS kafka_txn_commit(Producer *base, Arena *arena, Consumer *consumer,
                        const TopicPartition *parts, int count);
STATUS kafka_txn_abort(Producer *base, Arena *arena);

#endif
