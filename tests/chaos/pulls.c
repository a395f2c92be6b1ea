/* SPDX-License-Identifier: Apache-2.0
 *
 * What pull queries answer: after everything, the same queries are opened once
 * more in this process (a headless server answers none; in the engine's test
 * mode query ids count as there), and tables are read through them. Each row is
 * the last that the table's topic has, and no row is missing.
 */
#include <stdio.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "tests/chaos/chaos.h"

enum { PATIENCE_MS = 30000 };

static bool keep_row(void *context, const Schema *schema, const Value *values,
                     bool tombstone)
{
    sqlite3_stmt *insert = context;
    (void)schema;
    (void)tombstone;
    sqlite3_bind_text(insert, 1, values[0].str.ptr, (int)values[0].str.len,
                      SQLITE_TRANSIENT);
    sqlite3_bind_int64(insert, 2, values[1].i64);
    sqlite3_bind_int64(insert, 3, values[2].i64);
    sqlite3_step(insert);
    sqlite3_reset(insert);
    return true;
}

/* Reads the table until what is read is the same as in the topic: tasks may
 * still be on their way back. */
static int read_until_equal(Chaos *chaos, mr_Engine *engine,
                            mr_Session *session)
{
    static const char differ[] =
        "SELECT (SELECT count(*) FROM (SELECT key, c, s FROM counts_last"
        " EXCEPT SELECT key, c, s FROM pulled)) + (SELECT count(*) FROM"
        " (SELECT key, c, s FROM pulled"
        " EXCEPT SELECT key, c, s FROM counts_last))";
    int64_t until = clock_monotonic_ns() + (int64_t)PATIENCE_MS * 1000000;
    int64_t wrong = -1;
    Status st = st_ok();
    while (wrong && clock_monotonic_ns() < until) {
        sqlite3_stmt *insert;
        sql_run(chaos->db, "DROP TABLE IF EXISTS pulled;"
                           "CREATE TABLE pulled(key TEXT, c INT, s INT)");
        if (sqlite3_prepare_v2(chaos->db, "INSERT INTO pulled VALUES(?,?,?)",
                               -1, &insert, NULL) != SQLITE_OK)
            return 1;
        mr_step(engine, 1000);
        mr_Sink sink = {.context = insert, .row = keep_row};
        st = mr_execute(session, chaos->arena,
                        STR("SELECT k, c, s FROM counts;"), &sink);
        sqlite3_finalize(insert);
        wrong = st.kind ? -1 : sql_number(chaos->db, differ);
        if (wrong) clock_sleep_ms(200);
    }
    if (!wrong) return 0;
    printf("WRONG: a pull query answers what the table's topic has: %lld rows "
           "against it %s\n",
           (long long)wrong, st.kind ? st.text : "");
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
    mr_Options options = {.mode = MR_TEST,
                          .settings = settings,
                          .data_directory = str_printf(chaos->arena, "%s/data0",
                                                       chaos->directory)};
    return mr_open(chaos->arena, &options, engine);
}

int pulls_compare(Chaos *chaos)
{
    Map settings = {0};
    mr_Engine *engine = NULL;
    int failed = 1;
    Status st = open_engine(chaos, &settings, &engine);
    if (!st.kind) {
        mr_Session *session = mr_session_open(engine);
        mr_Sink nowhere = {.context = NULL};
        st = mr_execute(session, chaos->arena, str_from(chaos->script),
                        &nowhere);
        if (!st.kind) failed = read_until_equal(chaos, engine, session);
        mr_session_close(session);
        mr_close(engine);
    }
    if (st.kind) printf("WRONG: queries for pulling: %s\n", st.text);
    return failed;
}
