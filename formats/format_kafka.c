/* SPDX-License-Identifier: Apache-2.0
 *
 * KAFKA: one bare column in the bytes of Kafka's own serialisers (formats.md
 * 7): INT 4 and BIGINT 8 bytes, DOUBLE the 8 bytes of IEEE 754, all big-endian;
 * STRING its UTF-8, BYTES themselves. No columns or NULL: null bytes. A wrong
 * length is a bad record; malformed UTF-8 is repaired, as Java does.
 */
#include "formats/format_int.h"

#include "base/unicode.h"

static Status validate(Arena *arena, const FormatSpec *spec)
{
    for (int i = 0; i < spec->column_count; i++) {
        const Type *type = spec->columns[i].type;
        switch (type->kind) {
        case TYPE_INT:
        case TYPE_BIGINT:
        case TYPE_DOUBLE:
        case TYPE_STRING:
        case TYPE_BYTES: break;
        default:
            return st_error(arena, ST_USER,
                            "format 'KAFKA' does not support type '%.*s' of "
                            "column '%.*s'",
                            STR_ARG(type_print(arena, type)),
                            STR_ARG(spec->columns[i].name));
        }
    }
    return st_ok();
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

static uint64_t read_big_endian(Str bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | (unsigned char)bytes.ptr[i];
    return value;
}

static void write_big_endian(Buf *buf, uint64_t value, int bytes)
{
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        buf_push(buf, (char)(value >> shift));
}

/* The length the type must have, or 0 for any. */
static size_t exact_length(const Type *type)
{
    switch (type->kind) {
    case TYPE_INT: return 4;
    case TYPE_BIGINT:
    case TYPE_DOUBLE: return 8;
    default: return 0;
    }
}

static void read_value(Arena *arena, Str bytes, Column *out, int row)
{
    switch (out->type->kind) {
    case TYPE_INT: out->i32[row] = (int32_t)read_big_endian(bytes); break;
    case TYPE_STRING: out->str[row] = utf8_repair(arena, bytes); break;
    case TYPE_BYTES: out->str[row] = bytes; break;
    default: /* The bits of a DOUBLE are those of a BIGINT. */
        out->i64[row] = (int64_t)read_big_endian(bytes);
    }
}

static void decode(Decoder *decoder, Batch *batch, const Str *bytes,
                   Column *const *out, DecodeReport report, void *context)
{
    const FormatSpec *spec = decoder->spec;
    if (!spec->column_count) return;
    const Type *type = spec->columns[0].type;
    size_t length = exact_length(type);
    BadRows bad = {0};
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        if (!bytes[row].ptr) {
            set_row_null(batch, out, 1, row);
        } else if (length && bytes[row].len != length) {
            Str why = str_printf(batch->arena,
                                 "type '%.*s' has %zu bytes, but there are %zu",
                                 STR_ARG(type_print(batch->arena, type)),
                                 length, bytes[row].len);
            report_record(spec, batch->arena, report, context, row,
                          str_cstr(batch->arena, why));
            bad_rows_add(&bad, batch, row);
        } else if (out[0]) {
            read_value(batch->arena, bytes[row], out[0], row);
        }
    }
    bad_rows_drop(&bad, batch);
}

static EncodeResult encode(Encoder *encoder, Arena *batch,
                           const Column *const *columns, int row, Buf *buf,
                           const char **why)
{
    (void)batch, (void)why;
    if (!encoder->spec->column_count) return ENCODE_NULL;
    const Column *column = columns[0];
    if (column->constant) row = 0;
    if (bit_get(column->nulls, row)) return ENCODE_NULL;
    switch (column->type->kind) {
    case TYPE_INT: write_big_endian(buf, (uint32_t)column->i32[row], 4); break;
    case TYPE_BIGINT:
    case TYPE_DOUBLE:
        write_big_endian(buf, (uint64_t)column->i64[row], 8);
        break;
    default: buf_append_str(buf, column->str[row]);
    }
    return ENCODE_BYTES;
}

const Format format_kafka = {
    .name = "KAFKA",
    .flags = FORMAT_KEY | FORMAT_VALUE | FORMAT_UNWRAPPED,
    .validate = validate,
    .decoder_open = open_decoder,
    .encoder_open = open_encoder,
    .decode = decode,
    .encode = encode,
};
