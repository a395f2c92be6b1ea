/* SPDX-License-Identifier: Apache-2.0
 *
 * StoreView: a door through which other threads read a store while its owner
 * changes it. It outlives the store: a task that goes elsewhere closes its
 * store, and readers are told so.
 *
 * The owner holds the view's turn while it changes what readers see
 * (store_begin ... store_end) and offers it between two records (store_yield),
 * so a reader finds each store as it was after some record and before the next.
 * A key that is not in memory is read from RocksDB without holding up anybody.
 *
 * A scan sees the store as it was when the scan began, however long it takes
 * and whatever the owner does meanwhile: before the owner changes an entry that
 * a scan has not come to yet, the entry as it was is set aside for the scan.
 * (Windows that expire meanwhile are the exception: they are gone.)
 */
#ifndef STATE_STORE_VIEW_H
#define STATE_STORE_VIEW_H

#include "state/store.h"

typedef struct StoreView StoreView;
typedef struct StoreScan StoreScan;

/* A stored row; bytes live in the arena of the call and are 8-aligned. */
typedef struct StoreRow {
    Str key, value;
    int64_t timestamp_ms;
} StoreRow;

/* A view without a store, with one user. store_view_drop frees it with the
 * last. */
StoreView *store_view_new(void);
StoreView *store_view_keep(StoreView *view);
void store_view_drop(StoreView *view);

/* The owner, between two records: readers see the store from now on, until
 * store_close. */
void store_share(Store *store, StoreView *view);

/* True if there is a store to read. */
bool store_view_is_open(StoreView *view);

/* The row under `key`; *found false: there is none, or its window has expired.
 * ST_RETRY: the view has no store now. ST_FATAL: RocksDB. Any thread. */
STATUS store_view_get(StoreView *view, Arena *arena, Str key, StoreRow *row,
                      bool *found);

/* Which windows of a key are asked for: from <= start (session: end) <= to,
 * where starts are multiples of `step_ms`. */
typedef struct StoreWindows {
    int64_t from_ms, to_ms;
    int64_t step_ms; /* 0: unknown, or sessions. */
} StoreWindows;

/* All of a key's windows in a window or session store, in key order: `*rows` is
 * an array of `*count` in `arena`. Fails as store_view_get. */
STATUS store_view_windows(StoreView *view, Arena *arena, Str key,
                          const StoreWindows *windows, StoreRow **rows,
                          int *count);

/* Begins a scan of the keys in [from, to) (ptr NULL: no end), in no order. The
 * bounds are copied. Fails as store_view_get. */
STATUS store_view_scan(StoreView *view, Arena *arena, Str from, Str to,
                       StoreScan **scan);
/* Up to `max` of the next rows, in `arena`; *count 0: there are no more.
 * ST_RETRY: the store was closed, or changes faster than it is read. */
STATUS store_scan_next(StoreScan *scan, Arena *arena, StoreRow *rows, int max,
                       int *count);
void store_scan_close(StoreScan *scan);

#endif
