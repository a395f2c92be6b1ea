/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates: results of sequences of rows, undoing, merging, limits, and that
 * changing encoded states in place (add_rows) gives what adding values gives.
 *
 * The state is stored and read back by the row codec between any two calls, as
 * the runtime does.
 */
#include "functions/function_int.h"

#include "base/number.h"
#include "tests/unit/format_check.h"
#include "types/codec.h"

enum { ARGS_MAX = 4, STATE_MAX = 8 };

typedef struct Group {
    Arena *arena;
    FnCall *call;
    Buf state; /* Encoded. */
} Group;

static const Function *tested[200];
static int tested_count;

/* Every overload of an aggregate is called by these tests. */
static void test_coverage(void)
{
    int count;
    const Function *const *all = function_all(&count);
    for (int i = 0; i < count; i++) {
        bool found = all[i]->kind != FN_AGGREGATE;
        for (int k = 0; k < tested_count && !found; k++)
            found = tested[k] == all[i];
        CHECK(found);
        if (!found)
            fprintf(stderr, "  no case here: %s: %s\n", all[i]->name,
                    all[i]->signature);
    }
}

static FnBinding resolve(Arena *arena, const char *name, const char *types)
{
    FnArg args[ARGS_MAX];
    int count = 0;
    while (*types) {
        args[count++] = (FnArg){.type = spec_type(arena, &types)};
        while (*types == ',' || *types == ' ')
            types++;
    }
    FnBinding binding;
    Status st = function_resolve(arena, str_from(name), args, count, NULL,
                                 &binding);
    CHECK(!st.kind);
    if (st.kind) {
        fprintf(stderr, "%s\n", st.text);
        exit(1);
    }
    bool known = false;
    for (int i = 0; i < tested_count; i++)
        known |= tested[i] == binding.function;
    if (!known) tested[tested_count++] = binding.function;
    return binding;
}

static void store(Group *group, const Value *state)
{
    Buf next = {0}; /* The values may point into the old one. */
    row_encode(&next, group->call->state_types, state,
               group->call->state_count);
    buf_free(&group->state);
    group->state = next;
}

static void load(const Group *group, Value *state)
{
    CHECK(row_decode(group->arena, buf_str(&group->state),
                     group->call->state_types, state,
                     group->call->state_count));
}

static Group group_open(Arena *arena, FnCall *call)
{
    Group group = {arena, call, {0}};
    Value state[STATE_MAX];
    call->function->aggregate->init(call, state);
    store(&group, state);
    return group;
}

static bool change(Group *group, const Value *args, bool undo)
{
    const Aggregate *a = group->call->function->aggregate;
    Value state[STATE_MAX];
    load(group, state);
    bool ok = (undo ? a->undo : a->add)(group->call, state, args);
    if (ok) store(group, state);
    return ok;
}

static Str show(Group *group)
{
    Value state[STATE_MAX], out;
    load(group, state);
    CHECK(group->call->function->aggregate->result(group->call, state, &out));
    if (out.null) return STR("null");
    return value_print(group->arena, group->call->result_type, &out);
}

static Value parse_value(Arena *arena, const Type *type, Str text)
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
        for (size_t at = 1; at + 1 < text.len;) {
            size_t end = str_find(text, STR(","), at);
            if (end == SIZE_MAX) end = text.len - 1;
            Str item = {text.ptr + at, end - at};
            list->items[list->count++] = parse_value(arena, type->element,
                                                     item);
            at = end + 1;
        }
        v.list = list;
        break;
    }
    default: v.str = text;
    }
    return v;
}

/* The next row of "1 x; 2 y": one word an argument. */
static bool next_row(Arena *arena, const FnCall *call, const char **at,
                     Value *args)
{
    while (**at == ' ' || **at == ';')
        ++*at;
    if (!**at || **at == '|') return false;
    for (int i = 0; i < call->arg_count; i++) {
        while (**at == ' ')
            ++*at;
        const char *start = *at;
        while (**at && !strchr(" ;|", **at))
            ++*at;
        Str word = {start, (size_t)(*at - start)};
        args[i] = parse_value(arena, call->arg_types[i], word);
    }
    return true;
}

