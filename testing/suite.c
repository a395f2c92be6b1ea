/* SPDX-License-Identifier: Apache-2.0
 *
 * Children run side by side; a child's result comes through a pipe, whose end
 * tells that it is over, and its standard error goes to a file in memory. The
 * result is two characters, the notes, and for a failure line, file, way and
 * statement, each on a line, and the text.
 */
#include "testing/suite.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "testing/rig.h"

enum { PATH_BYTES = 64, LOG_BYTES_MAX = 8192, JOBS_MAX = 64 };

typedef struct Child {
    pid_t pid; /* 0: free. */
    int out;   /* Its result. */
    int log;   /* Its standard error; -1: shown. */
    int test;
    int64_t start_ns;
    Buf text; /* Of the result so far. */
} Child;

typedef struct Running {
    Suite *suite;
    const SuiteOptions *options;
    Child children[JOBS_MAX];
    int next;     /* Test to start. */
    int reported; /* Tests told to `done`. */
    bool stopped; /* No more are started. */
} Running;

/* ---- in the child ---- */

/* In memory if there is a place for that: nothing here need outlive the
 * machine. By the child's id, so that the parent can remove what a crash
 * left. */
static void name_directory(char *path, pid_t child)
{
    const char *root = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    snprintf(path, PATH_BYTES, "%s/millrace-test-%d", root, (int)child);
}

static const TestFailure *run_ways(Arena *arena, const Test *test,
                                   const SqlRunOptions *run, bool permute,
                                   TestNotes *notes)
{
    const TestFailure *failure = NULL;
    for (const SqlWay *way = sql_ways; way->name && !failure; way++) {
        if (sql_way_fits(way, test->sql))
            failure = sql_run(arena, test->sql, way, run, notes);
        if (!permute) break;
    }
    return failure;
}

static void write_all(int fd, Str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n <= 0) _exit(3);
        text = (Str){text.ptr + n, text.len - (size_t)n};
    }
}

static void write_result(int fd, const TestFailure *failure, TestNotes notes)
{
    Buf text = {0};
    buf_push(&text, notes.asserts_nothing ? '1' : '0');
    buf_push(&text, notes.leaves_unread ? '1' : '0');
    if (failure)
        buf_printf(&text, "%d\n%s\n%s\n%s\n%s", failure->line, failure->file,
                   failure->way ? failure->way : "",
                   failure->statement ? failure->statement : "", failure->text);
    write_all(fd, buf_str(&text));
    buf_free(&text);
}

static _Noreturn void run_child(const Running *running, const Test *test,
                                int out)
{
    const SuiteOptions *options = running->options;
    Arena *arena = arena_new("test", 0);
    char directory[PATH_BYTES];
    TestNotes notes = {0};
    SqlRunOptions run = {.settings = options->settings,
                         .variables = options->variables,
                         .directory = directory,
                         .strict = options->strict};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    alarm((unsigned)options->timeout_s);
    name_directory(directory, getpid());
    const TestFailure *failure = test->sql ? run_ways(arena, test, &run,
                                                      options->permute, &notes)
                                           : case_run(arena, test->files, &run);
    write_result(out, failure, notes);
    fflush(NULL);
    _exit(0);
}

/* ---- children ---- */

static _Noreturn void cannot(const char *what)
{
    log_error("cannot run tests", "%s: %s", what, strerror(errno));
    exit(255);
}

static void start_child(Running *running, Child *child, int test)
{
    int ends[2];

    if (pipe(ends)) cannot("pipe");
    *child = (Child){.test = test, .out = ends[0], .log = -1};
    if (!running->options->show_log)
        child->log = memfd_create("log", MFD_CLOEXEC);
    fflush(NULL);
    child->start_ns = clock_monotonic_ns();
    child->pid = fork();
    if (child->pid < 0) cannot("fork");
    if (child->pid == 0) {
        close(ends[0]);
        if (child->log >= 0) dup2(child->log, STDERR_FILENO);
        run_child(running, &running->suite->tests.at[test], ends[1]);
    }
    close(ends[1]);
}

