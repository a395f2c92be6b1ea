/* SPDX-License-Identifier: Apache-2.0
 *
 * Topics of a real Kafka through librdkafka: opening, and the requests about
 * topics, offsets and groups. They go through one handle, made when first
 * needed. It is a consumer, because a consumer may be told never to create a
 * topic by asking for it. Every request is bounded in time and, when the broker
 * is away, says so as ST_RETRY with the address that was tried.
 */
#include "kafka/broker_kafka_int.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { SEEN_MS = 15000 }; /* How long a change of topics is waited for. */

const char *broker_librdkafka_version(void)
{
    return rd_kafka_version_str();
}

/* The handle in `*place`, made first if there is none yet. */
static Status shared_handle(KafkaBroker *broker, Arena *arena,
                            const char *group, rd_kafka_t **place,
                            rd_kafka_t **rk)
{
    Status st = st_ok();

    pthread_mutex_lock(&broker->lock);
    *rk = *place;
    pthread_mutex_unlock(&broker->lock);
    if (*rk) return st;
    rd_kafka_conf_t *conf;
    st = kafka_config(broker, arena, HANDLE_ADMIN, NULL, &conf);
    if (st.kind) return st;
    if (group) kafka_set(conf, "group.id", group);
    KafkaHandle *handle = mem_zalloc(sizeof *handle);
    handle->broker = broker;
    st = kafka_open_handle(handle, arena, RD_KAFKA_CONSUMER, conf);
    if (st.kind) {
        mem_free(handle);
        return st;
    }
    rd_kafka_t *spare = handle->rk;
    pthread_mutex_lock(&broker->lock);
    if (!*place) {
        *place = spare;
        spare = NULL;
    }
    *rk = *place;
    pthread_mutex_unlock(&broker->lock);
    if (spare) { /* Another thread was faster. */
        rd_kafka_destroy_flags(spare, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
        mem_free(handle);
    }
    return st;
}

STATUS kafka_admin(KafkaBroker *broker, Arena *arena, rd_kafka_t **admin)
{
    return shared_handle(broker, arena, NULL, &broker->admin, admin);
}

/* It is of a group, which it never joins, because one that is of none does not
 * survive the answer that a broker is not the coordinator (librdkafka 2.0.2
 * then tells its own group, without a look if there is one). */
STATUS kafka_groups(KafkaBroker *broker, Arena *arena, Str group,
                    rd_kafka_t **groups)
{
    return shared_handle(broker, arena, str_cstr(arena, group), &broker->groups,
                         groups);
}

static void close_shared(rd_kafka_t *rk)
{
    if (!rk) return;
    KafkaHandle *handle = rd_kafka_opaque(rk);
    rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    mem_free(handle);
}

static void kafka_close(Broker *base)
{
    KafkaBroker *broker = (KafkaBroker *)base;

    close_shared(broker->admin);
    close_shared(broker->groups);
    kafka_coordinators_free(broker);
    pthread_mutex_destroy(&broker->lock);
    arena_free(broker->arena);
}

/* ---- metadata ---- */

static Status unknown_topic(Arena *arena, Str name)
{
    return st_error(arena, ST_USER, "topic '%.*s' does not exist",
                    STR_ARG(name));
}

STATUS kafka_metadata(KafkaBroker *broker, Arena *arena, const char *name,
                      const struct rd_kafka_metadata **out)
{
    rd_kafka_t *admin;
    rd_kafka_topic_t *topic = NULL;

    Status st = kafka_admin(broker, arena, &admin);
    if (st.kind) return st;
    if (name) {
        topic = rd_kafka_topic_new(admin, name, NULL);
        if (!topic)
            return st_error(arena, ST_USER, "'%s' is no name for a topic",
                            name);
    }
    rd_kafka_resp_err_t err = rd_kafka_metadata(admin, !name, topic, out,
                                                REQUEST_MS);
    rd_kafka_poll(admin, 0); /* Serves error callbacks. */
    if (topic) rd_kafka_topic_destroy(topic);
    if (!err) return st_ok();
    if (name)
        return kafka_error(broker, arena, err, ST_FATAL, NULL,
                           "look up topic '%s'", name);
    return kafka_error(broker, arena, err, ST_FATAL, NULL, "list topics");
}

static bool is_internal(const char *name)
{
    return !strcmp(name, "__consumer_offsets") ||
           !strcmp(name, "__transaction_state") ||
           !strcmp(name, "__share_group_state") ||
           !strcmp(name, "__cluster_metadata");
}

static void fill_info(Arena *arena, const struct rd_kafka_metadata_topic *topic,
                      TopicInfo *info)
{
    *info = (TopicInfo){.name = str_copy(arena, str_from(topic->topic)),
                        .partition_count = topic->partition_cnt,
                        .replica_count = topic->partition_cnt
                                             ? topic->partitions[0].replica_cnt
                                             : 0,
                        .internal = is_internal(topic->topic)};
}

static int compare_infos(const void *a, const void *b)
{
    return str_compare(((const TopicInfo *)a)->name,
                       ((const TopicInfo *)b)->name);
}

static Status kafka_list_topics(Broker *base, Arena *arena, TopicInfo **topics,
                                int *count)
{
    const struct rd_kafka_metadata *metadata;

    *count = 0;
    Status st = kafka_metadata((KafkaBroker *)base, arena, NULL, &metadata);
    if (st.kind) return st;
    *topics = ARENA_ARRAY(arena, TopicInfo, metadata->topic_cnt + 1);
    for (int i = 0; i < metadata->topic_cnt; i++)
        if (metadata->topics[i].partition_cnt)
            fill_info(arena, &metadata->topics[i], &(*topics)[(*count)++]);
    rd_kafka_metadata_destroy(metadata);
    qsort(*topics, (size_t)*count, sizeof **topics, compare_infos);
    return st;
}

/* Whether every partition can be written and read now. */
static bool has_leaders(const struct rd_kafka_metadata_topic *topic)
{
    for (int i = 0; i < topic->partition_cnt; i++)
        if (topic->partitions[i].leader < 0) return false;
    return topic->partition_cnt > 0;
}

/* One look at a topic; `leaders` (may be NULL) tells if it can be used. */
static Status look_up(KafkaBroker *broker, Arena *arena, Str name,
                      TopicInfo *info, bool *leaders)
{
    const struct rd_kafka_metadata *metadata;
    const char *text = str_cstr(arena, name);

    Status st = kafka_metadata(broker, arena, text, &metadata);
    if (st.kind) return st;
    const struct rd_kafka_metadata_topic *topic = metadata->topics;
    rd_kafka_resp_err_t err = metadata->topic_cnt
                                  ? topic->err
                                  : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
        err == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) {
        st = unknown_topic(arena, name);
    } else if (topic->partition_cnt) {
        fill_info(arena, topic, info);
        if (leaders) *leaders = has_leaders(topic);
    } else {
        st = kafka_error(broker, arena,
                         err ? err : RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                         ST_USER, NULL, "look up topic '%s'", text);
    }
    rd_kafka_metadata_destroy(metadata);
    return st;
}

