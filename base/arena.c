/* SPDX-License-Identifier: Apache-2.0
 *
 * Arenas: a chain of blocks, the newest of which is cut up from its front.
 *
 *     Arena  at -------------------+   end ------+
 *            blocks -> [ header | used | free    ] -> [ older block ] -> NULL
 *
 * Each block is twice as large as the one before, and a reset keeps the largest
 * one. An arena that is reset again and again (one batch after the other)
 * therefore ends with one block that fits its work, and then never calls the
 * heap. The maximum is checked when a block is opened: a block is never made
 * larger than what is left, so the fast path need not look.
 *
 * Under AddressSanitizer each allocation is a block of its own and `at` equals
 * `end` always: overruns and stale pointers into a reset arena are reported as
 * for any heap memory.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_CHECKED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_CHECKED true
#endif
#endif
#ifndef ARENA_CHECKED
#define ARENA_CHECKED false
#endif

typedef struct ArenaBlock {
    struct ArenaBlock *next; /* The one opened before. */
    size_t size;             /* Of data. */
    _Alignas(16) char data[];
} ArenaBlock;

enum {
    BLOCK_FIRST_BYTES = 4096 - sizeof(ArenaBlock) - 16,
    BLOCK_GROWTH_MAX_BYTES = 64 << 20,
};

Arena *arena_new(const char *name, size_t max_bytes)
{
    assert(name);
    Arena *arena = mem_zalloc(sizeof *arena);
    arena->name = name;
    arena->max_bytes = max_bytes;
    /* Not NULL, so that the first allocation of 0 bytes is not either. */
    arena->at = arena->end = (char *)arena;
    return arena;
}

static void free_blocks(ArenaBlock *block)
{
    while (block) {
        ArenaBlock *next = block->next;
        mem_free(block);
        block = next;
    }
}

void arena_free(Arena *arena)
{
    if (!arena) return;
    free_blocks(arena->blocks);
    mem_free(arena);
}

/* Unlinks the largest block and returns it. */
static ArenaBlock *take_largest(Arena *arena)
{
    ArenaBlock **largest = &arena->blocks;
    for (ArenaBlock **link = largest; *link; link = &(*link)->next)
        if ((*link)->size > (*largest)->size) largest = link;
    ArenaBlock *block = *largest;
    *largest = block->next;
    return block;
}

void arena_reset(Arena *arena)
{
    if (!arena->blocks) return;
    arena->used_bytes = 0;
    if (ARENA_CHECKED) {
        free_blocks(arena->blocks);
        arena->blocks = NULL;
        arena->at = arena->end = (char *)arena;
        return;
    }
    ArenaBlock *kept = take_largest(arena);
    free_blocks(arena->blocks);
    kept->next = NULL;
    arena->blocks = kept;
    arena->at = kept->data;
    arena->end = kept->data + kept->size;
}

size_t arena_used_bytes(const Arena *arena)
{
    if (!arena->blocks) return 0;
    return arena->used_bytes + (size_t)(arena->at - arena->blocks->data);
}

/* The size of the block to open for an allocation of `size` bytes when
 * `used_bytes` are already handed out. */
static size_t choose_block_size(const Arena *arena, size_t size,
                                size_t used_bytes)
{
    if (ARENA_CHECKED) return size;
    size_t want = BLOCK_FIRST_BYTES;
    if (arena->blocks) {
        want = arena->blocks->size + sizeof(ArenaBlock) + 16;
        want = want < BLOCK_GROWTH_MAX_BYTES / 2 ? want * 2
                                                 : BLOCK_GROWTH_MAX_BYTES;
        want -= sizeof(ArenaBlock) + 16;
    }
    if (arena->max_bytes && want > arena->max_bytes - used_bytes)
        want = arena->max_bytes - used_bytes;
    return want > size ? want & ~(size_t)15 : size;
}

void *arena_alloc_slow(Arena *arena, size_t size)
{
    assert(size % 16 == 0);
    size_t used_bytes = arena_used_bytes(arena);
    if (arena->max_bytes &&
        (used_bytes > arena->max_bytes || size > arena->max_bytes - used_bytes))
        mem_exhausted(arena->name, size);
    size_t block_size = choose_block_size(arena, size, used_bytes);
    ArenaBlock *block = mem_alloc(sizeof *block + block_size);
    block->size = block_size;
    block->next = arena->blocks;
    arena->used_bytes = used_bytes;
    arena->blocks = block;
    arena->at = block->data + size;
    arena->end = block->data + block_size;
    return block->data;
}

void *arena_zalloc(Arena *arena, size_t size)
{
    void *p = arena_alloc(arena, size);
    memset(p, 0, size);
    return p;
}

void *arena_copy(Arena *arena, const void *from, size_t size)
{
    void *p = arena_alloc(arena, size);
    if (size) memcpy(p, from, size);
    return p;
}
