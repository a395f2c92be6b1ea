/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins (language 4.7, runtime 2.13 to 2.16, 4.2 to 4.4).
 *
 * A chain is left-deep: the flow so far is joined with one more source. For
 * each step: the condition is split into a side of the flow and a side of the
 * new source; the kinds of both say which join it is and which rules hold;
 * sides whose key is not the join key are re-keyed and go through an internal
 * topic; then one node joins them.
 *
 * The key of the result is kept as the list of logical expressions equal to it
 * ("same"), left side first. Only plain columns can be selected as the key; if
 * there are none (FULL joins, expressions on both sides) the result gets a
 * synthetic key column, ROWKEY.
 *
 * One deviation from the reference, invisible in results: where the key formats
 * of a stream and a table differ, the stream is written anew, not the table.
 */
#include "planner/planner_int.h"

typedef struct Join {
    const AstJoin *ast;
    int index;          /* Among the joins of the query. */
    const char *prefix; /* "L_L_" of step names, runtime 4.2. */
    Flow *left, *right;
    const Expr *left_key, *right_key;
    bool rekey_left, rekey_right;
    bool foreign;
    PlanKind kind;
} Join;

static const char *step_name(Select *q, const char *before, const Join *join,
                             const char *after)
{
    return str_cstr(
        q->arena, str_printf(q->arena, "%s%s%s", before, join->prefix, after));
}

/* ---- the condition ---- */

typedef struct SourceSet {
    const Scope *scope;
    uint32_t bits;
} SourceSet;

static void note_source(void *context, int column)
{
    SourceSet *set = context;
    int from = set->scope->columns.at[column].from;
    if (from >= 0) set->bits |= (uint32_t)1 << from;
}

static Status bad_condition(Select *q, const Ast *at, const char *why)
{
    return st_error_at(q->arena, at->at,
                       "the join condition must be one equality between an "
                       "expression over each side: %s",
                       why);
}

static Status condition_side(Select *q, const Scope *scope, const Ast *ast,
                             const Expr **expr, uint32_t *bits)
{
    Binder b = select_binder(q, "ON", 0);
    b.scope = scope;
    Status st = bind_expression(&b, ast, expr);
    if (st.kind) return st;
    SourceSet set = {.scope = scope};
    expr_each_column(*expr, note_source, &set);
    *bits = set.bits;
    if (!set.bits) return bad_condition(q, ast, "this side reads no column");
    if (set.bits & (set.bits - 1))
        return bad_condition(q, ast, "this side reads several sources");
    return st_ok();
}

/* A source that does not exist is told before all that may follow from it. */
static Status check_sources(Select *q, const Scope *scope, const Ast *ast)
{
    if (ast->kind == AST_COLUMN && ast->qualifier.text.ptr)
        return scope_check_source(scope, q->arena, &ast->qualifier);
    for (int i = 0; i < ast->arg_count; i++) {
        Status st = check_sources(q, scope, ast->args[i]);
        if (st.kind) return st;
    }
    return st_ok();
}

static Status read_condition(Select *q, Join *join)
{
    const Ast *on = join->ast->on;
    const FromSource *added = &q->from[join->index + 1];
    /* Only what has been joined so far can be named. */
    Scope scope = q->scope;
    scope.columns.count = added->first + added->count;
    scope.aliases.count = join->index + 2;
    if (on->kind != AST_COMPARE || on->op != AST_EQ)
        return bad_condition(q, on,
                             "AND, OR and other comparisons cannot be "
                             "used");
    const Expr *sides[2];
    uint32_t bits[2];
    Status st = check_sources(q, &scope, on);
    if (st.kind) return st;
    for (int i = 0; i < 2; i++) {
        st = condition_side(q, &scope, on->args[i], &sides[i], &bits[i]);
        if (st.kind) return st;
    }
    uint32_t right = (uint32_t)1 << (join->index + 1);
    if (bits[0] == bits[1])
        return bad_condition(q, on, "both sides read the same source");
    if (bits[0] != right && bits[1] != right)
        return st_error_at(q->arena, on->at,
                           "the join condition must mention '%.*s', which it "
                           "joins",
                           STR_ARG(added->alias));
    bool swapped = bits[0] == right;
    join->left_key = sides[swapped];
    join->right_key = sides[!swapped];
    if (!type_equal(sides[0]->type, sides[1]->type))
        return st_error_at(q->arena, on->at,
                           "the join condition compares %s with %s: both sides "
                           "must have the same type, convert one with CAST",
                           type_text(q->arena, sides[0]->type),
                           type_text(q->arena, sides[1]->type));
    if (type_has_map(sides[0]->type))
        return st_error_at(q->arena, on->at,
                           "a join key cannot contain maps, and this is %s",
                           type_text(q->arena, sides[0]->type));
    return st_ok();
}

