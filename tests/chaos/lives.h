/* SPDX-License-Identifier: Apache-2.0
 *
 * Lives and deaths of the servers.
 */
#ifndef TESTS_CHAOS_LIVES_H
#define TESTS_CHAOS_LIVES_H

#include "tests/chaos/points.h"
#include "tests/chaos/servers.h"

typedef struct Tally {
    int at_points[POINTS], tried[POINTS];
    int at_random, frozen, left, aborts, lost;
    int before[POINTS]; /* Hits and trials of other runs, see hits_read. */
} Tally;

/* More input is written, servers are started, and one dies. */
void live(Chaos *chaos, Server *servers, int life, Tally *tally);
/* Kafka itself dies and comes back while the servers work. */
void kill_broker(Chaos *chaos, Server *servers);
/* Runs until all has come out; then all have stopped, the topics are loaded and
 * the broker is open. False: it has not. */
bool settle(Chaos *chaos, Server *servers);

/* The file of points hit by runs of one campaign: `name hits tried` lines. Read
 * before, to prefer points that were never hit; added to after. */
void hits_read(const Chaos *chaos, Tally *tally);
void hits_write(const Chaos *chaos, const Tally *tally);

#endif