/* A row that begins with `-` after a `;` and a blank is undone: "1; 2; ~1". */
static const struct {
    const char *name, *types;
    const char *rows;   /* `~` before a row undoes it; `|` begins a second
                           group, which is merged into the first. */
    const char *result; /* "ERROR": the last row fails. */
} cases[] = {
    {"COUNT", "STRING", "", "0"},
    {"COUNT", "STRING", "a; NULL; b", "2"},
    {"COUNT", "STRING", "a; b; ~a; ~NULL", "1"},
    {"COUNT", "STRING", "a; b | c", "3"},
    {"SUM", "INT", "", "0"},
    {"SUM", "INT", "1; NULL; 2", "3"},
    {"SUM", "INT", "2147483647; 1", "-2147483648"},
    {"SUM", "INT", "1; 2; ~1; ~-5", "7"},
    {"SUM", "BIGINT", "9223372036854775807; 1 | 1", "-9223372036854775807"},
    {"SUM", "DOUBLE", "1.5; 2; ~0.5", "3.0"},
    {"SUM", "DECIMAL(4,2)", "", "0"},
    {"SUM", "DECIMAL(4,2)", "1.50; 2.25; NULL", "3.75"},
    {"SUM", "DECIMAL(4,2)", "99.99; 0.01", "ERROR"},
    {"SUM", "DECIMAL(4,2)", "99.99; -0.01; ~1.00", "98.98"},
    {"SUM", "DECIMAL(4,2)", "-99.99; -0.01", "ERROR"},
    {"SUM", "DECIMAL(4,2)", "60.00 | 40.00", "100.0"},
    {"AVG", "INT", "", "0.0"},
    {"AVG", "INT", "1; NULL; 2", "1.5"},
    {"AVG", "BIGINT", "1; 2; 6; ~2", "3.5"},
    {"AVG", "DOUBLE", "1; 2 | 6", "3.0"},
    {"AVG", "INT", "1; ~1", "0.0"},
    {"MAX", "INT", "", "null"},
    {"MAX", "INT", "1; NULL; 3; 2", "3"},
    {"MIN", "INT", "NULL; 3; 2; 4", "2"},
    {"MAX", "BIGINT", "-5; -7", "-5"},
    {"MIN", "BIGINT", "1 | -1", "-1"},
    {"MAX", "DOUBLE", "1; NaN; Infinity", "NaN"},
    {"MIN", "DOUBLE", "0.0; -0.0", "-0.0"},
    {"MIN", "DOUBLE", "NaN; 1; -1; -2", "-2.0"},
    {"MAX", "DECIMAL(4,2)", "1.50; 12.25; NULL; 3", "12.25"},
    {"MAX", "STRING", "b; a; c", "c"},
    {"MIN", "STRING", "b; a; c | B", "B"},
    {"MAX", "DATE", "1; 3; 2", "1970-01-04"},
    {"MAX", "TIMESTAMP", "1000; 0", "1970-01-01T00:00:01.000"},
    {"MAX", "TIME", "1000; NULL; 60000", "00:01"},
    {"MIN", "TIME", "60000; 1000", "00:00:01"},
    {"MIN", "DECIMAL(4,2)", "1.50; -12.25; NULL", "-12.25"},
    {"MIN", "DATE", "3; 1; NULL", "1970-01-02"},
    {"MIN", "TIMESTAMP", "1000; -1; NULL", "1969-12-31T23:59:59.999"},
    {"MAX", "BYTES", "\x7f; \x80", "fw=="}, /* Bytes are signed. */
    {"MIN", "BYTES", "\x7f; \x80", "gA=="},
    {"LATEST_BY_OFFSET", "STRING", "", "null"},
    {"LATEST_BY_OFFSET", "STRING", "a; b; NULL", "b"},
    {"LATEST_BY_OFFSET", "STRING, BOOLEAN", "a false; b false; NULL false",
     "null"},
    {"LATEST_BY_OFFSET", "STRING, BOOLEAN", "a true; NULL true", "a"},
    {"LATEST_BY_OFFSET", "STRING", "a; b | c", "c"},
    {"LATEST_BY_OFFSET", "STRING", "| c", "c"},
    {"LATEST_BY_OFFSET", "STRING", "a | NULL", "a"},
    {"LATEST_BY_OFFSET", "INT, INT", "1 2; NULL 2; 2 2; 3 2", "[2, 3]"},
    {"LATEST_BY_OFFSET", "INT, INT", "1 2; 2 2 | 3 2; 4 2", "[1, 2]"},
    {"LATEST_BY_OFFSET", "INT, INT, BOOLEAN", "1 2 false; NULL 2 false",
     "[1, null]"},
    {"LATEST_BY_OFFSET", "INT, INT", "1 0", "ERROR"},
    {"EARLIEST_BY_OFFSET", "STRING", "NULL; a; b", "a"},
    {"EARLIEST_BY_OFFSET", "STRING, BOOLEAN", "NULL false; a false", "null"},
    {"EARLIEST_BY_OFFSET", "STRING", "a | b", "a"},
    {"EARLIEST_BY_OFFSET", "STRING", "| b", "b"},
    {"EARLIEST_BY_OFFSET", "INT, INT", "NULL 2; 1 2; 2 2; 3 2", "[1, 2]"},
    {"EARLIEST_BY_OFFSET", "INT, INT", "1 3 | 2 3; 3 3; 4 3", "[1, 2, 3]"},
    {"EARLIEST_BY_OFFSET", "INT, INT", "| 2 1; 3 1", "[2]"},
    {"EARLIEST_BY_OFFSET", "INT, INT, BOOLEAN", "NULL 2 false; 1 2 false",
     "[null, 1]"},
    {"EARLIEST_BY_OFFSET", "INT, INT", "1 -1", "ERROR"},
    {"TOPK", "INT, INT", "", "[]"},
    {"TOPK", "INT, INT", "3 2; NULL 2; 1 2; 5 2; 4 2", "[5, 4]"},
    {"TOPK", "INT, INT", "1 3; 1 3; 1 3; 1 3", "[1, 1, 1]"},
    {"TOPK", "STRING, INT", "b 2; a 2; c 2", "[c, b]"},
    {"TOPK", "DOUBLE, INT", "1.5 2; NaN 2; -1 2", "[NaN, 1.5]"},
    {"TOPK", "BIGINT, INT", "1 3; 5 3 | 3 3; 9 3", "[9, 5, 3]"},
    {"TOPK", "BIGINT, INT", "| 3 2; 9 2", "[9, 3]"},
    {"TOPK", "INT, STRING, INT", "1 a 2; 2 b 2; 2 c 2; 1 d 2",
     "[Struct{sort_col=2,col0=b}, Struct{sort_col=2,col0=c}]"},
    {"TOPK", "INT, STRING, INT", "1 NULL 2; NULL b 2", "[Struct{sort_col=1}]"},
    {"TOPK", "INT, INT", "1 0", "ERROR"},
    {"TOPK", "INT, INT", "1 -1", "ERROR"},
    {"COLLECT_LIST", "STRING", "", "[]"},
    {"COLLECT_LIST", "STRING", "a; NULL; b; a", "[a, null, b, a]"},
    {"COLLECT_LIST", "STRING", "a; b; a; ~a", "[a, b]"},
    {"COLLECT_LIST", "STRING", "a; NULL; b; ~NULL", "[a, b]"},
    {"COLLECT_LIST", "STRING", "a; ~x", "[a]"},
    {"COLLECT_LIST", "INT", "1; 2 | 3; 4", "[1, 2, 3, 4]"},
    {"COLLECT_SET", "STRING", "a; NULL; b; a; NULL", "[a, null, b]"},
    {"COLLECT_SET", "DOUBLE", "0.0; -0.0; NaN; NaN", "[0.0, -0.0, NaN]"},
    {"COLLECT_SET", "INT", "1; 2 | 3; 2; 4", "[1, 2, 3, 4]"},
    {"TOPKDISTINCT", "INT, INT", "3 2; 5 2; 5 2; 4 2; NULL 2", "[5, 4]"},
    {"TOPKDISTINCT", "STRING, INT", "a 3; c 3; a 3", "[c, a]"},
    {"TOPKDISTINCT", "BIGINT, INT", "9 3; 5 3 | 9 3; 5 3; 3 3; 1 3",
     "[9, 5, 3]"},
    {"TOPKDISTINCT", "DECIMAL(4,2), INT", "1.50 2; 2.25 2; 1.50 2",
     "[2.25, 1.50]"},
    {"TOPKDISTINCT", "DOUBLE, INT", "-0.0 3; 0.0 3; NaN 3; NaN 3",
     "[NaN, 0.0, -0.0]"},
    {"TOPKDISTINCT", "DATE, INT", "1 2; 3 2; 3 2; 2 2",
     "[1970-01-04, 1970-01-03]"},
    {"TOPKDISTINCT", "TIME, INT", "60000 2; 120000 2 | 120000 2; 180000 2",
     "[00:03, 00:02]"},
    {"TOPKDISTINCT", "TIMESTAMP, INT", "0 1; 1000 1; NULL 1",
     "[1970-01-01T00:00:01.000]"},
    {"TOPKDISTINCT", "BYTES, INT", "\x80 2; \x7f 2; \x7f 2", "[fw==, gA==]"},
    {"TOPKDISTINCT", "INT, INT", "1 0", "ERROR"},
    {"ATTR", "STRING", "", "null"},
    {"ATTR", "STRING", "a; a", "a"},
    {"ATTR", "STRING", "a; b", "null"},
    {"ATTR", "STRING", "a; NULL", "null"},
    {"ATTR", "STRING", "a; b; b; ~b; ~b", "a"},
    {"ATTR", "STRING", "a; ~b", "a"},
    {"ATTR", "INT", "1; ~1", "null"},
    {"ATTR", "INT", "1; 2 | 2", "null"},
    {"ATTR", "INT", "1 | 1; 1", "1"},
    {"HISTOGRAM", "STRING", "a; b; a; NULL", "{a=2, b=1, null=1}"},
    {"HISTOGRAM", "STRING", "a; b; a; ~b; ~a", "{a=1}"},
    {"HISTOGRAM", "STRING", "a; ~b", "ERROR"},
    {"HISTOGRAM", "STRING", "a; b | b; c", "{a=1, b=2, c=1}"},
    {"STDDEV_SAMP", "INT", "1", "0.0"},
    {"STDDEV_SAMP", "INT", "1; 2; 3; 4; NULL", "1.6666666666666667"},
    {"STDDEV_SAMP", "INT", "1; 2; 3; 9; ~9", "1.0"},
    {"STDDEV_SAMP", "INT", "1; ~1", "0.0"},
    {"STDDEV_SAMP", "INT", "1; 2 | 4; 4", "3.1666666666666665"},
    {"STDDEV_SAMP", "DOUBLE", "1; 2 | 4; 4", "2.25"},
    {"STDDEV_SAMP", "BIGINT", "| 1; 3", "2.0"},
    {"STDDEV_SAMPLE", "DOUBLE", "1; 2; 3; 4", "1.2909944487358056"},
    {"STDDEV_SAMPLE", "INT", "1; 2 | 4; 4", "1.5"},
    {"STDDEV_SAMPLE", "BIGINT", "1; 2; 3; 9; ~9", "1.0"},
    {"CORRELATION", "INT, INT", "", "NaN"},
    {"CORRELATION", "INT, INT", "1 2; 2 4; 3 6; NULL 1; 1 NULL", "1.0"},
    {"CORRELATION", "DOUBLE, DOUBLE", "1 5; 1 7", "NaN"},
    {"CORRELATION", "BIGINT, BIGINT", "1 2; 2 1 | 5 7; 6 6; 9 9; ~9 9",
     "0.9037378388935388"},
    {"SUM_LIST", "ARRAY<INT>", "[1,NULL,2]; NULL; []; [2147483647]",
     "-2147483646"},
    {"SUM_LIST", "ARRAY<DOUBLE>", "[1.5]; [2,3]; ~[2,3]", "1.5"},
    {"SUM_LIST", "ARRAY<BIGINT>", "[1] | [2]", "3"},
    {"COUNT_DISTINCT", "INT", "", "0"},
    {"COUNT_DISTINCT", "INT", "1; 2; 1; NULL", "2"},
    {"COUNT_DISTINCT", "STRING", "a; b | b; c", "3"},
    {"COUNT_DISTINCT", "BYTES", "ab; cd; ab", "2"},
    {"COUNT_DISTINCT", "DATE", "1; 2; 2", "2"},
};

