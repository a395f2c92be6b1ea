/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold, as questions to the database, each of which counts what is
 * wrong. The model is SQLite: the same aggregates over the input that the seed
 * gives.
 *
 * Exactly once: nothing lost, nothing twice, each aggregate right, and each
 * row of an aggregate newer than the one before it. At least once: nothing
 * lost; what came twice is what a kill may repeat, one commit interval of
 * records.
 */
#include <stdio.h>

#include "tests/chaos/chaos.h"

typedef struct Question {
    const char *claim;
    const char *sql; /* Counts what contradicts it. */
    bool exactly_once_only;
    bool of_loss; /* Zero as soon as everything has come out. */
} Question;

/* Outputs as rows of numbers, and the model's answers. */
static const char views[] =
    "CREATE TABLE copy AS SELECT part, off,"
    "  json_extract(CAST(value AS TEXT), '$.SEQ') AS seq FROM copies;"
    "CREATE INDEX copy_seq ON copy(seq);"
    "CREATE TABLE joined AS SELECT part, off,"
    "  json_extract(CAST(value AS TEXT), '$.LID') AS id,"
    "  json_extract(CAST(value AS TEXT), '$.RID') AS rid FROM pairs;"
    "CREATE INDEX joined_id ON joined(id);"
    "CREATE TABLE total AS SELECT key, count(*) AS c, sum(seq) AS s"
    "  FROM input GROUP BY key;"
    "CREATE TABLE grouped AS SELECT grp, count(*) AS c, sum(seq) AS s"
    "  FROM input GROUP BY grp;"
    "CREATE TABLE session AS"
    "  WITH steps AS (SELECT key, seq, time, coalesce(time - lag(time) OVER"
    "      (PARTITION BY key ORDER BY time) > 500, 1) AS fresh FROM input),"
    "    numbered AS (SELECT *, sum(fresh) OVER (PARTITION BY key"
    "      ORDER BY time, seq ROWS UNBOUNDED PRECEDING) AS n FROM steps)"
    "  SELECT CAST(key AS TEXT) ||"
    "      printf('%016X%016X', max(time), min(time)) AS key,"
    "    count(*) AS c, sum(seq) AS s FROM numbered GROUP BY numbered.key, n;";

/* Of an aggregate's topic: rows with their numbers, and the last of each key.
 */
static const char aggregate_views[] =
    "CREATE TABLE %s_rows AS SELECT part, off, %s AS key, value IS NULL AS "
    "gone,"
    "  json_extract(CAST(value AS TEXT), '$.C') AS c,"
    "  json_extract(CAST(value AS TEXT), '$.S') AS s FROM %s;"
    "CREATE INDEX %s_rows_key ON %s_rows(part, key, off);"
    "CREATE TABLE %s_last AS SELECT key, c, s, gone FROM"
    "  (SELECT key, c, s, gone, max(off) FROM %s_rows GROUP BY part, key);"
    "DELETE FROM %s_last WHERE gone;";

#define DIFFERS(a, b)                                                          \
    "SELECT (SELECT count(*) FROM (SELECT " a " EXCEPT SELECT " b "))"         \
    "     + (SELECT count(*) FROM (SELECT " b " EXCEPT SELECT " a "))"
/* A count that does not rise, or a row that says what the one before said. */
#define STALE(table)                                                           \
    "SELECT count(*) FROM (SELECT c, lag(c) OVER (PARTITION BY part, key "     \
    "ORDER BY off) AS before FROM " table "_rows) WHERE c <= before"

