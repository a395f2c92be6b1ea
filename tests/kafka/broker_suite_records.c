/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker suite: topics, and records in and out.
 */
#include "base/alloc.h"
#include "tests/kafka/broker_suite.h"
#include "tests/unit/check.h"

static int find_topic(const TopicInfo *topics, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (str_eq(topics[i].name, str_from(name))) return i;
    return -1;
}

static bool has_config(const TopicConfig *configs, int count, const char *name,
                       const char *value)
{
    for (int i = 0; i < count; i++)
        if (str_eq(configs[i].name, str_from(name)))
            return str_eq(configs[i].value, str_from(value));
    return false;
}

static void topics_are_made_shown_and_deleted(const Suite *suite, Arena *arena)
{
    Broker *broker = suite->broker;
    const char *a = suite_name(suite, arena, "topic-a");
    const char *b = suite_name(suite, arena, "topic-b");
    TopicConfig config[] = {{STR("retention.ms"), STR("123456789")},
                            {STR("cleanup.policy"), STR("compact")}};
    TopicInfo info, *topics;
    TopicConfig *configs;
    int count;

    CHECK(suite_topic(suite, arena, b, 1));
    CHECK(
        broker_create_topic(broker, arena, str_from(a), 3, 1, config, 2).kind ==
        ST_OK);
    Status st = broker_create_topic(broker, arena, str_from(a), 3, 1, NULL, 0);
    CHECK(st.kind == ST_USER && strstr(st.text, a));
    CHECK(broker_describe_topic(broker, arena, str_from(a), &info).kind ==
          ST_OK);
    CHECK(info.partition_count == 3 && info.replica_count == 1);
    CHECK(!info.internal && str_eq(info.name, str_from(a)));
    CHECK(broker_list_topics(broker, arena, &topics, &count).kind == ST_OK);
    int at = find_topic(topics, count, a);
    CHECK(at >= 0 && find_topic(topics, count, b) > at);
    CHECK(broker_topic_configs(broker, arena, str_from(a), &configs, &count)
              .kind == ST_OK);
    CHECK(has_config(configs, count, "retention.ms", "123456789"));
    CHECK(has_config(configs, count, "cleanup.policy", "compact"));

    CHECK(broker_delete_topic(broker, arena, str_from(b)).kind == ST_OK);
    int64_t until = clock_monotonic_ns() + 5000000000;
    do {
        st = broker_describe_topic(broker, arena, str_from(b), &info);
    } while (!st.kind && clock_monotonic_ns() < until);
    CHECK(st.kind == ST_USER && strstr(st.text, b));
    CHECK(broker_delete_topic(broker, arena, str_from(b)).kind == ST_USER);
}

/* In one request: what can be made is there at once, and each tells. */
static void many_topics_are_made_at_once(const Suite *suite, Arena *arena)
{
    Broker *broker = suite->broker;
    const char *names[] = {"many-1", "many-2", "many-3", "many-4"};
    TopicConfig keep = {STR("retention.ms"), STR("7000")};
    TopicConfig soon = {STR("retention.ms"), STR("soon")};
    NewTopic topics[4];
    TopicConfig *configs;
    TopicInfo info;
    int count;

    for (int i = 0; i < 4; i++)
        topics[i] = (NewTopic){
            .name = str_from(suite_name(suite, arena, names[i])),
            .partitions = i + 1,
            .replicas = -1};
    CHECK(suite_topic(suite, arena, topics[1].name.ptr, 1));
    topics[0].configs = &soon;
    topics[2].configs = &keep;
    topics[0].config_count = topics[2].config_count = 1;
    Status st = broker_create_topics(broker, arena, topics, 4);
    CHECK(st.kind == ST_USER && !strcmp(st.text, topics[0].st.text));
    CHECK(topics[1].st.kind == ST_USER && strstr(topics[1].st.text, "exists"));
    for (int i = 2; i < 4; i++) {
        CHECK(!topics[i].st.kind);
        CHECK(
            !broker_describe_topic(broker, arena, topics[i].name, &info).kind);
        CHECK(info.partition_count == i + 1);
    }
    CHECK(broker_describe_topic(broker, arena, topics[0].name, &info).kind ==
          ST_USER);
    CHECK(!broker_topic_configs(broker, arena, topics[2].name, &configs, &count)
               .kind);
    CHECK(has_config(configs, count, "retention.ms", "7000"));
    CHECK(!broker_create_topics(broker, arena, NULL, 0).kind);
}

