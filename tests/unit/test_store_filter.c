/* SPDX-License-Identifier: Apache-2.0
 *
 * A filter never denies what was added, and seldom claims what was not.
 */
#include "state/store_filter.h"

#include "base/map.h"
#include "tests/unit/check.h"

enum { ADDED = 200000 };

static uint64_t hash_of(int number)
{
    return hash_bytes(&number, sizeof number);
}

static int count_claims(const Filter *filter, int from, int count)
{
    int claims = 0;
    for (int i = from; i < from + count; i++)
        claims += filter_may_have(filter, hash_of(i));
    return claims;
}

/* At all sizes: before and after each level that is added. */
static void test_growing(void)
{
    Filter *filter = filter_new();
    CHECK(count_claims(filter, 0, 1000) == 0);
    for (int i = 0, next = 100; i < ADDED; i++) {
        filter_add(filter, hash_of(i));
        CHECK(filter_may_have(filter, hash_of(i)));
        if (i != next) continue;
        next = next * 5 / 4;
        CHECK(count_claims(filter, 0, i + 1) == i + 1);
        CHECK(count_claims(filter, ADDED, 10000) < 350);
    }
    CHECK(count_claims(filter, 0, ADDED) == ADDED);
    CHECK(filter_bytes(filter) < ADDED * 5);
    filter_free(filter);
}

static void test_repetition(void)
{
    Filter *filter = filter_new();
    size_t bytes = filter_bytes(filter);
    for (int i = 0; i < ADDED; i++)
        filter_add(filter, hash_of(i % 500));
    CHECK(filter_bytes(filter) == bytes);
    filter_free(filter);
    CHECK(filter_bytes(NULL) == 0);
    filter_free(NULL);
}

int main(void)
{
    test_growing();
    test_repetition();
    return check_done();
}
