/* SPDX-License-Identifier: Apache-2.0
 *
 * The queries that the servers run, each with what it takes to judge it.
 *
 * In the database (load.c, verify.c) the topic of query q is the table q, the
 * input is input(seq, part, off, key, grp, time). Streams that pass records of
 * the input on have q_seq(part, off, seq, value, time); tables have
 * q_rows(part, off, key, c, s, m, g, gone), one a record, q_last(key, c, s, m,
 * g), one a key, and q_model, what q_last must be.
 */
#ifndef TESTS_CHAOS_QUERIES_H
#define TESTS_CHAOS_QUERIES_H

#include <assert.h>

#include "state/store.h"
#include "tests/chaos/chaos.h"

typedef struct ChaosQuery {
    const char *name; /* Also its topic's, behind the prefix. */
    const char *sql;  /* Its SELECT. */

    /* A stream that passes on records of the input, in their order: */
    const char *member; /* Which (i: the input's row); NULL: it is none. */
    const char *row;    /* What else its record o must be; NULL: nothing. */

    /* A table: */
    const char *key;   /* The key as text, from a record; NULL: a stream. */
    const char *model; /* SELECT of (key, c, s, m, g). */
    const char *older; /* What no row may be against the one before (c0, m0). */
    bool exact; /* At least once too: what comes twice changes nothing. */
    const char *counts_by; /* At least once: rows i of the input are counted  */
    const char *counted;   /* under this, which of a row t of the model is that;
                              under the key without times where sessions may
                              merge, or a record is counted in many windows. */
    const char *pull;      /* A pull query; its columns are p0, p1, ... */
    const char *pulled;    /* and these make (key, c, s, m, g) of them. */
    StoreKind kind;        /* Of its stores, */
    int64_t retention_ms;  /* and how long they keep windows. */
} ChaosQuery;

enum { QUERIES = 13, QUERY_GROUPS = 5 }; /* The one behind a repartition. */

extern const ChaosQuery chaos_queries[QUERIES];

/* The statements that make sources and queries, in their order. */
int statement_count(void);
const char *statement_of(const Chaos *chaos, Arena *arena, int at);
const char *script_of(const Chaos *chaos);
/* `text` with `with` for each `mark`. */
const char *template_fill(Arena *arena, const char *text, char mark,
                          const char *with);
/* The group, and the prefix of internal topics, of a query of a script. */
const char *application_of(const Chaos *chaos, int query);
/* The topic through which `groups` goes. */
const char *repartition_of(const Chaos *chaos);

#endif