static void wrong_requests_are_user_errors(const Suite *suite, Arena *arena)
{
    Broker *broker = suite->broker;
    const char *none = suite_name(suite, arena, "no-such-topic");
    Str fresh = str_from(suite_name(suite, arena, "bad-config"));
    TopicConfig config = {STR("retention.ms"), STR("soon")};
    TopicConfig *configs;
    int64_t low, high;
    int count;
    Consumer *consumer;
    ConsumerOptions options = {.topics = &none, .topic_count = 1};

    CHECK(broker_create_topic(broker, arena, STR("a topic"), 1, 1, NULL, 0)
              .kind == ST_USER);
    CHECK(broker_create_topic(broker, arena, STR(".."), 1, 1, NULL, 0).kind ==
          ST_USER);
    CHECK(broker_create_topic(broker, arena, fresh, 0, 1, NULL, 0).kind ==
          ST_USER);
    CHECK(broker_create_topic(broker, arena, fresh, 1, 1, &config, 1).kind ==
          ST_USER);
    CHECK(broker_topic_configs(broker, arena, str_from(none), &configs, &count)
              .kind == ST_USER);
    CHECK(
        broker_watermarks(broker, arena, str_from(none), 0, &low, &high).kind ==
        ST_USER);
    CHECK(suite_send(suite, arena, none, PARTITION_BY_KEY, "k", "v").kind ==
          ST_USER);
    CHECK(consumer_open(broker, arena, &options, &consumer).kind == ST_USER);
    CHECK(broker_delete_group(broker, arena, STR("no-such-group")).kind ==
          ST_OK);
}

/* librdkafka cannot send time 0 (it stands for now): 1 is written. */
static int64_t time_kept(const Suite *suite, int64_t sent_ms)
{
    return sent_ms == 0 && !strcmp(suite->broker->type->name, "kafka")
               ? 1
               : sent_ms;
}

static void check_record(const Suite *suite, const Record *got,
                         const Record *sent, int64_t offset)
{
    CHECK(got->offset == offset);
    CHECK(!got->key.ptr == !sent->key.ptr && str_eq(got->key, sent->key));
    CHECK(!got->value.ptr == !sent->value.ptr &&
          str_eq(got->value, sent->value));
    if (sent->timestamp_ms >= 0)
        CHECK(got->timestamp_ms == time_kept(suite, sent->timestamp_ms));
    if (sent->timestamp_ms < 0) CHECK(got->timestamp_ms > 1500000000000);
    int count = sent->headers ? sent->headers->count : 0;
    CHECK((got->headers ? got->headers->count : 0) == count);
    for (int i = 0; got->headers && i < count; i++) {
        CHECK(str_eq(got->headers->at[i].key, sent->headers->at[i].key));
        CHECK(!got->headers->at[i].value.ptr ==
              !sent->headers->at[i].value.ptr);
        CHECK(str_eq(got->headers->at[i].value, sent->headers->at[i].value));
    }
}

static void records_come_back_as_they_were(const Suite *suite, Arena *arena)
{
    enum { BIG = 300000 };
    const char *topic = suite_name(suite, arena, "round-trip");
    RecordHeaders *headers = arena_alloc(arena, sizeof *headers +
                                                    3 * sizeof(RecordHeader));
    char *big = arena_alloc(arena, BIG);
    for (int i = 0; i < BIG; i++)
        big[i] = (char)(i * 31 + i / 253);
    headers->count = 3;
    headers->at[0] = (RecordHeader){STR("trace"), STR("abc")};
    headers->at[1] = (RecordHeader){STR("trace"), STR("")};
    headers->at[2] = (RecordHeader){STR("none"), STR_NULL};
    Record sent[] = {
        {STR("k"), STR("v"), 0, 0, NULL},
        {STR("k"), STR_NULL, 1700000000123, 0, NULL},
        {STR_NULL, STR("v"), 1600000000000, 0, headers},
        {STR(""), STR(""), -1, 0, NULL},
        {STR_NULL, STR_NULL, 1, 0, NULL},
        {STR("nul\0nul"), {big, BIG}, 4102444800000, 0, headers},
    };
    enum { COUNT = sizeof sent / sizeof *sent };
    Record got[COUNT];
    int32_t partitions[COUNT];
    Producer *producer;
    ProducerOptions options = {0};
    int64_t low, high;

    /* Old timestamps must not be taken for old records, nor new ones for wrong
     * ones. */
    TopicConfig keep[] = {
        {STR("retention.ms"), STR("-1")},
        {STR("message.timestamp.after.max.ms"), STR("9223372036854775807")}};
    CHECK(broker_create_topic(suite->broker, arena, str_from(topic), 3, 1, keep,
                              2)
              .kind == ST_OK);
    CHECK(producer_open(suite->broker, arena, &options, &producer).kind ==
          ST_OK);
    CHECK(producer_send(producer, arena, topic, 2, sent, COUNT).kind == ST_OK);
    CHECK(producer_flush(producer, arena, suite->patience_ms).kind == ST_OK);
    CHECK(producer_send(producer, arena, topic, 3, sent, 1).kind == ST_USER);
    producer_close(producer);
    CHECK(
        broker_watermarks(suite->broker, arena, str_from(topic), 2, &low, &high)
            .kind == ST_OK);
    CHECK(low == 0 && high == COUNT);
    Consumer *reader = suite_reader(suite, arena, topic, 3, OFFSET_BEGINNING);
    CHECK(reader);
    if (!reader) return;
    CHECK(suite_read(suite, arena, reader, got, partitions, COUNT) == COUNT);
    for (int i = 0; i < COUNT; i++) {
        CHECK(partitions[i] == 2);
        check_record(suite, &got[i], &sent[i], i);
    }
    consumer_close(reader);
}

