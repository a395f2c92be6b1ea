/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine: SQL text in, effects and results out. The one public header; the
 * shell, the scripts, the headless server and, later, the HTTP server sit on
 * it.
 *
 *     mr_Engine *engine;
 *     mr_open(arena, &options, &engine);
 *     mr_Session *session = mr_session_open(engine);
 *     mr_execute(session, arena, text, &sink);
 *     mr_session_close(session);
 *     mr_close(engine);
 *
 * An Engine may be used from any thread; a Session by one at a time. Nothing is
 * global: two engines may live in one process.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/clock.h"
#include "base/json.h"
#include "base/map.h"
#include "base/status.h"
#include "kafka/broker.h"
#include "types/batch.h"
#include "types/schema.h"

typedef struct mr_Engine mr_Engine;
typedef struct mr_Session mr_Session;

typedef enum mr_Mode {
    MR_INTERACTIVE, /* Statements go to the command log and are replayed at the
                       next start: the shell, the server. */
    MR_HEADLESS,    /* A fixed script: no command log, query ids count from 0,
                       only the statements of server 3. */
    MR_TEST,        /* Nothing runs by itself: mr_step. Ids count from 0. */
} mr_Mode;

typedef struct mr_Options {
    mr_Mode mode;
    const Map *settings; /* Str by name: every key of server 5. Copied. */
    Str data_directory;  /* Embedded broker and state. STR_NULL: the default,
                            ./millrace-data. */
    bool temporary;      /* The data directory is removed at mr_close. */
    Broker *broker;      /* Tests: use this one (not owned). NULL: Kafka if
                            bootstrap.servers is set, else the local one. */
    const Clock *clock;  /* NULL: the system's. */
    bool memory_state;   /* Tests: state stores without RocksDB. */
    int batch_rows_max;  /* 0: the maximum. Tests: 1, 3, ... */
    int64_t state_memory_bytes; /* 0: as set. Tests: less than can be set. */
    bool one_partition; /* Tests: topics have the partitions they are said to
                           have, but all records go to partition 0, and so
                           stay in order. */
} mr_Options;

/* Opens the broker, replays the command log, starts the queries. ST_USER for
 * bad settings or a directory owned by another process; ST_RETRY while Kafka is
 * away (call again). `arena` holds the error text. */
STATUS mr_open(Arena *arena, const mr_Options *options, mr_Engine **engine);

/* Stops all queries cleanly: outputs, state and offsets are committed. The
 * broker stays open, so that outputs can still be read, and mr_query_stats
 * tells the final counts. Nothing may be executed any more. */
void mr_stop(mr_Engine *engine);

/* mr_stop, then closes everything. NULL is allowed. */
void mr_close(mr_Engine *engine);

/* A session: its SET overrides and DEFINEd variables. */
mr_Session *mr_session_open(mr_Engine *engine);
void mr_session_close(mr_Session *session);
/* As SET and DEFINE do. */
STATUS mr_session_set(mr_Session *session, Arena *arena, Str name, Str value);
void mr_session_define(mr_Session *session, Str name, Str value);

/* Where results go; called on the calling thread, in order. Unused ones may be
 * NULL. Texts and trees are valid during the call. */
typedef struct mr_Sink {
    void *context;
    /* One result of one statement, as the REST API's entity (server 1.6): an
     * object whose "@type" tells the kind. */
    void (*entity)(void *context, const Json *entity);
    /* A SELECT begins: its columns. */
    void (*header)(void *context, Str query_id, const Schema *schema);
    /* A row, one value a column. `tombstone`: a table's row was deleted; only
     * keys have values. False: no more are wanted. */
    bool (*row)(void *context, const Schema *schema, const Value *values,
                bool tombstone);
    /* The SELECT is over: "Limit Reached", "Query Completed" or empty. */
    void (*end)(void *context, Str message);
    /* A line of PRINT. False: no more are wanted. */
    bool (*line)(void *context, Str line);
    /* Asked often while a SELECT or PRINT waits: true ends it. */
    bool (*stop)(void *context);
} mr_Sink;

