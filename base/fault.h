/* SPDX-License-Identifier: Apache-2.0
 *
 * Named points at which tests make the process fail or die.
 *
 * fault_here("state.flush") is false and costs nothing unless the build has
 * MILLRACE_FAULTS; then the environment variable MILLRACE_FAULT, a comma list
 * of `name:n[:kill]`, makes the n-th visit return true (the caller acts as if
 * the operation had failed) or kills the process by SIGKILL.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#ifdef MILLRACE_FAULTS
bool fault_here(const char *name);
#else
#define fault_here(name) false
#endif

#endif
