/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace run: script files of persistent queries, and the same as a Unix
 * filter.
 *
 *     millrace run --input clicks=clicks.jsonl --output hot=- hot.sql
 *
 * Order: topics of --input, all files checked and loaded, queries started,
 * lines fed (one thread an input) and results written (one thread an output),
 * until a signal comes or all is idle; then a clean stop, the rest of the
 * outputs, and a summary.
 */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/cli.h"
#include "cli/lines.h"

typedef struct Pipe {
    struct Run *run;
    const char *topic;
    const char *path; /* "-": standard input or output. */
    pthread_t thread;
    bool started, done; /* done: set by the thread when it ends. */
    int64_t count;      /* Lines moved. */
    bool failed;
    Consumer *consumer; /* Outputs. */
    int64_t *next;      /* Next offset to write, by partition. */
    int part_count;
    FILE *file;
} Pipe;

typedef struct Run {
    CommonOptions common;
    mr_Engine *engine;
    VEC(Pipe) inputs;
    VEC(Pipe) outputs;
    Str separator;         /* -K; STR_NULL: no keys. */
    int64_t until_idle_ms; /* -1: until a signal. */
    bool check;            /* Only look at the files. */
    bool draining;         /* Queries have stopped; outputs read to the end. */
} Run;

/* ---- inputs ---- */

static void *feed(void *context)
{
    Pipe *pipe = context;
    Run *run = pipe->run;
    LineFeeder feeder = {.broker = mr_broker(run->engine),
                         .topic = pipe->topic,
                         .separator = run->separator,
                         .partition = PARTITION_BY_KEY,
                         .max_lines = -1,
                         .stop = interrupted};
    pipe->failed = !lines_feed(&feeder, pipe->path);
    pipe->count = feeder.lines;
    __atomic_store_n(&pipe->done, true, __ATOMIC_RELEASE);
    return NULL;
}

/* The topics that inputs feed must be there before the script is checked. */
static bool make_input_topics(Run *run)
{
    for (int i = 0; i < run->inputs.count; i++)
        if (!make_topic(mr_broker(run->engine),
                        str_from(run->inputs.at[i].topic), 1))
            return false;
    return true;
}

/* ---- outputs ---- */

/* True if everything of the topic has been written. */
static bool at_end(Pipe *pipe)
{
    Broker *broker = mr_broker(pipe->run->engine);
    Arena *arena = arena_new("end", 0);
    bool end = true;
    for (int p = 0; p < pipe->part_count && end; p++) {
        int64_t low, high;
        Status st = broker_watermarks(broker, arena, str_from(pipe->topic), p,
                                      &low, &high);
        ConsumerReach reach; /* The end may be markers of transactions. */
        consumer_reach(pipe->consumer, 0, p, &reach);
        if (reach.next > pipe->next[p]) pipe->next[p] = reach.next;
        if (reach.end > high) high = reach.end;
        int64_t next = pipe->next[p];
        end = st.kind || (next < low ? low : next) >= high;
    }
    arena_free(arena);
    return end;
}

static void write_set(Pipe *pipe, const RecordSet *set)
{
    Str separator = pipe->run->separator;
    for (int i = 0; i < set->count; i++) {
        const Record *record = &set->records[i];
        if (separator.ptr) {
            if (record->key.ptr)
                fwrite(record->key.ptr, 1, record->key.len, pipe->file);
            fwrite(separator.ptr, 1, separator.len, pipe->file);
        }
        if (record->value.ptr)
            fwrite(record->value.ptr, 1, record->value.len, pipe->file);
        fputc('\n', pipe->file);
        pipe->next[set->partition] = record->offset + 1;
        pipe->count++;
    }
}

