/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds types and column declarations (language 2.1, 3.2). A name that is no
 * base type stays a name: it may be a custom type, which only the catalog
 * knows. Parameters of base types mean nothing and are dropped.
 */
#include "parser/parse_int.h"

#include "base/map.h"
#include "base/vec.h"

enum { PRECISION_MAX = 100000 };

static TypeNode type_new(Parse *p, TypeKind kind, uint32_t at, int height)
{
    AstType *type = ARENA_NEW(p->stmt, AstType);
    type->kind = kind;
    type->at = at;
    parse_count(p, at);
    if (height > PARSE_DEPTH_MAX) {
        parse_fail(p, at, "type too large, it nests more than %d deep",
                   PARSE_DEPTH_MAX);
        height = PARSE_DEPTH_MAX;
    }
    return (TypeNode){type, height};
}

TypeNode parse_type_named(Parse *p, Token name)
{
    /* Folded names only: `"int"` can but be a custom type. */
    const Type *base =
        name.quoted && !str_eq(name.text, str_ascii_upper(p->stmt, name.text))
            ? NULL
            : type_by_name(name.text);
    TypeNode node = type_new(p, base ? base->kind : TYPE_NULL, name.at, 1);
    node.type->name = parse_name_new(name);
    return node;
}

TypeNode parse_type_decimal_of(Parse *p, Token first, Token precision,
                               Token scale)
{
    TypeNode node = type_new(p, TYPE_DECIMAL, first.at, 1);
    node.type->name = parse_name_new(first);
    int64_t digits = number_value(p, precision);
    int64_t fraction = number_value(p, scale);
    if (digits < 1 || digits > PRECISION_MAX)
        parse_fail(p, precision.at,
                   "precision of DECIMAL is %lld, it must be from 1 to %d",
                   (long long)digits, PRECISION_MAX);
    else if (fraction < 0 || fraction > digits)
        parse_fail(p, scale.at,
                   "scale of DECIMAL is %lld, it must be from 0 to the "
                   "precision, %lld",
                   (long long)fraction, (long long)digits);
    else {
        node.type->precision = (int)digits;
        node.type->scale = (int)fraction;
    }
    return node;
}

TypeNode parse_type_array_of(Parse *p, uint32_t at, TypeNode element)
{
    TypeNode node = type_new(p, TYPE_ARRAY, at, element.height + 1);
    node.type->element = element.type;
    return node;
}

TypeNode parse_type_map_of(Parse *p, Token first, TypeNode key, TypeNode value)
{
    int height = key.height > value.height ? key.height : value.height;
    TypeNode node = type_new(p, TYPE_MAP, first.at, height + 1);
    node.type->key = key.type;
    node.type->element = value.type;
    return node;
}

TypeNode parse_type_struct_of(Parse *p, Token first, FieldList *fields)
{
    if (!fields) return type_new(p, TYPE_STRUCT, first.at, 1);
    TypeNode node = type_new(p, TYPE_STRUCT, first.at, fields->height + 1);
    fields_check_unique(p, &fields->names);
    node.type->field_names = fields->names.at;
    node.type->field_types = fields->types;
    node.type->field_count = fields->count;
    return node;
}

TypeNode parse_type_empty_struct(Parse *p, Token first, Token sign)
{
    if (!str_eq(sign.text, STR("<>")))
        parse_fail(p, sign.at, "unexpected '!=', expected '<'");
    return type_new(p, TYPE_STRUCT, first.at, 1);
}

FieldList *fields_add_type(Parse *p, FieldList *list, Token name, TypeNode type)
{
    if (!list) list = ARENA_NEW(p->stmt, FieldList);
    names_add(p, &list->names, name);
    list->types = list->count < list->cap
                      ? list->types
                      : vec_grow(p->stmt, list->types, list->count, &list->cap,
                                 sizeof *list->types);
    list->types[list->count++] = type.type;
    if (type.height > list->height) list->height = type.height;
    return list;
}

void fields_check_unique(Parse *p, const NameList *names)
{
    if (names->count < 2) return;
    Map seen = {0};
    for (int i = 0; i < names->count; i++) {
        AstName *name = &names->at[i];
        if (map_put(p->stmt, &seen, name->text, name))
            parse_fail(p, name->at, "duplicate field '%.*s' in STRUCT",
                       STR_ARG(lexer_clip(name->text)));
    }
}

AstElement element_new(Parse *p, Token name, TypeNode type,
                       AstConstraint constraint, Str header_key)
{
    if (constraint == AST_HEADER && header_key.len == 0)
        parse_fail(p, name.at, "HEADER of column '%.*s' has an empty key",
                   STR_ARG(lexer_clip(name.text)));
    return (AstElement){.name = parse_name_new(name),
                        .type = type.type,
                        .constraint = constraint,
                        .header_key = header_key,
                        .at = name.at};
}
