/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the JSON format share (formats/format_json.c,
 * json_*.c).
 */
#ifndef FORMATS_JSON_INT_H
#define FORMATS_JSON_INT_H

#include "formats/format_int.h"

/* One conversion of a JSON value to a SQL type by formats.md 2. */
typedef struct JsonCoerce {
    Arena *arena;
    const char *why; /* Set when it fails. */
    Str path;        /* Below the column: `.FIELD`, `[i]`, `.key.value`. */
} JsonCoerce;

/* Converts the well-formed value at `p` (no blanks before it). Text may point
 * into the record. Returns the position behind it, or NULL with c->why. */
const char *json_coerce(JsonCoerce *c, const Type *type, const char *p,
                        const char *end, Value *out);

/* Appends a value: for nested types and what has no fast path. */
void json_write_value(Buf *buf, Arena *batch, const Type *type,
                      const Value *value);

/* Appends a quoted string as the reference's JSON writer escapes it. */
void json_write_text(Buf *buf, Str s);

/* Decoder and encoder, of json_decode.c and json_encode.c. */
Status json_decoder_open(Arena *plan, const FormatSpec *spec,
                         const bool *wanted, Decoder **decoder);
void json_decode(Decoder *decoder, Batch *batch, const Str *bytes,
                 Column *const *out, DecodeReport report, void *context);
Status json_encoder_open(Arena *plan, const FormatSpec *spec,
                         Encoder **encoder);
EncodeResult json_encode(Encoder *encoder, Arena *batch,
                         const Column *const *columns, int row, Buf *buf,
                         const char **why);

/* Turns off the memory of earlier records, for tests that compare. */
void json_decoder_forget(Decoder *decoder);

#endif
