/* SPDX-License-Identifier: Apache-2.0
 *
 * Typing and binding of expressions, through the SELECT list of a push query:
 * the type each has, the form it was brought to, and what is rejected.
 */
#include "tests/unit/planner_fixture.h"

static const char *const sources =
    "CREATE TYPE point AS STRUCT<x INT, y INT>;"
    "CREATE STREAM s (k INT KEY, i INT, b BIGINT, d DOUBLE, c DECIMAL(4, 2),"
    " t STRING, o BOOLEAN, y BYTES, da DATE, ti TIME, ts TIMESTAMP,"
    " ia ARRAY<INT>, ta ARRAY<STRING>, m MAP<STRING, INT>, p point,"
    " `lower` INT)"
    " WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

typedef struct Case {
    const char *sql, *type, *printed; /* printed NULL: not looked at. */
} Case;

static const Case cases[] = {
    /* Literals. */
    {"12", "INTEGER", "12"},
    {"2147483648", "BIGINT", "2147483648"},
    {"2.345", "DECIMAL(4, 3)", "2.345"},
    {"0.005", "DECIMAL(4, 3)", "0.005"},
    {"1e3", "DOUBLE", "1000.0"},
    {"'it''s'", "STRING", "'it''s'"},
    {"TRUE", "BOOLEAN", "true"},
    /* Arithmetic. */
    {"i + i", "INTEGER", "I + I"},
    {"i * b", "BIGINT", "CAST(I AS BIGINT) * B"},
    {"d / i", "DOUBLE", "D / CAST(I AS DOUBLE)"},
    {"c + c", "DECIMAL(5, 2)", "C + C"},
    {"c * c", "DECIMAL(9, 4)", NULL},
    {"c / c", "DECIMAL(11, 7)", NULL},
    {"b % c", "DECIMAL(4, 2)", NULL},
    {"c + i", "DECIMAL(13, 2)", "C + CAST(I AS DECIMAL(10, 0))"},
    {"c + d", "DOUBLE", NULL},
    {"t + 'x'", "STRING", "T + 'x'"},
    {"-b", "BIGINT", "-B"},
    {"+b", "BIGINT", "B"},
    {"b + 1", "BIGINT", "B + 1"},
    /* Comparison and predicates. */
    {"i = b", "BOOLEAN", "CAST(I AS BIGINT) = B"},
    {"i < 1.5", "BOOLEAN", NULL},
    {"b = d", "BOOLEAN", "CAST(B AS DOUBLE) = D"},
    {"ts > '2020-01-01'", "BOOLEAN", NULL},
    {"da = ts", "BOOLEAN", "CAST(DA AS TIMESTAMP) = TS"},
    {"ti = '10:20'", "BOOLEAN", NULL},
    {"y < y", "BOOLEAN", "Y < Y"},
    {"ia = ia", "BOOLEAN", "IA = IA"},
    {"i BETWEEN 1 AND 3", "BOOLEAN", "(I >= 1) AND (I <= 3)"},
    {"i NOT BETWEEN 1 AND 3", "BOOLEAN", "NOT ((I >= 1) AND (I <= 3))"},
    {"t LIKE 'a!%' ESCAPE '!'", "BOOLEAN", "T LIKE 'a!%'"},
    {"i IS NOT NULL", "BOOLEAN", "I IS NOT NULL"},
    {"i IS DISTINCT FROM 3", "BOOLEAN", "I IS DISTINCT FROM 3"},
    {"NOT o AND o OR o", "BOOLEAN", "((NOT O) AND O) OR O"},
    /* Common types. */
    {"i IN (1, '2', NULL)", "BOOLEAN", "I IN (1, 2, NULL)"},
    {"t IN ('a', 10.30, TRUE)", "BOOLEAN", "T IN ('a', '10.30', 'true')"},
    {"o IN ('tru', FALSE)", "BOOLEAN", "O IN (true, false)"},
    {"b IN (i)", "BOOLEAN", "B IN (CAST(I AS BIGINT))"},
    {"ARRAY[1, 2147483648]", "ARRAY<BIGINT>", NULL},
    {"ARRAY[b, 1.25]", "ARRAY<DECIMAL(21, 2)>", NULL},
    {"ARRAY[1, '2e1']", "ARRAY<DECIMAL(10, 0)>", NULL},
    {"ARRAY[NULL, 'x']", "ARRAY<STRING>", "ARRAY[NULL, 'x']"},
    {"ARRAY[STRUCT(a := 1), STRUCT(b := 'x')]",
     "ARRAY<STRUCT<`A` INTEGER, `B` STRING>>",
     "ARRAY[STRUCT(A := 1, B := NULL), STRUCT(A := NULL, B := 'x')]"},
    {"MAP('a' := 1, 'b' := b)", "MAP<STRING, BIGINT>",
     "MAP('a' := 1, 'b' := B)"},
    {"ia IN (ARRAY['3'])", "BOOLEAN", "IA IN (ARRAY[3])"},
    /* Access, CASE, CAST. */
    {"p->x", "INTEGER", "P->X"},
    {"ia[-1]", "INTEGER", "IA[-1]"},
    {"m['a']", "INTEGER", "M['a']"},
    {"m[1]", "INTEGER", "NULL"},
    {"CASE WHEN o THEN 1 WHEN i = 1 THEN NULL ELSE 2 END", "INTEGER",
     "CASE WHEN O THEN 1 WHEN I = 1 THEN NULL ELSE 2 END"},
    {"CAST(t AS DECIMAL(5, 1))", "DECIMAL(5, 1)", "CAST(T AS DECIMAL(5, 1))"},
    {"CAST(NULL AS point)", "STRUCT<`X` INTEGER, `Y` INTEGER>", "NULL"},
    {"CAST('7' AS INT)", "INTEGER", "7"},
    {"CAST(ia AS ARRAY<STRING>)", "ARRAY<STRING>", NULL},
    /* Functions. */
    {"UCASE(t)", "STRING", "UCASE(T)"},
    {"ucase(t)", "STRING", "UCASE(T)"},
    {"AS_VALUE(k)", "INTEGER", "K"},
    {"t || t", "STRING", NULL},
    {"COALESCE(i, 3)", "INTEGER", "COALESCE(I, 3)"},
    {"`lower` + 1", "INTEGER", "`lower` + 1"},
    {"s.i", "INTEGER", "I"},
    {"ROWTIME", "BIGINT", "ROWTIME"},
};

