/* SPDX-License-Identifier: Apache-2.0
 *
 * Hubs, inside; only for hub*.c and query.c.
 *
 *     Hub            a topic: its guests, and one HubReader for each thread
 *     HubReader      consumer, producer, the partitions it was given
 *       HubSeat      one guest on this thread: a Worker without clients, with
 *                    a task for each partition of the reader
 *       HubSource    one way to decode the topic, for all guests that share it
 *       HubLane      a second consumer, for guests that lag behind
 *
 * Everything of a reader belongs to its thread. What is shared (lists of hubs
 * and guests, seats counted) is guarded by Hubs.lock.
 *
 * What keeps offsets right is one rule: records [from, next) of a partition go
 * to a task if its position lies in [from, next), and it gets those at or after
 * its position. So it does not matter who read them, the hub or a lane, nor in
 * which order the two take turns: no record is left out, none comes twice.
 */
#ifndef RUNTIME_HUB_INT_H
#define RUNTIME_HUB_INT_H

#include <pthread.h>

#include "runtime/hub.h"
#include "runtime/outbox.h"
#include "runtime/query_int.h"

enum {
    HUB_LANES_MAX = 4,    /* Readers that catch up at the same time. */
    HUB_GUESTS_MAX = 400, /* As many as one commit's metadata can name. */
    HUB_POLL_RECORDS = 8192,
};

/* What a query asks of its hub (Query.hub_wish). */
typedef enum HubWish {
    HUB_STAY,
    HUB_LEAVE,   /* Go on with workers of its own. */
    HUB_DISCARD, /* The same, but from the last commit. */
} HubWish;

/* A partition that is read, by the hub or a lane. */
typedef struct HubPart {
    int32_t partition;
    int64_t position; /* Next to come; -1: not known yet. */
} HubPart;

typedef struct HubLane {
    Consumer *consumer; /* NULL: free. */
    HubPart *parts;
    int part_count;
} HubLane;

/* An error that decoding found. */
typedef struct HubError {
    ProcessingError error;
    struct HubError *next;
} HubError;

typedef struct HubIndex HubIndex;

typedef struct HubSource {
    struct HubSource *next;
    Arena *life;
    Arena *plan; /* Of the decoders; remade when more columns are wanted. */
    PlanNode *node;
    QueryOptions options;
    Task task; /* Only what decoding asks for. */
    Op op;
    bool open;
    int guests;
    HubIndex *index; /* NULL: to be built. */
    /* Of the batch at hand. */
    Arena *arena;
    Batch *batch; /* NULL: not decoded. */
    HubError *errors, **errors_end;
    int64_t latest_ms;
} HubSource;

typedef struct HubSeat {
    Query *query;
    Worker *worker;
    HubSource *source;
    int *slots;         /* Of the source's columns, by column of the guest. */
    Task **tasks;       /* By partition; NULL: none here. */
    int64_t due_ms;     /* Next commit, on the clock of commits. */
    int64_t offsets_ms; /* Monotonic: last commit of offsets. */
    /* Of the batch at hand, by the index: rows that its WHERE may want. */
    bool picked;
    int *picks; /* Heap. */
    int pick_count, pick_cap;
} HubSeat;

typedef struct HubReader {
    struct Hub *hub;
    int index;
    pthread_t thread;
    Arena *turn, *guest; /* `guest`: of one guest's batch. */
    Consumer *consumer;
    Producer *producer;
    Outbox outbox;  /* Before the producer. */
    HubPart *parts; /* Heap. */
    int part_count;
    bool assigned;
    HubSeat **seats; /* Heap. */
    int seat_count, seat_cap;
    HubSource *sources;
    HubLane lanes[HUB_LANES_MAX];
    bool unplaced;      /* Some seat lacks a task. */
    bool lagging;       /* Some task waits for a lane. */
    int64_t lagging_ms; /* Monotonic: since when; 0: none does. */
    uint64_t seen;      /* Version of the guest list. */
    bool away;          /* The broker; said once. */
    bool list_due;      /* Peers are to be told who is here. */
    int64_t peers_ms;   /* Monotonic: when they were asked. */
    int64_t empty_since_ms, publish_ms;
    int64_t fed_cpu_ns, shared_cpu_ns; /* Of guests; spread over them. */
} HubReader;

typedef struct Hub {
    struct Hub *next;
    Hubs *hubs;
    Arena *life;
    const char *topic;
    Str group;
    int partitions;
    const Map *consumer_properties, *producer_properties;
    HubReader *readers;
    int reader_count;
    atomic_bool closing, broken;
    atomic_ullong version; /* Of the guests and their wishes. */
    /* Under Hubs.lock. */
    Query **guests; /* Heap. */
    int guest_count, guest_cap;
    int live;           /* Threads that have not ended. */
    atomic_bool *owned; /* By partition: some reader here has it. */
} Hub;

