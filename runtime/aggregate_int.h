/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the aggregate operator share. Only for op_aggregate*.c.
 */
#ifndef RUNTIME_AGGREGATE_INT_H
#define RUNTIME_AGGREGATE_INT_H

#include "runtime/task.h"
#include "types/codec.h"

/* One aggregate function of the SELECT list or HAVING. */
typedef struct AggCall {
    FnCall *call;
    const Aggregate *fn;
    Eval **args;
    int arg_count;
    const Column **now, **old; /* The arguments over the current batch. */
    int first_slot;            /* Of its state in the row. */
    Value *values;             /* Room for one row's arguments. */
} AggCall;

/* One group to change: a row of the batch, in one window. */
typedef struct Update {
    int row;
    int64_t window_start;
} Update;

typedef struct AggState {
    AggCall *calls;
    int call_count;
    const Type **types; /* Of a state row: all states, then kept keys. */
    int slot_count;
    int key_count;         /* Kept keys: those that somebody reads. */
    int *key_in, *key_out; /* Their slots in the input and the output. */
    int start_slot, end_slot, rowtime_slot; /* Of the output; -1: not read. */
    int first_result;                       /* Output slot of the first call. */
    bool fast; /* Merged, and all states change in place. */
    Store *store;
    Value *values; /* Room for a state row. */
    Buf row;
    Update *updates; /* Room for BATCH_ROWS_MAX. */
    int update_count;
    int64_t observed_ms;   /* Operator time; -1: none yet. */
    int64_t last_close_ms; /* EMIT FINAL; -1: none yet. */
    Arena *merged;         /* Of one batch of merged or final rows. */
} AggState;

/* An output batch of `count` rows with all its columns made. */
Batch *agg_batch(Op *op, Arena *arena, int count);

/* Fills output row `i` from a state row: results, kept keys if `with_keys`,
 * window bounds, ROWTIME. False: a function failed, the query ends. */
bool agg_output(Op *op, Batch *out, int i, const Value *state, bool with_keys,
                int64_t window_start, int64_t timestamp_ms);

/* Decodes a state row (8-aligned, valid as long as the values). */
bool agg_decode(Op *op, Arena *arena, Str bytes, Value *values);

/* Splits a window store's key. */
Str agg_inner_key(Str key, int64_t *window_start);

/* Emits the dirty entries as merged changes. */
void agg_emit_merged(Op *op);

/* EMIT FINAL: emits the windows that closed since the last time. True from
 * agg_final_is_due: there may be some. */
bool agg_final_is_due(const Op *op);
void agg_emit_final(Op *op);

#endif
