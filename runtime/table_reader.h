/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the table that a query makes, while it is made (pull queries).
 *
 *   key ----> partition ----> view of the task's store (state/store_view.h)
 *                                  |
 *   kept node's columns <--- decoded row
 *        |  the filters and projections between it and the sink
 *   the table's columns
 *        |  WHERE (unless the lookups say it all), SELECT
 *   rows of the result
 *
 * A TableState has the views of all partitions; it outlives the query for those
 * who still hold it. A TableReader is a pull query made ready to run, for one
 * thread at a time; making one costs some ten microseconds, running it about
 * one.
 */
#ifndef RUNTIME_TABLE_READER_H
#define RUNTIME_TABLE_READER_H

#include "base/clock.h"
#include "planner/plan.h"
#include "runtime/query.h"

typedef struct TableState TableState;
typedef struct TableReader TableReader;

/* The state of the table that the query keeps, with one more user; NULL if it
 * keeps none. Any thread, while the query is there. */
TableState *query_table(Query *query);
void table_state_drop(TableState *table);

typedef struct TableReaderOptions {
    const Plan *writer; /* Of the query that makes the table. */
    const Plan *pull;   /* Of the pull query: plan->pull is set. */
    const Map *properties;
    const Clock *clock;
    bool read_copies; /* Stand-bys, of partitions that others work on, */
    int64_t lag_max;  /* unless they lack more changelog records; INT64_MAX: or
                         it is not known how many. */
} TableReaderOptions;

/* Compiles; all of `options` and `table` must outlive the reader, which lives
 * in `arena`. */
STATUS table_reader_open(Arena *arena, const TableReaderOptions *options,
                         TableState *table, TableReader **reader);
void table_reader_close(TableReader *reader);

/* Puts another constant in the place of one of the lookups': a key column's
 * value, of the column's type. Borrowed until the end of the next run. */
void table_reader_set_key(TableReader *reader, int lookup, int column,
                          Value value);

/* Calls `visit` for each row of the result, by plan->schema, until it returns
 * false or LIMIT is reached. Values are valid during the call. ST_RETRY: a part
 * of the table is not here now; ST_FATAL: damaged. */
STATUS table_reader_run(TableReader *reader, Arena *arena,
                        bool (*visit)(void *context, const Value *values),
                        void *context);

#endif