struct Hubs {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Broker *broker;
    char *group_prefix; /* Heap. */
    Arena *arena;
    Map names; /* Of topics that guests write. */
    Hub *open, *closing;
    int held;
};

/* ---- hub.c ---- */

/* Makes the query a guest; false: it must read for itself. Its workers are made
 * then. */
bool hub_join(Query *query);
/* Commits and leaves; afterwards no hub touches it. Fine if it is in none. */
void hub_leave(Query *query);
/* Guests of the hub that have no seat here and are to get one: up to `max`,
 * counted as seated. */
int hub_new_guests(HubReader *reader, Query **guests, int max);
/* The same names with the same values. */
bool hub_same_properties(const Map *a, const Map *b);
/* The seat is gone. The last one lets the query go on alone if it wished so. */
void hub_unseat(HubReader *reader, Query *query);

/* ---- hub_reader.c ---- */

void *hub_reader_main(void *reader);
/* A consumer of the hub's topic; no group: for a lane. */
STATUS hub_consumer_open(HubReader *reader, Str group, RebalanceHandler handler,
                         Consumer **consumer);
void hub_note_away(HubReader *reader, Status st);

/* ---- hub_seat.c ---- */

/* Gives new guests seats, and takes them from those that leave. */
void hub_seat_guests(HubReader *reader);
void hub_seat_new(HubReader *reader);
/* Ends a seat; what was processed must have been committed. */
void hub_seat_close(HubReader *reader, int at);
bool hub_seat_is_leaving(const HubSeat *seat);
/* True if all guests are being stopped: the broker is not waited for. */
bool hub_is_halting(const HubReader *reader);
/* Tasks for all seats and partitions that lack one. */
void hub_place(HubReader *reader);
/* Takes a partition's tasks away. */
void hub_drop_partition(HubReader *reader, int32_t partition);
HubPart *hub_part(HubReader *reader, int32_t partition);

/* ---- hub_decode.c ---- */

/* Sets the seat's source, the one that decodes as this guest needs it, with its
 * columns wanted; and gives it back. Between batches. */
STATUS hub_source_take(HubReader *reader, Arena *arena, HubSeat *seat);
void hub_source_give(HubReader *reader, HubSeat *seat);
void hub_sources_free(HubReader *reader);
/* Forgets the batch at hand, of all sources. */
void hub_sources_reset(HubReader *reader);
/* Decodes records, unless that was done since the reset. */
void hub_source_decode(HubReader *reader, HubSource *source, int32_t partition,
                       const Record *records, int count);
/* The source's batch as the guest's plan numbers its columns. */
Batch *hub_view(Arena *arena, const HubSeat *seat);
/* Hands the rows at or after the task's position to it; its position is `next`
 * then. */
void hub_feed(HubReader *reader, HubSeat *seat, Task *task, int64_t next);

/* ---- hub_index.c ---- */

/* Picks rows of the source's batch for guests, by their WHERE. */
void hub_index_pick(HubReader *reader, HubSource *source);
/* A guest came or went. */
void hub_index_drop(HubSource *source);

/* ---- hub_lane.c ---- */

/* Opens lanes for tasks that wait, polls them. Returns records read. */
int hub_lanes_turn(HubReader *reader);
/* True if the hub has been where the guest is yet to come. */
bool hub_lags(const HubReader *reader, const HubSeat *seat);
bool hub_lanes_any(const HubReader *reader);
void hub_lanes_close(HubReader *reader);
/* Delivers a set: from the hub (lane NULL) or a lane. */
void hub_deliver(HubReader *reader, HubLane *lane, HubPart *part,
                 const RecordSet *set);

/* ---- hub_commit.c ---- */

typedef enum HubCommit {
    HUB_COMMIT_DUE,     /* Seats whose interval is over. */
    HUB_COMMIT_LEAVING, /* Those that leave. */
    HUB_COMMIT_ALL,
} HubCommit;

/* Commits these seats. `polled`: there is more to do before it must be.
 * ST_RETRY: not now; what was not committed is done again after a restart. */
STATUS hub_commit(HubReader *reader, HubCommit which, bool polled);
/* The producer is broken: nobody knows by whose fault, so all guests go on
 * alone, from the last commit. */
void hub_dissolve(HubReader *reader, Status st);
/* Sends what the outbox holds. */
void hub_flush_outbox(HubReader *reader);
/* A guest's failure is its own, unless the producer is broken. */
void hub_task_failed(HubReader *reader, const HubSeat *seat, const Task *task);

/* ---- hub_peers.c ---- */

/* Who is here, as metadata of the hub's own commits. */
Str hub_peers_list(HubReader *reader);
/* Is this application's query on such a list? */
bool hub_peers_has(Str list, Str application_id);
/* Asks what the hubs of other processes have, now and then. */
void hub_peers_check(HubReader *reader);

#endif
