/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of entries against a sorted array, with keys that differ early,
 * late, or only in length.
 */
#include "state/store_order.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "tests/unit/check.h"

enum { KEYS = 3000, KEY_MAX = 40 };

static StoreEntry entries[KEYS];
static char keys[KEYS][KEY_MAX];

static Str key_of(const StoreEntry *entry)
{
    return (Str){entry->key, entry->key_len};
}

static int compare(const void *a, const void *b)
{
    return str_compare(key_of(*(StoreEntry *const *)a),
                       key_of(*(StoreEntry *const *)b));
}

/* Keys of one kind, in no order unless it says so. */
static void make_keys(const char *kind)
{
    for (int i = 0; i < KEYS; i++) {
        int n = 0, number = (int)((int64_t)i * 7919 % KEYS);
        if (!strcmp(kind, "text"))
            n = snprintf(keys[i], KEY_MAX, "k%d", number);
        else if (!strcmp(kind, "common"))
            n = snprintf(keys[i], KEY_MAX, "a-long-common-prefix-%06d", number);
        else if (!strcmp(kind, "ascending"))
            n = snprintf(keys[i], KEY_MAX, "%09d", i);
        else if (!strcmp(kind, "late"))
            n = snprintf(keys[i], KEY_MAX, "%d-aaaaaaaaaaaaaaaa-%d", number % 3,
                         number);
        else if (!strcmp(kind, "zeros")) /* k, k 0, k 0 0, ... */
            n = 1 + number % 30, memset(keys[i], 0, KEY_MAX),
            keys[i][0] = (char)(number / 30);
        entries[i] = (StoreEntry){.key = keys[i], .key_len = (uint32_t)n};
    }
}

static void check_walk(const Order *order, StoreEntry **sorted, int count)
{
    OrderCursor cursor = order_seek(order, STR(""));
    for (int i = 0; i < count; i++)
        CHECK(order_next(&cursor) == sorted[i]);
    CHECK(order_next(&cursor) == NULL);
    for (int i = 0; i < count; i += 7) {
        cursor = order_seek(order, key_of(sorted[i]));
        CHECK(order_next(&cursor) == sorted[i]);
        /* The next longer key, which is not there or is the next. */
        char longer[KEY_MAX + 1];
        memcpy(longer, sorted[i]->key, sorted[i]->key_len);
        longer[sorted[i]->key_len] = 0;
        cursor = order_seek(order, (Str){longer, sorted[i]->key_len + 1});
        CHECK(order_next(&cursor) == (i + 1 < count ? sorted[i + 1] : NULL));
    }
    cursor = order_seek(order, STR("\xff\xff\xff"));
    CHECK(order_next(&cursor) == NULL);
}

static void test_kind(const char *kind)
{
    make_keys(kind);
    StoreEntry **all = mem_alloc(KEYS * sizeof(StoreEntry *));
    StoreEntry **sorted = mem_alloc(KEYS * sizeof(StoreEntry *));
    for (int i = 0; i < KEYS; i++)
        all[i] = sorted[i] = &entries[i];
    qsort(sorted, KEYS, sizeof *sorted, compare);
    order_sort(all, KEYS);
    CHECK(!memcmp(all, sorted, KEYS * sizeof *all));
    for (int i = 0; i < 100; i++)
        all[i] = &entries[i];
    order_sort(all, 100);
    for (int i = 1; i < 100; i++)
        CHECK(compare(&all[i - 1], &all[i]) < 0);

    Order *order = order_new(NULL, 0);
    check_walk(order, sorted, 0);
    for (int i = 0; i < KEYS; i++)
        order_add(order, &entries[i]);
    check_walk(order, sorted, KEYS);
    Order *loaded = order_new(sorted, KEYS);
    check_walk(loaded, sorted, KEYS);
    /* Every third stays. */
    int left = 0;
    for (int i = 0; i < KEYS; i++) {
        if (i % 3 == 0) {
            sorted[left++] = sorted[i];
            continue;
        }
        order_remove(order, sorted[i]);
        order_remove(loaded, sorted[i]);
    }
    check_walk(order, sorted, left);
    check_walk(loaded, sorted, left);
    for (int i = 0; i < left; i++)
        order_remove(order, sorted[i]);
    check_walk(order, sorted, 0);
    for (int i = KEYS - 1; i >= 0; i--)
        order_add(order, &entries[i]);
    order_free(order);
    order_free(loaded);
    mem_free(all);
    mem_free(sorted);
}

int main(void)
{
    const char *const kinds[] = {"text", "common", "ascending", "late",
                                 "zeros"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        test_kind(kinds[i]);
    return check_done();
}
