/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins: keys and names of results, repartitions, co-partitioning, rejections.
 */
#include "tests/unit/planner_fixture.h"

static const char *const sources =
    "CREATE STREAM a (id INT KEY, x INT, s STRING)"
    " WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=4);"
    "CREATE STREAM b (id INT KEY, y INT, s STRING)"
    " WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=4);"
    "CREATE STREAM c (id INT KEY, z INT)"
    " WITH (KAFKA_TOPIC='c', VALUE_FORMAT='JSON', PARTITIONS=2);"
    "CREATE TABLE t (id INT PRIMARY KEY, n STRING)"
    " WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=4);"
    "CREATE TABLE u (id INT PRIMARY KEY, m STRING, fk INT)"
    " WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=4);"
    "CREATE TABLE jt (id INT PRIMARY KEY, o STRING)"
    " WITH (KAFKA_TOPIC='jt', FORMAT='JSON', PARTITIONS=4);"
    "CREATE TABLE two (id INT PRIMARY KEY, i2 INT PRIMARY KEY, o STRING)"
    " WITH (KAFKA_TOPIC='two', FORMAT='JSON', PARTITIONS=4);"
    "CREATE STREAM w (id INT KEY, v INT) WITH (KAFKA_TOPIC='w',"
    " VALUE_FORMAT='JSON', PARTITIONS=4, WINDOW_TYPE='SESSION');"
    "CREATE STREAM h (id INT KEY, v INT) WITH (KAFKA_TOPIC='h',"
    " VALUE_FORMAT='JSON', PARTITIONS=4, WINDOW_TYPE='HOPPING',"
    " WINDOW_SIZE='1 HOUR');"
    "CREATE STREAM tw (id INT KEY, v INT) WITH (KAFKA_TOPIC='tw',"
    " VALUE_FORMAT='JSON', PARTITIONS=4, WINDOW_TYPE='TUMBLING',"
    " WINDOW_SIZE='1 HOUR');"
    "CREATE STREAM bare (id INT KEY, v INT)"
    " WITH (KAFKA_TOPIC='k', VALUE_FORMAT='KAFKA', PARTITIONS=4);";

static Fixture *fixture_with_sources(void)
{
    Fixture *f = fixture_new();
    fixture_set(f, "ksql.persistence.default.format.key", "KAFKA");
    fixture_ok(f, sources);
    return f;
}

static const struct {
    const char *kind, *query, *schema;
} results[] = {
    {"STREAM", "SELECT * FROM a JOIN b WITHIN 1 HOUR ON a.id = b.id",
     "`A_ID` INTEGER KEY, `A_X` INTEGER, `A_S` STRING, `B_ID` INTEGER, "
     "`B_Y` INTEGER, `B_S` STRING"},
    /* Names clash by what the sources have, not by what is selected. */
    {"STREAM", "SELECT a.id, x, y FROM a JOIN b WITHIN 1 HOUR ON a.id = b.id",
     "`A_ID` INTEGER KEY, `X` INTEGER, `Y` INTEGER"},
    {"STREAM",
     "SELECT b.id, x, b.s FROM a JOIN b WITHIN 1 HOUR"
     " ON a.id = b.id",
     "`B_ID` INTEGER KEY, `X` INTEGER, `B_S` STRING"},
    /* The key is the first side selected, by the order of the sides. */
    {"STREAM",
     "SELECT b.id AS p, a.id AS q FROM a JOIN b WITHIN 1 HOUR"
     " ON a.id = b.id",
     "`Q` INTEGER KEY, `P` INTEGER"},
    {"STREAM", "SELECT * FROM a JOIN b WITHIN 1 HOUR ON ABS(a.id) = b.id",
     "`B_ID` INTEGER KEY, `A_ID` INTEGER, `A_X` INTEGER, `A_S` STRING, "
     "`B_Y` INTEGER, `B_S` STRING"},
    {"STREAM",
     "SELECT ROWKEY AS r, x FROM a JOIN b WITHIN 1 HOUR"
     " ON ABS(a.id) = ABS(b.id)",
     "`R` INTEGER KEY, `X` INTEGER"},
    {"STREAM", "SELECT * FROM a FULL JOIN c WITHIN 1 HOUR ON a.x = c.z",
     "`ROWKEY` INTEGER KEY, `A_ID` INTEGER, `A_X` INTEGER, `A_S` STRING, "
     "`C_ID` INTEGER, `C_Z` INTEGER"},
    {"STREAM", "SELECT a.id, n FROM a LEFT JOIN t ON t.id = a.id",
     "`A_ID` INTEGER KEY, `N` STRING"},
    {"STREAM", "SELECT x, n FROM a JOIN t ON x = t.id",
     "`X` INTEGER KEY, `N` STRING"},
    {"TABLE", "SELECT t.id, n, m FROM t JOIN u ON t.id = u.id",
     "`T_ID` INTEGER KEY, `N` STRING, `M` STRING"},
    {"TABLE", "SELECT u.id, t.id, n FROM u JOIN t ON fk = t.id",
     "`U_ID` INTEGER KEY, `T_ID` INTEGER, `N` STRING"},
    {"STREAM",
     "SELECT u.id, x, n FROM a JOIN t ON a.id = t.id"
     " JOIN u ON a.id = u.id",
     "`U_ID` INTEGER KEY, `X` INTEGER, `N` STRING"},
    {"STREAM",
     "SELECT * FROM a JOIN b WITHIN 1 HOUR ON a.id = b.id"
     " PARTITION BY x",
     "`A_X` INTEGER KEY, `A_S` STRING, `A_ROWTIME` BIGINT, "
     "`A_ROWPARTITION` INTEGER, `A_ROWOFFSET` BIGINT, `A_ID` INTEGER, "
     "`B_Y` INTEGER, `B_S` STRING, `B_ROWTIME` BIGINT, "
     "`B_ROWPARTITION` INTEGER, `B_ROWOFFSET` BIGINT, `B_ID` INTEGER"},
    {"STREAM", "SELECT h.id, h.v FROM h JOIN tw WITHIN 1 HOUR ON h.id = tw.id",
     "`H_ID` INTEGER KEY, `H_V` INTEGER"},
    /* The star of a join has each side's window bounds. */
    {"STREAM", "SELECT * FROM h JOIN tw WITHIN 1 HOUR ON h.id = tw.id",
     "`H_ID` INTEGER KEY, `H_WINDOWSTART` BIGINT, `H_WINDOWEND` BIGINT, "
     "`H_V` INTEGER, `TW_ID` INTEGER, `TW_WINDOWSTART` BIGINT, "
     "`TW_WINDOWEND` BIGINT, `TW_V` INTEGER"},
};

