/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions that only the reference's own cases call.
 */
#ifndef TESTS_LIB_TEST_FUNCTIONS_H
#define TESTS_LIB_TEST_FUNCTIONS_H

/* Registers them. Before the first query; once in a process. */
void test_functions_register(void);

#endif
