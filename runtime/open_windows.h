/* SPDX-License-Identifier: Apache-2.0
 *
 * The windows of each key that changed since the last flush, found by one
 * look-up of the key. For aggregates over overlapping windows, where a record
 * changes several groups that differ in their window only: the store would hash
 * and probe for each of them, and move each in its dirty list.
 *
 *     key --> | start, entry, touch | start, entry, touch | ...   a ring
 *
 * The ring has a place for as many windows as a record is in, by number of the
 * window modulo their count, so the windows of one moment never collide; a late
 * record's may push out others, which are then looked up in the store again.
 *
 * Entries are the store's, dirty, and so stay where they are until its next
 * flush; before that comes open_windows_settle. An operator's own, used on its
 * thread only.
 */
#ifndef RUNTIME_OPEN_WINDOWS_H
#define RUNTIME_OPEN_WINDOWS_H

#include "state/store.h"

enum {
    OPEN_WINDOWS_MAX = 64,  /* By record: a ring is no larger. */
    OPEN_WINDOWS_KEYS = 64, /* Looked up at a time. */
};

typedef struct OpenWindow {
    int64_t start;     /* OPEN_WINDOW_NONE: this place is free. */
    StoreEntry *entry; /* NULL: not looked up yet. */
    uint64_t touch;    /* Number of its last change. */
} OpenWindow;
#define OPEN_WINDOW_NONE INT64_MIN

typedef struct OpenKey OpenKey;
typedef struct OpenWindows OpenWindows;

/* Windows begin each `advance_ms` and a record is in `per_key` of them, 1 to
 * OPEN_WINDOWS_MAX. */
OpenWindows *open_windows_new(int per_key, int64_t advance_ms);
void open_windows_free(OpenWindows *open);

/* Memory in use; settling gives it back. */
size_t open_windows_bytes(const OpenWindows *open);

/* The rings of up to OPEN_WINDOWS_KEYS keys, made if they are not there. Valid
 * until open_windows_settle, and on their way into the processor's cache. */
void open_windows_find(OpenWindows *open, const Str *keys, int count,
                       OpenKey **out);

/* The place of the window that starts at `start`, now the youngest that was
 * touched. Its entry is NULL if it is not known: look it up, and give it to
 * open_windows_put. */
OpenWindow *open_windows_touch(OpenWindows *open, OpenKey *key, int64_t start);

/* Tells the entry (NULL: the store has none any more) of the window `start`,
 * for which `touch` was the number of the change. The place may have another
 * window by now. */
void open_windows_put(OpenWindows *open, OpenWindow *place, int64_t start,
                      uint64_t touch, StoreEntry *entry);

/* Brings the entries to the end of the store's dirty list in the order of their
 * last touch, and forgets all keys. */
void open_windows_settle(OpenWindows *open, Store *store);

#endif
