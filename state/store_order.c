/* SPDX-License-Identifier: Apache-2.0
 *
 * Order: sorted leaves of up to LEAF_MAX entries under one sorted array.
 *
 *     tops   [ head,leaf | head,leaf | head,leaf ... ]    one per leaf
 *                 |
 *     leaf   [ heads ... | entries ... ]                  never empty
 *
 * Two levels are enough for some millions of entries: an insertion moves at
 * most a leaf, and one in LEAF_MAX / 2 moves the array of leaves.
 *
 * A head is the eight bytes of a key behind the `skip` bytes that all keys have
 * in common, as a big-endian number; padded with zeros. Different heads decide
 * an order without touching the entries, equal ones are decided by the keys.
 * `skip` only shrinks, when a key comes that differs earlier; then all heads
 * are computed again, which happens at most as often as the first key has
 * bytes.
 *
 * Sorting uses heads too: a radix sort by head, then the runs of equal heads by
 * comparison. Sorting 1 M entries takes about 0.1 us each, against 0.6 us by
 * qsort with memcmp, which misses the cache at each comparison.
 */
#include "state/store_order.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

enum {
    LEAF_MAX = 128,
    RADIX_MIN = 256, /* Fewer are sorted by comparison. */
};

typedef struct Leaf {
    int count;
    uint64_t heads[LEAF_MAX];
    StoreEntry *entries[LEAF_MAX];
} Leaf;

typedef struct Top {
    uint64_t head; /* Of the leaf's first entry. */
    Leaf *leaf;
} Top;

struct Order {
    Top *tops;
    int count, cap;
    size_t skip; /* Bytes that all keys have in common. */
};

static Str key_of(const StoreEntry *entry)
{
    return (Str){entry->key, entry->key_len};
}

static uint64_t head_of(Str key, size_t skip)
{
    unsigned char bytes[8] = {0};
    if (key.len > skip) {
        size_t len = key.len - skip < 8 ? key.len - skip : 8;
        memcpy(bytes, key.ptr + skip, len);
    }
    uint64_t head;
    memcpy(&head, bytes, 8);
    return __builtin_bswap64(head);
}

static size_t common_prefix(Str a, Str b, size_t max)
{
    if (a.len < max) max = a.len;
    if (b.len < max) max = b.len;
    size_t i = 0;
    while (i < max && a.ptr[i] == b.ptr[i])
        i++;
    return i;
}

/* ---- the index ---- */

static void compute_heads(Order *order)
{
    for (int i = 0; i < order->count; i++) {
        Leaf *leaf = order->tops[i].leaf;
        for (int j = 0; j < leaf->count; j++)
            leaf->heads[j] = head_of(key_of(leaf->entries[j]), order->skip);
        order->tops[i].head = leaf->heads[0];
    }
}

static void shrink_skip(Order *order, Str key)
{
    if (!order->count) {
        order->skip = key.len;
        return;
    }
    Str first = key_of(order->tops[0].leaf->entries[0]);
    size_t skip = common_prefix(first, key, order->skip);
    if (skip == order->skip) return;
    order->skip = skip;
    compute_heads(order);
}

/* Order of (head, key) against an entry: <0, 0, >0. */
static int compare(uint64_t head, Str key, uint64_t entry_head,
                   const StoreEntry *entry)
{
    if (head != entry_head) return head < entry_head ? -1 : 1;
    return str_compare(key, key_of(entry));
}

