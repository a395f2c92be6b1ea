/* SPDX-License-Identifier: Apache-2.0
 *
 * Made-up records: the quickstarts of the reference's generator, as tables of
 * fields. To add one: its fields and a row in datagen_quickstarts.
 */
#ifndef CLI_DATAGEN_H
#define CLI_DATAGEN_H

#include "base/str.h"

typedef enum FieldKind {
    FIELD_INT,
    FIELD_BIGINT,
    FIELD_DOUBLE,
    FIELD_STRING,
    FIELD_NESTED, /* A struct, map or array; its text is JSON. */
} FieldKind;

/* One value of a record. */
typedef struct Datum {
    int64_t integer; /* INT and BIGINT. */
    double real;     /* DOUBLE. */
    Str text;        /* STRING and NESTED. */
} Datum;

/* What the values come from. */
typedef struct DataSource {
    Arena *arena;    /* Texts; the caller resets it between records. */
    uint64_t random; /* The state of the random numbers: the seed. */
    int64_t index;   /* Of the record, from 0. */
    int64_t time_ms; /* What the record's time fields show. */
    int place;       /* The city chosen for this record. */
} DataSource;

typedef struct DataField {
    const char *name;
    FieldKind kind;
    void (*make)(DataSource *source, Datum *datum);
} DataField;

typedef struct Quickstart {
    const char *name;
    const char *topic; /* The start of the topic's default name. */
    const char *key;   /* The field that is the record's key. */
    const DataField *fields;
    int field_count;
} Quickstart;

extern const Quickstart datagen_quickstarts[];
extern const int datagen_quickstart_count;

/* Fills one value a field for the record source->index. */
void datagen_record(DataSource *source, const Quickstart *quickstart,
                    Datum *values);

#endif
