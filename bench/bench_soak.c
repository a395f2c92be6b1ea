/* SPDX-License-Identifier: Apache-2.0
 *
 * Soak: does anything grow that should not? An engine runs for a long time
 * while records come in at a steady pace and statements never stop: queries of
 * all kinds are created, read, paused, terminated and dropped.
 *
 *     bench_soak MINUTES [HOST:PORT]     default: the embedded broker
 *
 * RATE      records a second, default 20000; about half of what two cores can
 * SHARED    true: stateless queries share readers (millrace.shared.readers)
 * RISE_MB   what RSS may rise by after the warm-up, default 32
 *
 * One line a round, taken when all that the round made is dropped again, so
 * that numbers of different rounds can be compared: RSS, bytes that malloc has
 * given out, descriptors, threads. The first third is warm-up (caches fill,
 * windows reach their retention). Of the rest the first and the last quarter
 * are compared: RSS by its mean, descriptors and threads by their least, which
 * a file or a thread of a moment does not raise. The end is a line with the
 * slopes, and exit status 1 if something grew.
 */
#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "bench/workload.h"
#include "engine/engine.h"

enum {
    ROUND_MS = 5000,
    SLICE_MS = 20, /* Of the producer's pace. */
    RETRY_MS = 200,
    PATIENCE_MS = 30000,
    KEYS = 10000,
    ROUNDS_MIN = 60,       /* Fewer tell nothing. */
    DESCRIPTORS_MORE = 16, /* Files of RocksDB come and go. */
};

typedef struct Sample {
    double at_s, rss_mb, heap_mb;
    int descriptors, threads;
} Sample;

typedef struct Soak {
    mr_Engine *engine;
    mr_Session *session;
    const char *topic; /* Of this run alone, on a Kafka that others use. */
    const char *users; /* Another: the rows of a table, once and for all. */
    int rate;
    double rise_mb;
    int64_t started_ms;
    atomic_bool ending;
    _Atomic int64_t produced;
    Sample *samples;
    int count, room;
    int64_t statements, rows;
} Soak;

static int64_t now_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_soak: %s: %s\n", what, why);
    exit(2);
}

/* ---- records ---- */

static void produce_slice(const Soak *soak, Producer *producer, Arena *arena,
                          int64_t first, int count)
{
    Record *records = ARENA_ARRAY(arena, Record, count + 1);
    for (int i = 0; i < count; i++) {
        char *key = arena_alloc(arena, KEY_ROOM);
        char *value = arena_alloc(arena, VALUE_ROOM);
        int key_len = view_key(key, first + i, KEYS);
        int value_len = view_value(value, first + i);
        records[i] = (Record){.key = {key, (size_t)key_len},
                              .value = {value, (size_t)value_len},
                              .timestamp_ms = -1};
    }
    Status st = producer_send(producer, arena, soak->topic, PARTITION_BY_KEY,
                              records, count);
    if (st.kind) die("cannot produce", st.text);
}

/* The table that streams are joined with. It stays as it is: a topic that grows
 * would be read anew each round, and each round would need more. */
static void produce_users(const Soak *soak, Arena *arena)
{
    ProducerOptions options = {.transactional_id = STR_NULL};
    Producer *producer;
    Status st = producer_open(mr_broker(soak->engine), arena, &options,
                              &producer);
    if (st.kind) die("no producer", st.text);
    for (int i = 0; i < KEYS && !st.kind; i++) {
        char key[KEY_ROOM], value[VALUE_ROOM];
        size_t key_len = (size_t)user_key(key, i);
        size_t value_len = (size_t)user_value(value, i);
        Record record = {.key = {key, key_len},
                         .value = {value, value_len},
                         .timestamp_ms = -1};
        st = producer_send(producer, arena, soak->users, PARTITION_BY_KEY,
                           &record, 1);
    }
    if (!st.kind) st = producer_flush(producer, arena, PATIENCE_MS);
    if (st.kind) die("cannot produce users", st.text);
    producer_close(producer);
}

/* Keeps the pace: what a busy moment held up is made good. */
static void *produce(void *argument)
{
    Soak *soak = argument;
    Arena *arena = arena_new("slice", 0);
    ProducerOptions options = {.transactional_id = STR_NULL};
    Producer *producer;
    Status st = producer_open(mr_broker(soak->engine), arena, &options,
                              &producer);
    if (st.kind) die("no producer", st.text);
    int64_t begun_ms = now_ms(), done = 0;
    while (!atomic_load(&soak->ending)) {
        int64_t due = (now_ms() - begun_ms) * soak->rate / 1000 - done;
        if (due > soak->rate) due = soak->rate;
        arena_reset(arena);
        if (due > 0) produce_slice(soak, producer, arena, done, (int)due);
        done += due;
        atomic_store(&soak->produced, done);
        clock_sleep_ms(SLICE_MS);
    }
    producer_close(producer);
    arena_free(arena);
    return NULL;
}

