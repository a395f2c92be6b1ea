/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker suite: transactions, and many threads.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "tests/kafka/broker_suite.h"
#include "tests/unit/check.h"

static Producer *open_transactional(const Suite *suite, Arena *arena,
                                    const char *id)
{
    ProducerOptions options = {.transactional_id = str_from(id)};
    Producer *producer = NULL;
    Status st = producer_open(suite->broker, arena, &options, &producer);
    if (st.kind) fprintf(stderr, "cannot open '%s': %s\n", id, st.text);
    CHECK(st.kind == ST_OK);
    return st.kind ? NULL : producer;
}

static Status send_text(Producer *producer, Arena *arena, const char *topic,
                        int32_t partition, const char *value)
{
    Record record = {.value = str_from(value), .timestamp_ms = -1};
    return producer_send(producer, arena, topic, partition, &record, 1);
}

static void transactions_are_seen_whole_or_not(const Suite *suite, Arena *arena)
{
    const char *in = suite_name(suite, arena, "txn-in");
    const char *out1 = suite_name(suite, arena, "txn-out-1");
    const char *out2 = suite_name(suite, arena, "txn-out-2");
    const char *group = suite_name(suite, arena, "txn-group");
    ConsumerOptions options = {
        .group = str_from(group), .topics = &in, .topic_count = 1};
    TopicPartition part = {0, 0, OFFSET_BEGINNING, STR_NULL};
    Consumer *source;
    Record got[4];

    CHECK(suite_topic(suite, arena, in, 1) &&
          suite_topic(suite, arena, out1, 2));
    CHECK(suite_topic(suite, arena, out2, 1));
    CHECK(suite_send(suite, arena, in, 0, "k", "x").kind == ST_OK);
    CHECK(consumer_open(suite->broker, arena, &options, &source).kind == ST_OK);
    CHECK(consumer_assign(source, arena, &part, 1).kind == ST_OK);
    CHECK(suite_read(suite, arena, source, got, NULL, 1) == 1);
    Producer *producer = open_transactional(suite, arena,
                                            suite_name(suite, arena, "id-1"));
    Consumer *reader1 = suite_reader(suite, arena, out1, 2, 0);
    Consumer *reader2 = suite_reader(suite, arena, out2, 1, 0);
    if (!producer || !reader1 || !reader2) return;

    /* Outside of a transaction nothing may be sent. */
    CHECK(send_text(producer, arena, out1, 0, "no").kind != ST_OK);
    /* Aborted: nobody sees it. */
    CHECK(txn_begin(producer, arena).kind == ST_OK);
    CHECK(send_text(producer, arena, out1, 0, "aborted").kind == ST_OK);
    CHECK(send_text(producer, arena, out2, 0, "aborted").kind == ST_OK);
    CHECK(producer_flush(producer, arena, suite->patience_ms).kind == ST_OK);
    CHECK(txn_abort(producer, arena).kind == ST_OK);
    CHECK(suite_read(suite, arena, reader1, got, NULL, 0) == 0);
    /* Open: nobody sees it yet. */
    CHECK(txn_begin(producer, arena).kind == ST_OK);
    CHECK(send_text(producer, arena, out1, 0, "a").kind == ST_OK);
    CHECK(send_text(producer, arena, out1, 1, "b").kind == ST_OK);
    CHECK(send_text(producer, arena, out2, 0, "c").kind == ST_OK);
    CHECK(producer_flush(producer, arena, suite->patience_ms).kind == ST_OK);
    CHECK(suite_read(suite, arena, reader1, got, NULL, 0) == 0);
    /* Committed: all of it is there, and the offset too. */
    TopicPartition done = {0, 0, 1, STR("m")};
    CHECK(txn_commit(producer, arena, source, &done, 1).kind == ST_OK);
    CHECK(suite_read(suite, arena, reader1, got, NULL, 2) == 2);
    CHECK(suite_read(suite, arena, reader2, got, NULL, 1) == 1);
    CHECK_STR(got[0].value, "c");
    TopicPartition committed = {0, 0, 0, STR_NULL};
    CHECK(consumer_committed(source, arena, &committed, 1).kind == ST_OK);
    CHECK(committed.offset == 1);
    CHECK_STR(committed.metadata, "m");
    /* An empty one, and one of offsets alone. */
    CHECK(txn_begin(producer, arena).kind == ST_OK);
    CHECK(txn_commit(producer, arena, NULL, NULL, 0).kind == ST_OK);
    CHECK(txn_begin(producer, arena).kind == ST_OK);
    done.offset = 9;
    CHECK(txn_commit(producer, arena, source, &done, 1).kind == ST_OK);
    CHECK(consumer_committed(source, arena, &committed, 1).kind == ST_OK);
    CHECK(committed.offset == 9);
    producer_close(producer);
    consumer_close(source);
    consumer_close(reader1);
    consumer_close(reader2);
}

