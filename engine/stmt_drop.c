/* SPDX-License-Identifier: Apache-2.0
 *
 * DROP STREAM/TABLE, and TERMINATE, PAUSE, RESUME.
 */
#include "engine/engine_int.h"

/* Another source over the same topic, or NULL. */
static const Source *shares_topic(const Catalog *catalog, const Source *source)
{
    for (int i = 0; i < catalog->sources.count; i++) {
        const Source *other = catalog->sources.entries[i].value;
        if (other && other != source && str_eq(other->topic, source->topic))
            return other;
    }
    return NULL;
}

static Status check_drop(Exec *x, const AstStatement *statement,
                         const Source *source)
{
    bool table = statement->kind == STMT_DROP_TABLE;

    if (source->is_table != table)
        return st_error_at(x->stmt, statement->name.at,
                           "'%.*s' is a %s: use DROP %s", STR_ARG(source->name),
                           source->is_table ? "table" : "stream",
                           source->is_table ? "TABLE" : "STREAM");
    if (!statement->delete_topic) return st_ok();
    if (source->is_source)
        return st_error_at(x->stmt, statement->name.at,
                           "cannot delete the topic of '%.*s': it is a "
                           "read-only source",
                           STR_ARG(source->name));
    const Source *other = shares_topic(x->catalog, source);
    if (other)
        return st_error_at(x->stmt, statement->name.at,
                           "cannot delete the topic '%.*s' of '%.*s': "
                           "'%.*s' uses it too",
                           STR_ARG(source->topic), STR_ARG(source->name),
                           STR_ARG(other->name));
    return st_ok();
}

/* Ends its own query, takes it out of the catalog, deletes the topic. */
static Status drop(Exec *x, const AstStatement *statement, Source *source)
{
    Str topic = str_copy(x->stmt, source->topic);
    Str own = str_copy(x->stmt, source->query_id);
    EngineQuery *query = own.len ? map_get(x->queries, own) : NULL;

    /* Is anybody else there? Ask a copy without its own query. */
    Catalog *copy = catalog_copy(x->catalog);
    if (own.len) catalog_unlink(copy, own);
    Status st = catalog_drop(copy, x->stmt, statement->name.text,
                             statement->name.at);
    catalog_free(copy);
    if (st.kind) return st;
    if (query) st = query_remove(x, query);
    if (st.kind) return st;
    if (own.len) catalog_unlink(x->catalog, own);
    st = catalog_drop(x->catalog, x->stmt, statement->name.text,
                      statement->name.at);
    if (st.kind) return st;
    if (statement->delete_topic && !x->dry && !x->replay) {
        st = broker_delete_topic(x->engine->broker, x->stmt, topic);
        if (st.kind == ST_USER) st = st_ok();
    }
    return st;
}

Status exec_drop_source(Exec *x, const AstStatement *statement)
{
    bool table = statement->kind == STMT_DROP_TABLE;
    Str name = statement->name.text;
    Str id = str_printf(x->stmt, "%s/%.*s/drop", table ? "table" : "stream",
                        STR_ARG(name));
    Source *source = catalog_find(x->catalog, name);
    Status st = st_ok();

    if (!source && !statement->if_exists)
        return catalog_require(x->catalog, x->stmt, name, statement->name.at,
                               &source);
    if (source) st = check_drop(x, statement, source);
    if (!st.kind && source) st = drop(x, statement, source);
    if (!st.kind && !x->dry && !x->replay)
        st = command_log_append(x->engine, x->stmt, id, statement->source,
                                STR_NULL, x->overrides);
    if (st.kind) return st;
    Str message = source
                      ? str_printf(x->stmt,
                                   "Source `%.*s` (topic: %.*s) was dropped.",
                                   STR_ARG(name), STR_ARG(source->topic))
                      : str_printf(x->stmt, "Source `%.*s` does not exist.",
                                   STR_ARG(name));
    exec_status(x, statement, id, message.ptr, STR_NULL, STR_NULL);
    if (x->dry || !x->replay) x->next_sequence += 2;
    return st_ok();
}

/* ---- TERMINATE, PAUSE, RESUME ---- */

/* The query of a CREATE SOURCE TABLE, which belongs to its table. */
static bool is_internal(const EngineQuery *query)
{
    return query->plan && !query->plan->sink.len;
}

static Status control_one(Exec *x, AstStatementKind kind, EngineQuery *query)
{
    switch (kind) {
    case STMT_TERMINATE: return query_remove(x, query);
    case STMT_PAUSE:
        if (x->dry) break;
        query->paused = true;
        if (query->query) query_pause(query->query);
        break;
    default:
        if (x->dry) break;
        query->paused = false;
        if (query->query) query_resume(query->query);
        break;
    }
    return st_ok();
}

Status exec_control(Exec *x, const AstStatement *statement)
{
    const char *word = statement->kind == STMT_TERMINATE ? "terminate"
                       : statement->kind == STMT_PAUSE   ? "pause"
                                                         : "resume";
    const char *done = statement->kind == STMT_TERMINATE ? "terminated"
                       : statement->kind == STMT_PAUSE   ? "paused"
                                                         : "resumed";
    Str name = statement->all ? STR("ALL") : statement->name.text;
    Str id = str_printf(x->stmt, "%s/%.*s/execute", word, STR_ARG(name));
    Status st = st_ok();

    if (statement->all) {
        for (int i = 0; i < x->queries->count && !st.kind; i++) {
            EngineQuery *query = x->queries->entries[i].value;
            if (query && !is_internal(query))
                st = control_one(x, statement->kind, query);
        }
    } else {
        EngineQuery *query;
        st = query_require(x, statement->name.text, statement->name.at, &query);
        if (st.kind) return st;
        if (str_starts_with(query->id, STR("CST_")))
            return st_error_at(x->stmt, statement->name.at,
                               "query '%.*s' belongs to a source table: drop "
                               "the table instead",
                               STR_ARG(query->id));
        st = control_one(x, statement->kind, query);
    }
    if (!st.kind && !x->dry && !x->replay)
        st = command_log_append(x->engine, x->stmt, id, statement->source,
                                STR_NULL, x->overrides);
    if (st.kind) return st;
    exec_status(x, statement, id, str_printf(x->stmt, "Query %s.", done).ptr,
                STR_NULL, STR_NULL);
    if (x->dry || !x->replay) x->next_sequence += 2;
    return st_ok();
}
