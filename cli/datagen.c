/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace datagen: made-up records to a topic, with the arguments of the
 * reference's generator (name=value) and the common options.
 *
 *     millrace datagen quickstart=orders topic=orders msgRate=10 seed=1
 *
 * Each record is made in the order of its number, so that a seed gives the same
 * records whatever the rate. With a rate, what is due is sent and flushed every
 * 20 ms; without, batches go out as fast as the broker takes them. topic=-
 * needs no broker: values go to standard output as lines, for a pipe.
 */
#include "cli/datagen.h"

#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/near.h"
#include "base/number.h"
#include "cli/cli.h"

enum {
    BATCH_MAX = 500,
    TICK_MS = 20,
    TIME_STEP_MS = 100, /* Between records, if there is no rate. */
};

/* The first record's time if there is a seed: 2024-01-01T00:00:00Z. */
static const int64_t seeded_start_ms = 1704067200000;

typedef enum DataFormat {
    DATA_JSON,
    DATA_DELIMITED,
    DATA_KAFKA,
} DataFormat;

typedef struct Datagen {
    CommonOptions common;
    const Quickstart *quickstart;
    const char *topic;
    bool lines;    /* topic=-: to standard output. */
    Str separator; /* -K: lines are KEY SEP VALUE; STR_NULL: values alone. */
    DataFormat key_format, value_format;
    Str delimiter;
    int key;        /* Index of the key's field. */
    int time_field; /* That gives the records' times; -1: none. */
    bool stepped;   /* Record times are those of the time fields. */
    int64_t start_ms;
    double step_ms;
    int64_t iterations; /* -1: no end. */
    double rate;        /* Records a second; 0: no limit. */
    bool print_rows;
    DataSource source;
    Datum values[16];
    Buf text;
    int64_t sent;
    Producer *producer;
} Datagen;

/* Arguments as given; NULL: not given. */
typedef struct Arguments {
    const char *quickstart, *schema, *topic, *key, *key_format, *format,
        *value_format, *delimiter, *iterations, *rate, *print_rows, *seed,
        *timestamp, *bootstrap, *properties, *ignored;
} Arguments;

#define ARGUMENT(name, member)                                                 \
    {                                                                          \
        name, offsetof(Arguments, member)                                      \
    }

static const struct {
    const char *name;
    size_t at; /* Of the member of Arguments. */
} argument_rows[] = {
    ARGUMENT("quickstart", quickstart),
    ARGUMENT("schema", schema),
    ARGUMENT("topic", topic),
    ARGUMENT("key", key),
    ARGUMENT("key-format", key_format),
    ARGUMENT("format", format),
    ARGUMENT("value-format", value_format),
    ARGUMENT("valueDelimiter", delimiter),
    ARGUMENT("iterations", iterations),
    ARGUMENT("msgRate", rate),
    ARGUMENT("printRows", print_rows),
    ARGUMENT("seed", seed),
    ARGUMENT("timestamp", timestamp),
    ARGUMENT("bootstrap-server", bootstrap),
    ARGUMENT("propertiesFile", properties),
    ARGUMENT("nThreads", ignored),
    ARGUMENT("maxInterval", ignored),
    ARGUMENT("schemaRegistryUrl", ignored),
};

/* ---- arguments ---- */

static bool take_argument(Arguments *arguments, const char *text)
{
    Str name, value;
    if (!split_pair(text, &name, &value)) {
        complain("datagen takes NAME=VALUE, not '%s'", text);
        return false;
    }
    for (size_t i = 0; i < sizeof argument_rows / sizeof *argument_rows; i++) {
        if (!str_eq_nocase(name, str_from(argument_rows[i].name))) continue;
        const char **member = (const char **)((char *)arguments +
                                              argument_rows[i].at);
        *member = value.ptr;
        return true;
    }
    Arena *arena = arena_new("argument", 0);
    Near near = near_to(name);
    for (size_t i = 0; i < sizeof argument_rows / sizeof *argument_rows; i++)
        near_offer(&near, str_from(argument_rows[i].name));
    complain("datagen has no argument '%.*s'%s", STR_ARG(name),
             near_hint(&near, arena, ""));
    arena_free(arena);
    return false;
}

