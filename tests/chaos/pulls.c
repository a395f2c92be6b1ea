/* SPDX-License-Identifier: Apache-2.0
 *
 * What pull queries answer: after everything, the same queries are opened once
 * more in this process (a headless server answers none; in the engine's test
 * mode query ids count as there; with a command log it brings them back), and
 * all tables are read through them. Each row is the last that the table's topic
 * has, and no row is missing.
 */
#include <stdio.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "tests/chaos/queries.h"

enum { PATIENCE_MS = 30000, COLUMNS_MAX = 5 };

static bool keep_row(void *context, const Schema *schema, const Value *values,
                     bool tombstone)
{
    sqlite3_stmt *insert = context;
    (void)tombstone;
    for (int i = 0; i < schema->count && i < COLUMNS_MAX; i++) {
        const Value *v = &values[i];
        if (v->null)
            sqlite3_bind_null(insert, i + 1);
        else if (schema->columns[i].type->kind == TYPE_STRING)
            sqlite3_bind_text(insert, i + 1, v->str.ptr, (int)v->str.len,
                              SQLITE_TRANSIENT);
        else
            sqlite3_bind_int64(
                insert, i + 1,
                schema->columns[i].type->kind == TYPE_INT ? v->i32 : v->i64);
    }
    sql_step(insert);
    sqlite3_clear_bindings(insert);
    return true;
}

/* At least once a server may die when the changelog has that a session became
 * part of a larger one, and the topic not yet; nobody knows of the old one
 * then, and it stays in the topic. */
static bool may_be_left(const Chaos *chaos, const ChaosQuery *q)
{
    return !chaos->exactly_once && q->kind == STORE_SESSION;
}

/* Rows that only one of both has; -1 if the table cannot be read. */
static int64_t pull(Chaos *chaos, mr_Session *session, const ChaosQuery *q,
                    Arena *arena, Status *st)
{
    static const char pulled_only[] =
        "SELECT count(*) FROM (SELECT ~ FROM pulled"
        " EXCEPT SELECT key, c, s, m, g FROM #_last)";
    static const char topic_only[] =
        "SELECT count(*) FROM (SELECT key, c, s, m, g FROM #_last"
        " EXCEPT SELECT ~ FROM pulled)";
    sql_run(chaos->db, "DROP TABLE IF EXISTS pulled;"
                       "CREATE TABLE pulled(p0, p1, p2, p3, p4)");
    sqlite3_stmt *insert = sql_prepare(chaos->db,
                                       "INSERT INTO pulled VALUES(?,?,?,?,?)");
    mr_Sink sink = {.context = insert, .row = keep_row};
    *st = mr_execute(session, arena, str_from(q->pull), &sink);
    sqlite3_finalize(insert);
    if (st->kind) return -1;
    int64_t wrong = 0;
    for (int i = 0; i < 2 - may_be_left(chaos, q); i++) {
        const char *sql = i ? topic_only : pulled_only;
        sql = template_fill(arena, sql, '#', q->name);
        wrong += sql_number(chaos->db,
                            template_fill(arena, sql, '~', q->pulled));
    }
    return wrong;
}

/* Reads the table until what is read is the same as in the topic: tasks may
 * still be on their way back. */
static int pull_until_equal(Chaos *chaos, mr_Engine *engine,
                            mr_Session *session, const ChaosQuery *q)
{
    int64_t until = clock_monotonic_ns() + (int64_t)PATIENCE_MS * 1000000;
    int64_t wrong = -1;
    Status st = st_ok();
    while (wrong && clock_monotonic_ns() < until) {
        if (!chaos->interactive) mr_step(engine, 1000);
        wrong = pull(chaos, session, q, chaos->arena, &st);
        if (wrong) clock_sleep_ms(200);
    }
    if (!wrong) return 0;
    printf("WRONG: a pull query answers what the topic of %s has: %lld rows "
           "against it %s\n",
           q->name, (long long)wrong, st.kind ? st.text : "");
    return 1;
}

static Status open_engine(Chaos *chaos, Map *settings, mr_Engine **engine)
{
    const char *const pairs[][2] = {
        {"ksql.service.id", chaos->id},
        {"ksql.streams.auto.offset.reset", "earliest"},
        {"ksql.streams.processing.guarantee",
         chaos->exactly_once ? "exactly_once_v2" : "at_least_once"},
        {"bootstrap.servers", chaos->bootstrap},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!pairs[i][1]) continue;
        Str *value = ARENA_NEW(chaos->arena, Str);
        *value = str_from(pairs[i][1]);
        map_put(chaos->arena, settings, str_from(pairs[i][0]), value);
    }
    mr_Options options = {.mode = chaos->interactive ? MR_INTERACTIVE : MR_TEST,
                          .settings = settings,
                          .data_directory = str_printf(chaos->arena, "%s/data0",
                                                       chaos->directory)};
    return mr_open(chaos->arena, &options, engine);
}

int pulls_compare(Chaos *chaos)
{
    Map settings = {0};
    mr_Engine *engine = NULL;
    int failed = 0;
    Status st = open_engine(chaos, &settings, &engine);
    if (!st.kind) {
        mr_Session *session = mr_session_open(engine);
        mr_Sink nowhere = {.context = NULL};
        if (!chaos->interactive)
            st = mr_execute(session, chaos->arena, str_from(chaos->script),
                            &nowhere);
        for (int i = 0; i < QUERIES && !st.kind; i++)
            if (chaos_queries[i].key)
                failed += pull_until_equal(chaos, engine, session,
                                           &chaos_queries[i]);
        if (!st.kind && chaos->interactive)
            failed += commands_compare(chaos, engine);
        mr_session_close(session);
        mr_close(engine);
    }
    if (st.kind) printf("WRONG: queries for pulling: %s\n", st.text);
    return failed + (st.kind != 0);
}
