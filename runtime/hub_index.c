/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows of a batch a guest's WHERE can want. A hundred filters that
 * compare the same expression with constants,
 *
 *     WHERE country = 'DE' ...         WHERE amount >= 5 AND amount < 10 ...
 *
 * would evaluate it a hundred times a row. So the guests of a source are
 * grouped by the expression (a key) that their WHERE compares first. A key's
 * constants, in order, cut its values into spans: those constants, and what
 * lies between two of them. Within a span all of these comparisons have one
 * outcome, so each span has a list of the guests that want it, and a row,
 * evaluated once, is looked up once and picked for these guests.
 *
 * A pick only leaves out rows that the guest's own filter would drop without a
 * word, and that filter sees the others: what follows in its WHERE, and what is
 * reported, is as without an index. Hence only comparisons count that stand
 * first, as AND goes from left to right; and a row for which the expression
 * itself reports something is picked for all.
 */
#include "runtime/hub_int.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/unicode.h"

/* A constant, or a value that is looked up, as a number or text. */
typedef struct Bound {
    union {
        int64_t i64;
        double f64;
        Str str;
    };
} Bound;

typedef struct Compare {
    int op; /* CMP_EQ, CMP_LT, CMP_LE, CMP_GT, CMP_GE */
    Bound bound;
} Compare;

enum { COMPARES_MAX = 8, SHARED_MIN = 2 };

typedef struct Wish { /* Of one guest. */
    HubSeat *seat;
    struct Wish *next; /* Of the same key. */
    Compare compares[COMPARES_MAX];
    int count;
} Wish;

/* Spans: 2i is what lies before bounds[i], 2i + 1 is bounds[i]; the last one
 * lies behind all. */
typedef struct IndexKey {
    struct IndexKey *next;
    HubSeat *owner; /* Whose expression, and numbering of columns, it is. */
    const Expr *expr;
    Eval *eval;
    Wish *wishes;
    int wish_count;
    Bound *bounds;
    int bound_count;
    HubSeat ***takers; /* By span; each list ends with NULL. */
} IndexKey;

struct HubIndex {
    Arena *arena;
    IndexKey *keys;
};

/* ---- values ---- */

