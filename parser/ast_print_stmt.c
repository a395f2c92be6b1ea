/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements and queries back to text; expressions are in ast_print.c. Topics
 * and subjects are printed as strings, which keeps their case.
 */
#include "parser/ast_print.h"

#include "parser/ast_print_int.h"

/* ---- parts ---- */

static void print_duration(Buf *out, const AstDuration *duration)
{
    static const char *const units[] = {
        [AST_DAYS] = "DAYS",
        [AST_HOURS] = "HOURS",
        [AST_MINUTES] = "MINUTES",
        [AST_SECONDS] = "SECONDS",
        [AST_MILLISECONDS] = "MILLISECONDS",
    };
    buf_printf(out, "%lld %s", (long long)duration->count,
               units[duration->unit]);
}

static void print_option(Buf *out, const char *before,
                         const AstDuration *duration)
{
    if (!duration->present) return;
    print_text(out, before);
    print_duration(out, duration);
}

static void print_exprs(Buf *out, Ast *const *exprs, int count)
{
    for (int i = 0; i < count; i++) {
        if (i) print_text(out, ", ");
        ast_print_expr(out, exprs[i]);
    }
}

/* Items of GROUP BY and PARTITION BY. The list itself is in parentheses only
 * when it is empty, so that those of an item cannot be taken for the list's. */
static void print_grouping(Buf *out, const char *before, Ast *const *items,
                           int count)
{
    print_text(out, before);
    if (!count) print_text(out, "()");
    for (int i = 0; i < count; i++) {
        if (i) print_text(out, ", ");
        print_value(out, items[i]);
    }
}

static void print_with(Buf *out, const AstProperties *with)
{
    if (!with->present) return;
    print_text(out, " WITH (");
    for (int i = 0; i < with->count; i++) {
        if (i) print_text(out, ", ");
        ast_print_name(out, with->at[i].name.text);
        print_text(out, "=");
        ast_print_expr(out, with->at[i].value);
    }
    buf_push(out, ')');
}

static void print_element(Buf *out, const AstElement *element)
{
    ast_print_name(out, element->name.text);
    buf_push(out, ' ');
    ast_print_type(out, element->type);
    switch (element->constraint) {
    case AST_CONSTRAINT_NONE: break;
    case AST_KEY: print_text(out, " KEY"); break;
    case AST_PRIMARY_KEY: print_text(out, " PRIMARY KEY"); break;
    case AST_HEADERS: print_text(out, " HEADERS"); break;
    case AST_HEADER:
        print_text(out, " HEADER(");
        print_string(out, element->header_key);
        buf_push(out, ')');
        break;
    }
}

static void print_elements(Buf *out, const AstStatement *s)
{
    if (!s->has_elements) return;
    print_text(out, " (");
    for (int i = 0; i < s->element_count; i++) {
        if (i) print_text(out, ", ");
        print_element(out, &s->elements[i]);
    }
    buf_push(out, ')');
}

static void print_columns(Buf *out, const AstStatement *s)
{
    if (!s->has_columns) return;
    print_text(out, " (");
    for (int i = 0; i < s->column_count; i++) {
        if (i) print_text(out, ", ");
        ast_print_name(out, s->columns[i].text);
    }
    buf_push(out, ')');
}

static void print_values(Buf *out, const char *before, const AstStatement *s)
{
    print_text(out, before);
    buf_push(out, '(');
    print_exprs(out, s->values, s->value_count);
    buf_push(out, ')');
}

/* ---- queries ---- */

static void print_item(Buf *out, const AstItem *item)
{
    if (item->star) {
        if (item->qualifier.text.ptr) {
            ast_print_name(out, item->qualifier.text);
            buf_push(out, '.');
        }
        buf_push(out, '*');
        return;
    }
    ast_print_expr(out, item->expr);
    if (!item->alias.text.ptr) return;
    print_text(out, " AS ");
    ast_print_name(out, item->alias.text);
}

