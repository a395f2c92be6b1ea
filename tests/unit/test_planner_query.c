/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries over one source: plans, result columns, keys, sinks, rejections.
 */
#include "tests/unit/planner_fixture.h"

static const char *const sources =
    "CREATE STREAM s (k INT KEY, v BIGINT, t STRING,"
    " p STRUCT<x INT, y STRING>, a ARRAY<INT>)"
    " WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=4);"
    "CREATE STREAM j (k INT KEY, l STRING KEY, v BIGINT)"
    " WITH (KAFKA_TOPIC='j', FORMAT='JSON', PARTITIONS=2);"
    "CREATE STREAM nokey (v BIGINT, w INT)"
    " WITH (KAFKA_TOPIC='n', VALUE_FORMAT='JSON', PARTITIONS=3);"
    "CREATE TABLE tab (id INT PRIMARY KEY, city STRING, pop BIGINT)"
    " WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=4);"
    "CREATE STREAM win (k INT KEY, v INT) WITH (KAFKA_TOPIC='w',"
    " VALUE_FORMAT='JSON', PARTITIONS=1, WINDOW_TYPE='TUMBLING',"
    " WINDOW_SIZE='1 SECOND');"
    "CREATE TABLE wintab (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='wt',"
    " VALUE_FORMAT='JSON', PARTITIONS=1, WINDOW_TYPE='SESSION');"
    "CREATE STREAM text (k INT KEY, v BIGINT, s STRING)"
    " WITH (KAFKA_TOPIC='x', VALUE_FORMAT='DELIMITED', PARTITIONS=1);"
    "CREATE STREAM bare (k INT KEY, v INT)"
    " WITH (KAFKA_TOPIC='b', VALUE_FORMAT='KAFKA', PARTITIONS=1);";

static Fixture *fixture_with_sources(void)
{
    Fixture *f = fixture_new();
    fixture_set(f, "ksql.persistence.default.format.key", "KAFKA");
    fixture_ok(f, sources);
    return f;
}

/* The statement after "CREATE STREAM o AS " or "CREATE TABLE o AS ", and the
 * columns of O. */
