/* SPDX-License-Identifier: Apache-2.0
 *
 * Many tests: found in files and folders, run in child processes, each with its
 * result.
 *
 *     Suite suite = {.arena = arena};
 *     suite_add_path(&suite, "tests", NULL, &why);
 *     suite_run(&suite, &options);
 *     for (int i = 0; i < suite.tests.count; i++) use(&suite.tests.at[i]);
 *
 * A child a test, so that a crash or a hang fails one test.
 */
#ifndef TESTING_SUITE_H
#define TESTING_SUITE_H

#include "testing/case_run.h"
#include "testing/sql_run.h"

typedef enum TestOutcome {
    TEST_NOT_RUN,
    TEST_PASSED,
    TEST_FAILED,
    TEST_UNREADABLE, /* What should hold tests does not. */
    TEST_CRASHED,
    TEST_TIMED_OUT,
} TestOutcome;

typedef struct Test {
    const char *file; /* That it was found in. */
    int line;
    Str title;
    const SqlTest *sql;     /* One of the two, unless unreadable. */
    const CaseFiles *files; /* The three-file form. */
    TestOutcome outcome;
    const TestFailure *failure; /* NULL if passed or not run. */
    TestNotes notes;
    double seconds;
    Str log; /* The end of what it wrote to standard error, if it failed. */
} Test;

typedef struct Suite {
    Arena *arena;
    VEC(Test) tests;
} Suite;

/* Adds the tests of a file, the one that a line of it is in (`file.sql:14`), or
 * of all `.sql` files under a folder that hold some, by name. A file that
 * cannot be read as tests becomes one that fails. `path` is kept. False: it is
 * not there, or has no tests; *why tells so. */
bool suite_add_path(Suite *suite, const char *path, const Map *variables,
                    const char **why);

/* Adds a test of the three-file form. */
void suite_add_case(Suite *suite, const CaseFiles *files);

/* Keeps the tests whose file or title holds the text, and what is unreadable.
 */
void suite_select(Suite *suite, Str text);

typedef struct SuiteOptions {
    const Map *settings; /* See SqlRunOptions. */
    const Map *variables;
    bool strict;
    bool permute;       /* Each test in every way that fits it. */
    bool fail_fast;     /* Start no more after the first that fails. */
    bool show_log;      /* Standard error is not kept but shown. */
    int jobs;           /* At once, from 1. */
    int timeout_s;      /* Of a test, all ways together. */
    bool (*stop)(void); /* Asked often; true ends all. */
    /* A test is over. In the order of the tests, as early as that allows. */
    void (*done)(void *context, const Test *test);
    void *context;
} SuiteOptions;

/* Runs all; the caller has one thread. */
void suite_run(Suite *suite, const SuiteOptions *options);

#endif
