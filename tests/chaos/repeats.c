/* SPDX-License-Identifier: Apache-2.0
 *
 * At least once: what comes twice must be what the death of a server explains.
 *
 * At each death (and when a server stands still for longer than its group
 * waits) the committed offsets of all queries are written down: from there the
 * next life reads again. So each output of a stream is, partition by partition,
 * the input in its order, and every step back goes exactly to where the group
 * stood at one of the deaths, in their order. Tables count a record as often
 * more than once as it lies behind the committed offset of a death. And what
 * lies there must be young: a record that came out longer before the death than
 * a commit interval, and what a busy machine may add, should have been
 * committed.
 */
#include <stdio.h>

#include "base/clock.h"
#include "tests/chaos/queries.h"
#include "tests/chaos/servers.h"

enum {
    PATIENCE_MS = 30000,
    SOURCES_MAX = 2,      /* Topics that a query reads. */
    ALLOWANCE_MS = 1500,  /* A commit may be under way, and late, */
    ON_ITS_WAY_MS = 3000, /* To a busy broker. */
    HELD_UP_TIMES = 4,    /* and be held up as often as we were. */
};

/* The topics that a query reads and of which it may repeat records. */
static int sources_of(const Chaos *chaos, int query,
                      const char *topics[SOURCES_MAX])
{
    const ChaosQuery *q = &chaos_queries[query];
    if (q->member || q->counts_by || q->exact) {
        topics[0] = topic_of(chaos, "in");
        if (query != QUERY_GROUPS) return 1;
        topics[1] = repartition_of(chaos);
        return 2;
    }
    topics[0] = topic_of(chaos, "left");
    topics[1] = topic_of(chaos, "right");
    return 2;
}

static Rewind *add_rewind(Chaos *chaos)
{
    return vec_push(chaos->arena, &chaos->rewinds);
}

/* Asks until the broker answers: a wrong offset would be a wrong verdict. */
static void must_answer(Status st, int64_t until_ms)
{
    if (st.kind != ST_RETRY || clock_monotonic_ms() > until_ms)
        must("offsets", st);
    clock_sleep_ms(50);
}

/* The ends of a topic's partitions; 0 where there is none. */
static void ask_ends(Chaos *chaos, const char *topic, int64_t *ends)
{
    int64_t low, until_ms = clock_monotonic_ms() + PATIENCE_MS;
    for (int p = 0; p < PARTITIONS;) {
        Status st = broker_watermarks(chaos->broker, chaos->arena,
                                      str_from(topic), p, &low, &ends[p]);
        if (st.kind == ST_USER) ends[p] = 0;
        if (!st.kind || st.kind == ST_USER)
            p++;
        else
            must_answer(st, until_ms);
    }
}

static void ask_committed(Chaos *chaos, GroupOffsets *group)
{
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
    for (;;) {
        broker_committed_groups(chaos->broker, chaos->arena, group, 1);
        if (!group->status.kind) return;
        for (int p = 0; p < group->count; p++)
            group->parts[p].offset = OFFSET_NONE;
        if (group->status.kind == ST_USER) return; /* No such topic yet. */
        must_answer(group->status, until_ms);
    }
}

void repeats_note_death(Chaos *chaos, int64_t time_ms)
{
    if (chaos->exactly_once || chaos->processes > 1) return;
    int death = chaos->deaths++;
    for (int query = 0; query < QUERIES; query++) {
        const char *topics[SOURCES_MAX];
        int count = sources_of(chaos, query, topics);
        for (int t = 0; t < count; t++) {
            TopicPartition parts[PARTITIONS];
            int64_t ends[PARTITIONS];
            for (int p = 0; p < PARTITIONS; p++)
                parts[p] = (TopicPartition){.partition = p};
            GroupOffsets group = {
                .group = str_from(application_of(chaos, query)),
                .topic = topics[t],
                .parts = parts,
                .count = PARTITIONS};
            ask_committed(chaos, &group);
            ask_ends(chaos, topics[t], ends);
            for (int p = 0; p < PARTITIONS; p++)
                *add_rewind(chaos) = (Rewind){
                    .death = death,
                    .query = query,
                    .source = t,
                    .partition = p,
                    .committed = parts[p].offset < 0 ? 0 : parts[p].offset,
                    .end = ends[p],
                    .time_ms = time_ms};
        }
    }
}

/* ---- streams: every step back ---- */

typedef struct Walk {
    Chaos *chaos;
    int query, partition;
    sqlite3_stmt *first_from; /* The first record, at or after an offset, that
                                 the query passes. */
    int next;                 /* The rewind not passed yet. */
    int64_t twice, steps, longest_ms;
    int wrong;
} Walk;

static int64_t first_member(Walk *walk, int64_t offset)
{
    sqlite3_bind_int(walk->first_from, 1, walk->partition);
    sqlite3_bind_int64(walk->first_from, 2, offset);
    int64_t seq = sqlite3_step(walk->first_from) == SQLITE_ROW
                      ? sqlite3_column_int64(walk->first_from, 0)
                      : -1;
    sqlite3_reset(walk->first_from);
    return seq;
}