static bool find_quickstart(Datagen *gen, const Arguments *arguments)
{
    Arena *arena = gen->common.arena;
    Str names = STR("");

    if (arguments->schema) {
        complain("schema=FILE is not available yet: use quickstart=NAME");
        return false;
    }
    for (int i = 0; i < datagen_quickstart_count; i++) {
        const Quickstart *one = &datagen_quickstarts[i];
        names = str_printf(arena, "%.*s%s%s", STR_ARG(names), i ? ", " : "",
                           one->name);
        if (arguments->quickstart &&
            strcasecmp(arguments->quickstart, one->name) == 0)
            gen->quickstart = one;
    }
    if (gen->quickstart) return true;
    if (arguments->quickstart)
        complain("there is no quickstart '%s': use one of %.*s",
                 arguments->quickstart, STR_ARG(names));
    else
        complain("datagen needs quickstart=NAME, one of %.*s", STR_ARG(names));
    return false;
}

static bool find_format(const char *name, bool is_key, DataFormat *format)
{
    static const char *const names[] = {"json", "delimited", "kafka"};
    if (!name) return true;
    for (int i = 0; i < (is_key ? 3 : 2); i++)
        if (strcasecmp(name, names[i]) == 0) {
            *format = (DataFormat)i;
            return true;
        }
    complain("the %s format is %s, not '%s'", is_key ? "key" : "value",
             is_key ? "kafka, json or delimited" : "json or delimited", name);
    return false;
}

static int find_field(const Datagen *gen, const char *name)
{
    for (int i = 0; i < gen->quickstart->field_count; i++)
        if (strcasecmp(gen->quickstart->fields[i].name, name) == 0) return i;
    return -1;
}

static bool find_delimiter(Datagen *gen, const char *text)
{
    gen->delimiter = STR(",");
    if (!text) return true;
    if (strcasecmp(text, "TAB") == 0)
        gen->delimiter = STR("\t");
    else if (strcasecmp(text, "SPACE") == 0)
        gen->delimiter = STR(" ");
    else
        gen->delimiter = str_from(text);
    if (gen->delimiter.len == 1) return true;
    complain("valueDelimiter is one character, TAB or SPACE, not '%s'", text);
    return false;
}

static bool take_key(Datagen *gen, const char *name)
{
    gen->key = find_field(gen, name ? name : gen->quickstart->key);
    if (gen->key < 0) {
        Near near = near_to(str_from(name));
        for (int i = 0; i < gen->quickstart->field_count; i++)
            near_offer(&near, str_from(gen->quickstart->fields[i].name));
        complain("quickstart '%s' has no field '%s'%s", gen->quickstart->name,
                 name, near_hint(&near, gen->common.arena, ""));
        return false;
    }
    if (gen->quickstart->fields[gen->key].kind != FIELD_NESTED ||
        gen->key_format == DATA_JSON)
        return true;
    complain("field '%s' is nested: as a key it needs key-format=json", name);
    return false;
}

/* timestamp=FIELD or timestamp=MS. */
static bool take_timestamp(Datagen *gen, const char *text, bool seeded)
{
    gen->time_field = -1;
    gen->start_ms = seeded ? seeded_start_ms : clock_now_ms(NULL);
    if (!text) return true;
    if (number_parse_i64(str_from(text), &gen->start_ms)) {
        gen->stepped = true;
        if (gen->start_ms >= 0) return true;
        complain("timestamp=MS cannot be negative");
        return false;
    }
    gen->time_field = find_field(gen, text);
    if (gen->time_field >= 0 &&
        gen->quickstart->fields[gen->time_field].kind == FIELD_BIGINT)
        return true;
    complain("timestamp is a time in ms or a BIGINT field of quickstart '%s', "
             "not '%s'",
             gen->quickstart->name, text);
    return false;
}

