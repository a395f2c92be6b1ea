/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: random statements, most of them valid, through the planner,
 * and the expressions of their plans over random rows.
 *
 * The input chooses a query (joins, windows, grouping, HAVING, PARTITION BY)
 * and grows its expressions by type over a fixed catalog. Besides not crashing:
 * - a refusal is the user's, has a text and points into the statement;
 * - planning is repeatable: the same statement gives the same plan;
 * - a plan prints, as text and as JSON that is well-formed;
 * - each projected or filtering expression gives the same in column form, over
 *   several rows, as in row form, row by row.
 */
#include "base/json.h"
#include "parser/parser.h"
#include "planner/planner.h"
#include "runtime/eval.h"
#include "tests/fuzz/fuzz.h"
#include "types/batch.h"

enum { ROWS = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Fuzz {
    Arena *arena;
    Choices choices;
    Buf sql;
    const char *alias; /* Before column names: "A.", "B." or "". */
    bool joined;
} Fuzz;

/* ---- the world ---- */

static Status topic(void *context, Arena *stmt, Str name, int *partitions,
                    int *replicas)
{
    (void)context, (void)stmt, (void)name;
    *partitions = 4;
    *replicas = 1;
    return st_ok();
}

static Str setting(void *context, Str name)
{
    (void)context, (void)name;
    return STR_NULL;
}

static const PlanEnv env = {.topic = topic, .setting = setting};

static const char world[] =
    "CREATE STREAM S (K STRING KEY, I INT, L BIGINT, F DOUBLE, D DECIMAL(9,3),"
    " T STRING, Y BYTES, B BOOLEAN, TS TIMESTAMP, DA DATE, TI TIME,"
    " AI ARRAY<INT>, MS MAP<STRING, BIGINT>,"
    " ST STRUCT<I INT, T STRING>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');"
    "CREATE STREAM S2 (K STRING KEY, I INT, L BIGINT, F DOUBLE,"
    " D DECIMAL(9,3), T STRING, Y BYTES, B BOOLEAN, TS TIMESTAMP, DA DATE,"
    " TI TIME, AI ARRAY<INT>, MS MAP<STRING, BIGINT>,"
    " ST STRUCT<I INT, T STRING>)"
    " WITH (KAFKA_TOPIC='s2', VALUE_FORMAT='JSON');"
    "CREATE TABLE T1 (K STRING PRIMARY KEY, I INT, L BIGINT, F DOUBLE,"
    " D DECIMAL(9,3), T STRING, Y BYTES, B BOOLEAN, TS TIMESTAMP, DA DATE,"
    " TI TIME, AI ARRAY<INT>, MS MAP<STRING, BIGINT>,"
    " ST STRUCT<I INT, T STRING>)"
    " WITH (KAFKA_TOPIC='t1', VALUE_FORMAT='JSON');"
    "CREATE TABLE T2 (K STRING PRIMARY KEY, I INT, L BIGINT, F DOUBLE,"
    " D DECIMAL(9,3), T STRING, Y BYTES, B BOOLEAN, TS TIMESTAMP, DA DATE,"
    " TI TIME, AI ARRAY<INT>, MS MAP<STRING, BIGINT>,"
    " ST STRUCT<I INT, T STRING>)"
    " WITH (KAFKA_TOPIC='t2', VALUE_FORMAT='JSON');";

static Catalog *catalog_of_world(void)
{
    static Catalog *catalog;
    if (catalog) return catalog;
    Arena *arena = arena_new("world", 0);
    AstStatement **list;
    int count;
    catalog = catalog_new();
    Status st = parse_statements(arena, str_from(world), NULL, &list, &count);
    require(!st.kind);
    for (int i = 0; i < count; i++) {
        Source *source;
        TopicPlan made;
        st = plan_create_source(arena, &env, catalog, list[i], &source, &made);
        if (st.kind) fuzz_what = st.text;
        require(!st.kind);
        st = catalog_add(catalog, arena, source);
        require(!st.kind);
    }
    arena_free(arena);
    return catalog;
}

/* ---- growing text ---- */

static void say(Fuzz *f, const char *text)
{
    buf_append_str(&f->sql, str_from(text));
}

static void say_column(Fuzz *f, const char *name)
{
    if (f->joined) say(f, chance(&f->choices, 2) ? "A." : "B.");
    say(f, name);
}

typedef enum Kind { K_INT, K_NUMBER, K_TEXT, K_BOOL, K_TIME, K_ANY } Kind;

static void grow(Fuzz *f, Kind kind, int depth);

static void grow_number(Fuzz *f, int depth)
{
    static const char *const leaves[] = {"I", "L", "F", "D"};
    static const char *const literals[] = {
        "0", "1", "-7", "2147483648", "1.5", "-0.001", "3E2", "123456.789"};
    static const char *const ops[] = {" + ", " - ", " * ", " / ", " % "};
    static const char *const calls[] = {"ABS(",  "FLOOR(",    "ROUND(", "SIGN(",
                                        "CEIL(", "LEN(CAST(", "-("};
    Choices *c = &f->choices;
    switch (depth > 0 ? choose(c, 7) : choose(c, 2)) {
    case 0: say_column(f, leaves[choose(c, 4)]); return;
    case 1: say(f, literals[choose(c, 8)]); return;
    case 2:
        say(f, "(");
        grow(f, K_NUMBER, depth - 1);
        say(f, ops[choose(c, 5)]);
        grow(f, K_NUMBER, depth - 1);
        say(f, ")");
        return;
    case 3: {
        int call = choose(c, 7);
        say(f, calls[call]);
        grow(f, K_NUMBER, depth - 1);
        say(f, call == 5 ? " AS STRING))" : ")");
        return;
    }
    case 4:
        say(f, "CAST(");
        grow(f, K_ANY, depth - 1);
        say(f, chance(c, 2) ? " AS DECIMAL(12, 4))" : " AS DOUBLE)");
        return;
    case 5:
        say(f, "CASE WHEN ");
        grow(f, K_BOOL, depth - 1);
        say(f, " THEN ");
        grow(f, K_NUMBER, depth - 1);
        say(f, " ELSE ");
        grow(f, K_NUMBER, depth - 1);
        say(f, " END");
        return;
    default:
        say(f, "COALESCE(");
        grow(f, K_NUMBER, depth - 1);
        say(f, ", ");
        grow(f, K_NUMBER, depth - 1);
        say(f, ")");
    }
}

static void grow_int(Fuzz *f, int depth)
{
    Choices *c = &f->choices;
    switch (depth > 0 ? choose(c, 5) : 0) {
    case 0: say_column(f, chance(c, 2) ? "I" : "ST->I"); return;
    case 1:
        say_column(f, "AI");
        say(f, "[");
        grow(f, K_INT, depth - 1);
        say(f, "]");
        return;
    case 2:
        say(f, "LEN(");
        grow(f, K_TEXT, depth - 1);
        say(f, ")");
        return;
    case 3:
        say(f, "REDUCE(");
        say_column(f, "AI");
        say(f, ", 0, (s, x) => s + x)");
        return;
    default:
        say(f, "INSTR(");
        grow(f, K_TEXT, depth - 1);
        say(f, ", 'a')");
    }
}

static void grow_text(Fuzz *f, int depth)
{
    static const char *const calls[] = {"UCASE(", "LCASE(", "TRIM(", "REVERSE(",
                                        "INITCAP("};
    static const char *const literals[] = {"''",   "'a'",          "'it''s'",
                                           "'%_'", "'2024-01-01'", "NULL"};
    Choices *c = &f->choices;
    switch (depth > 0 ? choose(c, 8) : choose(c, 3)) {
    case 0: say_column(f, chance(c, 2) ? "T" : "K"); return;
    case 1: say(f, literals[choose(c, 6)]); return;
    case 2: say_column(f, "ST->T"); return;
    case 3:
        say(f, calls[choose(c, 5)]);
        grow(f, K_TEXT, depth - 1);
        say(f, ")");
        return;
    case 4:
        say(f, "(");
        grow(f, K_TEXT, depth - 1);
        say(f, " + ");
        grow(f, K_TEXT, depth - 1);
        say(f, ")");
        return;
    case 5:
        say(f, "CAST(");
        grow(f, K_ANY, depth - 1);
        say(f, " AS STRING)");
        return;
    case 6:
        say(f, "SUBSTRING(");
        grow(f, K_TEXT, depth - 1);
        say(f, ", ");
        grow(f, K_INT, depth - 1);
        say(f, ")");
        return;
    default:
        say(f, "CONCAT(");
        grow(f, K_TEXT, depth - 1);
        say(f, ", ");
        grow(f, K_TEXT, depth - 1);
        say(f, ")");
    }
}

static void grow_compare(Fuzz *f, int depth)
{
    static const char *const ops[] = {" = ",
                                      " <> ",
                                      " < ",
                                      " <= ",
                                      " > ",
                                      " >= ",
                                      " IS DISTINCT FROM ",
                                      " IS NOT DISTINCT FROM "};
    Kind kind = (Kind)choose(&f->choices, K_ANY);
    int op = choose(&f->choices, kind == K_BOOL ? 2 : 8);
    say(f, "(");
    grow(f, kind, depth - 1);
    say(f, ops[op]);
    grow(f, kind, depth - 1);
    say(f, ")");
}

static void grow_bool(Fuzz *f, int depth)
{
    Choices *c = &f->choices;
    switch (depth > 0 ? choose(c, 9) : choose(c, 2)) {
    case 0: say_column(f, "B"); return;
    case 1: say(f, chance(c, 2) ? "true" : "false"); return;
    case 2:
    case 3: grow_compare(f, depth); return;
    case 4:
        say(f, "(");
        grow(f, K_BOOL, depth - 1);
        say(f, chance(c, 2) ? " AND " : " OR ");
        grow(f, K_BOOL, depth - 1);
        say(f, ")");
        return;
    case 5:
        say(f, "(NOT ");
        grow(f, K_BOOL, depth - 1);
        say(f, ")");
        return;
    case 6:
        say(f, "(");
        grow(f, K_ANY, depth - 1);
        say(f, chance(c, 2) ? " IS NULL)" : " IS NOT NULL)");
        return;
    case 7:
        say(f, "(");
        grow(f, K_TEXT, depth - 1);
        say(f, chance(c, 2) ? " LIKE '%a_'" : " NOT LIKE 'x%'");
        say(f, ")");
        return;
    default: {
        Kind kind = (Kind)choose(c, K_BOOL);
        say(f, "(");
        grow(f, kind, depth - 1);
        say(f, chance(c, 2) ? " IN (" : " BETWEEN ");
        bool in = f->sql.ptr[f->sql.len - 1] == '(';
        grow(f, kind, depth - 1);
        say(f, in ? ", " : " AND ");
        grow(f, kind, depth - 1);
        say(f, in ? "))" : ")");
    }
    }
}

static void grow_time(Fuzz *f, int depth)
{
    Choices *c = &f->choices;
    switch (depth > 0 ? choose(c, 3) : 0) {
    case 0: say_column(f, "TS"); return;
    case 1:
        say(f, "TIMESTAMPADD(DAYS, ");
        grow(f, K_INT, depth - 1);
        say(f, ", ");
        grow(f, K_TIME, depth - 1);
        say(f, ")");
        return;
    default:
        say(f, "FROM_UNIXTIME(");
        say_column(f, "L");
        say(f, ")");
    }
}

static void grow_any(Fuzz *f, int depth)
{
    static const char *const leaves[] = {"DA", "TI", "Y", "AI", "MS", "ST"};
    Choices *c = &f->choices;
    int what = choose(c, 10);
    if (what < K_ANY) {
        grow(f, (Kind)what, depth);
    } else if (what == 5 || depth <= 0) {
        say_column(f, leaves[choose(c, 6)]);
    } else if (what == 6) {
        say(f, "ARRAY[");
        grow(f, K_NUMBER, depth - 1);
        say(f, ", ");
        grow(f, K_NUMBER, depth - 1);
        say(f, "]");
    } else if (what == 7) {
        say(f, "MAP('a' := ");
        grow(f, K_ANY, depth - 1);
        say(f, ")");
    } else if (what == 8) {
        say(f, "STRUCT(X := ");
        grow(f, K_ANY, depth - 1);
        say(f, ")");
    } else {
        say(f, "TRANSFORM(");
        say_column(f, "AI");
        say(f, ", x => ");
        grow(f, K_NUMBER, depth - 1);
        say(f, ")");
    }
}

static void grow(Fuzz *f, Kind kind, int depth)
{
    switch (kind) {
    case K_INT: grow_int(f, depth); break;
    case K_NUMBER: grow_number(f, depth); break;
    case K_TEXT: grow_text(f, depth); break;
    case K_BOOL: grow_bool(f, depth); break;
    case K_TIME: grow_time(f, depth); break;
    case K_ANY: grow_any(f, depth); break;
    }
}

static void grow_aggregates(Fuzz *f)
{
    static const char *const calls[] = {"COUNT(*)",
                                        "SUM(I)",
                                        "AVG(F)",
                                        "MIN(L)",
                                        "MAX(T)",
                                        "COLLECT_LIST(T)",
                                        "TOPK(I, 3)",
                                        "HISTOGRAM(T)",
                                        "STDDEV_SAMP(F)",
                                        "LATEST_BY_OFFSET(T)",
                                        "COUNT_DISTINCT(T)",
                                        "SUM(D)"};
    for (int i = 0, n = 1 + choose(&f->choices, 3); i < n; i++) {
        buf_printf(&f->sql, ", %s%s AS G%d", calls[choose(&f->choices, 12)],
                   chance(&f->choices, 4) ? " + NULL" : "", i);
    }
}

static void grow_from(Fuzz *f, bool grouped)
{
    static const char *const joins[] = {" JOIN ", " LEFT JOIN ", " RIGHT JOIN ",
                                        " FULL OUTER JOIN "};
    static const char *const names[] = {"S", "S2", "T1", "T2"};
    static const char *const windows[] = {
        " WINDOW TUMBLING (SIZE 1 MINUTE)",
        " WINDOW HOPPING (SIZE 1 MINUTE, ADVANCE BY 20 SECONDS)",
        " WINDOW SESSION (5 MINUTES)",
        " WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 1 MINUTE)"};
    Choices *c = &f->choices;
    int left = choose(c, 4), right = choose(c, 4);
    say(f, " FROM ");
    say(f, names[left]);
    if (f->joined) {
        say(f, " A");
        say(f, joins[choose(c, 4)]);
        say(f, names[right]);
        say(f, " B");
        if (left < 2 && right < 2) say(f, " WITHIN 1 HOUR GRACE PERIOD 1 DAY");
        say(f, " ON A.");
        say(f, chance(c, 3) ? "T" : "K");
        say(f, chance(c, 4) ? " = LCASE(B.K)" : " = B.K");
    }
    if (grouped && chance(c, 2)) say(f, windows[choose(c, 4)]);
}

static void grow_query(Fuzz *f)
{
    Choices *c = &f->choices;
    bool grouped = chance(c, 4);
    f->joined = !grouped && chance(c, 3);
    buf_printf(&f->sql, "CREATE %s O AS SELECT ",
               grouped || chance(c, 4) ? "TABLE" : "STREAM");
    say(f, grouped ? "T" : f->joined ? "A.K" : "K");
    if (grouped) {
        grow_aggregates(f);
    } else {
        for (int i = 0, n = 1 + choose(c, 3); i < n; i++) {
            say(f, ", ");
            grow(f, (Kind)choose(c, K_ANY + 1), 4);
            buf_printf(&f->sql, " AS C%d", i);
        }
    }
    grow_from(f, grouped);
    if (chance(c, 2)) {
        say(f, " WHERE ");
        grow(f, K_BOOL, 4);
    }
    if (grouped) say(f, " GROUP BY T");
    if (grouped && chance(c, 2)) say(f, " HAVING COUNT(*) > 1");
    if (!grouped && chance(c, 6)) {
        say(f, " PARTITION BY ");
        grow(f, K_ANY, 2);
    }
    say(f, " EMIT CHANGES;");
}

/* ---- checking ---- */

static Batch *choose_batch(Fuzz *f, const PlanNode *left, const PlanNode *right)
{
    int count = left->column_count + (right ? right->column_count : 0);
    Batch *batch = batch_new(f->arena, ROWS, count);
    batch->sel_count = ROWS;
    for (int i = 0; i < count; i++) {
        const PlanColumn *column =
            i < left->column_count ? &left->columns[i]
                                   : &right->columns[i - left->column_count];
        column_init(f->arena, &batch->columns[i], column->type, ROWS);
        for (int row = 0; row < ROWS; row++)
            column_set(f->arena, &batch->columns[i], row, ROWS,
                       choose_value(f->arena, &f->choices, column->type));
    }
    for (int row = 0; row < ROWS; row++) {
        batch->timestamps[row] = 1000 * row;
        batch->offsets[row] = row;
        batch->key_bytes[row] = STR("k");
    }
    return batch;
}

/* In columns and row by row, the same. A failed row is null (false). */
static void check_expr(Fuzz *f, const Expr *expr, const Batch *batch)
{
    Eval *by_column = eval_new(f->arena, expr, NULL);
    Eval *by_row = eval_new(f->arena, expr, NULL);
    const Column *column = eval_column(by_column, batch, rows_of(batch), 0,
                                       NULL, NULL);
    for (int row = 0; row < ROWS; row++) {
        Value a = column_get(column, column->constant ? 0 : row), b;
        const char *why = NULL;
        if (!eval_row(by_row, f->arena, batch, row, 0, &b, &why)) {
            require(why && why[0]);
            b = VALUE_NULL;
        }
        require(value_equal(expr->type, &a, &b));
        check_value(f->arena, expr->type, &a);
    }
    eval_close(by_column);
    eval_close(by_row);
}

static void check_plan(Fuzz *f, const Plan *plan)
{
    Buf text = {0}, json = {0};
    plan_print(&text, plan);
    plan_write_json(&json, plan);
    const char *error = NULL;
    require(text.len && json_parse(f->arena, buf_str(&json), &error));
    buf_free(&text);
    buf_free(&json);
    for (int i = 0; i < plan->node_count; i++) {
        const PlanNode *node = plan->nodes[i];
        if (node->kind != PLAN_PROJECT && node->kind != PLAN_FILTER) continue;
        Batch *batch = choose_batch(f, node->inputs[0], NULL);
        if (node->kind == PLAN_FILTER) check_expr(f, node->filter, batch);
        for (int k = 0; node->kind == PLAN_PROJECT && k < node->column_count;
             k++)
            check_expr(f, node->project.exprs[k], batch);
    }
}

static Status plan(Fuzz *f, const AstStatement *statement, Plan **out)
{
    Source *source;
    TopicPlan made;
    Str warning = {0};
    return plan_query(f->arena, &env, catalog_of_world(), statement, out,
                      &source, &made, &warning);
}

static void try_statement(Fuzz *f, const AstStatement *statement)
{
    Plan *first, *second;
    Status st = plan(f, statement, &first), again = plan(f, statement, &second);
    require(st.kind == again.kind);
    if (st.kind) {
        require(st.kind == ST_USER && st.text && st.text[0]);
        require(st.at <= f->sql.len &&
                str_eq(str_from(st.text), str_from(again.text)));
        return;
    }
    Buf a = {0}, b = {0};
    plan_write_json(&a, first);
    plan_write_json(&b, second);
    require(str_eq(buf_str(&a), buf_str(&b)));
    buf_free(&a);
    buf_free(&b);
    check_plan(f, first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz f = {.choices = {data, data + size}};
    catalog_of_world();
    f.arena = arena_new("fuzz", 0);
    grow_query(&f);
    buf_push(&f.sql, '\0');
    f.sql.len--;
    fuzz_what = f.sql.ptr;
    if (getenv("FUZZ_SHOW")) fprintf(stderr, "%s\n", f.sql.ptr);
    AstStatement **list;
    int count;
    Status st = parse_statements(f.arena, buf_str(&f.sql), NULL, &list, &count);
    require(!st.kind && count == 1);
    try_statement(&f, list[0]);
    buf_free(&f.sql);
    arena_free(f.arena);
    return 0;
}
