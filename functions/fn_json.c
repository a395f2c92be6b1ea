/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON functions (functions.md 4.5) on whole documents: JSON_ARRAY_CONTAINS,
 * JSON_ARRAY_LENGTH, JSON_CONCAT, JSON_ITEMS, JSON_KEYS, JSON_RECORDS,
 * IS_JSON_STRING and TO_JSON_STRING. Paths are in fn_json_extract.c.
 */
#include <stdlib.h>

#include "base/number.h"
#include "base/unicode.h"
#include "functions/json_text.h"
#include "types/datetime.h"

static bool is_json_string(FnCall *call, const Value *args, int count,
                           Value *out)
{
    (void)count;
    Str value;
    *out = (Value){.boolean = false};
    if (args[0].null) return true;
    bool valid = json_first(call, args[0].str, &value) && value.len;
    call->error = NULL;
    out->boolean = valid;
    return true;
}

/* Whether an item of a JSON array is the wanted value. `*stop`: the item is an
 * integer too large for the value's type, which ends the search. */
static bool item_is(const Type *type, const Value *wanted, JsonEvent event,
                    Str text, bool *stop)
{
    if (wanted->null) return event == JSON_NULL;
    bool number = event == JSON_NUMBER;
    bool integer = number && !memchr(text.ptr, '.', text.len) &&
                   !memchr(text.ptr, 'e', text.len) &&
                   !memchr(text.ptr, 'E', text.len);
    Value item;
    switch (type->kind) {
    case TYPE_BOOLEAN:
        return event == (wanted->boolean ? JSON_TRUE : JSON_FALSE);
    case TYPE_INT:
        if (!integer) return false;
        *stop = !number_parse_i32(text, &item.i32);
        return !*stop && item.i32 == wanted->i32;
    case TYPE_BIGINT:
        if (!integer) return false;
        *stop = !number_parse_i64(text, &item.i64);
        return !*stop && item.i64 == wanted->i64;
    case TYPE_DOUBLE:
        return number && !integer && number_json_f64(text) == wanted->f64;
    case TYPE_STRING: return event == JSON_STRING && str_eq(text, wanted->str);
    default: return false;
    }
}

static bool json_array_contains(FnCall *call, const Value *args, int count,
                                Value *out)
{
    (void)count;
    JsonReader r;
    *out = (Value){.boolean = false};
    if (args[0].null)
        return fn_fail(call, "JSON_ARRAY_CONTAINS takes no NULL array");
    json_open(&r, call->arena, args[0].str);
    if (json_next(&r) != JSON_ARRAY) return true;
    bool stop = false;
    while (!stop && !out->boolean) {
        JsonEvent event = json_next(&r);
        if (event == JSON_ARRAY_CLOSE || event == JSON_ERROR) break;
        out->boolean = item_is(call->arg_types[1], &args[1], event, r.text,
                               &stop);
        json_skip_rest(&r);
    }
    return true;
}

static bool json_array_length(FnCall *call, const Value *args, int count,
                              Value *out)
{
    (void)count;
    const Json *json;
    *out = VALUE_NULL;
    if (!json_read(call, args[0].str, &json)) return false;
    if (json && json->kind == JSON_ARRAY) *out = (Value){.i32 = json->count};
    return true;
}

/* All documents' items in one array; what is no array counts as one item. */
static void concat_arrays(FnCall *call, Buf *buf, const Json *const *documents,
                          int count)
{
    bool first = true;
    buf_push(buf, '[');
    for (int i = 0; i < count; i++) {
        bool array = documents[i]->kind == JSON_ARRAY;
        const Json *item = array ? documents[i]->first : documents[i];
        for (; item; item = array ? item->next : NULL) {
            if (!first) buf_push(buf, ',');
            first = false;
            json_put(call->arena, buf, item, JSON_NUMBERS_PLAIN);
        }
    }
    buf_push(buf, ']');
}

