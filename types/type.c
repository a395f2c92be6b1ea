/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL types as immutable trees.
 *
 * Scalars without parameters are static objects and have one address each;
 * type_copy keeps that, so most comparisons end at the pointer test of
 * type_equal. DECIMAL, ARRAY, MAP and STRUCT are built in the arena that the
 * caller names and share what is below them.
 */
#include "types/type.h"

#include <assert.h>

const Type type_null = {.kind = TYPE_NULL};
const Type type_boolean = {.kind = TYPE_BOOLEAN};
const Type type_int = {.kind = TYPE_INT};
const Type type_bigint = {.kind = TYPE_BIGINT};
const Type type_double = {.kind = TYPE_DOUBLE};
const Type type_string = {.kind = TYPE_STRING};
const Type type_bytes = {.kind = TYPE_BYTES};
const Type type_date = {.kind = TYPE_DATE};
const Type type_time = {.kind = TYPE_TIME};
const Type type_timestamp = {.kind = TYPE_TIMESTAMP};
const Type type_unit = {.kind = TYPE_UNIT};

/* The names of language 2.1, the one that is printed first. */
static const struct {
    const char *name;
    const Type *type;
} names[] = {
    {"BOOLEAN", &type_boolean},     {"INTEGER", &type_int},
    {"BIGINT", &type_bigint},       {"DOUBLE", &type_double},
    {"STRING", &type_string},       {"BYTES", &type_bytes},
    {"DATE", &type_date},           {"TIME", &type_time},
    {"TIMESTAMP", &type_timestamp}, {"INT", &type_int},
    {"VARCHAR", &type_string},
};

enum { NAME_COUNT = sizeof names / sizeof *names };

const Type *type_decimal(Arena *arena, int precision, int scale)
{
    assert(precision >= 1 && scale >= 0 && scale <= precision);
    Type *type = ARENA_NEW(arena, Type);
    type->kind = TYPE_DECIMAL;
    type->precision = precision;
    type->scale = scale;
    return type;
}

const Type *type_array(Arena *arena, const Type *element)
{
    Type *type = ARENA_NEW(arena, Type);
    type->kind = TYPE_ARRAY;
    type->element = element;
    return type;
}

const Type *type_map(Arena *arena, const Type *key, const Type *element)
{
    Type *type = ARENA_NEW(arena, Type);
    type->kind = TYPE_MAP;
    type->key = key;
    type->element = element;
    return type;
}

const Type *type_struct(Arena *arena, const Field *fields, int field_count)
{
    Type *type = ARENA_NEW(arena, Type);
    type->kind = TYPE_STRUCT;
    type->field_count = field_count;
    if (field_count)
        type->fields = arena_copy(arena, fields,
                                  sizeof(Field) * (size_t)field_count);
    return type;
}

static const Type *static_scalar(TypeKind kind)
{
    for (int i = 0; i < NAME_COUNT; i++)
        if (names[i].type->kind == kind) return names[i].type;
    if (kind == TYPE_NULL) return &type_null;
    if (kind == TYPE_UNIT) return &type_unit;
    return NULL;
}

const Type *type_copy(Arena *arena, const Type *type)
{
    const Type *scalar = static_scalar(type->kind);
    if (scalar) return scalar;
    Type *copy = ARENA_NEW(arena, Type);
    *copy = *type;
    if (type->key) copy->key = type_copy(arena, type->key);
    if (type->element) copy->element = type_copy(arena, type->element);
    if (type->field_count) {
        Field *fields = ARENA_ARRAY(arena, Field, type->field_count);
        for (int i = 0; i < type->field_count; i++) {
            fields[i].name = str_copy(arena, type->fields[i].name);
            fields[i].type = type_copy(arena, type->fields[i].type);
        }
        copy->fields = fields;
    }
    return copy;
}

static bool fields_equal(const Type *a, const Type *b)
{
    if (a->field_count != b->field_count) return false;
    for (int i = 0; i < a->field_count; i++)
        if (!str_eq(a->fields[i].name, b->fields[i].name) ||
            !type_equal(a->fields[i].type, b->fields[i].type))
            return false;
    return true;
}

/* A lambda's body type may not be known yet, so `element` may be NULL. */
static bool parts_equal(const Type *a, const Type *b)
{
    return a == b || (a && b && type_equal(a, b));
}