static void test_results(Fixture *f)
{
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        Str sql = str_printf(f->arena, "CREATE %s o AS %s;", results[i].kind,
                             results[i].query);
        if (!fixture_ok(f, sql.ptr)) continue;
        CHECK_STR(fixture_schema(f, "O"), results[i].schema);
        catalog_unlink(f->catalog, f->source->query_id);
        map_remove(&f->catalog->sources, STR("O"));
    }
}

static const struct {
    const char *sql, *plan;
} plans[] = {
    {"CREATE STREAM p1 AS SELECT a.id, x, n FROM a LEFT JOIN t ON a.id = t.id"
     " WHERE n IS NOT NULL;",
     "sink 'P1' topic 'P1' key KAFKA value JSON keeps key bytes\n"
     "  project ID AS A_ID, X, N\n"
     "    filter N IS NOT NULL\n"
     "      join stream-table LEFT\n"
     "        source 'A' stream topic 'a' key KAFKA value JSON reads X\n"
     "        source 'T' table topic 't' key KAFKA value JSON store"
     " 'KafkaTopic_Right-Reduce' reads N\n"},
    {"CREATE STREAM p2 AS SELECT x, n FROM a JOIN t ON a.x = t.id;",
     "sink 'P2' topic 'P2' key KAFKA value JSON keeps key bytes\n"
     "  project X, N\n"
     "    join stream-table INNER\n"
     "      repartition 'Join' partitions 4\n"
     "        rekey X as KAFKA\n"
     "          source 'A' stream topic 'a' key KAFKA value JSON reads X\n"
     "      source 'T' table topic 't' key KAFKA value JSON store"
     " 'KafkaTopic_Right-Reduce' reads N\n"},
    /* Another key format on the table's side: the stream is written anew. */
    {"CREATE STREAM p3 AS SELECT a.id, o FROM a JOIN jt ON a.id = jt.id;",
     "sink 'P3' topic 'P3' key KAFKA value JSON\n"
     "  project ID AS A_ID, O\n"
     "    join stream-table INNER\n"
     "      repartition 'Join' partitions 4\n"
     "        rekey ID as JSON\n"
     "          source 'A' stream topic 'a' key KAFKA value JSON reads ID\n"
     "      source 'JT' table topic 'jt' key JSON value JSON store"
     " 'KafkaTopic_Right-Reduce' reads O\n"},
    /* Two tables: the right one is. */
    {"CREATE TABLE p4 AS SELECT t.id, n, o FROM t JOIN jt ON t.id = jt.id;",
     "sink 'P4' topic 'P4' key KAFKA value JSON keeps key bytes\n"
     "  project ID AS T_ID, N, O\n"
     "    join table-table INNER\n"
     "      source 'T' table topic 't' key KAFKA value JSON reads N\n"
     "      repartition 'RightSourceKeyed-SelectKey' partitions 4 store"
     " 'RightSourceKeyed-Materialize'\n"
     "        rekey ID as KAFKA\n"
     "          source 'JT' table topic 'jt' key JSON value JSON reads ID,"
     " O\n"},
    /* The repartitioned side takes the other's number of partitions. */
    {"CREATE STREAM p5 AS SELECT x, z FROM a JOIN c WITHIN 5 SECONDS"
     " GRACE PERIOD 1 SECOND ON a.x = c.id;",
     "sink 'P5' topic 'P5' key KAFKA value JSON keeps key bytes\n"
     "  project X, Z\n"
     "    join stream-stream INNER within 5000 ms before, 5000 ms after,"
     " grace 1000 ms\n"
     "      repartition 'Join-left' partitions 2\n"
     "        rekey X as KAFKA\n"
     "          source 'A' stream topic 'a' key KAFKA value JSON reads X\n"
     "      source 'C' stream topic 'c' key KAFKA value JSON reads Z\n"},
    {"CREATE TABLE p6 AS SELECT u.id, n FROM u LEFT JOIN t ON u.fk + 1 = t.id;",
     "sink 'P6' topic 'P6' key KAFKA value JSON keeps key bytes\n"
     "  project ID AS U_ID, N\n"
     "    join foreign-key LEFT on FK + 1\n"
     "      source 'U' table topic 'u' key KAFKA value JSON reads FK\n"
     "      source 'T' table topic 't' key KAFKA value JSON reads N\n"},
    /* Grouping by the join key needs no second hop; the inner join's names have
     * their prefix. */
    {"CREATE TABLE p7 AS SELECT a.id, COUNT(*) AS n FROM a JOIN t"
     " ON a.id = t.id JOIN u ON a.id = u.id GROUP BY a.id;",
     "sink 'P7' topic 'P7' key KAFKA value JSON keeps key bytes\n"
     "  project ID AS A_ID, KSQL_AGG_VARIABLE_0 AS N\n"
     "    aggregate COUNT(1)\n"
     "      join stream-table INNER\n"
     "        join stream-table INNER\n"
     "          source 'A' stream topic 'a' key KAFKA value JSON reads ID\n"
     "          source 'T' table topic 't' key KAFKA value JSON store"
     " 'KafkaTopic_L_Right-Reduce'\n"
     "        source 'U' table topic 'u' key KAFKA value JSON store"
     " 'KafkaTopic_Right-Reduce'\n"},
};

