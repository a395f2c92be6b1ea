/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the rows of a pull query: lookups to store keys, partitions, views.
 * What becomes of a stored row is in table_rows.c.
 *
 * Alternatives with the same key are one lookup, so no row comes twice: its
 * window then has to fit any of them.
 */
#include "runtime/table_reader.h"

#include <assert.h>

#include "kafka/broker.h"
#include "runtime/table_rows.h"
#include "runtime/table_state.h"

enum { ROWS_PER_STEP = 256 };

/* A window limit with its value. */
typedef struct Limit {
    bool is_start;
    int op;
    int64_t ms;
} Limit;

/* One alternative of WHERE. */
typedef struct Lookup {
    Value *key;
    Limit *limits;
    int limit_count;
    Value range;
    int range_op;
    bool is_range, never; /* It compares with NULL: finds nothing. */
    Str bytes;            /* The key's, of this run. */
    int same;             /* The next one with this key; -1: none. */
    bool follows;         /* It is the next one of another. */
} Lookup;

struct TableReader {
    const PlanPull *pull;
    TableState *table;
    TableRows *rows;
    const PlanNode *kept;
    Encoder *key;
    const FormatSpec *key_spec;
    Lookup *lookups;
    int lookup_count;
    int64_t limit; /* -1: none. */
    bool read_copies;
    int64_t lag_max;
    Arena *step; /* Of some rows. */
};

/* A run of a reader. */
typedef struct Run {
    TableReader *reader;
    Arena *arena;
    bool (*visit)(void *context, const Value *values);
    void *context;
    int64_t left; /* Of LIMIT. */
    bool done;
} Run;

/* ---- opening ---- */

static Status constant(Arena *arena, const Expr *expr, Value *value)
{
    const char *why = "it cannot be evaluated";
    if (eval_constant(arena, expr, value, &why)) return st_ok();
    return st_error_at(arena, expr->at, "cannot compare with this value: %s",
                       why);
}

static Status open_lookup(TableReader *reader, Arena *arena,
                          const PlanPullLookup *from, Lookup *to)
{
    int keys = reader->key_spec->column_count;
    Status st = st_ok();
    *to = (Lookup){.range_op = from->range_op, .is_range = from->range};
    to->key = ARENA_ARRAY(arena, Value, keys + 1);
    to->limits = ARENA_ARRAY(arena, Limit, from->window_count + 1);
    if (from->range) st = constant(arena, from->range, &to->range);
    for (int i = 0; i < keys && !from->range && !st.kind; i++) {
        st = constant(arena, from->key[i], &to->key[i]);
        if (!st.kind && to->key[i].null) to->never = true;
    }
    for (int i = 0; i < from->window_count && !st.kind; i++) {
        Value value;
        st = constant(arena, from->windows[i].value, &value);
        if (!st.kind && value.null) to->never = true;
        to->limits[to->limit_count++] = (Limit){from->windows[i].is_start,
                                                from->windows[i].op, value.i64};
    }
    return st;
}

STATUS table_reader_open(Arena *arena, const TableReaderOptions *options,
                         TableState *table, TableReader **out)
{
    TableReader *reader = ARENA_NEW(arena, TableReader);
    const PlanPull *pull = options->pull->pull;
    reader->pull = pull;
    reader->table = table;
    reader->limit = -1;
    reader->read_copies = options->read_copies;
    reader->lag_max = options->lag_max;
    reader->kept = plan_kept(options->writer);
    assert(reader->kept && reader->kept->id == table->kept);
    reader->key_spec = reader->kept->key_spec;
    for (const PlanNode *n = options->pull->root; n; n = n->inputs[0])
        if (n->kind == PLAN_LIMIT) reader->limit = n->limit;
    Status st = encoder_open(arena, reader->key_spec, &reader->key);
    if (st.kind) return st;
    reader->lookups = ARENA_ARRAY(arena, Lookup, pull->lookup_count + 1);
    for (int i = 0; i < pull->lookup_count && !st.kind; i++)
        st = open_lookup(reader, arena, &pull->lookups[i],
                         &reader->lookups[reader->lookup_count++]);
    if (!st.kind) st = table_rows_open(arena, options, &reader->rows);
    if (st.kind) {
        encoder_close(reader->key);
        return st;
    }
    reader->step = arena_new("pull", 0);
    *out = reader;
    return st_ok();
}

