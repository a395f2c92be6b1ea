/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the reference engine's own cases, kept outside the repository:
 *
 *     conformance [options] PATH...
 *
 *     --only TEXT           cases whose file or name holds TEXT
 *     --verbose             list what does not pass, show what the engine logs
 *     --report FILE         one JSON line a case
 *     --permute             each case in all ways (ways.c)
 *     --mutate SEED         each case with one expectation changed, which must
 *                           then fail (mutate.c)
 *     --scramble SEED       each case with other inputs, for which all ways
 *                           must agree (scramble.c)
 *     --limit SECONDS       after which a case counts as crashed; 10
 *     --reasons FILE        messages of refusals that were reviewed (refusal.c)
 *     --write-reasons FILE  write those of this run
 *
 * A path is a file of cases or a folder of them. Prints a line for each file,
 * and at last "N passed, M failed", where M counts unsupported and crashed ones
 * too. Exit status: 1 if none passed, or if --mutate or --permute made one fail
 * that passes plainly; 2 for wrong arguments.
 */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/vec.h"
#include "tests/conformance/conformance.h"
#include "tests/lib/test_functions.h"

typedef struct Case {
    const char *file;
    const Json *json;
} Case;

typedef struct Runner {
    Arena *arena;
    VEC(Case) cases;
    Outcome *outcomes;
    const char *only, *report, *write_reasons;
    bool verbose, permute, mutate, scramble;
    uint64_t seed;
} Runner;

typedef struct Counts {
    int passed, failed, unsupported, crashed;
} Counts;

