/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace test: people's tests of their SQL, without Kafka. The work is done
 * in testing/; here are the options, and the rounds of --watch.
 */
#include "cli/test.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "testing/junit.h"

typedef struct TestCommand {
    CommonOptions common;
    Map variables; /* -d, as the suite wants them. */
    SuiteOptions options;
    CaseFiles files; /* -s, -i, -o. */
    const char *extensions;
    const char *only;
    const char *junit;
    bool watch, verbose, suite_only; /* suite_only: an option without sense
                                        for three files was given. */
    char **paths;
    int path_count;
} TestCommand;

/* ---- options ---- */

enum {
    OPTION_ONLY = OPTION_OWN,
    OPTION_PERMUTE,
    OPTION_STRICT,
    OPTION_FAIL_FAST,
    OPTION_JUNIT,
    OPTION_WATCH,
    OPTION_TIMEOUT,
};

static int usage(void)
{
    fputs("Try 'millrace help test'.\n", stderr);
    return EXIT_USAGE;
}

/* One option of this command. Returns an exit status, or -1 to go on. */
static int take_option(TestCommand *test, int option, const char *argument)
{
    int64_t number;
    switch (option) {
    case 's': test->files.statements = argument; break;
    case 'i': test->files.input = argument; break;
    case 'o': test->files.output = argument; break;
    case 'e': test->extensions = argument; break;
    case 'v': test->verbose = true; break;
    case 'j':
        if (!take_number(argument, 1, "--jobs", &number)) return EXIT_USAGE;
        test->options.jobs = number > 64 ? 64 : (int)number;
        test->suite_only = true;
        break;
    case OPTION_TIMEOUT:
        if (!take_number(argument, 1, "--timeout", &number)) return EXIT_USAGE;
        test->options.timeout_s = number > 86400 ? 86400 : (int)number;
        break;
    case OPTION_ONLY:
        test->only = argument;
        test->suite_only = true;
        break;
    case OPTION_PERMUTE: test->options.permute = test->suite_only = true; break;
    case OPTION_STRICT: test->options.strict = test->suite_only = true; break;
    case OPTION_FAIL_FAST:
        test->options.fail_fast = test->suite_only = true;
        break;
    case OPTION_JUNIT: test->junit = argument; break;
    case OPTION_WATCH: test->watch = true; break;
    case OPTION_BOOTSTRAP:
    case OPTION_DATA_DIR:
        complain("tests run on topics in memory: --bootstrap-server and "
                 "--data-dir have no use here");
        return EXIT_USAGE;
    default: break;
    }
    return -1;
}

/* What goes together. */
static int check_options(TestCommand *test)
{
    const CaseFiles *files = &test->files;

    if (!files->statements && !files->input && !files->output) {
        if (test->path_count) return -1;
        complain("test needs files or folders of tests, or -s, -i and -o");
        return usage();
    }
    if (!files->statements || !files->output) {
        complain("%s needs a file of %s: %s",
                 files->statements ? "-s" : "this form",
                 files->statements ? "expected records" : "statements",
                 files->statements ? "-o OUTPUT.json" : "-s STATEMENTS.sql");
        return usage();
    }
    if (test->path_count) {
        complain("'%s' is too much: -s, -i and -o are one test",
                 test->paths[0]);
        return usage();
    }
    if (test->suite_only) {
        complain("--only, --permute, --strict, --fail-fast and --jobs are for "
                 "files of tests, not for -s, -i and -o");
        return usage();
    }
    if (test->extensions)
        complain("functions in JAR files cannot be loaded: '%s' is not "
                 "looked at, and statements that call functions of it fail",
                 test->extensions);
    return -1;
}

static int read_options(TestCommand *test, int argc, char **argv)
{
    static const struct option longs[] = {
        COMMON_LONG_OPTIONS,
        {"sql-file", required_argument, NULL, 's'},
        {"input-file", required_argument, NULL, 'i'},
        {"output-file", required_argument, NULL, 'o'},
        {"extension-dir", required_argument, NULL, 'e'},
        {"only", required_argument, NULL, OPTION_ONLY},
        {"permute", no_argument, NULL, OPTION_PERMUTE},
        {"strict", no_argument, NULL, OPTION_STRICT},
        {"fail-fast", no_argument, NULL, OPTION_FAIL_FAST},
        {"junit", required_argument, NULL, OPTION_JUNIT},
        {"watch", no_argument, NULL, OPTION_WATCH},
        {"jobs", required_argument, NULL, 'j'},
        {"timeout", required_argument, NULL, OPTION_TIMEOUT},
        {"verbose", no_argument, NULL, 'v'},
        {0},
    };
    int option, status;

    while ((option = next_option(argc, argv, "d:hs:i:o:e:j:v", longs)) != -1) {
        bool broker = option == OPTION_BOOTSTRAP || option == OPTION_DATA_DIR;
        if (!broker &&
            common_option(&test->common, option, optarg, "test", &status)) {
            if (status >= 0) return status;
            continue;
        }
        status = take_option(test, option, optarg);
        if (status >= 0) return status;
    }
    test->paths = argv + optind;
    test->path_count = argc - optind;
    return check_options(test);
}

