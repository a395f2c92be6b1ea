/* SPDX-License-Identifier: Apache-2.0
 *
 * Did-you-mean: one rule for what is near, and one wording, for the whole
 * program.
 */
#include "base/near.h"

enum { CUT_MIN_LETTERS = 4 };

/* How many slips still make a name of this length look like another. */
static int limit_for(size_t len)
{
    return len <= 3 ? 1 : len <= 8 ? 2 : len <= 24 ? 3 : 4;
}

Near near_to(Str wanted)
{
    return (Near){wanted, STR_NULL, limit_for(wanted.len) + 1};
}

static bool same_first(Str a, Str b)
{
    return a.len && b.len && str_eq_nocase((Str){a.ptr, 1}, (Str){b.ptr, 1});
}

static bool is_cut(Str wanted, Str candidate)
{
    return wanted.len >= CUT_MIN_LETTERS && wanted.len < candidate.len &&
           str_eq_nocase(wanted, (Str){candidate.ptr, wanted.len});
}

void near_offer(Near *near, Str candidate)
{
    if (!candidate.len || !near->wanted.len) return;
    int limit = limit_for(near->wanted.len);
    int distance = str_distance(near->wanted, candidate, limit);
    if (distance > limit && is_cut(near->wanted, candidate)) distance = limit;
    size_t longer = candidate.len > near->wanted.len ? candidate.len
                                                     : near->wanted.len;
    /* All letters wrong is no slip: X is not near Y. */
    if (distance > limit || (distance && (size_t)distance >= longer)) return;
    if (distance > near->distance) return;
    if (distance == near->distance && near->best.ptr &&
        (same_first(near->wanted, near->best) ||
         !same_first(near->wanted, candidate)))
        return;
    near->best = candidate;
    near->distance = distance;
}

const char *near_hint(const Near *near, Arena *arena, const char *otherwise)
{
    if (!near->best.ptr) return otherwise;
    return str_printf(arena, "; did you mean '%.*s'?", STR_ARG(near->best)).ptr;
}

/* Written as it is, without quotes, the name means itself. */
static bool is_plain(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'A' && c <= 'Z') || c == '_';
        bool other = (c >= '0' && c <= '9') || c == '@';
        if (!letter && !(other && i)) return false;
    }
    return true;
}

const char *near_name_hint(const Near *near, Arena *arena,
                           const char *otherwise)
{
    if (!near->best.ptr) return otherwise;
    bool plain = is_plain(near->best);
    const char *format = plain ? "; did you mean '%.*s'?"
                               : "; did you mean `%.*s`?";
    if (!near->distance)
        format = plain ? "; there is '%.*s', which is written without quotes"
                       : "; there is one that differs in case: write `%.*s` "
                         "with its quotes";
    return str_printf(arena, format, STR_ARG(near->best)).ptr;
}

const char *near_name(Arena *arena, Str name, const Str *names, int count)
{
    Near near = near_to(name);
    for (int i = 0; i < count; i++)
        near_offer(&near, names[i]);
    return near_name_hint(&near, arena, "");
}
