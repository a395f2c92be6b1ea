/* SPDX-License-Identifier: Apache-2.0
 *
 * Stand-bys: the state of partitions that other processes of the group work on,
 * kept as new as their changelogs, so that whoever takes over has only the last
 * records to read (runtime 3.8). Who keeps which is standby_rank.h's rule.
 *
 *   no worker here wants the partition,     one does (SubPlan.wanted), or
 *   and it is this process's to keep        others keep it now
 *     claim -> open -> restore -> follow ... -> save, close, give up the claim
 *
 * One thread a query. Its tasks have operators, because these know their
 * stores, but nothing runs through them. All changelogs are read by one
 * consumer, committed records only, which is told anew what to read when a
 * partition comes or goes. A worker that wants a partition finds it claimed
 * and tries again each turn; it waits as long as one poll and one save take.
 *
 * New partitions are taken only while every worker here has its share: amid a
 * rebalance nobody has any, and most come back to where they were. Each
 * assignment is followed by a look at who is in the group. A copy that others
 * are to keep from now on is kept here too until they have had the time to read
 * it (`linger_ms`), so that there are enough at any time.
 *
 * A stand-by never harms the query: what goes wrong here is logged, and tried
 * again if that may help.
 */
#include "base/alloc.h"
#include "base/log.h"
#include "runtime/query_int.h"
#include "runtime/standby_rank.h"
#include "runtime/table_state.h"

enum {
    POLL_MS = 20,
    POLL_RECORDS = 4096,
    IDLE_MS = 20,
    RETRY_MS = 1000,   /* After the broker, or a transaction, was in the way. */
    SAVE_MS = 10000,   /* If the options do not say. */
    REPORT_MS = 30000, /* While it is behind. */
    MEMBERS_MS = 30000, /* Between two looks at an unchanged group. */
    MEMBERS_AGAIN_MS = 500,
    MEMBERS_WAIT_MS = 1000,  /* For the brokers' answer. */
    MEMBERS_LATE_MS = 15000, /* So long it may be unknown without a word. */
    LINGER_MS = 10000,       /* If the options do not say; and for each */
    LINGER_KEYS = 100,       /* so many keys one ms more. */
};

/* One store's way along its changelog. */
typedef struct Follower {
    Store *store;
    int topic;    /* Index in the query's changelogs. */
    int64_t next; /* All before is applied. */
    int64_t end;  /* What the broker has; -1: not told yet. */
} Follower;

/* A partition that is held. */
typedef struct Held {
    Task *task;
    Follower followers[TASK_STORES_MAX];
    bool caught_up;         /* Said once. */
    int table_at;           /* The follower that pull queries read; -1: none. */
    int64_t spare_since_ms; /* Others are to keep it; 0: it is ours. */
} Held;

struct Standby {
    Query *query;
    pthread_t thread;
    bool started;
    Arena *life, *turn;
    Consumer *consumer; /* Of all changelogs; NULL: not opened yet. */
    bool must_assign;   /* What is held has changed. */
    Held **held;
    int held_count, held_most;
    Task *opening;   /* Being restored. */
    bool away;       /* The broker; said once. */
    bool failed;     /* For good. */
    Str process;     /* Of this one. */
    bool **ours;     /* By sub-topology and partition: to be kept here. */
    int assignments; /* The one that `ours` goes with; -1: none. */
    int64_t look_ms, unknown_since_ms; /* At the group: next; 0: known. */
    int64_t wait_until_ms, last_save_ms, last_report_ms; /* Monotonic. */
};

static bool must_end(const Standby *s)
{
    return atomic_load(&s->query->stopping) || query_is_finished(s->query);
}

static bool is_wanted(const Standby *s, const Task *task)
{
    const SubPlan *sub = &s->query->subs[task->sub];
    return atomic_load(&sub->wanted[task->partition]) > 0;
}

