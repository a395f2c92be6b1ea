/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters: blocked Bloom filters. A block is half a cache line, so a hash costs
 * one miss; it sets one bit in each of the block's eight words.
 *
 *     level 0  [ 32 blocks ]  level 1  [ 128 blocks ]  level 2  ...
 *
 * What was added is not known any more when a level is full, so the filter
 * grows by another level of four times the size, and looks in all of them. The
 * last two are most of it, and the others are in the processor's cache. False
 * answers of levels add up (a full one gives 1.2 % of them with 10 bits a hash,
 * 0.2 % with 16), so small levels have more bits: they cost next to nothing.
 */
#include "state/store_filter.h"

#include <assert.h>

#include "base/alloc.h"

enum {
    BLOCK_WORDS = 8,
    BITS_PER_HASH = 10,
    BITS_IF_SMALL = 16,
    SMALL_LEVELS = 4,
    FIRST_BLOCKS = 32,
    GROWTH = 4,
    LEVELS_MAX = 20, /* More than any memory. */
};

typedef struct Block {
    uint32_t words[BLOCK_WORDS];
} Block;

typedef struct Level {
    Block *blocks;
    size_t block_count;
    size_t room; /* Hashes that may still be added. */
} Level;

struct Filter {
    Level levels[LEVELS_MAX]; /* The last is the one that grows. */
    int count;
};

static size_t level_blocks(int level)
{
    size_t blocks = FIRST_BLOCKS;
    while (level-- > 0)
        blocks *= GROWTH;
    return blocks;
}

static void add_level(Filter *filter)
{
    assert(filter->count < LEVELS_MAX);
    size_t blocks = level_blocks(filter->count);
    size_t bits = filter->count < SMALL_LEVELS ? BITS_IF_SMALL : BITS_PER_HASH;
    filter->levels[filter->count++] = (Level){
        .blocks = mem_zalloc(blocks * sizeof(Block)),
        .block_count = blocks,
        .room = blocks * sizeof(Block) * 8 / bits,
    };
}

Filter *filter_new(void)
{
    Filter *filter = mem_zalloc(sizeof *filter);
    add_level(filter);
    return filter;
}

void filter_free(Filter *filter)
{
    if (!filter) return;
    for (int i = 0; i < filter->count; i++)
        mem_free(filter->levels[i].blocks);
    mem_free(filter);
}

/* The upper half of a hash chooses the block, the lower one its bits. */
static Block *find_block(const Level *level, uint64_t hash)
{
    return &level->blocks[(hash >> 32) & (level->block_count - 1)];
}

/* The hash's bit in a word. */
static uint32_t bit_of(uint64_t hash, int word)
{
    static const uint32_t odd[BLOCK_WORDS] = {
        0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f,
        0x165667b1, 0xd3a2646d, 0xfd7046c5, 0xb55a4f09,
    };
    return (uint32_t)1 << ((uint32_t)hash * odd[word] >> 27);
}

void filter_add(Filter *filter, uint64_t hash)
{
    if (filter_may_have(filter, hash)) return;
    if (!filter->levels[filter->count - 1].room) add_level(filter);
    Level *level = &filter->levels[filter->count - 1];
    Block *block = find_block(level, hash);
    for (int i = 0; i < BLOCK_WORDS; i++)
        block->words[i] |= bit_of(hash, i);
    level->room--;
}

static bool block_may_have(const Block *block, uint64_t hash)
{
    uint32_t missing = 0;
    for (int i = 0; i < BLOCK_WORDS; i++)
        missing |= ~block->words[i] & bit_of(hash, i);
    return !missing;
}

bool filter_may_have(const Filter *filter, uint64_t hash)
{
    for (int i = filter->count - 1; i >= 0; i--)
        if (block_may_have(find_block(&filter->levels[i], hash), hash))
            return true;
    return false;
}

size_t filter_bytes(const Filter *filter)
{
    if (!filter) return 0;
    size_t bytes = sizeof *filter;
    for (int i = 0; i < filter->count; i++)
        bytes += filter->levels[i].block_count * sizeof(Block);
    return bytes;
}