/* The next death, not before `came_ms`, of which the committed offset leads to
 * `seq`; NULL: none. What was on its way when a server died or stood still may
 * have come a little later; such a death is taken if there is no other. */
static const Rewind *take_rewind(Walk *walk, int64_t seq, int64_t came_ms)
{
    int found = -1;
    for (int i = walk->next; i < walk->chaos->rewinds.count; i++) {
        const Rewind *rewind = &walk->chaos->rewinds.at[i];
        if (rewind->query != walk->query ||
            rewind->partition != walk->partition ||
            rewind->time_ms + ON_ITS_WAY_MS < came_ms ||
            first_member(walk, rewind->committed) != seq)
            continue;
        if (found < 0 || rewind->time_ms >= came_ms) found = i;
        if (rewind->time_ms >= came_ms) break;
    }
    if (found < 0) return NULL;
    walk->next = found + 1;
    return &walk->chaos->rewinds.at[found];
}

/* A row, at `off`, that says `seq` again. False: no death explains it. */
static bool step_back(Walk *walk, int64_t off, int64_t seq)
{
    Arena *a = arena_new("step", 0);
    const char *name = chaos_queries[walk->query].name;
    /* When it came last, and how many came since. */
    sqlite3_stmt *before = sql_prepare(
        walk->chaos->db,
        str_printf(a,
                   "SELECT off, time FROM %s_seq WHERE part = %d AND"
                   " off < %lld AND seq = %lld ORDER BY off DESC LIMIT 1",
                   name, walk->partition, (long long)off, (long long)seq)
            .ptr);
    bool came = sqlite3_step(before) == SQLITE_ROW;
    int64_t came_off = came ? sqlite3_column_int64(before, 0) : off;
    int64_t came_ms = came ? sqlite3_column_int64(before, 1) : 0;
    const Rewind *rewind = came ? take_rewind(walk, seq, came_ms) : NULL;
    if (rewind) {
        walk->steps++;
        walk->twice += sql_number(
            walk->chaos->db,
            str_printf(a,
                       "SELECT count(*) FROM %s_seq WHERE part = %d AND"
                       " off >= %lld AND off < %lld",
                       name, walk->partition, (long long)came_off,
                       (long long)off)
                .ptr);
        if (rewind->time_ms - came_ms > walk->longest_ms)
            walk->longest_ms = rewind->time_ms - came_ms;
    }
    sqlite3_finalize(before);
    arena_free(a);
    return rewind != NULL;
}

static void walk_partition(Walk *walk, bool quiet)
{
    Arena *a = arena_new("walk", 0);
    const ChaosQuery *q = &chaos_queries[walk->query];
    walk->next = 0;
    walk->first_from = sql_prepare(
        walk->chaos->db,
        str_printf(a,
                   "SELECT seq FROM input i WHERE part = ? AND off >= ? AND"
                   " (%s) ORDER BY off LIMIT 1",
                   q->member)
            .ptr);
    sqlite3_stmt *rows = sql_prepare(
        walk->chaos->db, str_printf(a,
                                    "SELECT off, seq FROM %s_seq WHERE part ="
                                    " %d ORDER BY off",
                                    q->name, walk->partition)
                             .ptr);
    for (int64_t last = -1; sqlite3_step(rows) == SQLITE_ROW;) {
        int64_t off = sqlite3_column_int64(rows, 0);
        int64_t seq = sqlite3_column_int64(rows, 1);
        if (seq != first_member(walk, last < 0 ? 0 : last / PARTITIONS + 1)) {
            bool explained = seq <= last && step_back(walk, off, seq);
            if (!explained && !quiet && walk->wrong < 5)
                printf("WRONG: %s, partition %d: after %lld comes %lld, where "
                       "no death had left the group\n",
                       q->name, walk->partition, (long long)last,
                       (long long)seq);
            walk->wrong += !explained;
        }
        last = seq;
    }
    sqlite3_finalize(rows);
    sqlite3_finalize(walk->first_from);
    arena_free(a);
}

static int check_stream(Chaos *chaos, int query, bool quiet)
{
    Walk walk = {.chaos = chaos, .query = query};
    for (walk.partition = 0; walk.partition < PARTITIONS; walk.partition++)
        walk_partition(&walk, quiet);
    bool late = walk.longest_ms > chaos->commit_ms + ALLOWANCE_MS +
                                      HELD_UP_TIMES * chaos->held_up_ms;
    if (!quiet)
        printf("%sat least once: %s: %lld came twice, in %lld steps back; the "
               "oldest was %lld ms old when the server died\n",
               late ? "WRONG: " : "", chaos_queries[query].name,
               (long long)walk.twice, (long long)walk.steps,
               (long long)walk.longest_ms);
    return (walk.wrong > 0) + late;
}

