/* SPDX-License-Identifier: Apache-2.0
 *
 * WITH ( ... ): names, where each may stand, and the form of its value
 * (language 3.2). What a value means for a source is checked by those who use
 * it.
 *
 * To add a property: a WithName, and a row in `properties`.
 */
#include "planner/planner_int.h"
#include "base/datefmt.h"
#include "base/number.h"

typedef enum ValueKind { VALUE_TEXT, VALUE_INTEGER, VALUE_BOOLEAN } ValueKind;

/* What a property's value is stored by. */
typedef struct PropertyValue {
    uint32_t at;
    Str text;
    int64_t integer;
    bool boolean;
} PropertyValue;

typedef Status (*StoreFn)(Arena *arena, const PropertyValue *value, With *with);

enum { IN_CREATE = 1, IN_AS = 2, IN_INSERT = 4, NEEDS_REGISTRY = 8 };

typedef struct Property {
    const char *name;
    ValueKind kind;
    unsigned use;
    StoreFn store;
} Property;

/* ---- one function a property ---- */

static Status store_topic(Arena *arena, const PropertyValue *v, With *with)
{
    if (!v->text.len) return st_error_at(arena, v->at, "KAFKA_TOPIC is empty");
    with->topic = v->text;
    return st_ok();
}

static Status store_count(Arena *arena, const PropertyValue *v,
                          const char *name, int max, int *count)
{
    if (v->integer < 1 || v->integer > max)
        return st_error_at(arena, v->at, "%s must be from 1 to %d", name, max);
    *count = (int)v->integer;
    return st_ok();
}

static Status store_partitions(Arena *arena, const PropertyValue *v, With *with)
{
    return store_count(arena, v, "PARTITIONS", INT32_MAX, &with->partitions);
}

static Status store_replicas(Arena *arena, const PropertyValue *v, With *with)
{
    return store_count(arena, v, "REPLICAS", INT16_MAX, &with->replicas);
}

static Status store_retention(Arena *arena, const PropertyValue *v, With *with)
{
    (void)arena;
    with->retention_ms = v->integer;
    return st_ok();
}

static Status store_value_format(Arena *arena, const PropertyValue *v,
                                 With *with)
{
    return side_format(arena, v->text, v->at, &with->value_format);
}

static Status store_key_format(Arena *arena, const PropertyValue *v, With *with)
{
    return side_format(arena, v->text, v->at, &with->key_format);
}

static Status store_format(Arena *arena, const PropertyValue *v, With *with)
{
    (void)v;
    (void)arena;
    with->both_formats = true;
    return st_ok();
}

static Status store_wrap(Arena *arena, const PropertyValue *v, With *with)
{
    (void)arena;
    with->wrap = v->boolean;
    return st_ok();
}

/* A column as a property's text names it: folded, unless quoted. */
static Str column_text(Arena *arena, Str text)
{
    text = str_trim(text);
    bool quoted = text.len >= 2 && (text.ptr[0] == '`' || text.ptr[0] == '"') &&
                  text.ptr[text.len - 1] == text.ptr[0];
    if (quoted) return (Str){text.ptr + 1, text.len - 2};
    return str_ascii_upper(arena, text);
}

static Status store_timestamp(Arena *arena, const PropertyValue *v, With *with)
{
    if (!str_trim(v->text).len)
        return st_error_at(arena, v->at, "TIMESTAMP names no column");
    with->timestamp = column_text(arena, v->text);
    return st_ok();
}

static Status store_pattern(Arena *arena, const PropertyValue *v, With *with)
{
    DateFormat *format;
    Status st = datefmt_open(arena, v->text, STR_NULL, &format);
    if (st.kind)
        return st_error_at(arena, v->at, "TIMESTAMP_FORMAT: %s", st.text);
    datefmt_close(format);
    with->timestamp_format = v->text;
    return st_ok();
}

static Status store_delimiter(Arena *arena, const PropertyValue *v,
                              Str *delimiter)
{
    Status st = format_delimiter(arena, v->text, delimiter);
    if (st.kind) return st_error_at(arena, v->at, "%s", st.text);
    return st;
}

static Status store_key_delimiter(Arena *arena, const PropertyValue *v,
                                  With *with)
{
    return store_delimiter(arena, v, &with->key_delimiter);
}

