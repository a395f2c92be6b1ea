-- SPDX-License-Identifier: Apache-2.0
-- What pull queries over tables refuse (language 6.1, 6.2), and source tables.

--@test: a plain table keeps no state
--@expected.message: make one with CREATE TABLE QUERYABLE_T AS SELECT * FROM T
CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT * FROM t WHERE id = 1;

--@test: GROUP BY needs EMIT CHANGES
--@expected.message: a pull query cannot use GROUP BY
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT v, COUNT(*) FROM t GROUP BY v;

--@test: aggregates need EMIT CHANGES
--@expected.message: a pull query cannot use aggregate functions
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT COUNT(*) FROM t;

--@test: JOIN needs EMIT CHANGES
--@expected.message: a pull query cannot use JOIN
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE SOURCE TABLE u (id INT PRIMARY KEY, v INT) WITH (kafka_topic='u', value_format='JSON');
SELECT * FROM t JOIN u ON t.id = u.id;

--@test: ROWPARTITION is not kept
--@expected.message: 'ROWPARTITION' cannot be used in the SELECT list of a pull query
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT id, rowpartition FROM t;

--@test: ROWOFFSET is not kept
--@expected.message: 'ROWOFFSET' cannot be used in the WHERE of a pull query
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT id FROM t WHERE id = 1 AND rowoffset > 1;

--@test: IS NULL is no comparison
--@expected.message: IS NULL cannot be used in the WHERE of a pull query
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT id FROM t WHERE v IS NULL;

--@test: NOT IN is no comparison
--@expected.message: NOT IN cannot be used in the WHERE of a pull query
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT id FROM t WHERE id NOT IN (1, 2);

--@test: a boolean column alone is no comparison
--@expected.message: a column alone cannot be used in the WHERE of a pull query
CREATE SOURCE TABLE t (id INT PRIMARY KEY, b BOOLEAN) WITH (kafka_topic='t', value_format='JSON');
SELECT id FROM t WHERE b;

--@test: a test behind one that reads everything is not looked at
CREATE STREAM x (id INT KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO x (id, v) VALUES (1, NULL);
SELECT id FROM t WHERE v > 100 OR v IS NULL;
--> 1

--@test: text is not compared with a number, in IN neither
--@expected.message: in WHERE
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT id FROM t WHERE id IN ('1', 2);

--@test: two columns of the result must differ in name
--@expected.message: two columns of the result are named 'V'
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT v, v FROM t;

--@test: a negative LIMIT is refused
--@expected.message: LIMIT must not be negative
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
SELECT v FROM t LIMIT -1;

-- Source tables ----------------------------------------------------------------

--@test: a source table keeps its rows for look-ups
CREATE STREAM feed (id STRING KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE SOURCE TABLE t (id STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO feed (id, v) VALUES ('a', 1);
INSERT INTO feed (id, v) VALUES ('b', 2);
INSERT INTO feed (id, v) VALUES ('a', 3);
SELECT * FROM t WHERE id = 'a';
--> a | 3
SELECT id, v * 2 AS w FROM t;
--> a | 6
--> b | 4

--@test: the query of a source table cannot be terminated
--@expected.message: belongs to a source table: drop the table instead
CREATE SOURCE TABLE t (id STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
TERMINATE CST_T_0;

--@test: the query of a source table goes with the table
CREATE SOURCE TABLE t (id STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
DROP TABLE t;
SHOW QUERIES;
-->

--@test: a table whose query was terminated cannot be read
--@expected.message: its query was terminated
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
TERMINATE CTAS_T_0;
SELECT * FROM t WHERE id = 'a';