/* ---- which join it is ---- */

static bool is_sole_key(const Flow *flow, const Expr *expr)
{
    return flow->key_count == 1 && key_has(&flow->keys[0], expr);
}

static Status need_right_key(Select *q, const Join *join)
{
    const FromSource *right = &q->from[join->index + 1];
    if (is_sole_key(join->right, join->right_key)) return st_ok();
    Str key = join->right->keys[0].name;
    if (join->right->key_count > 1)
        return st_error_at(q->arena, join->right_key->at,
                           "table '%.*s' has a PRIMARY KEY of %d columns: only "
                           "a table with one can be joined",
                           STR_ARG(right->alias), join->right->key_count);
    return st_error_at(q->arena, join->right_key->at,
                       "table '%.*s' can only be joined on its PRIMARY KEY, "
                       "'%.*s'",
                       STR_ARG(right->alias), STR_ARG(key));
}

static Status check_within(Select *q, const Join *join)
{
    bool streams = join->kind == PLAN_JOIN_STREAM_STREAM;
    if (streams && !join->ast->within)
        return st_error_at(q->arena, join->ast->at,
                           "a join of two streams needs WITHIN and a duration "
                           "before ON");
    if (!streams && join->ast->within)
        return st_error_at(q->arena, join->ast->at,
                           "WITHIN is only for joins of two streams");
    return st_ok();
}

static Status check_stream_table(Select *q, Join *join)
{
    if (join->ast->kind == AST_JOIN_RIGHT || join->ast->kind == AST_JOIN_FULL)
        return st_error_at(q->arena, join->ast->at,
                           "a stream and a table can only be joined by INNER "
                           "and LEFT JOIN");
    return need_right_key(q, join);
}

static Status check_table_table(Select *q, Join *join)
{
    Status st = need_right_key(q, join);
    if (st.kind) return st;
    join->foreign = !is_sole_key(join->left, join->left_key);
    if (!join->foreign) return st_ok();
    join->kind = PLAN_JOIN_FOREIGN_KEY;
    if (join->ast->kind == AST_JOIN_RIGHT || join->ast->kind == AST_JOIN_FULL)
        return st_error_at(q->arena, join->ast->at,
                           "a foreign-key join can only be an INNER or LEFT "
                           "JOIN");
    if (join->index > 0)
        return st_error_at(q->arena, join->ast->at,
                           "a foreign-key join can only be the first join of a "
                           "query");
    if (join->left->node->window != WINDOW_NONE ||
        join->right->node->window != WINDOW_NONE)
        return st_error_at(q->arena, join->ast->at,
                           "a foreign-key join cannot read windowed tables");
    return st_ok();
}

static Status choose_kind(Select *q, Join *join)
{
    bool left = join->left->node->is_table, right = join->right->node->is_table;
    const FromSource *added = &q->from[join->index + 1];
    if (left && !right)
        return st_error_at(q->arena, join->ast->at,
                           "a table cannot be joined with stream '%.*s': put "
                           "the stream first",
                           STR_ARG(added->alias));
    join->kind = left    ? PLAN_JOIN_TABLE_TABLE
                 : right ? PLAN_JOIN_STREAM_TABLE
                         : PLAN_JOIN_STREAM_STREAM;
    Status st = check_within(q, join);
    if (st.kind) return st;
    if (left) return check_table_table(q, join);
    return right ? check_stream_table(q, join) : st_ok();
}

/* ---- windows and formats ---- */

static const char *window_text(WindowKind window)
{
    return window == WINDOW_NONE      ? "no windows"
           : window == WINDOW_SESSION ? "session windows"
                                      : "time windows";
}

