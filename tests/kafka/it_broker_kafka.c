/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker on a real Kafka: the suite, and what only happens there: a broker
 * that stops, dies and comes back under load, topics deleted under a reader.
 * KAFKA is its address; KAFKA_DIR the directory of tests/kafka/kafka.sh.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "tests/kafka/broker_suite.h"
#include "tests/unit/check.h"

static Broker *open_broker(Arena *arena, const char *address)
{
    Broker *broker = NULL;
    Status st = broker_kafka_open(arena, str_from(address), NULL, &broker);
    CHECK(st.kind == ST_OK);
    return broker;
}

/* kafka.sh with a command; true if it worked. */
static bool kafka(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "tests/kafka/kafka.sh %s '%s' >/dev/null",
             command, getenv("KAFKA_DIR"));
    return system(line) == 0;
}

static int64_t until_s(int seconds)
{
    return clock_monotonic_ns() + (int64_t)seconds * 1000000000;
}

/* ---- a broker that goes away and comes back under load ---- */

enum { LOAD_PARTITIONS = 3, LOAD_MAX = 2000000 };

typedef struct Load {
    Broker *broker;
    const char *topic, *group;
    atomic_int sent;  /* Numbers 0..sent-1 are acknowledged. */
    atomic_int read;  /* All below it were read. */
    atomic_bool stop; /* No more is to be sent. */
    atomic_bool end;  /* No more is to be read. */
    int reopened, retries, failures;
    unsigned char *seen; /* How often each number was read. */
    int64_t last[LOAD_PARTITIONS];
    int backwards; /* Times that offsets went back without a rebalance. */
    Consumer *consumer;
} Load;

/* Sends numbers 100 at a time; what is not acknowledged is sent again by a new
 * producer, as a query goes back to its last commit. */
static void *write_load(void *context)
{
    Load *load = context;
    Arena *arena = arena_new("writer", 0);
    ProducerOptions options = {0};
    Producer *producer = NULL;
    Record records[100];
    char text[100][12];

    while (!load->stop && load->sent + 100 <= LOAD_MAX) {
        arena_reset(arena);
        Status st = producer ? st_ok()
                             : producer_open(load->broker, arena, &options,
                                             &producer);
        for (int i = 0; i < 100; i++) {
            snprintf(text[i], sizeof text[i], "%d", load->sent + i);
            records[i] = (Record){.value = str_from(text[i]),
                                  .timestamp_ms = -1};
        }
        do {
            if (!st.kind)
                st = producer_send(producer, arena, load->topic,
                                   load->sent / 100 % LOAD_PARTITIONS, records,
                                   100);
        } while (st.kind == ST_RETRY && (load->retries++, st = st_ok(), true));
        while (!st.kind) {
            st = producer_flush(producer, arena, 1000);
            if (st.kind != ST_RETRY) break;
            load->retries++;
            st = st_ok();
        }
        if (st.kind) {
            fprintf(stderr, "producer: %s\n", st.text);
            producer_close(producer);
            producer = NULL;
            load->reopened++;
            continue;
        }
        load->sent += 100;
        clock_sleep_ms(2);
    }
    producer_close(producer);
    arena_free(arena);
    return NULL;
}

static void load_assigned(void *context, TopicPartition *parts, int count)
{
    Load *load = context;
    for (int i = 0; i < count; i++)
        load->last[parts[i].partition] = -1;
}

static void read_set(Load *load, const RecordSet *set)
{
    for (int i = 0; i < set->count; i++) {
        const Record *record = &set->records[i];
        int number = 0;
        for (size_t c = 0; c < record->value.len; c++)
            number = number * 10 + record->value.ptr[c] - '0';
        CHECK(number >= 0 && number < LOAD_MAX);
        if (number >= 0 && number < LOAD_MAX && load->seen[number] < 255)
            load->seen[number]++;
        load->backwards += record->offset <= load->last[set->partition];
        load->last[set->partition] = record->offset;
    }
}

