/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE STREAM/TABLE with columns, ALTER: schemas, properties, rejections.
 */
#include "tests/unit/planner_fixture.h"

#define JSON " WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=3);"

static void test_schema(void)
{
    Fixture *f = fixture_new();
    /* Keys first, headers last, wherever they were declared. */
    fixture_ok(f, "CREATE STREAM s (v INT, h BYTES HEADER('a'), k INT KEY,"
                  " w STRING, `k2` STRING KEY) WITH (KAFKA_TOPIC='a',"
                  " FORMAT='JSON', PARTITIONS=3);");
    CHECK_STR(fixture_schema(f, "S"),
              "`K` INTEGER KEY, `k2` STRING KEY, `V` INTEGER, `W` STRING, "
              "`H` BYTES HEADER('a')");
    const Source *source = catalog_find(f->catalog, STR("S"));
    CHECK(source->schema->key_count == 2);
    CHECK(source_key_spec(source).column_count == 2);
    CHECK(source_key_spec(source).wrapped);
    CHECK(source_value_spec(source).column_count == 2);
    CHECK_STR(source_value_spec(source).columns[0].name, "V");
    CHECK(f->topic.create && f->topic.partitions == 3);
    CHECK(f->topic.replicas == -1);
    CHECK_STR(str_from(f->topic.cleanup_policy), "delete");
    fixture_free(f);
}

static void test_properties(void)
{
    Fixture *f = fixture_new();
    fixture_set(f, "ksql.persistence.default.format.key", "KAFKA");
    fixture_ok(f, "CREATE TABLE t (k STRING PRIMARY KEY, stamp STRING, n INT)"
                  " WITH (kafka_topic='t', value_format='delimited',"
                  " value_delimiter='TAB', partitions='6', replicas=2,"
                  " timestamp='stamp', timestamp_format='yyyy-MM-dd');");
    const Source *t = f->source;
    CHECK_STR(str_from(t->key_format->name), "KAFKA");
    CHECK_STR(str_from(t->value_format->name), "DELIMITED");
    CHECK_STR(t->value_delimiter, "\t");
    CHECK_STR(t->timestamp_column, "STAMP");
    CHECK_STR(t->timestamp_format, "yyyy-MM-dd");
    CHECK(!t->key_wrapped && t->value_wrapped && t->is_table);
    CHECK(f->topic.partitions == 6 && f->topic.replicas == 2);
    CHECK_STR(str_from(f->topic.cleanup_policy), "compact");

    fixture_ok(f, "CREATE STREAM one (v INT) WITH (kafka_topic='one',"
                  " value_format='json', wrap_single_value=false,"
                  " partitions=1);");
    CHECK(!f->source->value_wrapped);
    CHECK_STR(str_from(f->source->key_format->name), "NONE");
    fixture_set(f, "ksql.persistence.wrap.single.values", "false");
    fixture_ok(f, "CREATE STREAM two (v INT) WITH (kafka_topic='one',"
                  " value_format='json');");
    CHECK(!f->source->value_wrapped && !f->topic.create);

    fixture_ok(f, "CREATE TABLE w (k INT PRIMARY KEY, v INT) WITH"
                  " (kafka_topic='w', value_format='json', partitions=1,"
                  " window_type='hopping', window_size='2 Minutes',"
                  " retention_ms=5000);");
    CHECK(f->source->window == WINDOW_HOPPING);
    CHECK(f->source->window_size_ms == 120000);
    CHECK(f->topic.retention_ms == 5000);
    CHECK_STR(str_from(f->topic.cleanup_policy), "compact,delete");
    fixture_free(f);
}

