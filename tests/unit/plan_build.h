/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans by hand, for tests of the runtime that should not depend on the
 * planner. Nodes are numbered in the order they are made; expressions name
 * columns by slot.
 */
#ifndef TESTS_UNIT_PLAN_BUILD_H
#define TESTS_UNIT_PLAN_BUILD_H

#include <assert.h>

#include "planner/plan.h"

typedef struct PlanBuild {
    Arena *arena;
    Plan plan;
    const PlanNode *nodes[16];
} PlanBuild;

static inline PlanNode *pb_node(PlanBuild *b, PlanKind kind, const char *step,
                                const PlanNode *input, int columns)
{
    PlanNode *n = ARENA_NEW(b->arena, PlanNode);
    n->kind = kind;
    n->id = b->plan.node_count;
    n->step = str_from(step);
    n->columns = arena_zalloc(b->arena, sizeof(PlanColumn) * (size_t)columns);
    n->column_count = columns;
    if (input) {
        n->inputs[n->input_count++] = input;
        n->is_table = input->is_table;
        n->window = input->window;
        n->window_size_ms = input->window_size_ms;
    }
    assert(b->plan.node_count < 16);
    b->nodes[b->plan.node_count++] = n;
    return n;
}

static inline void pb_column(PlanNode *n, int slot, const char *name,
                             const Type *type, PlanColumnRole role)
{
    n->columns[slot] = (PlanColumn){str_from(name), type, role, true};
}

static inline const Expr *pb_slot(PlanBuild *b, const PlanNode *input, int slot)
{
    Expr *e = ARENA_NEW(b->arena, Expr);
    e->kind = EXPR_COLUMN;
    e->type = input->columns[slot].type;
    e->slot = slot;
    return e;
}

static inline const Expr *pb_int(PlanBuild *b, const Type *type, int64_t value)
{
    Expr *e = ARENA_NEW(b->arena, Expr);
    e->kind = EXPR_LITERAL;
    e->type = type;
    if (type->kind == TYPE_BIGINT)
        e->literal.i64 = value;
    else
        e->literal.i32 = (int32_t)value;
    return e;
}

static inline const Expr *pb_two(PlanBuild *b, ExprKind kind, const Type *type,
                                 int op, const Expr *x, const Expr *y)
{
    Expr *e = ARENA_NEW(b->arena, Expr);
    e->kind = kind;
    e->type = type;
    e->op = op;
    e->arg_count = 2;
    e->args = ARENA_ARRAY(b->arena, const Expr *, 2);
    e->args[0] = x;
    e->args[1] = y;
    return e;
}

/* A schema (K key_type KEY, columns...) with JSON values and KAFKA keys. */
static inline Schema *pb_schema(PlanBuild *b, const Type *key, int values,
                                const char *const *names,
                                const Type *const *types)
{
    Schema *s = ARENA_NEW(b->arena, Schema);
    s->columns = arena_zalloc(b->arena,
                              sizeof(SchemaColumn) * (size_t)(values + 1));
    s->count = values + 1;
    s->key_count = 1;
    s->columns[0] = (SchemaColumn){STR("K"), key, COLUMN_KEY, STR_NULL};
    for (int i = 0; i < values; i++)
        s->columns[i + 1] = (SchemaColumn){str_from(names[i]), types[i],
                                           COLUMN_VALUE, STR_NULL};
    return s;
}

static inline FormatSpec pb_spec(const Schema *s, bool is_key, Str topic)
{
    return (FormatSpec){
        .format = format_find(is_key ? STR("KAFKA") : STR("JSON")),
        .is_key = is_key,
        .columns = s->columns + (is_key ? 0 : 1),
        .column_count = is_key ? 1 : s->count - 1,
        .wrapped = !is_key,
        .topic = topic};
}

