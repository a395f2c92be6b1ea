/* SPDX-License-Identifier: Apache-2.0
 *
 * Eval, inside: the node tree, one run over a batch, and what the kernels in
 * eval_*.c share. Only for those files.
 */
#ifndef RUNTIME_EVAL_INT_H
#define RUNTIME_EVAL_INT_H

#include "runtime/eval.h"
#include "types/cast.h"

typedef struct EvalNode EvalNode;
typedef struct Run Run;

/* A lambda argument as functions get it: a body with a place for its
 * variables. */
typedef struct LambdaRef {
    EvalNode *body;
    Run *run;      /* Set before each call. */
    int first_var; /* Slot of its first variable. */
} LambdaRef;

struct EvalNode {
    const Expr *expr;
    const Type *type;
    EvalNode **args;
    int arg_count;
    FnCall *call;    /* EXPR_CALL */
    bool is_literal; /* `literal` holds the value: literals and folded. */
    bool has_lambda; /* EXPR_CALL with a lambda argument. */
    bool strict;     /* An argument that fails, or a cast, fails the node. */
    bool null_text;  /* EXPR_CAST: NULL becomes the text null. */
    Value literal;
    Column constant;     /* The literal as a constant column. */
    LambdaRef lambda;    /* EXPR_LAMBDA */
    Value *values;       /* EXPR_CALL: room for arg_count values. */
    const Column **cols; /* Room for arg_count columns. */
};

struct Eval {
    EvalNode *root;
    Value *vars; /* Of lambdas, by slot. */
};

/* One evaluation. */
struct Run {
    Arena *arena;
    const Batch *batch;
    int count; /* Of rows in the batch: the size of columns. */
    int64_t now_ms;
    EvalReport report;
    void *context;
    Value *vars;
    int row;         /* Row form: the row being evaluated; -1: none. */
    const char *why; /* Row form: why it failed. */
};

/* Values of the rows asked for. A failed row is null in `col` and its bit is
 * set in `failed` (NULL: none; bits of other rows are undefined). Failures have
 * been reported. */
typedef struct Result {
    const Column *col;
    uint64_t *failed;
} Result;

/* Column form. */
Result run_node(Run *run, EvalNode *node, Rows rows);
Result run_arith(Run *run, EvalNode *node, Rows rows);
Result run_negate(Run *run, EvalNode *node, Rows rows);
Result run_concat(Run *run, EvalNode *node, Rows rows);
Result run_compare(Run *run, EvalNode *node, Rows rows);
Result run_logic(Run *run, EvalNode *node, Rows rows);
Result run_not(Run *run, EvalNode *node, Rows rows);
Result run_case(Run *run, EvalNode *node, Rows rows);
Result run_in(Run *run, EvalNode *node, Rows rows);
Result run_like(Run *run, EvalNode *node, Rows rows);
Result run_call(Run *run, EvalNode *node, Rows rows);
Result run_cast(Run *run, EvalNode *node, Rows rows);

/* A predicate: the rows that are true. */
Rows run_filter(Run *run, EvalNode *node, Rows rows);

/* Row form. False: failed, run->why says so. */
bool row_node(Run *run, EvalNode *node, Value *out);
bool row_call(Run *run, EvalNode *node, Value *out);
bool row_parts(Run *run, EvalNode *node, Value *out);
/* Argument `i` of a node that contains failures: one is reported and becomes
 * NULL. Of a strict node: as row_node. */
bool row_argument(Run *run, EvalNode *node, int i, Value *out);

/* Shared scalar meaning. False: failed, *why is set. */
bool arith_value(Arena *arena, const Type *type, int op, const Value *a,
                 const Value *b, Value *out, const char **why);
bool compare_values(Arena *arena, const Type *type, int op, const Value *a,
                    const Value *b);
Value index_value(const Type *type, const Value *base, const Value *at,
                  const Type *at_type);
Value field_value(const Value *base, int field);
Value map_value(Arena *arena, const Type *type, const Value *items, int count);

/* A compiled LIKE pattern in `arena`; `escape` 0 is none. A bad one ends in its
 * escape character and matches nothing. */
typedef struct LikePattern LikePattern;
LikePattern *like_compile(Arena *arena, Str pattern, uint32_t escape);
bool like_is_bad(const LikePattern *like);
bool like_match(const LikePattern *like, Str text);

/* ---- helpers of the kernels ---- */

/* A fresh column of the run's size without nulls. */
Column *run_column(Run *run, const Type *type);

static inline int col_row(const Column *col, int row)
{
    return col->constant ? 0 : row;
}

static inline bool col_null(const Column *col, int row)
{
    return bit_get(col->nulls, col_row(col, row));
}

/* Nulls of a column as a bitmap of the run's size; NULL: none. */
uint64_t *run_nulls(Run *run, const Column *col);

/* The union of two bitmaps (either may be NULL); may be one of them. */
uint64_t *run_union(Run *run, uint64_t *a, uint64_t *b);

/* Marks `row` failed in `result` (its column is `col`) and reports it. */
void run_fail(Run *run, Result *result, Column *col, int row, const char *why);

/* Of `rows`, those whose nulls bit is set and failed bit is not are reported.
 * Returns a copy of nulls if any of rows is null, else NULL. */
uint64_t *run_fail_nulls(Run *run, Rows rows, uint64_t *nulls,
                         const uint64_t *failed, const char *why);

/* Rows whose bit in `bits` equals `want`; in the arena. */
Rows run_pick(Run *run, Rows rows, const uint64_t *bits, bool want);

#endif