static void a_newer_producer_fences_the_older(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "fenced");
    const char *id = suite_name(suite, arena, "id-2");
    Record got[2];

    CHECK(suite_topic(suite, arena, topic, 1));
    Producer *old = open_transactional(suite, arena, id);
    if (!old) return;
    CHECK(txn_begin(old, arena).kind == ST_OK);
    CHECK(send_text(old, arena, topic, 0, "zombie").kind == ST_OK);
    CHECK(producer_flush(old, arena, suite->patience_ms).kind == ST_OK);
    Producer *fresh = open_transactional(suite, arena, id);
    if (!fresh) return;
    CHECK(txn_begin(fresh, arena).kind == ST_OK);
    CHECK(send_text(fresh, arena, topic, 0, "alive").kind == ST_OK);
    CHECK(txn_commit(fresh, arena, NULL, NULL, 0).kind == ST_OK);
    Status st = txn_commit(old, arena, NULL, NULL, 0);
    CHECK(st.kind == ST_FATAL);
    Consumer *reader = suite_reader(suite, arena, topic, 1, 0);
    CHECK(suite_read(suite, arena, reader, got, NULL, 1) == 1);
    CHECK_STR(got[0].value, "alive");
    consumer_close(reader);
    producer_close(old);
    producer_close(fresh);
}

/* ---- what is passed over, and going back ---- */

/* Polls until the reader has come this far; false: it does not. */
static bool comes_to_end(const Suite *suite, Arena *arena, Consumer *reader,
                         const char *topic)
{
    int64_t until = clock_monotonic_ns() +
                    (int64_t)suite->patience_ms * 1000000;
    for (;;) {
        RecordSet *sets;
        int count;
        int64_t low, high;
        ConsumerReach reach;
        Status st = consumer_poll(reader, arena, 20, 10, &sets, &count);
        for (int i = 0; !st.kind && i < count; i++)
            consumer_release(reader, &sets[i]);
        st = broker_watermarks(suite->broker, arena, str_from(topic), 0, &low,
                               &high);
        CHECK(st.kind == ST_OK);
        consumer_reach(reader, 0, 0, &reach);
        CHECK(reach.next <= reach.end || reach.end < 0);
        if (reach.next == high && reach.end >= high) return true;
        if (clock_monotonic_ns() > until) return false;
    }
}

/* Markers and aborted records are never handed out, but a reader that found
 * nothing more has passed them. */
static void a_reader_comes_to_the_end(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "reach");
    CHECK(suite_topic(suite, arena, topic, 1));
    Producer *producer = open_transactional(suite, arena,
                                            suite_name(suite, arena, "id-4"));
    Consumer *reader = suite_reader(suite, arena, topic, 1, 0);
    if (!producer || !reader) return;
    CHECK(comes_to_end(suite, arena, reader, topic));
    for (int i = 0; i < 4; i++) {
        CHECK(txn_begin(producer, arena).kind == ST_OK);
        CHECK(send_text(producer, arena, topic, 0, "x").kind == ST_OK);
        CHECK(producer_flush(producer, arena, suite->patience_ms).kind ==
              ST_OK);
        /* What is still open is not the end of what can be read. */
        CHECK(comes_to_end(suite, arena, reader, topic));
        if (i % 2)
            CHECK(txn_abort(producer, arena).kind == ST_OK);
        else
            CHECK(txn_commit(producer, arena, NULL, NULL, 0).kind == ST_OK);
        CHECK(comes_to_end(suite, arena, reader, topic));
    }
    consumer_close(reader);
    producer_close(producer);
}

static void a_reader_goes_back(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "seek");
    Record got[8];

    CHECK(suite_topic(suite, arena, topic, 2));
    for (int i = 0; i < 4; i++)
        CHECK(suite_send(suite, arena, topic, 0, "k",
                         str_printf(arena, "%d", i).ptr)
                  .kind == ST_OK);
    CHECK(suite_send(suite, arena, topic, 1, "k", "other").kind == ST_OK);
    Consumer *reader = suite_reader(suite, arena, topic, 2, 0);
    if (!reader) return;
    CHECK(suite_read(suite, arena, reader, got, NULL, 5) == 5);
    TopicPartition back = {0, 0, 2, STR_NULL};
    CHECK(consumer_seek(reader, arena, &back, 1).kind == ST_OK);
    CHECK(suite_read(suite, arena, reader, got, NULL, 2) == 2);
    CHECK(got[0].offset == 2 && got[1].offset == 3);
    CHECK_STR(got[0].value, "2");
    CHECK(suite_send(suite, arena, topic, 1, "k", "new").kind == ST_OK);
    CHECK(suite_read(suite, arena, reader, got, NULL, 1) == 1);
    CHECK_STR(got[0].value, "new");
    TopicPartition foreign = {0, 7, 0, STR_NULL};
    CHECK(consumer_seek(reader, arena, &foreign, 1).kind == ST_RETRY);
    consumer_close(reader);
}

