/* SPDX-License-Identifier: Apache-2.0
 *
 * How test cases write records (formats 10.3) and when two agree (10.4): names
 * exactly, then in upper case; integers exactly; doubles within 1e-6; decimals
 * by value and scale; headers exactly, absent meaning none.
 */
#include "testing/compare.h"

#include <math.h>

#include "base/number.h"
#include "parser/parser.h"
#include "planner/planner.h"

const Source *compare_source(const Catalog *catalog, Str topic)
{
    const Source *found = NULL;
    for (int i = 0; i < catalog->sources.count; i++) {
        const Source *source = catalog->sources.entries[i].value;
        if (source && str_eq(source->topic, topic)) found = source;
    }
    return found;
}

/* ---- encoding inputs ---- */

static void put_be(Buf *out, int64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        buf_push(out, (char)((uint64_t)value >> (i * 8)));
}

/* "INTEGER wants a whole number, not "one"". */
static const char *unfit(Arena *arena, const char *what, const char *wants,
                         const Json *json)
{
    Buf buf = {0};
    json_write(&buf, json);
    const char *text = str_printf(arena, "%s wants %s, not %.*s", what, wants,
                                  (int)(buf.len > 100 ? 100 : buf.len), buf.ptr)
                           .ptr;
    buf_free(&buf);
    return text;
}

/* A scalar in the KAFKA format. */
static const char *encode_kafka(Arena *arena, Buf *out, const Type *type,
                                const Json *json)
{
    int64_t number = 0;
    double real;
    switch (type->kind) {
    case TYPE_INT:
    case TYPE_BIGINT:
        if (!number_parse_i64(json->text, &number) ||
            (type->kind == TYPE_INT && number != (int32_t)number))
            return unfit(arena, type->kind == TYPE_INT ? "INTEGER" : "BIGINT",
                         "a whole number in its range", json);
        put_be(out, number, type->kind == TYPE_INT ? 4 : 8);
        return NULL;
    case TYPE_DOUBLE:
        if (!number_parse_f64(json->text, &real))
            return unfit(arena, "DOUBLE", "a number", json);
        memcpy(&number, &real, 8);
        put_be(out, number, 8);
        return NULL;
    case TYPE_STRING:
    case TYPE_BYTES:
        if (json->kind == JSON_OBJECT || json->kind == JSON_ARRAY)
            return unfit(arena, "the KAFKA format", "a text", json);
        if (json->kind == JSON_TRUE)
            buf_append_str(out, STR("true"));
        else if (json->kind == JSON_FALSE)
            buf_append_str(out, STR("false"));
        else
            buf_append_str(out, json->text);
        return NULL;
    default: return "a type the KAFKA format does not hold";
    }
}

static const Type *single_type(const Source *source, bool is_key)
{
    const Schema *schema = source->schema;
    for (int i = 0; i < schema->count; i++)
        if (schema->columns[i].role == (is_key ? COLUMN_KEY : COLUMN_VALUE))
            return schema->columns[i].type;
    return &type_string;
}

/* One side of a record. NULL json or a JSON null: null bytes. */
static const char *encode_side(Arena *arena, const Source *source, bool is_key,
                               const Json *json, Str *out)
{
    const Format *format =
        source ? is_key ? source->key_format : source->value_format
               : format_find(is_key ? STR("KAFKA") : STR("JSON"));
    Str name = str_from(format->name);
    const char *why = NULL;
    Buf buf = {0};

    *out = STR_NULL;
    if (!json || str_eq(name, STR("NONE"))) {
        if (json && json->kind == JSON_STRING)
            *out = str_copy(arena, json->text);
        return NULL;
    }
    if (json->kind == JSON_NULL) return NULL;
    if (str_eq(name, STR("KAFKA")))
        why = encode_kafka(arena, &buf,
                           source ? single_type(source, is_key) : &type_string,
                           json);
    else if (str_eq(name, STR("DELIMITED")) && json->text.ptr)
        buf_append_str(&buf, json->text);
    else if (str_eq(name, STR("DELIMITED")))
        why = unfit(arena, "the DELIMITED format", "a text", json);
    else if (str_eq(name, STR("JSON")))
        json_write(&buf, json);
    else
        why = str_printf(arena, "format %s is not available", format->name).ptr;
    *out = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return why ? str_printf(arena, "%s: %s", is_key ? "key" : "value", why).ptr
               : NULL;
}

