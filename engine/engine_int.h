/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's own: what its files share. See engine.h for the door.
 *
 * A statement runs twice through its handler: first in a sandbox (Exec.dry)
 * with a copy of the catalog, for the whole text; then for real. So a handler
 * checks and changes x->catalog in both, and touches the world only when not
 * dry.
 */
#ifndef ENGINE_ENGINE_INT_H
#define ENGINE_ENGINE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/near.h"
#include "base/vec.h"
#include "engine/config.h"
#include "engine/engine.h"
#include "engine/entity.h"
#include "parser/ast.h"
#include "planner/planner.h"
#include "runtime/hub.h"
#include "runtime/query.h"

typedef struct QueryRetry QueryRetry;
typedef struct Supervisor Supervisor;

/* A persistent query as the engine knows it. */
typedef struct EngineQuery {
    atomic_int users; /* The engine, and pull queries planned over it. */
    Str id;
    Arena *arena; /* Of the plan and all below. */
    const Plan *plan;
    Str text; /* Its statement. */
    Str application_id;
    Str state_directory;   /* STR_NULL: memory. */
    Map *properties;       /* Str by canonical name: settings and overrides. */
    Query *query;          /* NULL: not started. */
    Str start_error;       /* Why it could not be started, */
    StatusKind start_kind; /* and what kind of reason that is. */
    bool paused;
    QueryRetry *retry; /* Its failures, and when it starts again. */
} EngineQuery;

struct mr_Engine {
    pthread_mutex_t lock; /* Of all below. */
    Arena *arena;
    mr_Mode mode;
    Broker *broker;
    bool own_broker;
    bool kafka; /* The broker is a real Kafka. */
    Hubs *hubs; /* Where queries share readers. */
    Catalog *catalog;
    Map settings; /* Str by canonical name, as configured. */
    Map queries;  /* EngineQuery by id. */
    Str data_directory;
    bool temporary;
    bool memory_state;
    StateMemory *state_memory; /* The limit of all queries' state. */
    const Clock *clock;
    int batch_rows_max;
    bool one_partition;
    int64_t next_sequence; /* Of the command log: 2 a statement, as in the
                              reference, where commit markers count too. */
    int64_t next_query;    /* Headless and tests. */
    int64_t next_transient;
    int push_count;     /* Push queries that run now. */
    Producer *producer; /* Of INSERT VALUES and the command log. */
    Map topic_names;    /* Str by itself: names that producers may keep. */
    bool started;       /* Headless: queries may run. */
    struct ProcessingLog *processing_log;
    Supervisor *supervisor; /* NULL with MR_TEST. */
    /* Not under the lock: */
    atomic_ullong version; /* Of catalog, queries and settings. */
    struct PullCache *pulls;
};

struct mr_Session {
    mr_Engine *engine;
    Arena *arena;
    Map overrides; /* Str by canonical name. */
    Map variables; /* Str by name. */
};

typedef struct Exec {
    mr_Engine *engine;
    Arena *stmt;
    Catalog *catalog; /* The engine's, or the sandbox's. */
    Map *topics;      /* Sandbox: TopicPlan of topics to come. */
    Map *queries;     /* EngineQuery by id, or the sandbox's copies. */
    Map *overrides;
    Map *variables;
    Arena *names; /* Where new overrides and variables live. */
    int64_t next_sequence, next_query;
    bool dry;
    bool replay;   /* From the command log: no topics are made. */
    bool last;     /* The log's last one: it may not have been done in full. */
    Str replay_id; /* The query id it had. */
    const mr_Sink *sink;
    Str text; /* The whole text. */
} Exec;

typedef Status (*StatementHandler)(Exec *x, const AstStatement *statement);

/* ---- engine.c ---- */

/* Runs one statement's handler. */
STATUS exec_statement(Exec *x, const AstStatement *statement);

/* A setting: the session's override, the configured value, the default.
 * STR_NULL if there is none. */
Str engine_setting(const mr_Engine *engine, const Map *overrides, Str name);
int64_t engine_setting_int(const mr_Engine *engine, const Map *overrides,
                           const char *name);
