/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines, read back through a pipe in place of standard error; and the
 * clock.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/check.h"

static int pipe_ends[2], real_stderr;
static char captured[16384];

static void begin_capture(void)
{
    real_stderr = dup(STDERR_FILENO);
    if (pipe(pipe_ends) != 0) exit(1);
    dup2(pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[1]);
}

/* What was written to standard error since. */
static Str end_capture(void)
{
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    size_t len = 0;
    for (ssize_t n; len < sizeof captured; len += (size_t)n)
        if ((n = read(pipe_ends[0], captured + len, sizeof captured - len)) <=
            0)
            break;
    close(pipe_ends[0]);
    return (Str){captured, len};
}

/* `2026-01-31T12:00:00.000Z ` */
static bool begins_with_time(Str line)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
    if (line.len < sizeof shape - 1) return false;
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        bool digit = line.ptr[i] >= '0' && line.ptr[i] <= '9';
        if (shape[i] == 'd' ? !digit : line.ptr[i] != shape[i]) return false;
    }
    return true;
}

static void test_lines(void)
{
    begin_capture();
    log_info("not shown", "a=%d", 1);
    log_warn("broker away", "broker=%s retry_ms=%d", "localhost:9092", 500);
    Str out = end_capture();
    CHECK(begins_with_time(out));
    CHECK_STR(((Str){out.ptr + 25, out.len - 25}),
              "WARN broker away broker=localhost:9092 retry_ms=500\n");

    begin_capture();
    log_error("odd", "text='%s'", "a\nb\tc\x1B[0m\xC3\xA6");
    out = end_capture();
    CHECK_STR(((Str){out.ptr + 25, out.len - 25}),
              "ERROR odd text='a\\nb\\tc?[0m\xC3\xA6'\n");
}

static void test_long(void)
{
    char text[10000];
    for (size_t len = 4000; len < sizeof text - 1; len += 997) {
        memset(text, 'y', len);
        text[len] = 0;
        begin_capture();
        log_error("long", "%s", text);
        Str out = end_capture();
        CHECK(out.len <= 4096);
        CHECK(memchr(out.ptr, '\n', out.len) == out.ptr + out.len - 1);
        CHECK(str_ends_with(out, len > 4055 ? STR("yyy...\n") : STR("yyy\n")));
    }
}

static void test_levels(void)
{
    CHECK(log_is_on(LOG_WARN) && !log_is_on(LOG_INFO));
    CHECK(!log_set_level(STR("loud")) && !log_set_level(STR("")));
    CHECK(log_set_level(STR("DEBUG")) && log_is_on(LOG_DEBUG));
    CHECK(log_set_level(STR("error")) && !log_is_on(LOG_WARN));
    begin_capture();
    log_warn("quiet", "a=%d", 1);
    CHECK(end_capture().len == 0);
    CHECK(log_set_level(STR("warn")));
}

static void test_clock(void)
{
    Clock clock = {.manual = true, .manual_ms = 1000};
    CHECK(clock_now_ms(&clock) == 1000);
    clock.manual_ms = 5;
    CHECK(clock_now_ms(&clock) == 5);
    clock.manual = false;
    CHECK(clock_now_ms(&clock) > 1600000000000);
    CHECK(clock_now_ms(NULL) > 1600000000000);
    int64_t begin_ns = clock_monotonic_ns();
    clock_sleep_ms(2);
    clock_sleep_ms(0);
    clock_sleep_ms(-5);
    CHECK(clock_monotonic_ns() - begin_ns >= 2000000);
    CHECK(clock_process_cpu_ns() > 0 && clock_thread_cpu_ns() > 0);
}

int main(void)
{
    test_lines();
    test_long();
    test_levels();
    test_clock();
    return check_done();
}
