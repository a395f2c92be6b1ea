/* SPDX-License-Identifier: Apache-2.0
 *
 * Map functions, the order in which maps are walked, and the functions that
 * take lambdas, with lambdas that are plain C here.
 */
#include "tests/unit/function_check.h"

/* "a=1,b=2" as a map of texts to integers. */
static Value parse_map(Arena *arena, const char *text)
{
    if (strcmp(text, "NULL") == 0) return VALUE_NULL;
    Str rest = str_from(text);
    List *list = list_new(arena, (int)rest.len + 1);
    list->count = 0;
    while (rest.len) {
        size_t equals = str_find(rest, STR("="), 0);
        size_t comma = str_find(rest, STR(","), 0);
        if (comma == SIZE_MAX) comma = rest.len;
        Str value = {rest.ptr + equals + 1, comma - equals - 1};
        list->items[list->count++] = (Value){.str = {rest.ptr, equals}};
        list->items[list->count++] = parse_value(arena, &type_int, value);
        if (comma < rest.len) comma++;
        rest = (Str){rest.ptr + comma, rest.len - comma};
    }
    return (Value){.list = list};
}

static FnCall *open_call(Arena *arena, const char *name, const char *types)
{
    FnBinding binding;
    Status st = resolve(arena, name, types, &binding);
    CHECK(!st.kind);
    return fn_call_new(arena, &binding);
}

static Str run(Arena *arena, FnCall *call, const Value *args, int count)
{
    return call_rows(arena, call, args, count);
}

/* The order of Java's HashMap: by the low bits of the keys' hashes. */
static const struct {
    const char *map, *keys;
} orders[] = {
    {"", "[]"},
    {"b=1", "[b]"},
    {"b=1,a=2", "[a, b]"}, /* Hashes 98 and 97, in 4 buckets. */
    {"d=1,c=2,b=3,a=4", "[a, b, c, d]"},
    /* yy, Aa and BB share bucket 0 of 8. */
    {"zzz=1,yy=2,Aa=3,BB=4", "[yy, Aa, BB, zzz]"},
};

static void test_order(void)
{
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        Arena *arena = arena_new("test", 0);
        FnCall *call = open_call(arena, "MAP_KEYS", "MAP<STRING, INT>");
        Value map = parse_map(arena, orders[i].map);
        CHECK_STR(run(arena, call, &map, 1), orders[i].keys);
        arena_free(arena);
    }
}

