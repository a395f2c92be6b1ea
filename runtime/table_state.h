/* SPDX-License-Identifier: Apache-2.0
 *
 * TableState from inside: the query makes it, its tasks let readers in.
 */
#ifndef RUNTIME_TABLE_STATE_H
#define RUNTIME_TABLE_STATE_H

#include <stdatomic.h>

#include "runtime/op.h"
#include "runtime/table_reader.h"
#include "state/store_view.h"

struct TableState {
    atomic_int users;
    int kept; /* Id of the node whose store it is. */
    int partitions;
    StoreView **views;       /* One a partition. */
    StoreView **copies;      /* As views, of stand-bys; */
    _Atomic int64_t *behind; /* how many records these lack; -1: not known. */
};

TableState *table_state_new(int kept, int partitions);

/* The task is restored: its part of the table can be read until the store is
 * closed. */
void table_state_share(TableState *table, Op *op, int32_t partition);

/* The same for a stand-by's task; true if it is this operator's store. */
bool table_state_stand_by(TableState *table, Op *op, int32_t partition);

/* The store in which an operator keeps a table's rows; NULL: none. */
Store *op_table_store(Op *op);

#endif
