/* SPDX-License-Identifier: Apache-2.0
 *
 * Arena: memory that is given back all at once.
 *
 * An arena is a life: `stmt` lives as long as a statement, `plan` as long as a
 * query, `batch` until a batch has gone through the last operator. Whoever
 * allocates takes the arena as its first parameter, so the name at the call
 * site tells how long the result lives. An arena is used by one thread at a
 * time. Running out of memory, or over the maximum, stops the process.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct Arena {
    char *at;                  /* Next free byte, always 16-aligned. */
    char *end;                 /* End of the current block. */
    struct ArenaBlock *blocks; /* Newest first. */
    size_t used_bytes;         /* Of all blocks before the current one. */
    size_t max_bytes;          /* 0: no maximum. */
    const char *name;          /* Shown when the maximum is passed. */
} Arena;

/* A new empty arena. `name` must outlive it. The caller frees it. */
Arena *arena_new(const char *name, size_t max_bytes);

/* Gives back the arena and all that was allocated in it. NULL is allowed. */
void arena_free(Arena *arena);

/* Forgets all allocations but keeps the largest block for the next use. */
void arena_reset(Arena *arena);

/* Bytes handed out since the last reset, paddings included. */
size_t arena_used_bytes(const Arena *arena);

/* The slow path of arena_alloc: opens a new block. */
void *arena_alloc_slow(Arena *arena, size_t size);

/* `size` bytes, 16-aligned, not cleared. Never NULL. */
static inline void *arena_alloc(Arena *arena, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > (size_t)(arena->end - arena->at))
        return arena_alloc_slow(arena, size);
    void *p = arena->at;
    arena->at += size;
    return p;
}

/* As arena_alloc, cleared to zero. */
void *arena_zalloc(Arena *arena, size_t size);

/* A copy of `size` bytes. */
void *arena_copy(Arena *arena, const void *from, size_t size);

/* One zeroed T, and an uncleared array of T. */
#define ARENA_NEW(arena, T) ((T *)arena_zalloc((arena), sizeof(T)))
#define ARENA_ARRAY(arena, T, n) \
    ((T *)arena_alloc((arena), sizeof(T) * (size_t)(n)))

#endif