static bool take_numbers(Datagen *gen, const Arguments *arguments)
{
    int64_t seed = clock_monotonic_ns() ^ clock_now_ms(NULL);

    gen->iterations = -1;
    gen->step_ms = TIME_STEP_MS;
    if (arguments->iterations &&
        (!number_parse_i64(str_from(arguments->iterations), &gen->iterations) ||
         gen->iterations < 1)) {
        complain("iterations is a whole number from 1, not '%s'",
                 arguments->iterations);
        return false;
    }
    if (arguments->rate) {
        if (!number_parse_f64(str_from(arguments->rate), &gen->rate) ||
            !(gen->rate > 0) || gen->rate > 1e9) {
            complain("msgRate is a number above 0, not '%s'", arguments->rate);
            return false;
        }
        gen->step_ms = 1000 / gen->rate;
    }
    if (arguments->seed &&
        !number_parse_i64(str_from(arguments->seed), &seed)) {
        complain("seed is a whole number, not '%s'", arguments->seed);
        return false;
    }
    gen->source.random = (uint64_t)seed;
    return true;
}

static bool take_print_rows(Datagen *gen, const char *text)
{
    gen->print_rows = !text || strcasecmp(text, "true") == 0;
    if (gen->print_rows || strcasecmp(text, "false") == 0) return true;
    complain("printRows is true or false, not '%s'", text);
    return false;
}

/* A nested field has no place in a line of text. */
static bool check_delimited(const Datagen *gen)
{
    for (int i = 0; i < gen->quickstart->field_count; i++) {
        if (gen->value_format != DATA_DELIMITED ||
            gen->quickstart->fields[i].kind != FIELD_NESTED)
            continue;
        complain("field '%s' of quickstart '%s' is nested, which DELIMITED "
                 "cannot hold: use value-format=json",
                 gen->quickstart->fields[i].name, gen->quickstart->name);
        return false;
    }
    return true;
}

static bool take_arguments(Datagen *gen, const Arguments *arguments)
{
    static const char *const formats[] = {"json", "delimited", "kafka"};
    const char *format = arguments->value_format ? arguments->value_format
                                                 : arguments->format;
    int status = -1;

    if (arguments->properties)
        common_option(&gen->common, OPTION_CONFIG_FILE, arguments->properties,
                      "datagen", &status);
    if (arguments->bootstrap)
        common_option(&gen->common, OPTION_BOOTSTRAP, arguments->bootstrap,
                      "datagen", &status);
    gen->key_format = DATA_KAFKA;
    if (status >= 0 || !find_quickstart(gen, arguments) ||
        !find_format(format, false, &gen->value_format) ||
        !find_format(arguments->key_format, true, &gen->key_format) ||
        !find_delimiter(gen, arguments->delimiter) ||
        !take_key(gen, arguments->key) || !take_numbers(gen, arguments) ||
        !take_print_rows(gen, arguments->print_rows) ||
        !take_timestamp(gen, arguments->timestamp, arguments->seed != NULL))
        return false;
    gen->topic = arguments->topic
                     ? arguments->topic
                     : str_printf(gen->common.arena, "%s_kafka_topic_%s",
                                  gen->quickstart->topic,
                                  formats[gen->value_format])
                           .ptr;
    gen->lines = strcmp(gen->topic, "-") == 0;
    return check_delimited(gen);
}

static int read_options(Datagen *gen, int argc, char **argv)
{
    static const struct option longs[] = {COMMON_LONG_OPTIONS, {0}};
    Arguments arguments = {0};
    int option, status;
    bool good = true;

    while ((option = next_option(argc, argv, "d:hK:", longs)) != -1) {
        if (common_option(&gen->common, option, optarg, "datagen", &status)) {
            if (status >= 0) return status;
            continue;
        }
        gen->separator = unescape_text(gen->common.arena, str_from(optarg));
    }
    for (int i = optind; i < argc && good; i++)
        good = take_argument(&arguments, argv[i]);
    if (good && take_arguments(gen, &arguments)) return -1;
    fputs("Try 'millrace help datagen'.\n", stderr);
    return EXIT_USAGE;
}

/* ---- encoding ---- */

static void put_number(Buf *out, FieldKind kind, const Datum *datum)
{
    char text[NUMBER_TEXT_MAX];
    int n = kind == FIELD_DOUBLE ? number_print_f64(datum->real, text)
                                 : number_print_i64(datum->integer, text);
    buf_append(out, text, (size_t)n);
}

