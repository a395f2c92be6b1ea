/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of formats/ only: the rows of the format table and what several
 * formats share.
 */
#ifndef FORMATS_FORMAT_INT_H
#define FORMATS_FORMAT_INT_H

#include "formats/format.h"

/* A family member exports one of these; format.c lists them. */
extern const Format format_json, format_delimited, format_kafka, format_none,
    format_avro, format_json_sr, format_protobuf, format_protobuf_nosr;

/* "key" or "value". */
static inline const char *spec_side(const FormatSpec *spec)
{
    return spec->is_key ? "key" : "value";
}

/* Reports a record: "cannot read the value of topic 'T' as JSON: <why>". */
void report_record(const FormatSpec *spec, Arena *batch, DecodeReport report,
                   void *context, int row, const char *why);

/* Sets the wanted columns (out[i] not NULL) of a row null. */
void set_row_null(Batch *batch, Column *const *out, int column_count, int row);

/* Rows that could not be read: marks them, and takes them out of the selection
 * at the end. Zeroed at first. */
typedef struct BadRows {
    uint64_t *keep; /* NULL: none is bad. */
} BadRows;

void bad_rows_add(BadRows *bad, Batch *batch, int row);
void bad_rows_drop(BadRows *bad, Batch *batch);

#endif
