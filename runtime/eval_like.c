/* SPDX-License-Identifier: Apache-2.0
 *
 * LIKE (language 2.7): % is any text within a line, _ one character that ends
 * no line.
 *
 * A pattern is compiled to a list of items, once a batch where it is a literal.
 * Most patterns are plain texts around %: those are looked for as bytes, which
 * in UTF-8 is as good as by characters. Only if that says yes, and the text has
 * a byte that may belong to a line's end, or if there is a _, items are matched
 * one by one.
 */
#include "runtime/eval_int.h"

#include "base/unicode.h"
#include "base/vec.h"

/* What an item is beyond a code point. */
enum { LIKE_ANY = 0x110000, LIKE_ONE };

struct LikePattern {
    Arena *arena;
    VEC(uint32_t) items;
    VEC(Str) parts; /* The texts around each %. */
    bool plain;     /* There is no _. */
    bool bad;       /* It ends in its escape character. */
};

LikePattern *like_compile(Arena *arena, Str pattern, uint32_t escape)
{
    LikePattern *like = ARENA_NEW(arena, LikePattern);
    char *text = arena_alloc(arena, pattern.len + 1);
    size_t from = 0, len = 0;
    like->plain = true;
    for (size_t at = 0; at < pattern.len;) {
        size_t start = at;
        uint32_t c = utf8_next(pattern, &at);
        bool literal = escape && c == escape;
        if (literal) {
            if (at >= pattern.len) {
                like->bad = true;
                return like;
            }
            start = at;
            c = utf8_next(pattern, &at);
        }
        if (!literal && c == '%') {
            *vec_push(arena, &like->items) = LIKE_ANY;
            *vec_push(arena, &like->parts) = (Str){text + from, len - from};
            from = len;
            continue;
        }
        if (!literal && c == '_') like->plain = false;
        *vec_push(arena, &like->items) = !literal && c == '_' ? LIKE_ONE : c;
        memcpy(text + len, pattern.ptr + start, at - start);
        len += at - start;
    }
    *vec_push(arena, &like->parts) = (Str){text + from, len - from};
    return like;
}

bool like_is_bad(const LikePattern *like)
{
    return like->bad;
}

/* The first part begins the text, the last ends it, the others follow each
 * other in between. */
static bool match_parts(const LikePattern *like, Str text)
{
    const Str *parts = like->parts.at;
    int last = like->parts.count - 1;
    if (!last) return str_eq(text, parts[0]);
    if (!str_starts_with(text, parts[0])) return false;
    size_t at = parts[0].len, end = text.len;
    if (end - at < parts[last].len) return false;
    end -= parts[last].len;
    if (parts[last].len &&
        memcmp(text.ptr + end, parts[last].ptr, parts[last].len) != 0)
        return false;
    for (int i = 1; i < last; i++) {
        size_t found = str_find((Str){text.ptr, end}, parts[i], at);
        if (found == SIZE_MAX) return false;
        at = found + parts[i].len;
    }
    return true;
}

/* True if a byte of the text may belong to a line's end: LF, CR, or the first
 * of U+0085, U+2028 and U+2029. */
static bool may_end_line(Str text)
{
    bool may = false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        may |= c == '\n' || c == '\r' || c == 0xc2 || c == 0xe2;
    }
    return may;
}

static bool ends_line(uint32_t c)
{
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static inline uint32_t next_char(Str text, size_t *at)
{
    unsigned char c = (unsigned char)text.ptr[*at];
    if (c >= 0x80) return utf8_next(text, at);
    ++*at;
    return c;
}

/* Greedy with one point to go back to: the last %. That is enough, since a
 * later match of an earlier part never helps, even though % stops at a line's
 * end. */
static bool match_items(const LikePattern *like, Str text)
{
    const uint32_t *items = like->items.at;
    int count = like->items.count, p = 0, star_p = -1;
    size_t t = 0, star_t = 0;
    for (;;) {
        if (p < count && items[p] == LIKE_ANY) {
            star_p = ++p;
            star_t = t;
            continue;
        }
        if (p == count && t >= text.len) return true;
        if (p < count && t < text.len) {
            size_t t_next = t;
            uint32_t c = next_char(text, &t_next);
            if (items[p] == LIKE_ONE ? !ends_line(c) : c == items[p]) {
                t = t_next;
                p++;
                continue;
            }
        }
        if (star_p < 0 || star_t >= text.len) return false;
        if (ends_line(next_char(text, &star_t))) return false;
        t = star_t;
        p = star_p;
    }
}

bool like_match(const LikePattern *like, Str text)
{
    if (like->bad) return false;
    if (!like->plain) return match_items(like, text);
    if (!match_parts(like, text)) return false;
    return like->parts.count == 1 || !may_end_line(text) ||
           match_items(like, text);
}

Result run_like(Run *run, EvalNode *node, Rows rows)
{
    Result a = run_node(run, node->args[0], rows);
    Result b = run_node(run, node->args[1], rows);
    uint64_t *nulls = run_union(run, run_nulls(run, a.col),
                                run_nulls(run, b.col));
    Column *out = run_column(run, &type_boolean);
    Result result = {out, run_fail_nulls(run, rows, nulls,
                                         run_union(run, a.failed, b.failed),
                                         "operand of LIKE is null")};
    out->nulls = result.failed;
    const LikePattern *like = NULL;
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(result.failed, row)) continue;
        if (!like || !b.col->constant)
            like = like_compile(run->arena, b.col->str[col_row(b.col, row)],
                                node->expr->escape);
        out->boolean[row] = like_match(like, a.col->str[col_row(a.col, row)]) !=
                            node->expr->negated;
        if (like->bad)
            run_fail(run, &result, out, row,
                     "LIKE pattern ends in its escape character");
    }
    return result;
}