static void put_json(Buf *out, FieldKind kind, const Datum *datum)
{
    if (kind == FIELD_STRING)
        json_write_string(out, datum->text);
    else if (kind == FIELD_NESTED)
        buf_append_str(out, datum->text);
    else
        put_number(out, kind, datum);
}

/* Quoted where it holds the delimiter, a quote or a line end. */
static void put_cell(Buf *out, FieldKind kind, const Datum *datum,
                     char delimiter)
{
    bool quoted = false;

    if (kind != FIELD_STRING) {
        put_number(out, kind, datum);
        return;
    }
    for (size_t i = 0; i < datum->text.len; i++)
        quoted |= datum->text.ptr[i] == delimiter ||
                  strchr("\"\r\n", datum->text.ptr[i]) != NULL;
    if (quoted) buf_push(out, '"');
    for (size_t i = 0; i < datum->text.len; i++) {
        if (datum->text.ptr[i] == '"') buf_push(out, '"');
        buf_push(out, datum->text.ptr[i]);
    }
    if (quoted) buf_push(out, '"');
}

/* As Kafka's own serializers: text as it is, numbers big-endian. */
static void put_kafka(Buf *out, FieldKind kind, const Datum *datum)
{
    uint64_t bits = (uint64_t)datum->integer;
    int bytes = kind == FIELD_INT ? 4 : 8;

    if (kind == FIELD_STRING) {
        buf_append_str(out, datum->text);
        return;
    }
    if (kind == FIELD_DOUBLE) memcpy(&bits, &datum->real, sizeof bits);
    for (int i = bytes - 1; i >= 0; i--)
        buf_push(out, (char)(bits >> (8 * i)));
}

static Str encode_key(Datagen *gen)
{
    FieldKind kind = gen->quickstart->fields[gen->key].kind;
    const Datum *datum = &gen->values[gen->key];

    gen->text.len = 0;
    switch (gen->key_format) {
    case DATA_JSON: put_json(&gen->text, kind, datum); break;
    case DATA_DELIMITED: put_cell(&gen->text, kind, datum, ','); break;
    case DATA_KAFKA: put_kafka(&gen->text, kind, datum); break;
    }
    return str_copy(gen->source.arena, buf_str(&gen->text));
}

static Str encode_value(Datagen *gen)
{
    const DataField *fields = gen->quickstart->fields;
    bool json = gen->value_format == DATA_JSON;
    Buf *out = &gen->text;

    out->len = 0;
    if (json) buf_push(out, '{');
    for (int i = 0; i < gen->quickstart->field_count; i++) {
        if (i) buf_push(out, json ? ',' : gen->delimiter.ptr[0]);
        if (json) {
            buf_printf(out, "\"%s\":", fields[i].name);
            put_json(out, fields[i].kind, &gen->values[i]);
        } else {
            put_cell(out, fields[i].kind, &gen->values[i],
                     gen->delimiter.ptr[0]);
        }
    }
    if (json) buf_push(out, '}');
    return str_copy(gen->source.arena, buf_str(out));
}

/* ---- sending ---- */

static void show_row(Datagen *gen, const Record *record)
{
    gen->text.len = 0;
    put_json(&gen->text, gen->quickstart->fields[gen->key].kind,
             &gen->values[gen->key]);
    printf("[%.*s] --> (%.*s)", STR_ARG(buf_str(&gen->text)),
           STR_ARG(record->value));
    if (record->timestamp_ms >= 0)
        printf(" ts:%lld", (long long)record->timestamp_ms);
    putchar('\n');
}

static void put_line(const Datagen *gen, const Record *record)
{
    if (gen->separator.ptr) {
        fwrite(record->key.ptr, 1, record->key.len, stdout);
        fwrite(gen->separator.ptr, 1, gen->separator.len, stdout);
    }
    fwrite(record->value.ptr, 1, record->value.len, stdout);
    putchar('\n');
}

static Record make_record(Datagen *gen)
{
    Record record = {.timestamp_ms = -1};
    DataSource *source = &gen->source;

    source->time_ms = gen->start_ms +
                      (int64_t)((double)source->index * gen->step_ms);
    datagen_record(source, gen->quickstart, gen->values);
    record.key = encode_key(gen);
    record.value = encode_value(gen);
    if (gen->stepped) record.timestamp_ms = source->time_ms;
    if (gen->time_field >= 0)
        record.timestamp_ms = gen->values[gen->time_field].integer;
    source->index++;
    if (gen->lines)
        put_line(gen, &record);
    else if (gen->print_rows)
        show_row(gen, &record);
    return record;
}

