/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes: headless servers with a script, or shells that are told their
 * statements through a pipe and have a command log.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/chaos/servers.h"

enum {
    STOP_S = 30,
    /* At least once the topic behind `groups` must be whole in the end, as what
     * came twice through it is counted there. */
    NEVER_MS = 1000000000,
};

void give_up(const char *what, const char *why)
{
    fprintf(stderr, "chaos: %s: %s\n", what, why);
    exit(2);
}

void must(const char *what, Status st)
{
    if (st.kind) give_up(what, st.text);
}

static const char *file_of(const Chaos *chaos, const char *format, int index)
{
    Str name = str_printf(chaos->arena, format, index);
    return str_printf(chaos->arena, "%s/%.*s", chaos->directory, STR_ARG(name))
        .ptr;
}

const char *server_answers(const Chaos *chaos, const Server *server)
{
    return file_of(chaos, "answers%d.json", server->index);
}

void servers_prepare(Chaos *chaos, Server *servers)
{
    for (int i = 0; i < PROCESSES_MAX; i++)
        servers[i] = (Server){.index = i, .talk = -1};
    FILE *file = fopen(file_of(chaos, "script.sql", 0), "w");
    if (!file) give_up("script", strerror(errno));
    fputs(chaos->script, file);
    fclose(file);
}

/* The words of a command line. */
typedef struct Words {
    char *at[64];
    int count;
} Words;

static void say(Words *words, const char *word)
{
    words->at[words->count++] = (char *)(uintptr_t)word;
}

static _Noreturn void run_server(const Chaos *chaos, int index, int memory,
                                 const char *fault)
{
    Arena *a = chaos->arena;
    Words words = {.count = 0};
    const char *const sets[] = {
        str_printf(a, "ksql.service.id=%s", chaos->id).ptr,
        "ksql.streams.auto.offset.reset=earliest",
        str_printf(a, "ksql.streams.commit.interval.ms=%d", chaos->commit_ms)
            .ptr,
        str_printf(a, "ksql.streams.repartition.purge.interval.ms=%d",
                   chaos->exactly_once ? chaos->purge_ms : NEVER_MS)
            .ptr,
        str_printf(a, "ksql.streams.processing.guarantee=%s",
                   chaos->exactly_once ? "exactly_once_v2" : "at_least_once")
            .ptr,
        "millrace.checkpoint.interval.ms=300",
        str_printf(a, "ksql.streams.num.standby.replicas=%d", chaos->standbys)
            .ptr,
        str_printf(a, "millrace.state.memory.max.bytes=%d", memory).ptr,
        str_printf(a, "millrace.shared.readers=%s",
                   chaos->shared ? "true" : "false")
            .ptr,
        "consumer.session.timeout.ms=1500",
        "consumer.heartbeat.interval.ms=300",
        "producer.transaction.timeout.ms=10000",
    };
    say(&words, chaos->millrace);
    say(&words, chaos->interactive ? "shell" : "server");
    say(&words, chaos->interactive ? "--output" : "--queries-file");
    say(&words, chaos->interactive ? "json" : file_of(chaos, "script.sql", 0));
    say(&words, "--data-dir");
    say(&words, file_of(chaos, "data%d", index));
    say(&words, "--log-level");
    say(&words, "info");
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        say(&words, "--set");
        say(&words, sets[i]);
    }
    if (chaos->bootstrap) {
        say(&words, "--bootstrap-server");
        say(&words, chaos->bootstrap);
    }
    if (fault)
        setenv("MILLRACE_FAULT", fault, 1);
    else
        unsetenv("MILLRACE_FAULT");
    signal(SIGPIPE, SIG_DFL);
    execv(chaos->millrace, words.at);
    _exit(127);
}

/* In the child: log to its file; a shell reads from the pipe. */
static void redirect(const Chaos *chaos, const Server *server, int statements)
{
    int log = open(file_of(chaos, "server%d.log", server->index),
                   O_WRONLY | O_CREAT | O_APPEND, 0644);
    int out = chaos->interactive ? open(server_answers(chaos, server),
                                        O_WRONLY | O_CREAT | O_TRUNC, 0644)
                                 : log;
    if (log < 0 || out < 0 || dup2(out, 1) < 0 || dup2(log, 2) < 0) _exit(126);
    if (statements >= 0 && dup2(statements, 0) < 0) _exit(126);
}

void server_start(Chaos *chaos, Server *server, const char *fault)
{
    /* Now and then so little memory that state is written early. */
    int memory = pick(chaos, 3) ? 64 << 20 : 1 << 20;
    int ends[2] = {-1, -1};
    if (chaos->interactive && pipe2(ends, O_CLOEXEC))
        give_up("pipe", strerror(errno));
    /* Else what the last one answered may be read before this one begins. */
    if (chaos->interactive) unlink(server_answers(chaos, server));
    server->pid = fork();
    if (server->pid < 0) give_up("fork", strerror(errno));
    if (!server->pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* However the test ends. */
        redirect(chaos, server, ends[0]);
        run_server(chaos, server->index, memory, fault);
    }
    if (ends[0] >= 0) close(ends[0]);
    server->talk = ends[1];
}

static void forget(Server *server)
{
    server->pid = 0;
    if (server->talk >= 0) close(server->talk);
    server->talk = -1;
}

static _Noreturn void is_wrong(const Chaos *chaos, const Server *server,
                               const char *what, int status)
{
    printf("WRONG: server %d %s (status 0x%x), see %s\n", server->index, what,
           (unsigned)status, chaos->directory);
    exit(1);
}

static bool was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

bool server_has_died(Chaos *chaos, Server *server)
{
    int status;
    if (!server->pid || waitpid(server->pid, &status, WNOHANG) != server->pid)
        return !server->pid;
    forget(server);
    if (was_killed(status)) return true;
    is_wrong(chaos, server, "ended by itself", status);
}

void server_kill(Server *server)
{
    if (!server->pid) return;
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    forget(server);
}

bool server_stop(Chaos *chaos, Server *server)
{
    if (!server->pid) return false;
    int status;
    kill(server->pid, SIGTERM);
    for (int i = 0; i < STOP_S * 100; i++) {
        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            forget(server);
            if (was_killed(status)) return true;
            /* A shell's status tells whether all statements were good. */
            if (WIFEXITED(status) &&
                (WEXITSTATUS(status) == 0 || chaos->interactive))
                return false;
            is_wrong(chaos, server, "did not end well", status);
        }
        clock_sleep_ms(10);
    }
    server_kill(server);
    is_wrong(chaos, server, "does not stop in half a minute", 0);
}

void server_lose_state(const Chaos *chaos, const Server *server)
{
    const char *remove = str_printf(chaos->arena, "rm -rf '%s/state'",
                                    file_of(chaos, "data%d", server->index))
                             .ptr;
    if (system(remove) != 0) give_up(remove, "failed");
}

int servers_stopped_queries(const Chaos *chaos)
{
    int stopped = 0;
    for (int i = 0; i < chaos->processes; i++) {
        FILE *file = fopen(file_of(chaos, "server%d.log", i), "r");
        char line[2048];
        while (file && fgets(line, sizeof line, file)) {
            if (!strstr(line, "query stopped")) continue;
            if (stopped++ < 5) printf("WRONG: %s", line);
        }
        if (file) fclose(file);
    }
    return stopped;
}