static Status kafka_describe_topic(Broker *base, Arena *arena, Str name,
                                   TopicInfo *info)
{
    return look_up((KafkaBroker *)base, arena, name, info, NULL);
}

STATUS kafka_partition_count(KafkaBroker *broker, Arena *arena,
                             const char *topic, int *count)
{
    TopicInfo info;
    Status st = look_up(broker, arena, str_from(topic), &info, NULL);
    *count = st.kind ? 0 : info.partition_count;
    return st;
}

/* Until a topic can be used (or is gone) everywhere: the broker answers a
 * request before all its parts know of the change. */
static void wait_for_topic(KafkaBroker *broker, Arena *arena, Str name,
                           bool exists)
{
    int64_t until_ms = clock_monotonic_ms() + SEEN_MS;
    for (int64_t ms = 5; clock_monotonic_ms() < until_ms; ms += ms / 2) {
        TopicInfo info;
        bool leaders = false;
        Status st = look_up(broker, arena, name, &info, &leaders);
        if (exists ? !st.kind && leaders : st.kind == ST_USER) return;
        clock_sleep_ms(ms < 500 ? ms : 500);
    }
}

/* ---- admin requests ---- */

/* One request: a queue to wait on, and its options. */
typedef struct Request {
    rd_kafka_t *admin;
    rd_kafka_queue_t *queue;
    rd_kafka_AdminOptions_t *options;
    rd_kafka_event_t *event;
} Request;

