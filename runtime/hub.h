/* SPDX-License-Identifier: Apache-2.0
 *
 * Hubs: one reader of a topic for all queries of this process that read only
 * that topic. A hub polls, decodes each record once, and hands the batches to
 * its guests; they keep their own group, offsets, figures and errors.
 *
 * A program makes one Hubs for a broker and gives it to its queries
 * (QueryOptions.hubs); the rest happens by itself. Any thread.
 */
#ifndef RUNTIME_HUB_H
#define RUNTIME_HUB_H

#include "kafka/broker.h"

typedef struct Hubs Hubs;

/* `group_prefix` begins the names of the hubs' consumer groups, which the
 * processes of one service share; copied. `broker` must outlive it. */
Hubs *hubs_new(Broker *broker, Str group_prefix);

/* All queries must have been stopped. Waits for the hubs' threads. */
void hubs_free(Hubs *hubs);

/* Between these, new hubs do not read: queries that are started together begin
 * together. */
void hubs_hold(Hubs *hubs);
void hubs_release(Hubs *hubs);

#endif
