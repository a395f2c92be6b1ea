/* SPDX-License-Identifier: Apache-2.0
 *
 * What the planner's tests share: a catalog with a world around it, filled by
 * SQL text. Topics exist if they were added or made by a statement.
 */
#ifndef TESTS_UNIT_PLANNER_FIXTURE_H
#define TESTS_UNIT_PLANNER_FIXTURE_H

#include "parser/parser.h"
#include "planner/planner.h"
#include "tests/unit/check.h"

typedef struct Fixture {
    Arena *arena;
    Catalog *catalog;
    Map topics;   /* int * by name. */
    Map settings; /* Str * by name. */
    int queries;
    /* What the last statement gave. */
    Plan *plan;
    Source *source;
    TopicPlan topic;
    Str warning;
    InsertRow row;
} Fixture;

static Status fixture_topic(void *context, Arena *stmt, Str name,
                            int *partitions, int *replicas)
{
    (void)stmt;
    Fixture *f = context;
    int *count = map_get(&f->topics, name);
    *partitions = count ? *count : 0;
    *replicas = count ? 1 : 0;
    return st_ok();
}

static Str fixture_setting(void *context, Str name)
{
    Fixture *f = context;
    Str *value = map_get(&f->settings, name);
    return value ? *value : STR_NULL;
}

/* Constructors of literals; a call is beyond it, and fails. */
static bool fixture_eval(void *context, Arena *stmt, const Expr *expr,
                         Value *value, const char **why)
{
    *value = VALUE_NULL;
    *why = "not computed in this test";
    if (expr->kind == EXPR_LITERAL) {
        *value = expr->literal;
        return true;
    }
    if (expr->kind != EXPR_ARRAY && expr->kind != EXPR_STRUCT) return false;
    List *list = list_new(stmt, expr->arg_count);
    for (int i = 0; i < expr->arg_count; i++)
        if (!fixture_eval(context, stmt, expr->args[i], &list->items[i], why))
            return false;
    *value = (Value){.list = list};
    return true;
}

static inline Fixture *fixture_new(void)
{
    Arena *arena = arena_new("fixture", 0);
    Fixture *f = ARENA_NEW(arena, Fixture);
    f->arena = arena;
    f->catalog = catalog_new();
    return f;
}

static inline void fixture_free(Fixture *f)
{
    catalog_free(f->catalog);
    arena_free(f->arena);
}

static inline void fixture_add_topic(Fixture *f, Str name, int partitions)
{
    int *count = ARENA_NEW(f->arena, int);
    *count = partitions;
    map_put(f->arena, &f->topics, str_copy(f->arena, name), count);
}

static inline void fixture_set(Fixture *f, const char *name, const char *value)
{
    Str *text = ARENA_NEW(f->arena, Str);
    *text = str_from(value);
    map_put(f->arena, &f->settings, str_from(name), text);
}

/* Takes a planned source into the catalog. */
static Status fixture_add(Fixture *f, const AstStatement *statement)
{
    Source *old = catalog_find(f->catalog, f->source->name);
    if (old && statement->or_replace) {
        Status st = plan_check_replace(f->arena, old, NULL, f->source, NULL);
        if (st.kind) return st;
        map_remove(&f->catalog->sources, old->name);
    }
    if (f->topic.create)
        fixture_add_topic(f, f->topic.topic, f->topic.partitions);
    return catalog_add(f->catalog, f->arena, f->source);
}

static Status fixture_query(Fixture *f, const PlanEnv *env,
                            const AstStatement *statement)
{
    Status st = plan_query(f->arena, env, f->catalog, statement, &f->plan,
                           &f->source, &f->topic, &f->warning);
    if (st.kind || !f->plan) return st;
    Str id = str_printf(f->arena, "Q_%d", f->queries++);
    if (f->source) {
        f->source->query_id = id;
        st = fixture_add(f, statement);
        if (st.kind) return st;
    }
    catalog_link(f->catalog, f->plan, id);
    return st;
}

static Status fixture_statement(Fixture *f, const AstStatement *statement)
{
    PlanEnv env = {
        .topic = fixture_topic, .setting = fixture_setting, .context = f};
    Status st;
    f->plan = NULL;
    f->source = NULL;
    switch (statement->kind) {
    case STMT_CREATE_STREAM:
    case STMT_CREATE_TABLE:
        st = plan_create_source(f->arena, &env, f->catalog, statement,
                                &f->source, &f->topic);
        return st.kind || !f->source ? st : fixture_add(f, statement);
    case STMT_ALTER_STREAM:
    case STMT_ALTER_TABLE:
        st = plan_alter(f->arena, f->catalog, statement, &f->source);
        if (st.kind) return st;
        map_remove(&f->catalog->sources, f->source->name);
        return catalog_add(f->catalog, f->arena, f->source);
    case STMT_INSERT_VALUES:
        return plan_insert_values(f->arena, &env, f->catalog, statement,
                                  fixture_eval, NULL, &f->row);
    case STMT_CREATE_TYPE: {
        const Type *type;
        st = plan_type(f->catalog->arena, f->catalog, statement->type, &type);
        if (!st.kind)
            map_put(f->catalog->arena, &f->catalog->types,
                    str_copy(f->catalog->arena, statement->name.text),
                    (void *)(uintptr_t)type);
        return st;
    }
    case STMT_DROP_STREAM:
    case STMT_DROP_TABLE:
        return catalog_drop(f->catalog, f->arena, statement->name.text,
                            statement->name.at);
    default: return fixture_query(f, &env, statement);
    }
}

/* Runs all statements, up to the first that fails. */
static inline Status fixture_run(Fixture *f, const char *sql)
{
    AstStatement **statements;
    int count;
    Status st = parse_statements(f->arena, str_from(sql), NULL, &statements,
                                 &count);
    for (int i = 0; !st.kind && i < count; i++)
        st = fixture_statement(f, statements[i]);
    return st;
}

/* Runs what must succeed. */
static inline bool fixture_ok(Fixture *f, const char *sql)
{
    Status st = fixture_run(f, sql);
    checks_made++;
    if (!st.kind) return true;
    checks_failed++;
    fprintf(stderr, "%s\n  unexpected: %s\n", sql, st.text);
    return false;
}

/* Runs what must be rejected with a text that holds `words`. */
static inline void fixture_rejects(Fixture *f, const char *sql,
                                   const char *words)
{
    Status st = fixture_run(f, sql);
    checks_made++;
    bool said = st.kind == ST_USER && strstr(st.text, words);
    if (said) return;
    checks_failed++;
    fprintf(stderr, "%s\n  got '%s'\n  want '%s'\n", sql,
            st.kind ? st.text : "(accepted)", words);
}

/* The last plan as text. */
static inline Str fixture_plan(Fixture *f)
{
    Buf out = {0};
    if (f->plan) plan_print(&out, f->plan);
    Str text = str_copy(f->arena, buf_str(&out));
    buf_free(&out);
    return text;
}

/* The columns of a source. */
static inline Str fixture_schema(Fixture *f, const char *name)
{
    const Source *source = catalog_find(f->catalog, str_from(name));
    return source ? schema_print(f->arena, source->schema, "KEY")
                  : STR("no such source");
}

#endif
