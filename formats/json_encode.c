/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows to JSON (formats.md 2): no blanks, columns in schema order, NULL as
 * `null`, numbers as Java prints them. The bytes of keys decide partition and
 * equality, so they are those of the reference's writer.
 *
 * What stands before each value, `{"A":` or `,"B":`, is escaped once when the
 * encoder is opened. A row makes room for all its numbers at once; only strings
 * and nested values ask for more.
 */
#include "base/number.h"
#include "formats/json_int.h"
#include "formats/json_scan.h"

typedef struct JsonEncoder {
    Encoder base;
    Str *prefixes;     /* One a column; wrapped only. */
    size_t room_bytes; /* Enough for prefixes and fixed-width values. */
    bool wrapped;
} JsonEncoder;

/* The first byte that must be escaped: quote, backslash, control. */
static const char *find_special(const char *p, const char *end)
{
    while (end - p >= 16) {
        Bytes16 x;
        memcpy(&x, p, 16);
        Bytes16 hit =
            (Bytes16)((x == JSON_SPLAT16('"')) | (x == JSON_SPLAT16('\\')) |
                      ((x < JSON_SPLAT16(' ')) & (x >= JSON_SPLAT16(0))));
        uint64_t words[2];
        memcpy(words, &hit, 16);
        if (words[0]) return p + (__builtin_ctzll(words[0]) >> 3);
        if (words[1]) return p + 8 + (__builtin_ctzll(words[1]) >> 3);
        p += 16;
    }
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= ' ')
        p++;
    return p;
}

static void write_escape(Buf *buf, char c)
{
    static const char hex[] = "0123456789ABCDEF";
    char text[6] = {'\\', c, '0', '0', 0, 0};
    size_t len = 2;
    switch (c) {
    case '"':
    case '\\': break;
    case '\b': text[1] = 'b'; break;
    case '\t': text[1] = 't'; break;
    case '\n': text[1] = 'n'; break;
    case '\f': text[1] = 'f'; break;
    case '\r': text[1] = 'r'; break;
    default:
        text[1] = 'u';
        text[4] = hex[c >> 4];
        text[5] = hex[c & 15];
        len = 6;
    }
    buf_append(buf, text, len);
}

void json_write_text(Buf *buf, Str s)
{
    const char *p = s.ptr, *end = s.ptr + s.len;
    buf_push(buf, '"');
    while (p < end) {
        const char *special = find_special(p, end);
        if (special > p) buf_append(buf, p, (size_t)(special - p));
        if (special == end) break;
        write_escape(buf, *special);
        p = special + 1;
    }
    buf_push(buf, '"');
}

static void write_i64(Buf *buf, int64_t value)
{
    if (buf->cap - buf->len < NUMBER_TEXT_MAX)
        buf_reserve(buf, NUMBER_TEXT_MAX);
    buf->len += (size_t)number_print_i64(value, buf->ptr + buf->len);
}

/* NaN and infinities are no JSON numbers: they go as strings. */
static void write_f64(Buf *buf, double value)
{
    bool finite = value - value == 0;
    if (buf->cap - buf->len < NUMBER_TEXT_MAX + 2)
        buf_reserve(buf, NUMBER_TEXT_MAX + 2);
    if (!finite) buf_push(buf, '"');
    buf->len += (size_t)number_print_f64(value, buf->ptr + buf->len);
    if (!finite) buf_push(buf, '"');
}

static void write_base64(Buf *buf, Str bytes)
{
    buf_push(buf, '"');
    base64_encode(buf, bytes);
    buf_push(buf, '"');
}

static void write_map(Buf *buf, Arena *batch, const Type *type, const List *map)
{
    buf_push(buf, '{');
    for (int i = 0; i + 1 < map->count; i += 2) {
        const Value *key = &map->items[i];
        if (i) buf_push(buf, ',');
        json_write_text(buf, key->null ? STR("null") : key->str);
        buf_push(buf, ':');
        json_write_value(buf, batch, type->element, &map->items[i + 1]);
    }
    buf_push(buf, '}');
}

