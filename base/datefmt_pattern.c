/* SPDX-License-Identifier: Apache-2.0
 *
 * Java's pattern letters, taken apart once when a format is opened.
 *
 *     pattern:  ( letters | 'quoted text' | '' | '[' pattern ']' | other )*
 *
 * A letter's count chooses its width or form, by the rules of
 * DateTimeFormatterBuilder.appendPattern. Numbers that touch share their digits
 * (its "adjacent value parsing"): in yyyyMMdd the year, which has no fixed
 * width, leaves four digits to those behind it.
 */
#include <assert.h>

#include "base/datefmt_int.h"
#include "base/vec.h"

enum { WIDTH_MAX = 19 }; /* Digits of a number without a fixed width. */

typedef struct Compiler {
    Arena *arena; /* For messages. */
    Arena *own;   /* For elements. */
    Str pattern;
    VEC(Element) elements;
    int variable; /* Index of the number that touching ones take from, or -1. */
    int pad;      /* Of the element to be added next. */
    int open[OPTIONAL_DEPTH_MAX];
    int depth;
} Compiler;

static Status fail_pattern(Compiler *c, const char *what, char letter)
{
    return st_error(c->arena, ST_USER, "%s '%c' in date pattern '%.*s'", what,
                    letter, STR_ARG(c->pattern));
}

static Element *add(Compiler *c, ElementKind kind)
{
    Element *e = vec_push(c->own, &c->elements);
    *e = (Element){.kind = kind, .pad = c->pad};
    c->pad = 0;
    if (e->pad) c->variable = -1;
    if (kind != EL_NUMBER && kind != EL_REDUCED_YEAR && kind != EL_FRACTION)
        c->variable = -1;
    return e;
}

/* Adds a number and tells the one that it touches. */
static void add_number(Compiler *c, ElementKind kind, Field field, int min,
                       int max, SignStyle sign)
{
    Element *e = add(c, kind);
    e->field = field;
    e->min = min;
    e->max = max;
    e->sign = sign;
    if (e->pad) return; /* Its width is its own. */
    bool fixed = min == max && sign == SIGN_NONE;
    if (c->variable >= 0 && fixed)
        c->elements.at[c->variable].reserved += max;
    else
        c->variable = c->elements.count - 1;
}

static void add_literal(Compiler *c, Str text)
{
    if (text.len) add(c, EL_LITERAL)->literal = text;
}

static void add_text(Compiler *c, Field field, char letter, int count)
{
    Element *e = add(c, EL_TEXT);
    e->field = field;
    e->letter = letter;
    e->count = count;
}

static Status add_year(Compiler *c, Field field, int count)
{
    if (count == 2)
        add_number(c, EL_REDUCED_YEAR, field, 2, 2, SIGN_NONE);
    else
        add_number(c, EL_NUMBER, field, count, WIDTH_MAX,
                   count < 4 ? SIGN_NORMAL : SIGN_EXCEEDS_PAD);
    return st_ok();
}

/* d H h m s and their like: one letter is any width, two are two digits. */
static Status add_two_digits(Compiler *c, Field field, char letter, int count)
{
    if (count > 2) return fail_pattern(c, "too many letters", letter);
    if (count == 1)
        add_number(c, EL_NUMBER, field, 1, WIDTH_MAX, SIGN_NORMAL);
    else
        add_number(c, EL_NUMBER, field, 2, 2, SIGN_NONE);
    return st_ok();
}

/* Months and quarters: a number, or from three letters on a name. */
static Status add_number_or_text(Compiler *c, Field field, char letter,
                                 int count)
{
    if (count <= 2) return add_two_digits(c, field, letter, count);
    if (count > 5) return fail_pattern(c, "too many letters", letter);
    add_text(c, field, letter, count);
    return st_ok();
}

/* e w W and c: as many digits as letters, but two may be read for one. */
static Status add_week_number(Compiler *c, Field field, char letter, int count,
                              int count_max)
{
    if (count > count_max) return fail_pattern(c, "too many letters", letter);
    if (letter == 'w' && count == 1) {
        add_number(c, EL_NUMBER, field, 1, 2, SIGN_NONE);
        return st_ok();
    }
    add_number(c, EL_NUMBER, field, count, count, SIGN_NONE);
    c->elements.at[c->elements.count - 1].max = 2;
    return st_ok();
}

