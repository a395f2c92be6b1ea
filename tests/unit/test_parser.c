/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser: each statement and clause by its canonical text, errors with
 * their places, variables, positions, and the limits.
 */
#include "parser/parser.h"

#include "base/vec.h"
#include "parser/ast_print.h"
#include "tests/unit/check.h"

/* The canonical text of all statements, or "offset: message". */
static Str parse_all(Arena *stmt, Str text, const Map *variables)
{
    static const Map none;
    AstStatement **list = NULL;
    int count = 0;
    Status st = parse_statements(stmt, text, variables ? variables : &none,
                                 &list, &count);
    if (st.kind) {
        CHECK(st.kind == ST_USER);
        return str_printf(stmt, "%d: %s", (int)st.at - 1, st.text);
    }
    Buf out = {0};
    for (int i = 0; i < count; i++) {
        ast_print_statement(&out, list[i]);
        buf_push(&out, ';');
    }
    Str copy = str_copy(stmt, buf_str(&out));
    buf_free(&out);
    return copy;
}

/* ---- what parses, and how it is read ---- */

static const struct {
    const char *text;
    const char *canonical; /* NULL: the text itself. */
} good[] = {
    {"", NULL},
    {" ; ;; -- nothing\n", ""},
    {"CREATE STREAM S (ID BIGINT KEY, V STRING) WITH (KAFKA_TOPIC='t');", NULL},
    {"create source table if not exists t (id int primary key, h array<struct<"
     "key string, value bytes>> headers, g bytes header('k')) with "
     "('kafka_topic'='x', partitions=3, \"flag\"=true, n=null, d=-1.5);",
     "CREATE SOURCE TABLE IF NOT EXISTS T (ID INTEGER PRIMARY KEY, H "
     "ARRAY<STRUCT<KEY STRING, VALUE BYTES>> HEADERS, G BYTES HEADER('k')) "
     "WITH (KAFKA_TOPIC='x', PARTITIONS=3, FLAG=TRUE, N=NULL, D=-1.5);"},
    {"CREATE OR REPLACE STREAM S;", NULL},
    {"CREATE OR REPLACE SOURCE STREAM S () WITH (A='b');", NULL},
    {"CREATE STREAM IF WITH (A='b');", NULL},
    {"CREATE STREAM `a-b` WITH (A='b');", NULL},
    {"CREATE OR REPLACE TABLE T WITH (A='b') AS SELECT * FROM S EMIT CHANGES;",
     NULL},
    {"CREATE STREAM IF NOT EXISTS S AS SELECT A FROM B;", NULL},
    {"INSERT INTO S SELECT A FROM B LIMIT 3;", NULL},
    {"INSERT INTO S WITH (QUERY_ID='x') SELECT A FROM B;", NULL},
    {"INSERT INTO S VALUES (1, 'a', ARRAY[1], A < B);", NULL},
    {"INSERT INTO S (A, `b`) VALUES (1, -2);", NULL},
    {"DROP STREAM S;", NULL},
    {"DROP TABLE IF EXISTS T DELETE TOPIC;", NULL},
    {"DROP STREAM IF;", NULL},
    {"ALTER STREAM S ADD A INT, ADD COLUMN COLUMN STRING;",
     "ALTER STREAM S ADD COLUMN A INTEGER, ADD COLUMN COLUMN STRING;"},
    {"ALTER TABLE T ADD COLUMN A INTEGER;", NULL},
    {"CREATE TYPE IF NOT EXISTS T AS STRUCT<A INTEGER>;", NULL},
    {"CREATE TYPE T AS U;", NULL},
    {"DROP TYPE IF EXISTS T;", NULL},
    {"TERMINATE ALL; PAUSE Q_1; RESUME `q`;",
     "TERMINATE ALL;PAUSE Q_1;RESUME `q`;"},
    {"EXPLAIN Q_1;", NULL},
    {"EXPLAIN SHOW;", NULL},
    {"EXPLAIN EXPLAIN;", NULL},
    {"EXPLAIN SELECT A FROM B;", NULL},
    {"EXPLAIN SHOW STREAMS;", NULL},
    {"DESCRIBE S EXTENDED;", NULL},
    {"DESCRIBE STREAMS EXTENDED;", NULL},
    {"DESCRIBE TABLES;", NULL},
    {"DESCRIBE `TABLES`;", NULL},
    {"DESCRIBE FUNCTION;", NULL},
    {"DESCRIBE FUNCTION FUNCTION;", NULL},
    {"DESCRIBE CONNECTOR C;", NULL},
    {"LIST STREAMS EXTENDED;", "SHOW STREAMS EXTENDED;"},
    {"SHOW TABLES;", NULL},
    {"SHOW ALL TOPICS EXTENDED;", NULL},
    {"SHOW TOPICS;", NULL},
    {"SHOW QUERIES EXTENDED;", NULL},
    {"SHOW FUNCTIONS;", NULL},
    {"SHOW TYPES;", NULL},
    {"SHOW PROPERTIES;", NULL},
    {"SHOW VARIABLES;", NULL},
    {"SHOW CONNECTORS;", NULL},
    {"SHOW SOURCE CONNECTORS;", NULL},
    {"SHOW SINK CONNECTORS;", NULL},
    {"SHOW CONNECTOR PLUGINS;", NULL},
    {"SET 'a.b' = 'it''s';", NULL},
    {"UNSET 'a.b';", NULL},
    {"ALTER SYSTEM 'a' = 'b';", NULL},
    {"DEFINE aB = 'x';", NULL},
    {"DEFINE key = 'x'; UNDEFINE key;", "DEFINE key = 'x';UNDEFINE key;"},
    {"CREATE SOURCE CONNECTOR IF NOT EXISTS C WITH ('connector.class'='x');",
     "CREATE SOURCE CONNECTOR IF NOT EXISTS C WITH (`connector.class`='x');"},
    {"CREATE SINK CONNECTOR C WITH (A=1);", NULL},
    {"DROP CONNECTOR IF EXISTS C;", NULL},
    {"ASSERT TOPIC fooBar WITH (PARTITIONS=1) TIMEOUT 3 SECOND;",
     "ASSERT TOPIC 'fooBar' WITH (PARTITIONS=1) TIMEOUT 3 SECONDS;"},
    {"ASSERT NOT EXISTS TOPIC 'a.b';", NULL},
    {"ASSERT SCHEMA SUBJECT subj ID 3 TIMEOUT 1 DAY;",
     "ASSERT SCHEMA SUBJECT 'subj' ID 3 TIMEOUT 1 DAYS;"},
    {"ASSERT NOT EXISTS SCHEMA ID 3;", NULL},
    {"ASSERT SCHEMA SUBJECT ID ID 3;", "ASSERT SCHEMA SUBJECT 'ID' ID 3;"},
    {"ASSERT VALUES S (A, B) VALUES (1, NULL);", NULL},
    {"ASSERT VALUES S VALUES (1);", NULL},
    {"ASSERT NULL VALUES S (K) KEY ('a');", NULL},
    {"ASSERT NULL VALUES S KEY ('a');", NULL},
    {"ASSERT TOMBSTONE S (K) KEY ('a');",
     "ASSERT NULL VALUES S (K) KEY ('a');"},
    {"ASSERT TOMBSTONE TOMBSTONE KEY (1);",
     "ASSERT NULL VALUES TOMBSTONE KEY (1);"},
    {"ASSERT STREAM S (A INTEGER KEY) WITH (A='b');", NULL},
    {"ASSERT TABLE T;", NULL},
    {"PRINT fooBar;", "PRINT 'fooBar';"},
    {"PRINT 'a.b' FROM BEGINNING INTERVAL 2 LIMIT 3;", NULL},
    {"PRINT `a.b` SAMPLE 2;", "PRINT 'a.b' INTERVAL 2;"},
    {"RUN SCRIPT 'x.sql';", NULL},
    {"SELECT A FROM S", "15: missing ';' at the end of the statement"},
};

