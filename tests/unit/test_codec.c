/* SPDX-License-Identifier: Apache-2.0
 *
 * Row codec: the exact bytes of a small row, random rows of random types there
 * and back, fixed slots changed in place, and damaged rows. Damage must never
 * crash (run this under the sanitizers); what still decodes must be a row that
 * can be used.
 */
#include "types/codec.h"

#include "base/alloc.h"
#include "tests/unit/check.h"

static Arena *arena;

static uint64_t seed = 99;

static uint32_t random_u32(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 32);
}

static const Type *random_type(int depth)
{
    static const Type *const scalars[] = {
        &type_boolean, &type_int,  &type_bigint, &type_double,    &type_string,
        &type_bytes,   &type_date, &type_time,   &type_timestamp,
    };
    uint32_t pick = random_u32() % (depth > 0 ? 14 : 10);
    if (pick < 9) return scalars[pick];
    if (pick == 9) return type_decimal(arena, 50, 10);
    if (pick < 11) return type_array(arena, random_type(depth - 1));
    if (pick < 12)
        return type_map(arena, random_type(0), random_type(depth - 1));
    Field fields[4];
    int count = (int)(random_u32() % 5);
    for (int i = 0; i < count; i++)
        fields[i] = (Field){str_printf(arena, "F%d", i),
                            random_type(depth - 1)};
    return type_struct(arena, fields, count);
}

static Str random_text(void)
{
    size_t len = random_u32() % 20;
    char *text = arena_alloc(arena, len);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)random_u32();
    return (Str){text, len};
}

static Value random_value(const Type *type)
{
    Value value = {
        .i64 = (int64_t)((uint64_t)random_u32() << 32 | random_u32())};
    if (random_u32() % 6 == 0) return VALUE_NULL;
    switch (type->kind) {
    case TYPE_BOOLEAN: return (Value){.boolean = random_u32() & 1};
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: return (Value){.i32 = (int32_t)random_u32()};
    case TYPE_STRING:
    case TYPE_BYTES: return (Value){.str = random_text()};
    case TYPE_DECIMAL: {
        Decimal *dec = ARENA_NEW(arena, Decimal);
        *dec = decimal_from_bytes(arena, random_text(), type->scale);
        return (Value){.dec = dec};
    }
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT: {
        int count = type->kind == TYPE_STRUCT ? type->field_count
                    : type->kind == TYPE_MAP  ? (int)(random_u32() % 4) * 2
                                              : (int)(random_u32() % 70);
        List *list = list_new(arena, count);
        for (int i = 0; i < count; i++)
            list->items[i] = random_value(
                type->kind == TYPE_STRUCT            ? type->fields[i].type
                : type->kind == TYPE_MAP && !(i % 2) ? type->key
                                                     : type->element);
        return (Value){.list = list};
    }
    default: return value;
    }
}

enum { COLUMNS_MAX = 140 };

typedef struct Row {
    int count;
    const Type *types[COLUMNS_MAX];
    Value values[COLUMNS_MAX];
} Row;

static Row random_row(int count_max)
{
    Row row = {.count = (int)(random_u32() % (unsigned)(count_max + 1))};
    for (int i = 0; i < row.count; i++) {
        row.types[i] = random_type(3);
        row.values[i] = random_value(row.types[i]);
    }
    return row;
}