/* Says what went wrong; what cannot be cured ends the stand-bys alone. */
static void note_trouble(Standby *s, Status st)
{
    Str id = s->query->options.id;
    if (st.kind == ST_RETRY) {
        if (!s->away)
            log_warn("standby waits", "query=%.*s reason=\"%s\"", STR_ARG(id),
                     st.text);
        s->away = true;
        s->wait_until_ms = clock_monotonic_ms() + RETRY_MS;
    } else if (st.kind) {
        if (!s->failed)
            log_error("standby stopped", "query=%.*s reason=\"%s\"",
                      STR_ARG(id), st.text);
        s->failed = true;
    } else {
        s->away = false;
    }
}

/* ---- letting go ---- */

static int64_t behind(const Held *held)
{
    int64_t sum = 0;
    for (int i = 0; i < held->task->store_count; i++) {
        const Follower *f = &held->followers[i];
        if (f->end < 0) return -1;
        if (f->end > f->next) sum += f->end - f->next;
    }
    return sum;
}

static Status save(Standby *s, Held *held)
{
    for (int i = 0; i < held->task->store_count; i++) {
        Follower *f = &held->followers[i];
        Status st = store_follow_save(f->store, s->turn, f->next);
        if (st.kind) return st;
    }
    return st_ok();
}

/* Without the save whoever opens the stores next reads a little more. */
static void let_go(Standby *s, int at)
{
    Held *held = s->held[at];
    Status st = save(s, held);
    if (st.kind) note_trouble(s, st);
    log_info("standby gives way", "query=%.*s task=%.*s behind=%lld",
             STR_ARG(s->query->options.id), STR_ARG(held->task->name),
             (long long)behind(held));
    task_close(held->task);
    mem_free(held);
    s->held[at] = s->held[--s->held_count];
    s->must_assign = true;
}

/* ---- whose it is ---- */

static StandbyPartition partition_of(const Standby *s, int sub, int32_t at)
{
    const Query *query = s->query;
    const SubPlan *plan = &query->subs[sub];
    Str *topics = ARENA_ARRAY(s->turn, Str, plan->input_count + 1);
    for (int i = 0; i < plan->input_count; i++)
        topics[i] = str_from(query->topics[plan->inputs[i].topic].name);
    return (StandbyPartition){topics, plan->input_count, at, plan->partitions};
}

static void rank(Standby *s, const MemberInfo *members, int count)
{
    const Query *query = s->query;
    for (int i = 0; i < query->sub_count; i++) {
        for (int p = 0; p < query->subs[i].partitions; p++) {
            StandbyPartition at = partition_of(s, i, p);
            s->ours[i][p] = standby_is_among(s->turn, members, count, &at,
                                             s->process,
                                             query->options.standby_replicas);
        }
    }
}

static bool names_us(const Standby *s, const MemberInfo *members, int count)
{
    for (int i = 0; i < count; i++)
        if (str_eq(standby_process(members[i].client_id), s->process))
            return true;
    return false;
}

/* Amid a rebalance it is unknown who has what; it goes on as before. */
static void note_unknown(Standby *s, Status st)
{
    int64_t now_ms = clock_monotonic_ms();
    s->look_ms = now_ms + MEMBERS_AGAIN_MS;
    if (!s->unknown_since_ms) s->unknown_since_ms = now_ms;
    if (s->unknown_since_ms < 0 ||
        now_ms - s->unknown_since_ms < MEMBERS_LATE_MS)
        return;
    log_warn("standby does not know the group", "query=%.*s reason=\"%s\"",
             STR_ARG(s->query->options.id), st.text);
    s->unknown_since_ms = -1;
}

static void look_at_group(Standby *s)
{
    Query *query = s->query;
    int assignments = atomic_load(&query->assignments), count = 0;
    MemberInfo *members = NULL;
    if (clock_monotonic_ms() < s->look_ms &&
        (s->unknown_since_ms || assignments == s->assignments))
        return;
    Status st = broker_group_members(query->options.broker, s->turn,
                                     query->options.application_id,
                                     MEMBERS_WAIT_MS, &members, &count);
    if (!st.kind && !names_us(s, members, count))
        st = st_error(s->turn, ST_RETRY,
                      "this process is not among the %d members of its group",
                      count);
    if (st.kind) {
        note_unknown(s, st);
        return;
    }
    rank(s, members, count);
    s->assignments = assignments;
    s->unknown_since_ms = 0;
    s->look_ms = clock_monotonic_ms() + MEMBERS_MS;
}

