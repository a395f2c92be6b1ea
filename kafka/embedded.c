/* SPDX-License-Identifier: Apache-2.0
 *
 * The embedded broker's topics and administration. A topic object lives as long
 * as somebody refers to it: the broker's list, a consumer, a producer. Deleting
 * a topic marks it, so that its users notice at their next call, and its number
 * is never used again, so a topic made anew under the same name shares nothing
 * with it.
 *
 * Retention has no limit unless a topic's config sets one: an embedded broker
 * must not drop the old records of a file that was just read in.
 */
#include "kafka/embedded.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/number.h"

enum {
    NAME_MAX_BYTES = 249,
    PARTITIONS_MAX = 10000,
    /* Tails kept in memory when the records are also on disk. */
    CACHE_MAX_BYTES = 16 << 20,
};

void embedded_open(EmbeddedBroker *broker, const BrokerType *type,
                   const Clock *clock, Storage *storage)
{
    broker->base.type = type;
    broker->clock = clock;
    broker->storage = storage;
    broker->arena = arena_new("embedded broker", 0);
    broker->queue_end = &broker->queue;
    broker->next_topic_id = 1;
    broker->groups = groups_new();
    broker->cached_max_bytes = storage ? CACHE_MAX_BYTES : SIZE_MAX;
    pthread_mutex_init(&broker->lock, NULL);
    pthread_mutex_init(&broker->linger_lock, NULL);
    pthread_cond_init(&broker->committed, NULL);
    sem_init(&broker->linger_work, 0, 0);
    if (storage &&
        pthread_create(&broker->linger_thread, NULL, embedded_linger, broker))
        mem_exhausted("thread", 0);
}

void embedded_close(Broker *base)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    assert(!broker->consumers && !broker->producers);
    if (broker->storage) {
        atomic_store(&broker->closing, true);
        sem_post(&broker->linger_work);
        pthread_join(broker->linger_thread, NULL);
        broker->storage->type->close(broker->storage);
    }
    for (int i = 0; i < broker->topic_count; i++) {
        embedded_forget_tails(broker, broker->topics[i]);
        topic_unref(broker->topics[i]);
    }
    groups_free(broker->groups);
    mem_free(broker->topics);
    mem_free(broker->cached);
    sem_destroy(&broker->linger_work);
    pthread_cond_destroy(&broker->committed);
    pthread_mutex_destroy(&broker->linger_lock);
    pthread_mutex_destroy(&broker->lock);
    arena_free(broker->arena);
    mem_free(broker);
}

/* ---- topic objects ---- */

Status unknown_topic(Arena *arena, Str name)
{
    return st_error(arena, ST_USER, "topic '%.*s' does not exist",
                    STR_ARG(name));
}

static Status check_name(Arena *arena, Str name)
{
    bool good = name.len > 0 && name.len <= NAME_MAX_BYTES &&
                !str_eq(name, STR(".")) && !str_eq(name, STR(".."));
    for (size_t i = 0; good && i < name.len; i++) {
        char c = name.ptr[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }
    if (good) return st_ok();
    return st_error(arena, ST_USER,
                    "topic name '%.*s' is not allowed: use 1 to %d letters, "
                    "digits, '.', '_' and '-'",
                    STR_ARG(name), NAME_MAX_BYTES);
}

static Status bad_config(Arena *arena, TopicConfig config, const char *wanted)
{
    return st_error(arena, ST_USER,
                    "'%.*s' is no value for the topic config '%.*s': %s",
                    STR_ARG(config.value), STR_ARG(config.name), wanted);
}

static Status read_policy(Arena *arena, Topic *topic, TopicConfig config)
{
    Str rest = config.value;
    topic->compacts = topic->deletes = false;
    while (rest.len) {
        size_t comma = str_find(rest, STR(","), 0);
        size_t len = comma == SIZE_MAX ? rest.len : comma;
        Str word = str_trim((Str){rest.ptr, len});
        if (str_eq(word, STR("compact")))
            topic->compacts = true;
        else if (str_eq(word, STR("delete")))
            topic->deletes = true;
        else
            return bad_config(arena, config, "use 'delete', 'compact' or both");
        if (comma == SIZE_MAX) break;
        rest = (Str){rest.ptr + comma + 1, rest.len - comma - 1};
    }
    if (!topic->compacts && !topic->deletes)
        return bad_config(arena, config, "use 'delete', 'compact' or both");
    return st_ok();
}

/* Configs that mean something here; all others are only kept. */
static Status read_config(Arena *arena, Topic *topic, TopicConfig config)
{
    const struct {
        const char *name;
        int64_t *value;
    } numbers[] = {
        {"retention.ms", &topic->retention_ms},
        {"retention.bytes", &topic->retention_bytes},
        {"delete.retention.ms", &topic->delete_retention_ms},
        {"min.compaction.lag.ms", &topic->compaction_lag_ms},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!str_eq(config.name, str_from(numbers[i].name))) continue;
        if (!number_parse_i64(config.value, numbers[i].value))
            return bad_config(arena, config, "use a whole number");
        return st_ok();
    }
    if (str_eq(config.name, STR("cleanup.policy")))
        return read_policy(arena, topic, config);
    if (str_eq(config.name, STR("message.timestamp.type")))
        topic->log_append_time = str_eq(config.value, STR("LogAppendTime"));
    if (str_eq(config.name, STR("min.cleanable.dirty.ratio")) &&
        (!number_parse_f64(config.value, &topic->dirty_ratio) ||
         !(topic->dirty_ratio >= 0 && topic->dirty_ratio <= 1)))
        return bad_config(arena, config, "use a number from 0 to 1");
    return st_ok();
}