/* Column lists and what is wrong with them, in a stream over JSON. */
static void test_column_errors(Fixture *f)
{
    static const struct {
        const char *columns, *words;
    } cases[] = {
        {"a INT, a STRING", "'A' is declared twice"},
        {"rowtime BIGINT", "'ROWTIME' is a system column"},
        {"a INT PRIMARY KEY", "PRIMARY KEY"},
        {"a nothing", "there is no type 'NOTHING'"},
        {"a STRUCT<x INT, x INT>", "'X'"},
        {"a DECIMAL(2, 3)", "scale"},
        {"k MAP<STRING, INT> KEY, v INT", "keys cannot contain maps"},
        {"k ARRAY<INT> KEY, v INT", "format 'KAFKA' does not support"},
        {"k INT KEY, k2 INT KEY, v INT", "holds a single column"},
        {"a MAP<INT, INT>", "STRING keys"},
        {"h BYTES HEADERS, v INT", "must be ARRAY<STRUCT<KEY STRING"},
        {"h STRING HEADER('a'), v INT", "must be BYTES"},
        {"h BYTES HEADER(''), v INT", "empty"},
        {"h BYTES HEADER('a'), i BYTES HEADER('a'), v INT", "'H' and 'I'"},
        {"h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS,"
         " i BYTES HEADER('a'), v INT",
         "takes all headers"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str sql = str_printf(f->arena, "CREATE STREAM x (%s)" JSON,
                             cases[i].columns);
        fixture_rejects(f, sql.ptr, cases[i].words);
    }
    fixture_rejects(f, "CREATE TABLE x (a INT KEY, v INT)" JSON, "PRIMARY KEY");
    fixture_rejects(f, "CREATE TABLE x (a INT)" JSON, "needs a PRIMARY KEY");
    fixture_rejects(f, "CREATE STREAM x" JSON, "has no columns");
    fixture_rejects(f, "CREATE STREAM `a b` (a INT)" JSON, "'a b'");
    fixture_set(f, "ksql.headers.columns.enabled", "false");
    fixture_rejects(f, "CREATE STREAM x (h BYTES HEADER('a'), v INT)" JSON,
                    "switched off");
}

static const struct {
    const char *with, *words;
} property_errors[] = {
    {"VALUE_FORMAT='JSON'", "KAFKA_TOPIC is missing"},
    {"KAFKA_TOPIC='', VALUE_FORMAT='JSON'", "KAFKA_TOPIC is empty"},
    {"KAFKA_TOPIC='t'", "VALUE_FORMAT is missing"},
    {"KAFKA_TOPIC='new', VALUE_FORMAT='JSON'", "give PARTITIONS"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='FOO'", "unknown format 'FOO'"},
    {"KAFKA_TOPIC='t', FORMAT='JSON', KEY_FORMAT='JSON'",
     "cannot be used with KEY_FORMAT"},
    {"KAFKA_TOPIC='t', FORMAT='JSON', VALUE_FORMAT='JSON'",
     "cannot be used with VALUE_FORMAT"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', COLOUR=1, WEIGHT=2",
     "properties 'COLOUR', 'WEIGHT'"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITONS=1",
     "did you mean 'PARTITIONS'"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', CLEANUP_POLICY='compact'",
     "CLEANUP_POLICY cannot be set"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', QUERY_ID='x'", "'QUERY_ID'"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', VALUE_FORMAT='JSON'", "twice"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=2",
     "exists with 1 partitions"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=0",
     "PARTITIONS must be from 1"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS='many'",
     "PARTITIONS must be an integer"},
    {"KAFKA_TOPIC=3, VALUE_FORMAT='JSON'", "KAFKA_TOPIC must be a text"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', VALUE_DELIMITER=';'",
     "does not support VALUE_DELIMITER"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='DELIMITED', VALUE_DELIMITER=';;'",
     "single character"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', WRAP_SINGLE_VALUE=TRUE",
     "WRAP_SINGLE_VALUE is only for a value of one column"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TIMESTAMP='nix'",
     "'NIX' does not exist"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TIMESTAMP='v'",
     "is INTEGER: it must be"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TIMESTAMP='w'",
     "give TIMESTAMP_FORMAT"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', WINDOW_SIZE='1 DAY'",
     "WINDOW_SIZE needs WINDOW_TYPE"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING'",
     "need WINDOW_SIZE"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION',"
     " WINDOW_SIZE='1 DAY'",
     "session windows have no size"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', WINDOW_TYPE='SLIDING'",
     "must be SESSION, HOPPING"},
    {"KAFKA_TOPIC='t', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING',"
     " WINDOW_SIZE='1 YEARS'",
     "WINDOW_SIZE is '1 YEARS'"},
    {"KAFKA_TOPIC='t', FORMAT='NONE'", "'NONE'"},
};

static void test_property_errors(Fixture *f)
{
    fixture_add_topic(f, STR("t"), 1);
    for (size_t i = 0; i < sizeof property_errors / sizeof *property_errors;
         i++) {
        Str sql = str_printf(f->arena,
                             "CREATE STREAM x (k INT KEY, v INT, "
                             "w STRING) WITH (%s);",
                             property_errors[i].with);
        fixture_rejects(f, sql.ptr, property_errors[i].words);
    }
    fixture_rejects(f,
                    "CREATE TABLE x (k INT PRIMARY KEY, v INT) WITH "
                    "(KAFKA_TOPIC='t', VALUE_FORMAT='JSON', "
                    "RETENTION_MS=1);",
                    "RETENTION_MS cannot be given");
    fixture_rejects(f,
                    "CREATE STREAM x (v INT) WITH (KAFKA_TOPIC='t', "
                    "VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION');",
                    "has windows but no key");
    CHECK(catalog_find(f->catalog, STR("X")) == NULL);
}

static void test_read_only(void)
{
    Fixture *f = fixture_new();
    fixture_ok(f, "CREATE SOURCE STREAM s (k INT KEY, v INT)" JSON
                  "CREATE STREAM p (k INT KEY, v INT)" JSON
                  "CREATE STREAM q AS SELECT * FROM p;");
    fixture_rejects(f, "CREATE OR REPLACE STREAM s (k INT KEY, v INT)" JSON,
                    "read-only");
    fixture_rejects(f, "CREATE OR REPLACE SOURCE STREAM p (k INT KEY)" JSON,
                    "read-only");
    fixture_rejects(f, "ALTER STREAM s ADD COLUMN w INT;", "read-only");
    fixture_rejects(f, "INSERT INTO s VALUES (1, 2);", "read-only");
    fixture_rejects(f, "INSERT INTO s SELECT * FROM p;", "read-only");
    fixture_rejects(f, "ALTER STREAM q ADD COLUMN w INT;", "OR REPLACE");
    fixture_rejects(f, "ALTER TABLE p ADD COLUMN w INT;", "ALTER STREAM");
    fixture_rejects(f, "ALTER STREAM p ADD COLUMN v INT;", "'V' already");
    fixture_rejects(f, "ALTER STREAM p ADD COLUMN rowtime INT;", "system");
    fixture_rejects(f, "ALTER STREAM nix ADD COLUMN v INT;", "'NIX'");
    fixture_ok(f, "ALTER STREAM p ADD COLUMN w STRING, ADD x INT;");
    CHECK_STR(fixture_schema(f, "P"),
              "`K` INTEGER KEY, `V` INTEGER, `W` STRING, `X` INTEGER");
    fixture_set(f, "ksql.create.or.replace.enabled", "false");
    fixture_rejects(f, "CREATE OR REPLACE STREAM p (k INT KEY, v INT)" JSON,
                    "switched off");
    fixture_set(f, "ksql.source.table.materialization.enabled", "false");
    fixture_rejects(f, "CREATE SOURCE TABLE y (k INT PRIMARY KEY, v INT)" JSON,
                    "switched off");
    fixture_free(f);
}

int main(void)
{
    test_schema();
    test_properties();
    Fixture *f = fixture_new();
    test_column_errors(f);
    test_property_errors(f);
    fixture_free(f);
    test_read_only();
    return check_done();
}