static Status begin_request(KafkaBroker *broker, Arena *arena,
                            rd_kafka_admin_op_t op, Request *request)
{
    *request = (Request){0};
    Status st = kafka_admin(broker, arena, &request->admin);
    if (st.kind) return st;
    request->queue = rd_kafka_queue_new(request->admin);
    request->options = rd_kafka_AdminOptions_new(request->admin, op);
    rd_kafka_AdminOptions_set_request_timeout(request->options, REQUEST_MS,
                                              NULL, 0);
    return st;
}

static void end_request(Request *request)
{
    if (request->event) rd_kafka_event_destroy(request->event);
    if (request->options) rd_kafka_AdminOptions_destroy(request->options);
    if (request->queue) rd_kafka_queue_destroy(request->queue);
}

/* Waits for the answer; the error is that of the request as a whole. */
static rd_kafka_resp_err_t await(Request *request)
{
    request->event = rd_kafka_queue_poll(request->queue, REQUEST_MS + 2000);
    if (!request->event) return RD_KAFKA_RESP_ERR__TIMED_OUT;
    return rd_kafka_event_error(request->event);
}

static Status check_config(KafkaBroker *broker, Arena *arena,
                           rd_kafka_NewTopic_t *topic,
                           const TopicConfig *config)
{
    const char *name = str_cstr(arena, config->name);
    rd_kafka_resp_err_t err = rd_kafka_NewTopic_set_config(
        topic, name, str_cstr(arena, config->value));
    if (!err) return st_ok();
    return kafka_error(broker, arena, err, ST_USER, NULL,
                       "set topic config '%s'", name);
}

/* What is sent for a topic; NULL, with its status, if it cannot be. */
static rd_kafka_NewTopic_t *describe_new(KafkaBroker *broker, Arena *arena,
                                         NewTopic *new)
{
    char text[256];

    new->st = st_ok();
    if (new->partitions < 1) {
        new->st = st_error(arena, ST_USER,
                           "topic '%.*s' needs at least one partition",
                           STR_ARG(new->name));
        return NULL;
    }
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(
        str_cstr(arena, new->name), new->partitions,
        new->replicas > 0 ? new->replicas : -1, text, sizeof text);
    if (!topic) {
        new->st = st_error(arena, ST_USER, "cannot create topic '%.*s': %s",
                           STR_ARG(new->name), text);
        return NULL;
    }
    for (int i = 0; i < new->config_count && !new->st.kind; i++)
        new->st = check_config(broker, arena, topic, &new->configs[i]);
    if (!new->st.kind) return topic;
    rd_kafka_NewTopic_destroy(topic);
    return NULL;
}

