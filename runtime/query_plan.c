/* SPDX-License-Identifier: Apache-2.0
 *
 * From plan to sub-topologies (runtime 1.2): the tree is cut at repartition
 * nodes. Each part gets a number, parts upstream first, a list of topics it
 * reads, and as many tasks as the largest of them has partitions. Also names
 * and makes the internal topics (runtime 3.7, 4.1):
 *
 *   <application id>-<name>-repartition     delete, kept for ever
 *   <application id>-<store>-changelog      compact; windows: compact,delete
 */
#include "runtime/query_int.h"

#include <assert.h>
#include <stdio.h>

#include "base/property.h"
#include "base/fault.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static int add_store(NodeStore *stores, int count, Str name, StoreRole role,
                     int64_t retention_ms)
{
    if (!name.len) return count;
    stores[count] = (NodeStore){
        .name = name, .role = role, .retention_ms = retention_ms};
    return count + 1;
}

/* Only if its table has no store of its own to look up in. */
static Str looked_up_store(const PlanNode *node)
{
    const PlanNode *right = node->inputs[1];
    if (node_store(right).ptr) return STR_NULL;
    if (right->kind == PLAN_REPARTITION && right->repartition.store.len)
        return right->repartition.store;
    return node->join.right_store.len ? node->join.right_store
                                      : STR("Join-right-Materialize");
}

int node_stores(const PlanNode *node, NodeStore stores[NODE_STORES_MAX])
{
    const PlanJoin *join = &node->join;
    int64_t retention = join->before_ms + join->after_ms + join->grace_ms;
    int n = 0;
    switch (node->kind) {
    case PLAN_SOURCE:
        if (!node->source.is_table || !node->source.materialize) return 0;
        return add_store(stores, n,
                         node->source.store.len ? node->source.store
                                                : STR("KsqlTopic-Reduce"),
                         STORE_OF_ROWS, 0);
    case PLAN_AGGREGATE:
        return add_store(stores, n, node->aggregate.store,
                         node->aggregate.window.kind == WINDOW_NONE
                             ? STORE_OF_ROWS
                             : STORE_OF_WINDOWS,
                         node->aggregate.window.retention_ms);
    case PLAN_PROJECT:
        return add_store(stores, n, node->project.store, STORE_OF_ROWS, 0);
    case PLAN_JOIN_STREAM_TABLE:
        return add_store(stores, n, looked_up_store(node), STORE_OF_ROWS, 0);
    case PLAN_JOIN_TABLE_TABLE:
        n = add_store(stores, n, join->left_store, STORE_OF_ROWS, 0);
        return add_store(stores, n, join->right_store, STORE_OF_ROWS, 0);
    case PLAN_JOIN_FOREIGN_KEY:
        n = add_store(stores, n, join->left_store, STORE_OF_ROWS, 0);
        if (node->want_old)
            n = add_store(stores, n, join->result_store, STORE_OF_ROWS, 0);
        n = add_store(stores, n, join->right_store, STORE_OF_ROWS, 0);
        stores[n - 1].right_half = true;
        n = add_store(stores, n, join->subscription_store, STORE_OF_ROWS, 0);
        stores[n - 1].right_half = true;
        return n;
    case PLAN_JOIN_STREAM_STREAM:
        n = add_store(stores, n, join->left_store, STORE_OF_RECORDS, retention);
        n = add_store(stores, n, join->right_store, STORE_OF_RECORDS,
                      retention);
        return add_store(stores, n, join->outer_store, STORE_OF_ROWS, 0);
    default: return 0;
    }
}

Str node_store(const PlanNode *node)
{
    NodeStore stores[NODE_STORES_MAX];
    return node_stores(node, stores) ? stores[0].name : STR_NULL;
}

static int count_stores(const PlanNode *node)
{
    NodeStore stores[NODE_STORES_MAX];
    return node_stores(node, stores);
}

static int add_topic(Query *query, Str name, bool from_start, bool internal)
{
    for (int i = 0; i < query->topic_count; i++) {
        if (!str_eq(str_from(query->topics[i].name), name)) continue;
        query->topics[i].from_start |= from_start;
        return i;
    }
    query->topics[query->topic_count] = (QueryTopic){
        .name = str_cstr(query->arena, name),
        .from_start = from_start,
        .internal = internal};
    return query->topic_count++;
}

static Str repartition_topic(Arena *arena, Str application_id,
                             const PlanNode *node)
{
    return str_printf(arena, "%.*s-%.*s-repartition", STR_ARG(application_id),
                      STR_ARG(node->repartition.name));
}

