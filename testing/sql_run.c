/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of one test. Statements are executed one after the other, and after
 * each all records there are have been processed. What the ways do: batches of
 * few rows, inserts in a row processed together, state in RocksDB, restarts
 * between records with the state gone or kept, two partitions.
 *
 * A restart closes the engine, opens another over the same topics and executes
 * the definitions again, without the INSERTs.
 */
#include "testing/sql_run.h"

#include "testing/difference.h"
#include "testing/rig.h"
#include "testing/sql_assert.h"

const SqlWay sql_ways[] = {
    {.name = "as written"},
    {.name = "in batches of one", .batch_rows = 1, .deferred = true},
    {.name = "in batches of three", .batch_rows = 3, .deferred = true},
    {.name = "state in RocksDB", .rocksdb = true},
    {.name = "restarted after each insert, state lost", .restart_every = 1},
    {.name = "restarted after three inserts, RocksDB lost",
     .rocksdb = true,
     .restart_every = 3},
    {.name = "restarted after two inserts, RocksDB kept",
     .rocksdb = true,
     .keep = true,
     .restart_every = 2},
    {.name = "two partitions", .partitions = 2},
    {.name = "two partitions, restarted", .partitions = 2, .restart_every = 1},
    {.name = NULL},
};

static bool has_inserts(const SqlTest *test)
{
    Str word = STR("INSERT");
    for (int i = 0; i < test->steps.count; i++) {
        Str text = test->steps.at[i].text;
        if (text.len > word.len &&
            str_eq_nocase((Str){text.ptr, word.len}, word))
            return true;
    }
    return false;
}

bool sql_way_fits(const SqlWay *way, const SqlTest *test)
{
    if (way == sql_ways) return true;
    /* Without an INSERT nothing flows, and all ways are one. */
    return has_inserts(test) && (!way->partitions || test->any_partitions);
}

/* ---- one run of one test ---- */

typedef struct Run {
    Rig rig;
    const SqlTest *test;
    const SqlWay *way;
    SqlReaders readers;
    int inserts;
    bool undone; /* Something was dropped or terminated. */
    bool asserted;
} Run;

static void check_printed(Run *run)
{
    Str want = run->rig.step->expected, got = buf_str(&run->rig.printed);
    Str more = STR("...\n");
    bool open = str_ends_with(want, more);

    run->asserted = true;
    if (str_eq(want, STR("\n"))) want = STR(""); /* A bare `-->`: nothing. */
    if (open) want.len -= more.len;
    if (open ? str_starts_with(got, want) : str_eq(want, got)) return;
    if (open && got.len > want.len) got.len = want.len;
    rig_fail(&run->rig,
             "it did not print what was expected (- expected, + printed)\n"
             "%.*s",
             STR_ARG(difference_lines(run->rig.arena, want, got, 2)));
}

/* True for what an engine opened anew must be told again. */
static bool is_definition(AstStatementKind kind)
{
    switch (kind) {
    case STMT_CREATE_STREAM:
    case STMT_CREATE_TABLE:
    case STMT_CREATE_STREAM_AS:
    case STMT_CREATE_TABLE_AS:
    case STMT_INSERT_SELECT:
    case STMT_ALTER_STREAM:
    case STMT_ALTER_TABLE:
    case STMT_CREATE_TYPE:
    case STMT_PAUSE:
    case STMT_RESUME:
    case STMT_SET:
    case STMT_UNSET:
    case STMT_DEFINE:
    case STMT_UNDEFINE: return true;
    default: return false;
    }
}

/* Opens another engine over the same topics, with what was defined so far. */
static void restart(Run *run)
{
    Rig *rig = &run->rig;
    const SqlStep *at = rig->step;

    rig_reopen(rig, run->way->keep);
    for (const SqlStep *step = run->test->steps.at; step < at && !rig->failure;
         step++) {
        const AstStatement *statement = rig_parse(rig, step);
        if (!statement || !is_definition(statement->kind)) continue;
        rig->step = step;
        Status st = rig_execute(rig);
        if (st.kind) rig_fail_status(rig, "at a restart: ", st);
    }
    rig->step = at;
}

static bool is_insert(Run *run, const SqlStep *step)
{
    if (step >= run->test->steps.at + run->test->steps.count) return false;
    const AstStatement *statement = rig_parse(&run->rig, step);
    return statement && statement->kind == STMT_INSERT_VALUES;
}

/* After an INSERT: process, and maybe restart. */
static void after_insert(Run *run)
{
    Rig *rig = &run->rig;
    int every = run->test->no_restart ? 0 : run->way->restart_every;
    bool wait = run->way->deferred && !run->test->stepwise &&
                is_insert(run, rig->step + 1);

    run->inserts++;
    if (wait) return;
    rig_process(rig, false);
    if (!every || run->inserts % every || run->undone) return;
    restart(run);
    if (!rig->failure) rig_process(rig, false);
}

static bool is_test_assert(AstStatementKind kind)
{
    return kind == STMT_ASSERT_VALUES || kind == STMT_ASSERT_NULL_VALUES ||
           kind == STMT_ASSERT_STREAM || kind == STMT_ASSERT_TABLE;
}

