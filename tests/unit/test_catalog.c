/* SPDX-License-Identifier: Apache-2.0
 *
 * The catalog: names, hints, copies, and who holds on to a source.
 */
#include "tests/unit/planner_fixture.h"

#define WITH " WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=2);"

static void test_names(void)
{
    Fixture *f = fixture_new();
    fixture_ok(f, "CREATE STREAM orders (id INT KEY, v STRING)" WITH
                  "CREATE STREAM `lower` (id INT KEY, v STRING)" WITH);
    Source *source;
    CHECK(catalog_find(f->catalog, STR("ORDERS")) != NULL);
    CHECK(catalog_find(f->catalog, STR("orders")) == NULL);
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"orders", "written without quotes"},
        {"LOWER", "write `lower`"},
        {"ORDRES", "did you mean 'ORDERS'"},
        {"NOTHING_LIKE_IT", "no stream or table is named 'NOTHING_LIKE_IT'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Status st = catalog_require(f->catalog, f->arena,
                                    str_from(cases[i].name), 7, &source);
        CHECK(st.kind == ST_USER && st.at == 8);
        if (!strstr(st.text, cases[i].words))
            fprintf(stderr, "%s: %s\n", cases[i].name, st.text);
        CHECK(strstr(st.text, cases[i].words) != NULL);
    }
    fixture_rejects(f,
                    "CREATE TABLE orders (id INT PRIMARY KEY, v STRING)" WITH,
                    "there is a stream named 'ORDERS'");
    fixture_rejects(f, "CREATE STREAM orders (id INT KEY, v STRING)" WITH,
                    "exists already");
    fixture_ok(f, "CREATE STREAM IF NOT EXISTS orders (x INT)" WITH);
    CHECK(f->source == NULL);
    fixture_free(f);
}

static void test_references(void)
{
    Fixture *f = fixture_new();
    fixture_ok(f, "CREATE STREAM s (id INT KEY, v STRING)" WITH
                  "CREATE STREAM t AS SELECT * FROM s;");
    fixture_rejects(f, "DROP STREAM s;", "'Q_0'");
    /* A source's own query does not hold it; another's does. */
    fixture_ok(f, "INSERT INTO t SELECT * FROM s;");
    fixture_rejects(f, "DROP STREAM t;", "'Q_1'");
    catalog_unlink(f->catalog, STR("Q_1"));
    fixture_ok(f, "DROP STREAM t;");
    catalog_unlink(f->catalog, STR("Q_0"));
    fixture_ok(f, "DROP STREAM s;");
    fixture_rejects(f, "DROP STREAM s;", "no stream or table is named 'S'");
    fixture_free(f);
}

static void test_copy(void)
{
    Fixture *f = fixture_new();
    fixture_ok(f, "CREATE TYPE address AS STRUCT<street STRING, no INT>;"
                  "CREATE STREAM s (id INT KEY, a address)" WITH
                  "CREATE STREAM t AS SELECT * FROM s;");
    Catalog *copy = catalog_copy(f->catalog);
    CHECK(catalog_drop(copy, f->arena, STR("T"), 0).kind == ST_OK);
    CHECK(catalog_find(copy, STR("T")) == NULL);
    CHECK(catalog_find(f->catalog, STR("T")) != NULL);
    catalog_free(f->catalog);
    f->catalog = copy;
    /* Nothing of the old one is used any more. */
    CHECK_STR(fixture_schema(f, "S"),
              "`ID` INTEGER KEY, `A` STRUCT<`STREET` STRING, `NO` INTEGER>");
    CHECK(map_get(&copy->types, STR("ADDRESS")) != NULL);
    CHECK(catalog_find(copy, STR("S"))->readers.count == 1);
    fixture_free(f);
}

int main(void)
{
    test_names();
    test_references();
    test_copy();
    return check_done();
}
