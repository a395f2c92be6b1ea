/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON values to SQL values by the coercions of formats.md 2: nested types, and
 * whatever json_decode.c has no fast path for (a number in a string, a fraction
 * for an integer, an object as text).
 *
 * The text has been validated, so scanners cannot fail here; what fails is the
 * conversion. It recurses over the type's nesting, and over arrays that become
 * text, whose depth the validation has bounded.
 *
 * Numbers are kept as text until the target is known. An integer target takes
 * the number truncated toward zero and its low bits, whatever its size; that is
 * computed modulo 2^64 from the digits, so 1e999999999 costs nothing.
 */
#include <assert.h>

#include "base/map.h"
#include "base/number.h"
#include "base/unicode.h"
#include "formats/json_int.h"
#include "formats/json_scan.h"

/* More than that no sane number has; beyond it, exact decimals are refused. */
enum { EXPONENT_MAX = 999999999 };

static const char *fail_text(JsonCoerce *c, const char *why)
{
    c->why = why;
    return NULL;
}

/* "cannot convert JSON number 1.5 to BOOLEAN". */
static const char *fail(JsonCoerce *c, const Type *type, const char *p,
                        const char *end)
{
    const char *after = json_scan_value(p, end);
    const char *kind = *p == '"'                ? "string"
                       : *p == '{'              ? "object"
                       : *p == '['              ? "array"
                       : *p == 't' || *p == 'f' ? "boolean"
                                                : "number";
    Str shown = {p, (size_t)(after - p)};
    bool cut = shown.len > 60;
    if (cut) shown = utf8_repair(c->arena, (Str){p, 60});
    Str why = str_printf(c->arena, "cannot convert JSON %s %.*s%s to %.*s",
                         kind, STR_ARG(shown), cut ? "..." : "",
                         STR_ARG(type_print(c->arena, type)));
    return fail_text(c, str_cstr(c->arena, why));
}

/* Puts a step before the path of a failure below. */
static const char *fail_below(JsonCoerce *c, Str step)
{
    c->path = str_printf(c->arena, "%.*s%.*s", STR_ARG(step), STR_ARG(c->path));
    return NULL;
}

/* A string token's text; `*p` is moved behind it. */
static Str take_string(Arena *arena, const char **p, const char *end)
{
    bool escaped = false;
    const char *start = *p + 1;
    const char *close = json_scan_string(start, end, &escaped);
    *p = close + 1;
    if (escaped) return json_unescape(arena, start, close);
    return (Str){start, (size_t)(close - start)};
}

static Str take_number(const char **p, const char *end)
{
    const char *start = *p;
    *p = json_scan_number(start, end);
    return (Str){start, (size_t)(*p - start)};
}

/* The exponent of a number, cut at EXPONENT_MAX + 1; `*digits_end` is where
 * digits and fraction end. */
static int64_t exponent_of(Str number, const char **digits_end)
{
    const char *end = number.ptr + number.len, *p = number.ptr;
    while (p < end && (*p | 0x20) != 'e')
        p++;
    *digits_end = p;
    if (p == end) return 0;
    p++;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    int64_t exponent = 0;
    for (; p < end; p++) {
        exponent = exponent * 10 + (*p - '0');
        if (exponent > EXPONENT_MAX) exponent = EXPONENT_MAX + 1;
    }
    return negative ? -exponent : exponent;
}

/* The number truncated toward zero, modulo 2^64. */
static int64_t truncate_number(Str number)
{
    const char *digits_end;
    int64_t exponent = exponent_of(number, &digits_end);
    const char *p = number.ptr;
    bool negative = *p == '-';
    p += negative;
    const char *point = memchr(p, '.', (size_t)(digits_end - p));
    int64_t whole = (point ? point : digits_end) - p + exponent;
    uint64_t value = 0;
    int64_t taken = 0;
    for (; p < digits_end && taken < whole; p++) {
        if (*p == '.') continue;
        value = value * 10 + (uint64_t)(*p - '0');
        taken++;
    }
    /* 10^64 is 0 modulo 2^64. */
    if (whole - taken >= 64) return 0;
    for (; taken < whole; taken++)
        value *= 10;
    return (int64_t)(negative ? 0 - value : value);
}

/* Number or string of one to an integer. Strings must be in the type's range;
 * numbers of INT and BIGINT lose their high bits. */
