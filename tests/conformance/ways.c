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
