/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions at run time: a table of what each operator means, then random
 * expressions over random columns, where the column form must agree with the
 * row form row by row, and with any list of rows.
 */
#include "base/str.h"
#include "runtime/eval.h"
#include "runtime/query.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static Arena *arena;

/* ---- small builders ---- */

static Expr *node(ExprKind kind, const Type *type, int count)
{
    Expr *e = ARENA_NEW(arena, Expr);
    e->kind = kind;
    e->type = type;
    e->arg_count = count;
    e->args = ARENA_ARRAY(arena, const Expr *, count + 1);
    return e;
}

static const Expr *lit(const Type *type, Value value)
{
    Expr *e = node(EXPR_LITERAL, type, 0);
    e->literal = value;
    return e;
}

static const Expr *num(int32_t v)
{
    return lit(&type_int, (Value){.i32 = v});
}

static const Expr *big(int64_t v)
{
    return lit(&type_bigint, (Value){.i64 = v});
}

static const Expr *real(double v)
{
    return lit(&type_double, (Value){.f64 = v});
}

static const Expr *text(const char *s)
{
    return lit(&type_string, (Value){.str = str_from(s)});
}

static const Expr *null_of(const Type *type)
{
    return lit(type, VALUE_NULL);
}

static const Expr *boolean(bool v)
{
    return lit(&type_boolean, (Value){.boolean = v});
}

static const Expr *column(const Type *type, int slot)
{
    Expr *e = node(EXPR_COLUMN, type, 0);
    e->slot = slot;
    return e;
}

static const Expr *two(ExprKind kind, const Type *type, int op, const Expr *a,
                       const Expr *b)
{
    Expr *e = node(kind, type, 2);
    e->op = op;
    e->args[0] = a;
    e->args[1] = b;
    return e;
}

static const Expr *arith(int op, const Expr *a, const Expr *b)
{
    return two(EXPR_ARITH, a->type, op, a, b);
}

static const Expr *compare(CompareOp op, const Expr *a, const Expr *b)
{
    return two(EXPR_COMPARE, &type_boolean, (int)op, a, b);
}

static const Expr *one(ExprKind kind, const Type *type, const Expr *a)
{
    Expr *e = node(kind, type, 1);
    e->args[0] = a;
    return e;
}

static const Expr *call(const char *name, int count, const Expr *a,
                        const Expr *b)
{
    FnArg args[2] = {{.type = a->type}, {.type = b ? b->type : NULL}};
    FnBinding *binding = ARENA_NEW(arena, FnBinding);
    Status st = function_resolve(arena, str_from(name), args, count, NULL,
                                 binding);
    CHECK(!st.kind);
    Expr *e = node(EXPR_CALL, binding->result, count);
    e->binding = binding;
    e->args[0] = a;
    if (count > 1) e->args[1] = b;
    return e;
}

/* ---- meaning ---- */

/* The value as text; "error" if it fails as a whole. */
static Str eval_text(const Expr *expr)
{
    Value value;
    const char *why;
    if (!eval_constant(arena, expr, &value, &why)) return STR("error");
    return value_print(arena, expr->type, &value);
}

static const Expr *in(const Expr *a, const Expr *b, const Expr *c, bool negated)
{
    Expr *e = node(EXPR_IN, &type_boolean, 3);
    e->args[0] = a;
    e->args[1] = b;
    e->args[2] = c;
    e->negated = negated;
    return e;
}

static const Expr *like(const char *s, const char *pattern, uint32_t escape)
{
    Expr *e = (Expr *)two(EXPR_LIKE, &type_boolean, 0, text(s), text(pattern));
    e->escape = escape;
    return e;
}

static const Expr *dec(const char *s, int precision, int scale)
{
    Decimal *d = ARENA_NEW(arena, Decimal);
    CHECK(decimal_parse(arena, str_from(s), d));
    return lit(type_decimal(arena, precision, scale), (Value){.dec = d});
}

