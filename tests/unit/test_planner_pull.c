/* SPDX-License-Identifier: Apache-2.0
 *
 * What a pull query looks up, from its WHERE (language 6.2). How it answers is
 * in tests/sql/pull_*.sql.
 */
#include "tests/unit/planner_fixture.h"

typedef struct Case {
    const char *sql;
    PullMethod method;
    int lookups;
    bool exact;
} Case;

static const Case cases[] = {
    {"SELECT * FROM t;", PULL_SCAN, 0, false},
    {"SELECT * FROM t WHERE id = 'a';", PULL_KEYS, 1, true},
    {"SELECT * FROM t WHERE 'a' = id;", PULL_KEYS, 1, true},
    {"SELECT * FROM t WHERE id = UCASE('a');", PULL_KEYS, 1, true},
    {"SELECT * FROM t WHERE id = 'a' AND n > 1;", PULL_KEYS, 1, false},
    {"SELECT * FROM t WHERE n > 1;", PULL_SCAN, 0, false},
    {"SELECT * FROM t WHERE id IN ('a', 'b', 'c');", PULL_KEYS, 3, true},
    {"SELECT * FROM t WHERE id = 'a' OR id = 'b';", PULL_KEYS, 2, true},
    {"SELECT * FROM t WHERE id = 'a' OR n = 1;", PULL_SCAN, 0, false},
    {"SELECT * FROM t WHERE id = 'a' AND (n = 1 OR n = 2);", PULL_KEYS, 2,
     false},
    {"SELECT * FROM t WHERE id = 'a' AND id = 'b';", PULL_SCAN, 0, false},
    {"SELECT * FROM t WHERE id <> 'a';", PULL_SCAN, 0, false},
    {"SELECT * FROM t WHERE id LIKE 'a%';", PULL_SCAN, 0, false},
    {"SELECT * FROM t WHERE UCASE(id) = 'a';", PULL_SCAN, 0, false},
    {"SELECT * FROM t WHERE id > 'a';", PULL_RANGE, 1, false},
    {"SELECT * FROM t WHERE id > 'a' AND n = 1;", PULL_RANGE, 1, false},
    {"SELECT * FROM t WHERE id > 'a' AND id < 'b';", PULL_SCAN, 0, false},
    {"SELECT * FROM t WHERE id > 'a' OR id = 'A';", PULL_RANGE, 2, false},
    {"SELECT * FROM two WHERE a = 'x' AND b = 1;", PULL_KEYS, 1, true},
    {"SELECT * FROM two WHERE a = 'x' AND b IN (1, 2);", PULL_KEYS, 2, true},
    {"SELECT * FROM two WHERE a = 'x';", PULL_SCAN, 0, false},
    {"SELECT * FROM two WHERE a > 'x';", PULL_SCAN, 0, false},
    {"SELECT * FROM w WHERE id = 'a';", PULL_KEYS, 1, true},
    {"SELECT * FROM w WHERE id = 'a' AND windowstart = 5;", PULL_KEYS, 1, true},
    {"SELECT * FROM w WHERE id = 'a' AND windowstart BETWEEN 5 AND 9;",
     PULL_KEYS, 1, true},
    {"SELECT * FROM w WHERE id = 'a' AND windowstart <> 5;", PULL_KEYS, 1,
     false},
    {"SELECT * FROM w WHERE windowstart = 5;", PULL_SCAN, 0, false},
    {"SELECT * FROM w WHERE id > 'a';", PULL_SCAN, 0, false},
};

static void test_lookups(Fixture *f)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Case *c = &cases[i];
        if (!fixture_ok(f, c->sql)) continue;
        const PlanPull *pull = f->plan->pull;
        bool right = pull && pull->method == c->method &&
                     pull->lookup_count == c->lookups &&
                     pull->exact == c->exact;
        if (!right) fprintf(stderr, "%s\n", c->sql);
        CHECK(right);
    }
}

static void test_windows(Fixture *f)
{
    CHECK(fixture_ok(f, "SELECT * FROM w WHERE id = 'a' AND 9 > windowend AND "
                        "windowstart >= '1970-01-01T00:00:05';"));
    const PlanPullLookup *lookup = &f->plan->pull->lookups[0];
    CHECK(lookup->window_count == 2);
    CHECK(!lookup->windows[0].is_start && lookup->windows[0].op == CMP_LT);
    CHECK(lookup->windows[1].is_start && lookup->windows[1].op == CMP_GE);
    CHECK(lookup->windows[1].value->literal.i64 == 5000);
}

/* Too many combinations are not worth looking up. */
static void test_too_many(Fixture *f)
{
    CHECK(fixture_ok(
        f, "SELECT * FROM t WHERE id = 'a' AND n IN (1,2,3,4,5,6,7,8) AND n IN "
           "(1,2,3,4,5,6,7,8) AND n IN (1,2,3,4,5,6,7,8) AND n IN (1,2,3,4);"));
    CHECK(f->plan->pull->method == PULL_SCAN);
}

static void test_kept(Fixture *f)
{
    CHECK(fixture_ok(f, "CREATE TABLE k1 AS SELECT id, COUNT(*) AS n FROM s "
                        "GROUP BY id HAVING COUNT(*) > 1;"));
    CHECK(plan_kept(f->plan)->kind == PLAN_AGGREGATE);
    CHECK(fixture_ok(f, "CREATE TABLE k2 AS SELECT id, n + 1 AS m FROM t;"));
    CHECK(plan_kept(f->plan)->kind == PLAN_SOURCE);
    CHECK(fixture_ok(f, "CREATE TABLE k3 AS SELECT t.id AS id, t.n, u.n FROM t "
                        "JOIN u ON t.id = u.id;"));
    CHECK(plan_kept(f->plan)->kind == PLAN_PROJECT);
    CHECK(fixture_ok(f, "CREATE STREAM k4 AS SELECT id, v FROM s;"));
    CHECK(!plan_kept(f->plan));
}

int main(void)
{
    Fixture *f = fixture_new();
    CHECK(fixture_ok(f, "CREATE STREAM s (id STRING KEY, b INT, v INT) WITH "
                        "(kafka_topic='s', partitions=1, format='JSON');"));
    CHECK(fixture_ok(f, "CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s "
                        "GROUP BY id;"));
    CHECK(fixture_ok(f, "CREATE TABLE u AS SELECT id, SUM(v) AS n FROM s "
                        "GROUP BY id;"));
    CHECK(fixture_ok(f, "CREATE TABLE two AS SELECT id AS a, b, COUNT(*) AS n "
                        "FROM s GROUP BY id, b;"));
    CHECK(fixture_ok(f, "CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s "
                        "WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id;"));
    test_lookups(f);
    test_windows(f);
    test_too_many(f);
    test_kept(f);
    fixture_free(f);
    return check_done();
}
