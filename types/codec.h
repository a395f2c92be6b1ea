/* SPDX-License-Identifier: Apache-2.0
 *
 * Row codec: a row of values as bytes, for state stores and internal topics.
 * Made so that fixed-width columns are read and changed in place:
 *
 *   [null bitmap, 8 bytes per 64 columns][slot 0: 8 bytes]...[slot n-1][heap]
 *
 * A slot holds BOOLEAN, INT, BIGINT, DOUBLE, DATE, TIME, TIMESTAMP directly
 * (host order, little-endian); for other types uint32 offset from the start of
 * the row and uint32 length of bytes in the heap. Text is its bytes; DECIMAL is
 * int32 scale and two's complement bytes; ARRAY, MAP and STRUCT are uint32 count
 * followed by a row of their items. Every row starts 8-aligned.
 */
#ifndef TYPES_CODEC_H
#define TYPES_CODEC_H

#include "types/value.h"

/* Appends the row to `buf`. */
void row_encode(Buf *buf, const Type *const *types, const Value *values,
                int count);

/* Reads it back; values borrow from `bytes`, nested ones are built in `arena`.
 * False: the bytes are no such row (damaged). */
bool row_decode(Arena *arena, Str bytes, const Type *const *types,
                Value *values, int count);

/* Bytes of a row with `count` fixed-width columns and no heap. */
static inline size_t row_fixed_bytes(int count)
{
    return (size_t)((count + 63) / 64 + count) * 8;
}

/* Slot `i` of `count` in a row, for in-place reads and writes. */
static inline void *row_slot(void *row, int count, int i)
{
    return (char *)row + (size_t)((count + 63) / 64 + i) * 8;
}

#endif