static Status store_value_delimiter(Arena *arena, const PropertyValue *v,
                                    With *with)
{
    return store_delimiter(arena, v, &with->value_delimiter);
}

static Status store_window_type(Arena *arena, const PropertyValue *v,
                                With *with)
{
    if (str_eq_nocase(v->text, STR("SESSION")))
        with->window = WINDOW_SESSION;
    else if (str_eq_nocase(v->text, STR("HOPPING")))
        with->window = WINDOW_HOPPING;
    else if (str_eq_nocase(v->text, STR("TUMBLING")))
        with->window = WINDOW_TUMBLING;
    else
        return st_error_at(arena, v->at,
                           "WINDOW_TYPE is '%.*s', it must be SESSION, HOPPING "
                           "or TUMBLING",
                           STR_ARG(v->text));
    return st_ok();
}

/* Milliseconds of a unit's name, singular or plural; 0: none. */
static int64_t unit_ms(Str unit)
{
    static const struct {
        Str name;
        int64_t ms;
    } units[] = {
        {STR_INIT("MILLISECOND"), 1}, {STR_INIT("SECOND"), 1000},
        {STR_INIT("MINUTE"), 60000},  {STR_INIT("HOUR"), 3600000},
        {STR_INIT("DAY"), 86400000},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        Str name = units[i].name;
        bool plural = unit.len == name.len + 1 &&
                      (unit.ptr[name.len] | 0x20) == 's';
        Str stem = plural ? (Str){unit.ptr, name.len} : unit;
        if (str_eq_nocase(stem, name)) return units[i].ms;
    }
    return 0;
}

static Status store_window_size(Arena *arena, const PropertyValue *v,
                                With *with)
{
    Str text = str_trim(v->text);
    size_t space = 0;
    while (space < text.len && text.ptr[space] > ' ')
        space++;
    int64_t count = 0;
    int64_t ms = unit_ms(str_trim((Str){text.ptr + space, text.len - space}));
    bool ok = number_parse_i64((Str){text.ptr, space}, &count) && ms &&
              count > 0 && count <= INT64_MAX / ms;
    if (!ok)
        return st_error_at(arena, v->at,
                           "WINDOW_SIZE is '%.*s', it must be a number above 0 "
                           "and a unit, such as '30 SECONDS'",
                           STR_ARG(v->text));
    with->window_size_ms = count * ms;
    return st_ok();
}

static Status store_query_id(Arena *arena, const PropertyValue *v, With *with)
{
    static const char *const reserved[] = {"CSAS_", "CTAS_", "CST_",
                                           "INSERTQUERY_"};
    Str id = str_ascii_upper(arena, v->text);
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (str_starts_with(id, str_from(reserved[i])))
            return st_error_at(arena, v->at,
                               "QUERY_ID must not begin with '%s', which names "
                               "generated ids",
                               reserved[i]);
    bool ok = id.len > 0;
    for (size_t i = 0; i < id.len; i++)
        ok &= (id.ptr[i] >= 'A' && id.ptr[i] <= 'Z') ||
              (id.ptr[i] >= '0' && id.ptr[i] <= '9') || id.ptr[i] == '_';
    if (!ok)
        return st_error_at(arena, v->at,
                           "QUERY_ID is '%.*s', it may hold letters, digits "
                           "and '_' only",
                           STR_ARG(v->text));
    with->query_id = id;
    return st_ok();
}

static Status store_nothing(Arena *arena, const PropertyValue *v, With *with)
{
    (void)arena;
    (void)v;
    (void)with;
    return st_ok();
}