/* All members in one object: a later one replaces an earlier in its place. */
static void concat_objects(FnCall *call, Buf *buf, const Json *const *documents,
                           int count)
{
    Json all = {.kind = JSON_OBJECT};
    Json **tail = &all.first;
    for (int i = 0; i < count; i++) {
        for (const Json *one = documents[i]->first; one; one = one->next) {
            *tail = arena_copy(call->arena, one, sizeof *one);
            (*tail)->next = NULL;
            tail = &(*tail)->next;
            all.count++;
        }
    }
    json_put(call->arena, buf, &all, JSON_NUMBERS_PLAIN);
}

static bool json_concat(FnCall *call, const Value *args, int count, Value *out)
{
    const Json **documents = ARENA_ARRAY(call->arena, const Json *, count + 1);
    bool objects = true;
    *out = VALUE_NULL;
    if (!count) return fn_fail(call, "JSON_CONCAT needs an argument");
    for (int i = 0; i < count; i++) {
        if (!json_read(call, args[i].str, &documents[i])) return false;
        if (!documents[i]) return true;
        if (documents[i]->kind != JSON_OBJECT) objects = false;
    }
    Buf buf = {0};
    if (objects)
        concat_objects(call, &buf, documents, count);
    else if (count == 1)
        json_put(call->arena, &buf, documents[0], JSON_NUMBERS_PLAIN);
    else
        concat_arrays(call, &buf, documents, count);
    return give_buf(call, &buf, out);
}

/* A tree as a text value. */
static Value json_value(FnCall *call, const Json *json)
{
    Buf buf = {0};
    Value value;
    json_put(call->arena, &buf, json, JSON_NUMBERS_JAVA);
    give_buf(call, &buf, &value);
    return value;
}

static bool json_items(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    const Json *json;
    if (!json_read(call, args[0].str, &json)) return false;
    if (!json || json->kind != JSON_ARRAY)
        return fn_fail(call, "JSON_ITEMS: the text is no JSON array");
    List *list = list_new(call->arena, json->count);
    int n = 0;
    for (const Json *item = json->first; item; item = item->next)
        list->items[n++] = json_value(call, item);
    *out = (Value){.list = list};
    return true;
}

static bool json_keys(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    const Json *json, **members;
    *out = VALUE_NULL;
    if (!json_read(call, args[0].str, &json)) return false;
    if (!json || json->kind != JSON_OBJECT) return true;
    List *list = list_new(call->arena,
                          json_children(call->arena, json, &members));
    for (int i = 0; i < list->count; i++)
        list->items[i] = (Value){.str = members[i]->name};
    *out = (Value){.list = list};
    return true;
}

static bool json_records(FnCall *call, const Value *args, int count, Value *out)
{
    (void)count;
    const Json *json, **members;
    *out = VALUE_NULL;
    if (!json_read(call, args[0].str, &json)) return false;
    if (!json || json->kind != JSON_OBJECT) return true;
    int n = json_children(call->arena, json, &members);
    List *list = list_new(call->arena, 2 * n);
    for (int i = 0; i < n; i++) {
        bool text = members[i]->kind == JSON_STRING;
        list->items[2 * i] = (Value){.str = members[i]->name};
        list->items[2 * i + 1] = text ? (Value){.str = members[i]->text}
                                      : json_value(call, members[i]);
    }
    *out = (Value){.list = list};
    return true;
}

/* ---- TO_JSON_STRING ---- */

static void put_value(FnCall *call, Buf *out, const Type *type,
                      const Value *value);

/* A member of the object being written. */
typedef struct Member {
    Str name;
    const Type *type;
    const Value *value;
} Member;

static int compare_members(const void *a, const void *b)
{
    return utf16_compare(((const Member *)a)->name, ((const Member *)b)->name);
}

/* A struct's fields or a map's entries, sorted by name. */
static void put_members(FnCall *call, Buf *out, const Type *type,
                        const List *list)
{
    bool map = type->kind == TYPE_MAP;
    int count = map ? list->count / 2 : list->count;
    Member *members = ARENA_ARRAY(call->arena, Member, count + 1);
    for (int i = 0; i < count; i++) {
        if (map)
            members[i] = (Member){
                value_print(call->arena, type->key, &list->items[2 * i]),
                type->element, &list->items[2 * i + 1]};
        else
            members[i] = (Member){type->fields[i].name, type->fields[i].type,
                                  &list->items[i]};
    }
    qsort(members, (size_t)count, sizeof *members, compare_members);
    buf_push(out, '{');
    for (int i = 0; i < count; i++) {
        if (i) buf_push(out, ',');
        json_write_string(out, members[i].name);
        buf_push(out, ':');
        put_value(call, out, members[i].type, members[i].value);
    }
    buf_push(out, '}');
}

