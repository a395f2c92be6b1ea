/* SPDX-License-Identifier: Apache-2.0
 *
 * What was expected against what is, as people read it:
 *
 *     N        expected: 8
 *              actual:   7
 *     ROWTIME  expected: 2
 *              actual:   1
 *
 * Lines of printed text are shown like a patch: `-` expected, `+` actual.
 */
#ifndef TESTING_DIFFERENCE_H
#define TESTING_DIFFERENCE_H

#include "base/vec.h"
#include "kafka/broker.h"
#include "planner/catalog.h"

typedef struct Difference {
    Str name; /* Of the column or property. */
    Str expected, actual;
} Difference;

typedef struct Differences {
    Arena *arena; /* Of the list; texts must live as long. */
    VEC(Difference) list;
} Differences;

/* Notes one. */
void difference_add(Differences *differences, Str name, Str expected,
                    Str actual);

/* All of them as lines, each begun by `indent` blanks and ended by a newline.
 * The last words of a line are the value. */
Str difference_print(const Differences *differences, int indent);

/* Two texts of lines as one: what is in both, what only one has. */
Str difference_lines(Arena *arena, Str expected, Str actual, int indent);

/* A record in one line: "time 5, key 1, value {"N":7}", with its window and
 * headers if it has some. `source` (NULL: none) tells how its key and value
 * are read; bytes that are no text are shown in hexadecimal. */
Str difference_record(Arena *arena, const Source *source, const Record *record);

#endif
