/* SPDX-License-Identifier: Apache-2.0
 *
 * Task: one sub-topology's operators for one partition, with the queues of the
 * partitions it reads and its stores. Belongs to one worker thread.
 *
 *   records -> queue (bytes) -> decoded batch -> slices in time order -> ops
 *
 * The first half is for the operators: what they may ask of their task. The
 * second is for the worker.
 */
#ifndef RUNTIME_TASK_H
#define RUNTIME_TASK_H

#include <stdatomic.h>

#include "runtime/commit_note.h"
#include "runtime/eval.h"
#include "runtime/op.h"
#include "runtime/query.h"

enum { TASK_STORES_MAX = 64, TASK_INPUTS_MAX = 32 };

typedef struct TaskInput TaskInput;

struct Task {
    Str name; /* "0_3": sub-topology and partition. */
    int sub;
    int32_t partition;
    Query *query;
    const QueryOptions *options;
    Arena *plan;        /* Lives as long as the task. */
    Arena *scratch;     /* Of one slice, or one flush. */
    Producer *producer; /* The worker's. */
    Op **ops;           /* Inputs before outputs. */
    int op_count;
    TaskInput *inputs;
    int input_count;
    Store *stores[TASK_STORES_MAX];
    const Op *store_ops[TASK_STORES_MAX]; /* Whose they are. */
    int store_count;
    int64_t stream_time_ms;   /* Of all records gone through; -1: none. */
    int64_t waiting_since_ms; /* Idle: since when an input is waited for. */
    Notes notes;              /* Committed with the offsets. */
    int query_columns;        /* Of the result's schema. */
    int opened;               /* Operators that were opened. */
    int time_weight;          /* Slices that the timed one stands for; 0: this
                                 one is not timed. */
    int slice_number;         /* Counts small slices. */
    int64_t inner_ns;         /* Of operators within the one being timed. */
    bool claimed;             /* It has the sub-topology's partition. */
    struct Outbox *outbox;    /* Hosted: through which it writes. */
    bool hosted;              /* A guest of a hub, which decodes for it. */
    struct HubLane *lane;     /* Hosted: who catches up for it; NULL: nobody. */
    bool restored;
    bool dirty;     /* Something was processed since the commit. */
    bool cancelled; /* To be closed; restoring stops. */
    bool send_failed; /* The producer gave the reason. */
    bool drop_refused; /* Outputs that the broker refuses are left out. */
    Status failed;    /* Text in `plan`. */
};

/* ---- for operators ---- */

/* What a store keeps says how its changelog is cleaned. */
typedef enum StoreRole {
    STORE_OF_ROWS,    /* The last of each key: compacted. */
    STORE_OF_WINDOWS, /* The last of each key and window, for a while. */
    STORE_OF_RECORDS, /* Keys never come again: deleted by age. */
} StoreRole;

typedef struct NodeStore {
    Str name;
    StoreRole role;
    int64_t retention_ms; /* Of windows and records. */
    bool right_half; /* Of a foreign-key join: in its right half's tasks. */
} NodeStore;

enum { NODE_STORES_MAX = 4 };

/* The stores that a node's operator keeps; returns how many. */
int node_stores(const PlanNode *node, NodeStore stores[NODE_STORES_MAX]);
/* The name of the first; STR_NULL: none. */
Str node_store(const PlanNode *node);

/* Opens a store of this task; it is restored before the first batch. Its
 * changelog is named after `name`. */
STATUS task_store_open(Op *op, Str name, StoreKind kind, int64_t retention_ms,
                       bool keep_old, Store **store);

/* True if updates are merged until the commit. */
static inline bool task_merges(const Task *task)
{
    return task->options->cache_max_bytes > 0;
}

/* Dirty bytes that one store may gather before it must be flushed. */
size_t task_cache_bytes(const Task *task);

/* Number of partitions of the topic that a sink or repartition node writes, and
 * its name. */
int task_target(const Op *op, const char **topic);

/* producer_send that waits while the broker is away; failures end the query. */
void task_send(Op *op, const char *topic, int32_t partition,
               const Record *records, int count);

/* Hands rows to the client; ends the query when no more are wanted. */
void task_rows(Op *op, const Batch *batch, const Column *const *columns,
               int count);

/* Takes up to `wanted` of what is left of the query's LIMIT; returns how many
 * it got. task_gave, after these have gone on, ends the query if they were the
 * last. */
int task_take(Op *op, int64_t limit, int wanted);
void task_gave(Op *op, int64_t limit, int count);

/* Wall clock. */
int64_t task_now_ms(const Task *task);

/* An EvalReport; `op` is the context. */
void op_report_row(void *op, const Batch *batch, int row, const char *why);

/* op_report with everything; `error` needs type and message, the rest is filled
 * in where it is empty. */
void op_report_full(Op *op, const Batch *batch, int row,
                    ProcessingError *error);

/* Reports an error that was found while decoding for several queries. */
void op_report_again(Op *op, const ProcessingError *error);

/* Keeps a copy of the status as the task's failure (the first one wins). */
void task_fail(Task *task, Status st);

