/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream-stream join, inside: what its two files share.
 */
#ifndef RUNTIME_OP_JOIN_STREAM_STREAM_H
#define RUNTIME_OP_JOIN_STREAM_STREAM_H

#include "base/vec.h"
#include "runtime/join_int.h"
#include "runtime/writer.h"

/* An output row in the making. A side is the row of the record in hand, or
 * bytes of a store, or missing. */
typedef struct Pair {
    int row;       /* Of the batch: offset and headers. */
    bool alive[2]; /* Sides that are there; */
    Str bytes[2];  /* ptr NULL: it is that of the record. */
    int64_t side_ms[2];
    Str key; /* Without bounds. */
    int64_t window_start, window_end;
    int64_t ms;
} Pair;

typedef struct StreamJoin {
    JoinSide sides[2]; /* By input. */
    Store *outer;      /* NULL: nothing waits. */
    bool counts[2];    /* Offsets do not tell the side's rows apart. */
    uint32_t next_number[2];
    bool resumed;
    int64_t stream_ms;
    int64_t min_ms; /* No row that waits is thought to be older. */
    int64_t emit_interval_ms, next_emit_ms;
    Buf row, key;
    Arena *made; /* Of the pairs and the batch they become. */
    Pair *pairs; /* Room for BATCH_ROWS_MAX. */
    int count;
} StreamJoin;

/* Rows of one key, time and side that have waited in vain. */
typedef struct Waiting {
    Str stored_key;
    Str key; /* With bounds. */
    Str value;
    int64_t ms;
    int side;
} Waiting;

/* Takes an outer store's key apart; STR_NULL: it is damaged. */
Str stream_join_outer_split(const Op *op, Str stored_key, int64_t *ms,
                            int *side);

/* Add pairs for row `row` of the batch, which is the record in hand; a full
 * set is emitted first. */
void stream_join_add_match(Op *op, const Batch *batch, int row, int side,
                           Str other, int64_t other_ms);
void stream_join_add_alone(Op *op, const Batch *batch, int row, int side);
void stream_join_add_waiting(Op *op, const Batch *batch, int row,
                             const Waiting *waiting);

/* Emits the pairs. */
void stream_join_emit(Op *op, const Batch *batch);

#endif
