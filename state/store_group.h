/* SPDX-License-Identifier: Apache-2.0
 *
 * Key groups: the entries of a table by their key proper, that is without the
 * time behind it. For who looks up all rows of one key: a join, a session.
 */
#ifndef STATE_STORE_GROUP_H
#define STATE_STORE_GROUP_H

#include "state/store.h"

typedef struct KeyGroups KeyGroups;

/* For keys with `suffix` bytes of time. */
KeyGroups *key_groups_new(size_t suffix);
void key_groups_free(KeyGroups *groups); /* NULL is fine. */
/* The entry's key must not be in it. */
void key_groups_add(KeyGroups *groups, StoreEntry *entry);
/* It must be in it. */
void key_groups_remove(KeyGroups *groups, const StoreEntry *entry);
/* The entries of a key, in the order of their times; NULL: none. `hash` is that
 * of the key proper. Valid until the next change. */
StoreEntry *const *key_groups_find(const KeyGroups *groups, uint64_t hash,
                                   Str key, int *count);
/* Hints that a key with this hash is about to be looked for: its slot first,
 * and when that has come, where it leads. */
void key_groups_prefetch_slot(const KeyGroups *groups, uint64_t hash);
void key_groups_prefetch_entry(const KeyGroups *groups, uint64_t hash);
size_t key_groups_bytes(const KeyGroups *groups); /* NULL: 0. */

#endif
