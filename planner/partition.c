/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and partitions: PARTITION BY, new keys, hops through internal topics,
 * and the formats of their keys (language 4.6, runtime 2.5 and 4.4).
 *
 * A rekey node gives rows a new key; a repartition node after it sends them to
 * the partition of that key. Only what keeps state needs the second.
 */
#include "planner/planner_int.h"

const Format *internal_key_format(Select *q, const Format *format,
                                  const SchemaColumn *columns, int count)
{
    const Format *json = format_find(STR("JSON"));
    bool none = str_eq(str_from(format->name), STR("NONE"));
    if (none) {
        Str name = env_text(q->env, "ksql.persistence.default.format.key");
        format = name.len ? format_find(name) : NULL;
        if (!format) format = format_find(STR("KAFKA"));
        none = str_eq(str_from(format->name), STR("NONE"));
    }
    FormatSpec spec = side_key(format, columns, count, STR(""), STR(""));
    Status st = none ? (Status){.kind = ST_USER}
                     : format_validate(q->arena, &spec);
    return st.kind ? json : format;
}

/* ---- rekey and repartition ---- */

static Status no_windowed_rekey(Select *q, const PlanNode *node, uint32_t at)
{
    if (node->window == WINDOW_NONE) return st_ok();
    return st_error_at(q->arena, at,
                       "the rows have windows, which belong to their key: a "
                       "windowed source cannot be given another key");
}

STATUS plan_rekey(Select *q, Flow *flow, RekeyMode mode, const Expr **exprs,
                  const Str *names, int count, const Format *format,
                  Str delimiter, const char *step)
{
    const PlanNode *input = flow->node;
    Status st = st_ok();
    if (mode != REKEY_GROUP)
        st = no_windowed_rekey(q, input, count ? exprs[0]->at : q->ast->at);
    if (st.kind) return st;
    PlanNode *node = node_new(q, PLAN_REKEY, step, input, NULL);
    node->window = WINDOW_NONE;
    node->window_size_ms = 0;
    node_columns(q, node, input, count, 0);
    SchemaColumn *columns = arena_zalloc(q->arena,
                                         sizeof *columns * (size_t)(count + 1));
    node->rekey.mode = mode;
    node->rekey.count = count;
    node->rekey.exprs = ARENA_ARRAY(q->arena, const Expr *, count + 1);
    KeyPart *keys = arena_zalloc(q->arena, sizeof *keys * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        st = flow_expr(q, flow, exprs[i], &node->rekey.exprs[i]);
        if (st.kind) return st;
        columns[i] = (SchemaColumn){
            .name = names[i], .type = exprs[i]->type, .role = COLUMN_KEY};
        node->columns[i] = (PlanColumn){
            .name = names[i], .type = exprs[i]->type, .role = PLAN_KEY};
        keys[i].same = ARENA_ARRAY(q->arena, const Expr *, 1);
        keys[i].same[0] = exprs[i];
        keys[i].same_count = 1;
        keys[i].name = names[i];
        keys[i].type = exprs[i]->type;
    }
    for (int i = count; i < node->column_count; i++)
        if (node->columns[i].role == PLAN_KEY)
            node->columns[i].role = PLAN_VALUE;
    FormatSpec *spec = ARENA_NEW(q->arena, FormatSpec);
    *spec = side_key(format, columns, count, delimiter, STR(""));
    node->rekey.key = *spec;
    node->key_spec = spec;
    flow_push(flow, node, count);
    flow->keys = keys;
    flow->key_count = count;
    for (int i = 0; i < count; i++)
        keys[i].slot = i;
    return st_ok();
}

STATUS plan_repartition(Select *q, Flow *flow, const char *name,
                        const char *store)
{
    PlanNode *node = node_new(q, PLAN_REPARTITION, name, flow->node, NULL);
    node_columns(q, node, flow->node, 0, 0);
    node->repartition.name = str_from(name);
    node->repartition.partitions = flow->partitions;
    node->repartition.store = store ? str_from(store) : STR("");
    flow_push(flow, node, 0);
    flow->hop = node;
    FormatSpec spec = *node->key_spec;
    return format_validate(q->arena, &spec);
}

