/* SPDX-License-Identifier: Apache-2.0
 *
 * Filter: a set of hashes that only grows. It answers "certainly not" or
 * "maybe", where about 2 in 100 of what was never added are a "maybe". Takes 10
 * to 14 bits a hash. A table keeps in one what it has evicted, so that RocksDB
 * is not asked for keys that were never there.
 */
#ifndef STATE_STORE_FILTER_H
#define STATE_STORE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Filter Filter;

Filter *filter_new(void);
void filter_free(Filter *filter); /* NULL is fine. */
void filter_add(Filter *filter, uint64_t hash);
bool filter_may_have(const Filter *filter, uint64_t hash);
size_t filter_bytes(const Filter *filter); /* NULL: 0. */

#endif