static void *drain(void *context)
{
    Pipe *pipe = context;
    Run *run = pipe->run;
    Arena *arena = arena_new("output", 0);
    Status st = st_ok();

    while (!st.kind && !output_is_gone(pipe->file)) {
        RecordSet *sets;
        int count;
        bool last = __atomic_load_n(&run->draining, __ATOMIC_ACQUIRE);
        arena_reset(arena);
        st = consumer_poll(pipe->consumer, arena, 50, 1000, &sets, &count);
        if (st.kind == ST_RETRY) st = st_ok();
        for (int i = 0; i < count && !st.kind; i++) {
            write_set(pipe, &sets[i]);
            consumer_release(pipe->consumer, &sets[i]);
        }
        fflush(pipe->file);
        if (last && at_end(pipe)) break;
    }
    if (st.kind) complain("output '%s': %s", pipe->topic, st.text);
    bool broken = ferror(pipe->file) && errno != EPIPE;
    if (broken) complain("cannot write '%s': %s", pipe->path, strerror(errno));
    pipe->failed = broken || st.kind != ST_OK;
    __atomic_store_n(&pipe->done, true, __ATOMIC_RELEASE);
    arena_free(arena);
    return NULL;
}

static bool open_output(Run *run, Pipe *pipe)
{
    Arena *arena = arena_new("output", 0);
    TopicInfo info;
    TopicPartition *parts = NULL;

    pipe->file = strcmp(pipe->path, "-") == 0 ? stdout
                                              : fopen(pipe->path, "wb");
    if (!pipe->file) {
        complain("cannot write '%s': %s", pipe->path, strerror(errno));
        arena_free(arena);
        return false;
    }
    ConsumerOptions options = {.group = STR_NULL,
                               .topics = &pipe->topic,
                               .topic_count = 1,
                               .properties = &run->common.settings};
    Status st = broker_describe_topic(mr_broker(run->engine), arena,
                                      str_from(pipe->topic), &info);
    if (!st.kind)
        st = consumer_open(mr_broker(run->engine), arena, &options,
                           &pipe->consumer);
    if (!st.kind) {
        pipe->part_count = info.partition_count;
        pipe->next = ARENA_ARRAY(run->common.arena, int64_t,
                                 info.partition_count);
        parts = ARENA_ARRAY(arena, TopicPartition, info.partition_count);
        for (int i = 0; i < info.partition_count; i++) {
            int64_t low, high = 0;
            st = broker_watermarks(mr_broker(run->engine), arena,
                                   str_from(pipe->topic), i, &low, &high);
            parts[i] = (TopicPartition){0, i, high, STR_NULL};
            pipe->next[i] = high;
        }
        st = consumer_assign(pipe->consumer, arena, parts,
                             info.partition_count);
    }
    if (st.kind) complain("output '%s': %s", pipe->topic, st.text);
    arena_free(arena);
    return !st.kind;
}

/* Before the queries start, so that no output is missed. */
static bool open_outputs(Run *run)
{
    for (int i = 0; i < run->outputs.count; i++) {
        run->outputs.at[i].run = run;
        if (!open_output(run, &run->outputs.at[i])) return false;
    }
    return true;
}

static void start_threads(Run *run)
{
    for (int i = 0; i < run->outputs.count; i++) {
        Pipe *pipe = &run->outputs.at[i];
        pipe->started = !pthread_create(&pipe->thread, NULL, drain, pipe);
    }
    for (int i = 0; i < run->inputs.count; i++) {
        Pipe *pipe = &run->inputs.at[i];
        pipe->run = run;
        pipe->started = !pthread_create(&pipe->thread, NULL, feed, pipe);
    }
}

static bool is_done(const Pipe *pipe)
{
    return __atomic_load_n(&pipe->done, __ATOMIC_ACQUIRE);
}

/* An input that cannot be read, an output that nobody reads: no use to go on.
 */
static bool pipe_broke(const Run *run)
{
    for (int i = 0; i < run->inputs.count; i++)
        if (is_done(&run->inputs.at[i]) && run->inputs.at[i].failed)
            return true;
    for (int i = 0; i < run->outputs.count; i++)
        if (is_done(&run->outputs.at[i])) return true;
    return false;
}

static bool inputs_done(const Run *run)
{
    for (int i = 0; i < run->inputs.count; i++)
        if (!is_done(&run->inputs.at[i])) return false;
    return true;
}

