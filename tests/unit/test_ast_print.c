/* SPDX-License-Identifier: Apache-2.0
 *
 * A property of the printer: for any tree, the printed text parses to an equal
 * tree, and that prints the same text. Trees come from a seeded generator that
 * makes every kind of statement, clause and expression, with names and strings
 * chosen to be awkward. The seed of a failure is printed; SEED=n runs that one.
 *
 * Equality itself is tested too, or nothing here could fail: two statements of
 * different seeds are equal only when their texts are.
 */
#include "parser/ast_print.h"

#include <stdlib.h>

#include "parser/parser.h"
#include "tests/unit/check.h"

typedef struct Gen {
    Arena *stmt;
    uint64_t state;
} Gen;

/* splitmix64 */
static uint64_t next(Gen *g)
{
    uint64_t z = g->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* From 0 to n - 1. */
static int below(Gen *g, int n)
{
    return (int)(next(g) % (uint64_t)n);
}

static bool flip(Gen *g)
{
    return below(g, 2) == 0;
}

#define PICK(g, list) ((list)[below((g), (int)(sizeof(list) / sizeof *(list)))])

/* ---- names and strings ---- */

static AstName named(const char *text)
{
    return (AstName){.text = str_from(text), .written = str_from(text)};
}

static AstName any_name(Gen *g)
{
    static const char *const names[] = {
        "A", "B",  "FOO_1", "foo", "Foo",      "a b",  "x.y",
        "`", "\"", "it's",  "1A",  "12",       "_",    "A@B",
        "",  ";",  "--",    "/*",  "\xC3\xA9", "${v}", "->",
    };
    if (below(g, 3)) return named(PICK(g, names));
    const char *const *words = parser_keywords();
    int count = 0;
    while (words[count])
        count++;
    return named(words[below(g, count)]);
}

/* Fields of one struct must differ. */
static AstName unique_name(Gen *g, int i)
{
    Str name = any_name(g).text;
    return (AstName){.text = str_printf(g->stmt, "%.*s_%d", STR_ARG(name), i)};
}

static AstName source_name(Gen *g)
{
    static const char *const names[] = {"A",      "ORDERS", "orders", "a-b",
                                        "1A",     "12",     "-",      "SELECT",
                                        "TABLES", "MAP",    "EMIT",   "_"};
    return named(PICK(g, names));
}

static Str any_string(Gen *g)
{
    static const char *const strings[] = {
        "",
        "a",
        "it's",
        "''",
        "--",
        "/* x",
        "a\nb",
        "${v}",
        ";",
        "\"",
        "`",
        "\\",
        "\xF0\x9F\x98\x80",
        "%_",
        " x ",
        "'",
        "NULL",
        "1e5",
    };
    return str_from(PICK(g, strings));
}

/* ---- types ---- */

static const AstType *any_type(Gen *g, int depth);

static void struct_fields(Gen *g, AstType *type, int depth)
{
    int count = below(g, 4);
    AstName *names = ARENA_ARRAY(g->stmt, AstName, count + 1);
    const AstType **types = ARENA_ARRAY(g->stmt, const AstType *, count + 1);
    for (int i = 0; i < count; i++) {
        names[i] = unique_name(g, i);
        types[i] = any_type(g, depth - 1);
    }
    type->field_names = names;
    type->field_types = types;
    type->field_count = count;
}

static const AstType *any_type(Gen *g, int depth)
{
    static const TypeKind scalars[] = {
        TYPE_BOOLEAN,   TYPE_INT,     TYPE_BIGINT, TYPE_DOUBLE,
        TYPE_STRING,    TYPE_BYTES,   TYPE_DATE,   TYPE_TIME,
        TYPE_TIMESTAMP, TYPE_DECIMAL, TYPE_NULL,
    };
    static const TypeKind nested[] = {TYPE_ARRAY, TYPE_MAP, TYPE_STRUCT};
    static const char *const custom[] = {"FOO",     "int",    "a b", "ARRAY",
                                         "DECIMAL", "SELECT", "KEY"};
    AstType *type = ARENA_NEW(g->stmt, AstType);
    type->kind = depth > 0 && flip(g) ? PICK(g, nested) : PICK(g, scalars);
    if (type->kind == TYPE_NULL) type->name = named(PICK(g, custom));
    if (type->kind == TYPE_DECIMAL) {
        type->precision = 1 + below(g, 60);
        type->scale = below(g, type->precision + 1);
    }
    if (type->kind == TYPE_MAP) type->key = any_type(g, depth - 1);
    if (type->kind == TYPE_MAP || type->kind == TYPE_ARRAY)
        type->element = any_type(g, depth - 1);
    if (type->kind == TYPE_STRUCT) struct_fields(g, type, depth);
    return type;
}

/* ---- literals ---- */

static Ast *node(Gen *g, AstKind kind)
{
    Ast *expr = ARENA_NEW(g->stmt, Ast);
    expr->kind = kind;
    return expr;
}

static void fill_integer(Gen *g, Ast *expr)
{
    static const int64_t edges[] = {0,          1,          INT32_MAX,
                                    INT32_MIN,  INT64_MAX,  INT64_MIN,
                                    2147483648, -2147483649};
    int64_t value = flip(g) ? below(g, 100) - 50 : PICK(g, edges);
    expr->is_bigint = value < INT32_MIN || value > INT32_MAX;
    if (expr->is_bigint)
        expr->literal.i64 = value;
    else
        expr->literal.i32 = (int32_t)value;
}

static void fill_decimal(Gen *g, Ast *expr)
{
    static const char *const texts[] = {
        "1.5",
        "-0.005",
        "0.0",
        "12",
        "-3.10",
        "0.10",
        "1234567890123456789012345678901234567890.123"};
    Decimal *value = ARENA_NEW(g->stmt, Decimal);
    CHECK(decimal_parse(g->stmt, str_from(PICK(g, texts)), value));
    expr->literal.dec = value;
}

static void fill_double(Gen *g, Ast *expr)
{
    static const double values[] = {0.0,    -0.0,  1.0,     -1.5, 1e300,
                                    5e-324, 0.001, 12345.6, 1e7,  -1e-7};
    expr->literal.f64 = PICK(g, values);
}

static Ast *any_literal(Gen *g)
{
    static const AstKind kinds[] = {AST_NULL,    AST_BOOLEAN, AST_INTEGER,
                                    AST_DECIMAL, AST_DOUBLE,  AST_STRING};
    Ast *expr = node(g, PICK(g, kinds));
    switch (expr->kind) {
    case AST_BOOLEAN: expr->literal.boolean = flip(g); break;
    case AST_INTEGER: fill_integer(g, expr); break;
    case AST_DECIMAL: fill_decimal(g, expr); break;
    case AST_DOUBLE: fill_double(g, expr); break;
    case AST_STRING: expr->literal.str = any_string(g); break;
    default: expr->literal = VALUE_NULL; break;
    }
    return expr;
}

/* ---- expressions ---- */

static Ast *any_expr(Gen *g, int depth);

static void fill_args(Gen *g, Ast *expr, int count, int depth)
{
    expr->args = ARENA_ARRAY(g->stmt, Ast *, count + 1);
    expr->arg_count = count;
    for (int i = 0; i < count; i++)
        expr->args[i] = any_expr(g, depth - 1);
}

static Ast *any_lambda(Gen *g, int depth)
{
    static const char *const parameters[] = {"X", "y", "KEY", "SELECT"};
    Ast *expr = node(g, AST_LAMBDA);
    int count = 1 + below(g, 3), first = below(g, 2);
    AstName *names = ARENA_ARRAY(g->stmt, AstName, count);
    for (int i = 0; i < count; i++)
        names[i] = named(parameters[first + i]);
    expr->names = names;
    expr->name_count = count;
    fill_args(g, expr, 1, depth);
    return expr;
}

static void fill_call(Gen *g, Ast *expr, int depth)
{
    static const char *const units[] = {
        "DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS", "MILLISECOND"};
    expr->name = any_name(g);
    expr->star = below(g, 6) == 0;
    if (expr->star) return;
    fill_args(g, expr, below(g, 4), depth);
    for (int i = 0; i < expr->arg_count; i++) {
        int kind = below(g, 8);
        if (kind == 0) expr->args[i] = any_lambda(g, depth - 1);
        if (kind == 1) {
            expr->args[i] = node(g, AST_UNIT);
            expr->args[i]->name = named(PICK(g, units));
        }
    }
}

static void fill_like(Gen *g, Ast *expr, int depth)
{
    static const char *const escapes[] = {"!", "'", "\\", "%", "\xC3\xA9"};
    fill_args(g, expr, flip(g) ? 3 : 2, depth);
    if (expr->arg_count < 3) return;
    expr->args[2] = node(g, AST_STRING);
    expr->args[2]->literal.str = str_from(PICK(g, escapes));
}

static void fill_struct(Gen *g, Ast *expr, int depth)
{
    int count = below(g, 3);
    AstName *names = ARENA_ARRAY(g->stmt, AstName, count + 1);
    for (int i = 0; i < count; i++)
        names[i] = unique_name(g, i);
    expr->names = names;
    expr->name_count = count;
    fill_args(g, expr, count, depth);
}

static void fill_operator(Gen *g, Ast *expr, int depth)
{
    static const char signs[] = {'-', '+'};
    static const char operators[] = {'+', '-', '*', '/', '%'};
    switch (expr->kind) {
    case AST_UNARY:
        expr->op = PICK(g, signs);
        fill_args(g, expr, 1, depth);
        break;
    case AST_ARITH:
        expr->op = PICK(g, operators);
        fill_args(g, expr, 2, depth);
        break;
    case AST_COMPARE:
        expr->op = below(g, AST_NOT_DISTINCT + 1);
        fill_args(g, expr, 2, depth);
        break;
    case AST_NOT: fill_args(g, expr, 1, depth); break;
    default: fill_args(g, expr, 2, depth); break;
    }
}

static void fill_predicate(Gen *g, Ast *expr, int depth)
{
    expr->negated = flip(g);
    switch (expr->kind) {
    case AST_BETWEEN: fill_args(g, expr, 3, depth); break;
    case AST_IN: fill_args(g, expr, 2 + below(g, 3), depth); break;
    case AST_LIKE: fill_like(g, expr, depth); break;
    default: fill_args(g, expr, 1, depth); break;
    }
}

static void fill_primary(Gen *g, Ast *expr, int depth)
{
    switch (expr->kind) {
    case AST_FIELD:
        expr->name = any_name(g);
        fill_args(g, expr, 1, depth);
        break;
    case AST_INDEX: fill_args(g, expr, 2, depth); break;
    case AST_CALL: fill_call(g, expr, depth); break;
    case AST_CASE:
        fill_args(g, expr, 2 + 2 * below(g, 2), depth);
        if (flip(g)) expr->else_ = any_expr(g, depth - 1);
        break;
    case AST_SIMPLE_CASE:
        fill_args(g, expr, 3 + 2 * below(g, 2), depth);
        if (flip(g)) expr->else_ = any_expr(g, depth - 1);
        break;
    case AST_CAST:
        expr->type = any_type(g, 2);
        fill_args(g, expr, 1, depth);
        break;
    case AST_ARRAY: fill_args(g, expr, below(g, 4), depth); break;
    case AST_MAP: fill_args(g, expr, 2 * below(g, 3), depth); break;
    case AST_STRUCT: fill_struct(g, expr, depth); break;
    case AST_TYPED:
        expr->name = any_name(g);
        expr->literal.str = any_string(g);
        break;
    default:
        expr->literal.str = any_string(g);
        fill_args(g, expr, 1, depth);
        break;
    }
}

static Ast *any_expr(Gen *g, int depth)
{
    static const AstKind operators[] = {
        AST_UNARY,   AST_ARITH, AST_ARITH, AST_CONCAT,
        AST_COMPARE, AST_AND,   AST_OR,    AST_NOT,
    };
    static const AstKind predicates[] = {AST_BETWEEN, AST_IN, AST_LIKE,
                                         AST_IS_NULL};
    static const AstKind primaries[] = {
        AST_FIELD, AST_INDEX, AST_CALL,   AST_CASE,  AST_SIMPLE_CASE, AST_CAST,
        AST_ARRAY, AST_MAP,   AST_STRUCT, AST_TYPED, AST_AT_ZONE,
    };
    Ast *expr;
    int kind = depth > 0 ? below(g, 8) : below(g, 2);
    switch (kind) {
    case 0: return any_literal(g);
    case 1:
        expr = node(g, AST_COLUMN);
        expr->name = any_name(g);
        if (flip(g)) expr->qualifier = any_name(g);
        return expr;
    case 2:
    case 3:
    case 4:
        expr = node(g, PICK(g, operators));
        fill_operator(g, expr, depth);
        return expr;
    case 5:
        expr = node(g, PICK(g, predicates));
        fill_predicate(g, expr, depth);
        return expr;
    default:
        expr = node(g, PICK(g, primaries));
        fill_primary(g, expr, depth);
        return expr;
    }
}

static Ast **any_exprs(Gen *g, int count, int depth)
{
    Ast **list = ARENA_ARRAY(g->stmt, Ast *, count + 1);
    for (int i = 0; i < count; i++)
        list[i] = any_expr(g, depth);
    return list;
}

/* ---- queries ---- */

static AstDuration any_duration(Gen *g)
{
    return (AstDuration){.count = below(g, 1000),
                         .unit = (AstUnit)below(g, AST_MILLISECONDS + 1),
                         .present = true};
}

static AstFrom any_from(Gen *g)
{
    AstFrom from = {.source = source_name(g)};
    if (flip(g)) from.alias = any_name(g);
    return from;
}

static AstItem any_item(Gen *g)
{
    AstItem item = {0};
    switch (below(g, 6)) {
    case 0:
        item.star = true;
        if (flip(g)) item.qualifier = any_name(g);
        return item;
    case 1:
        item.expr = node(g, AST_FIELD_ALL);
        fill_args(g, item.expr, 1, 2);
        return item;
    default:
        item.expr = any_expr(g, 4);
        if (flip(g)) item.alias = any_name(g);
        return item;
    }
}

static AstJoin any_join(Gen *g)
{
    AstJoin join = {.kind = (AstJoinKind)below(g, AST_JOIN_FULL + 1),
                    .right = any_from(g),
                    .on = any_expr(g, 2)};
    if (flip(g)) return join;
    join.within = true;
    join.within_pair = flip(g);
    join.before = any_duration(g);
    join.after = join.within_pair ? any_duration(g) : join.before;
    if (flip(g)) join.grace = any_duration(g);
    return join;
}

static AstWindow any_window(Gen *g)
{
    AstWindow window = {.kind = (AstWindowKind)below(g, AST_SESSION + 1)};
    if (window.kind == AST_WINDOW_NONE) return window;
    window.size = any_duration(g);
    if (window.kind == AST_HOPPING) window.advance = any_duration(g);
    if (flip(g)) window.retention = any_duration(g);
    if (flip(g)) window.grace = any_duration(g);
    return window;
}

static AstSelect *any_select(Gen *g, bool may_limit)
{
    AstSelect *select = ARENA_NEW(g->stmt, AstSelect);
    select->item_count = 1 + below(g, 3);
    select->items = ARENA_ARRAY(g->stmt, AstItem, select->item_count);
    for (int i = 0; i < select->item_count; i++)
        select->items[i] = any_item(g);
    select->from = any_from(g);
    select->join_count = below(g, 3);
    select->joins = ARENA_ARRAY(g->stmt, AstJoin, select->join_count + 1);
    for (int i = 0; i < select->join_count; i++)
        select->joins[i] = any_join(g);
    select->window = any_window(g);
    if (flip(g)) select->where = any_expr(g, 4);
    select->has_group_by = flip(g);
    if (select->has_group_by) {
        select->group_count = below(g, 3);
        select->group_by = any_exprs(g, select->group_count, 2);
    }
    select->has_partition_by = flip(g);
    if (select->has_partition_by) {
        select->partition_count = below(g, 3);
        select->partition_by = any_exprs(g, select->partition_count, 2);
    }
    if (flip(g)) select->having = any_expr(g, 3);
    select->emit = (AstEmit)below(g, AST_EMIT_FINAL + 1);
    select->has_limit = may_limit && flip(g);
    if (select->has_limit) select->limit = below(g, 1000);
    return select;
}

/* ---- statements ---- */

static void fill_elements(Gen *g, AstStatement *s, bool table)
{
    s->has_elements = true;
    s->element_count = 1 + below(g, 4);
    s->elements = ARENA_ARRAY(g->stmt, AstElement, s->element_count);
    for (int i = 0; i < s->element_count; i++) {
        AstElement *one = &s->elements[i];
        *one = (AstElement){.name = any_name(g), .type = any_type(g, 3)};
        if (s->kind == STMT_ALTER_STREAM || s->kind == STMT_ALTER_TABLE)
            continue;
        switch (below(g, 4)) {
        case 0: one->constraint = table ? AST_PRIMARY_KEY : AST_KEY; break;
        case 1: one->constraint = AST_HEADERS; break;
        case 2:
            one->constraint = AST_HEADER;
            one->header_key = STR("it's");
            break;
        default: break;
        }
    }
}

static void fill_with(Gen *g, AstStatement *s)
{
    static const char *const names[] = {"KAFKA_TOPIC", "A B", "TABLE", "1X",
                                        "KEY",         "",    "A.B"};
    s->with.present = true;
    s->with.count = 1 + below(g, 3);
    s->with.at = ARENA_ARRAY(g->stmt, AstProperty, s->with.count);
    for (int i = 0; i < s->with.count; i++)
        s->with.at[i] = (AstProperty){named(PICK(g, names)), any_literal(g)};
}

static void fill_columns(Gen *g, AstStatement *s)
{
    s->has_columns = true;
    s->column_count = 1 + below(g, 3);
    s->columns = ARENA_ARRAY(g->stmt, AstName, s->column_count);
    for (int i = 0; i < s->column_count; i++)
        s->columns[i] = any_name(g);
}

static void fill_create(Gen *g, AstStatement *s)
{
    bool as = s->kind == STMT_CREATE_STREAM_AS ||
              s->kind == STMT_CREATE_TABLE_AS;
    bool table = s->kind == STMT_CREATE_TABLE || s->kind == STMT_ASSERT_TABLE;
    bool create = s->kind <= STMT_CREATE_TABLE_AS;
    s->name = source_name(g);
    s->or_replace = create && flip(g);
    s->if_not_exists = create && flip(g);
    s->is_source = create && !as && flip(g);
    if (!as && flip(g)) fill_elements(g, s, table);
    if (flip(g)) fill_with(g, s);
    if (as) s->select = any_select(g, false);
}

static void fill_asserts(Gen *g, AstStatement *s)
{
    s->not_exists = flip(g);
    if (flip(g)) s->timeout = any_duration(g);
    s->has_id = s->kind == STMT_ASSERT_SCHEMA && flip(g);
    if (s->has_id) s->id = below(g, 100);
    if (!s->has_id || flip(g)) s->text = any_string(g);
    if (s->kind == STMT_ASSERT_TOPIC && flip(g)) fill_with(g, s);
}

static AstStatement *any_statement(Gen *g, bool explain);

static void fill_inspection(Gen *g, AstStatement *s)
{
    static const char kinds[] = {0, 'S', 'K'};
    switch (s->kind) {
    case STMT_DESCRIBE: s->name = source_name(g); break;
    case STMT_DESCRIBE_FUNCTION:
    case STMT_DESCRIBE_CONNECTOR: s->name = any_name(g); return;
    case STMT_SHOW_TOPICS: s->all = flip(g); break;
    case STMT_SHOW_CONNECTORS: s->connector_kind = PICK(g, kinds); return;
    case STMT_DESCRIBE_STREAMS:
    case STMT_DESCRIBE_TABLES:
    case STMT_SHOW_STREAMS:
    case STMT_SHOW_TABLES:
    case STMT_SHOW_QUERIES: break;
    default: return;
    }
    s->extended = flip(g);
}

static void fill_rest(Gen *g, AstStatement *s)
{
    static const char *const variables[] = {"v", "V", "key", "a_1@"};
    switch (s->kind) {
    case STMT_TERMINATE:
    case STMT_PAUSE:
    case STMT_RESUME:
        s->all = flip(g);
        if (!s->all) s->name = any_name(g);
        break;
    case STMT_EXPLAIN:
        if (flip(g))
            s->statement = any_statement(g, false);
        else
            s->name = any_name(g);
        break;
    case STMT_SET:
    case STMT_ALTER_SYSTEM: s->value = any_string(g); /* fallthrough */
    case STMT_UNSET:
    case STMT_RUN_SCRIPT: s->text = any_string(g); break;
    case STMT_DEFINE: s->value = any_string(g); /* fallthrough */
    case STMT_UNDEFINE: s->name = named(PICK(g, variables)); break;
    case STMT_PRINT:
        s->text = any_string(g);
        s->from_beginning = flip(g);
        s->has_interval = flip(g);
        if (s->has_interval) s->interval = below(g, 9);
        s->has_limit = flip(g);
        if (s->has_limit) s->limit = below(g, 9);
        break;
    case STMT_SELECT: s->select = any_select(g, true); break;
    default: fill_inspection(g, s); break;
    }
}

static void fill_statement(Gen *g, AstStatement *s)
{
    switch (s->kind) {
    case STMT_CREATE_STREAM:
    case STMT_CREATE_TABLE:
    case STMT_CREATE_STREAM_AS:
    case STMT_CREATE_TABLE_AS:
    case STMT_ASSERT_STREAM:
    case STMT_ASSERT_TABLE: fill_create(g, s); break;
    case STMT_INSERT_SELECT:
        s->name = source_name(g);
        if (flip(g)) fill_with(g, s);
        s->select = any_select(g, true);
        break;
    case STMT_INSERT_VALUES:
    case STMT_ASSERT_VALUES:
    case STMT_ASSERT_NULL_VALUES:
        s->name = source_name(g);
        if (flip(g)) fill_columns(g, s);
        s->value_count = 1 + below(g, 3);
        s->values = any_exprs(g, s->value_count, 3);
        break;
    case STMT_DROP_STREAM:
    case STMT_DROP_TABLE:
        s->name = source_name(g);
        s->if_exists = flip(g);
        s->delete_topic = flip(g);
        break;
    case STMT_ALTER_STREAM:
    case STMT_ALTER_TABLE:
        s->name = source_name(g);
        fill_elements(g, s, false);
        break;
    case STMT_CREATE_TYPE:
        s->name = any_name(g);
        s->if_not_exists = flip(g);
        s->type = any_type(g, 4);
        break;
    case STMT_DROP_TYPE:
    case STMT_DROP_CONNECTOR:
        s->name = any_name(g);
        s->if_exists = flip(g);
        break;
    case STMT_CREATE_CONNECTOR:
        s->name = any_name(g);
        s->if_not_exists = flip(g);
        s->connector_kind = flip(g) ? 'S' : 'K';
        fill_with(g, s);
        break;
    case STMT_ASSERT_TOPIC:
    case STMT_ASSERT_SCHEMA: fill_asserts(g, s); break;
    default: fill_rest(g, s); break;
    }
}

static AstStatement *any_statement(Gen *g, bool explain)
{
    AstStatement *s = ARENA_NEW(g->stmt, AstStatement);
    do
        s->kind = (AstStatementKind)below(g, STMT_ASSERT_TABLE + 1);
    while (!explain && s->kind == STMT_EXPLAIN);
    /* Queries have the most to get wrong. */
    if (below(g, 4) == 0) s->kind = STMT_SELECT;
    fill_statement(g, s);
    return s;
}

/* ---- the property ---- */

static void print_line(Buf *out, const AstStatement *s)
{
    ast_print_statement(out, s);
    buf_push(out, ';');
}

static void complain(uint64_t seed, const char *what, const Buf *text)
{
    fprintf(stderr, "  seed %llu: %s\n  %.*s\n", (unsigned long long)seed, what,
            STR_ARG(buf_str(text)));
}

static void check_seed(uint64_t seed)
{
    Arena *stmt = arena_new("stmt", 0);
    Gen g = {stmt, seed};
    AstStatement *made = any_statement(&g, true);
    Buf text = {0}, again = {0};
    AstStatement **list = NULL;
    int count = 0;
    print_line(&text, made);
    Status st = parse_statements(stmt, buf_str(&text), NULL, &list, &count);
    bool parsed = !st.kind && count == 1;
    bool equal = parsed && ast_equal(made, list[0]);
    if (parsed) print_line(&again, list[0]);
    CHECK(parsed);
    CHECK(!parsed || equal);
    CHECK(!parsed || str_eq(buf_str(&text), buf_str(&again)));
    if (!parsed)
        complain(seed, st.kind ? st.text : "not one statement", &text);
    else if (!equal)
        complain(seed, "another tree", &text);
    buf_free(&text);
    buf_free(&again);
    arena_free(stmt);
}

/* Equal trees print equal texts, and unequal ones unequal texts. */
static void check_two(uint64_t seed)
{
    Arena *stmt = arena_new("stmt", 0);
    Gen one = {stmt, seed}, two = {stmt, seed + 1}, same = {stmt, seed};
    AstStatement *a = any_statement(&one, true);
    AstStatement *b = any_statement(&two, true);
    Buf a_text = {0}, b_text = {0};
    print_line(&a_text, a);
    print_line(&b_text, b);
    CHECK(ast_equal(a, any_statement(&same, true)));
    CHECK(ast_equal(a, b) == str_eq(buf_str(&a_text), buf_str(&b_text)));
    buf_free(&a_text);
    buf_free(&b_text);
    arena_free(stmt);
}

static void test_names(void)
{
    static const struct {
        const char *name;
        const char *printed;
    } cases[] = {
        {"FOO", "FOO"},   {"foo", "`foo`"},     {"F@1", "F@1"},
        {"1A", "`1A`"},   {"a`b", "`a``b`"},    {"SELECT", "`SELECT`"},
        {"KEY", "KEY"},   {"ARRAY", "`ARRAY`"}, {"", "``"},
        {"A-B", "`A-B`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Buf out = {0};
        ast_print_name(&out, str_from(cases[i].name));
        CHECK_STR(buf_str(&out), cases[i].printed);
        buf_free(&out);
    }
}

static void test_statement_names(void)
{
    for (int kind = 0; kind <= STMT_ASSERT_TABLE; kind++)
        CHECK(ast_statement_name((AstStatementKind)kind) != NULL);
    CHECK_STR(str_from(ast_statement_name(STMT_CREATE_STREAM_AS)),
              "CREATE STREAM ... AS SELECT");
    int64_t ms = 0;
    AstDuration duration = {.count = 2, .unit = AST_DAYS};
    CHECK(ast_duration_ms(&duration, &ms) && ms == 172800000);
    duration.count = INT64_MAX / 1000;
    CHECK(!ast_duration_ms(&duration, &ms));
}

int main(void)
{
    const char *seed = getenv("SEED");
    test_names();
    test_statement_names();
    if (seed) {
        check_seed(strtoull(seed, NULL, 10));
        return check_done();
    }
    for (uint64_t i = 1; i <= 10000; i++)
        check_seed(i);
    for (uint64_t i = 1; i <= 2000; i++)
        check_two(i);
    return check_done();
}
