/* SPDX-License-Identifier: Apache-2.0
 *
 * The changelog, written: one record a dirty entry, in the order in which the
 * entries were touched. Key and value are those of the store, without the
 * timestamp that RocksDB has in front of the value; that is the record's. A
 * deleted key is a record without value.
 */
#include "base/fault.h"
#include "state/store_int.h"

enum { CHUNK_RECORDS = 256 };

Status changelog_send(Store *store, Arena *arena)
{
    if (!store->producer || !store->changelog || store->restoring)
        return st_ok();
    if (fault_here("state.changelog"))
        return st_error(arena, ST_FATAL, "fault 'state.changelog'");
    Record records[CHUNK_RECORDS];
    StoreEntry *entry = store->dirty.first;
    while (entry) {
        int count = 0;
        for (; entry && count < CHUNK_RECORDS; entry = entry->dirty_next)
            records[count++] = (Record){
                .key = entry_key(entry),
                .value = {entry->value, entry->value_len},
                .timestamp_ms = entry->timestamp_ms,
            };
        store->sent = true;
        Status st = producer_send(store->producer, arena, store->changelog,
                                  store->partition, records, count);
        if (st.kind) return st;
    }
    return st_ok();
}
