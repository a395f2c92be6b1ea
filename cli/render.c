/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables as the reference's shell prints them:
 *
 *    Stream Name | Kafka Topic | Key Format | Value Format | Windowed
 *   -------------------------------------------------------------------
 *    CLICKS      | clicks      | KAFKA      | JSON         | false
 *   -------------------------------------------------------------------
 *
 * Rows of SELECT come in a grid whose cells share the terminal's width. To show
 * a new entity: a row in `tables`, or a function in `specials`.
 */
#include "cli/render.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/number.h"
#include "base/unicode.h"
#include "base/vec.h"
#include "types/datetime.h"

void render_open(Render *render, FILE *out)
{
    struct winsize size;
    int fd = fileno(out);

    *render = (Render){.out = out, .wrap = true};
    if (!isatty(fd)) return;
    render->width = 80;
    if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
        render->width = size.ws_col;
}

/* ---- JSON ---- */

/* Indented by two blanks a level, as the reference's shell prints it. */
static void pretty(Buf *out, const Json *json, int level)
{
    bool object = json->kind == JSON_OBJECT;

    if ((!object && json->kind != JSON_ARRAY) || !json->first) {
        json_write(out, json);
        return;
    }
    buf_push(out, object ? '{' : '[');
    for (const Json *one = json->first; one; one = one->next) {
        buf_printf(out, object ? "\n%*s" : "%*s", object ? level * 2 + 2 : 1,
                   "");
        if (object) {
            json_write_string(out, one->name);
            buf_append_str(out, STR(" : "));
        }
        pretty(out, one, level + 1);
        if (one->next) buf_push(out, ',');
    }
    buf_printf(out, object ? "\n%*s}" : "%*s]", object ? level * 2 : 1, "");
}

static void show_json(Render *render, const Json *json)
{
    Buf out = {0};
    pretty(&out, json, 0);
    fprintf(render->out, "%.*s\n", (int)out.len, out.ptr);
    buf_free(&out);
}

/* ---- tables ---- */

typedef VEC(Str) Cells;

static int display_width(Str s)
{
    return (int)utf16_length(s);
}

static void pad(FILE *out, Str s, int width)
{
    fprintf(out, "%.*s%*s", STR_ARG(s), width - display_width(s), "");
}

static void show_rule(Render *render, int width)
{
    if (render->width && width > render->width) width = render->width;
    for (int i = 0; i < width; i++)
        fputc('-', render->out);
    fputc('\n', render->out);
}

/* `cells` row by row, the titles first. */
static void show_table(Render *render, const Cells *cells, int columns)
{
    int widths[16] = {0};
    int total = 0;

    for (int i = 0; i < cells->count; i++) {
        int width = display_width(cells->at[i]);
        if (width > widths[i % columns]) widths[i % columns] = width;
    }
    for (int c = 0; c < columns; c++)
        total += widths[c] + 3;
    fputc('\n', render->out);
    for (int i = 0; i < cells->count; i++) {
        int c = i % columns;
        bool last = c == columns - 1;
        fputc(' ', render->out);
        pad(render->out, cells->at[i], widths[c]);
        fputs(last ? " \n" : " |", render->out);
        if (last && (i == columns - 1 || i == cells->count - 1))
            show_rule(render, total - 1);
    }
    if (cells->count == columns) show_rule(render, total - 1);
}

static Str member(const Json *json, const char *name)
{
    const Json *value = json_get(json, name);
    if (!value) return STR("");
    switch (value->kind) {
    case JSON_TRUE: return STR("true");
    case JSON_FALSE: return STR("false");
    case JSON_NULL: return STR("null");
    default: return value->text.ptr ? value->text : STR("");
    }
}

static Str joined(Arena *arena, const Json *list)
{
    Str all = STR("");
    for (const Json *one = list ? list->first : NULL; one; one = one->next)
        all = str_printf(arena, "%.*s%s%.*s", STR_ARG(all), all.len ? ", " : "",
                         STR_ARG(one->text));
    return all;
}