/* How long a copy is kept after others were to take it. */
static int64_t linger_ms(const Standby *s, const Held *held)
{
    int64_t ms = s->query->options.standby_linger_ms, keys = 0;
    for (int i = 0; i < held->task->store_count; i++) {
        StoreStats stats;
        store_stats(held->task->stores[i], &stats);
        keys += stats.key_count;
    }
    return (ms ? ms : LINGER_MS) + keys / LINGER_KEYS;
}

static void let_go_of_spare(Standby *s)
{
    int64_t now_ms = clock_monotonic_ms();
    for (int i = s->held_count - 1; i >= 0; i--) {
        Held *held = s->held[i];
        if (s->ours[held->task->sub][held->task->partition])
            held->spare_since_ms = 0;
        else if (!held->spare_since_ms)
            held->spare_since_ms = now_ms;
        else if (now_ms - held->spare_since_ms > linger_ms(s, held))
            let_go(s, i);
    }
}

static void let_go_of_wanted(Standby *s)
{
    for (int i = s->held_count - 1; i >= 0; i--)
        if (is_wanted(s, s->held[i]->task)) let_go(s, i);
}

/* ---- taking ---- */

static bool go_on(void *context, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    Standby *s = context;
    let_go_of_wanted(s);
    return !must_end(s) && !is_wanted(s, s->opening);
}

static int changelog_index(const Query *query, const char *topic)
{
    int at = 0;
    while (query->changelogs[at] != topic)
        at++;
    return at;
}

static Status fill(Standby *s, Held *held)
{
    Task *task = held->task;
    for (int i = 0; i < task->store_count; i++) {
        Store *store = task->stores[i];
        Status st = store_restore(store, s->turn, s->query->options.broker,
                                  go_on, s);
        if (!st.kind) st = store_follow_begin(store);
        if (st.kind) return st;
        int topic = changelog_index(s->query, store_changelog(store));
        held->followers[i] = (Follower){store, topic, store_offset(store), -1};
    }
    return st_ok();
}

/* Pull queries may read it from now on. */
static void show_table(Standby *s, Held *held)
{
    TableState *table = s->query->table;
    Task *task = held->task;
    held->table_at = -1;
    for (int i = 0; table && i < task->op_count; i++) {
        Op *op = task->ops[i];
        if (!table_state_stand_by(table, op, task->partition)) continue;
        for (int k = 0; k < task->store_count; k++)
            if (task->stores[k] == op_table_store(op)) held->table_at = k;
    }
}

/* True if the partition is held now. */
static bool take(Standby *s, int sub, int32_t partition)
{
    Held *held = mem_zalloc(sizeof *held);
    Task *task = task_new(s->query, sub, partition, NULL);
    held->task = s->opening = task;
    Status st = task_open(task);
    bool is_mine = task->claimed;
    if (!st.kind) st = fill(s, held);
    s->opening = NULL;
    if (!st.kind) {
        note_trouble(s, st);
        show_table(s, held);
        log_info("standby holds partition", "query=%.*s task=%.*s",
                 STR_ARG(s->query->options.id), STR_ARG(task->name));
        s->held[s->held_count++] = held;
        s->must_assign = true;
        return true;
    }
    /* A worker was quicker, or wants it now: that is no trouble. */
    if (is_mine && !must_end(s) && !is_wanted(s, task)) note_trouble(s, st);
    task_close(task);
    mem_free(held);
    return false;
}

