/* SPDX-License-Identifier: Apache-2.0
 *
 * The name map, against a plain list that does the same.
 */
#include "base/map.h"
#include "tests/unit/check.h"

static void test_basics(Arena *arena)
{
    Map map = {0};
    int a, b;
    CHECK(map_get(&map, STR("x")) == NULL);
    CHECK(map_remove(&map, STR("x")) == NULL);
    CHECK(map_put(arena, &map, STR("x"), &a) == NULL);
    CHECK(map_put(arena, &map, STR(""), &b) == NULL);
    CHECK(map_get(&map, STR("x")) == &a && map_get(&map, STR("")) == &b);
    CHECK(map_put(arena, &map, STR("x"), &b) == &a);
    CHECK(map_get(&map, STR("x")) == &b && map.live == 2);
    CHECK(map_remove(&map, STR("x")) == &b && map.live == 1);
    CHECK(map_get(&map, STR("x")) == NULL);
    CHECK(map_remove(&map, STR("x")) == NULL);
    /* Put again, it comes last. */
    map_put(arena, &map, STR("x"), &a);
    CHECK_STR(map.entries[map.count - 1].key, "x");
}

enum { NAMES = 300, STEPS = 20000 };

/* The order of keys in the map must be that of `order`. */
static bool same_order(const Map *map, Str *order, int count)
{
    int at = 0;
    for (int i = 0; i < map->count; i++) {
        if (!map->entries[i].value) continue;
        if (at == count || !str_eq(map->entries[i].key, order[at++]))
            return false;
    }
    return at == count && map->live == count;
}

static void test_random(Arena *arena)
{
    Str names[NAMES], order[NAMES];
    int values[NAMES];
    void *wanted[NAMES] = {0};
    int count = 0;
    for (int i = 0; i < NAMES; i++)
        names[i] = str_printf(arena, "name_%d", i);
    Map map = {0};
    uint32_t random = 1;
    int wrong = 0;
    for (int step = 0; step < STEPS; step++) {
        random = random * 1664525 + 1013904223;
        int n = (int)(random >> 16) % NAMES;
        bool remove = (random >> 10 & 3) == 0;
        void *before;
        if (remove) {
            before = map_remove(&map, names[n]);
            int at = 0;
            while (at < count && !str_eq(order[at], names[n]))
                at++;
            if (at < count) {
                memmove(order + at, order + at + 1,
                        sizeof order[0] * (size_t)(count - at - 1));
                count--;
            }
        } else {
            before = map_put(arena, &map, names[n], &values[n]);
            if (!before) order[count++] = names[n];
        }
        wrong += before != wanted[n];
        wanted[n] = remove ? NULL : &values[n];
        if (step % 500 == 0) wrong += !same_order(&map, order, count);
    }
    for (int i = 0; i < NAMES; i++)
        wrong += map_get(&map, names[i]) != wanted[i];
    CHECK(wrong == 0);
    CHECK(map.cap <= 4 * NAMES);
}

static void test_hash(void)
{
    CHECK(hash_bytes("abc", 3) == hash_bytes("abcd", 3));
    CHECK(hash_bytes("abc", 3) != hash_bytes("abd", 3));
    CHECK(hash_bytes(NULL, 0) == hash_bytes("", 0));
}

int main(void)
{
    Arena *arena = arena_new("test", 0);
    test_basics(arena);
    test_random(arena);
    test_hash();
    arena_free(arena);
    return check_done();
}
