/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the reference engine's own cases, kept outside the repository:
 *
 *     conformance [--report FILE] [--only TEXT] [--verbose] PATH...
 *
 * A path is a case file or a folder of them. Each case runs in a child process,
 * so that a crash or hang (10 s) of one is counted and does not end the run; two
 * workers share the cases. Topics have as many partitions as the case says, but
 * all data flows through partition 0, as in the reference's own tool. Prints a
 * line for each file, what failed with --verbose, and at last
 * "N passed, M failed", where M counts unsupported and crashed ones too.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/number.h"
#include "base/vec.h"
#include "engine/engine_int.h"
#include "parser/parser.h"
#include "testing/compare.h"
#include "tests/lib/test_functions.h"

enum { CASE_SECONDS = 10, WORKERS = 2 };

typedef struct Case {
    const char *file;
    const Json *json;
    char result;       /* P passed, F failed, U unsupported, C crashed */
    const char *why;
} Case;

typedef struct Runner {
    Arena *arena;
    VEC(Case) cases;
    const char *only;
    const char *report;
    bool verbose;
} Runner;

/* ---- one case, in the child ---- */

typedef struct Running {
    Arena *arena;
    const Json *json;
    mr_Engine *engine;
    mr_Session *session;
    Broker *broker;
    BrokerType type;   /* The memory broker's, with produce put in between. */
    const BrokerType *inner;
    Clock clock;
    const char *why;
    char result;
    Map fed;           /* "topic/offset" of input records. */
} Running;

static Running *current; /* The child runs one case. */

static Status produce_to_first(Producer *producer, Arena *arena,
                               const char *topic, int32_t partition,
                               const Record *records, int count)
{
    (void)partition;
    return current->inner->produce(producer, arena, topic, 0, records, count);
}

