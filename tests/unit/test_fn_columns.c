/* SPDX-License-Identifier: Apache-2.0
 *
 * Every function with a column form, on random arguments: NULLs, constant
 * columns and lists of rows. It must give what the row form gives, value by
 * value, and fail in the same rows with the same words.
 */
#include <stdlib.h>

#include "tests/unit/function_check.h"

enum { ROWS = 70, ARGS_MAX = 5, ROUNDS = 40 };

static uint32_t seed = 11;

static int chance(int n)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 8) % (uint32_t)n);
}

#define PICK(pool) pool[chance((int)(sizeof(pool) / sizeof *(pool)))]

/* Texts that mean something to a function of the category in this place. */
static const char *pick_text(const Function *function, int arg)
{
    static const char *const any[] = {"",
                                      " a ",
                                      "abc",
                                      "\xc3\x85\xc3\xb8 x",
                                      "\t\n",
                                      "user_1",
                                      "\xf0\x9f\x98\x80z",
                                      "stra\xc3\x9f"
                                      "e",
                                      "\xff\x41",
                                      "-1",
                                      "NULL",
                                      "abc"};
    static const char *const dates[] = {
        "2021-03-04 05:06:07", "2021-03-28 02:30:00", "2020-02-30 24:00:00",
        "2021-13-01 00:00:00", "1969-12-31 23:59:59", "2021-03-04"};
    static const char *const patterns[] = {"yyyy-MM-dd HH:mm:ss",
                                           "yyyy-MM-dd HH:mm:ss",
                                           "yyyy-MM-dd",
                                           "YYYY-ww-e",
                                           "EEE d MMM yyyy h:mm a z",
                                           "yyyy'",
                                           "pd.M",
                                           ""};
    static const char *const zones[] = {"Europe/Oslo", "UTC", "+02:00",
                                        "Nowhere",     "",    "\1"};
    static const char *const documents[] = {
        "{\"a\":{\"b\":[1,2.50]}}",
        "{\"a\":\"x\\ny\"}",
        "[1,{\"b\":1e2}]",
        "{\"a\":1,\"a\":{\"b\":-0}}",
        "{\"a\":{\"b\":1},\"a\":2} x",
        "{\"a\":0.0000001}",
        "{\"a\":123.450}",
        "[1",
        "5",
        "",
        " ",
        "{\"a\":{\"b\":[1,{\"c\":2,\"c\":null}]}}"};
    static const char *const paths[] = {
        "$", "$.a", "$.a.b", "$.a.b[1]", "$[1].b", "$[\"a\"]", "a", "$."};
    if (!chance(5)) return PICK(any);
    if (strcmp(function->category, "DATE / TIME") == 0)
        return arg == 0 ? PICK(dates) : arg == 1 ? PICK(patterns) : PICK(zones);
    if (strcmp(function->category, "JSON") == 0)
        return arg == 0 ? PICK(documents) : PICK(paths);
    return PICK(any);
}

static Value random_value(Arena *arena, const Function *function,
                          const Type *type, int arg)
{
    static const int32_t ints[] = {0,  1,  -1, 2,         3,        5,
                                   -2, -3, 12, INT32_MIN, INT32_MAX};
    static const int64_t bigs[] = {
        0, 1, -1, 7, INT64_MIN, INT64_MAX, 1582971630456, -86400001};
    static const char *const reals[] = {
        "NaN",   "Infinity", "-Infinity", "-0.0", "0.0",  "2.5",
        "2.675", "-1.5",     "1e300",     "0.1",  "-2.5", "4.999"};
    Value v = {0};
    switch (type->kind) {
    case TYPE_BOOLEAN: v.boolean = chance(2); break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: v.i32 = PICK(ints); break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: v.i64 = PICK(bigs); break;
    case TYPE_DOUBLE: number_parse_f64(str_from(PICK(reals)), &v.f64); break;
    case TYPE_DECIMAL: {
        Decimal d = decimal_from_i64(chance(2000000) - 1000000, type->scale);
        v.dec = arena_copy(arena, &d, sizeof d);
        break;
    }
    case TYPE_ARRAY: {
        List *list = list_new(arena, chance(3));
        for (int i = 0; i < list->count; i++)
            list->items[i] = random_value(arena, function, type->element, arg);
        v.list = list;
        break;
    }
    default: v.str = str_from(pick_text(function, arg));
    }
    return v;
}

/* A type for a parameter; `variable` is what T stands for this time. */
static const Type *type_of(Arena *arena, const SigType *sig,
                           const Type *variable)
{
    static const Type *const simple[] = {
        [TYPE_BOOLEAN] = &type_boolean,    [TYPE_INT] = &type_int,
        [TYPE_BIGINT] = &type_bigint,      [TYPE_DOUBLE] = &type_double,
        [TYPE_STRING] = &type_string,      [TYPE_BYTES] = &type_bytes,
        [TYPE_DATE] = &type_date,          [TYPE_TIME] = &type_time,
        [TYPE_TIMESTAMP] = &type_timestamp};
    if (sig->kind == SIG_VARIABLE || sig->kind == SIG_ANY) return variable;
    if (sig->kind == TYPE_DECIMAL) return type_decimal(arena, 9, 2);
    if (sig->kind == TYPE_ARRAY)
        return type_array(arena, type_of(arena, sig->element, variable));
    CHECK((size_t)sig->kind < sizeof simple / sizeof *simple &&
          simple[sig->kind]);
    return simple[sig->kind];
}

