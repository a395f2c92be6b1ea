/* SPDX-License-Identifier: Apache-2.0
 *
 * The foreign-key join, inside: what goes between its two halves.
 *
 * The left half is in the task that owns the left row's key, the right half in
 * that of the right row's. Requests go from left to right in the registration
 * topic, answers back in the response topic.
 *
 *   request   key    foreign key bytes
 *             value  u64 version, u32 instruction, u32 left partition,
 *                    u32 flags, u32 0, primary key bytes
 *   answer    key    primary key bytes
 *             value  u64 version, i64 time of the right row, u32 flags, u32 0,
 *                    right row (rowset.h)
 *
 * The version says which state of the left row a request was made for: the
 * offset of its record. An answer for another version is stale and dropped,
 * since the answer for the newer one will follow. The record time of an answer
 * is that of the result.
 */
#ifndef RUNTIME_OP_JOIN_FOREIGN_H
#define RUNTIME_OP_JOIN_FOREIGN_H

#include "runtime/join_int.h"
#include "runtime/writer.h"

typedef enum Instruction {
    REQUEST_DELETE = 0, /* No answer. */
    REQUEST_DELETE_ANSWER = 1,
    REQUEST_ANSWER = 2,       /* Subscribe; always answered. */
    REQUEST_ANSWER_MATCH = 3, /* Subscribe; answered if there is a right row. */
} Instruction;

enum { FOREIGN_HAS_LEFT = 1, FOREIGN_HAS_RIGHT = 2 };

typedef struct ForeignRequest {
    uint64_t version;
    uint32_t instruction;
    int32_t partition; /* Of the left row. */
    uint32_t flags;    /* HAS_LEFT: the left row exists. */
    uint32_t zero;
} ForeignRequest;

typedef struct ForeignAnswer {
    uint64_t version;
    int64_t right_ms;
    uint32_t flags;
    uint32_t zero;
} ForeignAnswer;

/* Opens a writer of the node's registration or response topic. */
void foreign_writer_open(Arena *plan, Op *op, bool requests, Writer *writer);

/* Appends a record to the writer, which is sent when it is full. `partition`
 * -1: that of the key. */
void foreign_write(Writer *writer, const Batch *batch, int row,
                   int32_t partition, Str key, const void *head,
                   size_t head_len, Str rest, int64_t timestamp_ms);

#endif