static bool read_integer(JsonCoerce *c, const char **p, const char *end,
                         bool wide, int64_t *value)
{
    if (**p != '"') {
        *value = truncate_number(take_number(p, end));
        return true;
    }
    Str text = take_string(c->arena, p, end);
    if (wide) return number_parse_i64(text, value);
    int32_t narrow;
    if (!number_parse_i32(text, &narrow)) return false;
    *value = narrow;
    return true;
}

static bool is_number_or_string(const char *p)
{
    return *p == '"' || *p == '-' || (unsigned)(*p - '0') < 10;
}

static bool coerce_integer(JsonCoerce *c, const Type *type, const char **p,
                           const char *end, Value *out)
{
    bool wide = type->kind == TYPE_BIGINT || type->kind == TYPE_TIMESTAMP;
    int64_t value;
    if (!is_number_or_string(*p) || !read_integer(c, p, end, wide, &value))
        return false;
    switch (type->kind) {
    case TYPE_INT: out->i32 = (int32_t)(uint32_t)(uint64_t)value; return true;
    case TYPE_DATE:
        if (value < INT32_MIN || value > INT32_MAX) return false;
        out->i32 = (int32_t)value;
        return true;
    case TYPE_TIME:
        if (value < 0 || value > 86400000) return false;
        out->i32 = (int32_t)value;
        return true;
    default: out->i64 = value; return true;
    }
}

/* Fractions are read as exact decimals, which know no negative zero. */
static double number_f64(Str number)
{
    double value = number_json_f64(number);
    if (value != 0) return value;
    for (size_t i = 0; i < number.len && (number.ptr[i] | 0x20) != 'e'; i++)
        if (number.ptr[i] >= '1' && number.ptr[i] <= '9') return value;
    return 0.0;
}

static bool coerce_double(JsonCoerce *c, const char **p, const char *end,
                          Value *out)
{
    if (!is_number_or_string(*p)) return false;
    if (**p == '"')
        return number_parse_f64(take_string(c->arena, p, end), &out->f64);
    out->f64 = number_f64(take_number(p, end));
    return true;
}

static bool exponent_is_sane(Str number)
{
    const char *digits_end;
    int64_t exponent = exponent_of(number, &digits_end);
    return exponent >= -EXPONENT_MAX && exponent <= EXPONENT_MAX;
}

/* True if the text is all digits but for sign, point and exponent; only then
 * may its exponent be looked at. */
static bool looks_like_number(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789+-.eE", text.ptr[i]) || !text.ptr[i])
            return false;
    return text.len > 0;
}

static bool coerce_decimal(JsonCoerce *c, const Type *type, const char **p,
                           const char *end, Value *out)
{
    if (!is_number_or_string(*p)) return false;
    Str text = **p == '"' ? take_string(c->arena, p, end) : take_number(p, end);
    Decimal d, fit;
    if (looks_like_number(text) && !exponent_is_sane(text)) return false;
    if (!decimal_parse(c->arena, text, &d)) return false;
    if (!decimal_fit(c->arena, d, type->precision, type->scale, &fit))
        return false;
    out->dec = arena_copy(c->arena, &fit, sizeof fit);
    return true;
}

/* A number as text: integers as written (but no "-0"), others as Java prints
 * the exact decimal. False: the exponent is beyond reason. */
static bool number_text(Arena *arena, Str number, Str *text)
{
    bool integer = true;
    for (size_t i = 0; i < number.len; i++)
        if (number.ptr[i] == '.' || (number.ptr[i] | 0x20) == 'e')
            integer = false;
    *text = str_eq(number, STR("-0")) ? STR("0") : number;
    if (integer) return true;
    Decimal d;
    if (!exponent_is_sane(number) || !decimal_parse(arena, number, &d))
        return false;
    *text = decimal_print(arena, d);
    return true;
}

/* Appending any value as compact JSON: for objects that become text. Of members
 * with one name the last value wins, at the first one's place. */

typedef struct Member {
    Str name;
    const char *value;
} Member;

static const char *write_compact(JsonCoerce *c, Buf *buf, const char *p,
                                 const char *end);

/* Reads the name at p; gives where its value begins. */
static const char *take_name(Arena *arena, const char *p, const char *end,
                             Str *name)
{
    *name = take_string(arena, &p, end);
    p = json_skip_blanks(p, end) + 1;
    return json_skip_blanks(p, end);
}

