/* SPDX-License-Identifier: Apache-2.0
 *
 * The syntax tree: what was written, nothing resolved. Nodes live in the `stmt`
 * arena. `at` is the byte offset of a node's first token in the source text.
 * Names are already unquoted and folded (language 1.2): an AstName keeps whether
 * it was quoted, for messages and for DESCRIBE TABLES.
 */
#ifndef PARSER_AST_H
#define PARSER_AST_H

#include "types/decimal.h"
#include "types/value.h"

typedef struct Ast Ast;
typedef struct AstType AstType;
typedef struct AstSelect AstSelect;
typedef struct AstStatement AstStatement;

typedef struct AstName {
    Str text;     /* Folded to upper case unless quoted. */
    Str written;  /* As in the source, without quotes. */
    uint32_t at;
    bool quoted;
} AstName;

/* ---- expressions ---- */

typedef enum AstKind {
    AST_NULL,
    AST_BOOLEAN,    /* literal.boolean */
    AST_INTEGER,    /* literal.i32 or i64; type by is_bigint */
    AST_DECIMAL,    /* literal.dec; precision from its digits (1.3) */
    AST_DOUBLE,     /* literal.f64 */
    AST_STRING,     /* literal.str */
    AST_COLUMN,     /* name, qualifier (text.ptr NULL: none) */
    AST_FIELD,      /* args[0] -> name */
    AST_FIELD_ALL,  /* args[0] -> *     (select list only) */
    AST_INDEX,      /* args[0] [ args[1] ] */
    AST_CALL,       /* name ( args ); star: COUNT(*) */
    AST_UNIT,       /* DAYS .. MILLISECONDS as an argument; name */
    AST_LAMBDA,     /* params => args[0] */
    AST_UNARY,      /* op '-' or '+' */
    AST_ARITH,      /* op + - * / % */
    AST_CONCAT,     /* || */
    AST_COMPARE,    /* op AST_EQ .. */
    AST_AND,
    AST_OR,
    AST_NOT,
    AST_BETWEEN,    /* args[0] BETWEEN args[1] AND args[2]; negated */
    AST_IN,         /* args[0] IN (args[1..]); negated */
    AST_LIKE,       /* args[0] LIKE args[1] ESCAPE args[2]; negated */
    AST_IS_NULL,    /* negated */
    AST_CASE,       /* args: when, then, when, then, ...; else_ */
    AST_SIMPLE_CASE, /* args[0] operand, then as AST_CASE */
    AST_CAST,       /* args[0] AS type */
    AST_ARRAY,
    AST_MAP,        /* args: key, value, key, value, ... */
    AST_STRUCT,     /* args; names[i] names args[i] */
    AST_TYPED,      /* name 'text': always rejected later; literal.str */
    AST_AT_ZONE,    /* args[0] AT TIME ZONE literal.str: rejected later */
} AstKind;

typedef enum AstCompare {
    AST_EQ,
    AST_NE,
    AST_LT,
    AST_LE,
    AST_GT,
    AST_GE,
    AST_DISTINCT,     /* IS DISTINCT FROM */
    AST_NOT_DISTINCT,
} AstCompare;

struct Ast {
    AstKind kind;
    uint32_t at;
    uint32_t end;       /* Byte offset after the last token. */
    int op;             /* Character of arithmetic, or AstCompare. */
    bool negated;
    bool star;          /* AST_CALL with * as its argument. */
    bool is_bigint;     /* AST_INTEGER */
    Value literal;
    Str literal_text;   /* Numbers: as written, sign included if folded in. */
    AstName name;
    AstName qualifier;
    Ast **args;
    int arg_count;
    Ast *else_;
    const AstName *names; /* AST_STRUCT fields, AST_LAMBDA parameters. */
    int name_count;
    const AstType *type;  /* AST_CAST */
    bool parens;          /* Was written in parentheses; at, end include them. */
    uint16_t height;      /* Of the tree, 1 for a leaf; see PARSE_HEIGHT_MAX. */
};

