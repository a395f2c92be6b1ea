/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of formats need: columns from text such as
 * "ID BIGINT, TAGS ARRAY<STRING>", one record to a row's text and back, and
 * whole batches. A row's text is a JSON array of its values as value_print_json
 * shows them; a record that cannot be read is "bad: <why>".
 */
#ifndef TESTS_UNIT_FORMAT_CHECK_H
#define TESTS_UNIT_FORMAT_CHECK_H

#include <ctype.h>
#include <stdlib.h>

#include "base/vec.h"
#include "formats/format.h"
#include "tests/unit/check.h"

static inline Str spec_word(const char **at)
{
    while (**at == ' ')
        ++*at;
    const char *start = *at;
    while (isalnum((unsigned char)**at) || **at == '_')
        ++*at;
    return (Str){start, (size_t)(*at - start)};
}

static inline const Type *spec_type(Arena *arena, const char **at)
{
    Str name = spec_word(at);
    const Type *type = type_by_name(name);
    if (type) return type;
    if (str_eq(name, STR("DECIMAL"))) {
        int precision = (int)strtol(*at + 1, (char **)(void *)at, 10);
        int scale = (int)strtol(*at + 1, (char **)(void *)at, 10);
        ++*at;
        return type_decimal(arena, precision, scale);
    }
    VEC(Field) fields = {0};
    do {
        ++*at; /* `<` or `,` */
        Str field = STR("");
        if (str_eq(name, STR("STRUCT"))) field = spec_word(at);
        const Type *part = spec_type(arena, at);
        *vec_push(arena, &fields) = (Field){field, part};
    } while (**at == ',');
    ++*at;
    if (str_eq(name, STR("ARRAY"))) return type_array(arena, fields.at[0].type);
    if (str_eq(name, STR("MAP")))
        return type_map(arena, fields.at[0].type, fields.at[1].type);
    return type_struct(arena, fields.at, fields.count);
}

/* "A INT, B STRING" to columns; a name in back quotes keeps its case anyway. */
static inline SchemaColumn *spec_columns(Arena *arena, const char *text,
                                         int *count)
{
    VEC(SchemaColumn) columns = {0};
    while (*text) {
        SchemaColumn column = {.role = COLUMN_VALUE, .name = spec_word(&text)};
        column.type = spec_type(arena, &text);
        *vec_push(arena, &columns) = column;
        while (*text == ',' || *text == ' ')
            text++;
    }
    *count = columns.count;
    return columns.at;
}

static inline FormatSpec spec_of(Arena *arena, const char *format,
                                 const char *columns, bool wrapped)
{
    FormatSpec spec = {.format = format_find(str_from(format)),
                       .wrapped = wrapped,
                       .topic = STR("t")};
    spec.columns = spec_columns(arena, columns, &spec.column_count);
    return spec;
}

typedef struct Rows {
    Batch *batch;
    Column **out;
    const char **bad; /* Why, by row; NULL: it is good. */
} Rows;

static inline void note_bad(void *context, int row, const char *why)
{
    ((Rows *)context)->bad[row] = why;
}

/* Decodes `count` records with an open decoder. */
static inline Rows decode_rows(Arena *arena, Decoder *decoder,
                               const FormatSpec *spec, const bool *wanted,
                               const Str *records, int count)
{
    Rows rows = {.batch = batch_new(arena, count, spec->column_count)};
    rows.batch->sel_count = count;
    rows.out = arena_zalloc(arena, sizeof *rows.out *
                                       (size_t)(spec->column_count + 1));
    rows.bad = arena_zalloc(arena, sizeof *rows.bad * (size_t)(count + 1));
    for (int i = 0; i < spec->column_count; i++) {
        if (!wanted[i]) continue;
        rows.out[i] = &rows.batch->columns[i];
        column_init(arena, rows.out[i], spec->columns[i].type, count);
    }
    spec->format->decode(decoder, rows.batch, records, rows.out, note_bad,
                         &rows);
    return rows;
}

/* The text of one row. */
static inline Str row_text(Arena *arena, const Rows *rows,
                           const FormatSpec *spec, int row)
{
    if (rows->bad[row]) return str_printf(arena, "bad: %s", rows->bad[row]);
    Buf buf = {0};
    buf_push(&buf, '[');
    bool first = true;
    for (int i = 0; i < spec->column_count; i++) {
        if (!rows->out[i]) continue;
        if (!first) buf_push(&buf, ',');
        first = false;
        Value value = column_get(rows->out[i], row);
        value_print_json(&buf, spec->columns[i].type, &value);
    }
    buf_push(&buf, ']');
    Str text = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return text;
}

static const bool all_wanted[64] = {
    true, true, true, true, true, true, true, true, true, true, true,
    true, true, true, true, true, true, true, true, true, true, true,
    true, true, true, true, true, true, true, true, true, true, true,
    true, true, true, true, true, true, true, true, true, true, true,
    true, true, true, true, true, true, true, true, true, true, true,
    true, true, true, true, true, true, true, true, true};

/* One record through a new decoder, all columns wanted. */
static inline Rows decode_one(Arena *arena, const FormatSpec *spec, Str record)
{
    Decoder *decoder;
    Status st = decoder_open(arena, spec, all_wanted, &decoder);
    CHECK(!st.kind);
    Rows rows = decode_rows(arena, decoder, spec, all_wanted, &record, 1);
    /* A bad record leaves the selection, and only that. */
    CHECK(rows.batch->sel_count == (rows.bad[0] ? 0 : 1));
    decoder_close(decoder);
    return rows;
}

/* The row encoded: its bytes, "<null>" or "<failed>". */
static inline Str encode_one(Arena *arena, const FormatSpec *spec,
                             const Rows *rows)
{
    Encoder *encoder;
    Status st = encoder_open(arena, spec, &encoder);
    CHECK(!st.kind);
    Buf buf = {0};
    const char *why = "";
    EncodeResult result = spec->format->encode(
        encoder, arena, (const Column *const *)rows->out, 0, &buf, &why);
    Str text = result == ENCODE_BYTES  ? str_copy(arena, buf_str(&buf))
               : result == ENCODE_NULL ? STR("<null>")
                                       : STR("<failed>");
    buf_free(&buf);
    encoder_close(encoder);
    return text;
}

/* A pair of bytes and row, checked both ways. */
typedef struct Pair {
    const char *columns;
    const char *bytes;
    const char *row;     /* Or the beginning of "bad: ...". */
    const char *encoded; /* NULL: as `bytes`; "": not encoded. */
} Pair;

static inline void check_pair(const char *format, bool wrapped, Str delimiter,
                              const Pair *pair)
{
    Arena *arena = arena_new("test", 0);
    FormatSpec spec = spec_of(arena, format, pair->columns, wrapped);
    spec.delimiter = delimiter;
    Rows rows = decode_one(arena, &spec, str_from(pair->bytes));
    Str text = row_text(arena, &rows, &spec, 0);
    if (rows.bad[0])
        text.len = text.len < strlen(pair->row) ? text.len : strlen(pair->row);
    CHECK_STR(text, pair->row);
    bool encodes = !pair->encoded || pair->encoded[0];
    if (!rows.bad[0] && encodes)
        CHECK_STR(encode_one(arena, &spec, &rows),
                  pair->encoded ? pair->encoded : pair->bytes);
    arena_free(arena);
}

#endif
