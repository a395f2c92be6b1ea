/* SPDX-License-Identifier: Apache-2.0
 *
 * The in-process group coordinator. Assignment is Kafka's range assignor: for
 * each topic, members in the order they joined get neighbouring partitions, so
 * topics with equal partition counts stay co-partitioned.
 *
 * Groups are kept sorted by name and offsets by topic and partition; both are
 * few and looked up once a commit. A group without members and offsets is
 * dropped, so short-lived groups leave nothing behind.
 */
#include "kafka/group.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/vec.h"

typedef struct GroupOffset {
    uint32_t topic;
    int32_t partition;
    int64_t offset;
    Buf metadata;
    bool has_metadata;
} GroupOffset;

struct Group {
    Str name;
    GroupMember **members;
    int member_count, member_cap;
    GroupOffset *offsets; /* Sorted by topic and partition. */
    int offset_count, offset_cap;
};

struct Groups {
    Group **sorted; /* By name. */
    int count, cap;
};

/* Room for one more element at `count` in a heap array. */
static void *grow(void *at, int count, int *cap, size_t size)
{
    if (count < *cap) return at;
    *cap = *cap ? *cap * 2 : 4;
    return mem_realloc(at, size * (size_t)*cap);
}

Groups *groups_new(void)
{
    return mem_zalloc(sizeof(Groups));
}

static void clear_offsets(Group *group)
{
    for (int i = 0; i < group->offset_count; i++)
        buf_free(&group->offsets[i].metadata);
    group->offset_count = 0;
}

static void free_group(Group *group)
{
    clear_offsets(group);
    mem_free(group->offsets);
    mem_free(group->members);
    mem_free((void *)group->name.ptr);
    mem_free(group);
}

void groups_free(Groups *groups)
{
    if (!groups) return;
    for (int i = 0; i < groups->count; i++)
        free_group(groups->sorted[i]);
    mem_free(groups->sorted);
    mem_free(groups);
}