bool engine_setting_bool(const mr_Engine *engine, const Map *overrides,
                         const char *name);

/* The planner's window to the world, for `x`. */
PlanEnv exec_plan_env(Exec *x);

/* Hands an entity to the sink, unless dry or replayed. */
void exec_entity(Exec *x, const Json *entity);

/* Deletes a topic; fine if there is none. */
STATUS engine_delete_topic(mr_Engine *engine, Arena *arena, Str topic);

/* True if `topic` matches a list setting of regular expressions. */
bool engine_topic_matches(const mr_Engine *engine, const char *setting,
                          Str topic);

/* ST_USER if nothing may write to the topic of `sink`. */
STATUS exec_check_writable(Exec *x, uint32_t at, const Source *sink);

/* Makes a topic that was not there a moment ago. Another server may have been
 * quicker: its topic will do if it has as many partitions, else ST_USER. */
STATUS engine_create_topic(mr_Engine *engine, Arena *stmt, Str topic,
                           int partitions, int replicas,
                           const TopicConfig *configs, int config_count);

/* The engine's producer for single records. */
STATUS engine_producer(mr_Engine *engine, Arena *stmt, Producer **producer);

/* ---- queries.c ---- */

/* Makes (not yet starts) a persistent query from its plan. `plan_arena` passes
 * to it. */
EngineQuery *query_add(Exec *x, Str id, Arena *plan_arena, const Plan *plan,
                       Str text);
/* One more user of what is in its arena, and one less. */
EngineQuery *query_keep(EngineQuery *query);
void query_let_go(EngineQuery *query);
/* Starts it, unless the engine is not started yet. */
STATUS query_launch(mr_Engine *engine, Arena *stmt, EngineQuery *query);
/* What it does, for query_retry.c: the options, and what query_start gave. */
void query_launch_options(mr_Engine *engine, const EngineQuery *query,
                          QueryOptions *options);
void query_take(mr_Engine *engine, EngineQuery *query, Status st,
                Query *started);
/* Leaves a sign that is there until query_remove is done: its state directory,
 * which goes last. Before the command log says that it is to be removed. */
STATUS query_sign(Exec *x, const EngineQuery *query);
/* Stops it, removes its internal topics, state and group, and forgets it. With
 * `topic`, that of its sink, which goes too: fails only if that cannot be. */
STATUS query_remove(Exec *x, EngineQuery *query, Str topic);
/* The same for one that no statement knows of any more. */
void query_discard(mr_Engine *engine, EngineQuery *query, Arena *arena);
/* The options all queries share. */
void query_options(mr_Engine *engine, const Map *properties, const Plan *plan,
                   Str id, QueryOptions *options);
/* Settings and overrides as one map, in `arena`. */
Map *query_properties(Arena *arena, const mr_Engine *engine,
                      const Map *overrides);
/* "RUNNING", "PAUSED", "ERROR", ... */
const char *query_state_name(const EngineQuery *query, Arena *arena,
                             QueryInfo *info);
STATUS query_require(Exec *x, Str id, uint32_t at, EngineQuery **query);

/* ---- query_retry.c ---- */

/* For a new query; free before its arena. Under the engine's lock. */
void query_retry_init(EngineQuery *query);
void query_retry_free(EngineQuery *query);
/* Its errors of the last hour, oldest first: {timestamp, errorMessage, type}.
 */
void query_retry_errors(const EngineQuery *query, Arena *arena, Json *list);
/* True while the retry thread starts it: it has no run, and neither its
 * settings nor what its state directory holds may be changed. */
bool query_is_restarting(const EngineQuery *query);
/* Then true: the retry thread will discard it. */
bool query_leave_to_retry(EngineQuery *query);
/* ST_USER if it is being restarted, for statements that must wait for that. */
STATUS query_require_settled(Exec *x, const EngineQuery *query, uint32_t at);
/* Stops it if it runs, and starts it with the properties it has now. */
void query_restart(mr_Engine *engine, EngineQuery *query, Arena *arena);
/* The thread that starts failed queries again. Stop it without the engine's
 * lock; NULL is allowed. */
