/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions: from the shared, immutable Expr tree to a private tree of nodes
 * with call sites, and its evaluation over the rows of a batch.
 *
 *     Eval *e = eval_new(plan, expr, properties);      once a task
 *     const Column *c = eval_column(e, batch, rows_of(batch), ...);
 *
 * Each node gives a whole column for the rows it is asked for; AND, OR and CASE
 * ask their parts only for the rows that get there, so laziness is a shrinking
 * row list. The kernels are in eval_arith.c, eval_compare.c, eval_logic.c and
 * eval_call.c. Lambda bodies run in row form (eval_row.c), which knows every
 * kind of node and also folds constants at the start.
 *
 * Two bitmaps travel with a column: nulls, and `failed`. A failed row is null
 * too. Failure climbs up to the next node that contains it (a function's
 * argument, CAST, an item of a constructor) or to the top; it was reported
 * where it happened, so nobody reports it again.
 */
#include "runtime/eval_int.h"

#include <assert.h>

#include "base/clock.h"
#include "base/property.h"
#include "runtime/query.h"

static bool foldable(const Expr *expr)
{
    if (expr->kind == EXPR_COLUMN || expr->kind == EXPR_LAMBDA_VAR ||
        expr->kind == EXPR_LAMBDA)
        return false;
    if (expr->kind == EXPR_CALL &&
        (expr->binding->function->flags & FN_VOLATILE))
        return false;
    for (int i = 0; i < expr->arg_count; i++)
        if (!foldable(expr->args[i])) return false;
    return true;
}

static void set_literal(Arena *plan, EvalNode *node, Value value)
{
    node->is_literal = true;
    node->literal = value;
    node->constant = (Column){.type = node->type, .constant = true};
    if (node->type->kind == TYPE_NULL || node->type->kind == TYPE_UNIT) {
        node->constant.str = ARENA_NEW(plan, Str);
        if (!value.null) *node->constant.str = value.str;
    } else {
        column_init(plan, &node->constant, node->type, 1);
        memset(node->constant.values, 0, column_width(node->type));
        node->constant.constant = true;
        if (!value.null) column_set(plan, &node->constant, 0, 1, value);
    }
    if (value.null) {
        node->constant.nulls = bits_new(plan, 1);
        bit_set(node->constant.nulls, 0);
    }
}

/* Evaluates once what reads nothing; if that fails it stays as it is, so that
 * every row reports its failure. */
static void fold(Arena *plan, EvalNode *node)
{
    Run run = {.arena = plan, .row = -1, .now_ms = clock_now_ms(NULL)};
    Value value;
    if (row_node(&run, node, &value)) set_literal(plan, node, value);
}

/* What the query's settings and the planner say about failures and NULL. */
static void set_rules(EvalNode *node, const Map *properties)
{
    const Expr *expr = node->expr;
    bool contain = property_bool(properties, "ksql.nested.error.set.null",
                                 true);
    bool cast = expr->kind == EXPR_CAST;
    node->strict = !contain || (cast && expr->op == CAST_STRICT);
    node->null_text = cast && expr->op == CAST_WRITTEN &&
                      expr->type->kind == TYPE_STRING &&
                      expr->args[0]->type->kind != TYPE_STRING &&
                      !property_bool(properties,
                                     "ksql.cast.strings.preserve.nulls", true);
}

static EvalNode *build(Arena *plan, const Expr *expr, const Map *properties,
                       int *var_count)
{
    EvalNode *node = ARENA_NEW(plan, EvalNode);
    node->expr = expr;
    node->type = expr->type;
    node->arg_count = expr->arg_count;
    set_rules(node, properties);
    node->args = ARENA_ARRAY(plan, EvalNode *, expr->arg_count + 1);
    node->cols = ARENA_ARRAY(plan, const Column *, expr->arg_count + 1);
    for (int i = 0; i < expr->arg_count; i++) {
        node->args[i] = build(plan, expr->args[i], properties, var_count);
        if (expr->args[i]->kind == EXPR_LAMBDA) node->has_lambda = true;
    }
    if (expr->kind == EXPR_LITERAL) {
        set_literal(plan, node, expr->literal);
    } else if (expr->kind == EXPR_LAMBDA) {
        node->lambda.body = node->args[0];
        int vars = expr->slot + expr->param_count;
        if (vars > *var_count) *var_count = vars;
    } else if (expr->kind == EXPR_CALL) {
        node->call = fn_call_new(plan, expr->binding);
        node->call->properties = properties;
        node->values = ARENA_ARRAY(plan, Value, expr->arg_count + 1);
    }
    if (!node->is_literal && foldable(expr)) fold(plan, node);
    return node;
}

