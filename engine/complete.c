/* SPDX-License-Identifier: Apache-2.0
 *
 * Tab completion: the parser says what may stand at the cursor, and here is
 * who bears such names.
 */
#include "engine/engine_int.h"
#include "engine/config.h"
#include "parser/place.h"

typedef struct Names {
    Arena *arena;
    mr_Engine *engine;
    const Place *place;
    Str prefix; /* The word so far. */
    Map seen;
    VEC(mr_Completion) list;
} Names;

/* ---- one candidate ---- */

/* `name` is what the word is compared with, `text` what is put there. */
static void offer_as(Names *names, Str name, Str text, const char *tail)
{
    if (name.len < names->prefix.len ||
        !str_eq_nocase((Str){name.ptr, names->prefix.len}, names->prefix))
        return;
    Str copy = str_copy(names->arena, text);
    if (map_put(names->arena, &names->seen, copy, names)) return;
    *vec_push(names->arena, &names->list) = (mr_Completion){copy, tail};
}

static void offer_word(Names *names, const char *word, const char *tail)
{
    offer_as(names, str_from(word), str_from(word), tail);
}

/* A name of SQL, in back-quotes where it needs them or they are begun. */
static void offer_name(Names *names, Str name, const char *tail)
{
    if (!names->place->quote) {
        offer_as(names, name, name_quote(names->arena, name), tail);
        return;
    }
    char quote[2] = {names->place->quote};
    Str close = str_printf(names->arena, "%s%s", quote, tail);
    offer_as(names, name, name, close.ptr);
}

/* The inside of a string; opens and closes it as needed. */
static void offer_string(Names *names, Str value, const char *tail)
{
    const char *open = names->place->quote ? "" : "'";
    Str text = str_printf(names->arena, "%s%.*s", open, STR_ARG(value));
    Str close = str_printf(names->arena, "'%s", tail);
    offer_as(names, value, text, close.ptr);
}

/* ---- sources and columns ---- */

static void offer_columns(Names *names, const Source *source)
{
    /* In a list of columns alone a comma or parenthesis comes next. */
    bool list = names->place->kind == PLACE_COLUMN &&
                !names->place->sources.count;
    for (int i = 0; source && i < source->schema->count; i++)
        offer_name(names, source->schema->columns[i].name, list ? "" : " ");
}

static const Source *find_source(const Names *names, Str name)
{
    return name.ptr ? catalog_find(names->engine->catalog, name) : NULL;
}

/* The source that `name` means in this query: an alias, or a source itself. */
static const Source *aliased_source(const Names *names, Str name)
{
    for (int i = 0; i < names->place->sources.count; i++)
        if (str_eq(names->place->sources.at[i].alias, name))
            return find_source(names, names->place->sources.at[i].name);
    return find_source(names, name);
}

static void offer_system_columns(Names *names, const Source *source)
{
    offer_word(names, "ROWTIME", " ");
    offer_word(names, "ROWPARTITION", " ");
    offer_word(names, "ROWOFFSET", " ");
    if (!source->window) return;
    offer_word(names, "WINDOWSTART", " ");
    offer_word(names, "WINDOWEND", " ");
}

static void offer_column_place(Names *names)
{
    const Source *source = aliased_source(names, names->place->subject);
    if (!source) return;
    offer_columns(names, source);
    if (names->place->sources.count) offer_system_columns(names, source);
}

static void offer_functions(Names *names, const char *tail)
{
    int count;
    const Function *const *functions = function_all(&count);
    for (int i = 0; i < count; i++)
        offer_word(
            names,
            str_ascii_upper(names->arena, str_from(functions[i]->name)).ptr,
            tail);
}