void table_reader_close(TableReader *reader)
{
    if (!reader) return;
    encoder_close(reader->key);
    table_rows_close(reader->rows);
    arena_free(reader->step);
}

void table_reader_set_key(TableReader *reader, int lookup, int column,
                          Value value)
{
    reader->lookups[lookup].key[column] = value;
}

/* ---- windows ---- */

static bool holds(const Limit *limit, int64_t ms)
{
    switch (limit->op) {
    case CMP_EQ: return ms == limit->ms;
    case CMP_LT: return ms < limit->ms;
    case CMP_LE: return ms <= limit->ms;
    case CMP_GT: return ms > limit->ms;
    default: return ms >= limit->ms;
    }
}

static bool fits(const Lookup *lookup, int64_t start, int64_t end)
{
    for (int i = 0; i < lookup->limit_count; i++) {
        const Limit *limit = &lookup->limits[i];
        if (!holds(limit, limit->is_start ? start : end)) return false;
    }
    return true;
}

static bool fits_any(const TableReader *reader, const Lookup *lookup,
                     int64_t start, int64_t end)
{
    for (; !fits(lookup, start, end); lookup = &reader->lookups[lookup->same])
        if (lookup->same < 0) return false;
    return true;
}

static int64_t minus(int64_t a, int64_t b)
{
    int64_t result;
    return __builtin_sub_overflow(a, b, &result) ? INT64_MIN : result;
}

/* Narrows [from, to] by a limit whose bound is `shift` after the time that
 * orders the store. */
static void narrow(const Limit *limit, int64_t shift, StoreWindows *windows)
{
    int64_t ms = minus(limit->ms, shift);
    bool lower = limit->op == CMP_EQ || limit->op == CMP_GT ||
                 limit->op == CMP_GE;
    bool upper = limit->op == CMP_EQ || limit->op == CMP_LT ||
                 limit->op == CMP_LE;
    if (lower && ms > windows->from_ms) windows->from_ms = ms;
    if (upper && ms < windows->to_ms) windows->to_ms = ms;
}

/* The windows of an aggregate that can fit. */
static StoreWindows windows_of(const TableReader *reader, const Lookup *lookup)
{
    const WindowSpec *spec = &reader->kept->aggregate.window;
    bool session = spec->kind == WINDOW_SESSION;
    StoreWindows all = {0, INT64_MAX, session ? 0 : spec->advance_ms};
    if (lookup->same >= 0) return all;
    for (int i = 0; i < lookup->limit_count; i++) {
        const Limit *limit = &lookup->limits[i];
        /* Sessions are ordered by their end. */
        if (session && limit->is_start) continue;
        narrow(limit, session || limit->is_start ? 0 : spec->size_ms, &all);
    }
    return all;
}

/* ---- rows ---- */

static bool deliver(void *context, const Value *values)
{
    Run *run = context;
    if (run->left == 0 || !run->visit(run->context, values))
        run->done = true;
    else if (run->left > 0 && --run->left == 0)
        run->done = true;
    return !run->done;
}

/* Leaves out rows whose windows fit no lookup. */
static int pick_windows(const TableReader *reader, const Lookup *lookup,
                        StoreRow *rows, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        int64_t start, end;
        table_rows_bounds(reader->rows, rows[i].key, &start, &end);
        if (fits_any(reader, lookup, start, end)) rows[kept++] = rows[i];
    }
    return kept;
}

static Status show(Run *run, const StoreRow *rows, int count)
{
    Status st = st_ok();
    for (int from = 0; from < count && !st.kind && !run->done;
         from += ROWS_PER_STEP) {
        int some = count - from < ROWS_PER_STEP ? count - from : ROWS_PER_STEP;
        st = table_rows_show(run->reader->rows, run->reader->step, rows + from,
                             some, deliver, run);
    }
    return st;
}

/* Where a partition is read: where it is worked on, else in a copy that is new
 * enough. If there is none, the first view's error is the one to tell. */