/* The last leaf whose first key is <= key, or 0. */
static int find_leaf(const Order *order, uint64_t head, Str key)
{
    int low = 0, high = order->count;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        const Top *top = &order->tops[middle];
        if (compare(head, key, top->head, top->leaf->entries[0]) < 0)
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* The first place in a leaf whose key is >= key. */
static int find_place(const Leaf *leaf, uint64_t head, Str key)
{
    int low = 0, high = leaf->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (compare(head, key, leaf->heads[middle], leaf->entries[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static Leaf *insert_leaf(Order *order, int at)
{
    if (order->count == order->cap) {
        order->cap = order->cap ? order->cap * 2 : 8;
        order->tops = mem_realloc(order->tops,
                                  (size_t)order->cap * sizeof(Top));
    }
    memmove(&order->tops[at + 1], &order->tops[at],
            (size_t)(order->count - at) * sizeof(Top));
    order->count++;
    Leaf *leaf = mem_alloc(sizeof *leaf);
    leaf->count = 0;
    order->tops[at] = (Top){0, leaf};
    return leaf;
}

/* Moves the upper half of a full leaf to a new one behind it. */
static void split_leaf(Order *order, int at)
{
    Leaf *right = insert_leaf(order, at + 1);
    Leaf *left = order->tops[at].leaf;
    int keep = LEAF_MAX / 2;
    right->count = LEAF_MAX - keep;
    memcpy(right->heads, left->heads + keep,
           (size_t)right->count * sizeof *right->heads);
    memcpy(right->entries, left->entries + keep,
           (size_t)right->count * sizeof *right->entries);
    left->count = keep;
    order->tops[at + 1].head = right->heads[0];
}

Order *order_new(StoreEntry *const *sorted, size_t count)
{
    Order *order = mem_zalloc(sizeof *order);
    if (!count) return order;
    /* Sorted, so what first and last have in common, all have. */
    Str first = key_of(sorted[0]);
    order->skip = common_prefix(first, key_of(sorted[count - 1]), first.len);
    const size_t fill = LEAF_MAX * 3 / 4;
    for (size_t i = 0; i < count; i++) {
        Leaf *leaf = i % fill ? order->tops[order->count - 1].leaf
                              : insert_leaf(order, order->count);
        leaf->entries[leaf->count++] = sorted[i];
    }
    compute_heads(order);
    return order;
}

void order_free(Order *order)
{
    if (!order) return;
    for (int i = 0; i < order->count; i++)
        mem_free(order->tops[i].leaf);
    mem_free(order->tops);
    mem_free(order);
}

void order_add(Order *order, StoreEntry *entry)
{
    Str key = key_of(entry);
    shrink_skip(order, key);
    uint64_t head = head_of(key, order->skip);
    if (!order->count) insert_leaf(order, 0);
    int i = find_leaf(order, head, key);
    Leaf *leaf = order->tops[i].leaf;
    int at = find_place(leaf, head, key);
    if (leaf->count == LEAF_MAX) {
        if (i == order->count - 1 && at == LEAF_MAX) {
            /* Ascending keys leave full leaves behind them. */
            leaf = insert_leaf(order, ++i);
            at = 0;
        } else {
            split_leaf(order, i);
            leaf = order->tops[i].leaf;
            if (at > leaf->count) {
                at -= leaf->count;
                leaf = order->tops[++i].leaf;
            }
        }
    }
    size_t behind = (size_t)(leaf->count - at);
    memmove(leaf->heads + at + 1, leaf->heads + at,
            behind * sizeof *leaf->heads);
    memmove(leaf->entries + at + 1, leaf->entries + at,
            behind * sizeof *leaf->entries);
    leaf->heads[at] = head;
    leaf->entries[at] = entry;
    leaf->count++;
    order->tops[i].head = leaf->heads[0];
}

void order_remove(Order *order, StoreEntry *entry)
{
    Str key = key_of(entry);
    uint64_t head = head_of(key, order->skip);
    int i = find_leaf(order, head, key);
    Leaf *leaf = order->tops[i].leaf;
    int at = find_place(leaf, head, key);
    assert(at < leaf->count && leaf->entries[at] == entry);
    leaf->count--;
    size_t behind = (size_t)(leaf->count - at);
    memmove(leaf->heads + at, leaf->heads + at + 1,
            behind * sizeof *leaf->heads);
    memmove(leaf->entries + at, leaf->entries + at + 1,
            behind * sizeof *leaf->entries);
    if (leaf->count) {
        order->tops[i].head = leaf->heads[0];
        return;
    }
    mem_free(leaf);
    order->count--;
    memmove(&order->tops[i], &order->tops[i + 1],
            (size_t)(order->count - i) * sizeof(Top));
}

size_t order_bytes(const Order *order)
{
    if (!order) return 0;
    return sizeof *order + (size_t)order->cap * sizeof(Top) +
           (size_t)order->count * sizeof(Leaf);
}

OrderCursor order_seek(const Order *order, Str from)
{
    OrderCursor cursor = {order, 0, 0};
    if (!order->count) return cursor;
    Str first = key_of(order->tops[0].leaf->entries[0]);
    if (common_prefix(first, from, order->skip) < order->skip) {
        /* Outside of what all keys have in common: before or behind all. */
        if (str_compare(from, first) > 0) cursor.leaf = order->count;
        return cursor;
    }
    uint64_t head = head_of(from, order->skip);
    cursor.leaf = find_leaf(order, head, from);
    cursor.at = find_place(order->tops[cursor.leaf].leaf, head, from);
    return cursor;
}

StoreEntry *order_next(OrderCursor *cursor)
{
    const Order *order = cursor->order;
    if (cursor->leaf < order->count &&
        cursor->at == order->tops[cursor->leaf].leaf->count) {
        cursor->leaf++;
        cursor->at = 0;
    }
    if (cursor->leaf >= order->count) return NULL;
    return order->tops[cursor->leaf].leaf->entries[cursor->at++];
}

/* ---- sorting ---- */

typedef struct Sortable {
    uint64_t head;
    StoreEntry *entry;
} Sortable;

static int compare_sortables(const void *a, const void *b)
{
    const Sortable *x = a, *y = b;
    return compare(x->head, key_of(x->entry), y->head, y->entry);
}

/* By head only, a byte at a time from the last; bytes that are the same in all
 * heads take no pass. Returns where the result is. */
static Sortable *sort_by_head(Sortable *from, Sortable *to, size_t count)
{
    for (int shift = 0; shift < 64; shift += 8) {
        size_t starts[256] = {0};
        for (size_t i = 0; i < count; i++)
            starts[(from[i].head >> shift) & 255]++;
        if (starts[(from[0].head >> shift) & 255] == count) continue;
        size_t sum = 0;
        for (int b = 0; b < 256; b++) {
            size_t here = starts[b];
            starts[b] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            to[starts[(from[i].head >> shift) & 255]++] = from[i];
        Sortable *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

void order_sort(StoreEntry **entries, size_t count)
{
    if (count < 2) return;
    Str first = key_of(entries[0]);
    size_t skip = first.len;
    for (size_t i = 1; i < count; i++)
        skip = common_prefix(first, key_of(entries[i]), skip);
    Sortable *at = mem_alloc(2 * count * sizeof *at);
    for (size_t i = 0; i < count; i++)
        at[i] = (Sortable){head_of(key_of(entries[i]), skip), entries[i]};
    Sortable *sorted = at;
    if (count < RADIX_MIN) {
        qsort(at, count, sizeof *at, compare_sortables);
    } else {
        sorted = sort_by_head(at, at + count, count);
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i + 1; end < count; end++)
                if (sorted[end].head != sorted[i].head) break;
            if (end - i > 1)
                qsort(sorted + i, end - i, sizeof *at, compare_sortables);
        }
    }
    for (size_t i = 0; i < count; i++)
        entries[i] = sorted[i].entry;
    mem_free(at);
}
