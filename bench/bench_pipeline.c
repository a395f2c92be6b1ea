/* SPDX-License-Identifier: Apache-2.0
 *
 * What the engine itself costs by record, without Kafka: the queries of
 * `make bench` over records that lie in memory, written to nowhere. CPU time of
 * the process, RocksDB's threads included, from the first record to the last
 * commit.
 *
 *     bench_pipeline [RECORDS [QUERY ...]]      default 400000, all
 *
 * RUNS in the environment: how often each, default 5. The median is shown.
 *
 * The broker here hands out the records as Kafka's does (sets of a thousand or
 * so, partition after partition) and counts what is produced. Its own cost is
 * the first line; it is in the others too.
 */
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "bench/workload.h"
#include "engine/engine.h"

enum { TOPICS = 6, SET_RECORDS = 1024, RUNS_MAX = 100 };

/* ---- a broker that reads from memory and writes to nowhere ---- */

typedef struct MemPartition {
    Record *records;
    int count;
} MemPartition;

typedef struct MemTopic {
    const char *name;
    MemPartition parts[PARTITIONS];
} MemTopic;

typedef struct MemBroker {
    Broker base;
    Arena *arena;
    MemTopic topics[TOPICS];
    Map created; /* TopicInfo by name. */
    int64_t produced, produced_bytes;
} MemBroker;

typedef struct MemConsumer {
    Consumer base;
    const ConsumerOptions *options;
    ConsumerOptions copy;
    const MemTopic *topics[TOPICS];
    int64_t next[TOPICS][PARTITIONS];
    bool assigned;
    int turn;
} MemConsumer;

static MemTopic *find_topic(Broker *base, Str name)
{
    MemBroker *broker = (MemBroker *)base;
    for (int i = 0; i < TOPICS; i++)
        if (str_eq(name, str_from(broker->topics[i].name)))
            return &broker->topics[i];
    return NULL;
}

static void mem_close(Broker *base)
{
    (void)base;
}

static Status mem_create_topics(Broker *base, Arena *arena, NewTopic *topics,
                                int count)
{
    MemBroker *broker = (MemBroker *)base;
    (void)arena;
    for (int i = 0; i < count; i++) {
        TopicInfo *info = ARENA_NEW(broker->arena, TopicInfo);
        *info = (TopicInfo){str_copy(broker->arena, topics[i].name),
                            topics[i].partitions, 1, false};
        map_put(broker->arena, &broker->created, info->name, info);
    }
    return st_ok();
}

static Status mem_list_topics(Broker *base, Arena *arena, TopicInfo **topics,
                              int *count)
{
    (void)base;
    *topics = ARENA_ARRAY(arena, TopicInfo, 1);
    *count = 0;
    return st_ok();
}

static Status mem_describe_topic(Broker *base, Arena *arena, Str topic,
                                 TopicInfo *info)
{
    const TopicInfo *created = map_get(&((MemBroker *)base)->created, topic);
    *info = created ? *created : (TopicInfo){topic, PARTITIONS, 1, false};
    if (created || find_topic(base, topic)) return st_ok();
    return st_error(arena, ST_USER, "there is no such topic");
}

static Status mem_topic_configs(Broker *base, Arena *arena, Str topic,
                                TopicConfig **configs, int *count)
{
    (void)base, (void)topic;
    *configs = ARENA_ARRAY(arena, TopicConfig, 1);
    *count = 0;
    return st_ok();
}

static Status mem_watermarks(Broker *base, Arena *arena, Str topic,
                             int32_t partition, int64_t *low, int64_t *high)
{
    (void)arena;
    const MemTopic *known = find_topic(base, topic);
    *low = 0;
    *high = known ? known->parts[partition].count : 0;
    return st_ok();
}

static Status mem_consumer_open(Broker *base, Arena *arena,
                                const ConsumerOptions *options, Consumer **out)
{
    MemConsumer *consumer = mem_zalloc(sizeof *consumer);
    (void)arena;
    consumer->base.broker = base;
    consumer->copy = *options;
    for (int i = 0; i < options->topic_count; i++)
        consumer->topics[i] = find_topic(base, str_from(options->topics[i]));
    *out = &consumer->base;
    return st_ok();
}

