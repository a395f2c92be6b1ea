/* SPDX-License-Identifier: Apache-2.0
 *
 * The ways of running a case (house rule of tests/sql too): what passes plainly
 * must pass whatever the size of batches, wherever state is kept, and however
 * often the engine is restarted.
 */
#include "tests/conformance/conformance.h"

static const Way plainly = {.name = "plainly"};

static const Way ways[] = {
    {.name = "inputs together in batches of one", .together = true},
    {.name = "in batches of three", .batch_rows = 3, .together = true},
    {.name = "in batches of 4096", .batch_rows = 4096, .together = true},
    {.name = "state in RocksDB, hardly any memory",
     .batch_rows = 3,
     .together = true,
     .rocksdb = true,
     .tiny = true},
    {.name = "restarted after each input, state lost", .restart_every = 1},
    {.name = "restarted after two inputs, RocksDB kept",
     .rocksdb = true,
     .keep = true,
     .restart_every = 2},
    {.name = "restarted after three inputs, RocksDB lost, hardly any memory",
     .batch_rows = 4096,
     .rocksdb = true,
     .tiny = true,
     .restart_every = 3},
    {.name = "with a cache", .cached = true},
    {.name = "with a cache, restarted after each input",
     .cached = true,
     .restart_every = 1},
};

Outcome run_plainly(Arena *arena, const Json *json)
{
    return case_run(arena, json, &plainly);
}

Outcome run_all_ways(Arena *arena, const Json *json)
{
    Outcome outcome = run_plainly(arena, json);
    const Json *inputs = json_get(json, "inputs");

    if (outcome.verdict != PASSED || !inputs || !inputs->first) return outcome;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        pool_more_time();
        Outcome other = case_run(arena, json, &ways[i]);
        if (other.verdict == PASSED) continue;
        other.verdict = FAILED;
        other.why = str_printf(arena, "%s: %s", ways[i].name, other.why).ptr;
        return other;
    }
    return outcome;
}

Outcome run_mutated(Arena *arena, const Json *json, uint64_t seed)
{
    Outcome outcome = run_plainly(arena, json);
    const char *what;

    if (outcome.verdict != PASSED) return outcome;
    const Json *changed = mutate(arena, json, seed, &what);
    if (!changed)
        return (Outcome){FAILED, "no expectation can be changed", NULL};
    pool_more_time();
    Outcome other = run_plainly(arena, changed);
    if (other.verdict == FAILED) return outcome;
    return (Outcome){FAILED,
                     str_printf(arena, "%s, and it still %s", what,
                                other.verdict == PASSED ? "passes" : other.why)
                         .ptr,
                     NULL};
}

/* ---- other inputs ---- */

static bool same_bytes(Str a, Str b)
{
    return (a.ptr == NULL) == (b.ptr == NULL) && str_eq(a, b);
}

static bool same_headers(const RecordHeaders *a, const RecordHeaders *b)
{
    int count = a ? a->count : 0;
    if (count != (b ? b->count : 0)) return false;
    for (int i = 0; i < count; i++)
        if (!same_bytes(a->at[i].key, b->at[i].key) ||
            !same_bytes(a->at[i].value, b->at[i].value))
            return false;
    return true;
}

static bool same_record(const Record *a, const Record *b)
{
    return same_bytes(a->key, b->key) && same_bytes(a->value, b->value) &&
           a->timestamp_ms == b->timestamp_ms &&
           same_headers(a->headers, b->headers);
}

/* The rows of a table as its records leave them. */
static Map last_rows(Arena *arena, const Written *written)
{
    Map rows = {0};
    for (int i = 0; i < written->count; i++) {
        Record *record = &written->records[i];
        if (record->value.ptr)
            map_put(arena, &rows, record->key, record);
        else
            map_remove(&rows, record->key);
    }
    return rows;
}

