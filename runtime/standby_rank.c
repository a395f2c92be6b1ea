/* SPDX-License-Identifier: Apache-2.0
 *
 * Where partitions would go. See standby_rank.h.
 */
#include "runtime/standby_rank.h"

#include "base/arena.h"

static const Str mark = STR_INIT("-standby-");

Str standby_client_suffix(Arena *arena, Str process, int worker)
{
    return str_printf(arena, "standby-%03d-%.*s", worker, STR_ARG(process));
}

/* What comes after the last mark: users may have one in their own part. */
Str standby_process(Str client_id)
{
    Str rest = STR_NULL;
    size_t at = str_find(client_id, mark, 0);
    while (at != SIZE_MAX) {
        size_t from = at + mark.len;
        rest = (Str){client_id.ptr + from, client_id.len - from};
        at = str_find(client_id, mark, from);
    }
    size_t dash = rest.ptr ? str_find(rest, STR("-"), 0) : SIZE_MAX;
    if (dash == SIZE_MAX || dash + 1 == rest.len) return STR_NULL;
    return (Str){rest.ptr + dash + 1, rest.len - dash - 1};
}

/* The members that are still thought of. */
typedef struct Group {
    const MemberInfo *members;
    int count;
    bool *gone;
    int left;
} Group;

/* A process has a member for each of its workers. */
static void remove_process(Group *group, int at)
{
    Str process = standby_process(group->members[at].client_id);
    for (int i = 0; i < group->count; i++) {
        Str other = standby_process(group->members[i].client_id);
        bool same = i == at || (process.ptr && str_eq(other, process));
        if (!same || group->gone[i]) continue;
        group->gone[i] = true;
        group->left--;
    }
}

static bool owns(const MemberInfo *member, const StandbyPartition *partition)
{
    for (int i = 0; i < member->part_count; i++) {
        if (member->parts[i].partition != partition->partition) continue;
        for (int t = 0; t < partition->topic_count; t++)
            if (str_eq(member->parts[i].topic, partition->topics[t]))
                return true;
    }
    return false;
}

/* Whom the range assignor gives the partition: of the members that are left,
 * the first ones get one more. */
static int next_owner(const Group *group, const StandbyPartition *partition)
{
    int each = partition->partition_count / group->left;
    int more = partition->partition_count % group->left;
    int p = partition->partition, first = more * (each + 1);
    int wanted = p < first ? p / (each + 1) : more + (p - first) / each;
    int at = 0;
    while (group->gone[at] || wanted-- > 0)
        at++;
    return at;
}

bool standby_is_among(Arena *arena, const MemberInfo *members, int member_count,
                      const StandbyPartition *partition, Str process,
                      int replicas)
{
    Group group = {members, member_count,
                   arena_zalloc(arena, (size_t)member_count + 1), member_count};
    for (int i = 0; i < member_count; i++)
        if (owns(&members[i], partition)) remove_process(&group, i);
    for (int kept = 0; kept < replicas && group.left;) {
        int at = next_owner(&group, partition);
        Str next = standby_process(members[at].client_id);
        if (next.ptr && str_eq(next, process)) return true;
        kept += next.ptr != NULL;
        remove_process(&group, at);
    }
    return false;
}