/* The first rows are in the order of WithName. */
static const Property properties[] = {
    {"KAFKA_TOPIC", VALUE_TEXT, IN_CREATE | IN_AS, store_topic},
    {"PARTITIONS", VALUE_INTEGER, IN_CREATE | IN_AS, store_partitions},
    {"REPLICAS", VALUE_INTEGER, IN_CREATE | IN_AS, store_replicas},
    {"RETENTION_MS", VALUE_INTEGER, IN_CREATE | IN_AS, store_retention},
    {"VALUE_FORMAT", VALUE_TEXT, IN_CREATE | IN_AS, store_value_format},
    {"KEY_FORMAT", VALUE_TEXT, IN_CREATE | IN_AS, store_key_format},
    {"FORMAT", VALUE_TEXT, IN_CREATE | IN_AS, store_format},
    {"WRAP_SINGLE_VALUE", VALUE_BOOLEAN, IN_CREATE | IN_AS, store_wrap},
    {"TIMESTAMP", VALUE_TEXT, IN_CREATE | IN_AS, store_timestamp},
    {"TIMESTAMP_FORMAT", VALUE_TEXT, IN_CREATE | IN_AS, store_pattern},
    {"KEY_DELIMITER", VALUE_TEXT, IN_CREATE | IN_AS, store_key_delimiter},
    {"VALUE_DELIMITER", VALUE_TEXT, IN_CREATE | IN_AS, store_value_delimiter},
    {"WINDOW_TYPE", VALUE_TEXT, IN_CREATE, store_window_type},
    {"WINDOW_SIZE", VALUE_TEXT, IN_CREATE, store_window_size},
    {"QUERY_ID", VALUE_TEXT, IN_INSERT, store_query_id},
    {"SOURCED_BY_CONNECTOR", VALUE_TEXT, IN_CREATE, store_nothing},
    {"SOURCE_CONNECTOR", VALUE_TEXT, IN_CREATE, store_nothing},
    {"KEY_SCHEMA_ID", VALUE_INTEGER, IN_CREATE | IN_AS | NEEDS_REGISTRY, NULL},
    {"VALUE_SCHEMA_ID", VALUE_INTEGER, IN_CREATE | IN_AS | NEEDS_REGISTRY,
     NULL},
    {"KEY_SCHEMA_FULL_NAME", VALUE_TEXT, IN_CREATE | IN_AS | NEEDS_REGISTRY,
     NULL},
    {"VALUE_SCHEMA_FULL_NAME", VALUE_TEXT, IN_CREATE | IN_AS | NEEDS_REGISTRY,
     NULL},
    {"VALUE_AVRO_SCHEMA_FULL_NAME", VALUE_TEXT,
     IN_CREATE | IN_AS | NEEDS_REGISTRY, NULL},
    {"KEY_PROTOBUF_NULLABLE_REPRESENTATION", VALUE_TEXT,
     IN_CREATE | IN_AS | NEEDS_REGISTRY, NULL},
    {"VALUE_PROTOBUF_NULLABLE_REPRESENTATION", VALUE_TEXT,
     IN_CREATE | IN_AS | NEEDS_REGISTRY, NULL},
};

enum { PROPERTY_COUNT = sizeof properties / sizeof *properties };

/* ---- reading ---- */

const char *plan_property_name(int index)
{
    return index < PROPERTY_COUNT ? properties[index].name : NULL;
}

static int find_property(Str name)
{
    for (int i = 0; i < PROPERTY_COUNT; i++)
        if (str_eq_nocase(name, str_from(properties[i].name))) return i;
    return -1;
}

static const char *near_property(Arena *arena, Str name)
{
    Near near = near_to(name);
    for (int i = 0; i < PROPERTY_COUNT; i++)
        near_offer(&near, str_from(properties[i].name));
    return near_hint(&near, arena, "");
}

static unsigned use_bit(WithUse use)
{
    return use == WITH_CREATE ? IN_CREATE : use == WITH_AS ? IN_AS : IN_INSERT;
}

/* All names that mean nothing here, in one message. */
static Status check_names(Arena *arena, const AstProperties *with, WithUse use)
{
    Buf unknown = {0};
    uint32_t at = 0;
    int count = 0;
    const char *hint = "";
    for (int i = 0; i < with->count; i++) {
        const AstName *name = &with->at[i].name;
        if (str_eq_nocase(name->text, STR("CLEANUP_POLICY")))
            return st_error_at(arena, name->at,
                               "CLEANUP_POLICY cannot be set: it follows from "
                               "what the topic holds");
        int found = find_property(name->text);
        if (found >= 0 && properties[found].use & use_bit(use)) continue;
        if (!count++) at = name->at;
        buf_printf(&unknown, "%s'%.*s'", unknown.len ? ", " : "",
                   STR_ARG(name->text));
        if (found < 0 && !*hint) hint = near_property(arena, name->text);
    }
    if (!count) return st_ok();
    Str list = str_copy(arena, buf_str(&unknown));
    buf_free(&unknown);
    return st_error_at(arena, at, "%s %.*s of WITH %s%s",
                       count == 1 ? "property" : "properties", STR_ARG(list),
                       count == 1 ? "is not known here" : "are not known here",
                       hint);
}

