/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands of the program share: options, files, signals, output.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <getopt.h>
#include <stdio.h>

#include "base/vec.h"
#include "engine/engine.h"

/* Exit statuses. */
enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,  /* A statement or a run failed. */
    EXIT_USAGE = 255, /* Wrong arguments, unreadable file, no start. */
};

typedef struct NameValue {
    Str name;
    Str value;
} NameValue;

/* The options that every command knows. */
typedef struct CommonOptions {
    Arena *arena; /* Of the whole run. */
    Map settings; /* Str by name: --set, --config-file, ... */
    VEC(NameValue) defines;
    Str data_directory; /* STR_NULL: not given. */
} CommonOptions;

/* getopt values of the common options start here; a command's own ones are
 * characters or start at OPTION_OWN. */
enum {
    OPTION_COMMON = 1000,
    OPTION_BOOTSTRAP = OPTION_COMMON,
    OPTION_DATA_DIR,
    OPTION_CONFIG_FILE,
    OPTION_SET,
    OPTION_LOG_LEVEL,
    OPTION_VERSION,
    OPTION_OWN = 2000,
};

/* The common rows of a option table, in the order of `common_options`. */
#define COMMON_LONG_OPTIONS                                                    \
    {"bootstrap-server", required_argument, NULL, OPTION_BOOTSTRAP},           \
        {"data-dir", required_argument, NULL, OPTION_DATA_DIR},                \
        {"config-file", required_argument, NULL, OPTION_CONFIG_FILE},          \
        {"set", required_argument, NULL, OPTION_SET},                          \
        {"define", required_argument, NULL, 'd'},                              \
        {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},              \
        {"help", no_argument, NULL, 'h'},                                      \
    {                                                                          \
        "version", no_argument, NULL, OPTION_VERSION                           \
    }

/* The next option as getopt_long gives it, -1 after the last; '?' for a wrong
 * one, of which is printed what is wrong and which one may have been meant. */
int next_option(int argc, char **argv, const char *shorts,
                const struct option *longs);

/* Takes one option that next_option returned, with its argument. Returns true
 * if it was a common one; *exit_status is then -1, or the status to end
 * with (help, version, a bad value). */
bool common_option(CommonOptions *common, int option, const char *argument,
                   const char *command, int *exit_status);

/* Opens an engine; waits, with a message, while Kafka is away, until a signal
 * comes. NULL: it could not; the reason was printed. */
mr_Engine *open_engine(CommonOptions *common, mr_Mode mode, bool temporary);

/* Opens a broker alone, for produce, consume and datagen, as the engine would.
 */
mr_Engine *open_tool_engine(CommonOptions *common);

/* Makes a topic unless it is there. False: printed why not. */
bool make_topic(Broker *broker, Str topic, int partitions);

/* The whole file, or standard input for "-"; false: printed why not. */
bool read_file(Arena *arena, const char *path, Str *text);

/* Prints "millrace: ..." on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a failure with its place in `source`. */
void complain_status(Status st, const char *where, Str source);

/* Signals: the first SIGINT or SIGTERM sets the flag. `interrupted` reads it,
 * `clear_interrupt` forgets it (a shell that goes on). */
void catch_signals(void);
bool interrupted(void);
bool terminated(void);
void clear_interrupt(void);

/* Waits until `fd` has something to read or is at its end. False: a signal
 * came, before or meanwhile. */
bool wait_readable(int fd);

/* Waits for the first of several, at most `timeout_ms` (-1: for ever). Returns
 * its index, WAIT_SIGNAL or WAIT_TIMEOUT. A negative fd is passed over. */
enum { WAIT_SIGNAL = -1, WAIT_TIMEOUT = -2, WAIT_FDS_MAX = 4 };
int wait_readable_any(const int *fds, int count, int timeout_ms);

/* True if writing failed, or if the reader of a pipe has gone away: then it is
 * of no use to wait for more to write. */
bool output_is_gone(FILE *out);

/* "NAME=VALUE" in two; false if there is no '='. */
bool split_pair(const char *text, Str *name, Str *value);

/* A whole number from `min`; false: printed what `option` takes. */
bool take_number(const char *text, int64_t min, const char *option,
                 int64_t *value);

/* Escapes in separators and formats: \n \t \r \0 \\ \xHH. In `arena`. */
Str unescape_text(Arena *arena, Str text);

/* ---- the commands, by file: argc and argv begin at the command's name ---- */

int command_shell(int argc, char **argv);
int command_run(int argc, char **argv);
int command_server(int argc, char **argv);
int command_produce(int argc, char **argv);
int command_consume(int argc, char **argv);
int command_datagen(int argc, char **argv);
int command_test(int argc, char **argv);
int command_help(int argc, char **argv);

/* Prints a command's help; false if there is no such command. */
bool print_help(FILE *out, const char *command);
/* "; did you mean 'create stream'?" for what has no help, or "". */
const char *help_near(Arena *arena, const char *asked);
void print_version(void);

#endif