static const struct {
    const char *text;
    const char *canonical;
} queries[] = {
    {"SELECT *, a.*, s->x->*, b c, d AS e FROM t a",
     "SELECT *, A.*, S->X->*, B AS C, D AS E FROM T AS A"},
    {"SELECT A FROM S EMIT FINAL LIMIT 10", NULL},
    {"SELECT A FROM S AS EMIT EMIT CHANGES", NULL},
    {"SELECT emit, window, partition, map, struct, array, escape, key FROM S",
     "SELECT EMIT, WINDOW, PARTITION, `MAP`, `STRUCT`, `ARRAY`, ESCAPE, KEY "
     "FROM S"},
    {"SELECT A FROM a JOIN b ON a.x = b.y LEFT OUTER JOIN c WITHIN 3 HOURS ON "
     "a.x = c.y FULL JOIN d e WITHIN (1 MINUTE, 2 SECONDS) GRACE PERIOD 1 DAY "
     "ON TRUE RIGHT OUTER JOIN f ON 1",
     "SELECT A FROM A INNER JOIN B ON A.X = B.Y LEFT JOIN C WITHIN 3 HOURS ON "
     "A.X = C.Y FULL JOIN D AS E WITHIN (1 MINUTES, 2 SECONDS) GRACE PERIOD 1 "
     "DAYS ON TRUE RIGHT JOIN F ON 1"},
    {"SELECT A FROM S WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY A",
     "SELECT A FROM S WINDOW TUMBLING (SIZE 1 HOURS) GROUP BY A"},
    {"SELECT A FROM S WINDOW w HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MILLISECOND, "
     "RETENTION 7 DAYS, GRACE PERIOD 0 SECONDS) WHERE A GROUP BY A",
     "SELECT A FROM S WINDOW HOPPING (SIZE 1 HOURS, ADVANCE BY 5 MILLISECONDS, "
     "RETENTION 7 DAYS, GRACE PERIOD 0 SECONDS) WHERE A GROUP BY A"},
    {"SELECT A FROM S WINDOW SESSION (5 SECONDS, GRACE PERIOD 1 DAYS) GROUP BY "
     "A",
     NULL},
    {"SELECT A FROM S WINDOW SESSION (5 SECONDS, RETENTION 1 DAYS) GROUP BY A",
     NULL},
    {"SELECT A FROM S GROUP BY (A, B + 1) HAVING COUNT(*) > 1",
     "SELECT A FROM S GROUP BY A, B + 1 HAVING COUNT(*) > 1"},
    {"SELECT A FROM S GROUP BY (A), (B IS NULL)",
     "SELECT A FROM S GROUP BY A, (B IS NULL)"},
    {"SELECT A FROM S GROUP BY ((A + 1) * 2, (B = C))",
     "SELECT A FROM S GROUP BY (A + 1) * 2, (B = C)"},
    {"SELECT A FROM S GROUP BY ()", NULL},
    {"SELECT A FROM S PARTITION BY A, B->C EMIT CHANGES", NULL},
    {"SELECT A FROM S PARTITION BY ()", NULL},
    {"SELECT A FROM S WHERE A GROUP BY B PARTITION BY C HAVING D", NULL},
};

