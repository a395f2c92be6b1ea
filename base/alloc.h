/* SPDX-License-Identifier: Apache-2.0
 *
 * The heap. The only way to it outside base/: these stop the process with one
 * line in the log when memory runs out, so no caller checks for NULL.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* Uncleared memory; give it back with mem_free. */
void *mem_alloc(size_t size);

/* Uncleared memory at a multiple of `alignment`, a power of two; give it back
 * with mem_free. */
void *mem_alloc_aligned(size_t alignment, size_t size);

/* Cleared memory; give it back with mem_free. */
void *mem_zalloc(size_t size);

/* Grows or shrinks what mem_alloc gave. */
void *mem_realloc(void *p, size_t size);

/* Gives memory back. NULL is allowed. */
void mem_free(void *p);

/* Stops the process with a line in the log that names `what` ran out and how
 * many bytes it wanted. */
_Noreturn void mem_exhausted(const char *what, size_t size_bytes);

/* Raises glibc's mmap and trim thresholds, so that the 1-MB fetch buffers of
 * librdkafka are reused and not mapped and unmapped for each response (this
 * halves the cost of a consumed record), and bounds the number of its arenas.
 * Call once, first thing in main. */
void mem_tune(void);

#endif
