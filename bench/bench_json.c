/* SPDX-License-Identifier: Apache-2.0
 *
 * What a JSON record costs to decode and to encode, in nanoseconds of CPU.
 *
 * The records are like those of `make bench`: about 200 bytes, seven members,
 * all alike but for their values. Decoding wants three of the seven columns, or
 * all, with the shape remembered and without; encoding writes four. Each figure
 * is the median of 5 runs.
 *
 *     bench_json [RECORDS]
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "formats/json_int.h"

enum { RUNS = 5, COLUMNS = 7 };

static const SchemaColumn columns[COLUMNS] = {
    {STR_INIT("ID"), &type_bigint, COLUMN_VALUE, STR_INIT("")},
    {STR_INIT("USER_ID"), &type_string, COLUMN_VALUE, STR_INIT("")},
    {STR_INIT("PAGE"), &type_string, COLUMN_VALUE, STR_INIT("")},
    {STR_INIT("TS"), &type_bigint, COLUMN_VALUE, STR_INIT("")},
    {STR_INIT("PRICE"), &type_double, COLUMN_VALUE, STR_INIT("")},
    {STR_INIT("COUNTRY"), &type_string, COLUMN_VALUE, STR_INIT("")},
    {STR_INIT("AGENT"), &type_string, COLUMN_VALUE, STR_INIT("")},
};

static const FormatSpec spec = {.format = &format_json,
                                .columns = columns,
                                .column_count = COLUMNS,
                                .wrapped = true};

static void no_report(void *context, int row, const char *why)
{
    (void)context;
    fprintf(stderr, "row %d: %s\n", row, why);
    exit(1);
}

/* All records behind each other, as in a fetch buffer. */
static size_t make_records(Str *records, int count, char *text, size_t room)
{
    size_t at = 0;
    for (int i = 0; i < count; i++) {
        int len = snprintf(
            text + at, room - at,
            "{\"id\":%d,\"user_id\":\"user_%d\",\"page\":\"/shop/item/%d\","
            "\"ts\":%lld,\"price\":%d.%02d,\"country\":\"NO\","
            "\"agent\":\"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
            "Gecko/20100101 Firefox/128.0\"}",
            1000000 + i, i * 7 % 10000, i % 977, 1700000000000LL + i, i % 500,
            i % 100);
        records[i] = (Str){text + at, (size_t)len};
        at += (size_t)len;
    }
    return at;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, RUNS, sizeof *values, compare_doubles);
    return values[RUNS / 2];
}

static Batch *new_batch(Arena *arena, Column **out, const bool *wanted)
{
    Batch *batch = batch_new(arena, BATCH_ROWS_MAX, COLUMNS);
    for (int i = 0; i < COLUMNS; i++) {
        out[i] = NULL;
        if (!wanted[i]) continue;
        out[i] = &batch->columns[i];
        column_init(arena, out[i], columns[i].type, BATCH_ROWS_MAX);
    }
    return batch;
}

static double bench_decode(const Str *records, int batches, const bool *wanted,
                           bool forget)
{
    Arena *plan = arena_new("plan", 0), *arena = arena_new("batch", 0);
    Decoder *decoder;
    if (decoder_open(plan, &spec, wanted, &decoder).kind) exit(1);
    if (forget) json_decoder_forget(decoder);
    double ns[RUNS];
    for (int run = 0; run < RUNS; run++) {
        int64_t start = clock_thread_cpu_ns();
        for (int b = 0; b < batches; b++) {
            Column *out[COLUMNS];
            Batch *batch = new_batch(arena, out, wanted);
            spec.format->decode(decoder, batch, records + b * BATCH_ROWS_MAX,
                                out, no_report, NULL);
            arena_reset(arena);
        }
        ns[run] = (double)(clock_thread_cpu_ns() - start) / batches /
                  BATCH_ROWS_MAX;
    }
    decoder_close(decoder);
    arena_free(arena);
    arena_free(plan);
    return median(ns);
}

static double bench_encode(const Str *records, int batches)
{
    static const bool wanted[COLUMNS] = {true, true, true, true};
    FormatSpec four = spec;
    four.column_count = 4;
    Arena *plan = arena_new("plan", 0), *arena = arena_new("batch", 0);
    Decoder *decoder;
    Encoder *encoder;
    if (decoder_open(plan, &spec, wanted, &decoder).kind) exit(1);
    if (encoder_open(plan, &four, &encoder).kind) exit(1);
    Column *out[COLUMNS];
    Batch *batch = new_batch(arena, out, wanted);
    spec.format->decode(decoder, batch, records, out, no_report, NULL);
    Buf buf = {0};
    double ns[RUNS];
    for (int run = 0; run < RUNS; run++) {
        int64_t start = clock_thread_cpu_ns();
        for (int b = 0; b < batches; b++)
            for (int row = 0; row < BATCH_ROWS_MAX; row++) {
                const char *why;
                buf.len = 0;
                four.format->encode(encoder, arena, (const Column *const *)out,
                                    row, &buf, &why);
            }
        ns[run] = (double)(clock_thread_cpu_ns() - start) / batches /
                  BATCH_ROWS_MAX;
    }
    buf_free(&buf);
    encoder_close(encoder);
    decoder_close(decoder);
    arena_free(arena);
    arena_free(plan);
    return median(ns);
}

int main(int argc, char **argv)
{
    static const bool three[COLUMNS] = {true, false, true, true};
    static const bool all[COLUMNS] = {true, true, true, true, true, true, true};
    int batches = (argc > 1 ? (int)strtol(argv[1], NULL, 10) : 400000) /
                  BATCH_ROWS_MAX;
    if (batches < 1) batches = 1;
    int count = batches * BATCH_ROWS_MAX;
    size_t room = (size_t)count * 256;
    char *text = mem_alloc(room);
    Str *records = mem_alloc(sizeof(Str) * (size_t)count);
    size_t bytes = make_records(records, count, text, room);

    printf("json records, bytes each       %8.0f\n", (double)bytes / count);
    printf("decode 3 of 7, ns per record   %8.1f\n",
           bench_decode(records, batches, three, false));
    printf("decode 7 of 7, ns per record   %8.1f\n",
           bench_decode(records, batches, all, false));
    printf("decode 3 of 7 without shape    %8.1f\n",
           bench_decode(records, batches, three, true));
    printf("encode 4 columns               %8.1f\n",
           bench_encode(records, batches));
    mem_free(records);
    mem_free(text);
    return 0;
}
