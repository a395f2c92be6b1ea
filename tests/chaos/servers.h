/* SPDX-License-Identifier: Apache-2.0
 *
 * The processes that are killed.
 */
#ifndef TESTS_CHAOS_SERVERS_H
#define TESTS_CHAOS_SERVERS_H

#include <sys/types.h>

#include "tests/chaos/chaos.h"

typedef struct Server {
    pid_t pid; /* 0: not running. */
    int index;
    int talk; /* Where it reads statements; -1: it has a script. */
} Server;

/* The script is there, from which servers that are no shells work. */
void servers_prepare(Chaos *chaos, Server *servers);
/* `fault`: its MILLRACE_FAULT, or NULL. */
void server_start(Chaos *chaos, Server *server, const char *fault);
/* True if it has died by SIGKILL; any other end that nobody asked for is the
 * end of the test. */
bool server_has_died(Chaos *chaos, Server *server);
void server_kill(Server *server);
/* By SIGTERM, to an orderly end, which must come within half a minute. True: it
 * was killed on the way, at a point. */
bool server_stop(Chaos *chaos, Server *server);
/* What a shell has printed, for each life anew. */
const char *server_answers(const Chaos *chaos, const Server *server);
/* Takes its state away, as if the disk were lost. */
void server_lose_state(const Chaos *chaos, const Server *server);
/* How many queries have stopped with an error, in all lives. */
int servers_stopped_queries(const Chaos *chaos);

/* The test cannot go on, and not by the fault of what is tested. */
_Noreturn void give_up(const char *what, const char *why);
void must(const char *what, Status st);

#endif