/* Slots: the schema's columns, then ROWTIME. */
static inline PlanNode *pb_source(PlanBuild *b, const char *topic,
                                  const Schema *s, bool is_table)
{
    int count = s->count + 1;
    PlanNode *n = pb_node(b, PLAN_SOURCE, "KsqlTopic", NULL, count);
    SourceField *fields = ARENA_ARRAY(b->arena, SourceField, count);
    int *index = ARENA_ARRAY(b->arena, int, count);
    for (int i = 0; i < s->count; i++) {
        fields[i] = SOURCE_COLUMN;
        index[i] = i;
        n->columns[i] = (PlanColumn){s->columns[i].name, s->columns[i].type,
                                     i == 0 ? PLAN_KEY : PLAN_VALUE, true};
    }
    fields[s->count] = SOURCE_ROWTIME;
    index[s->count] = -1;
    pb_column(n, s->count, "ROWTIME", &type_bigint, PLAN_SYSTEM);
    n->is_table = is_table;
    n->source = (PlanSource){.name = str_from(topic),
                             .topic = str_from(topic),
                             .is_table = is_table,
                             .schema = s,
                             .key = pb_spec(s, true, str_from(topic)),
                             .value = pb_spec(s, false, str_from(topic)),
                             .fields = fields,
                             .field_index = index,
                             .timestamp = {.slot = -1},
                             .materialize = is_table,
                             .store = is_table ? STR("KsqlTopic-Reduce")
                                               : STR("")};
    n->key_spec = &n->source.key;
    return n;
}

static inline PlanNode *pb_filter(PlanBuild *b, const PlanNode *input,
                                  const Expr *predicate)
{
    PlanNode *n = pb_node(b, PLAN_FILTER, "WhereFilter", input,
                          input->column_count);
    n->columns = input->columns;
    n->filter = predicate;
    return n;
}

/* The key of the input's slot 0, then one column an expression. */
static inline PlanNode *pb_project(PlanBuild *b, const PlanNode *input,
                                   int count, const char *const *names,
                                   const Expr *const *exprs)
{
    PlanNode *n = pb_node(b, PLAN_PROJECT, "Project", input, count + 1);
    n->project.exprs = ARENA_ARRAY(b->arena, const Expr *, count + 1);
    int *copy = ARENA_ARRAY(b->arena, int, count + 1);
    n->columns[0] = input->columns[0];
    n->project.exprs[0] = pb_slot(b, input, 0);
    copy[0] = 0;
    for (int i = 0; i < count; i++) {
        pb_column(n, i + 1, names[i], exprs[i]->type, PLAN_VALUE);
        n->project.exprs[i + 1] = exprs[i];
        copy[i + 1] = exprs[i]->kind == EXPR_COLUMN ? exprs[i]->slot : -1;
    }
    n->project.copy_of = copy;
    return n;
}

static inline PlanNode *pb_rekey(PlanBuild *b, const PlanNode *input,
                                 RekeyMode mode, const Expr *expr)
{
    PlanNode *n = pb_node(b, PLAN_REKEY, "GroupBy", input,
                          input->column_count + 1);
    SchemaColumn *key = ARENA_NEW(b->arena, SchemaColumn);
    *key = (SchemaColumn){STR("G"), expr->type, COLUMN_KEY, STR_NULL};
    pb_column(n, 0, "G", expr->type, PLAN_KEY);
    for (int i = 0; i < input->column_count; i++) {
        n->columns[i + 1] = input->columns[i];
        if (n->columns[i + 1].role == PLAN_KEY)
            n->columns[i + 1].role = PLAN_VALUE;
    }
    n->rekey.mode = mode;
    n->rekey.exprs = ARENA_ARRAY(b->arena, const Expr *, 1);
    n->rekey.exprs[0] = expr;
    n->rekey.count = 1;
    n->rekey.key = (FormatSpec){.format = format_find(STR("KAFKA")),
                                .is_key = true,
                                .columns = key,
                                .column_count = 1};
    n->key_spec = &n->rekey.key;
    return n;
}

static inline PlanNode *pb_repartition(PlanBuild *b, const PlanNode *input,
                                       const char *name)
{
    PlanNode *n = pb_node(b, PLAN_REPARTITION, name, input,
                          input->column_count);
    n->columns = input->columns;
    n->repartition.name = str_from(name);
    n->key_spec = input->key_spec;
    return n;
}

/* Output: key, [WINDOWSTART, WINDOWEND,] ROWTIME, one a call. `args[i]` NULL:
 * no argument. */
