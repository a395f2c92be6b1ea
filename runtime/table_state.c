/* SPDX-License-Identifier: Apache-2.0
 *
 * The views of a query's table, two a partition. The first has a store while
 * one of our tasks has it open and restored, the second while a stand-by has.
 */
#include "runtime/table_state.h"

#include "base/alloc.h"
#include "runtime/query_int.h"

TableState *table_state_new(int kept, int partitions)
{
    TableState *table = mem_zalloc(sizeof *table);
    atomic_init(&table->users, 1);
    table->kept = kept;
    table->partitions = partitions;
    table->views = mem_zalloc(sizeof(StoreView *) * (size_t)partitions);
    table->copies = mem_zalloc(sizeof(StoreView *) * (size_t)partitions);
    table->behind = mem_zalloc(sizeof *table->behind * (size_t)partitions);
    for (int p = 0; p < partitions; p++) {
        table->views[p] = store_view_new();
        table->copies[p] = store_view_new();
        atomic_init(&table->behind[p], -1);
    }
    return table;
}

void table_state_drop(TableState *table)
{
    if (!table || atomic_fetch_sub(&table->users, 1) > 1) return;
    for (int p = 0; p < table->partitions; p++) {
        store_view_drop(table->views[p]);
        store_view_drop(table->copies[p]);
    }
    mem_free(table->views);
    mem_free(table->copies);
    mem_free(table->behind);
    mem_free(table);
}

TableState *query_table(Query *query)
{
    if (query->table) atomic_fetch_add(&query->table->users, 1);
    return query->table;
}

Store *op_table_store(Op *op)
{
    switch (op->node->kind) {
    case PLAN_AGGREGATE: return aggregate_store(op);
    case PLAN_PROJECT: return project_store(op);
    case PLAN_SOURCE: return source_store(op);
    default: return NULL;
    }
}

/* Other operators' tasks may have more partitions than the table has. */
static bool share(const TableState *table, Op *op, StoreView *const *views,
                  int32_t partition)
{
    Store *store = op->node->id == table->kept ? op_table_store(op) : NULL;
    if (store) store_share(store, views[partition]);
    return store;
}

void table_state_share(TableState *table, Op *op, int32_t partition)
{
    (void)share(table, op, table->views, partition);
}

bool table_state_stand_by(TableState *table, Op *op, int32_t partition)
{
    if (op->node->id != table->kept) return false;
    atomic_store(&table->behind[partition], -1);
    return share(table, op, table->copies, partition);
}
