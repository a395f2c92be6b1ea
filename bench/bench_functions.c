/* SPDX-License-Identifier: Apache-2.0
 *
 * What expressions cost: nanoseconds of CPU a row and rows a second, for
 * comparison, arithmetic, CASE, LIKE, casts and the functions that matter for
 * speed. No Kafka, no decoding: columns of 1,024 rows lie in memory, each
 * expression is bound once and evaluated over them as a query does it.
 *
 *     bench_functions [TEXT]      only expressions with TEXT in them
 *
 * One JSON object a line, the median of 5 runs. A tenth of the values are NULL
 * in columns whose name ends in 0.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "parser/parser.h"
#include "planner/planner_int.h"
#include "runtime/eval.h"

enum { RUNS = 5, RUN_NS = 30000000 };

static const char *const expressions[] = {
    "B > 500",
    "B0 > 500",
    "D <= 2.5E0",
    "M > 100.00",
    "S = 'user_77'",
    "S < 'user_5'",
    "I BETWEEN 10 AND 500",
    "S IN ('user_1', 'user_2', 'user_3')",
    "B > 100 AND B < 900",
    "I + 1",
    "B * B",
    "B / 7",
    "B % 7",
    "D * 1.5E0 + D",
    "M + M",
    "M * 2.5",
    "CASE WHEN I < 300 THEN 'low' WHEN I < 600 THEN 'mid' ELSE 'high' END",
    "CASE WHEN B > 500 THEN B ELSE B0 END",
    "S LIKE 'user_1%'",
    "S LIKE '%77'",
    "A LIKE '%Firefox%'",
    "A LIKE '%X11%rv:1__.0%'",
    "SUBSTRING(S, 6)",
    "SUBSTRING(A, 14, 20)",
    "SUBSTRING(U, 3, 5)",
    "UCASE(S)",
    "LCASE(S)",
    "UCASE(U)",
    "CONCAT(S, '-', S0)",
    "CONCAT_WS('-', S, S0)",
    "S + '-' + S",
    "COALESCE(S0, S, '')",
    "IFNULL(B0, B)",
    "NULLIF(S, 'user_1')",
    "LEN(S)",
    "LEN(U)",
    "TRIM(S)",
    "REPLACE(S, 'user', 'u')",
    "LPAD(S, 12, ' ')",
    "INSTR(A, 'Gecko')",
    "SPLIT(S, '_')",
    "MASK(S)",
    "REGEXP_EXTRACT('[0-9]+', S)",
    "REGEXP_REPLACE(S, '[0-9]', '#')",
    "ABS(B)",
    "ABS(D)",
    "ROUND(D)",
    "ROUND(D, 1)",
    "ROUND(M, 1)",
    "FLOOR(D)",
    "SQRT(D)",
    "GREATEST(B, B0)",
    "FORMAT_TIMESTAMP(T, 'yyyy-MM-dd HH:mm:ss')",
    "FORMAT_TIMESTAMP(T, 'yyyy-MM-dd''T''HH:mm:ss.SSSXXX', 'Europe/Oslo')",
    "TIMESTAMPTOSTRING(B, 'yyyy-MM-dd HH:mm:ss', 'UTC')",
    "TIMESTAMPTOSTRING(B, 'yyyy-MM-dd HH:mm:ss')",
    "FORMAT_DATE(CAST(T AS DATE), 'yyyy-MM-dd')",
    "PARSE_TIMESTAMP(X, 'yyyy-MM-dd HH:mm:ss')",
    "PARSE_TIMESTAMP(X, 'yyyy-MM-dd HH:mm:ss', 'Europe/Oslo')",
    "STRINGTOTIMESTAMP(X, 'yyyy-MM-dd HH:mm:ss')",
    "PARSE_DATE(X, 'yyyy-MM-dd')",
    "TIMESTAMPADD(HOURS, 1, T)",
    "EXTRACTJSONFIELD(J, '$.page')",
    "EXTRACTJSONFIELD(J, '$.amount')",
    "EXTRACTJSONFIELD(J, '$.agent.name')",
    "CAST(I AS BIGINT)",
    "CAST(B AS INT)",
    "CAST(D AS BIGINT)",
    "CAST(B AS DECIMAL(12, 2))",
    "CAST(B AS STRING)",
    "CAST(D AS STRING)",
    "CAST(M AS STRING)",
    "CAST(N AS INT)",
    "CAST(N AS BIGINT)",
    "CAST(N AS DOUBLE)",
    "CAST(T AS STRING)",
    "CAST(Y AS TIMESTAMP)",
    "ARRAY[I, I]",
    "ARRAY_CONTAINS(ARRAY[I, 5], 5)",
    "TRANSFORM(ARRAY[I, 5], v => v + 1)",
};

typedef struct BenchColumn {
    Str name;
    const Type *type;
} BenchColumn;

static Type decimal_type = {.kind = TYPE_DECIMAL, .precision = 9, .scale = 2};

static const BenchColumn columns[] = {
    {STR_INIT("I"), &type_int},       {STR_INIT("B"), &type_bigint},
    {STR_INIT("B0"), &type_bigint},   {STR_INIT("D"), &type_double},
    {STR_INIT("M"), &decimal_type},   {STR_INIT("S"), &type_string},
    {STR_INIT("S0"), &type_string},   {STR_INIT("U"), &type_string},
    {STR_INIT("A"), &type_string},    {STR_INIT("J"), &type_string},
    {STR_INIT("T"), &type_timestamp}, {STR_INIT("X"), &type_string},
    {STR_INIT("N"), &type_string},    {STR_INIT("Y"), &type_string},
};

enum { COLUMNS = sizeof columns / sizeof *columns };

static Str no_setting(void *context, Str name)
{
    (void)context, (void)name;
    return STR_NULL;
}

static Str make_text(Arena *arena, char name, int i, uint32_t mixed)
{
    switch (name) {
    case 'S': return str_printf(arena, "user_%d", (int)(mixed % 1000));
    case 'U': return str_printf(arena, "bl\xc3\xa5 \xc3\xb8l %d", i);
    case 'N': return str_printf(arena, "%d", (int)(mixed % 100000));
    case 'X':
    case 'Y':
        return str_printf(arena, "2021-%02d-%02d%c%02d:%02d:%02d", 1 + i % 12,
                          1 + i % 28, name == 'X' ? ' ' : 'T', i % 24, i % 60,
                          (int)(mixed % 60));
    case 'A':
        return str_printf(arena,
                          "Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) "
                          "Gecko/20100101 Firefox/%d.0",
                          100 + (int)(mixed % 16), 100 + (int)(mixed % 16));
    default:
        return str_printf(
            arena,
            "{\"view_id\":%d,\"page\":\"/shop/item/%d\",\"quantity\":%d,"
            "\"amount\":%d.%02d,\"country\":\"NO\",\"agent\":{\"name\":"
            "\"Firefox\",\"version\":\"%d.0\"},\"ok\":true}",
            1000000 + i, (int)(mixed % 977), i % 9, i % 500, i % 100, i % 16);
    }
}

static Value make_value(Arena *arena, const BenchColumn *column, int i)
{
    uint32_t mixed = (uint32_t)i * 2654435769u >> 8;
    Value v = {0};
    switch (column->type->kind) {
    case TYPE_INT: v.i32 = (int32_t)(mixed % 1000); break;
    case TYPE_BIGINT: v.i64 = (int64_t)(mixed % 1000); break;
    case TYPE_DOUBLE: v.f64 = (double)(mixed % 1000) / 16; break;
    case TYPE_TIMESTAMP: v.i64 = 1700000000000 + (int64_t)i * 977; break;
    case TYPE_DECIMAL: {
        Decimal d = decimal_from_i64((int64_t)(mixed % 100000), 2);
        v.dec = arena_copy(arena, &d, sizeof d);
        break;
    }
    default: v.str = make_text(arena, column->name.ptr[0], i, mixed);
    }
    if (column->name.len == 2 && mixed % 10 == 0) return VALUE_NULL;
    return v;
}

static void make_batch(Arena *arena, Batch *batch)
{
    for (int c = 0; c < COLUMNS; c++) {
        column_init(arena, &batch->columns[c], columns[c].type, BATCH_ROWS_MAX);
        for (int i = 0; i < BATCH_ROWS_MAX; i++)
            column_set(arena, &batch->columns[c], i, BATCH_ROWS_MAX,
                       make_value(arena, &columns[c], i));
    }
    batch->count = batch->sel_count = BATCH_ROWS_MAX;
}

static const Expr *bind_text(Arena *arena, const char *text)
{
    PlanEnv env = {.setting = no_setting};
    Catalog *catalog = catalog_new();
    Scope scope = {0};
    for (int c = 0; c < COLUMNS; c++)
        *vec_push(arena, &scope.columns) = (ScopeColumn){
            .name = columns[c].name, .type = columns[c].type, .from = 0};
    Binder binder = {.arena = arena,
                     .env = &env,
                     .catalog = catalog,
                     .scope = &scope,
                     .place = "a benchmark"};
    Ast *ast = NULL;
    const Expr *expr = NULL;
    Status st = parse_expression(arena, str_from(text), &ast);
    if (!st.kind) st = bind_expression(&binder, ast, &expr);
    catalog_free(catalog);
    if (st.kind) {
        fprintf(stderr, "%s: %s\n", text, st.text);
        exit(1);
    }
    return expr;
}

static void failed(void *context, const Batch *batch, int row, const char *why)
{
    (void)batch;
    fprintf(stderr, "%s: row %d: %s\n", (const char *)context, row, why);
    exit(1);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Nanoseconds a row. */
