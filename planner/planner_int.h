/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of planner/ only.
 *
 * A query is planned in two coordinate systems. Expressions are bound once,
 * over the *scope*: the columns of FROM, numbered from 0 through all its
 * sources
 * ("logical" columns). While nodes are added, a *flow* says where each logical
 * column is now (its slot in the top node), and which whole expressions have
 * become columns (grouping keys, aggregate results, table functions).
 * expr_map() turns a logical expression into one over the top node's slots.
 */
#ifndef PLANNER_PLANNER_INT_H
#define PLANNER_PLANNER_INT_H

#include "base/near.h"
#include "base/vec.h"
#include "planner/planner.h"

enum { PLAN_SOURCES_MAX = 16 };

/* ---- expressions (expr.c) ---- */

Expr *expr_new(Arena *arena, ExprKind kind, const Type *type, uint32_t at);
Expr *expr_new_column(Arena *arena, int slot, const Type *type, uint32_t at);
Expr *expr_new_literal(Arena *arena, const Type *type, Value value,
                       uint32_t at);
/* One and two arguments. */
Expr *expr_new_unary(Arena *arena, ExprKind kind, const Type *type,
                     const Expr *arg, uint32_t at);
Expr *expr_new_binary(Arena *arena, ExprKind kind, const Type *type,
                      const Expr *left, const Expr *right, uint32_t at);

/* To `type`; literals are converted at once. The same expression if it has the
 * type already. */
const Expr *expr_new_cast(Arena *arena, const Expr *expr, const Type *type);

/* A whole expression that has become a column. */
typedef struct Substitution {
    const Expr *expr;
    int slot;
} Substitution;

typedef VEC(Substitution) Substitutions;

/* How logical columns and expressions are reached in a node's output. */
typedef struct Mapping {
    const int *slots; /* By logical column; -1: not there any more. */
    int count;
    const Substitutions *whole;
} Mapping;

/* The expression over slots. NULL if a column is not there any more; `*missing`
 * is then the column's expression. */
const Expr *expr_map(Arena *arena, const Mapping *mapping, const Expr *expr,
                     const Expr **missing);

/* Depth-first visit of the tree; stops when visit returns false. */
bool expr_walk(const Expr *expr, bool (*visit)(void *context, const Expr *),
               void *context);

/* ---- names and scope (scope.c) ---- */

typedef struct ScopeColumn {
    Str source; /* The alias that qualifies it; empty: none. */
    Str name;
    const Type *type;
    PlanColumnRole role;
    int from;   /* Index among the sources of FROM, -1: of none. */
    bool bound; /* WINDOWSTART or WINDOWEND of the WINDOW clause. */
} ScopeColumn;

typedef struct Scope {
    VEC(ScopeColumn) columns;
    VEC(Str) aliases;
} Scope;

/* The column, or ST_USER: unknown (with a near name) or ambiguous (with the
 * candidates). */
/* ST_USER if no source of the query has this name. */
STATUS scope_check_source(const Scope *scope, Arena *arena,
                          const AstName *qualifier);
STATUS scope_find(const Scope *scope, Arena *arena, const AstName *qualifier,
                  const AstName *name, int *column);

/* Column names by logical number, for messages. */
const Str *scope_names(const Scope *scope, Arena *arena);

/* Hands out KSQL_COL_0, F, F_1, ... around the names that sources use. */
typedef struct NameMaker {
    Arena *arena;
    Map used;     /* Names of source columns. */
    Map counters; /* int * by field name. */
    int next;
} NameMaker;

Str name_generated(NameMaker *names);
Str name_field(NameMaker *names, Str field);

/* ---- binding (bind*.c) ---- */

enum {
    BIND_AGGREGATES = 1,
    BIND_TABLE_FUNCTIONS = 2,
    BIND_WINDOW_BOUNDS = 4,
    BIND_TIME_TEXT = 8, /* ROWTIME > '2020-01-01' (language 2.8). */
};

typedef struct LambdaScope {
    const AstName *names;
    const Type *const *types;
    int count;
    int first; /* Slot of the first variable. */
    const struct LambdaScope *outer;
} LambdaScope;

typedef struct Binder {
    Arena *arena;
    const PlanEnv *env;
    const Catalog *catalog;
    const Scope *scope; /* NULL: no columns. */
    const char *place;  /* "WHERE", "GROUP BY", ... for messages. */
    unsigned allow;
    const LambdaScope *lambdas;
    bool in_aggregate, in_table_function, in_case;
    bool grouped;   /* The query has GROUP BY. */
    int aggregates; /* How many were bound. */
    int table_functions;
    int between_depth;
} Binder;

