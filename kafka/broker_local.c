/* SPDX-License-Identifier: Apache-2.0
 *
 * The embedded broker: opening, locking, topics. Layout and threads are
 * described in kafka/local.h.
 */
#include "kafka/local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/number.h"

LocalBroker *local_lock(Broker *base)
{
    LocalBroker *broker = (LocalBroker *)base;
    pthread_mutex_lock(&broker->lock);
    return broker;
}

void local_unlock(LocalBroker *broker)
{
    pthread_mutex_unlock(&broker->lock);
}

LocalTopic *local_topic(LocalBroker *broker, const char *name)
{
    return map_get(&broker->topics, str_from(name));
}

LocalPartition *local_partition(LocalBroker *broker, const char *name,
                                int32_t partition, LocalTopic **topic)
{
    LocalTopic *found = local_topic(broker, name);
    if (topic) *topic = found;
    if (!found || partition < 0 || partition >= found->partition_count)
        return NULL;
    return &found->partitions[partition];
}

Status local_unknown_topic(Arena *arena, Str name)
{
    return st_error(arena, ST_USER, "topic '%.*s' does not exist",
                    STR_ARG(name));
}

/* ---- topics ---- */

static int count_partitions(void *context, const char *name)
{
    LocalTopic *topic = local_topic(context, name);
    return topic ? topic->partition_count : 0;
}

/* Reads the configs that the broker acts on. */
static void apply_configs(LocalTopic *topic)
{
    topic->retention_ms = 604800000;
    topic->retention_bytes = -1;
    topic->deletes = true;
    for (int i = 0; i < topic->configs.count; i++) {
        Str name = topic->configs.at[i].name;
        Str value = topic->configs.at[i].value;
        if (str_eq(name, STR("retention.ms")))
            number_parse_i64(value, &topic->retention_ms);
        if (str_eq(name, STR("retention.bytes")))
            number_parse_i64(value, &topic->retention_bytes);
        if (!str_eq(name, STR("cleanup.policy"))) continue;
        topic->compacts = str_find(value, STR("compact"), 0) != SIZE_MAX;
        topic->deletes = str_find(value, STR("delete"), 0) != SIZE_MAX;
    }
}

static LocalTopic *make_topic(LocalBroker *broker, Str name, int partitions,
                              int replicas, const TopicConfig *configs,
                              int config_count)
{
    Arena *own = arena_new("topic", 0);
    LocalTopic *topic = ARENA_NEW(own, LocalTopic);

    topic->arena = own;
    topic->name = str_cstr(broker->arena, name);
    topic->id = broker->next_id++;
    topic->partition_count = partitions;
    topic->replica_count = replicas > 0 ? replicas : 1;
    topic->partitions = arena_zalloc(own, sizeof(LocalPartition) *
                                              (size_t)partitions);
    for (int i = 0; i < config_count; i++)
        *vec_push(own, &topic->configs) = (TopicConfig){
            str_copy(own, configs[i].name), str_copy(own, configs[i].value)};
    apply_configs(topic);
    return topic;
}

static Status check_topic(LocalBroker *broker, Arena *arena, Str name,
                          int partitions)
{
    bool bad = !name.len || name.len > 249;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bad |= !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                 (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-');
    }
    if (bad)
        return st_error(arena, ST_USER,
                        "'%.*s' is no topic name: 1 to 249 letters, digits, "
                        "'.', '_' and '-'",
                        STR_ARG(name));
    if (map_get(&broker->topics, name))
        return st_error(arena, ST_USER, "topic '%.*s' exists already",
                        STR_ARG(name));
    if (partitions < 1)
        return st_error(arena, ST_USER,
                        "topic '%.*s' needs at least one partition",
                        STR_ARG(name));
    return st_ok();
}

static Status local_create_topic(Broker *base, Arena *arena, Str name,
                                 int partitions, int replicas,
                                 const TopicConfig *configs, int config_count)
{
    LocalBroker *broker = local_lock(base);
    Status st = check_topic(broker, arena, name, partitions);

    if (!st.kind) {
        LocalTopic *topic = make_topic(broker, name, partitions, replicas,
                                       configs, config_count);
        st = local_save_topic(broker, arena, topic);
        if (st.kind) {
            arena_free(topic->arena);
        } else {
            map_put(broker->arena, &broker->topics, str_from(topic->name),
                    topic);
            inprocs_topic_changed(broker->groups, topic->name);
            pthread_cond_broadcast(&broker->changed);
        }
    }
    local_unlock(broker);
    return st;
}