static void take_what_is_free(Standby *s)
{
    Query *query = s->query;
    if (clock_monotonic_ms() < s->wait_until_ms || !query_is_assigned(query))
        return;
    look_at_group(s);
    if (s->assignments != atomic_load(&query->assignments)) return;
    let_go_of_spare(s);
    for (int i = 0; i < query->sub_count; i++) {
        const SubPlan *sub = &query->subs[i];
        for (int p = 0; sub->store_count && p < sub->partitions; p++) {
            if (!s->ours[i][p] || atomic_load(&sub->wanted[p]) > 0) continue;
            if (atomic_load(&sub->claimed[p])) continue;
            if (must_end(s) || s->failed ||
                clock_monotonic_ms() < s->wait_until_ms)
                return;
            /* The others are followed in between. */
            if (take(s, i, p)) return;
        }
    }
}

/* ---- following ---- */

static Status open_consumer(Standby *s)
{
    static const Map no_properties;
    Query *query = s->query;
    ConsumerOptions options = {
        .group = STR_NULL,
        .topics = query->changelogs,
        .topic_count = query->changelog_count,
        .properties = &no_properties,
    };
    return consumer_open(query->options.broker, s->turn, &options,
                         &s->consumer);
}

static void close_consumer(Standby *s)
{
    if (s->consumer) consumer_close(s->consumer);
    s->consumer = NULL;
}

/* Tells the consumer what to read, and from where. */
static Status assign(Standby *s)
{
    Status st = s->consumer ? st_ok() : open_consumer(s);
    if (st.kind) return st;
    int count = 0, most = s->held_count * s->query->changelog_count;
    TopicPartition *parts = ARENA_ARRAY(s->turn, TopicPartition, most + 1);
    for (int h = 0; h < s->held_count; h++) {
        const Task *task = s->held[h]->task;
        for (int i = 0; i < task->store_count; i++) {
            const Follower *f = &s->held[h]->followers[i];
            parts[count++] = (TopicPartition){.topic_index = f->topic,
                                              .partition = task->partition,
                                              .offset = f->next,
                                              .metadata = STR_NULL};
        }
    }
    st = consumer_assign(s->consumer, s->turn, parts, count);
    if (!st.kind) s->must_assign = false;
    return st;
}

static Follower *find_follower(Standby *s, int topic, int32_t partition)
{
    for (int h = 0; h < s->held_count; h++) {
        Held *held = s->held[h];
        for (int i = 0; i < held->task->store_count; i++)
            if (held->followers[i].topic == topic &&
                held->task->partition == partition)
                return &held->followers[i];
    }
    return NULL;
}

static void note_reach(Standby *s)
{
    for (int h = 0; h < s->held_count; h++) {
        Held *held = s->held[h];
        for (int i = 0; i < held->task->store_count; i++) {
            Follower *f = &held->followers[i];
            ConsumerReach reach;
            consumer_reach(s->consumer, f->topic, held->task->partition,
                           &reach);
            if (reach.next > f->next) f->next = reach.next;
            if (reach.end > f->end) f->end = reach.end;
            if (i == held->table_at && f->end >= 0)
                atomic_store(&s->query->table->behind[held->task->partition],
                             f->end > f->next ? f->end - f->next : 0);
        }
        if (held->caught_up || behind(held) != 0) continue;
        held->caught_up = true;
        log_info("standby has caught up", "query=%.*s task=%.*s",
                 STR_ARG(s->query->options.id), STR_ARG(held->task->name));
    }
}

static Status follow(Standby *s)
{
    RecordSet *sets;
    int count;
    Status st = s->must_assign ? assign(s) : st_ok();
    if (!st.kind)
        st = consumer_poll(s->consumer, s->turn, POLL_MS, POLL_RECORDS, &sets,
                           &count);
    if (st.kind) return st;
    for (int i = 0; i < count; i++) {
        Follower *f = find_follower(s, sets[i].topic_index, sets[i].partition);
        if (f && !st.kind)
            st = store_follow(f->store, sets[i].records, sets[i].count);
        consumer_release(s->consumer, &sets[i]);
    }
    if (!st.kind) note_reach(s);
    return st;
}

static void save_all(Standby *s)
{
    int64_t interval = s->query->options.checkpoint_interval_ms;
    if (clock_monotonic_ms() - s->last_save_ms <
        (interval ? interval : SAVE_MS))
        return;
    s->last_save_ms = clock_monotonic_ms();
    for (int h = 0; h < s->held_count; h++) {
        Status st = save(s, s->held[h]);
        if (st.kind) note_trouble(s, st);
    }
}

