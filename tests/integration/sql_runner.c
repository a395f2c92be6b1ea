/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs our own tests, which are written in SQL (docs/TESTING.md):
 *
 *     sql_runner [--permute] [--only TEXT] [--verbose] PATH...
 *
 * A path is a test file or a folder of them. Each test starts from an empty
 * engine over topics in memory, with a clock that stands at 0, and is stepped
 * by hand. With --permute it runs several ways and must give the same each
 * time: in small batches, all inserts at once, state in RocksDB, restarted
 * between records with its state gone or kept, two partitions.
 *
 * A test runs in a child process of its own, two children at a time, so that a
 * crash or a hang (20 s) fails one test. Results come back as one line through
 * a pipe and are printed in the order of the files. Ends with "N passed, M
 * failed", counting tests and not ways; the exit status is 1 if any failed or
 * none ran.
 */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/engine_int.h"
#include "parser/parser.h"
#include "testing/sql_assert.h"
#include "testing/sql_file.h"
#include "testing/sql_print.h"

enum { TEST_SECONDS = 20, CHILDREN = 2, SELECT_SECONDS = 5 };

/* One way of running a test. */
typedef struct Way {
    const char *name;
    int batch_rows; /* 0: the maximum. */
    bool deferred;  /* Inserts in a row are processed together. */
    bool rocksdb;
    bool keep;         /* The state's files outlive restarts. */
    int restart_every; /* INSERTs; 0: never. */
    int partitions;    /* 0: one. */
} Way;

static const Way ways[] = {
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
};

enum { WAYS = sizeof ways / sizeof *ways };

/* ---- the directory of RocksDB ---- */

enum { PATH_BYTES = 64 };

/* One for each child, so that the parent can remove what a crash left. In
 * memory if there is a place for that: nothing here need outlive the machine.
 */