static const struct {
    const char *text;
    const char *canonical;
} expressions[] = {
    {"a + b * c - d / e % f", "A + B * C - D / E % F"},
    {"(a + b) * c", NULL},
    {"a - (b - c) - d", "A - (B - C) - D"},
    {"(a - b) - c", "A - B - C"},
    {"a || b + c || d", "A || B + C || D"},
    {"(a || b) + c", NULL},
    {"- a * b", "-A * B"},
    {"-(a * b)", NULL},
    {"- - a", "- -A"},
    {"-3 + - 3 - -3 - 3", "-3 + -3 - -3 - 3"},
    {"-(3)", NULL},
    {"+3", NULL},
    {"+ + a", "+ +A"},
    {"- -3", NULL},
    {"-9223372036854775808", NULL},
    {"-x[1]", NULL},
    {"(-3)[1]", NULL},
    {"NOT a = b AND NOT NOT c OR d", "NOT A = B AND NOT NOT C OR D"},
    {"NOT (a AND b)", NULL},
    {"(a OR b) AND c", NULL},
    {"a OR b AND c", NULL},
    {"(a = b) = (c = d)", NULL},
    {"a <> b AND a != c AND a < b AND a <= b AND a > b AND a >= b",
     "A <> B AND A <> C AND A < B AND A <= B AND A > B AND A >= B"},
    {"a IS DISTINCT FROM b OR a IS NOT DISTINCT FROM b", NULL},
    {"a BETWEEN b AND c AND d NOT BETWEEN e + 1 AND f", NULL},
    {"a IN (1, b OR c) OR a NOT IN ('x')", NULL},
    {"a LIKE '%' OR a NOT LIKE b ESCAPE '!'", NULL},
    {"a IS NULL AND (b = c) IS NOT NULL", NULL},
    {"CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END", NULL},
    {"CASE a + 1 WHEN 1 THEN 'x' END", NULL},
    {"CASE WHEN a THEN -1 END - 1", NULL},
    {"CAST(a AS VARCHAR(10))", "CAST(A AS STRING)"},
    {"CAST(a = b AS MAP<STRING, DECIMAL(4, 2)>)", NULL},
    {"CAST(a AS VARCHAR(STRING, 3))", "CAST(A AS STRING)"},
    {"f()", NULL},
    {"COUNT(*)", NULL},
    {"F(a, b = c, DAYS, millisecond)", "F(A, B = C, DAYS, MILLISECOND)"},
    {"TRANSFORM(m, (k, v) => k, x => x > 1 OR y, (z) => z)",
     "TRANSFORM(M, (K, V) => K, X => X > 1 OR Y, Z => Z)"},
    {"REDUCE(a, (x), (b + c))", "REDUCE(A, X, B + C)"},
    {"ARRAY[1, a OR b][1]", NULL},
    {"ARRAY[]", NULL},
    {"MAP('a' := 1, b := c = d)", NULL},
    {"MAP()", NULL},
    {"STRUCT(a := 1, `b` := STRUCT())", NULL},
    {"a->b->c[d + 1]->e", NULL},
    {"a.b->c", NULL},
    {"`map`(1)", NULL},
    {"`MAP`(1) + `ARRAY`[1]", NULL},
    {"DATE '2020-01-01'", NULL},
    {"a AT TIME ZONE 'z' + 1", NULL},
    {"(a + b) AT TIME ZONE 'z'", NULL},
    {"1e3 + 1.50 + .5 + 1. + 007 + 2147483648", NULL},
    {"TRUE AND FALSE AND NULL", NULL},
    {"'it''s'", NULL},
    {"timestamp + date + time + year + zone", NULL},
};

/* An expression as the test writes it, upper case but for quoted parts. */
static Str upper_outside_quotes(Arena *stmt, const char *text)
{
    Str out = str_copy(stmt, str_from(text));
    char *s = (char *)(uintptr_t)out.ptr;
    char quote = 0;
    for (size_t i = 0; i < out.len; i++) {
        if (quote)
            quote = s[i] == quote ? 0 : quote;
        else if (s[i] == '\'' || s[i] == '`')
            quote = s[i];
        else if (s[i] >= 'a' && s[i] <= 'z' &&
                 !(s[i] == 'e' && i && s[i - 1] >= '0' && s[i - 1] <= '9'))
            s[i] = (char)(s[i] - 'a' + 'A');
    }
    return out;
}