static Status created(KafkaBroker *broker, Arena *arena, Str name,
                      rd_kafka_resp_err_t err, const char *detail)
{
    if (!err) return st_ok();
    if (err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return st_error(arena, ST_USER, "topic '%.*s' exists already",
                        STR_ARG(name));
    return kafka_error(broker, arena, err, ST_USER, detail,
                       "create topic '%.*s'", STR_ARG(name));
}

/* Sends those that can be, and notes what became of each. The answer has them
 * in any order. */
static Status create(KafkaBroker *broker, Arena *arena, NewTopic **topics,
                     rd_kafka_NewTopic_t **described, size_t count)
{
    Request request;
    Map answers = {0};

    Status st = begin_request(broker, arena, RD_KAFKA_ADMIN_OP_CREATETOPICS,
                              &request);
    if (st.kind) return st;
    rd_kafka_AdminOptions_set_operation_timeout(request.options, REQUEST_MS,
                                                NULL, 0);
    rd_kafka_CreateTopics(request.admin, described, count, request.options,
                          request.queue);
    rd_kafka_resp_err_t all = await(&request);
    size_t answered = 0;
    const rd_kafka_topic_result_t **results =
        all ? NULL
            : rd_kafka_CreateTopics_result_topics(
                  rd_kafka_event_CreateTopics_result(request.event), &answered);
    for (size_t i = 0; i < answered; i++)
        map_put(arena, &answers,
                str_from(rd_kafka_topic_result_name(results[i])),
                (void *)(uintptr_t)results[i]);
    for (size_t i = 0; i < count; i++) {
        Str name = topics[i]->name;
        const rd_kafka_topic_result_t *own = map_get(&answers, name);
        rd_kafka_resp_err_t err = own ? rd_kafka_topic_result_error(own) : all;
        topics[i]->st = created(broker, arena, name, err,
                                own ? rd_kafka_topic_result_error_string(own)
                                    : NULL);
        /* Also one that somebody else has just made. */
        if (!err || err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            wait_for_topic(broker, arena, name, true);
    }
    end_request(&request);
    return st;
}

static Status kafka_create_topics(Broker *base, Arena *arena, NewTopic *topics,
                                  int count)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    NewTopic **sent = ARENA_ARRAY(arena, NewTopic *, count);
    rd_kafka_NewTopic_t **described = ARENA_ARRAY(arena, rd_kafka_NewTopic_t *,
                                                  count);
    size_t n = 0;

    for (int i = 0; i < count; i++) {
        described[n] = describe_new(broker, arena, &topics[i]);
        if (described[n]) sent[n++] = &topics[i];
    }
    Status st = n ? create(broker, arena, sent, described, n) : st_ok();
    rd_kafka_NewTopic_destroy_array(described, n);
    for (size_t i = 0; i < n && st.kind; i++)
        sent[i]->st = st;
    for (int i = 0; i < count && !st.kind; i++)
        st = topics[i].st;
    return st;
}

static Status kafka_delete_topic(Broker *base, Arena *arena, Str name)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    Request request;
    const char *detail = NULL;

    Status st = begin_request(broker, arena, RD_KAFKA_ADMIN_OP_DELETETOPICS,
                              &request);
    if (st.kind) return st;
    rd_kafka_AdminOptions_set_operation_timeout(request.options, REQUEST_MS,
                                                NULL, 0);
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(
        str_cstr(arena, name));
    rd_kafka_DeleteTopics(request.admin, &topic, 1, request.options,
                          request.queue);
    rd_kafka_resp_err_t err = await(&request);
    if (!err) {
        size_t count;
        const rd_kafka_topic_result_t **results =
            rd_kafka_DeleteTopics_result_topics(
                rd_kafka_event_DeleteTopics_result(request.event), &count);
        err = count ? rd_kafka_topic_result_error(results[0]) : err;
        detail = count ? rd_kafka_topic_result_error_string(results[0]) : NULL;
    }
    if (err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        st = unknown_topic(arena, name);
    else if (err)
        st = kafka_error(broker, arena, err, ST_USER, detail,
                         "delete topic '%.*s'", STR_ARG(name));
    rd_kafka_DeleteTopic_destroy(topic);
    end_request(&request);
    if (!st.kind) wait_for_topic(broker, arena, name, false);
    return st;
}

static void copy_configs(Arena *arena, const rd_kafka_ConfigResource_t *from,
                         TopicConfig **configs, int *count)
{
    size_t entries;
    const rd_kafka_ConfigEntry_t **entry = rd_kafka_ConfigResource_configs(
        from, &entries);

    *configs = ARENA_ARRAY(arena, TopicConfig, entries + 1);
    for (size_t i = 0; i < entries; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entry[i]);
        if (!value) continue; /* A secret. */
        Str name = str_from(rd_kafka_ConfigEntry_name(entry[i]));
        (*configs)[(*count)++] = (TopicConfig){
            str_copy(arena, name), str_copy(arena, str_from(value))};
    }
}