/* ---- statements ---- */

static bool count_row(void *context, const Schema *schema, const Value *values,
                      bool tombstone)
{
    (void)schema, (void)values, (void)tombstone;
    ((Soak *)context)->rows++;
    return true;
}

/* What may pass is waited for: a table is there once its query has partitions.
 */
static void run(Soak *soak, const char *text)
{
    Arena *arena = arena_new("statement", 0);
    mr_Sink sink = {.context = soak, .row = count_row};
    Status st;
    for (int64_t until_ms = now_ms() + PATIENCE_MS;;) {
        st = mr_execute(soak->session, arena, str_from(text), &sink);
        if (!st.kind) break;
        if (st.kind != ST_RETRY || now_ms() > until_ms) die(text, st.text);
        clock_sleep_ms(RETRY_MS);
    }
    soak->statements++;
    arena_free(arena);
}

/* Statements with the round's number for each '#', the topics for '@' and '!'.
 */
static void run_round(Soak *soak, int round, const char *const *texts)
{
    for (; *texts; texts++) {
        Buf text = {0};
        for (const char *at = *texts; *at; at++) {
            if (*at == '#')
                buf_printf(&text, "%d", round);
            else if (*at == '@')
                buf_printf(&text, "%s", soak->topic);
            else if (*at == '!')
                buf_printf(&text, "%s", soak->users);
            else
                buf_push(&text, *at);
        }
        buf_push(&text, '\0');
        run(soak, text.ptr);
        buf_free(&text);
    }
}

/* They run from the first round to the last. */
static const char *const standing[] = {
    "SET 'auto.offset.reset'='latest';",
    "CREATE STREAM views (user_id STRING KEY, page STRING, quantity INT,"
    " amount DOUBLE, country STRING)"
    " WITH (kafka_topic='@', value_format='JSON');",
    "CREATE TABLE users (user_id STRING PRIMARY KEY, name STRING, city STRING)"
    " WITH (kafka_topic='!', value_format='JSON');",
    "CREATE STREAM large AS SELECT user_id, page, amount FROM views"
    " WHERE amount > 450;",
    "CREATE TABLE counts AS SELECT user_id, COUNT(*) AS n,"
    " SUM(quantity) AS s FROM views GROUP BY user_id;",
    "CREATE TABLE windows AS SELECT user_id, COUNT(*) AS n FROM views"
    " WINDOW TUMBLING (SIZE 5 SECONDS, RETENTION 30 SECONDS,"
    " GRACE PERIOD 5 SECONDS) GROUP BY user_id;",
    NULL};

/* Every round has all kinds of queries, of the roads there are: with state and
 * without, one sub-topology and two, persistent and not. */
static const char *const creating[] = {
    "CREATE STREAM filter_# AS SELECT user_id, page FROM views"
    " WHERE quantity = 3;",
    "CREATE STREAM regrouped_# AS SELECT page, user_id FROM views"
    " WHERE amount > 480 PARTITION BY page;",
    "CREATE TABLE by_country_# AS SELECT country, COUNT(*) AS n,"
    " AVG(amount) AS a FROM views GROUP BY country;",
    "CREATE STREAM joined_# AS SELECT v.user_id, page, city FROM large v"
    " JOIN users u ON v.user_id = u.user_id;",
    NULL};

static const char *const reading[] = {
    "SELECT user_id, page FROM views EMIT CHANGES LIMIT 200;",
    "SELECT country, COUNT(*) FROM views GROUP BY country"
    " EMIT CHANGES LIMIT 5;",
    "SELECT * FROM filter_# EMIT CHANGES LIMIT 20;",
    "SELECT * FROM counts WHERE user_id = 'user_17';",
    "SELECT * FROM windows WHERE user_id = 'user_18';",
    "DESCRIBE filter_# EXTENDED; SHOW QUERIES; SHOW TOPICS;",
    "PAUSE ALL; RESUME ALL;",
    "CREATE OR REPLACE STREAM filter_# AS SELECT user_id, page FROM views"
    " WHERE quantity = 4;",
    NULL};