bool type_equal(const Type *a, const Type *b)
{
    if (a == b) return true;
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case TYPE_DECIMAL:
        return a->precision == b->precision && a->scale == b->scale;
    case TYPE_ARRAY:
    case TYPE_LAMBDA: return parts_equal(a->element, b->element);
    case TYPE_MAP:
        return type_equal(a->key, b->key) && type_equal(a->element, b->element);
    case TYPE_STRUCT: return fields_equal(a, b);
    default: return true;
    }
}

bool type_is_numeric(const Type *type)
{
    return type->kind == TYPE_INT || type->kind == TYPE_BIGINT ||
           type->kind == TYPE_DECIMAL || type->kind == TYPE_DOUBLE;
}

bool type_has_map(const Type *type)
{
    if (type->kind == TYPE_MAP) return true;
    if (type->kind == TYPE_ARRAY) return type_has_map(type->element);
    for (int i = 0; i < type->field_count; i++)
        if (type_has_map(type->fields[i].type)) return true;
    return false;
}

bool type_is_fixed(const Type *type)
{
    switch (type->kind) {
    case TYPE_BOOLEAN:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_DOUBLE:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP: return true;
    default: return false;
    }
}

const Type *type_by_name(Str name)
{
    for (int i = 0; i < NAME_COUNT; i++)
        if (str_eq_nocase(name, str_from(names[i].name))) return names[i].type;
    return NULL;
}

static void print_name(Buf *out, Str name)
{
    buf_push(out, '`');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '`') buf_push(out, '`');
        buf_push(out, name.ptr[i]);
    }
    buf_push(out, '`');
}

static void print_type(Buf *out, const Type *type)
{
    switch (type->kind) {
    case TYPE_NULL: buf_append_str(out, STR("NULL")); return;
    case TYPE_LAMBDA: buf_append_str(out, STR("LAMBDA")); return;
    case TYPE_UNIT: buf_append_str(out, STR("UNIT")); return;
    case TYPE_DECIMAL:
        buf_printf(out, "DECIMAL(%d, %d)", type->precision, type->scale);
        return;
    case TYPE_ARRAY:
        buf_append_str(out, STR("ARRAY<"));
        print_type(out, type->element);
        break;
    case TYPE_MAP:
        buf_append_str(out, STR("MAP<"));
        print_type(out, type->key);
        buf_append_str(out, STR(", "));
        print_type(out, type->element);
        break;
    case TYPE_STRUCT:
        buf_append_str(out, STR("STRUCT<"));
        for (int i = 0; i < type->field_count; i++) {
            if (i) buf_append_str(out, STR(", "));
            print_name(out, type->fields[i].name);
            buf_push(out, ' ');
            print_type(out, type->fields[i].type);
        }
        break;
    default:
        for (int i = 0; i < NAME_COUNT; i++)
            if (names[i].type->kind == type->kind) {
                buf_append_str(out, str_from(names[i].name));
                return;
            }
        assert(!"a type kind without a name");
    }
    buf_push(out, '>');
}

Str type_print(Arena *arena, const Type *type)
{
    const Type *scalar = static_scalar(type->kind);
    for (int i = 0; scalar && i < NAME_COUNT; i++)
        if (names[i].type == scalar) return str_from(names[i].name);
    Buf out = {0};
    print_type(&out, type);
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}

/* Precision and scale a number type has as a decimal (language 2.2). */
static void decimal_form(const Type *type, int *precision, int *scale)
{
    *scale = type->kind == TYPE_DECIMAL ? type->scale : 0;
    *precision = type->kind == TYPE_DECIMAL  ? type->precision
                 : type->kind == TYPE_BIGINT ? 19
                                             : 10;
}

const Type *type_common_numeric(Arena *arena, const Type *a, const Type *b)
{
    if (!type_is_numeric(a) || !type_is_numeric(b)) return NULL;
    if (a->kind == TYPE_DOUBLE || b->kind == TYPE_DOUBLE) return &type_double;
    if (a->kind != TYPE_DECIMAL && b->kind != TYPE_DECIMAL)
        return a->kind == TYPE_BIGINT || b->kind == TYPE_BIGINT ? &type_bigint
                                                                : &type_int;
    if (type_equal(a, b)) return a;
    int pa, sa, pb, sb;
    decimal_form(a, &pa, &sa);
    decimal_form(b, &pb, &sb);
    int scale = sa > sb ? sa : sb;
    int whole = pa - sa > pb - sb ? pa - sa : pb - sb;
    return type_decimal(arena, whole + scale, scale);
}
