/* SPDX-License-Identifier: Apache-2.0
 *
 * Outbox: holds back what a hub's guests write, so that it leaves in longer
 * runs.
 *
 * librdkafka sends each partition's records as a request of their own. When one
 * batch is spread over the topics of a hundred queries, each partition gets a
 * record or two, and requests, here and in the broker, cost more than all else.
 * So runs are gathered for a few milliseconds; for longer the more partitions
 * there are to write to, up to OUTBOX_HOLD_MAX_MS, and up to OUTBOX_BEHIND_MS
 * while there is more to read than can be read. One thread.
 */
#ifndef RUNTIME_OUTBOX_H
#define RUNTIME_OUTBOX_H

#include "runtime/task.h"

enum { OUTBOX_HOLD_MAX_MS = 100, OUTBOX_BEHIND_MS = 5000 };

typedef struct Held Held; /* Of one writer. */

typedef struct Outbox {
    Held *first;
    int parts; /* Partitions with records. */
    size_t bytes;
    int64_t since_ms; /* Monotonic, of the first of them. */
} Outbox;

/* Takes copies of records, or sends them. `held` (NULL at first) is the
 * writer's; `topic` and `op` must live until it is forgotten. Failures are the
 * task's, as with task_send. */
void outbox_put(Outbox *outbox, Held **held, Op *op, const char *topic,
                int partitions, int32_t partition, const Record *records,
                int count);

/* True if it has been held long enough. `behind`: the newest records are not
 * waited for by anyone yet. */
bool outbox_is_due(const Outbox *outbox, bool behind);

/* Sends all. */
void outbox_flush(Outbox *outbox);

/* The writer closes: what it has not sent is dropped. NULL is allowed. */
void outbox_forget(Held *held);

#endif
