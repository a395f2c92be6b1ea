/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of hubs: who is a guest where, and how hubs come and go. A hub is
 * opened for the first query that reads its topic and closed when the last one
 * has left; its threads are joined later, so that nobody waits for a consumer
 * to leave its group.
 *
 * A query is hosted if it has one sub-topology that reads one topic of others,
 * keeps no stores, and commits to a group. What cannot be shared reads by
 * itself: push queries, whose readers may be slow, exactly-once queries, whose
 * transactions are their own, those that a bad record stops, and queries with
 * settings of their own for consumers or producers. All processes of a service
 * name a topic's hub alike, so there is never a second one for the same topic.
 */
#include "runtime/hub_int.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/property.h"

/* ---- the list ---- */

Hubs *hubs_new(Broker *broker, Str group_prefix)
{
    Hubs *hubs = mem_zalloc(sizeof *hubs);
    pthread_mutex_init(&hubs->lock, NULL);
    pthread_cond_init(&hubs->changed, NULL);
    hubs->broker = broker;
    hubs->arena = arena_new("hubs", 0);
    hubs->group_prefix = mem_zalloc(group_prefix.len + 1);
    memcpy(hubs->group_prefix, group_prefix.ptr, group_prefix.len);
    return hubs;
}

void hubs_hold(Hubs *hubs)
{
    pthread_mutex_lock(&hubs->lock);
    hubs->held++;
    pthread_mutex_unlock(&hubs->lock);
}

void hubs_release(Hubs *hubs)
{
    pthread_mutex_lock(&hubs->lock);
    hubs->held--;
    pthread_cond_broadcast(&hubs->changed);
    pthread_mutex_unlock(&hubs->lock);
}

static void free_hub(Hub *hub)
{
    for (int i = 0; i < hub->reader_count; i++)
        pthread_join(hub->readers[i].thread, NULL);
    mem_free(hub->guests);
    arena_free(hub->life);
}

/* Frees closed hubs; those whose threads have not ended only if `wait`. */
static void reap(Hubs *hubs, bool wait)
{
    Hub *done = NULL;
    pthread_mutex_lock(&hubs->lock);
    for (Hub **link = &hubs->closing; *link;) {
        Hub *hub = *link;
        if (hub->live && !wait) {
            link = &hub->next;
            continue;
        }
        *link = hub->next;
        hub->next = done;
        done = hub;
    }
    pthread_mutex_unlock(&hubs->lock);
    while (done) {
        Hub *next = done->next;
        free_hub(done);
        done = next;
    }
}

void hubs_free(Hubs *hubs)
{
    if (!hubs) return;
    reap(hubs, true);
    pthread_mutex_destroy(&hubs->lock);
    pthread_cond_destroy(&hubs->changed);
    mem_free(hubs->group_prefix);
    arena_free(hubs->arena);
    mem_free(hubs);
}

/* Takes a hub without guests out of the list. Under the lock. */
static void close_if_empty(Hub *hub)
{
    Hubs *hubs = hub->hubs;
    if (hub->guest_count || atomic_load(&hub->closing)) return;
    Hub **link = &hubs->open;
    while (*link != hub)
        link = &(*link)->next;
    *link = hub->next;
    hub->next = hubs->closing;
    hubs->closing = hub;
    atomic_store(&hub->closing, true);
    pthread_cond_broadcast(&hubs->changed);
}

/* ---- opening ---- */

static Map *copy_properties(Arena *arena, const Map *all, Str prefix)
{
    Map *picked = worker_client_properties(arena, all, prefix);
    Map *copy = ARENA_NEW(arena, Map);
    for (int i = 0; i < picked->count; i++) {
        Str *value = ARENA_NEW(arena, Str);
        *value = str_copy(arena, *(Str *)picked->entries[i].value);
        map_put(arena, copy, str_copy(arena, picked->entries[i].key), value);
    }
    return copy;
}