/* ---- tables and pairs: no more often than deaths explain ---- */

static void load_rewinds(Chaos *chaos)
{
    sql_run(chaos->db,
            "DROP TABLE IF EXISTS rewind;"
            "DROP TABLE IF EXISTS regrouped;"
            "CREATE TABLE regrouped AS SELECT part, off, hex(key) AS key"
            " FROM repartition;"
            "CREATE INDEX regrouped_off ON regrouped(part, off);"
            "CREATE TABLE rewind(death INT, query TEXT, source INT, part INT,"
            " committed INT, ending INT)");
    sqlite3_stmt *insert = sql_prepare(
        chaos->db, "INSERT INTO rewind VALUES(?,?,?,?,?,?)");
    for (int i = 0; i < chaos->rewinds.count; i++) {
        const Rewind *r = &chaos->rewinds.at[i];
        if (r->committed >= r->end) continue;
        sqlite3_bind_int(insert, 1, r->death);
        sqlite3_bind_text(insert, 2, chaos_queries[r->query].name, -1,
                          SQLITE_STATIC);
        sqlite3_bind_int(insert, 3, r->source);
        sqlite3_bind_int(insert, 4, r->partition);
        sqlite3_bind_int64(insert, 5, r->committed);
        sqlite3_bind_int64(insert, 6, r->end);
        sql_step(insert);
    }
    sqlite3_finalize(insert);
}

/* How often records may have been counted once more, by what they are counted
 * under: those of the input behind a committed offset and, where there is one,
 * those of the repartition topic. */
static void make_again(Chaos *chaos, const ChaosQuery *q)
{
    Arena *a = arena_new("again", 0);
    static const char again[] =
        "DROP TABLE IF EXISTS again;"
        "CREATE TABLE again AS SELECT k, sum(n) AS n FROM"
        " (SELECT %s AS k, count(*) AS n FROM rewind r JOIN input i"
        "   ON i.part = r.part AND i.off >= r.committed AND i.off < r.ending"
        "   WHERE r.query = '%s' AND r.source = 0 GROUP BY 1"
        "  UNION ALL SELECT i.key, count(*) FROM rewind r JOIN regrouped i"
        "   ON i.part = r.part AND i.off >= r.committed AND i.off < r.ending"
        "   WHERE r.query = '%s' AND r.source = 1 GROUP BY 1) GROUP BY k;"
        "CREATE INDEX again_k ON again(k)";
    sql_run(chaos->db,
            str_printf(a, again, q->counts_by, q->name, q->name).ptr);
    arena_free(a);
}

static int check_table(Chaos *chaos, const ChaosQuery *q, bool quiet)
{
    Arena *a = arena_new("repeats", 0);
    static const char more[] =
        "SELECT %s FROM %s_model t JOIN %s_last l USING(key)"
        " LEFT JOIN again ON k = %s WHERE l.c > t.c + %s";
    make_again(chaos, q);
    int64_t wrong = sql_number(chaos->db,
                               str_printf(a, more, "count(*)", q->name, q->name,
                                          q->counted, "coalesce(n, 0)")
                                   .ptr);
    int64_t twice = sql_number(
        chaos->db, str_printf(a, more, "coalesce(sum(l.c - t.c), 0)", q->name,
                              q->name, q->counted, "0")
                       .ptr);
    if (wrong && !quiet)
        printf("WRONG: rows of %s count no more than deaths explain: %lld "
               "against it\n",
               q->name, (long long)wrong);
    if (!quiet)
        printf("at least once: %s: %lld counted twice\n", q->name,
               (long long)twice);
    arena_free(a);
    return wrong > 0;
}

/* Each time that one of a pair is read again it may meet the other again, if
 * that was stored before the death. */
static int check_pairs(Chaos *chaos, bool quiet)
{
    int64_t wrong = sql_number(
        chaos->db, "SELECT count(*) FROM (SELECT id, count(*) AS n FROM joined"
                   " GROUP BY id) WHERE n > 1 AND n > 1 + (SELECT count(*) FROM"
                   " (SELECT DISTINCT death, source FROM rewind r"
                   "  WHERE r.query = 'pairs' AND r.part = id % 4 AND id / 4 "
                   ">= r.committed AND"
                   "  id / 4 < r.ending))");
    if (wrong && !quiet)
        printf("WRONG: pairs are joined no more often than deaths explain: "
               "%lld against it\n",
               (long long)wrong);
    return wrong > 0;
}

int repeats_check(Chaos *chaos, int query, bool quiet)
{
    /* Others' rebalances, and a broker that dies, step back too. */
    if (chaos->exactly_once || chaos->processes > 1 || chaos->broker_kills)
        return 0;
    const ChaosQuery *q = &chaos_queries[query];
    load_rewinds(chaos);
    if (q->member) return check_stream(chaos, query, quiet);
    if (q->counts_by) return check_table(chaos, q, quiet);
    return q->key ? 0 : check_pairs(chaos, quiet);
}
