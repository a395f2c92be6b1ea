-- SPDX-License-Identifier: Apache-2.0
-- Pull queries by key (language 6). Rows come in the order of their keys' bytes.

--@test: a key look-up finds the row of an aggregate
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('a', 1);
INSERT INTO s (id, v) VALUES ('b', 2);
INSERT INTO s (id, v) VALUES ('a', 3);
SELECT * FROM t WHERE id = 'a';
--> a | 2 | 4
SELECT * FROM t WHERE 'b' = id;
--> b | 1 | 2

--@test: a key that is not there gives no row
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('a', 1);
SELECT * FROM t WHERE id = 'x';
-->

--@test: keys are found in the partition they belong to
--@partitions: any
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES (1, 10);
INSERT INTO s (id, v) VALUES (2, 20);
INSERT INTO s (id, v) VALUES (3, 30);
SELECT total FROM t WHERE id = 1;
--> 10
SELECT total FROM t WHERE id = 2;
--> 20
SELECT total FROM t WHERE id = 3;
--> 30

--@test: the same look-up with another key is answered anew
CREATE STREAM s (id BIGINT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES (1, 10);
INSERT INTO s (id, v) VALUES (2, 20);
INSERT INTO s (id, v) VALUES (10000000000, 30);
SELECT id, total FROM t WHERE id = 1;
--> 1 | 10
SELECT id, total FROM t WHERE id = 2;
--> 2 | 20
SELECT id, total FROM t WHERE id = 10000000000;
--> 10000000000 | 30

--@test: what is not a key does not change with the key that is looked up
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('a', 10);
INSERT INTO s (id, v) VALUES ('b', 20);
SELECT id + '!' AS x, total + 1 AS y FROM t WHERE id = 'a' AND total > 5;
--> a! | 11
SELECT id + '?' AS x, total + 2 AS y FROM t WHERE id = 'b' AND total > 5;
--> b? | 22
SELECT id + '?' AS x, total + 2 AS y FROM t WHERE id = 'b' AND total > 50;
-->

--@test: IN looks up each key once
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('a', 10);
INSERT INTO s (id, v) VALUES ('b', 20);
INSERT INTO s (id, v) VALUES ('c', 30);
SELECT * FROM t WHERE id IN ('a', 'c', 'a', 'x');
--> a | 10
--> c | 30

--@test: OR of keys is a look-up too, without a row twice
SET 'ksql.query.pull.table.scan.enabled'='false';
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('a', 10);
INSERT INTO s (id, v) VALUES ('b', 20);
SELECT * FROM t WHERE (id = 'a' AND total > 1) OR id = 'b' OR (id = 'a' AND total < 100);
--> a | 10
--> b | 20

--@test: a key of several columns is looked up by all of them
SET 'ksql.query.pull.table.scan.enabled'='false';
CREATE STREAM s (a STRING KEY, b INT) WITH (kafka_topic='s', format='JSON');
CREATE TABLE t AS SELECT a, b, COUNT(*) AS n FROM s GROUP BY a, b;
INSERT INTO s (a, b) VALUES ('x', 1);
INSERT INTO s (a, b) VALUES ('x', 2);
INSERT INTO s (a, b) VALUES ('x', 2);
SELECT * FROM t WHERE b = 2 AND a = 'x';
--> x | 2 | 2
SELECT * FROM t WHERE a = 'x' AND b IN (1, 2);
--> x | 1 | 1
--> x | 2 | 2

--@test: a structured key is looked up as a whole
CREATE STREAM s (k STRUCT<f INT, g STRING> KEY, v INT) WITH (kafka_topic='s', format='JSON');
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
INSERT INTO s (k, v) VALUES (STRUCT(f := 1, g := 'x'), 10);
INSERT INTO s (k, v) VALUES (STRUCT(f := 2, g := 'x'), 20);
SELECT k->f AS f, total FROM t WHERE k = STRUCT(f := 2, g := 'x');
--> 2 | 20

--@test: constant expressions may stand for the key
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES (6, 10);
INSERT INTO s (id, v) VALUES (-6, 20);
SELECT total FROM t WHERE id = 2 * 3;
--> 10
SELECT total FROM t WHERE id = -6;
--> 20
SELECT total FROM t WHERE id = LEN('abcdef');
--> 10

--@test: HAVING and expressions of the table are applied to what is read
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) * 2 AS twice FROM s GROUP BY id HAVING SUM(v) > 5;
INSERT INTO s (id, v) VALUES ('a', 1);
INSERT INTO s (id, v) VALUES ('b', 10);
SELECT * FROM t WHERE id = 'a';
-->
SELECT * FROM t;
--> b | 20

