/* SPDX-License-Identifier: Apache-2.0
 *
 * RecordBatch: consecutive records of one topic partition of the embedded
 * broker, encoded once by the producer and shared, by reference count, between
 * the disk write, the cache and all readers. Layout (little endian):
 *
 *     0  version 1     4  count       8  span        12 zero
 *     16 base time     24 max time    32 delete horizon
 *     40 records: varint gap, zigzag time, key, value, headers
 *
 * `span` offsets are covered, of which `count` have a record (compaction
 * removes some); a record's `gap` is the number of offsets skipped before it.
 * Texts have their length + 1 before them, 0 for null.
 */
#ifndef KAFKA_RECORD_BATCH_H
#define KAFKA_RECORD_BATCH_H

#include <stdatomic.h>

#include "kafka/broker.h"

enum { BATCH_HEAD_BYTES = 40 };

typedef struct RecordBatch {
    struct RecordBatch *next; /* For an owner that has the only reference. */
    atomic_int refs;
    int32_t count;
    int32_t span;
    int64_t base_offset; /* Given when it is appended to its partition. */
    int64_t base_ms;     /* Time of the first record. */
    int64_t max_ms;
    int64_t horizon_ms; /* Deletions may go then; 0: not cleaned yet. */
    size_t len, cap;
    unsigned char bytes[];
} RecordBatch;

/* Where a reader is in a batch. Start with {0}. */
typedef struct BatchCursor {
    size_t at;      /* Byte position; 0: at the first record. */
    int32_t passed; /* Records before it. */
    int64_t offset; /* Relative offset of the next record, without its gap. */
} BatchCursor;

/* Appends one record with time `timestamp_ms`, `gap` offsets after the last
 * one, to `batch` (NULL: a new one). Returns the batch, which may have moved.
 * Only while there is one reference. */
RecordBatch *batch_append(RecordBatch *batch, const Record *record,
                          int64_t timestamp_ms, int32_t gap);

/* Fills in the head of the bytes and gives unused room back; after it the batch
 * is read only. Returns the batch, which may have moved. */
RecordBatch *batch_seal(RecordBatch *batch);

/* A batch from sealed bytes. NULL if they are no batch. */
RecordBatch *batch_load(const char *bytes, size_t len, int64_t base_offset);

static inline RecordBatch *batch_ref(RecordBatch *batch)
{
    atomic_fetch_add_explicit(&batch->refs, 1, memory_order_relaxed);
    return batch;
}

/* Gives a reference back; NULL is allowed. */
void batch_unref(RecordBatch *batch);

/* Gives back a chain of batches linked by next. */
void batch_unref_chain(RecordBatch *batch);

/* Offset after the last one covered. */
static inline int64_t batch_end(const RecordBatch *batch)
{
    return batch->base_offset + batch->span;
}

/* Reads up to `max` records on from the cursor, those before offset `from` left
 * out. Keys and values point into the batch. Headers go to `headers`, NULL to
 * do without. Returns how many; 0: at the end; -1: the bytes are damaged. */
int batch_read(const RecordBatch *batch, BatchCursor *cursor, int64_t from,
               Record *records, int max, Arena *headers);

#endif