static void print_from(Buf *out, const AstFrom *from)
{
    ast_print_name(out, from->source.text);
    if (!from->alias.text.ptr) return;
    print_text(out, " AS ");
    ast_print_name(out, from->alias.text);
}

static void print_join(Buf *out, const AstJoin *join)
{
    static const char *const kinds[] = {
        [AST_JOIN_INNER] = " INNER JOIN ",
        [AST_JOIN_LEFT] = " LEFT JOIN ",
        [AST_JOIN_RIGHT] = " RIGHT JOIN ",
        [AST_JOIN_FULL] = " FULL JOIN ",
    };
    print_text(out, kinds[join->kind]);
    print_from(out, &join->right);
    if (join->within) {
        print_text(out, join->within_pair ? " WITHIN (" : " WITHIN ");
        print_duration(out, &join->before);
        if (join->within_pair) {
            print_text(out, ", ");
            print_duration(out, &join->after);
            buf_push(out, ')');
        }
        print_option(out, " GRACE PERIOD ", &join->grace);
    }
    print_text(out, " ON ");
    ast_print_expr(out, join->on);
}

static void print_window(Buf *out, const AstWindow *window)
{
    static const char *const kinds[] = {
        [AST_TUMBLING] = " WINDOW TUMBLING (SIZE ",
        [AST_HOPPING] = " WINDOW HOPPING (SIZE ",
        [AST_SESSION] = " WINDOW SESSION (",
    };
    if (window->kind == AST_WINDOW_NONE) return;
    print_text(out, kinds[window->kind]);
    print_duration(out, &window->size);
    print_option(out, ", ADVANCE BY ", &window->advance);
    print_option(out, ", RETENTION ", &window->retention);
    print_option(out, ", GRACE PERIOD ", &window->grace);
    buf_push(out, ')');
}

static void print_select(Buf *out, const AstSelect *select)
{
    print_text(out, "SELECT ");
    for (int i = 0; i < select->item_count; i++) {
        if (i) print_text(out, ", ");
        print_item(out, &select->items[i]);
    }
    print_text(out, " FROM ");
    print_from(out, &select->from);
    for (int i = 0; i < select->join_count; i++)
        print_join(out, &select->joins[i]);
    print_window(out, &select->window);
    if (select->where) {
        print_text(out, " WHERE ");
        ast_print_expr(out, select->where);
    }
    if (select->has_group_by)
        print_grouping(out, " GROUP BY ", select->group_by,
                       select->group_count);
    if (select->has_partition_by)
        print_grouping(out, " PARTITION BY ", select->partition_by,
                       select->partition_count);
    if (select->having) {
        print_text(out, " HAVING ");
        ast_print_expr(out, select->having);
    }
    if (select->emit == AST_EMIT_CHANGES) print_text(out, " EMIT CHANGES");
    if (select->emit == AST_EMIT_FINAL) print_text(out, " EMIT FINAL");
    if (select->has_limit)
        buf_printf(out, " LIMIT %lld", (long long)select->limit);
}

/* ---- statements ---- */

static void print_create(Buf *out, const AstStatement *s)
{
    bool table = s->kind == STMT_CREATE_TABLE ||
                 s->kind == STMT_CREATE_TABLE_AS;
    print_text(out, "CREATE ");
    if (s->or_replace) print_text(out, "OR REPLACE ");
    if (s->is_source) print_text(out, "SOURCE ");
    print_text(out, table ? "TABLE " : "STREAM ");
    if (s->if_not_exists) print_text(out, "IF NOT EXISTS ");
    ast_print_name(out, s->name.text);
    print_elements(out, s);
    print_with(out, &s->with);
    if (!s->select) return;
    print_text(out, " AS ");
    print_select(out, s->select);
}

static void print_insert(Buf *out, const AstStatement *s)
{
    print_text(out, "INSERT INTO ");
    ast_print_name(out, s->name.text);
    if (s->kind == STMT_INSERT_VALUES) {
        print_columns(out, s);
        print_values(out, " VALUES ", s);
        return;
    }
    print_with(out, &s->with);
    buf_push(out, ' ');
    print_select(out, s->select);
}

