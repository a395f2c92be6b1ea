/* SPDX-License-Identifier: Apache-2.0
 *
 * AND, OR, NOT and CASE, and filtering. Parts that a row does not reach are not
 * evaluated for it, left to right: the list of rows shrinks. Touching a null
 * BOOLEAN in AND, OR or NOT is a failure.
 */
#include "runtime/eval_int.h"

static const char null_boolean[] = "operand of a logical operator is null";

/* Splits rows by a boolean result: true, false; failed ones are in neither. */
static void split(Run *run, Result r, Rows rows, Rows *yes, Rows *no)
{
    uint16_t *y = ARENA_ARRAY(run->arena, uint16_t, rows.count);
    uint16_t *n = ARENA_ARRAY(run->arena, uint16_t, rows.count);
    int yes_count = 0, no_count = 0;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (col_null(r.col, row)) continue;
        bool is = r.col->boolean[col_row(r.col, row)];
        y[yes_count] = n[no_count] = (uint16_t)row;
        yes_count += is;
        no_count += !is;
    }
    *yes = (Rows){y, yes_count};
    *no = (Rows){n, no_count};
}

/* A boolean operand: its nulls become failures. */
static Result operand(Run *run, EvalNode *node, Rows rows)
{
    Result r = run_node(run, node, rows);
    uint64_t *nulls = run_nulls(run, r.col);
    if (!nulls) return (Result){r.col, NULL};
    r.failed = run_fail_nulls(run, rows, nulls, r.failed, null_boolean);
    return r;
}

/* AND goes on where the left is true, OR where it is false. */
Result run_logic(Run *run, EvalNode *node, Rows rows)
{
    bool is_and = node->expr->kind == EXPR_AND;
    Column *out = run_column(run, &type_boolean);
    Result result = {out, NULL};
    Result left = operand(run, node->args[0], rows);
    Rows yes, no;
    split(run, left, rows, &yes, &no);
    Rows on = is_and ? yes : no, done = is_and ? no : yes;
    for (int i = 0; i < done.count; i++)
        out->boolean[rows_at(done, i)] = !is_and;
    Result right = {0};
    if (on.count) right = operand(run, node->args[1], on);
    if (left.failed || right.failed)
        result.failed = out->nulls = bits_new(run->arena, run->count);
    for (int i = 0; i < on.count; i++) {
        int row = rows_at(on, i);
        if (bit_get(right.failed, row))
            bit_set(result.failed, row);
        else
            out->boolean[row] = right.col->boolean[col_row(right.col, row)];
    }
    for (int i = 0; left.failed && i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(left.failed, row)) bit_set(result.failed, row);
    }
    return result;
}

Result run_not(Run *run, EvalNode *node, Rows rows)
{
    Result in = operand(run, node->args[0], rows);
    Column *out = run_column(run, &type_boolean);
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (!bit_get(in.failed, row))
            out->boolean[row] = !in.col->boolean[col_row(in.col, row)];
    }
    out->nulls = in.failed;
    return (Result){out, in.failed};
}

/* A conjunction narrows the rows twice and makes no column of its own. */
Rows run_filter(Run *run, EvalNode *node, Rows rows)
{
    if (!rows.count) return rows;
    if (!node->is_literal && node->expr->kind == EXPR_AND) {
        Result left = operand(run, node->args[0], rows);
        Rows yes, no;
        split(run, left, rows, &yes, &no);
        if (!yes.count) return yes;
        Result right = operand(run, node->args[1], yes);
        Rows kept;
        split(run, right, yes, &kept, &no);
        return kept;
    }
    Result r = run_node(run, node, rows);
    Rows yes, no;
    split(run, r, rows, &yes, &no);
    return yes;
}

static void scatter(Run *run, Result from, Rows rows, Result *result,
                    Column *out)
{
    size_t width = column_width(out->type);
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(from.failed, row)) {
            if (!result->failed)
                result->failed = bits_new(run->arena, run->count);
            bit_set(result->failed, row);
        }
        if (col_null(from.col, row)) {
            column_set_null(run->arena, out, row, run->count);
        } else {
            size_t at = (size_t)col_row(from.col, row);
            memcpy((char *)out->values + width * (size_t)row,
                   (char *)from.col->values + width * at, width);
        }
    }
}

/* Rows whose condition is neither true nor false: null is "no", a failure ends
 * the row. */
static Rows still_open(Run *run, Result condition, Rows rows, Result *result,
                       Column *out)
{
    uint16_t *open = ARENA_ARRAY(run->arena, uint16_t, rows.count);
    int count = 0;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(condition.failed, row)) {
            if (!result->failed)
                result->failed = bits_new(run->arena, run->count);
            bit_set(result->failed, row);
            column_set_null(run->arena, out, row, run->count);
        } else if (col_null(condition.col, row) ||
                   !condition.col->boolean[col_row(condition.col, row)]) {
            open[count++] = (uint16_t)row;
        }
    }
    return (Rows){open, count};
}

Result run_case(Run *run, EvalNode *node, Rows rows)
{
    Column *out = run_column(run, node->type);
    Result result = {out, NULL};
    Rows open = rows;
    int at = 0;
    for (; at + 1 < node->arg_count && open.count; at += 2) {
        Result condition = run_node(run, node->args[at], open);
        Rows yes, no;
        split(run, condition, open, &yes, &no);
        if (yes.count)
            scatter(run, run_node(run, node->args[at + 1], yes), yes, &result,
                    out);
        open = still_open(run, condition, open, &result, out);
    }
    if (!open.count) return result;
    if (node->arg_count % 2) {
        EvalNode *last = node->args[node->arg_count - 1];
        scatter(run, run_node(run, last, open), open, &result, out);
    } else {
        for (int i = 0; i < open.count; i++)
            column_set_null(run->arena, out, rows_at(open, i), run->count);
    }
    return result;
}
