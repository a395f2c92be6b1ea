/* SPDX-License-Identifier: Apache-2.0
 *
 * A case with one expectation changed, so that it must fail: proof that the
 * comparison sees it. All changes that a case allows are listed, and the seed
 * takes one, each kind being as likely as the others.
 */
#include "base/vec.h"
#include "base/number.h"
#include "tests/conformance/conformance.h"

enum { FAR_AWAY = 987654321 };

typedef enum Change {
    ALTER_KEY,
    ALTER_VALUE,
    RENAME_MEMBER,
    ADD_MEMBER,
    DROP_RECORD,
    ADD_RECORD,
    SWAP_RECORDS,
    ALTER_TIME,
    ALTER_WINDOW,
    ALTER_HEADERS,
    EXPECT_ERROR,
    EXPECT_NO_ERROR,
    OTHER_CATEGORY,
    OTHER_MENTION,
    ALTER_POST,
    ALTER_RESPONSE,
    CHANGES,
} Change;

/* One change that can be made. */
typedef struct Option {
    Change change;
    Json *at;     /* What is changed: a record, a value, an object. */
    Json *parent; /* The list or record that it is in. */
} Option;

typedef struct Mutator {
    Arena *arena;
    Json *json; /* The copy. */
    uint64_t random;
    VEC(Option) options;
} Mutator;

/* ---- what can be changed ---- */

static void add(Mutator *m, Change change, Json *at, Json *parent)
{
    *vec_push(m->arena, &m->options) = (Option){change, at, parent};
}

/* The scalars in a key or value, and its objects. */
static void list_value(Mutator *m, Change change, Json *json)
{
    if (!json) return;
    if (json->kind == JSON_OBJECT) {
        /* A null member that is not there is as good. */
        for (Json *one = json->first; one; one = one->next)
            if (one->kind != JSON_NULL) add(m, RENAME_MEMBER, one, json);
        add(m, ADD_MEMBER, json, json);
    }
    if (json->kind != JSON_OBJECT && json->kind != JSON_ARRAY)
        add(m, change, json, json);
    for (Json *one = json->first; one; one = one->next)
        list_value(m, change, one);
}

static bool same_topic(const Json *a, const Json *b)
{
    return str_eq(json_get(a, "topic")->text, json_get(b, "topic")->text);
}

static void list_outputs(Mutator *m, Json *outputs)
{
    for (Json *one = outputs->first; one; one = one->next) {
        int others = 0;
        for (Json *other = outputs->first; other; other = other->next)
            others += other != one && same_topic(one, other);
        list_value(m, ALTER_KEY, tree_member(one, "key"));
        list_value(m, ALTER_VALUE, tree_member(one, "value"));
        /* A topic without an output is not looked at (10.4). */
        if (others) add(m, DROP_RECORD, one, outputs);
        add(m, ADD_RECORD, one, outputs);
        if (one->next && same_topic(one, one->next) &&
            !str_eq(tree_text(m->arena, tree_member(one, "value")),
                    tree_text(m->arena, tree_member(one->next, "value"))))
            add(m, SWAP_RECORDS, one, outputs);
        add(m, ALTER_TIME, one, outputs);
        add(m, ALTER_WINDOW, one, outputs);
        add(m, ALTER_HEADERS, one, outputs);
    }
}

static bool is_internal(const Json *topic)
{
    const Json *name = json_get(topic, "name");
    return name && (str_ends_with(name->text, STR("-repartition")) ||
                    str_ends_with(name->text, STR("-changelog")));
}

/* Names, types, schemas, formats, counts: each text and number that post.c
 * compares. */
static void list_post(Mutator *m, Json *json, bool internal)
{
    internal |= is_internal(json);
    if (internal && str_eq(json->name, STR("valueFormat"))) return;
    if (str_eq(json->name, STR("comment")) ||
        str_eq(json->name, STR("properties")) ||
        str_eq(json->name, STR("blacklist")))
        return;
    if (json->kind == JSON_STRING || json->kind == JSON_NUMBER)
        add(m, ALTER_POST, json, json);
    for (Json *one = json->first; one; one = one->next)
        list_post(m, one, internal);
}

