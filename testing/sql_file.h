/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of SQL tests, read into tests and their steps. docs/sql-tests.md says
 * how they are written.
 */
#ifndef TESTING_SQL_FILE_H
#define TESTING_SQL_FILE_H

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

/* A statement and what belongs to it. */
typedef struct SqlStep {
    const char *file;    /* The test's own, or that of a script it runs. */
    int line;            /* Of its first word, from 1. */
    Str text;            /* With its `;`. */
    bool has_expected;   /* `-->` lines follow. */
    Str expected;        /* They, each with a newline at its end. */
    Str headers;         /* `--@headers:` of an INSERT: "name=text, ...". */
    const char *problem; /* Why it fails whatever it is, or NULL. */
} SqlStep;

/* How a statement can fail. */
typedef enum FailureKind {
    FAILURE_ANY, /* As one of the three that follow. */
    FAILURE_SYNTAX,
    FAILURE_STATEMENT,
    FAILURE_QUERY, /* It succeeds, and its query stops. */
    FAILURE_ASSERTION,
} FailureKind;

typedef struct SqlTest {
    const char *file;
    int line;
    Str title;
    bool must_fail; /* The last statement fails. */
    FailureKind failure;
    Str expected_error;   /* The kind of failure, as written. */
    Str expected_message; /* In its message; empty: any. */
    bool any_partitions;  /* May run with two partitions. */
    bool stepwise;        /* Depends on the order between topics. */
    bool no_restart;      /* Depends on what a restart forgets. */
    bool no_topics;       /* The runner makes no topics. */
    bool unread;          /* Records that are not asserted are fine. */
    VEC(SqlStep) steps;
} SqlTest;

typedef VEC(SqlTest *) SqlTests;

/* What is wrong with a file of tests. */
typedef struct SqlFileError {
    const char *file; /* It, or a script that it runs. */
    int line;         /* 0: the whole. */
    const char *text; /* NULL: nothing. */
} SqlFileError;

/* Adds the tests of a file to `tests`; all is in `arena`, `path` is kept. `RUN
 * SCRIPT 'f'` becomes the statements of f, which is looked for beside the file,
 * then in the working folder; `variables` (Str by name, may be NULL) are those
 * that are set outside. False: *error tells what is wrong. A file without tests
 * is none. */
bool sql_file_read(Arena *arena, const char *path, const Map *variables,
                   SqlTests *tests, SqlFileError *error);

/* A file of statements alone as the steps of a test without a title. */
bool sql_script_read(Arena *arena, const char *path, const Map *variables,
                     SqlTest *test, SqlFileError *error);

/* The whole of a file, in `arena`. False: *why tells what is wrong. */
bool sql_file_text(Arena *arena, const char *path, Str *text, const char **why);

#endif
