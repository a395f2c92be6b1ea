/* SPDX-License-Identifier: Apache-2.0
 *
 * The processing log (server 7): one JSON record for each record or value that
 * could not be processed, to the log of the process and, if
 * ksql.logging.processing.topic.auto.create is on, to a topic.
 *
 * Writing never stops a query: if the topic cannot take it, the line in the
 * process's log is all there is. A flood is counted, not printed: at most
 * LINES_PER_SECOND lines go to the process's log.
 */
#include "engine/engine_int.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/number.h"

enum { LINES_PER_SECOND = 20 };

struct ProcessingLog {
    pthread_mutex_t lock;
    mr_Engine *engine;
    const char *topic; /* NULL: none. */
    Producer *producer;
    bool with_data;
    int64_t second, lines, left_out;
};

static Status make_topic(mr_Engine *engine, Arena *arena, const char *topic)
{
    TopicInfo info;
    Status st = broker_describe_topic(engine->broker, arena, str_from(topic),
                                      &info);
    if (st.kind != ST_USER) return st;
    return engine_create_topic(
        engine, arena, str_from(topic),
        (int)engine_setting_int(engine, NULL,
                                "ksql.logging.processing.topic.partitions"),
        (int)engine_setting_int(
            engine, NULL, "ksql.logging.processing.topic.replication.factor"),
        NULL, 0);
}

struct ProcessingLog *processing_log_open(mr_Engine *engine, Arena *arena)
{
    struct ProcessingLog *log = mem_zalloc(sizeof *log);
    pthread_mutex_init(&log->lock, NULL);
    log->engine = engine;
    log->with_data = engine_setting_bool(
        engine, NULL, "ksql.logging.processing.rows.include");
    if (!engine_setting_bool(engine, NULL,
                             "ksql.logging.processing.topic.auto.create"))
        return log;
    Str name = engine_setting(engine, NULL,
                              STR("ksql.logging.processing.topic.name"));
    if (!name.len)
        name = str_printf(
            engine->arena, "%.*sksql_processing_log",
            STR_ARG(engine_setting(engine, NULL, STR("ksql.service.id"))));
    const char *topic = str_cstr(engine->arena, name);
    Status st = make_topic(engine, arena, topic);
    ProducerOptions options = {.transactional_id = STR_NULL,
                               .properties = &engine->settings};
    if (!st.kind)
        st = producer_open(engine->broker, arena, &options, &log->producer);
    if (st.kind)
        log_warn("no processing log topic", "topic=%s reason=\"%s\"", topic,
                 st.text);
    else
        log->topic = topic;
    return log;
}

void processing_log_close(struct ProcessingLog *log)
{
    if (log->producer) {
        Arena *arena = arena_new("processing log", 0);
        Status st = producer_flush(log->producer, arena, 2000);
        if (st.kind) log_warn("processing log cut", "reason=\"%s\"", st.text);
        producer_close(log->producer);
        arena_free(arena);
    }
    if (log->left_out)
        log_warn("processing errors not shown", "count=%lld",
                 (long long)log->left_out);
    pthread_mutex_destroy(&log->lock);
    mem_free(log);
}

static void write_line(struct ProcessingLog *log, const ProcessingError *error)
{
    int64_t second = clock_monotonic_ns() / 1000000000;
    if (second != log->second) {
        if (log->left_out)
            log_warn("processing errors not shown", "count=%lld",
                     (long long)log->left_out);
        log->second = second;
        log->lines = log->left_out = 0;
    }
    if (log->lines++ >= LINES_PER_SECOND) {
        log->left_out++;
        return;
    }
    log_warn("record not processed",
             "query=%.*s step=%.*s topic=%.*s partition=%d offset=%lld "
             "reason=\"%.*s\"",
             STR_ARG(error->query_id), STR_ARG(error->step),
             STR_ARG(error->topic), error->partition, (long long)error->offset,
             STR_ARG(error->message));
}

/* The names of the sub-objects, by type. */
static const char *const objects[] = {
    "deserializationError", "recordProcessingError",   "productionError",
    "serializationError",   "kafkaStreamsThreadError",
};

static Json *make_details(Arena *arena, const struct ProcessingLog *log,
                          const ProcessingError *error)
{
    Json *one = json_new_object(arena);
    bool has_target = error->type == 0 || error->type == 3;

    if (has_target)
        json_set(
            one, "target",
            json_new_string(arena, error->is_key ? STR("key") : STR("value")));
    json_set(one, "errorMessage", json_new_string(arena, error->message));
    if (error->type == 0) {
        Json *data = json_new_null(arena);
        if (log->with_data && error->record.ptr) {
            Buf text = {0};
            base64_encode(&text, error->record);
            data = json_new_string(arena, str_copy(arena, buf_str(&text)));
            buf_free(&text);
        }
        json_set(one, "recordB64", data);
    } else if (error->type == 1 || error->type == 3) {
        json_set(one, "record",
                 log->with_data && error->record.ptr
                     ? json_new_string(arena, error->record)
                     : json_new_null(arena));
    }
    if (error->type != 2) json_set(one, "cause", json_new_array(arena));
    if (has_target && error->topic.ptr)
        json_set(one, "topic", json_new_string(arena, error->topic));
    return one;
}

static void send_record(struct ProcessingLog *log, const ProcessingError *error)
{
    Arena *arena = arena_new("processing log", 0);
    Buf value = {0};
    Json *record = json_new_object(arena);

    json_set(record, "level", json_new_string(arena, STR("ERROR")));
    json_set(record, "logger",
             json_new_string(arena, str_printf(arena, "processing.%.*s.%.*s",
                                               STR_ARG(error->query_id),
                                               STR_ARG(error->step))));
    json_set(record, "time",
             json_new_int(arena, clock_now_ms(log->engine->clock)));
    Json *message = json_set(record, "message", json_new_object(arena));
    json_set(message, "type", json_new_int(arena, error->type));
    for (int i = 0; i < 5; i++)
        json_set(message, objects[i],
                 i == error->type ? make_details(arena, log, error)
                                  : json_new_null(arena));
    json_write(&value, record);
    Record one = {
        .key = STR_NULL, .value = buf_str(&value), .timestamp_ms = -1};
    Status st = producer_send(log->producer, arena, log->topic,
                              PARTITION_BY_KEY, &one, 1);
    if (st.kind) log->left_out++;
    buf_free(&value);
    arena_free(arena);
}

void processing_log_write(void *context, const ProcessingError *error)
{
    struct ProcessingLog *log = context;
    pthread_mutex_lock(&log->lock);
    write_line(log, error);
    if (log->topic) send_record(log, error);
    pthread_mutex_unlock(&log->lock);
}