static void test_good(void)
{
    Arena *stmt = arena_new("stmt", 0);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK_STR(parse_all(stmt, str_from(good[i].text), NULL),
                  good[i].canonical ? good[i].canonical : good[i].text);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        const char *want = queries[i].canonical ? queries[i].canonical
                                                : queries[i].text;
        Str text = str_printf(stmt, "%s;", queries[i].text);
        CHECK_STR(
            parse_all(stmt, text, NULL),
            str_printf(stmt, "%s;", upper_outside_quotes(stmt, want).ptr).ptr);
    }
    for (size_t i = 0; i < sizeof expressions / sizeof expressions[0]; i++) {
        Ast *expr = NULL;
        Buf out = {0};
        Status st = parse_expression(stmt, str_from(expressions[i].text),
                                     &expr);
        if (st.kind)
            buf_printf(&out, "%s", st.text);
        else
            ast_print_expr(&out, expr);
        const char *want =
            expressions[i].canonical
                ? expressions[i].canonical
                : upper_outside_quotes(stmt, expressions[i].text).ptr;
        CHECK_STR(buf_str(&out), want);
        buf_free(&out);
    }
    arena_free(stmt);
}

/* ---- literals ---- */

static void test_literals(void)
{
    Arena *stmt = arena_new("stmt", 0);
    Ast *e = NULL;
    CHECK(!parse_expression(stmt, STR("2147483647"), &e).kind);
    CHECK(e->kind == AST_INTEGER && !e->is_bigint &&
          e->literal.i32 == 2147483647);
    CHECK(!parse_expression(stmt, STR("-2147483648"), &e).kind);
    CHECK(e->kind == AST_INTEGER && !e->is_bigint &&
          e->literal.i32 == INT32_MIN);
    CHECK_STR(e->literal_text, "-2147483648");
    CHECK(!parse_expression(stmt, STR("2147483648"), &e).kind);
    CHECK(e->is_bigint && e->literal.i64 == 2147483648);
    CHECK(!parse_expression(stmt, STR("9223372036854775807"), &e).kind);
    CHECK(e->is_bigint && e->literal.i64 == INT64_MAX);
    CHECK(!parse_expression(stmt, STR("- 9223372036854775808"), &e).kind);
    CHECK(e->is_bigint && e->literal.i64 == INT64_MIN);
    CHECK(!parse_expression(stmt, STR("-.50"), &e).kind);
    CHECK(e->kind == AST_DECIMAL && e->literal.dec->scale == 2);
    CHECK_STR(decimal_print_plain(stmt, *e->literal.dec), "-0.50");
    CHECK(!parse_expression(stmt, STR("10."), &e).kind);
    CHECK(e->kind == AST_DECIMAL && e->literal.dec->scale == 0);
    CHECK(!parse_expression(stmt, STR("1e-3"), &e).kind);
    CHECK(e->kind == AST_DOUBLE && e->literal.f64 == 0.001);
    CHECK(!parse_expression(stmt, STR("'it''s'"), &e).kind);
    CHECK_STR(e->literal.str, "it's");
    CHECK(!parse_expression(stmt, STR("true"), &e).kind);
    CHECK(e->kind == AST_BOOLEAN && e->literal.boolean);
    CHECK(!parse_expression(stmt, STR("null"), &e).kind);
    CHECK(e->kind == AST_NULL && e->literal.null);
    arena_free(stmt);
}

/* ---- what does not parse ---- */