/* Behind a value in an object or array: at the next name or item, or NULL
 * behind the bracket, which `*after` then is. */
static const char *next_item(const char *p, const char *end, const char **after)
{
    p = json_skip_blanks(p, end);
    if (*p != ',') {
        *after = p + 1;
        return NULL;
    }
    return json_skip_blanks(p + 1, end);
}

/* The first name or item behind the bracket at p. */
static const char *first_item(const char *p, const char *end,
                              const char **after)
{
    p = json_skip_blanks(p + 1, end);
    if (*p != '}' && *p != ']') return p;
    *after = p + 1;
    return NULL;
}

/* Where the members of the object at p begin, by name in order of the first. */
static const char *collect_members(Arena *arena, const char *p, const char *end,
                                   Map *members)
{
    const char *after;
    for (p = first_item(p, end, &after); p; p = next_item(p, end, &after)) {
        Str name;
        p = take_name(arena, p, end, &name);
        Member *member = map_get(members, name);
        if (!member) {
            member = ARENA_NEW(arena, Member);
            member->name = name;
            map_put(arena, members, name, member);
        }
        member->value = p;
        p = json_scan_value(p, end);
    }
    return after;
}

static const char *write_object(JsonCoerce *c, Buf *buf, const char *p,
                                const char *end)
{
    Map members = {0};
    const char *after = collect_members(c->arena, p, end, &members);
    buf_push(buf, '{');
    for (int i = 0; i < members.count; i++) {
        const Member *member = members.entries[i].value;
        if (i) buf_push(buf, ',');
        json_write_text(buf, member->name);
        buf_push(buf, ':');
        if (!write_compact(c, buf, member->value, end)) return NULL;
    }
    buf_push(buf, '}');
    return after;
}

static const char *write_compact(JsonCoerce *c, Buf *buf, const char *p,
                                 const char *end)
{
    if (*p == '{') return write_object(c, buf, p, end);
    if (*p == '[') {
        const char *after;
        bool first = true;
        buf_push(buf, '[');
        for (p = first_item(p, end, &after); p; p = next_item(p, end, &after)) {
            if (!first) buf_push(buf, ',');
            first = false;
            p = write_compact(c, buf, p, end);
            if (!p) return NULL;
        }
        buf_push(buf, ']');
        return after;
    }
    if (*p == '"') {
        json_write_text(buf, take_string(c->arena, &p, end));
        return p;
    }
    Str text;
    if (*p == '-' || (unsigned)(*p - '0') < 10) {
        if (!number_text(c->arena, take_number(&p, end), &text))
            return fail_text(c, "a number's exponent is out of range");
    } else {
        const char *after = json_scan_scalar(p, end);
        text = (Str){p, (size_t)(after - p)};
        p = after;
    }
    buf_append_str(buf, text);
    return p;
}

/* Appending a value as STRING columns get it: arrays as `[a, b]` with their
 * items as text, objects as compact JSON, the rest as its bare text. */
static const char *write_as_text(JsonCoerce *c, Buf *buf, const char *p,
                                 const char *end)
{
    if (*p == '[') {
        const char *after;
        bool first = true;
        buf_push(buf, '[');
        for (p = first_item(p, end, &after); p; p = next_item(p, end, &after)) {
            if (!first) buf_append_str(buf, STR(", "));
            first = false;
            p = write_as_text(c, buf, p, end);
            if (!p) return NULL;
        }
        buf_push(buf, ']');
        return after;
    }
    if (*p == '"') {
        buf_append_str(buf, take_string(c->arena, &p, end));
        return p;
    }
    return write_compact(c, buf, p, end);
}

static const char *coerce_string(JsonCoerce *c, const char *p, const char *end,
                                 Value *out)
{
    if (*p == '"') {
        out->str = take_string(c->arena, &p, end);
        return p;
    }
    Buf buf = {0};
    const char *after = write_as_text(c, &buf, p, end);
    if (after) out->str = str_copy(c->arena, buf_str(&buf));
    buf_free(&buf);
    return after;
}

static int count_items(const char *p, const char *end)
{
    int count = 0;
    const char *after;
    for (p = first_item(p, end, &after); p; p = next_item(p, end, &after)) {
        p = json_scan_value(p, end);
        count++;
    }
    return count;
}

