/* SPDX-License-Identifier: Apache-2.0
 *
 * Plan: what a query will do, as an immutable tree of nodes, each with the
 * columns of its output. Made by the planner, read by the runtime (shared by
 * all tasks), printed by EXPLAIN, written as JSON for the command log.
 *
 * The root is the sink (or result) node; inputs point towards the sources.
 * Expressions of a node refer to slots of its input's `columns`; those of a
 * join to the left input's slots, then (offset by the left's count) the
 * right's. A column is filled at run time only if `needed`.
 */
#ifndef PLANNER_PLAN_H
#define PLANNER_PLAN_H

#include "formats/format.h"
#include "planner/expr.h"
#include "types/schema.h"

typedef enum PlanKind {
    PLAN_SOURCE,      /* Reads a topic. is_table: materialised, emits old. */
    PLAN_FILTER,      /* Stream WHERE; table WHERE and HAVING. */
    PLAN_PROJECT,     /* New columns from expressions. */
    PLAN_FLATMAP,     /* Table functions: rows times. */
    PLAN_REKEY,       /* New key columns from expressions, and key bytes. */
    PLAN_REPARTITION, /* Through an internal topic: a new sub-topology. */
    PLAN_AGGREGATE,   /* By the current key (and window). */
    PLAN_JOIN_STREAM_TABLE,
    PLAN_JOIN_STREAM_STREAM,
    PLAN_JOIN_TABLE_TABLE,
    PLAN_JOIN_FOREIGN_KEY,
    PLAN_LIMIT,  /* Transient queries: stop after n rows. */
    PLAN_SINK,   /* Writes a topic. */
    PLAN_RESULT, /* Transient queries: rows to the client. */
} PlanKind;

typedef enum PlanColumnRole {
    PLAN_KEY,
    PLAN_VALUE,
    PLAN_SYSTEM, /* ROWTIME, ROWPARTITION, ROWOFFSET, window bounds, headers */
} PlanColumnRole;

typedef struct PlanColumn {
    Str name;
    const Type *type;
    PlanColumnRole role;
    bool needed;
} PlanColumn;

typedef enum WindowKind {
    WINDOW_NONE,
    WINDOW_TUMBLING,
    WINDOW_HOPPING,
    WINDOW_SESSION,
} WindowKind;

typedef struct WindowSpec {
    WindowKind kind;
    int64_t size_ms;    /* The gap of a session. */
    int64_t advance_ms; /* Equal to size_ms for tumbling. */
    int64_t grace_ms;
    int64_t retention_ms; /* At least size + grace. */
    bool emit_final;
} WindowSpec;

/* Where the record time of a source or sink comes from. */
typedef struct TimestampSpec {
    int slot;   /* Column slot (source: its own; sink: of the input),
                   -1: the record's time. */
    Str format; /* Pattern for STRING columns, else empty. */
} TimestampSpec;

/* What a source reads beyond its declared columns. */
typedef enum SourceField {
    SOURCE_COLUMN, /* schema column `index` */
    SOURCE_ROWTIME,
    SOURCE_ROWPARTITION,
    SOURCE_ROWOFFSET,
    SOURCE_WINDOWSTART,
    SOURCE_WINDOWEND,
} SourceField;

typedef struct PlanNode PlanNode;

typedef struct PlanSource {
    Str name; /* Of the stream or table. */
    Str topic;
    bool is_table;
    const Schema *schema;      /* Declared columns. */
    FormatSpec key;            /* columns: the schema's keys. */
    FormatSpec value;          /* columns: the schema's values. */
    const SourceField *fields; /* One a slot of the node's columns. */
    const int *field_index;    /* SOURCE_COLUMN: index in schema. */
    WindowKind window;         /* Of windowed keys. */
    int64_t window_size_ms;
    TimestampSpec timestamp;
    bool materialize; /* Table whose old rows somebody reads, or that is
                         looked up: has a store. */
    Str store;        /* "KsqlTopic-Reduce"; empty: none */
} PlanSource;

typedef struct PlanProject {
    const Expr **exprs; /* One a column of the node. */
    const int *copy_of; /* Input slot if exprs[i] is that column, else -1. */
    Str store;          /* "Project-Last": the rows of a table made by a join
                           are kept; empty: they are not. */
} PlanProject;

typedef struct PlanFlatmap {
    const FnBinding **functions; /* Results are the node's last columns, after
                                    all of the input's. */
    const Expr ***args;
    int count;
} PlanFlatmap;

typedef enum RekeyMode {
    REKEY_GROUP,     /* Null rows, or any null key part: dropped. */
    REKEY_PARTITION, /* PARTITION BY: kept, with null key (parts). */
    REKEY_JOIN,      /* For a join: a null key is kept only if `keep_null`. */
} RekeyMode;

/* Output columns: the new keys, then all of the input's (roles: values). */
typedef struct PlanRekey {
    RekeyMode mode;
    const Expr **exprs;
    int count;      /* 0: PARTITION BY NULL, a null key. */
    FormatSpec key; /* How key_bytes are written from now on. */
    bool keep_null;
} PlanRekey;

typedef struct PlanRepartition {
    Str name;       /* "Aggregate-GroupBy": topic
                       <application id>-<name>-repartition */
    int partitions; /* 0: as many as the source. */
    Str store;      /* A table in another key format is kept here after
                       the hop ("RightSourceKeyed-Materialize"); empty:
                       not kept. */
} PlanRepartition;

typedef struct PlanAggregateCall {
    const FnBinding *binding;
    const Expr **args; /* Over the input's slots. */
    int arg_count;
} PlanAggregateCall;