static Status check_windows(Select *q, const Join *join)
{
    const PlanNode *left = join->left->node, *right = join->right->node;
    bool differ =
        (left->window == WINDOW_NONE) != (right->window == WINDOW_NONE) ||
        (left->window == WINDOW_SESSION) != (right->window == WINDOW_SESSION);
    if (differ)
        return st_error_at(q->arena, join->ast->at,
                           "the two sides cannot be joined: one has %s and the "
                           "other %s",
                           window_text(left->window),
                           window_text(right->window));
    if (left->window == WINDOW_NONE || left->window == WINDOW_SESSION ||
        left->window_size_ms == right->window_size_ms)
        return st_ok();
    return st_error_at(
        q->arena, join->ast->at,
        "the windows of the two sides have different sizes, %lld "
        "and %lld ms: one would need another key, which a "
        "windowed source cannot be given",
        (long long)left->window_size_ms, (long long)right->window_size_ms);
}

static Status check_value_format(Select *q, int from)
{
    const Source *source = q->from[from].source;
    if (!str_eq(str_from(source->value_format->name), STR("KAFKA")))
        return st_ok();
    return st_error_at(q->arena, q->from[from].at,
                       "'%.*s' has value format KAFKA, which joins do not "
                       "support",
                       STR_ARG(source->name));
}

/* The key format both sides shall have. A side that must be written anyway
 * takes the other's. */
static const FormatSpec *choose_spec(const Join *join)
{
    const FormatSpec *left = join->left->node->key_spec;
    const FormatSpec *right = join->right->node->key_spec;
    if (join->rekey_left && (!join->rekey_right ||
                             str_eq(str_from(left->format->name), STR("NONE"))))
        return right;
    return left;
}

/* ---- re-keying the sides ---- */

static Str key_column_name(Select *q, const Expr *expr)
{
    return expr->kind == EXPR_COLUMN ? q->scope.columns.at[expr->slot].name
                                     : STR("ROWKEY");
}

static Status rekey_side(Select *q, const Join *join, bool left,
                         const Format *format, Str delimiter, int partitions)
{
    Flow *flow = left ? join->left : join->right;
    const Expr *key = left ? join->left_key : join->right_key;
    AstJoinKind kind = join->ast->kind;
    bool is_table = flow->node->is_table;
    const char *keyed = left ? "LeftSourceKeyed" : "RightSourceKeyed";
    Str name = key_column_name(q, key);
    const char *step = is_table ? step_name(q, "", join, keyed)
                                : step_name(q, "", join, "SelectKey");
    Status st = plan_rekey(q, flow, REKEY_JOIN, &key, &name, 1, format,
                           delimiter, step);
    if (st.kind) return st;
    flow->node->rekey.keep_null = kind == AST_JOIN_FULL ||
                                  kind ==
                                      (left ? AST_JOIN_LEFT : AST_JOIN_RIGHT);
    flow->partitions = partitions;
    q->generated += is_table ? 12 : 4;
    if (is_table)
        return plan_repartition(
            q, flow,
            str_cstr(q->arena, str_printf(q->arena, "%s-SelectKey", step)),
            str_cstr(q->arena, str_printf(q->arena, "%s-Materialize", step)));
    const char *hop = join->kind == PLAN_JOIN_STREAM_TABLE ? "Join"
                      : left                               ? "Join-left"
                                                           : "Join-right";
    return plan_repartition(q, flow, step_name(q, "", join, hop), NULL);
}

static Status check_partitions(Select *q, const Join *join, int *partitions)
{
    int left = join->left->partitions, right = join->right->partitions;
    if (join->rekey_left && join->rekey_right)
        *partitions = left > right ? left : right;
    else
        *partitions = join->rekey_left ? right : left;
    if (join->rekey_left || join->rekey_right || left == right) return st_ok();
    const FromSource *added = &q->from[join->index + 1];
    SourceSet set = {.scope = &q->scope};
    expr_each_column(join->left_key, note_source, &set);
    int from = 0;
    while (!(set.bits >> from & 1))
        from++;
    return st_error_at(
        q->arena, join->ast->at,
        "cannot join '%.*s' with '%.*s': their topics have %d "
        "and %d partitions; give both the same number, for "
        "instance by CREATE ... WITH (PARTITIONS = %d) AS SELECT "
        "* FROM one of them",
        STR_ARG(q->from[from].source->name), STR_ARG(added->source->name), left,
        right, left);
}