/* Reads as a group member and commits now and then. */
static void *read_load(void *context)
{
    Load *load = context;
    Arena *arena = arena_new("reader", 0);

    while (!load->end) {
        RecordSet *sets;
        int count;
        arena_reset(arena);
        Status st = consumer_poll(load->consumer, arena, 50, 1000, &sets,
                                  &count);
        if (st.kind && st.kind != ST_RETRY) {
            fprintf(stderr, "consumer: %s\n", st.text);
            load->failures++;
            break;
        }
        for (int s = 0; !st.kind && s < count; s++) {
            read_set(load, &sets[s]);
            TopicPartition done = {0, sets[s].partition,
                                   load->last[sets[s].partition] + 1, STR_NULL};
            consumer_release(load->consumer, &sets[s]);
            st = consumer_commit(load->consumer, arena, &done, 1);
            if (st.kind && st.kind != ST_RETRY) {
                fprintf(stderr, "commit: %s\n", st.text);
                load->failures++;
            }
        }
        while (load->read < LOAD_MAX && load->seen[load->read])
            load->read++;
    }
    arena_free(arena);
    return NULL;
}

static void wait_read(Load *load, int more, int seconds)
{
    int64_t until_ns = until_s(seconds);
    int goal = load->sent + more;
    while (load->read < goal && clock_monotonic_ns() < until_ns)
        clock_sleep_ms(20);
    CHECK(load->read >= goal);
    if (load->read < goal)
        fprintf(stderr, "read %d of %d, sent %d\n", load->read, goal,
                load->sent);
}

/* Stops and kills the broker while a producer and a group member are at work:
 * nothing acknowledged is lost, nothing is out of order, neither gives up. */
static void broker_restarts_under_load(const Suite *suite, Arena *arena)
{
    Load load = {.broker = suite->broker,
                 .topic = suite_name(suite, arena, "load"),
                 .group = suite_name(suite, arena, "load-group"),
                 .seen = mem_zalloc(LOAD_MAX)};
    ConsumerOptions options = {
        .group = str_from(load.group),
        .topics = &load.topic,
        .topic_count = 1,
        .rebalance = {load_assigned, NULL, &load},
    };
    pthread_t writer, reader;

    CHECK(suite_topic(suite, arena, load.topic, LOAD_PARTITIONS));
    CHECK(consumer_open(suite->broker, arena, &options, &load.consumer).kind ==
          ST_OK);
    pthread_create(&writer, NULL, write_load, &load);
    pthread_create(&reader, NULL, read_load, &load);
    wait_read(&load, 2000, 20);
    const char *ways[] = {"stop", "kill"};
    for (int i = 0; i < 2; i++) {
        CHECK(kafka(ways[i]));
        clock_sleep_ms(1000);
        CHECK(kafka("restart"));
        wait_read(&load, 2000, 40);
    }
    load.stop = true;
    pthread_join(writer, NULL);
    wait_read(&load, 0, 40);
    load.end = true;
    pthread_join(reader, NULL);
    CHECK(load.failures == 0);
    int lost = 0, twice = 0;
    for (int i = 0; i < load.sent; i++) {
        lost += load.seen[i] == 0;
        twice += load.seen[i] > 1;
    }
    CHECK(lost == 0);
    CHECK(load.backwards == 0);
    fprintf(stderr, "load: %d sent, %d read twice, %d producers, %d retries\n",
            load.sent, twice, load.reopened + 1, load.retries);
    consumer_close(load.consumer);
    mem_free(load.seen);
}

/* ---- away from the start ---- */

static void a_broker_that_is_away_is_named(Arena *arena)
{
    const char *address = "127.0.0.1:1", *topic = "t";
    Broker *broker = open_broker(arena, address);
    ConsumerOptions consuming = {.topics = &topic, .topic_count = 1};
    ProducerOptions producing = {0};
    Record record = {.value = STR("v"), .timestamp_ms = -1};
    Consumer *consumer;
    Producer *producer = NULL;
    TopicInfo info;
    int64_t until_ns = until_s(30);

    Status st = broker_describe_topic(broker, arena, STR("t"), &info);
    CHECK(st.kind == ST_RETRY && strstr(st.text, address));
    st = consumer_open(broker, arena, &consuming, &consumer);
    CHECK(st.kind == ST_RETRY && strstr(st.text, address));
    CHECK(producer_open(broker, arena, &producing, &producer).kind == ST_OK);
    st = producer_send(producer, arena, topic, 0, &record, 1);
    CHECK(st.kind == ST_RETRY && strstr(st.text, address));
    producer_close(producer);
    broker_close(broker);
    CHECK(clock_monotonic_ns() < until_ns);
}

/* ---- deleted under a group ---- */

