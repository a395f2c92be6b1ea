/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE OR REPLACE: what may change (language 7).
 *
 * The new source must look the same to its readers, but for columns added at
 * the end of the value. Of the plan, everything that keeps state must stay;
 * stateless steps may come and go. A stateful step is the same if its kind, its
 * parameters and the columns that reach it are.
 */
#include "planner/planner_int.h"

static Status refuse(Arena *stmt, const Source *old, const char *why)
{
    return st_error(stmt, ST_USER, "'%.*s' cannot be replaced: %s",
                    STR_ARG(old->name), why);
}

/* ---- the source ---- */

static Status check_schema(Arena *stmt, const Source *old, const Source *source)
{
    const Schema *a = old->schema, *b = source->schema;
    bool keys = a->key_count == b->key_count;
    for (int i = 0; keys && i < a->key_count; i++)
        keys = str_eq(a->columns[i].name, b->columns[i].name) &&
               type_equal(a->columns[i].type, b->columns[i].type);
    if (!keys)
        return refuse(stmt, old, "its key columns must stay as they are");
    int old_values = schema_value_count(a), values = schema_value_count(b);
    for (int i = 0; i < old_values; i++) {
        const SchemaColumn *was = &a->columns[a->key_count + i];
        const SchemaColumn *is = i < values ? &b->columns[b->key_count + i]
                                            : NULL;
        if (is && str_eq(was->name, is->name) &&
            type_equal(was->type, is->type))
            continue;
        return st_error(stmt, ST_USER,
                        "'%.*s' cannot be replaced: column '%.*s' %s must stay "
                        "where it is; new columns can only follow the old ones",
                        STR_ARG(old->name), STR_ARG(was->name),
                        type_text(stmt, was->type));
    }
    return st_ok();
}

static Status check_source(Arena *stmt, const Source *old, const Source *source)
{
    if (old->is_table != source->is_table)
        return refuse(stmt, old,
                      old->is_table ? "it is a table, not a stream"
                                    : "it is a stream, not a table");
    if (old->is_source || source->is_source)
        return refuse(stmt, old, "a SOURCE stream or table is read-only");
    if (!str_eq(old->topic, source->topic))
        return refuse(stmt, old, "its topic must stay");
    if (old->key_format != source->key_format ||
        old->value_format != source->value_format ||
        old->key_wrapped != source->key_wrapped ||
        !str_eq(old->key_delimiter, source->key_delimiter) ||
        !str_eq(old->value_delimiter, source->value_delimiter))
        return refuse(stmt, old, "its formats must stay");
    bool single = schema_value_count(old->schema) == 1 &&
                  schema_value_count(source->schema) > 1;
    if (old->value_wrapped != source->value_wrapped ||
        (single && !old->value_wrapped))
        return refuse(stmt, old,
                      "its single value is not wrapped, which a "
                      "second column would change");
    if (!str_eq(old->timestamp_column, source->timestamp_column) ||
        !str_eq(old->timestamp_format, source->timestamp_format))
        return refuse(stmt, old, "its TIMESTAMP must stay");
    if (old->window != source->window ||
        old->window_size_ms != source->window_size_ms)
        return refuse(stmt, old, "its windows must stay");
    return check_schema(stmt, old, source);
}

/* ---- the plan ---- */

static bool is_stateful(const PlanNode *node)
{
    return node->kind != PLAN_FILTER && node->kind != PLAN_PROJECT &&
           node->kind != PLAN_SINK && node->kind != PLAN_RESULT;
}

/* The next node of substance under `node`. */
static const PlanNode *skip_stateless(const PlanNode *node)
{
    while (node && !is_stateful(node))
        node = node->inputs[0];
    return node;
}

static bool same_exprs(const Expr *const *a, int a_count, const Expr *const *b,
                       int b_count)
{
    if (a_count != b_count) return false;
    for (int i = 0; i < a_count; i++)
        if (!expr_equal(a[i], b[i])) return false;
    return true;
}

/* The columns that are carried. */
static bool same_columns(const PlanNode *a, const PlanNode *b)
{
    if (a->column_count != b->column_count) return false;
    for (int i = 0; i < a->column_count; i++) {
        const PlanColumn *x = &a->columns[i], *y = &b->columns[i];
        if (!str_eq(x->name, y->name) || !type_equal(x->type, y->type) ||
            x->needed != y->needed)
            return false;
    }
    return true;
}

static bool same_calls(const PlanAggregate *a, const PlanAggregate *b)
{
    if (a->call_count != b->call_count) return false;
    for (int i = 0; i < a->call_count; i++) {
        const PlanAggregateCall *x = &a->calls[i], *y = &b->calls[i];
        if (x->binding->function != y->binding->function ||
            !same_exprs(x->args, x->arg_count, y->args, y->arg_count))
            return false;
    }
    return true;
}

static bool has_having(const PlanNode *node)
{
    bool filters = false;
    for (; node && node->kind != PLAN_AGGREGATE; node = node->inputs[0])
        filters |= node->kind == PLAN_FILTER;
    return node && filters;
}

