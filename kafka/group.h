/* SPDX-License-Identifier: Apache-2.0
 *
 * Consumer groups of brokers that live in this process: members, generations,
 * range assignment, committed offsets. All calls are made under the broker's
 * lock.
 *
 * A change of members begins a new generation: each member is asked to give up
 * what it has (GROUP_REVOKE), and when all have, each gets its share
 * (GROUP_ASSIGN). A member that does not poll for its max_poll_ns while others
 * wait for it is put out (GROUP_LOST) and joins anew when it polls again.
 */
#ifndef KAFKA_GROUP_H
#define KAFKA_GROUP_H

#include "kafka/broker.h"

typedef struct Group Group;
typedef struct Groups Groups;

typedef struct GroupTopic {
    uint32_t id;
    int partition_count;
} GroupTopic;

typedef struct GroupMember {
    Group *group; /* NULL: in none. */
    const GroupTopic *topics;
    int topic_count;
    int64_t max_poll_ns;  /* Longest time between two polls. */
    int64_t last_poll_ns; /* Set by group_event. */
    bool has_share;       /* Partitions of some generation are its own. */
    bool ready;           /* Has given up what it had. */
    bool assigned;        /* Has taken its share of this generation. */
    bool lost;            /* Was put out; must give up and join again. */
} GroupMember;

typedef enum GroupEvent {
    GROUP_NOTHING,
    GROUP_REVOKE, /* Give up, then call group_ready. */
    GROUP_LOST,   /* Give up without committing, then group_join again. */
    GROUP_ASSIGN, /* Take group_share. */
} GroupEvent;

Groups *groups_new(void);
void groups_free(Groups *groups);

/* Joins; the member must stay where it is until it leaves. */
void group_join(Groups *groups, Str name, GroupMember *member);
/* Leaves; fine if it is in none. */
void group_leave(Groups *groups, GroupMember *member);

/* What the member must do now; `now_ns` is monotonic. Asked in each poll. */
GroupEvent group_event(Groups *groups, GroupMember *member, int64_t now_ns);
void group_ready(GroupMember *member);
/* Which partitions of its `topic`-th topic are the member's: those in
 * [*first, *end). */
void group_range(const GroupMember *member, int topic, int *first, int *end);
/* The members in the order in which they are counted; NULL: there are none. */
GroupMember *const *group_members(const Groups *groups, Str name, int *count);
bool group_has_members(const Groups *groups, Str name);
/* Its partitions with committed offsets, in `arena`; they are its own now. */
TopicPartition *group_share(GroupMember *member, Arena *arena, int *count);

/* The committed offset, OFFSET_NONE if there is none. `metadata` (borrowed
 * until the next change; may be NULL) is set too. */
int64_t group_offset(const Groups *groups, Str name, uint32_t topic,
                     int32_t partition, Str *metadata);
void group_set_offset(Groups *groups, Str name, uint32_t topic,
                      int32_t partition, int64_t offset, Str metadata);
/* Forgets the offsets of a group, or those of a deleted topic. */
void groups_forget_group(Groups *groups, Str name);
void groups_forget_topic(Groups *groups, uint32_t topic);

#endif
