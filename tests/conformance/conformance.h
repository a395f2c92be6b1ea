/* SPDX-License-Identifier: Apache-2.0
 *
 * The runner of the reference engine's own cases, in parts:
 *
 *   main.c      arguments, files of cases, what is printed, the report
 *   pool.c      each case in a process of its own, on all cores
 *   ways.c      one case plainly, in every way, or with a changed expectation
 *   case.c      one case in one engine: statements, inputs, outputs
 *   feed.c      which inputs go in together, where an engine may be restarted
 *   responses.c cases that end with queries and what they answer
 *   post.c      sources and topics as they must be afterwards
 *   refusal.c   was a statement refused for the reason meant?
 *   mutate.c    one expectation of a case, changed
 *   scramble.c  other inputs for a case
 *   tree.c      copies of cases, random numbers
 */
#ifndef TESTS_CONFORMANCE_CONFORMANCE_H
#define TESTS_CONFORMANCE_CONFORMANCE_H

#include "base/json.h"
#include "base/map.h"
#include "engine/engine.h"
#include "planner/catalog.h"

enum { TOPIC_PARTITIONS = 4 }; /* Where a case does not say. */

typedef enum Verdict {
    PASSED = 'P',
    FAILED = 'F',
    UNSUPPORTED = 'U', /* Refused because something is not there yet. */
    CRASHED = 'C',     /* Or took too long. */
} Verdict;

/* What became of a case. */
typedef struct Outcome {
    Verdict verdict;
    const char *why;     /* The first difference; empty if passed. */
    const char *refusal; /* The message of a refused statement; or NULL. */
} Outcome;

/* What queries wrote to one topic. */
typedef struct Written {
    Str topic;
    Record *records;
    int count;
    bool is_table;
} Written;

typedef struct WrittenList {
    Written *at;
    int count;
    bool groups_tables; /* A table is read, and something is grouped. */
} WrittenList;

/* One way of running a case. What passes plainly passes in all. */
typedef struct Way {
    const char *name;
    int batch_rows; /* 0: one. */
    bool together;  /* Neighbouring inputs of a topic are read at once. */
    bool rocksdb;
    bool keep;         /* The state's files outlive restarts. */
    bool tiny;         /* Hardly any memory for state. */
    bool cached;       /* Updates wait for the commit, one after each input, */
    bool late;         /* or only one at the end: merged as never otherwise. */
    int restart_every; /* Inputs; 0: never. */
} Way;

/* A case being run in one engine. */
typedef struct Running {
    Arena *arena;
    const Json *json;
    const Way *way;
    const char *directory; /* Of state in RocksDB. */
    mr_Engine *engine;
    mr_Session *session;
    Broker *broker;
    Producer *producer; /* Of inputs. */
    Clock clock;
    Map fed;     /* "topic/offset" of input records. */
    bool responds; /* Its last statements are queries with responses. */
    bool undone; /* Something was dropped: it cannot all be said again. */
    Outcome outcome;
    WrittenList *written; /* Not NULL: filled in, instead of comparing. */
} Running;

/* ---- pool.c ---- */

/* Runs `run(context, index, arena)` for each index below `count`, each in a
 * process of its own, as many at a time as there are cores; fills in
 * outcomes[index], whose texts are in `arena`. `quiet`: what the engine logs is
 * not shown. */
typedef Outcome (*PoolRun)(void *context, int index, Arena *arena);
void pool_run(Arena *arena, int count, PoolRun run, void *context, bool quiet,
              Outcome *outcomes);
/* Seconds that one way of a case may take; 10 unless told otherwise. */
void pool_limit(unsigned seconds);
/* Gives the process that runs a case all its time again. */
void pool_more_time(void);
/* A directory of this process's own; pool_run removes it. */
const char *pool_directory(Arena *arena);
void pool_remove_directory(const char *path);

/* ---- ways.c ---- */

/* Plainly. */
Outcome run_plainly(Arena *arena, const Json *json);
/* Plainly, and if that passes in every way. */
Outcome run_all_ways(Arena *arena, const Json *json);
/* Plainly, and if that passes with one expectation changed, which must then
 * fail. */
Outcome run_mutated(Arena *arena, const Json *json, uint64_t seed);
/* With other inputs, and so without expectations: all ways must agree with the
 * plain one. */
Outcome run_scrambled(Arena *arena, const Json *json, uint64_t seed);

/* ---- case.c ---- */

Outcome case_run(Arena *arena, const Json *json, const Way *way);
/* Without comparing anything: hands out what was written instead. */
Outcome case_collect(Arena *arena, const Json *json, const Way *way,
                     WrittenList *written);
/* Notes the first thing that is wrong. */
void case_fail(Running *r, Verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Closes the engine and opens another over the same topics, which is told the
 * definitions again. */
void case_restart(Running *r);
/* Processes all there is. */
void case_process(Running *r);
/* With a cache: commits, and processes what that brings, to the end. */
void case_commit(Running *r);

/* Does a statement hold the word, in any case? `word` is in upper case. */
bool statements_have(Running *r, Str word);

/* Executes one of its statements; false: it was refused, which is noted. */
bool case_statement(Running *r, const Json *statement);

/* ---- responses.c ---- */

bool has_responses(const Json *json);
void run_with_responses(Running *r);

/* ---- feed.c ---- */

/* All inputs, as the way says. */
void feed_inputs(Running *r);
/* A topic that does not exist comes into being. */
void make_topic(Running *r, Str name, int partitions);

/* ---- post.c ---- */

/* The `post` member. Returns the first difference, or NULL. */
const char *post_compare(Arena *arena, mr_Session *session, mr_Engine *engine,
                         const Json *post);

/* ---- refusal.c ---- */

/* Reviewed messages, one a line: see refusal.c. Exits if it cannot be read. */
void refusal_load(Arena *arena, const char *path);
/* Is this message, of a statement refused at once or (`running`) of its query,
 * the one that the case means? Returns what is wrong, or NULL. */
const char *refusal_compare(Arena *arena, const Json *json, const char *message,
                            bool running);
/* The line of a reviewed message. */
Str refusal_line(Arena *arena, const Json *json, const char *message);

/* ---- tree.c ---- */

Json *tree_copy(Arena *arena, const Json *json);
Json *tree_member(const Json *json, const char *name);
Json *tree_new(Arena *arena, JsonEvent kind, Str text);
void tree_append(Json *parent, Str name, Json *child);
void tree_drop(Json *parent, const Json *child);
/* Compact JSON. */
Str tree_text(Arena *arena, const Json *json);

/* The next of the numbers that a seed stands for (splitmix64). */
uint64_t random_next(uint64_t *state);

/* ---- scramble.c ---- */

/* A copy of the case with other inputs and without expectations. */
const Json *scramble(Arena *arena, const Json *json, uint64_t seed);

/* ---- mutate.c ---- */

/* A copy of the case with one expectation changed, so that it must fail;
 * `*what` tells how. NULL: it has none that can be. */
const Json *mutate(Arena *arena, const Json *json, uint64_t seed,
                   const char **what);

#endif
