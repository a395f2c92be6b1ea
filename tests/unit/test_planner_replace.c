/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE OR REPLACE: what may follow what.
 */
#include "tests/unit/planner_fixture.h"

static const char *const sources =
    "CREATE STREAM s (k INT KEY, v BIGINT, t STRING)"
    " WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=4);"
    "CREATE STREAM r (k INT KEY, v BIGINT, t STRING)"
    " WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=4);"
    "CREATE TABLE tab (id INT PRIMARY KEY, city STRING)"
    " WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=4);";

/* Two queries of O; `words` NULL: the second may replace the first. */
static const struct {
    const char *kind, *before, *after, *words;
} cases[] = {
    {"STREAM", "SELECT k, v FROM s", "SELECT k, v FROM s WHERE v > 3", NULL},
    {"STREAM", "SELECT k, v FROM s", "SELECT k, v, t FROM s", NULL},
    {"STREAM", "SELECT k, v FROM s WHERE v > 3", "SELECT k, v FROM s", NULL},
    {"STREAM", "SELECT k, v FROM s", "SELECT k, t FROM s", "column 'V' BIGINT"},
    {"STREAM", "SELECT k, v FROM s", "SELECT k, t, v FROM s", "column 'V'"},
    {"STREAM", "SELECT k, v FROM s", "SELECT k AS x, v FROM s", "key columns"},
    {"STREAM", "SELECT k, v FROM s", "SELECT k, v FROM r", "same topic"},
    {"STREAM", "SELECT t, v FROM s PARTITION BY t",
     "SELECT t, v, k FROM s PARTITION BY t", NULL},
    {"STREAM", "SELECT t, v FROM s PARTITION BY t",
     "SELECT UCASE(t) AS t, v FROM s PARTITION BY UCASE(t)",
     "expressions of its key"},
    {"STREAM", "SELECT s.k, v, city FROM s JOIN tab ON s.k = tab.id",
     "SELECT s.k, v, city FROM s JOIN tab ON s.k = tab.id WHERE v > 1",
     "it joins"},
    {"TABLE", "SELECT t, COUNT(*) AS n FROM s GROUP BY t",
     "SELECT t, COUNT(*) AS n, UCASE(t) AS u FROM s GROUP BY t", NULL},
    {"TABLE", "SELECT t, SUM(v) AS n FROM s GROUP BY t",
     "SELECT t, SUM(v) AS n FROM s WHERE v > 0 GROUP BY t", NULL},
    {"TABLE", "SELECT t, SUM(v) AS n FROM s GROUP BY t",
     "SELECT t, SUM(v) AS n, MAX(v) AS m FROM s GROUP BY t",
     "aggregate functions must stay"},
    {"TABLE", "SELECT t, COUNT(*) AS n FROM s GROUP BY t",
     "SELECT t, COUNT(*) AS n FROM s GROUP BY t HAVING COUNT(*) > 1", "HAVING"},
    {"TABLE", "SELECT t, COUNT(*) AS n FROM s GROUP BY t",
     "SELECT UCASE(t) AS t, COUNT(*) AS n FROM s GROUP BY UCASE(t)",
     "expressions of its key"},
    {"TABLE",
     "SELECT t, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR)"
     " GROUP BY t",
     "SELECT t, COUNT(*) AS n FROM s WINDOW TUMBLING"
     " (SIZE 1 HOUR) WHERE v > 1 GROUP BY t",
     "aggregates by window"},
    {"TABLE", "SELECT t, COUNT(*) AS n FROM s GROUP BY t",
     "SELECT t, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY t",
     "windows must stay"},
    {"TABLE", "SELECT city, COUNT(*) AS n FROM tab GROUP BY city",
     "SELECT city, COUNT(*) AS n FROM tab WHERE id > 1 GROUP BY city",
     "aggregates a table"},
    {"TABLE", "SELECT * FROM tab", "SELECT id, city FROM tab WHERE id > 1",
     NULL},
    {"STREAM WITH_JSON", "SELECT k, v FROM s", "SELECT k, v FROM s",
     "formats must stay"},
};

static void replace(Fixture *f, size_t i)
{
    bool formats = strstr(cases[i].kind, "WITH_JSON") != NULL;
    const char *kind = formats ? "STREAM" : cases[i].kind;
    Str before = str_printf(f->arena, "CREATE %s o AS %s;", kind,
                            cases[i].before);
    if (!fixture_ok(f, before.ptr)) return;
    const Plan *old_plan = f->plan;
    const Source *old = catalog_find(f->catalog, STR("O"));
    Str after = str_printf(f->arena, "CREATE OR REPLACE %s o %s AS %s;", kind,
                           formats ? "WITH (KEY_FORMAT='JSON')" : "",
                           cases[i].after);
    AstStatement **statements;
    int count;
    Status st = parse_statements(f->arena, after, NULL, &statements, &count);
    PlanEnv env = {
        .topic = fixture_topic, .setting = fixture_setting, .context = f};
    Plan *plan = NULL;
    Source *source = NULL;
    if (!st.kind)
        st = plan_query(f->arena, &env, f->catalog, statements[0], &plan,
                        &source, &f->topic, &f->warning);
    CHECK(!st.kind);
    if (st.kind) fprintf(stderr, "%s: %s\n", after.ptr, st.text);
    if (!st.kind)
        st = plan_check_replace(f->arena, old, old_plan, source, plan);
    bool right = cases[i].words ? st.kind && strstr(st.text, cases[i].words)
                                : !st.kind;
    if (!right)
        fprintf(stderr, "%s\n%s\n  got '%s' want '%s'\n", before.ptr, after.ptr,
                st.kind ? st.text : "(accepted)",
                cases[i].words ? cases[i].words : "accepted");
    CHECK(right);
    catalog_unlink(f->catalog, old->query_id);
    map_remove(&f->catalog->sources, STR("O"));
}

/* Sources with columns, and who else writes. */
static void test_others(Fixture *f)
{
    fixture_ok(f, "CREATE OR REPLACE STREAM s (k INT KEY, v BIGINT, t STRING,"
                  " more INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');");
    fixture_rejects(f,
                    "CREATE OR REPLACE STREAM s (k INT KEY, v INT) WITH"
                    " (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
                    "column 'V' BIGINT");
    fixture_rejects(f,
                    "CREATE OR REPLACE STREAM s (k INT KEY, v BIGINT,"
                    " t STRING, more INT) WITH (KAFKA_TOPIC='r',"
                    " VALUE_FORMAT='JSON');",
                    "topic must stay");
    fixture_rejects(f,
                    "CREATE OR REPLACE TABLE s (k INT PRIMARY KEY, v BIGINT)"
                    " WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
                    "there is a stream named 'S'");
    fixture_ok(f, "CREATE STREAM w AS SELECT k, v FROM s;");
    Plan *plan = f->plan;
    Source *source = f->source;
    fixture_ok(f, "INSERT INTO w SELECT k, v FROM r;");
    const Source *old = catalog_find(f->catalog, STR("W"));
    Status st = plan_check_replace(f->arena, old, plan, source, plan);
    CHECK(st.kind == ST_USER && strstr(st.text, "writes it too"));
}

int main(void)
{
    Fixture *f = fixture_new();
    fixture_set(f, "ksql.persistence.default.format.key", "KAFKA");
    fixture_ok(f, sources);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        replace(f, i);
    test_others(f);
    fixture_free(f);
    return check_done();
}