/* The end of the child's standard error. */
static Str read_log(Arena *arena, int fd)
{
    struct stat info;
    if (fd < 0 || fstat(fd, &info) || !info.st_size) return STR("");
    size_t len = info.st_size > LOG_BYTES_MAX ? LOG_BYTES_MAX
                                              : (size_t)info.st_size;
    char *text = arena_alloc(arena, len);
    ssize_t n = pread(fd, text, len, info.st_size - (off_t)len);
    if (n <= 0) return STR("");
    Str log = {text, (size_t)n};
    size_t line = str_find(log, STR("\n"), 0);
    if (info.st_size > LOG_BYTES_MAX && line < log.len)
        log = (Str){log.ptr + line + 1, log.len - line - 1};
    return log;
}

static Str take_line(Str *text)
{
    size_t end = str_find(*text, STR("\n"), 0);
    if (end == SIZE_MAX) end = text->len;
    Str line = {text->ptr, end};
    end += end < text->len;
    *text = (Str){text->ptr + end, text->len - end};
    return line;
}

/* Reads what write_result wrote. */
static void read_result(Arena *arena, Test *test, Str text)
{
    int64_t line = 0;

    test->notes.asserts_nothing = text.ptr[0] == '1';
    test->notes.leaves_unread = text.ptr[1] == '1';
    test->outcome = TEST_PASSED;
    text = (Str){text.ptr + 2, text.len - 2};
    if (!text.len) return;
    TestFailure *failure = ARENA_NEW(arena, TestFailure);
    number_parse_i64(take_line(&text), &line);
    failure->line = (int)line;
    failure->file = str_cstr(arena, take_line(&text));
    Str way = take_line(&text);
    Str statement = take_line(&text);
    if (way.len) failure->way = str_cstr(arena, way);
    if (statement.len) failure->statement = str_cstr(arena, statement);
    failure->text = str_cstr(arena, text);
    test->failure = failure;
    test->outcome = TEST_FAILED;
}

static void note_broken(Running *running, Test *test, int status)
{
    Arena *arena = running->suite->arena;
    bool late = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    TestFailure *failure = ARENA_NEW(arena, TestFailure);

    test->outcome = late ? TEST_TIMED_OUT : TEST_CRASHED;
    failure->file = test->file;
    failure->line = test->line;
    failure->text =
        late ? str_printf(arena, "it takes longer than %d s",
                          running->options->timeout_s)
                   .ptr
        : WIFSIGNALED(status)
            ? str_printf(arena, "it crashed: %s", strsignal(WTERMSIG(status)))
                  .ptr
            : str_printf(arena, "it ended with status %d", WEXITSTATUS(status))
                  .ptr;
    test->failure = failure;
}

/* The child is over: keeps its result. */
static void end_child(Running *running, Child *child)
{
    Arena *arena = running->suite->arena;
    Test *test = &running->suite->tests.at[child->test];
    char directory[PATH_BYTES];
    int status;

    close(child->out);
    waitpid(child->pid, &status, 0);
    test->seconds = (double)(clock_monotonic_ns() - child->start_ns) / 1e9;
    name_directory(directory, child->pid);
    if (status) rig_remove_directory(directory);
    if (status == 0 && child->text.len >= 2)
        read_result(arena, test, buf_str(&child->text));
    else
        note_broken(running, test, status);
    if (test->outcome != TEST_PASSED) {
        test->log = read_log(arena, child->log);
        running->stopped |= running->options->fail_fast;
    }
    if (child->log >= 0) close(child->log);
    buf_free(&child->text);
    child->pid = 0;
}

