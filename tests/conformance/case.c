/* SPDX-License-Identifier: Apache-2.0
 *
 * One case in one engine: topics, statements, inputs, and what came out. The
 * engine is entered by its public door only. Topics have as many partitions as
 * the case says, but all data flows through partition 0, as in the reference's
 * own tool.
 */
#include <stdarg.h>
#include <string.h>

#include "base/number.h"
#include "base/vec.h"
#include "parser/parser.h"
#include "testing/compare.h"
#include "tests/conformance/conformance.h"

enum { STEPS_MAX = 10000 };

static const int64_t clock_ms = 1704067200000; /* 2024-01-01 */

void case_fail(Running *r, Verdict verdict, const char *format, ...)
{
    va_list args;
    if (r->outcome.verdict != PASSED) return;
    va_start(args, format);
    r->outcome.why = str_vprintf(r->arena, format, args).ptr;
    va_end(args);
    r->outcome.verdict = verdict;
}

/* ---- the engine ---- */

static void put_setting(Running *r, Map *settings, Str name, Str value)
{
    Str *kept = ARENA_NEW(r->arena, Str);
    *kept = value;
    map_put(r->arena, settings, name, kept);
}

static void put_properties(Running *r, Map *settings)
{
    const Json *properties = json_get(r->json, "properties");
    for (const Json *one = properties ? properties->first : NULL; one;
         one = one->next) {
        Str text = one->text;
        if (one->kind == JSON_TRUE) text = STR("true");
        if (one->kind == JSON_FALSE) text = STR("false");
        put_setting(r, settings, one->name, text);
    }
}

static void open_engine(Running *r)
{
    Map settings = {0};

    put_setting(r, &settings, STR("auto.offset.reset"), STR("earliest"));
    put_setting(r, &settings, STR("cache.max.bytes.buffering"),
                r->way->cached ? STR("10000000") : STR("0"));
    put_setting(r, &settings, STR("ksql.service.id"),
                STR("some.ksql.service.id"));
    put_properties(r, &settings);
    mr_Options options = {
        .mode = MR_TEST,
        .settings = &settings,
        .broker = r->broker,
        .clock = &r->clock,
        .data_directory = r->directory ? str_from(r->directory) : STR_NULL,
        .memory_state = !r->way->rocksdb,
        .batch_rows_max = r->way->batch_rows ? r->way->batch_rows : 1,
        .state_memory_bytes = r->way->tiny ? 1 : 0,
        .one_partition = !r->responds};
    Status st = mr_open(r->arena, &options, &r->engine);
    if (st.kind) {
        r->engine = NULL;
        case_fail(r, FAILED, "engine: %s", st.text);
        return;
    }
    r->session = mr_session_open(r->engine);
}

static void close_engine(Running *r)
{
    if (r->session) mr_session_close(r->session);
    mr_close(r->engine);
    r->session = NULL;
    r->engine = NULL;
}

static void open_all(Running *r)
{
    ProducerOptions options = {.transactional_id = STR_NULL};

    r->clock = (Clock){.manual = true, .manual_ms = clock_ms};
    r->broker = broker_memory_open(&r->clock);
    if (r->way->rocksdb) r->directory = pool_directory(r->arena);
    open_engine(r);
    Status st = producer_open(r->broker, r->arena, &options, &r->producer);
    if (st.kind) case_fail(r, FAILED, "producer: %s", st.text);
}

static void close_all(Running *r)
{
    if (r->producer) producer_close(r->producer);
    close_engine(r);
    broker_close(r->broker);
    if (r->directory) pool_remove_directory(r->directory);
}

/* Why a query stopped, or NULL. */
static const char *stopped_query(Running *r)
{
    mr_QueryStats *stats;
    int count;
    Status st = mr_query_stats(r->engine, r->arena, &stats, &count);
    if (st.kind) return st.text;
    for (int i = 0; i < count; i++)
        if (stats[i].error.len) return str_cstr(r->arena, stats[i].error);
    return NULL;
}

static void step_all(Running *r)
{
    int steps = 0;
    while (mr_step(r->engine, 1000) > 0)
        if (++steps == STEPS_MAX) {
            case_fail(r, FAILED, "the queries find no end");
            return;
        }
}

void case_commit(Running *r)
{
    while (r->way->cached && r->outcome.verdict == PASSED) {
        Status st = mr_commit(r->engine, r->arena);
        if (st.kind) case_fail(r, FAILED, "commit: %s", st.text);
        if (!mr_step(r->engine, 1000)) break;
        step_all(r);
    }
}

void case_process(Running *r)
{
    step_all(r);
    if (!r->way->late) case_commit(r);
}

/* ---- statements ---- */

