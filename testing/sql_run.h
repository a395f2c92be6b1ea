/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs one SQL test one way: an empty engine over topics in memory, a clock
 * that stands at 0, stepped by hand.
 */
#ifndef TESTING_SQL_RUN_H
#define TESTING_SQL_RUN_H

#include "base/map.h"
#include "testing/sql_file.h"

/* One way of running a test. All must give the same. */
typedef struct SqlWay {
    const char *name;
    int batch_rows; /* 0: the maximum. */
    bool deferred;  /* Inserts in a row are processed together. */
    bool rocksdb;
    bool keep;         /* The state's files outlive restarts. */
    int restart_every; /* INSERTs; 0: never. */
    int partitions;    /* 0: one. */
} SqlWay;

/* "as written" first, then those of --permute; ends with a NULL name. */
extern const SqlWay sql_ways[];

/* True if the test may run so, and if that differs from "as written". */
bool sql_way_fits(const SqlWay *way, const SqlTest *test);

typedef struct SqlRunOptions {
    const Map *settings;   /* Str by name, over the tests' own. NULL: none. */
    const Map *variables;  /* Str by name, as DEFINE. NULL: none. */
    const char *directory; /* Of RocksDB; made, and removed at the end. */
    bool strict;           /* What TestNotes tells is a failure. */
} SqlRunOptions;

/* Where and why a test failed. */
typedef struct TestFailure {
    const char *file;
    int line;              /* 0: the whole file. */
    const char *way;       /* NULL: no way is named. */
    const char *statement; /* On one line; NULL: none. */
    const char *text;      /* What is wrong: a line, and maybe more. */
} TestFailure;

/* Why a test that passed may not say much. */
typedef struct TestNotes {
    bool asserts_nothing;
    bool leaves_unread; /* Records of sources that it asserts. */
} TestNotes;

/* NULL: passed. One at a time in a process. The failure is in `arena`. Adds to
 * *notes. */
const TestFailure *sql_run(Arena *arena, const SqlTest *test, const SqlWay *way,
                           const SqlRunOptions *options, TestNotes *notes);

#endif
