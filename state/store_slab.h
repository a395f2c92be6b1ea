/* SPDX-License-Identifier: Apache-2.0
 *
 * Slab: blocks of a few sizes, by the hundred thousand, as the entries of a
 * store are. Several times cheaper than the heap, and without its headers.
 * Belongs to one thread.
 */
#ifndef STATE_STORE_SLAB_H
#define STATE_STORE_SLAB_H

#include <stddef.h>

typedef struct Slab Slab;

Slab *slab_new(void);
/* All blocks must have been given back. */
void slab_free(Slab *slab);
/* Uncleared, 16-aligned. */
void *slab_take(Slab *slab, size_t size);
/* `size` as it was asked for. */
void slab_give(Slab *slab, void *block, size_t size);
/* What a block of that size takes. */
size_t slab_block_bytes(size_t size);

#endif
