/* SPDX-License-Identifier: Apache-2.0
 *
 * All that a query keeps of its table, row by row, as its node has it: for
 * tests and for programs that compare state with something else. Pull queries
 * take the way of table_reader.c.
 */
#include "runtime/query_int.h"
#include "runtime/table_rows.h"
#include "runtime/table_state.h"

enum { ROWS_PER_STEP = 256 };

typedef struct Reading {
    TableRows *rows;
    const PlanNode *kept;
    Str key;
    Arena *step;
    bool (*visit)(void *context, const Value *row, int64_t timestamp_ms);
    void *context;
    bool stopped;
} Reading;

static Status show(Reading *r, StoreRow *at, int count)
{
    Batch *batch;
    int columns = r->kept->column_count;
    if (r->key.ptr) count = table_rows_of_key(r->rows, r->key, at, count);
    if (!count) return st_ok();
    Status st = table_rows_read(r->rows, r->step, at, count, &batch);
    Value *row = ARENA_ARRAY(r->step, Value, columns + 1);
    for (int i = 0; i < count && !st.kind && !r->stopped; i++) {
        for (int c = 0; c < columns; c++) {
            const Column *column = &batch->columns[c];
            row[c] = column->values ? column_get(column, i) : VALUE_NULL;
        }
        r->stopped = !r->visit(r->context, row, batch->timestamps[i]);
    }
    return st;
}

static Status read_view(Reading *r, Arena *arena, StoreView *view)
{
    StoreRow rows[ROWS_PER_STEP];
    StoreScan *scan;
    Status st = store_view_scan(view, arena, STR_NULL, STR_NULL, &scan);
    if (st.kind) return st;
    for (int count = 1; count && !st.kind && !r->stopped;) {
        arena_reset(r->step);
        st = store_scan_next(scan, r->step, rows, ROWS_PER_STEP, &count);
        if (!st.kind) st = show(r, rows, count);
    }
    store_scan_close(scan);
    return st;
}

STATUS query_read_state(Query *query, Arena *arena, Str key,
                        bool (*visit)(void *context, const Value *row,
                                      int64_t timestamp_ms),
                        void *context)
{
    TableState *table = query_table(query);
    if (!table) return st_error(arena, ST_USER, "the query keeps no table");
    TableReaderOptions options = {.writer = query->plan,
                                  .properties = query->options.properties,
                                  .clock = query->options.clock};
    Reading r = {.kept = plan_kept(query->plan),
                 .key = key,
                 .step = arena_new("state", 0),
                 .visit = visit,
                 .context = context};
    Status st = table_rows_open(arena, &options, &r.rows);
    for (int p = 0; p < table->partitions && !st.kind && !r.stopped; p++)
        st = read_view(&r, arena, table->views[p]);
    if (st.kind) st.text = str_cstr(arena, str_from(st.text));
    table_rows_close(r.rows);
    arena_free(r.step);
    table_state_drop(table);
    return st;
}
