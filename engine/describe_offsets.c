/* SPDX-License-Identifier: Apache-2.0
 *
 * What DESCRIBE ... EXTENDED asks the broker: the size of a source's topic, and
 * how far the queries that read or write the source have come in the topics
 * they read. Where the broker does not answer, the numbers are left out.
 */
#include "engine/engine_int.h"

/* The offsets of a topic's partitions; `parts` (may be NULL) are committed. */
static Json *partition_offsets(Exec *x, Str topic, const TopicPartition *parts,
                               int count)
{
    Json *list = json_new_array(x->stmt);
    for (int p = 0; p < count; p++) {
        int64_t low = 0, high = 0;
        Status st = broker_watermarks(x->engine->broker, x->stmt, topic, p,
                                      &low, &high);
        if (st.kind) break;
        Json *one = json_push(list, json_new_object(x->stmt));
        json_set(one, "partition", json_new_int(x->stmt, p));
        json_set(one, "logStartOffset", json_new_int(x->stmt, low));
        json_set(one, "logEndOffset", json_new_int(x->stmt, high));
        if (!parts) continue;
        /* Where nothing is committed nothing was read. */
        int64_t at = parts[p].offset == OFFSET_NONE ? low : parts[p].offset;
        json_set(one, "consumerOffset", json_new_int(x->stmt, at));
    }
    return list;
}

/* How far a query has come in one of its sources. */
static void add_summary(Exec *x, Json *summaries, const EngineQuery *query,
                        const Source *source)
{
    GroupOffsets group = {.group = query->application_id,
                          .topic = str_cstr(x->stmt, source->topic),
                          .count = source->partitions};
    group.parts = ARENA_ARRAY(x->stmt, TopicPartition, group.count + 1);
    for (int p = 0; p < group.count; p++)
        group.parts[p] = (TopicPartition){.partition = p,
                                          .offset = OFFSET_NONE};
    broker_committed_groups(x->engine->broker, x->stmt, &group, 1);
    if (group.status.kind) return;
    Json *topic = json_push(summaries, json_new_object(x->stmt));
    json_set(topic, "kafkaTopic", json_new_string(x->stmt, source->topic));
    json_set(topic, "offsets",
             partition_offsets(x, source->topic, group.parts, group.count));
}

static void add_query(Exec *x, Json *list, Str id)
{
    const EngineQuery *query = map_get(x->queries, id);
    if (!query) return;
    Json *one = json_push(list, json_new_object(x->stmt));
    json_set(one, "groupId", json_new_string(x->stmt, query->application_id));
    Json *topics = json_set(one, "topicSummaries", json_new_array(x->stmt));
    for (int i = 0; i < query->plan->source_count; i++) {
        const Source *from = catalog_find(x->catalog, query->plan->sources[i]);
        if (from) add_summary(x, topics, query, from);
    }
}

void describe_topic(Exec *x, Json *object, const Source *source, bool extended)
{
    TopicInfo info = {.partition_count = 0};
    Json *summaries = json_new_array(x->stmt);

    if (extended && !x->dry)
        (void)!broker_describe_topic(x->engine->broker, x->stmt, source->topic,
                                     &info)
            .kind;
    json_set(object, "partitions", json_new_int(x->stmt, info.partition_count));
    json_set(object, "replication", json_new_int(x->stmt, info.replica_count));
    json_set(object, "queryOffsetSummaries", summaries);
    if (!extended || x->dry) return;
    for (int i = 0; i < source->readers.count; i++)
        add_query(x, summaries, source->readers.at[i]);
    for (int i = 0; i < source->writers.count; i++)
        add_query(x, summaries, source->writers.at[i]);
    json_set(object, "topicOffsets",
             partition_offsets(x, source->topic, NULL, info.partition_count));
}