static const struct {
    const char *kind, *query, *schema;
} results[] = {
    {"STREAM", "SELECT * FROM s",
     "`K` INTEGER KEY, `V` BIGINT, `T` STRING, "
     "`P` STRUCT<`X` INTEGER, `Y` STRING>, `A` ARRAY<INTEGER>"},
    {"STREAM", "SELECT v, k, t AS u FROM s",
     "`K` INTEGER KEY, `V` BIGINT, `U` STRING"},
    {"STREAM", "SELECT k AS id, AS_VALUE(k) AS k FROM s",
     "`ID` INTEGER KEY, `K` INTEGER"},
    {"STREAM", "SELECT k, v + 1, v AS q, v + 2, p->x, p->* FROM s",
     "`K` INTEGER KEY, `KSQL_COL_0` BIGINT, `Q` BIGINT, `KSQL_COL_1` BIGINT, "
     "`X` INTEGER, `X_1` INTEGER, `Y` STRING"},
    {"STREAM", "SELECT k, ROWTIME AS rt, q.ROWPARTITION AS rp FROM s q",
     "`K` INTEGER KEY, `RT` BIGINT, `RP` INTEGER"},
    {"STREAM", "SELECT * FROM nokey", "`V` BIGINT, `W` INTEGER"},
    {"STREAM", "SELECT l, k, v FROM j",
     "`K` INTEGER KEY, `L` STRING KEY, `V` BIGINT"},
    {"STREAM", "SELECT * FROM s PARTITION BY t",
     "`T` STRING KEY, `V` BIGINT, `P` STRUCT<`X` INTEGER, `Y` STRING>, "
     "`A` ARRAY<INTEGER>, `K` INTEGER"},
    {"STREAM", "SELECT v, UCASE(t) FROM s PARTITION BY UCASE(t)",
     "`KSQL_COL_0` STRING KEY, `V` BIGINT"},
    {"STREAM", "SELECT v, p->y AS z FROM s PARTITION BY p->y",
     "`Z` STRING KEY, `V` BIGINT"},
    {"STREAM", "SELECT * FROM nokey PARTITION BY w",
     "`W` INTEGER KEY, `V` BIGINT"},
    {"STREAM", "SELECT k, v FROM s PARTITION BY NULL",
     "`K` INTEGER, `V` BIGINT"},
    {"STREAM", "SELECT k, v FROM s PARTITION BY k",
     "`K` INTEGER KEY, `V` BIGINT"},
    {"STREAM", "SELECT k, EXPLODE(a) AS e FROM s",
     "`K` INTEGER KEY, `E` INTEGER"},
    {"STREAM", "SELECT k, v, WINDOWSTART AS ws FROM win",
     "`K` INTEGER KEY, `V` INTEGER, `WS` BIGINT"},
    {"STREAM", "SELECT * FROM win", "`K` INTEGER KEY, `V` INTEGER"},
    {"TABLE", "SELECT v, COUNT(*) AS n FROM win GROUP BY v",
     "`V` INTEGER KEY, `N` BIGINT"},
    {"TABLE", "SELECT * FROM tab WHERE pop > 3",
     "`ID` INTEGER KEY, `CITY` STRING, `POP` BIGINT"},
    {"TABLE", "SELECT t, COUNT(*) FROM s GROUP BY t",
     "`T` STRING KEY, `KSQL_COL_0` BIGINT"},
    {"TABLE", "SELECT COUNT(*) AS n, t AS u, UCASE(t) FROM s GROUP BY t",
     "`U` STRING KEY, `N` BIGINT, `KSQL_COL_0` STRING"},
    {"TABLE", "SELECT SUM(v) * 2 AS d, v % 10 FROM s GROUP BY v % 10",
     "`KSQL_COL_0` BIGINT KEY, `D` BIGINT"},
    {"TABLE", "SELECT 1, COUNT(*) AS n FROM s GROUP BY 1",
     "`KSQL_COL_0` INTEGER KEY, `N` BIGINT"},
    {"TABLE", "SELECT k, l, MAX(v) AS m FROM j GROUP BY k, l",
     "`K` INTEGER KEY, `L` STRING KEY, `M` BIGINT"},
    {"TABLE",
     "SELECT t, WINDOWEND - WINDOWSTART AS w, COUNT(*) AS n FROM s"
     " WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY t",
     "`T` STRING KEY, `W` BIGINT, `N` BIGINT"},
    {"TABLE", "SELECT city, SUM(pop) AS p FROM tab GROUP BY city",
     "`CITY` STRING KEY, `P` BIGINT"},
};

static void test_results(Fixture *f)
{
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        Str sql = str_printf(f->arena, "CREATE %s o AS %s;", results[i].kind,
                             results[i].query);
        if (!fixture_ok(f, sql.ptr)) continue;
        CHECK_STR(fixture_schema(f, "O"), results[i].schema);
        CHECK(f->plan->kind == PLAN_PERSISTENT);
        CHECK_STR(f->plan->sink, "O");
        CHECK(f->plan->sink_is_table ==
              str_eq(STR("TABLE"), str_from(results[i].kind)));
        catalog_unlink(f->catalog, f->source->query_id);
        map_remove(&f->catalog->sources, STR("O"));
    }
}

