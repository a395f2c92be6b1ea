/* SPDX-License-Identifier: Apache-2.0
 *
 * JUnit's XML. Texts hold whatever records hold: malformed UTF-8 and the
 * characters that XML 1.0 does not have become U+FFFD.
 */
#include "testing/junit.h"

#include "base/unicode.h"

static bool is_xml_character(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) ||
           (c >= 0xE000 && c < 0xFFFE) || c >= 0x10000;
}

/* Text, in an element or (line ends and all) in an attribute. */
static void put_text(Buf *out, Str text, bool attribute)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t c = utf8_next(text, &i);
        if (!is_xml_character(c)) c = 0xFFFD;
        if (c == '&')
            buf_append_str(out, STR("&amp;"));
        else if (c == '<')
            buf_append_str(out, STR("&lt;"));
        else if (c == '>')
            buf_append_str(out, STR("&gt;"));
        else if (c == '"')
            buf_append_str(out, STR("&quot;"));
        else if (c == '\r' || (attribute && (c == '\n' || c == '\t')))
            buf_printf(out, "&#%d;", (int)c);
        else
            utf8_append(out, c);
    }
}

static void put_attribute(Buf *out, const char *name, Str value)
{
    buf_printf(out, " %s=\"", name);
    put_text(out, value, true);
    buf_push(out, '"');
}

static bool is_error(const Test *test)
{
    return test->outcome == TEST_CRASHED || test->outcome == TEST_TIMED_OUT ||
           test->outcome == TEST_UNREADABLE;
}

/* ---- counts of a file, or of all ---- */

typedef struct Counts {
    int tests, failures, errors, skipped;
    double seconds;
} Counts;

static Counts count_tests(const Suite *suite, int first, int end)
{
    Counts counts = {0};
    for (int i = first; i < end; i++) {
        const Test *test = &suite->tests.at[i];
        counts.tests++;
        counts.failures += test->outcome == TEST_FAILED;
        counts.errors += is_error(test);
        counts.skipped += test->outcome == TEST_NOT_RUN;
        counts.seconds += test->seconds;
    }
    return counts;
}

static void put_counts(Buf *out, const Counts *counts)
{
    buf_printf(out,
               " tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" "
               "time=\"%.3f\">\n",
               counts->tests, counts->failures, counts->errors, counts->skipped,
               counts->seconds);
}

/* ---- tests ---- */

/* "tests/sql/filter.sql" as "tests.sql.filter": viewers group by dots. */
static void put_class(Buf *out, const char *file)
{
    Str name = str_from(file);
    if (str_ends_with(name, STR(".sql"))) name.len -= 4;
    while (name.len && (name.ptr[0] == '.' || name.ptr[0] == '/'))
        name = (Str){name.ptr + 1, name.len - 1};
    buf_append_str(out, STR(" classname=\""));
    for (size_t i = 0; i < name.len; i++) {
        Str c = {name.ptr + i, 1};
        if (c.ptr[0] == '/') c = STR(".");
        /* Bytes of a longer character go through as they are. */
        if ((unsigned char)c.ptr[0] >= 0x80)
            buf_append_str(out, c);
        else
            put_text(out, c, true);
    }
    buf_push(out, '"');
}

static void put_failure(Buf *out, const Test *test)
{
    static const char *const types[] = {
        [TEST_FAILED] = "difference",
        [TEST_UNREADABLE] = "unreadable",
        [TEST_CRASHED] = "crash",
        [TEST_TIMED_OUT] = "timeout",
    };
    const TestFailure *failure = test->failure;
    const char *element = is_error(test) ? "error" : "failure";
    const char *end = strchr(failure->text, '\n');
    Str first = {failure->text,
                 end ? (size_t)(end - failure->text) : strlen(failure->text)};

    buf_printf(out, "      <%s type=\"%s\"", element, types[test->outcome]);
    put_attribute(out, "message", first);
    buf_push(out, '>');
    put_text(out, str_from(failure->file), false);
    if (failure->line) buf_printf(out, ":%d", failure->line);
    if (failure->way) {
        buf_append_str(out, STR(", "));
        put_text(out, str_from(failure->way), false);
    }
    buf_push(out, '\n');
    if (failure->statement) {
        put_text(out, str_from(failure->statement), false);
        buf_push(out, '\n');
    }
    put_text(out, str_from(failure->text), false);
    buf_printf(out, "</%s>\n", element);
    if (!test->log.len) return;
    buf_append_str(out, STR("      <system-err>"));
    put_text(out, test->log, false);
    buf_append_str(out, STR("</system-err>\n"));
}

static void put_test(Buf *out, const Test *test)
{
    buf_append_str(out, STR("    <testcase"));
    put_attribute(out, "name", test->title);
    put_class(out, test->file);
    put_attribute(out, "file", str_from(test->file));
    buf_printf(out, " line=\"%d\" time=\"%.3f\"", test->line, test->seconds);
    if (test->outcome == TEST_PASSED) {
        buf_append_str(out, STR("/>\n"));
        return;
    }
    buf_append_str(out, STR(">\n"));
    if (test->outcome == TEST_NOT_RUN)
        buf_append_str(out, STR("      <skipped/>\n"));
    else
        put_failure(out, test);
    buf_append_str(out, STR("    </testcase>\n"));
}

void junit_write(Buf *out, const Suite *suite)
{
    int count = suite->tests.count, end;
    Counts counts = count_tests(suite, 0, count);

    buf_append_str(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                            "<testsuites name=\"millrace test\""));
    put_counts(out, &counts);
    for (int i = 0; i < count; i = end) {
        const char *file = suite->tests.at[i].file;
        for (end = i; end < count; end++)
            if (strcmp(suite->tests.at[end].file, file) != 0) break;
        counts = count_tests(suite, i, end);
        buf_append_str(out, STR("  <testsuite"));
        put_attribute(out, "name", str_from(file));
        put_counts(out, &counts);
        for (int t = i; t < end; t++)
            put_test(out, &suite->tests.at[t]);
        buf_append_str(out, STR("  </testsuite>\n"));
    }
    buf_append_str(out, STR("</testsuites>\n"));
}
