/* SPDX-License-Identifier: Apache-2.0
 *
 * The function library: overload resolution by the table of functions.md 2.2,
 * and results of the first scalar functions.
 */
#include <strings.h>

#include "tests/unit/function_check.h"

static bool no_op(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)count;
    *out = args[0];
    return true;
}

/* Stand-ins for functions that the library does not have yet, so that the rules
 * are tested on the calls the table names. */
static const Function extra[] = {
    {.name = "T_GREATEST", .signature = "INT, INT... -> INT", .scalar = no_op},
    {.name = "T_GREATEST",
     .signature = "BIGINT, BIGINT... -> BIGINT",
     .scalar = no_op},
    {.name = "T_GREATEST",
     .signature = "DOUBLE, DOUBLE... -> DOUBLE",
     .scalar = no_op},
    {.name = "T_GREATEST",
     .signature = "DECIMAL, DECIMAL... -> DECIMAL",
     .scalar = no_op},
    {.name = "T_GREATEST",
     .signature = "STRING, STRING... -> STRING",
     .scalar = no_op},
    {.name = "T_GREATEST",
     .signature = "DATE, DATE... -> DATE",
     .scalar = no_op},
    {.name = "T_SQRT", .signature = "INT -> DOUBLE", .scalar = no_op},
    {.name = "T_SQRT", .signature = "BIGINT -> DOUBLE", .scalar = no_op},
    {.name = "T_SQRT", .signature = "DOUBLE -> DOUBLE", .scalar = no_op},
    {.name = "T_LPAD",
     .signature = "STRING, INT, STRING -> STRING",
     .scalar = no_op},
    {.name = "T_LPAD",
     .signature = "BYTES, INT, BYTES -> BYTES",
     .scalar = no_op},
    {.name = "T_CONTAINS",
     .signature = "ARRAY<T>, T -> BOOLEAN",
     .scalar = no_op},
    {.name = "T_RANK", .signature = "T -> BOOLEAN", .scalar = no_op},
    {.name = "T_RANK", .signature = "ANY... -> BIGINT", .scalar = no_op},
    {.name = "T_RANK", .signature = "INT -> INT", .scalar = no_op},
    {.name = "T_RANK", .signature = "INT... -> STRING", .scalar = no_op},
    {.name = "T_RANK", .signature = "INT, INT... -> DATE", .scalar = no_op},
    {.name = "T_WIDE",
     .signature = "ARRAY<DOUBLE>, MAP<STRING, BIGINT> -> DOUBLE",
     .scalar = no_op},
    {.name = "T_EXACT",
     .signature = "STRUCT<A INT, B STRING> -> INT",
     .scalar = no_op},
    {.name = "T_ANYSTRUCT", .signature = "STRUCT -> INT", .scalar = no_op},
    {.name = "T_NONE", .signature = "-> DOUBLE", .scalar = no_op},
    {.name = "T_UNIT", .signature = "UNIT, INT -> INT", .scalar = no_op},
    {.name = "T_MIDDLE",
     .signature = "BIGINT, STRING..., INT, INT -> INT",
     .scalar = no_op},
    {.name = "T_TRANSFORM",
     .signature = "ARRAY<T>, T => R -> ARRAY<R>",
     .scalar = no_op},
    {.name = "T_TRANSFORM",
     .signature = "MAP<K, V>, (K, V) => R, (K, V) => S -> MAP<R, S>",
     .scalar = no_op},
    {.name = "T_REDUCE",
     .signature = "ARRAY<T>, S, (S, T) => S -> S",
     .scalar = no_op},
};

