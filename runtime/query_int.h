/* SPDX-License-Identifier: Apache-2.0
 *
 * Query, inside: sub-topologies, topics, workers. Only for query*.c, worker*.c
 * and task.c.
 *
 * Immutable after query_start: plan, options, subs, topics, targets. Guarded by
 * `lock`: state, error, the workers' published figures, requests. Atomic: the
 * flags. A worker's own members are touched by its thread alone (with threads 0
 * by whoever steps).
 */
#ifndef RUNTIME_QUERY_INT_H
#define RUNTIME_QUERY_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "runtime/task.h"

/* A topic that is read. */
typedef struct QueryTopic {
    const char *name;
    int partitions;
    bool from_start; /* Tables and internal topics. */
    bool internal;
} QueryTopic;

/* A topic that a node writes. */
typedef struct QueryTarget {
    const char *topic;
    int partitions;
} QueryTarget;

/* One input of a sub-topology. */
typedef struct SubInput {
    const PlanNode *node;
    int topic;
} SubInput;

typedef struct SubPlan {
    const PlanNode *root;
    SubInput *inputs;
    int input_count;
    int partitions; /* The most of its topics: the number of tasks. */
    int store_count;
    atomic_bool *claimed; /* By partition: a task has its stores open. */
    atomic_int *wanted;   /* By partition: workers' tasks, open or not. */
    int64_t *unused_since_ms; /* By partition, of spare_state.c: neither; 0. */
} SubPlan;

/* What others may see of a partition that a worker reads. */
typedef struct Progress {
    int sub; /* Of the task. */
    int topic;
    int32_t partition;
    int64_t position;  /* All before it is processed. */
    int64_t committed; /* -1: nothing. */
    int64_t end;       /* What the broker has; -1: not known. */
    bool dirty;        /* And not yet flushed and committed. */
    bool queued;       /* More is in hand. */
} Progress;

typedef struct NodeCounts {
    int64_t rows_in, rows_out, late, errors;
    int64_t busy_ns;
    int64_t state_keys, state_bytes; /* Of its stores, as of now. */
} NodeCounts;

/* The arena of one poll, kept until all its record sets are given back. */
typedef struct PollArena PollArena;

typedef struct Worker {
    Query *query;
    int index;
    pthread_t thread;
    bool started;
    Arena *life; /* As long as the worker. */
    Arena *turn; /* Of one turn: status texts. */
    Consumer *consumer;
    Producer *producer; /* NULL: not opened yet, or anew (exactly once). */
    bool exactly_once;
    bool in_transaction;
    int64_t began_ms;     /* Monotonic: the transaction, */
    int64_t open_max_ms;  /* and how long it may stay open. */
    bool must_go_back;    /* What was done since the last commit is lost. */
    int64_t go_back_ms;   /* Monotonic: not tried again before. */
    int go_back_failures; /* In a row, that trying again hardly cures. */
    bool producer_broken; /* Another must be opened. */
    bool counted;         /* In writers_ready, */
    int64_t ready_ms;     /* since then. */
    bool may_join;        /* See txn_may_join. */
    Task **tasks;
    int task_count, task_cap;
    PollArena *free_polls;
    int64_t queued; /* Records read and not given back. */
    bool away;      /* The broker; said once. */
    bool resting;   /* Its consumer does, as the query is paused. */
    bool closed_down;
    bool hosted;          /* A hub's thread does the work. */
    int64_t cpu_ns;       /* Hosted: its part of that thread's time. */
    bool assigned;        /* It has its share; not amid a rebalance. */
    Task *restoring_task; /* It lets the others run meanwhile. */
    int64_t last_commit_ms, last_checkpoint_ms;
    Deletion *purge;       /* Of read records, under way; or NULL. */
    bool purge_failed;     /* The last one: all of it is asked for again. */
    int64_t last_purge_ms; /* Monotonic: when it was asked for. */
    int64_t purge_told_ms; /* Monotonic: no failure is logged before. */
    int64_t last_publish_ms;
    int64_t empty_since_ms; /* Monotonic: polls find nothing since; 0: no. */
    NodeCounts *closed;     /* Of tasks that were closed, by node. */
    int64_t records_in;
    int64_t last_record_ms;
    /* Published, under the query's lock. */
    NodeCounts *shown;
    Progress *progress_room; /* Heap. */
    int progress_count, progress_cap;
    int64_t shown_records_in, shown_last_record_ms, shown_cpu_ns;
    int64_t shown_state_keys, shown_state_bytes, shown_empty_since_ms;
    bool shown_assigned, restoring;
} Worker;

