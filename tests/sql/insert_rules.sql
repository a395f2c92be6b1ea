-- SPDX-License-Identifier: Apache-2.0
-- What INSERT refuses, and what it takes (language 3.4, 3.5, 8.3, 8.5).

--@test: every type can be inserted
CREATE STREAM a (id INT KEY, o BOOLEAN, i INT, l BIGINT, c DECIMAL(5, 2), d DOUBLE, s STRING, y BYTES, dt DATE, t TIME, ts TIMESTAMP, x ARRAY<INT>, m MAP<STRING, DOUBLE>, st STRUCT<f INT, g ARRAY<DATE>>) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO a VALUES (1, true, 2, 3, 4.5, 6, 'seven', 'OA==', '2009-09-09', '10:10', '2011-11-11T11:11', ARRAY[12], MAP('a' := 13), STRUCT(f := 14, g := ARRAY['2015']));
ASSERT VALUES raw (v) VALUES ('{"O":true,"I":2,"L":3,"C":4.50,"D":6.0,"S":"seven","Y":"OA==","DT":14496,"T":36600000,"TS":1321009860000,"X":[12],"M":{"a":13.0},"ST":{"F":14,"G":[16436]}}');

--@test: a struct may be inserted without all its fields
CREATE STREAM a (id INT KEY, s STRUCT<f INT, g INT>) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, STRUCT(g := 2));
ASSERT VALUES a (s) VALUES (STRUCT(f := CAST(NULL AS INT), g := 2));

--@test: a decimal takes integers and decimals that it holds
CREATE STREAM a (id INT KEY, c DECIMAL(20, 2)) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 5);
INSERT INTO a VALUES (2, 5000000000);
INSERT INTO a VALUES (3, 5.1);
INSERT INTO a VALUES (4, -5.12);
ASSERT VALUES a (c) VALUES (5.00);
ASSERT VALUES a (c) VALUES (5000000000.00);
ASSERT VALUES a (c) VALUES (5.10);
ASSERT VALUES a (c) VALUES (-5.12);

--@test: values may be functions of constants
CREATE STREAM a (id INT KEY, s STRING, n DOUBLE) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1 + 1, UCASE('x') + 'y', ABS(-2.5e0) * 2);
ASSERT VALUES a (id, s, n) VALUES (2, 'Xy', 5.0);

--@test: a key is converted as a value is
CREATE STREAM a (id BIGINT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 2);
ASSERT VALUES a (id, n) VALUES (1, 2);

--@test: the key may be NULL in a stream
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (n) VALUES (2);
ASSERT VALUES a (id, n) VALUES (NULL, 2);

--@test: an explicit NULL key of a table is written, and no table reads it
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT * FROM a;
CREATE STREAM raw (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, n) VALUES (NULL, 2);
INSERT INTO a (id, n) VALUES (1, 3);
ASSERT VALUES raw (id, n) VALUES (NULL, 2);
ASSERT VALUES raw (id, n) VALUES (1, 3);
ASSERT VALUES b (id, n) VALUES (1, 3);

--@test: a value of nothing but NULL is a row and no deletion
CREATE TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT * FROM a;
INSERT INTO a (id) VALUES (1);
ASSERT VALUES b (id, n) VALUES (1, NULL);

--@test: ROWTIME of an INSERT is a number
--@expected.message: ROWTIME
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowtime, id, n) VALUES ('2020-01-01', 1, 2);

--@test: ROWPARTITION cannot be inserted
--@expected.message: ROWPARTITION
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowpartition, id, n) VALUES (1, 1, 2);

--@test: ROWOFFSET cannot be inserted
--@expected.message: ROWOFFSET
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (rowoffset, id, n) VALUES (1, 1, 2);

--@test: a HEADER column cannot be inserted
--@expected.message: 'H'
CREATE STREAM a (id INT KEY, n INT, h BYTES HEADER('q')) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, n, h) VALUES (1, 2, 'aGk=');

