/* SPDX-License-Identifier: Apache-2.0
 *
 * Differences as lines of text. Lines are compared by the longest common
 * subsequence, in a table of rows by columns: what tests print is short, and
 * what is not is cut first.
 */
#include "testing/difference.h"

#include "base/number.h"
#include "base/unicode.h"

enum {
    NAME_COLUMNS_MAX = 24,
    LINES_MAX = 400,       /* Of each text that are compared. */
    VALUE_BYTES_MAX = 400, /* Of a key or value that are shown. */
};

void difference_add(Differences *differences, Str name, Str expected,
                    Str actual)
{
    *vec_push(differences->arena,
              &differences->list) = (Difference){name, expected, actual};
}

static Str take_buf(Arena *arena, Buf *buf)
{
    Str text = str_copy(arena, buf_str(buf));
    buf_free(buf);
    return text;
}

Str difference_print(const Differences *differences, int indent)
{
    Buf out = {0};
    int width = 0;

    for (int i = 0; i < differences->list.count; i++) {
        int len = (int)differences->list.at[i].name.len;
        if (len > width && len <= NAME_COLUMNS_MAX) width = len;
    }
    for (int i = 0; i < differences->list.count; i++) {
        const Difference *one = &differences->list.at[i];
        int rest = width > (int)one->name.len ? width - (int)one->name.len : 0;
        buf_printf(&out, "%*s%.*s%*s  expected: %.*s\n", indent, "",
                   STR_ARG(one->name), rest, "", STR_ARG(one->expected));
        buf_printf(&out, "%*s  actual:   %.*s\n",
                   indent + rest + (int)one->name.len, "",
                   STR_ARG(one->actual));
    }
    return take_buf(differences->arena, &out);
}

/* ---- lines ---- */

typedef struct Lines {
    Str at[LINES_MAX];
    int count;
} Lines;

static void split_lines(Str text, Lines *lines)
{
    lines->count = 0;
    while (text.len && lines->count < LINES_MAX) {
        size_t end = str_find(text, STR("\n"), 0);
        if (end == SIZE_MAX) end = text.len;
        lines->at[lines->count++] = (Str){text.ptr, end};
        end += end < text.len;
        text = (Str){text.ptr + end, text.len - end};
    }
}

static void put_line(Buf *out, int indent, char mark, Str line)
{
    buf_printf(out, "%*s%c %.*s\n", indent, "", mark, STR_ARG(line));
}

Str difference_lines(Arena *arena, Str expected, Str actual, int indent)
{
    Lines *a = ARENA_NEW(arena, Lines), *b = ARENA_NEW(arena, Lines);
    Buf out = {0};

    split_lines(expected, a);
    split_lines(actual, b);
    /* common[i][j]: how many lines the rests from i and j share in order. */
    int row = b->count + 1;
    int *common = arena_zalloc(arena,
                               sizeof *common * (size_t)(row * (a->count + 1)));
    for (int i = a->count - 1; i >= 0; i--)
        for (int j = b->count - 1; j >= 0; j--) {
            int down = common[(i + 1) * row + j];
            int right = common[i * row + j + 1];
            common[i * row + j] = str_eq(a->at[i], b->at[j])
                                      ? common[(i + 1) * row + j + 1] + 1
                                  : down > right ? down
                                                 : right;
        }
    int i = 0, j = 0;
    while (i < a->count || j < b->count) {
        if (i < a->count && j < b->count && str_eq(a->at[i], b->at[j])) {
            put_line(&out, indent, ' ', a->at[i]);
            i++, j++;
        } else if (i < a->count &&
                   (j == b->count ||
                    common[(i + 1) * row + j] >= common[i * row + j + 1])) {
            put_line(&out, indent, '-', a->at[i++]);
        } else {
            put_line(&out, indent, '+', b->at[j++]);
        }
    }
    return take_buf(arena, &out);
}

/* ---- records ---- */

static uint64_t read_be(Str bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | (unsigned char)bytes.ptr[i];
    return value;
}

static bool is_printable(Str bytes)
{
    if (!utf8_valid(bytes)) return false;
    for (size_t i = 0; i < bytes.len; i++)
        if ((unsigned char)bytes.ptr[i] < ' ' || bytes.ptr[i] == 127)
            return false;
    return true;
}

/* A number in the KAFKA format. */
static bool put_kafka(Buf *out, const Type *type, Str bytes)
{
    char text[NUMBER_TEXT_MAX];
    uint64_t raw = read_be(bytes);
    double real;

    if (type->kind == TYPE_INT && bytes.len == 4) {
        buf_printf(out, "%d", (int)(uint32_t)raw);
    } else if (type->kind == TYPE_BIGINT && bytes.len == 8) {
        buf_printf(out, "%lld", (long long)raw);
    } else if (type->kind == TYPE_DOUBLE && bytes.len == 8) {
        memcpy(&real, &raw, 8);
        buf_append(out, text, (size_t)number_print_f64(real, text));
    } else {
        return false;
    }
    return true;
}

static void put_side(Buf *out, const Source *source, bool is_key, Str bytes)
{
    if (!bytes.ptr) {
        buf_append_str(out, STR("null"));
        return;
    }
    if (source) {
        FormatSpec spec = is_key ? source_key_spec(source)
                                 : source_value_spec(source);
        if (strcmp(spec.format->name, "KAFKA") == 0 && spec.column_count == 1 &&
            put_kafka(out, spec.columns[0].type, bytes))
            return;
    }
    bool cut = bytes.len > VALUE_BYTES_MAX;
    if (is_printable(bytes)) {
        if (cut) bytes.len = VALUE_BYTES_MAX;
        while (cut && ((unsigned char)bytes.ptr[bytes.len] & 0xC0) == 0x80)
            bytes.len--;
        buf_append_str(out, bytes);
    } else {
        if (cut) bytes.len = VALUE_BYTES_MAX / 4;
        buf_append_str(out, STR("0x"));
        for (size_t i = 0; i < bytes.len; i++)
            buf_printf(out, "%02x", (unsigned char)bytes.ptr[i]);
    }
    if (cut) buf_append_str(out, STR("..."));
}

/* Takes a window's bound off the end of the key. */
static int64_t take_bound(Str *key)
{
    Str last = {key->ptr + key->len - 8, 8};
    key->len -= 8;
    return (int64_t)read_be(last);
}

static void put_key(Buf *out, const Source *source, Str key)
{
    bool windowed = source && source->window != WINDOW_NONE;
    bool session = windowed && source->window == WINDOW_SESSION;

    if (!windowed || key.len < (session ? 16u : 8u)) {
        put_side(out, source, true, key);
        return;
    }
    int64_t start = take_bound(&key), end = start + source->window_size_ms;
    if (session) end = take_bound(&key);
    put_side(out, source, true, key);
    buf_printf(out, ", window %lld to %lld", (long long)start, (long long)end);
}

Str difference_record(Arena *arena, const Source *source, const Record *record)
{
    const RecordHeaders *headers = record->headers;
    Buf out = {0};

    buf_printf(&out, "time %lld, key ", (long long)record->timestamp_ms);
    put_key(&out, source, record->key);
    buf_append_str(&out, STR(", value "));
    put_side(&out, source, false, record->value);
    for (int i = 0; headers && i < headers->count; i++) {
        buf_append_str(&out, i ? STR(", ") : STR(", headers "));
        buf_append_str(&out, headers->at[i].key);
        buf_push(&out, '=');
        put_side(&out, NULL, false, headers->at[i].value);
    }
    return take_buf(arena, &out);
}
