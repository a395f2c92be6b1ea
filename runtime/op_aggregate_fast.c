/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates whose functions all change fixed states in place, while changes
 * wait for the commit: blocks of updates, in which the state rows are found
 * together and then each function goes through them as a column.
 *
 * Overlapping windows find their rows by way of open_windows.h: one look-up for
 * all windows of a record. What they change, when, and in which order it is
 * emitted is the same as with the store's own look-ups.
 */
#include "runtime/aggregate_int.h"

enum {
    /* Updates between two chances for readers of the store, who wait some 20
     * us at most. Fewer cost ingestion: prefetching begins anew. */
    BLOCK_UPDATES = 256,
    OPEN_BYTES_SPARE = 1 << 20,
};

/* Updates whose entries are found. */
typedef struct Block {
    int count;
    int rows[BLOCK_UPDATES];
    StoreEntry *entries[BLOCK_UPDATES]; /* NULL: the window has expired. */
    bool placed[BLOCK_UPDATES]; /* Dirty, and its place in the list is known to
                                   open_windows. */
} Block;

/* Updates of overlapping windows whose entries the store must find. */
typedef struct Missing {
    int count;
    int at[BLOCK_UPDATES]; /* In the block. */
    Str keys[BLOCK_UPDATES];
    int64_t starts[BLOCK_UPDATES];
    uint64_t touches[BLOCK_UPDATES];
    OpenWindow *places[BLOCK_UPDATES];
    StoreEntry *entries[BLOCK_UPDATES];
} Missing;

/* ---- opening ---- */

static bool is_fast(const Op *op, const AggState *state)
{
    if (op->node->aggregate.from_table || !task_merges(op->task)) return false;
    for (int i = 0; i < state->call_count; i++)
        if (!state->calls[i].fn->add_rows) return false;
    if (op->node->aggregate.window.kind == WINDOW_SESSION) return false;
    int states = state->slot_count - state->key_count;
    for (int i = 0; i < states; i++)
        if (!type_is_fixed(state->types[i])) return false;
    return true;
}

/* That a record is in, at most. */
static int64_t windows_per_row(const WindowSpec *window)
{
    return (window->size_ms + window->advance_ms - 1) / window->advance_ms;
}

void agg_fast_open(Op *op)
{
    AggState *state = op->state;
    const WindowSpec *window = &op->node->aggregate.window;
    state->fast = is_fast(op, state);
    if (!state->fast || window->kind != WINDOW_HOPPING) return;
    int64_t per_row = windows_per_row(window);
    if (per_row > 1 && per_row <= OPEN_WINDOWS_MAX)
        state->open = open_windows_new((int)per_row, window->advance_ms);
}

/* ---- changing ---- */

static void change_entry(Op *op, Batch *batch, int row, StoreEntry *entry,
                         bool placed)
{
    AggState *state = op->state;
    int64_t ms = batch->timestamps[row];
    store_before_change(state->store, entry);
    if (!entry->value) {
        agg_init(op, batch, row, state->values);
        agg_put(state, entry, state->values);
    } else if (entry->timestamp_ms > ms) {
        ms = entry->timestamp_ms;
    }
    if (placed)
        entry->timestamp_ms = ms;
    else
        store_mark(state->store, entry, ms);
    kept_headers_note(&state->headers, (Str){entry->key, entry->key_len}, batch,
                      row);
}

static void change_block(Op *op, Batch *batch, const Block *block)
{
    AggState *state = op->state;
    void *rows[BLOCK_UPDATES];
    uint16_t sel[BLOCK_UPDATES];
    int kept = 0;
    for (int i = 0; i < block->count; i++) {
        StoreEntry *entry = block->entries[i];
        if (!entry) {
            op->late++;
            continue;
        }
        change_entry(op, batch, block->rows[i], entry, block->placed[i]);
        rows[kept] = entry->value;
        sel[kept++] = (uint16_t)block->rows[i];
    }
    for (int i = 0; i < state->call_count; i++) {
        AggCall *call = &state->calls[i];
        call->call->arena = batch->arena;
        call->fn->add_rows(call->call, rows, state->slot_count,
                           call->first_slot, call->now, sel, kept);
    }
}

/* ---- one group by row ---- */

static void update_block(Op *op, Batch *batch, const Update *updates, int count,
                         const Str *keys)
{
    AggState *state = op->state;
    Block block = {.count = count};
    store_upsert_many(state->store, keys, count, block.entries);
    for (int i = 0; i < count; i++)
        block.rows[i] = updates[i].row;
    change_block(op, batch, &block);
}

