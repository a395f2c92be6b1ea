/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries by key proper against a table of which entry is there: keys with one
 * entry and keys with thousands, added and removed in the order of their times
 * and in none.
 */
#include "state/store_group.h"

#include "base/map.h"
#include "tests/unit/check.h"

enum { USERS = 700, TIMES = 40, HOT_TIMES = 5000, SUFFIX = 12, KEY_MAX = 40 };

typedef struct Row {
    StoreEntry entry;
    char key[KEY_MAX];
    bool there;
} Row;

static Row rows[USERS * TIMES], hot[HOT_TIMES];
static uint64_t seed = 1;

static int random_below(int below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)below);
}

static void make_row(Row *row, int user, int time)
{
    int n = snprintf(row->key, KEY_MAX, "user%d", user);
    memset(row->key + n, 0, SUFFIX);
    for (int i = 0; i < 4; i++)
        row->key[n + 4 + i] = (char)(time >> (24 - 8 * i));
    row->there = false;
    row->entry = (StoreEntry){.key = row->key,
                              .key_len = (uint32_t)(n + SUFFIX)};
}

static void toggle(KeyGroups *groups, Row *row)
{
    if (row->there)
        key_groups_remove(groups, &row->entry);
    else
        key_groups_add(groups, &row->entry);
    row->there = !row->there;
}

/* The groups have just the rows of a user that are there, by time. */
static void check_user(const KeyGroups *groups, Row *first, int times)
{
    Str key = {first->key, first->entry.key_len - SUFFIX};
    int count = 0, expected = 0;
    StoreEntry *const *found = key_groups_find(
        groups, hash_bytes(key.ptr, key.len), key, &count);
    for (int t = 0; t < times; t++) {
        if (!first[t].there) continue;
        CHECK(expected < count && found[expected] == &first[t].entry);
        expected++;
    }
    CHECK(count == expected);
    CHECK((found == NULL) == (expected == 0));
}

static void test_random(void)
{
    KeyGroups *groups = key_groups_new(SUFFIX);
    size_t empty = key_groups_bytes(groups);
    for (int i = 0; i < USERS * TIMES; i++)
        make_row(&rows[i], i / TIMES, i % TIMES);
    for (int round = 0; round < 200000; round++) {
        /* Few users with many rows, many with one or none. */
        int user = random_below(3) ? random_below(USERS) : random_below(20);
        int time = user < 20 ? random_below(TIMES) : random_below(2);
        toggle(groups, &rows[user * TIMES + time]);
        if (round % 50 == 0) check_user(groups, &rows[user * TIMES], TIMES);
    }
    for (int user = 0; user < USERS; user++)
        check_user(groups, &rows[user * TIMES], TIMES);
    CHECK(key_groups_bytes(groups) > empty);
    for (int i = 0; i < USERS * TIMES; i++)
        if (rows[i].there) toggle(groups, &rows[i]);
    for (int user = 0; user < USERS; user++)
        check_user(groups, &rows[user * TIMES], TIMES);
    key_groups_free(groups);
}

/* As a stream does: the youngest is added, the oldest goes; now and then one
 * comes late. */
static void test_hot_key(void)
{
    KeyGroups *groups = key_groups_new(SUFFIX);
    size_t most = 0;
    for (int t = 0; t < HOT_TIMES; t++)
        make_row(&hot[t], 7, t);
    for (int t = 0; t < HOT_TIMES; t++) {
        if (t % 10 != 3) toggle(groups, &hot[t]);
        if (t % 10 == 9) toggle(groups, &hot[t - 6]);
        if (t >= 100 && hot[t - 100].there) toggle(groups, &hot[t - 100]);
        if (t % 100 == 0) check_user(groups, hot, HOT_TIMES);
        if (key_groups_bytes(groups) > most) most = key_groups_bytes(groups);
    }
    check_user(groups, hot, HOT_TIMES);
    CHECK(most < 10000); /* The gap at the beginning is used again. */
    key_groups_free(groups);
    key_groups_free(NULL);
    CHECK(key_groups_bytes(NULL) == 0);
}

int main(void)
{
    test_random();
    test_hot_key();
    return check_done();
}
