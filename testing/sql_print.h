/* SPDX-License-Identifier: Apache-2.0
 *
 * Results of statements as plain lines, for the `-->` lines of SQL tests.
 */
#ifndef TESTING_SQL_PRINT_H
#define TESTING_SQL_PRINT_H

#include "base/json.h"
#include "types/schema.h"
#include "types/value.h"

/* EXPLAIN: the topology. DESCRIBE: "NAME TYPE KEY" a column. Others: a line for
 * each element of their list, its texts, numbers and lists of texts joined by
 * " | ". Warnings: "warning: ...". */
void sql_print_entity(Buf *out, const Json *entity);

/* A row of a SELECT: its values joined by " | "; "- | " first if it deletes. */
void sql_print_row(Arena *arena, Buf *out, const Schema *schema,
                   const Value *values, bool tombstone);

#endif
