/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold, as questions to the database, each of which counts what is
 * wrong. The model is SQLite: the same queries over the input that the seed
 * gives (queries.c).
 *
 * Exactly once: nothing lost, nothing twice, each table right, and each row of
 * a table newer than the one before it. At least once: nothing lost; what may
 * come twice, and when, is the business of repeats.c.
 */
#include <stdio.h>

#include "tests/chaos/queries.h"

enum {
    ONCE = 1, /* Under exactly once only. */
    LOSS = 2, /* Zero as soon as everything has come out. */
};

typedef struct Question {
    const char *claim;
    const char *sql; /* Counts what contradicts it. $ is the query. */
    int flags;
} Question;

static const Question of_passing[] = {
    {"no record is lost on its way to $",
     "SELECT count(*) FROM input i WHERE (%s) AND seq NOT IN"
     " (SELECT seq FROM $_seq)",
     LOSS},
    {"nothing comes into $ that should not",
     "SELECT count(*) FROM $_seq o LEFT JOIN input i USING(seq)"
     " WHERE i.seq IS NULL OR NOT (%s) OR (%s) IS NOT 1",
     0},
    {"no record goes to $ twice",
     "SELECT count(*) FROM (SELECT 1 FROM $_seq GROUP BY seq"
     " HAVING count(*) > 1)",
     ONCE},
    {"records of one partition keep their order in $",
     "SELECT count(*) FROM (SELECT seq, lag(seq) OVER"
     " (PARTITION BY part, seq % 4 ORDER BY off) AS before FROM $_seq)"
     " WHERE seq <= before",
     ONCE},
};

#define DIFFERS                                                                \
    "SELECT (SELECT count(*) FROM (SELECT key, c, s, m, g FROM $_last"         \
    "    EXCEPT SELECT key, c, s, m, g FROM $_model))"                         \
    "  + (SELECT count(*) FROM (SELECT key, c, s, m, g FROM $_model"           \
    "    EXCEPT SELECT key, c, s, m, g FROM $_last))"

static const Question of_tables[] = {
    {"each row of $ is right", DIFFERS, ONCE | LOSS},
    {"no row of $ is missing or too small",
     "SELECT count(*) FROM $_model t LEFT JOIN $_last l USING(key)"
     " WHERE l.key IS NULL OR l.c < t.c OR l.s < t.s OR l.m < t.m",
     LOSS},
    {"no row of $ is older than the one before",
     "SELECT count(*) FROM (SELECT c, m,"
     "  lag(c) OVER (PARTITION BY part, key ORDER BY off) AS c0,"
     "  lag(m) OVER (PARTITION BY part, key ORDER BY off) AS m0,"
     "  lag(gone) OVER (PARTITION BY part, key ORDER BY off) AS gone0, gone"
     "  FROM $_rows) WHERE NOT gone AND NOT gone0 AND (%s)",
     ONCE},
};

static const Question of_pairs[] = {
    {"no pair is lost",
     "SELECT count(*) FROM pair WHERE id NOT IN (SELECT id FROM joined)", LOSS},
    {"no pair is joined twice",
     "SELECT count(*) FROM (SELECT 1 FROM joined GROUP BY id"
     " HAVING count(*) > 1)",
     ONCE},
    {"no wrong pair is joined",
     "SELECT count(*) FROM joined WHERE id IS NULL OR id <> rid OR"
     " id NOT IN (SELECT id FROM pair)",
     0},
};

/* ---- views ---- */

#define FIELD(name) "json_extract(CAST(value AS TEXT), '$." name "')"

static const char pair_view[] =
    "DROP TABLE IF EXISTS joined;"
    "CREATE TABLE joined AS SELECT part, off," FIELD("LID") " AS id," FIELD(
        "RID") " AS rid FROM pairs;"
               "CREATE INDEX joined_id ON joined(id);";

