/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain librdkafka side of `make bench`: it fills the topics, and it is
 * what Millrace is compared with. bench/run.sh calls it.
 *
 *     bench_kafka load ADDRESS RECORDS      makes and fills the topics
 *     bench_kafka topic ADDRESS NAME        makes a topic of 4 partitions
 *     bench_kafka drop ADDRESS NAME...      deletes topics
 *     bench_kafka consume ADDRESS RECORDS [TOPIC]   reads every record
 *     bench_kafka copy ADDRESS RECORDS OUT  reads and writes every record
 *     bench_kafka count ADDRESS TOPIC       prints how many records it has
 *     bench_kafka time COMMAND...           runs a command
 *
 * consume and copy are the shortest honest loops: batches of up to 8,192
 * messages, all four partitions in one consumer, the allocator tuned as ours,
 * our settings but for a longer queue, which they need. They touch the first
 * and the last byte of each value, as a program that reads would. They, and
 * `time` for its command, print one line:
 *
 *     records=N cpu_s=S wall_s=S rss_mb=N
 *
 * where cpu_s is user and system time of the whole process.
 */
#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "bench/workload.h"
#include "kafka/broker.h"

enum { BATCH = 8192, WAIT_MS = 10000 };

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "bench_kafka: %s: %s\n", what, why);
    exit(1);
}

/* ---- handles ---- */

static rd_kafka_t *open_handle(rd_kafka_type_t type, const char *address,
                               const char *const *settings)
{
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set(conf, "bootstrap.servers", address, text, sizeof text);
    rd_kafka_conf_set(conf, "socket.nagle.disable", "true", text, sizeof text);
    for (; settings && *settings; settings += 2)
        if (rd_kafka_conf_set(conf, settings[0], settings[1], text,
                              sizeof text))
            stop(settings[0], text);
    rd_kafka_t *rk = rd_kafka_new(type, conf, text, sizeof text);
    if (!rk) stop("open", text);
    return rk;
}

static rd_kafka_t *open_consumer(const char *address)
{
    static const char *const settings[] = {
        "group.id",
        "bench",
        "enable.auto.commit",
        "false",
        "enable.auto.offset.store",
        "false",
        "fetch.wait.max.ms",
        "100",
        "queued.min.messages",
        "100000",
        "queued.max.messages.kbytes",
        "32768",
        "fetch.max.bytes",
        "16777216",
        NULL,
    };
    return open_handle(RD_KAFKA_CONSUMER, address, settings);
}

static rd_kafka_t *open_producer(const char *address)
{
    static const char *const settings[] = {
        "enable.idempotence",
        "true",
        "linger.ms",
        "100",
        "compression.type",
        "lz4",
        "queue.buffering.max.messages",
        "1000000",
        "queue.buffering.max.kbytes",
        "32768",
        "sticky.partitioning.linger.ms",
        "0",
        "delivery.report.only.error",
        "true",
        NULL,
    };
    return open_handle(RD_KAFKA_PRODUCER, address, settings);
}

/* ---- topics ---- */

/* Waits for the answer to an admin request; an existing topic is fine. */
static void await(rd_kafka_queue_t *queue, const char *what)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT_MS);
    if (!event) stop(what, "no answer");
    if (rd_kafka_event_error(event))
        stop(what, rd_kafka_event_error_string(event));
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
}

static void make_topic(rd_kafka_t *rk, const char *name)
{
    char text[256];
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, PARTITIONS, 1,
                                                       text, sizeof text);
    /* Old timestamps: else the broker deletes what was just written. */
    rd_kafka_NewTopic_set_config(topic, "retention.ms", "-1");
    rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "CreateTime");
    rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
    await(queue, name);
    rd_kafka_NewTopic_destroy(topic);
}

static void drop_topics(rd_kafka_t *rk, char **names, int count)
{
    for (int i = 0; i < count; i++) {
        rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
        rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(names[i]);
        rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
        await(queue, names[i]);
        rd_kafka_DeleteTopic_destroy(topic);
    }
}

static long long count_records(rd_kafka_t *rk, const char *topic)
{
    long long sum = 0;
    for (int p = 0; p < PARTITIONS; p++) {
        int64_t low = 0, high = 0;
        rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
            rk, topic, p, &low, &high, WAIT_MS);
        if (err) stop(topic, rd_kafka_err2str(err));
        sum += high - low;
    }
    return sum;
}

/* ---- loading ---- */

static void produce(rd_kafka_t *rk, rd_kafka_topic_t *topic, int32_t partition,
                    const void *key, size_t key_len, const void *value,
                    size_t value_len, int64_t ms)
{
    for (;;) {
        rd_kafka_resp_err_t err = rd_kafka_producev(
            rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_KEY(key, key_len),
            RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value_len),
            RD_KAFKA_V_TIMESTAMP(ms), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_END);
        if (!err) return;
        if (err != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            stop("produce", rd_kafka_err2str(err));
        rd_kafka_poll(rk, 1);
    }
}

static void flush(rd_kafka_t *rk)
{
    rd_kafka_resp_err_t err = rd_kafka_flush(rk, 60000);
    if (err) stop("flush", rd_kafka_err2str(err));
}