static Status find_view(Run *run, int partition, StoreView **view)
{
    const TableReader *reader = run->reader;
    const TableState *table = reader->table;
    *view = table->views[partition];
    if (!reader->read_copies || store_view_is_open(*view) ||
        !store_view_is_open(table->copies[partition]))
        return st_ok();
    int64_t behind = atomic_load(&table->behind[partition]);
    *view = table->copies[partition];
    if (reader->lag_max == INT64_MAX ||
        (behind >= 0 && behind <= reader->lag_max))
        return st_ok();
    Str by = behind < 0 ? STR("an unknown number of")
                        : str_printf(run->arena, "%lld", (long long)behind);
    return st_error(run->arena, ST_RETRY,
                    "the copy of its state here lacks %.*s records, and "
                    "'ksql.query.pull.max.allowed.offset.lag' allows %lld",
                    STR_ARG(by), (long long)reader->lag_max);
}

/* Says which part could not be read. */
static Status where(Run *run, int partition, Status st)
{
    if (st.kind != ST_RETRY) return st;
    return st_error(run->arena, ST_RETRY, "cannot read partition %d: %s",
                    partition, st.text);
}

/* All rows of a partition in [from, to); `lookup` (may be NULL): only of its
 * key. */
static Status scan_view(Run *run, int partition, Str from, Str to,
                        const Lookup *lookup)
{
    TableReader *reader = run->reader;
    StoreScan *scan;
    StoreRow rows[ROWS_PER_STEP];
    StoreView *view;
    Status st = find_view(run, partition, &view);
    if (!st.kind) st = store_view_scan(view, run->arena, from, to, &scan);
    if (st.kind) return where(run, partition, st);
    for (int count = 1; count && !st.kind && !run->done;) {
        arena_reset(reader->step);
        st = store_scan_next(scan, reader->step, rows, ROWS_PER_STEP, &count);
        if (st.kind || !count) break;
        int kept = count;
        if (lookup) {
            kept = table_rows_of_key(reader->rows, lookup->bytes, rows, count);
            kept = pick_windows(reader, lookup, rows, kept);
        }
        st = show(run, rows, kept);
    }
    st = where(run, partition, st);
    store_scan_close(scan);
    return st;
}

/* The first key after all that begin with `key`; STR_NULL: there is none. */
static Str after_prefix(Arena *arena, Str key)
{
    Str end = str_copy(arena, key);
    while (end.len && (unsigned char)end.ptr[end.len - 1] == 0xff)
        end.len--;
    if (!end.len) return STR_NULL;
    ((char *)end.ptr)[end.len - 1]++;
    return end;
}

/* ---- lookups ---- */

static Status encode_key(Run *run, Lookup *lookup)
{
    TableReader *reader = run->reader;
    int count = reader->key_spec->column_count;
    const Column **columns = ARENA_ARRAY(run->arena, const Column *, count + 1);
    for (int i = 0; i < count; i++) {
        Column *column = ARENA_NEW(run->arena, Column);
        column_init(run->arena, column, reader->key_spec->columns[i].type, 1);
        column_set(run->arena, column, 0, 1, lookup->key[i]);
        columns[i] = column;
    }
    Buf buf = {0};
    const char *why = "";
    EncodeResult result = reader->key->format->encode(reader->key, run->arena,
                                                      columns, 0, &buf, &why);
    lookup->bytes = STR_NULL;
    if (result == ENCODE_BYTES)
        lookup->bytes = str_copy(run->arena, buf_str(&buf));
    buf_free(&buf);
    if (result == ENCODE_FAILED)
        return st_error(run->arena, ST_USER, "cannot look up this key: %s",
                        why);
    return st_ok();
}

/* Links lookups with the same key. */
static void link_same(Arena *arena, TableReader *reader)
{
    Map first = {0};
    for (int i = 0; i < reader->lookup_count; i++) {
        Lookup *lookup = &reader->lookups[i];
        lookup->same = -1;
        lookup->follows = false;
        if (reader->lookup_count == 1 || !lookup->bytes.ptr) continue;
        Lookup *before = map_get(&first, lookup->bytes);
        if (!before) {
            map_put(arena, &first, lookup->bytes, lookup);
            continue;
        }
        lookup->follows = true;
        lookup->same = before->same;
        before->same = i;
    }
}

