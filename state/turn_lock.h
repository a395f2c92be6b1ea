/* SPDX-License-Identifier: Apache-2.0
 *
 * TurnLock: one owner who works in long stretches, and guests who want in for a
 * moment. The owner holds it over many steps and asks between two of them
 * whether a guest waits, which costs one load; then the guest goes in at once
 * and the owner goes on after it. So guests wait for one step of the owner, the
 * owner for one visit, and neither starves.
 *
 * How: who wants in while somebody else is in goes through `gate` first, so
 * that those who wait come in one at a time. The owner passes its turn by
 * letting go of `body` and queueing at the gate, behind the guest who waits
 * there already.
 */
#ifndef STATE_TURN_LOCK_H
#define STATE_TURN_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct TurnLock {
    pthread_mutex_t gate, body;
    atomic_int waiting;     /* Guests on their way in. */
    atomic_bool owner_next; /* The owner is on its way in: nobody overtakes. */
} TurnLock;

void turn_lock_init(TurnLock *lock);
void turn_lock_free(TurnLock *lock);

/* A guest's visit: short, and without waiting for anything inside. */
void turn_visit(TurnLock *lock);
void turn_leave(TurnLock *lock);

/* The owner's stretch. */
void turn_take(TurnLock *lock);
void turn_give(TurnLock *lock);

/* Lets guests in who wait; the owner goes on when one has been in. */
void turn_pass(TurnLock *lock);
static inline bool turn_is_wanted(TurnLock *lock)
{
    return atomic_load_explicit(&lock->waiting, memory_order_relaxed) > 0;
}

#endif
