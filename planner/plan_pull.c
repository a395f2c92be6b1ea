/* SPDX-License-Identifier: Apache-2.0
 *
 * What a pull query over a table reads (language 6.2): single keys, a range of
 * keys, or all.
 *
 * WHERE is brought to disjunctive normal form: a list of alternatives, each a
 * list of tests that must all hold. An alternative that has `=` for every key
 * column is a lookup; one on a text key with one limit is a range; any other
 * makes the query read the whole table. Rows that are read go through the
 * whole of WHERE again unless the lookups say all of it (`exact`).
 *
 * Only AND, OR, comparisons, LIKE, IN and BETWEEN are taken, as in the
 * reference; alternatives behind one that reads the whole table are not looked
 * at, as there.
 */
#include "parser/ast_print.h"
#include "planner/planner_int.h"

enum { ALTERNATIVES_MAX = 1000 };

typedef VEC(const Expr *) Tests;
typedef VEC(Tests) Alternatives;

typedef struct Pull {
    Select *q;
    Arena *arena;
    const Source *source;
    int start_slot, end_slot; /* WINDOWSTART, WINDOWEND; -1: not windowed. */
    bool scans, ranges;       /* Allowed by settings. */
    Alternatives all;
    bool too_many;
    PlanPull *out;
} Pull;

/* ---- normal form ---- */

static void add_tests(Pull *p, Alternatives *to, const Tests *a, const Tests *b)
{
    if (to->count >= ALTERNATIVES_MAX) {
        p->too_many = true;
        return;
    }
    Tests *tests = vec_push(p->arena, to);
    *tests = (Tests){0};
    for (int i = 0; i < a->count; i++)
        *vec_push(p->arena, tests) = a->at[i];
    for (int i = 0; b && i < b->count; i++)
        *vec_push(p->arena, tests) = b->at[i];
}

static Alternatives normal_form(Pull *p, const Expr *expr);

static Alternatives one_test(Pull *p, const Expr *expr)
{
    Alternatives all = {0};
    Tests tests = {0};
    *vec_push(p->arena, &tests) = expr;
    add_tests(p, &all, &tests, NULL);
    return all;
}

static Alternatives from_or(Pull *p, const Expr *expr)
{
    Alternatives left = normal_form(p, expr->args[0]);
    Alternatives right = normal_form(p, expr->args[1]);
    for (int i = 0; i < right.count; i++)
        add_tests(p, &left, &right.at[i], NULL);
    return left;
}

static Alternatives from_and(Pull *p, const Expr *expr)
{
    Alternatives left = normal_form(p, expr->args[0]);
    Alternatives right = normal_form(p, expr->args[1]);
    Alternatives all = {0};
    for (int i = 0; i < left.count && !p->too_many; i++)
        for (int j = 0; j < right.count && !p->too_many; j++)
            add_tests(p, &all, &left.at[i], &right.at[j]);
    return all;
}

static Alternatives normal_form(Pull *p, const Expr *expr)
{
    if (expr->kind == EXPR_AND) return from_and(p, expr);
    if (expr->kind == EXPR_OR) return from_or(p, expr);
    return one_test(p, expr);
}

/* ---- WHERE as it is written ---- */

bool reads_state(const Select *q)
{
    return q->plan->kind == PLAN_PULL && q->from[0].source->is_table;
}

static const Ast *either(Arena *arena, const Ast *left, const Ast *right)
{
    Ast *both = arena_copy(arena, left, sizeof *left);
    both->kind = AST_OR;
    both->args = ARENA_ARRAY(arena, Ast *, 2);
    both->args[0] = (Ast *)(uintptr_t)left;
    both->args[1] = (Ast *)(uintptr_t)right;
    both->arg_count = 2;
    both->end = right->end;
    return both;
}

/* args[0] = args[i] for i in [from, to), as a flat tree. */
static const Ast *equals_any(Arena *arena, const Ast *in, int from, int to)
{
    if (to - from > 1) {
        int middle = (from + to) / 2;
        return either(arena, equals_any(arena, in, from, middle),
                      equals_any(arena, in, middle, to));
    }
    Ast *equal = arena_copy(arena, in, sizeof *in);
    equal->kind = AST_COMPARE;
    equal->op = AST_EQ;
    equal->args = ARENA_ARRAY(arena, Ast *, 2);
    equal->args[0] = in->args[0];
    equal->args[1] = in->args[from];
    equal->arg_count = 2;
    return equal;
}

