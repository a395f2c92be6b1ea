/* SPDX-License-Identifier: Apache-2.0
 *
 * Vec: a growing array in an arena.
 *
 *     VEC(Token) tokens = {0};
 *     *vec_push(arena, &tokens) = token;
 *     for (int i = 0; i < tokens.count; i++) use(tokens.at[i]);
 *
 * Growing copies into new arena memory; old element pointers then go stale.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/arena.h"

#define VEC(T)                                                              \
    struct {                                                                \
        T *at;                                                              \
        int count;                                                          \
        int cap;                                                            \
    }

/* Makes room for one more element of `size` bytes; used by vec_push. */
void *vec_grow(Arena *arena, void *at, int count, int *cap, size_t size);

/* Pointer to a new last element, not cleared. */
#define vec_push(arena, v)                                                  \
    ((v)->at = (v)->count < (v)->cap                                        \
                   ? (v)->at                                                \
                   : vec_grow((arena), (v)->at, (v)->count, &(v)->cap,      \
                              sizeof *(v)->at),                             \
     &(v)->at[(v)->count++])

#endif
