/* SPDX-License-Identifier: Apache-2.0
 *
 * The growing half of the arrays of base/vec.h: room doubles, the elements are
 * copied, and the old place stays unused until its arena is reset.
 */
#include "base/vec.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "base/alloc.h"

enum { CAP_FIRST = 8 };

void *vec_grow(Arena *arena, void *at, int count, int *cap, size_t size)
{
    assert(count >= 0 && count <= *cap);
    if (*cap > INT_MAX / 2) mem_exhausted("vec", (size_t)*cap * size);
    *cap = *cap ? *cap * 2 : CAP_FIRST;
    void *grown = arena_alloc(arena, (size_t)*cap * size);
    if (count) memcpy(grown, at, (size_t)count * size);
    return grown;
}