--@test: ROWTIME is the time of the row
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (1000, 'a', 1);
INSERT INTO s (rowtime, id, v) VALUES (500, 'a', 1);
SELECT id, rowtime FROM t WHERE id = 'a';
--> a | 1000
SELECT id FROM t WHERE rowtime = '1970-01-01T00:00:01';
--> a

--@test: aggregates whose state is not their result are finished
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, AVG(v) AS mean, COLLECT_LIST(v) AS all_of FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('a', 1);
INSERT INTO s (id, v) VALUES ('a', 2);
SELECT mean, all_of FROM t WHERE id = 'a';
--> 1.5 | [1, 2]

--@test: renamed keys are looked up by their new name
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id AS name, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('a', 1);
SELECT name, total FROM t WHERE name = 'a';
--> a | 1

--@test: a deleted row of a table is not there any more
CREATE TABLE base (id STRING PRIMARY KEY, v INT) WITH (kafka_topic='base', value_format='JSON');
CREATE TABLE t AS SELECT id, v + 1 AS w FROM base;
INSERT INTO base (id, v) VALUES ('a', 1);
INSERT INTO base (id, v) VALUES ('b', 2);
INSERT INTO base (id, v) VALUES ('a', NULL);
SELECT * FROM t WHERE id = 'b';
--> b | 3
SELECT * FROM t WHERE id = 'a';
--> a | null

--@test: a filtered table shows only what passes
CREATE TABLE base (id STRING PRIMARY KEY, v INT) WITH (kafka_topic='base', value_format='JSON');
CREATE TABLE t AS SELECT id, v FROM base WHERE v > 1;
INSERT INTO base (id, v) VALUES ('a', 5);
INSERT INTO base (id, v) VALUES ('b', 5);
INSERT INTO base (id, v) VALUES ('a', 1);
SELECT * FROM t WHERE id = 'a';
-->
SELECT * FROM t;
--> b | 5

--@test: a table made by a join can be read
CREATE TABLE l (id INT PRIMARY KEY, v INT) WITH (kafka_topic='l', value_format='JSON');
CREATE TABLE r (id INT PRIMARY KEY, w INT) WITH (kafka_topic='r', value_format='JSON');
CREATE TABLE j AS SELECT l.id AS id, v, w FROM l LEFT JOIN r ON l.id = r.id;
INSERT INTO l (id, v) VALUES (1, 10);
INSERT INTO l (id, v) VALUES (2, 20);
INSERT INTO r (id, w) VALUES (1, 11);
SELECT * FROM j WHERE id = 1;
--> 1 | 10 | 11
SELECT * FROM j;
--> 1 | 10 | 11
--> 2 | 20 | null

--@test: a table over a table is read where it is made
CREATE TABLE base (id STRING PRIMARY KEY, v INT) WITH (kafka_topic='base', value_format='JSON');
CREATE TABLE t AS SELECT id, v + 1 AS w FROM base;
CREATE TABLE u AS SELECT id, w * 10 AS x FROM t WHERE w > 2;
INSERT INTO base (id, v) VALUES ('a', 1);
INSERT INTO base (id, v) VALUES ('b', 2);
SELECT * FROM u;
--> b | 30

--@test: a query that is paused can still be read
--@restart: none
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t WITH (kafka_topic='t') AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('a', 1);
PAUSE ALL;
INSERT INTO s (id, v) VALUES ('a', 1);
SELECT * FROM t WHERE id = 'a';
--> a | 1

--@test: LIMIT ends the answer
CREATE STREAM s (id STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s (id, v) VALUES ('c', 1);
INSERT INTO s (id, v) VALUES ('a', 1);
INSERT INTO s (id, v) VALUES ('b', 1);
SELECT id FROM t LIMIT 2;
--> a
--> b
SELECT id FROM t LIMIT 0;
-->
