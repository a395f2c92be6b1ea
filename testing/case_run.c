/* SPDX-License-Identifier: Apache-2.0
 *
 * The statements are executed, then the inputs are written one by one in the
 * order of the file, and after each all there is has been processed. All data
 * flows through the first partition of each topic, so that a topic has one
 * order. An input that lands in an output topic is not an output.
 */
#include "testing/case_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "testing/compare.h"
#include "testing/difference.h"
#include "testing/rig.h"

/* Of topics that do not say, as in the reference. */
enum { TOPIC_PARTITIONS = 4 };

/* The records of a file. */
typedef struct RecordList {
    const char *file;
    const Json *first; /* NULL: none. */
    int *lines;        /* Of each, from 1. */
} RecordList;

typedef struct Case {
    Rig rig;
    const CaseFiles *files;
    RecordList inputs, outputs;
    Map fed; /* "topic/offset" of input records. */
} Case;

/* ---- the JSON files ---- */

static int line_of(Str text, const char *place)
{
    int line = 1;
    for (const char *at = text.ptr; at < place; at++)
        line += *at == '\n';
    return line;
}

/* From here on failures belong to this record of a file. */
static void at_record(Case *one, const RecordList *list, int index)
{
    one->rig.file = list->file;
    one->rig.line = list->lines[index];
}

/* Where the elements of the list `member` begin; the text is good JSON. */
static void find_lines(Arena *arena, Str text, const char *member, int *lines)
{
    JsonReader *r = ARENA_NEW(arena, JsonReader);
    int count = 0;

    json_open(r, arena, text);
    json_next(r);
    while (json_next(r) == JSON_NAME) {
        if (count || !str_eq(r->text, str_from(member))) {
            json_skip(r);
            continue;
        }
        for (json_next(r); json_next(r) != JSON_ARRAY_CLOSE; count++) {
            lines[count] = line_of(text, r->at);
            json_skip_rest(r);
        }
    }
}

/* What json_parse says, which ends with the place; the line is wanted apart. */
static void fail_json(Rig *rig, const char *why)
{
    const char *place = strstr(why, " at line ");
    if (place) rig->line = (int)strtol(place + strlen(" at line "), NULL, 10);
    rig_fail(rig, "it is no JSON: %s", why);
}

/* Reads a file with one list, `member`. */
static void read_list(Case *one, const char *path, const char *member,
                      RecordList *list)
{
    Rig *rig = &one->rig;
    const char *why;
    Str text;

    rig->file = list->file = path;
    rig->line = 0;
    if (!sql_file_text(rig->arena, path, &text, &why)) {
        rig_fail(rig, "%s", why);
        return;
    }
    const Json *root = json_parse(rig->arena, text, &why);
    if (!root) {
        fail_json(rig, why);
        return;
    }
    const Json *array = json_get(root, member);
    if (!array || array->kind != JSON_ARRAY) {
        rig->line = 1;
        rig_fail(rig, "it must be {\"%s\": [...]}, a list of records", member);
        return;
    }
    list->first = array->first;
    list->lines = ARENA_ARRAY(rig->arena, int, array->count + 1);
    find_lines(rig->arena, text, member, list->lines);
}

static bool is_known(Str name)
{
    static const char *const known[] = {"topic",     "key",    "value",
                                        "timestamp", "window", "headers"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(name, str_from(known[i]))) return true;
    return false;
}

/* Is it a record as formats allow it? */
static void check_shape(Case *one, const Json *record)
{
    Rig *rig = &one->rig;
    const Json *topic = json_get(record, "topic");
    const Json *time = json_get(record, "timestamp");
    int64_t number;

    if (record->kind != JSON_OBJECT)
        rig_fail(rig, "a record must be an object with 'topic', 'key' and "
                      "'value'");
    else if (!topic || topic->kind != JSON_STRING || !topic->text.len)
        rig_fail(rig, "a record has no 'topic'");
    else if (time && (time->kind != JSON_NUMBER ||
                      !number_parse_i64(time->text, &number)))
        rig_fail(rig, "'timestamp' must be whole milliseconds");
    for (const Json *m = record->first; m && !rig->failure; m = m->next)
        if (!is_known(m->name))
            fprintf(stderr, "%s:%d: warning: '%.*s' means nothing here\n",
                    rig->file, rig->line, STR_ARG(m->name));
}

static void check_shapes(Case *one, const RecordList *list)
{
    int i = 0;
    for (const Json *record = list->first; record && !one->rig.failure;
         record = record->next) {
        at_record(one, list, i++);
        check_shape(one, record);
    }
}

/* ---- statements ---- */

