/* SPDX-License-Identifier: Apache-2.0
 *
 * The program that the servers run: sources, and queries of every kind that can
 * be judged. Each query's outputs are a function of the input alone, whatever
 * the pace and the order in which its inputs are read; what is not (a stream
 * joined with a table that changes) is no part of it.
 *
 * '@' stands for the prefix of topics.
 */
#include <stdio.h>

#include "tests/chaos/queries.h"

static const char *const sources[] = {
    "CREATE STREAM input (k STRING KEY, seq BIGINT, v INT)"
    " WITH (kafka_topic='@_in', value_format='JSON');",
    "CREATE TABLE names (k STRING PRIMARY KEY, name STRING)"
    " WITH (kafka_topic='@_names', value_format='JSON');",
    "CREATE STREAM lefts (k STRING KEY, id BIGINT)"
    " WITH (kafka_topic='@_left', value_format='JSON');",
    "CREATE STREAM rights (k STRING KEY, id BIGINT)"
    " WITH (kafka_topic='@_right', value_format='JSON');",
};
enum { SOURCES = sizeof sources / sizeof *sources, DAY_MS = 86400000 };

#define KEY "CAST(key AS TEXT)"
#define FIELD(name) "json_extract(CAST(value AS TEXT), '$." name "')"
/* The key of a windowed table: times of eight bytes behind the key. */
#define WINDOWED(bytes)                                                        \
    "CAST(substr(key, 1, length(key) - " #bytes ") AS TEXT) || hex(substr("    \
    "key, -" #bytes "))"

const ChaosQuery chaos_queries[] = {
    {.name = "copies", .sql = "SELECT k, seq FROM input", .member = "1"},
    {.name = "low",
     .sql = "SELECT k, seq FROM input WHERE v < 6",
     .member = "i.grp < 6"},
    {.name = "doubled",
     .sql = "SELECT k, seq, seq * 2 AS twice FROM input WHERE v >= 6",
     .member = "i.grp >= 6",
     .row = FIELD("TWICE") " = 2 * o.seq"},
    {.name = "named",
     .sql = "SELECT i.k AS k, i.seq AS seq, n.name AS name FROM input i"
            " JOIN names n ON i.k = n.k",
     .member = "1",
     .row = FIELD("NAME") " = 'name of ' || i.key"},
    {.name = "counts",
     .sql = "SELECT k, COUNT(*) AS c, SUM(seq) AS s FROM input GROUP BY k",
     .key = KEY,
     .model = "SELECT key, count(*) AS c, sum(seq) AS s, NULL AS m, NULL AS g"
              " FROM input GROUP BY key",
     .older = "c <= c0",
     .counts_by = "i.key",
     .counted = "t.key",
     .pull = "SELECT k, c, s FROM counts;",
     .pulled = "p0, p1, p2, NULL, NULL"},
    {.name = "groups",
     .sql = "SELECT v, AS_VALUE(v) AS g, COUNT(*) AS c, SUM(seq) AS s"
            " FROM input GROUP BY v",
     .key = "hex(key)",
     .model = "SELECT printf('%08X', grp) AS key, count(*) AS c, sum(seq) AS s,"
              " NULL AS m, grp AS g FROM input GROUP BY grp",
     .older = "c <= c0",
     .counts_by = "printf('%08X', i.grp)",
     .counted = "t.key",
     .pull = "SELECT v, g, c, s FROM groups;",
     .pulled = "printf('%08X', p0), p2, p3, NULL, p1"},
    {.name = "sessions",
     .sql = "SELECT k, COUNT(*) AS c, SUM(seq) AS s FROM input"
            " WINDOW SESSION (500 MILLISECONDS, RETENTION 2 DAYS,"
            " GRACE PERIOD 1 DAY) GROUP BY k",
     .key = WINDOWED(16),
     .model =
         "WITH steps AS (SELECT key, seq, time, coalesce(time - lag(time)"
         "   OVER (PARTITION BY key ORDER BY time) > 500, 1) AS fresh"
         "   FROM input),"
         " numbered AS (SELECT *, sum(fresh) OVER (PARTITION BY key"
         "   ORDER BY time, seq ROWS UNBOUNDED PRECEDING) AS n FROM steps)"
         " SELECT key || printf('%016X%016X', max(time), min(time)) AS key,"
         "   count(*) AS c, sum(seq) AS s, NULL AS m, NULL AS g"
         " FROM numbered GROUP BY numbered.key, n",
     .older = "c <= c0",
     .counts_by = "i.key",
     .counted = "substr(t.key, 1, length(t.key) - 32)",
     .kind = STORE_SESSION,
     .retention_ms = 2 * DAY_MS,
     .pull = "SELECT k, windowend, windowstart, c, s FROM sessions;",
     .pulled = "p0 || printf('%016X%016X', p1, p2), p3, p4, NULL, NULL"},
    {.name = "windows",
     .sql = "SELECT k, COUNT(*) AS c, SUM(seq) AS s FROM input"
            " WINDOW TUMBLING (SIZE 1 SECOND, RETENTION 2 DAYS,"
            " GRACE PERIOD 1 DAY) GROUP BY k",
     .key = WINDOWED(8),
     .model = "SELECT key || printf('%016X', time / 1000 * 1000) AS key,"
              " count(*) AS c, sum(seq) AS s, NULL AS m, NULL AS g FROM input"
              " GROUP BY input.key, time / 1000",
     .older = "c <= c0",
     .counts_by = "i.key || printf('%016X', i.time / 1000 * 1000)",
     .counted = "t.key",
     .kind = STORE_WINDOW,
     .retention_ms = 2 * DAY_MS,
     .pull = "SELECT k, windowstart, c, s FROM windows;",
     .pulled = "p0 || printf('%016X', p1), p2, p3, NULL, NULL"},
    {.name = "hops",
     .sql = "SELECT k, COUNT(*) AS c, SUM(seq) AS s FROM input"
            " WINDOW HOPPING (SIZE 1 SECOND, ADVANCE BY 250 MILLISECONDS,"
            " RETENTION 2 DAYS, GRACE PERIOD 1 DAY) GROUP BY k",
     .key = WINDOWED(8),
     .model = "SELECT input.key || printf('%016X', (time / 250 - n) * 250)"
              "   AS key, count(*) AS c, sum(seq) AS s, NULL AS m, NULL AS g"
              " FROM input, (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2"
              "   UNION SELECT 3) WHERE time / 250 >= n"
              " GROUP BY input.key, time / 250 - n",
     .older = "c <= c0",
     .counts_by = "i.key",
     .counted = "substr(t.key, 1, length(t.key) - 16)",
     .kind = STORE_WINDOW,
     .retention_ms = 2 * DAY_MS,
     .pull = "SELECT k, windowstart, c, s FROM hops;",
     .pulled = "p0 || printf('%016X', p1), p2, p3, NULL, NULL"},
    {.name = "tops",
     .sql = "SELECT k, MAX(seq) AS m, LATEST_BY_OFFSET(v) AS g FROM input"
            " GROUP BY k",
     .key = KEY,
     .model = "SELECT key, NULL AS c, NULL AS s, max(seq) AS m, grp AS g"
              " FROM input GROUP BY key",
     .older = "m <= m0",
     .exact = true,
     .pull = "SELECT k, m, g FROM tops;",
     .pulled = "p0, NULL, NULL, p1, p2"},
    {.name = "both",
     .sql = "SELECT c.k AS k, c.c AS c, c.s AS s, t.m AS m FROM counts c"
            " LEFT JOIN tops t ON c.k = t.k",
     .key = KEY,
     .model = "SELECT c.key, c.c, c.s, t.m, NULL AS g FROM counts_last c"
              " LEFT JOIN tops_last t USING(key)",
     .older = "c < c0 OR m < m0",
     .exact = true,
     .pull = "SELECT k, c, s, m FROM both;",
     .pulled = "p0, p1, p2, p3, NULL"},
    {.name = "linked",
     .sql = "SELECT t.k AS k, t.m AS m, g.g AS g, g.c AS c, g.s AS s"
            " FROM tops t JOIN groups g ON t.g = g.v",
     .key = KEY,
     .model = "SELECT t.key, g.c, g.s, t.m, g.g FROM tops_last t"
              " JOIN groups_last g USING(g)",
     .older = "m < m0",
     .exact = true,
     .pull = "SELECT k, m, g, c, s FROM linked;",
     .pulled = "p0, p3, p4, p1, p2"},
    {.name = "pairs",
     .sql = "SELECT l.k AS k, l.id AS lid, r.id AS rid FROM lefts l"
            " JOIN rights r WITHIN 1 SECOND GRACE PERIOD 1 HOUR ON l.k = r.k",
     .kind = STORE_WINDOW,
     .retention_ms = 3602000}, /* Both sides of WITHIN, and the grace. */
};