const Ast *pull_where(Arena *arena, const Ast *where)
{
    if (where->kind == AST_IN && !where->negated && where->arg_count > 1)
        return equals_any(arena, where, 1, where->arg_count);
    if (where->kind != AST_AND && where->kind != AST_OR) return where;
    Ast *copy = arena_copy(arena, where, sizeof *where);
    copy->args = ARENA_ARRAY(arena, Ast *, where->arg_count);
    for (int i = 0; i < where->arg_count; i++)
        copy->args[i] = (Ast *)(uintptr_t)pull_where(arena, where->args[i]);
    return copy;
}

Str pull_where_text(const Select *q)
{
    enum { TEXT_MAX = 60 };
    Buf buf = {0};
    ast_print_expr(&buf, q->ast->where);
    bool more = buf.len > TEXT_MAX;
    if (more) buf.len = TEXT_MAX;
    while (more && buf.len && ((unsigned char)buf.ptr[buf.len] & 0xc0) == 0x80)
        buf.len--;
    Str text = str_printf(q->arena, "%.*s%s", STR_ARG(buf_str(&buf)),
                          more ? "..." : "");
    buf_free(&buf);
    return text;
}

/* ---- single tests ---- */

static Status check_test(Pull *p, const Expr *test)
{
    if (test->kind == EXPR_COMPARE || test->kind == EXPR_LIKE ||
        test->kind == EXPR_LITERAL)
        return st_ok();
    const char *what = test->kind == EXPR_IS_NULL  ? "IS NULL"
                       : test->kind == EXPR_NOT    ? "NOT"
                       : test->kind == EXPR_IN     ? "NOT IN"
                       : test->kind == EXPR_COLUMN ? "a column alone"
                       : test->kind == EXPR_CALL   ? "a function alone"
                                                   : "such an expression";
    return st_error_at(p->arena, test->at,
                       "%s cannot be used in the WHERE of a pull query over a "
                       "table: write a comparison, as in f(x) = true or "
                       "COALESCE(x, -1) = -1",
                       what);
}

/* `column op constant`, whichever way round it is written. */
typedef struct Limit {
    int slot; /* -1: the test is something else. */
    int op;
    const Expr *value;
} Limit;

static Limit limit_of(const Expr *test)
{
    Limit none = {.slot = -1};
    if (test->kind != EXPR_COMPARE) return none;
    const Expr *left = test->args[0], *right = test->args[1];
    if (left->kind == EXPR_COLUMN && expr_is_constant(right))
        return (Limit){left->slot, test->op, right};
    if (right->kind == EXPR_COLUMN && expr_is_constant(left))
        return (Limit){right->slot, expr_turned_compare(test->op), left};
    return none;
}

static bool is_key(const Pull *p, int slot)
{
    return slot >= 0 && slot < p->source->schema->key_count;
}

static bool is_bound(const Pull *p, int slot)
{
    return slot >= 0 && (slot == p->start_slot || slot == p->end_slot);
}

static bool is_range_op(int op)
{
    return op == CMP_LT || op == CMP_LE || op == CMP_GT || op == CMP_GE;
}

/* Does the expression read a key column? */
static void note_key(void *context, int slot)
{
    int *first = context;
    if (slot < *first) *first = slot;
}

static bool reads_key(const Pull *p, const Expr *expr)
{
    int first = INT32_MAX;
    expr_each_column(expr, note_key, &first);
    return first < p->source->schema->key_count;
}

/* ---- window bounds ---- */

static Status add_window_limit(Pull *p, PlanPullLookup *lookup,
                               const Expr *test, Limit limit)
{
    bool start = limit.slot == p->start_slot;
    const char *name = start ? "WINDOWSTART" : "WINDOWEND";
    for (int i = 0; i < lookup->window_count; i++) {
        const PlanPullWindow *other = &lookup->windows[i];
        if (other->is_start != start) continue;
        bool lower = limit.op == CMP_GT || limit.op == CMP_GE;
        bool other_lower = other->op == CMP_GT || other->op == CMP_GE;
        if (limit.op == CMP_EQ || other->op == CMP_EQ)
            return st_error_at(p->arena, test->at,
                               "'=' on %s cannot be combined with another "
                               "limit on it",
                               name);
        if (lower == other_lower)
            return st_error_at(p->arena, test->at,
                               "%s has two %s limits: only one can be given",
                               name, lower ? "lower" : "upper");
    }
    lookup->windows[lookup->window_count++] = (PlanPullWindow){
        start, limit.op, expr_new_cast(p->arena, limit.value, &type_bigint)};
    return st_ok();
}