/* A type object as SQL text. */
static Str type_text(Arena *arena, const Json *schema)
{
    Str type = member(schema, "type");
    const Json *element = json_get(schema, "memberSchema");
    const Json *parameters = json_get(schema, "parameters");

    if (str_eq(type, STR("STRING"))) return STR("VARCHAR(STRING)");
    if (parameters)
        return str_printf(arena, "DECIMAL(%.*s, %.*s)",
                          STR_ARG(member(parameters, "precision")),
                          STR_ARG(member(parameters, "scale")));
    if (str_eq(type, STR("ARRAY")))
        return str_printf(arena, "ARRAY<%.*s>",
                          STR_ARG(type_text(arena, element)));
    if (str_eq(type, STR("MAP")))
        return str_printf(arena, "MAP<STRING, %.*s>",
                          STR_ARG(type_text(arena, element)));
    if (!str_eq(type, STR("STRUCT"))) return type;
    Str all = STR("STRUCT<");
    const Json *fields = json_get(schema, "fields");
    for (const Json *one = fields ? fields->first : NULL; one; one = one->next)
        all = str_printf(arena, "%.*s%.*s %.*s%s", STR_ARG(all),
                         STR_ARG(member(one, "name")),
                         STR_ARG(type_text(arena, json_get(one, "schema"))),
                         one->next ? ", " : "");
    return str_printf(arena, "%.*s>", STR_ARG(all));
}

/* A list entity: its member, and for each column title and member of an item.
 */
typedef struct TableSpec {
    const char *type;
    const char *list;
    const char *columns[12]; /* title, member, title, member, ..., NULL */
    const char *footer;
} TableSpec;

static const TableSpec tables[] = {
    {"streams",
     "streams",
     {"Stream Name", "name", "Kafka Topic", "topic", "Key Format", "keyFormat",
      "Value Format", "valueFormat", "Windowed", "isWindowed"},
     NULL},
    {"tables",
     "tables",
     {"Table Name", "name", "Kafka Topic", "topic", "Key Format", "keyFormat",
      "Value Format", "valueFormat", "Windowed", "isWindowed"},
     NULL},
    {"function_names",
     "functions",
     {"Function Name", "name", "Category", "category"},
     NULL},
    {"variables",
     "variables",
     {"Variable Name", "name", "Value", "value"},
     NULL},
};

static bool show_spec(Render *render, Arena *arena, const Json *entity)
{
    Str type = member(entity, "@type");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const TableSpec *spec = &tables[i];
        Cells cells = {0};
        int columns = 0;
        if (!str_eq(type, str_from(spec->type))) continue;
        for (; columns < 6 && spec->columns[columns * 2]; columns++)
            *vec_push(arena, &cells) = str_from(spec->columns[columns * 2]);
        const Json *list = json_get(entity, spec->list);
        for (const Json *one = list->first; one; one = one->next)
            for (int c = 0; c < columns; c++)
                *vec_push(arena, &cells) = member(one,
                                                  spec->columns[c * 2 + 1]);
        show_table(render, &cells, columns);
        return true;
    }
    return false;
}

static bool lists(const Json *list, Str name)
{
    for (const Json *one = list ? list->first : NULL; one; one = one->next)
        if (str_eq(one->text, name)) return true;
    return false;
}

/* Where a value comes from is told if it is not the default. */
static void show_properties(Render *render, Arena *arena, const Json *entity)
{
    static const char *const titles[] = {"Property", "Scope", "Level",
                                         "Default override", "Effective Value"};
    const Json *session = json_get(entity, "overwrittenProperties");
    const Json *defaults = json_get(entity, "defaultProperties");
    Cells cells = {0};
    for (int i = 0; i < 5; i++)
        *vec_push(arena, &cells) = str_from(titles[i]);
    for (const Json *one = json_get(entity, "properties")->first; one;
         one = one->next) {
        Str name = member(one, "name");
        *vec_push(arena, &cells) = name;
        *vec_push(arena, &cells) = member(one, "scope");
        *vec_push(arena, &cells) = member(one, "level");
        *vec_push(arena, &cells) = lists(session, name)    ? STR("SESSION")
                                   : lists(defaults, name) ? STR("")
                                                           : STR("SERVER");
        *vec_push(arena, &cells) = member(one, "value");
    }
    show_table(render, &cells, 5);
}