static void mem_consumer_close(Consumer *base)
{
    mem_free(base);
}

static Status mem_consumer_assign(Consumer *base, Arena *arena,
                                  const TopicPartition *parts, int count)
{
    (void)base, (void)arena, (void)parts, (void)count;
    return st_ok();
}

static void assign(MemConsumer *consumer)
{
    TopicPartition parts[TOPICS * PARTITIONS];
    int count = 0;
    for (int i = 0; i < consumer->copy.topic_count; i++)
        for (int p = 0; p < PARTITIONS; p++)
            parts[count++] = (TopicPartition){
                .topic_index = i, .partition = p, .offset = OFFSET_NONE};
    consumer->assigned = true;
    const RebalanceHandler *handler = &consumer->copy.rebalance;
    if (handler->assigned) handler->assigned(handler->context, parts, count);
}

static int fill_set(MemConsumer *consumer, Arena *arena, int topic,
                    int partition, int max_records, RecordSet *set)
{
    const MemTopic *from = consumer->topics[topic];
    int64_t *next = &consumer->next[topic][partition];
    if (!from) return 0;
    int count = from->parts[partition].count - (int)*next;
    if (count > SET_RECORDS) count = SET_RECORDS;
    if (count > max_records) count = max_records;
    if (count <= 0) return 0;
    Record *records = ARENA_ARRAY(arena, Record, count);
    memcpy(records, from->parts[partition].records + *next,
           sizeof *records * (size_t)count);
    *set = (RecordSet){.topic = from->name,
                       .topic_index = topic,
                       .partition = partition,
                       .count = count,
                       .records = records};
    *next += count;
    return count;
}

static Status mem_consumer_poll(Consumer *base, Arena *arena, int timeout_ms,
                                int max_records, RecordSet **sets, int *count)
{
    MemConsumer *consumer = (MemConsumer *)base;
    int slots = consumer->copy.topic_count * PARTITIONS;
    (void)timeout_ms;
    *count = 0;
    if (!consumer->assigned) assign(consumer);
    *sets = ARENA_ARRAY(arena, RecordSet, slots + 1);
    for (int i = 0; i < slots && max_records > 0; i++) {
        int slot = consumer->turn++ % slots;
        int got = fill_set(consumer, arena, slot / PARTITIONS,
                           slot % PARTITIONS, max_records, *sets + *count);
        max_records -= got;
        if (got) (*count)++;
    }
    return st_ok();
}

static void mem_consumer_release(Consumer *consumer, RecordSet *set)
{
    (void)consumer, (void)set;
}

static Status mem_consumer_commit(Consumer *consumer, Arena *arena,
                                  const TopicPartition *parts, int count)
{
    (void)consumer, (void)arena, (void)parts, (void)count;
    return st_ok();
}

static Status mem_producer_open(Broker *base, Arena *arena,
                                const ProducerOptions *options, Producer **out)
{
    (void)arena, (void)options;
    *out = mem_zalloc(sizeof **out);
    (*out)->broker = base;
    return st_ok();
}

static void mem_producer_close(Producer *producer)
{
    mem_free(producer);
}

static Status mem_produce(Producer *producer, Arena *arena, const char *topic,
                          int32_t partition, const Record *records, int count)
{
    MemBroker *broker = (MemBroker *)producer->broker;
    (void)arena, (void)topic, (void)partition;
    broker->produced += count;
    for (int i = 0; i < count; i++)
        broker->produced_bytes += (int64_t)(records[i].key.len +
                                            records[i].value.len);
    return st_ok();
}

static Status mem_flush(Producer *producer, Arena *arena, int timeout_ms)
{
    (void)producer, (void)arena, (void)timeout_ms;
    return st_ok();
}

