/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of test cases (JSON) against bytes of topics, by the formats of the
 * source over the topic.
 */
#ifndef TESTING_COMPARE_H
#define TESTING_COMPARE_H

#include "base/json.h"
#include "kafka/broker.h"
#include "planner/catalog.h"

/* The source over `topic`, or NULL. */
const Source *compare_source(const Catalog *catalog, Str topic);

/* The record that an input object describes. Returns what is wrong, or NULL. */
const char *compare_encode(Arena *arena, const Source *source,
                           const Json *input, Record *record);

/* Does the record agree with an output object? Returns the first difference, or
 * NULL. `any_time`: an expected timestamp 0 matches any. */
const char *compare_record(Arena *arena, const Source *source,
                           const Json *expected, const Record *record,
                           bool any_time, const Json *test);

#endif