static int64_t member_number(const Json *json, const char *name)
{
    const Json *value = json_get(json, name);
    int64_t number = 0;
    if (value) number_parse_i64(value->text, &number);
    return number;
}

/* The key with its window bounds. */
static Str window_key(Arena *arena, Str key, const Json *window)
{
    Buf buf = {0};
    const Json *type = json_get(window, "type");
    bool session = type && str_eq_nocase(type->text, STR("session"));

    if (!window || window->kind != JSON_OBJECT) return key;
    buf_append_str(&buf, key);
    if (session) put_be(&buf, member_number(window, "end"), 8);
    put_be(&buf, member_number(window, "start"), 8);
    Str all = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return all;
}

static const RecordHeaders *read_headers(Arena *arena, const Json *list)
{
    if (!list || !list->count) return NULL;
    RecordHeaders *headers = arena_alloc(
        arena, sizeof *headers + sizeof(RecordHeader) * (size_t)list->count);
    headers->count = 0;
    for (const Json *one = list->first; one; one = one->next) {
        const Json *key = json_get(one, "KEY"), *value = json_get(one, "VALUE");
        RecordHeader *header = &headers->at[headers->count++];
        header->key = key ? key->text : STR_NULL;
        header->value = STR_NULL;
        if (value && value->kind == JSON_STRING)
            base64_decode(arena, value->text, &header->value);
    }
    return headers;
}

const char *compare_encode(Arena *arena, const Source *source,
                           const Json *input, Record *record)
{
    const char *why = encode_side(arena, source, true, json_get(input, "key"),
                                  &record->key);
    if (!why)
        why = encode_side(arena, source, false, json_get(input, "value"),
                          &record->value);
    if (record->key.ptr)
        record->key = window_key(arena, record->key, json_get(input, "window"));
    record->timestamp_ms = member_number(input, "timestamp");
    record->headers = read_headers(arena, json_get(input, "headers"));
    return why;
}

/* ---- comparing ---- */

typedef struct Compare {
    Arena *arena;
    bool exact; /* use.exact.numeric.comparison */
} Compare;

static const Json *find_member(const Json *object, Str name)
{
    const Json *upper = NULL;
    for (const Json *one = object->first; one; one = one->next) {
        if (str_eq(one->name, name)) return one;
        if (str_eq_nocase(one->name, name)) upper = one;
    }
    return upper;
}

static const char *differ(Compare *c, const Json *want, Str got)
{
    Buf buf = {0};
    json_write(&buf, want);
    const char *text = str_printf(c->arena, "want %.*s, got %.*s",
                                  (int)(buf.len > 200 ? 200 : buf.len), buf.ptr,
                                  (int)(got.len > 200 ? 200 : got.len), got.ptr)
                           .ptr;
    buf_free(&buf);
    return text;
}

static const char *compare_json(Compare *c, const Type *type, const Json *want,
                                const Json *got);

static const char *compare_number(Compare *c, const Type *type,
                                  const Json *want, const Json *got)
{
    double a, b;
    Decimal x, y;
    bool decimal = type && type->kind == TYPE_DECIMAL;

    if (!decimal_parse(c->arena, want->text, &x) || got->kind != JSON_NUMBER ||
        !decimal_parse(c->arena, got->text, &y)) {
        if (want->kind == JSON_STRING && str_eq(want->text, got->text))
            return NULL;
        return differ(c, want, got->text.ptr ? got->text : STR("null"));
    }
    if (decimal)
        return decimal_equal_exact(x, y) ? NULL : differ(c, want, got->text);
    if (decimal_compare(c->arena, x, y) == 0) return NULL;
    a = decimal_to_f64(c->arena, x);
    b = decimal_to_f64(c->arena, y);
    bool real = !type || type->kind == TYPE_DOUBLE;
    if (real && !c->exact && fabs(a - b) <= 1e-6) return NULL;
    return differ(c, want, got->text);
}

