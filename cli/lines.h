/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of a file as records of a topic: what `run --input` and `produce`
 * share.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "base/vec.h"
#include "kafka/broker.h"

typedef struct LineHeader {
    Str name;
    Str value;
} LineHeader;

typedef struct LineFeeder {
    Broker *broker;
    const char *topic;            /* Must outlive the feeder's producer. */
    const Map *properties;        /* May be NULL. */
    Str separator;                /* Splits the key off; STR_NULL: no keys. */
    bool empty_is_null;           /* An empty value is a tombstone. */
    int32_t partition;            /* Or PARTITION_BY_KEY. */
    int64_t max_lines;            /* -1: all. */
    const RecordHeaders *headers; /* Of each record; NULL: none. */
    bool (*stop)(void);           /* Asked between chunks. */
    int64_t lines;                /* Result: records acknowledged. */
} LineFeeder;

/* Feeds the file ("-": standard input), a line a record, without newlines, in
 * bounded memory. False: it failed, and the reason was printed. */
bool lines_feed(LineFeeder *feeder, const char *path);

#endif
