/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE STREAM / CREATE TABLE with columns, ALTER, and written types.
 *
 * The stored schema lists keys, then values, then header columns, each group in
 * the order of declaration, so that each side's columns are one run.
 */
#include "planner/planner_int.h"

/* ---- types ---- */

static Status plan_struct(Arena *arena, const Catalog *catalog,
                          const AstType *ast, const Type **type)
{
    Field *fields = ARENA_ARRAY(arena, Field, ast->field_count + 1);
    for (int i = 0; i < ast->field_count; i++) {
        Str name = ast->field_names[i].text;
        for (int j = 0; j < i; j++)
            if (str_eq(fields[j].name, name))
                return st_error_at(arena, ast->field_names[i].at,
                                   "STRUCT has two fields named '%.*s'",
                                   STR_ARG(name));
        fields[i].name = str_copy(arena, name);
        Status st = plan_type(arena, catalog, ast->field_types[i],
                              &fields[i].type);
        if (st.kind) return st;
    }
    *type = type_struct(arena, fields, ast->field_count);
    return st_ok();
}

const char *plan_type_name(int index)
{
    static const char *const names[] = {
        "BOOLEAN", "INTEGER",   "INT",     "BIGINT", "DOUBLE",
        "DECIMAL", "STRING",    "VARCHAR", "BYTES",  "DATE",
        "TIME",    "TIMESTAMP", "ARRAY",   "MAP",    "STRUCT"};
    int count = (int)(sizeof names / sizeof *names);
    return index < count ? names[index] : NULL;
}

static Status plan_named_type(Arena *arena, const Catalog *catalog,
                              const AstType *ast, const Type **type)
{
    const Type *custom = map_get(&catalog->types, ast->name.text);
    if (custom) {
        *type = type_copy(arena, custom);
        return st_ok();
    }
    *type = ast->name.quoted ? NULL : type_by_name(ast->name.text);
    if (*type) return st_ok();
    VEC(Str) names = {0};
    for (int i = 0; plan_type_name(i); i++)
        *vec_push(arena, &names) = str_from(plan_type_name(i));
    for (int i = 0; i < catalog->types.count; i++)
        if (catalog->types.entries[i].value)
            *vec_push(arena, &names) = catalog->types.entries[i].key;
    return st_error_at(arena, ast->at, "there is no type '%.*s'%s",
                       STR_ARG(ast->name.text),
                       near_name(arena, ast->name.text, names.at, names.count));
}

STATUS plan_type(Arena *arena, const Catalog *catalog, const AstType *ast,
                 const Type **type)
{
    static const Type *const scalars[] = {
        [TYPE_BOOLEAN] = &type_boolean,     [TYPE_INT] = &type_int,
        [TYPE_BIGINT] = &type_bigint,       [TYPE_DOUBLE] = &type_double,
        [TYPE_STRING] = &type_string,       [TYPE_BYTES] = &type_bytes,
        [TYPE_DATE] = &type_date,           [TYPE_TIME] = &type_time,
        [TYPE_TIMESTAMP] = &type_timestamp,
    };
    const Type *key, *element;
    Status st;
    switch (ast->kind) {
    case TYPE_NULL: return plan_named_type(arena, catalog, ast, type);
    case TYPE_DECIMAL:
        if (ast->precision < 1 || ast->scale < 0 || ast->scale > ast->precision)
            return st_error_at(arena, ast->at,
                               "DECIMAL(%d, %d) is no type: the precision must "
                               "be 1 or more and the scale from 0 to it",
                               ast->precision, ast->scale);
        *type = type_decimal(arena, ast->precision, ast->scale);
        return st_ok();
    case TYPE_ARRAY:
        st = plan_type(arena, catalog, ast->element, &element);
        if (!st.kind) *type = type_array(arena, element);
        return st;
    case TYPE_MAP:
        st = plan_type(arena, catalog, ast->key, &key);
        if (!st.kind) st = plan_type(arena, catalog, ast->element, &element);
        if (!st.kind) *type = type_map(arena, key, element);
        return st;
    case TYPE_STRUCT: return plan_struct(arena, catalog, ast, type);
    default: *type = scalars[ast->kind]; return st_ok();
    }
}

/* ---- columns ---- */

static bool is_headers_type(const Type *type)
{
    if (type->kind != TYPE_ARRAY || type->element->kind != TYPE_STRUCT ||
        type->element->field_count != 2)
        return false;
    const Field *fields = type->element->fields;
    return str_eq(fields[0].name, STR("KEY")) &&
           fields[0].type->kind == TYPE_STRING &&
           str_eq(fields[1].name, STR("VALUE")) &&
           fields[1].type->kind == TYPE_BYTES;
}

