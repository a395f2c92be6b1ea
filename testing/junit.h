/* SPDX-License-Identifier: Apache-2.0
 *
 * Results as JUnit's XML, which build servers read: a testsuite a file, a
 * testcase a test; differences are failures, crashes and the like are errors.
 */
#ifndef TESTING_JUNIT_H
#define TESTING_JUNIT_H

#include "testing/suite.h"

/* Appends the document. */
void junit_write(Buf *out, const Suite *suite);

#endif
