/* SPDX-License-Identifier: Apache-2.0
 *
 * The metadata of a committed offset (runtime 1.5): Base64 of
 *
 *   byte 2 | partition time, BE 64 | BE 32 count | count times: BE 32 length,
 *   UTF-8 name, BE 64 value
 *
 * The values are what operators must remember with the offsets: the time of a
 * windowed aggregate, under the name of its store and ".time", and the last
 * window close of EMIT FINAL, under that name. Names that begin with '#' are of
 * worker_offsets.c.
 */
#ifndef RUNTIME_COMMIT_NOTE_H
#define RUNTIME_COMMIT_NOTE_H

#include "base/str.h"

enum { NOTES_MAX = 32 };

typedef struct Notes {
    Str names[NOTES_MAX];
    int64_t values[NOTES_MAX];
    int count;
} Notes;

/* Sets or adds a value; `name` must live as long. False: there is no room. */
bool notes_set(Notes *notes, Str name, int64_t value);

/* The same, but a value that is there and not less stays. */
bool notes_raise(Notes *notes, Str name, int64_t value);

/* The value under `name`; false: there is none. */
bool notes_get(const Notes *notes, Str name, int64_t *value);

/* The metadata text, in `arena`. */
Str notes_write(Arena *arena, int64_t partition_time_ms, const Notes *notes);

/* Reads metadata. Values go into `notes` where they are greater than what is
 * there, names are copied to `arena`. False: it is none of ours; nothing is
 * changed. */
bool notes_read(Arena *arena, Str metadata, int64_t *partition_time_ms,
                Notes *notes);

#endif
