/* SPDX-License-Identifier: Apache-2.0
 *
 * The fault points at which chaos kills, and how often one is passed in a busy
 * second, so that a visit is chosen which comes.
 */
#ifndef TESTS_CHAOS_POINTS_H
#define TESTS_CHAOS_POINTS_H

typedef struct Point {
    const char *name;
    int visits;     /* The n-th is chosen up to this. */
    char where;     /* 'k' only Kafka, 'l' only the embedded broker, '*'. */
    char guarantee; /* 'e' exactly once, 'a' at least once, '*' both. */
} Point;

/* The first ones come once in a service's life, so its first lives end there.
 */
static const Point points[] = {
    {"topic.creating", 4, '*', '*'},
    {"topic.created", 4, '*', '*'},
    {"worker.polled", 40, '*', '*'},
    {"worker.processed", 40, '*', '*'},
    {"commit.begin", 15, '*', '*'},
    {"commit.task_flushed", 12, '*', '*'},
    {"commit.flushed", 8, '*', '*'},
    {"commit.acknowledged", 8, '*', 'a'},
    {"commit.done", 8, '*', '*'},
    {"txn.begun", 10, '*', 'e'},
    {"txn.offsets_sent", 8, 'k', 'e'},
    {"txn.committed", 8, 'k', 'e'},
    {"state.flush", 12, '*', '*'},
    {"state.changelog", 12, '*', '*'},
    {"checkpoint.begin", 6, '*', '*'},
    {"checkpoint.done", 6, '*', '*'},
    {"state.checkpoint_data", 12, '*', '*'},
    {"state.checkpoint", 12, '*', '*'},
    {"state.checkpoint_offsets", 12, '*', '*'},
    {"restore.begin", 12, '*', '*'},
    {"restore.read", 8, '*', '*'},
    {"restore.save", 8, '*', '*'},
    {"restore.done", 12, '*', '*'},
    {"rebalance.assigned", 4, '*', '*'},
    {"rebalance.revoked", 2, 'k', '*'},
    {"rebalance.committed", 2, 'k', '*'},
    {"broker.write", 10, 'l', '*'},
    {"broker.written", 10, 'l', '*'},
};

enum { POINTS = sizeof points / sizeof *points };

#endif