static void update_groups(Op *op, Batch *batch)
{
    AggState *state = op->state;
    int count = state->update_count;
    Str *keys = ARENA_ARRAY(batch->arena, Str, count);
    for (int i = 0; i < count; i++)
        keys[i] = agg_store_key(op, batch->arena,
                                batch->key_bytes[state->updates[i].row],
                                state->updates[i].bounds);
    for (int from = 0; from < count; from += BLOCK_UPDATES) {
        int some = count - from < BLOCK_UPDATES ? count - from : BLOCK_UPDATES;
        update_block(op, batch, state->updates + from, some, keys + from);
        store_yield(state->store);
    }
}

/* ---- all windows of a row ---- */

static void prefetch_entry(const StoreEntry *entry)
{
    __builtin_prefetch(entry, 1);
    __builtin_prefetch((const char *)entry + 64, 1);
    __builtin_prefetch((const char *)entry + 128, 1);
}

/* The windows of one row. `newest`: the largest start so far, which tells what
 * has expired just as in the store. */
static void touch_windows(Op *op, Batch *batch, const Update *update,
                          OpenKey *key, int64_t *newest, Block *block,
                          Missing *missing)
{
    AggState *state = op->state;
    int row = update->row;
    int64_t advance = op->node->aggregate.window.advance_ms;
    for (int64_t start = update->bounds.start; start <= batch->timestamps[row];
         start += advance) {
        int at = block->count++;
        block->rows[at] = row;
        block->entries[at] = NULL;
        if (start > *newest) *newest = start;
        if (start <= *newest - state->retention_ms) continue;
        OpenWindow *place = open_windows_touch(state->open, key, start);
        block->entries[at] = place->entry;
        block->placed[at] = place->entry != NULL;
        if (place->entry) {
            prefetch_entry(place->entry);
            continue;
        }
        int m = missing->count++;
        missing->at[m] = at;
        missing->starts[m] = start;
        missing->touches[m] = place->touch;
        missing->places[m] = place;
        missing->keys[m] = agg_store_key(
            op, batch->arena, batch->key_bytes[row], (Bounds){start, 0});
    }
}

static void find_missing(Op *op, Block *block, Missing *missing)
{
    AggState *state = op->state;
    if (!missing->count) return;
    store_upsert_many(state->store, missing->keys, missing->count,
                      missing->entries);
    for (int m = 0; m < missing->count; m++) {
        block->entries[missing->at[m]] = missing->entries[m];
        open_windows_put(state->open, missing->places[m], missing->starts[m],
                         missing->touches[m], missing->entries[m]);
    }
}

static void window_block(Op *op, Batch *batch, const Update *updates, int count)
{
    AggState *state = op->state;
    Str keys[OPEN_WINDOWS_KEYS] = {0};
    OpenKey *found[OPEN_WINDOWS_KEYS];
    Block block;
    Missing missing;
    block.count = missing.count = 0;
    for (int i = 0; i < count; i++)
        keys[i] = batch->key_bytes[updates[i].row];
    open_windows_find(state->open, keys, count, found);
    int64_t newest = store_observed_ms(state->store);
    for (int i = 0; i < count; i++)
        touch_windows(op, batch, &updates[i], found[i], &newest, &block,
                      &missing);
    find_missing(op, &block, &missing);
    change_block(op, batch, &block);
}

static void update_windows(Op *op, Batch *batch)
{
    AggState *state = op->state;
    int most = (int)(BLOCK_UPDATES /
                     windows_per_row(&op->node->aggregate.window));
    if (most > OPEN_WINDOWS_KEYS) most = OPEN_WINDOWS_KEYS;
    for (int from = 0; from < state->update_count; from += most) {
        int count = state->update_count - from;
        if (count > most) count = most;
        window_block(op, batch, state->updates + from, count);
        store_yield(state->store);
    }
}

void agg_update_fast(Op *op, Batch *batch)
{
    AggState *state = op->state;
    store_begin(state->store);
    if (state->open)
        update_windows(op, batch);
    else
        update_groups(op, batch);
    store_end(state->store);
    if (state->open && open_windows_bytes(state->open) >
                           store_dirty_bytes(state->store) + OPEN_BYTES_SPARE)
        open_windows_settle(state->open, state->store);
}
