/* SPDX-License-Identifier: Apache-2.0
 *
 * The lock is free again within some microseconds nearly always, so whoever
 * finds it taken looks again for about that long before sleeping: to be woken
 * costs more than the wait.
 */
#include "state/turn_lock.h"

enum { LOOKS = 2000 }; /* About 10 us. */

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void lock_soon(pthread_mutex_t *mutex)
{
    for (int i = 0; i < LOOKS; i++) {
        if (!pthread_mutex_trylock(mutex)) return;
        relax();
    }
    pthread_mutex_lock(mutex);
}

void turn_lock_init(TurnLock *lock)
{
    pthread_mutex_init(&lock->gate, NULL);
    pthread_mutex_init(&lock->body, NULL);
    atomic_init(&lock->waiting, 0);
    atomic_init(&lock->owner_next, false);
}

void turn_lock_free(TurnLock *lock)
{
    pthread_mutex_destroy(&lock->gate);
    pthread_mutex_destroy(&lock->body);
}

void turn_visit(TurnLock *lock)
{
    if (!atomic_load_explicit(&lock->owner_next, memory_order_relaxed) &&
        !pthread_mutex_trylock(&lock->body))
        return;
    atomic_fetch_add_explicit(&lock->waiting, 1, memory_order_relaxed);
    lock_soon(&lock->gate);
    lock_soon(&lock->body);
    pthread_mutex_unlock(&lock->gate);
    atomic_fetch_sub_explicit(&lock->waiting, 1, memory_order_relaxed);
}

void turn_leave(TurnLock *lock)
{
    pthread_mutex_unlock(&lock->body);
}

void turn_take(TurnLock *lock)
{
    if (!pthread_mutex_trylock(&lock->body)) return;
    atomic_store_explicit(&lock->owner_next, true, memory_order_relaxed);
    lock_soon(&lock->gate);
    lock_soon(&lock->body);
    pthread_mutex_unlock(&lock->gate);
    atomic_store_explicit(&lock->owner_next, false, memory_order_relaxed);
}

void turn_give(TurnLock *lock)
{
    pthread_mutex_unlock(&lock->body);
}

void turn_pass(TurnLock *lock)
{
    turn_give(lock);
    atomic_store_explicit(&lock->owner_next, true, memory_order_relaxed);
    lock_soon(&lock->gate);
    lock_soon(&lock->body);
    pthread_mutex_unlock(&lock->gate);
    atomic_store_explicit(&lock->owner_next, false, memory_order_relaxed);
}
