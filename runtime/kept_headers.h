/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers of rows that wait for a commit: a merged change goes out with the
 * headers of the last record that made it (runtime 1.8). Few records have any,
 * so they are kept beside the store, by the key of its entry, and forgotten
 * with the flush. An operator's own, used on its thread only.
 */
#ifndef RUNTIME_KEPT_HEADERS_H
#define RUNTIME_KEPT_HEADERS_H

#include "base/map.h"
#include "types/batch.h"

typedef struct KeptHeaders {
    Arena *arena; /* NULL until there is something to keep. */
    Map by_key;   /* const Headers *. */
    size_t bytes; /* To be counted with the store's dirty bytes. */
} KeptHeaders;

/* Row `row` of `batch` has changed the entry under `key`. */
void kept_headers_note(KeptHeaders *kept, Str key, const Batch *batch, int row);

/* Gives row `row` of a merged batch its headers. They are valid until
 * kept_headers_forget. */
void kept_headers_give(const KeptHeaders *kept, Str key, Batch *batch, int row);

void kept_headers_forget(KeptHeaders *kept);
void kept_headers_close(KeptHeaders *kept);

#endif
