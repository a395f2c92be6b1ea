/* SPDX-License-Identifier: Apache-2.0
 *
 * CAST: the table of language 2.4.
 *
 * cast_value looks at the target first, one function each; the notes t1 to t9
 * are named where they are done. Text is trimmed before it is read (Java's
 * trim). ARRAY, MAP and STRUCT are converted item by item; a failure makes the
 * whole value NULL, however deep it happened.
 *
 * A reason quotes the value, cut to 60 bytes at a character.
 */
#include "types/cast.h"

#include <assert.h>
#include <math.h>

#include "base/number.h"
#include "types/datetime.h"

enum { WHY_TEXT_MAX = 60 };

/* Legal pairs of different scalar types, and of anything to STRING. */
static bool scalar_allowed(const Type *from, const Type *to)
{
    if (to->kind == TYPE_STRING)
        return from->kind >= TYPE_BOOLEAN && from->kind <= TYPE_STRUCT &&
               from->kind != TYPE_BYTES;
    switch (from->kind) {
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_DECIMAL:
    case TYPE_DOUBLE: return type_is_numeric(to);
    case TYPE_STRING:
        return to->kind >= TYPE_BOOLEAN && to->kind <= TYPE_TIMESTAMP;
    case TYPE_DATE: return to->kind == TYPE_TIMESTAMP;
    case TYPE_TIMESTAMP: return to->kind == TYPE_DATE || to->kind == TYPE_TIME;
    default: return false;
    }
}

/* The index of the field of `type` named `name`, or -1. */
static int field_find(const Type *type, Str name)
{
    for (int i = 0; i < type->field_count; i++)
        if (str_eq(type->fields[i].name, name)) return i;
    return -1;
}

static bool fields_castable(const Type *from, const Type *to)
{
    for (int i = 0; i < to->field_count; i++) {
        int at = field_find(from, to->fields[i].name);
        if (at >= 0 && !cast_allowed(from->fields[at].type, to->fields[i].type))
            return false;
    }
    return true;
}

bool cast_allowed(const Type *from, const Type *to)
{
    if (type_equal(from, to)) return true;
    if (from->kind == TYPE_NULL) return to->kind < TYPE_LAMBDA;
    if (from->kind != to->kind) return scalar_allowed(from, to);
    switch (from->kind) {
    case TYPE_ARRAY: return cast_allowed(from->element, to->element);
    case TYPE_MAP:
        return cast_allowed(from->key, to->key) &&
               cast_allowed(from->element, to->element);
    case TYPE_STRUCT: return fields_castable(from, to);
    default: return from->kind == TYPE_DECIMAL;
    }
}

bool cast_implicit(const Type *from, const Type *to)
{
    switch (from->kind) {
    case TYPE_INT:
        return to->kind == TYPE_BIGINT || to->kind == TYPE_DECIMAL ||
               to->kind == TYPE_DOUBLE;
    case TYPE_BIGINT:
        return to->kind == TYPE_DECIMAL || to->kind == TYPE_DOUBLE;
    case TYPE_DECIMAL: return to->kind == TYPE_DOUBLE;
    case TYPE_STRING:
        return to->kind == TYPE_DATE || to->kind == TYPE_TIME ||
               to->kind == TYPE_TIMESTAMP || to->kind == TYPE_BYTES;
    default: return false;
    }
}

/* t6: any prefix of `true` or `yes`, in any case; all other text is false. */
static bool text_is_true(Str text)
{
    static const Str words[] = {STR_INIT("true"), STR_INIT("yes")};
    text = str_trim(text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text.len && text.len <= words[i].len &&
            str_eq_nocase(text, (Str){words[i].ptr, text.len}))
            return true;
    return false;
}

/* t5: toward zero, saturating at the limits, NaN is 0. 2^63 is the first double
 * above INT64_MAX. */
int64_t cast_f64_to_i64(double value)
{
    if (value != value) return 0;
    if (value >= 0x1p63) return INT64_MAX;
    if (value < -0x1p63) return INT64_MIN;
    return (int64_t)value;
}

int32_t cast_f64_to_i32(double value)
{
    int64_t wide = cast_f64_to_i64(value);
    return wide > INT32_MAX   ? INT32_MAX
           : wide < INT32_MIN ? INT32_MIN
                              : (int32_t)wide;
}

static bool to_boolean(const Type *from, const Value *in, Value *out)
{
    assert(from->kind == TYPE_STRING);
    (void)from;
    *out = (Value){.boolean = text_is_true(in->str)};
    return true;
}