static Str feedback_topic(Arena *arena, Str application_id, Str name)
{
    return str_printf(arena, "%.*s-%.*s", STR_ARG(application_id),
                      STR_ARG(name));
}

static Status cut(Query *query, Arena *arena, const PlanNode *root);
static Status cut_node(Query *query, Arena *arena, const PlanNode *node,
                       SubPlan *sub, bool is_root);

static Status add_sub_input(Arena *arena, SubPlan *sub, const PlanNode *node,
                            int topic)
{
    if (sub->input_count == TASK_INPUTS_MAX)
        return st_error(arena, ST_USER, "too many inputs in one query");
    sub->inputs[sub->input_count++] = (SubInput){node, topic};
    return st_ok();
}

/* A topic between the halves, read by `sub`. */
static Status add_feedback(Query *query, Arena *arena, const PlanNode *node,
                           Str name, SubPlan *sub, QueryTarget *target)
{
    int topic = add_topic(
        query,
        feedback_topic(query->arena, query->options.application_id, name), true,
        true);
    target->topic = query->topics[topic].name;
    return add_sub_input(arena, sub, node, topic);
}

/* A foreign-key join is cut in two: the right half is the root of a part of its
 * own, the left half is in this one. Each reads what the other writes. */
static Status cut_foreign(Query *query, Arena *arena, const PlanNode *node,
                          SubPlan *sub, bool is_root)
{
    Status st = st_ok();
    if (!is_root) st = cut(query, arena, node);
    if (!st.kind)
        st = cut_node(query, arena, node->inputs[is_root], sub, false);
    if (st.kind) return st;
    NodeStore stores[NODE_STORES_MAX];
    int count = node_stores(node, stores);
    for (int i = 0; i < count; i++)
        sub->store_count += stores[i].right_half == is_root;
    if (is_root)
        return add_feedback(query, arena, node, node->join.request_topic, sub,
                            &query->requests[node->id]);
    return add_feedback(query, arena, node, node->join.response_topic, sub,
                        &query->targets[node->id]);
}

/* Adds what `node` reads to `sub`; parts behind a repartition come first. */
static Status cut_node(Query *query, Arena *arena, const PlanNode *node,
                       SubPlan *sub, bool is_root)
{
    if (node->kind == PLAN_JOIN_FOREIGN_KEY)
        return cut_foreign(query, arena, node, sub, is_root);
    int topic;
    if (node->kind == PLAN_REPARTITION && !is_root) {
        Status st = cut(query, arena, node);
        if (st.kind) return st;
        Str name = repartition_topic(query->arena,
                                     query->options.application_id, node);
        topic = add_topic(query, name, true, true);
        query->targets[node->id].topic = query->topics[topic].name;
        return add_sub_input(arena, sub, node, topic);
    }
    sub->store_count += count_stores(node);
    if (node->kind == PLAN_SOURCE) {
        topic = add_topic(query, node->source.topic, node->source.is_table,
                          false);
        return add_sub_input(arena, sub, node, topic);
    }
    if (node->kind == PLAN_SINK)
        query->targets[node->id].topic = str_cstr(query->arena,
                                                  node->sink.topic);
    Status st = st_ok();
    for (int i = 0; i < node->input_count && !st.kind; i++)
        st = cut_node(query, arena, node->inputs[i], sub, false);
    return st;
}

static Status cut(Query *query, Arena *arena, const PlanNode *root)
{
    SubPlan sub = {.root = root};
    sub.inputs = ARENA_ARRAY(query->arena, SubInput, TASK_INPUTS_MAX);
    Status st = cut_node(query, arena, root, &sub, true);
    if (!st.kind) query->subs[query->sub_count++] = sub;
    return st;
}

STATUS query_cut(Query *query, Arena *arena)
{
    int nodes = query->plan->node_count;
    query->subs = ARENA_ARRAY(query->arena, SubPlan, nodes + 1);
    query->topics = ARENA_ARRAY(query->arena, QueryTopic, 2 * nodes + 1);
    query->targets = arena_zalloc(query->arena,
                                  sizeof(QueryTarget) * (size_t)(nodes + 1));
    query->requests = arena_zalloc(query->arena,
                                   sizeof(QueryTarget) * (size_t)(nodes + 1));
    return cut(query, arena, query->plan->root);
}

int query_topic_of(const SubPlan *sub, const PlanNode *node)
{
    for (int i = 0; i < sub->input_count; i++)
        if (sub->inputs[i].node == node) return sub->inputs[i].topic;
    assert(!"a source of another plan");
    return -1;
}

const char *query_changelog(const Query *query, Str store)
{
    for (int i = 0; i < query->changelog_count; i++)
        if (str_eq(query->changelog_stores[i], store))
            return query->changelogs[i];
    return NULL;
}

