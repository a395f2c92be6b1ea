/* SPDX-License-Identifier: Apache-2.0
 *
 * What sources and sinks have in common: formats of the two sides, wrapping,
 * the topic, the timestamp column, and whether a name is free (language 3.2,
 * formats 1.1 and 1.2, runtime 4.4).
 */
#include "planner/planner_int.h"

Str env_text(const PlanEnv *env, const char *name)
{
    return env->setting ? env->setting(env->context, str_from(name)) : STR_NULL;
}

bool env_flag(const PlanEnv *env, const char *name, bool otherwise)
{
    Str text = env_text(env, name);
    if (!text.ptr || !text.len) return otherwise;
    return str_eq_nocase(text, STR("true"));
}

STATUS side_format(Arena *arena, Str name, uint32_t at, const Format **format)
{
    *format = format_find(name);
    if (*format) return st_ok();
    int count;
    const Format *const *all = format_all(&count);
    Buf list = {0};
    Near near = near_to(name);
    for (int i = 0; i < count; i++) {
        buf_printf(&list, "%s%s", i ? ", " : "", all[i]->name);
        near_offer(&near, str_from(all[i]->name));
    }
    Str text = str_copy(arena, buf_str(&list));
    buf_free(&list);
    return st_error_at(arena, at, "unknown format '%.*s': there are %.*s%s",
                       STR_ARG(name), STR_ARG(text),
                       near_hint(&near, arena, ""));
}

FormatSpec side_key(const Format *format, const SchemaColumn *columns,
                    int count, Str delimiter, Str topic)
{
    return (FormatSpec){
        .format = format,
        .is_key = true,
        .columns = columns,
        .column_count = count,
        .wrapped = count > 1 ||
                   (count == 1 && !(format->flags & FORMAT_UNWRAPPED)),
        .delimiter = delimiter,
        .topic = topic,
    };
}

static Status cannot_wrap(Arena *arena, const With *with, const Format *format)
{
    return st_error_at(arena, with->at[WITH_WRAP_SINGLE_VALUE],
                       "format '%s' does not support WRAP_SINGLE_VALUE = %s",
                       format->name, with->wrap ? "TRUE" : "FALSE");
}

STATUS side_wrap(Arena *arena, const PlanEnv *env, const With *with,
                 const Format *format, int count, bool *wrapped)
{
    bool can_wrap = format->flags & FORMAT_WRAPPED;
    bool can_bare = format->flags & FORMAT_UNWRAPPED;
    *wrapped = count != 1 || can_wrap;
    if (with->wrap >= 0) {
        if (count > 1)
            return st_error_at(arena, with->at[WITH_WRAP_SINGLE_VALUE],
                               "WRAP_SINGLE_VALUE is only for a value of one "
                               "column, this has %d",
                               count);
        if (with->wrap ? !can_wrap : !can_bare)
            return cannot_wrap(arena, with, format);
        *wrapped = with->wrap;
        return st_ok();
    }
    if (count != 1) return st_ok();
    bool wanted = env_flag(env, "ksql.persistence.wrap.single.values", true);
    if (!wanted && can_bare) *wrapped = false;
    return st_ok();
}

/* ---- topics ---- */

STATUS env_retention(const PlanEnv *env, Arena *arena, Str topic,
                     int64_t *retention_ms)
{
    *retention_ms = -1;
    return env->retention
               ? env->retention(env->context, arena, topic, retention_ms)
               : st_ok();
}

static Status check_retention(Arena *arena, const PlanEnv *env,
                              const With *with, Str topic)
{
    int64_t actual;
    if (with->retention_ms < 0) return st_ok();
    Status st = env_retention(env, arena, topic, &actual);
    if (st.kind || actual < 0 || actual == with->retention_ms) return st;
    Str kept = actual == INT64_MAX
                   ? STR("for ever")
                   : str_printf(arena, "%lld ms", (long long)actual);
    return st_error_at(arena, with->at[WITH_RETENTION_MS],
                       "topic '%.*s' exists and keeps records %.*s, not %lld "
                       "ms: leave RETENTION_MS out or take another topic",
                       STR_ARG(topic), STR_ARG(kept),
                       (long long)with->retention_ms);
}

static Status topic_differs(Arena *arena, const With *with, WithName name,
                            const char *what, Str topic, long long wanted,
                            long long actual)
{
    return st_error_at(arena, with->at[name],
                       "topic '%.*s' exists with %lld %s, not %lld: leave %s "
                       "out or take another topic",
                       STR_ARG(topic), actual, what, wanted,
                       name == WITH_PARTITIONS ? "PARTITIONS" : "REPLICAS");
}

