/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans as text and as JSON.
 *
 * Text is for people: one node a line, root first, inputs indented under it,
 * expressions with the names of the columns they read:
 *
 *   sink 'HOT' topic 'HOT' key KAFKA value JSON
 *     project CITY, COUNT(*) AS N
 *       ...
 *
 * JSON is the whole plan, nodes in build order, for tools.
 */
#include "planner/planner_int.h"
#include "base/json.h"

enum { PULL_SHOWN = 10 }; /* Alternatives of a pull query. */

static const char *const kind_names[] = {
    [PLAN_SOURCE] = "source",
    [PLAN_FILTER] = "filter",
    [PLAN_PROJECT] = "project",
    [PLAN_FLATMAP] = "flatmap",
    [PLAN_REKEY] = "rekey",
    [PLAN_REPARTITION] = "repartition",
    [PLAN_AGGREGATE] = "aggregate",
    [PLAN_JOIN_STREAM_TABLE] = "join stream-table",
    [PLAN_JOIN_STREAM_STREAM] = "join stream-stream",
    [PLAN_JOIN_TABLE_TABLE] = "join table-table",
    [PLAN_JOIN_FOREIGN_KEY] = "join foreign-key",
    [PLAN_LIMIT] = "limit",
    [PLAN_SINK] = "sink",
    [PLAN_RESULT] = "result",
};

static const char *const join_names[] = {
    [JOIN_INNER] = "INNER",
    [JOIN_LEFT] = "LEFT",
    [JOIN_RIGHT] = "RIGHT",
    [JOIN_FULL] = "FULL",
};

static const char *const window_names[] = {
    [WINDOW_NONE] = "NONE",
    [WINDOW_TUMBLING] = "TUMBLING",
    [WINDOW_HOPPING] = "HOPPING",
    [WINDOW_SESSION] = "SESSION",
};

/* ---- details, shared by both forms ---- */

/* Column names of what a node's expressions read. */
static const Str *input_names(Arena *arena, const PlanNode *node)
{
    int count = 0;
    for (int i = 0; i < node->input_count; i++)
        count += node->inputs[i]->column_count;
    Str *names = ARENA_ARRAY(arena, Str, count + 1);
    int n = 0;
    for (int i = 0; i < node->input_count; i++)
        for (int j = 0; j < node->inputs[i]->column_count; j++)
            names[n++] = name_quote(arena, node->inputs[i]->columns[j].name);
    return names;
}

static void print_exprs(Buf *out, const Expr *const *exprs, int count,
                        const Str *names)
{
    for (int i = 0; i < count; i++) {
        if (i) buf_append_str(out, STR(", "));
        expr_print(out, exprs[i], names);
    }
}

static void print_project(Buf *out, const PlanNode *node, const Str *names)
{
    for (int i = 0; i < node->column_count; i++) {
        const Expr *expr = node->project.exprs[i];
        if (i) buf_append_str(out, STR(", "));
        expr_print(out, expr, names);
        bool same = expr->kind == EXPR_COLUMN &&
                    str_eq(names[expr->slot], node->columns[i].name);
        if (!same) buf_printf(out, " AS %.*s", STR_ARG(node->columns[i].name));
    }
}

static void print_aggregate(Buf *out, const PlanNode *node, const Str *names)
{
    const PlanAggregate *aggregate = &node->aggregate;
    for (int i = 0; i < aggregate->call_count; i++) {
        const PlanAggregateCall *call = &aggregate->calls[i];
        if (i) buf_append_str(out, STR(", "));
        function_print_name(out, call->binding->function);
        buf_push(out, '(');
        print_exprs(out, call->args, call->arg_count, names);
        buf_push(out, ')');
    }
    const WindowSpec *window = &aggregate->window;
    if (window->kind == WINDOW_NONE) return;
    buf_printf(out, " window %s size %lld ms", window_names[window->kind],
               (long long)window->size_ms);
    if (window->kind == WINDOW_HOPPING)
        buf_printf(out, " advance %lld ms", (long long)window->advance_ms);
    buf_printf(out, " grace %lld ms retention %lld ms%s",
               (long long)window->grace_ms, (long long)window->retention_ms,
               window->emit_final ? " final" : "");
}