static Status send_batch(Datagen *gen, int64_t count)
{
    Record records[BATCH_MAX];
    Status st = st_ok();

    arena_reset(gen->source.arena);
    for (int64_t i = 0; i < count; i++)
        records[i] = make_record(gen);
    if (gen->lines || gen->print_rows) fflush(stdout);
    if (!gen->lines)
        st = producer_send(gen->producer, gen->source.arena, gen->topic,
                           PARTITION_BY_KEY, records, (int)count);
    if (!st.kind) gen->sent += count;
    return st;
}

/* Waits for the acknowledgements, until a signal comes. */
static Status flush(Datagen *gen)
{
    Status st = st_ok();
    if (gen->lines) return st;
    do
        st = producer_flush(gen->producer, gen->source.arena, 1000);
    while (st.kind == ST_RETRY && !interrupted());
    return st;
}

/* How many records may go out now. */
static int64_t count_due(const Datagen *gen, int64_t started_ns)
{
    int64_t due = BATCH_MAX;

    if (gen->rate > 0) {
        double elapsed_s = (double)(clock_monotonic_ns() - started_ns) / 1e9;
        due = (int64_t)(elapsed_s * gen->rate) + 1 - gen->sent;
        if (due < 0) due = 0;
    }
    if (gen->iterations >= 0 && due > gen->iterations - gen->sent)
        due = gen->iterations - gen->sent;
    return due < BATCH_MAX ? due : BATCH_MAX;
}

static Status generate(Datagen *gen)
{
    int64_t started_ns = clock_monotonic_ns();
    Status st = st_ok();

    while (!st.kind && !interrupted() && !output_is_gone(stdout) &&
           (gen->iterations < 0 || gen->sent < gen->iterations)) {
        int64_t due = count_due(gen, started_ns);
        if (due) st = send_batch(gen, due);
        if (!st.kind && gen->rate > 0 && due < BATCH_MAX) {
            if (due) st = flush(gen);
            clock_sleep_ms(TICK_MS);
        }
    }
    return st.kind ? st : flush(gen);
}

static bool produce_all(Datagen *gen, Broker *broker)
{
    ProducerOptions options = {.transactional_id = STR_NULL,
                               .properties = &gen->common.settings};
    Arena *arena = gen->source.arena;

    if (!make_topic(broker, str_from(gen->topic), 1)) return false;
    Status st = producer_open(broker, arena, &options, &gen->producer);
    if (!st.kind) st = generate(gen);
    if (st.kind) complain("topic '%s': %s", gen->topic, st.text);
    if (gen->producer) producer_close(gen->producer);
    if (!gen->print_rows)
        fprintf(stderr, "%lld records to '%s'\n", (long long)gen->sent,
                gen->topic);
    return !st.kind;
}

/* A reader that has gone away ended the pipe, which is no failure. */
static bool write_all(Datagen *gen)
{
    generate(gen);
    bool good = (!ferror(stdout) && !fflush(stdout)) || errno == EPIPE;
    if (!good) complain("cannot write the records: %s", strerror(errno));
    return good;
}

int command_datagen(int argc, char **argv)
{
    Datagen gen = {.common.arena = arena_new("datagen", 0),
                   .separator = STR_NULL};
    int status = read_options(&gen, argc, argv);
    mr_Engine *engine = NULL;

    if (status < 0 && !gen.lines) {
        engine = open_tool_engine(&gen.common);
        if (!engine) status = EXIT_USAGE;
    }
    if (status < 0) {
        gen.source.arena = arena_new("records", 0);
        bool good = gen.lines ? write_all(&gen)
                              : produce_all(&gen, mr_broker(engine));
        status = good ? EXIT_OK : EXIT_FAILED;
        arena_free(gen.source.arena);
    }
    buf_free(&gen.text);
    mr_close(engine);
    arena_free(gen.common.arena);
    return status;
}