/* ---- PARTITION BY ---- */

bool partition_changes_key(const Select *q)
{
    const AstSelect *ast = q->ast;
    if (!ast->has_partition_by || !ast->partition_count) return false;
    if (expr_is_null_literal(q->partition[0])) return true;
    if (ast->partition_count != q->flow.key_count) return true;
    for (int i = 0; i < ast->partition_count; i++)
        if (!key_has(&q->flow.keys[i], q->partition[i])) return true;
    return false;
}

/* The name a new key has in the SELECT list, or its own. */
static Str key_name(Select *q, const Expr *expr)
{
    for (int i = 0; i < q->items.count; i++)
        if (expr_equal(q->items.at[i].expr, expr)) return q->items.at[i].name;
    if (expr->kind == EXPR_COLUMN) return q->scope.columns.at[expr->slot].name;
    return name_generated(&q->names);
}

/* The key format of the result: WITH's, else that of the leftmost source. */
static Status partition_format(Select *q, const SchemaColumn *columns,
                               int count, const Format **format, Str *delimiter)
{
    const Source *first = q->from[0].source;
    *delimiter = q->with.key_delimiter.ptr ? q->with.key_delimiter
                                           : first->key_delimiter;
    if (q->target) {
        *format = q->target->key_format;
        *delimiter = q->target->key_delimiter;
    } else if (q->with.key_format) {
        *format = q->with.key_format;
    } else {
        *format = first->key_format;
    }
    if (!q->persistent || !count ||
        str_eq(str_from((*format)->name), STR("NONE")))
        *format = internal_key_format(q, first->key_format, columns, count);
    return st_ok();
}

STATUS plan_partition_by(Select *q)
{
    int count = q->ast->partition_count;
    uint32_t at = q->ast->partition_by[0]->at;
    if (!q->rekeyed) {
        /* The items are the key: the one that is written names it. */
        for (int i = 0; i < count; i++) {
            KeyPart *key = &q->flow.keys[i];
            key->same = ARENA_ARRAY(q->arena, const Expr *, 1);
            key->same[0] = q->partition[i];
            key->same_count = 1;
        }
        return st_ok();
    }
    if (q->flow.node->is_table)
        return st_error_at(q->arena, at,
                           "PARTITION BY cannot change the key of a table: its "
                           "PRIMARY KEY tells its rows apart");
    bool null = expr_is_null_literal(q->partition[0]);
    if (null) count = 0;
    if (null && q->with.key_format &&
        !str_eq(str_from(q->with.key_format->name), STR("NONE")))
        return st_error_at(
            q->arena,
            q->with.at[q->with.both_formats ? WITH_FORMAT : WITH_KEY_FORMAT],
            "PARTITION BY NULL leaves no key, so there is no key "
            "format to give");
    Str *names = ARENA_ARRAY(q->arena, Str, count + 1);
    SchemaColumn *columns = arena_zalloc(q->arena,
                                         sizeof *columns * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        names[i] = key_name(q, q->partition[i]);
        columns[i] = (SchemaColumn){.name = names[i],
                                    .type = q->partition[i]->type,
                                    .role = COLUMN_KEY};
    }
    const Format *format;
    Str delimiter;
    Status st = partition_format(q, columns, count, &format, &delimiter);
    if (st.kind) return st;
    st = plan_rekey(q, &q->flow, REKEY_PARTITION, q->partition, names, count,
                    format, delimiter, "PartitionBy");
    if (st.kind) return st;
    if (count) return st_ok();
    /* No key, so no key bytes to know. */
    FormatSpec *none = ARENA_NEW(q->arena, FormatSpec);
    *none = side_key(format_find(STR("NONE")), NULL, 0, STR(""), STR(""));
    q->flow.node->key_spec = none;
    q->flow.node->rekey.key = *none;
    return st_ok();
}
