/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of functions need: resolving a call by the text of its types,
 * and tables of calls whose row form is compared with the expected text, and
 * whose column form, if there is one, with the row form's.
 */
#ifndef TESTS_UNIT_FUNCTION_CHECK_H
#define TESTS_UNIT_FUNCTION_CHECK_H

#include "base/number.h"
#include "functions/function_int.h"
#include "tests/unit/format_check.h"

/* Types of arguments: "NULL", "UNIT" and "LAMBDA1" to "LAMBDA3" are special. */
static inline int parse_args(Arena *arena, const char *text, FnArg *args)
{
    int count = 0;
    while (*text) {
        FnArg *arg = &args[count++];
        *arg = (FnArg){0};
        if (strncmp(text, "NULL", 4) == 0) {
            arg->type = &type_null;
            text += 4;
        } else if (strncmp(text, "UNIT", 4) == 0) {
            arg->type = &type_unit;
            text += 4;
        } else if (strncmp(text, "LAMBDA", 6) == 0) {
            static const Type lambda = {.kind = TYPE_LAMBDA};
            arg->type = &lambda;
            arg->lambda_params = text[6] - '0';
            text += 7;
        } else {
            arg->type = spec_type(arena, &text);
        }
        while (*text == ',' || *text == ' ')
            text++;
    }
    return count;
}

static inline Status resolve(Arena *arena, const char *name, const char *types,
                             FnBinding *binding)
{
    FnArg args[16];
    int count = parse_args(arena, types, args);
    return function_resolve(arena, str_from(name), args, count, NULL, binding);
}

/* A value from its text; arrays are "[a,b]", without nesting. */
static inline Value parse_value(Arena *arena, const Type *type, Str text)
{
    Value v = {0};
    if (str_eq(text, STR("NULL"))) return VALUE_NULL;
    switch (type->kind) {
    case TYPE_BOOLEAN: v.boolean = str_eq(text, STR("true")); break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_TIME: CHECK(number_parse_i32(text, &v.i32)); break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP: CHECK(number_parse_i64(text, &v.i64)); break;
    case TYPE_DOUBLE: CHECK(number_parse_f64(text, &v.f64)); break;
    case TYPE_DECIMAL: {
        Decimal *d = ARENA_NEW(arena, Decimal);
        CHECK(decimal_parse(arena, text, d));
        v.dec = d;
        break;
    }
    case TYPE_ARRAY: {
        List *list = list_new(arena, (int)text.len);
        list->count = 0;
        Str rest = {text.ptr + 1, text.len - 2};
        while (rest.len) {
            size_t comma = str_find(rest, STR(","), 0);
            if (comma == SIZE_MAX) comma = rest.len;
            list->items[list->count++] = parse_value(arena, type->element,
                                                     (Str){rest.ptr, comma});
            if (comma < rest.len) comma++;
            rest = (Str){rest.ptr + comma, rest.len - comma};
        }
        v.list = list;
        break;
    }
    default: v.str = text;
    }
    return v;
}

typedef struct Case {
    const char *name, *types;
    const char *args[5];
    const char *result; /* As value_print shows it; "ERROR". */
} Case;

static inline Str show(Arena *arena, const Type *type, const Value *value)
{
    return value->null ? STR("null") : value_print(arena, type, value);
}

/* The row form, as the runtime calls it. */
static inline Str call_rows(Arena *arena, FnCall *call, const Value *args,
                            int count)
{
    const Function *f = call->function;
    if (f->flags & FN_NULL_IN_NULL_OUT)
        for (int i = 0; i < count; i++)
            if (args[i].null) return STR("null");
    Value out;
    if (!f->scalar(call, args, count, &out)) {
        CHECK(call->error && call->error[0]);
        return STR("ERROR");
    }
    return show(arena, call->result_type, &out);
}

/* The column form over five rows of which three are selected; one argument at a
 * time is a constant column. Rows that fail are null there. */
static inline void check_columns(Arena *arena, FnCall *call, const Value *args,
                                 int count, const char *result)
{
    static const uint16_t sel[] = {0, 2, 3};
    if (!call->function->column) return;
    if (strcmp(result, "ERROR") == 0) result = "null";
    for (int constant = -1; constant < count; constant++) {
        Column columns[5];
        const Column *in[5];
        for (int i = 0; i < count; i++) {
            columns[i] = (Column){0};
            int rows = i == constant ? 1 : 5;
            column_init(arena, &columns[i], call->arg_types[i], rows);
            columns[i].constant = i == constant;
            for (int row = 0; row < rows; row++) {
                bool other = rows > 1 && row != 0 && row != 2 && row != 3;
                column_set(arena, &columns[i], row, rows,
                           other ? VALUE_NULL : args[i]);
            }
            in[i] = &columns[i];
        }
        Column out = {0};
        column_init(arena, &out, call->result_type, 5);
        call->function->column(call, in, count, sel, 3, 5, &out);
        for (int k = 0; k < 3; k++) {
            Value value = column_get(&out, sel[k]);
            CHECK_STR(show(arena, call->result_type, &value), result);
        }
    }
}

static inline void check_calls(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Case *c = &cases[i];
        Arena *arena = arena_new("test", 0);
        FnBinding binding;
        Status st = resolve(arena, c->name, c->types, &binding);
        CHECK(!st.kind);
        if (st.kind) {
            fprintf(stderr, "%s\n", st.text);
            continue;
        }
        FnCall *call = fn_call_new(arena, &binding);
        Value args[5];
        for (int k = 0; k < binding.arg_count; k++)
            args[k] = parse_value(arena, binding.arg_types[k],
                                  str_from(c->args[k]));
        Str got = call_rows(arena, call, args, binding.arg_count);
        CHECK_STR(got, c->result);
        if (!str_eq(got, str_from(c->result)))
            fprintf(stderr, "  in case %zu: %s(%s)\n", i, c->name, c->args[0]);
        check_columns(arena, call, args, binding.arg_count, c->result);
        fn_call_close(call);
        arena_free(arena);
    }
}

#endif