/* ---- what others see ---- */

static void publish(Standby *s)
{
    Query *query = s->query;
    int64_t sum = 0;
    for (int h = 0; h < s->held_count; h++) {
        int64_t one = behind(s->held[h]);
        sum = one < 0 || sum < 0 ? -1 : sum + one;
    }
    pthread_mutex_lock(&query->lock);
    query->standby_count = s->held_count;
    query->standby_behind = sum;
    pthread_mutex_unlock(&query->lock);
    if (!sum || clock_monotonic_ms() - s->last_report_ms < REPORT_MS) return;
    s->last_report_ms = clock_monotonic_ms();
    log_info("standby is behind", "query=%.*s partitions=%d records=%lld",
             STR_ARG(query->options.id), s->held_count, (long long)sum);
}

/* ---- the thread ---- */

static void turn(Standby *s)
{
    arena_reset(s->turn);
    let_go_of_wanted(s);
    take_what_is_free(s);
    let_go_of_wanted(s);
    if (s->held_count && clock_monotonic_ms() >= s->wait_until_ms) {
        Status st = follow(s);
        if (st.kind || s->away) note_trouble(s, st);
    } else {
        if (!s->held_count) close_consumer(s);
        clock_sleep_ms(IDLE_MS);
    }
    save_all(s);
    publish(s);
}

static void *standby_main(void *argument)
{
    Standby *s = argument;
    while (!must_end(s) && !s->failed)
        turn(s);
    arena_reset(s->turn);
    while (s->held_count)
        let_go(s, s->held_count - 1);
    publish(s);
    close_consumer(s);
    return NULL;
}

static bool is_asked_for(const Query *query)
{
    const QueryOptions *options = &query->options;
    return options->standby_replicas > 0 && options->threads > 0 &&
           options->use_group && query->changelog_count;
}

STATUS standby_client(Query *query, Arena *arena, int worker, Str *suffix)
{
    Str process;
    *suffix = STR_NULL;
    if (!is_asked_for(query) || !query->options.state_directory.ptr)
        return st_ok();
    Status st = state_identity(query->db, arena, &process);
    if (!st.kind) *suffix = standby_client_suffix(arena, process, worker);
    return st;
}

static Standby *new_standby(Query *query)
{
    Arena *life = arena_new("standby", 0);
    Standby *s = ARENA_NEW(life, Standby);
    s->query = query;
    s->life = life;
    s->turn = arena_new("standby turn", 0);
    s->last_save_ms = s->last_report_ms = clock_monotonic_ms();
    for (int i = 0; i < query->sub_count; i++)
        s->held_most += query->subs[i].partitions;
    s->held = ARENA_ARRAY(life, Held *, s->held_most + 1);
    s->ours = ARENA_ARRAY(life, bool *, query->sub_count);
    for (int i = 0; i < query->sub_count; i++)
        s->ours[i] = arena_zalloc(life, (size_t)query->subs[i].partitions);
    s->assignments = -1;
    return s;
}

STATUS standby_open(Query *query, Arena *arena)
{
    if (!is_asked_for(query)) return st_ok();
    if (!query->options.state_directory.ptr) {
        log_warn("no standby", "query=%.*s: its state is in memory only",
                 STR_ARG(query->options.id));
        return st_ok();
    }
    Standby *s = query->standby = new_standby(query);
    Status st = state_identity(query->db, s->life, &s->process);
    if (st.kind) return st;
    if (pthread_create(&s->thread, NULL, standby_main, s))
        return st_error(arena, ST_FATAL,
                        "no more threads: the system's limit is reached");
    s->started = true;
    return st_ok();
}

void standby_close(Query *query)
{
    Standby *s = query->standby;
    if (!s) return;
    if (s->started) pthread_join(s->thread, NULL);
    arena_free(s->turn);
    arena_free(s->life);
    query->standby = NULL;
}
