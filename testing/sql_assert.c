/* SPDX-License-Identifier: Apache-2.0
 *
 * ASSERT VALUES and ASSERT NULL VALUES take the next record of a source's
 * topic, decode it with the source's own formats and compare the listed
 * columns. What is expected is bound and converted exactly as INSERT VALUES
 * would, by handing the planner the statement as an INSERT into a writable twin
 * of the source, so types are checked too: a BIGINT in an INT column is an
 * error, not a mismatch.
 *
 * With several partitions each one's next record is tried; the order within a
 * partition always counts.
 *
 * ASSERT STREAM and ASSERT TABLE plan the statement as a CREATE against a
 * catalog without sources and compare the two.
 */
#include "testing/sql_assert.h"

#include "planner/planner.h"
#include "runtime/eval.h"
#include "testing/difference.h"

typedef struct SqlReader {
    Str source;
    const char *topic;
    int partitions;
    int64_t *next; /* By partition: the offset to read. */
    Record *head;  /* By partition: that record, where `have`. */
    bool *have;
} SqlReader;

/* ---- reading ---- */

static SqlReader *find_reader(SqlReaders *readers, const Source *source)
{
    SqlReader *reader = map_get(&readers->sources, source->name);
    TopicInfo info;

    if (reader) return reader;
    Status st = broker_describe_topic(readers->broker, readers->arena,
                                      source->topic, &info);
    if (st.kind) return NULL;
    reader = ARENA_NEW(readers->arena, SqlReader);
    reader->source = str_copy(readers->arena, source->name);
    reader->topic = str_copy(readers->arena, source->topic).ptr;
    reader->partitions = info.partition_count;
    size_t count = (size_t)info.partition_count;
    reader->next = arena_zalloc(readers->arena, count * sizeof *reader->next);
    reader->head = arena_zalloc(readers->arena, count * sizeof *reader->head);
    reader->have = arena_zalloc(readers->arena, count * sizeof *reader->have);
    map_put(readers->arena, &readers->sources, reader->source, reader);
    return reader;
}

static Str keep(Arena *arena, Str bytes)
{
    return bytes.ptr ? str_copy(arena, bytes) : STR_NULL;
}

/* Looks for the next record of one partition. */
static Status read_head(SqlReaders *readers, SqlReader *reader, int partition)
{
    Arena *arena = readers->arena;
    ConsumerOptions options = {
        .group = STR_NULL, .topics = &reader->topic, .topic_count = 1};
    TopicPartition part = {0, partition, reader->next[partition], STR_NULL};
    Consumer *consumer;
    RecordSet *sets;
    int count = 0;

    if (reader->have[partition]) return st_ok();
    if (!part.offset) part.offset = OFFSET_BEGINNING;
    Status st = consumer_open(readers->broker, arena, &options, &consumer);
    if (st.kind) return st;
    st = consumer_assign(consumer, arena, &part, 1);
    if (!st.kind) st = consumer_poll(consumer, arena, 0, 1, &sets, &count);
    if (!st.kind && count && sets[0].count) {
        Record *head = &reader->head[partition];
        *head = sets[0].records[0];
        head->key = keep(arena, head->key);
        head->value = keep(arena, head->value);
        reader->have[partition] = true;
        consumer_release(consumer, &sets[0]);
    }
    consumer_close(consumer);
    return st;
}

/* ---- one record against the expected values ---- */

typedef struct Expected {
    Arena *arena;
    const Source *source;
    const Value *values; /* By schema column. */
    bool *listed;
    bool rowtime, start, end, tombstone;
    int64_t rowtime_ms, start_ms, end_ms;
    Differences differs; /* Of the record at hand. */
    const char *bad;     /* Why it could not be read. */
} Expected;

static void compare_value(Expected *want, Str column, const Type *type,
                          const Value *a, const Value *b)
{
    if (value_equal(type, a, b)) return;
    difference_add(&want->differs, column, value_print(want->arena, type, a),
                   value_print(want->arena, type, b));
}

static void compare_i64(Expected *want, const char *column, bool listed,
                        int64_t a, int64_t b)
{
    Value x = {.i64 = a}, y = {.i64 = b};
    if (listed) compare_value(want, str_from(column), &type_bigint, &x, &y);
}

static void note_bad(void *context, int row, const char *why)
{
    Expected *want = context;
    (void)row;
    want->bad = str_copy(want->arena, str_from(why)).ptr;
}

