/* SPDX-License-Identifier: Apache-2.0
 *
 * Named points at which tests make the process fail or die.
 *
 * The environment variable MILLRACE_FAULT, a comma list of `name:n[:kill]`,
 * makes the n-th visit of a point return true (the caller acts as if the
 * operation had failed; a point that only passes through ignores it) or kills
 * the process by SIGKILL. Without the variable a point costs one comparison.
 *
 * The names are <part>.<moment>; `grep -r fault_` lists them, and so does
 * tests/chaos/points.h, which kills at each of them.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

/* Set before main when the variable is there, and never after. */
extern bool fault_armed;

bool fault_visit(const char *name);

static inline bool fault_here(const char *name)
{
    return __builtin_expect(fault_armed, 0) && fault_visit(name);
}

/* A point where nothing fails, but the process may die. */
static inline void fault_point(const char *name)
{
    if (__builtin_expect(fault_armed, 0)) (void)fault_visit(name);
}

#endif
