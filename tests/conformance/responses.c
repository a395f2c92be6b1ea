/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases whose last statements are queries with expected responses: header,
 * rows and final message, as the HTTP API sends them (server 12). They are run
 * here at the engine's door. Data goes to the partitions of its keys, as it
 * would in life, and rows are compared as a multiset.
 */
#include <math.h>
#include <stdlib.h>

#include "base/vec.h"
#include "parser/parser.h"
#include "tests/conformance/conformance.h"

typedef struct Answer {
    Running *r;
    Buf text; /* A JSON array of what came. */
} Answer;

static void add(Answer *a, const char *name)
{
    if (a->text.len > 1) buf_push(&a->text, ',');
    buf_printf(&a->text, "{\"%s\":", name);
}

static void take_header(void *context, Str query_id, const Schema *schema)
{
    Answer *a = context;
    (void)query_id;
    add(a, "header");
    buf_append_str(&a->text, STR("{\"schema\":"));
    json_write_string(&a->text, schema_print(a->r->arena, schema, "KEY"));
    buf_append_str(&a->text, STR("}}"));
}

static bool take_row(void *context, const Schema *schema, const Value *values,
                     bool tombstone)
{
    Answer *a = context;
    add(a, "row");
    buf_append_str(&a->text, STR("{\"columns\":["));
    for (int i = 0; i < schema->count; i++) {
        if (i) buf_push(&a->text, ',');
        value_print_json(&a->text, schema->columns[i].type, &values[i]);
    }
    buf_append_str(&a->text, STR("]"));
    if (tombstone) buf_append_str(&a->text, STR(",\"tombstone\":true"));
    buf_append_str(&a->text, STR("}}"));
    return true;
}

static void take_end(void *context, Str message)
{
    Answer *a = context;
    if (!message.len) return;
    add(a, "finalMessage");
    json_write_string(&a->text, message);
    buf_push(&a->text, '}');
}

/* ---- comparing ---- */

static bool is_number(const Json *json)
{
    return json->kind == JSON_NUMBER;
}

static bool same_number(Arena *arena, Str a, Str b)
{
    if (str_eq(a, b)) return true;
    double x = strtod(str_cstr(arena, a), NULL);
    double y = strtod(str_cstr(arena, b), NULL);
    return fabs(x - y) <= 1e-9 * fmax(1, fabs(x));
}

static bool agrees(Arena *arena, const Json *want, const Json *got);

static bool all_agree(Arena *arena, const Json *want, const Json *got)
{
    const Json *a = want->first, *b = got->first;
    for (; a && b; a = a->next, b = b->next)
        if (!agrees(arena, a, b)) return false;
    return !a && !b;
}

/* Expected members must be there; others may. */
static bool agrees(Arena *arena, const Json *want, const Json *got)
{
    if (want->kind != got->kind) return false;
    if (want->kind == JSON_ARRAY) return all_agree(arena, want, got);
    if (is_number(want)) return same_number(arena, want->text, got->text);
    if (want->kind == JSON_STRING) return str_eq(want->text, got->text);
    if (want->kind != JSON_OBJECT) return true;
    for (const Json *one = want->first; one; one = one->next) {
        const Json *other = NULL;
        for (const Json *g = got->first; g; g = g->next)
            if (str_eq(g->name, one->name)) other = g;
        if (!other || !agrees(arena, one, other)) return false;
    }
    return true;
}

static int length(const Json *list)
{
    int count = 0;
    for (const Json *one = list->first; one; one = one->next)
        count++;
    return count;
}

static void compare(Running *r, Str statement, const Json *want, Str text)
{
    const char *why = NULL;
    const Json *got = json_parse(r->arena, text, &why);
    bool *taken = arena_zalloc(r->arena, text.len + 1);
    int count = got ? length(got) : -1;
    for (const Json *one = want->first; one; one = one->next) {
        int at = 0;
        const Json *g = got ? got->first : NULL;
        while (g && (taken[at] || !agrees(r->arena, one, g))) {
            g = g->next;
            at++;
        }
        if (g)
            taken[at] = true;
        else
            count = -1;
    }
    if (count == length(want)) return;
    Buf expected = {0};
    json_write(&expected, want);
    case_fail(r, FAILED, "%.*s: want %.*s, got %.*s", STR_ARG(statement),
              STR_ARG(buf_str(&expected)), STR_ARG(text));
    buf_free(&expected);
}

/* ---- running ---- */

static bool is_select(Running *r, Str text)
{
    AstStatement **statements;
    int count;
    return !parse_statements(r->arena, text, NULL, &statements, &count).kind &&
           count == 1 && statements[0]->kind == STMT_SELECT;
}

static Status ask(Running *r, Str text, Buf *out)
{
    Answer answer = {.r = r};
    mr_Sink sink = {.context = &answer,
                    .header = take_header,
                    .row = take_row,
                    .end = take_end};
    buf_push(&answer.text, '[');
    Status st = mr_execute(r->session, r->arena, text, &sink);
    buf_push(&answer.text, ']');
    *out = answer.text;
    return st;
}

static void run_query(Running *r, const Json *statement, const Json *response)
{
    bool must_fail = json_get(r->json, "expectedError") && !statement->next;
    const Json *want = response ? json_get(response, "query") : NULL;
    Buf text;
    Status st = ask(r, statement->text, &text);
    if (st.kind && must_fail && st.kind == ST_USER) {
        r->outcome.refusal = st.text;
        const char *why = refusal_compare(r->arena, r->json, st.text, false);
        if (why) case_fail(r, FAILED, "%s: %s", why, st.text);
    } else if (st.kind) {
        case_fail(r, strstr(st.text, "not available") ? UNSUPPORTED : FAILED,
                  "%.*s: %s", STR_ARG(statement->text), st.text);
    } else if (must_fail) {
        case_fail(r, FAILED, "accepted, but must be refused");
    } else if (want) {
        compare(r, statement->text, want, buf_str(&text));
    }
    buf_free(&text);
}

bool has_responses(const Json *json)
{
    const Json *statements = json_get(json, "statements");
    const Json *last = statements ? statements->first : NULL;
    while (last && last->next)
        last = last->next;
    return last && str_starts_with(last->text, STR("SELECT"));
}

void run_with_responses(Running *r)
{
    const Json *statements = json_get(r->json, "statements");
    const Json *responses = json_get(r->json, "responses");
    const Json *response = responses ? responses->first : NULL;
    const Json *one = statements->first;
    for (; one && !is_select(r, one->text); one = one->next) {
        if (str_starts_with(one->text, STR("SELECT"))) break;
        if (!case_statement(r, one)) return;
        if (response) response = response->next;
    }
    feed_inputs(r);
    case_process(r);
    for (; one && r->outcome.verdict == PASSED; one = one->next) {
        run_query(r, one, response);
        if (response) response = response->next;
    }
}
