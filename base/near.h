/* SPDX-License-Identifier: Apache-2.0
 *
 * Near: the name that was meant, for messages about one that is not known.
 * Whoever has candidates offers them all and asks for the hint:
 *
 *     Near near = near_to(name);
 *     for (...) near_offer(&near, candidate);
 *     st_error(arena, ST_USER, "topic '%.*s' does not exist%s", ...,
 *              near_hint(&near, arena, ": SHOW TOPICS lists them"));
 *
 * Near is: few slips of the fingers (a letter too many, missing, wrong, or two
 * swapped) for the length of the name, case ignored; or cut short after at
 * least four letters. Of equally near ones, one with the same first letter,
 * then the one offered first.
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/str.h"

typedef struct Near {
    Str wanted;
    Str best;     /* As it was offered; STR_NULL: none is near. */
    int distance; /* Slips between the two; of a name cut short, the limit. */
} Near;

/* Begins a search for `wanted`, which must outlive it. */
Near near_to(Str wanted);

/* One more candidate; must outlive the search too. */
void near_offer(Near *near, Str candidate);

/* "; did you mean 'X'?", or `otherwise` if none is near. In `arena`. */
const char *near_hint(const Near *near, Arena *arena, const char *otherwise);

/* The same for SQL names, whose case counts: a name that would not survive
 * without quotes is shown in back-quotes, and one that differs in nothing but
 * case says how it is written. */
const char *near_name_hint(const Near *near, Arena *arena,
                           const char *otherwise);

/* near_name_hint over an array, "" if none is near. */
const char *near_name(Arena *arena, Str name, const Str *names, int count);

#endif