static void fail(Running *r, char result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(Running *r, char result, const char *format, ...)
{
    va_list args;
    if (r->result != 'P') return;
    va_start(args, format);
    r->why = str_vprintf(r->arena, format, args).ptr;
    va_end(args);
    r->result = result;
}

static void put_setting(Running *r, Map *settings, const char *name, Str value)
{
    Str *kept = ARENA_NEW(r->arena, Str);
    *kept = value;
    map_put(r->arena, settings, setting_canonical(str_from(name)), kept);
}

static bool open_engine(Running *r)
{
    Map settings = {0};
    const Json *properties = json_get(r->json, "properties");
    Arena *arena = r->arena;

    put_setting(r, &settings, "auto.offset.reset", STR("earliest"));
    put_setting(r, &settings, "cache.max.bytes.buffering", STR("0"));
    put_setting(r, &settings, "ksql.service.id", STR("some.ksql.service.id"));
    for (const Json *one = properties ? properties->first : NULL; one;
         one = one->next) {
        Str text = one->text;
        if (one->kind == JSON_TRUE) text = STR("true");
        if (one->kind == JSON_FALSE) text = STR("false");
        put_setting(r, &settings, str_cstr(arena, one->name), text);
    }
    r->clock = (Clock){.manual = true};
    r->broker = broker_memory_open(&r->clock);
    r->inner = r->broker->type;
    r->type = *r->inner;
    r->type.produce = produce_to_first;
    r->broker->type = &r->type;
    mr_Options options = {.mode = MR_TEST,
                          .settings = &settings,
                          .broker = r->broker,
                          .clock = &r->clock,
                          .memory_state = true,
                          /* A batch is written partition by partition, which
                           * shows where all partitions are one. */
                          .batch_rows_max = 1};
    Status st = mr_open(arena, &options, &r->engine);
    if (st.kind) fail(r, 'F', "engine: %s", st.text);
    else r->session = mr_session_open(r->engine);
    return !st.kind;
}

static void make_topic(Running *r, Str name, int partitions)
{
    TopicInfo info;
    if (!broker_describe_topic(r->broker, r->arena, name, &info).kind) return;
    Status st = broker_create_topic(r->broker, r->arena, name, partitions, 1,
                                    NULL, 0);
    if (st.kind) fail(r, 'F', "topic: %s", st.text);
}

static int member_int(const Json *json, const char *name, int otherwise)
{
    const Json *value = json_get(json, name);
    int64_t number;
    if (!value || !number_parse_i64(value->text, &number)) return otherwise;
    return (int)number;
}

static void make_topics(Running *r)
{
    const Json *topics = json_get(r->json, "topics");
    for (const Json *one = topics ? topics->first : NULL; one; one = one->next)
        make_topic(r, json_get(one, "name")->text,
                   member_int(one, "partitions", 4));
}

/* Topics that a CREATE names come into being. */
static void make_named_topic(Running *r, Str text)
{
    AstStatement **statements;
    int count;
    if (parse_statements(r->arena, text, NULL, &statements, &count).kind)
        return;
    for (int i = 0; i < count; i++) {
        const AstStatement *statement = statements[i];
        Str topic = STR_NULL;
        bool partitions = false;
        if (statement->kind != STMT_CREATE_STREAM &&
            statement->kind != STMT_CREATE_TABLE)
            continue;
        for (int p = 0; p < statement->with.count; p++) {
            const AstProperty *property = &statement->with.at[p];
            Str name = property->name.text;
            if (str_eq_nocase(name, STR("KAFKA_TOPIC")) &&
                property->value->kind == AST_STRING)
                topic = property->value->literal.str;
            partitions |= str_eq_nocase(name, STR("PARTITIONS"));
        }
        if (topic.len && !partitions) make_topic(r, topic, 4);
    }
}

static bool mentions_fit(Running *r, const Json *error, const char *message)
{
    const Json *mentions = json_get(error, "mentions");
    if (!mentions || !mentions->first) return true;
    Str upper = str_ascii_upper(r->arena, str_from(message));
    for (const Json *one = mentions->first; one; one = one->next)
        if (str_find(upper, str_ascii_upper(r->arena, one->text), 0) !=
            SIZE_MAX)
            return true;
    return false;
}

/* Executes the statements; false: nothing more is to be done. */
static bool run_statements(Running *r)
{
    const Json *error = json_get(r->json, "expectedError");
    const Json *statements = json_get(r->json, "statements");
    Buf label = {0};

    for (const Json *one = statements->first; one; one = one->next) {
        bool last = !one->next;
        make_named_topic(r, one->text);
        Status st = mr_execute(r->session, r->arena, one->text, NULL);
        if (st.kind && strstr(st.text, "not available yet")) {
            fail(r, 'U', "%s", st.text);
            return false;
        }
        if (st.kind && error && last) {
            if (st.kind != ST_USER)
                fail(r, 'F', "not the user's fault: %s", st.text);
            else if (!mentions_fit(r, error, st.text))
                fail(r, 'F', "refused without naming the place: %s", st.text);
            return false;
        }
        if (st.kind) {
            json_write(&label, one);
            fail(r, 'F', "refused: %s: %.*s", st.text,
                 (int)(label.len > 300 ? 300 : label.len), label.ptr);
            return false;
        }
        if (error && last) fail(r, 'F', "accepted, but must be refused");
    }
    return r->result == 'P';
}

/* ---- records ---- */

static void step_all(Running *r)
{
    for (int i = 0; i < 10000 && mr_step(r->engine, 1000); i++) continue;
    mr_QueryStats *stats;
    int count;
    Status st = mr_query_stats(r->engine, r->arena, &stats, &count);
    for (int i = 0; i < count && !st.kind; i++)
        if (stats[i].error.len)
            fail(r, 'F', "query stopped: %s", str_cstr(r->arena,
                                                       stats[i].error));
}

static void feed_one(Running *r, Producer *producer, const Json *input)
{
    Str topic = json_get(input, "topic")->text;
    const Source *source = compare_source(r->engine->catalog, topic);
    Record record = {0};
    int64_t low, high;

    make_topic(r, topic, 4);
    const char *why = compare_encode(r->arena, source, input, &record);
    if (why) {
        fail(r, strstr(why, "not available") ? 'U' : 'F', "input: %s", why);
        return;
    }
    Status st =
        broker_watermarks(r->broker, r->arena, topic, 0, &low, &high);
    Str mark = str_printf(r->arena, "%.*s/%lld", STR_ARG(topic),
                          (long long)high);
    map_put(r->arena, &r->fed, mark, r);
    if (!st.kind)
        st = producer_send(producer, r->arena, str_cstr(r->arena, topic), 0,
                           &record, 1);
    if (st.kind) fail(r, 'F', "input: %s", st.text);
    step_all(r);
}

static void feed_inputs(Running *r)
{
    const Json *inputs = json_get(r->json, "inputs");
    ProducerOptions options = {.transactional_id = STR_NULL};
    Producer *producer;
    Status st = producer_open(r->broker, r->arena, &options, &producer);

    if (st.kind) fail(r, 'F', "%s", st.text);
    step_all(r);
    for (const Json *one = inputs ? inputs->first : NULL;
         one && r->result == 'P'; one = one->next)
        feed_one(r, producer, one);
    producer_close(producer);
}

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
            headers->at[i] =
                (RecordHeader){keep(arena, record->headers->at[i].key),
                               keep(arena, record->headers->at[i].value)};
        copy.headers = headers;
    }
    return copy;
}

