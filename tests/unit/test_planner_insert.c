/* SPDX-License-Identifier: Apache-2.0
 *
 * INSERT INTO ... VALUES and INSERT INTO ... SELECT.
 */
#include "base/number.h"
#include "tests/unit/planner_fixture.h"

static const char *const sources =
    "CREATE STREAM s (v BIGINT, k INT KEY, d DECIMAL(6, 2), f DOUBLE,"
    " t STRING, ts TIMESTAMP, y BYTES, a ARRAY<BIGINT>,"
    " p STRUCT<x DOUBLE, z STRING>)"
    " WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE TABLE t (id INT PRIMARY KEY, v INT)"
    " WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE STREAM h (k INT KEY, v INT, b BYTES HEADER('x'))"
    " WITH (KAFKA_TOPIC='h', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE STREAM w (k INT KEY, v INT) WITH (KAFKA_TOPIC='w',"
    " VALUE_FORMAT='JSON', PARTITIONS=1, WINDOW_TYPE='SESSION');"
    "CREATE STREAM i (k INT KEY, v INT, d DECIMAL(4, 2), s STRING)"
    " WITH (KAFKA_TOPIC='i', VALUE_FORMAT='JSON', PARTITIONS=1);"
    "CREATE STREAM wide (k INT KEY, d DECIMAL(9, 3))"
    " WITH (KAFKA_TOPIC='wide', KEY_FORMAT='JSON', VALUE_FORMAT='DELIMITED',"
    " PARTITIONS=1);";

/* Expected values as text, in the order of the schema: K V D F T TS Y A P. */
static const struct {
    const char *sql, *text;
} rows[] = {
    {"INSERT INTO s (k, v, d) VALUES (1, 2, 1.5);",
     "1|2|1.50|null|null|null|null|null|null|"},
    {"INSERT INTO s (v, k, f) VALUES (-5, NULL, 3);",
     "null|-5|null|3.0|null|null|null|null|null|"},
    {"INSERT INTO s (k, d, f) VALUES (1, 12, 2.5);",
     "1|null|12.00|2.5|null|null|null|null|null|"},
    {"INSERT INTO s (t, ts) VALUES ('x', '2020-01-01T10');",
     "null|null|null|null|x|2020-01-01T10:00:00.000|null|null|null|"},
    {"INSERT INTO s (a, p) VALUES (ARRAY[1, 2], STRUCT(x := 1));",
     "null|null|null|null|null|null|null|[1, 2]|Struct{X=1.0}|"},
    /* Keys first, then values, whatever the declaration. */
    {"INSERT INTO s VALUES (1, 2, 3, 4, 'x', '2020', 'YQ==', ARRAY[5],"
     " STRUCT(z := 'q'));",
     "1|2|3.00|4.0|x|2020-01-01T00:00:00.000|YQ==|[5]|Struct{Z=q}|"},
};

static void test_rows(Fixture *f)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!fixture_ok(f, rows[i].sql)) continue;
        const Schema *schema = f->row.source->schema;
        Buf text = {0};
        for (int j = 0; j < schema->count; j++) {
            const Value *value = &f->row.values[j];
            if (value->null || schema->columns[j].type->kind != TYPE_BYTES)
                buf_append_str(
                    &text,
                    value_print(f->arena, schema->columns[j].type, value));
            else
                base64_encode(&text, value->str);
            buf_push(&text, '|');
        }
        CHECK_STR(buf_str(&text), rows[i].text);
        CHECK(!f->row.has_rowtime);
        buf_free(&text);
    }
    fixture_ok(f, "INSERT INTO t (id, v, ROWTIME) VALUES (1, 2, 1234);");
    CHECK(f->row.has_rowtime && f->row.rowtime_ms == 1234);
    fixture_ok(f, "INSERT INTO t (id) VALUES (NULL);");
    CHECK(f->row.values[0].null);
    fixture_ok(f, "INSERT INTO h (k, v) VALUES (1, 2);");
}