Status topic_new(Arena *arena, uint32_t id, const NewTopic *new, Topic **out)
{
    int partitions = new->partitions == -1 ? 1 : new->partitions;

    Status st = check_name(arena, new->name);
    if (st.kind) return st;
    if (partitions < 1 || partitions > PARTITIONS_MAX)
        return st_error(arena, ST_USER,
                        "topic '%.*s' cannot have %d partitions: use 1 to %d",
                        STR_ARG(new->name), partitions, PARTITIONS_MAX);
    Arena *own = arena_new("topic", 0);
    Topic *topic = ARENA_NEW(own, Topic);
    *topic = (Topic){
        .id = id,
        .arena = own,
        .name = str_cstr(own, new->name),
        .partition_count = partitions,
        .replica_count = new->replicas > 0 ? new->replicas : 1,
        .partitions = arena_zalloc(own, sizeof(Partition) * (size_t)partitions),
        .configs = ARENA_ARRAY(own, TopicConfig, new->config_count + 1),
        .config_count = new->config_count,
        .deletes = true,
        .retention_ms = -1,
        .retention_bytes = -1,
        .delete_retention_ms = 24 * 60 * 60 * 1000,
        .dirty_ratio = 0.5,
    };
    atomic_init(&topic->refs, 1);
    for (int i = 0; i < partitions; i++) {
        topic->partitions[i].topic = topic;
        topic->partitions[i].index = i;
    }
    for (int i = 0; i < new->config_count && !st.kind; i++) {
        topic->configs[i] = (TopicConfig){str_copy(own, new->configs[i].name),
                                          str_copy(own, new->configs[i].value)};
        st = read_config(arena, topic, topic->configs[i]);
    }
    *out = topic;
    if (st.kind) topic_unref(topic);
    return st;
}

Topic *topic_ref(Topic *topic)
{
    atomic_fetch_add(&topic->refs, 1);
    return topic;
}

void topic_unref(Topic *topic)
{
    if (atomic_fetch_sub(&topic->refs, 1) != 1) return;
    for (int i = 0; i < topic->partition_count; i++) {
        assert(topic->partitions[i].tail_count == 0);
        mem_free(topic->partitions[i].tail);
    }
    arena_free(topic->arena);
}

