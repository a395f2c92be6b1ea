/* SPDX-License-Identifier: Apache-2.0
 *
 * Catalog: the registered streams, tables and custom types, and who reads and
 * writes them. A name is known or it is not; a bad statement changes nothing.
 * Changed by one thread at a time (the engine's lock).
 */
#ifndef PLANNER_CATALOG_H
#define PLANNER_CATALOG_H

#include "base/map.h"
#include "base/status.h"
#include "formats/format.h"
#include "base/vec.h"
#include "planner/plan.h"

typedef VEC(Str) NameList;

typedef struct Source {
    Str name;
    bool is_table;
    bool is_source; /* CREATE SOURCE: read-only. */
    bool is_cas;    /* Made by CREATE ... AS. */
    Schema *schema;
    Str topic;
    int partitions;
    int replicas;
    int64_t retention_ms; /* -1: not given. */
    const Format *key_format, *value_format;
    bool key_wrapped, value_wrapped;
    Str key_delimiter, value_delimiter;
    Str timestamp_column; /* Empty: the record's time. */
    Str timestamp_format;
    WindowKind window;
    int64_t window_size_ms;
    Str sql;          /* The statement that made it. */
    Str query_id;     /* Of its CREATE ... AS query; empty: none. */
    NameList readers; /* Ids of queries that read or write it. */
    NameList writers;
    NameList made_from; /* Sources its query was made to read: they stay as
                        long as it does, even if the query is gone. */
} Source;

typedef struct Catalog {
    Arena *arena;
    Map sources; /* Source* by name. */
    Map types;   /* const Type* by name. */
} Catalog;

Catalog *catalog_new(void);
void catalog_free(Catalog *catalog);

/* A deep copy: statements are tried on it first. */
Catalog *catalog_copy(const Catalog *catalog);

Source *catalog_find(const Catalog *catalog, Str name);

/* ST_USER if it is unknown, with near names and the other letter case. */
STATUS catalog_require(const Catalog *catalog, Arena *stmt, Str name,
                       uint32_t at, Source **source);

/* Adds a copy of `source`. ST_USER: the name is taken. */
STATUS catalog_add(Catalog *catalog, Arena *stmt, const Source *source);

/* Removes it. ST_USER, naming them, if queries read or write it, or sources
 * were made from it. */
STATUS catalog_drop(Catalog *catalog, Arena *stmt, Str name, uint32_t at);

/* The names of the sources that were made from `name`, in `arena`. */
NameList catalog_made_of(const Catalog *catalog, Arena *arena, Str name);

/* Notes that a query reads or writes a source, or no longer does. */
void catalog_link(Catalog *catalog, const Plan *plan, Str query_id);
void catalog_unlink(Catalog *catalog, Str query_id);

/* The specs of a source's two sides. Columns point into source->schema. */
FormatSpec source_key_spec(const Source *source);
FormatSpec source_value_spec(const Source *source);

#endif