static void headers_only_come_if_wanted(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "round-trip");
    ConsumerOptions options = {.topics = &topic, .topic_count = 1};
    TopicPartition part = {.partition = 2, .offset = 2};
    Consumer *consumer;
    Record got[4];

    CHECK(consumer_open(suite->broker, arena, &options, &consumer).kind ==
          ST_OK);
    CHECK(consumer_assign(consumer, arena, &part, 1).kind == ST_OK);
    CHECK(suite_read(suite, arena, consumer, got, NULL, 4) == 4);
    CHECK(got[0].offset == 2 && !got[0].headers && !got[3].headers);
    consumer_close(consumer);
}

static void keys_choose_partitions_as_in_java(const Suite *suite, Arena *arena)
{
    enum { COUNT = 200, PARTITIONS = 5 };
    const char *topic = suite_name(suite, arena, "by-key");
    Record *sent = ARENA_ARRAY(arena, Record, COUNT);
    Record *got = ARENA_ARRAY(arena, Record, COUNT);
    int32_t partitions[COUNT];
    int used[PARTITIONS] = {0};
    Producer *producer;
    ProducerOptions options = {0};

    for (int i = 0; i < COUNT; i++)
        sent[i] = (Record){str_printf(arena, "key-%d", i), STR("v"), 1, 0,
                           NULL};
    CHECK(suite_topic(suite, arena, topic, PARTITIONS));
    CHECK(producer_open(suite->broker, arena, &options, &producer).kind ==
          ST_OK);
    for (int i = 0; i < COUNT; i += 10)
        CHECK(producer_send(producer, arena, topic, PARTITION_BY_KEY, &sent[i],
                            10)
                  .kind == ST_OK);
    sent[0].key = STR_NULL;
    CHECK(
        producer_send(producer, arena, topic, PARTITION_BY_KEY, sent, 1).kind ==
        ST_OK);
    CHECK(producer_flush(producer, arena, suite->patience_ms).kind == ST_OK);
    producer_close(producer);
    Consumer *reader = suite_reader(suite, arena, topic, PARTITIONS, 0);
    CHECK(reader);
    if (!reader) return;
    CHECK(suite_read(suite, arena, reader, got, partitions, COUNT) ==
          COUNT + 1);
    for (int i = 0; i < COUNT; i++) {
        if (!got[i].key.ptr) continue;
        used[partitions[i]]++;
        CHECK(partitions[i] == broker_partition(got[i].key, PARTITIONS));
    }
    for (int p = 0; p < PARTITIONS; p++)
        CHECK(used[p] > 10);
    consumer_close(reader);
}

static void reading_starts_where_it_is_told(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "start");
    Record got[4];

    CHECK(suite_topic(suite, arena, topic, 1));
    for (int i = 0; i < 4; i++)
        CHECK(suite_send(suite, arena, topic, 0, "k",
                         (const char *[]){"a", "b", "c", "d"}[i])
                  .kind == ST_OK);
    Consumer *reader = suite_reader(suite, arena, topic, 1, 2);
    CHECK(suite_read(suite, arena, reader, got, NULL, 2) == 2);
    CHECK_STR(got[0].value, "c");
    CHECK(got[0].offset == 2);
    /* The same consumer may be sent elsewhere. */
    TopicPartition part = {.offset = OFFSET_BEGINNING};
    CHECK(consumer_assign(reader, arena, &part, 1).kind == ST_OK);
    CHECK(suite_read(suite, arena, reader, got, NULL, 4) == 4);
    CHECK_STR(got[0].value, "a");
    consumer_close(reader);
    reader = suite_reader(suite, arena, topic, 1, OFFSET_END);
    CHECK(suite_read(suite, arena, reader, got, NULL, 0) == 0);
    CHECK(suite_send(suite, arena, topic, 0, "k", "e").kind == ST_OK);
    CHECK(suite_read(suite, arena, reader, got, NULL, 1) == 1);
    CHECK_STR(got[0].value, "e");
    CHECK(got[0].offset == 4);
    consumer_close(reader);
    /* Out of range: auto.offset.reset, earliest here. */
    reader = suite_reader(suite, arena, topic, 1, 1000);
    CHECK(suite_read(suite, arena, reader, got, NULL, 4) == 5);
    CHECK(got[0].offset == 0);
    consumer_close(reader);
}

