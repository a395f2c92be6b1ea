/* SPDX-License-Identifier: Apache-2.0
 *
 * Failed queries (runtime 5.3): what stopped them is kept for a while, and they
 * start again after a wait that doubles with each failure.
 *
 * One thread of the engine looks at all queries a few times a second. A query
 * in ERROR, or one that could not be started, gets an entry in its list of
 * errors and a time at which it is started anew from its last commit; its state
 * directory and group are as it left them. The wait is never reset for the life
 * of the query, as in the reference: a query that fails once a day ends up at
 * the longest wait.
 *
 * Ending the failed run and starting another asks the broker, which may be
 * away, so it is done without the engine's lock. Meanwhile (`restarting`) the
 * query has no run, the thread alone may give it one, and its settings must not
 * change; if it is terminated, the thread removes what is left.
 *
 * With MR_TEST there is no such thread: a query that fails stays failed.
 */
#include "engine/engine_int.h"

#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "functions/regex.h"

enum {
    LOOK_MS = 200,
    AWAY_MS = 1000,           /* Between trials while the broker is away. */
    KEEP_MS = 60 * 60 * 1000, /* An error is forgotten after so long. */
};

typedef struct QueryFailure {
    int64_t at_ms; /* Wall clock. */
    const char *type;
    char *text; /* Heap. */
} QueryFailure;

/* Guarded by the engine's lock. */
struct QueryRetry {
    QueryFailure *failures; /* Oldest first; heap. */
    int count, cap;
    int64_t wait_ms; /* Of the last failure; 0: there was none. */
    int64_t due_ms;  /* Monotonic: when to start again; 0: it has not failed. */
    bool restarting; /* Without the lock. */
    bool removed;    /* Meanwhile. */
};

struct Supervisor {
    mr_Engine *engine;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
};

/* ---- what kind of error ---- */

static bool matches(Arena *arena, Str pattern, Str text)
{
    FnCall call = {.arena = arena};
    Regex *regex = regex_get(&call, pattern);
    bool found = regex && regex_find(&call, regex, text, 0) == REGEX_FOUND;
    if (!regex)
        log_warn("not a regular expression",
                 "setting=ksql.error.classifier.regex pattern=\"%.*s\"",
                 STR_ARG(pattern));
    fn_call_close(&call);
    return found;
}

static const char *type_word(Str word)
{
    static const char *const words[] = {"USER", "SYSTEM", "UNKNOWN"};
    for (int i = 0; i < 3; i++)
        if (str_eq_nocase(word, str_from(words[i]))) return words[i];
    return NULL;
}

/* By the lines `TYPE regex` of ksql.error.classifier.regex; NULL: none fits. */
static const char *classify_by_setting(mr_Engine *engine, Arena *arena,
                                       Str text)
{
    Str lines = engine_setting(engine, NULL,
                               STR("ksql.error.classifier.regex"));
    for (size_t at = 0; at < lines.len;) {
        size_t end = str_find(lines, STR("\n"), at);
        if (end == SIZE_MAX) end = lines.len;
        Str line = str_trim((Str){lines.ptr + at, end - at});
        size_t blank = str_find(line, STR(" "), 0);
        at = end + 1;
        if (blank == SIZE_MAX) continue;
        const char *type = type_word((Str){line.ptr, blank});
        Str pattern = str_trim((Str){line.ptr + blank, line.len - blank});
        if (type && matches(arena, pattern, text)) return type;
    }
    return NULL;
}

static const char *classify(mr_Engine *engine, Arena *arena, StatusKind kind,
                            Str text)
{
    if (kind == ST_USER) return "USER";
    const char *type = classify_by_setting(engine, arena, text);
    return type ? type : kind == ST_FATAL ? "SYSTEM" : "UNKNOWN";
}

/* ---- one query ---- */

static void forget_first(QueryRetry *retry)
{
    mem_free(retry->failures[0].text);
    retry->count--;
    memmove(retry->failures, retry->failures + 1,
            sizeof *retry->failures * (size_t)retry->count);
}

