/* SPDX-License-Identifier: Apache-2.0
 *
 * The format table, and the checks that are the same for all formats: which
 * side, how many columns, wrapped or not, nested types (formats.md 1).
 *
 * To add a format: one file with one constant, and one line in `table`.
 */
#include "formats/format.h"

#include "base/unicode.h"
#include "formats/format_int.h"

static const Format *const table[] = {
    &format_avro,  &format_delimited, &format_json,     &format_json_sr,
    &format_kafka, &format_none,      &format_protobuf, &format_protobuf_nosr,
};

const Format *format_find(Str name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eq_nocase(name, str_from(table[i]->name))) return table[i];
    return NULL;
}

const Format *const *format_all(int *count)
{
    *count = (int)(sizeof table / sizeof *table);
    return table;
}

static bool type_is_nested(const Type *type)
{
    return type->kind == TYPE_ARRAY || type->kind == TYPE_MAP ||
           type->kind == TYPE_STRUCT;
}

static Status check_columns(Arena *arena, const FormatSpec *spec)
{
    for (int i = 0; i < spec->column_count; i++) {
        const SchemaColumn *column = &spec->columns[i];
        Str type = type_print(arena, column->type);
        if (spec->is_key && type_has_map(column->type))
            return st_error(arena, ST_USER,
                            "key column '%.*s' has type '%.*s': keys cannot "
                            "contain maps",
                            STR_ARG(column->name), STR_ARG(type));
        if (type_is_nested(column->type) &&
            !(spec->format->flags & FORMAT_NESTED))
            return st_error(arena, ST_USER,
                            "format '%s' does not support type '%.*s' of "
                            "column '%.*s'",
                            spec->format->name, STR_ARG(type),
                            STR_ARG(column->name));
    }
    return st_ok();
}

static Status check_wrapping(Arena *arena, const FormatSpec *spec)
{
    if (spec->column_count != 1) return st_ok();
    unsigned need = spec->wrapped ? FORMAT_WRAPPED : FORMAT_UNWRAPPED;
    if (spec->format->flags & need) return st_ok();
    return st_error(arena, ST_USER,
                    "format '%s' does not support 'WRAP_SINGLE_VALUE' set to "
                    "'%s'",
                    spec->format->name, spec->wrapped ? "true" : "false");
}

STATUS format_validate(Arena *arena, const FormatSpec *spec)
{
    const Format *format = spec->format;
    if (!(format->flags & (spec->is_key ? FORMAT_KEY : FORMAT_VALUE)))
        return st_error(arena, ST_USER, "format '%s' is not for %ss",
                        format->name, spec_side(spec));
    if (spec->column_count > 1 && !(format->flags & FORMAT_MULTI)) {
        /* NONE has its own words for any column at all. */
        if (format != &format_none)
            return st_error(arena, ST_USER,
                            "format '%s' holds a single column, but the %s has "
                            "%d: '%.*s', '%.*s'%s",
                            format->name, spec_side(spec), spec->column_count,
                            STR_ARG(spec->columns[0].name),
                            STR_ARG(spec->columns[1].name),
                            spec->column_count > 2 ? ", ..." : "");
    }
    Status st = check_columns(arena, spec);
    if (st.kind) return st;
    if (format->validate) {
        st = format->validate(arena, spec);
        if (st.kind) return st;
    }
    return check_wrapping(arena, spec);
}

STATUS decoder_open(Arena *plan, const FormatSpec *spec, const bool *wanted,
                    Decoder **decoder)
{
    Status st = spec->format->decoder_open(plan, spec, wanted, decoder);
    if (st.kind) return st;
    (*decoder)->format = spec->format;
    (*decoder)->spec = spec;
    return st;
}

void decoder_close(Decoder *decoder)
{
    if (decoder && decoder->format->decoder_close)
        decoder->format->decoder_close(decoder);
}

STATUS encoder_open(Arena *plan, const FormatSpec *spec, Encoder **encoder)
{
    Status st = spec->format->encoder_open(plan, spec, encoder);
    if (st.kind) return st;
    (*encoder)->format = spec->format;
    (*encoder)->spec = spec;
    return st;
}

void encoder_close(Encoder *encoder)
{
    if (encoder && encoder->format->encoder_close)
        encoder->format->encoder_close(encoder);
}

static Str delimiter_of(const FormatSpec *spec)
{
    if (!(spec->format->flags & FORMAT_DELIMITER)) return STR("");
    return spec->delimiter.len ? spec->delimiter : STR(",");
}

/* Names are part of the bytes only where a record carries them. */
static bool carries_names(const FormatSpec *spec)
{
    return (spec->format->flags & FORMAT_WRAPPED) &&
           (spec->wrapped || spec->column_count != 1);
}

bool format_spec_equal(const FormatSpec *a, const FormatSpec *b)
{
    if (a->format != b->format || a->column_count != b->column_count ||
        carries_names(a) != carries_names(b) ||
        !str_eq(delimiter_of(a), delimiter_of(b)))
        return false;
    for (int i = 0; i < a->column_count; i++) {
        if (!type_equal(a->columns[i].type, b->columns[i].type)) return false;
        if (carries_names(a) && !str_eq(a->columns[i].name, b->columns[i].name))
            return false;
    }
    return true;
}

STATUS format_delimiter(Arena *arena, Str text, Str *delimiter)
{
    if (str_eq_nocase(text, STR("TAB"))) {
        *delimiter = STR("\t");
        return st_ok();
    }
    if (str_eq_nocase(text, STR("SPACE"))) {
        *delimiter = STR(" ");
        return st_ok();
    }
    if (!str_trim(text).len)
        return st_error(arena, ST_USER,
                        "delimiter '%.*s' is empty or blank: for a tab or a "
                        "space write 'TAB' or 'SPACE'",
                        STR_ARG(text));
    if (utf16_length(text) != 1)
        return st_error(arena, ST_USER,
                        "delimiter '%.*s' is not valid: it must be a single "
                        "character, 'TAB' or 'SPACE'",
                        STR_ARG(text));
    if (text.ptr[0] == '"' || text.ptr[0] == '\n' || text.ptr[0] == '\r')
        return st_error(arena, ST_USER,
                        "delimiter cannot be the quote or a line end");
    *delimiter = text;
    return st_ok();
}

void report_record(const FormatSpec *spec, Arena *batch, DecodeReport report,
                   void *context, int row, const char *why)
{
    Str text = str_printf(batch, "cannot read the %s of topic '%.*s' as %s: %s",
                          spec_side(spec), STR_ARG(spec->topic),
                          spec->format->name, why);
    report(context, row, str_cstr(batch, text));
}

void set_row_null(Batch *batch, Column *const *out, int column_count, int row)
{
    for (int i = 0; i < column_count; i++)
        if (out[i]) column_set_null(batch->arena, out[i], row, batch->count);
}

void bad_rows_add(BadRows *bad, Batch *batch, int row)
{
    if (!bad->keep) {
        bad->keep = bits_new(batch->arena, batch->count);
        memset(bad->keep, 0xff,
               sizeof(uint64_t) * (size_t)bits_words(batch->count));
    }
    bit_clear(bad->keep, row);
}

void bad_rows_drop(BadRows *bad, Batch *batch)
{
    if (bad->keep) batch_select(batch, bad->keep);
}
