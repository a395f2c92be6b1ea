/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace consume TOPIC: a topic's records as lines, in kcat's habits.
 *
 *     millrace consume clicks -o beginning -e -f '%k: %s\n'
 */
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/near.h"
#include "cli/cli.h"

typedef struct Consume {
    CommonOptions common;
    const char *topic;
    Str format;        /* Unescaped. */
    int32_t partition; /* -1: all. */
    int64_t offset;    /* OFFSET_*, or N; counted from the end if from_tail. */
    bool from_tail;    /* -o -N: the last N of each partition. */
    int64_t max;       /* -1: no limit. */
    bool until_end;
    bool quiet;
    int64_t count;
    int part_count; /* Of the topic. */
    int64_t *next;  /* Next offset, by partition. */
} Consume;

/* ---- output ---- */

static void put(Str s)
{
    if (s.ptr) fwrite(s.ptr, 1, s.len, stdout);
}

static void put_headers(const RecordHeaders *headers)
{
    for (int i = 0; headers && i < headers->count; i++) {
        if (i) putchar(',');
        put(headers->at[i].key);
        putchar('=');
        if (headers->at[i].value.ptr)
            put(headers->at[i].value);
        else
            fputs("NULL", stdout);
    }
}

static void put_record(const Consume *consume, const Record *record,
                       int32_t partition)
{
    Str format = consume->format;
    for (size_t i = 0; i < format.len; i++) {
        char c = format.ptr[i];
        if (c != '%' || i + 1 == format.len) {
            putchar(c);
            continue;
        }
        switch (format.ptr[++i]) {
        case 's': put(record->value); break;
        case 'S':
            printf("%lld",
                   record->value.ptr ? (long long)record->value.len : -1LL);
            break;
        case 'k': put(record->key); break;
        case 'K':
            printf("%lld", record->key.ptr ? (long long)record->key.len : -1LL);
            break;
        case 't': fputs(consume->topic, stdout); break;
        case 'p': printf("%d", partition); break;
        case 'o': printf("%lld", (long long)record->offset); break;
        case 'T': printf("%lld", (long long)record->timestamp_ms); break;
        case 'h': put_headers(record->headers); break;
        case '%': putchar('%'); break;
        default:
            putchar('%');
            putchar(format.ptr[i]);
            break;
        }
    }
}

/* ---- options ---- */

static bool take_offset(Consume *consume, const char *text)
{
    char *end;
    if (strcmp(text, "beginning") == 0)
        consume->offset = OFFSET_BEGINNING;
    else if (strcmp(text, "end") == 0)
        consume->offset = OFFSET_END;
    else {
        consume->offset = strtoll(text, &end, 10);
        if (!*text || *end) {
            complain("-o takes beginning, end, N or -N, not '%s'", text);
            return false;
        }
        consume->from_tail = text[0] == '-';
        if (consume->from_tail) consume->offset = -consume->offset;
    }
    return true;
}

static int read_options(Consume *consume, int argc, char **argv)
{
    static const struct option longs[] = {COMMON_LONG_OPTIONS, {0}};
    Arena *arena = consume->common.arena;
    int option, status;
    int64_t number;
    Str separator = STR_NULL, format = STR_NULL;

    while ((option = next_option(argc, argv, "d:hK:p:o:c:ef:q", longs)) != -1) {
        if (common_option(&consume->common, option, optarg, "consume",
                          &status)) {
            if (status >= 0) return status;
            continue;
        }
        switch (option) {
        case 'K': separator = str_from(optarg); break;
        case 'f': format = str_from(optarg); break;
        case 'p':
            if (!take_number(optarg, 0, "-p", &number)) return EXIT_USAGE;
            consume->partition = (int32_t)number;
            break;
        case 'c':
            if (!take_number(optarg, 0, "-c", &consume->max)) return EXIT_USAGE;
            break;
        case 'e': consume->until_end = true; break;
        case 'q': consume->quiet = true; break;
        case 'o':
            if (!take_offset(consume, optarg)) return EXIT_USAGE;
            break;
        default: break;
        }
    }
    if (!format.ptr)
        format = separator.ptr
                     ? str_printf(arena, "%%k%.*s%%s\\n", STR_ARG(separator))
                     : STR("%s\\n");
    consume->format = unescape_text(arena, format);
    if (optind == argc - 1) {
        consume->topic = argv[optind];
        return -1;
    }
    complain(optind < argc ? "consume takes one topic"
                           : "consume needs a topic");
    fputs("Try 'millrace help consume'.\n", stderr);
    return EXIT_USAGE;
}

/* ---- reading ---- */

static Status start_offset(Consume *consume, Broker *broker, Arena *arena,
                           int32_t partition, int64_t *offset)
{
    int64_t low, high;
    Status st = broker_watermarks(broker, arena, str_from(consume->topic),
                                  partition, &low, &high);
    *offset = consume->offset;
    if (consume->from_tail) *offset = high - consume->offset;
    if (*offset >= 0 && *offset < low) *offset = low;
    consume->next[partition] = *offset == OFFSET_END         ? high
                               : *offset == OFFSET_BEGINNING ? low
                                                             : *offset;
    return st;
}

