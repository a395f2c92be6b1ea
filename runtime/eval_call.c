/* SPDX-License-Identifier: Apache-2.0
 *
 * Function calls, CAST, constructors and access, in column form. A function
 * with a column kernel gets whole columns; the others are called row by row.
 *
 * These nodes contain failures: arguments, cast values and items that fail are
 * NULL and the node goes on. A CAST that fails is just NULL for the node above;
 * a call that fails fails its node, which the node above contains if it is one
 * of these.
 */
#include "runtime/eval_int.h"

#include <assert.h>

#include "base/number.h"

/* Calls with a NULL among the arguments of such functions are not made. */
static bool null_in(const EvalNode *node, int row)
{
    for (int i = 0; i < node->arg_count; i++)
        if (node->cols[i] && col_null(node->cols[i], row)) return true;
    return false;
}

static bool any_nulls(const EvalNode *node)
{
    for (int i = 0; i < node->arg_count; i++)
        if (node->cols[i] && node->cols[i]->nulls) return true;
    return false;
}

/* Where a column form's failed rows go. */
typedef struct ColumnRun {
    Run *run;
    Result *result;
    Column *out;
} ColumnRun;

static void row_failed(FnCall *call, int row, const char *why)
{
    const ColumnRun *c = call->row_failed_context;
    run_fail(c->run, c->result, c->out, row, why ? why : "function failed");
}

static void call_columns(Run *run, EvalNode *node, Rows rows, Result *result,
                         Column *out)
{
    FnCall *call = node->call;
    ColumnRun column_run = {run, result, out};
    call->row_failed = row_failed;
    call->row_failed_context = &column_run;
    if ((call->function->flags & FN_NULL_IN_NULL_OUT) && any_nulls(node)) {
        uint16_t *sel = ARENA_ARRAY(run->arena, uint16_t, rows.count);
        int count = 0;
        for (int i = 0; i < rows.count; i++) {
            int row = rows_at(rows, i);
            if (null_in(node, row))
                column_set_null(run->arena, out, row, run->count);
            else
                sel[count++] = (uint16_t)row;
        }
        rows = (Rows){sel, count};
    }
    call->function->column(call, node->cols, node->arg_count, rows.sel,
                           rows.count, run->count, out);
    call->row_failed = NULL;
}

static bool apply_lambda(FnCall *call, const void *lambda, const Value *args,
                         int count, Value *out)
{
    const LambdaRef *ref = lambda;
    Run *run = ref->run;
    for (int i = 0; i < count; i++)
        run->vars[ref->first_var + i] = args[i];
    if (row_node(run, ref->body, out)) return true;
    return fn_fail(call, "%s", run->why ? run->why : "lambda failed");
}

static bool call_values(Run *run, EvalNode *node, Value *out)
{
    FnCall *call = node->call;
    if (call->function->flags & FN_NULL_IN_NULL_OUT)
        for (int i = 0; i < node->arg_count; i++)
            if (node->values[i].null) {
                *out = VALUE_NULL;
                return true;
            }
    call->error = NULL;
    *out = (Value){0};
    if (call->function->scalar(call, node->values, node->arg_count, out))
        return true;
    run->why = call->error ? call->error : "function failed";
    *out = VALUE_NULL;
    return false;
}

static void ready_call(Run *run, EvalNode *node)
{
    node->call->arena = run->arena;
    node->call->now_ms = run->now_ms;
    node->call->apply = apply_lambda;
}

static void set_lambda(Run *run, EvalNode *node, int i)
{
    EvalNode *arg = node->args[i];
    arg->lambda.run = run;
    arg->lambda.first_var = arg->expr->slot;
    node->values[i] = (Value){.lambda = &arg->lambda};
}

bool row_call(Run *run, EvalNode *node, Value *out)
{
    /* A lambda's body may call this same node again only through another
     * element, never while its arguments are being evaluated, but nested calls
     * share nothing: each node has its own values. */
    for (int i = 0; i < node->arg_count; i++) {
        if (node->args[i]->expr->kind == EXPR_LAMBDA)
            set_lambda(run, node, i);
        else if (!row_argument(run, node, i, &node->values[i]))
            return false;
    }
    ready_call(run, node);
    return call_values(run, node, out);
}