/* Decodes one side and compares its listed columns. */
static void compare_side(Expected *want, bool is_key, Str bytes)
{
    FormatSpec spec = is_key ? source_key_spec(want->source)
                             : source_value_spec(want->source);
    bool *wanted = ARENA_ARRAY(want->arena, bool, spec.column_count + 1);
    Column **columns = ARENA_ARRAY(want->arena, Column *,
                                   spec.column_count + 1);
    Batch *batch = batch_new(want->arena, 1, 0);
    Decoder *decoder;

    if (!spec.column_count || want->bad) return;
    for (int i = 0; i < spec.column_count; i++) {
        wanted[i] = true;
        columns[i] = ARENA_NEW(want->arena, Column);
        column_init(want->arena, columns[i], spec.columns[i].type, 1);
    }
    Status st = decoder_open(want->arena, &spec, wanted, &decoder);
    if (st.kind) {
        want->bad = st.text;
        return;
    }
    spec.format->decode(decoder, batch, &bytes, columns, note_bad, want);
    decoder_close(decoder);
    for (int i = 0; i < spec.column_count && !want->bad; i++) {
        const SchemaColumn *column = &spec.columns[i];
        ptrdiff_t at = column - want->source->schema->columns;
        Value got = column_get(columns[i], 0);
        if (want->listed[at])
            compare_value(want, column->name, column->type, &want->values[at],
                          &got);
    }
}

static int64_t take_be(Str *key)
{
    uint64_t value = 0;
    for (size_t i = key->len - 8; i < key->len; i++)
        value = value << 8 | (unsigned char)key->ptr[i];
    key->len -= 8;
    return (int64_t)value;
}

/* Takes the window's bounds off the key and compares them. */
static void compare_window(Expected *want, Str *key)
{
    const Source *source = want->source;
    bool session = source->window == WINDOW_SESSION;

    if (source->window == WINDOW_NONE) return;
    if (key->len < (session ? 16 : 8)) {
        want->bad = "the key holds no window";
        return;
    }
    int64_t start = take_be(key), end = start + source->window_size_ms;
    if (session) end = take_be(key);
    compare_i64(want, "WINDOWSTART", want->start, want->start_ms, start);
    compare_i64(want, "WINDOWEND", want->end, want->end_ms, end);
}

/* A record without a value is a deletion, unless the format writes a lone NULL
 * so. False: one of the two is a deletion, and values are not compared. */
static bool compare_presence(Expected *want, Str value)
{
    FormatSpec spec = source_value_spec(want->source);
    bool bare = !spec.wrapped && spec.column_count <= 1;
    Str tombstone = STR("a tombstone"), some = STR("a value");

    if (want->tombstone && value.ptr)
        difference_add(&want->differs, STR("the value"), tombstone, some);
    else if (!want->tombstone && !value.ptr && !bare)
        difference_add(&want->differs, STR("the value"), some, tombstone);
    else
        return !want->tombstone;
    return false;
}

/* True if the record is as expected. */
static bool compare_record(Expected *want, const Record *record)
{
    Str key = record->key;

    want->bad = NULL;
    want->differs = (Differences){.arena = want->arena};
    compare_window(want, &key);
    compare_side(want, true, key);
    if (compare_presence(want, record->value))
        compare_side(want, false, record->value);
    compare_i64(want, "ROWTIME", want->rowtime, want->rowtime_ms,
                record->timestamp_ms);
    return !want->bad && !want->differs.list.count;
}

/* What is wrong with the record that compare_record saw. */
static const char *describe_record(const Expected *want, const Record *record)
{
    Str text = difference_record(want->arena, want->source, record);
    Str name = want->source->name;
    if (want->bad)
        return str_printf(want->arena,
                          "the next record of '%.*s' cannot be read: %s\n"
                          "  the record: %.*s",
                          STR_ARG(name), want->bad, STR_ARG(text))
            .ptr;
    Str lines = difference_print(&want->differs, 2);
    return str_printf(want->arena,
                      "the next record of '%.*s' differs\n%.*s"
                      "  the record: %.*s",
                      STR_ARG(name), STR_ARG(lines), STR_ARG(text))
        .ptr;
}

/* ---- what is expected ---- */

static bool evaluate(void *context, Arena *stmt, const Expr *expr, Value *value,
                     const char **why)
{
    (void)context;
    return eval_constant(stmt, expr, value, why);
}

static const char *read_bound(Expected *want, const AstName *name,
                              const Ast *value)
{
    bool start = str_eq(name->text, STR("WINDOWSTART"));
    if (value->kind != AST_INTEGER)
        return str_printf(want->arena, "%.*s is compared with an integer",
                          STR_ARG(name->text))
            .ptr;
    int64_t bound = value->is_bigint ? value->literal.i64 : value->literal.i32;
    if (start)
        want->start_ms = bound;
    else
        want->end_ms = bound;
    *(start ? &want->start : &want->end) = true;
    return NULL;
}