/* e and c: the week's day as a number, from three letters on its name. */
static Status add_weekday(Compiler *c, char letter, int count)
{
    if (count > 5) return fail_pattern(c, "too many letters", letter);
    if (count > 2 || letter == 'E') {
        add_text(c, FIELD_WEEKDAY, letter, count);
        return st_ok();
    }
    if (letter == 'c' && count == 2)
        return fail_pattern(c, "one or three to five letters are wanted for",
                            letter);
    return add_week_number(c, FIELD_WEEK_DAY, letter, count, 2);
}

static Status add_day_period(Compiler *c, int count)
{
    if (count != 1 && count != 4 && count != 5)
        return fail_pattern(c, "one, four or five letters are wanted for", 'B');
    add_text(c, FIELD_DAY_PERIOD, 'B', count);
    return st_ok();
}

static Status add_fraction(Compiler *c, int count)
{
    if (count > 9) return fail_pattern(c, "too many letters", 'S');
    add_number(c, EL_FRACTION, FIELD_NANO, count, count, SIGN_NONE);
    return st_ok();
}

static Status add_zone(Compiler *c, ElementKind kind, char letter, int count,
                       int count_max)
{
    if (count > count_max) return fail_pattern(c, "too many letters", letter);
    Element *e = add(c, kind);
    e->field = FIELD_OFFSET;
    e->letter = letter;
    e->count = count;
    return st_ok();
}

/* Numbers of any width, of at least so many digits as letters. */
static Status add_wide(Compiler *c, Field field, char letter, int count)
{
    if (count > WIDTH_MAX) return fail_pattern(c, "too many letters", letter);
    add_number(c, EL_NUMBER, field, count, WIDTH_MAX,
               letter == 'g' ? SIGN_NORMAL : SIGN_NONE);
    return st_ok();
}

static Status add_zone_letters(Compiler *c, char letter, int count)
{
    switch (letter) {
    case 'X':
    case 'x': return add_zone(c, EL_OFFSET, letter, count, 5);
    case 'Z':
        return add_zone(c, count == 4 ? EL_GMT_OFFSET : EL_OFFSET, letter,
                        count, 5);
    case 'O':
    case 'v':
        if (count != 1 && count != 4)
            return fail_pattern(c, "one or four letters are allowed for",
                                letter);
        return add_zone(c, letter == 'O' ? EL_GMT_OFFSET : EL_ZONE_NAME, letter,
                        count, 4);
    case 'z': return add_zone(c, EL_ZONE_NAME, letter, count, 4);
    case 'V':
        if (count != 2)
            return fail_pattern(c, "exactly two letters are wanted for",
                                letter);
        return add_zone(c, EL_ZONE_ID, letter, count, 2);
    default: return fail_pattern(c, "unknown letter", letter);
    }
}

static Status add_letters(Compiler *c, char letter, int count)
{
    switch (letter) {
    case 'u': return add_year(c, FIELD_YEAR, count);
    case 'y': return add_year(c, FIELD_YEAR_OF_ERA, count);
    case 'Y': return add_year(c, FIELD_WEEK_YEAR, count);
    case 'M':
    case 'L': return add_number_or_text(c, FIELD_MONTH, letter, count);
    case 'Q':
    case 'q': return add_number_or_text(c, FIELD_QUARTER, letter, count);
    case 'w': return add_week_number(c, FIELD_WEEK, letter, count, 2);
    case 'W': return add_week_number(c, FIELD_MONTH_WEEK, letter, count, 1);
    case 'E':
    case 'e':
    case 'c': return add_weekday(c, letter, count);
    case 'F':
        if (count > 1) return fail_pattern(c, "too many letters", letter);
        return add_two_digits(c, FIELD_MONTH_SEVEN, letter, count);
    case 'B': return add_day_period(c, count);
    case 'd': return add_two_digits(c, FIELD_DAY, letter, count);
    case 'H': return add_two_digits(c, FIELD_HOUR, letter, count);
    case 'k': return add_two_digits(c, FIELD_CLOCK_HOUR, letter, count);
    case 'K': return add_two_digits(c, FIELD_HOUR_OF_HALF, letter, count);
    case 'h': return add_two_digits(c, FIELD_CLOCK_HALF, letter, count);
    case 'm': return add_two_digits(c, FIELD_MINUTE, letter, count);
    case 's': return add_two_digits(c, FIELD_SECOND, letter, count);
    case 'S': return add_fraction(c, count);
    case 'D':
        if (count > 3) return fail_pattern(c, "too many letters", letter);
        add_number(c, EL_NUMBER, FIELD_DAY_OF_YEAR, count,
                   count == 1 ? WIDTH_MAX : 3,
                   count == 1 ? SIGN_NORMAL : SIGN_NONE);
        return st_ok();
    case 'A': return add_wide(c, FIELD_MILLI_OF_DAY, letter, count);
    case 'n': return add_wide(c, FIELD_NANO, letter, count);
    case 'N': return add_wide(c, FIELD_NANO_OF_DAY, letter, count);
    case 'g': return add_wide(c, FIELD_JULIAN_DAY, letter, count);
    case 'a':
        if (count > 1) return fail_pattern(c, "too many letters", letter);
        add_text(c, FIELD_AMPM, letter, count);
        return st_ok();
    case 'G':
        if (count > 5) return fail_pattern(c, "too many letters", letter);
        add_text(c, FIELD_ERA, letter, count);
        return st_ok();
    default: return add_zone_letters(c, letter, count);
    }
}

