/* SPDX-License-Identifier: Apache-2.0
 *
 * Parses every statement of the conformance cases, prints it, parses that and
 * compares the trees. Prints what fails and ends with `N passed, N failed`.
 * The cases are looked for in $CONFORMANCE, the first argument, or
 * ../shared/conformance; without them there is nothing to do and that is said.
 *
 * The last statement of a case that expects a parse error must be refused, but
 * where only later floors can see the error: statements of other endpoints (RUN
 * SCRIPT, ASSERT), and WINDOW_SIZE, whose value is text to the parser. Where
 * another error is expected, two kinds may be refused by the parser already: a
 * LIMIT where none may be, and a field named twice.
 *
 * Built by: gcc -std=c11 -D_GNU_SOURCE -I. -o parse_conformance
 *     tests/integration/parse_conformance.c build/libmillrace.a -lgmp
 *     -ldouble-conversion -licui18n -licuuc -lpthread -lm -lstdc++
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "parser/ast_print.h"
#include "parser/parser.h"

static int passed, failed;

typedef struct Case {
    Str file;
    Str name;
    bool may_fail;  /* At this statement some error is expected. */
    bool must_fail; /* The parser's. */
    bool parse_error;
} Case;

static void report(const Case *c, const char *what, Str statement, Str detail)
{
    failed++;
    printf("%.*s: %.*s: %s\n    %.*s\n    %.*s\n", STR_ARG(c->file),
           STR_ARG(c->name), what, STR_ARG(statement), STR_ARG(detail));
}

/* Prints the trees and parses the text again: equal trees, equal text. */
static void check_round(Arena *stmt, const Case *c, Str text,
                        AstStatement **list, int count)
{
    Buf out = {0}, again = {0};
    AstStatement **second = NULL;
    int second_count = 0;
    for (int i = 0; i < count; i++) {
        ast_print_statement(&out, list[i]);
        buf_append_str(&out, STR(";\n"));
    }
    Status st = parse_statements(stmt, buf_str(&out), NULL, &second,
                                 &second_count);
    bool same = !st.kind && second_count == count;
    for (int i = 0; same && i < count; i++) {
        same = ast_equal(list[i], second[i]);
        ast_print_statement(&again, second[i]);
        buf_append_str(&again, STR(";\n"));
    }
    if (st.kind)
        report(c, st.text, text, buf_str(&out));
    else if (!same)
        report(c, "printed text is another tree", text, buf_str(&out));
    else if (!str_eq(buf_str(&out), buf_str(&again)))
        report(c, "printed text changes when printed again", text,
               buf_str(&again));
    else
        passed++;
    buf_free(&out);
    buf_free(&again);
}

static bool contains(Str text, const char *word)
{
    return str_find(text, str_from(word), 0) != SIZE_MAX;
}

static void check_statement(const Case *c, Str text)
{
    Arena *stmt = arena_new("stmt", 0);
    AstStatement **list = NULL;
    int count = 0;
    Status st = parse_statements(stmt, text, NULL, &list, &count);
    bool early = c->may_fail &&
                 (c->parse_error || contains(str_from(st.text), "LIMIT") ||
                  contains(str_from(st.text), "duplicate field"));
    if (st.kind && !early)
        report(c, st.text, text, STR(""));
    else if (st.kind)
        passed++;
    else if (c->must_fail)
        report(c, "parsed, and must not", text, STR(""));
    else
        check_round(stmt, c, text, list, count);
    arena_free(stmt);
}

static void check_case(Str file, const Json *test)
{
    const Json *name = json_get(test, "name");
    const Json *error = json_get(test, "expectedError");
    const Json *type = json_get(error, "type");
    const Json *statements = json_get(test, "statements");
    Case c = {.file = file, .name = name ? name->text : STR("?")};
    for (const Json *s = statements ? statements->first : NULL; s;
         s = s->next) {
        bool last = !s->next;
        bool later = contains(s->text, "WINDOW_SIZE") ||
                     str_starts_with(s->text, STR("RUN SCRIPT")) ||
                     str_starts_with(s->text, STR("ASSERT"));
        c.may_fail = last && error;
        c.parse_error = c.may_fail && type &&
                        contains(type->text, "ParseFailed");
        c.must_fail = c.parse_error && !later;
        check_statement(&c, s->text);
    }
}

/* ---- files ---- */

static bool read_file(const char *path, Buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    for (;;) {
        buf_reserve(out, 1 << 16);
        size_t got = fread(out->ptr + out->len, 1, 1 << 16, file);
        if (!got) break;
        out->len += got;
    }
    bool ok = !ferror(file);
    fclose(file);
    return ok;
}

static void check_file(const char *path)
{
    Arena *arena = arena_new("file", 0);
    Buf text = {0};
    const char *error = "cannot be read";
    const Json *root = NULL;
    if (read_file(path, &text))
        root = json_parse(arena, buf_str(&text), &error);
    const Json *tests = json_get(root, "tests");
    if (!tests) {
        failed++;
        printf("%s: %s\n", path, root ? "no tests" : error);
    }
    for (const Json *t = tests ? tests->first : NULL; t; t = t->next)
        check_case(str_from(path), t);
    buf_free(&text);
    arena_free(arena);
}

static int check_folder(const char *root, const char *name)
{
    Arena *arena = arena_new("folder", 0);
    const char *folder = str_printf(arena, "%s/%s", root, name).ptr;
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (str_ends_with(str_from(entries[i]->d_name), STR(".json")))
            check_file(
                str_printf(arena, "%s/%s", folder, entries[i]->d_name).ptr);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
    arena_free(arena);
    return count;
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : getenv("CONFORMANCE");
    if (!root) root = "../shared/conformance";
    int found = check_folder(root, "query");
    found += check_folder(root, "rest");
    if (found < 0) {
        printf("no conformance cases in %s, nothing done\n", root);
        return 0;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
