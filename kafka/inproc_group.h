/* SPDX-License-Identifier: Apache-2.0
 *
 * Consumer groups of brokers that live in this process: members, generations,
 * range assignment, committed offsets. Shared by broker_memory and
 * broker_local; all calls under the broker's lock.
 *
 * A change of members or topics begins a new generation: each member is asked
 * to give up what it has (GROUP_REVOKE), and when all have, each gets its share
 * (GROUP_ASSIGN).
 */
#ifndef KAFKA_INPROC_GROUP_H
#define KAFKA_INPROC_GROUP_H

#include "base/vec.h"
#include "kafka/broker.h"

typedef struct Group Group;
typedef struct Groups Groups;

typedef struct GroupMember {
    Group *group;
    const char *const *topics;
    int topic_count;
    int64_t generation; /* Of the partitions it has; 0: none yet. */
    bool ready;         /* Has given up what it had. */
    bool assigned;      /* Has been given its share of this generation. */
} GroupMember;

typedef enum GroupEvent {
    GROUP_NOTHING,
    GROUP_REVOKE, /* Give up, then call inproc_ready. */
    GROUP_ASSIGN, /* Take inproc_share, then call inproc_taken. */
} GroupEvent;

/* How many partitions a topic has; 0 if it does not exist. */
typedef int (*GroupPartitions)(void *context, const char *topic);

Groups *inprocs_new(GroupPartitions partitions, void *context);
void inprocs_free(Groups *groups);

/* Joins; the member lives as long as it is in the group. */
void inproc_join(Groups *groups, Str name, GroupMember *member);
void inproc_leave(GroupMember *member);

/* What the member must do now. */
GroupEvent inproc_event(GroupMember *member);
void inproc_ready(GroupMember *member);
/* Its partitions with committed offsets, in `arena`. */
TopicPartition *inproc_share(GroupMember *member, Arena *arena, int *count);
void inproc_taken(GroupMember *member);

/* True if the member may commit: its generation is the current one. */
bool inproc_is_current(const GroupMember *member);

/* All groups that read `topic` begin a new generation. */
void inprocs_topic_changed(Groups *groups, const char *topic);

/* Committed offsets; OFFSET_NONE if there is none. */
int64_t inproc_offset(Groups *groups, Str name, Str topic, int32_t partition,
                     Str *metadata);
void inproc_set_offset(Groups *groups, Str name, Str topic, int32_t partition,
                      int64_t offset, Str metadata);
/* Forgets the offsets of a group, or those of a deleted topic. */
void inprocs_forget_group(Groups *groups, Str name);
void inprocs_forget_topic(Groups *groups, Str topic);

#endif
