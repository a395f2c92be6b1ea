/* SPDX-License-Identifier: Apache-2.0
 *
 * Order: entries by key, for scans. And sorting of entries by key.
 */
#ifndef STATE_STORE_ORDER_H
#define STATE_STORE_ORDER_H

#include "state/store.h"

typedef struct Order Order;

typedef struct OrderCursor {
    const Order *order;
    int leaf, at;
} OrderCursor;

/* An order of `count` entries, sorted already. Free with order_free. */
Order *order_new(StoreEntry *const *sorted, size_t count);
void order_free(Order *order);
/* Keys are unique. */
void order_add(Order *order, StoreEntry *entry);
/* The entry must be there. */
void order_remove(Order *order, StoreEntry *entry);
/* Bytes that the order itself takes. */
size_t order_bytes(const Order *order);

/* Stands on the first entry with key >= `from`. Changes of the order make the
 * cursor invalid. */
OrderCursor order_seek(const Order *order, Str from);
/* The entry under the cursor, which moves on; NULL at the end. */
StoreEntry *order_next(OrderCursor *cursor);

/* Sorts by key in unsigned byte order. */
void order_sort(StoreEntry **entries, size_t count);

#endif
