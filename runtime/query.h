/* SPDX-License-Identifier: Apache-2.0
 *
 * Query: a plan that runs. It is cut into sub-topologies at repartition nodes;
 * each has a task per partition; worker threads own consumers, producers and
 * the tasks of the partitions they are given.
 *
 * With `threads` 0 nothing runs by itself: query_step does one round on the
 * caller's thread (tests, INSERT-driven scripts). All other functions may be
 * called from any thread.
 */
#ifndef RUNTIME_QUERY_H
#define RUNTIME_QUERY_H

#include "base/clock.h"
#include "kafka/broker.h"
#include "planner/plan.h"
#include "state/store.h"
#include "types/batch.h"

typedef struct Query Query;
typedef struct Hubs Hubs;

typedef enum QueryState {
    QUERY_CREATED,
    QUERY_RESTORING,
    QUERY_RUNNING,
    QUERY_PAUSED,
    QUERY_ERROR,    /* Stopped with a reason; see QueryInfo.error. */
    QUERY_STOPPED,
} QueryState;

/* One line of the processing log (server 7). Texts are valid during the call. */
typedef struct ProcessingError {
    int type;          /* 0 deserialization, 1 record processing, 2 production,
                          3 serialization, 4 thread */
    Str query_id;
    Str step;          /* "KsqlTopic.Source.deserializer", "Project", ... */
    Str message;
    Str topic;         /* STR_NULL: none. */
    int32_t partition;
    int64_t offset;    /* -1: none. */
    bool is_key;
    Str record;        /* Raw bytes; STR_NULL: none. */
} ProcessingError;

/* A row of a transient query. `columns` of the batch by plan->schema order;
 * valid during the call. False: no more rows are wanted. */
typedef bool (*QueryRows)(void *context, const Batch *batch,
                          const Column *const *columns, int column_count);

typedef struct QueryOptions {
    Str id;                /* "CSAS_HOT_1" */
    Str application_id;    /* Group, prefix of internal topics. */
    Broker *broker;
    Hubs *hubs;            /* Where queries share readers; NULL: this one reads
                              for itself. */
    Str state_directory;   /* Of this query; STR_NULL: state in memory only. */
    int threads;
    int batch_rows_max;    /* 1 to BATCH_ROWS_MAX; 0: the maximum. */
    bool one_partition;    /* Tests: all records are written to partition 0. */
    int64_t commit_interval_ms;
    int64_t checkpoint_interval_ms; /* Of making state durable; 0: 10 s. */
    int64_t purge_interval_ms; /* Of deleting what was read from internal
                                  topics; 0: at each commit. */
    bool exactly_once;     /* With a group only: outputs, state and offsets in
                              transactions. */
    size_t cache_max_bytes;   /* 0: every update goes out at once. */
    StateOptions state;    /* Its limit is shared with other queries. */
    bool offset_latest;    /* auto.offset.reset for streams. */
    bool use_group;        /* Share partitions in a consumer group and commit
                              offsets; else read all, remember nothing. */
    int standby_replicas;  /* > 0: so many processes keep the state of a
                              partition that others of the group work on. With a
                              group, threads and a state directory only. */
    int64_t standby_linger_ms; /* How long one keeps it that need no longer;
                                  0: 10 s, and 1 s for 100,000 keys. */
    int64_t state_cleanup_ms; /* State on disk of partitions that others have
                                 is removed after this time; 0: never. */
    int internal_replicas; /* -1: the broker's default. */
    const Map *properties; /* Str by name: consumer.*, producer.*, the rest. */
    const Clock *clock;
    int64_t max_task_idle_ms;
    void (*log)(void *context, const ProcessingError *error);
    void *log_context;
    QueryRows rows;        /* Transient queries. */
    void *rows_context;
    void (*finished)(void *context, Query *query); /* LIMIT reached or error;
                              called on a worker. May be NULL. */
    void *finished_context;
} QueryOptions;

typedef struct QueryInfo {
    QueryState state;
    Str error;             /* In the arena given to query_info. */
    int64_t records_in, records_out, errors, late;
    int64_t cpu_ns;        /* Of its workers. */
    int64_t wall_ns;       /* Since start. */
    int64_t last_record_ms; /* Monotonic ns / 1e6 of the last record read. */
    int64_t state_keys, state_bytes;
    int64_t restored, to_restore; /* While QUERY_RESTORING: changelog records
                                     of the store at hand. */
    int standby_count;     /* Partitions whose state is kept for others. */
    int64_t standby_behind; /* Changelog records it has not applied; -1: not
                               known yet. */
    StatusKind error_kind; /* With QUERY_ERROR: ST_USER or ST_FATAL. */
} QueryInfo;

/* Starts a query. `plan` must outlive it; options are copied, what they point to
 * must outlive it. Creates internal topics. */
STATUS query_start(Arena *arena, const Plan *plan, const QueryOptions *options,
                   Query **query);

/* With threads 0: reads and processes what is there, up to `max_records`.
 * Returns the number of records processed; commits when the interval is over.
 * query_commit flushes and commits now. */
int query_step(Query *query, int max_records);
STATUS query_commit(Query *query, Arena *arena);

/* True if all input is consumed and processed as of now, or it is paused. */
bool query_is_idle(Query *query);

void query_pause(Query *query);
void query_resume(Query *query);

/* Tells it to halt, without waiting, so that several halt at the same time. */
void query_begin_halt(Query *query);

/* Flushes, commits and leaves the group; query_info then tells the final counts,
 * and only query_stop may follow. */
void query_halt(Query *query);

/* query_halt, then frees everything. */
void query_stop(Query *query);

/* After query_stop and for good: removes internal topics, the group, the state
 * directory. */
STATUS query_cleanup(Arena *arena, Broker *broker, const Plan *plan,
                     Str application_id, Str state_directory);

void query_info(Query *query, Arena *arena, QueryInfo *info);

/* The plan with counts per operator, as EXPLAIN <id> shows it: rows, rows that
 * were late or bad, own time, keys and bytes of state. */
void query_print(Query *query, Buf *out);

/* How far a task of this process has come in a partition that it reads. */
typedef struct QueryTaskInput {
    Str task; /* "0_3": sub-topology and partition. */
    const char *topic;
    int32_t partition;
    int64_t committed; /* Offset; -1: nothing yet. */
    int64_t end;       /* What the broker has; -1: not known. */
} QueryTaskInput;

/* All of them, by task; returns their number. As published last. */
int query_tasks(Query *query, Arena *arena, QueryTaskInput **inputs);

/* Calls `visit` for each row of the table that the query keeps, as values of
 * the columns of the node that keeps it (plan_kept); `key` (ptr NULL: all)
 * wants those of one key only. Looks at every row: for comparing a state with
 * something. ST_RETRY: a part is not here now. Any thread. */
STATUS query_read_state(Query *query, Arena *arena, Str key,
                        bool (*visit)(void *context, const Value *row,
                                      int64_t timestamp_ms),
                        void *context);

/* Evaluates a bound expression without columns. */
bool eval_constant(Arena *arena, const Expr *expr, Value *value,
                   const char **why);

#endif