static void test_functions(void)
{
    static const char type[] = "MAP<STRING, INT>";
    static const struct {
        const char *name, *first, *second, *result;
    } cases[] = {
        {"MAP_UNION", "a=1,b=2", "b=3,c=4", "{a=1, b=3, c=4}"},
        {"MAP_UNION", "a=1", "NULL", "{a=1}"},
        {"MAP_UNION", "NULL", "a=1", "{a=1}"},
        {"MAP_UNION", "NULL", "NULL", "null"},
        {"MAP_VALUES", "a=1,c=NULL,b=2", NULL, "[1, 2, null]"},
        {"MAP_VALUES", "NULL", NULL, "null"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new("test", 0);
        bool two = cases[i].second;
        FnCall *call = open_call(arena, cases[i].name,
                                 two ? "MAP<STRING, INT>, MAP<STRING, INT>"
                                     : type);
        Value args[] = {parse_map(arena, cases[i].first),
                        parse_map(arena, two ? cases[i].second : "")};
        CHECK_STR(run(arena, call, args, two ? 2 : 1), cases[i].result);
        arena_free(arena);
    }
}

static void test_entries(void)
{
    Arena *arena = arena_new("test", 0);
    FnCall *call = open_call(arena, "ENTRIES", "MAP<STRING, INT>, BOOLEAN");
    Value args[] = {parse_map(arena, "b=1,a=2"), {.boolean = true}};
    CHECK_STR(run(arena, call, args, 2), "[Struct{K=a,V=2}, Struct{K=b,V=1}]");
    args[1].null = true;
    CHECK_STR(run(arena, call, args, 2), "ERROR");
    arena_free(arena);
}

static const Case arrays[] = {
    {"AS_MAP",
     "ARRAY<STRING>, ARRAY<INT>",
     {"[a,b,a]", "[1,2,3,4]"},
     "{a=3, b=2}"},
    {"AS_MAP", "ARRAY<STRING>, ARRAY<INT>", {"[a,b]", "[1]"}, "{a=1, b=null}"},
    {"AS_MAP", "ARRAY<STRING>, ARRAY<INT>", {"NULL", "[1]"}, "null"},
};

/* What the lambdas of the tests do with their inputs. */
typedef enum Deed { DOUBLE_IT, IS_ODD, ADD, FAIL, ADD_VALUE, KEY } Deed;

static bool apply_deed(FnCall *call, const void *lambda, const Value *args,
                       int count, Value *out)
{
    *out = VALUE_NULL;
    switch (*(const Deed *)lambda) {
    case FAIL: return fn_fail(call, "no");
    case KEY: *out = (Value){.str = STR("k")}; return true;
    case ADD_VALUE:
        CHECK(count == 3);
        *out = (Value){.i32 = args[0].i32 * 10 + args[2].i32};
        return true;
    case ADD:
        CHECK(count == 2);
        *out = (Value){.i32 = args[0].i32 * 10 + args[1].i32};
        return true;
    case DOUBLE_IT:
        if (!args[count - 1].null)
            *out = (Value){.i32 = args[count - 1].i32 * 2};
        return true;
    case IS_ODD:
        if (!args[count - 1].null)
            *out = (Value){.boolean = args[count - 1].i32 % 2};
        return true;
    }
    return false;
}

/* The bodies' types, for resolving. */
static Status type_body(void *context, int arg, const Type *const *params,
                        int count, const Type **body)
{
    (void)params, (void)count, (void)arg;
    *body = context;
    return st_ok();
}

typedef struct LambdaCase {
    const char *name, *types, *collection, *start;
    const Type *body;
    Deed deed;
    const char *result;
} LambdaCase;

static const LambdaCase lambdas[] = {
    {"TRANSFORM", "ARRAY<INT>, LAMBDA1", "[1,NULL,3]", NULL, &type_int,
     DOUBLE_IT, "[2, null, 6]"},
    {"TRANSFORM", "ARRAY<INT>, LAMBDA1", "NULL", NULL, &type_int, DOUBLE_IT,
     "null"},
    {"TRANSFORM", "ARRAY<INT>, LAMBDA1", "[1]", NULL, &type_int, FAIL, "ERROR"},
    {"FILTER", "ARRAY<INT>, LAMBDA1", "[1,2,3]", NULL, &type_boolean, IS_ODD,
     "[1, 3]"},
    {"FILTER", "ARRAY<INT>, LAMBDA1", "[1,NULL]", NULL, &type_boolean, IS_ODD,
     "ERROR"},
    {"FILTER", "MAP<STRING, INT>, LAMBDA2", "a=1,b=2", NULL, &type_boolean,
     IS_ODD, "{a=1}"},
    {"FILTER", "MAP<STRING, INT>, LAMBDA2", "a=NULL", NULL, &type_boolean,
     IS_ODD, "ERROR"},
    {"REDUCE", "ARRAY<INT>, INT, LAMBDA2", "[1,2,3]", "7", &type_int, ADD,
     "7123"},
    {"REDUCE", "ARRAY<INT>, INT, LAMBDA2", "NULL", "7", &type_int, ADD, "7"},
    {"REDUCE", "ARRAY<INT>, INT, LAMBDA2", "[1]", "NULL", &type_int, ADD,
     "null"},
    {"REDUCE", "ARRAY<INT>, INT, LAMBDA2", "[1]", "7", &type_int, FAIL,
     "ERROR"},
    /* In the map's order: a, b, c. */
    {"REDUCE", "MAP<STRING, INT>, INT, LAMBDA3", "c=3,b=2,a=1", "7", &type_int,
     ADD_VALUE, "7123"},
};

static void test_lambda(const LambdaCase *c)
{
    Arena *arena = arena_new("test", 0);
    FnArg args[3];
    int count = parse_args(arena, c->types, args);
    LambdaTyper typer = {type_body, (void *)c->body};
    FnBinding binding;
    Status st = function_resolve(arena, str_from(c->name), args, count, &typer,
                                 &binding);
    CHECK(!st.kind);
    FnCall *call = fn_call_new(arena, &binding);
    call->apply = apply_deed;
    const Type *type = args[0].type;
    Value values[3];
    values[0] = type->kind == TYPE_MAP
                    ? parse_map(arena, c->collection)
                    : parse_value(arena, type, str_from(c->collection));
    if (c->start) values[1] = parse_value(arena, &type_int, str_from(c->start));
    values[count - 1] = (Value){.lambda = &c->deed};
    CHECK_STR(run(arena, call, values, count), c->result);
    fn_call_close(call);
    arena_free(arena);
}

/* Of a map, by two lambdas: one for keys, one for values. */
static void test_transform_map(void)
{
    static const Deed key = KEY, twice = DOUBLE_IT;
    Arena *arena = arena_new("test", 0);
    FnArg args[] = {{.type = type_map(arena, &type_string, &type_int)},
                    {.lambda_params = 2},
                    {.lambda_params = 2}};
    static const Type lambda = {.kind = TYPE_LAMBDA};
    args[1].type = args[2].type = &lambda;
    LambdaTyper typer = {type_body, (void *)&type_string};
    FnBinding binding;
    CHECK(!function_resolve(arena, STR("TRANSFORM"), args, 3, &typer, &binding)
               .kind);
    /* The typer gives both bodies one type; the values' is INT in truth. */
    binding.result = type_map(arena, &type_string, &type_int);
    FnCall *call = fn_call_new(arena, &binding);
    call->apply = apply_deed;
    Value values[] = {
        parse_map(arena, "a=4"), {.lambda = &key}, {.lambda = &twice}};
    CHECK_STR(run(arena, call, values, 3), "{k=8}");
    values[0] = parse_map(arena, "a=4,b=5"); /* One key twice. */
    CHECK_STR(run(arena, call, values, 3), "ERROR");
    values[0] = parse_map(arena, "a=NULL"); /* A NULL value. */
    CHECK_STR(run(arena, call, values, 3), "ERROR");
    fn_call_close(call);
    arena_free(arena);
}

int main(void)
{
    test_order();
    test_functions();
    test_entries();
    check_calls(arrays, sizeof arrays / sizeof *arrays);
    for (size_t i = 0; i < sizeof lambdas / sizeof *lambdas; i++)
        test_lambda(&lambdas[i]);
    test_transform_map();
    return check_done();
}
