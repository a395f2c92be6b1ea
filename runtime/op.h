/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators: one file, one constant OpType, one row in op_table.c each.
 *
 * An operator never knows its neighbours: it emits. The plan node is read-only
 * and shared by all tasks; all that changes is in the state struct.
 */
#ifndef RUNTIME_OP_H
#define RUNTIME_OP_H

#include "kafka/broker.h"
#include "planner/plan.h"
#include "state/store.h"
#include "types/batch.h"

typedef struct Op Op;
typedef struct Task Task;

typedef struct OpType {
    const char *name;      /* Shown by EXPLAIN. */
    size_t state_bytes;    /* Zeroed memory for each task, at op->state. */
    /* Once a task: compile expressions, open stores. */
    Status (*open)(Op *op, Arena *plan);
    /* Rows on input 0 or 1. May change the batch (selection, columns); reads
     * and changes state; emits downstream. */
    void (*process)(Op *op, int input, Batch *batch);
    /* Stream time has reached a moment the operator asked for with
     * op_wake_at. */
    void (*advance)(Op *op, int64_t stream_time_ms);
    /* Before each commit: write caches, emit merged updates. */
    void (*flush)(Op *op);
    void (*close)(Op *op);
} OpType;

struct Op {
    const OpType *type;
    const PlanNode *node;
    Task *task;
    Op *output;            /* NULL for sinks and repartition writers. */
    int output_input;      /* Which input of output this feeds. */
    void *state;
    int64_t rows_in, rows_out, late, errors; /* For EXPLAIN and statistics. */
    int64_t busy_ns;       /* In its own code, near enough: op_timer_start. */
    int64_t wake_at_ms;    /* INT64_MAX: never. */
};

/* Sends a batch downstream; returns when it has gone all the way. Empty batches
 * go nowhere. */
void op_emit(Op *op, Batch *batch);

/* Hands a batch to an operator and counts its rows and its time. */
void op_process(Op *op, int input, Batch *batch);

/* Around an operator's code: adds what it took, without what the operators took
 * that it emitted to meanwhile. Small batches are timed one in
 * OP_TIMED_ONE_IN, which then counts for all. */
typedef struct OpTimer {
    int64_t start_ns; /* 0: this one is not timed. */
    int64_t outer_ns;
} OpTimer;
enum { OP_TIMED_ONE_IN = 16, OP_TIMED_ROWS = 64 };
OpTimer op_timer_start(Op *op);
void op_timer_stop(Op *op, OpTimer timer);

/* Reports a row's error to the processing log; the caller drops the row or sets
 * the column null. */
void op_report(Op *op, int type, const Batch *batch, int row, const char *format,
               ...) __attribute__((format(printf, 5, 6)));

/* The query stops with this reason after the current batch. */
void op_fail(Op *op, Status st);

/* Asks for `advance` once stream time is at or past `ms`. */
void op_wake_at(Op *op, int64_t ms);

/* The operator for a plan node. */
const OpType *op_type(const PlanNode *node);

#endif