static void test_types(Fixture *f)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Case *c = &cases[i];
        Str sql = str_printf(f->arena, "SELECT %s AS x FROM s EMIT CHANGES;",
                             c->sql);
        if (!fixture_ok(f, str_cstr(f->arena, sql))) continue;
        CHECK_STR(type_print(f->arena, f->plan->schema->columns[0].type),
                  c->type);
        if (!c->printed) continue;
        const PlanNode *project = f->plan->root->inputs[0];
        const PlanNode *input = project->inputs[0];
        Str *names = ARENA_ARRAY(f->arena, Str, input->column_count);
        for (int j = 0; j < input->column_count; j++)
            names[j] = name_quote(f->arena, input->columns[j].name);
        Buf out = {0};
        expr_print(&out, project->project.exprs[0], names);
        CHECK_STR(buf_str(&out), c->printed);
        buf_free(&out);
    }
}

static const struct {
    const char *sql, *words;
} errors[] = {
    {"1 + NULL", "'+' cannot be applied to INTEGER and NULL"},
    {"t - t", "'-' cannot be applied to STRING and STRING"},
    {"i = NULL", "use IS NULL"},
    {"i = '10'", "'=' cannot compare INTEGER with STRING"},
    {"o < o", "'<' cannot compare BOOLEAN"},
    {"ia < ia", "'<' cannot compare ARRAY<INTEGER>"},
    {"ti = da", "'=' cannot compare TIME with DATE"},
    {"ROWTIME = '2020-01-01'", "cannot compare BIGINT with STRING"},
    {"i AND o", "AND needs BOOLEAN operands, but this is INTEGER"},
    {"NOT i", "NOT needs BOOLEAN"},
    {"i LIKE 'x'", "LIKE needs STRING on both sides"},
    {"t LIKE 'x' ESCAPE 'ab'", "one character"},
    {"i IN (1, 'x')", "'x' in IN cannot be read as INTEGER"},
    {"i IN (1, t)", "no '=' between INTEGER and STRING"},
    {"ARRAY[1, TRUE]", "no '=' between INTEGER and BOOLEAN"},
    {"ARRAY[NULL]", "all elements of ARRAY are NULL"},
    {"ARRAY[]", "at least one element"},
    {"MAP()", "at least one element"},
    {"MAP(NULL := 1)", "the keys of MAP are NULL"},
    {"STRUCT(a := NULL)", "field 'A' has no type"},
    {"CASE WHEN o THEN 1 ELSE 'x' END", "there are INTEGER and STRING"},
    {"CASE WHEN o THEN NULL END", "all results of this CASE are NULL"},
    {"CASE WHEN i THEN 1 END", "a WHEN condition must be BOOLEAN"},
    {"CASE i WHEN 1 THEN 2 END", "CASE with an operand is not supported"},
    {"CAST(i AS DATE)", "cannot cast INTEGER to DATE"},
    {"CAST(i AS nonsense)", "there is no type 'NONSENSE'"},
    {"CAST(i AS boolan)", "did you mean 'BOOLEAN'"},
    {"p[1]", "write '->'"},
    {"i[1]", "only an ARRAY or MAP can have a subscript"},
    {"ia[b]", "an ARRAY subscript must be INTEGER, not BIGINT"},
    {"p->z", "struct has no field 'Z'"},
    {"i->z", "needs a STRUCT before it"},
    {"lower", "column 'LOWER' does not exist"},
    {"tss", "did you mean"},
    {"q.i", "'Q' is not a source of this query"},
    {"nofunction(i)", "'NOFUNCTION'"},
    {"UCASE(*)", "'*' can only be the argument of an aggregate function"},
    {"UCASE(i)", "UCASE"},
    {"WINDOWSTART", "'WINDOWSTART' cannot be used in the SELECT list"},
    {"DATE '2020-01-01'", "unknown type of literal"},
    {"i AT TIME ZONE 'UTC'", "AT TIME ZONE is not supported"},
    {"SUM(COUNT(*))", "'COUNT' cannot be nested"},
    {"COUNT(*) + i", "column 'I' is neither in GROUP BY"},
    {"NULL", "is NULL without a type"},
    {"-t", "'-' needs a number"},
    {"EARLIEST_BY_OFFSET(i, i)", "must be a literal"},
    {"CASE WHEN i BETWEEN 1 AND 2 THEN EXPLODE(ia) END",
     "cannot be used in CASE"},
    {"EXPLODE(ARRAY[EXPLODE(ia)])", "cannot be nested"},
};