static void offer_expression(Names *names)
{
    const Place *place = names->place;
    for (int i = 0; i < place->sources.count; i++) {
        const Source *source = find_source(names, place->sources.at[i].name);
        if (!source) continue;
        offer_columns(names, source);
        /* These are many places' and nobody's first thought. */
        if (names->prefix.len) offer_system_columns(names, source);
        bool needs = place->sources.count > 1 || names->prefix.len;
        if (needs) offer_name(names, place->sources.at[i].alias, ".");
    }
    /* FROM is yet to come: any column may be meant. */
    const Map *all = &names->engine->catalog->sources;
    for (int i = 0;
         !place->sources.count && names->prefix.len && i < all->count; i++)
        if (all->entries[i].value) offer_columns(names, all->entries[i].value);
}

static void offer_calls(Names *names)
{
    if (names->prefix.len && !names->place->quote) offer_functions(names, "(");
}

static const Type *column_type(const Source *source, Str column)
{
    int found = source ? schema_find(source->schema, column) : -1;
    return found < 0 ? NULL : source->schema->columns[found].type;
}

static const Type *field_type(const Type *type, Str name)
{
    for (int i = 0; type && type->kind == TYPE_STRUCT && i < type->field_count;
         i++)
        if (str_eq(type->fields[i].name, name)) return type->fields[i].type;
    return NULL;
}

static void offer_fields(Names *names)
{
    const Place *place = names->place;
    const Type *type = NULL;
    if (place->subject.ptr)
        type = column_type(aliased_source(names, place->subject),
                           place->path.at[0]);
    for (int i = 0; !type && i < place->sources.count; i++)
        type = column_type(find_source(names, place->sources.at[i].name),
                           place->path.at[0]);
    for (int i = 1; i < place->path.count; i++)
        type = field_type(type, place->path.at[i]);
    if (!type || type->kind != TYPE_STRUCT) return;
    for (int i = 0; i < type->field_count; i++)
        offer_name(names, type->fields[i].name, " ");
}

static void offer_sources(Names *names, bool streams, bool tables)
{
    const Map *sources = &names->engine->catalog->sources;
    for (int i = 0; i < sources->count; i++) {
        const Source *source = sources->entries[i].value;
        if (source && (source->is_table ? tables : streams))
            offer_name(names, source->name, " ");
    }
}

/* ---- the rest ---- */

static void offer_keys(Names *names, const Map *map, const char *tail)
{
    for (int i = 0; i < map->count; i++)
        if (map->entries[i].value) offer_name(names, map->entries[i].key, tail);
}

static void offer_variables(Names *names, const Map *variables)
{
    const char *tail = names->place->quote == '{' ? "}" : "";
    for (int i = 0; i < variables->count; i++)
        if (variables->entries[i].value)
            offer_as(names, variables->entries[i].key,
                     variables->entries[i].key, tail);
}

static void offer_types(Names *names)
{
    for (int i = 0; plan_type_name(i); i++) {
        const char *type = plan_type_name(i);
        bool nested = strcmp(type, "ARRAY") == 0 || strcmp(type, "MAP") == 0 ||
                      strcmp(type, "STRUCT") == 0;
        offer_word(names, type,
                   nested                         ? "<"
                   : strcmp(type, "DECIMAL") == 0 ? "("
                                                  : "");
    }
    offer_keys(names, &names->engine->catalog->types, "");
}

static void offer_properties(Names *names)
{
    for (int i = 0; plan_property_name(i); i++)
        offer_word(names, plan_property_name(i), "=");
}

/* Topics are asked of the broker: only where nothing else could be meant. */
static void offer_topics(Names *names)
{
    TopicInfo *topics;
    int count;
    bool bare = names->place->kind == PLACE_TOPIC && !names->place->quote;
    Status st = broker_list_topics(names->engine->broker, names->arena, &topics,
                                   &count);
    for (int i = 0; !st.kind && i < count; i++) {
        bool plain = str_eq_nocase(
            name_quote(names->arena,
                       str_ascii_upper(names->arena, topics[i].name)),
            topics[i].name);
        if (topics[i].name.ptr[0] == '_') continue;
        if (bare && plain)
            offer_as(names, topics[i].name, topics[i].name, " ");
        else
            offer_string(names, topics[i].name, "");
    }
}

