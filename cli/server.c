/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace server: the headless server (server 3). Properties files, then a
 * script of persistent queries that is checked whole before anything starts; it
 * runs until SIGTERM or SIGINT and stops cleanly. Started again, it goes on
 * where it was; several processes with one ksql.service.id share the
 * partitions.
 */
#include <stdlib.h>

#include "cli/cli.h"

enum { OPTION_QUERIES = OPTION_OWN };

typedef struct Server {
    CommonOptions common;
    const char *queries;
    mr_Engine *engine;
} Server;

static bool read_properties(Server *server, const char *path)
{
    Str text;
    if (!read_file(server->common.arena, path, &text)) return false;
    Status st = mr_read_settings(server->common.arena, text,
                                 &server->common.settings);
    if (st.kind) complain_status(st, path, text);
    return !st.kind;
}

/* KSQL_OPTS holds -Dname=value pairs, as images of the reference set them. */
static void read_environment(Server *server)
{
    const char *options = getenv("KSQL_OPTS");
    while (options && *options) {
        size_t n = strcspn(options, " ");
        Str word = {options, n}, name, value;
        if (str_starts_with(word, STR("-D"))) {
            const char *pair = str_cstr(server->common.arena,
                                        (Str){options + 2, n - 2});
            if (split_pair(pair, &name, &value)) {
                Str *kept = ARENA_NEW(server->common.arena, Str);
                *kept = value;
                map_put(server->common.arena, &server->common.settings, name,
                        kept);
            }
        }
        options += n;
        options += strspn(options, " ");
    }
}

static int read_options(Server *server, int argc, char **argv)
{
    static const struct option longs[] = {
        COMMON_LONG_OPTIONS,
        {"queries-file", required_argument, NULL, OPTION_QUERIES},
        {0},
    };
    int option, status;

    while ((option = next_option(argc, argv, "d:h", longs)) != -1) {
        if (common_option(&server->common, option, optarg, "server", &status)) {
            if (status >= 0) return status;
            continue;
        }
        if (option == OPTION_QUERIES) server->queries = optarg;
    }
    for (int i = optind; i < argc; i++)
        if (!read_properties(server, argv[i])) return EXIT_USAGE;
    read_environment(server);
    if (!server->queries) {
        Str *file = map_get(&server->common.settings, STR("ksql.queries.file"));
        if (file) server->queries = str_cstr(server->common.arena, *file);
    }
    if (server->queries) return -1;
    complain("the server needs --queries-file FILE: the HTTP server for "
             "interactive use is not available yet");
    return EXIT_USAGE;
}

/* False: it cannot, which is told, unless it is that the broker went away
 * before all was checked: then *again is set, and the engine is to be opened
 * anew. */
static bool start(Server *server, bool *again)
{
    Arena *arena = arena_new("script", 0);
    mr_Session *session = mr_session_open(server->engine);
    Str text;

    for (int i = 0; i < server->common.defines.count; i++)
        mr_session_define(session, server->common.defines.at[i].name,
                          server->common.defines.at[i].value);
    bool good = read_file(arena, server->queries, &text);
    if (good) {
        Status st = mr_load(session, arena, text);
        *again = st.kind == ST_RETRY && !interrupted();
        if (*again) complain("%s; trying again", st.text);
        if (st.kind && !*again) complain_status(st, server->queries, text);
        good = !st.kind;
    }
    if (good) {
        Status st = mr_start(server->engine, arena);
        if (st.kind) complain("%s", st.text);
        good = !st.kind;
    }
    mr_session_close(session);
    arena_free(arena);
    return good;
}

/* Tells about queries that stopped, once each; false if all have. */
static bool watch(Server *server, Map *told)
{
    Arena *arena = arena_new("watch", 0);
    mr_QueryStats *stats;
    int count, alive = 0;
    Status st = mr_query_stats(server->engine, arena, &stats, &count);

    for (int i = 0; i < count && !st.kind; i++) {
        bool dead = str_eq(stats[i].state, STR("ERROR"));
        alive += !dead;
        if (!dead || map_get(told, stats[i].id)) continue;
        complain("query '%.*s' stopped: %.*s", STR_ARG(stats[i].id),
                 STR_ARG(stats[i].error));
        map_put(server->common.arena, told,
                str_copy(server->common.arena, stats[i].id), told);
    }
    arena_free(arena);
    return alive > 0;
}

int command_server(int argc, char **argv)
{
    Server server = {.common.arena = arena_new("server", 0)};
    int status = read_options(&server, argc, argv);
    Map told = {0};

    for (bool again = status < 0; again;) {
        again = false;
        status = EXIT_USAGE;
        server.engine = open_engine(&server.common, MR_HEADLESS, false);
        if (!server.engine) break;
        if (start(&server, &again)) {
            fprintf(stderr, "millrace: running on %.*s\n",
                    STR_ARG(mr_broker_name(server.engine)));
            while (!interrupted()) {
                clock_sleep_ms(200);
                watch(&server, &told);
            }
            status = EXIT_OK;
        }
        mr_close(server.engine);
        if (again) clock_sleep_ms(1000);
    }
    arena_free(server.common.arena);
    return status;
}
