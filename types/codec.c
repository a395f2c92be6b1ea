/* SPDX-License-Identifier: Apache-2.0
 *
 * Row codec: values to bytes and back (the layout is drawn in codec.h).
 *
 *   nested   [uint32 count][4 bytes 0][a row of `count` items, 8-aligned]
 *   DECIMAL  [int32 scale][two's complement, big-endian, minimal]
 *
 * Heap items follow each other in slot order; nested ones start 8-aligned, and
 * every row is padded to a multiple of 8, so that rows put one after the other
 * stay aligned. A null's slot is zero. Encoding is canonical: the same items
 * give the same bytes, so rows may be compared as bytes. Only fixed-width slots
 * and their null bits may be changed in place.
 *
 * The decoder trusts nothing: each item must lie behind the one before it and
 * inside the row, and the last one must end it. So the work and memory of
 * decoding are bounded by the length of the bytes, whatever is in them. It
 * reads through memcpy, as bytes from a message need not be aligned.
 */
#include "types/codec.h"

#include <assert.h>

#include "types/decimal_int.h"

enum {
    SLOT_BYTES = 8,
    LIST_HEAD_BYTES = 8,
    SCALE_BYTES = 4,
    /* Scales beyond this and the type's precision are damage: printing such a
     * number would take as many zeros. */
    SCALE_SLACK = 1 << 20,
};

/* The types of a row's items: an array of them, or one nested type. */
typedef struct RowTypes {
    const Type *const *array;
    const Type *nested;
} RowTypes;

static inline const Type *row_type(RowTypes types, int i)
{
    if (types.array) return types.array[i];
    const Type *nested = types.nested;
    if (nested->kind == TYPE_STRUCT) return nested->fields[i].type;
    return nested->kind == TYPE_MAP && !(i & 1) ? nested->key : nested->element;
}

