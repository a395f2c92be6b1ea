/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads SQL test files. A file is cut at its `--@test:` lines first, so that a
 * statement without `;` (which a test may well hold) ends with its test. Then
 * each part is directives, comments, statements and `-->` lines by turns;
 * statements are measured by the parser's own parse_statement_end. A script
 * that a test runs is read by the same turns and becomes steps of the test,
 * which so keep their own file and line.
 */
#include "testing/sql_file.h"

#include <errno.h>
#include <stdio.h>

#include "parser/parser.h"

enum { SCRIPT_DEPTH_MAX = 10 };

typedef struct Reading {
    Arena *arena;
    const char *file;
    const Map *variables;
    SqlTests *tests;
    int first;     /* Of the file's tests. */
    SqlTest *test; /* NULL before the first. */
    Str headers;   /* Of the next statement. */
    Str rest;
    int line;
    int depth; /* Of scripts; 0: the file itself. */
    SqlFileError *error;
} Reading;

static bool is_wrong(const Reading *r)
{
    return r->error->text != NULL;
}

static void wrong(Reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void wrong(Reading *r, const char *format, ...)
{
    va_list args;
    if (is_wrong(r)) return;
    va_start(args, format);
    *r->error = (SqlFileError){r->file, r->line,
                               str_vprintf(r->arena, format, args).ptr};
    va_end(args);
}

/* Moves on by `len` bytes. */
static Str take(Reading *r, size_t len)
{
    Str taken = {r->rest.ptr, len};
    for (size_t i = 0; i < len; i++)
        r->line += taken.ptr[i] == '\n';
    r->rest = (Str){r->rest.ptr + len, r->rest.len - len};
    return taken;
}

static Str take_line(Reading *r)
{
    size_t end = str_find(r->rest, STR("\n"), 0);
    return take(r, end == SIZE_MAX ? r->rest.len : end + 1);
}

/* ---- directives ---- */

static void set_flag(Reading *r, Str name, Str value, const char *want,
                     bool *flag)
{
    if (str_eq(value, str_from(want)))
        *flag = true;
    else
        wrong(r, "the value of --@%.*s must be '%s', not '%.*s'", STR_ARG(name),
              want, STR_ARG(value));
}

/* A kind of error in our words, or a class name of the reference: theirs are
 * finer than ours, so that any refusal fits, but for a failed assertion. */
static FailureKind failure_kind(Reading *r, Str text)
{
    static const char *const words[] = {
        [FAILURE_SYNTAX] = "syntax",
        [FAILURE_STATEMENT] = "statement",
        [FAILURE_QUERY] = "query",
        [FAILURE_ASSERTION] = "assertion",
    };
    for (FailureKind kind = FAILURE_SYNTAX; kind <= FAILURE_ASSERTION; kind++)
        if (str_eq(text, str_from(words[kind]))) return kind;
    if (str_ends_with(text, STR("AssertionError"))) return FAILURE_ASSERTION;
    if (!str_ends_with(text, STR("Exception")) &&
        !str_ends_with(text, STR("Error")))
        wrong(r,
              "'%.*s' is no kind of error: write syntax, statement, query, "
              "assertion, or a class name such as KsqlException",
              STR_ARG(text));
    return FAILURE_ANY;
}

static void set_expected_error(Reading *r, Str value)
{
    r->test->must_fail = true;
    r->test->expected_error = value;
    r->test->failure = failure_kind(r, value);
}

static void set_expected_message(Reading *r, Str value)
{
    r->test->must_fail = true;
    r->test->expected_message = value;
    if (!value.len)
        wrong(r, "--@expected.message needs a text: an empty one is in every "
                 "message");
}

static void unknown_directive(Reading *r, Str name)
{
    static const char *const known[] = {
        "test",   "expected.error", "expected.message", "partitions", "restart",
        "topics", "headers",        "stepwise",         "unread"};
    const char *near = NULL;
    int best = 3;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int distance = str_distance(name, str_from(known[i]), best);
        if (distance >= best) continue;
        best = distance;
        near = known[i];
    }
    if (near)
        wrong(r, "unknown directive '--@%.*s'; did you mean '--@%s'?",
              STR_ARG(name), near);
    else
        wrong(r, "unknown directive '--@%.*s'", STR_ARG(name));
}

