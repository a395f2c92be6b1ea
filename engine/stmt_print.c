/* SPDX-License-Identifier: Apache-2.0
 *
 * PRINT: a topic's records as lines, with the formats guessed from the bytes.
 *
 *   Key format: KAFKA_STRING
 *   Value format: JSON
 *   rowtime: 2026/01/31 12:00:00.000 Z, key: a, value: {"N":1}, partition: 0
 *
 * A guess names every format that all bytes seen so far fit, the likeliest
 * first; the first record decides how keys and values are shown.
 */
#include "engine/engine_int.h"

#include <stdio.h>

#include "base/number.h"
#include "base/unicode.h"
#include "types/datetime.h"

typedef enum Shape {
    SHAPE_NONE, /* Nothing seen but nulls. */
    SHAPE_JSON,
    SHAPE_STRING,
    SHAPE_INT,
    SHAPE_BIGINT,
    SHAPE_TIME_WINDOWED, /* A text key and a window start. */
    SHAPE_SESSION_WINDOWED,
    SHAPE_BYTES,
} Shape;

static const char *const shape_names[] = {
    "no data processed",
    "JSON or KAFKA_STRING",
    "KAFKA_STRING",
    "KAFKA_INT",
    "KAFKA_BIGINT or KAFKA_DOUBLE or TIMESTAMP",
    "HOPPING(KAFKA_STRING) or TUMBLING(KAFKA_STRING)",
    "SESSION(KAFKA_STRING)",
    "KAFKA_BYTES",
};

static bool is_text(Str s)
{
    if (!utf8_valid(s)) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < 32 && c != '\n' && c != '\t' && c != '\r') return false;
    }
    return true;
}

static int64_t read_be64(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

/* A plausible time: between 2000 and 2100. */
static bool is_time(int64_t ms)
{
    return ms > 946684800000 && ms < 4102444800000;
}

static Shape guess(Arena *arena, Str s, bool is_key)
{
    const char *error;

    if (!s.ptr) return SHAPE_NONE;
    if (is_text(s)) {
        bool json = s.len && strchr("{[\"", s.ptr[0]) &&
                    json_parse(arena, s, &error);
        return json ? SHAPE_JSON : SHAPE_STRING;
    }
    if (s.len == 4) return SHAPE_INT;
    if (s.len == 8) return SHAPE_BIGINT;
    if (is_key && s.len > 16 && is_time(read_be64(s.ptr + s.len - 8)) &&
        is_time(read_be64(s.ptr + s.len - 16)) &&
        is_text((Str){s.ptr, s.len - 16}))
        return SHAPE_SESSION_WINDOWED;
    if (is_key && s.len > 8 && is_time(read_be64(s.ptr + s.len - 8)) &&
        is_text((Str){s.ptr, s.len - 8}))
        return SHAPE_TIME_WINDOWED;
    return SHAPE_BYTES;
}

static void show_bytes(Buf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++)
        buf_printf(out, "\\x%02X", (unsigned char)s.ptr[i]);
}

static void show(Buf *out, Str s, Shape shape)
{
    if (!s.ptr) {
        buf_append_str(out, STR("<null>"));
        return;
    }
    switch (shape) {
    case SHAPE_INT:
        buf_printf(out, "%d",
                   (int)(read_be64((char[8]){0, 0, 0, 0, s.ptr[0], s.ptr[1],
                                             s.ptr[2], s.ptr[3]})));
        return;
    case SHAPE_BIGINT:
        buf_printf(out, "%lld", (long long)read_be64(s.ptr));
        return;
    case SHAPE_TIME_WINDOWED:
        buf_printf(out, "[%.*s@%lld/-]", (int)s.len - 8, s.ptr,
                   (long long)read_be64(s.ptr + s.len - 8));
        return;
    case SHAPE_SESSION_WINDOWED:
        buf_printf(out, "[%.*s@%lld/%lld]", (int)s.len - 16, s.ptr,
                   (long long)read_be64(s.ptr + s.len - 8),
                   (long long)read_be64(s.ptr + s.len - 16));
        return;
    case SHAPE_BYTES: show_bytes(out, s); return;
    default: buf_append_str(out, s); return;
    }
}

typedef struct Printing {
    Exec *x;
    Buf line;
    Shape key, value;
    bool announced;
    int64_t seen, shown, interval, limit; /* limit -1: none. */
} Printing;

static bool send_line(Printing *p, Str line)
{
    const mr_Sink *sink = p->x->sink;
    return !sink->line || sink->line(sink->context, line);
}

static void print_time(Buf *out, int64_t ms)
{
    Buf text = {0};
    timestamp_print(&text, ms < 0 ? 0 : ms);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '-' && i > 0)
            text.ptr[i] = '/';
        else if (text.ptr[i] == 'T')
            text.ptr[i] = ' ';
    buf_append_str(out, buf_str(&text));
    buf_append_str(out, STR(" Z"));
    buf_free(&text);
}