static void print_flatmap(Buf *out, const PlanNode *node, const Str *names)
{
    for (int i = 0; i < node->flatmap.count; i++) {
        const FnBinding *binding = node->flatmap.functions[i];
        if (i) buf_append_str(out, STR(", "));
        function_print_name(out, binding->function);
        buf_push(out, '(');
        print_exprs(out, node->flatmap.args[i], binding->arg_count, names);
        buf_push(out, ')');
    }
}

static void print_join(Buf *out, const PlanNode *node, const Str *names)
{
    const PlanJoin *join = &node->join;
    buf_printf(out, "%s", join_names[join->kind]);
    if (node->kind == PLAN_JOIN_STREAM_STREAM) {
        buf_printf(out, " within %lld ms before, %lld ms after",
                   (long long)join->before_ms, (long long)join->after_ms);
        if (join->has_grace)
            buf_printf(out, ", grace %lld ms", (long long)join->grace_ms);
    }
    if (!join->foreign_key) return;
    buf_append_str(out, STR(" on "));
    expr_print(out, join->foreign_key, names);
}

static void print_source(Buf *out, const PlanNode *node)
{
    const PlanSource *source = &node->source;
    buf_printf(out, "'%.*s' %s topic '%.*s' key %s value %s",
               STR_ARG(source->name), source->is_table ? "table" : "stream",
               STR_ARG(source->topic), source->key.format->name,
               source->value.format->name);
    if (source->materialize)
        buf_printf(out, " store '%.*s'", STR_ARG(source->store));
    const char *before = " reads ";
    for (int i = 0; i < node->column_count; i++) {
        if (!node->columns[i].needed) continue;
        buf_printf(out, "%s%.*s", before, STR_ARG(node->columns[i].name));
        before = ", ";
    }
}

static void print_details(Buf *out, const PlanNode *node, Arena *arena)
{
    const Str *names = input_names(arena, node);
    switch (node->kind) {
    case PLAN_SOURCE: print_source(out, node); break;
    case PLAN_FILTER: expr_print(out, node->filter, names); break;
    case PLAN_PROJECT: print_project(out, node, names); break;
    case PLAN_FLATMAP: print_flatmap(out, node, names); break;
    case PLAN_REKEY:
        print_exprs(out, node->rekey.exprs, node->rekey.count, names);
        if (!node->rekey.count) buf_append_str(out, STR("NULL"));
        buf_printf(out, " as %s", node->rekey.key.format->name);
        break;
    case PLAN_REPARTITION:
        buf_printf(out, "'%.*s' partitions %d", STR_ARG(node->repartition.name),
                   node->repartition.partitions);
        if (node->repartition.store.len)
            buf_printf(out, " store '%.*s'", STR_ARG(node->repartition.store));
        break;
    case PLAN_AGGREGATE: print_aggregate(out, node, names); break;
    case PLAN_JOIN_STREAM_TABLE:
    case PLAN_JOIN_STREAM_STREAM:
    case PLAN_JOIN_TABLE_TABLE:
    case PLAN_JOIN_FOREIGN_KEY: print_join(out, node, names); break;
    case PLAN_LIMIT: buf_printf(out, "%lld", (long long)node->limit); break;
    case PLAN_SINK:
        buf_printf(out, "'%.*s' topic '%.*s' key %s value %s%s",
                   STR_ARG(node->sink.name), STR_ARG(node->sink.topic),
                   node->sink.key.format->name, node->sink.value.format->name,
                   node->sink.same_key_bytes ? " keeps key bytes" : "");
        break;
    case PLAN_RESULT: buf_append_str(out, STR("to the client")); break;
    }
}

/* ---- what a pull query reads ---- */

static const char *const pull_names[] = {
    [PULL_KEYS] = "key look-up",
    [PULL_RANGE] = "key range",
    [PULL_SCAN] = "table scan",
};

static const char *const compare_signs[] = {
    [CMP_EQ] = "=", [CMP_LT] = "<",  [CMP_LE] = "<=",
    [CMP_GT] = ">", [CMP_GE] = ">=",
};

