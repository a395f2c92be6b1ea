/* SPDX-License-Identifier: Apache-2.0
 *
 * Topics into an SQLite database in memory: the input as the seed says it must
 * be, and what the brokers have, committed records only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "tests/chaos/queries.h"

enum { PATIENCE_S = 60, TOPICS_MAX = 32 };

void sql_run(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK) return;
    fprintf(stderr, "chaos: %s: %s\n", sql, why);
    abort();
}

int64_t sql_number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_step(stmt) != SQLITE_ROW) {
        fprintf(stderr, "chaos: %s: %s\n", sql, sqlite3_errmsg(db));
        abort();
    }
    int64_t number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return number;
}

sqlite3_stmt *sql_prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) return stmt;
    fprintf(stderr, "chaos: %s: %s\n", sql, sqlite3_errmsg(db));
    abort();
}

void sql_step(sqlite3_stmt *stmt)
{
    if (sqlite3_step(stmt) != SQLITE_DONE) abort();
    sqlite3_reset(stmt);
}

/* ---- the model's input ---- */

static void load_input(Chaos *chaos)
{
    sql_run(chaos->db,
            "CREATE TABLE input(seq INTEGER PRIMARY KEY, part INT, off INT,"
            " key TEXT, grp INT, time INT);"
            "CREATE INDEX input_off ON input(part, off);"
            "CREATE INDEX input_key ON input(key);"
            "CREATE INDEX input_grp ON input(grp);"
            "CREATE TABLE pair(id INTEGER PRIMARY KEY)");
    sqlite3_stmt *event = sql_prepare(chaos->db,
                                      "INSERT INTO input VALUES(?,?,?,?,?,?)");
    sqlite3_stmt *pair = sql_prepare(chaos->db, "INSERT INTO pair VALUES(?)");
    for (int64_t seq = 0; seq < chaos->fed; seq++) {
        Event e = event_of(chaos, seq);
        sqlite3_bind_int64(event, 1, seq);
        sqlite3_bind_int(event, 2, e.partition);
        sqlite3_bind_int64(event, 3, seq / PARTITIONS);
        sqlite3_bind_text(event, 4, e.key, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int(event, 5, e.group);
        sqlite3_bind_int64(event, 6, e.time_ms);
        sql_step(event);
        if (seq % PARTITIONS) continue;
        int64_t id = seq / PARTITIONS, ms = pair_distance_ms(chaos, id);
        if (ms < -WITHIN_MS || ms > WITHIN_MS) continue;
        sqlite3_bind_int64(pair, 1, id);
        sql_step(pair);
    }
    sqlite3_finalize(event);
    sqlite3_finalize(pair);
}

/* ---- topics ---- */

static void bind_bytes(sqlite3_stmt *stmt, int at, Str bytes)
{
    if (bytes.ptr)
        sqlite3_bind_blob(stmt, at, bytes.len ? bytes.ptr : "", (int)bytes.len,
                          SQLITE_TRANSIENT);
    else
        sqlite3_bind_null(stmt, at);
}

static void insert_set(sqlite3_stmt *stmt, const RecordSet *set)
{
    for (int i = 0; i < set->count; i++) {
        const Record *record = &set->records[i];
        sqlite3_bind_int(stmt, 1, set->partition);
        sqlite3_bind_int64(stmt, 2, record->offset);
        bind_bytes(stmt, 3, record->key);
        bind_bytes(stmt, 4, record->value);
        sqlite3_bind_int64(stmt, 5, record->timestamp_ms);
        sql_step(stmt);
    }
}

/* Topics that are read together, each into its table. */
typedef struct Loading {
    const char *topics[TOPICS_MAX];
    sqlite3_stmt *inserts[TOPICS_MAX];
    int partitions[TOPICS_MAX];
    int count;
} Loading;

static bool is_read(const Loading *loading, Consumer *consumer)
{
    for (int t = 0; t < loading->count; t++) {
        for (int p = 0; p < loading->partitions[t]; p++) {
            ConsumerReach reach;
            consumer_reach(consumer, t, p, &reach);
            /* Where nothing was ever written, nothing tells what is next. */
            if (reach.end != 0 && (reach.end < 0 || reach.next < reach.end))
                return false;
        }
    }
    return true;
}

static Status never_ends(Chaos *chaos, const Loading *loading,
                         Consumer *consumer)
{
    for (int t = 0; t < loading->count; t++) {
        for (int p = 0; p < loading->partitions[t]; p++) {
            ConsumerReach reach;
            consumer_reach(consumer, t, p, &reach);
            if (reach.end < 0 || reach.next < reach.end)
                return st_error(chaos->arena, ST_FATAL,
                                "the end of '%s' partition %d does not come "
                                "(%lld of %lld): a transaction is open, or the "
                                "broker is away",
                                loading->topics[t], p, (long long)reach.next,
                                (long long)reach.end);
        }
    }
    return st_ok();
}

static Status assign_all(const Loading *loading, Consumer *consumer,
                         Arena *arena)
{
    TopicPartition parts[TOPICS_MAX * PARTITIONS];
    int count = 0;
    for (int t = 0; t < loading->count; t++)
        for (int p = 0; p < loading->partitions[t]; p++)
            parts[count++] = (TopicPartition){t, p, OFFSET_BEGINNING, STR_NULL};
    return consumer_assign(consumer, arena, parts, count);
}

static Status read_topics(Chaos *chaos, const Loading *loading)
{
    static const Map none;
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = loading->topics,
                               .topic_count = loading->count,
                               .properties = &none};
    Consumer *consumer;
    Arena *arena = arena_new("load", 0);
    Status st = consumer_open(chaos->broker, chaos->arena, &options, &consumer);
    if (st.kind) {
        arena_free(arena);
        return st;
    }
    st = assign_all(loading, consumer, chaos->arena);
    int64_t until = clock_monotonic_ms() + PATIENCE_S * 1000;
    while (!st.kind && !is_read(loading, consumer)) {
        RecordSet *sets;
        int count;
        arena_reset(arena);
        st = consumer_poll(consumer, arena, 20, 4096, &sets, &count);
        if (st.kind == ST_RETRY) st = st_ok();
        for (int i = 0; i < count && !st.kind; i++) {
            insert_set(loading->inserts[sets[i].topic_index], &sets[i]);
            consumer_release(consumer, &sets[i]);
        }
        if (!st.kind && clock_monotonic_ms() > until)
            st = never_ends(chaos, loading, consumer);
    }
    if (st.kind) st.text = str_copy(chaos->arena, str_from(st.text)).ptr;
    consumer_close(consumer);
    arena_free(arena);
    return st;
}