static const char *const dropping[] = {"DROP STREAM joined_# DELETE TOPIC;",
                                       "DROP TABLE by_country_# DELETE TOPIC;",
                                       "DROP STREAM regrouped_# DELETE TOPIC;",
                                       "DROP STREAM filter_# DELETE TOPIC;",
                                       NULL};

static const char *const ending[] = {
    "DROP TABLE windows DELETE TOPIC;", "DROP TABLE counts DELETE TOPIC;",
    "DROP STREAM large DELETE TOPIC;",  "DROP TABLE users DELETE TOPIC;",
    "DROP STREAM views DELETE TOPIC;",  NULL};

/* ---- measuring ---- */

static int count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    if (!dir) die("cannot read", "/proc/self/fd");
    int count = -3; /* ".", ".." and the directory's own. */
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void read_status(Sample *sample)
{
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    if (!file) die("cannot read", "/proc/self/status");
    while (fgets(line, sizeof line, file)) {
        long value;
        if (sscanf(line, "VmRSS: %ld", &value) == 1)
            sample->rss_mb = (double)value / 1024;
        else if (sscanf(line, "Threads: %ld", &value) == 1)
            sample->threads = (int)value;
    }
    fclose(file);
}

static void take_sample(Soak *soak, int round)
{
    if (soak->count == soak->room) {
        soak->room = soak->room ? soak->room * 2 : 256;
        soak->samples = mem_realloc(soak->samples,
                                    sizeof(Sample) * (size_t)soak->room);
    }
    struct mallinfo2 heap = mallinfo2();
    Sample *sample = &soak->samples[soak->count++];
    *sample = (Sample){.at_s = (double)(now_ms() - soak->started_ms) / 1000,
                       .heap_mb = (double)(heap.uordblks + heap.hblkhd) /
                                  (1 << 20),
                       .descriptors = count_descriptors()};
    read_status(sample);
    printf("round=%d s=%.0f rss_mb=%.1f heap_mb=%.1f descriptors=%d threads=%d"
           " records=%lld\n",
           round, sample->at_s, sample->rss_mb, sample->heap_mb,
           sample->descriptors, sample->threads,
           (long long)atomic_load(&soak->produced));
    fflush(stdout);
}

/* ---- the verdict ---- */

static double rss_of(const Sample *s)
{
    return s->rss_mb;
}

static double heap_of(const Sample *s)
{
    return s->heap_mb;
}

static double descriptors_of(const Sample *s)
{
    return s->descriptors;
}

static double threads_of(const Sample *s)
{
    return s->threads;
}

typedef double (*Figure)(const Sample *);

/* Least squares, a hour. */
static double slope(const Sample *s, int count, Figure figure)
{
    double n = count, x = 0, y = 0, xx = 0, xy = 0;
    for (int i = 0; i < count; i++) {
        double a = s[i].at_s / 3600, b = figure(&s[i]);
        x += a;
        y += b;
        xx += a * a;
        xy += a * b;
    }
    double spread = n * xx - x * x;
    return spread > 0 ? (n * xy - x * y) / spread : 0;
}

static double mean(const Sample *s, int count, Figure figure)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += figure(&s[i]);
    return sum / count;
}

static double least(const Sample *s, int count, Figure figure)
{
    double low = figure(s);
    for (int i = 1; i < count; i++)
        if (figure(&s[i]) < low) low = figure(&s[i]);
    return low;
}

/* Returns how many figures grew. */
static int judge(const Soak *soak)
{
    int warm = soak->count / 3, count = soak->count - warm;
    const Sample *s = soak->samples + warm, *last = s + count - count / 4;
    int quarter = count / 4;
    double rise_mb = mean(last, quarter, rss_of) - mean(s, quarter, rss_of);
    double descriptors = least(last, quarter, descriptors_of) -
                         least(s, quarter, descriptors_of);
    double threads = least(last, quarter, threads_of) -
                     least(s, quarter, threads_of);
    printf("rounds=%d statements=%lld rows=%lld records=%lld"
           " rss_mb_per_hour=%.1f heap_mb_per_hour=%.1f"
           " rss_rise_mb=%.1f heap_rise_mb=%.1f descriptors_rise=%.0f"
           " threads_rise=%.0f\n",
           soak->count, (long long)soak->statements, (long long)soak->rows,
           (long long)atomic_load(&soak->produced), slope(s, count, rss_of),
           slope(s, count, heap_of), rise_mb,
           mean(last, quarter, heap_of) - mean(s, quarter, heap_of),
           descriptors, threads);
    int grew = 0;
    if (rise_mb > soak->rise_mb)
        grew++,
            printf("FAILED: RSS rose by more than %.0f MB\n", soak->rise_mb);
    if (descriptors > DESCRIPTORS_MORE)
        grew++, printf("FAILED: descriptors are not given back\n");
    if (threads > 0) grew++, printf("FAILED: threads do not end\n");
    return grew;
}