/* Applies rows up to the end or a `|`; false if one failed. */
static bool apply(Group *group, const char **at)
{
    Value args[ARGS_MAX];
    for (;;) {
        while (**at == ' ' || **at == ';')
            ++*at;
        bool undo = **at == '~';
        *at += undo;
        if (!next_row(group->arena, group->call, at, args)) return true;
        if (!change(group, args, undo)) return false;
    }
}

static void merge(Group *group, const Group *other)
{
    Value state[STATE_MAX], second[STATE_MAX];
    load(group, state);
    load(other, second);
    CHECK(group->call->function->aggregate->merge(group->call, state, second));
    store(group, state);
}

static void test_results(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new("test", 0);
        FnBinding binding = resolve(arena, cases[i].name, cases[i].types);
        FnCall *call = fn_call_new(arena, &binding);
        Group group = group_open(arena, call);
        const char *at = cases[i].rows;
        bool ok = apply(&group, &at);
        if (ok && *at == '|') {
            at++;
            Group other = group_open(arena, call);
            CHECK(apply(&other, &at));
            merge(&group, &other);
            buf_free(&other.state);
        }
        Str got = ok ? show(&group) : STR("ERROR");
        CHECK_STR(got, cases[i].result);
        if (!str_eq(got, str_from(cases[i].result)))
            fprintf(stderr, "  in %s: %s\n", cases[i].name, cases[i].rows);
        if (!ok) CHECK(call->error && call->error[0]);
        buf_free(&group.state);
        fn_call_close(call);
        arena_free(arena);
    }
}