/* ---- types ---- */

struct AstType {
    uint32_t at;
    TypeKind kind;         /* TYPE_NULL: a custom or unknown name, in name. */
    AstName name;          /* As written, for errors and custom types. */
    int precision, scale;  /* DECIMAL */
    const AstType *key;    /* MAP */
    const AstType *element; /* ARRAY, MAP */
    const AstName *field_names;
    const AstType *const *field_types;
    int field_count;
};

/* ---- parts of statements ---- */

/* A property of WITH, or of CREATE CONNECTOR. Names in WITH do not depend on
 * case: name.text is in upper case even if it was quoted. Those of connectors
 * keep their case when quoted. */
typedef struct AstProperty {
    AstName name;
    const Ast *value; /* A literal. */
} AstProperty;

typedef struct AstProperties {
    AstProperty *at;
    int count;
    bool present; /* WITH was written. */
} AstProperties;

typedef enum AstConstraint {
    AST_CONSTRAINT_NONE,
    AST_KEY,
    AST_PRIMARY_KEY,
    AST_HEADERS,
    AST_HEADER, /* header_key */
} AstConstraint;

typedef struct AstElement {
    AstName name;
    const AstType *type;
    AstConstraint constraint;
    Str header_key;
    uint32_t at;
} AstElement;

typedef enum AstUnit {
    AST_DAYS,
    AST_HOURS,
    AST_MINUTES,
    AST_SECONDS,
    AST_MILLISECONDS,
} AstUnit;

typedef struct AstDuration {
    int64_t count;
    AstUnit unit;
    bool present;
    uint32_t at;
} AstDuration;

/* A duration in milliseconds; false on overflow. */
bool ast_duration_ms(const AstDuration *duration, int64_t *ms);

typedef enum AstWindowKind {
    AST_WINDOW_NONE,
    AST_TUMBLING,
    AST_HOPPING,
    AST_SESSION,
} AstWindowKind;

typedef struct AstWindow {
    AstWindowKind kind;
    uint32_t at;
    AstDuration size;     /* The gap, for SESSION. */
    AstDuration advance;  /* HOPPING */
    AstDuration retention;
    AstDuration grace;
} AstWindow;

typedef enum AstJoinKind {
    AST_JOIN_INNER,
    AST_JOIN_LEFT,
    AST_JOIN_RIGHT,
    AST_JOIN_FULL,
} AstJoinKind;

typedef struct AstFrom {
    AstName source;
    AstName alias; /* text.ptr NULL: none written. */
} AstFrom;

typedef struct AstJoin {
    AstJoinKind kind;
    uint32_t at;
    AstFrom right;
    bool within;
    bool within_pair;     /* WITHIN (before, after) */
    AstDuration before;
    AstDuration after;    /* Equal to before if not a pair. */
    AstDuration grace;
    Ast *on;
} AstJoin;

typedef struct AstItem {
    uint32_t at;
    uint32_t end;
    bool star;            /* `*`, or `qualifier.*` */
    AstName qualifier;
    Ast *expr;            /* AST_FIELD_ALL for s->* */
    AstName alias;        /* text.ptr NULL: none. */
} AstItem;

typedef enum AstEmit {
    AST_EMIT_NONE,
    AST_EMIT_CHANGES,
    AST_EMIT_FINAL,
} AstEmit;

struct AstSelect {
    uint32_t at;
    AstItem *items;
    int item_count;
    AstFrom from;
    AstJoin *joins;
    int join_count;
    AstWindow window;
    Ast *where;
    Ast **group_by;       /* NULL and 0: none. */
    int group_count;
    bool has_group_by;
    Ast **partition_by;
    int partition_count;
    bool has_partition_by; /* PARTITION BY () gives count 0. */
    Ast *having;
    AstEmit emit;
    bool has_limit;
    int64_t limit;
    uint32_t limit_at;
};

/* ---- statements ---- */

