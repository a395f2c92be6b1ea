/* SPDX-License-Identifier: Apache-2.0
 *
 * Eval: a bound expression made ready to run, once a task, used by one thread.
 *
 * Rows that fail are NULL in the result (false for a predicate) and are told to
 * `report`, each once. Fields of nested calls, casts and constructors that fail
 * are NULL on their own and the rest goes on (functions.md 2.7).
 */
#ifndef RUNTIME_EVAL_H
#define RUNTIME_EVAL_H

#include "base/map.h"
#include "planner/expr.h"
#include "types/batch.h"

typedef struct Eval Eval;

/* Called for each row that fails; `why` is valid during the call. */
typedef void (*EvalReport)(void *context, const Batch *batch, int row,
                           const char *why);

/* `expr` must outlive the result, which lives in `plan`. `properties` (may be
 * NULL) are for functions. Free caches with eval_close. */
Eval *eval_new(Arena *plan, const Expr *expr, const Map *properties);
void eval_close(Eval *eval);

/* Rows to evaluate over: `count` row indexes, ascending; NULL: 0..count-1. */
typedef struct Rows {
    const uint16_t *sel;
    int count;
} Rows;

/* The living rows of a batch. */
static inline Rows rows_of(const Batch *batch)
{
    return (Rows){batch->sel, batch->sel_count};
}

static inline int rows_at(Rows rows, int i)
{
    return rows.sel ? rows.sel[i] : i;
}

/* The living rows whose record value is not null, or is. The array is in the
 * batch's arena. */
Rows rows_with_value(const Batch *batch);
Rows rows_without_value(const Batch *batch);

/* The expression's value for `rows`, in the batch's arena; other elements are
 * undefined. May be a column of the batch itself, or a constant one. `report`
 * may be NULL. */
const Column *eval_column(Eval *eval, const Batch *batch, Rows rows,
                          int64_t now_ms, EvalReport report, void *context);

/* Those of `rows` for which the expression is true, in the batch's arena. */
Rows eval_filter(Eval *eval, const Batch *batch, Rows rows, int64_t now_ms,
                 EvalReport report, void *context);

/* One row in row form; `batch` may be NULL if there is no column to read.
 * False: it failed, `*why` (may be NULL) tells the reason. */
bool eval_row(Eval *eval, Arena *arena, const Batch *batch, int row,
              int64_t now_ms, Value *value, const char **why);

/* `from` as a column of `count` rows that is not constant and not shared:
 * nulls may be changed in it, values not. */
Column column_own(Arena *arena, const Column *from, int count);

#endif
