/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of `millrace test`: what it was asked, how it tells results, and
 * how it waits for changes.
 */
#ifndef CLI_TEST_H
#define CLI_TEST_H

#include "cli/cli.h"
#include "testing/suite.h"

/* ---- test_report.c ---- */

typedef struct TestReport {
    bool colours;
    bool verbose;       /* Each test, and not only each file. */
    bool three_files;   /* The words of the reference's runner. */
    const char *file;   /* Of the tests told last. */
    int passed, failed; /* Of that file. */
} TestReport;

/* A test is over: tells of it, or of the file before it. */
void report_test(TestReport *report, const Test *test);

/* All are over: tells of failures, and "N passed, N failed". True if all is
 * well: none failed, and some ran. */
bool report_end(TestReport *report, const Suite *suite);

/* ---- test_watch.c ---- */

typedef struct TestWatch TestWatch;

/* NULL: printed why not. What changes from now on is not missed, even while
 * tests run. */
TestWatch *watch_open(void);

/* Watches a file, or a folder with all in it. Again for one that is watched
 * finds folders that are new. */
void watch_path(TestWatch *watch, const char *path);
/* Watches the scripts that the tests run. */
void watch_scripts(TestWatch *watch, const Suite *suite);

/* Waits for a change, Enter or q. The name of the file that changed, "" for
 * Enter, or NULL: it is over (q, or a signal). */
const char *watch_wait(TestWatch *watch);
void watch_close(TestWatch *watch);

#endif
