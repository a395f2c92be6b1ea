/* SPDX-License-Identifier: Apache-2.0
 *
 * The command log against what was said, and what there is against the command
 * log.
 *
 * Each statement that was answered is in the log once, in the order in which
 * they were said; one in doubt is there once or not; one refused is not. The
 * log, followed from its begin, tells which queries must be there after a
 * restart; there are those and no others, nor anything left of others: no
 * internal topics, no state, no offsets. A topic is gone if it was dropped with
 * its source, and there if it was not. What the streams among the extra queries
 * wrote is the input's records of their group: each once, and all of them if
 * the query is still there and was the same from its begin.
 */
#include <dirent.h>
#include <stdio.h>

#include "engine/engine.h"
#include "planner/catalog.h"
#include "tests/chaos/queries.h"
#include "tests/chaos/talk.h"

/* What the log says of an extra query. */
typedef struct Logged {
    bool created, replaced, paused, terminated, dropped, topic_dropped;
    const char *query_id;
} Logged;

typedef struct Log {
    Chaos *chaos;
    VEC(const char *) ids; /* Queries that must be there. */
    Logged *extras;
    int failed;
    bool quiet;
} Log;

static void wrong(Log *log, const char *what, const char *of)
{
    log->failed++;
    if (!log->quiet) printf("WRONG: %s: %s\n", what, of);
}

static const char *text_at(const Chaos *chaos, sqlite3_stmt *rows, int at)
{
    const char *text = (const char *)sqlite3_column_text(rows, at);
    return text ? str_copy(chaos->arena, str_from(text)).ptr : NULL;
}

/* The last of the statements said before `end` that has this text and was not
 * refused; -1: none. */
static int said_before(const Talk *talk, int end, const char *text)
{
    for (int i = end - 1; i >= 0; i--)
        if (talk->said.at[i].fate != FATE_REFUSED &&
            !strcmp(talk->said.at[i].text, text))
            return i;
    return -1;
}

/* From the log's end to its begin: each has its statement, before those of the
 * later ones; then no statement that was answered may be left. */
static void match(Log *log)
{
    const Talk *talk = log->chaos->talk;
    bool *taken = ARENA_ARRAY(log->chaos->arena, bool, talk->said.count + 1);
    memset(taken, 0, sizeof *taken * (size_t)talk->said.count);
    int end = talk->said.count;
    sqlite3_stmt *rows = sql_prepare(
        log->chaos->db, "SELECT text FROM command ORDER BY off DESC");
    while (sqlite3_step(rows) == SQLITE_ROW) {
        const char *text = text_at(log->chaos, rows, 0);
        int at = said_before(talk, end, text);
        if (at < 0) {
            wrong(log, "in the log, but not said, or not then", text);
            continue;
        }
        taken[at] = true;
        end = at;
    }
    sqlite3_finalize(rows);
    for (int i = 0; i < talk->said.count; i++)
        if (talk->said.at[i].fate == FATE_DONE && !taken[i])
            wrong(log, "answered, but not in the log", talk->said.at[i].text);
}

static void follow_one(Log *log, const char *text, const char *query_id)
{
    const Talk *talk = log->chaos->talk;
    int at = said_before(talk, talk->said.count, text);
    if (at < 0) return;
    const Said *said = &talk->said.at[at];
    if (said->deed == DEED_BASE) {
        if (query_id) *vec_push(log->chaos->arena, &log->ids) = query_id;
        return;
    }
    Logged *extra = &log->extras[said->extra];
    switch (said->deed) {
    case DEED_CREATE:
        extra->created = true;
        extra->query_id = query_id;
        break;
    case DEED_REPLACE: extra->replaced = true; break;
    case DEED_PAUSE: extra->paused = true; break;
    case DEED_RESUME: extra->paused = false; break;
    case DEED_TERMINATE: extra->terminated = true; break;
    case DEED_DROP_TOPIC: extra->topic_dropped = true; /* Fall through. */
    default: extra->dropped = true;
    }
}

