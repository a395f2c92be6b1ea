/* SPDX-License-Identifier: Apache-2.0
 *
 * The ASSERT statements of SQL tests: what they say against the records of
 * topics and the sources of the catalog.
 */
#ifndef TESTING_SQL_ASSERT_H
#define TESTING_SQL_ASSERT_H

#include "engine/engine_int.h"

/* How far the topics of asserted sources are read, each source for itself;
 * outlives restarts of the engine. */
typedef struct SqlReaders {
    Arena *arena;
    Broker *broker;
    Map sources; /* SqlReader by name. */
} SqlReaders;

/* Checks one ASSERT of the test tool. Returns the difference, some lines in
 * readers->arena, or NULL. */
const char *sql_assert(SqlReaders *readers, mr_Session *session,
                       const AstStatement *statement);

/* After a test: NULL, or what asserted sources have left unread. `catalog`
 * tells how it reads. */
const char *sql_assert_all_read(SqlReaders *readers, const Catalog *catalog);

#endif
