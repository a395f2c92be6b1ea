/* SPDX-License-Identifier: Apache-2.0
 *
 * Rig: an engine over topics in memory, with a clock that stands at 0 and
 * nothing that runs by itself, and a test's statements on it. A file of
 * statements becomes steps (sql_file.h), and each is executed here.
 *
 * The first failure sticks, with the place of the step at work; what follows
 * does nothing.
 */
#ifndef TESTING_RIG_H
#define TESTING_RIG_H

#include "engine/engine_int.h"
#include "testing/sql_file.h"
#include "testing/sql_run.h"

typedef struct Rig {
    Arena *arena;
    const SqlRunOptions *options;
    int batch_rows_max;   /* 0: the maximum. */
    int partitions;       /* Of topics that are made. */
    bool rocksdb;         /* State there, in options->directory. */
    bool explicit_topics; /* None is made for a CREATE. */
    bool one_partition;   /* All data flows through the first. */
    const char *file;     /* Where a failure without a step belongs. */
    int line;
    const char *way;
    const SqlStep *step; /* At work, or NULL. */

    mr_Engine *engine;
    mr_Session *session;
    Broker *broker;
    BrokerType type; /* The memory broker's, with produce put in between. */
    const BrokerType *inner;
    Clock clock;
    const RecordHeaders *headers; /* Of the INSERT at work. */
    Buf printed;                  /* By the statement at work. */
    int64_t stop_ns;              /* When a SELECT has taken too long. */
    TestFailure *failure;
} Rig;

/* Opens the broker and an engine; one rig at a time in a process. The members
 * up to `step` are set by the caller. */
void rig_open(Rig *rig);
void rig_close(Rig *rig);

/* Closes the engine and opens another over the same topics. The state on disk
 * is kept, or goes too. */
void rig_reopen(Rig *rig, bool keep_state);

/* Removes a folder and all in it; fine if it is not there. */
void rig_remove_directory(const char *path);

/* Notes the first failure. */
void rig_fail(Rig *rig, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A statement failed: with the place in it. `before` leads the message. */
void rig_fail_status(Rig *rig, const char *before, Status st);

/* The step's text as one statement, or NULL: it is not one. */
AstStatement *rig_parse(Rig *rig, const SqlStep *step);

/* The topic that a CREATE names comes into being, unless it says how. */
void rig_make_topic(Rig *rig, const AstStatement *statement);
/* A topic by name, unless it is there. */
void rig_make_named_topic(Rig *rig, Str topic);

/* Executes the step at work; what it prints is in rig->printed. */
STATUS rig_execute(Rig *rig);

/* Processes all there is; with `commit`, merged changes come out too. */
void rig_process(Rig *rig, bool commit);

/* The reason why a query stopped, or NULL. */
const char *rig_stopped_query(Rig *rig);
/* Fails if a query has stopped. */
void rig_check_queries(Rig *rig);

#endif
