/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a plan: the sink of CREATE ... AS with its formats and topic
 * (language 3.2, 3.3, runtime 4.4), or the client of a transient query.
 */
#include "planner/planner_int.h"

/* ---- formats and topic of a new sink ---- */

static bool is_none(const Format *format)
{
    return str_eq(str_from(format->name), STR("NONE"));
}

static Status sink_key_format(Select *q, Source *sink)
{
    const Source *first = q->from[0].source;
    if (!sink->schema->key_count) {
        sink->key_format = format_find(STR("NONE"));
        return st_ok();
    }
    sink->key_format = q->with.key_format ? q->with.key_format
                                          : first->key_format;
    if (!q->with.key_format && is_none(sink->key_format)) {
        Str name = env_text(q->env, "ksql.persistence.default.format.key");
        return side_format(q->arena, name.len ? name : STR("KAFKA"),
                           q->statement->name.at, &sink->key_format);
    }
    return st_ok();
}

static Status sink_formats(Select *q, Source *sink)
{
    const Source *first = q->from[0].source;
    Status st = sink_key_format(q, sink);
    if (st.kind) return st;
    sink->value_format = q->with.value_format ? q->with.value_format
                                              : first->value_format;
    sink->key_delimiter = q->with.key_delimiter;
    if (!sink->key_delimiter.ptr)
        sink->key_delimiter = sink->key_format == first->key_format
                                  ? first->key_delimiter
                                  : STR("");
    sink->value_delimiter = q->with.value_delimiter;
    if (!sink->value_delimiter.ptr)
        sink->value_delimiter = sink->value_format == first->value_format
                                    ? first->value_delimiter
                                    : STR("");
    FormatSpec key = side_key(sink->key_format, sink->schema->columns,
                              sink->schema->key_count, STR(""), STR(""));
    sink->key_wrapped = key.wrapped;
    return side_wrap(q->arena, q->env, &q->with, sink->value_format,
                     schema_value_count(sink->schema), &sink->value_wrapped);
}

static Status sink_topic(Select *q, Source *sink)
{
    const Source *first = q->from[0].source;
    Str prefix = env_text(q->env, "ksql.output.topic.name.prefix");
    sink->topic = q->with.topic.ptr
                      ? q->with.topic
                      : str_printf(q->arena, "%.*s%.*s",
                                   prefix.ptr ? (int)prefix.len : 0,
                                   prefix.ptr ? prefix.ptr : "",
                                   STR_ARG(sink->name));
    sink->partitions = first->partitions;
    if (env_flag(q->env, "ksql.create.topic.inherit.source.replicas.enabled",
                 true))
        sink->replicas = first->replicas;
    sink->retention_ms = q->with.retention_ms;
    if (sink->retention_ms >= 0 || (sink->is_table && !sink->window))
        return st_ok();
    Status st = env_retention(q->env, q->arena, first->topic,
                              &sink->retention_ms);
    if (q->has_window && sink->retention_ms < q->window.retention_ms)
        sink->retention_ms = q->window.retention_ms;
    return st;
}

/* ---- nodes ---- */

/* key_bytes can go out as they are: the same spec over the same columns. */
static bool keeps_key_bytes(const PlanNode *project, const PlanSink *sink)
{
    return sink->schema->key_count > 0 &&
           project->key_spec->column_count == sink->schema->key_count &&
           format_spec_equal(project->key_spec, &sink->key);
}

PlanNode *plan_sink_node(Select *q, const Source *sink)
{
    const PlanNode *input = q->flow.node;
    PlanNode *node = node_new(q, PLAN_SINK, "Sink", input, NULL);
    node_columns(q, node, input, 0, 0);
    const Schema *schema = sink->schema;
    int *slots = ARENA_ARRAY(q->arena, int, schema->count + 1);
    for (int i = 0; i < schema->count; i++)
        slots[i] = i;
    node->sink = (PlanSink){
        .name = sink->name,
        .topic = sink->topic,
        .schema = schema,
        .key = source_key_spec(sink),
        .value = source_value_spec(sink),
        .key_slots = slots,
        .value_slots = slots + schema->key_count,
        .timestamp = side_timestamp(sink, slots),
        .window = sink->window,
    };
    node->sink.same_key_bytes = keeps_key_bytes(input, &node->sink);
    FormatSpec *key = ARENA_NEW(q->arena, FormatSpec);
    *key = node->sink.key;
    node->key_spec = key;
    q->flow.node = node;
    q->plan->sink = sink->name;
    q->plan->schema = schema;
    return node;
}

/* Told before what is wrong with the key. */
static Status check_timestamp_name(Select *q)
{
    Str name = q->with.timestamp;
    int count = q->items.count;
    Str *names = ARENA_ARRAY(q->arena, Str, count + 1);

    if (!name.ptr) return st_ok();
    for (int i = 0; i < count; i++) {
        names[i] = q->items.at[i].name;
        if (str_eq(names[i], name)) return st_ok();
    }
    return st_error_at(q->arena, q->with.at[WITH_TIMESTAMP],
                       "the TIMESTAMP column '%.*s' does not exist%s",
                       STR_ARG(name), near_name(q->arena, name, names, count));
}

STATUS plan_sink(Select *q, Source **out, TopicPlan *topic)
{
    Schema *schema;
    Status st = check_timestamp_name(q);
    if (!st.kind) st = plan_project(q, &schema);
    if (st.kind) return st;
    uint32_t at = q->statement->name.at;
    if (schema->count == schema->key_count)
        return st_error_at(q->arena, q->ast->items[0].at,
                           "the result has only keys: select at least one "
                           "other column, or AS_VALUE of a key");
    Source *sink = ARENA_NEW(q->arena, Source);
    sink->name = str_copy(q->arena, q->statement->name.text);
    sink->is_table = q->flow.node->is_table;
    sink->is_cas = true;
    sink->schema = schema;
    sink->window = q->flow.node->window;
    sink->window_size_ms = q->flow.node->window_size_ms;
    sink->timestamp_column = q->with.timestamp.ptr ? q->with.timestamp
                                                   : STR("");
    sink->timestamp_format = q->with.timestamp.ptr ? q->with.timestamp_format
                                                   : STR("");
    sink->sql = str_copy(q->arena, q->statement->source);
    st = sink_formats(q, sink);
    if (st.kind) return st;
    st = side_check(q->arena, &q->with, at, sink);
    if (st.kind) return st;
    st = sink_topic(q, sink);
    if (st.kind) return st;
    st = side_topic(q->arena, q->env, &q->with, at, sink, false, topic);
    if (st.kind) return st;
    plan_sink_node(q, sink);
    *out = sink;
    return st_ok();
}

STATUS plan_result(Select *q)
{
    Schema *schema;
    Status st = plan_project(q, &schema);
    if (st.kind) return st;
    const PlanNode *project = q->flow.node;
    if (q->ast->has_limit) {
        PlanNode *limit = node_new(q, PLAN_LIMIT, "Limit", project, NULL);
        node_columns(q, limit, project, 0, 0);
        limit->limit = q->ast->limit;
        q->flow.node = limit;
    }
    PlanNode *node = node_new(q, PLAN_RESULT, "Result", q->flow.node, NULL);
    node_columns(q, node, q->flow.node, 0, 0);
    int *slots = ARENA_ARRAY(q->arena, int, schema->count + 1);
    for (int i = 0; i < schema->count; i++)
        slots[i] = i;
    node->result.slots = slots;
    node->result.tombstones = node->is_table;
    q->plan->schema = schema;
    return st_ok();
}
