/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER SYSTEM (language 3.10): a setting for the whole service, in the command
 * log, so that each node and each start has it. Queries that run are stopped
 * and started again with it, but those that were made with a value of their
 * own.
 */
#include "engine/engine_int.h"

#include "base/log.h"

/* What may be changed while the service runs: the tuning of the Kafka clients
 * and of stream processing. */
static bool is_editable(const Setting *row, Str name)
{
    static const char *const clients[] = {
        "consumer.", "producer.", "main.consumer.", "restore.consumer."};
    if (row)
        return row->flags & SETTING_STREAMS && !(row->flags & SETTING_FIXED);
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++)
        if (str_starts_with(name, str_from(clients[i]))) return true;
    return false;
}

static Status check(Exec *x, const AstStatement *statement, Str name)
{
    const Setting *row = setting_find(name);
    if (!engine_setting_bool(x->engine, NULL,
                             "ksql.runtime.feature.shared.enabled"))
        return st_error_at(x->stmt, statement->at,
                           "ALTER SYSTEM needs "
                           "ksql.runtime.feature.shared.enabled, which is "
                           "off: set '%.*s' in the configuration file, or with "
                           "SET for this session",
                           STR_ARG(statement->text));
    if (!is_editable(row, name))
        return st_error_at(x->stmt, statement->text_at,
                           "'%.*s' cannot be changed while the service runs: "
                           "only settings of ksql.streams, consumer and "
                           "producer can",
                           STR_ARG(statement->text));
    if (str_eq(name, STR("processing.guarantee")) && x->queries->live)
        return st_error_at(x->stmt, statement->text_at,
                           "processing.guarantee cannot change while queries "
                           "run: TERMINATE ALL first");
    Status st = setting_check(x->stmt, name, statement->value);
    if (st.kind) st.at = statement->text_at + 1;
    for (int i = 0; i < x->queries->count && !st.kind; i++) {
        const EngineQuery *query = x->queries->entries[i].value;
        if (query) st = query_require_settled(x, query, statement->at);
    }
    return st;
}

static void put(Arena *arena, Map *map, Str name, Str value)
{
    Str *kept = ARENA_NEW(arena, Str);
    *kept = str_copy(arena, value);
    map_put(arena, map, str_copy(arena, name), kept);
}

static bool same(const Str *a, const Str *b)
{
    return a && b ? str_eq(*a, *b) : a == b;
}

/* A query that has the service's old value gets the new one. */
static void alter_query(Exec *x, EngineQuery *query, Str name, const Str *old,
                        Str value)
{
    if (!same(map_get(query->properties, name), old)) return;
    bool running = query->query != NULL;
    /* Its threads read the map until they have ended. */
    if (running) query_stop(query->query);
    query->query = NULL;
    put(query->arena, query->properties, name, value);
    if (running) query_restart(x->engine, query, x->stmt);
}

Status exec_alter_system(Exec *x, const AstStatement *statement)
{
    Str name = setting_canonical(statement->text);
    Str id = str_printf(x->stmt, "cluster/%.*s/alter", STR_ARG(name));
    Status st = x->replay ? st_ok() : check(x, statement, name);
    if (st.kind) return st;
    if (!x->dry) {
        const Str *old = map_get(&x->engine->settings, name);
        for (int i = 0; i < x->queries->count; i++) {
            EngineQuery *query = x->queries->entries[i].value;
            if (query) alter_query(x, query, name, old, statement->value);
        }
        put(x->engine->arena, &x->engine->settings, name, statement->value);
        if (!x->replay)
            st = command_log_append(x->engine, x->stmt, id, statement->source,
                                    STR_NULL, x->overrides);
    }
    if (st.kind) return st;
    Str message = str_printf(x->stmt, "System property %.*s was set to %.*s.",
                             STR_ARG(statement->text),
                             STR_ARG(statement->value));
    exec_status(x, statement, id, message.ptr, STR_NULL, STR_NULL);
    if (x->dry || !x->replay) x->next_sequence += 2;
    return st_ok();
}