/* Settings and variables as the suite takes them. A file of settings may name a
 * Kafka; it is not used. */
static void complete_options(TestCommand *test)
{
    Arena *arena = test->common.arena;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    map_remove(&test->common.settings, STR("bootstrap.servers"));
    for (int i = 0; i < test->common.defines.count; i++) {
        NameValue *define = &test->common.defines.at[i];
        map_put(arena, &test->variables, define->name, &define->value);
    }
    test->options.settings = &test->common.settings;
    test->options.variables = &test->variables;
    test->options.stop = interrupted;
    if (!test->options.jobs)
        test->options.jobs = processors > 0 ? (int)processors : 1;
    /* One test, whose warnings are for the one who looks at it. */
    test->options.show_log = test->files.statements != NULL || test->verbose;
}

/* ---- one round ---- */

/* False: there is nothing to run; printed why. */
static bool read_tests(TestCommand *test, Suite *suite)
{
    const char *why;

    if (test->files.statements) {
        suite_add_case(suite, &test->files);
        return true;
    }
    for (int i = 0; i < test->path_count; i++)
        if (!suite_add_path(suite, test->paths[i], &test->variables, &why)) {
            complain("%s", why);
            return false;
        }
    if (test->only) suite_select(suite, str_from(test->only));
    if (suite->tests.count) return true;
    complain("no test has '%s' in its file's name or title", test->only);
    return false;
}

static bool write_junit(const TestCommand *test, const Suite *suite)
{
    FILE *file = fopen(test->junit, "wb");
    Buf out = {0};

    if (file) {
        junit_write(&out, suite);
        fwrite(out.ptr, 1, out.len, file);
        buf_free(&out);
    }
    bool good = file && !ferror(file);
    if (file && fclose(file)) good = false;
    if (!good) complain("cannot write '%s': %s", test->junit, strerror(errno));
    return good;
}

static void tell_test(void *context, const Test *test)
{
    report_test(context, test);
}

/* Reads the tests and runs them. Returns an exit status. */
static int run_round(TestCommand *test, TestWatch *watch)
{
    Suite suite = {.arena = arena_new("tests", 0)};
    const char *term = getenv("TERM");
    TestReport report = {
        .colours = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") &&
                   !(term && strcmp(term, "dumb") == 0),
        .verbose = test->verbose,
        .three_files = test->files.statements != NULL,
    };
    int status = EXIT_FAILED;

    if (read_tests(test, &suite)) {
        if (watch) watch_scripts(watch, &suite);
        test->options.done = tell_test;
        test->options.context = &report;
        suite_run(&suite, &test->options);
        bool good = report_end(&report, &suite);
        if (test->junit) good &= write_junit(test, &suite);
        status = good ? EXIT_OK : EXIT_FAILED;
    } else if (!watch) {
        status = EXIT_USAGE;
    }
    arena_free(suite.arena);
    return status;
}

/* ---- rounds ---- */

static void watch_all(TestCommand *test, TestWatch *watch)
{
    const char *files[] = {test->files.statements, test->files.input,
                           test->files.output};
    for (int i = 0; i < test->path_count; i++)
        watch_path(watch, test->paths[i]);
    for (int i = 0; i < 3; i++)
        if (files[i]) watch_path(watch, files[i]);
}

static int run_rounds(TestCommand *test)
{
    TestWatch *watch = watch_open();
    const char *changed;

    if (!watch) return EXIT_FAILED;
    for (;;) {
        watch_all(test, watch);
        run_round(test, watch);
        if (interrupted()) break;
        puts("\nwaiting for changes; Enter runs the tests again, q ends");
        fflush(stdout);
        changed = watch_wait(watch);
        if (!changed) break;
        if (isatty(STDOUT_FILENO)) fputs("\033[H\033[2J", stdout);
        if (*changed) printf("%s changed\n\n", changed);
    }
    watch_close(watch);
    return EXIT_OK;
}

int command_test(int argc, char **argv)
{
    TestCommand test = {.common.arena = arena_new("test", 0),
                        .options.timeout_s = 20};
    int status = read_options(&test, argc, argv);

    if (status < 0) {
        complete_options(&test);
        status = test.watch ? run_rounds(&test) : run_round(&test, NULL);
    }
    arena_free(test.common.arena);
    return status;
}