static void test_limit(void)
{
    static const struct {
        const char *limit, *rows, *result;
    } limits[] = {{"2", "1; 2; 3", "[1, 2]"},
                  {"0", "1", "[]"},
                  {"-1", "1; 2", "[1, 2]"},
                  {"x", "1; 2", "[1, 2]"},
                  {"3", "1; 2 | 3; 4", "[1, 2, 3]"}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        Arena *arena = arena_new("test", 0);
        FnBinding binding = resolve(arena, "COLLECT_LIST", "INT");
        FnCall *call = fn_call_new(arena, &binding);
        Map properties = {0};
        Str limit = str_from(limits[i].limit);
        map_put(arena, &properties, STR("ksql.functions.collect_list.limit"),
                &limit);
        call->properties = &properties;
        Group group = group_open(arena, call);
        const char *at = limits[i].rows;
        CHECK(apply(&group, &at));
        if (*at == '|') {
            at++;
            Group other = group_open(arena, call);
            CHECK(apply(&other, &at));
            merge(&group, &other);
            buf_free(&other.state);
        }
        CHECK_STR(show(&group), limits[i].result);
        buf_free(&group.state);
        arena_free(arena);
    }
}

static void add_numbers(Group *group, int from, int to)
{
    Value state[STATE_MAX];
    load(group, state);
    for (int i = from; i < to; i++) {
        Value value = {.i32 = i * 31};
        CHECK(
            group->call->function->aggregate->add(group->call, state, &value));
    }
    store(group, state);
}