static Status look_up_row(Run *run, StoreView *view, const Lookup *lookup)
{
    StoreRow row;
    bool found;
    Status st = store_view_get(view, run->reader->step, lookup->bytes, &row,
                               &found);
    return st.kind || !found ? st : show(run, &row, 1);
}

static Status look_up_windows(Run *run, StoreView *view, const Lookup *lookup)
{
    TableReader *reader = run->reader;
    StoreWindows windows = windows_of(reader, lookup);
    StoreRow *rows;
    int count;
    Status st = store_view_windows(view, reader->step, lookup->bytes, &windows,
                                   &rows, &count);
    if (st.kind) return st;
    count = pick_windows(reader, lookup, rows, count);
    return show(run, rows, count);
}

static Status look_up(Run *run, const Lookup *lookup)
{
    TableReader *reader = run->reader;
    int32_t partition = broker_partition(lookup->bytes,
                                         reader->table->partitions);
    StoreView *view;
    bool is_windowed = reader->kept->window != WINDOW_NONE;
    arena_reset(reader->step);
    if (is_windowed && reader->kept->kind != PLAN_AGGREGATE)
        return scan_view(run, partition, lookup->bytes,
                         after_prefix(run->arena, lookup->bytes), lookup);
    Status st = find_view(run, partition, &view);
    if (!st.kind)
        st = is_windowed ? look_up_windows(run, view, lookup)
                         : look_up_row(run, view, lookup);
    return where(run, partition, st);
}

static Status run_keys(Run *run)
{
    TableReader *reader = run->reader;
    Status st = st_ok();
    for (int i = 0; i < reader->lookup_count && !st.kind; i++) {
        reader->lookups[i].bytes = STR_NULL;
        if (!reader->lookups[i].never)
            st = encode_key(run, &reader->lookups[i]);
    }
    if (st.kind) return st;
    link_same(run->arena, reader);
    for (int i = 0; i < reader->lookup_count && !st.kind && !run->done; i++) {
        const Lookup *lookup = &reader->lookups[i];
        if (lookup->bytes.ptr && !lookup->follows) st = look_up(run, lookup);
    }
    return st;
}

/* The bytes just behind `key` in order. */
static Str after(Arena *arena, Str key)
{
    char *p = arena_alloc(arena, key.len + 1);
    memcpy(p, key.ptr, key.len);
    p[key.len] = 0;
    return (Str){p, key.len + 1};
}

/* The only range of the query, where the order of the store is that of the
 * values; several are found by reading all. */
static bool find_range(Run *run, Str *from, Str *to)
{
    const TableReader *reader = run->reader;
    const Lookup *lookup = &reader->lookups[0];
    if (reader->lookup_count != 1 || !lookup->is_range) return true;
    if (lookup->range.null) return false;
    if (!str_eq(str_from(reader->key_spec->format->name), STR("KAFKA")))
        return true;
    switch (lookup->range_op) {
    case CMP_LT: *to = lookup->range.str; break;
    case CMP_LE: *to = after(run->arena, lookup->range.str); break;
    case CMP_GT: *from = after(run->arena, lookup->range.str); break;
    default: *from = lookup->range.str; break;
    }
    return true;
}

/* Texts of a step do not live long enough. */
static Status keep_text(Arena *arena, Status st)
{
    if (st.kind) st.text = str_cstr(arena, str_from(st.text));
    return st;
}

STATUS table_reader_run(TableReader *reader, Arena *arena,
                        bool (*visit)(void *context, const Value *values),
                        void *context)
{
    Run run = {reader, arena, visit, context, reader->limit, false};
    Status st = st_ok();
    run.done = run.left == 0;
    if (reader->pull->method == PULL_KEYS)
        return keep_text(arena, run_keys(&run));
    Str from = STR_NULL, to = STR_NULL;
    if (!find_range(&run, &from, &to)) return st;
    for (int p = 0; p < reader->table->partitions && !st.kind && !run.done; p++)
        st = scan_view(&run, p, from, to, NULL);
    return keep_text(arena, st);
}
