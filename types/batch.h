/* SPDX-License-Identifier: Apache-2.0
 *
 * Batch: up to 4,096 rows of one source partition, column by column. Everything
 * in it lives in one arena, or in the consumed messages that outlive it.
 *
 *   row          0        1        2        3
 *   columns[0]   [ values ..................... ]  + null bitmap
 *   columns[1]   [ values ..................... ]  + null bitmap
 *   timestamps   [ ms since 1970 .............. ]
 *   key_bytes    [ slices ..................... ]  ptr NULL: null key
 *   row_null     bitmap: the record's value is null (tombstone)
 *   sel          0, 2, 3                           rows still alive, ascending
 *
 * Stateless operators change `sel` and add columns; they never copy rows. A
 * stateful one walks the selected rows in order, one record after the other, so
 * that results never depend on where a batch was cut. A table change carries its
 * old rows as a second batch `old`, row i beside row i.
 *
 * Only columns that somebody reads are filled; `values` of others is NULL.
 */
#ifndef TYPES_BATCH_H
#define TYPES_BATCH_H

#include "types/value.h"

enum { BATCH_ROWS_MAX = 4096 };

/* One record header; value.ptr NULL is a null value. */
typedef struct Header {
    Str key;
    Str value;
} Header;

typedef struct Headers {
    int count;
    Header at[];
} Headers;

typedef struct Column {
    const Type *type;
    bool constant;   /* One element stands for all rows. Only results of
                        expressions may be so, never a column of a batch. */
    uint64_t *nulls; /* Bit set: null. NULL: no row is null. */
    union {          /* `count` of the batch elements. */
        void *values;
        uint8_t *boolean;
        int32_t *i32;       /* INT, DATE, TIME */
        int64_t *i64;       /* BIGINT, TIMESTAMP */
        double *f64;
        Str *str;           /* STRING, BYTES */
        Decimal *dec;
        const List **list;  /* ARRAY, MAP, STRUCT */
    };
} Column;

typedef struct Batch {
    Arena *arena;
    int count;         /* Rows, alive or not. */
    int sel_count;     /* Rows alive. */
    uint16_t *sel;     /* Their indexes, ascending; NULL: all rows. */

    Column *columns;   /* By slot, as the plan numbers them. */
    int column_count;

    int32_t partition;       /* Of the source. */
    int64_t *timestamps;     /* Record time, ms. */
    int64_t *offsets;        /* In the source partition. */
    Str *key_bytes;          /* Serialised key without window bounds. */
    Str *value_bytes;        /* As consumed; ptr NULL: null. NULL after a
                                projection. */
    uint64_t *row_null;      /* Bit set: null value. NULL: none. */
    const Headers **headers; /* NULL: no row has any. */
    int64_t *window_start;   /* Windowed keys only, else NULL. */
    int64_t *window_end;
    struct Batch *old;       /* Table changes: the rows before; a bit of
                                old->row_null says there was none. NULL: not
                                known. */
} Batch;

static inline bool bit_get(const uint64_t *bits, int i)
{
    return bits && (bits[i >> 6] >> (i & 63) & 1);
}

static inline void bit_set(uint64_t *bits, int i)
{
    bits[i >> 6] |= (uint64_t)1 << (i & 63);
}

static inline void bit_clear(uint64_t *bits, int i)
{
    bits[i >> 6] &= ~((uint64_t)1 << (i & 63));
}

static inline int bits_words(int count)
{
    return (count + 63) / 64;
}

/* The i-th living row. */
static inline int batch_row(const Batch *batch, int i)
{
    return batch->sel ? batch->sel[i] : i;
}

/* A zeroed bitmap for `count` rows. */
uint64_t *bits_new(Arena *arena, int count);

/* An empty batch with room for `count` rows' metadata (timestamps, offsets,
 * key_bytes; uncleared) and `column_count` empty columns. */
Batch *batch_new(Arena *arena, int count, int column_count);

/* Gives `column` uncleared values for `count` rows and no nulls. */
void column_init(Arena *arena, Column *column, const Type *type, int count);

/* Bytes of one element of `type`'s value array. */
size_t column_width(const Type *type);

/* Marks row `row` of `count` null; makes the bitmap on first use. */
void column_set_null(Arena *arena, Column *column, int row, int count);

/* One element in row form, borrowed from the batch (element 0 of a constant
 * column). */
Value column_get(const Column *column, int row);

/* Stores `value` (not copied deeply) at `row` of a column of `count` rows. */
void column_set(Arena *arena, Column *column, int row, int count, Value value);

/* Keeps only those living rows whose bit in `keep` is set. */
void batch_select(Batch *batch, const uint64_t *keep);

/* Takes row `row` out of the living ones. */
void batch_drop_row(Batch *batch, int row);

/* A new batch over the same rows and metadata with `column_count` empty
 * columns; arrays are shared, `sel` is copied when it is set. `value_bytes` and
 * `old` are NULL in it: they belong to the columns it no longer has. */
Batch *batch_derive(Batch *batch, int column_count);

#endif