static bool to_int(Arena *arena, const Type *from, const Value *in, Value *out)
{
    bool fits;
    *out = (Value){.i32 = 0};
    switch (from->kind) {
    case TYPE_BIGINT: out->i32 = (int32_t)(uint32_t)in->i64; return true;
    case TYPE_DECIMAL:
        out->i32 = (int32_t)(uint32_t)decimal_to_i64(arena, *in->dec, &fits);
        return true;
    case TYPE_DOUBLE: out->i32 = cast_f64_to_i32(in->f64); return true;
    case TYPE_STRING: return number_parse_i32(str_trim(in->str), &out->i32);
    default: return false;
    }
}

static bool to_bigint(Arena *arena, const Type *from, const Value *in,
                      Value *out)
{
    bool fits;
    *out = (Value){.i64 = 0};
    switch (from->kind) {
    case TYPE_INT: out->i64 = in->i32; return true;
    case TYPE_DECIMAL:
        out->i64 = decimal_to_i64(arena, *in->dec, &fits);
        return true;
    case TYPE_DOUBLE: out->i64 = cast_f64_to_i64(in->f64); return true;
    case TYPE_STRING: return number_parse_i64(str_trim(in->str), &out->i64);
    default: return false;
    }
}

static bool to_double(Arena *arena, const Type *from, const Value *in,
                      Value *out)
{
    *out = (Value){.f64 = 0};
    switch (from->kind) {
    case TYPE_INT: out->f64 = in->i32; return true;
    case TYPE_BIGINT: out->f64 = (double)in->i64; return true;
    case TYPE_DECIMAL: out->f64 = decimal_to_f64(arena, *in->dec); return true;
    case TYPE_STRING: /* t7: what is not finite is a failure. */
        return number_parse_f64(str_trim(in->str), &out->f64) &&
               isfinite(out->f64);
    default: return false;
    }
}

/* t2: half-up to the scale, and then within the precision. */
static bool to_decimal(Arena *arena, const Type *from, const Type *to,
                       const Value *in, Value *out)
{
    Decimal value;
    switch (from->kind) {
    case TYPE_INT: value = decimal_from_i64(in->i32, 0); break;
    case TYPE_BIGINT: value = decimal_from_i64(in->i64, 0); break;
    case TYPE_DECIMAL: value = *in->dec; break;
    case TYPE_DOUBLE:
        if (!decimal_from_f64(arena, in->f64, &value)) return false;
        break;
    case TYPE_STRING:
        if (!decimal_parse(arena, str_trim(in->str), &value)) return false;
        break;
    default: return false;
    }
    Decimal *dec = arena_alloc(arena, sizeof *dec);
    *out = (Value){.dec = dec};
    if (value.scale > to->scale)
        value = decimal_rescale(arena, value, to->scale, ROUND_HALF_UP);
    return decimal_fit(arena, value, to->precision, to->scale, dec);
}

enum { MS_PER_DAY = 24 * 60 * 60 * 1000 };

/* Days from the epoch to the UTC day of `ms`. */
static int64_t floor_days(int64_t ms)
{
    return ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
}

static bool to_date(const Type *from, const Value *in, Value *out)
{
    *out = (Value){.i32 = 0};
    if (from->kind == TYPE_STRING)
        return date_parse(str_trim(in->str), &out->i32);
    int64_t days = floor_days(in->i64);
    out->i32 = (int32_t)days;
    return from->kind == TYPE_TIMESTAMP && days == out->i32;
}

static bool to_time(const Type *from, const Value *in, Value *out)
{
    *out = (Value){.i32 = 0};
    if (from->kind == TYPE_STRING)
        return time_parse(str_trim(in->str), &out->i32);
    int32_t ms = (int32_t)(in->i64 % MS_PER_DAY);
    out->i32 = ms < 0 ? ms + MS_PER_DAY : ms;
    return from->kind == TYPE_TIMESTAMP;
}

static bool to_timestamp(const Type *from, const Value *in, Value *out)
{
    *out = (Value){.i64 = 0};
    if (from->kind == TYPE_STRING)
        return timestamp_parse(str_trim(in->str), &out->i64);
    out->i64 = (int64_t)in->i32 * MS_PER_DAY;
    return from->kind == TYPE_DATE;
}

static bool to_bytes(Arena *arena, const Type *from, const Value *in,
                     Value *out)
{
    *out = (Value){.str = STR("")};
    return from->kind == TYPE_STRING &&
           base64_decode(arena, str_trim(in->str), &out->str);
}

static bool to_array(Arena *arena, const Type *from, const Type *to,
                     const List *in, Value *out, const char **why)
{
    List *list = list_new(arena, in->count);
    *out = (Value){.list = list};
    for (int i = 0; i < in->count; i++)
        if (!cast_value(arena, from->element, to->element, &in->items[i],
                        &list->items[i], why))
            return false;
    return true;
}

/* Different keys may become one (BIGINT to INT wraps): the later value wins.
 * Open addressing over entry numbers + 1. */