static void a_poll_waits_no_longer_than_told(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "start");
    Consumer *reader = suite_reader(suite, arena, topic, 1, OFFSET_END);
    RecordSet *sets;
    int count = -1;

    /* The first polls may have to connect. */
    for (int i = 0; i < 5; i++)
        CHECK(consumer_poll(reader, arena, 20, 10, &sets, &count).kind ==
              ST_OK);
    int64_t start = clock_monotonic_ns();
    CHECK(consumer_poll(reader, arena, 50, 10, &sets, &count).kind == ST_OK);
    int64_t took_ms = (clock_monotonic_ns() - start) / 1000000;
    CHECK(count == 0 && took_ms >= 45 && took_ms < 1000);
    consumer_close(reader);
}

/* Sets keep their records until they are released, in any order, while more
 * is polled. */
static void sets_stay_valid_until_released(const Suite *suite, Arena *arena)
{
    enum { COUNT = 5000, STEP = 700, HELD_MAX = 64 };
    const char *topic = suite_name(suite, arena, "held");
    RecordSet held[HELD_MAX], *sets;
    int held_count = 0, count, records = 0;
    Producer *producer;
    ProducerOptions options = {0};

    CHECK(suite_topic(suite, arena, topic, 2));
    CHECK(producer_open(suite->broker, arena, &options, &producer).kind ==
          ST_OK);
    for (int i = 0; i < COUNT; i++) {
        Record record = {.key = STR("k"), .timestamp_ms = i};
        record.value = str_printf(arena, "value %d", i);
        CHECK(producer_send(producer, arena, topic, i % 2, &record, 1).kind ==
              ST_OK);
    }
    CHECK(producer_flush(producer, arena, suite->patience_ms).kind == ST_OK);
    producer_close(producer);
    Consumer *reader = suite_reader(suite, arena, topic, 2, 0);
    int64_t until = clock_monotonic_ns() +
                    (int64_t)suite->patience_ms * 1000000;
    while (records < COUNT && held_count < HELD_MAX - 2 &&
           clock_monotonic_ns() < until) {
        CHECK(consumer_poll(reader, arena, 50, STEP, &sets, &count).kind ==
              ST_OK);
        int in_poll = 0;
        for (int s = 0; s < count; s++) {
            in_poll += sets[s].count;
            held[held_count++] = sets[s];
        }
        CHECK(in_poll <= STEP);
        records += in_poll;
    }
    CHECK(records == COUNT);
    int64_t next[2] = {0, 0};
    for (int h = 0; h < held_count; h++) {
        CHECK(str_eq(str_from(held[h].topic), str_from(topic)));
        CHECK(held[h].topic == held[0].topic && held[h].topic_index == 0);
        for (int r = 0; r < held[h].count; r++) {
            Record *record = &held[h].records[r];
            int32_t p = held[h].partition;
            CHECK(record->offset == next[p]++);
            Str want = str_printf(arena, "value %d",
                                  (int)record->offset * 2 + p);
            if (!str_eq(record->value, want))
                CHECK_STR(record->value, want.ptr);
        }
    }
    for (int h = held_count - 1; h > 1; h--)
        consumer_release(reader, &held[h]);
    consumer_close(reader); /* With two sets still out. */
}

static void deleted_records_are_skipped(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "start");
    Str name = str_from(topic);
    Record got[2];
    int64_t low, high;

    CHECK(suite_delete_records(suite, arena, topic, 0, 3).kind == ST_OK);
    CHECK(suite_delete_records(suite, arena, topic, 0, 1).kind == ST_OK);
    CHECK(broker_watermarks(suite->broker, arena, name, 0, &low, &high).kind ==
          ST_OK);
    CHECK(low == 3 && high == 5);
    Consumer *reader = suite_reader(suite, arena, topic, 1, 0);
    CHECK(suite_read(suite, arena, reader, got, NULL, 2) == 2);
    CHECK(got[0].offset == 3);
    consumer_close(reader);
}

