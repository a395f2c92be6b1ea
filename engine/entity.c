/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON trees for results. Appending walks the children: results are short.
 */
#include "engine/entity.h"

static Json *make(Arena *arena, JsonEvent kind)
{
    Json *json = ARENA_NEW(arena, Json);
    json->kind = kind;
    return json;
}

Json *json_new_object(Arena *arena)
{
    return make(arena, JSON_OBJECT);
}

Json *json_new_array(Arena *arena)
{
    return make(arena, JSON_ARRAY);
}

Json *json_new_string(Arena *arena, Str text)
{
    Json *json = make(arena, JSON_STRING);
    json->text = text.ptr ? text : STR("");
    return json;
}

Json *json_new_int(Arena *arena, int64_t value)
{
    Json *json = make(arena, JSON_NUMBER);
    json->text = str_printf(arena, "%lld", (long long)value);
    return json;
}

Json *json_new_bool(Arena *arena, bool value)
{
    return make(arena, value ? JSON_TRUE : JSON_FALSE);
}

Json *json_new_null(Arena *arena)
{
    return make(arena, JSON_NULL);
}

Json *json_push(Json *array, Json *value)
{
    Json **link = &array->first;
    while (*link)
        link = &(*link)->next;
    *link = value;
    array->count++;
    return value;
}

Json *json_set(Json *object, const char *name, Json *value)
{
    value->name = str_from(name);
    return json_push(object, value);
}

Json *entity_new(Arena *arena, const char *type, Str statement)
{
    Json *entity = json_new_object(arena);
    json_set(entity, "@type", json_new_string(arena, str_from(type)));
    json_set(entity, "statementText", json_new_string(arena, statement));
    return entity;
}

void entity_finish(Arena *arena, Json *entity, Str warning)
{
    Json *warnings = json_set(entity, "warnings", json_new_array(arena));
    if (!warning.len) return;
    Json *one = json_push(warnings, json_new_object(arena));
    json_set(one, "message", json_new_string(arena, warning));
}

static const char *type_word(TypeKind kind)
{
    switch (kind) {
    case TYPE_NULL: return "NULL";
    case TYPE_BOOLEAN: return "BOOLEAN";
    case TYPE_INT: return "INTEGER";
    case TYPE_BIGINT: return "BIGINT";
    case TYPE_DOUBLE: return "DOUBLE";
    case TYPE_DECIMAL: return "DECIMAL";
    case TYPE_STRING: return "STRING";
    case TYPE_BYTES: return "BYTES";
    case TYPE_DATE: return "DATE";
    case TYPE_TIME: return "TIME";
    case TYPE_TIMESTAMP: return "TIMESTAMP";
    case TYPE_ARRAY: return "ARRAY";
    case TYPE_MAP: return "MAP";
    case TYPE_STRUCT: return "STRUCT";
    case TYPE_LAMBDA: return "LAMBDA";
    case TYPE_UNIT: return "INTERVALUNIT";
    }
    return "";
}

Json *entity_type(Arena *arena, const Type *type)
{
    Json *schema = json_new_object(arena);
    json_set(schema, "type",
             json_new_string(arena, str_from(type_word(type->kind))));
    if (type->kind == TYPE_STRUCT) {
        Json *fields = json_set(schema, "fields", json_new_array(arena));
        for (int i = 0; i < type->field_count; i++) {
            Json *field = json_push(fields, json_new_object(arena));
            json_set(field, "name",
                     json_new_string(arena, type->fields[i].name));
            json_set(field, "schema", entity_type(arena, type->fields[i].type));
        }
    } else {
        json_set(schema, "fields", json_new_null(arena));
    }
    json_set(schema, "memberSchema",
             type->element ? entity_type(arena, type->element)
                           : json_new_null(arena));
    if (type->kind == TYPE_DECIMAL) {
        Json *parameters = json_set(schema, "parameters",
                                    json_new_object(arena));
        json_set(parameters, "precision", json_new_int(arena, type->precision));
        json_set(parameters, "scale", json_new_int(arena, type->scale));
    }
    return schema;
}

Json *entity_fields(Arena *arena, const Schema *schema)
{
    Json *fields = json_new_array(arena);
    for (int i = 0; i < schema->count; i++) {
        const SchemaColumn *column = &schema->columns[i];
        Json *field = json_push(fields, json_new_object(arena));
        json_set(field, "name", json_new_string(arena, column->name));
        json_set(field, "schema", entity_type(arena, column->type));
        if (column->role == COLUMN_KEY)
            json_set(field, "type", json_new_string(arena, STR("KEY")));
        else if (column->role != COLUMN_VALUE)
            json_set(field, "type", json_new_string(arena, STR("HEADER")));
        if (column->role == COLUMN_HEADER)
            json_set(field, "headerKey",
                     json_new_string(arena, column->header_key));
    }
    return fields;
}
