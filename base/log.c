/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines. A line is made on the stack and goes out in one write(2), so lines
 * of several threads never mix and logging needs no memory and no lock; it is
 * thus also fit for "out of memory". A line longer than the buffer is cut and
 * ends in "...". Control characters in values become `\n`, `\t` or `?`: an
 * event is always one line.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static _Atomic int level_now = LOG_WARN;

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static const char *const level_labels[] = {"ERROR", "WARN", "INFO", "DEBUG"};

bool log_set_level(Str name)
{
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++) {
        if (str_eq_nocase(name, str_from(level_names[i]))) {
            atomic_store_explicit(&level_now, i, memory_order_relaxed);
            return true;
        }
    }
    return false;
}

bool log_is_on(LogLevel level)
{
    return (int)level <= atomic_load_explicit(&level_now, memory_order_relaxed);
}

/* Writes time, level and event at `out`; returns the length. */
static size_t print_head(char *out, size_t size, LogLevel level,
                         const char *event)
{
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t len = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &tm);
    int more = snprintf(out + len, size - len, ".%03dZ %s %s",
                        (int)(now.tv_nsec / 1000000), level_labels[level],
                        event);
    if (more > 0) len += (size_t)more;
    return len < size ? len : size - 1;
}

/* Appends `text` without control characters; false if not all of it fits. */
static bool append_clean(char *out, size_t *len, size_t size, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (*len + 2 > size) return false;
        if (c == '\n' || c == '\t' || c == '\r') {
            out[(*len)++] = '\\';
            out[(*len)++] = c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
        } else {
            out[(*len)++] = c < ' ' || c == 0x7f ? '?' : *text;
        }
    }
    return true;
}

void log_line(LogLevel level, const char *event, const char *format, ...)
{
    if (!log_is_on(level)) return;
    int saved_errno = errno;
    char text[LINE_MAX_BYTES];
    char line[LINE_MAX_BYTES];
    const size_t size = sizeof line - 5; /* Room for a blank and "...\n". */

    va_list args;
    va_start(args, format);
    int text_len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bool cut = text_len >= (int)sizeof text;

    size_t len = print_head(line, size, level, event);
    if (text_len > 0) {
        line[len++] = ' ';
        if (!append_clean(line, &len, size, text)) cut = true;
    }
    if (cut) {
        memcpy(line + len, "...", 3);
        len += 3;
    }
    line[len++] = '\n';
    for (size_t done = 0; done < len;) {
        ssize_t n = write(STDERR_FILENO, line + done, len - done);
        if (n < 0 && errno != EINTR) break;
        if (n > 0) done += (size_t)n;
    }
    errno = saved_errno;
}
