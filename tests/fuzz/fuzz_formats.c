/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer target: every format that needs no registry, any schema it accepts,
 * any bytes, any values.
 *
 * The input chooses the format and the columns; what is left is a record. A
 * record is read or refused with a reason; what was read is written and read
 * again and must be the same; any values that can be written can be read.
 */
#include "formats/format.h"
#include "tests/fuzz/fuzz.h"

enum { COLUMNS_MAX = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Fuzz {
    Arena *arena;
    Choices choices;
    FormatSpec spec;
    SchemaColumn columns[COLUMNS_MAX];
    Decoder *decoder;
    Encoder *encoder;
} Fuzz;

static void note_bad(void *context, int row, const char *why)
{
    if (getenv("FUZZ_SHOW")) fprintf(stderr, "refused: %s\n", why);
    require(row == 0 && why && why[0]);
    *(bool *)context = true;
}

/* False: it is no such record. */
static bool read_record(Fuzz *f, Str bytes, Column *columns)
{
    Column *out[COLUMNS_MAX];
    bool bad = false;
    Batch *batch = batch_new(f->arena, 1, 0);
    batch->sel_count = 1;
    for (int i = 0; i < f->spec.column_count; i++) {
        columns[i] = (Column){0};
        column_init(f->arena, &columns[i], f->columns[i].type, 1);
        out[i] = &columns[i];
    }
    f->spec.format->decode(f->decoder, batch, &bytes, out, note_bad, &bad);
    require(batch->sel_count == !bad);
    return !bad;
}

/* A lone NULL in DELIMITED is an empty line, which nobody can read. */
static EncodeResult write_record(Fuzz *f, const Column *columns, Str *bytes)
{
    const Column *in[COLUMNS_MAX];
    const char *why = NULL;
    Buf buf = {0};
    for (int i = 0; i < f->spec.column_count; i++)
        in[i] = &columns[i];
    EncodeResult result = f->spec.format->encode(f->encoder, f->arena, in, 0,
                                                 &buf, &why);
    *bytes = str_copy(f->arena, buf_str(&buf));
    buf_free(&buf);
    if (getenv("FUZZ_SHOW"))
        fprintf(stderr, "%d columns, delimiter '%.*s': [%.*s]\n",
                f->spec.column_count, STR_ARG(f->spec.delimiter),
                STR_ARG(*bytes));
    if (result == ENCODE_FAILED) require(why && why[0] && !bytes->len);
    return result == ENCODE_BYTES && !bytes->len ? ENCODE_NULL : result;
}

static void check_columns(Fuzz *f, const Column *columns)
{
    for (int i = 0; i < f->spec.column_count; i++) {
        Value value = column_get(&columns[i], 0);
        check_value(f->arena, f->columns[i].type, &value);
    }
}

/* What was read, written and read again is the same. */
static void check_round(Fuzz *f, const Column *columns)
{
    Column again[COLUMNS_MAX];
    Str bytes;
    if (write_record(f, columns, &bytes) != ENCODE_BYTES) return;
    require(read_record(f, bytes, again));
    for (int i = 0; i < f->spec.column_count; i++) {
        Value a = column_get(&columns[i], 0), b = column_get(&again[i], 0);
        require(value_equal(f->columns[i].type, &a, &b));
    }
}

static void try_values(Fuzz *f)
{
    Column columns[COLUMNS_MAX], again[COLUMNS_MAX];
    Str bytes;
    for (int i = 0; i < f->spec.column_count; i++) {
        columns[i] = (Column){0};
        column_init(f->arena, &columns[i], f->columns[i].type, 1);
        column_set(f->arena, &columns[i], 0, 1,
                   choose_value(f->arena, &f->choices, f->columns[i].type));
    }
    if (write_record(f, columns, &bytes) != ENCODE_BYTES) return;
    require(read_record(f, bytes, again));
    check_columns(f, again);
    check_round(f, again);
}

static bool choose_spec(Fuzz *f)
{
    static const char *const delimiters[] = {"", "|", "\t", " ", "x"};
    static const Str names[] = {STR("A"), STR("B"), STR("a"), STR("C d"),
                                STR("E")};
    Choices *c = &f->choices;
    int count;
    const Format *const *all = format_all(&count);
    const Format *format = all[choose(c, count)];
    if (format->flags & FORMAT_REGISTRY) return false;
    f->spec = (FormatSpec){.format = format,
                           .is_key = chance(c, 3),
                           .columns = f->columns,
                           .column_count = 1 + choose(c, COLUMNS_MAX),
                           .wrapped = chance(c, 2),
                           .topic = STR("t")};
    if (format->flags & FORMAT_DELIMITER)
        f->spec.delimiter = str_from(delimiters[choose(c, 5)]);
    for (int i = 0; i < f->spec.column_count; i++)
        f->columns[i] = (SchemaColumn){.name = names[i],
                                       .type = choose_type(f->arena, c, 2)};
    Status st = format_validate(f->arena, &f->spec);
    if (st.kind) require(st.kind == ST_USER && st.text[0]);
    return !st.kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const bool wanted[COLUMNS_MAX] = {true, true, true, true, true};
    Fuzz f = {.arena = arena_new("fuzz", 0), .choices = {data, data + size}};
    if (choose_spec(&f)) {
        fuzz_what = f.spec.format->name;
        Status st = decoder_open(f.arena, &f.spec, wanted, &f.decoder);
        require(!st.kind);
        st = encoder_open(f.arena, &f.spec, &f.encoder);
        require(!st.kind);
        if (chance(&f.choices, 2)) {
            try_values(&f);
        } else {
            Column columns[COLUMNS_MAX];
            size_t left = (size_t)(f.choices.end - f.choices.at);
            char *copy = malloc(left + !left); /* Overreads are noticed. */
            memcpy(copy, f.choices.at, left);
            if (read_record(&f, (Str){copy, left}, columns)) {
                check_columns(&f, columns);
                check_round(&f, columns);
            }
            free(copy);
        }
        decoder_close(f.decoder);
        encoder_close(f.encoder);
    }
    arena_free(f.arena);
    return 0;
}