/* The place of `name` in the list, or where it would be. */
static int find_place(const EmbeddedBroker *broker, Str name, bool *found)
{
    int low = 0, high = broker->topic_count;
    *found = false;
    while (low < high) {
        int mid = (low + high) / 2;
        int order = str_compare(str_from(broker->topics[mid]->name), name);
        if (order == 0) *found = true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

Topic *embedded_find_topic(const EmbeddedBroker *broker, Str name)
{
    bool found;
    int place = find_place(broker, name, &found);
    return found ? broker->topics[place] : NULL;
}

void embedded_add_topic(EmbeddedBroker *broker, Topic *topic)
{
    bool found;
    int place = find_place(broker, str_from(topic->name), &found);
    assert(!found);
    if (broker->topic_count == broker->topic_cap) {
        broker->topic_cap = broker->topic_cap ? broker->topic_cap * 2 : 8;
        broker->topics = mem_realloc(
            broker->topics, sizeof(Topic *) * (size_t)broker->topic_cap);
    }
    memmove(&broker->topics[place + 1], &broker->topics[place],
            sizeof(Topic *) * (size_t)(broker->topic_count - place));
    broker->topics[place] = topic;
    broker->topic_count++;
    if (topic->id >= broker->next_topic_id)
        broker->next_topic_id = topic->id + 1;
}

static void remove_topic(EmbeddedBroker *broker, Topic *topic)
{
    bool found;
    int place = find_place(broker, str_from(topic->name), &found);
    assert(found);
    broker->topic_count--;
    memmove(&broker->topics[place], &broker->topics[place + 1],
            sizeof(Topic *) * (size_t)(broker->topic_count - place));
    atomic_store(&topic->deleted, true);
    embedded_forget_tails(broker, topic);
    groups_forget_topic(broker->groups, topic->id);
    embedded_wake_all(broker);
    topic_unref(topic);
}

/* ---- administration ---- */

/* Takes the lock and becomes the leader. */
static EmbeddedBroker *begin(Broker *base)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    pthread_mutex_lock(&broker->lock);
    embedded_lead(broker);
    return broker;
}

static Status finish(EmbeddedBroker *broker, Status st)
{
    embedded_follow(broker);
    pthread_mutex_unlock(&broker->lock);
    return st;
}

static Status create_one(EmbeddedBroker *broker, Arena *arena,
                         const NewTopic *new)
{
    Topic *topic;

    if (embedded_find_topic(broker, new->name))
        return st_error(arena, ST_USER, "topic '%.*s' exists already",
                        STR_ARG(new->name));
    Status st = topic_new(arena, broker->next_topic_id, new, &topic);
    if (st.kind) return st;
    if (broker->storage) {
        pthread_mutex_unlock(&broker->lock);
        st = broker->storage->type->put_topic(broker->storage, arena, topic);
        pthread_mutex_lock(&broker->lock);
    }
    if (st.kind)
        topic_unref(topic);
    else
        embedded_add_topic(broker, topic);
    return st;
}

Status embedded_create_topics(Broker *base, Arena *arena, NewTopic *topics,
                              int count)
{
    EmbeddedBroker *broker = begin(base);
    Status first = st_ok();

    for (int i = 0; i < count; i++) {
        topics[i].st = create_one(broker, arena, &topics[i]);
        if (!first.kind) first = topics[i].st;
    }
    return finish(broker, first);
}

Status embedded_delete_topic(Broker *base, Arena *arena, Str name)
{
    EmbeddedBroker *broker = begin(base);
    Topic *topic = embedded_find_topic(broker, name);
    Status st = st_ok();

    if (!topic) return finish(broker, unknown_topic(arena, name));
    if (broker->storage) {
        pthread_mutex_unlock(&broker->lock);
        st = broker->storage->type->drop_topic(broker->storage, arena, topic);
        pthread_mutex_lock(&broker->lock);
    }
    if (!st.kind) remove_topic(broker, topic);
    return finish(broker, st);
}

static void fill_info(Arena *arena, const Topic *topic, TopicInfo *info)
{
    *info = (TopicInfo){.name = str_copy(arena, str_from(topic->name)),
                        .partition_count = topic->partition_count,
                        .replica_count = topic->replica_count};
}

Status embedded_list_topics(Broker *base, Arena *arena, TopicInfo **topics,
                            int *count)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    pthread_mutex_lock(&broker->lock);
    *topics = ARENA_ARRAY(arena, TopicInfo, broker->topic_count + 1);
    *count = broker->topic_count;
    for (int i = 0; i < *count; i++)
        fill_info(arena, broker->topics[i], &(*topics)[i]);
    pthread_mutex_unlock(&broker->lock);
    return st_ok();
}

Status embedded_describe_topic(Broker *base, Arena *arena, Str name,
                               TopicInfo *info)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    pthread_mutex_lock(&broker->lock);
    Topic *topic = embedded_find_topic(broker, name);
    if (topic) fill_info(arena, topic, info);
    pthread_mutex_unlock(&broker->lock);
    return topic ? st_ok() : unknown_topic(arena, name);
}

