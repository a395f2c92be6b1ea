/* SPDX-License-Identifier: Apache-2.0
 *
 * The `post` member of a case (formats 10.6): sources and topics as they must
 * be when all is over. What is not listed is not compared. The formats of
 * internal topics are known from the plans of the queries, as EXPLAIN shows
 * them; their values have a format of our own, which nobody else reads, so only
 * their keys are compared.
 */
#include "base/number.h"
#include "parser/parser.h"
#include "planner/planner.h"
#include "testing/compare.h"
#include "tests/conformance/conformance.h"

typedef struct Post {
    Arena *arena;
    mr_Session *session;
    mr_Engine *engine;
    const Catalog *catalog;
} Post;

/* One side of a source or topic. */
typedef struct Side {
    Str format;
    bool wrapped;
    WindowKind window;
    int64_t window_size_ms;
} Side;

static const char *why(Post *p, Str what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static const char *why(Post *p, Str what, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = str_vprintf(p->arena, format, args);
    va_end(args);
    return str_printf(p->arena, "%.*s: %.*s", STR_ARG(what), STR_ARG(text)).ptr;
}

static int64_t number_of(const Json *value)
{
    int64_t number = 0;
    if (value) number_parse_i64(value->text, &number);
    return number;
}

/* ---- schemas ---- */

static const char *compare_schema(Post *p, const Source *source, Str text)
{
    AstElement *elements;
    int count;
    const Schema *schema = source->schema;
    Status st = parse_elements(p->arena, text, &elements, &count);
    bool same = !st.kind && count == schema->count;

    for (int i = 0; same && i < count; i++) {
        const SchemaColumn *column = &schema->columns[i];
        const Type *type;
        st = plan_type(p->arena, p->catalog, elements[i].type, &type);
        /* The cases write KEY for tables too. */
        bool key = elements[i].constraint == AST_KEY ||
                   elements[i].constraint == AST_PRIMARY_KEY;
        same = !st.kind && str_eq(column->name, elements[i].name.text) &&
               type_equal(type, column->type) &&
               key == (column->role == COLUMN_KEY);
    }
    if (same) return NULL;
    return why(p, source->name, "want schema %.*s, got %.*s", STR_ARG(text),
               STR_ARG(schema_print(p->arena, schema,
                                    source->is_table ? "PRIMARY KEY" : "KEY")));
}

/* ---- formats ---- */

static bool has_feature(const Json *features, Str name)
{
    for (const Json *one = features->first; one; one = one->next)
        if (str_eq_nocase(one->text, name)) return true;
    return false;
}

static const char *compare_features(Post *p, Str what, const Json *features,
                                    Side side)
{
    if (!features) return NULL;
    if (has_feature(features, STR("UNWRAP_SINGLES")) == side.wrapped)
        return why(p, what, "%s wrapped, and must not be so",
                   side.wrapped ? "is" : "is not");
    return NULL;
}

static const char *compare_window(Post *p, Str what, const Json *type,
                                  const Json *size, Side side)
{
    static const char *const words[] = {
        [WINDOW_NONE] = "no window",
        [WINDOW_TUMBLING] = "TUMBLING",
        [WINDOW_HOPPING] = "HOPPING",
        [WINDOW_SESSION] = "SESSION",
    };
    if (type && !str_eq_nocase(type->text, str_from(words[side.window])))
        return why(p, what, "want window %.*s, got %s", STR_ARG(type->text),
                   words[side.window]);
    if (size && size->kind == JSON_NUMBER &&
        number_of(size) != side.window_size_ms)
        return why(p, what, "want windows of %.*s ms, got %lld",
                   STR_ARG(size->text), (long long)side.window_size_ms);
    if (size && size->kind == JSON_NULL && side.window != WINDOW_SESSION)
        return why(p, what, "has windows of %lld ms, and must have no size",
                   (long long)side.window_size_ms);
    return NULL;
}

/* `want` is a format's name, or an object that says more of it. */
static const char *compare_side(Post *p, Str what, const Json *want, Side side)
{
    if (!want) return NULL;
    const Json *info = json_get(want, "windowInfo");
    const Json *format = want->kind == JSON_STRING ? want
                                                   : json_get(want, "format");
    if (format && !str_eq_nocase(format->text, side.format))
        return why(p, what, "want format %.*s, got %.*s", STR_ARG(format->text),
                   STR_ARG(side.format));
    const char *differs = compare_features(p, what, json_get(want, "features"),
                                           side);
    if (!differs)
        differs = compare_window(p, what, json_get(want, "windowType"),
                                 json_get(want, "windowSize"), side);
    if (!differs)
        differs = compare_window(p, what, json_get(info, "type"),
                                 json_get(info, "size"), side);
    return differs;
}

/* UNWRAP_SINGLES is a feature where a single column is written bare though the
 * format could wrap it. */
static Side source_side(const Source *source, bool is_key)
{
    const Format *format = is_key ? source->key_format : source->value_format;
    FormatSpec spec = is_key ? source_key_spec(source)
                             : source_value_spec(source);
    return (Side){.format = str_from(format->name),
                  .wrapped = spec.wrapped || spec.column_count != 1,
                  .window = is_key ? source->window : WINDOW_NONE,
                  .window_size_ms = is_key ? source->window_size_ms : 0};
}

/* ---- sources ---- */

static const char *compare_source_post(Post *p, const Json *want)
{
    Str name = json_get(want, "name")->text;
    const Json *type = json_get(want, "type");
    const Json *schema = json_get(want, "schema");
    const Json *read_only = json_get(want, "isSource");
    const Source *source = catalog_find(p->catalog, name);
    const char *differs = NULL;

    if (!source)
        source = catalog_find(p->catalog, str_ascii_upper(p->arena, name));
    if (!source) return why(p, name, "there is no such source");
    if (type && !str_eq_nocase(type->text,
                               source->is_table ? STR("table") : STR("stream")))
        return why(p, name, "is no %.*s", STR_ARG(type->text));
    if (read_only && (read_only->kind == JSON_TRUE) != source->is_source)
        return why(p, name, "want isSource to be %s",
                   source->is_source ? "false" : "true");
    if (schema && schema->kind == JSON_STRING)
        differs = compare_schema(p, source, schema->text);
    Side key = source_side(source, true), value = source_side(source, false);
    if (!differs)
        differs = compare_side(p, name, json_get(want, "keyFormat"), key);
    if (!differs)
        differs = compare_side(p, name, json_get(want, "valueFormat"), value);
    if (!differs)
        differs = compare_features(p, name, json_get(want, "keyFeatures"), key);
    if (!differs)
        differs = compare_features(p, name, json_get(want, "valueFeatures"),
                                   value);
    return differs;
}

/* ---- topics ---- */

static void take_plan(void *context, const Json *entity)
{
    const Json **plan = context;
    *plan = json_get(json_get(entity, "queryDescription"), "executionPlan");
}

/* The plan node that the internal topic `name` belongs to, or NULL. */
static const Json *find_node(Post *p, const Json *plan, Str name)
{
    const Json *nodes = json_get(plan, "nodes");
    for (const Json *one = nodes ? nodes->first : NULL; one; one = one->next) {
        const Json *repartition = json_get(one, "repartition");
        const Json *stores = json_get(one, "stores");
        if (repartition &&
            str_ends_with(name, str_printf(p->arena, "-%.*s-repartition",
                                           STR_ARG(repartition->text))))
            return one;
        for (const Json *store = stores ? stores->first : NULL; store;
             store = store->next)
            if (str_ends_with(name, str_printf(p->arena, "-%.*s-changelog",
                                               STR_ARG(store->text))))
                return one;
    }
    return NULL;
}

/* What EXPLAIN tells of the query whose internal topic `name` is. */
static const Json *explain(Post *p, Str name, Str id)
{
    const Json *text = NULL;
    const char *error;
    Buf copy = {0};
    mr_Sink sink = {.context = &text, .entity = take_plan};

    if (str_find(name, str_printf(p->arena, "%.*s-", STR_ARG(id)), 0) ==
        SIZE_MAX)
        return NULL;
    Status st = mr_execute(p->session, p->arena,
                           str_printf(p->arena, "EXPLAIN %.*s;", STR_ARG(id)),
                           &sink);
    if (st.kind || !text) return NULL;
    buf_append_str(&copy, text->text);
    Str kept = str_copy(p->arena, buf_str(&copy));
    buf_free(&copy);
    return json_parse(p->arena, kept, &error);
}

static const char *compare_internal(Post *p, Str name, const Json *want)
{
    mr_QueryStats *stats;
    int count;
    Status st = mr_query_stats(p->engine, p->arena, &stats, &count);

    if (st.kind) return st.text;
    for (int i = 0; i < count; i++) {
        const Json *plan = explain(p, name, stats[i].id);
        const Json *node = find_node(p, plan, name);
        const Json *key = json_get(node, "keyFormat");
        const Json *window = json_get(node, "window");
        if (!key) continue;
        Side side = {.format = json_get(key, "format")->text,
                     .wrapped = json_get(key, "wrapped")->kind == JSON_TRUE};
        if (str_eq(window->text, STR("SESSION"))) side.window = WINDOW_SESSION;
        return compare_side(p, name, want, side);
    }
    return why(p, name, "no query is known to use it");
}

static const char *compare_topic(Post *p, Broker *broker, const Json *want)
{
    Str name = json_get(want, "name")->text;
    const Json *partitions = json_get(want, "partitions");
    const Json *key = json_get(want, "keyFormat");
    const Source *source = compare_source(p->catalog, name);
    TopicInfo info;

    if (broker_describe_topic(broker, p->arena, name, &info).kind)
        return why(p, name, "there is no such topic");
    if (partitions && number_of(partitions) != info.partition_count)
        return why(p, name, "want %.*s partitions, got %d",
                   STR_ARG(partitions->text), info.partition_count);
    if (!source) return compare_internal(p, name, key);
    const char *differs = compare_side(p, name, key, source_side(source, true));
    if (!differs)
        differs = compare_side(p, name, json_get(want, "valueFormat"),
                               source_side(source, false));
    return differs;
}

static const char *compare_topics(Post *p, const Json *post)
{
    const Json *forbidden = json_get(post, "blacklist");
    const Json *wanted = json_get(post, "topics");
    Broker *broker = mr_broker(p->engine);
    TopicInfo *topics;
    int count;

    Status st = broker_list_topics(broker, p->arena, &topics, &count);
    if (st.kind) return st.text;
    /* The pattern is always that of repartition topics (10.6). */
    for (int i = 0; forbidden && i < count; i++)
        if (str_ends_with(topics[i].name, STR("-repartition")))
            return why(p, topics[i].name, "must not be there");
    for (const Json *one = wanted ? wanted->first : NULL; one;
         one = one->next) {
        const char *differs = compare_topic(p, broker, one);
        if (differs) return differs;
    }
    return NULL;
}

const char *post_compare(Arena *arena, mr_Session *session, mr_Engine *engine,
                         const Json *post)
{
    Post p = {arena, session, engine, mr_catalog(engine)};
    const Json *sources = json_get(post, "sources");
    const char *differs = NULL;

    for (const Json *one = sources ? sources->first : NULL; one && !differs;
         one = one->next)
        differs = compare_source_post(&p, one);
    if (!differs && json_get(post, "topics"))
        differs = compare_topics(&p, json_get(post, "topics"));
    return differs;
}