typedef struct Standby Standby;

struct Query {
    Arena *arena;
    const Plan *plan;
    QueryOptions options;
    SubPlan *subs;
    int sub_count;
    QueryTopic *topics;
    int topic_count;
    QueryTarget *targets;  /* By node id. */
    QueryTarget *requests; /* Of foreign-key joins, by node id. */
    Str *changelog_stores; /* Names with a changelog, and their topics. */
    const char **changelogs;
    int changelog_count;
    size_t cache_share_bytes;
    struct TableState *table; /* Of the table it keeps; NULL: none. */
    StateDb *db;
    Worker *workers;
    int worker_count;
    Standby *standby;       /* NULL: none are kept. */
    int standby_count;      /* Published: partitions, */
    int64_t standby_behind; /* and records not applied; -1: not known. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_mutex_t rows_lock; /* Around options.rows. */
    QueryState state;
    char *error; /* Heap; NULL: none. */
    StatusKind error_kind;
    int64_t started_ns;
    _Atomic int64_t restored, to_restore; /* Changelog records, of the stores
                                            that were restored last. */
    _Atomic int64_t taken, given; /* Rows of LIMIT: promised, delivered. */
    atomic_int assignments;       /* How often a worker got its share. */
    atomic_int writers_ready;     /* Workers that have had a producer. */
    atomic_bool stopping, paused, finished, commit_wanted;
    _Atomic int64_t stopping_ms; /* Monotonic, since when; 0: not. */
    atomic_bool told;            /* options.finished was called. */
    struct Hub *hub;     /* That hosts it, or NULL. Under the hubs' lock, */
    int hub_seats;       /* as is how many of its threads do. */
    atomic_int hub_wish; /* HubWish: to go on alone. */
    int64_t hub_alone_since_ms; /* Peers lack it; see hub_peers.c. */
};

/* ---- query_plan.c ---- */

/* Cuts the plan into sub-topologies and lists topics. ST_USER: too many inputs.
 */
STATUS query_cut(Query *query, Arena *arena);
/* Asks the broker for partition counts and makes the internal topics. */
STATUS query_topics(Query *query, Arena *arena);
/* Index of the topic a node reads in this sub-topology: a source, a
 * repartition, a half of a foreign-key join. */
int query_topic_of(const SubPlan *sub, const PlanNode *node);
/* The changelog topic of a store, or NULL. */
const char *query_changelog(const Query *query, Str store);

/* ---- query.c ---- */

bool query_is_finished(const Query *query);
bool query_is_paused(const Query *query);
/* True if all workers have their share of the partitions: none is amid a
 * rebalance. */
bool query_is_assigned(Query *query);
/* The query stops: with an error (state ERROR), or done (ST_OK). Any worker. */
void query_end(Query *query, Status st);
/* Calls options.finished, once. */
void query_tell_finished(Query *query);

/* ---- worker.c ---- */

/* Makes a worker that a hub's thread will serve. */
void worker_init(Query *query, int index, Worker *worker);
STATUS worker_open(Query *query, Arena *arena, int index, Worker *worker);
/* Leaves the group and closes all tasks; commits first unless the query failed.
 */
void worker_close(Worker *worker);
void *worker_main(void *worker);
/* As worker_main, for one that was hosted: opens its clients first. */
void *worker_main_alone(void *worker);
/* Takes a partition, to be read from `part->offset` on. `committed`: that is a
 * committed offset. */