STATUS side_topic(Arena *arena, const PlanEnv *env, const With *with,
                  uint32_t at, Source *source, bool must_be_given,
                  TopicPlan *topic)
{
    int partitions = 0, replicas = 0;
    Status st = env->topic(env->context, arena, source->topic, &partitions,
                           &replicas);
    if (st.kind) return st;
    bool unwindowed_table = source->is_table && source->window == WINDOW_NONE;
    if (with->retention_ms >= 0 && unwindowed_table)
        return st_error_at(arena, with->at[WITH_RETENTION_MS],
                           "RETENTION_MS cannot be given for a table without "
                           "windows: its topic is compacted and keeps all "
                           "keys");
    *topic = (TopicPlan){
        .topic = source->topic,
        .create = partitions == 0,
        .retention_ms = unwindowed_table ? -1 : source->retention_ms,
        .cleanup_policy = !source->is_table  ? "delete"
                          : unwindowed_table ? "compact"
                                             : "compact,delete",
    };
    if (partitions && with->partitions && with->partitions != partitions)
        return topic_differs(arena, with, WITH_PARTITIONS, "partitions",
                             source->topic, with->partitions, partitions);
    if (partitions && with->replicas && replicas && with->replicas != replicas)
        return topic_differs(arena, with, WITH_REPLICAS, "replicas",
                             source->topic, with->replicas, replicas);
    if (partitions) {
        st = check_retention(arena, env, with, source->topic);
        if (st.kind) return st;
    }
    if (!partitions && must_be_given && !with->partitions)
        return st_error_at(arena, at,
                           "topic '%.*s' does not exist: create it, or give "
                           "PARTITIONS so that it is created",
                           STR_ARG(source->topic));
    if (partitions)
        source->partitions = partitions;
    else if (with->partitions)
        source->partitions = with->partitions;
    if (partitions)
        source->replicas = replicas;
    else if (with->replicas)
        source->replicas = with->replicas;
    topic->partitions = source->partitions;
    topic->replicas = source->replicas ? source->replicas : -1;
    return st_ok();
}

/* ---- what must hold for a finished source ---- */

static Status check_timestamp(Arena *arena, const With *with,
                              const Source *source)
{
    if (!source->timestamp_column.len) return st_ok();
    uint32_t at = with->at[WITH_TIMESTAMP];
    int found = schema_find(source->schema, source->timestamp_column);
    if (found < 0) {
        Str *names = ARENA_ARRAY(arena, Str, source->schema->count + 1);
        for (int i = 0; i < source->schema->count; i++)
            names[i] = source->schema->columns[i].name;
        return st_error_at(arena, at,
                           "the TIMESTAMP column '%.*s' does not exist%s",
                           STR_ARG(source->timestamp_column),
                           near_name(arena, source->timestamp_column, names,
                                     source->schema->count));
    }
    const Type *type = source->schema->columns[found].type;
    bool has_format = source->timestamp_format.len > 0;
    if (type->kind == TYPE_STRING && !has_format)
        return st_error_at(arena, at,
                           "the TIMESTAMP column '%.*s' is a STRING: give "
                           "TIMESTAMP_FORMAT",
                           STR_ARG(source->timestamp_column));
    if (type->kind != TYPE_STRING && has_format)
        return st_error_at(arena, with->at[WITH_TIMESTAMP_FORMAT],
                           "TIMESTAMP_FORMAT needs a STRING column, but '%.*s' "
                           "is %s",
                           STR_ARG(source->timestamp_column),
                           type_text(arena, type));
    if (type->kind != TYPE_STRING && type->kind != TYPE_BIGINT &&
        type->kind != TYPE_TIMESTAMP)
        return st_error_at(arena, at,
                           "the TIMESTAMP column '%.*s' is %s: it must be "
                           "BIGINT, TIMESTAMP, or STRING with TIMESTAMP_FORMAT",
                           STR_ARG(source->timestamp_column),
                           type_text(arena, type));
    return st_ok();
}

static Status check_spec(Arena *arena, uint32_t at, FormatSpec spec)
{
    Status st = format_validate(arena, &spec);
    if (st.kind != ST_USER) return st;
    /* A key's format is often one that nobody wrote. */
    const char *advice = spec.is_key && spec.column_count > 1
                             ? ": give another KEY_FORMAT in WITH"
                             : "";
    return st_error_at(arena, st.at ? st.at - 1 : at, "%s%s", st.text, advice);
}