static const char passing_view[] =
    "DROP TABLE IF EXISTS #_seq;"
    "CREATE TABLE #_seq AS SELECT part, off," FIELD(
        "SEQ") " AS seq, value, time"
               " FROM # ORDER BY part, off;"
               "CREATE INDEX #_seq_seq ON #_seq(seq);";

static const char table_view[] =
    "DROP TABLE IF EXISTS #_rows;"
    "DROP TABLE IF EXISTS #_last;"
    "DROP TABLE IF EXISTS #_model;"
    "CREATE TABLE #_rows AS SELECT part, off, ~ AS key, value IS NULL AS gone,"
    "" FIELD("C") " AS c," FIELD("S") " AS s," FIELD("M") " AS m," FIELD(
        "G") " AS g"
             "  FROM #;"
             "CREATE INDEX #_rows_key ON #_rows(part, key, off);"
             "CREATE TABLE #_last AS SELECT key, c, s, m, g, gone FROM"
             "  (SELECT key, c, s, m, g, gone, max(off) FROM #_rows"
             "   GROUP BY part, key);"
             "DELETE FROM #_last WHERE gone;"
             "CREATE INDEX #_last_key ON #_last(key);";

static void make_view(Chaos *chaos, const ChaosQuery *q)
{
    Arena *a = arena_new("views", 0);
    const char *text = q->member ? passing_view
                       : q->key  ? table_view
                                 : pair_view;
    text = template_fill(a, text, '#', q->name);
    sql_run(chaos->db, template_fill(a, text, '~', q->key ? q->key : ""));
    if (q->key)
        sql_run(chaos->db,
                str_printf(a,
                           "CREATE TABLE %s_model AS %s;"
                           "CREATE INDEX %s_model_key ON %s_model(key)",
                           q->name, q->model, q->name, q->name)
                    .ptr);
    arena_free(a);
}

/* ---- asking ---- */

typedef struct Asking {
    Chaos *chaos;
    bool quiet;
    bool of_loss; /* Only such questions. */
    int failed;
} Asking;

static void ask(Asking *asking, const Question *question, const char *name,
                const char *first, const char *second)
{
    Chaos *chaos = asking->chaos;
    if (question->flags & ONCE && !chaos->exactly_once) return;
    if (!(question->flags & LOSS) && asking->of_loss) return;
    Arena *a = arena_new("question", 0);
    /* Texts of this file, with the conditions of the query in their places. */
    const char *sql = template_fill(a, question->sql, '$', name);
    Str filled = STR("");
    for (const char *at; (at = strstr(sql, "%s")); sql = at + 2) {
        filled = str_printf(a, "%.*s%.*s%s", STR_ARG(filled), (int)(at - sql),
                            sql, first);
        first = second;
    }
    int64_t wrong = sql_number(
        chaos->db, str_printf(a, "%.*s%s", STR_ARG(filled), sql).ptr);
    asking->failed += wrong != 0;
    if (wrong && !asking->quiet)
        printf("WRONG: %s: %lld against it\n",
               template_fill(a, question->claim, '$', name), (long long)wrong);
    arena_free(a);
}

static void ask_of(Asking *asking, const ChaosQuery *q)
{
    const Question *questions = q->member ? of_passing
                                : q->key  ? of_tables
                                          : of_pairs;
    int count = q->member ? (int)(sizeof of_passing / sizeof *of_passing) : 3;
    for (int i = 0; i < count; i++) {
        Question question = questions[i];
        if (q->exact && question.flags & LOSS) question.flags = LOSS;
        if (q->key)
            ask(asking, &question, q->name, q->older, "");
        else if (q->member && i == 0)
            ask(asking, &question, q->name, q->member, "");
        else
            ask(asking, &question, q->name, q->member, q->row ? q->row : "1");
    }
}

/* True if each row of the table's topic says more than the one before. */
static bool is_strict(const ChaosQuery *q)
{
    return strchr(q->older, '=') != NULL;
}