static Status copartition(Select *q, Join *join)
{
    bool tables = join->kind == PLAN_JOIN_TABLE_TABLE;
    unsigned registry = (join->left->node->key_spec->format->flags |
                         join->right->node->key_spec->format->flags) &
                        FORMAT_REGISTRY;
    join->rekey_left = registry ||
                       (!tables && !is_sole_key(join->left, join->left_key));
    join->rekey_right = registry ||
                        (join->kind == PLAN_JOIN_STREAM_STREAM &&
                         !is_sole_key(join->right, join->right_key));
    const FormatSpec *wanted = choose_spec(join);
    SchemaColumn *column = ARENA_NEW(q->arena, SchemaColumn);
    *column = (SchemaColumn){.name = key_column_name(q, join->left_key),
                             .type = join->left_key->type,
                             .role = COLUMN_KEY};
    const Format *format = internal_key_format(q, wanted->format, column, 1);
    FormatSpec spec = side_key(format, column, 1, wanted->delimiter, STR(""));
    if (!join->rekey_right &&
        !format_spec_equal(join->right->node->key_spec, &spec)) {
        if (join->kind == PLAN_JOIN_STREAM_TABLE) {
            spec = *join->right->node->key_spec;
            join->rekey_left = true;
        } else {
            join->rekey_right = true;
        }
    }
    if (!join->rekey_left &&
        !format_spec_equal(join->left->node->key_spec, &spec))
        join->rekey_left = true;
    int partitions;
    Status st = check_partitions(q, join, &partitions);
    if (!st.kind && join->rekey_left)
        st = rekey_side(q, join, true, spec.format, spec.delimiter, partitions);
    if (!st.kind && join->rekey_right)
        st = rekey_side(q, join, false, spec.format, spec.delimiter,
                        partitions);
    return st;
}

/* ---- the node ---- */

static const int64_t day_ms = 24 * 60 * 60 * 1000;

static Status read_within(Select *q, const Join *join, PlanJoin *plan)
{
    const AstJoin *ast = join->ast;
    if (join->kind != PLAN_JOIN_STREAM_STREAM) return st_ok();
    plan->has_grace = ast->grace.present;
    bool ok = ast_duration_ms(&ast->before, &plan->before_ms) &&
              ast_duration_ms(&ast->after, &plan->after_ms) &&
              (!plan->has_grace ||
               ast_duration_ms(&ast->grace, &plan->grace_ms));
    ok = ok && plan->before_ms >= 0 && plan->after_ms >= 0 &&
         plan->grace_ms >= 0 && plan->before_ms < INT64_MAX / 4 &&
         plan->after_ms < INT64_MAX / 4 && plan->grace_ms < INT64_MAX / 4;
    if (!ok)
        return st_error_at(q->arena, ast->at,
                           "the durations of WITHIN must be 0 or more, and not "
                           "so long that they overflow");
    if (!plan->has_grace && 2 * plan->before_ms < day_ms)
        plan->grace_ms = day_ms - 2 * plan->before_ms;
    return st_ok();
}

/* The store of a table's rows: its source's, or that of its repartition; a
 * join's result is kept under the join's own name. */
static Str table_store(Select *q, const PlanNode *table)
{
    if (table->kind == PLAN_SOURCE) return table->source.store;
    if (table->kind == PLAN_REPARTITION && table->repartition.store.len)
        return table->repartition.store;
    return str_printf(q->arena, "%.*s-Materialize", STR_ARG(table->step));
}

/* What the two halves of a foreign-key join need. */
static void name_foreign(Select *q, const Join *join, PlanJoin *plan)
{
    static const char prefix[] = "KTABLE-FK-JOIN-SUBSCRIPTION";
    int n = q->generated;
    plan->request_topic = str_printf(q->arena, "%s-REGISTRATION-%010d-topic",
                                     prefix, n);
    plan->response_topic = str_printf(q->arena, "%s-RESPONSE-%010d-topic",
                                      prefix, n + 1);
    plan->subscription_store = str_printf(q->arena, "%s-STATE-STORE-%010d",
                                          prefix, n + 2);
    plan->result_store = str_printf(q->arena, "%sJoin-Materialize",
                                    join->prefix);
    q->generated += 3;
}

