/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements while servers work and die: at first those that make the queries,
 * then ever more that create, replace, pause, terminate and drop others. A
 * statement that was under way when the server died is in doubt; all others are
 * known to have been executed or refused.
 */
#ifndef TESTS_CHAOS_TALK_H
#define TESTS_CHAOS_TALK_H

#include "tests/chaos/servers.h"

typedef enum Fate { FATE_DOUBT, FATE_DONE, FATE_REFUSED } Fate;

typedef enum Deed {
    DEED_BASE, /* Of the program itself. */
    DEED_CREATE,
    DEED_REPLACE,
    DEED_PAUSE,
    DEED_RESUME,
    DEED_TERMINATE,
    DEED_DROP,
    DEED_DROP_TOPIC,
} Deed;

typedef struct Said {
    const char *text;
    Deed deed;
    int extra; /* Of deeds that have one. */
    Fate fate;
} Said;

/* A query that comes and goes: a stream of the records of one group, or a table
 * behind a repartition. */
typedef struct Extra {
    bool table;
    bool over;  /* Dropped, or never made. */
    bool doubt; /* Of its last statement nobody knows. */
    bool terminated;
    int step;
    const char *query_id; /* NULL: not known. */
} Extra;

struct Talk {
    VEC(Said) said;
    VEC(Extra) extras;
    int base;        /* Statements of the program that are done. */
    int pending;     /* In `said`, its answer not yet read; -1: none. */
    long answers_at; /* Read up to here. */
    int64_t next_ms; /* When to say something. */
    int unexpected;  /* Refusals without a reason. */
};

void talk_open(Chaos *chaos);
/* The server was started anew; what was pending stays in doubt. */
void talk_begin(Chaos *chaos);
/* Reads answers and says what is due. Only the program's own statements if
 * `quietly`. */
void talk_step(Chaos *chaos, const Server *server, bool quietly);
/* All statements of the program are done, and none is pending. */
bool talk_is_over(const Chaos *chaos);
const char *extra_topic(const Chaos *chaos, int extra);

#endif