static Status check_delimiter(Arena *arena, const With *with, WithName name,
                              Str delimiter, const Format *format)
{
    if (!delimiter.len || format->flags & FORMAT_DELIMITER) return st_ok();
    return st_error_at(
        arena, with->at[name], "format '%s' does not support %s", format->name,
        name == WITH_KEY_DELIMITER ? "KEY_DELIMITER" : "VALUE_DELIMITER");
}

STATUS side_check_delimiters(Arena *arena, const With *with,
                             const Source *source)
{
    Status st = check_delimiter(arena, with, WITH_KEY_DELIMITER,
                                with->key_delimiter, source->key_format);
    if (st.kind) return st;
    return check_delimiter(arena, with, WITH_VALUE_DELIMITER,
                           with->value_delimiter, source->value_format);
}

STATUS side_check(Arena *arena, const With *with, uint32_t at, Source *source)
{
    Status st = side_check_delimiters(arena, with, source);
    if (st.kind) return st;
    bool no_key = !source->schema->key_count;
    uint32_t key_at = with->at[WITH_KEY_FORMAT];
    uint32_t value_at = with->at[WITH_VALUE_FORMAT];
    if (with->both_formats) key_at = value_at = with->at[WITH_FORMAT];
    if (!no_key) {
        st = check_spec(arena, key_at ? key_at : at, source_key_spec(source));
        if (st.kind) return st;
    }
    st = check_spec(arena, value_at ? value_at : at, source_value_spec(source));
    if (st.kind) return st;
    return check_timestamp(arena, with, source);
}

TimestampSpec side_timestamp(const Source *source, const int *slots)
{
    int found = source->timestamp_column.len
                    ? schema_find(source->schema, source->timestamp_column)
                    : -1;
    if (found < 0) return (TimestampSpec){.slot = -1, .format = STR("")};
    bool text = source->schema->columns[found].type->kind == TYPE_STRING;
    return (TimestampSpec){
        .slot = slots ? slots[found] : found,
        .format = text ? source->timestamp_format : STR(""),
    };
}

/* ---- names ---- */

static bool is_source_name(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!ok) return false;
    }
    return name.len > 0;
}

static Status name_taken(Arena *arena, const AstStatement *statement,
                         const Source *old, bool is_table)
{
    if (old->is_table != is_table)
        return st_error_at(arena, statement->name.at,
                           "there is a %s named '%.*s': a stream and a table "
                           "cannot share a name",
                           old->is_table ? "table" : "stream",
                           STR_ARG(old->name));
    return st_error_at(arena, statement->name.at,
                       "a %s named '%.*s' exists already: use IF NOT EXISTS or "
                       "OR REPLACE",
                       old->is_table ? "table" : "stream", STR_ARG(old->name));
}

STATUS create_check(Arena *arena, const PlanEnv *env, const Catalog *catalog,
                    const AstStatement *statement, bool is_table, bool *exists)
{
    *exists = false;
    Str name = statement->name.text;
    if (!is_source_name(name))
        return st_error_at(arena, statement->name.at,
                           "'%.*s' cannot be the name of a stream or table: it "
                           "may hold letters, digits, '_' and '-' only",
                           STR_ARG(name));
    if (statement->or_replace &&
        !env_flag(env, "ksql.create.or.replace.enabled", true))
        return st_error_at(arena, statement->at,
                           "CREATE OR REPLACE is switched off by "
                           "'ksql.create.or.replace.enabled'");
    if (statement->or_replace && statement->is_source)
        return st_error_at(arena, statement->at,
                           "CREATE OR REPLACE cannot be used for a SOURCE "
                           "stream or table: it is read-only");
    const Source *old = catalog_find(catalog, name);
    if (!old) return st_ok();
    if (statement->if_not_exists) {
        *exists = true;
        return st_ok();
    }
    if (!statement->or_replace || old->is_table != is_table)
        return name_taken(arena, statement, old, is_table);
    if (old->is_source)
        return st_error_at(arena, statement->name.at,
                           "'%.*s' is a SOURCE %s, which is read-only: it "
                           "cannot be replaced",
                           STR_ARG(old->name),
                           old->is_table ? "table" : "stream");
    return st_ok();
}