static const Expr *dec_arith(int op, const Expr *a, const Expr *b,
                             int precision, int scale)
{
    return two(EXPR_ARITH, type_decimal(arena, precision, scale), op, a, b);
}

static void test_arithmetic(void)
{
    CHECK_STR(eval_text(arith('+', num(2147483647), num(1))), "-2147483648");
    CHECK_STR(eval_text(arith('*', big(INT64_MAX), big(2))), "-2");
    CHECK_STR(eval_text(arith('/', num(-7), num(2))), "-3");
    CHECK_STR(eval_text(arith('%', num(-7), num(2))), "-1");
    CHECK_STR(eval_text(arith('/', num(INT32_MIN), num(-1))), "-2147483648");
    CHECK_STR(eval_text(arith('/', big(INT64_MIN), big(-1))),
              "-9223372036854775808");
    CHECK_STR(eval_text(arith('%', big(INT64_MIN), big(-1))), "0");
    CHECK_STR(eval_text(arith('/', num(1), num(0))), "error");
    CHECK_STR(eval_text(arith('%', big(1), big(0))), "error");
    CHECK_STR(eval_text(arith('/', real(1), real(0))), "Infinity");
    CHECK_STR(eval_text(arith('+', num(1), null_of(&type_int))), "error");
    CHECK_STR(eval_text(one(EXPR_NEGATE, &type_int, num(INT32_MIN))),
              "-2147483648");
    CHECK_STR(
        eval_text(dec_arith('*', dec("1.10", 3, 2), dec("2.5", 2, 1), 6, 3)),
        "2.750");
    CHECK_STR(eval_text(dec_arith('/', dec("1", 1, 0), dec("3", 1, 0), 7, 6)),
              "error");
    CHECK_STR(eval_text(two(EXPR_CONCAT, &type_string, 0, text("b"),
                            null_of(&type_string))),
              "bnull");
}

static void test_comparison(void)
{
    const Expr *n = null_of(&type_int);
    CHECK_STR(eval_text(compare(CMP_EQ, num(1), n)), "false");
    CHECK_STR(eval_text(compare(CMP_NE, num(1), n)), "false");
    CHECK_STR(
        eval_text(one(EXPR_NOT, &type_boolean, compare(CMP_EQ, num(1), n))),
        "true");
    CHECK_STR(eval_text(compare(CMP_DISTINCT, n, n)), "false");
    CHECK_STR(eval_text(compare(CMP_DISTINCT, num(1), n)), "true");
    CHECK_STR(eval_text(compare(CMP_NOT_DISTINCT, n, n)), "true");
    CHECK_STR(eval_text(compare(CMP_LT, text("a"), text("b"))), "true");
    CHECK_STR(eval_text(compare(CMP_GE, real(0.0), real(-0.0))), "true");
    CHECK_STR(eval_text(compare(CMP_EQ, dec("1.0", 2, 1), dec("1.00", 3, 2))),
              "true");
    CHECK_STR(eval_text(in(num(1), num(2), num(1), false)), "true");
    CHECK_STR(eval_text(in(n, num(2), n, false)), "false");
    CHECK_STR(eval_text(in(n, num(2), n, true)), "true");
}

static void test_logic(void)
{
    const Expr *n = null_of(&type_boolean);
    const Expr *t = boolean(true), *f = boolean(false);
    const Expr *bad = compare(CMP_EQ, arith('/', num(1), num(0)), num(1));
    CHECK_STR(eval_text(two(EXPR_AND, &type_boolean, 0, f, n)), "false");
    CHECK_STR(eval_text(two(EXPR_AND, &type_boolean, 0, n, f)), "error");
    CHECK_STR(eval_text(two(EXPR_OR, &type_boolean, 0, t, n)), "true");
    CHECK_STR(eval_text(two(EXPR_OR, &type_boolean, 0, f, n)), "error");
    CHECK_STR(eval_text(two(EXPR_OR, &type_boolean, 0, t, bad)), "true");
    CHECK_STR(eval_text(two(EXPR_OR, &type_boolean, 0, bad, t)), "error");
    CHECK_STR(eval_text(one(EXPR_NOT, &type_boolean, n)), "error");
    CHECK_STR(eval_text(one(EXPR_NOT, &type_boolean, bad)), "error");
}