static const struct {
    const char *sql, *words;
} errors[] = {
    {"INSERT INTO nix VALUES (1);", "'NIX'"},
    {"INSERT INTO w VALUES (1, 2);", "windowed keys"},
    {"INSERT INTO h VALUES (1, 2, NULL);", "header columns"},
    {"INSERT INTO h (k, b) VALUES (1, NULL);", "'B' cannot be written"},
    {"INSERT INTO t VALUES (1);", "1 values for 2 columns"},
    {"INSERT INTO t (id, v) VALUES (1);", "1 values for 2 columns"},
    {"INSERT INTO t (v) VALUES (1);", "PRIMARY KEY column 'ID'"},
    {"INSERT INTO t (id, nix) VALUES (1, 2);", "has no column 'NIX'"},
    {"INSERT INTO t (id, id) VALUES (1, 2);", "'ID' is given twice"},
    {"INSERT INTO t (id, ROWOFFSET) VALUES (1, 2);", "'ROWOFFSET'"},
    {"INSERT INTO t VALUES (1, '2');", "STRING does not go into it"},
    {"INSERT INTO t VALUES (1, 2147483648);", "BIGINT does not go into it"},
    {"INSERT INTO s (t) VALUES (1);", "INTEGER does not go into it"},
    {"INSERT INTO s (d) VALUES (1e0);", "DOUBLE does not go into it"},
    {"INSERT INTO s (d) VALUES (1.234);", "'D' is no DECIMAL(6, 2)"},
    {"INSERT INTO s (d) VALUES (123456);", "'D' is no DECIMAL(6, 2)"},
    {"INSERT INTO s (ts) VALUES ('soon');", "'TS' is no TIMESTAMP"},
    {"INSERT INTO s (y) VALUES ('?');", "'Y' is no BYTES"},
    {"INSERT INTO s (a) VALUES (ARRAY['x']);", "ARRAY<STRING> does not go"},
    {"INSERT INTO s (p) VALUES (STRUCT(q := 1));", "does not go into it"},
    {"INSERT INTO s (v) VALUES (k);", "column 'K' cannot be used in VALUES"},
    {"INSERT INTO s (v) VALUES (COUNT(1));", "cannot be used in VALUES"},
    {"INSERT INTO s (t) VALUES (UCASE('x'));", "not computed in this test"},
    {"INSERT INTO t (id, ROWTIME) VALUES (1, -5);", "must not be negative"},
    {"INSERT INTO t (id, ROWTIME) VALUES (1, '2020');", "does not go into"},
    /* INSERT INTO ... SELECT. */
    {"INSERT INTO t SELECT id, v FROM t;", "'T' is a table"},
    {"INSERT INTO h SELECT k, v FROM i;", "header columns"},
    {"INSERT INTO nix SELECT k, v FROM i;", "'NIX'"},
    {"INSERT INTO i SELECT k, v FROM i;", "it gives `K` INTEGER KEY, `V`"},
    {"INSERT INTO i SELECT k, v, s, d FROM i;", "but the stream has"},
    {"INSERT INTO i SELECT k, v AS x, d, s FROM i;", "`X` INTEGER"},
    {"INSERT INTO s SELECT k, v FROM i;", "but the stream has"},
    {"INSERT INTO wide SELECT k, CAST(d AS DECIMAL(9, 4)) AS d FROM i;",
     "DECIMAL(9, 4)"},
    {"INSERT INTO wide SELECT k, 1e0 AS d FROM i;", "`D` DOUBLE"},
    {"INSERT INTO wide SELECT k, v AS d FROM i;", "`D` INTEGER"},
    {"INSERT INTO wide WITH (QUERY_ID='csas_x') SELECT k, d FROM i;",
     "must not begin with 'CSAS_'"},
    {"INSERT INTO wide WITH (QUERY_ID='a b') SELECT k, d FROM i;", "QUERY_ID"},
    {"INSERT INTO wide WITH (PARTITIONS=2) SELECT k, d FROM i;",
     "'PARTITIONS'"},
};

static void test_errors(Fixture *f)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        fixture_rejects(f, errors[i].sql, errors[i].words);
    fixture_set(f, "ksql.insert.into.values.enabled", "false");
    fixture_rejects(f, "INSERT INTO t VALUES (1, 2);", "switched off");
}

/* A decimal widens, a literal takes the column's type; the sink's formats are
 * the target's. */
static void test_select(Fixture *f)
{
    fixture_ok(f, "INSERT INTO wide WITH (QUERY_ID='mine') SELECT k, d"
                  " FROM i;");
    CHECK(f->source == NULL);
    CHECK_STR(f->plan->sink, "WIDE");
    CHECK_STR(fixture_plan(f),
              "sink 'WIDE' topic 'wide' key JSON value DELIMITED\n"
              "  project K, CAST(D AS DECIMAL(9, 3)) AS D\n"
              "    source 'I' stream topic 'i' key KAFKA value JSON reads K,"
              " D\n");
    fixture_ok(f, "INSERT INTO wide SELECT k, 7 AS d FROM i;");
    Str plan = fixture_plan(f);
    CHECK(str_find(plan, STR("project K, 7.000 AS D"), 0) != SIZE_MAX);
    fixture_ok(f, "INSERT INTO i SELECT k, v, d, s FROM i LIMIT 3;");
    CHECK(f->plan->root->sink.same_key_bytes);
}

int main(void)
{
    Fixture *f = fixture_new();
    fixture_set(f, "ksql.persistence.default.format.key", "KAFKA");
    fixture_ok(f, sources);
    test_rows(f);
    test_select(f);
    test_errors(f);
    fixture_free(f);
    return check_done();
}
