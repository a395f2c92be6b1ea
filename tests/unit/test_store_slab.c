/* SPDX-License-Identifier: Apache-2.0
 *
 * Blocks of all sizes keep what was written to them, whatever else is taken and
 * given back, and what is given back is used again.
 */
#include "state/store_slab.h"

#include <stdint.h>

#include "tests/unit/check.h"

enum { BLOCKS = 20000, ROUNDS = 400000, SIZE_MAX_BYTES = 700 };

static struct {
    unsigned char *at;
    size_t size;
} blocks[BLOCKS];
static uint64_t seed = 3;

static size_t random_below(size_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (size_t)((seed >> 33) % below);
}

static unsigned char mark_of(int i)
{
    return (unsigned char)(i * 7 + 1);
}

static void take(Slab *slab, int i, size_t size)
{
    blocks[i].size = size;
    blocks[i].at = slab_take(slab, size);
    CHECK((uintptr_t)blocks[i].at % 16 == 0);
    CHECK(slab_block_bytes(size) >= size);
    memset(blocks[i].at, mark_of(i), size);
}

static void give(Slab *slab, int i)
{
    bool same = true;
    for (size_t b = 0; b < blocks[i].size; b++)
        if (blocks[i].at[b] != mark_of(i)) same = false;
    CHECK(same);
    slab_give(slab, blocks[i].at, blocks[i].size);
    blocks[i].at = NULL;
}

static void test_random(void)
{
    Slab *slab = slab_new();
    for (int round = 0; round < ROUNDS; round++) {
        int i = (int)random_below(BLOCKS);
        if (blocks[i].at)
            give(slab, i);
        else
            take(slab, i,
                 random_below(4) ? 120 + random_below(60)
                                 : 1 + random_below(SIZE_MAX_BYTES));
    }
    for (int i = 0; i < BLOCKS; i++)
        if (blocks[i].at) give(slab, i);
    slab_free(slab); /* Asserts that no chunk is left but one of a size. */
}

/* As a store whose oldest entries go. */
static void test_sliding(void)
{
    Slab *slab = slab_new();
    for (int i = 0; i < 3 * BLOCKS; i++) {
        if (blocks[i % BLOCKS].at) give(slab, i % BLOCKS);
        take(slab, i % BLOCKS, 200);
    }
    for (int i = 0; i < BLOCKS; i++)
        give(slab, i);
    slab_free(slab);
}

int main(void)
{
    test_random();
    test_sliding();
    return check_done();
}
