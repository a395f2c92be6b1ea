/* SPDX-License-Identifier: Apache-2.0
 *
 * Arenas and the heap: alignment, accounting, reuse after a reset, and the stop
 * with a log line when a maximum is passed.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "tests/unit/check.h"

static void test_allocations(void)
{
    Arena *arena = arena_new("test", 0);
    CHECK(arena_alloc(arena, 0) != NULL);
    CHECK(arena_used_bytes(arena) == 0);
    char *parts[500];
    size_t used = 0;
    for (size_t i = 0; i < 500; i++) {
        size_t size = i * 7 + 1;
        parts[i] = arena_alloc(arena, size);
        used += (size + 15) & ~(size_t)15;
        CHECK((uintptr_t)parts[i] % 16 == 0);
        memset(parts[i], (int)i, size);
    }
    CHECK(arena_used_bytes(arena) == used);
    int broken = 0;
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i * 7 + 1; k++)
            broken += parts[i][k] != (char)i;
    CHECK(broken == 0);
    arena_free(arena);
    arena_free(NULL);
}

static void test_large(void)
{
    Arena *arena = arena_new("test", 0);
    char *small = arena_alloc(arena, 10);
    char *large = arena_alloc(arena, 10 << 20);
    memset(large, 1, 10 << 20);
    memset(small, 2, 10);
    CHECK(large[0] == 1 && large[(10 << 20) - 1] == 1);
    CHECK(arena_used_bytes(arena) == 16 + (10 << 20));
    arena_free(arena);
}

static void test_reset(void)
{
    Arena *arena = arena_new("test", 0);
    arena_reset(arena);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 1000; i++)
            memset(arena_alloc(arena, 100), round, 100);
        CHECK(arena_used_bytes(arena) == 1000 * 112);
        arena_reset(arena);
        CHECK(arena_used_bytes(arena) == 0);
    }
    arena_free(arena);
}

static void test_zero_and_copy(void)
{
    Arena *arena = arena_new("test", 0);
    memset(arena_alloc(arena, 256), 0xAA, 256);
    arena_reset(arena);
    char *zeroed = arena_zalloc(arena, 256);
    int dirty = 0;
    for (int i = 0; i < 256; i++)
        dirty += zeroed[i] != 0;
    CHECK(dirty == 0);
    CHECK(memcmp(arena_copy(arena, "abc", 3), "abc", 3) == 0);
    int *array = ARENA_ARRAY(arena, int, 4);
    array[3] = 7;
    int *one = ARENA_NEW(arena, int);
    CHECK(*one == 0 && array[3] == 7);
    arena_free(arena);
}

/* Runs in a child: 16 bytes a time until the process stops. */
static void fill(void *unused)
{
    (void)unused;
    Arena *arena = arena_new("small arena", 10000);
    for (int i = 0; i < 625; i++)
        arena_alloc(arena, 16);
    if (write(STDERR_FILENO, "full\n", 5) != 5) _exit(3);
    arena_alloc(arena, 1);
}

static void fill_at_once(void *unused)
{
    (void)unused;
    arena_alloc(arena_new("small arena", 10000), 10001);
}

static void ask_too_much(void *unused)
{
    (void)unused;
    mem_alloc(SIZE_MAX / 4);
}

/* Runs `run` in a child; its exit status, and what it wrote to stderr. */
static int run_child(void (*run)(void *), char *output, size_t size)
{
    int ends[2];
    if (pipe(ends) != 0) return -1;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        run(NULL);
        _exit(0);
    }
    close(ends[1]);
    size_t len = 0;
    for (ssize_t n; len < size - 1; len += (size_t)n)
        if ((n = read(ends[0], output + len, size - 1 - len)) <= 0) break;
    output[len] = 0;
    close(ends[0]);
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_exhausted(void)
{
    char output[4096];
    CHECK(run_child(fill, output, sizeof output) == EXIT_FAILURE);
    CHECK(strncmp(output, "full\n", 5) == 0);
    CHECK(strstr(output, "ERROR out of memory what='small arena'") != NULL);
    CHECK(run_child(fill_at_once, output, sizeof output) == EXIT_FAILURE);
    CHECK(strstr(output, "small arena") != NULL);
#if !defined(__SANITIZE_ADDRESS__)
    CHECK(run_child(ask_too_much, output, sizeof output) == EXIT_FAILURE);
    CHECK(strstr(output, "what='heap'") != NULL);
#else
    (void)ask_too_much;
#endif
}

static void test_heap(void)
{
    mem_tune();
    char *p = mem_alloc(0);
    CHECK(p != NULL);
    p = mem_realloc(p, 1000);
    memset(p, 1, 1000);
    p = mem_realloc(p, 10);
    CHECK(p[9] == 1);
    mem_free(p);
    mem_free(NULL);
    p = mem_zalloc(100);
    CHECK(p[0] == 0 && p[99] == 0);
    mem_free(p);
}

int main(void)
{
    test_allocations();
    test_large();
    test_reset();
    test_zero_and_copy();
    test_exhausted();
    test_heap();
    return check_done();
}