static void mem_consumer_reach(Consumer *base, int topic_index,
                               int32_t partition, ConsumerReach *reach)
{
    const MemConsumer *consumer = (const MemConsumer *)base;
    const MemTopic *topic = consumer->topics[topic_index];
    reach->next = consumer->next[topic_index][partition];
    reach->end = topic ? topic->parts[partition].count : reach->next;
}

static const BrokerType mem_type = {
    .name = "bench",
    .close = mem_close,
    .create_topics = mem_create_topics,
    .list_topics = mem_list_topics,
    .describe_topic = mem_describe_topic,
    .topic_configs = mem_topic_configs,
    .watermarks = mem_watermarks,
    .consumer_open = mem_consumer_open,
    .consumer_close = mem_consumer_close,
    .consumer_assign = mem_consumer_assign,
    .consumer_poll = mem_consumer_poll,
    .consumer_release = mem_consumer_release,
    .consumer_commit = mem_consumer_commit,
    .consumer_committed = NULL,
    .consumer_reach = mem_consumer_reach,
    .producer_open = mem_producer_open,
    .producer_close = mem_producer_close,
    .produce = mem_produce,
    .producer_flush = mem_flush,
};

/* ---- records ---- */

static void add(MemBroker *broker, MemTopic *topic, const char *key,
                int key_len, const char *value, int value_len, int64_t ms)
{
    Str key_str = {arena_copy(broker->arena, key, (size_t)key_len),
                   (size_t)key_len};
    MemPartition *part = &topic->parts[broker_partition(key_str, PARTITIONS)];
    part->records[part->count] = (Record){
        .key = key_str,
        .value = {arena_copy(broker->arena, value, (size_t)value_len),
                  (size_t)value_len},
        .timestamp_ms = ms,
        .offset = part->count};
    part->count++;
}

static void open_topic(MemBroker *broker, int at, const char *name, int room)
{
    broker->topics[at].name = name;
    for (int p = 0; p < PARTITIONS; p++)
        broker->topics[at].parts[p].records = mem_alloc(sizeof(Record) *
                                                        (size_t)room);
}

static void fill_topics(MemBroker *broker, int records)
{
    char key[KEY_ROOM], value[VALUE_ROOM];
    open_topic(broker, 0, "bench_views", records);
    open_topic(broker, 1, "bench_visits", records);
    open_topic(broker, 2, "bench_users", VISIT_USERS);
    open_topic(broker, 3, "bench_many", records);
    open_topic(broker, 4, "bench_orders", records);
    open_topic(broker, 5, "bench_payments", records);
    for (int i = 0; i < records; i++) {
        int value_len = view_value(value, i);
        add(broker, &broker->topics[0], key, view_key(key, i, VIEW_USERS),
            value, value_len, view_time_ms(i));
        add(broker, &broker->topics[1], key, view_key(key, i, VISIT_USERS),
            value, value_len, view_time_ms(i));
        add(broker, &broker->topics[3], key, view_key(key, i, MANY_USERS),
            value, value_len, view_time_ms(i));
    }
    for (int i = 0; i < records / 2; i++) {
        int value_len = view_value(value, i);
        for (int half = 4; half <= 5; half++)
            add(broker, &broker->topics[half], key,
                view_key(key, i, records / 2), value, value_len,
                order_time_ms(i) + (half == 5 ? PAYMENT_LATER_MS : 0));
    }
    for (int i = 0; i < VISIT_USERS; i++) {
        int value_len = user_value(value, i);
        add(broker, &broker->topics[2], key, user_key(key, i), value, value_len,
            VIEW_TIME_MS - 1000);
    }
}

/* ---- measuring ---- */

static void must(Status st, const char *what)
{
    if (!st.kind) return;
    fprintf(stderr, "bench_pipeline: %s: %s\n", what, st.text);
    exit(1);
}

static void must_load(mr_Session *session, Arena *arena, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "bench/sql/%s.sql", name);
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    char *text = arena_alloc(arena, 65536);
    size_t len = fread(text, 1, 65536, file);
    fclose(file);
    must(mr_execute(session, arena, (Str){text, len}, &(mr_Sink){0}), path);
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