/* Output columns: keys, WINDOWSTART, WINDOWEND (windowed only), ROWTIME, then
 * one a call. Input columns of role key are the group's keys. */
typedef struct PlanAggregate {
    PlanAggregateCall *calls;
    int call_count;
    WindowSpec window;
    bool from_table; /* Input changes carry old rows: undo. */
    Str store;       /* "Aggregate-Aggregate-Materialize" */
} PlanAggregate;

typedef enum JoinKind { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL } JoinKind;

/* Output columns: the left's, then the right's; for a synthetic key (FULL joins
 * only) one more, the key, last. The key of the result has role PLAN_KEY: the
 * left's columns (INNER, LEFT, foreign key), the right's (RIGHT) or the
 * synthetic one; all other keys have become values. */
typedef struct PlanJoin {
    JoinKind kind;
    int64_t before_ms, after_ms, grace_ms; /* Stream-stream. */
    bool has_grace;
    bool synthetic_key;
    const Expr *foreign_key; /* Over the left's slots. */
    /* Names of stores. Table-table: of the two inputs' rows. Stream-stream:
     * left_store is that of the preserved side of a LEFT or RIGHT join;
     * outer_store keeps rows that wait for a match (empty: none do). Foreign
     * key: of the inputs' rows, of who wants which right row, and of results
     * (used only if old rows are wanted). */
    Str left_store, right_store, outer_store, subscription_store, result_store;
    Str request_topic, response_topic; /* Foreign key: between the halves. */
} PlanJoin;

typedef struct PlanSink {
    Str name; /* Of the stream or table; empty for INSERT INTO. */
    Str topic;
    const Schema *schema;
    FormatSpec key;
    FormatSpec value;
    const int *key_slots;   /* Input slots of the schema's keys, in order. */
    const int *value_slots; /* And of its values. */
    bool same_key_bytes;    /* The batch's key_bytes can be written as is. */
    TimestampSpec timestamp;
    WindowKind window;
} PlanSink;

typedef struct PlanResult {
    const int *slots; /* Input slots of the rows' columns. */
    bool tombstones;  /* Table changes: deletes are shown. */
} PlanResult;

struct PlanNode {
    PlanKind kind;
    int id;   /* 0, 1, ... in build order; unique in the plan. */
    Str step; /* "KsqlTopic", "WhereFilter", "Project": the
                 processing log's names. */
    const PlanNode *inputs[2];
    int input_count;
    bool is_table; /* Kind of the output edge. */
    bool want_old; /* Somebody downstream reads old rows. */
    PlanColumn *columns;
    int column_count;
    const FormatSpec *key_spec; /* What key_bytes are after this node. */
    WindowKind window;          /* Rows carry window bounds. */
    int64_t window_size_ms;
    union {
        PlanSource source;
        const Expr *filter;
        PlanProject project;
        PlanFlatmap flatmap;
        PlanRekey rekey;
        PlanRepartition repartition;
        PlanAggregate aggregate;
        PlanJoin join;
        int64_t limit;
        PlanSink sink;
        PlanResult result;
    };
};

/* How a pull query finds its rows. */
typedef enum PullMethod {
    PULL_KEYS,  /* Each lookup names a whole key. */
    PULL_RANGE, /* Some say between which keys. */
    PULL_SCAN,  /* All rows. */
} PullMethod;

/* A limit on WINDOWSTART or WINDOWEND: bound op value. */
typedef struct PlanPullWindow {
    bool is_start;
    int op;            /* CMP_EQ, CMP_LT, CMP_LE, CMP_GT, CMP_GE */
    const Expr *value; /* Constant BIGINT. */
} PlanPullWindow;

/* One alternative of WHERE. */
typedef struct PlanPullLookup {
    const Expr **key; /* Constants, one a key column; or */
    const Expr *range; /* the other side of: key range_op range. */
    int range_op;
    PlanPullWindow *windows;
    int window_count;
} PlanPullLookup;

/* A pull query over a table. The plan's source node stands for the rows that
 * are read; its filter need not be looked at if `exact`. */
typedef struct PlanPull {
    PullMethod method;
    PlanPullLookup *lookups;
    int lookup_count;
    bool exact; /* What the lookups find is what WHERE asks for. */
} PlanPull;

typedef enum PlanQueryKind {
    PLAN_PERSISTENT, /* CREATE ... AS, INSERT INTO ... SELECT */
    PLAN_PUSH,       /* SELECT ... EMIT CHANGES */
    PLAN_PULL,       /* SELECT of a table's state */
} PlanQueryKind;

typedef struct Plan {
    PlanQueryKind kind;
    const PlanNode *root;
    const PlanNode **nodes; /* By id. */
    int node_count;
    Str sources[16]; /* Names read, in order of FROM. */
    int source_count;
    Str sink; /* Name written; empty for push and pull. */
    bool sink_is_table;
    const Schema *schema; /* Of the result. */
    const PlanPull *pull; /* Pull query over a table; else NULL. */
    Str text;             /* The statement. */
} Plan;

/* The node of a persistent query that keeps the rows of the table it makes,
 * from which they can be read: an aggregate, a table source, or the projection
 * of a joined table. Between it and the sink are only filters and projections,
 * to be applied to what is read. NULL: none does. */
const PlanNode *plan_kept(const Plan *plan);

/* The tree as EXPLAIN shows it, one node a line, root first. */
void plan_print(Buf *out, const Plan *plan);

/* As JSON, for the command log and tools. */
void plan_write_json(Buf *out, const Plan *plan);

#endif
