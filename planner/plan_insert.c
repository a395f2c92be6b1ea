/* SPDX-License-Identifier: Apache-2.0
 *
 * INSERT INTO ... SELECT (language 3.4) and INSERT INTO ... VALUES (3.5).
 *
 * Both convert little: a SELECT's columns must be those of the target, but for
 * decimals that widen; VALUES widen numbers and read dates and bytes from text,
 * also inside arrays, maps and structs, and never turn text into numbers.
 */
#include "planner/planner_int.h"
#include "types/cast.h"

static bool has_headers(const Schema *schema)
{
    return schema->key_count + schema_value_count(schema) < schema->count;
}

static Status read_only(Arena *arena, const AstStatement *statement,
                        const Source *target)
{
    return st_error_at(arena, statement->name.at,
                       "'%.*s' is a SOURCE %s, which is read-only: nothing can "
                       "be inserted",
                       STR_ARG(target->name),
                       target->is_table ? "table" : "stream");
}

/* ---- INSERT INTO ... SELECT ---- */

STATUS plan_insert_target(Select *q)
{
    const AstStatement *statement = q->statement;
    Source *target;
    Status st = catalog_require(q->catalog, q->arena, statement->name.text,
                                statement->name.at, &target);
    if (st.kind) return st;
    if (target->is_table)
        return st_error_at(q->arena, statement->name.at,
                           "INSERT INTO ... SELECT writes streams, and '%.*s' "
                           "is a table",
                           STR_ARG(target->name));
    if (target->is_source) return read_only(q->arena, statement, target);
    if (has_headers(target->schema))
        return st_error_at(q->arena, statement->name.at,
                           "'%.*s' has header columns, which cannot be written",
                           STR_ARG(target->name));
    Source *copy = ARENA_NEW(q->arena, Source);
    *copy = *target;
    copy->name = str_copy(q->arena, target->name);
    copy->topic = str_copy(q->arena, target->topic);
    copy->schema = schema_copy(q->arena, target->schema);
    copy->key_delimiter = str_copy(q->arena, target->key_delimiter);
    copy->value_delimiter = str_copy(q->arena, target->value_delimiter);
    copy->timestamp_column = str_copy(q->arena, target->timestamp_column);
    copy->timestamp_format = str_copy(q->arena, target->timestamp_format);
    q->target = copy;
    return st_ok();
}

static Status schemas_differ(Select *q, const Schema *result)
{
    Str want = schema_print(q->arena, q->target->schema, "KEY");
    Str have = schema_print(q->arena, result, "KEY");
    return st_error_at(q->arena, q->statement->name.at,
                       "the query's columns are not those of '%.*s': it gives "
                       "%.*s, but the stream has %.*s",
                       STR_ARG(q->target->name), STR_ARG(have), STR_ARG(want));
}

/* A decimal into a wider one, and a numeric literal into a decimal that holds
 * it. */
static bool widens(const Expr *expr, const Type *to)
{
    if (to->kind != TYPE_DECIMAL || !type_is_numeric(expr->type)) return false;
    if (expr->type->kind == TYPE_DECIMAL)
        return expr->type->scale <= to->scale &&
               expr->type->precision - expr->type->scale <=
                   to->precision - to->scale;
    return expr->kind == EXPR_LITERAL && expr->type->kind != TYPE_DOUBLE;
}

static Status match_column(Select *q, PlanNode *project, const Schema *result,
                           int i)
{
    const SchemaColumn *have = &result->columns[i];
    const SchemaColumn *want = &q->target->schema->columns[i];
    if (!str_eq(have->name, want->name) || have->role != want->role)
        return schemas_differ(q, result);
    if (type_equal(have->type, want->type)) return st_ok();
    const Expr *expr = project->project.exprs[i];
    if (!widens(expr, want->type)) return schemas_differ(q, result);
    const Expr *cast = expr_new_cast(q->arena, expr, want->type);
    if (expr->kind == EXPR_LITERAL && cast->kind != EXPR_LITERAL)
        return schemas_differ(q, result);
    project->project.exprs[i] = cast;
    ((int *)(uintptr_t)project->project.copy_of)[i] = -1;
    project->columns[i].type = want->type;
    return st_ok();
}

STATUS plan_insert_select(Select *q)
{
    Schema *result;
    Status st = plan_project(q, &result);
    if (st.kind) return st;
    const Schema *want = q->target->schema;
    if (result->count != want->count || result->key_count != want->key_count)
        return schemas_differ(q, result);
    for (int i = 0; i < want->count; i++) {
        st = match_column(q, q->flow.node, result, i);
        if (st.kind) return st;
    }
    if (q->flow.node->window != q->target->window)
        return st_error_at(q->arena, q->statement->name.at,
                           "the windows of the query are not those of '%.*s'",
                           STR_ARG(q->target->name));
    PlanNode *sink = plan_sink_node(q, q->target);
    /* A widened key is written anew. */
    for (int i = 0; i < want->key_count; i++)
        if (sink->inputs[0]->project.copy_of[i] < 0)
            sink->sink.same_key_bytes = false;
    return st_ok();
}