static void test_case(void)
{
    Expr *e = node(EXPR_CASE, &type_int, 5);
    e->args[0] = compare(CMP_EQ, num(1), num(2));
    e->args[1] = arith('/', num(1), num(0)); /* Never reached. */
    e->args[2] = compare(CMP_EQ, num(1), num(1));
    e->args[3] = num(7);
    e->args[4] = num(8);
    CHECK_STR(eval_text(e), "7");
    e->args[2] = null_of(&type_boolean);
    CHECK_STR(eval_text(e), "8");
    e->arg_count = 4;
    CHECK_STR(eval_text(e), "null");
}

static void test_like(void)
{
    static const struct {
        const char *text, *pattern;
        uint32_t escape;
        const char *result;
    } cases[] = {
        {"abc", "a%", 0, "true"},      {"abc", "%c", 0, "true"},
        {"abc", "a_c", 0, "true"},     {"abc", "a_", 0, "false"},
        {"abc", "%%b%%", 0, "true"},   {"", "%", 0, "true"},
        {"", "_", 0, "false"},         {"\xf0\x9f\x98\x80", "_", 0, "true"},
        {"a\nb", "a%b", 0, "false"},   {"a\nb", "a_b", 0, "false"},
        {"a\nb", "a\nb", 0, "true"},   {"a%b", "a!%b", '!', "true"},
        {"axb", "a!%b", '!', "false"}, {"a!", "a!!", '!', "true"},
        {"a", "a!", '!', "error"},     {"aab", "%ab", 0, "true"},
        {"abab", "%ab", 0, "true"},    {"ABC", "abc", 0, "false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(
            eval_text(like(cases[i].text, cases[i].pattern, cases[i].escape)),
            cases[i].result);
}

static void test_nested(void)
{
    const Type *ints = type_array(arena, &type_int);
    Expr *array = node(EXPR_ARRAY, ints, 2);
    array->args[0] = num(3);
    array->args[1] = arith('/', num(1), num(0));
    CHECK_STR(eval_text(array), "[3, null]");
    CHECK_STR(eval_text(two(EXPR_INDEX, &type_int, 0, array, num(1))), "3");
    CHECK_STR(eval_text(two(EXPR_INDEX, &type_int, 0, array, num(-2))), "3");
    CHECK_STR(eval_text(two(EXPR_INDEX, &type_int, 0, array, num(0))), "null");
    CHECK_STR(eval_text(two(EXPR_INDEX, &type_int, 0, array, num(3))), "null");
    Expr *map = node(EXPR_MAP, type_map(arena, &type_string, &type_int), 4);
    map->args[0] = map->args[2] = text("k");
    map->args[1] = num(1);
    map->args[3] = num(2);
    CHECK_STR(eval_text(map), "{k=2}");
    CHECK_STR(eval_text(two(EXPR_INDEX, &type_int, 0, map, text("k"))), "2");
    CHECK_STR(eval_text(two(EXPR_INDEX, &type_int, 0, map, text("x"))), "null");
    /* A failing argument is null on its own. */
    const Expr *bad = arith('/', num(1), num(0));
    CHECK_STR(eval_text(call("COALESCE", 2, bad, num(5))), "5");
    CHECK_STR(eval_text(one(EXPR_CAST, &type_string, num(12))), "12");
    CHECK_STR(eval_text(call("UCASE", 1, text("abc"), NULL)), "ABC");
}

/* ---- column form against row form ---- */

enum { COLUMNS = 6, ROWS = 200 };

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t rnd(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

static const Type *column_types[COLUMNS] = {
    &type_int, &type_bigint, &type_double, &type_string, &type_boolean, NULL};

static Value random_value(const Type *type)
{
    static const char *const words[] = {"", "a", "b", "ab", "aab", "null"};
    static const int64_t edges[] = {0, 1, -1, 2, INT32_MIN, INT64_MAX, 7};
    if (rnd(5) == 0) return VALUE_NULL;
    int64_t n = edges[rnd(7)];
    switch (type->kind) {
    case TYPE_INT: return (Value){.i32 = (int32_t)n};
    case TYPE_BIGINT: return (Value){.i64 = n};
    case TYPE_DOUBLE: return (Value){.f64 = (double)n / 2};
    case TYPE_BOOLEAN: return (Value){.boolean = n & 1};
    case TYPE_DECIMAL: {
        Decimal *d = ARENA_NEW(arena, Decimal);
        *d = decimal_from_i64((int64_t)rnd(100) - 50, 1);
        return (Value){.dec = d};
    }
    default: return (Value){.str = str_from(words[rnd(6)])};
    }
}

static Batch *random_batch(void)
{
    Batch *batch = batch_new(arena, ROWS, COLUMNS);
    for (int c = 0; c < COLUMNS; c++) {
        column_init(arena, &batch->columns[c], column_types[c], ROWS);
        for (int row = 0; row < ROWS; row++)
            column_set(arena, &batch->columns[c], row, ROWS,
                       random_value(column_types[c]));
    }
    return batch;
}

static const Expr *random_expr(const Type *type, int depth);

static const Expr *random_boolean(int depth)
{
    const Type *of = column_types[rnd(COLUMNS)];
    switch (rnd(8)) {
    case 0:
    case 1:
        return compare((CompareOp)(of->kind == TYPE_BOOLEAN ? rnd(2) : rnd(8)),
                       random_expr(of, depth), random_expr(of, depth));
    case 2:
        return two(EXPR_AND, &type_boolean, 0, random_boolean(depth - 1),
                   random_expr(&type_boolean, depth));
    case 3:
        return two(EXPR_OR, &type_boolean, 0, random_expr(&type_boolean, depth),
                   random_expr(&type_boolean, depth));
    case 4:
        return one(EXPR_NOT, &type_boolean, random_expr(&type_boolean, depth));
    case 5: {
        Expr *e = (Expr *)one(EXPR_IS_NULL, &type_boolean,
                              random_expr(of, depth));
        e->negated = rnd(2);
        return e;
    }
    case 6:
        return in(random_expr(of, depth), random_expr(of, depth),
                  random_expr(of, depth), rnd(2));
    default:
        return two(EXPR_LIKE, &type_boolean, 0,
                   random_expr(&type_string, depth), text("%a_"));
    }
}

static const Expr *random_case(const Type *type, int depth)
{
    Expr *e = node(EXPR_CASE, type, 2 + (int)rnd(2));
    e->args[0] = random_expr(&type_boolean, depth);
    e->args[1] = random_expr(type, depth);
    e->args[2] = random_expr(type, depth);
    return e;
}

static const Expr *random_expr(const Type *type, int depth)
{
    if (depth <= 0 || rnd(4) == 0) {
        if (rnd(3) == 0) return lit(type, random_value(type));
        for (int i = 0; i < COLUMNS; i++)
            if (column_types[i] == type) return column(type, i);
    }
    if (rnd(5) == 0) return random_case(type, depth - 1);
    if (rnd(6) == 0)
        return call("COALESCE", 2, random_expr(type, depth - 1),
                    random_expr(type, depth - 1));
    if (type->kind == TYPE_BOOLEAN) return random_boolean(depth - 1);
    if (type->kind == TYPE_STRING)
        return rnd(2) ? two(EXPR_CONCAT, type, 0, random_expr(type, depth - 1),
                            random_expr(type, depth - 1))
                      : one(EXPR_CAST, type,
                            random_expr(column_types[rnd(3)], depth - 1));
    if (rnd(6) == 0)
        return one(EXPR_NEGATE, type, random_expr(type, depth - 1));
    return two(EXPR_ARITH, type, "+-*/%"[rnd(5)], random_expr(type, depth - 1),
               random_expr(type, depth - 1));
}

typedef struct Reports {
    int count;
} Reports;

static void count_report(void *context, const Batch *batch, int row,
                         const char *why)
{
    (void)batch;
    CHECK(row >= 0 && row < ROWS && why && *why);
    ((Reports *)context)->count++;
}

static bool same(const Type *type, const Column *col, int row,
                 const Value *want)
{
    Value got = column_get(col, row);
    return value_equal(type, &got, want) ||
           (!got.null && !want->null && type->kind == TYPE_DOUBLE &&
            got.f64 != got.f64 && want->f64 != want->f64);
}

static void test_forms_agree(void)
{
    for (int round = 0; round < 400; round++) {
        Batch *batch = random_batch();
        uint16_t *sel = ARENA_ARRAY(arena, uint16_t, ROWS);
        int count = 0;
        for (int row = 0; row < ROWS; row++)
            if (rnd(3)) sel[count++] = (uint16_t)row;
        Rows rows = round % 2 ? (Rows){sel, count} : (Rows){NULL, ROWS};
        const Type *type = column_types[rnd(COLUMNS)];
        const Expr *expr = random_expr(type, 4);
        Eval *eval = eval_new(arena, expr, NULL);
        Reports reports = {0};
        const Column *col = eval_column(eval, batch, rows, 0, count_report,
                                        &reports);
        int failed = 0;
        for (int i = 0; i < rows.count; i++) {
            int row = rows_at(rows, i);
            Value want;
            if (!eval_row(eval, arena, batch, row, 0, &want, NULL)) failed++;
            CHECK(same(type, col, row, &want));
        }
        CHECK(reports.count >= failed);
        if (type->kind == TYPE_BOOLEAN) {
            Rows kept = eval_filter(eval, batch, rows, 0, NULL, NULL);
            int at = 0;
            for (int i = 0; i < rows.count; i++) {
                int row = rows_at(rows, i);
                Value want;
                eval_row(eval, arena, batch, row, 0, &want, NULL);
                if (want.null || !want.boolean) continue;
                CHECK(at < kept.count && rows_at(kept, at) == row);
                at++;
            }
            CHECK(at == kept.count);
        }
        eval_close(eval);
    }
}

/* Each failing row is told once, though failures climb through many nodes. */
static void test_reported_once(void)
{
    Batch *batch = batch_new(arena, ROWS, 1);
    column_init(arena, &batch->columns[0], &type_int, ROWS);
    for (int row = 0; row < ROWS; row++)
        batch->columns[0].i32[row] = row % 2;
    const Expr *x = column(&type_int, 0);
    const Expr *e = arith('+', arith('*', arith('/', num(4), x), num(2)), x);
    Eval *eval = eval_new(arena, e, NULL);
    Reports reports = {0};
    const Column *col = eval_column(eval, batch, rows_of(batch), 0,
                                    count_report, &reports);
    CHECK(reports.count == ROWS / 2);
    CHECK(bit_get(col->nulls, 0) && !bit_get(col->nulls, 1));
    CHECK(col->i32[1] == 9);
    /* The batch's own column is as it was. */
    CHECK(!batch->columns[0].nulls);
    eval_close(eval);
}

int main(void)
{
    arena = arena_new("test", 0);
    column_types[5] = type_decimal(arena, 6, 1);
    test_arithmetic();
    test_comparison();
    test_logic();
    test_case();
    test_like();
    test_nested();
    test_forms_agree();
    test_reported_once();
    arena_free(arena);
    return check_done();
}