/* What the log, followed from its begin, says. */
static Status read_log(Log *log)
{
    Chaos *chaos = log->chaos;
    sql_run(chaos->db, "DROP TABLE IF EXISTS commands;"
                       "DROP TABLE IF EXISTS command");
    Status st = load_topic(
        chaos, "commands",
        str_printf(chaos->arena, "_confluent-ksql-%s_command_topic", chaos->id)
            .ptr);
    if (st.kind) return st;
    sql_run(chaos->db,
            "CREATE TABLE command AS SELECT off,"
            " json_extract(CAST(value AS TEXT), '$.statement') AS text,"
            " json_extract(CAST(value AS TEXT), '$.plan.queryId') AS id"
            " FROM commands ORDER BY off");
    int extras = chaos->talk->extras.count;
    log->extras = ARENA_ARRAY(chaos->arena, Logged, extras + 1);
    memset(log->extras, 0, sizeof(Logged) * (size_t)extras);
    sqlite3_stmt *rows = sql_prepare(chaos->db, "SELECT text, id FROM command"
                                                " ORDER BY off");
    while (sqlite3_step(rows) == SQLITE_ROW)
        follow_one(log, text_at(chaos, rows, 0), text_at(chaos, rows, 1));
    sqlite3_finalize(rows);
    for (int i = 0; i < extras; i++) {
        const Logged *extra = &log->extras[i];
        if (extra->created && !extra->terminated && !extra->dropped)
            *vec_push(chaos->arena, &log->ids) = extra->query_id;
    }
    return st;
}

static bool is_logged(const Log *log, Str id)
{
    for (int i = 0; i < log->ids.count; i++)
        if (log->ids.at[i] && str_eq(id, str_from(log->ids.at[i]))) return true;
    return false;
}

/* ---- what the extra queries wrote ---- */

static void check_stream(Log *log, int n, bool complete)
{
    Chaos *chaos = log->chaos;
    Arena *a = arena_new("extra", 0);
    const char *topic = extra_topic(chaos, n);
    sql_run(chaos->db, "DROP TABLE IF EXISTS extra;"
                       "DROP TABLE IF EXISTS extra_seq");
    Status st = load_topic(chaos, "extra", topic);
    if (st.kind) wrong(log, topic, st.text);
    sql_run(chaos->db,
            "CREATE TABLE extra_seq AS SELECT"
            " json_extract(CAST(value AS TEXT), '$.SEQ') AS seq FROM extra");
    const char *member = str_printf(a, "grp IN (%d, %d)", n % GROUPS,
                                    (n + log->extras[n].replaced) % GROUPS)
                             .ptr;
    if (sql_number(chaos->db,
                   str_printf(a,
                              "SELECT count(*) FROM extra_seq WHERE seq NOT IN"
                              " (SELECT seq FROM input WHERE %s)",
                              member)
                       .ptr))
        wrong(log, "records that its query does not pass", topic);
    if (chaos->exactly_once &&
        sql_number(chaos->db, "SELECT count(*) - count(DISTINCT seq)"
                              " FROM extra_seq"))
        wrong(log, "records that came twice", topic);
    if (complete &&
        sql_number(chaos->db,
                   str_printf(a,
                              "SELECT count(*) FROM input WHERE (%s) AND seq"
                              " NOT IN (SELECT seq FROM extra_seq)",
                              member)
                       .ptr))
        wrong(log, "records are missing", topic);
    arena_free(a);
}

static void check_records(Log *log)
{
    const Talk *talk = log->chaos->talk;
    for (int i = 0; i < talk->extras.count; i++) {
        const Logged *extra = &log->extras[i];
        if (talk->extras.at[i].table || extra->topic_dropped) continue;
        check_stream(log, i,
                     extra->created && !extra->dropped && !extra->terminated &&
                         !extra->replaced && !extra->paused);
    }
}

int commands_check(Chaos *chaos, bool quiet)
{
    Log log = {.chaos = chaos, .quiet = quiet};
    if (!chaos->talk) return 0;
    Status st = read_log(&log);
    if (st.kind) wrong(&log, "the command log", st.text);
    if (st.kind) return 1;
    match(&log);
    check_records(&log);
    return log.failed + chaos->talk->unexpected;
}

/* ---- what there is ---- */

/* The query that a name with the prefix of a query's things belongs to;
 * STR_NULL: none. */
static Str owner_of(const Chaos *chaos, Str name)
{
    Str prefix = str_printf(chaos->arena, "_confluent-ksql-%squery_",
                            chaos->id);
    if (!str_starts_with(name, prefix)) return STR_NULL;
    Str id = {name.ptr + prefix.len, name.len - prefix.len};
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] == '-') id.len = i;
    return id;
}

static void check_owner(Log *log, Str name, const char *what)
{
    Str id = owner_of(log->chaos, name);
    if (id.ptr && !is_logged(log, id))
        wrong(log, what, str_cstr(log->chaos->arena, name));
}