static void drop_tails(LocalTopic *topic)
{
    for (int p = 0; p < topic->partition_count; p++) {
        LocalPartition *partition = &topic->partitions[p];
        for (int i = 0; i < LOCAL_TAIL_BATCHES; i++) {
            blob_drop(partition->tail[i].blob);
            partition->tail[i].blob = NULL;
        }
        partition->tail_count = 0;
    }
}

static Status local_delete_topic(Broker *base, Arena *arena, Str name)
{
    LocalBroker *broker = local_lock(base);
    LocalTopic *topic = map_get(&broker->topics, name);
    Status st = topic ? local_erase_topic(broker, arena, topic)
                      : local_unknown_topic(arena, name);

    if (!st.kind) {
        map_remove(&broker->topics, name);
        drop_tails(topic);
        *vec_push(broker->arena, &broker->deleted) = topic->arena;
        inprocs_forget_topic(broker->groups, name);
        inprocs_topic_changed(broker->groups, topic->name);
        pthread_cond_broadcast(&broker->changed);
    }
    local_unlock(broker);
    return st;
}

static void fill_info(Arena *arena, const LocalTopic *topic, TopicInfo *info)
{
    *info = (TopicInfo){.name = str_copy(arena, str_from(topic->name)),
                        .partition_count = topic->partition_count,
                        .replica_count = topic->replica_count};
}

static int compare_infos(const void *a, const void *b)
{
    return str_compare(((const TopicInfo *)a)->name,
                       ((const TopicInfo *)b)->name);
}

static Status local_list_topics(Broker *base, Arena *arena, TopicInfo **topics,
                                int *count)
{
    LocalBroker *broker = local_lock(base);
    *topics = ARENA_ARRAY(arena, TopicInfo, broker->topics.live + 1);
    *count = 0;
    for (int i = 0; i < broker->topics.count; i++)
        if (broker->topics.entries[i].value)
            fill_info(arena, broker->topics.entries[i].value,
                      &(*topics)[(*count)++]);
    local_unlock(broker);
    qsort(*topics, (size_t)*count, sizeof **topics, compare_infos);
    return st_ok();
}

static Status local_describe_topic(Broker *base, Arena *arena, Str name,
                                   TopicInfo *info)
{
    LocalBroker *broker = local_lock(base);
    LocalTopic *topic = map_get(&broker->topics, name);
    if (topic) fill_info(arena, topic, info);
    local_unlock(broker);
    return topic ? st_ok() : local_unknown_topic(arena, name);
}

static Status local_topic_configs(Broker *base, Arena *arena, Str name,
                                  TopicConfig **configs, int *count)
{
    LocalBroker *broker = local_lock(base);
    LocalTopic *topic = map_get(&broker->topics, name);

    *count = 0;
    if (topic) {
        *configs = ARENA_ARRAY(arena, TopicConfig, topic->configs.count + 1);
        for (int i = 0; i < topic->configs.count; i++)
            (*configs)[(*count)++] = (TopicConfig){
                str_copy(arena, topic->configs.at[i].name),
                str_copy(arena, topic->configs.at[i].value)};
    }
    local_unlock(broker);
    return topic ? st_ok() : local_unknown_topic(arena, name);
}

static Status local_watermarks(Broker *base, Arena *arena, Str name,
                               int32_t partition, int64_t *low, int64_t *high)
{
    LocalBroker *broker = local_lock(base);
    LocalPartition *at = local_partition(broker, str_cstr(arena, name),
                                         partition, NULL);
    *low = at ? at->low : 0;
    *high = at ? at->high : 0;
    local_unlock(broker);
    return at ? st_ok() : local_unknown_topic(arena, name);
}

/* Retention removes them in its own time. */
static Status local_delete_records(Broker *base, Arena *arena, Str topic,
                                   int32_t partition, int64_t before)
{
    (void)base, (void)arena, (void)topic, (void)partition, (void)before;
    return st_ok();
}

static Status local_delete_group(Broker *base, Arena *arena, Str group)
{
    LocalBroker *broker = local_lock(base);
    inprocs_forget_group(broker->groups, group);
    Status st = local_erase_group(broker, arena, group);
    local_unlock(broker);
    return st;
}

/* ---- opening and closing ---- */