/* What queries answer; what other statements say is not compared. */
static void list_responses(Mutator *m, Json *responses)
{
    for (Json *one = responses->first; one; one = one->next)
        list_value(m, ALTER_RESPONSE, tree_member(one, "query"));
}

static void list_options(Mutator *m)
{
    Json *error = tree_member(m->json, "expectedError");
    Json *outputs = tree_member(m->json, "outputs");
    Json *post = tree_member(m->json, "post");
    Json *responses = tree_member(m->json, "responses");

    if (error) {
        add(m, EXPECT_NO_ERROR, error, m->json);
        add(m, OTHER_CATEGORY, error, m->json);
        add(m, OTHER_MENTION, error, m->json);
        return;
    }
    add(m, EXPECT_ERROR, m->json, m->json);
    if (outputs) list_outputs(m, outputs);
    if (post) list_post(m, post, false);
    if (responses) list_responses(m, responses);
}

/* ---- changing it ---- */

static Str plus_one(Mutator *m, Str number)
{
    int64_t value;
    if (number_parse_i64(number, &value))
        return str_printf(m->arena, "%lld",
                          (long long)(value == INT64_MAX ? 0 : value + 1));
    /* A fraction, maybe a long one: another first digit. */
    Str text = str_copy(m->arena, number);
    char *first = (char *)text.ptr + (text.ptr[0] == '-');
    *first = *first == '7' ? '8' : '7';
    return text;
}

static void alter_scalar(Mutator *m, Json *json)
{
    switch (json->kind) {
    case JSON_NUMBER: json->text = plus_one(m, json->text); break;
    case JSON_TRUE: json->kind = JSON_FALSE; break;
    case JSON_FALSE: json->kind = JSON_TRUE; break;
    case JSON_NULL:
        json->kind = JSON_STRING;
        json->text = STR("changed");
        break;
    default:
        json->text = str_printf(m->arena, "%.*s~", STR_ARG(json->text));
        break;
    }
}

static void alter_number(Mutator *m, Json *parent, const char *name)
{
    Json *number = tree_member(parent, name);
    if (number && number->kind == JSON_NUMBER)
        number->text = plus_one(m, number->text);
    else
        tree_append(parent, str_from(name),
                    tree_new(m->arena, JSON_NUMBER,
                             str_printf(m->arena, "%d", FAR_AWAY)));
}

static void alter_window(Mutator *m, Json *record)
{
    static const char *const bounds[] = {"start", "end"};
    Json *window = tree_member(record, "window");

    if (!window || window->kind != JSON_OBJECT) {
        if (window) tree_drop(record, window);
        window = tree_new(m->arena, JSON_OBJECT, STR_NULL);
        tree_append(record, STR("window"), window);
        alter_number(m, window, "start");
    }
    alter_number(m, window, bounds[random_next(&m->random) % 2]);
}

static void alter_headers(Mutator *m, Json *record)
{
    Json *headers = tree_member(record, "headers");
    if (headers && headers->count && random_next(&m->random) % 2) {
        tree_drop(headers, headers->first);
        return;
    }
    if (!headers) {
        headers = tree_new(m->arena, JSON_ARRAY, STR_NULL);
        tree_append(record, STR("headers"), headers);
    }
    Json *header = tree_new(m->arena, JSON_OBJECT, STR_NULL);
    tree_append(header, STR("KEY"),
                tree_new(m->arena, JSON_STRING, STR("changed")));
    tree_append(header, STR("VALUE"),
                tree_new(m->arena, JSON_STRING, STR("AAAA")));
    tree_append(headers, STR_NULL, header);
}

static void add_record(Mutator *m, const Option *option)
{
    Json *again = tree_copy(m->arena, option->at);
    again->next = option->at->next;
    option->at->next = again;
    option->parent->count++;
}

static void swap_records(const Option *option)
{
    Json *second = option->at->next, **at = &option->parent->first;
    while (*at != option->at)
        at = &(*at)->next;
    option->at->next = second->next;
    second->next = option->at;
    *at = second;
}