static const struct {
    const char *sql, *plan;
} plans[] = {
    {"CREATE STREAM p1 AS SELECT k, v * 2 AS d FROM s WHERE v > 3;",
     "sink 'P1' topic 'P1' key KAFKA value JSON keeps key bytes\n"
     "  project K, V * 2 AS D\n"
     "    filter V > 3\n"
     "      source 'S' stream topic 's' key KAFKA value JSON reads V\n"},
    {"CREATE STREAM p2 AS SELECT t, v FROM s PARTITION BY t;",
     "sink 'P2' topic 'P2' key KAFKA value JSON keeps key bytes\n"
     "  project T, V\n"
     "    rekey T as KAFKA\n"
     "      source 'S' stream topic 's' key KAFKA value JSON reads V, T\n"},
    {"CREATE TABLE p3 AS SELECT t, COUNT(*) AS n, SUM(v) AS v FROM s"
     " WHERE v > 0 GROUP BY t HAVING COUNT(*) > 1;",
     "sink 'P3' topic 'P3' key KAFKA value JSON keeps key bytes\n"
     "  project T, KSQL_AGG_VARIABLE_0 AS N, KSQL_AGG_VARIABLE_1 AS V\n"
     "    filter KSQL_AGG_VARIABLE_0 > 1\n"
     "      aggregate COUNT(1), SUM(V)\n"
     "        repartition 'Aggregate-GroupBy' partitions 4\n"
     "          rekey T as KAFKA\n"
     "            filter V > 0\n"
     "              source 'S' stream topic 's' key KAFKA value JSON reads V,"
     " T\n"},
    {"CREATE TABLE p4 AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;",
     "sink 'P4' topic 'P4' key KAFKA value JSON keeps key bytes\n"
     "  project K, KSQL_AGG_VARIABLE_0 AS N\n"
     "    aggregate COUNT(1)\n"
     "      source 'S' stream topic 's' key KAFKA value JSON reads K\n"},
    {"CREATE TABLE p5 AS SELECT l, k, COUNT(*) AS n FROM j GROUP BY l, k;",
     "sink 'P5' topic 'P5' key JSON value JSON keeps key bytes\n"
     "  project L, K, KSQL_AGG_VARIABLE_0 AS N\n"
     "    aggregate COUNT(1)\n"
     "      repartition 'Aggregate-GroupBy' partitions 2\n"
     "        rekey L, K as JSON\n"
     "          source 'J' stream topic 'j' key JSON value JSON reads K, L\n"},
    {"CREATE TABLE p6 AS SELECT t, COUNT(*) AS n FROM s WINDOW HOPPING"
     " (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS, GRACE PERIOD 1 SECOND)"
     " GROUP BY t EMIT FINAL;",
     "sink 'P6' topic 'P6' key KAFKA value JSON keeps key bytes\n"
     "  project T, KSQL_AGG_VARIABLE_0 AS N\n"
     "    aggregate COUNT(1) window HOPPING size 10000 ms advance 5000 ms"
     " grace 1000 ms retention 11000 ms final\n"
     "      repartition 'Aggregate-GroupBy' partitions 4\n"
     "        rekey T as KAFKA\n"
     "          source 'S' stream topic 's' key KAFKA value JSON reads T\n"},
    {"CREATE TABLE p7 AS SELECT id, city FROM tab WHERE pop > 9;",
     "sink 'P7' topic 'P7' key KAFKA value JSON keeps key bytes\n"
     "  project ID, CITY\n"
     "    filter POP > 9\n"
     "      source 'TAB' table topic 't' key KAFKA value JSON store"
     " 'KsqlTopic-Reduce' reads CITY, POP\n"},
    /* A projection alone needs no old rows, but pull queries read its source's
     * rows. */
    {"CREATE TABLE p8 AS SELECT id, city FROM tab;",
     "sink 'P8' topic 'P8' key KAFKA value JSON keeps key bytes\n"
     "  project ID, CITY\n"
     "    source 'TAB' table topic 't' key KAFKA value JSON store"
     " 'KsqlTopic-Reduce' reads CITY\n"},
    {"CREATE TABLE p9 AS SELECT city, COUNT(*) AS n FROM tab GROUP BY city;",
     "sink 'P9' topic 'P9' key KAFKA value JSON keeps key bytes\n"
     "  project CITY, KSQL_AGG_VARIABLE_0 AS N\n"
     "    aggregate COUNT(1)\n"
     "      repartition 'Aggregate-GroupBy' partitions 4\n"
     "        rekey CITY as KAFKA\n"
     "          source 'TAB' table topic 't' key KAFKA value JSON store"
     " 'KsqlTopic-Reduce' reads CITY\n"},
    {"CREATE STREAM p10 AS SELECT k, EXPLODE(a) + v AS e FROM s;",
     "sink 'P10' topic 'P10' key KAFKA value JSON keeps key bytes\n"
     "  project K, CAST(KSQL_SYNTH_0 AS BIGINT) + V AS E\n"
     "    flatmap EXPLODE(A)\n"
     "      source 'S' stream topic 's' key KAFKA value JSON reads V, A\n"},
    {"SELECT COUNT(*) FROM s EMIT CHANGES LIMIT 3;",
     "result to the client\n"
     "  limit 3\n"
     "    project KSQL_AGG_VARIABLE_0 AS KSQL_COL_0\n"
     "      aggregate COUNT(1)\n"
     "        repartition 'Aggregate-GroupBy' partitions 4\n"
     "          rekey 0 as KAFKA\n"
     "            source 'S' stream topic 's' key KAFKA value JSON\n"},
    {"SELECT v FROM s WHERE k = 3 EMIT CHANGES;",
     "result to the client\n"
     "  project V\n"
     "    filter K = 3\n"
     "      source 'S' stream topic 's' key KAFKA value JSON reads K, V\n"},
    /* Another key format: the key is read and written anew. */
    {"CREATE STREAM p11 WITH (KEY_FORMAT='JSON') AS SELECT k, v FROM s;",
     "sink 'P11' topic 'P11' key JSON value JSON\n"
     "  project K, V\n"
     "    source 'S' stream topic 's' key KAFKA value JSON reads K, V\n"},
    /* KAFKA cannot hold the group inside, the sink's format can. */
    {"CREATE TABLE p12 WITH (KEY_FORMAT='JSON') AS SELECT t, v, COUNT(*) AS n"
     " FROM s GROUP BY t, v;",
     "sink 'P12' topic 'P12' key JSON value JSON keeps key bytes\n"
     "  project T, V, KSQL_AGG_VARIABLE_0 AS N\n"
     "    aggregate COUNT(1)\n"
     "      repartition 'Aggregate-GroupBy' partitions 4\n"
     "        rekey T, V as JSON\n"
     "          source 'S' stream topic 's' key KAFKA value JSON reads V, T\n"},
};

