/* SPDX-License-Identifier: Apache-2.0
 *
 * The function registry: all families' rows, grouped by name, with their
 * signatures parsed once.
 *
 * The registry is built on first use, once in a process, and only read after
 * that; function_register may add rows before the first query. Names are looked
 * up in upper case. A row with a malformed signature, or a name that is used
 * for two kinds of function, is a bug of its table and stops the process.
 *
 * To add a function: one row in a family file. To add a family: one constant in
 * function_int.h and one line in `families` below.
 */
#include "functions/function.h"

#include <assert.h>
#include <pthread.h>
#include <strings.h>

#include "base/vec.h"
#include "functions/function_int.h"

static const FunctionFamily *const families[] = {
    &fn_string,     &fn_string_edit,  &fn_math,        &fn_order,
    &fn_real,       &fn_array,        &fn_conditional, &fn_other,
    &table_explode, &agg_basic,       &agg_offset,     &agg_topk,
    &agg_collect,   &agg_values,      &agg_stats,      &agg_distinct,
    &fn_json,       &fn_json_extract, &fn_regexp,      &fn_map,
    &fn_lambda,     &fn_bytes,        &fn_string_mask, &fn_string_more,
    &fn_url,        &fn_datetime,
};

/* A process-wide cache, built under `registry_once`. */
static struct Registry {
    Arena *arena;
    Map sets;                     /* Upper-case name to FunctionSet. */
    VEC(const Function *) sorted; /* By name; overloads in table order. */
} registry;

static pthread_once_t registry_once = PTHREAD_ONCE_INIT;

static void add_row(const Function *row)
{
    Arena *arena = registry.arena;
    Str key = str_ascii_upper(arena, str_from(row->name));
    FunctionSet *set = map_get(&registry.sets, key);
    if (!set) {
        set = ARENA_NEW(arena, FunctionSet);
        set->name = key.ptr;
        map_put(arena, &registry.sets, key, set);
    }
    assert(!set->count || set->rows[0]->kind == row->kind);
    const Signature *signature = signature_parse(arena, row->signature);
    assert(signature && "malformed signature");

    int n = set->count;
    const Function **rows = ARENA_ARRAY(arena, const Function *, n + 1);
    const Signature **signatures = ARENA_ARRAY(arena, const Signature *, n + 1);
    if (n) {
        memcpy(rows, set->rows, sizeof *rows * (size_t)n);
        memcpy(signatures, set->signatures, sizeof *rows * (size_t)n);
    }
    rows[n] = row;
    signatures[n] = signature;
    set->rows = rows;
    set->signatures = signatures;
    set->count = n + 1;
    *vec_push(arena, &registry.sorted) = row;
}

/* Insertion sort by name: stable, so overloads keep their order, and cheap on
 * what is nearly sorted after a registration. */
static void sort_rows(void)
{
    const Function **rows = registry.sorted.at;
    for (int i = 1; i < registry.sorted.count; i++) {
        const Function *row = rows[i];
        int j = i;
        for (; j > 0 && strcasecmp(rows[j - 1]->name, row->name) > 0; j--)
            rows[j] = rows[j - 1];
        rows[j] = row;
    }
}

static void build(void)
{
    registry.arena = arena_new("functions", 0);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (int k = 0; k < families[i]->count; k++)
            add_row(&families[i]->rows[k]);
    sort_rows();
}

void function_register(const Function *rows, int count)
{
    pthread_once(&registry_once, build);
    for (int i = 0; i < count; i++)
        add_row(&rows[i]);
    sort_rows();
}

const FunctionSet *function_set(Str name)
{
    pthread_once(&registry_once, build);
    char upper[64]; /* No function has a longer name. */
    if (name.len > sizeof upper) return NULL;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    return map_get(&registry.sets, (Str){upper, name.len});
}

Near function_near(Str name)
{
    pthread_once(&registry_once, build);
    Near near = near_to(name);
    for (int i = 0; i < registry.sets.count; i++)
        near_offer(&near, registry.sets.entries[i].key);
    return near;
}

const Function *function_find(Str name)
{
    const FunctionSet *set = function_set(name);
    return set ? set->rows[0] : NULL;
}

void function_print_name(Buf *out, const Function *function)
{
    for (const char *c = function->name; *c; c++)
        buf_push(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c);
}

const Function *const *function_all(int *count)
{
    pthread_once(&registry_once, build);
    *count = registry.sorted.count;
    return registry.sorted.at;
}

bool fn_fail(FnCall *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    call->error = str_cstr(call->arena, str_vprintf(call->arena, format, args));
    va_end(args);
    return false;
}

void fn_fail_row(FnCall *call, Column *out, int row, int row_count)
{
    column_set_null(call->arena, out, row, row_count);
    if (call->row_failed) call->row_failed(call, row, call->error);
}

FnCall *fn_call_new(Arena *plan, const FnBinding *binding)
{
    FnCall *call = ARENA_NEW(plan, FnCall);
    call->function = binding->function;
    call->arg_types = binding->arg_types;
    call->arg_count = binding->arg_count;
    call->result_type = binding->result;
    call->state_types = binding->state_types;
    call->state_count = binding->state_count;
    call->arena = plan;
    return call;
}

void fn_call_close(FnCall *call)
{
    if (call->cache && call->cache_free) call->cache_free(call->cache);
    call->cache = NULL;
}