/* The records that queries and INSERTs wrote to a topic. */
static Record *read_topic(Running *r, const char *topic, int *count)
{
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &topic,
                               .topic_count = 1,
                               .want_headers = true};
    TopicPartition part = {0, 0, OFFSET_BEGINNING, STR_NULL};
    Consumer *consumer;
    RecordSet *sets;
    int set_count;
    VEC(Record) records = {0};

    *count = 0;
    Status st = consumer_open(r->broker, r->arena, &options, &consumer);
    if (st.kind) return NULL;
    st = consumer_assign(consumer, r->arena, &part, 1);
    while (!st.kind) {
        st = consumer_poll(consumer, r->arena, 0, 100000, &sets, &set_count);
        if (st.kind || !set_count) break;
        for (int i = 0; i < sets[0].count; i++) {
            Record *record = &sets[0].records[i];
            Str mark = str_printf(r->arena, "%s/%lld", topic,
                                  (long long)record->offset);
            if (!map_get(&r->fed, mark))
                *vec_push(r->arena, &records) = keep_record(r->arena, record);
        }
    }
    consumer_close(consumer);
    *count = records.count;
    return records.at;
}

static void check_topic(Running *r, Str topic, const Json *outputs,
                        bool any_time)
{
    const Source *source = compare_source(r->engine->catalog, topic);
    int count, at = 0;
    Record *records = read_topic(r, str_cstr(r->arena, topic), &count);

    for (const Json *one = outputs->first; one; one = one->next) {
        if (!str_eq(json_get(one, "topic")->text, topic)) continue;
        if (at == count) {
            fail(r, 'F', "topic %.*s: %d records, more expected",
                 STR_ARG(topic), count);
            return;
        }
        const char *why = compare_record(r->arena, source, one, &records[at],
                                         any_time, r->json);
        if (why) {
            fail(r, 'F', "topic %.*s record %d: %s", STR_ARG(topic), at, why);
            return;
        }
        at++;
    }
    if (at < count)
        fail(r, 'F', "topic %.*s: %d records, only %d expected; next value "
                     "%.200s",
             STR_ARG(topic), count, at,
             records[at].value.ptr ? str_cstr(r->arena, records[at].value)
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

static void check_post(Running *r)
{
    const char *why = compare_post(r->arena, r->engine->catalog, r->broker,
                                   json_get(r->json, "post"));
    if (why) fail(r, 'F', "post: %s", why);
}

static void run_case(Running *r)
{
    current = r;
    r->result = 'P';
    if (!open_engine(r)) return;
    make_topics(r);
    if (!run_statements(r)) return;
    feed_inputs(r);
    if (r->result == 'P') check_outputs(r);
    if (r->result == 'P') check_post(r);
}

/* ---- children ---- */

/* Runs a case in a child; result and reason come through a pipe. */
static void run_in_child(Runner *runner, Case *one)
{
    int ends[2];
    char text[2000];
    ssize_t n, len = 0;
    int status;

    if (pipe(ends)) exit(2);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        Running r = {.arena = arena_new("case", 0), .json = one->json};
        close(ends[0]);
        alarm(CASE_SECONDS);
        log_set_level(STR("error"));
        if (!runner->verbose && !freopen("/dev/null", "w", stderr)) _exit(3);
        run_case(&r);
        n = snprintf(text, sizeof text, "%c%s", r.result, r.why ? r.why : "");
        if (n > (ssize_t)sizeof text - 1) n = sizeof text - 1;
        if (write(ends[1], text, (size_t)n) < 0) _exit(3);
        _exit(0);
    }
    close(ends[1]);
    while ((n = read(ends[0], text + len, sizeof text - 1 - (size_t)len)) > 0)
        len += n;
    close(ends[0]);
    waitpid(pid, &status, 0);
    text[len] = 0;
    one->result = len ? text[0] : 'C';
    one->why = len ? str_cstr(runner->arena, str_from(text + 1))
                   : str_printf(runner->arena, "%s",
                                WIFSIGNALED(status) &&
                                        WTERMSIG(status) == SIGALRM
                                    ? "timed out"
                                    : "crashed")
                         .ptr;
}

/* A worker runs every WORKERS-th case and reports "index result why\n". */
static void work(Runner *runner, int worker, int out)
{
    FILE *pipe_end = fdopen(out, "w");
    for (int i = worker; i < runner->cases.count; i += WORKERS) {
        Case *one = &runner->cases.at[i];
        run_in_child(runner, one);
        for (char *at = (char *)one->why; *at; at++)
            if (*at == '\n') *at = ' ';
        fprintf(pipe_end, "%d %c%s\n", i, one->result, one->why);
    }
    fclose(pipe_end);
    _exit(0);
}

static void run_cases(Runner *runner)
{
    FILE *ends[WORKERS];
    char *line = NULL;
    size_t cap = 0;

    fflush(NULL);
    for (int w = 0; w < WORKERS; w++) {
        int fds[2];
        if (pipe(fds)) exit(2);
        if (fork() == 0) {
            close(fds[0]);
            work(runner, w, fds[1]);
        }
        close(fds[1]);
        ends[w] = fdopen(fds[0], "r");
    }
    for (int w = 0; w < WORKERS; w++) {
        while (getline(&line, &cap, ends[w]) > 0) {
            char *end;
            long i = strtol(line, &end, 10);
            end[strcspn(end, "\n")] = 0;
            runner->cases.at[i].result = end[1];
            runner->cases.at[i].why =
                str_cstr(runner->arena, str_from(end + 2));
        }
        fclose(ends[w]);
    }
    while (wait(NULL) > 0) continue;
    mem_free(line);
}

/* ---- files and report ---- */

static void load_file(Runner *runner, const char *path)
{
    FILE *file = fopen(path, "rb");
    Buf text = {0};
    char chunk[65536];
    size_t n;
    const char *error;

    if (!file) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_append(&text, chunk, n);
    fclose(file);
    Json *root = json_parse(runner->arena,
                            str_copy(runner->arena, buf_str(&text)), &error);
    buf_free(&text);
    const Json *tests = json_get(root, "tests");
    if (!tests) {
        fprintf(stderr, "%s: no cases: %s\n", path, root ? "" : error);
        exit(2);
    }
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    for (const Json *one = tests->first; one; one = one->next) {
        Str title = json_get(one, "name")->text;
        Str label = str_printf(runner->arena, "%s %.*s", name, STR_ARG(title));
        if (runner->only &&
            str_find(label, str_from(runner->only), 0) == SIZE_MAX)
            continue;
        *vec_push(runner->arena, &runner->cases) =
            (Case){.file = str_cstr(runner->arena, str_from(name)),
                   .json = one,
                   .result = 'C',
                   .why = ""};
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load_path(Runner *runner, const char *path)
{
    struct stat info;
    VEC(const char *) names = {0};

    if (stat(path, &info) || !S_ISDIR(info.st_mode)) {
        load_file(runner, path);
        return;
    }
    DIR *dir = opendir(path);
    struct dirent *entry;
    while ((entry = readdir(dir)))
        if (strstr(entry->d_name, ".json"))
            *vec_push(runner->arena, &names) =
                str_printf(runner->arena, "%s/%s", path, entry->d_name).ptr;
    closedir(dir);
    qsort(names.at, (size_t)names.count, sizeof *names.at, by_name);
    for (int i = 0; i < names.count; i++) load_file(runner, names.at[i]);
}

static void write_report(const Runner *runner)
{
    FILE *out = fopen(runner->report, "w");
    Buf line = {0};
    if (!out) {
        fprintf(stderr, "cannot write %s\n", runner->report);
        return;
    }
    for (int i = 0; i < runner->cases.count; i++) {
        const Case *one = &runner->cases.at[i];
        const char *word = one->result == 'P'   ? "passed"
                           : one->result == 'F' ? "failed"
                           : one->result == 'U' ? "unsupported"
                                                : "crashed";
        line.len = 0;
        buf_append_str(&line, STR("{\"file\":"));
        json_write_string(&line, str_from(one->file));
        buf_append_str(&line, STR(",\"case\":"));
        json_write_string(&line, json_get(one->json, "name")->text);
        buf_printf(&line, ",\"result\":\"%s\",\"difference\":", word);
        json_write_string(&line, str_from(one->why));
        buf_append_str(&line, STR("}\n"));
        fwrite(line.ptr, 1, line.len, out);
    }
    buf_free(&line);
    fclose(out);
}

static void count_results(const Runner *runner, const char *file, int counts[4])
{
    memset(counts, 0, sizeof(int) * 4);
    for (int i = 0; i < runner->cases.count; i++) {
        const Case *one = &runner->cases.at[i];
        if (file && strcmp(one->file, file) != 0) continue;
        counts[one->result == 'P'   ? 0
               : one->result == 'F' ? 1
               : one->result == 'U' ? 2
                                    : 3]++;
    }
}

int main(int argc, char **argv)
{
    Runner runner = {.arena = arena_new("runner", 0)};
    const char *last = "";
    int counts[4];

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--verbose")) runner.verbose = true;
        else if (!strcmp(argv[i], "--only") && i + 1 < argc)
            runner.only = argv[++i];
        else if (!strcmp(argv[i], "--report") && i + 1 < argc)
            runner.report = argv[++i];
        else load_path(&runner, argv[i]);
    }
    test_functions_register();
    run_cases(&runner);
    for (int i = 0; i < runner.cases.count; i++) {
        const Case *one = &runner.cases.at[i];
        if (strcmp(one->file, last) != 0) {
            last = one->file;
            count_results(&runner, last, counts);
            printf("%-50s passed %d, failed %d, unsupported %d, crashed %d\n",
                   last, counts[0], counts[1], counts[2], counts[3]);
        }
        if (runner.verbose && one->result != 'P')
            printf("  %c %.*s: %s\n", one->result,
                   STR_ARG(json_get(one->json, "name")->text), one->why);
    }
    if (runner.report) write_report(&runner);
    count_results(&runner, NULL, counts);
    printf("all: passed %d, failed %d, unsupported %d, crashed %d\n", counts[0],
           counts[1], counts[2], counts[3]);
    printf("%d passed, %d failed\n", counts[0],
           counts[1] + counts[2] + counts[3]);
    arena_free(runner.arena);
    return counts[0] ? 0 : 1;
}