static void put_value(FnCall *call, Buf *out, const Type *type,
                      const Value *value)
{
    if (value->null) {
        buf_append_str(out, STR("null"));
        return;
    }
    switch (type->kind) {
    case TYPE_MAP:
    case TYPE_STRUCT: put_members(call, out, type, value->list); break;
    case TYPE_ARRAY:
        buf_push(out, '[');
        for (int i = 0; i < value->list->count; i++) {
            if (i) buf_push(out, ',');
            put_value(call, out, type->element, &value->list->items[i]);
        }
        buf_push(out, ']');
        break;
    case TYPE_TIME:
        buf_push(out, '"');
        time_print(out, value->i32 - value->i32 % 1000);
        buf_push(out, '"');
        break;
    default: value_print_json(out, type, value);
    }
}

static bool to_json_string(FnCall *call, const Value *args, int count,
                           Value *out)
{
    (void)count;
    Buf buf = {0};
    put_value(call, &buf, call->arg_types[0], &args[0]);
    return give_buf(call, &buf, out);
}

static const Function rows[] = {
    {.name = "IS_JSON_STRING",
     .signature = "STRING -> BOOLEAN",
     .scalar = is_json_string,
     .category = "JSON",
     .description = "Whether the text is valid JSON.",
     .example = "IS_JSON_STRING('{\"a\": 1}')"},
    {.name = "JSON_ARRAY_CONTAINS",
     .signature = "STRING, T -> BOOLEAN",
     .scalar = json_array_contains,
     .category = "JSON",
     .description = "Whether the JSON array has the value as an item.",
     .example = "JSON_ARRAY_CONTAINS('[1, 2]', 2)"},
    {.name = "JSON_ARRAY_LENGTH",
     .signature = "STRING -> INT",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = json_array_length,
     .category = "JSON",
     .description = "The number of items of the JSON array; NULL if the text "
                    "is another value.",
     .example = "JSON_ARRAY_LENGTH('[1, 2]') = 2"},
    {.name = "JSON_CONCAT",
     .signature = "STRING... -> STRING",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = json_concat,
     .category = "JSON",
     .description = "JSON objects merged into one, the last of a name "
                    "counts; or one array of all items.",
     .example = "JSON_CONCAT('[1]', '2') = '[1,2]'"},
    {.name = "JSON_ITEMS",
     .signature = "STRING -> ARRAY<STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = json_items,
     .category = "JSON",
     .description = "The items of the JSON array, each as JSON text.",
     .example = "ARRAY_JOIN(JSON_ITEMS('[1, [2]]'), ';') = '1;[2]'"},
    {.name = "JSON_KEYS",
     .signature = "STRING -> ARRAY<STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = json_keys,
     .category = "JSON",
     .description = "The names of the JSON object's members; NULL if the text "
                    "is another value.",
     .example = "ARRAY_JOIN(JSON_KEYS('{\"a\": 1, \"b\": 2}')) = 'a,b'"},
    {.name = "JSON_RECORDS",
     .signature = "STRING -> MAP<STRING, STRING>",
     .flags = FN_NULL_IN_NULL_OUT,
     .scalar = json_records,
     .category = "JSON",
     .description = "The members of the JSON object as a map; texts without "
                    "quotes, other values as JSON text.",
     .example = "JSON_RECORDS('{\"a\": \"x\"}')['a'] = 'x'"},
    {.name = "TO_JSON_STRING",
     .signature = "T -> STRING",
     .scalar = to_json_string,
     .category = "JSON",
     .description = "The value as JSON text.",
     .example = "TO_JSON_STRING(ARRAY[1, 2]) = '[1,2]'"},
};

const FunctionFamily fn_json = {rows, sizeof rows / sizeof *rows};
