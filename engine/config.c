/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks of settings, the properties file reader and docs/config.md. The
 * rows are in engine/config_table.c.
 */
#include "engine/config.h"

#include <stdio.h>

#include "base/number.h"

extern const Setting setting_rows[];
extern const int setting_row_count;

static const Str streams_prefix = STR_INIT("ksql.streams.");

const Setting *setting_all(int *count)
{
    *count = setting_row_count;
    return setting_rows;
}

Str setting_canonical(Str name)
{
    if (str_starts_with(name, streams_prefix)) {
        name.ptr += streams_prefix.len;
        name.len -= streams_prefix.len;
    }
    return name;
}

const Setting *setting_find(Str name)
{
    Str bare = setting_canonical(name);
    for (int i = 0; i < setting_row_count; i++)
        if (str_eq(str_from(setting_rows[i].name), bare))
            return &setting_rows[i];
    return NULL;
}

bool setting_is_passed_on(Str name)
{
    static const char *const prefixes[] = {
        "consumer.",
        "producer.",
        "main.consumer.",
        "restore.consumer.",
        "admin.",
        "topic.",
        "ssl.",
        "sasl.",
        "ksql.functions.",
        "ksql.schema.registry.",
        "ksql.server.command.",
        "ksql.experimental.",
        "rdkafka.",
    };
    Str bare = setting_canonical(name);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (str_starts_with(bare, str_from(prefixes[i]))) return true;
    return false;
}

/* True if `word` is one of the blank-separated `words`. */
static bool has_word(const char *words, Str word)
{
    for (const char *at = words; *at;) {
        size_t len = strcspn(at, " ");
        if (str_eq_nocase((Str){at, len}, word)) return true;
        at += len;
        at += strspn(at, " ");
    }
    return false;
}

STATUS setting_check(Arena *arena, Str name, Str value)
{
    const Setting *row = setting_find(name);
    int64_t number;

    if (!row) return st_ok();
    switch (row->type) {
    case SETTING_TEXT:
    case SETTING_LIST: return st_ok();
    case SETTING_BOOL:
        if (str_eq_nocase(value, STR("true")) ||
            str_eq_nocase(value, STR("false")))
            return st_ok();
        return st_error(arena, ST_USER,
                        "invalid value '%.*s' for property '%.*s': "
                        "expected true or false",
                        STR_ARG(value), STR_ARG(name));
    case SETTING_ENUM:
        if (has_word(row->words, value)) return st_ok();
        return st_error(arena, ST_USER,
                        "invalid value '%.*s' for property '%.*s': "
                        "expected one of %s",
                        STR_ARG(value), STR_ARG(name), row->words);
    case SETTING_INT:
        if (!number_parse_i64(str_trim(value), &number))
            return st_error(arena, ST_USER,
                            "invalid value '%.*s' for property '%.*s': "
                            "expected a whole number",
                            STR_ARG(value), STR_ARG(name));
        if ((row->min || row->max) && (number < row->min || number > row->max))
            return st_error(arena, ST_USER,
                            "invalid value '%.*s' for property '%.*s': "
                            "expected %lld to %lld",
                            STR_ARG(value), STR_ARG(name), (long long)row->min,
                            (long long)row->max);
        return st_ok();
    }
    return st_ok();
}

/* ---- properties files ---- */

/* One logical line without its continuations, escapes kept; false at the end.
 */
static bool next_line(Str *text, Buf *line)
{
    line->len = 0;
    while (text->len) {
        const char *end = memchr(text->ptr, '\n', text->len);
        size_t len = end ? (size_t)(end - text->ptr) : text->len;
        Str part = str_trim((Str){text->ptr, len});
        size_t used = end ? len + 1 : len;
        text->ptr += used;
        text->len -= used;
        if (!line->len && (!part.len || *part.ptr == '#' || *part.ptr == '!'))
            continue;
        size_t slashes = 0;
        while (slashes < part.len && part.ptr[part.len - 1 - slashes] == '\\')
            slashes++;
        if (slashes % 2) {
            part.len--;
            buf_append_str(line, part);
            continue;
        }
        buf_append_str(line, part);
        return true;
    }
    return line->len > 0;
}

static Str unescape(Arena *arena, Str s)
{
    Buf out = {0};
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\\' && i + 1 < s.len) {
            c = s.ptr[++i];
            c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
        }
        buf_push(&out, c);
    }
    Str copy = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return copy;
}

STATUS settings_read(Arena *arena, Str text, Map *into)
{
    Buf line = {0};
    while (next_line(&text, &line)) {
        Str all = buf_str(&line);
        size_t i = 0;
        while (i < all.len && !strchr("=: \t", all.ptr[i]))
            i += all.ptr[i] == '\\' && i + 1 < all.len ? 2 : 1;
        if (i > all.len) i = all.len;
        Str name = {all.ptr, i};
        Str value = str_trim((Str){all.ptr + i, all.len - i});
        if (value.len && (*value.ptr == '=' || *value.ptr == ':'))
            value = str_trim((Str){value.ptr + 1, value.len - 1});
        Str *kept = ARENA_NEW(arena, Str);
        *kept = unescape(arena, value);
        map_put(arena, into, setting_canonical(unescape(arena, name)), kept);
    }
    buf_free(&line);
    return st_ok();
}

/* ---- documentation ---- */

void settings_document(Buf *out)
{
    static const char *const types[] = {"text", "whole number", "true or false",
                                        "list", ""};
    buf_append_str(
        out, STR("# Settings\n\n"
                 "Generated by `make docs` from the rows of "
                 "`engine/config_table.c`.\n\n"
                 "Set them in a properties file (`--config-file`), with `--set "
                 "NAME=VALUE`, or with `SET 'name'='value';` where *session* "
                 "says yes. Those marked *streams* may also be written with "
                 "the prefix `ksql.streams.`. Names that begin with "
                 "`consumer.`, `producer.`, `ssl.`, `sasl.` reach the Kafka "
                 "client under their own or their Java name. An unknown name "
                 "is a warning, never an error. *Accepted* settings are "
                 "checked and kept, but nothing reads them yet; *deprecated* "
                 "ones are taken with a warning and have no effect.\n\n"
                 "| name | type | default | session | notes | effect |\n"
                 "|---|---|---|---|---|---|\n"));
    for (int i = 0; i < setting_row_count; i++) {
        const Setting *row = &setting_rows[i];
        buf_printf(out, "| `%s` | %s | %s%s%s | %s | %s%s | %s |\n", row->name,
                   row->type == SETTING_ENUM ? row->words : types[row->type],
                   row->value && *row->value ? "`" : "",
                   row->value ? row->value : "",
                   row->value && *row->value ? "`" : "",
                   row->flags & SETTING_FIXED ? "no" : "yes",
                   row->flags & SETTING_STREAMS ? "streams" : "",
                   row->flags & SETTING_PENDING      ? " accepted"
                   : row->flags & SETTING_DEPRECATED ? " deprecated"
                                                     : "",
                   row->description);
    }
}
