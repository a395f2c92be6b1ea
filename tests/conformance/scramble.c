/* SPDX-License-Identifier: Apache-2.0
 *
 * A case with other inputs: some doubled, some deletions, keys, values and
 * times exchanged among those of a topic, neighbours exchanged. What comes out
 * is not known, but it must be the same in all ways.
 */
#include "base/number.h"
#include "tests/conformance/conformance.h"

enum { INPUTS_MAX = 40, ROUNDS = 3 };

typedef struct Scrambler {
    Arena *arena;
    uint64_t random;
    Json *list[INPUTS_MAX * 2];
    int count;
} Scrambler;

static int below(Scrambler *s, int n)
{
    return (int)(random_next(&s->random) % (uint64_t)n);
}

/* Another input of the same topic, or itself. */
static const Json *another(Scrambler *s, const Json *input)
{
    Str topic = json_get(input, "topic")->text;
    int from = below(s, s->count);
    for (int i = 0; i < s->count; i++) {
        const Json *one = s->list[(from + i) % s->count];
        if (str_eq(json_get(one, "topic")->text, topic)) return one;
    }
    return input;
}

static void take(Scrambler *s, Json *input, const Json *from, const char *name)
{
    Json *mine = tree_member(input, name);
    const Json *other = json_get(from, name);
    Json *copy = other ? tree_copy(s->arena, other) : NULL;

    if (mine) tree_drop(input, mine);
    if (copy) tree_append(input, str_from(name), copy);
}

static void set_time(Scrambler *s, Json *input, int64_t ms)
{
    Json *mine = tree_member(input, "timestamp");
    if (ms < 0) ms = 0;
    if (mine) tree_drop(input, mine);
    tree_append(input, STR("timestamp"),
                tree_new(s->arena, JSON_NUMBER,
                         str_printf(s->arena, "%lld", (long long)ms)));
}

static int64_t time_of(const Json *input)
{
    const Json *time = json_get(input, "timestamp");
    int64_t ms = 0;
    if (time) number_parse_i64(time->text, &ms);
    return ms;
}

static void change(Scrambler *s, int i)
{
    Json *input = s->list[i];
    const Json *other = another(s, input);

    switch (below(s, 8)) {
    case 0: /* The window belongs to the key. */
        take(s, input, other, "key");
        take(s, input, other, "window");
        break;
    case 1: take(s, input, other, "value"); break;
    case 2: set_time(s, input, time_of(s->list[below(s, s->count)])); break;
    case 3: set_time(s, input, time_of(input) + below(s, 2000) - 1000); break;
    case 4:
        if (tree_member(input, "value"))
            tree_drop(input, tree_member(input, "value"));
        break;
    case 5:
        if (s->count < INPUTS_MAX * 2)
            s->list[s->count++] = tree_copy(s->arena, input);
        break;
    case 6:
        s->list[i] = s->list[below(s, s->count)];
        for (int j = 0; j < s->count; j++)
            if (j != i && s->list[j] == s->list[i]) s->list[j] = input;
        break;
    default: break; /* As it is. */
    }
}

const Json *scramble(Arena *arena, const Json *json, uint64_t seed)
{
    static const char *const expected[] = {"outputs", "post", "expectedError"};
    Scrambler s = {.arena = arena, .random = seed};
    Json *copy = tree_copy(arena, json);
    Json *inputs = tree_member(copy, "inputs");

    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const Json *one = json_get(copy, expected[i]);
        if (one) tree_drop(copy, one);
    }
    for (Json *one = inputs->first; one && s.count < INPUTS_MAX;
         one = one->next)
        s.list[s.count++] = one;
    for (int i = s.count * ROUNDS; i > 0; i--)
        change(&s, below(&s, s.count));
    inputs->first = NULL;
    inputs->count = 0;
    for (int i = 0; i < s.count; i++)
        tree_append(inputs, STR_NULL, s.list[i]);
    return copy;
}