void worker_own(Worker *worker, const TopicPartition *part, bool committed);
void worker_remove_task(Worker *worker, int at);
/* Settings of consumers ("consumer.") or producers, under their own names. */
Map *worker_client_properties(Arena *arena, const Map *all, Str prefix);
/* One round: poll up to `timeout_ms`, restore, process, commit if it is time.
 * Returns records processed. */
int worker_turn(Worker *worker, int timeout_ms, int max_records);
void worker_publish(Worker *worker, bool force);
/* A producer for it; none must be open. */
STATUS worker_open_producer(Worker *worker, Arena *arena);
/* Makes tasks, or inputs of tasks, for a partition from this offset on.
 * `committed`: it is the group's. */
void worker_own(Worker *worker, const TopicPartition *part, bool committed);
/* Closes all tasks. Not while one is restored. */
void worker_drop_tasks(Worker *worker);
/* Says once that the broker is away, ST_RETRY, or back. */
void worker_note_away(Worker *worker, Status st);

/* ---- standby.c ---- */

/* Begins to keep stand-bys if the options want it. */
STATUS standby_open(Query *query, Arena *arena);
/* What the client id of a worker's consumer ends in, in `arena`, for others to
 * see who may stand by; STR_NULL: nothing. */
STATUS standby_client(Query *query, Arena *arena, int worker, Str *suffix);
/* After `stopping` was set: waits for its thread and frees it. */
void standby_close(Query *query);

/* ---- spare_state.c ---- */

/* At a checkpoint: removes the state on disk of partitions that nobody in this
 * process has had for long. A failure is logged. */
void spare_state_remove(Worker *worker);

/* ---- worker_offsets.c ---- */

/* Offsets of all that was processed, with their notes; the array is of the
 * turn. */
TopicPartition *worker_offsets(Worker *worker, int *count);
/* The partition is ours: the input begins at its offset, or behind what its note
 * says that the input has done. `committed`: the offset is one that was. */
void worker_begin_input(Worker *worker, Task *task, TaskInput *input,
                        const TopicPartition *part, bool committed);

/* ---- worker_commit.c ---- */

/* Flush, acknowledge, commit (runtime 5.1). `final`: checkpoint too. ST_RETRY:
 * not now; what was not committed is done again after a restart. */
STATUS worker_commit(Worker *worker, bool final);
/* The task's failure or the worker's becomes the query's. */
void worker_fail(Worker *worker, Status st);

/* The flush or the commit of these tasks failed; their failure or the worker's
 * becomes the query's, but for what going back to the last commit cures. */
void worker_take_failure(Worker *worker, Status st);

/* ---- worker_purge.c ---- */

/* After a commit: deletes, when it is time, what was read from internal topics
 * and committed. Does not wait; a failure is logged and tried again. */
void worker_purge(Worker *worker);

/* ---- worker_txn.c ---- */

/* True if tasks may run: at least once always; exactly once in a transaction,
 * which it begins, after going back to the last commit if that is to be done.
 * False: not yet; the broker is away, or the query has failed. */
bool worker_is_ready(Worker *worker);
/* True if it may join its group. First its producer is opened: that ends what a
 * dead process left open, whose offsets would be waited for. Then it waits a
 * little for the other workers to come so far, so that they share the
 * partitions at once and none has to be taken back. */
bool txn_may_join(Worker *worker);
/* A commit is due for reasons of exactly once, whatever the interval. */
bool txn_is_due(const Worker *worker);
/* Takes over what the properties of a producer say. */
void txn_set_limits(Worker *worker, const Map *producer_properties);
/* Commits the transaction with these offsets. ST_RETRY: it was aborted and the
 * worker must go back. */
STATUS txn_finish(Worker *worker, const TopicPartition *parts, int count);
/* What was written since the last commit does not count: tasks stop running
 * until the worker has gone back. Exactly once only. */
void txn_lose(Worker *worker, Status st);
/* True if this failure is one of writing, which going back cures. */
bool txn_is_broken(const Worker *worker, Status st);

#endif