static const Question questions[] = {
    {"no record is lost on its way through",
     "SELECT count(*) FROM input WHERE seq NOT IN (SELECT seq FROM copy)",
     false, true},
    {"no record goes through twice",
     "SELECT count(*) FROM (SELECT 1 FROM copy GROUP BY seq"
     " HAVING count(*) > 1)",
     true, false},
    {"nothing comes out that was not in",
     "SELECT count(*) FROM copy WHERE seq IS NULL OR"
     " seq NOT IN (SELECT seq FROM input)",
     false, false},
    {"records of one partition keep their order",
     "SELECT count(*) FROM (SELECT seq, lag(seq) OVER"
     " (PARTITION BY part, seq % 4 ORDER BY off) AS before FROM copy)"
     " WHERE seq <= before",
     true, false},
    {"each count and sum by key is right",
     DIFFERS("key, c, s FROM counts_last", "key, c, s FROM total"), true, true},
    {"no count by key is too small",
     "SELECT count(*) FROM total t LEFT JOIN counts_last l USING(key)"
     " WHERE l.c IS NULL OR l.c < t.c OR l.s < t.s",
     false, true},
    {"counts by key only rise", STALE("counts"), true, false},
    {"each count and sum of a repartitioned group is right",
     DIFFERS("key, c, s FROM groups_last", "grp, c, s FROM grouped"), true,
     true},
    {"no count of a group is too small",
     "SELECT count(*) FROM grouped t LEFT JOIN groups_last l"
     " ON l.key = t.grp WHERE l.c IS NULL OR l.c < t.c OR l.s < t.s",
     false, true},
    {"counts of groups only rise", STALE("groups"), true, false},
    {"each session is right",
     DIFFERS("key, c, s FROM sessions_last", "key, c, s FROM session"), true,
     true},
    {"no session is lost or too small",
     "SELECT count(*) FROM session t LEFT JOIN sessions_last l USING(key)"
     " WHERE l.c IS NULL OR l.c < t.c OR l.s < t.s",
     false, true},
    {"sessions only grow", STALE("sessions"), true, false},
    {"no pair is lost",
     "SELECT count(*) FROM pair WHERE id NOT IN (SELECT id FROM joined)", false,
     true},
    {"no pair is joined twice",
     "SELECT count(*) FROM (SELECT 1 FROM joined GROUP BY id"
     " HAVING count(*) > 1)",
     true, false},
    {"no wrong pair is joined",
     "SELECT count(*) FROM joined WHERE id IS NULL OR id <> rid OR"
     " id NOT IN (SELECT id FROM pair)",
     false, false},
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

static void make_views(Chaos *chaos)
{
    static const struct {
        const char *table, *key;
    } aggregates[] = {
        {"counts", "CAST(key AS TEXT)"},
        {"groups", "json_extract(CAST(value AS TEXT), '$.G')"},
        {"sessions", "CAST(substr(key, 1, length(key) - 16) AS TEXT) ||"
                     " hex(substr(key, -16))"},
    };
    sql_run(chaos->db, views);
    for (int i = 0; i < 3; i++) {
        const char *t = aggregates[i].table;
        const char *key = aggregates[i].key;
        sql_run(chaos->db, str_printf(chaos->arena, aggregate_views, t, key, t,
                                      t, t, t, t, t)
                               .ptr);
    }
}

static void drop_views(Chaos *chaos)
{
    static const char *const tables[] = {
        "copy",        "joined",        "total",        "grouped",
        "session",     "counts_rows",   "counts_last",  "groups_rows",
        "groups_last", "sessions_rows", "sessions_last"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        sql_run(
            chaos->db,
            str_printf(chaos->arena, "DROP TABLE IF EXISTS %s", tables[i]).ptr);
}

/* How many copies and counts a kill may repeat: what one commit interval and
 * the batch under way may hold, at more than any machine does. */
static int check_repeats(Chaos *chaos, bool quiet)
{
    int64_t twice = sql_number(chaos->db,
                               "SELECT (SELECT count(*) FROM copy) -"
                               " (SELECT count(DISTINCT seq) FROM copy)");
    int64_t counted = sql_number(
        chaos->db, "SELECT (SELECT coalesce(sum(c), 0) FROM counts_last) -"
                   " (SELECT sum(c) FROM total)");
    int64_t jumps = sql_number(
        chaos->db,
        "SELECT count(*) FROM (SELECT seq, lag(seq) OVER"
        " (PARTITION BY part, seq % 4 ORDER BY off) AS before FROM copy)"
        " WHERE seq <= before");
    int64_t deaths = chaos->kills + chaos->broker_kills + 1;
    int64_t each = (int64_t)chaos->commit_ms * 200 + 4096;
    bool wrong = twice > deaths * each || counted > deaths * each ||
                 jumps > deaths * PARTITIONS;
    if (!quiet || wrong)
        printf("at least once: %lld of %lld copied twice, %lld counted twice, "
               "%lld times a partition was read again\n",
               (long long)twice, (long long)chaos->fed, (long long)counted,
               (long long)jumps);
    return wrong;
}

int verify(Chaos *chaos, bool quiet)
{
    int failed = 0;
    drop_views(chaos);
    make_views(chaos);
    for (int i = 0; i < QUESTIONS; i++) {
        const Question *q = &questions[i];
        if (q->exactly_once_only && !chaos->exactly_once) continue;
        int64_t wrong = sql_number(chaos->db, q->sql);
        if (!wrong) continue;
        failed++;
        if (!quiet)
            printf("WRONG: %s: %lld against it\n", q->claim, (long long)wrong);
    }
    if (!chaos->exactly_once) failed += check_repeats(chaos, quiet);
    return failed;
}

bool verify_complete(Chaos *chaos)
{
    drop_views(chaos);
    make_views(chaos);
    for (int i = 0; i < QUESTIONS; i++) {
        const Question *q = &questions[i];
        if (!q->of_loss || (q->exactly_once_only && !chaos->exactly_once))
            continue;
        if (sql_number(chaos->db, q->sql)) return false;
    }
    return true;
}

/* ---- is the verifier awake? ---- */

/* The database as after `sql`; then as before. */
static bool is_noticed(Chaos *chaos, const char *what, const char *sql)
{
    int64_t before = sqlite3_total_changes(chaos->db);
    sql_run(chaos->db, "SAVEPOINT altered");
    sql_run(chaos->db, sql);
    bool altered = sqlite3_total_changes(chaos->db) - before == 1;
    bool noticed = altered && verify(chaos, true) > 0;
    sql_run(chaos->db, "ROLLBACK TO altered");
    sql_run(chaos->db, "RELEASE altered");
    printf("selftest: %s: %s\n", what,
           noticed   ? "noticed"
           : altered ? "NOT NOTICED"
                     : "NOTHING TO ALTER");
    return noticed;
}

int verify_selftest(Chaos *chaos)
{
    static const char *const tables[] = {"copies", "counts", "groups",
                                         "sessions", "pairs"};
    /* The last record of some key, which is no tombstone: with one behind it,
     * as sessions have, nobody would miss it. */
    static const char victim[] =
        "SELECT last FROM (SELECT max(rowid) AS last, value FROM %s WHERE"
        " off >= (SELECT max(off) FROM %s) / 2 GROUP BY part, key)"
        " WHERE value IS NOT NULL LIMIT 1";
    int missed = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const char *t = tables[i];
        const char *rowid = str_printf(chaos->arena, victim, t, t).ptr;
        missed += !is_noticed(
            chaos, str_printf(chaos->arena, "a record of '%s' dropped", t).ptr,
            str_printf(chaos->arena, "DELETE FROM %s WHERE rowid = (%s)", t,
                       rowid)
                .ptr);
        missed += !is_noticed(
            chaos, str_printf(chaos->arena, "a record of '%s' doubled", t).ptr,
            str_printf(chaos->arena,
                       "INSERT INTO %s SELECT part, off + 0.5, key, value, time"
                       " FROM %s WHERE rowid = (%s)",
                       t, t, rowid)
                .ptr);
    }
    return missed;
}
