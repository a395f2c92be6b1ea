/* SPDX-License-Identifier: Apache-2.0
 *
 * Chaos: a server is killed again and again while it works, and what it wrote
 * is held against a model. See README.md for how and why.
 *
 *   chaos.c     options, the verdict, the report
 *   lives.c     lives and deaths of the servers
 *   servers.c   their processes
 *   queries.c   the program that they run
 *   talk.c      statements that come while they work
 *   feed.c      the input, a function of the seed and a sequence number
 *   load.c      topics into an SQLite database
 *   verify.c    the questions put to that database, and their test
 *   repeats.c   at least once: what may come twice
 *   stores.c    the servers' state against the changelogs
 *   pulls.c     what pull queries answer against the topics
 *   commands.c  the command log, and what there is, against what was said
 */
#ifndef TESTS_CHAOS_CHAOS_H
#define TESTS_CHAOS_CHAOS_H

#include <sqlite3.h>

#include "base/status.h"
#include "base/vec.h"
#include "kafka/broker.h"

enum {
    PARTITIONS = 4,
    PROCESSES_MAX = 4,
    KEYS_EACH = 25,       /* Keys of one partition. */
    GROUPS = 17,          /* Of the grouping that needs a repartition. */
    SESSION_GAP_MS = 500, /* As in the script. */
    WITHIN_MS = 1000,
    KEY_ROOM = 16,
};

/* Where a query's group stood in a partition when a server died. */
typedef struct Rewind {
    int death, query, source, partition;
    int64_t committed, end; /* Offsets; end: of the records there were. */
    int64_t time_ms;
} Rewind;

typedef struct Talk Talk;
struct mr_Engine;

typedef struct Chaos {
    Arena *arena;
    /* Options. */
    const char *millrace;  /* The program. */
    const char *directory; /* Of everything that is made. */
    const char *bootstrap; /* NULL: the embedded broker. */
    const char *kafka_dir; /* For kafka.sh; NULL: the broker is left alone. */
    const char *script_of_kafka;
    bool exactly_once;
    bool interactive; /* Statements make the queries, and come on and on. */
    bool shared;      /* millrace.shared.readers of the servers. */
    bool selftest;
    bool keep;
    int kills, broker_kills;
    int processes;
    int standbys; /* num.standby.replicas of the servers. */
    int commit_ms;
    int purge_ms;     /* repartition.purge.interval.ms, exactly once. */
    int records;      /* Fed before each life. */
    const char *only; /* The only point to kill at; NULL: all, and none. */
    const char *hits; /* File of the points hit by this and other runs. */
    uint64_t seed;
    /* State. */
    uint64_t random;
    const char *id;     /* Prefix of topics, and the service. */
    const char *script; /* SQL of the queries. */
    char keys[PARTITIONS][KEYS_EACH][KEY_ROOM];
    int64_t begin_ms; /* Time of the first record. */
    int64_t fed;      /* Records in the main input; each fourth has a pair. */
    Broker *broker;   /* Open between lives; NULL else. */
    sqlite3 *db;
    int64_t held_up_ms; /* The longest that the machine let nothing be done. */
    int deaths;         /* Of which offsets were noted. */
    VEC(Rewind) rewinds;
    Talk *talk; /* NULL: the program is a script. */
} Chaos;

/* ---- feed.c ---- */

typedef struct Event {
    int64_t seq, time_ms;
    int partition, group;
    const char *key;
} Event;

/* Chooses the keys; before all else. */
void feed_prepare(Chaos *chaos);
/* A record of the main input. */
Event event_of(const Chaos *chaos, int64_t seq);
/* How far the right record of a pair is from its left one. */
int64_t pair_distance_ms(const Chaos *chaos, int64_t id);
/* A number below `below` from the sequence that the seed starts. */
uint32_t pick(Chaos *chaos, uint32_t below);

/* Opens the broker; makes the input topics when they are not there. */
STATUS feed_open(Chaos *chaos);
/* Writes the next `count` records of the main input, and their pairs. */
STATUS feed_more(Chaos *chaos, int count);
void feed_close(Chaos *chaos);
const char *topic_of(const Chaos *chaos, const char *name);

/* ---- load.c ---- */

/* A database with the input as it must be and all topics as they are. */
STATUS load_all(Chaos *chaos);
/* Reads all committed records of a topic into a table of its own:
 * name(part, off, key, value, time). */
STATUS load_topic(Chaos *chaos, const char *table, const char *topic);
/* Many at once. */
STATUS load_topics(Chaos *chaos, const char *const *tables,
                   const char *const *topics, int count);
/* Runs SQL; a failure ends the program: it is one of the test. */
void sql_run(sqlite3 *db, const char *sql);
int64_t sql_number(sqlite3 *db, const char *sql);
sqlite3_stmt *sql_prepare(sqlite3 *db, const char *sql);
/* One that gives no rows; and makes it ready for the next time. */
void sql_step(sqlite3_stmt *stmt);

/* ---- verify.c ---- */

/* Puts all questions; prints what is wrong. Returns how many failed. */
int verify(Chaos *chaos);
/* True if all that was fed has come out; to wait for. */
bool verify_complete(Chaos *chaos);
/* Alters the database in one record after the other, and demands that each is
 * noticed. Returns how many were not. */
int verify_selftest(Chaos *chaos);

/* ---- repeats.c ---- */

/* A server has died, or stands still; `time_ms` by the clock. The broker is
 * open. */
void repeats_note_death(Chaos *chaos, int64_t time_ms);
/* Holds what came twice out of a query against the deaths. Returns how much is
 * wrong. */
int repeats_check(Chaos *chaos, int query, bool quiet);

/* ---- stores.c ---- */

/* Holds the stores of a server's state directory against the changelogs in the
 * database. Returns how many differ. */
int stores_compare(Chaos *chaos);

/* ---- pulls.c ---- */

/* Holds the answers of a pull query of each table against its topic in the
 * database. The broker must be closed if it is the embedded one. Returns how
 * many differ. */
int pulls_compare(Chaos *chaos);

/* ---- commands.c; nothing to hold if there is no command log ---- */

/* Holds the command log and the extra queries' outputs against what was said.
 * The broker is open. Returns how much is wrong. */
int commands_check(Chaos *chaos, bool quiet);
/* Holds what there is after a restart against the command log. */
int commands_compare(Chaos *chaos, struct mr_Engine *engine);

#endif
