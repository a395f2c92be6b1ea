/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparison and IN (language 2.7). Logic is two-valued: a null side
 * makes a comparison false, never null.
 *
 * A comparison of two values has four outcomes, less, equal, greater and
 * unordered (NaN). An operator is a mask of the outcomes that make it true, so
 * each type has one loop for all operators.
 */
#include "runtime/eval_int.h"

#include "base/unicode.h"

enum { LESS = 1, EQUAL = 2, GREATER = 4, UNORDERED = 8 };

static unsigned mask_of(int op)
{
    switch (op) {
    case CMP_EQ:
    case CMP_NOT_DISTINCT: return EQUAL;
    case CMP_NE:
    case CMP_DISTINCT: return LESS | GREATER | UNORDERED;
    case CMP_LT: return LESS;
    case CMP_LE: return LESS | EQUAL;
    case CMP_GT: return GREATER;
    default: return GREATER | EQUAL;
    }
}

static inline unsigned outcome_i64(int64_t a, int64_t b)
{
    return 1u << (1 + (a > b) - (a < b));
}

static inline unsigned outcome_f64(double a, double b)
{
    return a < b ? LESS : a == b ? EQUAL : a > b ? GREATER : UNORDERED;
}

static inline unsigned outcome_int(int c)
{
    return c < 0 ? LESS : c == 0 ? EQUAL : GREATER;
}

static unsigned outcome(Arena *arena, const Type *type, const Value *a,
                        const Value *b)
{
    switch (type->kind) {
    case TYPE_DOUBLE: return outcome_f64(a->f64, b->f64);
    case TYPE_DECIMAL:
        return outcome_int(decimal_compare(arena, *a->dec, *b->dec));
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: return value_equal(type, a, b) ? EQUAL : LESS;
    default: return outcome_int(value_compare(type, a, b));
    }
}

bool compare_values(Arena *arena, const Type *type, int op, const Value *a,
                    const Value *b)
{
    if (a->null || b->null) {
        if (op == CMP_DISTINCT) return a->null != b->null;
        return op == CMP_NOT_DISTINCT && a->null && b->null;
    }
    return (outcome(arena, type, a, b) & mask_of(op)) != 0;
}

static void compare_text(const Column *a, const Column *b, Rows rows,
                         unsigned mask, Column *out)
{
    bool equality = mask == EQUAL;
    bool inequality = mask == (LESS | GREATER | UNORDERED);
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(out->nulls, row)) continue;
        Str x = a->str[col_row(a, row)], y = b->str[col_row(b, row)];
        if (equality || inequality)
            out->boolean[row] = str_eq(x, y) == equality;
        else
            out->boolean[row] = (outcome_int(utf16_compare(x, y)) & mask) != 0;
    }
}

/* Fills `out` where both sides have a value; out->nulls are the other rows. */
static void compare_columns(Run *run, const Column *a, const Column *b,
                            Rows rows, unsigned mask, Column *out)
{
    const Type *type = a->type;
    int am = a->constant ? 0 : -1, bm = b->constant ? 0 : -1;
    switch (type->kind) {
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME:
        for (int i = 0; i < rows.count; i++) {
            int row = rows_at(rows, i);
            out->boolean[row] =
                (outcome_i64(a->i32[row & am], b->i32[row & bm]) & mask) != 0;
        }
        return;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
        for (int i = 0; i < rows.count; i++) {
            int row = rows_at(rows, i);
            out->boolean[row] =
                (outcome_i64(a->i64[row & am], b->i64[row & bm]) & mask) != 0;
        }
        return;
    case TYPE_DOUBLE:
        for (int i = 0; i < rows.count; i++) {
            int row = rows_at(rows, i);
            out->boolean[row] =
                (outcome_f64(a->f64[row & am], b->f64[row & bm]) & mask) != 0;
        }
        return;
    case TYPE_STRING: compare_text(a, b, rows, mask, out); return;
    default: break;
    }
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(out->nulls, row)) continue;
        Value x = column_get(a, row), y = column_get(b, row);
        out->boolean[row] = (outcome(run->arena, type, &x, &y) & mask) != 0;
    }
}

/* What a comparison gives where a side is null. */
static void settle_nulls(const Column *a, const Column *b, int op, Rows rows,
                         Column *out)
{
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (!bit_get(out->nulls, row)) continue;
        bool an = col_null(a, row), bn = col_null(b, row);
        out->boolean[row] = op == CMP_DISTINCT       ? an != bn
                            : op == CMP_NOT_DISTINCT ? an && bn
                                                     : false;
    }
}

Result run_compare(Run *run, EvalNode *node, Rows rows)
{
    Result a = run_node(run, node->args[0], rows);
    Result b = run_node(run, node->args[1], rows);
    int op = node->expr->op;
    Column *out = run_column(run, &type_boolean);
    out->nulls = run_union(run, run_nulls(run, a.col), run_nulls(run, b.col));
    compare_columns(run, a.col, b.col, rows, mask_of(op), out);
    if (out->nulls) settle_nulls(a.col, b.col, op, rows, out);
    out->nulls = run_union(run, a.failed, b.failed);
    return (Result){out, out->nulls};
}

static bool is_in(const Type *type, const Value *value,
                  const Column *const *cols, int count, int row)
{
    for (int i = 1; i < count; i++) {
        if (col_null(cols[i], row)) continue;
        if (type->kind == TYPE_STRING) {
            if (str_eq(value->str, cols[i]->str[col_row(cols[i], row)]))
                return true;
            continue;
        }
        Value item = column_get(cols[i], row);
        if (value_equal(type, value, &item)) return true;
    }
    return false;
}

Result run_in(Run *run, EvalNode *node, Rows rows)
{
    uint64_t *failed = NULL;
    for (int i = 0; i < node->arg_count; i++) {
        Result r = run_node(run, node->args[i], rows);
        node->cols[i] = r.col;
        failed = run_union(run, failed, r.failed);
    }
    Column *out = run_column(run, &type_boolean);
    const Column *value = node->cols[0];
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        bool in = false;
        if (!col_null(value, row)) {
            Value v = column_get(value, row);
            in = is_in(value->type, &v, node->cols, node->arg_count, row);
        }
        out->boolean[row] = in != node->expr->negated;
    }
    out->nulls = failed;
    return (Result){out, failed};
}