static void note_failure(QueryRetry *retry, int most, int64_t now_ms,
                         const char *type, Str text)
{
    while (retry->count && (retry->count >= most ||
                            retry->failures[0].at_ms < now_ms - KEEP_MS))
        forget_first(retry);
    if (most < 1) return;
    if (retry->count == retry->cap) {
        retry->cap = retry->cap ? 2 * retry->cap : 4;
        retry->failures = mem_realloc(retry->failures, sizeof *retry->failures *
                                                           (size_t)retry->cap);
    }
    char *copy = mem_alloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    retry->failures[retry->count++] = (QueryFailure){now_ms, type, copy};
}

/* Notes why it stopped, and when to start it again. */
static void plan_restart(mr_Engine *engine, EngineQuery *query, Arena *arena,
                         StatusKind kind, Str text)
{
    QueryRetry *retry = query->retry;
    const char *type = classify(engine, arena, kind, text);
    int64_t first_ms = engine_setting_int(
        engine, query->properties, "ksql.query.retry.backoff.initial.ms");
    int64_t most_ms = engine_setting_int(engine, query->properties,
                                         "ksql.query.retry.backoff.max.ms");
    int most = (int)engine_setting_int(engine, NULL,
                                       "ksql.query.error.max.queue.size");
    note_failure(retry, most, clock_now_ms(engine->clock), type, text);
    retry->wait_ms = 2 * (retry->wait_ms ? retry->wait_ms : first_ms);
    if (retry->wait_ms > most_ms) retry->wait_ms = most_ms;
    retry->due_ms = clock_monotonic_ms() + retry->wait_ms;
    log_error(
        "query failed", "id=%.*s type=%s again_in_ms=%lld reason=\"%.*s\"",
        STR_ARG(query->id), type, (long long)retry->wait_ms, STR_ARG(text));
}

void query_restart(mr_Engine *engine, EngineQuery *query, Arena *arena)
{
    query->retry->due_ms = 0;
    if (query->query) query_stop(query->query);
    query->query = NULL;
    query->start_error = STR("");
    Status st = query_launch(engine, arena, query);
    if (!st.kind) log_warn("query restarted", "id=%.*s", STR_ARG(query->id));
}

bool query_is_restarting(const EngineQuery *query)
{
    return query->retry && query->retry->restarting; /* A dry one has none. */
}

bool query_leave_to_retry(EngineQuery *query)
{
    if (!query_is_restarting(query)) return false;
    query->retry->removed = true;
    return true;
}

STATUS query_require_settled(Exec *x, const EngineQuery *query, uint32_t at)
{
    if (!query_is_restarting(query)) return st_ok();
    return st_error_at(x->stmt, at,
                       "query '%.*s' is being restarted: try again in a moment",
                       STR_ARG(query->id));
}

/* Called with the lock, gives it back meanwhile; other queries may come and go.
 */
static void restart_unlocked(mr_Engine *engine, EngineQuery *query,
                             Arena *arena)
{
    QueryOptions options;
    Query *failed = query->query, *started = NULL;

    query_launch_options(engine, query, &options);
    query->query = NULL;
    query->start_error = STR("it is being restarted");
    query->retry->due_ms = 0;
    query->retry->restarting = true;
    pthread_mutex_unlock(&engine->lock);
    if (failed) query_stop(failed);
    Status st = query_start(arena, query->plan, &options, &started);
    pthread_mutex_lock(&engine->lock);
    query->retry->restarting = false;
    query_take(engine, query, st, started);
    if (!query->retry->removed) {
        if (!st.kind)
            log_warn("query restarted", "id=%.*s", STR_ARG(query->id));
        return;
    }
    pthread_mutex_unlock(&engine->lock); /* Nobody else knows of it now. */
    query_discard(engine, query, arena);
    pthread_mutex_lock(&engine->lock);
}