static void set_directive(Reading *r, Str name, Str value)
{
    SqlTest *test = r->test;
    if (str_eq(name, STR("expected.message"))) {
        set_expected_message(r, value);
    } else if (str_eq(name, STR("expected.error"))) {
        set_expected_error(r, value);
    } else if (str_eq(name, STR("partitions"))) {
        set_flag(r, name, value, "any", &test->any_partitions);
    } else if (str_eq(name, STR("restart"))) {
        set_flag(r, name, value, "none", &test->no_restart);
    } else if (str_eq(name, STR("topics"))) {
        set_flag(r, name, value, "explicit", &test->no_topics);
    } else if (str_eq(name, STR("unread"))) {
        set_flag(r, name, value, "any", &test->unread);
    } else if (str_eq(name, STR("headers"))) {
        r->headers = value;
    } else if (str_eq(name, STR("stepwise"))) {
        test->stepwise = true;
    } else {
        unknown_directive(r, name);
    }
}

static void begin_test(Reading *r, Str title)
{
    if (!title.len) wrong(r, "a test needs a title: --@test: what it claims");
    for (int i = r->first; i < r->tests->count; i++)
        if (str_eq(r->tests->at[i]->title, title))
            wrong(r, "a second test is named '%.*s'; the first is on line %d",
                  STR_ARG(title), r->tests->at[i]->line);
    r->test = ARENA_NEW(r->arena, SqlTest);
    r->test->file = r->file;
    r->test->line = r->line;
    r->test->title = title;
    r->headers = STR_NULL;
    *vec_push(r->arena, r->tests) = r->test;
}

static void read_directive(Reading *r)
{
    int line = r->line;
    Str text = str_trim(take_line(r));
    int next = r->line;
    text = (Str){text.ptr + 3, text.len - 3};
    size_t colon = str_find(text, STR(":"), 0);
    Str name = str_trim((Str){text.ptr, colon == SIZE_MAX ? text.len : colon});
    Str value = colon == SIZE_MAX ? STR("")
                                  : str_trim((Str){text.ptr + colon + 1,
                                                   text.len - colon - 1});
    r->line = line;
    if (r->depth) {
        /* A script may itself be a file of tests; here only its statements
         * count. */
    } else if (str_eq(name, STR("test"))) {
        begin_test(r, value);
    } else if (r->test) {
        set_directive(r, name, value);
    } else {
        wrong(r, "a directive before the first '--@test: title'");
    }
    r->line = next;
}

/* ---- statements ---- */

/* A `-->` line: more of what the last statement prints. */
static void read_expected(Reading *r)
{
    Str line = r->rest;
    SqlStep *step = r->test && r->test->steps.count
                        ? &r->test->steps.at[r->test->steps.count - 1]
                        : NULL;
    if (!step) wrong(r, "'-->' without a statement before it");
    line = take_line(r);
    if (!step || r->depth) return;
    line = (Str){line.ptr + 3, line.len - 3};
    if (line.len && line.ptr[0] == ' ')
        line = (Str){line.ptr + 1, line.len - 1};
    while (line.len && (unsigned char)line.ptr[line.len - 1] <= ' ')
        line.len--;
    step->expected = str_printf(r->arena, "%.*s%.*s\n", STR_ARG(step->expected),
                                STR_ARG(line));
    step->has_expected = true;
}

static void read_part(Reading *r);

bool sql_file_text(Arena *arena, const char *path, Str *text, const char **why)
{
    FILE *file = fopen(path, "rb");
    Buf buf = {0};
    char chunk[65536];
    size_t n;

    if (!file) {
        *why = str_printf(arena, "cannot read '%s': %s", path, strerror(errno))
                   .ptr;
        return false;
    }
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_append(&buf, chunk, n);
    bool good = !ferror(file);
    if (!good)
        *why = str_printf(arena, "cannot read '%s': %s", path, strerror(errno))
                   .ptr;
    *text = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    fclose(file);
    return good;
}

/* The path of a script: beside the file that runs it, or as it is. */
static const char *find_script(Reading *r, Str name)
{
    const char *path = str_cstr(r->arena, name);
    const char *slash = strrchr(r->file, '/');
    if (!slash || path[0] == '/') return path;
    const char *beside = str_printf(r->arena, "%.*s/%s", (int)(slash - r->file),
                                    r->file, path)
                             .ptr;
    FILE *file = fopen(beside, "rb");
    if (!file) return path;
    fclose(file);
    return beside;
}

/* RUN SCRIPT: its statements take its place. If there are none to read, the
 * step stays, and fails. */