static void run_statements(Case *one)
{
    Rig *rig = &one->rig;
    const char *file = one->files->statements;
    SqlFileError error;
    SqlTest test;

    if (!sql_script_read(rig->arena, file, rig->options->variables, &test,
                         &error)) {
        rig->file = error.file;
        rig->line = error.line;
        rig_fail(rig, "%s", error.text);
    }
    for (int i = 0; i < test.steps.count && !rig->failure; i++) {
        rig->step = &test.steps.at[i];
        const AstStatement *statement = rig_parse(rig, rig->step);
        if (statement) rig_make_topic(rig, statement);
        Status st = rig_execute(rig);
        if (st.kind) rig_fail_status(rig, "", st);
    }
    rig->step = NULL;
    rig->file = file;
    rig->line = 1;
    if (!rig->failure) rig_process(rig, false);
    if (!rig->failure) rig_check_queries(rig);
}

/* ---- inputs ---- */

static Str mark_of(Arena *arena, Str topic, int64_t offset)
{
    return str_printf(arena, "%.*s/%lld", STR_ARG(topic), (long long)offset);
}

static void feed_one(Case *one, Producer *producer, const Json *input)
{
    Rig *rig = &one->rig;
    Str topic = json_get(input, "topic")->text;
    const Source *source = compare_source(rig->engine->catalog, topic);
    Record record = {0};
    int64_t low, high = 0;

    if (!source)
        fprintf(stderr,
                "%s:%d: warning: no stream or table is over topic '%.*s'\n",
                rig->file, rig->line, STR_ARG(topic));
    rig_make_named_topic(rig, topic);
    const char *why = compare_encode(rig->arena, source, input, &record);
    if (why) {
        rig_fail(rig, "the record does not fit topic '%.*s': %s",
                 STR_ARG(topic), why);
        return;
    }
    Status st = broker_watermarks(rig->broker, rig->arena, topic, 0, &low,
                                  &high);
    map_put(rig->arena, &one->fed, mark_of(rig->arena, topic, high), one);
    if (!st.kind)
        st = producer_send(producer, rig->arena, str_cstr(rig->arena, topic), 0,
                           &record, 1);
    if (st.kind) rig_fail(rig, "%s", st.text);
    rig_process(rig, false);
    rig_check_queries(rig);
}

static void feed_inputs(Case *one)
{
    Rig *rig = &one->rig;
    ProducerOptions options = {.transactional_id = STR_NULL};
    Producer *producer;
    Status st = producer_open(rig->broker, rig->arena, &options, &producer);

    if (st.kind) {
        rig_fail(rig, "%s", st.text);
        return;
    }
    int i = 0;
    for (const Json *input = one->inputs.first; input && !rig->failure;
         input = input->next) {
        at_record(one, &one->inputs, i++);
        feed_one(one, producer, input);
    }
    producer_close(producer);
    if (rig->failure) return;
    rig->file = one->files->statements;
    rig->line = 1;
    rig_process(rig, true);
    rig_check_queries(rig);
}

/* ---- outputs ---- */

typedef VEC(Record) Records;

static Str keep(Arena *arena, Str bytes)
{
    return bytes.ptr ? str_copy(arena, bytes) : STR_NULL;
}

/* A copy that outlives the consumer. */
static Record keep_record(Arena *arena, const Record *record)
{
    const RecordHeaders *from = record->headers;
    Record copy = *record;

    copy.key = keep(arena, record->key);
    copy.value = keep(arena, record->value);
    if (from) {
        RecordHeaders *to = arena_alloc(
            arena, sizeof *to + sizeof(RecordHeader) * (size_t)from->count);
        to->count = from->count;
        for (int i = 0; i < from->count; i++)
            to->at[i] = (RecordHeader){keep(arena, from->at[i].key),
                                       keep(arena, from->at[i].value)};
        copy.headers = to;
    }
    return copy;
}

/* The records that queries and INSERTs wrote to a topic. */
static Status read_topic(Case *one, Str topic, Records *records)
{
    Arena *arena = one->rig.arena;
    const char *name = str_cstr(arena, topic);
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &name,
                               .topic_count = 1,
                               .want_headers = true};
    TopicPartition part = {0, 0, OFFSET_BEGINNING, STR_NULL};
    Consumer *consumer;
    RecordSet *sets;
    int count = 1;

    Status st = consumer_open(one->rig.broker, arena, &options, &consumer);
    if (st.kind) return st;
    st = consumer_assign(consumer, arena, &part, 1);
    while (!st.kind && count) {
        st = consumer_poll(consumer, arena, 0, 100000, &sets, &count);
        if (st.kind || !count) break;
        for (int i = 0; i < sets[0].count; i++) {
            const Record *record = &sets[0].records[i];
            if (!map_get(&one->fed, mark_of(arena, topic, record->offset)))
                *vec_push(arena, records) = keep_record(arena, record);
        }
        consumer_release(consumer, &sets[0]);
    }
    consumer_close(consumer);
    return st;
}