static void show_message(Render *render, Arena *arena, Str message)
{
    Cells cells = {0};
    *vec_push(arena, &cells) = STR("Message");
    *vec_push(arena, &cells) = message;
    show_table(render, &cells, 1);
}

static void show_status(Render *render, Arena *arena, const Json *entity)
{
    show_message(render, arena,
                 member(json_get(entity, "commandStatus"), "message"));
}

static void show_text(Render *render, Arena *arena, const Json *entity)
{
    (void)arena;
    Str message = member(entity, "message");
    fprintf(render->out, "%.*s\n", STR_ARG(message));
}

static void show_warning(Render *render, Arena *arena, const Json *entity)
{
    show_message(render, arena, member(entity, "message"));
}

static void show_topics(Render *render, Arena *arena, const Json *entity)
{
    bool extended = str_eq(member(entity, "@type"),
                           STR("kafka_topics_extended"));
    Cells cells = {0};
    *vec_push(arena, &cells) = STR("Kafka Topic");
    *vec_push(arena, &cells) = STR("Partitions");
    *vec_push(arena, &cells) = STR("Partition Replicas");
    if (extended) {
        *vec_push(arena, &cells) = STR("Consumers");
        *vec_push(arena, &cells) = STR("ConsumerGroups");
    }
    const Json *list = json_get(entity, "topics");
    for (const Json *one = list->first; one; one = one->next) {
        const Json *replicas = json_get(one, "replicaInfo");
        bool same = true;
        for (const Json *r = replicas->first; r; r = r->next)
            same &= str_eq(r->text, replicas->first->text);
        *vec_push(arena, &cells) = member(one, "name");
        *vec_push(arena, &cells) = str_printf(arena, "%d", replicas->count);
        *vec_push(arena, &cells) = same && replicas->first
                                       ? replicas->first->text
                                       : joined(arena, replicas);
        if (!extended) continue;
        *vec_push(arena, &cells) = member(one, "consumerCount");
        *vec_push(arena, &cells) = member(one, "consumerGroupCount");
    }
    show_table(render, &cells, extended ? 5 : 3);
}

/* "RUNNING:1", and while it restores how far it is. */
static Str query_status(Arena *arena, const Json *query)
{
    const Json *counts = json_get(query, "statusCount");
    const Json *restore = json_get(query, "restore");
    if (!counts || !counts->first) return member(query, "state");
    Str status = str_printf(arena, "%.*s:%.*s", STR_ARG(counts->first->name),
                            STR_ARG(counts->first->text));
    if (!restore) return status;
    return str_printf(arena, "%.*s (restored %.*s of %.*s)", STR_ARG(status),
                      STR_ARG(member(restore, "done")),
                      STR_ARG(member(restore, "total")));
}

static void push_queries(Arena *arena, Cells *cells, const Json *list)
{
    for (const Json *one = list ? list->first : NULL; one; one = one->next) {
        *vec_push(arena, cells) = member(one, "id");
        *vec_push(arena, cells) = member(one, "queryType");
        *vec_push(arena, cells) = query_status(arena, one);
        *vec_push(arena, cells) = joined(arena, json_get(one, "sinks"));
        *vec_push(arena, cells) = joined(arena,
                                         json_get(one, "sinkKafkaTopics"));
        Str text = str_copy(arena, member(one, "queryString"));
        for (size_t i = 0; i < text.len; i++)
            if (text.ptr[i] == '\n') ((char *)text.ptr)[i] = ' ';
        *vec_push(arena, cells) = text;
    }
}