/* True if the lock was given back. */
static bool look_at(mr_Engine *engine, EngineQuery *query, Arena *arena)
{
    QueryRetry *retry = query->retry;
    if (retry->due_ms) {
        bool due = clock_monotonic_ms() >= retry->due_ms;
        if (due) restart_unlocked(engine, query, arena);
        return due;
    }
    if (!query->query) {
        if (query->start_kind == ST_RETRY)
            retry->due_ms = clock_monotonic_ms() + AWAY_MS;
        else if (query->start_error.len)
            plan_restart(engine, query, arena, query->start_kind,
                         query->start_error);
        return false;
    }
    QueryInfo info;
    query_info(query->query, arena, &info);
    if (info.state == QUERY_ERROR)
        plan_restart(engine, query, arena, info.error_kind, info.error);
    return false;
}

void query_retry_init(EngineQuery *query)
{
    query->retry = ARENA_NEW(query->arena, QueryRetry);
}

void query_retry_free(EngineQuery *query)
{
    while (query->retry->count)
        forget_first(query->retry);
    mem_free(query->retry->failures);
}

void query_retry_errors(const EngineQuery *query, Arena *arena, Json *list)
{
    for (int i = 0; i < query->retry->count; i++) {
        const QueryFailure *f = &query->retry->failures[i];
        Json *one = json_push(list, json_new_object(arena));
        json_set(one, "timestamp", json_new_int(arena, f->at_ms));
        json_set(one, "errorMessage",
                 json_new_string(arena, str_from(f->text)));
        json_set(one, "type", json_new_string(arena, str_from(f->type)));
    }
}

/* ---- the thread ---- */

static bool is_stopping(Supervisor *supervisor)
{
    pthread_mutex_lock(&supervisor->lock);
    bool stopping = supervisor->stopping;
    pthread_mutex_unlock(&supervisor->lock);
    return stopping;
}

static void look_at_all(Supervisor *supervisor, Arena *arena)
{
    mr_Engine *engine = supervisor->engine;
    pthread_mutex_lock(&engine->lock);
    for (int i = 0; engine->started && i < engine->queries.count; i++) {
        EngineQuery *query = engine->queries.entries[i].value;
        if (!query || !look_at(engine, query, arena)) continue;
        if (is_stopping(supervisor)) break;
        i = -1; /* The list may be another. This one is not due any more. */
    }
    pthread_mutex_unlock(&engine->lock);
}

static void *supervise(void *argument)
{
    Supervisor *supervisor = argument;
    Arena *arena = arena_new("supervisor", 0);
    pthread_mutex_lock(&supervisor->lock);
    while (!supervisor->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&supervisor->wake, &supervisor->lock, &until);
        if (supervisor->stopping) break;
        pthread_mutex_unlock(&supervisor->lock);
        look_at_all(supervisor, arena);
        arena_reset(arena);
        pthread_mutex_lock(&supervisor->lock);
    }
    pthread_mutex_unlock(&supervisor->lock);
    arena_free(arena);
    return NULL;
}

Supervisor *supervisor_start(mr_Engine *engine)
{
    Supervisor *supervisor = mem_zalloc(sizeof *supervisor);
    supervisor->engine = engine;
    pthread_mutex_init(&supervisor->lock, NULL);
    pthread_cond_init(&supervisor->wake, NULL);
    if (!pthread_create(&supervisor->thread, NULL, supervise, supervisor))
        return supervisor;
    log_warn("failed queries will not be restarted",
             "reason=\"no more threads\"");
    pthread_cond_destroy(&supervisor->wake);
    pthread_mutex_destroy(&supervisor->lock);
    mem_free(supervisor);
    return NULL;
}

void supervisor_stop(Supervisor *supervisor)
{
    if (!supervisor) return;
    pthread_mutex_lock(&supervisor->lock);
    supervisor->stopping = true;
    pthread_cond_signal(&supervisor->wake);
    pthread_mutex_unlock(&supervisor->lock);
    pthread_join(supervisor->thread, NULL);
    pthread_cond_destroy(&supervisor->wake);
    pthread_mutex_destroy(&supervisor->lock);
    mem_free(supervisor);
}
