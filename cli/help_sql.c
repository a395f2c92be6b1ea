/* SPDX-License-Identifier: Apache-2.0
 *
 * The help of each SQL statement, as HELP in the shell and `millrace help`
 * print it. In order of use; the list of all statements is made from it.
 */
#include "cli/help.h"

#include <stddef.h>

const HelpTopic help_statements[] = {
    {"CREATE STREAM", "registers a topic as a stream of events",
     "CREATE [OR REPLACE] [SOURCE] STREAM [IF NOT EXISTS] name (\n"
     "    column type [KEY | HEADERS | HEADER('key')], ...\n"
     ") WITH (KAFKA_TOPIC='topic', VALUE_FORMAT='JSON', ...);",
     "Properties: KAFKA_TOPIC, PARTITIONS (makes the topic if it is not "
     "there),\nREPLICAS, RETENTION_MS, FORMAT or KEY_FORMAT and VALUE_FORMAT "
     "(JSON, DELIMITED,\nKAFKA, NONE), VALUE_DELIMITER, KEY_DELIMITER, "
     "WRAP_SINGLE_VALUE, TIMESTAMP (the\ncolumn that gives ROWTIME), "
     "TIMESTAMP_FORMAT, WINDOW_TYPE, WINDOW_SIZE.\n"
     "Types: BOOLEAN, INT, BIGINT, DOUBLE, DECIMAL(p, s), STRING, BYTES, DATE, "
     "TIME,\nTIMESTAMP, ARRAY<t>, MAP<STRING, t>, STRUCT<name t, ...>.\n"
     "SOURCE makes it read-only.\n"
     "\n"
     "  CREATE STREAM clicks (user_id STRING KEY, url STRING, ms INT)\n"
     "    WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);\n"},
    {"CREATE STREAM AS SELECT", "a persistent query into a new stream",
     "CREATE [OR REPLACE] STREAM [IF NOT EXISTS] name [WITH (...)] AS\n"
     "    SELECT ... FROM ... [EMIT CHANGES];",
     "Makes the topic (default: the name in upper case), registers the stream "
     "and\nstarts a query that writes it until TERMINATE. Where it begins: "
     "SET\n"
     "'auto.offset.reset'='earliest' or 'latest'. Properties as of CREATE "
     "STREAM;\nformats, partitions and replicas come from the source if not "
     "given.\n"
     "\n"
     "  CREATE STREAM slow AS SELECT * FROM clicks WHERE ms > 1000;\n"},
    {"CREATE TABLE", "registers a topic as a table: the last value of each key",
     "CREATE [OR REPLACE] [SOURCE] TABLE [IF NOT EXISTS] name (\n"
     "    column type [PRIMARY KEY | HEADERS | HEADER('key')], ...\n"
     ") WITH (KAFKA_TOPIC='topic', VALUE_FORMAT='JSON', ...);",
     "As CREATE STREAM, with at least one PRIMARY KEY column, which comes from "
     "the\nrecord's key. A record with a null value deletes its key's row.\n"
     "\n"
     "  CREATE TABLE users (id STRING PRIMARY KEY, name STRING)\n"
     "    WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=1);\n"},
    {"CREATE TABLE AS SELECT", "a persistent query into a new table",
     "CREATE [OR REPLACE] TABLE [IF NOT EXISTS] name [WITH (...)] AS\n"
     "    SELECT ... FROM ... [WINDOW ...] GROUP BY ... [HAVING ...]\n"
     "    [EMIT CHANGES | EMIT FINAL];",
     "Keeps an aggregate, or a filtered table, up to date in a topic. Windows "
     "are\nexplained under HELP SELECT.\n"
     "\n"
     "  CREATE TABLE per_minute AS\n"
     "    SELECT url, COUNT(*) AS n FROM clicks\n"
     "    WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY url;\n"},
    {"INSERT INTO SELECT", "a persistent query into an existing stream",
     "INSERT INTO stream [WITH (QUERY_ID='id')] SELECT ... FROM ...;",
     "The columns must equal the stream's in number, order, names and types.\n"
     "Several queries may write one stream.\n"},
    {"INSERT INTO VALUES", "writes one row",
     "INSERT INTO source [(column, ...)] VALUES (expression, ...);",
     "Columns that are not listed are null; ROWTIME may be listed. Expressions "
     "are\nconstant: literals, functions of them, ARRAY[...], MAP(...), "
     "STRUCT(...).\n"
     "\n"
     "  INSERT INTO clicks (user_id, url, ms) VALUES ('ada', '/', 12);\n"},
    {"SELECT", "streams rows to you",
     "SELECT expression [AS name], ... FROM source [alias]\n"
     "    [[INNER | LEFT] JOIN table [alias] ON condition]\n"
     "    [WINDOW {TUMBLING (SIZE 1 MINUTE\n"
     "            | HOPPING (SIZE 1 MINUTE, ADVANCE BY 10 SECONDS\n"
     "            | SESSION (30 SECONDS}\n"
     "        [, RETENTION 1 DAY] [, GRACE PERIOD 10 SECONDS])]\n"
     "    [WHERE condition] [GROUP BY expression, ...]\n"
     "    [PARTITION BY expression] [HAVING condition]\n"
     "    [EMIT CHANGES | EMIT FINAL] [LIMIT n];",
     "With EMIT CHANGES rows come as they arise, until Ctrl-C or LIMIT. It "
     "begins\nwith what arrives from now on; SET "
     "'auto.offset.reset'='earliest' begins with\nwhat is there. Without EMIT "
     "a stream is read to its end once; tables cannot be\nread without EMIT "
     "yet. ROWTIME, ROWPARTITION and ROWOFFSET are columns of every\nsource, "
     "WINDOWSTART and WINDOWEND of windowed ones. Streams are joined WITHIN a\n"
     "time, tables on their PRIMARY KEY. SHOW FUNCTIONS lists the functions.\n"
     "\n"
     "  SELECT url, COUNT(*) AS n FROM clicks GROUP BY url EMIT CHANGES;\n"},
    {"PRINT", "shows a topic's records as they come",
     "PRINT topic [FROM BEGINNING] [{INTERVAL | SAMPLE} n] [LIMIT n];",
     "The formats are guessed from the data. INTERVAL n shows each n-th "
     "record, "
     "LIMIT n\nends after n; otherwise Ctrl-C ends it. A topic's name keeps "
     "its "
     "case; quote it\nif it has other characters: PRINT 'my.topic'.\n"},
    {"SHOW STREAMS", "the streams", "{SHOW | LIST} STREAMS [EXTENDED];", ""},
    {"SHOW TABLES", "the tables", "{SHOW | LIST} TABLES [EXTENDED];", ""},
    {"SHOW TOPICS", "the topics of the broker",
     "{SHOW | LIST} [ALL] TOPICS [EXTENDED];",
     "ALL includes internal topics; EXTENDED adds the numbers of consumers.\n"},
    {"SHOW QUERIES", "the running queries", "{SHOW | LIST} QUERIES [EXTENDED];",
     ""},
    {"SHOW FUNCTIONS", "the functions", "{SHOW | LIST} FUNCTIONS;",
     "DESCRIBE FUNCTION name explains one.\n"},
    {"SHOW TYPES", "the types made by CREATE TYPE", "{SHOW | LIST} TYPES;", ""},
    {"SHOW PROPERTIES", "the settings and their values",
     "{SHOW | LIST} PROPERTIES;", "SET changes one for this session.\n"},
    {"SHOW VARIABLES", "the variables made by DEFINE",
     "{SHOW | LIST} VARIABLES;", ""},
    {"DESCRIBE", "a source's columns, formats, queries and statistics",
     "DESCRIBE source [EXTENDED];\n"
     "DESCRIBE {STREAMS | TABLES} [EXTENDED];",
     ""},
    {"DESCRIBE FUNCTION", "a function's signatures and an example",
     "DESCRIBE FUNCTION name;", ""},
    {"EXPLAIN", "a query's plan, or a running query",
     "EXPLAIN {statement | query_id};",
     "For SELECT, CREATE ... AS SELECT and INSERT INTO ... SELECT; nothing is\n"
     "executed. SHOW QUERIES lists the ids of running queries.\n"},
    {"DROP STREAM", "forgets a stream, and ends the query that made it",
     "DROP STREAM [IF EXISTS] name [DELETE TOPIC];",
     "Refused while other queries read or write it.\n"},
    {"DROP TABLE", "forgets a table, and ends the query that made it",
     "DROP TABLE [IF EXISTS] name [DELETE TOPIC];",
     "Refused while other queries read or write it.\n"},
    {"ALTER STREAM", "adds columns to a stream",
     "ALTER STREAM name ADD [COLUMN] column type [, ADD [COLUMN] ...];",
     "Queries that run keep the columns they know.\n"},
    {"ALTER TABLE", "adds columns to a table",
     "ALTER TABLE name ADD [COLUMN] column type [, ADD [COLUMN] ...];",
     "Queries that run keep the columns they know.\n"},
    {"CREATE TYPE", "a name for a type",
     "CREATE TYPE [IF NOT EXISTS] name AS type;",
     "\n  CREATE TYPE address AS STRUCT<city STRING, zip STRING>;\n"},
    {"DROP TYPE", "forgets a type's name", "DROP TYPE [IF EXISTS] name;", ""},
    {"TERMINATE", "ends a persistent query for good",
     "TERMINATE {query_id | ALL};", "Its stream or table stays.\n"},
    {"PAUSE", "halts a persistent query", "PAUSE {query_id | ALL};",
     "Its state and offsets are kept; RESUME goes on.\n"},
    {"RESUME", "lets a paused query go on", "RESUME {query_id | ALL};", ""},
    {"SET", "changes a setting for this session", "SET 'name' = 'value';",
     "Holds for the queries started afterwards. SHOW PROPERTIES lists the "
     "settings.\n"
     "\n"
     "  SET 'auto.offset.reset' = 'earliest';\n"},
    {"UNSET", "takes SET back", "UNSET 'name';", ""},
    {"DEFINE", "a variable, for ${name} in later statements",
     "DEFINE name = 'value';",
     "\n  DEFINE topic = 'clicks'; PRINT ${topic};\n"},
    {"UNDEFINE", "forgets a variable", "UNDEFINE name;", ""},
    {"ASSERT TOPIC", "fails unless a topic is there",
     "ASSERT [NOT EXISTS] TOPIC topic [WITH (PARTITIONS=n, REPLICAS=n)]\n"
     "    [TIMEOUT n SECONDS];",
     "Waits up to TIMEOUT (1 second). A failure ends the rest of a script.\n"},
    {"RUN SCRIPT", "executes a file's statements (in the shell)",
     "RUN SCRIPT 'file';", ""},
    {NULL, NULL, NULL, NULL},
};