static inline PlanNode *pb_aggregate(PlanBuild *b, const PlanNode *input,
                                     WindowSpec window, int count,
                                     const char *const *names,
                                     const Expr *const *args)
{
    bool windowed = window.kind != WINDOW_NONE;
    int first = windowed ? 4 : 2;
    PlanNode *n = pb_node(b, PLAN_AGGREGATE, "Aggregate", input, first + count);
    n->columns[0] = input->columns[0];
    if (windowed) {
        pb_column(n, 1, "WINDOWSTART", &type_bigint, PLAN_SYSTEM);
        pb_column(n, 2, "WINDOWEND", &type_bigint, PLAN_SYSTEM);
    }
    pb_column(n, first - 1, "ROWTIME", &type_bigint, PLAN_SYSTEM);
    n->aggregate.calls = arena_zalloc(b->arena, sizeof(PlanAggregateCall) *
                                                    (size_t)count);
    for (int i = 0; i < count; i++) {
        FnBinding *binding = ARENA_NEW(b->arena, FnBinding);
        FnArg arg = {.type = args[i] ? args[i]->type : NULL};
        Status st = function_resolve(b->arena, str_from(names[i]), &arg,
                                     args[i] ? 1 : 0, NULL, binding);
        assert(!st.kind);
        (void)st;
        PlanAggregateCall *call = &n->aggregate.calls[i];
        call->binding = binding;
        call->arg_count = args[i] ? 1 : 0;
        call->args = ARENA_ARRAY(b->arena, const Expr *, 1);
        call->args[0] = args[i];
        pb_column(n, first + i, names[i], binding->result, PLAN_VALUE);
    }
    n->aggregate.call_count = count;
    n->aggregate.window = window;
    n->aggregate.from_table = input->is_table;
    n->aggregate.store = STR("Aggregate-Aggregate-Materialize");
    n->is_table = true;
    n->window = window.kind;
    n->window_size_ms = window.size_ms;
    n->key_spec = input->key_spec;
    return n;
}

static inline PlanNode *pb_join(PlanBuild *b, const PlanNode *left,
                                const PlanNode *right, JoinKind kind)
{
    int count = left->column_count + right->column_count;
    PlanNode *n = pb_node(b, PLAN_JOIN_STREAM_TABLE, "Join", left, count);
    n->inputs[n->input_count++] = right;
    for (int i = 0; i < count; i++)
        n->columns[i] = i < left->column_count
                            ? left->columns[i]
                            : right->columns[i - left->column_count];
    n->join.kind = kind;
    return n;
}

/* Writes slot 0 as the key and slots 1.. as the values. */
static inline PlanNode *pb_sink(PlanBuild *b, const PlanNode *input,
                                const char *topic)
{
    int values = input->column_count - 1;
    PlanNode *n = pb_node(b, PLAN_SINK, "Sink", input, 0);
    const char **names = ARENA_ARRAY(b->arena, const char *, values + 1);
    const Type **types = ARENA_ARRAY(b->arena, const Type *, values + 1);
    int *slots = ARENA_ARRAY(b->arena, int, values + 2);
    for (int i = 0; i <= values; i++) {
        slots[i] = i;
        if (i == values) break;
        names[i] = str_cstr(b->arena, input->columns[i + 1].name);
        types[i] = input->columns[i + 1].type;
    }
    Schema *s = pb_schema(b, input->columns[0].type, values, names, types);
    n->sink = (PlanSink){.name = str_from(topic),
                         .topic = str_from(topic),
                         .schema = s,
                         .key = pb_spec(s, true, str_from(topic)),
                         .value = pb_spec(s, false, str_from(topic)),
                         .key_slots = slots,
                         .value_slots = slots + 1,
                         .same_key_bytes = true,
                         .timestamp = {.slot = -1},
                         .window = input->window};
    return n;
}

static inline const Plan *pb_done(PlanBuild *b, const PlanNode *root)
{
    b->plan.kind = root->kind == PLAN_RESULT ? PLAN_PUSH : PLAN_PERSISTENT;
    b->plan.root = root;
    b->plan.nodes = b->nodes;
    return &b->plan;
}

#endif
