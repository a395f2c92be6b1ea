/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas: finding, copying, comparing and printing the columns of a source,
 * and how a name is written in SQL.
 *
 * Names are compared exactly: folding to upper case has been done by the lexer.
 * Schemas have tens of columns and are searched when a statement is planned,
 * never for a record, so a plain scan is used.
 */
#include "types/schema.h"

int schema_find(const Schema *schema, Str name)
{
    for (int i = 0; i < schema->count; i++)
        if (str_eq(schema->columns[i].name, name)) return i;
    return -1;
}

int schema_value_count(const Schema *schema)
{
    int count = 0;
    for (int i = 0; i < schema->count; i++)
        count += schema->columns[i].role == COLUMN_VALUE;
    return count;
}

Schema *schema_copy(Arena *arena, const Schema *schema)
{
    Schema *copy = ARENA_NEW(arena, Schema);
    *copy = *schema;
    copy->columns = ARENA_ARRAY(arena, SchemaColumn, schema->count);
    for (int i = 0; i < schema->count; i++) {
        const SchemaColumn *from = &schema->columns[i];
        SchemaColumn *to = &copy->columns[i];
        *to = *from;
        to->name = str_copy(arena, from->name);
        to->type = type_copy(arena, from->type);
        if (from->header_key.ptr)
            to->header_key = str_copy(arena, from->header_key);
    }
    return copy;
}

bool schema_equal(const Schema *a, const Schema *b)
{
    if (a->count != b->count || a->key_count != b->key_count) return false;
    for (int i = 0; i < a->count; i++) {
        const SchemaColumn *x = &a->columns[i], *y = &b->columns[i];
        if (x->role != y->role || !str_eq(x->name, y->name) ||
            !str_eq(x->header_key, y->header_key) ||
            !type_equal(x->type, y->type))
            return false;
    }
    return true;
}

/* `text` between two `mark`, those inside it doubled. */
static void print_quoted(Buf *out, Str text, char mark)
{
    buf_push(out, mark);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == mark) buf_push(out, mark);
        buf_push(out, text.ptr[i]);
    }
    buf_push(out, mark);
}

static Str take(Arena *arena, Buf *buf)
{
    Str text = str_copy(arena, buf_str(buf));
    buf_free(buf);
    return text;
}

Str schema_print(Arena *arena, const Schema *schema, const char *key_word)
{
    Buf out = {0};
    for (int i = 0; i < schema->count; i++) {
        const SchemaColumn *column = &schema->columns[i];
        if (i) buf_append_str(&out, STR(", "));
        print_quoted(&out, column->name, '`');
        buf_push(&out, ' ');
        buf_append_str(&out, type_print(arena, column->type));
        switch (column->role) {
        case COLUMN_KEY:
            buf_push(&out, ' ');
            buf_append_str(&out, str_from(key_word));
            break;
        case COLUMN_HEADERS: buf_append_str(&out, STR(" HEADERS")); break;
        case COLUMN_HEADER:
            buf_append_str(&out, STR(" HEADER("));
            print_quoted(&out, column->header_key, '\'');
            buf_push(&out, ')');
            break;
        case COLUMN_VALUE: break;
        }
    }
    return take(arena, &out);
}

bool is_system_column(Str name)
{
    static const char *const system_names[] = {
        "ROWTIME", "ROWPARTITION", "ROWOFFSET", "WINDOWSTART", "WINDOWEND",
    };
    for (size_t i = 0; i < sizeof system_names / sizeof *system_names; i++)
        if (str_eq(name, str_from(system_names[i]))) return true;
    return false;
}

/* [A-Z_][A-Z0-9_@]*, or digit-led with a character that no number has. */
static bool survives_folding(Str name)
{
    if (name.len == 0) return false;
    bool like_number = name.ptr[0] >= '0' && name.ptr[0] <= '9';
    if (name.ptr[0] == '@') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'A' && c <= 'Z') && c != '_' && c != '@')
            return false;
        if (!digit && c != 'E') like_number = false;
    }
    return !like_number;
}

Str name_quote(Arena *arena, Str name)
{
    if (survives_folding(name)) return name;
    Buf out = {0};
    print_quoted(&out, name, '`');
    return take(arena, &out);
}