static void check_near(Group *group, double want)
{
    int64_t got = 0;
    CHECK(number_parse_i64(show(group), &got));
    CHECK((double)got > want * 0.97 && (double)got < want * 1.03);
}

/* Estimates stay near the truth while the state goes from a list of registers
 * to all of them, and when such states are merged. */
static void test_count_distinct(void)
{
    static const int counts[] = {10, 400, 600, 5000, 40000, 200000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        Arena *arena = arena_new("test", 0);
        FnBinding binding = resolve(arena, "COUNT_DISTINCT", "INT");
        FnCall *call = fn_call_new(arena, &binding);
        Group all = group_open(arena, call), half = group_open(arena, call);
        add_numbers(&all, 0, counts[i]);
        add_numbers(&all, 0, counts[i] / 2);
        check_near(&all, counts[i]);
        add_numbers(&half, counts[i] / 2, counts[i] * 2);
        check_near(&half, counts[i] * 1.5);
        merge(&half, &all);
        check_near(&half, counts[i] * 2);
        buf_free(&all.state);
        buf_free(&half.state);
        fn_call_close(call);
        arena_free(arena);
    }
}

/* Which aggregates can be undone, and which states are not scalar. */
static void test_flags(void)
{
    static const struct {
        const char *name;
        bool undo, nested, last;
    } flags[] = {
        {"COUNT", true, false, false},
        {"SUM", true, false, false},
        {"AVG", true, true, false},
        {"MIN", false, false, false},
        {"MAX", false, false, false},
        {"COLLECT_LIST", true, true, false},
        {"LATEST_BY_OFFSET", false, true, false},
        {"EARLIEST_BY_OFFSET", false, true, false},
        {"TOPK", false, true, true},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        const Function *f = function_find(str_from(flags[i].name));
        CHECK((f->aggregate->undo != NULL) == flags[i].undo);
        CHECK(!!(f->flags & FN_STATE_NESTED) == flags[i].nested);
        CHECK(!!(f->flags & FN_LITERAL_LAST) == flags[i].last);
    }
}

/* add_rows: ten groups with another aggregate's slots around this one's. */