static Status check_headers(Arena *arena, const PlanEnv *env,
                            const AstElement *element,
                            const SchemaColumn *column,
                            const SchemaColumn *before, int count)
{
    if (!env_flag(env, "ksql.headers.columns.enabled", true))
        return st_error_at(arena, element->at,
                           "header columns are switched off by "
                           "'ksql.headers.columns.enabled'");
    bool all = column->role == COLUMN_HEADERS;
    if (all && !is_headers_type(column->type))
        return st_error_at(
            arena, element->at,
            "column '%.*s' with HEADERS must be ARRAY<STRUCT<KEY "
            "STRING, VALUE BYTES>>",
            STR_ARG(column->name));
    if (!all && column->type->kind != TYPE_BYTES)
        return st_error_at(arena, element->at,
                           "column '%.*s' with HEADER('%.*s') must be BYTES",
                           STR_ARG(column->name), STR_ARG(column->header_key));
    if (!all && !column->header_key.len)
        return st_error_at(arena, element->at,
                           "the key of HEADER is empty at column '%.*s'",
                           STR_ARG(column->name));
    for (int i = 0; i < count; i++) {
        if (before[i].role == COLUMN_HEADERS ||
            (all && before[i].role == COLUMN_HEADER))
            return st_error_at(arena, element->at,
                               "a column with HEADERS takes all headers: there "
                               "can be no other header column, but there are "
                               "'%.*s' and '%.*s'",
                               STR_ARG(before[i].name), STR_ARG(column->name));
        if (!all && before[i].role == COLUMN_HEADER &&
            str_eq(before[i].header_key, column->header_key))
            return st_error_at(arena, element->at,
                               "header '%.*s' has two columns, '%.*s' and "
                               "'%.*s'",
                               STR_ARG(column->header_key),
                               STR_ARG(before[i].name), STR_ARG(column->name));
    }
    return st_ok();
}

static Status column_role(Arena *arena, const AstElement *element,
                          bool is_table, ColumnRole *role)
{
    Str name = element->name.text;
    switch (element->constraint) {
    case AST_KEY:
        if (is_table)
            return st_error_at(arena, element->at,
                               "column '%.*s': the keys of a table are PRIMARY "
                               "KEY, not KEY",
                               STR_ARG(name));
        *role = COLUMN_KEY;
        break;
    case AST_PRIMARY_KEY:
        if (!is_table)
            return st_error_at(arena, element->at,
                               "column '%.*s': the keys of a stream are KEY, "
                               "not PRIMARY KEY",
                               STR_ARG(name));
        *role = COLUMN_KEY;
        break;
    case AST_HEADERS: *role = COLUMN_HEADERS; break;
    case AST_HEADER: *role = COLUMN_HEADER; break;
    case AST_CONSTRAINT_NONE: *role = COLUMN_VALUE; break;
    }
    return st_ok();
}

static Status read_column(Arena *arena, const PlanEnv *env,
                          const Catalog *catalog, const AstElement *element,
                          bool is_table, SchemaColumn *columns, int count)
{
    SchemaColumn *column = &columns[count];
    column->name = str_copy(arena, element->name.text);
    column->header_key = str_copy(arena, element->header_key);
    if (is_system_column(column->name))
        return st_error_at(arena, element->at,
                           "'%.*s' is a system column: it cannot be declared",
                           STR_ARG(column->name));
    for (int i = 0; i < count; i++)
        if (str_eq(columns[i].name, column->name))
            return st_error_at(arena, element->at,
                               "column '%.*s' is declared twice",
                               STR_ARG(column->name));
    Status st = column_role(arena, element, is_table, &column->role);
    if (st.kind) return st;
    st = plan_type(arena, catalog, element->type, &column->type);
    if (st.kind) return st;
    if (column->role == COLUMN_HEADER || column->role == COLUMN_HEADERS)
        return check_headers(arena, env, element, column, columns, count);
    return st_ok();
}

/* Keys, values, headers. */
static Schema *sort_columns(Arena *arena, const SchemaColumn *columns,
                            int count)
{
    Schema *schema = ARENA_NEW(arena, Schema);
    schema->columns = ARENA_ARRAY(arena, SchemaColumn, count + 1);
    for (int group = 0; group < 3; group++) {
        for (int i = 0; i < count; i++) {
            ColumnRole role = columns[i].role;
            int in = role == COLUMN_KEY ? 0 : role == COLUMN_VALUE ? 1 : 2;
            if (in == group) schema->columns[schema->count++] = columns[i];
        }
        if (group == 0) schema->key_count = schema->count;
    }
    return schema;
}

