/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker in memory gets a producer in between, which adds the headers of
 * the INSERT at work.
 */
#include "testing/rig.h"

#include <ftw.h>
#include <stdio.h>

#include "parser/parser.h"
#include "testing/sql_print.h"

enum { SELECT_SECONDS = 5, SHOWN_BYTES_MAX = 600 };

static Rig *current; /* A process has one rig at a time. */

/* ---- the directory of RocksDB ---- */

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

void rig_remove_directory(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The statement at work as a line, cut if it is long. */
static const char *show_step(Rig *rig)
{
    Str text = str_trim(rig->step->text);
    Buf line = {0};

    for (size_t i = 0; i < text.len && i < SHOWN_BYTES_MAX; i++) {
        bool blank = (unsigned char)text.ptr[i] <= ' ';
        if (blank && line.len && line.ptr[line.len - 1] == ' ') continue;
        buf_push(&line, blank ? ' ' : text.ptr[i]);
    }
    if (text.len > SHOWN_BYTES_MAX) buf_append_str(&line, STR("..."));
    const char *all = str_cstr(rig->arena, buf_str(&line));
    buf_free(&line);
    return all;
}

void rig_fail(Rig *rig, const char *format, ...)
{
    va_list args;
    if (rig->failure) return;
    va_start(args, format);
    Str text = str_vprintf(rig->arena, format, args);
    va_end(args);
    rig->failure = ARENA_NEW(rig->arena, TestFailure);
    *rig->failure = (TestFailure){
        .file = rig->step ? rig->step->file : rig->file,
        .line = rig->step ? rig->step->line : rig->line,
        .way = rig->way,
        .statement = rig->step ? show_step(rig) : NULL,
        .text = text.ptr};
}

/* The line of the place becomes that of the failure. */
void rig_fail_status(Rig *rig, const char *before, Status st)
{
    Str source = rig->step->text;
    if (rig->failure || !st.at) {
        rig_fail(rig, "%s%s", before, st.text);
        return;
    }
    const char *shown = st_render(rig->arena, st, NULL, source.ptr, source.len);
    rig_fail(rig, "%s", st.text);
    for (size_t i = 0; i + 1 < st.at && i < source.len; i++)
        rig->failure->line += source.ptr[i] == '\n';
    /* "line:column: error: text", the line, the caret. */
    rig->failure->statement = NULL;
    const char *text = strstr(shown, ": error: ");
    rig->failure->text = str_printf(rig->arena, "%s%s", before,
                                    text ? text + strlen(": error: ") : shown)
                             .ptr;
}

/* ---- broker and engine ---- */

static Status produce_between(Producer *producer, Arena *arena,
                              const char *topic, int32_t partition,
                              const Record *records, int count)
{
    Record *copies = arena_copy(arena, records,
                                sizeof *records * (size_t)count);
    if (current->headers)
        for (int i = 0; i < count; i++)
            copies[i].headers = current->headers;
    return current->inner->produce(producer, arena, topic, partition, copies,
                                   count);
}

static void put_setting(Rig *rig, Map *settings, const char *name, Str value)
{
    Str *kept = ARENA_NEW(rig->arena, Str);
    *kept = value;
    map_put(rig->arena, settings, setting_canonical(str_from(name)), kept);
}

static void open_engine(Rig *rig)
{
    const Map *given = rig->options->settings;
    const Map *variables = rig->options->variables;
    Map settings = {0};

    put_setting(rig, &settings, "auto.offset.reset", STR("earliest"));
    put_setting(rig, &settings, "cache.max.bytes.buffering", STR("0"));
    for (int i = 0; given && i < given->count; i++)
        if (given->entries[i].value)
            put_setting(rig, &settings,
                        str_cstr(rig->arena, given->entries[i].key),
                        *(const Str *)given->entries[i].value);
    mr_Options options = {.mode = MR_TEST,
                          .settings = &settings,
                          .broker = rig->broker,
                          .clock = &rig->clock,
                          .data_directory = str_from(rig->options->directory),
                          .memory_state = !rig->rocksdb,
                          .one_partition = rig->one_partition,
                          .batch_rows_max = rig->batch_rows_max};
    Status st = mr_open(rig->arena, &options, &rig->engine);
    if (st.kind) {
        rig_fail(rig, "the engine does not open: %s", st.text);
        return;
    }
    rig->session = mr_session_open(rig->engine);
    for (int i = 0; variables && i < variables->count; i++)
        if (variables->entries[i].value)
            mr_session_define(rig->session, variables->entries[i].key,
                              *(const Str *)variables->entries[i].value);
}

static void close_engine(Rig *rig)
{
    if (rig->session) mr_session_close(rig->session);
    mr_close(rig->engine);
    rig->session = NULL;
    rig->engine = NULL;
}

void rig_open(Rig *rig)
{
    current = rig;
    rig->clock = (Clock){.manual = true};
    rig->broker = broker_memory_open(&rig->clock);
    rig->inner = rig->broker->type;
    rig->type = *rig->inner;
    rig->type.produce = produce_between;
    rig->broker->type = &rig->type;
    open_engine(rig);
}

void rig_close(Rig *rig)
{
    if (rig->engine) close_engine(rig);
    broker_close(rig->broker);
    if (rig->rocksdb) rig_remove_directory(rig->options->directory);
    buf_free(&rig->printed);
    current = NULL;
}

void rig_reopen(Rig *rig, bool keep_state)
{
    close_engine(rig);
    if (rig->rocksdb && !keep_state)
        rig_remove_directory(rig->options->directory);
    open_engine(rig);
}

/* ---- results ---- */

static void take_entity(void *context, const Json *entity)
{
    Rig *rig = context;
    sql_print_entity(&rig->printed, entity);
}

static bool take_row(void *context, const Schema *schema, const Value *values,
                     bool tombstone)
{
    Rig *rig = context;
    sql_print_row(rig->arena, &rig->printed, schema, values, tombstone);
    return true;
}

static bool take_line(void *context, Str line)
{
    Rig *rig = context;
    buf_append_str(&rig->printed, line);
    buf_push(&rig->printed, '\n');
    return true;
}

static bool too_long(void *context)
{
    Rig *rig = context;
    return clock_monotonic_ns() > rig->stop_ns;
}

/* ---- processing ---- */

static int step_once(Rig *rig)
{
    int all = 0, count;
    while ((count = mr_step(rig->engine, 1000)) > 0)
        all += count;
    return all;
}

const char *rig_stopped_query(Rig *rig)
{
    mr_QueryStats *stats;
    int count;
    Status st = mr_query_stats(rig->engine, rig->arena, &stats, &count);
    if (st.kind) return st.text;
    for (int i = 0; i < count; i++)
        if (stats[i].error.len)
            return str_printf(rig->arena, "query %.*s stopped: %.*s",
                              STR_ARG(stats[i].id), STR_ARG(stats[i].error))
                .ptr;
    return NULL;
}

void rig_process(Rig *rig, bool commit)
{
    do {
        step_once(rig);
        if (!commit) break;
        Status st = mr_commit(rig->engine, rig->arena);
        if (st.kind) rig_fail(rig, "commit: %s", st.text);
    } while (!rig->failure && step_once(rig));
}

void rig_check_queries(Rig *rig)
{
    const char *error = rig_stopped_query(rig);
    if (error) rig_fail(rig, "%s", error);
}

/* ---- statements ---- */

AstStatement *rig_parse(Rig *rig, const SqlStep *step)
{
    AstStatement **list;
    int count;
    if (!rig->session) return NULL;
    Status st = parse_statements(rig->arena, step->text,
                                 &rig->session->variables, &list, &count);
    return st.kind || count != 1 ? NULL : list[0];
}

void rig_make_named_topic(Rig *rig, Str topic)
{
    TopicInfo info;
    if (!broker_describe_topic(rig->broker, rig->arena, topic, &info).kind)
        return;
    Status st = broker_create_topic(rig->broker, rig->arena, topic,
                                    rig->partitions, 1, NULL, 0);
    if (st.kind) rig_fail(rig, "topic '%.*s': %s", STR_ARG(topic), st.text);
}

void rig_make_topic(Rig *rig, const AstStatement *statement)
{
    Str topic = STR_NULL;

    if (rig->explicit_topics || (statement->kind != STMT_CREATE_STREAM &&
                                 statement->kind != STMT_CREATE_TABLE))
        return;
    for (int i = 0; i < statement->with.count; i++) {
        const AstProperty *property = &statement->with.at[i];
        if (str_eq_nocase(property->name.text, STR("PARTITIONS"))) return;
        if (str_eq_nocase(property->name.text, STR("KAFKA_TOPIC")) &&
            property->value->kind == AST_STRING)
            topic = property->value->literal.str;
    }
    if (topic.len) rig_make_named_topic(rig, topic);
}

/* "name=text, other=text" as headers; a name without `=` has a null value. */
static const RecordHeaders *read_headers(Rig *rig, Str text)
{
    enum { MOST = 16 };
    RecordHeaders *headers = arena_zalloc(
        rig->arena, sizeof *headers + sizeof(RecordHeader) * MOST);

    while (text.len && headers->count < MOST) {
        size_t end = str_find(text, STR(","), 0);
        if (end == SIZE_MAX) end = text.len;
        Str one = str_trim((Str){text.ptr, end});
        size_t is = str_find(one, STR("="), 0);
        RecordHeader *header = &headers->at[headers->count++];
        header->key = (Str){one.ptr, is == SIZE_MAX ? one.len : is};
        header->value = is == SIZE_MAX
                            ? STR_NULL
                            : (Str){one.ptr + is + 1, one.len - is - 1};
        end += end < text.len;
        text = (Str){text.ptr + end, text.len - end};
    }
    return headers;
}

Status rig_execute(Rig *rig)
{
    const SqlStep *step = rig->step;
    mr_Sink sink = {.context = rig,
                    .entity = take_entity,
                    .row = take_row,
                    .line = take_line,
                    .stop = too_long};
    rig->printed.len = 0;
    if (step->problem)
        return st_error(rig->arena, ST_USER, "%s", step->problem);
    rig->stop_ns = clock_monotonic_ns() + SELECT_SECONDS * 1000000000LL;
    rig->headers = step->headers.ptr ? read_headers(rig, step->headers) : NULL;
    Status st = mr_execute(rig->session, rig->arena, step->text, &sink);
    rig->headers = NULL;
    return st;
}