/* Waits until a partition begins there. */
static bool begins_at(const Suite *suite, Arena *arena, const char *topic,
                      int32_t partition, int64_t offset)
{
    int64_t low = -1, high;
    for (int ms = 0; low != offset && ms <= suite->patience_ms; ms += 10) {
        if (ms) clock_sleep_ms(10);
        CHECK(broker_watermarks(suite->broker, arena, str_from(topic),
                                partition, &low, &high)
                  .kind == ST_OK);
    }
    return low == offset;
}

static void many_partitions_are_deleted_from_at_once(const Suite *suite,
                                                     Arena *arena)
{
    const char *a = suite_name(suite, arena, "purged-a");
    const char *b = suite_name(suite, arena, "purged-b");
    const char *none = suite_name(suite, arena, "purged-none");
    Deletion *deletion;
    Status st;

    CHECK(suite_topic(suite, arena, a, 2) && suite_topic(suite, arena, b, 1));
    for (int i = 0; i < 3; i++) {
        CHECK(suite_send(suite, arena, a, 0, "k", "v").kind == ST_OK);
        CHECK(suite_send(suite, arena, a, 1, "k", "v").kind == ST_OK);
        CHECK(suite_send(suite, arena, b, 0, "k", "v").kind == ST_OK);
    }
    /* One that does not exist is told of and does not keep the others. */
    const RecordsBefore parts[] = {{none, 0, 1}, {a, 1, 2}, {b, 0, 3}};
    st = broker_delete_records(suite->broker, arena, parts, 3, &deletion);
    if (!st.kind)
        CHECK(deletion_is_over(deletion, arena, suite->patience_ms, &st));
    CHECK(st.kind == ST_USER && strstr(st.text, none));
    deletion_drop(deletion);
    CHECK(begins_at(suite, arena, a, 0, 0));
    CHECK(begins_at(suite, arena, a, 1, 2));
    CHECK(begins_at(suite, arena, b, 0, 3));
    /* What is written after the last deleted one has the next offset. */
    CHECK(suite_send(suite, arena, b, 0, "k", "after").kind == ST_OK);
    Record got[2];
    Consumer *reader = suite_reader(suite, arena, b, 1, 3);
    CHECK(suite_read(suite, arena, reader, got, NULL, 1) == 1);
    CHECK(got[0].offset == 3);
    CHECK_STR(got[0].value, "after");
    consumer_close(reader);
    /* Forgotten at once it happens all the same. */
    const RecordsBefore later = {a, 0, 1};
    CHECK(broker_delete_records(suite->broker, arena, &later, 1, &deletion)
              .kind == ST_OK);
    deletion_drop(deletion);
    CHECK(begins_at(suite, arena, a, 0, 1));
}

static void a_deleted_topic_ends_its_readers(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "deleted");
    Record got[1];
    RecordSet *sets;
    int count;
    Status st = st_ok();

    CHECK(suite_topic(suite, arena, topic, 1));
    CHECK(suite_send(suite, arena, topic, 0, "k", "v").kind == ST_OK);
    Consumer *reader = suite_reader(suite, arena, topic, 1, 0);
    CHECK(suite_read(suite, arena, reader, got, NULL, 1) == 1);
    CHECK(broker_delete_topic(suite->broker, arena, str_from(topic)).kind ==
          ST_OK);
    int64_t until = clock_monotonic_ns() +
                    (int64_t)suite->patience_ms * 1000000;
    while (st.kind != ST_USER && clock_monotonic_ns() < until)
        st = consumer_poll(reader, arena, 50, 10, &sets, &count);
    CHECK(st.kind == ST_USER && strstr(st.text, topic));
    consumer_close(reader);
}

int broker_suite_records(const Suite *suite)
{
    Arena *arena = arena_new("suite", 0);
    topics_are_made_shown_and_deleted(suite, arena);
    many_topics_are_made_at_once(suite, arena);
    wrong_requests_are_user_errors(suite, arena);
    records_come_back_as_they_were(suite, arena);
    headers_only_come_if_wanted(suite, arena);
    keys_choose_partitions_as_in_java(suite, arena);
    reading_starts_where_it_is_told(suite, arena);
    a_poll_waits_no_longer_than_told(suite, arena);
    sets_stay_valid_until_released(suite, arena);
    deleted_records_are_skipped(suite, arena);
    many_partitions_are_deleted_from_at_once(suite, arena);
    a_deleted_topic_ends_its_readers(suite, arena);
    arena_free(arena);
    return checks_failed;
}