static const char *compare_array(Compare *c, const Type *type, const Json *want,
                                 const Json *got)
{
    const Json *b = got->first;
    if (want->count != got->count)
        return str_printf(c->arena, "want %d elements, got %d", want->count,
                          got->count)
            .ptr;
    for (const Json *a = want->first; a; a = a->next, b = b->next) {
        const char *why = compare_json(
            c, type && type->kind == TYPE_ARRAY ? type->element : NULL, a, b);
        if (why) return why;
    }
    return NULL;
}

static const Type *member_type(const Type *type, Str name)
{
    if (!type) return NULL;
    if (type->kind == TYPE_MAP) return type->element;
    for (int i = 0; type->kind == TYPE_STRUCT && i < type->field_count; i++)
        if (str_eq_nocase(type->fields[i].name, name))
            return type->fields[i].type;
    return NULL;
}

static const char *compare_object(Compare *c, const Type *type,
                                  const Json *want, const Json *got)
{
    if (want->count != got->count)
        return str_printf(c->arena, "want %d members, got %d", want->count,
                          got->count)
            .ptr;
    for (const Json *a = want->first; a; a = a->next) {
        const Json *b = find_member(got, a->name);
        /* To the reference a member that is not there is null. */
        if (!b && a->kind == JSON_NULL) continue;
        if (!b)
            return str_printf(c->arena, "no member '%.*s'", STR_ARG(a->name))
                .ptr;
        const char *why = compare_json(c, member_type(type, b->name), a, b);
        if (why)
            return str_printf(c->arena, "'%.*s': %s", STR_ARG(a->name), why)
                .ptr;
    }
    return NULL;
}

static const char *compare_json(Compare *c, const Type *type, const Json *want,
                                const Json *got)
{
    if (want->kind == JSON_NUMBER || got->kind == JSON_NUMBER)
        return compare_number(c, type, want, got);
    if (want->kind != got->kind)
        return differ(c, want, got->text.ptr ? got->text : STR("another kind"));
    if (want->kind == JSON_ARRAY) return compare_array(c, type, want, got);
    if (want->kind == JSON_OBJECT) return compare_object(c, type, want, got);
    if (want->kind == JSON_STRING && !str_eq(want->text, got->text))
        return differ(c, want, got->text);
    return NULL;
}

/* KAFKA bytes as a JSON scalar. */
static Json *decode_kafka(Arena *arena, const Type *type, Str bytes)
{
    Json *json = ARENA_NEW(arena, Json);
    uint64_t raw = 0;
    char text[NUMBER_TEXT_MAX];
    double real;

    json->kind = JSON_STRING;
    json->text = bytes;
    if (type->kind == TYPE_STRING || type->kind == TYPE_BYTES) return json;
    for (size_t i = 0; i < bytes.len; i++)
        raw = raw << 8 | (unsigned char)bytes.ptr[i];
    json->kind = JSON_NUMBER;
    if (type->kind == TYPE_DOUBLE) {
        memcpy(&real, &raw, 8);
        json->text = str_copy(
            arena, (Str){text, (size_t)number_print_f64(real, text)});
    } else {
        int64_t value = type->kind == TYPE_INT ? (int32_t)raw : (int64_t)raw;
        json->text = str_printf(arena, "%lld", (long long)value);
    }
    return json;
}

/* The type that the whole side has: that of its only column when unwrapped,
 * else a struct of its columns. */
static const Type *side_type(Arena *arena, const Source *source, bool is_key)
{
    FormatSpec spec = is_key ? source_key_spec(source)
                             : source_value_spec(source);
    if (!spec.wrapped && spec.column_count == 1) return spec.columns[0].type;
    Field *fields = ARENA_ARRAY(arena, Field, spec.column_count + 1);
    for (int i = 0; i < spec.column_count; i++)
        fields[i] = (Field){spec.columns[i].name, spec.columns[i].type};
    return type_struct(arena, fields, spec.column_count);
}