static const struct {
    const char *text;
    int at;
    const char *message; /* A part of it. */
} bad[] = {
    {"SELCT a FROM b;", 0, "unknown statement 'SELCT'; did you mean 'SELECT'?"},
    {"foo;", 0, "unknown statement 'foo', expected SELECT, CREATE"},
    {"order by;", 0, "unknown statement 'order'"},
    {"(a);", 0, "unexpected '('"},
    {"SELECT a FROM s", 15, "missing ';' at the end of the statement"},
    {"SELECT a FROM s; SELECT b FROM t", 32, "missing ';'"},
    {"SELECT a FROM", 13, "unexpected end of text, expected a name"},
    {"SELECT a FORM s;", 14, "did you mean 'FROM' instead of 'FORM'?"},
    {"SELECT * FORM s;", 9, "expected ',' or FROM; did you mean 'FROM'?"},
    {"SELECT * FROM s WERE a;", 21, "'WHERE' instead of 'WERE'?"},
    {"SELECT * FROM s EMIT CHNAGES;", 21, "did you mean 'CHANGES'?"},
    {"CREATE STEAM s;", 7, "did you mean 'STREAM'?"},
    {"SHOW STREAM;", 5, "did you mean 'STREAMS'?"},
    {"SELECT FROM s;", 7,
     "'FROM' is a reserved word, as a name it is written "
     "`FROM`"},
    {"CREATE STREAM table;", 14,
     "expected a name or IF; 'TABLE' is a reserved "
     "word"},
    {"SELECT a AS catalog FROM s;", 12, "'CATALOG' is a reserved word"},
    {"SELECT a FROM s WHERE a < b < c;", 28, "cannot be compared again"},
    {"SELECT a FROM s WHERE a = b IS NULL;", 28, "cannot be compared again"},
    {"SELECT a FROM s GROUP BY a AND b;", 27, "must be in parentheses here"},
    {"SELECT a FROM s GROUP BY a IS NULL;", 27, "must be in parentheses here"},
    {"SELECT a FROM s GROUP BY c, (a, b);", 30, "expected an operator or ')'"},
    {"SELECT a FROM s GROUP BY ((a), b);", 26, "nested grouping sets"},
    {"SELECT a FROM s PARTITION BY a OR b;", 31, "must be in parentheses"},
    {"SELECT a FROM s GROUP a;", 22, "expected BY"},
    {"SELECT DISTINCT a FROM s;", 7, "unexpected 'DISTINCT'"},
    {"SELECT a FROM s ORDER BY a;", 22, "unexpected 'BY'"},
    {"SELECT a FROM s, t;", 15, "unexpected ','"},
    {"SELECT a FROM (SELECT b FROM c);", 14, "unexpected '('"},
    {"SELECT a FROM f(b);", 15, "unexpected '('"},
    {"SELECT a WHERE b FROM s;", 9, "unexpected 'WHERE'"},
    {"SELECT a FROM s LIMIT 1 EMIT CHANGES;", 24, "unexpected 'EMIT'"},
    {"SELECT a FROM s LIMIT -1;", 22, "LIMIT must not be negative"},
    {"SELECT a FROM s LIMIT 1.5;", 22, "expected a whole number"},
    {"SELECT a FROM s LIMIT 9223372036854775808;", 22, "does not fit 64 bits"},
    {"SELECT a.b.c FROM s;", 10, "unexpected '.'"},
    {"SELECT a FROM s WHERE a IN ();", 28,
     "IN needs at least one element in its parentheses"},
    {"SELECT a FROM s WHERE a LIKE b ESCAPE 'xy';", 38,
     "ESCAPE 'xy' is not one character"},
    {"SELECT a FROM s WHERE a LIKE b ESCAPE '';", 38, "is not one character"},
    {"SELECT f(a, (b + 1, c) => d) FROM s;", 13, "is not a name, write x"},
    {"SELECT f((x, x) => 1) FROM s;", 13, "two parameters are named 'X'"},
    {"SELECT x => 1 FROM s;", 9, "unexpected '=>'"},
    {"SELECT CASE a END FROM s;", 14, "unexpected 'END'"},
    {"SELECT DAYS FROM s;", 7, "unexpected 'DAYS'"},
    {"SELECT DECIMAL '1' FROM s;", 7, "unexpected 'DECIMAL'"},
    {"SELECT CAST(a AS NULL) FROM s;", 17, "expected a type"},
    {"SELECT CAST(a AS STRING(KEY)) FROM s;", 24, "STRING or a whole number"},
    {"SELECT CAST(a AS DECIMAL) FROM s;", 24, "needs a precision and a scale"},
    {"SELECT CAST(a AS DECIMAL(0, 0)) FROM s;", 25,
     "precision of DECIMAL is 0"},
    {"SELECT CAST(a AS DECIMAL(2, 3)) FROM s;", 28, "scale of DECIMAL is 3"},
    {"SELECT CAST(a AS DECIMAL(2, -1)) FROM s;", 28, "scale of DECIMAL is -1"},
    {"SELECT CAST(a AS STRUCT!=) FROM s;", 23, "expected '<'"},
    {"SELECT CAST(a AS STRUCT<b INT, B INT>) FROM s;", 31,
     "duplicate field 'B'"},
    {"SELECT STRUCT(a := 1, A := 2) FROM s;", 22, "duplicate field 'A'"},
    {"SELECT 9223372036854775808 FROM s;", 7, "does not fit 64 bits"},
    {"SELECT -9223372036854775809 FROM s;", 7, "does not fit 64 bits"},
    {"SELECT 1e400 FROM s;", 7, "out of the range of DOUBLE"},
    {"SELECT -1e400 FROM s;", 7, "out of the range of DOUBLE"},
    {"SELECT a FROM `x.y`;", 14, "name 'x.y' of a stream or table"},
    {"SELECT a FROM x@y;", 14, "name 'X@Y' of a stream or table"},
    {"CREATE STREAM ``;", 14, "name of a stream or table is empty"},
    {"SELECT a FROM s WINDOW TUMBLING (SIZE 3 MONTHS) GROUP BY a;", 40,
     "a time unit"},
    {"SELECT a FROM s WINDOW TUMBLING (SIZE -3 DAYS) GROUP BY a;", 38,
     "duration must not be negative"},
    {"SELECT a FROM s WINDOW TUMBLING (SIZE 9223372036854775807 DAYS) GROUP BY "
     "a;",
     38, "duration too long"},
    {"SELECT a FROM s WINDOW TUMBLING (SIZE 1 DAY, GRACE PERIOD 1 DAY, "
     "RETENTION 1 DAY) GROUP BY a;",
     63, "unexpected ','"},
    {"CREATE STREAM s AS SELECT a FROM b LIMIT 3;", 41, "cannot have a LIMIT"},
    {"CREATE TABLE s AS SELECT a FROM b LIMIT 3;", 40, "cannot have a LIMIT"},
    {"CREATE SOURCE STREAM s AS SELECT a FROM b;", 0, "leave out SOURCE"},
    {"CREATE STREAM s (a INT) AS SELECT a FROM b;", 24, "unexpected 'AS'"},
    {"CREATE TABLE t (a INT KEY);", 16, "a table has PRIMARY KEY"},
    {"CREATE STREAM t (a INT PRIMARY KEY);", 17, "a stream has KEY"},
    {"CREATE STREAM t (a BYTES HEADER(''));", 17, "has an empty key"},
    {"CREATE STREAM s WITH (a=b);", 24, "expected a literal"},
    {"CREATE STREAM s WITH ();", 22, "unexpected ')'"},
    {"CREATE TYPE t AS;", 16, "expected a type"},
    {"DEFINE `v` = 'x';", 7, "name of a variable"},
    {"DEFINE v = 3;", 11, "expected a string"},
    {"SET a = 'b';", 4, "expected a string"},
    {"ASSERT SCHEMA;", 0, "needs a SUBJECT or an ID"},
    {"EXPLAIN EXPLAIN SELECT a FROM b;", 16, "unexpected 'SELECT'"},
    {"INSERT INTO s VALUES ();", 22, "expected an expression"},
    {"SELECT 'abc FROM s;", 7, "string is not closed"},
    {"SELECT `abc FROM s;", 7, "quoted name is not closed"},
    {"SELECT a /* FROM s;", 9, "comment is not closed"},
    {"SELECT a \xFF FROM s;", 9, "not valid UTF-8"},
    {"SELECT \xC3\xA9\xEF\xBF\xBD \xC3 FROM s;", 13, "not valid UTF-8"},
    {"SELECT ${v} FROM s;", 7, "undefined variable 'v'"},
};