static int member_int(const Json *json, const char *name, int otherwise)
{
    const Json *value = json_get(json, name);
    int64_t number;
    if (!value || !number_parse_i64(value->text, &number)) return otherwise;
    return (int)number;
}

void make_topic(Running *r, Str name, int partitions)
{
    TopicInfo info;
    if (!broker_describe_topic(r->broker, r->arena, name, &info).kind) return;
    Status st = broker_create_topic(r->broker, r->arena, name, partitions, 1,
                                    NULL, 0);
    if (st.kind) case_fail(r, FAILED, "topic: %s", st.text);
}

static void make_topics(Running *r)
{
    const Json *topics = json_get(r->json, "topics");
    for (const Json *one = topics ? topics->first : NULL; one; one = one->next)
        make_topic(r, json_get(one, "name")->text,
                   member_int(one, "partitions", TOPIC_PARTITIONS));
}

/* The topic that a CREATE names comes into being. */
static void make_named_topic(Running *r, const AstStatement *statement)
{
    Str topic = STR_NULL;
    bool partitions = false;

    if (statement->kind != STMT_CREATE_STREAM &&
        statement->kind != STMT_CREATE_TABLE)
        return;
    for (int p = 0; p < statement->with.count; p++) {
        const AstProperty *property = &statement->with.at[p];
        Str name = property->name.text;
        if (str_eq_nocase(name, STR("KAFKA_TOPIC")) &&
            property->value->kind == AST_STRING)
            topic = property->value->literal.str;
        partitions |= str_eq_nocase(name, STR("PARTITIONS"));
    }
    if (topic.len && !partitions) make_topic(r, topic, TOPIC_PARTITIONS);
}

/* What the runner itself must know of a text that may be a statement. */
static void look_at(Running *r, Str text, bool *inserts)
{
    AstStatement **statements;
    int count;

    *inserts = false;
    if (parse_statements(r->arena, text, NULL, &statements, &count).kind)
        return;
    for (int i = 0; i < count; i++) {
        AstStatementKind kind = statements[i]->kind;
        make_named_topic(r, statements[i]);
        *inserts |= kind == STMT_INSERT_VALUES;
        r->undone |= kind == STMT_DROP_STREAM || kind == STMT_DROP_TABLE ||
                     kind == STMT_TERMINATE;
    }
}

/* A statement was refused: at once, or `running`, when its query met a record.
 */
static void refused(Running *r, Str text, const char *message, bool last,
                    bool running)
{
    const Json *error = json_get(r->json, "expectedError");
    const char *why;

    if (strstr(message, "not available yet"))
        case_fail(r, UNSUPPORTED, "%s", message);
    else if (!error)
        case_fail(r, FAILED, "%s: %s: %.*s",
                  running ? "a query stopped" : "refused", message,
                  (int)(text.len > 300 ? 300 : text.len), text.ptr);
    else if (!last)
        case_fail(r, FAILED, "a statement before the last is refused: %s",
                  message);
    else {
        r->outcome.refusal = message;
        why = refusal_compare(r->arena, r->json, message, running);
        if (why) case_fail(r, FAILED, "%s: %s", why, message);
    }
}

bool case_statement(Running *r, const Json *one)
{
    bool inserts;
    look_at(r, one->text, &inserts);
    Status st = mr_execute(r->session, r->arena, one->text, NULL);
    if (!st.kind) return true;
    if (st.kind == ST_USER)
        refused(r, one->text, st.text, !one->next, false);
    else
        case_fail(r, FAILED, "no user's error: %s", st.text);
    return false;
}

/* Executes the statements; false: one was refused. */
static bool run_statements(Running *r)
{
    const Json *statements = json_get(r->json, "statements");

    for (const Json *one = statements->first; one; one = one->next)
        if (!case_statement(r, one)) return false;
    return r->outcome.verdict == PASSED;
}

void case_restart(Running *r)
{
    const Json *statements = json_get(r->json, "statements");

    close_engine(r);
    if (r->directory && !r->way->keep) pool_remove_directory(r->directory);
    open_engine(r);
    for (const Json *one = statements->first;
         one && r->outcome.verdict == PASSED; one = one->next) {
        bool inserts;
        look_at(r, one->text, &inserts);
        if (inserts || str_starts_with(one->text, STR("SELECT"))) continue;
        Status st = mr_execute(r->session, r->arena, one->text, NULL);
        if (st.kind) case_fail(r, FAILED, "at a restart: %s", st.text);
    }
}

bool statements_have(Running *r, Str word)
{
    const Json *statements = json_get(r->json, "statements");
    for (const Json *one = statements->first; one; one = one->next) {
        Str upper = str_ascii_upper(r->arena, one->text);
        if (str_find(upper, word, 0) != SIZE_MAX) return true;
    }
    return false;
}

