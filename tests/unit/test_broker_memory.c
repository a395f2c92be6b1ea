/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker in memory: the suite, and the clock that is moved by hand.
 */
#include "tests/kafka/broker_suite.h"
#include "tests/unit/check.h"

static void time_is_the_clock_handed_in(void)
{
    Clock clock = {.manual = true, .manual_ms = 1000};
    Suite suite = {broker_memory_open(&clock), "", 1000};
    Arena *arena = arena_new("test", 0);
    Record got[2];

    CHECK(suite_topic(&suite, arena, "t", 1));
    CHECK(suite_send(&suite, arena, "t", 0, "k", "a").kind == ST_OK);
    clock.manual_ms = 5;
    CHECK(suite_send(&suite, arena, "t", 0, "k", "b").kind == ST_OK);
    Consumer *reader = suite_reader(&suite, arena, "t", 1, 0);
    CHECK(suite_read(&suite, arena, reader, got, NULL, 2) == 2);
    CHECK(got[0].timestamp_ms == 1000 && got[1].timestamp_ms == 5);
    consumer_close(reader);
    broker_close(suite.broker);
    arena_free(arena);
}

/* A member that stops polling loses its partitions to one that waits, and is
 * told so when it comes back. */
typedef struct Seen {
    int assigned, revoked, lost;
} Seen;

static void on_assigned(void *context, TopicPartition *parts, int count)
{
    (void)parts;
    ((Seen *)context)->assigned += count;
}

static void on_revoked(void *context, const TopicPartition *parts, int count,
                       bool lost)
{
    (void)parts;
    if (lost)
        ((Seen *)context)->lost += count;
    else
        ((Seen *)context)->revoked += count;
}

static Consumer *join(Broker *broker, Arena *arena, Seen *seen)
{
    const char *topic = "t";
    Consumer *consumer = NULL;
    ConsumerOptions options = {
        .group = STR("g"),
        .topics = &topic,
        .topic_count = 1,
        .properties = suite_properties(arena, "max.poll.interval.ms", "30",
                                       NULL, NULL),
        .rebalance = {on_assigned, on_revoked, seen},
    };
    CHECK(consumer_open(broker, arena, &options, &consumer).kind == ST_OK);
    return consumer;
}

static void a_stuck_member_is_put_out(void)
{
    Arena *arena = arena_new("test", 0);
    Suite suite = {broker_memory_open(NULL), "", 1000};
    Seen a = {0}, b = {0};
    RecordSet *sets;
    int count;
    TopicPartition part = {.partition = 0, .offset = 1};

    CHECK(suite_topic(&suite, arena, "t", 2));
    Consumer *stuck = join(suite.broker, arena, &a);
    CHECK(consumer_poll(stuck, arena, 0, 1, &sets, &count).kind == ST_OK);
    CHECK(a.assigned == 2);
    Consumer *other = join(suite.broker, arena, &b);
    CHECK(consumer_poll(other, arena, 5, 1, &sets, &count).kind == ST_OK);
    CHECK(b.assigned == 0);
    clock_sleep_ms(40);
    CHECK(consumer_poll(other, arena, 0, 1, &sets, &count).kind == ST_OK);
    CHECK(b.assigned == 2 && a.revoked == 0);
    CHECK(consumer_commit(stuck, arena, &part, 1).kind == ST_RETRY);
    CHECK(consumer_poll(stuck, arena, 0, 1, &sets, &count).kind == ST_OK);
    CHECK(a.lost == 2 && a.assigned == 2);
    CHECK(consumer_poll(other, arena, 0, 1, &sets, &count).kind == ST_OK);
    CHECK(consumer_poll(stuck, arena, 0, 1, &sets, &count).kind == ST_OK);
    CHECK(a.assigned == 3 && b.assigned == 3);
    consumer_close(stuck);
    consumer_close(other);
    broker_close(suite.broker);
    arena_free(arena);
}

int main(void)
{
    Suite suite = {broker_memory_open(NULL), "", 5000};
    CHECK(broker_suite(&suite) == 0);
    broker_close(suite.broker);
    time_is_the_clock_handed_in();
    a_stuck_member_is_put_out();
    return check_done();
}
