/* SPDX-License-Identifier: Apache-2.0
 *
 * What a unit test needs. A test program is a main() that calls test functions
 * and ends with `return check_done();`. A failed CHECK prints its place and the
 * test goes on, so one run shows all that is wrong.
 */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static _Atomic int checks_made, checks_failed; /* Tests may have threads. */

#define CHECK(condition)                                                    \
    do {                                                                    \
        checks_made++;                                                      \
        if (!(condition)) {                                                 \
            checks_failed++;                                                \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                   \
    } while (0)

/* Compares text and shows both when they differ. */
#define CHECK_STR(actual, expected)                                         \
    do {                                                                    \
        Str check_a = (actual);                                             \
        Str check_e = str_from(expected);                                   \
        checks_made++;                                                      \
        if (!str_eq(check_a, check_e)) {                                    \
            checks_failed++;                                                \
            fprintf(stderr, "%s:%d: got '%.*s', want '%.*s'\n", __FILE__,   \
                    __LINE__, STR_ARG(check_a), STR_ARG(check_e));          \
        }                                                                   \
    } while (0)

/* A program without a single check is a failure too. */
static inline int check_done(void)
{
    if (checks_failed || !checks_made)
        fprintf(stderr, "%d of %d checks failed\n", checks_failed, checks_made);
    return checks_failed || !checks_made;
}

#endif
