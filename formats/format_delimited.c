/* SPDX-License-Identifier: Apache-2.0
 *
 * DELIMITED: one line of separated values, UTF-8 (formats.md 6). Reading and
 * quoting follow the CSV library of the reference, byte for byte.
 *
 * Reading: blank lines are skipped and the first line is the record. A token
 * that begins with a quote ends at the next single one; blanks between that and
 * the delimiter are dropped. Tokens are matched to columns by position and all
 * are counted, but only wanted ones are converted.
 *
 * Writing quotes a token if it is the first and empty, or the first and does
 * not begin with an ASCII letter or digit; if it begins with a character up to
 * '#' or ends with one up to ' '; or if it holds a line end, a quote or the
 * delimiter. NULL is nothing at all.
 */
#include "formats/format_int.h"

#include "base/number.h"
#include "base/unicode.h"

typedef struct DelimitedDecoder {
    Decoder base;
    Str delimiter;
    Str *tokens; /* Of the current record, one a column. */
} DelimitedDecoder;

typedef struct DelimitedEncoder {
    Encoder base;
    Str delimiter;
} DelimitedEncoder;

static Str delimiter_of(const FormatSpec *spec)
{
    return spec->delimiter.len ? spec->delimiter : STR(",");
}

static Status open_decoder(Arena *plan, const FormatSpec *spec,
                           const bool *wanted, Decoder **decoder)
{
    (void)wanted;
    DelimitedDecoder *d = ARENA_NEW(plan, DelimitedDecoder);
    d->delimiter = delimiter_of(spec);
    d->tokens = ARENA_ARRAY(plan, Str, spec->column_count + 1);
    *decoder = &d->base;
    return st_ok();
}

static Status open_encoder(Arena *plan, const FormatSpec *spec,
                           Encoder **encoder)
{
    DelimitedEncoder *e = ARENA_NEW(plan, DelimitedEncoder);
    e->delimiter = delimiter_of(spec);
    *encoder = &e->base;
    return st_ok();
}

/* Splitting a line into tokens. */

typedef struct Line {
    Arena *arena;
    const char *at, *end;
    Str delimiter;
    const char *error;
} Line;

static bool at_line_end(const Line *line)
{
    return *line->at == '\n' || *line->at == '\r';
}

static bool at_delimiter(const Line *line)
{
    size_t left = (size_t)(line->end - line->at);
    return left >= line->delimiter.len &&
           memcmp(line->at, line->delimiter.ptr, line->delimiter.len) == 0;
}

static Str read_plain(Line *line)
{
    const char *start = line->at;
    while (line->at < line->end && !at_line_end(line) && !at_delimiter(line))
        line->at++;
    return (Str){start, (size_t)(line->at - start)};
}

/* Java's Character.isWhitespace for ASCII. */
static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* After the opening quote. */
static Str read_quoted(Line *line)
{
    char *text = arena_alloc(line->arena, (size_t)(line->end - line->at) + 1);
    size_t len = 0;
    for (;; line->at++) {
        if (line->at == line->end) {
            line->error = "the text ends inside a quoted value";
            return STR_NULL;
        }
        if (*line->at == '"') {
            line->at++;
            if (line->at == line->end || *line->at != '"') break;
        }
        text[len++] = *line->at;
    }
    while (line->at < line->end && !at_line_end(line) && !at_delimiter(line)) {
        if (!is_blank(*line->at)) {
            line->error = "there is text between a closing quote and the "
                          "delimiter";
            return STR_NULL;
        }
        line->at++;
    }
    return (Str){text, len};
}

/* Splits the first record of `text` into at most `max` tokens; returns how many
 * there are in all, 0 if there is no record, -1 with line->error. */
static int split(Line *line, Str *tokens, int max)
{
    while (line->at < line->end && at_line_end(line))
        line->at++;
    if (line->at == line->end) return 0;
    for (int count = 0;;) {
        Str token;
        if (line->at < line->end && *line->at == '"' && !at_delimiter(line)) {
            line->at++;
            token = read_quoted(line);
            if (line->error) return -1;
        } else {
            token = read_plain(line);
        }
        if (count < max) tokens[count] = token;
        count++;
        if (line->at == line->end || !at_delimiter(line)) return count;
        line->at += line->delimiter.len;
    }
}

/* Converting tokens. */

static bool read_decimal(Arena *arena, Str token, Column *out, int row)
{
    Decimal d;
    return decimal_parse(arena, token, &d) &&
           decimal_fit(arena, d, out->type->precision, out->type->scale,
                       &out->dec[row]);
}

static bool read_token(Arena *arena, Str token, Column *out, int row)
{
    switch (out->type->kind) {
    case TYPE_BOOLEAN:
        out->boolean[row] = str_eq_nocase(token, STR("true"));
        return true;
    case TYPE_INT:
    case TYPE_DATE: return number_parse_i32(token, &out->i32[row]);
    case TYPE_TIME:
        return number_parse_i32(token, &out->i32[row]) && out->i32[row] >= 0 &&
               out->i32[row] <= 86400000;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: return number_parse_i64(token, &out->i64[row]);
    case TYPE_DOUBLE: return number_parse_f64(token, &out->f64[row]);
    case TYPE_DECIMAL: return read_decimal(arena, token, out, row);
    case TYPE_STRING: out->str[row] = token; return true;
    case TYPE_BYTES: return base64_decode(arena, token, &out->str[row]);
    default: return false;
    }
}

