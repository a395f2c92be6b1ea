/* SPDX-License-Identifier: Apache-2.0
 *
 * The help of each SQL statement, as HELP in the shell and `millrace help`
 * print it; the list of all statements is made from it. In an order in which
 * the examples can be executed one after the other: tests/integration/docs.sh
 * does.
 */
#include "cli/help.h"

#include <stddef.h>

const HelpTopic help_statements[] = {
    {"CREATE STREAM", "registers a topic as a stream of events",
     "CREATE [OR REPLACE] [SOURCE] STREAM [IF NOT EXISTS] name (\n"
     "    column type [KEY | HEADERS | HEADER('key')], ...\n"
     ") WITH (KAFKA_TOPIC='topic', VALUE_FORMAT='JSON', ...);",
     "Each record of the topic is a row. KEY columns come from the record's "
     "key, the\n"
     "others from its value. Properties: KAFKA_TOPIC, PARTITIONS (makes the "
     "topic if\n"
     "it is not there), REPLICAS, RETENTION_MS, FORMAT or KEY_FORMAT and "
     "VALUE_FORMAT\n"
     "(JSON, DELIMITED, KAFKA, NONE), VALUE_DELIMITER, KEY_DELIMITER,\n"
     "WRAP_SINGLE_VALUE, TIMESTAMP (the column that gives ROWTIME), "
     "TIMESTAMP_FORMAT,\n"
     "WINDOW_TYPE, WINDOW_SIZE. Types: BOOLEAN, INT, BIGINT, DOUBLE, "
     "DECIMAL(p, s),\n"
     "STRING, BYTES, DATE, TIME, TIMESTAMP, ARRAY<t>, MAP<STRING, t>,\n"
     "STRUCT<name t, ...>. SOURCE makes it read-only, OR REPLACE may add "
     "columns.\n",
     "CREATE STREAM clicks (user_id STRING KEY, url STRING, ms INT)\n"
     "  WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);"},
    {"CREATE STREAM AS SELECT", "a persistent query into a new stream",
     "CREATE [OR REPLACE] STREAM [IF NOT EXISTS] name [WITH (...)] AS\n"
     "    SELECT ... FROM ... [EMIT CHANGES];",
     "Makes the topic (its name: the stream's, in upper case), registers the "
     "stream\n"
     "and starts a query that writes it until TERMINATE. Where it begins:\n"
     "SET 'auto.offset.reset'='earliest' or 'latest'. Properties as of CREATE "
     "STREAM;\n"
     "formats, partitions and replicas come from the source if not given.\n",
     "CREATE STREAM slow AS SELECT * FROM clicks WHERE ms > 1000;"},
    {"CREATE TABLE", "registers a topic as a table: the last value of each key",
     "CREATE [OR REPLACE] [SOURCE] TABLE [IF NOT EXISTS] name (\n"
     "    column type [PRIMARY KEY | HEADERS | HEADER('key')], ...\n"
     ") WITH (KAFKA_TOPIC='topic', VALUE_FORMAT='JSON', ...);",
     "As CREATE STREAM, with at least one PRIMARY KEY column, which comes from "
     "the\n"
     "record's key. A record with a null value deletes its key's row. CREATE "
     "SOURCE\n"
     "TABLE is read-only, and is kept up to date so that SELECT can look rows "
     "up.\n",
     "CREATE TABLE users (id STRING PRIMARY KEY, name STRING)\n"
     "  WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=1);"},
    {"CREATE TABLE AS SELECT", "a persistent query into a new table",
     "CREATE [OR REPLACE] TABLE [IF NOT EXISTS] name [WITH (...)] AS\n"
     "    SELECT ... FROM ... [WINDOW ...] GROUP BY ... [HAVING ...]\n"
     "    [EMIT CHANGES | EMIT FINAL];",
     "Keeps an aggregate, or a filtered or joined table, up to date in a "
     "topic.\n"
     "Windows are explained under HELP SELECT; EMIT FINAL writes a window "
     "once, when\n"
     "it can no longer change.\n",
     "CREATE TABLE per_minute AS\n"
     "  SELECT url, COUNT(*) AS n FROM clicks\n"
     "  WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY url;"},
    {"INSERT INTO SELECT", "a persistent query into an existing stream",
     "INSERT INTO stream [WITH (QUERY_ID='id')] SELECT ... FROM ...;",
     "The columns must equal the stream's in number, order, names and types. "
     "Several\n"
     "queries may write one stream.\n",
     "INSERT INTO slow SELECT * FROM clicks WHERE url = '/checkout';"},
    {"INSERT INTO VALUES", "writes one row",
     "INSERT INTO source [(column, ...)] VALUES (expression, ...);",
     "Columns that are not listed are null; ROWTIME may be listed. Without a "
     "list:\n"
     "all columns, keys first. Expressions are constant: literals, functions "
     "of them,\n"
     "ARRAY[...], MAP(...), STRUCT(...).\n",
     "INSERT INTO clicks (user_id, url, ms) VALUES ('ada', '/', 12);"},
    {"SELECT", "streams rows to you, or reads what is there",
     "SELECT expression [AS name], ... FROM source [alias]\n"
     "    [[INNER | {LEFT | RIGHT | FULL} [OUTER]] JOIN source [alias]\n"
     "        [WITHIN 1 HOUR [GRACE PERIOD 5 MINUTES]] ON a = b] ...\n"
     "    [WINDOW {TUMBLING (SIZE 1 MINUTE\n"
     "            | HOPPING (SIZE 1 MINUTE, ADVANCE BY 10 SECONDS\n"
     "            | SESSION (30 SECONDS}\n"
     "        [, RETENTION 1 DAY] [, GRACE PERIOD 10 SECONDS])]\n"
     "    [WHERE condition] [GROUP BY expression, ...]\n"
     "    [PARTITION BY expression, ...] [HAVING condition]\n"
     "    [EMIT CHANGES | EMIT FINAL] [LIMIT n];",
     "With EMIT CHANGES (a push query) rows come as they arise, until Ctrl-C "
     "or LIMIT.\n"
     "It begins with what arrives from now on; SET "
     "'auto.offset.reset'='earliest'\n"
     "begins with what is there. Without EMIT (a pull query) it ends: a stream "
     "is read\n"
     "to its end, a table that a query keeps is looked up. ROWTIME, "
     "ROWPARTITION and\n"
     "ROWOFFSET are columns of every source, WINDOWSTART and WINDOWEND of "
     "windowed\n"
     "ones. Two streams are joined WITHIN a time, a table on its PRIMARY KEY.\n"
     "SHOW FUNCTIONS lists the functions.\n",
     "SELECT url, COUNT(*) AS n FROM clicks GROUP BY url EMIT CHANGES LIMIT "
     "1;"},
    {"PRINT", "shows a topic's records as they come",
     "PRINT topic [FROM BEGINNING] [{INTERVAL | SAMPLE} n] [LIMIT n];",
     "The formats are guessed from the data. INTERVAL n shows each n-th "
     "record, LIMIT n\n"
     "ends after n; otherwise Ctrl-C ends it. A topic's name keeps its case; "
     "quote it\n"
     "if it has other characters: PRINT 'my.topic'.\n",
     "PRINT clicks FROM BEGINNING LIMIT 1;"},
    {"SHOW STREAMS", "the streams, their topics and formats",
     "{SHOW | LIST} STREAMS [EXTENDED];", "EXTENDED describes each in full.\n",
     "SHOW STREAMS;"},
    {"SHOW TABLES", "the tables, their topics and formats",
     "{SHOW | LIST} TABLES [EXTENDED];", "EXTENDED describes each in full.\n",
     "SHOW TABLES;"},
    {"SHOW TOPICS", "the topics of the broker",
     "{SHOW | LIST} [ALL] TOPICS [EXTENDED];",
     "ALL includes internal topics; EXTENDED adds the numbers of consumers.\n",
     "SHOW ALL TOPICS;"},
    {"SHOW QUERIES", "the running queries and their ids",
     "{SHOW | LIST} QUERIES [EXTENDED];",
     "EXPLAIN id tells more about one, TERMINATE id ends it.\n",
     "SHOW QUERIES;"},
    {"SHOW FUNCTIONS", "the functions, by kind", "{SHOW | LIST} FUNCTIONS;",
     "DESCRIBE FUNCTION name explains one.\n", "SHOW FUNCTIONS;"},
    {"SHOW TYPES", "the types made by CREATE TYPE", "{SHOW | LIST} TYPES;",
     "Built-in types are listed under HELP CREATE STREAM.\n", "SHOW TYPES;"},
    {"SHOW PROPERTIES", "the settings and their values",
     "{SHOW | LIST} PROPERTIES;",
     "SET changes one for this session. docs/config.md explains each.\n",
     "SHOW PROPERTIES;"},
    {"SHOW VARIABLES", "the variables made by DEFINE",
     "{SHOW | LIST} VARIABLES;", "They are this session's, and go with it.\n",
     "SHOW VARIABLES;"},
    {"SHOW CONNECTORS", "the connectors of Kafka Connect",
     "{SHOW | LIST} [SOURCE | SINK] CONNECTORS;",
     "Needs a Kafka Connect cluster; none can be configured yet.\n",
     "SHOW SOURCE CONNECTORS;"},
    {"SHOW CONNECTOR PLUGINS", "the connector classes that Connect has",
     "{SHOW | LIST} CONNECTOR PLUGINS;",
     "Needs a Kafka Connect cluster; none can be configured yet.\n",
     "SHOW CONNECTOR PLUGINS;"},
    {"DESCRIBE", "a source's columns, formats, queries and statistics",
     "DESCRIBE source [EXTENDED];",
     "EXTENDED adds formats, topic, the queries that read and write it, "
     "statistics.\n",
     "DESCRIBE clicks EXTENDED;"},
    {"DESCRIBE STREAMS", "the same for all streams",
     "DESCRIBE STREAMS [EXTENDED];", "As DESCRIBE of each.\n",
     "DESCRIBE STREAMS;"},
    {"DESCRIBE TABLES", "the same for all tables",
     "DESCRIBE TABLES [EXTENDED];", "As DESCRIBE of each.\n",
     "DESCRIBE TABLES;"},
    {"DESCRIBE FUNCTION", "a function's signatures and examples",
     "DESCRIBE FUNCTION name;",
     "Each variation with what it takes, gives and does. SHOW FUNCTIONS lists "
     "all.\n",
     "DESCRIBE FUNCTION substring;"},
    {"DESCRIBE CONNECTOR", "a connector's state and tasks",
     "DESCRIBE CONNECTOR name;",
     "Needs a Kafka Connect cluster; none can be configured yet.\n",
     "DESCRIBE CONNECTOR jdbc;"},
    {"EXPLAIN", "a query's plan, or a running query",
     "EXPLAIN {statement | query_id};",
     "For SELECT, CREATE ... AS SELECT and INSERT INTO ... SELECT; nothing is "
     "executed.\n"
     "SHOW QUERIES lists the ids of running queries.\n",
     "EXPLAIN SELECT url FROM clicks WHERE ms > 10 EMIT CHANGES;"},
    {"ALTER STREAM", "adds columns to a stream",
     "ALTER STREAM name ADD [COLUMN] column type [, ADD [COLUMN] ...];",
     "Not for streams that a query writes: CREATE OR REPLACE those. Queries "
     "that run\n"
     "keep the columns they know.\n",
     "ALTER STREAM clicks ADD COLUMN browser STRING;"},
    {"ALTER TABLE", "adds columns to a table",
     "ALTER TABLE name ADD [COLUMN] column type [, ADD [COLUMN] ...];",
     "Not for tables that a query writes: CREATE OR REPLACE those. Queries "
     "that run\n"
     "keep the columns they know.\n",
     "ALTER TABLE users ADD COLUMN city STRING, ADD COLUMN age INT;"},
    {"CREATE TYPE", "a name for a type",
     "CREATE TYPE [IF NOT EXISTS] name AS type;",
     "Wherever a type is written the name may stand for it. Sources keep the "
     "type as\n"
     "it was when they were made.\n",
     "CREATE TYPE address AS STRUCT<city STRING, zip STRING>;"},
    {"DROP TYPE", "forgets a type's name", "DROP TYPE [IF EXISTS] name;",
     "Sources that were made with it keep their columns.\n",
     "DROP TYPE address;"},
    {"PAUSE", "halts a persistent query", "PAUSE {query_id | ALL};",
     "Its state and offsets are kept; RESUME goes on.\n", "PAUSE ALL;"},
    {"RESUME", "lets a paused query go on", "RESUME {query_id | ALL};",
     "It goes on where PAUSE halted it.\n", "RESUME ALL;"},
    {"TERMINATE", "ends a persistent query for good",
     "TERMINATE {query_id | ALL};",
     "Its stream or table stays, with what was written; the query's state and "
     "offsets\n"
     "are removed. SHOW QUERIES lists the ids.\n",
     "TERMINATE ALL;"},
    {"DROP STREAM", "forgets a stream, and ends the query that made it",
     "DROP STREAM [IF EXISTS] name [DELETE TOPIC];",
     "Refused while other queries read or write it. DELETE TOPIC also deletes "
     "the\n"
     "records.\n",
     "DROP STREAM IF EXISTS slow DELETE TOPIC;"},
    {"DROP TABLE", "forgets a table, and ends the query that made it",
     "DROP TABLE [IF EXISTS] name [DELETE TOPIC];",
     "Refused while other queries read or write it. DELETE TOPIC also deletes "
     "the\n"
     "records.\n",
     "DROP TABLE IF EXISTS per_minute;"},
    {"SET", "changes a setting for this session", "SET 'name' = 'value';",
     "Holds for the queries started afterwards. SHOW PROPERTIES lists the "
     "settings.\n",
     "SET 'auto.offset.reset' = 'earliest';"},
    {"UNSET", "takes SET back", "UNSET 'name';",
     "The setting is again what the configuration says.\n",
     "UNSET 'auto.offset.reset';"},
    {"ALTER SYSTEM", "changes a setting for the whole service",
     "ALTER SYSTEM 'name' = 'value';",
     "Only where ksql.runtime.feature.shared.enabled is on, which is off: use "
     "the\n"
     "configuration file, or SET.\n",
     "ALTER SYSTEM 'auto.offset.reset' = 'earliest';"},
    {"DEFINE", "a variable, for ${name} in later statements",
     "DEFINE name = 'value';",
     "${name} stands for a name, a literal, or a part of a string, not for "
     "keywords.\n"
     "It is this session's; -d NAME=VALUE defines one at the start.\n",
     "DEFINE pages = 'clicks'; DESCRIBE ${pages};"},
    {"UNDEFINE", "forgets a variable", "UNDEFINE name;",
     "Nothing happens if there is none.\n", "UNDEFINE pages;"},
    {"CREATE CONNECTOR", "starts a connector of Kafka Connect",
     "CREATE {SOURCE | SINK} CONNECTOR [IF NOT EXISTS] name WITH "
     "('key'='value', ...);",
     "Needs a Kafka Connect cluster; none can be configured yet.\n",
     "CREATE SOURCE CONNECTOR jdbc\n"
     "  WITH "
     "('connector.class'='io.confluent.connect.jdbc.JdbcSourceConnector');"},
    {"DROP CONNECTOR", "removes a connector of Kafka Connect",
     "DROP CONNECTOR [IF EXISTS] name;",
     "Needs a Kafka Connect cluster; none can be configured yet.\n",
     "DROP CONNECTOR IF EXISTS jdbc;"},
    {"ASSERT TOPIC", "fails unless a topic is there",
     "ASSERT [NOT EXISTS] TOPIC topic [WITH (PARTITIONS=n, REPLICAS=n)]\n"
     "    [TIMEOUT n SECONDS];",
     "Waits up to TIMEOUT (1 second). A failure ends the rest of a script.\n",
     "ASSERT TOPIC clicks WITH (PARTITIONS=1) TIMEOUT 5 SECONDS;"},
    {"ASSERT SCHEMA", "fails unless a schema is registered",
     "ASSERT [NOT EXISTS] SCHEMA [SUBJECT subject] [ID n] [TIMEOUT n SECONDS];",
     "Needs a Schema Registry; none can be configured yet.\n",
     "ASSERT SCHEMA SUBJECT 'clicks-value';"},
    {"ASSERT VALUES", "in test files: the next row of a sink",
     "ASSERT VALUES source (column, ...) VALUES (expression, ...);",
     "Takes the next record that a query wrote and compares the listed "
     "columns;\n"
     "ROWTIME, WINDOWSTART and WINDOWEND may be among them.\n",
     "ASSERT VALUES slow (user_id, ms) VALUES ('ada', 1200);"},
    {"ASSERT NULL VALUES", "in test files: the next row of a sink is deleted",
     "ASSERT NULL VALUES source (key column, ...) KEY (expression, ...);",
     "The next record must be a tombstone with this key.\n",
     "ASSERT NULL VALUES users (id) KEY ('ada');"},
    {"ASSERT STREAM", "in test files: a stream is as declared",
     "ASSERT STREAM name (column type [KEY], ...) WITH (...);",
     "Compares columns, topic, formats and timestamp column.\n",
     "ASSERT STREAM slow (user_id STRING KEY, url STRING, ms INT)\n"
     "  WITH (KAFKA_TOPIC='SLOW', VALUE_FORMAT='JSON');"},
    {"ASSERT TABLE", "in test files: a table is as declared",
     "ASSERT TABLE name (column type [PRIMARY KEY], ...) WITH (...);",
     "Compares columns, topic, formats and timestamp column.\n",
     "ASSERT TABLE users (id STRING PRIMARY KEY, name STRING)\n"
     "  WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON');"},
    {"RUN SCRIPT", "executes a file's statements (in the shell)",
     "RUN SCRIPT 'file';",
     "All statements are checked before the first is executed. Scripts may run "
     "scripts.\n",
     "RUN SCRIPT 'shop.sql';"},
    {NULL, NULL, NULL, NULL, NULL},
};