static void check_topics(Log *log, Broker *broker)
{
    Chaos *chaos = log->chaos;
    TopicInfo *topics;
    int count;
    Status st = broker_list_topics(broker, chaos->arena, &topics, &count);
    if (st.kind) {
        wrong(log, "topics", st.text);
        return;
    }
    for (int i = 0; i < count; i++)
        check_owner(log, topics[i].name, "a topic of a query that is gone");
    for (int n = 0; n < chaos->talk->extras.count; n++) {
        const Logged *extra = &log->extras[n];
        Str topic = str_from(extra_topic(chaos, n));
        bool there = false;
        for (int i = 0; i < count; i++)
            there |= str_eq(topics[i].name, topic);
        if (extra->created && there == extra->topic_dropped)
            wrong(log,
                  there ? "a topic that was deleted"
                        : "no topic, though it was not deleted",
                  topic.ptr);
    }
}

static void check_state(Log *log)
{
    Chaos *chaos = log->chaos;
    DIR *directory = opendir(
        str_printf(chaos->arena, "%s/data0/state", chaos->directory).ptr);
    for (const struct dirent *e; directory && (e = readdir(directory));)
        check_owner(log, str_from(e->d_name), "state of a query that is gone");
    if (directory) closedir(directory);
}

static void check_offsets(Log *log, Broker *broker)
{
    Chaos *chaos = log->chaos;
    for (int n = 0; n < chaos->talk->extras.count; n++) {
        const Logged *extra = &log->extras[n];
        if (!extra->query_id || is_logged(log, str_from(extra->query_id)))
            continue;
        TopicPartition part = {.partition = 0};
        GroupOffsets group = {.group = str_printf(chaos->arena,
                                                  "_confluent-ksql-%squery_%s",
                                                  chaos->id, extra->query_id),
                              .topic = topic_of(chaos, "in"),
                              .parts = &part,
                              .count = 1};
        broker_committed_groups(broker, chaos->arena, &group, 1);
        if (!group.status.kind && part.offset >= 0)
            wrong(log, "offsets of a query that is gone", extra->query_id);
    }
}

static void check_queries(Log *log, mr_Engine *engine)
{
    Chaos *chaos = log->chaos;
    mr_QueryStats *stats;
    int count;
    Status st = mr_query_stats(engine, chaos->arena, &stats, &count);
    if (st.kind) wrong(log, "queries", st.text);
    for (int i = 0; i < count && !st.kind; i++)
        if (!is_logged(log, stats[i].id))
            wrong(log, "a query that the log has ended",
                  str_cstr(chaos->arena, stats[i].id));
    for (int i = 0; i < log->ids.count && !st.kind; i++) {
        bool there = false;
        for (int j = 0; j < count; j++)
            there |= log->ids.at[i] &&
                     str_eq(stats[j].id, str_from(log->ids.at[i]));
        if (!there)
            wrong(log, "the log has a query that is not there",
                  log->ids.at[i] ? log->ids.at[i] : "without an id");
    }
}

static void check_sources(Log *log, const mr_Engine *engine)
{
    Chaos *chaos = log->chaos;
    for (int n = 0; n < chaos->talk->extras.count; n++) {
        const Logged *extra = &log->extras[n];
        Str name = str_printf(chaos->arena, "EXTRA_%d", n);
        bool there = catalog_find(mr_catalog(engine), name) != NULL;
        if (there != (extra->created && !extra->dropped))
            wrong(log,
                  there ? "a source that was dropped" : "a source is missing",
                  name.ptr);
    }
}

int commands_compare(Chaos *chaos, mr_Engine *engine)
{
    Log log = {.chaos = chaos};
    Broker *broker = mr_broker(engine);
    chaos->broker = broker;
    Status st = read_log(&log);
    chaos->broker = NULL;
    if (st.kind) wrong(&log, "the command log", st.text);
    if (st.kind) return 1;
    check_queries(&log, engine);
    check_sources(&log, engine);
    check_topics(&log, broker);
    check_state(&log);
    check_offsets(&log, broker);
    const Talk *talk = chaos->talk;
    int doubt = 0;
    for (int i = 0; i < talk->said.count; i++)
        doubt += talk->said.at[i].fate == FATE_DOUBT;
    printf("commands: %d said, %d in doubt, %d extra queries\n",
           talk->said.count, doubt, talk->extras.count);
    return log.failed;
}