/* Names of the window stores, by the reference's counter (runtime 4.3). */
static void name_stores(Select *q, const Join *join, PlanJoin *plan)
{
    AstJoinKind kind = join->ast->kind;
    if (join->foreign) name_foreign(q, join, plan);
    if (join->foreign || join->kind == PLAN_JOIN_TABLE_TABLE) {
        plan->left_store = table_store(q, join->left->node);
        plan->right_store = table_store(q, join->right->node);
    }
    if (join->kind != PLAN_JOIN_STREAM_STREAM) return;
    int first = q->generated + 2;
    plan->left_store = str_printf(
        q->arena, "KSTREAM-%s-%010d-store",
        kind == AST_JOIN_FULL ? "OUTERTHIS" : "JOINTHIS", first);
    plan->right_store = str_printf(
        q->arena, "KSTREAM-%s-%010d-store",
        kind == AST_JOIN_INNER ? "JOINOTHER" : "OUTEROTHER", first + 1);
    if (kind != AST_JOIN_INNER && plan->has_grace)
        plan->outer_store = str_printf(
            q->arena, "KSTREAM-OUTERSHARED-%010d-store", first);
    q->generated += 5;
}

static void drop_key_roles(PlanNode *node, int from, int to)
{
    for (int i = from; i < to; i++)
        if (node->columns[i].role == PLAN_KEY)
            node->columns[i].role = PLAN_VALUE;
}

static void join_columns(Select *q, const Join *join, PlanNode *node)
{
    const PlanNode *left = join->left->node, *right = join->right->node;
    bool full = node->join.synthetic_key;
    node_columns(q, node, left, 0, right->column_count + (full ? 1 : 0));
    for (int i = 0; i < right->column_count; i++)
        node->columns[left->column_count + i] = right->columns[i];
    /* From here on the time of a side is a column like others, not that of the
     * row. */
    for (int i = 0; i < left->column_count + right->column_count; i++)
        if (node->columns[i].role == PLAN_SYSTEM)
            node->columns[i].role = PLAN_VALUE;
    int count = left->column_count + right->column_count;
    if (full || join->ast->kind == AST_JOIN_RIGHT)
        drop_key_roles(node, 0, left->column_count);
    if (full || join->ast->kind != AST_JOIN_RIGHT)
        drop_key_roles(node, left->column_count, count);
    if (full)
        node->columns[count] = (PlanColumn){.name = STR("ROWKEY"),
                                            .type = join->left_key->type,
                                            .role = PLAN_KEY};
}

/* What the new key equals: the left side's expressions, then the right's. */
static KeyPart *join_key(Select *q, const Join *join, const KeyPart *old,
                         int old_count, const PlanNode *node)
{
    int left_count = join->left->node->column_count;
    KeyPart *key = ARENA_NEW(q->arena, KeyPart);
    key->type = join->left_key->type;
    key->name = key_column_name(q, join->left_key);
    if (join->ast->kind == AST_JOIN_FULL) {
        key->slot = node->column_count - 1;
        return key;
    }
    key->slot = join->ast->kind == AST_JOIN_RIGHT
                    ? left_count + join->right->keys[0].slot
                    : join->left->keys[0].slot;
    bool chained = old_count == 1 && key_has(old, join->left_key);
    int count = chained ? old->same_count : 1;
    key->same = ARENA_ARRAY(q->arena, const Expr *, count + 1);
    for (int i = 0; chained && i < count; i++)
        key->same[i] = old->same[i];
    if (!chained) key->same[0] = join->left_key;
    key->same[count] = join->right_key;
    key->same_count = count + 1;
    return key;
}

static void merge_flows(Select *q, const Join *join, PlanNode *node,
                        const KeyPart *old, int old_count)
{
    Flow *left = join->left;
    int shift = left->node->column_count;
    KeyPart *key = join->foreign ? NULL
                                 : join_key(q, join, old, old_count, node);
    for (int i = 0; i < left->slot_count; i++)
        if (join->right->slots[i] >= 0)
            left->slots[i] = join->right->slots[i] + shift;
    if (key) {
        left->keys = key;
        left->key_count = 1;
    }
    left->hop = NULL;
    flow_push(left, node, 0);
}