/* ---- INSERT INTO ... VALUES ---- */

/* Is `to` a type that values of `from` go into by themselves? */
static bool may_insert(const Type *from, const Type *to)
{
    if (from->kind == TYPE_NULL || type_equal(from, to)) return true;
    if (from->kind == TYPE_DECIMAL && to->kind == TYPE_DECIMAL) return true;
    if (cast_implicit(from, to)) return true;
    if (from->kind != to->kind) return false;
    switch (from->kind) {
    case TYPE_ARRAY: return may_insert(from->element, to->element);
    case TYPE_MAP:
        return may_insert(from->key, to->key) &&
               may_insert(from->element, to->element);
    case TYPE_STRUCT:
        for (int i = 0; i < from->field_count; i++) {
            int j = 0;
            while (j < to->field_count &&
                   !str_eq(to->fields[j].name, from->fields[i].name))
                j++;
            if (j == to->field_count ||
                !may_insert(from->fields[i].type, to->fields[j].type))
                return false;
        }
        return true;
    default: return false;
    }
}

static bool insert_value(Arena *arena, const Type *from, const Type *to,
                         const Value *in, Value *out, const char **why);

static bool insert_list(Arena *arena, const Type *from, const Type *to,
                        const List *in, Value *out, const char **why)
{
    List *list = list_new(arena, in->count);
    for (int i = 0; i < in->count; i++) {
        bool key = from->kind == TYPE_MAP && i % 2 == 0;
        if (!insert_value(arena, key ? from->key : from->element,
                          key ? to->key : to->element, &in->items[i],
                          &list->items[i], why))
            return false;
    }
    *out = (Value){.list = list};
    return true;
}

static bool insert_struct(Arena *arena, const Type *from, const Type *to,
                          const List *in, Value *out, const char **why)
{
    List *list = list_new(arena, to->field_count);
    for (int j = 0; j < to->field_count; j++) {
        list->items[j] = VALUE_NULL;
        for (int i = 0; i < from->field_count; i++) {
            if (!str_eq(from->fields[i].name, to->fields[j].name)) continue;
            if (!insert_value(arena, from->fields[i].type, to->fields[j].type,
                              &in->items[i], &list->items[j], why))
                return false;
        }
    }
    *out = (Value){.list = list};
    return true;
}

/* Converts without ever losing anything: a decimal must fit exactly. */
static bool insert_value(Arena *arena, const Type *from, const Type *to,
                         const Value *in, Value *out, const char **why)
{
    *out = VALUE_NULL;
    if (in->null) return true;
    if (type_equal(from, to)) {
        *out = *in;
        return true;
    }
    if (from->kind == TYPE_DECIMAL && to->kind == TYPE_DECIMAL) {
        Decimal *fitted = ARENA_NEW(arena, Decimal);
        *why = "it needs more digits";
        if (!decimal_fit(arena, *in->dec, to->precision, to->scale, fitted))
            return false;
        *out = (Value){.dec = fitted};
        return true;
    }
    if (from->kind == TYPE_ARRAY || from->kind == TYPE_MAP)
        return insert_list(arena, from, to, in->list, out, why);
    if (from->kind == TYPE_STRUCT)
        return insert_struct(arena, from, to, in->list, out, why);
    return cast_value(arena, from, to, in, out, why);
}

typedef struct Insert {
    Arena *arena;
    const PlanEnv *env;
    const Catalog *catalog;
    const AstStatement *statement;
    ConstantEval eval;
    void *eval_context;
    InsertRow *row;
    bool *given; /* By schema column. */
} Insert;

static Status insert_one(Insert *in, const Ast *ast, Str name, const Type *type,
                         Value *out)
{
    Binder b = {.arena = in->arena,
                .env = in->env,
                .catalog = in->catalog,
                .place = "VALUES"};
    const Expr *expr;
    Status st = bind_expression(&b, ast, &expr);
    if (st.kind) return st;
    if (expr_is_null_literal(expr)) {
        *out = VALUE_NULL;
        return st_ok();
    }
    if (!may_insert(expr->type, type))
        return st_error_at(in->arena, ast->at,
                           "column '%.*s' is %s: a value of %s does not go "
                           "into it",
                           STR_ARG(name), type_text(in->arena, type),
                           type_text(in->arena, expr->type));
    Value value;
    const char *why = NULL;
    if (expr->kind == EXPR_LITERAL)
        value = expr->literal;
    else if (!in->eval(in->eval_context, in->arena, expr, &value, &why))
        return st_error_at(in->arena, ast->at,
                           "the value of column '%.*s' cannot be computed: %s",
                           STR_ARG(name), why ? why : "evaluation failed");
    if (!insert_value(in->arena, expr->type, type, &value, out, &why))
        return st_error_at(in->arena, ast->at,
                           "the value of column '%.*s' is no %s%s%s",
                           STR_ARG(name), type_text(in->arena, type),
                           why ? ": " : "", why ? why : "");
    return st_ok();
}

