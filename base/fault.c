/* SPDX-License-Identifier: Apache-2.0
 *
 * Fault points. MILLRACE_FAULT is read once, at the first visit of any point;
 * each of its items then counts its own visits. Two items may name the same
 * point (`state.flush:1,state.flush:3`). A malformed item is an error of the
 * test and stops the process, since a fault that never comes proves nothing.
 */
#include "base/fault.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAULTS_MAX = 32, NAME_MAX_BYTES = 64 };

typedef struct Fault {
    char name[NAME_MAX_BYTES];
    long visit; /* The visit that fails, from 1. */
    bool kill;  /* Die instead of failing. */
    atomic_long visits;
} Fault;

static Fault faults[FAULTS_MAX];
static int fault_count;
static pthread_once_t read_once = PTHREAD_ONCE_INIT;

static _Noreturn void refuse(const char *item)
{
    fprintf(stderr, "MILLRACE_FAULT: expected name:n[:kill], got '%s'\n", item);
    abort();
}

/* Reads one item, `name:n[:kill]`, of `len` bytes. */
static void read_fault(const char *item, size_t len)
{
    const char *colon = memchr(item, ':', len);
    if (!colon || colon == item || colon - item >= NAME_MAX_BYTES ||
        fault_count == FAULTS_MAX)
        refuse(item);
    Fault *fault = &faults[fault_count++];
    memcpy(fault->name, item, (size_t)(colon - item));
    char *end;
    fault->visit = strtol(colon + 1, &end, 10);
    if (fault->visit < 1) refuse(item);
    if (end == item + len) return;
    if ((size_t)(item + len - end) != 5 || memcmp(end, ":kill", 5) != 0)
        refuse(item);
    fault->kill = true;
}

static void read_faults(void)
{
    const char *at = getenv("MILLRACE_FAULT");
    while (at && *at) {
        size_t len = strcspn(at, ",");
        read_fault(at, len);
        at += len;
        if (*at == ',') at++;
    }
}

bool fault_armed;

__attribute__((constructor)) static void arm(void)
{
    fault_armed = getenv("MILLRACE_FAULT") != NULL;
}

bool fault_visit(const char *name)
{
    pthread_once(&read_once, read_faults);
    bool fails = false;
    for (int i = 0; i < fault_count; i++) {
        Fault *fault = &faults[i];
        if (strcmp(fault->name, name) != 0) continue;
        if (atomic_fetch_add(&fault->visits, 1) + 1 != fault->visit) continue;
        if (fault->kill) kill(getpid(), SIGKILL);
        fails = true;
    }
    return fails;
}
