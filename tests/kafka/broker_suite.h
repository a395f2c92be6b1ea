/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker suite: what every broker behind kafka/broker.h must do, run
 * against memory, local and a real Kafka.
 */
#ifndef TESTS_KAFKA_BROKER_SUITE_H
#define TESTS_KAFKA_BROKER_SUITE_H

#include "kafka/broker.h"

typedef struct Suite {
    Broker *broker;
    const char *prefix; /* Of all topic and group names. */
    int patience_ms;    /* How long a result may take. */
} Suite;

/* Runs all parts. Returns how many checks failed, each printed. */
int broker_suite(const Suite *suite);

/* The parts. */
int broker_suite_records(const Suite *suite);
int broker_suite_groups(const Suite *suite);
int broker_suite_transactions(const Suite *suite);

/* ---- help for the parts, and for tests of one broker ---- */

/* "<prefix><name>", in `arena`. */
const char *suite_name(const Suite *suite, Arena *arena, const char *name);

/* Makes a topic; true if it worked. */
bool suite_topic(const Suite *suite, Arena *arena, const char *topic,
                 int partitions);

/* A map of one or two properties; `name2` may be NULL. */
const Map *suite_properties(Arena *arena, const char *name, const char *value,
                            const char *name2, const char *value2);

/* Sends one record with text key and value (NULL: null), waits for it. */
Status suite_send(const Suite *suite, Arena *arena, const char *topic,
                  int32_t partition, const char *key, const char *value);

/* Deletes what is before an offset, and waits until it is done. */
Status suite_delete_records(const Suite *suite, Arena *arena, const char *topic,
                            int32_t partition, int64_t offset);

/* Opens a consumer of one topic without a group, at `offset` in all of its
 * `partitions`. NULL if that fails. */
Consumer *suite_reader(const Suite *suite, Arena *arena, const char *topic,
                       int partitions, int64_t offset);

/* Polls until `want` records came or patience ends, copying them into `arena`;
 * `records` has room for `want`. `partitions` may be NULL. Polls on for a
 * moment to see that no more come. Returns how many came in all. */
int suite_read(const Suite *suite, Arena *arena, Consumer *consumer,
               Record *records, int32_t *partitions, int want);

#endif
