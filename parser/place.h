/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the cursor is in a statement that is being typed, for completion: which
 * word it is in, which keywords the grammar allows there, and what a name would
 * mean. The grammar itself is asked, so no list of keywords can get old.
 */
#ifndef PARSER_PLACE_H
#define PARSER_PLACE_H

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

/* What a name (or the inside of a string) would be. */
typedef enum PlaceKind {
    PLACE_NOTHING,    /* No name, or a new one that is being made up. */
    PLACE_CONSTANT,   /* An expression without columns. */
    PLACE_EXPRESSION, /* A column, a source's alias, or a function. */
    PLACE_COLUMN,     /* A column of the source `subject`. */
    PLACE_FIELD,      /* A field of the struct at the end of `path`. */
    PLACE_SOURCE,     /* A stream or table. */
    PLACE_STREAM,
    PLACE_TABLE,
    PLACE_TYPE,
    PLACE_CUSTOM_TYPE,
    PLACE_FUNCTION,
    PLACE_QUERY,
    PLACE_TOPIC,
    PLACE_VARIABLE,
    PLACE_PROPERTY,       /* A name in WITH ( ). */
    PLACE_PROPERTY_VALUE, /* Of the property `subject`. */
    PLACE_SETTING,
    PLACE_SETTING_VALUE, /* Of the setting `subject`. */
} PlaceKind;

typedef struct PlaceSource {
    Str name;
    Str alias; /* The name itself if there is none. */
} PlaceSource;

typedef struct Place {
    size_t word_at; /* The word begins here and ends at the cursor. */
    char quote;     /* The word stands in quotes that begin with this, or in ${;
                       0: in none. */
    PlaceKind kind;
    Str subject;
    VEC(Str) path;            /* PLACE_FIELD: column, field, ... */
    VEC(const char *) words;  /* Keywords. */
    VEC(PlaceSource) sources; /* Of FROM and JOIN, after the cursor too. */
} Place;

/* Looks at the statement around `cursor`, a byte offset in `text`; the texts of
 * `place` live in `stmt`. `variables` (Str by name, may be
 * NULL) are as for parse_statements. Never fails: after a mistake there are no
 * words. */
void parse_place(Arena *stmt, Str text, size_t cursor, const Map *variables,
                 Place *place);

#endif