/* The statement as an INSERT: without the window's bounds, and with a column
 * list where none is written. */
static const char *as_insert(Expected *want, const AstStatement *statement,
                             AstStatement *insert)
{
    const Schema *schema = want->source->schema;
    bool keys_only = statement->kind == STMT_ASSERT_NULL_VALUES;
    int all = keys_only ? schema->key_count : schema->count;
    int count = statement->has_columns ? statement->column_count : all;

    if (count != statement->value_count)
        return str_printf(want->arena, "%d values for %d columns",
                          statement->value_count, count)
            .ptr;
    *insert = *statement;
    insert->kind = STMT_INSERT_VALUES;
    insert->has_columns = true;
    insert->columns = ARENA_ARRAY(want->arena, AstName, count + 1);
    insert->values = ARENA_ARRAY(want->arena, Ast *, count + 1);
    insert->column_count = 0;
    for (int i = 0; i < count; i++) {
        AstName name = {.text = statement->has_columns
                                    ? statement->columns[i].text
                                    : schema->columns[i].name,
                        .at = statement->values[i]->at};
        int at = schema_find(schema, name.text);
        if (at >= 0) want->listed[at] = true;
        want->rowtime |= str_eq(name.text, STR("ROWTIME"));
        if (str_eq(name.text, STR("WINDOWSTART")) ||
            str_eq(name.text, STR("WINDOWEND"))) {
            const char *why = read_bound(want, &name, statement->values[i]);
            if (why) return why;
            continue;
        }
        insert->columns[insert->column_count] = name;
        insert->values[insert->column_count++] = statement->values[i];
    }
    insert->value_count = insert->column_count;
    return NULL;
}

/* Binds what is expected against a writable twin of the source. */
static const char *bind_expected(Expected *want, mr_Session *session,
                                 const AstStatement *statement)
{
    mr_Engine *engine = session->engine;
    Catalog *twins = catalog_copy(engine->catalog);
    Exec x = {.engine = engine,
              .stmt = want->arena,
              .catalog = twins,
              .overrides = &session->overrides};
    PlanEnv env = exec_plan_env(&x);
    Source *twin = catalog_find(twins, statement->name.text);
    AstStatement insert;
    InsertRow row = {0};

    want->tombstone = statement->kind == STMT_ASSERT_NULL_VALUES;
    want->listed = arena_zalloc(want->arena,
                                (size_t)want->source->schema->count + 1);
    const char *why = as_insert(want, statement, &insert);
    if (!why) {
        twin->is_source = twin->is_table = false;
        twin->window = WINDOW_NONE;
        Status st = plan_insert_values(want->arena, &env, twins, &insert,
                                       evaluate, NULL, &row);
        if (st.kind) why = st.text;
        want->values = row.values;
        want->rowtime_ms = row.rowtime_ms;
    }
    /* Types of values may point into the twins: they live as long as the
     * process, which is one test. */
    return why;
}

static const char *nothing_left(const SqlReader *reader, Arena *arena)
{
    int64_t read = 0;
    for (int p = 0; p < reader->partitions; p++)
        read += reader->next[p];
    return str_printf(arena,
                      "expected a record of '%.*s', none is left: its topic "
                      "'%s' has %lld, all read",
                      STR_ARG(reader->source), reader->topic, (long long)read)
        .ptr;
}

static const char *assert_values(SqlReaders *readers, mr_Session *session,
                                 const Source *source,
                                 const AstStatement *statement)
{
    SqlReader *reader = find_reader(readers, source);
    Expected want = {.arena = readers->arena, .source = source};
    const char *why = NULL, *other;

    if (!reader)
        return str_printf(readers->arena, "topic '%.*s' does not exist",
                          STR_ARG(source->topic))
            .ptr;
    other = bind_expected(&want, session, statement);
    if (other) return other;
    for (int p = 0; p < reader->partitions; p++) {
        Status st = read_head(readers, reader, p);
        if (st.kind) return st.text;
        if (!reader->have[p]) continue;
        if (compare_record(&want, &reader->head[p])) {
            reader->next[p] = reader->head[p].offset + 1;
            reader->have[p] = false;
            return NULL;
        }
        why = describe_record(&want, &reader->head[p]);
    }
    return why ? why : nothing_left(reader, readers->arena);
}

