/* SPDX-License-Identifier: Apache-2.0
 *
 * Offsets of groups without members: whoever reads for several groups commits
 * for each of them. A group with members refuses, as in Kafka, because only its
 * members know what they own.
 */
#include "kafka/embedded.h"

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
