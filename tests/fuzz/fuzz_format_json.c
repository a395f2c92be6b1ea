/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: arbitrary bytes as JSON records, against several schemas.
 *
 * The input is cut at zero bytes into a batch of records. Each schema decodes
 * it three ways that must agree row by row: with the memory of earlier records,
 * without it, and each record by a decoder of its own. What was read is
 * written, read again and must be the same. A record accepted must also be
 * accepted by the reader of base/json.h, which shares no code with the decoder.
 */
#include <stdlib.h>

#include "base/json.h"
#include "formats/json_int.h"

enum { RECORDS_MAX = 64, COLUMNS_MAX = 6 };

typedef struct Outcome {
    Batch *batch;
    Column *out[COLUMNS_MAX];
    bool bad[RECORDS_MAX];
} Outcome;

static void note_bad(void *context, int row, const char *why)
{
    if (!why[0]) abort();
    ((Outcome *)context)->bad[row] = true;
}

static void must(bool condition)
{
    if (!condition) abort();
}

static void decode(Arena *arena, Decoder *decoder, const FormatSpec *spec,
                   const Str *records, int count, Outcome *o)
{
    memset(o, 0, sizeof *o);
    o->batch = batch_new(arena, count, spec->column_count);
    o->batch->sel_count = count;
    for (int i = 0; i < spec->column_count; i++) {
        o->out[i] = &o->batch->columns[i];
        column_init(arena, o->out[i], spec->columns[i].type, count);
    }
    spec->format->decode(decoder, o->batch, records, o->out, note_bad, o);
}

static Decoder *new_decoder(Arena *arena, const FormatSpec *spec, bool forget)
{
    static const bool wanted[COLUMNS_MAX] = {true, true, true,
                                             true, true, true};
    Decoder *decoder;
    must(!decoder_open(arena, spec, wanted, &decoder).kind);
    if (forget) json_decoder_forget(decoder);
    return decoder;
}

static void compare(const FormatSpec *spec, const Outcome *a, int row_a,
                    const Outcome *b, int row_b)
{
    must(a->bad[row_a] == b->bad[row_b]);
    if (a->bad[row_a]) return;
    for (int i = 0; i < spec->column_count; i++) {
        Value x = column_get(a->out[i], row_a);
        Value y = column_get(b->out[i], row_b);
        must(value_equal(spec->columns[i].type, &x, &y));
    }
}

/* Written and read again, a row is the same. */
static void check_round(Arena *arena, const FormatSpec *spec, Outcome *o,
                        int row)
{
    Encoder *encoder;
    must(!encoder_open(arena, spec, &encoder).kind);
    Buf buf = {0};
    const char *why;
    EncodeResult result = spec->format->encode(
        encoder, arena, (const Column *const *)o->out, row, &buf, &why);
    if (result == ENCODE_BYTES) {
        Outcome again;
        Str bytes = buf_str(&buf);
        decode(arena, new_decoder(arena, spec, true), spec, &bytes, 1, &again);
        compare(spec, o, row, &again, 0);
    }
    buf_free(&buf);
}

static bool is_json(Arena *arena, Str text)
{
    JsonReader r;
    json_open(&r, arena, text);
    json_skip(&r);
    return json_next(&r) == JSON_END && !r.error;
}

static void check_schema(const FormatSpec *spec, const Str *records, int count)
{
    Arena *arena = arena_new("fuzz", 0);
    Outcome with, without, alone;
    decode(arena, new_decoder(arena, spec, false), spec, records, count, &with);
    decode(arena, new_decoder(arena, spec, true), spec, records, count,
           &without);
    for (int row = 0; row < count; row++) {
        compare(spec, &with, row, &without, row);
        decode(arena, new_decoder(arena, spec, false), spec, &records[row], 1,
               &alone);
        compare(spec, &with, row, &alone, 0);
        if (with.bad[row]) continue;
        must(is_json(arena, records[row]));
        check_round(arena, spec, &with, row);
    }
    arena_free(arena);
}

static SchemaColumn column(const char *name, const Type *type)
{
    return (SchemaColumn){.name = str_from(name), .type = type};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str records[RECORDS_MAX];
    int count = 0;
    const char *at = (const char *)data, *end = at + size;
    while (at < end && count < RECORDS_MAX) {
        const char *zero = memchr(at, 0, (size_t)(end - at));
        if (!zero) zero = end;
        /* A copy of its own, so that reading past it is noticed. */
        char *copy = malloc((size_t)(zero - at) + !(zero - at));
        memcpy(copy, at, (size_t)(zero - at));
        records[count++] = (Str){copy, (size_t)(zero - at)};
        at = zero + 1;
    }

    Arena *arena = arena_new("schemas", 0);
    Field fields[] = {{STR("A"), &type_int},
                      {STR("B"), type_array(arena, &type_string)}};
    SchemaColumn plain[] = {column("A", &type_bigint),
                            column("B", &type_string),
                            column("C", &type_double), column("a", &type_int),
                            column("D", &type_boolean)};
    SchemaColumn odd[] = {
        column("A", type_decimal(arena, 20, 5)),
        column("B", type_map(arena, &type_string, &type_bigint)),
        column("C", type_struct(arena, fields, 2)),
        column("D", &type_time),
        column("E", type_array(arena, type_array(arena, &type_double))),
        column("b", &type_date)};
    const Format *json = format_find(STR("JSON"));
    FormatSpec specs[] = {
        {.format = json, .columns = plain, .column_count = 5, .wrapped = true},
        {.format = json, .columns = odd, .column_count = 6, .wrapped = true},
        {.format = json, .columns = plain + 1, .column_count = 1},
        {.format = json, .columns = odd + 2, .column_count = 1},
        {.format = json, .wrapped = true},
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        check_schema(&specs[i], records, count);
    arena_free(arena);
    for (int i = 0; i < count; i++)
        free((char *)records[i].ptr);
    return 0;
}
