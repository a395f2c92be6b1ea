/* SPDX-License-Identifier: Apache-2.0
 *
 * Inputs on their way in. Plainly, each is processed to its end before the next
 * one comes. Other ways read neighbours together or restart the engine between
 * them, but only where the result must be the same by the rules of runtime.md:
 *
 * - Neighbours of one topic keep their order when they are read together. A
 *   query that reads both a topic and what another query makes of one sees the
 *   two in the order of their times, whatever was written first; and the two
 *   halves of a foreign-key join answer each other, so that only the order of
 * one key is certain, and answers to rows that changed meanwhile are dropped.
 * With these nothing is read together.
 * - How far time has come is not remembered by a restart (1.5), so where time
 *   counts, the engine is restarted only before inputs that are not older than
 *   all before. The test function BAD_UDF counts its calls, and forgets too.
 */
#include "base/number.h"
#include "testing/compare.h"
#include "tests/conformance/conformance.h"

static int64_t time_of(const Json *input)
{
    const Json *time = json_get(input, "timestamp");
    int64_t ms = 0;
    if (time) number_parse_i64(time->text, &ms);
    return ms;
}

static Str topic_of(const Json *input)
{
    return json_get(input, "topic")->text;
}

static void feed_one(Running *r, const Json *input)
{
    Str topic = topic_of(input);
    const Source *source = compare_source(mr_catalog(r->engine), topic);
    Record record = {0};
    int64_t low, high;

    make_topic(r, topic, TOPIC_PARTITIONS);
    const char *why = compare_encode(r->arena, source, input, &record);
    if (why) {
        case_fail(r, strstr(why, "not available") ? UNSUPPORTED : FAILED,
                  "input: %s", why);
        return;
    }
    Status st = broker_watermarks(r->broker, r->arena, topic, 0, &low, &high);
    if (!st.kind)
        st = producer_send(r->producer, r->arena, str_cstr(r->arena, topic),
                           r->responds ? PARTITION_BY_KEY : 0, &record, 1);
    if (st.kind) {
        case_fail(r, FAILED, "input: %s", st.text);
        return;
    }
    map_put(r->arena, &r->fed,
            str_printf(r->arena, "%.*s/%lld", STR_ARG(topic), (long long)high),
            r);
}

/* ---- what may be read together ---- */

static bool has(const Str *list, int count, Str one)
{
    for (int i = 0; i < count; i++)
        if (str_eq(list[i], one)) return true;
    return false;
}

/* True if a query reads `a` and `b`. */
static bool read_by_one(const Source *a, const Source *b)
{
    for (int i = 0; i < a->readers.count; i++)
        if (has(b->readers.at, b->readers.count, a->readers.at[i])) return true;
    return false;
}

/* True if some query reads what queries made beside another source. */
static bool mixes_made_and_given(const Catalog *catalog)
{
    const Map *sources = &catalog->sources;
    for (int i = 0; i < sources->count; i++) {
        const Source *made = sources->entries[i].value;
        if (!made || !made->writers.count) continue;
        for (int j = 0; j < sources->count; j++) {
            const Source *other = sources->entries[j].value;
            if (other && other != made && read_by_one(made, other)) return true;
        }
    }
    return false;
}

static bool joins_by_foreign_key(Running *r)
{
    TopicInfo *topics;
    int count;
    if (broker_list_topics(r->broker, r->arena, &topics, &count).kind)
        return true;
    for (int i = 0; i < count; i++)
        if (str_find(topics[i].name, STR("-SUBSCRIPTION-"), 0) != SIZE_MAX)
            return true;
    return false;
}

/* The inputs from `first` on that are read together; returns the next one. */
static const Json *feed_run(Running *r, const Json *first, bool together)
{
    const Json *one = first;
    do {
        feed_one(r, one);
        one = one->next;
    } while (together && one && r->outcome.verdict == PASSED &&
             str_eq(topic_of(one), topic_of(first)));
    return one;
}

/* ---- where a restart changes nothing ---- */

static bool none_older(const Json *rest, int64_t time)
{
    for (; rest; rest = rest->next)
        if (time_of(rest) < time) return false;
    return true;
}

void feed_inputs(Running *r)
{
    const Json *inputs = json_get(r->json, "inputs");
    const Json *one = inputs ? inputs->first : NULL;
    bool together = r->way->together &&
                    !mixes_made_and_given(mr_catalog(r->engine)) &&
                    !joins_by_foreign_key(r);
    int restart_every = r->undone || statements_have(r, STR("BAD_UDF"))
                            ? 0
                            : r->way->restart_every;
    bool timed = statements_have(r, STR("WITHIN")) ||
                 statements_have(r, STR("WINDOW"));
    int64_t latest = INT64_MIN;
    int since = 0;

    case_process(r);
    while (one && r->outcome.verdict == PASSED) {
        const Json *next = feed_run(r, one, together);
        case_process(r);
        for (; one != next; one = one->next, since++)
            if (time_of(one) > latest) latest = time_of(one);
        if (!restart_every || since < restart_every ||
            (timed && !none_older(next, latest)))
            continue;
        since = 0;
        case_restart(r);
        if (r->outcome.verdict == PASSED) case_process(r);
    }
    case_commit(r);
}
