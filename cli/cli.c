/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands share: common options, files, signals, messages.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/near.h"
#include "base/number.h"

void complain(const char *format, ...)
{
    va_list args;
    fflush(stdout); /* What came before is read before, in one file too. */
    fputs("millrace: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void complain_status(Status st, const char *where, Str source)
{
    Arena *arena = arena_new("message", 0);
    const char *text = st_render(arena, st, where, source.ptr, source.len);
    fflush(stdout);
    if (isatty(STDERR_FILENO) && !getenv("NO_COLOR"))
        fprintf(stderr, "\033[31m%s\033[0m\n", text);
    else
        fprintf(stderr, "%s\n", text);
    arena_free(arena);
}

bool read_file(Arena *arena, const char *path, Str *text)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    char chunk[65536];
    Buf all = {0};
    size_t n;

    if (!file) {
        complain("cannot read '%s': %s", path, strerror(errno));
        return false;
    }
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_append(&all, chunk, n);
    bool failed = ferror(file) != 0;
    if (failed) complain("cannot read '%s': %s", path, strerror(errno));
    if (!standard) fclose(file);
    *text = str_copy(arena, buf_str(&all));
    buf_free(&all);
    return !failed;
}

bool output_is_gone(FILE *out)
{
    struct pollfd end = {.fd = fileno(out)};
    if (ferror(out)) return true;
    return poll(&end, 1, 0) > 0 && (end.revents & POLLERR);
}

bool split_pair(const char *text, Str *name, Str *value)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) return false;
    *name = (Str){text, (size_t)(equals - text)};
    *value = str_from(equals + 1);
    return true;
}

bool take_number(const char *text, int64_t min, const char *option,
                 int64_t *value)
{
    if (number_parse_i64(str_from(text), value) && *value >= min) return true;
    complain("%s takes a whole number from %lld, not '%s'", option,
             (long long)min, text);
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Str unescape_text(Arena *arena, Str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\' && i + 1 < text.len) {
            c = text.ptr[++i];
            if (c == 'x' && i + 2 < text.len &&
                hex_digit(text.ptr[i + 1]) >= 0 &&
                hex_digit(text.ptr[i + 2]) >= 0) {
                c = (char)(hex_digit(text.ptr[i + 1]) * 16 +
                           hex_digit(text.ptr[i + 2]));
                i += 2;
            } else {
                c = c == 'n'   ? '\n'
                    : c == 't' ? '\t'
                    : c == 'r' ? '\r'
                    : c == '0' ? '\0'
                               : c;
            }
        }
        out[n++] = c;
    }
    out[n] = 0;
    return (Str){out, n};
}

/* ---- signals ---- */

/* Set in the handler, read on all threads. */
static atomic_int interrupt_flag, terminate_flag;

/* The handler writes a byte here, so that a signal that comes just before a
 * wait ends the wait too. */
static int signal_pipe[2] = {-1, -1};
static atomic_int waiting_flag; /* For Kafka, before any work. */

static void on_signal(int number)
{
    int error = errno;
    if (waiting_flag) _exit(EXIT_USAGE);
    if (number == SIGTERM) {
        terminate_flag = 1;
    } else {
        /* A second Ctrl-C that nobody took ends the program. */
        if (interrupt_flag) _exit(128 + number);
        interrupt_flag = 1;
    }
    ssize_t written = write(signal_pipe[1], "", 1);
    (void)written; /* A full pipe wakes as well as one more byte. */
    errno = error;
}

void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    if (pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC))
        complain("cannot make a pipe: %s", strerror(errno));
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool interrupted(void)
{
    return interrupt_flag || terminate_flag;
}

bool terminated(void)
{
    return terminate_flag;
}

void clear_interrupt(void)
{
    char bytes[64];
    while (read(signal_pipe[0], bytes, sizeof bytes) > 0)
        continue;
    interrupt_flag = 0;
}

int wait_readable_any(const int *fds, int count, int timeout_ms)
{
    struct pollfd polled[WAIT_FDS_MAX + 1];
    int all = count < WAIT_FDS_MAX ? count : WAIT_FDS_MAX;

    for (int i = 0; i < all; i++)
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    polled[all] = (struct pollfd){.fd = signal_pipe[0], .events = POLLIN};
    while (!interrupted()) {
        int ready = poll(polled, (nfds_t)all + 1, timeout_ms);
        for (int i = 0; i < all && ready > 0; i++)
            if (polled[i].revents) return i;
        if (ready == 0) return WAIT_TIMEOUT;
    }
    return WAIT_SIGNAL;
}

bool wait_readable(int fd)
{
    return wait_readable_any(&fd, 1, -1) == 0;
}

/* ---- options ---- */

static void put_setting(CommonOptions *common, Str name, Str value)
{
    Str *kept = ARENA_NEW(common->arena, Str);
    *kept = str_copy(common->arena, value);
    map_put(common->arena, &common->settings, str_copy(common->arena, name),
            kept);
}

static bool read_config(CommonOptions *common, const char *path)
{
    Str text;
    if (!read_file(common->arena, path, &text)) return false;
    Status st = mr_read_settings(common->arena, text, &common->settings);
    if (st.kind) complain_status(st, path, text);
    return !st.kind;
}