static int ask_all(Chaos *chaos, bool quiet, bool of_loss)
{
    Asking asking = {.chaos = chaos, .quiet = quiet, .of_loss = of_loss};
    for (int i = 0; i < QUERIES; i++)
        make_view(chaos, &chaos_queries[i]);
    for (int i = 0; i < QUERIES; i++)
        ask_of(&asking, &chaos_queries[i]);
    return asking.failed;
}

int verify(Chaos *chaos)
{
    int failed = ask_all(chaos, false, false);
    for (int i = 0; i < QUERIES; i++)
        failed += repeats_check(chaos, i, false);
    return failed;
}

bool verify_complete(Chaos *chaos)
{
    return ask_all(chaos, true, true) == 0;
}

/* ---- is the verifier awake? ---- */

/* Asks a query, and those of which the model is made of what came out of it. */
static int ask_with_readers(Chaos *chaos, int query)
{
    Asking asking = {.chaos = chaos, .quiet = true};
    Arena *a = arena_new("readers", 0);
    const char *last = str_printf(a, "%s_last", chaos_queries[query].name).ptr;
    for (int i = query; i < QUERIES; i++) {
        const ChaosQuery *q = &chaos_queries[i];
        if (i != query && !(q->model && strstr(q->model, last))) continue;
        make_view(chaos, q);
        ask_of(&asking, q);
    }
    arena_free(a);
    return asking.failed + repeats_check(chaos, query, true);
}

/* The database as after `sql`, which alters the query's output; then as before.
 */
static bool is_noticed(Chaos *chaos, int query, const char *what,
                       const char *sql)
{
    int64_t before = sqlite3_total_changes(chaos->db);
    sql_run(chaos->db, "SAVEPOINT altered");
    sql_run(chaos->db, sql);
    bool altered = sqlite3_total_changes(chaos->db) - before == 1;
    bool noticed = altered && ask_with_readers(chaos, query) > 0;
    sql_run(chaos->db, "ROLLBACK TO altered");
    sql_run(chaos->db, "RELEASE altered");
    printf("selftest: %s: %s\n", what,
           !altered  ? "NOTHING TO ALTER"
           : noticed ? "noticed"
                     : "NOT NOTICED");
    return noticed;
}

int verify_selftest(Chaos *chaos)
{
    /* The last record of some key, which is no tombstone: with one behind it,
     * as sessions have, nobody would miss it. */
    static const char victim[] =
        "SELECT last FROM (SELECT max(rowid) AS last, value FROM # WHERE"
        " off >= (SELECT max(off) FROM #) / 2 GROUP BY part, key)"
        " WHERE value IS NOT NULL LIMIT 1";
    static const char dropping[] = "DELETE FROM # WHERE rowid = (~)";
    static const char doubling[] =
        "INSERT INTO # SELECT part, off + 0.5, key, value, time FROM #"
        " WHERE rowid = (~)";
    int missed = 0;
    Arena *a = arena_new("selftest", 0);
    for (int i = 0; i < QUERIES; i++) {
        const ChaosQuery *q = &chaos_queries[i];
        /* At least once what a table or a pair says twice may hide that it
         * did not say it once, and one time more may be a death's. */
        if (!chaos->exactly_once && !q->member) continue;
        const char *rowid = template_fill(a, victim, '#', q->name);
        const char *sql = template_fill(a, dropping, '~', rowid);
        missed += !is_noticed(
            chaos, i, str_printf(a, "a record of '%s' dropped", q->name).ptr,
            template_fill(a, sql, '#', q->name));
        if (q->key && !is_strict(q)) continue;
        sql = template_fill(a, doubling, '~', rowid);
        missed += !is_noticed(
            chaos, i, str_printf(a, "a record of '%s' doubled", q->name).ptr,
            template_fill(a, sql, '#', q->name));
    }
    arena_free(a);
    return missed;
}