static void kill_children(Running *running)
{
    for (int i = 0; i < running->options->jobs; i++) {
        Child *child = &running->children[i];
        char directory[PATH_BYTES];
        if (!child->pid) continue;
        kill(child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
        name_directory(directory, child->pid);
        rig_remove_directory(directory);
        close(child->out);
        if (child->log >= 0) close(child->log);
        buf_free(&child->text);
        child->pid = 0;
    }
}

/* ---- running ---- */

/* Gives free places work. Returns how many children run. */
static int start_children(Running *running)
{
    Suite *suite = running->suite;
    int count = 0;

    for (int i = 0; i < running->options->jobs; i++) {
        while (running->next < suite->tests.count &&
               suite->tests.at[running->next].outcome != TEST_NOT_RUN)
            running->next++;
        if (!running->children[i].pid && !running->stopped &&
            running->next < suite->tests.count)
            start_child(running, &running->children[i], running->next++);
        count += running->children[i].pid != 0;
    }
    return count;
}

static bool is_running(const Running *running, int test)
{
    for (int i = 0; i < running->options->jobs; i++)
        if (running->children[i].pid && running->children[i].test == test)
            return true;
    return false;
}

/* Tells what is over, up to the first that is not. */
static void report(Running *running)
{
    Suite *suite = running->suite;
    for (; running->reported < suite->tests.count; running->reported++) {
        const Test *test = &suite->tests.at[running->reported];
        bool over = test->outcome != TEST_NOT_RUN ||
                    (running->stopped &&
                     !is_running(running, running->reported));
        if (!over) return;
        if (test->outcome != TEST_NOT_RUN && running->options->done)
            running->options->done(running->options->context, test);
    }
}

/* Waits for results, or for a signal. */
static void wait_children(Running *running)
{
    struct pollfd fds[JOBS_MAX];
    char chunk[4096];
    int jobs = running->options->jobs;

    for (int i = 0; i < jobs; i++) {
        const Child *child = &running->children[i];
        fds[i] = (struct pollfd){.fd = child->pid ? child->out : -1,
                                 .events = POLLIN};
    }
    if (poll(fds, (nfds_t)jobs, 1000) <= 0) return;
    for (int i = 0; i < jobs; i++) {
        Child *child = &running->children[i];
        if (!fds[i].revents) continue;
        ssize_t n = read(child->out, chunk, sizeof chunk);
        if (n > 0)
            buf_append(&child->text, chunk, (size_t)n);
        else if (n == 0 || errno != EINTR)
            end_child(running, child);
    }
}

void suite_run(Suite *suite, const SuiteOptions *options)
{
    Running *running = ARENA_NEW(suite->arena, Running);
    SuiteOptions own = *options;

    if (own.jobs > JOBS_MAX) own.jobs = JOBS_MAX;
    running->suite = suite;
    running->options = &own;
    while (start_children(running)) {
        report(running);
        wait_children(running);
        if (!options->stop || !options->stop()) continue;
        running->stopped = true;
        kill_children(running);
    }
    running->stopped = true;
    report(running);
}

/* ---- finding tests ---- */

static bool add_file(Suite *suite, const char *path, const Map *variables)
{
    SqlTests tests = {0};
    SqlFileError error;

    if (!sql_file_read(suite->arena, path, variables, &tests, &error)) {
        TestFailure *failure = ARENA_NEW(suite->arena, TestFailure);
        failure->file = error.file;
        failure->line = error.line;
        failure->text = error.text;
        *vec_push(suite->arena,
                  &suite->tests) = (Test){.file = path,
                                          .line = error.line,
                                          .title = STR("the file is read"),
                                          .outcome = TEST_UNREADABLE,
                                          .failure = failure};
        return false;
    }
    for (int i = 0; i < tests.count; i++)
        *vec_push(suite->arena,
                  &suite->tests) = (Test){.file = path,
                                          .line = tests.at[i]->line,
                                          .title = tests.at[i]->title,
                                          .sql = tests.at[i]};
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Other SQL files may lie beside the tests: those are passed over. */
static bool holds_tests(const char *path)
{
    Arena *arena = arena_new("file", 0);
    const char *why;
    Str text;
    bool holds = !sql_file_text(arena, path, &text, &why) ||
                 str_starts_with(text, STR("--@test")) ||
                 str_find(text, STR("\n--@test"), 0) != SIZE_MAX;
    arena_free(arena);
    return holds;
}

static void add_folder(Suite *suite, const char *path, const Map *variables)
{
    VEC(const char *) names = {0};
    struct dirent *entry;
    DIR *dir = opendir(path);
    size_t len = strlen(path);
    bool here = strcmp(path, ".") == 0;

    if (!dir) return;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            *vec_push(suite->arena, &names) =
                here
                    ? str_cstr(suite->arena, str_from(entry->d_name))
                    : str_printf(suite->arena, "%s%s%s", path,
                                 path[len - 1] == '/' ? "" : "/", entry->d_name)
                          .ptr;
    closedir(dir);
    if (names.count)
        qsort(names.at, (size_t)names.count, sizeof *names.at, by_name);
    for (int i = 0; i < names.count; i++) {
        struct stat info;
        if (lstat(names.at[i], &info)) continue;
        if (S_ISDIR(info.st_mode))
            add_folder(suite, names.at[i], variables);
        else if (str_ends_with(str_from(names.at[i]), STR(".sql")) &&
                 holds_tests(names.at[i]))
            add_file(suite, names.at[i], variables);
    }
}

/* "file.sql:14" as file and line, if it is that. */
static bool split_line(Arena *arena, const char *path, const char **file,
                       int *line)
{
    const char *colon = strrchr(path, ':');
    struct stat info;
    int64_t number;

    if (!colon || !number_parse_i64(str_from(colon + 1), &number) ||
        number < 1 || number > INT32_MAX)
        return false;
    *file = str_cstr(arena, (Str){path, (size_t)(colon - path)});
    *line = (int)number;
    return !stat(*file, &info) && S_ISREG(info.st_mode);
}

/* Adds the test of a file that the line is in; the first, if it is before all.
 */
static void add_line(Suite *suite, const char *file, int line,
                     const Map *variables)
{
    int first = suite->tests.count, found = first;

    add_file(suite, file, variables);
    for (int i = first; i < suite->tests.count; i++)
        if (suite->tests.at[i].line <= line) found = i;
    suite->tests.at[first] = suite->tests.at[found];
    suite->tests.count = first + 1;
}

bool suite_add_path(Suite *suite, const char *path, const Map *variables,
                    const char **why)
{
    struct stat info;
    int before = suite->tests.count, line;
    const char *file;

    if (stat(path, &info)) {
        if (split_line(suite->arena, path, &file, &line)) {
            add_line(suite, file, line, variables);
            return true;
        }
        *why = str_printf(suite->arena, "cannot read '%s': %s", path,
                          strerror(errno))
                   .ptr;
        return false;
    }
    if (!S_ISDIR(info.st_mode)) {
        add_file(suite, path, variables);
        return true;
    }
    add_folder(suite, path, variables);
    if (suite->tests.count > before) return true;
    *why = str_printf(suite->arena,
                      "no tests under '%s': a test is in a file *.sql and "
                      "begins with '--@test: title'",
                      path)
               .ptr;
    return false;
}

void suite_add_case(Suite *suite, const CaseFiles *files)
{
    *vec_push(suite->arena,
              &suite->tests) = (Test){.file = files->statements,
                                      .line = 1,
                                      .title = str_from(files->output),
                                      .files = files};
}

void suite_select(Suite *suite, Str text)
{
    int kept = 0;
    for (int i = 0; i < suite->tests.count; i++) {
        const Test *test = &suite->tests.at[i];
        if (test->outcome == TEST_UNREADABLE ||
            str_find(test->title, text, 0) != SIZE_MAX ||
            str_find(str_from(test->file), text, 0) != SIZE_MAX)
            suite->tests.at[kept++] = *test;
    }
    suite->tests.count = kept;
}
