/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions: SET overrides and DEFINEd variables of one client, and the
 * statements that change them.
 */
#include "engine/engine_int.h"

mr_Session *mr_session_open(mr_Engine *engine)
{
    Arena *arena = arena_new("session", 0);
    mr_Session *session = ARENA_NEW(arena, mr_Session);
    session->arena = arena;
    session->engine = engine;
    return session;
}

void mr_session_close(mr_Session *session)
{
    if (session) arena_free(session->arena);
}

static void put_text(Arena *arena, Map *map, Str name, Str value)
{
    Str *kept = ARENA_NEW(arena, Str);
    *kept = str_copy(arena, value);
    map_put(arena, map, str_copy(arena, name), kept);
}

/* Is the property on a list of the settings, under either of its names? */
static bool is_listed(const mr_Engine *engine, const char *setting, Str name)
{
    Str list = engine_setting(engine, NULL, str_from(setting));
    while (list.len) {
        size_t end = str_find(list, STR(","), 0);
        if (end == SIZE_MAX) end = list.len;
        Str one = str_trim((Str){list.ptr, end});
        if (str_eq(setting_canonical(one), setting_canonical(name)))
            return true;
        size_t skip = end < list.len ? end + 1 : end;
        list = (Str){list.ptr + skip, list.len - skip};
    }
    return false;
}

/* Does the operator forbid it? By one of two lists, as the mode says. */
static bool is_denied(const mr_Engine *engine, Str name)
{
    Str mode = engine_setting(engine, NULL,
                              STR("ksql.properties.overrides.validation.mode"));
    if (str_eq_nocase(mode, STR("allowlist")))
        return !is_listed(engine, "ksql.properties.overrides.allowlist", name);
    return is_listed(engine, "ksql.properties.overrides.denylist", name);
}

/* Names that are not ours may be the Kafka clients': only so near to one of
 * ours they must be slips. */
enum { FOREIGN_MAX_SLIPS = 2 };

/* May a session override this, with this value? */
static Status check_override(const mr_Engine *engine, Arena *arena, Str name,
                             Str value)
{
    Str bare = setting_canonical(name);
    const Setting *row = setting_find(bare);

    if ((row && row->flags & SETTING_FIXED) ||
        str_starts_with(bare, STR("ssl.")) || is_denied(engine, name))
        return st_error(arena, ST_USER, "cannot override property '%.*s'",
                        STR_ARG(name));
    if (!row && !setting_is_passed_on(bare) &&
        !str_eq(bare, STR("ksql.idle.connection.timeout.seconds"))) {
        /* Other names may be the Kafka clients' own: only a slip is an error.
         */
        bool ours = str_starts_with(bare, STR("ksql."));
        Near near = near_to(bare);
        int count;
        const Setting *rows = setting_all(&count);
        for (int i = 0; i < count; i++)
            near_offer(&near, str_from(rows[i].name));
        if (near.best.ptr && (ours || near.distance <= FOREIGN_MAX_SLIPS))
            return st_error(arena, ST_USER, "unknown property '%.*s'%s",
                            STR_ARG(name), near_hint(&near, arena, ""));
        if (ours)
            return st_error(arena, ST_USER,
                            "unknown property '%.*s': SHOW PROPERTIES lists "
                            "them",
                            STR_ARG(name));
    }
    return setting_check(arena, bare, value);
}

STATUS mr_session_set(mr_Session *session, Arena *arena, Str name, Str value)
{
    Status st = check_override(session->engine, arena, name, value);
    if (st.kind) return st;
    put_text(session->arena, &session->overrides, setting_canonical(name),
             value);
    return st_ok();
}

void mr_session_define(mr_Session *session, Str name, Str value)
{
    put_text(session->arena, &session->variables, name, value);
}

/* The answer of the reference's shell, as an entity of ours. */
static void answer(Exec *x, const AstStatement *statement, Str message)
{
    Json *entity = entity_new(x->stmt, "message", statement->source);
    json_set(entity, "message", json_new_string(x->stmt, message));
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
}

static Status not_set(Exec *x, const AstStatement *statement)
{
    Near near = near_to(statement->text);
    for (int i = 0; i < x->overrides->count; i++)
        if (x->overrides->entries[i].value)
            near_offer(&near, x->overrides->entries[i].key);
    return st_error_at(x->stmt, statement->text_at,
                       "cannot unset property '%.*s': it is not set%s",
                       STR_ARG(statement->text), near_hint(&near, x->stmt, ""));
}

Status exec_set(Exec *x, const AstStatement *statement)
{
    Str name = setting_canonical(statement->text);
    Str *old = map_get(x->overrides, name);
    Str message;

    if (statement->kind == STMT_UNSET) {
        if (!old) return not_set(x, statement);
        message = str_printf(x->stmt,
                             "Successfully unset local property '%.*s' "
                             "(value was '%.*s').",
                             STR_ARG(statement->text), STR_ARG(*old));
        map_remove(x->overrides, name);
    } else {
        Status st = check_override(x->engine, x->stmt, statement->text,
                                   statement->value);
        if (st.kind) {
            st.at = statement->text_at + 1;
            return st;
        }
        Str before = old ? str_printf(x->stmt, " from '%.*s'", STR_ARG(*old))
                         : STR("");
        message = str_printf(x->stmt,
                             "Successfully changed local property "
                             "'%.*s'%.*s to '%.*s'.%s",
                             STR_ARG(statement->text), STR_ARG(before),
                             STR_ARG(statement->value),
                             old ? ""
                                 : " Use the UNSET command to revert "
                                   "your change.");
        put_text(x->names, x->overrides, name, statement->value);
    }
    answer(x, statement, message);
    return st_ok();
}

Status exec_define(Exec *x, const AstStatement *statement)
{
    /* Variable names are as written. */
    Str name = statement->name.written;

    if (statement->kind == STMT_DEFINE) {
        put_text(x->names, x->variables, name, statement->value);
    } else if (map_get(x->variables, name)) {
        map_remove(x->variables, name);
    } else {
        Json *entity = entity_new(x->stmt, "warning_entity", statement->source);
        json_set(entity, "message",
                 json_new_string(x->stmt,
                                 str_printf(x->stmt,
                                            "Cannot find defined variable with "
                                            "name '%.*s'",
                                            STR_ARG(name))));
        entity_finish(x->stmt, entity, STR_NULL);
        exec_entity(x, entity);
    }
    return st_ok();
}

Status exec_show_variables(Exec *x, const AstStatement *statement)
{
    Json *entity = entity_new(x->stmt, "variables", statement->source);
    Json *list = json_set(entity, "variables", json_new_array(x->stmt));
    for (int i = 0; i < x->variables->count; i++) {
        MapEntry *entry = &x->variables->entries[i];
        if (!entry->value) continue;
        Json *one = json_push(list, json_new_object(x->stmt));
        json_set(one, "name", json_new_string(x->stmt, entry->key));
        json_set(one, "value", json_new_string(x->stmt, *(Str *)entry->value));
    }
    entity_finish(x->stmt, entity, STR_NULL);
    exec_entity(x, entity);
    return st_ok();
}
