/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of SQL tests, read into tests and their steps. docs/TESTING.md says how
 * they are written.
 */
#ifndef TESTING_SQL_FILE_H
#define TESTING_SQL_FILE_H

#include "base/str.h"
#include "base/vec.h"

/* A statement and what belongs to it. */
typedef struct SqlStep {
    int line;          /* Of its first word, from 1. */
    Str text;          /* With its `;`. */
    bool has_expected; /* `-->` lines follow. */
    Str expected;      /* They, each with a newline at its end. */
    Str headers;       /* `--@headers:` of an INSERT: "name=text, ...". */
} SqlStep;

typedef struct SqlTest {
    const char *file;
    int line;
    Str title;
    Str expected_message; /* ptr NULL: all statements succeed. */
    bool any_partitions;  /* May run with two partitions. */
    bool stepwise;        /* Depends on the order between topics. */
    bool no_restart;      /* Depends on what a restart forgets. */
    bool no_topics;       /* The runner makes no topics. */
    VEC(SqlStep) steps;
} SqlTest;

typedef VEC(SqlTest *) SqlTests;

/* Adds the tests of a file to `tests`; all is in `arena`. Returns what is wrong
 * with the file ("file:line: ..."), or NULL. */
const char *sql_file_read(Arena *arena, const char *path, SqlTests *tests);

#endif