/* Joins all threads, closes all files; false if one of them failed. */
static bool close_pipes(Run *run)
{
    bool good = true;
    for (int i = 0; i < run->inputs.count; i++) {
        Pipe *pipe = &run->inputs.at[i];
        if (pipe->started) pthread_join(pipe->thread, NULL);
        good &= !pipe->failed;
    }
    __atomic_store_n(&run->draining, true, __ATOMIC_RELEASE);
    for (int i = 0; i < run->outputs.count; i++) {
        Pipe *pipe = &run->outputs.at[i];
        if (pipe->started) pthread_join(pipe->thread, NULL);
        if (pipe->consumer) consumer_close(pipe->consumer);
        if (pipe->file && pipe->file != stdout && fclose(pipe->file)) {
            complain("cannot write '%s': %s", pipe->path, strerror(errno));
            good = false;
        }
        good &= !pipe->failed;
    }
    return good;
}

/* ---- the run ---- */

/* All files are one text to the engine, so that a bad statement in one of them
 * leaves nothing executed. Failures are told with their own file and line. */
typedef struct Script {
    const char *path;
    Str text;
    size_t start; /* In the whole. */
} Script;

typedef struct Scripts {
    const Script *at;
    int count;
} Scripts;

static void tell_failure(void *context, Status st)
{
    const Scripts *all = context;
    const Script *scripts = all->at;
    int count = all->count;
    size_t at = st.at ? st.at - 1 : 0;
    int i = count - 1;
    while (i > 0 && scripts[i].start > at)
        i--;
    if (st.at) st.at -= (uint32_t)scripts[i].start;
    complain_status(st, scripts[i].path, scripts[i].text);
}

static bool load(mr_Session *session, Arena *arena, Str text, Scripts *scripts)
{
    Status st = mr_load(session, arena, text);
    if (st.kind) tell_failure(scripts, st);
    return !st.kind;
}

static bool load_files(Run *run, char **files, int count)
{
    mr_Session *session = mr_session_open(run->engine);
    Arena *arena = arena_new("script", 0);
    Script *scripts = ARENA_ARRAY(arena, Script, count);
    Buf all = {0};
    bool good = true;

    for (int i = 0; i < run->common.defines.count; i++)
        mr_session_define(session, run->common.defines.at[i].name,
                          run->common.defines.at[i].value);
    for (int i = 0; i < count && good; i++) {
        scripts[i].path = files[i];
        scripts[i].start = all.len;
        good = read_file(arena, files[i], &scripts[i].text);
        if (good) buf_append_str(&all, scripts[i].text);
        buf_push(&all, '\n');
    }
    if (good) {
        Scripts told = {scripts, count};
        good = run->check ? !mr_check(session, arena, buf_str(&all),
                                      tell_failure, &told)
                          : load(session, arena, buf_str(&all), &told);
    }
    buf_free(&all);
    arena_free(arena);
    mr_session_close(session);
    return good;
}

static bool start_queries(Run *run)
{
    Arena *arena = arena_new("start", 0);
    Status st = mr_start(run->engine, arena);
    if (st.kind) complain("%s", st.text);
    arena_free(arena);
    return !st.kind;
}

static void wait_for_end(Run *run)
{
    while (!interrupted() && !pipe_broke(run)) {
        clock_sleep_ms(20);
        if (run->until_idle_ms >= 0 && inputs_done(run) &&
            mr_is_idle(run->engine, run->until_idle_ms))
            break;
    }
}

/* One line a query; false if one of them stopped with an error. */
static bool summarize(Run *run)
{
    Arena *arena = arena_new("summary", 0);
    mr_QueryStats *stats;
    int count;
    bool good = true;
    Status st = mr_query_stats(run->engine, arena, &stats, &count);

    for (int i = 0; i < count && !st.kind; i++) {
        mr_QueryStats *one = &stats[i];
        fprintf(stderr,
                "%.*s: in=%lld out=%lld errors=%lld late=%lld wall_s=%.3f "
                "cpu_s=%.3f us_per_record=%.3f state=%.*s\n",
                STR_ARG(one->id), (long long)one->records_in,
                (long long)one->records_out, (long long)one->errors,
                (long long)one->late, one->wall_s, one->cpu_s,
                one->records_in ? one->cpu_s * 1e6 / (double)one->records_in
                                : 0.0,
                STR_ARG(one->state));
        if (one->error.len) {
            complain("query '%.*s' stopped: %.*s", STR_ARG(one->id),
                     STR_ARG(one->error));
            good = false;
        }
    }
    arena_free(arena);
    return good;
}