bool hub_same_properties(const Map *a, const Map *b)
{
    if (a->live != b->live) return false;
    for (int i = 0; i < a->count; i++) {
        const Str *value = a->entries[i].value, *other;
        if (!value) continue;
        other = map_get(b, a->entries[i].key);
        if (!other || !str_eq(*value, *other)) return false;
    }
    return true;
}

/* Under the lock. NULL: the system gives no thread. */
static Hub *open_hub(Hubs *hubs, const Query *query)
{
    const QueryTopic *topic = &query->topics[0];
    const Map *all = query->options.properties;
    Arena *life = arena_new("hub", 0);
    Hub *hub = ARENA_NEW(life, Hub);
    hub->hubs = hubs;
    hub->life = life;
    hub->topic = str_cstr(life, str_from(topic->name));
    hub->group = str_printf(life, "%shub_%s", hubs->group_prefix, topic->name);
    hub->partitions = topic->partitions;
    hub->owned = arena_zalloc(life, sizeof(atomic_bool) *
                                        (size_t)(topic->partitions + 1));
    hub->consumer_properties = copy_properties(life, all, STR("consumer."));
    hub->producer_properties = copy_properties(life, all, STR("producer."));
    int threads = query->options.threads;
    hub->readers = arena_zalloc(life, sizeof(HubReader) * (size_t)threads);
    for (int i = 0; i < threads; i++) {
        HubReader *reader = &hub->readers[i];
        reader->hub = hub;
        reader->index = i;
        if (pthread_create(&reader->thread, NULL, hub_reader_main, reader))
            break;
        hub->live = ++hub->reader_count;
    }
    if (!hub->reader_count) {
        arena_free(life);
        return NULL;
    }
    hub->next = hubs->open;
    hubs->open = hub;
    return hub;
}

/* A record that ends one query must not end the others. */
static bool stops_at_bad(const Map *properties)
{
    return property_bool(properties, "ksql.fail.on.deserialization.error",
                         false) ||
           property_bool(properties, "ksql.timestamp.throw.on.invalid", false);
}

static bool can_share(const Query *query)
{
    const QueryOptions *options = &query->options;
    return options->hubs && options->threads > 0 && options->use_group &&
           !options->exactly_once && !stops_at_bad(options->properties) &&
           query->sub_count == 1 && query->topic_count == 1 &&
           query->subs[0].input_count == 1 && !query->subs[0].store_count &&
           !query->topics[0].internal;
}

/* Under the lock. NULL: the topic's hub, if there is one, cannot take it. */
static Hub *find_hub(Hubs *hubs, const Query *query)
{
    const QueryTopic *topic = &query->topics[0];
    Hub *hub = hubs->open;
    while (hub && strcmp(hub->topic, topic->name) != 0)
        hub = hub->next;
    if (!hub) return open_hub(hubs, query);
    if (hub->partitions != topic->partitions || hub->broken ||
        hub->guest_count >= HUB_GUESTS_MAX)
        return NULL;
    Arena *arena = arena_new("properties", 0);
    const Map *all = query->options.properties;
    bool same = hub_same_properties(
                    hub->consumer_properties,
                    worker_client_properties(arena, all, STR("consumer."))) &&
                hub_same_properties(
                    hub->producer_properties,
                    worker_client_properties(arena, all, STR("producer.")));
    arena_free(arena);
    return same ? hub : NULL;
}

/* ---- guests ---- */

static void add_guest(Hub *hub, Query *query)
{
    if (hub->guest_count == hub->guest_cap) {
        hub->guest_cap = hub->guest_cap ? 2 * hub->guest_cap : 8;
        hub->guests = mem_realloc(hub->guests,
                                  sizeof(Query *) * (size_t)hub->guest_cap);
    }
    hub->guests[hub->guest_count++] = query;
    query->hub = hub;
    atomic_fetch_add(&hub->version, 1);
}

static void remove_guest(Hub *hub, Query *query)
{
    int kept = 0;
    for (int i = 0; i < hub->guest_count; i++)
        if (hub->guests[i] != query) hub->guests[kept++] = hub->guests[i];
    hub->guest_count = kept;
    atomic_fetch_add(&hub->version, 1);
}

