/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain lines from the entities that statements give, made to be easy to write
 * down in a test: no alignment, nothing that changes from run to run.
 */
#include "testing/sql_print.h"

static void add_type(Buf *out, const Json *schema)
{
    Str kind = json_get(schema, "type")->text;
    const Json *member = json_get(schema, "memberSchema");
    const Json *fields = json_get(schema, "fields");
    const Json *decimal = json_get(schema, "parameters");

    buf_append_str(out, kind);
    if (decimal) {
        buf_printf(out, "(%.*s, %.*s)",
                   STR_ARG(json_get(decimal, "precision")->text),
                   STR_ARG(json_get(decimal, "scale")->text));
    } else if (member && member->kind == JSON_OBJECT) {
        buf_push(out, '<');
        if (str_eq(kind, STR("MAP"))) buf_append_str(out, STR("STRING, "));
        add_type(out, member);
        buf_push(out, '>');
    } else if (fields && fields->kind == JSON_ARRAY) {
        buf_push(out, '<');
        for (const Json *one = fields->first; one; one = one->next) {
            buf_append_str(out, json_get(one, "name")->text);
            buf_push(out, ' ');
            add_type(out, json_get(one, "schema"));
            if (one->next) buf_append_str(out, STR(", "));
        }
        buf_push(out, '>');
    }
}

static void add_fields(Buf *out, const Json *fields)
{
    for (const Json *one = fields->first; one; one = one->next) {
        const Json *role = json_get(one, "type");
        buf_append_str(out, json_get(one, "name")->text);
        buf_push(out, ' ');
        add_type(out, json_get(one, "schema"));
        if (role) buf_printf(out, " %.*s", STR_ARG(role->text));
        buf_push(out, '\n');
    }
}

static bool is_scalar(const Json *json)
{
    return json->kind == JSON_STRING || json->kind == JSON_NUMBER ||
           json->kind == JSON_TRUE || json->kind == JSON_FALSE;
}

static void add_scalar(Buf *out, const Json *json)
{
    if (json->kind == JSON_TRUE)
        buf_append_str(out, STR("true"));
    else if (json->kind == JSON_FALSE)
        buf_append_str(out, STR("false"));
    else
        buf_append_str(out, json->text);
}

static void add_element(Buf *out, const Json *one)
{
    bool some = false;

    if (is_scalar(one)) {
        if (one->name.ptr) buf_printf(out, "%.*s | ", STR_ARG(one->name));
        add_scalar(out, one);
        buf_push(out, '\n');
        return;
    }
    if (json_get(one, "memberSchema")) {
        buf_printf(out, "%.*s | ", STR_ARG(one->name));
        add_type(out, one);
        buf_push(out, '\n');
        return;
    }
    for (const Json *member = one->first; member; member = member->next) {
        bool list = member->kind == JSON_ARRAY && member->first &&
                    is_scalar(member->first);
        if (!list && !is_scalar(member)) continue;
        if (some) buf_append_str(out, STR(" | "));
        some = true;
        if (!list) {
            add_scalar(out, member);
            continue;
        }
        for (const Json *item = member->first; item; item = item->next) {
            add_scalar(out, item);
            if (item->next) buf_append_str(out, STR(", "));
        }
    }
    buf_push(out, '\n');
}

static bool add_known(Buf *out, const Json *entity)
{
    const Json *query = json_get(entity, "queryDescription");
    const Json *queries = json_get(entity, "queryDescriptions");
    const Json *source = json_get(entity, "sourceDescription");
    const Json *sources = json_get(entity, "sourceDescriptions");
    const Json *status = json_get(entity, "commandStatus");
    const Json *message = json_get(entity, "message");

    if (query) {
        Str topology = json_get(query, "topology")->text;
        buf_append_str(out, topology);
        if (!str_ends_with(topology, STR("\n"))) buf_push(out, '\n');
    } else if (source) {
        add_fields(out, json_get(source, "fields"));
    } else if (status) {
        buf_append_str(out, json_get(status, "message")->text);
        buf_push(out, '\n');
    } else if (message) {
        buf_printf(out, "%.*s\n", STR_ARG(message->text));
    } else if (sources) {
        for (const Json *one = sources->first; one; one = one->next) {
            buf_append_str(out, json_get(one, "name")->text);
            buf_push(out, '\n');
            add_fields(out, json_get(one, "fields"));
        }
    }
    for (const Json *one = queries ? queries->first : NULL; one;
         one = one->next) {
        buf_printf(out, "%.*s\n", STR_ARG(json_get(one, "id")->text));
        add_fields(out, json_get(one, "fields"));
    }
    return query || queries || source || status || message || sources;
}

void sql_print_entity(Buf *out, const Json *entity)
{
    const Json *warnings = json_get(entity, "warnings");

    if (!add_known(out, entity))
        for (const Json *one = entity->first; one; one = one->next) {
            bool list = one->kind == JSON_ARRAY || one->kind == JSON_OBJECT;
            if (one == warnings || !list) continue;
            for (const Json *item = one->first; item; item = item->next)
                add_element(out, item);
        }
    for (const Json *one = warnings ? warnings->first : NULL; one;
         one = one->next)
        buf_printf(out, "warning: %.*s\n",
                   STR_ARG(json_get(one, "message")->text));
}

void sql_print_row(Arena *arena, Buf *out, const Schema *schema,
                   const Value *values, bool tombstone)
{
    if (tombstone) buf_append_str(out, STR("- | "));
    for (int i = 0; i < schema->count; i++) {
        if (i) buf_append_str(out, STR(" | "));
        buf_append_str(out,
                       value_print(arena, schema->columns[i].type, &values[i]));
    }
    buf_push(out, '\n');
}