static inline size_t align_up(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

/* The bitmap and the slots behind it. */
static inline size_t slot_offset(int count, int i)
{
    return (size_t)((count + 63) / 64 + i) * SLOT_BYTES;
}

/* Fills up with zeros, so that the row at `start` is 8-aligned at its end. */
static void pad_row(Buf *buf, size_t start)
{
    size_t len = buf->len - start, more = align_up(len) - len;
    buf_reserve(buf, SLOT_BYTES);
    memset(buf->ptr + buf->len, 0, more);
    buf->len += more;
}

/* The slot of a fixed-width value. */
static inline uint64_t fixed_bits(const Type *type, const Value *value)
{
    uint64_t bits;
    switch (type->kind) {
    case TYPE_BOOLEAN: return value->boolean;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: return (uint32_t)value->i32;
    case TYPE_DOUBLE: memcpy(&bits, &value->f64, sizeof bits); return bits;
    default: return (uint64_t)value->i64;
    }
}

static void encode_row(Buf *buf, RowTypes types, const Value *values,
                       int count);

/* Appends the heap item of `value`; the row began at `start`. Returns where the
 * item is in the row. */
static size_t encode_item(Buf *buf, size_t start, const Type *type,
                          const Value *value)
{
    size_t at = buf->len - start;
    switch (type->kind) {
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_UNIT: buf_append(buf, value->str.ptr, value->str.len); break;
    case TYPE_DECIMAL:
        buf_reserve(buf, SCALE_BYTES + decimal_bytes_room(*value->dec));
        memcpy(buf->ptr + buf->len, &value->dec->scale, SCALE_BYTES);
        buf->len += SCALE_BYTES;
        buf->len += decimal_write_bytes(*value->dec, buf->ptr + buf->len);
        break;
    default: {
        assert(type->kind == TYPE_ARRAY || type->kind == TYPE_MAP ||
               type->kind == TYPE_STRUCT);
        const List *list = value->list;
        assert(type->kind != TYPE_STRUCT || list->count == type->field_count);
        uint32_t head[2] = {(uint32_t)list->count, 0};
        pad_row(buf, start);
        at = buf->len - start;
        buf_append(buf, head, sizeof head);
        encode_row(buf, (RowTypes){.nested = type}, list->items, list->count);
    }
    }
    return at;
}

static void encode_row(Buf *buf, RowTypes types, const Value *values, int count)
{
    size_t start = buf->len, fixed = row_fixed_bytes(count);
    buf_reserve(buf, fixed + SLOT_BYTES);
    memset(buf->ptr + start, 0, slot_offset(count, 0));
    buf->len += fixed;
    for (int i = 0; i < count; i++) {
        const Type *type = row_type(types, i);
        uint64_t slot = 0;
        if (values[i].null || type->kind == TYPE_NULL) {
            buf->ptr[start + (size_t)i / 8] |= (char)(1 << (i % 8));
        } else if (type_is_fixed(type)) {
            slot = fixed_bits(type, &values[i]);
        } else {
            size_t at = encode_item(buf, start, type, &values[i]);
            size_t len = buf->len - start - at;
            assert(at + len <= UINT32_MAX);
            slot = (uint64_t)len << 32 | at;
        }
        memcpy(buf->ptr + start + slot_offset(count, i), &slot, sizeof slot);
    }
    pad_row(buf, start);
}

void row_encode(Buf *buf, const Type *const *types, const Value *values,
                int count)
{
    encode_row(buf, (RowTypes){.array = types}, values, count);
}

static bool decode_row(Arena *arena, Str bytes, RowTypes types, Value *values,
                       int count);

static bool decode_decimal(Arena *arena, const Type *type, Str item, Value *out)
{
    int32_t scale;
    int64_t limit = (int64_t)type->precision + SCALE_SLACK;
    if (item.len <= SCALE_BYTES) return false;
    memcpy(&scale, item.ptr, sizeof scale);
    if (scale < -limit || scale > limit) return false;
    Decimal *dec = arena_alloc(arena, sizeof *dec);
    Str integer = {item.ptr + SCALE_BYTES, item.len - SCALE_BYTES};
    *dec = decimal_from_bytes(arena, integer, scale);
    *out = (Value){.dec = dec};
    return true;
}

static bool decode_list(Arena *arena, const Type *type, Str item, Value *out)
{
    uint32_t count;
    if (item.len < LIST_HEAD_BYTES) return false;
    memcpy(&count, item.ptr, sizeof count);
    Str row = {item.ptr + LIST_HEAD_BYTES, item.len - LIST_HEAD_BYTES};
    if (count > row.len / SLOT_BYTES) return false;
    if (type->kind == TYPE_MAP && count % 2) return false;
    if (type->kind == TYPE_STRUCT && count != (uint32_t)type->field_count)
        return false;
    List *list = list_new(arena, (int)count);
    *out = (Value){.list = list};
    return decode_row(arena, row, (RowTypes){.nested = type}, list->items,
                      (int)count);
}

/* The item that `slot` points to, if it lies in `row` behind `*end`, which
 * moves on. */
static bool find_item(Str row, uint64_t slot, bool aligned, size_t *end,
                      Str *item)
{
    size_t at = (uint32_t)slot, len = slot >> 32;
    size_t expected = aligned ? align_up(*end) : *end;
    if (at != expected || at > row.len || len > row.len - at) return false;
    *item = (Str){row.ptr + at, len};
    *end = at + len;
    return true;
}

/* Reads a value that is not null from its slot. */
static bool decode_slot(Arena *arena, Str row, const Type *type, uint64_t slot,
                        size_t *end, Value *out)
{
    Str item;
    switch (type->kind) {
    case TYPE_BOOLEAN: *out = (Value){.boolean = slot == 1}; return slot <= 1;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: *out = (Value){.i32 = (int32_t)(uint32_t)slot}; return true;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: *out = (Value){.i64 = (int64_t)slot}; return true;
    case TYPE_DOUBLE:
        *out = (Value){.f64 = 0};
        memcpy(&out->f64, &slot, sizeof slot);
        return true;
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_UNIT:
        if (!find_item(row, slot, false, end, &item)) return false;
        *out = (Value){.str = item};
        return true;
    case TYPE_DECIMAL:
        return find_item(row, slot, false, end, &item) &&
               decode_decimal(arena, type, item, out);
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT:
        return find_item(row, slot, true, end, &item) &&
               decode_list(arena, type, item, out);
    default: return false; /* NULL is always null, LAMBDA is never stored. */
    }
}

static bool decode_row(Arena *arena, Str bytes, RowTypes types, Value *values,
                       int count)
{
    size_t end = row_fixed_bytes(count);
    if (bytes.len < end) return false;
    for (int i = 0; i < count; i++) {
        const Type *type = row_type(types, i);
        uint64_t slot;
        memcpy(&slot, bytes.ptr + slot_offset(count, i), sizeof slot);
        if (bytes.ptr[i / 8] >> (i % 8) & 1)
            values[i] = VALUE_NULL;
        else if (!decode_slot(arena, bytes, type, slot, &end, &values[i]))
            return false;
    }
    return bytes.len == align_up(end);
}

bool row_decode(Arena *arena, Str bytes, const Type *const *types,
                Value *values, int count)
{
    return decode_row(arena, bytes, (RowTypes){.array = types}, values, count);
}
