/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic: + - * / %, unary minus, and text + text (language 2.2).
 *
 * INT and BIGINT wrap, DOUBLE follows IEEE, DECIMAL is exact: a quotient that
 * does not end is a failure. A null operand is a failure too, so nulls of both
 * sides together are the failed rows. Values are computed for the asked rows
 * only; under a null they are computed from whatever is there, which is
 * harmless in unsigned arithmetic.
 */
#include "runtime/eval_int.h"

#include <assert.h>
#include <math.h>

static const char null_operand[] = "operand of arithmetic is null";
static const char zero_divisor[] = "division by zero";

static inline int64_t int_op(int op, int64_t a, int64_t b)
{
    switch (op) {
    case '+': return (int64_t)((uint64_t)a + (uint64_t)b);
    case '-': return (int64_t)((uint64_t)a - (uint64_t)b);
    case '*': return (int64_t)((uint64_t)a * (uint64_t)b);
    case '/': return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
    default: return b == -1 ? 0 : a % b;
    }
}

static inline double f64_op(int op, double a, double b)
{
    switch (op) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    default: return fmod(a, b);
    }
}

static bool decimal_op(Arena *arena, const Type *type, int op, Decimal a,
                       Decimal b, Decimal *out, const char **why)
{
    Decimal r = {0};
    bool ok = true;
    switch (op) {
    case '+': r = decimal_add(arena, a, b); break;
    case '-': r = decimal_subtract(arena, a, b); break;
    case '*': r = decimal_multiply(arena, a, b); break;
    case '/':
        ok = decimal_divide(arena, a, b, type->precision, type->scale, &r);
        break;
    default: ok = decimal_remainder(arena, a, b, type->precision, &r); break;
    }
    if (ok && decimal_fit(arena, r, type->precision, type->scale, out))
        return true;
    *why = decimal_sign(b) == 0 && (op == '/' || op == '%')
               ? zero_divisor
               : "decimal result is not exact in its type";
    return false;
}

bool arith_value(Arena *arena, const Type *type, int op, const Value *a,
                 const Value *b, Value *out, const char **why)
{
    *out = (Value){0};
    *why = null_operand;
    if (a->null || b->null) return false;
    bool divides = op == '/' || op == '%';
    *why = zero_divisor;
    switch (type->kind) {
    case TYPE_INT:
        if (divides && !b->i32) return false;
        out->i32 = (int32_t)int_op(op, a->i32, b->i32);
        return true;
    case TYPE_BIGINT:
        if (divides && !b->i64) return false;
        out->i64 = int_op(op, a->i64, b->i64);
        return true;
    case TYPE_DOUBLE: out->f64 = f64_op(op, a->f64, b->f64); return true;
    default: break;
    }
    assert(type->kind == TYPE_DECIMAL);
    Decimal *r = ARENA_NEW(arena, Decimal);
    out->dec = r;
    return decimal_op(arena, type, op, *a->dec, *b->dec, r, why);
}

/* Each loop has a constant operator, so the switch inside goes away. */
#define LOOP(T, field, f, OP)                                                  \
    for (int i = 0; i < rows.count; i++) {                                     \
        int row = rows_at(rows, i);                                            \
        out->field[row] = (T)f(OP, a->field[row & am], b->field[row & bm]);    \
    }

static void add_i32(const Column *a, const Column *b, int op, Rows rows,
                    Column *out)
{
    int am = a->constant ? 0 : -1, bm = b->constant ? 0 : -1;
    switch (op) {
    case '+': LOOP(int32_t, i32, int_op, '+'); break;
    case '-': LOOP(int32_t, i32, int_op, '-'); break;
    default: LOOP(int32_t, i32, int_op, '*'); break;
    }
}

static void add_i64(const Column *a, const Column *b, int op, Rows rows,
                    Column *out)
{
    int am = a->constant ? 0 : -1, bm = b->constant ? 0 : -1;
    switch (op) {
    case '+': LOOP(int64_t, i64, int_op, '+'); break;
    case '-': LOOP(int64_t, i64, int_op, '-'); break;
    default: LOOP(int64_t, i64, int_op, '*'); break;
    }
}

static void all_f64(const Column *a, const Column *b, int op, Rows rows,
                    Column *out)
{
    int am = a->constant ? 0 : -1, bm = b->constant ? 0 : -1;
    switch (op) {
    case '+': LOOP(double, f64, f64_op, '+'); break;
    case '-': LOOP(double, f64, f64_op, '-'); break;
    case '*': LOOP(double, f64, f64_op, '*'); break;
    case '/': LOOP(double, f64, f64_op, '/'); break;
    default: LOOP(double, f64, f64_op, '%'); break;
    }
}
#undef LOOP

