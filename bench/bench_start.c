/* SPDX-License-Identifier: Apache-2.0
 *
 * How long the shell takes to its first prompt, and how much memory it holds
 * while it waits: from exec to the prompt's bytes on a terminal, on the
 * embedded broker in a directory of its own.
 *
 *     bench_start MILLRACE DIRECTORY     prints prompt_ms=N rss_mb=N
 */
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static const char prompt[] = "ksql> ";

static void stop(const char *what)
{
    perror(what);
    exit(1);
}

/* Reads the terminal until the prompt is there. */
static bool await_prompt(int terminal)
{
    char text[65536];
    size_t len = 0;
    while (len + 1 < sizeof text) {
        ssize_t got = read(terminal, text + len, sizeof text - len - 1);
        if (got <= 0) return false;
        len += (size_t)got;
        text[len] = '\0';
        if (strstr(text, prompt)) return true;
    }
    return false;
}

static double rss_mb(pid_t pid)
{
    char path[64], line[256];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file) stop(path);
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, "VmRSS:", 6)) kb = strtod(line + 6, NULL);
    fclose(file);
    return kb / 1024;
}

int main(int argc, char **argv)
{
    int terminal;
    if (argc < 3) {
        fprintf(stderr, "usage: bench_start MILLRACE DIRECTORY\n");
        return 1;
    }
    int64_t start_ns = clock_monotonic_ns();
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    if (child < 0) stop("forkpty");
    if (child == 0) {
        setenv("TERM", "xterm", 1);
        execl(argv[1], argv[1], "--data-dir", argv[2], (char *)NULL);
        perror(argv[1]);
        _exit(127);
    }
    bool seen = await_prompt(terminal);
    double ms = (double)(clock_monotonic_ns() - start_ns) / 1e6;
    clock_sleep_ms(1000);
    if (seen) printf("prompt_ms=%.1f rss_mb=%.1f\n", ms, rss_mb(child));
    /* The terminal's end is the shell's end of input. */
    close(terminal);
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    return seen ? 0 : 1;
}
