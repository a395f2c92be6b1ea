/* SPDX-License-Identifier: Apache-2.0
 *
 * What a call site has made of its argument texts, by text.
 *
 * Almost every call has a literal there, so the last key is looked at first;
 * others are found in a map. When it is full, all are dropped: a column of ever
 * new patterns costs what compiling them costs, but no more and more memory.
 */
#include "base/alloc.h"
#include "functions/function_int.h"

enum { MEMO_MAX = 256 };

typedef struct Entry {
    Str key;
    void *made;
} Entry;

typedef struct Memo {
    Arena *own; /* Keys and the map. */
    Map made;   /* Key to Entry. */
    Entry *last;
    void (*drop)(void *made);
} Memo;

static void drop_all(Memo *memo)
{
    for (int i = 0; i < memo->made.count; i++)
        memo->drop(((Entry *)memo->made.entries[i].value)->made);
    memo->made = (Map){0};
    memo->last = NULL;
    arena_reset(memo->own);
}

static void free_memo(void *cache)
{
    Memo *memo = cache;
    drop_all(memo);
    arena_free(memo->own);
    mem_free(memo);
}

void *fn_memo(FnCall *call, Str key, void *(*make)(FnCall *call, Str key),
              void (*drop)(void *made))
{
    Memo *memo = call->cache;
    if (!memo) {
        memo = mem_zalloc(sizeof *memo);
        memo->own = arena_new("function memo", 0);
        memo->drop = drop;
        call->cache = memo;
        call->cache_free = free_memo;
    }
    if (memo->last && str_eq(memo->last->key, key)) return memo->last->made;
    Entry *entry = map_get(&memo->made, key);
    if (!entry) {
        if (memo->made.live == MEMO_MAX) drop_all(memo);
        entry = ARENA_NEW(memo->own, Entry);
        entry->key = str_copy(memo->own, key);
        entry->made = make(call, entry->key);
        map_put(memo->own, &memo->made, entry->key, entry);
    }
    memo->last = entry;
    return entry->made;
}