/* Division of integers by a constant that is not 0: no row fails on its own. */
static bool divide_by_constant(const Column *a, const Column *b, int op,
                               Rows rows, Column *out)
{
    if (!b->constant || b->nulls) return false;
    bool is_int = out->type->kind == TYPE_INT;
    int64_t by = is_int ? b->i32[0] : b->i64[0];
    if (!by) return false;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i), at = col_row(a, row);
        if (is_int)
            out->i32[row] = (int32_t)int_op(op, a->i32[at], by);
        else
            out->i64[row] = int_op(op, a->i64[at], by);
    }
    return true;
}

/* Integer division and all of DECIMAL: rows may fail on their own. */
static void one_by_one(Run *run, EvalNode *node, const Column *a,
                       const Column *b, Rows rows, Column *out, Result *result)
{
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(result->failed, row)) continue;
        Value x = column_get(a, row), y = column_get(b, row), r;
        const char *why;
        if (arith_value(run->arena, node->type, node->expr->op, &x, &y, &r,
                        &why))
            column_set(run->arena, out, row, run->count, r);
        else
            run_fail(run, result, out, row, why);
    }
}

/* Failed rows of a two-sided operation, where a null side is a failure. */
static uint64_t *failed_of(Run *run, Rows rows, Result a, Result b)
{
    uint64_t *nulls = run_union(run, run_nulls(run, a.col),
                                run_nulls(run, b.col));
    return run_fail_nulls(run, rows, nulls, run_union(run, a.failed, b.failed),
                          null_operand);
}

Result run_arith(Run *run, EvalNode *node, Rows rows)
{
    Result a = run_node(run, node->args[0], rows);
    Result b = run_node(run, node->args[1], rows);
    Column *out = run_column(run, node->type);
    Result result = {out, failed_of(run, rows, a, b)};
    out->nulls = result.failed;
    int op = node->expr->op;
    bool divides = op == '/' || op == '%';
    TypeKind kind = node->type->kind;
    if (kind == TYPE_DOUBLE)
        all_f64(a.col, b.col, op, rows, out);
    else if (kind == TYPE_INT && !divides)
        add_i32(a.col, b.col, op, rows, out);
    else if (kind == TYPE_BIGINT && !divides)
        add_i64(a.col, b.col, op, rows, out);
    else if (kind == TYPE_DECIMAL ||
             !divide_by_constant(a.col, b.col, op, rows, out))
        one_by_one(run, node, a.col, b.col, rows, out, &result);
    return result;
}

Result run_negate(Run *run, EvalNode *node, Rows rows)
{
    Result a = run_node(run, node->args[0], rows);
    Column *out = run_column(run, node->type);
    Result result = {out, run_fail_nulls(run, rows, run_nulls(run, a.col),
                                         a.failed, null_operand)};
    out->nulls = result.failed;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i), from = col_row(a.col, row);
        if (bit_get(result.failed, row)) continue;
        switch (node->type->kind) {
        case TYPE_INT:
            out->i32[row] = (int32_t)(0 - (uint32_t)a.col->i32[from]);
            break;
        case TYPE_BIGINT:
            out->i64[row] = (int64_t)(0 - (uint64_t)a.col->i64[from]);
            break;
        case TYPE_DOUBLE: out->f64[row] = -a.col->f64[from]; break;
        default: out->dec[row] = decimal_negate(run->arena, a.col->dec[from]);
        }
    }
    return result;
}

static Str concat(Arena *arena, Str a, Str b)
{
    char *p = arena_alloc(arena, a.len + b.len + 1);
    if (a.len) memcpy(p, a.ptr, a.len);
    if (b.len) memcpy(p + a.len, b.ptr, b.len);
    return (Str){p, a.len + b.len};
}

Result run_concat(Run *run, EvalNode *node, Rows rows)
{
    Result a = run_node(run, node->args[0], rows);
    Result b = run_node(run, node->args[1], rows);
    Column *out = run_column(run, node->type);
    Result result = {out, run_union(run, a.failed, b.failed)};
    out->nulls = result.failed;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        Str x = STR("null"), y = STR("null");
        if (!col_null(a.col, row)) x = a.col->str[col_row(a.col, row)];
        if (!col_null(b.col, row)) y = b.col->str[col_row(b.col, row)];
        out->str[row] = concat(run->arena, x, y);
    }
    return result;
}
