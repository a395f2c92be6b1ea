/* SPDX-License-Identifier: Apache-2.0
 *
 * Shapes of SELECTs: two texts have one shape if they differ only in strings
 * and whole numbers of the same kind.
 */
#include "engine/pull.h"
#include "tests/unit/check.h"

static Arena *arena;

static bool same_shape(const char *a, const char *b)
{
    Shape *x = ARENA_NEW(arena, Shape), *y = ARENA_NEW(arena, Shape);
    return shape_read(arena, str_from(a), x) &&
           shape_read(arena, str_from(b), y) && str_eq(x->text, y->text) &&
           x->count == y->count;
}

static void test_same(void)
{
    static const char *const pairs[][2] = {
        {"SELECT * FROM t WHERE id = 'a';", "SELECT * FROM t WHERE id = 'bc';"},
        {"SELECT * FROM t WHERE id = 'a';", "SELECT * FROM t WHERE id = '''';"},
        {"SELECT * FROM t WHERE id = 1;", "SELECT * FROM t WHERE id = 234"},
        {" SELECT a FROM t WHERE b IN (1, 'x');",
         "SELECT a FROM t WHERE b IN (2, '');  "},
        {"SELECT 2000000000 FROM t", "SELECT 1 FROM t"},
        {"select `a'1` from t where b = 1", "select `a'1` from t where b = 2"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        CHECK(same_shape(pairs[i][0], pairs[i][1]));
}

static void test_different(void)
{
    static const char *const pairs[][2] = {
        {"SELECT * FROM t WHERE id = 'a'", "SELECT * FROM u WHERE id = 'a'"},
        {"SELECT * FROM t WHERE id = 'a'", "SELECT * FROM t WHERE id = 1"},
        {"SELECT * FROM t WHERE id = 1", "SELECT * FROM t WHERE id = 1.0"},
        {"SELECT * FROM t WHERE id = 1.5", "SELECT * FROM t WHERE id = 2.5"},
        {"SELECT * FROM t WHERE id = 1", "SELECT * FROM t WHERE id = 1e0"},
        {"SELECT * FROM t WHERE id = 1",
         "SELECT * FROM t WHERE id = 3000000000"},
        {"SELECT * FROM t1 WHERE id = 1", "SELECT * FROM t2 WHERE id = 1"},
        {"SELECT a1 FROM t", "SELECT a2 FROM t"},
        {"SELECT \"a1\" FROM t", "SELECT \"a2\" FROM t"},
        {"SELECT `a1` FROM t", "SELECT `a2` FROM t"},
        {"SELECT a FROM t", "SELECT  a FROM t"},
        {"SELECT 'a' FROM t", "SELECT a FROM t"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        CHECK(!same_shape(pairs[i][0], pairs[i][1]));
}

/* What must be parsed has no shape. */
static void test_none(void)
{
    static const char *const texts[] = {
        "SELECT * FROM t; SELECT * FROM u;",
        "SELECT * FROM t WHERE id = '${x}'",
        "SELECT * FROM t WHERE id = ${x}",
        "SELECT * FROM t -- it",
        "SELECT * FROM t /* it */",
        "SELECT * FROM t WHERE id = 'a",
        "SELECT * FROM \"t",
        "SHOW TABLES;",
        "",
        "SELECT",
        "SELECT 99999999999999999999 FROM t",
    };
    Shape shape;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK(!shape_read(arena, str_from(texts[i]), &shape));
}

static void test_literals(void)
{
    Shape shape;
    CHECK(
        shape_read(arena, STR("SELECT 7, 'it''s', 3000000000 FROM t"), &shape));
    CHECK(shape.count == 3);
    CHECK(!shape.literals[0].is_text && shape.literals[0].number == 7);
    CHECK(shape.literals[0].at == 7 && !shape.literals[0].is_wide);
    CHECK(shape.literals[1].is_text && shape.literals[1].at == 10);
    CHECK_STR(shape.literals[1].text, "it's");
    CHECK(shape.literals[2].is_wide && shape.literals[2].number == 3000000000);
}

int main(void)
{
    arena = arena_new("test", 0);
    test_same();
    test_different();
    test_none();
    test_literals();
    arena_free(arena);
    return check_done();
}