static void test_bad(void)
{
    Arena *stmt = arena_new("stmt", 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        AstStatement **list = NULL;
        int count = -1;
        Status st = parse_statements(stmt, str_from(bad[i].text), NULL, &list,
                                     &count);
        CHECK(st.kind == ST_USER && count == -1 && !list);
        bool found = st.kind &&
                     str_find(str_from(st.text), str_from(bad[i].message), 0) !=
                         SIZE_MAX;
        CHECK(found);
        CHECK((int)st.at - 1 == bad[i].at);
        if (!found || (int)st.at - 1 != bad[i].at)
            fprintf(stderr, "  %s\n  %d: %s\n", bad[i].text, (int)st.at - 1,
                    st.text);
    }
    arena_free(stmt);
}

/* ---- variables ---- */

static void test_variables(void)
{
    Arena *stmt = arena_new("stmt", 0);
    Map map = {0};
    Str topic = STR("clicks"), n = STR("4"), name = STR("`b`");
    map_put(stmt, &map, STR("topic"), &topic);
    map_put(stmt, &map, STR("n"), &n);
    map_put(stmt, &map, STR("name"), &name);
    CHECK_STR(parse_all(stmt,
                        STR("CREATE STREAM ${topic} (${name} INT) WITH "
                            "(KAFKA_TOPIC='x-${topic}', P=${n});"),
                        &map),
              "CREATE STREAM CLICKS (`b` INTEGER) WITH (KAFKA_TOPIC='x-clicks',"
              " P=4);");
    CHECK_STR(parse_all(stmt,
                        STR("DEFINE n = '5'; SELECT ${n} FROM a;"
                            "UNDEFINE n; SELECT ${n} FROM a;"),
                        &map),
              "54: undefined variable 'n', set it with DEFINE n = '...'");
    CHECK_STR(*(Str *)map_get(&map, STR("n")), "4");
    CHECK_STR(parse_all(stmt,
                        STR("DEFINE v = '''abc'''; DEFINE w = '${v}x';"
                            "SELECT ${v}, '${w}' FROM a;"),
                        NULL),
              "DEFINE v = '''abc''';DEFINE w = '''abc''x';"
              "SELECT 'abc', '''abc''x' FROM A;");
    /* A value never becomes syntax. */
    CHECK_STR(parse_all(stmt,
                        STR("DEFINE v = 'a; DROP STREAM b';"
                            "SELECT ${v} FROM a;"),
                        NULL),
              "37: value of variable 'v' cannot stand here, it must be one "
              "quoted string, number, boolean or plain name");
    /* A DEFINE is known only after its own statement. */
    CHECK_STR(
        parse_all(stmt, STR("DEFINE v = '${v}';SELECT '${v}' FROM a;"), NULL),
        "DEFINE v = '${v}';SELECT '${v}' FROM A;");
    /* Doubling over and over ends with an error. */
    Buf out = {0};
    buf_printf(&out, "DEFINE a0 = 'xxxxxxxxxx';");
    for (int i = 0; i < 40; i++)
        buf_printf(&out, "DEFINE a%d = '${a%d}${a%d}';", i + 1, i, i);
    Str result = parse_all(stmt, buf_str(&out), NULL);
    CHECK(str_find(result, STR("too large after replacing"), 0) != SIZE_MAX);
    buf_free(&out);
    arena_free(stmt);
}

/* ---- positions ---- */

/* What is kept of a statement must mean the same without the variables. */
static void test_source_is_replaced(void)
{
    Arena *stmt = arena_new("stmt", 0);
    Str text = STR(
        "DEFINE n='Abc'; DEFINE q='\"low\"'; DEFINE d='-1.5'; DEFINE "
        "s='''it''';"
        " SELECT ${n}.${q} - ${d}, /* ${n} */ 'a''${s}${u}', ${s} FROM t ;"
        "PRINT ${n};");
    Map none = {0};
    AstStatement **list = NULL;
    int count = 0;
    CHECK(!parse_statements(stmt, text, &none, &list, &count).kind);
    CHECK(count == 6);
    CHECK_STR(list[4]->source,
              "SELECT Abc.`low` - -1.5, /* ${n} */ 'a''''it''${u}', 'it' FROM "
              "t");
    CHECK_STR(list[5]->source, "PRINT Abc");
    AstStatement **again = NULL;
    CHECK(!parse_statements(stmt,
                            str_printf(stmt, "%.*s;", STR_ARG(list[4]->source)),
                            NULL, &again, &count)
               .kind);
    CHECK(ast_equal(list[4], again[0]));
    arena_free(stmt);
}

