/* SPDX-License-Identifier: Apache-2.0
 *
 * The in-process group coordinator. Assignment is Kafka's range assignor: for
 * each topic, members in the order they joined get neighbouring partitions, so
 * topics with equal partition counts stay co-partitioned.
 */
#include "kafka/inproc_group.h"

#include "base/alloc.h"

typedef struct GroupOffset {
    int64_t offset;
    Str metadata;
} GroupOffset;

struct Group {
    Groups *groups;
    Str name;
    Map offsets; /* GroupOffset by "topic\0partition". */
    VEC(GroupMember *) members;
    int64_t generation;
};

struct Groups {
    Arena *arena;
    Map by_name; /* Group. */
    GroupPartitions partitions;
    void *context;
};

Groups *inprocs_new(GroupPartitions partitions, void *context)
{
    Arena *arena = arena_new("groups", 0);
    Groups *groups = ARENA_NEW(arena, Groups);
    groups->arena = arena;
    groups->partitions = partitions;
    groups->context = context;
    return groups;
}

void inprocs_free(Groups *groups)
{
    if (groups) arena_free(groups->arena);
}

static Group *get_group(Groups *groups, Str name)
{
    Group *group = map_get(&groups->by_name, name);
    if (group) return group;
    group = ARENA_NEW(groups->arena, Group);
    group->groups = groups;
    group->name = str_copy(groups->arena, name);
    map_put(groups->arena, &groups->by_name, group->name, group);
    return group;
}

static void begin_generation(Group *group)
{
    group->generation++;
    for (int i = 0; i < group->members.count; i++) {
        GroupMember *member = group->members.at[i];
        member->ready = member->generation == 0;
        member->assigned = false;
    }
}

void inproc_join(Groups *groups, Str name, GroupMember *member)
{
    Group *group = get_group(groups, name);
    member->group = group;
    member->generation = 0;
    *vec_push(groups->arena, &group->members) = member;
    begin_generation(group);
}

void inproc_leave(GroupMember *member)
{
    Group *group = member->group;
    int kept = 0;
    for (int i = 0; i < group->members.count; i++)
        if (group->members.at[i] != member)
            group->members.at[kept++] = group->members.at[i];
    group->members.count = kept;
    begin_generation(group);
}

static bool all_ready(const Group *group)
{
    for (int i = 0; i < group->members.count; i++)
        if (!group->members.at[i]->ready) return false;
    return true;
}

GroupEvent inproc_event(GroupMember *member)
{
    if (!member->ready) return GROUP_REVOKE;
    if (!member->assigned && all_ready(member->group)) return GROUP_ASSIGN;
    return GROUP_NOTHING;
}

void inproc_ready(GroupMember *member)
{
    member->ready = true;
}

static bool reads(const GroupMember *member, const char *topic)
{
    for (int i = 0; i < member->topic_count; i++)
        if (strcmp(member->topics[i], topic) == 0) return true;
    return false;
}

/* The member's range of one topic. */
static void topic_share(const GroupMember *member, const char *topic,
                        int *first, int *end)
{
    const Group *group = member->group;
    int partitions = group->groups->partitions(group->groups->context, topic);
    int members = 0, mine = 0;

    for (int i = 0; i < group->members.count; i++) {
        if (!reads(group->members.at[i], topic)) continue;
        if (group->members.at[i] == member) mine = members;
        members++;
    }
    int each = partitions / members, extra = partitions % members;
    *first = mine * each + (mine < extra ? mine : extra);
    *end = *first + each + (mine < extra);
}

TopicPartition *inproc_share(GroupMember *member, Arena *arena, int *count)
{
    VEC(TopicPartition) share = {0};
    Groups *groups = member->group->groups;

    for (int t = 0; t < member->topic_count; t++) {
        int first, end;
        topic_share(member, member->topics[t], &first, &end);
        for (int p = first; p < end; p++) {
            TopicPartition *part = vec_push(arena, &share);
            *part = (TopicPartition){.topic_index = t, .partition = p};
            part->offset = inproc_offset(groups, member->group->name,
                                        str_from(member->topics[t]), p,
                                        &part->metadata);
        }
    }
    *count = share.count;
    return share.at;
}

void inproc_taken(GroupMember *member)
{
    member->assigned = true;
    member->generation = member->group->generation;
}

bool inproc_is_current(const GroupMember *member)
{
    /* While it is asked to give up, what it has is still its own. */
    return member->generation == member->group->generation ||
           (member->generation && !member->ready);
}

void inprocs_topic_changed(Groups *groups, const char *topic)
{
    for (int i = 0; i < groups->by_name.count; i++) {
        Group *group = groups->by_name.entries[i].value;
        bool touched = false;
        for (int m = 0; group && m < group->members.count; m++)
            touched |= reads(group->members.at[m], topic);
        if (touched) begin_generation(group);
    }
}

/* ---- offsets ---- */

static Str offset_key(Arena *arena, Str topic, int32_t partition)
{
    return str_printf(arena, "%.*s/%d", STR_ARG(topic), partition);
}

int64_t inproc_offset(Groups *groups, Str name, Str topic, int32_t partition,
                     Str *metadata)
{
    Arena *arena = arena_new("offset", 0);
    Group *group = get_group(groups, name);
    GroupOffset *at = map_get(&group->offsets,
                              offset_key(arena, topic, partition));
    arena_free(arena);
    if (metadata) *metadata = at ? at->metadata : STR_NULL;
    return at ? at->offset : OFFSET_NONE;
}

void inproc_set_offset(Groups *groups, Str name, Str topic, int32_t partition,
                      int64_t offset, Str metadata)
{
    Arena *arena = arena_new("offset", 0);
    Group *group = get_group(groups, name);
    Str key = offset_key(arena, topic, partition);
    GroupOffset *at = map_get(&group->offsets, key);

    if (!at) {
        at = ARENA_NEW(groups->arena, GroupOffset);
        map_put(groups->arena, &group->offsets, str_copy(groups->arena, key),
                at);
    }
    at->offset = offset;
    if (!metadata.ptr)
        at->metadata = STR_NULL;
    else if (!str_eq(metadata, at->metadata))
        at->metadata = str_copy(groups->arena, metadata);
    arena_free(arena);
}

void inprocs_forget_group(Groups *groups, Str name)
{
    Group *group = map_get(&groups->by_name, name);
    if (group) group->offsets = (Map){0};
}

void inprocs_forget_topic(Groups *groups, Str topic)
{
    Arena *arena = arena_new("forget", 0);
    Str prefix = str_printf(arena, "%.*s/", STR_ARG(topic));
    for (int i = 0; i < groups->by_name.count; i++) {
        Group *group = groups->by_name.entries[i].value;
        for (int o = 0; group && o < group->offsets.count; o++) {
            Str key = group->offsets.entries[o].key;
            if (group->offsets.entries[o].value &&
                str_starts_with(key, prefix) &&
                str_find(key, STR("/"), prefix.len) == SIZE_MAX)
                map_remove(&group->offsets, key);
        }
    }
    arena_free(arena);
}