/* One record. False: no more lines are wanted. */
static bool print_record(Printing *p, Arena *arena, const Record *record,
                         int32_t partition)
{
    if (p->seen++ % p->interval) return true;
    Shape key = guess(arena, record->key, true);
    Shape value = guess(arena, record->value, false);
    if (!p->announced) {
        p->announced = true;
        p->line.len = 0;
        buf_printf(&p->line, "Key format: %s",
                   key == SHAPE_NONE ? "¯\\_(ツ)_/¯ - no data processed"
                                     : shape_names[key]);
        if (!send_line(p, buf_str(&p->line))) return false;
        p->line.len = 0;
        buf_printf(&p->line, "Value format: %s", shape_names[value]);
        if (!send_line(p, buf_str(&p->line))) return false;
    }
    p->line.len = 0;
    buf_append_str(&p->line, STR("rowtime: "));
    print_time(&p->line, record->timestamp_ms);
    buf_append_str(&p->line, STR(", key: "));
    show(&p->line, record->key, key);
    buf_append_str(&p->line, STR(", value: "));
    show(&p->line, record->value, value);
    buf_printf(&p->line, ", partition: %d", partition);
    return send_line(p, buf_str(&p->line)) &&
           (p->limit < 0 || ++p->shown < p->limit);
}

static bool print_sets(Printing *p, Consumer *consumer, Arena *arena,
                       RecordSet *sets, int count)
{
    bool more = true;
    for (int s = 0; s < count; s++) {
        for (int i = 0; i < sets[s].count && more; i++)
            more = print_record(p, arena, &sets[s].records[i],
                                sets[s].partition);
        consumer_release(consumer, &sets[s]);
    }
    return more;
}

static Status read_topic(Printing *p, Consumer *consumer)
{
    const mr_Sink *sink = p->x->sink;
    Arena *arena = arena_new("print", 0);
    Status st = st_ok();
    bool more = p->limit != 0;

    while (more && !(sink->stop && sink->stop(sink->context))) {
        RecordSet *sets;
        int count;
        arena_reset(arena);
        st = consumer_poll(consumer, arena, 50, 500, &sets, &count);
        if (st.kind == ST_RETRY) {
            st = st_ok();
            continue;
        }
        if (st.kind) {
            st.text = str_copy(p->x->stmt, str_from(st.text)).ptr;
            break;
        }
        more = print_sets(p, consumer, arena, sets, count);
    }
    arena_free(arena);
    return st;
}

/* The topic must be there; near names help. */
static Status find_topic(Exec *x, const AstStatement *statement,
                         TopicInfo *info)
{
    TopicInfo *topics;
    int count;
    Status st = broker_describe_topic(x->engine->broker, x->stmt,
                                      statement->text, info);
    if (st.kind != ST_USER) return st;
    Near near = near_to(statement->text);
    if (!broker_list_topics(x->engine->broker, x->stmt, &topics, &count).kind)
        for (int i = 0; i < count; i++)
            near_offer(&near, topics[i].name);
    return st_error_at(x->stmt, statement->text_at,
                       "topic '%.*s' does not exist%s",
                       STR_ARG(statement->text),
                       near_hint(&near, x->stmt, ": SHOW TOPICS lists them"));
}

Status exec_print(Exec *x, const AstStatement *statement)
{
    mr_Engine *engine = x->engine;
    TopicInfo info;
    Consumer *consumer;

    if (x->dry || x->replay) return st_ok();
    Status st = find_topic(x, statement, &info);
    if (st.kind) return st;
    const char *topic = str_cstr(x->stmt, statement->text);
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &topic,
                               .topic_count = 1,
                               .properties = &engine->settings};
    st = consumer_open(engine->broker, x->stmt, &options, &consumer);
    if (st.kind) return st;
    TopicPartition *parts = ARENA_ARRAY(x->stmt, TopicPartition,
                                        info.partition_count);
    for (int i = 0; i < info.partition_count; i++)
        parts[i] = (TopicPartition){
            0, i, statement->from_beginning ? OFFSET_BEGINNING : OFFSET_END,
            STR_NULL};
    st = consumer_assign(consumer, x->stmt, parts, info.partition_count);
    if (!st.kind) {
        Printing p = {.x = x,
                      .interval = statement->has_interval &&
                                          statement->interval > 0
                                      ? statement->interval
                                      : 1,
                      .limit = statement->has_limit ? statement->limit : -1};
        pthread_mutex_unlock(&engine->lock);
        st = read_topic(&p, consumer);
        pthread_mutex_lock(&engine->lock);
        buf_free(&p.line);
    }
    consumer_close(consumer);
    return st;
}