static int compare_f64(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_bounds(TypeKind kind, const Bound *a, const Bound *b)
{
    switch (kind) {
    case TYPE_DOUBLE: return compare_f64(a->f64, b->f64);
    case TYPE_STRING: return utf16_compare(a->str, b->str);
    default: return (a->i64 > b->i64) - (a->i64 < b->i64);
    }
}

static bool is_indexable(TypeKind kind)
{
    switch (kind) {
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_DOUBLE:
    case TYPE_STRING: return true;
    default: return false;
    }
}

static bool is_i32(TypeKind kind)
{
    return kind == TYPE_INT || kind == TYPE_DATE || kind == TYPE_TIME;
}

static Bound bound_at(const Column *column, int row)
{
    int at = column->constant ? 0 : row;
    TypeKind kind = column->type->kind;
    if (kind == TYPE_DOUBLE) return (Bound){.f64 = column->f64[at]};
    if (kind == TYPE_STRING) return (Bound){.str = column->str[at]};
    return (Bound){.i64 = is_i32(kind) ? column->i32[at] : column->i64[at]};
}

/* ---- what a WHERE compares first ---- */

static bool is_pure(const Expr *expr)
{
    if (expr->kind == EXPR_CALL &&
        (expr->binding->function->flags & FN_VOLATILE))
        return false;
    for (int i = 0; i < expr->arg_count; i++)
        if (!is_pure(expr->args[i])) return false;
    return true;
}

/* A constant's value, as the filter itself has it. */
static bool constant_bound(Arena *arena, const HubSeat *seat, const Expr *expr,
                           Bound *bound)
{
    const QueryOptions *options = &seat->query->options;
    if (!expr_is_constant(expr)) return false;
    Eval *eval = eval_new(arena, expr, options->properties);
    Column column = {.type = expr->type};
    Value value;
    bool ok = eval_row(eval, arena, NULL, 0, clock_now_ms(options->clock),
                       &value, NULL) &&
              !value.null;
    eval_close(eval);
    if (!ok) return false;
    column_init(arena, &column, expr->type, 1);
    column_set(arena, &column, 0, 1, value);
    *bound = bound_at(&column, 0);
    if (expr->type->kind == TYPE_STRING)
        bound->str = str_copy(arena, bound->str);
    return expr->type->kind != TYPE_DOUBLE || bound->f64 == bound->f64;
}

/* `expr` as a comparison of a key with a constant. NULL: it is none. */
static const Expr *read_compare(Arena *arena, const HubSeat *seat,
                                const Expr *expr, Compare *compare)
{
    if (expr->kind != EXPR_COMPARE || expr->op == CMP_NE ||
        expr->op == CMP_DISTINCT || expr->op == CMP_NOT_DISTINCT ||
        !is_indexable(expr->args[0]->type->kind))
        return NULL;
    int constant = expr_is_constant(expr->args[0]) ? 0 : 1;
    const Expr *key = expr->args[1 - constant];
    if (expr_is_constant(key) || !is_pure(key) ||
        !constant_bound(arena, seat, expr->args[constant], &compare->bound))
        return NULL;
    compare->op = constant == 0 ? expr_turned_compare(expr->op) : expr->op;
    return key;
}

/* Takes the comparisons of one key from the left of a WHERE. False: it goes on
 * with something else. */
static bool take_compares(Arena *arena, const Expr *where, const Expr **key,
                          Wish *wish)
{
    if (where->kind == EXPR_AND)
        return take_compares(arena, where->args[0], key, wish) &&
               take_compares(arena, where->args[1], key, wish);
    if (wish->count == COMPARES_MAX) return false;
    const Expr *found = read_compare(arena, wish->seat, where,
                                     &wish->compares[wish->count]);
    if (!found || (*key && !expr_equal(*key, found))) return false;
    *key = found;
    wish->count++;
    return true;
}

/* The WHERE right behind the source of a stream. */
static const Expr *where_of(const HubSeat *seat)
{
    const Plan *plan = seat->query->plan;
    const PlanNode *source = seat->query->subs[0].inputs[0].node;
    for (int i = 0; i < plan->node_count; i++) {
        const PlanNode *node = plan->nodes[i];
        if (node->kind == PLAN_FILTER && node->inputs[0] == source)
            return node->is_table ? NULL : node->filter;
    }
    return NULL;
}

/* ---- building ---- */

/* The same expression over the same columns, evaluated by the same rules. */
static bool same_key(const IndexKey *key, const HubSeat *seat, const Expr *expr)
{
    const Query *a = key->owner->query, *b = seat->query;
    int columns = a->subs[0].inputs[0].node->column_count;
    return expr_equal(key->expr, expr) &&
           columns == b->subs[0].inputs[0].node->column_count &&
           !memcmp(key->owner->slots, seat->slots,
                   sizeof(int) * (size_t)columns) &&
           a->options.clock == b->options.clock &&
           hub_same_properties(a->options.properties, b->options.properties);
}

static void add_wish(HubIndex *index, HubSeat *seat)
{
    const Expr *where = where_of(seat), *expr = NULL;
    Wish *wish = ARENA_NEW(index->arena, Wish);
    wish->seat = seat;
    if (where) take_compares(index->arena, where, &expr, wish);
    if (!wish->count) return;
    IndexKey *key = index->keys;
    while (key && !same_key(key, seat, expr))
        key = key->next;
    if (!key) {
        key = ARENA_NEW(index->arena, IndexKey);
        *key = (IndexKey){.next = index->keys, .owner = seat, .expr = expr};
        index->keys = key;
    }
    wish->next = key->wishes;
    key->wishes = wish;
    key->wish_count++;
}

static int order_i64(const void *a, const void *b)
{
    return compare_bounds(TYPE_BIGINT, a, b);
}

static int order_f64(const void *a, const void *b)
{
    return compare_bounds(TYPE_DOUBLE, a, b);
}

static int order_str(const void *a, const void *b)
{
    return compare_bounds(TYPE_STRING, a, b);
}

static void sort_bounds(HubIndex *index, IndexKey *key)
{
    TypeKind kind = key->expr->type->kind;
    int count = 0, kept = 0;
    for (const Wish *wish = key->wishes; wish; wish = wish->next)
        count += wish->count;
    key->bounds = ARENA_ARRAY(index->arena, Bound, count);
    count = 0;
    for (const Wish *wish = key->wishes; wish; wish = wish->next)
        for (int i = 0; i < wish->count; i++)
            key->bounds[count++] = wish->compares[i].bound;
    qsort(key->bounds, (size_t)count, sizeof *key->bounds,
          kind == TYPE_DOUBLE   ? order_f64
          : kind == TYPE_STRING ? order_str
                                : order_i64);
    for (int i = 0; i < count; i++)
        if (!kept ||
            compare_bounds(kind, &key->bounds[kept - 1], &key->bounds[i]) != 0)
            key->bounds[kept++] = key->bounds[i];
    key->bound_count = kept;
}

/* The first bound that is not below the value. */
static int bound_from(const IndexKey *key, TypeKind kind, const Bound *value)
{
    int low = 0, high = key->bound_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (compare_bounds(kind, &key->bounds[middle], value) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int span_of(const IndexKey *key, TypeKind kind, const Bound *value)
{
    int at = bound_from(key, kind, value);
    bool equal = at < key->bound_count &&
                 compare_bounds(kind, &key->bounds[at], value) == 0;
    return 2 * at + equal;
}

/* Whether all comparisons are true within a span. `spans` are those of their
 * bounds. */
static bool wants(const Wish *wish, const int *spans, int span)
{
    for (int i = 0; i < wish->count; i++) {
        int bound = spans[i];
        bool is = false;
        switch (wish->compares[i].op) {
        case CMP_EQ: is = span == bound; break;
        case CMP_LT: is = span < bound; break;
        case CMP_LE: is = span <= bound; break;
        case CMP_GT: is = span > bound; break;
        case CMP_GE: is = span >= bound; break;
        }
        if (!is) return false;
    }
    return true;
}

static void list_takers(HubIndex *index, IndexKey *key)
{
    TypeKind kind = key->expr->type->kind;
    int spans = 2 * key->bound_count + 1, at[COMPARES_MAX];
    int *counts = arena_zalloc(index->arena, sizeof(int) * (size_t)spans);
    key->takers = ARENA_ARRAY(index->arena, HubSeat **, spans);
    for (int pass = 0; pass < 2; pass++) {
        for (int s = 0; pass && s < spans; s++) {
            key->takers[s] = ARENA_ARRAY(index->arena, HubSeat *,
                                         counts[s] + 1);
            key->takers[s][counts[s]] = NULL;
            counts[s] = 0;
        }
        for (const Wish *wish = key->wishes; wish; wish = wish->next) {
            for (int i = 0; i < wish->count; i++)
                at[i] = span_of(key, kind, &wish->compares[i].bound);
            for (int s = 0; s < spans; s++) {
                if (!wants(wish, at, s)) continue;
                if (pass) key->takers[s][counts[s]] = wish->seat;
                counts[s]++;
            }
        }
    }
}

void hub_index_drop(HubSource *source)
{
    HubIndex *index = source->index;
    if (!index) return;
    for (IndexKey *key = index->keys; key; key = key->next)
        eval_close(key->eval);
    arena_free(index->arena);
    source->index = NULL;
}

/* Keys of one guest only are left to its own filter. */
static void build(HubReader *reader, HubSource *source)
{
    Arena *arena = arena_new("hub index", 0);
    HubIndex *index = ARENA_NEW(arena, HubIndex);
    *index = (HubIndex){.arena = arena};
    source->index = index;
    for (int i = 0; i < reader->seat_count; i++)
        if (reader->seats[i]->source == source)
            add_wish(index, reader->seats[i]);
    for (IndexKey **link = &index->keys; *link;) {
        IndexKey *key = *link;
        if (key->wish_count < SHARED_MIN) {
            *link = key->next;
            continue;
        }
        sort_bounds(index, key);
        list_takers(index, key);
        key->eval = eval_new(arena, key->expr,
                             key->owner->query->options.properties);
        link = &key->next;
    }
}

/* ---- picking ---- */

static void mark_row(void *context, const Batch *batch, int row,
                     const char *why)
{
    (void)batch;
    (void)why;
    bit_set(context, row);
}

static void pick(HubSeat *seat, int row)
{
    if (seat->pick_count == seat->pick_cap) {
        seat->pick_cap = seat->pick_cap ? 2 * seat->pick_cap : 64;
        seat->picks = mem_realloc(seat->picks,
                                  sizeof(int) * (size_t)seat->pick_cap);
    }
    seat->picks[seat->pick_count++] = row;
}

static void pick_by_key(const IndexKey *key, Batch *view)
{
    TypeKind kind = key->expr->type->kind;
    Rows rows = rows_with_value(view);
    uint64_t *told = bits_new(view->arena, view->count);
    for (Wish *wish = key->wishes; wish; wish = wish->next) {
        wish->seat->picked = true;
        wish->seat->pick_count = 0;
    }
    const Column *column = eval_column(
        key->eval, view, rows, clock_now_ms(key->owner->query->options.clock),
        mark_row, told);
    for (int i = 0; i < rows.count; i++) {
        int row = rows_at(rows, i);
        if (bit_get(told, row)) {
            for (Wish *wish = key->wishes; wish; wish = wish->next)
                pick(wish->seat, row);
            continue;
        }
        if (bit_get(column->nulls, column->constant ? 0 : row)) continue;
        Bound value = bound_at(column, row);
        /* One that is no number is neither below nor above anything. */
        if (kind == TYPE_DOUBLE && value.f64 != value.f64) continue;
        HubSeat **taker = key->takers[span_of(key, kind, &value)];
        for (; *taker; taker++)
            pick(*taker, row);
    }
}

void hub_index_pick(HubReader *reader, HubSource *source)
{
    for (int i = 0; i < reader->seat_count; i++)
        if (reader->seats[i]->source == source)
            reader->seats[i]->picked = false;
    if (source->guests < SHARED_MIN) return;
    if (!source->index) build(reader, source);
    for (IndexKey *key = source->index->keys; key; key = key->next)
        pick_by_key(key, hub_view(source->arena, key->owner));
}