static_assert(sizeof chaos_queries / sizeof *chaos_queries == QUERIES,
              "QUERIES tells how many there are");

int statement_count(void)
{
    return SOURCES + QUERIES;
}

const char *statement_of(const Chaos *chaos, Arena *arena, int at)
{
    Str sql;
    if (at < SOURCES) {
        sql = str_from(sources[at]);
    } else {
        const ChaosQuery *q = &chaos_queries[at - SOURCES];
        sql = str_printf(arena, "CREATE %s %s WITH (kafka_topic='@_%s') AS %s;",
                         q->key ? "TABLE" : "STREAM", q->name, q->name, q->sql);
    }
    return template_fill(arena, sql.ptr, '@', chaos->id);
}

const char *template_fill(Arena *arena, const char *text, char mark,
                          const char *with)
{
    Buf out = {0};
    for (; *text; text++) {
        if (*text == mark)
            buf_append(&out, with, strlen(with));
        else
            buf_push(&out, *text);
    }
    const char *filled = str_cstr(arena, buf_str(&out));
    buf_free(&out);
    return filled;
}

const char *script_of(const Chaos *chaos)
{
    Str script = STR("");
    for (int i = 0; i < statement_count(); i++)
        script = str_printf(chaos->arena, "%.*s%s\n", STR_ARG(script),
                            statement_of(chaos, chaos->arena, i));
    return str_cstr(chaos->arena, script);
}

const char *application_of(const Chaos *chaos, int query)
{
    const ChaosQuery *q = &chaos_queries[query];
    Str name = str_ascii_upper(chaos->arena, str_from(q->name));
    return str_printf(chaos->arena, "_confluent-ksql-%squery_%s_%.*s_%d",
                      chaos->id, q->key ? "CTAS" : "CSAS", STR_ARG(name), query)
        .ptr;
}

const char *repartition_of(const Chaos *chaos)
{
    return str_printf(chaos->arena, "%s-Aggregate-GroupBy-repartition",
                      application_of(chaos, QUERY_GROUPS))
        .ptr;
}