Supervisor *supervisor_start(mr_Engine *engine);
void supervisor_stop(Supervisor *supervisor);

/* ---- command_log.c ---- */

/* Appends a statement that was executed; interactive engines only. */
STATUS command_log_append(mr_Engine *engine, Arena *stmt, Str command_id,
                          Str text, Str query_id, const Map *overrides);
/* Executes all of it. Bad ones are logged and left out. */
STATUS command_log_replay(mr_Engine *engine, Arena *stmt);

/* ---- processing_log.c ---- */

struct ProcessingLog *processing_log_open(mr_Engine *engine, Arena *arena);
void processing_log_close(struct ProcessingLog *log);
/* QueryOptions.log. */
void processing_log_write(void *context, const ProcessingError *error);

/* ---- statement handlers, by file ---- */

Status exec_create_source(Exec *x, const AstStatement *statement);
Status exec_create_as(Exec *x, const AstStatement *statement);
/* What statements will need, all in one request; `planned` has the TopicPlans
 * of a sandbox. Adds the names of those that are new. */
void exec_make_topics_ahead(Exec *x, const Map *planned, NameList *made);
/* Deletes those of them that are no source's. */
void exec_unmake_topics(Exec *x, const NameList *made);
Status exec_alter_source(Exec *x, const AstStatement *statement);
Status exec_create_type(Exec *x, const AstStatement *statement);
Status exec_drop_type(Exec *x, const AstStatement *statement);
Status exec_drop_source(Exec *x, const AstStatement *statement);
Status exec_insert_select(Exec *x, const AstStatement *statement);
Status exec_insert_values(Exec *x, const AstStatement *statement);
Status exec_select(Exec *x, const AstStatement *statement);
Status exec_print(Exec *x, const AstStatement *statement);
Status exec_control(Exec *x, const AstStatement *statement);
Status exec_explain(Exec *x, const AstStatement *statement);
Status exec_describe(Exec *x, const AstStatement *statement);
Status exec_describe_all(Exec *x, const AstStatement *statement);
Status exec_describe_function(Exec *x, const AstStatement *statement);
Status exec_show_sources(Exec *x, const AstStatement *statement);
Status exec_show_topics(Exec *x, const AstStatement *statement);
Status exec_show_queries(Exec *x, const AstStatement *statement);
Status exec_show_functions(Exec *x, const AstStatement *statement);
Status exec_show_types(Exec *x, const AstStatement *statement);
Status exec_show_properties(Exec *x, const AstStatement *statement);
Status exec_show_variables(Exec *x, const AstStatement *statement);
Status exec_set(Exec *x, const AstStatement *statement);
Status exec_define(Exec *x, const AstStatement *statement);
Status exec_connector(Exec *x, const AstStatement *statement);
Status exec_assert_topic(Exec *x, const AstStatement *statement);
Status exec_run_script(Exec *x, const AstStatement *statement);
Status exec_only_tests(Exec *x, const AstStatement *statement);
Status exec_alter_system(Exec *x, const AstStatement *statement);

/* currentStatus entity of a distributed statement. */
void exec_status(Exec *x, const AstStatement *statement, Str command_id,
                 const char *message, Str query_id, Str warning);

/* Description of one source, DESCRIBE's entity body. */
Json *describe_source(Exec *x, const Source *source, bool extended);
Json *describe_query_brief(Exec *x, const EngineQuery *query);
/* A query's state by host, and its tasks here with their offsets
 * (describe_tasks.c). `state` and `query` NULL: it does not run. */
Json *describe_hosts(Exec *x, const char *state);
Json *describe_tasks(Exec *x, const EngineQuery *query);
/* SHOW QUERIES EXTENDED. */
Status exec_describe_queries(Exec *x, const AstStatement *statement);
/* The numbers of a source's topic, and how far its queries have come
 * (describe_offsets.c). */
void describe_topic(Exec *x, Json *object, const Source *source, bool extended);

#endif