static void test_plans(Fixture *f)
{
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        if (fixture_ok(f, plans[i].sql))
            CHECK_STR(fixture_plan(f), plans[i].plan);
}

/* Roles, slots and the names of the window stores. */
static void test_contract(Fixture *f)
{
    fixture_ok(f, "CREATE STREAM n1 AS SELECT x, y FROM a LEFT JOIN b WITHIN"
                  " (1 SECOND, 2 SECONDS) ON a.x = b.id;");
    const PlanNode *join = f->plan->root->inputs[0]->inputs[0];
    CHECK(join->kind == PLAN_JOIN_STREAM_STREAM);
    CHECK(join->join.before_ms == 1000 && join->join.after_ms == 2000);
    CHECK(!join->join.has_grace && join->join.grace_ms == 86400000 - 2000);
    CHECK_STR(join->join.left_store, "KSTREAM-JOINTHIS-0000000012-store");
    CHECK_STR(join->join.right_store, "KSTREAM-OUTEROTHER-0000000013-store");
    const PlanNode *left = join->inputs[0], *right = join->inputs[1];
    CHECK(join->column_count == left->column_count + right->column_count);
    int keys = 0;
    for (int i = 0; i < join->column_count; i++)
        keys += join->columns[i].role == PLAN_KEY;
    CHECK(keys == 1 && join->columns[0].role == PLAN_KEY);
    CHECK(left->kind == PLAN_REPARTITION);
    CHECK(left->inputs[0]->rekey.mode == REKEY_JOIN);
    CHECK(left->inputs[0]->rekey.keep_null);

    fixture_ok(f, "CREATE STREAM n2 AS SELECT ROWKEY, a.x, b.y FROM a FULL JOIN"
                  " b WITHIN 1 SECOND ON a.id = b.id;");
    join = f->plan->root->inputs[0]->inputs[0];
    CHECK(join->join.synthetic_key);
    int last = join->column_count - 1;
    CHECK(join->columns[last].role == PLAN_KEY);
    CHECK_STR(join->columns[last].name, "ROWKEY");
    CHECK(join->inputs[0]->columns[0].needed);
    CHECK(f->plan->source_count == 2);
    CHECK_STR(f->plan->sources[1], "B");

    fixture_ok(f, "CREATE TABLE n3 AS SELECT t.id, n, m FROM t RIGHT JOIN u"
                  " ON t.id = u.id;");
    join = f->plan->root->inputs[0]->inputs[0];
    /* It keeps both sides itself. */
    CHECK(!join->inputs[0]->want_old && !join->inputs[1]->want_old);
    CHECK(!join->inputs[0]->source.materialize);
    CHECK_STR(join->join.left_store, "KafkaTopic_Left-Reduce");
    CHECK_STR(join->join.right_store, "KafkaTopic_Right-Reduce");
    CHECK(join->columns[0].role == PLAN_VALUE);
    CHECK(join->columns[join->inputs[0]->column_count].role == PLAN_KEY);
}