/* ---- outputs ---- */

static Str keep(Arena *arena, Str s)
{
    return s.ptr ? str_copy(arena, s) : STR_NULL;
}

/* A copy that outlives the consumer. */
static Record keep_record(Arena *arena, const Record *record)
{
    Record copy = *record;
    copy.key = keep(arena, record->key);
    copy.value = keep(arena, record->value);
    if (record->headers) {
        int count = record->headers->count;
        RecordHeaders *headers = arena_alloc(
            arena, sizeof *headers + sizeof(RecordHeader) * (size_t)count);
        headers->count = count;
        for (int i = 0; i < count; i++)
            headers->at[i] = (RecordHeader){
                keep(arena, record->headers->at[i].key),
                keep(arena, record->headers->at[i].value)};
        copy.headers = headers;
    }
    return copy;
}

typedef VEC(Record) RecordList;

static void take_set(Running *r, const RecordSet *set, RecordList *list)
{
    for (int i = 0; i < set->count; i++) {
        Record *record = &set->records[i];
        Str mark = str_printf(r->arena, "%s/%lld", set->topic,
                              (long long)record->offset);
        if (!map_get(&r->fed, mark))
            *vec_push(r->arena, list) = keep_record(r->arena, record);
    }
}

/* The records that queries and INSERTs wrote to a topic, in order within each
 * partition. */
static Record *read_topic(Running *r, const char *topic, int *count)
{
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &topic,
                               .topic_count = 1,
                               .want_headers = true};
    TopicInfo info;
    Consumer *consumer;
    RecordSet *sets;
    int set_count;
    RecordList records = {0};

    *count = 0;
    Status st = broker_describe_topic(r->broker, r->arena, str_from(topic),
                                      &info);
    if (!st.kind) st = consumer_open(r->broker, r->arena, &options, &consumer);
    if (st.kind) return NULL;
    TopicPartition *parts = ARENA_ARRAY(r->arena, TopicPartition,
                                        info.partition_count);
    for (int i = 0; i < info.partition_count; i++)
        parts[i] = (TopicPartition){0, i, OFFSET_BEGINNING, STR_NULL};
    st = consumer_assign(consumer, r->arena, parts, info.partition_count);
    while (!st.kind) {
        st = consumer_poll(consumer, r->arena, 0, 100000, &sets, &set_count);
        if (st.kind || !set_count) break;
        for (int i = 0; i < set_count; i++)
            take_set(r, &sets[i], &records);
    }
    consumer_close(consumer);
    *count = records.count;
    return records.at;
}

/* What a record does to a row of a table. */
typedef struct Step {
    Str key;
    bool deletes;
    bool silent;
} Step;

/* With a cache a table does not tell that a row is gone of which nobody knows
 * (as the reference's caches do not), nor that a session is gone whose row the
 * same record brings back. */
static void mark_silent(Running *r, Step *steps, int count)
{
    Map there = {0};
    for (int i = 0; i < count; i++) {
        if (steps[i].deletes) {
            steps[i].silent = !map_remove(&there, steps[i].key);
            continue;
        }
        map_put(r->arena, &there, steps[i].key, r);
        for (int j = i - 1; j >= 0 && steps[j].deletes; j--)
            if (str_eq(steps[j].key, steps[i].key)) steps[j].silent = true;
    }
}

static Step expected_step(Running *r, const Json *output)
{
    const Json *parts[] = {json_get(output, "key"), json_get(output, "window")};
    const Json *value = json_get(output, "value");
    Buf buf = {0};
    for (int i = 0; i < 2; i++)
        if (parts[i]) json_write(&buf, parts[i]);
    Str key = str_copy(r->arena, buf_str(&buf));
    buf_free(&buf);
    return (Step){key, !value || value->kind == JSON_NULL, false};
}

/* What must come out of a topic, in order. */
static const Json **expected_records(Running *r, Str topic, const Json *outputs,
                                     bool cached, int *count)
{
    const Json **list = ARENA_ARRAY(r->arena, const Json *, outputs->count + 1);
    Step *steps = ARENA_ARRAY(r->arena, Step, outputs->count + 1);
    int all = 0;

    for (const Json *one = outputs->first; one; one = one->next) {
        if (!str_eq(json_get(one, "topic")->text, topic)) continue;
        steps[all] = expected_step(r, one);
        list[all++] = one;
    }
    if (cached) mark_silent(r, steps, all);
    *count = 0;
    for (int i = 0; i < all; i++)
        if (!steps[i].silent) list[(*count)++] = list[i];
    return list;
}

/* Drops records of a table that tell nothing with a cache; returns how many are
 * left. */