static Status open_topic(Consume *consume, Broker *broker, Arena *arena,
                         Consumer **consumer)
{
    TopicInfo info;
    int parts = 0;
    Status st = broker_describe_topic(broker, arena, str_from(consume->topic),
                                      &info);
    if (st.kind) return st;
    if (consume->partition >= info.partition_count)
        return st_error(arena, ST_USER, "topic '%s' has no partition %d",
                        consume->topic, consume->partition);
    consume->part_count = info.partition_count;
    consume->next = mem_zalloc(sizeof(int64_t) * (size_t)info.partition_count);
    TopicPartition *list = ARENA_ARRAY(arena, TopicPartition,
                                       info.partition_count);
    for (int p = 0; p < info.partition_count && !st.kind; p++) {
        if (consume->partition >= 0 && p != consume->partition) {
            consume->next[p] = INT64_MAX;
            continue;
        }
        list[parts] = (TopicPartition){.partition = p};
        st = start_offset(consume, broker, arena, p, &list[parts++].offset);
    }
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &consume->topic,
                               .topic_count = 1,
                               .properties = &consume->common.settings,
                               .want_headers = true};
    if (!st.kind) st = consumer_open(broker, arena, &options, consumer);
    if (!st.kind) st = consumer_assign(*consumer, arena, list, parts);
    return st;
}

static bool at_end(Consume *consume, Broker *broker, Consumer *consumer,
                   Arena *arena)
{
    for (int p = 0; p < consume->part_count; p++) {
        int64_t low, high;
        ConsumerReach reach; /* The end may be markers of transactions. */
        consumer_reach(consumer, 0, p, &reach);
        if (reach.next > consume->next[p]) consume->next[p] = reach.next;
        Status st = broker_watermarks(broker, arena, str_from(consume->topic),
                                      p, &low, &high);
        if (!st.kind && consume->next[p] < high) return false;
    }
    return true;
}

static void show_set(Consume *consume, const RecordSet *set)
{
    for (int i = 0; i < set->count; i++) {
        if (consume->max >= 0 && consume->count >= consume->max) return;
        put_record(consume, &set->records[i], set->partition);
        consume->next[set->partition] = set->records[i].offset + 1;
        consume->count++;
    }
}

static Status read_all(Consume *consume, Broker *broker, Arena *arena)
{
    Consumer *consumer = NULL;
    Arena *poll = arena_new("poll", 0);
    Status st = open_topic(consume, broker, arena, &consumer);

    while (!st.kind && !interrupted() && !output_is_gone(stdout) &&
           (consume->max < 0 || consume->count < consume->max)) {
        RecordSet *sets;
        int count;
        arena_reset(poll);
        st = consumer_poll(consumer, poll, 50, 1000, &sets, &count);
        if (st.kind == ST_RETRY) st = st_ok();
        for (int i = 0; i < count && !st.kind; i++) {
            show_set(consume, &sets[i]);
            consumer_release(consumer, &sets[i]);
        }
        fflush(stdout);
        if (!count && consume->until_end &&
            at_end(consume, broker, consumer, poll))
            break;
    }
    if (st.kind) st.text = str_copy(arena, str_from(st.text)).ptr;
    if (consumer) consumer_close(consumer);
    arena_free(poll);
    return st;
}

/* "; did you mean 'X'?" if the topic is not there, else "". */
static const char *topic_hint(const Consume *consume, Broker *broker,
                              Arena *arena)
{
    TopicInfo info, *topics;
    int count = 0;
    Near near = near_to(str_from(consume->topic));
    Status st = broker_describe_topic(broker, arena, near.wanted, &info);
    if (st.kind != ST_USER) return "";
    st = broker_list_topics(broker, arena, &topics, &count);
    for (int i = 0; !st.kind && i < count; i++)
        near_offer(&near, topics[i].name);
    return near_hint(&near, arena, "");
}

int command_consume(int argc, char **argv)
{
    Consume consume = {.common.arena = arena_new("consume", 0),
                       .partition = -1,
                       .offset = OFFSET_BEGINNING,
                       .max = -1};
    int status = read_options(&consume, argc, argv);
    mr_Engine *engine = NULL;

    if (status < 0) {
        engine = open_tool_engine(&consume.common);
        status = EXIT_USAGE;
    }
    if (engine) {
        Status st = read_all(&consume, mr_broker(engine), consume.common.arena);
        bool good = !st.kind && (!ferror(stdout) || errno == EPIPE);
        if (st.kind)
            complain(
                "%s%s", st.text,
                topic_hint(&consume, mr_broker(engine), consume.common.arena));
        else if (!good)
            complain("cannot write the records: %s", strerror(errno));
        status = good ? EXIT_OK : EXIT_FAILED;
        mr_close(engine);
    }
    mem_free(consume.next);
    arena_free(consume.common.arena);
    return status;
}