static void test_positions(void)
{
    Arena *stmt = arena_new("stmt", 0);
    Str text = STR(
        "  SHOW TYPES ; -- c\n SELECT (a + b) * c, d AS e FROM `s` x "
        "WHERE f(y) LIKE 'z' /* c */ ;");
    AstStatement **list = NULL;
    int count = 0;
    CHECK(!parse_statements(stmt, text, NULL, &list, &count).kind);
    CHECK(count == 2);
    CHECK(list[0]->at == 2 && list[0]->end == 14);
    CHECK_STR(list[0]->source, "SHOW TYPES");
    CHECK(list[1]->at == 21 && list[1]->end == text.len);
    CHECK_STR(list[1]->source, "SELECT (a + b) * c, d AS e FROM `s` x WHERE "
                               "f(y) LIKE 'z'");
    const AstSelect *select = list[1]->select;
    const Ast *product = select->items[0].expr;
    CHECK_STR(((Str){text.ptr + product->at, product->end - product->at}),
              "(a + b) * c");
    CHECK(product->args[0]->parens && !product->parens);
    CHECK(select->items[1].at == 41 && select->items[1].end == 47);
    CHECK_STR(select->items[1].alias.written, "e");
    CHECK(select->from.source.quoted && select->from.source.at == 53);
    CHECK_STR(select->from.source.text, "s");
    CHECK_STR(select->from.alias.text, "X");
    const Ast *like = select->where;
    CHECK_STR(((Str){text.ptr + like->at, like->end - like->at}),
              "f(y) LIKE 'z'");
    CHECK(like->height == 3);
    arena_free(stmt);
}

/* ---- parts and helpers ---- */

static void test_parts(void)
{
    Arena *stmt = arena_new("stmt", 0);
    const AstType *type = NULL;
    Buf out = {0};
    CHECK(!parse_type(stmt,
                      STR("map<string, struct<a int array array, b foo>>"
                          " array"),
                      &type)
               .kind);
    ast_print_type(&out, type);
    CHECK_STR(buf_str(&out), "ARRAY<MAP<STRING, STRUCT<A "
                             "ARRAY<ARRAY<INTEGER>>, B FOO>>>");
    buf_free(&out);
    CHECK(!parse_type(stmt, STR("struct<>"), &type).kind);
    CHECK(type->kind == TYPE_STRUCT && type->field_count == 0);
    CHECK(!parse_type(stmt, STR("`int`"), &type).kind);
    CHECK(type->kind == TYPE_NULL);
    CHECK(parse_type(stmt, STR("int int"), &type).kind == ST_USER);
    AstElement *elements = NULL;
    int count = 0;
    CHECK(!parse_elements(stmt, STR("ID INT KEY, V STRING"), &elements, &count)
               .kind);
    CHECK(count == 2 && elements[0].constraint == AST_KEY);
    CHECK_STR(elements[1].name.text, "V");
    Ast *expr = NULL;
    CHECK(parse_expression(stmt, STR("a;"), &expr).kind == ST_USER);
    CHECK(parse_expression(stmt, STR(""), &expr).kind == ST_USER);
    CHECK(expr == NULL);
    arena_free(stmt);
}