static bool read_boolean(const Ast *ast, bool *value)
{
    if (ast->kind == AST_BOOLEAN) {
        *value = ast->literal.boolean;
        return true;
    }
    if (ast->kind != AST_STRING) return false;
    *value = str_eq_nocase(ast->literal.str, STR("true"));
    return *value || str_eq_nocase(ast->literal.str, STR("false"));
}

static bool read_integer(const Ast *ast, int64_t *value)
{
    if (ast->kind == AST_INTEGER) {
        *value = ast->is_bigint ? ast->literal.i64 : ast->literal.i32;
        return true;
    }
    return ast->kind == AST_STRING && number_parse_i64(ast->literal.str, value);
}

static Status read_value(Arena *arena, const AstProperty *property,
                         const Property *row, PropertyValue *value)
{
    static const char *const wanted[] = {"a text", "an integer",
                                         "TRUE or FALSE"};
    const Ast *ast = property->value;
    value->at = ast->at;
    bool ok = row->kind == VALUE_INTEGER   ? read_integer(ast, &value->integer)
              : row->kind == VALUE_BOOLEAN ? read_boolean(ast, &value->boolean)
                                           : ast->kind == AST_STRING;
    if (!ok)
        return st_error_at(arena, ast->at, "%s must be %s", row->name,
                           wanted[row->kind]);
    if (row->kind == VALUE_TEXT)
        value->text = str_copy(arena, ast->literal.str);
    return st_ok();
}

/* FORMAT stands for both others. */
static Status spread_format(Arena *arena, const AstProperties *properties_,
                            With *with)
{
    if (!with->both_formats) return st_ok();
    uint32_t at = with->at[WITH_FORMAT];
    if (with->key_format || with->value_format)
        return st_error_at(arena, at,
                           "FORMAT sets both formats: it cannot be used with "
                           "%s",
                           with->key_format ? "KEY_FORMAT" : "VALUE_FORMAT");
    for (int i = 0; i < properties_->count; i++) {
        if (!str_eq_nocase(properties_->at[i].name.text, STR("FORMAT")))
            continue;
        const Ast *value = properties_->at[i].value;
        Status st = side_format(arena, value->literal.str, value->at,
                                &with->key_format);
        if (st.kind) return st;
        with->value_format = with->key_format;
    }
    return st_ok();
}

static Status check_window(Arena *arena, const With *with)
{
    bool sized = with->window_size_ms > 0;
    if (with->window == WINDOW_NONE && sized)
        return st_error_at(arena, with->at[WITH_WINDOW_SIZE],
                           "WINDOW_SIZE needs WINDOW_TYPE");
    if (with->window == WINDOW_SESSION && sized)
        return st_error_at(arena, with->at[WITH_WINDOW_SIZE],
                           "session windows have no size: leave WINDOW_SIZE "
                           "out");
    if (with->window != WINDOW_NONE && with->window != WINDOW_SESSION && !sized)
        return st_error_at(arena, with->at[WITH_WINDOW_TYPE],
                           "HOPPING and TUMBLING windows need WINDOW_SIZE");
    return st_ok();
}

STATUS with_read(Arena *arena, const AstProperties *ast, WithUse use,
                 With *with)
{
    bool seen[PROPERTY_COUNT] = {0};
    *with = (With){.retention_ms = -1, .wrap = -1};
    Status st = check_names(arena, ast, use);
    if (st.kind) return st;
    for (int i = 0; i < ast->count; i++) {
        const AstProperty *property = &ast->at[i];
        int row = find_property(property->name.text);
        if (seen[row])
            return st_error_at(arena, property->name.at, "%s is given twice",
                               properties[row].name);
        seen[row] = true;
        if (!properties[row].store)
            return st_error_at(arena, property->name.at,
                               "%s needs a format with a schema registry, "
                               "which is not available yet",
                               properties[row].name);
        PropertyValue value = {0};
        st = read_value(arena, property, &properties[row], &value);
        if (!st.kind) st = properties[row].store(arena, &value, with);
        if (st.kind) return st;
        if (row < WITH_NAME_COUNT) with->at[row] = property->name.at;
    }
    st = spread_format(arena, ast, with);
    if (st.kind) return st;
    return check_window(arena, with);
}
