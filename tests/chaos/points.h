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
    char how; /* What it needs to be reached: 'r' a state that is lost, 's'
                 an orderly stop, 'b' transactions that were aborted, 'c'
                 statements; 0: nothing. */
} Point;

static const Point points[] = {
    {"topic.creating", 4, '*', '*', 'f'},
    {"topic.created", 4, '*', '*', 'f'},
    {"command.write", 4, '*', '*', 'c'},
    {"command.written", 4, '*', '*', 'c'},
    {"worker.polled", 40, '*', '*', 0},
    {"worker.processed", 40, '*', '*', 0},
    {"commit.begin", 15, '*', '*', 0},
    {"commit.task_flushed", 12, '*', '*', 0},
    {"commit.flushed", 8, '*', '*', 0},
    {"commit.acknowledged", 8, '*', 'a', 0},
    {"commit.done", 8, '*', '*', 0},
    {"purge.begin", 4, '*', 'e', 0},
    {"purge.begun", 4, '*', 'e', 0},
    {"txn.begun", 10, '*', 'e', 0},
    {"txn.abort", 8, '*', 'e', 0},
    {"txn.offsets_sent", 8, 'k', 'e', 0},
    {"txn.committed", 8, 'k', 'e', 0},
    {"back.dropped", 1, '*', 'e', 'b'},
    {"state.flush", 12, '*', '*', 0},
    {"state.changelog", 12, '*', '*', 0},
    {"checkpoint.begin", 6, '*', '*', 0},
    {"checkpoint.done", 6, '*', '*', 0},
    {"state.checkpoint_data", 12, '*', '*', 0},
    {"state.checkpoint", 12, '*', '*', 0},
    {"state.checkpoint_offsets", 12, '*', '*', 0},
    {"restore.begin", 12, '*', '*', 0},
    {"restore.read", 8, '*', '*', 'r'},
    {"restore.save", 8, '*', '*', 'r'},
    {"restore.done", 12, '*', '*', 0},
    {"rebalance.assigned", 4, '*', '*', 0},
    {"rebalance.revoked", 1, 'k', '*', 's'},
    {"rebalance.committed", 1, 'k', '*', 's'},
    {"broker.write", 10, 'l', '*', 0},
    {"broker.written", 10, 'l', '*', 0},
};

enum { POINTS = sizeof points / sizeof *points };

#endif