static void give_up(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

static void give_up(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

/* ---- files of cases ---- */

static Str read_file(Arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    Buf text = {0};
    char chunk[65536];
    size_t n;

    if (!file) give_up("cannot read %s", path);
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_append(&text, chunk, n);
    fclose(file);
    Str all = str_copy(arena, buf_str(&text));
    buf_free(&text);
    return all;
}

static void load_file(Runner *runner, const char *path)
{
    const char *error = "no member 'tests'";
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const Json *root = json_parse(runner->arena, read_file(runner->arena, path),
                                  &error);
    const Json *tests = json_get(root, "tests");

    if (!tests) give_up("%s: no cases: %s", path, error);
    for (const Json *one = tests->first; one; one = one->next) {
        Str title = json_get(one, "name")->text;
        Str label = str_printf(runner->arena, "%s %.*s", name, STR_ARG(title));
        if (!runner->only ||
            str_find(label, str_from(runner->only), 0) != SIZE_MAX)
            *vec_push(runner->arena, &runner->cases) = (Case){name, one};
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load_path(Runner *runner, const char *path)
{
    struct stat info;
    struct dirent *entry;
    VEC(const char *) names = {0};

    if (stat(path, &info) || !S_ISDIR(info.st_mode)) {
        load_file(runner, path);
        return;
    }
    DIR *dir = opendir(path);
    if (!dir) give_up("cannot read %s", path);
    while ((entry = readdir(dir)))
        if (str_ends_with(str_from(entry->d_name), STR(".json")))
            *vec_push(runner->arena, &names) =
                str_printf(runner->arena, "%s/%s", path, entry->d_name).ptr;
    closedir(dir);
    qsort(names.at, (size_t)names.count, sizeof *names.at, by_name);
    for (int i = 0; i < names.count; i++)
        load_file(runner, names.at[i]);
}

/* ---- what is told ---- */

static void count_one(Counts *counts, Verdict verdict)
{
    switch (verdict) {
    case PASSED: counts->passed++; break;
    case FAILED: counts->failed++; break;
    case UNSUPPORTED: counts->unsupported++; break;
    case CRASHED: counts->crashed++; break;
    }
}

static void print_counts(const char *name, const Counts *counts)
{
    printf("%-50s passed %d, failed %d, unsupported %d, crashed %d\n", name,
           counts->passed, counts->failed, counts->unsupported,
           counts->crashed);
}

/* A line for each file, and what did not pass. */
static Counts print_results(const Runner *runner)
{
    Counts all = {0}, of_file = {0};

    for (int i = 0; i < runner->cases.count; i++) {
        const Case *one = &runner->cases.at[i];
        const Outcome *outcome = &runner->outcomes[i];
        bool ends = i + 1 == runner->cases.count ||
                    strcmp(one[1].file, one->file) != 0;
        count_one(&all, outcome->verdict);
        count_one(&of_file, outcome->verdict);
        if (runner->verbose && outcome->verdict != PASSED)
            printf("  %c %s: %.*s: %s\n", outcome->verdict, one->file,
                   STR_ARG(json_get(one->json, "name")->text), outcome->why);
        if (!ends) continue;
        print_counts(one->file, &of_file);
        of_file = (Counts){0};
    }
    printf("all: passed %d, failed %d, unsupported %d, crashed %d\n",
           all.passed, all.failed, all.unsupported, all.crashed);
    return all;
}

static const char *verdict_word(Verdict verdict)
{
    switch (verdict) {
    case PASSED: return "passed";
    case FAILED: return "failed";
    case UNSUPPORTED: return "unsupported";
    case CRASHED: return "crashed";
    }
    return "crashed";
}

static void write_report(const Runner *runner)
{
    FILE *out = fopen(runner->report, "w");
    Buf line = {0};

    if (!out) give_up("cannot write %s", runner->report);
    for (int i = 0; i < runner->cases.count; i++) {
        const Case *one = &runner->cases.at[i];
        const Outcome *outcome = &runner->outcomes[i];
        line.len = 0;
        buf_append_str(&line, STR("{\"file\":"));
        json_write_string(&line, str_from(one->file));
        buf_append_str(&line, STR(",\"case\":"));
        json_write_string(&line, json_get(one->json, "name")->text);
        buf_printf(&line, ",\"result\":\"%s\",\"difference\":",
                   verdict_word(outcome->verdict));
        json_write_string(&line, str_from(outcome->why));
        if (outcome->refusal) {
            buf_append_str(&line, STR(",\"refusal\":"));
            json_write_string(&line, str_from(outcome->refusal));
        }
        buf_append_str(&line, STR("}\n"));
        fwrite(line.ptr, 1, line.len, out);
    }
    buf_free(&line);
    if (fclose(out)) give_up("cannot write %s", runner->report);
}

static void write_reasons(const Runner *runner)
{
    FILE *out = fopen(runner->write_reasons, "w");

    if (!out) give_up("cannot write %s", runner->write_reasons);
    fputs(
        "# What is wrong by the message of a refusal, as reviewed, by hash of "
        "the case.\n# Written by conformance --write-reasons; read every line "
        "that changes.\n",
        out);
    for (int i = 0; i < runner->cases.count; i++) {
        const Outcome *outcome = &runner->outcomes[i];
        if (!outcome->refusal) continue;
        Str line = refusal_line(runner->arena, runner->cases.at[i].json,
                                outcome->refusal);
        fprintf(out, "%.*s\n", STR_ARG(line));
    }
    if (fclose(out)) give_up("cannot write %s", runner->write_reasons);
}

/* ---- running ---- */

static Outcome run_one(void *context, int index, Arena *arena)
{
    const Runner *runner = context;
    const Json *json = runner->cases.at[index].json;
    if (runner->permute) return run_all_ways(arena, json);
    if (runner->mutate)
        return run_mutated(arena, json, runner->seed + (uint64_t)index);
    if (runner->scramble)
        return run_scrambled(arena, json, runner->seed + (uint64_t)index);
    return run_plainly(arena, json);
}

static void take_option(Runner *runner, int option, const char *value)
{
    switch (option) {
    case 'l': pool_limit((unsigned)strtoul(value, NULL, 10)); break;
    case 'o': runner->only = value; break;
    case 'r': runner->report = value; break;
    case 'w': runner->write_reasons = value; break;
    case 'j': refusal_load(runner->arena, value); break;
    case 'v': runner->verbose = true; break;
    case 'p': runner->permute = true; break;
    case 'm':
        runner->mutate = true;
        runner->seed = strtoull(value, NULL, 10);
        break;
    case 's':
        runner->scramble = true;
        runner->seed = strtoull(value, NULL, 10);
        break;
    default: exit(2); /* getopt_long has told what is wrong. */
    }
}

static void parse_arguments(Runner *runner, int argc, char **argv)
{
    static const struct option options[] = {
        {"only", required_argument, NULL, 'o'},
        {"verbose", no_argument, NULL, 'v'},
        {"report", required_argument, NULL, 'r'},
        {"permute", no_argument, NULL, 'p'},
        {"mutate", required_argument, NULL, 'm'},
        {"scramble", required_argument, NULL, 's'},
        {"limit", required_argument, NULL, 'l'},
        {"reasons", required_argument, NULL, 'j'},
        {"write-reasons", required_argument, NULL, 'w'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        take_option(runner, option, optarg);
    if (runner->mutate + runner->permute + runner->scramble > 1)
        give_up("--permute, --mutate and --scramble are runs of their own");
    for (int i = optind; i < argc; i++)
        load_path(runner, argv[i]);
    if (!runner->cases.count) give_up("no cases");
}

int main(int argc, char **argv)
{
    Runner runner = {.arena = arena_new("runner", 0)};

    parse_arguments(&runner, argc, argv);
    test_functions_register();
    runner.outcomes = ARENA_ARRAY(runner.arena, Outcome, runner.cases.count);
    pool_run(runner.arena, runner.cases.count, run_one, &runner,
             !runner.verbose, runner.outcomes);
    Counts all = print_results(&runner);
    if (runner.report) write_report(&runner);
    if (runner.write_reasons) write_reasons(&runner);
    printf("%d passed, %d failed\n", all.passed,
           all.failed + all.unsupported + all.crashed);
    arena_free(runner.arena);
    return all.passed ? 0 : 1;
}
