/* SPDX-License-Identifier: Apache-2.0
 *
 * A store is what its changelog folds to: after an orderly stop the state
 * database of each aggregate has, key by key, the last value that the changelog
 * has, and nothing else.
 */
#include <dirent.h>
#include <stdio.h>

#include "state/store.h"
#include "tests/chaos/chaos.h"

enum { SUBS_MAX = 3, RETENTION_MS = 2 * 86400000 };

typedef struct Rows {
    sqlite3_stmt *insert;
    int partition;
} Rows;

static void make_tables(Chaos *chaos)
{
    sql_run(chaos->db, "DROP TABLE IF EXISTS changelog;"
                       "DROP TABLE IF EXISTS stored;"
                       "CREATE TABLE stored(part INT, key BLOB, value BLOB,"
                       " time INT)");
}

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
                          StoreKind kind)
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
                .kind = kind,
                .retention_ms = RETENTION_MS};
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

static int64_t count_differences(Chaos *chaos)
{
    static const char fold[] =
        "SELECT part, key, value, time FROM (SELECT part, key, value, time,"
        " max(off) FROM changelog GROUP BY part, key) WHERE value IS NOT NULL";
    static const char stored[] = "SELECT part, key, value, time FROM stored";
    return sql_number(chaos->db,
                      str_printf(chaos->arena,
                                 "SELECT (SELECT count(*) FROM (%s EXCEPT %s))"
                                 " + (SELECT count(*) FROM (%s EXCEPT %s))",
                                 fold, stored, stored, fold)
                          .ptr);
}

/* One changelog against the store that it belongs to. */
static int compare(Chaos *chaos, const char *topic, const char *application,
                   StoreKind kind)
{
    size_t head = strlen(application) + 1;
    size_t tail = strlen("-changelog");
    const char *name = str_printf(chaos->arena, "%.*s",
                                  (int)(strlen(topic) - head - tail),
                                  topic + head)
                           .ptr;
    StateDb *db;
    Status st = state_open(chaos->arena,
                           str_printf(chaos->arena, "%s/data0/state/%s",
                                      chaos->directory, application),
                           NULL, &db);
    if (!st.kind) {
        make_tables(chaos);
        sql_run(chaos->db, "BEGIN");
        st = read_stores(chaos, db, name, kind);
        state_close(db);
        if (!st.kind) st = load_topic(chaos, "changelog", topic);
        sql_run(chaos->db, "COMMIT");
    }
    if (st.kind) {
        printf("WRONG: state of '%s': %s\n", topic, st.text);
        return 1;
    }
    int64_t keys = sql_number(chaos->db, "SELECT count(*) FROM stored");
    int64_t wrong = count_differences(chaos);
    if (!wrong && keys) return 0;
    printf("WRONG: the state of '%s' is its changelog: %lld of %lld keys "
           "against it\n",
           name, (long long)wrong, (long long)keys);
    return 1;
}

/* The stores of one query. */
static int compare_query(Chaos *chaos, const char *application, StoreKind kind)
{
    TopicInfo *topics;
    int count, compared = 0, failed = 0;
    Status st = broker_list_topics(chaos->broker, chaos->arena, &topics,
                                   &count);
    Str prefix = str_printf(chaos->arena, "%s-", application);
    for (int i = 0; !st.kind && i < count; i++) {
        Str name = topics[i].name;
        if (!str_starts_with(name, prefix) ||
            !str_ends_with(name, STR("-changelog")))
            continue;
        compared++;
        failed += compare(chaos, str_cstr(chaos->arena, name), application,
                          kind);
    }
    if (compared) return failed;
    printf("WRONG: '%s' has no changelog\n", application);
    return 1;
}

int stores_compare(Chaos *chaos)
{
    static const struct {
        const char *query;
        StoreKind kind;
    } kinds[] = {{"_COUNTS_", STORE_KEYED},
                 {"_GROUPS_", STORE_KEYED},
                 {"_SESSIONS_", STORE_SESSION}};
    int found = 0, failed = 0;
    DIR *directory = opendir(
        str_printf(chaos->arena, "%s/data0/state", chaos->directory).ptr);
    for (const struct dirent *e; directory && (e = readdir(directory));) {
        for (int i = 0; i < 3; i++) {
            if (!strstr(e->d_name, kinds[i].query) ||
                strstr(e->d_name, ".damaged"))
                continue;
            found++;
            failed += compare_query(
                chaos, str_copy(chaos->arena, str_from(e->d_name)).ptr,
                kinds[i].kind);
        }
    }
    if (directory) closedir(directory);
    if (found == 3) return failed;
    printf("WRONG: %d of 3 state directories\n", found);
    return failed + 1;
}