static void offer_property_values(Names *names)
{
    Str property = names->place->subject;
    if (str_eq_nocase(property, STR("KAFKA_TOPIC"))) {
        offer_topics(names);
    } else if (str_ends_with(str_ascii_upper(names->arena, property),
                             STR("FORMAT")) &&
               !str_eq_nocase(property, STR("TIMESTAMP_FORMAT"))) {
        int count;
        const Format *const *formats = format_all(&count);
        for (int i = 0; i < count; i++)
            offer_string(names, str_from(formats[i]->name), "");
    } else if (str_eq_nocase(property, STR("WINDOW_TYPE"))) {
        offer_string(names, STR("TUMBLING"), "");
        offer_string(names, STR("HOPPING"), "");
        offer_string(names, STR("SESSION"), "");
    } else if (str_eq_nocase(property, STR("WRAP_SINGLE_VALUE"))) {
        offer_word(names, "true", "");
        offer_word(names, "false", "");
    }
}

static void offer_settings(Names *names, const char *tail)
{
    int count;
    const Setting *settings = setting_all(&count);
    for (int i = 0; i < count; i++)
        if (!(settings[i].flags & SETTING_FIXED))
            offer_string(names, str_from(settings[i].name), tail);
}

static void offer_setting_values(Names *names)
{
    const Setting *row = setting_find(setting_canonical(names->place->subject));
    if (!row) return;
    if (row->type == SETTING_BOOL) {
        offer_string(names, STR("true"), "");
        offer_string(names, STR("false"), "");
    }
    const char *word = row->type == SETTING_ENUM ? row->words : "";
    while (*word) {
        size_t n = strcspn(word, " ");
        offer_string(names, (Str){word, n}, "");
        word += n + (word[n] == ' ');
    }
}

static void offer_kind(Names *names, mr_Session *session)
{
    switch (names->place->kind) {
    case PLACE_EXPRESSION: offer_expression(names); /* fall through */
    case PLACE_CONSTANT: offer_calls(names); break;
    case PLACE_COLUMN: offer_column_place(names); break;
    case PLACE_FIELD: offer_fields(names); break;
    case PLACE_SOURCE: offer_sources(names, true, true); break;
    case PLACE_STREAM: offer_sources(names, true, false); break;
    case PLACE_TABLE: offer_sources(names, false, true); break;
    case PLACE_TYPE: offer_types(names); break;
    case PLACE_CUSTOM_TYPE:
        offer_keys(names, &names->engine->catalog->types, "");
        break;
    case PLACE_FUNCTION: offer_functions(names, ""); break;
    case PLACE_QUERY: offer_keys(names, &names->engine->queries, ""); break;
    case PLACE_VARIABLE: offer_variables(names, &session->variables); break;
    case PLACE_PROPERTY: offer_properties(names); break;
    case PLACE_SETTING: offer_settings(names, " = '"); break;
    case PLACE_SETTING_VALUE: offer_setting_values(names); break;
    case PLACE_TOPIC:
    case PLACE_PROPERTY_VALUE:
    case PLACE_NOTHING: break;
    }
}

void mr_complete(mr_Session *session, Arena *arena, Str text, size_t cursor,
                 mr_Completions *out)
{
    Place place;
    parse_place(arena, text, cursor, &session->variables, &place);
    Names names = {.arena = arena, .engine = session->engine, .place = &place};
    names.prefix = (Str){text.ptr + place.word_at, cursor - place.word_at};

    pthread_mutex_lock(&session->engine->lock);
    offer_kind(&names, session);
    pthread_mutex_unlock(&session->engine->lock);
    if (place.kind == PLACE_TOPIC) offer_topics(&names);
    if (place.kind == PLACE_PROPERTY_VALUE) offer_property_values(&names);
    /* Without a letter typed, all the words that an expression can begin or go
     * on with are noise next to the columns. */
    bool noise = place.kind == PLACE_EXPRESSION && !names.prefix.len &&
                 names.list.count;
    for (int i = 0; i < place.words.count && !noise; i++)
        offer_word(&names, place.words.at[i], " ");
    *out = (mr_Completions){place.word_at, names.list.at, names.list.count};
}
