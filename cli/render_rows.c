/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of SELECT in a grid, or one JSON document a row.
 *
 *   +----------+----------+
 *   |ID        |N         |
 *   +----------+----------+
 *   |a         |1         |
 *
 * All cells are equally wide: the terminal's width shared, or COLUMN-WIDTH.
 * Long cells go on on further lines, or are cut with WRAP OFF.
 */
#include "cli/render.h"

#include "base/unicode.h"

static void show_edge(Render *render, int columns)
{
    for (int c = 0; c < columns; c++) {
        fputc('+', render->out);
        for (int i = 0; i < render->cell_width; i++)
            fputc('-', render->out);
    }
    fputs("+\n", render->out);
}

static void show_cells(Render *render, Arena *arena, const Str *cells,
                       int columns)
{
    int width = render->cell_width;
    bool more = true;

    for (int line = 0; more; line++) {
        more = false;
        for (int c = 0; c < columns; c++) {
            int64_t length = utf16_length(cells[c]);
            Str part = utf16_slice(arena, cells[c], (int64_t)line * width,
                                   width);
            bool rest = length > (int64_t)(line + 1) * width;
            if (rest && !render->wrap && width > 3) {
                part = utf16_slice(arena, cells[c], 0, width - 3);
                part = str_printf(arena, "%.*s...", STR_ARG(part));
                rest = false;
            }
            more |= rest;
            fprintf(render->out, "|%.*s%*s", STR_ARG(part),
                    width - (int)utf16_length(part), "");
        }
        fputs("|\n", render->out);
    }
}

static int choose_width(const Render *render, int columns)
{
    if (render->column_width) return render->column_width;
    int all = render->width ? render->width : 80;
    int width = columns ? (all - 1) / columns - 1 : all;
    return width < 5 ? 5 : width;
}

void render_header(Render *render, Str query_id, const Schema *schema)
{
    Arena *arena = arena_new("render", 0);

    if (render->json) {
        Buf out = {0};
        buf_append_str(&out, STR("{\"header\":{\"queryId\":"));
        json_write_string(&out, query_id);
        buf_append_str(&out, STR(",\"schema\":"));
        json_write_string(&out, schema_print(arena, schema, "KEY"));
        buf_append_str(&out, STR("}}\n"));
        fwrite(out.ptr, 1, out.len, render->out);
        buf_free(&out);
    } else {
        Str *names = ARENA_ARRAY(arena, Str, schema->count + 1);
        for (int i = 0; i < schema->count; i++)
            names[i] = schema->columns[i].name;
        render->cell_width = choose_width(render, schema->count);
        show_edge(render, schema->count);
        show_cells(render, arena, names, schema->count);
        show_edge(render, schema->count);
    }
    fflush(render->out);
    arena_free(arena);
}

static void row_json(Render *render, const Schema *schema, const Value *values,
                     bool tombstone)
{
    Buf out = {0};
    buf_append_str(&out, STR("{\"row\":{\"columns\":["));
    for (int i = 0; i < schema->count; i++) {
        if (i) buf_push(&out, ',');
        value_print_json(&out, schema->columns[i].type, &values[i]);
    }
    buf_push(&out, ']');
    if (tombstone) buf_append_str(&out, STR(",\"tombstone\":true"));
    buf_append_str(&out, STR("}}\n"));
    fwrite(out.ptr, 1, out.len, render->out);
    buf_free(&out);
}

/* A value as a cell: text without quotes, the rest as JSON shows it. */
static Str cell_text(Arena *arena, const Type *type, const Value *value)
{
    Buf out = {0};
    if (value->null) return STR("null");
    if (type->kind == TYPE_STRING) return value->str;
    value_print_json(&out, type, value);
    Str text = buf_str(&out);
    if (text.len >= 2 && text.ptr[0] == '"' && type->kind != TYPE_ARRAY)
        text = (Str){text.ptr + 1, text.len - 2};
    text = str_copy(arena, text);
    buf_free(&out);
    return text;
}

void render_row(Render *render, const Schema *schema, const Value *values,
                bool tombstone)
{
    if (render->json) {
        row_json(render, schema, values, tombstone);
    } else {
        Arena *arena = arena_new("render", 0);
        Str *cells = ARENA_ARRAY(arena, Str, schema->count + 1);
        for (int i = 0; i < schema->count; i++)
            cells[i] = tombstone && values[i].null
                           ? STR("<TOMBSTONE>")
                           : cell_text(arena, schema->columns[i].type,
                                       &values[i]);
        show_cells(render, arena, cells, schema->count);
        arena_free(arena);
    }
    fflush(render->out);
}

void render_end(Render *render, Str message)
{
    if (message.len) {
        if (render->json) {
            Buf out = {0};
            buf_append_str(&out, STR("{\"finalMessage\":"));
            json_write_string(&out, message);
            buf_append_str(&out, STR("}\n"));
            fwrite(out.ptr, 1, out.len, render->out);
            buf_free(&out);
        } else {
            fprintf(render->out, "%.*s\n", STR_ARG(message));
        }
    }
    if (!render->json) fputs("Query terminated\n", render->out);
    fflush(render->out);
}