static void name_directory(char *path, pid_t child)
{
    const char *root = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    snprintf(path, PATH_BYTES, "%s/millrace-sql-%d", root, (int)child);
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static void remove_directory(const char *path)
{
    if (path[0]) nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- one run of one test ---- */

typedef struct Run {
    Arena *arena;
    const SqlTest *test;
    const Way *way;
    const SqlStep *step; /* At work. */
    mr_Engine *engine;
    mr_Session *session;
    Broker *broker;
    BrokerType type; /* The memory broker's, with produce put in between. */
    const BrokerType *inner;
    Clock clock;
    char directory[PATH_BYTES]; /* Of RocksDB; empty: none. */
    SqlReaders readers;
    const RecordHeaders *headers; /* Of the INSERT at work. */
    Buf printed;                  /* By the statement at work. */
    int64_t stop_ns;              /* When a SELECT has taken too long. */
    int inserts;
    bool undone; /* Something was dropped or terminated. */
    bool asserted;
    const char *why;
    int why_line;
} Run;

static Run *current; /* A child runs one test at a time. */

static void fail(Run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(Run *run, const char *format, ...)
{
    va_list args;
    if (run->why) return;
    va_start(args, format);
    run->why = str_vprintf(run->arena, format, args).ptr;
    va_end(args);
    run->why_line = run->step ? run->step->line : run->test->line;
}

/* ---- broker and engine ---- */

static Status produce_with_headers(Producer *producer, Arena *arena,
                                   const char *topic, int32_t partition,
                                   const Record *records, int count)
{
    Record *copies = arena_copy(arena, records,
                                sizeof *records * (size_t)count);
    if (current->headers)
        for (int i = 0; i < count; i++)
            copies[i].headers = current->headers;
    return current->inner->produce(producer, arena, topic, partition, copies,
                                   count);
}

static void put_setting(Run *run, Map *settings, const char *name, Str value)
{
    Str *kept = ARENA_NEW(run->arena, Str);
    *kept = value;
    map_put(run->arena, settings, setting_canonical(str_from(name)), kept);
}

static void open_engine(Run *run)
{
    Map settings = {0};

    put_setting(run, &settings, "auto.offset.reset", STR("earliest"));
    put_setting(run, &settings, "cache.max.bytes.buffering", STR("0"));
    mr_Options options = {.mode = MR_TEST,
                          .settings = &settings,
                          .broker = run->broker,
                          .clock = &run->clock,
                          .data_directory = str_from(run->directory),
                          .memory_state = !run->way->rocksdb,
                          .batch_rows_max = run->way->batch_rows};
    Status st = mr_open(run->arena, &options, &run->engine);
    if (st.kind) {
        fail(run, "the engine does not open: %s", st.text);
        return;
    }
    run->session = mr_session_open(run->engine);
}

static void close_engine(Run *run)
{
    if (run->session) mr_session_close(run->session);
    mr_close(run->engine);
    run->session = NULL;
    run->engine = NULL;
}

static void open_all(Run *run)
{
    run->clock = (Clock){.manual = true};
    run->broker = broker_memory_open(&run->clock);
    run->inner = run->broker->type;
    run->type = *run->inner;
    run->type.produce = produce_with_headers;
    run->broker->type = &run->type;
    run->readers = (SqlReaders){.arena = run->arena, .broker = run->broker};
    if (run->way->rocksdb) name_directory(run->directory, getpid());
    open_engine(run);
}

static void close_all(Run *run)
{
    close_engine(run);
    broker_close(run->broker);
    remove_directory(run->directory);
    buf_free(&run->printed);
}

/* ---- results ---- */

static void take_entity(void *context, const Json *entity)
{
    Run *run = context;
    sql_print_entity(&run->printed, entity);
}

static bool take_row(void *context, const Schema *schema, const Value *values,
                     bool tombstone)
{
    Run *run = context;
    sql_print_row(run->arena, &run->printed, schema, values, tombstone);
    return true;
}

static bool take_line(void *context, Str line)
{
    Run *run = context;
    buf_append_str(&run->printed, line);
    buf_push(&run->printed, '\n');
    return true;
}

static bool too_long(void *context)
{
    Run *run = context;
    return clock_monotonic_ns() > run->stop_ns;
}

static void check_printed(Run *run)
{
    Str want = run->step->expected, got = buf_str(&run->printed);
    Str more = STR("...\n");
    bool open = str_ends_with(want, more);

    run->asserted = true;
    if (str_eq(want, STR("\n"))) want = STR(""); /* A bare `-->`: nothing. */
    if (open) want.len -= more.len;
    if (open ? str_starts_with(got, want) : str_eq(want, got)) return;
    fail(run, "it printed\n%.*s", STR_ARG(got));
}

/* ---- processing ---- */

static int step_once(Run *run)
{
    int all = 0, count;
    while ((count = mr_step(run->engine, 1000)) > 0)
        all += count;
    return all;
}

/* The reason why a query stopped, or NULL. */
static const char *stopped_query(Run *run)
{
    mr_QueryStats *stats;
    int count;
    Status st = mr_query_stats(run->engine, run->arena, &stats, &count);
    if (st.kind) return st.text;
    for (int i = 0; i < count; i++)
        if (stats[i].error.len)
            return str_printf(run->arena, "query %.*s stopped: %.*s",
                              STR_ARG(stats[i].id), STR_ARG(stats[i].error))
                .ptr;
    return NULL;
}

/* Processes all there is; with `commit`, merged changes come out too. */
static void process(Run *run, bool commit)
{
    do {
        step_once(run);
        if (!commit) break;
        Status st = mr_commit(run->engine, run->arena);
        if (st.kind) fail(run, "commit: %s", st.text);
    } while (!run->why && step_once(run));
}

static void check_queries(Run *run)
{
    const char *error = stopped_query(run);
    if (error) fail(run, "%s", error);
}

/* ---- statements ---- */

static bool parse(Run *run, Str text, AstStatement **statement)
{
    AstStatement **list;
    int count;
    Status st = parse_statements(run->arena, text, &run->session->variables,
                                 &list, &count);
    if (st.kind || count != 1) return false;
    *statement = list[0];
    return true;
}

/* The topic that a CREATE names comes into being, unless it says how. */
static void make_topic(Run *run, const AstStatement *statement)
{
    int partitions = run->way->partitions ? run->way->partitions : 1;
    Str topic = STR_NULL;
    TopicInfo info;

    if (run->test->no_topics || (statement->kind != STMT_CREATE_STREAM &&
                                 statement->kind != STMT_CREATE_TABLE))
        return;
    for (int i = 0; i < statement->with.count; i++) {
        const AstProperty *property = &statement->with.at[i];
        if (str_eq_nocase(property->name.text, STR("PARTITIONS"))) return;
        if (str_eq_nocase(property->name.text, STR("KAFKA_TOPIC")) &&
            property->value->kind == AST_STRING)
            topic = property->value->literal.str;
    }
    if (!topic.len ||
        !broker_describe_topic(run->broker, run->arena, topic, &info).kind)
        return;
    Status st = broker_create_topic(run->broker, run->arena, topic, partitions,
                                    1, NULL, 0);
    if (st.kind) fail(run, "topic '%.*s': %s", STR_ARG(topic), st.text);
}

/* "name=text, other=text" as headers; a name without `=` has a null value. */
static const RecordHeaders *read_headers(Run *run, Str text)
{
    enum { MOST = 16 };
    RecordHeaders *headers = arena_zalloc(
        run->arena, sizeof *headers + sizeof(RecordHeader) * MOST);

    while (text.len && headers->count < MOST) {
        size_t end = str_find(text, STR(","), 0);
        if (end == SIZE_MAX) end = text.len;
        Str one = str_trim((Str){text.ptr, end});
        size_t is = str_find(one, STR("="), 0);
        RecordHeader *header = &headers->at[headers->count++];
        header->key = (Str){one.ptr, is == SIZE_MAX ? one.len : is};
        header->value = is == SIZE_MAX
                            ? STR_NULL
                            : (Str){one.ptr + is + 1, one.len - is - 1};
        end += end < text.len;
        text = (Str){text.ptr + end, text.len - end};
    }
    return headers;
}

static Status execute(Run *run, Str text)
{
    mr_Sink sink = {.context = run,
                    .entity = take_entity,
                    .row = take_row,
                    .line = take_line,
                    .stop = too_long};
    run->printed.len = 0;
    run->stop_ns = clock_monotonic_ns() + SELECT_SECONDS * 1000000000LL;
    return mr_execute(run->session, run->arena, text, &sink);
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

/* Closes the engine and opens another over the same topics. */
static void restart(Run *run)
{
    const SqlStep *at = run->step;

    close_engine(run);
    if (run->way->rocksdb && !run->way->keep) remove_directory(run->directory);
    open_engine(run);
    for (const SqlStep *step = run->test->steps.at; step < at && !run->why;
         step++) {
        AstStatement *statement;
        if (!parse(run, step->text, &statement) ||
            !is_definition(statement->kind))
            continue;
        run->step = step;
        Status st = execute(run, step->text);
        if (st.kind) fail(run, "at a restart: %s", st.text);
    }
    run->step = at;
}

static bool is_insert(Run *run, const SqlStep *step)
{
    AstStatement *statement;
    return step < run->test->steps.at + run->test->steps.count &&
           parse(run, step->text, &statement) &&
           statement->kind == STMT_INSERT_VALUES;
}

/* After an INSERT: process, and maybe restart. */
static void after_insert(Run *run)
{
    int every = run->test->no_restart ? 0 : run->way->restart_every;
    bool wait = run->way->deferred && !run->test->stepwise &&
                is_insert(run, run->step + 1);

    run->inserts++;
    if (wait) return;
    process(run, false);
    if (!every || run->inserts % every || run->undone) return;
    restart(run);
    if (!run->why) process(run, false);
}

static bool is_test_assert(AstStatementKind kind)
{
    return kind == STMT_ASSERT_VALUES || kind == STMT_ASSERT_NULL_VALUES ||
           kind == STMT_ASSERT_STREAM || kind == STMT_ASSERT_TABLE;
}

/* A statement of the last step that must fail, maybe only when it runs. */
static void check_failure(Run *run, Status st)
{
    Str want = run->test->expected_message;
    const char *got = st.kind ? st.text : NULL;

    run->asserted = true;
    if (!got) {
        process(run, true);
        got = stopped_query(run);
    }
    if (!got)
        fail(run, "it succeeded, and must fail");
    else if (str_find(str_from(got), want, 0) == SIZE_MAX)
        fail(run, "it failed with: %s", got);
}

static void run_assert(Run *run, const AstStatement *statement)
{
    run->asserted = true;
    process(run, true);
    check_queries(run);
    if (run->why) return;
    const char *why = sql_assert(&run->readers, run->session, statement);
    if (why) fail(run, "%s", why);
}

static void run_step(Run *run, bool last)
{
    const SqlStep *step = run->step;
    AstStatement *statement = NULL;
    bool must_fail = last && run->test->expected_message.ptr;

    if (parse(run, step->text, &statement)) {
        if (is_test_assert(statement->kind)) {
            run_assert(run, statement);
            return;
        }
        make_topic(run, statement);
        run->undone |= statement->kind == STMT_DROP_STREAM ||
                       statement->kind == STMT_DROP_TABLE ||
                       statement->kind == STMT_TERMINATE;
    }
    run->headers = step->headers.ptr ? read_headers(run, step->headers) : NULL;
    Status st = execute(run, step->text);
    run->headers = NULL;
    if (must_fail) {
        check_failure(run, st);
        return;
    }
    if (st.kind)
        fail(run, "%s", st.text);
    else if (step->has_expected)
        check_printed(run);
    if (run->why) return;
    if (statement && statement->kind == STMT_INSERT_VALUES)
        after_insert(run);
    else
        process(run, false);
    check_queries(run);
}

/* Runs the test one way. NULL: passed. */
static const char *run_way(const SqlTest *test, const Way *way)
{
    Run *run = mem_zalloc(sizeof *run);
    int count = test->steps.count;

    run->arena = arena_new("test", 0);
    run->test = test;
    run->way = way;
    current = run;
    open_all(run);
    for (int i = 0; i < count && !run->why; i++) {
        run->step = &test->steps.at[i];
        run_step(run, i == count - 1);
    }
    if (!run->why && !run->asserted) fail(run, "nothing is asserted");
    if (!run->why) {
        process(run, true);
        const char *left = sql_assert_all_read(&run->readers);
        if (left) fail(run, "%s", left);
    }
    const char *why = run->why ? str_printf(run->arena, "%s:%d: %.*s (%s): %s",
                                            test->file, run->why_line,
                                            STR_ARG(test->title), way->name,
                                            run->why)
                                     .ptr
                               : NULL;
    /* The arena holds the message; the process ends soon. */
    close_all(run);
    return why;
}

/* Without an INSERT nothing flows, and all ways are one. */
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

/* ---- children ---- */

typedef struct Child {
    pid_t pid; /* 0: free. */
    int out;
    int test;
} Child;

typedef struct Runner {
    Arena *arena;
    SqlTests tests;
    const char **results; /* NULL: passed; "" not yet. */
    const char *only;
    bool permute, verbose;
} Runner;

static void run_test(const Runner *runner, const SqlTest *test, int out)
{
    bool all = runner->permute && has_inserts(test);
    const char *why = NULL;

    alarm(TEST_SECONDS);
    log_set_level(STR(runner->verbose ? "info" : "error"));
    if (!runner->verbose && !freopen("/dev/null", "w", stderr)) _exit(3);
    for (int i = 0; i < (all ? WAYS : 1) && !why; i++)
        if (!ways[i].partitions || test->any_partitions)
            why = run_way(test, &ways[i]);
    if (!why) why = "";
    for (size_t n = strlen(why); n;) {
        ssize_t done = write(out, why, n);
        if (done <= 0) _exit(3);
        why += done;
        n -= (size_t)done;
    }
    fflush(NULL);
    _exit(0);
}

static void start_child(Runner *runner, Child *child, int test)
{
    int ends[2];

    if (pipe(ends)) exit(2);
    fflush(NULL);
    *child = (Child){.test = test, .out = ends[0], .pid = fork()};
    if (child->pid < 0) exit(2);
    if (child->pid == 0) {
        close(ends[0]);
        run_test(runner, runner->tests.at[test], ends[1]);
    }
    close(ends[1]);
}

/* Waits for a child and keeps its result. */
static void end_child(Runner *runner, Child *child)
{
    const SqlTest *test = runner->tests.at[child->test];
    char chunk[4096], directory[PATH_BYTES];
    Buf text = {0};
    ssize_t n;
    int status;

    while ((n = read(child->out, chunk, sizeof chunk)) > 0)
        buf_append(&text, chunk, (size_t)n);
    close(child->out);
    waitpid(child->pid, &status, 0);
    name_directory(directory, child->pid);
    if (status) remove_directory(directory);
    const char **result = &runner->results[child->test];
    if (text.len)
        *result = str_copy(runner->arena, buf_str(&text)).ptr;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        *result = NULL;
    else
        *result = str_printf(runner->arena, "%s:%d: %.*s: %s", test->file,
                             test->line, STR_ARG(test->title),
                             WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM
                                 ? "takes too long"
                                 : "crashed")
                      .ptr;
    buf_free(&text);
    child->pid = 0;
}

static void run_tests(Runner *runner)
{
    Child children[CHILDREN] = {0};
    int count = runner->tests.count;

    runner->results = ARENA_ARRAY(runner->arena, const char *, count + 1);
    for (int i = 0; i < count + CHILDREN; i++) {
        Child *child = &children[i % CHILDREN];
        if (child->pid) end_child(runner, child);
        if (i < count) start_child(runner, child, i);
    }
}

/* ---- files ---- */

static void load_file(Runner *runner, const char *path)
{
    const char *why = sql_file_read(runner->arena, path, &runner->tests);
    if (!why) return;
    fprintf(stderr, "%s\n", why);
    exit(2);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load_path(Runner *runner, const char *path)
{
    struct stat info;
    VEC(const char *) names = {0};
    struct dirent *entry;

    if (stat(path, &info) || !S_ISDIR(info.st_mode)) {
        load_file(runner, path);
        return;
    }
    DIR *dir = opendir(path);
    if (!dir) exit(2);
    while ((entry = readdir(dir)))
        if (str_ends_with(str_from(entry->d_name), STR(".sql")))
            *vec_push(runner->arena, &names) =
                str_printf(runner->arena, "%s/%s", path, entry->d_name).ptr;
    closedir(dir);
    qsort(names.at, (size_t)names.count, sizeof *names.at, by_name);
    for (int i = 0; i < names.count; i++)
        load_file(runner, names.at[i]);
}

/* Keeps the tests whose file or title holds the text. */
static void select_tests(Runner *runner)
{
    int kept = 0;
    for (int i = 0; i < runner->tests.count && runner->only; i++) {
        SqlTest *test = runner->tests.at[i];
        Str only = str_from(runner->only);
        if (str_find(test->title, only, 0) != SIZE_MAX ||
            str_find(str_from(test->file), only, 0) != SIZE_MAX)
            runner->tests.at[kept++] = test;
    }
    if (runner->only) runner->tests.count = kept;
}

int main(int argc, char **argv)
{
    Runner runner = {.arena = arena_new("runner", 0)};
    int failed = 0;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--permute"))
            runner.permute = true;
        else if (!strcmp(argv[i], "--verbose"))
            runner.verbose = true;
        else if (!strcmp(argv[i], "--only") && i + 1 < argc)
            runner.only = argv[++i];
        else
            load_path(&runner, argv[i]);
    }
    select_tests(&runner);
    run_tests(&runner);
    for (int i = 0; i < runner.tests.count; i++) {
        const SqlTest *test = runner.tests.at[i];
        if (runner.results[i])
            printf("FAILED %s\n", runner.results[i]);
        else if (runner.verbose)
            printf("passed %s:%d: %.*s\n", test->file, test->line,
                   STR_ARG(test->title));
        failed += runner.results[i] != NULL;
    }
    int passed = runner.tests.count - failed;
    printf("%d passed, %d failed\n", passed, failed);
    arena_free(runner.arena);
    return failed || !passed ? 1 : 0;
}
