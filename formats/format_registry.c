/* SPDX-License-Identifier: Apache-2.0
 *
 * The formats whose schemas come from elsewhere: AVRO, JSON_SR and PROTOBUF
 * from a schema registry, PROTOBUF_NOSR from its columns. Their names and flags
 * are known, so that nobody takes them for misspelt, and using one says plainly
 * what it needs.
 */
#include "formats/format_int.h"

static Status unavailable(Arena *arena, const Format *format)
{
    if (format->flags & FORMAT_REGISTRY)
        return st_error(arena, ST_USER,
                        "format '%s' is not available yet: it needs the schema "
                        "registry client",
                        format->name);
    return st_error(arena, ST_USER,
                    "format '%s' is not available yet: it needs the Protobuf "
                    "codec",
                    format->name);
}

static Status validate(Arena *arena, const FormatSpec *spec)
{
    return unavailable(arena, spec->format);
}

static Status open_decoder(Arena *plan, const FormatSpec *spec,
                           const bool *wanted, Decoder **decoder)
{
    (void)wanted;
    *decoder = NULL;
    return unavailable(plan, spec->format);
}

static Status open_encoder(Arena *plan, const FormatSpec *spec,
                           Encoder **encoder)
{
    *encoder = NULL;
    return unavailable(plan, spec->format);
}

enum {
    BOTH_SIDES = FORMAT_KEY | FORMAT_VALUE | FORMAT_MULTI | FORMAT_NESTED,
    FROM_REGISTRY = FORMAT_REGISTRY | FORMAT_INFERS,
};

const Format format_avro = {
    .name = "AVRO",
    .flags = BOTH_SIDES | FROM_REGISTRY | FORMAT_WRAPPED | FORMAT_UNWRAPPED,
    .validate = validate,
    .decoder_open = open_decoder,
    .encoder_open = open_encoder,
};

const Format format_json_sr = {
    .name = "JSON_SR",
    .flags = BOTH_SIDES | FROM_REGISTRY | FORMAT_WRAPPED | FORMAT_UNWRAPPED,
    .validate = validate,
    .decoder_open = open_decoder,
    .encoder_open = open_encoder,
};

const Format format_protobuf = {
    .name = "PROTOBUF",
    .flags = BOTH_SIDES | FROM_REGISTRY | FORMAT_WRAPPED,
    .validate = validate,
    .decoder_open = open_decoder,
    .encoder_open = open_encoder,
};

const Format format_protobuf_nosr = {
    .name = "PROTOBUF_NOSR",
    .flags = BOTH_SIDES | FORMAT_WRAPPED | FORMAT_UNWRAPPED,
    .validate = validate,
    .decoder_open = open_decoder,
    .encoder_open = open_encoder,
};