/* Adds the quoted text that begins behind the quote at `*at`; a doubled quote
 * is one quote. */
static Status add_quoted(Compiler *c, size_t *at)
{
    Str p = c->pattern;
    char *text = arena_alloc(c->own, p.len);
    size_t len = 0;
    for (size_t i = *at + 1; i < p.len; i++) {
        if (p.ptr[i] != '\'') {
            text[len++] = p.ptr[i];
        } else if (i + 1 < p.len && p.ptr[i + 1] == '\'') {
            text[len++] = p.ptr[i++];
        } else {
            if (i == *at + 1) text[len++] = '\'';
            add_literal(c, (Str){text, len});
            *at = i + 1;
            return st_ok();
        }
    }
    return fail_pattern(c, "no closing quote", '\'');
}

static Status add_bracket(Compiler *c, char bracket)
{
    if (bracket == '[') {
        if (c->depth == OPTIONAL_DEPTH_MAX)
            return fail_pattern(c, "too many nested", '[');
        add(c, EL_OPEN);
        c->open[c->depth++] = c->elements.count - 1;
        return st_ok();
    }
    if (!c->depth) return fail_pattern(c, "no '[' for", ']');
    add(c, EL_CLOSE);
    c->elements.at[c->open[--c->depth]].close = c->elements.count - 1;
    return st_ok();
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* How often the letter at `*at` is repeated; moves behind it. */
static int take_letters(Str p, size_t *at)
{
    size_t from = *at;
    while (*at < p.len && p.ptr[*at] == p.ptr[from])
        ++*at;
    return (int)(*at - from);
}

/* Compiles what begins at `*at` and moves behind it. */
static Status compile_next(Compiler *c, size_t *at)
{
    Str p = c->pattern;
    char first = p.ptr[*at];
    if (is_letter(first)) {
        int count = take_letters(p, at);
        if (first != 'p') return add_letters(c, first, count);
        if (*at == p.len || !is_letter(p.ptr[*at]))
            return fail_pattern(c, "no letter to fill up behind", first);
        c->pad = count;
        first = p.ptr[*at];
        return add_letters(c, first, take_letters(p, at));
    }
    if (first == '\'') return add_quoted(c, at);
    if (first == '{' || first == '}' || first == '#')
        return fail_pattern(c, "reserved character", first);
    ++*at;
    if (first == '[' || first == ']') return add_bracket(c, first);
    add_literal(c, (Str){p.ptr + *at - 1, 1});
    return st_ok();
}

Status pattern_compile(Arena *arena, Arena *own, Str pattern, Pattern *out)
{
    enum { PATTERN_MAX_BYTES = 1000 };
    Compiler c = {.arena = arena, .own = own, .variable = -1};
    if (pattern.len > PATTERN_MAX_BYTES)
        return st_error(arena, ST_USER, "date pattern is longer than %d bytes",
                        PATTERN_MAX_BYTES);
    c.pattern = str_copy(own, pattern);
    for (size_t at = 0; at < c.pattern.len;) {
        Status st = compile_next(&c, &at);
        if (st.kind) return st;
    }
    /* A section that is not closed ends with the pattern, as in Java. */
    while (c.depth) {
        Status st = add_bracket(&c, ']');
        if (st.kind) return st;
    }
    *out = (Pattern){c.elements.at, c.elements.count};
    return st_ok();
}