/* Does the kind of failure fit what the test expects? */
static bool kind_fits(const SqlTest *test, FailureKind kind)
{
    return test->failure == FAILURE_ANY ? kind != FAILURE_ASSERTION
                                        : kind == test->failure;
}

/* The last statement must fail, maybe only when its query runs. `why`: how it
 * did, NULL: it did not. */
static void check_failure(Run *run, FailureKind kind, const char *why)
{
    const SqlTest *test = run->test;
    Rig *rig = &run->rig;

    run->asserted = true;
    if (!why && kind != FAILURE_ASSERTION) {
        rig_process(rig, true);
        why = rig_stopped_query(rig);
        kind = FAILURE_QUERY;
    }
    if (!why)
        rig_fail(rig, "it succeeded, and must fail");
    else if (!kind_fits(test, kind) && test->failure == FAILURE_ANY)
        rig_fail(rig, "%s", why);
    else if (!kind_fits(test, kind))
        rig_fail(rig, "it must fail with '%.*s', and failed with: %s",
                 STR_ARG(test->expected_error), why);
    else if (str_find(str_from(why), test->expected_message, 0) == SIZE_MAX)
        rig_fail(rig,
                 "it failed with another message\n"
                 "  expected: %.*s\n"
                 "  actual:   %s",
                 STR_ARG(test->expected_message), why);
}

static void run_assert(Run *run, const AstStatement *statement, bool must_fail)
{
    Rig *rig = &run->rig;

    run->asserted = true;
    rig_process(rig, true);
    rig_check_queries(rig);
    if (rig->failure) return;
    const char *why = sql_assert(&run->readers, rig->session, statement);
    if (must_fail)
        check_failure(run, FAILURE_ASSERTION, why);
    else if (why)
        rig_fail(rig, "%s", why);
}

static void run_step(Run *run, bool must_fail)
{
    Rig *rig = &run->rig;
    const AstStatement *statement = rig_parse(rig, rig->step);
    FailureKind kind = statement ? FAILURE_STATEMENT : FAILURE_SYNTAX;

    if (statement && is_test_assert(statement->kind)) {
        run_assert(run, statement, must_fail);
        return;
    }
    if (statement) {
        rig_make_topic(rig, statement);
        run->undone |= statement->kind == STMT_DROP_STREAM ||
                       statement->kind == STMT_DROP_TABLE ||
                       statement->kind == STMT_TERMINATE;
    }
    Status st = rig_execute(rig);
    if (must_fail) {
        check_failure(run, kind, st.kind ? st.text : NULL);
        return;
    }
    if (st.kind)
        rig_fail_status(rig, "", st);
    else if (rig->step->has_expected)
        check_printed(run);
    if (rig->failure) return;
    if (statement && statement->kind == STMT_INSERT_VALUES)
        after_insert(run);
    else
        rig_process(rig, false);
    rig_check_queries(rig);
}

/* What a strict run does not let pass. */
static void check_strictly(Run *run, TestNotes *notes)
{
    Rig *rig = &run->rig;
    const char *left = sql_assert_all_read(&run->readers, rig->engine->catalog);
    /* An ASSERT that must fail leaves its record, rightly. */
    bool unread = left && !run->test->unread &&
                  run->test->failure != FAILURE_ASSERTION;

    rig->step = NULL;
    notes->asserts_nothing |= !run->asserted;
    notes->leaves_unread |= unread;
    if (!rig->options->strict) return;
    if (!run->asserted)
        rig_fail(rig, "nothing is asserted: add an ASSERT, or '-->' lines "
                      "after a statement");
    if (unread) rig_fail(rig, "%s", left);
}

const TestFailure *sql_run(Arena *arena, const SqlTest *test, const SqlWay *way,
                           const SqlRunOptions *options, TestNotes *notes)
{
    Run *run = ARENA_NEW(arena, Run);
    Rig *rig = &run->rig;

    run->test = test;
    run->way = way;
    *rig = (Rig){.arena = arena,
                 .options = options,
                 .batch_rows_max = way->batch_rows,
                 .partitions = way->partitions ? way->partitions : 1,
                 .rocksdb = way->rocksdb,
                 .explicit_topics = test->no_topics,
                 .file = test->file,
                 .line = test->line,
                 .way = way == sql_ways ? NULL : way->name};
    rig_open(rig);
    run->readers = (SqlReaders){.arena = arena, .broker = rig->broker};
    for (int i = 0; i < test->steps.count && !rig->failure; i++) {
        rig->step = &test->steps.at[i];
        run_step(run, test->must_fail && i == test->steps.count - 1);
    }
    if (test->must_fail && !test->steps.count && !rig->failure)
        rig_fail(rig, "there is no statement that could fail");
    if (!rig->failure) rig_process(rig, true);
    if (!rig->failure) check_strictly(run, notes);
    const TestFailure *failure = rig->failure;
    rig_close(rig);
    return failure;
}