Eval *eval_new(Arena *plan, const Expr *expr, const Map *properties)
{
    Eval *eval = ARENA_NEW(plan, Eval);
    int var_count = 0;
    eval->root = build(plan, expr, properties, &var_count);
    eval->vars = ARENA_ARRAY(plan, Value, var_count + 1);
    return eval;
}

static void close_node(EvalNode *node)
{
    for (int i = 0; i < node->arg_count; i++)
        close_node(node->args[i]);
    if (node->call) fn_call_close(node->call);
}

void eval_close(Eval *eval)
{
    if (eval) close_node(eval->root);
}

bool eval_constant(Arena *arena, const Expr *expr, Value *value,
                   const char **why)
{
    Eval *eval = eval_new(arena, expr, NULL);
    bool ok = eval_row(eval, arena, NULL, 0, clock_now_ms(NULL), value, why);
    eval_close(eval);
    return ok;
}

bool eval_row(Eval *eval, Arena *arena, const Batch *batch, int row,
              int64_t now_ms, Value *value, const char **why)
{
    Run run = {.arena = arena,
               .batch = batch,
               .now_ms = now_ms,
               .vars = eval->vars,
               .row = batch ? row : -1};
    bool ok = row_node(&run, eval->root, value);
    if (!ok) {
        *value = VALUE_NULL;
        if (why) *why = run.why ? run.why : "evaluation failed";
    }
    return ok;
}

static Run run_start(Eval *eval, const Batch *batch, int64_t now_ms,
                     EvalReport report, void *context)
{
    return (Run){.arena = batch->arena,
                 .batch = batch,
                 .count = batch->count,
                 .now_ms = now_ms,
                 .report = report,
                 .context = context,
                 .vars = eval->vars,
                 .row = -1};
}

const Column *eval_column(Eval *eval, const Batch *batch, Rows rows,
                          int64_t now_ms, EvalReport report, void *context)
{
    Run run = run_start(eval, batch, now_ms, report, context);
    return run_node(&run, eval->root, rows).col;
}

Rows eval_filter(Eval *eval, const Batch *batch, Rows rows, int64_t now_ms,
                 EvalReport report, void *context)
{
    Run run = run_start(eval, batch, now_ms, report, context);
    return run_filter(&run, eval->root, rows);
}

static Result run_is_null(Run *run, EvalNode *node, Rows rows)
{
    Result in = run_node(run, node->args[0], rows);
    Column *out = run_column(run, &type_boolean);
    bool negated = node->expr->negated;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        out->boolean[row] = col_null(in.col, row) != negated;
    }
    out->nulls = in.failed;
    return (Result){out, in.failed};
}

Result run_node(Run *run, EvalNode *node, Rows rows)
{
    if (node->is_literal) return (Result){&node->constant, NULL};
    switch (node->expr->kind) {
    case EXPR_COLUMN:
        assert(node->expr->slot < run->batch->column_count);
        assert(run->batch->columns[node->expr->slot].values);
        return (Result){&run->batch->columns[node->expr->slot], NULL};
    case EXPR_ARITH: return run_arith(run, node, rows);
    case EXPR_NEGATE: return run_negate(run, node, rows);
    case EXPR_CONCAT: return run_concat(run, node, rows);
    case EXPR_COMPARE: return run_compare(run, node, rows);
    case EXPR_AND:
    case EXPR_OR: return run_logic(run, node, rows);
    case EXPR_NOT: return run_not(run, node, rows);
    case EXPR_IS_NULL: return run_is_null(run, node, rows);
    case EXPR_IN: return run_in(run, node, rows);
    case EXPR_LIKE: return run_like(run, node, rows);
    case EXPR_CASE: return run_case(run, node, rows);
    case EXPR_CAST: return run_cast(run, node, rows);
    case EXPR_CALL:
    case EXPR_FIELD:
    case EXPR_INDEX:
    case EXPR_ARRAY:
    case EXPR_MAP:
    case EXPR_STRUCT: return run_call(run, node, rows);
    case EXPR_LITERAL:
    case EXPR_LAMBDA_VAR:
    case EXPR_LAMBDA: break;
    }
    assert(!"a lambda outside a function");
    return (Result){&node->constant, NULL};
}

