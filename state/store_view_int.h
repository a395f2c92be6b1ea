/* SPDX-License-Identifier: Apache-2.0
 *
 * For store_view*.c only.
 */
#ifndef STATE_STORE_VIEW_INT_H
#define STATE_STORE_VIEW_INT_H

#include "state/store_int.h"
#include "state/turn_lock.h"

struct StoreView {
    TurnLock turn;
    atomic_int users;
    atomic_int reading; /* Of RocksDB, outside the turn. */
    /* In the turn: */
    Store *store; /* NULL: none now. */
    StoreScan *scans;
};

/* Begins a visit. False: there is no store, and no visit. */
bool view_enter(StoreView *view, Arena *arena, Status *st);
void view_leave(StoreView *view);

/* In a visit: the table's family, and the store, stay until view_unpin. */
void view_pin(StoreView *view, Table *table);
void view_unpin(StoreView *view, Table *table);

/* The entry's bytes in `arena`. */
StoreRow view_copy(Arena *arena, const StoreEntry *entry);
/* What RocksDB holds, copied; false: too short. */
bool view_copy_stored(Arena *arena, Str key, Str stored, StoreRow *row);

/* True if nothing of a table is seen any more. */
bool view_is_hidden(const Store *store, const Table *table);

/* In the turn: the store of the view goes; its scans end. */
void scan_end_all(StoreView *view);

#endif