static void test_errors(Fixture *f)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        Str sql = str_printf(f->arena, "SELECT %s AS z FROM s EMIT CHANGES;",
                             errors[i].sql);
        fixture_rejects(f, str_cstr(f->arena, sql), errors[i].words);
    }
}

/* Errors point at the word that is wrong. */
static void test_positions(Fixture *f)
{
    static const struct {
        const char *sql;
        uint32_t at;
    } places[] = {
        {"SELECT k, nix FROM s EMIT CHANGES;", 10},
        {"SELECT k, i + nix FROM s EMIT CHANGES;", 14},
        {"SELECT k FROM s WHERE t EMIT CHANGES;", 22},
        {"SELECT k FROM nix EMIT CHANGES;", 14},
        {"SELECT k, p->nix FROM s EMIT CHANGES;", 13},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        Status st = fixture_run(f, places[i].sql);
        CHECK(st.kind == ST_USER);
        if (st.at != places[i].at + 1)
            fprintf(stderr, "%s: at %u\n", places[i].sql, st.at);
        CHECK(st.at == places[i].at + 1);
    }
}

/* Text facing ROWTIME is a timestamp in WHERE, on either side. */
static void test_time_text(Fixture *f)
{
    static const char *const good[] = {
        "ROWTIME > '2020-02'",
        "'2019-01-01T00:00:00+0445' <= s.ROWTIME",
        "ROWTIME BETWEEN '2020' AND '2021-02-24T24'",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        Str sql = str_printf(f->arena, "SELECT k FROM s WHERE %s EMIT CHANGES;",
                             good[i]);
        fixture_ok(f, str_cstr(f->arena, sql));
    }
    fixture_ok(f, "SELECT k FROM s WHERE ROWTIME > '1970-01-01T00:00:01'"
                  " EMIT CHANGES;");
    Str plan = fixture_plan(f);
    CHECK(str_find(plan, STR("filter ROWTIME > 1000\n"), 0) != SIZE_MAX);
    fixture_rejects(f, "SELECT k FROM s WHERE ROWTIME > 'soon' EMIT CHANGES;",
                    "is no timestamp");
    fixture_rejects(f, "SELECT k FROM s WHERE b > '2020' EMIT CHANGES;",
                    "cannot compare BIGINT with STRING");
}

/* Chains as long as the parser lets through do no harm. */
static void test_depth(Fixture *f)
{
    Buf sql = {0};
    buf_append_str(&sql, STR("SELECT i"));
    for (int i = 0; i < 3000; i++)
        buf_append_str(&sql, STR(" + i"));
    buf_append_str(&sql, STR(" FROM s EMIT CHANGES;"));
    fixture_ok(f, str_cstr(f->arena, buf_str(&sql)));
    buf_free(&sql);
    Buf nested = {0};
    buf_append_str(&nested, STR("i"));
    for (int i = 0; i < 30; i++) {
        Str inner = str_copy(f->arena, buf_str(&nested));
        nested.len = 0;
        buf_printf(&nested, "CASE WHEN %.*s BETWEEN 1 AND 2 THEN 1 ELSE 2 END",
                   STR_ARG(inner));
    }
    Str text = str_printf(f->arena, "SELECT %.*s FROM s EMIT CHANGES;",
                          STR_ARG(buf_str(&nested)));
    fixture_rejects(f, text.ptr, "BETWEEN is nested more than");
    buf_free(&nested);
}

int main(void)
{
    Fixture *f = fixture_new();
    fixture_ok(f, sources);
    test_types(f);
    test_errors(f);
    test_positions(f);
    test_time_text(f);
    test_depth(f);
    fixture_free(f);
    return check_done();
}