/* The same rows in the end? */
static const char *differ_at_last(Arena *arena, const Written *a,
                                  const Written *b)
{
    Map plain = last_rows(arena, a), late = last_rows(arena, b);

    for (int i = 0; i < plain.count; i++) {
        const Record *x = plain.entries[i].value;
        const Record *y = x ? map_get(&late, x->key) : NULL;
        if (!x || (y && same_bytes(x->value, y->value))) continue;
        return str_printf(arena, "topic %.*s: plainly a row %.*s, now %.*s",
                          STR_ARG(a->topic), STR_ARG(x->value),
                          y ? (int)y->value.len : 4, y ? y->value.ptr : "none")
            .ptr;
    }
    if (plain.live == late.live) return NULL;
    return str_printf(arena, "topic %.*s: plainly %d rows, now %d",
                      STR_ARG(a->topic), plain.live, late.live)
        .ptr;
}

static const char *differ_in_topic(Arena *arena, const Written *a,
                                   const Written *b)
{
    for (int i = 0; i < a->count && i < b->count; i++) {
        const Record *x = &a->records[i], *y = &b->records[i];
        if (same_record(x, y)) continue;
        return str_printf(arena,
                          "topic %.*s record %d: plainly %.*s at %lld, now "
                          "%.*s at %lld",
                          STR_ARG(a->topic), i, STR_ARG(x->value),
                          (long long)x->timestamp_ms, STR_ARG(y->value),
                          (long long)y->timestamp_ms)
            .ptr;
    }
    if (a->count == b->count) return NULL;
    return str_printf(arena, "topic %.*s: plainly %d records, now %d",
                      STR_ARG(a->topic), a->count, b->count)
        .ptr;
}

/* The first difference between what two ways wrote, or NULL. */
static const char *differ(Arena *arena, const WrittenList *a,
                          const WrittenList *b)
{
    const char *why = NULL;
    for (int i = 0; i < a->count && !why; i++)
        why = differ_in_topic(arena, &a->at[i], &b->at[i]);
    return why;
}

/* What is merged depends on when it is committed, but not what a table is in
 * the end; but for a stream made of its changes, and for groups of tables whose
 * rows all came and went meanwhile. */
static const char *run_late(Arena *arena, const Json *json,
                            const WrittenList *plain)
{
    static const Way late = {.name = "with a cache, committed at the end",
                             .batch_rows = 4096,
                             .cached = true,
                             .late = true};
    WrittenList list = {0};

    if (plain->count != 1 || !plain->at[0].is_table || plain->groups_tables)
        return NULL;
    pool_more_time();
    Outcome one = case_collect(arena, json, &late, &list);
    const char *why = one.verdict == PASSED
                          ? differ_at_last(arena, &plain->at[0], &list.at[0])
                          : one.why;
    return why ? str_printf(arena, "%s: %s", late.name, why).ptr : NULL;
}

static const char *run_others(Arena *arena, const Json *json,
                              const WrittenList *plain)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        WrittenList list = {0};
        pool_more_time();
        Outcome one = case_collect(arena, json, &ways[i], &list);
        const char *why = one.verdict == PASSED ? differ(arena, plain, &list)
                                                : one.why;
        if (why) return str_printf(arena, "%s: %s", ways[i].name, why).ptr;
    }
    return run_late(arena, json, plain);
}

Outcome run_scrambled(Arena *arena, const Json *json, uint64_t seed)
{
    Outcome outcome = run_plainly(arena, json);
    const Json *inputs = json_get(json, "inputs");
    WrittenList plain = {0};

    if (outcome.verdict != PASSED || outcome.refusal || !inputs ||
        !inputs->first)
        return outcome;
    const Json *other = scramble(arena, json, seed);
    /* Inputs that end a query prove nothing. */
    if (case_collect(arena, other, &plainly, &plain).verdict != PASSED)
        return outcome;
    const char *why = run_others(arena, other, &plain);
    if (!why) return outcome;
    Str given = tree_text(arena, json_get(other, "inputs"));
    why = str_printf(arena, "%s; inputs %.*s", why, STR_ARG(given)).ptr;
    return (Outcome){FAILED, why, NULL};
}