static void write_struct(Buf *buf, Arena *batch, const Type *type,
                         const List *fields)
{
    buf_push(buf, '{');
    for (int i = 0; i < type->field_count; i++) {
        if (i) buf_push(buf, ',');
        json_write_text(buf, type->fields[i].name);
        buf_push(buf, ':');
        json_write_value(buf, batch, type->fields[i].type, &fields->items[i]);
    }
    buf_push(buf, '}');
}

static void write_array(Buf *buf, Arena *batch, const Type *type,
                        const List *list)
{
    buf_push(buf, '[');
    for (int i = 0; i < list->count; i++) {
        if (i) buf_push(buf, ',');
        json_write_value(buf, batch, type->element, &list->items[i]);
    }
    buf_push(buf, ']');
}

void json_write_value(Buf *buf, Arena *batch, const Type *type,
                      const Value *value)
{
    if (value->null) {
        buf_append_str(buf, STR("null"));
        return;
    }
    switch (type->kind) {
    case TYPE_BOOLEAN:
        buf_append_str(buf, value->boolean ? STR("true") : STR("false"));
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: write_i64(buf, value->i32); break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: write_i64(buf, value->i64); break;
    case TYPE_DOUBLE: write_f64(buf, value->f64); break;
    case TYPE_DECIMAL:
        buf_append_str(buf, decimal_print(batch, *value->dec));
        break;
    case TYPE_BYTES: write_base64(buf, value->str); break;
    case TYPE_ARRAY: write_array(buf, batch, type, value->list); break;
    case TYPE_MAP: write_map(buf, batch, type, value->list); break;
    case TYPE_STRUCT: write_struct(buf, batch, type, value->list); break;
    default: json_write_text(buf, value->str);
    }
}

static void write_element(Buf *buf, Arena *batch, const Column *column, int row)
{
    if (bit_get(column->nulls, row)) {
        buf_append(buf, "null", 4);
        return;
    }
    switch (column->type->kind) {
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: write_i64(buf, column->i32[row]); break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: write_i64(buf, column->i64[row]); break;
    case TYPE_DOUBLE: write_f64(buf, column->f64[row]); break;
    case TYPE_STRING: json_write_text(buf, column->str[row]); break;
    default: {
        Value value = column_get(column, row);
        json_write_value(buf, batch, column->type, &value);
    }
    }
}

Status json_encoder_open(Arena *plan, const FormatSpec *spec, Encoder **encoder)
{
    JsonEncoder *e = ARENA_NEW(plan, JsonEncoder);
    e->wrapped = spec->wrapped || spec->column_count != 1;
    e->prefixes = ARENA_ARRAY(plan, Str, spec->column_count + 1);
    e->room_bytes = 2;
    for (int i = 0; i < spec->column_count; i++) {
        Buf buf = {0};
        buf_push(&buf, i ? ',' : '{');
        json_write_text(&buf, spec->columns[i].name);
        buf_push(&buf, ':');
        e->prefixes[i] = str_copy(plan, buf_str(&buf));
        e->room_bytes += buf.len + NUMBER_TEXT_MAX + 2;
        buf_free(&buf);
    }
    *encoder = &e->base;
    return st_ok();
}

EncodeResult json_encode(Encoder *encoder, Arena *batch,
                         const Column *const *columns, int row, Buf *buf,
                         const char **why)
{
    (void)why;
    const JsonEncoder *e = (const JsonEncoder *)encoder;
    const FormatSpec *spec = encoder->spec;
    if (buf->cap - buf->len < e->room_bytes) buf_reserve(buf, e->room_bytes);
    if (!e->wrapped) {
        int from = columns[0]->constant ? 0 : row;
        if (bit_get(columns[0]->nulls, from)) return ENCODE_NULL;
        write_element(buf, batch, columns[0], from);
        return ENCODE_BYTES;
    }
    if (!spec->column_count) {
        if (spec->is_key) return ENCODE_NULL;
        buf_push(buf, '{');
    }
    for (int i = 0; i < spec->column_count; i++) {
        const Column *column = columns[i];
        buf_append_str(buf, e->prefixes[i]);
        write_element(buf, batch, column, column->constant ? 0 : row);
    }
    buf_push(buf, '}');
    return ENCODE_BYTES;
}
