/* SPDX-License-Identifier: Apache-2.0
 *
 * DELIMITED: pairs of bytes and row checked both ways, the quoting rules, and
 * records that cannot be read.
 */
#include "tests/unit/format_check.h"

static const Pair pairs[] = {
    {"A BIGINT, B STRING", "1,x", "[1,\"x\"]", NULL},
    {"A BIGINT, B STRING", "1,", "[1,null]", NULL},
    {"A BIGINT, B STRING", ",x", "[null,\"x\"]", NULL},
    {"A BIGINT, B STRING", ",", "[null,null]", NULL},
    {"A BIGINT, B STRING", "1,\"\"", "[1,null]", "1,"},
    {"A BIGINT, B STRING", "1,x\n", "[1,\"x\"]", "1,x"},
    {"A BIGINT, B STRING", "\r\n\n1,x\r\n2,y", "[1,\"x\"]", "1,x"},
    {"A STRING, B STRING", " a , b c", "[\" a \",\" b c\"]",
     "\" a \",\" b c\""},
    {"A STRING, B STRING", "\"a,b\",\"say \"\"hi\"\"\"",
     "[\"a,b\",\"say \\\"hi\\\"\"]", NULL},
    {"A STRING, B STRING", "\"a\nb\",\"c\rd\"", "[\"a\\nb\",\"c\\rd\"]", NULL},
    {"A STRING, B STRING", "\"a\"  ,b", "[\"a\",\"b\"]", "a,b"},
    {"A STRING, B STRING", "a\"b,c", "[\"a\\\"b\",\"c\"]", "\"a\"\"b\",c"},
    /* The first token is quoted unless it begins with a letter or digit. */
    {"A STRING, B STRING", "\"-a\",-b", "[\"-a\",\"-b\"]", NULL},
    {"A STRING, B STRING", "\"\xc3\xa5\",\xc3\xa5",
     "[\"\xc3\xa5\",\"\xc3\xa5\"]", NULL},
    {"A STRING, B STRING", "a,\"#b\"", "[\"a\",\"#b\"]", NULL},
    {"A STRING, B STRING", "a,$b", "[\"a\",\"$b\"]", NULL},
    {"A STRING, B STRING", "a,\"b \"", "[\"a\",\"b \"]", NULL},
    {"A INT, B INT", "\"-5\",-5", "[-5,-5]", NULL},
    {"A DOUBLE, B DOUBLE", "1.0,1.0E10", "[1.0,1.0E10]", NULL},
    {"A DOUBLE, B DOUBLE", " 2 ,NaN", "[2.0,\"NaN\"]", "2.0,NaN"},
    {"A DECIMAL(4,2), B DECIMAL(12,10)", "12.3,1E-9", "[12.30,0.0000000010]",
     "12.30,0.0000000010"},
    {"A BOOLEAN, B BOOLEAN", "TRUE,yes", "[true,false]", "true,false"},
    {"A BOOLEAN, B BOOLEAN", "true, true", "[true,false]", "true,false"},
    {"A BYTES, B DATE", "AQI=,1", "[\"AQI=\",\"1970-01-02\"]", NULL},
    {"A TIME, B TIMESTAMP", "1000,1",
     "[\"00:00:01\",\"1970-01-01T00:00:00.001\"]", NULL},
    {"A STRING", "x", "[\"x\"]", NULL},
    {"A STRING, B INT", "\xff,1", "[\"\xef\xbf\xbd\",1]", "\"\xef\xbf\xbd\",1"},
    {"A BIGINT, B STRING", "", "bad: ", ""},
    {"A BIGINT, B STRING", "\n\r\n", "bad: ", ""},
    {"A BIGINT, B STRING", "1", "bad: ", ""},
    {"A BIGINT, B STRING", "1,2,3", "bad: ", ""},
    {"A BIGINT, B STRING", " 1,x", "bad: ", ""},
    {"A BIGINT, B STRING", "1.0,x", "bad: ", ""},
    {"A BIGINT, B STRING", "9223372036854775808,x", "bad: ", ""},
    {"A INT, B STRING", "2147483648,x", "bad: ", ""},
    {"A TIME, B STRING", "86400001,x", "bad: ", ""},
    {"A TIME, B STRING", "-1,x", "bad: ", ""},
    {"A DECIMAL(4,2), B STRING", "100,x", "bad: ", ""},
    {"A DECIMAL(4,2), B STRING", "1.234,x", "bad: ", ""},
    {"A DECIMAL(4,2), B STRING", "1e999999999,x", "bad: ", ""},
    {"A BYTES, B STRING", "*,x", "bad: ", ""},
    {"A STRING, B STRING", "\"a,b", "bad: ", ""},
    {"A STRING, B STRING", "\"a\"x,b", "bad: ", ""},
};

static const Pair bars[] = {
    {"A STRING, B STRING", "a,b|c", "[\"a,b\",\"c\"]", NULL},
    {"A STRING, B STRING", "\"a|b\"|c", "[\"a|b\",\"c\"]", NULL},
};

static const Pair tabs[] = {
    {"A STRING, B STRING", "a\tb", "[\"a\",\"b\"]", NULL},
    {"A STRING, B STRING", "\"a\tb\"\t", "[\"a\\tb\",null]", NULL},
};

/* A delimiter beyond ASCII is two bytes. */
static const Pair sections[] = {
    {"A STRING, B STRING",
     "a\xc2\xa7"
     "b",
     "[\"a\",\"b\"]", NULL},
};

static void check_table(const Pair *table, size_t count, Str delimiter)
{
    for (size_t i = 0; i < count; i++)
        check_pair("DELIMITED", false, delimiter, &table[i]);
}

static void test_encode_edges(void)
{
    Arena *arena = arena_new("test", 0);
    FormatSpec spec = spec_of(arena, "DELIMITED", "A STRING", false);
    Str record = STR_NULL;
    Rows rows = decode_one(arena, &spec, record);
    /* A lone NULL is the empty text, which cannot be read back. */
    CHECK_STR(encode_one(arena, &spec, &rows), "");
    rows.out[0]->nulls = NULL;
    rows.out[0]->str[0] = STR("");
    CHECK_STR(encode_one(arena, &spec, &rows), "\"\"");
    arena_free(arena);
}

static void test_validate(void)
{
    Arena *arena = arena_new("test", 0);
    FormatSpec spec = spec_of(arena, "DELIMITED", "A INT, B ARRAY<INT>", false);
    CHECK(format_validate(arena, &spec).kind == ST_USER);
    spec = spec_of(arena, "DELIMITED", "A INT", true);
    CHECK(format_validate(arena, &spec).kind == ST_USER);
    spec = spec_of(arena, "DELIMITED", "A INT", false);
    CHECK(format_validate(arena, &spec).kind == ST_OK);
    spec = spec_of(arena, "DELIMITED", "A INT, B STRING", true);
    CHECK(format_validate(arena, &spec).kind == ST_OK);
    arena_free(arena);
}

int main(void)
{
    check_table(pairs, sizeof pairs / sizeof *pairs, STR(""));
    check_table(bars, sizeof bars / sizeof *bars, STR("|"));
    check_table(tabs, sizeof tabs / sizeof *tabs, STR("\t"));
    check_table(sections, sizeof sections / sizeof *sections, STR("\xc2\xa7"));
    test_encode_edges();
    test_validate();
    return check_done();
}