static Status read_columns(Arena *arena, const PlanEnv *env,
                           const Catalog *catalog,
                           const AstStatement *statement, bool is_table,
                           Schema **schema)
{
    int count = statement->element_count;
    SchemaColumn *columns = arena_zalloc(arena,
                                         sizeof *columns * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        Status st = read_column(arena, env, catalog, &statement->elements[i],
                                is_table, columns, i);
        if (st.kind) return st;
    }
    *schema = sort_columns(arena, columns, count);
    return st_ok();
}

/* ---- CREATE ---- */

static Status read_formats(Arena *arena, const PlanEnv *env, const With *with,
                           uint32_t at, Source *source)
{
    source->value_format = with->value_format;
    if (!source->value_format) {
        Str name = env_text(env, "ksql.persistence.default.format.value");
        if (!name.len)
            return st_error_at(arena, at,
                               "VALUE_FORMAT is missing in WITH, and there is "
                               "no default format");
        Status st = side_format(arena, name, at, &source->value_format);
        if (st.kind) return st;
    }
    source->key_format = with->key_format;
    if (!source->key_format) {
        Str name = env_text(env, "ksql.persistence.default.format.key");
        Status st = side_format(arena, name.len ? name : STR("KAFKA"), at,
                                &source->key_format);
        if (st.kind) return st;
    }
    return st_ok();
}

/* The parts that formats with a registry would have inferred. */
static Status check_columns(Arena *arena, const AstStatement *statement,
                            const Source *source)
{
    uint32_t at = statement->name.at;
    bool infers = source->value_format->flags & FORMAT_INFERS ||
                  source->key_format->flags & FORMAT_INFERS;
    if (infers) {
        const Format *format = source->value_format->flags & FORMAT_INFERS
                                   ? source->value_format
                                   : source->key_format;
        FormatSpec spec = {.format = format};
        Status st = format_validate(arena, &spec);
        if (st.kind) {
            st.at = at + 1;
            return st;
        }
    }
    if (source->is_table && !source->schema->key_count)
        return st_error_at(arena, at,
                           "table '%.*s' needs a PRIMARY KEY: add the words to "
                           "the column that the topic is keyed by",
                           STR_ARG(source->name));
    if (!schema_value_count(source->schema) && !infers &&
        (!statement->has_elements || !source->schema->count))
        return st_error_at(arena, at,
                           "'%.*s' has no columns, and format '%s' cannot tell "
                           "them: list them after the name",
                           STR_ARG(source->name), source->value_format->name);
    if (source->window != WINDOW_NONE && !source->schema->key_count)
        return st_error_at(arena, at,
                           "'%.*s' has windows but no key: windows belong to "
                           "keys",
                           STR_ARG(source->name));
    return st_ok();
}

static Status finish_source(Arena *arena, const PlanEnv *env, const With *with,
                            const AstStatement *statement, Source *source,
                            TopicPlan *topic)
{
    /* Without keys the format says nothing, unless it was written: then what is
     * made of the stream inherits it. */
    if (!source->schema->key_count && !with->key_format)
        source->key_format = format_find(STR("NONE"));
    source->key_delimiter = with->key_delimiter;
    source->value_delimiter = with->value_delimiter;
    FormatSpec key = side_key(source->key_format, source->schema->columns,
                              source->schema->key_count, STR(""), STR(""));
    source->key_wrapped = key.wrapped;
    Status st = side_wrap(arena, env, with, source->value_format,
                          schema_value_count(source->schema),
                          &source->value_wrapped);
    if (st.kind) return st;
    st = side_check(arena, with, statement->name.at, source);
    if (st.kind) return st;
    return side_topic(arena, env, with, statement->name.at, source, true,
                      topic);
}