/* ---- topics ---- */

/* Makes an internal topic; one that is there must have the partitions. */
static Status make_topic(Query *query, Arena *arena, const char *name,
                         int partitions, const char *policy,
                         int64_t retention_ms)
{
    TopicConfig configs[4];
    int count = 0;
    configs[count++] = (TopicConfig){STR("cleanup.policy"), str_from(policy)};
    configs[count++] = (TopicConfig){STR("message.timestamp.type"),
                                     STR("CreateTime")};
    if (retention_ms)
        configs[count++] = (TopicConfig){
            STR("retention.ms"),
            str_printf(arena, "%lld", (long long)retention_ms)};
    if (retention_ms == -1)
        configs[count++] = (TopicConfig){STR("segment.bytes"), STR("52428800")};
    Broker *broker = query->options.broker;
    TopicInfo info;
    Status st = broker_describe_topic(broker, arena, str_from(name), &info);
    if (st.kind == ST_USER) {
        fault_point("topic.creating");
        st = broker_create_topic(broker, arena, str_from(name), partitions,
                                 query->options.internal_replicas, configs,
                                 count);
        fault_point("topic.created");
        if (st.kind != ST_USER) return st;
        /* Another member of the group was quicker, or it is refused. */
        Status again = broker_describe_topic(broker, arena, str_from(name),
                                             &info);
        if (again.kind) return st;
        st = again;
    }
    if (st.kind || info.partition_count == partitions) return st;
    return st_error(arena, ST_USER,
                    "internal topic '%s' has %d partitions and not %d: delete "
                    "it, or give the query another service id",
                    name, info.partition_count, partitions);
}

static Status describe(Query *query, Arena *arena, const char *topic,
                       int *partitions)
{
    TopicInfo info;
    Status st = broker_describe_topic(query->options.broker, arena,
                                      str_from(topic), &info);
    if (!st.kind) *partitions = info.partition_count;
    return st;
}

/* Makes the topics between halves that this part reads: they have as many
 * partitions as it has. */
static Status feedback_topics(Query *query, Arena *arena, const SubPlan *sub)
{
    for (int i = 0; i < sub->input_count; i++) {
        const PlanNode *node = sub->inputs[i].node;
        if (node->kind != PLAN_JOIN_FOREIGN_KEY) continue;
        QueryTopic *topic = &query->topics[sub->inputs[i].topic];
        QueryTarget *target = node == sub->root ? &query->requests[node->id]
                                                : &query->targets[node->id];
        topic->partitions = target->partitions = sub->partitions;
        Status st = make_topic(query, arena, topic->name, topic->partitions,
                               "delete", -1);
        if (st.kind) return st;
    }
    return st_ok();
}

/* The topic that a part's root repartition writes. */
static Status repartition_target(Query *query, Arena *arena, const SubPlan *sub)
{
    const PlanNode *root = sub->root;
    QueryTarget *target = &query->targets[root->id];
    target->partitions = root->repartition.partitions > 0
                             ? root->repartition.partitions
                             : sub->partitions;
    for (int i = 0; i < query->topic_count; i++)
        if (query->topics[i].name == target->topic)
            query->topics[i].partitions = target->partitions;
    return make_topic(query, arena, target->topic, target->partitions, "delete",
                      -1);
}

/* Partitions of what a part reads, known once the parts before it are. */
static Status sub_topics(Query *query, Arena *arena, int index)
{
    SubPlan *sub = &query->subs[index];
    for (int i = 0; i < sub->input_count; i++) {
        QueryTopic *topic = &query->topics[sub->inputs[i].topic];
        if (!topic->internal) {
            Status st = describe(query, arena, topic->name, &topic->partitions);
            if (st.kind) return st;
        }
        if (topic->partitions > sub->partitions)
            sub->partitions = topic->partitions;
    }
    sub->claimed = arena_zalloc(
        query->arena, sizeof(atomic_bool) * (size_t)(sub->partitions + 1));
    sub->wanted = arena_zalloc(
        query->arena, sizeof(atomic_int) * (size_t)(sub->partitions + 1));
    sub->unused_since_ms = arena_zalloc(
        query->arena, sizeof(int64_t) * (size_t)(sub->partitions + 1));
    Status st = feedback_topics(query, arena, sub);
    if (st.kind) return st;
    const PlanNode *root = sub->root;
    QueryTarget *target = &query->targets[root->id];
    if (root->kind == PLAN_SINK)
        return describe(query, arena, target->topic, &target->partitions);
    if (root->kind == PLAN_REPARTITION)
        return repartition_target(query, arena, sub);
    return st_ok();
}