static const struct {
    const char *name, *args;
    const char *result; /* NULL: an error, whose text holds `error`. */
    const char *error;
} calls[] = {
    {"ucase", "STRING", "STRING", NULL},
    {"UCASE", "BIGINT", NULL, "does not accept (BIGINT)"},
    {"UCASE", "", NULL, "does not accept ()"},
    {"UCASE", "STRING, STRING", NULL, "does not accept"},
    {"UCASE", "NULL", "STRING", NULL},
    {"UCSE", "STRING", NULL, "did you mean 'UCASE'?"},
    {"WONT_FIND_ME", "", NULL, "no function is named 'WONT_FIND_ME'"},
    {"SUBSTRING", "STRING, INT", "STRING", NULL},
    {"SUBSTRING", "BYTES, INT, INT", "BYTES", NULL},
    {"SUBSTRING", "NULL, INT", NULL, "ambiguous"},
    {"SUBSTRING", "STRING, BIGINT", NULL, "SUBSTRING(STRING, INTEGER)"},
    {"CONCAT", "STRING, NULL, STRING", "STRING", NULL},
    {"CONCAT", "STRING, BYTES", "BYTES", NULL},
    {"CONCAT", "STRING, INT", NULL, "does not accept"},
    {"LEN", "STRING", "INTEGER", NULL},
    {"COALESCE", "INT, INT, INT", "INTEGER", NULL},
    {"COALESCE", "INT", "INTEGER", NULL},
    {"COALESCE", "NULL, INT", "INTEGER", NULL},
    {"COALESCE", "INT, BIGINT", NULL, "does not accept"},
    {"COALESCE", "", NULL, "does not accept"},
    {"COALESCE", "INT, NULL", NULL, "cast it"},
    {"COALESCE", "DECIMAL(4,2), DECIMAL(5,2)", NULL, "does not accept"},
    {"IFNULL", "NULL, NULL", NULL, "cast its NULL"},
    {"NULLIF", "ARRAY<INT>, ARRAY<INT>", "ARRAY<INTEGER>", NULL},
    {"ABS", "DECIMAL(4,2)", "DECIMAL(4, 2)", NULL},
    {"ROUND", "INT", "BIGINT", NULL},
    {"ROUND", "DOUBLE", "BIGINT", NULL},
    {"ROUND", "DOUBLE, INT", "DOUBLE", NULL},
    {"ROUND", "DECIMAL(6,2)", "DECIMAL(4, 0)", NULL},
    {"ROUND", "DECIMAL(2,2)", NULL, "does not accept (DECIMAL(2, 2))"},
    {"ROUND", "DECIMAL(6,2), INT", "DECIMAL(6, 2)", NULL},
    {"ROUND", "INT, INT", NULL, "ambiguous"},
    {"ROUND", "BIGINT, INT", NULL, "ambiguous"},
    {"T_GREATEST", "INT, BIGINT", NULL, "ambiguous"},
    {"T_GREATEST", "INT, BIGINT, DECIMAL(4,2)", NULL, "ambiguous"},
    {"T_GREATEST", "NULL, NULL, NULL, NULL", NULL, "ambiguous"},
    {"T_GREATEST", "DECIMAL(4,2), INT", NULL, "ambiguous"},
    {"T_GREATEST", "INT, BIGINT, DECIMAL(4,2), DOUBLE, NULL", "DOUBLE", NULL},
    {"T_GREATEST", "DATE, NULL, STRING", "DATE", NULL},
    {"T_GREATEST", "STRING, INT", NULL, "does not accept"},
    {"T_GREATEST", "", NULL, "does not accept"},
    {"T_SQRT", "DECIMAL(4,2)", "DOUBLE", NULL},
    {"T_SQRT", "STRING", NULL, "does not accept"},
    {"T_LPAD", "STRING, BIGINT, STRING", NULL, "does not accept"},
    {"T_LPAD", "BYTES, INT, STRING", "BYTES", NULL},
    {"T_CONTAINS", "ARRAY<BIGINT>, INT", NULL, "does not accept"},
    {"T_CONTAINS", "ARRAY<BIGINT>, BIGINT", "BOOLEAN", NULL},
    {"T_CONTAINS", "ARRAY<DECIMAL(4,2)>, DECIMAL(5,2)", NULL, "not accept"},
    {"T_CONTAINS", "ARRAY<INT>, NULL", "BOOLEAN", NULL},
    {"T_RANK", "INT", "INTEGER", NULL},
    {"T_RANK", "STRING", "BOOLEAN", NULL},
    {"T_RANK", "INT, INT", "DATE", NULL},
    {"T_RANK", "INT, STRING", "BIGINT", NULL},
    {"T_RANK", "", "STRING", NULL},
    {"T_WIDE", "ARRAY<INT>, MAP<STRING,INT>", "DOUBLE", NULL},
    {"T_WIDE", "ARRAY<STRING>, MAP<STRING,INT>", NULL, "does not accept"},
    {"T_EXACT", "STRUCT<A INT,B STRING>", "INTEGER", NULL},
    {"T_EXACT", "STRUCT<A BIGINT,B STRING>", NULL, "does not accept"},
    {"T_EXACT", "STRUCT<B STRING,A INT>", NULL, "does not accept"},
    {"T_EXACT", "STRUCT<A INT>", NULL, "does not accept"},
    {"T_ANYSTRUCT", "STRUCT<X INT>", "INTEGER", NULL},
    {"T_NONE", "", "DOUBLE", NULL},
    {"T_NONE", "INT", NULL, "does not accept (INTEGER)"},
    {"T_UNIT", "UNIT, INT", "INTEGER", NULL},
    {"T_UNIT", "STRING, INT", NULL, "does not accept"},
    {"T_MIDDLE", "BIGINT, INT, INT", "INTEGER", NULL},
    {"T_MIDDLE", "BIGINT, STRING, STRING, INT, INT", "INTEGER", NULL},
    {"T_MIDDLE", "BIGINT, STRING, INT", NULL, "does not accept"},
    {"COUNT", "STRING", "BIGINT", NULL},
    {"SUM", "INT", "INTEGER", NULL},
    {"SUM", "DECIMAL(8,3)", "DECIMAL(8, 3)", NULL},
    {"SUM", "STRING", NULL, "does not accept"},
    {"AVG", "DECIMAL(4,2)", NULL, "does not accept"}, /* No casts. */
    {"MAX", "BOOLEAN", NULL, "does not accept"},
    {"MAX", "DATE", "DATE", NULL},
    {"LATEST_BY_OFFSET", "STRING, INT", "ARRAY<STRING>", NULL},
    {"LATEST_BY_OFFSET", "STRING, BOOLEAN", "STRING", NULL},
    {"EARLIEST_BY_OFFSET", "STRING, INT, BOOLEAN", "ARRAY<STRING>", NULL},
    {"TOPK", "BIGINT, INT", "ARRAY<BIGINT>", NULL},
    {"TOPK", "INT, STRING, INT",
     "ARRAY<STRUCT<`sort_col` INTEGER, `col0` "
     "STRING>>",
     NULL},
    {"TOPK", "DECIMAL(4,2), INT", NULL, "does not accept"},
    {"COLLECT_LIST", "MAP<STRING,INT>", "ARRAY<MAP<STRING, INTEGER>>", NULL},
};

