/* SPDX-License-Identifier: Apache-2.0
 *
 * NONE: a side without columns (formats.md 7). Incoming bytes are ignored;
 * written bytes are null.
 */
#include "formats/format_int.h"

static Status validate(Arena *arena, const FormatSpec *spec)
{
    if (!spec->column_count) return st_ok();
    return st_error(arena, ST_USER,
                    "format 'NONE' is only for a %s without columns, but "
                    "column '%.*s' is defined",
                    spec_side(spec), STR_ARG(spec->columns[0].name));
}

static Status open_decoder(Arena *plan, const FormatSpec *spec,
                           const bool *wanted, Decoder **decoder)
{
    (void)spec, (void)wanted;
    *decoder = ARENA_NEW(plan, Decoder);
    return st_ok();
}

static Status open_encoder(Arena *plan, const FormatSpec *spec,
                           Encoder **encoder)
{
    (void)spec;
    *encoder = ARENA_NEW(plan, Encoder);
    return st_ok();
}

static void decode(Decoder *decoder, Batch *batch, const Str *bytes,
                   Column *const *out, DecodeReport report, void *context)
{
    (void)decoder, (void)batch, (void)bytes, (void)out, (void)report;
    (void)context;
}

static EncodeResult encode(Encoder *encoder, Arena *batch,
                           const Column *const *columns, int row, Buf *buf,
                           const char **why)
{
    (void)encoder, (void)batch, (void)columns, (void)row, (void)buf, (void)why;
    return ENCODE_NULL;
}

const Format format_none = {
    .name = "NONE",
    .flags = FORMAT_KEY | FORMAT_VALUE | FORMAT_NESTED | FORMAT_UNWRAPPED |
             FORMAT_WRAPPED,
    .validate = validate,
    .decoder_open = open_decoder,
    .encoder_open = open_encoder,
    .decode = decode,
    .encode = encode,
};