static void expect_error(Mutator *m, const char *type)
{
    Json *error = tree_new(m->arena, JSON_OBJECT, STR_NULL);
    tree_append(error, STR("type"),
                tree_new(m->arena, JSON_STRING, str_from(type)));
    tree_append(m->json, STR("expectedError"), error);
}

static void other_category(Mutator *m, Json *error)
{
    Json *type = tree_member(error, "type");
    bool late = type && str_eq(type->text, STR("StreamsException"));
    tree_drop(m->json, error);
    expect_error(m, late ? "KsqlException" : "StreamsException");
}

static void other_mention(Mutator *m, Json *error)
{
    Json *words = tree_member(error, "mentions");
    if (!words) {
        words = tree_new(m->arena, JSON_ARRAY, STR_NULL);
        tree_append(error, STR("mentions"), words);
    }
    tree_append(words, STR_NULL,
                tree_new(m->arena, JSON_STRING, STR("a_word_that_is_nowhere")));
}

static void alter_post(Mutator *m, Json *json)
{
    if (str_eq(json->name, STR("schema")))
        json->text = str_printf(m->arena, "%.*s, changed INT",
                                STR_ARG(json->text));
    else
        alter_scalar(m, json);
}

/* Makes the change; returns its name. */
static const char *apply(Mutator *m, const Option *option)
{
    switch (option->change) {
    case ALTER_KEY: alter_scalar(m, option->at); return "a key was altered";
    case ALTER_VALUE: alter_scalar(m, option->at); return "a value was altered";
    case RENAME_MEMBER:
        option->at->name = str_printf(m->arena, "%.*s~",
                                      STR_ARG(option->at->name));
        return "a member was renamed";
    case ADD_MEMBER:
        tree_append(option->at, STR("changed"),
                    tree_new(m->arena, JSON_NUMBER, STR("1")));
        return "a member was added";
    case DROP_RECORD:
        tree_drop(option->parent, option->at);
        return "a record was dropped";
    case ADD_RECORD: add_record(m, option); return "a record was added";
    case SWAP_RECORDS: swap_records(option); return "records were exchanged";
    case ALTER_TIME:
        alter_number(m, option->at, "timestamp");
        return "a timestamp was altered";
    case ALTER_WINDOW:
        alter_window(m, option->at);
        return "a window was altered";
    case ALTER_HEADERS:
        alter_headers(m, option->at);
        return "headers were altered";
    case EXPECT_ERROR:
        expect_error(m, "KsqlException");
        return "an error was expected";
    case EXPECT_NO_ERROR:
        tree_drop(m->json, option->at);
        return "no error was expected";
    case OTHER_CATEGORY:
        other_category(m, option->at);
        return "another category was expected";
    case OTHER_MENTION:
        other_mention(m, option->at);
        return "another name was expected";
    case ALTER_POST: alter_post(m, option->at); return "post was altered";
    case ALTER_RESPONSE:
        alter_scalar(m, option->at);
        return "a response was altered";
    case CHANGES: break;
    }
    return "nothing was altered";
}

const Json *mutate(Arena *arena, const Json *json, uint64_t seed,
                   const char **what)
{
    Mutator m = {
        .arena = arena, .json = tree_copy(arena, json), .random = seed};
    int counts[CHANGES] = {0}, kinds = 0;

    list_options(&m);
    for (int i = 0; i < m.options.count; i++)
        kinds += counts[m.options.at[i].change]++ == 0;
    if (!kinds) return NULL;
    int kind = (int)(random_next(&m.random) % (uint64_t)kinds), change = 0;
    for (; !counts[change] || kind; change++)
        kind -= counts[change] > 0;
    int chosen = (int)(random_next(&m.random) % (uint64_t)counts[change]);
    for (int i = 0; i < m.options.count; i++) {
        if ((int)m.options.at[i].change != change || chosen--) continue;
        Str before = tree_text(m.arena, m.options.at[i].at);
        *what = str_printf(arena, "%s (%.*s)", apply(&m, &m.options.at[i]),
                           (int)(before.len > 200 ? 200 : before.len),
                           before.ptr)
                    .ptr;
        return m.json;
    }
    return NULL;
}