static void test_plans(Fixture *f)
{
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        if (fixture_ok(f, plans[i].sql))
            CHECK_STR(fixture_plan(f), plans[i].plan);
}

static const PlanNode *find_node(const Plan *plan, PlanKind kind)
{
    for (int i = 0; i < plan->node_count; i++)
        if (plan->nodes[i]->kind == kind) return plan->nodes[i];
    return NULL;
}

/* What the runtime relies on, beyond what the text shows. */
static void test_contract(Fixture *f)
{
    fixture_ok(f,
               "CREATE TABLE c1 AS SELECT t, WINDOWSTART AS ws, COUNT(*) AS n"
               " FROM s WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY t"
               " HAVING COUNT(*) > 1;");
    const Plan *plan = f->plan;
    for (int i = 0; i < plan->node_count; i++)
        CHECK(plan->nodes[i]->id == i);
    CHECK(plan->root == plan->nodes[plan->node_count - 1]);
    const PlanNode *aggregate = find_node(plan, PLAN_AGGREGATE);
    CHECK(aggregate->is_table && aggregate->want_old);
    CHECK(aggregate->window == WINDOW_TUMBLING);
    CHECK(aggregate->window_size_ms == 60000);
    CHECK(aggregate->aggregate.window.grace_ms == 86400000 - 60000);
    CHECK(!aggregate->aggregate.from_table);
    static const char *const names[] = {"T", "WINDOWSTART", "WINDOWEND",
                                        "ROWTIME", "KSQL_AGG_VARIABLE_0"};
    CHECK(aggregate->column_count == 5);
    for (int i = 0; i < 5; i++)
        CHECK_STR(aggregate->columns[i].name, names[i]);
    CHECK(aggregate->columns[0].role == PLAN_KEY);
    CHECK(aggregate->columns[1].needed && !aggregate->columns[2].needed);
    CHECK(!aggregate->inputs[0]->want_old);
    const PlanNode *sink = plan->root;
    CHECK(sink->sink.same_key_bytes && sink->sink.window == WINDOW_TUMBLING);
    CHECK(sink->sink.key_slots[0] == 0 && sink->sink.value_slots[0] == 1);
    CHECK(sink->sink.timestamp.slot == -1);
    CHECK(f->source->window == WINDOW_TUMBLING);
    CHECK(f->topic.retention_ms == 86400000);
    CHECK_STR(str_from(f->topic.cleanup_policy), "compact,delete");

    fixture_ok(f, "CREATE TABLE c2 AS SELECT city, COUNT(*) AS n FROM tab"
                  " GROUP BY city;");
    const PlanNode *source = find_node(f->plan, PLAN_SOURCE);
    CHECK(source->want_old && source->source.materialize);
    CHECK(find_node(f->plan, PLAN_REKEY)->want_old);
    CHECK(find_node(f->plan, PLAN_AGGREGATE)->aggregate.from_table);
    CHECK(find_node(f->plan, PLAN_REKEY)->rekey.mode == REKEY_GROUP);

    fixture_ok(f, "CREATE STREAM c3 WITH (TIMESTAMP='rt') AS"
                  " SELECT k, v, ROWTIME AS rt FROM s;");
    CHECK(f->plan->root->sink.timestamp.slot == 2);
    CHECK(find_node(f->plan, PLAN_PROJECT)->project.copy_of[1] == 1);

    fixture_ok(f, "CREATE STREAM c4 AS SELECT k, v FROM s PARTITION BY NULL;");
    CHECK(find_node(f->plan, PLAN_REKEY)->rekey.count == 0);
    CHECK(!f->plan->root->sink.same_key_bytes);
    Buf json = {0};
    plan_write_json(&json, f->plan);
    CHECK(json.len > 2 && json.ptr[0] == '{' && json.ptr[json.len - 1] == '}');
    buf_free(&json);
}

