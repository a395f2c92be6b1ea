/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the aggregate operator share. Only for op_aggregate*.c.
 */
#ifndef RUNTIME_AGGREGATE_INT_H
#define RUNTIME_AGGREGATE_INT_H

#include "runtime/kept_headers.h"
#include "runtime/open_windows.h"
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

/* A window. */
typedef struct Bounds {
    int64_t start, end;
} Bounds;

/* One group to change: a row of the batch, in one window; with AggState.open in
 * this and all later ones that it is in. */
typedef struct Update {
    int row;
    Bounds bounds;
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
    bool merges;                            /* Changes wait for the commit. */
    bool fast;         /* And all states change in place. */
    OpenWindows *open; /* Fast and hopping; else NULL. */
    Store *store;
    int64_t retention_ms; /* Of the store; 0: without windows. */
    Value *values;        /* Room for a state row. */
    Buf row;
    Update *updates; /* Room for BATCH_ROWS_MAX. */
    int update_count;
    int64_t observed_ms;   /* Operator time; -1: none yet. */
    Str time_note;         /* Under which it is committed; STR_NULL: without
                              windows. */
    int64_t last_close_ms; /* EMIT FINAL; -1: none yet. */
    int64_t next_end_ms;   /* Sessions: none in the store ends before; 0
                              at the start, when nobody has looked yet. */
    Arena *merged;         /* Of one batch of merged or final rows. */
    KeptHeaders headers;   /* Of merged rows. */
} AggState;

/* Compiles the functions and lays out the state row; opens no store. */
void aggregate_open_calls(Op *op, Arena *plan);
extern const OpType op_aggregate_type;

/* An output batch of `count` rows with all its columns made. */
Batch *agg_batch(Op *op, Arena *arena, int count);

/* Fills output row `i` from a state row: results, kept keys, window bounds,
 * ROWTIME. False: a function failed, the query ends. */
bool agg_output(Op *op, Batch *out, int i, const Value *state, Bounds bounds,
                int64_t timestamp_ms);

/* Decodes a state row (8-aligned, valid as long as the values). */
bool agg_decode(Op *op, Arena *arena, Str bytes, Value *values);

/* Splits a store key; without a window the bounds are 0. */
Str agg_inner_key(const Op *op, Str key, Bounds *bounds);
Str agg_store_key(const Op *op, Arena *arena, Str key, Bounds bounds);

/* The states of a new group, and its keys from row `row`. */
void agg_init(Op *op, const Batch *batch, int row, Value *values);

/* Undoes the old row of a table's change (if the group `existed`) and adds the
 * new one. False: a function failed, the query ends. */
bool agg_apply(Op *op, const Batch *batch, int row, bool existed,
               Value *values);

/* Sets an entry's value to a state row. */
void agg_put(AggState *state, StoreEntry *entry, const Value *values);

/* Ends the query: a function failed. */
void agg_fail(Op *op, const AggCall *call);

/* The width of the reference's store segments. */
static inline int64_t session_interval_ms(const WindowSpec *window)
{
    int64_t half = window->retention_ms / 2;
    return half > 60000 ? half : 60000;
}

/* WINDOW SESSION: works through the rows of a batch. */
void agg_sessions(Op *op, Batch *batch);

/* Decides whether updates are done in columns, before the store is opened. */
void agg_fast_open(Op *op);
/* Does all updates so. */
void agg_update_fast(Op *op, Batch *batch);

/* Emits the dirty entries as merged changes. */
void agg_emit_merged(Op *op);

/* EMIT FINAL: emits the windows that closed since the last time, with the
 * headers of the row that closed them. True from agg_final_is_due: there may be
 * some. */
bool agg_final_is_due(const Op *op);
void agg_emit_final(Op *op, const Batch *batch, int row);

#endif
