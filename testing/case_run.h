/* SPDX-License-Identifier: Apache-2.0
 *
 * The three-file form of a test: statements in SQL, records in, records out.
 *
 *     {"inputs":  [{"topic": "a", "key": 1, "value": {"N": 7},
 *                   "timestamp": 5}, ...]}
 *     {"outputs": [{"topic": "B", "key": 1, "value": {"N": 7}}, ...]}
 *
 * Keys and values are JSON documents, or text, as the formats of the topic
 * want. Each topic that is named among the outputs must hold exactly these
 * records, in their order; others are not looked at.
 */
#ifndef TESTING_CASE_RUN_H
#define TESTING_CASE_RUN_H

#include "testing/sql_run.h"

typedef struct CaseFiles {
    const char *statements;
    const char *input; /* NULL: the statements insert what there is. */
    const char *output;
} CaseFiles;

/* NULL: passed. One at a time in a process. The failure is in `arena`. Odd
 * things that are no failure are written to standard error. */
const TestFailure *case_run(Arena *arena, const CaseFiles *files,
                            const SqlRunOptions *options);

#endif