static void a_reader_rests(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "rest");
    Record got[8];

    CHECK(suite_topic(suite, arena, topic, 1));
    for (int i = 0; i < 5; i++)
        CHECK(suite_send(suite, arena, topic, 0, "k",
                         str_printf(arena, "%d", i).ptr)
                  .kind == ST_OK);
    Consumer *reader = suite_reader(suite, arena, topic, 1, 0);
    if (!reader) return;
    RecordSet *sets;
    int count = 0, left = 5;
    for (int i = 0; i < 400 && !count; i++)
        CHECK(consumer_poll(reader, arena, 50, 2, &sets, &count).kind == ST_OK);
    CHECK(count == 1);
    if (count) left = 6 - sets->count;
    CHECK(consumer_rest(reader, arena, true).kind == ST_OK);
    CHECK(consumer_rest(reader, arena, true).kind == ST_OK);
    CHECK(suite_send(suite, arena, topic, 0, "k", "5").kind == ST_OK);
    for (int i = 0; i < 10; i++) {
        CHECK(consumer_poll(reader, arena, 50, 100, &sets, &count).kind ==
              ST_OK);
        CHECK(count == 0);
    }
    CHECK(consumer_rest(reader, arena, false).kind == ST_OK);
    CHECK(suite_read(suite, arena, reader, got, NULL, left) == left);
    CHECK(got[0].offset == 6 - left && got[left - 1].offset == 5);
    consumer_close(reader);
}

/* ---- many threads ---- */

enum { WRITERS = 4, EACH = 5000, THREAD_PARTITIONS = 3 };

typedef struct Writer {
    const Suite *suite;
    const char *topic;
    int index;
    int failed;
} Writer;

static void *write_many(void *context)
{
    Writer *writer = context;
    Arena *arena = arena_new("writer", 0);
    Producer *producer;
    ProducerOptions options = {0};
    Status st = producer_open(writer->suite->broker, arena, &options,
                              &producer);
    if (st.kind) {
        writer->failed++;
        arena_free(arena);
        return NULL;
    }
    for (int i = 0; i < EACH && !writer->failed; i++) {
        Record record = {.key = str_printf(arena, "%d", writer->index),
                         .value = str_printf(arena, "%d", i),
                         .timestamp_ms = -1};
        st = producer_send(producer, arena, writer->topic,
                           i % THREAD_PARTITIONS, &record, 1);
        if (!st.kind && i % 500 == 499)
            st = producer_flush(producer, arena, writer->suite->patience_ms);
        writer->failed += st.kind != ST_OK;
    }
    st = producer_flush(producer, arena, writer->suite->patience_ms);
    writer->failed += st.kind != ST_OK;
    producer_close(producer);
    arena_free(arena);
    return NULL;
}

static int number(Str text)
{
    int value = 0;
    for (size_t i = 0; i < text.len; i++)
        value = value * 10 + text.ptr[i] - '0';
    return value;
}

/* While writers write, a reader sees each partition's records in the order of
 * each writer, with dense offsets, and all of them. */
