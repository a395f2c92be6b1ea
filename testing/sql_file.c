/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads SQL test files. A file is cut at its `--@test:` lines first, so that a
 * statement without `;` (which a test may well hold) ends with its test. Then
 * each part is directives, comments, statements and `-->` lines by turns;
 * statements are measured by the parser's own parse_statement_end.
 */
#include "testing/sql_file.h"

#include <stdio.h>

#include "parser/parser.h"

typedef struct Reading {
    Arena *arena;
    const char *file;
    SqlTests *tests;
    SqlTest *test; /* NULL before the first. */
    Str headers;   /* Of the next statement. */
    Str rest;
    int line;
    const char *why;
} Reading;

static void wrong(Reading *r, const char *what, Str detail)
{
    if (r->why) return;
    r->why = str_printf(r->arena, "%s:%d: %s%.*s", r->file, r->line, what,
                        STR_ARG(detail))
                 .ptr;
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

static void set_flag(Reading *r, Str value, const char *want, bool *flag)
{
    if (str_eq(value, str_from(want)))
        *flag = true;
    else
        wrong(r, "the value must be ", str_from(want));
}

static void set_directive(Reading *r, Str name, Str value)
{
    SqlTest *test = r->test;
    if (str_eq(name, STR("expected.message"))) {
        test->expected_message = value;
        if (!value.len) wrong(r, "an empty message fits all", STR(""));
    } else if (str_eq(name, STR("partitions"))) {
        set_flag(r, value, "any", &test->any_partitions);
    } else if (str_eq(name, STR("restart"))) {
        set_flag(r, value, "none", &test->no_restart);
    } else if (str_eq(name, STR("topics"))) {
        set_flag(r, value, "explicit", &test->no_topics);
    } else if (str_eq(name, STR("headers"))) {
        r->headers = value;
    } else if (str_eq(name, STR("stepwise"))) {
        test->stepwise = true;
    } else if (!str_eq(name, STR("expected.error"))) {
        wrong(r, "unknown directive ", name);
    }
}

static void read_directive(Reading *r)
{
    Str line = str_trim(take_line(r));
    line = (Str){line.ptr + 3, line.len - 3};
    size_t colon = str_find(line, STR(":"), 0);
    Str name = str_trim((Str){line.ptr, colon == SIZE_MAX ? line.len : colon});
    Str value = colon == SIZE_MAX ? STR("")
                                  : str_trim((Str){line.ptr + colon + 1,
                                                   line.len - colon - 1});
    r->line--;
    if (str_eq(name, STR("test"))) {
        r->test = ARENA_NEW(r->arena, SqlTest);
        r->test->file = r->file;
        r->test->line = r->line;
        r->test->title = value;
        r->headers = STR_NULL;
        *vec_push(r->arena, r->tests) = r->test;
        for (int i = 0; i < r->tests->count - 1; i++)
            if (r->tests->at[i]->file == r->file &&
                str_eq(r->tests->at[i]->title, value))
                wrong(r, "a second test named ", value);
    } else if (r->test) {
        set_directive(r, name, value);
    } else {
        wrong(r, "a directive before the first test", STR(""));
    }
    r->line++;
}

/* ---- statements ---- */

/* A `-->` line: more of what the last statement prints. */
static void read_expected(Reading *r)
{
    Str line = take_line(r);
    SqlStep *step = r->test && r->test->steps.count
                        ? &r->test->steps.at[r->test->steps.count - 1]
                        : NULL;
    if (!step) {
        wrong(r, "`-->` without a statement", STR(""));
        return;
    }
    line = (Str){line.ptr + 3, line.len - 3};
    if (line.len && line.ptr[0] == ' ')
        line = (Str){line.ptr + 1, line.len - 1};
    while (line.len && line.ptr[line.len - 1] <= ' ')
        line.len--;
    step->expected = str_printf(r->arena, "%.*s%.*s\n", STR_ARG(step->expected),
                                STR_ARG(line));
    step->has_expected = true;
}

static void read_statement(Reading *r)
{
    if (!r->test) {
        wrong(r, "a statement before the first test", STR(""));
        return;
    }
    SqlStep step = {
        .line = r->line, .expected = STR(""), .headers = r->headers};
    size_t len = parse_statement_end(r->rest);
    step.text = take(r, len ? len : r->rest.len);
    *vec_push(r->arena, &r->test->steps) = step;
    r->headers = STR_NULL;
}

/* One part: a test, or what precedes the first. */
static void read_part(Reading *r)
{
    while (r->rest.len && !r->why) {
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

static bool read_bytes(Arena *arena, const char *path, Str *text)
{
    FILE *file = fopen(path, "rb");
    Buf buf = {0};
    char chunk[65536];
    size_t n;

    if (!file) return false;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_append(&buf, chunk, n);
    *text = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    fclose(file);
    return true;
}

const char *sql_file_read(Arena *arena, const char *path, SqlTests *tests)
{
    Reading r = {.arena = arena, .file = path, .tests = tests, .line = 1};
    Str text;

    if (!read_bytes(arena, path, &text))
        return str_printf(arena, "%s: cannot be read", path).ptr;
    while (text.len && !r.why) {
        size_t end = str_find(text, STR("\n--@test"), 0);
        end = end == SIZE_MAX ? text.len : end + 1;
        r.rest = (Str){text.ptr, end};
        read_part(&r);
        text = (Str){text.ptr + end, text.len - end};
    }
    return r.why;
}