/* Producers know a topic by where its name lies, and a hub's outlives guests. A
 * name is kept once, however many queries with it come and go. */
static void keep_names(Hubs *hubs, Query *query)
{
    for (int i = 0; i < query->plan->node_count; i++) {
        QueryTarget *target = &query->targets[i];
        if (!target->topic) continue;
        char *kept = map_get(&hubs->names, str_from(target->topic));
        if (!kept) {
            kept = (char *)str_cstr(hubs->arena, str_from(target->topic));
            map_put(hubs->arena, &hubs->names, str_from(kept), kept);
        }
        target->topic = kept;
    }
}

bool hub_join(Query *query)
{
    Hubs *hubs = query->options.hubs;
    if (!can_share(query)) return false;
    reap(hubs, false);
    pthread_mutex_lock(&hubs->lock);
    Hub *hub = find_hub(hubs, query);
    if (hub) {
        query->worker_count = hub->reader_count;
        query->workers = arena_zalloc(
            query->arena, sizeof(Worker) * (size_t)hub->reader_count);
        for (int i = 0; i < hub->reader_count; i++) {
            worker_init(query, i, &query->workers[i]);
            query->workers[i].hosted = true;
        }
        keep_names(hubs, query);
        add_guest(hub, query);
    }
    pthread_mutex_unlock(&hubs->lock);
    return hub != NULL;
}

void hub_leave(Query *query)
{
    Hubs *hubs = query->options.hubs;
    if (!hubs) return;
    pthread_mutex_lock(&hubs->lock);
    Hub *hub = query->hub;
    if (hub) {
        remove_guest(hub, query);
        while (query->hub_seats)
            pthread_cond_wait(&hubs->changed, &hubs->lock);
        query->hub = NULL;
        close_if_empty(hub);
    }
    pthread_mutex_unlock(&hubs->lock);
}

static bool is_seated(const HubReader *reader, const Query *query)
{
    for (int i = 0; i < reader->seat_count; i++)
        if (reader->seats[i]->query == query) return true;
    return false;
}

int hub_new_guests(HubReader *reader, Query **guests, int max)
{
    Hub *hub = reader->hub;
    int count = 0;
    uint64_t version = atomic_load(&hub->version);
    if (version == reader->seen) return 0;
    pthread_mutex_lock(&hub->hubs->lock);
    for (int i = 0; i < hub->guest_count && count < max; i++) {
        Query *query = hub->guests[i];
        if (query_is_finished(query) || is_seated(reader, query)) continue;
        query->hub_seats++;
        guests[count++] = query;
    }
    pthread_mutex_unlock(&hub->hubs->lock);
    if (count < max) reader->seen = version;
    return count;
}

/* Nobody hosts it any more, and nobody waits for that: it goes on with workers
 * of its own. Under the lock. */
static void set_alone(Query *query)
{
    for (int i = 0; i < query->worker_count; i++) {
        Worker *worker = &query->workers[i];
        if (pthread_create(&worker->thread, NULL, worker_main_alone, worker)) {
            Arena *arena = arena_new("alone", 0);
            query_end(query, st_error(arena, ST_FATAL,
                                      "no more threads: the system's limit is "
                                      "reached"));
            arena_free(arena);
            return;
        }
        worker->started = true;
    }
}

void hub_unseat(HubReader *reader, Query *query)
{
    Hub *hub = reader->hub;
    pthread_mutex_lock(&hub->hubs->lock);
    bool is_guest = false;
    for (int i = 0; i < hub->guest_count; i++)
        is_guest |= hub->guests[i] == query;
    bool ends = query_is_finished(query);
    bool alone = atomic_load(&query->hub_wish) != HUB_STAY;
    if (--query->hub_seats == 0 && is_guest && (ends || alone)) {
        remove_guest(hub, query);
        query->hub = NULL;
        if (!ends && !atomic_load(&query->stopping)) set_alone(query);
        close_if_empty(hub);
    }
    pthread_cond_broadcast(&hub->hubs->changed);
    pthread_mutex_unlock(&hub->hubs->lock);
}