static Status kafka_topic_configs(Broker *base, Arena *arena, Str name,
                                  TopicConfig **configs, int *count)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    Request request;
    const rd_kafka_ConfigResource_t *answer = NULL;

    *count = 0;
    Status st = begin_request(broker, arena, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
                              &request);
    if (st.kind) return st;
    rd_kafka_ConfigResource_t *topic = rd_kafka_ConfigResource_new(
        RD_KAFKA_RESOURCE_TOPIC, str_cstr(arena, name));
    rd_kafka_DescribeConfigs(request.admin, &topic, 1, request.options,
                             request.queue);
    rd_kafka_resp_err_t err = await(&request);
    if (!err) {
        size_t n;
        const rd_kafka_ConfigResource_t **results =
            rd_kafka_DescribeConfigs_result_resources(
                rd_kafka_event_DescribeConfigs_result(request.event), &n);
        answer = n ? results[0] : NULL;
        err = answer ? rd_kafka_ConfigResource_error(answer) : err;
    }
    if (err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        st = unknown_topic(arena, name);
    else if (err)
        st = kafka_error(broker, arena, err, ST_USER,
                         answer ? rd_kafka_ConfigResource_error_string(answer)
                                : NULL,
                         "read the configs of topic '%.*s'", STR_ARG(name));
    else if (answer)
        copy_configs(arena, answer, configs, count);
    rd_kafka_ConfigResource_destroy(topic);
    end_request(&request);
    return st;
}

/* One end of a partition: RD_KAFKA_OFFSET_BEGINNING or _END go where a time
 * would. (rd_kafka_query_watermark_offsets of 2.0.2 may wait for ever when the
 * broker dies during the call; this keeps its timeout.) */
static rd_kafka_resp_err_t query_end(rd_kafka_t *admin, const char *topic,
                                     int32_t partition, int64_t which,
                                     int64_t *offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        1);
    rd_kafka_topic_partition_t *part = rd_kafka_topic_partition_list_add(
        list, topic, partition);
    part->offset = which;
    rd_kafka_resp_err_t err = rd_kafka_offsets_for_times(admin, list,
                                                         REQUEST_MS);
    if (!err) err = list->elems[0].err;
    *offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    return err;
}

static Status kafka_watermarks(Broker *base, Arena *arena, Str name,
                               int32_t partition, int64_t *low, int64_t *high)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    const char *topic = str_cstr(arena, name);
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
    int64_t until_ns = clock_monotonic_ns() + (int64_t)REQUEST_MS * 1000000;
    rd_kafka_t *admin;
    TopicInfo info;

    /* A look first: librdkafka waits its time out for an unknown one, and the
     * answer about leaders is fresh. */
    Status st = look_up(broker, arena, name, &info, NULL);
    if (st.kind) return st;
    if (partition < 0 || partition >= info.partition_count)
        return st_error(arena, ST_USER, "topic '%s' has no partition %d", topic,
                        partition);
    st = kafka_admin(broker, arena, &admin);
    if (st.kind) return st;
    do {
        err = query_end(admin, topic, partition, RD_KAFKA_OFFSET_BEGINNING,
                        low);
        if (!err)
            err = query_end(admin, topic, partition, RD_KAFKA_OFFSET_END, high);
        if (!err) return st_ok();
        clock_sleep_ms(50);
    } while (kafka_is_passing(err) && clock_monotonic_ns() < until_ns);
    return kafka_error(broker, arena, err, ST_FATAL, NULL,
                       "read the offsets of topic '%s'", topic);
}

/* Records being deleted: the answer comes into the request's queue. */
typedef struct KafkaDeletion {
    Deletion base;
    Request request;
} KafkaDeletion;