static void test_layout(void)
{
    const Type *types[] = {&type_int, &type_string, &type_bigint,
                           type_array(arena, &type_boolean)};
    Value item = {.boolean = true};
    List *list = list_new(arena, 1);
    list->items[0] = item;
    Value values[] = {
        {.i32 = -2}, {.str = STR("abc")}, VALUE_NULL, {.list = list}};
    static const unsigned char expected[] = {
        0x04, 0,    0,    0,    0,  0, 0, 0, /* Null: slot 2. */
        0xfe, 0xff, 0xff, 0xff, 0,  0, 0, 0, /* -2 */
        40,   0,    0,    0,    3,  0, 0, 0, /* "abc" at 40 */
        0,    0,    0,    0,    0,  0, 0, 0, /* Null. */
        48,   0,    0,    0,    24, 0, 0, 0, /* The array at 48. */
        'a',  'b',  'c',  0,    0,  0, 0, 0, /* Padded. */
        1,    0,    0,    0,    0,  0, 0, 0, /* One item: */
        0,    0,    0,    0,    0,  0, 0, 0, /* not null, */
        1,    0,    0,    0,    0,  0, 0, 0, /* true. */
    };
    Buf buf = {0};
    row_encode(&buf, types, values, 4);
    CHECK(buf.len == sizeof expected);
    CHECK(buf.len == sizeof expected &&
          memcmp(buf.ptr, expected, sizeof expected) == 0);
    buf.len = 0;
    const Type *dec_type = type_decimal(arena, 5, 2);
    Decimal dec = decimal_from_i64(-300, 2);
    Value one = {.dec = &dec};
    row_encode(&buf, &dec_type, &one, 1);
    static const unsigned char decimal_row[] = {
        0, 0, 0, 0, 0, 0, 0, 0, 16,   0,    0, 0,
        6, 0, 0, 0, 2, 0, 0, 0, 0xfe, 0xd4, 0, 0,
    };
    CHECK(buf.len == sizeof decimal_row &&
          memcmp(buf.ptr, decimal_row, sizeof decimal_row) == 0);
    CHECK(row_fixed_bytes(0) == 0 && row_fixed_bytes(1) == 16);
    CHECK(row_fixed_bytes(64) == 520 && row_fixed_bytes(65) == 536);
    buf_free(&buf);
}

/* Decodes from memory of exactly that length, at an odd address, so that the
 * sanitizers see any byte read outside. */
static bool decode_exact(Str bytes, const Row *row, Value *values)
{
    char *copy = mem_alloc(bytes.len + 1);
    memcpy(copy + 1, bytes.ptr, bytes.len);
    bool ok = row_decode(arena, (Str){copy + 1, bytes.len}, row->types, values,
                         row->count);
    if (ok) /* Borrowed: used before the memory goes. */
        for (int i = 0; i < row->count; i++) {
            values[i] = value_copy(arena, row->types[i], values[i]);
            value_hash(row->types[i], &values[i]);
        }
    mem_free(copy);
    return ok;
}

static void test_round_trip(void)
{
    for (int i = 0; i < 400; i++) {
        Row row = random_row(i % 50 ? 8 : COLUMNS_MAX);
        Value back[COLUMNS_MAX];
        Buf buf = {0}, again = {0};
        row_encode(&buf, row.types, row.values, row.count);
        CHECK(buf.len % 8 == 0);
        CHECK(buf.len >= row_fixed_bytes(row.count));
        bool ok = decode_exact(buf_str(&buf), &row, back);
        CHECK(ok);
        for (int c = 0; ok && c < row.count; c++)
            CHECK(value_equal(row.types[c], &row.values[c], &back[c]));
        if (ok) row_encode(&again, row.types, back, row.count);
        CHECK(str_eq(buf_str(&buf), buf_str(&again)));
        /* A second row in the buffer is the same bytes. */
        size_t len = buf.len;
        row_encode(&buf, row.types, row.values, row.count);
        CHECK(buf.len == 2 * len && memcmp(buf.ptr, buf.ptr + len, len) == 0);
        buf_free(&buf);
        buf_free(&again);
        arena_reset(arena);
    }
}

static void test_in_place(void)
{
    const Type *types[] = {&type_bigint, &type_string, &type_double, &type_int};
    Value values[] = {{.i64 = 1}, {.str = STR("x")}, {.f64 = 2}, {.i32 = 3}};
    Value back[4];
    Buf buf = {0};
    row_encode(&buf, types, values, 4);
    ++*(int64_t *)row_slot(buf.ptr, 4, 0);
    *(double *)row_slot(buf.ptr, 4, 2) += 0.5;
    *(int32_t *)row_slot(buf.ptr, 4, 3) = -7;
    CHECK(row_decode(arena, buf_str(&buf), types, back, 4));
    CHECK(back[0].i64 == 2 && back[2].f64 == 2.5 && back[3].i32 == -7);
    CHECK_STR(back[1].str, "x");
    buf.ptr[0] |= 1; /* The null bit of slot 0. */
    CHECK(row_decode(arena, buf_str(&buf), types, back, 4) && back[0].null);
    buf_free(&buf);
}

