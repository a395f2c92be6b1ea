/* SPDX-License-Identifier: Apache-2.0
 *
 * A map in an arena; what is replaced stays in the arena until the flush, which
 * `bytes` brings nearer.
 */
#include "runtime/kept_headers.h"

#include <string.h>

static Str keep(KeptHeaders *kept, Str bytes)
{
    if (!bytes.ptr) return STR_NULL;
    kept->bytes += bytes.len;
    return str_copy(kept->arena, bytes);
}

static Headers *copy_headers(KeptHeaders *kept, const Headers *headers)
{
    size_t size = sizeof *headers + sizeof(Header) * (size_t)headers->count;
    Headers *copy = arena_alloc(kept->arena, size);

    kept->bytes += size;
    copy->count = headers->count;
    for (int i = 0; i < headers->count; i++)
        copy->at[i] = (Header){keep(kept, headers->at[i].key),
                               keep(kept, headers->at[i].value)};
    return copy;
}

void kept_headers_note(KeptHeaders *kept, Str key, const Batch *batch, int row)
{
    const Headers *headers = batch->headers ? batch->headers[row] : NULL;

    if (!headers && !kept->by_key.live) return;
    if (!headers) {
        map_remove(&kept->by_key, key);
        return;
    }
    if (!kept->arena) kept->arena = arena_new("headers", 0);
    if (!map_get(&kept->by_key, key)) key = keep(kept, key);
    map_put(kept->arena, &kept->by_key, key, copy_headers(kept, headers));
}

void kept_headers_give(const KeptHeaders *kept, Str key, Batch *batch, int row)
{
    const Headers *headers = kept->by_key.live ? map_get(&kept->by_key, key)
                                               : NULL;

    if (!headers) return;
    if (!batch->headers) {
        batch->headers = ARENA_ARRAY(batch->arena, const Headers *,
                                     batch->count);
        memset(batch->headers, 0,
               sizeof *batch->headers * (size_t)batch->count);
    }
    batch->headers[row] = headers;
}

void kept_headers_forget(KeptHeaders *kept)
{
    if (!kept->arena) return;
    arena_reset(kept->arena);
    kept->by_key = (Map){0};
    kept->bytes = 0;
}

void kept_headers_close(KeptHeaders *kept)
{
    arena_free(kept->arena);
    *kept = (KeptHeaders){0};
}
