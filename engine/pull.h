/* SPDX-License-Identifier: Apache-2.0
 *
 * Pull queries over tables: from a statement to rows.
 *
 * A planned query is kept under the shape of its text: the text with its
 * strings and whole numbers taken out. Another query of the same shape that
 * differs only in the keys it looks up is neither parsed nor planned, and does
 * not take the engine's lock, so it is answered while statements are executed.
 */
#ifndef ENGINE_PULL_H
#define ENGINE_PULL_H

#include "engine/engine_int.h"

typedef struct PullCache PullCache;

PullCache *pull_cache_new(void);
/* Forgets all plans; those in use go when they are done with. */
void pull_cache_clear(PullCache *cache);
void pull_cache_free(PullCache *cache);

/* Answers `text` if it is a query whose plan is kept; true: it did, or failed,
 * and *st is the result. Any thread, without the engine's lock. */
bool pull_try(mr_Session *session, Arena *arena, Str text, const mr_Sink *sink,
              Status *st);

/* Runs a planned query, whose arena passes to it; the engine's lock is held,
 * and is not while rows are sent. */
Status pull_execute(Exec *x, const AstStatement *statement, Arena *own,
                    const Plan *plan);

/* ---- pull_shape.c ---- */

enum { SHAPE_LITERALS_MAX = 64 };

/* A literal of a text. */
typedef struct ShapeLiteral {
    uint32_t at; /* Where it begins. */
    bool is_text;
    bool is_wide; /* A whole number beyond INTEGER. */
    Str text;     /* In the arena, if it had doubled quotes. */
    int64_t number;
} ShapeLiteral;

typedef struct Shape {
    Str text; /* With marks where literals were. */
    ShapeLiteral literals[SHAPE_LITERALS_MAX];
    int count;
} Shape;

/* False: not a single SELECT, or with something in it that must be parsed
 * (comments, variables), or with too many literals. */
bool shape_read(Arena *arena, Str text, Shape *shape);

bool shape_literal_equal(const ShapeLiteral *a, const ShapeLiteral *b);

#endif