STATUS bind_expression(Binder *b, const Ast *ast, const Expr **out);
/* The expression as SQL for a message, cut if it is long; in b->arena. */
const char *bind_written(Binder *b, const Ast *ast);
/* A condition: must be BOOLEAN. */
STATUS bind_condition(Binder *b, const Ast *ast, const Expr **out);
STATUS bind_call(Binder *b, const Ast *ast, const Expr **out);
STATUS bind_operator(Binder *b, const Ast *ast, const Expr **out);
STATUS bind_comparison(Binder *b, const Ast *ast, int op, const Expr *left,
                       const Expr *right, const Expr **out);
STATUS bind_predicate(Binder *b, const Ast *ast, const Expr **out);
STATUS bind_constructor(Binder *b, const Ast *ast, const Expr **out);

/* The common type of `count` elements (language 2.5), and the elements brought
 * to it. `what` names the construct in messages. */
STATUS bind_common(Binder *b, const Ast *const *asts, const Expr **exprs,
                   int count, const char *what, const Type **type);

bool expr_is_null_literal(const Expr *expr);
bool expr_is_aggregate(const Expr *expr);
bool expr_is_table_function(const Expr *expr);

/* Upper-case or quoted name as written, in messages: 'X'. */
const char *type_text(Arena *arena, const Type *type);

/* ---- WITH (with.c) ---- */

typedef enum WithUse { WITH_CREATE, WITH_AS, WITH_INSERT } WithUse;

typedef struct With {
    Str topic;                /* STR_NULL: not given; so for all texts. */
    int partitions, replicas; /* 0: not given. */
    int64_t retention_ms;     /* -1: not given. */
    const Format *key_format, *value_format;
    bool both_formats; /* By FORMAT. */
    int wrap;          /* -1: not given. */
    Str timestamp, timestamp_format;
    Str key_delimiter, value_delimiter;
    WindowKind window;
    int64_t window_size_ms; /* 0: not given. */
    Str query_id;
    uint32_t at[32]; /* Where each property is, by WithName. */
} With;

typedef enum WithName {
    WITH_KAFKA_TOPIC,
    WITH_PARTITIONS,
    WITH_REPLICAS,
    WITH_RETENTION_MS,
    WITH_VALUE_FORMAT,
    WITH_KEY_FORMAT,
    WITH_FORMAT,
    WITH_WRAP_SINGLE_VALUE,
    WITH_TIMESTAMP,
    WITH_TIMESTAMP_FORMAT,
    WITH_KEY_DELIMITER,
    WITH_VALUE_DELIMITER,
    WITH_WINDOW_TYPE,
    WITH_WINDOW_SIZE,
    WITH_QUERY_ID,
    WITH_NAME_COUNT,
} WithName;

STATUS with_read(Arena *arena, const AstProperties *properties, WithUse use,
                 With *with);

/* ---- formats and topics of sources and sinks (side.c) ---- */

/* A format by name. ST_USER if unknown. */
STATUS side_format(Arena *arena, Str name, uint32_t at, const Format **format);

/* The spec of a key: one column bare if the format can, else as a record. */
FormatSpec side_key(const Format *format, const SchemaColumn *columns,
                    int count, Str delimiter, Str topic);

/* How a value of `count` columns is wrapped. */
STATUS side_wrap(Arena *arena, const PlanEnv *env, const With *with,
                 const Format *format, int count, bool *wrapped);

/* Fills the source's topic, partitions, replicas and retention from WITH, the
 * defaults in `source` and what the topic has, and says what to do. */
STATUS side_topic(Arena *arena, const PlanEnv *env, const With *with,
                  uint32_t at, Source *source, bool must_be_given,
                  TopicPlan *topic);

/* ST_USER if a delimiter is given for a format that knows none. */
STATUS side_check_delimiters(Arena *arena, const With *with,
                             const Source *source);

/* Checks both specs and the timestamp column of a finished source. */
STATUS side_check(Arena *arena, const With *with, uint32_t at, Source *source);

/* A slot and a pattern, from the source's timestamp column; `slots` (by schema
 * index) may be NULL. */
TimestampSpec side_timestamp(const Source *source, const int *slots);

/* A setting as text or as a boolean. */
STATUS env_retention(const PlanEnv *env, Arena *arena, Str topic,
                     int64_t *retention_ms);
Str env_text(const PlanEnv *env, const char *name);
bool env_flag(const PlanEnv *env, const char *name, bool otherwise);

/* CREATE: the name is free, or may be replaced. `*exists`: IF NOT EXISTS says
 * that there is nothing to do. */
STATUS create_check(Arena *arena, const PlanEnv *env, const Catalog *catalog,
                    const AstStatement *statement, bool is_table, bool *exists);

/* ---- queries ---- */

typedef struct FromSource {
    const Source *source;
    Str alias;
    uint32_t at;
    int first, count; /* Its logical columns. */
} FromSource;

/* One column of the key and the logical expressions known to be equal to it,
 * in order of preference. */