static const char *coerce_array(JsonCoerce *c, const Type *type, const char *p,
                                const char *end, Value *out)
{
    List *list = list_new(c->arena, count_items(p, end));
    const char *after;
    int i = 0;
    for (p = first_item(p, end, &after); p; p = next_item(p, end, &after)) {
        p = json_coerce(c, type->element, p, end, &list->items[i]);
        if (!p) return fail_below(c, str_printf(c->arena, "[%d]", i));
        i++;
    }
    out->list = list;
    return after;
}

/* Member names become keys; of equal ones the last value wins. */
static const char *coerce_map(JsonCoerce *c, const Type *type, const char *p,
                              const char *end, Value *out)
{
    Map members = {0};
    const char *after = collect_members(c->arena, p, end, &members);
    List *list = list_new(c->arena, 2 * members.count);
    for (int i = 0; i < members.count; i++) {
        const Member *member = members.entries[i].value;
        list->items[2 * i] = (Value){.str = member->name};
        if (!json_coerce(c, type->element, member->value, end,
                         &list->items[2 * i + 1]))
            return fail_below(
                c, str_printf(c->arena, ".%.*s.value", STR_ARG(member->name)));
    }
    out->list = list;
    return after;
}

/* How a member's name fits a field's. */
typedef enum Fit { FIT_NONE, FIT_UPPER, FIT_EXACT } Fit;

/* Each field takes its member as a record's column does: the exact name first,
 * else the upper-cased one, the last of several. */
static const char *coerce_struct(JsonCoerce *c, const Type *type, const char *p,
                                 const char *end, Value *out)
{
    int count = type->field_count;
    List *list = list_new(c->arena, count);
    const char **values = arena_zalloc(c->arena,
                                       sizeof *values * (size_t)(count + 1));
    Fit *fits = arena_zalloc(c->arena, sizeof *fits * (size_t)(count + 1));
    const char *after;
    for (p = first_item(p, end, &after); p; p = next_item(p, end, &after)) {
        Str name;
        p = take_name(c->arena, p, end, &name);
        Str upper = text_upper(c->arena, name);
        for (int i = 0; i < count; i++) {
            Str field = type->fields[i].name;
            Fit fit = str_eq(field, name)    ? FIT_EXACT
                      : str_eq(field, upper) ? FIT_UPPER
                                             : FIT_NONE;
            if (fit == FIT_NONE || fit < fits[i]) continue;
            fits[i] = fit;
            values[i] = p;
        }
        p = json_scan_value(p, end);
    }
    for (int i = 0; i < count; i++) {
        list->items[i] = VALUE_NULL;
        if (!values[i]) continue;
        if (!json_coerce(c, type->fields[i].type, values[i], end,
                         &list->items[i]))
            return fail_below(c, str_printf(c->arena, ".%.*s",
                                            STR_ARG(type->fields[i].name)));
    }
    out->list = list;
    return after;
}

/* A scalar other than STRING; false if it cannot be converted. */
static bool coerce_scalar(JsonCoerce *c, const Type *type, const char **p,
                          const char *end, Value *out)
{
    switch (type->kind) {
    case TYPE_BOOLEAN:
        if (**p != 't' && **p != 'f') return false;
        out->boolean = **p == 't';
        *p = json_scan_scalar(*p, end);
        return true;
    case TYPE_DOUBLE: return coerce_double(c, p, end, out);
    case TYPE_DECIMAL: return coerce_decimal(c, type, p, end, out);
    case TYPE_BYTES:
        if (**p != '"') return false;
        return base64_decode(c->arena, take_string(c->arena, p, end),
                             &out->str);
    default: return coerce_integer(c, type, p, end, out);
    }
}

const char *json_coerce(JsonCoerce *c, const Type *type, const char *p,
                        const char *end, Value *out)
{
    assert(p < end);
    *out = (Value){0};
    if (*p == 'n') {
        *out = VALUE_NULL;
        return json_scan_scalar(p, end);
    }
    const char *at = p;
    switch (type->kind) {
    case TYPE_STRING: return coerce_string(c, p, end, out);
    case TYPE_ARRAY:
        if (*p == '[') return coerce_array(c, type, p, end, out);
        break;
    case TYPE_MAP:
        if (*p == '{') return coerce_map(c, type, p, end, out);
        break;
    case TYPE_STRUCT:
        if (*p == '{') return coerce_struct(c, type, p, end, out);
        break;
    default:
        if (coerce_scalar(c, type, &at, end, out)) return at;
    }
    return fail(c, type, p, end);
}