static bool reads_column(const PlanNode *source, Str name)
{
    for (int i = 0; i < source->column_count; i++)
        if (source->columns[i].needed &&
            str_eq(source->columns[i].name, name))
            return true;
    return false;
}

/* A column that one of two sources reads and the other does not, or
 * STR_NULL. System columns are at hand anyway. */
static Str read_by_one(const PlanNode *a, const PlanNode *b)
{
    for (int i = 0; i < a->column_count; i++) {
        Str name = a->columns[i].name;
        if (a->columns[i].needed && !is_system_column(name) &&
            !reads_column(b, name))
            return name;
    }
    return STR_NULL;
}

/* An aggregation carries the columns that its query names, and its state is
 * theirs: also those that only a WHERE reads (language 9, 41). */
static Status check_carried(Arena *stmt, const Source *old, const PlanNode *a,
                            const PlanNode *b)
{
    Str more = read_by_one(b, a), less = read_by_one(a, b);
    if (!more.ptr && !less.ptr) return st_ok();
    return st_error(stmt, ST_USER,
                    "'%.*s' cannot be replaced: it aggregates, and column "
                    "'%.*s' was %s before",
                    STR_ARG(old->name), STR_ARG(more.ptr ? more : less),
                    more.ptr ? "not read" : "read");
}

/* What can never be replaced, as the reason; NULL: it may. */
static const char *fixed_reason(const PlanNode *node)
{
    switch (node->kind) {
    case PLAN_FLATMAP: return "it uses table functions";
    case PLAN_JOIN_STREAM_TABLE:
    case PLAN_JOIN_STREAM_STREAM:
    case PLAN_JOIN_TABLE_TABLE:
    case PLAN_JOIN_FOREIGN_KEY: return "it joins";
    case PLAN_AGGREGATE:
        if (node->aggregate.window.kind != WINDOW_NONE)
            return "it aggregates by window";
        return node->aggregate.from_table ? "it aggregates a table" : NULL;
    case PLAN_SOURCE:
        return node->source.window != WINDOW_NONE ? "it reads windowed keys"
                                                  : NULL;
    default: return NULL;
    }
}

static Status check_plan(Arena *stmt, const Source *old, const Plan *old_plan,
                         const Plan *plan)
{
    for (int i = 0; i < old_plan->node_count; i++) {
        const char *why = fixed_reason(old_plan->nodes[i]);
        if (why) return refuse(stmt, old, why);
    }
    Status st = st_ok();
    bool aggregates = false;
    const PlanNode *a = skip_stateless(old_plan->root);
    const PlanNode *b = skip_stateless(plan->root);
    for (; a && b;
         a = skip_stateless(a->inputs[0]), b = skip_stateless(b->inputs[0])) {
        if (a->kind != b->kind)
            return refuse(stmt, old, "the query has other steps than before");
        if (a->kind == PLAN_SOURCE && !str_eq(a->source.topic, b->source.topic))
            return refuse(stmt, old, "it must read the same topic as before");
        aggregates |= a->kind == PLAN_AGGREGATE;
        if (a->kind == PLAN_SOURCE && aggregates)
            st = check_carried(stmt, old, a, b);
        if (st.kind) return st;
        if (a->kind == PLAN_REKEY &&
            !same_exprs(a->rekey.exprs, a->rekey.count, b->rekey.exprs,
                        b->rekey.count))
            return refuse(stmt, old, "the expressions of its key must stay");
        if (a->kind == PLAN_REPARTITION && !same_columns(a, b))
            return refuse(stmt, old,
                          "the columns that its aggregation reads must stay");
        if (a->kind == PLAN_AGGREGATE &&
            !same_calls(&a->aggregate, &b->aggregate))
            return refuse(stmt, old, "its aggregate functions must stay");
    }
    if (a || b)
        return refuse(stmt, old, "the query has other steps than before");
    if (has_having(old_plan->root) != has_having(plan->root))
        return refuse(stmt, old, "a HAVING cannot be added or taken away");
    return st_ok();
}

STATUS plan_check_replace(Arena *stmt, const Source *old, const Plan *old_plan,
                          const Source *source, const Plan *plan)
{
    Status st = check_source(stmt, old, source);
    if (st.kind) return st;
    for (int i = 0; i < old->writers.count; i++)
        if (!str_eq(old->writers.at[i], old->query_id))
            return st_error(stmt, ST_USER,
                            "'%.*s' cannot be replaced: query '%.*s' writes it "
                            "too, TERMINATE it first",
                            STR_ARG(old->name), STR_ARG(old->writers.at[i]));
    if (old_plan && plan) return check_plan(stmt, old, old_plan, plan);
    /* Of a terminated query nothing is left to compare with. */
    if (old->is_cas == source->is_cas) return st_ok();
    return refuse(stmt, old,
                  old->is_cas ? "it was made by CREATE ... AS SELECT"
                              : "it was made without a query");
}