/* Executes all statements of `text`. All are parsed and checked against a copy
 * of the catalog first: on failure nothing was executed, and st.at points into
 * `text`. A failure while executing leaves the earlier statements' effects. */
STATUS mr_execute(mr_Session *session, Arena *arena, Str text,
                  const mr_Sink *sink);

/* Checks all statements of `text` as mr_execute does, executes none, and tells
 * each failure with its place in `text`; those that only follow from another
 * (a source whose statement failed) are left out. Returns how many it told. */
int mr_check(mr_Session *session, Arena *arena, Str text,
             void (*tell)(void *context, Status st), void *context);

/* Headless: the statements of one file; more files may follow before mr_start.
 * Checks all, then adds sources and queries without starting them. */
STATUS mr_load(mr_Session *session, Arena *arena, Str text);
/* Headless: starts all queries; those that the broker cannot answer now are
 * started when it can. ST_USER if there is none. */
STATUS mr_start(mr_Engine *engine, Arena *arena);

/* True if every query has consumed its input and nothing came for `idle_ms`. */
bool mr_is_idle(mr_Engine *engine, int64_t idle_ms);

/* MR_TEST: processes what is there, up to `max_records` per query in creation
 * order; returns how many records were processed. mr_commit commits all now. */
int mr_step(mr_Engine *engine, int max_records);
STATUS mr_commit(mr_Engine *engine, Arena *arena);

/* One line a query, for summaries. */
typedef struct mr_QueryStats {
    Str id;
    Str state; /* RUNNING, PAUSED, ERROR, ... */
    Str error; /* Empty: none. */
    int64_t records_in, records_out, errors, late;
    double wall_s, cpu_s;
} mr_QueryStats;
STATUS mr_query_stats(mr_Engine *engine, Arena *arena, mr_QueryStats **stats,
                      int *count);

/* The broker behind the engine, for produce, consume and file inputs. */
Broker *mr_broker(mr_Engine *engine);
/* For people: "Kafka at localhost:9092", "the embedded broker in
 * ./millrace-data". Lives as long as the engine. */
Str mr_broker_name(mr_Engine *engine);

/* The streams, tables and types that are known, for tools that compare them
 * (planner/catalog.h). Changed by statements: read it between them. */
const struct Catalog *mr_catalog(const mr_Engine *engine);

/* One way to go on with a word that is being typed. */
typedef struct mr_Completion {
    Str text;         /* Takes the word's place, quotes and all. */
    const char *tail; /* Comes after it when nothing else could: " ", "(". */
} mr_Completion;

typedef struct mr_Completions {
    size_t word_at; /* The word: from here to the cursor. */
    mr_Completion *at;
    int count;
} mr_Completions;

/* What could stand where the cursor, a byte offset, is in `text`: keywords that
 * the grammar allows, and of the names that make sense there (columns of the
 * sources of FROM, also after the cursor; functions, streams and tables, types,
 * properties of WITH, settings and their values, topics, query ids, variables)
 * those that begin as the word does, in any case. In `arena`. */
void mr_complete(mr_Session *session, Arena *arena, Str text, size_t cursor,
                 mr_Completions *out);

/* The length of the first complete statement in `text`, its `;` included; 0 if
 * there is none yet. */
size_t mr_statement_end(Str text);

/* Write docs/config.md and docs/functions.md. */
void mr_config_document(Buf *out);
void mr_functions_document(Buf *out);

/* Reads a properties file's text into a map of Str by name, in `arena`. */
STATUS mr_read_settings(Arena *arena, Str text, Map *settings);

/* "0.1.0", and the libraries'. */
const char *mr_version(void);
const char *mr_librdkafka_version(void);
const char *mr_rocksdb_version(void);

#endif
