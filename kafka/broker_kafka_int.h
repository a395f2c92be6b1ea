/* SPDX-License-Identifier: Apache-2.0
 *
 * What the broker_kafka*.c files share. One librdkafka handle stands behind
 * each consumer and each producer; two more, made when first needed, answer
 * for topics, and for offsets of groups.
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

/* Who coordinates groups, as far as it is known (broker_kafka_coordinator.c).
 */
typedef struct CoordinatorMap {
    int32_t *brokers; /* Heap: ids of all. */
    int broker_count;
    int32_t *leaders; /* Heap: of the partitions of __consumer_offsets; -1. */
    int partition_count;
    bool no_groups; /* The cluster had no such topic when it was looked at. */
    bool doubtful;  /* Look again. */
    Map odd;        /* int32_t by group: where the rule does not hold. */
    Arena *arena;   /* Of odd; NULL: empty. */
} CoordinatorMap;

typedef struct KafkaBroker {
    Broker base;
    Arena *arena;
    const char *bootstrap;
    Map properties;       /* Copied; Str by name. */
    pthread_mutex_t lock; /* Of all that follows. */
    rd_kafka_t *admin;    /* NULL: not needed yet. */
    rd_kafka_t *groups;   /* For offsets of groups; NULL: not needed yet. */
    Map warned;           /* Names that were warned about. */
    LogKind log_kinds[LOG_KINDS];
    CoordinatorMap coordinators;
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
/* The one for requests about offsets of groups. `group` is one that is asked
 * for. */
STATUS kafka_groups(KafkaBroker *broker, Arena *arena, Str group,
                    rd_kafka_t **groups);

/* Metadata of one topic, or of all if `topic` is NULL, and of the brokers. The
 * caller destroys it. */
STATUS kafka_metadata(KafkaBroker *broker, Arena *arena, const char *topic,
                      const struct rd_kafka_metadata **out);

/* Partition count of a topic, without creating it. ST_USER: there is none;
 * ST_RETRY: the broker is away or still electing leaders. */
STATUS kafka_partition_count(KafkaBroker *broker, Arena *arena,
                             const char *topic, int *count);

/* ---- broker_kafka_coordinator.c ---- */

/* The partition of __consumer_offsets that a group's offsets are kept in. */
int kafka_group_partition(Str group, int partitions);

/* Makes it known who coordinates what, unless it is. ST_RETRY: the broker is
 * away. Any thread, as all of these. */
STATUS kafka_coordinators_look(KafkaBroker *broker, Arena *arena);
/* The next look asks the cluster again. */
void kafka_coordinators_doubt(KafkaBroker *broker);
void kafka_coordinators_free(KafkaBroker *broker);
/* True if the cluster had no groups at all at the last look. */
bool kafka_no_groups(KafkaBroker *broker);

/* The broker to send a request about the group to when `asked` others were not
 * its coordinator; -1: there are no more. */
int32_t kafka_coordinator(KafkaBroker *broker, Str group, int asked);
/* True for the answer of one that is not the coordinator. */
bool kafka_is_elsewhere(rd_kafka_resp_err_t err);
/* Remembers who it is; -1: forgets it. */
void kafka_coordinator_is(KafkaBroker *broker, Str group, int32_t id);

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

/* ---- broker_kafka_assign.c ---- */

/* A partition that a consumer owns. */
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
    bool resting; /* Nothing is fetched. */
    PollBatch *used, *spare;
    size_t queue_peak, queue_last; /* Messages that waited. */
    int64_t wake_ns;               /* The fetcher may be woken from then on. */
    int64_t doubt_ns;              /* When to ask again. */
} KafkaConsumer;

/* Makes these the owned partitions. */
void kafka_set_slots(KafkaConsumer *consumer, const TopicPartition *parts,
                     int count);
/* Has what is owned fetched from where each stands; nothing while it rests. */
rd_kafka_resp_err_t kafka_fetch_slots(KafkaConsumer *consumer);
/* Before partitions are taken away, by an assignment or by closing. */
void kafka_await_stops(rd_kafka_t *rk);
/* The slot of a message's partition; -1: it is not owned. */
int kafka_find_slot(KafkaConsumer *consumer, const rd_kafka_topic_t *rkt,
                    int32_t partition);
/* As librdkafka's list, with metadata lent: give it back by
 * kafka_free_offsets. */
rd_kafka_topic_partition_list_t *kafka_list_of(const KafkaConsumer *consumer,
                                               const TopicPartition *parts,
                                               int count);
void kafka_free_offsets(rd_kafka_topic_partition_list_t *offsets);
/* Gives up all that is owned; the handler commits what it did. */
void kafka_give_up(KafkaConsumer *consumer, bool lost);
/* librdkafka's rebalance callback; the opaque is the KafkaHandle. */
void kafka_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err,
                        rd_kafka_topic_partition_list_t *list, void *opaque);
STATUS kafka_subscribe(KafkaConsumer *consumer, Arena *arena);

/* For transactions: the offsets as kafka_list_of, and the group. ST_RETRY: a
 * partition is no longer owned. */
STATUS kafka_consumer_offsets(Consumer *base, Arena *arena,
                              const TopicPartition *parts, int count,
                              rd_kafka_topic_partition_list_t **offsets);
rd_kafka_consumer_group_metadata_t *kafka_consumer_group(Consumer *base);

STATUS kafka_consumer_assign(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count);
STATUS kafka_consumer_commit(Consumer *base, Arena *arena,
                             const TopicPartition *parts, int count);
STATUS kafka_consumer_committed(Consumer *base, Arena *arena,
                                TopicPartition *parts, int count);
STATUS kafka_consumer_rest(Consumer *base, Arena *arena, bool rest);
STATUS kafka_consumer_seek(Consumer *base, Arena *arena,
                           const TopicPartition *parts, int count);
void kafka_consumer_reach(Consumer *base, int topic_index, int32_t partition,
                          ConsumerReach *reach);

/* ---- broker_kafka_offsets.c ---- */

void kafka_commit_groups(Broker *base, Arena *arena, GroupOffsets *groups,
                         int count);
void kafka_committed_groups(Broker *base, Arena *arena, GroupOffsets *groups,
                            int count);

/* ---- broker_kafka_members.c ---- */

STATUS kafka_group_members(Broker *base, Arena *arena, Str group,
                           int timeout_ms, MemberInfo **members, int *count);

/* ---- broker_kafka_consumer.c ---- */

STATUS kafka_consumer_open(Broker *base, Arena *arena,
                           const ConsumerOptions *options, Consumer **out);
void kafka_consumer_close(Consumer *base);
STATUS kafka_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                           int max_records, RecordSet **sets, int *set_count);
void kafka_consumer_release(Consumer *base, RecordSet *set);

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
    const atomic_bool *hurry;
    int64_t hurry_until_ns; /* 0: no hurry yet. */
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
