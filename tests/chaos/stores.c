/* SPDX-License-Identifier: Apache-2.0
 *
 * Topics inside queries have lost what was read from them.
 *
 * A store is what its changelog folds to: after an orderly stop the state
 * database of each query has, in each store that has a changelog, key by key
 * the last value of the changelog, and nothing else. So for aggregates, the
 * sides and results of joined tables, the subscriptions of foreign keys, and
 * the buffers of joined streams, of which nothing is old enough to expire.
 */
#include <dirent.h>
#include <stdio.h>

#include "tests/chaos/queries.h"

enum { SUBS_MAX = 3 };

typedef struct Rows {
    sqlite3_stmt *insert;
    int partition;
} Rows;

static bool keep_row(void *context, Str key, Str value, int64_t timestamp_ms)
{
    Rows *rows = context;
    sqlite3_bind_int(rows->insert, 1, rows->partition);
    sqlite3_bind_blob(rows->insert, 2, key.len ? key.ptr : "", (int)key.len,
                      SQLITE_TRANSIENT);
    sqlite3_bind_blob(rows->insert, 3, value.len ? value.ptr : "",
                      (int)value.len, SQLITE_TRANSIENT);
    sqlite3_bind_int64(rows->insert, 4, timestamp_ms);
    sqlite3_step(rows->insert);
    sqlite3_reset(rows->insert);
    return true;
}

/* All tasks' stores of that name. */
static Status read_stores(Chaos *chaos, StateDb *db, const char *name,
                          const ChaosQuery *query)
{
    Rows rows = {.insert = NULL};
    if (sqlite3_prepare_v2(chaos->db, "INSERT INTO stored VALUES(?,?,?,?)", -1,
                           &rows.insert, NULL) != SQLITE_OK)
        return st_error(chaos->arena, ST_FATAL, "%s",
                        sqlite3_errmsg(chaos->db));
    Status st = st_ok();
    for (int sub = 0; sub < SUBS_MAX; sub++) {
        for (int p = 0; p < PARTITIONS && !st.kind; p++) {
            StoreOptions options = {
                .name = str_printf(chaos->arena, "%d_%d/%s", sub, p, name),
                .kind = query->kind,
                .retention_ms = query->retention_ms};
            Store *store;
            st = store_open(db, chaos->arena, &options, &store);
            if (st.kind) break;
            rows.partition = p;
            st = store_scan(store, chaos->arena, STR(""), STR_NULL, keep_row,
                            &rows);
            store_close(store);
        }
    }
    sqlite3_finalize(rows.insert);
    return st;
}

/* A changelog, and where its store is. */
typedef struct Changelog {
    const char *topic, *table; /* The table in the database that has it. */
    const char *application;
    const ChaosQuery *query;
} Changelog;

typedef VEC(Changelog) Changelogs;

static int64_t count_differences(Chaos *chaos, const Changelog *changelog)
{
    Str fold = str_printf(
        chaos->arena,
        "SELECT part, key, value, time FROM (SELECT part, key, value, time,"
        " max(off) FROM %s GROUP BY part, key) WHERE value IS NOT NULL",
        changelog->table);
    static const char stored[] = "SELECT part, key, value, time FROM stored";
    return sql_number(chaos->db,
                      str_printf(chaos->arena,
                                 "SELECT (SELECT count(*) FROM (%s EXCEPT %s))"
                                 " + (SELECT count(*) FROM (%s EXCEPT %s))",
                                 fold.ptr, stored, stored, fold.ptr)
                          .ptr);
}

/* A changelog, which is loaded, against the store that it belongs to. */
static int compare(Chaos *chaos, const Changelog *changelog)
{
    size_t head = strlen(changelog->application) + 1;
    size_t tail = strlen("-changelog");
    const char *name = str_printf(chaos->arena, "%.*s",
                                  (int)(strlen(changelog->topic) - head - tail),
                                  changelog->topic + head)
                           .ptr;
    StateDb *db;
    Status st = state_open(chaos->arena,
                           str_printf(chaos->arena, "%s/data0/state/%s",
                                      chaos->directory, changelog->application),
                           NULL, &db);
    if (!st.kind) {
        sql_run(chaos->db, "DROP TABLE IF EXISTS stored;"
                           "CREATE TABLE stored(part INT, key BLOB, value BLOB,"
                           " time INT);"
                           "BEGIN");
        st = read_stores(chaos, db, name, changelog->query);
        state_close(db);
        sql_run(chaos->db, "COMMIT");
    }
    if (st.kind) {
        printf("WRONG: state of '%s': %s\n", changelog->topic, st.text);
        return 1;
    }
    int64_t keys = sql_number(chaos->db, "SELECT count(*) FROM stored");
    int64_t wrong = count_differences(chaos, changelog);
    if (!wrong && keys) return 0;
    printf("WRONG: the state of '%s' is its changelog: %lld of %lld keys "
           "against it\n",
           changelog->topic, (long long)wrong, (long long)keys);
    return 1;
}