enum {
    OPTION_INPUT = OPTION_OWN,
    OPTION_OUTPUT,
    OPTION_UNTIL_IDLE,
    OPTION_CHECK
};

static bool add_pipe(Run *run, bool input, const char *argument)
{
    Str topic, path;
    if (!split_pair(argument, &topic, &path)) {
        complain("--%s takes TOPIC=FILE, not '%s'", input ? "input" : "output",
                 argument);
        return false;
    }
    Pipe *pipe = input ? vec_push(run->common.arena, &run->inputs)
                       : vec_push(run->common.arena, &run->outputs);
    *pipe = (Pipe){.topic = str_cstr(run->common.arena, topic),
                   .path = str_cstr(run->common.arena, path)};
    return true;
}

static int read_options(Run *run, int argc, char **argv)
{
    static const struct option longs[] = {
        COMMON_LONG_OPTIONS,
        {"input", required_argument, NULL, OPTION_INPUT},
        {"output", required_argument, NULL, OPTION_OUTPUT},
        {"until-idle", required_argument, NULL, OPTION_UNTIL_IDLE},
        {"check", no_argument, NULL, OPTION_CHECK},
        {0},
    };
    int option, status;

    while ((option = next_option(argc, argv, "d:hK:", longs)) != -1) {
        if (common_option(&run->common, option, optarg, "run", &status)) {
            if (status >= 0) return status;
            continue;
        }
        switch (option) {
        case 'K':
            run->separator = unescape_text(run->common.arena, str_from(optarg));
            break;
        case OPTION_CHECK: run->check = true; break;
        case OPTION_INPUT:
        case OPTION_OUTPUT:
            if (!add_pipe(run, option == OPTION_INPUT, optarg))
                return EXIT_USAGE;
            break;
        case OPTION_UNTIL_IDLE:
            if (!take_number(optarg, 1, "--until-idle", &run->until_idle_ms))
                return EXIT_USAGE;
            break;
        default: break;
        }
    }
    if (optind < argc) return -1;
    complain("run needs a script file");
    fputs("Try 'millrace help run'.\n", stderr);
    return EXIT_USAGE;
}

/* A script reads its topics from the beginning unless told otherwise. */
static void default_offset(Run *run)
{
    static Str earliest = STR_INIT("earliest");
    if (!map_get(&run->common.settings, STR("auto.offset.reset")) &&
        !map_get(&run->common.settings, STR("ksql.streams.auto.offset.reset")))
        map_put(run->common.arena, &run->common.settings,
                STR("auto.offset.reset"), &earliest);
}

/* A filter without a place of its own leaves nothing behind. */
static bool is_temporary(const Run *run)
{
    return !run->common.data_directory.ptr &&
           (run->inputs.count || run->outputs.count || run->check) &&
           !map_get(&run->common.settings, STR("bootstrap.servers"));
}

int command_run(int argc, char **argv)
{
    Run run = {.common.arena = arena_new("run", 0),
               .separator = STR_NULL,
               .until_idle_ms = -1};
    int status = read_options(&run, argc, argv);

    if (status < 0) {
        default_offset(&run);
        run.engine = open_engine(&run.common, MR_HEADLESS, is_temporary(&run));
        status = EXIT_USAGE;
    }
    if (run.engine) {
        char **files = argv + optind;
        int count = argc - optind;
        bool make = !run.check || is_temporary(&run);
        bool good = (!make || make_input_topics(&run)) &&
                    load_files(&run, files, count);
        if (good && !run.check)
            good = open_outputs(&run) && start_queries(&run);
        if (good && !run.check) {
            start_threads(&run);
            wait_for_end(&run);
            mr_stop(run.engine);
            good = summarize(&run);
        }
        good &= close_pipes(&run);
        status = good ? EXIT_OK : EXIT_FAILED;
        mr_close(run.engine);
    }
    arena_free(run.common.arena);
    return status;
}
