/* SPDX-License-Identifier: Apache-2.0
 *
 * The heap behind arenas, buffers and long-lived state.
 *
 * A size of 0 gives a real block, so a result is never NULL. When memory runs
 * out the process stops at once and without running exit handlers, which could
 * want memory themselves; whatever was committed is on disk, and a restart goes
 * on from there.
 */
#include "base/alloc.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

_Noreturn void mem_exhausted(const char *what, size_t size_bytes)
{
    log_error("out of memory", "what='%s' size_bytes=%zu", what, size_bytes);
    _exit(EXIT_FAILURE);
}

void *mem_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p) mem_exhausted("heap", size);
    return p;
}

void *mem_alloc_aligned(size_t alignment, size_t size)
{
    void *p;
    if (posix_memalign(&p, alignment, size)) mem_exhausted("heap", size);
    return p;
}

void *mem_zalloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p) mem_exhausted("heap", size);
    return p;
}

void *mem_realloc(void *p, size_t size)
{
    void *grown = realloc(p, size ? size : 1);
    if (!grown) mem_exhausted("heap", size);
    return grown;
}

void mem_free(void *p)
{
    free(p);
}

void mem_tune(void)
{
    /* 32 MiB is the largest mmap threshold that glibc accepts. Setting either
     * value also stops glibc from moving the thresholds by itself. */
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    /* A dozen client threads would each keep an arena of freed messages: two
     * arenas held 14 MB less at full rate, for the same CPU time. */
    mallopt(M_ARENA_MAX, 2);
}
