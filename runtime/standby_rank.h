/* SPDX-License-Identifier: Apache-2.0
 *
 * Who keeps the copies of a partition's state. Processes do not talk about it:
 * each knows the group's members and what they own, as Kafka tells it, and all
 * come to the same answer.
 *
 * A copy is of most use where the partition would go. The range assignor deals
 * partitions to members in the order of their ids, so that can be foretold: the
 * first copy is where the partition would go if its owner's process ended, the
 * second where it would go if that one ended too, and so on.
 *
 * A process that keeps copies says so in the client ids of its consumers,
 * "...-standby-<worker>-<process>"; others own partitions, but are not counted
 * on. Member ids begin with the client id: so a process that comes back gets
 * what it had, and processes with few partitions have as many each, since the
 * first workers of all come before the second ones.
 */
#ifndef RUNTIME_STANDBY_RANK_H
#define RUNTIME_STANDBY_RANK_H

#include "kafka/broker.h"

/* The end of the client id of a worker's consumer, in `arena`. */
Str standby_client_suffix(Arena *arena, Str process, int worker);

/* The process named in a client id, or STR_NULL. */
Str standby_process(Str client_id);

/* A partition with state. */
typedef struct StandbyPartition {
    const Str *topics; /* Who has this partition of any of them owns it. */
    int topic_count;
    int32_t partition;
    int partition_count; /* Of the topic with the most. */
} StandbyPartition;

/* True if `process` is to keep a copy. Uses `arena` for the moment. */
bool standby_is_among(Arena *arena, const MemberInfo *members, int member_count,
                      const StandbyPartition *partition, Str process,
                      int replicas);

#endif
