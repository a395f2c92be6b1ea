/* SPDX-License-Identifier: Apache-2.0
 *
 * Writer: gathers the records of a batch by partition and sends each
 * partition's as one run. Values are appended to `bytes` first; pointers are
 * made when all are there, because the buffer may move.
 */
#ifndef RUNTIME_WRITER_H
#define RUNTIME_WRITER_H

#include "runtime/task.h"

typedef struct WriterRow {
    size_t key_at, value_at; /* In bytes; SIZE_MAX: see key, or null. */
    uint32_t key_len, value_len;
    Str key; /* If key_at is SIZE_MAX. */
    int64_t timestamp_ms;
    const RecordHeaders *headers;
    int32_t partition;
} WriterRow;

typedef struct Writer {
    Op *op;
    const char *topic;
    int partitions;
    Buf bytes;
    WriterRow *rows;
    Record *records;
    int count, cap; /* Of rows; records have room for as many. */
    struct Held *held; /* In the task's outbox. */
    int *counts;    /* By partition; one more for null keys. */
} Writer;

/* For the topic that the op's node writes, or another target. */
void writer_open(Arena *plan, Op *op, Writer *writer);
void writer_open_to(Arena *plan, Op *op, const char *topic, int partitions,
                    Writer *writer);
void writer_close(Writer *writer);

/* Begins a new batch. */
void writer_begin(Writer *writer);

/* A new row for row `row` of `batch`, to be filled. Its partition is chosen
 * from `hash_key`; without one (ptr NULL) from where the row came from. */
WriterRow *writer_row(Writer *writer, Str hash_key, const Batch *batch,
                      int row);

/* A new row for this partition. */
WriterRow *writer_row_to(Writer *writer, int32_t partition);

/* Appends a copy of bytes; returns where. */
size_t writer_append(Writer *writer, Str bytes);

/* Sends the rows, in order within each partition. */
void writer_send(Writer *writer);

/* Appends a 64-bit number, most significant byte first. */
void put_be64(Buf *buf, int64_t value);

#endif
