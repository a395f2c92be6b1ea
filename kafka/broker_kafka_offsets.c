/* SPDX-License-Identifier: Apache-2.0
 *
 * Offsets of groups without members: whoever reads for several groups commits
 * for each of them. librdkafka takes one group a request; all requests are sent
 * before the first answer is waited for, so many groups cost one round trip.
 *
 * Kafka itself refuses a commit for a group that has members.
 */
#include "kafka/broker_kafka_int.h"

typedef enum OffsetOp { OFFSETS_COMMIT, OFFSETS_FETCH } OffsetOp;

static rd_kafka_topic_partition_list_t *list_of(const GroupOffsets *group)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        group->count);
    for (int i = 0; i < group->count; i++) {
        const TopicPartition *part = &group->parts[i];
        rd_kafka_topic_partition_t *one = rd_kafka_topic_partition_list_add(
            list, group->topic, part->partition);
        one->offset = part->offset;
        if (part->metadata.ptr) {
            /* Lent: kafka_free_offsets takes it back. */
            one->metadata = (void *)(uintptr_t)part->metadata.ptr;
            one->metadata_size = part->metadata.len;
        }
    }
    return list;
}

static void send_request(rd_kafka_t *admin, Arena *arena, OffsetOp op,
                         rd_kafka_AdminOptions_t *options,
                         rd_kafka_queue_t *queue, GroupOffsets *group)
{
    const char *name = str_cstr(arena, group->group);

    rd_kafka_AdminOptions_set_opaque(options, group);
    if (op == OFFSETS_COMMIT) {
        rd_kafka_topic_partition_list_t *list = list_of(group);
        rd_kafka_AlterConsumerGroupOffsets_t *request =
            rd_kafka_AlterConsumerGroupOffsets_new(name, list);
        rd_kafka_AlterConsumerGroupOffsets(admin, &request, 1, options, queue);
        rd_kafka_AlterConsumerGroupOffsets_destroy(request);
        kafka_free_offsets(list);
        return;
    }
    for (int i = 0; i < group->count; i++) {
        group->parts[i].offset = OFFSET_NONE;
        group->parts[i].metadata = STR_NULL;
    }
    rd_kafka_topic_partition_list_t *list = list_of(group);
    rd_kafka_ListConsumerGroupOffsets_t *request =
        rd_kafka_ListConsumerGroupOffsets_new(name, list);
    rd_kafka_ListConsumerGroupOffsets(admin, &request, 1, options, queue);
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    kafka_free_offsets(list);
}

/* The answer's group; NULL: the request failed as a whole. */
static const rd_kafka_group_result_t *group_of(rd_kafka_event_t *event,
                                               OffsetOp op)
{
    size_t count = 0;
    const rd_kafka_group_result_t **groups = NULL;
    if (op == OFFSETS_COMMIT)
        groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
            rd_kafka_event_AlterConsumerGroupOffsets_result(event), &count);
    else
        groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
            rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
    return count ? groups[0] : NULL;
}

/* Takes over one partition's answer; its own error, if it has one. */
static rd_kafka_resp_err_t take_part(const rd_kafka_topic_partition_t *from,
                                     Arena *arena, OffsetOp op,
                                     GroupOffsets *group)
{
    if (from->err || op == OFFSETS_COMMIT) return from->err;
    for (int i = 0; i < group->count; i++) {
        TopicPartition *part = &group->parts[i];
        if (part->partition != from->partition) continue;
        Str note = {from->metadata, from->metadata_size};
        part->offset = from->offset >= 0 ? from->offset : OFFSET_NONE;
        part->metadata = note.ptr && note.len ? str_copy(arena, note)
                                              : STR_NULL;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t take_answer(rd_kafka_event_t *event, Arena *arena,
                                       OffsetOp op, GroupOffsets *group)
{
    rd_kafka_resp_err_t err = rd_kafka_event_error(event);
    const rd_kafka_group_result_t *answer = err ? NULL : group_of(event, op);
    if (err || !answer) return err ? err : RD_KAFKA_RESP_ERR__FAIL;
    const rd_kafka_error_t *error = rd_kafka_group_result_error(answer);
    if (error) return rd_kafka_error_code(error);
    const rd_kafka_topic_partition_list_t *list =
        rd_kafka_group_result_partitions(answer);
    for (int i = 0; list && i < list->cnt && !err; i++)
        err = take_part(&list->elems[i], arena, op, group);
    return err;
}

static Status status_of(KafkaBroker *broker, Arena *arena, OffsetOp op,
                        const GroupOffsets *group, rd_kafka_resp_err_t err)
{
    if (!err) return st_ok();
    if (op == OFFSETS_COMMIT &&
        (err == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         err == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         err == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
         err == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP))
        return st_error(arena, ST_USER,
                        "group '%.*s' has members, and only they may commit",
                        STR_ARG(group->group));
    return kafka_error(broker, arena, err, ST_FATAL, NULL,
                       op == OFFSETS_COMMIT ? "commit offsets of group '%.*s'"
                                            : "read offsets of group '%.*s'",
                       STR_ARG(group->group));
}

static void ask(KafkaBroker *broker, Arena *arena, OffsetOp op,
                GroupOffsets *groups, int count)
{
    rd_kafka_t *admin;
    int under_way = 0, partitions;

    /* A broker that is away is found out by a request that may time out: those
     * below ask for each group's coordinator first, and librdkafka 2.0.2 has
     * been seen to abort the program ("eonce->refcnt > 0") when they were sent
     * while the broker was away. */
    Status st = kafka_partition_count(broker, arena, groups[0].topic,
                                      &partitions);
    if (!st.kind) st = kafka_admin(broker, arena, &admin);
    for (int i = 0; i < count; i++)
        groups[i].status = st.kind ? st
                                   : st_error(arena, ST_RETRY,
                                              "the broker did not answer");
    if (st.kind) return;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(admin);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(
        admin, op == OFFSETS_COMMIT
                   ? RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS
                   : RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_AdminOptions_set_request_timeout(options, REQUEST_MS, NULL, 0);
    for (int i = 0; i < count; i++) {
        if (!groups[i].count) {
            groups[i].status = st_ok();
            continue;
        }
        send_request(admin, arena, op, options, queue, &groups[i]);
        under_way++;
    }
    while (under_way) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, REQUEST_MS + 2000);
        if (!event) break;
        GroupOffsets *group = rd_kafka_event_opaque(event);
        group->status = status_of(broker, arena, op, group,
                                  take_answer(event, arena, op, group));
        rd_kafka_event_destroy(event);
        under_way--;
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
}

void kafka_commit_groups(Broker *base, Arena *arena, GroupOffsets *groups,
                         int count)
{
    ask((KafkaBroker *)base, arena, OFFSETS_COMMIT, groups, count);
}

void kafka_committed_groups(Broker *base, Arena *arena, GroupOffsets *groups,
                            int count)
{
    ask((KafkaBroker *)base, arena, OFFSETS_FETCH, groups, count);
}
