/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fuzz targets share: the input as a stream of choices, and values of
 * any type made from it. When the input is used up every choice is 0, so a
 * small input makes small things.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "types/batch.h"
#include "types/codec.h"

typedef struct Choices {
    const uint8_t *at, *end;
} Choices;

/* What is being tried, for the message of a failure. */
static const char *fuzz_what = "";

static inline void fuzz_fail(const char *condition, int line)
{
    fprintf(stderr, "line %d: not true: %s; %s\n", line, condition, fuzz_what);
    abort();
}

#define require(condition)                                                     \
    ((condition) ? (void)0 : fuzz_fail(#condition, __LINE__))

static inline uint64_t choose_bits(Choices *c, int bytes)
{
    uint64_t bits = 0;
    for (int i = 0; i < bytes && c->at < c->end; i++)
        bits = bits << 8 | *c->at++;
    return bits;
}

/* 0 to `below` - 1. */
static inline int choose(Choices *c, int below)
{
    return below < 2
               ? 0
               : (int)(choose_bits(c, below > 256 ? 2 : 1) % (uint64_t)below);
}

static inline bool chance(Choices *c, int one_in)
{
    return choose(c, one_in) == one_in - 1;
}

/* Numbers near the limits are as likely as any. */
static inline int64_t choose_i64(Choices *c)
{
    static const int64_t odd[] = {
        0,         1,    -1,       INT32_MAX, INT32_MIN, INT64_MAX,
        INT64_MIN, 1000, 86400000, 1 << 20,   -1000,     INT64_MAX - 1};
    switch (choose(c, 4)) {
    case 0: return choose(c, 20) - 5;
    case 1: return odd[choose(c, (int)(sizeof odd / sizeof *odd))];
    case 2: return (int32_t)choose_bits(c, 4);
    default: return (int64_t)choose_bits(c, 8);
    }
}

static inline double choose_f64(Choices *c)
{
    static const double odd[] = {0.0,    -0.0, 1.5,      -2.5, 1e300,
                                 1e-300, 1e15, 4.9e-324, 0.1,  1e19};
    if (!chance(c, 3)) return odd[choose(c, 10)];
    uint64_t bits = choose_bits(c, 8);
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

/* Well-formed UTF-8: words that functions know, single characters, bytes. */
static inline Str choose_text(Arena *arena, Choices *c)
{
    static const char *const words[] = {"",
                                        "a",
                                        "abc",
                                        "yyyy-MM-dd HH:mm:ss.SSS",
                                        "UTC",
                                        "$.a.b[0]",
                                        "{\"a\":{\"b\":[1,2]}}",
                                        "2024-02-29T23:59:59.999+01:00",
                                        "^(a+)+$",
                                        "[x-z&&[^y]]{2,}",
                                        "base64",
                                        "utf8",
                                        "hex",
                                        "ascii",
                                        "%_a",
                                        "http://u@h:80/p?q=a%20b#f",
                                        "Europe/Paris",
                                        "-1.5E3",
                                        "true",
                                        ",",
                                        "2024-01-01",
                                        "10:11:12.5",
                                        "days",
                                        "\\d+|.*?"};
    Buf buf = {0};
    for (int parts = choose(c, 4); parts > 0; parts--) {
        if (!chance(c, 3)) {
            buf_append_str(
                &buf,
                str_from(
                    words[choose(c, (int)(sizeof words / sizeof *words))]));
            continue;
        }
        uint32_t code = (uint32_t)choose_bits(c, chance(c, 3) ? 3 : 1);
        code %= 0x110000;
        if (code >= 0xD800 && code < 0xE000) code = '?';
        utf8_append(&buf, code);
    }
    Str text = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return text;
}

static inline Str choose_bytes(Arena *arena, Choices *c)
{
    size_t len = (size_t)choose(c, 20);
    if (len > (size_t)(c->end - c->at)) len = (size_t)(c->end - c->at);
    Str bytes = str_copy(arena, (Str){(const char *)c->at, len});
    c->at += len;
    return bytes;
}

static inline const Type *choose_type(Arena *arena, Choices *c, int depth)
{
    static const Type *const scalars[] = {
        &type_boolean, &type_int,  &type_bigint, &type_double,   &type_string,
        &type_bytes,   &type_date, &type_time,   &type_timestamp};
    int kind = choose(c, depth > 0 ? 13 : 10);
    if (kind < 9) return scalars[kind];
    if (kind == 9) {
        int precision = 1 + choose(c, 38);
        return type_decimal(arena, precision, choose(c, precision + 1));
    }
    const Type *first = choose_type(arena, c, depth - 1);
    if (kind == 10) return type_array(arena, first);
    if (kind == 11) {
        const Type *key = chance(c, 4) ? choose_type(arena, c, 0)
                                       : &type_string;
        return type_map(arena, key, first);
    }
    Field fields[] = {{STR("A"), first},
                      {STR("B"), choose_type(arena, c, depth - 1)}};
    return type_struct(arena, fields, 1 + choose(c, 2));
}

static inline Value choose_value(Arena *arena, Choices *c, const Type *type);

static inline const List *choose_list(Arena *arena, Choices *c,
                                      const Type *type)
{
    int count = type->kind == TYPE_STRUCT ? type->field_count : choose(c, 5);
    List *list = list_new(arena, type->kind == TYPE_MAP ? 2 * count : count);
    if (type->kind != TYPE_MAP) {
        for (int i = 0; i < count; i++)
            list->items[i] = choose_value(arena, c,
                                          type->kind == TYPE_STRUCT
                                              ? type->fields[i].type
                                              : type->element);
        return list;
    }
    list->count = 0;
    for (int i = 0; i < count; i++) {
        Value key = choose_value(arena, c, type->key);
        Value value = choose_value(arena, c, type->element);
        if (key.null || map_find(type, list, &key)) continue;
        list->items[list->count++] = key;
        list->items[list->count++] = value;
    }
    return list;
}

static inline const Decimal *choose_decimal(Arena *arena, Choices *c,
                                            const Type *type)
{
    char digits[64];
    int count = choose(c, type->precision + 1), at = 0;
    if (chance(c, 2)) digits[at++] = '-';
    digits[at++] = '0';
    for (int i = 0; i < count; i++)
        digits[at++] = (char)('0' + choose(c, 10));
    Decimal *d = ARENA_NEW(arena, Decimal);
    require(decimal_parse(arena, (Str){digits, (size_t)at}, d));
    d->scale = type->scale;
    return d;
}

static inline Value choose_value(Arena *arena, Choices *c, const Type *type)
{
    Value v = {0};
    if (chance(c, 8)) return VALUE_NULL;
    switch (type->kind) {
    case TYPE_BOOLEAN: v.boolean = chance(c, 2); break;
    case TYPE_INT:
    case TYPE_DATE: v.i32 = (int32_t)choose_i64(c); break;
    case TYPE_TIME: v.i32 = (int32_t)(choose_bits(c, 4) % 86400000); break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: v.i64 = choose_i64(c); break;
    case TYPE_DOUBLE: v.f64 = choose_f64(c); break;
    case TYPE_DECIMAL: v.dec = choose_decimal(arena, c, type); break;
    case TYPE_STRING: v.str = choose_text(arena, c); break;
    case TYPE_BYTES: v.str = choose_bytes(arena, c); break;
    case TYPE_UNIT: v.str = STR("DAYS"); break;
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: v.list = choose_list(arena, c, type); break;
    case TYPE_NULL:
    case TYPE_LAMBDA: return VALUE_NULL;
    }
    return v;
}

/* Walks a value to its last byte: text is well-formed, times are in their
 * range, decimals read as they print, maps have distinct keys. */
static inline void check_value(Arena *arena, const Type *type, const Value *v)
{
    if (v->null) return;
    if (type->kind == TYPE_STRING) require(utf8_valid(v->str));
    if (type->kind == TYPE_TIME) require(v->i32 >= 0 && v->i32 < 86400000);
    if (type->kind == TYPE_DECIMAL) {
        Decimal again;
        require(decimal_parse(arena, decimal_print(arena, *v->dec), &again));
        require(decimal_equal_exact(*v->dec, again));
    }
    if (type->kind == TYPE_ARRAY)
        for (int i = 0; i < v->list->count && i < 1000; i++)
            check_value(arena, type->element, &v->list->items[i]);
    if (type->kind == TYPE_STRUCT) {
        require(v->list->count == type->field_count);
        for (int i = 0; i < v->list->count; i++)
            check_value(arena, type->fields[i].type, &v->list->items[i]);
    }
    if (type->kind == TYPE_MAP)
        for (int i = 0; i < v->list->count; i += 2) {
            require(map_find(type, v->list, &v->list->items[i]) ==
                    &v->list->items[i + 1]);
            check_value(arena, type->element, &v->list->items[i + 1]);
        }
    bool is_text = type->kind == TYPE_STRING || type->kind == TYPE_BYTES;
    if (is_text && v->str.len > 100000) return;
    bool is_list = type->kind >= TYPE_ARRAY && type->kind <= TYPE_STRUCT;
    if (is_list && v->list->count > 1000) return;
    Value copy = value_copy(arena, type, *v);
    require(value_equal(type, v, &copy));
    require(value_hash(type, v) == value_hash(type, &copy));
    require(value_compare(type, v, &copy) == 0);
    value_print(arena, type, v);
}

#endif
