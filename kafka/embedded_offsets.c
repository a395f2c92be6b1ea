/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups seen from outside: who is in them, and the offsets of those without
 * members. Whoever reads for several groups commits for each of them. A group
 * with members refuses, as in Kafka, because only its members know what they
 * own.
 */
#include "kafka/embedded.h"

#include <stddef.h>

/* A reference to the group's topic. */
static Status take_topic(EmbeddedBroker *broker, Arena *arena,
                         const GroupOffsets *group, Topic **topic)
{
    Str name = str_from(group->topic);
    pthread_mutex_lock(&broker->lock);
    *topic = embedded_find_topic(broker, name);
    if (*topic) topic_ref(*topic);
    pthread_mutex_unlock(&broker->lock);
    return *topic ? st_ok() : unknown_topic(arena, name);
}

static Status commit_group(EmbeddedBroker *broker, Arena *arena,
                           const GroupOffsets *group)
{
    Topic *topic;
    Status st = take_topic(broker, arena, group, &topic);
    if (st.kind) return st;
    for (int i = 0; i < group->count; i++)
        group->parts[i].topic_index = 0;
    Commit commit = {.group = str_copy(arena, group->group),
                     .topics = &topic,
                     .offsets = group->parts,
                     .offset_count = group->count};
    st = embedded_commit(broker, arena, &commit);
    topic_unref(topic);
    return st;
}

void embedded_commit_groups(Broker *base, Arena *arena, GroupOffsets *groups,
                            int count)
{
    for (int i = 0; i < count; i++)
        groups[i].status = commit_group((EmbeddedBroker *)base, arena,
                                        &groups[i]);
}

void embedded_committed_groups(Broker *base, Arena *arena, GroupOffsets *groups,
                               int count)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    for (int i = 0; i < count; i++) {
        GroupOffsets *group = &groups[i];
        Topic *topic;
        group->status = take_topic(broker, arena, group, &topic);
        if (group->status.kind) continue;
        pthread_mutex_lock(&broker->lock);
        for (int p = 0; p < group->count; p++) {
            TopicPartition *part = &group->parts[p];
            Str note;
            part->offset = group_offset(broker->groups, group->group, topic->id,
                                        part->partition, &note);
            part->metadata = note.ptr ? str_copy(arena, note) : STR_NULL;
        }
        pthread_mutex_unlock(&broker->lock);
        topic_unref(topic);
    }
}

/* ---- members ---- */

static const EmbeddedConsumer *consumer_of(const GroupMember *member)
{
    size_t before = offsetof(EmbeddedConsumer, member);
    return (const EmbeddedConsumer *)((const char *)member - before);
}

static void list_parts(const EmbeddedConsumer *consumer, Arena *arena,
                       MemberInfo *member)
{
    int cap = 0, first, end;
    for (int t = 0; t < consumer->topic_count; t++)
        cap += consumer->topics[t]->partition_count;
    member->parts = ARENA_ARRAY(arena, MemberPart, cap + 1);
    for (int t = 0; t < consumer->topic_count; t++) {
        Str topic = str_copy(arena, str_from(consumer->topics[t]->name));
        group_range(&consumer->member, t, &first, &end);
        for (int p = first; p < end; p++)
            member->parts[member->part_count++] = (MemberPart){topic, p};
    }
}

Status embedded_group_members(Broker *base, Arena *arena, Str group,
                              int timeout_ms, MemberInfo **members, int *count)
{
    (void)timeout_ms;
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    bool stable = true;
    pthread_mutex_lock(&broker->lock);
    GroupMember *const *all = group_members(broker->groups, group, count);
    *members = ARENA_ARRAY(arena, MemberInfo, *count + 1);
    for (int i = 0; i < *count; i++) {
        const EmbeddedConsumer *consumer = consumer_of(all[i]);
        stable = stable && all[i]->assigned;
        MemberInfo *member = &(*members)[i];
        *member = (MemberInfo){
            .client_id = str_copy(arena, consumer->client_id)};
        list_parts(consumer, arena, member);
    }
    pthread_mutex_unlock(&broker->lock);
    return stable ? st_ok()
                  : st_error(arena, ST_RETRY, "group '%.*s' is rebalancing",
                             STR_ARG(group));
}