/* An expected record as difference_record shows one. */
static Str expected_text(Arena *arena, const Json *expected)
{
    const Json *time = json_get(expected, "timestamp");
    const Json *window = json_get(expected, "window");
    const Json *sides[] = {json_get(expected, "key"),
                           json_get(expected, "value")};
    Buf out = {0};

    buf_printf(&out, "time %.*s", STR_ARG(time ? time->text : STR("any")));
    for (int i = 0; i < 2; i++) {
        buf_append_str(&out, i ? STR(", value ") : STR(", key "));
        if (!sides[i])
            buf_append_str(&out, STR("null"));
        else if (sides[i]->kind == JSON_STRING)
            buf_append_str(&out, sides[i]->text);
        else
            json_write(&out, sides[i]);
        if (i || !window || window->kind != JSON_OBJECT) continue;
        buf_append_str(&out, STR(", window "));
        json_write(&out, window);
    }
    const Json *headers = json_get(expected, "headers");
    if (headers && headers->count) {
        buf_append_str(&out, STR(", headers "));
        json_write(&out, headers);
    }
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static void check_record(Case *one, const Source *source, const Json *expected,
                         const Records *records, int at)
{
    Rig *rig = &one->rig;
    Str topic = json_get(expected, "topic")->text;
    bool any_time = !one->inputs.first;

    if (at >= records->count) {
        rig_fail(rig,
                 "topic '%.*s', record %d: expected one more, none came\n"
                 "  expected: %.*s",
                 STR_ARG(topic), at + 1,
                 STR_ARG(expected_text(rig->arena, expected)));
        return;
    }
    const Record *record = &records->at[at];
    const char *why = compare_record(rig->arena, source, expected, record,
                                     any_time, NULL);
    if (why)
        rig_fail(rig,
                 "topic '%.*s', record %d: %s\n"
                 "  expected: %.*s\n"
                 "  actual:   %.*s",
                 STR_ARG(topic), at + 1, why,
                 STR_ARG(expected_text(rig->arena, expected)),
                 STR_ARG(difference_record(rig->arena, source, record)));
}

/* Compares one topic. Its expected records are all those of the list with its
 * name. */
static void check_topic(Case *one, Str topic)
{
    Rig *rig = &one->rig;
    const Source *source = compare_source(rig->engine->catalog, topic);
    Records records = {0};
    int at = 0, i = 0;

    Status st = read_topic(one, topic, &records);
    if (st.kind) {
        rig_fail(rig, "%s", st.text);
        return;
    }
    for (const Json *expected = one->outputs.first; expected && !rig->failure;
         expected = expected->next, i++) {
        if (!str_eq(json_get(expected, "topic")->text, topic)) continue;
        at_record(one, &one->outputs, i);
        check_record(one, source, expected, &records, at++);
    }
    if (rig->failure || at >= records.count) return;
    Str actual = difference_record(rig->arena, source, &records.at[at]);
    rig_fail(rig,
             "topic '%.*s': expected %d record%s, %d came\n"
             "  expected: no more\n"
             "  actual:   %.*s",
             STR_ARG(topic), at, at == 1 ? "" : "s", records.count,
             STR_ARG(actual));
}

static void check_outputs(Case *one)
{
    Arena *arena = one->rig.arena;
    Map seen = {0};
    int i = 0;

    for (const Json *expected = one->outputs.first;
         expected && !one->rig.failure; expected = expected->next) {
        Str topic = json_get(expected, "topic")->text;
        at_record(one, &one->outputs, i++);
        if (!map_put(arena, &seen, topic, one)) check_topic(one, topic);
    }
}

const TestFailure *case_run(Arena *arena, const CaseFiles *files,
                            const SqlRunOptions *options)
{
    Case *one = ARENA_NEW(arena, Case);
    Rig *rig = &one->rig;

    one->files = files;
    *rig = (Rig){.arena = arena,
                 .options = options,
                 .partitions = TOPIC_PARTITIONS,
                 .one_partition = true};
    if (files->input) read_list(one, files->input, "inputs", &one->inputs);
    read_list(one, files->output, "outputs", &one->outputs);
    check_shapes(one, &one->inputs);
    check_shapes(one, &one->outputs);
    if (rig->failure) return rig->failure;
    if (!one->outputs.first)
        fprintf(stderr,
                "%s: warning: no record is expected, so no topic is looked "
                "at\n",
                files->output);
    rig_open(rig);
    if (!rig->failure) run_statements(one);
    if (!rig->failure) feed_inputs(one);
    if (!rig->failure) check_outputs(one);
    rig_close(rig);
    return rig->failure;
}