static const struct {
    const char *sql, *words;
} errors[] = {
    {"a JOIN b ON a.id = b.id", "needs WITHIN"},
    {"a JOIN t WITHIN 1 HOUR ON a.id = t.id", "WITHIN is only for"},
    {"t JOIN a ON t.id = a.id", "put the stream first"},
    {"a RIGHT JOIN t ON a.id = t.id", "only be joined by INNER and LEFT"},
    {"a FULL JOIN t ON a.id = t.id", "only be joined by INNER and LEFT"},
    {"a JOIN t ON a.s = t.n", "on its PRIMARY KEY, 'ID'"},
    {"a JOIN two ON a.id = two.id", "PRIMARY KEY of 2 columns"},
    {"t JOIN u ON t.id = u.fk", "on its PRIMARY KEY"},
    {"a JOIN b WITHIN 1 HOUR ON a.id = 0", "reads no column"},
    {"a JOIN b WITHIN 1 HOUR ON a.id = NULL", "reads no column"},
    {"a JOIN b WITHIN 1 HOUR ON a.id > b.id", "one equality"},
    {"a JOIN b WITHIN 1 HOUR ON a.id = b.id AND a.x = b.y", "one equality"},
    {"a JOIN b WITHIN 1 HOUR ON a.id = a.x", "the same source"},
    {"a JOIN b WITHIN 1 HOUR ON a.id + b.id = b.y", "several sources"},
    {"a JOIN b WITHIN 1 HOUR ON a.id = b.id JOIN t ON a.id = b.id",
     "must mention 'T'"},
    {"a JOIN b WITHIN 1 HOUR ON t.id = b.id JOIN t ON a.id = t.id",
     "'T' is not a source"},
    {"a JOIN a WITHIN 1 HOUR ON a.id = a.id", "joined with itself"},
    {"a x JOIN b x WITHIN 1 HOUR ON x.id = x.id", "two sources are called 'X'"},
    {"a JOIN b WITHIN 1 HOUR ON a.id = b.s", "INTEGER with STRING"},
    {"a JOIN b WITHIN 1 HOUR ON id = b.id", "'A.ID' or 'B.ID'"},
    {"a JOIN c WITHIN 1 HOUR ON a.id = c.id", "4 and 2 partitions"},
    {"a JOIN w WITHIN 1 HOUR ON a.id = w.id", "no windows"},
    {"w JOIN h WITHIN 1 HOUR ON w.id = h.id", "session windows"},
    {"h JOIN tw WITHIN 1 HOUR ON h.v = tw.id", "windowed source"},
    {"bare JOIN b WITHIN 1 HOUR ON bare.id = b.id", "'BARE' has value format"},
    {"u RIGHT JOIN t ON fk = t.id", "foreign-key join can only be"},
    {"t JOIN u ON t.id = u.id JOIN jt ON u.fk = jt.id",
     "can only be the first join"},
};

static void test_errors(Fixture *f)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        Str sql = str_printf(f->arena, "SELECT * FROM %s EMIT CHANGES;",
                             errors[i].sql);
        fixture_rejects(f, sql.ptr, errors[i].words);
    }
    fixture_rejects(f,
                    "CREATE STREAM z AS SELECT x, y FROM a JOIN b WITHIN"
                    " 1 HOUR ON a.id = b.id;",
                    "add 'A.ID' or 'B.ID'");
    fixture_rejects(f,
                    "CREATE STREAM z AS SELECT a.*, b.* FROM a FULL JOIN b"
                    " WITHIN 1 HOUR ON a.id = b.id;",
                    "add 'ROWKEY'");
    fixture_rejects(f,
                    "CREATE STREAM z AS SELECT a.id, s FROM a JOIN b WITHIN"
                    " 1 HOUR ON a.id = b.id;",
                    "'A.S' or 'B.S'");
    fixture_rejects(f,
                    "CREATE TABLE z AS SELECT fk, n FROM u JOIN t"
                    " ON fk = t.id;",
                    "add 'U.ID'");
}

int main(void)
{
    Fixture *f = fixture_with_sources();
    test_results(f);
    test_plans(f);
    test_contract(f);
    test_errors(f);
    fixture_free(f);
    return check_done();
}