static void test_sinks(Fixture *f)
{
    fixture_set(f, "ksql.output.topic.name.prefix", "pre-");
    fixture_ok(f, "CREATE STREAM k1 AS SELECT * FROM s;");
    CHECK_STR(f->topic.topic, "pre-K1");
    CHECK(f->topic.create && f->topic.partitions == 4);
    fixture_ok(f, "CREATE STREAM k2 WITH (KAFKA_TOPIC='mine', PARTITIONS=7,"
                  " VALUE_FORMAT='DELIMITED', VALUE_DELIMITER='|') AS"
                  " SELECT k, v FROM s;");
    CHECK_STR(f->topic.topic, "mine");
    CHECK(f->topic.partitions == 7);
    CHECK_STR(f->source->value_delimiter, "|");
    fixture_ok(f, "CREATE STREAM k3 AS SELECT k, v FROM k2;");
    CHECK_STR(f->source->value_delimiter, "|");
    CHECK(!f->source->value_wrapped && f->topic.partitions == 7);
    /* A group of a keyless stream takes the default key format. */
    fixture_ok(f, "CREATE TABLE k4 AS SELECT w, COUNT(*) AS n FROM nokey"
                  " GROUP BY w;");
    CHECK_STR(str_from(f->source->key_format->name), "KAFKA");
    fixture_set(f, "ksql.persistence.default.format.key", "JSON");
    fixture_ok(f, "CREATE TABLE k5 AS SELECT w, v, COUNT(*) AS n FROM nokey"
                  " GROUP BY w, v;");
    CHECK_STR(str_from(f->source->key_format->name), "JSON");
    CHECK(f->source->key_wrapped);
    fixture_set(f, "ksql.persistence.default.format.key", "KAFKA");
    fixture_set(f, "ksql.output.topic.name.prefix", "");
}