static void a_group_hears_of_a_deleted_topic(const Suite *suite, Arena *arena)
{
    const char *topics[] = {suite_name(suite, arena, "gone-1"),
                            suite_name(suite, arena, "gone-2")};
    ConsumerOptions options = {
        .group = str_from(suite_name(suite, arena, "gone")),
        .topics = topics,
        .topic_count = 2,
    };
    Consumer *consumer;
    Record got[1];
    RecordSet *sets;
    int count;
    int64_t until_ns = until_s(60);
    Status st = st_ok();

    CHECK(suite_topic(suite, arena, topics[0], 2));
    CHECK(suite_topic(suite, arena, topics[1], 2));
    CHECK(suite_send(suite, arena, topics[1], 0, "k", "v").kind == ST_OK);
    CHECK(consumer_open(suite->broker, arena, &options, &consumer).kind ==
          ST_OK);
    CHECK(suite_read(suite, arena, consumer, got, NULL, 1) == 1);
    CHECK(broker_delete_topic(suite->broker, arena, str_from(topics[1])).kind ==
          ST_OK);
    while (!st.kind && clock_monotonic_ns() < until_ns)
        st = consumer_poll(consumer, arena, 50, 10, &sets, &count);
    CHECK(st.kind == ST_USER && strstr(st.text, topics[1]));
    consumer_close(consumer);
}

/* ---- seeking without a pause ---- */

/* Each seek takes all partitions away and gives them back, the next one while
 * the first are still on their way; at the end everything is read from there.
 */
static void many_seeks_in_a_row(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "seeks");
    ConsumerOptions options = {
        .group = str_from(suite_name(suite, arena, "seekers")),
        .topics = &topic,
        .topic_count = 1,
    };
    Consumer *consumer;
    Record got[2];

    CHECK(suite_topic(suite, arena, topic, 2));
    CHECK(suite_send(suite, arena, topic, 0, "a", "1").kind == ST_OK);
    CHECK(suite_send(suite, arena, topic, 1, "b", "2").kind == ST_OK);
    CHECK(consumer_open(suite->broker, arena, &options, &consumer).kind ==
          ST_OK);
    CHECK(suite_read(suite, arena, consumer, got, NULL, 2) == 2);
    for (int i = 0; i < 300; i++) {
        TopicPartition parts[] = {{.partition = 0}, {.partition = 1}};
        RecordSet *sets;
        int count;
        CHECK(consumer_seek(consumer, arena, parts, 2).kind == ST_OK);
        if (i % 10) continue;
        CHECK(consumer_poll(consumer, arena, 5, 10, &sets, &count).kind ==
              ST_OK);
        for (int j = 0; j < count; j++)
            consumer_release(consumer, &sets[j]);
    }
    TopicPartition begin[] = {{.partition = 0}, {.partition = 1}};
    CHECK(consumer_seek(consumer, arena, begin, 2).kind == ST_OK);
    CHECK(suite_read(suite, arena, consumer, got, NULL, 2) == 2);
    consumer_close(consumer);
}

/* Looking for a topic, reading it, writing it: none of these makes one. */
static void nothing_creates_topics(const Suite *suite, Arena *arena)
{
    const char *name = suite_name(suite, arena, "unmade");
    TopicInfo info;

    CHECK(suite_send(suite, arena, name, 0, "k", "v").kind == ST_USER);
    CHECK(!suite_reader(suite, arena, name, 1, 0));
    clock_sleep_ms(300);
    CHECK(broker_describe_topic(suite->broker, arena, str_from(name), &info)
              .kind == ST_USER);
}

int main(void)
{
    const char *address = getenv("KAFKA");
    char prefix[32];
    Arena *arena = arena_new("test", 0);

    if (!address || !getenv("KAFKA_DIR")) {
        fprintf(stderr, "KAFKA=host:port and KAFKA_DIR are needed\n");
        return 1;
    }
    mem_tune();
    snprintf(prefix, sizeof prefix, "s%d-", (int)getpid());
    Suite suite = {open_broker(arena, address), prefix, 20000};
    if (!suite.broker) return 1;
    CHECK(broker_suite(&suite) == 0);
    many_seeks_in_a_row(&suite, arena);
    nothing_creates_topics(&suite, arena);
    a_group_hears_of_a_deleted_topic(&suite, arena);
    a_broker_that_is_away_is_named(arena);
    broker_restarts_under_load(&suite, arena);
    broker_close(suite.broker);
    arena_free(arena);
    return check_done();
}