static void show_queries(Render *render, Arena *arena, const Json *entity)
{
    static const char *const titles[] = {"Query ID",         "Query Type",
                                         "Status",           "Sink Name",
                                         "Sink Kafka Topic", "Query String"};
    Cells cells = {0};
    const Json *list = json_get(entity, "queries");
    for (int i = 0; i < 6; i++)
        *vec_push(arena, &cells) = str_from(titles[i]);
    push_queries(arena, &cells, list);
    show_table(render, &cells, 6);
    for (const Json *one = list->first; one; one = one->next)
        if (json_get(one, "error"))
            fprintf(render->out, "%.*s: %.*s\n", STR_ARG(member(one, "id")),
                    STR_ARG(member(one, "error")));
    fputs("For detailed information on a Query run: EXPLAIN <Query ID>;\n",
          render->out);
}

static void show_types(Render *render, Arena *arena, const Json *entity)
{
    Cells cells = {0};
    *vec_push(arena, &cells) = STR("Type Name");
    *vec_push(arena, &cells) = STR("Schema");
    const Json *types = json_get(entity, "types");
    for (const Json *one = types->first; one; one = one->next) {
        *vec_push(arena, &cells) = one->name;
        *vec_push(arena, &cells) = type_text(arena, one);
    }
    show_table(render, &cells, 2);
}

static void show_fields(Render *render, Arena *arena, const Json *fields,
                        bool table)
{
    Cells cells = {0};
    *vec_push(arena, &cells) = STR("Field");
    *vec_push(arena, &cells) = STR("Type");
    for (const Json *one = fields->first; one; one = one->next) {
        Str kind = member(one, "type");
        Str mark = STR("");
        if (str_eq(kind, STR("KEY")))
            mark = table ? STR(" (primary key)") : STR(" (key)");
        else if (json_get(one, "headerKey"))
            mark = str_printf(arena, " (header('%.*s'))",
                              STR_ARG(member(one, "headerKey")));
        else if (kind.len)
            mark = STR(" (headers)");
        *vec_push(arena, &cells) = member(one, "name");
        *vec_push(arena, &cells) = str_printf(
            arena, "%.*s%.*s",
            STR_ARG(type_text(arena, json_get(one, "schema"))), STR_ARG(mark));
    }
    show_table(render, &cells, 2);
}

static void show_query_list(Render *render, const Json *source,
                            const char *name, const char *title)
{
    const Json *list = json_get(source, name);
    if (!list || !list->first) return;
    fprintf(render->out, "\n%s\n-----------------------------------\n", title);
    for (const Json *one = list->first; one; one = one->next)
        fprintf(render->out, "%.*s (%.*s) : %.*s\n", STR_ARG(member(one, "id")),
                STR_ARG(member(one, "state")),
                STR_ARG(member(one, "queryString")));
}

static int64_t number(const Json *object, const char *name)
{
    int64_t value = 0;
    (void)!number_parse_i64(member(object, name), &value);
    return value;
}

/* A line a partition; `consumed`: also what a group has read of it. */
static void show_offsets(Render *render, Arena *arena, const Json *offsets,
                         bool consumed)
{
    static const char *const titles[] = {"Partition", "Start Offset",
                                         "End Offset", "Offset", "Lag"};
    int columns = consumed ? 5 : 3;
    Cells cells = {0};
    if (!offsets || !offsets->first) return;
    for (int i = 0; i < columns; i++)
        *vec_push(arena, &cells) = str_from(titles[i]);
    for (const Json *one = offsets->first; one; one = one->next) {
        *vec_push(arena, &cells) = member(one, "partition");
        *vec_push(arena, &cells) = member(one, "logStartOffset");
        *vec_push(arena, &cells) = member(one, "logEndOffset");
        if (!consumed) continue;
        int64_t lag = number(one, "logEndOffset") -
                      number(one, "consumerOffset");
        *vec_push(arena, &cells) = member(one, "consumerOffset");
        *vec_push(arena, &cells) = str_printf(arena, "%lld", (long long)lag);
    }
    show_table(render, &cells, columns);
}