static void print_alter(Buf *out, const AstStatement *s)
{
    print_text(out, ast_statement_name(s->kind));
    buf_push(out, ' ');
    ast_print_name(out, s->name.text);
    for (int i = 0; i < s->element_count; i++) {
        print_text(out, i ? ", ADD COLUMN " : " ADD COLUMN ");
        print_element(out, &s->elements[i]);
    }
}

/* DROP of anything. */
static void print_drop(Buf *out, const AstStatement *s)
{
    print_text(out, ast_statement_name(s->kind));
    print_text(out, s->if_exists ? " IF EXISTS " : " ");
    ast_print_name(out, s->name.text);
    if (s->delete_topic) print_text(out, " DELETE TOPIC");
}

/* The words of the statement, a name, EXTENDED. */
static void print_simple(Buf *out, const AstStatement *s)
{
    print_text(out, ast_statement_name(s->kind));
    if (s->all) print_text(out, " ALL");
    if (s->name.text.ptr) {
        buf_push(out, ' ');
        /* DESCRIBE TABLES without quotes is another statement. */
        if (s->kind == STMT_DESCRIBE && str_eq(s->name.text, STR("TABLES")))
            print_text(out, "`TABLES`");
        else
            ast_print_name(out, s->name.text);
    }
    if (s->extended) print_text(out, " EXTENDED");
}

static void print_show(Buf *out, const AstStatement *s)
{
    if (s->kind == STMT_SHOW_TOPICS)
        print_text(out, s->all ? "SHOW ALL TOPICS" : "SHOW TOPICS");
    else if (s->kind == STMT_SHOW_CONNECTORS && s->connector_kind)
        print_text(out, s->connector_kind == 'S' ? "SHOW SOURCE CONNECTORS"
                                                 : "SHOW SINK CONNECTORS");
    else
        print_text(out, ast_statement_name(s->kind));
    if (s->extended) print_text(out, " EXTENDED");
}

/* SET and its like: a quoted property, a value. */
static void print_setting(Buf *out, const AstStatement *s)
{
    print_text(out, ast_statement_name(s->kind));
    buf_push(out, ' ');
    print_string(out, s->text);
    if (s->kind == STMT_UNSET || s->kind == STMT_RUN_SCRIPT) return;
    print_text(out, " = ");
    print_string(out, s->value);
}

static void print_define(Buf *out, const AstStatement *s)
{
    print_text(out, ast_statement_name(s->kind));
    buf_push(out, ' ');
    buf_append_str(out, s->name.text);
    if (s->kind == STMT_UNDEFINE) return;
    print_text(out, " = ");
    print_string(out, s->value);
}

static void print_connector(Buf *out, const AstStatement *s)
{
    print_text(out, s->connector_kind == 'S' ? "CREATE SOURCE CONNECTOR "
                                             : "CREATE SINK CONNECTOR ");
    if (s->if_not_exists) print_text(out, "IF NOT EXISTS ");
    ast_print_name(out, s->name.text);
    print_with(out, &s->with);
}

static void print_type_statement(Buf *out, const AstStatement *s)
{
    print_text(out, "CREATE TYPE ");
    if (s->if_not_exists) print_text(out, "IF NOT EXISTS ");
    ast_print_name(out, s->name.text);
    print_text(out, " AS ");
    ast_print_type(out, s->type);
}

static void print_assert_server(Buf *out, const AstStatement *s)
{
    print_text(out, s->not_exists ? "ASSERT NOT EXISTS " : "ASSERT ");
    print_text(out, s->kind == STMT_ASSERT_TOPIC ? "TOPIC" : "SCHEMA");
    if (s->text.ptr) {
        print_text(out, s->kind == STMT_ASSERT_TOPIC ? " " : " SUBJECT ");
        print_string(out, s->text);
    }
    if (s->has_id) buf_printf(out, " ID %lld", (long long)s->id);
    print_with(out, &s->with);
    print_option(out, " TIMEOUT ", &s->timeout);
}

