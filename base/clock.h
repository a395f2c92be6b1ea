/* SPDX-License-Identifier: Apache-2.0
 *
 * Clock: wall time as a thing that can be handed in, so tests move it by hand.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Clock {
    bool manual;
    int64_t manual_ms; /* What a manual clock shows. Set it between calls. */
} Clock;

/* Milliseconds since 1970, of the manual clock if `clock` is one; NULL is the
 * system clock. */
int64_t clock_now_ms(const Clock *clock);

/* Monotonic nanoseconds, for durations. */
int64_t clock_monotonic_ns(void);
/* The same in milliseconds, for deadlines. */
int64_t clock_monotonic_ms(void);

/* CPU nanoseconds used by the whole process, and by the calling thread. */
int64_t clock_process_cpu_ns(void);
int64_t clock_thread_cpu_ns(void);

/* Sleeps; returns early when a signal comes. */
void clock_sleep_ms(int64_t ms);

#endif
