/* SPDX-License-Identifier: Apache-2.0
 *
 * Names: from a written column to its logical number, with messages that help
 * (near names, candidates), and the generated names of language 4.2.
 */
#include "planner/planner_int.h"

static Str qualified(Arena *arena, const ScopeColumn *column)
{
    if (!column->source.len) return column->name;
    return str_printf(arena, "%.*s.%.*s", STR_ARG(column->source),
                      STR_ARG(column->name));
}

static Status unknown_source(const Scope *scope, Arena *arena,
                             const AstName *qualifier)
{
    for (int i = 0; i < scope->columns.count; i++)
        if (str_eq(scope->columns.at[i].name, qualifier->text))
            return st_error_at(arena, qualifier->at,
                               "'%.*s' is a column and no source: a field of "
                               "a struct is written with '->'",
                               STR_ARG(qualifier->text));
    return st_error_at(arena, qualifier->at,
                       "'%.*s' is not a source of this query%s",
                       STR_ARG(qualifier->text),
                       near_name(arena, qualifier->text, scope->aliases.at,
                                 scope->aliases.count));
}

static Status unknown_column(const Scope *scope, Arena *arena,
                             const AstName *qualifier, const AstName *name)
{
    VEC(Str) names = {0};
    for (int i = 0; i < scope->columns.count; i++) {
        const ScopeColumn *column = &scope->columns.at[i];
        if (!column->bound) *vec_push(arena, &names) = column->name;
    }
    const char *near = near_name(arena, name->text, names.at, names.count);
    if (qualifier->text.ptr)
        return st_error_at(arena, qualifier->at,
                           "column '%.*s.%.*s' does not exist%s",
                           STR_ARG(qualifier->text), STR_ARG(name->text), near);
    return st_error_at(arena, name->at, "column '%.*s' does not exist%s",
                       STR_ARG(name->text), near);
}

static Status ambiguous(const Scope *scope, Arena *arena, const AstName *name)
{
    Buf list = {0};
    for (int i = 0; i < scope->columns.count; i++) {
        const ScopeColumn *column = &scope->columns.at[i];
        if (!str_eq(column->name, name->text)) continue;
        Str text = qualified(arena, column);
        buf_printf(&list, "%s'%.*s'", list.len ? " or " : "", STR_ARG(text));
    }
    Str text = str_copy(arena, buf_str(&list));
    buf_free(&list);
    return st_error_at(arena, name->at,
                       "column '%.*s' is ambiguous: it could be %.*s",
                       STR_ARG(name->text), STR_ARG(text));
}

static bool has_alias(const Scope *scope, Str alias)
{
    for (int i = 0; i < scope->aliases.count; i++)
        if (str_eq(scope->aliases.at[i], alias)) return true;
    return false;
}

STATUS scope_check_source(const Scope *scope, Arena *arena,
                          const AstName *qualifier)
{
    if (has_alias(scope, qualifier->text)) return st_ok();
    return unknown_source(scope, arena, qualifier);
}

STATUS scope_find(const Scope *scope, Arena *arena, const AstName *qualifier,
                  const AstName *name, int *column)
{
    bool is_qualified = qualifier->text.ptr != NULL;
    if (is_qualified) {
        Status st = scope_check_source(scope, arena, qualifier);
        if (st.kind) return st;
    }
    int found = -1;
    for (int i = 0; i < scope->columns.count; i++) {
        const ScopeColumn *c = &scope->columns.at[i];
        if (!str_eq(c->name, name->text)) continue;
        /* The WINDOW clause's bounds are those of the query: they hide the
         * source's, and any alias may qualify them. */
        if (c->bound) {
            *column = i;
            return st_ok();
        }
        if (is_qualified && !str_eq(c->source, qualifier->text)) continue;
        if (found >= 0) return ambiguous(scope, arena, name);
        found = i;
    }
    if (found < 0) return unknown_column(scope, arena, qualifier, name);
    *column = found;
    return st_ok();
}

const Str *scope_names(const Scope *scope, Arena *arena)
{
    Str *names = ARENA_ARRAY(arena, Str, scope->columns.count + 1);
    for (int i = 0; i < scope->columns.count; i++) {
        const ScopeColumn *column = &scope->columns.at[i];
        bool needs = scope->aliases.count > 1 && column->source.len;
        names[i] = name_quote(arena, column->name);
        if (needs)
            names[i] = str_printf(arena, "%.*s.%.*s",
                                  STR_ARG(name_quote(arena, column->source)),
                                  STR_ARG(names[i]));
    }
    return names;
}

Str name_generated(NameMaker *names)
{
    for (;;) {
        Str name = str_printf(names->arena, "KSQL_COL_%d", names->next++);
        if (!map_get(&names->used, name)) return name;
    }
}

Str name_field(NameMaker *names, Str field)
{
    int *counter = map_get(&names->counters, field);
    if (!counter) {
        counter = ARENA_NEW(names->arena, int);
        map_put(names->arena, &names->counters, field, counter);
    }
    for (;;) {
        int n = (*counter)++;
        Str name = n ? str_printf(names->arena, "%.*s_%d", STR_ARG(field), n)
                     : field;
        if (!map_get(&names->used, name)) return name;
    }
}