--@test: a column is listed once
--@expected.message: 'N'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a (id, n, n) VALUES (1, 2, 3);

--@test: INSERT into an unknown source says so
--@expected.message: 'NOBODY'
INSERT INTO nobody VALUES (1);

--@test: INSERT without a list needs all values
--@expected.message: there are 1 values for 2 columns
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1);

--@test: a table of several keys needs all of them
--@expected.message: 'L'
CREATE TABLE a (k INT PRIMARY KEY, l INT PRIMARY KEY, n INT) WITH (kafka_topic='a', format='JSON');
INSERT INTO a (k, n) VALUES (1, 2);

--@test: a BOOLEAN is not made of text
--@expected.message: column 'O' is BOOLEAN
CREATE STREAM a (id INT KEY, o BOOLEAN) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 'true');

--@test: text that is no date is refused
--@expected.message: 'tomorrow'
CREATE STREAM a (id INT KEY, d DATE) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 'tomorrow');

--@test: text that is no base64 is refused
--@expected.message: '*'
CREATE STREAM a (id INT KEY, y BYTES) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, '*');

--@test: a value that fails is refused
--@expected.message: 'N'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, 1 / 0);

--@test: an aggregate is no value to insert
--@expected.message: COUNT
CREATE STREAM a (id INT KEY, n BIGINT) WITH (kafka_topic='a', value_format='JSON');
INSERT INTO a VALUES (1, COUNT(*));

--@test: INSERT INTO ... SELECT does not write a table
--@expected.message: table
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO t SELECT * FROM a;

--@test: INSERT INTO ... SELECT needs a query that makes a stream
--@expected.message: table
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, n INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO b SELECT * FROM t;

--@test: INSERT INTO ... SELECT does not write a SOURCE
--@expected.message: SOURCE
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE SOURCE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT * FROM a;

--@test: INSERT INTO ... SELECT does not write headers
--@expected.message: header
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT, h BYTES HEADER('q')) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT * FROM a;

--@test: the columns of INSERT INTO ... SELECT go by position, and their names must be the target's
--@expected.message: the query's columns are not those of 'B'
CREATE STREAM a (id INT KEY, x INT, y INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, x INT, y INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT id, y, x FROM a;

--@test: LIMIT of INSERT INTO ... SELECT has no effect
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT * FROM a LIMIT 1;
INSERT INTO a VALUES (1, 2);
INSERT INTO a VALUES (2, 3);
ASSERT VALUES b (n) VALUES (2);
ASSERT VALUES b (n) VALUES (3);

--@test: a QUERY_ID is folded to upper case
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b WITH (query_id='my_query') SELECT * FROM a;
--> Created query with ID MY_QUERY
TERMINATE my_query;

--@test: a QUERY_ID is letters, digits and underscores
--@expected.message: QUERY_ID
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b WITH (query_id='my-query') SELECT * FROM a;

--@test: a QUERY_ID does not look like the engine's own
--@expected.message: INSERTQUERY_
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b WITH (query_id='insertquery_7') SELECT * FROM a;

--@test: a QUERY_ID is used once
--@expected.message: 'Q'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b WITH (query_id='q') SELECT * FROM a;
INSERT INTO b WITH (query_id='Q') SELECT * FROM a;

--@test: a generated query id tells the kind
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT * FROM a;
--> Created query with ID INSERTQUERY_0
CREATE STREAM c AS SELECT * FROM a;
--> Created query with ID CSAS_C_1
CREATE TABLE d AS SELECT id, COUNT(*) AS k FROM a GROUP BY id;
--> Created query with ID CTAS_D_2

--@test: a key column and a value column do not stand for one another
--@expected.message: the query's columns are not those of 'B'
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT, n INT KEY) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b SELECT id, n FROM a;

--@test: a QUERY_ID is a text
--@expected.message: QUERY_ID
CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, n INT) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO b WITH (query_id=5) SELECT * FROM a;
