/* SPDX-License-Identifier: Apache-2.0
 *
 * Fault points. The unit is compiled into this test, which arms it in children
 * of its own as the environment does before main.
 */
#include "base/fault.c"

#include <sys/wait.h>

#include "tests/unit/check.h"

/* Runs `run` in a child that has MILLRACE_FAULT set; its wait status. */
static int run_child(const char *setting, void (*run)(void))
{
    pid_t child = fork();
    if (child == 0) {
        if (setting)
            setenv("MILLRACE_FAULT", setting, 1);
        else
            unsetenv("MILLRACE_FAULT");
        arm();
        if (!freopen("/dev/null", "w", stderr)) _exit(99);
        run();
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

/* Exits with a bit set for each of eight visits that failed. */
static void visit_eight_times(void)
{
    int failed = 0;
    for (int i = 0; i < 8; i++)
        if (fault_here("state.flush")) failed |= 1 << i;
    if (fault_here("other")) failed = 0xFF;
    _exit(failed);
}

int main(void)
{
    static const struct {
        const char *setting;
        int failed;
    } cases[] = {
        {NULL, 0},
        {"", 0},
        {"state.flush:1", 1},
        {"state.flush:3", 4},
        {"state.flush:3,state.flush:5", 20},
        {"state:1,state.flush:8", 128},
        {"state.flush:9", 0},
        {"other:2", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = run_child(cases[i].setting, visit_eight_times);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == cases[i].failed);
    }
    int status = run_child("state.flush:2:kill", visit_eight_times);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    static const char *const malformed[] = {"x",    "x:",      ":1",     "x:0",
                                            "x:1:", "x:1:die", "x:1kill"};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        status = run_child(malformed[i], visit_eight_times);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
    return check_done();
}
