/* SPDX-License-Identifier: Apache-2.0
 *
 * Status: the result of whatever can fail, by value. Five kinds, because a
 * stream processor must do five different things (a bug is an assert and has
 * no kind here). The text lives in the arena that was passed to the call.
 *
 *     Status st = f(arena, ...);
 *     if (st.kind) return st;
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stdint.h>

#include "base/arena.h"

typedef enum StatusKind {
    ST_OK = 0,
    ST_USER,  /* The person who typed it gets the message, with a position. */
    ST_DATA,  /* One record is bad: processing log, and the query goes on. */
    ST_RETRY, /* The broker is away or rebalancing: back off, try again. */
    ST_FATAL, /* Disk full, lost state: this query stops, others go on. */
} StatusKind;

typedef struct Status {
    StatusKind kind;
    uint32_t at;      /* Byte offset + 1 in the statement text; 0: none. */
    const char *text; /* Lower case, error first, names in single quotes. */
} Status;

#define STATUS __attribute__((warn_unused_result)) Status

static inline Status st_ok(void)
{
    return (Status){ST_OK, 0, ""};
}

/* A failure with a printf text in `arena`. */
Status st_error(Arena *arena, StatusKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A user error at byte offset `offset` of the statement. */
Status st_error_at(Arena *arena, uint32_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Shows a failure with its place: "<where>:<line>:<column>: error: <text>",
 * the source line and a caret under it; only the text if st.at is 0. `where`
 * (a file name) may be NULL. The result is in `arena`, without a final newline. */
const char *st_render(Arena *arena, Status st, const char *where,
                      const char *source, size_t source_len);

#endif
