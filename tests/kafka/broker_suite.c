/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker suite's helpers and the parts in order.
 */
#include "tests/kafka/broker_suite.h"

int broker_suite(const Suite *suite)
{
    return broker_suite_records(suite) + broker_suite_groups(suite) +
           broker_suite_transactions(suite);
}

const char *suite_name(const Suite *suite, Arena *arena, const char *name)
{
    return str_printf(arena, "%s%s", suite->prefix, name).ptr;
}

bool suite_topic(const Suite *suite, Arena *arena, const char *topic,
                 int partitions)
{
    Status st = broker_create_topic(suite->broker, arena, str_from(topic),
                                    partitions, 1, NULL, 0);
    return st.kind == ST_OK;
}

const Map *suite_properties(Arena *arena, const char *name, const char *value,
                            const char *name2, const char *value2)
{
    Map *map = ARENA_NEW(arena, Map);
    const char *names[] = {name, name2}, *values[] = {value, value2};
    for (int i = 0; i < 2 && names[i]; i++) {
        Str *kept = ARENA_NEW(arena, Str);
        *kept = str_from(values[i]);
        map_put(arena, map, str_from(names[i]), kept);
    }
    return map;
}

Status suite_delete_records(const Suite *suite, Arena *arena, const char *topic,
                            int32_t partition, int64_t offset)
{
    RecordsBefore part = {topic, partition, offset};
    Deletion *deletion;
    Status st = broker_delete_records(suite->broker, arena, &part, 1,
                                      &deletion);
    if (st.kind) return st;
    if (!deletion_is_over(deletion, arena, suite->patience_ms, &st))
        st = st_error(arena, ST_RETRY, "the deletion takes too long");
    deletion_drop(deletion);
    return st;
}

Status suite_send(const Suite *suite, Arena *arena, const char *topic,
                  int32_t partition, const char *key, const char *value)
{
    Producer *producer;
    ProducerOptions options = {0};
    Record record = {
        .key = str_from(key), .value = str_from(value), .timestamp_ms = -1};
    Status st = producer_open(suite->broker, arena, &options, &producer);
    if (st.kind) return st;
    st = producer_send(producer, arena, topic, partition, &record, 1);
    if (!st.kind) st = producer_flush(producer, arena, suite->patience_ms);
    producer_close(producer);
    return st;
}

Consumer *suite_reader(const Suite *suite, Arena *arena, const char *topic,
                       int partitions, int64_t offset)
{
    Consumer *consumer;
    ConsumerOptions options = {
        .topics = &topic,
        .topic_count = 1,
        .properties = suite_properties(arena, "auto.offset.reset", "earliest",
                                       NULL, NULL),
        .want_headers = true,
    };
    Status st = consumer_open(suite->broker, arena, &options, &consumer);
    if (st.kind) return NULL;
    TopicPartition *parts = ARENA_ARRAY(arena, TopicPartition, partitions);
    for (int i = 0; i < partitions; i++)
        parts[i] = (TopicPartition){.partition = i, .offset = offset};
    st = consumer_assign(consumer, arena, parts, partitions);
    if (!st.kind) return consumer;
    consumer_close(consumer);
    return NULL;
}

static Str copy_text(Arena *arena, Str text)
{
    return text.ptr ? str_copy(arena, text) : STR_NULL;
}

static Record copy_record(Arena *arena, const Record *record)
{
    Record copy = *record;
    copy.key = copy_text(arena, record->key);
    copy.value = copy_text(arena, record->value);
    if (!record->headers) return copy;
    size_t count = (size_t)record->headers->count;
    RecordHeaders *headers = arena_alloc(
        arena, sizeof *headers + sizeof(RecordHeader) * count);
    headers->count = (int)count;
    for (size_t i = 0; i < count; i++)
        headers->at[i] = (RecordHeader){
            copy_text(arena, record->headers->at[i].key),
            copy_text(arena, record->headers->at[i].value)};
    copy.headers = headers;
    return copy;
}

int suite_read(const Suite *suite, Arena *arena, Consumer *consumer,
               Record *records, int32_t *partitions, int want)
{
    enum { MORE_MS = 60 };
    int64_t until = clock_monotonic_ns() +
                    (int64_t)suite->patience_ms * 1000000;
    int count = 0, set_count;
    RecordSet *sets;

    for (;;) {
        int64_t left = (until - clock_monotonic_ns()) / 1000000;
        int wait_ms = count >= want ? MORE_MS : left > 0 ? (int)left : 0;
        Status st = consumer_poll(consumer, arena, wait_ms < 50 ? wait_ms : 50,
                                  100000, &sets, &set_count);
        if (st.kind && st.kind != ST_RETRY) return count;
        for (int s = 0; s < (st.kind ? 0 : set_count); s++) {
            for (int r = 0; r < sets[s].count; r++, count++) {
                if (count >= want) continue;
                records[count] = copy_record(arena, &sets[s].records[r]);
                if (partitions) partitions[count] = sets[s].partition;
            }
            consumer_release(consumer, &sets[s]);
        }
        if (count >= want && (st.kind || !set_count)) return count;
        if (left <= 0) return count;
    }
}