static void test_resolution(void)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        Arena *arena = arena_new("test", 0);
        FnBinding binding;
        Status st = resolve(arena, calls[i].name, calls[i].args, &binding);
        if (calls[i].result) {
            CHECK_STR(st.kind ? str_from(st.text)
                              : type_print(arena, binding.result),
                      calls[i].result);
        } else {
            CHECK(st.kind == ST_USER);
            bool found = st.kind && strstr(st.text, calls[i].error);
            CHECK(found);
            if (!found)
                fprintf(stderr, "%s(%s): %s\n", calls[i].name, calls[i].args,
                        st.text);
        }
        arena_free(arena);
    }
}

static void test_casts(void)
{
    static const struct {
        const char *name, *args, *casts;
    } cases[] = {
        {"T_GREATEST", "INT, BIGINT, DECIMAL(4,2), DOUBLE, NULL",
         "DOUBLE DOUBLE DOUBLE DOUBLE DOUBLE"},
        {"T_GREATEST", "DATE, NULL, STRING", "DATE DATE DATE"},
        {"T_LPAD", "BYTES, INT, STRING", "BYTES INTEGER BYTES"},
        {"T_WIDE", "ARRAY<INT>, MAP<STRING,INT>",
         "ARRAY<DOUBLE> MAP<STRING, BIGINT>"},
        {"COALESCE", "NULL, INT", "INTEGER INTEGER"},
        {"COUNT", "NULL", "STRING"},
        {"T_CONTAINS", "ARRAY<INT>, NULL", "ARRAY<INTEGER> INTEGER"},
        {"ABS", "DECIMAL(4,2)", "DECIMAL(4, 2)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new("test", 0);
        FnBinding binding;
        Status st = resolve(arena, cases[i].name, cases[i].args, &binding);
        CHECK(!st.kind);
        if (st.kind) continue;
        Str text = STR("");
        for (int k = 0; k < binding.arg_count; k++)
            text = str_printf(arena, "%.*s%s%.*s", STR_ARG(text), k ? " " : "",
                              STR_ARG(type_print(arena, binding.arg_types[k])));
        CHECK_STR(text, cases[i].casts);
        arena_free(arena);
    }
}

/* Lambdas: the bodies' types are given, the parameters' are checked. */

typedef struct Bodies {
    const Type *bodies[3];
    Str seen; /* "arg(types) ..." */
    Arena *arena;
    int asked;
} Bodies;

static Status type_body(void *context, int arg, const Type *const *params,
                        int param_count, const Type **body)
{
    Bodies *b = context;
    b->seen = str_printf(b->arena, "%.*s%d(", STR_ARG(b->seen), arg);
    for (int i = 0; i < param_count; i++)
        b->seen = str_printf(b->arena, "%.*s%s%.*s", STR_ARG(b->seen),
                             i ? "," : "",
                             STR_ARG(type_print(b->arena, params[i])));
    b->seen = str_printf(b->arena, "%.*s)", STR_ARG(b->seen));
    *body = b->bodies[b->asked++];
    return st_ok();
}

static void test_lambdas(void)
{
    static const struct {
        const char *name, *args;
        const Type *bodies[3];
        const char *seen, *result; /* NULL result: an error. */
    } cases[] = {
        {"T_TRANSFORM",
         "ARRAY<INT>, LAMBDA1",
         {&type_string},
         "1(INTEGER)",
         "ARRAY<STRING>"},
        {"T_TRANSFORM",
         "MAP<STRING,INT>, LAMBDA2, LAMBDA2",
         {&type_bigint, &type_double},
         "1(STRING,INTEGER)2(STRING,INTEGER)",
         "MAP<BIGINT, DOUBLE>"},
        {"T_TRANSFORM", "ARRAY<INT>, LAMBDA2", {NULL}, "", NULL},
        {"T_REDUCE",
         "ARRAY<INT>, BIGINT, LAMBDA2",
         {&type_bigint},
         "2(BIGINT,INTEGER)",
         "BIGINT"},
        {"T_REDUCE",
         "ARRAY<INT>, BIGINT, LAMBDA2",
         {&type_int},
         "2(BIGINT,INTEGER)",
         NULL},
        {"T_TRANSFORM", "NULL, LAMBDA1", {&type_int}, "", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new("test", 0);
        Bodies bodies = {.seen = STR(""), .arena = arena};
        memcpy(bodies.bodies, cases[i].bodies, sizeof bodies.bodies);
        LambdaTyper typer = {type_body, &bodies};
        FnArg args[4];
        int count = parse_args(arena, cases[i].args, args);
        FnBinding binding;
        Status st = function_resolve(arena, str_from(cases[i].name), args,
                                     count, &typer, &binding);
        CHECK_STR(bodies.seen, cases[i].seen);
        CHECK((st.kind == ST_OK) == (cases[i].result != NULL));
        if (!st.kind && cases[i].result)
            CHECK_STR(type_print(arena, binding.result), cases[i].result);
        arena_free(arena);
    }
}

/* Every row: described, signature readable, one kind a name. */
static void test_rows(void)
{
    int count;
    const Function *const *all = function_all(&count);
    CHECK(count > 40);
    for (int i = 0; i < count; i++) {
        const Function *row = all[i];
        if (strncmp(row->name, "T_", 2) == 0) continue;
        CHECK(row->category && row->description);
        CHECK(function_find(str_from(row->name)) != NULL);
        CHECK((row->kind == FN_SCALAR) == (row->scalar != NULL));
        CHECK((row->kind == FN_AGGREGATE) == (row->aggregate != NULL));
        CHECK(row->kind != FN_SCALAR || (row->flags & FN_VOLATILE) ||
              row->example);
        if (i) CHECK(strcasecmp(all[i - 1]->name, row->name) <= 0);
    }
}

/* Parameters as DESCRIBE FUNCTION lists them: as many as resolution knows. */
static void test_params(void)
{
    int count;
    const Function *const *all = function_all(&count);
    for (int i = 0; i < count; i++) {
        Arena *arena = arena_new("test", 0);
        const Signature *s = signature_parse(arena, all[i]->signature);
        const Str *types;
        int variadic;
        CHECK(function_params(arena, all[i], &types, &variadic) == s->count);
        CHECK(variadic == s->variadic);
        arena_free(arena);
    }
    Arena *arena = arena_new("test", 0);
    const Function row = {
        .signature = "MAP<K, V>, S, (S, K, V) => S, ANY... -> ARRAY<S>"};
    const Str *types;
    int variadic;
    CHECK(function_params(arena, &row, &types, &variadic) == 4);
    CHECK_STR(types[0], "MAP<K, V>");
    CHECK_STR(types[2], "(S, K, V) => S");
    CHECK_STR(types[3], "ANY");
    CHECK(variadic == 3);
    arena_free(arena);
}

/* Calls: the result as value_print shows it, or "ERROR". */
static const Case cases[] = {
    {"UCASE", "STRING", {"abc XyZ 1"}, "ABC XYZ 1"},
    {"UCASE",
     "STRING",
     {"stra\xc3\x9f"
      "e bl\xc3\xa5"},
     "STRASSE BL\xc3\x85"},
    {"UCASE", "STRING", {"NULL"}, "null"},
    {"LCASE", "STRING", {"ABC \xc3\x85"}, "abc \xc3\xa5"},
    {"TRIM", "STRING", {" \t x y \n"}, "x y"},
    {"LEN", "STRING", {"abc"}, "3"},
    {"LEN", "STRING", {""}, "0"},
    {"LEN", "STRING", {"\xf0\x9f\x98\x80\xc3\xa5"}, "3"},
    {"LEN", "BYTES", {"\xf0\x9f\x98\x80"}, "4"},
    {"SUBSTRING", "STRING, INT", {"stream", "4"}, "eam"},
    {"SUBSTRING", "STRING, INT", {"stream", "1"}, "stream"},
    {"SUBSTRING", "STRING, INT", {"stream", "0"}, "stream"},
    {"SUBSTRING", "STRING, INT", {"stream", "-2"}, "am"},
    {"SUBSTRING", "STRING, INT", {"stream", "-20"}, "stream"},
    {"SUBSTRING", "STRING, INT", {"stream", "20"}, ""},
    {"SUBSTRING", "STRING, INT, INT", {"stream", "2", "3"}, "tre"},
    {"SUBSTRING", "STRING, INT, INT", {"stream", "2", "0"}, ""},
    {"SUBSTRING", "STRING, INT, INT", {"stream", "2", "-1"}, ""},
    {"SUBSTRING", "STRING, INT, INT", {"stream", "2", "99"}, "tream"},
    {"SUBSTRING", "STRING, INT, INT", {"stream", "2", "2147483647"}, ""},
    {"SUBSTRING", "STRING, INT, INT", {"stream", "1", "2147483647"}, "stream"},
    {"SUBSTRING", "STRING, INT", {"stream", "-2147483648"}, "stream"},
    {"SUBSTRING",
     "STRING, INT, INT",
     {"bl\xc3\xa5 \xc3\xb8st", "3", "3"},
     "\xc3\xa5 \xc3\xb8"},
    {"SUBSTRING", "STRING, INT", {"\xf0\x9f\x98\x80z", "3"}, "z"},
    {"SUBSTRING", "STRING, INT", {"abc", "NULL"}, "null"},
    {"SUBSTRING", "STRING, INT, INT", {"NULL", "1", "1"}, "null"},
    {"CONCAT", "STRING, STRING, STRING", {"a", "NULL", "b"}, "ab"},
    {"CONCAT", "STRING, STRING", {"NULL", "NULL"}, ""},
    {"CONCAT", "STRING", {"a"}, "a"},
    {"CONCAT_WS",
     "STRING, STRING, STRING, STRING",
     {", ", "a", "NULL", ""},
     "a, "},
    {"CONCAT_WS", "STRING, STRING", {"NULL", "a"}, "null"},
    {"CONCAT_WS", "STRING, STRING", {",", "NULL"}, ""},
    {"COALESCE", "STRING, STRING", {"NULL", "b"}, "b"},
    {"COALESCE", "BIGINT, BIGINT, BIGINT", {"NULL", "NULL", "3"}, "3"},
    {"COALESCE", "INT, INT", {"NULL", "NULL"}, "null"},
    {"COALESCE", "DECIMAL(4,2), DECIMAL(4,2)", {"NULL", "1.50"}, "1.50"},
    {"COALESCE", "BOOLEAN, BOOLEAN", {"NULL", "true"}, "true"},
    {"IFNULL", "DOUBLE, DOUBLE", {"1.5", "2"}, "1.5"},
    {"NULLIF", "STRING, STRING", {"a", "a"}, "null"},
    {"NULLIF", "STRING, STRING", {"a", "b"}, "a"},
    {"NULLIF", "STRING, STRING", {"a", "NULL"}, "a"},
    {"NULLIF", "STRING, STRING", {"NULL", "NULL"}, "null"},
    {"NULLIF", "DOUBLE, DOUBLE", {"0.0", "-0.0"}, "0.0"},
    {"NULLIF", "DOUBLE, DOUBLE", {"NaN", "NaN"}, "null"},
    {"ABS", "INT", {"-5"}, "5"},
    {"ABS", "INT", {"-2147483648"}, "-2147483648"},
    {"ABS", "BIGINT", {"-9223372036854775808"}, "-9223372036854775808"},
    {"ABS", "BIGINT", {"NULL"}, "null"},
    {"ABS", "DOUBLE", {"-1.5"}, "1.5"},
    {"ABS", "DOUBLE", {"-0.0"}, "0.0"},
    {"ABS", "DECIMAL(4,2)", {"-1.50"}, "1.50"},
    {"ROUND", "INT", {"7"}, "7"},
    {"ROUND", "INT", {"NULL"}, "ERROR"},
    {"ROUND", "BIGINT", {"-7"}, "-7"},
    {"ROUND", "DOUBLE", {"1.5"}, "2"},
    {"ROUND", "DOUBLE", {"-1.5"}, "-1"},
    {"ROUND", "DOUBLE", {"2.5"}, "3"},
    {"ROUND", "DOUBLE", {"-2.6"}, "-3"},
    {"ROUND", "DOUBLE", {"0.49999999999999994"}, "0"},
    {"ROUND", "DOUBLE", {"4503599627370497.5"}, "4503599627370498"},
    {"ROUND", "DOUBLE", {"9007199254740993"}, "9007199254740992"},
    {"ROUND", "DOUBLE", {"1e300"}, "9223372036854775807"},
    {"ROUND", "DOUBLE", {"-1e300"}, "-9223372036854775808"},
    {"ROUND", "DOUBLE", {"NaN"}, "0"},
    {"ROUND", "DOUBLE", {"NULL"}, "null"},
    {"ROUND", "DOUBLE, INT", {"2.675", "2"}, "2.68"},
    {"ROUND", "DOUBLE, INT", {"-2.675", "2"}, "-2.67"},
    {"ROUND", "DOUBLE, INT", {"111", "-1"}, "110.0"},
    {"ROUND", "DOUBLE, INT", {"115", "-1"}, "120.0"},
    {"ROUND", "DOUBLE, INT", {"5", "-1"}, "10.0"},
    {"ROUND", "DOUBLE, INT", {"-5", "-1"}, "0.0"},
    {"ROUND", "DOUBLE, INT", {"4", "-2147483648"}, "0.0"},
    {"ROUND", "DOUBLE, INT", {"0.1", "2147483647"}, "0.1"},
    {"ROUND",
     "DOUBLE, INT",
     {"1.7976931348623157E308", "0"},
     "1.7976931348623157E308"},
    {"ROUND", "DOUBLE, INT", {"NaN", "1"}, "ERROR"},
    {"ROUND", "DOUBLE, INT", {"Infinity", "1"}, "ERROR"},
    {"ROUND", "DECIMAL(5,2)", {"12.50"}, "13"},
    {"ROUND", "DECIMAL(5,2)", {"-12.50"}, "-12"},
    {"ROUND", "DECIMAL(6,3), INT", {"1.245", "2"}, "1.250"},
    {"ROUND", "DECIMAL(6,3), INT", {"-1.245", "2"}, "-1.240"},
    {"ROUND", "DECIMAL(6,3), INT", {"123.456", "-2"}, "100.000"},
    {"ROUND", "DECIMAL(6,3), INT", {"123.456", "-9999999"}, "0.000"},
    {"ROUND", "DECIMAL(6,3), INT", {"123.456", "9"}, "123.456"},
};

int main(void)
{
    function_register(extra, sizeof extra / sizeof *extra);
    test_resolution();
    test_casts();
    test_lambdas();
    test_rows();
    test_params();
    check_calls(cases, sizeof cases / sizeof *cases);
    return check_done();
}
