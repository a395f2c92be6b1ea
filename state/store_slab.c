/* SPDX-License-Identifier: Apache-2.0
 *
 * Slabs: each size, in steps of 16 bytes, has chunks of its own.
 *
 *     chunk  [ head | block | free | block | ... | fresh ............ ]
 *                              |                   never used so far
 *                              +--> next free block of the chunk
 *
 * A chunk lies at a multiple of its size, so a block finds it by its address.
 * Chunks with room hang in a list of their size; one that is empty goes back to
 * the heap unless it is the last with room. Entries that were made together are
 * mostly evicted together, so chunks do become empty.
 *
 * Under AddressSanitizer each block is the heap's, so that it sees blocks that
 * are used after they were given back.
 */
#include "state/store_slab.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"

enum {
    STEP_BYTES = 16,
    BLOCK_MAX_BYTES = 512, /* Larger ones are the heap's. */
    SIZES = BLOCK_MAX_BYTES / STEP_BYTES + 1,
    CHUNK_ALIGN = 32 << 10,
    /* So that the heap can place the next one right behind it. */
    CHUNK_BYTES = CHUNK_ALIGN - 64,
};

#ifdef __SANITIZE_ADDRESS__
enum { USES_HEAP = 1 };
#else
enum { USES_HEAP = 0 };
#endif

typedef struct FreeBlock {
    struct FreeBlock *next;
} FreeBlock;

typedef struct Chunk {
    struct Chunk *next, *prev; /* With room, of the same size. */
    FreeBlock *free;
    char *fresh; /* From here on nothing was ever used. */
    int used;
    int padding[3]; /* Blocks begin behind it, 16-aligned. */
} Chunk;

struct Slab {
    Chunk *with_room[SIZES]; /* By size / STEP_BYTES. */
};

static size_t round_up(size_t size)
{
    return (size + STEP_BYTES - 1) & ~(size_t)(STEP_BYTES - 1);
}

static bool is_of_heap(size_t size)
{
    return USES_HEAP || size > BLOCK_MAX_BYTES;
}

size_t slab_block_bytes(size_t size)
{
    /* The heap's header and rounding, on average. */
    return size > BLOCK_MAX_BYTES ? size + STEP_BYTES : round_up(size);
}

Slab *slab_new(void)
{
    return mem_zalloc(sizeof(Slab));
}

void slab_free(Slab *slab)
{
    for (int i = 0; i < SIZES; i++) {
        Chunk *chunk = slab->with_room[i];
        if (!chunk) continue;
        assert(!chunk->used && !chunk->next);
        mem_free(chunk);
    }
    mem_free(slab);
}

/* ---- chunks ---- */

static bool is_full(const Chunk *chunk, size_t block_bytes)
{
    return !chunk->free &&
           chunk->fresh + block_bytes > (const char *)chunk + CHUNK_BYTES;
}

static void link_chunk(Chunk **list, Chunk *chunk)
{
    chunk->prev = NULL;
    chunk->next = *list;
    if (*list) (*list)->prev = chunk;
    *list = chunk;
}

static void unlink_chunk(Chunk **list, Chunk *chunk)
{
    if (chunk->prev)
        chunk->prev->next = chunk->next;
    else
        *list = chunk->next;
    if (chunk->next) chunk->next->prev = chunk->prev;
}

static Chunk *add_chunk(Chunk **list)
{
    Chunk *chunk = mem_alloc_aligned(CHUNK_ALIGN, CHUNK_BYTES);
    *chunk = (Chunk){.fresh = (char *)(chunk + 1)};
    link_chunk(list, chunk);
    return chunk;
}

/* ---- blocks ---- */

void *slab_take(Slab *slab, size_t size)
{
    if (is_of_heap(size)) return mem_alloc(size);
    size_t bytes = round_up(size);
    Chunk **list = &slab->with_room[bytes / STEP_BYTES];
    Chunk *chunk = *list ? *list : add_chunk(list);
    void *block = chunk->free;
    if (block) {
        chunk->free = chunk->free->next;
    } else {
        block = chunk->fresh;
        chunk->fresh += bytes;
    }
    chunk->used++;
    if (is_full(chunk, bytes)) unlink_chunk(list, chunk);
    return block;
}

void slab_give(Slab *slab, void *block, size_t size)
{
    if (is_of_heap(size)) {
        mem_free(block);
        return;
    }
    size_t bytes = round_up(size);
    Chunk **list = &slab->with_room[bytes / STEP_BYTES];
    Chunk *chunk = (Chunk *)((uintptr_t)block & ~(uintptr_t)(CHUNK_ALIGN - 1));
    if (is_full(chunk, bytes)) link_chunk(list, chunk);
    FreeBlock *first = block;
    first->next = chunk->free;
    chunk->free = first;
    if (--chunk->used || (*list == chunk && !chunk->next)) return;
    unlink_chunk(list, chunk);
    mem_free(chunk);
}