/* ---- the run ---- */

static void open_engine(Soak *soak, Arena *arena, const char *directory,
                        const char *address)
{
    Map *settings = ARENA_NEW(arena, Map);
    Str *service = ARENA_NEW(arena, Str), *kafka = ARENA_NEW(arena, Str);
    *service = str_printf(arena, "soak%d_", (int)getpid());
    map_put(arena, settings, STR("ksql.service.id"), service);
    Str *shared = ARENA_NEW(arena, Str);
    const char *wanted = getenv("SHARED");
    *shared = str_from(wanted && *wanted ? wanted : "false");
    map_put(arena, settings, STR("millrace.shared.readers"), shared);
    if (address) *kafka = str_from(address);
    if (address) map_put(arena, settings, STR("bootstrap.servers"), kafka);
    mr_Options options = {.mode = MR_INTERACTIVE,
                          .settings = settings,
                          .data_directory = str_from(directory),
                          .temporary = true};
    Status st = mr_open(arena, &options, &soak->engine);
    if (st.kind) die("cannot start", st.text);
    soak->session = mr_session_open(soak->engine);
    TopicConfig keep = {STR("retention.ms"), STR("60000")};
    Broker *broker = mr_broker(soak->engine);
    soak->topic = str_printf(arena, "soak%d_views", (int)getpid()).ptr;
    soak->users = str_printf(arena, "soak%d_users", (int)getpid()).ptr;
    st = broker_create_topic(broker, arena, str_from(soak->topic), PARTITIONS,
                             1, &keep, 1);
    if (!st.kind)
        st = broker_create_topic(broker, arena, str_from(soak->users),
                                 PARTITIONS, 1, NULL, 0);
    if (st.kind) die("cannot make the topics", st.text);
    produce_users(soak, arena);
}

static void soak_for(Soak *soak, double minutes)
{
    int64_t end_ms = now_ms() + (int64_t)(minutes * 60000);
    for (int round = 1; now_ms() < end_ms; round++) {
        int64_t begun_ms = now_ms();
        run_round(soak, round, creating);
        run_round(soak, round, reading);
        run_round(soak, round, dropping);
        int64_t left_ms = ROUND_MS - (now_ms() - begun_ms);
        if (left_ms > 0) clock_sleep_ms((int)left_ms);
        take_sample(soak, round);
    }
}

static double number(const char *text, double otherwise)
{
    return text && *text ? strtod(text, NULL) : otherwise;
}

int main(int argc, char **argv)
{
    double minutes = argc > 1 ? number(argv[1], 0) : 0;
    if (minutes <= 0 || argc > 3) {
        fprintf(stderr, "usage: bench_soak MINUTES [HOST:PORT]\n");
        return 2;
    }
    char directory[] = "/tmp/millrace-soak-XXXXXX";
    mem_tune(); /* As in the program. */
    if (!mkdtemp(directory)) die("no directory", directory);
    log_set_level(STR("error"));
    Arena *arena = arena_new("soak", 0);
    Soak soak = {.rate = (int)number(getenv("RATE"), 20000),
                 .rise_mb = number(getenv("RISE_MB"), 32),
                 .started_ms = now_ms()};
    open_engine(&soak, arena, directory, argc > 2 ? argv[2] : NULL);
    run_round(&soak, 0, standing);
    pthread_t producer;
    if (pthread_create(&producer, NULL, produce, &soak))
        die("no thread", "the system's limit is reached");
    soak_for(&soak, minutes);
    atomic_store(&soak.ending, true);
    pthread_join(producer, NULL);
    int grew = 0;
    if (soak.count < ROUNDS_MIN)
        grew++, printf("FAILED: %d rounds tell nothing, %d are the least\n",
                       soak.count, ROUNDS_MIN);
    else
        grew = judge(&soak);
    run_round(&soak, 0, ending);
    mr_session_close(soak.session);
    mr_close(soak.engine);
    mem_free(soak.samples);
    arena_free(arena);
    return grew > 0;
}