/* Compiles an expression with the query's properties. */
Eval *op_eval(Op *op, Arena *plan, const Expr *expr);

/* Two small helpers of several operators: the column specs' types of a node by
 * slot, and an op's evaluation over rows. */
static inline const Column *op_column(Op *op, Eval *eval, const Batch *batch,
                                      Rows rows)
{
    return eval_column(eval, batch, rows, task_now_ms(op->task), op_report_row,
                       op);
}

/* ---- sources ---- */

/* Raw records of one partition, as columns; arrays live in the batch's arena,
 * bytes in the consumed messages. */
typedef struct RawRows {
    int count;
    int32_t partition;
    Str *keys, *values;
    int64_t *timestamps, *offsets;
    const Headers **headers; /* NULL: no row has any. */
} RawRows;

/* Room for `count` records, and the next of them. */
RawRows raw_rows(Arena *arena, int32_t partition, int count);
void raw_take(RawRows *raw, Arena *arena, int count, const Record *record);

/* Makes the batch; rows that cannot be read are reported and not alive. The
 * timestamps are the extracted ones. */
typedef Batch *(*Decode)(Op *op, Arena *arena, const RawRows *raw);
Batch *source_decode(Op *op, Arena *arena, const RawRows *raw);
Batch *repartition_decode(Op *op, Arena *arena, const RawRows *raw);
Batch *foreign_decode(Op *op, Arena *arena, const RawRows *raw);
extern const OpType op_repartition_reader_type;
/* The halves of a foreign-key join, and what reads for either. */
extern const OpType op_join_foreign_left_type, op_join_foreign_right_type,
    op_join_foreign_reader_type;

/* ---- stores that can be read from outside ---- */

/* The store of a table source, an aggregate or the projection of a joined
 * table; NULL: it has none. */
Store *source_store(Op *op);
Store *aggregate_store(Op *op);
Store *project_store(Op *op);

/* ---- for the worker ---- */

/* A record set with its users counted; given back when the last one is done. */
typedef struct Chunk Chunk;
struct Chunk {
    RecordSet *set;
    int users;
    void (*done)(void *context, Chunk *chunk);
    void *context;
};
void chunk_unuse(Chunk *chunk);

struct TaskInput {
    Op *op;
    Decode decode;
    int topic; /* Index in the query's topics. */
    bool is_table;
    bool is_feedback; /* Between halves of a join: never waited for. */
    Chunk **chunks;   /* Queue; from `first` on. */
    int first, chunk_count, chunk_cap;
    int next;               /* Next record of the first chunk. */
    int queued;             /* Records not decoded yet. */
    Arena *arena;           /* Of the decoded batch. */
    Batch *batch;           /* NULL: none. */
    int at;                 /* Rows of it that are done, dead ones included. */
    int held;               /* Chunks at the front that only the batch uses. */
    int64_t time_ms;        /* Partition time: the largest timestamp; -1. */
    int64_t position;       /* Offset after what was processed; -1: unknown. */
    int64_t batch_position; /* Offset after the decoded batch. */
    int64_t committed;      /* Position last committed; -1: none. */
    int64_t start;          /* Where it began when nothing was committed. */
    int64_t purged;         /* Internal topics: all before was asked to go. */
    bool owned;             /* The partition is assigned to us. */
    bool caught_up;         /* Empty, and the broker has nothing more. */
    int64_t checked_ms;     /* Monotonic: when that was last asked. */
    int64_t waiting_ms;     /* Monotonic: since when it is empty. */
};

/* Makes the operators and the queues, and touches nothing else: records can be
 * added to it, but it must be opened and restored before it runs. */
Task *task_new(Query *query, int sub, int32_t partition, Producer *producer);

/* Opens the operators and their stores. ST_RETRY: a worker that had this task
 * before has not closed it yet. Other failures end the query. */
STATUS task_open(Task *task);

/* Fills the stores. `progress` as store_restore has it. */
STATUS task_restore(Task *task, Arena *arena,
                    bool (*progress)(void *context, int64_t done,
                                     int64_t total),
                    void *context);

/* Closes the operators, stores and queues. Does not flush. */
void task_close(Task *task);

/* Queues a chunk (takes a use of it). */
void task_add(Task *task, TaskInput *input, Chunk *chunk);

/* Processes what can be processed, at most about `max_records`; returns how
 * many records went through. `crowded`: too much is queued to wait for others.
 */
int task_run(Task *task, int max_records, bool crowded);

/* Sends a decoded batch of a guest's one input through. `latest_ms`: the largest
 * timestamp of all its rows; `next`: the offset after them. */
void task_feed(Task *task, Batch *batch, int64_t latest_ms, int64_t next);
/* The same for a batch of which no row matters. */
void task_pass(Task *task, int64_t latest_ms, int64_t next);

/* True if records are queued that were not processed. */
bool task_has_queued(const Task *task);

/* Emits what is merged and writes the stores. */
void task_flush(Task *task);

/* Queue side of task_run (task_queue.c): decodes the next batch if there is
 * none, and lets go of a finished one. */
void input_fill(TaskInput *input, int max_rows);
void input_finish(TaskInput *input);
void input_clear(TaskInput *input);

#endif