static uint32_t seed = 7;

static int chance(int n)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 8) % (uint32_t)n);
}

static Value random_value(const Type *type)
{
    static const char *const doubles[] = {"NaN",  "-0.0",     "0.0",   "1.5",
                                          "-2.5", "Infinity", "-1e300"};
    Value v = {0};
    if (!chance(4)) return VALUE_NULL;
    switch (type->kind) {
    case TYPE_INT:
    case TYPE_DATE: v.i32 = (chance(2000) - 1000) * 2000000; break;
    case TYPE_DOUBLE:
        number_parse_f64(str_from(doubles[chance(7)]), &v.f64);
        break;
    default: v.i64 = (int64_t)(chance(2000) - 1000) * ((int64_t)1 << 53);
    }
    return v;
}

static void check_add_rows(const char *name, const char *type, bool select,
                           bool constant)
{
    enum { GROUPS = 10, ROWS = 200 };
    Arena *arena = arena_new("test", 0);
    FnBinding binding = resolve(arena, name, type);
    FnCall *call = fn_call_new(arena, &binding);
    const Aggregate *a = call->function->aggregate;
    CHECK(a->add_rows != NULL);

    /* Slots: BIGINT, the aggregate's, STRING. */
    const Type *types[STATE_MAX] = {&type_bigint};
    Value states[GROUPS][STATE_MAX];
    int count = call->state_count;
    memcpy(types + 1, call->state_types, sizeof *types * (size_t)count);
    types[count + 1] = &type_string;
    Buf encoded[GROUPS] = {{0}};
    for (int g = 0; g < GROUPS; g++) {
        states[g][0] = (Value){.i64 = g};
        a->init(call, states[g] + 1);
        states[g][count + 1] = (Value){.str = STR("tail")};
        row_encode(&encoded[g], types, states[g], count + 2);
    }

    Column column = {0};
    column_init(arena, &column, call->arg_types[0], ROWS);
    for (int row = 0; row < ROWS; row++)
        column_set(arena, &column, row, ROWS, random_value(call->arg_types[0]));
    column.constant = constant;
    const Column *args[] = {&column, &column};
    uint16_t sel[ROWS];
    void *rows[ROWS];
    int selected = 0;
    for (int row = 0; row < ROWS; row++) {
        if (select && !chance(3)) continue;
        int g = chance(GROUPS);
        sel[selected] = (uint16_t)row;
        rows[selected++] = encoded[g].ptr;
        Value value = column_get(&column, row);
        Value values[] = {value, value};
        CHECK(a->add(call, states[g] + 1, values));
    }
    a->add_rows(call, rows, count + 2, 1, args, select ? sel : NULL, selected);

    for (int g = 0; g < GROUPS; g++) {
        Value read[STATE_MAX];
        CHECK(row_decode(arena, buf_str(&encoded[g]), types, read, count + 2));
        for (int i = 0; i < count + 2; i++)
            CHECK(value_equal(types[i], &read[i], &states[g][i]));
        buf_free(&encoded[g]);
    }
    arena_free(arena);
}

static void test_add_rows(void)
{
    static const struct {
        const char *name, *type;
    } fast[] = {
        {"COUNT", "BIGINT"},
        {"SUM", "INT"},
        {"SUM", "BIGINT"},
        {"SUM", "DOUBLE"},
        {"AVG", "INT"},
        {"AVG", "BIGINT"},
        {"AVG", "DOUBLE"},
        {"MIN", "INT"},
        {"MIN", "BIGINT"},
        {"MIN", "DOUBLE"},
        {"MIN", "DATE"},
        {"MAX", "INT"},
        {"MAX", "BIGINT"},
        {"MAX", "DOUBLE"},
        {"MAX", "TIMESTAMP"},
        {"STDDEV_SAMP", "INT"},
        {"STDDEV_SAMPLE", "DOUBLE"},
        {"CORRELATION", "BIGINT, BIGINT"},
    };
    for (size_t i = 0; i < sizeof fast / sizeof *fast; i++) {
        check_add_rows(fast[i].name, fast[i].type, false, false);
        check_add_rows(fast[i].name, fast[i].type, true, false);
        check_add_rows(fast[i].name, fast[i].type, true, true);
    }
}

int main(void)
{
    test_results();
    test_limit();
    test_count_distinct();
    test_flags();
    test_add_rows();
    test_coverage();
    return check_done();
}
