/* SPDX-License-Identifier: Apache-2.0
 *
 * Topics into an SQLite database in memory: the input as the seed says it must
 * be, and what the brokers have, committed records only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "tests/chaos/chaos.h"

enum { PATIENCE_S = 60 };

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

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) return stmt;
    fprintf(stderr, "chaos: %s: %s\n", sql, sqlite3_errmsg(db));
    abort();
}

static void step(sqlite3_stmt *stmt)
{
    if (sqlite3_step(stmt) != SQLITE_DONE) abort();
    sqlite3_reset(stmt);
}

/* ---- the model's input ---- */

static void load_input(Chaos *chaos)
{
    sql_run(chaos->db,
            "CREATE TABLE input(seq INTEGER PRIMARY KEY, key TEXT, grp INT,"
            " time INT);"
            "CREATE TABLE pair(id INTEGER PRIMARY KEY)");
    sqlite3_stmt *event = prepare(chaos->db,
                                  "INSERT INTO input VALUES(?,?,?,?)");
    sqlite3_stmt *pair = prepare(chaos->db, "INSERT INTO pair VALUES(?)");
    for (int64_t seq = 0; seq < chaos->fed; seq++) {
        Event e = event_of(chaos, seq);
        sqlite3_bind_int64(event, 1, seq);
        sqlite3_bind_text(event, 2, e.key, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int(event, 3, e.group);
        sqlite3_bind_int64(event, 4, e.time_ms);
        step(event);
        if (seq % PARTITIONS) continue;
        int64_t id = seq / PARTITIONS, ms = pair_distance_ms(chaos, id);
        if (ms < -WITHIN_MS || ms > WITHIN_MS) continue;
        sqlite3_bind_int64(pair, 1, id);
        step(pair);
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
        step(stmt);
    }
}

static bool is_read(Consumer *consumer, int partitions)
{
    for (int p = 0; p < partitions; p++) {
        ConsumerReach reach;
        consumer_reach(consumer, 0, p, &reach);
        if (reach.end < 0 || reach.next < reach.end) return false;
    }
    return true;
}

static Status read_topic(Chaos *chaos, const char *topic, int partitions,
                         sqlite3_stmt *stmt)
{
    static const Map none;
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &topic,
                               .topic_count = 1,
                               .properties = &none};
    Consumer *consumer;
    Arena *arena = arena_new("load", 0);
    Status st = consumer_open(chaos->broker, chaos->arena, &options, &consumer);
    if (st.kind) {
        arena_free(arena);
        return st;
    }
    TopicPartition parts[64];
    for (int p = 0; p < partitions; p++)
        parts[p] = (TopicPartition){0, p, OFFSET_BEGINNING, STR_NULL};
    st = consumer_assign(consumer, chaos->arena, parts, partitions);
    int64_t until = clock_monotonic_ns() + (int64_t)PATIENCE_S * 1000000000;
    while (!st.kind && !is_read(consumer, partitions)) {
        RecordSet *sets;
        int count;
        arena_reset(arena);
        st = consumer_poll(consumer, arena, 20, 4096, &sets, &count);
        if (st.kind == ST_RETRY) st = st_ok();
        for (int i = 0; i < count && !st.kind; i++) {
            insert_set(stmt, &sets[i]);
            consumer_release(consumer, &sets[i]);
        }
        if (!st.kind && clock_monotonic_ns() > until)
            st = st_error(chaos->arena, ST_FATAL,
                          "the end of topic '%s' does not come: a transaction "
                          "is open, or the broker is away",
                          topic);
    }
    if (st.kind) st.text = str_copy(chaos->arena, str_from(st.text)).ptr;
    consumer_close(consumer);
    arena_free(arena);
    return st;
}

Status load_topic(Chaos *chaos, const char *table, const char *topic)
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
    sqlite3_stmt *stmt = prepare(
        chaos->db,
        str_printf(chaos->arena, "INSERT INTO %s VALUES(?,?,?,?,?)", table)
            .ptr);
    st = read_topic(chaos, topic, info.partition_count, stmt);
    sqlite3_finalize(stmt);
    return st;
}

Status load_all(Chaos *chaos)
{
    static const char *const outputs[] = {"copies", "counts", "groups",
                                          "sessions", "pairs"};
    if (chaos->db) sqlite3_close(chaos->db);
    chaos->db = NULL;
    if (sqlite3_open(":memory:", &chaos->db) != SQLITE_OK) abort();
    sql_run(chaos->db, "BEGIN");
    load_input(chaos);
    Status st = st_ok();
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs && !st.kind; i++)
        st = load_topic(chaos, outputs[i], topic_of(chaos, outputs[i]));
    sql_run(chaos->db, "COMMIT");
    return st;
}