/* Types of a call of this row, a variadic parameter up to three times. */
static int make_types(Arena *arena, const Function *function, FnArg *args)
{
    const Type *const variables[] = {
        &type_int,     &type_string,
        &type_double,  type_decimal(arena, 9, 2),
        &type_boolean, type_array(arena, &type_int)};
    const Type *variable = PICK(variables);
    const Signature *s = signature_parse(arena, function->signature);
    int count = 0;
    for (int i = 0; i < s->count; i++) {
        int times = i == s->variadic ? 1 + chance(3) : 1;
        for (; times > 0 && count < ARGS_MAX; times--)
            args[count++] = (FnArg){
                .type = type_of(arena, s->params[i], variable)};
    }
    return count;
}

/* What the column form said of each row. */
typedef struct Seen {
    const char *why[ROWS];
} Seen;

static void row_failed(FnCall *call, int row, const char *why)
{
    Seen *seen = call->row_failed_context;
    CHECK(why && why[0]);
    CHECK(!seen->why[row]);
    seen->why[row] = why;
}

static bool has_null(const Value *args, int count)
{
    for (int i = 0; i < count; i++)
        if (args[i].null) return true;
    return false;
}

/* The row form's answer; NULL or why it failed. */
static const char *call_row(FnCall *call, const Value *args, int count,
                            Value *out)
{
    const Function *function = call->function;
    *out = VALUE_NULL;
    if ((function->flags & FN_NULL_IN_NULL_OUT) && has_null(args, count))
        return NULL;
    Value value = {0};
    call->error = NULL;
    if (!function->scalar(call, args, count, &value)) return call->error;
    *out = value;
    return NULL;
}

static bool compare_row(Arena *arena, FnCall *call, const Column *const *in,
                        int count, int row, const Column *out, const Seen *seen)
{
    Value args[ARGS_MAX], want;
    for (int i = 0; i < count; i++)
        args[i] = column_get(in[i], row);
    const char *why = call_row(call, args, count, &want);
    Value got = column_get(out, row);
    bool same = !why == !seen->why[row] &&
                (!why || strcmp(why, seen->why[row]) == 0) &&
                want.null == got.null &&
                (want.null || value_equal(call->result_type, &want, &got));
    if (same) return true;
    fprintf(stderr, "%s: %s:", call->function->name, call->function->signature);
    for (int i = 0; i < count; i++)
        fprintf(stderr, " %.*s",
                STR_ARG(show(arena, call->arg_types[i], &args[i])));
    fprintf(stderr, ": row %.*s (%s), column %.*s (%s)\n",
            STR_ARG(show(arena, call->result_type, &want)), why ? why : "",
            STR_ARG(show(arena, call->result_type, &got)),
            seen->why[row] ? seen->why[row] : "");
    return false;
}

static void check_round(const Function *function)
{
    Arena *arena = arena_new("test", 0);
    FnArg args[ARGS_MAX];
    FnBinding binding;
    int count = make_types(arena, function, args);
    Status st = function_resolve(arena, str_from(function->name), args, count,
                                 NULL, &binding);
    CHECK(!st.kind && binding.function == function);
    if (st.kind) fprintf(stderr, "%s\n", st.text);
    FnCall *by_column = fn_call_new(arena, &binding);
    FnCall *by_row = fn_call_new(arena, &binding);
    Column columns[ARGS_MAX], out = {0};
    const Column *in[ARGS_MAX];
    for (int i = 0; i < count; i++) {
        columns[i] = (Column){0};
        int rows = chance(3) ? ROWS : 1, nulls = chance(3);
        column_init(arena, &columns[i], binding.arg_types[i], rows);
        for (int row = 0; row < rows; row++)
            column_set(
                arena, &columns[i], row, rows,
                nulls && !chance(4)
                    ? VALUE_NULL
                    : random_value(arena, function, binding.arg_types[i], i));
        columns[i].constant = rows == 1;
        in[i] = &columns[i];
    }
    uint16_t sel[ROWS];
    int selected = 0;
    bool all = chance(2);
    for (int row = 0; row < ROWS; row++)
        if (all || chance(3)) sel[selected++] = (uint16_t)row;
    Seen seen = {0};
    by_column->row_failed = row_failed;
    by_column->row_failed_context = &seen;
    column_init(arena, &out, binding.result, ROWS);
    function->column(by_column, in, count, all ? NULL : sel, selected, ROWS,
                     &out);
    for (int i = 0; i < selected; i++)
        CHECK(compare_row(arena, by_row, in, count, sel[i], &out, &seen));
    fn_call_close(by_column);
    fn_call_close(by_row);
    arena_free(arena);
}

int main(void)
{
    int count, checked = 0;
    const Function *const *all = function_all(&count);
    setenv("TZ", "America/New_York", 1); /* The server's zone. */
    for (int i = 0; i < count; i++) {
        if (!all[i]->column) continue;
        for (int round = 0; round < ROUNDS; round++)
            check_round(all[i]);
        checked++;
    }
    CHECK(checked > 90);
    return check_done();
}
