/* SPDX-License-Identifier: Apache-2.0
 *
 * Offsets of groups in a cluster of several brokers, where each group has a
 * coordinator that does not follow from its name, and that moves. The cluster
 * is librdkafka's own imitation, in this process.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "kafka/broker.h"
#include "tests/unit/check.h"

enum { BROKERS = 3, GROUPS = 10, PARTS = 2 };

static GroupOffsets *groups_at(Arena *arena, int64_t offset)
{
    GroupOffsets *groups = ARENA_ARRAY(arena, GroupOffsets, GROUPS);
    for (int g = 0; g < GROUPS; g++) {
        TopicPartition *parts = ARENA_ARRAY(arena, TopicPartition, PARTS);
        for (int p = 0; p < PARTS; p++)
            parts[p] = (TopicPartition){
                .partition = p, .offset = offset + g, .metadata = STR("note")};
        groups[g] = (GroupOffsets){str_printf(arena, "group-%d", g), "topic",
                                   parts, PARTS, st_ok()};
    }
    return groups;
}

static void commit_and_read(Broker *broker, Arena *arena, int64_t offset)
{
    GroupOffsets *groups = groups_at(arena, offset);
    broker_commit_groups(broker, arena, groups, GROUPS);
    for (int g = 0; g < GROUPS; g++) {
        CHECK(groups[g].status.kind == ST_OK);
        if (groups[g].status.kind)
            fprintf(stderr, "%s\n", groups[g].status.text);
    }
    groups = groups_at(arena, 0);
    broker_committed_groups(broker, arena, groups, GROUPS);
    for (int g = 0; g < GROUPS; g++) {
        CHECK(groups[g].status.kind == ST_OK);
        if (groups[g].status.kind)
            fprintf(stderr, "%s\n", groups[g].status.text);
        CHECK(groups[g].parts[1].offset == offset + g);
        CHECK_STR(groups[g].parts[1].metadata, "note");
    }
}

/* Gives each group to the broker after next, or all to one. */
static void move(rd_kafka_mock_cluster_t *cluster, int by)
{
    char name[32];
    for (int g = 0; g < GROUPS; g++) {
        snprintf(name, sizeof name, "group-%d", g);
        CHECK(rd_kafka_mock_coordinator_set(cluster, "group", name,
                                            1 + (by ? g + by : 0) % BROKERS) ==
              RD_KAFKA_RESP_ERR_NO_ERROR);
    }
}

/* One that answers nobody leaves nothing to ask: that passes. */
static void
an_unknown_coordinator_is_asked_for_again(rd_kafka_mock_cluster_t *cluster,
                                          Broker *broker, Arena *arena)
{
    rd_kafka_resp_err_t errors[4 * BROKERS];
    for (int i = 0; i < 4 * BROKERS; i++)
        errors[i] = RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
    for (int api = 8; api <= 9; api++) { /* OffsetCommit, OffsetFetch */
        GroupOffsets *groups = groups_at(arena, 5);
        rd_kafka_mock_push_request_errors_array(cluster, (int16_t)api,
                                                4 * BROKERS, errors);
        if (api == 8)
            broker_commit_groups(broker, arena, groups, 1);
        else
            broker_committed_groups(broker, arena, groups, 1);
        CHECK(groups[0].status.kind == ST_RETRY);
        rd_kafka_mock_clear_request_errors(cluster, (int16_t)api);
    }
}

int main(void)
{
    char text[256];
    Arena *arena = arena_new("test", 0);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "test.mock.num.brokers", "3", text, sizeof text);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(rk);
    Broker *broker = NULL;

    CHECK(cluster != NULL);
    CHECK(broker_kafka_open(arena,
                            str_from(rd_kafka_mock_cluster_bootstraps(cluster)),
                            NULL, &broker)
              .kind == ST_OK);
    CHECK(rd_kafka_mock_topic_create(cluster, "topic", PARTS, 1) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
    for (int by = 0; by < 2; by++) {
        move(cluster, by);
        commit_and_read(broker, arena, 100 * by);
        commit_and_read(broker, arena, 100 * by + 1);
    }
    an_unknown_coordinator_is_asked_for_again(cluster, broker, arena);
    commit_and_read(broker, arena, 1000);
    broker_close(broker);
    rd_kafka_destroy(rk);
    arena_free(arena);
    return check_done();
}