static const struct {
    const char *sql, *words;
} errors[] = {
    /* Kinds, names. */
    {"CREATE TABLE z AS SELECT * FROM s;", "use CREATE STREAM"},
    {"CREATE STREAM z AS SELECT * FROM tab;", "use CREATE TABLE"},
    {"CREATE STREAM s AS SELECT * FROM s;", "exists already"},
    {"CREATE STREAM tab AS SELECT * FROM s;", "there is a table named 'TAB'"},
    {"CREATE STREAM z AS SELECT * FROM sx;", "did you mean"},
    {"CREATE STREAM z AS SELECT * FROM s LIMIT 3;", "LIMIT"},
    /* Projection and keys. */
    {"CREATE STREAM z AS SELECT v FROM s;", "lacks the key: add 'K'"},
    {"CREATE STREAM z AS SELECT k + 1, v FROM s;", "lacks the key: add 'K'"},
    {"CREATE STREAM z AS SELECT k, v FROM j;", "add 'L'"},
    {"CREATE STREAM z AS SELECT k, k AS c, v FROM s;",
     "selected twice, as 'K' and 'C'"},
    {"CREATE STREAM z AS SELECT k FROM s;", "only keys"},
    {"CREATE STREAM z AS SELECT k, v, t AS v FROM s;",
     "two columns of the result are named 'V'"},
    {"CREATE STREAM z AS SELECT k AS v, v FROM s;", "named 'V'"},
    {"CREATE STREAM z AS SELECT k, ROWTIME FROM s;", "'ROWTIME'"},
    {"CREATE STREAM z AS SELECT k, v AS rowoffset FROM s;", "'ROWOFFSET'"},
    {"CREATE STREAM z AS SELECT k, NULL AS n FROM s;", "NULL without a type"},
    {"CREATE STREAM z AS SELECT k, q.* FROM s;", "'Q' is not a source"},
    {"CREATE STREAM z AS SELECT k, v->* FROM s;", "'->*' needs a column"},
    {"CREATE STREAM z AS SELECT k, v FROM s WHERE v;",
     "the condition of WHERE must be BOOLEAN, but it is BIGINT"},
    {"CREATE STREAM z AS SELECT k, v FROM s WHERE COUNT(*) > 1;",
     "'COUNT' cannot be used in WHERE"},
    {"CREATE STREAM z AS SELECT k, v FROM s WHERE EXPLODE(a) = 1;",
     "'explode' cannot be used in WHERE"},
    /* PARTITION BY. */
    {"CREATE STREAM z AS SELECT k, v FROM s PARTITION BY t;", "add 'T'"},
    {"CREATE STREAM z AS SELECT t AS x, v FROM s PARTITION BY x;",
     "column 'X' does not exist"},
    {"CREATE STREAM z AS SELECT * FROM s PARTITION BY NULL, t;",
     "NULL cannot be one of several"},
    {"CREATE STREAM z AS SELECT * FROM j PARTITION BY v, v;", "twice"},
    {"CREATE STREAM z AS SELECT * FROM s PARTITION BY v, t;",
     "holds a single column"},
    {"CREATE STREAM z AS SELECT * FROM s PARTITION BY a;",
     "does not support type 'ARRAY<INTEGER>'"},
    {"CREATE STREAM z AS SELECT * FROM win PARTITION BY v;", "windows"},
    {"CREATE STREAM z WITH (KEY_FORMAT='JSON') AS SELECT k, v FROM s"
     " PARTITION BY NULL;",
     "no key format to give"},
    {"CREATE TABLE z AS SELECT * FROM tab PARTITION BY city;",
     "cannot change the key of a table"},
    {"CREATE STREAM z AS SELECT * FROM s PARTITION BY COUNT(*);",
     "cannot be used in PARTITION BY"},
    /* GROUP BY. */
    {"CREATE TABLE z AS SELECT t FROM s GROUP BY t;", "aggregate function"},
    {"CREATE TABLE z AS SELECT COUNT(*) FROM s;", "need GROUP BY"},
    {"CREATE TABLE z AS SELECT v, COUNT(*) FROM s GROUP BY t;",
     "column 'V' is neither in GROUP BY nor"},
    {"CREATE TABLE z AS SELECT COUNT(*) FROM s GROUP BY t;",
     "lacks the GROUP BY expression: add 'T'"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s GROUP BY t, t;", "twice"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s GROUP BY SUM(v);",
     "cannot be used in GROUP BY"},
    {"CREATE TABLE z AS SELECT v - k, COUNT(*) FROM s GROUP BY k - v;",
     "neither in GROUP BY"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s GROUP BY t HAVING v > 1;",
     "column 'V' is neither in GROUP BY"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s GROUP BY t HAVING t;",
     "the condition of HAVING must be BOOLEAN"},
    {"CREATE TABLE z AS SELECT v, COUNT(*) FROM bare GROUP BY v;",
     "value format KAFKA"},
    {"CREATE TABLE z AS SELECT city, MAX(pop) FROM tab GROUP BY city;",
     "'MAX' cannot be applied to a table"},
    {"CREATE TABLE z AS SELECT s, AVG(v) FROM text GROUP BY s;",
     "value format 'DELIMITED' of 'TEXT'"},
    {"CREATE TABLE z AS SELECT k, EXPLODE(a), COUNT(*) FROM s GROUP BY k;",
     "cannot be used together with GROUP BY"},
    {"CREATE TABLE z AS SELECT id, EXPLODE(ARRAY[pop]) FROM tab;",
     "table functions can only be used with streams"},
    {"CREATE TABLE z AS SELECT t, v, COUNT(*) FROM s GROUP BY t, v;",
     "holds a single column"},
    /* Windows. */
    {"CREATE STREAM z AS SELECT k, v FROM s EMIT FINAL;", "EMIT FINAL"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s GROUP BY t EMIT FINAL;",
     "EMIT FINAL"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s"
     " WINDOW TUMBLING (SIZE 0 SECONDS) GROUP BY t;",
     "0"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s WINDOW HOPPING"
     " (SIZE 1 SECOND, ADVANCE BY 2 SECONDS) GROUP BY t;",
     "ADVANCE BY"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s WINDOW TUMBLING"
     " (SIZE 1 HOUR, RETENTION 1 HOUR, GRACE PERIOD 1 HOUR) GROUP BY t;",
     "RETENTION is 3600000 ms"},
    {"CREATE TABLE z AS SELECT city, COUNT(*) FROM tab"
     " WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY city;",
     "WINDOW is for streams"},
    {"CREATE TABLE z AS SELECT t, MIN(WINDOWSTART) FROM s"
     " WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY t;",
     "'WINDOWSTART'"},
    {"CREATE TABLE z AS SELECT t, COUNT(*) FROM s WINDOW TUMBLING"
     " (SIZE 1 HOUR) GROUP BY t HAVING WINDOWEND > 1;",
     "'WINDOWEND'"},
    {"CREATE TABLE z AS SELECT * FROM wintab;", "windowed table"},
    /* Pull queries. */
    {"SELECT * FROM tab;", "CREATE TABLE QUERYABLE_TAB"},
    {"SELECT t, COUNT(*) FROM s GROUP BY t;", "a pull query cannot use GROUP"},
    {"SELECT v, v FROM s;", "named 'V'"},
};