typedef enum AstStatementKind {
    STMT_CREATE_STREAM,    /* name elements with; is_source, or_replace, ... */
    STMT_CREATE_TABLE,
    STMT_CREATE_STREAM_AS, /* name with select */
    STMT_CREATE_TABLE_AS,
    STMT_INSERT_SELECT,    /* name with select */
    STMT_INSERT_VALUES,    /* name columns values */
    STMT_DROP_STREAM,      /* name if_exists delete_topic */
    STMT_DROP_TABLE,
    STMT_ALTER_STREAM,     /* name elements */
    STMT_ALTER_TABLE,
    STMT_CREATE_TYPE,      /* name type if_not_exists */
    STMT_DROP_TYPE,        /* name if_exists */
    STMT_TERMINATE,        /* name or all */
    STMT_PAUSE,
    STMT_RESUME,
    STMT_EXPLAIN,          /* name, or statement */
    STMT_DESCRIBE,         /* name extended */
    STMT_DESCRIBE_STREAMS, /* extended */
    STMT_DESCRIBE_TABLES,
    STMT_DESCRIBE_FUNCTION,
    STMT_DESCRIBE_CONNECTOR,
    STMT_SHOW_STREAMS,     /* extended */
    STMT_SHOW_TABLES,
    STMT_SHOW_TOPICS,      /* all extended */
    STMT_SHOW_QUERIES,
    STMT_SHOW_FUNCTIONS,
    STMT_SHOW_TYPES,
    STMT_SHOW_PROPERTIES,
    STMT_SHOW_VARIABLES,
    STMT_SHOW_CONNECTORS,  /* connector_kind: 0 all, 'S' source, 'K' sink */
    STMT_SHOW_CONNECTOR_PLUGINS,
    STMT_SET,              /* text value */
    STMT_UNSET,            /* text */
    STMT_ALTER_SYSTEM,     /* text value */
    STMT_DEFINE,           /* name value */
    STMT_UNDEFINE,         /* name */
    STMT_CREATE_CONNECTOR, /* name with connector_kind if_not_exists */
    STMT_DROP_CONNECTOR,   /* name if_exists */
    STMT_ASSERT_TOPIC,     /* text with not_exists timeout */
    STMT_ASSERT_SCHEMA,    /* text (subject) has_id id not_exists timeout */
    STMT_PRINT,            /* text from_beginning interval limit */
    STMT_SELECT,           /* select */
    STMT_RUN_SCRIPT,       /* text */
    STMT_ASSERT_VALUES,    /* name columns values */
    STMT_ASSERT_NULL_VALUES,
    STMT_ASSERT_STREAM,    /* name elements with */
    STMT_ASSERT_TABLE,
} AstStatementKind;

struct AstStatement {
    AstStatementKind kind;
    uint32_t at;          /* First byte of the statement in the whole text. */
    uint32_t end;         /* After its `;`. */
    Str source;           /* Its text, without the `;`; ${name} replaced. */
    AstName name;         /* text.ptr NULL: none. Of a variable: not folded. */
    Str text;             /* Topic, subject, property name, file. */
    uint32_t text_at;
    Str value;            /* SET, DEFINE, ALTER SYSTEM. */
    AstElement *elements;
    int element_count;
    bool has_elements;    /* A list was written, maybe an empty one. */
    AstProperties with;
    AstSelect *select;
    AstName *columns;     /* INSERT VALUES, ASSERT VALUES. */
    int column_count;
    bool has_columns;
    Ast **values;
    int value_count;
    const AstType *type;
    AstStatement *statement; /* EXPLAIN */
    bool is_source, or_replace, if_not_exists, if_exists, delete_topic;
    bool all, extended, from_beginning, not_exists;
    char connector_kind;
    bool has_interval, has_limit, has_id;
    int64_t interval, limit, id;
    AstDuration timeout;
};

/* Name of a kind as it is written: "CREATE STREAM ... AS SELECT". */
const char *ast_statement_name(AstStatementKind kind);

#endif
