/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of a SELECT: its text with strings and whole numbers replaced by
 * marks that tell their kind, since kinds decide types and so the plan. Other
 * literals stay as they are.
 */
#include "engine/pull.h"

enum { TEXT_MAX = 4096 };

typedef struct Reading {
    Arena *arena;
    Str text;
    size_t at;
    char *out;
    size_t len;
    Shape *shape;
} Reading;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '_' || (c & 0x80);
}

static char char_at(const Reading *r, size_t at)
{
    return at < r->text.len ? r->text.ptr[at] : 0;
}

static ShapeLiteral *add_literal(Reading *r, const char *mark)
{
    Shape *shape = r->shape;
    if (shape->count == SHAPE_LITERALS_MAX) return NULL;
    r->out[r->len++] = mark[0];
    r->out[r->len++] = mark[1];
    ShapeLiteral *literal = &shape->literals[shape->count++];
    *literal = (ShapeLiteral){.at = (uint32_t)r->at};
    return literal;
}

/* 'text', with '' for a quote. */
static bool read_text(Reading *r)
{
    ShapeLiteral *literal = add_literal(r, "\1t");
    if (!literal) return false;
    size_t from = ++r->at;
    bool doubled = false;
    for (;; r->at++) {
        char c = char_at(r, r->at);
        if (!c || (c == '$' && char_at(r, r->at + 1) == '{')) return false;
        if (c != '\'') continue;
        if (char_at(r, r->at + 1) != '\'') break;
        doubled = true;
        r->at++;
    }
    literal->is_text = true;
    literal->text = (Str){r->text.ptr + from, r->at++ - from};
    if (!doubled) return true;
    char *p = arena_alloc(r->arena, literal->text.len);
    size_t len = 0;
    for (size_t i = 0; i < literal->text.len; i++) {
        p[len++] = literal->text.ptr[i];
        if (literal->text.ptr[i] == '\'') i++;
    }
    literal->text = (Str){p, len};
    return true;
}

/* A number; it stays in the shape if it is not a whole one. */
static bool read_number(Reading *r)
{
    size_t end = r->at;
    int64_t value = 0;
    bool whole = true;
    while (is_digit(char_at(r, end)))
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, char_at(r, end++) - '0', &value))
            return false;
    while (is_word(char_at(r, end)) || char_at(r, end) == '.') {
        whole = false;
        end++;
    }
    if (!whole) {
        while (r->at < end)
            r->out[r->len++] = r->text.ptr[r->at++];
        return true;
    }
    bool wide = value > INT32_MAX;
    ShapeLiteral *literal = add_literal(r, wide ? "\1w" : "\1n");
    if (!literal) return false;
    literal->number = value;
    literal->is_wide = wide;
    r->at = end;
    return true;
}

/* A quoted name. */
static bool read_name(Reading *r, char quote)
{
    do {
        char c = char_at(r, r->at);
        if (!c) return false;
        r->out[r->len++] = c;
        r->at++;
    } while (char_at(r, r->at) != quote);
    r->out[r->len++] = quote;
    r->at++;
    return true;
}

/* Behind the statement there may only be blanks. */
static bool is_end(const Reading *r, size_t at)
{
    for (; at < r->text.len; at++)
        if (!is_space(r->text.ptr[at])) return false;
    return true;
}

static bool read_next(Reading *r)
{
    char c = r->text.ptr[r->at];
    if (c == '\'') return read_text(r);
    if (is_digit(c)) return read_number(r);
    if (c == '"' || c == '`') return read_name(r, c);
    if (c == '$' || c == '\1' || !c) return false;
    if (c == '-' && char_at(r, r->at + 1) == '-') return false;
    if (c == '/' && char_at(r, r->at + 1) == '*') return false;
    if (c == ';') {
        if (!is_end(r, r->at + 1)) return false;
        r->at = r->text.len;
        return true;
    }
    /* Digits within a word are no number. */
    do
        r->out[r->len++] = r->text.ptr[r->at++];
    while (is_word(c) && is_word(char_at(r, r->at)));
    return true;
}

bool shape_read(Arena *arena, Str text, Shape *shape)
{
    Reading r = {.arena = arena, .text = text, .shape = shape};
    shape->count = 0;
    if (text.len > TEXT_MAX) return false;
    while (r.at < text.len && is_space(text.ptr[r.at]))
        r.at++;
    Str select = {text.ptr + r.at, 6};
    if (text.len - r.at < 7 || !str_eq_nocase(select, STR("SELECT")))
        return false;
    /* A mark is as long as the shortest text, and one more than a digit. */
    r.out = arena_alloc(arena, 2 * text.len + 2);
    while (r.at < text.len)
        if (!read_next(&r)) return false;
    shape->text = (Str){r.out, r.len};
    return true;
}

bool shape_literal_equal(const ShapeLiteral *a, const ShapeLiteral *b)
{
    return a->is_text ? str_eq(a->text, b->text) : a->number == b->number;
}