static int drop_silent(Running *r, Record *records, int count)
{
    Step *steps = ARENA_ARRAY(r->arena, Step, count + 1);
    int kept = 0;

    for (int i = 0; i < count; i++)
        steps[i] = (Step){records[i].key, !records[i].value.ptr, false};
    mark_silent(r, steps, count);
    for (int i = 0; i < count; i++)
        if (!steps[i].silent) records[kept++] = records[i];
    return kept;
}

static void check_topic(Running *r, Str topic, const Json *outputs,
                        bool any_time)
{
    const Source *source = compare_source(mr_catalog(r->engine), topic);
    bool cached = r->way->cached && source && source->is_table;
    int kept, expected;
    Record *records = read_topic(r, str_cstr(r->arena, topic), &kept);
    const Json **wanted = expected_records(r, topic, outputs, cached,
                                           &expected);

    if (cached) kept = drop_silent(r, records, kept);
    for (int i = 0; i < kept && i < expected; i++) {
        const char *why = compare_record(r->arena, source, wanted[i],
                                         &records[i], any_time, r->json);
        if (!why) continue;
        case_fail(r, FAILED, "topic %.*s record %d: %s", STR_ARG(topic), i,
                  why);
        return;
    }
    if (kept < expected)
        case_fail(r, FAILED, "topic %.*s: %d records, %d expected",
                  STR_ARG(topic), kept, expected);
    if (kept > expected)
        case_fail(r, FAILED,
                  "topic %.*s: %d records, only %d expected; next value %.200s",
                  STR_ARG(topic), kept, expected,
                  records[expected].value.ptr
                      ? str_cstr(r->arena, records[expected].value)
                      : "null");
}

static void check_outputs(Running *r)
{
    const Json *outputs = json_get(r->json, "outputs");
    const Json *inputs = json_get(r->json, "inputs");
    Map seen = {0};

    for (const Json *one = outputs ? outputs->first : NULL; one;
         one = one->next) {
        Str topic = json_get(one, "topic")->text;
        if (map_put(r->arena, &seen, topic, r)) continue;
        check_topic(r, topic, outputs, !inputs || !inputs->first);
    }
}

/* What queries wrote, by topic. */
static void collect_outputs(Running *r)
{
    const Map *sources = &mr_catalog(r->engine)->sources;
    WrittenList *list = r->written;

    list->at = ARENA_ARRAY(r->arena, Written, sources->count + 1);
    for (int i = 0; i < sources->count; i++) {
        const Source *source = sources->entries[i].value;
        if (!source) continue;
        if (source->is_table && source->readers.count)
            list->groups_tables |= statements_have(r, STR("GROUP BY"));
        if (!source->writers.count) continue;
        Written *one = &list->at[list->count++];
        one->topic = str_copy(r->arena, source->topic);
        one->is_table = source->is_table;
        one->records = read_topic(r, str_cstr(r->arena, source->topic),
                                  &one->count);
        if (source->is_table)
            one->count = drop_silent(r, one->records, one->count);
    }
}

/* What the statements made runs: it stops, or its outputs are looked at. */
static void run_queries(Running *r)
{
    bool must_fail = json_get(r->json, "expectedError") != NULL;

    feed_inputs(r);
    if (r->outcome.verdict != PASSED) return;
    const char *stopped = stopped_query(r);
    if (stopped) {
        refused(r, STR(""), stopped, true, true);
        return;
    }
    if (r->written) {
        collect_outputs(r);
        return;
    }
    if (must_fail) case_fail(r, FAILED, "accepted, but must be refused");
    if (r->outcome.verdict == PASSED) check_outputs(r);
    if (r->outcome.verdict == PASSED) {
        const char *why = post_compare(r->arena, r->session, r->engine,
                                       json_get(r->json, "post"));
        if (why) case_fail(r, FAILED, "post: %s", why);
    }
}

Outcome case_run(Arena *arena, const Json *json, const Way *way)
{
    return case_collect(arena, json, way, NULL);
}

Outcome case_collect(Arena *arena, const Json *json, const Way *way,
                     WrittenList *written)
{
    Running r = {.arena = arena,
                 .json = json,
                 .way = way,
                 .responds = has_responses(json),
                 .written = written,
                 .outcome = {PASSED, "", NULL}};

    open_all(&r);
    if (r.outcome.verdict == PASSED) make_topics(&r);
    if (r.outcome.verdict == PASSED && r.responds) {
        run_with_responses(&r);
        if (r.outcome.verdict == PASSED) check_outputs(&r);
    } else if (r.outcome.verdict == PASSED && run_statements(&r))
        run_queries(&r);
    close_all(&r);
    return r.outcome;
}
