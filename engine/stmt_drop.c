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

/* Is anybody else there? Asks a copy without its own query. */
static Status check_readers(Exec *x, const AstStatement *statement,
                            const Source *source)
{
    Catalog *copy = catalog_copy(x->catalog);
    if (source->query_id.len) catalog_unlink(copy, source->query_id);
    Status st = catalog_drop(copy, x->stmt, statement->name.text,
                             statement->name.at);
    catalog_free(copy);
    return st;
}

static Status log_drop(Exec *x, const AstStatement *statement, Str id)
{
    if (x->dry || x->replay) return st_ok();
    return command_log_append(x->engine, x->stmt, id, statement->source,
                              STR_NULL, x->overrides);
}

/* Ends its own query, takes it out of the catalog, deletes the topic; what
 * cannot be undone comes after the log has it. But for the topic of a source
 * without a query: if that is gone, the statement can be said again, and if it
 * were left, nobody would know. */
static Status drop(Exec *x, const AstStatement *statement, Source *source,
                   Str id)
{
    Str own = str_copy(x->stmt, source->query_id);
    Str topic = statement->delete_topic ? str_copy(x->stmt, source->topic)
                                        : STR_NULL;
    EngineQuery *query = own.len ? map_get(x->queries, own) : NULL;
    Status st = check_readers(x, statement, source);
    /* It may write to its topic once more before it is discarded. */
    if (!st.kind && query && topic.len)
        st = query_require_settled(x, query, statement->name.at);
    if (!st.kind && !query && topic.len && !x->dry && !x->replay)
        st = engine_delete_topic(x->engine, x->stmt, topic);
    if (!st.kind && query && !x->dry && !x->replay) st = query_sign(x, query);
    if (!st.kind) st = log_drop(x, statement, id);
    if (st.kind) return st;
    Status left = query ? query_remove(x, query, topic) : st_ok();
    if (own.len) catalog_unlink(x->catalog, own);
    st = catalog_drop(x->catalog, x->stmt, statement->name.text,
                      statement->name.at);
    if (st.kind || !left.kind) return st;
    return st_error_at(x->stmt, statement->name.at,
                       "'%.*s' was dropped, but not its topic '%.*s': %s; "
                       "delete the topic with the tools of your broker",
                       STR_ARG(statement->name.text), STR_ARG(topic),
                       left.text);
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
    if (!st.kind)
        st = source ? drop(x, statement, source, id)
                    : log_drop(x, statement, id);
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
    case STMT_TERMINATE: return query_remove(x, query, STR_NULL);
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
    EngineQuery *query = NULL;
    Status st = st_ok();

    if (!statement->all) {
        st = query_require(x, statement->name.text, statement->name.at, &query);
        if (st.kind) return st;
        if (str_starts_with(query->id, STR("CST_")))
            return st_error_at(x->stmt, statement->name.at,
                               "query '%.*s' belongs to a source table: drop "
                               "the table instead",
                               STR_ARG(query->id));
    }
    if (!x->dry && !x->replay)
        st = command_log_append(x->engine, x->stmt, id, statement->source,
                                STR_NULL, x->overrides);
    if (!st.kind && query) st = control_one(x, statement->kind, query);
    for (int i = 0; statement->all && i < x->queries->count && !st.kind; i++) {
        query = x->queries->entries[i].value;
        if (query && !is_internal(query))
            st = control_one(x, statement->kind, query);
    }
    if (st.kind) return st;
    exec_status(x, statement, id, str_printf(x->stmt, "Query %s.", done).ptr,
                STR_NULL, STR_NULL);
    if (x->dry || !x->replay) x->next_sequence += 2;
    return st_ok();
}
