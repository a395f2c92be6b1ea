/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds queries (language 4.1). There are no subqueries, so one AstSelect at
 * a time is open, in Parse.select; each clause puts its part there.
 */
#include "parser/parse_int.h"

#include "base/vec.h"

AstName source_name(Parse *p, Token name)
{
    for (size_t i = 0; i < name.text.len; i++) {
        char c = name.text.ptr[i];
        bool allowed = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                       (c >= 'a' && c <= 'z') || c == '_' || c == '-';
        if (!allowed)
            parse_fail(p, name.at,
                       "name '%.*s' of a stream or table has other characters "
                       "than letters, digits, '_' and '-'",
                       STR_ARG(lexer_clip(name.text)));
    }
    if (name.text.len == 0)
        parse_fail(p, name.at, "name of a stream or table is empty");
    return parse_name_new(name);
}

void parse_select_begin(Parse *p, Token first)
{
    p->select = ARENA_NEW(p->stmt, AstSelect);
    p->select->at = first.at;
    p->item_cap = 0;
    p->join_cap = 0;
}

AstItem item_expr(Ast *expr, Token alias)
{
    uint32_t end = alias.type == TOKEN_END ? expr->end : alias.end;
    return (AstItem){.at = expr->at,
                     .end = end,
                     .expr = expr,
                     .alias = parse_name_new(alias)};
}

AstItem item_star(Token qualifier, Token star)
{
    uint32_t at = qualifier.type == TOKEN_END ? star.at : qualifier.at;
    return (AstItem){.at = at,
                     .end = star.end,
                     .star = true,
                     .qualifier = parse_name_new(qualifier)};
}

void parse_select_add_item(Parse *p, AstItem item)
{
    AstSelect *select = p->select;
    parse_count(p, item.at);
    if (select->item_count == p->item_cap)
        select->items = vec_grow(p->stmt, select->items, select->item_count,
                                 &p->item_cap, sizeof *select->items);
    select->items[select->item_count++] = item;
}

AstFrom from_new(Parse *p, Token source, Token alias)
{
    return (AstFrom){source_name(p, source), parse_name_new(alias)};
}

void parse_select_add_join(Parse *p, AstJoinKind kind, Token first,
                           AstFrom right, Within within, Ast *on)
{
    AstSelect *select = p->select;
    parse_count(p, first.at);
    if (select->join_count == p->join_cap)
        select->joins = vec_grow(p->stmt, select->joins, select->join_count,
                                 &p->join_cap, sizeof *select->joins);
    select->joins[select->join_count++] = (AstJoin){
        .kind = kind,
        .at = first.at,
        .right = right,
        .within = within.present,
        .within_pair = within.pair,
        .before = within.before,
        .after = within.after,
        .grace = within.grace,
        .on = on,
    };
}

void parse_select_set_window(Parse *p, AstWindowKind kind, Token first,
                             AstDuration size, AstDuration advance,
                             WindowRest rest)
{
    p->select->window = (AstWindow){
        .kind = kind,
        .at = first.at,
        .size = size,
        .advance = advance,
        .retention = rest.retention,
        .grace = rest.grace,
    };
}

/* Items of a list in parentheses may not be in parentheses of their own, but
 * for a predicate, which needs them. */
static void check_nested(Parse *p, const ExprList *list)
{
    for (int i = 0; i < list->count; i++) {
        const Ast *item = list->at[i];
        bool predicate = item->kind >= AST_COMPARE && item->kind <= AST_IS_NULL;
        if (item->parens && !predicate)
            parse_fail(p, item->at,
                       "nested grouping sets are not supported, remove the "
                       "inner parentheses");
    }
}

void parse_select_set_group(Parse *p, ExprList *list, bool parens)
{
    p->select->has_group_by = true;
    if (!list) return;
    if (parens) check_nested(p, list);
    p->select->group_by = list->at;
    p->select->group_count = list->count;
}

void parse_select_set_partition(Parse *p, ExprList *list, bool parens)
{
    p->select->has_partition_by = true;
    if (!list) return;
    if (parens) check_nested(p, list);
    p->select->partition_by = list->at;
    p->select->partition_count = list->count;
}

AstSelect *parse_select_end(Parse *p, AstFrom from, Token limit)
{
    AstSelect *select = p->select;
    select->from = from;
    select->limit_at = limit.at;
    parse_stmt_set_count(p, limit, "LIMIT", &select->has_limit, &select->limit);
    return select;
}

AstDuration duration_new(Parse *p, Token number, AstUnit unit)
{
    AstDuration duration = {.count = number_value(p, number),
                            .unit = unit,
                            .present = true,
                            .at = number.at};
    int64_t ms;
    if (duration.count < 0)
        parse_fail(p, number.at, "duration must not be negative");
    else if (!ast_duration_ms(&duration, &ms))
        parse_fail(p, number.at,
                   "duration too long, its milliseconds do not "
                   "fit 64 bits");
    return duration;
}
