/* SPDX-License-Identifier: Apache-2.0
 *
 * For the regular expression functions: patterns in Java's syntax, matched by
 * PCRE2 (regex.c is the only file that includes it).
 */
#ifndef FUNCTIONS_REGEX_H
#define FUNCTIONS_REGEX_H

#include "functions/function_int.h"

typedef struct Regex Regex;

/* The compiled pattern, kept at the call site. NULL after fn_fail: it is not
 * valid. */
Regex *regex_get(FnCall *call, Str pattern);

/* How many groups the pattern has, without group 0. */
int regex_group_count(const Regex *regex);

/* The number of the group `name`, or -1. */
int regex_group_number(const Regex *regex, Str name);

typedef enum RegexFound {
    REGEX_FOUND,
    REGEX_NONE,
    REGEX_FAILED, /* After fn_fail: it takes too many steps. */
} RegexFound;

/* Looks for the first match at byte `from` or later. */
RegexFound regex_find(FnCall *call, Regex *regex, Str text, size_t from);

/* Where group `group` of the last match lies; false: it took no part. */
bool regex_span(const Regex *regex, int group, size_t *start, size_t *end);

/* Where to search for the match after [start, end): behind it, or one
 * character further if it is empty. Past the end of the text: no more. */
size_t regex_next(Str text, size_t start, size_t end);

/* Java's syntax to PCRE2's, appended to `out`; `*unicode` is set if (?U) asks
 * for Unicode classes. False: `*error` says what is wrong. */
bool regex_translate(Arena *arena, Str pattern, Buf *out, bool *unicode,
                     const char **error);

/* Java's \p{name} and \P{name} as what may stand in a PCRE2 class. `*nested`:
 * it is a class in brackets of its own. False: there is no such property. */
bool regex_property(Str name, bool negated, Buf *out, bool *nested);

#endif