/* One test of an alternative. */
static void print_test(Buf *out, bool *first, Str name, int op,
                       const Expr *value)
{
    buf_printf(out, "%s%.*s %s ", *first ? "" : " AND ", STR_ARG(name),
               compare_signs[op]);
    expr_print(out, value, NULL);
    *first = false;
}

static void print_lookup(Buf *out, const PlanPullLookup *lookup,
                         const Schema *schema, Arena *arena)
{
    bool first = true;
    for (int i = 0; i < schema->key_count && (i == 0 || !lookup->range); i++)
        print_test(out, &first, name_quote(arena, schema->columns[i].name),
                   lookup->range ? lookup->range_op : CMP_EQ,
                   lookup->range ? lookup->range : lookup->key[i]);
    for (int i = 0; i < lookup->window_count; i++) {
        const PlanPullWindow *window = &lookup->windows[i];
        print_test(out, &first,
                   window->is_start ? STR("WINDOWSTART") : STR("WINDOWEND"),
                   window->op, window->value);
    }
}

/* How the rows are found, and each alternative on a line. */
static void print_pull(Buf *out, const PlanPull *pull, const PlanNode *source,
                       int depth, Arena *arena)
{
    buf_printf(out, "%s '%.*s' in %s\n", pull_names[pull->method],
               STR_ARG(source->source.name),
               pull->method == PULL_KEYS ? "the partition of each key"
                                         : "all partitions");
    if (pull->method == PULL_SCAN) return;
    for (int i = 0; i < pull->lookup_count; i++) {
        buf_printf(out, "%*s", 2 * depth + 2, "");
        if (i == PULL_SHOWN && pull->lookup_count > PULL_SHOWN + 1) {
            buf_printf(out, "and %d more\n", pull->lookup_count - i);
            return;
        }
        print_lookup(out, &pull->lookups[i], source->source.schema, arena);
        buf_push(out, '\n');
    }
}

/* ---- text ---- */

static void print_node(Buf *out, const Plan *plan, const PlanNode *node,
                       int depth, Arena *arena)
{
    const PlanPull *pull = plan->pull;
    buf_printf(out, "%*s", 2 * depth, "");
    if (pull && node->kind == PLAN_SOURCE) {
        print_pull(out, pull, node, depth, arena);
        return;
    }
    buf_printf(out, "%s ", kind_names[node->kind]);
    print_details(out, node, arena);
    if (pull && pull->exact && node->kind == PLAN_FILTER)
        buf_append_str(out, STR(" (holds for all that is found)"));
    buf_push(out, '\n');
    for (int i = 0; i < node->input_count; i++)
        print_node(out, plan, node->inputs[i], depth + 1, arena);
}

void plan_print(Buf *out, const Plan *plan)
{
    Arena *arena = arena_new("explain", 0);
    print_node(out, plan, plan->root, 0, arena);
    arena_free(arena);
}

/* ---- JSON ---- */

static void write_member(Buf *out, const char *name, Str value)
{
    buf_printf(out, ",\"%s\":", name);
    json_write_string(out, value);
}

static void write_spec(Buf *out, const char *name, const FormatSpec *spec)
{
    buf_printf(out, ",\"%s\":{\"format\":\"%s\",\"wrapped\":%s", name,
               spec->format->name, spec->wrapped ? "true" : "false");
    if (spec->delimiter.len) write_member(out, "delimiter", spec->delimiter);
    buf_push(out, '}');
}

static void write_columns(Buf *out, const PlanNode *node, Arena *arena)
{
    static const char *const roles[] = {
        [PLAN_KEY] = "key", [PLAN_VALUE] = "value", [PLAN_SYSTEM] = "system"};
    buf_append_str(out, STR(",\"columns\":["));
    for (int i = 0; i < node->column_count; i++) {
        const PlanColumn *column = &node->columns[i];
        buf_append_str(out, i ? STR(",{\"name\":") : STR("{\"name\":"));
        json_write_string(out, column->name);
        write_member(out, "type", type_print(arena, column->type));
        buf_printf(out, ",\"role\":\"%s\",\"needed\":%s}", roles[column->role],
                   column->needed ? "true" : "false");
    }
    buf_push(out, ']');
}

/* What becomes the names of internal topics: <application
 * id>-<name>-repartition and <application id>-<store>-changelog. */