STATUS plan_create_source(Arena *stmt, const PlanEnv *env,
                          const Catalog *catalog, const AstStatement *statement,
                          Source **out, TopicPlan *topic)
{
    bool is_table = statement->kind == STMT_CREATE_TABLE;
    bool exists;
    *out = NULL;
    Status st = create_check(stmt, env, catalog, statement, is_table, &exists);
    if (st.kind || exists) return st;
    if (statement->is_source && is_table &&
        !env_flag(env, "ksql.source.table.materialization.enabled", true))
        return st_error_at(stmt, statement->at,
                           "SOURCE tables are switched off by "
                           "'ksql.source.table.materialization.enabled'");
    With with;
    st = with_read(stmt, &statement->with, WITH_CREATE, &with);
    if (st.kind) return st;
    if (!with.topic.ptr)
        return st_error_at(stmt, statement->name.at,
                           "KAFKA_TOPIC is missing in WITH: it names the topic "
                           "of '%.*s'",
                           STR_ARG(statement->name.text));
    Source *source = ARENA_NEW(stmt, Source);
    source->name = str_copy(stmt, statement->name.text);
    source->is_table = is_table;
    source->is_source = statement->is_source;
    source->topic = with.topic;
    source->retention_ms = with.retention_ms;
    source->timestamp_column = with.timestamp.ptr ? with.timestamp : STR("");
    source->timestamp_format = with.timestamp.ptr ? with.timestamp_format
                                                  : STR("");
    source->window = with.window;
    source->window_size_ms = with.window_size_ms;
    source->sql = str_copy(stmt, statement->source);
    st = read_formats(stmt, env, &with, statement->name.at, source);
    if (st.kind) return st;
    st = side_check_delimiters(stmt, &with, source);
    if (st.kind) return st;
    st = read_columns(stmt, env, catalog, statement, is_table, &source->schema);
    if (st.kind) return st;
    st = check_columns(stmt, statement, source);
    if (st.kind) return st;
    st = finish_source(stmt, env, &with, statement, source, topic);
    if (st.kind) return st;
    *out = source;
    return st_ok();
}

/* ---- ALTER ---- */

static Status check_alter(Arena *stmt, const AstStatement *statement,
                          const Source *source)
{
    bool is_table = statement->kind == STMT_ALTER_TABLE;
    const char *kind = source->is_table ? "table" : "stream";
    if (source->is_table != is_table)
        return st_error_at(
            stmt, statement->name.at, "'%.*s' is a %s: use ALTER %s",
            STR_ARG(source->name), kind, source->is_table ? "TABLE" : "STREAM");
    if (source->is_source)
        return st_error_at(stmt, statement->name.at,
                           "'%.*s' is a SOURCE %s, which is read-only: it "
                           "cannot be altered",
                           STR_ARG(source->name), kind);
    if (source->is_cas)
        return st_error_at(stmt, statement->name.at,
                           "'%.*s' was made by CREATE %s AS SELECT: use CREATE "
                           "OR REPLACE",
                           STR_ARG(source->name),
                           source->is_table ? "TABLE" : "STREAM");
    return st_ok();
}

/* The old columns with a new value column before the headers. */
static Schema *add_column(Arena *stmt, const Schema *old, Str name,
                          const Type *type)
{
    Schema *schema = ARENA_NEW(stmt, Schema);
    *schema = *old;
    schema->columns = ARENA_ARRAY(stmt, SchemaColumn, old->count + 1);
    int at = old->key_count + schema_value_count(old);
    memcpy(schema->columns, old->columns, sizeof *old->columns * (size_t)at);
    schema->columns[at] = (SchemaColumn){
        .name = str_copy(stmt, name), .type = type, .role = COLUMN_VALUE};
    memcpy(schema->columns + at + 1, old->columns + at,
           sizeof *old->columns * (size_t)(old->count - at));
    schema->count++;
    return schema;
}

STATUS plan_alter(Arena *stmt, const Catalog *catalog,
                  const AstStatement *statement, Source **out)
{
    Source *old;
    Status st = catalog_require(catalog, stmt, statement->name.text,
                                statement->name.at, &old);
    if (st.kind) return st;
    st = check_alter(stmt, statement, old);
    if (st.kind) return st;
    Source *source = ARENA_NEW(stmt, Source);
    *source = *old;
    for (int i = 0; i < statement->element_count; i++) {
        const AstElement *element = &statement->elements[i];
        Str name = element->name.text;
        if (is_system_column(name))
            return st_error_at(stmt, element->at,
                               "'%.*s' is a system column: it cannot be added",
                               STR_ARG(name));
        if (schema_find(source->schema, name) >= 0)
            return st_error_at(stmt, element->at,
                               "'%.*s' has a column '%.*s' already",
                               STR_ARG(source->name), STR_ARG(name));
        const Type *type;
        st = plan_type(stmt, catalog, element->type, &type);
        if (st.kind) return st;
        source->schema = add_column(stmt, source->schema, name, type);
    }
    /* One bare column becomes a record once there are two. */
    if (schema_value_count(source->schema) > 1) source->value_wrapped = true;
    FormatSpec spec = source_value_spec(source);
    st = format_validate(stmt, &spec);
    if (st.kind == ST_USER && !st.at) st.at = statement->name.at + 1;
    if (st.kind) return st;
    *out = source;
    return st_ok();
}