const char *sql_assert_all_read(SqlReaders *readers, const Catalog *catalog)
{
    for (int i = 0; i < readers->sources.count; i++) {
        SqlReader *reader = readers->sources.entries[i].value;
        for (int p = 0; p < reader->partitions; p++) {
            Status st = read_head(readers, reader, p);
            if (st.kind == ST_USER) continue; /* Dropped with its topic. */
            if (st.kind) return st.text;
            if (!reader->have[p]) continue;
            Str text = difference_record(readers->arena,
                                         catalog_find(catalog, reader->source),
                                         &reader->head[p]);
            return str_printf(
                       readers->arena,
                       "a record of '%.*s' is left that no ASSERT expects\n"
                       "  the record: %.*s\n"
                       "  (--@unread: any allows such records)",
                       STR_ARG(reader->source), STR_ARG(text))
                .ptr;
        }
    }
    return NULL;
}

/* ---- sources ---- */

static void compare_text(Differences *differs, const char *what, Str a, Str b)
{
    if (!str_eq(a, b)) difference_add(differs, str_from(what), a, b);
}

static Str schema_text(Arena *arena, const Source *source)
{
    return schema_print(arena, source->schema,
                        source->is_table ? "PRIMARY KEY" : "KEY");
}

static Str window_text(Arena *arena, const Source *source)
{
    static const char *const words[] = {
        [WINDOW_NONE] = "none",
        [WINDOW_TUMBLING] = "TUMBLING",
        [WINDOW_HOPPING] = "HOPPING",
        [WINDOW_SESSION] = "SESSION",
    };
    if (!source->window_size_ms) return str_from(words[source->window]);
    return str_printf(arena, "%s, %lld ms", words[source->window],
                      (long long)source->window_size_ms);
}

static Str or_none(Str text)
{
    return text.len ? text : STR("none");
}

static void compare_sources(Differences *differs, const Source *want,
                            const Source *got)
{
    Arena *arena = differs->arena;

    compare_text(differs, "kind", want->is_table ? STR("TABLE") : STR("STREAM"),
                 got->is_table ? STR("TABLE") : STR("STREAM"));
    compare_text(differs, "columns", schema_text(arena, want),
                 schema_text(arena, got));
    compare_text(differs, "topic", want->topic, got->topic);
    compare_text(differs, "key format", str_from(want->key_format->name),
                 str_from(got->key_format->name));
    compare_text(differs, "value format", str_from(want->value_format->name),
                 str_from(got->value_format->name));
    compare_text(differs, "value delimiter", or_none(want->value_delimiter),
                 or_none(got->value_delimiter));
    compare_text(differs, "timestamp", or_none(want->timestamp_column),
                 or_none(got->timestamp_column));
    compare_text(differs, "timestamp format", or_none(want->timestamp_format),
                 or_none(got->timestamp_format));
    compare_text(differs, "window", window_text(arena, want),
                 window_text(arena, got));
    compare_text(differs, "a lone value",
                 want->value_wrapped ? STR("wrapped") : STR("bare"),
                 got->value_wrapped ? STR("wrapped") : STR("bare"));
}

static const char *assert_source(SqlReaders *readers, mr_Session *session,
                                 const Source *source,
                                 const AstStatement *statement)
{
    mr_Engine *engine = session->engine;
    Catalog *empty = catalog_new();
    Exec x = {.engine = engine,
              .stmt = readers->arena,
              .catalog = empty,
              .overrides = &session->overrides};
    PlanEnv env = exec_plan_env(&x);
    AstStatement create = *statement;
    Source *want;
    TopicPlan topic;

    create.kind = statement->kind == STMT_ASSERT_TABLE ? STMT_CREATE_TABLE
                                                       : STMT_CREATE_STREAM;
    empty->types = engine->catalog->types;
    Status st = plan_create_source(readers->arena, &env, empty, &create, &want,
                                   &topic);
    const char *why = st.kind ? st.text : NULL;
    Differences differs = {.arena = readers->arena};
    if (!st.kind) compare_sources(&differs, want, source);
    if (differs.list.count)
        why = str_printf(readers->arena, "'%.*s' differs\n%.*s",
                         STR_ARG(source->name),
                         STR_ARG(difference_print(&differs, 2)))
                  .ptr;
    empty->types = (Map){0};
    catalog_free(empty);
    return why;
}

const char *sql_assert(SqlReaders *readers, mr_Session *session,
                       const AstStatement *statement)
{
    Source *source;
    Status st = catalog_require(session->engine->catalog, readers->arena,
                                statement->name.text, statement->name.at,
                                &source);
    if (st.kind) return st.text;
    if (statement->kind == STMT_ASSERT_STREAM ||
        statement->kind == STMT_ASSERT_TABLE)
        return assert_source(readers, session, source, statement);
    return assert_values(readers, session, source, statement);
}