typedef struct KeySet {
    int *slots;
    uint64_t mask;
} KeySet;

static KeySet key_set_new(Arena *arena, int entries)
{
    uint64_t size = 4;
    while (size < 2 * (uint64_t)entries)
        size *= 2;
    return (KeySet){arena_zalloc(arena, sizeof(int) * size), size - 1};
}

/* Adds the last key of `map`; the item index of an equal one before it, or -1.
 */
static int key_set_add(KeySet *set, const Type *key_type, const List *map)
{
    int last = map->count - 2;
    uint64_t at = value_hash(key_type, &map->items[last]);
    for (;; at++) {
        int *slot = &set->slots[at & set->mask];
        int item = 2 * (*slot - 1);
        if (*slot == 0) {
            *slot = last / 2 + 1;
            return -1;
        }
        if (value_equal(key_type, &map->items[item], &map->items[last]))
            return item;
    }
}

static bool to_map(Arena *arena, const Type *from, const Type *to,
                   const List *in, Value *out, const char **why)
{
    List *list = list_new(arena, in->count);
    *out = (Value){.list = list};
    list->count = 0;
    bool check = !type_equal(from->key, to->key);
    KeySet keys = {0};
    if (check) keys = key_set_new(arena, in->count / 2);
    for (int i = 0; i + 1 < in->count; i += 2) {
        Value *entry = &list->items[list->count];
        if (!cast_value(arena, from->key, to->key, &in->items[i], &entry[0],
                        why) ||
            !cast_value(arena, from->element, to->element, &in->items[i + 1],
                        &entry[1], why))
            return false;
        list->count += 2;
        int same = check ? key_set_add(&keys, to->key, list) : -1;
        if (same < 0) continue;
        list->items[same + 1] = entry[1];
        list->count -= 2;
    }
    return true;
}

/* Fields match by name; missing ones are NULL, surplus ones vanish. */
static bool to_struct(Arena *arena, const Type *from, const Type *to,
                      const List *in, Value *out, const char **why)
{
    List *list = list_new(arena, to->field_count);
    *out = (Value){.list = list};
    for (int i = 0; i < to->field_count; i++) {
        int at = field_find(from, to->fields[i].name);
        list->items[i] = VALUE_NULL;
        if (at >= 0 &&
            !cast_value(arena, from->fields[at].type, to->fields[i].type,
                        &in->items[at], &list->items[i], why))
            return false;
    }
    return true;
}

static bool convert(Arena *arena, const Type *from, const Type *to,
                    const Value *in, Value *out, const char **why)
{
    switch (to->kind) {
    case TYPE_BOOLEAN: return to_boolean(from, in, out);
    case TYPE_INT: return to_int(arena, from, in, out);
    case TYPE_BIGINT: return to_bigint(arena, from, in, out);
    case TYPE_DOUBLE: return to_double(arena, from, in, out);
    case TYPE_DECIMAL: return to_decimal(arena, from, to, in, out);
    case TYPE_STRING: /* t1, t9 */
        *out = (Value){.str = value_print(arena, from, in)};
        return true;
    case TYPE_BYTES: return to_bytes(arena, from, in, out);
    case TYPE_DATE: return to_date(from, in, out);
    case TYPE_TIME: return to_time(from, in, out);
    case TYPE_TIMESTAMP: return to_timestamp(from, in, out);
    case TYPE_ARRAY: return to_array(arena, from, to, in->list, out, why);
    case TYPE_MAP: return to_map(arena, from, to, in->list, out, why);
    case TYPE_STRUCT: return to_struct(arena, from, to, in->list, out, why);
    default: return false;
    }
}

/* `text` cut to a length fit for a message. */
static Str shorten(Arena *arena, Str text)
{
    if (text.len <= WHY_TEXT_MAX) return text;
    size_t len = WHY_TEXT_MAX;
    while (len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return str_printf(arena, "%.*s...", (int)len, text.ptr);
}

static const char *reason(Arena *arena, const Type *from, const Type *to,
                          const Value *in)
{
    Str text = shorten(arena, value_print(arena, from, in));
    Str type = type_print(arena, to);
    return str_printf(arena, "cannot cast '%.*s' to %.*s", STR_ARG(text),
                      STR_ARG(type))
        .ptr;
}

bool cast_value(Arena *arena, const Type *from, const Type *to, const Value *in,
                Value *out, const char **why)
{
    const char *inner = NULL;
    /* A decimal may have another scale than its type: it is always fitted. */
    if (in->null || (to->kind != TYPE_DECIMAL && type_equal(from, to))) {
        *out = *in;
        return true;
    }
    if (convert(arena, from, to, in, out, &inner)) return true;
    *out = VALUE_NULL;
    if (why) *why = inner ? inner : reason(arena, from, to, in);
    return false;
}