static void writers_and_a_reader_at_once(const Suite *suite, Arena *arena)
{
    const char *topic = suite_name(suite, arena, "threads");
    Writer writers[WRITERS];
    pthread_t threads[WRITERS];
    int next[WRITERS][THREAD_PARTITIONS], got = 0, wrong = 0, count;
    int64_t offsets[THREAD_PARTITIONS] = {0};
    RecordSet *sets;

    CHECK(suite_topic(suite, arena, topic, THREAD_PARTITIONS));
    Consumer *reader = suite_reader(suite, arena, topic, THREAD_PARTITIONS, 0);
    if (!reader) {
        CHECK(reader);
        return;
    }
    for (int w = 0; w < WRITERS; w++) {
        for (int p = 0; p < THREAD_PARTITIONS; p++)
            next[w][p] = p;
        writers[w] = (Writer){suite, topic, w, 0};
        pthread_create(&threads[w], NULL, write_many, &writers[w]);
    }
    int64_t until = clock_monotonic_ns() +
                    (int64_t)suite->patience_ms * 1000000;
    while (got < WRITERS * EACH && clock_monotonic_ns() < until) {
        Status st = consumer_poll(reader, arena, 50, 1000, &sets, &count);
        wrong += st.kind != ST_OK;
        for (int s = 0; !st.kind && s < count; s++) {
            int p = sets[s].partition;
            for (int r = 0; r < sets[s].count; r++, got++) {
                Record *record = &sets[s].records[r];
                int *expected = &next[number(record->key) % WRITERS][p];
                wrong += record->offset != offsets[p]++;
                wrong += number(record->value) != *expected;
                *expected = number(record->value) + THREAD_PARTITIONS;
            }
            consumer_release(reader, &sets[s]);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        pthread_join(threads[w], NULL);
        CHECK(writers[w].failed == 0);
    }
    CHECK(got == WRITERS * EACH && wrong == 0);
    consumer_close(reader);
}

/* ---- exactly once ---- */

/* Copies `in` to `out` in transactions of a group member, aborting each third
 * one; returns when `want` records were copied for good. */
static void copy_with_aborts(const Suite *suite, Arena *arena, const char *in,
                             const char *out, int want)
{
    ConsumerOptions options = {
        .group = str_from(suite_name(suite, arena, "copiers")),
        .topics = &in,
        .topic_count = 1,
        .properties = suite_properties(arena, "auto.offset.reset", "earliest",
                                       NULL, NULL),
    };
    int done = 0, turn = 0;
    int64_t until = clock_monotonic_ns() +
                    (int64_t)suite->patience_ms * 1000000;
    while (done < want && clock_monotonic_ns() < until) {
        Consumer *consumer;
        CHECK(consumer_open(suite->broker, arena, &options, &consumer).kind ==
              ST_OK);
        Producer *producer = open_transactional(
            suite, arena, suite_name(suite, arena, "id-3"));
        bool aborted = false;
        while (!aborted && done < want && clock_monotonic_ns() < until) {
            RecordSet *sets;
            int count, copied = 0;
            Status st = consumer_poll(consumer, arena, 50, 90, &sets, &count);
            if (st.kind || !count) continue;
            TopicPartition parts[4];
            CHECK(count <= 4);
            CHECK(txn_begin(producer, arena).kind == ST_OK);
            for (int s = 0; s < count; s++) {
                Record *last = &sets[s].records[sets[s].count - 1];
                CHECK(producer_send(producer, arena, out, 0, sets[s].records,
                                    sets[s].count)
                          .kind == ST_OK);
                copied += sets[s].count;
                parts[s] = (TopicPartition){0, sets[s].partition,
                                            last->offset + 1, STR_NULL};
                consumer_release(consumer, &sets[s]);
            }
            aborted = turn++ % 3 == 1;
            if (aborted) {
                CHECK(txn_abort(producer, arena).kind == ST_OK);
            } else {
                st = txn_commit(producer, arena, consumer, parts, count);
                CHECK(st.kind == ST_OK);
                done += copied;
            }
        }
        consumer_close(consumer);
        producer_close(producer);
    }
    CHECK(done == want);
}

static void a_copy_has_each_record_once(const Suite *suite, Arena *arena)
{
    enum { COUNT = 600 };
    const char *in = suite_name(suite, arena, "once-in");
    const char *out = suite_name(suite, arena, "once-out");
    int seen[COUNT] = {0}, wrong = 0;
    Record *got = ARENA_ARRAY(arena, Record, COUNT);
    Producer *producer;
    ProducerOptions options = {0};

    CHECK(suite_topic(suite, arena, in, 4) &&
          suite_topic(suite, arena, out, 1));
    CHECK(producer_open(suite->broker, arena, &options, &producer).kind ==
          ST_OK);
    for (int i = 0; i < COUNT; i++)
        CHECK(send_text(producer, arena, in, i % 4,
                        str_printf(arena, "%d", i).ptr)
                  .kind == ST_OK);
    CHECK(producer_flush(producer, arena, suite->patience_ms).kind == ST_OK);
    producer_close(producer);
    copy_with_aborts(suite, arena, in, out, COUNT);
    Consumer *reader = suite_reader(suite, arena, out, 1, 0);
    CHECK(suite_read(suite, arena, reader, got, NULL, COUNT) == COUNT);
    for (int i = 0; i < COUNT; i++)
        seen[number(got[i].value) % COUNT]++;
    for (int i = 0; i < COUNT; i++)
        wrong += seen[i] != 1;
    CHECK(wrong == 0);
    consumer_close(reader);
}

int broker_suite_transactions(const Suite *suite)
{
    Arena *arena = arena_new("suite", 0);
    transactions_are_seen_whole_or_not(suite, arena);
    a_newer_producer_fences_the_older(suite, arena);
    a_reader_comes_to_the_end(suite, arena);
    a_reader_goes_back(suite, arena);
    a_reader_rests(suite, arena);
    writers_and_a_reader_at_once(suite, arena);
    a_copy_has_each_record_once(suite, arena);
    arena_free(arena);
    return checks_failed;
}