static Status add_changelog(Query *query, Arena *arena, const NodeStore *store,
                            int partitions)
{
    static const char *const policies[] = {
        [STORE_OF_ROWS] = "compact",
        [STORE_OF_WINDOWS] = "compact,delete",
        [STORE_OF_RECORDS] = "delete",
    };
    int at = query->changelog_count++;
    query->changelog_stores[at] = store->name;
    query->changelogs[at] = str_printf(query->arena, "%.*s-%.*s-changelog",
                                       STR_ARG(query->options.application_id),
                                       STR_ARG(store->name))
                                .ptr;
    /* Kafka Streams' name for it goes before the reference's own. */
    int64_t more_ms = property_int(
        query->options.properties,
        "windowstore.changelog.additional.retention.ms",
        property_int(query->options.properties,
                     "ksql.sink.window.change.log.additional.retention",
                     DAY_MS));
    return make_topic(
        query, arena, query->changelogs[at], partitions, policies[store->role],
        store->role == STORE_OF_ROWS ? 0 : store->retention_ms + more_ms);
}

static Status node_changelogs(Query *query, Arena *arena, const PlanNode *node,
                              int partitions, bool is_root)
{
    Status st = st_ok();
    if (node->kind == PLAN_REPARTITION && !is_root) return st;
    bool foreign = node->kind == PLAN_JOIN_FOREIGN_KEY;
    NodeStore stores[NODE_STORES_MAX];
    int count = node_stores(node, stores);
    for (int i = 0; i < count && !st.kind; i++)
        if (!foreign || stores[i].right_half == is_root)
            st = add_changelog(query, arena, &stores[i], partitions);
    for (int i = 0; i < node->input_count && !st.kind; i++)
        if (!foreign || i == is_root)
            st = node_changelogs(query, arena, node->inputs[i], partitions,
                                 false);
    return st;
}

STATUS query_topics(Query *query, Arena *arena)
{
    int nodes = query->plan->node_count;
    int most = nodes * NODE_STORES_MAX + 1;
    query->changelog_stores = ARENA_ARRAY(query->arena, Str, most);
    query->changelogs = ARENA_ARRAY(query->arena, const char *, most);
    for (int i = 0; i < query->sub_count; i++) {
        Status st = sub_topics(query, arena, i);
        if (st.kind) return st;
    }
    /* Without a group nothing is remembered, so nothing needs a changelog. */
    if (!query->options.use_group) return st_ok();
    for (int i = 0; i < query->sub_count; i++) {
        Status st = node_changelogs(query, arena, query->subs[i].root,
                                    query->subs[i].partitions, true);
        if (st.kind) return st;
    }
    return st_ok();
}

static Status delete_topic(Broker *broker, Arena *arena, Str topic)
{
    Status st = broker_delete_topic(broker, arena, topic);
    return st.kind == ST_USER ? st_ok() : st; /* It was not there. */
}

/* Removes the internal topics that `node` has. */
static Status cleanup_node(Arena *arena, Broker *broker, const PlanNode *node,
                           Str application_id)
{
    NodeStore stores[NODE_STORES_MAX];
    int count = node_stores(node, stores);
    if (node->kind == PLAN_REPARTITION) {
        Status st = delete_topic(
            broker, arena, repartition_topic(arena, application_id, node));
        if (st.kind) return st;
    }
    if (node->kind == PLAN_JOIN_FOREIGN_KEY) {
        const Str names[] = {node->join.request_topic,
                             node->join.response_topic};
        for (int i = 0; i < 2; i++) {
            Status st = delete_topic(
                broker, arena, feedback_topic(arena, application_id, names[i]));
            if (st.kind) return st;
        }
    }
    for (int i = 0; i < count; i++) {
        Status st = delete_topic(broker, arena,
                                 str_printf(arena, "%.*s-%.*s-changelog",
                                            STR_ARG(application_id),
                                            STR_ARG(stores[i].name)));
        if (st.kind) return st;
    }
    return st_ok();
}

STATUS query_cleanup(Arena *arena, Broker *broker, const Plan *plan,
                     Str application_id, Str state_directory)
{
    Status first = broker_delete_group(broker, arena, application_id);
    for (int i = 0; i < plan->node_count; i++) {
        Status st = cleanup_node(arena, broker, plan->nodes[i], application_id);
        if (st.kind && !first.kind) first = st;
    }
    if (state_directory.ptr) {
        Status st = state_destroy(arena, state_directory);
        if (st.kind && !first.kind) first = st;
    }
    return first;
}
