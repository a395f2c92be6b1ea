/* SPDX-License-Identifier: Apache-2.0
 *
 * The planner's door: statements to sources and plans, against a catalog. Pure:
 * no threads, no I/O; what it must ask of the world comes through PlanEnv.
 */
#ifndef PLANNER_PLANNER_H
#define PLANNER_PLANNER_H

#include "parser/ast.h"
#include "planner/catalog.h"

typedef struct PlanEnv {
    /* Number of partitions of a topic and its replicas; 0 if it does not
     * exist. ST_RETRY if the broker is away. */
    Status (*topic)(void *context, Arena *stmt, Str topic, int *partitions,
                    int *replicas);
    /* How long an existing topic keeps records: INT64_MAX if for ever, -1 if
     * that is not known. May be NULL: known of none. */
    Status (*retention)(void *context, Arena *stmt, Str topic,
                        int64_t *retention_ms);
    /* A setting's value as text (session override, then server, then default);
     * STR_NULL if it is unset. */
    Str (*setting)(void *context, Str name);
    void *context;
} PlanEnv;

/* What a CREATE says must be done with the topic. */
typedef struct TopicPlan {
    Str topic;
    bool create; /* It does not exist. */
    int partitions;
    int replicas;               /* -1: the broker's default. */
    int64_t retention_ms;       /* -1: the broker's default; INT64_MAX: ever. */
    const char *cleanup_policy; /* "delete", "compact", "compact,delete" */
} TopicPlan;

/* CREATE STREAM/TABLE with columns: checks everything and gives the source to
 * add, in `stmt`; NULL if IF NOT EXISTS finds that there is nothing to do. */
STATUS plan_create_source(Arena *stmt, const PlanEnv *env,
                          const Catalog *catalog, const AstStatement *statement,
                          Source **source, TopicPlan *topic);

/* A query: CREATE ... AS, INSERT INTO ... SELECT or SELECT. The plan is in
 * `plan`. For CREATE ... AS `*source` is the sink to add and `*topic` its
 * topic; both it and the plan are NULL if IF NOT EXISTS finds that there is
 * nothing to do.
 * `*warning` (may be empty) is to be shown. */
STATUS plan_query(Arena *plan, const PlanEnv *env, const Catalog *catalog,
                  const AstStatement *statement, Plan **out, Source **source,
                  TopicPlan *topic, Str *warning);

/* The query of CREATE SOURCE TABLE, which only keeps the table's rows. The
 * source must be in the catalog. */
STATUS plan_source_table(Arena *plan, const PlanEnv *env,
                         const Catalog *catalog, const AstStatement *statement,
                         Plan **out);

/* INSERT VALUES: the row to write, by the target's schema order. */
typedef struct InsertRow {
    const Source *source;
    Value *values; /* One a schema column. */
    bool has_rowtime;
    int64_t rowtime_ms;
} InsertRow;

/* Evaluates constants with `eval`, which the runtime supplies (it evaluates a
 * bound expression without columns; false: failed, *why says so). */
typedef bool (*ConstantEval)(void *context, Arena *stmt, const Expr *expr,
                             Value *value, const char **why);

STATUS plan_insert_values(Arena *stmt, const PlanEnv *env,
                          const Catalog *catalog, const AstStatement *statement,
                          ConstantEval eval, void *eval_context,
                          InsertRow *row);

/* ALTER STREAM/TABLE ... ADD: the source with its new columns. */
STATUS plan_alter(Arena *stmt, const Catalog *catalog,
                  const AstStatement *statement, Source **source);

/* CREATE OR REPLACE: may `source` (and plan) replace `old` (and its plan)?
 * Plans are NULL for sources with columns. */
STATUS plan_check_replace(Arena *stmt, const Source *old, const Plan *old_plan,
                          const Source *source, const Plan *plan);

/* A written type to a type; custom types are looked up in the catalog. */
STATUS plan_type(Arena *arena, const Catalog *catalog, const AstType *ast,
                 const Type **type);

/* For completion and near names: the built-in types and the properties of WITH,
 * by number from 0; NULL after the last. */
const char *plan_type_name(int index);
const char *plan_property_name(int index);

#endif