/* Lengths that are wrong are always found. */
static void test_wrong_length(void)
{
    for (int i = 0; i < 60; i++) {
        Row row = random_row(6);
        if (row.count == 0) continue;
        Value back[COLUMNS_MAX];
        Buf buf = {0};
        row_encode(&buf, row.types, row.values, row.count);
        Str bytes = buf_str(&buf);
        for (size_t len = 0; len < bytes.len; len++)
            CHECK(!decode_exact((Str){bytes.ptr, len}, &row, back));
        buf_append(&buf, "\0\0\0\0\0\0\0\0", 8);
        CHECK(!decode_exact(buf_str(&buf), &row, back));
        buf_free(&buf);
        arena_reset(arena);
    }
}

static void test_damage(void)
{
    int refused = 0;
    for (int i = 0; i < 6000; i++) {
        if (i % 100 == 0) arena_reset(arena);
        Row row = random_row(5);
        Value back[COLUMNS_MAX];
        Buf buf = {0};
        row_encode(&buf, row.types, row.values, row.count);
        int hits = 1 + (int)(random_u32() % 4);
        for (int h = 0; buf.len && h < hits; h++) {
            size_t at = random_u32() % buf.len;
            /* Small offsets and lengths are likelier to look right. */
            buf.ptr[at] = (char)(random_u32() % 2 ? random_u32()
                                                  : random_u32() % 9 * 8);
        }
        if (decode_exact(buf_str(&buf), &row, back)) {
            Buf text = {0};
            for (int c = 0; c < row.count; c++)
                value_print_json(&text, row.types[c], &back[c]);
            buf_free(&text);
        } else {
            refused++;
        }
        buf_free(&buf);
    }
    CHECK(refused > 500);
}

/* Rows that would cost more than their bytes, or overlap. */
static void test_hostile(void)
{
    const Type *nested = type_array(arena, type_array(arena, &type_bigint));
    const Type *types[] = {nested};
    Value back;
    uint64_t row[] = {0, UINT64_C(24) << 32 | 16, UINT32_MAX, 0, 0};
    Str bytes = {(const char *)row, sizeof row};
    CHECK(!row_decode(arena, bytes, types, &back, 1));
    /* Two items that are the same bytes. */
    const Type *two[] = {&type_string, &type_string};
    Value values[2];
    uint64_t overlap[] = {0, UINT64_C(8) << 32 | 24, UINT64_C(8) << 32 | 24, 0};
    bytes = (Str){(const char *)overlap, sizeof overlap};
    CHECK(!row_decode(arena, bytes, two, values, 2));
    /* A slot pointing into the slots. */
    const Type *one[] = {&type_string};
    uint64_t into[] = {0, UINT64_C(8) << 32 | 8};
    bytes = (Str){(const char *)into, sizeof into};
    CHECK(!row_decode(arena, bytes, one, values, 1));
    /* A boolean that is neither. */
    const Type *flag[] = {&type_boolean};
    uint64_t neither[] = {0, 2};
    bytes = (Str){(const char *)neither, sizeof neither};
    CHECK(!row_decode(arena, bytes, flag, values, 1));
    /* A decimal of two billion zeros. */
    const Type *dec[] = {type_decimal(arena, 4, 2)};
    uint64_t zeros[] = {0, UINT64_C(5) << 32 | 16, 0x0180000001};
    bytes = (Str){(const char *)zeros, sizeof zeros};
    CHECK(!row_decode(arena, bytes, dec, values, 1));
}

int main(void)
{
    arena = arena_new("test", 0);
    test_layout();
    test_round_trip();
    test_in_place();
    test_wrong_length();
    test_damage();
    test_hostile();
    arena_free(arena);
    return check_done();
}
