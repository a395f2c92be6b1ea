/* SPDX-License-Identifier: Apache-2.0
 *
 * The log: one line an event on standard error, `key=value` pairs after a
 * short lower-case event name. Safe from any thread.
 *
 *     log_warn("broker away", "broker=%s retry_ms=%d", name, 500);
 *     2026-01-31T12:00:00.000Z WARN broker away broker=localhost:9092 retry_ms=500
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include "base/str.h"

typedef enum LogLevel {
    LOG_ERROR,
    LOG_WARN,
    LOG_INFO,
    LOG_DEBUG
} LogLevel;

/* Sets the level from "error", "warn", "info" or "debug"; false if it is none
 * of these. The default is warn. */
bool log_set_level(Str name);
bool log_is_on(LogLevel level);

void log_line(LogLevel level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
