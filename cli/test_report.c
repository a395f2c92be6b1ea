/* SPDX-License-Identifier: Apache-2.0
 *
 * How `millrace test` tells what happened: a line a file (or a test) as they
 * end, then the failures, then the counts.
 *
 *     ok    tests/orders.sql: 5 passed
 *     FAIL  tests/views.sql: 3 passed, 1 failed
 *
 *     FAILED tests/views.sql:14: a page is counted once a minute
 *         ASSERT VALUES hot (page, n) VALUES ('home', 3);
 *         the next record of 'HOT' differs
 *           N  expected: 3
 *              actual:   2
 *
 * Text of records and statements goes to a terminal with its control
 * characters replaced.
 */
#include "cli/test.h"

#include "base/unicode.h"

static const char *const red = "\033[31m", *const green = "\033[32m",
                         *const bold = "\033[1m", *const faint = "\033[2m",
                         *const normal = "\033[0m";

static void begin(const TestReport *report, const char *colour)
{
    if (report->colours) fputs(colour, stdout);
}

static void end(const TestReport *report)
{
    if (report->colours) fputs(normal, stdout);
}

/* A line, which cannot drive the terminal. */
static void put_line(Str line)
{
    Buf out = {0};
    for (size_t i = 0; i < line.len;) {
        uint32_t c = utf8_next(line, &i);
        bool control = (c < ' ' && c != '\t') || (c >= 0x7F && c < 0xA0);
        utf8_append(&out, control ? 0xFFFD : c);
    }
    if (out.len) fwrite(out.ptr, 1, out.len, stdout);
    buf_free(&out);
}

/* ---- as they end ---- */

static void end_file(TestReport *report)
{
    bool bad = report->failed > 0;

    if (report->file && !report->verbose && !report->three_files) {
        begin(report, bad ? red : green);
        fputs(bad ? "FAIL" : "ok", stdout);
        end(report);
        printf("%*s%s: ", bad ? 2 : 4, "", report->file);
        if (report->passed || !bad) printf("%d passed", report->passed);
        if (bad)
            printf("%s%d failed", report->passed ? ", " : "", report->failed);
        putchar('\n');
        fflush(stdout);
    }
    report->file = NULL;
    report->passed = report->failed = 0;
}

void report_test(TestReport *report, const Test *test)
{
    bool passed = test->outcome == TEST_PASSED;

    if (report->three_files) return;
    if (report->file && strcmp(report->file, test->file) != 0) end_file(report);
    report->file = test->file;
    report->passed += passed;
    report->failed += !passed;
    if (!report->verbose) return;
    begin(report, passed ? green : red);
    fputs(passed ? "ok    " : "FAIL  ", stdout);
    end(report);
    printf("%s:%d: ", test->file, test->line);
    put_line(test->title);
    printf(" (%.0f ms)\n", test->seconds * 1e3);
    fflush(stdout);
}

/* ---- failures ---- */

static void put_failure_line(const TestReport *report, Str line)
{
    Str text = str_trim(line);
    size_t word = str_find(line, STR("  expected: "), 0);
    bool expected = word != SIZE_MAX || str_starts_with(text, STR("- "));
    bool actual = str_find(line, STR("  actual:   "), 0) != SIZE_MAX ||
                  str_starts_with(text, STR("+ "));

    fputs("    ", stdout);
    if (expected)
        begin(report, green);
    else if (actual)
        begin(report, red);
    put_line(line);
    if (expected || actual) end(report);
    putchar('\n');
}

static void put_lines(const TestReport *report, Str text, bool is_log)
{
    while (text.len) {
        size_t stop = str_find(text, STR("\n"), 0);
        if (stop == SIZE_MAX) stop = text.len;
        Str line = {text.ptr, stop};
        if (is_log) {
            begin(report, faint);
            fputs("    | ", stdout);
            put_line(line);
            end(report);
            putchar('\n');
        } else {
            put_failure_line(report, line);
        }
        stop += stop < text.len;
        text = (Str){text.ptr + stop, text.len - stop};
    }
}

static void put_place(const TestFailure *failure)
{
    fputs(failure->file, stdout);
    if (failure->line) printf(":%d", failure->line);
}

static void report_failure(const TestReport *report, const Test *test)
{
    const TestFailure *failure = test->failure;

    putchar('\n');
    begin(report, red);
    fputs("FAILED ", stdout);
    end(report);
    begin(report, bold);
    put_place(failure);
    end(report);
    fputs(": ", stdout);
    if (test->outcome == TEST_UNREADABLE) {
        put_line(str_from(failure->text));
        putchar('\n');
        return;
    }
    put_line(test->title);
    if (failure->way) printf(" (%s)", failure->way);
    putchar('\n');
    if (failure->statement)
        put_failure_line(report, str_from(failure->statement));
    put_lines(report, str_from(failure->text), false);
    put_lines(report, test->log, true);
}

/* In the words of the reference's runner. */
static bool report_three_files(const TestReport *report, const Suite *suite)
{
    const Test *test = &suite->tests.at[0];
    const TestFailure *failure = test->failure;

    if (test->outcome == TEST_PASSED) {
        fputs("\t >>> ", stdout);
        begin(report, green);
        fputs("Test passed!", stdout);
        end(report);
        putchar('\n');
        return true;
    }
    if (!failure) return false;
    fputs("\t>>>>> ", stdout);
    begin(report, red);
    fputs("Test failed:", stdout);
    end(report);
    putchar(' ');
    put_place(failure);
    fputs(": ", stdout);
    const char *line = strchr(failure->text, '\n');
    put_line(line ? (Str){failure->text, (size_t)(line - failure->text)}
                  : str_from(failure->text));
    putchar('\n');
    if (failure->statement)
        put_failure_line(report, str_from(failure->statement));
    if (line) put_lines(report, str_from(line + 1), false);
    put_lines(report, test->log, true);
    return false;
}

/* ---- the end ---- */

/* Tests that passed, but would not have in a strict run. */
static void report_notes(const Suite *suite)
{
    int nothing = 0, unread = 0;
    for (int i = 0; i < suite->tests.count; i++) {
        const Test *test = &suite->tests.at[i];
        if (test->outcome != TEST_PASSED) continue;
        nothing += test->notes.asserts_nothing;
        unread += test->notes.leaves_unread;
    }
    if (nothing)
        printf("note: %d %s nothing; --strict makes that a failure\n", nothing,
               nothing == 1 ? "test asserts" : "tests assert");
    if (unread)
        printf("note: %d %s records of asserted streams or tables unread; "
               "--strict makes that a failure\n",
               unread, unread == 1 ? "test leaves" : "tests leave");
}

bool report_end(TestReport *report, const Suite *suite)
{
    int passed = 0, failed = 0, left = 0;

    if (report->three_files) return report_three_files(report, suite);
    end_file(report);
    for (int i = 0; i < suite->tests.count; i++) {
        const Test *test = &suite->tests.at[i];
        if (test->outcome == TEST_NOT_RUN) {
            left++;
        } else if (test->outcome == TEST_PASSED) {
            passed++;
        } else {
            failed++;
            report_failure(report, test);
        }
    }
    putchar('\n');
    report_notes(suite);
    if (left) printf("%d not run\n", left);
    begin(report, failed || !passed ? red : green);
    printf("%d passed, %d failed", passed, failed);
    end(report);
    putchar('\n');
    fflush(stdout);
    return passed && !failed && !left;
}
