/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace: the program. The first word chooses the command; without one it is
 * the shell. To add a command: a row here, and its text in help.c.
 */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/near.h"

typedef struct Command {
    const char *name;
    int (*run)(int argc, char **argv);
} Command;

static const Command commands[] = {
    {"shell", command_shell},     {"run", command_run},
    {"server", command_server},   {"produce", command_produce},
    {"consume", command_consume}, {"datagen", command_datagen},
    {"test", command_test},       {"help", command_help},
};

static void unknown_command(const char *name)
{
    Arena *arena = arena_new("command", 0);
    Near near = near_to(str_from(name));
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        near_offer(&near, str_from(commands[i].name));
    complain("unknown command '%s'%s", name, near_hint(&near, arena, ""));
    arena_free(arena);
}

int main(int argc, char **argv)
{
    mem_tune();
    catch_signals();
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (argc > 1 && argv[1][0] != '-' && !strstr(argv[1], "://")) {
        unknown_command(argv[1]);
        fputs("Try 'millrace --help'.\n", stderr);
        return EXIT_USAGE;
    }
    return command_shell(argc, argv);
}

void print_version(void)
{
    printf("millrace %s (librdkafka %s, RocksDB %s)\n", mr_version(),
           mr_librdkafka_version(), mr_rocksdb_version());
}

int command_help(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--config-document") == 0) {
        Buf out = {0};
        mr_config_document(&out);
        fwrite(out.ptr, 1, out.len, stdout);
        buf_free(&out);
        return EXIT_OK;
    }
    if (argc > 1 && strcmp(argv[1], "--functions-document") == 0) {
        Buf out = {0};
        mr_functions_document(&out);
        fwrite(out.ptr, 1, out.len, stdout);
        buf_free(&out);
        return EXIT_OK;
    }
    if (argc > 1 && strcmp(argv[1], "--help") == 0) argv[1] = argv[0];
    Arena *arena = arena_new("help", 0);
    Str topic = STR("");
    for (int i = 1; i < argc; i++)
        topic = str_printf(arena, "%.*s%s%s", STR_ARG(topic), i > 1 ? " " : "",
                           argv[i]);
    bool found = print_help(stdout, topic.ptr);
    if (!found) {
        complain("no help for '%s'%s", topic.ptr, help_near(arena, topic.ptr));
        fputs("`millrace help` lists the commands, `millrace help sql` the "
              "statements.\n",
              stderr);
    }
    arena_free(arena);
    return found ? EXIT_OK : EXIT_USAGE;
}