static void read_script(Reading *r, Str name, SqlStep *step)
{
    Reading script = *r;
    const char *why = NULL;

    script.file = find_script(r, name);
    script.line = 1;
    script.depth++;
    if (script.depth > SCRIPT_DEPTH_MAX)
        why = "scripts run each other without end";
    else if (sql_file_text(r->arena, script.file, &script.rest, &why))
        read_part(&script);
    if (!why) return;
    step->problem = why;
    *vec_push(r->arena, &r->test->steps) = *step;
}

/* The name of the script, if the statement runs one. */
static bool runs_script(Reading *r, Str text, Str *name)
{
    Str word = STR("RUN");
    AstStatement **list;
    int count;
    if (text.len < word.len ||
        !str_eq_nocase((Str){text.ptr, word.len}, word) ||
        parse_statements(r->arena, text, r->variables, &list, &count).kind ||
        count != 1 || list[0]->kind != STMT_RUN_SCRIPT)
        return false;
    *name = list[0]->text;
    return true;
}

static void read_statement(Reading *r)
{
    SqlStep step = {.file = r->file,
                    .line = r->line,
                    .expected = STR(""),
                    .headers = r->headers};
    Str script;

    if (!r->test) wrong(r, "a statement before the first '--@test: title'");
    if (is_wrong(r)) return;
    size_t len = parse_statement_end(r->rest);
    step.text = take(r, len ? len : r->rest.len);
    r->headers = STR_NULL;
    if (runs_script(r, step.text, &script))
        read_script(r, script, &step);
    else
        *vec_push(r->arena, &r->test->steps) = step;
}

/* One part: a test, or what precedes the first. */
static void read_part(Reading *r)
{
    while (r->rest.len && !is_wrong(r)) {
        if ((unsigned char)r->rest.ptr[0] <= ' ')
            take(r, 1);
        else if (str_starts_with(r->rest, STR("-->")))
            read_expected(r);
        else if (str_starts_with(r->rest, STR("--@")))
            read_directive(r);
        else if (str_starts_with(r->rest, STR("--")))
            take_line(r);
        else if (str_starts_with(r->rest, STR("/*"))) {
            size_t end = str_find(r->rest, STR("*/"), 2);
            take(r, end == SIZE_MAX ? r->rest.len : end + 2);
        } else {
            read_statement(r);
        }
    }
}

/* Some editors begin files with a mark. */
static Str skip_mark(Str text)
{
    Str mark = STR("\xEF\xBB\xBF");
    return str_starts_with(text, mark)
               ? (Str){text.ptr + mark.len, text.len - mark.len}
               : text;
}

bool sql_script_read(Arena *arena, const char *path, const Map *variables,
                     SqlTest *test, SqlFileError *error)
{
    Reading r = {.arena = arena,
                 .file = path,
                 .variables = variables,
                 .test = test,
                 .line = 1,
                 .depth = 1,
                 .error = error};
    const char *why;

    *error = (SqlFileError){.file = path};
    *test = (SqlTest){.file = path, .line = 1};
    if (sql_file_text(arena, path, &r.rest, &why)) {
        r.rest = skip_mark(r.rest);
        read_part(&r);
    } else {
        error->text = why;
    }
    return !error->text;
}

bool sql_file_read(Arena *arena, const char *path, const Map *variables,
                   SqlTests *tests, SqlFileError *error)
{
    Reading r = {.arena = arena,
                 .file = path,
                 .variables = variables,
                 .tests = tests,
                 .first = tests->count,
                 .line = 1,
                 .error = error};
    Str text;
    const char *why;

    *error = (SqlFileError){.file = path};
    if (!sql_file_text(arena, path, &text, &why)) {
        error->text = why;
        return false;
    }
    text = skip_mark(text);
    if (!str_starts_with(text, STR("--@test")) &&
        str_find(text, STR("\n--@test"), 0) == SIZE_MAX) {
        error->text = "no tests in it: a test begins with '--@test: title'";
        return false;
    }
    while (text.len && !is_wrong(&r)) {
        size_t end = str_find(text, STR("\n--@test"), 0);
        end = end == SIZE_MAX ? text.len : end + 1;
        r.rest = (Str){text.ptr, end};
        read_part(&r);
        text = (Str){text.ptr + end, text.len - end};
    }
    if (is_wrong(&r)) tests->count = r.first;
    return !is_wrong(&r);
}