/* Reads one record; returns why it cannot be read, or NULL. */
static const char *decode_row(DelimitedDecoder *d, Batch *batch, Str record,
                              Column *const *out, int row)
{
    Arena *arena = batch->arena;
    const FormatSpec *spec = d->base.spec;
    int columns = spec->column_count;
    record = utf8_repair(arena, record);
    Line line = {arena, record.ptr, record.ptr + record.len, d->delimiter,
                 NULL};
    int count = split(&line, d->tokens, columns);
    if (count < 0) return line.error;
    if (count == 0) return "there are no fields in the record";
    if (count != columns)
        return str_cstr(arena, str_printf(arena, "expected %d columns, got %d",
                                          columns, count));
    for (int i = 0; i < columns; i++) {
        if (!out[i]) continue;
        if (!d->tokens[i].len)
            column_set_null(arena, out[i], row, batch->count);
        else if (!read_token(arena, d->tokens[i], out[i], row))
            return str_cstr(
                arena,
                str_printf(arena, "column '%.*s': '%.*s' is no valid %.*s",
                           STR_ARG(spec->columns[i].name),
                           STR_ARG(d->tokens[i]),
                           STR_ARG(type_print(arena, out[i]->type))));
    }
    return NULL;
}

static void decode(Decoder *decoder, Batch *batch, const Str *bytes,
                   Column *const *out, DecodeReport report, void *context)
{
    DelimitedDecoder *d = (DelimitedDecoder *)decoder;
    const FormatSpec *spec = decoder->spec;
    BadRows bad = {0};
    for (int i = 0; i < batch->sel_count; i++) {
        int row = batch_row(batch, i);
        if (!bytes[row].ptr) {
            set_row_null(batch, out, spec->column_count, row);
            continue;
        }
        const char *why = decode_row(d, batch, bytes[row], out, row);
        if (!why) continue;
        report_record(spec, batch->arena, report, context, row, why);
        bad_rows_add(&bad, batch, row);
    }
    bad_rows_drop(&bad, batch);
}

/* Writing. */

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
}

static bool needs_quotes(Str token, Str delimiter, bool first)
{
    if (!token.len) return first;
    unsigned char head = (unsigned char)token.ptr[0];
    unsigned char tail = (unsigned char)token.ptr[token.len - 1];
    if (first && !is_alphanumeric(token.ptr[0])) return true;
    if (head <= '#' || tail <= ' ') return true;
    if (str_find(token, delimiter, 0) != SIZE_MAX) return true;
    for (size_t i = 0; i < token.len; i++)
        if (token.ptr[i] == '\n' || token.ptr[i] == '\r' || token.ptr[i] == '"')
            return true;
    return false;
}

static void write_token(Buf *buf, Str token, Str delimiter, bool first)
{
    if (!needs_quotes(token, delimiter, first)) {
        buf_append_str(buf, token);
        return;
    }
    buf_push(buf, '"');
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '"') buf_push(buf, '"');
        buf_push(buf, token.ptr[i]);
    }
    buf_push(buf, '"');
}

/* The text of a value; numbers are written to `text`. */
static Str token_of(Arena *arena, const Column *column, int row, char *text)
{
    switch (column->type->kind) {
    case TYPE_BOOLEAN: return column->boolean[row] ? STR("true") : STR("false");
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME:
        return (Str){text, (size_t)number_print_i64(column->i32[row], text)};
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
        return (Str){text, (size_t)number_print_i64(column->i64[row], text)};
    case TYPE_DOUBLE:
        return (Str){text, (size_t)number_print_f64(column->f64[row], text)};
    case TYPE_DECIMAL: return decimal_print_plain(arena, column->dec[row]);
    case TYPE_BYTES: {
        Buf base64 = {0};
        base64_encode(&base64, column->str[row]);
        Str token = str_copy(arena, buf_str(&base64));
        buf_free(&base64);
        return token;
    }
    default: return column->str[row];
    }
}

static EncodeResult encode(Encoder *encoder, Arena *batch,
                           const Column *const *columns, int row, Buf *buf,
                           const char **why)
{
    (void)why;
    Str delimiter = ((DelimitedEncoder *)encoder)->delimiter;
    const FormatSpec *spec = encoder->spec;
    if (!spec->column_count && spec->is_key) return ENCODE_NULL;
    for (int i = 0; i < spec->column_count; i++) {
        const Column *column = columns[i];
        int from = column->constant ? 0 : row;
        char text[NUMBER_TEXT_MAX];
        if (i) buf_append_str(buf, delimiter);
        if (!bit_get(column->nulls, from))
            write_token(buf, token_of(batch, column, from, text), delimiter,
                        i == 0);
    }
    return ENCODE_BYTES;
}

const Format format_delimited = {
    .name = "DELIMITED",
    .flags = FORMAT_KEY | FORMAT_VALUE | FORMAT_MULTI | FORMAT_UNWRAPPED |
             FORMAT_DELIMITER,
    .decoder_open = open_decoder,
    .encoder_open = open_encoder,
    .decode = decode,
    .encode = encode,
};