/* The place of `name`, or where it would be. */
static int find_place(const Groups *groups, Str name, bool *found)
{
    int low = 0, high = groups->count;
    *found = false;
    while (low < high) {
        int mid = (low + high) / 2;
        int order = str_compare(groups->sorted[mid]->name, name);
        if (order == 0) *found = true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static Group *find_group(const Groups *groups, Str name)
{
    bool found;
    int place = find_place(groups, name, &found);
    return found ? groups->sorted[place] : NULL;
}

static Group *get_group(Groups *groups, Str name)
{
    bool found;
    int place = find_place(groups, name, &found);
    if (found) return groups->sorted[place];
    Group *group = mem_zalloc(sizeof *group);
    char *copy = mem_alloc(name.len);
    if (name.len) memcpy(copy, name.ptr, name.len);
    group->name = (Str){copy, name.len};
    groups->sorted = grow(groups->sorted, groups->count, &groups->cap,
                          sizeof(Group *));
    memmove(&groups->sorted[place + 1], &groups->sorted[place],
            sizeof(Group *) * (size_t)(groups->count - place));
    groups->sorted[place] = group;
    groups->count++;
    return group;
}

static void drop_if_unused(Groups *groups, Group *group)
{
    bool found;
    if (group->member_count || group->offset_count) return;
    int place = find_place(groups, group->name, &found);
    assert(found);
    groups->count--;
    memmove(&groups->sorted[place], &groups->sorted[place + 1],
            sizeof(Group *) * (size_t)(groups->count - place));
    free_group(group);
}

/* ---- members ---- */

bool group_has_members(const Groups *groups, Str name)
{
    const Group *group = find_group(groups, name);
    return group && group->member_count > 0;
}

GroupMember *const *group_members(const Groups *groups, Str name, int *count)
{
    const Group *group = find_group(groups, name);
    *count = group ? group->member_count : 0;
    return group ? group->members : NULL;
}

static void begin_generation(Group *group)
{
    for (int i = 0; i < group->member_count; i++) {
        GroupMember *member = group->members[i];
        member->ready = !member->has_share;
        member->assigned = false;
    }
}

void group_join(Groups *groups, Str name, GroupMember *member)
{
    Group *group = get_group(groups, name);
    assert(!member->group);
    member->group = group;
    member->has_share = member->lost = false;
    member->last_poll_ns = clock_monotonic_ns();
    group->members = grow(group->members, group->member_count,
                          &group->member_cap, sizeof(GroupMember *));
    group->members[group->member_count++] = member;
    begin_generation(group);
}

void group_leave(Groups *groups, GroupMember *member)
{
    Group *group = member->group;
    int kept = 0;
    if (!group) return;
    for (int i = 0; i < group->member_count; i++)
        if (group->members[i] != member)
            group->members[kept++] = group->members[i];
    assert(kept == group->member_count - 1);
    group->member_count = kept;
    member->group = NULL;
    begin_generation(group);
    drop_if_unused(groups, group);
}

/* True if all gave up. Those who keep the others waiting for too long are put
 * out, and then all have. */
static bool all_ready(Groups *groups, Group *group, int64_t now_ns)
{
    for (int i = 0; i < group->member_count; i++) {
        GroupMember *member = group->members[i];
        if (member->ready) continue;
        if (now_ns - member->last_poll_ns <= member->max_poll_ns) return false;
        member->lost = true;
        group_leave(groups, member);
        i = -1;
    }
    return true;
}

GroupEvent group_event(Groups *groups, GroupMember *member, int64_t now_ns)
{
    member->last_poll_ns = now_ns;
    if (member->lost) return GROUP_LOST;
    if (!member->ready) return GROUP_REVOKE;
    if (!member->assigned && all_ready(groups, member->group, now_ns))
        return GROUP_ASSIGN;
    return GROUP_NOTHING;
}

void group_ready(GroupMember *member)
{
    member->ready = true;
    member->has_share = false;
}

static bool reads(const GroupMember *member, uint32_t topic)
{
    for (int i = 0; i < member->topic_count; i++)
        if (member->topics[i].id == topic) return true;
    return false;
}

void group_range(const GroupMember *member, int topic, int *first, int *end)
{
    const Group *group = member->group;
    const GroupTopic *read = &member->topics[topic];
    int members = 0, mine = 0;

    for (int i = 0; i < group->member_count; i++) {
        if (!reads(group->members[i], read->id)) continue;
        if (group->members[i] == member) mine = members;
        members++;
    }
    int each = read->partition_count / members;
    int extra = read->partition_count % members;
    *first = mine * each + (mine < extra ? mine : extra);
    *end = *first + each + (mine < extra);
}

static const GroupOffset *find_offset(const Group *group, uint32_t topic,
                                      int32_t partition, int *place)
{
    int low = 0, high = group->offset_count;
    while (low < high) {
        int mid = (low + high) / 2;
        const GroupOffset *at = &group->offsets[mid];
        if (at->topic < topic ||
            (at->topic == topic && at->partition < partition))
            low = mid + 1;
        else
            high = mid;
    }
    *place = low;
    if (low == group->offset_count) return NULL;
    const GroupOffset *at = &group->offsets[low];
    return at->topic == topic && at->partition == partition ? at : NULL;
}

TopicPartition *group_share(GroupMember *member, Arena *arena, int *count)
{
    VEC(TopicPartition) share = {0};

    for (int t = 0; t < member->topic_count; t++) {
        int first, end, place;
        group_range(member, t, &first, &end);
        for (int p = first; p < end; p++) {
            const GroupOffset *at = find_offset(
                member->group, member->topics[t].id, p, &place);
            *vec_push(arena, &share) = (TopicPartition){
                .topic_index = t,
                .partition = p,
                .offset = at ? at->offset : OFFSET_NONE,
                .metadata = at && at->has_metadata
                                ? str_copy(arena, buf_str(&at->metadata))
                                : STR_NULL,
            };
        }
    }
    member->assigned = member->has_share = true;
    *count = share.count;
    return share.at;
}

/* ---- offsets ---- */

int64_t group_offset(const Groups *groups, Str name, uint32_t topic,
                     int32_t partition, Str *metadata)
{
    int place;
    const Group *group = find_group(groups, name);
    const GroupOffset *at = group ? find_offset(group, topic, partition, &place)
                                  : NULL;
    if (metadata)
        *metadata = at && at->has_metadata ? buf_str(&at->metadata) : STR_NULL;
    return at ? at->offset : OFFSET_NONE;
}

void group_set_offset(Groups *groups, Str name, uint32_t topic,
                      int32_t partition, int64_t offset, Str metadata)
{
    int place;
    Group *group = get_group(groups, name);

    if (!find_offset(group, topic, partition, &place)) {
        group->offsets = grow(group->offsets, group->offset_count,
                              &group->offset_cap, sizeof(GroupOffset));
        memmove(&group->offsets[place + 1], &group->offsets[place],
                sizeof(GroupOffset) * (size_t)(group->offset_count - place));
        group->offset_count++;
        group->offsets[place] = (GroupOffset){.topic = topic,
                                              .partition = partition};
    }
    GroupOffset *at = &group->offsets[place];
    at->offset = offset;
    at->has_metadata = metadata.ptr;
    at->metadata.len = 0;
    if (metadata.ptr) buf_append_str(&at->metadata, metadata);
}

void groups_forget_group(Groups *groups, Str name)
{
    Group *group = find_group(groups, name);
    if (!group) return;
    clear_offsets(group);
    drop_if_unused(groups, group);
}

void groups_forget_topic(Groups *groups, uint32_t topic)
{
    for (int i = groups->count - 1; i >= 0; i--) {
        Group *group = groups->sorted[i];
        int kept = 0;
        for (int o = 0; o < group->offset_count; o++) {
            if (group->offsets[o].topic == topic)
                buf_free(&group->offsets[o].metadata);
            else
                group->offsets[kept++] = group->offsets[o];
        }
        group->offset_count = kept;
        drop_if_unused(groups, group);
    }
}