static void print_assert_tool(Buf *out, const AstStatement *s)
{
    print_text(out, ast_statement_name(s->kind));
    buf_push(out, ' ');
    ast_print_name(out, s->name.text);
    print_elements(out, s);
    print_columns(out, s);
    print_with(out, &s->with);
    if (s->kind == STMT_ASSERT_VALUES) print_values(out, " VALUES ", s);
    if (s->kind == STMT_ASSERT_NULL_VALUES) print_values(out, " KEY ", s);
}

static void print_print(Buf *out, const AstStatement *s)
{
    print_text(out, "PRINT ");
    print_string(out, s->text);
    if (s->from_beginning) print_text(out, " FROM BEGINNING");
    if (s->has_interval)
        buf_printf(out, " INTERVAL %lld", (long long)s->interval);
    if (s->has_limit) buf_printf(out, " LIMIT %lld", (long long)s->limit);
}

static void print_explain(Buf *out, const AstStatement *s)
{
    print_text(out, "EXPLAIN ");
    if (s->statement)
        ast_print_statement(out, s->statement);
    else
        ast_print_name(out, s->name.text);
}

void ast_print_statement(Buf *out, const AstStatement *s)
{
    switch (s->kind) {
    case STMT_CREATE_STREAM:
    case STMT_CREATE_TABLE:
    case STMT_CREATE_STREAM_AS:
    case STMT_CREATE_TABLE_AS: print_create(out, s); break;
    case STMT_INSERT_SELECT:
    case STMT_INSERT_VALUES: print_insert(out, s); break;
    case STMT_DROP_STREAM:
    case STMT_DROP_TABLE:
    case STMT_DROP_TYPE:
    case STMT_DROP_CONNECTOR: print_drop(out, s); break;
    case STMT_ALTER_STREAM:
    case STMT_ALTER_TABLE: print_alter(out, s); break;
    case STMT_CREATE_TYPE: print_type_statement(out, s); break;
    case STMT_EXPLAIN: print_explain(out, s); break;
    case STMT_TERMINATE:
    case STMT_PAUSE:
    case STMT_RESUME:
    case STMT_DESCRIBE:
    case STMT_DESCRIBE_STREAMS:
    case STMT_DESCRIBE_TABLES:
    case STMT_DESCRIBE_FUNCTION:
    case STMT_DESCRIBE_CONNECTOR: print_simple(out, s); break;
    case STMT_SHOW_STREAMS:
    case STMT_SHOW_TABLES:
    case STMT_SHOW_TOPICS:
    case STMT_SHOW_QUERIES:
    case STMT_SHOW_FUNCTIONS:
    case STMT_SHOW_TYPES:
    case STMT_SHOW_PROPERTIES:
    case STMT_SHOW_VARIABLES:
    case STMT_SHOW_CONNECTORS:
    case STMT_SHOW_CONNECTOR_PLUGINS: print_show(out, s); break;
    case STMT_SET:
    case STMT_UNSET:
    case STMT_ALTER_SYSTEM:
    case STMT_RUN_SCRIPT: print_setting(out, s); break;
    case STMT_DEFINE:
    case STMT_UNDEFINE: print_define(out, s); break;
    case STMT_CREATE_CONNECTOR: print_connector(out, s); break;
    case STMT_ASSERT_TOPIC:
    case STMT_ASSERT_SCHEMA: print_assert_server(out, s); break;
    case STMT_PRINT: print_print(out, s); break;
    case STMT_SELECT: print_select(out, s->select); break;
    case STMT_ASSERT_VALUES:
    case STMT_ASSERT_NULL_VALUES:
    case STMT_ASSERT_STREAM:
    case STMT_ASSERT_TABLE: print_assert_tool(out, s); break;
    }
}