static void call_rows(Run *run, EvalNode *node, Rows rows, Result *result,
                      Column *out)
{
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        for (int a = 0; a < node->arg_count; a++)
            if (node->cols[a]) node->values[a] = column_get(node->cols[a], row);
        run->row = row;
        Value value;
        if (call_values(run, node, &value))
            column_set(run->arena, out, row, run->count, value);
        else
            run_fail(run, result, out, row, run->why);
    }
    run->row = -1;
}

/* Of a strict node: fails the rows of which an argument failed. */
static void fail_rows(Run *run, Rows rows, uint64_t *failed, Result *result,
                      Column *out)
{
    if (!failed) return;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(failed, row))
            column_set_null(run->arena, out, row, run->count);
    }
    result->failed = run_union(run, result->failed, failed);
}

static Result call_function(Run *run, EvalNode *node, Rows rows)
{
    uint64_t *failed = NULL;
    for (int i = 0; i < node->arg_count; i++) {
        node->cols[i] = NULL;
        if (node->args[i]->expr->kind == EXPR_LAMBDA) {
            set_lambda(run, node, i);
            continue;
        }
        Result r = run_node(run, node->args[i], rows);
        node->cols[i] = r.col;
        if (node->strict) failed = run_union(run, failed, r.failed);
    }
    ready_call(run, node);
    Column *out = run_column(run, node->type);
    Result result = {out, NULL};
    if (node->call->function->column && !node->has_lambda)
        call_columns(run, node, rows, &result, out);
    else
        call_rows(run, node, rows, &result, out);
    fail_rows(run, rows, failed, &result, out);
    return result;
}

Value field_value(const Value *base, int field)
{
    if (base->null || field >= base->list->count) return VALUE_NULL;
    return base->list->items[field];
}

Value index_value(const Type *type, const Value *base, const Value *at,
                  const Type *at_type)
{
    if (base->null || at->null) return VALUE_NULL;
    if (type->kind == TYPE_MAP) {
        if (!type_equal(type->key, at_type)) return VALUE_NULL;
        const Value *found = map_find(type, base->list, at);
        return found ? *found : VALUE_NULL;
    }
    int64_t i = at->i32;
    if (i < 0) i += base->list->count + 1;
    if (i < 1 || i > base->list->count) return VALUE_NULL;
    return base->list->items[i - 1];
}

Value map_value(Arena *arena, const Type *type, const Value *items, int count)
{
    List *list = list_new(arena, count);
    list->count = 0;
    for (int i = 0; i + 1 < count; i += 2) {
        int at = 0;
        while (at < list->count &&
               !value_equal(type->key, &list->items[at], &items[i]))
            at += 2;
        if (at == list->count) {
            list->items[at] = items[i];
            list->count += 2;
        }
        list->items[at + 1] = items[i + 1];
    }
    return (Value){.list = list};
}

/* Builds one row's value of a constructor or access from its parts. */
static Value assemble(Run *run, EvalNode *node, const Value *parts)
{
    switch (node->expr->kind) {
    case EXPR_FIELD: return field_value(&parts[0], node->expr->slot);
    case EXPR_INDEX:
        return index_value(node->args[0]->type, &parts[0], &parts[1],
                           node->args[1]->type);
    case EXPR_MAP:
        return map_value(run->arena, node->type, parts, node->arg_count);
    default: break;
    }
    assert(node->expr->kind == EXPR_ARRAY || node->expr->kind == EXPR_STRUCT);
    List *list = list_new(run->arena, node->arg_count);
    for (int i = 0; i < node->arg_count; i++)
        list->items[i] = parts[i];
    return (Value){.list = list};
}

static bool contains(const EvalNode *node)
{
    return node->expr->kind != EXPR_FIELD && node->expr->kind != EXPR_INDEX;
}

bool row_parts(Run *run, EvalNode *node, Value *out)
{
    Value *parts = ARENA_ARRAY(run->arena, Value, node->arg_count + 1);
    for (int i = 0; i < node->arg_count; i++) {
        bool ok = contains(node) ? row_argument(run, node, i, &parts[i])
                                 : row_node(run, node->args[i], &parts[i]);
        if (!ok) return false;
    }
    *out = assemble(run, node, parts);
    return true;
}