/* A table of its own for the topic, to be read into. */
static Status add_topic(Chaos *chaos, Loading *loading, const char *table,
                        const char *topic)
{
    TopicInfo info;
    sql_run(chaos->db,
            str_printf(chaos->arena,
                       "CREATE TABLE %s(part INT, off INT, key BLOB, "
                       "value BLOB, time INT)",
                       table)
                .ptr);
    Status st = broker_describe_topic(chaos->broker, chaos->arena,
                                      str_from(topic), &info);
    if (st.kind == ST_USER) return st_ok(); /* Killed before it was made. */
    if (st.kind) return st;
    assert(loading->count < TOPICS_MAX && info.partition_count <= PARTITIONS);
    loading->topics[loading->count] = topic;
    loading->partitions[loading->count] = info.partition_count;
    loading->inserts[loading->count++] = sql_prepare(
        chaos->db,
        str_printf(chaos->arena, "INSERT INTO %s VALUES(?,?,?,?,?)", table)
            .ptr);
    return st;
}

static Status load(Chaos *chaos, Loading *loading)
{
    Status st = loading->count ? read_topics(chaos, loading) : st_ok();
    for (int i = 0; i < loading->count; i++)
        sqlite3_finalize(loading->inserts[i]);
    return st;
}

Status load_topics(Chaos *chaos, const char *const *tables,
                   const char *const *topics, int count)
{
    Loading loading = {.count = 0};
    Status st = st_ok();
    for (int i = 0; i < count && !st.kind; i++)
        st = add_topic(chaos, &loading, tables[i], topics[i]);
    return st.kind ? st : load(chaos, &loading);
}

Status load_topic(Chaos *chaos, const char *table, const char *topic)
{
    return load_topics(chaos, &table, &topic, 1);
}

Status load_all(Chaos *chaos)
{
    Loading loading = {.count = 0};
    if (chaos->db) sqlite3_close(chaos->db);
    chaos->db = NULL;
    if (sqlite3_open(":memory:", &chaos->db) != SQLITE_OK) abort();
    sql_run(chaos->db, "BEGIN");
    load_input(chaos);
    Status st = st_ok();
    for (int i = 0; i < QUERIES && !st.kind; i++)
        st = add_topic(chaos, &loading, chaos_queries[i].name,
                       topic_of(chaos, chaos_queries[i].name));
    /* What comes twice into this counts twice behind it. */
    if (!st.kind && !chaos->exactly_once)
        st = add_topic(chaos, &loading, "repartition", repartition_of(chaos));
    if (!st.kind) st = load(chaos, &loading);
    sql_run(chaos->db, "COMMIT");
    return st;
}
