/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as text: the text of CAST(x AS STRING) and the JSON of results.
 *
 * The two differ in what surrounds a value and in a few scalars. A cast cuts a
 * TIME's milliseconds off (language 2.4 t9); inside an array, map or struct it
 * writes what Java's toString writes there, so a nested DECIMAL may take an
 * exponent, and a struct leaves out its null fields. JSON keeps milliseconds,
 * never uses an exponent for DECIMAL, and quotes numbers that are no JSON.
 */
#include "types/value.h"

#include <assert.h>
#include <math.h>

#include "base/json.h"
#include "base/number.h"
#include "types/datetime.h"

static void print_i64(Buf *out, int64_t value)
{
    char text[NUMBER_TEXT_MAX];
    buf_append(out, text, (size_t)number_print_i64(value, text));
}

static void print_f64(Buf *out, double value)
{
    char text[NUMBER_TEXT_MAX];
    buf_append(out, text, (size_t)number_print_f64(value, text));
}

static void print_value(Buf *out, const Type *type, const Value *value,
                        bool nested);

static void print_array(Buf *out, const Type *type, const List *list)
{
    buf_push(out, '[');
    for (int i = 0; i < list->count; i++) {
        if (i) buf_append_str(out, STR(", "));
        print_value(out, type->element, &list->items[i], true);
    }
    buf_push(out, ']');
}

static void print_map(Buf *out, const Type *type, const List *list)
{
    buf_push(out, '{');
    for (int i = 0; i + 1 < list->count; i += 2) {
        if (i) buf_append_str(out, STR(", "));
        print_value(out, type->key, &list->items[i], true);
        buf_push(out, '=');
        print_value(out, type->element, &list->items[i + 1], true);
    }
    buf_push(out, '}');
}

static void print_struct(Buf *out, const Type *type, const List *list)
{
    assert(list->count == type->field_count);
    bool first = true;
    buf_append_str(out, STR("Struct{"));
    for (int i = 0; i < list->count; i++) {
        if (list->items[i].null) continue;
        if (!first) buf_push(out, ',');
        first = false;
        buf_append_str(out, type->fields[i].name);
        buf_push(out, '=');
        print_value(out, type->fields[i].type, &list->items[i], true);
    }
    buf_push(out, '}');
}

static void print_value(Buf *out, const Type *type, const Value *value,
                        bool nested)
{
    if (value->null) {
        buf_append_str(out, STR("null"));
        return;
    }
    switch (type->kind) {
    case TYPE_NULL: buf_append_str(out, STR("null")); break;
    case TYPE_BOOLEAN:
        buf_append_str(out, value->boolean ? STR("true") : STR("false"));
        break;
    case TYPE_INT: print_i64(out, value->i32); break;
    case TYPE_BIGINT: print_i64(out, value->i64); break;
    case TYPE_DOUBLE: print_f64(out, value->f64); break;
    case TYPE_DECIMAL: decimal_append_text(out, *value->dec, !nested); break;
    case TYPE_STRING:
    case TYPE_UNIT: buf_append_str(out, value->str); break;
    case TYPE_BYTES: base64_encode(out, value->str); break;
    case TYPE_DATE: date_print(out, value->i32); break;
    case TYPE_TIME: time_print(out, value->i32 - value->i32 % 1000); break;
    case TYPE_TIMESTAMP: timestamp_print(out, value->i64); break;
    case TYPE_ARRAY: print_array(out, type, value->list); break;
    case TYPE_MAP: print_map(out, type, value->list); break;
    case TYPE_STRUCT: print_struct(out, type, value->list); break;
    case TYPE_LAMBDA: buf_append_str(out, STR("lambda")); break;
    }
}

Str value_print(Arena *arena, const Type *type, const Value *value)
{
    char text[NUMBER_TEXT_MAX];
    if (value->null) return STR("null");
    switch (type->kind) { /* What needs no buffer. */
    case TYPE_BOOLEAN: return value->boolean ? STR("true") : STR("false");
    case TYPE_STRING:
    case TYPE_UNIT: return value->str;
    case TYPE_DECIMAL: return decimal_print_plain(arena, *value->dec);
    case TYPE_INT:
    case TYPE_BIGINT: {
        int64_t n = type->kind == TYPE_INT ? value->i32 : value->i64;
        size_t len = (size_t)number_print_i64(n, text);
        return (Str){arena_copy(arena, text, len), len};
    }
    case TYPE_DOUBLE: {
        size_t len = (size_t)number_print_f64(value->f64, text);
        return (Str){arena_copy(arena, text, len), len};
    }
    default: break;
    }
    Buf out = {0};
    print_value(&out, type, value, false);
    Str result = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return result;
}

static void json_f64(Buf *out, double value)
{
    bool quoted = !isfinite(value);
    if (quoted) buf_push(out, '"');
    print_f64(out, value);
    if (quoted) buf_push(out, '"');
}

/* A member name: the key's text, whatever its type. */
static void json_key(Buf *out, const Type *type, const Value *key)
{
    if (!key->null && type->kind == TYPE_STRING) {
        json_write_string(out, key->str);
        return;
    }
    Buf text = {0};
    print_value(&text, type, key, true);
    json_write_string(out, buf_str(&text));
    buf_free(&text);
}

static void json_list(Buf *out, const Type *type, const List *list)
{
    if (type->kind == TYPE_ARRAY) {
        buf_push(out, '[');
        for (int i = 0; i < list->count; i++) {
            if (i) buf_push(out, ',');
            value_print_json(out, type->element, &list->items[i]);
        }
        buf_push(out, ']');
        return;
    }
    bool is_map = type->kind == TYPE_MAP;
    int members = is_map ? list->count / 2 : list->count;
    buf_push(out, '{');
    for (int i = 0; i < members; i++) {
        if (i) buf_push(out, ',');
        if (is_map)
            json_key(out, type->key, &list->items[2 * i]);
        else
            json_write_string(out, type->fields[i].name);
        buf_push(out, ':');
        if (is_map)
            value_print_json(out, type->element, &list->items[2 * i + 1]);
        else
            value_print_json(out, type->fields[i].type, &list->items[i]);
    }
    buf_push(out, '}');
}

void value_print_json(Buf *out, const Type *type, const Value *value)
{
    if (value->null) {
        buf_append_str(out, STR("null"));
        return;
    }
    switch (type->kind) {
    case TYPE_NULL:
    case TYPE_BOOLEAN:
    case TYPE_INT:
    case TYPE_BIGINT: print_value(out, type, value, false); break;
    case TYPE_DOUBLE: json_f64(out, value->f64); break;
    case TYPE_DECIMAL: decimal_append_text(out, *value->dec, true); break;
    case TYPE_STRING: json_write_string(out, value->str); break;
    case TYPE_TIME:
        buf_push(out, '"');
        time_print(out, value->i32);
        buf_push(out, '"');
        break;
    case TYPE_BYTES:
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_UNIT:
    case TYPE_LAMBDA: /* Their text needs no escapes. */
        buf_push(out, '"');
        print_value(out, type, value, false);
        buf_push(out, '"');
        break;
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: json_list(out, type, value->list); break;
    }
}