/* Adds those of one query; false if there is none. */
static bool find_changelogs(Chaos *chaos, const char *application,
                            const ChaosQuery *query, Changelogs *out)
{
    TopicInfo *topics;
    int count, before = out->count;
    Status st = broker_list_topics(chaos->broker, chaos->arena, &topics,
                                   &count);
    Str prefix = str_printf(chaos->arena, "%s-", application);
    for (int i = 0; !st.kind && i < count; i++) {
        Str name = topics[i].name;
        if (!str_starts_with(name, prefix) ||
            !str_ends_with(name, STR("-changelog")))
            continue;
        *vec_push(chaos->arena, out) = (Changelog){
            .topic = str_cstr(chaos->arena, name),
            .table = str_printf(chaos->arena, "changelog%d", out->count).ptr,
            .application = application,
            .query = query};
    }
    return out->count > before;
}

/* Says which topics inside a query nothing was ever deleted from, though all
 * that is in them was read; returns their number. */
static int count_never_purged(Chaos *chaos, const char *application)
{
    TopicInfo *topics;
    int count, wrong = 0;
    Status st = broker_list_topics(chaos->broker, chaos->arena, &topics,
                                   &count);
    Str prefix = str_printf(chaos->arena, "%s-", application);
    for (int i = 0; !st.kind && i < count; i++) {
        Str name = topics[i].name;
        int64_t gone = 0;
        if (!str_starts_with(name, prefix) ||
            str_ends_with(name, STR("-changelog")))
            continue;
        for (int p = 0; !st.kind && p < topics[i].partition_count; p++) {
            int64_t low = 0, high;
            st = broker_watermarks(chaos->broker, chaos->arena, name, p, &low,
                                   &high);
            gone += low;
        }
        if (st.kind || gone) continue;
        printf("WRONG: '%.*s' was never purged\n", STR_ARG(name));
        wrong++;
    }
    if (st.kind) printf("WRONG: internal topics: %s\n", st.text);
    return wrong + (st.kind != ST_OK);
}

/* The query in whose state directory `name` is; -1: none. */
static int query_of(const Chaos *chaos, const char *name)
{
    for (int i = 0; i < QUERIES; i++) {
        Str upper = str_ascii_upper(chaos->arena,
                                    str_from(chaos_queries[i].name));
        if (strstr(name,
                   str_printf(chaos->arena, "_%.*s_", STR_ARG(upper)).ptr))
            return i;
    }
    return -1;
}

/* All of them are read together: each alone would have to wait for the end of
 * its topic. */
static Status load_changelogs(Chaos *chaos, const Changelogs *changelogs)
{
    int count = changelogs->count;
    const char **tables = ARENA_ARRAY(chaos->arena, const char *, count + 1);
    const char **topics = ARENA_ARRAY(chaos->arena, const char *, count + 1);
    for (int i = 0; i < count; i++) {
        tables[i] = changelogs->at[i].table;
        topics[i] = changelogs->at[i].topic;
    }
    sql_run(chaos->db, "BEGIN");
    Status st = load_topics(chaos, tables, topics, count);
    sql_run(chaos->db, "COMMIT");
    return st;
}

int stores_compare(Chaos *chaos)
{
    int found = 0, expected = 0, failed = 0;
    Changelogs changelogs = {0};
    DIR *directory = opendir(
        str_printf(chaos->arena, "%s/data0/state", chaos->directory).ptr);
    for (const struct dirent *e; directory && (e = readdir(directory));) {
        int query = query_of(chaos, e->d_name);
        if (strstr(e->d_name, ".damaged")) {
            printf("WRONG: no death damages state: %s\n", e->d_name);
            failed++;
            continue;
        }
        if (query < 0 || chaos_queries[query].member) continue;
        const char *application =
            str_copy(chaos->arena, str_from(e->d_name)).ptr;
        found += find_changelogs(chaos, application, &chaos_queries[query],
                                 &changelogs);
        if (chaos->exactly_once)
            failed += count_never_purged(chaos, application);
    }
    if (directory) closedir(directory);
    Status st = load_changelogs(chaos, &changelogs);
    if (st.kind) printf("WRONG: changelogs: %s\n", st.text);
    if (st.kind) return 1;
    for (int i = 0; i < changelogs.count; i++)
        failed += compare(chaos, &changelogs.at[i]);
    for (int i = 0; i < QUERIES; i++)
        expected += chaos_queries[i].member == NULL;
    if (found == expected) return failed;
    printf("WRONG: %d of %d queries have state and changelogs\n", found,
           expected);
    return failed + 1;
}
