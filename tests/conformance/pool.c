/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases in processes of their own, so that one that crashes or hangs is counted
 * and the others go on. One process for each core takes cases from a shared
 * counter and forks a child for each; a child's outcome comes back through a
 * pipe as three texts that end with NUL: verdict and reason, refusal.
 */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "tests/conformance/conformance.h"

enum { DIRECTORY_BYTES = 64 };

static unsigned limit_s = 10;

typedef struct Pool {
    Arena *arena;
    int count;
    PoolRun run;
    void *context;
    bool quiet;
    _Atomic int *next; /* Shared by the processes. */
} Pool;

void pool_limit(unsigned seconds)
{
    limit_s = seconds;
}

void pool_more_time(void)
{
    alarm(limit_s);
}

/* ---- directories ---- */

/* In memory if there is a place for that. */
static void name_directory(char *path, pid_t child)
{
    const char *root = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    snprintf(path, DIRECTORY_BYTES, "%s/millrace-case-%d", root, (int)child);
}

const char *pool_directory(Arena *arena)
{
    char *path = arena_alloc(arena, DIRECTORY_BYTES);
    name_directory(path, getpid());
    return path;
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

void pool_remove_directory(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- children ---- */

static void write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) _exit(3);
        bytes += n;
        len -= (size_t)n;
    }
}

static void write_text(int fd, const char *text)
{
    write_all(fd, text, strlen(text) + 1);
}

static void run_child(const Pool *pool, int index, int out)
{
    Arena *arena = arena_new("case", 0);
    char verdict[2] = "";

    log_set_level(STR("error"));
    if (pool->quiet && !freopen("/dev/null", "w", stderr)) _exit(3);
    pool_more_time();
    Outcome outcome = pool->run(pool->context, index, arena);
    verdict[0] = (char)outcome.verdict;
    write_text(out, verdict);
    write_text(out, outcome.why ? outcome.why : "");
    write_text(out, outcome.refusal ? outcome.refusal : "");
    arena_free(arena);
    _exit(0);
}

/* Splits what a child wrote; all is there if it ended well. */
static Outcome read_outcome(Arena *arena, Buf *text, int status)
{
    const char *parts[3] = {"", "", ""};
    const char *at = text->ptr, *end = text->ptr + text->len;
    int count = 0;

    for (; at < end && count < 3; count++) {
        parts[count] = str_cstr(arena, str_from(at));
        at += strlen(at) + 1;
    }
    if (count == 3 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return (Outcome){(Verdict)parts[0][0], parts[1],
                         parts[2][0] ? parts[2] : NULL};
    bool late = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    const char *why = late ? "took too long"
                           : str_printf(arena, "crashed: %s",
                                        WIFSIGNALED(status)
                                            ? strsignal(WTERMSIG(status))
                                            : "ended early")
                                 .ptr;
    return (Outcome){CRASHED, why, NULL};
}

static Outcome run_in_child(const Pool *pool, int index)
{
    char chunk[4096], directory[DIRECTORY_BYTES];
    Buf text = {0};
    int ends[2], status;
    ssize_t n;

    if (pipe(ends)) exit(2);
    pid_t pid = fork();
    if (pid < 0) exit(2);
    if (pid == 0) {
        close(ends[0]);
        run_child(pool, index, ends[1]);
    }
    close(ends[1]);
    while ((n = read(ends[0], chunk, sizeof chunk)) > 0)
        buf_append(&text, chunk, (size_t)n);
    close(ends[0]);
    waitpid(pid, &status, 0);
    name_directory(directory, pid);
    pool_remove_directory(directory);
    buf_push(&text, '\0'); /* What broke off in a text ends there. */
    text.len--;
    Outcome outcome = read_outcome(pool->arena, &text, status);
    buf_free(&text);
    return outcome;
}

/* ---- workers ---- */

/* In one write, which a pipe keeps whole if it is not above PIPE_BUF. */
static void write_outcome(int out, int index, const Outcome *outcome)
{
    enum { WHY_MAX = PIPE_BUF / 2, REFUSAL_MAX = PIPE_BUF / 4 };
    char line[PIPE_BUF];
    int n = snprintf(line, sizeof line, "%d %c%c%.*s%c%.*s%c", index,
                     outcome->verdict, '\0', WHY_MAX, outcome->why, '\0',
                     REFUSAL_MAX, outcome->refusal ? outcome->refusal : "",
                     '\0');
    write_all(out, line, (size_t)n);
}

static void work(const Pool *pool, int out)
{
    for (;;) {
        int index = (*pool->next)++;
        if (index >= pool->count) break;
        Outcome outcome = run_in_child(pool, index);
        write_outcome(out, index, &outcome);
    }
    close(out);
    _exit(0);
}

/* One text up to its NUL; false at the end. */
static bool read_text(FILE *in, Arena *arena, const char **text)
{
    Buf buf = {0};
    int c;
    while ((c = getc(in)) > 0)
        buf_push(&buf, (char)c);
    *text = str_copy(arena, buf_str(&buf)).ptr;
    if (!buf.len) *text = "";
    buf_free(&buf);
    return c == 0;
}

static void collect(const Pool *pool, FILE *in, Outcome *outcomes)
{
    const char *head, *why, *refusal;
    while (read_text(in, pool->arena, &head) &&
           read_text(in, pool->arena, &why) &&
           read_text(in, pool->arena, &refusal)) {
        char *end;
        long index = strtol(head, &end, 10);
        outcomes[index] = (Outcome){(Verdict)end[1], why,
                                    refusal[0] ? refusal : NULL};
    }
    fclose(in);
}

void pool_run(Arena *arena, int count, PoolRun run, void *context, bool quiet,
              Outcome *outcomes)
{
    int cores = (int)sysconf(_SC_NPROCESSORS_ONLN), ends[2];
    Pool pool = {arena, count, run, context, quiet, NULL};

    pool.next = mmap(NULL, sizeof *pool.next, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pool.next == MAP_FAILED || pipe(ends)) exit(2);
    for (int i = 0; i < count; i++)
        outcomes[i] = (Outcome){CRASHED, "not run", NULL};
    fflush(NULL);
    for (int w = 0; w == 0 || w < cores; w++) {
        pid_t pid = fork();
        if (pid < 0) exit(2);
        if (pid == 0) {
            close(ends[0]);
            work(&pool, ends[1]);
        }
    }
    close(ends[1]);
    collect(&pool, fdopen(ends[0], "r"), outcomes);
    while (wait(NULL) > 0)
        continue;
    munmap(pool.next, sizeof *pool.next);
}