/* ---- alternatives ---- */

typedef enum Kind { KIND_LOOKUP, KIND_RANGE, KIND_SCAN } Kind;

/* Why an alternative is not a lookup; at: where that shows. */
typedef struct Verdict {
    Kind kind;
    const char *why;
    uint32_t at;
} Verdict;

static Str key_name(const Pull *p, int i)
{
    return p->source->schema->columns[i].name;
}

/* A test of a key column that is not `=` with a constant. */
static const char *odd_key_test(Pull *p, const Expr *test, Limit limit)
{
    if (is_key(p, limit.slot)) {
        const Type *type = p->source->schema->columns[limit.slot].type;
        return str_printf(p->arena,
                          "key column '%.*s' of type %s can only be compared "
                          "by '='",
                          STR_ARG(key_name(p, limit.slot)),
                          type_text(p->arena, type))
            .ptr;
    }
    if (test->kind == EXPR_COMPARE && reads_key(p, test))
        return "a key column must be compared by itself, with a value that is "
               "known before";
    return NULL;
}

static bool key_is_text(const Pull *p)
{
    const Schema *schema = p->source->schema;
    TypeKind kind = schema->columns[0].type->kind;
    return schema->key_count == 1 && p->start_slot < 0 &&
           (kind == TYPE_STRING || kind == TYPE_BYTES);
}

/* Fills in `lookup` as far as the tests go. */
static Status read_tests(Pull *p, const Tests *tests, PlanPullLookup *lookup,
                         Verdict *verdict, bool *exact)
{
    int keys = p->source->schema->key_count, limits = 0;
    int *seen = arena_zalloc(p->arena, sizeof(int) * (size_t)(keys + 1));
    for (int i = 0; i < tests->count; i++) {
        const Expr *test = tests->at[i];
        Status st = check_test(p, test);
        if (st.kind) return st;
        Limit limit = limit_of(test);
        if (is_bound(p, limit.slot) &&
            (limit.op == CMP_EQ || is_range_op(limit.op))) {
            st = add_window_limit(p, lookup, test, limit);
            if (st.kind) return st;
            continue;
        }
        const char *odd = odd_key_test(p, test, limit);
        if (is_key(p, limit.slot) && limit.op == CMP_EQ) {
            odd = seen[limit.slot] ? "a key column can be compared only once"
                                   : NULL;
            if (!seen[limit.slot]++) lookup->key[limit.slot] = limit.value;
        } else if (is_key(p, limit.slot) && is_range_op(limit.op) &&
                   key_is_text(p) && !limits++ && !seen[0]) {
            lookup->range_op = limit.op;
            lookup->range = limit.value;
            odd = NULL;
        } else if (is_key(p, limit.slot) && limits) {
            odd = "a key column can be compared only once";
        } else {
            *exact = false;
        }
        if (odd && !verdict->why)
            *verdict = (Verdict){KIND_SCAN, odd, test->at};
    }
    return st_ok();
}

static Verdict judge(Pull *p, const PlanPullLookup *lookup, Verdict verdict,
                     const Tests *tests)
{
    int keys = p->source->schema->key_count, given = 0, missing = -1;
    for (int i = 0; i < keys; i++) {
        if (lookup->key[i])
            given++;
        else if (missing < 0)
            missing = i;
    }
    if (given == keys && !verdict.why && !lookup->range)
        return (Verdict){.kind = KIND_LOOKUP};
    if (lookup->range && !given && !verdict.why) {
        if (p->ranges) return (Verdict){.kind = KIND_RANGE};
        verdict.why = "ranges of keys are switched off by "
                      "'ksql.query.pull.range.scan.enabled'";
        verdict.at = tests->at[0]->at;
    }
    verdict.kind = KIND_SCAN;
    if (verdict.why) return verdict;
    verdict.at = tests->at[0]->at;
    verdict.why = lookup->range ? "a key column can be compared only once"
                  : given
                      ? str_printf(p->arena,
                                   "every key column must be given, and '%.*s' "
                                   "is not",
                                   STR_ARG(key_name(p, missing)))
                            .ptr
                      : str_printf(p->arena, "the key '%.*s' is not given",
                                   STR_ARG(key_name(p, 0)))
                            .ptr;
    return verdict;
}