static const char *compare_side(Compare *c, const Source *source, bool is_key,
                                const Json *want, Str got)
{
    const Format *format =
        source ? is_key ? source->key_format : source->value_format
               : format_find(is_key ? STR("KAFKA") : STR("JSON"));
    Str name = str_from(format->name);
    const char *error;

    if (!want || want->kind == JSON_NULL)
        return got.ptr
                   ? str_printf(c->arena, "want null, got %.*s", STR_ARG(got))
                         .ptr
                   : NULL;
    if (!got.ptr) return differ(c, want, STR("null"));
    if (str_eq(name, STR("DELIMITED")))
        return str_eq(want->text, got) ? NULL : differ(c, want, got);
    if (str_eq(name, STR("KAFKA"))) {
        const Type *type = source ? single_type(source, is_key) : &type_string;
        return compare_json(c, type, want, decode_kafka(c->arena, type, got));
    }
    Json *json = json_parse(c->arena, got, &error);
    if (!json) return differ(c, want, got);
    return compare_json(c, source ? side_type(c->arena, source, is_key) : NULL,
                        want, json);
}

static int64_t take_be(Str *key)
{
    uint64_t value = 0;
    if (key->len < 8) return INT64_MIN;
    for (size_t i = key->len - 8; i < key->len; i++)
        value = value << 8 | (unsigned char)key->ptr[i];
    key->len -= 8;
    return (int64_t)value;
}

/* Takes the bounds off the key and compares them. */
static const char *compare_window(Compare *c, const Source *source,
                                  const Json *window, Str *key)
{
    if (!source || source->window == WINDOW_NONE || !key->ptr)
        return window && window->kind == JSON_OBJECT
                   ? "want a window, got a key without one"
                   : NULL;
    int64_t start = take_be(key), end = start + source->window_size_ms;
    if (source->window == WINDOW_SESSION) end = take_be(key);
    if (!window || window->kind != JSON_OBJECT) return NULL;
    if (start == member_number(window, "start") &&
        (!json_get(window, "end") || end == member_number(window, "end")))
        return NULL;
    return str_printf(c->arena, "want window %lld-%lld, got %lld-%lld",
                      (long long)member_number(window, "start"),
                      (long long)member_number(window, "end"), (long long)start,
                      (long long)end)
        .ptr;
}

static bool same_bytes(Str a, Str b)
{
    return (a.ptr == NULL) == (b.ptr == NULL) && str_eq(a, b);
}

static const char *compare_headers(Compare *c, const Json *want,
                                   const RecordHeaders *got)
{
    const RecordHeaders *headers = read_headers(c->arena, want);
    int count = headers ? headers->count : 0;
    if (count != (got ? got->count : 0))
        return str_printf(c->arena, "want %d headers, got %d", count,
                          got ? got->count : 0)
            .ptr;
    for (int i = 0; i < count; i++)
        if (!same_bytes(headers->at[i].key, got->at[i].key) ||
            !same_bytes(headers->at[i].value, got->at[i].value))
            return str_printf(c->arena, "header %d differs", i).ptr;
    return NULL;
}

const char *compare_record(Arena *arena, const Source *source,
                           const Json *expected, const Record *record,
                           bool any_time, const Json *test)
{
    const Json *properties = json_get(test, "properties");
    const Json *exact = json_get(properties, "use.exact.numeric.comparison");
    Compare c = {.arena = arena, .exact = exact && exact->kind == JSON_TRUE};
    Str key = record->key;
    const Json *time = json_get(expected, "timestamp");
    const char *why = compare_window(&c, source, json_get(expected, "window"),
                                     &key);

    if (!why)
        why = compare_side(&c, source, true, json_get(expected, "key"), key);
    if (why) return str_printf(arena, "key: %s", why).ptr;
    why = compare_side(&c, source, false, json_get(expected, "value"),
                       record->value);
    if (why) return str_printf(arena, "value: %s", why).ptr;
    if (time && !(any_time && str_eq(time->text, STR("0"))) &&
        member_number(expected, "timestamp") != record->timestamp_ms)
        return str_printf(arena, "want timestamp %.*s, got %lld",
                          STR_ARG(time->text), (long long)record->timestamp_ms)
            .ptr;
    return compare_headers(&c, json_get(expected, "headers"), record->headers);
}