/* ---- helpers of the kernels ---- */

Column *run_column(Run *run, const Type *type)
{
    Column *col = ARENA_NEW(run->arena, Column);
    column_init(run->arena, col, type, run->count);
    return col;
}

uint64_t *run_nulls(Run *run, const Column *col)
{
    if (!col->nulls || !col->constant) return col->nulls;
    if (!bit_get(col->nulls, 0)) return NULL;
    uint64_t *bits = bits_new(run->arena, run->count);
    memset(bits, 0xff, (size_t)bits_words(run->count) * 8);
    return bits;
}

uint64_t *run_union(Run *run, uint64_t *a, uint64_t *b)
{
    if (!a || a == b) return b;
    if (!b) return a;
    uint64_t *bits = bits_new(run->arena, run->count);
    for (int i = 0; i < bits_words(run->count); i++)
        bits[i] = a[i] | b[i];
    return bits;
}

/* Changes result->failed and col->nulls, which must be the kernel's own. */
void run_fail(Run *run, Result *result, Column *col, int row, const char *why)
{
    if (!result->failed) result->failed = bits_new(run->arena, run->count);
    bit_set(result->failed, row);
    column_set_null(run->arena, col, row, run->count);
    if (run->report) run->report(run->context, run->batch, row, why);
}

uint64_t *run_fail_nulls(Run *run, Rows rows, uint64_t *nulls,
                         const uint64_t *failed, const char *why)
{
    if (!nulls) return NULL;
    bool any = false;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (!bit_get(nulls, row)) continue;
        any = true;
        if (!bit_get(failed, row) && run->report)
            run->report(run->context, run->batch, row, why);
    }
    if (!any) return NULL;
    return arena_copy(run->arena, nulls, (size_t)bits_words(run->count) * 8);
}

Rows run_pick(Run *run, Rows rows, const uint64_t *bits, bool want)
{
    uint16_t *sel = ARENA_ARRAY(run->arena, uint16_t, rows.count);
    int count = 0;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        sel[count] = (uint16_t)row;
        count += bit_get(bits, row) == want;
    }
    return (Rows){sel, count};
}

static Rows rows_by_value(const Batch *batch, bool null)
{
    Rows all = rows_of(batch);
    if (!batch->row_null) {
        if (null) all.count = 0;
        return all;
    }
    Run run = {.arena = batch->arena, .count = batch->count};
    return run_pick(&run, all, batch->row_null, null);
}

Rows rows_with_value(const Batch *batch)
{
    return rows_by_value(batch, false);
}

Rows rows_without_value(const Batch *batch)
{
    return rows_by_value(batch, true);
}

Column column_own(Arena *arena, const Column *from, int count)
{
    Column out = *from;
    if (from->constant) {
        size_t width = column_width(from->type);
        column_init(arena, &out, from->type, count);
        for (int i = 0; i < count; i++)
            memcpy((char *)out.values + width * (size_t)i, from->values, width);
        if (bit_get(from->nulls, 0)) {
            out.nulls = bits_new(arena, count);
            memset(out.nulls, 0xff, (size_t)bits_words(count) * 8);
        }
    } else if (from->nulls) {
        out.nulls = arena_copy(arena, from->nulls,
                               (size_t)bits_words(count) * 8);
    }
    return out;
}