static void test_statement_end(void)
{
    static const struct {
        const char *text;
        size_t end;
    } cases[] = {
        {"", 0},         {"a", 0},      {"a;", 2},      {"a; b;", 2},
        {";", 1},        {"';'", 0},    {"';';", 4},    {"'a'';';", 7},
        {"\";\";", 4},   {"`;`;", 4},   {"-- ;\n;", 6}, {"-- ;", 0},
        {"/* ; */;", 8}, {"/* ; ", 0},  {"'abc;", 0},   {"a /* ' */ ;", 11},
        {"a - b;", 6},   {"a / b;", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK(parse_statement_end(str_from(cases[i].text)) == cases[i].end);
}

/* ---- limits ---- */

static void repeat(Buf *out, const char *text, int count)
{
    for (int i = 0; i < count; i++)
        buf_append(out, text, strlen(text));
}

static Str expression_result(Arena *stmt, const char *before, const char *open,
                             int count, const char *middle, const char *close)
{
    Buf out = {0};
    Ast *expr = NULL;
    buf_printf(&out, "%s", before);
    repeat(&out, open, count);
    buf_printf(&out, "%s", middle);
    repeat(&out, close, count);
    Status st = parse_expression(stmt, buf_str(&out), &expr);
    buf_free(&out);
    if (!st.kind) ast_print_expr(&out, expr);
    Str result = st.kind ? str_from(st.text) : str_copy(stmt, buf_str(&out));
    buf_free(&out);
    return result;
}

static bool begins(Str text, const char *with)
{
    return str_starts_with(text, str_from(with));
}

static void test_depth(void)
{
    Arena *stmt = arena_new("stmt", 0);
    const char *deep = "statement too large, it nests more than 500 deep";
    CHECK_STR(expression_result(stmt, "", "(", 500, "a", ")"), "A");
    CHECK_STR(expression_result(stmt, "", "(", 501, "a", ")"), deep);
    CHECK_STR(expression_result(stmt, "", "(", 10000, "a", ")"), deep);
    CHECK_STR(expression_result(stmt, "", "f(", 10000, "a", ")"), deep);
    CHECK_STR(expression_result(stmt, "", "a[", 10000, "a", "]"), deep);
    CHECK_STR(
        expression_result(stmt, "", "CASE WHEN ", 10000, "a", " THEN 1 END"),
        deep);
    CHECK_STR(expression_result(stmt, "", "NOT ", 30000, "a", ""), deep);
    CHECK_STR(expression_result(stmt, "", "- ", 30000, "a", ""), deep);
    const char *type = "type too large, it nests more than 500 deep";
    CHECK_STR(expression_result(stmt, "CAST(a AS ", "ARRAY<", 501, "INT", ">"),
              type);
    CHECK_STR(expression_result(stmt, "CAST(a AS INT", " ARRAY", 501, ")", ""),
              type);
    CHECK(begins(
        expression_result(stmt, "CAST(a AS ", "ARRAY<", 100000, "INT", ">"),
        "statement too large"));
    arena_free(stmt);
}

static void test_chains(void)
{
    Arena *stmt = arena_new("stmt", 0);
    static const char *const links[] = {
        " + a",  " - a", " || a", " AND a",
        " OR a", "->a",  "[1]",   " AT TIME ZONE 'z'",
    };
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        CHECK(
            begins(expression_result(stmt, "a", links[i], 3900, "", ""), "A"));
        CHECK(begins(expression_result(stmt, "a", links[i], 10000, "", ""),
                     "expression too long, more than 4000 operators"));
    }
    CHECK(begins(expression_result(stmt, "", "NOT ", 3000, "a", ""), "NOT"));
    CHECK(begins(expression_result(stmt, "", "- ", 3000, "a", ""), "- -"));
    CHECK(begins(expression_result(stmt, "a IN (1", ", 1", 100000, ")", ""),
                 "A IN (1, 1"));
    arena_free(stmt);
}

/* Deep trees survive printing, parsing again and comparing. */
static void test_deep_round(void)
{
    Arena *stmt = arena_new("stmt", 0);
    Buf text = {0}, printed = {0};
    AstStatement **a = NULL, **b = NULL;
    int count = 0;
    buf_printf(&text, "SELECT a");
    repeat(&text, " + a", 3900);
    buf_printf(&text, " FROM s WHERE a");
    repeat(&text, " AND a", 3900);
    buf_printf(&text, " OR ");
    repeat(&text, "NOT (b OR ", 400);
    buf_printf(&text, "c");
    repeat(&text, ")", 400);
    buf_printf(&text, ";");
    CHECK(!parse_statements(stmt, buf_str(&text), NULL, &a, &count).kind);
    ast_print_statement(&printed, a[0]);
    buf_push(&printed, ';');
    CHECK(!parse_statements(stmt, buf_str(&printed), NULL, &b, &count).kind);
    CHECK(ast_equal(a[0], b[0]));
    buf_free(&text);
    buf_free(&printed);
    arena_free(stmt);
}

static void test_sizes(void)
{
    Arena *stmt = arena_new("stmt", 0);
    Buf text = {0};
    Ast *expr = NULL;
    buf_push(&text, '\'');
    repeat(&text, "it''s", 1 << 18);
    buf_push(&text, '\'');
    CHECK(!parse_expression(stmt, buf_str(&text), &expr).kind);
    CHECK(expr->literal.str.len == (4 << 18));
    buf_free(&text);

    static const char *const digits[] = {"9", "0", ".5", "1e", "x"};
    static const char *const errors[] = {"number too long", "number too long",
                                         "unexpected '.5'", "", ""};
    for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++) {
        repeat(&text, digits[i], 1 << 20);
        Status st = parse_expression(stmt, buf_str(&text), &expr);
        CHECK(begins(str_from(st.text), errors[i]));
        CHECK(strlen(st.text) < 300);
        buf_free(&text);
    }
    repeat(&text, "9", 1000);
    CHECK(parse_expression(stmt, buf_str(&text), &expr).kind == ST_USER);
    repeat(&text, ".1", 1);
    CHECK(!parse_expression(stmt, buf_str(&text), &expr).kind);
    CHECK(expr->kind == AST_DECIMAL && expr->literal.dec->scale == 1);
    buf_free(&text);

    repeat(&text, " ", PARSE_TEXT_MAX_BYTES);
    CHECK_STR(parse_all(stmt, buf_str(&text), NULL), "");
    buf_push(&text, ' ');
    CHECK(begins(parse_all(stmt, buf_str(&text), NULL),
                 "-1: text too large, it has 16777217 bytes"));
    buf_free(&text);
    arena_free(stmt);
}

int main(void)
{
    test_good();
    test_literals();
    test_bad();
    test_variables();
    test_source_is_replaced();
    test_positions();
    test_parts();
    test_statement_end();
    test_depth();
    test_chains();
    test_deep_round();
    test_sizes();
    return check_done();
}