static void show_groups(Render *render, Arena *arena, const Json *groups)
{
    if (!groups || !groups->first) return;
    fputs("\nConsumer Groups summary\n-----------------------\n", render->out);
    for (const Json *group = groups->first; group; group = group->next) {
        const Json *topics = json_get(group, "topicSummaries");
        fprintf(render->out, "\n%-20s : %.*s\n", "Consumer Group",
                STR_ARG(member(group, "groupId")));
        for (const Json *one = topics->first; one; one = one->next) {
            int64_t most = 0;
            const Json *offsets = json_get(one, "offsets");
            for (const Json *o = offsets->first; o; o = o->next) {
                int64_t lag = number(o, "logEndOffset") -
                              number(o, "consumerOffset");
                if (lag > most) most = lag;
            }
            fprintf(render->out, "\n%-20s : %.*s\n%-20s : %lld\n",
                    "Kafka topic", STR_ARG(member(one, "kafkaTopic")),
                    "Max lag", (long long)most);
            show_offsets(render, arena, offsets, true);
        }
    }
}

static void show_source(Render *render, Arena *arena, const Json *source)
{
    bool table = str_eq(member(source, "type"), STR("TABLE"));
    bool extended = str_eq(member(source, "extended"), STR("true"));
    FILE *out = render->out;

    fprintf(out, "\n%-20s : %.*s\n", "Name", STR_ARG(member(source, "name")));
    if (extended) {
        static const char *const lines[] = {
            "Type",       "type",      "Timestamp field", "timestamp",
            "Key format", "keyFormat", "Value format",    "valueFormat"};
        for (int i = 0; i < 8; i += 2) {
            Str value = member(source, lines[i + 1]);
            fprintf(out, "%-20s : %.*s\n", lines[i],
                    value.len ? (int)value.len : 29,
                    value.len ? value.ptr : "Not set - using <ROWTIME>");
        }
        fprintf(out, "%-20s : %.*s (partitions: %.*s, replication: %.*s)\n",
                "Kafka topic", STR_ARG(member(source, "topic")),
                STR_ARG(member(source, "partitions")),
                STR_ARG(member(source, "replication")));
        fprintf(out, "%-20s : %.*s\n", "Statement",
                STR_ARG(member(source, "statement")));
    }
    show_fields(render, arena, json_get(source, "fields"), table);
    if (!extended) {
        fprintf(out,
                "For runtime statistics and query details run: DESCRIBE %.*s "
                "EXTENDED;\n",
                STR_ARG(member(source, "name")));
        return;
    }
    show_query_list(render, source, "readQueries",
                    "Queries that read from this source");
    show_query_list(render, source, "writeQueries",
                    "Queries that write to this source");
    fprintf(out, "\nLocal runtime statistics\n------------------------\n%.*s\n",
            STR_ARG(member(source, "statistics")));
    show_offsets(render, arena, json_get(source, "topicOffsets"), false);
    show_groups(render, arena, json_get(source, "queryOffsetSummaries"));
}

static void show_description(Render *render, Arena *arena, const Json *entity)
{
    show_source(render, arena, json_get(entity, "sourceDescription"));
}

static void show_descriptions(Render *render, Arena *arena, const Json *entity)
{
    const Json *list = json_get(entity, "sourceDescriptions");
    for (const Json *one = list->first; one; one = one->next)
        show_source(render, arena, one);
}

static Str time_text(Arena *arena, Str ms_text)
{
    int64_t ms = 0;
    Buf buf = {0};
    if (!number_parse_i64(ms_text, &ms)) return ms_text;
    timestamp_print(&buf, ms);
    Str text = str_copy(arena, buf_str(&buf));
    buf_free(&buf);
    return text;
}

