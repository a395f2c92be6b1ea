/* SPDX-License-Identifier: Apache-2.0
 *
 * Formats: bytes to columns and back, one file a format, one row in format.c.
 *
 * A FormatSpec says what one side (key or value) of a topic looks like. Reading
 * fills only the columns that are wanted; a record that cannot be read leaves
 * the selection and is reported.
 */
#ifndef FORMATS_FORMAT_H
#define FORMATS_FORMAT_H

#include "base/status.h"
#include "types/batch.h"
#include "types/schema.h"

enum {
    FORMAT_KEY = 1,          /* May be a key format. */
    FORMAT_VALUE = 2,
    FORMAT_REGISTRY = 4,     /* Needs a schema registry. */
    FORMAT_INFERS = 8,       /* Can give the columns. */
    FORMAT_MULTI = 16,       /* Several columns. */
    FORMAT_WRAPPED = 32,     /* One column as a record with one field. */
    FORMAT_UNWRAPPED = 64,   /* One column as the bare value. */
    FORMAT_DELIMITER = 128,  /* Knows the delimiter property. */
    FORMAT_NESTED = 256,     /* Holds ARRAY, MAP, STRUCT. */
};

typedef struct Format Format;

typedef struct FormatSpec {
    const Format *format;
    bool is_key;
    const SchemaColumn *columns; /* Of this side, in order. */
    int column_count;
    bool wrapped;
    Str delimiter;               /* One character; empty: the default. */
    Str topic;                   /* For messages. */
} FormatSpec;

/* Called for each record that cannot be read. `why` lives in the batch arena. */
typedef void (*DecodeReport)(void *context, int row, const char *why);

typedef struct Decoder Decoder;
typedef struct Encoder Encoder;

struct Decoder {
    const Format *format;
    const FormatSpec *spec;
};

struct Encoder {
    const Format *format;
    const FormatSpec *spec;
};

typedef enum EncodeResult {
    ENCODE_BYTES,  /* Appended. */
    ENCODE_NULL,   /* The record side is null bytes. */
    ENCODE_FAILED, /* *why says so; the buffer is as before. */
} EncodeResult;

struct Format {
    const char *name;
    unsigned flags;
    /* ST_USER if the columns cannot be held: names the format, type, column. */
    Status (*validate)(Arena *arena, const FormatSpec *spec);
    /* Both live in `plan`; `wanted[i]` tells whether column i is read. */
    Status (*decoder_open)(Arena *plan, const FormatSpec *spec,
                           const bool *wanted, Decoder **decoder);
    Status (*encoder_open)(Arena *plan, const FormatSpec *spec,
                           Encoder **encoder);
    /* Reads bytes[row] of each living row into out[i] (made by the caller for
     * batch->count rows, NULL where not wanted). Null bytes give null columns.
     * Results may point into the bytes. */
    void (*decode)(Decoder *decoder, Batch *batch, const Str *bytes,
                   Column *const *out, DecodeReport report, void *context);
    /* Appends row `row` of the columns to `buf`. */
    EncodeResult (*encode)(Encoder *encoder, Arena *batch,
                           const Column *const *columns, int row, Buf *buf,
                           const char **why);
    void (*decoder_close)(Decoder *decoder); /* May be NULL. */
    void (*encoder_close)(Encoder *encoder); /* May be NULL. */
};

/* By name, any case; NULL if unknown. */
const Format *format_find(Str name);
/* All rows; `*count` of them. */
const Format *const *format_all(int *count);

/* Checks a spec: capability flags (key/value, several columns, wrapping), key
 * types without MAP, then the format's own rules. ST_USER. */
STATUS format_validate(Arena *arena, const FormatSpec *spec);

STATUS decoder_open(Arena *plan, const FormatSpec *spec, const bool *wanted,
                    Decoder **decoder);
void decoder_close(Decoder *decoder);
STATUS encoder_open(Arena *plan, const FormatSpec *spec, Encoder **encoder);
void encoder_close(Encoder *encoder);

/* True if both serialise equal values to equal bytes. */
bool format_spec_equal(const FormatSpec *a, const FormatSpec *b);

/* DELIMITER property text to the character: one character, TAB or SPACE. */
STATUS format_delimiter(Arena *arena, Str text, Str *delimiter);

#endif