/* A long option that is not one of `longs`, or the beginning of several. */
static void complain_long(const char *text, const struct option *longs)
{
    size_t len = strcspn(text + 2, "=");
    Arena *arena = arena_new("option", 0);
    Near near = near_to((Str){text + 2, len});
    Str several = STR("");

    for (const struct option *one = longs; one->name; one++) {
        near_offer(&near, str_from(one->name));
        if (strncmp(one->name, text + 2, len) == 0)
            several = str_printf(arena, "%.*s%s'--%s'", STR_ARG(several),
                                 several.len ? " or " : "", one->name);
    }
    if (several.len)
        complain("option '%.*s' may be %.*s", (int)len + 2, text,
                 STR_ARG(several));
    else if (near.best.ptr)
        complain("unknown option '%.*s'; did you mean '--%.*s'?", (int)len + 2,
                 text, STR_ARG(near.best));
    else
        complain("unknown option '%.*s'", (int)len + 2, text);
    arena_free(arena);
}

int next_option(int argc, char **argv, const char *shorts,
                const struct option *longs)
{
    char with_colon[64];
    snprintf(with_colon, sizeof with_colon, ":%s", shorts);
    opterr = 0;
    int option = getopt_long(argc, argv, with_colon, longs, NULL);
    if (option != '?' && option != ':') return option;

    const char *text = argv[optind - 1];
    bool is_long = text[0] == '-' && text[1] == '-';
    if (option == ':' && is_long)
        complain("option '%s' needs a value", text);
    else if (option == ':')
        complain("option '-%c' needs a value", optopt);
    else if (is_long && optopt)
        complain("option '%.*s' takes no value", (int)strcspn(text, "="), text);
    else if (is_long)
        complain_long(text, longs);
    else
        complain("unknown option '-%c'", optopt);
    return '?';
}

bool common_option(CommonOptions *common, int option, const char *argument,
                   const char *command, int *exit_status)
{
    Str name, value;
    bool good = true;

    *exit_status = -1;
    switch (option) {
    case OPTION_BOOTSTRAP:
        put_setting(common, STR("bootstrap.servers"), str_from(argument));
        break;
    case OPTION_DATA_DIR:
        common->data_directory = str_copy(common->arena, str_from(argument));
        break;
    case OPTION_CONFIG_FILE: good = read_config(common, argument); break;
    case OPTION_SET:
        good = split_pair(argument, &name, &value);
        if (good)
            put_setting(common, name, value);
        else
            complain("--set takes NAME=VALUE, not '%s'", argument);
        break;
    case 'd':
        good = split_pair(argument, &name, &value);
        if (good)
            *vec_push(common->arena, &common->defines) = (NameValue){
                str_copy(common->arena, name), str_copy(common->arena, value)};
        else
            complain("-d takes NAME=VALUE, not '%s'", argument);
        break;
    case OPTION_LOG_LEVEL:
        good = log_set_level(str_from(argument));
        if (!good)
            complain("--log-level is error, warn, info or debug, not '%s'",
                     argument);
        break;
    case 'h':
        print_help(stdout, command);
        *exit_status = EXIT_OK;
        break;
    case OPTION_VERSION:
        print_version();
        *exit_status = EXIT_OK;
        break;
    case '?':
        fprintf(stderr, "Try 'millrace help%s%s'.\n", *command ? " " : "",
                command);
        good = false;
        break;
    default: return false;
    }
    if (!good) *exit_status = EXIT_USAGE;
    return true;
}

/* ---- the engine ---- */

/* mr_open asks Kafka for a sign of life. */
static mr_Engine *open_with(const mr_Options *options)
{
    mr_Engine *engine = NULL;
    bool told = false;

    waiting_flag = map_get(options->settings, STR("bootstrap.servers")) != NULL;
    for (;;) {
        Arena *arena = arena_new("open", 0);
        Status st = mr_open(arena, options, &engine);
        bool again = st.kind == ST_RETRY && !interrupted();
        if (again && !told) complain("%s; trying again", st.text);
        if (st.kind && !again) complain("%s", st.text);
        arena_free(arena);
        if (!again) break;
        told = true;
        clock_sleep_ms(1000);
    }
    waiting_flag = 0;
    return engine;
}

mr_Engine *open_engine(CommonOptions *common, mr_Mode mode, bool temporary)
{
    mr_Options options = {.mode = mode,
                          .settings = &common->settings,
                          .data_directory = common->data_directory};
    char name[] = "/tmp/millrace-XXXXXX";

    if (temporary) {
        const char *base = getenv("TMPDIR");
        char *path = name;
        if (base && *base)
            path = (char *)str_printf(common->arena, "%s/millrace-XXXXXX", base)
                       .ptr;
        if (!mkdtemp(path)) {
            complain("cannot make a temporary directory '%s': %s", path,
                     strerror(errno));
            return NULL;
        }
        options.data_directory = str_copy(common->arena, str_from(path));
        options.temporary = true;
    }
    return open_with(&options);
}

mr_Engine *open_tool_engine(CommonOptions *common)
{
    return open_engine(common, MR_HEADLESS, false);
}

bool make_topic(Broker *broker, Str topic, int partitions)
{
    Arena *arena = arena_new("topic", 0);
    TopicInfo info;
    Status st = broker_describe_topic(broker, arena, topic, &info);
    if (st.kind == ST_USER)
        st = broker_create_topic(broker, arena, topic, partitions, -1, NULL, 0);
    if (st.kind) complain("%s", st.text);
    arena_free(arena);
    return !st.kind;
}