static void test_errors(Fixture *f)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        fixture_rejects(f, errors[i].sql, errors[i].words);
    CHECK(catalog_find(f->catalog, STR("Z")) == NULL);
    fixture_set(f, "ksql.suppress.enabled", "false");
    fixture_rejects(f,
                    "CREATE TABLE z AS SELECT t, COUNT(*) FROM s WINDOW"
                    " TUMBLING (SIZE 1 HOUR) GROUP BY t EMIT FINAL;",
                    "'ksql.suppress.enabled'");
}

static void test_transient(Fixture *f)
{
    fixture_ok(f, "SELECT ROWTIME, v, v FROM s EMIT CHANGES;");
    CHECK(f->plan->kind == PLAN_PUSH && f->plan->schema->key_count == 0);
    fixture_ok(f, "SELECT * FROM win EMIT CHANGES;");
    CHECK_STR(schema_print(f->arena, f->plan->schema, "KEY"),
              "`K` INTEGER, `WINDOWSTART` BIGINT, `WINDOWEND` BIGINT, "
              "`V` INTEGER");
    fixture_ok(f, "SELECT * FROM tab EMIT CHANGES;");
    CHECK(f->plan->root->result.tombstones);
    CHECK(f->plan->root->inputs[0]->columns[0].role == PLAN_KEY);
    fixture_ok(f, "SELECT * FROM s;");
    CHECK(f->plan->kind == PLAN_PULL && f->source == NULL);
    fixture_ok(f, "SELECT v FROM s HAVING v > 1 EMIT CHANGES;");
    CHECK(f->warning.len > 0);
}

int main(void)
{
    Fixture *f = fixture_with_sources();
    test_results(f);
    test_plans(f);
    test_contract(f);
    test_sinks(f);
    test_transient(f);
    test_errors(f);
    fixture_free(f);
    return check_done();
}