/* `users` > 0: views or visits by so many users; 0: the users themselves. */
/* `users` 0: rows of the table. */
static void load_topic(rd_kafka_t *rk, const char *name, int64_t records,
                       int users, int64_t (*time_ms)(int64_t i),
                       int64_t later_ms)
{
    char key[KEY_ROOM], value[VALUE_ROOM];
    make_topic(rk, name);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    for (int64_t i = 0; i < records; i++) {
        int key_len = users ? view_key(key, i, users) : user_key(key, (int)i);
        int value_len = users ? view_value(value, i)
                              : user_value(value, (int)i);
        int64_t ms = time_ms ? time_ms(i) + later_ms : VIEW_TIME_MS - 1000;
        Str key_str = {key, (size_t)key_len};
        produce(rk, topic, broker_partition(key_str, PARTITIONS), key,
                key_str.len, value, (size_t)value_len, ms);
    }
    flush(rk);
    rd_kafka_topic_destroy(topic);
}

/* ---- the two loops ---- */

static void print_usage(int who, long long records, int64_t start_ns)
{
    struct rusage use;
    getrusage(who, &use);
    double cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                 (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    printf("records=%lld cpu_s=%.4f wall_s=%.3f rss_mb=%.1f\n", records, cpu,
           (double)(clock_monotonic_ns() - start_ns) / 1e9,
           (double)use.ru_maxrss / 1024);
}

static void assign_all(rd_kafka_t *rk, const char *topic)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        PARTITIONS);
    for (int p = 0; p < PARTITIONS; p++)
        rd_kafka_topic_partition_list_add(list, topic, p)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
}

/* Reads `records` records; with a producer, writes each to `out`. */
static void run_loop(const char *address, const char *from, long long records,
                     const char *out)
{
    static rd_kafka_message_t *messages[BATCH];
    int64_t start_ns = clock_monotonic_ns();
    rd_kafka_t *consumer = open_consumer(address), *producer = NULL;
    rd_kafka_topic_t *topic = NULL;
    if (out) {
        producer = open_producer(address);
        topic = rd_kafka_topic_new(producer, out, NULL);
    }
    assign_all(consumer, from);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
    long long seen = 0;
    volatile long long sum = 0;
    while (seen < records) {
        ssize_t got = rd_kafka_consume_batch_queue(queue, 5, messages, BATCH);
        for (ssize_t i = 0; i < got; i++) {
            rd_kafka_message_t *m = messages[i];
            rd_kafka_timestamp_type_t type;
            if (m->err) stop(from, rd_kafka_message_errstr(m));
            const char *bytes = m->payload;
            sum += bytes[0] + bytes[m->len - 1];
            if (producer)
                produce(producer, topic, m->partition, m->key, m->key_len,
                        m->payload, m->len,
                        rd_kafka_message_timestamp(m, &type));
            rd_kafka_message_destroy(m);
        }
        if (got > 0) seen += got;
        if (producer) rd_kafka_poll(producer, 0);
    }
    if (producer) {
        flush(producer);
        rd_kafka_topic_destroy(topic);
        rd_kafka_destroy(producer);
    }
    print_usage(RUSAGE_SELF, seen, start_ns);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(consumer);
}

/* ---- a command's time ---- */

static int time_command(char **command)
{
    int64_t start_ns = clock_monotonic_ns();
    int status = 1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) stop(command[0], "fork");
    print_usage(RUSAGE_CHILDREN, 0, start_ns);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void load(rd_kafka_t *rk, long long records)
{
    load_topic(rk, "bench_users", VISIT_USERS, 0, NULL, 0);
    load_topic(rk, "bench_views", records, VIEW_USERS, view_time_ms, 0);
    load_topic(rk, "bench_visits", records, VISIT_USERS, view_time_ms, 0);
    load_topic(rk, "bench_many", records, MANY_USERS, view_time_ms, 0);
    int orders = (int)(records / 2);
    load_topic(rk, "bench_orders", orders, orders, order_time_ms, 0);
    load_topic(rk, "bench_payments", orders, orders, order_time_ms,
               PAYMENT_LATER_MS);
}

int main(int argc, char **argv)
{
    mem_tune();
    if (argc > 2 && !strcmp(argv[1], "time")) return time_command(argv + 2);
    if (argc < 4) stop("usage", "see the head of bench/bench_kafka.c");
    const char *what = argv[1], *address = argv[2];
    long long records = strtoll(argv[3], NULL, 10);
    if (!strcmp(what, "consume")) {
        run_loop(address, argc > 4 ? argv[4] : "bench_views", records, NULL);
        return 0;
    }
    if (!strcmp(what, "copy") && argc > 4) {
        run_loop(address, "bench_views", records, argv[4]);
        return 0;
    }
    rd_kafka_t *rk = open_producer(address);
    if (!strcmp(what, "load"))
        load(rk, records);
    else if (!strcmp(what, "topic"))
        make_topic(rk, argv[3]);
    else if (!strcmp(what, "drop"))
        drop_topics(rk, argv + 3, argc - 3);
    else if (!strcmp(what, "count"))
        printf("%lld\n", count_records(rk, argv[3]));
    else
        stop(what, "no such command");
    rd_kafka_destroy(rk);
    return 0;
}
