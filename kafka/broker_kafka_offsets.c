/* SPDX-License-Identifier: Apache-2.0
 *
 * Offsets of groups without members: whoever reads for several groups commits
 * for each of them. librdkafka takes one group a request; all requests are sent
 * before the first answer is waited for, so many groups cost one round trip,
 * and another one those whose coordinator was not where it was thought to be.
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

/* Many groups, asked together. */
typedef struct Asking {
    KafkaBroker *broker;
    Arena *arena;
    OffsetOp op;
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    rd_kafka_AdminOptions_t *options;
    struct Question *questions;
    int count;
    int open; /* Those whose coordinator is not found yet. */
} Asking;

typedef struct Question {
    GroupOffsets *group;
    int32_t coordinator; /* Who was asked last; -1: nobody. */
    rd_kafka_resp_err_t err;
    bool open;
} Question;

static void send_request(const Asking *asking, Question *question)
{
    GroupOffsets *group = question->group;
    rd_kafka_t *rk = asking->rk;
    rd_kafka_AdminOptions_t *options = asking->options;
    rd_kafka_queue_t *queue = asking->queue;
    const char *name = str_cstr(asking->arena, group->group);

    question->err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    rd_kafka_AdminOptions_set_opaque(options, question);
    rd_kafka_AdminOptions_set_broker(options, question->coordinator, NULL, 0);
    if (asking->op == OFFSETS_COMMIT) {
        rd_kafka_topic_partition_list_t *list = list_of(group);
        rd_kafka_AlterConsumerGroupOffsets_t *request =
            rd_kafka_AlterConsumerGroupOffsets_new(name, list);
        rd_kafka_AlterConsumerGroupOffsets(rk, &request, 1, options, queue);
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
    rd_kafka_ListConsumerGroupOffsets(rk, &request, 1, options, queue);
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

/* Sends a request for each open question to the next broker that may be its
 * group's coordinator. Returns how many are under way. */
static int send_all(Asking *asking, int asked)
{
    int under_way = 0;
    for (int i = 0; i < asking->count; i++) {
        Question *question = &asking->questions[i];
        if (!question->open) continue;
        question->coordinator = kafka_coordinator(
            asking->broker, question->group->group, asked);
        if (question->coordinator < 0) continue;
        send_request(asking, question);
        under_way++;
    }
    return under_way;
}

static void take_answers(Asking *asking, int under_way)
{
    for (; under_way; under_way--) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(asking->queue,
                                                      REQUEST_MS + 2000);
        if (!event) break;
        Question *question = rd_kafka_event_opaque(event);
        question->err = take_answer(event, asking->arena, asking->op,
                                    question->group);
        rd_kafka_event_destroy(event);
    }
}

/* Closes the question if it is answered or there is nobody more to ask. */
static void settle(Asking *asking, Question *question, int asked)
{
    GroupOffsets *group = question->group;
    if (kafka_is_elsewhere(question->err) && question->coordinator >= 0) return;
    question->open = false;
    asking->open--;
    group->status = status_of(asking->broker, asking->arena, asking->op, group,
                              question->err);
    if (kafka_is_passing(question->err))
        kafka_coordinators_doubt(asking->broker);
    else if (asked)
        kafka_coordinator_is(asking->broker, group->group,
                             question->coordinator);
}

static void ask_all(Asking *asking, int asked)
{
    take_answers(asking, send_all(asking, asked));
    for (int i = 0; i < asking->count; i++)
        if (asking->questions[i].open)
            settle(asking, &asking->questions[i], asked);
}

/* Those who are not found where they were thought to be have moved: the cluster
 * is looked at again, then each broker is asked in turn. */
static Status ask_in_turn(Asking *asking)
{
    ask_all(asking, 0);
    if (!asking->open) return st_ok();
    for (int i = 0; i < asking->count; i++)
        if (asking->questions[i].open)
            kafka_coordinator_is(asking->broker,
                                 asking->questions[i].group->group, -1);
    kafka_coordinators_doubt(asking->broker);
    Status st = kafka_coordinators_look(asking->broker, asking->arena);
    for (int asked = 0; asking->open && !st.kind; asked++)
        ask_all(asking, asked);
    return st;
}

/* One question for each group that asks for something. */
static void pose(Asking *asking, GroupOffsets *groups, int count)
{
    asking->questions = ARENA_ARRAY(asking->arena, Question, count + 1);
    for (int i = 0; i < count; i++) {
        groups[i].status = st_ok();
        if (!groups[i].count) continue;
        asking->questions[asking->count++] = (Question){
            &groups[i], -1, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, true};
        asking->open++;
    }
}

static void ask(KafkaBroker *broker, Arena *arena, OffsetOp op,
                GroupOffsets *groups, int count)
{
    Asking asking = {.broker = broker, .arena = arena, .op = op};

    pose(&asking, groups, count);
    if (!asking.open) return;
    Status st = kafka_groups(broker, arena, asking.questions[0].group->group,
                             &asking.rk);
    if (!st.kind) {
        rd_kafka_poll(asking.rk, 0); /* Serves error callbacks. */
        st = kafka_coordinators_look(broker, arena);
    }
    if (!st.kind) {
        asking.queue = rd_kafka_queue_new(asking.rk);
        asking.options = rd_kafka_AdminOptions_new(
            asking.rk, op == OFFSETS_COMMIT
                           ? RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS
                           : RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
        rd_kafka_AdminOptions_set_request_timeout(asking.options, REQUEST_MS,
                                                  NULL, 0);
        st = ask_in_turn(&asking);
        rd_kafka_AdminOptions_destroy(asking.options);
        rd_kafka_queue_destroy(asking.queue);
    }
    for (int i = 0; i < asking.count; i++)
        if (asking.questions[i].open) asking.questions[i].group->status = st;
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