Result run_call(Run *run, EvalNode *node, Rows rows)
{
    if (node->expr->kind == EXPR_CALL) return call_function(run, node, rows);
    uint64_t *failed = NULL;
    for (int i = 0; i < node->arg_count; i++) {
        Result r = run_node(run, node->args[i], rows);
        node->cols[i] = r.col;
        if (node->strict || !contains(node))
            failed = run_union(run, failed, r.failed);
    }
    Column *out = run_column(run, node->type);
    Value *parts = ARENA_ARRAY(run->arena, Value, node->arg_count + 1);
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        for (int a = 0; a < node->arg_count; a++)
            parts[a] = column_get(node->cols[a], row);
        column_set(run->arena, out, row, run->count,
                   assemble(run, node, parts));
    }
    Result result = {out, NULL};
    fail_rows(run, rows, failed, &result, out);
    return result;
}

/* Casts between numbers that cannot fail, a loop each. False: not one. Under a
 * NULL they compute from whatever is there, which is harmless. */
static bool cast_numbers(const Column *in, Rows rows, Column *out)
{
    const int mask = in->constant ? 0 : -1;
#define LOOP(to, value)                                                        \
    for (int i = 0; i < rows.count; i++) {                                     \
        int row = rows_at(rows, i), at = row & mask;                           \
        out->to[row] = value;                                                  \
    }                                                                          \
    return true
    switch (in->type->kind << 8 | out->type->kind) {
    case TYPE_INT << 8 | TYPE_BIGINT: LOOP(i64, in->i32[at]);
    case TYPE_INT << 8 | TYPE_DOUBLE: LOOP(f64, in->i32[at]);
    case TYPE_BIGINT << 8 | TYPE_INT: LOOP(i32, (int32_t)(uint32_t)in->i64[at]);
    case TYPE_BIGINT << 8 | TYPE_DOUBLE: LOOP(f64, (double)in->i64[at]);
    case TYPE_DOUBLE << 8 | TYPE_INT: LOOP(i32, cast_f64_to_i32(in->f64[at]));
    case TYPE_DOUBLE << 8 | TYPE_BIGINT:
        LOOP(i64, cast_f64_to_i64(in->f64[at]));
    default: return false;
    }
#undef LOOP
}

/* Numbers to text, printed right into the arena. */
static bool cast_to_text(Run *run, const Column *in, Rows rows, Column *out)
{
    TypeKind kind = in->type->kind;
    if (out->type->kind != TYPE_STRING ||
        (kind != TYPE_INT && kind != TYPE_BIGINT && kind != TYPE_DOUBLE))
        return false;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i), at = col_row(in, row);
        char text[NUMBER_TEXT_MAX];
        if (bit_get(in->nulls, at)) continue;
        int len = kind == TYPE_DOUBLE ? number_print_f64(in->f64[at], text)
                  : kind == TYPE_INT  ? number_print_i64(in->i32[at], text)
                                      : number_print_i64(in->i64[at], text);
        out->str[row] = str_copy(run->arena, (Str){text, (size_t)len});
    }
    return true;
}

static void null_to_text(Run *run, Rows rows, const uint64_t *failed,
                         Column *out)
{
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(out->nulls, row) && !bit_get(failed, row))
            column_set(run->arena, out, row, run->count,
                       (Value){.str = STR("null")});
    }
}

Result run_cast(Run *run, EvalNode *node, Rows rows)
{
    Result in = run_node(run, node->args[0], rows);
    uint64_t *failed = node->strict ? in.failed : NULL;
    if (type_equal(in.col->type, node->type)) return (Result){in.col, failed};
    Column *out = run_column(run, node->type);
    Result result = {out, NULL};
    if (!node->null_text && (cast_numbers(in.col, rows, out) ||
                             cast_to_text(run, in.col, rows, out))) {
        out->nulls = run_nulls(run, in.col);
        return (Result){out, failed};
    }
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        Value from = column_get(in.col, row), to;
        const char *why = "cast failed";
        bool ok = cast_value(run->arena, in.col->type, node->type, &from, &to,
                             &why);
        if (ok || !node->strict)
            column_set(run->arena, out, row, run->count, to);
        if (!ok && node->strict)
            run_fail(run, &result, out, row, why);
        else if (!ok && run->report)
            run->report(run->context, run->batch, row, why);
    }
    result.failed = run_union(run, result.failed, failed);
    if (node->null_text) null_to_text(run, rows, result.failed, out);
    return result;
}