static double measure(const char *text)
{
    Arena *plan = arena_new("plan", 0), *data = arena_new("data", 0);
    Arena *scratch = arena_new("batch", 0);
    Batch *batch = batch_new(data, BATCH_ROWS_MAX, COLUMNS);
    make_batch(data, batch);
    batch->arena = scratch;
    Eval *eval = eval_new(plan, bind_text(plan, text), NULL);
    double ns[RUNS];
    for (int run = 0; run < RUNS; run++) {
        int64_t start = clock_thread_cpu_ns(), spent = 0, rows = 0;
        while (spent < RUN_NS) {
            for (int i = 0; i < 16; i++) {
                eval_column(eval, batch, rows_of(batch), start, failed,
                            (void *)text);
                arena_reset(scratch);
            }
            rows += 16 * batch->sel_count;
            spent = clock_thread_cpu_ns() - start;
        }
        ns[run] = (double)spent / (double)rows;
    }
    eval_close(eval);
    arena_free(scratch);
    arena_free(data);
    arena_free(plan);
    qsort(ns, RUNS, sizeof *ns, compare_doubles);
    return ns[RUNS / 2];
}

/* As a JSON text. */
static void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

int main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        if (!strstr(expressions[i], wanted)) continue;
        double ns = measure(expressions[i]);
        printf("{\"what\":\"function\",\"expression\":");
        print_text(expressions[i]);
        printf(",\"ns\":%.1f,\"rows_per_s\":%.0f}\n", ns, 1e9 / ns);
        fflush(stdout);
    }
    return 0;
}