static void add_default(TopicConfig *configs, int *count, const char *name,
                        Str value)
{
    for (int i = 0; i < *count; i++)
        if (str_eq(configs[i].name, str_from(name))) return;
    configs[(*count)++] = (TopicConfig){str_from(name), value};
}

Status embedded_topic_configs(Broker *base, Arena *arena, Str name,
                              TopicConfig **configs, int *count)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    pthread_mutex_lock(&broker->lock);
    Topic *topic = embedded_find_topic(broker, name);
    *count = 0;
    if (topic) {
        *configs = ARENA_ARRAY(arena, TopicConfig, topic->config_count + 3);
        for (int i = 0; i < topic->config_count; i++)
            (*configs)[(*count)++] = (TopicConfig){
                str_copy(arena, topic->configs[i].name),
                str_copy(arena, topic->configs[i].value)};
        add_default(*configs, count, "cleanup.policy", STR("delete"));
        add_default(*configs, count, "retention.bytes", STR("-1"));
        add_default(*configs, count, "retention.ms", STR("-1"));
    }
    pthread_mutex_unlock(&broker->lock);
    return topic ? st_ok() : unknown_topic(arena, name);
}

/* Under the lock; *part is NULL on failure. */
static Status find_partition(const EmbeddedBroker *broker, Arena *arena,
                             Str name, int32_t partition, Partition **part)
{
    Topic *topic = embedded_find_topic(broker, name);
    *part = NULL;
    if (!topic) return unknown_topic(arena, name);
    if (partition < 0 || partition >= topic->partition_count)
        return st_error(arena, ST_USER, "topic '%.*s' has no partition %d",
                        STR_ARG(name), partition);
    *part = &topic->partitions[partition];
    return st_ok();
}

Status embedded_watermarks(Broker *base, Arena *arena, Str name,
                           int32_t partition, int64_t *low, int64_t *high)
{
    EmbeddedBroker *broker = (EmbeddedBroker *)base;
    Partition *part;
    pthread_mutex_lock(&broker->lock);
    Status st = find_partition(broker, arena, name, partition, &part);
    *low = part ? part->start : 0;
    *high = part ? part->end : 0;
    pthread_mutex_unlock(&broker->lock);
    return st;
}

/* As the leader and under the lock, which it releases while it writes. */
static Status trim(EmbeddedBroker *broker, Arena *arena, Partition *part,
                   int64_t start)
{
    Status st = st_ok();
    if (start > part->end) start = part->end;
    if (start <= part->start) return st;
    if (broker->storage) {
        pthread_mutex_unlock(&broker->lock);
        st = broker->storage->type->trim(broker->storage, arena, part, start);
        pthread_mutex_lock(&broker->lock);
    }
    if (st.kind) return st;
    part->start = start;
    embedded_drop_tail(broker, part, start);
    return st;
}

Status embedded_trim(EmbeddedBroker *broker, Arena *arena, Partition *part,
                     int64_t start)
{
    begin(&broker->base);
    Status st = st_ok();
    if (!atomic_load(&part->topic->deleted))
        st = trim(broker, arena, part, start);
    return finish(broker, st);
}

/* It is done at once; the caller has set *deletion to NULL. */
Status embedded_delete_records(Broker *base, Arena *arena,
                               const RecordsBefore *parts, int count,
                               Deletion **deletion)
{
    EmbeddedBroker *broker = begin(base);
    Status first = st_ok();
    (void)deletion;
    for (int i = 0; i < count; i++) {
        Partition *part;
        Status st = find_partition(broker, arena, str_from(parts[i].topic),
                                   parts[i].partition, &part);
        if (!st.kind) st = trim(broker, arena, part, parts[i].offset);
        if (!first.kind) first = st;
    }
    return finish(broker, first);
}

Status embedded_delete_group(Broker *base, Arena *arena, Str group)
{
    EmbeddedBroker *broker = begin(base);
    Status st = st_ok();
    if (broker->storage) {
        pthread_mutex_unlock(&broker->lock);
        st = broker->storage->type->drop_group(broker->storage, arena, group);
        pthread_mutex_lock(&broker->lock);
    }
    if (!st.kind) groups_forget_group(broker->groups, group);
    return finish(broker, st);
}