static void show_query(Render *render, Arena *arena, const Json *query)
{
    Str id = member(query, "id"), state = member(query, "state");

    if (id.len) fprintf(render->out, "\n%-20s : %.*s\n", "ID", STR_ARG(id));
    fprintf(render->out, "%-20s : %.*s\n", "Query Type",
            STR_ARG(member(query, "queryType")));
    if (id.len)
        fprintf(render->out, "%-20s : %.*s\n", "Status", STR_ARG(state));
    fprintf(render->out, "%-20s : %.*s\n", "SQL",
            STR_ARG(member(query, "statementText")));
    show_fields(render, arena, json_get(query, "fields"), false);
    fprintf(render->out, "\nExecution plan\n--------------\n%.*s\n",
            STR_ARG(member(query, "topology")));
    const Json *errors = json_get(query, "queryErrors");
    if (errors && errors->first)
        fputs("\nErrors of the last hour\n-----------------------\n",
              render->out);
    for (const Json *e = errors ? errors->first : NULL; e; e = e->next)
        fprintf(render->out, "%.*s  %-7.*s %.*s\n",
                STR_ARG(time_text(arena, member(e, "timestamp"))),
                STR_ARG(member(e, "type")), STR_ARG(member(e, "errorMessage")));
}

static void show_explained(Render *render, Arena *arena, const Json *entity)
{
    show_query(render, arena, json_get(entity, "queryDescription"));
}

static void show_explained_all(Render *render, Arena *arena, const Json *entity)
{
    const Json *list = json_get(entity, "queryDescriptions");
    for (const Json *one = list->first; one; one = one->next)
        show_query(render, arena, one);
}

static void show_function(Render *render, Arena *arena, const Json *entity)
{
    (void)arena;
    fprintf(render->out, "\n%-12s: %.*s\n%-12s: %.*s\n%-12s: %.*s\n", "Name",
            STR_ARG(member(entity, "name")), "Type",
            STR_ARG(member(entity, "type")), "Overview",
            STR_ARG(member(entity, "description")));
    fputs("Variations  :\n", render->out);
    const Json *list = json_get(entity, "functions");
    for (const Json *one = list->first; one; one = one->next) {
        fprintf(render->out,
                "\n\tVariation   : %.*s(%.*s)\n"
                "\tReturns     : %.*s\n"
                "\tDescription : %.*s\n",
                STR_ARG(member(entity, "name")),
                STR_ARG(member(one, "argumentTypes")),
                STR_ARG(member(one, "returnType")),
                STR_ARG(member(one, "description")));
        if (json_get(one, "example"))
            fprintf(render->out, "\tExample     : %.*s\n",
                    STR_ARG(member(one, "example")));
    }
}

static void show_assert(Render *render, Arena *arena, const Json *entity)
{
    show_message(render, arena,
                 str_printf(arena, "Topic %.*s %s",
                            STR_ARG(member(entity, "topicName")),
                            str_eq(member(entity, "exists"), STR("true"))
                                ? "exists"
                                : "does not exist"));
}

static const struct {
    const char *type;
    void (*show)(Render *render, Arena *arena, const Json *entity);
} specials[] = {
    {"currentStatus", show_status},
    {"message", show_text},
    {"warning_entity", show_warning},
    {"kafka_topics", show_topics},
    {"kafka_topics_extended", show_topics},
    {"queries", show_queries},
    {"type_list", show_types},
    {"properties", show_properties},
    {"sourceDescription", show_description},
    {"source_descriptions", show_descriptions},
    {"queryDescription", show_explained},
    {"query_descriptions", show_explained_all},
    {"describe_function", show_function},
    {"assert_topic", show_assert},
};

static void show_warnings(Render *render, const Json *entity)
{
    const Json *list = json_get(entity, "warnings");
    for (const Json *one = list ? list->first : NULL; one; one = one->next)
        fprintf(render->out, "WARNING: %.*s\n",
                STR_ARG(member(one, "message")));
}

void render_entity(Render *render, const Json *entity)
{
    Arena *arena = arena_new("render", 0);
    Str type = member(entity, "@type");

    if (render->json) {
        show_json(render, entity);
    } else {
        show_warnings(render, entity);
        bool done = show_spec(render, arena, entity);
        for (size_t i = 0; !done && i < sizeof specials / sizeof *specials; i++)
            if (str_eq(type, str_from(specials[i].type))) {
                specials[i].show(render, arena, entity);
                done = true;
            }
        if (!done) show_json(render, entity);
    }
    fflush(render->out);
    arena_free(arena);
}