static void write_internal_names(Buf *out, const PlanNode *node)
{
    Str stores[4] = {STR_NULL};
    int count = 0;

    switch (node->kind) {
    case PLAN_REPARTITION:
        write_member(out, "repartition", node->repartition.name);
        stores[count++] = node->repartition.store;
        break;
    case PLAN_SOURCE: stores[count++] = node->source.store; break;
    case PLAN_AGGREGATE: stores[count++] = node->aggregate.store; break;
    case PLAN_PROJECT: stores[count++] = node->project.store; break;
    case PLAN_JOIN_STREAM_TABLE:
    case PLAN_JOIN_STREAM_STREAM:
    case PLAN_JOIN_TABLE_TABLE:
        stores[count++] = node->join.left_store;
        stores[count++] = node->join.right_store;
        stores[count++] = node->join.outer_store;
        break;
    default: return;
    }
    buf_append_str(out, STR(",\"stores\":["));
    for (int i = 0, written = 0; i < count; i++) {
        if (!stores[i].len) continue;
        if (written++) buf_push(out, ',');
        json_write_string(out, stores[i]);
    }
    buf_push(out, ']');
}

static void write_node(Buf *out, const PlanNode *node, Arena *arena)
{
    buf_printf(out, "{\"id\":%d,\"kind\":\"%s\"", node->id,
               kind_names[node->kind]);
    write_member(out, "step", node->step);
    buf_append_str(out, STR(",\"inputs\":["));
    for (int i = 0; i < node->input_count; i++)
        buf_printf(out, "%s%d", i ? "," : "", node->inputs[i]->id);
    buf_printf(out, "],\"table\":%s,\"old\":%s,\"window\":\"%s\"",
               node->is_table ? "true" : "false",
               node->want_old ? "true" : "false", window_names[node->window]);
    if (node->window_size_ms)
        buf_printf(out, ",\"windowSizeMs\":%lld",
                   (long long)node->window_size_ms);
    Buf details = {0};
    print_details(&details, node, arena);
    write_member(out, "details", buf_str(&details));
    buf_free(&details);
    if (node->kind == PLAN_SOURCE) {
        write_member(out, "topic", node->source.topic);
        write_spec(out, "keyFormat", &node->source.key);
        write_spec(out, "valueFormat", &node->source.value);
    } else if (node->kind == PLAN_SINK) {
        write_member(out, "topic", node->sink.topic);
        write_spec(out, "keyFormat", &node->sink.key);
        write_spec(out, "valueFormat", &node->sink.value);
    } else if (node->kind == PLAN_REKEY) {
        write_spec(out, "keyFormat", &node->rekey.key);
    } else if (node->key_spec) {
        write_spec(out, "keyFormat", node->key_spec);
    }
    write_internal_names(out, node);
    write_columns(out, node, arena);
    buf_push(out, '}');
}

void plan_write_json(Buf *out, const Plan *plan)
{
    static const char *const kinds[] = {
        [PLAN_PERSISTENT] = "persistent",
        [PLAN_PUSH] = "push",
        [PLAN_PULL] = "pull",
    };
    Arena *arena = arena_new("explain", 0);
    buf_printf(out, "{\"kind\":\"%s\"", kinds[plan->kind]);
    write_member(out, "statement", plan->text);
    buf_append_str(out, STR(",\"sources\":["));
    for (int i = 0; i < plan->source_count; i++) {
        if (i) buf_push(out, ',');
        json_write_string(out, plan->sources[i]);
    }
    buf_push(out, ']');
    if (plan->sink.len) write_member(out, "sink", plan->sink);
    write_member(out, "schema",
                 schema_print(arena, plan->schema,
                              plan->sink_is_table ? "PRIMARY KEY" : "KEY"));
    if (plan->pull)
        write_member(out, "pull", str_from(pull_names[plan->pull->method]));
    buf_printf(out, ",\"root\":%d,\"nodes\":[", plan->root->id);
    for (int i = 0; i < plan->node_count; i++) {
        if (i) buf_push(out, ',');
        write_node(out, plan->nodes[i], arena);
    }
    buf_append_str(out, STR("]}"));
    arena_free(arena);
}
