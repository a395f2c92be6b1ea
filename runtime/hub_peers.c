/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes of one service share a topic's partitions by the hubs' group, and
 * each must serve every query on the partitions it was given. A query that one
 * process has and another has not would stand still on the other's partitions.
 * So each says, in the metadata of the hub's own commits, who is here:
 *
 *     "hub1" and for each guest 8 hex digits of its application id's hash
 *
 * and looks now and then whether those who own the other partitions have its
 * queries too. A query that a peer lacks for a while leaves the hub: with
 * workers of its own, the members of its group share the partitions as ever.
 */
#include "runtime/hub_int.h"

#include "base/log.h"

enum { LIST_HEAD = 4, ENTRY = 8, CHECK_MS = 3000, ABSENT_MS = 20000 };

static void write_entry(char *out, Str application_id)
{
    uint32_t hash = murmur2(application_id.ptr, application_id.len);
    for (int i = 0; i < ENTRY; i++)
        out[i] = "0123456789abcdef"[hash >> (28 - 4 * i) & 15];
}

Str hub_peers_list(HubReader *reader)
{
    size_t len = LIST_HEAD + ENTRY * (size_t)reader->seat_count;
    char *list = arena_alloc(reader->turn, len + 1);
    memcpy(list, "hub1", LIST_HEAD);
    for (int i = 0; i < reader->seat_count; i++)
        write_entry(list + LIST_HEAD + ENTRY * i,
                    reader->seats[i]->query->options.application_id);
    list[len] = 0;
    return (Str){list, len};
}

bool hub_peers_has(Str list, Str application_id)
{
    char entry[ENTRY];
    if (!str_starts_with(list, STR("hub1"))) return false;
    write_entry(entry, application_id);
    for (size_t at = LIST_HEAD; at + ENTRY <= list.len; at += ENTRY)
        if (memcmp(list.ptr + at, entry, ENTRY) == 0) return true;
    return false;
}

/* The lists of the partitions that are others'. False: not known now. */
static bool ask(HubReader *reader, GroupOffsets *peers)
{
    Hub *hub = reader->hub;
    TopicPartition *parts = ARENA_ARRAY(reader->turn, TopicPartition,
                                        hub->partitions + 1);
    int count = 0;
    for (int p = 0; p < hub->partitions; p++)
        if (!atomic_load(&hub->owned[p]))
            parts[count++] = (TopicPartition){.partition = p,
                                              .offset = OFFSET_NONE};
    *peers = (GroupOffsets){hub->group, hub->topic, parts, count, st_ok()};
    broker_committed_groups(hub->hubs->broker, reader->turn, peers,
                            count ? 1 : 0);
    return !peers->status.kind;
}

static bool all_have(const GroupOffsets *peers, const Query *query)
{
    for (int i = 0; i < peers->count; i++)
        if (!hub_peers_has(peers->parts[i].metadata,
                           query->options.application_id))
            return false;
    return true;
}

void hub_peers_check(HubReader *reader)
{
    int64_t now_ms = clock_monotonic_ms();
    GroupOffsets peers;
    if (reader->index || !reader->assigned ||
        now_ms - reader->peers_ms < CHECK_MS)
        return;
    reader->peers_ms = now_ms;
    if (!ask(reader, &peers)) return;
    for (int i = 0; i < reader->seat_count; i++) {
        Query *query = reader->seats[i]->query;
        if (all_have(&peers, query)) {
            query->hub_alone_since_ms = 0;
            continue;
        }
        if (!query->hub_alone_since_ms) query->hub_alone_since_ms = now_ms;
        if (now_ms - query->hub_alone_since_ms < ABSENT_MS) continue;
        log_info("query leaves its hub",
                 "query=%.*s reason=\"another process of the service has "
                 "partitions of topic '%s', but not this query\"",
                 STR_ARG(query->options.id), reader->hub->topic);
        atomic_store(&query->hub_wish, HUB_LEAVE);
    }
}