static Status add_node(Select *q, Join *join, const KeyPart *old, int old_count)
{
    static const JoinKind kinds[] = {[AST_JOIN_INNER] = JOIN_INNER,
                                     [AST_JOIN_LEFT] = JOIN_LEFT,
                                     [AST_JOIN_RIGHT] = JOIN_RIGHT,
                                     [AST_JOIN_FULL] = JOIN_FULL};
    PlanNode *node = node_new(q, join->kind, step_name(q, "", join, "Join"),
                              join->left->node, join->right->node);
    node->join.kind = kinds[join->ast->kind];
    node->join.synthetic_key = join->ast->kind == AST_JOIN_FULL;
    Status st = read_within(q, join, &node->join);
    if (st.kind) return st;
    name_stores(q, join, &node->join);
    if (join->foreign) {
        st = flow_expr(q, join->left, join->left_key, &node->join.foreign_key);
        if (st.kind) return st;
    }
    join_columns(q, join, node);
    merge_flows(q, join, node, old, old_count);
    return st_ok();
}

/* ---- the chain ---- */

static const char *level_prefix(Select *q, int level)
{
    char *text = ARENA_ARRAY(q->arena, char, 2 * level + 1);
    for (int i = 0; i < level; i++)
        memcpy(text + 2 * i, "L_", 2);
    text[2 * level] = 0;
    return text;
}

static Status plan_join(Select *q, int index)
{
    Flow right;
    Join join = {.ast = &q->ast->joins[index],
                 .index = index,
                 .left = &q->flow,
                 .right = &right};
    join.prefix = level_prefix(q, q->ast->join_count - 1 - index);
    Status st = plan_source_flow(
        q, index + 1, step_name(q, "KafkaTopic_", &join, "Right"), &right);
    if (st.kind) return st;
    if (!right.node->is_table) q->generated += 3;
    st = check_value_format(q, index + 1);
    if (!st.kind) st = read_condition(q, &join);
    if (!st.kind) st = choose_kind(q, &join);
    if (!st.kind) st = check_windows(q, &join);
    if (st.kind) return st;
    const KeyPart *old = q->flow.keys;
    int old_count = q->flow.key_count;
    if (!join.foreign) {
        st = copartition(q, &join);
        if (st.kind) return st;
    }
    return add_node(q, &join, old, old_count);
}

/* Leaves the plain columns the key can be selected by, or makes ROWKEY. */
static void settle_key(Select *q)
{
    KeyPart *key = q->flow.keys;
    int count = 0;
    for (int i = 0; i < key->same_count; i++)
        if (key->same[i]->kind == EXPR_COLUMN)
            key->same[count++] = key->same[i];
    key->same_count = count;
    if (count) return;
    Str name = STR("ROWKEY");
    for (int i = 1; map_get(&q->names.used, name); i++)
        name = str_printf(q->arena, "ROWKEY_%d", i);
    q->synthetic = q->scope.columns.count;
    *vec_push(q->arena, &q->scope.columns) = (ScopeColumn){.source = STR(""),
                                                           .name = name,
                                                           .type = key->type,
                                                           .role = PLAN_KEY,
                                                           .from = -1};
    q->flow.slots[q->synthetic] = key->slot;
    key->name = name;
    key->same = ARENA_ARRAY(q->arena, const Expr *, 1);
    key->same[0] = expr_new_column(q->arena, q->synthetic, key->type, 0);
    key->same_count = 1;
}

STATUS plan_joins(Select *q)
{
    int count = q->ast->join_count;
    const char *step = str_cstr(
        q->arena,
        str_printf(q->arena, "KafkaTopic_%sLeft", level_prefix(q, count - 1)));
    Status st = plan_source_flow(q, 0, step, &q->flow);
    if (st.kind) return st;
    if (!q->flow.node->is_table) q->generated += 3;
    st = check_value_format(q, 0);
    /* What the conditions themselves are comes before what they may join. */
    for (int i = 0; !st.kind && i < count; i++) {
        Join join = {.ast = &q->ast->joins[i], .index = i};
        st = read_condition(q, &join);
    }
    for (int i = 0; !st.kind && i < count; i++)
        st = plan_join(q, i);
    if (st.kind) return st;
    if (q->flow.key_count == 1 && q->flow.keys[0].same_count != 1)
        settle_key(q);
    else if (q->flow.key_count == 1 &&
             q->flow.keys[0].same[0]->kind != EXPR_COLUMN)
        settle_key(q);
    return st_ok();
}