/* CPU nanoseconds by record of one query. */
static double run_query(MemBroker *broker, const char *name, int records)
{
    char directory[64];
    Arena *arena = arena_new("bench", 0);
    mr_Engine *engine;

    snprintf(directory, sizeof directory, "/tmp/millrace-bench-%d",
             (int)getpid());
    mr_Options options = {.mode = MR_TEST,
                          .data_directory = str_from(directory),
                          .broker = &broker->base};
    must(mr_open(arena, &options, &engine), "open");
    mr_Session *session = mr_session_open(engine);
    static const char *const topics[] = {"views", "visits", "many", "orders",
                                         "payments"};
    for (int i = 0; i < 5; i++)
        mr_session_define(session, str_from(topics[i]),
                          str_printf(arena, "bench_%s", topics[i]));
    mr_session_define(session, STR("out"), STR("bench_out"));
    must(mr_session_set(session, arena, STR("auto.offset.reset"),
                        STR("earliest")),
         "set");
    must_load(session, arena, "sources");
    must_load(session, arena, name);
    broker->produced = broker->produced_bytes = 0;
    int64_t start = clock_process_cpu_ns();
    while (mr_step(engine, 8192) > 0)
        continue;
    must(mr_commit(engine, arena), "commit");
    double ns = (double)(clock_process_cpu_ns() - start) / records;
    mr_session_close(session);
    mr_close(engine);
    nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(arena);
    return ns;
}

/* The broker alone, with a touch of each record. */
static double run_nothing(MemBroker *broker, int records)
{
    Arena *arena = arena_new("bench", 0);
    const char *topics[] = {"bench_views"};
    ConsumerOptions options = {.topics = topics, .topic_count = 1};
    Consumer *consumer;
    RecordSet *sets;
    int count;

    must(consumer_open(&broker->base, arena, &options, &consumer), "open");
    int64_t start = clock_process_cpu_ns();
    volatile int64_t sum = 0;
    do {
        arena_reset(arena);
        must(consumer_poll(consumer, arena, 0, 8192, &sets, &count), "poll");
        for (int s = 0; s < count; s++)
            for (int i = 0; i < sets[s].count; i++)
                sum += *sets[s].records[i].value.ptr;
    } while (count);
    double ns = (double)(clock_process_cpu_ns() - start) / records;
    consumer_close(consumer);
    arena_free(arena);
    return ns;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(MemBroker *broker, const char *name, int records)
{
    double ns[RUNS_MAX];
    int runs = getenv("RUNS") ? (int)strtol(getenv("RUNS"), NULL, 10) : 5;
    if (runs < 1 || runs > RUNS_MAX) runs = 5;
    for (int i = 0; i < runs; i++)
        ns[i] = name ? run_query(broker, name, records)
                     : run_nothing(broker, records);
    qsort(ns, (size_t)runs, sizeof *ns, compare_doubles);
    printf("%-8s %8.1f ns per record  (%.1f to %.1f)", name ? name : "reading",
           ns[runs / 2], ns[0], ns[runs - 1]);
    if (name)
        printf("  %lld out, %.0f bytes each", (long long)broker->produced,
               broker->produced
                   ? (double)broker->produced_bytes / (double)broker->produced
                   : 0.0);
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const char *const all[] = {"w1", "w2", "w3", "w3s", "w4",
                                      "w5", "w6", "w7", "w8"};
    int records = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 400000;
    static MemBroker broker = {.base = {&mem_type}};

    mem_tune();
    log_set_level(STR("warn"));
    broker.arena = arena_new("records", 0);
    fill_topics(&broker, records);
    measure(&broker, NULL, records);
    for (int i = 2; i < argc; i++)
        measure(&broker, argv[i], records);
    for (int i = 0; argc < 3 && i < 9; i++)
        measure(&broker, all[i], records);
    return 0;
}