static Status kafka_delete_records(Broker *base, Arena *arena,
                                   const RecordsBefore *parts, int count,
                                   Deletion **out)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    Request request;

    Status st = begin_request(broker, arena, RD_KAFKA_ADMIN_OP_DELETERECORDS,
                              &request);
    if (st.kind) return st;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        count);
    for (int i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, parts[i].topic,
                                          parts[i].partition)
            ->offset = parts[i].offset;
    rd_kafka_DeleteRecords_t *all = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(request.admin, &all, 1, request.options,
                           request.queue);
    rd_kafka_DeleteRecords_destroy(all);
    rd_kafka_topic_partition_list_destroy(list);
    KafkaDeletion *deletion = mem_alloc(sizeof *deletion);
    *deletion = (KafkaDeletion){{base}, request};
    *out = &deletion->base;
    return st;
}

/* What became of a deletion: its first failure. */
static Status deletion_outcome(KafkaBroker *broker, Arena *arena,
                               rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t err = rd_kafka_event_error(event);
    TopicInfo info;

    if (err)
        return kafka_error(broker, arena, err, ST_USER,
                           rd_kafka_event_error_string(event),
                           "delete records");
    const rd_kafka_topic_partition_list_t *done =
        rd_kafka_DeleteRecords_result_offsets(
            rd_kafka_event_DeleteRecords_result(event));
    for (int i = 0; i < done->cnt; i++) {
        const rd_kafka_topic_partition_t *part = &done->elems[i];
        if (part->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
            part->err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
            return unknown_topic(arena, str_from(part->topic));
        if (!part->err) continue;
        /* A request goes to the leader that is known, and librdkafka asks for
         * a new one only every quarter of an hour. */
        if (kafka_is_passing(part->err))
            (void)look_up(broker, arena, str_from(part->topic), &info, NULL);
        return kafka_error(broker, arena, part->err, ST_USER, NULL,
                           "delete records of topic '%s'", part->topic);
    }
    return st_ok();
}

static bool kafka_deletion_is_over(Deletion *base, Arena *arena, int timeout_ms,
                                   Status *st)
{
    Request *request = &((KafkaDeletion *)base)->request;

    if (!request->event)
        request->event = rd_kafka_queue_poll(request->queue, timeout_ms);
    if (!request->event) return false;
    *st = deletion_outcome((KafkaBroker *)base->broker, arena, request->event);
    return true;
}

static void kafka_deletion_drop(Deletion *base)
{
    end_request(&((KafkaDeletion *)base)->request);
    mem_free(base);
}

/* Asks one broker; a group that was never there is fine. */
static rd_kafka_resp_err_t delete_group(Request *request, const char *group,
                                        int32_t coordinator)
{
    rd_kafka_DeleteGroup_t *one = rd_kafka_DeleteGroup_new(group);

    rd_kafka_AdminOptions_set_broker(request->options, coordinator, NULL, 0);
    rd_kafka_DeleteGroups(request->admin, &one, 1, request->options,
                          request->queue);
    rd_kafka_resp_err_t err = await(request);
    if (!err) {
        size_t count;
        const rd_kafka_group_result_t **results =
            rd_kafka_DeleteGroups_result_groups(
                rd_kafka_event_DeleteGroups_result(request->event), &count);
        const rd_kafka_error_t *error =
            count ? rd_kafka_group_result_error(results[0]) : NULL;
        err = error ? rd_kafka_error_code(error) : err;
    }
    rd_kafka_DeleteGroup_destroy(one);
    return err == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND
               ? RD_KAFKA_RESP_ERR_NO_ERROR
               : err;
}

/* Asks one broker after the other until one is the coordinator. */
static Status try_delete_group(KafkaBroker *broker, Arena *arena, Str group,
                               rd_kafka_resp_err_t *err)
{
    *err = RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
    Status st = kafka_coordinators_look(broker, arena);
    for (int asked = 0; !st.kind && kafka_is_elsewhere(*err); asked++) {
        Request request;
        int32_t coordinator = kafka_coordinator(broker, group, asked);
        if (coordinator < 0) break;
        st = begin_request(broker, arena, RD_KAFKA_ADMIN_OP_DELETEGROUPS,
                           &request);
        if (st.kind) break;
        *err = delete_group(&request, str_cstr(arena, group), coordinator);
        end_request(&request);
    }
    if (st.kind || !*err) return st;
    kafka_coordinator_is(broker, group, -1);
    kafka_coordinators_doubt(broker);
    if (kafka_is_elsewhere(*err) && kafka_no_groups(broker))
        *err = RD_KAFKA_RESP_ERR_NO_ERROR;
    return st;
}

static Status kafka_delete_group(Broker *base, Arena *arena, Str group)
{
    KafkaBroker *broker = (KafkaBroker *)base;
    int64_t until_ns = clock_monotonic_ns() + (int64_t)REQUEST_MS * 1000000;
    rd_kafka_resp_err_t err;

    /* A coordinator that just started up is still loading. */
    for (;;) {
        Status st = try_delete_group(broker, arena, group, &err);
        if (st.kind || !err) return st;
        if (!kafka_is_passing(err) || clock_monotonic_ns() > until_ns) break;
        clock_sleep_ms(100);
    }
    return kafka_error(broker, arena, err, ST_USER, NULL, "delete group '%.*s'",
                       STR_ARG(group));
}

/* ---- opening ---- */

static const BrokerType kafka_type = {
    .name = "kafka",
    .close = kafka_close,
    .create_topics = kafka_create_topics,
    .delete_topic = kafka_delete_topic,
    .list_topics = kafka_list_topics,
    .describe_topic = kafka_describe_topic,
    .topic_configs = kafka_topic_configs,
    .watermarks = kafka_watermarks,
    .delete_records = kafka_delete_records,
    .deletion_is_over = kafka_deletion_is_over,
    .deletion_drop = kafka_deletion_drop,
    .delete_group = kafka_delete_group,
    .commit_groups = kafka_commit_groups,
    .committed_groups = kafka_committed_groups,
    .group_members = kafka_group_members,
    .consumer_open = kafka_consumer_open,
    .consumer_close = kafka_consumer_close,
    .consumer_assign = kafka_consumer_assign,
    .consumer_poll = kafka_consumer_poll,
    .consumer_release = kafka_consumer_release,
    .consumer_commit = kafka_consumer_commit,
    .consumer_committed = kafka_consumer_committed,
    .consumer_rest = kafka_consumer_rest,
    .consumer_seek = kafka_consumer_seek,
    .consumer_reach = kafka_consumer_reach,
    .producer_open = kafka_producer_open,
    .producer_close = kafka_producer_close,
    .produce = kafka_produce,
    .producer_flush = kafka_flush,
    .txn_begin = kafka_txn_begin,
    .txn_commit = kafka_txn_commit,
    .txn_abort = kafka_txn_abort,
};

/* Tries the properties on each kind of handle, so that a bad value is told
 * before anything runs. */
static Status check_properties(KafkaBroker *broker, Arena *arena)
{
    for (HandleKind kind = HANDLE_ADMIN; kind <= HANDLE_TRANSACTIONAL; kind++) {
        rd_kafka_conf_t *conf;
        Status st = kafka_config(broker, arena, kind, NULL, &conf);
        if (st.kind) return st;
        rd_kafka_conf_destroy(conf);
    }
    return st_ok();
}

STATUS broker_kafka_open(Arena *arena, Str bootstrap, const Map *properties,
                         Broker **out)
{
    Arena *own = arena_new("kafka broker", 0);
    KafkaBroker *broker = ARENA_NEW(own, KafkaBroker);

    broker->base.type = &kafka_type;
    broker->arena = own;
    broker->bootstrap = str_cstr(own, bootstrap);
    pthread_mutex_init(&broker->lock, NULL);
    for (int i = 0; properties && i < properties->count; i++) {
        const Str *value = properties->entries[i].value;
        if (!value) continue;
        Str *copy = ARENA_NEW(own, Str);
        *copy = str_copy(own, *value);
        map_put(own, &broker->properties,
                str_copy(own, properties->entries[i].key), copy);
    }
    Status st = check_properties(broker, arena);
    if (st.kind) {
        kafka_close(&broker->base);
        return st;
    }
    *out = &broker->base;
    return st;
}
