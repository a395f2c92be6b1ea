/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON (formats.md 2): the row of the format table. Decoding is in
 * json_decode.c with json_scan.h and json_coerce.c, encoding in json_encode.c.
 */
#include "formats/json_int.h"

static bool has_other_map_key(const Type *type)
{
    if (!type) return false;
    if (type->kind == TYPE_MAP && type->key->kind != TYPE_STRING) return true;
    for (int i = 0; i < type->field_count; i++)
        if (has_other_map_key(type->fields[i].type)) return true;
    return has_other_map_key(type->element);
}

static Status validate(Arena *arena, const FormatSpec *spec)
{
    for (int i = 0; i < spec->column_count; i++) {
        const SchemaColumn *column = &spec->columns[i];
        if (has_other_map_key(column->type))
            return st_error(arena, ST_USER,
                            "format 'JSON' supports maps with STRING keys "
                            "only, but column '%.*s' has type '%.*s'",
                            STR_ARG(column->name),
                            STR_ARG(type_print(arena, column->type)));
    }
    return st_ok();
}

const Format format_json = {
    .name = "JSON",
    .flags = FORMAT_KEY | FORMAT_VALUE | FORMAT_MULTI | FORMAT_WRAPPED |
             FORMAT_UNWRAPPED | FORMAT_NESTED,
    .validate = validate,
    .decoder_open = json_decoder_open,
    .encoder_open = json_encoder_open,
    .decode = json_decode,
    .encode = json_encode,
};