static Status insert_rowtime(Insert *in, const Ast *ast)
{
    Value value;
    Status st = insert_one(in, ast, STR("ROWTIME"), &type_bigint, &value);
    if (st.kind || value.null) return st;
    if (value.i64 < 0)
        return st_error_at(in->arena, ast->at, "ROWTIME must not be negative");
    in->row->has_rowtime = true;
    in->row->rowtime_ms = value.i64;
    return st_ok();
}

static Status unknown_target(Insert *in, const AstName *name)
{
    const Schema *schema = in->row->source->schema;
    Str *names = ARENA_ARRAY(in->arena, Str, schema->count + 1);
    for (int i = 0; i < schema->count; i++)
        names[i] = schema->columns[i].name;
    return st_error_at(in->arena, name->at, "'%.*s' has no column '%.*s'%s",
                       STR_ARG(in->row->source->name), STR_ARG(name->text),
                       near_name(in->arena, name->text, names, schema->count));
}

static Status insert_named(Insert *in, const AstName *name, const Ast *ast)
{
    const Schema *schema = in->row->source->schema;
    if (str_eq(name->text, STR("ROWTIME"))) return insert_rowtime(in, ast);
    int i = schema_find(schema, name->text);
    if (is_system_column(name->text) ||
        (i >= 0 && (schema->columns[i].role == COLUMN_HEADERS ||
                    schema->columns[i].role == COLUMN_HEADER)))
        return st_error_at(in->arena, name->at,
                           "column '%.*s' cannot be written",
                           STR_ARG(name->text));
    if (i < 0) return unknown_target(in, name);
    if (in->given[i])
        return st_error_at(in->arena, name->at, "column '%.*s' is given twice",
                           STR_ARG(name->text));
    in->given[i] = true;
    return insert_one(in, ast, name->text, schema->columns[i].type,
                      &in->row->values[i]);
}

static Status count_differs(Insert *in, int columns)
{
    return st_error_at(in->arena, in->statement->values[0]->at,
                       "there are %d values for %d columns",
                       in->statement->value_count, columns);
}

static Status insert_all(Insert *in)
{
    const Schema *schema = in->row->source->schema;
    const AstStatement *statement = in->statement;
    if (has_headers(schema))
        return st_error_at(
            in->arena, statement->name.at,
            "'%.*s' has header columns, which cannot be written: "
            "list the other columns",
            STR_ARG(in->row->source->name));
    if (statement->value_count != schema->count)
        return count_differs(in, schema->count);
    for (int i = 0; i < schema->count; i++) {
        in->given[i] = true;
        Status st = insert_one(in, statement->values[i],
                               schema->columns[i].name, schema->columns[i].type,
                               &in->row->values[i]);
        if (st.kind) return st;
    }
    return st_ok();
}

static Status insert_listed(Insert *in)
{
    const AstStatement *statement = in->statement;
    if (statement->value_count != statement->column_count)
        return count_differs(in, statement->column_count);
    for (int i = 0; i < statement->column_count; i++) {
        Status st = insert_named(in, &statement->columns[i],
                                 statement->values[i]);
        if (st.kind) return st;
    }
    const Source *source = in->row->source;
    for (int i = 0; source->is_table && i < source->schema->key_count; i++)
        if (!in->given[i])
            return st_error_at(in->arena, statement->name.at,
                               "the PRIMARY KEY column '%.*s' of table '%.*s' "
                               "is missing",
                               STR_ARG(source->schema->columns[i].name),
                               STR_ARG(source->name));
    return st_ok();
}

STATUS plan_insert_values(Arena *stmt, const PlanEnv *env,
                          const Catalog *catalog, const AstStatement *statement,
                          ConstantEval eval, void *eval_context, InsertRow *row)
{
    if (!env_flag(env, "ksql.insert.into.values.enabled", true))
        return st_error_at(stmt, statement->at,
                           "INSERT INTO ... VALUES is switched off by "
                           "'ksql.insert.into.values.enabled'");
    Source *target;
    Status st = catalog_require(catalog, stmt, statement->name.text,
                                statement->name.at, &target);
    if (st.kind) return st;
    if (target->is_source) return read_only(stmt, statement, target);
    if (target->window != WINDOW_NONE)
        return st_error_at(stmt, statement->name.at,
                           "'%.*s' has windowed keys: INSERT INTO ... VALUES "
                           "cannot write those",
                           STR_ARG(target->name));
    int count = target->schema->count;
    *row = (InsertRow){.source = target};
    row->values = ARENA_ARRAY(stmt, Value, count + 1);
    for (int i = 0; i < count; i++)
        row->values[i] = VALUE_NULL;
    Insert in = {.arena = stmt,
                 .env = env,
                 .catalog = catalog,
                 .statement = statement,
                 .eval = eval,
                 .eval_context = eval_context,
                 .row = row};
    in.given = arena_zalloc(stmt, sizeof(bool) * (size_t)(count + 1));
    return statement->has_columns ? insert_listed(&in) : insert_all(&in);
}