typedef struct KeyPart {
    const Expr **same;
    int same_count;
    Str name;
    const Type *type;
    int slot; /* In the top node. */
} KeyPart;

typedef struct Flow {
    PlanNode *node; /* The top. */
    int *slots;     /* By logical column. */
    int slot_count;
    Substitutions whole;
    KeyPart *keys;
    int key_count;
    int partitions;
    PlanNode *hop; /* The repartition that fixes partitions, or NULL. */
} Flow;

typedef struct Item {
    Str name;
    const Expr *expr;
    uint32_t at, end;
    bool aliased;
    bool starred;   /* From `*`. */
    bool is_column; /* A plain column of the scope. */
    const Ast *ast;
} Item;

typedef struct Select {
    Arena *arena; /* The plan's. */
    const PlanEnv *env;
    const Catalog *catalog;
    const AstStatement *statement;
    const AstSelect *ast;
    Plan *plan;
    bool persistent; /* CREATE ... AS or INSERT INTO. */
    FromSource from[PLAN_SOURCES_MAX];
    int from_count;
    Scope scope;
    VEC(const PlanNode *) nodes;
    VEC(Item) items;
    NameMaker names;
    Flow flow;
    WindowSpec window;
    bool has_window;
    int bound_start;        /* Logical WINDOWSTART of the WINDOW, or -1. */
    int synthetic;          /* Logical column of a synthetic join key, or -1. */
    int generated;          /* Runtime 4.3: names consumed so far. */
    bool rekeyed;           /* PARTITION BY changed the key. */
    const Expr **partition; /* Bound PARTITION BY. */
    const Expr **group;     /* Bound GROUP BY. */
    int group_count;
    const Expr *where, *having;
    bool aggregates;
    bool table_functions;
    With with;
    const Source *target; /* INSERT INTO. */
    const char *warning;
} Select;

/* A new node over up to two inputs; columns are the caller's. */
PlanNode *node_new(Select *q, PlanKind kind, const char *step,
                   const PlanNode *left, const PlanNode *right);
/* The input's columns with room for `extra_front` and `extra_back` more. */
void node_columns(Select *q, PlanNode *node, const PlanNode *input,
                  int extra_front, int extra_back);
/* Makes `node` the top; slots move by `shift`. */
void flow_push(Flow *flow, PlanNode *node, int shift);
Mapping flow_mapping(const Flow *flow);
/* A logical expression over the top's slots. */
STATUS flow_expr(Select *q, const Flow *flow, const Expr *expr,
                 const Expr **out);
Binder select_binder(Select *q, const char *place, unsigned allow);

STATUS analyze_from(Select *q); /* analyze.c */
STATUS analyze_clauses(Select *q);
STATUS analyze_items(Select *q); /* analyze_items.c */
STATUS plan_from(Select *q);     /* plan_select.c */
STATUS plan_source_flow(Select *q, int from, const char *step, Flow *flow);
STATUS plan_joins(Select *q);                /* plan_join.c */
bool partition_changes_key(const Select *q); /* partition.c */
STATUS plan_partition_by(Select *q);
STATUS plan_rekey(Select *q, Flow *flow, RekeyMode mode, const Expr **exprs,
                  const Str *names, int count, const Format *format,
                  Str delimiter, const char *step);
STATUS plan_repartition(Select *q, Flow *flow, const char *name,
                        const char *store);
STATUS plan_aggregate(Select *q);   /* plan_group.c */
STATUS plan_window_spec(Select *q); /* plan_window.c */
STATUS plan_sink(Select *q, Source **source,
                 TopicPlan *topic); /* plan_sink.c */
STATUS plan_result(Select *q);
STATUS plan_insert_target(Select *q); /* plan_insert.c */
STATUS plan_insert_select(Select *q);
/* The SELECT list as a node: keys first, then the other items. `*schema` are
 * its columns. */
STATUS plan_project(Select *q, Schema **schema); /* plan_project.c */
/* The sink node over a projection; copies of the target's specs. */
PlanNode *plan_sink_node(Select *q, const Source *sink);
STATUS plan_pull(Select *q); /* plan_pull.c */
/* A pull query over a table. */
bool reads_state(const Select *q);
/* Its WHERE with IN written as comparisons, whose types do not adapt as those
 * of IN do (language 6.2). */
const Ast *pull_where(Arena *arena, const Ast *where);
/* The start of WHERE as it was written, for messages. */
Str pull_where_text(const Select *q);
/* No two columns of the result have one name, where that matters. */
STATUS check_result_names(Select *q); /* plan_project.c */
void plan_optimize(Select *q);        /* optimize.c */

/* The internal key format for columns that may not fit `format`. */
const Format *internal_key_format(Select *q, const Format *format,
                                  const SchemaColumn *columns, int count);

/* True if `expr` equals one of the key part's. */
bool key_has(const KeyPart *key, const Expr *expr);

#endif