/* One process owns a directory: flock, with the owner's pid as text. */
static Status take_lock(LocalBroker *broker, Arena *arena)
{
    Str path = str_printf(arena, "%.*s/lock", STR_ARG(broker->directory));
    char pid[32] = "";

    broker->lock_fd = open(path.ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (broker->lock_fd < 0)
        return st_error(arena, ST_USER,
                        "cannot use the data directory '%.*s': %s",
                        STR_ARG(broker->directory), strerror(errno));
    if (flock(broker->lock_fd, LOCK_EX | LOCK_NB)) {
        ssize_t n = read(broker->lock_fd, pid, sizeof pid - 1);
        if (n < 0) n = 0;
        while (n > 0 && pid[n - 1] == '\n')
            n--;
        pid[n] = 0;
        close(broker->lock_fd);
        broker->lock_fd = -1;
        return st_error(arena, ST_USER,
                        "the data directory '%.*s' is in use by process %s: "
                        "stop it, or use another one with --data-dir",
                        STR_ARG(broker->directory), *pid ? pid : "unknown");
    }
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(broker->lock_fd, 0) ||
        pwrite(broker->lock_fd, pid, (size_t)n, 0) != n)
        return st_error(arena, ST_USER, "cannot write '%.*s': %s",
                        STR_ARG(path), strerror(errno));
    return st_ok();
}

static void stop_threads(LocalBroker *broker)
{
    pthread_mutex_lock(&broker->lock);
    broker->closing = true;
    pthread_cond_broadcast(&broker->wanted);
    pthread_cond_broadcast(&broker->cleaning);
    pthread_mutex_unlock(&broker->lock);
    if (broker->writer_started) pthread_join(broker->writer, NULL);
    if (broker->cleaner_started) pthread_join(broker->cleaner, NULL);
}

static void local_close(Broker *base)
{
    LocalBroker *broker = (LocalBroker *)base;

    stop_threads(broker);
    local_close_disk(broker);
    for (int i = 0; i < broker->topics.count; i++) {
        LocalTopic *topic = broker->topics.entries[i].value;
        if (!topic) continue;
        drop_tails(topic);
        arena_free(topic->arena);
    }
    for (int i = 0; i < broker->deleted.count; i++)
        arena_free(broker->deleted.at[i]);
    inprocs_free(broker->groups);
    if (broker->lock_fd >= 0) close(broker->lock_fd);
    pthread_cond_destroy(&broker->changed);
    pthread_cond_destroy(&broker->wanted);
    pthread_cond_destroy(&broker->written);
    pthread_cond_destroy(&broker->cleaning);
    pthread_mutex_destroy(&broker->lock);
    arena_free(broker->arena);
}

static const BrokerType local_type = {
    .name = "local",
    .close = local_close,
    .create_topic = local_create_topic,
    .delete_topic = local_delete_topic,
    .list_topics = local_list_topics,
    .describe_topic = local_describe_topic,
    .topic_configs = local_topic_configs,
    .watermarks = local_watermarks,
    .delete_records = local_delete_records,
    .delete_group = local_delete_group,
    .consumer_open = local_consumer_open,
    .consumer_close = local_consumer_close,
    .consumer_assign = local_consumer_assign,
    .consumer_poll = local_consumer_poll,
    .consumer_release = local_consumer_release,
    .consumer_commit = local_consumer_commit,
    .consumer_committed = local_consumer_committed,
    .producer_open = local_producer_open,
    .producer_close = local_producer_close,
    .produce = local_produce,
    .producer_flush = local_flush,
    .txn_begin = local_txn_begin,
    .txn_commit = local_txn_commit,
    .txn_abort = local_txn_abort,
};

STATUS broker_local_open(Arena *arena, Str directory,
                         const BrokerLocalOptions *options, Broker **out)
{
    Arena *own = arena_new("local broker", 0);
    LocalBroker *broker = ARENA_NEW(own, LocalBroker);

    *out = NULL;
    broker->base.type = &local_type;
    broker->arena = own;
    broker->directory = str_copy(own, directory);
    broker->lock_fd = -1;
    if (options) {
        broker->fsync = options->fsync;
        broker->clock = options->clock;
    }
    pthread_mutex_init(&broker->lock, NULL);
    pthread_cond_init(&broker->changed, NULL);
    pthread_cond_init(&broker->wanted, NULL);
    pthread_cond_init(&broker->written, NULL);
    pthread_cond_init(&broker->cleaning, NULL);
    broker->groups = inprocs_new(count_partitions, broker);
    mkdir(broker->directory.ptr, 0755);
    Status st = take_lock(broker, arena);
    if (!st.kind) st = local_open_disk(broker, arena);
    if (!st.kind) st = local_load(broker, arena);
    for (int i = 0; i < broker->topics.count && !st.kind; i++)
        apply_configs(broker->topics.entries[i].value);
    if (!st.kind) {
        broker->writer_started = !pthread_create(&broker->writer, NULL,
                                                 local_writer, broker);
        broker->cleaner_started = !pthread_create(&broker->cleaner, NULL,
                                                  local_cleaner, broker);
        *out = &broker->base;
        return st_ok();
    }
    local_close(&broker->base);
    return st;
}