/* The table would have to be read whole. */
static Status scan(Pull *p, uint32_t at, const char *why)
{
    p->out->method = PULL_SCAN;
    p->out->lookup_count = 0;
    p->out->exact = false;
    if (p->scans) return st_ok();
    Str text = p->q->ast->where ? pull_where_text(p->q) : STR("");
    return st_error_at(p->arena, at,
                       "WHERE %.*s%sdoes not say which rows of '%.*s' to look "
                       "up: %s; reading the whole table is switched off by "
                       "'ksql.query.pull.table.scan.enabled'",
                       STR_ARG(text), text.len ? " " : "",
                       STR_ARG(p->source->name), why);
}

static PlanPullLookup *new_lookup(Pull *p, const Tests *tests)
{
    int keys = p->source->schema->key_count;
    PlanPullLookup *lookup = &p->out->lookups[p->out->lookup_count++];
    *lookup = (PlanPullLookup){
        .key = arena_zalloc(p->arena, sizeof(Expr *) * (size_t)(keys + 1)),
        .windows = ARENA_ARRAY(p->arena, PlanPullWindow, tests->count + 1),
    };
    return lookup;
}

static Status plan_alternatives(Pull *p)
{
    PlanPull *out = p->out;
    bool exact = true, ranges = false;
    out->lookups = ARENA_ARRAY(p->arena, PlanPullLookup, p->all.count + 1);
    for (int i = 0; i < p->all.count; i++) {
        const Tests *tests = &p->all.at[i];
        Verdict verdict = {0};
        PlanPullLookup *lookup = new_lookup(p, tests);
        Status st = read_tests(p, tests, lookup, &verdict, &exact);
        if (st.kind) return st;
        verdict = judge(p, lookup, verdict, tests);
        if (verdict.kind == KIND_SCAN) return scan(p, verdict.at, verdict.why);
        if (verdict.kind == KIND_RANGE) ranges = true;
    }
    out->method = ranges ? PULL_RANGE : PULL_KEYS;
    out->exact = exact && !ranges;
    return st_ok();
}

STATUS plan_pull(Select *q)
{
    const FromSource *from = &q->from[0];
    if (!reads_state(q)) return st_ok();
    int declared = from->source->schema->count;
    bool windowed = from->source->window != WINDOW_NONE;
    Pull p = {
        .q = q,
        .arena = q->arena,
        .source = from->source,
        /* Behind ROWTIME, ROWPARTITION and ROWOFFSET. */
        .start_slot = windowed ? declared + 3 : -1,
        .end_slot = windowed ? declared + 4 : -1,
        .scans = env_flag(q->env, "ksql.query.pull.table.scan.enabled", true),
        .ranges = env_flag(q->env, "ksql.query.pull.range.scan.enabled", true),
        .out = ARENA_NEW(q->arena, PlanPull),
    };
    q->plan->pull = p.out;
    if (!q->where) return scan(&p, q->ast->at, "there is no WHERE");
    p.all = normal_form(&p, q->where);
    if (p.too_many) return scan(&p, q->where->at, "it has too many cases");
    return plan_alternatives(&p);
}

/* ---- what can be read ---- */

const PlanNode *plan_kept(const Plan *plan)
{
    const PlanNode *node = plan->root;
    if (node->kind == PLAN_SINK) node = node->inputs[0];
    while (node) {
        switch (node->kind) {
        case PLAN_AGGREGATE: return node;
        case PLAN_SOURCE:
            return node->is_table && node->source.materialize ? node : NULL;
        case PLAN_PROJECT:
            if (node->project.store.len) return node;
            break;
        case PLAN_FILTER: break;
        default: return NULL;
        }
        node = node->inputs[0];
    }
    return NULL;
}
